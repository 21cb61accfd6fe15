/* Orders and refusals on the built-in exchange, for tests with cmocka: one exchange a program, with a book of ETH. */
#ifndef PG_TESTS_SUPPORT_EXCHANGE_ORDERS_H
#define PG_TESTS_SUPPORT_EXCHANGE_ORDERS_H

#include "support/exchange.h"

#define EXCHANGE_DEAD "Order was never placed, already canceled, or filled. asset=1"

static exchange_test t;

static inline int set_up(void **state)
{
    (void)state;
    exchange_open(&t);
    exchange_fill_book(&t);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    exchange_close(&t);
    return 0;
}

#define in_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* The text of an answer's refusal, of the whole or of its i-th element; "" when there is none. */
static inline const char *refusal(const cJSON *answer, int i)
{
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(answer, "status");
    const cJSON *response = cJSON_GetObjectItemCaseSensitive(answer, "response");
    if (cJSON_IsString(status) && strcmp(status->valuestring, "err") == 0)
        return response->valuestring;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(exchange_status(answer, i), "error");
    return cJSON_IsString(error) ? error->valuestring : "";
}

static inline void expect_order(int trader, const pg_hl_order *order, const char *words)
{
    char error[256];
    uint64_t oid = exchange_place(&t, trader, order, error, sizeof error);
    if (strcmp(error, words) != 0 || (oid == 0) != (words[0] != '\0'))
        fail_msg("'%s', not '%s': %s", error, words, t.body);
}

static inline void expect_limit(bool is_buy, const char *price, const char *size, pg_hl_tif tif, const char *words)
{
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, is_buy, price, size, tif);
    expect_order(0, &order, words);
}

static inline void expect_action(int trader, const pg_hl_action *action, const char *words)
{
    cJSON *answer = exchange_act(&t, trader, action);
    if (strcmp(refusal(answer, 0), words) != 0)
        fail_msg("%s, not '%s'", t.body, words);
    cJSON_Delete(answer);
}

static inline void cancel(int trader, uint64_t oid, const char *words)
{
    pg_hl_cancel one = { .asset = EXCHANGE_ETH, .oid = oid };
    pg_hl_action action = { .kind = PG_HL_CANCEL, .cancel = { .list = &one, .count = 1 } };
    expect_action(trader, &action, words);
}

static inline const pg_exchange_order *order_at(uint64_t oid)
{
    const pg_exchange_order *order = pg_exchange_find_order(t.core, exchange_account(&t, 0), oid);
    assert_non_null(order);
    return order;
}

static inline uint64_t newest_open(void)
{
    const pg_exchange_order *newest = NULL, *order = NULL;
    while ((order = pg_exchange_next_open(t.core, exchange_account(&t, 0), order)))
        newest = order;
    return newest ? newest->oid : 0;
}

#endif

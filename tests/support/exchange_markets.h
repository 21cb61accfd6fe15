/* The built-in exchange with everything that it lists, for tests with cmocka: BTC, ETH, PURR/USDC (10000), HYPE/USDC
 * (10107, prices of six decimals, sizes of two), xyz:SP500 (110000, prices of three decimals, sizes of three). */
#ifndef PG_TESTS_SUPPORT_EXCHANGE_MARKETS_H
#define PG_TESTS_SUPPORT_EXCHANGE_MARKETS_H

#include "support/exchange.h"

enum { MARKET_HYPE = 3, MARKET_SP = 4, ASSET_HYPE = 10107, ASSET_SP = 110000, TOKEN_HYPE = 2 };

#define HYPE_ID "HYPE:0x0d01dc56dcaaca66ad901c959b4011ec"
#define USDC_ID "USDC:0x6d1e7cde53ba9467b783cb7c530ce054"

static exchange_test t;

/* HYPE: bids of 100 at 40.00, 39.99, 39.98, asks of 100 at 40.02, 40.03, 40.04. SP500: bids of 10 at 6500.0, ... */
static inline void fill_books(void)
{
    exchange_fill_book(&t);
    for (int i = 0; i < 3; i++) {
        exchange_level(&t, MARKET_HYPE, PG_BUY, 40000000 - 10000 * i, 10000);
        exchange_level(&t, MARKET_HYPE, PG_SELL, 40020000 + 10000 * i, 10000);
        exchange_level(&t, MARKET_SP, PG_BUY, 6500000 - 100 * i, 10000);
        exchange_level(&t, MARKET_SP, PG_SELL, 6500200 + 100 * i, 10000);
    }
}

static inline int set_up(void **state)
{
    static const pg_hl_exchange_coin coins[] = { { .name = "BTC", .size_decimals = 5 },
                                                 { .name = "ETH", .size_decimals = 4, .max_leverage = 25 },
                                                 { .name = "PURR/USDC", .size_decimals = 0 },
                                                 { .name = "HYPE/USDC", .size_decimals = 2 },
                                                 { .name = "xyz:SP500", .size_decimals = 3, .max_leverage = 20 } };
    (void)state;
    pg_hl_exchange_config config = exchange_config(&t);
    config.coins = coins;
    config.coin_count = 5;
    config.waive_volume = true;
    exchange_open_with(&t, &config);
    fill_books();
    return 0;
}

/* Whatever happened, nothing was made from nothing. */
static inline void check_conserved(void)
{
    pg_exchange_balance balance;
    pg_exchange_get_balance(&balance, t.core);
    PG_ASSERT(balance.positions == 0 && balance.money_e12 == 0);
    for (int a = 0; a < PG_EXCHANGE_ASSETS; a++)
        PG_ASSERT(balance.assets_e12[a] == 0);
}

static inline int tear_down(void **state)
{
    (void)state;
    check_conserved();
    exchange_close(&t);
    return 0;
}

#define in_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* The text of an answer's refusal, of the whole, of its first element or of a TWAP; "" when there is none. */
static inline const char *refusal(const cJSON *answer)
{
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(answer, "status");
    const cJSON *response = cJSON_GetObjectItemCaseSensitive(answer, "response");
    if (cJSON_IsString(status) && strcmp(status->valuestring, "err") == 0)
        return response->valuestring;
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(response, "data");
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(exchange_status(answer, 0), "error");
    if (!error)
        error = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(data, "status"), "error");
    return cJSON_IsString(error) ? error->valuestring : "";
}

/* Does an action for an account of its own or for a vault or sub-account; its refusal is `words`. */
static inline void act_for(int trader, const char *vault, const pg_hl_action *action, const char *words)
{
    pg_hl_envelope envelope = exchange_envelope(&t);
    envelope.vault = vault;
    cJSON *answer = exchange_send(&t, trader, action, &envelope);
    if (!answer || strcmp(refusal(answer), words) != 0)
        fail_msg("%s, not '%s'", t.body, words);
    cJSON_Delete(answer);
}

static inline void act(int trader, const pg_hl_action *action, const char *words)
{
    act_for(trader, NULL, action, words);
}

static inline void order_for(int trader, const char *vault, const pg_hl_order *order, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = order, .count = 1 } };
    act_for(trader, vault, &action, words);
}

static inline void order_hype(int trader, bool is_buy, const char *price, const char *size, pg_hl_tif tif,
                              const char *words)
{
    pg_hl_order order = exchange_limit(ASSET_HYPE, is_buy, price, size, tif);
    order_for(trader, NULL, &order, words);
}

/* Dollars between perpetuals and spot. */
static inline void class_transfer(int trader, const char *amount, bool to_perp, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_USD_CLASS_TRANSFER };
    action.send.amount = amount;
    action.send.to_perp = to_perp;
    act(trader, &action, words);
}

/* Asks /info: {"type":type,"user":the trader's address, members}. The caller deletes it. */
static inline cJSON *ask_of(const char *user, const char *type, const char *members)
{
    char request[512];
    snprintf(request, sizeof request, "{\"type\":\"%s\",\"user\":\"%s\"%s}", type, user, members);
    cJSON *answer = exchange_info(&t, request);
    if (!answer)
        fail_msg("%s: %d %s", request, t.code, t.body);
    return answer;
}

/* The texts of a path of members and places into an answer: "balances.0.total"; a number is written as %.17g. */
static inline const char *text_of(const cJSON *at, const char *path)
{
    static char number[40];
    char step[64];
    for (const char *p = path; at && *p;) {
        size_t length = strcspn(p, ".");
        snprintf(step, sizeof step, "%.*s", (int)length, p);
        at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, atoi(step)) : cJSON_GetObjectItemCaseSensitive(at, step);
        p += length + (p[length] == '.');
    }
    if (cJSON_IsNumber(at))
        snprintf(number, sizeof number, "%.17g", at->valuedouble);
    return cJSON_IsString(at) ? at->valuestring : cJSON_IsNumber(at) ? number : at ? "" : "missing";
}

static inline void expect_text(const cJSON *answer, const char *path, const char *text)
{
    if (strcmp(text_of(answer, path), text) != 0)
        fail_msg("%s is '%s', not '%s': %s", path, text_of(answer, path), text, t.body);
}

static inline void expect_info(const char *user, const char *type, const char *path, const char *text)
{
    cJSON *answer = ask_of(user, type, "");
    expect_text(answer, path, text);
    cJSON_Delete(answer);
}

#endif

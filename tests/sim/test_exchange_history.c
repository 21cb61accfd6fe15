/* What the exchange remembers: candles, rates and payments of funding, and what moved money. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_orders.h"

enum { MINUTE_MS = 60000 };

static const int64_t START_MS = EXCHANGE_START_NS / 1000000;

static const char *text_at(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsString(member))
        fail_msg("no text %s in %s", name, t.body);
    return member->valuestring;
}

static int64_t number_at(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(member))
        fail_msg("no number %s in %s", name, t.body);
    return (int64_t)member->valuedouble;
}

static void wait_minutes(int64_t minutes)
{
    t.now_ns += minutes * MINUTE_MS * 1000000;
}

/* ---- candles ---- */

static cJSON *candles(const char *interval, int64_t from_ms, int64_t to_ms)
{
    char request[256];
    snprintf(request, sizeof request,
             "{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"ETH\",\"interval\":\"%s\",\"startTime\":%lld,"
             "\"endTime\":%lld}}",
             interval, (long long)from_ms, (long long)to_ms);
    return exchange_info(&t, request);
}

static void expect_candle(const cJSON *candle, const char *prices[4], const char *size, int count)
{
    static const char *const names[4] = { "o", "h", "l", "c" };
    for (int i = 0; i < 4; i++)
        assert_string_equal(text_at(candle, names[i]), prices[i]);
    assert_string_equal(text_at(candle, "v"), size);
    assert_int_equal(number_at(candle, "n"), count);
}

static void test_candles(void **state)
{
    (void)state;
    int64_t minute = START_MS - START_MS % MINUTE_MS;
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 300020, 10000);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 299990, 20000);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 300000, 5000);
    wait_minutes(2);
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 300500, 10000);
    cJSON *answer = candles("1m", 0, START_MS * 2);
    assert_int_equal(cJSON_GetArraySize(answer), 2);
    expect_candle(answer->child, (const char *[]){ "3000.2", "3000.2", "2999.9", "3000.0" }, "3.5", 3);
    assert_int_equal(number_at(answer->child, "t"), minute);
    assert_int_equal(number_at(answer->child, "T"), minute + MINUTE_MS - 1);
    cJSON_Delete(answer);
    answer = candles("1d", 0, START_MS * 2);
    assert_int_equal(cJSON_GetArraySize(answer), 1);
    expect_candle(answer->child, (const char *[]){ "3000.2", "3005.0", "2999.9", "3005.0" }, "4.5", 4);
    cJSON_Delete(answer);
    answer = candles("1m", minute + MINUTE_MS, START_MS * 2); /* the first candle has ended by then */
    assert_int_equal(cJSON_GetArraySize(answer), 1);
    cJSON_Delete(answer);
    answer = candles("1m", 0, minute);
    assert_int_equal(cJSON_GetArraySize(answer), 1);
    cJSON_Delete(answer);
}

/* Where candles begin: 1790000000 is Monday, 2026-09-21 14:13:20. */
static void test_spans(void **state)
{
    (void)state;
    static const struct {
        const char *interval;
        int64_t first, last; /* s; of the last the first that is beyond it */
    } spans[] = {
        { "15m", 1789999200, 1790000100 }, { "4h", 1789992000, 1790006400 }, { "1d", 1789948800, 1790035200 },
        { "1w", 1789948800, 1790553600 },  { "1M", 1788220800, 1790812800 }, /* 1 September, 1 October */
    };
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 300020, 10000);
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        cJSON *answer = candles(spans[i].interval, 0, START_MS * 2);
        assert_int_equal(number_at(answer->child, "t"), spans[i].first * 1000);
        assert_int_equal(number_at(answer->child, "T"), spans[i].last * 1000 - 1);
        cJSON_Delete(answer);
    }
}

static void test_bad_candles(void **state)
{
    (void)state;
    assert_null(candles("7m", 0, 1));
    assert_int_equal(t.code, 422);
    assert_null(exchange_info(&t, "{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"ETH\",\"interval\":\"1m\"}}"));
    assert_int_equal(t.code, 422);
    assert_null(exchange_info(&t, "{\"type\":\"candleSnapshot\",\"req\":[]}"));
    assert_int_equal(t.code, 422);
    cJSON *answer = candles("1m", 0, 1);
    assert_int_equal(cJSON_GetArraySize(answer), 0);
    cJSON_Delete(answer);
}

static void test_candle_stream(void **state)
{
    (void)state;
    exchange_client client;
    exchange_client_open(&client, &t);
    exchange_client_subscribe(&client, "\"type\":\"candle\",\"coin\":\"ETH\",\"interval\":\"1h\"");
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 300020, 10000);
    cJSON *frame = exchange_client_wait(&client, "candle");
    const cJSON *candle = cJSON_GetObjectItemCaseSensitive(frame, "data");
    expect_candle(candle, (const char *[]){ "3000.2", "3000.2", "3000.2", "3000.2" }, "1.0", 1);
    assert_string_equal(text_at(candle, "i"), "1h");
    cJSON_Delete(frame);
    t.now_ns += 1000000000;
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 300030, 10000);
    frame = exchange_client_wait(&client, "candle");
    assert_string_equal(text_at(cJSON_GetObjectItemCaseSensitive(frame, "data"), "h"), "3000.3");
    cJSON_Delete(frame);
    exchange_client_send(&client, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"candle\",\"coin\":\"ETH\"}}");
    frame = exchange_client_wait(&client, "error");
    assert_non_null(frame);
    cJSON_Delete(frame);
    exchange_client_close(&client);
}

/* ---- funding ---- */

static void test_funding(void **state)
{
    (void)state;
    exchange_client client;
    char request[160], members[128];
    pg_event mark = { .kind = PG_EVENT_MARK, .price = 300000, .price2 = 299000, .flags = PG_EVENT_LAST };
    int64_t hour_ns = 3600000000000, end = t.now_ns - t.now_ns % hour_ns + hour_ns;
    t.now_ns = end - 30000000000; /* a socket that is told nothing for a minute is closed */
    pg_hl_exchange_step(t.server);
    exchange_client_open(&client, &t);
    snprintf(members, sizeof members, "\"type\":\"userFundings\",\"user\":\"%s\"", t.address[0]);
    exchange_client_subscribe(&client, members);
    cJSON_Delete(exchange_client_wait(&client, "userFundings")); /* what was before */
    exchange_order(&t, 0, true, "3001", "2", PG_HL_IOC);
    for (int64_t now = t.now_ns; now <= end; now += 5000000000) {
        t.now_ns = now;
        pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
        pg_hl_exchange_step(t.server);
    }
    cJSON *rates = exchange_info(&t, "{\"type\":\"fundingHistory\",\"coin\":\"ETH\",\"startTime\":0}");
    assert_int_equal(cJSON_GetArraySize(rates), 1);
    assert_int_equal(number_at(rates->child, "time"), end / 1000000);
    snprintf(request, sizeof request, "{\"type\":\"userFunding\",\"user\":\"%s\",\"startTime\":0}", t.address[0]);
    cJSON *payments = exchange_info(&t, request);
    assert_int_equal(cJSON_GetArraySize(payments), 1);
    const cJSON *delta = cJSON_GetObjectItemCaseSensitive(payments->child, "delta");
    assert_string_equal(text_at(delta, "fundingRate"), text_at(rates->child, "fundingRate"));
    assert_string_equal(text_at(delta, "szi"), "2.0");
    assert_true(text_at(delta, "usdc")[0] == '-');
    cJSON *frame = exchange_client_wait(&client, "userFundings");
    const cJSON *told = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(frame, "data"), "fundings");
    assert_string_equal(text_at(told->child, "usdc"), text_at(delta, "usdc"));
    cJSON_Delete(frame);
    cJSON_Delete(payments);
    cJSON_Delete(rates);
    snprintf(request, sizeof request, "{\"type\":\"userFunding\",\"user\":\"%s\",\"startTime\":\"0\"}", t.address[0]);
    assert_null(exchange_info(&t, request));
    assert_int_equal(t.code, 422);
    exchange_client_close(&client);
}

/* ---- what moved money ---- */

static pg_hl_action transfer(pg_hl_kind kind, const char *to, const char *amount)
{
    return (pg_hl_action){ .kind = kind, .send = { .destination = to, .amount = amount } };
}

static cJSON *ledger(int trader)
{
    char request[160];
    snprintf(request, sizeof request, "{\"type\":\"userNonFundingLedgerUpdates\",\"user\":\"%s\"}", t.address[trader]);
    return exchange_info(&t, request);
}

static int64_t dollars(int trader)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, t.core, exchange_account(&t, trader));
    return (int64_t)(margin.value / 10000000000); /* cents */
}

static void expect_move(const cJSON *moves, int i, const char *type, const char *usdc)
{
    const cJSON *delta = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(moves, i), "delta");
    assert_string_equal(text_at(delta, "type"), type);
    assert_string_equal(text_at(delta, "usdc"), usdc);
}

static void test_transfer(void **state)
{
    (void)state;
    pg_hl_action action = transfer(PG_HL_USD_SEND, t.address[1], "12.5");
    expect_action(0, &action, "");
    assert_int_equal(dollars(0), 9998750);
    assert_int_equal(dollars(1), 10001250);
    action = transfer(PG_HL_USD_SEND, t.address[3], "10"); /* nobody yet: the account costs a dollar */
    expect_action(0, &action, "");
    assert_int_equal(dollars(0), 9997650);
    assert_int_equal(dollars(3), 1000);
    action = transfer(PG_HL_WITHDRAW, t.address[0], "100");
    expect_action(0, &action, "");
    assert_int_equal(dollars(0), 9987650);
    cJSON *moves = ledger(0);
    assert_int_equal(cJSON_GetArraySize(moves), 4);
    expect_move(moves, 0, "deposit", "100000.0");
    expect_move(moves, 1, "internalTransfer", "12.5");
    expect_move(moves, 2, "internalTransfer", "10.0");
    expect_move(moves, 3, "withdraw", "99.0");
    cJSON_Delete(moves);
    moves = ledger(3);
    assert_int_equal(cJSON_GetArraySize(moves), 1);
    cJSON_Delete(moves);
}

static void test_transfer_refused(void **state)
{
    (void)state;
    static const char *const amounts[] = { "100000.01", "0", "0.0000001" };
    static const char *const words[] = { "Insufficient balance for withdrawal", "Invalid send", "Invalid send" };
    for (int i = 0; i < 3; i++) {
        pg_hl_action action = transfer(PG_HL_USD_SEND, t.address[1], amounts[i]);
        expect_action(0, &action, words[i]);
    }
    exchange_order(&t, 0, true, "3001", "20", PG_HL_IOC); /* a tenth of 60,000 must stay */
    pg_hl_action action = transfer(PG_HL_USD_SEND, t.address[1], "95000");
    expect_action(0, &action, "Insufficient balance for withdrawal");
    action = transfer(PG_HL_WITHDRAW, t.address[1], "1"); /* what the venue keeps */
    expect_action(0, &action, "Insufficient balance for withdrawal");
    assert_int_equal(dollars(1), 10000000);
}

/* The texts of what a user signs are hashed as they are: an address with capitals is another text. */
static void test_texts_as_signed(void **state)
{
    (void)state;
    char to[PG_ADDRESS_TEXT];
    snprintf(to, sizeof to, "%s", t.address[1]);
    for (int i = 2; to[i]; i++)
        to[i] = (char)(to[i] >= 'a' && to[i] <= 'f' ? to[i] - 'a' + 'A' : to[i]);
    assert_string_not_equal(to, t.address[1]);
    pg_hl_action action = transfer(PG_HL_USD_SEND, to, "5.0");
    pg_hl_envelope envelope = exchange_envelope(&t);
    envelope.verbatim = true;
    cJSON *answer = exchange_send(&t, 0, &action, &envelope);
    assert_string_equal(refusal(answer, 0), "");
    cJSON_Delete(answer);
    assert_int_equal(dollars(1), 10000500);
}

static void test_ledger_stream(void **state)
{
    (void)state;
    exchange_client client;
    char members[128];
    exchange_client_open(&client, &t);
    snprintf(members, sizeof members, "\"type\":\"userNonFundingLedgerUpdates\",\"user\":\"%s\"", t.address[1]);
    exchange_client_subscribe(&client, members);
    cJSON *frame = exchange_client_wait(&client, "userNonFundingLedgerUpdates");
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(frame, "data");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(data, "isSnapshot")));
    expect_move(cJSON_GetObjectItemCaseSensitive(data, "nonFundingLedgerUpdates"), 0, "deposit", "100000.0");
    cJSON_Delete(frame);
    pg_hl_action action = transfer(PG_HL_USD_SEND, t.address[1], "3");
    expect_action(0, &action, "");
    frame = exchange_client_wait(&client, "userNonFundingLedgerUpdates");
    data = cJSON_GetObjectItemCaseSensitive(frame, "data");
    assert_null(cJSON_GetObjectItemCaseSensitive(data, "isSnapshot"));
    expect_move(cJSON_GetObjectItemCaseSensitive(data, "nonFundingLedgerUpdates"), 0, "internalTransfer", "3.0");
    cJSON_Delete(frame);
    exchange_client_close(&client);
}

/* ---- states that repeat ---- */

static void test_state_streams(void **state)
{
    (void)state;
    static const char *const types[] = { "spotState", "webData3" };
    for (int i = 0; i < 2; i++) {
        exchange_client client;
        char members[128];
        exchange_client_open(&client, &t);
        snprintf(members, sizeof members, "\"type\":\"%s\",\"user\":\"%s\"", types[i], t.address[0]);
        exchange_client_subscribe(&client, members);
        cJSON_Delete(exchange_client_wait(&client, types[i]));
        t.now_ns += 4000000000;
        pg_hl_exchange_step(t.server);
        cJSON *frame = exchange_client_wait(&client, types[i]);
        assert_non_null(frame);
        cJSON_Delete(frame);
        exchange_client_close(&client);
    }
}

static void test_active_data_stream(void **state)
{
    (void)state;
    exchange_client client;
    char members[128];
    exchange_client_open(&client, &t);
    snprintf(members, sizeof members, "\"type\":\"activeAssetData\",\"coin\":\"ETH\",\"user\":\"%s\"", t.address[0]);
    exchange_client_subscribe(&client, members);
    cJSON_Delete(exchange_client_wait(&client, "activeAssetData"));
    exchange_order(&t, 0, true, "3001", "2", PG_HL_IOC);
    cJSON *frame = exchange_client_wait(&client, "activeAssetData");
    const cJSON *sizes =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(frame, "data"), "maxTradeSzs");
    double buy = atof(cJSON_GetArrayItem(sizes, 0)->valuestring),
           sell = atof(cJSON_GetArrayItem(sizes, 1)->valuestring);
    assert_true(sell - buy > 3.99 && sell - buy < 4.01); /* selling closes 2 and frees their margin */
    cJSON_Delete(frame);
    exchange_client_close(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_candles),
        in_exchange(test_spans),
        in_exchange(test_bad_candles),
        in_exchange(test_candle_stream),
        in_exchange(test_funding),
        in_exchange(test_transfer),
        in_exchange(test_transfer_refused),
        in_exchange(test_texts_as_signed),
        in_exchange(test_ledger_stream),
        in_exchange(test_state_streams),
        in_exchange(test_active_data_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

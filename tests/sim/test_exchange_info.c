/* What the exchange answers to questions: the shape of each answer, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/decimal.h"
#include "support/exchange.h"
#include "venue/hyperliquid/assets.h"

static exchange_test t;

static int set_up(void **state)
{
    (void)state;
    exchange_open(&t);
    exchange_fill_book(&t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    exchange_close(&t);
    return 0;
}

/* Whether a value has the form that a pattern names, member by member: "text", "decimal" (a text that is one), "whole",
 * "bool", "null", "decimal?" (or null); an object has exactly the members of the pattern's, but for those that end in
 * '?', which may be missing; each element of an array has the form of the pattern's only one. */
static void expect_form(const cJSON *value, const cJSON *form, const char *place)
{
    if (cJSON_IsObject(form)) {
        if (!cJSON_IsObject(value))
            fail_msg("%s is no object", place);
        int known = 0;
        for (const cJSON *member = form->child; member; member = member->next) {
            char name[64];
            snprintf(name, sizeof name, "%s", member->string);
            bool optional = name[strlen(name) - 1] == '?';
            if (optional)
                name[strlen(name) - 1] = '\0';
            const cJSON *found = cJSON_GetObjectItemCaseSensitive(value, name);
            if (!found && !optional)
                fail_msg("%s has no member %s", place, name);
            known += found != NULL;
            if (found)
                expect_form(found, member, name);
        }
        if (cJSON_GetArraySize(value) != known)
            fail_msg("%s has members that it should not have", place);
        return;
    }
    if (cJSON_IsArray(form)) {
        if (!cJSON_IsArray(value))
            fail_msg("%s is no array", place);
        for (const cJSON *element = value->child; element; element = element->next)
            expect_form(element, form->child, place);
        return;
    }
    const char *name = form->valuestring;
    size_t length = strlen(name);
    if (name[length - 1] == '?' && cJSON_IsNull(value))
        return;
    bool fits = false;
    if (strncmp(name, "text", 4) == 0)
        fits = cJSON_IsString(value);
    else if (strncmp(name, "decimal", 7) == 0)
        fits = cJSON_IsString(value) && pg_decimal_need(value->valuestring, strlen(value->valuestring)) >= 0;
    else if (strncmp(name, "whole", 5) == 0)
        fits = cJSON_IsNumber(value) && (double)(int64_t)value->valuedouble == value->valuedouble;
    else if (strncmp(name, "bool", 4) == 0)
        fits = cJSON_IsBool(value);
    else if (strcmp(name, "null") == 0)
        fits = cJSON_IsNull(value);
    if (!fits)
        fail_msg("%s is no %s", place, name);
}

/* Asks, compares the form, and gives the answer to be looked at further; the caller deletes it. */
static cJSON *ask(const char *form, const char *format, ...)
{
    char request[512];
    va_list args;
    va_start(args, format);
    vsnprintf(request, sizeof request, format, args);
    va_end(args);
    cJSON *answer = exchange_info(&t, request), *pattern = cJSON_Parse(form);
    assert_non_null(pattern);
    if (!answer)
        fail_msg("%s: %d %s", request, t.code, t.body);
    expect_form(answer, pattern, request);
    cJSON_Delete(pattern);
    return answer;
}

static const char *text_at(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    assert_true(cJSON_IsString(member));
    return member->valuestring;
}

static double number_at(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    assert_true(cJSON_IsNumber(member));
    return member->valuedouble;
}

#define ORDER                                                                                                          \
    "{\"coin\":\"text\",\"side\":\"text\",\"limitPx\":\"decimal\",\"sz\":\"decimal\",\"oid\":\"whole\","               \
    "\"timestamp\":\"whole\",\"origSz\":\"decimal\",\"cloid?\":\"text\",\"reduceOnly?\":\"bool\"}"
#define FRONTEND_ORDER                                                                                                 \
    "{\"coin\":\"text\",\"side\":\"text\",\"limitPx\":\"decimal\",\"sz\":\"decimal\",\"oid\":\"whole\","               \
    "\"timestamp\":\"whole\",\"origSz\":\"decimal\",\"triggerCondition\":\"text\",\"isTrigger\":\"bool\","             \
    "\"triggerPx\":\"decimal\",\"children\":[\"text\"],\"isPositionTpsl\":\"bool\",\"reduceOnly\":\"bool\","           \
    "\"orderType\":\"text\",\"tif\":\"text?\",\"cloid\":\"text?\"}"
#define FILL                                                                                                           \
    "{\"coin\":\"text\",\"px\":\"decimal\",\"sz\":\"decimal\",\"side\":\"text\",\"time\":\"whole\","                   \
    "\"startPosition\":\"decimal\",\"dir\":\"text\",\"closedPnl\":\"decimal\",\"hash\":\"text\",\"oid\":\"whole\","    \
    "\"crossed\":\"bool\",\"fee\":\"decimal\",\"tid\":\"whole\",\"cloid?\":\"text\",\"feeToken\":\"text\","            \
    "\"twapId\":\"null\"}"

/* ---- markets ---- */

static void test_meta(void **state)
{
    (void)state;
    cJSON *meta = exchange_info(&t, "{\"type\":\"meta\"}");
    pg_hl_assets assets = { 0 };
    pg_hl_asset asset;
    pg_instrument instrument;
    assert_int_equal(pg_hl_assets_add_perps(&assets, 0, meta, NULL), PG_OK); /* as a client reads it */
    assert_int_equal(pg_hl_assets_find(&asset, &assets, "ETH", NULL), PG_OK);
    assert_int_equal(asset.id, EXCHANGE_ETH);
    assert_int_equal(asset.size_decimals, 4);
    assert_int_equal(asset.max_leverage, 25);
    assert_int_equal(pg_hl_asset_instrument(&instrument, &asset, NULL), PG_OK);
    assert_memory_equal(&instrument, pg_exchange_instrument(t.core, EXCHANGE_ETH), sizeof instrument);
    pg_hl_assets_free(&assets);
    cJSON_Delete(meta);
}

static void test_contexts(void **state)
{
    (void)state;
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 300020, 10000);
    cJSON *answer = exchange_info(&t, "{\"type\":\"metaAndAssetCtxs\"}");
    assert_int_equal(cJSON_GetArraySize(answer), 2);
    const cJSON *contexts = cJSON_GetArrayItem(answer, 1), *eth = cJSON_GetArrayItem(contexts, EXCHANGE_ETH);
    assert_int_equal(cJSON_GetArraySize(contexts), 2);
    assert_string_equal(text_at(eth, "midPx"), "3000.1");
    assert_string_equal(text_at(eth, "markPx"), "3000.2"); /* median of bid, ask and last trade */
    assert_string_equal(text_at(eth, "dayNtlVlm"), "3000.2");
    assert_string_equal(text_at(eth, "dayBaseVlm"), "1.0");
    assert_string_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(eth, "impactPxs"), 1)->valuestring, "3000.2");
    const cJSON *btc = cJSON_GetArrayItem(contexts, EXCHANGE_BTC); /* an empty market */
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(btc, "midPx")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(btc, "premium")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(btc, "impactPxs")));
    cJSON_Delete(answer);
}

static void test_small_ones(void **state)
{
    (void)state;
    cJSON *answer = exchange_info(&t, "{\"type\":\"perpDexs\"}");
    assert_string_equal(t.body, "[null]");
    cJSON_Delete(answer);
    answer = exchange_info(&t, "{\"type\":\"spotMeta\"}");
    pg_hl_assets assets = { 0 };
    assert_int_equal(pg_hl_assets_add_spot(&assets, answer, NULL), PG_OK);
    pg_hl_assets_free(&assets);
    cJSON_Delete(answer);
    answer = ask("{\"ETH\":\"decimal\"}", "{\"type\":\"allMids\"}");
    assert_string_equal(text_at(answer, "ETH"), "3000.1");
    cJSON_Delete(answer);
    answer = ask("{\"time\":\"whole\",\"specialStatuses\":\"null\"}", "{\"type\":\"exchangeStatus\"}");
    assert_true(number_at(answer, "time") == (double)(EXCHANGE_START_NS / 1000000));
    cJSON_Delete(answer);
}

static void test_book(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000", "0.5", PG_HL_GTC);
    exchange_order(&t, 0, true, "3000.1", "0.0125", PG_HL_GTC);
    cJSON *answer = exchange_info(&t, "{\"type\":\"l2Book\",\"coin\":\"ETH\"}");
    const cJSON *bids = cJSON_GetArrayItem(cJSON_GetObjectItem(answer, "levels"), 0);
    assert_int_equal(cJSON_GetArraySize(bids), 4);
    assert_string_equal(text_at(bids->child, "px"), "3000.1");
    assert_string_equal(text_at(bids->child, "sz"), "0.0125");
    assert_string_equal(text_at(bids->child->next, "sz"), "10.5"); /* the market's 10 and ours */
    assert_int_equal(number_at(bids->child->next, "n"), 2);
    cJSON_Delete(answer);
    answer = exchange_info(&t, "{\"type\":\"l2Book\",\"coin\":\"ETH\",\"nSigFigs\":4,\"mantissa\":null}");
    bids = cJSON_GetArrayItem(cJSON_GetObjectItem(answer, "levels"), 0);
    assert_string_equal(text_at(bids->child, "px"), "3000.0");
    assert_string_equal(text_at(bids->child, "sz"), "10.5125");
    assert_string_equal(text_at(bids->child->next, "px"), "2999.0");
    assert_string_equal(text_at(bids->child->next, "sz"), "20.0");
    cJSON_Delete(answer);
    answer = exchange_info(&t, "{\"type\":\"l2Book\",\"coin\":\"eth\"}");
    assert_true(cJSON_IsNull(answer));
    cJSON_Delete(answer);
    assert_null(exchange_info(&t, "{\"type\":\"l2Book\",\"coin\":\"ETH\",\"nSigFigs\":5,\"mantissa\":1}"));
    assert_int_equal(t.code, 500);
}

static void test_trades(void **state)
{
    (void)state;
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 300000, 1234);
    cJSON *answer =
        ask("[{\"coin\":\"text\",\"side\":\"text\",\"px\":\"decimal\",\"sz\":\"decimal\",\"time\":\"whole\","
            "\"hash\":\"text\",\"tid\":\"whole\",\"users\":[\"text\"]}]",
            "{\"type\":\"recentTrades\",\"coin\":\"ETH\"}");
    assert_int_equal(cJSON_GetArraySize(answer), 1);
    assert_string_equal(text_at(answer->child, "side"), "A");
    assert_string_equal(text_at(answer->child, "px"), "3000.0");
    assert_string_equal(text_at(answer->child, "sz"), "0.1234");
    assert_true(number_at(answer->child, "tid") < 1125899906842624.0);
    cJSON_Delete(answer);
}

/* ---- accounts ---- */

static void test_clearinghouse(void **state)
{
    (void)state;
    char request[128];
    exchange_order(&t, 0, true, "3000.2", "2", PG_HL_IOC);
    snprintf(request, sizeof request, "{\"type\":\"clearinghouseState\",\"user\":\"%s\"}", t.address[0]);
    cJSON *answer = exchange_info(&t, request);
    const cJSON *summary = cJSON_GetObjectItem(answer, "marginSummary");
    const cJSON *held = cJSON_GetArrayItem(cJSON_GetObjectItem(answer, "assetPositions"), 0);
    const cJSON *position = cJSON_GetObjectItem(held, "position");
    assert_string_equal(text_at(held, "type"), "oneWay");
    assert_string_equal(text_at(position, "coin"), "ETH");
    assert_string_equal(text_at(position, "szi"), "2.0");
    assert_string_equal(text_at(position, "entryPx"), "3000.2");
    assert_string_equal(text_at(position, "positionValue"), "6000.4");
    assert_string_equal(text_at(position, "marginUsed"), "300.02");       /* cross 20 */
    assert_string_equal(text_at(summary, "totalRawUsd"), "93996.89982");  /* - 6000.4 - fee of 2.70018 */
    assert_string_equal(text_at(summary, "accountValue"), "99997.29982"); /* raw + position at the mark */
    assert_string_equal(text_at(answer, "withdrawable"), "99397.25982");  /* less a tenth of the position */
    cJSON_Delete(answer);
}

static void test_nobody(void **state)
{
    (void)state;
    char request[128];
    snprintf(request, sizeof request, "{\"type\":\"clearinghouseState\",\"user\":\"%s\"}", t.address[3]);
    cJSON *answer = exchange_info(&t, request);
    assert_string_equal(text_at(cJSON_GetObjectItem(answer, "marginSummary"), "accountValue"), "0.0");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(answer, "assetPositions")), 0);
    cJSON_Delete(answer);
    answer = ask("{\"role\":\"text\"}", "{\"type\":\"userRole\",\"user\":\"%s\"}", t.address[3]);
    assert_string_equal(text_at(answer, "role"), "missing");
    cJSON_Delete(answer);
    answer = ask("{\"role\":\"text\"}", "{\"type\":\"userRole\",\"user\":\"%s\"}", t.address[0]);
    assert_string_equal(text_at(answer, "role"), "user");
    cJSON_Delete(answer);
    cJSON_Delete(ask("[" ORDER "]", "{\"type\":\"openOrders\",\"user\":\"%s\"}", t.address[3]));
    cJSON_Delete(ask("[" FILL "]", "{\"type\":\"userFills\",\"user\":\"%s\"}", t.address[3]));
    cJSON_Delete(ask("{\"status\":\"text\"}", "{\"type\":\"orderStatus\",\"user\":\"%s\",\"oid\":1}", t.address[3]));
    cJSON_Delete(
        ask("{\"balances\":[\"any\"]}", "{\"type\":\"spotClearinghouseState\",\"user\":\"%s\"}", t.address[0]));
    cJSON_Delete(ask("[\"any\"]", "{\"type\":\"extraAgents\",\"user\":\"%s\"}", t.address[0]));
}

static void test_open_orders(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1.5", PG_HL_ALO);
    order.cloid = "0x0000000000000000000000000000ABCD";
    uint64_t oid = exchange_place(&t, 0, &order, NULL, 0);
    exchange_order(&t, 0, false, "3010", "1", PG_HL_GTC);
    cJSON *answer = ask("[" ORDER "]", "{\"type\":\"openOrders\",\"user\":\"%s\"}", t.address[0]);
    assert_int_equal(cJSON_GetArraySize(answer), 2);
    assert_true(number_at(answer->child, "oid") == (double)oid);
    assert_string_equal(text_at(answer->child, "cloid"), "0x0000000000000000000000000000abcd");
    assert_string_equal(text_at(answer->child, "limitPx"), "2990.0");
    cJSON_Delete(answer);
    answer = ask("[" FRONTEND_ORDER "]", "{\"type\":\"frontendOpenOrders\",\"user\":\"%s\"}", t.address[0]);
    assert_string_equal(text_at(answer->child, "tif"), "Alo");
    assert_string_equal(text_at(answer->child->next, "side"), "A");
    cJSON_Delete(answer);
    answer =
        ask("{\"status\":\"text\",\"order?\":{\"order\":" FRONTEND_ORDER
            ",\"status\":\"text\",\"statusTimestamp\":\"whole\"}}",
            "{\"type\":\"orderStatus\",\"user\":\"%s\",\"oid\":\"0x0000000000000000000000000000abcd\"}", t.address[0]);
    assert_string_equal(text_at(answer, "status"), "order");
    assert_string_equal(text_at(cJSON_GetObjectItem(answer, "order"), "status"), "open");
    cJSON_Delete(answer);
    /* Another account does not see it. */
    answer = ask("{\"status\":\"text\"}", "{\"type\":\"orderStatus\",\"user\":\"%s\",\"oid\":%llu}", t.address[1],
                 (unsigned long long)oid);
    assert_string_equal(text_at(answer, "status"), "unknownOid");
    cJSON_Delete(answer);
}

static void test_history(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    exchange_order(&t, 0, true, "2990", "1", PG_HL_IOC);
    exchange_order(&t, 0, true, "3000.3", "1", PG_HL_ALO);
    cJSON *answer = ask("[{\"order\":" FRONTEND_ORDER ",\"status\":\"text\",\"statusTimestamp\":\"whole\"}]",
                        "{\"type\":\"historicalOrders\",\"user\":\"%s\"}", t.address[0]);
    assert_string_equal(text_at(answer->child, "status"), "badAloPxRejected"); /* newest first */
    assert_string_equal(text_at(answer->child->next, "status"), "iocCancelRejected");
    assert_string_equal(text_at(answer->child->next->next, "status"), "filled");
    cJSON_Delete(answer);
}

static void test_fills(void **state)
{
    (void)state;
    int64_t first_ms = EXCHANGE_START_NS / 1000000;
    for (int i = 0; i < 3; i++) {
        exchange_order(&t, 0, i != 2, i == 2 ? "3000" : "3000.2", "0.1", PG_HL_IOC);
        t.now_ns += 1000000000;
    }
    cJSON *answer = ask("[" FILL "]", "{\"type\":\"userFills\",\"user\":\"%s\"}", t.address[0]);
    assert_int_equal(cJSON_GetArraySize(answer), 3);
    assert_string_equal(text_at(answer->child, "dir"), "Close Long"); /* newest first */
    assert_string_equal(text_at(answer->child, "startPosition"), "0.2");
    assert_string_equal(text_at(answer->child, "closedPnl"), "-0.02");
    assert_string_equal(text_at(answer->child, "fee"), "0.135"); /* 300 * 0.00045 */
    cJSON_Delete(answer);
    answer = ask("[" FILL "]", "{\"type\":\"userFillsByTime\",\"user\":\"%s\",\"startTime\":%lld,\"endTime\":%lld}",
                 t.address[0], (long long)first_ms + 1000, (long long)first_ms + 2000);
    assert_int_equal(cJSON_GetArraySize(answer), 2); /* both ends are in it; oldest first */
    assert_true(number_at(answer->child, "time") == (double)(first_ms + 1000));
    cJSON_Delete(answer);
    answer = ask("[" FILL "]", "{\"type\":\"userFillsByTime\",\"user\":\"%s\",\"startTime\":%lld,\"reversed\":true}",
                 t.address[0], (long long)first_ms);
    assert_true(number_at(answer->child, "time") == (double)(first_ms + 2000));
    cJSON_Delete(answer);
}

static void test_fees_and_limits(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    char request[128];
    snprintf(request, sizeof request, "{\"type\":\"userFees\",\"user\":\"%s\"}", t.address[0]);
    cJSON *answer = exchange_info(&t, request);
    assert_string_equal(text_at(answer, "userCrossRate"), "0.00045");
    assert_string_equal(text_at(answer, "userAddRate"), "0.00015");
    assert_string_equal(text_at(cJSON_GetObjectItem(answer, "feeSchedule"), "cross"), "0.00045");
    const cJSON *days = cJSON_GetObjectItem(answer, "dailyUserVlm"), *today = cJSON_GetArrayItem(days, 14);
    assert_string_equal(text_at(today, "date"), "2026-09-21");
    assert_string_equal(text_at(today, "userCross"), "3000.2");
    assert_string_equal(text_at(today, "userAdd"), "0.0");
    assert_string_equal(text_at(today, "exchange"), "3000.2");
    cJSON_Delete(answer);
    answer = ask("{\"cumVlm\":\"decimal\",\"nRequestsUsed\":\"whole\",\"nRequestsCap\":\"whole\","
                 "\"nRequestsSurplus\":\"whole\"}",
                 "{\"type\":\"userRateLimit\",\"user\":\"%s\"}", t.address[0]);
    assert_string_equal(text_at(answer, "cumVlm"), "3000.2");
    assert_int_equal(number_at(answer, "nRequestsUsed"), 1);
    assert_int_equal(number_at(answer, "nRequestsCap"), 13000);
    cJSON_Delete(answer);
}

static void test_active_data(void **state)
{
    (void)state;
    char request[160];
    snprintf(request, sizeof request, "{\"type\":\"activeAssetData\",\"user\":\"%s\",\"coin\":\"ETH\"}", t.address[0]);
    cJSON *answer = exchange_info(&t, request);
    assert_string_equal(text_at(answer, "user"), t.address[0]);
    assert_int_equal(number_at(cJSON_GetObjectItem(answer, "leverage"), "value"), 20);
    assert_string_equal(text_at(answer, "markPx"), "3000.1");
    /* 100,000 * 20 / 3000.1, cut off */
    assert_string_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(answer, "maxTradeSzs"), 0)->valuestring, "666.6444");
    cJSON_Delete(answer);
}

/* ---- bad requests ---- */

static void test_bad_requests(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "null",
        "[]",
        "\"meta\"",
        "{}",
        "{\"type\":1}",
        "{\"type\":\"noSuchThing\"}",
        "{\"type\":\"l2Book\"}",
        "{\"type\":\"l2Book\",\"coin\":[\"ETH\"]}",
        "{\"type\":\"clearinghouseState\"}",
        "{\"type\":\"clearinghouseState\",\"user\":\"0x12\"}",
        "{\"type\":\"orderStatus\",\"user\":\"0x7e5f4552091a69125d5dfcb7b8c2659029395bdf\",\"oid\":null}",
        "{\"type\":\"orderStatus\",\"user\":\"0x7e5f4552091a69125d5dfcb7b8c2659029395bdf\",\"oid\":\"0x1\"}",
        "{\"type\":\"userFillsByTime\",\"user\":\"0x7e5f4552091a69125d5dfcb7b8c2659029395bdf\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        exchange_post(&t, "/info", bad[i], strlen(bad[i]));
        if (t.code != 422)
            fail_msg("%s: %d %s", bad[i], t.code, t.body);
    }
    exchange_post(&t, "/nothing", "{}", 2);
    assert_int_equal(t.code, 404);
}

#define in_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_meta),         in_exchange(test_contexts),        in_exchange(test_small_ones),
        in_exchange(test_book),         in_exchange(test_trades),          in_exchange(test_clearinghouse),
        in_exchange(test_nobody),       in_exchange(test_open_orders),     in_exchange(test_history),
        in_exchange(test_fills),        in_exchange(test_fees_and_limits), in_exchange(test_active_data),
        in_exchange(test_bad_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

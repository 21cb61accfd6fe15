/* The streams of the built-in exchange about all markets and whole accounts, liquidations, market orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "support/exchange_markets.h"

static exchange_client c;

static int open_client(void **state)
{
    set_up(state);
    exchange_client_open(&c, &t);
    return 0;
}

static int close_client(void **state)
{
    exchange_client_close(&c);
    return tear_down(state);
}

static void follow(const char *type, const char *members)
{
    char text[256];
    snprintf(text, sizeof text, "\"type\":\"%s\"%s", type, members);
    exchange_client_subscribe(&c, text);
}

static void follow_user(const char *type, int trader)
{
    char members[96];
    snprintf(members, sizeof members, ",\"user\":\"%s\"", t.address[trader]);
    follow(type, members);
}

static cJSON *next(const char *channel)
{
    cJSON *frame = exchange_client_wait(&c, channel);
    if (!frame)
        fail_msg("no frame of %s", channel);
    return frame;
}

/* The JSON of stored blocks of raw DEFLATE in base64. */
static cJSON *unpack(const char *text)
{
    static unsigned char raw[65536];
    char json[65536];
    int size = EVP_DecodeBlock(raw, (const unsigned char *)text, (int)strlen(text));
    size_t length = 0;
    for (int at = 0; at + 5 <= size;) {
        bool last = raw[at] & 1;
        size_t part = raw[at + 1] | (size_t)raw[at + 2] << 8;
        assert_int_equal(raw[at] >> 1, 0); /* stored */
        assert_int_equal(raw[at + 1] ^ raw[at + 3], 0xff);
        memcpy(json + length, raw + at + 5, part);
        length += part;
        at += 5 + (int)part;
        if (last)
            break;
    }
    cJSON *made = cJSON_ParseWithLength(json, length);
    assert_non_null(made);
    return made;
}

static void test_fast_contexts(void **state)
{
    (void)state;
    follow("fastAssetCtxs", "");
    cJSON *frame = next("fastAssetCtxs");
    cJSON *all = unpack(text_of(frame, "data"));
    expect_text(all, "ETH.midPx", "3000.1");
    expect_text(all, "@107.midPx", "40.01");
    expect_text(all, "xyz:SP500.midPx", "6500.1");
    cJSON_Delete(all);
    cJSON_Delete(frame);
    pg_hl_exchange_step(t.server);
    cJSON_Delete(next("fastAssetCtxs")); /* everything is a change at first */
    t.now_ns += 1000000000;
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 300010, 100000);
    frame = next("fastAssetCtxs");
    all = unpack(text_of(frame, "data"));
    expect_text(all, "ETH.midPx", "3000.15");
    assert_int_equal(cJSON_GetArraySize(all), 1); /* only what has changed */
    cJSON_Delete(all);
    cJSON_Delete(frame);
}

static void test_all_contexts(void **state)
{
    (void)state;
    follow("allDexsAssetCtxs", "");
    cJSON *frame = next("allDexsAssetCtxs");
    expect_text(frame, "data.ctxs.0.1.1.midPx", "3000.1");
    expect_text(frame, "data.ctxs.1.0", "xyz");
    expect_text(frame, "data.ctxs.1.1.0.midPx", "6500.1");
    cJSON_Delete(frame);
    follow("spotAssetCtxs", "");
    frame = next("spotAssetCtxs");
    expect_text(frame, "data.1.coin", "@107");
    cJSON_Delete(frame);
    follow("assetCtxs", ",\"dex\":\"xyz\"");
    frame = next("assetCtxs");
    expect_text(frame, "data.ctxs.0.midPx", "6500.1");
    cJSON_Delete(frame);
    follow("allMids", ",\"dex\":\"xyz\"");
    frame = next("allMids");
    expect_text(frame, "data.mids.xyz:SP500", "6500.1");
    expect_text(frame, "data.dex", "xyz");
    cJSON_Delete(frame);
    follow("activeAssetCtx", ",\"coin\":\"@107\"");
    frame = next("activeSpotAssetCtx");
    expect_text(frame, "data.ctx.midPx", "40.01");
    cJSON_Delete(frame);
    follow("outcomeMetaUpdates", "");
}

static void test_accounts(void **state)
{
    (void)state;
    class_transfer(0, "500", false, "");
    follow_user("spotState", 0);
    cJSON *frame = next("spotState");
    expect_text(frame, "data.spotState.balances.0.total", "500.0");
    cJSON_Delete(frame);
    follow_user("allDexsClearinghouseState", 0);
    frame = next("allDexsClearinghouseState");
    expect_text(frame, "data.clearinghouseStates.0.1.withdrawable", "99500.0");
    expect_text(frame, "data.clearinghouseStates.1.0", "xyz");
    cJSON_Delete(frame);
    follow_user("webData3", 0);
    frame = next("webData3");
    expect_text(frame, "data.userState.abstraction", "default");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(cJSON_GetObjectItem(frame, "data"), "perpDexStates")), 2);
    cJSON_Delete(frame);
    follow_user("userHistoricalOrders", 0);
    frame = next("userHistoricalOrders");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(cJSON_GetObjectItem(frame, "data"), "isSnapshot")));
    cJSON_Delete(frame);
    follow_user("notification", 0);
    order_hype(0, true, "40", "1", PG_HL_ALO, "");
    frame = next("userHistoricalOrders");
    expect_text(frame, "data.orderHistory.0.status", "open");
    expect_text(frame, "data.orderHistory.0.order.tif", "Alo");
    cJSON_Delete(frame);
    exchange_print(&t, MARKET_HYPE, PG_SELL, 40000000, 20000);
    frame = next("notification");
    expect_text(frame, "data.notification", "Resting order filled: Bought 1 HYPE at $40");
    cJSON_Delete(frame);
    char text[160];
    snprintf(text, sizeof text, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"webData2\",\"user\":\"%s\"}}",
             t.address[0]);
    exchange_client_send(&c, text); /* as the venue has it */
    cJSON_Delete(next("error"));
}

/* A liquidation is told as an event, and kept in the ledger. */
static void test_liquidation(void **state)
{
    (void)state;
    pg_hl_action send = { .kind = PG_HL_USD_SEND };
    send.send.destination = t.address[1];
    send.send.amount = "99800";
    act(0, &send, "");
    follow_user("userEvents", 0);
    follow_user("userNonFundingLedgerUpdates", 0);
    cJSON_Delete(next("userNonFundingLedgerUpdates"));
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    order_for(0, NULL, &order, "");
    pg_event mark = { .kind = PG_EVENT_MARK, .price = 285000, .price2 = 285000, .flags = PG_EVENT_LAST };
    pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
    t.now_ns += 1000000000;
    pg_hl_exchange_step(t.server);
    cJSON *frame = NULL;
    do {
        cJSON_Delete(frame);
        frame = next("user");
    } while (!cJSON_GetObjectItem(cJSON_GetObjectItem(frame, "data"), "liquidation"));
    expect_text(frame, "data.liquidation.liquidated_user", t.address[0]);
    expect_text(frame, "data.liquidation.liquidated_ntl_pos", "2850.0");
    cJSON_Delete(frame);
    cJSON *answer = ask_of(t.address[0], "userNonFundingLedgerUpdates", ",\"startTime\":0");
    expect_text(answer, "2.delta.type", "liquidation");
    expect_text(answer, "2.delta.leverageType", "Cross");
    expect_text(answer, "2.delta.liquidatedPositions.0.coin", "ETH");
    expect_text(answer, "2.delta.liquidatedPositions.0.szi", "1.0");
    cJSON_Delete(answer);
}

/* Orders of the venue's own pages. */
static void test_market_order(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.4", "1", PG_HL_FRONTEND_MARKET);
    order_for(0, NULL, &order, "");
    expect_info(t.address[0], "historicalOrders", "0.order.orderType", "Market");
    expect_info(t.address[0], "historicalOrders", "0.order.tif", "FrontendMarket");
    order = exchange_limit(EXCHANGE_BTC, true, "100000", "1", PG_HL_FRONTEND_MARKET);
    order_for(0, NULL, &order, "No liquidity available for market order. asset=0");
    expect_info(t.address[0], "historicalOrders", "0.status", "marketOrderNoLiquidityRejected");
}

#define with_client(test) cmocka_unit_test_setup_teardown(test, open_client, close_client)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_client(test_fast_contexts), with_client(test_all_contexts), with_client(test_accounts),
        with_client(test_liquidation),   in_exchange(test_market_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

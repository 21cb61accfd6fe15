/* What the exchange's sockets are told: acknowledgements, first states, what happens, errors, posts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange.h"

static exchange_test t;
static exchange_client c;

static int set_up(void **state)
{
    (void)state;
    exchange_open(&t);
    exchange_fill_book(&t);
    exchange_client_open(&c, &t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    exchange_client_close(&c);
    exchange_close(&t);
    return 0;
}

/* ---- frames ---- */

static const cJSON *at(const cJSON *value, const char *path)
{
    char copy[128], *rest = copy;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *name; value && (name = strtok_r(rest, ".", &rest));)
        value = name[0] >= '0' && name[0] <= '9' ? cJSON_GetArrayItem(value, atoi(name))
                                                 : cJSON_GetObjectItemCaseSensitive(value, name);
    return value;
}

static void expect_text(const cJSON *frame, const char *path, const char *text)
{
    const cJSON *value = at(frame, path);
    if (!cJSON_IsString(value) || strcmp(value->valuestring, text) != 0) {
        char *whole = cJSON_Print(frame);
        fail_msg("%s is not '%s' in %s", path, text, whole);
    }
}

static void expect_count(const cJSON *frame, const char *path, int count)
{
    assert_int_equal(cJSON_GetArraySize(at(frame, path)), count);
}

static cJSON *next(const char *channel)
{
    cJSON *frame = exchange_client_wait(&c, channel);
    if (!frame)
        fail_msg("nothing came on %s", channel);
    return frame;
}

/* What waits on the socket has come; nothing of this channel is among it. */
static void expect_nothing(const char *channel)
{
    exchange_client_send(&c, "{\"method\":\"ping\"}");
    int before = c.next;
    cJSON_Delete(next("pong"));
    for (int i = before; i < c.next; i++)
        if (strstr(c.frames[i], channel))
            fail_msg("there is %s", c.frames[i]);
}

static void subscribe_user(const char *type, int trader)
{
    char text[128];
    snprintf(text, sizeof text, "\"type\":\"%s\",\"user\":\"%s\"", type, t.address[trader]);
    exchange_client_subscribe(&c, text);
}

static void expect_error(const char *frame, const char *words)
{
    exchange_client_send(&c, frame);
    cJSON *answer = next("error");
    expect_text(answer, "data", words);
    cJSON_Delete(answer);
}

/* ---- the session ---- */

static void test_ping(void **state)
{
    (void)state;
    exchange_client_send(&c, "{\"method\":\"ping\"}");
    cJSON *pong = next("pong");
    assert_string_equal(c.frames[0], "{\"channel\":\"pong\"}");
    cJSON_Delete(pong);
}

static void test_acknowledgements(void **state)
{
    static const char book[] = "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"ETH\"}}";
    (void)state;
    exchange_client_send(&c, book);
    cJSON_Delete(next("subscriptionResponse"));
    assert_string_equal(c.frames[0],
                        "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\",\"subscription\":{"
                        "\"type\":\"l2Book\",\"coin\":\"ETH\",\"nSigFigs\":null,\"mantissa\":null,\"fast\":false}}}");
    expect_error(book, "Already subscribed: {\"type\":\"l2Book\",\"coin\":\"ETH\",\"nSigFigs\":null,\"mantissa\":null,"
                       "\"fast\":false}");
    exchange_client_subscribe(&c, "\"type\":\"l2Book\",\"coin\":\"ETH\",\"fast\":true"); /* another one */
    exchange_client_send(&c, "{\"method\":\"unsubscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"ETH\"}}");
    cJSON *answer = next("subscriptionResponse");
    expect_text(answer, "data.method", "unsubscribe");
    cJSON_Delete(answer);
    expect_error("{\"method\":\"unsubscribe\",\"subscription\":{\"type\":\"bbo\",\"coin\":\"ETH\"}}",
                 "Already unsubscribed: {\"type\":\"bbo\",\"coin\":\"ETH\"}");
}

static void test_unparsable(void **state)
{
    static const char *const frames[] = {
        "hello",
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"bbo\",\"coin\":[\"BTC\",\"ETH\"]}}",
        "{\"method\":\"subscribe\"}",
        "{\"method\":\"nothing\"}",
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"webData2\",\"user\":\"0x1\"}}",
        "{\"method\":\"post\",\"id\":\"1\",\"request\":{\"type\":\"info\",\"payload\":{\"type\":\"meta\"}}}",
    };
    char words[256];
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        snprintf(words, sizeof words, "Error parsing JSON into valid websocket request: %s", frames[i]);
        expect_error(frames[i], words);
    }
    assert_int_equal(c.closes, 0);
}

/* The venue does not say what was wrong: the connection is gone. */
static void test_unknown_coin(void **state)
{
    static const char *const names[] = { "\"coin\":\"NOPE\"", "\"coin\":\"eth\"", "\"coin\":\"ETH\",\"nSigFigs\":6",
                                         "\"coin\":\"ETH\",\"mantissa\":2" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[128];
        int closes = c.closes, opens = c.opens, frames = c.count;
        snprintf(text, sizeof text, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",%s}}", names[i]);
        exchange_client_send(&c, text);
        for (int k = 0; k < 50 && (c.closes == closes || c.opens == opens); k++)
            pg_loop_run_for(t.loop, 100);
        assert_int_equal(c.closes, closes + 1);
        assert_int_equal(c.opens, opens + 1);
        assert_int_equal(c.count, frames);
    }
}

static void test_users(void **state)
{
    char text[160];
    (void)state;
    for (int i = 0; i < 14; i++) {
        snprintf(text, sizeof text, "\"type\":\"orderUpdates\",\"user\":\"0x%040d\"", i);
        exchange_client_subscribe(&c, text);
    }
    exchange_client_subscribe(&c, "\"type\":\"userFills\",\"user\":\"0x0000000000000000000000000000000000000001\"");
    snprintf(text, sizeof text,
             "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"orderUpdates\",\"user\":\"0x%040d\"}}", 14);
    expect_error(text, "Cannot track more than 15 total users.");
}

/* Nothing said for a minute: the server hangs up; a ping makes it say something. */
static void test_silence(void **state)
{
    (void)state;
    t.now_ns += 50000000000;
    exchange_client_send(&c, "{\"method\":\"ping\"}");
    pg_hl_exchange_step(t.server);
    cJSON_Delete(next("pong"));
    t.now_ns += 59000000000;
    pg_hl_exchange_step(t.server);
    pg_loop_run_for(t.loop, 20);
    assert_int_equal(c.closes, 0);
    t.now_ns += 60000000000;
    pg_hl_exchange_step(t.server);
    for (int k = 0; k < 50 && c.closes == 0; k++)
        pg_loop_run_for(t.loop, 100);
    assert_int_equal(c.closes, 1);
}

/* ---- markets ---- */

static void test_book(void **state)
{
    (void)state;
    exchange_client_subscribe(&c, "\"type\":\"l2Book\",\"coin\":\"ETH\"");
    cJSON *frame = next("l2Book");
    expect_text(frame, "data.levels.0.0.px", "3000.0");
    assert_null(at(frame, "data.fast"));
    cJSON_Delete(frame);
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 300010, 5000);
    expect_nothing("l2Book"); /* it has its own pace */
    t.now_ns += 5000000000;
    pg_hl_exchange_step(t.server);
    frame = next("l2Book");
    expect_text(frame, "data.levels.0.0.px", "3000.1");
    expect_text(frame, "data.levels.0.0.sz", "0.5");
    assert_true(at(frame, "data.time")->valuedouble == (double)(t.now_ns / 1000000));
    cJSON_Delete(frame);
}

static void test_fast_book(void **state)
{
    (void)state;
    for (int i = 3; i < 30; i++)
        exchange_level(&t, EXCHANGE_ETH, PG_BUY, 300000 - 10 * i, 10000);
    exchange_client_subscribe(&c, "\"type\":\"l2Book\",\"coin\":\"ETH\",\"fast\":true");
    cJSON *frame = next("l2Book");
    expect_count(frame, "data.levels.0", 5);
    assert_true(cJSON_IsTrue(at(frame, "data.fast")));
    cJSON_Delete(frame);
    t.now_ns += 500000000;
    pg_hl_exchange_step(t.server);
    cJSON_Delete(next("l2Book"));
    exchange_client_subscribe(&c, "\"type\":\"l2Book\",\"coin\":\"ETH\"");
    frame = next("l2Book");
    expect_count(frame, "data.levels.0", 20);
    cJSON_Delete(frame);
}

static void test_touch(void **state)
{
    (void)state;
    exchange_client_subscribe(&c, "\"type\":\"bbo\",\"coin\":\"ETH\"");
    exchange_client_subscribe(&c, "\"type\":\"bbo\",\"coin\":\"BTC\"");
    cJSON *frame = next("bbo");
    assert_true(cJSON_IsNull(at(frame, "data.bbo.0"))); /* BTC has no book */
    cJSON_Delete(frame);
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 299950, 5000); /* not the best */
    expect_nothing("bbo");
    exchange_level(&t, EXCHANGE_ETH, PG_SELL, 300020, 7000);
    frame = next("bbo");
    expect_text(frame, "data.coin", "ETH");
    expect_text(frame, "data.bbo.1.sz", "0.7");
    cJSON_Delete(frame);
    exchange_order(&t, 0, false, "3000.1", "0.3", PG_HL_GTC); /* ours are in it, too */
    frame = next("bbo");
    expect_text(frame, "data.bbo.1.px", "3000.1");
    cJSON_Delete(frame);
}

static void test_trades(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++)
        exchange_print(&t, EXCHANGE_ETH, PG_SELL, 300000, 1000 + i);
    exchange_client_subscribe(&c, "\"type\":\"trades\",\"coin\":\"ETH\"");
    cJSON *frame = next("trades");
    expect_count(frame, "data", 30);
    cJSON_Delete(frame);
    exchange_order(&t, 0, true, "3000.2", "1.5", PG_HL_IOC);
    frame = next("trades");
    expect_count(frame, "data", 1);
    expect_text(frame, "data.0.side", "B");
    expect_text(frame, "data.0.sz", "1.5");
    expect_text(frame, "data.0.users.0", t.address[0]);
    cJSON_Delete(frame);
    /* A print that meets our order is told in parts, and no more of it than there was. */
    exchange_order(&t, 0, false, "3000.1", "1", PG_HL_ALO);
    exchange_print(&t, EXCHANGE_ETH, PG_BUY, 300020, 30000);
    frame = next("trades");
    expect_count(frame, "data", 2);
    expect_text(frame, "data.0.px", "3000.1");
    expect_text(frame, "data.0.sz", "1.0");
    expect_text(frame, "data.0.users.1", t.address[0]);
    expect_text(frame, "data.1.px", "3000.2");
    expect_text(frame, "data.1.sz", "2.0");
    cJSON_Delete(frame);
}

static void test_paced_streams(void **state)
{
    (void)state;
    exchange_client_subscribe(&c, "\"type\":\"allMids\"");
    exchange_client_subscribe(&c, "\"type\":\"activeAssetCtx\",\"coin\":\"ETH\"");
    cJSON *frame = next("activeAssetCtx");
    expect_text(frame, "data.coin", "ETH");
    expect_text(frame, "data.ctx.midPx", "3000.1");
    cJSON_Delete(frame);
    t.now_ns += 1000000000;
    pg_hl_exchange_step(t.server);
    cJSON_Delete(next("activeAssetCtx"));
    t.now_ns += 4000000000;
    pg_hl_exchange_step(t.server);
    frame = next("allMids");
    expect_text(frame, "data.mids.ETH", "3000.1");
    cJSON_Delete(frame);
}

/* ---- accounts ---- */

static void test_order_updates(void **state)
{
    (void)state;
    subscribe_user("orderUpdates", 0);
    expect_nothing("\"orderUpdates\",\"data\""); /* no snapshot */
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.1", "2", PG_HL_ALO);
    order.cloid = "0x000000000000000000000000000000ff";
    exchange_place(&t, 0, &order, NULL, 0);
    cJSON *frame = next("orderUpdates");
    expect_text(frame, "data.0.status", "open");
    expect_text(frame, "data.0.order.cloid", order.cloid);
    expect_text(frame, "data.0.order.limitPx", "3000.1");
    cJSON_Delete(frame);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 300010, 5000);
    frame = next("orderUpdates");
    expect_text(frame, "data.0.status", "open");
    expect_text(frame, "data.0.order.sz", "1.5");
    expect_text(frame, "data.0.order.origSz", "2.0");
    cJSON_Delete(frame);
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 300010, 50000);
    frame = next("orderUpdates");
    expect_text(frame, "data.0.status", "filled");
    expect_text(frame, "data.0.order.sz", "0.0");
    cJSON_Delete(frame);
    exchange_order(&t, 0, true, "3001", "1", PG_HL_ALO);
    frame = next("orderUpdates");
    expect_text(frame, "data.0.status", "badAloPxRejected");
    cJSON_Delete(frame);
    exchange_order(&t, 1, true, "2990", "1", PG_HL_ALO); /* another account's */
    expect_nothing("orderUpdates");
}

static void test_fills(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    subscribe_user("userFills", 0);
    cJSON *frame = next("userFills");
    assert_true(cJSON_IsTrue(at(frame, "data.isSnapshot")));
    expect_text(frame, "data.user", t.address[0]);
    expect_count(frame, "data.fills", 1);
    cJSON_Delete(frame);
    exchange_order(&t, 0, false, "3000", "3", PG_HL_IOC);
    frame = next("userFills");
    assert_null(at(frame, "data.isSnapshot"));
    expect_text(frame, "data.fills.0.dir", "Long > Short");
    expect_text(frame, "data.fills.0.startPosition", "1.0");
    expect_text(frame, "data.fills.0.closedPnl", "-0.2");
    cJSON_Delete(frame);
}

static void test_events(void **state)
{
    (void)state;
    subscribe_user("userEvents", 0);
    exchange_order(&t, 0, true, "3000.1", "1", PG_HL_ALO);
    exchange_order(&t, 0, false, "3000.1", "0.4", PG_HL_IOC); /* one's own order is taken away */
    cJSON *frame = next("user");
    expect_count(frame, "data.nonUserCancel", 1);
    expect_text(frame, "data.nonUserCancel.0.coin", "ETH");
    cJSON_Delete(frame);
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    frame = next("user");
    expect_count(frame, "data.fills", 1);
    cJSON_Delete(frame);
}

static void test_states(void **state)
{
    (void)state;
    subscribe_user("clearinghouseState", 0);
    cJSON *frame = next("clearinghouseState");
    expect_text(frame, "data.user", t.address[0]);
    expect_text(frame, "data.dex", "");
    expect_text(frame, "data.clearinghouseState.marginSummary.accountValue", "100000.0");
    cJSON_Delete(frame);
    subscribe_user("openOrders", 0);
    frame = next("openOrders");
    expect_count(frame, "data.orders", 0);
    cJSON_Delete(frame);
    exchange_order(&t, 0, true, "2990", "1", PG_HL_ALO);
    t.now_ns += 4000000000;
    pg_hl_exchange_step(t.server);
    frame = next("openOrders");
    expect_count(frame, "data.orders", 1);
    expect_text(frame, "data.orders.0.tif", "Alo");
    cJSON_Delete(frame);
}

/* ---- posts ---- */

static void test_post_info(void **state)
{
    (void)state;
    exchange_client_send(&c, "{\"method\":\"post\",\"id\":7,\"request\":{\"type\":\"info\",\"payload\":{\"type\":"
                             "\"l2Book\",\"coin\":\"NOPE\"}}}");
    cJSON_Delete(next("post"));
    assert_string_equal(c.frames[0], "{\"channel\":\"post\",\"data\":{\"id\":7,\"response\":{\"type\":\"info\","
                                     "\"payload\":{\"type\":\"l2Book\",\"data\":null}}}}");
    exchange_client_send(&c, "{\"method\":\"post\",\"id\":8,\"request\":{\"type\":\"info\",\"payload\":{}}}");
    cJSON *frame = next("post");
    expect_text(frame, "data.response.type", "error");
    cJSON_Delete(frame);
}

static void test_post_action(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_ALO);
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = &order, .count = 1 } };
    pg_hl_envelope envelope = exchange_envelope(&t);
    pg_hl_signed made = { 0 };
    pg_text text = { 0 };
    assert_int_equal(pg_hl_sign(&made, &t.signer[0], &action, &envelope, NULL), PG_OK);
    assert_int_equal(pg_hl_post_frame(&text, 256, &made, NULL), PG_OK);
    exchange_client_send(&c, text.data);
    cJSON *frame = next("post");
    assert_int_equal(at(frame, "data.id")->valuedouble, 256);
    expect_text(frame, "data.response.type", "action");
    expect_text(frame, "data.response.payload.status", "ok");
    assert_non_null(at(frame, "data.response.payload.response.data.statuses.0.resting.oid"));
    cJSON_Delete(frame);
    exchange_client_send(&c, text.data); /* the same again */
    frame = next("post");
    expect_text(frame, "data.response.type", "action");
    expect_text(frame, "data.response.payload.status", "err");
    cJSON_Delete(frame);
    pg_text_free(&text);
    pg_hl_signed_free(&made);
}

#define in_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_ping),          in_exchange(test_acknowledgements),
        in_exchange(test_unparsable),    in_exchange(test_unknown_coin),
        in_exchange(test_users),         in_exchange(test_silence),
        in_exchange(test_book),          in_exchange(test_fast_book),
        in_exchange(test_touch),         in_exchange(test_trades),
        in_exchange(test_paced_streams), in_exchange(test_order_updates),
        in_exchange(test_fills),         in_exchange(test_events),
        in_exchange(test_states),        in_exchange(test_post_info),
        in_exchange(test_post_action),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

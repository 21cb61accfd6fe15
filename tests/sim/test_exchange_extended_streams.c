/* The streams of Extended's exchange: what a connection is told first, what then, in which order, in both forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/extended.h"

static extended_test t;
static extended_client c;

static int set_up(void **state)
{
    (void)state;
    extended_open(&t);
    extended_fill_book(&t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    extended_client_close(&c);
    extended_close(&t);
    return 0;
}

/* Members of the next frame, as path and value; the number of the frame must be `seq`. */
static void expect(int seq, const char *const (*members)[2], size_t count)
{
    cJSON *frame = extended_client_must(&c);
    char number[16];
    snprintf(number, sizeof number, "%d", seq);
    assert_string_equal(extended_text(frame, "seq"), number);
    for (size_t i = 0; i < count; i++)
        if (strcmp(extended_text(frame, members[i][0]), members[i][1]) != 0)
            fail_msg("%s is '%s', not '%s': %s", members[i][0], extended_text(frame, members[i][0]), members[i][1],
                     c.frames[c.next - 1]);
    cJSON_Delete(frame);
}

#define EXPECT(seq, ...)                                                                                               \
    do {                                                                                                               \
        static const char *const members[][2] = { __VA_ARGS__ };                                                       \
        expect(seq, members, sizeof members / sizeof *members);                                                        \
    } while (0)

/* Sizes of a side of a book that is built from frames, by price. */
typedef struct {
    double price[64], size[64];
    int count;
} side;

static void apply(side *s, const cJSON *levels, bool snapshot)
{
    if (snapshot)
        s->count = 0;
    for (const cJSON *level = levels->child; level; level = level->next) {
        double price = atof(extended_text(level, "p")), size = atof(extended_text(level, "q"));
        int i = 0;
        while (i < s->count && s->price[i] != price)
            i++;
        if (i == s->count) {
            s->price[s->count] = price;
            s->size[s->count++] = 0;
        }
        s->size[i] += size;
        const char *now = extended_text(level, "c");
        if (now[0])
            assert_true(s->size[i] - atof(now) < 1e-9 && atof(now) - s->size[i] < 1e-9);
        if (s->size[i] < 1e-9) {
            s->price[i] = s->price[s->count - 1];
            s->size[i] = s->size[--s->count];
        }
    }
}

static double best(const side *s, bool bid)
{
    double found = bid ? 0 : 1e9;
    for (int i = 0; i < s->count; i++)
        found = bid == (s->price[i] > found) ? s->price[i] : found;
    return found;
}

/* Changes with what there is then; a snapshot each minute, numbered as the others. */
static void test_book(void **state)
{
    (void)state;
    side bids = { .count = 0 };
    assert_true(extended_client_try(&c, &t, "/v1/orderbooks/ETH-USD", NULL));
    EXPECT(1, { "type", "SNAPSHOT" }, { "data.m", "ETH-USD" }, { "data.b.0.p", "3000" }, { "data.b.0.q", "10" },
           { "data.a.0.p", "3000.2" }, { "data.b.0.c", "" }, { "data.d", "f" }, { "data.t", "SNAPSHOT" });
    extended_push(&t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 30000, 4000);
    extended_push(&t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 29999, 0);
    extended_step(&t, 100);
    EXPECT(2, { "type", "DELTA" }, { "data.b.0.q", "-6" }, { "data.b.0.c", "4" }, { "data.b.1.p", "2999.9" },
           { "data.b.1.q", "-10" }, { "data.b.1.c", "0" }, { "data.a.0.p", "" });
    extended_place(&t, 0, true, "3000.1", "2"); /* an order of ours is a level, too */
    extended_step(&t, 100);
    EXPECT(3, { "type", "DELTA" }, { "data.b.0.p", "3000.1" }, { "data.b.0.q", "2" }, { "data.b.0.c", "2" });
    extended_step(&t, 1000); /* nothing happens: a sign of life */
    EXPECT(4, { "type", "DELTA" }, { "data.b.0.p", "" }, { "data.a.0.p", "" });
    extended_step(&t, 60000);
    EXPECT(5, { "type", "SNAPSHOT" }, { "data.b.0.p", "3000.1" }, { "data.b.1.q", "4" });
    for (int i = 0; i < c.count; i++) {
        cJSON *frame = cJSON_Parse(c.frames[i]);
        apply(&bids, extended_in(extended_in(frame, "data"), "b"),
              strcmp(extended_text(frame, "type"), "SNAPSHOT") == 0);
        cJSON_Delete(frame);
    }
    assert_true(best(&bids, true) == 3000.1 && bids.count == 3);
}

/* A new connection gets the snapshot of before and everything since, numbered from 1. */
static void test_book_replay(void **state)
{
    (void)state;
    extended_step(&t, 1);
    extended_push(&t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 30000, 4000);
    extended_step(&t, 100);
    assert_true(extended_client_try(&c, &t, "/v1/orderbooks/ETH-USD", NULL));
    EXPECT(1, { "type", "SNAPSHOT" }, { "data.b.0.q", "10" }, { "ts", "1790000000001" });
    EXPECT(2, { "type", "DELTA" }, { "data.b.0.q", "-6" }, { "ts", "1790000000101" });
    extended_push(&t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 30000, 5000);
    extended_step(&t, 100);
    EXPECT(3, { "data.b.0.q", "1" });
}

static void test_best(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v1/orderbooks/ETH-USD?depth=1", NULL));
    EXPECT(1, { "type", "SNAPSHOT" }, { "data.d", "1" }, { "data.b.0.q", "10" }, { "data.b.1.p", "" });
    extended_push(&t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 29999, 4000); /* not the best */
    extended_step(&t, 10);
    extended_push(&t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 30000, 4000);
    extended_step(&t, 10);
    EXPECT(2, { "type", "SNAPSHOT" }, { "data.b.0.q", "4" }, { "data.a.0.q", "10" });
}

static void test_trades(void **state)
{
    (void)state;
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_SELL, 30000, 10);
    assert_true(extended_client_try(&c, &t, "/v1/publicTrades/ETH-USD", NULL));
    EXPECT(1, { "type", "" }, { "data.0.p", "3000" }, { "data.0.q", "0.01" }, { "data.0.S", "SELL" },
           { "data.0.tT", "TRADE" }, { "data.0.m", "ETH-USD" });
    extended_step(&t, 10); /* it is not told twice: it was before the connection, but not told yet */
    cJSON_Delete(extended_client_next(&c, 200));
    c.next = c.count;
    int seq = c.count + 1;
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_BUY, 30002, 20);
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_BUY, 30002, 30);
    extended_step(&t, 10);
    cJSON *frame = extended_client_must(&c);
    assert_string_equal(extended_text(frame, "data.1.q"), "0.03");
    assert_int_equal(atoi(extended_text(frame, "seq")), seq);
    cJSON_Delete(frame);
}

static void test_prices(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v1/prices/mark/ETH-USD", NULL));
    EXPECT(1, { "type", "MP" }, { "data.m", "ETH-USD" }, { "data.p", "3000.1" }, { "data.ts", "0" });
    extended_push(&t, EXTENDED_ETH, PG_EVENT_MARK, 0, 30050, 0);
    extended_step(&t, 1000);
    EXPECT(2, { "type", "MP" }, { "data.p", "3005" });
}

static void test_candles(void **state)
{
    (void)state;
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_SELL, 30000, 10);
    extended_step(&t, 1);
    assert_true(extended_client_try(&c, &t, "/v1/candles/ETH-USD/trades?interval=PT1M", NULL));
    EXPECT(1, { "type", "" }, { "data.0.o", "3000" }, { "data.0.v", "0.01" });
    extended_push(&t, EXTENDED_ETH, PG_EVENT_TRADE, PG_BUY, 30002, 10);
    extended_step(&t, 1000);
    EXPECT(2, { "data.0.o", "3000" }, { "data.0.c", "3000.2" }, { "data.0.h", "3000.2" }, { "data.0.v", "0.02" });
}

/* Rates are told when they are applied, each hour. */
static void test_funding(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v1/funding/ETH-USD", NULL));
    extended_step(&t, 1000);
    extended_step(&t, 3600000);
    EXPECT(1, { "type", "" }, { "data.m", "ETH-USD" }, { "data.f", "0.0000125" }, { "data.T", "1790003601000" });
}

/* What an account is told when it connects, and of an order that fills. */
static void test_account(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v1/account", "key-of-0"));
    EXPECT(1, { "type", "ORDER" }, { "data.isSnapshot", "true" }, { "data.orders.0.id", "" });
    EXPECT(2, { "type", "BALANCE" }, { "data.balance.equity", "100000.000000" });
    EXPECT(3, { "type", "POSITION" }, { "data.isSnapshot", "true" });
    extended_place(&t, 0, true, "3000.2", "4");
    extended_step(&t, 5);
    EXPECT(4, { "type", "ORDER" }, { "data.isSnapshot", "" }, { "data.orders.0.status", "NEW" },
           { "data.orders.1.status", "FILLED" }, { "data.orders.1.filledQty", "4" });
    EXPECT(5, { "type", "TRADE" }, { "data.trades.0.qty", "4" }, { "data.trades.0.fee", "3.00020000" });
    EXPECT(6, { "type", "POSITION" }, { "data.positions.0.side", "LONG" }, { "data.positions.0.size", "4" },
           { "data.positions.0.openPrice", "3000.2" }, { "data.positions.0.status", "OPENED" });
    EXPECT(7, { "type", "BALANCE" }, { "data.balance.balance", "99996.999800" });
    extended_place(&t, 1, true, "2990", "1"); /* another's */
    extended_place(&t, 0, false, "3000", "4");
    extended_step(&t, 5);
    EXPECT(8, { "type", "ORDER" }, { "data.orders.0.side", "SELL" });
    EXPECT(9, { "type", "TRADE" });
    EXPECT(10, { "type", "POSITION" }, { "data.positions.0.size", "0" }, { "data.positions.0.status", "CLOSED" });
}

static void test_account_snapshot(void **state)
{
    (void)state;
    extended_place(&t, 0, true, "2990", "1");
    extended_place(&t, 0, true, "3000.2", "1");
    extended_step(&t, 5);
    assert_true(extended_client_try(&c, &t, "/v1/account", "key-of-0"));
    EXPECT(1, { "data.orders.0.price", "2990" }, { "data.orders.1.id", "" });
    EXPECT(2, { "type", "BALANCE" });
    EXPECT(3, { "data.positions.0.size", "1" });
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const paths[] = { "/v1/account",
                                         "/v1/orderbooks/NO-USD",
                                         "/v1/orderbooks/ETH-USD?depth=5",
                                         "/v1/candles/ETH-USD/trades",
                                         "/v1/candles/ETH-USD/trades?interval=PT3M",
                                         "/v1/prices/last/ETH-USD",
                                         "/v1/nothing",
                                         "/v1/",
                                         "/v3/rpc" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (extended_client_try(&c, &t, paths[i], "no-key"))
            fail_msg("%s was opened", paths[i]);
        if (i == 0) /* there is such a stream, but not with this key */
            assert_string_equal(c.why, "HS: ws upgrade unauthorized");
        extended_client_close(&c);
    }
    memset(&c, 0, sizeof c);
}

/* ---- the multiplexed form ---- */

static void ask(const char *text)
{
    pg_error err = { 0 };
    extended_check(pg_socket_send(c.socket, text, strlen(text), &err), &err);
}

/* An answer: a frame with this member. */
static void expect_answer(const char *path, const char *value)
{
    cJSON *frame = extended_client_must(&c);
    assert_string_equal(extended_text(frame, path), value);
    cJSON_Delete(frame);
}

static void test_rpc(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v2/rpc", NULL));
    ask("{\"method\":\"subscribe\",\"id\":\"1\",\"jsonrpc\":\"2.0\",\"params\":{\"scope\":\"orderbooks\",\"selector\":"
        "{\"market\":\"ETH-USD\",\"depth\":\"full\",\"rfqOnly\":false}}}");
    expect_answer("result.subscription", "orderbooks.ETH-USD");
    EXPECT(0, { "type", "ORDERBOOKS.SNAPSHOT" }, { "subscription", "orderbooks.ETH-USD" });
    ask("{\"method\":\"subscribe\",\"id\":\"2\",\"params\":{\"scope\":\"account\",\"selector\":{\"account\":\"3001\"},"
        "\"apiKey\":\"key-of-0\"}}");
    expect_answer("result.subscription", "account.3001");
    EXPECT(1, { "type", "ACCOUNT.ORDER" }, { "data.isSnapshot", "true" });
    EXPECT(2, { "type", "ACCOUNT.BALANCE" });
    EXPECT(3, { "type", "ACCOUNT.POSITION" });
    extended_place(&t, 0, true, "2990", "1");
    extended_step(&t, 100);
    EXPECT(4, { "type", "ACCOUNT.ORDER" }, { "data.isSnapshot", "false" }, { "data.orders.0.status", "NEW" });
    EXPECT(5, { "type", "ACCOUNT.BALANCE" });
    EXPECT(6, { "type", "ORDERBOOKS.DELTA" }, { "data.b.0.q", "1" });
    ask("{\"method\":\"list-subscriptions\",\"id\":\"3\"}");
    expect_answer("result.subscriptions.1", "account.3001");
    ask("{\"method\":\"unsubscribe\",\"id\":\"4\",\"params\":{\"scope\":\"orderbooks\",\"selector\":{\"market\":"
        "\"ETH-USD\",\"depth\":\"full\"}}}");
    expect_answer("id", "4");
    ask("{\"method\":\"ping\",\"id\":\"5\"}");
    expect_answer("id", "5");
}

static void test_rpc_refusals(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v2/rpc", NULL));
    static const struct {
        const char *request, *code;
    } tries[] = {
        { "nonsense", "-32600" },
        { "{\"id\":\"1\"}", "-32600" },
        { "{\"id\":\"1\",\"method\":\"buy\"}", "-32601" },
        { "{\"id\":\"1\",\"method\":\"subscribe\"}", "-32602" },
        { "{\"id\":\"1\",\"method\":\"subscribe\",\"params\":{\"scope\":\"trades\",\"selector\":{\"market\":\"NO\"}}}",
          "-32602" },
        { "{\"id\":\"1\",\"method\":\"subscribe\",\"params\":{\"scope\":\"account\",\"selector\":{\"account\":\"3002\"}"
          ","
          "\"apiKey\":\"key-of-0\"}}",
          "-32602" },
        { "{\"id\":\"1\",\"method\":\"unsubscribe\",\"params\":{\"scope\":\"trades\",\"selector\":{}}}", "-32602" },
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        ask(tries[i].request);
        expect_answer("error.code", tries[i].code);
    }
}

/* ---- faults ---- */

static void plan(const char *json)
{
    pg_error err = { 0 };
    extended_check(pg_faults_read(t.faults, json, strlen(json), &err), &err);
}

static void test_lost_frame(void **state)
{
    (void)state;
    plan("[{\"channel\":\"orderbooks\",\"fault\":\"drop\",\"after\":1,\"count\":1}]");
    assert_true(extended_client_try(&c, &t, "/v1/orderbooks/ETH-USD", NULL));
    EXPECT(1, { "type", "SNAPSHOT" });
    for (int i = 0; i < 2; i++) {
        extended_push(&t, EXTENDED_ETH, PG_EVENT_LEVEL, PG_BUY, 30000, 4000 + i);
        extended_step(&t, 100);
    }
    EXPECT(3, { "type", "DELTA" }); /* 2 is missing: a client can see it */
}

static void test_cut(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v1/orderbooks/ETH-USD", NULL));
    pg_extended_exchange_cut(t.server);
    for (int i = 0; i < 50 && c.closes == 0; i++)
        pg_loop_run_for(t.loop, 100);
    assert_int_equal(c.closes, 1);
}

/* An order whose answer is lost is there all the same. */
static void test_lost_answer(void **state)
{
    (void)state;
    assert_true(extended_client_try(&c, &t, "/v1/account", "key-of-0"));
    plan("[{\"channel\":\"/user/order\",\"fault\":\"drop\",\"count\":1},"
         "{\"channel\":\"/user/balance\",\"fault\":\"status\",\"code\":503,\"count\":1},"
         "{\"channel\":\"action\",\"fault\":\"reject\",\"after\":1,\"count\":1,\"code\":1010}]");
    t.timeout_ms = 300;
    pg_extended_order order = extended_order(&t, true, "2990", "1");
    char body[PG_EXTENDED_BODY];
    pg_extended_signed_order made;
    extended_body(body, &made, &t, 0, &order);
    extended_call(&t, "POST", "/user/order", "key-of-0", body);
    assert_int_equal(t.code, 0);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 1);
    extended_call(&t, "GET", "/user/balance", "key-of-0", NULL);
    assert_int_equal(t.code, 503);
    order.nonce = ++t.nonce;
    assert_int_equal(extended_send(&t, 0, &order, NULL, NULL), 1010);
    assert_int_equal(pg_exchange_open_count(t.core, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_book, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_book_replay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_best, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trades, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_candles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_funding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_account, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_account_snapshot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rpc, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rpc_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_frame, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_answer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

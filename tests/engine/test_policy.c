/* The quote policy in the engine: what falls due wakes it, in a backtest and live, and nothing grows older than it may.
 *
 * Small tapes by hand: bids of 1000 at 30000, asks at 30002, order latency 5 ms each way, no feed latency. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "engine/live.h"
#include "support/run.h"

static const int64_t ms = 1000000, start_ns = 1700000000000000000;

typedef struct {
    pg_event events[64];
    size_t count;
} hand_tape;

static void put(hand_tape *t, int kind, int64_t at_ms, int side, int64_t price, int64_t size)
{
    t->events[t->count++] = (pg_event){ .exch_ns = start_ns + at_ms * ms,
                                        .local_ns = start_ns + at_ms * ms,
                                        .kind = (uint8_t)kind,
                                        .side = (uint8_t)side,
                                        .price = price,
                                        .size = size,
                                        .flags = PG_EVENT_LAST };
}

static hand_tape hand_book(void)
{
    hand_tape t = { .count = 0 };
    put(&t, PG_EVENT_LEVEL, 0, PG_BUY, 30000, 1000);
    put(&t, PG_EVENT_LEVEL, 0, PG_SELL, 30002, 1000);
    return t;
}

static pg_engine *open_tape(const hand_tape *t, const pg_quote_policy *policy)
{
    pg_engine *e = NULL;
    pg_engine_config config = engine_config(t->events, t->count);
    config.policy = *policy;
    assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
    while (isnan(pg_engine_view(e)->mid))
        pg_engine_next(e);
    return e;
}

/* A bid of 0.01 at `bid` and an ask of 0.01 at `ask`; 0: none. */
static void quote(pg_engine *e, double bid, double ask)
{
    pg_desired desired = { .count = { bid > 0, ask > 0 }, .post_only = true };
    desired.price[0][0] = bid;
    desired.price[1][0] = ask;
    desired.size[0][0] = desired.size[1][0] = 0.01;
    pg_engine_quote(e, &desired);
}

static int64_t now_ms(const pg_engine *e)
{
    return (pg_clock_now(pg_engine_clock(e)) - start_ns) / ms;
}

/* The next call of a kind; PG_CALL_DONE when there is none. */
static int until(pg_engine *e, int wanted)
{
    int call = pg_engine_next(e);
    while (call != wanted && call != PG_CALL_DONE)
        call = pg_engine_next(e);
    return call;
}

static void expect_order(pg_engine *e, int64_t at_ms, uint64_t id, int state)
{
    assert_int_equal(until(e, PG_CALL_ORDER), PG_CALL_ORDER);
    const pg_view *view = pg_engine_view(e);
    if (now_ms(e) != at_ms || (uint64_t)view->id != id || view->state != state)
        fail_msg("at %d ms order %d %s, expected order %d %s at %d ms", (int)now_ms(e), (int)view->id,
                 pg_order_state_name(view->state), (int)id, pg_order_state_name(state), (int)at_ms);
}

/* Nothing happens in the market between 0 and 1000 ms: the engine wakes by itself. */
static void test_timeout(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_TRADE, 1000, PG_SELL, 30000, 1);
    pg_engine *e = open_tape(&t, &(pg_quote_policy){ .timeout_ns = 90 * ms });
    quote(e, 2990, 0);
    expect_order(e, 10, 1, PG_ORDER_LIVE);
    expect_order(e, 100, 1, PG_ORDER_CANCELLED); /* cancelled at 90, heard of at 100 */
    quote(e, 2990, 0);                           /* the same numbers, declared anew */
    expect_order(e, 110, 2, PG_ORDER_LIVE);
    expect_order(e, 200, 2, PG_ORDER_CANCELLED);
    uint64_t id = pg_engine_order(e, PG_BUY, 2980, 0.01, PG_TIF_GTC, false);
    expect_order(e, 210, id, PG_ORDER_LIVE);
    expect_order(e, 300, id, PG_ORDER_CANCELLED);
    assert_int_equal(until(e, PG_CALL_ORDER), PG_CALL_DONE);
    pg_engine_free(e);
}

static void test_refresh(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_TRADE, 300, PG_SELL, 30000, 1);
    pg_engine *e = open_tape(&t, &(pg_quote_policy){ .refresh_ns = 100 * ms });
    quote(e, 2990, 0);
    expect_order(e, 10, 1, PG_ORDER_LIVE);
    expect_order(e, 110, 1, PG_ORDER_CANCELLED);
    expect_order(e, 120, 2, PG_ORDER_LIVE);
    expect_order(e, 220, 2, PG_ORDER_CANCELLED);
    expect_order(e, 230, 3, PG_ORDER_LIVE);
    pg_engine_free(e);
}

/* Declared elsewhere at 20 ms: moved at 60, without an event. */
static void test_life(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_TRADE, 20, PG_BUY, 30002, 1);
    put(&t, PG_EVENT_TRADE, 500, PG_BUY, 30002, 1);
    pg_engine *e = open_tape(&t, &(pg_quote_policy){ .min_life_ns = 60 * ms });
    quote(e, 2990, 0);
    assert_int_equal(until(e, PG_CALL_TRADE), PG_CALL_TRADE);
    quote(e, 2980, 0);
    assert_int_equal(pg_engine_orders(e)->counts.requests, 1);
    expect_order(e, 70, 1, PG_ORDER_LIVE);
    assert_int_equal(pg_engine_orders(e)->order[0].price, 29800);
    quote(e, 2970, 0);
    expect_order(e, 130, 1, PG_ORDER_LIVE);
    quote(e, 0, 0); /* pulled: at once */
    expect_order(e, 140, 1, PG_ORDER_CANCELLED);
    pg_engine_free(e);
}

/* A quote that fills beside its wanted price is filled: it is not placed again until it is declared anew. */
static void test_reprice(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_TRADE, 20, PG_BUY, 30002, 1);
    put(&t, PG_EVENT_TRADE, 30, PG_SELL, 29800, 5000);
    put(&t, PG_EVENT_TRADE, 500, PG_BUY, 30002, 1);
    put(&t, PG_EVENT_TRADE, 600, PG_BUY, 30002, 1);
    pg_engine *e = open_tape(&t, &(pg_quote_policy){ .reprice_bps = 5 });
    quote(e, 2990, 0);
    assert_int_equal(until(e, PG_CALL_TRADE), PG_CALL_TRADE);
    quote(e, 2990.9, 0);
    assert_int_equal(pg_engine_orders(e)->counts.requests, 1);
    assert_int_equal(until(e, PG_CALL_FILL), PG_CALL_FILL);
    assert_true(pg_engine_view(e)->price == 2990);
    assert_int_equal(until(e, PG_CALL_TRADE), PG_CALL_TRADE);
    assert_int_equal(pg_engine_orders(e)->counts.requests, 1);
    quote(e, 2990.9, 0);
    assert_int_equal(pg_engine_orders(e)->counts.requests, 2);
    pg_engine_free(e);
}

/* Bids first; after a partial fill the rest goes, then the ask comes without being declared again. */
static void test_ping_pong(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_TRADE, 20, PG_SELL, 30000, 1040); /* 1000 stand in front of us */
    put(&t, PG_EVENT_TRADE, 500, PG_BUY, 30100, 5000);
    put(&t, PG_EVENT_TRADE, 900, PG_BUY, 30002, 1);
    pg_engine *e = open_tape(&t, &(pg_quote_policy){ .ping_pong = true });
    quote(e, 3000, 3010);
    expect_order(e, 10, 1, PG_ORDER_LIVE);
    assert_int_equal(pg_engine_orders(e)->count, 1);
    assert_int_equal(pg_engine_orders(e)->order[0].side, PG_BUY);
    assert_int_equal(until(e, PG_CALL_FILL), PG_CALL_FILL);
    assert_true(pg_engine_view(e)->size < 0.01);
    expect_order(e, 35, 1, PG_ORDER_CANCELLED);
    expect_order(e, 45, 2, PG_ORDER_LIVE);
    assert_int_equal(pg_engine_orders(e)->order[0].side, PG_SELL);
    quote(e, 2995, 3005); /* on the move: the resting side alone */
    expect_order(e, 55, 2, PG_ORDER_LIVE);
    assert_int_equal(pg_engine_orders(e)->order[0].price, 30050);
    assert_int_equal(until(e, PG_CALL_FILL), PG_CALL_FILL);
    assert_int_equal(pg_engine_view(e)->side, PG_SELL);
    expect_order(e, 515, 3, PG_ORDER_LIVE);
    assert_int_equal(pg_engine_orders(e)->order[0].side, PG_BUY);
    pg_engine_free(e);
}

static void test_bad_policies(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    static const pg_quote_policy bad[] = { { .reprice_bps = -1 },   { .reprice_bps = NAN },      { .min_life_ns = -1 },
                                           { .refresh_ns = -1 },    { .timeout_ns = INT64_MAX }, { .timeout_ns = -5 },
                                           { .reprice_bps = 1001 }, { .min_life_ns = INT64_MAX } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pg_engine *e = NULL;
        pg_engine_config config = engine_config(t.events, t.count);
        config.policy = bad[i];
        assert_int_equal(pg_engine_new(&e, &config, NULL), PG_ERR_INVALID);
    }
}

/* ---- live ---- */

typedef struct {
    pg_engine *engine;
    pg_request sent[64];
    int count;
} live_host;

static void live_send(void *self, const pg_request *request)
{
    live_host *h = self;
    h->sent[h->count++] = *request;
}

static live_host open_live(const pg_quote_policy *policy)
{
    live_host h = { 0 };
    pg_engine_config config = engine_config(NULL, 0);
    config.policy = *policy;
    pg_live_config live = { .first_id = 1, .start_ns = start_ns };
    assert_int_equal(pg_engine_new_live(&h.engine, &config, &live, NULL), PG_OK);
    pg_engine_next(h.engine);
    return h;
}

static void give(live_host *h, pg_input input, int64_t at_ms)
{
    input.time_ns = start_ns + at_ms * ms;
    pg_engine_push(h->engine, &input);
    while (pg_engine_next(h->engine) != PG_CALL_IDLE)
        ;
}

static void answer(live_host *h, uint64_t id, int kind, int side, int64_t size, int64_t at_ms)
{
    pg_reply reply = { .id = id,
                       .kind = (uint8_t)kind,
                       .side = (uint8_t)side,
                       .price = side == PG_BUY ? 29900 : 30100,
                       .size = size,
                       .remaining = size };
    give(h, (pg_input){ .kind = PG_INPUT_REPLY, .reply = reply }, at_ms);
}

/* What is due is told, and done when time has passed; later than due, where the loop was late. */
static void test_live(void **state)
{
    (void)state;
    live_host h = open_live(&(pg_quote_policy){ .timeout_ns = 90 * ms, .refresh_ns = 50 * ms });
    pg_engine_set_gateway(h.engine, (pg_gateway){ &h, live_send });
    assert_true(pg_engine_next_timer(h.engine) == INT64_MAX);
    quote(h.engine, 2990, 0);
    answer(&h, 1, PG_REPLY_ACCEPTED, PG_BUY, 100, 3);
    assert_int_equal(pg_engine_next_timer(h.engine), start_ns + 50 * ms);
    give(&h, (pg_input){ .kind = PG_INPUT_TIME }, 49);
    assert_int_equal(h.count, 1);
    give(&h, (pg_input){ .kind = PG_INPUT_TIME }, 53);
    assert_int_equal(h.count, 2);
    assert_int_equal(h.sent[1].kind, PG_REQUEST_CANCEL);
    assert_true(pg_engine_next_timer(h.engine) == INT64_MAX);
    answer(&h, 1, PG_REPLY_CANCELLED, PG_BUY, 0, 60);
    assert_int_equal(h.count, 3);
    assert_int_equal(h.sent[2].kind, PG_REQUEST_NEW);
    /* Held: everything goes, and nothing is due. */
    answer(&h, 2, PG_REPLY_ACCEPTED, PG_BUY, 100, 61);
    give(&h, (pg_input){ .kind = PG_INPUT_HOLD, .bits = PG_INPUT_PULL }, 70);
    assert_int_equal(h.count, 4);
    give(&h, (pg_input){ .kind = PG_INPUT_TIME }, 300);
    assert_true(pg_engine_next_timer(h.engine) == INT64_MAX);
    assert_int_equal(h.count, 4);
    pg_engine_free(h.engine);
}

/* An adopted order is as old as the session. */
static void test_live_adopted(void **state)
{
    (void)state;
    live_host h = open_live(&(pg_quote_policy){ .timeout_ns = 90 * ms });
    pg_engine_set_gateway(h.engine, (pg_gateway){ &h, live_send });
    pg_reply found = { .id = 7, .side = PG_SELL, .price = 30100, .remaining = 100 };
    give(&h, (pg_input){ .kind = PG_INPUT_ADOPT, .reply = found }, 10);
    assert_int_equal(h.count, 0); /* the strategy has not said what it wants */
    give(&h, (pg_input){ .kind = PG_INPUT_TIME }, PG_INHERIT_S * 1000 + 9);
    assert_int_equal(h.count, 0);
    give(&h, (pg_input){ .kind = PG_INPUT_TIME }, PG_INHERIT_S * 1000 + 10);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.sent[0].kind, PG_REQUEST_CANCEL); /* nobody wants it */
    pg_engine_free(h.engine);
}

/* It is given while quoting is held from the start, outlasts that, and serves as the quote that it is; what does not fit
 * goes. A hold that comes later cancels it as all others. */
static void test_live_adopted_serves(void **state)
{
    (void)state;
    for (int held = 0; held < 2; held++) {
        live_host h = open_live(&(pg_quote_policy){ 0 });
        pg_engine_set_gateway(h.engine, (pg_gateway){ &h, live_send });
        give(&h, (pg_input){ .kind = PG_INPUT_HOLD, .bits = PG_INPUT_PULL }, 1);
        pg_reply fits = { .id = 7, .side = PG_BUY, .price = 29900, .remaining = 100 };
        pg_reply far = { .id = 8, .side = PG_SELL, .price = 39900, .remaining = 100 };
        give(&h, (pg_input){ .kind = PG_INPUT_ADOPT, .reply = fits }, 10);
        give(&h, (pg_input){ .kind = PG_INPUT_ADOPT, .reply = far }, 10);
        give(&h, (pg_input){ .kind = PG_INPUT_HOLD }, 20);
        assert_int_equal(h.count, 0);
        if (held) {
            give(&h, (pg_input){ .kind = PG_INPUT_HOLD, .bits = PG_INPUT_PULL }, 30);
            assert_int_equal(h.count, 2);
            assert_int_equal(h.sent[0].kind, PG_REQUEST_CANCEL);
        } else {
            quote(h.engine, 2990, 0);
            assert_int_equal(h.count, 1);
            assert_int_equal(h.sent[0].kind, PG_REQUEST_CANCEL);
            assert_int_equal(h.sent[0].id, 8);
            answer(&h, 7, PG_REPLY_FILL, PG_BUY, 100, 40);
            assert_true(pg_engine_position(h.engine)->quantity == 100);
        }
        pg_engine_free(h.engine);
    }
}

/* The side that makes the position smaller comes first, and only it while the host reduces. */
static void test_live_ping_pong(void **state)
{
    (void)state;
    live_host h = open_live(&(pg_quote_policy){ .ping_pong = true });
    pg_engine_set_gateway(h.engine, (pg_gateway){ &h, live_send });
    give(&h, (pg_input){ .kind = PG_INPUT_POSITION, .reply = { .size = 500, .price = 30000 } }, 1);
    quote(h.engine, 2990, 3010);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.sent[0].side, PG_SELL);
    answer(&h, 1, PG_REPLY_ACCEPTED, PG_SELL, 100, 5);
    answer(&h, 1, PG_REPLY_FILL, PG_SELL, 100, 10);
    assert_int_equal(h.count, 2);
    assert_int_equal(h.sent[1].side, PG_BUY);
    answer(&h, 2, PG_REPLY_ACCEPTED, PG_BUY, 100, 15);
    give(&h, (pg_input){ .kind = PG_INPUT_HOLD, .bits = PG_INPUT_REDUCE }, 20);
    assert_int_equal(h.sent[2].kind, PG_REQUEST_CANCEL);
    answer(&h, 2, PG_REPLY_CANCELLED, PG_BUY, 0, 25);
    quote(h.engine, 2990, 3010);
    assert_int_equal(h.count, 4);
    assert_int_equal(h.sent[3].side, PG_SELL);
    pg_engine_free(h.engine);
}

/* ---- at random ---- */

static void declare(pg_engine *e, uint64_t *random)
{
    const pg_view *view = pg_engine_view(e);
    pg_desired desired = { .post_only = market_random(random) % 4 != 0 };
    for (int side = 0; side < 2; side++) {
        desired.count[side] = (int32_t)(market_random(random) % 4);
        double price = side == 0 ? view->bid : view->ask;
        for (int i = 0; i < desired.count[side]; i++) {
            price += (side == 0 ? -1 : 1) * view->tick * (double)(market_random(random) % 3);
            desired.price[side][i] = price;
            desired.size[side][i] = view->lot * (double)(market_random(random) % 8000);
        }
    }
    pg_engine_quote(e, &desired);
}

static void check_orders(const pg_engine *e, const pg_quote_policy *policy)
{
    const pg_orders *orders = pg_engine_orders(e);
    int64_t now_ns = pg_clock_now(pg_engine_clock(e));
    bool open[2] = { false, false };
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        open[order->side == PG_SELL] = open[order->side == PG_SELL] || order->quoted;
        if (order->state == PG_ORDER_LIVE && policy->timeout_ns && now_ns - order->since_ns > policy->timeout_ns)
            fail_msg("order %d is %d ms old", (int)order->id, (int)((now_ns - order->since_ns) / ms));
    }
    assert_false(policy->ping_pong && open[0] && open[1]);
}

static uint64_t run_random(const random_market *market, const pg_quote_policy *policy)
{
    pg_engine *e = NULL;
    pg_engine_config config = engine_config(market->events, market->count);
    config.policy = *policy;
    config.max_position = 0.7;
    config.order_latency = (pg_latency_config){
        .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 8 * ms, .response_ns = 8 * ms, .log_sigma = 0.5
    };
    uint64_t random = 3;
    assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
    for (int call = pg_engine_next(e); call < PG_CALL_STOP; call = pg_engine_next(e)) {
        check_orders(e, policy);
        if (!isnan(pg_engine_view(e)->mid) && market_random(&random) % 6 == 0)
            declare(e, &random);
        int64_t held = pg_engine_account(e)->position.quantity;
        assert_true(held <= 7000 && held >= -7000);
    }
    while (pg_engine_next(e) != PG_CALL_DONE)
        ;
    assert_true(pg_engine_account(e)->fills > 50);
    assert_int_equal(pg_engine_orders(e)->counts.unmatched, 0);
    uint64_t decisions = pg_engine_get_stats(e)->decisions;
    pg_engine_free(e);
    return decisions;
}

/* Limits hold, nothing is older than it may be, never two sides in ping-pong, and equal runs are equal. */
static void test_random(void **state)
{
    (void)state;
    random_market market = market_make(30000, 4, 5 * ms, 2 * ms);
    static const pg_quote_policy policies[] = {
        { .size_tolerance = 0.1 },
        { .size_tolerance = 0.1, .timeout_ns = 100000000 },
        { .size_tolerance = 0.1, .min_life_ns = 40000000, .reprice_bps = 1 },
        { .size_tolerance = 0.1, .ping_pong = true, .timeout_ns = 300000000 },
        { .size_tolerance = 0.1,
          .ping_pong = true,
          .timeout_ns = 200000000,
          .refresh_ns = 90000000,
          .min_life_ns = 30000000,
          .reprice_bps = 0.5 },
    };
    uint64_t before = 0;
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        uint64_t decisions = run_random(&market, &policies[i]);
        assert_true(decisions == run_random(&market, &policies[i]));
        assert_true(decisions != before);
        before = decisions;
    }
    free(market.events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_reprice),
        cmocka_unit_test(test_ping_pong),
        cmocka_unit_test(test_bad_policies),
        cmocka_unit_test(test_live),
        cmocka_unit_test(test_live_adopted),
        cmocka_unit_test(test_live_adopted_serves),
        cmocka_unit_test(test_live_ping_pong),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

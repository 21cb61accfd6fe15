/* The pipeline: money is conserved, nothing is known before its time, equal runs are equal, limits hold.
 * Strategies are written against the C API: random quotes, takers, single orders with changes and timers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "support/run.h"
#include "support/synthetic.h"

static const int64_t ms = 1000000;

/* ---- strategies ---- */

typedef enum { QUOTER, TAKER, SINGLE, STRATEGIES } strategy_kind;

typedef struct {
    int64_t now_ns;
    uint64_t decisions;
    int call;
} trace_point;

enum { TRACE = 400000, IDS = 400000 };

/* What a run leaves for comparison. */
typedef struct {
    trace_point trace[TRACE];
    size_t trace_count;
    int64_t sent_ns[IDS]; /* by order id */
    uint64_t decisions;
    int64_t largest; /* |position| at the venue */
} run_log;

static uint64_t draw(uint64_t *random, uint64_t below)
{
    return market_random(random) % below;
}

static void quote(pg_engine *e, uint64_t *random)
{
    const pg_view *view = pg_engine_view(e);
    pg_desired desired = { .post_only = draw(random, 4) != 0 };
    for (int side = 0; side < 2; side++) {
        desired.count[side] = (int32_t)draw(random, 4);
        double price = side == 0 ? view->bid : view->ask;
        for (int i = 0; i < desired.count[side]; i++) {
            price += (side == 0 ? -1 : 1) * view->tick * (double)draw(random, 3);
            desired.price[side][i] = price;
            desired.size[side][i] = view->lot * (double)draw(random, 8000);
        }
    }
    pg_engine_quote(e, &desired);
}

static void take(pg_engine *e, uint64_t *random)
{
    const pg_view *view = pg_engine_view(e);
    bool buy = draw(random, 2) == 0;
    double price = (buy ? view->ask : view->bid) + view->tick * ((double)draw(random, 5) - 2);
    int tif = draw(random, 2) ? PG_TIF_IOC : PG_TIF_GTC;
    pg_engine_order(e, buy ? PG_BUY : PG_SELL, price, view->lot * (double)draw(random, 9000), tif,
                    draw(random, 5) == 0);
    if (draw(random, 10) == 0)
        pg_engine_cancel_all(e);
}

static void change(pg_engine *e, uint64_t *random)
{
    const pg_view *view = pg_engine_view(e);
    const pg_orders *orders = pg_engine_orders(e);
    bool buy = draw(random, 2) == 0;
    double price = (buy ? view->bid : view->ask) + view->tick * ((double)draw(random, 7) - 3);
    double size = view->lot * (double)(1 + draw(random, 5000));
    uint64_t what = draw(random, 3);
    if (what == 0 || orders->count == 0) {
        pg_engine_order(e, buy ? PG_BUY : PG_SELL, price, size, (int)draw(random, 3), draw(random, 6) == 0);
        return;
    }
    uint64_t id = orders->order[draw(random, (uint64_t)orders->count)].id;
    if (what == 1)
        pg_engine_modify(e, id, price, size);
    else
        pg_engine_cancel(e, id);
}

static void act(pg_engine *e, strategy_kind kind, uint64_t *random)
{
    int call = pg_engine_view(e)->call;
    if (call == PG_CALL_START && kind == SINGLE) {
        assert_int_equal(pg_engine_timer(e, 0.05, true), 1);
        assert_int_equal(pg_engine_timer(e, 0.07, false), 2);
    }
    if (isnan(pg_engine_view(e)->mid) || call >= PG_CALL_STOP || draw(random, 6) != 0)
        return;
    if (kind == QUOTER)
        quote(e, random);
    else if (kind == TAKER)
        take(e, random);
    else
        change(e, random);
}

/* ---- invariants ---- */

static void check_money(const pg_engine *e)
{
    const pg_account *a = pg_engine_account(e);
    const pg_position *p = &a->position;
    pg_money value_x2 = 2 * p->cash + (pg_money)p->quantity * a->mark_x2;
    pg_money unrealised_x2 = pg_position_unrealised_x2(p, a->mark_x2);
    assert_true(value_x2 == 2 * (p->realised - p->fees + p->funding) + unrealised_x2);
    assert_true(2 * p->realised + unrealised_x2 == a->spread_x2 + a->inventory_x2);
}

static void note_orders(const pg_engine *e, run_log *log)
{
    const pg_orders *orders = pg_engine_orders(e);
    for (int i = 0; i < orders->count; i++) {
        assert_true(orders->order[i].id < IDS);
        log->sent_ns[orders->order[i].id] = orders->order[i].sent_ns;
    }
    int64_t held = pg_engine_account(e)->position.quantity;
    held = held < 0 ? -held : held;
    if (held > log->largest)
        log->largest = held;
}

/* The account, built again from the fills and the tape's funding. */
static void check_against_fills(const pg_engine *e, const pg_engine_config *config, const run_log *log)
{
    size_t n;
    uint64_t total;
    const pg_fill_record *fill = pg_history_fills(pg_engine_history(e), &n, &total);
    const pg_position *p = &pg_engine_account(e)->position;
    assert_int_equal(n, total);
    pg_money cash = 0, fees = 0, funding = 0;
    int64_t held = 0;
    size_t event = 0;
    for (size_t i = 0; i <= n; i++) {
        for (; event < config->count && (i == n || config->events[event].exch_ns < fill[i].time_ns); event++)
            if (config->events[event].kind == PG_EVENT_FUNDING)
                funding += pg_funding(held, config->events[event].price2, config->events[event].price);
        if (i == n)
            break;
        pg_money paid = (pg_money)fill[i].price * fill[i].size * (fill[i].side == PG_BUY ? 1 : -1);
        int64_t rate = fill[i].maker ? config->matcher.maker_fee_e8 : config->matcher.taker_fee_e8;
        assert_true(fill[i].fee == pg_fee((pg_money)fill[i].price * fill[i].size, rate));
        held += fill[i].side == PG_BUY ? fill[i].size : -fill[i].size;
        cash -= paid + fill[i].fee;
        fees += fill[i].fee;
        assert_int_equal(fill[i].position, held);
        /* Nothing fills before it can have arrived. */
        assert_true(fill[i].time_ns >= log->sent_ns[fill[i].order] + config->order_latency.entry_ns);
    }
    assert_int_equal(p->quantity, held);
    assert_true(p->fees == fees && p->funding == funding && p->cash == cash + funding);
}

/* Runs a strategy to the end and checks everything on the way. */
static pg_engine *run(const pg_engine_config *config, strategy_kind kind, uint64_t seed, run_log *log)
{
    pg_engine *e = NULL;
    uint64_t random = seed * 2 + 1;
    int64_t last_ns = INT64_MIN;
    log->trace_count = 0;
    log->largest = 0;
    memset(log->sent_ns, 0, sizeof log->sent_ns);
    assert_int_equal(pg_engine_new(&e, config, NULL), PG_OK);
    for (int call = pg_engine_next(e); call != PG_CALL_DONE; call = pg_engine_next(e)) {
        int64_t now_ns = pg_clock_now(pg_engine_clock(e));
        assert_true(now_ns >= last_ns);
        last_ns = now_ns;
        act(e, kind, &random);
        note_orders(e, log);
        if (log->trace_count < TRACE)
            log->trace[log->trace_count++] = (trace_point){ now_ns, pg_engine_get_stats(e)->decisions, call };
        if (call != PG_CALL_BOOK)
            check_money(e);
    }
    check_money(e);
    assert_int_equal(pg_engine_next(e), PG_CALL_DONE);
    log->decisions = pg_engine_get_stats(e)->decisions;
    /* After the end we have heard of everything. */
    assert_true(pg_engine_view(e)->position ==
                pg_size_double(&config->instrument, pg_engine_account(e)->position.quantity));
    assert_int_equal(pg_engine_orders(e)->counts.unmatched, 0);
    check_against_fills(e, config, log);
    return e;
}

static run_log log_a, log_b;

static void test_conservation(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        random_market market = market_make(60000, seed, 5 * ms, (int64_t)(seed - 1) * 3 * ms);
        pg_engine_config config = engine_config(market.events, market.count);
        config.matcher.queue = (pg_queue_model)(seed % 6);
        config.matcher.maker_fee_e8 = seed == 2 ? -5000 : 15000;
        for (int kind = 0; kind < STRATEGIES; kind++) {
            pg_engine *e = run(&config, (strategy_kind)kind, seed, &log_a);
            assert_true(pg_engine_account(e)->fills > 100);
            assert_true(log_a.largest <= pg_size_truncate(&config.instrument, config.max_position));
            pg_engine_free(e);
        }
        free(market.events);
    }
}

static void test_conservation_synthetic(void **state)
{
    (void)state;
    synthetic_market market = synthetic_make(0.5, 11, "SYN");
    int funded = 0;
    for (int kind = 0; kind < STRATEGIES; kind++)
        for (int fill = PG_FILL_QUEUE; fill <= PG_FILL_CROSS; fill++) {
            pg_engine_config config = engine_config(market.events, market.count);
            config.instrument = market.info.instrument;
            config.matcher.fill = (pg_fill_model)fill;
            config.matcher.validity_ns = 60000 * ms;
            config.matcher.cooldown_ns = 100 * ms;
            config.matcher.gap_ns = 1800000 * ms;
            pg_engine *e = run(&config, (strategy_kind)kind, 5, &log_a);
            assert_true(pg_engine_account(e)->fills > 10);
            int64_t limit = pg_size_truncate(&config.instrument, config.max_position);
            if (log_a.largest > limit)
                fail_msg("strategy %d, fill model %d: %d held, the limit is %d", kind, fill, (int)log_a.largest,
                         (int)limit);
            funded += pg_engine_account(e)->position.funding != 0;
            pg_engine_free(e);
        }
    assert_true(funded > 0);
    free(market.events);
}

/* A limit that is reached all the time, long latency, quotes that always want more. */
static void test_position_limit(void **state)
{
    (void)state;
    random_market market = market_make(60000, 9, 5 * ms, 0);
    pg_engine_config config = engine_config(market.events, market.count);
    config.max_position = 0.7;
    config.order_latency = (pg_latency_config){
        .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 60 * ms, .response_ns = 90 * ms, .log_sigma = 0.8
    };
    for (int kind = 0; kind < STRATEGIES; kind++) {
        pg_engine *e = NULL;
        uint64_t random = 5;
        int64_t largest = 0;
        assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
        while (pg_engine_next(e) != PG_CALL_DONE) {
            act(e, (strategy_kind)kind, &random);
            int64_t held = pg_engine_account(e)->position.quantity;
            largest = held > largest ? held : -held > largest ? -held : largest;
        }
        if (largest > 7000 || largest < 6000)
            fail_msg("strategy %d held %d at most, the limit is 7000", kind, (int)largest);
        pg_engine_free(e);
    }
    free(market.events);
}

/* What does not fit the limit of 5 is trimmed, not dropped: 3 and 2 of 4, and nothing for the third level. */
static void test_quotes_are_trimmed(void **state)
{
    (void)state;
    random_market market = market_make(200, 1, 5 * ms, 0);
    pg_engine_config config = engine_config(market.events, market.count);
    pg_engine *e = NULL;
    assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
    while (isnan(pg_engine_view(e)->mid))
        pg_engine_next(e);
    pg_desired desired = { .count = { 3, 0 }, .post_only = true };
    static const double sizes[] = { 3, 4, 1 };
    for (int i = 0; i < 3; i++) {
        desired.price[0][i] = 2990 - i;
        desired.size[0][i] = sizes[i];
    }
    pg_engine_quote(e, &desired);
    const pg_orders *orders = pg_engine_orders(e);
    assert_int_equal(orders->count, 2);
    assert_int_equal(orders->order[0].remaining, 30000);
    assert_int_equal(orders->order[1].remaining, 20000);
    assert_int_equal(pg_engine_get_stats(e)->refused_quotes, 1);
    pg_engine_free(e);
    free(market.events);
}

/* ---- determinism ---- */

static void test_determinism(void **state)
{
    (void)state;
    random_market market = market_make(40000, 4, 5 * ms, 2 * ms);
    pg_engine_config config = engine_config(market.events, market.count);
    config.order_latency.kind = PG_LATENCY_LOGNORMAL;
    config.order_latency.entry_ns = 0; /* any latency may be drawn */
    config.order_latency.response_ns = 4 * ms;
    config.order_latency.log_sigma = 0.5;
    for (int kind = 0; kind < STRATEGIES; kind++) {
        pg_engine *a = run(&config, (strategy_kind)kind, 3, &log_a), *b = run(&config, (strategy_kind)kind, 3, &log_b);
        assert_true(log_a.decisions == log_b.decisions);
        size_t n, m;
        uint64_t total;
        int64_t grid;
        const pg_fill_record *fills = pg_history_fills(pg_engine_history(a), &n, &total);
        const pg_fill_record *others = pg_history_fills(pg_engine_history(b), &m, &total);
        assert_true(n > 100 && n == m);
        for (size_t i = 0; i < n; i++)
            assert_true(fills[i].order == others[i].order && fills[i].time_ns == others[i].time_ns &&
                        fills[i].price == others[i].price && fills[i].size == others[i].size &&
                        fills[i].fee == others[i].fee && fills[i].mark_x2 == others[i].mark_x2);
        const pg_equity_point *equity = pg_history_equity(pg_engine_history(a), &n, &grid);
        const pg_equity_point *same = pg_history_equity(pg_engine_history(b), &m, &grid);
        assert_true(n > 10 && n == m);
        assert_memory_equal(equity, same, n * sizeof *equity);
        pg_engine_free(b);
        config.seed = 77; /* other latencies, other decisions */
        b = run(&config, (strategy_kind)kind, 3, &log_b);
        assert_true(log_a.decisions != log_b.decisions);
        config.seed = 1;
        pg_engine_free(a);
        pg_engine_free(b);
    }
    free(market.events);
}

/* ---- no look-ahead ---- */

static void same_until(int64_t until_ns, const char *what)
{
    size_t n = 0;
    for (; n < log_a.trace_count && log_a.trace[n].now_ns <= until_ns; n++)
        if (n >= log_b.trace_count || log_a.trace[n].now_ns != log_b.trace[n].now_ns ||
            log_a.trace[n].call != log_b.trace[n].call || log_a.trace[n].decisions != log_b.trace[n].decisions)
            fail_msg("%s: call %zu differs", what, n);
    assert_true(n > 100);
    assert_true(n == log_b.trace_count || log_b.trace[n].now_ns > until_ns);
}

/* Whatever is done to what happens after a time, decisions up to it stay. */
static void changed_future(const pg_engine_config *config, pg_event *events, int64_t at_ns, strategy_kind kind)
{
    pg_engine_config other = *config;
    pg_event *altered = malloc(config->count * sizeof *altered);
    pg_engine_free(run(config, kind, 3, &log_a));
    memcpy(altered, events, config->count * sizeof *altered);
    for (size_t i = 0; i < config->count; i++)
        if (altered[i].exch_ns > at_ns) {
            altered[i].exch_ns += 7777 * ms;
            altered[i].local_ns += 7777 * ms;
        }
    other.events = altered;
    pg_engine_free(run(&other, kind, 3, &log_b));
    same_until(at_ns, "shifted");
    memcpy(altered, events, config->count * sizeof *altered);
    for (size_t i = 0; i < config->count; i++)
        if (altered[i].exch_ns > at_ns && altered[i].kind != PG_EVENT_FUNDING) {
            altered[i].size = altered[i].size / 2 + 1;
            altered[i].side =
                altered[i].kind == PG_EVENT_TRADE ? (uint8_t)(PG_BUY + PG_SELL - altered[i].side) : altered[i].side;
        }
    pg_engine_free(run(&other, kind, 3, &log_b));
    same_until(at_ns, "altered");
    /* The change itself must matter later, or this shows nothing. */
    assert_true(log_a.decisions != log_b.decisions);
    free(altered);
}

static void test_future_does_not_matter(void **state)
{
    (void)state;
    random_market market = market_make(20000, 6, 5 * ms, 3 * ms);
    pg_engine_config config = engine_config(market.events, market.count);
    for (int kind = 0; kind < STRATEGIES; kind++)
        for (size_t part = 1; part <= 3; part++)
            changed_future(&config, market.events, market.events[market.count * part / 4].exch_ns, (strategy_kind)kind);
    free(market.events);
    synthetic_market synthetic = synthetic_make(0.15, 3, "SYN");
    config = engine_config(synthetic.events, synthetic.count);
    config.instrument = synthetic.info.instrument;
    changed_future(&config, synthetic.events, synthetic.events[synthetic.count / 2].exch_ns, QUOTER);
    config.feed_recorded = false;
    config.feed_latency = (pg_latency_config){ .kind = PG_LATENCY_LOGNORMAL, .response_ns = 20 * ms, .log_sigma = 0.5 };
    changed_future(&config, synthetic.events, synthetic.events[synthetic.count / 2].exch_ns, TAKER);
    free(synthetic.events);
}

/* ---- small tapes by hand: bids of 1000 at 30000, asks at 30002; times in ms after a start ---- */

static const int64_t start_ns = 1700000000000000000;

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
    put(&t, PG_EVENT_LEVEL, 0, PG_BUY, 29000, 1000);
    put(&t, PG_EVENT_LEVEL, 0, PG_SELL, 30002, 1000);
    put(&t, PG_EVENT_LEVEL, 0, PG_SELL, 31000, 1000);
    return t;
}

static pg_engine *open_tape(const hand_tape *t)
{
    pg_engine *e = NULL;
    pg_engine_config config = engine_config(t->events, t->count);
    assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
    return e;
}

static int until(pg_engine *e, int wanted)
{
    int call = pg_engine_next(e);
    while (call != wanted && call != PG_CALL_DONE)
        call = pg_engine_next(e);
    return call;
}

/* Order latency 5 ms, no feed latency. A trade at 3000.1 is seen at 10 ms; the bid sent on it arrives at 15 ms: neither
 * that trade, nor one at 12 ms, nor one at 14.999 ms fills it. The one at 20 ms does, and is heard of at 25 ms. */
static void test_no_fill_from_the_past(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_TRADE, 10, PG_SELL, 30001, 500);
    put(&t, PG_EVENT_TRADE, 12, PG_SELL, 30001, 500);
    put(&t, PG_EVENT_TRADE, 15, PG_SELL, 30001, 500);
    t.events[t.count - 1].exch_ns -= 1000;
    put(&t, PG_EVENT_TRADE, 20, PG_SELL, 30001, 500);
    put(&t, PG_EVENT_TRADE, 40, PG_SELL, 29999, 500);
    pg_engine *e = open_tape(&t);
    assert_int_equal(until(e, PG_CALL_TRADE), PG_CALL_TRADE);
    assert_true(pg_engine_view(e)->price == 3000.1);
    uint64_t id = pg_engine_order(e, PG_BUY, 3000.1, 0.01, PG_TIF_ALO, false);
    assert_true(id > 0);
    assert_int_equal(until(e, PG_CALL_FILL), PG_CALL_FILL);
    assert_int_equal(pg_clock_now(pg_engine_clock(e)), start_ns + 25 * ms);
    size_t n;
    uint64_t total;
    const pg_fill_record *fill = pg_history_fills(pg_engine_history(e), &n, &total);
    assert_int_equal(n, 1);
    assert_int_equal(fill[0].time_ns, start_ns + 20 * ms);
    assert_int_equal(fill[0].size, 100);
    assert_int_equal(until(e, PG_CALL_DONE), PG_CALL_DONE);
    pg_engine_free(e);
}

/* The ask of 3000.2 that is seen at 10 ms is gone at 12 ms: an order sent for it at 10 ms comes too late at 15 ms. */
static void test_liquidity_that_is_gone(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_LEVEL, 10, PG_SELL, 30002, 700);
    put(&t, PG_EVENT_LEVEL, 12, PG_SELL, 30002, 0);
    put(&t, PG_EVENT_LEVEL, 30, PG_SELL, 30002, 700);
    pg_engine *e = open_tape(&t);
    do
        assert_int_equal(until(e, PG_CALL_BOOK), PG_CALL_BOOK);
    while (pg_engine_view(e)->ask_size != 0.07);
    pg_engine_order(e, PG_BUY, 3000.2, 0.01, PG_TIF_IOC, false);
    assert_int_equal(until(e, PG_CALL_ORDER), PG_CALL_ORDER); /* accepted */
    assert_int_equal(until(e, PG_CALL_ORDER), PG_CALL_ORDER);
    assert_int_equal(pg_engine_view(e)->state, PG_ORDER_CANCELLED);
    assert_int_equal(pg_engine_view(e)->reason, PG_REASON_IOC);
    assert_int_equal(until(e, PG_CALL_FILL), PG_CALL_DONE);
    pg_engine_free(e);
}

/* A tape whose exchange times go back: engine time does not, and a late trade does not fill a later order. */
static void test_out_of_order(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    put(&t, PG_EVENT_TRADE, 10, PG_SELL, 30000, 1);
    put(&t, PG_EVENT_TRADE, 30, PG_SELL, 29999, 500);
    t.events[t.count - 1].exch_ns = start_ns + 14 * ms; /* happened before our order arrived at 15 */
    put(&t, PG_EVENT_LEVEL, 30, PG_BUY, 30000, 900);
    put(&t, PG_EVENT_TRADE, 31, PG_SELL, 29999, 300);
    pg_engine *e = open_tape(&t);
    assert_int_equal(until(e, PG_CALL_TRADE), PG_CALL_TRADE);
    assert_true(pg_engine_order(e, PG_BUY, 3000.1, 0.01, PG_TIF_ALO, false) > 0);
    assert_int_equal(until(e, PG_CALL_FILL), PG_CALL_FILL);
    size_t n;
    uint64_t total;
    const pg_fill_record *fill = pg_history_fills(pg_engine_history(e), &n, &total);
    assert_int_equal(fill[0].time_ns, start_ns + 31 * ms);
    pg_engine_free(e);
    /* And at random: nothing breaks (run checks the clock, the money and the arrival times). */
    random_market market = market_make(20000, 8, 5 * ms, 40 * ms);
    uint64_t random = 3;
    for (size_t i = 0; i < market.count; i++)
        market.events[i].exch_ns -= (int64_t)draw(&random, 60) * ms;
    pg_engine_config config = engine_config(market.events, market.count);
    for (int kind = 0; kind < STRATEGIES; kind++)
        pg_engine_free(run(&config, (strategy_kind)kind, 2, &log_a));
    free(market.events);
}

/* ---- feed, timers, halt ---- */

/* Events 10 ms apart, feed latency 100 ms: each is known 100 ms after it happened, not later for those before it. */
static void test_feed_latency(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    for (int i = 1; i <= 20; i++)
        put(&t, PG_EVENT_TRADE, 10 * i, PG_SELL, 30000, i);
    pg_engine_config config = engine_config(t.events, t.count);
    config.feed_recorded = false;
    config.feed_latency = (pg_latency_config){ .kind = PG_LATENCY_CONSTANT, .response_ns = 100 * ms };
    pg_engine *e = NULL;
    assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
    for (int i = 1; i <= 20; i++) {
        assert_int_equal(until(e, PG_CALL_TRADE), PG_CALL_TRADE);
        assert_int_equal(pg_clock_now(pg_engine_clock(e)), start_ns + (10 * i + 100) * ms);
        assert_true(pg_engine_view(e)->size == i / 1e4);
    }
    pg_engine_free(e);
}

/* From 350 ms into a second to 10 s: aligned at each whole second, unaligned from the start, both repeating. */
static void test_timers(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    for (size_t i = 0; i < t.count; i++)
        t.events[i].exch_ns = t.events[i].local_ns = start_ns + 350 * ms;
    put(&t, PG_EVENT_TRADE, 10000, PG_SELL, 30000, 1);
    pg_engine *e = open_tape(&t);
    assert_int_equal(pg_engine_next(e), PG_CALL_START);
    assert_int_equal(pg_engine_timer(e, 1, true), 1);
    assert_int_equal(pg_engine_timer(e, 2.5, false), 2);
    static const struct {
        int timer, at_ms;
    } due[] = { { 1, 1000 }, { 1, 2000 }, { 2, 2850 }, { 1, 3000 }, { 1, 4000 }, { 1, 5000 },
                { 2, 5350 }, { 1, 6000 }, { 1, 7000 }, { 2, 7850 }, { 1, 8000 }, { 1, 9000 } };
    for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
        assert_int_equal(until(e, PG_CALL_TIMER), PG_CALL_TIMER);
        assert_int_equal(pg_engine_view(e)->timer, due[i].timer);
        assert_int_equal(pg_clock_now(pg_engine_clock(e)), start_ns + due[i].at_ms * ms);
        assert_true(fabs(pg_engine_view(e)->now_s - (1.7e9 + due[i].at_ms * 1e-3)) < 1e-6);
    }
    /* At the same time market data come first. */
    assert_int_equal(pg_engine_next(e), PG_CALL_TRADE);
    assert_int_equal(until(e, PG_CALL_STOP), PG_CALL_STOP);
    pg_engine_free(e);
}

static void test_timer_bounds(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    pg_engine *e = open_tape(&t);
    pg_engine_next(e);
    assert_int_equal(pg_engine_timer(e, 0.0009, false), 0);
    assert_int_equal(pg_engine_timer(e, -1, false), 0);
    assert_int_equal(pg_engine_timer(e, NAN, true), 0);
    assert_int_equal(pg_engine_timer(e, INFINITY, true), 0);
    for (int i = 1; i <= PG_ENGINE_TIMERS; i++)
        assert_int_equal(pg_engine_timer(e, 1, true), i);
    assert_int_equal(pg_engine_timer(e, 1, true), 0);
    pg_engine_free(e);
}

/* Quotes and single orders, resting and on their way, when the script stops: all are gone two ways later. */
static void test_halt(void **state)
{
    (void)state;
    random_market market = market_make(40000, 12, 5 * ms, 0);
    for (int when = 50; when <= 2000; when += 150) {
        pg_engine_config config = engine_config(market.events, market.count);
        pg_engine *e = NULL;
        uint64_t random = (uint64_t)when;
        assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
        for (int i = 0; i < when; i++) {
            pg_engine_next(e);
            act(e, i % 2 ? SINGLE : QUOTER, &random);
        }
        const pg_view *view = pg_engine_view(e);
        pg_engine_order(e, PG_BUY, view->bid - 1, 0.01, PG_TIF_GTC, false); /* on its way */
        assert_true(pg_engine_orders(e)->count > 0);
        int64_t halted_ns = pg_clock_now(pg_engine_clock(e));
        pg_engine_halt(e);
        quote(e, &random);
        assert_int_equal(pg_engine_order(e, PG_BUY, view->bid, 0.01, PG_TIF_GTC, false), 0);
        assert_int_equal(pg_engine_next(e), PG_CALL_STOP);
        assert_int_equal(pg_engine_next(e), PG_CALL_DONE);
        assert_int_equal(pg_engine_orders(e)->count, 0);
        size_t n;
        uint64_t total;
        const pg_fill_record *fill = pg_history_fills(pg_engine_history(e), &n, &total);
        for (size_t i = 0; i < n; i++)
            assert_true(fill[i].time_ns <= halted_ns + 3 * 5 * ms);
        check_money(e);
        pg_engine_free(e);
    }
    free(market.events);
}

/* ---- bad input ---- */

static void test_refused_settings(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    for (int i = 0; i < 8; i++) {
        pg_engine_config c = engine_config(t.events, t.count);
        switch (i) {
        case 0: c.capital = 0; break;
        case 1: c.capital = NAN; break;
        case 2: c.max_position = -1; break;
        case 3: c.max_position = INFINITY; break;
        case 4: c.policy.size_tolerance = 1; break;
        case 5: c.grid_ns = 0; break;
        case 6: c.order_latency.entry_ns = -1; break;
        default: c.matcher.queue_power = 0;
        }
        pg_engine *e = NULL;
        pg_error err = { 0 };
        assert_int_equal(pg_engine_new(&e, &c, &err), PG_ERR_INVALID);
        assert_true(err.what[0]);
        assert_null(e);
    }
}

static void test_refused_orders(void **state)
{
    (void)state;
    hand_tape t = hand_book();
    pg_engine *e = open_tape(&t);
    pg_engine_next(e);
    until(e, PG_CALL_BOOK);
    static const double bad[] = { NAN, INFINITY, -INFINITY, 0, -1, 1e300 };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(pg_engine_order(e, PG_BUY, bad[i], 1, PG_TIF_GTC, false), 0);
        assert_int_equal(pg_engine_order(e, PG_BUY, 3000, bad[i], PG_TIF_GTC, false), 0);
        pg_desired desired = { .count = { 1, 1 } };
        desired.price[0][0] = desired.price[1][0] = bad[i];
        desired.size[0][0] = desired.size[1][0] = 1;
        pg_engine_quote(e, &desired);
        desired.price[0][0] = desired.price[1][0] = 3000;
        desired.size[0][0] = desired.size[1][0] = bad[i];
        pg_engine_quote(e, &desired);
    }
    assert_int_equal(pg_engine_order(e, PG_SIDE_NONE, 3000, 1, PG_TIF_GTC, false), 0);
    assert_int_equal(pg_engine_order(e, 7, 3000, 1, PG_TIF_GTC, false), 0);
    assert_int_equal(pg_engine_order(e, PG_BUY, 3000, 1, 9, false), 0);
    assert_int_equal(pg_engine_order(e, PG_BUY, 3000, 6, PG_TIF_GTC, false), 0); /* above the limit of 5 */
    assert_false(pg_engine_cancel(e, 12345));
    assert_false(pg_engine_modify(e, 12345, 3000, 1));
    assert_int_equal(pg_engine_orders(e)->count, 0);
    assert_true(pg_engine_get_stats(e)->refused_quotes >= 12);
    double price, size;
    assert_false(pg_engine_level(e, PG_BUY, 0, &price, &size));
    assert_false(pg_engine_level(e, PG_BUY, 3, &price, &size));
    assert_false(pg_engine_level(e, PG_BUY, PG_VIEW_LEVELS + 1, &price, &size));
    assert_true(pg_engine_level(e, PG_BUY, 1, &price, &size));
    pg_engine_free(e);
}

/* What the venue refuses is not asked for again by itself, and a script that asks at every refusal still comes to the
 * end: without latency, too, where nothing but the refusal makes time pass. */
static void test_refusals_end(void **state)
{
    (void)state;
    random_market market = market_make(2000, 5, ms, ms);
    for (int single = 0; single < 2; single++) {
        pg_engine_config config = engine_config(market.events, market.count);
        config.order_latency = (pg_latency_config){ .kind = PG_LATENCY_CONSTANT };
        pg_engine *e = NULL;
        assert_int_equal(pg_engine_new(&e, &config, NULL), PG_OK);
        int calls = 0, call;
        while ((call = pg_engine_next(e)) != PG_CALL_DONE) {
            const pg_view *view = pg_engine_view(e);
            assert_true(++calls < 20000);
            if (isnan(view->mid) || (call != PG_CALL_BOOK && call != PG_CALL_ORDER))
                continue;
            if (single) { /* post-only through the touch */
                pg_engine_order(e, PG_BUY, view->ask + 10, 1, PG_TIF_ALO, false);
            } else { /* nothing to reduce */
                pg_desired desired = { .post_only = true, .reduce_only = true, .count = { 1, 0 } };
                desired.price[0][0] = view->bid;
                desired.size[0][0] = 1;
                pg_engine_quote(e, &desired);
            }
        }
        assert_true(pg_engine_orders(e)->counts.rejected > 100);
        assert_int_equal(pg_engine_orders(e)->count, 0);
        pg_engine_free(e);
    }
    free(market.events);
}

static void test_empty_tape(void **state)
{
    (void)state;
    hand_tape t = { .count = 0 };
    pg_engine *e = open_tape(&t);
    assert_int_equal(pg_engine_next(e), PG_CALL_START);
    assert_int_equal(pg_engine_next(e), PG_CALL_STOP);
    assert_int_equal(pg_engine_next(e), PG_CALL_DONE);
    assert_int_equal(pg_engine_next(e), PG_CALL_DONE);
    pg_engine_free(e);
    pg_engine_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conservation),
        cmocka_unit_test(test_conservation_synthetic),
        cmocka_unit_test(test_position_limit),
        cmocka_unit_test(test_quotes_are_trimmed),
        cmocka_unit_test(test_determinism),
        cmocka_unit_test(test_future_does_not_matter),
        cmocka_unit_test(test_no_fill_from_the_past),
        cmocka_unit_test(test_liquidity_that_is_gone),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_feed_latency),
        cmocka_unit_test(test_timers),
        cmocka_unit_test(test_timer_bounds),
        cmocka_unit_test(test_halt),
        cmocka_unit_test(test_refused_settings),
        cmocka_unit_test(test_refusals_end),
        cmocka_unit_test(test_refused_orders),
        cmocka_unit_test(test_empty_tape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

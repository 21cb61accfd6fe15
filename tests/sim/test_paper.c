/* Paper trading: a venue around another one that only listens. By hand over a made-up venue, and over Hyperliquid's
 * adapter against the built-in exchange on loopback sockets. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/paper.h"
#include "support/hyperliquid_venue.h"

/* ---- a venue that a test speaks for ---- */

typedef struct {
    pg_venue base;
    pg_venue_config config;
    pg_venue_sink sink;
    pg_instrument instrument;
    pg_venue_facts facts;
    int sent; /* calls that a listener has no business to make */
} made_up;

static made_up *inner;
static pg_venue_facts inner_facts;

static const pg_venue_type made_up_type;

static pg_status made_up_open(pg_venue **venue, const pg_venue_config *config, pg_loop *loop, pg_venue_sink sink,
                              pg_error *err)
{
    (void)loop;
    inner = calloc(1, sizeof *inner);
    inner->base.type = &made_up_type;
    inner->config = *config;
    inner->sink = sink;
    inner->facts = inner_facts;
    *venue = &inner->base;
    return pg_instrument_init(&inner->instrument, "made up", "T", 1, 2, 1, 1, 0, err);
}

static void made_up_close(pg_venue *venue)
{
    free(venue);
    inner = NULL;
}

static const pg_instrument *made_up_instrument(const pg_venue *venue, int market)
{
    return market == 0 ? &((const made_up *)venue)->instrument : NULL;
}

static const pg_venue_facts *made_up_facts(const pg_venue *venue)
{
    return &((const made_up *)venue)->facts;
}

static void made_up_submit(pg_venue *venue, const pg_submit *list, int count)
{
    (void)list;
    ((made_up *)venue)->sent += count;
}

static const pg_venue_type made_up_type = { .kind = "made up",
                                            .open = made_up_open,
                                            .close = made_up_close,
                                            .instrument = made_up_instrument,
                                            .facts = made_up_facts,
                                            .submit = made_up_submit };

/* ---- the host ---- */

enum { REPORTS = 4096, RUN = 77 };

typedef struct {
    pg_loop *loop;
    pg_venue *venue;
    int ready, failures, events, links;
    bool up[2];
    pg_report report[REPORTS];
    int count;
    bool called;
    int remaining;
    pg_error error;
    int64_t equity_e6, free_e6, position;
    double entry;
    int orders, held;
    uint64_t next_id;
} host;

static host h;

static void on_ready(void *self)
{
    (void)self;
    h.ready++;
}

static void on_failed(void *self, const pg_error *err)
{
    (void)self;
    h.failures++;
    h.error = *err;
}

static void on_events(void *self, int market, const pg_event *events, int count)
{
    (void)self, (void)market, (void)events;
    h.events += count;
}

static void on_report(void *self, const pg_report *report)
{
    (void)self;
    assert_true(h.count < REPORTS);
    h.report[h.count++] = *report;
}

static void on_link(void *self, pg_link link, bool up, const char *why)
{
    (void)self, (void)why;
    h.up[link] = up;
    h.links++;
}

static const pg_venue_sink sink = { &h, on_ready, on_failed, on_events, on_report, on_link, NULL };

static void on_account(void *self, const pg_account_state *state, const pg_error *err)
{
    (void)self;
    assert_null(err);
    h.called = true;
    h.equity_e6 = state->equity_e6;
    h.free_e6 = state->free_e6;
    h.orders = state->order_count;
    h.held = state->held_count;
    h.position = state->held_count ? state->held[0].quantity : 0;
    h.entry = state->held_count ? state->held[0].entry : 0;
}

static void on_cancelled(void *self, int remaining, const pg_error *err)
{
    (void)self;
    assert_null(err);
    h.called = true;
    h.remaining = remaining;
}

static void on_done(void *self, const pg_error *err)
{
    (void)self;
    h.called = true;
    h.error = err ? *err : (pg_error){ 0 };
}

#define until(what)                                                                                                    \
    ({                                                                                                                 \
        double until_ = pg_clock_elapsed() + 10;                                                                       \
        while (!(what) && pg_clock_elapsed() < until_)                                                                 \
            pg_loop_run_for(h.loop, 1);                                                                                \
        assert_true(what);                                                                                             \
    })

static void open_with(const pg_paper_options *options, const pg_secret *key)
{
    static const char *const symbols[] = { "T" };
    pg_error err = { 0 };
    memset(&h, 0, sizeof h);
    h.next_id = 1;
    assert_int_equal(pg_loop_new(&h.loop, &err), PG_OK);
    pg_venue_option secretive = { "vault", "0x1" };
    pg_venue_config config = { .name = "p",
                               .kind = "made up",
                               .network = "local",
                               .account = "0x2",
                               .key = key,
                               .symbols = symbols,
                               .symbol_count = 1,
                               .options = &secretive,
                               .option_count = 1,
                               .run = RUN };
    assert_int_equal(pg_paper_open(&h.venue, &config, &made_up_type, options, h.loop, sink, &err), PG_OK);
}

static void level(int side, int64_t price, int64_t size)
{
    pg_event event = { .exch_ns = 5, /* another clock than ours */
                       .local_ns = pg_clock_now(pg_clock_real()),
                       .kind = PG_EVENT_LEVEL,
                       .side = (uint8_t)side,
                       .price = price,
                       .size = size,
                       .flags = PG_EVENT_LAST };
    inner->sink.events(inner->sink.self, 0, &event, 1);
}

static void say(int kind, int side, int64_t price, int64_t size)
{
    pg_event event = { .exch_ns = 5,
                       .local_ns = pg_clock_now(pg_clock_real()),
                       .kind = (uint8_t)kind,
                       .side = (uint8_t)side,
                       .price = price,
                       .size = size,
                       .flags = PG_EVENT_LAST };
    inner->sink.events(inner->sink.self, 0, &event, 1);
}

/* Bids of 100 at 1000, asks of 100 at 1002; the book begins before the venue is ready. */
static void begin(pg_paper_options options)
{
    open_with(&options, NULL);
    level(PG_BUY, 1000, 100);
    inner->sink.link(inner->sink.self, PG_LINK_MARKET, true, "");
    inner->sink.ready(inner->sink.self);
    level(PG_SELL, 1002, 100);
    assert_int_equal(h.ready, 1);
    assert_true(h.up[0] && h.up[1]);
    assert_int_equal(h.events, 2);
}

static pg_paper_options quick(void)
{
    pg_paper_options options = pg_paper_defaults();
    options.request_ms = options.reply_ms = 0;
    options.capital = 1000;
    return options;
}

static void end(void)
{
    assert_int_equal(inner->sent, 0);
    pg_venue_close(h.venue);
    assert_null(inner);
    pg_loop_free(h.loop);
}

static int tear_down(void **state)
{
    (void)state;
    inner_facts = (pg_venue_facts){ 0 };
    return 0;
}

static void send(int kind, uint64_t id, int side, int64_t price, int64_t size, int tif)
{
    pg_submit submit = { .request = { .kind = (uint8_t)kind,
                                      .id = id,
                                      .side = (uint8_t)side,
                                      .price = price,
                                      .size = size,
                                      .open = size,
                                      .tif = (uint8_t)tif } };
    pg_venue_submit(h.venue, &submit, 1);
}

static uint64_t place(int side, int64_t price, int64_t size, int tif)
{
    send(PG_REQUEST_NEW, h.next_id, side, price, size, tif);
    return h.next_id++;
}

static const pg_report *last(int count)
{
    until(h.count >= count);
    assert_int_equal(h.count, count);
    return &h.report[count - 1];
}

static void read_account(void)
{
    h.called = false;
    pg_venue_account(h.venue, NULL, on_account);
    assert_false(h.called);
    until(h.called);
}

/* ---- by hand ---- */

static void test_only_listens(void **state)
{
    (void)state;
    pg_secret *key = NULL;
    assert_int_equal(
        pg_secret_from_hex(&key, 32, "0000000000000000000000000000000000000000000000000000000000000001", 64, NULL),
        PG_OK);
    pg_paper_options options = quick();
    open_with(&options, key);
    assert_null(inner->config.key);
    assert_null(inner->config.api_key);
    assert_null(inner->config.account);
    assert_int_equal(inner->config.option_count, 0);
    inner->sink.ready(inner->sink.self);
    const pg_venue_facts *facts = pg_venue_get_facts(h.venue);
    assert_true(facts->can_trade && facts->maker_fee_e8 == 15000 && facts->taker_fee_e8 == 45000);
    assert_int_equal(facts->switch_least_s, 0);
    assert_string_equal(pg_venue_instrument(h.venue, 0)->symbol, "T");
    /* What the inner venue knows of orders and accounts is none of ours. */
    inner->sink.report(inner->sink.self, &(pg_report){ .reply = { .kind = PG_REPLY_FILL } });
    inner->sink.link(inner->sink.self, PG_LINK_ACCOUNT, false, "");
    assert_int_equal(h.count, 0);
    assert_true(h.up[PG_LINK_ACCOUNT]);
    inner->sink.failed(inner->sink.self, &(pg_error){ .status = PG_ERR_STATE });
    assert_int_equal(h.failures, 1);
    end();
    pg_secret_free(key);
}

static void test_orders_and_fills(void **state)
{
    (void)state;
    begin(quick());
    uint64_t bid = place(PG_BUY, 1001, 60, PG_TIF_ALO);
    assert_int_equal(h.count, 0); /* never within the call */
    const pg_report *r = last(1);
    assert_int_equal(r->reply.kind, PG_REPLY_ACCEPTED);
    assert_int_equal(r->run, RUN);
    assert_true(r->order_id[0] && r->sent_ns > 0);
    say(PG_EVENT_TRADE, PG_SELL, 1001, 20);
    r = last(2);
    assert_int_equal(r->reply.kind, PG_REPLY_FILL);
    assert_int_equal(r->reply.id, bid);
    assert_int_equal(r->reply.size, 20);
    assert_int_equal(r->reply.remaining, 40);
    assert_true(r->reply.maker && r->trade_id[0] && r->sent_ns == 0);
    assert_true(r->reply.fee == pg_fee((pg_money)1001 * 20, 15000));
    say(PG_EVENT_TRADE, PG_SELL, 1001, 10);
    assert_string_not_equal(last(3)->trade_id, h.report[1].trade_id);
    send(PG_REQUEST_CANCEL, bid, PG_BUY, 0, 0, 0);
    assert_int_equal(last(4)->reply.kind, PG_REPLY_CANCELLED);
    send(PG_REQUEST_CANCEL, bid, PG_BUY, 0, 0, 0);
    assert_int_equal(last(5)->reply.kind, PG_REPLY_CANCEL_REFUSED);
    place(PG_SELL, 1000, 500, PG_TIF_IOC); /* 100 are there */
    last(8);
    assert_int_equal(h.report[6].reply.size, 100);
    assert_false(h.report[6].reply.maker);
    assert_int_equal(h.report[7].reply.reason, PG_REASON_IOC);
    place(PG_BUY, 1002, 10, PG_TIF_ALO);
    assert_int_equal(last(9)->reply.reason, PG_REASON_POST_ONLY);
    /* 30 at 1001 bought, 100 at 1000 sold: -70 at 1000. */
    read_account();
    assert_int_equal(h.position, -70);
    assert_true(h.entry == 100);
    assert_int_equal(h.orders, 0);
    end();
}

/* Equity in units of 1e-6: capital, cash, value, fees; free is what positions leave. */
static void test_account(void **state)
{
    (void)state;
    pg_paper_options options = quick();
    options.maker_fee_e8 = 0;
    options.taker_fee_e8 = 100000; /* 10 bps */
    begin(options);
    read_account();
    assert_int_equal(h.equity_e6, 1000000000);
    assert_int_equal(h.free_e6, 1000000000);
    place(PG_BUY, 1002, 50, PG_TIF_IOC); /* 0.5 at 100.2: 50.1 paid, 0.050 of fees, worth 50.05 at the mid of 100.1 */
    last(2);
    read_account();
    assert_int_equal(h.equity_e6, 1000000000 - 50000 - 50000);
    assert_int_equal(h.free_e6, h.equity_e6 - 50050000);
    pg_venue_set_leverage(h.venue, 0, 5, true, NULL, on_done);
    read_account();
    assert_int_equal(h.error.status, PG_OK);
    assert_int_equal(h.free_e6, h.equity_e6 - 10010000);
    level(PG_BUY, 1000, 0);
    level(PG_BUY, 900, 5);
    read_account();
    assert_int_equal(h.equity_e6, 1000000000 - 50100000 - 50000 + 47550000);
    pg_venue_set_leverage(h.venue, 7, 5, true, NULL, on_done);
    h.called = false;
    until(h.called);
    assert_int_equal(h.error.status, PG_ERR_INVALID);
    h.called = false;
    pg_venue_arm_switch(h.venue, 10, NULL, on_done);
    until(h.called);
    assert_int_equal(h.error.status, PG_ERR_UNSUPPORTED);
    end();
}

/* Each settlement is paid once, at its mark or else at the mid. */
static void test_funding(void **state)
{
    (void)state;
    pg_paper_options options = quick();
    options.maker_fee_e8 = options.taker_fee_e8 = 0;
    begin(options);
    place(PG_BUY, 1002, 50, PG_TIF_IOC);
    last(2);
    read_account();
    int64_t before = h.equity_e6;
    pg_event rate = { .kind = PG_EVENT_FUNDING, .price = 2000000000, .flags = PG_EVENT_LAST };
    inner->sink.events(inner->sink.self, 0, &rate, 1); /* 0.2 % of 0.5 at the mid of 100.1 */
    read_account();
    int64_t paid = before - h.equity_e6;
    assert_true(paid > 0 && paid <= 100100);
    rate.price = -1000000000;
    rate.price2 = 2000;
    inner->sink.events(inner->sink.self, 0, &rate, 1); /* 0.1 % received at a mark of 200 */
    read_account();
    assert_int_equal(before - paid + 100000, h.equity_e6);
    end();
}

/* Nothing fills that happened before the request arrived, and nothing is heard of before its answer came. */
static void test_latency(void **state)
{
    (void)state;
    pg_paper_options options = quick();
    options.request_ms = options.reply_ms = 150;
    begin(options);
    double start = pg_clock_elapsed();
    uint64_t bid = place(PG_BUY, 1001, 60, PG_TIF_ALO);
    say(PG_EVENT_TRADE, PG_SELL, 1000, 500); /* it is on its way */
    const pg_report *r = last(1);
    assert_int_equal(r->reply.kind, PG_REPLY_ACCEPTED);
    assert_true(pg_clock_elapsed() - start >= 0.3);
    start = pg_clock_elapsed();
    say(PG_EVENT_TRADE, PG_SELL, 1001, 10);
    send(PG_REQUEST_CANCEL, bid, PG_BUY, 0, 0, 0);
    last(3);
    assert_int_equal(h.report[1].reply.kind, PG_REPLY_FILL);
    assert_int_equal(h.report[1].reply.size, 10);
    assert_int_equal(h.report[2].reply.kind, PG_REPLY_CANCELLED);
    assert_true(pg_clock_elapsed() - start >= 0.3);
    end();
}

/* A request whose time has come arrives before the market moves, however late the loop is. */
static void test_late_loop(void **state)
{
    (void)state;
    pg_paper_options options = quick();
    options.request_ms = 5;
    begin(options);
    place(PG_BUY, 1001, 60, PG_TIF_ALO);
    double until_s = pg_clock_elapsed() + 0.01;
    while (pg_clock_elapsed() < until_s)
        ;
    say(PG_EVENT_TRADE, PG_SELL, 1001, 10);
    last(2);
    assert_int_equal(h.report[1].reply.kind, PG_REPLY_FILL);
    end();
}

/* A replacement at the same price that shrinks: with its place in the queue, or behind everybody. */
static void replaced_in_place(bool keeps)
{
    inner_facts.replace_keeps_place = keeps;
    begin(quick());
    uint64_t bid = place(PG_BUY, 1000, 60, PG_TIF_ALO);
    last(1);
    level(PG_BUY, 1000, 300); /* 200 come behind us */
    say(PG_EVENT_TRADE, PG_SELL, 1000, 100);
    level(PG_BUY, 1000, 200); /* we are first now */
    send(PG_REQUEST_REPLACE, bid, PG_BUY, 1000, 50, PG_TIF_ALO);
    const pg_report *r = last(2);
    assert_int_equal(r->reply.kind, PG_REPLY_REPLACED);
    assert_int_equal(r->reply.remaining, 50);
    say(PG_EVENT_TRADE, PG_SELL, 1000, 30);
    if (keeps) {
        assert_int_equal(last(3)->reply.size, 30);
    } else {
        read_account();
        assert_int_equal(h.count, 2);
        assert_int_equal(h.orders, 1);
    }
    end();
}

static void test_replace(void **state)
{
    (void)state;
    replaced_in_place(true);
    replaced_in_place(false);
}

/* 20 fill while a replacement of 60 by 50 is on its way: 50 are open where it is set afresh, 30 where not. */
static void test_fresh_replace(void **state)
{
    (void)state;
    for (int fresh = 0; fresh < 2; fresh++) {
        inner_facts.replace_is_fresh = fresh != 0;
        pg_paper_options options = quick();
        begin(options);
        uint64_t bid = place(PG_BUY, 1001, 60, PG_TIF_ALO);
        last(1);
        say(PG_EVENT_TRADE, PG_SELL, 1001, 20);
        last(2);
        pg_submit submit = { .request = { .kind = PG_REQUEST_REPLACE,
                                          .id = bid,
                                          .side = PG_BUY,
                                          .price = 999,
                                          .size = 50,
                                          .open = 60,
                                          .tif = PG_TIF_ALO } };
        pg_venue_submit(h.venue, &submit, 1);
        assert_int_equal(last(3)->reply.remaining, fresh ? 50 : 30);
        end();
    }
}

static void test_cancel_all(void **state)
{
    (void)state;
    begin(quick());
    for (int i = 0; i < 5; i++) {
        place(PG_BUY, 990 + i, 10, PG_TIF_ALO);
        place(PG_SELL, 1010 + i, 10, PG_TIF_ALO);
    }
    h.called = false;
    pg_venue_cancel_all(h.venue, 12345, NULL, on_cancelled); /* another run's: none */
    until(h.called);
    assert_int_equal(h.count, 10);
    h.called = false;
    pg_venue_cancel_all(h.venue, 0, NULL, on_cancelled);
    until(h.called);
    assert_int_equal(h.remaining, 0);
    assert_int_equal(h.count, 20); /* told of before it is said to be done */
    read_account();
    assert_int_equal(h.orders, 0);
    end();
}

/* What nobody saw cannot have filled an order, nor left it there. */
static void test_gap(void **state)
{
    (void)state;
    begin(quick());
    place(PG_BUY, 1001, 60, PG_TIF_ALO);
    last(1);
    say(PG_EVENT_GAP, 0, 0, 0);
    const pg_report *r = last(2);
    assert_int_equal(r->reply.kind, PG_REPLY_CANCELLED);
    assert_int_equal(r->reply.reason, PG_REASON_EXPIRED);
    end();
}

static void test_fills_again(void **state)
{
    (void)state;
    begin(quick());
    place(PG_BUY, 1001, 60, PG_TIF_ALO);
    last(1);
    say(PG_EVENT_TRADE, PG_SELL, 1001, 10);
    say(PG_EVENT_TRADE, PG_SELL, 1001, 20);
    last(3);
    h.called = false;
    pg_venue_fills_since(h.venue, h.report[2].reply.exch_ns, NULL, on_done);
    until(h.called);
    assert_int_equal(h.count, 4);
    assert_string_equal(h.report[3].trade_id, h.report[2].trade_id);
    assert_int_equal(h.report[3].reply.size, 20);
    end();
}

static void test_refusals(void **state)
{
    (void)state;
    pg_paper_options options = quick();
    options.request_ms = 500;
    begin(options);
    pg_submit elsewhere = { .market = 3, .request = { .kind = PG_REQUEST_NEW, .id = 999, .side = PG_BUY } };
    pg_venue_submit(h.venue, &elsewhere, 1);
    assert_int_equal(h.count, 0);
    const pg_report *r = last(1);
    assert_true(r->unsent && r->reply.kind == PG_REPLY_REJECTED);
    static pg_submit many[PG_PAPER_REQUESTS + 1];
    for (int i = 0; i <= PG_PAPER_REQUESTS; i++)
        many[i] = (pg_submit){ .request = { .kind = PG_REQUEST_REPLACE, .id = 5, .side = PG_BUY, .size = 1 } };
    assert_true(pg_venue_has_room(h.venue, PG_PAPER_REQUESTS, false));
    pg_venue_submit(h.venue, many, PG_PAPER_REQUESTS + 1);
    r = last(2);
    assert_true(r->unsent && r->reply.kind == PG_REPLY_REPLACE_REFUSED && r->reply.reason == PG_REASON_RATE);
    assert_false(pg_venue_has_room(h.venue, 1, false));
    assert_true(pg_venue_has_room(h.venue, 1, true));
    end(); /* with much on its way */
}

static void test_bad_options(void **state)
{
    (void)state;
    static const char *const symbols[] = { "T" };
    pg_venue_config config = { .name = "p", .symbols = symbols, .symbol_count = 1 };
    for (int i = 0; i < 5; i++) {
        pg_paper_options o = pg_paper_defaults();
        switch (i) {
        case 0: o.capital = 0; break;
        case 1: o.request_ms = -1; break;
        case 2: o.reply_ms = 60001; break;
        case 3: o.maker_fee_e8 = 2000000; break;
        default: config.symbol_count = 0;
        }
        pg_venue *venue = NULL;
        pg_error err = { 0 };
        assert_int_equal(pg_paper_open(&venue, &config, &made_up_type, &o, NULL, sink, &err), PG_ERR_INVALID);
        assert_null(venue);
        assert_true(err.what[0]);
    }
    config = (pg_venue_config){ .name = "p", .kind = "nothing", .symbols = symbols, .symbol_count = 1 };
    pg_paper_options o = pg_paper_defaults();
    pg_venue *venue = NULL;
    assert_int_equal(pg_paper_open(&venue, &config, NULL, &o, NULL, sink, NULL), PG_ERR_NOT_FOUND);
}

/* ---- at random ---- */

static void take(void *self, const pg_request *request)
{
    (void)self;
    pg_venue_submit(h.venue, &(pg_submit){ .request = *request }, 1);
}

/* Every report fits the order manager, position and fees add up, and at the end nothing is left. */
static void run_random(bool fresh, bool keeps, uint64_t random)
{
    inner_facts = (pg_venue_facts){ .replace_is_fresh = fresh, .replace_keeps_place = keeps };
    pg_paper_options options = quick();
    options.request_ms = 1;
    options.reply_ms = 2;
    begin(options);
    static pg_orders orders;
    pg_orders_init(&orders, (pg_gateway){ &orders, take }, 1);
    orders.fresh_replace = fresh;
    int64_t position = 0;
    int seen = 0;
    for (int step = 0; step < 4000; step++) {
        uint64_t bits = random = random * 6364136223846793005ull + 1442695040888963407ull;
        bits >>= 20;
        int side = bits & 1 ? PG_BUY : PG_SELL;
        int64_t price = side == PG_BUY ? 1001 - (int64_t)(bits >> 1) % 4 : 1001 + (int64_t)(bits >> 1) % 4;
        pg_order *some = orders.count ? &orders.order[(bits >> 8) % (uint64_t)orders.count] : NULL;
        int64_t size = 1 + (int64_t)(bits >> 20) % 40;
        switch ((bits >> 16) % 6) {
        case 0:
            if (orders.count < 20)
                pg_orders_place(&orders, &(pg_request){ .side = (uint8_t)side, .price = price, .size = size }, true, 0);
            break;
        case 1:
            if (some)
                pg_orders_replace(&orders, some, some->price - 1 + (int64_t)(bits >> 30) % 3, size, 0);
            break;
        case 2:
            if (some)
                pg_orders_cancel(&orders, some);
            break;
        case 3: say(PG_EVENT_TRADE, side, side == PG_BUY ? 1003 : 999, size); break;
        case 4: level(side, side == PG_BUY ? 1000 : 1002, 50 + size); break;
        default: pg_loop_run_for(h.loop, 1);
        }
        for (; seen < h.count; seen++) {
            const pg_report *r = &h.report[seen];
            pg_order after;
            if (r->reply.kind == PG_REPLY_FILL)
                position += r->reply.side == PG_BUY ? r->reply.size : -r->reply.size;
            bool late = r->reply.kind == PG_REPLY_CANCEL_REFUSED || r->reply.kind == PG_REPLY_REPLACE_REFUSED;
            assert_true(pg_orders_reply(&orders, &r->reply, &after) || late);
        }
        if (h.count > REPORTS / 2)
            h.count = seen = 0;
    }
    h.called = false;
    pg_venue_cancel_all(h.venue, 0, NULL, on_cancelled);
    until(h.called);
    for (; seen < h.count; seen++) {
        pg_order after;
        if (h.report[seen].reply.kind == PG_REPLY_FILL)
            position += h.report[seen].reply.side == PG_BUY ? h.report[seen].reply.size : -h.report[seen].reply.size;
        pg_orders_reply(&orders, &h.report[seen].reply, &after);
    }
    assert_int_equal(orders.count, 0);
    assert_int_equal(orders.counts.unmatched, 0);
    assert_true(orders.counts.filled > 50 && orders.counts.replaced > 50);
    read_account();
    assert_int_equal(h.position, position);
    end();
}

static void test_random(void **state)
{
    (void)state;
    run_random(false, true, 1);
    run_random(false, false, 2);
    run_random(true, false, 3);
}

/* ---- over Hyperliquid's adapter ---- */

static void test_hyperliquid(void **state)
{
    (void)state;
    host_test *t = calloc(1, sizeof *t);
    pg_hl_exchange_config server = host_exchange_config(t);
    pg_error err = { 0 };
    host_serve(t, &server);
    pg_venue_config config = host_config(t);
    pg_venue_sink host_sink = { t, host_ready, host_failed, host_events, host_report, host_link, NULL };
    pg_paper_options options = quick();
    options.request_ms = options.reply_ms = 2;
    exchange_check(pg_paper_open(&t->venue, &config, NULL, &options, t->exchange.loop, host_sink, &err), &err);
    assert_true(host_until(t, t->ready == 1 && t->up[PG_LINK_MARKET] && t->up[PG_LINK_ACCOUNT]));
    assert_true(host_until(t, pg_book_best(t->book[0], PG_BUY) == 300000));
    assert_true(pg_venue_get_facts(t->venue)->replace_is_fresh);
    t->orders.fresh_replace = true;
    uint64_t bid = host_place(t, PG_BUY, 300010, 20000, PG_TIF_ALO);
    assert_true(host_until(t, host_state(t, bid) == PG_ORDER_LIVE));
    exchange_print(&t->exchange, EXCHANGE_ETH, PG_SELL, 300010, 5000);
    assert_true(host_until(t, t->fills == 1));
    assert_int_equal(host_said(t, bid, PG_REPLY_FILL)->reply.size, 5000);
    pg_orders_replace(&t->orders, pg_orders_find(&t->orders, bid), 300000, 10000, host_now());
    assert_true(host_until(t, host_state(t, bid) == PG_ORDER_LIVE));
    host_read_account(t);
    assert_int_equal(t->account.order_count, 1);
    assert_int_equal(t->account_held[0].quantity, 5000);
    /* The exchange has never heard of any of it. */
    assert_int_equal(host_open_at_venue(t), 0);
    assert_int_equal(exchange_position(&t->exchange, 0), 0);
    pg_orders_cancel_all(&t->orders);
    assert_true(host_until(t, t->orders.count == 0));
    assert_int_equal(t->misfits, 0);
    /* Cut off: orders end with the gap, and it comes back. */
    bid = host_place(t, PG_BUY, 299900, 20000, PG_TIF_ALO);
    assert_true(host_until(t, host_state(t, bid) == PG_ORDER_LIVE));
    pg_hl_exchange_cut(t->exchange.server);
    assert_true(host_until(t, t->ups[PG_LINK_MARKET] == 2 && t->orders.count == 0));
    assert_int_equal(host_said(t, bid, 0)->reply.reason, PG_REASON_EXPIRED);
    host_close(t);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_only_listens, tear_down),
        cmocka_unit_test_teardown(test_orders_and_fills, tear_down),
        cmocka_unit_test_teardown(test_account, tear_down),
        cmocka_unit_test_teardown(test_funding, tear_down),
        cmocka_unit_test_teardown(test_latency, tear_down),
        cmocka_unit_test_teardown(test_late_loop, tear_down),
        cmocka_unit_test_teardown(test_replace, tear_down),
        cmocka_unit_test_teardown(test_fresh_replace, tear_down),
        cmocka_unit_test_teardown(test_cancel_all, tear_down),
        cmocka_unit_test_teardown(test_gap, tear_down),
        cmocka_unit_test_teardown(test_fills_again, tear_down),
        cmocka_unit_test_teardown(test_refusals, tear_down),
        cmocka_unit_test_teardown(test_bad_options, tear_down),
        cmocka_unit_test_teardown(test_random, tear_down),
        cmocka_unit_test_teardown(test_hyperliquid, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

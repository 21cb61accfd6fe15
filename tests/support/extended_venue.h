/* A host in small, trading on the local Extended exchange through the venue, over real sockets: what is reported goes
 * through the order manager, as in the live host, and every report must fit. Markets BTC-USD and ETH-USD; a second account
 * trades on the exchange itself. */
#ifndef PG_TESTS_SUPPORT_EXTENDED_VENUE_H
#define PG_TESTS_SUPPORT_EXTENDED_VENUE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/stark_bytes.h"
#include "crypto/stark_key.h"
#include "sim/exchange_extended.h"
#include "trade/orders.h"
#include "venue/venue.h"

enum { EXT_REPORTS = 4096, EXT_RUN = 0xe47, EXT_VAULT = 10001, EXT_OTHER = 10002 };

static const char ext_api_key[] = "canary-api-key-7391";
static const char ext_private_key[] = "0x2951541e9375cc4b11e4840ecb75600d3b845ca08b10a59986529242c47a96e";

typedef struct {
    pg_loop *loop;
    pg_faults *faults;
    pg_extended_exchange *server;
    pg_exchange *core;
    pg_secret *key, *api_key;
    char public_key[PG_STARK_HEX], other_key[PG_STARK_HEX];
    pg_venue *venue;
    int ready, failures;
    pg_error failure;
    bool up[2];
    int ups[2], downs[2];
    pg_book *book[2];
    int64_t trades, marks, bests, gaps, snapshots;
    pg_orders orders;
    pg_report report[EXT_REPORTS];
    int report_count, unknown, misfits;
    int64_t position, fills;
    char trade_ids[512][PG_VENUE_TRADE_ID];
    int trade_id_count;
    bool called;
    pg_error call_error;
    int remaining;
    pg_account_state account;
    pg_open_order account_orders[64];
    pg_held account_held[8];
} ext_test;

static inline void ext_check(pg_status status, const pg_error *err)
{
    if (status != PG_OK)
        fprintf(stderr, "%s: %s\n", err->where, err->what);
    PG_ASSERT(status == PG_OK);
}

/* ---- what the venue says ---- */

static inline void ext_ready(void *self)
{
    ((ext_test *)self)->ready++;
}

static inline void ext_failed(void *self, const pg_error *err)
{
    ext_test *t = self;
    t->failures++;
    t->failure = *err;
}

static inline void ext_events(void *self, int market, const pg_event *events, int count)
{
    ext_test *t = self;
    PG_ASSERT(count > 0 && (events[count - 1].flags & PG_EVENT_LAST));
    for (int i = 0; i < count; i++) {
        PG_ASSERT((int)events[i].market == market);
        pg_book_apply(t->book[market], &events[i]);
        t->trades += events[i].kind == PG_EVENT_TRADE;
        t->marks += events[i].kind == PG_EVENT_MARK;
        t->bests += events[i].kind == PG_EVENT_BBO;
        t->gaps += events[i].kind == PG_EVENT_GAP && events[i].price2 != PG_GAP_TRADES;
        t->snapshots += events[i].kind == PG_EVENT_SNAPSHOT_END;
    }
}

static inline bool ext_knows_trade(ext_test *t, const char *id)
{
    for (int i = 0; i < t->trade_id_count; i++)
        if (strcmp(t->trade_ids[i], id) == 0)
            return true;
    PG_ASSERT(t->trade_id_count < 512);
    memcpy(t->trade_ids[t->trade_id_count++], id, PG_VENUE_TRADE_ID);
    return false;
}

static inline void ext_report(void *self, const pg_report *report)
{
    ext_test *t = self;
    pg_order after;
    PG_ASSERT(t->report_count < EXT_REPORTS);
    t->report[t->report_count++] = *report;
    if (report->unknown) {
        t->unknown++;
        return;
    }
    if (report->reply.kind == PG_REPLY_FILL) {
        if (ext_knows_trade(t, report->trade_id))
            return;
        t->fills++;
        t->position += report->reply.side == PG_BUY ? report->reply.size : -report->reply.size;
    }
    if (report->run != EXT_RUN || report->reply.id == 0)
        return;
    bool late = report->reply.kind == PG_REPLY_CANCEL_REFUSED || report->reply.kind == PG_REPLY_REPLACE_REFUSED;
    if (!pg_orders_reply(&t->orders, &report->reply, &after))
        t->misfits += !late;
    else if (report->reply.kind == PG_REPLY_FILL)
        t->misfits += after.remaining != report->reply.remaining;
}

static inline void ext_link(void *self, pg_link link, bool up, const char *why)
{
    ext_test *t = self;
    (void)why;
    t->up[link] = up;
    t->ups[link] += up;
    t->downs[link] += !up;
}

static inline void ext_send(void *self, const pg_request *request)
{
    ext_test *t = self;
    pg_submit submit = { .market = 0, .request = *request };
    pg_venue_submit(t->venue, &submit, 1);
}

/* Runs the loop until *what is true; false after 20 s. */
#define ext_until(t, what)                                                                                             \
    ({                                                                                                                 \
        double until_ = pg_clock_elapsed() + 20;                                                                       \
        while (!(what) && pg_clock_elapsed() < until_)                                                                 \
            pg_loop_run_for((t)->loop, 2);                                                                             \
        (what);                                                                                                        \
    })

static inline void ext_run(ext_test *t, int64_t ms)
{
    double until = pg_clock_elapsed() + (double)ms * 1e-3;
    while (pg_clock_elapsed() < until)
        pg_loop_run_for(t->loop, 2);
}

static inline int64_t ext_now(void)
{
    return pg_clock_now(pg_clock_real());
}

/* ---- the exchange ---- */

/* A level of its own flow, in units of the exchange's instrument. */
static inline void ext_level(ext_test *t, int market, int side, int64_t price, int64_t size)
{
    pg_event event = { .kind = PG_EVENT_LEVEL,
                       .side = (uint8_t)side,
                       .price = price,
                       .size = size,
                       .exch_ns = ext_now(),
                       .local_ns = ext_now(),
                       .flags = PG_EVENT_LAST };
    pg_extended_exchange_push(t->server, market, &event, 1);
    pg_extended_exchange_step(t->server);
}

static inline int ext_account(const ext_test *t, int vault)
{
    char name[16];
    snprintf(name, sizeof name, "%d", vault);
    return pg_exchange_find_account(t->core, name);
}

/* The other account trades on BTC-USD, at once. */
static inline void ext_take(ext_test *t, int side, int64_t price, int64_t size)
{
    pg_exchange_request request = {
        .market = 0, .side = (uint8_t)side, .tif = PG_TIF_IOC, .price = price, .size = size
    };
    PG_ASSERT(pg_exchange_place(t->core, ext_account(t, EXT_OTHER), &request) != NULL);
    pg_extended_exchange_step(t->server);
}

static inline int ext_open_at_venue(const ext_test *t)
{
    return pg_exchange_open_count(t->core, ext_account(t, EXT_VAULT));
}

static inline void ext_fault(ext_test *t, const char *channel, pg_fault_kind kind, int count, int code)
{
    pg_error err = { 0 };
    pg_fault fault = { .kind = kind, .count = count, .code = code };
    snprintf(fault.channel, sizeof fault.channel, "%s", channel);
    ext_check(pg_faults_add(t->faults, &fault, &err), &err);
}

static inline void ext_serve(ext_test *t)
{
    static const pg_extended_exchange_market markets[] = {
        { .asset = "BTC", .tick = "1", .step = "0.00001", .min_size = "0.0001" },
        { .asset = "ETH", .tick = "0.1", .step = "0.001", .min_size = "0.01" }
    };
    pg_error err = { 0 };
    uint8_t public_key[32];
    memset(t, 0, sizeof *t);
    ext_check(pg_stark_key_from_hex(&t->key, "0x5", &err), &err);
    ext_check(pg_stark_public_key(public_key, t->key, &err), &err);
    pg_stark_bytes_to_hex(t->other_key, public_key);
    pg_secret_free(t->key);
    ext_check(pg_stark_key_from_hex(&t->key, ext_private_key, &err), &err);
    ext_check(pg_secret_from_bytes(&t->api_key, ext_api_key, strlen(ext_api_key), &err), &err);
    ext_check(pg_stark_public_key(public_key, t->key, &err), &err);
    pg_stark_bytes_to_hex(t->public_key, public_key);
    pg_extended_exchange_fund funds[] = { { EXT_VAULT, t->public_key, ext_api_key, 100000 },
                                          { EXT_OTHER, t->other_key, "other", 1000000 } };
    ext_check(pg_faults_new(&t->faults, 1, &err), &err);
    ext_check(pg_loop_new(&t->loop, &err), &err);
    pg_extended_exchange_config config = { .seed = 1,
                                           .markets = markets,
                                           .market_count = 2,
                                           .funds = funds,
                                           .fund_count = 2,
                                           .play_ms = 2,
                                           .book_ms = 20,
                                           .best_ms = 10,
                                           .price_ms = 50,
                                           .faults = t->faults };
    ext_check(pg_extended_exchange_new(&t->server, t->loop, &config, &err), &err);
    t->core = pg_extended_exchange_core(t->server);
    t->book[0] = pg_book_new(1);
    t->book[1] = pg_book_new(1);
    pg_orders_init(&t->orders, (pg_gateway){ t, ext_send }, 1);
    t->orders.fresh_replace = true;
}

/* ---- the venue ---- */

static const pg_venue_option ext_options[] = { { "vault", "10001" } };

static inline pg_venue_config ext_config(ext_test *t)
{
    static const char *const symbols[] = { "BTC-USD", "ETH-USD" };
    return (pg_venue_config){ .name = "ext",
                              .kind = "extended",
                              .network = "local",
                              .url = pg_extended_exchange_url(t->server),
                              .key = t->key,
                              .api_key = t->api_key,
                              .symbols = symbols,
                              .symbol_count = 2,
                              .run = EXT_RUN,
                              .options = ext_options,
                              .option_count = 1 };
}

static inline pg_status ext_connect(ext_test *t, const pg_venue_config *config, pg_error *err)
{
    pg_venue_sink sink = { t, ext_ready, ext_failed, ext_events, ext_report, ext_link, NULL };
    return pg_venue_open(&t->venue, config, t->loop, sink, err);
}

/* BTC around 60000, ETH around 3000. Units of the exchange: ticks of 1 and 0.1, steps of 0.00001 and 0.001. */
static inline void ext_fill_books(ext_test *t)
{
    const pg_instrument *btc = pg_exchange_instrument(t->core, 0), *eth = pg_exchange_instrument(t->core, 1);
    for (int i = 0; i < 5; i++) {
        ext_level(t, 0, PG_BUY, (60000 - i) * btc->tick, 100000 * btc->lot);
        ext_level(t, 0, PG_SELL, (60002 + i) * btc->tick, 100000 * btc->lot);
        ext_level(t, 1, PG_BUY, (30000 - i) * eth->tick, 10000 * eth->lot);
        ext_level(t, 1, PG_SELL, (30002 + i) * eth->tick, 10000 * eth->lot);
    }
}

static inline void ext_open(ext_test *t)
{
    pg_error err = { 0 };
    ext_serve(t);
    ext_fill_books(t);
    pg_venue_config config = ext_config(t);
    ext_check(ext_connect(t, &config, &err), &err);
    if (!ext_until(t, t->ready || t->failures) || !t->ready)
        fprintf(stderr, "not ready: %s (%s)\n", t->failure.what, t->failure.where);
    PG_ASSERT(t->ready == 1);
}

static inline void ext_close(ext_test *t)
{
    pg_venue_close(t->venue);
    pg_extended_exchange_free(t->server);
    pg_loop_free(t->loop);
    pg_faults_free(t->faults);
    pg_secret_free(t->key);
    pg_secret_free(t->api_key);
    pg_book_free(t->book[0]);
    pg_book_free(t->book[1]);
}

/* ---- calls ---- */

static inline void ext_done(void *self, const pg_error *err)
{
    ext_test *t = self;
    t->called = true;
    t->call_error = err ? *err : (pg_error){ 0 };
}

static inline void ext_cancelled(void *self, int remaining, const pg_error *err)
{
    ext_done(self, err);
    ((ext_test *)self)->remaining = remaining;
}

static inline void ext_account_read(void *self, const pg_account_state *state, const pg_error *err)
{
    ext_test *t = self;
    ext_done(t, err);
    if (!state)
        return;
    t->account = *state;
    PG_ASSERT(state->order_count <= 64 && state->held_count <= 8);
    memcpy(t->account_orders, state->orders, (size_t)state->order_count * sizeof *state->orders);
    memcpy(t->account_held, state->held, (size_t)state->held_count * sizeof *state->held);
}

static inline void ext_read_account(ext_test *t)
{
    t->called = false;
    pg_venue_account(t->venue, t, ext_account_read);
    PG_ASSERT(ext_until(t, t->called));
}

/* A new order of BTC-USD, at a price in USD and of so many steps of 0.00001; its id. */
static inline uint64_t ext_place(ext_test *t, int side, int64_t usd, int64_t steps, int tif)
{
    const pg_instrument *in = pg_venue_instrument(t->venue, 0);
    pg_request request = {
        .price = usd * in->tick, .size = steps * in->lot, .side = (uint8_t)side, .tif = (uint8_t)tif
    };
    return pg_orders_place(&t->orders, &request, false, ext_now());
}

static inline int ext_state(ext_test *t, uint64_t id)
{
    const pg_order *order = pg_orders_find(&t->orders, id);
    return order ? order->state : 0;
}

/* The last report about an order, of a kind (0: any); NULL. */
static inline const pg_report *ext_said(const ext_test *t, uint64_t id, int kind)
{
    for (int i = t->report_count - 1; i >= 0; i--)
        if (t->report[i].reply.id == id && t->report[i].run == EXT_RUN && !t->report[i].unknown &&
            (!kind || t->report[i].reply.kind == kind))
            return &t->report[i];
    return NULL;
}

#endif

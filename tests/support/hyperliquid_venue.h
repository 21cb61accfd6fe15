/* A host in small, trading on the built-in exchange through the venue, over real sockets: what is reported goes through
 * the order manager, as in the live host, and every report must fit. */
#ifndef PG_TESTS_SUPPORT_HYPERLIQUID_VENUE_H
#define PG_TESTS_SUPPORT_HYPERLIQUID_VENUE_H

#include "market/book.h"
#include "support/exchange.h"
#include "trade/orders.h"
#include "venue/venue.h"

enum { HOST_REPORTS = 16384, HOST_RUN = 0x7e57 };

typedef struct {
    exchange_test exchange;
    pg_venue *venue;
    int ready, failures;
    pg_error failure;
    bool up[2];
    int ups[2], downs[2];
    pg_book *book[2]; /* of ETH, BTC */
    int64_t trades, marks, gaps;
    uint64_t last_trade;
    pg_orders orders;
    pg_report report[HOST_REPORTS];
    int report_count;
    int unknown;
    int misfits; /* reports that no order could have */
    int64_t position, fills;
    pg_money fees;
    char trade_ids[4096][PG_VENUE_TRADE_ID];
    int trade_id_count;
    bool called; /* a call has been answered */
    pg_error call_error;
    int remaining;
    pg_account_state account;
    pg_open_order account_orders[256];
    pg_held account_held[16];
} host_test;

static inline void host_ready(void *self)
{
    ((host_test *)self)->ready++;
}

static inline void host_failed(void *self, const pg_error *err)
{
    host_test *h = self;
    h->failures++;
    h->failure = *err;
}

static inline void host_events(void *self, int market, const pg_event *events, int count)
{
    host_test *h = self;
    PG_ASSERT(count > 0 && (events[count - 1].flags & PG_EVENT_LAST));
    for (int i = 0; i < count; i++) {
        PG_ASSERT((int)events[i].market == market);
        pg_book_apply(h->book[market], &events[i]);
        h->trades += events[i].kind == PG_EVENT_TRADE;
        h->marks += events[i].kind == PG_EVENT_MARK;
        h->gaps += events[i].kind == PG_EVENT_GAP;
        if (events[i].kind == PG_EVENT_TRADE)
            h->last_trade = events[i].id;
    }
}

static inline bool host_knows_trade(host_test *h, const char *id)
{
    for (int i = 0; i < h->trade_id_count; i++)
        if (strcmp(h->trade_ids[i], id) == 0)
            return true;
    PG_ASSERT(h->trade_id_count < 4096);
    memcpy(h->trade_ids[h->trade_id_count++], id, PG_VENUE_TRADE_ID);
    return false;
}

static inline void host_report(void *self, const pg_report *report)
{
    host_test *h = self;
    pg_order after;
    PG_ASSERT(h->report_count < HOST_REPORTS);
    h->report[h->report_count++] = *report;
    if (report->unknown) {
        h->unknown++;
        return;
    }
    if (report->reply.kind == PG_REPLY_FILL) {
        if (host_knows_trade(h, report->trade_id))
            return;
        h->fills++;
        h->position += report->reply.side == PG_BUY ? report->reply.size : -report->reply.size;
        h->fees += report->reply.fee;
    }
    if (report->run != HOST_RUN || report->reply.id == 0)
        return;
    if (!pg_orders_reply(&h->orders, &report->reply, &after)) {
        bool late = report->reply.kind == PG_REPLY_CANCEL_REFUSED || report->reply.kind == PG_REPLY_REPLACE_REFUSED;
        h->misfits += !late;
    } else if (report->reply.kind == PG_REPLY_FILL) {
        h->misfits += after.remaining != report->reply.remaining;
    }
}

static inline void host_link(void *self, pg_link link, bool up, const char *why)
{
    host_test *h = self;
    (void)why;
    h->up[link] = up;
    h->ups[link] += up;
    h->downs[link] += !up;
}

static inline void host_send(void *self, const pg_request *request)
{
    host_test *h = self;
    pg_submit submit = { .market = 0, .request = *request };
    pg_venue_submit(h->venue, &submit, 1);
}

/* Runs the loop until *what is true; false after 10 s. */
#define host_until(h, what)                                                                                            \
    ({                                                                                                                 \
        double until_ = pg_clock_elapsed() + 10;                                                                       \
        while (!(what) && pg_clock_elapsed() < until_)                                                                 \
            pg_loop_run_for((h)->exchange.loop, 2);                                                                    \
        (what);                                                                                                        \
    })

static inline void host_run(host_test *h, int64_t ms)
{
    double until = pg_clock_elapsed() + (double)ms * 1e-3;
    while (pg_clock_elapsed() < until)
        pg_loop_run_for(h->exchange.loop, 2);
}

static inline int64_t host_now(void)
{
    return pg_clock_now(pg_clock_real());
}

/* The settings of the venue for trader 0, to be changed before host_open_with. */
static inline pg_venue_config host_config(host_test *h)
{
    static const char *const symbols[] = { "ETH", "BTC" };
    return (pg_venue_config){ .name = "hl",
                              .kind = "hyperliquid",
                              .network = "local",
                              .url = pg_hl_exchange_url(h->exchange.server),
                              .key = h->exchange.secret[0],
                              .symbols = symbols,
                              .symbol_count = 2,
                              .run = HOST_RUN };
}

static inline pg_hl_exchange_config host_exchange_config(host_test *h)
{
    memset(h, 0, sizeof *h);
    pg_hl_exchange_config config = exchange_config(&h->exchange);
    config.clock = (pg_clock){ 0 };
    config.play_ms = 2;
    config.book_ms = 200;
    config.fast_ms = 50;
    config.context_ms = 100;
    return config;
}

static inline pg_status host_connect(host_test *h, const pg_venue_config *config, pg_error *err)
{
    pg_venue_sink sink = { h, host_ready, host_failed, host_events, host_report, host_link, NULL };
    return pg_venue_open(&h->venue, config, h->exchange.loop, sink, err);
}

static inline void host_serve(host_test *h, pg_hl_exchange_config *config)
{
    exchange_open_with(&h->exchange, config);
    h->exchange.nonce = (uint64_t)(host_now() / 1000000);
    exchange_fill_book(&h->exchange);
    for (int side = PG_BUY; side <= PG_SELL; side++)
        exchange_level(&h->exchange, EXCHANGE_BTC, side, side == PG_BUY ? 1000000 : 1000010, 100000);
    h->book[0] = pg_book_new(1);
    h->book[1] = pg_book_new(1);
    pg_orders_init(&h->orders, (pg_gateway){ h, host_send }, 1);
}

/* Exchange and venue, ready to trade. */
static inline void host_open(host_test *h)
{
    pg_hl_exchange_config server = host_exchange_config(h);
    pg_error err = { 0 };
    host_serve(h, &server);
    pg_venue_config config = host_config(h);
    exchange_check(host_connect(h, &config, &err), &err);
    if (!host_until(h, h->ready || h->failures) || !h->ready)
        fprintf(stderr, "not ready: %s\n", h->failure.what);
    PG_ASSERT(h->ready == 1);
}

static inline void host_close(host_test *h)
{
    pg_venue_close(h->venue);
    exchange_close(&h->exchange);
    pg_book_free(h->book[0]);
    pg_book_free(h->book[1]);
}

static inline void host_done(void *self, const pg_error *err)
{
    host_test *h = self;
    h->called = true;
    h->call_error = err ? *err : (pg_error){ 0 };
}

static inline void host_cancelled(void *self, int remaining, const pg_error *err)
{
    host_done(self, err);
    ((host_test *)self)->remaining = remaining;
}

static inline void host_account(void *self, const pg_account_state *state, const pg_error *err)
{
    host_test *h = self;
    host_done(h, err);
    if (!state)
        return;
    h->account = *state;
    PG_ASSERT(state->order_count <= 256 && state->held_count <= 16);
    memcpy(h->account_orders, state->orders, (size_t)state->order_count * sizeof *state->orders);
    memcpy(h->account_held, state->held, (size_t)state->held_count * sizeof *state->held);
}

static inline void host_read_account(host_test *h)
{
    h->called = false;
    pg_venue_account(h->venue, h, host_account);
    PG_ASSERT(host_until(h, h->called));
}

/* A new order of ETH; its id. */
static inline uint64_t host_place(host_test *h, int side, int64_t price, int64_t size, int tif)
{
    pg_request request = { .price = price, .size = size, .side = (uint8_t)side, .tif = (uint8_t)tif };
    return pg_orders_place(&h->orders, &request, false, host_now());
}

static inline int host_state(host_test *h, uint64_t id)
{
    const pg_order *order = pg_orders_find(&h->orders, id);
    return order ? order->state : 0;
}

/* The last report about an order, of a kind (0: any); NULL. */
static inline const pg_report *host_said(const host_test *h, uint64_t id, int kind)
{
    for (int i = h->report_count - 1; i >= 0; i--)
        if (h->report[i].reply.id == id && h->report[i].run == HOST_RUN && !h->report[i].unknown &&
            (!kind || h->report[i].reply.kind == kind))
            return &h->report[i];
    return NULL;
}

/* Open orders of trader 0 at the exchange. */
static inline int host_open_at_venue(const host_test *h)
{
    return pg_exchange_open_count(h->exchange.core, exchange_account(&h->exchange, 0));
}

#endif

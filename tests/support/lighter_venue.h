/* Hosts in small, trading on the built-in exchange in Lighter's manner through the venue, over real sockets: what is
 * reported goes through the order manager, as in the live host, and every report must fit. Two traders: accounts 1000
 * and 1001, key 5 each. Markets: ETH (market 0, prices of two decimals, sizes of four) and BTC. */
#ifndef PG_TESTS_SUPPORT_LIGHTER_VENUE_H
#define PG_TESTS_SUPPORT_LIGHTER_VENUE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/key_kind.h"
#include "market/book.h"
#include "sim/exchange_lighter.h"
#include "trade/orders.h"
#include "venue/lighter/adapter.h"

enum { LI_TRADERS = 2, LI_REPORTS = 8192, LI_RUN = 0x7e57, LI_TRADES = 4096 };

typedef struct place place;

typedef struct {
    place *at;
    pg_secret *secret;
    char public_key[PG_KEY_ADDRESS], account[24];
    pg_venue *venue;
    int ready, failures;
    pg_error failure;
    bool up[2];
    int ups[2], downs[2];
    pg_book *book[2]; /* of ETH, BTC */
    int64_t trades, marks, gaps /* of all data */, bests;
    pg_orders orders;
    pg_report report[LI_REPORTS];
    int report_count, unknown;
    int misfits; /* reports that no order could have */
    int64_t position, fills;
    pg_money fees;
    char trade_ids[LI_TRADES][PG_VENUE_TRADE_ID];
    int trade_id_count;
    bool called; /* a call has been answered */
    pg_error call_error;
    int remaining;
    pg_account_state account_state;
    pg_open_order account_orders[256];
    pg_held account_held[16];
} trader;

struct place {
    pg_loop *loop;
    pg_faults *faults;
    pg_lighter_exchange *server;
    pg_lighter_exchange_market market[2];
    pg_lighter_exchange_fund fund[LI_TRADERS];
    trader trader[LI_TRADERS];
    pg_venue_option options[4];
};

static inline void li_check(pg_status status, const pg_error *err)
{
    if (status != PG_OK)
        fprintf(stderr, "%s\n", err->what);
    PG_ASSERT(status == PG_OK);
}

static inline int64_t li_time(void)
{
    return pg_clock_now(pg_clock_real());
}

/* ---- what the venue says ---- */

static inline void li_ready(void *self)
{
    ((trader *)self)->ready++;
}

static inline void li_failed(void *self, const pg_error *err)
{
    trader *t = self;
    t->failures++;
    t->failure = *err;
}

static inline void li_events(void *self, int market, const pg_event *events, int count)
{
    trader *t = self;
    PG_ASSERT(count > 0 && (events[count - 1].flags & PG_EVENT_LAST));
    for (int i = 0; i < count; i++) {
        PG_ASSERT((int)events[i].market == market);
        pg_book_apply(t->book[market], &events[i]);
        t->trades += events[i].kind == PG_EVENT_TRADE;
        t->marks += events[i].kind == PG_EVENT_MARK;
        t->gaps += events[i].kind == PG_EVENT_GAP && events[i].price2 != PG_GAP_TRADES;
        t->bests += events[i].kind == PG_EVENT_BBO;
    }
}

static inline bool li_knows_trade(trader *t, const char *id)
{
    for (int i = 0; i < t->trade_id_count; i++)
        if (strcmp(t->trade_ids[i], id) == 0)
            return true;
    PG_ASSERT(t->trade_id_count < LI_TRADES);
    memcpy(t->trade_ids[t->trade_id_count++], id, PG_VENUE_TRADE_ID);
    return false;
}

static inline void li_report(void *self, const pg_report *report)
{
    trader *t = self;
    pg_order after;
    PG_ASSERT(t->report_count < LI_REPORTS);
    t->report[t->report_count++] = *report;
    if (report->unknown) {
        t->unknown++;
        return;
    }
    if (report->reply.kind == PG_REPLY_FILL) {
        if (li_knows_trade(t, report->trade_id))
            return;
        t->fills++;
        t->position += report->reply.side == PG_BUY ? report->reply.size : -report->reply.size;
        t->fees += report->reply.fee;
    }
    if (report->run != LI_RUN || report->reply.id == 0)
        return;
    if (!pg_orders_reply(&t->orders, &report->reply, &after)) {
        bool late = report->reply.kind == PG_REPLY_CANCEL_REFUSED || report->reply.kind == PG_REPLY_REPLACE_REFUSED;
        t->misfits += !late;
    } else if (report->reply.kind == PG_REPLY_FILL) {
        t->misfits += after.remaining != report->reply.remaining;
    }
}

static inline void li_link(void *self, pg_link link, bool up, const char *why)
{
    trader *t = self;
    (void)why;
    t->up[link] = up;
    t->ups[link] += up;
    t->downs[link] += !up;
}

static inline void li_send(void *self, const pg_request *request)
{
    trader *t = self;
    pg_submit submit = { .market = 0, .request = *request };
    pg_venue_submit(t->venue, &submit, 1);
}

/* ---- waiting ---- */

/* Runs the loop until *what is true; false after 10 s. */
#define li_until(p, what)                                                                                              \
    ({                                                                                                                 \
        double until_ = pg_clock_elapsed() + 10;                                                                       \
        while (!(what) && pg_clock_elapsed() < until_)                                                                 \
            pg_loop_run_for((p)->loop, 2);                                                                             \
        (what);                                                                                                        \
    })

static inline void li_run(place *p, int64_t ms)
{
    double until = pg_clock_elapsed() + (double)ms * 1e-3;
    while (pg_clock_elapsed() < until)
        pg_loop_run_for(p->loop, 2);
}

/* ---- the place ---- */

static inline void li_level(place *p, int market, int side, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = PG_EVENT_LEVEL, .side = (uint8_t)side, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_lighter_exchange_push(p->server, market, &event, 1);
}

static inline void li_print(place *p, int market, int aggressor, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = PG_EVENT_TRADE, .side = (uint8_t)aggressor, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_lighter_exchange_push(p->server, market, &event, 1);
}

/* The settings of the exchange, to be changed before li_serve. */
static inline pg_lighter_exchange_config li_exchange_config(place *p)
{
    memset(p, 0, sizeof *p);
    p->market[0] = (pg_lighter_exchange_market){ .name = "ETH", .id = -1, .price_decimals = 2, .min_size = 50 };
    p->market[1] = (pg_lighter_exchange_market){ .name = "BTC", .id = -1, .price_decimals = 1, .min_size = 20 };
    for (int i = 0; i < LI_TRADERS; i++)
        p->fund[i] = (pg_lighter_exchange_fund){ .index = 1000 + i, .tier = PG_LIGHTER_PREMIUM, .usd = 100000 };
    return (pg_lighter_exchange_config){
        .seed = 1, .markets = p->market, .market_count = 2, .play_ms = 2, .stats_ms = 100, .no_delays = true
    };
}

/* ETH: bids of 10 at 3000.0, 2999.9, 2999.8, asks of 10 at 3000.2, 3000.3, 3000.4. Prices in cents, sizes in 1e-4. */
static inline void li_serve(place *p, pg_lighter_exchange_config *config)
{
    pg_error err = { 0 };
    for (int i = 0; i < LI_TRADERS; i++) {
        trader *t = &p->trader[i];
        t->at = p;
        char key[81];
        snprintf(key, sizeof key, "%02d%078d", i + 7, 0);
        li_check(pg_key_parse(&t->secret, PG_KEY_LIGHTER, key, 80, &err), &err);
        li_check(pg_key_address(t->public_key, PG_KEY_LIGHTER, t->secret, &err), &err);
        snprintf(t->account, sizeof t->account, "%d", 1000 + i);
        p->fund[i].keys[0].index = 5;
        memcpy(p->fund[i].keys[0].public_key, t->public_key, 81);
        p->fund[i].key_count = 1;
        t->book[0] = pg_book_new(1);
        t->book[1] = pg_book_new(1);
        pg_orders_init(&t->orders, (pg_gateway){ t, li_send }, 1 + 1000 * (uint64_t)i);
    }
    config->funds = p->fund;
    config->fund_count = LI_TRADERS;
    li_check(pg_faults_new(&p->faults, 1, &err), &err);
    config->faults = p->faults;
    li_check(pg_loop_new(&p->loop, &err), &err);
    li_check(pg_lighter_exchange_new(&p->server, p->loop, config, &err), &err);
    for (int i = 0; i < 3; i++) {
        li_level(p, 0, PG_BUY, 300000 - 10 * i, 100000);
        li_level(p, 0, PG_SELL, 300020 + 10 * i, 100000);
    }
    li_level(p, 1, PG_BUY, 1000000, 100000);
    li_level(p, 1, PG_SELL, 1000010, 100000);
}

/* The settings of a trader's venue, to be changed before li_connect. */
static inline pg_venue_config li_config(place *p, int who)
{
    static const char *const symbols[] = { "ETH", "BTC" };
    p->options[0] = (pg_venue_option){ "api_key_index", "5" };
    return (pg_venue_config){ .name = "li",
                              .kind = "lighter",
                              .network = "local",
                              .url = pg_lighter_exchange_url(p->server),
                              .account = p->trader[who].account,
                              .key = p->trader[who].secret,
                              .symbols = symbols,
                              .symbol_count = 2,
                              .options = p->options,
                              .option_count = 1,
                              .run = LI_RUN };
}

static inline pg_venue_sink li_sink(trader *t)
{
    return (pg_venue_sink){
        .self = t, .ready = li_ready, .failed = li_failed, .events = li_events, .report = li_report, .link = li_link
    };
}

static inline pg_status li_connect(place *p, int who, const pg_venue_config *config, pg_error *err)
{
    trader *t = &p->trader[who];
    return pg_venue_open(&t->venue, config, p->loop, li_sink(t), err);
}

static inline trader *li_join(place *p, int who)
{
    trader *t = &p->trader[who];
    pg_error err = { 0 };
    pg_venue_config config = li_config(p, who);
    li_check(li_connect(p, who, &config, &err), &err);
    if (!li_until(p, t->ready || t->failures) || !t->ready)
        fprintf(stderr, "not ready: %s\n", t->failure.what);
    PG_ASSERT(t->ready == 1);
    return t;
}

static inline void li_close(place *p)
{
    for (int i = 0; i < LI_TRADERS; i++)
        pg_venue_close(p->trader[i].venue);
    pg_lighter_exchange_free(p->server);
    pg_loop_run_for(p->loop, 5);
    pg_loop_free(p->loop);
    pg_faults_free(p->faults);
    for (int i = 0; i < LI_TRADERS; i++) {
        pg_secret_free(p->trader[i].secret);
        pg_book_free(p->trader[i].book[0]);
        pg_book_free(p->trader[i].book[1]);
    }
}

/* ---- calls ---- */

static inline void li_done(void *self, const pg_error *err)
{
    trader *t = self;
    t->called = true;
    t->call_error = err ? *err : (pg_error){ 0 };
}

static inline void li_cancelled(void *self, int remaining, const pg_error *err)
{
    li_done(self, err);
    ((trader *)self)->remaining = remaining;
}

static inline void li_account_came(void *self, const pg_account_state *state, const pg_error *err)
{
    trader *t = self;
    li_done(t, err);
    if (!state)
        return;
    t->account_state = *state;
    PG_ASSERT(state->order_count <= 256 && state->held_count <= 16);
    memcpy(t->account_orders, state->orders, (size_t)state->order_count * sizeof *state->orders);
    memcpy(t->account_held, state->held, (size_t)state->held_count * sizeof *state->held);
}

static inline void li_read_account(trader *t)
{
    t->called = false;
    pg_venue_account(t->venue, t, li_account_came);
    PG_ASSERT(li_until(t->at, t->called));
}

/* ---- orders ---- */

/* A new order of ETH; its id. */
static inline uint64_t li_place(trader *t, int side, int64_t price, int64_t size, int tif)
{
    pg_request request = { .price = price, .size = size, .side = (uint8_t)side, .tif = (uint8_t)tif };
    return pg_orders_place(&t->orders, &request, false, li_time());
}

static inline int li_state(trader *t, uint64_t id)
{
    const pg_order *order = pg_orders_find(&t->orders, id);
    return order ? order->state : 0;
}

/* The last report about an order, of a kind (0: any); NULL. */
static inline const pg_report *li_said(const trader *t, uint64_t id, int kind)
{
    for (int i = t->report_count - 1; i >= 0; i--)
        if (t->report[i].reply.id == id && t->report[i].run == LI_RUN && !t->report[i].unknown &&
            (!kind || t->report[i].reply.kind == kind))
            return &t->report[i];
    return NULL;
}

static inline pg_exchange *li_core(trader *t)
{
    return pg_lighter_exchange_core(t->at->server);
}

static inline int li_number(trader *t)
{
    return pg_lighter_exchange_account(t->at->server, 1000 + (t - t->at->trader));
}

static inline int li_open_at_venue(trader *t)
{
    return pg_exchange_open_count(li_core(t), li_number(t));
}

#endif

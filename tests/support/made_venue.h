/* A venue that a test makes up, behind the real interface (venue/venue.h): the whole host trades on it, on a loop, with a
 * market that moves at random and a matching that is as unkind as the rules allow. It counts by itself what could come of
 * everything that reached it, and holds that against the limits: position and all that is open, at the worst.
 *
 * Prices have one decimal, sizes three; a market's mid begins at 1,000. A replacement sets its size afresh, so that the
 * old and the new order may both fill. What a seat is: live/desk.h. */
#ifndef PG_TESTS_SUPPORT_MADE_VENUE_H
#define PG_TESTS_SUPPORT_MADE_VENUE_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/desk.h"

enum {
    MADE_ORDERS = 4096,
    MADE_WAY = 16384,
    MADE_SEATS = 8,
    MADE_MARKETS = 4,
    MADE_LOG = 65536,
    MADE_CALLS = 16,
    MADE_CALL_WAITS = 1000
};

typedef struct {
    int market, seat;
    uint64_t id;
    int64_t price, open;
    int64_t next_price, next_size; /* of a replacement on its way; 0: none */
    uint8_t side, tif;
    bool reduce_only, rests; /* rests: it has arrived */
} made_order;

typedef struct {
    pg_account_done account;
    pg_venue_done done;
    pg_cancelled_done cancelled;
    void *self;
    pg_trades_done trades;
} made_call;

typedef struct {
    int64_t seen_ns, sent_ns; /* the venue had its last turn before the request, and got it */
} made_time;

typedef struct made_venue made_venue;

/* The test's part. All may be NULL. */
typedef struct {
    void *self;
    void (*step)(void *self, made_venue *venue);                             /* instead of made_step */
    bool (*report)(void *self, made_venue *venue, const pg_report *report);  /* true: it is not to be delivered */
    void (*account)(void *self, made_venue *venue, pg_account_state *state); /* changes what is about to be told */
} made_hooks;

struct made_venue {
    pg_venue base;
    pg_venue_sink sink;
    pg_loop *loop;
    pg_timer *timer;
    made_hooks hooks;
    uint64_t run, rng, trades;
    pg_instrument instrument[MADE_MARKETS];
    int market_count;
    pg_venue_facts facts;
    int64_t mid[MADE_MARKETS];     /* price units */
    int64_t mark_x2[MADE_MARKETS]; /* as last said */
    int64_t old_x2[MADE_MARKETS];  /* and before it, until that was taken in: either may be judged by */
    double best_size;              /* at the touch, base units */
    made_order order[MADE_ORDERS];
    int order_count;
    pg_submit way[MADE_WAY]; /* requests that have not arrived */
    int way_head, way_count;
    pg_report reports[MADE_WAY]; /* that are on their way back */
    int report_head, report_count;
    made_call call[MADE_CALLS];
    int call_count, call_waited;
    int64_t position[MADE_SEATS];         /* by fills */
    int64_t foreign[MADE_MARKETS];        /* held beside that */
    int64_t account_position[MADE_SEATS]; /* when the account was last told */
    int64_t equity_e6, free_e6;
    int64_t seen_ns;
    int64_t heard_ns[PG_FEEDS]; /* when something was last said */
    bool silent[PG_FEEDS];
    bool fills_may_exceed; /* of orders that were open when a limit was tightened */
    bool began, no_orders; /* no_orders: whoever sends one now is wrong */
    int seats, siblings[MADE_SEATS];
    int seat_market[MADE_SEATS];
    pg_risk_limits limits;
    made_time *log[MADE_SEATS];
    int logged[MADE_SEATS];
    uint64_t steps, news, replaces, cancels, fills, foreign_fills;
    char wrong[512]; /* the first thing beyond a limit */
};

/* Those that are open, in the order of opening. */
static made_venue *made_venues[2];
static made_hooks made_next_hooks[2];
static pg_risk_limits made_next_limits;
static uint64_t made_next_seed = 1;
static double made_next_free_usd;

static inline int64_t made_now(void)
{
    return pg_clock_now(pg_clock_real());
}

static inline uint64_t made_random(made_venue *v, uint64_t below)
{
    v->rng = v->rng * 6364136223846793005ull + 1442695040888963407ull;
    return (v->rng >> 33) % below;
}

static inline void made_wrong(made_venue *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline void made_wrong(made_venue *v, const char *format, ...)
{
    va_list arguments;
    if (v->wrong[0])
        return;
    va_start(arguments, format);
    vsnprintf(v->wrong, sizeof v->wrong, format, arguments);
    va_end(arguments);
}

/* ---- counting ---- */

static inline double made_usd(const made_venue *v, int market, int64_t size)
{
    int64_t mark = v->mark_x2[market] < v->old_x2[market] ? v->mark_x2[market] : v->old_x2[market];
    return (double)size * 1e-3 * (double)mark / 20;
}

static inline int64_t made_worst(const made_venue *v, int seat, int side)
{
    int64_t plain = 0, only = 0, held = side == PG_BUY ? v->position[seat] : -v->position[seat];
    for (int i = 0; i < v->order_count; i++) {
        const made_order *o = &v->order[i];
        if (o->seat == seat && o->side == side)
            *(o->reduce_only && !v->siblings[seat] ? &only : &plain) += o->open + o->next_size;
    }
    int64_t most = held < 0 ? -held : 0;
    return held + plain + (only < most ? only : most);
}

static inline int64_t made_size(int64_t size)
{
    return size < 0 ? -size : size;
}

static inline double made_gross(const made_venue *v)
{
    double sum = 0;
    for (int s = 0; s < v->seats; s++) {
        int64_t up = made_worst(v, s, PG_BUY), down = made_worst(v, s, PG_SELL);
        sum += made_usd(v, v->seat_market[s], up > down ? up : down);
    }
    return sum;
}

static inline double made_net(const made_venue *v, int side)
{
    double sum = 0;
    for (int s = 0; s < v->seats; s++)
        sum += made_usd(v, v->seat_market[s], made_worst(v, s, side));
    return sum;
}

/* Margin that growth since the account was last told could need. */
static inline double made_margin(const made_venue *v)
{
    double sum = 0;
    for (int s = 0; s < v->seats && v->limits.leverage > 0; s++) {
        int64_t up = made_worst(v, s, PG_BUY), down = made_worst(v, s, PG_SELL), worst = up > down ? up : down;
        int64_t more = worst - made_size(v->account_position[s]);
        sum += more > 0 ? made_usd(v, v->seat_market[s], more) / v->limits.leverage : 0;
    }
    return sum;
}

static inline int made_open(const made_venue *v, int seat)
{
    int count = 0;
    for (int i = 0; i < v->order_count; i++)
        count += v->order[i].seat == seat;
    return count;
}

static const double made_round = 1e-6; /* amounts are counted in 1e-6 USD, rounded up */

static inline void made_check_account(made_venue *v, double gross, const double net[2], double margin)
{
    const pg_risk_limits *l = &v->limits;
    double now = made_gross(v), up = made_net(v, PG_BUY), down = made_net(v, PG_SELL), needed = made_margin(v);
    if (l->max_gross_usd > 0 && now > gross && now > l->max_gross_usd + made_round)
        made_wrong(v, "gross of %.2f", now);
    if (l->max_net_usd > 0 &&
        ((up > net[0] && up > l->max_net_usd + made_round) || (down > net[1] && down > l->max_net_usd + made_round)))
        made_wrong(v, "net of %.2f or %.2f", up, -down);
    if (l->leverage > 0 && needed > margin && needed > (double)v->free_e6 * 1e-6 + made_round)
        made_wrong(v, "margin of %.2f needed, %.2f are free", needed, (double)v->free_e6 * 1e-6);
}

static inline void made_check_order(made_venue *v, int seat, int market, const pg_request *r)
{
    const pg_risk_limits *l = &v->limits;
    double mark = (double)v->mark_x2[market] / 20, old = (double)v->old_x2[market] / 20;
    double price = (double)r->price / 10, size = (double)r->size * 1e-3, lower = mark < old ? mark : old;
    double value = size * (price > lower ? price : lower), share = l->max_distance_bps * 1e-4;
    if (r->price <= 0 || r->size <= 0 || mark <= 0)
        made_wrong(v, "an order of %g at %g", size, price);
    if (l->max_order_usd > 0 && value > l->max_order_usd + made_round)
        made_wrong(v, "an order of %.2f USD", value);
    if (l->max_order_size > 0 && size > l->max_order_size + 1e-9)
        made_wrong(v, "an order of %g", size);
    if (share > 0 && fabs(price - mark) > mark * share + 1e-9 && fabs(price - old) > old * share + 1e-9)
        made_wrong(v, "price %g with a mark of %g", price, mark);
    if (l->max_open_orders > 0 && r->kind == PG_REQUEST_NEW && made_open(v, seat) > l->max_open_orders)
        made_wrong(v, "%d open orders", made_open(v, seat));
    int64_t worst = made_worst(v, seat, r->side);
    if (!r->reduce_only && l->max_position > 0 && (double)worst * 1e-3 > l->max_position + 1e-9)
        made_wrong(v, "a position of %g", (double)worst * 1e-3);
    if (!r->reduce_only && l->max_position_usd > 0 && made_usd(v, market, worst) > l->max_position_usd + made_round)
        made_wrong(v, "a position of %.2f USD", made_usd(v, market, worst));
    const double ages[PG_FEEDS] = { l->max_book_age_s, l->max_trades_age_s, l->max_account_age_s };
    for (int feed = 0; feed < PG_FEEDS; feed++)
        if (ages[feed] > 0 && (double)(v->seen_ns - v->heard_ns[feed]) * 1e-9 > ages[feed])
            made_wrong(v, "an order %.3f s after the last message of feed %d",
                       (double)(v->seen_ns - v->heard_ns[feed]) * 1e-9, feed);
}

static inline void made_check_cross(made_venue *v, int seat, int market, const pg_request *r)
{
    for (int i = 0; i < v->order_count; i++) {
        const made_order *o = &v->order[i];
        if (o->seat == seat || o->market != market || o->side == r->side)
            continue;
        for (int k = 0; k < 2; k++) {
            int64_t other = k ? o->next_price : o->price;
            if (other > 0 && (r->side == PG_BUY ? r->price >= other : r->price <= other))
                made_wrong(v, "seats %d and %d would meet at %g", seat, o->seat, (double)other / 10);
        }
    }
}

/* Whether the orders of a seat kept to a rate, however one looks at them. */
static inline void made_check_rate(made_venue *v)
{
    const pg_risk_limits *l = &v->limits;
    double burst = l->burst > 0 ? l->burst : l->max_orders_per_s < 1 ? 1 : floor(l->max_orders_per_s);
    for (int s = 0; s < v->seats && l->max_orders_per_s > 0; s++)
        for (int i = 0; i < v->logged[s]; i++)
            for (int k = i; k < v->logged[s]; k++) {
                double seconds = (double)(v->log[s][k].sent_ns - v->log[s][i].seen_ns) * 1e-9;
                if (k - i + 1 > floor(seconds * l->max_orders_per_s) + burst)
                    made_wrong(v, "%d orders of seat %d within %.3f s", k - i + 1, s, seconds);
            }
}

/* ---- requests ---- */

static inline made_order *made_find(made_venue *v, uint64_t id)
{
    for (int i = 0; i < v->order_count; i++)
        if (v->order[i].id == id)
            return &v->order[i];
    return NULL;
}

static inline void made_drop(made_venue *v, made_order *order)
{
    int at = (int)(order - v->order);
    memmove(order, order + 1, (size_t)(v->order_count - at - 1) * sizeof *order);
    v->order_count--;
}

static inline int made_seat_of(uint64_t id)
{
    return (int)(id >> PG_DESK_SEAT_BITS) - 1;
}

/* Takes a request into the books. False when it is nonsense. */
static inline bool made_enter(made_venue *v, const pg_submit *submit)
{
    const pg_request *r = &submit->request;
    int seat = made_seat_of(r->id);
    if (seat < 0 || seat >= MADE_SEATS || v->order_count == MADE_ORDERS || v->way_count == MADE_WAY) {
        made_wrong(v, "too much, or an id of %llx", (unsigned long long)r->id);
        return false;
    }
    if (seat >= v->seats)
        v->seats = seat + 1;
    v->seat_market[seat] = submit->market;
    made_order *order = made_find(v, r->id);
    if (r->kind == PG_REQUEST_NEW) {
        if (order)
            made_wrong(v, "order %llx was placed twice", (unsigned long long)r->id);
        v->order[v->order_count++] = (made_order){ .market = submit->market,
                                                   .seat = seat,
                                                   .id = r->id,
                                                   .price = r->price,
                                                   .open = r->size,
                                                   .side = r->side,
                                                   .tif = r->tif,
                                                   .reduce_only = r->reduce_only };
    } else if (r->kind == PG_REQUEST_REPLACE && order) {
        order->next_price = r->price;
        order->next_size = r->size;
    }
    return true;
}

static inline void made_request(made_venue *v, const pg_submit *submit)
{
    const pg_request *r = &submit->request;
    double gross = made_gross(v), net[2] = { made_net(v, PG_BUY), made_net(v, PG_SELL) }, margin = made_margin(v);
    *(r->kind == PG_REQUEST_NEW ? &v->news : r->kind == PG_REQUEST_CANCEL ? &v->cancels : &v->replaces) += 1;
    if (!made_enter(v, submit))
        return;
    v->way[(v->way_head + v->way_count++) % MADE_WAY] = *submit;
    if (r->kind == PG_REQUEST_CANCEL)
        return;
    int seat = made_seat_of(r->id);
    if (v->no_orders)
        made_wrong(v, "an order when there may be none");
    made_check_order(v, seat, submit->market, r);
    made_check_cross(v, seat, submit->market, r);
    made_check_account(v, gross, net, margin);
    if (v->log[seat] && v->logged[seat] < MADE_LOG)
        v->log[seat][v->logged[seat]++] = (made_time){ v->seen_ns, made_now() };
}

/* ---- reports ---- */

static inline void made_say(made_venue *v, const pg_report *report)
{
    if (v->report_count == MADE_WAY)
        made_wrong(v, "too many reports");
    else
        v->reports[(v->report_head + v->report_count++) % MADE_WAY] = *report;
}

static inline pg_report made_report(const made_venue *v, const made_order *o, int kind, int reason)
{
    pg_report report = { .market = o->market,
                         .run = v->run,
                         .reply = { .id = o->id,
                                    .exch_ns = made_now(),
                                    .price = o->price,
                                    .remaining = o->open,
                                    .kind = (uint8_t)kind,
                                    .side = o->side,
                                    .reason = (uint8_t)reason } };
    snprintf(report.order_id, sizeof report.order_id, "%llx", (unsigned long long)o->id);
    return report;
}

static inline void made_answer(made_venue *v, const made_order *o, int kind, int reason)
{
    pg_report report = made_report(v, o, kind, reason);
    if (kind == PG_REPLY_CANCELLED || kind == PG_REPLY_REJECTED)
        report.reply.remaining = 0;
    made_say(v, &report);
}

/* What an account holds of a market. */
static inline int64_t made_held(const made_venue *v, int market)
{
    int64_t held = v->foreign[market];
    for (int s = 0; s < v->seats; s++)
        held += v->seat_market[s] == market ? v->position[s] : 0;
    return held;
}

/* Fills an order that rests, as far as it may; it goes when nothing is left. */
static inline void made_fill(made_venue *v, made_order *o, int64_t price, int64_t size, bool maker)
{
    int64_t held = made_held(v, o->market), room = o->side == PG_BUY ? -held : held;
    if (o->reduce_only && room <= 0) {
        made_answer(v, o, PG_REPLY_CANCELLED, PG_REASON_REDUCE_ONLY);
        made_drop(v, o);
        return;
    }
    if (o->reduce_only && size > room)
        size = room;
    o->open -= size;
    pg_report report = made_report(v, o, PG_REPLY_FILL, PG_REASON_NONE);
    report.reply.price = price;
    report.reply.size = size;
    report.reply.maker = maker;
    snprintf(report.trade_id, sizeof report.trade_id, "t%llu", (unsigned long long)++v->trades);
    v->position[o->seat] += o->side == PG_BUY ? size : -size;
    v->fills++;
    made_say(v, &report);
    double most = v->limits.max_position;
    if (most > 0 && v->foreign_fills == 0 && !v->fills_may_exceed &&
        (double)made_size(v->position[o->seat]) * 1e-3 > most + 1e-9)
        made_wrong(v, "a position of %g by a fill", (double)v->position[o->seat] * 1e-3);
    if (o->open == 0 && o->next_size == 0)
        made_drop(v, o);
}

/* ---- what arrives ---- */

static inline void made_arrive_new(made_venue *v, made_order *o)
{
    int64_t touch = o->side == PG_BUY ? v->mid[o->market] + 5 : v->mid[o->market] - 5;
    bool crosses = o->side == PG_BUY ? o->price >= touch : o->price <= touch;
    int reason = crosses && o->tif == PG_TIF_ALO    ? PG_REASON_POST_ONLY
                 : !crosses && o->tif == PG_TIF_IOC ? PG_REASON_NO_MATCH
                 : made_random(v, 40) == 0          ? PG_REASON_MARGIN
                                                    : PG_REASON_NONE;
    if (reason) {
        made_answer(v, o, PG_REPLY_REJECTED, reason);
        made_drop(v, o);
        return;
    }
    o->rests = true;
    made_answer(v, o, PG_REPLY_ACCEPTED, PG_REASON_NONE);
    if (crosses)
        made_fill(v, o, touch, o->open, false);
}

static inline void made_arrive_replace(made_venue *v, made_order *o)
{
    if (o->open == 0 || made_random(v, 20) == 0) {
        bool gone = o->open == 0;
        o->next_size = o->next_price = 0;
        made_answer(v, o, PG_REPLY_REPLACE_REFUSED, PG_REASON_UNKNOWN);
        if (gone)
            made_drop(v, o);
        return;
    }
    o->price = o->next_price;
    o->open = o->next_size;
    o->next_size = o->next_price = 0;
    made_answer(v, o, PG_REPLY_REPLACED, PG_REASON_NONE);
}

static inline void made_arrive(made_venue *v)
{
    if (v->way_count == 0)
        return;
    pg_submit submit = v->way[v->way_head];
    v->way_head = (v->way_head + 1) % MADE_WAY;
    v->way_count--;
    const pg_request *r = &submit.request;
    made_order *o = made_find(v, r->id);
    if (!o) {
        made_order gone = { .market = submit.market, .id = r->id, .side = r->side, .price = r->price };
        made_answer(v, &gone, r->kind == PG_REQUEST_CANCEL ? PG_REPLY_CANCEL_REFUSED : PG_REPLY_REPLACE_REFUSED,
                    PG_REASON_UNKNOWN);
    } else if (r->kind == PG_REQUEST_NEW) {
        made_arrive_new(v, o);
    } else if (r->kind == PG_REQUEST_REPLACE) {
        made_arrive_replace(v, o);
    } else {
        made_answer(v, o, PG_REPLY_CANCELLED, PG_REASON_NONE);
        made_drop(v, o);
    }
}

/* ---- what it says ---- */

static inline void made_deliver(made_venue *v)
{
    if (v->report_count == 0 || v->silent[PG_FEED_ACCOUNT])
        return;
    pg_report report = v->reports[v->report_head];
    v->report_head = (v->report_head + 1) % MADE_WAY;
    v->report_count--;
    if (v->hooks.report && v->hooks.report(v->hooks.self, v, &report))
        return;
    v->seen_ns = v->heard_ns[PG_FEED_ACCOUNT] = made_now();
    v->sink.report(v->sink.self, &report);
    v->seen_ns = made_now();
}

static inline void made_book(made_venue *v, int market)
{
    int64_t now_ns = made_now(), size = (int64_t)(v->best_size * 1000);
    if (v->silent[PG_FEED_BOOK])
        return;
    pg_event event[4];
    for (int i = 0; i < 4; i++)
        event[i] = (pg_event){ .kind = PG_EVENT_LEVEL, .exch_ns = now_ns, .local_ns = now_ns, .size = size };
    event[0].kind = PG_EVENT_SNAPSHOT_BEGIN;
    event[0].size = 0;
    event[0].size2 = 2;
    event[1].side = PG_BUY;
    event[1].price = v->mid[market] - 5;
    event[2].side = PG_SELL;
    event[2].price = v->mid[market] + 5;
    event[3].kind = PG_EVENT_SNAPSHOT_END;
    event[3].size = 0;
    event[3].flags = PG_EVENT_LAST;
    v->old_x2[market] = v->mark_x2[market];
    v->mark_x2[market] = 2 * v->mid[market];
    v->seen_ns = v->heard_ns[PG_FEED_BOOK] = now_ns;
    v->sink.events(v->sink.self, market, event, 4);
    v->old_x2[market] = v->mark_x2[market];
    v->seen_ns = made_now();
}

static inline void made_trade(made_venue *v, int market)
{
    int64_t now_ns = made_now();
    if (v->silent[PG_FEED_TRADES])
        return;
    pg_event event = { .kind = PG_EVENT_TRADE,
                       .side = made_random(v, 2) ? PG_BUY : PG_SELL,
                       .price = v->mid[market],
                       .size = 100,
                       .exch_ns = now_ns,
                       .local_ns = now_ns,
                       .id = ++v->trades,
                       .flags = PG_EVENT_LAST };
    v->seen_ns = v->heard_ns[PG_FEED_TRADES] = now_ns;
    v->sink.events(v->sink.self, market, &event, 1);
    v->seen_ns = made_now();
}

static inline void made_move(made_venue *v, int market)
{
    v->mid[market] += (int64_t)made_random(v, 9) - 4;
    if (v->mid[market] < 9000)
        v->mid[market] = 9000;
    if (v->mid[market] > 11000)
        v->mid[market] = 11000;
    made_book(v, market);
}

/* Somebody trades with an order of ours: whichever, as much as he likes. */
static inline void made_take(made_venue *v)
{
    if (v->order_count == 0)
        return;
    made_order *o = &v->order[made_random(v, (uint64_t)v->order_count)];
    if (o->rests && o->open > 0)
        made_fill(v, o, o->price, made_random(v, 2) ? o->open : 1 + (int64_t)made_random(v, (uint64_t)o->open), true);
}

/* Somebody else trades on this account; the first seat of a market is told of it. */
static inline void made_foreign_fill(made_venue *v, int market, int seat, int64_t size)
{
    pg_report report = { .market = market, .run = 77, .reply = { .id = 5, .kind = PG_REPLY_FILL } };
    report.reply.price = v->mid[market];
    report.reply.size = made_size(size);
    report.reply.side = size > 0 ? PG_BUY : PG_SELL;
    report.reply.exch_ns = made_now();
    snprintf(report.trade_id, sizeof report.trade_id, "f%llu", (unsigned long long)++v->trades);
    snprintf(report.order_id, sizeof report.order_id, "not ours");
    v->position[seat] += size;
    v->foreign_fills++;
    v->sink.report(v->sink.self, &report);
    v->seen_ns = made_now();
}

/* ---- the account ---- */

static inline void made_tell_account(made_venue *v, const made_call *call)
{
    static pg_open_order orders[MADE_ORDERS];
    pg_held held[MADE_MARKETS + 1];
    pg_account_state state = { .time_ns = made_now(), .orders = orders, .held = held, .equity_e6 = v->equity_e6 };
    pg_error fine = { 0 };
    state.free_e6 = v->free_e6;
    for (int i = 0; i < v->order_count; i++) {
        const made_order *o = &v->order[i];
        if (o->rests)
            orders[state.order_count++] = (pg_open_order){ .market = o->market,
                                                           .run = v->run,
                                                           .id = o->id,
                                                           .price = o->price,
                                                           .remaining = o->open,
                                                           .side = o->side };
    }
    for (int i = 0; i < v->market_count; i++)
        if (made_held(v, i) != 0)
            held[state.held_count++] =
                (pg_held){ .market = i, .quantity = made_held(v, i), .entry = (double)v->mid[i] / 10 };
    if (v->hooks.account)
        v->hooks.account(v->hooks.self, v, &state);
    for (int s = 0; s < v->seats; s++)
        v->account_position[s] = v->position[s];
    v->seen_ns = v->heard_ns[PG_FEED_ACCOUNT] = made_now();
    call->account(call->self, &state, &fine);
    v->seen_ns = made_now();
}

static inline void made_call_add(made_venue *v, made_call call)
{
    PG_ASSERT(v->call_count < MADE_CALLS);
    v->call[v->call_count++] = call;
}

static inline void made_cancel_rest(made_venue *v)
{
    while (v->way_count > 0)
        made_arrive(v);
    while (v->order_count > 0) {
        made_answer(v, &v->order[0], PG_REPLY_CANCELLED, PG_REASON_NONE);
        made_drop(v, &v->order[0]);
    }
    while (v->report_count > 0)
        made_deliver(v);
}

/* Answers the oldest call, when all that happened before has been told. */
static inline void made_answer_call(made_venue *v)
{
    if (v->call_count == 0 || v->silent[PG_FEED_ACCOUNT] || (v->report_count > 0 && ++v->call_waited < MADE_CALL_WAITS))
        return;
    v->call_waited = 0;
    made_call call = v->call[0];
    pg_error fine = { 0 };
    memmove(v->call, v->call + 1, (size_t)--v->call_count * sizeof call);
    if (call.cancelled)
        made_cancel_rest(v);
    if (call.account)
        made_tell_account(v, &call);
    else if (call.trades)
        call.trades(call.self, &(pg_event){ 0 }, 0, NULL); /* it lists none */
    else if (call.cancelled)
        call.cancelled(call.self, v->order_count, &fine);
    else
        call.done(call.self, &fine);
}

/* ---- life ---- */

static inline void made_begin(made_venue *v)
{
    v->began = true;
    v->sink.link(v->sink.self, PG_LINK_MARKET, true, NULL);
    v->sink.link(v->sink.self, PG_LINK_ACCOUNT, true, NULL);
    v->sink.ready(v->sink.self);
}

static inline void made_step(made_venue *v)
{
    int market = (int)made_random(v, (uint64_t)v->market_count);
    uint64_t what = made_random(v, 100);
    v->steps++;
    if (what < 30)
        made_move(v, market);
    else if (what < 40)
        made_trade(v, market);
    else if (what < 60)
        made_arrive(v);
    else if (what < 85)
        made_deliver(v);
    else if (what < 95)
        made_take(v);
    else
        made_answer_call(v);
}

static inline void made_turn(void *self)
{
    made_venue *v = self;
    v->seen_ns = made_now();
    if (!v->began)
        made_begin(v);
    else if (v->hooks.step)
        v->hooks.step(v->hooks.self, v);
    else
        for (int i = 0; i < 20; i++)
            made_step(v);
    v->seen_ns = made_now();
}

static inline pg_status made_open_venue(pg_venue **made, const pg_venue_config *config, pg_loop *loop,
                                        pg_venue_sink sink, pg_error *err)
{
    extern const pg_venue_type made_type;
    made_venue *v = calloc(1, sizeof *v);
    int place = made_venues[0] != NULL;
    PG_ASSERT(v && config->symbol_count <= MADE_MARKETS && !made_venues[place]);
    v->base.type = &made_type;
    v->sink = sink;
    v->loop = loop;
    v->run = config->run;
    v->rng = made_next_seed * 0x9e3779b97f4a7c15ull + (uint64_t)place;
    v->hooks = made_next_hooks[place];
    v->limits = made_next_limits;
    v->best_size = 0.1;
    v->equity_e6 = INT64_C(100000) * 1000000;
    v->free_e6 = made_next_free_usd > 0 ? (int64_t)(made_next_free_usd * 1e6) : v->equity_e6;
    v->facts = (pg_venue_facts){ .can_trade = true, .fees_known = true, .replace_is_fresh = true, .batch = 100 };
    snprintf(v->facts.switch_why, sizeof v->facts.switch_why, "it is made up");
    for (v->market_count = 0; v->market_count < config->symbol_count; v->market_count++) {
        int i = v->market_count;
        PG_ASSERT(pg_instrument_init(&v->instrument[i], config->name, config->symbols[i], 1, 3, 1, 1, 0, err) == PG_OK);
        v->mid[i] = 10000;
    }
    for (int s = 0; s < MADE_SEATS; s++)
        v->log[s] = calloc(MADE_LOG, sizeof(made_time));
    v->timer = pg_timer_start(loop, 1, 1, v, made_turn);
    made_venues[place] = v;
    *made = &v->base;
    return PG_OK;
}

static inline void made_close(pg_venue *base)
{
    made_venue *v = (made_venue *)base;
    for (int i = 0; i < 2; i++)
        if (made_venues[i] == v)
            made_venues[i] = NULL;
    for (int s = 0; s < MADE_SEATS; s++)
        free(v->log[s]);
    pg_timer_stop(v->timer);
    free(v);
}

static inline const pg_instrument *made_instrument(const pg_venue *base, int market)
{
    return &((const made_venue *)base)->instrument[market];
}

static inline const pg_venue_facts *made_facts(const pg_venue *base)
{
    return &((const made_venue *)base)->facts;
}

static inline bool made_has_room(const pg_venue *base, int requests, bool cancels)
{
    (void)base, (void)requests, (void)cancels;
    return true;
}

static inline void made_submit(pg_venue *base, const pg_submit *list, int count)
{
    made_venue *v = (made_venue *)base;
    for (int i = 0; i < count; i++)
        made_request(v, &list[i]);
    v->seen_ns = made_now();
}

static inline void made_cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done)
{
    (void)run;
    made_call_add((made_venue *)base, (made_call){ .cancelled = done, .self = self });
}

static inline void made_account(pg_venue *base, void *self, pg_account_done done)
{
    made_call_add((made_venue *)base, (made_call){ .account = done, .self = self });
}

static inline void made_fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done)
{
    (void)time_ns;
    made_call_add((made_venue *)base, (made_call){ .done = done, .self = self });
}

static inline void made_trades(pg_venue *base, int market, void *self, pg_trades_done done)
{
    (void)market;
    made_call_add((made_venue *)base, (made_call){ .trades = done, .self = self });
}

static inline void made_arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done)
{
    (void)seconds;
    made_call_add((made_venue *)base, (made_call){ .done = done, .self = self });
}

static inline void made_set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self,
                                     pg_venue_done done)
{
    (void)market, (void)leverage, (void)cross;
    made_call_add((made_venue *)base, (made_call){ .done = done, .self = self });
}

const pg_venue_type made_type = { .kind = "hyperliquid",
                                  .open = made_open_venue,
                                  .close = made_close,
                                  .instrument = made_instrument,
                                  .facts = made_facts,
                                  .has_room = made_has_room,
                                  .submit = made_submit,
                                  .cancel_all = made_cancel_all,
                                  .account = made_account,
                                  .fills_since = made_fills_since,
                                  .trades = made_trades,
                                  .arm_switch = made_arm_switch,
                                  .set_leverage = made_set_leverage };

#endif

/* Orders of the exchange: checks before the matching engine, and what its replies mean for accounts. */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_internal.h"

static int opposite(int side)
{
    return side == PG_BUY ? PG_SELL : PG_BUY;
}

static void tell(pg_exchange *x, const pg_exchange_order *order)
{
    if (x->sink.order)
        x->sink.order(x->sink.self, order);
}

static bool is_grouped(const pg_exchange_order *order)
{
    return order->parent != 0 || order->whole;
}

/* What the end of an order means for its group: children wake when their parent has filled and end with it otherwise,
 * siblings end when one has filled. The matching engine may be at work: so they are only marked here. */
static void affect_group(pg_exchange *x, const pg_exchange_order *order)
{
    for (pg_exchange_order *o = x->account[order->account]->first_open; o; o = o->after) {
        if (o->dormant && o->parent == order->oid && order->status == PG_EXCHANGE_FILLED)
            o->dormant = false;
        else if (o->dormant && o->parent == order->oid)
            o->doomed = order->reason != PG_EXCHANGE_NO_REASON ? order->reason : PG_EXCHANGE_BY_VENUE;
        else if (o->parent != 0 && o->parent == order->parent && order->remaining < order->size)
            o->doomed = PG_EXCHANGE_SIBLING;
        x->has_doomed |= o->doomed != PG_EXCHANGE_NO_REASON;
    }
}

/* The order has come to its end. */
static void end(pg_exchange *x, pg_exchange_order *order, int status, int reason)
{
    exchange_account *a = x->account[order->account];
    order->status = (uint8_t)status;
    order->reason = (uint8_t)reason;
    order->status_ns = pg_exchange_now(x);
    tell(x, order);
    a->group_count -= is_grouped(order);
    exchange_order_unlink(x, order);
    if (a->group_count > 0)
        affect_group(x, order);
}

/* ---- checks ---- */

static bool too_far(const exchange_market *m, int64_t price)
{
    int64_t mark = exchange_market_mark(m), percent = m->exchange->config.far_percent;
    if (percent == 0 || mark == 0)
        return false;
    pg_money away = price > mark ? price - mark : mark - price;
    return away * 100 > (pg_money)mark * percent;
}

static int64_t reducible(const exchange_account *a, const exchange_market *m, int side)
{
    int64_t quantity = a->holding[m->number].booked.quantity;
    int64_t held = side == PG_BUY ? -quantity : quantity;
    return held > 0 ? held : 0;
}

static int open_limit(const pg_exchange *x, const exchange_account *a)
{
    /* One more for each 5 million traded, up to five times as many. */
    pg_money more = a->volume_e12 / pg_pow10(PG_EXCHANGE_MONEY_DECIMALS) / 5000000;
    int limit = x->config.open_orders;
    return more < 4 * limit ? limit + (int)more : 5 * limit;
}

/* Whether the trigger waits for a fall of the price: a stop loss that sells, a take profit that buys. */
static bool falls_to(const pg_exchange_order *order)
{
    return (order->side == PG_SELL) != order->trigger.take_profit;
}

/* 0: there is none yet. */
static int64_t triggering_price(const exchange_market *m, const pg_exchange_order *order)
{
    if (order->trigger.source == PG_EXCHANGE_AT_LAST)
        return m->last;
    if (order->trigger.source == PG_EXCHANGE_AT_ORACLE && m->oracle > 0)
        return m->oracle;
    return exchange_market_mark(m);
}

static bool is_reached(const exchange_market *m, const pg_exchange_order *order)
{
    int64_t price = triggering_price(m, order);
    return price > 0 && (falls_to(order) ? price <= order->trigger.price : price >= order->trigger.price);
}

/* A trigger must lie ahead of the price (unless it does not count yet), and a market order's limit beyond the trigger. */
static bool bad_trigger(const exchange_market *m, const pg_exchange_order *order)
{
    int64_t trigger = order->trigger.price;
    bool beyond = order->side == PG_SELL ? order->price <= trigger : order->price >= trigger;
    return trigger < 0 || m->instrument.rule(&m->instrument, trigger, order->side) != trigger ||
           (!order->dormant && is_reached(m, order)) || (order->trigger.market && !beyond);
}

/* Why an order, which is not among the open ones yet, is refused before it meets anybody; `instead` goes for it. */
static pg_exchange_reason refusal(const pg_exchange *x, const exchange_market *m, const pg_exchange_order *order,
                                  const pg_exchange_order *instead)
{
    const pg_instrument *in = &m->instrument;
    const exchange_account *a = x->account[order->account];
    if (order->price <= 0 || in->rule(in, order->price, order->side) != order->price)
        return PG_EXCHANGE_PRICE;
    if (!order->whole && (order->size <= 0 || order->size % in->lot != 0 || order->size < in->min_size))
        return PG_EXCHANGE_SIZE;
    pg_money least = (pg_money)in->min_notional * pg_pow10(in->price_decimals) * pg_pow10(in->size_decimals);
    if (!order->reduce_only && (pg_money)order->price * order->size < least)
        return PG_EXCHANGE_NOTIONAL;
    if (order->trigger.price != 0 && bad_trigger(m, order))
        return PG_EXCHANGE_BAD_TRIGGER;
    if (order->trigger.price == 0 && too_far(m, order->price))
        return PG_EXCHANGE_FAR;
    if (m->config.is_spot && order->reduce_only)
        return PG_EXCHANGE_REDUCE_ONLY;
    if (order->reduce_only && !order->dormant && reducible(a, m, order->side) == 0)
        return PG_EXCHANGE_REDUCE_ONLY;
    if (a->open_count - (instead ? 1 : 0) >= (order->reduce_only ? x->config.open_orders : open_limit(x, a)))
        return PG_EXCHANGE_TOO_MANY;
    if (m->config.is_spot && !exchange_assets_allow(x, m, order, instead))
        return PG_EXCHANGE_NO_BALANCE;
    if (!m->config.is_spot && !order->reduce_only &&
        !exchange_margin_allows(x, order->account, m, order->side, order->size, instead))
        return PG_EXCHANGE_MARGIN;
    if (order->trigger.price != 0)
        return PG_EXCHANGE_NO_REASON; /* what it would meet is seen when it is placed */
    int64_t touch = order->touch[order->side == PG_BUY ? 1 : 0];
    bool crosses = touch != 0 && (order->side == PG_BUY ? order->price >= touch : order->price <= touch);
    return order->tif == PG_TIF_ALO && crosses ? PG_EXCHANGE_POST_ONLY : PG_EXCHANGE_NO_REASON;
}

/* ---- cancels ---- */

static void stop_waiting(pg_exchange *x, pg_exchange_order *order)
{
    order->waiting = order->dormant = false;
    x->account[order->account]->waiting_count--;
}

/* Of an open order; its group is left to be settled. */
static void cancel_one(pg_exchange *x, pg_exchange_order *order, pg_exchange_reason reason)
{
    if (order->waiting) {
        stop_waiting(x, order);
        end(x, order, PG_EXCHANGE_CANCELLED, reason);
        return;
    }
    exchange_market *m = x->market[order->market];
    pg_request sent = { .kind = PG_REQUEST_CANCEL, .id = order->oid, .side = order->side };
    order->reason = (uint8_t)reason; /* the reply finds it there */
    pg_matcher_request_of(m->matcher, order->account, &sent, pg_exchange_now(x));
    PG_ASSERT(order->status == PG_EXCHANGE_CANCELLED);
    m->version++;
}

static pg_exchange_order *next_doomed(const exchange_account *a)
{
    for (pg_exchange_order *o = a->first_open; o && a->group_count > 0; o = o->after)
        if (o->doomed != PG_EXCHANGE_NO_REASON)
            return o;
    return NULL;
}

void exchange_settle_groups(pg_exchange *x)
{
    if (!x->has_doomed)
        return;
    x->has_doomed = false;
    for (int k = 0; k < x->account_count; k++)
        for (pg_exchange_order *o; (o = next_doomed(x->account[k]));)
            cancel_one(x, o, o->doomed);
}

bool pg_exchange_cancel(pg_exchange *x, int account, uint64_t oid, pg_exchange_reason reason)
{
    pg_exchange_order *order = exchange_order_find(x, oid);
    if (!order || order->account != account || order->status != PG_EXCHANGE_OPEN)
        return false;
    cancel_one(x, order, reason);
    exchange_settle_groups(x);
    return true;
}

int pg_exchange_cancel_all(pg_exchange *x, int account, int market, pg_exchange_reason reason)
{
    int count = 0;
    for (pg_exchange_order *o = x->account[account]->first_open, *next; o; o = next) {
        next = o->after;
        if (market >= 0 && o->market != market)
            continue;
        cancel_one(x, o, reason);
        count++;
    }
    exchange_settle_groups(x);
    return count;
}

/* ---- reduce-only ---- */

/* Cancels the oldest reduce-only orders of a side until those left do not exceed the position. */
static void trim_reduce_only(pg_exchange *x, int account, exchange_market *m, int side, const pg_exchange_order *keep)
{
    exchange_account *a = x->account[account];
    int64_t total = 0;
    for (const pg_exchange_order *o = a->first_open; o; o = o->after)
        if (o->reduce_only && !o->waiting && o->market == m->number && o->side == side)
            total += o->remaining;
    for (pg_exchange_order *o = a->first_open, *next; o && total > reducible(a, m, side); o = next) {
        next = o->after;
        if (o == keep || !o->reduce_only || o->waiting || o->market != m->number || o->side != side)
            continue;
        total -= o->remaining;
        cancel_one(x, o, PG_EXCHANGE_REDUCE_ONLY);
    }
}

/* ---- placing ---- */

/* Whether its parent may still fill. */
static bool is_dormant(const pg_exchange *x, int account, const pg_exchange_request *request)
{
    const pg_exchange_order *parent = request->parent ? exchange_order_find(x, request->parent) : NULL;
    return request->trigger.price != 0 && parent && parent->account == account && parent->status == PG_EXCHANGE_OPEN;
}

/* An order of a request, without its number. */
static void draw_up(pg_exchange_order *order, const pg_exchange *x, int account, const pg_exchange_request *request)
{
    bool waits = request->trigger.price != 0;
    *order = (pg_exchange_order){ .account = account,
                                  .market = request->market,
                                  .side = request->side,
                                  .tif = request->tif,
                                  .status = PG_EXCHANGE_OPEN,
                                  .reduce_only = request->reduce_only,
                                  .whole = waits && request->whole,
                                  .dormant = is_dormant(x, account, request),
                                  .parent = waits ? request->parent : 0,
                                  .builder_fee_e8 = request->builder_fee_e8,
                                  .tag = request->tag,
                                  .trigger = request->trigger,
                                  .expiry_ns = request->expiry_ns,
                                  .price = request->price,
                                  .size = request->size,
                                  .remaining = request->size,
                                  .time_ns = pg_exchange_now(x),
                                  .status_ns = pg_exchange_now(x) };
    memcpy(order->note, request->note, sizeof order->note);
    if (request->client_id)
        memcpy(order->client_id, request->client_id, strnlen(request->client_id, PG_EXCHANGE_CLIENT_ID - 1));
    for (int i = 0; i < 2; i++)
        order->touch[i] = pg_exchange_touch(x, request->market, i ? PG_SELL : PG_BUY).price;
}

pg_exchange_reason pg_exchange_check(const pg_exchange *x, int account, const pg_exchange_request *request,
                                     const pg_exchange_order *instead)
{
    pg_exchange_order order;
    draw_up(&order, x, account, request);
    return refusal(x, x->market[request->market], &order, instead);
}

uint64_t pg_exchange_next_oid(const pg_exchange *x)
{
    return x->next_oid;
}

static void number(pg_exchange *x, pg_exchange_order *order)
{
    order->oid = x->next_oid;
    /* Ids are not consecutive: nobody should count on it. */
    x->next_oid += 1 + pg_random_bits(&x->random) % 7;
}

/* Hands an order that was not refused to the matching engine. */
static void enter(pg_exchange *x, exchange_market *m, pg_exchange_order *order)
{
    if (order->whole || (order->reduce_only && order->size > reducible(x->account[order->account], m, order->side)))
        order->size = order->remaining = reducible(x->account[order->account], m, order->side);
    pg_request sent = { .kind = PG_REQUEST_NEW,
                        .id = order->oid,
                        .side = order->side,
                        .tif = order->tif,
                        .price = order->price,
                        .size = order->size,
                        .reduce_only = order->reduce_only };
    m->incoming = order;
    pg_matcher_request_of(m->matcher, order->account, &sent, pg_exchange_now(x));
    m->incoming = NULL;
    m->met_tid = 0;
    m->version++;
    if (order->status == PG_EXCHANGE_OPEN && order->reduce_only)
        trim_reduce_only(x, order->account, m, order->side, order);
}

const pg_exchange_order *pg_exchange_place(pg_exchange *x, int account, const pg_exchange_request *request)
{
    exchange_market *m = x->market[request->market];
    pg_exchange_order *order = malloc(sizeof *order);
    if (!order)
        return NULL;
    draw_up(order, x, account, request);
    number(x, order);
    pg_exchange_reason reason = refusal(x, m, order, NULL);
    exchange_order_link(x, order);
    x->account[account]->group_count += is_grouped(order);
    if (order->expiry_ns != 0 && order->expiry_ns < x->expiry_ns)
        x->expiry_ns = order->expiry_ns;
    if (reason != PG_EXCHANGE_NO_REASON) {
        end(x, order, PG_EXCHANGE_REJECTED, reason);
    } else if (order->trigger.price != 0) {
        order->waiting = true;
        x->account[account]->waiting_count++;
        tell(x, order);
    } else {
        enter(x, m, order);
    }
    exchange_settle_groups(x);
    return order;
}

/* ---- triggers ---- */

static void fire(pg_exchange *x, pg_exchange_order *order)
{
    exchange_market *m = x->market[order->market];
    stop_waiting(x, order);
    order->status_ns = pg_exchange_now(x);
    order->status = PG_EXCHANGE_TRIGGERED;
    tell(x, order);
    order->status = PG_EXCHANGE_OPEN;
    order->tif = order->trigger.market ? PG_TIF_IOC : order->tif;
    if (order->reduce_only && reducible(x->account[order->account], m, order->side) == 0)
        end(x, order, PG_EXCHANGE_CANCELLED, PG_EXCHANGE_REDUCE_ONLY);
    else if (!order->reduce_only && !exchange_margin_allows(x, order->account, m, order->side, order->size, order))
        end(x, order, PG_EXCHANGE_CANCELLED, PG_EXCHANGE_MARGIN);
    else
        enter(x, m, order);
}

static pg_exchange_order *next_to_fire(const pg_exchange *x, const exchange_account *a)
{
    for (pg_exchange_order *o = a->first_open; o && a->waiting_count > 0; o = o->after)
        if (o->waiting && !o->dormant && is_reached(x->market[o->market], o))
            return o;
    return NULL;
}

void exchange_fire_triggers(pg_exchange *x)
{
    exchange_settle_groups(x);
    /* One order's fills may end others: so each is looked for anew. */
    for (int k = 0; k < x->account_count; k++)
        for (pg_exchange_order *o; (o = next_to_fire(x, x->account[k]));) {
            fire(x, o);
            exchange_settle_groups(x);
        }
}

/* ---- replies of the matching engine ---- */

/* The id of the trade that a fill belongs to; publishes it when this is its first side. A resting order's fill by an
 * incoming one is told directly before that one's, so both get the same. */
static uint64_t trade_of(exchange_market *m, const pg_exchange_order *order, const pg_reply *reply)
{
    if (reply->maker && m->incoming) {
        bool buys = order->side == PG_BUY;
        int other = m->incoming->account;
        m->met_tid = exchange_market_trade(m, opposite(order->side), reply->price, reply->size,
                                           buys ? order->account : other, buys ? other : order->account);
        return m->met_tid;
    }
    uint64_t tid = m->met_tid;
    m->met_tid = 0;
    if (tid)
        return tid;
    /* Against the market's own flow, which is the counterpart. */
    int sign = order->side == PG_BUY ? 1 : -1;
    m->flow_quantity -= sign * reply->size;
    m->flow_cash += sign * (pg_money)reply->price * reply->size;
    m->event_left -= reply->size;
    return exchange_market_trade(m, reply->maker ? opposite(order->side) : order->side, reply->price, reply->size,
                                 order->side == PG_BUY ? order->account : PG_EXCHANGE_NOBODY,
                                 order->side == PG_SELL ? order->account : PG_EXCHANGE_NOBODY);
}

/* A position is closed or turned: what waited to close the whole of it ends. */
static void end_of_position(pg_exchange *x, const exchange_market *m, int account, int64_t before)
{
    exchange_account *a = x->account[account];
    int64_t after = a->holding[m->number].booked.quantity;
    if (a->group_count == 0 || before == 0 || (after != 0 && (before > 0) == (after > 0)))
        return;
    for (pg_exchange_order *o = a->first_open; o; o = o->after)
        if (o->whole && o->waiting && o->market == m->number) {
            o->doomed = PG_EXCHANGE_REDUCE_ONLY;
            x->has_doomed = true;
        }
}

static void take_fill(exchange_market *m, pg_exchange_order *order, const pg_reply *reply)
{
    pg_exchange *x = m->exchange;
    exchange_account *a = x->account[order->account];
    pg_money value = (pg_money)reply->price * reply->size;
    /* A builder takes its fee of money only: of a spot buy, which pays in the base asset, it has none. */
    bool unbuilt = m->config.is_spot && order->side == PG_BUY;
    pg_money built = unbuilt ? 0 : pg_fee(value, order->builder_fee_e8);
    pg_money own = reply->fee > 0 ? reply->fee - pg_fee(reply->fee, a->discount_e8) : reply->fee;
    own += pg_fee(value, reply->maker ? a->maker_fee_e8 : a->taker_fee_e8);
    pg_exchange_fill fill = { .account = order->account,
                              .market = m->number,
                              .oid = order->oid,
                              .side = order->side,
                              .maker = reply->maker,
                              .liquidation = x->liquidating && !reply->maker,
                              .price = reply->price,
                              .size = reply->size,
                              .time_ns = pg_exchange_now(x),
                              .start_position = a->holding[m->number].booked.quantity,
                              .liquidation_mark = x->liquidating ? exchange_market_mark(m) : 0,
                              .fee = own + built,
                              .builder_fee = built,
                              .fee_asset = PG_EXCHANGE_NO_ASSET,
                              .fee_e12 = (own + built) * m->money_scale,
                              .tag = order->tag };
    memcpy(fill.client_id, order->client_id, sizeof fill.client_id);
    fill.tid = trade_of(m, order, reply);
    if (m->config.is_spot)
        exchange_assets_book(x, m, order, &fill);
    else
        fill.closed = exchange_account_book(x, order->account, m, order->side, reply->price, reply->size, fill.fee);
    order->remaining -= reply->size;
    order->value += value;
    order->fees += fill.fee;
    order->status_ns = fill.time_ns;
    PG_ASSERT(order->remaining >= 0 && order->remaining == reply->remaining);
    bool replaced;
    pg_exchange_fill *kept = exchange_ring_add(&a->fills, &replaced);
    if (kept)
        *kept = fill;
    if (x->sink.fill)
        x->sink.fill(x->sink.self, &fill);
    if (order->remaining == 0)
        end(x, order, PG_EXCHANGE_FILLED, PG_EXCHANGE_NO_REASON);
    else if (order->tif != PG_TIF_IOC)
        tell(x, order);
    end_of_position(x, m, fill.account, fill.start_position);
}

static int reason_of(const pg_exchange_order *order, const pg_reply *reply)
{
    switch (reply->reason) {
    case PG_REASON_NONE: return order->reason;
    case PG_REASON_POST_ONLY: return PG_EXCHANGE_POST_ONLY;
    case PG_REASON_REDUCE_ONLY: return PG_EXCHANGE_REDUCE_ONLY;
    case PG_REASON_PRICE: return PG_EXCHANGE_PRICE;
    case PG_REASON_SIZE: return PG_EXCHANGE_SIZE;
    case PG_REASON_NOTIONAL: return PG_EXCHANGE_NOTIONAL;
    case PG_REASON_IOC: return PG_EXCHANGE_NO_MATCH;
    case PG_REASON_SELF_TRADE: return PG_EXCHANGE_SELF_TRADE;
    case PG_REASON_FULL: return PG_EXCHANGE_TOO_MANY;
    default: return PG_EXCHANGE_BY_VENUE;
    }
}

void exchange_take_reply(void *self, const pg_reply *reply)
{
    exchange_market *m = self;
    pg_exchange *x = m->exchange;
    pg_exchange_order *order = exchange_order_find(x, reply->id);
    PG_ASSERT(order && order->market == m->number);
    switch (reply->kind) {
    case PG_REPLY_ACCEPTED:
        if (order->tif != PG_TIF_IOC)
            tell(x, order);
        break;
    case PG_REPLY_FILL: take_fill(m, order, reply); break;
    case PG_REPLY_CANCELLED: {
        int reason = reason_of(order, reply);
        bool unmet = reason == PG_EXCHANGE_NO_MATCH && order->remaining == order->size;
        end(x, order, unmet ? PG_EXCHANGE_REJECTED : PG_EXCHANGE_CANCELLED, reason);
        break;
    }
    case PG_REPLY_REJECTED: end(x, order, PG_EXCHANGE_REJECTED, reason_of(order, reply)); break;
    default: PG_ASSERT(!"a reply that the exchange's requests can have");
    }
}

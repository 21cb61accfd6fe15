/* The engine's order side: declared quotes, single orders, replies, timers. */
#include "engine/engine_internal.h"

#include <math.h>

/* ---- limits ---- */

/* What the position limit leaves for new size on a side, given the fills we know of. */
static int64_t room(const pg_engine *e, int side)
{
    int64_t held = side == PG_BUY ? e->position.quantity : -e->position.quantity;
    if (e->holds & PG_INPUT_REDUCE)
        return held < 0 ? -held : 0;
    if (e->max_position == 0)
        return INT64_MAX;
    int64_t left = e->max_position - held;
    return left > 0 ? left : 0;
}

/* Whether an order of `size` stays within the limit beside `open` of its side. A reduce-only order fills no more than
 * is held, but then it leaves that much less room to what else rests. */
static bool fits(const pg_engine *e, int side, int64_t size, bool reduce_only, int64_t open)
{
    int64_t held = side == PG_BUY ? -e->position.quantity : e->position.quantity;
    if (reduce_only && size > held)
        size = held > 0 ? held : 0;
    return size <= room(e, side) - open;
}

/* ---- declared quotes ---- */

/* Adds a level unless one is at that price already: then the sizes add up. */
static void add_level(pg_quote_side *side, int64_t price, int64_t size)
{
    for (int i = 0; i < side->count; i++)
        if (side->level[i].price == price) {
            side->level[i].size += size;
            return;
        }
    side->level[side->count++] = (pg_quote_level){ price, size };
}

/* Post-only prices stay behind the opposite touch as we know it (quant.md 6.10, step 3). */
static int64_t behind_touch(const pg_engine *e, int64_t price, int side)
{
    const pg_instrument *in = &e->config.instrument;
    int64_t touch = pg_book_best(e->book, side == PG_BUY ? PG_SELL : PG_BUY);
    if (touch == 0 || (side == PG_BUY ? price < touch : price > touch))
        return price;
    return in->rule(in, side == PG_BUY ? touch - in->tick : touch + in->tick, side);
}

/* Below the venue's least value; what only reduces may be smaller. */
static bool is_too_small(const pg_instrument *in, int64_t price, int64_t size, const pg_desired *desired)
{
    pg_money least = (pg_money)in->min_notional * pg_pow10(in->price_decimals) * pg_pow10(in->size_decimals);
    return !desired->reduce_only && (pg_money)price * size < least;
}

static void round_side(pg_engine *e, const pg_desired *desired, int which, pg_quote_side *side)
{
    const pg_instrument *in = &e->config.instrument;
    int side_name = which ? PG_SELL : PG_BUY;
    int64_t left = room(e, side_name);
    side->count = 0;
    e->bound[which] = PG_BOUND_NONE;
    for (int i = 0; i < desired->count[which]; i++) {
        int64_t price = pg_price_round(in, desired->price[which][i], side_name);
        int64_t size = pg_size_truncate(in, desired->size[which][i]);
        int64_t asked = price;
        if (price > 0 && desired->post_only)
            price = behind_touch(e, price, side_name);
        if (price != asked)
            e->bound[which] = PG_BOUND_TOUCH;
        if (size > left) {
            size = left - left % in->lot;
            e->bound[which] = PG_BOUND_POSITION;
        }
        if (price <= 0 || size < in->lot || size < in->min_size || is_too_small(in, price, size, desired)) {
            e->bound[which] = e->bound[which] == PG_BOUND_POSITION ? PG_BOUND_POSITION : PG_BOUND_SMALL;
            e->stats.refused_quotes++;
            continue;
        }
        left -= size;
        add_level(side, price, size);
    }
}

static bool same_side(const pg_quote_side *a, const pg_quote_side *b)
{
    if (a->count != b->count)
        return false;
    for (int i = 0; i < a->count; i++)
        if (a->level[i].price != b->level[i].price || a->level[i].size != b->level[i].size)
            return false;
    return true;
}

/* Ping-pong: starts with the side that makes the position smaller, changes with each fill (engine_reply), and does not
 * stay where the limits leave no room. */
static uint8_t side_in_turn(const pg_engine *e)
{
    const pg_quotes *wanted = &e->wanted;
    uint8_t turn = e->turn;
    if (turn == 0 && wanted->side[0].count + wanted->side[1].count > 0)
        turn = e->position.quantity > 0 ? PG_SELL : PG_BUY;
    if (turn && room(e, turn) < e->config.instrument.lot)
        turn = turn == PG_BUY ? PG_SELL : PG_BUY;
    return turn;
}

static void reconcile(pg_engine *e)
{
    const pg_quote_policy *policy = &e->config.policy;
    e->wanted.room[0] = room(e, PG_BUY);
    e->wanted.room[1] = room(e, PG_SELL);
    if (pg_quotes_watch_touch(policy)) {
        e->wanted.touch[0] = pg_book_best(e->book, PG_BUY);
        e->wanted.touch[1] = pg_book_best(e->book, PG_SELL);
    }
    e->wanted.only = 0;
    if (policy->ping_pong)
        e->wanted.only = e->turn = side_in_turn(e);
    if (pg_quotes_expire(&e->orders, &e->wanted, policy, e->now_ns) > 0)
        e->declared.valid = false;
    pg_quotes_reconcile(&e->orders, &e->wanted, policy, e->now_ns);
    engine_schedule(e);
}

/* After the last event here nothing new is sent, nor at the instant of a refusal: without latency a script that asks
 * again at once would be answered for ever. */
static bool takes_requests(const pg_engine *e)
{
    if (e->halted || e->phase != PHASE_RUN || e->now_ns == e->refused_ns)
        return false;
    return e->live ? (e->holds & PG_INPUT_PULL) == 0 : e->local_event_ns != INT64_MAX;
}

static bool watches_time(const pg_engine *e)
{
    const pg_quote_policy *policy = &e->config.policy;
    return policy->min_life_ns > 0 || policy->refresh_ns > 0 || policy->timeout_ns > 0;
}

bool engine_is_mute(const pg_engine *e)
{
    if (!e->live)
        return false;
    return e->with.shadow ||
           (e->cut_calls && e->stats.calls >= e->cut_calls && e->orders.counts.requests >= e->cut_requests);
}

void engine_reconcile(pg_engine *e)
{
    if (!e->orders.changed)
        return;
    if (takes_requests(e)) {
        reconcile(e);
    } else if (e->now_ns == e->refused_ns && watches_time(e) && e->orders.due_ns > e->now_ns) {
        e->orders.due_ns = e->now_ns + 1; /* ages are looked at as soon as the instant is over */
        engine_schedule(e);
    }
}

/* Whether a side was declared before with these very numbers. */
static bool declared_before(const pg_desired *a, const pg_desired *b, int which)
{
    if (a->count[which] != b->count[which])
        return false;
    for (int i = 0; i < a->count[which]; i++)
        if (a->price[which][i] != b->price[which][i] || a->size[which][i] != b->size[which][i])
            return false;
    return true;
}

/* Most events change nothing that quotes depend on: the same numbers under the same circumstances as last time need no
 * rounding and no look at the orders. */
static bool nothing_new(pg_engine *e, const pg_desired *desired)
{
    engine_declared *last = &e->declared;
    int64_t bid = pg_book_best(e->book, PG_BUY), ask = pg_book_best(e->book, PG_SELL);
    bool same = last->valid && !e->orders.changed && bid == last->bid && ask == last->ask &&
                e->position.quantity == last->quantity && desired->post_only == last->desired.post_only &&
                desired->reduce_only == last->desired.reduce_only && declared_before(desired, &last->desired, 0) &&
                declared_before(desired, &last->desired, 1);
    if (same)
        return true;
    last->valid = true;
    last->bid = bid;
    last->ask = ask;
    last->quantity = e->position.quantity;
    last->desired.post_only = desired->post_only;
    last->desired.reduce_only = desired->reduce_only;
    for (int which = 0; which < 2; which++) {
        last->desired.count[which] = desired->count[which];
        for (int i = 0; i < desired->count[which]; i++) {
            last->desired.price[which][i] = desired->price[which][i];
            last->desired.size[which][i] = desired->size[which][i];
        }
    }
    return false;
}

void pg_engine_quote(pg_engine *e, const pg_desired *desired)
{
    for (int which = 0; which < 2; which++)
        PG_ASSERT(desired->count[which] >= 0 && desired->count[which] <= PG_QUOTE_LEVELS);
    bool mute = engine_is_mute(e);
    if ((!mute && !takes_requests(e)) || nothing_new(e, desired) || mute)
        return;
    pg_quote_side sides[2];
    round_side(e, desired, 0, &sides[0]);
    round_side(e, desired, 1, &sides[1]);
    uint8_t tif = desired->post_only ? PG_TIF_ALO : PG_TIF_GTC;
    if (e->inherits_until_ns && sides[0].count + sides[1].count == 0) /* it is not ready for what was taken over */
        return;
    bool watches = pg_quotes_watch_touch(&e->config.policy); /* what rests beside its price may have to move */
    if (!watches && !e->orders.changed && tif == e->wanted.tif && desired->reduce_only == e->wanted.reduce_only &&
        same_side(&sides[0], &e->wanted.side[0]) && same_side(&sides[1], &e->wanted.side[1]))
        return;
    for (int i = 0; i < 2; i++) {
        e->wanted.side[i].count = sides[i].count;
        for (int k = 0; k < sides[i].count; k++)
            e->wanted.side[i].level[k] = sides[i].level[k];
    }
    e->wanted.tif = tif;
    e->wanted.reduce_only = desired->reduce_only;
    e->inherits_until_ns = 0; /* from here on they serve as quotes, or go */
    reconcile(e);
}

/* ---- single orders ---- */

uint64_t pg_engine_order(pg_engine *e, int side, double price, double size, int tif, bool reduce_only)
{
    const pg_instrument *in = &e->config.instrument;
    pg_request request = { .side = (uint8_t)side,
                           .price = pg_price_round(in, price, side),
                           .size = pg_size_truncate(in, size),
                           .tif = (uint8_t)tif,
                           .reduce_only = reduce_only };
    bool valid = (side == PG_BUY || side == PG_SELL) && tif >= PG_TIF_GTC && tif <= PG_TIF_ALO && request.price > 0 &&
                 request.size >= in->lot;
    uint64_t id = 0;
    if (engine_is_mute(e))
        return 0;
    if (takes_requests(e) && valid && fits(e, side, request.size, reduce_only, pg_orders_open_size(&e->orders, side)))
        id = pg_orders_place(&e->orders, &request, false, e->now_ns);
    e->stats.refused_quotes += id == 0;
    return id;
}

bool pg_engine_cancel(pg_engine *e, uint64_t id)
{
    if (engine_is_mute(e))
        return false;
    pg_order *order = pg_orders_find(&e->orders, id);
    return order && pg_orders_cancel(&e->orders, order);
}

bool pg_engine_modify(pg_engine *e, uint64_t id, double price, double size)
{
    const pg_instrument *in = &e->config.instrument;
    pg_order *order = engine_is_mute(e) ? NULL : pg_orders_find(&e->orders, id);
    if (!order || !takes_requests(e))
        return false;
    int64_t new_price = pg_price_round(in, price, order->side), new_size = pg_size_truncate(in, size);
    int64_t others = pg_orders_open_size(&e->orders, order->side) - order->remaining;
    if (new_price <= 0 || new_size < in->lot || !fits(e, order->side, new_size, order->reduce_only, others))
        return false;
    return pg_orders_replace(&e->orders, order, new_price, new_size, e->now_ns);
}

void pg_engine_cancel_all(pg_engine *e)
{
    e->declared.valid = false;
    e->wanted.side[0].count = e->wanted.side[1].count = 0;
    if (!engine_is_mute(e))
        pg_orders_cancel_all(&e->orders);
}

void pg_engine_halt(pg_engine *e)
{
    e->halted = true;
    pg_engine_cancel_all(e);
}

pg_bound pg_engine_bound(const pg_engine *e, int side)
{
    return e->bound[side == PG_SELL];
}

int64_t pg_engine_room(const pg_engine *e, int side)
{
    return room(e, side);
}

/* ---- replies ---- */

/* A filled quote is not placed again until the strategy declares it anew. */
static void quote_filled(pg_engine *e, const pg_order *order, int64_t size)
{
    pg_quote_side *side = &e->wanted.side[order->side == PG_SELL];
    int64_t price = order->stands_for ? order->stands_for : order->price;
    e->declared.valid = false;
    for (int i = 0; i < side->count; i++) {
        if (side->level[i].price != price)
            continue;
        side->level[i].size -= size;
        if (side->level[i].size < e->config.instrument.lot)
            side->level[i] = side->level[--side->count];
        return;
    }
}

/* A quote that the venue refused is not sent again until the strategy declares it anew: nothing would be different. */
static void quote_refused(pg_engine *e, int which, int64_t price)
{
    pg_quote_side *side = &e->wanted.side[which == PG_SELL];
    e->declared.valid = false;
    for (int i = side->count - 1; i >= 0; i--)
        if (side->level[i].price == price)
            side->level[i] = side->level[--side->count];
}

static bool rests(const pg_engine *e, int side)
{
    for (int i = 0; i < e->orders.count; i++)
        if (e->orders.order[i].side == side && e->orders.order[i].state != PG_ORDER_PENDING_NEW)
            return true;
    return false;
}

static void track_resting(pg_engine *e)
{
    double seconds = (double)(e->now_ns - e->resting_since_ns) * 1e-9;
    if (e->resting[0] && e->resting[1])
        e->stats.both_sides_s += seconds;
    else if (e->resting[0] || e->resting[1])
        e->stats.one_side_s += seconds;
    e->resting[0] = rests(e, PG_BUY);
    e->resting[1] = rests(e, PG_SELL);
    e->resting_since_ns = e->now_ns;
}

int engine_reply(pg_engine *e, const pg_reply *reply)
{
    pg_order order;
    bool known = pg_orders_reply(&e->orders, reply, &order);
    const pg_instrument *in = &e->config.instrument;
    if (reply->kind == PG_REPLY_FILL) {
        /* A fill is a fill, even of an order that we thought gone. */
        pg_position_fill(&e->position, reply->side, reply->price, reply->size, reply->fee);
        e->orders.changed |= e->live; /* a hold may leave less room now */
        if (e->live)
            pg_account_fill(&e->account, reply->side, reply->price, reply->size, reply->fee, reply->maker, e->now_ns);
        e->view.position = pg_size_double(in, e->position.quantity);
        e->view.realised = pg_money_double(in, e->position.realised);
        if (known && order.quoted)
            quote_filled(e, &order, reply->size);
        if (!known || order.quoted)
            e->turn = reply->side == PG_BUY ? PG_SELL : PG_BUY;
    }
    if (reply->kind == PG_REPLY_REJECTED || reply->kind == PG_REPLY_REPLACE_REFUSED) {
        e->refused_ns = e->now_ns;
        if (known && order.quoted)
            quote_refused(e, reply->side, reply->price);
    }
    track_resting(e);
    if (!known && reply->kind != PG_REPLY_FILL)
        return 0;
    e->view.id = (double)reply->id;
    e->view.side = reply->side;
    e->view.price = pg_price_double(in, reply->price);
    e->view.reason = reply->reason;
    e->view.state = known ? order.state : 0;
    e->view.maker = reply->maker;
    e->view.fee = pg_money_double(in, reply->fee);
    e->view.size = pg_size_double(in, reply->kind == PG_REPLY_FILL ? reply->size : reply->remaining);
    return reply->kind == PG_REPLY_FILL ? PG_CALL_FILL : PG_CALL_ORDER;
}

/* ---- timers, book ---- */

int pg_engine_timer(pg_engine *e, double period_s, bool aligned)
{
    if (!(period_s >= 1e-3 && period_s < 1e9) || e->timer_count == PG_ENGINE_TIMERS)
        return 0;
    engine_timer_entry *timer = &e->timers[e->timer_count++];
    timer->period_ns = (int64_t)(period_s * 1e9 + 0.5);
    timer->due_ns = e->now_ns + timer->period_ns;
    if (aligned)
        timer->due_ns -= e->now_ns % timer->period_ns;
    if (timer->due_ns < e->script_timer_ns)
        e->script_timer_ns = timer->due_ns;
    engine_schedule(e);
    return e->timer_count;
}

bool pg_engine_level(const pg_engine *e, int side, int level, double *price, double *size)
{
    pg_level levels[PG_VIEW_LEVELS];
    if (level < 1 || level > PG_VIEW_LEVELS || pg_book_top(e->book, side, levels, level) < level)
        return false;
    *price = pg_price_double(&e->config.instrument, levels[level - 1].price);
    *size = pg_size_double(&e->config.instrument, levels[level - 1].size);
    return true;
}

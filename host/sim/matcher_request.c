/* Requests arriving at the matching engine: new orders, cancels, replacements. */
#include "sim/matcher_internal.h"

static void reply(pg_matcher *m, const pg_request *request, int kind, int reason, int64_t now_ns)
{
    pg_reply out = { .kind = (uint8_t)kind,
                     .id = request->id,
                     .side = request->side,
                     .price = request->price,
                     .remaining = request->size,
                     .reason = (uint8_t)reason,
                     .exch_ns = now_ns };
    m->sink.take(m->sink.self, &out);
}

/* Best price that an order of this owner would meet on a side, 0 when there is none. */
static int64_t touch_for(const pg_matcher *m, int owner, int side)
{
    const pg_line *line = pg_matcher_line(m, side);
    int64_t touch = pg_book_best(m->book, side);
    int i = 0;
    while (i < line->count && line->order[i].owner == owner)
        i++;
    if (i < line->count && (touch == 0 || pg_line_reaches(line, line->order[i].price, touch)))
        return line->order[i].price;
    return touch;
}

/* Why the venue would refuse an order, PG_REASON_NONE when it would not. */
static int refusal(const pg_matcher *m, int owner, const pg_request *request)
{
    const pg_instrument *in = m->instrument;
    if (request->price <= 0 || in->rule(in, request->price, request->side) != request->price)
        return PG_REASON_PRICE;
    if (request->size <= 0 || request->size % in->lot != 0 || request->size < in->min_size)
        return PG_REASON_SIZE;
    if (in->min_notional > 0 && !request->reduce_only) {
        pg_money least = (pg_money)in->min_notional * pg_pow10(in->price_decimals) * pg_pow10(in->size_decimals);
        if ((pg_money)request->price * request->size < least)
            return PG_REASON_NOTIONAL;
    }
    if (request->reduce_only && matcher_reducible(m, owner, request->side) == 0)
        return PG_REASON_REDUCE_ONLY;
    int64_t touch = touch_for(m, owner, opposite_side(request->side));
    bool crosses = touch != 0 && (request->side == PG_BUY ? request->price >= touch : request->price <= touch);
    if (request->tif == PG_TIF_ALO && crosses)
        return PG_REASON_POST_ONLY;
    return PG_REASON_NONE;
}

/* Our own resting orders that the incoming one would meet are cancelled: nobody trades with himself. */
static void prevent_self_trade(pg_matcher *m, int owner, const pg_request *request, int64_t now_ns)
{
    pg_line *line = matcher_line(m, opposite_side(request->side));
    for (int i = 0; i < line->count && pg_line_reaches(line, line->order[i].price, request->price);)
        if (line->order[i].owner == owner)
            matcher_drop(m, line, i, PG_REASON_SELF_TRADE, now_ns);
        else
            i++;
}

/* Takes `size` of what the book displays at a price. */
static void take_level(pg_matcher *m, int side, int64_t price, int64_t size)
{
    pg_book_set(m->book, side, price, pg_book_size(m->book, side, price) - size);
    pg_line_taken(matcher_line(m, side), m->book, price, size);
}

/* Trades with the best resting order of a side, which is another's; returns the size, 0 when that order had nothing to
 * reduce and is gone. */
static int64_t take_resting(pg_matcher *m, int side, int64_t size, int64_t now_ns)
{
    pg_line *line = matcher_line(m, side);
    size = matcher_fill_resting(m, line, 0, size < line->order[0].remaining ? size : line->order[0].remaining, now_ns);
    if (line->order[0].remaining == 0)
        pg_line_remove(line, 0);
    return size;
}

/* Trades against the book and other accounts' orders up to the limit price; returns what is left. */
static int64_t take(pg_matcher *m, int owner, const pg_request *request, int64_t now_ns)
{
    int side = opposite_side(request->side);
    const pg_line *line = pg_matcher_line(m, side);
    int64_t left = request->size;
    while (left > 0) {
        int64_t price = pg_book_best(m->book, side), size = left;
        bool resting =
            line->count > 0 &&
            (price == 0 || (line->order[0].price != price && pg_line_reaches(line, line->order[0].price, price)));
        price = resting ? line->order[0].price : price;
        if (price == 0 || (request->side == PG_BUY ? price > request->price : price < request->price))
            break;
        if (request->reduce_only && size > matcher_reducible(m, owner, request->side))
            size = matcher_reducible(m, owner, request->side);
        if (size == 0)
            break;
        if (resting) {
            size = take_resting(m, side, size, now_ns);
        } else {
            int64_t there = pg_book_size(m->book, side, price);
            size = size < there ? size : there;
            take_level(m, side, price, size);
        }
        left -= size;
        if (size > 0)
            matcher_fill(m, owner, request->id, request->side, price, size, left, false, now_ns);
        if (resting)
            matcher_drop_reduce_only(m, side, now_ns);
    }
    return left;
}

/* Accepts an order that was not refused: takes what crosses, rests or cancels the remainder. */
static void enter(pg_matcher *m, int owner, const pg_request *request, int64_t now_ns)
{
    prevent_self_trade(m, owner, request, now_ns);
    int64_t left = request->tif == PG_TIF_ALO ? request->size : take(m, owner, request, now_ns);
    if (left < request->size)
        matcher_drop_reduce_only(m, request->side, now_ns);
    if (left == 0)
        return;
    pg_reply gone = {
        .kind = PG_REPLY_CANCELLED, .id = request->id, .side = request->side, .price = request->price, .exch_ns = now_ns
    };
    bool reduced = request->reduce_only && matcher_reducible(m, owner, request->side) == 0;
    if (request->tif == PG_TIF_IOC || reduced) {
        gone.reason = request->tif == PG_TIF_IOC ? PG_REASON_IOC : PG_REASON_REDUCE_ONLY;
        m->sink.take(m->sink.self, &gone);
        return;
    }
    pg_resting order = { .id = request->id,
                         .price = request->price,
                         .remaining = left,
                         .arrival_ns = now_ns,
                         .reduce_only = request->reduce_only,
                         .owner = owner };
    if (!pg_line_add(matcher_line(m, request->side), m->book, &order)) {
        gone.reason = PG_REASON_FULL;
        m->sink.take(m->sink.self, &gone);
    }
}

static void new_order(pg_matcher *m, int owner, const pg_request *request, int64_t now_ns)
{
    int reason = refusal(m, owner, request);
    if (reason == PG_REASON_NONE && matcher_line(m, request->side)->count == PG_LINE_ORDERS)
        reason = PG_REASON_FULL;
    if (reason != PG_REASON_NONE) {
        reply(m, request, PG_REPLY_REJECTED, reason, now_ns);
        return;
    }
    reply(m, request, PG_REPLY_ACCEPTED, PG_REASON_NONE, now_ns);
    enter(m, owner, request, now_ns);
}

/* An order of this owner; -1 when it is not there. */
static int find(const pg_line *line, int owner, uint64_t id)
{
    int index = pg_line_find(line, id);
    return index >= 0 && line->order[index].owner == owner ? index : -1;
}

static void cancel(pg_matcher *m, int owner, const pg_request *request, int64_t now_ns)
{
    pg_line *line = matcher_line(m, request->side);
    int index = find(line, owner, request->id);
    if (index < 0)
        reply(m, request, PG_REPLY_CANCEL_REFUSED, PG_REASON_UNKNOWN, now_ns);
    else
        matcher_drop(m, line, index, PG_REASON_NONE, now_ns);
}

static void replace(pg_matcher *m, int owner, const pg_request *sent, int64_t now_ns)
{
    pg_line *line = matcher_line(m, sent->side);
    int index = find(line, owner, sent->id);
    pg_request changed = *sent, *request = &changed;
    if (index >= 0 && sent->open > line->order[index].remaining)
        changed.size -= sent->open - line->order[index].remaining;
    if (index >= 0 && sent->size > 0 && changed.size <= 0) { /* all that it asked for has filled on its way */
        matcher_drop(m, line, index, PG_REASON_NONE, now_ns);
        return;
    }
    int reason = index < 0 ? PG_REASON_UNKNOWN : refusal(m, owner, request);
    if (reason != PG_REASON_NONE) {
        reply(m, request, PG_REPLY_REPLACE_REFUSED, reason, now_ns);
        return;
    }
    pg_resting *order = &line->order[index];
    if (order->price == request->price && request->size <= order->remaining) {
        order->remaining = request->size;
        reply(m, request, PG_REPLY_REPLACED, PG_REASON_NONE, now_ns);
        return;
    }
    pg_line_remove(line, index);
    reply(m, request, PG_REPLY_REPLACED, PG_REASON_NONE, now_ns);
    enter(m, owner, request, now_ns);
}

void pg_matcher_request_of(pg_matcher *m, int owner, const pg_request *request, int64_t now_ns)
{
    PG_ASSERT(owner >= 0 && owner < m->config.owners);
    switch (request->kind) {
    case PG_REQUEST_NEW: new_order(m, owner, request, now_ns); break;
    case PG_REQUEST_CANCEL: cancel(m, owner, request, now_ns); break;
    case PG_REQUEST_REPLACE: replace(m, owner, request, now_ns); break;
    default: PG_ASSERT(!"a request of a known kind");
    }
}

void pg_matcher_request(pg_matcher *m, const pg_request *request, int64_t now_ns)
{
    pg_matcher_request_of(m, 0, request, now_ns);
}

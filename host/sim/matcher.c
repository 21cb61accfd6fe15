#include "sim/matcher_internal.h"

#include <stdlib.h>

/* ---- booking ---- */

void matcher_fill(pg_matcher *m, int owner, uint64_t id, int side, int64_t price, int64_t size, int64_t remaining,
                  bool maker, int64_t now_ns)
{
    m->position[owner] += side == PG_BUY ? size : -size;
    int64_t rate = maker ? m->config.maker_fee_e8 : m->config.taker_fee_e8;
    pg_reply reply = {
        .kind = PG_REPLY_FILL,
        .id = id,
        .side = (uint8_t)side,
        .price = price,
        .size = size,
        .remaining = remaining,
        .maker = maker,
        .fee = pg_fee((pg_money)price * size, rate),
        .exch_ns = now_ns,
    };
    m->sink.take(m->sink.self, &reply);
}

void matcher_drop(pg_matcher *m, pg_line *line, int index, int reason, int64_t now_ns)
{
    pg_resting gone = line->order[index];
    pg_line_remove(line, index);
    pg_reply reply = { .kind = PG_REPLY_CANCELLED,
                       .id = gone.id,
                       .side = (uint8_t)line->side,
                       .price = gone.price,
                       .exch_ns = now_ns,
                       .reason = (uint8_t)reason };
    m->sink.take(m->sink.self, &reply);
}

void matcher_void(pg_matcher *m, int64_t now_ns)
{
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_line *line = matcher_line(m, side);
        while (line->count > 0)
            matcher_drop(m, line, line->count - 1, PG_REASON_EXPIRED, now_ns);
    }
}

int64_t matcher_reducible(const pg_matcher *m, int owner, int side)
{
    int64_t held = side == PG_BUY ? -m->position[owner] : m->position[owner];
    return held > 0 ? held : 0;
}

void matcher_drop_reduce_only(pg_matcher *m, int side, int64_t now_ns)
{
    pg_line *line = matcher_line(m, side);
    for (int i = line->count - 1; i >= 0; i--)
        if (line->order[i].reduce_only && matcher_reducible(m, line->order[i].owner, side) == 0)
            matcher_drop(m, line, i, PG_REASON_REDUCE_ONLY, now_ns);
}

int64_t matcher_fill_resting(pg_matcher *m, pg_line *line, int index, int64_t size, int64_t now_ns)
{
    pg_resting *order = &line->order[index];
    if (order->reduce_only && size > matcher_reducible(m, order->owner, line->side))
        size = matcher_reducible(m, order->owner, line->side);
    if (size == 0)
        return 0;
    order->remaining -= size;
    matcher_fill(m, order->owner, order->id, line->side, order->price, size, order->remaining, true, now_ns);
    return size;
}

int64_t matcher_book_fills(pg_matcher *m, pg_line *line, const pg_line_fill *fills, int n, int64_t now_ns)
{
    int64_t total = 0;
    for (int i = 0; i < n; i++)
        total += matcher_fill_resting(m, line, fills[i].index, fills[i].size, now_ns);
    for (int i = n - 1; i >= 0; i--)
        if (line->order[fills[i].index].remaining == 0)
            pg_line_remove(line, fills[i].index);
    if (total > 0)
        matcher_drop_reduce_only(m, line->side, now_ns);
    return total;
}

/* Takes what we traded out of the displayed book, best first, until the venue next updates those levels. */
static void consume(pg_matcher *m, int side, int64_t size)
{
    while (size > 0) {
        int64_t price = pg_book_best(m->book, side);
        int64_t there = pg_book_size(m->book, side, price);
        if (there == 0)
            return;
        int64_t taken = size < there ? size : there;
        pg_book_set(m->book, side, price, there - taken);
        size -= taken;
    }
}

/* ---- market events ---- */

/* exch_ns: of the event that changed the book; a late one cannot fill an order that came after it. */
static void cross_line(pg_matcher *m, int side, int64_t exch_ns, int64_t now_ns)
{
    pg_line *line = matcher_line(m, side);
    int64_t best = pg_book_best(m->book, opposite_side(side));
    if (line->count == 0 || best == 0 || !pg_line_reaches(line, line->order[0].price, best))
        return;
    int n = pg_line_cross(line, m->book, exch_ns, m->fills);
    consume(m, opposite_side(side), matcher_book_fills(m, line, m->fills, n, now_ns));
}

static void trade_event(pg_matcher *m, const pg_event *event, int64_t now_ns)
{
    /* A trade without an aggressor only fills what it went strictly through. */
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_line *line = matcher_line(m, side);
        if (line->count == 0 || event->side == side || event->size <= 0)
            continue;
        bool strict = event->side == PG_SIDE_NONE;
        int n = pg_line_trade(line, event->price, event->size, event->exch_ns, strict, m->fills);
        matcher_book_fills(m, line, m->fills, n, now_ns);
    }
}

static void book_event(pg_matcher *m, const pg_event *event, int64_t now_ns)
{
    bool consistent = pg_book_apply(m->book, event);
    if (m->line[0].count + m->line[1].count == 0)
        return;
    if (event->kind == PG_EVENT_LEVEL && consistent) {
        pg_line *line = matcher_line(m, event->side);
        if (line->count > 0)
            pg_line_depth(line, m->book, event->price);
        cross_line(m, opposite_side(event->side), event->exch_ns, now_ns);
    } else if (consistent) {
        for (int side = PG_BUY; side <= PG_SELL; side++)
            if (event->kind == PG_EVENT_BBO)
                pg_line_touch(matcher_line(m, side), m->book);
            else
                pg_line_depth(matcher_line(m, side), m->book, 0);
        for (int side = PG_BUY; side <= PG_SELL; side++)
            cross_line(m, side, event->exch_ns, now_ns);
    } else if (event->kind == PG_EVENT_LEVEL && !(event->flags & PG_EVENT_LAST)) {
        /* Inside a message the touch may look crossed; the queue follows each level, crossing waits for the end. */
        pg_line *line = matcher_line(m, event->side);
        if (line->count > 0 && pg_book_is_consistent(m->book))
            pg_line_depth(line, m->book, event->price);
    }
}

void pg_matcher_market(pg_matcher *m, const pg_event *event, int64_t now_ns)
{
    if (event->kind == PG_EVENT_GAP)
        matcher_void(m, now_ns);
    if (m->config.fill == PG_FILL_CROSS) {
        pg_book_apply(m->book, event);
        matcher_cross_event(m, event, now_ns);
    } else if (event->kind == PG_EVENT_TRADE) {
        trade_event(m, event, now_ns);
    } else {
        book_event(m, event, now_ns);
    }
    m->last_event_ns = now_ns;
}

/* ---- life ---- */

pg_status pg_matcher_new(pg_matcher **matcher, const pg_matcher_config *config, const pg_instrument *instrument,
                         pg_reply_sink sink, pg_error *err)
{
    if (!(config->queue_power > 0 && config->queue_power <= 100))
        return pg_fail(err, PG_ERR_INVALID, "queue power %g must lie in 0 to 100", config->queue_power);
    if (config->owners < 0 || (config->owners > 1 && config->fill != PG_FILL_QUEUE))
        return pg_fail(err, PG_ERR_INVALID, "several accounts share a market in the queue model only");
    int owners = config->owners > 0 ? config->owners : 1;
    pg_matcher *m = calloc(1, sizeof *m);
    pg_book *book = pg_book_new(instrument->tick);
    int64_t *position = calloc((size_t)owners, sizeof *position);
    if (!m || !book || !position) {
        free(m);
        free(position);
        pg_book_free(book);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a matching engine");
    }
    m->config = *config;
    m->config.owners = owners;
    m->position = position;
    m->instrument = instrument;
    m->sink = sink;
    m->book = book;
    m->last_event_ns = m->last_fill_ns[0] = m->last_fill_ns[1] = INT64_MIN / 2;
    m->warm_ns = INT64_MIN;
    for (int side = PG_BUY; side <= PG_SELL; side++)
        pg_line_init(matcher_line(m, side), side, instrument->lot, config->queue, config->queue_power);
    *matcher = m;
    return PG_OK;
}

void pg_matcher_free(pg_matcher *m)
{
    if (!m)
        return;
    pg_book_free(m->book);
    free(m->position);
    free(m);
}

const pg_book *pg_matcher_book(const pg_matcher *m)
{
    return m->book;
}

int64_t pg_matcher_position(const pg_matcher *m)
{
    return m->position[0];
}

const pg_line *pg_matcher_line(const pg_matcher *m, int side)
{
    return &m->line[side == PG_SELL];
}

int pg_matcher_open_orders(const pg_matcher *m)
{
    return m->line[0].count + m->line[1].count;
}

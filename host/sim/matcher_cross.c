/* The cross fill model (quant.md 8.4): a quote fills at its own price when a trade reaches it; no queue, a validity,
 * a cool-down a side, position limits, and quotes void after a gap in the data. Optimistic at the touch. */
#include "sim/matcher_internal.h"

static void expire(pg_matcher *m, int64_t now_ns)
{
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_line *line = matcher_line(m, side);
        for (int i = line->count - 1; i >= 0; i--)
            if (now_ns - line->order[i].arrival_ns > m->config.validity_ns)
                matcher_drop(m, line, i, PG_REASON_EXPIRED, now_ns);
    }
}

/* What the position limit leaves for a fill on this side. */
static int64_t capacity(const pg_matcher *m, int side)
{
    if (m->config.max_position == 0)
        return INT64_MAX;
    int64_t room = m->config.max_position - (side == PG_BUY ? m->position[0] : -m->position[0]);
    return room > 0 ? room : 0;
}

static bool fill_best(pg_matcher *m, int side, const pg_event *event, int64_t now_ns)
{
    pg_line *line = matcher_line(m, side);
    if (line->count == 0 || !pg_line_reaches(line, line->order[0].price, event->price) ||
        event->exch_ns < line->order[0].arrival_ns)
        return false;
    if (event->side == side && !m->config.ignore_aggressor)
        return false;
    if (now_ns - m->last_fill_ns[side == PG_SELL] < m->config.cooldown_ns)
        return false;
    int64_t room = capacity(m, side), size = line->order[0].remaining;
    if (size > room)
        size = room;
    size -= size % m->instrument->lot;
    if (size == 0)
        return false;
    m->last_fill_ns[side == PG_SELL] = now_ns;
    matcher_book_fills(m, line, &(pg_line_fill){ 0, size }, 1, now_ns);
    return true;
}

void matcher_cross_event(pg_matcher *m, const pg_event *event, int64_t now_ns)
{
    if (m->last_event_ns > INT64_MIN / 2 && now_ns - m->last_event_ns > m->config.gap_ns) {
        matcher_void(m, now_ns);
        m->warm_ns = now_ns + m->config.warmup_ns;
    }
    expire(m, now_ns);
    if (event->kind != PG_EVENT_TRADE || event->size <= 0 || now_ns < m->warm_ns)
        return;
    if (!fill_best(m, PG_SELL, event, now_ns))
        fill_best(m, PG_BUY, event, now_ns);
}

/* A small made market: a snapshot, then changes of the book and trades, every number known beforehand. */
#ifndef PG_TESTS_DATA_MADE_EVENTS_H
#define PG_TESTS_DATA_MADE_EVENTS_H

#include <string.h>

#include "data/tape.h"

enum { MADE_LEVELS = 30, MADE_SNAPSHOT = 2 * MADE_LEVELS + 2 };

#define MADE_START INT64_C(1767657600000000000) /* 2026-01-06T00:00:00Z */

static inline pg_tape_info made_info(void)
{
    pg_tape_info info = { .source = "made" };
    pg_instrument_init(&info.instrument, "made", "ETH-USD", 1, 3, 1, 1, 0, NULL);
    return info;
}

/* Returns how many: MADE_SNAPSHOT. */
static inline size_t made_snapshot(pg_event *out, int64_t local_ns, uint64_t sequence)
{
    size_t n = 0;
    pg_event e = { .exch_ns = local_ns - 5000000, .local_ns = local_ns, .id = sequence };
    e.kind = PG_EVENT_SNAPSHOT_BEGIN;
    e.size2 = 2 * MADE_LEVELS;
    out[n++] = e;
    e.size2 = 0;
    e.kind = PG_EVENT_LEVEL;
    for (int i = 0; i < 2 * MADE_LEVELS; i++) {
        int level = i % MADE_LEVELS;
        e.side = i < MADE_LEVELS ? PG_BUY : PG_SELL;
        e.price = e.side == PG_BUY ? 34000 - level : 34001 + level;
        e.size = 1000 + 7 * i;
        out[n++] = e;
    }
    e.price = e.size = 0;
    e.side = PG_SIDE_NONE;
    e.kind = PG_EVENT_SNAPSHOT_END;
    e.flags = PG_EVENT_LAST;
    out[n++] = e;
    return n;
}

/* The k-th change (k from 1): one level; every fifth is a trade with the id k instead. */
static inline pg_event made_change(uint64_t k, int64_t local_ns)
{
    pg_event e = { .exch_ns = local_ns - 5000000, .local_ns = local_ns, .id = k, .flags = PG_EVENT_LAST };
    e.side = k % 2 ? PG_BUY : PG_SELL;
    if (k % 5 == 0) {
        e.kind = PG_EVENT_TRADE;
        e.price = e.side == PG_BUY ? 34001 : 34000;
        e.size = (int64_t)(k % 97) + 1;
    } else {
        e.kind = PG_EVENT_LEVEL;
        e.price = e.side == PG_BUY ? 34000 - (int64_t)(k % MADE_LEVELS) : 34001 + (int64_t)(k % MADE_LEVELS);
        e.size = (int64_t)(k % 1009) + 1;
    }
    return e;
}

#endif

#include "data/snapshot.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(pg_snapshot *s, int levels)
{
    if (levels <= s->room)
        return true;
    size_t events = 2 * (size_t)levels + 2;
    pg_level *side = realloc(s->levels, (size_t)levels * sizeof *side);
    if (side)
        s->levels = side;
    pg_event *all = realloc(s->events, events * sizeof *all);
    if (all)
        s->events = all;
    if (!side || !all)
        return false;
    s->room = levels;
    s->capacity = events;
    return true;
}

pg_status pg_snapshot_make(pg_snapshot *s, const pg_book *book, int64_t local_ns, uint16_t flags, pg_error *err)
{
    int bids = pg_book_count(book, PG_BUY), asks = pg_book_count(book, PG_SELL), most = bids > asks ? bids : asks;
    if (!make_room(s, most > 0 ? most : 1))
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    int64_t exch_ns = pg_book_time(book);
    pg_event event = { .exch_ns = exch_ns ? exch_ns : local_ns, .local_ns = local_ns, .flags = flags };
    size_t n = 0;
    event.kind = PG_EVENT_SNAPSHOT_BEGIN;
    event.size2 = bids + asks;
    s->events[n++] = event;
    event.kind = PG_EVENT_LEVEL;
    event.size2 = 0;
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        int count = pg_book_top(book, side, s->levels, s->room);
        event.side = (uint8_t)side;
        for (int i = 0; i < count; i++) {
            event.price = s->levels[i].price;
            event.size = s->levels[i].size;
            s->events[n++] = event;
        }
    }
    event.side = PG_SIDE_NONE;
    event.price = event.size = 0;
    event.kind = PG_EVENT_SNAPSHOT_END;
    event.flags = flags | PG_EVENT_LAST;
    s->events[n++] = event;
    s->n = n;
    return PG_OK;
}

void pg_snapshot_free(pg_snapshot *s)
{
    free(s->events);
    free(s->levels);
    memset(s, 0, sizeof *s);
}

#include "data/depth.h"

#include <stdlib.h>

struct pg_depth {
    pg_book *book;
    int most;
    pg_level *levels[2];
};

pg_depth *pg_depth_new(int64_t tick, int levels)
{
    pg_depth *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->most = levels;
    d->book = pg_book_new(tick);
    for (int side = 0; side < 2; side++)
        d->levels[side] = calloc((size_t)levels, sizeof(pg_level));
    if (d->book && d->levels[0] && d->levels[1])
        return d;
    pg_depth_free(d);
    return NULL;
}

void pg_depth_free(pg_depth *d)
{
    if (!d)
        return;
    pg_book_free(d->book);
    free(d->levels[0]);
    free(d->levels[1]);
    free(d);
}

bool pg_depth_take(pg_depth *d, const pg_event *event, pg_depth_row *row)
{
    bool level = event->kind == PG_EVENT_LEVEL || event->kind == PG_EVENT_SNAPSHOT_END;
    bool changed = pg_book_apply(d->book, event);
    if (!changed || !level || event->flags & PG_EVENT_REPEATED)
        return false;
    *row = (pg_depth_row){ .exch_ns = event->exch_ns,
                           .sequence = event->id,
                           .whole = event->kind == PG_EVENT_SNAPSHOT_END };
    for (int side = 0; side < 2; side++) {
        row->n[side] = pg_book_top(d->book, side == 0 ? PG_BUY : PG_SELL, d->levels[side], d->most);
        row->levels[side] = d->levels[side];
    }
    return row->n[0] + row->n[1] > 0;
}

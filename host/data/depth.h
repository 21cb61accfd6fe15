/* Rows of the best levels of a book, for the table layouts of R1 and R2: one row for each message that changed the book. */
#ifndef PG_DATA_DEPTH_H
#define PG_DATA_DEPTH_H

#include "market/book.h"

enum { PG_DEPTH_LEVELS = 20, PG_DEPTH_LEVELS_MAX = 1000 };

typedef struct {
    int64_t exch_ns;
    uint64_t sequence;
    bool whole;                /* a snapshot of the venue's ended here */
    int n[2];                  /* bids, asks */
    const pg_level *levels[2]; /* best first; valid until the next event */
} pg_depth_row;

typedef struct pg_depth pg_depth;

/* Of at most `levels` a side. NULL when there is no memory. */
pg_depth *pg_depth_new(int64_t tick, int levels);
void pg_depth_free(pg_depth *depth);

/* Takes an event in order; true when it makes a row. What only says again what is known (PG_EVENT_REPEATED) makes none. */
bool pg_depth_take(pg_depth *depth, const pg_event *event, pg_depth_row *row);

#endif

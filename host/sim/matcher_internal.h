/* What the files of the matcher share. */
#ifndef PG_SIM_MATCHER_INTERNAL_H
#define PG_SIM_MATCHER_INTERNAL_H

#include "sim/matcher.h"

struct pg_matcher {
    pg_matcher_config config;
    const pg_instrument *instrument;
    pg_reply_sink sink;
    pg_book *book;
    pg_line line[2];   /* our bids, our asks */
    int64_t *position; /* by owner */
    int64_t last_event_ns;
    int64_t warm_ns;         /* cross model: nothing fills before */
    int64_t last_fill_ns[2]; /* cross model: by side */
    pg_line_fill fills[PG_LINE_ORDERS];
};

static inline pg_line *matcher_line(pg_matcher *m, int side)
{
    return &m->line[side == PG_SELL];
}

static inline int opposite_side(int side)
{
    return side == PG_BUY ? PG_SELL : PG_BUY;
}

/* Books a fill and reports it. */
void matcher_fill(pg_matcher *m, int owner, uint64_t id, int side, int64_t price, int64_t size, int64_t remaining,
                  bool maker, int64_t now_ns);

/* Removes a resting order and reports it as cancelled for `reason`. */
void matcher_drop(pg_matcher *m, pg_line *line, int index, int reason, int64_t now_ns);

/* What a reduce-only order of this owner and side may still fill. */
int64_t matcher_reducible(const pg_matcher *m, int owner, int side);

/* After a fill on this side: cancels its reduce-only orders that have nothing left to reduce. */
void matcher_drop_reduce_only(pg_matcher *m, int side, int64_t now_ns);

/* Books a fill of the resting order at `index`, no more than it may reduce, and leaves it in the line even when nothing
 * of it remains. Returns its size. */
int64_t matcher_fill_resting(pg_matcher *m, pg_line *line, int index, int64_t size, int64_t now_ns);

/* Books fills of resting orders found by the line functions, removes what is filled. Returns the total size. */
int64_t matcher_book_fills(pg_matcher *m, pg_line *line, const pg_line_fill *fills, int n, int64_t now_ns);

/* Cancels all our orders: their validity is over, or what happened to them is not known. */
void matcher_void(pg_matcher *m, int64_t now_ns);

/* The cross model's part of a market event. */
void matcher_cross_event(pg_matcher *m, const pg_event *event, int64_t now_ns);

#endif

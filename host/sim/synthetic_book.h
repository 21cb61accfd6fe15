/* The book of the synthetic market, by tick: sizes in rings, so that nothing moves when the price does.
 *
 * The levels of a side lie within PG_SYNTHETIC_RING ticks (pg_synthetic_book_trim sees to it); both sides always have
 * one. Every change of a level is added to a list that the generator turns into LEVEL events. Part of sim/synthetic. */
#ifndef PG_SIM_SYNTHETIC_BOOK_H
#define PG_SIM_SYNTHETIC_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"

enum {
    PG_SYNTHETIC_RING = 8192,                    /* ticks a side that can be told apart */
    PG_SYNTHETIC_STEP = 256,                     /* ticks that the price moves at most at once */
    PG_SYNTHETIC_CHANGES = 2 * PG_SYNTHETIC_RING /* of one moment: more than both sides can have levels */
};

typedef struct {
    int64_t sizes[2][PG_SYNTHETIC_RING]; /* lots, by tick & (RING - 1); [0] bids, [1] asks */
    int64_t best[2];                     /* tick of the touch */
    int64_t far[2];                      /* tick of the outermost level */
    struct {
        int64_t tick;
        uint8_t side;
    } changes[PG_SYNTHETIC_CHANGES];
    size_t n_changes;
} pg_synthetic_book;

/* Size at a tick of a side (0 bids, 1 asks). */
int64_t pg_synthetic_book_size(const pg_synthetic_book *book, int side, int64_t tick);

/* Sets the size at a tick. The caller keeps the sides apart (a bid is below the best ask) and neither of them empty: the
 * last level of a side cannot be removed, and stays. */
void pg_synthetic_book_set(pg_synthetic_book *book, int side, int64_t tick, int64_t size);

/* Removes what lies more than `levels` ticks behind the touch of a side, and on the bid side above `limit` (below it on
 * the ask side): stale quotes. A side that would be empty gets `size` at the limit. */
void pg_synthetic_book_pull(pg_synthetic_book *book, int side, int64_t limit, int64_t size);
void pg_synthetic_book_trim(pg_synthetic_book *book, int side, int64_t levels);

#endif

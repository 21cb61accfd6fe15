/* What the fits of `perigee fit` and `perigee quote` are made from, gathered from a tape in one pass.
 *
 * Times are seconds since the first event, by receive time; prices in quote units, sizes in base units. The distance of
 * a trade is measured from the mid in force just before it at the venue (the newest book with an earlier exchange time),
 * outward from our side. */
#ifndef PG_STUDY_FIT_DATA_H
#define PG_STUDY_FIT_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "data/tape.h"

enum { PG_FIT_LEVELS = 18 };

typedef struct {
    int64_t from_ns, to_ns; /* receive time, [from, to); 0 and INT64_MAX: everything */
    double step_s;          /* grid of the returns, 1 */
    double lifetime_s;      /* of virtual orders, which start as often; 10 */
    double lo_ticks;        /* smallest distance of the grid of virtual orders, 1 */
    double hi_fraction;     /* largest, of the mid; 0.0015 */
} pg_fit_options;

pg_fit_options pg_fit_defaults(void);

/* A list of numbers that grows. */
typedef struct {
    double *v;
    size_t n, capacity;
} pg_column;

typedef struct {
    pg_fit_options options;
    pg_instrument instrument;
    int64_t first_ns, last_ns; /* of the events used */
    double seconds;
    double bid, ask, mid; /* last valid; NaN when there never was one */
    double tick, lot;
    /* log returns of the mid on the grid, with the time at their end */
    pg_column returns, return_s;
    size_t missing; /* left out because the mid was too old at either end */
    /* log returns between changes of the mid, and the time each took */
    pg_column move, move_s;
    /* public trades (prints) with a side: +1 taker buy, -1 taker sell */
    pg_column print_s, print_price, print_size;
    int8_t *print_side; /* print_s.n of them */
    size_t print_room;
    /* orders of takers: prints of one exchange time and side, with the worst price */
    pg_column order_s, order_side, order_distance, order_half; /* distance from the mid; half-spread then */
    size_t without_side, liquidations, behind; /* prints left out; orders better than the touch that was known */
    /* virtual orders */
    double grid[PG_FIT_LEVELS];
    pg_column start_s, start_mid, queue[2]; /* queue: [starts x levels] sizes displayed, 0 bids, 1 asks */
    pg_column book_kappa;                   /* of the book's shape at each start, relative; valid fits only */
} pg_fit_data;

/* Errors: PG_ERR_INVALID when there are no events between from and to, or never a two-sided book; PG_ERR_MEMORY.
 * The data must be freed on success. Cost: about 100 ns an event. */
pg_status pg_fit_data_gather(pg_fit_data *data, const pg_tape *tape, const pg_fit_options *options, pg_error *err);
void pg_fit_data_free(pg_fit_data *data);

#endif

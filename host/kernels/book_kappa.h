/* Book-shape kappa (seed 003): decay of resting size with distance from the mid.
 *
 * Weighted regression of ln(size) on the relative distance |price - mid|/mid, weight 1/(1 + 100 d), both sides pooled;
 * kappa_rel = -slope. It describes resting liquidity, not fills: a prior or a cross-check. Cost O(levels). */
#ifndef PG_KERNELS_BOOK_KAPPA_H
#define PG_KERNELS_BOOK_KAPPA_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    int64_t max_levels;                /* a side, 15 */
    double max_distance, min_distance; /* relative: (1e-6, 0.01] */
} pg_book_kappa_options;

typedef struct {
    int64_t points;
    double slope, r2;
    double kappa_rel, se; /* NaN unless the slope is negative */
} pg_book_kappa;

/* Prices and sizes best first; levels of size 0 are left out. Fewer than 4 points: too_few_points; slope >= 0:
 * nonpositive_slope (no substitute). work: 3 (nb + na) doubles. */
pg_kstatus pg_book_kappa_fit(pg_book_kappa *out, const double *bid_px, const double *bid_sz, size_t nb,
                             const double *ask_px, const double *ask_sz, size_t na, double mid,
                             const pg_book_kappa_options *options, double *work);

/* Merges a side's levels into buckets of `width` USD counted from the best price (empty buckets have size 0) and
 * returns how many there are, at most `room`. px gets the near edge of each bucket. */
size_t pg_book_merge(double *px, double *sz, size_t room, const double *level_px, const double *level_sz, size_t n,
                     double width);

#endif

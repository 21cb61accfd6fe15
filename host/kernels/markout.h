/* Adverse selection of our own fills: markouts, and how they fall with depth (spec 7.6, 7.7).
 *
 * AS = -side (m(t+h) - m)/m, a fraction, positive a cost; m(t+h) is the last mid at or before t+h, taken when the
 * first update after it arrives. Fills must already be free of duplicates (the order manager's task). */
#ifndef PG_KERNELS_MARKOUT_H
#define PG_KERNELS_MARKOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    double time_s, mid;
    int32_t side;
} pg_markout_fill;

typedef struct {
    double ewma;
    int64_t n;
    double mean, m2; /* Welford over all */
} pg_markout_side;

/* Set the settings and the ring, zero the rest. */
typedef struct {
    double horizon_s; /* 1 */
    double timeout_s; /* after the horizon, 1: later first updates drop the fill */
    double alpha;     /* EWMA weight, 0.1 */
    int64_t min_n;    /* a side, 20 */
    pg_markout_fill *ring;
    int64_t capacity, head, count;
    int64_t n_dropped; /* timed out or pushed out of a full ring */
    double last_mid, last_s;
    pg_markout_side buys, sells;
} pg_markout;

/* An own fill, side +1 buy, -1 sell, with the mid in force. Times must not run backwards. O(1). */
pg_kstatus pg_markout_fill_add(pg_markout *state, double time_s, int side, double mid);

/* A mid update: resolves the fills whose horizon it passes. Amortised O(1). */
pg_kstatus pg_markout_mid(pg_markout *state, double time_s, double mid);

typedef struct {
    int64_t n;
    double ewma, mean, se; /* fractions */
    double adjustment;     /* max(0, ewma), to be added to this side's distance */
} pg_markout_estimate;

/* side +1: our buys, -1: our sells. n < min_n: warmup (figures given, adjustment 0 and flagged by the status). */
pg_kstatus pg_markout_read(pg_markout_estimate *out, const pg_markout *state, int side);

/* Probability of informed flow: (share of fills with AS > 0.5 sigma sqrt(h)) less the 30.85 % expected without
 * information, divided by 1 - 0.3085, floored at 0. */
double pg_markout_informed(const double *as, size_t n, double sigma_rel, double horizon_s);

/* AS(d) = AS0 e^{-d/d_char} from buckets of depth. */
typedef struct {
    double as0, d_char; /* same unit as the inputs (bps) */
    double r2;
    double break_even; /* root of d - AS(d) - fee */
    int64_t buckets_used;
} pg_depth_decay;

/* Weighted regression of ln(mean) on depth, weights counts, over buckets with mean > 0 and count >= 10. Fewer than 2:
 * too_few_points; slope >= 0: nonpositive_slope; outside .1 < AS0 < 50, 1 < d_char < 100, R^2 > .3: low_quality. */
pg_kstatus pg_depth_decay_fit(pg_depth_decay *out, const double *depth_bps, const double *mean_as_bps,
                              const double *count, size_t n, double fee_bps);

/* AS0 e^{-d/d_char}. */
double pg_depth_decay_at(double as0, double d_char, double depth);

#endif

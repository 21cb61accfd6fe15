/* Fill intensity lambda(d) = A exp(-kappa d), a side: decay kappa and level A from public trades.
 *
 * d is the distance of a trade from the mid in force just before it, outward, in price units (kappa in 1/USD) or
 * relative units (kappa a pure number): the caller chooses and names it. lambda(d) is the rate of trades that reach d,
 * A in 1/s, exposure in seconds. The default estimator is the exponential maximum likelihood: efficient, with a
 * standard error that holds; a regression of log survival counts has neither (spec 4.3). */
#ifndef PG_KERNELS_INTENSITY_H
#define PG_KERNELS_INTENSITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

/* Trades a second with the exact Poisson 95 % interval. Not a kappa. */
typedef struct {
    int64_t n;
    double rate, lo, hi; /* 1/s */
} pg_trade_rate;

/* N = 0 gives rate 0 and only an upper bound. exposure_s <= 0: invalid_params. */
pg_kstatus pg_trade_rate_estimate(pg_trade_rate *out, int64_t n, double exposure_s);

typedef struct {
    int64_t n;                 /* trades used */
    double kappa, se_kappa;    /* 1/unit of distance */
    double kappa_lo, kappa_hi; /* 95 % interval: exact chi-square when untruncated, normal on ln kappa else */
    double a;                  /* 1/s */
    double loglik;             /* conditional log-likelihood (binned estimator), else NaN */
    double deviance, p_value;  /* goodness of fit (binned estimator), else NaN */
} pg_intensity;

/* Exponential MLE on the depths in [lo, hi]; hi may be INFINITY (untruncated). Depths outside are left out.
 *   untruncated: kappa = n / sum(x - lo); truncated: root of 1/kappa - L/expm1(kappa L) = mean - lo, L = hi - lo;
 *   A = n / (W (e^{-kappa lo} - e^{-kappa hi})).
 * n < 5: too_few_points; no root (mean - lo >= L/2): nonpositive_slope. O(n). */
pg_kstatus pg_intensity_mle(pg_intensity *out, const double *depth, size_t n, double lo, double hi, double exposure_s);

/* The same from sufficient statistics of untruncated depths: count and sum of (depth - lo). */
pg_kstatus pg_intensity_sums(pg_intensity *out, double n, double sum_excess, double lo, double exposure_s);

/* Streaming sufficient statistics with exponential forgetting. Set lo and half_life_s (0: none), zero the rest. */
typedef struct {
    double lo, half_life_s;
    double n, sum_excess, exposure_s;
    double time_s;
} pg_intensity_stream;

/* Moves the clock on (exposure grows, old trades fade). O(1), one exp. Time must not run backwards. */
pg_kstatus pg_intensity_stream_advance(pg_intensity_stream *s, double time_s);

/* A trade at this time and depth; depths below lo are outside the model and left out. */
pg_kstatus pg_intensity_stream_trade(pg_intensity_stream *s, double time_s, double depth);

pg_kstatus pg_intensity_stream_read(pg_intensity *out, const pg_intensity_stream *s);

/* Time-varying visible range: range [lo_k, hi_k] in force for weight_k seconds (hi may be INFINITY). Maximises
 * n ln kappa - n ln E(kappa) - kappa sum x, E = sum w (e^{-kappa lo} - e^{-kappa hi}); A = n/E.
 * kappa is sought in [kappa_min, kappa_max] (1 and 1e6 for relative distances). O(m) per iteration. */
pg_kstatus pg_intensity_exposed(pg_intensity *out, const double *depth, size_t n, const double *lo, const double *hi,
                                const double *weight_s, size_t m, double kappa_min, double kappa_max);

/* Poisson MLE from a histogram: counts[i] in [edges[i], edges[i+1]), bins of them (edges has bins+1, increasing; the
 * last may be INFINITY). Fewer than 2 nonempty bins or 5 trades: too_few_points. Deviance p < 0.001: low_quality. */
pg_kstatus pg_intensity_binned(pg_intensity *out, const double *edges, const double *counts, size_t bins,
                               double exposure_s);

/* Regression of ln(survival count / exposure) on distance: the seeds' method, for comparison only (its points are
 * cumulative sums of the same trades). Levels with fewer than min_count trades are left out. */
typedef struct {
    int64_t levels_used;
    double kappa, a, r2, se_kappa;
    double kappa_lo, kappa_hi; /* Student t */
    double kappa_lo_z, kappa_hi_z;
} pg_intensity_survival;

/* counts[i] = number of depths >= grid[i]. */
void pg_intensity_count(double *counts, const double *depth, size_t n, const double *grid, size_t levels);

/* work: 2 * levels doubles. Fewer than 3 levels: too_few_points; slope >= 0: nonpositive_slope. */
pg_kstatus pg_intensity_survival_fit(pg_intensity_survival *out, const double *grid, const double *counts,
                                     size_t levels, double min_count, double exposure_s, double *work);

/* z statistic of equal kappas on two sides; separate values are in order when |z| > 2. */
double pg_intensity_compare(const pg_intensity *bid, const pg_intensity *ask);

/* Scales A by our own fills against those the market estimate expected, shrunk with pseudo fills (10). */
double pg_intensity_effective(double a, double own_fills, double expected_fills, double pseudo_fills);

/* Limits of the quality gates; 0 switches a gate off. Defaults of the spec: 50, .2, 50, 50000, .7, 5, .001, 60. */
typedef struct {
    int64_t min_n;
    double max_rel_width;
    double min_kappa_rel, max_kappa_rel;
    double min_r2;
    int64_t min_levels;
    double min_p_value;
    double max_age_s;
} pg_intensity_limits;

/* The set of failed gates (pg_gate bits). Pass NaN for r2, levels < 0, and age < 0 where they do not apply;
 * kappa_rel is kappa in relative units. */
uint32_t pg_intensity_gates(const pg_intensity *fit, const pg_intensity_limits *limits, double kappa_rel, double r2,
                            int64_t levels, double age_s);

#endif

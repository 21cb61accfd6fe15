/* Sums, moments and quantiles of arrays of doubles, and the running mean and variance.
 *
 * Units: those of the data. Cost O(n) unless said otherwise. None of these checks for NaN: call
 * pg_series_first_bad first. An empty or too short series gives NaN. */
#ifndef PG_KERNELS_SERIES_H
#define PG_KERNELS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Index of the first NaN or infinity, or n when all are finite. */
size_t pg_series_first_bad(const double *x, size_t n);

/* Index of the first element smaller than the one before it (times must not run backwards), or n. */
size_t pg_series_first_unsorted(const double *x, size_t n);

/* Compensated sum (Neumaier 1974): error independent of n. */
double pg_series_sum(const double *x, size_t n);

double pg_series_mean(const double *x, size_t n);

/* Variance with divisor n-1, two passes. NaN for n < 2. */
double pg_series_variance(const double *x, size_t n);

/* Lag-1 autocovariance: sum (x_i - m)(x_{i-1} - m) / (n-1), m the mean of all. NaN for n < 2. */
double pg_series_autocov(const double *x, size_t n);

/* Quantile of sorted data, linear interpolation at position p (n-1) (type 7 of Hyndman & Fan 1996). */
double pg_series_quantile(const double *sorted, size_t n, double p);

/* Standard normal distribution function, 0.5 erfc(-x/sqrt 2). */
double pg_normal_cdf(double x);

/* x limited to [lo, hi]. */
double pg_clamp(double x, double lo, double hi);

/* Running mean and sum of squared deviations (Welford 1962). Zero-initialise. Add and remove are O(1). */
typedef struct {
    int64_t n;
    double mean;
    double m2; /* sum of squared deviations */
} pg_welford;

void pg_welford_add(pg_welford *w, double x);

/* Takes an earlier observation out again. Rounding accumulates: rebuild now and then. */
void pg_welford_remove(pg_welford *w, double x);

/* m2/(n-1), never below 0; NaN for n < 2. */
double pg_welford_variance(const pg_welford *w);

#endif

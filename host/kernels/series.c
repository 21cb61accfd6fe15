#include "kernels/series.h"

#include <math.h>

size_t pg_series_first_bad(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return i;
    return n;
}

size_t pg_series_first_unsorted(const double *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] < x[i - 1])
            return i;
    return n;
}

double pg_series_sum(const double *x, size_t n)
{
    double sum = 0.0, lost = 0.0;

    for (size_t i = 0; i < n; i++) {
        double next = sum + x[i];
        lost += fabs(sum) >= fabs(x[i]) ? (sum - next) + x[i] : (x[i] - next) + sum;
        sum = next;
    }
    return sum + lost;
}

double pg_series_mean(const double *x, size_t n)
{
    return n > 0 ? pg_series_sum(x, n) / (double)n : NAN;
}

double pg_series_variance(const double *x, size_t n)
{
    if (n < 2)
        return NAN;
    double mean = pg_series_mean(x, n), squares = 0.0, rest = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - mean;
        squares += d * d;
        rest += d;
    }
    return (squares - rest * rest / (double)n) / (double)(n - 1);
}

double pg_series_autocov(const double *x, size_t n)
{
    if (n < 2)
        return NAN;
    double mean = pg_series_mean(x, n), sum = 0.0;
    for (size_t i = 1; i < n; i++)
        sum += (x[i] - mean) * (x[i - 1] - mean);
    return sum / (double)(n - 1);
}

double pg_series_quantile(const double *sorted, size_t n, double p)
{
    if (n == 0 || !(p >= 0.0 && p <= 1.0))
        return NAN;
    double position = p * (double)(n - 1);
    size_t below = (size_t)position;
    if (below + 1 >= n)
        return sorted[n - 1];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

double pg_normal_cdf(double x)
{
    return 0.5 * erfc(-x * M_SQRT1_2);
}

double pg_clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

void pg_welford_add(pg_welford *w, double x)
{
    w->n++;
    double before = x - w->mean;
    w->mean += before / (double)w->n;
    w->m2 += before * (x - w->mean);
}

void pg_welford_remove(pg_welford *w, double x)
{
    if (w->n <= 1) {
        *w = (pg_welford){ 0 };
        return;
    }
    double after = x - w->mean;
    w->n--;
    w->mean -= after / (double)w->n;
    w->m2 -= after * (x - w->mean);
}

double pg_welford_variance(const pg_welford *w)
{
    if (w->n < 2)
        return NAN;
    return w->m2 > 0.0 ? w->m2 / (double)(w->n - 1) : 0.0;
}

#include "kernels/tridiagonal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { TAYLOR_TERMS = 22, MAX_SQUARINGS = 60 };

/* Whether some eigenvalue is below x: the LDL' recursion of M - x has a negative pivot. */
static bool any_below(const double *diagonal, double square, size_t n, double x)
{
    double pivot = diagonal[0] - x;
    for (size_t i = 1; pivot > 0.0 && i < n; i++)
        pivot = diagonal[i] - x - square / pivot;
    return pivot <= 0.0;
}

double pg_tridiagonal_smallest(const double *diagonal, double off_diagonal, size_t n)
{
    double square = off_diagonal * off_diagonal, lo = INFINITY, hi = INFINITY;

    for (size_t i = 0; i < n; i++) {
        lo = fmin(lo, diagonal[i] - 2.0 * fabs(off_diagonal));
        hi = fmin(hi, diagonal[i]);
    }
    for (int k = 0; k < 200; k++) {
        double middle = 0.5 * (lo + hi);
        if (middle <= lo || middle >= hi)
            break;
        if (any_below(diagonal, square, n, middle))
            hi = middle;
        else
            lo = middle;
    }
    return 0.5 * (lo + hi);
}

/* c = a b for nonnegative square matrices. */
static void multiply(double *c, const double *a, const double *b, size_t n)
{
    memset(c, 0, n * n * sizeof *c);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double factor = a[i * n + k];
            if (factor == 0.0)
                continue;
            for (size_t j = 0; j < n; j++)
                c[i * n + j] += factor * b[k * n + j];
        }
}

/* Divides by the largest entry, returns its logarithm. */
static double rescale(double *a, size_t count)
{
    double largest = 0.0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, a[i]);
    if (!(largest > 0.0))
        return 0.0;
    for (size_t i = 0; i < count; i++)
        a[i] /= largest;
    return log(largest);
}

/* e = exp(N) for a nonnegative tridiagonal N of norm at most 1, by its Taylor series (Horner form). */
static void taylor(double *e, double *next, const double *lower, const double *diagonal, const double *upper,
                   double shift, double scale, size_t n)
{
    memset(e, 0, n * n * sizeof *e);
    for (size_t i = 0; i < n; i++)
        e[i * n + i] = 1.0;
    for (int k = TAYLOR_TERMS; k >= 1; k--) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                double sum = (diagonal[i] - shift) * e[i * n + j];
                if (i > 0)
                    sum += lower[i] * e[(i - 1) * n + j];
                if (i + 1 < n)
                    sum += upper[i] * e[(i + 1) * n + j];
                next[i * n + j] = sum * scale / k + (i == j ? 1.0 : 0.0);
            }
        memcpy(e, next, n * n * sizeof *e);
    }
}

pg_kstatus pg_tridiagonal_exp(double *v, double *log_scale, const double *lower, const double *diagonal,
                              const double *upper, size_t n, double t, double *work)
{
    double *e = work, *square = work + n * n, shift = INFINITY, norm = 0.0, scale = t, log_factor = 0.0;
    int squarings = 0;

    *log_scale = NAN;
    for (size_t i = 0; i < n; i++)
        shift = fmin(shift, diagonal[i]);
    for (size_t i = 0; i < n; i++) {
        double down = i > 0 ? lower[i] : 0.0, up = i + 1 < n ? upper[i] : 0.0;
        if (!(down >= 0.0) || !(up >= 0.0) || !isfinite(diagonal[i] + down + up) || !(v[i] >= 0.0))
            return PG_K_INVALID_PARAMS;
        norm = fmax(norm, diagonal[i] - shift + down + up);
    }
    if (!(t >= 0.0) || !isfinite(norm * t))
        return PG_K_INVALID_PARAMS;
    for (; norm * scale > 1.0; squarings++)
        scale *= 0.5;
    if (squarings > MAX_SQUARINGS)
        return PG_K_INVALID_PARAMS;
    taylor(e, square, lower, diagonal, upper, shift, scale, n);
    for (int k = 0; k < squarings; k++) {
        multiply(square, e, e, n);
        double *swap = e;
        e = square;
        square = swap;
        log_factor = 2.0 * log_factor + rescale(e, n * n);
    }
    double *result = work + 2 * n * n;
    for (size_t i = 0; i < n; i++) {
        result[i] = 0.0;
        for (size_t j = 0; j < n; j++)
            result[i] += e[i * n + j] * v[j];
    }
    memcpy(v, result, n * sizeof *v);
    *log_scale = log_factor + shift * t + rescale(v, n);
    return PG_K_OK;
}

pg_kstatus pg_tridiagonal_solve(double *x, const double *lower, const double *diagonal, const double *upper, size_t n,
                                double *work)
{
    double pivot = diagonal[0];

    if (!(fabs(pivot) > DBL_MIN))
        return PG_K_DEGENERATE_X;
    x[0] /= pivot;
    for (size_t i = 1; i < n; i++) {
        work[i] = upper[i - 1] / pivot;
        pivot = diagonal[i] - lower[i] * work[i];
        if (!(fabs(pivot) > DBL_MIN))
            return PG_K_DEGENERATE_X;
        x[i] = (x[i] - lower[i] * x[i - 1]) / pivot;
    }
    for (size_t i = n - 1; i > 0; i--)
        x[i - 1] -= work[i] * x[i];
    return PG_K_OK;
}

#include "kernels/minimize.h"

#include <math.h>
#include <string.h>

enum { MAX = PG_MINIMIZE_MAX, MAX_BACKTRACKS = 30 };

bool pg_spd_inverse(double *inverse, const double *matrix, int32_t n)
{
    double l[MAX * MAX] = { 0 }, li[MAX * MAX] = { 0 };

    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j <= i; j++) {
            double sum = matrix[i * n + j];
            for (int32_t k = 0; k < j; k++)
                sum -= l[i * n + k] * l[j * n + k];
            if (i == j && !(sum > 1e-300 && isfinite(sum)))
                return false;
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
    for (int32_t j = 0; j < n; j++)
        for (int32_t i = j; i < n; i++) {
            double sum = i == j ? 1.0 : 0.0;
            for (int32_t k = j; k < i; k++)
                sum -= l[i * n + k] * li[k * n + j];
            li[i * n + j] = sum / l[i * n + i];
        }
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (int32_t k = i; k < n; k++)
                sum += li[k * n + i] * li[k * n + j];
            inverse[i * n + j] = inverse[j * n + i] = sum;
        }
    return true;
}

double pg_gradient_norm(const double *g, int32_t n)
{
    double norm = 0.0;
    for (int32_t i = 0; i < n; i++)
        norm = fmax(norm, fabs(g[i]));
    return norm;
}

static double dot(const double *a, const double *b, int32_t n)
{
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static bool finite_gradient(const double *g, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (!isfinite(g[i]))
            return false;
    return true;
}

static void reset_metric(pg_minimum *m)
{
    double scale = 1.0 / fmax(1.0, sqrt(dot(m->g, m->g, m->n)));
    memset(m->inverse, 0, sizeof m->inverse);
    for (int32_t i = 0; i < m->n; i++)
        m->inverse[i * m->n + i] = scale;
}

pg_kstatus pg_minimize_start(pg_minimum *m, const double *x, int32_t n, pg_objective f, void *context)
{
    memset(m, 0, sizeof *m);
    if (n < 1 || n > MAX)
        return PG_K_INVALID_PARAMS;
    m->n = n;
    memcpy(m->x, x, (size_t)n * sizeof *x);
    m->value = f(m->x, m->g, context);
    m->evaluations = 1;
    if (!isfinite(m->value) || !finite_gradient(m->g, n))
        return PG_K_INVALID_PARAMS;
    reset_metric(m);
    return PG_K_OK;
}

bool pg_minimize_metric(pg_minimum *m, const double *hessian)
{
    double inverse[MAX * MAX];
    if (!pg_spd_inverse(inverse, hessian, m->n))
        return false;
    memcpy(m->inverse, inverse, (size_t)(m->n * m->n) * sizeof(double));
    return true;
}

/* BFGS update of the inverse metric with the step s and the change of gradient y. */
static void update_metric(pg_minimum *m, const double *s, const double *y)
{
    int32_t n = m->n;
    double sy = dot(s, y, n), hy[MAX];

    if (!(sy > 1e-12 * sqrt(dot(s, s, n) * dot(y, y, n))))
        return;
    for (int32_t i = 0; i < n; i++)
        hy[i] = dot(&m->inverse[i * n], y, n);
    double scale = (1.0 + dot(y, hy, n) / sy) / sy;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            m->inverse[i * n + j] += scale * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
}

/* Next trial step: minimum of the cubic through both ends' values and slopes, kept within [lo, hi] of the interval. */
static double cubic_step(double a, double fa, double da, double b, double fb, double db)
{
    double d1 = da + db - 3.0 * (fb - fa) / (b - a), under = d1 * d1 - da * db;
    if (!(under >= 0.0))
        return 0.5 * (a + b);
    double d2 = b > a ? sqrt(under) : -sqrt(under);
    double t = b - (b - a) * (db + d2 - d1) / (db - da + 2.0 * d2);
    double margin = 0.1 * fabs(b - a), lo = fmin(a, b) + margin, hi = fmax(a, b) - margin;
    return t >= lo && t <= hi ? t : 0.5 * (a + b);
}

/* Line search along p from m; on success moves m and returns true. Any decrease is kept when the tests cannot be met:
 * near the optimum rounding makes them unreachable. */
static bool line_search(pg_minimum *m, const double *p, pg_objective f, void *context)
{
    int32_t n = m->n;
    double slope = dot(m->g, p, n), x[MAX], g[MAX];
    double a = 0.0, fa = m->value, da = slope, t = 1.0, hi = INFINITY;

    for (int k = 0; k < MAX_BACKTRACKS; k++) {
        for (int32_t i = 0; i < n; i++)
            x[i] = m->x[i] + t * p[i];
        double value = f(x, g, context);
        m->evaluations++;
        if (!isfinite(value) || !finite_gradient(g, n)) {
            hi = t;
            t = a + 0.2 * (t - a);
            continue;
        }
        double d = dot(g, p, n);
        bool decreased = value <= m->value + 1e-4 * t * slope;
        /* Values equal to rounding: judge by the slope alone (approximate Wolfe test). */
        bool flat = fabs(value - m->value) <= 1e-13 * fabs(m->value) && d <= -0.8 * slope;
        if ((decreased || flat) && fabs(d) <= -0.9 * slope) {
            double s[MAX], y[MAX];
            for (int32_t i = 0; i < n; i++) {
                s[i] = x[i] - m->x[i];
                y[i] = g[i] - m->g[i];
            }
            memcpy(m->x, x, (size_t)n * sizeof *x);
            memcpy(m->g, g, (size_t)n * sizeof *g);
            m->value = value;
            update_metric(m, s, y);
            return true;
        }
        if (decreased && d < 0.0 && isinf(hi)) { /* still falling: go on */
            a = t;
            fa = value;
            da = d;
            t *= 2.5;
        } else if (decreased && d < 0.0) {
            double next = cubic_step(t, value, d, hi, value - d * (hi - t), -d);
            a = t;
            fa = value;
            da = d;
            t = next;
        } else {
            hi = t;
            t = cubic_step(a, fa, da, t, value, d);
        }
        if (hi - a < 1e-14 * hi)
            break;
    }
    return false;
}

pg_kstatus pg_minimize_run(pg_minimum *m, pg_objective f, void *context, double tolerance, int64_t max_iterations)
{
    int32_t n = m->n;
    bool fresh = false;

    for (int64_t k = 0; k < max_iterations; k++) {
        double p[MAX];
        if (pg_gradient_norm(m->g, n) < tolerance)
            return PG_K_OK;
        for (int32_t i = 0; i < n; i++)
            p[i] = -dot(&m->inverse[i * n], m->g, n);
        if (!(dot(p, m->g, n) < 0.0)) {
            reset_metric(m);
            for (int32_t i = 0; i < n; i++)
                p[i] = -m->inverse[i * n + i] * m->g[i];
        }
        m->iterations++;
        if (line_search(m, p, f, context)) {
            fresh = false;
            continue;
        }
        if (fresh)
            return PG_K_NOT_CONVERGED;
        reset_metric(m); /* once more along the gradient before giving up */
        fresh = true;
    }
    return pg_gradient_norm(m->g, n) < tolerance ? PG_K_OK : PG_K_NOT_CONVERGED;
}

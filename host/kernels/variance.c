#include "kernels/variance.h"

#include <math.h>

#include "kernels/series.h"

enum { REBUILD_EVERY = 1 << 16 };

/* Rounding leaves a constant series with a variance of about (eps * mean)^2: that is no variation. */
static bool no_variation(double variance, double mean)
{
    return !(variance > 1e-30 * mean * mean) || variance == 0.0;
}

pg_kstatus pg_sigma_sample(pg_sigma *out, const double *r, size_t n, double dt_s)
{
    *out = (pg_sigma){ (int64_t)n, NAN, NAN, NAN };
    if (!(dt_s > 0.0) || !isfinite(dt_s))
        return PG_K_INVALID_PARAMS;
    if (pg_series_first_bad(r, n) < n)
        return PG_K_BAD_INPUT;
    if (n < 2)
        return PG_K_TOO_FEW_POINTS;

    double mean = pg_series_mean(r, n), variance = pg_series_variance(r, n), fourth = 0.0;
    if (!isfinite(variance))
        return PG_K_BAD_INPUT;
    if (no_variation(variance, mean)) {
        *out = (pg_sigma){ (int64_t)n, 0.0, 0.0, 0.0 };
        return PG_K_ZERO_VARIATION;
    }
    for (size_t i = 0; i < n; i++) {
        double square = (r[i] - mean) * (r[i] - mean) / variance;
        fourth += square * square;
    }
    double kurtosis = fourth / (double)n;
    out->sigma_step = sqrt(variance);
    out->sigma_rel = out->sigma_step / sqrt(dt_s);
    out->se_rel = out->sigma_rel * sqrt(fmax(kurtosis - 1.0, 0.0) / (4.0 * (double)n));
    return PG_K_OK;
}

pg_kstatus pg_sigma_irregular(double *sigma_rel, const double *r, const double *dt_s, size_t n)
{
    double squares = 0.0, time = 0.0;
    size_t used = 0;

    *sigma_rel = NAN;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(r[i]) || !isfinite(dt_s[i]) || dt_s[i] < 0.0)
            return PG_K_BAD_INPUT;
        if (dt_s[i] > 0.0) {
            squares += r[i] * r[i];
            time += dt_s[i];
            used++;
        }
    }
    if (used < 2)
        return PG_K_TOO_FEW_POINTS;
    *sigma_rel = sqrt(squares / time);
    return squares > 0.0 ? PG_K_OK : PG_K_ZERO_VARIATION;
}

pg_kstatus pg_sigma_periods(double *sigma_rel, const double *r, size_t n, size_t periods, double dt_s)
{
    *sigma_rel = NAN;
    if (periods == 0 || !(dt_s > 0.0) || !isfinite(dt_s))
        return PG_K_INVALID_PARAMS;
    if (pg_series_first_bad(r, n) < n)
        return PG_K_BAD_INPUT;
    size_t length = n / periods;
    if (length < 2)
        return PG_K_TOO_FEW_POINTS;
    double sum = 0.0;
    for (size_t k = 0; k < periods; k++)
        sum += sqrt(pg_series_variance(r + n - (k + 1) * length, length));
    *sigma_rel = sum / (double)periods / sqrt(dt_s);
    return *sigma_rel > 0.0 ? PG_K_OK : PG_K_ZERO_VARIATION;
}

bool pg_sigma_sane(double sigma, double reference, double ratio)
{
    return sigma > 0.0 && reference > 0.0 && sigma <= ratio * reference && reference <= ratio * sigma;
}

pg_kstatus pg_ewma_variance_update(pg_ewma_variance *state, double r, double alpha)
{
    if (!isfinite(r))
        return PG_K_BAD_INPUT;
    if (!(alpha > 0.0 && alpha <= 1.0))
        return PG_K_INVALID_PARAMS;
    int64_t need = state->start_count > 1 ? state->start_count : 1;
    state->n++;
    if (state->n <= need) {
        state->start_sum += r * r;
        state->variance = state->start_sum / (double)state->n;
        return state->n < need ? PG_K_WARMUP : PG_K_OK;
    }
    double limit = state->winsor_sigmas * sqrt(state->variance);
    if (state->winsor_sigmas > 0.0 && state->variance > 0.0 && fabs(r) > limit) {
        r = limit;
        state->n_winsorised++;
    }
    state->variance = alpha * r * r + (1.0 - alpha) * state->variance;
    return PG_K_OK;
}

pg_kstatus pg_ewma_variance_read(double *variance, const pg_ewma_variance *state)
{
    int64_t need = state->start_count > 1 ? state->start_count : 1;
    bool ready = state->n >= need;
    *variance = ready ? state->variance : NAN;
    return ready ? PG_K_OK : PG_K_WARMUP;
}

static void drop_oldest(pg_rolling *s)
{
    pg_welford w = { s->count, s->mean, s->m2 };
    pg_welford_remove(&w, s->r[s->head]);
    s->head = s->head + 1 == s->capacity ? 0 : s->head + 1;
    s->count = w.n;
    s->mean = w.mean;
    s->m2 = w.m2;
}

static void rebuild(pg_rolling *s)
{
    pg_welford w = { 0 };
    for (int64_t i = 0; i < s->count; i++)
        pg_welford_add(&w, s->r[(s->head + i) % s->capacity]);
    s->mean = w.mean;
    s->m2 = w.m2;
}

pg_kstatus pg_rolling_update(pg_rolling *s, double time_s, double r)
{
    if (!isfinite(r) || !isfinite(time_s))
        return PG_K_BAD_INPUT;
    if (s->capacity < 1 || !(s->window_s > 0.0))
        return PG_K_INVALID_PARAMS;
    if (s->count > 0 && time_s < s->time_s[(s->head + s->count - 1) % s->capacity])
        return PG_K_BAD_INPUT;
    while (s->count > 0 && s->time_s[s->head] <= time_s - s->window_s)
        drop_oldest(s);
    if (s->count == s->capacity) {
        drop_oldest(s);
        s->n_overwritten++;
    }
    int64_t tail = (s->head + s->count) % s->capacity;
    s->time_s[tail] = time_s;
    s->r[tail] = r;
    pg_welford w = { s->count, s->mean, s->m2 };
    pg_welford_add(&w, r);
    s->count = w.n;
    s->mean = w.mean;
    s->m2 = w.m2;
    if (++s->n_updates % REBUILD_EVERY == 0)
        rebuild(s);
    return PG_K_OK;
}

pg_kstatus pg_rolling_read(double *sigma_step, int64_t *n, const pg_rolling *s)
{
    pg_welford w = { s->count, s->mean, s->m2 };
    *n = s->count;
    *sigma_step = NAN;
    if (s->count < 2)
        return PG_K_TOO_FEW_POINTS;
    double variance = pg_welford_variance(&w);
    bool constant = no_variation(variance, s->mean);
    *sigma_step = constant ? 0.0 : sqrt(variance);
    return constant ? PG_K_ZERO_VARIATION : PG_K_OK;
}

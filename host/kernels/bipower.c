#include "kernels/bipower.h"

#include <math.h>

#include "kernels/ewma.h"
#include "kernels/series.h"

/* mu_{4/3}^-3 with mu_{4/3} = 2^(2/3) Gamma(7/6) / Gamma(1/2). */
static double tripower_scale(void)
{
    double mu = pow(2.0, 2.0 / 3.0) * tgamma(7.0 / 6.0) / tgamma(0.5);
    return 1.0 / (mu * mu * mu);
}

pg_kstatus pg_bipower_window(pg_bipower *out, const double *r, size_t n)
{
    *out = (pg_bipower){ (int64_t)n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    if (pg_series_first_bad(r, n) < n)
        return PG_K_BAD_INPUT;
    if (n < 3)
        return PG_K_TOO_FEW_POINTS;

    double squares = 0.0, products = 0.0, triples = 0.0, p1 = 0.0, p2 = 0.0, last = 0.0, count = (double)n;
    for (size_t i = 0; i < n; i++) {
        double size = fabs(r[i]), root = cbrt(size), power = size * root;
        squares += size * size;
        products += size * last;
        triples += power * p1 * p2;
        p2 = p1;
        p1 = power;
        last = size;
    }
    out->rv = squares;
    out->bv_raw = M_PI_2 * products;
    out->bv = out->bv_raw * count / (count - 1.0);
    out->tq = count * tripower_scale() * count / (count - 2.0) * triples;
    out->jump_variation = fmax(out->rv - out->bv, 0.0);
    if (!isfinite(out->rv) || !isfinite(out->tq)) {
        *out = (pg_bipower){ (int64_t)n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
        return PG_K_BAD_INPUT;
    }
    if (!(out->bv > 0.0))
        return PG_K_ZERO_VARIATION;
    double theta = M_PI * M_PI / 4.0 + M_PI - 5.0;
    out->jump_ratio = out->rv / out->bv;
    out->rel_jump = 1.0 - out->bv / out->rv;
    out->z = out->rel_jump / sqrt(theta / count * fmax(1.0, out->tq / (out->bv * out->bv)));
    return PG_K_OK;
}

void pg_bipower_ewma_init(pg_bipower_ewma *scale, double alpha, double start_variance)
{
    *scale = (pg_bipower_ewma){ alpha, start_variance, start_variance, 0.0, 0, start_variance };
}

pg_kstatus pg_bipower_ewma_update(pg_bipower_ewma *s, double r)
{
    if (!isfinite(r))
        return PG_K_BAD_INPUT;
    if (!(s->alpha > 0.0 && s->alpha <= 1.0))
        return PG_K_INVALID_PARAMS;
    double size = fabs(r), square = size * size, product = M_PI_2 * size * s->previous;
    bool given = isfinite(s->start);
    s->rv = s->n == 0 && !given ? square : s->alpha * square + (1.0 - s->alpha) * s->rv;
    if (s->n > 0)
        s->bv = s->n == 1 && !given ? product : s->alpha * product + (1.0 - s->alpha) * s->bv;
    s->previous = size;
    s->n++;
    return PG_K_OK;
}

pg_kstatus pg_bipower_ewma_read(double *rv, double *bv, double *jump_ratio, const pg_bipower_ewma *s)
{
    *rv = *bv = *jump_ratio = NAN;
    if (s->n < 2)
        return PG_K_WARMUP;
    *rv = s->rv;
    *bv = s->bv;
    if (!(s->bv > 0.0))
        return PG_K_ZERO_VARIATION;
    *jump_ratio = s->rv / s->bv;
    return PG_K_OK;
}

void pg_bipower_scales_init(pg_bipower_scales *scales, double fast_steps, double medium_steps, double slow_steps)
{
    pg_bipower_ewma_init(&scales->fast, pg_ewma_alpha(fast_steps), NAN);
    pg_bipower_ewma_init(&scales->medium, pg_ewma_alpha(medium_steps), NAN);
    pg_bipower_ewma_init(&scales->slow, pg_ewma_alpha(slow_steps), NAN);
}

pg_kstatus pg_bipower_scales_update(pg_bipower_scales *scales, double r)
{
    pg_kstatus status = pg_bipower_ewma_update(&scales->fast, r);
    if (status != PG_K_OK)
        return status;
    pg_bipower_ewma_update(&scales->medium, r);
    return pg_bipower_ewma_update(&scales->slow, r);
}

static double total_sigma(double fast_rv, double slow_rv)
{
    double fast = sqrt(fast_rv), slow = sqrt(slow_rv), ratio = fast / slow;
    double weight = ratio > 1.5 ? pg_clamp((ratio - 1.0) / 3.0, 0.0, 0.7) : 0.2;
    return weight * fast + (1.0 - weight) * slow;
}

pg_kstatus pg_bipower_scales_read(pg_bipower_sigma *out, const pg_bipower_scales *scales, int64_t min_returns)
{
    double rv, bv, ratio, slow_rv, slow_bv, slow_ratio;

    *out = (pg_bipower_sigma){ NAN, NAN, NAN, NAN };
    if (scales->fast.n < min_returns)
        return PG_K_WARMUP;
    pg_kstatus status = pg_bipower_ewma_read(&rv, &bv, &ratio, &scales->fast);
    if (status != PG_K_OK)
        return status;
    status = pg_bipower_ewma_read(&slow_rv, &slow_bv, &slow_ratio, &scales->slow);
    if (status != PG_K_OK)
        return status;
    double clean = sqrt(slow_bv), total = total_sigma(rv, slow_rv);
    double weight = pg_clamp(1.0 - 1.0 / fmax(ratio, 1.0), 0.0, 0.85);
    *out = (pg_bipower_sigma){ clean, total, (1.0 - weight) * clean + weight * total, ratio };
    return PG_K_OK;
}

#include "kernels/hybrid_vol.h"

#include <math.h>
#include <stddef.h>

#include "kernels/ewma.h"
#include "kernels/series.h"

void pg_hybrid_defaults(pg_hybrid_options *options)
{
    *options = (pg_hybrid_options){ -18.0, 0.95, 0.5, 60.0, 0.2, 0.5, 10 };
}

pg_kstatus pg_hybrid_init(pg_hybrid *s, const pg_hybrid_options *o, uint64_t seed, double *h, double *weight,
                          double *scratch, int64_t n_particles)
{
    *s = (pg_hybrid){ .options = *o,
                      .h = h,
                      .weight = weight,
                      .scratch = scratch,
                      .n_particles = n_particles,
                      .sigma_pf = NAN,
                      .u = NAN,
                      .ess = NAN };
    if (n_particles < 2 || !(fabs(o->phi) < 1.0) || !(o->s_eta > 0.0) || !isfinite(o->mu) || !isfinite(o->s_eta) ||
        !(o->half_life_s > 0.0) || o->every < 1)
        return PG_K_INVALID_PARAMS;
    pg_random_seed(&s->random, seed);
    double sd = o->s_eta / sqrt(1.0 - o->phi * o->phi);
    for (int64_t i = 0; i < n_particles; i++) {
        h[i] = o->mu + sd * pg_random_normal(&s->random);
        weight[i] = 1.0 / (double)n_particles;
    }
    return PG_K_OK;
}

static void resample(pg_hybrid *s)
{
    double n = (double)s->n_particles, u = pg_random_uniform(&s->random), sum = s->weight[0];
    int64_t from = 0;

    for (int64_t i = 0; i < s->n_particles; i++) {
        double target = ((double)i + u) / n;
        while (sum < target && from + 1 < s->n_particles)
            sum += s->weight[++from];
        s->scratch[i] = s->h[from];
    }
    for (int64_t i = 0; i < s->n_particles; i++) {
        s->h[i] = s->scratch[i];
        s->weight[i] = 1.0 / n;
    }
    s->n_resampled++;
}

/* One slow step: the returns of the batch share one h, so their log-likelihood is -every/2 h - square/(2 e^h dt). */
static void slow_update(pg_hybrid *s)
{
    const pg_hybrid_options *o = &s->options;
    double rate = s->batch_square / s->batch_s, count = (double)o->every, best = -INFINITY, total = 0.0, ess = 0.0;

    for (int64_t i = 0; i < s->n_particles; i++) {
        s->h[i] = o->mu + o->phi * (s->h[i] - o->mu) + o->s_eta * pg_random_normal(&s->random);
        s->scratch[i] = -0.5 * count * (s->h[i] + rate * exp(-s->h[i]));
        best = fmax(best, s->scratch[i]);
    }
    for (int64_t i = 0; i < s->n_particles; i++) {
        s->weight[i] *= exp(s->scratch[i] - best);
        total += s->weight[i];
    }
    double mean = 0.0, square = 0.0;
    for (int64_t i = 0; i < s->n_particles; i++) {
        s->weight[i] = total > 0.0 ? s->weight[i] / total : 1.0 / (double)s->n_particles;
        double sigma = exp(0.5 * s->h[i]);
        ess += s->weight[i] * s->weight[i];
        mean += s->weight[i] * sigma;
        square += s->weight[i] * sigma * sigma;
    }
    s->sigma_pf = mean;
    s->u = sqrt(fmax(square - mean * mean, 0.0));
    s->ess = 1.0 / ess;
    if (s->ess < 0.5 * (double)s->n_particles)
        resample(s);
    s->batch_square = s->batch_s = 0.0;
}

pg_kstatus pg_hybrid_update(pg_hybrid *s, double r, double dt_s)
{
    if (!isfinite(r) || !isfinite(dt_s))
        return PG_K_BAD_INPUT;
    if (!(dt_s > 0.0) || s->n_particles < 2)
        return PG_K_INVALID_PARAMS;
    double variance = r * r / dt_s, alpha = pg_ewma_alpha_dt(dt_s, s->options.half_life_s);
    s->fast_variance = s->n == 0 ? variance : alpha * variance + (1.0 - alpha) * s->fast_variance;
    s->n++;
    s->batch_square += r * r;
    s->batch_s += dt_s;
    if (s->n % s->options.every == 0)
        slow_update(s);
    return PG_K_OK;
}

pg_kstatus pg_hybrid_read(pg_hybrid_estimate *out, const pg_hybrid *s, double cv)
{
    *out = (pg_hybrid_estimate){ NAN, NAN, NAN, NAN, NAN };
    if (!(cv >= 0.0))
        return PG_K_BAD_INPUT;
    if (s->n < s->options.every)
        return PG_K_WARMUP;
    double certainty = fmax(0.0, 1.0 - s->u / s->sigma_pf);
    double weight = s->options.base_weight * certainty * (1.0 - s->options.activity_sensitivity * fmin(cv, 1.0));
    weight = pg_clamp(weight, 0.05, 0.5);
    double fast = sqrt(s->fast_variance);
    *out = (pg_hybrid_estimate){ (1.0 - weight) * fast + weight * s->sigma_pf, fast, s->sigma_pf, weight, s->ess };
    return PG_K_OK;
}

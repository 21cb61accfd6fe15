#include "kernels/momentum.h"

#include <math.h>

#include "kernels/series.h"

enum { REBUILD_EVERY = 1 << 16 };

static void drop_oldest(pg_momentum *s)
{
    s->sum -= s->ring_r[s->head];
    s->head = s->head + 1 == s->capacity ? 0 : s->head + 1;
    if (--s->count == 0)
        s->sum = 0.0;
}

static void expire(pg_momentum *s, double now_ms)
{
    while (s->count > 0 && s->ring_ms[s->head] <= now_ms - s->window_ms)
        drop_oldest(s);
}

pg_kstatus pg_momentum_update(pg_momentum *s, double time_ms, double r)
{
    if (!isfinite(time_ms) || !isfinite(r))
        return PG_K_BAD_INPUT;
    if (s->capacity < 1 || !(s->window_ms > 0.0))
        return PG_K_INVALID_PARAMS;
    if (s->count > 0 && time_ms < s->ring_ms[(s->head + s->count - 1) % s->capacity])
        return PG_K_BAD_INPUT;
    expire(s, time_ms);
    if (s->count == s->capacity) {
        drop_oldest(s);
        s->n_overwritten++;
    }
    int64_t tail = (s->head + s->count++) % s->capacity;
    s->ring_ms[tail] = time_ms;
    s->ring_r[tail] = r;
    s->sum += r;
    if (++s->n_updates % REBUILD_EVERY == 0) {
        s->sum = 0.0;
        for (int64_t i = 0; i < s->count; i++)
            s->sum += s->ring_r[(s->head + i) % s->capacity];
    }
    return PG_K_OK;
}

pg_kstatus pg_momentum_read(pg_momentum_scores *out, pg_momentum *s, double now_ms, double scale_bps)
{
    *out = (pg_momentum_scores){ NAN, NAN, NAN };
    if (!isfinite(now_ms))
        return PG_K_BAD_INPUT;
    if (!(scale_bps > 0.0) || !isfinite(scale_bps))
        return PG_K_INVALID_PARAMS;
    expire(s, now_ms);
    double m = 1e4 * s->sum;
    *out = (pg_momentum_scores){ m, pg_clamp(-m / scale_bps, 0.0, 3.0), pg_clamp(m / scale_bps, 0.0, 3.0) };
    return PG_K_OK;
}

double pg_momentum_scale(double sigma_rel, double window_ms, double k)
{
    return 1e4 * k * sigma_rel * sqrt(1e-3 * window_ms);
}

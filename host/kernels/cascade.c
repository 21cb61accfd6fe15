#include "kernels/cascade.h"

#include <math.h>

#include "kernels/series.h"

void pg_cascade_defaults(pg_cascade_options *o)
{
    *o = (pg_cascade_options){ 0.01, 0.05, M_LN2 / 10.0, 10000.0, 3.0, 5.0, 2.0, 5.0, 0.8, 0.5, 60.0 };
}

const char *pg_cascade_direction_name(int32_t direction)
{
    static const char *const names[] = { "none", "long", "short", "both" };
    return direction >= 0 && direction <= PG_CASCADE_BOTH ? names[direction] : "unknown";
}

static pg_kstatus check(const pg_cascade_options *o)
{
    bool good = o->mu > 0.0 && o->alpha >= 0.0 && o->beta > 0.0 && o->size_scale > 0.0 && o->pull_ratio > 1.0 &&
                o->active_ratio < o->pull_ratio && isfinite(o->mu + o->alpha + o->beta + o->size_scale);
    return good ? PG_K_OK : PG_K_INVALID_PARAMS;
}

pg_kstatus pg_cascade_event(pg_cascade *c, double time_s, double notional, bool is_long)
{
    if (!isfinite(time_s) || !isfinite(notional) || notional < 0.0 || (c->n > 0 && time_s < c->time_s))
        return PG_K_BAD_INPUT;
    if (check(&c->options) != PG_K_OK)
        return PG_K_INVALID_PARAMS;
    double decay = c->n > 0 ? exp(-c->options.beta * (time_s - c->time_s)) : 0.0;
    double weight = fmax(notional / c->options.size_scale, 0.01);
    c->longs = c->longs * decay + (is_long ? weight : 0.0);
    c->shorts = c->shorts * decay + (is_long ? 0.0 : weight);
    c->time_s = time_s;
    c->n++;
    return PG_K_OK;
}

pg_kstatus pg_cascade_read(pg_cascade_state *out, pg_cascade *c, double time_s)
{
    const pg_cascade_options *o = &c->options;

    *out = (pg_cascade_state){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, false, false, PG_CASCADE_NONE };
    if (!isfinite(time_s) || (c->n > 0 && time_s < c->time_s))
        return PG_K_BAD_INPUT;
    if (check(o) != PG_K_OK)
        return PG_K_INVALID_PARAMS;
    double decay = c->n > 0 ? exp(-o->beta * (time_s - c->time_s)) : 0.0;
    double excitation = (c->longs + c->shorts) * decay;
    out->intensity = o->mu + o->alpha * excitation;
    out->ratio = out->intensity / o->mu;
    out->severity_raw = (out->ratio - 1.0) / (o->pull_ratio - 1.0);
    out->severity = pg_clamp(out->severity_raw, 0.0, o->severity_cap);
    out->tail_multiplier = fmin(1.0 + (o->max_multiplier - 1.0) * fmin(out->severity, 1.0), o->max_multiplier);
    out->size_factor = pg_clamp((o->pull_ratio - out->ratio) / (o->pull_ratio - o->active_ratio), 0.0, 1.0);
    out->active = out->ratio > o->active_ratio;
    if (c->longs + c->shorts > 0.0)
        out->long_share = c->longs / (c->longs + c->shorts);
    if (out->active)
        out->direction = out->long_share > 0.7   ? PG_CASCADE_LONG
                         : out->long_share < 0.3 ? PG_CASCADE_SHORT
                                                 : PG_CASCADE_BOTH;
    c->pulled = out->severity >= (c->pulled ? o->resume_severity : o->pull_severity);
    out->pull = c->pulled;
    return time_s - c->start_s < o->warmup_s ? PG_K_WARMUP : PG_K_OK;
}

#include "kernels/queue.h"

#include <math.h>
#include <string.h>

pg_kstatus pg_queue_init(pg_queue *queue, pg_queue_model model, double power, double displayed)
{
    *queue = (pg_queue){ model, power, displayed, 0.0 };
    bool needs_power = model >= PG_QUEUE_POWER1 && model <= PG_QUEUE_POWER3;
    if (!(displayed >= 0.0) || !isfinite(displayed) || (int)model < 0 || model > PG_QUEUE_LOG2)
        return PG_K_INVALID_PARAMS;
    return needs_power && !(power > 0.0 && isfinite(power)) ? PG_K_INVALID_PARAMS : PG_K_OK;
}

int pg_queue_model_parse(const char *name)
{
    static const char *const names[] = { "risk_adverse", "power1", "power2", "power3", "log1", "log2" };
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

pg_kstatus pg_queue_trade(pg_queue *queue, double size)
{
    if (!isfinite(size) || size < 0.0)
        return PG_K_BAD_INPUT;
    queue->front -= size;
    queue->traded += size;
    return PG_K_OK;
}

/* Probability that a decrease happened behind us, with a ahead and b behind. */
static double behind(const pg_queue *q, double a, double b)
{
    double n = q->power;

    if (!(a + b > 0.0))
        return 1.0;
    switch (q->model) {
    case PG_QUEUE_POWER1: return pow(b, n) / (pow(b, n) + pow(a, n));
    case PG_QUEUE_POWER2: return pow(b, n) / pow(a + b, n);
    case PG_QUEUE_POWER3: return 1.0 - pow(a / (a + b), n);
    case PG_QUEUE_LOG1: return log1p(b) / (log1p(b) + log1p(a));
    default: return log1p(b) / log1p(a + b);
    }
}

pg_kstatus pg_queue_depth(pg_queue *q, double before, double after)
{
    if (!isfinite(before) || !isfinite(after) || before < 0.0 || after < 0.0)
        return PG_K_BAD_INPUT;
    double change = before - after - q->traded;
    q->traded = 0.0;
    if (q->model == PG_QUEUE_RISK_ADVERSE || change < 0.0) {
        q->front = fmin(q->front, after);
        return PG_K_OK;
    }
    double back = before - q->front;
    double p = behind(q, fmax(q->front, 0.0), fmax(back, 0.0));
    if (!isfinite(p)) /* powers underflowed: everything is on one side */
        p = back > q->front ? 1.0 : 0.0;
    q->front = fmin(q->front - (1.0 - p) * change + fmin(back - p * change, 0.0), after);
    return PG_K_OK;
}

double pg_queue_fillable(const pg_queue *queue, double step)
{
    if (!(step > 0.0) || !(round(queue->front / step) < 0.0))
        return 0.0;
    return floor(-queue->front / step + 1e-9) * step;
}

double pg_queue_take(pg_queue *queue, double remaining, double step)
{
    double size = fmin(remaining, pg_queue_fillable(queue, step));
    if (size > 0.0)
        queue->front = 0.0;
    return size;
}

double pg_queue_decay(double depth, double age_s, double fraction_per_s, bool exponential)
{
    return exponential ? depth * exp(-fraction_per_s * age_s) : depth * pow(1.0 - fraction_per_s, age_s);
}

pg_kstatus pg_fill_probability_compute(pg_fill_probability *out, double distance_px, double sigma_px, double horizon_s,
                                       double depth_ahead, double volume_rate)
{
    *out = (pg_fill_probability){ NAN, NAN, NAN };
    double inputs = distance_px + sigma_px + horizon_s + depth_ahead + volume_rate;
    if (!isfinite(inputs))
        return PG_K_BAD_INPUT;
    if (sigma_px < 0.0 || !(horizon_s > 0.0) || depth_ahead < 0.0 || volume_rate < 0.0)
        return PG_K_INVALID_PARAMS;
    double spread = sigma_px * sqrt(2.0 * horizon_s);
    out->p_touch = distance_px <= 0.0 ? 1.0 : spread > 0.0 ? erfc(distance_px / spread) : 0.0;
    out->p_exec = volume_rate > 0.0 ? exp(-depth_ahead / (volume_rate * horizon_s)) : 0.0;
    out->p_fill = out->p_touch * out->p_exec;
    return PG_K_OK;
}

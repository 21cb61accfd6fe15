#include "kernels/imbalance.h"

#include <math.h>

#include "kernels/series.h"

static double top_sum(const double *sz, size_t n, size_t levels)
{
    double sum = 0.0;
    for (size_t i = 0; i < n && i < levels; i++)
        sum += sz[i] >= 0.0 ? sz[i] : NAN;
    return sum;
}

pg_kstatus pg_imbalance_book(double *imbalance, const double *bid_sz, size_t nb, const double *ask_sz, size_t na,
                             size_t levels)
{
    double bids = top_sum(bid_sz, nb, levels), asks = top_sum(ask_sz, na, levels);

    *imbalance = NAN;
    if (!isfinite(bids) || !isfinite(asks))
        return PG_K_BAD_INPUT;
    if (bids + asks < 1e-9)
        return PG_K_TOO_FEW_POINTS;
    *imbalance = (bids - asks) / (bids + asks);
    return PG_K_OK;
}

pg_kstatus pg_weighted_mid(double *mid, double bid, double bid_sz, double ask, double ask_sz)
{
    *mid = NAN;
    if (!isfinite(bid + ask + bid_sz + ask_sz) || bid_sz < 0.0 || ask_sz < 0.0)
        return PG_K_BAD_INPUT;
    if (!(bid > 0.0) || !(ask > 0.0) || !(bid_sz > 0.0) || !(ask_sz > 0.0))
        return PG_K_TOO_FEW_POINTS;
    *mid = (bid * ask_sz + ask * bid_sz) / (bid_sz + ask_sz);
    return PG_K_OK;
}

static void drop_oldest(pg_flow_imbalance *f)
{
    double size = f->ring_signed[f->head];
    if (size > 0.0)
        f->buys -= size;
    else
        f->sells += size;
    f->head = f->head + 1 == f->capacity ? 0 : f->head + 1;
    if (--f->count == 0)
        f->buys = f->sells = 0.0;
}

pg_kstatus pg_flow_imbalance_trade(pg_flow_imbalance *f, double time_s, int side, double size)
{
    if (!isfinite(time_s) || !isfinite(size) || !(size > 0.0) || (side != 1 && side != -1) ||
        (f->n > 0 && time_s < f->last_s))
        return PG_K_BAD_INPUT;
    if (f->capacity < 1 || !(f->window_s > 0.0) || !(f->half_life_s > 0.0) || !(f->alpha > 0.0 && f->alpha <= 1.0))
        return PG_K_INVALID_PARAMS;
    double faded;
    pg_flow_imbalance_read(&faded, f, time_s);
    while (f->count > 0 && f->ring_s[f->head] <= time_s - f->window_s)
        drop_oldest(f);
    if (f->count == f->capacity) {
        drop_oldest(f);
        f->n_overwritten++;
    }
    int64_t tail = (f->head + f->count++) % f->capacity;
    f->ring_s[tail] = time_s;
    f->ring_signed[tail] = side * size;
    *(side > 0 ? &f->buys : &f->sells) += size;
    double now = pg_clamp((f->buys - f->sells) / (f->buys + f->sells), -1.0, 1.0);
    f->value = f->n == 0 ? now : f->alpha * now + (1.0 - f->alpha) * faded;
    f->last_s = time_s;
    f->n++;
    return PG_K_OK;
}

pg_kstatus pg_flow_imbalance_read(double *imbalance, const pg_flow_imbalance *f, double time_s)
{
    *imbalance = NAN;
    if (f->n == 0)
        return PG_K_WARMUP;
    if (!isfinite(time_s))
        return PG_K_BAD_INPUT;
    double quiet = time_s - f->last_s - f->window_s;
    *imbalance = quiet > 0.0 ? f->value * exp2(-quiet / f->half_life_s) : f->value;
    return PG_K_OK;
}

#include "kernels/ladder.h"

#include <math.h>

#include "kernels/quote_rules.h"
#include "kernels/series.h"

static double depth_at(const pg_ladder_options *o, size_t i, size_t n)
{
    double part = n > 1 ? (double)i / (double)(n - 1) : 0.0;
    if (o->linear)
        return o->min_depth_bps + (o->max_depth_bps - o->min_depth_bps) * part;
    return o->min_depth_bps * pow(o->max_depth_bps / o->min_depth_bps, part);
}

static pg_kstatus check(const pg_ladder_options *o, size_t n)
{
    double values[] = { o->mid,        o->tick,  o->size_step,     o->min_notional,
                        o->total_size, o->decay, o->min_depth_bps, o->max_depth_bps };
    if (pg_series_first_bad(values, 8) < 8 || !(o->mid > 0.0) || o->mid / o->tick > 9e15)
        return PG_K_BAD_INPUT;
    if (n < 1 || !(o->tick > 0.0) || !(o->size_step > 0.0) || o->total_size < 0.0 || !(o->decay > 0.0) ||
        !(o->min_depth_bps > 0.0) || o->max_depth_bps < o->min_depth_bps || o->max_depth_bps >= 1e4)
        return PG_K_INVALID_PARAMS;
    return PG_K_OK;
}

/* The size that a level may carry: cut to the step, 0 below the minimum notional. */
static double final_size(double raw, double price, const pg_ladder_options *o)
{
    double size = pg_size_down(raw, o->size_step);
    return size * price < o->min_notional ? 0.0 : size;
}

/* From the outside in: what a level cannot carry goes to the one before it. */
static void redistribute(pg_ladder_level *levels, size_t n, const pg_ladder_options *o)
{
    double bid = 0.0, ask = 0.0;
    for (size_t i = n; i-- > 0;) {
        bid += levels[i].size_raw;
        ask += levels[i].size_raw;
        levels[i].bid_size = final_size(bid, (double)levels[i].bid_ticks * o->tick, o);
        levels[i].ask_size = final_size(ask, (double)levels[i].ask_ticks * o->tick, o);
        bid = levels[i].bid_size > 0.0 ? 0.0 : bid;
        ask = levels[i].ask_size > 0.0 ? 0.0 : ask;
    }
}

pg_kstatus pg_ladder_build(pg_ladder_level *levels, size_t n, const pg_ladder_options *o)
{
    pg_kstatus status = check(o, n);
    if (status != PG_K_OK)
        return status;

    double total = 0.0, power = 1.0;
    for (size_t i = 0; i < n; i++, power *= o->decay)
        total += power;
    power = 1.0;
    for (size_t i = 0; i < n; i++, power *= o->decay) {
        pg_ladder_level *l = &levels[i];
        l->depth_bps = depth_at(o, i, n);
        l->size_raw = o->total_size * power / total;
        l->bid_ticks = pg_ticks_down(o->mid * (1.0 - l->depth_bps * 1e-4), o->tick);
        l->ask_ticks = pg_ticks_up(o->mid * (1.0 + l->depth_bps * 1e-4), o->tick);
        l->bid_size = final_size(l->size_raw, (double)l->bid_ticks * o->tick, o);
        l->ask_size = final_size(l->size_raw, (double)l->ask_ticks * o->tick, o);
    }
    if (o->redistribute)
        redistribute(levels, n, o);
    return PG_K_OK;
}

void pg_ladder_merge(pg_ladder_level *levels, size_t n)
{
    size_t bid = 0, ask = 0;
    for (size_t i = 1; i < n; i++) {
        if (levels[i].bid_ticks == levels[bid].bid_ticks) {
            levels[bid].bid_size += levels[i].bid_size;
            levels[i].bid_size = 0.0;
        } else {
            bid = i;
        }
        if (levels[i].ask_ticks == levels[ask].ask_ticks) {
            levels[ask].ask_size += levels[i].ask_size;
            levels[i].ask_size = 0.0;
        } else {
            ask = i;
        }
    }
}

void pg_ladder_side(double *price, double *size, const pg_ladder_level *levels, size_t n, double tick, bool bids)
{
    for (size_t i = 0; i < n; i++) {
        price[i] = (double)(bids ? levels[i].bid_ticks : levels[i].ask_ticks) * tick;
        size[i] = bids ? levels[i].bid_size : levels[i].ask_size;
    }
}

pg_kstatus pg_ladder_limit(pg_ladder_level *levels, size_t n, double q, double q_max, double size_step)
{
    if (!isfinite(q) || !isfinite(q_max))
        return PG_K_BAD_INPUT;
    if (!(q_max > 0.0) || !(size_step > 0.0))
        return PG_K_INVALID_PARAMS;
    double keep = fmax(0.0, 1.0 - fabs(q) / q_max);
    double bid_scale = q > 0.0 ? keep : 1.0, ask_scale = q < 0.0 ? keep : 1.0;
    double bid_room = fmax(q_max - q, 0.0), ask_room = fmax(q_max + q, 0.0);
    for (size_t i = 0; i < n; i++) {
        levels[i].bid_size = pg_size_down(fmin(levels[i].bid_size * bid_scale, bid_room), size_step);
        levels[i].ask_size = pg_size_down(fmin(levels[i].ask_size * ask_scale, ask_room), size_step);
        bid_room = fmax(bid_room - levels[i].bid_size, 0.0);
        ask_room = fmax(ask_room - levels[i].ask_size, 0.0);
    }
    return PG_K_OK;
}

pg_kstatus pg_allocation_cap(pg_allocation *out, double max_position, double margin, double leverage, double price)
{
    *out = (pg_allocation){ NAN, false, 0.0 };
    if (!isfinite(max_position + margin + leverage) || !isfinite(price) || !(price > 0.0))
        return PG_K_BAD_INPUT;
    if (max_position < 0.0 || margin < 0.0 || leverage < 0.0)
        return PG_K_INVALID_PARAMS;
    double by_margin = margin * leverage / price;
    out->margin_binds = by_margin < max_position;
    out->cap = fmin(max_position, by_margin);
    return PG_K_OK;
}

/* Indices by decreasing value; insertion sort, for ladders of a few dozen levels stable and without a comparator. */
static void sort_down(int32_t *order, const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t j = i;
        for (; j > 0 && value[order[j - 1]] < value[i]; j--)
            order[j] = order[j - 1];
        order[j] = (int32_t)i;
    }
}

static pg_kstatus check_levels(const double *marginal, const double *cap, size_t n, const pg_allocation *a)
{
    if (pg_series_first_bad(marginal, n) < n || pg_series_first_bad(cap, n) < n || !isfinite(a->cap))
        return PG_K_BAD_INPUT;
    for (size_t i = 0; i < n; i++)
        if (cap[i] < 0.0)
            return PG_K_BAD_INPUT;
    return a->cap < 0.0 ? PG_K_INVALID_PARAMS : PG_K_OK;
}

pg_kstatus pg_allocation_waterfill(double *size, pg_allocation *out, const double *marginal, const double *saturation,
                                   size_t n, int32_t *order)
{
    double sum_c = 0.0, sum_log = 0.0;

    for (size_t i = 0; i < n; i++)
        size[i] = 0.0;
    out->multiplier = 0.0;
    pg_kstatus status = check_levels(marginal, saturation, n, out);
    if (status != PG_K_OK)
        return status;
    sort_down(order, marginal, n);
    for (size_t k = 0; k < n && marginal[order[k]] > 0.0 && out->cap > 0.0; k++) {
        sum_c += saturation[order[k]];
        sum_log += saturation[order[k]] * log(marginal[order[k]]);
        if (!(sum_c > 0.0))
            continue;
        out->multiplier = exp((sum_log - out->cap) / sum_c);
        if (k + 1 == n || out->multiplier >= marginal[order[k + 1]])
            break;
    }
    for (size_t i = 0; i < n; i++)
        if (marginal[i] > 0.0 && marginal[i] > out->multiplier && out->multiplier > 0.0)
            size[i] = saturation[i] * log(marginal[i] / out->multiplier);
    return PG_K_OK;
}

pg_kstatus pg_allocation_greedy(double *size, pg_allocation *out, const double *marginal, const double *level_cap,
                                double min_size, size_t n, int32_t *order)
{
    for (size_t i = 0; i < n; i++)
        size[i] = 0.0;
    out->multiplier = 0.0;
    pg_kstatus status = check_levels(marginal, level_cap, n, out);
    if (status != PG_K_OK)
        return status;
    double left = out->cap;
    sort_down(order, marginal, n);
    for (size_t k = 0; k < n; k++) {
        int32_t i = order[k];
        if (!(marginal[i] > 0.0))
            break;
        double take = fmin(level_cap[i], left);
        if (take >= min_size && take > 0.0) {
            size[i] = take;
            left -= take;
        } else if (level_cap[i] >= min_size && out->multiplier == 0.0) {
            out->multiplier = marginal[i];
        }
    }
    return PG_K_OK;
}

#include "kernels/quote_rules.h"

#include <math.h>

/* Beyond this a double no longer holds every integer. */
static const double max_ticks = 9007199254740992.0;

double pg_half_spread_limit(double half, double min_half, double fee_floor, double max_half)
{
    double least = fmax(min_half, fee_floor);
    half = fmax(half, least);
    return max_half > 0.0 && max_half >= least ? fmin(half, max_half) : half;
}

int64_t pg_ticks_down(double price, double tick)
{
    return (int64_t)floor(price / tick + 1e-9);
}

int64_t pg_ticks_up(double price, double tick)
{
    return (int64_t)ceil(price / tick - 1e-9);
}

double pg_size_down(double size, double step)
{
    return floor(size / step + 1e-9) * step;
}

static bool in_range(double price, double tick)
{
    return fabs(price / tick) < max_ticks;
}

static bool known(double price, double tick)
{
    return price > 0.0 && in_range(price, tick);
}

pg_kstatus pg_quote_finish(pg_final_quote *out, double bid_raw, double ask_raw, const pg_quote_rules *rules)
{
    *out = (pg_final_quote){ 0, 0, NAN, NAN };
    double tick = rules->tick;
    if (!(tick > 0.0) || !isfinite(tick))
        return PG_K_INVALID_PARAMS;
    if (!in_range(bid_raw, tick) || !in_range(ask_raw, tick))
        return PG_K_BAD_INPUT;

    pg_kstatus status = PG_K_OK;
    int64_t bid = pg_ticks_down(bid_raw, tick), ask = pg_ticks_up(ask_raw, tick);
    int64_t apart = rules->join_ticks > 1 ? rules->join_ticks : 1;
    bool bid_side = rules->post_only && known(rules->best_ask, tick);
    bool ask_side = rules->post_only && known(rules->best_bid, tick);
    int64_t highest_bid = bid_side ? pg_ticks_up(rules->best_ask, tick) - apart : 0;
    int64_t lowest_ask = ask_side ? pg_ticks_down(rules->best_bid, tick) + apart : 0;
    if (bid_side && bid > highest_bid)
        bid = highest_bid;
    if (ask_side && ask < lowest_ask)
        ask = lowest_ask;
    if (bid >= ask) {
        ask = bid + 1;
        if (ask_side && ask < lowest_ask)
            ask = lowest_ask;
        status = PG_K_CROSSED_REPAIRED;
    }
    *out = (pg_final_quote){ bid, ask, (double)bid * tick, (double)ask * tick };
    return bid <= 0 ? PG_K_NONPOSITIVE_BID : status;
}

double pg_venue_tick(double price, int size_decimals, int max_decimals, int figures)
{
    if (!(price > 0.0) || !isfinite(price))
        return NAN;
    double by_decimals = pow(10.0, size_decimals - max_decimals);
    double by_figures = pow(10.0, floor(log10(price)) - figures + 1);
    return fmin(fmax(by_decimals, by_figures), 1.0);
}

double pg_edge_terms(double fee_px, double adverse_px, double k_latency, double sigma_px, double latency_s)
{
    return fee_px + adverse_px + k_latency * sigma_px * sqrt(latency_s);
}

double pg_half_spread_floor(double fee_px, double adverse_px, double sigma_px, double latency_s)
{
    return 1.1 * (fee_px + fabs(adverse_px) + sigma_px * sqrt(latency_s));
}

double pg_knife_factor(double score, double exposure)
{
    return score > 0.5 ? 1.0 + 0.5 * score * (1.0 + fmax(exposure, 0.0)) : 1.0;
}

#include "venue/extended/rules.h"

enum { BUFFER_S = 14 * 86400, DAY_MS = 86400 * 1000, MAINNET_DAYS = 90, TESTNET_DAYS = 28 };

const char *pg_extended_code_name(pg_extended_code code)
{
    switch (code) {
    case PG_EXTENDED_OK: return "accepted";
    case PG_EXTENDED_BELOW_MIN_SIZE: return "the quantity is below the market's minimum";
    case PG_EXTENDED_OFF_STEP: return "the quantity is not a multiple of the market's step";
    case PG_EXTENDED_ABOVE_MAX_VALUE: return "the order's value is above the market's maximum";
    case PG_EXTENDED_OFF_TICK: return "the price is not a multiple of the market's tick";
    case PG_EXTENDED_BAD_EXPIRY: return "the expiry is in the past or too far ahead";
    case PG_EXTENDED_BAD_PRICE: return "the price is not positive or outside the price band";
    }
    return "an unknown code";
}

/* Whether a <= b; what does not fit is not. */
static bool at_most(const pg_exact *a, const pg_exact *b)
{
    int order;
    return pg_exact_compare(&order, a, b) == PG_OK && order <= 0;
}

static bool is_multiple(const pg_exact *a, const pg_exact *step)
{
    pg_exact rounded;
    int order;
    return pg_exact_round(&rounded, a, step, false) == PG_OK && pg_exact_compare(&order, &rounded, a) == PG_OK &&
           order == 0;
}

/* r = mark * (1 + ratio) for BUY, mark * (1 - ratio) for SELL. */
static pg_status band(pg_exact *r, const pg_exact *mark, const pg_exact *ratio, pg_extended_side side)
{
    pg_exact factor = *ratio, one;

    pg_exact_from_u64(&one, 1);
    if (side == PG_EXTENDED_SELL && factor.count > 0)
        factor.negative = !factor.negative;
    pg_status status = pg_exact_add(&factor, &factor, &one);
    return status == PG_OK ? pg_exact_mul(r, mark, &factor) : status;
}

static void market_ratio(pg_exact *ratio)
{
    pg_exact_from_u64(ratio, 5);
    ratio->scale = 2;
}

static bool in_band(const pg_extended_market *market, pg_extended_type type, pg_extended_side side,
                    const pg_exact *price, const pg_exact *mark)
{
    pg_exact ratio = side == PG_EXTENDED_BUY ? market->price_cap : market->price_floor, limit;

    if (type == PG_EXTENDED_MARKET)
        market_ratio(&ratio);
    if (band(&limit, mark, &ratio, side) != PG_OK)
        return false;
    return side == PG_EXTENDED_BUY ? at_most(price, &limit) : at_most(&limit, price);
}

pg_extended_code pg_extended_check(const pg_extended_market *market, pg_extended_type type, pg_extended_side side,
                                   const pg_exact *price, const pg_exact *quantity, const pg_exact *mark)
{
    pg_exact value;

    if (!pg_exact_is_positive(quantity) || !at_most(&market->min_size, quantity))
        return PG_EXTENDED_BELOW_MIN_SIZE;
    if (!is_multiple(quantity, &market->size_step))
        return PG_EXTENDED_OFF_STEP;
    if (!pg_exact_is_positive(price))
        return PG_EXTENDED_BAD_PRICE;
    if (!is_multiple(price, &market->price_tick))
        return PG_EXTENDED_OFF_TICK;
    if (pg_exact_mul(&value, price, quantity) != PG_OK ||
        !at_most(&value, type == PG_EXTENDED_MARKET ? &market->max_market_value : &market->max_limit_value))
        return PG_EXTENDED_ABOVE_MAX_VALUE;
    return in_band(market, type, side, price, mark) ? PG_EXTENDED_OK : PG_EXTENDED_BAD_PRICE;
}

pg_extended_code pg_extended_check_expiry(uint64_t expiry_ms, uint64_t now_ms, bool mainnet)
{
    uint64_t furthest = (uint64_t)(mainnet ? MAINNET_DAYS : TESTNET_DAYS) * DAY_MS;
    return expiry_ms > now_ms && expiry_ms - now_ms <= furthest ? PG_EXTENDED_OK : PG_EXTENDED_BAD_EXPIRY;
}

pg_status pg_extended_round_price(pg_exact *r, const pg_exact *price, const pg_extended_market *market,
                                  pg_extended_side side, bool aggressive)
{
    return pg_exact_round(r, price, &market->price_tick, (side == PG_EXTENDED_BUY) == aggressive);
}

pg_status pg_extended_round_quantity(pg_exact *r, const pg_exact *quantity, const pg_extended_market *market)
{
    return pg_exact_round(r, quantity, &market->size_step, false);
}

pg_status pg_extended_market_price(pg_exact *r, const pg_exact *best, const pg_exact *slippage, const pg_exact *mark,
                                   const pg_extended_market *market, pg_extended_side side)
{
    pg_exact price, limit, ratio;
    bool buy = side == PG_EXTENDED_BUY;
    int order;

    market_ratio(&ratio);
    pg_status status = band(&price, best, slippage, side);
    if (status == PG_OK)
        status = band(&limit, mark, &ratio, side);
    if (status == PG_OK)
        status = pg_exact_round(&price, &price, &market->price_tick, buy);
    if (status == PG_OK)
        status = pg_exact_round(&limit, &limit, &market->price_tick, !buy);
    if (status != PG_OK)
        return status;
    if (!pg_exact_is_positive(&price))
        price = market->price_tick;
    if (pg_exact_compare(&order, &price, &limit) != PG_OK)
        return PG_ERR_RANGE;
    *r = (buy ? order > 0 : order < 0) ? limit : price;
    return pg_exact_is_positive(r) ? PG_OK : PG_ERR_RANGE;
}

static pg_status amount(uint64_t *r, const char *name, const pg_exact *value, uint64_t resolution, bool up,
                        uint64_t limit, pg_error *err)
{
    pg_exact units;

    pg_exact_from_u64(&units, resolution);
    if (pg_exact_mul(&units, value, &units) != PG_OK || pg_exact_to_u64(r, &units, up) != PG_OK || *r > limit)
        return pg_fail(err, PG_ERR_RANGE, "the %s amount does not fit 64 bits", name);
    return PG_OK;
}

static pg_status check_inputs(const pg_exact *quantity, const pg_exact *price, const pg_exact *fee_rate,
                              const pg_exact *builder_fee, pg_error *err)
{
    if (!pg_exact_is_positive(quantity))
        return pg_fail(err, PG_ERR_INVALID, "the quantity of an order is %s", quantity->negative ? "negative" : "zero");
    if (!pg_exact_is_positive(price))
        return pg_fail(err, PG_ERR_INVALID, "the price of an order is %s", price->negative ? "negative" : "zero");
    if (fee_rate->negative || (builder_fee && builder_fee->negative))
        return pg_fail(err, PG_ERR_INVALID, "the fee rate of an order is negative");
    return PG_OK;
}

pg_status pg_extended_scale(pg_extended_amounts *r, pg_extended_side side, const pg_exact *quantity,
                            const pg_exact *price, const pg_exact *fee_rate, const pg_exact *builder_fee,
                            uint64_t synthetic_resolution, uint64_t collateral_resolution, uint64_t expiry_ms,
                            pg_error *err)
{
    bool buy = side == PG_EXTENDED_BUY;
    pg_exact value, fee = *fee_rate;
    uint64_t base, quote, fee_units;
    pg_status status = check_inputs(quantity, price, fee_rate, builder_fee, err);

    if (status != PG_OK)
        return status;
    if (synthetic_resolution == 0 || collateral_resolution == 0)
        return pg_fail(err, PG_ERR_INVALID, "a market's resolution is 0");
    if (expiry_ms == 0 || expiry_ms > UINT64_MAX - 999)
        return pg_fail(err, PG_ERR_INVALID, "an order needs an expiry");
    if ((builder_fee && pg_exact_add(&fee, &fee, builder_fee) != PG_OK) ||
        pg_exact_mul(&value, quantity, price) != PG_OK || pg_exact_mul(&fee, &fee, &value) != PG_OK)
        return pg_fail(err, PG_ERR_RANGE, "the numbers of an order have too many digits");

    status = amount(&base, "base", quantity, synthetic_resolution, buy, INT64_MAX, err);
    if (status == PG_OK)
        status = amount(&quote, "quote", &value, collateral_resolution, buy, INT64_MAX, err);
    if (status == PG_OK)
        status = amount(&fee_units, "fee", &fee, collateral_resolution, true, UINT64_MAX, err);
    if (status != PG_OK)
        return status;
    if (base == 0 || quote == 0)
        return pg_fail(err, PG_ERR_INVALID, "the %s amount of an order rounds to zero", base == 0 ? "base" : "quote");
    if (fee_units >= quote)
        return pg_fail(err, PG_ERR_INVALID, "the fee of an order is not below its value");
    r->base = buy ? (int64_t)base : -(int64_t)base;
    r->quote = buy ? -(int64_t)quote : (int64_t)quote;
    r->fee = fee_units;
    r->expiration_s = (expiry_ms + 999) / 1000 + BUFFER_S;
    return PG_OK;
}

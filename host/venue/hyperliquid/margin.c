#include "venue/hyperliquid/margin.h"

#include <math.h>

typedef struct {
    double rate, deduction;
} requirement;

static requirement tier_requirement(const pg_hl_tier *tiers, size_t tier)
{
    requirement r = { 1.0 / (2.0 * tiers[0].max_leverage), 0.0 };

    for (size_t i = 1; i <= tier; i++) {
        double rate = 1.0 / (2.0 * tiers[i].max_leverage);
        r.deduction += tiers[i].lower_bound * (rate - r.rate);
        r.rate = rate;
    }
    return r;
}

static int are_valid(const pg_hl_tier *tiers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(tiers[i].max_leverage > 0) || (i > 0 && !(tiers[i].lower_bound > tiers[i - 1].lower_bound)))
            return 0;
    return count > 0;
}

static size_t tier_of(double notional, const pg_hl_tier *tiers, size_t count)
{
    size_t tier = 0;

    while (tier + 1 < count && notional >= tiers[tier + 1].lower_bound)
        tier++;
    return tier;
}

double pg_hl_initial_margin(double size, double mark, double leverage)
{
    return fabs(size) * mark / leverage;
}

double pg_hl_maintenance_margin(double notional, const pg_hl_tier *tiers, size_t count)
{
    if (!are_valid(tiers, count))
        return NAN;
    requirement r = tier_requirement(tiers, tier_of(notional, tiers, count));
    return notional * r.rate - r.deduction;
}

double pg_hl_transfer_margin(double initial_margin, double position_value)
{
    return fmax(initial_margin, 0.1 * position_value);
}

double pg_hl_liquidation_price(double size, double mark, double margin, const pg_hl_tier *tiers, size_t count)
{
    double side = size > 0 ? 1.0 : -1.0, amount = fabs(size);

    if (!are_valid(tiers, count) || !(amount > 0) || !isfinite(amount * mark + margin))
        return NAN;
    for (size_t tier = 0; tier < count; tier++) {
        requirement r = tier_requirement(tiers, tier);
        double price = (side * amount * mark - margin - r.deduction) / (amount * (side - r.rate));
        if (price > 0 && tier_of(amount * price, tiers, count) == tier)
            return price;
    }
    return NAN;
}

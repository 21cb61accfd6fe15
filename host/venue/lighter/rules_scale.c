#include "venue/lighter/rules_scale.h"

#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "crypto/goldilocks.h"

#define MAX_NOTIONAL (((int64_t)1 << 48) - 1)

pg_status pg_lighter_scale(int64_t *value, const char *text, int decimals, pg_lighter_rounding rounding, pg_error *err)
{
    size_t length = strlen(text), point = strcspn(text, "."), digits = length - (point < length);
    int64_t scaled;
    bool exact = true;

    if (decimals < 0 || decimals > PG_DECIMAL_MAX)
        return pg_fail(err, PG_ERR_RANGE, "%d decimals are not between 0 and %d", decimals, PG_DECIMAL_MAX);
    if (digits == 0 || strspn(text, "0123456789") != point ||
        (point < length && strspn(text + point + 1, "0123456789") != length - point - 1))
        return pg_fail(err, PG_ERR_PARSE, "\"%.40s\" is not a plain decimal number", text);
    size_t kept = length;
    if (point < length && length - point - 1 > (size_t)decimals) {
        kept = point + 1 + (size_t)decimals;
        exact = strspn(text + kept, "0") == length - kept;
    }
    if (!exact && rounding == PG_LIGHTER_EXACT) {
        pg_fail(err, PG_ERR_RANGE, "%.40s has more than %d decimals", text, decimals);
        pg_error_remedy(err, "round it, sizes and bids down, asks up");
        return PG_ERR_RANGE;
    }
    if (point == 0 && kept == 1)
        scaled = 0;
    else if (pg_decimal_parse(&scaled, text, kept, decimals) != PG_OK)
        return pg_fail(err, PG_ERR_RANGE, "%.40s with %d decimals does not fit", text, decimals);
    if (!exact && rounding == PG_LIGHTER_UP && __builtin_add_overflow(scaled, 1, &scaled))
        return pg_fail(err, PG_ERR_RANGE, "%.40s with %d decimals does not fit", text, decimals);
    *value = scaled;
    return PG_OK;
}

pg_status pg_lighter_notional(int64_t *micro, int64_t base_amount, int64_t price, int64_t quote_multiplier,
                              int size_decimals, int price_decimals, pg_error *err)
{
    pg_u128 product;
    int shift = 6 - size_decimals - price_decimals;

    if (base_amount < 0 || base_amount > MAX_NOTIONAL || price < 0 || price > UINT32_MAX || quote_multiplier < 1 ||
        quote_multiplier > 1000000 || size_decimals < 0 || size_decimals > PG_DECIMAL_MAX || price_decimals < 0 ||
        price_decimals > PG_DECIMAL_MAX)
        return pg_fail(err, PG_ERR_RANGE, "amount, price or their decimals are out of range");
    product = (pg_u128)base_amount * (pg_u128)price * (pg_u128)quote_multiplier;
    for (; shift > 0; shift--)
        product *= 10;
    for (; shift < 0; shift++)
        product /= 10;
    if (product > (pg_u128)MAX_NOTIONAL)
        return pg_fail(err, PG_ERR_RANGE, "the notional is above the venue's limit of 281474976.710655");
    *micro = (int64_t)product;
    return PG_OK;
}

pg_status pg_lighter_margin_fraction(int64_t *fraction, double leverage, pg_error *err)
{
    if (!(leverage >= 1.0 && leverage <= 10000.0))
        return pg_fail(err, PG_ERR_RANGE, "leverage %g is not between 1 and 10000", leverage);
    *fraction = (int64_t)ceil(10000.0 / leverage);
    return PG_OK;
}

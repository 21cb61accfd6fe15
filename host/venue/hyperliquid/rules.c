#include "venue/hyperliquid/rules.h"

#include <string.h>

const char *pg_hl_verdict_name(pg_hl_verdict verdict)
{
    static const char *const names[] = {
        "valid", "not_a_number", "not_positive", "zero", "negative", "too_many_decimals", "too_many_significant_figures"
    };
    return names[verdict];
}

static int max_decimals(pg_hl_market market, int size_decimals)
{
    int decimals = (market == PG_HL_PERP ? PG_HL_PERP_DECIMALS : PG_HL_SPOT_DECIMALS) - size_decimals;
    return decimals > 0 ? decimals : 0;
}

static bool is_positive(const pg_hl_number *number)
{
    return number->count > 0 && !number->negative;
}

pg_hl_verdict pg_hl_price_check(char *wire, const char *price, pg_hl_market market, int size_decimals)
{
    pg_hl_number number;

    if (pg_hl_number_parse(&number, price, strlen(price)) != PG_OK)
        return PG_HL_NOT_A_NUMBER;
    if (!is_positive(&number))
        return PG_HL_NOT_POSITIVE;
    int decimals = pg_hl_number_decimals(&number);
    if (decimals > max_decimals(market, size_decimals))
        return PG_HL_TOO_MANY_DECIMALS;
    if (decimals > 0 && number.count > PG_HL_FIGURES)
        return PG_HL_TOO_MANY_FIGURES;
    pg_hl_number_format(wire, &number);
    return PG_HL_VALID;
}

pg_hl_verdict pg_hl_size_check(char *wire, const char *size, int size_decimals)
{
    pg_hl_number number;

    if (pg_hl_number_parse(&number, size, strlen(size)) != PG_OK)
        return PG_HL_NOT_A_NUMBER;
    if (!is_positive(&number))
        return number.negative ? PG_HL_NEGATIVE : PG_HL_ZERO;
    if (pg_hl_number_decimals(&number) > size_decimals)
        return PG_HL_TOO_MANY_DECIMALS;
    pg_hl_number_format(wire, &number);
    return PG_HL_VALID;
}

static pg_status parse(pg_hl_number *number, const char *text, const char *what, pg_error *err)
{
    if (pg_hl_number_parse(number, text, strlen(text)) != PG_OK)
        return pg_fail(err, PG_ERR_PARSE, "the %s '%.64s' is no decimal number", what, text);
    return PG_OK;
}

pg_status pg_hl_price_round(char *wire, const char *price, pg_hl_market market, int size_decimals, pg_hl_rounding mode,
                            pg_error *err)
{
    pg_hl_number number;
    pg_status status = parse(&number, price, "price", err);

    if (status != PG_OK)
        return status;
    if (!is_positive(&number))
        return pg_fail(err, PG_ERR_RANGE, "the price %.64s is not positive", price);
    int by_figures = PG_HL_FIGURES - number.point, decimals = max_decimals(market, size_decimals);
    if (by_figures < decimals)
        decimals = by_figures > 0 ? by_figures : 0;
    pg_hl_number_round(&number, decimals, mode);
    if (!is_positive(&number))
        return pg_fail(err, PG_ERR_RANGE, "the price %.64s rounds to zero", price);
    pg_hl_number_format(wire, &number);
    return PG_OK;
}

pg_status pg_hl_size_round(char *wire, const char *size, int size_decimals, pg_error *err)
{
    pg_hl_number number;
    pg_status status = parse(&number, size, "size", err);

    if (status != PG_OK)
        return status;
    pg_hl_number_round(&number, size_decimals, PG_HL_DOWN);
    if (!is_positive(&number))
        return pg_fail(err, PG_ERR_RANGE, "the size %.64s rounds to zero", size);
    pg_hl_number_format(wire, &number);
    return PG_OK;
}

/* Schoolbook product of the digits. */
static pg_status multiply(pg_hl_number *product, const pg_hl_number *a, const pg_hl_number *b)
{
    unsigned sums[2 * PG_HL_DIGITS] = { 0 };
    int count = a->count + b->count;

    for (int i = 0; i < a->count; i++)
        for (int j = 0; j < b->count; j++)
            sums[i + j + 1] += (unsigned)(a->digits[i] * b->digits[j]);
    for (int i = count - 1; i > 0; i--) {
        sums[i - 1] += sums[i] / 10;
        sums[i] %= 10;
    }
    char text[2 * PG_HL_DIGITS + 32];
    int n = 0;
    text[n++] = '0';
    text[n++] = '.';
    for (int i = 0; i < count; i++)
        text[n++] = (char)('0' + sums[i]);
    pg_status status = pg_hl_number_parse(product, text, (size_t)n);
    if (status != PG_OK)
        return status;
    if (product->count == 0)
        return PG_OK;
    product->point += a->point + b->point;
    product->negative = a->negative != b->negative;
    return product->point > PG_HL_DIGITS || product->count - product->point > PG_HL_DIGITS ? PG_ERR_RANGE : PG_OK;
}

pg_status pg_hl_notional(char *wire, bool *enough, const char *price, const char *size, pg_error *err)
{
    pg_hl_number p, s, product;
    pg_status status = parse(&p, price, "price", err);

    if (status == PG_OK)
        status = parse(&s, size, "size", err);
    if (status != PG_OK)
        return status;
    if (multiply(&product, &p, &s) != PG_OK)
        return pg_fail(err, PG_ERR_RANGE, "%.64s * %.64s has too many digits", price, size);
    pg_hl_number_format(wire, &product);
    /* 10 is 0.1 * 10^2: a positive number reaches it as soon as it has two digits before the point. */
    *enough = is_positive(&product) && product.point >= 2;
    return PG_OK;
}

static pg_status refuse_price(const char *price, pg_hl_verdict verdict, pg_hl_market market, int size_decimals,
                              pg_error *err)
{
    pg_fail(err, verdict == PG_HL_NOT_A_NUMBER ? PG_ERR_PARSE : PG_ERR_RANGE, "the price %.64s cannot be sent: %s",
            price, pg_hl_verdict_name(verdict));
    pg_error_remedy(err, "give a positive price, whole or with at most %d significant figures and %d decimals",
                    PG_HL_FIGURES, max_decimals(market, size_decimals));
    return verdict == PG_HL_NOT_A_NUMBER ? PG_ERR_PARSE : PG_ERR_RANGE;
}

static pg_status refuse_size(const char *size, pg_hl_verdict verdict, int size_decimals, pg_error *err)
{
    pg_status status = verdict == PG_HL_NOT_A_NUMBER ? PG_ERR_PARSE : PG_ERR_RANGE;

    pg_fail(err, status, "the size %.64s cannot be sent: %s", size, pg_hl_verdict_name(verdict));
    pg_error_remedy(err, "give a positive size with at most %d decimals", size_decimals);
    return status;
}

pg_status pg_hl_order_check(const char *price, const char *size, pg_hl_market market, int size_decimals,
                            bool reduce_only, bool whole_position, pg_error *err)
{
    char wire[PG_HL_NUMBER_TEXT];
    bool enough;
    pg_hl_verdict verdict = pg_hl_price_check(wire, price, market, size_decimals);

    if (verdict != PG_HL_VALID)
        return refuse_price(price, verdict, market, size_decimals, err);
    verdict = pg_hl_size_check(wire, size, size_decimals);
    if (verdict == PG_HL_ZERO && whole_position)
        return PG_OK;
    if (verdict != PG_HL_VALID)
        return refuse_size(size, verdict, size_decimals, err);
    pg_status status = pg_hl_notional(wire, &enough, price, size, err);
    if (status != PG_OK || enough || reduce_only)
        return status;
    pg_fail(err, PG_ERR_RANGE, "the order is worth %s, less than %d of the quote token", wire, PG_HL_MIN_NOTIONAL);
    pg_error_remedy(err, "raise the size; only reduce-only orders may be smaller");
    return PG_ERR_RANGE;
}

#include "venue/extended/markets.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/extended/codec_value.h"

enum { MONEY_DECIMALS = 6, HEX_TEXT = PG_FELT_HEX };

static pg_status read_number(pg_exact *value, pg_span text, const char *name, pg_error *err)
{
    pg_status status = pg_extended_exact(value, text, err);
    if (status == PG_OK && !pg_exact_is_positive(value))
        status = pg_fail(err, PG_ERR_RANGE, "it is not positive");
    if (status != PG_OK)
        pg_error_where(err, "%s", name);
    return status;
}

static pg_status read_trading(pg_extended_listing *listing, pg_span json, pg_error *err)
{
    pg_extended_record record;
    pg_extended_market *rules = &listing->rules;
    pg_status status = pg_extended_record_read(&record, PG_EXTENDED_TRADING_RULES, json, err);
    if (status != PG_OK)
        return status;
    const pg_extended_trading *t = &record.trading;
    const struct {
        pg_exact *value;
        pg_span text;
        const char *name;
    } numbers[] = { { &rules->min_size, t->min_size, "minOrderSize" },
                    { &rules->size_step, t->size_step, "minOrderSizeChange" },
                    { &rules->price_tick, t->price_tick, "minPriceChange" },
                    { &rules->price_cap, t->price_cap, "limitPriceCap" },
                    { &rules->price_floor, t->price_floor, "limitPriceFloor" },
                    { &rules->max_limit_value, t->max_limit_value, "maxLimitOrderValue" },
                    { &rules->max_market_value, t->max_market_value, "maxMarketOrderValue" } };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && status == PG_OK; i++)
        status = read_number(numbers[i].value, numbers[i].text, numbers[i].name, err);
    listing->max_orders = (int)pg_extended_double(t->max_orders);
    listing->max_leverage = (int)pg_extended_double(t->max_leverage);
    return status;
}

static pg_status read_id(pg_felt *id, pg_span text, const char *name, pg_error *err)
{
    char hex[HEX_TEXT];
    if (text.size >= sizeof hex)
        return pg_fail(err, PG_ERR_RANGE, "%s is no element of the field", name);
    pg_status status = pg_felt_from_hex(id, pg_extended_copy(hex, sizeof hex, text), err);
    if (status != PG_OK)
        pg_error_where(err, "%s", name);
    return status;
}

static pg_status read_l2(pg_extended_listing *listing, pg_span json, pg_error *err)
{
    pg_extended_record record;
    pg_extended_market *rules = &listing->rules;
    pg_status status = pg_extended_record_read(&record, PG_EXTENDED_L2, json, err);
    if (status == PG_OK)
        status = read_id(&rules->synthetic_id, record.l2.synthetic_id, "syntheticId", err);
    if (status == PG_OK)
        status = read_id(&rules->collateral_id, record.l2.collateral_id, "collateralId", err);
    if (status != PG_OK)
        return status;
    rules->synthetic_resolution = record.l2.synthetic_resolution;
    rules->collateral_resolution = record.l2.collateral_resolution;
    if (rules->synthetic_resolution == 0 || rules->collateral_resolution == 0)
        return pg_fail(err, PG_ERR_RANGE, "a resolution of 0");
    return PG_OK;
}

static pg_extended_market_status status_of(const pg_extended_market_record *record)
{
    if (!record->active)
        return PG_EXTENDED_CLOSED;
    if (!record->status.data || pg_scan_equal(record->status, "ACTIVE"))
        return PG_EXTENDED_ACTIVE;
    return pg_scan_equal(record->status, "REDUCE_ONLY") ? PG_EXTENDED_ONLY_REDUCE : PG_EXTENDED_CLOSED;
}

pg_status pg_extended_listing_read(pg_extended_listing *listing, const pg_extended_market_record *record, pg_error *err)
{
    memset(listing, 0, sizeof *listing);
    if (record->name.size == 0 || record->name.size >= sizeof listing->rules.name)
        return pg_fail(err, PG_ERR_RANGE, "a market whose name is empty or longer than %zu characters",
                       sizeof listing->rules.name - 1);
    pg_extended_copy(listing->rules.name, sizeof listing->rules.name, record->name);
    if (record->type.data && !pg_scan_equal(record->type, "PERPETUAL"))
        return pg_fail(err, PG_ERR_UNSUPPORTED, "%s is no perpetual", listing->rules.name);
    if (record->is_rfq)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "%s is traded by requests for quotes only", listing->rules.name);
    listing->status = status_of(record);
    pg_status status = read_trading(listing, record->trading, err);
    if (status == PG_OK)
        status = read_l2(listing, record->l2, err);
    if (status != PG_OK)
        pg_error_where(err, "market %s", listing->rules.name);
    return status;
}

static int decimals_of(const pg_exact *value)
{
    char text[PG_EXACT_TEXT];
    return pg_exact_format(text, sizeof text, value) == PG_OK ? pg_decimal_need(text, strlen(text)) : 1000;
}

static pg_status units_of(int64_t *units, const pg_exact *value, int decimals, const char *name, pg_error *err)
{
    char text[PG_EXACT_TEXT];
    pg_status status = pg_exact_format(text, sizeof text, value);
    if (status == PG_OK)
        status = pg_decimal_parse(units, text, strlen(text), decimals);
    return status == PG_OK ? PG_OK : pg_fail(err, PG_ERR_RANGE, "%s does not fit", name);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

pg_status pg_extended_listing_instrument(pg_instrument *instrument, const pg_extended_listing *listing, pg_error *err)
{
    const pg_extended_market *rules = &listing->rules;
    int size_decimals = larger(decimals_of(&rules->size_step), decimals_of(&rules->min_size));
    int price_decimals = larger(decimals_of(&rules->price_tick), MONEY_DECIMALS - size_decimals);
    int64_t tick = 0, lot = 0, least = 0;
    if (size_decimals > PG_MAX_DECIMALS || price_decimals > PG_MAX_DECIMALS)
        return pg_fail(err, PG_ERR_RANGE, "%s has more than %d decimals", rules->name, PG_MAX_DECIMALS);
    pg_status status = units_of(&tick, &rules->price_tick, price_decimals, "minPriceChange", err);
    if (status == PG_OK)
        status = units_of(&lot, &rules->size_step, size_decimals, "minOrderSizeChange", err);
    if (status == PG_OK)
        status = units_of(&least, &rules->min_size, size_decimals, "minOrderSize", err);
    if (status == PG_OK)
        status =
            pg_instrument_init(instrument, "extended", rules->name, price_decimals, size_decimals, tick, lot, 0, err);
    if (status == PG_OK)
        instrument->min_size = least;
    else
        pg_error_where(err, "market %s", rules->name);
    return status;
}

static bool same_number(const pg_exact *a, const pg_exact *b)
{
    int order;
    return pg_exact_compare(&order, a, b) == PG_OK && order == 0;
}

bool pg_extended_listing_same(const pg_extended_listing *a, const pg_extended_listing *b)
{
    const pg_extended_market *x = &a->rules, *y = &b->rules;
    return same_number(&x->price_tick, &y->price_tick) && same_number(&x->size_step, &y->size_step) &&
           same_number(&x->min_size, &y->min_size) && pg_felt_equal(&x->synthetic_id, &y->synthetic_id) &&
           pg_felt_equal(&x->collateral_id, &y->collateral_id) && x->synthetic_resolution == y->synthetic_resolution &&
           x->collateral_resolution == y->collateral_resolution;
}

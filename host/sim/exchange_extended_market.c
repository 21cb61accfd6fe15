/* Extended's markets: from what plays in them, and as the exchange describes them (extended.md 4.1). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_extended_internal.h"
#include "sim/exchange_flow.h"

enum { MAX_LEVERAGE = 50, MOST_SIZE_DECIMALS = 5, FIGURES = 5, LEAST_STEPS = 10, COLLATERAL_DECIMALS = 6 };

static const char collateral_id[] = "0x1";

/* ---- from what plays ---- */

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static void set_steps(pg_extended_exchange_market *market, int price_decimals, int size_decimals)
{
    pg_decimal_format(market->tick, sizeof market->tick, 1, price_decimals);
    pg_decimal_format(market->step, sizeof market->step, 1, size_decimals);
    pg_decimal_format_short(market->min_size, sizeof market->min_size, LEAST_STEPS, size_decimals);
}

pg_status pg_extended_exchange_synthetic(pg_extended_exchange_market *market, pg_synthetic_params *params,
                                         const char *asset, double price, uint64_t seed, pg_error *err)
{
    price = price != 0 ? price : pg_exchange_usual_price(asset);
    /* Five figures or whole numbers; ten steps are about ten dollars. */
    int digits = price > 0 ? (int)floor(log10(price)) + 1 : 1;
    int price_decimals = clamp(FIGURES - digits, 0, PG_EXCHANGE_MONEY_DECIMALS - MOST_SIZE_DECIMALS);
    int size_decimals = clamp(digits, 0, MOST_SIZE_DECIMALS);
    pg_status status = pg_exchange_synthetic(params, asset, price, pg_exchange_step(price_decimals),
                                             pg_exchange_step(size_decimals), err);
    if (status != PG_OK)
        return status;
    *market = (pg_extended_exchange_market){ .asset = params->symbol, .synthetic = params, .seed = seed };
    set_steps(market, price_decimals, size_decimals);
    return PG_OK;
}

void pg_extended_exchange_tape(pg_extended_exchange_market *market, char asset[PG_SYMBOL_SIZE], const pg_tape *tape,
                               double speed)
{
    int price_decimals, size_decimals;
    pg_exchange_tape_decimals(&price_decimals, &size_decimals, tape);
    snprintf(asset, PG_SYMBOL_SIZE, "%s", pg_tape_get_info(tape)->instrument.symbol);
    asset[strcspn(asset, "-")] = '\0';
    *market = (pg_extended_exchange_market){ .asset = asset, .tape = tape, .speed = speed };
    set_steps(market, price_decimals, size_decimals);
}

/* ---- adding ---- */

static pg_status read_step(pg_exact *exact, int64_t *units, int *decimals, const char *what, const char *text,
                           pg_error *err)
{
    *decimals = pg_decimal_need(text, strlen(text));
    if (pg_exact_parse(exact, text, NULL) == PG_OK && pg_exact_is_positive(exact) &&
        *decimals <= PG_EXCHANGE_MONEY_DECIMALS && pg_decimal_parse(units, text, strlen(text), *decimals) == PG_OK)
        return PG_OK;
    return pg_fail(err, PG_ERR_INVALID, "the %s '%s' of a market is not a positive decimal", what, text);
}

/* The id of a synthetic asset: its name and the power of ten of its resolution, as ASCII in 15 bytes. */
static pg_status set_asset(exx_market *m, pg_error *err)
{
    enum { BYTES = 15 };
    char name[PG_SYMBOL_SIZE + 8], hex[2 + 2 * sizeof name + 1] = "0x";
    int power = m->size_decimals > COLLATERAL_DECIMALS ? m->size_decimals : COLLATERAL_DECIMALS;
    int length = snprintf(name, sizeof name, "%s-%d", m->asset, power);
    for (int i = 0; i < length || i < BYTES; i++)
        snprintf(hex + 2 + 2 * i, 3, "%02x", i < length ? (unsigned char)name[i] : 0);
    m->rules.synthetic_resolution = (uint64_t)pg_pow10(power);
    m->rules.collateral_resolution = (uint64_t)pg_pow10(COLLATERAL_DECIMALS);
    pg_status status = pg_felt_from_hex(&m->rules.synthetic_id, hex, err);
    return status == PG_OK ? pg_felt_from_hex(&m->rules.collateral_id, collateral_id, err) : status;
}

static pg_status set_rules(exx_market *m, pg_instrument *in, const pg_extended_exchange_market *market, pg_error *err)
{
    pg_extended_market *r = &m->rules;
    int64_t tick, step, least;
    int decimals;
    pg_status status = read_step(&r->price_tick, &tick, &m->price_decimals, "tick", market->tick, err);
    if (status == PG_OK)
        status = read_step(&r->size_step, &step, &m->size_decimals, "step", market->step, err);
    if (status == PG_OK)
        status = read_step(&r->min_size, &least, &decimals, "minimum size", market->min_size, err);
    if (status != PG_OK)
        return status;
    pg_exact_from_u64(&r->max_limit_value, EXX_MOST_LIMIT_USD);
    pg_exact_from_u64(&r->max_market_value, EXX_MOST_MARKET_USD);
    (void)pg_exact_parse(&r->price_cap, "0.05", NULL);
    r->price_floor = r->price_cap;
    status = set_asset(m, err);
    if (status == PG_OK)
        status = pg_instrument_init(in, "extended", r->name, m->price_decimals, m->size_decimals, tick, step, 0, err);
    return status;
}

pg_status exx_add_market(pg_extended_exchange *e, const pg_extended_exchange_market *market, pg_error *err)
{
    exx_market *m = &e->markets[pg_exchange_market_count(e->core)];
    pg_exchange_market_config config = { .max_leverage = market->max_leverage ? market->max_leverage : MAX_LEVERAGE,
                                         .tape = market->tape,
                                         .speed = market->speed,
                                         .synthetic = market->synthetic,
                                         .seed = market->seed };
    if (!market->asset[0] || strlen(market->asset) + strlen("-USD") >= PG_SYMBOL_SIZE)
        return pg_fail(err, PG_ERR_INVALID, "the asset '%s' needs a name of 1 to %d bytes", market->asset,
                       (int)(PG_SYMBOL_SIZE - 1 - strlen("-USD")));
    snprintf(m->asset, sizeof m->asset, "%s", market->asset);
    snprintf(m->rules.name, sizeof m->rules.name, "%s-USD", market->asset);
    int same = exx_find_market(e, m->rules.name), number;
    if (same >= 0)
        return pg_fail(err, PG_ERR_INVALID, "the market '%s' is given twice", m->rules.name);
    memcpy(m->tick, market->tick, sizeof m->tick);
    memcpy(m->step, market->step, sizeof m->step);
    memcpy(m->min_size, market->min_size, sizeof m->min_size);
    pg_status status = set_rules(m, &config.instrument, market, err);
    if (status == PG_OK)
        status = pg_exchange_add_market(&number, e->core, &config, err);
    if (status == PG_OK)
        m->money_scale = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - m->price_decimals - m->size_decimals);
    return status;
}

int exx_find_market(const pg_extended_exchange *e, const char *name)
{
    for (int i = 0; name && i < pg_exchange_market_count(e->core); i++)
        if (strcmp(e->markets[i].rules.name, name) == 0)
            return i;
    return -1;
}

int64_t exx_price(const pg_extended_exchange *e, int market, int kind)
{
    pg_exchange_context context;
    pg_exchange_get_context(&context, e->core, market);
    return kind == EXX_MARK ? context.mark : kind == EXX_INDEX ? context.oracle : context.last;
}

/* ---- as it is described ---- */

/* Of the day that is kept here. */
static void put_day(const pg_extended_exchange *e, pg_text *text, int market, const pg_exchange_context *c)
{
    const pg_exchange_candles *candles = &e->markets[market].candles[EXX_TRADES];
    int64_t low = c->last, high = c->last;
    double before = (double)c->day_first;
    for (int i = candles->count - 1; i >= 0 && i >= candles->count - PG_EXCHANGE_DAY; i--) {
        low = candles->items[i].low < low ? candles->items[i].low : low;
        high = candles->items[i].high > high ? candles->items[i].high : high;
    }
    exx_json_money(text, "dailyVolume", c->day_value * e->markets[market].money_scale, 6);
    exx_json_size(e, text, "dailyVolumeBase", market, c->day_size);
    exx_json_price(e, text, "dailyPriceChange", market, c->last - c->day_first);
    exx_json_decimal(text, "dailyPriceChangePercentage",
                     before > 0 ? (int64_t)(((double)c->last - before) / before * 1e4) : 0, 4);
    exx_json_price(e, text, "dailyLow", market, low);
    exx_json_price(e, text, "dailyHigh", market, high);
}

static void put_deleverage(pg_text *text)
{
    static const char levels[] = "{\"shortPositions\":[],\"longPositions\":[]}";
    pg_json_raw(text, "deleverageLevels", levels, sizeof levels - 1);
}

void exx_json_stats(const pg_extended_exchange *e, pg_text *text, const char *key, int market)
{
    pg_exchange_context c;
    int64_t period = e->config.funding_ns, now_ns = pg_exchange_now(e->core);
    pg_exchange_get_context(&c, e->core, market);
    pg_json_open(text, key, '{');
    put_day(e, text, market, &c);
    exx_json_price(e, text, "lastPrice", market, c.last);
    exx_json_price(e, text, "askPrice", market, pg_exchange_touch(e->core, market, PG_SELL).price);
    exx_json_price(e, text, "bidPrice", market, pg_exchange_touch(e->core, market, PG_BUY).price);
    exx_json_price(e, text, "markPrice", market, c.mark);
    exx_json_price(e, text, "indexPrice", market, c.oracle);
    exx_json_decimal(text, "fundingRate", c.funding_e12, 12);
    pg_json_integer(text, "nextFundingRate", exx_ms((now_ns / period + 1) * period));
    exx_json_money(text, "openInterest", (pg_money)c.open_interest * c.mark * e->markets[market].money_scale, 6);
    exx_json_size(e, text, "openInterestBase", market, c.open_interest);
    put_deleverage(text);
    pg_json_close(text, '}');
}

static void put_trading(const pg_extended_exchange *e, pg_text *text, int market)
{
    const exx_market *m = &e->markets[market];
    int leverage = pg_exchange_max_leverage(e->core, market);
    pg_json_open(text, "tradingConfig", '{');
    pg_json_string(text, "minOrderSize", m->min_size);
    pg_json_string(text, "minOrderSizeChange", m->step);
    pg_json_string(text, "minPriceChange", m->tick);
    exx_json_decimal(text, "maxMarketOrderValue", EXX_MOST_MARKET_USD, 0);
    exx_json_decimal(text, "maxLimitOrderValue", EXX_MOST_LIMIT_USD, 0);
    exx_json_decimal(text, "maxPositionValue", EXX_MOST_POSITION_USD, 0);
    exx_json_decimal(text, "maxLeverage", leverage, 0);
    exx_json_decimal(text, "maxNumOrders", EXX_OPEN_ORDERS, 0);
    pg_json_string(text, "limitPriceCap", "0.05");
    pg_json_string(text, "limitPriceFloor", "0.05");
    pg_json_string(text, "hourlyFundingRateCap", "0.04");
    pg_json_open(text, "riskFactorConfig", '[');
    pg_json_open(text, NULL, '{');
    exx_json_decimal(text, "upperBound", EXX_MOST_POSITION_USD, 0);
    exx_json_decimal(text, "riskFactor", (1000000 + leverage - 1) / leverage, 6);
    pg_json_bool(text, "isAvailableForUsers", true);
    pg_json_close(text, '}');
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

static void put_settlement(const pg_extended_exchange *e, pg_text *text, int market)
{
    const pg_extended_market *r = &e->markets[market].rules;
    char hex[PG_FELT_HEX];
    pg_json_open(text, "l2Config", '{');
    pg_json_string(text, "type", "STARKX");
    pg_json_string(text, "collateralId", collateral_id);
    pg_json_unsigned(text, "collateralResolution", r->collateral_resolution);
    pg_json_string(text, "syntheticId", pg_felt_to_hex(hex, &r->synthetic_id));
    pg_json_unsigned(text, "syntheticResolution", r->synthetic_resolution);
    pg_json_close(text, '}');
}

void exx_json_market(const pg_extended_exchange *e, pg_text *text, int market)
{
    const exx_market *m = &e->markets[market];
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "name", m->rules.name);
    pg_json_string(text, "uiName", m->rules.name);
    pg_json_string(text, "type", "PERPETUAL");
    pg_json_string(text, "category", "Crypto");
    pg_json_string(text, "assetName", m->asset);
    pg_json_integer(text, "assetPrecision", m->size_decimals);
    pg_json_string(text, "collateralAssetName", "USD");
    pg_json_integer(text, "collateralAssetPrecision", COLLATERAL_DECIMALS);
    pg_json_bool(text, "active", true);
    pg_json_string(text, "status", e->mode == PG_EXTENDED_REDUCE_ONLY ? "REDUCE_ONLY" : "ACTIVE");
    pg_json_bool(text, "isRfq", false);
    pg_json_bool(text, "isOffHours", false);
    pg_json_string(text, "tradingHours", "CONTINUOUS");
    pg_json_bool(text, "visibleOnUi", true);
    pg_json_integer(text, "createdAt", 1752829532673);
    exx_json_stats(e, text, "marketStats", market);
    put_trading(e, text, market);
    put_settlement(e, text, market);
    pg_json_close(text, '}');
}

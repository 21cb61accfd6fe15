/* Extended's public endpoints (extended.md 4). */
#include <string.h>

#include "sim/exchange_extended_internal.h"

/* The market of the path; refuses the request when there is none. */
static bool find_market(int *market, exx_call *call, int *code)
{
    *market = exx_find_market(call->e, call->params[0]);
    if (*market >= 0)
        return true;
    *code = exx_refuse(call, 1001, NULL);
    return false;
}

int exx_get_markets(exx_call *call)
{
    for (int i = 0; i < call->query.count; i++)
        if (strcmp(call->query.item[i].name, "market") == 0 && exx_find_market(call->e, call->query.item[i].value) < 0)
            return exx_refuse(call, 1001, call->query.item[i].value);
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = 0; i < call->e->config.market_count; i++)
        if (exx_query_takes(call, "market", call->e->markets[i].rules.name))
            exx_json_market(call->e, call->out, i);
    pg_json_close(call->out, ']');
    return exx_end(call);
}

int exx_get_stats(exx_call *call)
{
    int market, code;
    if (!find_market(&market, call, &code))
        return code;
    exx_begin(call);
    exx_json_stats(call->e, call->out, "data", market);
    return exx_end(call);
}

static void put_side(exx_call *call, const char *key, int market, int side)
{
    pg_exchange_level levels[EXX_LEVELS];
    int count = pg_exchange_book(call->e->core, market, side, levels, EXX_LEVELS);
    pg_json_open(call->out, key, '[');
    for (int i = 0; i < count; i++) {
        pg_json_open(call->out, NULL, '{');
        exx_json_size(call->e, call->out, "qty", market, levels[i].size);
        exx_json_price(call->e, call->out, "price", market, levels[i].price);
        pg_json_close(call->out, '}');
    }
    pg_json_close(call->out, ']');
}

int exx_get_orderbook(exx_call *call)
{
    int market, code;
    if (!find_market(&market, call, &code))
        return code;
    exx_begin(call);
    pg_json_open(call->out, "data", '{');
    pg_json_string(call->out, "market", call->e->markets[market].rules.name);
    put_side(call, "bid", market, PG_BUY);
    put_side(call, "ask", market, PG_SELL);
    pg_json_close(call->out, '}');
    return exx_end(call);
}

int exx_get_trades(exx_call *call)
{
    const pg_exchange_trade *trade;
    int market, code;
    if (!find_market(&market, call, &code))
        return code;
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = 0; i < EXX_TRADES_FIRST && (trade = pg_exchange_trade_at(call->e->core, market, i)); i++)
        exx_json_trade(call->e, call->out, market, trade);
    pg_json_close(call->out, ']');
    return exx_end(call);
}

int exx_get_candles(exx_call *call)
{
    static const char *const kinds[EXX_PRICES] = {
        [EXX_TRADES] = "trades", [EXX_MARK] = "mark-prices", [EXX_INDEX] = "index-prices"
    };
    int market, code, kind = exx_find_word(kinds, EXX_PRICES, call->params[1]);
    int minutes = exx_interval(exx_query(call, "interval"));
    int64_t limit, until_ms;
    if (!find_market(&market, call, &code))
        return code;
    if (kind < 0)
        return exx_refuse(call, 404, NULL);
    if (minutes == 0)
        return exx_refuse(call, 1005, "interval");
    if (!exx_query_number(&limit, call, "limit", 0) || limit < 1 || limit > EXX_PAGE ||
        !exx_query_number(&until_ms, call, "endTime", INT64_MAX))
        return exx_refuse(call, 400, "limit and endTime");
    const pg_exchange_candles *candles = &call->e->markets[market].candles[kind];
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = candles->count; i > 0 && limit > 0;) {
        pg_exchange_candle whole;
        int64_t span[2];
        pg_exchange_candles_span(span, candles->items[i - 1].minute, minutes);
        while (i > 0 && candles->items[i - 1].minute >= span[0])
            i--;
        pg_exchange_candles_gather(&whole, candles, i, minutes);
        if (span[0] * 60000 > until_ms)
            continue;
        exx_json_candle(call->e, call->out, market, kind, minutes, &whole);
        limit--;
    }
    pg_json_close(call->out, ']');
    return exx_end(call);
}

/* The required span of a history. */
static bool read_span(int64_t *from_ms, int64_t *to_ms, const exx_call *call)
{
    return exx_query_number(from_ms, call, "startTime", -1) && exx_query_number(to_ms, call, "endTime", -1) &&
           *from_ms >= 0 && *to_ms >= 0;
}

int exx_get_funding(exx_call *call)
{
    int market, code, count = 0;
    int64_t from_ms, to_ms, cursor, limit, last = 0;
    if (!find_market(&market, call, &code))
        return code;
    if (!read_span(&from_ms, &to_ms, call) || !exx_query_number(&cursor, call, "cursor", INT64_MAX) ||
        !exx_query_number(&limit, call, "limit", EXX_PAGE) || limit < 1 || limit > EXX_PAGE)
        return exx_refuse(call, 400, "startTime, endTime, cursor and limit");
    const exx_market *m = &call->e->markets[market];
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (uint64_t i = m->rate_count; i > 0 && i + EXX_RATES > m->rate_count && count < limit; i--) {
        const exx_rate *rate = &m->rates[(i - 1) % EXX_RATES];
        if (rate->time_ms < from_ms || rate->time_ms > to_ms || (int64_t)i >= cursor)
            continue;
        exx_json_rate(call->e, call->out, market, rate);
        last = (int64_t)i; /* its number is the cursor */
        count++;
    }
    pg_json_close(call->out, ']');
    return exx_end_page(call, (uint64_t)last, count);
}

int exx_get_open_interests(exx_call *call)
{
    const char *interval = exx_query(call, "interval");
    int market, code, hours = !interval ? 0 : strcmp(interval, "P1H") == 0 ? 1 : strcmp(interval, "P1D") == 0 ? 24 : 0;
    int64_t from_ms, to_ms, limit;
    if (!find_market(&market, call, &code))
        return code;
    if (hours == 0)
        return exx_refuse(call, 1005, "interval");
    if (!read_span(&from_ms, &to_ms, call) || !exx_query_number(&limit, call, "limit", EXX_INTERESTS) || limit < 1)
        return exx_refuse(call, 400, "startTime, endTime and limit");
    const exx_market *m = &call->e->markets[market];
    uint64_t first = m->interest_count > EXX_INTERESTS ? m->interest_count - EXX_INTERESTS : 0;
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (uint64_t i = first; i < m->interest_count && limit > 0; i++) {
        const exx_interest *interest = &m->interests[i % EXX_INTERESTS];
        int64_t ms = interest->hour * 3600000;
        if (interest->hour % hours != 0 || ms < from_ms || ms > to_ms)
            continue;
        pg_json_open(call->out, NULL, '{');
        exx_json_money(call->out, "i", interest->value_e12, 6);
        exx_json_size(call->e, call->out, "I", market, interest->size);
        pg_json_integer(call->out, "t", ms);
        pg_json_close(call->out, '}');
        limit--;
    }
    pg_json_close(call->out, ']');
    return exx_end(call);
}

/* ---- assets ---- */

static void put_asset(exx_call *call, int id, const char *name, int precision, bool collateral, const pg_felt *settled,
                      uint64_t resolution)
{
    char hex[PG_FELT_HEX];
    if (!exx_query_takes(call, "asset", name) || !exx_query_takes(call, "collateral", collateral ? "true" : "false"))
        return;
    pg_json_open(call->out, NULL, '{');
    pg_json_integer(call->out, "id", id);
    pg_json_string(call->out, "name", name);
    pg_json_string(call->out, "symbol", name);
    pg_json_integer(call->out, "precision", precision);
    pg_json_bool(call->out, "isActive", true);
    pg_json_bool(call->out, "isCollateral", collateral);
    pg_json_string(call->out, "starkexId", pg_felt_to_hex(hex, settled));
    pg_json_unsigned(call->out, "starkexResolution", resolution);
    pg_json_string(call->out, "l1Id", pg_felt_to_hex(hex, settled));
    pg_json_unsigned(call->out, "l1Resolution", resolution);
    pg_json_integer(call->out, "version", 1);
    pg_json_string(call->out, "type", "PERPETUAL");
    pg_json_bool(call->out, "canBeUsedAsCollateral", collateral);
    pg_json_close(call->out, '}');
}

int exx_get_assets(exx_call *call)
{
    const pg_extended_exchange *e = call->e;
    const pg_extended_market *first = &e->markets[0].rules;
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    put_asset(call, 1, "USD", 6, true, &first->collateral_id, first->collateral_resolution);
    for (int i = 0; i < e->config.market_count; i++)
        put_asset(call, 2 + i, e->markets[i].asset, e->markets[i].size_decimals, false,
                  &e->markets[i].rules.synthetic_id, e->markets[i].rules.synthetic_resolution);
    pg_json_close(call->out, ']');
    return exx_end(call);
}

int exx_get_asset_price(exx_call *call)
{
    for (int i = 0; i < call->e->config.market_count; i++)
        if (strcmp(call->e->markets[i].asset, call->params[0]) == 0) {
            exx_begin(call);
            exx_json_price(call->e, call->out, "data", i, exx_price(call->e, i, EXX_INDEX));
            return exx_end(call);
        }
    return exx_refuse(call, 404, NULL);
}

/* ---- settlement ---- */

int exx_get_starknet(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '{');
    pg_json_string(call->out, "name", "Perpetuals");
    pg_json_string(call->out, "version", "v0");
    pg_json_string(call->out, "chainId", call->e->config.mainnet ? "SN_MAIN" : "SN_SEPOLIA");
    pg_json_integer(call->out, "revision", 1);
    pg_json_close(call->out, '}');
    return exx_end(call);
}

int exx_get_settings(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '{');
    pg_json_string(call->out, "starkExContractAddress", "0x0");
    pg_json_close(call->out, '}');
    return exx_end(call);
}

/* Lighter's REST about markets (lighter.md 3, appendix B). */
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_lighter_internal.h"

enum { QUOTE_DECIMALS = 6, LEVELS = 250, CANDLES = 500, FUNDINGS = 100, TRADES = 100 };

#define YEAR_2286_MS 9999999999999

/* ---- order books ---- */

static void put_market(pg_text *text, const lix_market *m)
{
    pg_json_string(text, "symbol", m->name);
    pg_json_integer(text, "market_id", m->id);
    pg_json_string(text, "market_type", "perp");
    pg_json_integer(text, "base_asset_id", 0);
    pg_json_integer(text, "quote_asset_id", 0);
    pg_json_string(text, "status", "active");
    pg_json_string(text, "taker_fee", "0.0280"); /* a premium account's; others pay what their type says */
    pg_json_string(text, "maker_fee", "0.0040");
    pg_json_string(text, "liquidation_fee", "1.0000");
    lix_json_size(text, "min_base_amount", m, m->min_size);
    pg_json_string(text, "min_quote_amount", "10.000000");
    pg_json_string(text, "order_quote_limit", "281474976.710655");
    pg_json_integer(text, "supported_size_decimals", m->size_decimals);
    pg_json_integer(text, "supported_price_decimals", m->price_decimals);
    pg_json_integer(text, "supported_quote_decimals", QUOTE_DECIMALS);
    pg_json_bool(text, "is_maker_fee_enabled", true);
    pg_json_bool(text, "is_taker_fee_enabled", true);
}

static void put_config(pg_text *text)
{
    pg_json_open(text, "market_config", '{');
    pg_json_integer(text, "market_margin_mode", 0);
    pg_json_integer(text, "insurance_fund_account_index", LIX_NONE);
    pg_json_integer(text, "liquidation_mode", 0);
    pg_json_bool(text, "force_reduce_only", false);
    pg_json_bool(text, "funding_fee_discounts_enabled", false);
    pg_json_string(text, "trading_hours", "");
    pg_json_bool(text, "hidden", false);
    pg_json_bool(text, "rfq_enabled", false);
    pg_json_close(text, '}');
}

/* What traded in a day. */
static void put_day(pg_lighter_exchange *e, pg_text *text, int market, bool prices)
{
    const lix_market *m = &e->markets[market];
    pg_exchange_context c;
    pg_exchange_get_context(&c, e->core, market);
    lix_day day;
    lix_get_day(&day, e, market);
    lix_json_price_number(text, "last_trade_price", m, c.last);
    pg_json_integer(text, "daily_trades_count", day.count);
    lix_json_size_number(text, "daily_base_token_volume", m, c.day_size);
    lix_json_money_number(text, "daily_quote_token_volume", e, market, c.day_value);
    if (prices) {
        lix_json_price_number(text, "daily_price_low", m, day.low);
        lix_json_price_number(text, "daily_price_high", m, day.high);
    }
    pg_json_number(text, "daily_price_change", day.change);
    if (prices)
        lix_json_size_number(text, "open_interest", m, c.open_interest);
}

static void put_details(pg_lighter_exchange *e, pg_text *text, int market)
{
    const lix_market *m = &e->markets[market];
    int maintenance = 10000 / (2 * pg_exchange_max_leverage(e->core, market));
    pg_json_integer(text, "size_decimals", m->size_decimals);
    pg_json_integer(text, "price_decimals", m->price_decimals);
    pg_json_integer(text, "quote_multiplier", 1);
    pg_json_integer(text, "default_initial_margin_fraction", m->min_fraction > 500 ? m->min_fraction : 500);
    pg_json_integer(text, "min_initial_margin_fraction", m->min_fraction);
    pg_json_integer(text, "maintenance_margin_fraction", maintenance);
    pg_json_integer(text, "closeout_margin_fraction", maintenance * 2 / 3);
    put_day(e, text, market, true);
    pg_json_open(text, "daily_chart", '{');
    pg_json_close(text, '}');
    put_config(text);
    pg_json_integer(text, "strategy_index", 0);
}

static void tell_books(pg_lighter_exchange *e, const lix_request *request)
{
    bool details = strcmp(request->path, "orderBookDetails") == 0;
    const char *filter = pg_form_get(&request->form, "filter");
    int market;
    if (!lix_market_of(e, request, false, &market))
        return;
    pg_text *text = lix_reply(e);
    pg_json_open(text, details ? "order_book_details" : "order_books", '[');
    for (int i = 0; i < pg_exchange_market_count(e->core); i++) {
        if ((market >= 0 && market != i) || (filter && strcmp(filter, "spot") == 0))
            continue;
        pg_json_open(text, NULL, '{');
        put_market(text, &e->markets[i]);
        if (details)
            put_details(e, text, i);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
    if (details) {
        pg_json_open(text, "spot_order_book_details", '[');
        pg_json_close(text, ']');
    }
    lix_answer(e, request);
}

/* The accounts' orders by themselves, and the flow's levels as an order each, by price. */
static void put_simple_order(pg_text *text, const lix_market *m, int64_t index, int64_t owner, int64_t initial,
                             int64_t left, int64_t price, int64_t expiry, int64_t time_us)
{
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "order_index", index);
    lix_json_index(text, "order_id", index);
    pg_json_integer(text, "owner_account_index", owner);
    lix_json_size(text, "initial_base_amount", m, initial);
    lix_json_size(text, "remaining_base_amount", m, left);
    lix_json_price(text, "price", m, price);
    pg_json_integer(text, "order_expiry", expiry);
    pg_json_integer(text, "transaction_time", time_us);
    pg_json_close(text, '}');
}

/* The orders of accounts at a price; *left is what they leave to the flow. Returns how many. */
static int put_accounts_orders(pg_lighter_exchange *e, pg_text *text, int market, int side, int64_t price,
                               int64_t *left)
{
    int count = 0;
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, k, o));) {
            if (o->market != market || o->side != side || o->waiting || o->price != price || !e->accounts[k])
                continue;
            put_simple_order(text, &e->markets[market], o->note[NOTE_INDEX], e->accounts[k]->index,
                             o->note[NOTE_FILLED] + o->size, o->remaining, price, o->note[NOTE_EXPIRY],
                             o->time_ns / 1000);
            *left -= o->remaining;
            count++;
        }
    return count;
}

static int put_side(pg_lighter_exchange *e, pg_text *text, const char *key, int market, int side, int64_t limit)
{
    pg_exchange_level levels[LEVELS];
    int count = pg_exchange_book(e->core, market, side, levels, (int)limit), orders = 0;
    int64_t month_ms = 28ll * 86400 * 1000;
    pg_json_open(text, key, '[');
    for (int i = 0; i < count && orders < limit; i++) {
        int64_t left = levels[i].size;
        orders += put_accounts_orders(e, text, market, side, levels[i].price, &left);
        if (left > 0) {
            put_simple_order(text, &e->markets[market], lix_order_index(e, side == PG_SELL, (uint64_t)levels[i].price),
                             LIX_FLOW, left, left, levels[i].price, lix_now_ms(e) + month_ms, 0);
            orders++;
        }
    }
    pg_json_close(text, ']');
    return orders;
}

static void tell_orders(pg_lighter_exchange *e, const lix_request *request)
{
    int market;
    int64_t limit = 0;
    if (!lix_market_of(e, request, true, &market) || !lix_number(e, request, "limit", true, &limit))
        return;
    if (limit < 1 || limit > LEVELS) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return;
    }
    pg_text *text = lix_reply(e);
    int asks = put_side(e, text, "asks", market, PG_SELL, limit);
    int bids = put_side(e, text, "bids", market, PG_BUY, limit);
    pg_json_integer(text, "total_asks", asks);
    pg_json_integer(text, "total_bids", bids);
    lix_answer(e, request);
}

/* ---- trades ---- */

static void tell_recent(pg_lighter_exchange *e, const lix_request *request)
{
    int market;
    int64_t limit = 0;
    if (!lix_market_of(e, request, true, &market) || !lix_number(e, request, "limit", true, &limit))
        return;
    if (limit < 1 || limit > TRADES) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return;
    }
    pg_text *text = lix_reply(e);
    pg_json_open(text, "trades", '[');
    for (int i = 0; i < limit && lix_trade_at(&e->markets[market].trades, i); i++)
        lix_json_trade(e, text, lix_trade_at(&e->markets[market].trades, i));
    pg_json_close(text, ']');
    lix_answer(e, request);
}

/* ---- candles and fundings ---- */

typedef struct {
    int market, minutes;
    int64_t from_ms, to_ms, count;
} span;

static bool read_span(pg_lighter_exchange *e, const lix_request *request, span *s)
{
    const char *resolution = pg_form_get(&request->form, "resolution");
    int code = 0;
    if (!lix_market_of(e, request, true, &s->market) || !lix_number(e, request, "start_timestamp", true, &s->from_ms) ||
        !lix_number(e, request, "end_timestamp", true, &s->to_ms) ||
        !lix_number(e, request, "count_back", true, &s->count))
        return false;
    s->minutes = resolution ? lix_minutes(resolution) : 0;
    if (s->minutes == 0)
        code = LIX_INVALID_RESOLUTION;
    else if (s->from_ms < 0 || s->to_ms > YEAR_2286_MS)
        code = LIX_INVALID_TIMESTAMP;
    else if (s->from_ms >= s->to_ms)
        code = LIX_INVALID_TIMESTAMPS;
    if (code)
        lix_refuse(e, request, code, NULL);
    return code == 0;
}

static void tell_candles(pg_lighter_exchange *e, const lix_request *request)
{
    span s = { 0 };
    int first[CANDLES], count = 0; /* the places of the newest that are asked for, round and round */
    if (!read_span(e, request, &s))
        return;
    const lix_market *m = &e->markets[s.market];
    const pg_exchange_candles *candles = strcmp(request->path, "candles") == 0 ? &m->candles : &m->marks;
    int64_t most = s.count > 0 && s.count < CANDLES ? s.count : CANDLES;
    for (int i = 0; i < candles->count;) {
        pg_exchange_candle whole;
        int64_t at_minutes[2];
        int at = i;
        i = pg_exchange_candles_gather(&whole, candles, i, s.minutes);
        pg_exchange_candles_span(at_minutes, whole.minute, s.minutes);
        if (at_minutes[0] * 60000 >= s.from_ms && at_minutes[0] * 60000 <= s.to_ms)
            first[count++ % most] = at;
    }
    pg_text *text = lix_reply(e);
    pg_json_string(text, "r", lix_resolution(s.minutes));
    pg_json_open(text, "c", '[');
    for (int64_t i = count > most ? count - most : 0; i < count; i++) {
        pg_exchange_candle whole;
        pg_exchange_candles_gather(&whole, candles, first[i % most], s.minutes);
        lix_json_candle(text, m, &whole, s.minutes);
    }
    pg_json_close(text, ']');
    lix_answer(e, request);
}

/* USD for a unit of base, whichever way it is paid. */
static void put_funding(pg_text *text, const lix_market *m, const lix_funding *f)
{
    int64_t rate = f->rate_e12 < 0 ? -f->rate_e12 : f->rate_e12; /* percent: 1e-10 of it are 1e-12 */
    pg_money value = (pg_money)rate * f->price / pg_pow10(m->price_decimals) / 10000; /* 1e-8 */
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "timestamp", f->time_ns / 1000000000);
    lix_json_decimal(text, "value", (int64_t)value, 8);
    lix_json_decimal(text, "rate", (rate + 500000) / 1000000, 4);
    pg_json_string(text, "direction", f->rate_e12 < 0 ? "short" : "long");
    pg_json_close(text, '}');
}

static void tell_fundings(pg_lighter_exchange *e, const lix_request *request)
{
    span s = { 0 };
    if (!read_span(e, request, &s))
        return;
    const lix_market *m = &e->markets[s.market];
    int from = 0, count = 0;
    for (int i = m->rates.count - 1; i >= 0 && count < FUNDINGS; i--) {
        int64_t ms = m->rates.items[i].time_ns / 1000000;
        if (ms < s.from_ms)
            break;
        count += ms <= s.to_ms;
        from = i;
    }
    pg_text *text = lix_reply(e);
    pg_json_string(text, "resolution", lix_resolution(s.minutes));
    pg_json_open(text, "fundings", '[');
    for (int i = from; i < m->rates.count && count > 0; i++, count--)
        put_funding(text, m, &m->rates.items[i]);
    pg_json_close(text, ']');
    lix_answer(e, request);
}

static void tell_rates(pg_lighter_exchange *e, const lix_request *request)
{
    pg_text *text = lix_reply(e);
    pg_json_open(text, "funding_rates", '[');
    for (int i = 0; i < pg_exchange_market_count(e->core); i++) {
        pg_exchange_context c;
        pg_exchange_get_context(&c, e->core, i);
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "market_id", e->markets[i].id);
        pg_json_string(text, "exchange", "lighter");
        pg_json_string(text, "symbol", e->markets[i].name);
        pg_json_number(text, "rate", (double)c.funding_e12 * 8e-12); /* of eight hours */
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
    lix_answer(e, request);
}

/* ---- the rest ---- */

static void tell_stats(pg_lighter_exchange *e, const lix_request *request)
{
    pg_text *text = lix_reply(e);
    double volume = 0;
    int64_t trades = 0;
    pg_json_integer(text, "total", pg_exchange_market_count(e->core));
    pg_json_open(text, "order_book_stats", '[');
    for (int i = 0; i < pg_exchange_market_count(e->core); i++) {
        pg_exchange_context c;
        pg_exchange_get_context(&c, e->core, i);
        volume += (double)lix_micro(e, i, c.day_value) * 1e-6;
        lix_day day;
        lix_get_day(&day, e, i);
        trades += day.count;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "symbol", e->markets[i].name);
        put_day(e, text, i, false);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
    pg_json_number(text, "daily_usd_volume", volume);
    pg_json_integer(text, "daily_trades_count", trades);
    lix_answer(e, request);
}

static void tell_assets(pg_lighter_exchange *e, const lix_request *request)
{
    static const struct {
        int id;
        const char *symbol;
        int decimals;
        const char *least;
    } assets[] = { { LIX_LIT, "LIT", 8, "0.10000000" }, { LIX_COLLATERAL, "USDC", 6, "1.000000" } };
    int64_t id = 0;
    if (!lix_number(e, request, "asset_id", false, &id))
        return;
    pg_text *text = lix_reply(e);
    pg_json_open(text, "asset_details", '[');
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++) {
        if (id != 0 && id != assets[i].id)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "asset_id", assets[i].id);
        pg_json_string(text, "symbol", assets[i].symbol);
        pg_json_integer(text, "l1_decimals", assets[i].id == LIX_LIT ? 18 : 6);
        pg_json_integer(text, "decimals", assets[i].decimals);
        pg_json_string(text, "min_transfer_amount", assets[i].least);
        pg_json_string(text, "min_withdrawal_amount", assets[i].least);
        pg_json_string(text, "margin_mode", "disabled");
        pg_json_string(text, "index_price", "1.000000");
        pg_json_string(text, "l1_address", "0x0000000000000000000000000000000000000000");
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
    lix_answer(e, request);
}

bool lix_public(pg_lighter_exchange *e, const lix_request *request)
{
    static const struct {
        const char *path;
        void (*serve)(pg_lighter_exchange *e, const lix_request *request);
    } table[] = { { "orderBooks", tell_books },       { "orderBookDetails", tell_books },
                  { "orderBookOrders", tell_orders }, { "recentTrades", tell_recent },
                  { "candles", tell_candles },        { "markPriceCandles", tell_candles },
                  { "fundings", tell_fundings },      { "funding-rates", tell_rates },
                  { "exchangeStats", tell_stats },    { "assetDetails", tell_assets } };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(request->path, table[i].path) == 0 && !request->post) {
            table[i].serve(e, request);
            return true;
        }
    return false;
}

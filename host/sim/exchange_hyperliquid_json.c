/* What the exchange says, as Hyperliquid writes it: decimals are texts, times are milliseconds. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "crypto/hex.h"
#include "kernels/random.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"

/* ---- numbers ---- */

void hlx_empty(pg_text *text)
{
    text->length = 0;
    text->comma = false;
    text->failed = false;
}

void hlx_put(pg_text *text, const char *literal)
{
    pg_text_add(text, literal, strlen(literal));
}

void hlx_put_short(pg_text *text, int64_t value, int decimals)
{
    char number[PG_DECIMAL_TEXT];
    hlx_put(text, pg_decimal_format_short(number, sizeof number, value, decimals));
}

void hlx_put_decimal(pg_text *text, int64_t value, int decimals)
{
    char number[PG_DECIMAL_TEXT];
    pg_decimal_format_short(number, sizeof number, value, decimals);
    hlx_put(text, number);
    if (!strchr(number, '.'))
        hlx_put(text, ".0");
}

void hlx_put_money(pg_text *text, pg_money amount_e12)
{
    pg_money half = amount_e12 < 0 ? -500000 : 500000;
    hlx_put_decimal(text, (int64_t)((amount_e12 + half) / 1000000), 6);
}

/* Comma and key. */
static void member(pg_text *text, const char *key)
{
    if (text->comma)
        hlx_put(text, ",");
    text->comma = true;
    if (!key)
        return;
    hlx_put(text, "\"");
    hlx_put(text, key);
    hlx_put(text, "\":");
}

void hlx_json_decimal(pg_text *text, const char *key, int64_t value, int decimals)
{
    member(text, key);
    hlx_put(text, "\"");
    hlx_put_decimal(text, value, decimals);
    hlx_put(text, "\"");
}

void hlx_json_money(pg_text *text, const char *key, pg_money amount_e12)
{
    member(text, key);
    hlx_put(text, "\"");
    hlx_put_money(text, amount_e12);
    hlx_put(text, "\"");
}

void hlx_json_token(pg_hl_exchange *e, pg_text *text, const char *key, int token, pg_money amount_e12)
{
    int decimals = e->list.tokens[token].wei_decimals;
    hlx_json_decimal(text, key, (int64_t)(amount_e12 / pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - decimals)), decimals);
}

void hlx_json_price(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t price)
{
    hlx_json_decimal(text, key, price, e->list.coins[market].price_decimals);
}

void hlx_json_size(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t size)
{
    hlx_json_decimal(text, key, size, e->list.coins[market].size_decimals);
}

int64_t hlx_ms(int64_t time_ns)
{
    return time_ns / 1000000;
}

static const char *side_name(int side)
{
    return side == PG_BUY ? "B" : "A";
}

/* Money of an instrument. */
static void put_amount(pg_hl_exchange *e, pg_text *text, const char *key, int market, pg_money amount)
{
    int decimals = e->list.coins[market].price_decimals + e->list.coins[market].size_decimals;
    hlx_json_money(text, key, amount * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - decimals));
}

/* ---- orders ---- */

bool hlx_is_without_market(const pg_exchange_order *order)
{
    return (order->tag & HLX_MARKET_TAG) && order->reason == PG_EXCHANGE_NO_MATCH &&
           order->touch[order->side == PG_BUY ? 1 : 0] == 0;
}

const char *hlx_status(const pg_exchange_order *order)
{
    static const char *const cancelled[PG_EXCHANGE_REASONS] = {
        [PG_EXCHANGE_BY_SCHEDULE] = "scheduledCancel",  [PG_EXCHANGE_BY_LIQUIDATION] = "liquidatedCanceled",
        [PG_EXCHANGE_BY_VENUE] = "internalCancel",      [PG_EXCHANGE_BY_WITHDRAWAL] = "vaultWithdrawalCanceled",
        [PG_EXCHANGE_SELF_TRADE] = "selfTradeCanceled", [PG_EXCHANGE_REDUCE_ONLY] = "reduceOnlyCanceled",
        [PG_EXCHANGE_MARGIN] = "marginCanceled",        [PG_EXCHANGE_SIBLING] = "siblingFilledCanceled",
    };
    static const char *const rejected[PG_EXCHANGE_REASONS] = {
        [PG_EXCHANGE_PRICE] = "tickRejected",
        [PG_EXCHANGE_NOTIONAL] = "minTradeNtlRejected",
        [PG_EXCHANGE_FAR] = "oracleRejected",
        [PG_EXCHANGE_MARGIN] = "perpMarginRejected",
        [PG_EXCHANGE_REDUCE_ONLY] = "reduceOnlyRejected",
        [PG_EXCHANGE_POST_ONLY] = "badAloPxRejected",
        [PG_EXCHANGE_NO_MATCH] = "iocCancelRejected",
        [PG_EXCHANGE_TOO_MANY] = "tooManyOpenOrdersRejected",
        [PG_EXCHANGE_BAD_TRIGGER] = "badTriggerPxRejected",
        [PG_EXCHANGE_NO_BALANCE] = "insufficientSpotBalanceRejected",
    };
    const char *name = NULL;
    if (order->status == PG_EXCHANGE_REJECTED && hlx_is_without_market(order))
        return "marketOrderNoLiquidityRejected";
    switch (order->status) {
    case PG_EXCHANGE_OPEN: return "open";
    case PG_EXCHANGE_TRIGGERED: return "triggered";
    case PG_EXCHANGE_FILLED: return "filled";
    case PG_EXCHANGE_CANCELLED: name = cancelled[order->reason]; return name ? name : "canceled";
    default: name = rejected[order->reason]; return name ? name : "rejected";
    }
}

/* "Price above 10.004". */
static void put_condition(pg_hl_exchange *e, pg_text *text, const pg_exchange_order *order)
{
    char condition[64], price[PG_DECIMAL_TEXT];
    bool below = (order->side == PG_SELL) != order->trigger.take_profit;
    pg_decimal_format_short(price, sizeof price, order->trigger.price, e->list.coins[order->market].price_decimals);
    snprintf(condition, sizeof condition, "Price %s %s", below ? "below" : "above", price);
    pg_json_string(text, "triggerCondition", order->trigger.price ? condition : "N/A");
}

static const char *order_type(const pg_exchange_order *order)
{
    const pg_exchange_trigger *trigger = &order->trigger;
    if (trigger->price == 0)
        return order->tag & HLX_MARKET_TAG ? "Market" : hlx_twap_of(order->tag) ? "Twap Slice" : "Limit";
    if (trigger->take_profit)
        return trigger->market ? "Take Profit Market" : "Take Profit Limit";
    return trigger->market ? "Stop Market" : "Stop Limit";
}

/* The orders that wait for this one to fill. */
static void put_children(pg_hl_exchange *e, pg_text *text, const pg_exchange_order *order)
{
    pg_json_open(text, "children", '[');
    const pg_exchange_order *o = NULL;
    while (order->status == PG_EXCHANGE_OPEN && !order->waiting &&
           (o = pg_exchange_next_open(e->core, order->account, o))) {
        if (!o->dormant || o->parent != order->oid)
            continue;
        pg_json_open(text, NULL, '{');
        hlx_json_order(e, text, o, true);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

static void put_frontend(pg_hl_exchange *e, pg_text *text, const pg_exchange_order *order)
{
    static const char *const tifs[] = { [PG_TIF_GTC] = "Gtc", [PG_TIF_IOC] = "Ioc", [PG_TIF_ALO] = "Alo" };
    put_condition(e, text, order);
    pg_json_bool(text, "isTrigger", order->trigger.price != 0);
    hlx_json_price(e, text, "triggerPx", order->market, order->trigger.price);
    put_children(e, text, order);
    pg_json_bool(text, "isPositionTpsl", order->whole);
    pg_json_bool(text, "reduceOnly", order->reduce_only);
    pg_json_string(text, "orderType", order_type(order));
    if (order->trigger.price)
        pg_json_null(text, "tif");
    else if (order->tag & HLX_MARKET_TAG)
        pg_json_string(text, "tif", "FrontendMarket");
    else
        pg_json_string(text, "tif", tifs[order->tif]);
    if (order->client_id[0])
        pg_json_string(text, "cloid", order->client_id);
    else
        pg_json_null(text, "cloid");
}

void hlx_json_order(pg_hl_exchange *e, pg_text *text, const pg_exchange_order *order, bool frontend)
{
    int m = order->market;
    pg_json_string(text, "coin", e->list.coins[m].name);
    pg_json_string(text, "side", side_name(order->side));
    hlx_json_price(e, text, "limitPx", m, order->price);
    hlx_json_size(e, text, "sz", m, order->remaining);
    pg_json_integer(text, "oid", (int64_t)order->oid);
    pg_json_integer(text, "timestamp", hlx_ms(order->time_ns));
    hlx_json_size(e, text, "origSz", m, order->size);
    if (frontend) {
        put_frontend(e, text, order);
        return;
    }
    if (order->client_id[0])
        pg_json_string(text, "cloid", order->client_id);
    if (order->reduce_only)
        pg_json_bool(text, "reduceOnly", true);
}

/* ---- fills and trades ---- */

/* A hash that belongs to a number; nobody may use it as a key. */
void hlx_json_hash(pg_text *text, const char *key, uint64_t number)
{
    uint8_t bytes[32];
    char hash[2 + 64 + 1] = "0x";
    pg_random random;
    pg_random_seed(&random, number);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(pg_random_bits(&random) >> 56);
    pg_hex_encode(hash + 2, bytes, sizeof bytes);
    pg_json_string(text, key, hash);
}

static const char *direction(const pg_exchange_fill *fill)
{
    if (fill->fee_asset != PG_EXCHANGE_NO_ASSET)
        return fill->side == PG_BUY ? "Buy" : "Sell";
    int64_t before = fill->start_position, after = before + (fill->side == PG_BUY ? fill->size : -fill->size);
    if (before > 0 && after < 0)
        return "Long > Short";
    if (before < 0 && after > 0)
        return "Short > Long";
    if (fill->side == PG_BUY)
        return before < 0 ? "Close Short" : "Open Long";
    return before > 0 ? "Close Long" : "Open Short";
}

static void put_liquidation(pg_hl_exchange *e, pg_text *text, const pg_exchange_fill *fill)
{
    pg_json_open(text, "liquidation", '{');
    pg_json_string(text, "liquidatedUser", pg_exchange_account_name(e->core, fill->account));
    hlx_json_price(e, text, "markPx", fill->market, fill->liquidation_mark);
    pg_json_string(text, "method", "market");
    pg_json_close(text, '}');
}

void hlx_json_fill(pg_hl_exchange *e, pg_text *text, const pg_exchange_fill *fill)
{
    int m = fill->market;
    bool spot = fill->fee_asset != PG_EXCHANGE_NO_ASSET;
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "coin", e->list.coins[m].name);
    hlx_json_price(e, text, "px", m, fill->price);
    hlx_json_size(e, text, "sz", m, fill->size);
    pg_json_string(text, "side", side_name(fill->side));
    pg_json_integer(text, "time", hlx_ms(fill->time_ns));
    if (spot)
        hlx_json_token(e, text, "startPosition", e->list.coins[m].base, fill->start_e12);
    else
        hlx_json_size(e, text, "startPosition", m, fill->start_position);
    pg_json_string(text, "dir", direction(fill));
    put_amount(e, text, "closedPnl", m, fill->closed);
    if (hlx_twap_of(fill->tag)) /* of a slice: no action of its own */
        pg_json_string(text, "hash", "0x0000000000000000000000000000000000000000000000000000000000000000");
    else
        hlx_json_hash(text, "hash", fill->tid);
    pg_json_integer(text, "oid", (int64_t)fill->oid);
    pg_json_bool(text, "crossed", !fill->maker);
    if (spot)
        hlx_json_token(e, text, "fee", fill->fee_asset, fill->fee_e12);
    else
        put_amount(e, text, "fee", m, fill->fee);
    if (fill->builder_fee != 0)
        put_amount(e, text, "builderFee", m, fill->builder_fee);
    pg_json_integer(text, "tid", (int64_t)fill->tid);
    if (fill->client_id[0])
        pg_json_string(text, "cloid", fill->client_id);
    if (fill->liquidation)
        put_liquidation(e, text, fill);
    pg_json_string(text, "feeToken", e->list.tokens[spot ? fill->fee_asset : 0].name);
    if (hlx_twap_of(fill->tag))
        pg_json_integer(text, "twapId", (int64_t)hlx_twap_of(fill->tag));
    else
        pg_json_null(text, "twapId");
    pg_json_close(text, '}');
}

/* The address of a side of a trade; of the market's own flow one of many that belong to nobody. */
static void put_trader(pg_hl_exchange *e, pg_text *text, int account, uint64_t key)
{
    char name[PG_ADDRESS_TEXT];
    if (account != PG_EXCHANGE_NOBODY) {
        pg_json_string(text, NULL, pg_exchange_account_name(e->core, account));
        return;
    }
    snprintf(name, sizeof name, "0x%040llx", (unsigned long long)(key % 997 + 1));
    pg_json_string(text, NULL, name);
}

void hlx_json_trade(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_trade *trade)
{
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "coin", e->list.coins[market].name);
    pg_json_string(text, "side", side_name(trade->side));
    hlx_json_price(e, text, "px", market, trade->price);
    hlx_json_size(e, text, "sz", market, trade->size);
    pg_json_integer(text, "time", hlx_ms(trade->time_ns));
    hlx_json_hash(text, "hash", trade->tid);
    pg_json_integer(text, "tid", (int64_t)trade->tid);
    pg_json_open(text, "users", '[');
    put_trader(e, text, trade->buyer, trade->tid);
    put_trader(e, text, trade->seller, trade->tid / 997);
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

/* ---- books ---- */

static void put_level(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_level *level)
{
    hlx_put(text, "{\"px\":\"");
    hlx_put_decimal(text, level->price, e->list.coins[market].price_decimals);
    hlx_put(text, "\",\"sz\":\"");
    hlx_put_decimal(text, level->size, e->list.coins[market].size_decimals);
    hlx_put(text, "\",\"n\":");
    hlx_put_short(text, level->orders, 0);
    hlx_put(text, "}");
}

/* A price with so many figures (or a multiple of mantissa in the last of five), away from the touch. */
static int64_t coarse(int64_t price, int side, int figures, int mantissa)
{
    int digits = 0;
    for (int64_t rest = price; rest > 0; rest /= 10)
        digits++;
    int64_t step = (digits > figures ? pg_pow10(digits - figures) : 1) * (mantissa > 0 ? mantissa : 1);
    int64_t down = price - price % step;
    return side == PG_SELL && down != price ? down + step : down;
}

static int aggregate(pg_exchange_level *levels, int count, int side, const hlx_subscription *book)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        int64_t price = coarse(levels[i].price, side, book->figures, book->mantissa);
        if (n > 0 && levels[n - 1].price == price) {
            levels[n - 1].size += levels[i].size;
            levels[n - 1].orders += levels[i].orders;
        } else {
            pg_exchange_level level = levels[i];
            level.price = price;
            levels[n++] = level;
        }
    }
    return n;
}

void hlx_json_book(pg_hl_exchange *e, pg_text *text, const hlx_subscription *book, int depth)
{
    enum { AGGREGATED = 256 };
    pg_exchange_level levels[AGGREGATED];
    hlx_put(text, "{\"coin\":\"");
    hlx_put(text, e->list.coins[book->market].name);
    hlx_put(text, "\",\"time\":");
    hlx_put_short(text, hlx_ms(pg_exchange_now(e->core)), 0);
    hlx_put(text, ",\"levels\":[");
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        int count = pg_exchange_book(e->core, book->market, side, levels, book->figures ? AGGREGATED : depth);
        if (book->figures)
            count = aggregate(levels, count, side, book);
        hlx_put(text, side == PG_BUY ? "[" : ",[");
        for (int i = 0; i < count && i < depth; i++) {
            if (i > 0)
                hlx_put(text, ",");
            put_level(e, text, book->market, &levels[i]);
        }
        hlx_put(text, "]");
    }
    hlx_put(text, book->fast ? "],\"fast\":true}" : "]}");
    text->comma = true;
}

void hlx_json_touch(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_level touch[2])
{
    hlx_put(text, "{\"coin\":\"");
    hlx_put(text, e->list.coins[market].name);
    hlx_put(text, "\",\"time\":");
    hlx_put_short(text, hlx_ms(pg_exchange_now(e->core)), 0);
    hlx_put(text, ",\"bbo\":[");
    for (int i = 0; i < 2; i++) {
        if (touch[i].price > 0)
            put_level(e, text, market, &touch[i]);
        else
            hlx_put(text, "null");
        hlx_put(text, i == 0 ? "," : "]}");
    }
    text->comma = true;
}

void hlx_json_mids(pg_hl_exchange *e, pg_text *text, const char *key, int dex)
{
    pg_json_open(text, key, '{');
    for (int i = 0; i < e->list.coin_count; i++) {
        if (!hlx_is_with(&e->list.coins[i], dex))
            continue;
        pg_exchange_level bid = pg_exchange_touch(e->core, i, PG_BUY), ask = pg_exchange_touch(e->core, i, PG_SELL);
        const pg_exchange_trade *last = pg_exchange_trade_at(e->core, i, 0);
        int decimals = e->list.coins[i].price_decimals;
        if (bid.price > 0 && ask.price > 0)
            hlx_json_decimal(text, e->list.coins[i].name, 5 * (bid.price + ask.price), decimals + 1);
        else if (last)
            hlx_json_decimal(text, e->list.coins[i].name, last->price, decimals);
    }
    pg_json_close(text, '}');
}

static void put_known(pg_text *text, const char *key, int64_t value, int decimals)
{
    if (value > 0)
        hlx_json_decimal(text, key, value, decimals);
    else
        pg_json_null(text, key);
}

/* Of a pair. */
static void put_spot_context(pg_hl_exchange *e, pg_text *text, const char *key, int market,
                             const pg_exchange_context *c)
{
    int decimals = e->list.coins[market].price_decimals;
    pg_json_open(text, key, '{');
    hlx_json_decimal(text, "prevDayPx", c->day_first, decimals);
    put_amount(e, text, "dayNtlVlm", market, c->day_value);
    hlx_json_decimal(text, "markPx", c->mark, decimals);
    put_known(text, "midPx", c->mid_x2 * 5, decimals + 1);
    pg_json_string(text, "circulatingSupply", HLX_SUPPLY);
    pg_json_string(text, "coin", e->list.coins[market].name);
    pg_json_string(text, "totalSupply", HLX_SUPPLY);
    hlx_json_size(e, text, "dayBaseVlm", market, c->day_size);
    pg_json_close(text, '}');
}

void hlx_json_context(pg_hl_exchange *e, pg_text *text, const char *key, int market)
{
    pg_exchange_context c;
    int decimals = e->list.coins[market].price_decimals;
    pg_exchange_get_context(&c, e->core, market);
    if (e->list.coins[market].dex == HLX_SPOT) {
        put_spot_context(e, text, key, market, &c);
        return;
    }
    bool empty = c.impact[0] == 0 || c.impact[1] == 0;
    pg_json_open(text, key, '{');
    hlx_json_decimal(text, "funding", c.funding_e12 / 100, 10);
    hlx_json_size(e, text, "openInterest", market, c.open_interest);
    hlx_json_decimal(text, "prevDayPx", c.day_first, decimals);
    put_amount(e, text, "dayNtlVlm", market, c.day_value);
    if (empty || !c.has_premium)
        pg_json_null(text, "premium");
    else
        hlx_json_decimal(text, "premium", c.premium_e12 / 100, 10);
    hlx_json_decimal(text, "oraclePx", c.oracle, decimals);
    hlx_json_decimal(text, "markPx", c.mark, decimals);
    put_known(text, "midPx", c.mid_x2 * 5, decimals + 1);
    if (empty) {
        pg_json_null(text, "impactPxs");
    } else {
        pg_json_open(text, "impactPxs", '[');
        hlx_json_decimal(text, NULL, c.impact[0], decimals);
        hlx_json_decimal(text, NULL, c.impact[1], decimals);
        pg_json_close(text, ']');
    }
    hlx_json_size(e, text, "dayBaseVlm", market, c.day_size);
    pg_json_close(text, '}');
}

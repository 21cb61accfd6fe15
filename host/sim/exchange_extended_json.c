/* What the exchange says, as Extended writes it: decimals are texts, times milliseconds, ids whole numbers. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_extended_internal.h"

/* ---- numbers ---- */

int64_t exx_ms(int64_t time_ns)
{
    return time_ns / 1000000;
}

uint64_t exx_account_id(int account)
{
    return 3001 + (uint64_t)account;
}

void exx_json_decimal(pg_text *text, const char *key, int64_t value, int decimals)
{
    char number[PG_DECIMAL_TEXT];
    pg_json_string(text, key, pg_decimal_format_short(number, sizeof number, value, decimals));
}

void exx_json_money(pg_text *text, const char *key, pg_money amount_e12, int decimals)
{
    char number[PG_DECIMAL_TEXT];
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - decimals), half = amount_e12 < 0 ? -unit / 2 : unit / 2;
    pg_money rounded = (amount_e12 + half) / unit;
    if (rounded > INT64_MAX || rounded < INT64_MIN) /* too much for this many decimals */
        exx_json_money(text, key, amount_e12, decimals - 1);
    else
        pg_json_string(text, key, pg_decimal_format(number, sizeof number, (int64_t)rounded, decimals));
}

void exx_json_price(const pg_extended_exchange *e, pg_text *text, const char *key, int market, int64_t price)
{
    exx_json_decimal(text, key, price, e->markets[market].price_decimals);
}

void exx_json_size(const pg_extended_exchange *e, pg_text *text, const char *key, int market, int64_t size)
{
    exx_json_decimal(text, key, size, e->markets[market].size_decimals);
}

void exx_json_average(const pg_extended_exchange *e, pg_text *text, const char *key, int market, pg_money value,
                      int64_t size)
{
    enum { MORE = 4 }; /* decimals than a price has */
    if (size != 0)
        exx_json_decimal(text, key, (int64_t)(value * pg_pow10(MORE) / size), e->markets[market].price_decimals + MORE);
    else
        pg_json_string(text, key, "0");
}

static const char *side_name(int side)
{
    return side == PG_BUY ? "BUY" : "SELL";
}

/* ---- orders ---- */

static int type_of(const pg_exchange_order *order)
{
    return (int)(order->tag & EXX_TAG_TYPE);
}

static const char *execution(const pg_exchange_order *order)
{
    return order->trigger.market ? "MARKET" : "LIMIT";
}

static void put_leg(const pg_extended_exchange *e, pg_text *text, const pg_exchange_order *leg)
{
    pg_json_open(text, leg->trigger.take_profit ? "takeProfit" : "stopLoss", '{');
    exx_json_price(e, text, "triggerPrice", leg->market, leg->trigger.price);
    pg_json_string(text, "triggerPriceType", exx_source_name(leg->trigger.source));
    exx_json_price(e, text, "price", leg->market, leg->price);
    pg_json_string(text, "priceType", execution(leg));
    pg_json_string(text, "status", exx_status(leg));
    pg_json_close(text, '}');
}

/* The legs that wait for an order. */
static void put_legs(const pg_extended_exchange *e, pg_text *text, const pg_exchange_order *order)
{
    bool any = false;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, order->account, o));) {
        if (o->parent != order->oid)
            continue;
        if (!any)
            pg_json_string(text, "tpSlType", o->tag & EXX_TAG_WHOLE ? "POSITION" : "ORDER");
        any = true;
        put_leg(e, text, o);
    }
}

static void put_trigger(const pg_extended_exchange *e, pg_text *text, const pg_exchange_order *order)
{
    /* A stop loss that buys and a take profit that sells wait for a rise. */
    bool up = (order->side == PG_SELL) == order->trigger.take_profit;
    pg_json_open(text, "trigger", '{');
    exx_json_price(e, text, "triggerPrice", order->market, order->trigger.price);
    pg_json_string(text, "triggerPriceType", exx_source_name(order->trigger.source));
    pg_json_string(text, "triggerPriceDirection", up ? "UP" : "DOWN");
    pg_json_string(text, "direction", up ? "UP" : "DOWN");
    pg_json_string(text, "executionPriceType", execution(order));
    pg_json_close(text, '}');
}

static void put_progress(const pg_extended_exchange *e, pg_text *text, const pg_exchange_order *order)
{
    int64_t filled = order->size - order->remaining;
    bool ended = order->status == PG_EXCHANGE_CANCELLED || order->status == PG_EXCHANGE_REJECTED;
    if (filled > 0)
        exx_json_average(e, text, "averagePrice", order->market, order->value, filled);
    exx_json_size(e, text, "qty", order->market, order->size);
    exx_json_size(e, text, "filledQty", order->market, filled);
    exx_json_size(e, text, "cancelledQty", order->market, ended ? order->remaining : 0);
    exx_json_money(text, "payedFee", order->fees * e->markets[order->market].money_scale, 8);
}

void exx_json_order(const pg_extended_exchange *e, pg_text *text, const char *key, const pg_exchange_order *order)
{
    int type = type_of(order);
    pg_json_open(text, key, '{');
    pg_json_unsigned(text, "id", EXX_ID + order->oid);
    pg_json_unsigned(text, "accountId", exx_account_id(order->account));
    pg_json_string(text, "externalId", order->client_id);
    pg_json_string(text, "market", e->markets[order->market].rules.name);
    pg_json_string(text, "type", exx_type_name(type));
    pg_json_string(text, "side", side_name(order->side));
    pg_json_string(text, "status", exx_status(order));
    pg_json_string(text, "statusReason", exx_status_reason(order));
    if (type != EXX_TPSL)
        exx_json_price(e, text, "price", order->market, order->price);
    put_progress(e, text, order);
    pg_json_bool(text, "reduceOnly", order->reduce_only);
    pg_json_bool(text, "postOnly", order->tag & EXX_TAG_POST_ONLY);
    pg_json_string(text, "timeInForce", order->tag & EXX_TAG_IOC ? "IOC" : "GTT");
    if (type == EXX_TPSL) {
        pg_json_string(text, "tpSlType", order->tag & EXX_TAG_WHOLE ? "POSITION" : "ORDER");
        put_leg(e, text, order);
    } else {
        put_legs(e, text, order);
    }
    if (type == EXX_CONDITIONAL)
        put_trigger(e, text, order);
    pg_json_integer(text, "createdTime", exx_ms(order->time_ns));
    pg_json_integer(text, "updatedTime", exx_ms(order->status_ns));
    pg_json_integer(text, "expireTime", exx_ms(order->expiry_ns));
    pg_json_close(text, '}');
}

/* ---- trades ---- */

void exx_json_fill(const pg_extended_exchange *e, pg_text *text, const pg_exchange_fill *fill)
{
    pg_money scale = e->markets[fill->market].money_scale;
    pg_json_open(text, NULL, '{');
    pg_json_unsigned(text, "id", EXX_ID + fill->tid);
    pg_json_unsigned(text, "accountId", exx_account_id(fill->account));
    pg_json_string(text, "market", e->markets[fill->market].rules.name);
    pg_json_unsigned(text, "orderId", EXX_ID + fill->oid);
    pg_json_string(text, "externalOrderId", fill->client_id);
    pg_json_string(text, "side", side_name(fill->side));
    exx_json_price(e, text, "price", fill->market, fill->price);
    exx_json_size(e, text, "qty", fill->market, fill->size);
    exx_json_money(text, "value", (pg_money)fill->price * fill->size * scale, 8);
    exx_json_money(text, "fee", fill->fee * scale, 8);
    pg_json_bool(text, "isTaker", !fill->maker);
    pg_json_string(text, "tradeType", fill->liquidation ? "LIQUIDATION" : "TRADE");
    pg_json_integer(text, "createdTime", exx_ms(fill->time_ns));
    pg_json_close(text, '}');
}

void exx_json_trade(const pg_extended_exchange *e, pg_text *text, int market, const pg_exchange_trade *trade)
{
    pg_json_open(text, NULL, '{');
    pg_json_unsigned(text, "i", EXX_ID + trade->tid);
    pg_json_string(text, "m", e->markets[market].rules.name);
    pg_json_string(text, "S", side_name(trade->side));
    pg_json_string(text, "tT", "TRADE");
    pg_json_integer(text, "T", exx_ms(trade->time_ns));
    exx_json_price(e, text, "p", market, trade->price);
    exx_json_size(e, text, "q", market, trade->size);
    pg_json_close(text, '}');
}

/* ---- accounts ---- */

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

/* The mark at which all of the account's equity would be its maintenance margin, were only this market to move. */
static void put_liquidation_price(const pg_extended_exchange *e, pg_text *text, int account, int market,
                                  int64_t quantity)
{
    const exx_market *m = &e->markets[market];
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, e->core, account);
    /* Equity moves by quantity, maintenance by |quantity| / (2 * leverage) for each unit of the price. */
    pg_money spare = margin.cross_value - margin.maintenance, twice = 2 * pg_exchange_max_leverage(e->core, market);
    pg_money slope = ((pg_money)quantity * twice - magnitude(quantity)) * m->money_scale;
    int64_t price = slope != 0 ? exx_price(e, market, EXX_MARK) - (int64_t)(spare * twice / slope) : 0;
    if (price > 0)
        exx_json_price(e, text, "liquidationPrice", market, price);
}

/* Trigger and limit of what waits to close a position. */
static void put_exits(const pg_extended_exchange *e, pg_text *text, int account, int market)
{
    bool seen[2] = { false, false };
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, account, o));) {
        bool profit = o->trigger.take_profit;
        if (o->market != market || !o->waiting || o->dormant || (o->tag & EXX_TAG_TYPE) != EXX_TPSL || seen[profit])
            continue;
        seen[profit] = true;
        exx_json_price(e, text, profit ? "tpTriggerPrice" : "slTriggerPrice", market, o->trigger.price);
        exx_json_price(e, text, profit ? "tpLimitPrice" : "slLimitPrice", market, o->price);
    }
}

static void put_times(pg_text *text, const exx_position *p)
{
    /* Both names of each: REST and the streams have different ones. */
    pg_json_integer(text, "createdTime", exx_ms(p->opened_ns));
    pg_json_integer(text, "updatedTime", exx_ms(p->updated_ns));
    pg_json_integer(text, "createdAt", exx_ms(p->opened_ns));
    pg_json_integer(text, "updatedAt", exx_ms(p->updated_ns));
}

void exx_json_position(const pg_extended_exchange *e, pg_text *text, int account, int market)
{
    const exx_position *p = &e->accounts[account].position[market];
    pg_money scale = e->markets[market].money_scale;
    int64_t mark = exx_price(e, market, EXX_MARK);
    pg_exchange_position held;
    pg_exchange_get_position(&held, e->core, account, market);
    int64_t size = magnitude(held.quantity);
    pg_money value = (pg_money)size * mark * scale;
    pg_json_open(text, NULL, '{');
    pg_json_unsigned(text, "id", p->id);
    pg_json_unsigned(text, "accountId", exx_account_id(account));
    pg_json_string(text, "market", e->markets[market].rules.name);
    pg_json_string(text, "status", size ? "OPENED" : "CLOSED");
    pg_json_string(text, "side", p->is_long ? "LONG" : "SHORT");
    exx_json_decimal(text, "leverage", held.leverage, 0);
    exx_json_size(e, text, "size", market, size);
    exx_json_money(text, "value", value, 6);
    if (size)
        exx_json_average(e, text, "openPrice", market, held.cost, held.quantity);
    else
        exx_json_average(e, text, "openPrice", market, p->opened_value, p->opened_size);
    exx_json_price(e, text, "markPrice", market, mark);
    if (size)
        put_liquidation_price(e, text, account, market, held.quantity);
    exx_json_money(text, "margin", value / held.leverage, 6);
    exx_json_money(text, "unrealisedPnl", exx_unrealised_e12(e, account, market), 6);
    exx_json_money(text, "realisedPnl", (p->trade_pnl - p->open_fees - p->close_fees) * scale + p->funding_e12, 6);
    put_exits(e, text, account, market);
    pg_json_string(text, "adl", "0");
    exx_json_size(e, text, "maxPositionSize", market, p->most);
    put_times(text, p);
    pg_json_close(text, '}');
}

void exx_json_balance(const pg_extended_exchange *e, pg_text *text, const char *key, int account)
{
    pg_exchange_margin margin;
    exx_balance b;
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS);
    pg_exchange_get_margin(&margin, e->core, account);
    exx_get_balance_of(&b, e, account);
    pg_json_open(text, key, '{');
    pg_json_string(text, "collateralName", "USD");
    exx_json_money(text, "balance", b.settled, 6);
    pg_json_string(text, "status", "ACTIVE");
    exx_json_money(text, "equity", b.equity, 6);
    exx_json_money(text, "availableForTrade", b.trade, 6);
    exx_json_money(text, "availableForWithdrawal", b.withdrawal, 6);
    exx_json_money(text, "unrealisedPnl", b.unrealised, 6);
    exx_json_money(text, "initialMargin", b.initial, 6);
    exx_json_money(text, "marginRatio", b.equity > 0 ? margin.maintenance * unit / b.equity : 0, 4);
    pg_json_integer(text, "updatedTime", exx_ms(e->accounts[account].updated_ns));
    exx_json_money(text, "exposure", margin.notional, 6);
    exx_json_money(text, "leverage", b.equity > 0 ? margin.notional * unit / b.equity : 0, 4);
    pg_json_close(text, '}');
}

/* ---- history of markets ---- */

void exx_json_candle(const pg_extended_exchange *e, pg_text *text, int market, int kind, int minutes,
                     const pg_exchange_candle *candle)
{
    int64_t span[2];
    pg_exchange_candles_span(span, candle->minute, minutes);
    pg_json_open(text, NULL, '{');
    exx_json_price(e, text, "o", market, candle->open);
    exx_json_price(e, text, "l", market, candle->low);
    exx_json_price(e, text, "h", market, candle->high);
    exx_json_price(e, text, "c", market, candle->close);
    if (kind == EXX_TRADES)
        exx_json_size(e, text, "v", market, candle->size);
    pg_json_integer(text, "T", span[0] * 60000);
    pg_json_close(text, '}');
}

void exx_json_rate(const pg_extended_exchange *e, pg_text *text, int market, const exx_rate *rate)
{
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "m", e->markets[market].rules.name);
    pg_json_integer(text, "T", rate->time_ms);
    exx_json_decimal(text, "f", rate->rate_e12, 12);
    pg_json_close(text, '}');
}

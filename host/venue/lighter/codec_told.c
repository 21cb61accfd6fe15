#include "venue/lighter/codec_told.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/lighter/codec_words.h"

enum { NUMBER_TEXT = 64, FEE_TICK = 1000000 };

static const int64_t seconds_below = 100000000000; /* 10^11: as ms in 1973, as s in 5138 */

bool pg_lighter_units_exact(int64_t *value, pg_span text, int decimals)
{
    return pg_decimal_parse(value, text.data ? text.data : "", text.size, decimals) == PG_OK;
}

bool pg_lighter_units(int64_t *value, pg_span text, int decimals)
{
    const char *point = text.data ? memchr(text.data, '.', text.size) : NULL;
    if (point) {
        size_t behind = text.size - (size_t)(point - text.data) - 1;
        for (size_t i = 0; i < behind; i++)
            if (point[1 + i] < '0' || point[1 + i] > '9')
                return false;
        if (behind > (size_t)decimals)
            text.size -= behind - (size_t)decimals;
    }
    return pg_lighter_units_exact(value, text, decimals);
}

int64_t pg_lighter_time_ns(int64_t us, int64_t ms)
{
    if (us > 0 && us <= INT64_MAX / 1000)
        return us * 1000;
    if (ms <= 0 || ms > INT64_MAX / 1000000)
        return 0;
    return ms < seconds_below ? ms * 1000000000 : ms * 1000000;
}

static pg_status no_number(pg_error *err, const char *what, const char *name, pg_span text)
{
    return pg_fail(err, PG_ERR_PARSE, "%s: %s '%.*s' is no number of the market's decimals", what, name,
                   (int)(text.size < NUMBER_TEXT ? text.size : NUMBER_TEXT), text.data ? text.data : "");
}

pg_status pg_lighter_tell_order(pg_told_order *out, const pg_lighter_order *order, int market,
                                const pg_instrument *instrument, pg_error *err)
{
    int64_t initial, remaining, price;
    if (!pg_lighter_units_exact(&price, order->price, instrument->price_decimals))
        return no_number(err, "order", "price", order->price);
    if (!pg_lighter_units_exact(&initial, order->initial, instrument->size_decimals) || initial < 0)
        return no_number(err, "order", "initial_base_amount", order->initial);
    if (!pg_lighter_units_exact(&remaining, order->remaining, instrument->size_decimals) || remaining < 0)
        return no_number(err, "order", "remaining_base_amount", order->remaining);
    *out = (pg_told_order){ .market = market,
                            .oid = (uint64_t)order->order_index,
                            .price = price,
                            .size = initial,
                            .remaining = remaining,
                            .time_ns = pg_lighter_time_ns(order->transaction_time, order->updated_at),
                            .side = order->is_ask ? PG_SELL : PG_BUY,
                            .reduce_only = order->reduce_only };
    int64_t filled; /* what remains of an order that has ended is not what was not filled */
    if (pg_lighter_units_exact(&filled, order->filled, instrument->size_decimals) && filled >= 0 && filled <= initial)
        out->remaining = initial - filled;
    out->state = pg_lighter_state_of(order->status, out->remaining < out->size, &out->reason);
    snprintf(out->words, sizeof out->words, "%.*s", (int)(order->status.size < 40 ? order->status.size : 40),
             order->status.data);
    return PG_OK;
}

/* Fees are rounded to the nearest unit of money. */
static pg_money fee_of(int64_t price, int64_t size, int64_t fee)
{
    pg_money whole = (pg_money)price * size * fee, half = FEE_TICK / 2;
    return (whole + (whole < 0 ? -half : half)) / FEE_TICK;
}

static pg_status read_trade(int64_t *price, int64_t *size, const pg_lighter_trade *trade,
                            const pg_instrument *instrument, pg_error *err)
{
    if (!pg_lighter_units_exact(price, trade->price, instrument->price_decimals) || *price <= 0)
        return no_number(err, "trade", "price", trade->price);
    if (!pg_lighter_units_exact(size, trade->size, instrument->size_decimals) || *size <= 0)
        return no_number(err, "trade", "size", trade->size);
    return PG_OK;
}

static bool is_forced(const pg_lighter_trade *trade)
{
    return pg_scan_equal(trade->type, "liquidation") || pg_scan_equal(trade->type, "deleverage");
}

pg_status pg_lighter_tell_fill(pg_told_fill *out, const pg_lighter_trade *trade, uint8_t side, int market,
                               const pg_instrument *instrument, pg_error *err)
{
    int64_t price, size;
    pg_status status = read_trade(&price, &size, trade, instrument, err);
    if (status != PG_OK)
        return status;
    bool maker = trade->is_maker_ask == (side == PG_SELL);
    *out = (pg_told_fill){ .market = market,
                           .oid = (uint64_t)(side == PG_SELL ? trade->ask_id : trade->bid_id),
                           .tid = (uint64_t)trade->trade_id,
                           .price = price,
                           .size = size,
                           .time_ns = pg_lighter_time_ns(trade->transaction_time, trade->timestamp),
                           .fee = fee_of(price, size, maker ? trade->maker_fee : trade->taker_fee),
                           .side = side,
                           .maker = maker,
                           .liquidation = is_forced(trade) };
    return PG_OK;
}

pg_status pg_lighter_tell_trade(pg_event *out, const pg_lighter_trade *trade, const pg_instrument *instrument,
                                int64_t received_ns, pg_error *err)
{
    int64_t price, size;
    pg_status status = read_trade(&price, &size, trade, instrument, err);
    if (status != PG_OK)
        return status;
    int64_t time_ns = pg_lighter_time_ns(trade->transaction_time, trade->timestamp);
    *out = (pg_event){ .kind = PG_EVENT_TRADE,
                       .exch_ns = time_ns ? time_ns : received_ns,
                       .local_ns = received_ns,
                       .price = price,
                       .size = size,
                       .id = (uint64_t)trade->trade_id,
                       .side = trade->is_maker_ask ? PG_BUY : PG_SELL,
                       .flags = (uint16_t)((is_forced(trade) ? PG_EVENT_LIQUIDATION : 0) |
                                           (time_ns ? 0 : PG_EVENT_NO_EXCHANGE)) };
    return PG_OK;
}

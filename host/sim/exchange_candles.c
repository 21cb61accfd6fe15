#include "sim/exchange_candles.h"

#include <stdlib.h>
#include <string.h>

enum { THURSDAY = 3 * PG_EXCHANGE_DAY }; /* the epoch was a Thursday */

#define MINUTE_NS 60000000000

/* ---- spans ---- */

/* Days of the epoch of the first day of a month, counted from January 1970 (Gregorian). */
static int64_t first_day(int64_t month)
{
    int64_t year = 1970 + month / 12, m = month % 12 + 1;
    /* Years begin in March here, so that the odd day is the last. */
    int64_t y = m > 2 ? year : year - 1, shifted = m > 2 ? m - 3 : m + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5 - 719468;
}

static int64_t month_of(int64_t minute)
{
    int64_t day = minute / PG_EXCHANGE_DAY, month = day / 31; /* never beyond it */
    while (first_day(month + 1) <= day)
        month++;
    return month;
}

void pg_exchange_candles_span(int64_t span[2], int64_t minute, int minutes)
{
    int64_t shift = minutes == PG_EXCHANGE_WEEK ? THURSDAY : 0;
    if (minutes == PG_EXCHANGE_MONTH) {
        int64_t month = month_of(minute);
        span[0] = first_day(month) * PG_EXCHANGE_DAY;
        span[1] = first_day(month + 1) * PG_EXCHANGE_DAY;
        return;
    }
    span[0] = minute - (minute + shift) % minutes;
    span[1] = span[0] + minutes;
}

/* ---- counting ---- */

void pg_exchange_candles_free(pg_exchange_candles *candles)
{
    free(candles->items);
    *candles = (pg_exchange_candles){ 0 };
}

/* Room for the next minute; NULL when there is no memory. */
static pg_exchange_candle *add(pg_exchange_candles *candles)
{
    if (candles->count == PG_EXCHANGE_CANDLES) {
        memmove(candles->items, candles->items + 1, (PG_EXCHANGE_CANDLES - 1) * sizeof *candles->items);
        return &candles->items[PG_EXCHANGE_CANDLES - 1];
    }
    if (candles->count == candles->capacity) {
        int capacity = candles->capacity ? 2 * candles->capacity : 64;
        pg_exchange_candle *grown = realloc(candles->items, (size_t)capacity * sizeof *grown);
        if (!grown)
            return NULL;
        candles->items = grown;
        candles->capacity = capacity;
    }
    return &candles->items[candles->count++];
}

static void join(pg_exchange_candle *whole, const pg_exchange_candle *part)
{
    whole->high = part->high > whole->high ? part->high : whole->high;
    whole->low = part->low < whole->low ? part->low : whole->low;
    whole->close = part->close;
    whole->size += part->size;
    whole->value += part->value;
    whole->last_id = part->last_id;
    whole->count += part->count;
}

void pg_exchange_candles_add_trade(pg_exchange_candles *candles, int64_t time_ns, int64_t price, int64_t size,
                                   uint64_t id)
{
    pg_exchange_candle *last = candles->count ? &candles->items[candles->count - 1] : NULL;
    pg_exchange_candle one = { .minute = time_ns / MINUTE_NS,
                               .open = price,
                               .high = price,
                               .low = price,
                               .close = price,
                               .size = size,
                               .value = (pg_money)price * size,
                               .last_id = id,
                               .count = 1 };
    if (last && last->minute == one.minute) {
        join(last, &one);
        return;
    }
    pg_exchange_candle *made = add(candles);
    if (made)
        *made = one;
}

void pg_exchange_candles_add(pg_exchange_candles *candles, int64_t time_ns, int64_t price, int64_t size)
{
    pg_exchange_candles_add_trade(candles, time_ns, price, size, 0);
}

/* ---- longer ones ---- */

int pg_exchange_candles_gather(pg_exchange_candle *whole, const pg_exchange_candles *candles, int i, int minutes)
{
    int64_t span[2];
    *whole = candles->items[i];
    pg_exchange_candles_span(span, whole->minute, minutes);
    for (i++; i < candles->count && candles->items[i].minute < span[1]; i++)
        join(whole, &candles->items[i]);
    return i;
}

bool pg_exchange_candles_newest(pg_exchange_candle *whole, const pg_exchange_candles *candles, int minutes)
{
    int64_t span[2];
    int first = candles->count - 1;
    if (first < 0)
        return false;
    pg_exchange_candles_span(span, candles->items[first].minute, minutes);
    while (first > 0 && candles->items[first - 1].minute >= span[0])
        first--;
    pg_exchange_candles_gather(whole, candles, first, minutes);
    return true;
}

#include "sim/exchange_candles.h"

#include <stdlib.h>
#include <string.h>

enum { THURSDAY = 3 * 1440 }; /* the epoch was one */

void pg_candles_free(pg_candles *candles)
{
    free(candles->items);
    *candles = (pg_candles){ 0 };
}

static pg_candle *add(pg_candles *candles)
{
    if (candles->count == PG_CANDLES_MAX) {
        memmove(candles->items, candles->items + 1, (PG_CANDLES_MAX - 1) * sizeof *candles->items);
        return &candles->items[PG_CANDLES_MAX - 1];
    }
    if (candles->count == candles->capacity) {
        int capacity = candles->capacity ? 2 * candles->capacity : 64;
        pg_candle *grown = realloc(candles->items, (size_t)capacity * sizeof *grown);
        if (!grown)
            return NULL;
        candles->items = grown;
        candles->capacity = capacity;
    }
    return &candles->items[candles->count++];
}

static void join(pg_candle *whole, const pg_candle *part)
{
    whole->high = part->high > whole->high ? part->high : whole->high;
    whole->low = part->low < whole->low ? part->low : whole->low;
    whole->close = part->close;
    whole->size += part->size;
    whole->value += part->value;
    whole->last_tid = part->last_tid;
    whole->count += part->count;
}

void pg_candles_trade(pg_candles *candles, const pg_exchange_trade *trade)
{
    pg_candle *last = candles->count ? &candles->items[candles->count - 1] : NULL;
    pg_candle one = { .minute = trade->time_ns / 60000000000,
                      .open = trade->price,
                      .high = trade->price,
                      .low = trade->price,
                      .close = trade->price,
                      .size = trade->size,
                      .value = (pg_money)trade->price * trade->size,
                      .last_tid = trade->tid,
                      .count = 1 };
    if (last && last->minute == one.minute) {
        join(last, &one);
        return;
    }
    pg_candle *made = add(candles);
    if (made)
        *made = one;
}

static int64_t beginning(int64_t minute, int minutes)
{
    return minute - (minute + (minutes == PG_CANDLES_WEEK ? THURSDAY : 0)) % minutes;
}

int pg_candles_gather(pg_candle *whole, const pg_candles *candles, int i, int minutes)
{
    *whole = candles->items[i];
    whole->minute = beginning(whole->minute, minutes);
    for (i++; i < candles->count && candles->items[i].minute < whole->minute + minutes; i++)
        join(whole, &candles->items[i]);
    return i;
}

bool pg_candles_newest(pg_candle *whole, const pg_candles *candles, int minutes)
{
    int first = candles->count - 1;
    if (first < 0)
        return false;
    int64_t begin = beginning(candles->items[first].minute, minutes);
    while (first > 0 && candles->items[first - 1].minute >= begin)
        first--;
    pg_candles_gather(whole, candles, first, minutes);
    return true;
}

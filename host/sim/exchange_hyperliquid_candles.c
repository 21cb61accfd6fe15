/* Candles of what traded here (hyperliquid.md 14.2). Minutes are kept; longer ones are made of them. */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_json.h"

enum { DAY = 1440, WEEK = 7 * DAY, THURSDAY = 3 * DAY }; /* minutes; the epoch was a Thursday, weeks begin on Mondays */

/* 0 minutes: a month. */
static const struct {
    const char *name;
    int minutes;
} intervals[] = { { "1m", 1 },   { "3m", 3 },       { "5m", 5 },    { "15m", 15 }, { "30m", 30 },
                  { "1h", 60 },  { "2h", 120 },     { "4h", 240 },  { "8h", 480 }, { "12h", 720 },
                  { "1d", DAY }, { "3d", 3 * DAY }, { "1w", WEEK }, { "1M", 0 } };

int hlx_find_interval(const char *name)
{
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++)
        if (strcmp(intervals[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *hlx_interval_name(int interval)
{
    return intervals[interval].name;
}

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
    int64_t day = minute / DAY, month = day / 31; /* never beyond it */
    while (first_day(month + 1) <= day)
        month++;
    return month;
}

/* First minutes of the candle that a minute belongs to, and of the one after it. */
static void span_of(int64_t span[2], int64_t minute, int interval)
{
    int64_t minutes = intervals[interval].minutes, shift = minutes == WEEK ? THURSDAY : 0;
    if (minutes == 0) {
        int64_t month = month_of(minute);
        span[0] = first_day(month) * DAY;
        span[1] = first_day(month + 1) * DAY;
        return;
    }
    span[0] = minute - (minute + shift) % minutes;
    span[1] = span[0] + minutes;
}

/* ---- counting ---- */

static hlx_candle *add(hlx_coin *coin)
{
    if (coin->candle_count == HLX_CANDLES) {
        memmove(coin->candles, coin->candles + 1, (HLX_CANDLES - 1) * sizeof *coin->candles);
        return &coin->candles[HLX_CANDLES - 1];
    }
    if (coin->candle_count == coin->candle_capacity) {
        int capacity = coin->candle_capacity ? 2 * coin->candle_capacity : 64;
        hlx_candle *grown = realloc(coin->candles, (size_t)capacity * sizeof *grown);
        if (!grown)
            return NULL;
        coin->candles = grown;
        coin->candle_capacity = capacity;
    }
    return &coin->candles[coin->candle_count++];
}

static void join(hlx_candle *whole, const hlx_candle *part)
{
    whole->high = part->high > whole->high ? part->high : whole->high;
    whole->low = part->low < whole->low ? part->low : whole->low;
    whole->close = part->close;
    whole->size += part->size;
    whole->count += part->count;
}

void hlx_candle_trade(hlx_coin *coin, const pg_exchange_trade *trade)
{
    hlx_candle *last = coin->candle_count ? &coin->candles[coin->candle_count - 1] : NULL;
    hlx_candle one = { .minute = trade->time_ns / 60000000000,
                       .open = trade->price,
                       .high = trade->price,
                       .low = trade->price,
                       .close = trade->price,
                       .size = trade->size,
                       .count = 1 };
    coin->candle_changed = true;
    if (last && last->minute == one.minute) {
        join(last, &one);
        return;
    }
    hlx_candle *made = add(coin);
    if (made)
        *made = one;
}

/* ---- telling ---- */

static void put_candle(pg_hl_exchange *e, pg_text *text, int market, int interval, const hlx_candle *c)
{
    int64_t span[2];
    span_of(span, c->minute, interval);
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "t", span[0] * 60000);
    pg_json_integer(text, "T", span[1] * 60000 - 1);
    pg_json_string(text, "s", e->list.coins[market].name);
    pg_json_string(text, "i", intervals[interval].name);
    hlx_json_price(e, text, "o", market, c->open);
    hlx_json_price(e, text, "c", market, c->close);
    hlx_json_price(e, text, "h", market, c->high);
    hlx_json_price(e, text, "l", market, c->low);
    hlx_json_size(e, text, "v", market, c->size);
    pg_json_integer(text, "n", c->count);
    pg_json_close(text, '}');
}

/* The candle that the i-th minute begins; returns the number of the minute after it. */
static int gather(hlx_candle *whole, const hlx_coin *coin, int i, int interval)
{
    int64_t span[2];
    *whole = coin->candles[i];
    span_of(span, whole->minute, interval);
    for (i++; i < coin->candle_count && coin->candles[i].minute < span[1]; i++)
        join(whole, &coin->candles[i]);
    return i;
}

int hlx_json_candles(pg_hl_exchange *e, pg_text *text, int market, int interval, double from_ms, double to_ms)
{
    const hlx_coin *coin = &e->coins[market];
    int count = 0;
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < coin->candle_count;) {
        hlx_candle whole;
        int64_t span[2];
        i = gather(&whole, coin, i, interval);
        span_of(span, whole.minute, interval);
        if ((double)(span[1] * 60000) <= from_ms || (double)(span[0] * 60000) > to_ms)
            continue;
        put_candle(e, text, market, interval, &whole);
        count++;
    }
    pg_json_close(text, ']');
    return count;
}

bool hlx_json_candle(pg_hl_exchange *e, pg_text *text, int market, int interval)
{
    const hlx_coin *coin = &e->coins[market];
    if (coin->candle_count == 0)
        return false;
    int64_t span[2];
    int first = coin->candle_count - 1;
    span_of(span, coin->candles[first].minute, interval);
    while (first > 0 && coin->candles[first - 1].minute >= span[0])
        first--;
    hlx_candle whole;
    gather(&whole, coin, first, interval);
    put_candle(e, text, market, interval, &whole);
    return true;
}

/* Candles of what traded here (hyperliquid.md 14.2). */
#include <string.h>

#include "sim/exchange_hyperliquid_json.h"

enum { DAY = PG_EXCHANGE_DAY };

static const struct {
    const char *name;
    int minutes;
} intervals[] = { { "1m", 1 },
                  { "3m", 3 },
                  { "5m", 5 },
                  { "15m", 15 },
                  { "30m", 30 },
                  { "1h", 60 },
                  { "2h", 120 },
                  { "4h", 240 },
                  { "8h", 480 },
                  { "12h", 720 },
                  { "1d", DAY },
                  { "3d", 3 * DAY },
                  { "1w", PG_EXCHANGE_WEEK },
                  { "1M", PG_EXCHANGE_MONTH } };

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

void hlx_candle_trade(hlx_coin *coin, const pg_exchange_trade *trade)
{
    pg_exchange_candles_add(&coin->candles, trade->time_ns, trade->price, trade->size);
    coin->candle_changed = true;
}

/* ---- telling ---- */

static void put_candle(pg_hl_exchange *e, pg_text *text, int market, int interval, const pg_exchange_candle *c)
{
    int64_t span[2];
    pg_exchange_candles_span(span, c->minute, intervals[interval].minutes);
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

int hlx_json_candles(pg_hl_exchange *e, pg_text *text, int market, int interval, double from_ms, double to_ms)
{
    const pg_exchange_candles *candles = &e->coins[market].candles;
    int count = 0, minutes = intervals[interval].minutes;
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < candles->count;) {
        pg_exchange_candle whole;
        int64_t span[2];
        i = pg_exchange_candles_gather(&whole, candles, i, minutes);
        pg_exchange_candles_span(span, whole.minute, minutes);
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
    pg_exchange_candle whole;
    if (!pg_exchange_candles_newest(&whole, &e->coins[market].candles, intervals[interval].minutes))
        return false;
    put_candle(e, text, market, interval, &whole);
    return true;
}

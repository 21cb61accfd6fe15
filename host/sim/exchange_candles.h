/* Candles of a price: minutes are kept, longer ones are made of them. Knows no protocol. */
#ifndef PG_SIM_EXCHANGE_CANDLES_H
#define PG_SIM_EXCHANGE_CANDLES_H

#include "market/instrument.h"

enum {
    PG_EXCHANGE_CANDLES = 5000, /* minutes kept: the oldest is forgotten */
    PG_EXCHANGE_DAY = 1440,     /* minutes */
    PG_EXCHANGE_WEEK = 7 * PG_EXCHANGE_DAY,
    PG_EXCHANGE_MONTH = 0 /* as a number of minutes: a calendar month */
};

/* Units are the market's. */
typedef struct {
    int64_t minute; /* since the epoch */
    int64_t open, high, low, close, size;
    pg_money value;   /* price * size of its trades */
    uint64_t last_id; /* of its last trade; 0: not told */
    int count;        /* of trades, or of prices */
} pg_exchange_candle;

/* Zero it to begin. */
typedef struct {
    pg_exchange_candle *items; /* oldest first */
    int count, capacity;
} pg_exchange_candles;

void pg_exchange_candles_free(pg_exchange_candles *candles);

/* Counts a trade, or a price of size 0. Without memory it is not counted. */
void pg_exchange_candles_add(pg_exchange_candles *candles, int64_t time_ns, int64_t price, int64_t size);

/* The same of a trade that has an id. */
void pg_exchange_candles_add_trade(pg_exchange_candles *candles, int64_t time_ns, int64_t price, int64_t size,
                                   uint64_t id);

/* First minutes of the candle of `minutes` that a minute belongs to, and of the one after it. Weeks begin on Mondays. */
void pg_exchange_candles_span(int64_t span[2], int64_t minute, int minutes);

/* The candle that the i-th minute begins; returns the number of the minute after it. */
int pg_exchange_candles_gather(pg_exchange_candle *whole, const pg_exchange_candles *candles, int i, int minutes);

/* The newest candle; false: there is none. */
bool pg_exchange_candles_newest(pg_exchange_candle *whole, const pg_exchange_candles *candles, int minutes);

#endif

/* Candles of what traded on a served exchange: minutes are kept, longer ones are made of them. */
#ifndef PG_SIM_EXCHANGE_CANDLES_H
#define PG_SIM_EXCHANGE_CANDLES_H

#include "sim/exchange.h"

enum { PG_CANDLES_MAX = 5000, PG_CANDLES_WEEK = 7 * 1440 /* minutes; weeks begin on Mondays */ };

typedef struct {
    int64_t minute; /* since the epoch */
    int64_t open, high, low, close, size;
    pg_money value; /* price * size, money units of the instrument */
    uint64_t last_tid;
    int count;
} pg_candle;

/* Minutes in which something traded. Zero it to begin. */
typedef struct {
    pg_candle *items; /* oldest first; beyond PG_CANDLES_MAX the oldest is forgotten */
    int count, capacity;
} pg_candles;

void pg_candles_free(pg_candles *candles);
void pg_candles_trade(pg_candles *candles, const pg_exchange_trade *trade);

/* The candle of so many minutes that begins with the i-th minute; returns the number of the one after it. The candle's
 * `minute` is where its span begins. */
int pg_candles_gather(pg_candle *whole, const pg_candles *candles, int i, int minutes);

/* The newest one; false: nothing has traded yet. */
bool pg_candles_newest(pg_candle *whole, const pg_candles *candles, int minutes);

#endif

/* A small random market in memory for tests and benchmarks: level changes around a walking touch, and trades. */
#ifndef PG_TESTS_SUPPORT_MARKET_H
#define PG_TESTS_SUPPORT_MARKET_H

#include <stdint.h>
#include <stdlib.h>

#include "market/event.h"
#include "market/instrument.h"

static inline uint64_t market_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* ETH-like: ticks of 0.1, lots of 0.0001. */
static inline pg_instrument market_instrument(void)
{
    pg_instrument instrument;
    pg_instrument_init(&instrument, "test", "ETH", 1, 4, 1, 1, 0, NULL);
    return instrument;
}

typedef struct {
    pg_event *events;
    size_t count, capacity;
    uint64_t random;
    int64_t time_ns, latency_ns;
    int64_t bid; /* best bid, ticks; the ask is one above */
    uint64_t id;
} random_market;

static inline void market_put(random_market *m, int kind, int side, int64_t price, int64_t size)
{
    m->events[m->count++] = (pg_event){ .exch_ns = m->time_ns,
                                        .local_ns = m->time_ns + m->latency_ns,
                                        .kind = (uint8_t)kind,
                                        .side = (uint8_t)side,
                                        .price = price,
                                        .size = size,
                                        .id = m->id++,
                                        .flags = PG_EVENT_LAST };
}

/* n events, step_ns apart, in a new array; the first 41 are a snapshot of 20 levels a side. */
static inline random_market market_make(size_t n, uint64_t seed, int64_t step_ns, int64_t latency_ns)
{
    random_market m = {
        .capacity = n, .random = seed * 2 + 1, .time_ns = 1700000000000000000, .latency_ns = latency_ns, .bid = 30000
    };
    m.events = malloc(n * sizeof *m.events);
    for (int i = 0; i < 20 && m.count + 2 <= n; i++) {
        market_put(&m, PG_EVENT_LEVEL, PG_BUY, m.bid - i, 10000);
        market_put(&m, PG_EVENT_LEVEL, PG_SELL, m.bid + 1 + i, 10000);
    }
    while (m.count < n) {
        m.time_ns += step_ns;
        uint64_t r = market_random(&m.random);
        int side = r & 1 ? PG_BUY : PG_SELL;
        int64_t touch = side == PG_BUY ? m.bid : m.bid + 1;
        int64_t away = side == PG_BUY ? -1 : 1;
        unsigned action = (unsigned)((r >> 8) % 100);
        if (action < 78) {
            int64_t distance = (int64_t)((r >> 20) % 15) * (int64_t)((r >> 30) % 2) + (int64_t)((r >> 40) % 3);
            market_put(&m, PG_EVENT_LEVEL, side, touch + away * distance, 500 + (int64_t)((r >> 44) % 20000));
        } else if (action < 96) {
            /* the aggressor hits the other side's touch */
            market_put(&m, PG_EVENT_TRADE, side == PG_BUY ? PG_SELL : PG_BUY, touch, 1 + (int64_t)((r >> 44) % 6000));
        } else if (m.count + 3 <= n) {
            int64_t move = side == PG_BUY ? -1 : 1;
            if (m.bid < 25000)
                move = 1;
            if (m.bid > 35000)
                move = -1;
            if (move > 0) {
                market_put(&m, PG_EVENT_LEVEL, PG_SELL, m.bid + 1, 0);
                m.bid++;
                market_put(&m, PG_EVENT_LEVEL, PG_BUY, m.bid, 8000);
                market_put(&m, PG_EVENT_LEVEL, PG_SELL, m.bid + 1, 9000);
            } else {
                market_put(&m, PG_EVENT_LEVEL, PG_BUY, m.bid, 0);
                m.bid--;
                market_put(&m, PG_EVENT_LEVEL, PG_SELL, m.bid + 1, 8000);
                market_put(&m, PG_EVENT_LEVEL, PG_BUY, m.bid, 9000);
            }
        }
    }
    return m;
}

#endif

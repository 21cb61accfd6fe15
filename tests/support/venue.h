/* A matching engine with a small book and a log of its replies: for tests of the venue's side.
 *
 * The book: bids of 100 at 1000, 999 and 990, asks of 100 at 1002, 1003 and 1010; ticks and lots of 1. */
#ifndef PG_TESTS_SUPPORT_VENUE_H
#define PG_TESTS_SUPPORT_VENUE_H

#include <string.h>

#include "sim/matcher.h"

enum { VENUE_REPLIES = 8192 };

typedef struct {
    pg_matcher *matcher;
    pg_instrument instrument;
    pg_matcher_config config;
    pg_reply reply[VENUE_REPLIES];
    int count;
    int64_t now_ns;
    uint64_t next_id;
} venue;

static inline void venue_take(void *self, const pg_reply *reply)
{
    venue *v = self;
    PG_ASSERT(v->count < VENUE_REPLIES);
    v->reply[v->count++] = *reply;
}

static inline void venue_event(venue *v, pg_event event)
{
    if (event.exch_ns == 0)
        event.exch_ns = v->now_ns;
    event.local_ns = event.exch_ns;
    pg_matcher_market(v->matcher, &event, v->now_ns);
}

static inline void venue_level(venue *v, int side, int64_t price, int64_t size)
{
    venue_event(
        v, (pg_event){
               .kind = PG_EVENT_LEVEL, .side = (uint8_t)side, .price = price, .size = size, .flags = PG_EVENT_LAST });
}

static inline void venue_trade(venue *v, int aggressor, int64_t price, int64_t size)
{
    venue_event(
        v,
        (pg_event){
            .kind = PG_EVENT_TRADE, .side = (uint8_t)aggressor, .price = price, .size = size, .flags = PG_EVENT_LAST });
}

static inline void venue_book(venue *v)
{
    static const int64_t bids[] = { 1000, 999, 990 }, asks[] = { 1002, 1003, 1010 };
    for (int i = 0; i < 3; i++) {
        venue_level(v, PG_BUY, bids[i], 100);
        venue_level(v, PG_SELL, asks[i], 100);
    }
}

static inline pg_matcher_config venue_config(void)
{
    return (pg_matcher_config){ .queue = PG_QUEUE_RISK_ADVERSE,
                                .queue_power = 3,
                                .maker_fee_e8 = -10000,
                                .taker_fee_e8 = 45000,
                                .validity_ns = 60,
                                .cooldown_ns = 60,
                                .gap_ns = 1800,
                                .warmup_ns = 900 };
}

/* In place: the instrument and the sink must outlive the matcher. Change v->instrument after it as a test needs. */
static inline void venue_open(venue *v, const pg_matcher_config *config)
{
    memset(v, 0, sizeof *v);
    v->config = *config;
    v->now_ns = 1000;
    v->next_id = 1;
    PG_ASSERT(pg_instrument_init(&v->instrument, "test", "T", 1, 2, 1, 1, 0, NULL) == PG_OK);
    PG_ASSERT(pg_matcher_new(&v->matcher, config, &v->instrument, (pg_reply_sink){ v, venue_take }, NULL) == PG_OK);
    venue_book(v);
}

static inline void venue_close(venue *v)
{
    pg_matcher_free(v->matcher);
}

static inline void venue_request(venue *v, pg_request request)
{
    pg_matcher_request(v->matcher, &request, v->now_ns);
}

static inline uint64_t venue_order(venue *v, int side, int64_t price, int64_t size, int tif, bool reduce_only)
{
    uint64_t id = v->next_id++;
    venue_request(v, (pg_request){ .kind = PG_REQUEST_NEW,
                                   .id = id,
                                   .side = (uint8_t)side,
                                   .price = price,
                                   .size = size,
                                   .tif = (uint8_t)tif,
                                   .reduce_only = reduce_only });
    return id;
}

static inline void venue_cancel(venue *v, uint64_t id, int side)
{
    venue_request(v, (pg_request){ .kind = PG_REQUEST_CANCEL, .id = id, .side = (uint8_t)side });
}

static inline void venue_replace(venue *v, uint64_t id, int side, int64_t price, int64_t size, int tif)
{
    venue_request(v, (pg_request){ .kind = PG_REQUEST_REPLACE,
                                   .id = id,
                                   .side = (uint8_t)side,
                                   .price = price,
                                   .size = size,
                                   .tif = (uint8_t)tif });
}

static inline const pg_reply *venue_last(const venue *v)
{
    PG_ASSERT(v->count > 0);
    return &v->reply[v->count - 1];
}

/* Sum of an order's fills; id 0: of all. */
static inline int64_t venue_filled(const venue *v, uint64_t id)
{
    int64_t total = 0;
    for (int i = 0; i < v->count; i++)
        if (v->reply[i].kind == PG_REPLY_FILL && (id == 0 || v->reply[i].id == id))
            total += v->reply[i].size;
    return total;
}

/* How an order ended: the kind of its last reply, and why. */
static inline const pg_reply *venue_last_of(const venue *v, uint64_t id)
{
    for (int i = v->count - 1; i >= 0; i--)
        if (v->reply[i].id == id)
            return &v->reply[i];
    PG_ASSERT(!"a reply to the order");
    return NULL;
}

#endif

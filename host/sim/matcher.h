/* The matching side of a backtest: the venue's book as recorded, our orders in it, and what happens to them.
 *
 * Two fill models: `queue` follows our place in the queue (sim/line.h); `cross` is the simple model of quant.md 8.4
 * (a quote fills when a trade reaches it, no queue), for comparison. An order only ever meets what happened at or after
 * its arrival at the venue, and none outlives a gap in the recording: a fill must not bridge what nobody saw.
 *
 * Several accounts can share a market (the built-in exchange, queue model only): each order has an owner. An incoming
 * order then also meets the resting orders of others: those that are better priced than the book at once, those at its
 * price when what the book displays there is taken. Both fills are reported, the resting order's directly before the
 * incoming one's. Nobody meets himself: what he has resting there is cancelled. */
#ifndef PG_SIM_MATCHER_H
#define PG_SIM_MATCHER_H

#include "market/book.h"
#include "market/instrument.h"
#include "sim/line.h"
#include "trade/order.h"
#include "trade/position.h"

typedef enum { PG_FILL_QUEUE, PG_FILL_CROSS } pg_fill_model;

typedef struct {
    pg_fill_model fill;
    pg_queue_model queue;
    double queue_power;   /* n of the power models */
    int64_t maker_fee_e8; /* fraction of notional in 1e-8; negative: rebate */
    int64_t taker_fee_e8;
    int owners; /* accounts that share the market; 0: one */
    /* The cross model only: */
    int64_t validity_ns;   /* a quote expires this long after it was placed */
    int64_t cooldown_ns;   /* after a fill the side rests this long */
    int64_t max_position;  /* fills stop here, size units; 0: no limit */
    int64_t gap_ns;        /* a longer silence voids the quotes */
    int64_t warmup_ns;     /* and nothing fills for this long after it */
    bool ignore_aggressor; /* any trade that reaches a quote fills it, whoever was the aggressor */
} pg_matcher_config;

/* Takes the replies. Called during pg_matcher_market and pg_matcher_request, in the order of happening. */
typedef struct {
    void *self;
    void (*take)(void *self, const pg_reply *reply);
} pg_reply_sink;

typedef struct pg_matcher pg_matcher;

/* The instrument and the sink's object must outlive the matcher. */
pg_status pg_matcher_new(pg_matcher **matcher, const pg_matcher_config *config, const pg_instrument *instrument,
                         pg_reply_sink sink, pg_error *err);
void pg_matcher_free(pg_matcher *matcher);

/* A market event happens at the venue at now_ns (exchange time, never going back). */
void pg_matcher_market(pg_matcher *matcher, const pg_event *event, int64_t now_ns);

/* A request of ours arrives at the venue. */
void pg_matcher_request(pg_matcher *matcher, const pg_request *request, int64_t now_ns);

/* The same of the account `owner`, 0 to config.owners - 1. An order's id is unique among all accounts. */
void pg_matcher_request_of(pg_matcher *matcher, int owner, const pg_request *request, int64_t now_ns);

/* The venue's book (without our orders). */
const pg_book *pg_matcher_book(const pg_matcher *matcher);

/* The resting orders of a side, of all owners. */
const pg_line *pg_matcher_line(const pg_matcher *matcher, int side);

/* Our position (owner 0's) as the venue knows it, size units. */
int64_t pg_matcher_position(const pg_matcher *matcher);

/* Our open orders at the venue. */
int pg_matcher_open_orders(const pg_matcher *matcher);

#endif

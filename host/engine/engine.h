/* The pipeline: feed, clock, market state, orders, gateway. Here with a tape, a virtual clock and the simulator.
 *
 * The engine is pulled: pg_engine_next runs until a script has something to decide and returns why; the script acts by
 * the other functions and pulls again. Two clocks run through the tape: events happen at the venue at their exchange
 * time (and meet our orders there) and become known here at their local time. Requests travel the other way with the
 * order latency. At equal times the order is: market data at the venue, requests arriving there, market data here,
 * replies here, timers.
 *
 * Deterministic: the same tape, configuration and decisions give the same replies, to the bit. */
#ifndef PG_ENGINE_ENGINE_H
#define PG_ENGINE_ENGINE_H

#include <stddef.h>

#include "base/clock.h"
#include "engine/history.h"
#include "engine/view.h"
#include "market/book.h"
#include "sim/latency.h"
#include "sim/matcher.h"
#include "trade/account.h"
#include "trade/orders.h"
#include "trade/quotes.h"

enum { PG_ENGINE_TIMERS = 64 };

typedef struct {
    pg_instrument instrument;
    const pg_event *events; /* borrowed; sorted by local_ns */
    size_t count;
    pg_matcher_config matcher;
    pg_latency_config order_latency;
    bool feed_recorded; /* local times as recorded; otherwise exchange time + feed_latency */
    pg_latency_config feed_latency;
    pg_quote_policy policy;
    double capital;      /* quote units, > 0 */
    double max_position; /* base units; 0: no limit */
    int64_t grid_ns;     /* spacing of the equity samples */
    uint64_t seed;
    bool want_trades; /* whether PG_CALL_TRADE is asked for */
} pg_engine_config;

/* Counters of a run. */
typedef struct {
    size_t events;           /* events that happened at the venue */
    uint64_t calls;          /* times that a script was called */
    double both_sides_s;     /* time with both sides resting, s */
    double one_side_s;       /* time with exactly one side resting */
    double seconds;          /* of data */
    uint64_t decisions;      /* hash over every request with its time: equal runs have equal hashes */
    uint64_t refused_quotes; /* quotes that could not be sent: prices, sizes, limits */
    int64_t first_ns, last_ns;
} pg_engine_stats;

/* Errors: PG_ERR_INVALID with the field's name; PG_ERR_MEMORY. */
pg_status pg_engine_new(pg_engine **engine, const pg_engine_config *config, pg_error *err);
void pg_engine_free(pg_engine *engine);

/* show(self, part done, events) is called every PG_ENGINE_WATCH events; show may be NULL. */
enum { PG_ENGINE_WATCH = 1 << 18 };
void pg_engine_watch(pg_engine *engine, void *self, void (*show)(void *self, double part, size_t events));

/* Runs until a script is to be called; returns a pg_call. The view holds what there is to know.
 * After PG_CALL_DONE it returns PG_CALL_DONE for ever. */
int pg_engine_next(pg_engine *engine);

const pg_view *pg_engine_view(const pg_engine *engine);

/* Desired quotes: rounded by the venue's rules, trimmed to the position limit, reconciled with the open orders.
 * Levels that cannot be sent (price not positive or not a number, size below a lot) are left out and counted. */
void pg_engine_quote(pg_engine *engine, const pg_desired *desired);

/* A single order. Returns its id; 0 when it cannot be sent (price, size, position limit, too many orders). */
uint64_t pg_engine_order(pg_engine *engine, int side, double price, double size, int tif, bool reduce_only);
bool pg_engine_cancel(pg_engine *engine, uint64_t id);
bool pg_engine_modify(pg_engine *engine, uint64_t id, double price, double size);
void pg_engine_cancel_all(pg_engine *engine);

/* A repeating timer, first due one period from now (aligned: at the next multiple of the period).
 * Returns its number from 1; 0 when there are too many or the period is below 1 ms. */
int pg_engine_timer(pg_engine *engine, double period_s, bool aligned);

/* No callback until the engine's time passes; what a stopped script gets. Quotes are pulled. */
void pg_engine_halt(pg_engine *engine);

/* The local book, and reads of it in doubles. level from 1; false when there is no such level. */
const pg_book *pg_engine_book(const pg_engine *engine);
bool pg_engine_level(const pg_engine *engine, int side, int level, double *price, double *size);

const pg_orders *pg_engine_orders(const pg_engine *engine);
const pg_account *pg_engine_account(const pg_engine *engine);
const pg_history *pg_engine_history(const pg_engine *engine);
const pg_engine_stats *pg_engine_get_stats(const pg_engine *engine);

/* The engine's time as a clock: it stands still between two calls of pg_engine_next. */
pg_clock pg_engine_clock(const pg_engine *engine);
const pg_instrument *pg_engine_instrument(const pg_engine *engine);

#endif

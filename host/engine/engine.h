/* The pipeline: feed, clock, market state, orders, gateway. Here with a tape, a virtual clock and the simulator.
 *
 * The engine is pulled: pg_engine_next runs until a script has something to decide and returns why; the script acts by
 * the other functions and pulls again. Two clocks run through the tape: events happen at the venue at their exchange
 * time (and meet our orders there) and become known here at their local time. Requests travel the other way with the
 * order latency. At equal times the order is: market data at the venue, requests arriving there, market data here,
 * replies here, what falls due of the orders by the quote policy, timers.
 *
 * Deterministic: the same tape, configuration and decisions give the same replies, to the bit. */
#ifndef PG_ENGINE_ENGINE_H
#define PG_ENGINE_ENGINE_H

#include <stddef.h>

#include "base/clock.h"
#include "engine/history.h"
#include "engine/explanation.h"
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

enum { PG_ENGINE_SHOWN = 5 };
#define PG_ENGINE_LARGE 0.05 /* beyond it a simulation without market impact is not to be believed */

/* Counters of a run. */
typedef struct {
    size_t events;           /* events that happened at the venue */
    uint64_t calls;          /* times that a script was called */
    double both_sides_s;     /* time with both sides resting, s */
    double one_side_s;       /* time with exactly one side resting */
    double seconds;          /* of data */
    uint64_t decisions;      /* hash over every request with its time: equal runs have equal hashes */
    uint64_t refused_quotes; /* quotes that could not be sent: prices, sizes, limits */
    /* Own open size over what the best PG_ENGINE_SHOWN levels of the same side display, on the grid of the equity
     * samples, where there is an order of ours: sum, largest, and samples above PG_ENGINE_LARGE. */
    double shown_sum, shown_most;
    uint64_t shown_samples, shown_large;
    int64_t first_ns, last_ns;
} pg_engine_stats;

/* Errors: PG_ERR_INVALID with the field's name; PG_ERR_MEMORY. */
pg_status pg_engine_new(pg_engine **engine, const pg_engine_config *config, pg_error *err);
void pg_engine_free(pg_engine *engine);

/* show(self, part done, events) is called every PG_ENGINE_WATCH events; show may be NULL. */
enum { PG_ENGINE_WATCH = 1 << 18 };
void pg_engine_watch(pg_engine *engine, void *self, void (*show)(void *self, double part, size_t events));

/* No callback until the engine's time passes; what a stopped script gets. Quotes are pulled. */
void pg_engine_halt(pg_engine *engine);

/* The reasons of what is declared now as a line of text (explanation.h); made when they have changed. */
const char *pg_engine_explanation_text(pg_engine *engine);

/* The reasons, and what they were over a run on a tape: a summary for each. */
const pg_explanation *pg_engine_get_explanation(const pg_engine *engine);
const pg_term_summary *pg_engine_term_summary(const pg_engine *engine);

/* The book as it is known here. */
const pg_book *pg_engine_book(const pg_engine *engine);

const pg_orders *pg_engine_orders(const pg_engine *engine);
const pg_account *pg_engine_account(const pg_engine *engine);
const pg_history *pg_engine_history(const pg_engine *engine);
const pg_engine_stats *pg_engine_get_stats(const pg_engine *engine);

/* The engine's time as a clock: it stands still between two calls of pg_engine_next. */
pg_clock pg_engine_clock(const pg_engine *engine);
const pg_instrument *pg_engine_instrument(const pg_engine *engine);

#endif

/* What the files of the engine share. */
#ifndef PG_ENGINE_ENGINE_INTERNAL_H
#define PG_ENGINE_ENGINE_INTERNAL_H

#include "engine/engine.h"
#include "engine/live.h"
#include "engine/explanation.h"
#include "engine/ring.h"

typedef struct {
    int64_t due_ns;
    int64_t period_ns;
} engine_timer_entry;

/* What was last declared, and what it was rounded by. */
typedef struct {
    bool valid;
    pg_desired desired;
    int64_t bid, ask; /* touch */
    int64_t quantity; /* position */
} engine_declared;

typedef enum { PHASE_START, PHASE_RUN, PHASE_STOP, PHASE_DONE } engine_phase;

/* Inputs that wait for the script to pull. */
typedef struct {
    pg_input *input;
    uint32_t head, count, capacity; /* capacity is a power of two */
} engine_inbox;

struct pg_engine {
    pg_engine_config config;
    pg_view view;
    engine_phase phase;
    bool halted;
    /* a live engine's */
    bool live;
    pg_live_config with;
    engine_inbox inbox;
    uint32_t holds;            /* pg_input_hold */
    int64_t inherits_until_ns; /* orders that were taken over wait so long for a strategy that quotes; 0: none do */
    void *worker;              /* runs fits; NULL start: nobody does */
    void (*start)(void *worker, uint64_t number, void *call);
    uint64_t works; /* fits started */
    uint64_t cut_calls, cut_requests;
    /* the venue's side */
    pg_matcher *matcher;
    const pg_book *venue_book;
    size_t venue_next;      /* index of the next event to happen at the venue */
    int64_t venue_event_ns; /* and when; INT64_MAX after the last */
    int64_t venue_ns;
    pg_account account;
    pg_history *history;
    /* our side */
    pg_book *book;
    size_t local_next;
    int64_t local_event_ns;
    int64_t local_exch_ns; /* when the next event here happened at the venue */
    int64_t now_ns;
    pg_orders orders;
    pg_quotes wanted; /* in integers, as last declared, less what has filled since */
    uint8_t turn;     /* ping-pong: the side that rests; 0: not chosen yet */
    engine_declared declared;
    pg_bound bound[2]; /* what changed the wanted quotes last */
    pg_explanation explanation;
    pg_term_summary summary[PG_EXPLAIN_TERMS];  /* of a run over a tape */
    char explanation_text[PG_EXPLANATION_TEXT]; /* of version explanation_told */
    double explanation_told;
    int64_t refused_ns;   /* when the venue last refused something */
    pg_position position; /* by the fills we have heard of */
    int64_t max_position; /* size units; 0: no limit */
    int64_t seen_best[2]; /* integers behind the view's bid and ask */
    int64_t seen_size[2];
    pg_latency *order_latency;
    pg_latency *feed_latency; /* NULL: as recorded */
    pg_ring requests;
    pg_ring replies;
    engine_timer_entry timers[PG_ENGINE_TIMERS];
    int timer_count;
    int64_t script_timer_ns; /* the next of them */
    int64_t next_timer_ns;   /* or what falls due of the orders (pg_orders.due_ns), whichever is earlier */
    int64_t resting_since_ns;
    bool resting[2];
    pg_engine_stats stats;
    void *watcher;
    void (*watch)(void *self, double part, size_t events);
};

/* ---- engine.c ---- */

/* A market event is known here; returns the pg_call to make, 0 for none. */
int engine_market(pg_engine *engine, const pg_event *event);

/* The next timer fires; returns the pg_call to make. What falls due of the orders comes first: 0, and engine_reconcile
 * has to look at them. */
int engine_timer(pg_engine *engine);

/* After a change of timers or of what falls due. */
void engine_schedule(pg_engine *engine);

/* Takes a request into the hash of decisions. */
void engine_hash(pg_engine *engine, const pg_request *request);

/* ---- engine_tape.c ---- */

pg_status engine_tape_init(pg_engine *engine, pg_error *err);
void engine_tape_free(pg_engine *engine);
int engine_tape_run(pg_engine *engine);
void engine_tape_finish(pg_engine *engine);

/* ---- engine_live.c ---- */

void engine_live_init(pg_engine *engine, const pg_live_config *live);
void engine_live_free(pg_engine *engine);
int engine_live_run(pg_engine *engine);

/* ---- engine_orders.c ---- */

/* A reply has arrived here; returns the pg_call to make, 0 for none. */
int engine_reply(pg_engine *engine, const pg_reply *reply);

/* A shadow: what it would do is looked at, no more; not even its picture of the orders changes by it. Or a recorded
 * script that was stopped here. */
bool engine_is_mute(const pg_engine *engine);

/* Reconciles the wanted quotes with the open orders if a reply changed them. */
void engine_reconcile(pg_engine *engine);

#endif

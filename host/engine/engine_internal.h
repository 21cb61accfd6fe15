/* What the files of the engine share. */
#ifndef PG_ENGINE_ENGINE_INTERNAL_H
#define PG_ENGINE_ENGINE_INTERNAL_H

#include "engine/engine.h"
#include "engine/ring.h"

typedef struct {
    int64_t due_ns;
    int64_t period_ns;
} engine_timer;

/* What was last declared, and what it was rounded by. */
typedef struct {
    bool valid;
    pg_desired desired;
    int64_t bid, ask; /* touch */
    int64_t quantity; /* position */
} engine_declared;

typedef enum { PHASE_START, PHASE_RUN, PHASE_STOP, PHASE_DONE } engine_phase;

struct pg_engine {
    pg_engine_config config;
    pg_view view;
    engine_phase phase;
    bool halted;
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
    engine_declared declared;
    int64_t refused_ns;   /* when the venue last refused something */
    pg_position position; /* by the fills we have heard of */
    int64_t max_position; /* size units; 0: no limit */
    int64_t seen_best[2]; /* integers behind the view's bid and ask */
    int64_t seen_size[2];
    pg_latency *order_latency;
    pg_latency *feed_latency; /* NULL: as recorded */
    pg_ring requests;
    pg_ring replies;
    engine_timer timers[PG_ENGINE_TIMERS];
    int timer_count;
    int64_t next_timer_ns;
    int64_t resting_since_ns;
    bool resting[2];
    pg_engine_stats stats;
    void *watcher;
    void (*watch)(void *self, double part, size_t events);
};

/* The gateway's and the matcher's ends (engine.c). */
void engine_send(void *self, const pg_request *request);
void engine_take_reply(void *self, const pg_reply *reply);

/* engine_orders.c: a reply has arrived here; returns the pg_call to make, 0 for none. */
int engine_reply(pg_engine *engine, const pg_reply *reply);

/* Reconciles the wanted quotes with the open orders if a reply changed them. */
void engine_reconcile(pg_engine *engine);

#endif

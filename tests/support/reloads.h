/* Reload after reload of a strategy that trades, through the hangar on a real loop: versions that quote the same, and
 * broken ones. A second session with the same market, where nothing is saved, tells what should have been sent. */
#ifndef PG_TESTS_SUPPORT_RELOADS_H
#define PG_TESTS_SUPPORT_RELOADS_H

#include "base/clock.h"
#include "support/flying.h"
#include "support/rig.h"

enum { RELOAD_STEPS = 150 }; /* market events a reload, at most */

typedef struct {
    rig *rig, *twin;
    pg_loop *loop;
    pg_hangar *hangar;
    uint64_t random;
    int reloads, done, broken;
    bool waiting;
    double *begin_ms; /* by reload: what the loop was kept from its work as the new version began to fly along */
    double *swap_ms;  /* and as it took over */
    double *swap_cpu_ms, *event_ms; /* the same without what other programs took; any event */
    int begins, swaps, events;
    double build_ms; /* sum */
} reloading;

static const char *const reload_broken[] = {
    "strategy { name = 'no Lua' ",
    FLYING_FAILS("fails while it warms up", "s.books == 3", ""),
    FLYING_FAILS("fails in the shadow", "not s.since and s.books > 1990", ""),
    FLYING_FAILS("fails at once", "s.since and s.since > 0", ""),
    FLYING_FAILS("fails in probation", "s.since and s.since > 12", ""),
    "local S = strategy { name = 'flying' }\nfunction S:on_bok() end\nreturn S\n",
};

static inline int64_t reload_clock(void *self)
{
    return ((rig *)self)->now_ns;
}

static inline reloading *reloads_new(int reloads, uint64_t seed)
{
    reloading *t = calloc(1, sizeof *t);
    pg_error err = { 0 };
    PG_ASSERT(t && pg_loop_new(&t->loop, &err) == PG_OK);
    size_t events = 3000 + (size_t)reloads * RELOAD_STEPS;
    t->rig = rig_new_at(FLYING("first"), seed, events, 1000000);
    t->twin = rig_new_at(FLYING("first"), seed, events, 1000000);
    t->random = seed * 31 + 7;
    t->reloads = reloads;
    t->begin_ms = calloc((size_t)reloads, sizeof *t->begin_ms);
    t->swap_ms = calloc((size_t)reloads, sizeof *t->swap_ms);
    t->swap_cpu_ms = calloc((size_t)reloads, sizeof *t->swap_cpu_ms);
    t->event_ms = calloc((size_t)reloads, sizeof *t->event_ms);
    pg_hangar_config config = { .warm_s = 2, .most = 2000, .clock = { reload_clock, t->rig } };
    PG_ASSERT(t->begin_ms && t->swap_ms && t->swap_cpu_ms && t->event_ms &&
              pg_hangar_new(&t->hangar, t->loop, &config, &err) == PG_OK);
    t->rig->hangar = t->hangar;
    return t;
}

static inline void reload_done(void *self, pg_runner *runner, const pg_error *err, double ms)
{
    reloading *t = self;
    (void)runner;
    t->waiting = false;
    t->done++;
    t->build_ms += ms;
    if (!err)
        t->begin_ms[t->begins++] = pg_hangar_get_figures(t->hangar).loop_ms;
}

/* One event; notes how long it took when a version took over. */
static inline void reload_step(reloading *t)
{
    int live = t->rig->news[PG_RUNNER_LIVE];
    double began_s = pg_clock_elapsed(), cpu_s = pg_clock_thread();
    rig_step(t->rig);
    double ms = (pg_clock_elapsed() - began_s) * 1e3;
    if (t->rig->news[PG_RUNNER_LIVE] > live) {
        t->swap_cpu_ms[t->swaps] = (pg_clock_thread() - cpu_s) * 1e3;
        t->swap_ms[t->swaps++] = ms;
    } else if (t->events < t->reloads) {
        t->event_ms[t->events++] = ms;
    }
}

static inline void reload_once(reloading *t, int number)
{
    static pg_plan plan;
    char text[4096];
    uint64_t draw = market_random(&t->random);
    bool broken = draw % 100 < 30;
    t->broken += broken;
    if (broken)
        snprintf(text, sizeof text, "-- %d\n%s", number, reload_broken[(draw >> 16) % 6]);
    else
        snprintf(text, sizeof text, "-- %d\n%s", number, FLYING("equal"));
    plan = pg_runner_pilot(t->rig->runner)->plan;
    snprintf(plan.strategy, sizeof plan.strategy, "%s", rig_script(t->rig, "flying.lua", text));
    t->waiting = true;
    PG_ASSERT(pg_hangar_build(t->hangar, t->rig->runner, &plan, NULL, t, reload_done, NULL) == PG_OK);
    size_t from = t->rig->next;
    while (t->waiting) {
        pg_loop_run_for(t->loop, 1);
        if (t->rig->next - from < RELOAD_STEPS / 4)
            reload_step(t);
    }
    for (int i = 0; i < RELOAD_STEPS / 2; i++)
        reload_step(t);
}

/* After it, t->rig has stopped and its recording is closed. */
static inline void reloads_run(reloading *t)
{
    rig_run(t->rig, 2500);
    for (int i = 0; i < t->reloads; i++)
        reload_once(t, i);
    size_t end = t->rig->next + 1; /* both stand right behind the same event then */
    while (t->rig->next < end)
        rig_step(t->rig);
    while (t->twin->next < end)
        rig_step(t->twin);
}

static inline void reloads_free(reloading *t)
{
    rig_free(t->rig);
    rig_free(t->twin);
    pg_hangar_free(t->hangar);
    pg_loop_free(t->loop);
    free(t->begin_ms);
    free(t->swap_ms);
    free(t->swap_cpu_ms);
    free(t->event_ms);
    free(t);
}

#endif

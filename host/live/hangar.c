#include "live/hangar.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/clock.h"

/* A round leaves what was recorded while it ran to the next one; about 250 inputs may be left to the loop. */
enum { ROUNDS = 8, LEFT_TO_THE_LOOP = 32 << 10 };

static const int64_t second_ns = 1000000000;

typedef struct build {
    uv_work_t work;
    pg_hangar *hangar;
    pg_runner *runner;
    pg_plan plan;
    pg_pilot *pilot;
    pg_warm_up part;
    char flight[PG_PATH_SIZE], scripts[PG_PATH_SIZE];
    uint64_t begin;
    int64_t start_ns;
    int rounds;
    atomic_bool stop;
    pg_status status;
    pg_error error;
    const pg_log *log;
    void *self;
    pg_hangar_done done;
    double asked_s;
    struct build *next;
} build;

typedef struct {
    uv_work_t work;
    pg_hangar *hangar;
    pg_pilot *pilot;
} scrapping;

struct pg_hangar {
    pg_loop *loop;
    pg_hangar_config config;
    build *builds;
    int under_way; /* in the pool */
    pg_hangar_figures figures;
};

pg_status pg_hangar_new(pg_hangar **hangar, pg_loop *loop, const pg_hangar_config *config, pg_error *err)
{
    pg_hangar *h = calloc(1, sizeof *h);
    if (!h)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for building new versions");
    h->loop = loop;
    h->config = *config;
    if (h->config.warm_s <= 0)
        h->config.warm_s = 1800;
    if (h->config.most == 0)
        h->config.most = 1000000;
    if (h->config.cpu_ns == 0)
        h->config.cpu_ns = 10 * second_ns;
    *hangar = h;
    return PG_OK;
}

void pg_hangar_free(pg_hangar *h)
{
    if (!h)
        return;
    for (build *b = h->builds; b; b = b->next)
        atomic_store(&b->stop, true);
    while (h->under_way > 0)
        pg_loop_run_for(h->loop, 5);
    free(h);
}

/* ---- scrapping ---- */

static void scrap(uv_work_t *work)
{
    scrapping *s = work->data;
    pg_pilot_free(s->pilot);
}

static void scrapped(uv_work_t *work, int status)
{
    scrapping *s = work->data;
    (void)status;
    s->hangar->under_way--;
    free(s);
}

void pg_hangar_scrap(pg_hangar *h, pg_pilot *pilot)
{
    scrapping *s = calloc(1, sizeof *s);
    if (!s) {
        pg_pilot_free(pilot);
        return;
    }
    *s = (scrapping){ .hangar = h, .pilot = pilot };
    s->work.data = s;
    h->under_way++;
    uv_queue_work(pg_loop_uv(h->loop), &s->work, scrap, scrapped);
}

/* ---- building ---- */

/* The pool's threads step back behind the loop's where there are not processors for all. */
static void step_back(void)
{
    setpriority(PRIO_PROCESS, 0, 10); /* on Linux: of the calling thread alone */
}

/* In the pool. */
static void run_round(uv_work_t *work)
{
    build *b = work->data;
    step_back();
    double started_s = pg_clock_thread();
    if (!b->pilot)
        b->status = pg_pilot_new(&b->pilot, &b->plan, b->start_ns, (pg_gateway){ 0 }, true, NULL, &b->error);
    if (b->status == PG_OK && b->part.flight)
        b->status = pg_pilot_warm(b->pilot, &b->part, &b->error);
    if (b->status == PG_OK && b->scripts[0] && !b->pilot->kept) {
        b->status = pg_pilot_keep(b->pilot, b->scripts, &b->error);
        b->pilot->kept = b->status == PG_OK;
    }
    b->part.cpu_ns -= (int64_t)((pg_clock_thread() - started_s) * 1e9);
    if (b->part.cpu_ns < 1)
        b->part.cpu_ns = 1;
}

static void round_done(uv_work_t *work, int status);

static void queue_round(build *b)
{
    b->hangar->under_way++;
    b->rounds++;
    uv_queue_work(pg_loop_uv(b->hangar->loop), &b->work, run_round, round_done);
}

static void forget(build *b)
{
    build **link = &b->hangar->builds;
    while (*link != b)
        link = &(*link)->next;
    *link = b->next;
    if (b->pilot)
        pg_hangar_scrap(b->hangar, b->pilot);
    free(b);
}

static void next_part(build *b, uint64_t to)
{
    b->part.from = b->part.to;
    b->part.to = to;
    b->part.book = false;
}

/* The last bit, and off it flies. */
static void deliver(build *b)
{
    pg_hangar *h = b->hangar;
    pg_flight *flight = pg_runner_flight(b->runner);
    double began_s = pg_clock_elapsed();
    if (b->status == PG_OK && flight) {
        next_part(b, pg_flight_length(flight));
        b->status = pg_pilot_warm(b->pilot, &b->part, &b->error);
    }
    h->figures.builds++;
    h->figures.refused += b->status != PG_OK;
    if (b->status == PG_OK) {
        pg_session_log_to(b->pilot->session, b->log);
        pg_runner_shadow(b->runner, b->pilot, b->begin, pg_clock_now(h->config.clock));
        b->pilot = NULL;
    }
    double now_s = pg_clock_elapsed();
    h->figures.loop_ms = (now_s - began_s) * 1e3;
    b->done(b->self, b->runner, b->status == PG_OK ? NULL : &b->error, (now_s - b->asked_s) * 1e3);
}

static void round_done(uv_work_t *work, int status)
{
    build *b = work->data;
    (void)status;
    b->hangar->under_way--;
    if (atomic_load(&b->stop)) {
        b->hangar->figures.dropped++;
        forget(b);
        return;
    }
    pg_flight *flight = pg_runner_flight(b->runner);
    uint64_t length = flight ? pg_flight_length(flight) : 0;
    if (b->status == PG_OK && flight && length - b->part.to > LEFT_TO_THE_LOOP && b->rounds < ROUNDS) {
        next_part(b, length);
        queue_round(b);
        return;
    }
    deliver(b);
    forget(b);
}

pg_status pg_hangar_build(pg_hangar *h, pg_runner *runner, const pg_plan *plan, const pg_log *log, void *self,
                          pg_hangar_done done, pg_error *err)
{
    pg_flight *flight = pg_runner_flight(runner);
    int64_t now_ns = pg_clock_now(h->config.clock);
    build *b = calloc(1, sizeof *b);
    if (!b)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for building a new version");
    pg_hangar_drop(h, runner);
    *b = (build){ .hangar = h, .runner = runner, .plan = *plan, .log = log, .self = self, .done = done };
    b->work.data = b;
    b->start_ns = now_ns;
    b->asked_s = pg_clock_elapsed();
    if (pg_runner_scripts(runner))
        snprintf(b->scripts, sizeof b->scripts, "%s", pg_runner_scripts(runner));
    b->part.cpu_ns = h->config.cpu_ns;
    b->part.stop = &b->stop;
    if (flight) {
        snprintf(b->flight, sizeof b->flight, "%s", pg_flight_path(flight));
        b->part.flight = b->flight;
        b->part.to = pg_flight_length(flight);
        b->begin = b->part.from = pg_flight_since(flight, now_ns - (int64_t)(h->config.warm_s * 1e9), h->config.most);
        b->part.book = b->begin > 0;
        if (b->begin < b->part.to)
            b->start_ns = pg_flight_time(b->flight, b->begin);
    }
    b->next = h->builds;
    h->builds = b;
    queue_round(b);
    return PG_OK;
}

void pg_hangar_drop(pg_hangar *h, const pg_runner *runner)
{
    for (build *b = h->builds; b; b = b->next)
        if (b->runner == runner)
            atomic_store(&b->stop, true);
}

bool pg_hangar_is_building(const pg_hangar *h, const pg_runner *runner)
{
    for (const build *b = h->builds; b; b = b->next)
        if (b->runner == runner && !atomic_load(&b->stop))
            return true;
    return false;
}

pg_hangar_figures pg_hangar_get_figures(const pg_hangar *h)
{
    return h->figures;
}

/* A runner over the random market of support/market.h: a matching engine some milliseconds away takes its requests and
 * answers by inputs, fits take their time on paper, and everything is recorded into a folder of its own.
 *
 * Every step checks that position, account and orders agree with the matcher's. */
#ifndef PG_TESTS_SUPPORT_RIG_H
#define PG_TESTS_SUPPORT_RIG_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "live/hangar.h"
#include "live/replay.h"
#include "live/runner.h"
#include "script/work.h"
#include "support/market.h"

enum { RIG_WAY = 8192, RIG_FITS = 64, RIG_NEWS = 8 };

typedef struct {
    int64_t due_ns;
    union {
        pg_request request;
        pg_reply reply;
    };
} rig_message;

typedef struct {
    rig_message message[RIG_WAY];
    int head, count;
} rig_way;

typedef struct {
    int64_t due_ns;
    pg_pilot *pilot;
    uint64_t number;
    void *call;
} rig_fit;

typedef struct {
    char folder[64], path[128], scripts[128];
    pg_flight *flight;
    pg_runner *runner;
    pg_matcher *matcher;
    pg_plan plan;
    pg_instrument instrument;
    random_market market;
    size_t next;
    int64_t now_ns, entry_ns, response_ns, fit_ns;
    rig_way requests, replies;
    rig_fit fit[RIG_FITS];
    int fits;
    uint64_t fits_done, fits_retired, sent, fills;
    int64_t corrected; /* what POSITION inputs added to what the matcher knows */
    int64_t last_sent_ns;
    int news[RIG_NEWS];
    char said[1024], version[16];
    pg_hangar *hangar; /* scraps pilots; NULL: none */
    bool same_orders;  /* no orders that the matcher does not know */
} rig;

static inline rig_message *rig_put(rig_way *way, int64_t due_ns)
{
    PG_ASSERT(way->count < RIG_WAY);
    rig_message *message = &way->message[(way->head + way->count++) % RIG_WAY];
    message->due_ns = due_ns;
    return message;
}

static inline int64_t rig_due(const rig_way *way)
{
    return way->count > 0 ? way->message[way->head].due_ns : INT64_MAX;
}

static inline rig_message rig_take(rig_way *way)
{
    rig_message message = way->message[way->head];
    way->head = (way->head + 1) % RIG_WAY;
    way->count--;
    return message;
}

/* ---- hooks ---- */

static inline void rig_send(void *self, const pg_request *request)
{
    rig *r = self;
    r->sent++;
    r->last_sent_ns = r->now_ns;
    rig_put(&r->requests, r->now_ns + r->entry_ns)->request = *request;
}

static inline void rig_reply(void *self, const pg_reply *reply)
{
    rig *r = self;
    rig_put(&r->replies, r->now_ns + r->response_ns)->reply = *reply;
}

static inline void rig_hear(void *self, pg_runner_news news, const char *version, const char *text)
{
    rig *r = self;
    r->news[news]++;
    snprintf(r->version, sizeof r->version, "%s", version);
    snprintf(r->said, sizeof r->said, "%s", text);
}

static inline void rig_fit_begins(void *self, pg_pilot *pilot, uint64_t number, void *call)
{
    rig *r = self;
    PG_ASSERT(r->fits < RIG_FITS);
    r->fit[r->fits++] = (rig_fit){ r->now_ns + r->fit_ns, pilot, number, call };
}

/* ---- scripts ---- */

static inline const char *rig_script(rig *r, const char *name, const char *text)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    FILE *file = fopen(path, "w");
    PG_ASSERT(file);
    fputs(text, file);
    fclose(file);
    return path;
}

/* A pilot of the running version's plan with another script, warmed up over the whole recording. NULL: refused. */
static inline pg_pilot *rig_pilot(rig *r, const char *name, const char *text, pg_error *err)
{
    static pg_plan plan;
    pg_pilot *pilot = NULL;
    plan = r->runner ? pg_runner_pilot(r->runner)->plan : r->plan;
    snprintf(plan.strategy, sizeof plan.strategy, "%s", rig_script(r, name, text));
    bool shadow = r->runner != NULL;
    int64_t start_ns = r->now_ns;
    if (shadow)
        start_ns = pg_flight_time(r->path, 0);
    if (pg_pilot_new(&pilot, &plan, start_ns, (pg_gateway){ 0 }, shadow, NULL, err) != PG_OK)
        return NULL;
    pg_warm_up part = { .flight = r->path, .to = shadow ? pg_flight_length(r->flight) : 0 };
    if (shadow && pg_pilot_warm(pilot, &part, err) != PG_OK) {
        pg_pilot_free(pilot);
        return NULL;
    }
    return pilot;
}

/* A save of the script: a new version flies along. */
static inline pg_status rig_reload(rig *r, const char *name, const char *text, pg_error *err)
{
    pg_pilot *pilot = rig_pilot(r, name, text, err);
    if (pilot)
        pg_runner_shadow(r->runner, pilot, 0, r->now_ns);
    return pilot ? PG_OK : err->status;
}

/* ---- life ---- */

static inline void rig_scrap(void *self, pg_pilot *pilot)
{
    rig *r = self;
    if (r->hangar)
        pg_hangar_scrap(r->hangar, pilot);
    else
        pg_pilot_free(pilot);
}

static inline rig *rig_new_at(const char *script, uint64_t seed, size_t events, int64_t step_ns)
{
    rig *r = calloc(1, sizeof *r);
    PG_ASSERT(r);
    snprintf(r->folder, sizeof r->folder, "/tmp/perigee-rig-XXXXXX");
    PG_ASSERT(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/ETH.flight", r->folder);
    snprintf(r->scripts, sizeof r->scripts, "%s/scripts", r->folder);
    r->instrument = market_instrument();
    r->market = market_make(events, seed, step_ns, 0);
    r->now_ns = r->market.events[0].exch_ns - 1000000;
    r->entry_ns = 2000000;
    r->response_ns = 3000000;
    r->fit_ns = 40000000;
    r->same_orders = true;
    r->plan = (pg_plan){ .instrument = r->instrument,
                         .capital = 100000,
                         .max_position = 2,
                         .maker_fee = 0.00015,
                         .taker_fee = 0.00045,
                         .policy = { .size_tolerance = 0.1 },
                         .seed = seed,
                         .first_id = 1000,
                         .limits = pg_script_default_limits() };
    pg_matcher_config matcher = {
        .queue = PG_QUEUE_RISK_ADVERSE, .queue_power = 3, .maker_fee_e8 = 15000, .taker_fee_e8 = 45000
    };
    pg_error err = { 0 };
    PG_ASSERT(pg_matcher_new(&r->matcher, &matcher, &r->instrument, (pg_reply_sink){ r, rig_reply }, &err) == PG_OK);
    PG_ASSERT(pg_flight_new(&r->flight, r->path, &err) == PG_OK);
    pg_pilot *pilot = rig_pilot(r, "first.lua", script, &err);
    if (!pilot)
        fprintf(stderr, "%s\n", err.what);
    PG_ASSERT(pilot);
    pg_runner_config config = {
        .flight = r->flight, .scripts = r->scripts, .probation_ns = 2000000000, .shadow_inputs = 50
    };
    pg_runner_hooks hooks = {
        .self = r, .send = rig_send, .news = rig_hear, .start = rig_fit_begins, .scrap = rig_scrap
    };
    PG_ASSERT(pg_runner_new(&r->runner, &config, hooks, pilot, r->now_ns, &err) == PG_OK);
    return r;
}

static inline rig *rig_new(const char *script, uint64_t seed, size_t events)
{
    return rig_new_at(script, seed, events, 5000000);
}

/* ---- invariants ---- */

static inline bool rig_is_known(const rig *r, uint64_t id)
{
    const pg_orders *orders = pg_engine_orders(pg_runner_engine(r->runner));
    for (int i = 0; i < orders->count; i++)
        if (orders->order[i].id == id)
            return true;
    for (int i = 0; i < r->replies.count; i++) /* what is said of it has not arrived */
        if (r->replies.message[(r->replies.head + i) % RIG_WAY].reply.id == id)
            return true;
    return false;
}

static inline void rig_check(const rig *r)
{
    const pg_engine *engine = pg_runner_engine(r->runner);
    const pg_position *position = pg_engine_position(engine);
    const pg_account *account = pg_engine_account(engine);
    int64_t coming = 0;
    for (int i = 0; i < r->replies.count; i++) {
        const pg_reply *reply = &r->replies.message[(r->replies.head + i) % RIG_WAY].reply;
        if (reply->kind == PG_REPLY_FILL)
            coming += reply->side == PG_BUY ? reply->size : -reply->size;
    }
    PG_ASSERT(position->quantity + coming == pg_matcher_position(r->matcher) + r->corrected);
    PG_ASSERT(account->position.quantity == position->quantity && account->position.cash == position->cash &&
              account->position.fees == position->fees);
    PG_ASSERT(pg_engine_view(engine)->position == pg_size_double(&r->instrument, position->quantity));
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        const pg_line *line = pg_matcher_line(r->matcher, side);
        for (int i = 0; i < line->count; i++)
            PG_ASSERT(rig_is_known(r, line->order[i].id));
    }
    if (r->requests.count == 0 && r->replies.count == 0 && r->same_orders)
        PG_ASSERT(pg_engine_orders(engine)->count == pg_matcher_open_orders(r->matcher));
}

/* ---- time ---- */

static inline bool rig_pump(rig *r)
{
    bool more = pg_runner_pump(r->runner, r->now_ns);
    rig_check(r);
    return more;
}

static inline void rig_push(rig *r, pg_input input)
{
    input.time_ns = r->now_ns;
    pg_runner_push(r->runner, &input);
}

static inline void rig_fit_ends(rig *r)
{
    rig_fit fit = r->fit[0];
    memmove(r->fit, r->fit + 1, (size_t)--r->fits * sizeof *r->fit);
    pg_work_run(fit.call);
    r->fits_done++;
    if (pg_pilot_fit_done(fit.pilot))
        pg_runner_push_work(r->runner, fit.pilot, fit.number, r->now_ns);
    else
        r->fits_retired++;
}

/* The next thing happens. False at the end of the market. */
static inline bool rig_step(rig *r)
{
    if (r->next == r->market.count)
        return false;
    const pg_event *event = &r->market.events[r->next];
    int64_t timer = pg_runner_next(r->runner), fit = r->fits > 0 ? r->fit[0].due_ns : INT64_MAX;
    int64_t at[] = { rig_due(&r->requests), rig_due(&r->replies), fit, timer, event->exch_ns };
    int what = 0;
    for (int i = 1; i < 5; i++)
        if (at[i] < at[what])
            what = i;
    r->now_ns = at[what] > r->now_ns ? at[what] : r->now_ns;
    if (what == 0) {
        rig_message message = rig_take(&r->requests);
        pg_matcher_request(r->matcher, &message.request, r->now_ns);
        return true;
    }
    if (what == 1) {
        rig_message message = rig_take(&r->replies);
        r->fills += message.reply.kind == PG_REPLY_FILL;
        rig_push(r, (pg_input){ .kind = PG_INPUT_REPLY, .reply = message.reply });
    } else if (what == 2) {
        rig_fit_ends(r);
    } else if (what == 3) {
        rig_push(r, (pg_input){ .kind = PG_INPUT_TIME });
    } else {
        pg_matcher_market(r->matcher, event, r->now_ns);
        rig_push(r, (pg_input){ .kind = PG_INPUT_EVENT, .event = *event });
        r->next++;
    }
    rig_pump(r);
    return true;
}

static inline void rig_run(rig *r, int steps)
{
    for (int i = 0; i < steps && rig_step(r); i++)
        ;
}

/* Until nothing is on its way any more. */
static inline void rig_settle(rig *r)
{
    while ((r->requests.count > 0 || r->replies.count > 0) && rig_step(r))
        ;
}

static inline void rig_hold(rig *r, uint32_t holds)
{
    rig_push(r, (pg_input){ .kind = PG_INPUT_HOLD, .bits = holds });
    rig_pump(r);
}

/* on_stop, and the recording is closed. */
static inline void rig_stop(rig *r)
{
    rig_push(r, (pg_input){ .kind = PG_INPUT_STOP });
    PG_ASSERT(!pg_runner_pump(r->runner, r->now_ns));
    pg_runner_free(r->runner);
    r->runner = NULL;
    while (r->fits > 0) {
        pg_pilot_fit_done(r->fit[--r->fits].pilot);
        r->fits_retired++;
    }
    pg_flight_close(r->flight);
    r->flight = NULL;
}

static inline void rig_free(rig *r)
{
    char command[128];
    if (r->runner)
        rig_stop(r);
    pg_matcher_free(r->matcher);
    snprintf(command, sizeof command, "rm -rf '%s'", r->folder);
    PG_ASSERT(system(command) == 0);
    free(r->market.events);
    free(r);
}

#endif

#include "live/runner.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHADOW_WAIT_NS = 1000000000 };

struct pg_runner {
    pg_runner_config config;
    pg_runner_hooks hooks;
    pg_pilot *pilot;
    pg_pilot *shadow;                /* a new version */
    pg_pilot *before;                /* the one before, until the pilot has proved itself */
    bool undecided;                  /* the pilot failed, and what follows from it has not been said */
    bool lost;                       /* with it its decision upon the last inputs: that is the one before's now */
    int64_t shadow_ns, probation_ns; /* when they began */
    int compared;
    double difference_bps;
    int64_t now_ns;
};

enum { ERROR_TEXT = PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 2 };

/* ---- the recording ---- */

static void record_text(pg_runner *r, pg_flight_kind kind, const char *text, size_t length)
{
    if (r->config.flight)
        pg_flight_text(r->config.flight, kind, text, length, r->now_ns);
}

/* {"version": ..., "from": ..., "start": ..., "workers": ..., "plan": {...}}: what a replay needs to bring the same pilot in. */
static void describe(const pg_runner *r, pg_text *text, const pg_pilot *pilot, const pg_plan *plan, uint64_t from)
{
    char place[32], start[32];
    snprintf(place, sizeof place, "%" PRIu64, from);
    snprintf(start, sizeof start, "%" PRId64, pilot->start_ns);
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "version", pg_pilot_version(pilot));
    pg_json_string(text, "from", place);
    pg_json_string(text, "start", start);
    pg_json_bool(text, "workers", r->hooks.start != NULL);
    pg_plan_write(plan, text, "plan");
    pg_json_close(text, '}');
}

static pg_status record_pilot(pg_runner *r, pg_flight_kind kind, const pg_pilot *pilot, uint64_t from, pg_error *err)
{
    if (!r->config.flight)
        return PG_OK;
    pg_text text = { 0 };
    pg_plan *plan = malloc(sizeof *plan);
    pg_status status = plan ? pg_pilot_kept_plan(pilot, plan, err) : PG_ERR_MEMORY;
    if (status == PG_OK) {
        describe(r, &text, pilot, plan, from);
        status = pg_text_check(&text, err);
    }
    if (status == PG_OK && text.length > PG_FLIGHT_TEXT)
        status = pg_fail(err, PG_ERR_RANGE, "the settings of the strategy are too long for the flight recording");
    if (status == PG_OK && pg_flight_text(r->config.flight, kind, text.data, text.length, r->now_ns) != PG_OK)
        status = pg_fail(err, PG_ERR_IO, "the flight recording cannot be written");
    if (status == PG_OK && r->config.scripts && !pilot->kept)
        status = pg_pilot_keep(pilot, r->config.scripts, err);
    pg_text_free(&text);
    free(plan);
    return status;
}

/* The script was stopped by the clock or for memory, which a replay would not do at the same place: it is told where. */
static void record_cut(pg_runner *r)
{
    char text[64];
    snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64, pg_engine_get_stats(r->pilot->engine)->calls,
             pg_engine_orders(r->pilot->engine)->counts.requests);
    record_text(r, PG_FLIGHT_CUT, text, strlen(text));
}

/* ---- requests and fits of the pilot at the controls ---- */

static void send(void *self, const pg_request *request)
{
    pg_runner *r = self;
    if (r->config.flight)
        pg_flight_request(r->config.flight, request, r->now_ns);
    r->hooks.send(r->hooks.self, request);
}

static void start_fit(void *self, uint64_t number, void *call)
{
    pg_runner *r = self;
    r->pilot->fits++;
    r->hooks.start(r->hooks.self, r->pilot, number, call);
}

static void start_shadow_fit(void *self, uint64_t number, void *call)
{
    pg_runner *r = self;
    r->shadow->fits++;
    r->hooks.start(r->hooks.self, r->shadow, number, call);
}

static void start_before_fit(void *self, uint64_t number, void *call)
{
    pg_runner *r = self;
    r->before->fits++;
    r->hooks.start(r->hooks.self, r->before, number, call);
}

static void take_seats(pg_runner *r)
{
    pg_engine_set_gateway(r->pilot->engine, (pg_gateway){ r, send });
    if (!r->hooks.start)
        return;
    pg_engine_set_workers(r->pilot->engine, r, start_fit);
    if (r->shadow)
        pg_engine_set_workers(r->shadow->engine, r, start_shadow_fit);
    if (r->before)
        pg_engine_set_workers(r->before->engine, r, start_before_fit);
}

static void say(pg_runner *r, pg_runner_news news, const pg_pilot *pilot, const char *text)
{
    r->hooks.news(r->hooks.self, news, pg_pilot_version(pilot), text);
}

/* ---- life ---- */

pg_status pg_runner_new(pg_runner **made, const pg_runner_config *config, pg_runner_hooks hooks, pg_pilot *pilot,
                        int64_t now_ns, pg_error *err)
{
    pg_runner *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a runner");
    r->config = *config;
    r->hooks = hooks;
    r->pilot = pilot;
    r->now_ns = now_ns;
    pg_status status = record_pilot(r, PG_FLIGHT_META, pilot, 0, err);
    if (status != PG_OK) {
        free(r);
        return status;
    }
    take_seats(r);
    *made = r;
    return PG_OK;
}

void pg_runner_free(pg_runner *r)
{
    if (!r)
        return;
    pg_pilot_free(r->pilot);
    pg_pilot_free(r->shadow);
    pg_pilot_free(r->before);
    free(r);
}

/* ---- flying ---- */

/* A fit is done: it concerns the pilot that asked for it. */
static void push_work(pg_runner *r, const pg_input *input)
{
    pg_pilot *pilot = input->bits & PG_INPUT_SHADOW ? r->shadow : input->bits & PG_INPUT_BEFORE ? r->before : r->pilot;
    pg_input own = *input;
    own.bits &= ~(PG_INPUT_SHADOW | PG_INPUT_BEFORE);
    if (pilot)
        pg_pilot_push(pilot, &own);
}

void pg_runner_push(pg_runner *r, const pg_input *input)
{
    if (r->config.flight)
        pg_flight_input(r->config.flight, input);
    if (input->kind == PG_INPUT_WORK) {
        push_work(r, input);
        return;
    }
    pg_pilot_push(r->pilot, input);
    if (r->shadow)
        pg_pilot_push(r->shadow, input);
    if (r->before)
        pg_pilot_push(r->before, input);
}

void pg_runner_push_work(pg_runner *r, pg_pilot *pilot, uint64_t number, int64_t now_ns)
{
    pg_input input = { .kind = PG_INPUT_WORK, .time_ns = now_ns, .bits = number };
    if (pilot == r->shadow)
        input.bits |= PG_INPUT_SHADOW;
    else if (pilot == r->before)
        input.bits |= PG_INPUT_BEFORE;
    pg_runner_push(r, &input);
}

static double apart_bps(double a, double b, double mid)
{
    return fabs(a - b) / mid * 1e4;
}

/* What the shadow would quote, beside what is quoted. */
static void compare(pg_runner *r)
{
    pg_desired running, other;
    double mid = pg_engine_view(r->pilot->engine)->mid;
    if (!(mid > 0) || !pg_engine_declared(r->pilot->engine, &running) || !pg_engine_declared(r->shadow->engine, &other))
        return;
    for (int side = 0; side < 2; side++) {
        double apart = apart_bps(pg_desired_best(&running, side), pg_desired_best(&other, side), mid);
        if (!isnan(apart)) {
            r->difference_bps += apart;
            r->compared++;
        }
    }
}

static void scrap(pg_runner *r, pg_pilot *pilot)
{
    if (pilot && pilot->fits == 0 && r->hooks.scrap)
        r->hooks.scrap(r->hooks.self, pilot);
    else
        pg_pilot_free(pilot);
}

static void drop(pg_runner *r, pg_pilot **pilot)
{
    scrap(r, *pilot);
    *pilot = NULL;
}

static void pump_pilot(pg_runner *r, bool *more);

static void pump_shadow(pg_runner *r)
{
    char text[ERROR_TEXT];
    pg_error err = { 0 };
    bool more;
    if (!r->shadow || pg_pilot_pump(r->shadow, &more, &err) == PG_OK)
        return;
    pg_engine_halt(r->shadow->engine);
    if (r->config.by_hand)
        return;
    say(r, PG_RUNNER_REFUSED, r->shadow, pg_error_text(&err, text, sizeof text));
    drop(r, &r->shadow);
}

/* One that fails here does not come back. */
static void pump_before(pg_runner *r)
{
    bool more;
    if (r->before && pg_pilot_pump(r->before, &more, NULL) != PG_OK)
        pg_engine_halt(r->before->engine);
}

/* The turn of those who fly along: what they do has no effect but on themselves. */
static void pump_others(pg_runner *r)
{
    pump_shadow(r);
    pump_before(r);
}

/* Everybody acts upon what is known, so that all have seen the same: before the controls change hands. Where the script
 * failed in the middle of it, its engine takes in the rest without it. */
static void catch_up(pg_runner *r, int64_t now_ns)
{
    if (now_ns > r->now_ns)
        r->now_ns = now_ns;
    if (r->undecided) {
        r->undecided = false;
        pg_engine_cut(r->pilot->engine, 0, 0);
        pg_engine_follow(r->pilot->engine);
        r->lost = r->before != NULL;
        if (r->before)
            pg_engine_undeclare(r->before->engine);
    } else if (pg_engine_waiting(r->pilot->engine) > 0) {
        bool more;
        pump_pilot(r, &more);
    }
    pump_others(r);
}

/* A failure at the controls: the one before comes back, or quotes are pulled. */
static void failed(pg_runner *r, const pg_error *err)
{
    char text[ERROR_TEXT];
    pg_error_text(err, text, sizeof text);
    r->undecided = true;
    if (r->config.by_hand) {
        say(r, PG_RUNNER_FAILED, r->pilot, text);
        return;
    }
    if (err->status == PG_ERR_BUDGET || err->status == PG_ERR_MEMORY)
        record_cut(r);
    catch_up(r, r->now_ns);
    if (r->before && !r->before->failed)
        pg_runner_back(r, text, r->now_ns, NULL);
    else
        pg_runner_fail(r, text, r->now_ns);
}

static void pump_pilot(pg_runner *r, bool *more)
{
    pg_error err = { 0 };
    *more = true;
    if (!r->undecided && pg_pilot_pump(r->pilot, more, &err) != PG_OK)
        failed(r, &err);
}

/* Whether the shadow has flown along long enough, and the pilot proved itself. */
static void judge(pg_runner *r)
{
    if (r->config.by_hand)
        return;
    if (r->before && r->now_ns - r->probation_ns >= r->config.probation_ns) {
        say(r, PG_RUNNER_SETTLED, r->pilot, "");
        drop(r, &r->before);
    }
    if (!r->shadow)
        return;
    compare(r);
    if ((int64_t)r->shadow->inputs >= r->config.shadow_inputs || r->now_ns - r->shadow_ns >= SHADOW_WAIT_NS)
        pg_runner_swap(r, r->now_ns, NULL);
}

bool pg_runner_pump(pg_runner *r, int64_t now_ns)
{
    bool more;
    if (now_ns > r->now_ns)
        r->now_ns = now_ns;
    pump_pilot(r, &more);
    if (!r->undecided)
        pump_others(r);
    judge(r);
    if (r->config.flight && pg_engine_waiting(r->pilot->engine) == 0)
        pg_flight_mark(r->config.flight, pg_engine_book(r->pilot->engine), r->now_ns);
    return more;
}

void pg_runner_collect(pg_runner *r)
{
    pg_pilot *pilots[] = { r->pilot, r->shadow, r->before };
    for (int i = 0; i < 3; i++)
        if (pilots[i] && !pilots[i]->failed)
            pg_session_collect(pilots[i]->session);
}

/* ---- versions ---- */

/* What the inputs that it was warmed up with do not tell: position and holds. */
static void brief(pg_runner *r, pg_pilot *pilot, int64_t now_ns)
{
    const pg_engine *engine = r->pilot->engine;
    const pg_book *book = pg_engine_book(engine);
    int64_t bid = pg_book_best(book, PG_BUY), ask = pg_book_best(book, PG_SELL);
    pg_input position = { .kind = PG_INPUT_POSITION, .time_ns = now_ns };
    position.reply = (pg_reply){ .size = pg_engine_position(engine)->quantity, .price = bid ? bid : ask ? ask : 1 };
    pg_pilot_push(pilot, &position);
    pg_pilot_push(pilot, &(pg_input){ .kind = PG_INPUT_HOLD, .time_ns = now_ns, .bits = pg_engine_holds(engine) });
}

void pg_runner_shadow(pg_runner *r, pg_pilot *pilot, uint64_t from, int64_t now_ns)
{
    char text[ERROR_TEXT];
    pg_error err = { 0 };
    drop(r, &r->shadow);
    catch_up(r, now_ns);
    if (record_pilot(r, PG_FLIGHT_SHADOW, pilot, from, &err) != PG_OK) {
        say(r, PG_RUNNER_REFUSED, pilot, pg_error_text(&err, text, sizeof text));
        scrap(r, pilot);
        return;
    }
    r->shadow = pilot;
    r->shadow_ns = r->now_ns;
    r->compared = 0;
    r->difference_bps = 0;
    take_seats(r);
    brief(r, pilot, r->now_ns);
    pilot->inputs = 0;
    say(r, PG_RUNNER_SHADOW, pilot, "");
    pump_shadow(r);
}

/* Another pilot takes the controls. */
static void hand_controls(pg_runner *r, pg_pilot *to)
{
    pg_engine_take_over(to->engine, r->pilot->engine);
    r->pilot = to;
    take_seats(r);
    pg_engine_resume(to->engine);
}

static pg_status refuse(pg_runner *r, const pg_error *why, pg_error *err)
{
    char text[ERROR_TEXT];
    say(r, PG_RUNNER_REFUSED, r->shadow, pg_error_text(why, text, sizeof text));
    drop(r, &r->shadow);
    if (err)
        *err = *why;
    return why->status;
}

pg_status pg_runner_swap(pg_runner *r, int64_t now_ns, pg_error *err)
{
    char text[128] = "";
    pg_error own = { 0 };
    catch_up(r, now_ns);
    if (!r->shadow || r->shadow->failed)
        return pg_fail(err, PG_ERR_STATE, "there is no new version to take over");
    bool fresh = r->pilot->failed; /* the state of a script that failed may be why it did */
    if (!fresh && pg_session_carry(r->shadow->session, r->pilot->session, &own) != PG_OK)
        return refuse(r, &own, err);
    double difference = pg_runner_difference(r);
    pg_pilot *next = r->shadow;
    drop(r, &r->before);
    r->before = r->pilot;
    r->shadow = NULL;
    hand_controls(r, next);
    record_text(r, PG_FLIGHT_VERSION, pg_pilot_version(next), strlen(pg_pilot_version(next)));
    r->probation_ns = r->now_ns;
    if (fresh)
        drop(r, &r->before);
    if (!isnan(difference))
        snprintf(text, sizeof text, "quotes differ by %.2f bps mean, ", difference);
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "state %s, %d orders kept", fresh ? "made anew" : "kept",
             pg_engine_orders(r->pilot->engine)->count);
    say(r, PG_RUNNER_LIVE, r->pilot, text);
    return PG_OK;
}

pg_status pg_runner_back(pg_runner *r, const char *why, int64_t now_ns, pg_error *err)
{
    catch_up(r, now_ns);
    if (!r->before || r->before->failed)
        return pg_fail(err, PG_ERR_STATE, "the version before is not there any more");
    pg_desired desired;
    bool decided = r->lost && pg_engine_declared(r->before->engine, &desired);
    pg_pilot *failed = r->pilot, *back = r->before;
    r->lost = false;
    r->before = NULL;
    hand_controls(r, back);
    record_text(r, PG_FLIGHT_BACK, why, strlen(why));
    if (decided) /* what the failed version left undone */
        pg_engine_quote(back->engine, &desired);
    say(r, PG_RUNNER_BACK, back, why);
    scrap(r, failed);
    return PG_OK;
}

void pg_runner_stopped(pg_runner *r)
{
    r->pilot->failed = true;
    r->undecided = true;
}

void pg_runner_fail(pg_runner *r, const char *why, int64_t now_ns)
{
    catch_up(r, now_ns);
    r->pilot->failed = true;
    record_text(r, PG_FLIGHT_FAULT, why, strlen(why));
    r->lost = false;
    pg_engine_halt(r->pilot->engine);
    say(r, PG_RUNNER_FAILED, r->pilot, why);
}

/* In one that flies along, if it has such a parameter. */
static void set_too(pg_pilot *pilot, const char *name, const char *value)
{
    char before[32], after[32];
    if (pilot && !pilot->failed && pg_session_set(pilot->session, name, value, before, after, NULL) == PG_OK)
        pg_plan_set_param(&pilot->plan, name, value, NULL);
}

pg_status pg_runner_set(pg_runner *r, const char *name, const char *value, char *before, char *after, int64_t now_ns,
                        pg_error *err)
{
    char text[PG_PLAN_NAME + PG_PLAN_VALUE + 2];
    catch_up(r, now_ns);
    if (strlen(name) >= PG_PLAN_NAME || strlen(value) >= PG_PLAN_VALUE)
        return pg_fail(err, PG_ERR_RANGE, "'%.40s': the name or the value is too long", name);
    if (r->pilot->failed)
        return pg_fail(err, PG_ERR_STATE, "the strategy has failed; save a mended one first");
    pg_status status = pg_session_set(r->pilot->session, name, value, before, after, err);
    if (status == PG_OK)
        status = pg_plan_set_param(&r->pilot->plan, name, value, err);
    if (status != PG_OK)
        return status;
    set_too(r->shadow, name, value);
    set_too(r->before, name, value);
    snprintf(text, sizeof text, "%s=%s", name, value);
    record_text(r, PG_FLIGHT_PARAM, text, strlen(text));
    return PG_OK;
}

pg_status pg_runner_eval(pg_runner *r, const char *line, bool write, pg_text *out, int64_t now_ns, pg_error *err)
{
    if (write)
        catch_up(r, now_ns);
    if (r->pilot->failed)
        return pg_fail(err, PG_ERR_STATE, "the strategy has failed; save a mended one first");
    if (write && strlen(line) > PG_FLIGHT_TEXT)
        return pg_fail(err, PG_ERR_RANGE, "the line is too long");
    if (write)
        record_text(r, PG_FLIGHT_EVAL, line, strlen(line));
    return pg_session_eval(r->pilot->session, line, write, out, err);
}

/* ---- what there is ---- */

pg_pilot *pg_runner_pilot(const pg_runner *r)
{
    return r->pilot;
}

pg_pilot *pg_runner_shadow_pilot(const pg_runner *r)
{
    return r->shadow;
}

pg_engine *pg_runner_engine(const pg_runner *r)
{
    return r->pilot->engine;
}

bool pg_runner_has_failed(const pg_runner *r)
{
    return r->pilot->failed;
}

pg_flight *pg_runner_flight(const pg_runner *r)
{
    return r->config.flight;
}

const char *pg_runner_scripts(const pg_runner *r)
{
    return r->config.scripts;
}

double pg_runner_difference(const pg_runner *r)
{
    return r->compared > 0 ? r->difference_bps / r->compared : NAN;
}

static int64_t next_of(const pg_pilot *pilot, int64_t next)
{
    if (!pilot || pilot->failed || pg_engine_next_timer(pilot->engine) >= next)
        return next;
    return pg_engine_next_timer(pilot->engine);
}

int64_t pg_runner_next(const pg_runner *r)
{
    return next_of(r->pilot, next_of(r->shadow, next_of(r->before, INT64_MAX)));
}

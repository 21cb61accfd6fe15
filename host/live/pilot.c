#include "live/pilot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "script/params_file.h"

enum { BATCH = 256 }; /* inputs between two looks at the clock */

/* ---- life ---- */

static void settings_of(pg_setting *out, const pg_plan_setting *in, int count)
{
    for (int i = 0; i < count; i++)
        out[i] = (pg_setting){ .name = in[i].name, .value = in[i].value };
}

static pg_status open_session(pg_pilot *pilot, const pg_log *log, pg_error *err)
{
    const pg_plan *plan = &pilot->plan;
    pg_setting params[PG_PLAN_PARAMS], estimators[PG_PLAN_ESTIMATORS];
    settings_of(params, plan->params, plan->param_count);
    settings_of(estimators, plan->estimators, plan->estimator_count);
    pg_session_config config = { .path = plan->strategy,
                                 .params = params,
                                 .param_count = plan->param_count,
                                 .estimators = estimators,
                                 .estimator_count = plan->estimator_count,
                                 .symbol = plan->instrument.symbol,
                                 .venue = plan->instrument.venue,
                                 .maker_fee = plan->maker_fee,
                                 .taker_fee = plan->taker_fee,
                                 .seed = plan->seed,
                                 .limits = plan->limits,
                                 .trusted = plan->trusted,
                                 .log = log };
    return pg_session_open(&pilot->session, &config, err);
}

static pg_status open_engine(pg_pilot *pilot, int64_t start_ns, pg_gateway gateway, bool shadow, pg_error *err)
{
    const pg_plan *plan = &pilot->plan;
    pg_engine_config config = { .instrument = plan->instrument,
                                .policy = plan->policy,
                                .capital = plan->capital,
                                .max_position = plan->max_position,
                                .seed = plan->seed,
                                .want_trades = pg_session_wants_trades(pilot->session) };
    pg_live_config live = { .gateway = gateway,
                            .first_id = plan->first_id,
                            .start_ns = start_ns,
                            .fresh_replace = plan->fresh_replace,
                            .shadow = shadow };
    return pg_engine_new_live(&pilot->engine, &config, &live, err);
}

pg_status pg_pilot_new(pg_pilot **made, const pg_plan *plan, int64_t start_ns, pg_gateway gateway, bool shadow,
                       const pg_log *log, pg_error *err)
{
    pg_pilot *pilot = calloc(1, sizeof *pilot);
    if (!pilot)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a strategy");
    pilot->plan = *plan;
    pilot->start_ns = start_ns;
    pg_status status = open_session(pilot, log, err);
    if (status == PG_OK)
        status = open_engine(pilot, start_ns, gateway, shadow, err);
    if (status == PG_OK)
        status = pg_session_bind(pilot->session, pilot->engine, err);
    if (status == PG_OK)
        status = pg_session_prepare(pilot->session, err);
    if (status != PG_OK) {
        pg_pilot_free(pilot);
        return status;
    }
    *made = pilot;
    return PG_OK;
}

void pg_pilot_free(pg_pilot *pilot)
{
    if (!pilot)
        return;
    if (pilot->fits > 0) {
        pilot->retired = true;
        return;
    }
    pg_session_close(pilot->session);
    pg_engine_free(pilot->engine);
    free(pilot);
}

bool pg_pilot_fit_done(pg_pilot *pilot)
{
    pilot->fits--;
    if (!pilot->retired)
        return true;
    pg_pilot_free(pilot);
    return false;
}

const char *pg_pilot_version(const pg_pilot *pilot)
{
    return pg_session_version(pilot->session);
}

/* ---- flying ---- */

void pg_pilot_push(pg_pilot *pilot, const pg_input *input)
{
    pilot->inputs++;
    pg_engine_push(pilot->engine, input);
}

/* Without a script the engine still follows its orders, which are being cancelled. */
static bool drain(pg_pilot *pilot)
{
    int call;
    do
        call = pg_engine_next(pilot->engine);
    while (call != PG_CALL_IDLE && call != PG_CALL_DONE);
    return call == PG_CALL_IDLE;
}

pg_status pg_pilot_pump(pg_pilot *pilot, bool *more, pg_error *err)
{
    if (pilot->failed) {
        *more = drain(pilot);
        return PG_OK;
    }
    *more = true;
    pg_status status = pg_session_pump(pilot->session, more, err);
    pilot->failed = status != PG_OK;
    if (status == PG_OK && !*more)
        pg_engine_follow(pilot->engine); /* it has stopped, and fills that cross the last cancels count */
    return status;
}

/* The book as it stood where the reading begins, as a snapshot of the venue's would tell it. */
static void push_book(pg_pilot *pilot, const pg_flight_record *record)
{
    const pg_flight_levels *levels = record->levels;
    pg_input input = { .kind = PG_INPUT_EVENT, .time_ns = record->time_ns };
    input.event = (pg_event){ .exch_ns = levels->exch_ns, .local_ns = record->time_ns };
    if (levels->first) {
        input.event.kind = PG_EVENT_SNAPSHOT_BEGIN;
        pg_pilot_push(pilot, &input);
    }
    input.event.kind = PG_EVENT_LEVEL;
    input.event.side = (uint8_t)levels->side;
    for (int i = 0; i < levels->count; i++) {
        input.event.price = levels->level[i].price;
        input.event.size = levels->level[i].size;
        pg_pilot_push(pilot, &input);
    }
    if (levels->last) {
        input.event = (pg_event){ .exch_ns = levels->exch_ns, .local_ns = record->time_ns };
        input.event.kind = PG_EVENT_SNAPSHOT_END;
        input.event.flags = PG_EVENT_LAST;
        pg_pilot_push(pilot, &input);
    }
}

static pg_status too_long(int64_t cpu_ns, pg_error *err)
{
    pg_fail(err, PG_ERR_BUDGET, "the strategy takes more than %.3g s to warm up", (double)cpu_ns * 1e-9);
    pg_error_remedy(err, "do less in its callbacks, or shorten the warm-up");
    return PG_ERR_BUDGET;
}

/* What is pushed of a record: false for what concerns others. */
static bool push_record(pg_pilot *pilot, const pg_flight_record *record, bool at_the_beginning)
{
    if (record->kind == PG_FLIGHT_BOOK && at_the_beginning) {
        push_book(pilot, record);
        return false;
    }
    if (record->kind != PG_FLIGHT_INPUT || record->input.kind == PG_INPUT_STOP || record->input.kind == PG_INPUT_WORK)
        return false;
    pg_pilot_push(pilot, &record->input);
    return true;
}

static pg_status check_time(const pg_warm_up *part, double started_s, pg_error *err)
{
    if (part->stop && atomic_load(part->stop))
        return pg_fail(err, PG_ERR_STATE, "the warm-up was given up");
    if (part->cpu_ns > 0 && (pg_clock_thread() - started_s) * 1e9 > (double)part->cpu_ns)
        return too_long(part->cpu_ns, err);
    return PG_OK;
}

pg_status pg_pilot_warm(pg_pilot *pilot, const pg_warm_up *part, pg_error *err)
{
    pg_flight_reader *reader;
    pg_status status = pg_flight_open(&reader, part->flight, part->from, part->to, err);
    if (status != PG_OK)
        return status;
    pg_flight_record record;
    bool more = true;
    double started_s = pg_clock_thread();
    uint64_t pushed = 0;
    while (status == PG_OK && pg_flight_next(reader, &record, NULL)) {
        if (!push_record(pilot, &record, part->book && pushed == 0) || ++pushed % BATCH != 0)
            continue;
        status = pg_pilot_pump(pilot, &more, err);
        if (status == PG_OK)
            status = check_time(part, started_s, err);
    }
    if (status == PG_OK)
        status = pg_pilot_pump(pilot, &more, err);
    pg_flight_reader_free(reader);
    return status;
}

/* ---- keeping ---- */

static bool is_chosen(const pg_plan *plan, const char *slot)
{
    for (int i = 0; i < plan->estimator_count; i++)
        if (strcmp(plan->estimators[i].name, slot) == 0)
            return true;
    return false;
}

/* An estimator that the strategy chose itself is marked by @: the parameters that it was given there hold on. */
pg_status pg_pilot_kept_plan(const pg_pilot *pilot, pg_plan *plan, pg_error *err)
{
    char name[24], slots[PG_PLAN_ESTIMATORS * PG_PLAN_NAME];
    *plan = pilot->plan;
    snprintf(plan->strategy, sizeof plan->strategy, "0.lua");
    snprintf(slots, sizeof slots, "%s", pg_session_slots(pilot->session));
    pg_status status = PG_OK;
    int number = 1, params_text = pg_session_params_text(pilot->session);
    char *rest = slots;
    for (char *slot = strsep(&rest, "\n"); status == PG_OK && slot && *slot; slot = strsep(&rest, "\n")) {
        snprintf(name, sizeof name, "%s%d.lua", is_chosen(&pilot->plan, slot) ? "" : "@", number++);
        status = pg_plan_set_estimator(plan, slot, name, err);
    }
    snprintf(name, sizeof name, "%d.lua", params_text);
    return status == PG_OK && params_text >= 0 ? pg_plan_set_param(plan, PG_PARAMS_FILE_NAME, name, err) : status;
}

pg_status pg_pilot_keep(const pg_pilot *pilot, const char *folder, pg_error *err)
{
    char own[PG_PATH_SIZE], path[PG_PATH_SIZE], name[24];
    pg_file_info info;
    pg_status status = pg_file_join(own, folder, pg_pilot_version(pilot), err);
    if (status == PG_OK)
        status = pg_file_make_folder(own, err);
    int count;
    const pg_source_text *source = pg_session_sources(pilot->session, &count);
    for (int i = 0; status == PG_OK && i < count; i++) {
        snprintf(name, sizeof name, "%d.lua", i);
        status = pg_file_join(path, own, name, err);
        if (status == PG_OK && pg_file_stat(path, &info, NULL) != PG_OK)
            status = pg_file_write(path, source[i].text, source[i].length, err);
    }
    return status;
}

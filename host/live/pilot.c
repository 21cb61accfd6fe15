#include "live/pilot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 4096 };

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
    pg_status status = open_session(pilot, log, err);
    if (status == PG_OK)
        status = open_engine(pilot, start_ns, gateway, shadow, err);
    if (status == PG_OK)
        status = pg_session_bind(pilot->session, pilot->engine, err);
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
    return status;
}

pg_status pg_pilot_warm(pg_pilot *pilot, const char *flight, uint64_t from, uint64_t to, pg_error *err)
{
    pg_flight_reader *reader;
    pg_status status = pg_flight_open(&reader, flight, from, to, err);
    if (status != PG_OK)
        return status;
    pg_flight_record record;
    bool more = true;
    for (int waiting = 0; status == PG_OK && pg_flight_next(reader, &record, NULL);) {
        if (record.kind != PG_FLIGHT_INPUT || record.input.kind == PG_INPUT_STOP)
            continue;
        pg_pilot_push(pilot, &record.input);
        if (++waiting < BATCH)
            continue;
        waiting = 0;
        status = pg_pilot_pump(pilot, &more, err);
    }
    if (status == PG_OK)
        status = pg_pilot_pump(pilot, &more, err);
    pg_flight_reader_free(reader);
    return status;
}

/* ---- keeping ---- */

/* The plan with its scripts where they are kept: 0.lua is the strategy, the others the estimators by slot. */
static pg_status kept_plan(const pg_pilot *pilot, pg_plan *plan, const char *folder, pg_error *err)
{
    char name[24], path[PG_PATH_SIZE], slots[PG_PLAN_ESTIMATORS * PG_PLAN_NAME];
    *plan = pilot->plan;
    snprintf(slots, sizeof slots, "%s", pg_session_slots(pilot->session));
    pg_status status = pg_file_join(plan->strategy, folder, "0.lua", err);
    int number = 1;
    for (char *rest = slots, *slot = strsep(&rest, "\n"); status == PG_OK && slot && *slot;
         slot = strsep(&rest, "\n")) {
        snprintf(name, sizeof name, "%d.lua", number++);
        status = pg_file_join(path, folder, name, err);
        if (status == PG_OK)
            status = pg_plan_set_estimator(plan, slot, path, err);
    }
    return status;
}

static pg_status keep_plan(const pg_pilot *pilot, const char *folder, pg_error *err)
{
    pg_plan *plan = malloc(sizeof *plan);
    char path[PG_PATH_SIZE];
    pg_text text = { 0 };
    pg_status status = plan ? kept_plan(pilot, plan, folder, err) : PG_ERR_MEMORY;
    if (status == PG_OK) {
        pg_plan_write(plan, &text, NULL);
        status = pg_text_check(&text, err);
    }
    if (status == PG_OK)
        status = pg_file_join(path, folder, "plan.json", err);
    if (status == PG_OK)
        status = pg_file_write(path, text.data, text.length, err);
    pg_text_free(&text);
    free(plan);
    return status;
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
    return status == PG_OK ? keep_plan(pilot, own, err) : status;
}

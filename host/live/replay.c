#include "live/replay.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "data/tape.h"
#include "script/params_file.h"
#include "script/work.h"

enum { WAITING = 4096, PATIENCE = 50, CUTS = 1024 };

/* Where scripts were stopped in the middle of a callback. */
typedef struct {
    int changes; /* of who is at the controls, before */
    uint64_t calls, requests;
} cut;

typedef struct {
    cut cut[CUTS];
    int count, next;
} cut_list;

/* Requests that the running version made and that no record has confirmed yet. */
typedef struct {
    pg_request request[WAITING];
    int64_t time_ns[WAITING];
    int head, count;
} made_list;

typedef struct {
    pg_replay *result;
    char folder[PG_PATH_SIZE]; /* of the scripts' texts */
    pg_runner *runner;
    pg_pilot *other;
    made_list made;
    int64_t now_ns;
    bool dirty;      /* inputs were pushed since the last pump */
    bool ended;      /* the recording was closed: what it does not tell did not happen */
    bool unexpected; /* the script failed, and the recording does not say so yet */
    char failure[PG_REPLAY_TEXT];
    cut_list cuts;
    int changes;  /* of who is at the controls */
    bool trusted; /* scripts may have the raw FFI */
} replay;

/* ---- comparing ---- */

static void describe(char *text, size_t size, const pg_instrument *in, const pg_request *r)
{
    static const char *const kinds[] = { "?", "new", "cancel", "replace" };
    snprintf(text, size, "%s %" PRIu64 " %s %.10g x %.10g%s", r->kind <= PG_REQUEST_REPLACE ? kinds[r->kind] : "?",
             r->id, r->side == PG_BUY ? "buy" : "sell", pg_price_double(in, r->price), pg_size_double(in, r->size),
             r->reduce_only ? " reduce-only" : "");
}

static bool equal(const pg_request *a, const pg_request *b)
{
    return a->kind == b->kind && a->id == b->id && a->side == b->side && a->price == b->price && a->size == b->size &&
           a->tif == b->tif && a->open == b->open && a->reduce_only == b->reduce_only;
}

/* The first difference is told in words. */
static void differ(replay *p, int64_t time_ns, const char *then, const char *now)
{
    char when[32];
    if (p->result->different++ > 0)
        return;
    snprintf(p->result->first, sizeof p->result->first, "%s: recorded was %s, the replay made %s",
             pg_clock_format(when, time_ns), then, now);
}

static void differ_by(replay *p, int64_t time_ns, const pg_request *recorded, const pg_request *made)
{
    const pg_instrument *in = pg_engine_instrument(pg_runner_engine(p->runner));
    char then[160] = "nothing", now[160] = "nothing";
    if (recorded)
        describe(then, sizeof then, in, recorded);
    if (made)
        describe(now, sizeof now, in, made);
    differ(p, time_ns, then, now);
}

static void keep_request(void *self, const pg_request *request)
{
    replay *p = self;
    made_list *made = &p->made;
    if (made->count == WAITING) { /* nobody recorded these: they are differences already */
        differ_by(p, made->time_ns[made->head], NULL, &made->request[made->head]);
        made->head = (made->head + 1) % WAITING;
        made->count--;
    }
    int at = (made->head + made->count++) % WAITING;
    made->request[at] = *request;
    made->time_ns[at] = p->now_ns;
}

static void compare_request(replay *p, const pg_flight_record *record)
{
    made_list *made = &p->made;
    p->result->requests++;
    if (made->count == 0) {
        differ_by(p, record->time_ns, &record->request, NULL);
        return;
    }
    const pg_request *now = &made->request[made->head];
    if (equal(now, &record->request))
        p->result->same++;
    else
        differ_by(p, record->time_ns, &record->request, now);
    made->head = (made->head + 1) % WAITING;
    made->count--;
}

static void compare_other(replay *p)
{
    pg_desired running = { .count = { 0, 0 } }, other = running;
    const pg_view *view = pg_engine_view(pg_runner_engine(p->runner));
    pg_engine_declared(pg_runner_engine(p->runner), &running);
    pg_engine_declared(p->other->engine, &other);
    for (int side = 0; side < 2; side++) {
        double a = pg_desired_best(&running, side), b = pg_desired_best(&other, side);
        if (isnan(a) != isnan(b))
            p->result->only_one++;
        if (isnan(a) || isnan(b) || !(view->mid > 0))
            continue;
        double n = (double)++p->result->compared;
        p->result->apart_bps += (fabs(a - b) / view->mid * 1e4 - p->result->apart_bps) / n;
    }
}

/* ---- flying ---- */

static void pump_other(replay *p)
{
    pg_error err = { 0 };
    bool more;
    if (pg_pilot_pump(p->other, &more, &err) != PG_OK) {
        pg_error_text(&err, p->result->failed, sizeof p->result->failed);
        pg_engine_halt(p->other->engine);
    } else if (!p->other->failed) {
        compare_other(p);
    }
}

static void pump(replay *p)
{
    if (!p->dirty)
        return;
    p->dirty = false;
    pg_runner_pump(p->runner, p->now_ns);
    if (p->other)
        pump_other(p);
}

static void run_fit(void *self, pg_pilot *pilot, uint64_t number, void *call)
{
    (void)self;
    (void)number;
    pg_work_run(call);
    pilot->fits--; /* done already: its input is in the recording */
}

static void note_news(void *self, pg_runner_news news, const char *version, const char *text)
{
    replay *p = self;
    if (news == PG_RUNNER_LIVE || news == PG_RUNNER_BACK)
        snprintf(p->result->version, sizeof p->result->version, "%s", version);
    p->unexpected = news == PG_RUNNER_FAILED;
    snprintf(p->failure, sizeof p->failure, "an error: %s", text);
}

/* ---- where scripts were stopped ---- */

/* Reads ahead where that was: a replay has to know before it gets there. */
static pg_status find_cuts(cut_list *cuts, const char *flight, pg_error *err)
{
    pg_flight_reader *reader = NULL;
    pg_flight_record record;
    pg_status status = pg_flight_open(&reader, flight, 0, UINT64_MAX, err);
    int changes = 0;
    while (status == PG_OK && pg_flight_next(reader, &record, NULL)) {
        changes += record.kind == PG_FLIGHT_VERSION || record.kind == PG_FLIGHT_BACK;
        if (record.kind != PG_FLIGHT_CUT)
            continue;
        char text[64], *end;
        snprintf(text, sizeof text, "%.*s", (int)record.length, record.text);
        cut found = { .changes = changes, .calls = strtoull(text, &end, 10) };
        found.requests = strtoull(end, NULL, 10);
        if (cuts->count == CUTS)
            status = pg_fail(err, PG_ERR_FULL, "more than %d scripts were stopped in this recording", CUTS);
        else
            cuts->cut[cuts->count++] = found;
    }
    pg_flight_reader_free(reader);
    return status;
}

static void prepare_cut(replay *p)
{
    const cut *next = &p->cuts.cut[p->cuts.next];
    if (p->cuts.next == p->cuts.count || next->changes != p->changes)
        return;
    pg_engine_cut(pg_runner_engine(p->runner), next->calls, next->requests);
    p->cuts.next++;
}

/* ---- pilots of the recording ---- */

/* The plan of a record, with the scripts where their texts are kept. */
static pg_status plan_of(pg_plan *plan, const char *folder, const pg_flight_record *record, pg_error *err)
{
    char own[PG_PATH_SIZE], path[PG_PATH_SIZE], file[PG_PATH_SIZE];
    cJSON *document = cJSON_ParseWithLength(record->text, record->length);
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(document, "version");
    pg_status status = cJSON_IsString(version) && strlen(version->valuestring) < 16
                           ? pg_file_join(own, folder, version->valuestring, err)
                           : pg_fail(err, PG_ERR_CORRUPT, "a version in the recording has no name");
    cJSON_Delete(document);
    if (status == PG_OK)
        status = pg_plan_read(plan, record->text, record->length, err);
    if (status == PG_OK)
        status = pg_file_join(path, own, pg_file_name(plan->strategy), err);
    if (status == PG_OK)
        snprintf(plan->strategy, sizeof plan->strategy, "%s", path);
    for (int i = 0; status == PG_OK && i < plan->estimator_count; i++) {
        const char *name = pg_file_name(plan->estimators[i].value);
        bool marked = name[0] == '@';
        status = pg_file_join(file, own, name + marked, err);
        if (status == PG_OK)
            snprintf(path, sizeof path, "%s%s", marked ? "@" : "", file);
        if (status == PG_OK)
            status = pg_plan_set_estimator(plan, plan->estimators[i].name, path, err);
    }
    for (int i = 0; status == PG_OK && i < plan->param_count; i++) {
        if (strcmp(plan->params[i].name, PG_PARAMS_FILE_NAME) != 0 || !plan->params[i].value[0])
            continue;
        status = pg_file_join(path, own, pg_file_name(plan->params[i].value), err);
        if (status == PG_OK)
            status = pg_plan_set_param(plan, PG_PARAMS_FILE_NAME, path, err);
    }
    plan->limits.callback_ns *= PATIENCE; /* what was in time then is not judged by today's machine */
    plan->limits.start_ns *= PATIENCE;
    return status;
}

static pg_status check_trust(const replay *p, const pg_plan *plan, pg_error *err)
{
    if (!plan->trusted || p->trusted)
        return PG_OK;
    pg_fail(err, PG_ERR_UNSUPPORTED, "the scripts of this recording had the raw FFI, and would get it again");
    pg_error_remedy(err, "--trusted, if you know where the recording comes from");
    return PG_ERR_UNSUPPORTED;
}

static bool has_workers(const pg_flight_record *record)
{
    cJSON *document = cJSON_ParseWithLength(record->text, record->length);
    bool workers = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, "workers"));
    cJSON_Delete(document);
    return workers;
}

/* A number of a record that is written as a text. */
static uint64_t number_of(const pg_flight_record *record, const char *key)
{
    cJSON *document = cJSON_ParseWithLength(record->text, record->length);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(document, key);
    uint64_t value = cJSON_IsString(item) ? strtoull(item->valuestring, NULL, 10) : 0;
    cJSON_Delete(document);
    return value;
}

static pg_status begin(replay *p, const pg_flight_record *meta, pg_error *err)
{
    pg_plan *plan = malloc(sizeof *plan);
    pg_pilot *pilot = NULL;
    pg_status status = plan ? plan_of(plan, p->folder, meta, err) : PG_ERR_MEMORY;
    if (status == PG_OK)
        status = check_trust(p, plan, err);
    if (status == PG_OK)
        status = pg_pilot_new(&pilot, plan, (int64_t)number_of(meta, "start"), (pg_gateway){ 0 }, false, NULL, err);
    pg_runner_hooks hooks = {
        .self = p, .send = keep_request, .news = note_news, .start = has_workers(meta) ? run_fit : NULL
    };
    if (status == PG_OK)
        status = pg_runner_new(&p->runner, &(pg_runner_config){ .by_hand = true }, hooks, pilot, meta->time_ns, err);
    if (status == PG_OK) {
        snprintf(p->result->venue, sizeof p->result->venue, "%s", plan->instrument.venue);
        snprintf(p->result->symbol, sizeof p->result->symbol, "%s", plan->instrument.symbol);
        snprintf(p->result->version, sizeof p->result->version, "%s", pg_pilot_version(pilot));
    } else {
        pg_pilot_free(pilot);
    }
    free(plan);
    return status;
}

static pg_status bring_shadow(replay *p, const char *flight, const pg_flight_record *record, pg_error *err)
{
    pg_plan *plan = malloc(sizeof *plan);
    pg_pilot *pilot = NULL;
    pg_warm_up part = { .flight = flight, .from = number_of(record, "from"), .to = record->at };
    int64_t start_ns = (int64_t)number_of(record, "start");
    part.book = part.from > 0;
    pg_status status = plan ? plan_of(plan, p->folder, record, err) : PG_ERR_MEMORY;
    if (status == PG_OK)
        status = check_trust(p, plan, err);
    if (status == PG_OK)
        status = pg_pilot_new(&pilot, plan, start_ns, (pg_gateway){ 0 }, true, NULL, err);
    if (status == PG_OK)
        status = pg_pilot_warm(pilot, &part, err);
    if (status == PG_OK)
        pg_runner_shadow(p->runner, pilot, part.from, record->time_ns);
    else
        pg_pilot_free(pilot);
    free(plan);
    return status;
}

static pg_status set_parameter(replay *p, const pg_flight_record *record, pg_error *err)
{
    char text[PG_PLAN_NAME + PG_PLAN_VALUE + 2], before[32], after[32];
    snprintf(text, sizeof text, "%.*s", (int)record->length, record->text);
    char *value = strchr(text, '=');
    if (!value)
        return pg_fail(err, PG_ERR_CORRUPT, "a parameter in the recording has no value");
    *value++ = '\0';
    return pg_runner_set(p->runner, text, value, before, after, record->time_ns, err);
}

/* The same line, with the same outcome: an error, too. */
static pg_status evaluate(replay *p, const pg_flight_record *record)
{
    char *line = strndup(record->text, record->length);
    pg_text out = { 0 };
    pg_error err;
    if (line)
        pg_runner_eval(p->runner, line, true, &out, record->time_ns, &err);
    pg_text_free(&out);
    free(line);
    return PG_OK;
}

static pg_status bring_version(replay *p, const pg_flight_record *record, pg_error *err)
{
    pg_status status = pg_runner_swap(p->runner, record->time_ns, err);
    p->result->versions++;
    p->changes++;
    prepare_cut(p);
    return status;
}

/* The recorded version was stopped, or failed. One that the recording does not tell of is a difference, and is judged
 * here so that the rest can be compared. */
static void take_failure(replay *p, const pg_flight_record *record)
{
    if (record->kind == PG_FLIGHT_CUT)
        pg_runner_stopped(p->runner);
    bool told = record->kind == PG_FLIGHT_CUT || record->kind == PG_FLIGHT_BACK || record->kind == PG_FLIGHT_FAULT ||
                record->kind == PG_FLIGHT_REQUEST;
    if (!p->unexpected || (told && record->kind == PG_FLIGHT_REQUEST))
        return;
    p->unexpected = false;
    if (told)
        return;
    differ(p, record->time_ns, "no failure", p->failure);
    pg_runner_fail(p->runner, p->failure, record->time_ns);
}

static pg_status take_back(replay *p, const pg_flight_record *record, pg_error *err)
{
    char text[PG_REPLAY_TEXT];
    snprintf(text, sizeof text, "%.*s", (int)record->length, record->text);
    if (record->kind == PG_FLIGHT_FAULT) {
        pg_runner_fail(p->runner, text, record->time_ns);
        p->unexpected = false;
        return PG_OK;
    }
    pg_status status = pg_runner_back(p->runner, text, record->time_ns, err);
    p->changes++;
    prepare_cut(p);
    return status;
}

static void take_input(replay *p, const pg_input *input)
{
    if (p->result->inputs++ == 0)
        p->result->first_ns = input->time_ns;
    p->result->last_ns = p->now_ns = input->time_ns;
    pg_runner_push(p->runner, input);
    if (p->other && input->kind != PG_INPUT_WORK) /* it runs its fits itself */
        pg_pilot_push(p->other, input);
    p->dirty = true;
    if (p->result->inputs % (p->other ? 64 : WAITING) == 0)
        pump(p);
}

static pg_status take(replay *p, const char *flight, const pg_flight_record *record, pg_error *err)
{
    if (record->kind == PG_FLIGHT_INPUT) {
        take_input(p, &record->input);
        return PG_OK;
    }
    if (record->kind == PG_FLIGHT_BOOK)
        return PG_OK;
    p->now_ns = record->time_ns;
    pump(p);
    take_failure(p, record);
    switch (record->kind) {
    case PG_FLIGHT_REQUEST: compare_request(p, record); return PG_OK;
    case PG_FLIGHT_SHADOW: return bring_shadow(p, flight, record, err);
    case PG_FLIGHT_VERSION: return bring_version(p, record, err);
    case PG_FLIGHT_PARAM: return set_parameter(p, record, err);
    case PG_FLIGHT_EVAL: return evaluate(p, record);
    case PG_FLIGHT_BACK:
    case PG_FLIGHT_FAULT: return take_back(p, record, err);
    case PG_FLIGHT_CUT: return PG_OK;
    case PG_FLIGHT_END: p->ended = true; return PG_OK;
    default: return pg_fail(err, PG_ERR_CORRUPT, "the recording has a record of kind %d in it", record->kind);
    }
}

/* ---- the whole ---- */

static bool opens(const pg_plan *plan, int64_t start_ns)
{
    pg_pilot *trial = NULL;
    bool opened = pg_pilot_new(&trial, plan, start_ns, (pg_gateway){ 0 }, true, NULL, NULL) == PG_OK;
    pg_pilot_free(trial);
    return opened;
}

pg_status pg_replay_other_plan(pg_plan *plan, const char *path, int64_t start_ns, pg_error *err)
{
    pg_plan *recorded = malloc(sizeof *recorded);
    if (!recorded)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a plan");
    *recorded = *plan;
    plan->estimator_count = plan->param_count = 0;
    snprintf(plan->strategy, sizeof plan->strategy, "%s", path);
    for (int i = 0; i < recorded->estimator_count; i++) {
        const pg_plan_setting *setting = &recorded->estimators[i];
        if (setting->value[0] == '@')
            continue;
        pg_plan_set_estimator(plan, setting->name, setting->value, NULL);
        plan->estimator_count -= !opens(plan, start_ns);
    }
    for (int i = 0; i < recorded->param_count; i++) {
        pg_plan_set_param(plan, recorded->params[i].name, recorded->params[i].value, NULL);
        plan->param_count -= !opens(plan, start_ns);
    }
    free(recorded);
    return PG_OK;
}

static pg_status bring_other(replay *p, const char *path, int64_t start_ns, pg_error *err)
{
    pg_plan *plan = malloc(sizeof *plan);
    if (!plan)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a plan");
    *plan = pg_runner_pilot(p->runner)->plan;
    pg_status status = pg_replay_other_plan(plan, path, start_ns, err);
    if (status == PG_OK)
        status = pg_pilot_new(&p->other, plan, start_ns, (pg_gateway){ 0 }, true, NULL, err);
    if (status == PG_OK)
        snprintf(p->result->other, sizeof p->result->other, "%s", pg_pilot_version(p->other));
    free(plan);
    return status;
}

/* folder/scripts beside the recording. */
static pg_status scripts_folder(char *folder, const char *flight, pg_error *err)
{
    char own[PG_PATH_SIZE];
    snprintf(own, sizeof own, "%s", flight);
    char *slash = strrchr(own, '/');
    if (slash)
        *slash = '\0';
    return pg_file_join(folder, slash ? own : ".", "scripts", err);
}

static pg_status read_meta(pg_flight_reader **reader, pg_flight_record *meta, const char *flight, pg_error *err)
{
    pg_status status = pg_flight_open(reader, flight, 0, UINT64_MAX, err);
    if (status != PG_OK)
        return status;
    if (pg_flight_next(*reader, meta, err) && meta->kind == PG_FLIGHT_META)
        return PG_OK;
    pg_flight_reader_free(*reader);
    pg_fail(err, PG_ERR_CORRUPT, "the flight recording does not begin with its settings");
    pg_error_where(err, "%s", flight);
    return PG_ERR_CORRUPT;
}

/* What was made last and is not in the recording: a difference, unless the recording ends too soon to tell. */
static void finish(replay *p)
{
    pump(p);
    p->result->torn = !p->ended;
    if (!p->ended)
        return;
    if (p->unexpected)
        differ(p, p->now_ns, "no failure", p->failure);
    for (made_list *made = &p->made; made->count > 0; made->count--, made->head = (made->head + 1) % WAITING)
        differ_by(p, made->time_ns[made->head], NULL, &made->request[made->head]);
}

static pg_status run(replay *p, pg_flight_reader *reader, const char *flight, pg_error *err)
{
    pg_flight_record record;
    pg_status status = PG_OK;
    while (status == PG_OK && pg_flight_next(reader, &record, NULL))
        status = take(p, flight, &record, err);
    if (status == PG_OK)
        finish(p);
    return status;
}

pg_status pg_replay_run(pg_replay *result, const char *flight, const char *other, bool trusted, pg_error *err)
{
    memset(result, 0, sizeof *result);
    replay *p = calloc(1, sizeof *p);
    if (!p)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a replay");
    p->result = result;
    p->trusted = trusted;
    double started = pg_clock_elapsed();
    pg_flight_reader *reader;
    pg_flight_record meta;
    pg_status status = scripts_folder(p->folder, flight, err);
    if (status == PG_OK)
        status = read_meta(&reader, &meta, flight, err);
    if (status == PG_OK) {
        status = find_cuts(&p->cuts, flight, err);
        if (status == PG_OK)
            status = begin(p, &meta, err);
        if (status == PG_OK)
            prepare_cut(p);
        if (status == PG_OK && other)
            status = bring_other(p, other, meta.time_ns, err);
        if (status == PG_OK)
            status = run(p, reader, flight, err);
        pg_flight_reader_free(reader);
    }
    result->seconds = pg_clock_elapsed() - started;
    pg_runner_free(p->runner);
    pg_pilot_free(p->other);
    free(p);
    return status;
}

pg_status pg_replay_plan(pg_plan *plan, const char *flight, pg_error *err)
{
    char folder[PG_PATH_SIZE];
    pg_flight_reader *reader;
    pg_flight_record meta;
    pg_status status = scripts_folder(folder, flight, err);
    if (status == PG_OK)
        status = read_meta(&reader, &meta, flight, err);
    if (status != PG_OK)
        return status;
    status = plan_of(plan, folder, &meta, err);
    pg_flight_reader_free(reader);
    return status;
}

pg_status pg_replay_tape(const char *flight, const char *tape, uint64_t *events, pg_error *err)
{
    pg_plan *plan = malloc(sizeof *plan);
    pg_status status = plan ? pg_replay_plan(plan, flight, err) : PG_ERR_MEMORY;
    pg_tape_info info = { .source = "flight recording" };
    pg_tape_writer *writer = NULL;
    pg_flight_reader *reader = NULL;
    if (status == PG_OK) {
        info.instrument = plan->instrument;
        status = pg_tape_writer_open(&writer, tape, &info, err);
    }
    if (status == PG_OK)
        status = pg_flight_open(&reader, flight, 0, UINT64_MAX, err);
    pg_flight_record record;
    int64_t last_ns = INT64_MIN;
    while (status == PG_OK && pg_flight_next(reader, &record, NULL)) {
        if (record.kind != PG_FLIGHT_INPUT || record.input.kind != PG_INPUT_EVENT)
            continue;
        pg_event event = record.input.event;
        if (event.local_ns < last_ns)
            event.local_ns = last_ns;
        last_ns = event.local_ns;
        status = pg_tape_writer_append(writer, &event, err);
    }
    *events = writer ? pg_tape_writer_count(writer) : 0;
    if (status == PG_OK)
        status = pg_tape_writer_close(writer, &info, err);
    else if (writer)
        pg_tape_writer_abort(writer);
    pg_flight_reader_free(reader);
    free(plan);
    return status;
}

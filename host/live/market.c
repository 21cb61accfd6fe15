#include "live/market.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "live/backfill.h"
#include "script/work.h"

struct pg_live_market {
    pg_market_config with;
    pg_market_hooks hooks;
    char name[2 * PG_CONFIG_NAME], full[3 * PG_CONFIG_NAME];
    char scripts[PG_PATH_SIZE];
    pg_seat seat;
    int place;
    pg_runner *runner;
    pg_flight *flight;
    pg_timer *timer;
    int64_t due_ns; /* of the timer */
    bool dirty;
    bool sent;          /* a request was handed out since the last act */
    int64_t trigger_ns; /* arrival of what is being acted upon; 0: no market data */
    pg_market_figures figures;
    char reference[3 * PG_CONFIG_NAME];  /* "": none */
    pg_event referred;                   /* as last told */
    pg_plan_setting set[PG_PLAN_PARAMS]; /* parameters set from the console */
    int set_count;
    pg_backfill backfill; /* where market data are recorded */
};

/* ---- recording ---- */

static int64_t money_part(pg_money money)
{
    return money > INT64_MAX ? INT64_MAX : money < INT64_MIN ? INT64_MIN : (int64_t)money;
}

/* What became of an order of ours, as an event of the market. When the request left is known while the order lives. */
static pg_event order_event(const pg_live_market *m, const pg_input *input)
{
    const pg_reply *reply = &input->reply;
    bool fill = reply->kind == PG_REPLY_FILL;
    pg_event event = { .local_ns = input->time_ns,
                       .exch_ns = reply->exch_ns ? reply->exch_ns : input->time_ns,
                       .kind = fill ? PG_EVENT_FILL : PG_EVENT_ORDER,
                       .side = reply->side,
                       .price = reply->price,
                       .size = fill ? reply->size : reply->remaining,
                       .size2 = fill ? reply->maker : reply->kind,
                       .id = reply->id,
                       .flags = PG_EVENT_LAST | (reply->exch_ns ? 0 : PG_EVENT_NO_EXCHANGE) };
    if (fill) {
        event.price2 = money_part(reply->fee);
        return event;
    }
    const pg_orders *orders = pg_engine_orders(pg_runner_engine(m->runner));
    for (int i = 0; i < orders->count; i++)
        if (orders->order[i].id == reply->id)
            event.price2 = orders->order[i].next_ns ? orders->order[i].next_ns : orders->order[i].sent_ns;
    return event;
}

static void record(pg_live_market *m, const pg_input *input)
{
    if (input->kind == PG_INPUT_EVENT && input->event.kind == PG_EVENT_REFERENCE)
        return; /* made here; the market that it tells of has a recording of its own */
    if (input->kind == PG_INPUT_EVENT && m->with.records_market) {
        pg_backfill_push(&m->backfill, &input->event, 1);
    } else if (input->kind == PG_INPUT_REPLY) {
        pg_event event = order_event(m, input);
        pg_recorder_push(m->with.recorder, m->with.record_number, &event, 1);
    }
}

/* ---- the seat ---- */

static void take_input(void *self, const pg_input *input)
{
    pg_live_market *m = self;
    if (input->kind == PG_INPUT_EVENT) {
        m->figures.events++;
        m->figures.heard_ns = input->time_ns;
        if (m->trigger_ns == 0)
            m->trigger_ns = input->time_ns;
    }
    if (m->with.recorder)
        record(m, input);
    m->dirty = true;
    pg_runner_push(m->runner, input);
}

static pg_engine *engine_of(void *self)
{
    pg_live_market *m = self;
    return pg_runner_engine(m->runner);
}

/* ---- the runner ---- */

static void hand_out(void *self, const pg_request *request)
{
    pg_live_market *m = self;
    m->sent = true;
    pg_desk_send(m->with.desk, m->place, request, pg_clock_now(pg_clock_real()));
}

/* Writes the texts of a version into the ledger; its number goes into every order. */
static void write_version(pg_live_market *m, const pg_pilot *pilot, pg_version_event event, int64_t now_ns)
{
    int count;
    const pg_source_text *source = pg_session_sources(pilot->session, &count);
    for (int i = 0; i < count; i++) {
        uint64_t version = 0;
        pg_ledger_version(m->with.ledger, &version, m->seat.number, event, source[i].path, source[i].text,
                          source[i].length, now_ns);
        if (i == 0 && (event == PG_VERSION_LIVE || event == PG_VERSION_ROLLED_BACK))
            m->seat.version = version;
    }
}

/* Not to be overlooked, and to be found later. */
static void say_trusted(pg_live_market *m)
{
    static const char text[] = "trusted = true: its scripts have the raw FFI. Keys, limits, files, memory: nothing of "
                               "this host is out of their reach";
    if (!pg_runner_pilot(m->runner)->plan.trusted)
        return;
    pg_ledger_note(m->with.ledger, m->seat.number, PG_LOG_WARN, text, pg_clock_now(pg_clock_real()));
    m->hooks.say(m->hooks.self, m, PG_LOG_ERROR, text);
}

static void hear(void *self, pg_runner_news news, const char *version, const char *text)
{
    pg_live_market *m = self;
    char line[PG_MARKET_NEWS * 2];
    int64_t now_ns = pg_clock_now(pg_clock_real());
    const pg_pilot *pilot = pg_runner_pilot(m->runner);
    switch (news) {
    case PG_RUNNER_SHADOW:
        write_version(m, pg_runner_shadow_pilot(m->runner), PG_VERSION_SHADOW, now_ns);
        snprintf(line, sizeof line, "%s loaded, flies in the shadow", version);
        break;
    case PG_RUNNER_LIVE:
        write_version(m, pilot, PG_VERSION_LIVE, now_ns);
        snprintf(line, sizeof line, "%s live (%s)", version, text);
        break;
    case PG_RUNNER_REFUSED:
        snprintf(line, sizeof line, "%s refused: %s; the running version goes on", version, text);
        break;
    case PG_RUNNER_BACK:
        write_version(m, pilot, PG_VERSION_ROLLED_BACK, now_ns);
        snprintf(line, sizeof line, "error, back to %s, quotes kept: %s", version, text);
        break;
    case PG_RUNNER_FAILED: snprintf(line, sizeof line, "%s failed, quotes pulled: %s", version, text); break;
    case PG_RUNNER_SETTLED: return;
    }
    bool bad = news == PG_RUNNER_REFUSED || news == PG_RUNNER_BACK || news == PG_RUNNER_FAILED;
    pg_ledger_note(m->with.ledger, m->seat.number, bad ? PG_LOG_ERROR : PG_LOG_INFO, line, now_ns);
    m->hooks.say(m->hooks.self, m, bad ? PG_LOG_ERROR : PG_LOG_INFO, line);
    if (news == PG_RUNNER_LIVE)
        say_trusted(m);
}

/* ---- fits on the loop's pool ---- */

typedef struct {
    uv_work_t work;
    pg_live_market *market;
    pg_pilot *pilot;
    uint64_t number;
    void *call;
} fit_job;

static void run_fit(uv_work_t *work)
{
    fit_job *job = work->data;
    pg_work_run(job->call);
}

static void fit_done(uv_work_t *work, int status)
{
    fit_job *job = work->data;
    pg_live_market *m = job->market;
    (void)status;
    if (pg_pilot_fit_done(job->pilot)) {
        pg_runner_push_work(m->runner, job->pilot, job->number, pg_clock_now(pg_clock_real()));
        m->dirty = true;
        m->hooks.act(m->hooks.self);
    }
    free(job);
}

static void start_fit(void *self, pg_pilot *pilot, uint64_t number, void *call)
{
    pg_live_market *m = self;
    fit_job *job = calloc(1, sizeof *job);
    PG_ASSERT(job);
    *job = (fit_job){ .market = m, .pilot = pilot, .number = number, .call = call };
    job->work.data = job;
    uv_queue_work(pg_loop_uv(m->with.loop), &job->work, run_fit, fit_done);
}

static void scrap(void *self, pg_pilot *pilot)
{
    pg_live_market *m = self;
    pg_hangar_scrap(m->with.hangar, pilot);
}

/* ---- plans ---- */

static pg_status add_settings(pg_plan *plan, const pg_config_market *entry, pg_error *err)
{
    pg_status status = PG_OK;
    for (int i = 0; status == PG_OK && i < entry->param_count; i++)
        status = pg_plan_set_param(plan, entry->params[i].name, entry->params[i].value, err);
    for (int i = 0; status == PG_OK && i < entry->estimator_count; i++)
        status = pg_plan_set_estimator(plan, entry->estimators[i].name, entry->estimators[i].value, err);
    return status;
}

static pg_quote_policy policy_of(const pg_config_market *entry, const pg_venue_facts *facts)
{
    return (pg_quote_policy){ .size_tolerance = entry->size_tolerance,
                              .reprice_bps = entry->reprice_bps,
                              .replace_loses_place = !facts->replace_keeps_place,
                              .min_life_ns = (int64_t)(entry->min_life_ms * 1e6),
                              .refresh_ns = (int64_t)(entry->refresh_s * 1e9),
                              .timeout_ns = (int64_t)(entry->order_timeout_s * 1e9),
                              .ping_pong = entry->mode == PG_MODE_PING_PONG };
}

pg_status pg_live_market_plan(const pg_live_market *m, pg_plan *plan, const pg_config *config,
                              const pg_config_market *entry, pg_error *err)
{
    (void)config;
    const pg_venue_facts *facts = pg_venue_get_facts(pg_desk_venue(m->with.desk));
    memset(plan, 0, sizeof *plan);
    snprintf(plan->name, sizeof plan->name, "%s", entry->name);
    snprintf(plan->strategy, sizeof plan->strategy, "%s", entry->strategy);
    plan->instrument = *pg_venue_instrument(pg_desk_venue(m->with.desk), m->with.venue_market);
    plan->capital = entry->capital;
    plan->max_position = entry->max_position;
    plan->maker_fee = (double)facts->maker_fee_e8 * 1e-8;
    plan->taker_fee = (double)facts->taker_fee_e8 * 1e-8;
    plan->policy = policy_of(entry, facts);
    plan->seed = 1;
    plan->first_id = pg_desk_first_id(m->place);
    plan->fresh_replace = facts->replace_is_fresh;
    plan->limits = pg_script_default_limits();
    plan->trusted = entry->trusted;
    pg_status status = add_settings(plan, entry, err);
    for (int i = 0; status == PG_OK && i < m->set_count; i++)
        status = pg_plan_set_param(plan, m->set[i].name, m->set[i].value, err);
    return status;
}

/* ---- life ---- */

static pg_status open_flight(pg_live_market *m, pg_error *err)
{
    char path[PG_PATH_SIZE], name[3 * PG_CONFIG_NAME + 16];
    if (!m->with.session)
        return PG_OK;
    snprintf(name, sizeof name, "%s.%s.flight", m->with.entry->venue_name, m->name);
    for (char *c = name; *c; c++)
        if (*c == '/' || *c == ':')
            *c = '_';
    pg_status status = pg_file_join(path, m->with.session, name, err);
    if (status == PG_OK)
        status = pg_file_join(m->scripts, m->with.session, "scripts", err);
    return status == PG_OK ? pg_flight_new(&m->flight, path, err) : status;
}

static pg_status take_seat(pg_live_market *m, pg_error *err)
{
    const pg_instrument *in = pg_venue_instrument(pg_desk_venue(m->with.desk), m->with.venue_market);
    pg_risk_limits limits = pg_config_market_limits(m->with.config, m->with.entry);
    m->seat = (pg_seat){ .self = m, .input = take_input, .engine = engine_of, .market = m->with.venue_market };
    m->seat.name = m->full;
    pg_status status =
        pg_risk_add_market(m->with.risk, &m->seat.number, m->with.account, in,
                           pg_venue_get_facts(pg_desk_venue(m->with.desk))->replace_is_fresh, &limits, err);
    if (status == PG_OK)
        status =
            pg_ledger_market(m->with.ledger, m->seat.number, m->with.account, in, pg_clock_now(pg_clock_real()), err);
    return status;
}

static pg_status make_runner(pg_live_market *m, pg_error *err)
{
    int64_t now_ns = pg_clock_now(pg_clock_real());
    pg_plan *plan = malloc(sizeof *plan);
    pg_pilot *pilot = NULL;
    pg_status status = plan ? pg_live_market_plan(m, plan, m->with.config, m->with.entry, err)
                            : pg_fail(err, PG_ERR_MEMORY, "no memory for a plan");
    if (status == PG_OK)
        status = pg_pilot_new(&pilot, plan, now_ns, (pg_gateway){ 0 }, false, m->with.log, err);
    free(plan);
    pg_runner_config config = { .flight = m->flight,
                                .scripts = m->with.session ? m->scripts : NULL,
                                .probation_ns = (int64_t)(m->with.config->host.probation_s * 1e9),
                                .shadow_inputs = m->with.config->host.shadow_events };
    pg_runner_hooks hooks = {
        .self = m, .send = hand_out, .news = hear, .start = start_fit, .scrap = m->with.hangar ? scrap : NULL
    };
    if (status == PG_OK)
        status = pg_runner_new(&m->runner, &config, hooks, pilot, now_ns, err);
    if (status == PG_OK)
        write_version(m, pilot, PG_VERSION_LIVE, now_ns);
    else
        pg_pilot_free(pilot);
    return status;
}

pg_status pg_live_market_new(pg_live_market **made, const pg_market_config *config, pg_market_hooks hooks,
                             pg_error *err)
{
    pg_live_market *m = calloc(1, sizeof *m);
    if (!m)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a market");
    m->with = *config;
    m->hooks = hooks;
    snprintf(m->name, sizeof m->name, "%s%s%s", config->entry->symbol, config->entry->name[0] ? "." : "",
             config->entry->name);
    snprintf(m->full, sizeof m->full, "%s of %s", m->name, config->entry->venue_name);
    if (config->entry->reference)
        snprintf(m->reference, sizeof m->reference, "%s", config->entry->reference);
    pg_status status = take_seat(m, err);
    if (status == PG_OK)
        status = open_flight(m, err);
    m->place = pg_desk_next_place(config->desk);
    if (status == PG_OK)
        status = make_runner(m, err);
    if (m->with.recorder && m->with.records_market)
        pg_backfill_init(&m->backfill, m->with.recorder, m->with.record_number, pg_desk_venue(config->desk),
                         config->venue_market, config->log);
    if (status == PG_OK)
        status = pg_desk_seat(config->desk, &m->seat, &m->place, err);
    m->with.config = NULL;
    m->with.entry = NULL;
    if (status != PG_OK) {
        pg_live_market_free(m);
        return status;
    }
    if (m->with.recorder && m->with.records_market)
        pg_backfill_begin(&m->backfill);
    say_trusted(m);
    *made = m;
    return PG_OK;
}

void pg_live_market_free(pg_live_market *m)
{
    if (!m)
        return;
    pg_timer_stop(m->timer);
    if (m->with.hangar && m->runner)
        pg_hangar_drop(m->with.hangar, m->runner);
    pg_runner_free(m->runner);
    pg_flight_close(m->flight);
    free(m);
}

/* ---- acting ---- */

bool pg_live_market_act(pg_live_market *m, int64_t now_ns)
{
    if (!m->dirty)
        return false;
    m->dirty = m->sent = false;
    pg_runner_pump(m->runner, now_ns);
    m->figures.orders += m->sent && m->trigger_ns;
    if (m->sent && m->trigger_ns)
        m->figures.tick_to_order_ns = pg_clock_now(pg_clock_real()) - m->trigger_ns;
    m->trigger_ns = 0;
    return true;
}

static void timer_due(void *self)
{
    pg_live_market *m = self;
    pg_timer_stop(m->timer);
    m->timer = NULL;
    m->due_ns = INT64_MAX;
    pg_input input = { .kind = PG_INPUT_TIME, .time_ns = pg_clock_now(pg_clock_real()) };
    take_input(m, &input);
    m->hooks.act(m->hooks.self);
}

void pg_live_market_arm(pg_live_market *m, int64_t now_ns)
{
    int64_t next = pg_runner_next(m->runner);
    if (next == INT64_MAX || (m->timer && next >= m->due_ns))
        return;
    pg_timer_stop(m->timer);
    int64_t wait_ms = next > now_ns ? (next - now_ns + 999999) / 1000000 : 1;
    m->timer = pg_timer_start(m->with.loop, wait_ms, 0, m, timer_due);
    m->due_ns = next;
}

/* ---- another market, for its strategy ---- */

const char *pg_live_market_reference(const pg_live_market *m)
{
    return m->reference[0] ? m->reference : NULL;
}

bool pg_live_market_is_named(const pg_live_market *m, const char *name)
{
    const char *venue = pg_desk_config_venue(m->with.desk)->name;
    size_t length = strlen(venue);
    return strncmp(name, venue, length) == 0 && name[length] == ' ' && strcmp(name + length + 1, m->name) == 0;
}

static int64_t in_nano(double value)
{
    return fabs(value) < 9e9 ? (int64_t)llround(value * 1e9) : 0;
}

void pg_live_market_refer(pg_live_market *m, const pg_live_market *other, int64_t now_ns)
{
    const pg_engine *engine = pg_runner_engine(other->runner);
    const pg_view *view = pg_engine_view(engine);
    const pg_event *last = &m->referred;
    pg_event e = { .exch_ns = other->figures.heard_ns,
                   .local_ns = other->figures.heard_ns,
                   .kind = PG_EVENT_REFERENCE,
                   .flags = PG_EVENT_LAST,
                   .price = isfinite(view->bid) ? in_nano(view->bid) : 0,
                   .size = in_nano(view->bid_size),
                   .price2 = isfinite(view->ask) ? in_nano(view->ask) : 0,
                   .size2 = in_nano(view->ask_size),
                   .id = (uint64_t)in_nano(
                       pg_size_double(pg_engine_instrument(engine), pg_engine_position(engine)->quantity)) };
    bool same = e.price == last->price && e.price2 == last->price2 && e.id == last->id;
    if (e.local_ns == 0 || (same && e.local_ns - last->local_ns < 1000000000))
        return;
    m->referred = e;
    pg_input input = { .kind = PG_INPUT_EVENT, .time_ns = now_ns, .event = e };
    m->dirty = true;
    pg_runner_push(m->runner, &input);
}

void pg_live_market_stop(pg_live_market *m, int64_t now_ns)
{
    pg_input input = { .kind = PG_INPUT_STOP, .time_ns = now_ns };
    take_input(m, &input);
}

void pg_live_market_cancel(pg_live_market *m, int64_t now_ns)
{
    uint32_t held = pg_engine_holds(pg_runner_engine(m->runner));
    uint32_t bits[] = { held | PG_INPUT_PULL, held };
    for (int i = 0; i < 2; i++)
        take_input(m, &(pg_input){ .kind = PG_INPUT_HOLD, .time_ns = now_ns, .bits = bits[i] });
}

pg_status pg_live_market_set(pg_live_market *m, const char *name, const char *value, char *before, char *after,
                             pg_error *err)
{
    int64_t now_ns = pg_clock_now(pg_clock_real());
    if (m->set_count == PG_PLAN_PARAMS)
        return pg_fail(err, PG_ERR_FULL, "too many parameters were set");
    pg_status status = pg_runner_set(m->runner, name, value, before, after, now_ns, err);
    if (status != PG_OK)
        return status;
    pg_plan_setting *setting = &m->set[m->set_count];
    for (int i = 0; i < m->set_count; i++)
        if (strcmp(m->set[i].name, name) == 0)
            setting = &m->set[i];
    if (setting == &m->set[m->set_count])
        m->set_count++;
    snprintf(setting->name, sizeof setting->name, "%s", name);
    snprintf(setting->value, sizeof setting->value, "%s", after);
    pg_ledger_parameter(m->with.ledger, m->seat.number, name, after, "console", now_ns);
    return PG_OK;
}

void pg_live_market_forget(pg_live_market *m)
{
    m->set_count = 0;
}

/* ---- what there is ---- */

bool pg_live_market_is(const pg_live_market *m, const char *venue, const char *symbol, const char *name)
{
    return strcmp(pg_desk_config_venue(m->with.desk)->name, venue) == 0 &&
           strcmp(pg_live_market_symbol(m), symbol) == 0 && strcmp(pg_runner_pilot(m->runner)->plan.name, name) == 0;
}

const char *pg_live_market_name(const pg_live_market *m)
{
    return m->name;
}

const char *pg_live_market_symbol(const pg_live_market *m)
{
    return pg_engine_instrument(pg_runner_engine(m->runner))->symbol;
}

pg_runner *pg_live_market_runner(const pg_live_market *m)
{
    return m->runner;
}

pg_desk *pg_live_market_desk(const pg_live_market *m)
{
    return m->with.desk;
}

int pg_live_market_number(const pg_live_market *m)
{
    return m->seat.number;
}

const char *pg_live_market_scripts(const pg_live_market *m)
{
    return m->scripts;
}

const pg_market_figures *pg_live_market_figures(const pg_live_market *m)
{
    return &m->figures;
}

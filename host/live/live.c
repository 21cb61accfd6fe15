#include "live/live_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 250, STATUS_MS = 5000, ROUNDS = 100 };

void live_say(pg_live *live, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (live->options.say)
        live->options.say(live->options.self, text);
    if (live->console)
        pg_console_say(live->console, text);
}

/* ---- acting ---- */

static void arm_timers(pg_live *live)
{
    int64_t now_ns = pg_clock_now(pg_clock_real());
    for (int i = 0; i < live->market_count; i++)
        pg_live_market_arm(live->market[i], now_ns);
}

/* What another market shows and holds, for a strategy that refers to it. */
static void refer(pg_live *live, pg_live_market *market)
{
    const char *name = pg_live_market_reference(market);
    for (int i = 0; name && i < live->market_count; i++)
        if (pg_live_market_is_named(live->market[i], name))
            pg_live_market_refer(market, live->market[i], pg_clock_now(pg_clock_real()));
}

static bool act(pg_live *live, pg_live_market *market)
{
    refer(live, market);
    const pg_market_figures *figures = pg_live_market_figures(market);
    uint64_t before = figures->orders;
    bool acted = pg_live_market_act(market, pg_clock_now(pg_clock_real()));
    if (live->exporter && figures->orders != before)
        pg_exporter_observe(live->exporter, market, figures->tick_to_order_ns);
    return acted;
}

void pg_live_act(pg_live *live)
{
    if (live->acting || live->phase == LIVE_ENDED)
        return; /* the loop below sees what was given; or nobody is there any more who could send */
    live->acting = true;
    live_guard_turn(live);
    bool acted = true;
    for (int round = 0; acted && round < ROUNDS; round++) {
        acted = false;
        for (int i = 0; i < live->market_count; i++)
            acted = act(live, live->market[i]) || acted;
        for (int i = 0; i < live->venue_count; i++)
            if (live->venue[i].desk)
                pg_desk_flush(live->venue[i].desk);
    }
    for (int i = 0; i < live->market_count; i++)
        pg_runner_collect(pg_live_market_runner(live->market[i]));
    live->acting = false;
    arm_timers(live);
}

/* What a script's cascade estimator says goes to the limit of that name. */
static void watch_cascade(pg_live *live, const pg_live_market *market)
{
    pg_pilot *pilot = pg_runner_pilot(pg_live_market_runner(market));
    double severity = pilot->failed ? NAN : pg_session_estimate(pilot->session, "cascade", "severity");
    if (!isnan(severity))
        pg_risk_cascade(live->risk, pg_live_market_number(market), severity);
}

/* Nothing here steps with it (base/clock.h), but whoever reads the logs has to know. */
static void watch_clock(pg_live *live)
{
    char text[192];
    int64_t set_by_ns = pg_clock_set_by();
    if (llabs(set_by_ns - live->clock_told_ns) < INT64_C(1000000000))
        return;
    live->clock_told_ns = set_by_ns;
    snprintf(
        text, sizeof text,
        "the system's clock was set: it is %+.1f s off what it was at the start. This host keeps its own time until "
        "it is started again",
        (double)set_by_ns * 1e-9);
    live_say(live, "! %s", text);
    pg_ledger_note(live->ledger, PG_LEDGER_NO_MARKET, PG_LOG_WARN, text, pg_clock_now(pg_clock_real()));
}

static void on_tick(void *self)
{
    pg_live *live = self;
    int64_t now_ns = pg_clock_now(pg_clock_real());
    watch_clock(live);
    for (int i = 0; i < live->market_count; i++)
        watch_cascade(live, live->market[i]);
    live_guard_turn(live);
    live_guard_tick(live, now_ns);
    for (int i = 0; i < live->venue_count; i++)
        if (live->venue[i].desk)
            pg_desk_tick(live->venue[i].desk, now_ns);
    if (pg_risk_killed(live->risk) && live->phase == LIVE_RUNNING)
        pg_live_stop(live, pg_risk_killed(live->risk));
    pg_live_act(live);
}

/* Who is not there yet: nobody shall wait before a silent screen. */
static void tell_waiting(pg_live *live)
{
    for (int i = 0; i < live->venue_count; i++) {
        const live_venue *v = &live->venue[i];
        if (v->desk && !v->begun)
            live_say(live, "%s: waiting for %s", v->venue->name, v->venue->url ? v->venue->url : v->venue->kind);
    }
}

static void on_status(void *self)
{
    pg_live *live = self;
    char text[256];
    if (live->phase < LIVE_STOPPING)
        tell_waiting(live);
    if (live->phase != LIVE_RUNNING)
        return;
    for (int i = 0; i < live->market_count; i++)
        live_say(live, "%s", pg_live_status(live, i, text, sizeof text));
}

static void on_end(void *self)
{
    pg_live *live = self;
    pg_timer_stop(live->end);
    live->end = NULL;
    pg_live_stop(live, "the time is over");
}

/* ---- life ---- */

pg_status pg_live_new(pg_live **made, const pg_live_options *options, pg_config_problems *problems, pg_error *err)
{
    pg_live *live = calloc(1, sizeof *live);
    if (!live)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the host");
    live->options = *options;
    if (options->log)
        live->log = *options->log;
    pg_status status = pg_config_read(&live->config, options->config, problems, err);
    live->current = live->config;
    if (status == PG_OK)
        status = pg_loop_new(&live->loop, err);
    if (status == PG_OK)
        status = live_open(live, err);
    if (status != PG_OK) {
        pg_live_free(live);
        return status;
    }
    *made = live;
    return PG_OK;
}

void pg_live_free(pg_live *live)
{
    if (!live)
        return;
    live->phase = LIVE_ENDED; /* what is still called back below acts no more */
    pg_timer *timers[] = { live->tick, live->status, live->end, live->deadline, live->grace };
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
        pg_timer_stop(timers[i]);
    live_release_signals(live);
    live_guard_end(live);
    live->phase = LIVE_ENDED; /* what is still called back below acts no more */
    pg_console_free(live->console);
    live->console = NULL;
    pg_exporter_free(live->exporter);
    for (int i = 0; i < live->venue_count; i++) {
        pg_timer_stop(live->venue[i].closing);
        pg_desk_free(live->venue[i].desk);
        pg_child_free(live->venue[i].child);
    }
    if (live->loop)
        pg_loop_run_for(live->loop, 50); /* what is being closed */
    for (int i = 0; i < live->market_count; i++)
        pg_live_market_free(live->market[i]);
    live_close_reload(live); /* after the markets, whose pilots it frees */
    pg_error err = { 0 };
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    if (pg_ledger_close(live->ledger, &err) != PG_OK)
        live_say(live, "ledger: %s", pg_error_text(&err, text, sizeof text));
    for (int i = 0; i < live->venue_count; i++) {
        pg_secret_free(live->venue[i].key);
        pg_secret_free(live->venue[i].api_key);
    }
    if (pg_recorder_close(live->recorder, &err) != PG_OK)
        live_say(live, "recording: %s", pg_error_text(&err, text, sizeof text));
    pg_risk_free(live->risk);
    pg_loop_free(live->loop);
    if (live->current != live->config)
        pg_config_free(live->current);
    pg_config_free(live->config);
    free(live);
}

pg_status pg_live_run(pg_live *live, pg_error *err)
{
    pg_status status = live_catch_signals(live, err);
    if (status == PG_OK)
        status = live_open_console(live, err);
    if (status == PG_OK)
        status = live_open_web(live, err);
    if (status == PG_OK)
        status = live_open_reload(live, err);
    if (status == PG_OK)
        status = live_guard_start(live, err);
    if (status == PG_OK)
        status = live_connect(live, err);
    if (status != PG_OK)
        return status;
    char first[160] = "";
    if (live->exporter)
        snprintf(first, sizeof first, "  http://%s:%d",
                 live->config->web.address ? live->config->web.address : "127.0.0.1", pg_exporter_port(live->exporter));
    live_say(live, "perigee 0.1   %s %s   ledger %s%s", live->config->path, live->config->version,
             live->config->host.ledger, first);
    live->tick = pg_timer_start(live->loop, TICK_MS, TICK_MS, live, on_tick);
    live->status = pg_timer_start(live->loop, STATUS_MS, STATUS_MS, live, on_status);
    if (live->options.seconds > 0)
        live->end = pg_timer_start(live->loop, (int64_t)(live->options.seconds * 1000), 0, live, on_end);
    pg_loop_run(live->loop);
    live_report(live);
    if (live->error.status != PG_OK && err)
        *err = live->error;
    return live->error.status;
}

/* ---- what there is ---- */

pg_config *pg_live_config_of(const pg_live *live)
{
    return live->config;
}

int pg_live_market_count(const pg_live *live)
{
    return live->market_count;
}

pg_live_market *pg_live_market_at(const pg_live *live, int i)
{
    return live->market[i];
}

/* Whether "ETH", "ETH.second" or "ETH@venue" names a market. */
static bool is_named(const pg_live_market *market, const char *name)
{
    const char *venue = strchr(name, '@');
    size_t length = venue ? (size_t)(venue - name) : strlen(name);
    const char *own = pg_live_market_name(market);
    return strlen(own) == length && strncmp(own, name, length) == 0 &&
           (!venue || strcmp(pg_desk_config_venue(pg_live_market_desk(market))->name, venue + 1) == 0);
}

pg_live_market *pg_live_find(const pg_live *live, const char *name)
{
    pg_live_market *found = NULL;
    for (int i = 0; i < live->market_count; i++) {
        if (!is_named(live->market[i], name))
            continue;
        if (found)
            return NULL;
        found = live->market[i];
    }
    return found;
}

int pg_live_desk_count(const pg_live *live)
{
    return live->venue_count;
}

pg_desk *pg_live_desk_at(const pg_live *live, int i)
{
    return live->venue[i].desk;
}

pg_risk *pg_live_risk(const pg_live *live)
{
    return live->risk;
}

pg_recorder *pg_live_recorder(const pg_live *live)
{
    return live->recorder;
}

pg_ledger *pg_live_ledger(const pg_live *live)
{
    return live->ledger;
}

static const char *state_of(const pg_live *live, const pg_live_market *market, int64_t now_ns)
{
    if (pg_runner_has_failed(pg_live_market_runner(market)))
        return " FAILED";
    switch (pg_risk_get_state(live->risk, pg_live_market_number(market), now_ns, NULL)) {
    case PG_RISK_NORMAL: return "";
    case PG_RISK_REDUCE_ONLY: return " reduce-only";
    case PG_RISK_PULL: return " pulled";
    case PG_RISK_SHUTDOWN: return " shutdown";
    }
    return "";
}

static bool has_slot(const char *slots, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = slots; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && (at[length] == '\n' || at[length] == '\0'))
            return true;
    return false;
}

/* "sig 2.4%/d  " by the estimator in slot sigma, "sig -  " as long as it has no value; "" where there is none. */
static char *sigma_text(char text[32], const pg_pilot *pilot)
{
    text[0] = '\0';
    if (pilot->failed || !has_slot(pg_session_slots(pilot->session), "sigma"))
        return text;
    double daily = pg_session_estimate(pilot->session, "sigma", "sigma_rel") * sqrt(86400);
    snprintf(text, 32, isnan(daily) ? "sig -  " : "sig %.2g%%/d  ", daily * 100);
    return text;
}

char *pg_live_status(const pg_live *live, int i, char *text, int size)
{
    const pg_live_market *market = live->market[i];
    const pg_engine *engine = pg_runner_engine(pg_live_market_runner(market));
    const pg_instrument *in = pg_engine_instrument(engine);
    const pg_view *view = pg_engine_view(engine);
    const pg_market_figures *figures = pg_live_market_figures(market);
    int64_t now_ns = pg_clock_now(pg_clock_real());
    double spread = view->mid > 0 ? (view->ask - view->bid) / view->mid * 1e4 : NAN;
    double age = (double)(now_ns - figures->heard_ns) * 1e-9;
    double pnl = pg_money_double(in, pg_engine_account(engine)->net_x2) / 2;
    const pg_pilot *pilot = pg_runner_pilot(pg_live_market_runner(market));
    char clock[32], sigma[32];
    if (!figures->heard_ns) {
        snprintf(text, (size_t)size, "%.8s %s %s  %s %s  no market data yet%s", pg_clock_format(clock, now_ns) + 11,
                 pg_desk_config_venue(pg_live_market_desk(market))->name, pg_live_market_name(market),
                 pg_session_name(pilot->session), pg_pilot_version(pilot), state_of(live, market, now_ns));
        return text;
    }
    snprintf(text, (size_t)size,
             "%.8s %s %s  %s %s  mid %.10g  spr %.1fbp  %spos %+.6g ($%.0f)  pnl %+.2f  orders %d  tick>order %.0fus"
             "  age %.1fs%s",
             pg_clock_format(clock, now_ns) + 11, pg_desk_config_venue(pg_live_market_desk(market))->name,
             pg_live_market_name(market), pg_session_name(pilot->session), pg_pilot_version(pilot), view->mid, spread,
             sigma_text(sigma, pilot), view->position, fabs(view->position) * view->mid, pnl,
             pg_engine_orders(engine)->count, (double)figures->tick_to_order_ns * 1e-3, age,
             state_of(live, market, now_ns));
    return text;
}

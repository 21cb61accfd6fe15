/* Taking over what was saved: scripts and config.lua. A new configuration is checked as a whole first: nothing of it is
 * applied when anything is wrong. */
#include "live/live_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- scripts ---- */

static void refused(pg_live *live, pg_live_market *market, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    live_say(live, "%s: not taken over: %s", pg_live_market_name(market), pg_error_text(err, text, sizeof text));
    live_say(live, "%s: the running version %s goes on", pg_live_market_name(market),
             pg_pilot_version(pg_runner_pilot(pg_live_market_runner(market))));
    pg_ledger_note(live->ledger, pg_live_market_number(market), PG_LOG_ERROR, text, pg_clock_now(pg_clock_real()));
}

static bool is_source(const pg_pilot *pilot, const char *path)
{
    int count;
    const pg_source_text *source = pg_session_sources(pilot->session, &count);
    for (int i = 0; i < count; i++)
        if (strcmp(source[i].path, path) == 0)
            return true;
    return false;
}

/* Watches the files of a pilot that are not those of `known` (NULL: none are). */
static void watch_sources(pg_live *live, const pg_pilot *pilot, const pg_pilot *known)
{
    int count;
    const pg_source_text *source = pg_session_sources(pilot->session, &count);
    for (int i = 0; live->watcher && i < count; i++)
        if (!(known && is_source(known, source[i].path)) &&
            pg_watcher_add(live->watcher, source[i].path, NULL) != PG_OK)
            live_say(live, "%s cannot be watched: saving it has no effect", source[i].path);
}

void live_watch_scripts(pg_live *live, pg_live_market *market)
{
    watch_sources(live, pg_runner_pilot(pg_live_market_runner(market)), NULL);
}

static void built(void *self, pg_runner *runner, const pg_error *err, double ms)
{
    pg_live *live = self;
    for (int i = 0; i < live->market_count; i++) {
        pg_live_market *market = live->market[i];
        if (pg_live_market_runner(market) != runner)
            continue;
        if (err) {
            refused(live, market, err);
            continue;
        }
        watch_sources(live, pg_runner_shadow_pilot(runner), pg_runner_pilot(runner));
        live_say(live, "%s: %s warmed up in %.0f ms", pg_live_market_name(market),
                 pg_pilot_version(pg_runner_shadow_pilot(runner)), ms);
    }
    pg_live_act(live);
}

/* A new version of a market's scripts: built beside the loop, then in the shadow of the running one. */
static pg_status build(pg_live *live, pg_live_market *market, const pg_plan *plan, pg_error *err)
{
    return pg_hangar_build(live->hangar, pg_live_market_runner(market), plan, &live->log, live, built, err);
}

pg_status pg_live_reload(pg_live *live, pg_live_market *market, pg_error *err)
{
    pg_plan *plan = malloc(sizeof *plan);
    if (!plan)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a plan");
    *plan = pg_runner_pilot(pg_live_market_runner(market))->plan;
    pg_status status = build(live, market, plan, err);
    free(plan);
    return status;
}

void pg_live_rebuild(pg_live *live, pg_live_market *market)
{
    pg_error err = { 0 };
    if (pg_hangar_is_building(live->hangar, pg_live_market_runner(market)) &&
        pg_live_reload(live, market, &err) != PG_OK)
        refused(live, market, &err);
}

/* ---- the configuration ---- */

static pg_live_market *market_of(const pg_live *live, const pg_config_market *entry)
{
    for (int i = 0; i < live->market_count; i++)
        if (pg_live_market_is(live->market[i], entry->venue_name, entry->symbol, entry->name))
            return live->market[i];
    return NULL;
}

static void tell(pg_live *live, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    live_say(live, "%s: %s; the running configuration goes on", live->config->path,
             pg_error_text(err, text, sizeof text));
}

typedef pg_status (*limits_fn)(pg_live *live, int market, const pg_risk_limits *limits, bool allow_loosen,
                               pg_error *err);

static pg_status look_at(pg_live *live, int market, const pg_risk_limits *limits, bool allow_loosen, pg_error *err)
{
    return pg_risk_may_reload(live->risk, market, limits, allow_loosen, err);
}

static pg_status take(pg_live *live, int market, const pg_risk_limits *limits, bool allow_loosen, pg_error *err)
{
    return pg_risk_reload(live->risk, market, limits, allow_loosen, err);
}

static pg_status for_all_limits(pg_live *live, const pg_config *after, limits_fn fn, pg_error *err)
{
    pg_status status = fn(live, -1, &after->risk.limits, after->risk.allow_loosen, err);
    for (int i = 0; status == PG_OK && i < after->market_count; i++) {
        const pg_live_market *market = market_of(live, &after->markets[i]);
        if (!market)
            continue;
        pg_risk_limits limits = pg_config_market_limits(after, &after->markets[i]);
        status = fn(live, pg_live_market_number(market), &limits, after->risk.allow_loosen, err);
    }
    return status;
}

static void tick_desks(pg_live *live)
{
    for (int i = 0; i < live->venue_count; i++)
        if (live->venue[i].desk)
            pg_desk_tick(live->venue[i].desk, pg_clock_now(pg_clock_real()));
}

/* The limits first, all of them or none: when they may not be loosened, nothing else is applied either. The risk gate
 * has to know what is open at this moment, and what it then pulls is pulled at once. */
static pg_status take_limits(pg_live *live, const pg_config *after, pg_error *err)
{
    pg_status status = for_all_limits(live, after, look_at, err);
    if (status != PG_OK)
        return status;
    tick_desks(live);
    status = for_all_limits(live, after, take, err);
    tick_desks(live);
    return status;
}

static pg_status change_market(pg_live *live, const pg_config *after, const pg_config_market *entry, pg_error *err)
{
    pg_live_market *market = market_of(live, entry);
    pg_plan *plan = malloc(sizeof *plan);
    if (!market || !plan) {
        free(plan);
        return pg_fail(err, PG_ERR_STATE, "%s: this market is not running", entry->symbol);
    }
    pg_live_market_forget(market);
    pg_status status = pg_live_market_plan(market, plan, after, entry, err);
    if (status == PG_OK)
        status = build(live, market, plan, err);
    free(plan);
    return status;
}

static void remove_market(pg_live *live, const pg_config_market *entry)
{
    pg_live_market *market = market_of(live, entry);
    if (!market)
        return;
    pg_risk_hold(live->risk, pg_live_market_number(market), PG_HOLD_OPERATOR, true);
    pg_desk_tick(pg_live_market_desk(market), pg_clock_now(pg_clock_real()));
    live_say(live, "%s removed: its orders are cancelled, its position stays", pg_live_market_name(market));
}

/* A market that was removed before goes on; another one needs its venue's stream to be subscribed. */
static void add_market(pg_live *live, const pg_config *after, const pg_config_market *entry)
{
    pg_error err = { 0 };
    pg_live_market *market = market_of(live, entry);
    if (!market) {
        live_say(live, "%s of %s: a new market begins at the next start", entry->symbol, entry->venue_name);
        return;
    }
    if (change_market(live, after, entry, &err) != PG_OK) {
        tell(live, &err);
        return;
    }
    pg_risk_hold(live->risk, pg_live_market_number(market), PG_HOLD_OPERATOR, false);
    live_say(live, "%s goes on", pg_live_market_name(market));
}

static void apply(pg_live *live, const pg_config *after, const pg_config_diff *diff)
{
    pg_error err = { 0 };
    for (int i = 0; i < diff->market_count; i++) {
        const pg_market_change *change = &diff->markets[i];
        if (change->what & PG_CHANGE_REMOVED)
            remove_market(live, &live->current->markets[change->before]);
        else if (change->what & PG_CHANGE_ADDED)
            add_market(live, after, &after->markets[change->after]);
        else if (change_market(live, after, &after->markets[change->after], &err) != PG_OK)
            tell(live, &err);
    }
    for (int i = 0; i < diff->restart_count && i < PG_CONFIG_RESTARTS; i++)
        live_say(live, "%s changed: this waits for the next start", diff->restart[i]);
}

static void tell_problems(pg_live *live, const pg_config_problems *problems, const pg_error *err)
{
    for (int i = 0; i < problems->count; i++)
        tell(live, &problems->list[i]);
    if (problems->count == 0)
        tell(live, err);
}

static void config_saved(pg_live *live)
{
    pg_error err = { 0 };
    pg_config *after = NULL;
    pg_config_problems *problems = calloc(1, sizeof *problems);
    pg_config_diff *diff = calloc(1, sizeof *diff);
    if (problems && diff && pg_config_read(&after, live->config->path, problems, &err) == PG_OK) {
        pg_config_compare(diff, live->current, after);
        if (take_limits(live, after, &err) != PG_OK) {
            tell(live, &err);
            pg_config_free(after);
        } else {
            live_say(live, "%s %s: %d markets changed%s", after->path, after->version, diff->market_count,
                     diff->risk ? ", limits changed" : "");
            apply(live, after, diff);
            if (live->current != live->config)
                pg_config_free(live->current);
            live->current = after;
        }
    } else if (problems) {
        tell_problems(live, problems, &err);
    }
    free(problems);
    free(diff);
    pg_live_act(live);
}

/* ---- watching ---- */

static void saved(void *self, const char *path)
{
    pg_live *live = self;
    pg_error err = { 0 };
    if (live->phase != LIVE_RUNNING)
        return;
    if (strcmp(path, live->config->path) == 0) {
        config_saved(live);
        return;
    }
    for (int i = 0; i < live->market_count; i++) {
        if (!is_source(pg_runner_pilot(pg_live_market_runner(live->market[i])), path))
            continue;
        live_say(live, "%s: %s saved", pg_live_market_name(live->market[i]), path);
        if (pg_live_reload(live, live->market[i], &err) != PG_OK)
            refused(live, live->market[i], &err);
    }
}

pg_status live_open_reload(pg_live *live, pg_error *err)
{
    pg_status status = pg_hangar_new(&live->hangar, live->loop, &(pg_hangar_config){ .clock = pg_clock_real() }, err);
    if (status == PG_OK && live->config->host.reload)
        status = pg_watcher_new(&live->watcher, live->loop, live, saved, err);
    if (status == PG_OK && live->watcher)
        status = pg_watcher_add(live->watcher, live->config->path, err);
    return status;
}

void live_close_reload(pg_live *live)
{
    pg_watcher_free(live->watcher);
    pg_hangar_free(live->hangar);
}

/* Taking over what was saved: scripts and config.lua. A new configuration is checked as a whole first: nothing of it is
 * applied when anything is wrong. */
#include "live/live_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- scripts ---- */

/* A new version of a market's scripts, in the shadow of the running one. */
static pg_status build(pg_live *live, pg_live_market *market, const pg_plan *plan, pg_error *err)
{
    pg_pilot *pilot;
    int64_t now_ns = pg_clock_now(pg_clock_real());
    pg_status status = pg_pilot_new(&pilot, plan, now_ns, (pg_gateway){ 0 }, true, &live->log, err);
    if (status == PG_OK)
        pg_runner_shadow(pg_live_market_runner(market), pilot, 0, now_ns);
    return status;
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

/* The limits first: when they may not be loosened, nothing else is applied either. */
static pg_status take_limits(pg_live *live, const pg_config *after, pg_error *err)
{
    pg_status status = pg_risk_reload(live->risk, -1, &after->risk.limits, after->risk.allow_loosen, err);
    for (int i = 0; status == PG_OK && i < after->market_count; i++) {
        const pg_live_market *market = market_of(live, &after->markets[i]);
        if (!market)
            continue;
        pg_risk_limits limits = pg_config_market_limits(after, &after->markets[i]);
        status = pg_risk_reload(live->risk, pg_live_market_number(market), &limits, after->risk.allow_loosen, err);
    }
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

void live_config_saved(pg_live *live)
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

#include "live/live_guard.h"

#include <stdlib.h>

#include "live/live_internal.h"

enum { STANDSTILL_MS = 2000, DOWN_MS = 3000, AGAIN_MS = 30000 };

/* ---- holds ---- */

static int venue_of(const pg_live *live, const pg_live_market *market)
{
    for (int i = 0; i < live->venue_count; i++)
        if (live->venue[i].desk == pg_live_market_desk(market))
            return i;
    return -1;
}

/* Nothing is quoted where nobody watches, or where the guard is at work. */
static void update_holds(pg_live *live)
{
    live_guard *g = &live->guard;
    if (!g->guard)
        return;
    bool well = pg_guard_is_well(g->guard);
    for (int i = 0; i < live->market_count; i++) {
        int v = venue_of(live, live->market[i]);
        bool held = v >= 0 && g->venue[v] && (!well || g->sweeping[v]);
        pg_risk_hold(live->risk, pg_live_market_number(live->market[i]), PG_HOLD_GUARD, held);
    }
}

static void hold_now(pg_live *live)
{
    update_holds(live);
    int64_t now_ns = pg_clock_now(pg_clock_real());
    for (int i = 0; i < live->venue_count; i++)
        if (live->venue[i].desk)
            pg_desk_tick(live->venue[i].desk, now_ns);
    pg_live_act(live);
}

/* ---- what the guard says ---- */

static void gone(void *self, const char *why)
{
    pg_live *live = self;
    live_say(live, "! the guard is gone (%s): quotes are pulled, a new one is started", why);
    pg_ledger_note(live->ledger, PG_LEDGER_NO_MARKET, PG_LOG_ERROR, "the guard is gone", pg_clock_now(pg_clock_real()));
    hold_now(live);
}

static void well(void *self)
{
    pg_live *live = self;
    if (pg_guard_starts(live->guard.guard) > 1)
        live_say(live, "a new guard watches (process %d)", pg_guard_pid(live->guard.guard));
    hold_now(live);
}

/* Place of a venue that the guard names; -1: none. */
static int place_of(const pg_live *live, int venue)
{
    for (int i = 0; i < live->venue_count; i++)
        if (live->guard.venue[i] == venue + 1)
            return i;
    return -1;
}

static void sweeping(void *self, int venue)
{
    pg_live *live = self;
    int i = place_of(live, venue);
    if (i < 0)
        return;
    if (!live->guard.sweeping[i])
        live_say(live, "! %s: the guard cancels everything: quotes wait", live->venue[i].venue->name);
    live->guard.sweeping[i] = true;
    if (live->venue[i].desk)
        pg_desk_doubt(live->venue[i].desk);
    hold_now(live);
}

static void swept(void *self, int venue, int remaining)
{
    pg_live *live = self;
    int i = place_of(live, venue);
    if (i < 0)
        return;
    live->guard.sweeping[i] = false;
    if (remaining == 0)
        live_say(live, "%s: the guard is done, nothing was left open", live->venue[i].venue->name);
    else
        live_say(live, "! %s: the guard has stopped and cannot say that nothing is open", live->venue[i].venue->name);
    if (live->venue[i].desk)
        pg_desk_doubt(live->venue[i].desk);
    hold_now(live);
}

/* ---- life ---- */

static bool is_watched(const pg_live *live, const live_venue *v)
{
    return v->key && !v->venue->paper && live->config->host.trading_enabled;
}

pg_status live_guard_start(pg_live *live, pg_error *err)
{
    bool wanted = false;
    for (int i = 0; i < live->venue_count; i++)
        wanted = wanted || is_watched(live, &live->venue[i]);
    if (!wanted)
        return PG_OK;
    if (!live->config->host.guard) {
        live_say(live, "! guard = false: nobody cancels when this process dies");
        return PG_OK;
    }
    pg_guard_handler handler = { live, gone, well, sweeping, swept };
    return pg_guard_new(&live->guard.guard, live->loop, live->config->host.guard_timeout_s, handler, err);
}

pg_status live_guard_watch(pg_live *live, int i, pg_error *err)
{
    live_venue *v = &live->venue[i];
    pg_venue_option options[PG_CONFIG_OPTIONS];
    int number = 0;
    if (!live->guard.guard || !is_watched(live, v) || live->guard.venue[i])
        return PG_OK;
    pg_venue_config config = { .run = live->run,
                               .state = live->state,
                               .url = v->url[0] ? v->url : NULL,
                               .key = v->key,
                               .api_key = v->api_key,
                               .symbols = v->symbols,
                               .symbol_count = v->symbol_count };
    pg_desk_venue_config(&config, options, v->venue);
    pg_status status = pg_guard_add(live->guard.guard, &number, &config, v->child != NULL, err);
    if (status == PG_OK)
        live->guard.venue[i] = number + 1;
    return status;
}

void live_guard_arm(pg_live *live)
{
    if (live->guard.guard)
        pg_guard_arm(live->guard.guard);
    update_holds(live);
}

void live_guard_end(pg_live *live)
{
    bool clean = live->error.status == PG_OK && live->phase == LIVE_ENDED;
    if (!live->guard.guard)
        return;
    if (clean)
        pg_guard_bye(live->guard.guard);
    pg_guard_free(live->guard.guard);
    live->guard.guard = NULL;
}

/* ---- turns of the loop ---- */

void live_guard_turn(pg_live *live)
{
    live_guard *g = &live->guard;
    int64_t now_ns = pg_clock_now(pg_clock_real());
    double now_s = pg_clock_elapsed();
    double wall_s = (double)(now_ns - g->turned_ns) * 1e-9, run_s = now_s - g->turned_s;
    double stood_s = wall_s > run_s ? wall_s : run_s; /* the machine's sleep is on one of them only */
    bool first = g->turned_ns == 0;
    g->turned_ns = now_ns;
    g->turned_s = now_s;
    if (first || stood_s < STANDSTILL_MS / 1000.0 || live->phase != LIVE_RUNNING)
        return;
    live_say(live, "! this process stood still for %.1f s: the accounts are read anew", stood_s);
    for (int i = 0; i < live->venue_count; i++)
        if (live->venue[i].desk)
            pg_desk_doubt(live->venue[i].desk);
}

static void watch_link(pg_live *live, int i, int64_t now_ns)
{
    live_guard *g = &live->guard;
    const pg_desk_state *state = pg_desk_get_state(live->venue[i].desk);
    if (state->link[PG_LINK_ACCOUNT]) {
        g->down_ns[i] = 0;
        if (g->sweeping[i] && state->reconciled)
            pg_guard_calm(g->guard, g->venue[i] - 1);
        return;
    }
    if (!g->down_ns[i])
        g->down_ns[i] = now_ns;
    if (now_ns - g->down_ns[i] < DOWN_MS * INT64_C(1000000) || g->sweeping[i])
        return;
    g->sweeping[i] = pg_guard_sweep(g->guard, g->venue[i] - 1);
    if (!g->sweeping[i])
        return; /* there is no guard at the moment: at the next tick */
    g->down_ns[i] = now_ns + AGAIN_MS * INT64_C(1000000);
    live_say(live, "! %s cannot be reached: the guard cancels there", live->venue[i].venue->name);
}

void live_guard_tick(pg_live *live, int64_t now_ns)
{
    if (!live->guard.guard)
        return;
    for (int i = 0; i < live->venue_count; i++)
        if (live->guard.venue[i] && live->venue[i].begun)
            watch_link(live, i, now_ns);
    update_holds(live);
}

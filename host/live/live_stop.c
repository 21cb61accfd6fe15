/* Stopping, in every form: quotes are pulled, scripts are told, everything is cancelled at the venues, and it is looked
 * after until nothing is open or the time is up; then what remains is said loudly. */
#include "live/live_internal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { GRACE_MS = 300, DEADLINE_MS = 15000 };

/* ---- the end ---- */

static void finish(pg_live *live)
{
    if (live->phase == LIVE_ENDED)
        return;
    live->phase = LIVE_ENDED;
    pg_loop_stop(live->loop);
}

static void grace_over(void *self)
{
    pg_live *live = self;
    pg_timer_stop(live->grace);
    live->grace = NULL;
    finish(live);
}

/* What a venue has cancelled it still has to tell the account's stream: the ledger waits for that. */
static void finish_when_done(pg_live *live)
{
    bool connected = false;
    for (int i = 0; i < live->venue_count; i++) {
        if (!live->venue[i].cancelled)
            return;
        connected = connected || live->venue[i].begun;
    }
    if (!connected)
        finish(live);
    else if (!live->grace)
        live->grace = pg_timer_start(live->loop, GRACE_MS, 0, live, grace_over);
}

static void ended(live_venue *v)
{
    v->cancelled = true;
    finish_when_done(v->live);
}

static void disarmed(void *self, const pg_error *err)
{
    (void)err; /* it goes off over an account without orders then */
    ended(self);
}

void live_closed(live_venue *v)
{
    if (v->is_empty)
        pg_desk_disarm(v->desk, v, disarmed);
    else
        ended(v);
}

static void cancelled(void *self, int remaining, const pg_error *err)
{
    live_venue *v = self;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY] = "";
    bool failed = err && err->status != PG_OK;
    v->remaining = remaining;
    v->is_empty = remaining == 0 && !failed;
    if (!v->is_empty) {
        pg_fail(&v->live->error, PG_ERR_STATE, "venue %s: %d orders may still be open%s%s", v->venue->name, remaining,
                failed ? ": " : "", failed ? pg_error_text(err, text, sizeof text) : "");
        pg_error_remedy(&v->live->error, "look at the venue, and cancel them there");
    }
    if (failed || !live_close(v))
        live_closed(v);
}

static void out_of_time(void *self)
{
    pg_live *live = self;
    bool waits = false;
    pg_timer_stop(live->deadline);
    live->deadline = NULL;
    for (int i = 0; i < live->venue_count; i++) {
        live_venue *v = &live->venue[i];
        if (v->cancelled)
            continue;
        if (v->closing) { /* which has a time of its own */
            waits = true;
            continue;
        }
        v->cancelled = true;
        pg_fail(&live->error, PG_ERR_STATE, "venue %s did not confirm within %d s that nothing is open", v->venue->name,
                DEADLINE_MS / 1000);
        pg_error_remedy(&live->error, "look at the venue, and cancel what is open there");
    }
    if (waits)
        live->deadline = pg_timer_start(live->loop, DEADLINE_MS, 0, live, out_of_time);
    else
        finish(live);
}

void pg_live_stop(pg_live *live, const char *why)
{
    if (live->phase >= LIVE_STOPPING)
        return;
    live->phase = LIVE_STOPPING;
    snprintf(live->why, sizeof live->why, "%s", why);
    int64_t now_ns = pg_clock_now(pg_clock_real());
    live_say(live, "stopping (%s): cancel all ...", why);
    pg_ledger_note(live->ledger, PG_LEDGER_NO_MARKET, PG_LOG_INFO, live->why, now_ns);
    for (int i = 0; i < live->venue_count; i++)
        if (live->venue[i].desk)
            pg_desk_stop(live->venue[i].desk, now_ns);
    for (int i = 0; i < live->market_count; i++)
        pg_live_market_stop(live->market[i], now_ns);
    pg_live_act(live);
    live->deadline = pg_timer_start(live->loop, DEADLINE_MS, 0, live, out_of_time);
    for (int i = 0; i < live->venue_count; i++) {
        live_venue *v = &live->venue[i];
        bool may_have = live->config->host.trading_enabled && (v->key || v->venue->paper);
        if (v->desk && may_have && v->begun)
            pg_desk_cancel_all(v->desk, v, cancelled);
        else
            v->cancelled = true;
    }
    finish_when_done(live);
}

void live_report(const pg_live *live)
{
    char text[512];
    pg_live *out = (pg_live *)live;
    int64_t now_ns = pg_clock_now(pg_clock_real());
    double pnl = 0;
    for (int i = 0; i < live->market_count; i++) {
        pg_engine *engine = pg_runner_engine(pg_live_market_runner(live->market[i]));
        pg_engine_follow(engine); /* what was heard after its script had ended */
        const pg_instrument *in = pg_engine_instrument(engine);
        const pg_account *account = pg_engine_account(engine);
        double net = pg_money_double(in, account->net_x2) / 2;
        pnl += net;
        snprintf(text, sizeof text, "%s: position %+.8g%s, %llu fills, PnL %+.2f", pg_live_market_name(live->market[i]),
                 pg_size_double(in, account->position.quantity), account->position.quantity ? " kept" : "",
                 (unsigned long long)account->fills, net);
        live_say(out, "%s", text);
        pg_ledger_position(live->ledger, pg_live_market_number(live->market[i]), account->position.quantity,
                           account->mark_x2 / 2, now_ns);
    }
    int remaining = 0;
    for (int i = 0; i < live->venue_count; i++) {
        const live_venue *v = &live->venue[i];
        remaining += v->remaining;
        if (v->desk && !v->begun && v->key)
            live_say(out, "%s was never reached: whether orders of earlier sessions are open there is not known",
                     v->venue->name);
        if (v->desk && v->begun)
            pg_ledger_equity(live->ledger, v->number, pg_desk_get_state(v->desk)->equity_e6, 0, now_ns);
    }
    if (live->error.status == PG_OK) {
        pg_ledger_end(live->ledger, now_ns);
        live_say(out, "%d open at the venue. PnL %+.2f. Session %s", remaining, pnl, live->session_id);
    }
}

/* ---- signals ---- */

typedef struct {
    uv_signal_t interrupt, terminate;
    int open; /* while they are being closed */
} signal_pair;

static void on_signal(uv_signal_t *handle, int number)
{
    pg_live *live = handle->data;
    if (live->phase >= LIVE_STOPPING && number == SIGINT)
        live_say(live, "still cancelling; the guard goes on if this process is killed");
    pg_live_stop(live, number == SIGINT ? "interrupted" : "terminated");
}

pg_status live_catch_signals(pg_live *live, pg_error *err)
{
    signal_pair *pair = calloc(1, sizeof *pair);
    if (!pair)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for signals");
    live->signals = pair;
    uv_signal_init(pg_loop_uv(live->loop), &pair->interrupt);
    uv_signal_init(pg_loop_uv(live->loop), &pair->terminate);
    pair->interrupt.data = pair->terminate.data = live;
    uv_signal_start(&pair->interrupt, on_signal, SIGINT);
    uv_signal_start(&pair->terminate, on_signal, SIGTERM);
    return PG_OK;
}

/* The pair goes with the last of its handles, whichever that is. */
static void signal_closed(uv_handle_t *handle)
{
    signal_pair *pair = handle->data;
    if (--pair->open == 0)
        free(pair);
}

void live_release_signals(pg_live *live)
{
    signal_pair *pair = live->signals;
    if (!pair)
        return;
    live->signals = NULL;
    pair->interrupt.data = pair->terminate.data = pair;
    pair->open = 2;
    uv_close((uv_handle_t *)&pair->interrupt, signal_closed);
    uv_close((uv_handle_t *)&pair->terminate, signal_closed);
}

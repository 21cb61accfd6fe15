#include "live/guard_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "crypto/secret_pass.h"
#include "live/sweeper.h"

enum { TICK_MS = 100, SLEPT_MS = 1000, PACKETS = 64 };

typedef struct guard guard;

/* A venue that orders may be open at. */
typedef struct {
    guard *guard;
    pg_guard_place place;
    pg_secret *key, *api_key;
    int keys_due; /* that follow */
    pg_sweeper *sweeper;
    bool unclean; /* the last sweep left something, or could not tell */
} ward;

struct guard {
    pg_loop *loop;
    const pg_log *log;
    int fd;
    double timeout_s;
    uv_poll_t poll;
    pg_timer *tick;
    ward ward[PG_GUARD_VENUES];
    int ward_count;
    bool armed;  /* orders may be open */
    bool silent; /* the host is there, and no beat comes */
    bool gone;   /* the host is not there */
    bool failed; /* orders may be left */
    double heard_s, ticked_s;
    pg_guard_packet packet;
};

static void say(const guard *g, pg_log_level level, const char *text)
{
    pg_log_write(g->log, level, "guard", text, NULL, 0);
}

static void tell(guard *g, pg_guard_kind kind, int venue, int64_t number)
{
    if (!g->gone)
        pg_guard_send(g->fd, kind, venue, number, NULL,
                      NULL); /* a host that does not read has gone, or will hear it late */
}

/* ---- sweeping ---- */

static void sweep(guard *g, int venue)
{
    ward *w = &g->ward[venue];
    if (!w->sweeper)
        return; /* its keys never came: no order of this host was sent there */
    if (!pg_sweeper_is_busy(w->sweeper))
        tell(g, PG_GUARD_SWEEPING, venue, 0);
    pg_sweeper_start(w->sweeper, g->gone);
}

static void sweep_all(guard *g)
{
    for (int i = 0; i < g->ward_count; i++)
        sweep(g, i);
}

static void end_when_clean(guard *g)
{
    for (int i = 0; i < g->ward_count; i++)
        if (g->ward[i].sweeper && pg_sweeper_is_busy(g->ward[i].sweeper))
            return;
    for (int i = 0; i < g->ward_count; i++)
        g->failed = g->failed || g->ward[i].unclean;
    pg_loop_stop(g->loop);
}

static void swept(void *self, int remaining)
{
    ward *w = self;
    guard *g = w->guard;
    w->unclean = remaining != 0;
    tell(g, PG_GUARD_SWEPT, (int)(w - g->ward), remaining);
    if (g->gone)
        end_when_clean(g);
}

/* ---- the host ---- */

static void host_gone(guard *g)
{
    g->gone = true;
    uv_poll_stop(&g->poll);
    pg_timer_stop(g->tick);
    g->tick = NULL;
    if (g->armed) {
        say(g, PG_LOG_ERROR, "the host is gone: cancelling everything");
        sweep_all(g);
    }
    end_when_clean(g);
}

static void heard(guard *g)
{
    g->heard_s = pg_clock_elapsed();
    if (!g->silent)
        return;
    g->silent = false;
    say(g, PG_LOG_WARN, "the host is back");
    for (int i = 0; i < g->ward_count; i++)
        if (g->ward[i].sweeper)
            pg_sweeper_calm(g->ward[i].sweeper);
}

static void on_tick(void *self)
{
    guard *g = self;
    double now_s = pg_clock_elapsed(), slept_s = now_s - g->ticked_s;
    g->ticked_s = now_s;
    if (slept_s > SLEPT_MS / 1000.0)
        g->heard_s = now_s; /* this process stood still: what the host said meanwhile is still to be read */
    if (!g->armed || g->silent || now_s - g->heard_s <= g->timeout_s)
        return;
    char text[96];
    g->silent = true;
    snprintf(text, sizeof text, "no sign of life from the host for %.1f s: cancelling everything", now_s - g->heard_s);
    say(g, PG_LOG_ERROR, text);
    sweep_all(g);
}

/* ---- venues ---- */

static void watch(guard *g, ward *w)
{
    pg_error err = { 0 };
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    w->place.config.key = w->key;
    w->place.config.api_key = w->api_key;
    w->place.config.log = g->log;
    if (pg_sweeper_new(&w->sweeper, &w->place, g->loop, g->log, (pg_sweeper_handler){ w, swept }, &err) != PG_OK)
        say(g, PG_LOG_ERROR, pg_error_text(&err, text, sizeof text));
}

static void add_venue(guard *g, const pg_guard_packet *packet)
{
    pg_error err = { 0 };
    if (g->ward_count == PG_GUARD_VENUES || packet->number < 1 || packet->number > 2) {
        say(g, PG_LOG_ERROR, "the host named a venue that cannot be watched");
        return;
    }
    ward *w = &g->ward[g->ward_count++];
    *w = (ward){ .guard = g, .keys_due = (int)packet->number };
    if (pg_guard_place_read(&w->place, packet->text, &err) != PG_OK)
        say(g, PG_LOG_ERROR, err.what);
}

/* The key that is due now, if any. False when nothing more is to be read at the moment. */
static bool take_key(guard *g, bool *due)
{
    ward *w = g->ward_count ? &g->ward[g->ward_count - 1] : NULL;
    pg_error err = { 0 };
    *due = w && w->keys_due > 0;
    if (!*due)
        return true;
    pg_status status = pg_secret_read(w->key ? &w->api_key : &w->key, g->fd, &err);
    if (status == PG_ERR_NOT_FOUND)
        return false;
    if (status != PG_OK) {
        say(g, PG_LOG_ERROR, err.what);
        host_gone(g);
        return false;
    }
    if (--w->keys_due == 0 && w->place.config.kind)
        watch(g, w);
    return true;
}

/* ---- packets ---- */

static void take(guard *g, const pg_guard_packet *packet)
{
    bool known = packet->venue >= 0 && packet->venue < g->ward_count;
    switch (packet->kind) {
    case PG_GUARD_VENUE: add_venue(g, packet); break;
    case PG_GUARD_BEAT:
        heard(g);
        tell(g, PG_GUARD_ANSWER, 0, packet->number);
        break;
    case PG_GUARD_ARM:
        heard(g);
        g->armed = true;
        break;
    case PG_GUARD_SWEEP:
        if (known)
            sweep(g, packet->venue);
        break;
    case PG_GUARD_CALM:
        if (known && g->ward[packet->venue].sweeper)
            pg_sweeper_calm(g->ward[packet->venue].sweeper);
        break;
    case PG_GUARD_BYE:
        g->gone = true;
        pg_loop_stop(g->loop);
        break;
    default: break;
    }
}

static void readable(uv_poll_t *poll, int status, int events)
{
    guard *g = poll->data;
    pg_error err = { 0 };
    bool due;
    (void)status, (void)events; /* reading tells */
    for (int i = 0; i < PACKETS && !g->gone; i++) {
        if (!take_key(g, &due))
            return;
        if (due)
            continue;
        pg_status got = pg_guard_receive(&g->packet, g->fd, &err);
        if (got == PG_ERR_NOT_FOUND)
            return;
        if (got == PG_ERR_IO)
            host_gone(g);
        else if (got == PG_OK)
            take(g, &g->packet);
    }
}

/* ---- life ---- */

static void free_guard(guard *g)
{
    if (g->poll.data)
        uv_close((uv_handle_t *)&g->poll, NULL);
    pg_timer_stop(g->tick);
    for (int i = 0; i < g->ward_count; i++) {
        pg_sweeper_free(g->ward[i].sweeper);
        pg_guard_place_free(&g->ward[i].place);
        pg_secret_free(g->ward[i].key);
        pg_secret_free(g->ward[i].api_key);
    }
    pg_loop_free(g->loop);
    free(g);
}

static pg_status start(guard *g, pg_error *err)
{
    pg_status status = pg_loop_new(&g->loop, err);
    if (status != PG_OK)
        return status;
    int failed = uv_poll_init(pg_loop_uv(g->loop), &g->poll, g->fd);
    if (!failed) {
        g->poll.data = g;
        failed = uv_poll_start(&g->poll, UV_READABLE | UV_DISCONNECT, readable);
    }
    if (failed)
        return pg_fail(err, PG_ERR_IO, "the guard cannot listen to the host: %s", uv_strerror(failed));
    g->heard_s = g->ticked_s = pg_clock_elapsed();
    g->tick = pg_timer_start(g->loop, TICK_MS, TICK_MS, g, on_tick);
    return g->tick ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "no memory for a timer");
}

pg_status pg_guard_loop_run(int fd, double timeout_s, const pg_log *log, pg_error *err)
{
    guard *g = calloc(1, sizeof *g);
    if (!g)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the guard");
    g->fd = fd;
    g->timeout_s = timeout_s;
    g->log = log;
    pg_status status = start(g, err);
    if (status == PG_OK)
        pg_loop_run(g->loop);
    if (status == PG_OK && g->failed)
        status = pg_fail(err, PG_ERR_STATE, "orders may be left at a venue");
    free_guard(g);
    return status;
}

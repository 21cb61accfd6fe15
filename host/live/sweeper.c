#include "live/sweeper.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/backoff.h"

enum {
    LOOK_MS = 1500,      /* between the first look that found nothing and the second */
    AGAIN_MS = 250,      /* after one that found something */
    FIRST_MS = 250,      /* after a failure, doubling */
    MOST_MS = 10000,     /* up to this */
    PATIENCE_MS = 20000, /* with a venue that neither gets ready nor answers: it is opened anew */
    GIVE_UP_S = 600,
    GONE_PATIENCE_MS = 2000, /* with a built-in exchange whose host is gone */
    GONE_TRIES = 1,
    SLACK_MS = 50 /* of timers */
};

struct pg_sweeper {
    const pg_guard_place *place;
    pg_loop *loop;
    const pg_log *log;
    pg_sweeper_handler handler;
    pg_venue *venue;
    pg_timer *timer;   /* of the next step */
    bool ready;        /* the venue takes cancels */
    bool failed;       /* it takes them, and says that it cannot be used */
    bool tried;        /* it was asked since it was opened */
    bool busy, asking; /* a sweep; a request of it */
    bool calm, host_gone;
    int looks, failures, remaining;
    int64_t wait_ms;
    double began_s, since_s; /* of the sweep; of what is waited for */
};

static void step(void *self);

static void say(const pg_sweeper *s, pg_log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(const pg_sweeper *s, pg_log_level level, const char *format, ...)
{
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    int used = snprintf(text, sizeof text, "%s: ", s->place->config.name);
    vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
    va_end(arguments);
    pg_log_write(s->log, level, "guard", text, NULL, 0);
}

static void step_after(pg_sweeper *s, int64_t ms)
{
    pg_timer_stop(s->timer);
    s->timer = pg_timer_start(s->loop, ms, 0, s, step);
    PG_ASSERT(s->timer); /* without it nothing would be cancelled */
}

/* ---- the end of a sweep ---- */

static void finish(pg_sweeper *s, int remaining)
{
    double took_s = pg_clock_elapsed() - s->began_s;
    if (remaining == 0 && s->looks > 1)
        say(s, PG_LOG_WARN, "nothing is open any more (%.1f s)", took_s);
    else if (!s->calm)
        say(s, PG_LOG_ERROR, "given up after %.0f s: look at the venue, and cancel what is open there", took_s);
    s->busy = s->calm = false;
    pg_timer_stop(s->timer);
    s->timer = NULL;
    s->handler.done(s->handler.self, remaining);
}

/* ---- the venue ---- */

static void ready(void *self)
{
    pg_sweeper *s = self;
    s->ready = true;
    if (s->busy && !s->asking)
        step_after(s, 0);
}

static void failed(void *self, const pg_error *err)
{
    pg_sweeper *s = self;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    say(s, PG_LOG_ERROR, "the guard cannot use it: %s", pg_error_text(err, text, sizeof text));
    s->ready = s->failed = true; /* cancels are tried all the same (venue.h) */
    if (s->busy && !s->asking)
        step_after(s, 0);
}

static void ignore_events(void *self, int market, const pg_event *events, int count)
{
    (void)self, (void)market, (void)events, (void)count;
}

static void ignore_report(void *self, const pg_report *report)
{
    (void)self, (void)report;
}

static void ignore_link(void *self, pg_link link, bool up, const char *why)
{
    (void)self, (void)link, (void)up, (void)why;
}

static void open_venue(pg_sweeper *s)
{
    pg_error err = { 0 };
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    pg_venue_sink sink = { s, ready, failed, ignore_events, ignore_report, ignore_link, NULL };
    s->ready = s->failed = s->tried = s->asking = false;
    s->since_s = pg_clock_elapsed();
    if (pg_venue_open(&s->venue, &s->place->config, s->loop, sink, &err) != PG_OK) {
        s->venue = NULL;
        say(s, PG_LOG_ERROR, "%s", pg_error_text(&err, text, sizeof text));
    }
}

static void close_venue(pg_sweeper *s)
{
    pg_venue_close(s->venue);
    s->venue = NULL;
    s->asking = false;
}

/* ---- a sweep ---- */

static void try_later(pg_sweeper *s, const char *why)
{
    s->looks = 0;
    s->failures++;
    s->remaining = -1;
    if (s->host_gone && s->place->ends_with_host && s->failures >= GONE_TRIES) {
        say(s, PG_LOG_INFO, "the built-in exchange has gone with the host, and its orders with it");
        s->calm = true;
        finish(s, 0);
        return;
    }
    say(s, PG_LOG_ERROR, "cannot cancel yet, next try in %.1f s: %s", (double)s->wait_ms / 1000, why);
    step_after(s, s->wait_ms);
    s->wait_ms = s->wait_ms * 2 < MOST_MS ? s->wait_ms * 2 : MOST_MS;
}

static void looked(void *self, int remaining, const pg_error *err)
{
    pg_sweeper *s = self;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    bool known = !err || err->status == PG_OK;
    s->asking = false;
    if (!s->busy)
        return;
    s->remaining = known ? remaining : -1;
    if (s->calm) {
        step_after(s, 0);
    } else if (!known) {
        try_later(s, pg_error_text(err, text, sizeof text));
    } else {
        s->failures = 0;
        s->wait_ms = FIRST_MS;
        s->looks = remaining > 0 ? 0 : s->looks + 1;
        if (remaining > 0)
            say(s, PG_LOG_WARN, "%d orders are open still", remaining);
        step_after(s, s->looks > 1 ? 0 : s->looks == 1 ? LOOK_MS : AGAIN_MS);
    }
}

static int64_t patience_ms(const pg_sweeper *s)
{
    return s->host_gone && s->place->ends_with_host ? GONE_PATIENCE_MS : PATIENCE_MS;
}

static void ask(pg_sweeper *s)
{
    s->asking = s->tried = true;
    s->since_s = pg_clock_elapsed();
    step_after(s, patience_ms(s));
    pg_venue_cancel_all(s->venue, 0, s, looked);
}

static bool is_stuck(const pg_sweeper *s)
{
    bool late = pg_clock_elapsed() - s->since_s > (double)(patience_ms(s) - SLACK_MS) / 1000;
    return (late && (s->asking || !s->ready)) || (s->failed && s->tried && !s->asking);
}

/* What is next, when a timer says so. */
static void step(void *self)
{
    pg_sweeper *s = self;
    pg_timer_stop(s->timer);
    s->timer = NULL;
    if (!s->busy)
        return;
    if (s->calm || s->looks > 1 || pg_clock_elapsed() - s->began_s > GIVE_UP_S) {
        finish(s, s->remaining);
    } else if (!s->venue || is_stuck(s)) {
        bool told = s->failed || !s->venue;
        close_venue(s);
        open_venue(s);
        try_later(s, told ? "it cannot be used" : "the venue does not answer");
    } else if (s->ready && !s->asking) {
        ask(s);
    } else {
        step_after(s, patience_ms(s));
    }
}

/* ---- life ---- */

pg_status pg_sweeper_new(pg_sweeper **made, const pg_guard_place *place, pg_loop *loop, const pg_log *log,
                         pg_sweeper_handler handler, pg_error *err)
{
    pg_sweeper *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the guard of a venue");
    s->place = place;
    s->loop = loop;
    s->log = log;
    s->handler = handler;
    open_venue(s);
    *made = s;
    return PG_OK;
}

void pg_sweeper_free(pg_sweeper *s)
{
    if (!s)
        return;
    pg_timer_stop(s->timer);
    pg_venue_close(s->venue);
    free(s);
}

void pg_sweeper_start(pg_sweeper *s, bool host_gone)
{
    s->host_gone = s->host_gone || host_gone;
    s->calm = false;
    if (s->busy)
        return;
    s->busy = true;
    s->looks = s->failures = 0;
    s->remaining = -1;
    s->wait_ms = FIRST_MS;
    s->began_s = pg_clock_elapsed();
    say(s, PG_LOG_WARN, "cancelling everything");
    step_after(s, 0);
}

void pg_sweeper_calm(pg_sweeper *s)
{
    if (!s->busy)
        return;
    s->calm = true;
    if (!s->asking)
        step_after(s, 0);
}

bool pg_sweeper_is_busy(const pg_sweeper *s)
{
    return s->busy;
}

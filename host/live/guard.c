#define _GNU_SOURCE
#include "live/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "crypto/secret_pass.h"

enum {
    RESTART_FIRST_MS = 100, /* doubling */
    RESTART_MOST_MS = 5000,
    STEADY_BEATS = 40, /* answered: the next restart is quick again */
    UNANSWERED = 20,   /* beats, 5 s: it hangs */
    END_MS = 2000,     /* that its end is waited for */
    END_STEP_NS = 1000000
};

/* A process and the socket to it, until libuv has let go of both. */
typedef struct {
    pg_guard *guard; /* NULL: forgotten */
    uv_process_t process;
    uv_poll_t poll;
    int fd;
    int handles;
    bool ended;
} peer;

typedef struct {
    char text[PG_GUARD_TEXT];
    const pg_secret *key, *api_key;
} post;

struct pg_guard {
    pg_loop *loop;
    pg_guard_handler handler;
    double timeout_s;
    peer *peer; /* NULL: none at the moment */
    post *post[PG_GUARD_VENUES];
    bool sweeping[PG_GUARD_VENUES]; /* asked for, or told of */
    int post_count, starts;
    pg_timer *beat, *restart;
    int64_t beats, answered; /* since this one was started */
    int64_t wait_ms;
    bool armed, well, parted;
    pg_guard_packet packet;
};

static void lose(pg_guard *guard, const char *why);

/* ---- the process ---- */

static void closed(uv_handle_t *handle)
{
    peer *l = handle->data;
    if (--l->handles > 0)
        return;
    close(l->fd);
    free(l);
}

/* A process that has not ended is still to be reaped. */
static void forget(peer *l)
{
    l->guard = NULL;
    uv_close((uv_handle_t *)&l->poll, closed);
    if (l->ended)
        uv_close((uv_handle_t *)&l->process, closed);
}

static void ended(uv_process_t *process, int64_t code, int signal_number)
{
    peer *l = process->data;
    char why[64];
    l->ended = true;
    if (!l->guard)
        uv_close((uv_handle_t *)process, closed);
    snprintf(why, sizeof why, signal_number ? "it was killed (signal %d)" : "it ended (code %d)",
             signal_number ? signal_number : (int)code);
    if (l->guard)
        lose(l->guard, why);
}

static int spawn(pg_guard *guard, peer *l, int theirs)
{
    char program[] = "perigee", command[] = "guard", option[] = "--timeout", seconds[32];
    snprintf(seconds, sizeof seconds, "%.3g", guard->timeout_s);
    char *arguments[] = { program, command, option, seconds, NULL };
    uv_stdio_container_t files[] = { { .flags = UV_IGNORE },
                                     { .flags = UV_IGNORE },
                                     { .flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO },
                                     { .flags = UV_INHERIT_FD, .data.fd = theirs } };
    uv_process_options_t options = { .exit_cb = ended,
                                     .file = "/proc/self/exe",
                                     .args = arguments,
                                     .flags = UV_PROCESS_DETACHED, /* a Ctrl-C is for the host */
                                     .stdio_count = PG_GUARD_FD + 1,
                                     .stdio = files };
    l->handles++;
    return uv_spawn(pg_loop_uv(guard->loop), &l->process, &options);
}

/* ---- what it is told ---- */

/* A packet that cannot be sent: it has gone, or does not read. */
static bool tell(pg_guard *guard, pg_guard_kind kind, int venue, int64_t number, const char *text)
{
    pg_error err = { 0 };
    if (!guard->peer || guard->parted)
        return false;
    if (pg_guard_send(guard->peer->fd, kind, venue, number, text, &err) == PG_OK)
        return true;
    lose(guard, err.what);
    return false;
}

static void tell_venue(pg_guard *guard, int venue)
{
    const post *p = guard->post[venue];
    const pg_secret *keys[] = { p->key, p->api_key };
    int count = p->api_key ? 2 : 1;
    pg_error err = { 0 };
    if (!tell(guard, PG_GUARD_VENUE, venue, count, p->text))
        return;
    for (int i = 0; i < count; i++)
        if (pg_secret_write(keys[i], guard->peer->fd, &err) != PG_OK) {
            lose(guard, err.what);
            return;
        }
}

static void on_beat(void *self)
{
    pg_guard *guard = self;
    if (!guard->peer)
        return;
    if (guard->beats - guard->answered > UNANSWERED)
        lose(guard, "it does not answer");
    else
        tell(guard, PG_GUARD_BEAT, 0, ++guard->beats, NULL);
}

/* ---- what it says ---- */

static void take_answer(pg_guard *guard, int64_t number)
{
    guard->answered = number;
    if (number == STEADY_BEATS)
        guard->wait_ms = RESTART_FIRST_MS;
    if (guard->well)
        return;
    guard->well = true;
    guard->handler.well(guard->handler.self);
}

static void take(pg_guard *guard, const pg_guard_packet *packet)
{
    int venue = packet->venue;
    if (packet->kind == PG_GUARD_ANSWER) {
        take_answer(guard, packet->number);
    } else if (venue < 0 || venue >= guard->post_count) {
        return;
    } else if (packet->kind == PG_GUARD_SWEEPING) {
        guard->sweeping[venue] = true;
        guard->handler.sweeping(guard->handler.self, venue);
    } else if (packet->kind == PG_GUARD_SWEPT) {
        guard->sweeping[venue] = false;
        guard->handler.swept(guard->handler.self, venue, (int)packet->number);
    }
}

static void readable(uv_poll_t *poll, int status, int events)
{
    peer *l = poll->data;
    (void)status, (void)events; /* reading tells */
    while (l->guard) {          /* a handler may have lost it */
        pg_guard *guard = l->guard;
        pg_status got = pg_guard_receive(&guard->packet, l->fd, NULL);
        if (got == PG_ERR_NOT_FOUND)
            return;
        if (got == PG_OK)
            take(guard, &guard->packet);
        else
            lose(guard, "it is gone");
    }
}

/* ---- starting one ---- */

static pg_status start(pg_guard *guard, pg_error *err)
{
    int pair[2];
    peer *l = calloc(1, sizeof *l);
    if (!l)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the guard");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
        free(l);
        return pg_fail(err, PG_ERR_IO, "no socket for the guard: %s", strerror(errno));
    }
    l->fd = pair[0];
    l->process.data = l->poll.data = l;
    uv_poll_init(pg_loop_uv(guard->loop), &l->poll, l->fd);
    l->handles = 1;
    int failed = spawn(guard, l, pair[1]);
    close(pair[1]);
    if (!failed)
        failed = uv_poll_start(&l->poll, UV_READABLE | UV_DISCONNECT, readable);
    if (failed) {
        l->ended = true;
        forget(l);
        return pg_fail(err, PG_ERR_IO, "the guard cannot be started: %s", uv_strerror(failed));
    }
    l->guard = guard;
    guard->peer = l;
    guard->starts++;
    guard->beats = guard->answered = 0;
    for (int i = 0; guard->peer == l && i < guard->post_count; i++)
        tell_venue(guard, i);
    if (guard->armed)
        tell(guard, PG_GUARD_ARM, 0, 0, NULL);
    return PG_OK;
}

static void start_again(void *self)
{
    pg_guard *guard = self;
    pg_error err = { 0 };
    pg_timer_stop(guard->restart);
    guard->restart = NULL;
    if (start(guard, &err) != PG_OK)
        lose(guard, err.what);
}

static void lose(pg_guard *guard, const char *why)
{
    peer *l = guard->peer;
    guard->peer = NULL;
    guard->well = false;
    if (l) {
        if (!l->ended) /* one that hangs would wake later, find us gone, and cancel everything */
            uv_process_kill(&l->process, SIGKILL);
        forget(l);
    }
    if (guard->parted || guard->restart)
        return;
    guard->restart = pg_timer_start(guard->loop, guard->wait_ms, 0, guard, start_again);
    guard->wait_ms = guard->wait_ms * 2 < RESTART_MOST_MS ? guard->wait_ms * 2 : RESTART_MOST_MS;
    guard->handler.gone(guard->handler.self, why);
    for (int i = 0; i < guard->post_count; i++)
        if (guard->sweeping[i]) {
            guard->sweeping[i] = false;
            guard->handler.swept(guard->handler.self, i, -1);
        }
}

/* ---- life ---- */

pg_status pg_guard_new(pg_guard **made, pg_loop *loop, double timeout_s, pg_guard_handler handler, pg_error *err)
{
    pg_guard *guard = calloc(1, sizeof *guard);
    if (!guard)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the guard");
    guard->loop = loop;
    guard->timeout_s = timeout_s;
    guard->handler = handler;
    guard->wait_ms = RESTART_FIRST_MS;
    pg_status status = start(guard, err);
    guard->beat = status == PG_OK ? pg_timer_start(loop, 1, PG_GUARD_BEAT_MS, guard, on_beat) : NULL;
    if (status == PG_OK && !guard->beat)
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for a timer");
    if (status != PG_OK) {
        pg_guard_free(guard);
        return status;
    }
    *made = guard;
    return PG_OK;
}

pg_status pg_guard_add(pg_guard *guard, int *venue, const pg_venue_config *config, bool ends_with_host, pg_error *err)
{
    if (guard->post_count == PG_GUARD_VENUES)
        return pg_fail(err, PG_ERR_FULL, "a guard watches %d venues at most", PG_GUARD_VENUES);
    if (!config->key)
        return pg_fail(err, PG_ERR_INVALID, "venue %s: without a key there is nothing to guard", config->name);
    post *p = calloc(1, sizeof *p);
    if (!p)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a venue of the guard");
    pg_status status = pg_guard_place_write(p->text, config, ends_with_host, err);
    if (status != PG_OK) {
        free(p);
        return status;
    }
    p->key = config->key;
    p->api_key = config->api_key;
    *venue = guard->post_count;
    guard->post[guard->post_count++] = p;
    tell_venue(guard, *venue);
    return PG_OK;
}

void pg_guard_arm(pg_guard *guard)
{
    guard->armed = true;
    tell(guard, PG_GUARD_ARM, 0, 0, NULL);
}

bool pg_guard_sweep(pg_guard *guard, int venue)
{
    if (tell(guard, PG_GUARD_SWEEP, venue, 0, NULL))
        guard->sweeping[venue] = true;
    return guard->sweeping[venue];
}

void pg_guard_calm(pg_guard *guard, int venue)
{
    tell(guard, PG_GUARD_CALM, venue, 0, NULL);
}

void pg_guard_bye(pg_guard *guard)
{
    tell(guard, PG_GUARD_BYE, 0, 0, NULL);
    guard->parted = true;
}

/* Its end would be told by libuv, but the loop stands still by now. */
static void wait_for_end(int pid)
{
    for (int i = 0; i < END_MS && waitpid(pid, NULL, WNOHANG) == 0; i++)
        nanosleep(&(struct timespec){ .tv_nsec = END_STEP_NS }, NULL);
}

void pg_guard_free(pg_guard *guard)
{
    if (!guard)
        return;
    pg_timer_stop(guard->beat);
    pg_timer_stop(guard->restart);
    if (guard->peer) {
        int pid = uv_process_get_pid(&guard->peer->process);
        guard->peer->ended = true; /* it is not libuv's to reap any more: the loop may end at once */
        forget(guard->peer);
        if (guard->parted)
            wait_for_end(pid);
    }
    for (int i = 0; i < guard->post_count; i++)
        free(guard->post[i]);
    free(guard);
}

/* ---- what there is ---- */

bool pg_guard_is_well(const pg_guard *guard)
{
    return guard->well;
}

int pg_guard_pid(const pg_guard *guard)
{
    return guard->peer ? uv_process_get_pid(&guard->peer->process) : 0;
}

int pg_guard_starts(const pg_guard *guard)
{
    return guard->starts;
}

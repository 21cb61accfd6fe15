#include "data/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "data/snapshot.h"

enum { NAP_MS = 50 };

/* A market on the side that pushes. */
typedef struct {
    pg_record_market *market; /* the thread's */
    char name[PG_PATH_SIZE];  /* of its folder */
    pg_book *book;            /* as it is after all that was pushed */
    uint64_t lost;
    int64_t lost_since_ns; /* 0: nothing is missing */
    pg_recorder_figures figures;
} lane;

struct pg_recorder {
    pg_recorder_config config;
    int lock_fd;
    pg_event *ring;
    size_t mask;
    _Atomic uint64_t head, tail; /* taken by the thread; published by pushing */
    pg_snapshot snapshot;
    lane *lanes[PG_RECORDER_MARKETS];
    _Atomic int count;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* for the figures, and the nap */
    pthread_cond_t wake;
    bool stop;
};

/* ---- pushing ---- */

static size_t room(pg_recorder *r)
{
    uint64_t used =
        atomic_load_explicit(&r->tail, memory_order_relaxed) - atomic_load_explicit(&r->head, memory_order_acquire);
    return r->mask + 1 - (size_t)used;
}

/* There must be room. */
static void publish(pg_recorder *r, int market, const pg_event *events, size_t n)
{
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    for (size_t i = 0; i < n; i++) {
        pg_event *slot = &r->ring[(tail + i) & r->mask];
        *slot = events[i];
        slot->market = (uint32_t)market;
    }
    atomic_store_explicit(&r->tail, tail + n, memory_order_release);
}

static bool is_of_book(const pg_event *e)
{
    return e->kind == PG_EVENT_LEVEL || e->kind == PG_EVENT_SNAPSHOT_BEGIN || e->kind == PG_EVENT_SNAPSHOT_END ||
           e->kind == PG_EVENT_BBO;
}

/* After a loss: a gap, the book as it is, and what the message says beside the book. False when there is no room yet. */
static bool catch_up(pg_recorder *r, int market, const pg_event *events, size_t n)
{
    lane *l = r->lanes[market];
    int64_t now_ns = events[n - 1].local_ns;
    if (!pg_book_is_consistent(l->book) || pg_snapshot_make(&r->snapshot, l->book, now_ns, 0, NULL) != PG_OK ||
        room(r) < r->snapshot.n + n + 1)
        return false;
    pg_event gap = { .kind = PG_EVENT_GAP,
                     .exch_ns = now_ns,
                     .local_ns = now_ns,
                     .price2 = PG_GAP_QUEUE,
                     .size2 = now_ns > l->lost_since_ns ? now_ns - l->lost_since_ns : 0,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    publish(r, market, &gap, 1);
    publish(r, market, r->snapshot.events, r->snapshot.n);
    for (size_t i = 0; i < n; i++)
        if (!is_of_book(&events[i]))
            publish(r, market, &events[i], 1);
    l->lost_since_ns = 0;
    return true;
}

void pg_recorder_push(pg_recorder *r, int market, const pg_event *events, size_t n)
{
    lane *l = r->lanes[market];
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        pg_book_apply(l->book, &events[i]);
    if (l->lost_since_ns != 0) {
        if (!catch_up(r, market, events, n))
            l->lost += n;
        return;
    }
    if (room(r) < n) {
        l->lost += n;
        l->lost_since_ns = events[0].local_ns;
        pg_log_field field = { .name = "market", .text = l->name };
        pg_log_write(r->config.options.log, PG_LOG_ERROR, "record", "the recorder cannot keep up: events are lost",
                     &field, 1);
        return;
    }
    publish(r, market, events, n);
}

/* ---- the thread ---- */

static void drain(pg_recorder *r)
{
    uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    while (head != tail) {
        const pg_event *e = &r->ring[head & r->mask];
        pg_record_market_take(r->lanes[e->market]->market, e);
        head++;
        if (head % 1024 == 0)
            atomic_store_explicit(&r->head, head, memory_order_release);
    }
    atomic_store_explicit(&r->head, head, memory_order_release);
}

static void note_figures(pg_recorder *r, lane *l)
{
    const pg_record_state *s = pg_record_market_state(l->market);
    pg_recorder_figures figures = { .events = s->events,
                                    .trades = s->trades,
                                    .duplicates = s->duplicates + s->stale,
                                    .gaps = s->gaps,
                                    .lost = s->lost,
                                    .clock_steps = s->clock_steps,
                                    .lag_ns = s->lag_ns,
                                    .last_ns = s->last_local_ns,
                                    .last_trade_ns = s->last_trade_ns,
                                    .bytes = pg_record_market_bytes(l->market),
                                    .stuck = pg_record_market_is_stuck(l->market) };
    pthread_mutex_lock(&r->lock);
    l->figures = figures;
    pthread_mutex_unlock(&r->lock);
}

static bool nap(pg_recorder *r)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += NAP_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&r->lock);
    if (!r->stop)
        pthread_cond_timedwait(&r->wake, &r->lock, &until);
    bool stop = r->stop;
    pthread_mutex_unlock(&r->lock);
    return stop;
}

static void *run(void *argument)
{
    pg_recorder *r = argument;
    for (bool stop = false; !stop;) {
        stop = nap(r);
        drain(r);
        int64_t now_ns = pg_clock_now(r->config.clock);
        int count = atomic_load_explicit(&r->count, memory_order_acquire);
        for (int i = 0; i < count; i++) {
            pg_record_market_tick(r->lanes[i]->market, now_ns);
            note_figures(r, r->lanes[i]);
        }
    }
    return NULL;
}

/* ---- life ---- */

static pg_status lock_folder(pg_recorder *r, pg_error *err)
{
    char path[PG_PATH_SIZE];
    pg_status status = pg_file_make_folder(r->config.dir, err);
    if (status == PG_OK)
        status = pg_file_join(path, r->config.dir, ".lock", err);
    if (status != PG_OK)
        return status;
    r->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (r->lock_fd < 0) {
        pg_fail(err, PG_ERR_IO, "the folder of the recording cannot be written: %s", strerror(errno));
        pg_error_where(err, "%s", r->config.dir);
        pg_error_remedy(err, "check its owner and permissions, or name another folder");
        return PG_ERR_IO;
    }
    if (flock(r->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return PG_OK;
    pg_fail(err, PG_ERR_STATE, "another recorder is writing into this folder");
    pg_error_where(err, "%s", r->config.dir);
    pg_error_remedy(err, "stop it, or record into another folder");
    return PG_ERR_STATE;
}

static pg_status start(pg_recorder *r, pg_error *err)
{
    pthread_condattr_t attributes;
    size_t ring = r->config.ring ? r->config.ring : (size_t)PG_RECORDER_RING;
    r->ring = calloc(ring, sizeof *r->ring); /* pages that are never used are never there */
    r->mask = ring - 1;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!r->ring || pthread_create(&r->thread, NULL, run, r) != 0)
        return pg_fail(err, PG_ERR_MEMORY, "no memory or thread for a recorder");
    r->has_thread = true;
    return PG_OK;
}

pg_status pg_recorder_new(pg_recorder **recorder, const pg_recorder_config *config, pg_error *err)
{
    *recorder = NULL;
    if (config->options.formats == 0 || (config->ring & (config->ring - 1)) != 0)
        return pg_fail(err, PG_ERR_INVALID, "a recorder needs a format, and a ring of a power of two");
    pg_recorder *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    r->config = *config;
    r->lock_fd = -1;
    pg_status status = lock_folder(r, err);
    if (status == PG_OK)
        status = start(r, err);
    if (status != PG_OK) {
        pg_recorder_close(r, NULL);
        return status;
    }
    *recorder = r;
    return PG_OK;
}

static pg_status open_lane(pg_recorder *r, lane *l, const char *venue, const pg_tape_info *info, uint64_t *repaired,
                           pg_error *err)
{
    char folder[PG_PATH_SIZE];
    pg_status status = pg_record_market_name(l->name, venue, info->instrument.symbol, err);
    for (int i = 0; i < r->count && status == PG_OK; i++)
        if (strcmp(r->lanes[i]->name, l->name) == 0)
            status = pg_fail(err, PG_ERR_STATE, "the market %s is being recorded already", l->name);
    if (status == PG_OK)
        status = pg_file_join(folder, r->config.dir, l->name, err);
    return status == PG_OK ? pg_record_market_open(&l->market, folder, info, &r->config.options, repaired, err)
                           : status;
}

pg_status pg_recorder_add(pg_recorder *r, int *market, const char *venue, const pg_tape_info *info, uint64_t *repaired,
                          pg_error *err)
{
    int count = atomic_load_explicit(&r->count, memory_order_relaxed);
    if (count == PG_RECORDER_MARKETS)
        return pg_fail(err, PG_ERR_FULL, "more than %d markets cannot be recorded at once", PG_RECORDER_MARKETS);
    lane *l = calloc(1, sizeof *l);
    if (!l)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    l->book = pg_book_new(info->instrument.tick);
    l->figures.lag_ns = INT64_MAX;
    pg_status status =
        l->book ? open_lane(r, l, venue, info, repaired, err) : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status != PG_OK) {
        pg_book_free(l->book);
        free(l);
        return status;
    }
    note_figures(r, l);
    r->lanes[count] = l;
    *market = count;
    atomic_store_explicit(&r->count, count + 1, memory_order_release);
    return PG_OK;
}

void pg_recorder_look(pg_recorder *r, int market, pg_recorder_figures *figures)
{
    int count = atomic_load_explicit(&r->count, memory_order_relaxed);
    *figures = (pg_recorder_figures){ .lag_ns = INT64_MAX };
    pthread_mutex_lock(&r->lock);
    for (int i = 0; i < count; i++) {
        const pg_recorder_figures *f = &r->lanes[i]->figures;
        if (market >= 0 && market != i)
            continue;
        figures->events += f->events;
        figures->trades += f->trades;
        figures->duplicates += f->duplicates;
        figures->gaps += f->gaps;
        figures->lost += f->lost;
        figures->queue += r->lanes[i]->lost;
        figures->clock_steps += f->clock_steps;
        figures->lag_ns = f->lag_ns < figures->lag_ns ? f->lag_ns : figures->lag_ns;
        figures->last_ns = f->last_ns > figures->last_ns ? f->last_ns : figures->last_ns;
        figures->last_trade_ns = f->last_trade_ns > figures->last_trade_ns ? f->last_trade_ns : figures->last_trade_ns;
        figures->bytes += f->bytes;
        figures->stuck |= f->stuck;
    }
    pthread_mutex_unlock(&r->lock);
}

static void stop_thread(pg_recorder *r)
{
    if (!r->has_thread)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    r->has_thread = false;
}

pg_status pg_recorder_close(pg_recorder *r, pg_error *err)
{
    pg_status status = PG_OK;
    if (!r)
        return PG_OK;
    stop_thread(r);
    for (int i = 0; i < r->count; i++) {
        pg_status one = pg_record_market_close(r->lanes[i]->market, status == PG_OK ? err : NULL);
        status = status == PG_OK ? one : status;
        pg_book_free(r->lanes[i]->book);
        free(r->lanes[i]);
    }
    if (r->ring) {
        pthread_mutex_destroy(&r->lock);
        pthread_cond_destroy(&r->wake);
    }
    if (r->lock_fd >= 0)
        close(r->lock_fd);
    pg_snapshot_free(&r->snapshot);
    free(r->ring);
    free(r);
    return status;
}

/* The ledger's thread: follows the journal and writes the database. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "trade/ledger_internal.h"

enum { PERIOD_MS = 50, RETRY_MS = 250, LONG_MS = 2000 };

static void add_ms(struct timespec *at, int ms)
{
    clock_gettime(CLOCK_MONOTONIC, at);
    at->tv_sec += ms / 1000;
    at->tv_nsec += (long)(ms % 1000) * 1000000;
    if (at->tv_nsec >= 1000000000) {
        at->tv_nsec -= 1000000000;
        at->tv_sec++;
    }
}

static void tell_failure(pg_ledger *ledger, const pg_error *err, int for_ms)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    bool begins = !atomic_load(&ledger->failing);
    pthread_mutex_lock(&ledger->lock);
    ledger->error = *err;
    pthread_mutex_unlock(&ledger->lock);
    atomic_store(&ledger->failing, true);
    if (begins)
        pg_log_write(ledger->log, PG_LOG_ERROR, "ledger", pg_error_text(err, text, sizeof text), NULL, 0);
    if (for_ms >= LONG_MS)
        atomic_store(&ledger->failing_long, true);
}

static void tell_success(pg_ledger *ledger)
{
    if (!atomic_load(&ledger->failing))
        return;
    atomic_store(&ledger->failing, false);
    atomic_store(&ledger->failing_long, false);
    pg_log_write(ledger->log, PG_LOG_INFO, "ledger", "the ledger can be written again", NULL, 0);
}

/* Applies batches until there is nothing left to do. Failing for how long: *failed_ms. */
static void drain(pg_ledger *ledger, int *failed_ms)
{
    for (;;) {
        pg_error err = { 0 };
        uint64_t before = ledger_applier_applied(ledger->applier);
        if (ledger_applier_step(ledger->applier, ledger->journal, &err) != PG_OK) {
            tell_failure(ledger, &err, *failed_ms);
            *failed_ms += RETRY_MS;
            return;
        }
        *failed_ms = 0;
        tell_success(ledger);
        uint64_t after = ledger_applier_applied(ledger->applier);
        atomic_store(&ledger->applied, after);
        if (after == before)
            return;
    }
}

static void *follow(void *self)
{
    pg_ledger *ledger = self;
    int failed_ms = 0;
    bool stop = false;
    while (!stop) {
        struct timespec until;
        add_ms(&until, failed_ms > 0 ? RETRY_MS : PERIOD_MS);
        pthread_mutex_lock(&ledger->lock);
        while (!ledger->stop && !ledger->hurry && pthread_cond_timedwait(&ledger->wake, &ledger->lock, &until) == 0)
            continue;
        stop = ledger->stop;
        ledger->hurry = false;
        pthread_mutex_unlock(&ledger->lock);
        drain(ledger, &failed_ms);
        pthread_mutex_lock(&ledger->lock);
        pthread_cond_broadcast(&ledger->done);
        pthread_mutex_unlock(&ledger->lock);
    }
    return NULL;
}

pg_status ledger_writer_start(pg_ledger *ledger, pg_error *err)
{
    int code = pthread_create(&ledger->thread, NULL, follow, ledger);
    if (code != 0)
        return pg_fail(err, PG_ERR_MEMORY, "the ledger's thread cannot be started: %s", strerror(code));
    ledger->has_thread = true;
    return PG_OK;
}

void ledger_writer_stop(pg_ledger *ledger)
{
    if (!ledger->has_thread)
        return;
    pthread_mutex_lock(&ledger->lock);
    ledger->stop = true;
    pthread_cond_signal(&ledger->wake);
    pthread_mutex_unlock(&ledger->lock);
    pthread_join(ledger->thread, NULL);
    ledger->has_thread = false;
}

/* ---- for the loop's thread ---- */

pg_status pg_ledger_flush(pg_ledger *ledger, int timeout_ms, pg_error *err)
{
    uint64_t target = pg_journal_last(ledger->journal);
    struct timespec until;
    add_ms(&until, timeout_ms);
    int code = 0;
    pthread_mutex_lock(&ledger->lock);
    while (atomic_load(&ledger->applied) < target && code != ETIMEDOUT) {
        ledger->hurry = !atomic_load(&ledger->failing);
        pthread_cond_signal(&ledger->wake);
        code = pthread_cond_timedwait(&ledger->done, &ledger->lock, &until);
    }
    pg_status status = PG_OK;
    if (atomic_load(&ledger->applied) < target) {
        if (atomic_load(&ledger->failing) && err)
            *err = ledger->error;
        status = atomic_load(&ledger->failing)
                     ? PG_ERR_IO
                     : pg_fail(err, PG_ERR_STATE, "the ledger is still being written after %d ms", timeout_ms);
    }
    pthread_mutex_unlock(&ledger->lock);
    return status;
}

void pg_ledger_get_health(const pg_ledger *ledger, pg_ledger_health *health)
{
    health->room = pg_journal_get_room(ledger->journal);
    health->waiting = pg_journal_last(ledger->journal) - atomic_load(&ledger->applied);
    health->failing = atomic_load(&ledger->failing);
    health->low = health->room.low || atomic_load(&ledger->failing_long);
    health->lost = ledger->lost;
    health->why[0] = '\0';
    if (!health->failing)
        return;
    pg_ledger *inside = (pg_ledger *)ledger; /* the lock alone changes */
    pthread_mutex_lock(&inside->lock);
    memcpy(health->why, ledger->error.what, sizeof health->why);
    pthread_mutex_unlock(&inside->lock);
}

/* The ledger's life, and what it answers to the running host. */
#include "trade/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trade/ledger_internal.h"
#include "trade/ledger_schema.h"

enum { CLOSE_MS = 10000, TRIES = 10, TRY_NS = 50000000 };

static pg_status make_locks(pg_ledger *ledger, pg_error *err)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_mutex_init(&ledger->lock, NULL);
    failed |= pthread_cond_init(&ledger->wake, &attributes);
    failed |= pthread_cond_init(&ledger->done, &attributes);
    pthread_condattr_destroy(&attributes);
    return failed ? pg_fail(err, PG_ERR_MEMORY, "out of memory") : PG_OK;
}

static pg_status open_journal(pg_ledger *ledger, const pg_ledger_config *config, pg_journal_found *found, pg_error *err)
{
    char path[PG_PATH_SIZE];
    uint64_t capacity = config->journal_capacity ? config->journal_capacity : PG_JOURNAL_DEFAULT;
    pg_status status = pg_ledger_journal_path(path, ledger->path, err);
    for (int i = 0; status == PG_OK; i++) {
        status = pg_journal_open(&ledger->journal, path, capacity, found, err);
        if (status != PG_ERR_STATE || config->no_wait || i == TRIES)
            break;
        nanosleep(&(struct timespec){ .tv_nsec = TRY_NS }, NULL);
        status = PG_OK;
    }
    return status;
}

static pg_status open_files(pg_ledger *ledger, const pg_ledger_config *config, pg_journal_found *found, pg_error *err)
{
    /* The journal first: its lock keeps everybody else from the database, too. */
    pg_status status = open_journal(ledger, config, found, err);
    if (status == PG_OK)
        status =
            pg_ledger_db_open(&ledger->db, ledger->path, pg_journal_identity(ledger->journal), found->last > 0, err);
    if (status == PG_OK)
        status = ledger_applier_new(&ledger->applier, ledger->db, err);
    return status;
}

/* Applies what an earlier process left. */
static pg_status catch_up(pg_ledger *ledger, const pg_journal_found *found, pg_error *err)
{
    if (found->last > ledger_applier_applied(ledger->applier))
        ledger_applier_start(ledger->applier, found->first);
    uint64_t before = ledger_applier_applied(ledger->applier), at = before;
    pg_journal_begin(ledger->journal, at);
    pg_status status;
    do {
        before = at;
        status = ledger_applier_step(ledger->applier, ledger->journal, err);
        at = ledger_applier_applied(ledger->applier);
    } while (status == PG_OK && at != before);
    atomic_store(&ledger->applied, at);
    return status;
}

/* A text that its writer could not finish waits for its end: this record says that there is none. */
static pg_status end_cut_text(pg_ledger *ledger, pg_error *err)
{
    if (pg_journal_last(ledger->journal) == ledger_applier_applied(ledger->applier))
        return PG_OK;
    if (pg_journal_append(ledger->journal, &(pg_record){ .kind = PG_RECORD_CUT }) != PG_OK)
        return pg_fail(err, PG_ERR_FULL, "the journal is full and cannot be applied");
    return PG_OK;
}

static void tell_recovery(pg_ledger *ledger, uint64_t applied)
{
    uint64_t missing = ledger_applier_missing(ledger->applier);
    if (applied > 0) {
        const pg_log_field fields[] = { { "records", NULL, (double)applied } };
        pg_log_write(ledger->log, PG_LOG_INFO, "ledger", "applied what an earlier process left in the journal", fields,
                     1);
    }
    if (missing > 0) {
        const pg_log_field fields[] = { { "records", NULL, (double)missing } };
        pg_log_write(ledger->log, PG_LOG_WARN, "ledger",
                     "records of the journal were torn: orders and fills are to be read from the venue", fields, 1);
    }
}

static pg_status start(pg_ledger *ledger, const pg_ledger_config *config, pg_error *err)
{
    pg_journal_found found = { 0 };
    pg_status status = open_files(ledger, config, &found, err);
    if (status != PG_OK)
        return status;
    uint64_t before = ledger_applier_applied(ledger->applier);
    status = catch_up(ledger, &found, err);
    if (status == PG_OK)
        status = end_cut_text(ledger, err);
    if (status == PG_OK) {
        uint64_t after = ledger_applier_applied(ledger->applier);
        tell_recovery(ledger, found.last > before ? after - before : 0);
        status = ledger_writer_start(ledger, err);
    }
    return status;
}

static void free_all(pg_ledger *ledger)
{
    ledger_writer_stop(ledger);
    sqlite3_finalize(ledger->has_fill);
    sqlite3_close(ledger->reader);
    ledger_applier_free(ledger->applier);
    sqlite3_close(ledger->db);
    pg_journal_close(ledger->journal);
    pthread_cond_destroy(&ledger->done);
    pthread_cond_destroy(&ledger->wake);
    pthread_mutex_destroy(&ledger->lock);
    free(ledger);
}

pg_status pg_ledger_open(pg_ledger **ledger, const pg_ledger_config *config, pg_error *err)
{
    if (strlen(config->path) >= PG_PATH_SIZE)
        return pg_fail(err, PG_ERR_RANGE, "the path of the ledger is too long");
    pg_ledger *made = calloc(1, sizeof *made);
    if (!made)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pg_status status = make_locks(made, err);
    if (status != PG_OK) {
        free(made);
        return status;
    }
    memcpy(made->path, config->path, strlen(config->path) + 1);
    made->log = config->log;
    status = start(made, config, err);
    if (status != PG_OK) {
        free_all(made);
        return status;
    }
    *ledger = made;
    return PG_OK;
}

void pg_ledger_let_go(pg_ledger *ledger)
{
    pg_journal_let_go(ledger->journal);
}

pg_status pg_ledger_close(pg_ledger *ledger, pg_error *err)
{
    if (!ledger)
        return PG_OK;
    pg_status status = pg_ledger_flush(ledger, CLOSE_MS, err);
    free_all(ledger);
    return status;
}

/* ---- fills ---- */

/* Looks through what is not in the database yet. Before the database is asked: a record that is applied meanwhile is
 * found there. */
static bool is_waiting(const pg_ledger *ledger, int account, const char *trade_id)
{
    pg_record r;
    uint64_t last = pg_journal_last(ledger->journal);
    for (uint64_t at = atomic_load(&ledger->applied) + 1; at <= last; at++)
        if (pg_journal_read(ledger->journal, at, &r) && r.kind == PG_RECORD_FILL && r.market < PG_LEDGER_MARKETS &&
            ledger->market_account[r.market] == account && strncmp(r.trade_id, trade_id, sizeof r.trade_id) == 0)
            return true;
    return false;
}

static pg_status open_reader(pg_ledger *ledger, pg_error *err)
{
    if (ledger->has_fill)
        return PG_OK;
    pg_status status = ledger->reader ? PG_OK : pg_ledger_db_read(&ledger->reader, ledger->path, err);
    static const char sql[] = "SELECT 1 FROM fills f JOIN accounts a USING(account)"
                              " WHERE a.venue = ?1 AND a.name = ?2 AND f.trade_id = ?3";
    if (status == PG_OK && sqlite3_prepare_v2(ledger->reader, sql, -1, &ledger->has_fill, NULL) != SQLITE_OK)
        status = pg_ledger_db_fail(ledger->reader, "the ledger cannot be read", err);
    return status;
}

pg_status pg_ledger_has_fill(pg_ledger *ledger, bool *has, int account, const char *trade_id, pg_error *err)
{
    if (account < 0 || account >= PG_LEDGER_ACCOUNTS || !ledger->venues[account][0])
        return pg_fail(err, PG_ERR_INVALID, "account %d was never told to the ledger", account);
    *has = is_waiting(ledger, account, trade_id);
    if (*has)
        return PG_OK;
    pg_status status = open_reader(ledger, err);
    if (status != PG_OK)
        return status;
    sqlite3_stmt *s = ledger->has_fill;
    sqlite3_bind_text(s, 1, ledger->venues[account], -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, ledger->accounts[account], -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, trade_id, -1, SQLITE_STATIC);
    int code = sqlite3_step(s);
    *has = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = pg_ledger_db_fail(ledger->reader, "the ledger cannot be read", err);
    sqlite3_reset(s);
    return status;
}

/* The inside of the ledger, for its own files. */
#ifndef PG_TRADE_LEDGER_INTERNAL_H
#define PG_TRADE_LEDGER_INTERNAL_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "base/file.h"
#include "trade/ledger.h"
#include "trade/ledger_apply.h"

enum { LEDGER_KNOWN_VERSIONS = 256 };

struct pg_ledger {
    char path[PG_PATH_SIZE];
    const pg_log *log;
    pg_journal *journal;

    /* the loop's thread */
    uint64_t run; /* 0 before pg_ledger_session */
    uint64_t lost;
    char venues[PG_LEDGER_ACCOUNTS][PG_LEDGER_NAME];
    char accounts[PG_LEDGER_ACCOUNTS][PG_LEDGER_NAME];
    uint8_t market_account[PG_LEDGER_MARKETS];
    uint64_t versions[LEDGER_KNOWN_VERSIONS]; /* whose texts are recorded; slot by number, the last one stays */
    sqlite3 *reader;                          /* for pg_ledger_has_fill; opened when it is first needed */
    sqlite3_stmt *has_fill;

    /* the writer's thread */
    sqlite3 *db;
    ledger_applier *applier;
    pthread_t thread;
    bool has_thread;

    /* both */
    _Atomic uint64_t applied;
    _Atomic bool failing, failing_long;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t wake, done;
    bool stop, hurry;
    pg_error error; /* of failing */
};

/* Starts and stops the writer's thread. Stopping applies what can be applied once more. */
pg_status ledger_writer_start(pg_ledger *ledger, pg_error *err);
void ledger_writer_stop(pg_ledger *ledger);

#endif

/* From the journal to the database: applies records in batches, each a transaction that also stores the number of the
 * last record in it. For the ledger's own files; one thread. */
#ifndef PG_TRADE_LEDGER_APPLY_H
#define PG_TRADE_LEDGER_APPLY_H

#include <sqlite3.h>

#include "trade/journal.h"

typedef struct ledger_applier ledger_applier;

/* Works on a connection that it does not own. PG_ERR_MEMORY, PG_ERR_IO. */
pg_status ledger_applier_new(ledger_applier **applier, sqlite3 *db, pg_error *err);
void ledger_applier_free(ledger_applier *applier);

/* Number of the last record in the database. */
uint64_t ledger_applier_applied(const ledger_applier *applier);

/* Before the first step: the oldest record that the journal has is `first`. What lies between is not there any more. */
void ledger_applier_start(ledger_applier *applier, uint64_t first);

/* Applies what the journal holds behind that, at most a batch, and releases it; stops before a text that is not
 * complete yet. Call again while the number moves. PG_ERR_IO: nothing of the batch is applied, try again later. */
pg_status ledger_applier_step(ledger_applier *applier, pg_journal *journal, pg_error *err);

/* Records that could not be read and were left out (torn by a loss of power). */
uint64_t ledger_applier_missing(const ledger_applier *applier);

#endif

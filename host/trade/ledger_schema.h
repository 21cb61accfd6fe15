/* The ledger's database: its tables, and opening it. For the ledger's own files. */
#ifndef PG_TRADE_LEDGER_SCHEMA_H
#define PG_TRADE_LEDGER_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* PATH.ahead: the journal beside a database. PG_ERR_RANGE when it is too long for path[PG_PATH_SIZE]. */
pg_status pg_ledger_journal_path(char *path, const char *database, pg_error *err);

/* Opens a database to write: makes it and its tables when they are not there. `identity` of the journal beside it is
 * stored; when that has records and the database belongs to another, it is refused (0: not compared). Errors as
 * pg_ledger_open. */
pg_status pg_ledger_db_open(sqlite3 **db, const char *path, uint64_t identity, bool has_records, pg_error *err);

/* The same to read only; it must exist. */
pg_status pg_ledger_db_read(sqlite3 **db, const char *path, pg_error *err);

/* A number kept in the database: "applied", "run", "identity". 0 when there is none. */
pg_status pg_ledger_db_number(sqlite3 *db, const char *name, int64_t *value, pg_error *err);

/* Fills *err from the connection's last error; returns the status. */
pg_status pg_ledger_db_fail(sqlite3 *db, const char *what, pg_error *err);

#endif

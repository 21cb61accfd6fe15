#include "trade/ledger_schema.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

/* Prices and sizes are integers in units of the market's decimals; money (fee) is an integer in text, because it may
 * need more than 64 bits; run, id and version are unsigned numbers in signed columns. The views give the same for
 * people, rounded to doubles. */
static const char schema[] =
    "CREATE TABLE numbers(name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
    "CREATE TABLE sessions(run INTEGER PRIMARY KEY, started_ns INTEGER, ended_ns INTEGER, mode TEXT, config_hash TEXT,"
    " program TEXT);"
    "CREATE TABLE accounts(account INTEGER PRIMARY KEY, venue TEXT, name TEXT, UNIQUE(venue, name));"
    "CREATE TABLE markets(market INTEGER PRIMARY KEY, account INTEGER, symbol TEXT, price_decimals INTEGER,"
    " size_decimals INTEGER, price_unit REAL, size_unit REAL,"
    " UNIQUE(account, symbol, price_decimals, size_decimals));"
    "CREATE TABLE session_accounts(run INTEGER, number INTEGER, account INTEGER, PRIMARY KEY(run, number))"
    " WITHOUT ROWID;"
    "CREATE TABLE session_markets(run INTEGER, number INTEGER, market INTEGER, PRIMARY KEY(run, number))"
    " WITHOUT ROWID;"
    "CREATE TABLE orders(run INTEGER, id INTEGER, market INTEGER, side INTEGER, tif INTEGER, flags INTEGER,"
    " price INTEGER, size INTEGER, filled INTEGER, remaining INTEGER, state INTEGER, reason INTEGER, unknown INTEGER,"
    " version INTEGER, order_id TEXT, words TEXT, sent_ns INTEGER, updated_ns INTEGER, PRIMARY KEY(run, id))"
    " WITHOUT ROWID;"
    "CREATE INDEX orders_open ON orders(run, id) WHERE state < 5;"
    "CREATE INDEX orders_updated ON orders(updated_ns);"
    "CREATE TABLE transitions(sequence INTEGER PRIMARY KEY, run INTEGER, id INTEGER, time_ns INTEGER, exch_ns INTEGER,"
    " kind INTEGER, reply INTEGER, reason INTEGER, state INTEGER, price INTEGER, size INTEGER, remaining INTEGER,"
    " words TEXT);"
    "CREATE INDEX transitions_order ON transitions(run, id);"
    "CREATE TABLE fills(sequence INTEGER PRIMARY KEY, account INTEGER, market INTEGER, run INTEGER, id INTEGER,"
    " time_ns INTEGER, exch_ns INTEGER, side INTEGER, price INTEGER, size INTEGER, fee TEXT, maker INTEGER,"
    " order_id TEXT, trade_id TEXT, UNIQUE(account, trade_id));"
    "CREATE INDEX fills_time ON fills(time_ns);"
    "CREATE TABLE positions(sequence INTEGER PRIMARY KEY, market INTEGER, run INTEGER, time_ns INTEGER,"
    " quantity INTEGER, price INTEGER);"
    "CREATE INDEX positions_market ON positions(market, time_ns);"
    "CREATE TABLE equity(sequence INTEGER PRIMARY KEY, account INTEGER, run INTEGER, time_ns INTEGER,"
    " equity_e6 INTEGER, free_e6 INTEGER);"
    "CREATE INDEX equity_account ON equity(account, time_ns);"
    "CREATE TABLE baselines(account INTEGER PRIMARY KEY, time_ns INTEGER, equity_e6 INTEGER);"
    "CREATE TABLE versions(version INTEGER PRIMARY KEY, hash TEXT, text TEXT);"
    "CREATE TABLE version_events(sequence INTEGER PRIMARY KEY, run INTEGER, market INTEGER, time_ns INTEGER,"
    " version INTEGER, event TEXT, path TEXT);"
    "CREATE TABLE parameters(sequence INTEGER PRIMARY KEY, run INTEGER, market INTEGER, time_ns INTEGER, name TEXT,"
    " value TEXT, who TEXT);"
    "CREATE TABLE risk_events(sequence INTEGER PRIMARY KEY, run INTEGER, market INTEGER, time_ns INTEGER, rule TEXT,"
    " consequence TEXT, text TEXT);"
    "CREATE TABLE notes(sequence INTEGER PRIMARY KEY, run INTEGER, market INTEGER, time_ns INTEGER, level TEXT,"
    " text TEXT);"
    "CREATE VIEW readable_fills AS SELECT datetime(f.time_ns / 1000000000, 'unixepoch') AS time, a.venue, a.name AS"
    " account, m.symbol, CASE f.side WHEN 1 THEN 'buy' ELSE 'sell' END AS side, f.price * m.price_unit AS price,"
    " f.size * m.size_unit AS size, CAST(f.fee AS REAL) * m.price_unit * m.size_unit AS fee, f.maker, f.trade_id"
    " FROM fills f LEFT JOIN markets m USING(market) LEFT JOIN accounts a ON a.account = f.account;"
    "CREATE VIEW readable_orders AS SELECT datetime(o.sent_ns / 1000000000, 'unixepoch') AS time, a.venue, a.name AS"
    " account, m.symbol, CASE o.side WHEN 1 THEN 'buy' ELSE 'sell' END AS side, o.price * m.price_unit AS price,"
    " o.size * m.size_unit AS size, o.filled * m.size_unit AS filled, o.state, printf('%016x', o.version) AS version,"
    " o.order_id FROM orders o LEFT JOIN markets m USING(market) LEFT JOIN accounts a ON a.account = m.account;"
    "PRAGMA application_id = 1346849863;" /* "PGLG" */
    "PRAGMA user_version = 1;";

/* What came with version 2. An older ledger gets it when it is next written to. */
static const char version_2[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS funding(sequence INTEGER PRIMARY KEY, account INTEGER, market INTEGER, run INTEGER,"
    " time_ns INTEGER, exch_ns INTEGER, amount_e6 INTEGER, rate_e12 INTEGER, UNIQUE(account, market, exch_ns));"
    "PRAGMA user_version = 2;"
    "COMMIT";

enum { APPLICATION = 1346849863, VERSION = 2, BUSY_MS = 5000 };

pg_status pg_ledger_journal_path(char *path, const char *database, pg_error *err)
{
    if ((size_t)snprintf(path, PG_PATH_SIZE, "%s.ahead", database) >= PG_PATH_SIZE)
        return pg_fail(err, PG_ERR_RANGE, "the path of the ledger is too long");
    return PG_OK;
}

pg_status pg_ledger_db_fail(sqlite3 *db, const char *what, pg_error *err)
{
    int code = sqlite3_errcode(db) & 0xff;
    bool broken = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
    pg_status status = broken ? PG_ERR_CORRUPT : PG_ERR_IO;
    pg_fail(err, status, "%s: %s", what, sqlite3_errmsg(db));
    const char *path = sqlite3_db_filename(db, "main");
    if (path)
        pg_error_where(err, "%s", path);
    if (code == SQLITE_FULL)
        pg_error_remedy(err, "free some space on the disk");
    return status;
}

static pg_status run(sqlite3 *db, const char *sql, pg_error *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? PG_OK
               : pg_ledger_db_fail(db, "the ledger cannot be opened", err);
}

static pg_status ask(sqlite3 *db, const char *sql, const char *text, int64_t *value, pg_error *err)
{
    sqlite3_stmt *statement = NULL;
    *value = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return pg_ledger_db_fail(db, "the ledger cannot be read", err);
    if (text)
        sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    pg_status status =
        code == SQLITE_ROW || code == SQLITE_DONE ? PG_OK : pg_ledger_db_fail(db, "the ledger cannot be read", err);
    sqlite3_finalize(statement);
    return status;
}

pg_status pg_ledger_db_number(sqlite3 *db, const char *name, int64_t *value, pg_error *err)
{
    return ask(db, "SELECT value FROM numbers WHERE name = ?", name, value, err);
}

static pg_status refuse(sqlite3 *db, const char *what, const char *remedy, pg_error *err)
{
    pg_fail(err, PG_ERR_CORRUPT, "%s", what);
    pg_error_where(err, "%s", sqlite3_db_filename(db, "main"));
    pg_error_remedy(err, "%s", remedy);
    return PG_ERR_CORRUPT;
}

/* Whether the database is a ledger that this program understands. */
static pg_status check(sqlite3 *db, pg_error *err)
{
    int64_t application, version;
    pg_status status = ask(db, "PRAGMA application_id", NULL, &application, err);
    if (status == PG_OK)
        status = ask(db, "PRAGMA user_version", NULL, &version, err);
    if (status != PG_OK)
        return status;
    if (application != APPLICATION)
        return refuse(db, "this database is not a ledger of Perigee's", "give another path", err);
    if (version > VERSION)
        return refuse(db, "this ledger was made by a newer Perigee", "use that one, or give another path", err);
    return PG_OK;
}

static pg_status make_tables(sqlite3 *db, pg_error *err)
{
    int64_t tables;
    pg_status status = ask(db, "SELECT count(*) FROM sqlite_master", NULL, &tables, err);
    if (status != PG_OK || tables > 0)
        return status;
    status = run(db, "BEGIN IMMEDIATE", err);
    if (status == PG_OK)
        status = run(db, schema, err);
    if (status == PG_OK)
        status = run(db, "COMMIT", err);
    if (status != PG_OK)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static pg_status upgrade(sqlite3 *db, pg_error *err)
{
    int64_t version;
    pg_status status = ask(db, "PRAGMA user_version", NULL, &version, err);
    if (status != PG_OK || version >= VERSION)
        return status;
    status = run(db, version_2, err);
    if (status != PG_OK)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

/* A journal with records belongs to one database; a new one of either fits any other. */
static pg_status pair(sqlite3 *db, uint64_t identity, bool has_records, pg_error *err)
{
    int64_t mine;
    pg_status status = pg_ledger_db_number(db, "identity", &mine, err);
    if (status != PG_OK || (uint64_t)mine == identity)
        return status;
    if (has_records && mine != 0)
        return refuse(db, "the journal beside this ledger belongs to another one",
                      "put the right file PATH.ahead there, or move the wrong one away", err);
    char sql[128];
    snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO numbers VALUES('identity', %lld)", (long long)identity);
    return run(db, sql, err);
}

static pg_status open_db(sqlite3 **db, const char *path, int flags, pg_error *err)
{
    if (sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK) {
        if (!*db)
            return pg_fail(err, PG_ERR_MEMORY, "out of memory");
        pg_fail(err, PG_ERR_IO, "cannot open the ledger: %s", sqlite3_errmsg(*db));
        pg_error_where(err, "%s", path);
        pg_error_remedy(err, "check the folder and its permissions");
        return PG_ERR_IO;
    }
    sqlite3_busy_timeout(*db, BUSY_MS);
    return PG_OK;
}

pg_status pg_ledger_db_open(sqlite3 **db, const char *path, uint64_t identity, bool has_records, pg_error *err)
{
    *db = NULL;
    pg_status status = open_db(db, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    if (status == PG_OK)
        status = make_tables(*db, err);
    if (status == PG_OK)
        status = check(*db, err);
    /* FULL: a committed batch survives a loss of power; only then may the journal be overwritten. */
    if (status == PG_OK)
        status = run(*db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;"
                     "PRAGMA trusted_schema = OFF;",
                     err);
    if (status == PG_OK)
        status = upgrade(*db, err);
    if (status == PG_OK && identity != 0)
        status = pair(*db, identity, has_records, err);
    if (status != PG_OK) {
        sqlite3_close(*db);
        *db = NULL;
    }
    return status;
}

pg_status pg_ledger_db_read(sqlite3 **db, const char *path, pg_error *err)
{
    pg_file_info info;
    *db = NULL;
    pg_status status = pg_file_stat(path, &info, err);
    if (status != PG_OK) {
        pg_error_remedy(err, "name the ledger with --ledger; a host makes it when it runs");
        return status;
    }
    status = open_db(db, path, SQLITE_OPEN_READONLY, err);
    if (status == PG_OK)
        status = check(*db, err);
    if (status != PG_OK) {
        sqlite3_close(*db);
        *db = NULL;
    }
    return status;
}

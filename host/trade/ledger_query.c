#include "trade/ledger_query.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "trade/ledger_schema.h"

struct pg_ledger_reader {
    sqlite3 *db;
};

/* Lets a ledger be opened once for what a dead host left in its journal. A host that runs keeps the lock: then, and
 * when there is no permission, the database is read as it is. */
static void catch_up(const char *path)
{
    char journal[PG_PATH_SIZE];
    pg_file_info info;
    pg_ledger *ledger;
    if (pg_ledger_journal_path(journal, path, NULL) != PG_OK || pg_file_stat(path, &info, NULL) != PG_OK ||
        pg_file_stat(journal, &info, NULL) != PG_OK)
        return;
    if (pg_ledger_open(&ledger, &(pg_ledger_config){ .path = path, .no_wait = true }, NULL) == PG_OK)
        (void)pg_ledger_close(ledger, NULL);
}

pg_status pg_ledger_reader_open(pg_ledger_reader **reader, const char *path, pg_error *err)
{
    pg_ledger_reader *made = calloc(1, sizeof *made);
    if (!made)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    catch_up(path);
    pg_status status = pg_ledger_db_read(&made->db, path, err);
    if (status != PG_OK) {
        free(made);
        return status;
    }
    *reader = made;
    return PG_OK;
}

void pg_ledger_reader_close(pg_ledger_reader *reader)
{
    if (!reader)
        return;
    sqlite3_close(reader->db);
    free(reader);
}

/* ---- statements ---- */

#define PLACE                                                                                                          \
    "coalesce(a.venue, ''), coalesce(a.name, ''), coalesce(m.symbol, ''), coalesce(m.price_decimals, 0),"              \
    " coalesce(m.size_decimals, 0)"
#define CHOSEN                                                                                                         \
    "(?2 IS NULL OR a.venue = ?2) AND (?3 IS NULL OR a.name = ?3) AND (?4 IS NULL OR m.symbol = ?4)"                   \
    " AND (?5 = 0 OR t.run = ?5)"
#define OF_MARKET "LEFT JOIN markets m ON m.market = t.market LEFT JOIN accounts a ON a.account = m.account"

typedef enum { PLACE_COLUMNS = 5 } columns;

/* The newest first, so that a limit keeps those; turned round outside: `at` is the time's column in the result. */
static pg_status prepare(sqlite3_stmt **statement, pg_ledger_reader *reader, const char *inner, int at,
                         const pg_ledger_filter *filter, pg_error *err)
{
    static const pg_ledger_filter all;
    char sql[4096];
    const pg_ledger_filter *f = filter ? filter : &all;
    int length = snprintf(sql, sizeof sql, "SELECT * FROM (%s ORDER BY %d DESC, %d DESC LIMIT ?6) ORDER BY %d, %d",
                          inner, at, at + 1, at, at + 1);
    PG_ASSERT(length > 0 && (size_t)length < sizeof sql);
    if (sqlite3_prepare_v2(reader->db, sql, -1, statement, NULL) != SQLITE_OK)
        return pg_ledger_db_fail(reader->db, "the ledger cannot be read", err);
    sqlite3_bind_int64(*statement, 1, f->since_ns);
    if (f->venue)
        sqlite3_bind_text(*statement, 2, f->venue, -1, SQLITE_STATIC);
    if (f->account)
        sqlite3_bind_text(*statement, 3, f->account, -1, SQLITE_STATIC);
    if (f->market)
        sqlite3_bind_text(*statement, 4, f->market, -1, SQLITE_STATIC);
    sqlite3_bind_int64(*statement, 5, (int64_t)f->run);
    sqlite3_bind_int64(*statement, 6, f->newest > 0 ? f->newest : -1);
    return PG_OK;
}

/* Ends a query; code is that of the last step. */
static pg_status finish(sqlite3_stmt *statement, pg_ledger_reader *reader, int code, pg_error *err)
{
    pg_status status = code == SQLITE_ROW || code == SQLITE_DONE
                           ? PG_OK
                           : pg_ledger_db_fail(reader->db, "the ledger cannot be read", err);
    sqlite3_finalize(statement);
    return status;
}

static const char *text_at(sqlite3_stmt *s, int column)
{
    const unsigned char *text = sqlite3_column_text(s, column);
    return text ? (const char *)text : "";
}

static pg_ledger_place place_of(sqlite3_stmt *s)
{
    return (pg_ledger_place){ .venue = text_at(s, 0),
                              .account = text_at(s, 1),
                              .market = text_at(s, 2),
                              .price_decimals = sqlite3_column_int(s, 3),
                              .size_decimals = sqlite3_column_int(s, 4) };
}

/* ---- orders and fills ---- */

/* Why an order was last asked for as it was, up to a row of transitions: PG_RECORD_ORDER and PG_RECORD_REPLACE hold it. */
#define EXPLAINED(upto)                                                                                                \
    "(SELECT w.words FROM transitions w WHERE w.run = t.run AND w.id = t.id AND w.kind IN (4, 6)" upto                 \
    " ORDER BY w.sequence DESC LIMIT 1)"
static_assert(PG_RECORD_ORDER == 4 && PG_RECORD_REPLACE == 6, "the query names them");

#define ORDER_SQL                                                                                                      \
    "SELECT " PLACE ", t.sent_ns, t.id, t.run, t.version, t.updated_ns, t.price, t.size, t.filled,"                    \
    " t.remaining, t.order_id, t.words, t.side, t.tif, t.state, t.reason, t.flags, t.unknown," EXPLAINED(              \
        "") " FROM orders t " OF_MARKET " WHERE " CHOSEN " AND t.updated_ns >= ?1"

pg_status pg_ledger_orders(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self, pg_ledger_order_fn fn,
                           pg_error *err)
{
    sqlite3_stmt *s;
    bool open_only = filter && filter->open_only;
    pg_status status =
        prepare(&s, reader, open_only ? ORDER_SQL " AND t.state < 5" : ORDER_SQL, PLACE_COLUMNS + 1, filter, err);
    if (status != PG_OK)
        return status;
    int code, at = PLACE_COLUMNS;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const pg_ledger_order_row row = { .place = place_of(s),
                                          .sent_ns = sqlite3_column_int64(s, at),
                                          .id = (uint64_t)sqlite3_column_int64(s, at + 1),
                                          .run = (uint64_t)sqlite3_column_int64(s, at + 2),
                                          .version = (uint64_t)sqlite3_column_int64(s, at + 3),
                                          .updated_ns = sqlite3_column_int64(s, at + 4),
                                          .price = sqlite3_column_int64(s, at + 5),
                                          .size = sqlite3_column_int64(s, at + 6),
                                          .filled = sqlite3_column_int64(s, at + 7),
                                          .remaining = sqlite3_column_int64(s, at + 8),
                                          .order_id = text_at(s, at + 9),
                                          .words = text_at(s, at + 10),
                                          .side = sqlite3_column_int(s, at + 11),
                                          .tif = sqlite3_column_int(s, at + 12),
                                          .state = sqlite3_column_int(s, at + 13),
                                          .reason = sqlite3_column_int(s, at + 14),
                                          .reduce_only = sqlite3_column_int(s, at + 15) & PG_RECORD_REDUCE_ONLY,
                                          .unknown = sqlite3_column_int(s, at + 16),
                                          .reasons = text_at(s, at + 17) };
        if (!fn(self, &row))
            break;
    }
    return finish(s, reader, code, err);
}

static pg_money money_of(const char *text)
{
    pg_money value = 0;
    for (const char *c = text + (*text == '-'); *c >= '0' && *c <= '9'; c++)
        value = value * 10 + (*c - '0');
    return *text == '-' ? -value : value;
}

pg_status pg_ledger_fills(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self, pg_ledger_fill_fn fn,
                          pg_error *err)
{
    sqlite3_stmt *s;
    static const char sql[] =
        "SELECT " PLACE ", t.time_ns, t.sequence, t.run, t.id, t.exch_ns, t.price, t.size, t.fee,"
        " t.side, t.maker, t.order_id, t.trade_id," EXPLAINED(" AND w.sequence < t.sequence") " FROM fills t " OF_MARKET
                                                                                              " WHERE " CHOSEN
                                                                                              " AND t.time_ns >= ?1";
    pg_status status = prepare(&s, reader, sql, PLACE_COLUMNS + 1, filter, err);
    if (status != PG_OK)
        return status;
    int code, at = PLACE_COLUMNS;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const pg_ledger_fill_row row = { .place = place_of(s),
                                         .time_ns = sqlite3_column_int64(s, at),
                                         .run = (uint64_t)sqlite3_column_int64(s, at + 2),
                                         .id = (uint64_t)sqlite3_column_int64(s, at + 3),
                                         .exch_ns = sqlite3_column_int64(s, at + 4),
                                         .price = sqlite3_column_int64(s, at + 5),
                                         .size = sqlite3_column_int64(s, at + 6),
                                         .fee = money_of(text_at(s, at + 7)),
                                         .side = sqlite3_column_int(s, at + 8),
                                         .maker = sqlite3_column_int(s, at + 9),
                                         .order_id = text_at(s, at + 10),
                                         .trade_id = text_at(s, at + 11),
                                         .reasons = text_at(s, at + 12) };
        if (!fn(self, &row))
            break;
    }
    return finish(s, reader, code, err);
}

/* ---- positions and equity ---- */

pg_status pg_ledger_fundings(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self,
                             pg_ledger_funding_fn fn, pg_error *err)
{
    sqlite3_stmt *s;
    static const char sql[] = "SELECT " PLACE ", t.exch_ns, t.sequence, t.run, t.amount_e6, t.rate_e12"
                              " FROM funding t " OF_MARKET " WHERE " CHOSEN " AND t.exch_ns >= ?1";
    if (sqlite3_table_column_metadata(reader->db, NULL, "funding", NULL, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
        return PG_OK; /* a ledger that no host has opened since there is such a thing */
    pg_status status = prepare(&s, reader, sql, PLACE_COLUMNS + 1, filter, err);
    if (status != PG_OK)
        return status;
    int code, at = PLACE_COLUMNS;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const pg_ledger_funding_row row = { .place = place_of(s),
                                            .exch_ns = sqlite3_column_int64(s, at),
                                            .run = (uint64_t)sqlite3_column_int64(s, at + 2),
                                            .amount_e6 = sqlite3_column_int64(s, at + 3),
                                            .rate_e12 = sqlite3_column_int64(s, at + 4) };
        if (!fn(self, &row))
            break;
    }
    return finish(s, reader, code, err);
}

pg_status pg_ledger_positions(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self,
                              pg_ledger_position_fn fn, pg_error *err)
{
    sqlite3_stmt *s;
    static const char sql[] =
        "SELECT " PLACE ", t.time_ns, t.sequence, t.run, t.quantity, t.price FROM positions t " OF_MARKET
        " WHERE " CHOSEN " AND t.time_ns >= ?1 AND t.sequence = (SELECT max(p.sequence) FROM positions p JOIN markets n"
        " USING(market) WHERE n.account = m.account AND n.symbol = m.symbol)";
    pg_status status = prepare(&s, reader, sql, PLACE_COLUMNS + 1, filter, err);
    if (status != PG_OK)
        return status;
    int code, at = PLACE_COLUMNS;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const pg_ledger_position_row row = { .place = place_of(s),
                                             .time_ns = sqlite3_column_int64(s, at),
                                             .run = (uint64_t)sqlite3_column_int64(s, at + 2),
                                             .quantity = sqlite3_column_int64(s, at + 3),
                                             .price = sqlite3_column_int64(s, at + 4) };
        if (!fn(self, &row))
            break;
    }
    return finish(s, reader, code, err);
}

#define OF_ACCOUNT    "FROM equity e WHERE e.account = a.account "
#define NEWEST        "ORDER BY e.time_ns DESC, e.sequence DESC LIMIT 1)"
#define LAST_EQUITY   "(SELECT e.equity_e6 " OF_ACCOUNT NEWEST
#define LAST_TIME     "(SELECT e.time_ns " OF_ACCOUNT NEWEST
#define EQUITY_BEFORE "(SELECT e.equity_e6 " OF_ACCOUNT "AND e.time_ns <= ?1 " NEWEST
#define EQUITY_AFTER  "(SELECT e.equity_e6 " OF_ACCOUNT "AND e.time_ns > ?1 ORDER BY e.time_ns, e.sequence LIMIT 1)"
#define PEAK          "(SELECT max(e.equity_e6) " OF_ACCOUNT "AND e.time_ns >= b.time_ns)"

static const char equity_sql[] =
    "SELECT a.account, a.account, a.venue, a.name, b.time_ns, b.equity_e6, coalesce(" EQUITY_BEFORE ", " EQUITY_AFTER
    "), " LAST_TIME ", " LAST_EQUITY ", " PEAK " FROM accounts a JOIN baselines b ON b.account = a.account"
    " WHERE (?2 IS NULL OR a.venue = ?2) AND (?3 IS NULL OR a.name = ?3) AND (?4 IS NULL OR 1) AND (?5 = 0 OR 1)";

static const char reset_sql[] = "INSERT OR REPLACE INTO baselines SELECT a.account, ?1, " LAST_EQUITY
                                " FROM accounts a WHERE EXISTS (SELECT 1 " OF_ACCOUNT ")"
                                " AND (?2 IS NULL OR a.venue = ?2) AND (?3 IS NULL OR a.name = ?3)";

pg_status pg_ledger_equities(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self,
                             pg_ledger_equity_fn fn, pg_error *err)
{
    sqlite3_stmt *s;
    pg_status status = prepare(&s, reader, equity_sql, 1, filter, err);
    if (status != PG_OK)
        return status;
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const pg_ledger_equity_row row = { .venue = text_at(s, 2),
                                           .account = text_at(s, 3),
                                           .initial_ns = sqlite3_column_int64(s, 4),
                                           .initial_e6 = sqlite3_column_int64(s, 5),
                                           .since_e6 = sqlite3_column_int64(s, 6),
                                           .last_ns = sqlite3_column_int64(s, 7),
                                           .last_e6 = sqlite3_column_int64(s, 8),
                                           .peak_e6 = sqlite3_column_int64(s, 9) };
        if (!fn(self, &row))
            break;
    }
    return finish(s, reader, code, err);
}

pg_status pg_ledger_reset_pnl(const char *path, const pg_ledger_filter *filter, int64_t now_ns, int *accounts,
                              pg_error *err)
{
    static const pg_ledger_filter all;
    const pg_ledger_filter *f = filter ? filter : &all;
    pg_file_info info;
    sqlite3 *db = NULL;
    pg_status status = pg_file_stat(path, &info, err);
    if (status == PG_OK) {
        catch_up(path);
        status = pg_ledger_db_open(&db, path, 0, false, err);
    }
    if (status != PG_OK)
        return status;
    sqlite3_stmt *s = NULL;
    bool good = sqlite3_prepare_v2(db, reset_sql, -1, &s, NULL) == SQLITE_OK;
    if (good) {
        sqlite3_bind_int64(s, 1, now_ns);
        sqlite3_bind_text(s, 2, f->venue, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, f->account, -1, SQLITE_STATIC);
        good = sqlite3_step(s) == SQLITE_DONE;
    }
    *accounts = good ? sqlite3_changes(db) : 0;
    if (!good)
        status = pg_ledger_db_fail(db, "the ledger cannot be written", err);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return status;
}

pg_status pg_ledger_load_seen(pg_ledger_reader *reader, const char *venue, const char *account, pg_seen *seen,
                              pg_error *err)
{
    /* The newest as many as there is room for, oldest first, and before them one row: the latest time of the rest. */
    static const char sql[] =
        "WITH mine AS (SELECT f.sequence, f.trade_id, f.exch_ns FROM fills f JOIN accounts a USING(account)"
        " WHERE a.venue = ?1 AND a.name = ?2 AND f.trade_id NOT NULL),"
        " kept AS (SELECT * FROM mine ORDER BY sequence DESC LIMIT ?3)"
        " SELECT 0 AS at, NULL, max(exch_ns) FROM mine WHERE sequence < (SELECT min(sequence) FROM kept)"
        " UNION ALL SELECT sequence, trade_id, exch_ns FROM kept ORDER BY 1";
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(reader->db, sql, -1, &s, NULL) != SQLITE_OK)
        return pg_ledger_db_fail(reader->db, "the ledger cannot be read", err);
    sqlite3_bind_text(s, 1, venue, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, account, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, (int64_t)pg_seen_capacity(seen));
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        if (sqlite3_column_type(s, 1) != SQLITE_NULL)
            pg_seen_add(seen, text_at(s, 1), sqlite3_column_int64(s, 2));
        else if (sqlite3_column_type(s, 2) != SQLITE_NULL)
            pg_seen_forget(seen, sqlite3_column_int64(s, 2));
    }
    return finish(s, reader, code, err);
}

/* ---- versions and events ---- */

pg_status pg_ledger_versions(pg_ledger_reader *reader, const pg_ledger_filter *filter, bool with_text, void *self,
                             pg_ledger_version_fn fn, pg_error *err)
{
    sqlite3_stmt *s;
    static const char sql[] =
        "SELECT coalesce(a.venue, ''), coalesce(a.name, ''), coalesce(m.symbol, ''), t.time_ns,"
        " t.sequence, t.run, t.version, t.event, t.path, v.hash, v.text FROM version_events t " OF_MARKET
        " LEFT JOIN versions v ON v.version = t.version WHERE " CHOSEN " AND t.time_ns >= ?1";
    pg_status status = prepare(&s, reader, sql, 4, filter, err);
    if (status != PG_OK)
        return status;
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const pg_ledger_version_row row = { .venue = text_at(s, 0),
                                            .account = text_at(s, 1),
                                            .market = text_at(s, 2),
                                            .time_ns = sqlite3_column_int64(s, 3),
                                            .run = (uint64_t)sqlite3_column_int64(s, 5),
                                            .version = (uint64_t)sqlite3_column_int64(s, 6),
                                            .event = text_at(s, 7),
                                            .path = text_at(s, 8),
                                            .hash = text_at(s, 9),
                                            .text = with_text ? text_at(s, 10) : "" };
        if (!fn(self, &row))
            break;
    }
    return finish(s, reader, code, err);
}

pg_status pg_ledger_events(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self, pg_ledger_event_fn fn,
                           pg_error *err)
{
    sqlite3_stmt *s;
    static const char sql[] =
        "SELECT t.time_ns, t.sequence, coalesce(a.venue, ''), coalesce(a.name, ''), coalesce(m.symbol, ''), t.run,"
        " t.kind, t.name, t.text FROM ("
        "SELECT started_ns AS time_ns, 0 AS sequence, run, -1 AS market, 'session' AS kind, mode AS name,"
        " program || ', config ' || config_hash AS text FROM sessions"
        " UNION ALL SELECT ended_ns, 0, run, -1, 'end', mode, 'ended in order' FROM sessions WHERE ended_ns NOT NULL"
        " UNION ALL SELECT time_ns, sequence, run, market, 'risk', rule, consequence || ': ' || text FROM risk_events"
        " UNION ALL SELECT time_ns, sequence, run, market, 'parameter', name, value || ' by ' || who FROM parameters"
        " UNION ALL SELECT time_ns, sequence, run, market, 'note', level, text FROM notes) t " OF_MARKET
        " WHERE " CHOSEN " AND t.time_ns >= ?1";
    pg_status status = prepare(&s, reader, sql, 1, filter, err);
    if (status != PG_OK)
        return status;
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const pg_ledger_event_row row = { .time_ns = sqlite3_column_int64(s, 0),
                                          .venue = text_at(s, 2),
                                          .account = text_at(s, 3),
                                          .market = text_at(s, 4),
                                          .run = (uint64_t)sqlite3_column_int64(s, 5),
                                          .kind = text_at(s, 6),
                                          .name = text_at(s, 7),
                                          .text = text_at(s, 8) };
        if (!fn(self, &row))
            break;
    }
    return finish(s, reader, code, err);
}

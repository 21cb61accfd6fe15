#include "trade/ledger_apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trade/ledger.h"
#include "trade/ledger_schema.h"

enum { BATCH = 4096, TEXT_MAX = PG_VERSION_TEXT_MAX + 65536 };

typedef enum {
    Q_BEGIN,
    Q_COMMIT,
    Q_NUMBER,
    Q_SESSION,
    Q_END,
    Q_ACCOUNT,
    Q_SESSION_ACCOUNT,
    Q_MARKET,
    Q_SESSION_MARKET,
    Q_FIND_MARKET,
    Q_FIND_ACCOUNT,
    Q_ORDER,
    Q_FIND_ORDER,
    Q_CHANGE_ORDER,
    Q_TRANSITION,
    Q_FILL,
    Q_POSITION,
    Q_FUNDING,
    Q_EQUITY,
    Q_BASELINE,
    Q_PARAMETER,
    Q_RISK,
    Q_VERSION,
    Q_VERSION_EVENT,
    Q_NOTE,
    QUERIES
} query;

/* Every insertion is "or ignore" by its sequence number or name: applying a record twice changes nothing. */
static const char *const sql[QUERIES] = {
    [Q_BEGIN] = "BEGIN IMMEDIATE",
    [Q_COMMIT] = "COMMIT",
    [Q_NUMBER] = "INSERT OR REPLACE INTO numbers VALUES(?1, ?2)",
    [Q_SESSION] = "INSERT OR IGNORE INTO sessions VALUES(?1, ?2, NULL, ?3, ?4, ?5)",
    [Q_END] = "UPDATE sessions SET ended_ns = ?2 WHERE run = ?1",
    [Q_ACCOUNT] = "INSERT OR IGNORE INTO accounts(venue, name) VALUES(?1, ?2)",
    [Q_SESSION_ACCOUNT] = "INSERT OR REPLACE INTO session_accounts"
                          " SELECT ?1, ?2, account FROM accounts WHERE venue = ?3 AND name = ?4",
    [Q_MARKET] = "INSERT OR IGNORE INTO markets(account, symbol, price_decimals, size_decimals, price_unit, size_unit)"
                 " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [Q_SESSION_MARKET] = "INSERT OR REPLACE INTO session_markets SELECT ?1, ?2, market FROM markets"
                         " WHERE account = ?3 AND symbol = ?4 AND price_decimals = ?5 AND size_decimals = ?6",
    [Q_FIND_MARKET] = "SELECT s.market, m.account FROM session_markets s JOIN markets m USING(market)"
                      " WHERE s.run = ?1 AND s.number = ?2",
    [Q_FIND_ACCOUNT] = "SELECT account FROM session_accounts WHERE run = ?1 AND number = ?2",
    [Q_ORDER] = "INSERT OR IGNORE INTO orders VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?8, ?9, 0, 0, ?10, '', '',"
                " ?11, ?11)",
    [Q_FIND_ORDER] = "SELECT state, price, filled, remaining, reason, unknown, order_id, words FROM orders"
                     " WHERE run = ?1 AND id = ?2",
    [Q_CHANGE_ORDER] = "UPDATE orders SET state = ?3, price = ?4, filled = ?5, remaining = ?6, reason = ?7,"
                       " unknown = ?8, order_id = coalesce(?9, order_id), words = coalesce(?10, words),"
                       " updated_ns = ?11 WHERE run = ?1 AND id = ?2",
    [Q_TRANSITION] = "INSERT OR IGNORE INTO transitions VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [Q_FILL] = "INSERT OR IGNORE INTO fills VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    [Q_POSITION] = "INSERT OR IGNORE INTO positions VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [Q_FUNDING] = "INSERT OR IGNORE INTO funding VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [Q_EQUITY] = "INSERT OR IGNORE INTO equity VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [Q_BASELINE] = "INSERT OR IGNORE INTO baselines VALUES(?1, ?2, ?3)",
    [Q_PARAMETER] = "INSERT OR IGNORE INTO parameters VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [Q_RISK] = "INSERT OR IGNORE INTO risk_events VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [Q_VERSION] = "INSERT OR IGNORE INTO versions VALUES(?1, ?2, ?3)",
    [Q_VERSION_EVENT] = "INSERT OR IGNORE INTO version_events VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [Q_NOTE] = "INSERT OR IGNORE INTO notes VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
};

typedef struct {
    int64_t market, account; /* keys in the database; 0: not looked up, -1: unknown */
} market_key;

struct ledger_applier {
    sqlite3 *db;
    sqlite3_stmt *statement[QUERIES];
    uint64_t applied; /* in the database */
    uint64_t run;     /* of the session that the records are of */
    uint64_t missing;
    market_key markets[PG_LEDGER_MARKETS]; /* of that session; forgotten when a batch fails */
    int64_t accounts[PG_LEDGER_ACCOUNTS];
    bool failed;    /* within the batch */
    pg_error error; /* the first failure of it */
    char *text;     /* of the record at hand, gathered; TEXT_MAX + 1 bytes */
    size_t text_length;
};

/* ---- statements ---- */

static sqlite3_stmt *begin(ledger_applier *a, query q)
{
    sqlite3_stmt *s = a->statement[q];
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return s;
}

/* The first failure of a batch is what its end reports; what follows it is not done. */
static void fail(ledger_applier *a)
{
    if (!a->failed)
        pg_ledger_db_fail(a->db, "the ledger cannot be written", &a->error);
    a->failed = true;
}

static void end(ledger_applier *a, sqlite3_stmt *s)
{
    if (!a->failed && sqlite3_step(s) != SQLITE_DONE)
        fail(a);
}

/* The next row of a lookup, or false. */
static bool next_row(ledger_applier *a, sqlite3_stmt *s)
{
    if (a->failed)
        return false;
    int code = sqlite3_step(s);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fail(a);
    return code == SQLITE_ROW;
}

static void put(sqlite3_stmt *s, int at, int64_t value)
{
    sqlite3_bind_int64(s, at, value);
}

static void put_text(sqlite3_stmt *s, int at, const char *text)
{
    sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

/* Ids and words of a record: not terminated when they fill their field. */
static void put_field(sqlite3_stmt *s, int at, const char *field, size_t size)
{
    sqlite3_bind_text(s, at, field, (int)strnlen(field, size), SQLITE_STATIC);
}

static void put_known_field(sqlite3_stmt *s, int at, const char *field, size_t size)
{
    if (field[0])
        put_field(s, at, field, size);
}

static void set_number(ledger_applier *a, const char *name, uint64_t value)
{
    sqlite3_stmt *s = begin(a, Q_NUMBER);
    put_text(s, 1, name);
    put(s, 2, (int64_t)value);
    end(a, s);
}

static void forget_keys(ledger_applier *a)
{
    memset(a->markets, 0, sizeof a->markets);
    memset(a->accounts, 0, sizeof a->accounts);
}

/* The keys of a market of this session; -1, -1 when it was never told (its record was torn). */
static market_key find_market(ledger_applier *a, uint16_t number)
{
    const market_key none = { -1, -1 };
    if (number >= PG_LEDGER_MARKETS)
        return none;
    market_key *key = &a->markets[number];
    if (key->market != 0)
        return *key;
    sqlite3_stmt *s = begin(a, Q_FIND_MARKET);
    put(s, 1, (int64_t)a->run);
    put(s, 2, number);
    *key = none;
    if (next_row(a, s))
        *key = (market_key){ sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1) };
    sqlite3_reset(s);
    return *key;
}

static int64_t find_account(ledger_applier *a, uint64_t number)
{
    if (number >= PG_LEDGER_ACCOUNTS)
        return -1;
    int64_t *key = &a->accounts[number];
    if (*key != 0)
        return *key;
    sqlite3_stmt *s = begin(a, Q_FIND_ACCOUNT);
    put(s, 1, (int64_t)a->run);
    put(s, 2, (int64_t)number);
    *key = next_row(a, s) ? sqlite3_column_int64(s, 0) : -1;
    sqlite3_reset(s);
    return *key;
}

/* The nth of the texts that a record holds, each ended by '\0'. */
static const char *part(const ledger_applier *a, int n)
{
    const char *text = a->text, *stop = a->text + a->text_length;
    while (n-- > 0 && text < stop)
        text += strlen(text) + 1;
    return text < stop ? text : "";
}

/* ---- one record of each kind ---- */

static void apply_session(ledger_applier *a, const pg_record *r)
{
    a->run = r->run;
    forget_keys(a);
    set_number(a, "run", r->run);
    sqlite3_stmt *s = begin(a, Q_SESSION);
    put(s, 1, (int64_t)r->run);
    put(s, 2, r->time_ns);
    for (int i = 0; i < 3; i++)
        put_text(s, 3 + i, part(a, i));
    end(a, s);
}

static void apply_account(ledger_applier *a, const pg_record *r)
{
    sqlite3_stmt *s = begin(a, Q_ACCOUNT);
    put_text(s, 1, part(a, 0));
    put_text(s, 2, part(a, 1));
    end(a, s);
    s = begin(a, Q_SESSION_ACCOUNT);
    put(s, 1, (int64_t)a->run);
    put(s, 2, r->market);
    put_text(s, 3, part(a, 0));
    put_text(s, 4, part(a, 1));
    end(a, s);
    forget_keys(a);
}

static void apply_market(ledger_applier *a, const pg_record *r)
{
    int64_t account = find_account(a, r->id);
    sqlite3_stmt *s = begin(a, Q_MARKET);
    put(s, 1, account);
    put_text(s, 2, part(a, 0));
    put(s, 3, r->price);
    put(s, 4, r->size);
    sqlite3_bind_double(s, 5, 1.0 / (double)pg_pow10((int)r->price));
    sqlite3_bind_double(s, 6, 1.0 / (double)pg_pow10((int)r->size));
    end(a, s);
    s = begin(a, Q_SESSION_MARKET);
    put(s, 1, (int64_t)a->run);
    put(s, 2, r->market);
    put(s, 3, account);
    put_text(s, 4, part(a, 0));
    put(s, 5, r->price);
    put(s, 6, r->size);
    end(a, s);
    forget_keys(a);
}

static void insert_order(ledger_applier *a, const pg_record *r, int state)
{
    sqlite3_stmt *s = begin(a, Q_ORDER);
    put(s, 1, (int64_t)r->run);
    put(s, 2, (int64_t)r->id);
    put(s, 3, find_market(a, r->market).market);
    put(s, 4, r->side);
    put(s, 5, r->tif);
    put(s, 6, r->flags);
    put(s, 7, r->price);
    put(s, 8, r->size);
    put(s, 9, state);
    put(s, 10, (int64_t)r->version);
    put(s, 11, r->time_ns);
    end(a, s);
}

typedef struct {
    pg_order order;
    int reason;
    bool known, unknown;
} stored_order;

static stored_order find_order(ledger_applier *a, const pg_record *r)
{
    stored_order found = { 0 };
    sqlite3_stmt *s = begin(a, Q_FIND_ORDER);
    put(s, 1, (int64_t)r->run);
    put(s, 2, (int64_t)r->id);
    if (next_row(a, s)) {
        found.known = true;
        found.order.state = (uint8_t)sqlite3_column_int(s, 0);
        found.order.price = sqlite3_column_int64(s, 1);
        found.order.filled = sqlite3_column_int64(s, 2);
        found.order.remaining = sqlite3_column_int64(s, 3);
        found.reason = sqlite3_column_int(s, 4);
        found.unknown = sqlite3_column_int(s, 5);
    }
    sqlite3_reset(s);
    return found;
}

static void change_order(ledger_applier *a, const pg_record *r, const stored_order *to)
{
    bool is_reply = r->kind == PG_RECORD_REPORT || r->kind == PG_RECORD_FILL;
    sqlite3_stmt *s = begin(a, Q_CHANGE_ORDER);
    put(s, 1, (int64_t)r->run);
    put(s, 2, (int64_t)r->id);
    put(s, 3, to->order.state);
    put(s, 4, to->order.price);
    put(s, 5, to->order.filled);
    put(s, 6, to->order.remaining);
    put(s, 7, to->reason);
    put(s, 8, to->unknown);
    if (is_reply) {
        put_known_field(s, 9, r->order_id, sizeof r->order_id);
        put_known_field(s, 10, r->words, sizeof r->words);
    }
    put(s, 11, r->time_ns);
    end(a, s);
}

static void insert_transition(ledger_applier *a, const pg_record *r, int state)
{
    bool is_reply = r->kind == PG_RECORD_REPORT || r->kind == PG_RECORD_FILL;
    const int64_t values[] = { (int64_t)r->sequence,
                               (int64_t)r->run,
                               (int64_t)r->id,
                               r->time_ns,
                               r->exch_ns,
                               r->kind,
                               r->detail,
                               r->reason,
                               state,
                               r->price,
                               r->size,
                               r->remaining };
    sqlite3_stmt *s = begin(a, Q_TRANSITION);
    for (int i = 0; i < 12; i++)
        put(s, i + 1, values[i]);
    if (is_reply)
        put_known_field(s, 13, r->words, sizeof r->words);
    else if (r->kind == PG_RECORD_ORDER || r->kind == PG_RECORD_REPLACE)
        put_known_field(s, 13, r->text, r->length); /* the reasons */
    end(a, s);
}

static void apply_request(ledger_applier *a, const pg_record *r)
{
    static const uint8_t states[] = { [PG_RECORD_ORDER] = PG_ORDER_PENDING_NEW,
                                      [PG_RECORD_CANCEL] = PG_ORDER_PENDING_CANCEL,
                                      [PG_RECORD_REPLACE] = PG_ORDER_PENDING_REPLACE };
    if (r->kind == PG_RECORD_ORDER)
        insert_order(a, r, PG_ORDER_PENDING_NEW);
    stored_order stored = find_order(a, r);
    if (stored.known && !pg_order_is_final(&stored.order)) {
        if (r->kind == PG_RECORD_UNKNOWN)
            stored.unknown = true;
        else
            stored.order.state = states[r->kind];
        change_order(a, r, &stored);
    }
    insert_transition(a, r, stored.order.state);
}

/* A fill of an order that is thought gone, or larger than what remains of it, is a fill all the same. */
static void take_fill(pg_order *order, const pg_record *r)
{
    pg_reply reply = { .kind = PG_REPLY_FILL, .size = r->size < order->remaining ? r->size : order->remaining };
    int64_t filled = order->filled + r->size;
    if (order->remaining > 0 && r->size > 0)
        pg_order_apply(order, &reply);
    order->filled = filled;
}

static void insert_fill(ledger_applier *a, const pg_record *r)
{
    market_key key = find_market(a, r->market);
    char fee[48];
    pg_money rest = r->amount < 0 ? -r->amount : r->amount;
    char *at = fee + sizeof fee - 1;
    *at = '\0';
    do
        *--at = (char)('0' + (int)(rest % 10));
    while ((rest /= 10) > 0);
    if (r->amount < 0)
        *--at = '-';
    const int64_t values[] = { (int64_t)r->sequence, key.account, key.market, (int64_t)r->run, (int64_t)r->id,
                               r->time_ns,           r->exch_ns,  r->side,    r->price,        r->size };
    sqlite3_stmt *s = begin(a, Q_FILL);
    for (int i = 0; i < 10; i++)
        put(s, i + 1, values[i]);
    put_text(s, 11, at);
    put(s, 12, (r->flags & PG_RECORD_MAKER) != 0);
    put_field(s, 13, r->order_id, sizeof r->order_id);
    put_known_field(s, 14, r->trade_id, sizeof r->trade_id); /* no id: NULL, which is never a duplicate */
    end(a, s);
}

static void apply_reply(ledger_applier *a, const pg_record *r)
{
    if (r->kind == PG_RECORD_FILL) {
        insert_fill(a, r);
        if (!a->failed && sqlite3_changes(a->db) == 0)
            return; /* told before */
    }
    stored_order stored = find_order(a, r);
    if (stored.known) {
        if (r->kind == PG_RECORD_FILL)
            take_fill(&stored.order, r);
        else
            pg_order_apply(&stored.order,
                           &(pg_reply){ .kind = r->detail, .price = r->price, .remaining = r->remaining });
        if (r->reason != PG_REASON_NONE)
            stored.reason = r->reason;
        stored.unknown = false;
        change_order(a, r, &stored);
    }
    insert_transition(a, r, stored.order.state);
}

static void apply_position(ledger_applier *a, const pg_record *r)
{
    const int64_t values[] = {
        (int64_t)r->sequence, find_market(a, r->market).market, (int64_t)a->run, r->time_ns, r->size, r->price
    };
    sqlite3_stmt *s = begin(a, Q_POSITION);
    for (int i = 0; i < 6; i++)
        put(s, i + 1, values[i]);
    end(a, s);
}

static void apply_funding(ledger_applier *a, const pg_record *r)
{
    market_key key = find_market(a, r->market);
    const int64_t values[] = { (int64_t)r->sequence, key.account, key.market, (int64_t)a->run,
                               r->time_ns,           r->exch_ns,  r->size,    r->price };
    sqlite3_stmt *s = begin(a, Q_FUNDING);
    for (int i = 0; i < 8; i++)
        put(s, i + 1, values[i]);
    end(a, s);
}

static void apply_equity(ledger_applier *a, const pg_record *r)
{
    int64_t account = find_account(a, r->market);
    const int64_t values[] = { (int64_t)r->sequence, account, (int64_t)a->run, r->time_ns, r->price, r->size };
    sqlite3_stmt *s = begin(a, Q_EQUITY);
    for (int i = 0; i < 6; i++)
        put(s, i + 1, values[i]);
    end(a, s);
    s = begin(a, Q_BASELINE);
    put(s, 1, account);
    put(s, 2, r->time_ns);
    put(s, 3, r->price);
    end(a, s);
}

/* What has a text and belongs to a time, a session and perhaps a market: sequence, run, market, time, ... */
static sqlite3_stmt *begin_event(ledger_applier *a, query q, const pg_record *r)
{
    int64_t market = find_market(a, r->market).market;
    sqlite3_stmt *s = begin(a, q);
    put(s, 1, (int64_t)r->sequence);
    put(s, 2, (int64_t)a->run);
    put(s, 3, market);
    put(s, 4, r->time_ns);
    return s;
}

static void apply_version(ledger_applier *a, const pg_record *r)
{
    static const char *const names[PG_VERSION_EVENTS] = { "", "loaded", "shadow", "live", "refused", "rolled back" };
    sqlite3_stmt *s;
    bool whole = a->text_length == (size_t)r->remaining;
    if (part(a, 1)[0] && whole) {
        s = begin(a, Q_VERSION);
        put(s, 1, (int64_t)r->version);
        put_text(s, 2, part(a, 1));
        const char *text = part(a, 2), *stop = a->text + a->text_length - 1; /* it may hold '\0' itself */
        sqlite3_bind_text(s, 3, text < stop ? text : "", text < stop ? (int)(stop - text) : 0, SQLITE_STATIC);
        end(a, s);
    }
    s = begin_event(a, Q_VERSION_EVENT, r);
    put(s, 5, (int64_t)r->version);
    put_text(s, 6, r->detail < PG_VERSION_EVENTS ? names[r->detail] : "");
    put_text(s, 7, part(a, 0));
    end(a, s);
}

static void apply_words(ledger_applier *a, const pg_record *r)
{
    sqlite3_stmt *s = begin_event(a, r->kind == PG_RECORD_RISK ? Q_RISK : Q_PARAMETER, r);
    for (int i = 0; i < 3; i++)
        put_text(s, 5 + i, part(a, i));
    end(a, s);
}

static void apply_note(ledger_applier *a, const pg_record *r)
{
    sqlite3_stmt *s = begin_event(a, Q_NOTE, r);
    put_text(s, 5, pg_log_level_name((pg_log_level)r->detail));
    put_text(s, 6, part(a, 0));
    end(a, s);
}

static void apply_end(ledger_applier *a, const pg_record *r)
{
    sqlite3_stmt *s = begin(a, Q_END);
    put(s, 1, (int64_t)a->run);
    put(s, 2, r->time_ns);
    end(a, s);
}

static void apply(ledger_applier *a, const pg_record *r)
{
    switch (r->kind) {
    case PG_RECORD_SESSION: apply_session(a, r); break;
    case PG_RECORD_ACCOUNT: apply_account(a, r); break;
    case PG_RECORD_MARKET: apply_market(a, r); break;
    case PG_RECORD_ORDER:
    case PG_RECORD_CANCEL:
    case PG_RECORD_REPLACE:
    case PG_RECORD_UNKNOWN: apply_request(a, r); break;
    case PG_RECORD_REPORT:
    case PG_RECORD_FILL: apply_reply(a, r); break;
    case PG_RECORD_POSITION: apply_position(a, r); break;
    case PG_RECORD_FUNDING: apply_funding(a, r); break;
    case PG_RECORD_EQUITY: apply_equity(a, r); break;
    case PG_RECORD_PARAMETER:
    case PG_RECORD_RISK: apply_words(a, r); break;
    case PG_RECORD_VERSION: apply_version(a, r); break;
    case PG_RECORD_NOTE: apply_note(a, r); break;
    case PG_RECORD_END: apply_end(a, r); break;
    default: break; /* CUT; TEXT without a head, which was torn */
    }
}

/* ---- batches ---- */

static bool has_text(const pg_record *r)
{
    switch (r->kind) {
    case PG_RECORD_SESSION:
    case PG_RECORD_ACCOUNT:
    case PG_RECORD_MARKET:
    case PG_RECORD_PARAMETER:
    case PG_RECORD_RISK:
    case PG_RECORD_VERSION:
    case PG_RECORD_NOTE: return true;
    default: return false;
    }
}

static void add_text(ledger_applier *a, const pg_record *r)
{
    size_t length = r->length <= PG_RECORD_TEXT_SIZE ? r->length : PG_RECORD_TEXT_SIZE;
    if (a->text_length + length > TEXT_MAX)
        length = TEXT_MAX - a->text_length;
    memcpy(a->text + a->text_length, r->text, length);
    a->text_length += length;
    a->text[a->text_length] = '\0';
}

/* Gathers the text of the record *r, whose number is `at`, up to the record `last`. Returns the number of its last
 * record; 0 when the rest has not been appended yet. A text that another record interrupts was cut off when its writer
 * died: it counts as it is. */
static uint64_t gather(ledger_applier *a, const pg_journal *journal, const pg_record *r, uint64_t at, uint64_t last)
{
    pg_record more;
    size_t whole = (size_t)r->remaining;
    a->text_length = 0;
    a->text[0] = '\0';
    add_text(a, r);
    while (a->text_length < whole && a->text_length < TEXT_MAX) {
        if (at == last)
            return 0;
        if (!pg_journal_read(journal, at + 1, &more) || more.kind != PG_RECORD_TEXT)
            return at;
        add_text(a, &more);
        at++;
    }
    return at;
}

static uint64_t apply_batch(ledger_applier *a, const pg_journal *journal)
{
    uint64_t last = pg_journal_last(journal), at = a->applied;
    uint64_t most = a->applied + BATCH;
    while (at < last && at < most && !a->failed) {
        pg_record r;
        uint64_t end_at = at + 1;
        if (!pg_journal_read(journal, at + 1, &r)) {
            a->missing++;
            at++;
            continue;
        }
        if (has_text(&r) && (end_at = gather(a, journal, &r, at + 1, last)) == 0)
            break;
        apply(a, &r);
        at = end_at;
    }
    return at;
}

static pg_status roll_back(ledger_applier *a, pg_error *err)
{
    for (int q = 0; q < QUERIES; q++)
        sqlite3_reset(a->statement[q]);
    if (!sqlite3_get_autocommit(a->db))
        sqlite3_exec(a->db, "ROLLBACK", NULL, NULL, NULL);
    forget_keys(a);
    if (err)
        *err = a->error;
    return a->error.status;
}

pg_status ledger_applier_step(ledger_applier *a, pg_journal *journal, pg_error *err)
{
    uint64_t run = a->run, missing = a->missing;
    if (pg_journal_last(journal) == a->applied)
        return PG_OK;
    a->failed = false;
    end(a, begin(a, Q_BEGIN));
    uint64_t at = a->failed ? a->applied : apply_batch(a, journal);
    if (!a->failed)
        set_number(a, "applied", at);
    if (!a->failed)
        end(a, begin(a, Q_COMMIT));
    if (a->failed) {
        a->run = run;
        a->missing = missing;
        return roll_back(a, err);
    }
    a->applied = at;
    pg_journal_release(journal, at);
    return PG_OK;
}

void ledger_applier_start(ledger_applier *a, uint64_t first)
{
    if (first <= a->applied + 1)
        return;
    if (a->applied > 0)
        a->missing += first - 1 - a->applied;
    a->applied = first - 1;
}

/* ---- life ---- */

pg_status ledger_applier_new(ledger_applier **applier, sqlite3 *db, pg_error *err)
{
    ledger_applier *a = calloc(1, sizeof *a);
    char *text = malloc(TEXT_MAX + 1);
    if (!a || !text) {
        free(a);
        free(text);
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    a->text = text;
    a->db = db;
    pg_status status = PG_OK;
    for (int q = 0; q < QUERIES && status == PG_OK; q++)
        if (sqlite3_prepare_v3(db, sql[q], -1, SQLITE_PREPARE_PERSISTENT, &a->statement[q], NULL) != SQLITE_OK)
            status = pg_ledger_db_fail(db, "the ledger cannot be used", err);
    int64_t applied = 0, run = 0;
    if (status == PG_OK)
        status = pg_ledger_db_number(db, "applied", &applied, err);
    if (status == PG_OK)
        status = pg_ledger_db_number(db, "run", &run, err);
    if (status != PG_OK) {
        ledger_applier_free(a);
        return status;
    }
    a->applied = (uint64_t)applied;
    a->run = (uint64_t)run;
    *applier = a;
    return PG_OK;
}

void ledger_applier_free(ledger_applier *a)
{
    if (!a)
        return;
    for (int q = 0; q < QUERIES; q++)
        sqlite3_finalize(a->statement[q]);
    free(a->text);
    free(a);
}

uint64_t ledger_applier_applied(const ledger_applier *a)
{
    return a->applied;
}

uint64_t ledger_applier_missing(const ledger_applier *a)
{
    return a->missing;
}

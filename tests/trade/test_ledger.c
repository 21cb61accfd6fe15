/* The ledger: what was told is in the database, once, whatever happens between journal and SQLite. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/scratch.h"
#include "support/market.h"
#include "trade/ledger.h"
#include "trade/ledger_query.h"

static const int64_t second = 1000000000, start_ns = 1762905600000000000;

static char path[256];

static int setup(void **state)
{
    int failed = scratch_make(state);
    snprintf(path, sizeof path, "%s", scratch_path("test.db"));
    return failed;
}

static pg_ledger *open_ledger(uint64_t capacity)
{
    pg_ledger *ledger = NULL;
    pg_error err = { 0 };
    if (pg_ledger_open(&ledger, &(pg_ledger_config){ .path = path, .journal_capacity = capacity }, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    return ledger;
}

static void begin_run(pg_ledger *ledger, uint64_t run)
{
    pg_instrument eth;
    pg_error err = { 0 };
    pg_instrument_init(&eth, "hl", "ETH", 1, 4, 1, 1, 0, NULL);
    const pg_ledger_run info = { run, "paper", "9c1d", "perigee 0.1" };
    assert_int_equal(pg_ledger_session(ledger, &info, start_ns, &err), PG_OK);
    assert_int_equal(pg_ledger_account(ledger, 0, "hl", "0xabc", start_ns, &err), PG_OK);
    assert_int_equal(pg_ledger_market(ledger, 0, 0, &eth, start_ns, &err), PG_OK);
}

static void close_ledger(pg_ledger *ledger)
{
    pg_error err = { 0 };
    if (pg_ledger_close(ledger, &err) != PG_OK)
        fail_msg("%s", err.what);
}

static pg_ledger_reader *open_reader(void)
{
    pg_ledger_reader *reader = NULL;
    pg_error err = { 0 };
    if (pg_ledger_reader_open(&reader, path, &err) != PG_OK)
        fail_msg("%s", err.what);
    return reader;
}

static void send_order(pg_ledger *ledger, uint64_t id, int kind, int64_t price, int64_t size)
{
    const pg_request request = { .id = id, .kind = (uint8_t)kind, .side = PG_BUY, .price = price, .size = size };
    assert_int_equal(
        pg_ledger_request(ledger, 0, &request, 0x1234, PG_LEDGER_QUOTED, "fair=100 skew=-0.5", start_ns + second),
        PG_OK);
}

static void hear(pg_ledger *ledger, uint64_t run, uint64_t id, int kind, int64_t size, int64_t remaining,
                 const char *trade_id)
{
    const pg_reply reply = { .id = id,
                             .kind = (uint8_t)kind,
                             .side = PG_BUY,
                             .price = 30000,
                             .size = size,
                             .remaining = remaining,
                             .fee = 123456,
                             .maker = true,
                             .exch_ns = start_ns + 2 * second };
    const pg_ledger_names names = { "oid-7", trade_id, kind == PG_REPLY_REJECTED ? "would cross" : NULL };
    assert_int_equal(pg_ledger_reply(ledger, 0, run, &reply, &names, start_ns + 3 * second), PG_OK);
}

/* ---- what is read ---- */

static bool take_order(void *self, const pg_ledger_order_row *row)
{
    pg_ledger_order_row *rows = self;
    rows[row->id] = *row;
    return true;
}

static bool count_fill(void *self, const pg_ledger_fill_row *row)
{
    int64_t *total = self;
    total[0]++;
    total[1] += row->size;
    total[2] += (int64_t)row->fee;
    return true;
}

static void count_fills(int64_t total[3])
{
    pg_ledger_reader *reader = open_reader();
    memset(total, 0, 3 * sizeof *total);
    assert_int_equal(pg_ledger_fills(reader, NULL, total, count_fill, NULL), PG_OK);
    pg_ledger_reader_close(reader);
}

static int64_t ask(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return value;
}

static void test_orders(void **state)
{
    (void)state;
    pg_ledger *ledger = open_ledger(0);
    begin_run(ledger, 77);
    for (uint64_t id = 1; id <= 8; id++)
        send_order(ledger, id, PG_REQUEST_NEW, 30000, 100);
    hear(ledger, 77, 2, PG_REPLY_ACCEPTED, 0, 100, NULL);
    hear(ledger, 77, 3, PG_REPLY_FILL, 40, 60, "t1"); /* a fill before its acknowledgement */
    hear(ledger, 77, 3, PG_REPLY_ACCEPTED, 0, 60, NULL);
    hear(ledger, 77, 4, PG_REPLY_FILL, 100, 0, "t2");
    hear(ledger, 77, 5, PG_REPLY_REJECTED, 0, 0, NULL);
    hear(ledger, 77, 6, PG_REPLY_ACCEPTED, 0, 100, NULL);
    send_order(ledger, 6, PG_REQUEST_CANCEL, 0, 0);
    hear(ledger, 77, 6, PG_REPLY_CANCELLED, 0, 0, NULL);
    hear(ledger, 77, 6, PG_REPLY_FILL, 30, 0, "t3"); /* late */
    hear(ledger, 77, 7, PG_REPLY_ACCEPTED, 0, 100, NULL);
    send_order(ledger, 7, PG_REQUEST_REPLACE, 29990, 70);
    hear(ledger, 77, 7, PG_REPLY_REPLACED, 0, 70, NULL);
    assert_int_equal(pg_ledger_unknown(ledger, 0, 8, start_ns), PG_OK);
    close_ledger(ledger);

    pg_ledger_order_row rows[9] = { 0 };
    pg_ledger_reader *reader = open_reader();
    assert_int_equal(pg_ledger_orders(reader, NULL, rows, take_order, NULL), PG_OK);
    static const int states[] = { 0, 1, 2, 2, 5, 7, 6, 2, 1 };
    static const int64_t filled[] = { 0, 0, 0, 40, 100, 0, 30, 0, 0 };
    static const int64_t remaining[] = { 0, 100, 100, 60, 0, 100, 100, 70, 100 };
    for (int id = 1; id <= 8; id++) {
        assert_int_equal(rows[id].run, 77);
        assert_int_equal(rows[id].state, states[id]);
        assert_int_equal(rows[id].filled, filled[id]);
        assert_int_equal(rows[id].remaining, remaining[id]);
        assert_int_equal(rows[id].unknown, id == 8);
        assert_int_equal(rows[id].version, 0x1234);
        assert_int_equal(rows[id].place.size_decimals, 4);
    }
    pg_ledger_order_row open[9] = { 0 };
    const pg_ledger_filter filter = { .open_only = true, .market = "ETH", .venue = "hl", .account = "0xabc" };
    assert_int_equal(pg_ledger_orders(reader, &filter, open, take_order, NULL), PG_OK);
    for (int id = 1; id <= 8; id++)
        assert_int_equal(open[id].id != 0, states[id] < 5);
    pg_ledger_reader_close(reader);
    assert_int_equal(ask("SELECT count(*) FROM transitions"), 21);
    assert_int_equal(ask("SELECT count(*) FROM orders WHERE words = 'would cross' AND id = 5"), 1);
    assert_int_equal(ask("SELECT count(*) FROM orders WHERE order_id = 'oid-7' AND id IN (2,3,4,5,6,7)"), 6);
    assert_int_equal(ask("SELECT round(sum(fee) * 100000) FROM readable_fills"), 3 * 123456);
}

/* The same trade told twice, by other orders, in other sessions: once. Another account's trade of that id is another. */
static void test_duplicates(void **state)
{
    (void)state;
    int64_t total[3];
    for (uint64_t run = 1; run <= 3; run++) {
        pg_ledger *ledger = open_ledger(0);
        begin_run(ledger, run);
        pg_error err = { 0 };
        bool has = false;
        for (int i = 0; i < 3; i++) {
            send_order(ledger, (uint64_t)i + 1, PG_REQUEST_NEW, 30000, 100);
            char id[16];
            snprintf(id, sizeof id, "t%d", i);
            for (int flush = 0; flush < 2; flush++) {
                assert_int_equal(pg_ledger_has_fill(ledger, &has, 0, id, &err), PG_OK);
                assert_int_equal(has, run > 1 || flush);
                hear(ledger, run, (uint64_t)i + 1, PG_REPLY_FILL, 10, 90, id);
                assert_int_equal(pg_ledger_has_fill(ledger, &has, 0, id, &err), PG_OK);
                assert_true(has); /* in the journal or in the database */
            }
        }
        assert_int_equal(pg_ledger_flush(ledger, 5000, &err), PG_OK);
        assert_int_equal(pg_ledger_has_fill(ledger, &has, 0, "t2", &err), PG_OK);
        assert_true(has);
        assert_int_equal(pg_ledger_has_fill(ledger, &has, 0, "t3", &err), PG_OK);
        assert_false(has);
        assert_int_equal(pg_ledger_has_fill(ledger, &has, 5, "t3", &err), PG_ERR_INVALID);
        close_ledger(ledger);
        count_fills(total);
        assert_int_equal(total[0], 3);
        assert_int_equal(total[1], 30);
    }
    pg_ledger *ledger = open_ledger(0);
    const pg_ledger_run info = { 9, "paper", "", "" };
    pg_instrument eth = market_instrument();
    pg_ledger_session(ledger, &info, start_ns, NULL);
    pg_ledger_account(ledger, 0, "hl", "0xdef", start_ns, NULL);
    pg_ledger_market(ledger, 0, 0, &eth, start_ns, NULL);
    hear(ledger, 9, 1, PG_REPLY_FILL, 10, 0, "t1");
    hear(ledger, 0, 0, PG_REPLY_FILL, 10, 0, NULL); /* no id, no order of ours: recorded as it is */
    hear(ledger, 0, 0, PG_REPLY_FILL, 10, 0, NULL);
    close_ledger(ledger);
    count_fills(total);
    assert_int_equal(total[0], 6);
    assert_int_equal(ask("SELECT count(*) FROM orders WHERE filled = 10"), 3);
}

/* ---- crashes ---- */

/* A child trades and is killed at a random moment; told[] says in shared memory what it had told the ledger. */
typedef struct {
    _Atomic uint64_t orders, fills;
} told;

static void trade_until_killed(told *t, uint64_t run, uint64_t first_fill)
{
    pg_ledger *ledger = NULL;
    const pg_ledger_config config = { .path = path, .journal_capacity = 512 };
    if (pg_ledger_open(&ledger, &config, NULL) != PG_OK)
        _exit(1);
    begin_run(ledger, run);
    uint64_t fill = first_fill;
    for (uint64_t id = 1;; id++) {
        const pg_request request = { .id = id, .kind = PG_REQUEST_NEW, .side = PG_BUY, .price = 1, .size = 5 };
        if (pg_ledger_request(ledger, 0, &request, 1, 0, NULL, start_ns) != PG_OK) {
            id--; /* the reserve is for the others; the writer makes room */
            continue;
        }
        t->orders++;
        char trade_id[24];
        snprintf(trade_id, sizeof trade_id, "x%llu", (unsigned long long)fill);
        const pg_reply reply = { .id = id, .kind = PG_REPLY_FILL, .side = PG_BUY, .price = 1, .size = 5, .fee = 2 };
        const pg_ledger_names names = { .trade_id = trade_id };
        while (pg_ledger_reply(ledger, 0, run, &reply, &names, start_ns) != PG_OK)
            continue;
        fill++;
        t->fills++;
    }
}

static void test_kill(void **state)
{
    (void)state;
    enum { ROUNDS = 60 };
    told *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t random = 4711, fills = 0, orders = 0;
    for (uint64_t run = 1; run <= ROUNDS; run++) {
        t->orders = t->fills = 0;
        pid_t child = fork();
        if (child == 0)
            trade_until_killed(t, run, fills);
        uint64_t until = 1 + market_random(&random) % (run % 4 == 0 ? 3000 : 100);
        while (t->fills < until && waitpid(child, NULL, WNOHANG) == 0)
            usleep((useconds_t)(market_random(&random) % 300));
        kill(child, SIGKILL);
        int how = 0;
        if (waitpid(child, &how, 0) != child || !WIFSIGNALED(how))
            fail_msg("the child of round %d ended by itself (%d)", (int)run, how);
        int64_t total[3];
        count_fills(total); /* opening a reader applies what is left */
        int64_t counted = ask("SELECT count(*) FROM orders");
        /* What it had told is there; at most the one it was just telling besides. */
        assert_true((uint64_t)counted == orders + t->orders || (uint64_t)counted == orders + t->orders + 1);
        assert_true((uint64_t)total[0] == fills + t->fills || (uint64_t)total[0] == fills + t->fills + 1);
        assert_int_equal(total[1], 5 * total[0]);
        assert_int_equal(total[2], 2 * total[0]);
        assert_int_equal(ask("SELECT count(*) FROM orders WHERE state = 5"), total[0]);
        fills = (uint64_t)total[0];
        orders = (uint64_t)counted;
    }
    assert_int_equal(ask("SELECT count(*) FROM sessions WHERE ended_ns IS NULL"), ROUNDS);
    munmap(t, sizeof *t);
}

/* The journal is put back to what it was before the database took it: applying it again changes nothing. */
static void test_applied_twice(void **state)
{
    (void)state;
    char journal[300], command[700];
    snprintf(journal, sizeof journal, "%s.ahead", path);
    pg_ledger *ledger = open_ledger(256);
    begin_run(ledger, 5);
    send_order(ledger, 1, PG_REQUEST_NEW, 30000, 100);
    hear(ledger, 5, 1, PG_REPLY_FILL, 10, 90, "t1");
    pg_ledger_note(ledger, PG_LEDGER_NO_MARKET, PG_LOG_WARN, "a note", start_ns);
    close_ledger(ledger);
    snprintf(command, sizeof command, "sqlite3 '%s' \"UPDATE numbers SET value = 0 WHERE name = 'applied'\"", path);
    if (system(command) != 0)
        skip();
    close_ledger(open_ledger(0));
    int64_t total[3];
    count_fills(total);
    assert_int_equal(total[0], 1);
    assert_int_equal(ask("SELECT count(*) FROM orders"), 1);
    assert_int_equal(ask("SELECT filled FROM orders"), 10);
    assert_int_equal(ask("SELECT count(*) FROM notes"), 1);
    assert_int_equal(ask("SELECT count(*) FROM sessions"), 1);
}

/* The database is gone or the journal is: what is left is used. Another ledger's journal is refused. */
static void test_files_lost(void **state)
{
    (void)state;
    char journal[300], other[300], other_journal[320];
    snprintf(journal, sizeof journal, "%s.ahead", path);
    snprintf(other, sizeof other, "%s", scratch_path("other.db"));
    snprintf(other_journal, sizeof other_journal, "%s.ahead", other);
    pg_ledger *ledger = open_ledger(0);
    begin_run(ledger, 5);
    hear(ledger, 5, 1, PG_REPLY_FILL, 10, 90, "t1");
    close_ledger(ledger);
    int64_t total[3];

    assert_int_equal(unlink(path), 0); /* what the journal still holds is applied to a new one */
    close_ledger(open_ledger(0));
    count_fills(total);
    assert_int_equal(total[0], 1);

    assert_int_equal(unlink(journal), 0);
    ledger = open_ledger(0); /* numbers go on behind those of the database */
    begin_run(ledger, 6);
    hear(ledger, 6, 1, PG_REPLY_FILL, 10, 90, "t2");
    close_ledger(ledger);
    count_fills(total);
    assert_int_equal(total[0], 2);

    pg_ledger *another = NULL;
    assert_int_equal(pg_ledger_open(&another, &(pg_ledger_config){ .path = other }, NULL), PG_OK);
    begin_run(another, 8);
    close_ledger(another);
    assert_int_equal(rename(other_journal, journal), 0);
    pg_error err = { 0 };
    assert_int_equal(pg_ledger_open(&another, &(pg_ledger_config){ .path = path }, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.what, "belongs to another"));

    scratch_write(path,
                  "this is no database, but text that is long enough to look like one to nobody at all........"
                  "................................................................................",
                  160);
    assert_int_equal(pg_ledger_open(&another, &(pg_ledger_config){ .path = path }, &err), PG_ERR_CORRUPT);
}

/* A database of something else is not touched. */
static void test_foreign_database(void **state)
{
    (void)state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES(1)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    pg_ledger *ledger = NULL;
    pg_error err = { 0 };
    assert_int_equal(pg_ledger_open(&ledger, &(pg_ledger_config){ .path = path }, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.what, "not a ledger"));
    assert_int_equal(ask("SELECT count(*) FROM sqlite_master"), 1);
}

static void test_two_instances(void **state)
{
    (void)state;
    pg_ledger *ledger = open_ledger(0);
    begin_run(ledger, 5);
    hear(ledger, 5, 1, PG_REPLY_FILL, 10, 90, "t1");
    pid_t child = fork();
    if (child == 0) {
        pg_ledger *another = NULL;
        pg_error err = { 0 };
        pg_status status = pg_ledger_open(&another, &(pg_ledger_config){ .path = path }, &err);
        _exit(status == PG_ERR_STATE && strstr(err.what, "another process") ? 0 : 1);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    /* A host may read its own ledger; what it writes meanwhile is written by nobody else. */
    for (int i = 0; i < 50; i++) {
        int64_t total[3];
        char id[16];
        snprintf(id, sizeof id, "x%d", i);
        hear(ledger, 5, 1, PG_REPLY_FILL, 1, 90, id);
        count_fills(total);
        assert_int_equal(pg_ledger_flush(ledger, 5000, NULL), PG_OK);
        count_fills(total);
        assert_int_equal(total[0], i + 2);
    }
    close_ledger(ledger);
}

/* Another process reads while this one writes: it always sees whole batches, and all of it in the end. */
static void test_read_while_written(void **state)
{
    (void)state;
    enum { FILLS = 20000 };
    pg_ledger *ledger = open_ledger(1024);
    begin_run(ledger, 5);
    assert_int_equal(pg_ledger_flush(ledger, 5000, NULL), PG_OK);
    pid_t child = fork();
    if (child == 0) {
        int64_t last = 0, total[3] = { 0 };
        for (int i = 0; i < 2000 && total[0] < FILLS; i++) {
            pg_ledger_reader *reader;
            memset(total, 0, sizeof total);
            if (pg_ledger_reader_open(&reader, path, NULL) != PG_OK ||
                pg_ledger_fills(reader, NULL, total, count_fill, NULL) != PG_OK || total[0] < last ||
                total[1] != 3 * total[0])
                _exit(1);
            pg_ledger_reader_close(reader);
            last = total[0];
        }
        _exit(total[0] == FILLS ? 0 : 2);
    }
    for (int i = 0; i < FILLS; i++) {
        char id[16];
        snprintf(id, sizeof id, "f%d", i);
        const pg_reply reply = { .kind = PG_REPLY_FILL, .side = PG_BUY, .price = 1, .size = 3 };
        const pg_ledger_names names = { .trade_id = id };
        while (pg_ledger_reply(ledger, 0, 5, &reply, &names, start_ns) != PG_OK)
            usleep(1000); /* the journal is full: the writer makes room */
    }
    int how;
    assert_int_equal(pg_ledger_flush(ledger, 20000, NULL), PG_OK);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    close_ledger(ledger);
}

/* The disk fills up: the health says so, orders are refused before cancels, and nothing is lost when there is room
 * again. A limit on the size of files stands for the full disk. */
static void test_disk_full(void **state)
{
    (void)state;
    struct rlimit old, small;
    pg_ledger *ledger = open_ledger(1024);
    begin_run(ledger, 5);
    assert_int_equal(pg_ledger_flush(ledger, 5000, NULL), PG_OK);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){ 300 * 1024, old.rlim_max };
    setrlimit(RLIMIT_FSIZE, &small);
    uint64_t orders = 0, cancels = 0;
    pg_ledger_health health = { 0 };
    const pg_request order = { .kind = PG_REQUEST_NEW, .side = PG_BUY, .price = 1, .size = 3 };
    for (int i = 0; i < 100000 && !health.room.full; i++) {
        pg_request request = order;
        request.id = orders + 1;
        orders += pg_ledger_request(ledger, 0, &request, 0, 0, NULL, start_ns) == PG_OK;
        if (i % 200 == 0)
            usleep(25000);
        pg_ledger_get_health(ledger, &health);
        assert_true(!health.room.full || health.low); /* low comes first */
    }
    assert_true(health.room.full);
    assert_true(health.low);
    assert_int_equal(pg_ledger_request(ledger, 0, &order, 0, 0, NULL, start_ns), PG_ERR_FULL);
    for (int i = 0; i < 50; i++)
        cancels += pg_ledger_request(ledger, 0, &(pg_request){ .id = 1, .kind = PG_REQUEST_CANCEL }, 0, 0, NULL,
                                     start_ns) == PG_OK;
    assert_int_equal(cancels, 50);
    pg_error err = { 0 };
    assert_int_equal(pg_ledger_flush(ledger, 600, &err), PG_ERR_IO);
    pg_ledger_get_health(ledger, &health);
    assert_true(health.failing);
    assert_true(health.why[0]);
    assert_int_equal(health.lost, 1);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(pg_ledger_flush(ledger, 10000, &err), PG_OK);
    pg_ledger_get_health(ledger, &health);
    assert_false(health.failing || health.low || health.room.full);
    close_ledger(ledger);
    assert_int_equal(ask("SELECT count(*) FROM orders"), orders);
    assert_int_equal(ask("SELECT count(*) FROM transitions"), orders + cancels);
}

/* ---- texts, versions, events ---- */

typedef struct {
    int count;
    char text[8][64], name[8][32];
} events;

static bool take_event(void *self, const pg_ledger_event_row *row)
{
    events *e = self;
    snprintf(e->text[e->count % 8], sizeof e->text[0], "%s", row->text);
    snprintf(e->name[e->count % 8], sizeof e->name[0], "%s %s %s", row->kind, row->name, row->market);
    e->count++;
    return true;
}

static bool take_version(void *self, const pg_ledger_version_row *row)
{
    char **text = self;
    free(*text);
    *text = strdup(row->text);
    return true;
}

static void test_texts(void **state)
{
    (void)state;
    pg_ledger *ledger = open_ledger(0);
    begin_run(ledger, 5);
    static char script[300000];
    uint64_t random = 5, version = 0, second_version = 0;
    for (size_t i = 0; i < sizeof script - 1; i++)
        script[i] = (char)('a' + market_random(&random) % 26);
    /* Every length around the edges of a record. */
    for (size_t length = 0; length<700; length += length> 320 ? 57 : 1) {
        assert_int_equal(pg_ledger_version(ledger, &version, 0, PG_VERSION_LOADED, "s.lua", script, length, start_ns),
                         PG_OK);
        if (length % 128 == 0)
            assert_int_equal(pg_ledger_flush(ledger, 5000, NULL), PG_OK);
    }
    const size_t whole = sizeof script - 1;
    uint64_t before = 0;
    for (int i = 0; i < 3; i++) { /* the text of one version once, whatever happens to it */
        pg_ledger_health health;
        assert_int_equal(pg_ledger_flush(ledger, 5000, NULL), PG_OK);
        assert_int_equal(
            pg_ledger_version(ledger, &second_version, 0, PG_VERSION_LIVE, "s.lua", script, whole, start_ns + second),
            PG_OK);
        pg_ledger_get_health(ledger, &health);
        before += health.waiting;
    }
    assert_true(before < whole / 150 + 50);
    assert_int_not_equal(version, second_version);
    static char large[PG_VERSION_TEXT_MAX + 1];
    assert_int_equal(pg_ledger_version(ledger, &version, 0, PG_VERSION_LIVE, "s.lua", large, sizeof large, start_ns),
                     PG_ERR_RANGE);
    pg_ledger_parameter(ledger, 0, "gamma", "0.8", "console", start_ns + 2 * second);
    pg_ledger_risk(ledger, 0, "max_drawdown", "shutdown", "5.1% of 1,000", start_ns + 3 * second);
    pg_ledger_note(ledger, PG_LEDGER_NO_MARKET, PG_LOG_INFO, "hello", start_ns + 4 * second);
    pg_ledger_end(ledger, start_ns + 5 * second);
    close_ledger(ledger);

    assert_int_equal(ask("SELECT count(*) FROM versions"), 321 + 7 + 1);
    assert_int_equal(ask("SELECT count(*) FROM versions WHERE length(hash) != 64"), 0);
    assert_int_equal(ask("SELECT sum(length(text)) FROM versions WHERE length(text) <= 320"), 320 * 321 / 2);
    char *text = NULL;
    pg_ledger_reader *reader = open_reader();
    const pg_ledger_filter newest = { .newest = 1 };
    assert_int_equal(pg_ledger_versions(reader, &newest, true, &text, take_version, NULL), PG_OK);
    assert_string_equal(text, script);
    free(text);
    events e = { 0 };
    assert_int_equal(pg_ledger_events(reader, NULL, &e, take_event, NULL), PG_OK);
    assert_int_equal(e.count, 5);
    static const char *const names[] = { "session paper ", "parameter gamma ETH", "risk max_drawdown ETH", "note info ",
                                         "end paper " };
    for (int i = 0; i < 5; i++)
        assert_string_equal(e.name[i], names[i]);
    assert_string_equal(e.text[2], "shutdown: 5.1% of 1,000");
    e.count = 0;
    const pg_ledger_filter since = { .since_ns = start_ns + 3 * second, .market = "ETH" };
    assert_int_equal(pg_ledger_events(reader, &since, &e, take_event, NULL), PG_OK);
    assert_int_equal(e.count, 1);
    pg_ledger_reader_close(reader);
}

/* A script's text whose writer died in the middle of it does not stop what follows, nor is half of it kept. */
static void test_cut_text(void **state)
{
    (void)state;
    char journal_path[300];
    snprintf(journal_path, sizeof journal_path, "%s.ahead", path);
    pg_ledger *ledger = open_ledger(0);
    begin_run(ledger, 5);
    close_ledger(ledger);
    pg_journal *journal;
    pg_journal_found found;
    assert_int_equal(pg_journal_open(&journal, journal_path, 256, &found, NULL), PG_OK);
    pg_record head = { .kind = PG_RECORD_VERSION, .remaining = 1000, .length = PG_RECORD_TEXT_SIZE, .version = 3 };
    memcpy(head.text, "a.lua\0hash\0text", 15);
    assert_int_equal(pg_journal_append(journal, &head), PG_OK);
    pg_journal_close(journal);
    for (uint64_t run = 6; run < 8; run++) {
        ledger = open_ledger(0);
        begin_run(ledger, run);
        hear(ledger, run, 1, PG_REPLY_FILL, 10, 90, run == 6 ? "a" : "b");
        close_ledger(ledger);
    }
    assert_int_equal(ask("SELECT count(*) FROM fills"), 2);
    assert_int_equal(ask("SELECT count(*) FROM versions"), 0);
    assert_int_equal(ask("SELECT count(*) FROM sessions"), 3);
}

/* ---- positions, equity ---- */

static bool take_position(void *self, const pg_ledger_position_row *row)
{
    *(pg_ledger_position_row *)self = *row;
    return true;
}

static bool take_equity(void *self, const pg_ledger_equity_row *row)
{
    *(pg_ledger_equity_row *)self = *row;
    return true;
}

static pg_ledger_equity_row equity_since(int64_t since_ns)
{
    pg_ledger_equity_row row = { 0 };
    pg_ledger_reader *reader = open_reader();
    const pg_ledger_filter filter = { .since_ns = since_ns };
    assert_int_equal(pg_ledger_equities(reader, &filter, &row, take_equity, NULL), PG_OK);
    pg_ledger_reader_close(reader);
    return row;
}

static void test_equity(void **state)
{
    (void)state;
    static const int64_t equity[2][3] = { { 1000, 1200, 1100 }, { 1150, 900, 950 } };
    for (int run = 0; run < 2; run++) {
        pg_ledger *ledger = open_ledger(0);
        begin_run(ledger, (uint64_t)run + 1);
        for (int i = 0; i < 3; i++) {
            int64_t at = start_ns + (3 * run + i) * second;
            assert_int_equal(pg_ledger_equity(ledger, 0, equity[run][i] * 1000000, 5, at), PG_OK);
            assert_int_equal(pg_ledger_position(ledger, 0, -10 * run + i, 30000 + i, at), PG_OK);
        }
        close_ledger(ledger);
    }
    pg_ledger_equity_row row = equity_since(0);
    assert_int_equal(row.initial_e6, 1000 * 1000000);
    assert_int_equal(row.initial_ns, start_ns);
    assert_int_equal(row.last_e6, 950 * 1000000);
    assert_int_equal(row.peak_e6, 1200 * 1000000);
    row = equity_since(start_ns + 2 * second + 5);
    assert_int_equal(row.since_e6, 1100 * 1000000); /* the last before */
    pg_ledger_position_row position = { 0 };
    pg_ledger_reader *reader = open_reader();
    assert_int_equal(pg_ledger_positions(reader, NULL, &position, take_position, NULL), PG_OK);
    assert_int_equal(position.quantity, -8);
    assert_int_equal(position.price, 30002);
    assert_int_equal(position.run, 2);
    pg_ledger_reader_close(reader);

    int accounts = 0;
    pg_error err = { 0 };
    const pg_ledger_filter other = { .venue = "lighter" };
    assert_int_equal(pg_ledger_reset_pnl(path, &other, start_ns + 9 * second, &accounts, &err), PG_OK);
    assert_int_equal(accounts, 0);
    assert_int_equal(pg_ledger_reset_pnl(path, NULL, start_ns + 9 * second, &accounts, &err), PG_OK);
    assert_int_equal(accounts, 1);
    row = equity_since(0);
    assert_int_equal(row.initial_e6, 950 * 1000000);
    assert_int_equal(row.initial_ns, start_ns + 9 * second);
}

/* ---- what was heard already ---- */

/* Against a list of everything: never a fill twice, never one missed, whatever was forgotten. */
static void test_seen(void **state)
{
    (void)state;
    enum { ALL = 20000 };
    pg_seen *seen;
    pg_error err = { 0 };
    assert_int_equal(pg_seen_new(&seen, 4, &err), PG_ERR_RANGE);
    assert_int_equal(pg_seen_new(&seen, 500, &err), PG_OK);
    static bool known[ALL];
    memset(known, 0, sizeof known);
    uint64_t random = 99, old = 0, duplicates = 0;
    int next = 0;
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = market_random(&random);
        int reach = bits % 50 == 0 ? 5000 : 400;
        int which = bits % 3 && next < ALL ? next++ : next - 1 - (int)((bits >> 8) % (uint64_t)reach);
        if (which < 0)
            continue;
        char id[32];
        snprintf(id, sizeof id, "%d-%d", which, which * 31);
        int64_t time = which % 97 == 0 ? 0 : 1000 + which / 3; /* several at one time, some without */
        pg_seen_answer answer = pg_seen_check(seen, id, time);
        if (answer == PG_SEEN_OLD) {
            old++;
            if (!known[which])
                pg_seen_add(seen, id, time);
        } else {
            assert_int_equal(answer == PG_SEEN_DUPLICATE, known[which]);
            duplicates += answer == PG_SEEN_DUPLICATE;
        }
        known[which] = true;
    }
    assert_true(duplicates > 1000);
    assert_true(old > 100);
    pg_seen_free(seen);
}

static void test_load_seen(void **state)
{
    (void)state;
    pg_ledger *ledger = open_ledger(0);
    begin_run(ledger, 5);
    for (int i = 0; i < 40; i++) {
        char id[16];
        snprintf(id, sizeof id, "t%d", i);
        const pg_reply reply = {
            .kind = PG_REPLY_FILL, .side = PG_BUY, .price = 1, .size = 3, .exch_ns = start_ns + i * second
        };
        const pg_ledger_names names = { .trade_id = id };
        assert_int_equal(pg_ledger_reply(ledger, 0, 5, &reply, &names, start_ns), PG_OK);
    }
    close_ledger(ledger);
    pg_ledger_reader *reader = open_reader();
    pg_seen *seen;
    assert_int_equal(pg_seen_new(&seen, 16, NULL), PG_OK);
    assert_int_equal(pg_ledger_load_seen(reader, "hl", "0xabc", seen, NULL), PG_OK);
    assert_int_equal(pg_seen_check(seen, "t39", start_ns + 39 * second), PG_SEEN_DUPLICATE);
    assert_int_equal(pg_seen_check(seen, "t24", start_ns + 24 * second), PG_SEEN_DUPLICATE);
    assert_int_equal(pg_seen_check(seen, "t23", start_ns + 23 * second), PG_SEEN_OLD);
    assert_int_equal(pg_seen_check(seen, "new", start_ns + 24 * second), PG_SEEN_NEW);
    pg_seen_free(seen);
    assert_int_equal(pg_seen_new(&seen, 64, NULL), PG_OK);
    assert_int_equal(pg_ledger_load_seen(reader, "hl", "0xabc", seen, NULL), PG_OK);
    assert_int_equal(pg_seen_check(seen, "t0", start_ns), PG_SEEN_DUPLICATE);
    assert_int_equal(pg_seen_check(seen, "other", start_ns), PG_SEEN_NEW); /* nothing was forgotten */
    pg_seen_free(seen);
    pg_ledger_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_orders, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_duplicates, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_kill, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_applied_twice, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_files_lost, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_foreign_database, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_two_instances, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_read_while_written, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_disk_full, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_texts, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_cut_text, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_equity, setup, scratch_remove),
        cmocka_unit_test(test_seen),
        cmocka_unit_test_setup_teardown(test_load_seen, setup, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Funding in the ledger: once, however often a venue tells it, and in ledgers that are older than it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "data/scratch.h"
#include "trade/ledger.h"
#include "trade/ledger_query.h"

enum { ROWS = 16 };

static const int64_t hour_ns = 3600000000000, start_ns = 1762905600000000000;

static char path[256];

static int setup(void **state)
{
    int failed = scratch_make(state);
    snprintf(path, sizeof path, "%s", scratch_path("test.db"));
    return failed;
}

static pg_ledger *begin_run(uint64_t run)
{
    static const char *const symbols[] = { "ETH", "BTC" };
    pg_ledger *ledger = NULL;
    pg_error err = { 0 };
    if (pg_ledger_open(&ledger, &(pg_ledger_config){ .path = path }, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    const pg_ledger_run info = { run, "live", "9c1d", "perigee 0.1" };
    assert_int_equal(pg_ledger_session(ledger, &info, start_ns, NULL), PG_OK);
    assert_int_equal(pg_ledger_account(ledger, 0, "hl", "0xabc", start_ns, NULL), PG_OK);
    for (int i = 0; i < 2; i++) {
        pg_instrument in;
        pg_instrument_init(&in, "hl", symbols[i], 1, 4, 1, 1, 0, NULL);
        assert_int_equal(pg_ledger_market(ledger, i, 0, &in, start_ns, NULL), PG_OK);
    }
    return ledger;
}

typedef struct {
    int count;
    pg_ledger_funding_row row[ROWS];
    char market[ROWS][PG_SYMBOL_SIZE];
} list;

static bool take(void *self, const pg_ledger_funding_row *row)
{
    list *l = self;
    assert_true(l->count < ROWS);
    snprintf(l->market[l->count], sizeof l->market[0], "%s", row->place.market);
    l->row[l->count++] = *row;
    return true;
}

static list read_rows(const pg_ledger_filter *filter)
{
    list l = { 0 };
    pg_ledger_reader *reader = NULL;
    pg_error err = { 0 };
    if (pg_ledger_reader_open(&reader, path, &err) != PG_OK)
        fail_msg("%s", err.what);
    assert_int_equal(pg_ledger_fundings(reader, filter, &l, take, NULL), PG_OK);
    pg_ledger_reader_close(reader);
    return l;
}

static void test_told_twice(void **state)
{
    (void)state;
    pg_ledger *ledger = begin_run(1);
    for (int again = 0; again < 2; again++) {
        pg_ledger_funding(ledger, 0, -238633, 12500000, start_ns + hour_ns, start_ns + 2 * hour_ns);
        pg_ledger_funding(ledger, 1, 1000000, -12500000, start_ns + hour_ns, start_ns + 2 * hour_ns);
    }
    assert_int_equal(pg_ledger_close(ledger, NULL), PG_OK);
    ledger = begin_run(2); /* a later session hears of them again, and of what it missed */
    pg_ledger_funding(ledger, 0, -238633, 12500000, start_ns + hour_ns, start_ns + 9 * hour_ns);
    pg_ledger_funding(ledger, 0, -1, 1, start_ns + 2 * hour_ns, start_ns + 9 * hour_ns);
    assert_int_equal(pg_ledger_close(ledger, NULL), PG_OK);
    list l = read_rows(NULL);
    assert_int_equal(l.count, 3);
    assert_string_equal(l.market[0], "ETH");
    assert_int_equal(l.row[0].amount_e6, -238633);
    assert_int_equal(l.row[0].rate_e12, 12500000);
    assert_int_equal(l.row[0].run, 1);
    assert_string_equal(l.market[1], "BTC");
    assert_int_equal(l.row[2].run, 2);
    assert_int_equal(l.row[2].exch_ns, start_ns + 2 * hour_ns);
    assert_int_equal(read_rows(&(pg_ledger_filter){ .market = "BTC" }).count, 1);
    assert_int_equal(read_rows(&(pg_ledger_filter){ .since_ns = start_ns + hour_ns + 1 }).count, 1);
    assert_int_equal(read_rows(&(pg_ledger_filter){ .newest = 2 }).count, 2);
}

static void change(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Read as it is, with nothing in it; a host that opens it to write brings it up to date. */
static void test_older_ledger(void **state)
{
    (void)state;
    char journal[300];
    assert_int_equal(pg_ledger_close(begin_run(1), NULL), PG_OK);
    change("DROP TABLE funding; PRAGMA user_version = 1");
    snprintf(journal, sizeof journal, "%s.ahead", path);
    assert_int_equal(remove(journal), 0); /* otherwise reading it opens it to write */
    assert_int_equal(read_rows(NULL).count, 0);
    pg_ledger *ledger = begin_run(2);
    pg_ledger_funding(ledger, 0, 7, 1, start_ns, start_ns);
    assert_int_equal(pg_ledger_close(ledger, NULL), PG_OK);
    assert_int_equal(read_rows(NULL).count, 1);
    change("PRAGMA user_version = 3");
    pg_ledger *newer = NULL;
    assert_int_equal(pg_ledger_open(&newer, &(pg_ledger_config){ .path = path }, NULL), PG_ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_told_twice, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_older_ledger, setup, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

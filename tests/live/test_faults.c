/* What a network, a venue and a machine do wrong, to whole hosts over real sockets: whatever it was, the host quotes again
 * afterwards, ends in order with nothing open, and its ledger and the exchange tell the same story, fill by fill.
 *
 * Without arguments all tests run, several at a time, each in a process of its own; with one, the tests of that name. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "kernels/random.h"
#include "support/hosts_books.h"
#include "support/side_by_side.h"

enum { AT_ONCE = 4 };

/* ---- a host among faults ---- */

static void start_quoting(hosts_test *t, int i)
{
    hosts_start(t, i);
    (void)HOSTS_UNTIL(t, HOSTS_PATIENCE_S, hosts_said(t, i, "account connected") || hosts_ended(t, i));
    (void)HOSTS_UNTIL(t, HOSTS_PATIENCE_S, hosts_orders(t, i) >= 2 || hosts_ended(t, i));
    if (hosts_orders(t, i) < 2) {
        hosts_print(t, i);
        fail_msg("host %d does not quote", i);
    }
}

static hosts_test *open_quoting(void)
{
    hosts_test *t = hosts_open();
    hosts_configure(t, 0, "");
    start_quoting(t, 0);
    return t;
}

static void stop(hosts_test *t, int i)
{
    kill(t->host[i].pid, SIGTERM);
    bool ended = HOSTS_UNTIL(t, 30, hosts_ended(t, i));
    if (!ended || t->host[i].code != 0 || hosts_orders(t, i) > 0)
        hosts_print(t, i);
    assert_true(ended);
    assert_int_equal(t->host[i].code, 0);
    assert_int_equal(hosts_orders(t, i), 0);
}

static void check_quoting(hosts_test *t, int i)
{
    if (!HOSTS_UNTIL(t, HOSTS_PATIENCE_S, hosts_orders(t, i) >= 2)) {
        hosts_print(t, i);
        fail_msg("host %d does not quote again", i);
    }
}

static void check_books(hosts_test *t, int i)
{
    hosts_books books = books_of_exchange(t, i);
    print_message("%lld fills\n", (long long)(books.fills[0] + books.fills[1]));
    if (books_agree(t, i, true))
        return;
    hosts_print(t, i);
    fail_msg("ledger and exchange differ");
}

/* The end of most tests: all is well again; stops; after another session nothing is missing in the ledger. */
static void recover(hosts_test *t)
{
    pg_faults_clear(t->faults);
    check_quoting(t, 0);
    stop(t, 0);
    start_quoting(t, 0);
    stop(t, 0);
    check_books(t, 0);
    assert_true(HOSTS_UNTIL(t, 10, hosts_orphans(t) == 0));
    hosts_close(t);
}

static void add(hosts_test *t, const char *channel, pg_fault_kind kind, double probability, int64_t ms)
{
    pg_error err = { 0 };
    pg_fault fault = { .kind = kind,
                       .probability = probability,
                       .ms = ms,
                       .code = kind == PG_FAULT_STATUS ? 429 : 0,
                       .text = "Order has invalid price." };
    snprintf(fault.channel, sizeof fault.channel, "%s", channel);
    if (kind != PG_FAULT_REJECT)
        fault.text[0] = '\0';
    hosts_check(pg_faults_add(t->faults, &fault, &err), &err);
}

static const char *const market_channels[] = { "l2Book", "bbo", "trades", NULL };
static const char *const account_channels[] = { "orderUpdates", "userFills", "post", NULL };

/* Everything that a host is told, or the answers to what it asks, goes wrong in one way for some seconds. */
static void suffer(const char *const *channels, pg_fault_kind kind, double probability, int64_t ms, int64_t for_ms)
{
    hosts_test *t = open_quoting();
    for (int i = 0; channels[i]; i++)
        add(t, channels[i], kind, probability, ms);
    hosts_turn(t, for_ms);
    assert_true(pg_faults_count(t->faults, kind) > 0);
    recover(t);
}

/* ---- the wire ---- */

static void market_data_is_cut(void **state)
{
    (void)state;
    suffer(market_channels, PG_FAULT_CUT, 0.05, 0, 4000);
}

static void account_is_cut(void **state)
{
    (void)state;
    suffer(account_channels, PG_FAULT_CUT, 0.2, 0, 5000);
}

static void frames_are_cut_inside(void **state)
{
    (void)state;
    suffer(account_channels, PG_FAULT_CUT_INSIDE, 0.2, 0, 4000);
}

static void account_is_half_open(void **state)
{
    (void)state;
    suffer(account_channels, PG_FAULT_HALF_OPEN, 0.05, 0, 6000);
}

static void market_data_falls_silent(void **state)
{
    (void)state;
    hosts_test *t = open_quoting();
    for (int i = 0; market_channels[i]; i++)
        add(t, market_channels[i], PG_FAULT_SILENCE, 1, 0);
    /* a connected stream that says nothing is a fault: quotes are pulled by the age of the data */
    if (!HOSTS_UNTIL(t, 12, hosts_orders(t, 0) == 0))
        hosts_print(t, 0);
    assert_int_equal(hosts_orders(t, 0), 0);
    recover(t);
}

static void messages_come_twice(void **state)
{
    (void)state;
    static const char *const all[] = { "l2Book", "bbo", "trades", "orderUpdates", "userFills", "post", NULL };
    suffer(all, PG_FAULT_DUPLICATE, 0.5, 0, 4000);
}

static void messages_change_places(void **state)
{
    (void)state;
    static const char *const all[] = { "trades", "orderUpdates", "userFills", "post", NULL };
    suffer(all, PG_FAULT_REORDER, 0.3, 0, 4000);
}

static void messages_get_lost(void **state)
{
    (void)state;
    suffer(account_channels, PG_FAULT_DROP, 0.2, 0, 5000);
}

static void messages_are_truncated(void **state)
{
    (void)state;
    static const char *const all[] = { "l2Book", "orderUpdates", "userFills", "post", NULL };
    suffer(all, PG_FAULT_TRUNCATE, 0.1, 0, 4000);
}

static void messages_have_unknown_members(void **state)
{
    (void)state;
    static const char *const all[] = { "l2Book", "bbo", "trades", "orderUpdates", "userFills", "post", NULL };
    suffer(all, PG_FAULT_UNKNOWN, 0.5, 0, 3000);
}

static void messages_are_huge(void **state)
{
    (void)state;
    static const char *const all[] = { "l2Book", "userFills", NULL };
    suffer(all, PG_FAULT_HUGE, 0.2, 0, 4000);
}

/* ---- orders ---- */

static const char *const posts[] = { "post", NULL };
static const char *const actions[] = { "action", NULL };

static void acknowledgements_come_after_the_time_out(void **state)
{
    (void)state;
    suffer(posts, PG_FAULT_DELAY, 0.3, 7000, 5000);
}

/* Fills and states of orders overtake the answers to the requests. */
static void fills_come_before_acknowledgements(void **state)
{
    (void)state;
    suffer(posts, PG_FAULT_DELAY, 1, 400, 5000);
}

/* Fills cross cancels and replacements that are on their way. */
static void fills_come_late(void **state)
{
    (void)state;
    static const char *const fills[] = { "userFills", NULL };
    suffer(fills, PG_FAULT_DELAY, 1, 700, 5000);
}

static void everything_is_refused(void **state)
{
    (void)state;
    suffer(actions, PG_FAULT_REJECT, 0.7, 0, 4000);
}

static void the_rate_is_limited(void **state)
{
    (void)state;
    static const char *const requests[] = { "post", "/exchange", NULL };
    suffer(requests, PG_FAULT_STATUS, 0.5, 0, 4000);
}

static void a_placement_is_on_its_way_at_the_stop(void **state)
{
    (void)state;
    hosts_test *t = open_quoting();
    add(t, "post", PG_FAULT_DELAY, 1, 1500);
    hosts_turn(t, 700);
    stop(t, 0);
    pg_faults_clear(t->faults);
    hosts_turn(t, 2000);
    assert_int_equal(hosts_orders(t, 0), 0);
    start_quoting(t, 0);
    stop(t, 0);
    check_books(t, 0);
    hosts_close(t);
}

/* ---- the machine ---- */

static void the_server_restarts(void **state)
{
    (void)state;
    hosts_test *t = open_quoting();
    hosts_turn(t, 1000);
    pg_hl_exchange_free(t->server);
    hosts_turn(t, 3000);
    hosts_serve(t); /* with new books: positions and orders of before are no more */
    check_quoting(t, 0);
    hosts_turn(t, 2000);
    stop(t, 0);
    start_quoting(t, 0);
    stop(t, 0);
    if (!books_agree(t, 0, false)) {
        hosts_print(t, 0);
        fail_msg("positions differ");
    }
    hosts_close(t);
}

static void kills_and_restarts_lose_nothing(void **state)
{
    (void)state;
    hosts_test *t = open_quoting();
    const char *wanted = getenv("PERIGEE_RESTARTS"); /* how many; 5 */
    int restarts = wanted ? atoi(wanted) : 5;
    pg_random random;
    pg_random_seed(&random, (uint64_t)restarts);
    for (int i = 0; i < restarts; i++) {
        hosts_turn(t, (int64_t)(pg_random_uniform(&random) * 1500));
        kill(t->host[0].pid, SIGKILL);
        assert_true(HOSTS_UNTIL(t, 5, hosts_ended(t, 0)));
        if (i % 2) /* the next one starts while the guard of the last is at work, or after it */
            assert_true(HOSTS_UNTIL(t, 10, hosts_orphans(t) == 0));
        start_quoting(t, 0);
    }
    recover(t);
}

static void two_instances_see_each_other(void **state)
{
    (void)state;
    hosts_test *t = open_quoting();
    char command[640];
    /* on one ledger: refused */
    snprintf(command, sizeof command, "cd %s && %s run >second 2>&1", t->host[0].folder, hosts_program());
    int code = system(command);
    assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 1);
    snprintf(command, sizeof command, "grep -q 'trades on this ledger' %s/second", t->host[0].folder);
    assert_int_equal(system(command), 0);
    /* with another ledger, on the same account: seen when the account is read */
    snprintf(command, sizeof command, "cp %s/key %s/key", t->host[0].folder, t->host[1].folder);
    assert_int_equal(system(command), 0);
    hosts_configure(t, 1, "");
    hosts_start(t, 1);
    if (!HOSTS_UNTIL(t, 20, hosts_said(t, 1, "account connected")))
        hosts_print(t, 1);
    assert_true(hosts_said(t, 1, "account connected"));
    assert_true(HOSTS_UNTIL(t, 20, hosts_orders(t, 0) >= 4));
    hosts_turn(t, 1000);
    kill(t->host[0].pid, SIGSTOP); /* so that it reads the account now, and not in a minute */
    hosts_turn(t, 2500);
    kill(t->host[0].pid, SIGCONT);
    if (!HOSTS_UNTIL(t, 20, hosts_said(t, 0, "another instance")))
        hosts_print(t, 0);
    assert_true(hosts_said(t, 0, "another instance"));
    hosts_close(t);
}

/* No byte can be written to a file beyond what is there: quotes are pulled before the journal is full, and come back
 * when there is room again. */
static void the_disk_is_full(void **state)
{
    (void)state;
    hosts_test *t = open_quoting();
    struct rlimit limit;
    assert_int_equal(prlimit(t->host[0].pid, RLIMIT_FSIZE, NULL, &limit), 0);
    struct rlimit none = { 1, limit.rlim_max };
    assert_int_equal(prlimit(t->host[0].pid, RLIMIT_FSIZE, &none, NULL), 0);
    if (!HOSTS_UNTIL(t, 30, hosts_orders(t, 0) == 0 || hosts_ended(t, 0)) || hosts_ended(t, 0))
        hosts_print(t, 0);
    assert_false(hosts_ended(t, 0));
    hosts_turn(t, 1000);
    assert_int_equal(hosts_orders(t, 0), 0);
    assert_int_equal(prlimit(t->host[0].pid, RLIMIT_FSIZE, &limit, NULL), 0);
    recover(t);
}

/* ---- running ---- */

#define TEST(name)                                                                                                     \
    {                                                                                                                  \
#name, name, scratch_make, scratch_remove, NULL                                                                \
    }

static const struct CMUnitTest tests[] = {
    TEST(market_data_is_cut),
    TEST(account_is_cut),
    TEST(frames_are_cut_inside),
    TEST(account_is_half_open),
    TEST(market_data_falls_silent),
    TEST(messages_come_twice),
    TEST(messages_change_places),
    TEST(messages_get_lost),
    TEST(messages_are_truncated),
    TEST(messages_have_unknown_members),
    TEST(messages_are_huge),
    TEST(acknowledgements_come_after_the_time_out),
    TEST(fills_come_before_acknowledgements),
    TEST(fills_come_late),
    TEST(everything_is_refused),
    TEST(the_rate_is_limited),
    TEST(a_placement_is_on_its_way_at_the_stop),
    TEST(the_server_restarts),
    TEST(kills_and_restarts_lose_nothing),
    TEST(two_instances_see_each_other),
    TEST(the_disk_is_full),
};

int main(int argc, char **argv)
{
    if (argc < 2)
        return side_by_side_run(tests, sizeof tests / sizeof *tests, AT_ONCE);
    cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The guard, at the level of its user: hosts that trade on the built-in exchange over real sockets are killed, stopped
 * and cut off, and their orders are gone within 10 s; guards are killed, and the hosts pull their quotes and go on.
 *
 * With PERIGEE_KILLS=1000 `live_test_guard 'random*'` makes so many random kills, eight hosts at a time, and prints the
 * distribution. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernels/random.h"
#include "support/hosts.h"
#include "support/side_by_side.h"

#define LIMIT_S 10.0

enum { AT_ONCE = 4 };

static hosts_test *open_quoting(int count)
{
    hosts_test *t = hosts_open();
    for (int i = 0; i < count; i++) {
        hosts_configure(t, i, "");
        hosts_start(t, i);
    }
    for (int i = 0; i < count; i++) {
        (void)HOSTS_UNTIL(t, HOSTS_PATIENCE_S, hosts_orders(t, i) >= 4 || hosts_ended(t, i));
        if (hosts_orders(t, i) < 4) {
            hosts_print(t, i);
            fail_msg("host %d does not quote", i);
        }
    }
    return t;
}

/* Seconds until nothing was open any more and stayed so for a while. */
static double time_until_gone(hosts_test *t, int i)
{
    double from = pg_clock_elapsed(), last = from;
    while (pg_clock_elapsed() - last < 1.5 && pg_clock_elapsed() - from < 3 * LIMIT_S) {
        if (hosts_orders(t, i) > 0)
            last = pg_clock_elapsed();
        hosts_turn(t, 2);
    }
    if (last - from > LIMIT_S)
        hosts_print(t, i);
    return last - from;
}

/* ---- one at a time ---- */

static void a_killed_host_leaves_nothing_open(void **state)
{
    (void)state;
    hosts_test *t = open_quoting(1);
    kill(t->host[0].pid, SIGKILL);
    double took = time_until_gone(t, 0);
    print_message("kill -9: %.2f s\n", took);
    assert_true(took < LIMIT_S);
    assert_true(HOSTS_UNTIL(t, 10, hosts_orphans(t) == 0)); /* the guard ends when all is clean */
    assert_true(hosts_said(t, 0, "nothing is open any more"));
    hosts_close(t);
}

static void a_stopped_host_is_swept_and_comes_back(void **state)
{
    (void)state;
    hosts_test *t = open_quoting(1);
    kill(t->host[0].pid, SIGSTOP);
    double took = time_until_gone(t, 0);
    print_message("SIGSTOP: %.2f s\n", took);
    assert_true(took < LIMIT_S);
    kill(t->host[0].pid, SIGCONT);
    if (!HOSTS_UNTIL(t, 20, hosts_orders(t, 0) >= 4))
        hosts_print(t, 0);
    assert_true(hosts_orders(t, 0) >= 4);
    assert_true(hosts_said(t, 0, "stood still"));
    hosts_turn(t, 3000); /* it stays so: the guard is calm, the host not confused */
    assert_true(hosts_orders(t, 0) >= 2);
    kill(t->host[0].pid, SIGTERM);
    assert_true(HOSTS_UNTIL(t, 20, hosts_ended(t, 0)));
    assert_int_equal(t->host[0].code, 0);
    hosts_close(t);
}

static void a_clean_end_leaves_no_process(void **state)
{
    (void)state;
    hosts_test *t = open_quoting(1);
    assert_true(hosts_guard(t, 0) > 0);
    kill(t->host[0].pid, SIGTERM);
    assert_true(HOSTS_UNTIL(t, 20, hosts_ended(t, 0)));
    assert_int_equal(t->host[0].code, 0);
    assert_int_equal(hosts_orders(t, 0), 0);
    assert_int_equal(hosts_orphans(t), 0);
    assert_false(hosts_said(t, 0, "the host is gone"));
    hosts_close(t);
}

static bool holds(const char *path, const char *words)
{
    static char text[1 << 20];
    FILE *f = fopen(path, "rb");
    size_t size = f ? fread(text, 1, sizeof text, f) : 0;
    if (f)
        fclose(f);
    return memmem(text, size, words, strlen(words)) != NULL;
}

/* The guard got it over the socket pair alone. */
static void the_key_is_not_to_be_read(void **state)
{
    (void)state;
    hosts_test *t = open_quoting(1);
    static const char *const files[] = { "cmdline", "environ" };
    pid_t pids[] = { t->host[0].pid, hosts_guard(t, 0) };
    char path[256], key[65] = "";
    snprintf(path, sizeof path, "%s/key", t->host[0].folder);
    FILE *f = fopen(path, "r");
    assert_true(f && fgets(key, sizeof key, f));
    fclose(f);
    assert_true(holds(path, key));
    for (int p = 0; p < 2; p++)
        for (int i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "/proc/%d/%s", (int)pids[p], files[i]);
            assert_false(holds(path, key));
        }
    kill(t->host[0].pid, SIGKILL);
    assert_true(time_until_gone(t, 0) < LIMIT_S);
    assert_true(HOSTS_UNTIL(t, 10, hosts_orphans(t) == 0));
    static const char *const outputs[] = { "out", "perigee.db", "perigee.db-wal", "perigee.db.ahead" };
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", t->host[0].folder, outputs[i]);
        assert_false(holds(path, key));
    }
    hosts_close(t);
}

static void a_killed_guard_is_replaced(void **state)
{
    (void)state;
    hosts_test *t = open_quoting(1);
    for (int i = 0; i < 3; i++) {
        pid_t first = hosts_guard(t, 0);
        assert_true(first > 0);
        /* the second one hangs, which is found out by its silence */
        kill(first, i == 1 ? SIGSTOP : SIGKILL);
        assert_true(HOSTS_UNTIL(t, 15, hosts_orders(t, 0) == 0)); /* quotes are pulled */
        if (!HOSTS_UNTIL(t, 15, hosts_orders(t, 0) >= 4))
            hosts_print(t, 0);
        assert_true(hosts_orders(t, 0) >= 4); /* and come back under a new one */
        pid_t second = hosts_guard(t, 0);
        assert_true(second > 0 && second != first);
    }
    kill(t->host[0].pid, SIGKILL);
    assert_true(time_until_gone(t, 0) < LIMIT_S); /* which knows what it has to */
    hosts_close(t);
}

/* The venue is out of order when it is needed most. */
static void a_guard_goes_on_until_the_venue_answers(void **state)
{
    (void)state;
    hosts_test *t = open_quoting(1);
    static const char *const paths[] = { "/exchange", "/info" };
    for (int i = 0; i < 2; i++) {
        pg_error err = { 0 };
        pg_fault fault = { .kind = PG_FAULT_STATUS, .code = 503 };
        snprintf(fault.channel, sizeof fault.channel, "%s", paths[i]);
        hosts_check(pg_faults_add(t->faults, &fault, &err), &err);
    }
    kill(t->host[0].pid, SIGKILL);
    hosts_turn(t, 5000);
    assert_true(pg_faults_count(t->faults, PG_FAULT_STATUS) > 0);
    assert_true(hosts_orders(t, 0) > 0);
    assert_true(hosts_orphans(t) == 1);
    pg_faults_clear(t->faults);
    double took = time_until_gone(t, 0);
    print_message("after the venue is back: %.2f s\n", took);
    assert_true(took < LIMIT_S);
    assert_true(HOSTS_UNTIL(t, 10, hosts_orphans(t) == 0));
    hosts_close(t);
}

/* Every connection is cut as soon as it is there: the host hears nothing of its orders. */
static void a_host_that_is_cut_off_is_swept(void **state)
{
    (void)state;
    hosts_test *t = open_quoting(1);
    double from = pg_clock_elapsed(), last = from;
    while (pg_clock_elapsed() - from < 8) {
        pg_hl_exchange_cut(t->server);
        hosts_turn(t, 2);
        if (hosts_orders(t, 0) > 0)
            last = pg_clock_elapsed();
    }
    print_message("connections cut: %.2f s\n", last - from);
    assert_true(last - from < 5);
    assert_true(hosts_said(t, 0, "the guard cancels there"));
    if (!HOSTS_UNTIL(t, 60, hosts_orders(t, 0) >= 4))
        hosts_print(t, 0);
    assert_true(hosts_orders(t, 0) >= 4);
    hosts_close(t);
}

/* ---- random kills ---- */

typedef enum { RESTING, STARTING, QUOTING, STRUCK } slot_phase;

typedef struct {
    slot_phase phase;
    bool stopped;
    bool early; /* struck while it starts */
    double due_s, struck_s, last_s;
    int orders;
} kill_slot;

typedef struct {
    hosts_test *t;
    kill_slot slot[HOSTS];
    pg_random random;
    double *took;
    int wanted, begun, done, orders, stops, late;
} kill_run;

static void begin(kill_run *r, int i, double now)
{
    kill_slot *s = &r->slot[i];
    if (r->begun == r->wanted)
        return;
    r->begun++;
    hosts_start(r->t, i);
    s->early = pg_random_uniform(&r->random) < 0.15;
    s->stopped = !s->early && pg_random_uniform(&r->random) < 0.1;
    s->phase = STARTING;
    s->due_s = s->early ? now + pg_random_uniform(&r->random) * 1.0 : now + HOSTS_PATIENCE_S;
}

static void strike(kill_run *r, int i, double now)
{
    kill_slot *s = &r->slot[i];
    s->orders = hosts_orders(r->t, i);
    kill(r->t->host[i].pid, s->stopped ? SIGSTOP : SIGKILL);
    s->phase = STRUCK;
    s->struck_s = s->last_s = now;
    r->orders += s->orders;
    r->stops += s->stopped;
}

static void settle(kill_run *r, int i, double now)
{
    kill_slot *s = &r->slot[i];
    if (hosts_orders(r->t, i) > 0)
        s->last_s = now;
    double calm = s->stopped ? 7.5 : 2.5; /* a stopped host is waited for longer than its guard waits */
    if (now - s->struck_s < calm || now - s->last_s < 2 || (now - s->struck_s < 3 * LIMIT_S && hosts_orders(r->t, i)))
        return;
    if (s->stopped)
        kill(r->t->host[i].pid, SIGKILL);
    if (!HOSTS_UNTIL(r->t, 5, hosts_ended(r->t, i)))
        fail_msg("host %d does not end", i);
    double took = s->last_s - s->struck_s;
    if (took > LIMIT_S) {
        hosts_print(r->t, i);
        r->late++;
    }
    r->took[r->done++] = took;
    s->phase = RESTING;
    if (r->wanted > 20 && r->done % 50 == 0)
        print_message("%d of %d\n", r->done, r->wanted);
}

static void advance(kill_run *r, int i, double now)
{
    kill_slot *s = &r->slot[i];
    switch (s->phase) {
    case RESTING: begin(r, i, now); break;
    case STARTING:
        if (!s->early && hosts_orders(r->t, i) > 0) {
            s->phase = QUOTING;
            s->due_s = now + pg_random_uniform(&r->random) * 1.5;
        } else if (now >= s->due_s) {
            if (!s->early) {
                hosts_print(r->t, i);
                fail_msg("host %d does not quote", i);
            }
            strike(r, i, now);
        }
        break;
    case QUOTING:
        if (now >= s->due_s)
            strike(r, i, now);
        break;
    case STRUCK: settle(r, i, now); break;
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(kill_run *r)
{
    qsort(r->took, (size_t)r->done, sizeof *r->took, compare);
    print_message(
        "%d random kills (%d by SIGSTOP), %d orders open at them: gone after p50 %.3f s, p90 %.3f s, p99 %.3f s, "
        "max %.3f s\n",
        r->done, r->stops, r->orders, r->took[r->done / 2], r->took[r->done * 9 / 10], r->took[r->done * 99 / 100],
        r->took[r->done - 1]);
}

static void random_kills_leave_nothing_open(void **state)
{
    (void)state;
    const char *wanted = getenv("PERIGEE_KILLS");
    kill_run r = { .t = hosts_open(), .wanted = wanted ? atoi(wanted) : 8 };
    int slots = r.wanted > 20 ? HOSTS : 4;
    pg_random_seed(&r.random, (uint64_t)r.wanted);
    r.took = calloc((size_t)r.wanted, sizeof *r.took);
    for (int i = 0; i < slots; i++)
        hosts_configure(r.t, i, "");
    while (r.done < r.wanted) {
        hosts_turn(r.t, 2);
        for (int i = 0; i < slots; i++)
            advance(&r, i, pg_clock_elapsed());
    }
    tell(&r);
    assert_int_equal(r.late, 0);
    if (!HOSTS_UNTIL(r.t, 15, hosts_orphans(r.t) == 0)) {
        for (int i = 0; i < slots; i++)
            hosts_print(r.t, i);
        fail_msg("%d guards have not ended", hosts_orphans(r.t));
    }
    free(r.took);
    hosts_close(r.t);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_killed_host_leaves_nothing_open, scratch_make, scratch_remove),
    cmocka_unit_test_setup_teardown(a_stopped_host_is_swept_and_comes_back, scratch_make, scratch_remove),
    cmocka_unit_test_setup_teardown(a_clean_end_leaves_no_process, scratch_make, scratch_remove),
    cmocka_unit_test_setup_teardown(the_key_is_not_to_be_read, scratch_make, scratch_remove),
    cmocka_unit_test_setup_teardown(a_killed_guard_is_replaced, scratch_make, scratch_remove),
    cmocka_unit_test_setup_teardown(a_guard_goes_on_until_the_venue_answers, scratch_make, scratch_remove),
    cmocka_unit_test_setup_teardown(a_host_that_is_cut_off_is_swept, scratch_make, scratch_remove),
    cmocka_unit_test_setup_teardown(random_kills_leave_nothing_open, scratch_make, scratch_remove),
};

int main(int argc, char **argv)
{
    if (argc < 2)
        return side_by_side_run(tests, sizeof tests / sizeof *tests, AT_ONCE);
    cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

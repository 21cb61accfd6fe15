/* The system's clock is set, minutes back and minutes forward, while the whole host runs: nothing panics, timers go on,
 * orders stay tracked, and what is stale is found stale. The program is linked so that the clock it reads is set here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "support/made_host.h"

static int64_t set_by_ns;

int __real_clock_gettime(clockid_t which, struct timespec *now);
int __wrap_clock_gettime(clockid_t which, struct timespec *now);

int __wrap_clock_gettime(clockid_t which, struct timespec *now)
{
    int failed = __real_clock_gettime(which, now);
    if (which != CLOCK_REALTIME || failed)
        return failed;
    int64_t ns = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec + set_by_ns;
    now->tv_sec = ns / 1000000000;
    now->tv_nsec = ns % 1000000000;
    return 0;
}

static const int64_t second_ns = 1000000000, minutes_ns = 7 * 60 * (int64_t)1000000000;

static void test_clock(void **state)
{
    (void)state;
    struct timespec system;
    int64_t before = pg_clock_now(pg_clock_real());
    __real_clock_gettime(CLOCK_REALTIME, &system);
    assert_true(llabs(before - ((int64_t)system.tv_sec * second_ns + system.tv_nsec)) < second_ns);
    static const int64_t steps[] = { -minutes_ns, minutes_ns, 0 };
    for (int i = 0; i < 3; i++) {
        set_by_ns = steps[i];
        int64_t after = pg_clock_now(pg_clock_real());
        assert_true(after >= before && after - before < minutes_ns / 2);
        assert_true(llabs(pg_clock_set_by() - steps[i]) < second_ns);
        before = after;
    }
}

/* ---- the host ---- */

enum { MORE_ORDERS = 30 };

/* For a second and MORE_ORDERS orders it goes on as before. */
static bool goes_on(const made_host *h, const made_venue *v)
{
    return v->news + v->replaces > h->mark + MORE_ORDERS && pg_clock_elapsed() - h->since_s > 1;
}

static void begin_phase(made_host *h, const made_venue *v)
{
    h->mark = v->news + v->replaces;
    made_host_next(h);
}

static void set_clock(made_host *h, const made_venue *v, int64_t by_ns)
{
    set_by_ns = by_ns;
    begin_phase(h, v);
}

static void silence(made_host *h, made_venue *v, bool silent)
{
    v->silent[PG_FEED_BOOK] = v->silent[PG_FEED_TRADES] = silent;
    begin_phase(h, v);
}

static void turn(made_host *h, made_venue *v)
{
    static const int64_t steps[] = { -minutes_ns, minutes_ns, 0, -minutes_ns };
    made_host_wait(h, v);
    if (h->phase < 4) {
        if (goes_on(h, v))
            set_clock(h, v, steps[h->phase]);
    } else if (h->phase == 4) {
        silence(h, v, true);
    } else if (h->phase == 5 && v->order_count == 0 && pg_clock_elapsed() - h->since_s > 1.5) { /* stale: pulled */
        set_clock(h, v, minutes_ns);
    } else if (h->phase == 6 && pg_clock_elapsed() - h->since_s > 0.5) {
        if (v->news + v->replaces > h->mark)
            made_wrong(v, "quotes on stale data after the clock was set");
        silence(h, v, false);
    } else if (h->phase == 7 && goes_on(h, v)) {
        made_host_next(h);
        pg_live_stop(h->live, "all was seen");
    }
}

static void test_host(void **state)
{
    (void)state;
    set_by_ns = 0;
    made_host *h = calloc(1, sizeof *h);
    *h = (made_host){ .markets = "market { venue = \"v\", symbol = \"AAA\", strategy = \"tests/scripts/timed.lua\" }",
                      .risk = "max_data_age_s = 0.5",
                      .seed = 7,
                      .turn = turn };
    made_host_run(h);
    if (h->wrong[0] || h->status != PG_OK || h->left != 0 || h->phase != 8)
        fail_msg("phase %d: %s; %s; %d orders left\n%s", h->phase, h->wrong, h->error.what, h->left, h->said);
    assert_int_equal(h->desk.orphans, 0);
    assert_int_equal(h->desk.nonsense, 0);
    assert_non_null(strstr(h->said, "the system's clock was set: it is -420.0 s off"));
    assert_non_null(strstr(h->said, "it is +420.0 s off"));
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock),
        cmocka_unit_test_setup_teardown(test_host, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

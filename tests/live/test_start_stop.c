/* The whole host, started and stopped at any moment, on a made-up venue: by seed, also while it starts, twice, with two
 * venues, with one that fails at once or later, and with a market that cannot start. Nothing stays open. Run it sanitized. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "live/live_internal.h"
#include "support/made_host.h"

static int stop_at, fail_at, steps; /* turns of all venues together; 0: never */
static bool twice;

static void turn(void *self, made_venue *v)
{
    made_host *h = self;
    pg_error wrong = { 0 };
    for (int i = 0; i < 20; i++)
        made_step(v);
    steps++;
    if (steps == fail_at) {
        pg_fail(&wrong, PG_ERR_STATE, "the key was taken back");
        v->sink.failed(v->sink.self, &wrong);
    }
    if (steps >= stop_at && stop_at > 0) {
        pg_live_stop(h->live, "the seed says so");
        if (twice)
            pg_live_stop(h->live, "once more");
    }
}

/* Before the venue has begun: this stands in for a signal that comes early. */
static void stop_now(void *self)
{
    made_host *h = self;
    pg_live_stop(h->live, "before it began");
}

static const char one_venue[] = "local S = \"tests/scripts/limits/everywhere.lua\"\n"
                                "market { venue = \"v\", symbol = \"AAA\", strategy = S, params = { unit = 0.2 } }\n"
                                "market { venue = \"v\", symbol = \"BBB\", strategy = S, params = { unit = 0.2 } }\n";

static const char two_venues[] =
    "local S = \"tests/scripts/limits/everywhere.lua\"\n"
    "venue \"w\" { kind = \"hyperliquid\", network = \"local\", url = \"http://127.0.0.1:9\" }\n"
    "market { venue = \"v\", symbol = \"AAA\", strategy = S, params = { unit = 0.2 } }\n"
    "market { venue = \"w\", symbol = \"AAA\", strategy = S, params = { unit = 0.2 } }\n";

static int left_at_venues(void)
{
    int left = 0;
    for (int i = 0; i < 2; i++)
        left += made_venues[i] ? made_venues[i]->order_count : 0;
    return left;
}

static void test_any_moment(void **state)
{
    (void)state;
    static made_host h;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        h = (made_host){ .markets = seed % 2 ? one_venue : two_venues, .risk = "", .seed = seed, .step = turn };
        h.host = seed % 3 == 0 ? "shadow_events = 10" : NULL; /* with a flight recording */
        steps = fail_at = 0;
        stop_at = (int)(seed * seed % 60) + 1;
        twice = seed % 4 == 0;
        made_host_open(&h);
        pg_timer *early = seed % 8 == 1 ? pg_timer_start(h.live->loop, 0, 0, &h, stop_now) : NULL;
        pg_status status = pg_live_run(h.live, &h.error);
        pg_timer_stop(early);
        int left = left_at_venues();
        if (status != PG_OK || left > 0)
            fail_msg("seed %llu: %s, %d left\n%s", (unsigned long long)seed, h.error.what, left, h.said);
        made_host_free(&h);
    }
}

/* One of two venues needs a person: the other one goes on, and at the end both are cancelled. */
static void test_a_venue_fails(void **state)
{
    (void)state;
    static made_host h;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        h = (made_host){ .markets = two_venues, .risk = "", .seed = seed, .step = turn };
        steps = 0;
        fail_at = 20;
        stop_at = 200;
        twice = false;
        made_host_open(&h);
        pg_status status = pg_live_run(h.live, &h.error);
        if (status != PG_OK || left_at_venues() > 0 || !strstr(h.said, "the key was taken back"))
            fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, h.error.what, h.said);
        made_host_free(&h);
    }
}

/* The second market's script does not load: the host says which, and ends with nothing open. */
static void test_a_market_cannot_start(void **state)
{
    (void)state;
    static made_host h;
    h = (made_host){ .markets = "market { venue = \"v\", symbol = \"AAA\",\n"
                                "  strategy = \"tests/scripts/limits/everywhere.lua\" }\n"
                                "market { venue = \"v\", symbol = \"BBB\",\n"
                                "  strategy = \"tests/scripts/hostile/no_callback.lua\" }\n",
                     .risk = "",
                     .seed = 1,
                     .step = turn };
    steps = stop_at = fail_at = 0;
    made_host_open(&h);
    assert_int_not_equal(pg_live_run(h.live, &h.error), PG_OK);
    assert_non_null(strstr(h.error.what, "no_callback"));
    assert_int_equal(left_at_venues(), 0);
    made_host_free(&h);
}

/* Never run at all. */
static void test_only_opened(void **state)
{
    (void)state;
    static made_host h;
    h = (made_host){ .markets = one_venue, .risk = "", .seed = 1 };
    made_host_open(&h);
    made_host_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_moment),
        cmocka_unit_test(test_a_venue_fails),
        cmocka_unit_test(test_a_market_cannot_start),
        cmocka_unit_test(test_only_opened),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

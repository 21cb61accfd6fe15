/* Latency models: constant, lognormal, recorded; nothing overtakes, bad settings are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "sim/latency.h"

static pg_latency *make(const pg_latency_config *config, uint64_t seed)
{
    pg_latency *latency = NULL;
    assert_int_equal(pg_latency_new(&latency, config, seed, NULL), PG_OK);
    return latency;
}

static void test_constant(void **state)
{
    (void)state;
    pg_latency *l = make(&(pg_latency_config){ .kind = PG_LATENCY_CONSTANT, .entry_ns = 30, .response_ns = 7 }, 1);
    assert_int_equal(pg_latency_arrival(l, 1000), 1030);
    assert_int_equal(pg_latency_reply(l, 1030), 1037);
    assert_int_equal(pg_latency_feed(l, 500), 507);
    assert_int_equal(pg_latency_arrival(l, 1001), 1031);
    pg_latency_free(l);
    pg_latency_free(NULL);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { DRAWS = 20000 };

/* Far enough apart that nothing waits for the one before it: the delays are the draws themselves. */
static void draw(double *delays, uint64_t seed)
{
    pg_latency *l = make(
        &(pg_latency_config){
            .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 5000000, .response_ns = 3000000, .log_sigma = 0.4 },
        seed);
    for (int i = 0; i < DRAWS; i++)
        delays[i] = (double)(pg_latency_arrival(l, i * 1000000000ll) - i * 1000000000ll);
    pg_latency_free(l);
}

/* Of 20,000 draws the median's standard error is 1.2533 x 0.4 / sqrt(20000) = 0.0035 in the logarithm, the standard
 * deviation's 0.4 / sqrt(40000) = 0.002: the bounds are four of each. */
static void test_lognormal(void **state)
{
    (void)state;
    static double a[DRAWS], b[DRAWS];
    draw(a, 7);
    draw(b, 7);
    assert_memory_equal(a, b, sizeof a);
    draw(b, 8);
    int equal = 0;
    for (int i = 0; i < DRAWS; i++)
        equal += a[i] == b[i];
    assert_true(equal < 10);
    double sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = log(a[i] / 5e6);
        sum += x;
        squares += x * x;
    }
    double mean = sum / DRAWS;
    assert_true(fabs(sqrt(squares / DRAWS - mean * mean) - 0.4) < 0.008);
    qsort(a, DRAWS, sizeof *a, by_value);
    assert_true(fabs(log(a[DRAWS / 2] / 5e6)) < 0.014);
}

/* Requests a nanosecond apart with wildly different delays arrive in the order of sending, on each line of its own. */
static void test_no_overtaking(void **state)
{
    (void)state;
    pg_latency *l = make(
        &(pg_latency_config){
            .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 1000000, .response_ns = 1000000, .log_sigma = 1.5 },
        3);
    int64_t arrival = 0, reply = 0, feed = 0;
    int waited = 0;
    for (int64_t t = 1; t < 20000; t++) {
        int64_t next = pg_latency_arrival(l, t * 1000);
        assert_true(next >= arrival && next >= t * 1000);
        waited += next == arrival;
        arrival = next;
        next = pg_latency_reply(l, t * 1000);
        assert_true(next >= reply && next >= t * 1000);
        reply = next;
        next = pg_latency_feed(l, t * 1000);
        assert_true(next >= feed && next >= t * 1000);
        feed = next;
    }
    assert_true(waited > 0);
    pg_latency_free(l);
}

/* Rows sent at 1000, 2000, 3000 with entry 10, 30, 50 and response 5, 15, 5. */
static const pg_latency_row rows[] = { { 1000, 1010, 1015 }, { 2000, 2030, 2045 }, { 3000, 3050, 3055 } };

static void test_recorded(void **state)
{
    (void)state;
    pg_latency_config config = { .kind = PG_LATENCY_RECORDED, .rows = rows, .row_count = 3 };
    pg_latency *l = make(&config, 1);
    assert_int_equal(pg_latency_arrival(l, 400), 410); /* before the first row: as in it */
    assert_int_equal(pg_latency_arrival(l, 1000), 1010);
    assert_int_equal(pg_latency_arrival(l, 1250), 1265); /* 10 + 20/4 */
    assert_int_equal(pg_latency_arrival(l, 2000), 2030);
    assert_int_equal(pg_latency_arrival(l, 2500), 2540);
    assert_int_equal(pg_latency_reply(l, 1500), 1510);   /* 5 + 10/2; a time before the last one asked for */
    assert_int_equal(pg_latency_reply(l, 2900), 2906);   /* 15 - 9 */
    assert_int_equal(pg_latency_arrival(l, 9000), 9050); /* after the last row */
    assert_int_equal(pg_latency_reply(l, 9000), 9005);
    pg_latency_free(l);
}

/* A row that was rejected before matching has a way there and back, and no response of its own. */
static void test_rejected_rows(void **state)
{
    (void)state;
    static const pg_latency_row rejected[] = { { 1000, 0, 1040 }, { 2000, 2020, 2030 } };
    pg_latency_config config = { .kind = PG_LATENCY_RECORDED, .rows = rejected, .row_count = 2 };
    pg_latency *l = make(&config, 1);
    assert_int_equal(pg_latency_arrival(l, 1000), 1040);
    assert_int_equal(pg_latency_reply(l, 1000), 1040);
    assert_int_equal(pg_latency_arrival(l, 1500), 1530);
    pg_latency_free(l);
}

static void refused(pg_latency_config config)
{
    pg_latency *latency = NULL;
    pg_error err = { 0 };
    assert_int_equal(pg_latency_new(&latency, &config, 1, &err), PG_ERR_INVALID);
    assert_true(err.what[0]);
    assert_null(latency);
}

static void refused_row(pg_latency_row row)
{
    pg_latency_row two[] = { { 1000, 1010, 1020 }, row };
    refused((pg_latency_config){ .kind = PG_LATENCY_RECORDED, .rows = two, .row_count = 2 });
}

static void test_refused(void **state)
{
    (void)state;
    refused((pg_latency_config){ .entry_ns = -1 });
    refused((pg_latency_config){ .response_ns = -1 });
    refused((pg_latency_config){ .entry_ns = INT64_MAX });
    refused((pg_latency_config){ .response_ns = INT64_MAX / 2 });
    refused((pg_latency_config){ .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 5, .log_sigma = -0.1 });
    refused((pg_latency_config){ .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 5, .log_sigma = NAN });
    refused((pg_latency_config){ .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 5, .log_sigma = INFINITY });
    refused((pg_latency_config){ .kind = (pg_latency_kind)9 });
    refused((pg_latency_config){ .kind = PG_LATENCY_RECORDED });
    refused_row((pg_latency_row){ 999, 1010, 1020 });  /* sent before the first */
    refused_row((pg_latency_row){ 2000, 1999, 2010 }); /* matched before it was sent */
    refused_row((pg_latency_row){ 2000, 2020, 2010 }); /* answered before it was matched */
    refused_row((pg_latency_row){ 2000, 0, 1999 });    /* answered before it was sent */
    refused_row((pg_latency_row){ 2000, -5, 2010 });
}

/* Draws from far out in the tail stay times: bounded, never back. */
static void test_extreme(void **state)
{
    (void)state;
    pg_latency *l =
        make(&(pg_latency_config){ .kind = PG_LATENCY_LOGNORMAL, .entry_ns = 3600000000000, .log_sigma = 9.9 }, 5);
    int64_t last = 0, now = 1700000000000000000;
    for (int i = 0; i < 10000; i++) {
        int64_t arrival = pg_latency_arrival(l, now + i);
        assert_true(arrival >= last && arrival >= now + i);
        assert_true(arrival - now <= 86400000000000 + 10000);
        last = arrival;
    }
    pg_latency_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant), cmocka_unit_test(test_lognormal),     cmocka_unit_test(test_no_overtaking),
        cmocka_unit_test(test_recorded), cmocka_unit_test(test_rejected_rows), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_extreme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

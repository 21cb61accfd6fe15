/* Token buckets by weight, and waits that grow. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "net/backoff.h"
#include "net/bucket.h"

static const int64_t S = 1000000000;

static void test_bucket(void **state)
{
    (void)state;
    pg_bucket b;
    int64_t t = 1000000000000;
    pg_bucket_init(&b, 100, 10, 20, t);
    assert_int_equal(pg_bucket_wait(&b, 80, false, t), 0);
    assert_true(pg_bucket_take(&b, 80, false, t));
    /* The rest is for safety. */
    assert_false(pg_bucket_take(&b, 1, false, t));
    assert_int_equal(pg_bucket_wait(&b, 1, false, t), S / 10);
    assert_true(pg_bucket_take(&b, 20, true, t));
    assert_false(pg_bucket_take(&b, 1, true, t));
    /* It fills with time, and not beyond what it holds. */
    assert_false(pg_bucket_take(&b, 10, true, t + S - 1000));
    assert_true(pg_bucket_take(&b, 10, true, t + S));
    assert_int_equal(pg_bucket_wait(&b, 80, false, t + 11 * S), 0);
    assert_int_equal(pg_bucket_wait(&b, 80, false, t + 500 * S), 0);
    assert_true(pg_bucket_take(&b, 80, false, t + 500 * S));
    assert_false(pg_bucket_take(&b, 1, false, t + 500 * S));
    /* What does not fit will never be there. */
    assert_int_equal(pg_bucket_wait(&b, 81, false, t + 600 * S), INT64_MAX);
    assert_int_equal(pg_bucket_wait(&b, 101, true, t + 600 * S), INT64_MAX);
}

static void test_charge(void **state)
{
    (void)state;
    pg_bucket b;
    pg_bucket_init(&b, 100, 10, 0, S);
    pg_bucket_charge(&b, 150, S);
    assert_int_equal(pg_bucket_wait(&b, 10, false, S), 6ll * S);
    assert_false(pg_bucket_take(&b, 10, true, 7ll * S - 1000));
    assert_true(pg_bucket_take(&b, 10, true, 7ll * S));
}

static void test_block(void **state)
{
    (void)state;
    pg_bucket b;
    pg_bucket_init(&b, 100, 10, 20, S);
    pg_bucket_block(&b, 31ll * S, S);
    assert_int_equal(pg_bucket_wait(&b, 1, false, S), 30ll * S);
    assert_false(pg_bucket_take(&b, 1, true, 31ll * S - 1)); /* not even for safety: the server would refuse it */
    assert_true(pg_bucket_take(&b, 1, true, 31ll * S));
}

/* A clock that jumps back an hour gives nothing away and keeps nobody waiting for an hour. */
static void test_clock_steps(void **state)
{
    (void)state;
    pg_bucket b;
    int64_t hour = 3600ll * S, t = 10 * hour;
    pg_bucket_init(&b, 100, 10, 0, t);
    assert_true(pg_bucket_take(&b, 100, false, t));
    t -= hour;
    assert_false(pg_bucket_take(&b, 10, false, t));
    assert_int_equal(pg_bucket_wait(&b, 10, false, t), S);
    assert_true(pg_bucket_take(&b, 10, false, t + S));
    pg_bucket_block(&b, t + 3 * (int64_t)S, t + S);
    t -= hour;
    assert_in_range(pg_bucket_wait(&b, 1, false, t), 1, 3ll * S);
}

static void test_backoff(void **state)
{
    (void)state;
    pg_backoff b;
    pg_backoff_init(&b, 100, 1500, 1);
    for (int round = 0; round < 2; round++) {
        static const int64_t ceilings[] = { 100, 200, 400, 800, 1500, 1500, 1500 };
        for (int i = 0; i < 7; i++)
            assert_in_range(pg_backoff_next(&b), 0, ceilings[i]);
        pg_backoff_reset(&b);
    }
    /* Full jitter: the whole range is used. */
    int64_t least = INT64_MAX, most = 0;
    pg_backoff_init(&b, 1000, 1000, 2);
    for (int i = 0; i < 1000; i++) {
        int64_t wait = pg_backoff_next(&b);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
    }
    assert_true(least < 20 && most > 980);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_bucket), cmocka_unit_test(test_charge),
                                        cmocka_unit_test(test_block), cmocka_unit_test(test_clock_steps),
                                        cmocka_unit_test(test_backoff) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

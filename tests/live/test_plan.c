/* A plan is the same after a way through its JSON, and one with something missing is refused by name. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/plan.h"

static pg_plan *make_plan(void)
{
    pg_plan *plan = calloc(1, sizeof *plan);
    snprintf(plan->name, sizeof plan->name, "second");
    snprintf(plan->strategy, sizeof plan->strategy, "strategies/symmetric.lua");
    assert_int_equal(pg_plan_set_param(plan, "gamma", "0.1 \"quoted\"", NULL), PG_OK);
    assert_int_equal(pg_plan_set_estimator(plan, "sigma", "sigma_ewma", NULL), PG_OK);
    assert_int_equal(pg_instrument_init(&plan->instrument, "hl", "ETH", 1, 4, 1, 1, 5, NULL), PG_OK);
    plan->instrument.min_size = 10;
    plan->instrument.min_notional = 10;
    plan->capital = 1234.5;
    plan->max_position = 0.1;
    plan->maker_fee = -0.00002;
    plan->taker_fee = 0.00045;
    plan->policy = (pg_quote_policy){ .size_tolerance = 0.1,
                                      .price_tolerance = 2,
                                      .reprice_bps = 0.3,
                                      .replace_loses_place = true,
                                      .min_life_ns = 250000000,
                                      .refresh_ns = 60000000001,
                                      .timeout_ns = 90000000002,
                                      .ping_pong = true };
    plan->seed = UINT64_MAX;
    plan->first_id = (1ull << 62) + 1;
    plan->fresh_replace = true;
    plan->trusted = true;
    plan->limits = pg_script_default_limits();
    return plan;
}

static void test_there_and_back(void **state)
{
    (void)state;
    pg_plan *plan = make_plan(), *back = calloc(1, sizeof *back);
    pg_text first = { 0 }, second = { 0 };
    pg_plan_write(plan, &first, NULL);
    assert_int_equal(pg_text_check(&first, NULL), PG_OK);
    assert_int_equal(pg_plan_read(back, first.data, first.length, NULL), PG_OK);
    pg_plan_write(back, &second, NULL);
    assert_string_equal(first.data, second.data);
    const pg_quote_policy *p = &back->policy;
    assert_true(p->size_tolerance == 0.1 && p->price_tolerance == 2 && p->reprice_bps == 0.3);
    assert_true(p->replace_loses_place && p->ping_pong);
    assert_true(p->min_life_ns == 250000000 && p->refresh_ns == 60000000001 && p->timeout_ns == 90000000002);
    assert_true(back->seed == UINT64_MAX);
    assert_true(back->first_id == plan->first_id && back->fresh_replace && back->trusted);
    pg_text_free(&first);
    pg_text_free(&second);
    free(plan);
    free(back);
}

static void test_something_missing(void **state)
{
    (void)state;
    static const char *const names[] = { "policy", "min_life_ns", "ping_pong", "reprice_bps", "capital", "tick" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pg_plan *plan = make_plan(), *back = calloc(1, sizeof *back);
        pg_text text = { 0 };
        pg_error err = { 0 };
        char key[64];
        pg_plan_write(plan, &text, NULL);
        snprintf(key, sizeof key, "\"%s\"", names[i]);
        char *at = strstr(text.data, key);
        assert_non_null(at);
        at[1] = '?';
        assert_int_not_equal(pg_plan_read(back, text.data, text.length, &err), PG_OK);
        assert_true(err.what[0]);
        pg_text_free(&text);
        free(plan);
        free(back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_there_and_back),
                                        cmocka_unit_test(test_something_missing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

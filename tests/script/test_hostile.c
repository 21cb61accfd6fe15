/* Scripts that fail, loop, leak or try to get out: each is stopped with a message, and the host goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "script/session.h"
#include "support/run.h"

typedef struct {
    const char *name;
    pg_status status;
    const char *says; /* part of the message */
} hostile;

static const hostile scripts[] = {
    { "syntax_error", PG_ERR_SCRIPT, "syntax_error.lua:3: unexpected symbol near '='" },
    { "runtime_error", PG_ERR_SCRIPT, "runtime_error.lua:4: attempt to index local 'x' (a nil value)" },
    { "undeclared_parameter", PG_ERR_SCRIPT, "undeclared parameter 'skew_bps'; declared are: half_spread_bps" },
    { "endless_loop", PG_ERR_BUDGET, "endless_loop.lua:2: the script used up its time" },
    { "endless_compiled_loop", PG_ERR_BUDGET, "endless_compiled_loop.lua:4: the script used up its time" },
    { "endless_repeat", PG_ERR_BUDGET, "used up its time" },
    { "endless_goto", PG_ERR_BUDGET, "endless_goto.lua:4: the script used up its time" },
    { "endless_pcall", PG_ERR_BUDGET, "used up its time" },
    { "endless_coroutine", PG_ERR_BUDGET, "used up its time" },
    { "endless_tail_call", PG_ERR_BUDGET, "used up its time" },
    { "endless_load", PG_ERR_BUDGET, "endless_load.lua:2: the script used up its time" },
    { "slow_pattern", PG_ERR_SCRIPT,
      "slow_pattern.lua: string.find: 20 repetitions over 10000 characters could take too long" },
    { "deep_recursion", PG_ERR_SCRIPT, "stack overflow" },
    { "memory_hog", PG_ERR_MEMORY, "more than its 64 MiB" },
    { "huge_string", PG_ERR_SCRIPT, "longer than 1 MiB" },
    { "nan_price", PG_ERR_SCRIPT, "nan_price.lua:2: ctx:quote: bid price must be a finite number, not nan" },
    { "infinite_size", PG_ERR_SCRIPT, "infinite_size.lua:2: ctx:quote: bid size" },
    { "no_ffi", PG_ERR_SCRIPT, "no_ffi.lua:1: module 'ffi' is not for scripts" },
    { "no_io", PG_ERR_SCRIPT, "global 'io' (a nil value)" },
    { "no_os", PG_ERR_SCRIPT, "global 'os' (a nil value)" },
    { "no_loadstring", PG_ERR_SCRIPT, "global 'loadstring' (a nil value)" },
    { "no_debug", PG_ERR_SCRIPT, "global 'debug' (a nil value)" },
    { "no_getfenv", PG_ERR_SCRIPT, "global 'getfenv' (a nil value)" },
    { "no_host", PG_ERR_SCRIPT, "global 'perigee_host' (a nil value)" },
    { "no_string_meta", PG_ERR_SCRIPT, "no_string_meta.lua:1: attempt to index a nil value" },
    { "probe_name", PG_ERR_SCRIPT, "probe_name.lua:1: names that begin with __pg are reserved" },
    { "kernel_memory", PG_ERR_SCRIPT, "nothing was found" },
    { "unknown_callback", PG_ERR_SCRIPT, "there is no callback 'on_boook' (did you mean 'on_book'?)" },
    { "no_callback", PG_ERR_SCRIPT, "has no callback" },
    { "returns_nothing", PG_ERR_SCRIPT, "must return what strategy" },
    { "unknown_key", PG_ERR_SCRIPT, "unknown_key.lua: strategy has an unknown key 'parms' (did you mean 'params'?)" },
    { "bad_default", PG_ERR_SCRIPT, "the default of parameter 'size' is 5, above its maximum 3" },
    { "no_estimator", PG_ERR_SCRIPT, "there is no estimator 'fair_midd'" },
};

static void test_hostile_scripts(void **state)
{
    (void)state;
    random_market market = market_make(20000, 3, 1000000, 1000000);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        char path[256];
        snprintf(path, sizeof path, "tests/scripts/hostile/%s.lua", scripts[i].name);
        pg_error err = { 0 };
        pg_status status = run_script(path, &market, NULL, 0, NULL, &err);
        if (status != scripts[i].status || !strstr(err.what, scripts[i].says))
            fail_msg("%s: %s: %s", scripts[i].name, pg_status_name(status), err.what);
    }
    free(market.events);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* An endless compiled loop is stopped within 5 ms of CPU time (a few times that where a sanitizer slows us down). */
static void test_compiled_loop_is_stopped_in_time(void **state)
{
    (void)state;
    random_market market = market_make(1000, 3, 1000000, 1000000);
    pg_engine *engine = make_engine(&market, NULL);
    pg_session_config config = session_for("tests/scripts/hostile/endless_compiled_loop.lua");
    pg_session *session;
    pg_error err = { 0 };
    assert_int_equal(pg_session_open(&session, &config, &err), PG_OK);
    double start = cpu_seconds();
    assert_int_equal(pg_session_run(session, engine, &err), PG_ERR_BUDGET);
    double taken = cpu_seconds() - start;
#ifdef __SANITIZE_ADDRESS__
    assert_true(taken < 0.05);
#else
    assert_true(taken < 0.005 + 0.005); /* its time, and loading the trace compiler for the first time */
#endif
    pg_session_close(session);
    pg_engine_free(engine);
    free(market.events);
}

/* The orders of a script that failed are pulled. */
static void test_failed_script_has_no_orders(void **state)
{
    (void)state;
    random_market market = market_make(20000, 3, 1000000, 1000000);
    pg_engine *engine = make_engine(&market, NULL);
    pg_session_config config = session_for("tests/scripts/fails_later.lua");
    pg_session *session;
    pg_error err = { 0 };
    assert_int_equal(pg_session_open(&session, &config, &err), PG_OK);
    assert_int_equal(pg_session_run(session, engine, &err), PG_ERR_SCRIPT);
    assert_non_null(strstr(pg_session_details(session), "in on_book, market ETH of test, event "));
    assert_non_null(strstr(pg_session_details(session), "declared parameters: size"));
    assert_non_null(strstr(pg_session_details(session), "stack traceback"));
    assert_true(pg_engine_orders(engine)->count > 0);
    while (pg_engine_next(engine) != PG_CALL_DONE) {
    }
    assert_int_equal(pg_engine_orders(engine)->count, 0);
    pg_session_close(session);
    pg_engine_free(engine);
    free(market.events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_scripts),
        cmocka_unit_test(test_compiled_loop_is_stopped_in_time),
        cmocka_unit_test(test_failed_script_has_no_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

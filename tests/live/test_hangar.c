/* The hangar: versions are built beside the loop, refused, dropped, waited for; hundreds of reloads change nothing that
 * is sent. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/reloads.h"

static void reloads_cause_no_request(void **state)
{
    (void)state;
    reloading *t = reloads_new(150, 5);
    reloads_run(t);
    rig *r = t->rig;
    assert_int_equal(t->done, 150);
    assert_int_equal(r->sent, t->twin->sent);
    assert_int_equal(pg_engine_get_stats(pg_runner_engine(r->runner))->decisions,
                     pg_engine_get_stats(pg_runner_engine(t->twin->runner))->decisions);
    assert_true(r->news[PG_RUNNER_LIVE] > 20 && r->news[PG_RUNNER_BACK] > 0);
    assert_int_equal(r->news[PG_RUNNER_FAILED], 0);
    assert_true(pg_hangar_get_figures(t->hangar).refused > 5);
    rig_stop(r);
    pg_replay result;
    pg_error err = { 0 };
    assert_int_equal(pg_replay_run(&result, r->path, NULL, false, &err), PG_OK);
    if (result.different > 0)
        fail_msg("%s", result.first);
    assert_int_equal(result.versions, r->news[PG_RUNNER_LIVE]);
    reloads_free(t);
}

typedef struct {
    int done, refused;
    pg_error err;
} outcome;

static void note(void *self, pg_runner *runner, const pg_error *err, double ms)
{
    outcome *o = self;
    (void)runner;
    (void)ms;
    o->done++;
    o->refused += err != NULL;
    if (err)
        o->err = *err;
}

static void build(reloading *t, const char *name, const char *text, outcome *o)
{
    static pg_plan plan;
    plan = pg_runner_pilot(t->rig->runner)->plan;
    snprintf(plan.strategy, sizeof plan.strategy, "%s", rig_script(t->rig, name, text));
    assert_int_equal(pg_hangar_build(t->hangar, t->rig->runner, &plan, NULL, o, note, NULL), PG_OK);
}

static void wait_for(reloading *t, const outcome *o, int done)
{
    double until = pg_clock_elapsed() + 60;
    while (o->done < done && pg_clock_elapsed() < until)
        pg_loop_run_for(t->loop, 2);
    assert_int_equal(o->done, done);
}

static void newer_save_wins(void **state)
{
    (void)state;
    reloading *t = reloads_new(1, 6);
    outcome o = { 0 };
    rig_run(t->rig, 2000);
    for (int i = 0; i < 20; i++)
        build(t, "flying.lua", i == 19 ? FLYING("the last") : FLYING("one before"), &o);
    assert_true(pg_hangar_is_building(t->hangar, t->rig->runner));
    wait_for(t, &o, 1);
    assert_int_equal(o.refused, 0);
    assert_false(pg_hangar_is_building(t->hangar, t->rig->runner));
    assert_non_null(pg_runner_shadow_pilot(t->rig->runner));
    pg_loop_run_for(t->loop, 50);
    assert_int_equal(o.done, 1);
    build(t, "flying.lua", FLYING("dropped"), &o);
    pg_hangar_drop(t->hangar, t->rig->runner);
    pg_loop_run_for(t->loop, 200);
    assert_int_equal(o.done, 1);
    reloads_free(t);
}

static void slow_warm_up_is_refused(void **state)
{
    (void)state;
    static const char slow[] = FLYING_HEAD("slow") FLYING_QUOTE "function S:on_book(ctx)\n"
                                                                "  local x = 0\n"
                                                                "  for i = 1, 200000 do x = x + i % 7 end\n"
                                                                "  self.state.x = x\n"
                                                                "end\n"
                                                                "return S\n";
    reloading *t = reloads_new(1, 7);
    pg_hangar *patient = t->hangar;
    pg_hangar_config config = { .cpu_ns = 20000000, .clock = { reload_clock, t->rig } };
    outcome o = { 0 };
    t->rig->plan.limits.callback_ns = 1000000000;
    pg_runner_pilot(t->rig->runner)->plan.limits.callback_ns = 1000000000;
    assert_int_equal(pg_hangar_new(&t->hangar, t->loop, &config, NULL), PG_OK);
    rig_run(t->rig, 2500);
    build(t, "slow.lua", slow, &o);
    wait_for(t, &o, 1);
    assert_int_equal(o.refused, 1);
    assert_int_equal(o.err.status, PG_ERR_BUDGET);
    assert_non_null(strstr(o.err.what, "to warm up"));
    t->rig->hangar = patient;
    pg_hangar_free(t->hangar);
    t->hangar = patient;
    reloads_free(t);
}

/* Freed while something is being built: it is waited for. */
static void end_in_the_middle(void **state)
{
    (void)state;
    reloading *t = reloads_new(1, 8);
    outcome o = { 0 };
    rig_run(t->rig, 2000);
    build(t, "flying.lua", FLYING("too late"), &o);
    reloads_free(t);
    assert_int_equal(o.done, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reloads_cause_no_request),
        cmocka_unit_test(newer_save_wins),
        cmocka_unit_test(slow_warm_up_is_refused),
        cmocka_unit_test(end_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

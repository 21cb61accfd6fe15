/* Strategies make no garbage once they are warm: the Lua allocations of a run over twice the data are those of the
 * shorter run, but for what a fit or a new trace takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "support/run.h"
#include "support/synthetic.h"

/* Lua allocations of a run over the first `count` events. */
static uint64_t allocations(const char *path, const synthetic_market *m, size_t count, const pg_setting *params, int n)
{
    pg_error err = { 0 };
    pg_session *session = NULL;
    pg_engine *engine = NULL;
    pg_session_config config = session_for(path);
    config.params = params;
    config.param_count = n;
    pg_engine_config settings = engine_config(m->events, count);
    settings.instrument = m->info.instrument;
    if (pg_session_open(&session, &config, &err) != PG_OK || pg_engine_new(&engine, &settings, &err) != PG_OK ||
        pg_session_run(session, engine, &err) != PG_OK)
        fail_msg("%s: %s", path, err.what);
    uint64_t made = pg_session_allocations(session);
    pg_session_close(session);
    pg_engine_free(engine);
    return made;
}

static void test_no_garbage(void **state)
{
    (void)state;
    static const pg_setting plain[] = { { "size", "0.1" } }, ladder[] = { { "size", "1" }, { "levels", "5" } };
    static const struct {
        const char *path;
        const pg_setting *params;
        int count;
    } cases[] = {
        { "strategies/glft.lua", ladder, 2 },  { "strategies/glft.lua", plain, 1 },
        { "strategies/hjb.lua", plain, 1 },    { "strategies/inventory_aware.lua", plain, 1 },
        { "strategies/ladder.lua", plain, 1 }, { "strategies/obi.lua", plain, 1 },
        { "strategies/grid.lua", plain, 1 },   { "strategies/avellaneda_stoikov.lua", plain, 1 },
    };
    synthetic_market m = synthetic_make(1.6, 11, "ETH");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t half = allocations(cases[i].path, &m, m.count / 2, cases[i].params, cases[i].count);
        uint64_t whole = allocations(cases[i].path, &m, m.count, cases[i].params, cases[i].count);
        double each = ((double)whole - (double)half) / ((double)m.count / 2);
        printf("  %-36s %.4f allocations an event\n", cases[i].path, each);
        assert_true(each < 0.25); /* what is made at every event counts 1 at the least; LuaJIT makes traces, too */
    }
    free(m.events);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_no_garbage) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

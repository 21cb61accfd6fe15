/* bench_gc [EVENTS]: how long a strategy that makes garbage at every event keeps the loop, and how much of that is the
 * collector's. Three ways: LuaJIT's collector as it is, steps between events (pg_session_collect) in addition, and no
 * collector at all, for comparison. CPU time of the thread, so that other programs do not count. */
#include <lua.h>
#include <stdio.h>
#include <time.h>

#include "script/session_internal.h"
#include "support/rig.h"

static const char script[] = /* a window of tables, texts and closures, as a careless strategy keeps them */
    "local S = strategy { name = 'garbage', params = { size = { 0.1 } } }\n"
    "function S:on_start() self.window, self.at = {}, 0 end\n"
    "function S:on_book(ctx)\n"
    "  if not ctx.mid then return end\n"
    "  self.at = self.at + 1\n"
    "  local row = { mid = ctx.mid, levels = {}, name = ('event %d'):format(self.at) }\n"
    "  for i = 1, 10 do\n"
    "    local price, size = ctx.book:level('bid', i)\n"
    "    row.levels[i] = { price = price or 0, size = size or 0, of = function() return row end }\n"
    "  end\n"
    "  self.window[self.at % 5000 + 1] = row\n"
    "  ctx:quote { bid = { ctx.bid - ctx.tick, self.params.size }, ask = { ctx.ask + ctx.tick, self.params.size } }\n"
    "end\n"
    "return S\n";

typedef enum { AS_IT_IS, STEPS, NONE } way;

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void show(const char *what, double *us, int n)
{
    qsort(us, (size_t)n, sizeof *us, by_size);
    printf("  %-22s p50 %7.2f us   p99 %8.2f us   p99.9 %8.2f us   p99.99 %8.2f us   max %8.2f us\n", what, us[n / 2],
           us[(long)n * 99 / 100], us[(long)n * 999 / 1000], us[(long)n * 9999 / 10000], us[n - 1]);
}

static void run(const char *name, way how, int events)
{
    rig *r = rig_new_at(script, 1, (size_t)events, 1000000);
    pg_session *session = pg_runner_pilot(r->runner)->session;
    double *callbacks = calloc((size_t)events, sizeof *callbacks), *steps = calloc((size_t)events, sizeof *steps);
    if (how == NONE) {
        lua_gc(pg_state_lua(session->state), LUA_GCSTOP, 0);
        events = events < 20000 ? events : 20000; /* until its memory is used up */
    }
    for (int i = 0; i < events && r->next < r->market.count; i++) {
        pg_input input = { .kind = PG_INPUT_EVENT, .time_ns = r->market.events[r->next].exch_ns };
        input.event = r->market.events[r->next++];
        r->now_ns = input.time_ns;
        r->requests.count = 0; /* nobody answers */
        pg_runner_push(r->runner, &input);
        double began = now_us();
        pg_runner_pump(r->runner, r->now_ns);
        callbacks[i] = now_us() - began;
        began = now_us();
        if (how == STEPS)
            pg_session_collect(session);
        steps[i] = now_us() - began;
    }
    printf("%s: %d events, peak heap %.1f MiB%s\n", name, events, (double)pg_session_peak_memory(session) / (1 << 20),
           pg_runner_has_failed(r->runner) ? ", FAILED" : "");
    show("events", callbacks, events);
    if (how == STEPS)
        show("steps between them", steps, events);
    rig_free(r);
    free(callbacks);
    free(steps);
}

int main(int argc, char **argv)
{
    int events = argc > 1 ? atoi(argv[1]) : 300000;
    run("LuaJIT's collector alone", AS_IT_IS, events);
    run("steps between events", STEPS, events);
    run("no collector", NONE, events);
    return 0;
}

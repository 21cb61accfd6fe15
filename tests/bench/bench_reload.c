/* bench_reload [RELOADS]: how long a reload keeps the loop from its work, 30 % of them broken scripts, at 1,000 events a
 * second of engine time. Checks that no request was caused by a swap: a session in which nothing is saved sends the
 * same. */
#include "support/reloads.h"

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void show(const char *what, double *ms, int n)
{
    if (n == 0)
        return;
    qsort(ms, (size_t)n, sizeof *ms, by_size);
    printf("%-32s %6d   p50 %7.3f ms   p99 %7.3f ms   p99.9 %7.3f ms   max %7.3f ms\n", what, n, ms[n / 2],
           ms[n * 99 / 100], ms[n * 999 / 1000], ms[n - 1]);
}

int main(int argc, char **argv)
{
    int reloads = argc > 1 ? atoi(argv[1]) : 10000;
    double began_s = pg_clock_elapsed();
    reloading *t = reloads_new(reloads, 1);
    reloads_run(t);
    const rig *r = t->rig;
    printf("%d reloads, %d of them broken, over %zu events in %.1f s; mean build %.2f ms\n", reloads, t->broken,
           r->next, pg_clock_elapsed() - began_s, t->build_ms / t->done);
    printf("took over %d, refused %d (of them %d while building), came back %d, failed %d\n", r->news[PG_RUNNER_LIVE],
           r->news[PG_RUNNER_REFUSED] + (int)pg_hangar_get_figures(t->hangar).refused,
           (int)pg_hangar_get_figures(t->hangar).refused, r->news[PG_RUNNER_BACK], r->news[PG_RUNNER_FAILED]);
    show("begins to fly along, on the loop", t->begin_ms, t->begins);
    show("takes over, on the loop", t->swap_ms, t->swaps);
    show("  of it CPU time", t->swap_cpu_ms, t->swaps);
    show("any other event, for comparison", t->event_ms, t->events);
    bool same = r->sent == t->twin->sent && pg_engine_get_stats(pg_runner_engine(r->runner))->decisions ==
                                                pg_engine_get_stats(pg_runner_engine(t->twin->runner))->decisions;
    printf("requests: %llu, without reloads %llu: %s\n", (unsigned long long)r->sent, (unsigned long long)t->twin->sent,
           same ? "the same" : "NOT THE SAME");
    rig_stop(t->rig);
    pg_replay result;
    pg_error err = { 0 };
    bool replayed = pg_replay_run(&result, r->path, NULL, false, &err) == PG_OK && result.different == 0;
    printf("replay: %llu of %llu requests the same, %.0f x real time%s%s\n", (unsigned long long)result.same,
           (unsigned long long)result.requests, (double)(result.last_ns - result.first_ns) * 1e-9 / result.seconds,
           replayed ? "" : ": ", replayed ? "" : result.first);
    reloads_free(t);
    return same && replayed ? 0 : 1;
}

/* What a backtest costs beside its events: memory by length of the tape, and the time to the first event.
 *
 *     .build/release/tests/bench_backtest [strategy] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "study/backtest.h"
#include "support/market.h"

static void die(const pg_error *err)
{
    char text[1024];
    fprintf(stderr, "%s\n", pg_error_text(err, text, sizeof text));
    exit(1);
}

static void write_tape(const char *path, size_t count)
{
    random_market m = market_make(count, 7, 5000000, 1000000);
    pg_tape_info info = { .instrument = market_instrument(), .source = "bench" };
    pg_tape_writer *writer;
    pg_error err = { 0 };
    if (pg_tape_writer_open(&writer, path, &info, &err) != PG_OK)
        die(&err);
    for (size_t i = 0; i < m.count; i++)
        if (pg_tape_writer_append(writer, &m.events[i], &err) != PG_OK)
            die(&err);
    if (pg_tape_writer_close(writer, &info, &err) != PG_OK)
        die(&err);
    free(m.events);
}

static long status_kb(const char *field)
{
    char line[256];
    long kb = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, field, strlen(field)) == 0)
            kb = strtol(line + strlen(field) + 1, NULL, 10);
    if (file)
        fclose(file);
    return kb;
}

/* In a process of its own, so that its memory is its own. */
static void run(const char *path, const char *strategy, size_t count, bool whole)
{
    fflush(stdout);
    if (fork() != 0) {
        wait(NULL);
        return;
    }
    pg_error err = { 0 };
    char warning[256];
    pg_tape *tape;
    pg_backtest *backtest;
    pg_backtest_config config = pg_backtest_defaults();
    config.strategy = strategy;
    double start = pg_clock_elapsed();
    if (pg_tape_open(&tape, path, warning, sizeof warning, &err) != PG_OK)
        die(&err);
    if (!whole)
        config.to_ns = pg_tape_events(tape)[100].local_ns;
    if (pg_backtest_new(&backtest, &config, tape, &err) != PG_OK ||
        pg_backtest_run(backtest, (pg_watch){ 0 }, &err) != PG_OK)
        die(&err);
    double taken = pg_clock_elapsed() - start;
    if (whole)
        printf("private_memory_%zuM_events %.1f MB\n", count / 1000000, (double)status_kb("RssAnon:") / 1024);
    else
        printf("open_to_first_100_events_%zuM %.2f ms\n", count / 1000000, taken * 1e3);
    pg_backtest_free(backtest);
    pg_tape_close(tape);
    fflush(stdout);
    _exit(0);
}

int main(int argc, char **argv)
{
    const char *strategy = argc > 1 ? argv[1] : "strategies/symmetric.lua";
    char path[] = "/tmp/perigee-bench-XXXXXX";
    close(mkstemp(path));
    for (size_t count = 1000000; count <= 16000000; count *= 4) {
        write_tape(path, count);
        for (int i = 0; i < 3; i++)
            run(path, strategy, count, false);
        run(path, strategy, count, true);
    }
    unlink(path);
    return 0;
}

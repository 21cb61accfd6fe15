/* What recording costs: bytes on disk for each change of a level in the recordings of ../shared/data, in event Parquet
 * and in packed tapes beside the mapped tape and zstd -3 of it; and the processor's time of recording 50,000 events a
 * second in every format.
 *
 *     .build/release/tests/bench_record [seconds of recording, default 5]
 *
 * The files go to .run. Bounds: 4 bytes a level change in event Parquet and 6 in packed tapes over all recordings
 * together, half a core for 50,000 events a second. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "data/copy.h"
#include "data/load.h"
#include "data/recorder.h"
#include "script/layout.h"
#include "sim/synthetic.h"

enum { FILES = 64, RATE = 50000, BATCH_NS = 2000000 };

static const char deep_layout[] =
    "return { venue = 'binance', format = 'parquet', record = 'book', units = { local_time = 'ms', exchange_time = "
    "'ms' },"
    " columns = { local_time = 'ts_ms', exchange_time = 'exch_ts_ms', symbol = 'symbol', sequence = 'seq', bid_price = "
    "'bids_px', bid_size = 'bids_qty', ask_price = 'asks_px', ask_size = 'asks_qty' } }";

static void die(const pg_error *err)
{
    char text[1200];
    puts(pg_error_text(err, text, sizeof text));
    exit(1);
}

static double megabytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (double)st.st_size * 1e-6 : 0;
}

/* ---- storage ---- */

static double compressed(const pg_tape *tape)
{
    size_t size = pg_tape_count(tape) * sizeof(pg_event), room = ZSTD_compressBound(size);
    void *out = malloc(room);
    size_t got = out ? ZSTD_compress(out, room, pg_tape_events(tape), size, 3) : 0;
    free(out);
    return (double)got * 1e-6;
}

typedef struct {
    double levels, parquet, packed;
} total;

static void measure(const char *name, const char *pattern, const pg_data_options *options, total *sum)
{
    glob_t found;
    pg_tape *tape;
    pg_error err = { 0 };
    pg_copy_result result;
    bool imported;
    char warning[512];
    if (glob(pattern, GLOB_BRACE, NULL, &found) != 0) {
        printf("%-24s (not there)\n", name);
        return;
    }
    if (pg_data_open(&tape, (const char *const *)found.gl_pathv, (int)found.gl_pathc, options, &imported, NULL, warning,
                     sizeof warning, &err) != PG_OK)
        die(&err);
    globfree(&found);
    static const char *const paths[] = { ".run/bench_record.parquet", ".run/bench_record.tape" };
    for (int i = 0; i < 2; i++) {
        unlink(paths[i]);
        pg_sink_config to = { .format = i ? PG_SINK_PACKED : PG_SINK_PARQUET,
                              .path = paths[i],
                              .info = pg_tape_get_info(tape) };
        if (pg_copy_range(&result, &to, tape, INT64_MIN, INT64_MAX, NULL, NULL, &err) != PG_OK)
            die(&err);
    }
    double levels = 0, events = (double)pg_tape_count(tape);
    for (size_t i = 0; i < pg_tape_count(tape); i++)
        levels += pg_tape_events(tape)[i].kind == PG_EVENT_LEVEL;
    printf("%-24s %9.0f events %9.0f levels   bytes a level: parquet %5.2f  packed %5.2f  zstd of the tape %5.2f\n",
           name, events, levels, megabytes(paths[0]) * 1e6 / levels, megabytes(paths[1]) * 1e6 / levels,
           compressed(tape) * 1e6 / levels);
    sum->levels += levels;
    sum->parquet += megabytes(paths[0]) * 1e6;
    sum->packed += megabytes(paths[1]) * 1e6;
    pg_tape_close(tape);
    unlink(paths[0]);
    unlink(paths[1]);
}

static void storage(void)
{
#define DATA "../shared/data/"
    static const struct {
        const char *name, *pattern;
    } recordings[] = {
        { "standx_btc", DATA "standx_btc_2026-01-06/*.parquet" },
        { "hyperliquid_btc", DATA "hyperliquid_2025-09-04/*_BTC.csv.zst" },
        { "hyperliquid_eth", DATA "hyperliquid_2025-09-04/*_ETH.csv.zst" },
        { "aster_btc", DATA "aster_2025-09-24/l2_1837_*_BTCUSDT.csv.zst" },
        { "binance_ethbtc_diffs", DATA "binance_spot_2020-11-01_09h/ETHBTC*.zst" },
        { "binance_spot_raw", DATA "binance_raw_streams/spot_btcusdt_20240809.gz" },
        { "binance_usdm_raw", DATA "binance_raw_streams/usdm_btcusdt_20240808.gz" },
    };
    pg_data_options options = { .cache = ".run/cache" };
    pg_layout *layouts, *deep = calloc(1, sizeof *deep);
    pg_error err = { 0 };
    total sum = { 0 };
    if (!deep || pg_layout_load_all(&layouts, &options.n_layouts, "lua/perigee/layouts", &err) != PG_OK)
        die(&err);
    options.layouts = layouts;
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++)
        measure(recordings[i].name, recordings[i].pattern, &options, &sum);
    FILE *f = fopen(".run/bench_deep.lua", "w");
    if (!f || fputs(deep_layout, f) < 0 || fclose(f) != 0 || pg_layout_load(deep, ".run/bench_deep.lua", &err) != PG_OK)
        die(&err);
    options.layout = deep;
    measure("binance_deep_1000", DATA "binance_spot_btc_2026-02-16_deep/lobdeep*.parquet", &options, &sum);
    printf("%-24s %26.0f levels   bytes a level: parquet %5.2f (at most 4)  packed %5.2f (at most 6)\n\n",
           "all of them", sum.levels, sum.parquet / sum.levels, sum.packed / sum.levels);
    free(layouts);
    free(deep);
}

/* ---- recording ---- */

typedef struct {
    pg_event *events;
    size_t n, most;
} collected;

static pg_status collect(void *context, const pg_event *events, size_t n, pg_error *err)
{
    collected *c = context;
    (void)err;
    for (size_t i = 0; i < n && c->n < c->most; i++)
        c->events[c->n++] = events[i];
    return PG_OK;
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void recording(double seconds)
{
    collected c = { .most = (size_t)(seconds * RATE) };
    pg_synthetic_params params;
    pg_tape_info info;
    pg_recorder *recorder;
    pg_error err = { 0 };
    int number;
    c.events = malloc(c.most * sizeof *c.events);
    pg_synthetic_init(&params);
    params.hours = (double)c.most / 120000;
    if (!c.events || pg_synthetic_describe(&info, &params, 1, &err) != PG_OK ||
        pg_synthetic_generate(&params, 1, collect, &c, NULL, NULL, &err) != PG_OK)
        die(&err);
    (void)!system("rm -rf .run/bench_rec");
    pg_recorder_config config = { .dir = ".run/bench_rec",
                                  .options = { .formats = 1 << PG_SINK_PACKED | 1 << PG_SINK_PARQUET |
                                                          1 << PG_SINK_CSV | 1 << PG_SINK_PARTS,
                                               .part_events = 2000000,
                                               .part_bytes = 64000000,
                                               .part_ns = INT64_C(3600000000000) },
                                  .clock = pg_clock_real() };
    for (int all = 0; all < 2; all++) {
        if (!all)
            config.options.formats = 1 << PG_SINK_PACKED | 1 << PG_SINK_PARQUET;
        config.dir = all ? ".run/bench_rec/all" : ".run/bench_rec/events";
        if (pg_recorder_new(&recorder, &config, &err) != PG_OK ||
            pg_recorder_add(recorder, &number, "synthetic", &info, NULL, &err) != PG_OK)
            die(&err);
        config.options.formats |= 1 << PG_SINK_CSV | 1 << PG_SINK_PARTS;
        double cpu_before = cpu(), start = pg_clock_elapsed();
        pg_recorder_figures figures;
        for (size_t done = 0; done < c.n;) { /* at its pace: 100 events each 2 ms, the times moved to now */
            size_t n = 0, batch = RATE / (1000000000 / BATCH_NS);
            while (done + n < c.n && (n < batch || !(c.events[done + n - 1].flags & PG_EVENT_LAST)))
                n++;
            pg_recorder_push(recorder, number, c.events + done, n);
            done += n;
            double ahead = start + (double)done / RATE - pg_clock_elapsed();
            if (ahead > 0)
                nanosleep(&(struct timespec){ (time_t)ahead, (long)((ahead - (double)(time_t)ahead) * 1e9) }, NULL);
        }
        double took = pg_clock_elapsed() - start;
        pg_recorder_look(recorder, number, &figures);
        uint64_t queue = figures.queue;
        if (pg_recorder_close(recorder, &err) != PG_OK)
            die(&err);
        printf("recording %s: %.0f events/s for %.1f s, lost %llu; processor %.3f of a core (at most 0.5), files made "
               "at the "
               "end included\n",
               all ? "tape, parquet, csv, parts" : "tape, parquet           ", (double)c.n / took, took,
               (unsigned long long)queue, (cpu() - cpu_before) / took);
    }
    free(c.events);
    (void)!system("rm -rf .run/bench_rec");
}

int main(int argc, char **argv)
{
    mkdir(".run", 0755);
    storage();
    recording(argc > 1 ? strtod(argv[1], NULL) : 5);
    return 0;
}

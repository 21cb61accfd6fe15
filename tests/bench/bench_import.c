/* How fast the import is: a zstd-compressed CSV file of Hyperliquid's order-book layout to a tape.
 *
 *     .build/release/bench_import [MB of text, default 400]
 *
 * The file is made by repeating rows in the form of the recordings (20 levels a side, 0.55 s apart, prices that move),
 * so that it is there without ../shared. Reference in the same run: reading and decompressing the file alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "base/decimal.h"
#include "data/import.h"
#include "data/source.h"

enum { ROW_MAX = 4096, RUNS = 5, BATCH = 1 << 20 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int make_header(char *row)
{
    int n = sprintf(row, "timestamp,sequence,exchange_timestamp");
    for (int i = 0; i < 20; i++)
        n += sprintf(row + n, ",bid_price_%d,bid_size_%d,ask_price_%d,ask_size_%d", i, i, i, i);
    return n + sprintf(row + n, "\n");
}

static int make_row(char *row, long index, uint64_t *state, long *mid)
{
    long long ms = 1757015216253 + index * 550;
    *mid += (long)(next_random(state) % 7) - 3;
    int n = sprintf(row, "%lld.%07u,%lld,%lld", ms / 1000 + 1, (unsigned)(next_random(state) % 10000000), ms, ms);
    for (int i = 0; i < 20; i++) {
        n += sprintf(row + n, ",%ld.0,%.5f,%ld.0,%.5f", *mid - i - (i > 12),
                     (double)(next_random(state) % 600000) * 1e-5, *mid + 1 + i,
                     (double)(next_random(state) % 600000) * 1e-5 + 1e-5);
    }
    return n + sprintf(row + n, "\n");
}

static void compress_batch(FILE *out, ZSTD_CCtx *context, char *packed, size_t capacity, const char *text, size_t size)
{
    size_t n = ZSTD_compressCCtx(context, packed, capacity, text, size, 3);
    if (ZSTD_isError(n) || fwrite(packed, 1, n, out) != n)
        abort();
}

/* Returns the bytes of text. */
static size_t make_file(const char *path, size_t wanted)
{
    char *text = malloc(BATCH + ROW_MAX), *packed = malloc(ZSTD_compressBound(BATCH + ROW_MAX));
    ZSTD_CCtx *context = ZSTD_createCCtx();
    FILE *out = fopen(path, "wb");
    if (!out)
        abort();
    uint64_t state = 88172645463325252u;
    long mid = 109755;
    size_t used = (size_t)make_header(text), total = 0;
    for (long i = 0; total + used < wanted; i++) {
        used += (size_t)make_row(text + used, i, &state, &mid);
        if (used >= BATCH) {
            compress_batch(out, context, packed, ZSTD_compressBound(used), text, used);
            total += used;
            used = 0;
        }
    }
    compress_batch(out, context, packed, ZSTD_compressBound(used), text, used);
    fclose(out);
    ZSTD_freeCCtx(context);
    free(text);
    free(packed);
    return total + used;
}

static double read_only(const char *path)
{
    double start = now();
    pg_source *source;
    const char *line = "";
    size_t length, total = 0;
    bool torn;
    if (pg_source_open(&source, path, NULL) != PG_OK)
        abort();
    while (pg_source_line(source, &line, &length, &torn, NULL) == PG_OK && line)
        total += length;
    pg_source_close(source);
    return total ? now() - start : 0;
}

static void make_layout(pg_layout *layout)
{
    static const char *const columns[PG_FIELDS] = {
        [PG_FIELD_LOCAL_TIME] = "timestamp", [PG_FIELD_EXCHANGE_TIME] = "exchange_timestamp",
        [PG_FIELD_SEQUENCE] = "sequence",    [PG_FIELD_BID_PRICE] = "bid_price_%d",
        [PG_FIELD_BID_SIZE] = "bid_size_%d", [PG_FIELD_ASK_PRICE] = "ask_price_%d",
        [PG_FIELD_ASK_SIZE] = "ask_size_%d",
    };
    pg_layout_init(layout, "bench");
    snprintf(layout->venue, sizeof layout->venue, "bench");
    layout->n_records = 1;
    layout->records[0].kind = PG_RECORD_BOOK;
    layout->local_unit = PG_TIME_S;
    layout->exchange_unit = PG_TIME_MS;
    for (int field = 0; field < PG_FIELDS; field++)
        snprintf(layout->records[0].columns[field], PG_LAYOUT_NAME, "%s", columns[field] ? columns[field] : "");
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(int argc, char **argv)
{
    static const char path[] = ".run/bench_import.csv.zst", tape[] = ".run/bench_import.tape";
    size_t wanted = (argc > 1 ? strtoul(argv[1], NULL, 10) : 400) * 1000000;
    mkdir(".run", 0755);
    double megabytes = (double)make_file(path, wanted) * 1e-6;
    printf("%.0f MB of text\n", megabytes);
    pg_layout layout;
    make_layout(&layout);
    pg_import_input input = { path, &layout };
    pg_import_summary *summary = malloc(sizeof *summary);
    for (int run = 0; run < RUNS && summary; run++) {
        double reading = read_only(path);
        pg_error err = { 0 };
        double start = now(), cpu = cpu_seconds();
        if (pg_import(tape, &input, 1, NULL, summary, &err) != PG_OK) {
            printf("%s: %s\n", err.where, err.what);
            return 1;
        }
        double taken = now() - start;
        cpu = cpu_seconds() - cpu;
        printf(
            "import %6.0f MB/s (%.2f s, %.2f s of processor time), %.2f million events/s; reading alone %6.0f MB/s\n",
            megabytes / taken, taken, cpu, (double)summary->events * 1e-6 / taken, megabytes / reading);
    }
    free(summary);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("resident at most %ld MiB\n", usage.ru_maxrss / 1024);
    unlink(path);
    unlink(tape);
    return 0;
}

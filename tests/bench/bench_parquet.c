/* How fast Parquet is written and read, on one core, in MB of decoded columns a second, beside pyarrow in the same run
 * on the same rows where it can be had.
 *
 *     .build/release/tests/bench_parquet [millions of rows, default 4] [python with pyarrow, default python3]
 *
 * The rows are changes of an order book: two times, a sequence number, price and size in whole units, kind, side, and
 * the same price and size as doubles with some nulls. The compression is ZSTD level 3, the writers' other defaults
 * stay. The file is written to .run and is in the page cache when it is read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/parquet_read.h"
#include "data/parquet_write.h"

enum { COLUMNS = 9, PART = 65536, RUNS = 5 };

static const char path[] = ".run/bench.parquet";

static const pg_parquet_field fields[COLUMNS] = {
    { .name = "local_time", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_TIMESTAMP, .unit = PG_PARQUET_NANOS },
    { .name = "exchange_time", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_TIMESTAMP, .unit = PG_PARQUET_NANOS },
    { .name = "sequence", .type = PG_PARQUET_INT64 },
    { .name = "price", .type = PG_PARQUET_INT64 },
    { .name = "size", .type = PG_PARQUET_INT64 },
    { .name = "kind", .type = PG_PARQUET_INT32 },
    { .name = "buy", .type = PG_PARQUET_BOOLEAN },
    { .name = "price_usd", .type = PG_PARQUET_DOUBLE, .optional = true },
    { .name = "size_coins", .type = PG_PARQUET_DOUBLE, .optional = true },
};

typedef struct {
    size_t n;
    int64_t *times[2], *sequence, *price, *size;
    int32_t *kind;
    uint8_t *buy, *present;
    double *price_usd, *size_coins;
} table;

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

static void *take(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    if (!memory)
        abort();
    return memory;
}

static void make_table(table *t, size_t n)
{
    *t = (table){ .n = n };
    t->times[0] = take(n, 8);
    t->times[1] = take(n, 8);
    t->sequence = take(n, 8);
    t->price = take(n, 8);
    t->size = take(n, 8);
    t->kind = take(n, 4);
    t->buy = take(n, 1);
    t->present = take(n, 1);
    t->price_usd = take(n, 8);
    t->size_coins = take(n, 8);
    uint64_t state = 88172645463325252u;
    int64_t time = 1767653640000000000, mid = 940000;
    for (size_t i = 0; i < n; i++) {
        uint64_t r = next_random(&state);
        time += (int64_t)(r % 8 == 0 ? r % 40000000 : 0); /* several changes arrive at once */
        mid += r % 16 == 0 ? (int64_t)(r >> 8 & 2) - 1 : 0;
        t->times[1][i] = time / 1000000 * 1000000;
        t->times[0][i] = time + 20000000 + (int64_t)(r >> 16 & 0xfffff);
        t->sequence[i] = (int64_t)(i / 4);
        t->buy[i] = r >> 40 & 1;
        t->price[i] = mid + (t->buy[i] ? -1 : 1) * (int64_t)(r >> 42 & 31);
        t->size[i] = r >> 47 & 1 ? 0 : (int64_t)(r >> 48 & 1023) * 50 + 1;
        t->kind[i] = r >> 58 & 7 ? 3 : 1;
        t->present[i] = (r >> 20 & 63) != 0;
        t->price_usd[i] = (double)t->price[i] / 10;
        t->size_coins[i] = (double)t->size[i] / 1e5;
    }
}

static void fail(const pg_error *err)
{
    char text[1200];
    puts(pg_error_text(err, text, sizeof text));
    exit(1);
}

static double write_file(const table *t)
{
    pg_error err;
    pg_parquet_writer *writer;
    double start = now();
    if (pg_parquet_writer_open(&writer, path, fields, COLUMNS, NULL, &err) != PG_OK)
        fail(&err);
    for (size_t i = 0; i < t->n; i += PART) {
        const pg_parquet_slice slices[COLUMNS] = {
            { t->times[0] + i, NULL },
            { t->times[1] + i, NULL },
            { t->sequence + i, NULL },
            { t->price + i, NULL },
            { t->size + i, NULL },
            { t->kind + i, NULL },
            { t->buy + i, NULL },
            { t->price_usd + i, t->present + i },
            { t->size_coins + i, t->present + i },
        };
        if (pg_parquet_writer_append(writer, slices, t->n - i < PART ? t->n - i : (size_t)PART, &err) != PG_OK)
            fail(&err);
    }
    if (pg_parquet_writer_close(writer, &err) != PG_OK)
        fail(&err);
    return now() - start;
}

/* Reads every column; the sum keeps the values from being left out. */
static double read_file(uint64_t *entries)
{
    pg_error err;
    pg_parquet_file *file;
    pg_parquet_chunk *chunk;
    pg_parquet_batch batch;
    double start = now();
    if (pg_parquet_open(&file, path, NULL, &err) != PG_OK)
        fail(&err);
    *entries = 0;
    for (size_t g = 0; g < pg_parquet_groups(file); g++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            if (pg_parquet_chunk_open(&chunk, file, g, c, &err) != PG_OK)
                fail(&err);
            do {
                if (pg_parquet_chunk_next(chunk, &batch, &err) != PG_OK)
                    fail(&err);
                *entries += batch.entries;
            } while (batch.entries > 0);
            pg_parquet_chunk_close(chunk);
        }
    }
    pg_parquet_close(file);
    return now() - start;
}

static const char script[] = "import os, sys, time\n"
                             "try:\n"
                             "    import pyarrow, pyarrow.parquet as pq\n"
                             "except ImportError:\n"
                             "    sys.exit('pyarrow is not there')\n"
                             "pyarrow.set_cpu_count(1)\n"
                             "path, megabytes = sys.argv[1], float(sys.argv[2])\n"
                             "for run in range(3):\n"
                             "    a = time.perf_counter()\n"
                             "    table = pq.read_table(path, use_threads=False, pre_buffer=False)\n"
                             "    b = time.perf_counter()\n"
                             "    pq.write_table(table, path + '.arrow', compression='zstd', compression_level=3)\n"
                             "    c = time.perf_counter()\n"
                             "    size = os.path.getsize(path + '.arrow') * 1e-6\n"
                             "    print(f'pyarrow {pyarrow.__version__} write {megabytes / (c - b):6.0f} MB/s, read '\n"
                             "          f'{megabytes / (b - a):6.0f} MB/s, file {size:.1f} MB', flush=True)\n"
                             "os.unlink(path + '.arrow')\n";

int main(int argc, char **argv)
{
    size_t n = (argc > 1 ? strtoul(argv[1], NULL, 10) : 4) * 1000000;
    table t;
    struct stat st;
    mkdir(".run", 0755);
    make_table(&t, n);
    double megabytes = (double)n * (7 * 8 + 4 + 1) * 1e-6;
    printf("%zu rows, %.0f MB of decoded columns\n", n, megabytes);
    for (int run = 0; run < RUNS; run++) {
        uint64_t entries;
        double writing = write_file(&t), reading = read_file(&entries);
        if (entries != n * COLUMNS || stat(path, &st) != 0)
            abort();
        printf("perigee write %6.0f MB/s, read %6.0f MB/s, file %.1f MB (%.2f bytes a row)\n", megabytes / writing,
               megabytes / reading, (double)st.st_size * 1e-6, (double)st.st_size / (double)n);
    }
    fflush(stdout);
    char command[4096];
    snprintf(command, sizeof command, "%s -c \"%s\" %s %f", argc > 2 ? argv[2] : "python3", script, path, megabytes);
    if (system(command) != 0)
        puts("(no comparison with pyarrow)");
    unlink(path);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("resident at most %ld MiB, of which the rows are %.0f\n", usage.ru_maxrss / 1024,
           (megabytes + (double)n * 1e-6) / 1.048576);
    return 0;
}

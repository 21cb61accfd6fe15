/* Parquet files of other writers: Arrow, Polars, DuckDB and fastparquet, with all the encodings, compressions and page
 * versions that they use, lists, lists of lists, nulls, decimals and INT96 (tests/data/files/parquet, made by make.py
 * there); and a recording of StandX when ../shared is there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <lz4.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/parquet_compress.h"
#include "data/parquet_rows.h"

enum { ROWS = 300 };

#define FILES      "tests/data/files/parquet/"
#define RECORDINGS "../shared/data/standx_btc_2026-01-06/"

static const int64_t base_ns = 1767653640000000000, day_ns = 86400000000000;

static void check(pg_status status, const pg_error *err)
{
    char text[1200];
    if (status != PG_OK)
        fail_msg("%s", pg_error_text(err, text, sizeof text));
}

/* The one cell of a flat column. */
static const pg_parquet_cell *cell(const pg_parquet_rows *rows, size_t column)
{
    size_t n;
    const pg_parquet_cell *cells = pg_parquet_rows_cells(rows, column, &n);
    assert_int_equal(n, 1);
    return cells;
}

static void expect_integer(const pg_parquet_cell *got, int64_t value)
{
    assert_int_equal(got->kind, PG_PARQUET_CELL_INTEGER);
    assert_int_equal(got->integer, value);
}

static void expect_number(const pg_parquet_cell *got, double value)
{
    assert_int_equal(got->kind, PG_PARQUET_CELL_NUMBER);
    assert_true(got->number == value);
}

static void expect_text(const pg_parquet_cell *got, const char *value)
{
    assert_int_equal(got->kind, PG_PARQUET_CELL_TEXT);
    assert_int_equal(got->text.size, strlen(value));
    assert_memory_equal(got->text.data, value, got->text.size);
}

static bool expect_null(const pg_parquet_cell *got, int64_t i)
{
    assert_int_equal(got->kind == PG_PARQUET_CELL_NULL, i % 5 == 3);
    return i % 5 == 3;
}

static const char *const names[] = { "time",   "sequence", "price",  "ratio",   "id",    "small", "large", "flag",
                                     "symbol", "day",      "amount", "nothing", "sizes", "names", "levels" };

static void check_flat(const pg_parquet_rows *rows, int64_t i)
{
    char text[32];
    expect_integer(cell(rows, 0), base_ns + i * 250000000);
    expect_integer(cell(rows, 1), i * 3 - 100);
    if (!expect_null(cell(rows, 2), i))
        expect_number(cell(rows, 2), 94000 + (double)i * 0.5);
    expect_number(cell(rows, 3), (double)i / 8);
    snprintf(text, sizeof text, "order-%04d", (int)i);
    expect_text(cell(rows, 4), text);
}

static void check_more(const pg_parquet_rows *rows, int64_t i)
{
    static const char *const symbols[] = { "BTC", "", "SOL-USD" };
    char text[32];
    int hundredths = ((int)i - 50) * 25;
    if (!expect_null(cell(rows, 5), i))
        expect_integer(cell(rows, 5), i % 7 - 3);
    expect_integer(cell(rows, 6), 4294967295 - i);
    if (!expect_null(cell(rows, 7), i))
        expect_integer(cell(rows, 7), i % 3 == 0);
    if (!expect_null(cell(rows, 8), i))
        expect_text(cell(rows, 8), symbols[i % 3]);
    expect_integer(cell(rows, 9), i * day_ns);
    snprintf(text, sizeof text, "%s%d.%02d", hundredths < 0 ? "-" : "", abs(hundredths) / 100, abs(hundredths) % 100);
    expect_text(cell(rows, 10), text);
    assert_int_equal(cell(rows, 11)->kind, PG_PARQUET_CELL_NULL);
}

static void check_lists(const pg_parquet_rows *rows, int64_t i)
{
    size_t n, k = 0;
    char text[32];
    const pg_parquet_cell *cells = pg_parquet_rows_cells(rows, 12, &n);
    assert_int_equal(n, i % 11 == 0 ? 0 : i % 4);
    for (k = 0; k < n; k++)
        if (!expect_null(&cells[k], i + (int64_t)k))
            expect_number(&cells[k], (double)i + (double)k / 4);
    cells = pg_parquet_rows_cells(rows, 13, &n);
    assert_int_equal(n, i % 3);
    for (k = 0; k < n; k++) {
        snprintf(text, sizeof text, "%d/%zu", (int)i, k);
        expect_text(&cells[k], text);
    }
    cells = pg_parquet_rows_cells(rows, 14, &n);
    assert_int_equal(n, (i % 4) * (i % 4 - 1) / 2);
    k = 0;
    for (int64_t a = 0; a < i % 4; a++)
        for (int64_t b = 0; b < a; b++)
            expect_integer(&cells[k++], i * 10 + a * 3 + b);
}

static void check_file(const char *name, size_t n_columns)
{
    char path[256];
    pg_parquet_file *file;
    pg_parquet_rows *rows;
    pg_error err;
    snprintf(path, sizeof path, FILES "%s", name);
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    assert_int_equal(pg_parquet_row_count(file), ROWS);
    check(pg_parquet_rows_open(&rows, file, names, n_columns, &err), &err);
    bool ended;
    for (int64_t i = 0;; i++) {
        check(pg_parquet_rows_next(rows, &ended, &err), &err);
        if (ended) {
            assert_int_equal(i, ROWS);
            break;
        }
        assert_int_equal(pg_parquet_rows_number(rows), i);
        check_flat(rows, i);
        if (n_columns > 5) {
            check_more(rows, i);
            check_lists(rows, i);
        }
    }
    pg_parquet_rows_close(rows);
    pg_parquet_close(file);
}

static void test_writers(void **state)
{
    (void)state;
    enum { ALL = sizeof names / sizeof *names };
    check_file("arrow_snappy_v1.parquet", ALL);
    check_file("arrow_zstd_v2.parquet", ALL);
    check_file("arrow_gzip.parquet", ALL);
    check_file("polars_lz4.parquet", ALL);
    check_file("duckdb_zstd_v2.parquet", ALL);
    check_file("duckdb_plain.parquet", ALL);
    check_file("fastparquet.parquet", 5);
}

/* The nesting itself: the levels of a list of lists. */
static void test_levels(void **state)
{
    (void)state;
    pg_parquet_file *file;
    pg_parquet_chunk *chunk;
    pg_parquet_batch batch;
    pg_error err;
    check(pg_parquet_open(&file, FILES "arrow_gzip.parquet", NULL, &err), &err);
    int column = pg_parquet_find(file, "levels");
    assert_true(column >= 0);
    const pg_parquet_column *c = pg_parquet_column_at(file, (size_t)column);
    assert_int_equal(c->max_repetition, 2);
    assert_int_equal(c->max_definition, 5);
    assert_int_equal(c->element_definition, 4);
    check(pg_parquet_chunk_open(&chunk, file, 0, (size_t)column, &err), &err);
    check(pg_parquet_chunk_next(chunk, &batch, &err), &err);
    /* rows 0 to 3: [], [[]], [[], [x]], [[], [x], [x, x]] */
    static const uint8_t repetition[] = { 0, 0, 0, 1, 0, 1, 1, 2 }, definition[] = { 1, 3, 3, 5, 3, 5, 5, 5 };
    assert_memory_equal(batch.repetition, repetition, sizeof repetition);
    assert_memory_equal(batch.definition, definition, sizeof definition);
    assert_int_equal(batch.i64[0], 23);
    pg_parquet_chunk_close(chunk);
    pg_parquet_close(file);
}

/* Row groups that cannot have the rows are left out; the numbers of the others stay. */
static void test_between(void **state)
{
    (void)state;
    static const char *const two[] = { "id", "time" };
    pg_parquet_file *file;
    pg_parquet_rows *rows;
    pg_error err;
    bool ended;
    check(pg_parquet_open(&file, FILES "arrow_snappy_v1.parquet", NULL, &err), &err);
    assert_int_equal(pg_parquet_groups(file), 3); /* from rows 0, 120, 240 on */
    check(pg_parquet_rows_open(&rows, file, two, 2, &err), &err);
    assert_int_equal(pg_parquet_rows_between(rows, 0, 0, 1, &err), PG_ERR_INVALID);
    check(pg_parquet_rows_between(rows, 1, base_ns + 130 * 250000000LL, base_ns + 140 * 250000000LL, &err), &err);
    for (int64_t i = 120; i < 240; i++) {
        check(pg_parquet_rows_next(rows, &ended, &err), &err);
        assert_false(ended);
        assert_int_equal(pg_parquet_rows_number(rows), i);
        expect_integer(cell(rows, 1), base_ns + i * 250000000);
    }
    check(pg_parquet_rows_next(rows, &ended, &err), &err);
    assert_true(ended);
    pg_parquet_rows_close(rows);

    static const char *const absent[] = { "id", "bid" };
    assert_int_equal(pg_parquet_rows_open(&rows, file, absent, 2, &err), PG_ERR_NOT_FOUND);
    assert_non_null(strstr(err.what, "bid"));
    assert_non_null(strstr(err.remedy, "sequence"));
    pg_parquet_close(file);
}

static void put_big(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* The old LZ4 with Hadoop's frames (two of them), and the same codec without frames, as different writers had it. */
static void test_hadoop(void **state)
{
    (void)state;
    enum { HALF = 1000, HEAD = 8 };
    char plain[2 * HALF];
    uint8_t packed[2 * (HALF + 64)], out[2 * HALF];
    pg_parquet_codecs codecs = { 0 };
    pg_error err;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (char)(i * i >> 5);
    size_t n = 0;
    for (int half = 0; half < 2; half++) {
        int size = LZ4_compress_default(plain + half * HALF, (char *)packed + n + HEAD, HALF, HALF + 56);
        put_big(packed + n, HALF);
        put_big(packed + n + 4, (uint32_t)size);
        n += HEAD + (size_t)size;
    }
    check(pg_parquet_decompress(&codecs, out, sizeof out, PG_PARQUET_LZ4, packed, n, &err), &err);
    assert_memory_equal(out, plain, sizeof plain);
    assert_int_equal(pg_parquet_decompress(&codecs, out, sizeof out - 1, PG_PARQUET_LZ4, packed, n, &err),
                     PG_ERR_CORRUPT);
    int size = LZ4_compress_default(plain, (char *)packed, sizeof plain, sizeof packed);
    memset(out, 0, sizeof out);
    check(pg_parquet_decompress(&codecs, out, sizeof out, PG_PARQUET_LZ4, packed, (size_t)size, &err), &err);
    assert_memory_equal(out, plain, sizeof plain);
    pg_parquet_codecs_free(&codecs);
}

/* Reads a recording to its end; returns its rows, and the mean of the first element of the column 1. */
static int64_t read_recording(const char *path, const char *const columns[4], double *mean, int64_t *last_time,
                              size_t elements, bool book)
{
    pg_parquet_file *file;
    pg_parquet_rows *rows;
    pg_error err;
    bool ended = false;
    int64_t n = 0;
    double sum = 0;
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    check(pg_parquet_rows_open(&rows, file, columns, 4, &err), &err);
    for (;; n++) {
        size_t n_cells;
        check(pg_parquet_rows_next(rows, &ended, &err), &err);
        if (ended)
            break;
        const pg_parquet_cell *cells = pg_parquet_rows_cells(rows, 1, &n_cells);
        assert_int_equal(n_cells, elements);
        sum += cells[0].number;
        *last_time = cell(rows, 0)->integer;
        if (book) {
            pg_parquet_rows_cells(rows, 2, &n_cells);
            assert_int_equal(n_cells, elements);
            expect_integer(cell(rows, 3), 1);
        } else {
            assert_int_equal(cell(rows, 2)->kind, PG_PARQUET_CELL_NULL);
            expect_text(cell(rows, 3), "SELL");
        }
    }
    *mean = sum / (double)n;
    pg_parquet_rows_close(rows);
    pg_parquet_close(file);
    return n;
}

/* Snappy, dictionaries, lists, and a column of nulls only. The figures are pyarrow's. */
static void test_recordings(void **state)
{
    (void)state;
    static const char *const book[] = { "timestamp", "bid_prices", "ask_quantities", "is_valid" };
    static const char *const trades[] = { "timestamp", "price", "quote_quantity", "side" };
    double mean;
    int64_t last;
    if (access(RECORDINGS, F_OK) != 0)
        skip();
    assert_int_equal(read_recording(RECORDINGS "orderbook_BTC-USD_2026-01-05_22.parquet", book, &mean, &last, 20, true),
                     1972);
    assert_int_equal(last, 1767653999949000000);
    assert_true(fabs(mean - 94146.92018255578) < 1e-6);
    assert_int_equal(read_recording(RECORDINGS "trades_BTC-USD_2026-01-05_22.parquet", trades, &mean, &last, 1, false),
                     208);
    assert_true(fabs(mean - 94142.58182692308) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writers), cmocka_unit_test(test_levels),     cmocka_unit_test(test_between),
        cmocka_unit_test(test_hadoop),  cmocka_unit_test(test_recordings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

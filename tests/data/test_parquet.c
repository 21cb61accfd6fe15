/* Parquet files of our own: what is written is what is read, in every type, encoding, compression and page version; the
 * file is there whole or not at all; statistics, metadata and the writer's bounds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "data/parquet_read.h"
#include "data/parquet_write.h"
#include "data/scratch.h"

enum { COLUMNS = 12, ROWS = 30011 };

/* Values by row: steady times, sequence numbers with jumps, prices of few distinct values, noise, text, nulls. */
typedef struct {
    int64_t time[ROWS], sequence[ROWS], noise[ROWS], few[ROWS];
    int32_t side[ROWS], day[ROWS], wild[ROWS];
    double price[ROWS], unique[ROWS];
    uint8_t flag[ROWS], present[ROWS];
    pg_parquet_bytes symbol[ROWS], id[ROWS];
    char ids[ROWS][24];
} table;

static const pg_parquet_field fields[COLUMNS] = {
    { .name = "time", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_TIMESTAMP, .unit = PG_PARQUET_NANOS },
    { .name = "sequence", .type = PG_PARQUET_INT64, .choice = PG_PARQUET_AS_DELTA },
    { .name = "noise", .type = PG_PARQUET_INT64, .choice = PG_PARQUET_AS_DELTA },
    { .name = "few", .type = PG_PARQUET_INT64, .optional = true },
    { .name = "side", .type = PG_PARQUET_INT32, .choice = PG_PARQUET_AS_DICTIONARY },
    { .name = "day", .type = PG_PARQUET_INT32, .logical = PG_PARQUET_DATE, .optional = true },
    { .name = "wild", .type = PG_PARQUET_INT32, .choice = PG_PARQUET_AS_DELTA },
    { .name = "price", .type = PG_PARQUET_DOUBLE, .optional = true },
    { .name = "unique", .type = PG_PARQUET_DOUBLE, .choice = PG_PARQUET_AS_DICTIONARY },
    { .name = "flag", .type = PG_PARQUET_BOOLEAN, .optional = true },
    { .name = "symbol", .type = PG_PARQUET_BYTE_ARRAY, .logical = PG_PARQUET_STRING },
    { .name = "id", .type = PG_PARQUET_BYTE_ARRAY, .logical = PG_PARQUET_STRING, .optional = true },
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static table *make_table(void)
{
    static const char *const symbols[] = { "BTC", "ETH", "", "SOL-USD" };
    table *t = calloc(1, sizeof *t);
    uint64_t random = 88172645463325252u;
    for (size_t i = 0; i < ROWS; i++) {
        uint64_t r = next_random(&random);
        t->time[i] = 1767653640000000000 + (int64_t)i * 1000000 + (int64_t)(r % 4096);
        t->sequence[i] = (int64_t)i * 2 + (i % 1000 == 0);
        t->noise[i] = (int64_t)next_random(&random);
        t->few[i] = (int64_t)(r >> 20 & 15) - 7;
        t->side[i] = i % 2 ? 1 : -1;
        t->day[i] = (int32_t)(i / 5000);
        t->wild[i] = (int32_t)next_random(&random);
        t->price[i] = 94000.0 + (double)(r >> 30 & 255) * 0.5;
        t->unique[i] = (double)i / 7.0;
        t->flag[i] = r >> 40 & 1;
        t->present[i] = i < 9000 || (r >> 50) % 3 != 0; /* long runs and short ones */
        const char *symbol = symbols[r >> 60 & 3];
        t->symbol[i] = (pg_parquet_bytes){ (const uint8_t *)symbol, strlen(symbol) };
        int length = snprintf(t->ids[i], sizeof t->ids[i], "order-%08zu", i);
        t->id[i] = (pg_parquet_bytes){ (const uint8_t *)t->ids[i], (size_t)length };
    }
    t->price[17] = NAN;
    t->price[18] = -0.0;
    return t;
}

static void make_slices(const table *t, pg_parquet_slice slices[COLUMNS], size_t first)
{
    const uint8_t *present = t->present + first;
    const pg_parquet_slice all[COLUMNS] = {
        { t->time + first, NULL },    { t->sequence + first, NULL }, { t->noise + first, NULL },
        { t->few + first, present },  { t->side + first, NULL },     { t->day + first, present },
        { t->wild + first, NULL },    { t->price + first, present }, { t->unique + first, NULL },
        { t->flag + first, present }, { t->symbol + first, NULL },   { t->id + first, present },
    };
    memcpy(slices, all, sizeof all);
}

static void check(pg_status status, const pg_error *err)
{
    char text[1200];
    if (status != PG_OK)
        fail_msg("%s", pg_error_text(err, text, sizeof text));
}

static void write_table(const char *path, const table *t, const pg_parquet_options *options)
{
    pg_error err;
    pg_parquet_writer *writer = NULL;
    check(pg_parquet_writer_open(&writer, path, fields, COLUMNS, options, &err), &err);
    for (size_t done = 0, part = 1; done < ROWS; part = part * 3 + 1) { /* pieces of every size */
        pg_parquet_slice slices[COLUMNS];
        size_t n = ROWS - done < part ? ROWS - done : part;
        make_slices(t, slices, done);
        check(pg_parquet_writer_append(writer, slices, n, &err), &err);
        done += n;
    }
    check(pg_parquet_writer_set(writer, "scale", "1", &err), &err);
    check(pg_parquet_writer_set(writer, "scale", "100000", &err), &err);
    check(pg_parquet_writer_set(writer, "venue", "StandX", &err), &err);
    assert_int_equal(pg_parquet_writer_rows(writer), ROWS);
    check(pg_parquet_writer_close(writer, &err), &err);
}

static bool same_value(const pg_parquet_column *column, const pg_parquet_batch *batch, size_t k,
                       const pg_parquet_slice *slice, size_t row)
{
    if (column->type == PG_PARQUET_BYTE_ARRAY) {
        const pg_parquet_bytes *want = (const pg_parquet_bytes *)slice->values + row;
        return batch->bytes[k].size == want->size && memcmp(batch->bytes[k].data, want->data, want->size) == 0;
    }
    size_t size = pg_parquet_column_bytes(column);
    return memcmp((const uint8_t *)batch->values + k * size, (const uint8_t *)slice->values + row * size, size) == 0;
}

static size_t check_chunk(const pg_parquet_file *file, size_t group, size_t column, const pg_parquet_slice *slice,
                          size_t row)
{
    pg_error err;
    pg_parquet_chunk *chunk;
    pg_parquet_batch batch;
    const pg_parquet_column *c = pg_parquet_column_at(file, column);
    check(pg_parquet_chunk_open(&chunk, file, group, column, &err), &err);
    for (;;) {
        check(pg_parquet_chunk_next(chunk, &batch, &err), &err);
        if (batch.entries == 0)
            break;
        size_t k = 0;
        for (size_t i = 0; i < batch.entries; i++, row++) {
            bool there = !batch.definition || batch.definition[i];
            if (there != (!slice->present || slice->present[row]))
                fail_msg("column %s, row %zu: null or not", c->path, row);
            if (there && !same_value(c, &batch, k++, slice, row))
                fail_msg("column %s, row %zu", c->path, row);
        }
        assert_int_equal(k, batch.n);
    }
    pg_parquet_chunk_close(chunk);
    return row;
}

static void check_table(const char *path, const table *t)
{
    pg_error err;
    pg_parquet_file *file;
    pg_parquet_slice slices[COLUMNS];
    make_slices(t, slices, 0);
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    assert_int_equal(pg_parquet_row_count(file), ROWS);
    assert_int_equal(pg_parquet_columns(file), COLUMNS);
    for (size_t c = 0; c < COLUMNS; c++) {
        const pg_parquet_column *column = pg_parquet_column_at(file, c);
        assert_string_equal(column->path, fields[c].name);
        assert_int_equal(column->type, fields[c].type);
        assert_int_equal(column->logical, fields[c].logical);
        assert_int_equal(column->max_definition, fields[c].optional);
        size_t row = 0;
        for (size_t g = 0; g < pg_parquet_groups(file); g++)
            row = check_chunk(file, g, c, &slices[c], row);
        assert_int_equal(row, ROWS);
    }
    assert_int_equal(pg_parquet_metadata(file, "scale").size, 6);
    assert_memory_equal(pg_parquet_metadata(file, "scale").data, "100000", 6);
    assert_memory_equal(pg_parquet_metadata(file, "venue").data, "StandX", 6);
    assert_null(pg_parquet_metadata(file, "absent").data);
    pg_parquet_close(file);
}

static void test_round_trips(void **state)
{
    (void)state;
    static const pg_parquet_codec codecs[] = { PG_PARQUET_ZSTD, PG_PARQUET_SNAPPY, PG_PARQUET_GZIP, PG_PARQUET_LZ4_RAW,
                                               PG_PARQUET_UNCOMPRESSED };
    table *t = make_table();
    const char *path = scratch_path("round.parquet");
    for (size_t i = 0; i < 2 * sizeof codecs / sizeof *codecs; i++) {
        pg_parquet_options options;
        pg_parquet_options_init(&options);
        options.codec = codecs[i / 2];
        options.page_version = 1 + (int)(i % 2);
        options.group_rows = i < 4 ? 12000 : 1 << 20;
        options.page_bytes = i < 2 ? 1024 : (size_t)1 << (10 + i);
        options.dictionary_bytes = i == 4 ? 0 : (size_t)1 << (12 + i); /* a full one, and none at all, too */
        options.checksums = i != 3;
        write_table(path, t, &options);
        check_table(path, t);
    }
    write_table(path, t, NULL);
    check_table(path, t);
    free(t);
}

static void test_group_bytes(void **state)
{
    (void)state;
    table *t = make_table();
    const char *path = scratch_path("groups.parquet");
    pg_parquet_options options;
    pg_parquet_file *file;
    pg_error err;
    pg_parquet_options_init(&options);
    options.group_bytes = 256 * 1024;
    write_table(path, t, &options);
    check_table(path, t);
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    assert_in_range(pg_parquet_groups(file), 4, 12); /* 2.5 MB in all */
    pg_parquet_close(file);
    free(t);
}

/* Statistics bound the values of their group; the null count is exact. */
static void test_statistics(void **state)
{
    (void)state;
    table *t = make_table();
    const char *path = scratch_path("statistics.parquet");
    pg_parquet_options options;
    pg_parquet_file *file;
    pg_parquet_statistics s;
    pg_error err;
    pg_parquet_options_init(&options);
    options.group_rows = 10000;
    write_table(path, t, &options);
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    assert_int_equal(pg_parquet_groups(file), 4);
    assert_true(pg_parquet_chunk_statistics(file, 1, 1, &s));
    assert_true(s.has_range && s.has_nulls && s.nulls == 0);
    assert_int_equal(s.min, 20001);
    assert_int_equal(s.max, 39998);
    int64_t nulls = 0;
    for (size_t i = 0; i < 10000; i++)
        nulls += !t->present[i];
    assert_true(pg_parquet_chunk_statistics(file, 0, 7, &s));
    assert_int_equal(s.nulls, nulls);
    assert_true(s.has_range && s.min_number == 0 && signbit(s.min_number) && s.max_number == 94127.5);
    assert_true(pg_parquet_chunk_statistics(file, 3, 10, &s));
    assert_true(s.has_range && s.min_bytes.size == 0 && s.max_bytes.size == 7);
    assert_memory_equal(s.max_bytes.data, "SOL-USD", 7);
    assert_true(pg_parquet_chunk_statistics(file, 3, 5, &s));
    assert_true(s.has_range && s.min == 6 && s.max == 6);
    pg_parquet_close(file);
    free(t);
}

/* Unsigned numbers above the signed maximum, text too long for statistics, columns of nulls only, no rows at all. */
static void test_edges(void **state)
{
    (void)state;
    static const pg_parquet_field edge[] = {
        { .name = "u32", .type = PG_PARQUET_INT32, .logical = PG_PARQUET_INTEGER, .bits = 32, .is_unsigned = true },
        { .name = "u64", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_INTEGER, .bits = 64, .is_unsigned = true },
        { .name = "long", .type = PG_PARQUET_BYTE_ARRAY },
        { .name = "nothing", .type = PG_PARQUET_DOUBLE, .optional = true },
        { .name = "nan", .type = PG_PARQUET_DOUBLE },
        { .name = "extreme", .type = PG_PARQUET_INT64, .choice = PG_PARQUET_AS_DELTA },
        { .name = "no.text", .type = PG_PARQUET_BYTE_ARRAY, .optional = true },
    };
    static const uint8_t none[3];
    static char text[1 << 21];
    memset(text, 'x', sizeof text);
    const int32_t u32[] = { 5, -1, 7 };
    const int64_t u64[] = { 5, -1, 7 }, extreme[] = { INT64_MIN, INT64_MAX, INT64_MIN };
    const pg_parquet_bytes bytes[] = { { (uint8_t *)text, sizeof text },
                                       { (uint8_t *)text, 0 },
                                       { (uint8_t *)text, 1 } };
    const double nan[] = { NAN, NAN, NAN };
    const pg_parquet_slice slices[] = { { u32, NULL }, { u64, NULL },     { bytes, NULL }, { nan, none },
                                        { nan, NULL }, { extreme, NULL }, { bytes, none } };
    enum { N = sizeof edge / sizeof *edge };
    const char *path = scratch_path("edges.parquet");
    for (int version = 1; version <= 2; version++) {
        pg_parquet_options options;
        pg_parquet_writer *writer;
        pg_parquet_file *file;
        pg_parquet_statistics s;
        pg_error err;
        pg_parquet_options_init(&options);
        options.page_version = version;
        check(pg_parquet_writer_open(&writer, path, edge, N, &options, &err), &err);
        check(pg_parquet_writer_append(writer, slices, 3, &err), &err);
        check(pg_parquet_writer_close(writer, &err), &err);
        check(pg_parquet_open(&file, path, NULL, &err), &err);
        for (size_t c = 0; c < N; c++)
            assert_int_equal(check_chunk(file, 0, c, &slices[c], 0), 3);
        assert_true(pg_parquet_chunk_statistics(file, 0, 0, &s) && s.has_range && s.min == 5 && s.max == UINT32_MAX);
        assert_true(pg_parquet_chunk_statistics(file, 0, 1, &s) && s.has_range && s.min == 5 && s.max == INT64_MAX);
        assert_true(pg_parquet_chunk_statistics(file, 0, 2, &s) && !s.has_range);
        assert_true(pg_parquet_chunk_statistics(file, 0, 3, &s) && !s.has_range && s.nulls == 3);
        assert_true(pg_parquet_chunk_statistics(file, 0, 4, &s) && !s.has_range);
        assert_int_equal(pg_parquet_find(file, "no.text"), 6);
        assert_int_equal(pg_parquet_find(file, "absent"), -1);
        pg_parquet_close(file);
    }
    pg_parquet_writer *writer;
    pg_parquet_file *file;
    pg_error err;
    check(pg_parquet_writer_open(&writer, path, edge, N, NULL, &err), &err);
    check(pg_parquet_writer_close(writer, &err), &err);
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    assert_int_equal(pg_parquet_row_count(file), 0);
    assert_int_equal(pg_parquet_groups(file), 0);
    pg_parquet_close(file);
}

static void refuse(const pg_parquet_field *field, pg_status status)
{
    pg_parquet_writer *writer = (pg_parquet_writer *)1;
    pg_error err = { 0 };
    assert_int_equal(pg_parquet_writer_open(&writer, scratch_path("refused.parquet"), field, 1, NULL, &err), status);
    assert_null(writer);
    assert_true(err.what[0]);
    assert_int_not_equal(access(scratch_path("refused.parquet.tmp"), F_OK), 0);
}

static void test_refusals(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    refuse(&(pg_parquet_field){ .name = "", .type = PG_PARQUET_INT64 }, PG_ERR_INVALID);
    refuse(&(pg_parquet_field){ .name = name, .type = PG_PARQUET_INT64 }, PG_ERR_INVALID);
    refuse(&(pg_parquet_field){ .name = "a", .type = PG_PARQUET_INT96 }, PG_ERR_UNSUPPORTED);
    refuse(&(pg_parquet_field){ .name = "a", .type = PG_PARQUET_DOUBLE, .choice = PG_PARQUET_AS_DELTA },
           PG_ERR_INVALID);
    refuse(&(pg_parquet_field){ .name = "a", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_TIMESTAMP },
           PG_ERR_INVALID);
    refuse(&(pg_parquet_field){ .name = "a", .type = PG_PARQUET_INT32, .logical = PG_PARQUET_STRING }, PG_ERR_INVALID);
    refuse(&(pg_parquet_field){ .name = "a", .type = PG_PARQUET_INT32, .logical = PG_PARQUET_DECIMAL, .precision = 10 },
           PG_ERR_INVALID);
}

/* A null in a required column is refused before anything is appended, and the writer goes on. */
static void test_null_in_required(void **state)
{
    (void)state;
    const pg_parquet_field two[] = { { .name = "a", .type = PG_PARQUET_INT64 },
                                     { .name = "b", .type = PG_PARQUET_INT32 } };
    const int64_t a[] = { 1, 2, 3 };
    const int32_t b[] = { 4, 5, 6 };
    const uint8_t present[] = { 1, 0, 1 };
    const pg_parquet_slice bad[] = { { a, NULL }, { b, present } }, good[] = { { a, NULL }, { b, NULL } };
    const char *path = scratch_path("required.parquet");
    pg_parquet_writer *writer;
    pg_parquet_file *file;
    pg_error err;
    check(pg_parquet_writer_open(&writer, path, two, 2, NULL, &err), &err);
    assert_int_equal(pg_parquet_writer_append(writer, bad, 3, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "column b"));
    check(pg_parquet_writer_append(writer, good, 3, &err), &err);
    check(pg_parquet_writer_close(writer, &err), &err);
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    assert_int_equal(pg_parquet_row_count(file), 3);
    pg_parquet_close(file);
}

/* The old file stays until the new one is whole; a second writer is refused; abort leaves nothing behind. */
static void test_in_place(void **state)
{
    (void)state;
    const pg_parquet_field one = { .name = "a", .type = PG_PARQUET_INT64 };
    const int64_t values[] = { 1, 2, 3 };
    const pg_parquet_slice slice = { values, NULL };
    char path[256], temporary[256];
    snprintf(path, sizeof path, "%s", scratch_path("place.parquet"));
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    pg_parquet_writer *writer, *second = NULL;
    pg_parquet_file *file;
    pg_error err;
    check(pg_parquet_writer_open(&writer, path, &one, 1, NULL, &err), &err);
    check(pg_parquet_writer_append(writer, &slice, 3, &err), &err);
    check(pg_parquet_writer_end_group(writer, &err), &err);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(pg_parquet_writer_open(&second, path, &one, 1, NULL, &err), PG_ERR_STATE);
    assert_int_equal(access(temporary, F_OK), 0);
    check(pg_parquet_writer_close(writer, &err), &err);
    assert_int_not_equal(access(temporary, F_OK), 0);

    check(pg_parquet_writer_open(&writer, path, &one, 1, NULL, &err), &err);
    check(pg_parquet_writer_append(writer, &slice, 1, &err), &err);
    check(pg_parquet_writer_end_group(writer, &err), &err);
    pg_parquet_writer_abort(writer);
    assert_int_not_equal(access(temporary, F_OK), 0);
    check(pg_parquet_open(&file, path, NULL, &err), &err);
    assert_int_equal(pg_parquet_row_count(file), 3);
    pg_parquet_close(file);
}

/* A file that cannot grow: the error names the disk, the writer can only be given up, and the old file stays. */
static void test_full_disk(void **state)
{
    (void)state;
    table *t = make_table();
    const struct rlimit small = { 64 * 1024, RLIM_INFINITY };
    struct rlimit before;
    pg_parquet_options options;
    pg_parquet_writer *writer;
    pg_parquet_slice slices[COLUMNS];
    pg_error err = { 0 };
    char path[256];
    snprintf(path, sizeof path, "%s", scratch_path("full.parquet"));
    scratch_write(path, "old", 3);
    pg_parquet_options_init(&options);
    options.group_rows = 1000;
    make_slices(t, slices, 0);
    check(pg_parquet_writer_open(&writer, path, fields, COLUMNS, &options, &err), &err);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    setrlimit(RLIMIT_FSIZE, &small);
    pg_status status = pg_parquet_writer_append(writer, slices, ROWS, &err);
    bool named = strstr(err.remedy, "disk") && strstr(err.where, path);
    pg_status again = pg_parquet_writer_append(writer, slices, 1, NULL);
    pg_status closed = pg_parquet_writer_close(writer, NULL);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, PG_ERR_IO);
    assert_true(named);
    assert_int_equal(again, PG_ERR_STATE);
    assert_int_equal(closed, PG_ERR_STATE);
    assert_int_not_equal(access(scratch_path("full.parquet.tmp"), F_OK), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 3);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips), cmocka_unit_test(test_group_bytes), cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_edges),       cmocka_unit_test(test_refusals),    cmocka_unit_test(test_null_in_required),
        cmocka_unit_test(test_in_place),    cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

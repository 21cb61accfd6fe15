/* Damaged, cut off and hostile Parquet files: a clear error, never a wrong value from a page with a checksum, never
 * more memory than the limits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>

#include "base/file.h"
#include "data/parquet_compress.h"
#include "data/parquet_meta.h"
#include "data/parquet_read.h"
#include "data/parquet_write.h"
#include "data/scratch.h"

enum { ROWS = 400, COLUMNS = 3 };

static const pg_parquet_field fields[COLUMNS] = {
    { .name = "time", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_TIMESTAMP, .unit = PG_PARQUET_NANOS },
    { .name = "price", .type = PG_PARQUET_DOUBLE, .optional = true },
    { .name = "symbol", .type = PG_PARQUET_BYTE_ARRAY, .logical = PG_PARQUET_STRING },
};

static void check(pg_status status, const pg_error *err)
{
    char text[1200];
    if (status != PG_OK)
        fail_msg("%s", pg_error_text(err, text, sizeof text));
}

static void write_rows(const char *path, int page_version)
{
    static int64_t time[ROWS];
    static double price[ROWS];
    static uint8_t present[ROWS];
    static pg_parquet_bytes symbol[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        time[i] = 1767653640000000000 + (int64_t)(i * i) * 1000;
        price[i] = 94000 + (double)(i % 37);
        present[i] = i % 5 != 3;
        symbol[i] = (pg_parquet_bytes){ (const uint8_t *)"BTC-USD", 3 + i % 5 };
    }
    const pg_parquet_slice slices[COLUMNS] = { { time, NULL }, { price, present }, { symbol, NULL } };
    pg_parquet_options options;
    pg_parquet_writer *writer;
    pg_error err;
    pg_parquet_options_init(&options);
    options.page_version = page_version;
    options.group_rows = 250;
    check(pg_parquet_writer_open(&writer, path, fields, COLUMNS, &options, &err), &err);
    check(pg_parquet_writer_append(writer, slices, ROWS, &err), &err);
    check(pg_parquet_writer_close(writer, &err), &err);
}

/* Reads everything; a failure must have a text. */
static pg_status read_all(const char *path, const pg_parquet_limits *limits, uint64_t *sum, pg_error *err)
{
    pg_parquet_file *file;
    pg_status status = pg_parquet_open(&file, path, limits, err);
    for (size_t g = 0; status == PG_OK && g < pg_parquet_groups(file); g++) {
        for (size_t c = 0; status == PG_OK && c < pg_parquet_columns(file); c++) {
            pg_parquet_chunk *chunk;
            pg_parquet_batch batch = { 0 };
            status = pg_parquet_chunk_open(&chunk, file, g, c, err);
            do {
                if (status == PG_OK)
                    status = pg_parquet_chunk_next(chunk, &batch, err);
                *sum += batch.n;
            } while (status == PG_OK && batch.entries > 0);
            pg_parquet_chunk_close(chunk);
        }
    }
    pg_parquet_close(file);
    if (status != PG_OK && (!err->what[0] || !strstr(err->where, path)))
        fail_msg("an error without what or where: %s: %s", err->where, err->what);
    return status;
}

static void expect(const char *contents, size_t size, pg_status status, const char *word)
{
    const char *path = scratch_path("bad.parquet");
    pg_error err = { 0 };
    uint64_t sum = 0;
    scratch_write(path, contents, size);
    assert_int_equal(read_all(path, NULL, &sum, &err), status);
    if (!strstr(err.what, word))
        fail_msg("%s: no word of %s", err.what, word);
}

static void test_no_parquet(void **state)
{
    (void)state;
    pg_parquet_file *file;
    pg_error err;
    expect("", 0, PG_ERR_CORRUPT, "too short");
    expect("time,price\n1,2\n3,4\n", 19, PG_ERR_CORRUPT, "begin with PAR1");
    expect("PAR1xxxxxxxxxxxxxxxxx", 21, PG_ERR_CORRUPT, "cut off");
    expect("PAR1\0\0\0\0PARE", 12, PG_ERR_UNSUPPORTED, "encrypted");
    expect("PAR1\0\0\0\0PAR1", 12, PG_ERR_CORRUPT, "footer");
    expect("PAR1\377\377\377\177PAR1", 12, PG_ERR_CORRUPT, "longer than the file");
    assert_int_equal(pg_parquet_open(&file, scratch_path("absent"), NULL, &err), PG_ERR_NOT_FOUND);
    assert_int_equal(pg_parquet_open(&file, scratch_folder, NULL, &err), PG_ERR_INVALID);
    assert_false(pg_parquet_is(scratch_path("absent")));
    assert_true(pg_parquet_is(scratch_path("bad.parquet")));
}

static void test_cut_off(void **state)
{
    (void)state;
    const char *path = scratch_path("whole.parquet");
    pg_file_info info;
    pg_error err;
    write_rows(path, 1);
    check(pg_file_stat(path, &info, &err), &err);
    size_t size = info.bytes;
    while (size > 0) {
        uint64_t sum = 0;
        size -= 1 + size / 100;
        assert_int_equal(truncate(path, (off_t)size), 0);
        assert_int_equal(read_all(path, NULL, &sum, &err), PG_ERR_CORRUPT);
    }
}

/* Marks the bytes that checksums cover: the bodies of the pages before the footer. */
static size_t find_bodies(uint8_t *covered, const uint8_t *bytes, size_t end)
{
    size_t bodies = 0;
    for (size_t at = PG_PARQUET_MAGIC_BYTES; at < end;) {
        pg_parquet_page page;
        size_t used;
        bool more;
        pg_error err;
        check(pg_parquet_page_read(&page, &used, &more, bytes + at, end - at, &err), &err);
        assert_true(page.has_checksum);
        at += used;
        memset(covered + at, 1, (size_t)page.compressed);
        at += (size_t)page.compressed;
        bodies += (size_t)page.compressed;
    }
    return bodies;
}

/* Every byte of a file changed in turn: in a page it is noticed, elsewhere it does no harm. */
static void damage_each_byte(int page_version)
{
    const char *path = scratch_path("whole.parquet");
    char *text;
    size_t size;
    uint32_t footer;
    pg_error err;
    write_rows(path, page_version);
    check(pg_file_read(&text, &size, path, SIZE_MAX - 1, &err), &err);
    uint8_t *bytes = (uint8_t *)text, *covered = calloc(size, 1);
    memcpy(&footer, bytes + size - PG_PARQUET_TAIL, sizeof footer);
    size_t bodies = find_bodies(covered, bytes, size - PG_PARQUET_TAIL - footer), noticed = 0;
    assert_true(bodies > size / 4);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    for (size_t i = 0; i < size; i++) {
        const uint8_t changed = bytes[i] ^ (uint8_t)(1 << i % 8);
        uint64_t sum = 0;
        assert_int_equal(pwrite(fd, &changed, 1, (off_t)i), 1);
        pg_status status = read_all(path, NULL, &sum, &err);
        assert_int_equal(pwrite(fd, &bytes[i], 1, (off_t)i), 1);
        if (covered[i] && status != PG_ERR_CORRUPT)
            fail_msg("byte %zu of a page was changed, and nobody noticed", i);
        noticed += status != PG_OK;
    }
    close(fd);
    assert_true(noticed >= bodies);
    free(covered);
    free(text);
}

static void test_changed_bytes(void **state)
{
    (void)state;
    damage_each_byte(1);
    damage_each_byte(2);
}

/* What a file claims is refused when it is above the limits, before memory is taken for it. */
static void test_limits(void **state)
{
    (void)state;
    const char *path = scratch_path("limits.parquet");
    const pg_parquet_limits small_page = { .page_bytes = 200 }, small_footer = { .footer_bytes = 100 };
    uint64_t sum = 0;
    pg_error err;
    write_rows(path, 1);
    check(read_all(path, NULL, &sum, &err), &err);
    assert_int_equal(sum, 3 * ROWS - ROWS / 5);
    assert_int_equal(read_all(path, &small_page, &sum, &err), PG_ERR_RANGE);
    assert_non_null(strstr(err.what, "200"));
    assert_int_equal(read_all(path, &small_footer, &sum, &err), PG_ERR_RANGE);
}

/* Footers that claim more of everything than they have: lists, groups, depth. */
static void test_hostile_footers(void **state)
{
    (void)state;
    pg_parquet_meta meta;
    pg_error err;
    static uint8_t deep[4096];
    const uint8_t many_groups[] = { 0x15, 0x02, 0x19, 0x1c, 0x15, 0x00, 0x00, 0x16, 0x02,
                                    0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00 };
    assert_int_equal(pg_parquet_meta_read(&meta, many_groups, sizeof many_groups, &err), PG_ERR_CORRUPT);
    memset(deep, 0x1c, sizeof deep); /* a struct in a struct in a struct ... */
    assert_int_equal(pg_parquet_meta_read(&meta, deep, sizeof deep, &err), PG_ERR_CORRUPT);
    for (size_t i = 0; i < sizeof deep; i++)
        deep[i] = i % 2 ? 0xc9 : 0x19; /* lists of lists */
    assert_int_equal(pg_parquet_meta_read(&meta, deep, sizeof deep, &err), PG_ERR_CORRUPT);

    pg_parquet_buffer out = { 0 };
    pg_thrift_writer w;
    pg_thrift_begin(&w, &out);
    pg_thrift_put_i32(&w, 1, 1);
    pg_thrift_put_list(&w, 2, PG_THRIFT_STRUCT, 101); /* a schema of 100 groups inside each other */
    for (int i = 0; i < 101; i++) {
        pg_thrift_open(&w, 0);
        pg_thrift_put_i32(&w, 3, 1);
        pg_thrift_put_text(&w, 4, "g");
        pg_thrift_put_i32(&w, 5, 1);
        pg_thrift_close(&w);
    }
    pg_thrift_close(&w);
    assert_int_equal(pg_parquet_meta_read(&meta, out.data, out.size, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.what, "deeply"));
    pg_parquet_buffer_free(&out);
}

/* Each codec refuses data that give less or more than they should. */
static void test_wrong_sizes(void **state)
{
    (void)state;
    static const pg_parquet_codec codecs[] = { PG_PARQUET_UNCOMPRESSED, PG_PARQUET_SNAPPY, PG_PARQUET_GZIP,
                                               PG_PARQUET_ZSTD, PG_PARQUET_LZ4_RAW };
    pg_parquet_codecs context = { 0 };
    uint8_t plain[500], out[501];
    pg_error err;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (uint8_t)(i / 7);
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
        pg_parquet_buffer packed = { 0 };
        check(pg_parquet_compress(&context, &packed, codecs[i], 0, plain, sizeof plain, &err), &err);
        for (int change = -1; change <= 1; change++) {
            size_t size = sizeof plain + (size_t)change;
            pg_status status = pg_parquet_decompress(&context, out, size, codecs[i], packed.data, packed.size, &err);
            assert_int_equal(status, change == 0 ? PG_OK : PG_ERR_CORRUPT);
        }
        assert_int_equal(
            pg_parquet_decompress(&context, out, sizeof plain, codecs[i], packed.data, packed.size / 2, &err),
            PG_ERR_CORRUPT);
        pg_parquet_buffer_free(&packed);
    }
    assert_int_equal(pg_parquet_decompress(&context, out, 1, PG_PARQUET_BROTLI, plain, 1, &err), PG_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.what, "brotli"));
    pg_parquet_codecs_free(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_parquet), cmocka_unit_test(test_cut_off),         cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_hostile_footers), cmocka_unit_test(test_wrong_sizes),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

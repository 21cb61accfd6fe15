/* The tape: round trip, time index, torn and corrupt files, recovery after a crash. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/file.h"
#include "data/scratch.h"
#include "data/tape.h"

static pg_tape_info make_info(void)
{
    pg_tape_info info = { .clock_offset_ns = 77 };
    assert_int_equal(pg_instrument_init(&info.instrument, "venue", "ETH", 1, 4, 1, 1, 0, NULL), PG_OK);
    snprintf(info.source, sizeof info.source, "test");
    return info;
}

static pg_event make_event(size_t i)
{
    return (pg_event){ .exch_ns = (int64_t)i * 10,
                       .local_ns = 1000 + (int64_t)(i / 2) * 10,
                       .price = 100 + (int64_t)i % 7,
                       .size = 1 + (int64_t)i % 5,
                       .id = i,
                       .kind = i % 3 ? PG_EVENT_TRADE : PG_EVENT_LEVEL,
                       .side = i % 2 ? PG_BUY : PG_SELL,
                       .flags = PG_EVENT_LAST };
}

static pg_tape_writer *write_events(const char *path, size_t n)
{
    pg_tape_info info = make_info();
    pg_tape_writer *writer;
    assert_int_equal(pg_tape_writer_open(&writer, path, &info, NULL), PG_OK);
    for (size_t i = 0; i < n; i++) {
        pg_event event = make_event(i);
        assert_int_equal(pg_tape_writer_append(writer, &event, NULL), PG_OK);
    }
    assert_int_equal(pg_tape_writer_count(writer), n);
    return writer;
}

static void make_tape(const char *path, size_t n)
{
    pg_tape_info info = make_info();
    pg_error err;
    pg_tape_writer *writer = write_events(path, n);
    info.instrument.tick = 5;
    assert_int_equal(pg_tape_writer_close(writer, &info, &err), PG_OK);
}

static void check_events(const pg_tape *tape, size_t n)
{
    assert_int_equal(pg_tape_count(tape), n);
    for (size_t i = 0; i < n; i++) {
        pg_event expected = make_event(i);
        assert_memory_equal(&pg_tape_events(tape)[i], &expected, sizeof expected);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    static const size_t counts[] = {
        0, 1, PG_TAPE_BLOCK_EVENTS - 1, PG_TAPE_BLOCK_EVENTS, PG_TAPE_BLOCK_EVENTS + 1, 3 * PG_TAPE_BLOCK_EVENTS, 20000
    };
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        const char *path = scratch_path("round.tape");
        make_tape(path, counts[k]);
        pg_tape *tape;
        char warning[128];
        pg_error err;
        assert_int_equal(pg_tape_open(&tape, path, warning, sizeof warning, &err), PG_OK);
        assert_string_equal(warning, "");
        check_events(tape, counts[k]);
        assert_int_equal(pg_tape_verify(tape, &err), PG_OK);
        const pg_tape_info *info = pg_tape_get_info(tape);
        assert_string_equal(info->instrument.symbol, "ETH");
        assert_int_equal(info->instrument.tick, 5);
        assert_int_equal(info->clock_offset_ns, 77);
        assert_string_equal(info->source, "test");
        assert_string_equal(pg_tape_path(tape), path);
        assert_true(pg_tape_is(path));
        pg_tape_close(tape);
        assert_int_not_equal(access(scratch_path("round.tape.tmp"), F_OK), 0);
        assert_int_not_equal(access(scratch_path("round.tape.idx"), F_OK), 0);
    }
}

static void test_find(void **state)
{
    (void)state;
    enum { N = 2 * PG_TAPE_BLOCK_EVENTS + 101 };
    const char *path = scratch_path("find.tape");
    make_tape(path, N);
    pg_tape *tape;
    assert_int_equal(pg_tape_open(&tape, path, NULL, 0, NULL), PG_OK);
    const pg_event *events = pg_tape_events(tape);
    for (int64_t t = 0; t < 1000 + N * 5 + 50; t += 5) {
        size_t expected = 0;
        if (t > 1000)
            expected = (size_t)((t - 1000 + 9) / 10) * 2;
        if (expected > N)
            expected = N;
        assert_int_equal(pg_tape_find(tape, t), expected);
        assert_true(expected == N || events[expected].local_ns >= t);
    }
    assert_int_equal(pg_tape_find(tape, INT64_MAX), N);
    assert_int_equal(pg_tape_find(tape, INT64_MIN), 0);
    pg_tape_close(tape);
}

static void test_writer_refuses(void **state)
{
    (void)state;
    pg_error err;
    pg_tape_writer *writer = write_events(scratch_path("refuse.tape"), 10);
    pg_event old = make_event(0);
    assert_int_equal(pg_tape_writer_append(writer, &old, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.where, "event 10"));
    pg_tape_writer_abort(writer);
    assert_int_not_equal(access(scratch_path("refuse.tape"), F_OK), 0);
    assert_int_not_equal(access(scratch_path("refuse.tape.tmp"), F_OK), 0);
    pg_tape_info info = make_info();
    assert_int_equal(pg_tape_writer_open(&writer, "/nonexistent/x.tape", &info, &err), PG_ERR_IO);
    assert_null(writer);
    info.instrument.tick = 0;
    assert_int_equal(pg_tape_writer_open(&writer, scratch_path("x.tape"), &info, &err), PG_ERR_INVALID);
}

/* Waits (a writer has a thread of its own) until a file has so many bytes. */
static void await_size(const char *path, uint64_t bytes)
{
    pg_file_info info = { 0 };
    for (int i = 0; i < 5000 && info.bytes < bytes; i++) {
        assert_int_equal(pg_file_stat(path, &info, NULL), PG_OK);
        usleep(1000);
    }
    assert_int_equal(info.bytes, bytes);
}

static void copy_file(const char *to, const char *from)
{
    char *bytes;
    size_t size;
    assert_int_equal(pg_file_read(&bytes, &size, from, 1 << 28, NULL), PG_OK);
    scratch_write(to, bytes, size);
    free(bytes);
}

/* What a crash leaves: PATH.tmp and PATH.idx. Complete blocks come back, the torn one does not. */
static void test_crash(void **state)
{
    (void)state;
    const char *path = scratch_path("crash.tape");
    pg_tape_writer *writer = write_events(path, 2 * PG_TAPE_BLOCK_EVENTS + 500);
    await_size(scratch_path("crash.tape.idx"), 2 * 24);
    copy_file(scratch_path("dead.tape.tmp"), scratch_path("crash.tape.tmp"));
    copy_file(scratch_path("dead.tape.idx"), scratch_path("crash.tape.idx"));
    pg_tape_writer_abort(writer);

    pg_tape *tape;
    char warning[256];
    pg_error err;
    const char *dead = scratch_path("dead.tape.tmp");
    FILE *f = fopen(dead, "ab");
    fputs("half a record", f);
    fclose(f);
    assert_int_equal(pg_tape_open(&tape, dead, warning, sizeof warning, &err), PG_OK);
    assert_non_null(strstr(warning, "8192 events were recovered, 13 bytes"));
    check_events(tape, 2 * PG_TAPE_BLOCK_EVENTS);
    assert_int_equal(pg_tape_find(tape, 1000 + 10 * 5000), 10000 > 8192 ? 8192 : 10000);
    pg_tape_close(tape);

    assert_int_equal(truncate(dead, PG_TAPE_HEADER_BYTES + 64 * (PG_TAPE_BLOCK_EVENTS + 10)), 0);
    assert_int_equal(pg_tape_open(&tape, dead, warning, sizeof warning, &err), PG_OK);
    check_events(tape, PG_TAPE_BLOCK_EVENTS);
    assert_non_null(strstr(warning, "640 bytes behind them left out"));
    pg_tape_close(tape);

    assert_int_equal(unlink(scratch_path("dead.tape.idx")), 0);
    assert_int_equal(pg_tape_open(&tape, dead, warning, sizeof warning, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.what, "cut off"));
    assert_null(tape);
}

static void test_torn_last_block(void **state)
{
    (void)state;
    const char *path = scratch_path("torn.tape");
    make_tape(path, PG_TAPE_BLOCK_EVENTS + 100);
    FILE *f = fopen(path, "r+b");
    fseek(f, PG_TAPE_HEADER_BYTES + 64 * (PG_TAPE_BLOCK_EVENTS + 50), SEEK_SET);
    fputc('x', f);
    fclose(f);
    pg_tape *tape;
    char warning[256];
    assert_int_equal(pg_tape_open(&tape, path, warning, sizeof warning, NULL), PG_OK);
    assert_non_null(strstr(warning, "last block of 100 events"));
    check_events(tape, PG_TAPE_BLOCK_EVENTS);
    assert_int_equal(pg_tape_verify(tape, NULL), PG_OK);
    pg_tape_close(tape);
}

/* Each byte of a small tape is changed in turn: the change is reported, by an error or a warning. */
static void test_every_corruption(void **state)
{
    (void)state;
    enum { N = 20 };
    const char *path = scratch_path("small.tape"), *bad = scratch_path("bad.tape");
    make_tape(path, N);
    char *bytes;
    size_t size;
    assert_int_equal(pg_file_read(&bytes, &size, path, 1 << 20, NULL), PG_OK);
    scratch_write(bad, bytes, size);
    FILE *f = fopen(bad, "r+b");
    setbuf(f, NULL);
    for (size_t i = 0; i < size; i++) {
        fseek(f, (long)i, SEEK_SET);
        fputc(bytes[i] ^ (1 << i % 8), f);
        pg_tape *tape = NULL;
        char warning[256];
        pg_error err;
        pg_status status = pg_tape_open(&tape, bad, warning, sizeof warning, &err);
        if (status == PG_OK && !warning[0])
            fail_msg("a change of byte %zu goes unnoticed", i);
        assert_true(status == PG_OK || (err.what[0] && strstr(err.where, "bad.tape")));
        pg_tape_close(tape);
        fseek(f, (long)i, SEEK_SET);
        fputc(bytes[i], f);
    }
    fclose(f);
    for (size_t cut = 0; cut < size; cut += 7) {
        assert_int_equal(truncate(bad, 0), 0);
        scratch_write(bad, bytes, cut);
        pg_tape *tape = NULL;
        assert_int_equal(pg_tape_open(&tape, bad, NULL, 0, NULL), PG_ERR_CORRUPT);
    }
    free(bytes);
}

static void test_verify_finds_middle_block(void **state)
{
    (void)state;
    const char *path = scratch_path("middle.tape");
    make_tape(path, 3 * PG_TAPE_BLOCK_EVENTS);
    FILE *f = fopen(path, "r+b");
    fseek(f, PG_TAPE_HEADER_BYTES + 64 * (PG_TAPE_BLOCK_EVENTS + 50) + 20, SEEK_SET);
    fputc('x', f);
    fclose(f);
    pg_tape *tape;
    pg_error err;
    assert_int_equal(pg_tape_open(&tape, path, NULL, 0, NULL), PG_OK);
    assert_int_equal(pg_tape_verify(tape, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.where, "block 1"));
    pg_tape_close(tape);
}

static void test_verify_checks_records(void **state)
{
    (void)state;
    pg_event wrong[] = { make_event(10), make_event(10), make_event(10), make_event(12), make_event(10) };
    wrong[0].kind = 99;
    wrong[1].side = 7;
    wrong[2].flags = 0x8000;
    wrong[3].price = 0;
    wrong[4].size = -1;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *path = scratch_path("records.tape");
        pg_tape_writer *writer = write_events(path, 7);
        pg_tape_info info = make_info();
        assert_int_equal(pg_tape_writer_append(writer, &wrong[i], NULL), PG_OK);
        assert_int_equal(pg_tape_writer_close(writer, &info, NULL), PG_OK);
        pg_tape *tape;
        pg_error err;
        assert_int_equal(pg_tape_open(&tape, path, NULL, 0, NULL), PG_OK);
        assert_int_equal(pg_tape_verify(tape, &err), PG_ERR_CORRUPT);
        assert_non_null(strstr(err.where, "event 7"));
        pg_tape_close(tape);
    }
}

static void test_no_tape(void **state)
{
    (void)state;
    pg_tape *tape;
    pg_error err;
    assert_int_equal(pg_tape_open(&tape, scratch_path("none.tape"), NULL, 0, &err), PG_ERR_NOT_FOUND);
    assert_false(pg_tape_is(scratch_path("none.tape")));
    const char *path = scratch_path("text.tape");
    char text[5000];
    memset(text, 'a', sizeof text);
    scratch_write(path, text, sizeof text);
    assert_false(pg_tape_is(path));
    assert_int_equal(pg_tape_open(&tape, path, NULL, 0, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.what, "no tape"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_writer_refuses),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_torn_last_block),
        cmocka_unit_test(test_every_corruption),
        cmocka_unit_test(test_verify_finds_middle_block),
        cmocka_unit_test(test_verify_checks_records),
        cmocka_unit_test(test_no_tape),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

/* The check of tapes: each defect is found, counted and placed; what is sound is left alone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "data/check.h"
#include "data/scratch.h"

static pg_check_report report;

static pg_event event(int kind, int side, int64_t ms, int64_t price, int64_t size, uint16_t flags)
{
    return (pg_event){ .exch_ns = ms * 1000000,
                       .local_ns = ms * 1000000 + 500,
                       .price = price,
                       .size = size,
                       .kind = (uint8_t)kind,
                       .side = (uint8_t)side,
                       .flags = flags };
}

static void check(const pg_event *events, size_t n)
{
    pg_tape_info info = { 0 };
    pg_tape_writer *writer;
    pg_tape *tape;
    const char *path = scratch_path("check.tape");
    assert_int_equal(pg_instrument_init(&info.instrument, "v", "s", 1, 1, 5, 1, 0, NULL), PG_OK);
    assert_int_equal(pg_tape_writer_open(&writer, path, &info, NULL), PG_OK);
    assert_int_equal(pg_tape_writer_append_all(writer, events, n, NULL), PG_OK);
    assert_int_equal(pg_tape_writer_close(writer, &info, NULL), PG_OK);
    assert_int_equal(pg_tape_open(&tape, path, NULL, 0, NULL), PG_OK);
    assert_int_equal(pg_check_tape(&report, tape, NULL), PG_OK);
    pg_tape_close(tape);
}

/* Exactly these kinds of defect, each so often; all others not at all. */
static void expect(const int *kinds_and_counts, const char *place)
{
    for (int kind = 0; kind < PG_DEFECT_KINDS; kind++) {
        uint64_t count = 0;
        for (const int *k = kinds_and_counts; *k >= 0; k += 2)
            count = *k == kind ? (uint64_t)k[1] : count;
        if (report.defects.of[kind].count != count)
            fail_msg("%s: %d, not %d", pg_defect_name((pg_defect)kind), (int)report.defects.of[kind].count, (int)count);
        if (count && place && !strstr(report.defects.of[kind].first, place))
            fail_msg("'%s' is not in '%s'", place, report.defects.of[kind].first);
    }
}

#define EXPECT(place, ...) expect((const int[]){ __VA_ARGS__, -1 }, place)
#define CHECK(...)                                                                                                     \
    check((const pg_event[]){ __VA_ARGS__ }, sizeof((const pg_event[]){ __VA_ARGS__ }) / sizeof(pg_event))
#define BID(ms, price, size, flags) event(PG_EVENT_LEVEL, PG_BUY, ms, price, size, flags)
#define ASK(ms, price, size, flags) event(PG_EVENT_LEVEL, PG_SELL, ms, price, size, flags)

static void test_sound(void **state)
{
    (void)state;
    CHECK(event(PG_EVENT_SNAPSHOT_BEGIN, 0, 1000, 0, 0, 0), BID(1000, 100, 1, 0), BID(1000, 95, 1, 0),
          ASK(1000, 105, 1, 0), ASK(1000, 115, 2, 0), event(PG_EVENT_SNAPSHOT_END, 0, 1000, 0, 0, 1),
          event(PG_EVENT_TRADE, PG_BUY, 1100, 103, 1, 1), ASK(1100, 105, 0, 1), BID(1200, 110, 2, 1));
    EXPECT(NULL, -1);
    assert_int_equal(report.events, 9);
    assert_int_equal(report.books, 3);
    assert_int_equal(report.buys, 1);
    assert_float_equal(report.mean_spread_ticks, (1 + 3 + 1) / 3.0, 1e-12);
    assert_float_equal(report.base_volume, 0.1, 1e-12);
    assert_int_equal(report.longest_quiet_ns, 100000000);
}

static void test_defects(void **state)
{
    (void)state;
    CHECK(BID(1000, 100, 1, 0), ASK(1000, 100, 1, 1));
    EXPECT("event 1", PG_DEFECT_LOCKED, 1);
    CHECK(BID(1000, 105, 1, 0), ASK(1000, 100, 1, 1));
    EXPECT("event 1", PG_DEFECT_CROSSED, 1);
    CHECK(BID(1000, 101, 1, 1));
    EXPECT("event 0", PG_DEFECT_OFF_GRID, 1);
    CHECK(BID(1000, 100, 1, 1), BID(1100, 95, 0, 1));
    EXPECT("event 1", PG_DEFECT_NO_LEVEL, 1);
    CHECK(event(PG_EVENT_SNAPSHOT_BEGIN, 0, 1000, 0, 0, 0), BID(1000, 95, 1, 0), BID(1000, 100, 1, 0),
          event(PG_EVENT_SNAPSHOT_END, 0, 1000, 0, 0, 1));
    EXPECT("event 2", PG_DEFECT_LEVEL_ORDER, 1);
    pg_event back = BID(900, 95, 1, 1);
    back.local_ns = 1000000500;
    CHECK(BID(1000, 100, 1, 1), back);
    EXPECT("event 1", PG_DEFECT_TIME_BACK, 1);
    back.flags |= PG_EVENT_NO_EXCHANGE;
    CHECK(BID(1000, 100, 1, 1), back);
    EXPECT(NULL, -1);
    pg_event trade = event(PG_EVENT_TRADE, PG_SELL, 1000, 100, 1, 1), other = trade;
    trade.id = other.id = 7;
    other.size = 2;
    CHECK(trade, other, trade);
    EXPECT("event 2", PG_DEFECT_DUPLICATE, 1);
    pg_event gap = event(PG_EVENT_GAP, 0, 1000, 0, 0, 1), hole = gap;
    hole.size2 = 5000000000;
    CHECK(gap, hole);
    EXPECT(NULL, PG_DEFECT_GAP, 1, PG_DEFECT_SEQUENCE, 1);
    assert_int_equal(report.gap_ns, 5000000000);
    pg_event unknown = BID(1000, 100, 1, 1);
    unknown.kind = 200;
    CHECK(unknown);
    EXPECT("event 0", PG_DEFECT_RECORD, 1);
}

static void test_damaged_block(void **state)
{
    (void)state;
    enum { N = 2 * PG_TAPE_BLOCK_EVENTS };
    pg_event *events = malloc(N * sizeof *events);
    for (int i = 0; i < N; i++)
        events[i] = BID(1000 + i, 100, 1 + i, 1);
    check(events, N);
    EXPECT(NULL, -1);
    FILE *f = fopen(scratch_path("check.tape"), "r+b");
    fseek(f, PG_TAPE_HEADER_BYTES + 64 * 5 + 24, SEEK_SET);
    fputc(77, f);
    fclose(f);
    pg_tape *tape;
    assert_int_equal(pg_tape_open(&tape, scratch_path("check.tape"), NULL, 0, NULL), PG_OK);
    assert_int_equal(pg_check_tape(&report, tape, NULL), PG_OK);
    EXPECT("block 0", PG_DEFECT_CHECKSUM, 1);
    pg_tape_close(tape);
    free(events);
}

static void test_names(void **state)
{
    (void)state;
    for (int kind = 0; kind < PG_DEFECT_KINDS; kind++) {
        assert_int_equal(pg_defect_find(pg_defect_name((pg_defect)kind)), kind);
        assert_true(pg_defect_text((pg_defect)kind)[0]);
        assert_true(!pg_defect_is_row((pg_defect)kind) || pg_defect_is_wrong((pg_defect)kind));
    }
    assert_int_equal(pg_defect_find("nothing"), PG_DEFECT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_defects),
        cmocka_unit_test(test_damaged_block),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

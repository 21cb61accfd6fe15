/* The statistics of a recording whose every figure is known beforehand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "data/scratch.h"
#include "study/statistics.h"

#define START  INT64_C(1767657600000000000) /* 2026-01-06T00:00:00Z */
#define SECOND INT64_C(1000000000)

enum { HALF_S = 7200 };

static pg_tape *tape;
static pg_statistics statistics;

static void append(pg_tape_writer *w, pg_event e)
{
    e.flags |= PG_EVENT_LAST;
    assert_int_equal(pg_tape_writer_append(w, &e, NULL), PG_OK);
}

/* Two hours: the bid at 100.0, the ask at 100.1, then at 100.3 in the second hour; a trade of 2 each ten seconds, every
 * other by a buyer, seen 30 ms after it happened; and no data from 0:30 to 0:40. */
static int set_up(void **state)
{
    pg_tape_writer *w;
    pg_tape_info info = { .source = "made" };
    pg_instrument_init(&info.instrument, "made", "X", 1, 0, 1, 1, 0, NULL);
    if (scratch_make(state) != 0 || pg_tape_writer_open(&w, scratch_path("s.tape"), &info, NULL) != PG_OK)
        return -1;
    for (int s = 0; s <= HALF_S; s++) {
        int64_t now = START + s * SECOND;
        int64_t ask = s < HALF_S / 2 ? 1001 : 1003;
        if (s > 1800 && s < 2400)
            continue;
        if (s == 2400)
            append(w, (pg_event){ .kind = PG_EVENT_GAP,
                                  .exch_ns = now,
                                  .local_ns = now,
                                  .size2 = 600 * SECOND,
                                  .flags = PG_EVENT_NO_EXCHANGE });
        append(w, (pg_event){ .kind = PG_EVENT_LEVEL,
                              .side = PG_BUY,
                              .price = 1000,
                              .size = 5 + s % 2,
                              .exch_ns = now - 30000000,
                              .local_ns = now });
        if (s == HALF_S / 2)
            append(w, (pg_event){ .kind = PG_EVENT_LEVEL,
                                  .side = PG_SELL,
                                  .price = 1001,
                                  .exch_ns = now - 30000000,
                                  .local_ns = now });
        append(w, (pg_event){ .kind = PG_EVENT_LEVEL,
                              .side = PG_SELL,
                              .price = ask,
                              .size = 7,
                              .exch_ns = now - 30000000,
                              .local_ns = now });
        if (s % 10 == 0)
            append(w, (pg_event){ .kind = PG_EVENT_TRADE,
                                  .side = s % 20 ? PG_BUY : PG_SELL,
                                  .price = 1000,
                                  .size = 2,
                                  .id = (uint64_t)s + 1,
                                  .exch_ns = now - 30000000,
                                  .local_ns = now });
    }
    if (pg_tape_writer_close(w, &info, NULL) != PG_OK)
        return -1;
    return pg_tape_open(&tape, scratch_path("s.tape"), NULL, 0, NULL) == PG_OK &&
                   pg_statistics_compute(&statistics, tape, NULL) == PG_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    pg_tape_close(tape);
    return scratch_remove(state);
}

static void test_totals(void **state)
{
    (void)state;
    const pg_statistics *s = &statistics;
    assert_int_equal(s->of_kind[PG_EVENT_TRADE], 721 - 59); /* none in the gap: from 0:30:10 to 0:39:50 */
    assert_float_equal(s->volume, 2 * (721 - 59), 1e-9);
    assert_int_equal(s->gaps, 1);
    assert_float_equal(s->gap_s, 600, 1e-9);
    assert_float_equal(s->covered_s, HALF_S - 600, 2);
    double first = 1 / 1000.5 * 1e4, second = 3 / 1001.5 * 1e4;
    assert_float_equal(s->spread_bps[0], (first * 3000 + second * 3600) / 6600, 0.02);
    assert_float_equal(s->spread_bps[3], second, second * 0.01);
    for (int i = 0; i < 4; i++)
        assert_float_equal(s->latency_ms[i], 30, 0.3);
    assert_float_equal(s->latency_ms[4], 30, 1e-9);
    assert_int_equal(s->negative, 0);
}

static void test_hours(void **state)
{
    (void)state;
    const pg_statistics_slot *hour = statistics.hour;
    assert_float_equal(hour[0].spread_bps, 1 / 1000.5 * 1e4, 1e-6);
    assert_float_equal(hour[1].spread_bps, 3 / 1001.5 * 1e4, 0.02);
    assert_float_equal(hour[0].depth[0], 5.5, 0.01);
    assert_float_equal(hour[0].depth[1], 7, 1e-9);
    assert_float_equal(hour[0].gap_s, 600, 1e-9);
    assert_float_equal(hour[0].trades, 360 - 59, 0);
    assert_true(isnan(hour[5].spread_bps) && isnan(hour[5].latency_ms));
    assert_float_equal(hour[0].volatility, 0, 1e-12); /* the mid stands still, and the gap is no return */
    double jump = log(100.15 / 100.05);
    assert_float_equal(hour[1].volatility, sqrt(jump * jump / 3600 * 86400) * 100, 0.01);
}

static void test_slots(void **state)
{
    (void)state;
    double trades = 0, volume = 0, gap = 0;
    for (int i = 0; i < statistics.slots; i++) {
        trades += statistics.slot[i].trades;
        volume += statistics.slot[i].volume;
        gap += statistics.slot[i].gap_s;
    }
    assert_float_equal(trades, (double)statistics.of_kind[PG_EVENT_TRADE], 0);
    assert_float_equal(volume, statistics.volume, 1e-6);
    assert_float_equal(gap, 600, 1e-9);
    int middle = (int)((2100 * SECOND) / statistics.slot_ns);
    assert_true(isnan(statistics.slot[middle].mid)); /* within the gap nothing is known */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_hours),
        cmocka_unit_test(test_slots),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

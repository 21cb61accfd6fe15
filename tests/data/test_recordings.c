/* The real recordings of ../shared/data (skipped when it is not there): the counts that their READMEs state come out, and
 * what the READMEs call sound is found sound. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "data/check.h"
#include "data/load.h"
#include "data/scratch.h"
#include "script/layout.h"

#define DATA "../shared/data/"

static pg_layout *layouts;
static int n_layouts;
static pg_import_summary summary;
static pg_check_report report;

static int set_up(void **state)
{
    return pg_layout_load_all(&layouts, &n_layouts, "lua/perigee/layouts", NULL) == PG_OK ? scratch_make(state) : -1;
}

static int tear_down(void **state)
{
    free(layouts);
    return scratch_remove(state);
}

/* Imports files below DATA, checks the tape, and gives its instrument. */
static pg_instrument import_files(int n, const char *const *names)
{
    char paths[4][256];
    const char *pointers[4];
    for (int i = 0; i < n; i++) {
        snprintf(paths[i], sizeof paths[i], DATA "%s", names[i]);
        pointers[i] = paths[i];
        if (access(paths[i], F_OK) != 0)
            skip();
    }
    pg_data_options options = { .layouts = layouts, .n_layouts = n_layouts, .cache = scratch_folder, .fresh = true };
    pg_tape *tape;
    bool imported;
    pg_error err = { 0 };
    char warning[256];
    if (pg_data_open(&tape, pointers, n, &options, &imported, &summary, warning, sizeof warning, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    assert_true(imported);
    assert_string_equal(warning, "");
    assert_int_equal(pg_check_tape(&report, tape, &err), PG_OK);
    pg_instrument instrument = pg_tape_get_info(tape)->instrument;
    pg_tape_close(tape);
    return instrument;
}

#define IMPORT(...)                                                                                                    \
    import_files((int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), (const char *[]){ __VA_ARGS__ })

static void expect_clean_book(void)
{
    assert_int_equal(report.defects.of[PG_DEFECT_CROSSED].count, 0);
    assert_int_equal(report.defects.of[PG_DEFECT_LOCKED].count, 0);
    assert_int_equal(report.defects.of[PG_DEFECT_LEVEL_ORDER].count, 0);
    assert_int_equal(report.defects.of[PG_DEFECT_OFF_GRID].count, 0);
    assert_int_equal(report.defects.of[PG_DEFECT_CHECKSUM].count, 0);
    assert_int_equal(report.defects.of[PG_DEFECT_RECORD].count, 0);
}

static void test_hyperliquid(void **state)
{
    (void)state;
    pg_instrument i = IMPORT("hyperliquid_2025-09-04/orderbooks_BTC.csv.zst",
                             "hyperliquid_2025-09-04/prices_BTC.csv.zst", "hyperliquid_2025-09-04/trades_BTC.csv.zst");
    assert_int_equal(i.price_decimals, 0);
    assert_int_equal(i.size_decimals, 5);
    assert_int_equal(report.of_kind[PG_EVENT_SNAPSHOT_END], 3785);
    assert_int_equal(report.of_kind[PG_EVENT_LEVEL], 3785 * 40);
    assert_int_equal(report.of_kind[PG_EVENT_BBO], 27792 / 2);
    assert_int_equal(report.buys, 3784);
    assert_int_equal(report.sells, 2891);
    assert_float_equal(report.base_volume, 553.8, 0.05);
    assert_int_equal(report.of_kind[PG_EVENT_GAP], 1);
    expect_clean_book();
    i = IMPORT("hyperliquid_2025-09-04/trades_ETH.csv.zst", "hyperliquid_2025-09-04/prices_ETH.csv.zst",
               "hyperliquid_2025-09-04/orderbooks_ETH.csv.zst");
    assert_int_equal(i.price_decimals, 1);
    assert_int_equal(i.tick, 1);
    assert_string_equal(i.symbol, "ETH");
    assert_int_equal(report.of_kind[PG_EVENT_TRADE], 6884 - 17);
    assert_int_equal(summary.defects.of[PG_DEFECT_DUPLICATE].count, 17);
    expect_clean_book();
}

static void test_hyperliquid_sessions(void **state)
{
    (void)state;
    IMPORT("hyperliquid_btc_2025-09-01_07/prices_BTC.csv.zst", "hyperliquid_btc_2025-09-01_07/trades_BTC.csv.zst");
    assert_int_equal(report.of_kind[PG_EVENT_TRADE], 12261 - 10);
    assert_int_equal(summary.defects.of[PG_DEFECT_DUPLICATE].count, 10);
    assert_true(summary.defects.of[PG_DEFECT_GAP].count >= 6);
    assert_true(report.gap_ns > 5 * 86000000000000);
    expect_clean_book();
}

static void test_aster(void **state)
{
    (void)state;
    pg_instrument i =
        IMPORT("aster_2025-09-24/l2_1837_orderbook_BTCUSDT.csv.zst", "aster_2025-09-24/l2_1837_prices_BTCUSDT.csv.zst",
               "aster_2025-09-24/l2_1837_trades_BTCUSDT.csv.zst");
    assert_string_equal(i.symbol, "BTCUSDT");
    assert_int_equal(report.of_kind[PG_EVENT_SNAPSHOT_END], 1147);
    assert_int_equal(report.of_kind[PG_EVENT_LEVEL], 1147 * 20);
    assert_int_equal(report.buys, 1261);
    assert_int_equal(report.sells, 1185);
    expect_clean_book();
    i = IMPORT("aster_2025-09-24/prices_ETHUSDT.csv.zst", "aster_2025-09-24/trades_ETHUSDT.csv.zst");
    assert_int_equal(report.buys, 22855);
    assert_int_equal(report.sells, 23013);
    assert_float_equal(report.base_volume, 163343, 1);
    assert_int_equal(report.of_kind[PG_EVENT_BBO], 29947);
    assert_int_equal(i.tick, 10); /* of the book; trades print between */
    assert_int_equal(i.price_decimals, 2);
    assert_int_equal(summary.defects.of[PG_DEFECT_TIME_BACK].count, 1);
}

static void test_lighter(void **state)
{
    (void)state;
    IMPORT("lighter_2025-09-15/prices_BTC.csv.zst", "lighter_2025-09-15/trades_BTC.csv.zst");
    assert_int_equal(summary.rows, 17974 + 456);
    assert_int_equal(summary.defects.of[PG_DEFECT_SHORT_ROW].count, 11635);
    assert_int_equal(summary.defects.of[PG_DEFECT_CLOCK_JUMP].count, 2);
    assert_int_equal(report.of_kind[PG_EVENT_TRADE], 456);
    assert_true(summary.last_ns - summary.first_ns < 3 * 3600000000000);
    expect_clean_book();
}

static void test_extended(void **state)
{
    (void)state;
    pg_instrument i = IMPORT("extended_eth_2025-11/trades_ETH-USD_2025-11-22_1252.csv");
    assert_string_equal(i.symbol, "ETH-USD");
    assert_int_equal(i.price_decimals, 1);
    assert_int_equal(i.size_decimals, 3);
    assert_int_equal(report.buys, 59);
    assert_int_equal(report.sells, 84);
}

static void test_binance_futures(void **state)
{
    (void)state;
    pg_instrument i = IMPORT("binance_raw_streams/usdm_btcusdt_20240808.gz");
    assert_string_equal(i.symbol, "BTCUSDT");
    assert_int_equal(i.price_decimals, 1);
    assert_int_equal(report.buys, 9616);
    assert_int_equal(report.sells, 11697);
    assert_int_equal(report.of_kind[PG_EVENT_SNAPSHOT_END], 1);
    assert_int_equal(summary.defects.of[PG_DEFECT_SEQUENCE].count, 0);
    assert_in_range(summary.info.clock_offset_ns, 1260000000, 1290000000);
    expect_clean_book();
}

/* The second file continues the first one without losing an update. */
static void test_binance_spot(void **state)
{
    (void)state;
    IMPORT("binance_raw_streams/spot_btcusdt_20240809.gz", "binance_raw_streams/spot_btcusdt_20240808.gz");
    assert_int_equal(summary.rows, 41249 + 58325);
    assert_int_equal(summary.defects.of[PG_DEFECT_SEQUENCE].count, 0);
    assert_int_equal(summary.defects.of[PG_DEFECT_GAP].count, 0);
    assert_int_equal(summary.defects.of[PG_DEFECT_NO_SNAPSHOT].count, 0);
    assert_int_equal(report.of_kind[PG_EVENT_SNAPSHOT_END], 1);
    expect_clean_book();
}

static void test_binance_json(void **state)
{
    (void)state;
    pg_instrument i = IMPORT("binance_spot_2020-11-01_09h/ETHBTC_2020-11-01T09-00-00_trades.json.zst",
                             "binance_spot_2020-11-01_09h/ETHBTC_2020-11-01T09-00-00_update.json.zst",
                             "binance_spot_2020-11-01_09h/ETHBTC_2020-11-01T09-00-00_snapshot.json.zst");
    assert_int_equal(i.price_decimals, 6);
    assert_int_equal(summary.defects.of[PG_DEFECT_OLD_UPDATE].count, 1);
    assert_int_equal(summary.defects.of[PG_DEFECT_SEQUENCE].count, 0);
    assert_int_equal(report.of_kind[PG_EVENT_TRADE], 1736);
    assert_float_equal(report.base_volume, 3842, 1);
    assert_int_equal(report.books, 3600); /* the snapshot and 3,599 updates */
    expect_clean_book();
    IMPORT("binance_spot_2020-11-01_09h/BTCUSDT_2020-11-01T09-00-00_trades.json.zst");
    assert_int_equal(report.of_kind[PG_EVENT_TRADE], 18054);
    assert_float_equal(report.base_volume, 1376.8, 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hyperliquid),  cmocka_unit_test(test_hyperliquid_sessions),
        cmocka_unit_test(test_aster),        cmocka_unit_test(test_lighter),
        cmocka_unit_test(test_extended),     cmocka_unit_test(test_binance_futures),
        cmocka_unit_test(test_binance_spot), cmocka_unit_test(test_binance_json),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

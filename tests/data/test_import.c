/* Import: every shipped layout on a tiny file, detection, merging, units, clocks, gaps, duplicates, sequences, cache. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "base/file.h"
#include "data/dump.h"
#include "data/load.h"
#include "data/scratch.h"
#include "script/layout.h"

#define FILES "tests/data/files/"

static pg_layout *layouts;
static int n_layouts;
static pg_import_summary summary;

static int set_up(void **state)
{
    pg_error err = { 0 };
    if (pg_layout_load_all(&layouts, &n_layouts, "lua/perigee/layouts", &err) != PG_OK) {
        char text[1200];
        fprintf(stderr, "%s\n", pg_error_text(&err, text, sizeof text));
        return -1;
    }
    return scratch_make(state);
}

static int tear_down(void **state)
{
    free(layouts);
    return scratch_remove(state);
}

static pg_tape *import_with(const pg_import_options *options, int n, const char *const *paths, pg_error *err)
{
    pg_import_input inputs[8];
    pg_data_options data = { .layouts = layouts, .n_layouts = n_layouts };
    pg_tape *tape = NULL;
    const char *out = scratch_path("out.tape");
    if (pg_data_choose(inputs, paths, n, &data, err) == PG_OK &&
        pg_import(out, inputs, n, options, &summary, err) == PG_OK)
        assert_int_equal(pg_tape_open(&tape, out, NULL, 0, err), PG_OK);
    return tape;
}

static pg_tape *import_files(int n, const char *const *paths)
{
    pg_error err = { 0 };
    pg_tape *tape = import_with(NULL, n, paths, &err);
    if (!tape)
        fail_msg("%s: %s (%s)", err.where, err.what, err.remedy);
    assert_int_equal(pg_tape_verify(tape, NULL), PG_OK);
    return tape;
}

#define IMPORT(...)                                                                                                    \
    import_files((int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), (const char *[]){ __VA_ARGS__ })
#define EXPECT(tape, ...)                                                                                              \
    expect_events(tape, (const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))

static void expect_instrument(const pg_tape *tape, const char *venue, const char *symbol, const char *tick,
                              const char *lot)
{
    const pg_instrument *i = &pg_tape_get_info(tape)->instrument;
    char text[PG_DECIMAL_TEXT];
    assert_string_equal(i->venue, venue);
    assert_string_equal(i->symbol, symbol);
    assert_string_equal(pg_decimal_format_short(text, sizeof text, i->tick, i->price_decimals), tick);
    assert_string_equal(pg_decimal_format_short(text, sizeof text, i->lot, i->size_decimals), lot);
}

static void expect_defect(pg_defect kind, uint64_t count, const char *place)
{
    assert_int_equal(summary.defects.of[kind].count, count);
    if (place && !strstr(summary.defects.of[kind].first, place))
        fail_msg("'%s' is not in '%s'", place, summary.defects.of[kind].first);
}

/* Books, quotes and trades of one market merge in order of receive time. */
static void test_hyperliquid(void **state)
{
    (void)state;
    pg_tape *tape = IMPORT(FILES "trades_TEST.csv", FILES "prices_TEST.csv", FILES "orderbooks_TEST.csv");
    EXPECT(tape, "snapshot_begin @216.253 +420 #7", "level buy 100 x 3.25 @216.253 +420 #7",
           "level buy 99 x 2 @216.253 +420 #7", "level sell 101 x 1.5 @216.253 +420 #7",
           "level sell 102.5 x 0.125 @216.253 +420 #7", "snapshot_end @216.253 +420 #7 last",
           "bbo 100 x 3 / 101 x 1.5 @216.453 +421 last", "trade buy 101 x 0.5 @216.500 +400 #833120162794147 last",
           "trade sell 100 x 0.001 @216.600 +400 #10862554098870 last", "snapshot_begin @216.728 +437 #8",
           "level buy 100.5 x 1 @216.728 +437 #8", "level buy 100 x 3.25 @216.728 +437 #8",
           "level sell 101 x 1.5 @216.728 +437 #8", "level sell 102.5 x 0.125 @216.728 +437 #8",
           "snapshot_end @216.728 +437 #8 last", "bbo 100.5 x 2 / 101 x 1.5 @217.100 +400 last",
           "bbo 100 x 2 / 101.5 x 2.5 @217.600 +400 last");
    expect_instrument(tape, "hyperliquid", "TEST", "0.5", "0.001");
    assert_int_equal(pg_tape_get_info(tape)->instrument.significant, 5);
    assert_int_equal(pg_tape_events(tape)[0].local_ns, 1757015216673878000);
    assert_int_equal(pg_tape_events(tape)[9].local_ns, 1757015217165192100);
    assert_int_equal(pg_tape_events(tape)[0].size2, 4);
    expect_defect(PG_DEFECT_DUPLICATE, 1, "trades_TEST.csv");
    expect_defect(PG_DEFECT_HALF_QUOTE, 1, "prices_TEST.csv:4");
    assert_int_equal(summary.rows, 10);
    assert_int_equal(summary.of_kind[PG_EVENT_BBO], 3);
    pg_tape_close(tape);
}

static void test_aster(void **state)
{
    (void)state;
    pg_tape *tape = IMPORT(FILES "aster_prices_TESTUSDT.csv", FILES "aster_trades_TESTUSDT.csv",
                           FILES "aster_orderbook_TESTUSDT.csv");
    EXPECT(tape, "bbo 113644.6 x 1 / 113644.7 x 1 @036.771 +0 last no_exchange",
           "snapshot_begin @037.060 +0 #171693934076 no_exchange",
           "level buy 113644.6 x 42.726 @037.060 +0 #171693934076 no_exchange",
           "level buy 113644.4 x 0.002 @037.060 +0 #171693934076 no_exchange",
           "level sell 113644.7 x 36.671 @037.060 +0 #171693934076 no_exchange",
           "level sell 113644.8 x 0.016 @037.060 +0 #171693934076 no_exchange",
           "snapshot_end @037.060 +0 #171693934076 last no_exchange",
           "trade sell 113644.6 x 0.012 @037.519 +0 #29471376 last no_local",
           "trade buy 113644.7 x 0.123 @038.568 +0 #29471377 last no_local",
           "bbo 113644.6 x 1 / 113644.8 x 1 @040.924 +0 last no_exchange");
    expect_instrument(tape, "aster", "TESTUSDT", "0.1", "0.001");
    expect_defect(PG_DEFECT_NO_SIZE, 2, "prices_TESTUSDT.csv:2");
    pg_tape_close(tape);
}

/* Sessions with another clock, short rows, repeated quotes. */
static void test_lighter(void **state)
{
    (void)state;
    pg_tape *tape = IMPORT(FILES "lighter_prices_TEST.csv", FILES "lighter_trades_TEST.csv");
    EXPECT(tape, "bbo 115303.2 x 0.1 / 115303.3 x 0.00216 @976.839 +0 last no_exchange",
           "trade buy 115300.6 x 0.00215 @976.900 +0 #123888336 last no_exchange",
           "bbo 115303.1 x 0.1 / 115303.3 x 0.00216 @977.000 +0 last no_exchange",
           "trade sell 115302.8 x 0.00001 @977.180 +0 #123888400 last no_exchange", "gap @200.500 +0 last no_exchange",
           "bbo 115300 x 0.2 / 115301 x 0.3 @200.500 +0 last no_exchange");
    expect_defect(PG_DEFECT_CLOCK_JUMP, 1, "prices_TEST.csv:5");
    expect_defect(PG_DEFECT_SHORT_ROW, 1, "prices_TEST.csv:5");
    expect_defect(PG_DEFECT_REPEAT, 1, "prices_TEST.csv:3");
    expect_defect(PG_DEFECT_GAP, 1, "prices_TEST.csv");
    assert_int_equal(pg_tape_events(tape)[4].size2, 223320000000);
    pg_tape_close(tape);
}

static void test_extended(void **state)
{
    (void)state;
    pg_tape *tape = IMPORT(FILES "extended_orderbook_depth.csv", FILES "extended_trades.csv");
    EXPECT(tape, "snapshot_begin @756.789 +0 #12 no_local", "level buy 3400.1 x 1.5 @756.789 +0 #12 no_local",
           "level buy 3400 x 2.25 @756.789 +0 #12 no_local", "level sell 3400.2 x 0.75 @756.789 +0 #12 no_local",
           "level sell 3400.4 x 3 @756.789 +0 #12 no_local", "snapshot_end @756.789 +0 #12 last no_local",
           "trade buy 3400.2 x 1.018 @756.900 +0 #1992214670521405446 last no_local",
           "trade sell 3400.1 x 1.62 @757.000 +0 #1992214670521405447 last no_local liquidation",
           "snapshot_begin @757.789 +0 #13 no_local", "level buy 3400.1 x 1.5 @757.789 +0 #13 no_local",
           "level sell 3400.2 x 0.75 @757.789 +0 #13 no_local", "level sell 3400.4 x 3 @757.789 +0 #13 no_local",
           "snapshot_end @757.789 +0 #13 last no_local");
    expect_instrument(tape, "extended", "eth_usd", "0.1", "0.002");
    pg_tape_close(tape);
    tape = IMPORT(FILES "extended_full_depth.csv");
    EXPECT(tape, "snapshot_begin @756.789 +0 #12 no_local", "level buy 3400.1 x 1.5 @756.789 +0 #12 no_local",
           "level buy 3400 x 2.25 @756.789 +0 #12 no_local", "level sell 3400.2 x 0.75 @756.789 +0 #12 no_local",
           "snapshot_end @756.789 +0 #12 last no_local", "snapshot_begin @757.789 +0 #13 no_local",
           "level buy 3399.9 x 1 @757.789 +0 #13 no_local", "level sell 3400.3 x 2 @757.789 +0 #13 no_local",
           "snapshot_end @757.789 +0 #13 last no_local");
    pg_tape_close(tape);
    tape = IMPORT(FILES "parts_orderbook.csv", FILES "parts_trades.csv");
    EXPECT(tape, "snapshot_begin @756.789 +0 #12 no_local", "level buy 3400.1 x 1.5 @756.789 +0 #12 no_local",
           "level sell 3400.2 x 0.75 @756.789 +0 #12 no_local", "snapshot_end @756.789 +0 #12 last no_local",
           "trade buy 3400.2 x 1.018 @756.900 +0 last no_local", "trade sell 3400.1 x 1.62 @757.000 +0 last no_local");
    pg_tape_close(tape);
}

/* Changes wait for their snapshot, old ones are dropped, breaks are marked; the receive clock is put right. */
static void test_binance_raw(void **state)
{
    (void)state;
    pg_tape *tape = IMPORT(FILES "binance_raw_TESTUSDT.txt");
    EXPECT(tape, "bbo 100.1 x 3 / 100.2 x 2.51 @256.313 +88 #103 last",
           "trade buy 100.2 x 0.006 @256.322 +80 #5266583935 last", "snapshot_begin @256.501 +1 #100",
           "level buy 100.1 x 2 @256.501 +1 #100", "level buy 100 x 1.5 @256.501 +1 #100",
           "level sell 100.2 x 2.5 @256.501 +1 #100", "level sell 100.3 x 7 @256.501 +1 #100",
           "snapshot_end @256.501 +1 #100 last", "level buy 100.1 x 3 @256.329 +173 #102",
           "level sell 100.3 x 0 @256.329 +173 #102 last", "level buy 100 x 0 @256.629 +73 #104",
           "level sell 100.2 x 1 @256.629 +73 #104", "level sell 100.4 x 5 @256.629 +73 #104 last",
           "gap @256.729 +73 #111 last", "level buy 99.9 x 4 @256.729 +73 #111 last");
    expect_defect(PG_DEFECT_CLOCK_BEHIND, 7, "document 1");
    expect_defect(PG_DEFECT_OLD_UPDATE, 1, NULL);
    expect_defect(PG_DEFECT_SEQUENCE, 1, "document 8");
    expect_defect(PG_DEFECT_UNKNOWN_MESSAGE, 1, "document 6");
    assert_int_equal(pg_tape_get_info(tape)->clock_offset_ns, 1256501000000 - 1255188176367 + 1000000);
    pg_tape_close(tape);
}

static void test_binance_json(void **state)
{
    (void)state;
    pg_tape *tape =
        IMPORT(FILES "TESTBTC_2020_trades.json", FILES "TESTBTC_2020_update.json", FILES "TESTBTC_2020_snapshot.json");
    EXPECT(tape, "snapshot_begin @202.123 +0 #100 no_exchange no_local",
           "level buy 0.028181 x 7.666 @202.123 +0 #100 no_exchange no_local",
           "level buy 0.02818 x 0.17 @202.123 +0 #100 no_exchange no_local",
           "level sell 0.028182 x 1.5 @202.123 +0 #100 no_exchange no_local",
           "snapshot_end @202.123 +0 #100 last no_exchange no_local",
           "trade buy 0.028182 x 2.02 @202.527 +0 #178113193 last no_local",
           "level buy 0.02818 x 0 @203.123 +0 #103 no_local",
           "level sell 0.028182 x 1.25 @203.123 +0 #103 last no_local");
    expect_instrument(tape, "binance", "TESTBTC", "0.000001", "0.002");
    expect_defect(PG_DEFECT_OLD_UPDATE, 1, "update.json");
    expect_defect(PG_DEFECT_SEQUENCE, 0, NULL);
    pg_tape_close(tape);
}
/* The same rows plain, gzip and zstd, with CRLF, a byte order mark, quotes and blanks: the same tape. */
static void test_encodings(void **state)
{
    (void)state;
    static const char plain[] = "timestamp,price,size,side,trade_id,exchange_timestamp\n"
                                "1757015216.9,101.0,0.5,buy,83,1757015216500\n"
                                "1757015217.0,100.0,1e-03,sell,10,1757015216600\n";
    static const char fancy[] = "\xEF\xBB\xBF\"timestamp\",price,\"size\",side,trade_id,exchange_timestamp\r\n"
                                "1757015216.9, 101.0 ,\"0.5\",\"buy\",83,1757015216500\r\n\r\n"
                                "1757015217.0,100.00,0.0010,sell,10,1757015216600";
    scratch_write(scratch_path("trades_A.csv"), plain, sizeof plain - 1);
    scratch_write(scratch_path("trades_B.csv"), fancy, sizeof fancy - 1);
    gzFile gz = gzopen(scratch_path("trades_C.csv.gz"), "wb");
    gzwrite(gz, plain, 20);
    gzclose(gz);
    gz = gzopen(scratch_path("trades_C.csv.gz"), "ab"); /* a second gzip member */
    gzwrite(gz, plain + 20, sizeof plain - 21);
    gzclose(gz);
    char packed[1024];
    size_t n = ZSTD_compress(packed, sizeof packed, plain, 60, 3);
    n += ZSTD_compress(packed + n, sizeof packed - n, plain + 60, sizeof plain - 61, 3); /* a second frame */
    scratch_write(scratch_path("trades_D.csv.zst"), packed, n);
    static const char *const names[] = { "trades_A.csv", "trades_B.csv", "trades_C.csv.gz", "trades_D.csv.zst" };
    for (size_t i = 0; i < 4; i++) {
        pg_tape *tape = IMPORT(scratch_path(names[i]));
        EXPECT(tape, "trade buy 101 x 0.5 @216.500 +400 #83 last", "trade sell 100 x 0.001 @216.600 +400 #10 last");
        assert_int_equal(pg_tape_get_info(tape)->instrument.symbol[0], "ABCD"[i]);
        assert_int_equal(summary.passes, 1);
        pg_tape_close(tape);
    }
}

/* Decimals, and a clock that is behind, far behind the part that is looked at first: a second pass, exact units. */
static void test_second_pass(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    const char *path = scratch_path("trades_LATE.csv");
    FILE *f = fopen(path, "wb");
    fprintf(f, "timestamp,price,size,side,trade_id,exchange_timestamp\n");
    for (int i = 0; i < ROWS; i++) {
        bool late = i == ROWS - 10;
        fprintf(f, "%d.500,%s,%s,buy,%d,%d%s\n", 1757015216 + i, late ? "100.12500" : "101.0", late ? "1e-7" : "0.5", i,
                1757015216 + i, late ? "900" : "400");
    }
    fclose(f);
    pg_tape *tape = IMPORT(path);
    assert_int_equal(summary.passes, 2);
    assert_int_equal(summary.rows, ROWS);
    assert_int_equal(pg_tape_count(tape), ROWS);
    expect_instrument(tape, "hyperliquid", "LATE", "0.125", "0.0000001");
    assert_int_equal(pg_tape_get_info(tape)->instrument.price_decimals, 3);
    assert_int_equal(pg_tape_get_info(tape)->instrument.size_decimals, 7);
    assert_int_equal(pg_tape_get_info(tape)->clock_offset_ns, 401000000);
    const pg_event *e = &pg_tape_events(tape)[ROWS - 10];
    assert_int_equal(e->price, 100125);
    assert_int_equal(e->size, 1);
    assert_int_equal(e->local_ns - e->exch_ns, 1000000);
    assert_int_equal(pg_tape_events(tape)[0].price, 101000);
    expect_defect(PG_DEFECT_CLOCK_BEHIND, 1, ":4992");
    pg_tape_close(tape);
}

static void write_trades(const char *path, const char *const *rows, int n)
{
    FILE *f = fopen(path, "wb");
    fprintf(f, "timestamp,price,size,side,trade_id,exchange_timestamp\n");
    for (int i = 0; i < n; i++)
        fprintf(f, "%s\n", rows[i]);
    fclose(f);
}

static void test_gaps_and_steps_back(void **state)
{
    (void)state;
    static const char *const rows[] = { "1757015216.5,101,1,buy,1,1757015216400",
                                        "1757015216.3,101,1,buy,2,1757015216200",
                                        "1757015230.0,102,1,buy,2,1757015229900",
                                        "1757015230.0,102,1,buy,3,1757015229900" };
    write_trades(scratch_path("trades_GAP.csv"), rows, 4);
    pg_tape *tape = IMPORT(scratch_path("trades_GAP.csv"));
    EXPECT(tape, "trade buy 101 x 1 @216.400 +100 #1 last", "trade buy 101 x 1 @216.200 +300 #2 last",
           "gap @230.000 +0 last no_exchange", "trade buy 102 x 1 @229.900 +100 #2 last",
           "trade buy 102 x 1 @229.900 +100 #3 last");
    assert_int_equal(pg_tape_events(tape)[2].size2, 13500000000);
    expect_defect(PG_DEFECT_TIME_BACK, 1, ":3");
    expect_defect(PG_DEFECT_GAP, 1, NULL);
    expect_defect(PG_DEFECT_SAME_ID, 1, NULL);
    pg_tape_close(tape);
}

static void test_options(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_import_options options = { .symbol = "OTHER", .venue = "elsewhere", .tick = "0.25", .lot = "0.0005" };
    pg_tape *tape = import_with(&options, 1, (const char *[]){ FILES "prices_TEST.csv" }, &err);
    assert_non_null(tape);
    expect_instrument(tape, "elsewhere", "OTHER", "0.25", "0.0005");
    assert_int_equal(pg_tape_events(tape)[0].price, 10000);
    pg_tape_close(tape);
    options.tick = "-1";
    assert_null(import_with(&options, 1, (const char *[]){ FILES "prices_TEST.csv" }, &err));
    assert_non_null(strstr(err.what, "tick '-1'"));
}

static void refuse(int n, const char *const *paths, pg_status status, const char *what, const char *where)
{
    pg_error err = { 0 };
    assert_null(import_with(NULL, n, paths, &err));
    assert_int_equal(err.status, status);
    if (!strstr(err.what, what) || !strstr(err.where, where))
        fail_msg("%s: %s", err.where, err.what);
    assert_true(err.remedy[0]);
    assert_int_not_equal(access(scratch_path("out.tape.tmp"), F_OK), 0);
}

static void test_wrong_company(void **state)
{
    (void)state;
    static const char *const rows[] = { "1757015216.5,101,1,buy,1,1757015216400" };
    write_trades(scratch_path("trades_OTHER.csv"), rows, 1);
    refuse(2, (const char *[]){ FILES "prices_TEST.csv", scratch_path("trades_OTHER.csv") }, PG_ERR_INVALID,
           "different markets, 'TEST' and 'OTHER'", "trades_OTHER.csv");
    refuse(2, (const char *[]){ FILES "prices_TEST.csv", FILES "lighter_trades_TEST.csv" }, PG_ERR_INVALID,
           "different venues", "lighter_trades_TEST.csv");
    refuse(1, (const char *[]){ "tests/data/test_import.c" }, PG_ERR_NOT_FOUND, "no layout fits", "test_import.c");
    static const char *const early[] = { "1757011516.5,101,1,buy,1,1757015216400" };
    write_trades(scratch_path("trades_CLOCK.csv"), early, 1);
    refuse(1, (const char *[]){ scratch_path("trades_CLOCK.csv") }, PG_ERR_INVALID, "before they happen",
           "trades_CLOCK");
    static const char *const back[] = { "1757015216.5,101,1,buy,1,1757015216400",
                                        "1757015200.5,101,1,buy,1,1757015200400" };
    write_trades(scratch_path("trades_BACK.csv"), back, 2);
    refuse(1, (const char *[]){ scratch_path("trades_BACK.csv") }, PG_ERR_INVALID, "goes back by 16.000 s",
           "trades_BACK.csv:3");
    write_trades(scratch_path("trades_NONE.csv"), NULL, 0);
    pg_error err = { 0 };
    assert_null(import_with(NULL, 1, (const char *[]){ scratch_path("trades_NONE.csv") }, &err));
    assert_non_null(strstr(err.what, "not a single event"));
}

/* The second opening finds the tape in the cache; a changed file, layout or option does not. */
static void test_cache(void **state)
{
    (void)state;
    static const char *const rows[] = { "1757015216.5,101,1,buy,1,1757015216400",
                                        "1757015217.5,102,1,buy,2,1757015217400" };
    char cache[256], path[256];
    snprintf(cache, sizeof cache, "%s/cache/deep", scratch_folder);
    snprintf(path, sizeof path, "%s/trades_CACHE.csv", scratch_folder);
    write_trades(path, rows, 1);
    pg_data_options options = { .layouts = layouts, .n_layouts = n_layouts, .cache = cache };
    const char *paths[] = { path };
    static const bool expected[] = { true, false, true, true, true };
    for (int i = 0; i < 5; i++) {
        pg_tape *tape;
        bool imported;
        pg_error err;
        if (i == 2)
            write_trades(path, rows, 2);
        if (i == 3)
            options.import.symbol = "NAMED";
        options.fresh = i == 4;
        assert_int_equal(pg_data_open(&tape, paths, 1, &options, &imported, &summary, NULL, 0, &err), PG_OK);
        assert_int_equal(imported, expected[i]);
        assert_int_equal(summary.events, i < 2 ? 1 : 2);
        assert_int_equal(summary.first_ns, 1757015216500000000);
        assert_string_equal(summary.info.instrument.symbol, i < 3 ? "CACHE" : "NAMED");
        pg_tape_close(tape);
    }
}

static void test_open_tape(void **state)
{
    (void)state;
    pg_tape *tape = IMPORT(FILES "prices_TEST.csv");
    pg_tape_close(tape);
    pg_data_options options = { .cache = scratch_folder };
    const char *paths[] = { scratch_path("out.tape"), FILES "prices_TEST.csv" };
    bool imported;
    pg_error err;
    assert_int_equal(pg_data_open(&tape, paths, 1, &options, &imported, &summary, NULL, 0, &err), PG_OK);
    assert_false(imported);
    assert_int_equal(summary.events, 3);
    pg_tape_close(tape);
    assert_int_equal(pg_data_open(&tape, paths, 2, &options, &imported, NULL, NULL, 0, &err), PG_ERR_NOT_FOUND);
    assert_non_null(strstr(err.what, "no layout fits"));
    paths[0] = "absent.tape";
    assert_int_equal(pg_data_open(&tape, paths, 1, &options, &imported, NULL, NULL, 0, &err), PG_ERR_NOT_FOUND);
}

/* The order of the arguments makes no difference, and two imports give the same bytes. */
static void test_same_bytes(void **state)
{
    (void)state;
    static const char *const orders[][3] = {
        { FILES "trades_TEST.csv", FILES "prices_TEST.csv", FILES "orderbooks_TEST.csv" },
        { FILES "orderbooks_TEST.csv", FILES "trades_TEST.csv", FILES "prices_TEST.csv" },
        { FILES "orderbooks_TEST.csv", FILES "trades_TEST.csv", FILES "prices_TEST.csv" },
    };
    char *first = NULL;
    size_t first_size = 0;
    for (int i = 0; i < 3; i++) {
        char *bytes;
        size_t size;
        pg_tape_close(import_files(3, orders[i]));
        assert_int_equal(pg_file_read(&bytes, &size, scratch_path("out.tape"), 1 << 20, NULL), PG_OK);
        if (first) {
            assert_int_equal(size, first_size);
            assert_memory_equal(bytes, first, size);
            free(bytes);
        } else {
            first = bytes;
            first_size = size;
        }
    }
    free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hyperliquid),
        cmocka_unit_test(test_aster),
        cmocka_unit_test(test_lighter),
        cmocka_unit_test(test_extended),
        cmocka_unit_test(test_binance_raw),
        cmocka_unit_test(test_binance_json),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_second_pass),
        cmocka_unit_test(test_gaps_and_steps_back),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_wrong_company),
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_open_tape),
        cmocka_unit_test(test_same_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* The formats of recordings: what is written comes back, what is damaged is told and mended, and what others wrote is read
 * by a description of a few lines. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>

#include "base/file.h"
#include "data/aggressor.h"
#include "data/check.h"
#include "data/copy.h"
#include "data/event_source.h"
#include "data/load.h"
#include "data/made_events.h"
#include "data/packed.h"
#include "data/packed_block.h"
#include "data/parquet_write.h"
#include "data/scratch.h"
#include "market/book.h"
#include "script/layout.h"

#define STANDX "../shared/data/standx_btc_2026-01-06/"

enum { EVENTS = 30000 };

static pg_layout *layouts;
static int n_layouts;
static pg_event made[EVENTS + MADE_SNAPSHOT];
static size_t n_made;

/* Every kind of event, every flag, and numbers of any size. */
static void make_all_kinds(void)
{
    uint64_t state = 88172645463325252u;
    n_made = made_snapshot(made, MADE_START, 7);
    for (uint64_t k = 1; n_made < EVENTS; k++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        pg_event e = made_change(k, MADE_START + (int64_t)k * 1000000);
        if (k % 11 == 0)
            e = (pg_event){ .local_ns = e.local_ns,
                            .exch_ns = (int64_t)(state % (uint64_t)MADE_START),
                            .price = (int64_t)(state >> 1),
                            .size = -(int64_t)(state >> 2),
                            .price2 = (int64_t)(state >> 3),
                            .size2 = -(int64_t)(state >> 30),
                            .id = state,
                            .kind = (uint8_t)(PG_EVENT_FUNDING + k % 5),
                            .side = (uint8_t)(state % 3),
                            .flags = (uint16_t)(state % 64) };
        made[n_made++] = e;
    }
}

static void write_made(pg_sink_format format, const char *path)
{
    pg_tape_info info = made_info();
    pg_sink_config config = { .format = format, .path = path, .info = &info };
    pg_sink *sink;
    pg_error err = { 0 };
    if (pg_sink_open(&sink, &config, &err) != PG_OK || pg_sink_append(sink, made, n_made, &err) != PG_OK ||
        pg_sink_close(sink, NULL, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
}

static pg_tape *read_files(const char *const *paths, int n)
{
    pg_data_options options = {
        .layouts = layouts, .n_layouts = n_layouts, .cache = scratch_path("cache"), .fresh = true
    };
    pg_tape *tape = NULL;
    bool imported;
    char warning[512];
    pg_error err = { 0 };
    if (pg_data_open(&tape, paths, n, &options, &imported, NULL, warning, sizeof warning, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    return tape;
}

static pg_tape *read_file(const char *path)
{
    return read_files(&path, 1);
}

static void test_events_come_back(void **state)
{
    (void)state;
    static const char *const names[] = { "made.tape", "made_packed.tape", "made.parquet" };
    for (int format = PG_SINK_TAPE; format <= PG_SINK_PARQUET; format++) {
        char path[PG_PATH_SIZE];
        snprintf(path, sizeof path, "%s", scratch_path(names[format]));
        write_made((pg_sink_format)format, path);
        pg_tape *tape = read_file(path);
        const pg_instrument *in = &pg_tape_get_info(tape)->instrument;
        assert_int_equal(pg_tape_count(tape), n_made);
        assert_memory_equal(pg_tape_events(tape), made, n_made * sizeof *made);
        assert_string_equal(in->venue, "made");
        assert_string_equal(in->symbol, "ETH-USD");
        assert_int_equal(in->price_decimals, 1);
        assert_int_equal(in->size_decimals, 3);
        pg_tape_close(tape);
    }
    pg_tape *tape; /* a packed tape is also a tape for all that wants one */
    assert_int_equal(pg_tape_open(&tape, scratch_path("made_packed.tape"), NULL, 0, NULL), PG_OK);
    assert_memory_equal(pg_tape_events(tape), made, n_made * sizeof *made);
    assert_int_equal(pg_tape_find(tape, made[20000].local_ns), 20000);
    pg_tape_close(tape);
}

/* Any cut leaves the blocks before it; any flipped byte is noticed. */
static void test_packed_damage(void **state)
{
    (void)state;
    char *text, path[PG_PATH_SIZE];
    size_t size;
    snprintf(path, sizeof path, "%s", scratch_path("whole.tape"));
    write_made(PG_SINK_PACKED, path);
    assert_int_equal(pg_file_read(&text, &size, path, 1 << 28, NULL), PG_OK);
    unsigned seed = 17;
    for (int round = 0; round < 100; round++) {
        pg_packed *packed;
        const pg_event *events;
        size_t n = 1, seen = 0;
        uint64_t torn = 0, lost;
        const char *bad = scratch_path("bad.tape");
        seed = seed * 1103515245 + 12345;
        size_t at = PG_TAPE_HEADER_BYTES + seed % (size - PG_TAPE_HEADER_BYTES);
        bool cut = round % 2;
        text[at] ^= cut ? 0 : 0x10;
        scratch_write(bad, text, cut ? at : size);
        text[at] ^= cut ? 0 : 0x10;
        assert_int_equal(pg_packed_open(&packed, bad, NULL), PG_OK);
        bool noticed = false;
        while (n > 0) {
            pg_status status = pg_packed_next(packed, &events, &n, &torn, NULL);
            if (status != PG_OK) {
                assert_false(cut);
                noticed = true;
                n = pg_packed_skip(packed, &lost);
                continue;
            }
            noticed |= torn > 0;
            for (size_t i = 0; i < n; i++, seen++) /* sound events only, of those that were written */
                assert_true(events[i].local_ns >= made[seen].local_ns);
        }
        assert_true(noticed || !pg_packed_is_whole(packed) || (cut && torn == 0));
        pg_packed_close(packed);
    }
    free(text);
}

static void test_repair(void **state)
{
    (void)state;
    static const pg_sink_format formats[] = { PG_SINK_TAPE, PG_SINK_PACKED, PG_SINK_PARQUET };
    for (int i = 0; i < 3; i++) {
        char path[PG_PATH_SIZE], mended[PG_PATH_SIZE], *text;
        size_t size;
        pg_copy_result result;
        pg_error err = { 0 };
        snprintf(path, sizeof path, "%s", scratch_path(i == 2 ? "broken.parquet" : "broken.tape"));
        snprintf(mended, sizeof mended, "%s", scratch_path("mended.tape"));
        write_made(formats[i], path);
        assert_int_equal(pg_file_read(&text, &size, path, 1 << 28, NULL), PG_OK);
        size_t at = size / 3;
        text[at] ^= 0x55;
        scratch_write(path, text, size);
        pg_sink_config to = { .format = PG_SINK_TAPE, .path = mended };
        pg_status status = pg_copy_sound(&result, &to, path, &err);
        char *after;
        size_t after_size;
        assert_int_equal(pg_file_read(&after, &after_size, path, 1 << 28, NULL), PG_OK);
        assert_int_equal(after_size, size); /* the old file is as it was */
        assert_memory_equal(after, text, size);
        free(after);
        free(text);
        if (formats[i] == PG_SINK_PARQUET) { /* one row group: nothing of it can be trusted but what came before */
            assert_true(status == PG_OK || status == PG_ERR_CORRUPT);
        } else {
            assert_int_equal(status, PG_OK);
            assert_true(result.lost > 0 && result.gaps == 1);
            assert_int_equal(result.events + result.lost, n_made + result.gaps);
        }
        if (status == PG_OK) {
            pg_tape *tape = read_file(mended);
            assert_int_equal(pg_tape_verify(tape, NULL), PG_OK);
            pg_tape_close(tape);
            pg_sink_config again = { .format = PG_SINK_TAPE, .path = mended };
            assert_int_equal(pg_copy_sound(&result, &again, path, &err), PG_ERR_STATE); /* never written over */
        }
        unlink(mended);
    }
}

static void expect_lines(const char *path, const char *const *lines, int n)
{
    char *text;
    size_t size;
    assert_int_equal(pg_file_read(&text, &size, path, 1 << 24, NULL), PG_OK);
    char *at = text;
    for (int i = 0; i < n; i++) {
        char *end = strchr(at, '\n');
        assert_non_null(end);
        *end = '\0';
        assert_string_equal(at, lines[i]);
        at = end + 1;
    }
    free(text);
}

/* R1's tables, letter by letter. */
static void test_csv_tables(void **state)
{
    (void)state;
    pg_tape_info info = made_info();
    char folder[PG_PATH_SIZE], path[2 * PG_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", scratch_path("tables"));
    pg_sink_config config = { .format = PG_SINK_CSV, .path = folder, .info = &info, .levels = 2 };
    pg_sink *sink;
    const pg_event events[] = {
        { .kind = PG_EVENT_SNAPSHOT_BEGIN, .id = 12, .exch_ns = 1762979756789000000, .local_ns = 1762979756800000000 },
        { .kind = PG_EVENT_LEVEL,
          .id = 12,
          .side = PG_BUY,
          .price = 34001,
          .size = 1500,
          .exch_ns = 1762979756789000000,
          .local_ns = 1762979756800000000 },
        { .kind = PG_EVENT_LEVEL,
          .id = 12,
          .side = PG_SELL,
          .price = 34002,
          .size = 750,
          .exch_ns = 1762979756789000000,
          .local_ns = 1762979756800000000 },
        { .kind = PG_EVENT_LEVEL,
          .id = 12,
          .side = PG_BUY,
          .price = 34000,
          .size = 2250,
          .exch_ns = 1762979756789000000,
          .local_ns = 1762979756800000000 },
        { .kind = PG_EVENT_SNAPSHOT_END,
          .id = 12,
          .flags = PG_EVENT_LAST,
          .exch_ns = 1762979756789000000,
          .local_ns = 1762979756800000000 },
        { .kind = PG_EVENT_TRADE,
          .side = PG_SELL,
          .price = 34001,
          .size = 1620,
          .id = 77,
          .flags = PG_EVENT_LAST | PG_EVENT_LIQUIDATION,
          .exch_ns = 1762979757000000000,
          .local_ns = 1762979757001000000 },
    };
    assert_int_equal(pg_sink_open(&sink, &config, NULL), PG_OK);
    assert_int_equal(pg_sink_append(sink, events, 6, NULL), PG_OK);
    assert_int_equal(pg_sink_close(sink, NULL, NULL), PG_OK);
    snprintf(path, sizeof path, "%s/orderbook_depth.csv", folder);
    expect_lines(path,
                 (const char *[]){ "timestamp_ms,datetime,market,seq,bid_price0,bid_qty0,ask_price0,ask_qty0,"
                                   "bid_price1,bid_qty1,ask_price1,ask_qty1",
                                   "1762979756789,2025-11-12 20:35:56.789 UTC,ETH-USD,12,3400.1,1.5,3400.2,0.75,"
                                   "3400,2.25,," },
                 2);
    snprintf(path, sizeof path, "%s/trades.csv", folder);
    expect_lines(
        path,
        (const char *[]){ "timestamp_ms,datetime,market,side,price,quantity,trade_id,trade_type",
                          "1762979757000,2025-11-12 20:35:57.000 UTC,ETH-USD,sell,3400.1,1.62,77,LIQUIDATION" },
        2);
    snprintf(path, sizeof path, "%s/full_depth.csv", folder);
    expect_lines(path,
                 (const char *[]){ "timestamp_ms,datetime,market,seq,level,side,price,quantity",
                                   "1762979756789,2025-11-12 20:35:56.789 UTC,ETH-USD,12,0,bid,3400.1,1.5" },
                 2);
}

/* The best levels, the trades and the times in ms are the same whichever table they went through. */
static void test_tables_come_back(void **state)
{
    (void)state;
    pg_tape *tapes[2];
    for (int i = 0; i < 2; i++) {
        char folder[PG_PATH_SIZE];
        snprintf(folder, sizeof folder, "%s", scratch_path(i ? "as_parts" : "as_csv"));
        write_made(i ? PG_SINK_PARTS : PG_SINK_CSV, folder);
        tapes[i] = read_file(folder);
    }
    assert_int_equal(pg_tape_count(tapes[0]), pg_tape_count(tapes[1]));
    uint64_t trades = 0, expected = 0;
    for (size_t i = 0; i < pg_tape_count(tapes[0]); i++) {
        const pg_event *a = &pg_tape_events(tapes[0])[i], *b = &pg_tape_events(tapes[1])[i];
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->price, b->price);
        assert_int_equal(a->size, b->size);
        assert_int_equal(a->exch_ns, b->exch_ns);
        trades += a->kind == PG_EVENT_TRADE;
    }
    for (size_t i = 0; i < n_made; i++)
        expected += made[i].kind == PG_EVENT_TRADE;
    assert_int_equal(trades, expected);
    pg_tape_close(tapes[0]);
    pg_tape_close(tapes[1]);
}

/* Two recordings that overlap become one, with each trade once, in the finer units of both. */
static void test_merge(void **state)
{
    (void)state;
    pg_event part[600];
    char paths[2][PG_PATH_SIZE];
    pg_tape_info info = made_info();
    for (int i = 0; i < 2; i++) {
        size_t n = 0;
        int64_t scale = i ? 10 : 1; /* the second one has a decimal more */
        snprintf(paths[i], sizeof paths[i], "%s", scratch_path(i ? "b.parquet" : "a.tape"));
        for (uint64_t k = i ? 300 : 5; k <= (i ? 800u : 500u); k += 5) {
            part[n] = made_change(k, MADE_START + (int64_t)k * 1000000);
            part[n++].price *= scale;
        }
        pg_instrument_init(&info.instrument, "made", "ETH-USD", 1 + i, 3, i ? 5 : 1, 1, 0, NULL);
        pg_sink_config config = { .format = i ? PG_SINK_PARQUET : PG_SINK_PACKED, .path = paths[i], .info = &info };
        pg_sink *sink;
        assert_int_equal(pg_sink_open(&sink, &config, NULL), PG_OK);
        assert_int_equal(pg_sink_append(sink, part, n, NULL), PG_OK);
        assert_int_equal(pg_sink_close(sink, NULL, NULL), PG_OK);
    }
    pg_tape *tape = read_files((const char *[]){ paths[0], paths[1] }, 2);
    assert_int_equal(pg_tape_get_info(tape)->instrument.price_decimals, 2);
    assert_int_equal(pg_tape_get_info(tape)->instrument.tick, 5);
    assert_int_equal(pg_tape_count(tape), 160);
    for (size_t i = 0; i < 160; i++) {
        assert_int_equal(pg_tape_events(tape)[i].id, 5 * (i + 1));
        assert_int_equal(pg_tape_events(tape)[i].price, 10 * made_change(5 * (i + 1), 0).price);
    }
    pg_tape_close(tape);
}

static void test_slice(void **state)
{
    (void)state;
    char path[PG_PATH_SIZE], part[PG_PATH_SIZE];
    pg_copy_result result;
    snprintf(path, sizeof path, "%s", scratch_path("long.tape"));
    snprintf(part, sizeof part, "%s", scratch_path("slice.parquet"));
    write_made(PG_SINK_TAPE, path);
    pg_tape *tape = read_file(path);
    pg_sink_config to = { .format = PG_SINK_PARQUET, .path = part, .info = pg_tape_get_info(tape) };
    int64_t from = made[10000].local_ns, until = made[20000].local_ns;
    assert_int_equal(pg_copy_range(&result, &to, tape, from, until, NULL, NULL, NULL), PG_OK);
    pg_book *a = pg_book_new(1), *b = pg_book_new(1);
    for (size_t i = 0; i < 20000; i++)
        pg_book_apply(a, &made[i]);
    pg_tape *slice = read_file(part);
    assert_int_equal(pg_tape_events(slice)[0].kind, PG_EVENT_SNAPSHOT_BEGIN);
    assert_int_equal(pg_tape_events(slice)[0].local_ns, from);
    assert_true(pg_tape_events(slice)[pg_tape_count(slice) - 1].local_ns < until);
    for (size_t i = 0; i < pg_tape_count(slice); i++)
        pg_book_apply(b, &pg_tape_events(slice)[i]);
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        assert_int_equal(pg_book_count(a, side), pg_book_count(b, side));
        assert_int_equal(pg_book_depth(a, side, side == PG_BUY ? 1 : 1 << 30),
                         pg_book_depth(b, side, side == PG_BUY ? 1 : 1 << 30));
    }
    assert_int_equal(pg_copy_range(&result, &to, tape, until, from, NULL, NULL, NULL), PG_ERR_INVALID);
    pg_book_free(a);
    pg_book_free(b);
    pg_tape_close(slice);
    pg_tape_close(tape);
}

static int infer(pg_aggressor *a, int64_t price)
{
    pg_event trade = { .kind = PG_EVENT_TRADE, .price = price, .size = 1 };
    pg_aggressor_take(a, &trade);
    assert_int_equal((trade.flags & PG_EVENT_INFERRED_SIDE) != 0, trade.side != PG_SIDE_NONE);
    return trade.side;
}

static void test_aggressor(void **state)
{
    (void)state;
    pg_aggressor *a = pg_aggressor_new();
    assert_int_equal(infer(a, 100), PG_SIDE_NONE); /* nothing is known yet */
    assert_int_equal(infer(a, 101), PG_BUY);       /* up from the last price */
    pg_event quote = { .kind = PG_EVENT_BBO, .price = 100, .size = 1, .price2 = 104, .size2 = 1, .exch_ns = 1 };
    pg_aggressor_take(a, &quote);
    assert_int_equal(infer(a, 104), PG_BUY);
    assert_int_equal(infer(a, 105), PG_BUY);
    assert_int_equal(infer(a, 100), PG_SELL);
    assert_int_equal(infer(a, 101), PG_SELL); /* nearer to the bid */
    assert_int_equal(infer(a, 102), PG_BUY);  /* in the middle: up */
    assert_int_equal(infer(a, 102), PG_BUY);  /* and again, by the last price that was another one */
    quote.price2 = 100;                       /* locked */
    quote.exch_ns = 2;
    pg_aggressor_take(a, &quote);
    assert_int_equal(infer(a, 99), PG_SELL);
    assert_int_equal(infer(a, 100), PG_BUY);
    pg_event known = { .kind = PG_EVENT_TRADE, .price = 100, .size = 1, .side = PG_SELL };
    pg_aggressor_take(a, &known);
    assert_int_equal(known.side, PG_SELL); /* what the recording says stays */
    assert_int_equal(known.flags, 0);
    pg_aggressor_free(a);
}

/* ---- files of others ---- */

static pg_layout own_layout;

static pg_status import_by(const char *text, const char *path, pg_import_summary *summary, pg_error *err)
{
    const char *lua = scratch_path("own.lua");
    scratch_write(lua, text, strlen(text));
    pg_status status = pg_layout_load(&own_layout, lua, err);
    pg_import_input input = { path, &own_layout };
    return status == PG_OK ? pg_import(scratch_path("out.tape"), &input, 1, NULL, summary, err) : status;
}

/* Prices as floating point, decimals and text: each becomes the number that was meant. */
static void test_parquet_numbers(void **state)
{
    (void)state;
    static pg_import_summary summary;
    char path[PG_PATH_SIZE];
    snprintf(path, sizeof path, "%s", scratch_path("numbers.parquet"));
    const pg_parquet_field fields[] = {
        { .name = "time", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_TIMESTAMP, .unit = PG_PARQUET_MILLIS },
        { .name = "px", .type = PG_PARQUET_DOUBLE },
        { .name = "qty", .type = PG_PARQUET_INT64, .logical = PG_PARQUET_DECIMAL, .precision = 18, .scale = 4 },
        { .name = "maker", .type = PG_PARQUET_BOOLEAN },
        { .name = "tid", .type = PG_PARQUET_BYTE_ARRAY, .logical = PG_PARQUET_STRING },
    };
    const int64_t time[] = { 1767657600000, 1767657600001, 1767657600001 }, qty[] = { 12300, 1, 70000 };
    const double px[] = { 94000.1, 0.1 + 0.2, 94000.3 };
    const uint8_t maker[] = { 0, 1, 0 };
    const pg_parquet_bytes tid[] = { { (const uint8_t *)"5", 1 },
                                     { (const uint8_t *)"6", 1 },
                                     { (const uint8_t *)"7", 1 } };
    const pg_parquet_slice slices[] = { { time, NULL }, { px, NULL }, { qty, NULL }, { maker, NULL }, { tid, NULL } };
    pg_parquet_writer *writer;
    pg_error err = { 0 };
    assert_int_equal(pg_parquet_writer_open(&writer, path, fields, 5, NULL, NULL), PG_OK);
    assert_int_equal(pg_parquet_writer_append(writer, slices, 3, NULL), PG_OK);
    assert_int_equal(pg_parquet_writer_close(writer, NULL), PG_OK);
    static const char layout[] = "return { venue = 'x', symbol = 'A', format = 'parquet', record = 'trade',\n"
                                 "columns = { exchange_time = 'time', price = 'px', size = 'qty', side = 'maker', id = "
                                 "'tid' },\nsides = { buy = '0', sell = '1' } }";
    /* 0.30000000000000004 needs 17 decimals: it is refused by its column and row, not rounded */
    assert_int_not_equal(import_by(layout, path, &summary, &err), PG_OK);
    assert_non_null(strstr(err.where, "px"));
    assert_non_null(strstr(err.where, "row 2"));
    const double good[] = { 94000.1, 0.3, 94000.3 };
    const pg_parquet_slice again[] = { { time, NULL }, { good, NULL }, { qty, NULL }, { maker, NULL }, { tid, NULL } };
    assert_int_equal(pg_parquet_writer_open(&writer, path, fields, 5, NULL, NULL), PG_OK);
    assert_int_equal(pg_parquet_writer_append(writer, again, 3, NULL), PG_OK);
    assert_int_equal(pg_parquet_writer_close(writer, NULL), PG_OK);
    if (import_by(layout, path, &summary, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    pg_tape *tape;
    assert_int_equal(pg_tape_open(&tape, scratch_path("out.tape"), NULL, 0, NULL), PG_OK);
    const pg_event *e = pg_tape_events(tape);
    assert_int_equal(pg_tape_get_info(tape)->instrument.price_decimals, 1);
    assert_int_equal(pg_tape_get_info(tape)->instrument.size_decimals, 4);
    assert_int_equal(e[0].price, 940001);
    assert_int_equal(e[1].price, 3);
    assert_int_equal(e[2].size, 70000);
    assert_int_equal(e[1].side, PG_SELL);
    assert_int_equal(e[2].id, 7);
    pg_tape_close(tape);
    assert_int_equal(import_by("return { venue = 'x', record = 'trade', columns = { exchange_time = 'time', price = "
                               "'price', size = 'qty' } }",
                               path, &summary, &err),
                     PG_ERR_PARSE);
    assert_non_null(strstr(err.what, "'price' is missing"));
}

/* The whole day of StandX, all of its 52 files: what its README says comes out. */
static void test_standx(void **state)
{
    (void)state;
    static pg_check_report report;
    if (access(STANDX, F_OK) != 0)
        skip();
    pg_tape *tape = read_file(STANDX);
    assert_int_equal(pg_check_tape(&report, tape, NULL), PG_OK);
    assert_int_equal(report.of_kind[PG_EVENT_SNAPSHOT_END], 273553);
    assert_int_equal(report.of_kind[PG_EVENT_LEVEL], 273553 * 40);
    assert_int_equal(report.of_kind[PG_EVENT_TRADE], 168462);
    assert_int_equal(report.buys + report.sells, 168462); /* every side was inferred */
    assert_true(report.buys > 90000 && report.sells > 40000);
    assert_true(report.of_kind[PG_EVENT_GAP] >= 2400 && report.of_kind[PG_EVENT_GAP] <= 2500);
    assert_int_equal(report.defects.of[PG_DEFECT_CROSSED].count, 0);
    assert_true(report.defects.of[PG_DEFECT_LOCKED].count > 120000);
    assert_float_equal(report.base_volume, 17.0 + 1576.6, 0.1);
    assert_int_equal(pg_tape_get_info(tape)->instrument.tick, 10);
    assert_int_equal(pg_tape_get_info(tape)->instrument.price_decimals, 2);
    pg_tape_close(tape);
}

static int set_up(void **state)
{
    make_all_kinds();
    return pg_layout_load_all(&layouts, &n_layouts, "lua/perigee/layouts", NULL) == PG_OK ? scratch_make(state) : -1;
}

static int tear_down(void **state)
{
    free(layouts);
    return scratch_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_come_back),
        cmocka_unit_test(test_packed_damage),
        cmocka_unit_test(test_repair),
        cmocka_unit_test(test_csv_tables),
        cmocka_unit_test(test_tables_come_back),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_slice),
        cmocka_unit_test(test_aggressor),
        cmocka_unit_test(test_parquet_numbers),
        cmocka_unit_test(test_standx),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

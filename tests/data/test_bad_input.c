/* Bad input, case by case: what the message says, where, and what a layout may tolerate. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <zstd.h>

#include "base/file.h"
#include "data/import.h"
#include "data/scratch.h"
#include "data/source.h"
#include "script/layout.h"

static pg_layout layout;
static pg_import_summary summary;

static void load(const char *text)
{
    pg_error err = { 0 };
    const char *path = scratch_path("layout.lua");
    scratch_write(path, text, strlen(text));
    if (pg_layout_load(&layout, path, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
}

static const char trades[] =
    "return { venue = 'v', record = 'trade', sides = { buy = 'buy', sell = 'sell' }, max_back_s = 1, "
    "columns = { local_time = 't', price = 'price', size = 'size', side = 'side', id = 'id' }, tolerate = { %s } }";

static void use_trades(const char *tolerate)
{
    char text[1024];
    snprintf(text, sizeof text, trades, tolerate);
    load(text);
}

static void use_book(void)
{
    load("return { venue = 'v', record = 'book', columns = { exchange_time = 't', bid_price = 'bp%d', bid_size = "
         "'bs%d', "
         "ask_price = 'ap%d', ask_size = 'as%d' } }");
}

static pg_status import_text(const char *name, const void *text, size_t size, pg_error *err)
{
    const char *path = scratch_path(name);
    scratch_write(path, text, size);
    pg_import_input input = { path, &layout };
    memset(err, 0, sizeof *err);
    return pg_import(scratch_path("out.tape"), &input, 1, NULL, &summary, err);
}

/* The import fails with this status, message and place, leaves no tape, and says what to do. */
static void refuse(const char *text, pg_status status, const char *what, const char *where)
{
    pg_error err;
    unlink(scratch_path("out.tape"));
    pg_status got = import_text("bad.csv", text, strlen(text), &err);
    if (got != status || !strstr(err.what, what) || !strstr(err.where, where))
        fail_msg("status %d, %s: %s (%s)", got, err.where, err.what, err.remedy);
    assert_true(err.remedy[0]);
    assert_int_not_equal(access(scratch_path("out.tape"), F_OK), 0);
    assert_int_not_equal(access(scratch_path("out.tape.tmp"), F_OK), 0);
}

/* The import leaves out what is defective, counts it with its place, and keeps `events`. */
static void tolerate(const char *text, pg_defect defect, const char *place, uint64_t events)
{
    pg_error err;
    pg_status status = import_text("bad.csv", text, strlen(text), &err);
    if (status != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    assert_int_equal(summary.defects.of[defect].count, 1);
    assert_non_null(strstr(summary.defects.of[defect].first, place));
    assert_int_equal(summary.events, events);
}

#define HEAD  "t,price,size,side,id\n"
#define FIRST "1757015216.5,100.5,1,buy,1\n"
#define LAST  "1757015218.5,100.5,1,buy,3\n"

static const struct {
    const char *row, *tolerate, *what, *column;
    pg_defect defect;
    pg_status status;
} rows[] = {
    { "1757015217.5,nan,1,buy,2\n", "'number'", "'nan' is not a number", "'price'", PG_DEFECT_NUMBER, PG_ERR_PARSE },
    { "1757015217.5,100.5,NaN,buy,2\n", "'number'", "'NaN' is not a number", "'size'", PG_DEFECT_NUMBER, PG_ERR_PARSE },
    { "1757015217.5,inf,1,buy,2\n", "'number'", "'inf' is not a number", "'price'", PG_DEFECT_NUMBER, PG_ERR_PARSE },
    { "1757015217.5,1e30,1,buy,2\n", "'number'", "too large", "'price'", PG_DEFECT_NUMBER, PG_ERR_PARSE },
    { "1757015217.5,0.00000000000001,1,buy,2\n", "'number'", "more than 12 decimals", "'price'", PG_DEFECT_NUMBER,
      PG_ERR_PARSE },
    { "1757015217.5,100.5,-1,buy,2\n", "'negative'", "'-1' is below zero", "'size'", PG_DEFECT_NEGATIVE, PG_ERR_RANGE },
    { "1757015217.5,-0.001,1,buy,2\n", "'negative'", "'-0.001' is below zero", "'price'", PG_DEFECT_NEGATIVE,
      PG_ERR_RANGE },
    { "1757015217.5,100.5,0,buy,2\n", "'zero'", "without a price or size", "bad.csv:3", PG_DEFECT_ZERO, PG_ERR_RANGE },
    { "1757015217.5,,1,buy,2\n", "'zero'", "without a price or size", "bad.csv:3", PG_DEFECT_ZERO, PG_ERR_RANGE },
    { "1757015217.5,100.5,1,hold,2\n", "'side'", "'hold' is no side", "'side'", PG_DEFECT_SIDE, PG_ERR_PARSE },
    { "1757015217.5,100.5,1,,2\n", "'empty'", "no side", "'side'", PG_DEFECT_EMPTY, PG_ERR_PARSE },
    { "yesterday,100.5,1,buy,2\n", "'time'", "'yesterday' cannot be read as a time", "'t'", PG_DEFECT_TIME,
      PG_ERR_PARSE },
    { ",100.5,1,buy,2\n", "'empty'", "a time is needed", "'t'", PG_DEFECT_EMPTY, PG_ERR_PARSE },
    { "1757015217.5,100.5,1,buy\n", "'short_row'", "4 fields, the header 5 columns: column 'id'", "bad.csv:3",
      PG_DEFECT_SHORT_ROW, PG_ERR_PARSE },
    { "1757015217.5,100.5,1,buy,2,extra\n", "'long_row'", "more fields than the header's 5", "bad.csv:3",
      PG_DEFECT_LONG_ROW, PG_ERR_PARSE },
    { "1757015217.5,\"100.5,1,buy,2\n", "'row'", "a quote is not closed", "'price'", PG_DEFECT_ROW, PG_ERR_PARSE },
    { "garbage\n", "'time'", "'garbage' cannot be read", "'t'", PG_DEFECT_TIME, PG_ERR_PARSE },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        snprintf(text, sizeof text, HEAD FIRST "%s" LAST, rows[i].row);
        use_trades("");
        refuse(text, rows[i].status, rows[i].what, rows[i].column);
        refuse(text, rows[i].status, rows[i].what, "bad.csv:3");
        use_trades(rows[i].tolerate);
        tolerate(text, rows[i].defect, "bad.csv:3", 2);
    }
}

static void test_torn_end(void **state)
{
    (void)state;
    use_trades("");
    refuse(HEAD FIRST "1757015217.5,10", PG_ERR_PARSE, "the last row is cut off", "bad.csv:3");
    use_trades("'torn_end'");
    tolerate(HEAD FIRST "1757015217.5,10", PG_DEFECT_TORN_END, "bad.csv:3", 1);
}

static void test_headers(void **state)
{
    (void)state;
    use_trades("");
    refuse("", PG_ERR_PARSE, "no header line", "bad.csv:1");
    refuse("\n" FIRST, PG_ERR_PARSE, "no header line", "bad.csv:1");
    refuse("t,price,size,side\n" FIRST, PG_ERR_PARSE, "column 'id' is missing", "bad.csv:1");
    refuse("t;price;size;side;id\n1;2;3;buy;4\n", PG_ERR_PARSE, "separated by ';', not by ','", "bad.csv:1");
    refuse("t\tprice\tsize\tside\tid\n", PG_ERR_PARSE, "separated by 'tab'", "bad.csv:1");
    refuse(FIRST FIRST, PG_ERR_PARSE, "column 't' is missing", "bad.csv:1");
    refuse("t,\"price,size\n", PG_ERR_PARSE, "a quotation mark has no end", "bad.csv:1");
    refuse("t,\"price\"x,size\n", PG_ERR_PARSE, "a quotation mark has no end", "bad.csv:1");
    use_book();
    refuse("t,bp0,bs0,ap0,as0,bp1,ap1,as1\n", PG_ERR_PARSE, "level 1 of the bids lacks its size", "bad.csv:1");
    refuse("t,bp0,bs0,ap0,as0\n1757015216,,5,101,1\n", PG_ERR_PARSE, "a size but no price", "bad.csv:2");
}

static void test_times_back(void **state)
{
    (void)state;
    use_trades("");
    refuse(HEAD FIRST "1757015210.5,100.5,1,buy,2\n", PG_ERR_INVALID, "goes back by 6.000 s", "bad.csv:3");
    tolerate(HEAD FIRST "1757015216.0,100.5,1,buy,2\n", PG_DEFECT_TIME_BACK, "bad.csv:3", 2);
}

static void test_two_markets(void **state)
{
    (void)state;
    load("return { venue = 'v', record = 'trade', columns = { local_time = 't', price = 'p', size = 's', symbol = 'm' "
         "} }");
    refuse("t,p,s,m\n1757015216,1,1,A\n1757015217,1,1,B\n", PG_ERR_INVALID, "two markets, 'A' and 'B'", "bad.csv:3");
    refuse("t,p,s,m\n1757015216,1,1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", PG_ERR_PARSE, "too long", "column 'm'");
}

static void test_odd_books(void **state)
{
    (void)state;
    pg_error err;
    use_book();
    static const char text[] = "t,bp0,bs0,ap0,as0,bp1,bs1,ap1,as1\n1757015216,100,1,101,1,100.5,1,102,1\n"
                               "1757015217,102,1,101,1,100,1,102,1\n1757015218,101,1,101,1,,,,\n";
    assert_int_equal(import_text("book.csv", text, sizeof text - 1, &err), PG_OK);
    assert_int_equal(summary.defects.of[PG_DEFECT_LEVEL_ORDER].count, 1);
    assert_int_equal(summary.defects.of[PG_DEFECT_CROSSED].count, 1);
    assert_int_equal(summary.defects.of[PG_DEFECT_LOCKED].count, 1);
    assert_int_equal(summary.of_kind[PG_EVENT_LEVEL], 10);
}

static void test_compressed(void **state)
{
    (void)state;
    use_trades("");
    pg_error err;
    char text[4000] = HEAD, packed[4000];
    for (int i = 0; i < 90; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "17570152%02d.5,100.5,1,buy,%d\n", i + 10, i);
    size_t n = ZSTD_compress(packed, sizeof packed, text, strlen(text), 3);
    assert_int_equal(import_text("good.csv.zst", packed, n, &err), PG_OK);
    assert_int_equal(summary.events, 90);
    assert_int_equal(import_text("cut.csv.zst", packed, n - 5, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.what, "cut off"));
    assert_non_null(strstr(err.where, "cut.csv.zst"));
    packed[n / 2] ^= 0x55;
    packed[n / 2 + 1] ^= 0x55;
    packed[5] ^= 0x7f;
    assert_int_not_equal(import_text("broken.csv.zst", packed, n, &err), PG_OK);
    assert_int_equal(import_text("broken.csv.gz", "\x1f\x8b\x08garbage that is no gzip", 27, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.what, "gzip"));
    pg_import_input input = { "absent.csv", &layout };
    assert_int_equal(pg_import(scratch_path("out.tape"), &input, 1, NULL, &summary, &err), PG_ERR_NOT_FOUND);
    input.path = "tests";
    assert_int_equal(pg_import(scratch_path("out.tape"), &input, 1, NULL, &summary, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "folder"));
}

static void test_json(void **state)
{
    (void)state;
    static const char good[] = "{\"e\":\"t\",\"T\":1604221202527,\"p\":\"1.5\",\"q\":\"2\"}\n";
    static const struct {
        const char *text, *what, *where;
        pg_defect defect;
    } cases[] = {
        { "{\"e\":\"t\",\"T\":1604221202528,\"p\":\"x\",\"q\":\"2\"}\n", "'x' is not a number", "value 'p'",
          PG_DEFECT_NUMBER },
        { "{\"e\":\"t\",\"T\":1604221202528,\"q\":\"2\"}\n", "the value is missing", "value 'p'", PG_DEFECT_EMPTY },
        { "{\"e\":\"t\",\"T\":1604221202528,\"p\":null,\"q\":\"2\"}\n", "missing", "value 'p'", PG_DEFECT_EMPTY },
        { "{\"e\":\"t\",\"T\":true,\"p\":1,\"q\":2}\n", "cannot be read as a time", "value 'T'", PG_DEFECT_TIME },
        { "{\"e\":\"t\",,}\n", "broken JSON at byte 9", "document 2", PG_DEFECT_ROW },
        { "{\"e\" \"t\"}\n", "a colon is expected", "document 2", PG_DEFECT_ROW },
        { "{\"e\":[1,2}]}\n", "broken JSON", "document 2", PG_DEFECT_ROW },
        { "12 34\n", "a JSON object is expected", "document 2", PG_DEFECT_ROW },
    };
    static const char head[] =
        "return { venue = 'v', format = 'json', record = 'trade', match = { path = 'e' }, symbol = 'X', "
        "columns = { exchange_time = 'T', price = 'p', size = 'q' }, tolerate = { %s } }";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512], lua[512], tolerated[64];
        snprintf(text, sizeof text, "%s%s%s", good, cases[i].text, good);
        snprintf(lua, sizeof lua, head, "");
        load(lua);
        refuse(text, cases[i].defect == PG_DEFECT_NEGATIVE ? PG_ERR_RANGE : PG_ERR_PARSE, cases[i].what,
               cases[i].where);
        snprintf(tolerated, sizeof tolerated, "'%s'", pg_defect_name(cases[i].defect));
        snprintf(lua, sizeof lua, head, tolerated);
        load(lua);
        tolerate(text, cases[i].defect, "document 2", 2);
    }
    load("return { venue = 'v', format = 'json', record = 'trade', match = { path = 'e' }, symbol = 'X', "
         "columns = { exchange_time = 'T', price = 'p', size = 'q' } }");
    refuse("{\"e\":\"t\",\"T\":16042212", PG_ERR_PARSE, "the last document is cut off", "document 1");
}

/* A JSON document nested without end, and a line without end: refused by their bounds. */
static void test_bounds(void **state)
{
    (void)state;
    enum { SIZE = PG_SOURCE_WINDOW_MAX + PG_SOURCE_CHUNK };
    char *text = malloc(SIZE);
    pg_error err;
    assert_non_null(text);
    memset(text, '[', SIZE);
    memcpy(text, "{\"e\":", 5);
    load("return { venue = 'v', format = 'json', record = 'trade', match = { path = 'e' }, "
         "columns = { exchange_time = 'T', price = 'p', size = 'q' } }");
    assert_int_equal(import_text("deep.json", text, SIZE, &err), PG_ERR_RANGE);
    memset(text, 'x', SIZE);
    use_trades("");
    assert_int_equal(import_text("long.csv", text, SIZE, &err), PG_ERR_RANGE);
    assert_non_null(strstr(err.what, "longer than 16 MiB"));
    free(text);
    char nested[200];
    memset(nested, '[', 100);
    memset(nested + 100, ']', 100);
    memcpy(nested, "{\"e\":", 5);
    nested[194] = '}';
    load("return { venue = 'v', format = 'json', record = 'trade', match = { path = 'e' }, "
         "columns = { exchange_time = 'T', price = 'p', size = 'q' } }");
    assert_int_equal(import_text("nested.json", nested, 195, &err), PG_ERR_PARSE);
}

/* ---- layouts ---- */

static void refuse_layout(const char *text, pg_status status, const char *what)
{
    pg_error err = { 0 };
    const char *path = scratch_path("wrong.lua");
    scratch_write(path, text, strlen(text));
    pg_status got = pg_layout_load(&layout, path, &err);
    if (got != status || !strstr(err.what, what) || !strstr(err.where, "wrong.lua"))
        fail_msg("status %d, %s: %s", got, err.where, err.what);
    assert_true(err.remedy[0]);
}

static void test_layouts(void **state)
{
    (void)state;
    refuse_layout("return {", PG_ERR_SCRIPT, "wrong.lua:1:");
    refuse_layout("error('no')", PG_ERR_SCRIPT, "wrong.lua");
    refuse_layout("os.exit(1)", PG_ERR_SCRIPT, "global 'os'");
    refuse_layout("while true do end", PG_ERR_SCRIPT, "runs for too long");
    refuse_layout("local function f() return f() end f()", PG_ERR_SCRIPT, "runs for too long");
    refuse_layout("local function f() return 1 + f() end f()", PG_ERR_SCRIPT, "stack overflow");
    refuse_layout("\x1bLJ", PG_ERR_SCRIPT, "compiled Lua");
    refuse_layout("return 5", PG_ERR_INVALID, "'return' must be a table, not number");
    refuse_layout("", PG_ERR_INVALID, "'return' must be a table");
    refuse_layout("return { 'x' }", PG_ERR_INVALID, "an entry without a name");
    refuse_layout("return { colums = {} }", PG_ERR_INVALID, "unknown key 'colums'");
    refuse_layout("return { columns = { prize = 'p' } }", PG_ERR_INVALID, "unknown key 'columns.prize'");
    refuse_layout("return { columns = 5 }", PG_ERR_INVALID, "'columns' must be a table, not number");
    refuse_layout("return { record = 'candle' }", PG_ERR_INVALID, "'candle' is none of trade");
    refuse_layout("return { format = 'xml' }", PG_ERR_INVALID, "'xml' is none of csv, parquet, json");
    refuse_layout("return { units = { local_time = 'weeks' } }", PG_ERR_INVALID, "'weeks' is none of");
    refuse_layout("return { tolerate = { 'gap' } }", PG_ERR_INVALID, "'gap' is none of short_row");
    refuse_layout("return { max_gap_s = -1 }", PG_ERR_INVALID, "max_gap_s");
    refuse_layout("return { max_gap_s = 0/0 }", PG_ERR_INVALID, "max_gap_s");
    refuse_layout("return { sessions = 1 }", PG_ERR_INVALID, "'sessions' must be true or false");
    refuse_layout("return { instrument = { tick = 'x' } }", PG_ERR_INVALID, "'tick' must be a positive number");
    refuse_layout("return { instrument = { significant = 2.5 } }", PG_ERR_INVALID, "'significant' must be a whole");
    refuse_layout("return { delimiter = ', ' }", PG_ERR_INVALID, "'delimiter'");
    refuse_layout("return { venue = 'a name that is much too long for it' }", PG_ERR_INVALID, "longer than 23");
    refuse_layout("return { records = {} }", PG_ERR_INVALID, "a list of 1 to 8 records");
    refuse_layout("return { files = { 'a', 'b', 'c', 'd', 'e' } }", PG_ERR_INVALID, "more than 4 entries");
    refuse_layout("return { venue = 'v' }", PG_ERR_INVALID, "no kind of record");
    refuse_layout("return { record = 'trade', columns = { local_time = 't', price = 'p' } }", PG_ERR_INVALID,
                  "needs columns.size");
    refuse_layout("return { record = 'trade', columns = { price = 'p', size = 's' } }", PG_ERR_INVALID,
                  "needs columns.local_time or columns.exchange_time");
    refuse_layout("return { record = 'trade', columns = { local_time = 't', price = 'p', size = 's', side = 'x' } }",
                  PG_ERR_INVALID, "needs sides");
    refuse_layout("return { record = 'trade', columns = { local_time = 't', price = 'p', size = 'p' } }",
                  PG_ERR_INVALID, "name the same column 'p'");
    refuse_layout("return { record = 'bbo', columns = { local_time = 't', bid_price = 'b', ask_price = 'a' } }",
                  PG_ERR_INVALID, "needs default_size");
    refuse_layout("return { record = 'update', columns = {} }", PG_ERR_INVALID, "format 'json' only");
    refuse_layout(
        "return { format = 'json', record = 'trade', columns = { local_time = 't', price = 'p', size = 's' } }",
        PG_ERR_INVALID, "needs match");
    refuse_layout("return { record = 'trade', columns = { local_time = 't', price = 'p', size = 's' } }",
                  PG_ERR_INVALID, "venue is missing");
    pg_error err;
    assert_int_equal(pg_layout_load(&layout, "absent.lua", &err), PG_ERR_NOT_FOUND);
    pg_layout *all;
    int n;
    assert_int_equal(pg_layout_load_all(&all, &n, "tests/data/files", &err), PG_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),       cmocka_unit_test(test_torn_end),    cmocka_unit_test(test_headers),
        cmocka_unit_test(test_times_back), cmocka_unit_test(test_two_markets), cmocka_unit_test(test_odd_books),
        cmocka_unit_test(test_compressed), cmocka_unit_test(test_json),        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_layouts),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

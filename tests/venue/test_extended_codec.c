/* Extended's answers and messages: what is recorded, what is kept for tests (vectors), and what cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "selftest/extended_messages.h"
#include "selftest/selftest.h"
#include "venue/extended/best.h"
#include "venue/extended/codec_value.h"
#include "venue/extended/codec_words.h"
#include "venue/extended/markets.h"
#include "venue/extended/states.h"

static pg_extended_level levels[PG_EXTENDED_LEVELS];
static pg_event events[PG_EXTENDED_BOOK_EVENTS + PG_EXTENDED_RESTORED];
static pg_extended_book book;
static pg_instrument instrument;

static pg_span span(const char *text)
{
    return (pg_span){ text, strlen(text) };
}

static int open_book(void **state)
{
    (void)state;
    assert_int_equal(pg_instrument_init(&instrument, "extended", "BTC-USD", 1, 5, 10, 1, 0, NULL), PG_OK);
    return pg_extended_book_init(&book, "BTC-USD", &instrument, NULL);
}

static int close_book(void **state)
{
    (void)state;
    pg_extended_book_free(&book);
    return 0;
}

/* ---- vectors and recordings ---- */

static void vectors(void **state)
{
    (void)state;
    static const char *const only[] = { "extended/account_stream.json", "extended/orderbook_stream.json" };
    int failed;
    FILE *out = tmpfile();
    assert_non_null(out);
    for (size_t i = 0; i < sizeof only / sizeof only[0]; i++) {
        pg_status status = pg_selftest_run("/work/shared/vectors", only[i], out, &failed);
        if (status == PG_ERR_NOT_FOUND) {
            fclose(out);
            skip();
        }
        assert_int_equal(status, PG_OK);
        assert_int_equal(failed, 0);
    }
    fclose(out);
}

/* Frames of the venue as they were recorded: all are read, books by their own reader. */
static void recorded(void **state)
{
    (void)state;
    FILE *file = fopen("/work/shared/data/raw_venue_messages/extended_ws_frames_2026-08_09.jsonl", "r");
    static char line[1 << 16];
    pg_extended_frame frame;
    pg_error err;
    int books = 0, others = 0;
    if (!file)
        skip();
    while (fgets(line, sizeof line, file)) {
        size_t size = strcspn(line, "\n");
        line[size] = '\0';
        assert_int_equal(pg_extended_frame_read(&frame, line, size, &err), PG_OK);
        assert_true(frame.ts_ms > 1700000000000 && frame.seq > 0);
        if (pg_scan_equal(frame.type, "MP")) {
            pg_extended_record record;
            assert_int_equal(pg_extended_record_read(&record, PG_EXTENDED_PRICE, frame.data, &err), PG_OK);
            assert_int_equal(record.price.time_ms, 0);
            others++;
            continue;
        }
        pg_extended_book_frame read = { .level = levels };
        assert_int_equal(pg_extended_book_read(&read, line, size, 2, 5, &err), PG_OK);
        assert_int_equal(read.seq, frame.seq);
        assert_int_equal(read.snapshot, pg_scan_equal(frame.type, "SNAPSHOT"));
        books++;
    }
    fclose(file);
    assert_int_equal(books, 8);
    assert_int_equal(others, 1);
}

/* ---- numbers ---- */

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_decimal;
    } cases[] = { { "0", true },
                  { "-0.5", true },
                  { "82589.0", true },
                  { "0.0010000000000000", true },
                  { "", false },
                  { "-", false },
                  { "+1", false },
                  { "1e5", false },
                  { "1.", false },
                  { ".5", false },
                  { "NaN", false },
                  { "Infinity", false },
                  { "1 ", false },
                  { "0x1", false },
                  { "1,5", false },
                  { "12345678901234567890123456789012345678", true },
                  { "123456789012345678901234567890123456789", false } };
    int64_t value;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (pg_extended_is_decimal(cases[i].text, strlen(cases[i].text)) != cases[i].is_decimal)
            fail_msg("'%s'", cases[i].text);
    assert_int_equal(pg_extended_units(&value, span("82653.0"), 0), PG_OK);
    assert_int_equal(value, 82653);
    assert_int_equal(pg_extended_units(&value, span("82653.05"), 1), PG_ERR_RANGE);
    assert_int_equal(pg_extended_units_near(&value, span("82603.900514499997"), 1), PG_OK);
    assert_int_equal(value, 826039);
    assert_int_equal(pg_extended_units_near(&value, span("-0.05"), 1), PG_OK);
    assert_int_equal(value, -1);
    assert_int_equal(pg_extended_units_near(&value, span("0.5"), 0), PG_OK);
    assert_int_equal(value, 1);
    assert_int_equal(pg_extended_units_near(&value, span("99999999999999999999"), 1), PG_ERR_RANGE);
    assert_int_equal(pg_extended_units_near(&value, (pg_span){ 0 }, 1), PG_ERR_PARSE);
}

/* ---- records ---- */

static const char order[] = "{\"id\":9223372036854775808,\"externalId\":\"e\",\"market\":\"BTC-USD\",\"side\":\"BUY\","
                            "\"status\":\"PARTIALLY_FILLED\",\"price\":\"1\",\"qty\":\"2\",\"filledQty\":\"1\"}";

static void ids_beyond_doubles(void **state)
{
    (void)state;
    pg_extended_record record;
    assert_int_equal(pg_extended_record_read(&record, PG_EXTENDED_ORDER_RECORD, span(order), NULL), PG_OK);
    assert_true(record.order.id == 9223372036854775808u);
    assert_int_equal(
        pg_extended_record_read(&record, PG_EXTENDED_PLACED, span("{\"id\":\"18446744073709551615\"}"), NULL), PG_OK);
    assert_true(record.placed.id == UINT64_MAX);
    assert_int_equal(pg_extended_record_read(&record, PG_EXTENDED_PLACED, span("{\"id\":18446744073709551616}"), NULL),
                     PG_ERR_RANGE);
    assert_int_equal(pg_extended_record_read(&record, PG_EXTENDED_PLACED, span("{\"id\":-1}"), NULL), PG_ERR_PARSE);
    assert_int_equal(pg_extended_record_read(&record, PG_EXTENDED_PLACED, span("{\"id\":1.5}"), NULL), PG_ERR_PARSE);
    assert_int_equal(pg_extended_record_read(&record, PG_EXTENDED_PLACED, span("{\"id\":\"\"}"), NULL), PG_ERR_PARSE);
}

static void bad_records(void **state)
{
    (void)state;
    static const struct {
        pg_extended_record_kind kind;
        const char *text, *words;
    } cases[] = {
        { PG_EXTENDED_ORDER_RECORD, "{\"id\":1,\"market\":\"B\",\"side\":\"BUY\",\"qty\":\"1\"}", "status" },
        { PG_EXTENDED_ORDER_RECORD, "{\"id\":1,\"market\":null,\"side\":\"BUY\",\"qty\":\"1\",\"status\":\"NEW\"}",
          "market" },
        { PG_EXTENDED_ORDER_RECORD, "{\"id\":1,\"id\":2}", "id is given twice" },
        { PG_EXTENDED_ORDER_RECORD, "{\"id\":{}}", "id is no number" },
        { PG_EXTENDED_ORDER_RECORD, "{\"reduceOnly\":\"true\"}", "true or false" },
        { PG_EXTENDED_ORDER_RECORD, "[]", "an object" },
        { PG_EXTENDED_TRADE, "{\"price\":\"1e5\"}", "price '1e5' is no decimal number" },
        { PG_EXTENDED_TRADE, "{\"fee\":\"\"}", "fee '' is no decimal number" },
        { PG_EXTENDED_TRADE, "{\"createdTime\":99999999999999999}", "a time that is too large" },
        { PG_EXTENDED_FEES, "{\"market\":\"BTC-USD\",\"makerFeeRate\":\"0\"}", "takerFeeRate" },
        { PG_EXTENDED_POSITION, "{\"market\":\"BTC-USD\",\"side\":\"LONG\",\"size\":\"1\",\"entryPrice\":\"1\"}",
          "openPrice" },
        { PG_EXTENDED_BALANCE, "{\"equity\":", "equity is no number" },
    };
    pg_extended_record record;
    pg_error err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_not_equal(pg_extended_record_read(&record, cases[i].kind, span(cases[i].text), &err), PG_OK);
        if (!strstr(err.what, cases[i].words))
            fail_msg("%s: '%s' does not say '%s'", cases[i].text, err.what, cases[i].words);
    }
}

static void count_records(void *self, const pg_extended_record *record)
{
    (void)record;
    ++*(int *)self;
}

/* One record that cannot be read does not cost the others; a list that ends too soon is one that cannot be trusted. */
static void lists(void **state)
{
    (void)state;
    char text[1024];
    pg_error err;
    int count = 0;
    snprintf(text, sizeof text, "[%s,{\"id\":1},%s]", order, order);
    assert_int_equal(pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, span(text), &count, count_records, &err), 1);
    assert_int_equal(count, 2);
    assert_non_null(strstr(err.what, "missing"));
    count = 0;
    assert_int_equal(pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, span(order), &count, count_records, &err), 0);
    assert_int_equal(count, 1);
    snprintf(text, sizeof text, "[%s,", order);
    assert_int_equal(pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, span(text), &count, count_records, &err), -1);
    assert_int_equal(pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, span("5"), &count, count_records, &err), -1);
    assert_int_equal(pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, (pg_span){ 0 }, &count, count_records, &err),
                     -1);
}

/* Both names of one field: the first counts, whichever comes first. */
static void two_names(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"market\":\"B\",\"side\":\"LONG\",\"size\":\"1\",\"openPrice\":\"1\",\"createdTime\":7,\"createdAt\":8}",
        "{\"market\":\"B\",\"side\":\"LONG\",\"size\":\"1\",\"openPrice\":\"1\",\"createdAt\":8,\"createdTime\":7}",
        "{\"market\":\"B\",\"side\":\"LONG\",\"size\":\"1\",\"openPrice\":\"1\",\"createdAt\":7,\"createdTime\":null}"
    };
    pg_extended_record record;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pg_extended_record_read(&record, PG_EXTENDED_POSITION, span(texts[i]), NULL), PG_OK);
        assert_int_equal(record.position.created_ms, 7);
    }
}

/* ---- answers ---- */

static void answers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int code;
        const char *words;
    } cases[] = {
        { "", true, 0, "" },
        { "{\"status\":\"ok\"}", true, 0, "" },
        { "{\"status\":\"OK\",\"data\":null}", true, 0, "" },
        { "{\"status\":\"OK\",\"error\":{\"code\":1140}}", false, 1140, "1140" },
        { "{\"status\":\"ERROR\",\"error\":{\"code\":\"1101\",\"message\":\"Invalid StarkEx signature\"}}", false, 1101,
          "1101: Invalid StarkEx signature" },
        { "{\"status\":\"ERROR\",\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"no \\\"M\\\"\"}}", false,
          PG_EXTENDED_NO_CODE, "NOT_FOUND: no \"M\"" },
        { "{\"status\":\"ERROR\"}", false, PG_EXTENDED_NO_CODE, "" },
        { "{\"status\":\"ERROR\",\"error\":{\"code\":5,\"debugInfo\":\"x\\u0000y\"}}", false, 5, "5 (x y)" },
    };
    pg_extended_answer answer;
    char words[200];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pg_extended_answer_read(&answer, cases[i].text, strlen(cases[i].text), NULL), PG_OK);
        assert_int_equal(answer.ok, cases[i].ok);
        assert_int_equal(answer.code, cases[i].code);
        pg_extended_answer_words(words, sizeof words, &answer);
        if (cases[i].code != 5) /* a NUL of the venue is shown as something that is none */
            assert_string_equal(words, cases[i].words);
    }
    static const char *const bad[] = { "<html>", "{", "[]", "{}", "{\"status\":5}", "{\"status\":\"OK\"} x" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_not_equal(pg_extended_answer_read(&answer, bad[i], strlen(bad[i]), NULL), PG_OK);
}

static void pages(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool paged;
    } cases[] = {
        { "{\"status\":\"OK\",\"data\":[{}],\"pagination\":{\"cursor\":1784963886257016832,\"count\":1}}", true },
        { "{\"status\":\"OK\",\"data\":[],\"pagination\":{\"cursor\":5,\"count\":1}}", false },
        { "{\"status\":\"OK\",\"data\":[{}],\"pagination\":{\"cursor\":5,\"count\":0}}", false },
        { "{\"status\":\"OK\",\"data\":[{}],\"pagination\":{\"cursor\":null,\"count\":1}}", false },
    };
    pg_extended_answer answer;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pg_extended_answer_read(&answer, cases[i].text, strlen(cases[i].text), NULL), PG_OK);
        assert_int_equal(answer.paged, cases[i].paged);
    }
}

/* ---- books ---- */

static pg_extended_book_action take(const char *text, int *count)
{
    pg_extended_book_frame frame = { .level = levels };
    pg_error err;
    *count = 0;
    if (pg_extended_book_read(&frame, text, strlen(text), 1, 5, &err) != PG_OK)
        return PG_EXTENDED_BOOK_BROKEN;
    return pg_extended_book_take(&book, &frame, 7, events, count, &err);
}

#define SNAPSHOT                                                                                                       \
    "{\"type\":\"SNAPSHOT\",\"data\":{\"m\":\"BTC-USD\",\"b\":[{\"q\":\"2\",\"p\":\"100\"},{\"q\":\"1\",\"p\":\"99\"}" \
    "],"                                                                                                               \
    "\"a\":[{\"q\":\"3\",\"p\":\"101\"}]},\"ts\":5,\"seq\":1}"
#define CHANGE(bids, seq)                                                                                              \
    "{\"type\":\"DELTA\",\"data\":{\"m\":\"BTC-USD\",\"b\":[" bids "],\"a\":[]},\"ts\":6,\"seq\":" seq "}"

static void book_events(void **state)
{
    (void)state;
    int count;
    assert_int_equal(take(SNAPSHOT, &count), PG_EXTENDED_BOOK_APPLIED);
    assert_int_equal(count, 5);
    assert_int_equal(events[0].kind, PG_EVENT_SNAPSHOT_BEGIN);
    assert_int_equal(events[0].size2, 3);
    assert_int_equal(events[4].kind, PG_EVENT_SNAPSHOT_END);
    assert_int_equal(events[4].flags, PG_EVENT_LAST);
    assert_int_equal(take(CHANGE("{\"p\":\"99.0\",\"q\":\"0.50000000\"}", "2"), &count), PG_EXTENDED_BOOK_APPLIED);
    assert_int_equal(count, 1);
    assert_int_equal(events[0].price, 990);
    assert_int_equal(events[0].size, 150000); /* what there is, not what changed */
    assert_int_equal(events[0].exch_ns, 6000000);
    assert_int_equal(events[0].flags, PG_EVENT_LAST);
    assert_int_equal(take(CHANGE("", "3"), &count), PG_EXTENDED_BOOK_HEARTBEAT);
    assert_int_equal(count, 0);
}

static void bad_books(void **state)
{
    (void)state;
    static const char *const bad[] = {
        CHANGE("{\"q\":\"-2.5\",\"p\":\"100\"}", "2"),           /* more than there was */
        CHANGE("{\"q\":\"1\",\"p\":\"100\",\"c\":\"-1\"}", "2"), /* less than nothing */
        CHANGE("{\"q\":\"1\",\"p\":\"100.5\"}", "2"),            /* off the tick */
        CHANGE("{\"q\":\"1\",\"p\":\"100.55\"}", "2"),           /* too fine */
        CHANGE("{\"q\":\"1\",\"p\":\"0\"}", "2"),
        CHANGE("{\"q\":\"1\",\"p\":\"-100\"}", "2"),
        CHANGE("{\"q\":\"1e3\",\"p\":\"100\"}", "2"),
        CHANGE("{\"q\":\"99999999999999999999\",\"p\":\"100\"}", "2"),
        CHANGE("{\"q\":\"1\"}", "2"),
        CHANGE("{\"q\":\"1\",\"p\":\"101\",\"c\":\"1\"}", "2"), /* locked */
        CHANGE("{\"q\":\"1\",\"p\":\"100\"}", "4"),             /* a gap */
        CHANGE("{\"q\":\"1\",\"p\":\"100\"}", "1"),             /* twice */
        CHANGE("{\"q\":\"1\",\"p\":\"100\"}", "-1"),
        "{\"type\":\"NEWS\",\"data\":{\"m\":\"BTC-USD\",\"b\":[],\"a\":[]},\"ts\":6,\"seq\":2}",
        "{\"type\":\"DELTA\",\"data\":{\"m\":\"BTC-USD\",\"b\":[]},\"ts\":6,\"seq\":2}",
        "{\"type\":\"DELTA\",\"data\":null,\"ts\":6,\"seq\":2}",
        "{\"type\":\"DELTA\",\"error\":{\"code\":1},\"ts\":6,\"seq\":2}",
        "{\"type\":\"DELTA\"",
        "",
    };
    int count;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pg_extended_book_reset(&book);
        assert_int_equal(take(SNAPSHOT, &count), PG_EXTENDED_BOOK_APPLIED);
        if (take(bad[i], &count) != PG_EXTENDED_BOOK_BROKEN)
            fail_msg("taken: %s", bad[i]);
    }
    pg_extended_book_reset(&book);
    take(SNAPSHOT, &count);
    assert_int_equal(
        take("{\"type\":\"SNAPSHOT\",\"data\":{\"m\":\"ETH-USD\",\"b\":[],\"a\":[]},\"ts\":6,\"seq\":2}", &count),
        PG_EXTENDED_BOOK_OTHER);
    assert_int_equal(pg_book_count(book.book, PG_BUY), 2); /* it was of another market */
    assert_int_equal(take(CHANGE("{\"q\":\"1\",\"p\":\"100\"}", "3"), &count), PG_EXTENDED_BOOK_APPLIED);
}

/* Best prices hide levels of the full book from those who take both in: the next change brings them back. */
static void best_prices(void **state)
{
    (void)state;
    int count;
    bool whole;
    pg_extended_bests bests = { 0 };
    pg_event event, base = { .exch_ns = 7000000 };
    pg_book *both = pg_book_new(10);
    assert_int_equal(take(SNAPSHOT, &count), PG_EXTENDED_BOOK_APPLIED);
    for (int i = 0; i < count; i++)
        pg_book_apply(both, &events[i]);
    pg_extended_level level[] = { { 990, 100000, PG_BUY, false }, { 1020, 500000, PG_SELL, false } };
    pg_extended_book_frame best = { .snapshot = true, .ts_ms = 6, .count = 2, .level = level };
    assert_true(pg_extended_best_take(&bests, &event, &best, 5000000, 8));
    pg_book_apply(both, &event);
    assert_int_equal(pg_book_best(both, PG_BUY), 990);
    assert_int_equal(pg_book_best(both, PG_SELL), 1020);
    count = pg_extended_best_restore(&bests, events, &base, book.book, &whole);
    assert_true(whole && count > 0 && count <= PG_EXTENDED_RESTORED);
    events[count - 1].flags = PG_EVENT_LAST;
    for (int i = 0; i < count; i++)
        pg_book_apply(both, &events[i]);
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_level a[8], b[8];
        int n = pg_book_top(both, side, a, 8);
        assert_int_equal(n, pg_book_top(book.book, side, b, 8));
        assert_memory_equal(a, b, (size_t)n * sizeof *a);
    }
    best.ts_ms = 4; /* older than the book */
    assert_false(pg_extended_best_take(&bests, &event, &best, 5000000, 8));
    best.ts_ms = 6;
    level[0].price = 1020; /* crossed */
    assert_false(pg_extended_best_take(&bests, &event, &best, 5000000, 8));
    pg_book_free(both);
}

/* ---- words ---- */

static void words(void **state)
{
    (void)state;
    static const struct {
        int code, http;
        pg_extended_class class;
        pg_reason reason;
    } cases[] = {
        { 1101, 400, PG_EXTENDED_FATAL, PG_REASON_SIGNATURE },
        { 1140, 400, PG_EXTENDED_REFUSED, PG_REASON_MARGIN },
        { 1142, 400, PG_EXTENDED_GONE, PG_REASON_UNKNOWN },
        { 1134, 400, PG_EXTENDED_DUPLICATE, PG_REASON_OTHER },
        { 1128, 400, PG_EXTENDED_WRONG_FEE, PG_REASON_OTHER },
        { 1010, 400, PG_EXTENDED_TAKES_NONE, PG_REASON_CLOSED },
        { PG_EXTENDED_NO_CODE, 401, PG_EXTENDED_FATAL, PG_REASON_SIGNATURE },
        { PG_EXTENDED_NO_CODE, 403, PG_EXTENDED_TAKES_NONE, PG_REASON_CLOSED },
        { PG_EXTENDED_NO_CODE, 404, PG_EXTENDED_GONE, PG_REASON_UNKNOWN },
        { 7777, 400, PG_EXTENDED_REFUSED, PG_REASON_OTHER },
        { 7777, 502, PG_EXTENDED_UNCLEAR, PG_REASON_OTHER },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pg_extended_refusal refusal = pg_extended_refusal_of(cases[i].code, cases[i].http);
        assert_int_equal(refusal.class, cases[i].class);
        assert_int_equal(refusal.reason, cases[i].reason);
    }
    assert_int_equal(pg_extended_state_of(span("PARTIALLY_FILLED")), PG_TOLD_OPEN);
    assert_int_equal(pg_extended_state_of(span("PARTIALLYFILLED")), PG_TOLD_UNKNOWN);
    assert_int_equal(pg_extended_mode_of(span("TRADING_OFF_MODE")), PG_EXTENDED_TAKES_NONE);
    assert_int_equal(pg_extended_mode_of(span("NEGATIVE_EQUITY")), PG_EXTENDED_LIQUIDATES);
    assert_int_equal(pg_extended_mode_of(span("ACCOUNT_LIQUIDATION")), PG_EXTENDED_LIQUIDATES);
    assert_int_equal(pg_extended_mode_of(span("POST_ONLY_FAILED")), PG_EXTENDED_REFUSED);
    assert_int_equal(pg_extended_reason_of(span("EXPIRED"), span("NONE")), PG_REASON_EXPIRED);
    assert_int_equal(pg_extended_reason_of(span("CANCELLED"), span("ORDER_REPLACED")), PG_REASON_NONE);
    assert_int_equal(pg_extended_reason_of(span("CANCELLED"), span("A_NEW_ONE")), PG_REASON_OTHER);
}

static void external_ids(void **state)
{
    (void)state;
    char text[PG_EXTENDED_EXTERNAL];
    pg_client_id id = { .run = UINT64_MAX, .id = 1, .leg = 12 }, back;
    pg_extended_external_format(text, id);
    assert_string_equal(text, "pgffffffffffffffff-0000000000000001-12");
    assert_true(pg_extended_external_parse(&back, span(text)));
    assert_true(back.run == id.run && back.id == 1 && back.leg == 12);
    static const char *const others[] = { "",
                                          "e1",
                                          "-1771812132822291885",
                                          "pgffffffffffffffff-0000000000000001-",
                                          "pgfffffffffffffffg-0000000000000001-1",
                                          "pgffffffffffffffff-0000000000000001-1x",
                                          "pgffffffffffffffff-0000000000000001-1234567890" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(pg_extended_external_parse(&back, span(others[i])));
        assert_true(back.run == 0 && back.id == 0 && back.leg == 0);
    }
}

/* ---- states ---- */

static bool news(pg_extended_states *states, uint64_t id, const char *status, int64_t at_ms, const char *filled)
{
    pg_extended_order_record record = {
        .id = id, .status = span(status), .updated_ms = at_ms, .filled = filled ? span(filled) : (pg_span){ 0 }
    };
    return pg_extended_states_take(states, &record);
}

static void late_updates(void **state)
{
    (void)state;
    pg_extended_states *states;
    assert_int_equal(pg_extended_states_new(&states, 2, NULL), PG_OK);
    assert_true(news(states, 1, "NEW", 10, "0"));
    assert_false(news(states, 1, "NEW", 10, "0"));
    assert_true(news(states, 1, "NEW", 10, "0.5"));
    assert_true(news(states, 1, "PARTIALLY_FILLED", 10, "0.5"));
    assert_false(news(states, 1, "NEW", 10, "0.7"));
    assert_true(news(states, 1, "CANCELLED", 11, "0.5"));
    assert_false(news(states, 1, "PARTIALLY_FILLED", 10, "0.5"));
    assert_false(news(states, 1, "NEW", 20, NULL)); /* it does not open again */
    assert_true(news(states, 2, "NEW", 1, NULL));
    assert_true(news(states, 3, "NEW", 1, NULL)); /* the first one is forgotten now */
    assert_true(news(states, 1, "NEW", 1, NULL));
    assert_false(news(states, 3, "NEW", 1, NULL));
    pg_extended_states_free(states);
}

/* ---- markets ---- */

#define MARKET(tick, step, least)                                                                                      \
    "{\"name\":\"BTC-USD\",\"active\":true,\"status\":\"ACTIVE\",\"tradingConfig\":{\"minOrderSize\":\"" least         \
    "\",\"minOrderSizeChange\":\"" step "\",\"minPriceChange\":\"" tick                                                \
    "\",\"maxMarketOrderValue\":\"1\",\"maxLimitOrderValue\":\"1\",\"limitPriceCap\":\"0.05\",\"limitPriceFloor\":"    \
    "\"0.05\"},\"l2Config\":{\"collateralId\":\"0x1\",\"syntheticId\":\"0x2\",\"collateralResolution\":1000000,"       \
    "\"syntheticResolution\":1000000}}"

static pg_status listing_of(pg_extended_listing *listing, pg_instrument *in, const char *text, pg_error *err)
{
    pg_extended_record record;
    pg_status status = pg_extended_record_read(&record, PG_EXTENDED_MARKET_RECORD, span(text), err);
    if (status == PG_OK)
        status = pg_extended_listing_read(listing, &record.market, err);
    return status == PG_OK ? pg_extended_listing_instrument(in, listing, err) : status;
}

static void markets(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int price_decimals, size_decimals;
        int64_t tick, lot, min_size;
    } cases[] = { { MARKET("1", "0.00001", "0.0001"), 1, 5, 10, 1, 10 },
                  { MARKET("0.5", "0.001", "0.01"), 3, 3, 500, 1, 10 },
                  { MARKET("0.0000005", "1000", "1000"), 7, 0, 5, 1000, 1000 },
                  { MARKET("5", "10", "10"), 6, 0, 5000000, 10, 10 } };
    pg_extended_listing listing, other;
    pg_instrument in;
    pg_error err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(listing_of(&listing, &in, cases[i].text, &err), PG_OK);
        assert_int_equal(in.price_decimals, cases[i].price_decimals);
        assert_int_equal(in.size_decimals, cases[i].size_decimals);
        assert_int_equal(in.tick, cases[i].tick);
        assert_int_equal(in.lot, cases[i].lot);
        assert_int_equal(in.min_size, cases[i].min_size);
    }
    assert_int_equal(listing_of(&other, &in, cases[0].text, &err), PG_OK);
    assert_false(pg_extended_listing_same(&listing, &other));
    assert_true(pg_extended_listing_same(&other, &other));
    static const char *const bad[] = { MARKET("0", "1", "1"), MARKET("-1", "1", "1"), MARKET("1", "", "1"),
                                       MARKET("0.0000000000001", "1", "1"), MARKET("1", "NaN", "1") };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_not_equal(listing_of(&listing, &in, bad[i], &err), PG_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(recorded),
        cmocka_unit_test(numbers),
        cmocka_unit_test(ids_beyond_doubles),
        cmocka_unit_test(bad_records),
        cmocka_unit_test(lists),
        cmocka_unit_test(two_names),
        cmocka_unit_test(answers),
        cmocka_unit_test(pages),
        cmocka_unit_test_setup_teardown(book_events, open_book, close_book),
        cmocka_unit_test_setup_teardown(bad_books, open_book, close_book),
        cmocka_unit_test_setup_teardown(best_prices, open_book, close_book),
        cmocka_unit_test(words),
        cmocka_unit_test(external_ids),
        cmocka_unit_test(late_updates),
        cmocka_unit_test(markets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

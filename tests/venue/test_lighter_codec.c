/* The codec of Lighter on recorded messages, compared with a tree of each; and what it must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "selftest/lighter_messages.h"
#include "venue/lighter/codec_book.h"
#include "venue/lighter/codec_told.h"
#include "venue/lighter/codec_words.h"

#define RECORDED "../shared/data/raw_venue_messages/"

static pg_lighter_decoder *decoder;

static int set_up(void **state)
{
    (void)state;
    return pg_lighter_decoder_new(&decoder, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    pg_lighter_decoder_free(decoder);
    return 0;
}

/* Every line of a recording, plain or gzip; NULL at its end. */
static char *next_line(gzFile file)
{
    enum { LINE = 1 << 20 };
    static char line[LINE];
    if (!gzgets(file, line, LINE))
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static void same(const char *text, bool wanted)
{
    bool refused;
    pg_error err = { 0 };
    if (pg_lighter_same(decoder, text, strlen(text), &refused, &err) != PG_OK || refused == wanted)
        fail_msg("%s: %.200s", err.what, text);
}

static void recorded_messages(void **state)
{
    static const char *const names[] = { RECORDED "lighter_ws_frames_2026-07-28.jsonl",
                                         RECORDED "lighter_ws_order_book_ETH_2025-10-27_part1.jsonl.gz" };
    int count = 0;
    (void)state;
    for (int i = 0; i < 2; i++) {
        gzFile file = gzopen(names[i], "rb");
        if (!file)
            skip();
        for (char *line; (line = next_line(file));) {
            same(line, i == 0); /* the older form has no nonces: a book cannot be kept by it */
            count++;
        }
        gzclose(file);
    }
    assert_int_equal(count, 16 + 75);
}

/* A recorded book of thousands of levels. It is of the older form: nonces are written in. */
static void recorded_book(void **state)
{
    const pg_lighter_message *message;
    pg_lighter_book book;
    pg_event *events = malloc(PG_LIGHTER_BOOK_EVENTS * sizeof *events);
    pg_book *reader = pg_book_new(1);
    gzFile file = gzopen(RECORDED "lighter_ws_order_book_ETH_2025-10-27_part1.jsonl.gz", "rb");
    int count = 0, number = 0;
    (void)state;
    if (!file) {
        pg_book_free(reader);
        free(events);
        skip();
    }
    assert_int_equal(pg_lighter_book_init(&book, NULL), PG_OK);
    pg_lighter_decoder_add(decoder, 0, 2, 4, NULL);
    for (char *line; (line = next_line(file)); number++) {
        char *nonce = strstr(line, ",\"offset\":"); /* the last member of the book, here */
        char with[1 << 20];
        nonce = strstr(nonce + 1, ",\"offset\":");
        snprintf(with, sizeof with, "%.*s,\"nonce\":%d,\"begin_nonce\":%d%s", (int)(nonce - line), line, 100 + number,
                 99 + number, nonce);
        assert_int_equal(pg_lighter_decode(decoder, &message, with, strlen(with), NULL), PG_OK);
        pg_lighter_book_result result = pg_lighter_book_take(&book, message, 1, events, &count);
        assert_int_equal(result, number == 0 ? PG_LIGHTER_BOOK_SNAPSHOT : PG_LIGHTER_BOOK_APPLIED);
        for (int i = 0; i < count; i++)
            pg_book_apply(reader, &events[i]);
    }
    gzclose(file);
    assert_int_equal(pg_book_best(reader, PG_BUY), 421233);
    assert_int_equal(pg_book_best(reader, PG_SELL), 421237);
    assert_int_equal(pg_book_count(reader, PG_BUY), 3373);
    assert_int_equal(pg_book_count(reader, PG_SELL), 2017);
    pg_lighter_book_free(&book);
    pg_book_free(reader);
    free(events);
}

/* ---- the chain of a book ---- */

static pg_lighter_book chain;
static pg_event *chain_events;
static int chain_count;

static pg_lighter_book_result take(const char *type, int64_t begin, int64_t nonce, const char *bids, const char *asks)
{
    const pg_lighter_message *message;
    char text[1024];
    snprintf(
        text, sizeof text,
        "{\"order_book\":{\"code\":0,\"asks\":[%s],\"bids\":[%s],\"offset\":7,\"nonce\":%lld,\"begin_nonce\":%lld},"
        "\"type\":\"%s/order_book\",\"channel\":\"order_book:0\"}",
        asks, bids, (long long)nonce, (long long)begin, type);
    assert_int_equal(pg_lighter_decode(decoder, &message, text, strlen(text), NULL), PG_OK);
    assert_true(message->book.read); /* though its channel comes behind it */
    return pg_lighter_book_take(&chain, message, 1, chain_events, &chain_count);
}

#define BID "{\"price\":\"30.00\",\"size\":\"1.0000\"}"
#define ASK "{\"size\":\"2.0000\",\"price\":\"30.10\"}"

static void book_chain(void **state)
{
    pg_book *reader = pg_book_new(1);
    (void)state;
    pg_lighter_decoder_add(decoder, 0, 2, 4, NULL);
    chain_events = malloc(PG_LIGHTER_BOOK_EVENTS * sizeof *chain_events);
    assert_int_equal(pg_lighter_book_init(&chain, NULL), PG_OK);
    assert_int_equal(take("update", 1, 2, BID, ""), PG_LIGHTER_BOOK_EARLY);
    assert_int_equal(take("subscribed", 0, 10, BID, ASK), PG_LIGHTER_BOOK_SNAPSHOT);
    assert_int_equal(take("update", 5, 9, BID, ""), PG_LIGHTER_BOOK_STALE);
    assert_int_equal(take("update", 5, 10, BID, ""), PG_LIGHTER_BOOK_STALE);
    assert_int_equal(take("update", 10, 12, "{\"price\":\"30\",\"size\":\"0\"}", ""), PG_LIGHTER_BOOK_APPLIED);
    assert_int_equal(pg_book_best(chain.book, PG_BUY), 0);
    assert_int_equal(take("update", 12, 13, "{\"price\":\"30.10\",\"size\":\"1\"}", ""),
                     PG_LIGHTER_BOOK_GAP); /* locked */
    assert_false(chain.synced);
    assert_int_equal(take("update", 13, 14, BID, ""), PG_LIGHTER_BOOK_EARLY);
    assert_int_equal(take("subscribed", 0, 20, BID, ASK), PG_LIGHTER_BOOK_SNAPSHOT);
    assert_int_equal(take("update", 21, 22, BID, ""), PG_LIGHTER_BOOK_GAP); /* 20 to 21 is missing */

    /* the ticker hides a level, which the next update states again though it has not changed */
    assert_int_equal(take("subscribed", 0, 30, BID, ASK), PG_LIGHTER_BOOK_SNAPSHOT);
    for (int i = 0; i < chain_count; i++)
        pg_book_apply(reader, &chain_events[i]);
    pg_event best = { .kind = PG_EVENT_BBO, .exch_ns = 2, .price = 2990, .size = 5, .price2 = 3020, .size2 = 6 };
    assert_false(pg_lighter_book_take_best(&chain, &best, 30)); /* not newer */
    assert_true(pg_lighter_book_take_best(&chain, &best, 31));
    assert_false(pg_lighter_book_take_best(&chain, &best, 31));
    pg_book_apply(reader, &best);
    assert_int_equal(pg_book_best(reader, PG_BUY), 2990);
    assert_int_equal(take("update", 30, 32, "", "{\"price\":\"30.30\",\"size\":\"1\"}"), PG_LIGHTER_BOOK_APPLIED);
    for (int i = 0; i < chain_count; i++)
        pg_book_apply(reader, &chain_events[i]);
    assert_int_equal(pg_book_best(reader, PG_BUY), 3000);
    assert_int_equal(pg_book_best(reader, PG_SELL), 3010);
    assert_int_equal(pg_book_count(reader, PG_BUY), 1);
    assert_int_equal(pg_book_count(reader, PG_SELL), 2);
    pg_lighter_book_free(&chain);
    pg_book_free(reader);
    free(chain_events);
}

/* ---- what is refused ---- */

static void refused(void **state)
{
    static const char *const texts[] = {
        "",
        "<html>",
        "[]",
        "{\"type\":7}",
        "{\"type\":\"pong\"} x",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"bids\":[],\"asks\":[]},\"type\":\"update/order_book\"}",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"nonce\":1,\"bids\":[{\"price\":\"1\"}],\"asks\":[]}}",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"nonce\":1,\"bids\":[{\"price\":\"1.001\",\"size\":\"1\"}]}}",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"nonce\":1,\"bids\":[{\"price\":\"-1\",\"size\":\"1\"}]}}",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"nonce\":1,\"bids\":[{\"price\":\"0\",\"size\":\"1\"}]}}",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"nonce\":1,\"bids\":[{\"price\":\"1e400\",\"size\":\"1\"}]}}",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"nonce\":1.5}}",
        "{\"channel\":\"order_book:0\",\"order_book\":{\"nonce\":99999999999999999999}}",
        "{\"channel\":\"order_book:0\",\"order_book\":7}",
        "{\"channel\":\"order_book:0\",\"channel\":\"order_book:1\"}",
        "{\"orders\":[{\"order_index\":1}]}",
        "{\"orders\":[7]}",
        "{\"orders\":\"all\"}",
        "{\"trades\":[{\"trade_id\":\"1\"}]}",
        "{\"positions\":{\"0\":[[]]}}",
    };
    (void)state;
    pg_lighter_decoder_add(decoder, 0, 2, 4, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const pg_lighter_message *message;
        pg_error err = { 0 };
        if (pg_lighter_decode(decoder, &message, texts[i], strlen(texts[i]), &err) == PG_OK || !err.what[0])
            fail_msg("taken: %s", texts[i]);
        assert_int_equal(message->orders.count, 0); /* nothing of it counts */
        assert_false(message->book.read);
    }
}

/* Lists that are null or missing are empty, and unknown members and channels are passed over. */
static void tolerated(void **state)
{
    static const char *const texts[] = {
        "{\"code\":200,\"message\":null,\"trades\":null}",
        "{\"type\":\"update/rfq\",\"channel\":\"rfq\",\"anything\":[1,{\"a\":null}]}",
        "{\"type\":\"subscribed/order_book\",\"channel\":\"order_book:99\",\"order_book\":{\"x\":1}}",
        "{\"type\":\"update/account_all_positions\",\"positions\":{}}",
        "{\"orders\":{\"0\":null,\"1\":[]}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const pg_lighter_message *message;
        assert_int_equal(pg_lighter_decode(decoder, &message, texts[i], strlen(texts[i]), NULL), PG_OK);
        assert_int_equal(message->orders.count + message->trades.count + message->positions.count, 0);
    }
}

static const pg_lighter_message *decode(const char *text)
{
    const pg_lighter_message *message;
    assert_int_equal(pg_lighter_decode(decoder, &message, text, strlen(text), NULL), PG_OK);
    return message;
}

/* All forms in which an answer to a transaction comes. */
static void answers(void **state)
{
    (void)state;
    const pg_lighter_message *m = decode("{\"type\":\"jsonapi/sendtx\",\"code\":200,\"tx_hash\":\"0000abcd\"}");
    assert_int_equal(m->kind, PG_LIGHTER_MSG_SENT);
    assert_int_equal(m->code, 200);
    assert_true(pg_scan_equal(pg_lighter_hash_at(m, 0), "0000abcd"));
    m = decode("{\"type\":\"jsonapi/sendtxbatch\",\"data\":{\"id\":\"p7\",\"code\":200,\"tx_hash\":[\"aa\",\"bb\"],"
               "\"volume_quota_remaining\":12}}");
    assert_int_equal(m->code, 200);
    assert_true(pg_scan_equal(pg_lighter_hash_at(m, 1), "bb"));
    assert_null(pg_lighter_hash_at(m, 2).data);
    assert_true(pg_scan_equal(m->id, "\"p7\""));
    assert_true(pg_scan_equal(m->raw_quota, "12"));
    m = decode("{\"error\":{\"code\":21104,\"message\":\"invalid nonce\"}}");
    assert_int_equal(m->kind, PG_LIGHTER_MSG_ERROR);
    assert_int_equal(m->code, 21104);
    m = decode("{\"type\":\"error\",\"code\":21149,\"message\":\"integrator is not approved\"}");
    assert_int_equal(m->kind, PG_LIGHTER_MSG_ERROR);
    assert_int_equal(pg_lighter_fault_of(21104).class, PG_LIGHTER_FAULT_NONCE);
    assert_int_equal(pg_lighter_fault_of(23000).class, PG_LIGHTER_FAULT_LIMITED);
    assert_int_equal(pg_lighter_fault_of(29500).class, PG_LIGHTER_FAULT_DOUBT);
    assert_int_equal(pg_lighter_fault_of(12345).class, PG_LIGHTER_FAULT_REFUSED);
    assert_int_equal(pg_lighter_code_of((pg_span){ "Invalid nonce", 13 }), 21104);
}

static void units(void **state)
{
    int64_t value;
    (void)state;
    assert_true(pg_lighter_units(&value, (pg_span){ "-0.00287", 8 }, 4));
    assert_int_equal(value, -28);
    assert_false(pg_lighter_units_exact(&value, (pg_span){ "1.00001", 7 }, 4));
    assert_false(pg_lighter_units(&value, (pg_span){ "1.2x", 4 }, 1));
    assert_false(pg_lighter_units(&value, (pg_span){ "", 0 }, 1));
    assert_int_equal(pg_lighter_time_ns(0, 1700000000), INT64_C(1700000000000000000)); /* seconds, of older servers */
    assert_int_equal(pg_lighter_time_ns(0, 1700000000123), INT64_C(1700000000123000000));
    assert_int_equal(pg_lighter_time_ns(1700000000123456, 1), INT64_C(1700000000123456000));
    pg_reason reason;
    assert_int_equal(pg_lighter_state_of((pg_span){ "canceled-new-word", 17 }, false, &reason), PG_TOLD_CANCELLED);
    assert_int_equal(pg_lighter_state_of((pg_span){ "resting", 7 }, false, &reason), PG_TOLD_UNKNOWN);
    assert_int_equal(pg_lighter_state_of((pg_span){ "canceled-post-only", 18 }, true, &reason), PG_TOLD_CANCELLED);
    assert_int_equal(reason, PG_REASON_POST_ONLY);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(recorded_messages), EACH(recorded_book), EACH(book_chain), EACH(refused),
        EACH(tolerated),         EACH(answers),       EACH(units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

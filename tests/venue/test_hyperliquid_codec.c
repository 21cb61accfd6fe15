/* Hyperliquid's messages: all that were recorded say what a tree made by cJSON says; each member that is used is missed
 * when it is missing, null, of another type, given twice or too large; books out of three streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "selftest/hyperliquid_messages.h"
#include "selftest/selftest.h"
#include "venue/hyperliquid/codec_book.h"
#include "venue/recent.h"

#define RECORDED "../shared/data/raw_venue_messages/"
#define CLOID    "0x0000000000007e570000000000000005"

enum { BTC, ETH, MARKETS };

static pg_hl_decoder *decoder;
static pg_instrument instruments[PG_HL_COINS], others[PG_HL_COINS];

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(pg_hl_decoder_new(&decoder, NULL), PG_OK);
    pg_instrument_init(&instruments[BTC], "hyperliquid", "BTC", 1, 5, 1, 1, 5, NULL);
    pg_instrument_init(&instruments[ETH], "hyperliquid", "ETH", 2, 4, 1, 1, 5, NULL);
    assert_int_equal(pg_hl_decoder_add(decoder, "BTC", &instruments[BTC], NULL, NULL), PG_OK);
    assert_int_equal(pg_hl_decoder_add(decoder, "ETH", &instruments[ETH], NULL, NULL), PG_OK);
    assert_int_equal(pg_hl_decoder_add(decoder, "ETH", &instruments[ETH], NULL, NULL), PG_ERR_INVALID);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pg_hl_decoder_free(decoder);
    return 0;
}

/* Reads a copy of exactly the text's size. */
static pg_status decode(pg_hl_frame *frame, const char *text, pg_error *err)
{
    static char *copy; /* a frame points into its message */
    free(copy);
    copy = strdup(text);
    return pg_hl_decode(decoder, frame, copy, strlen(copy), 77, err);
}

static void expect(const char *text, const char *said)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    pg_text out = { 0 };
    if (decode(&frame, text, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    pg_hyperliquid_say_frame(&out, &frame);
    assert_string_equal(out.data, said);
    pg_text_free(&out);
}

static void refuse(const char *text, const char *what)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    if (decode(&frame, text, &err) == PG_OK)
        fail_msg("accepted: %s", text);
    if (!strstr(err.what, what))
        fail_msg("'%s' instead of '%s' for %s", err.what, what, text);
    assert_int_equal(frame.count, 0);
}

/* ---- what messages say ---- */

static void channels(void **state)
{
    (void)state;
    expect("{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":5,\"levels\":[[{\"px\":\"60000.0\",\"sz\":\"1."
           "5\",\"n\":1}],"
           "[{\"n\":12,\"px\":\"60001\",\"sz\":\"0.00001\"}]],\"fast\":true}}",
           "book 0 5000000 1 | 600000:150000 | 600010:1");
    /* members in another order, and others between them */
    expect("{ \"data\" : "
           "{\"levels\":[[],[{\"sz\":\"1\",\"new\":{\"a\":[1,2.5e3,null]},\"px\":\"3000.01\"}]],\"time\":5,\"coin\":"
           "\"ETH\"} , \"channel\":\"l2Book\"}",
           "book 1 5000000 0 | | 300001:10000");
    expect("{\"channel\":\"l2Book\",\"data\":{\"coin\":\"DOGE\",\"time\":5,\"levels\":[[],[]]}}", "book -1 5000000 0");
    expect("{\"channel\":\"bbo\",\"data\":{\"coin\":\"BTC\",\"time\":6,\"bbo\":[null,{\"px\":\"60001.0\",\"sz\":\"2."
           "0\",\"n\":3}]}}",
           "best 0 6000000 0:0 600010:200000");
    expect("{\"channel\":\"trades\",\"data\":[{\"coin\":\"BTC\",\"side\":\"A\",\"px\":\"60001.0\",\"sz\":\"0.00036\","
           "\"time\":7,"
           "\"hash\":\"0x\",\"tid\":1045359869404765,\"users\":[\"a\",\"b\"]}]}",
           "trades | 0 2 600010:36 7000000 1045359869404765");
    expect("{\"channel\":\"activeAssetCtx\",\"data\":{\"coin\":\"BTC\",\"ctx\":{\"funding\":\"-0.0000018952\","
           "\"oraclePx\":"
           "\"84198.26\",\"markPx\":\"84148.0\",\"midPx\":null}}}",
           "context 0 841480 841983 -1895200");
    expect("{\"channel\":\"orderUpdates\",\"data\":[{\"order\":{\"coin\":\"ETH\",\"side\":\"B\",\"limitPx\":\"3000.0\","
           "\"sz\":\"0.5\","
           "\"oid\":166873653063,\"timestamp\":1,\"origSz\":\"1.0\",\"cloid\":\"" CLOID
           "\"},\"status\":\"marginCanceled\","
           "\"statusTimestamp\":8}]}",
           "updates | 1 166873653063 7e57-5 marginCanceled 8000000 1 300000 5000 10000");
    expect("{\"channel\":\"userFills\",\"data\":{\"isSnapshot\":true,\"user\":\"0x\",\"fills\":[{\"coin\":\"BTC\","
           "\"px\":\"60000.0\","
           "\"sz\":\"0.1\",\"side\":\"A\",\"time\":9,\"oid\":3,\"crossed\":true,\"fee\":\"-0.0000014\",\"tid\":4,"
           "\"cloid\":null}]}}",
           "fills 1 | 0 3 4 0-0 9000000 2 0 600000 10000 -1");
    expect("{\"channel\":\"user\",\"data\":{\"nonUserCancel\":[{\"coin\":\"ETH\",\"oid\":9}]}}", "other");
    expect("{\"channel\":\"pong\"}", "pong");
    expect("{\"channel\":\"novelty\",\"data\":[{}]}", "other");
    expect("Websocket connection established.", "other");
}

static void replies(void **state)
{
    (void)state;
    expect(
        "{\"channel\":\"post\",\"data\":{\"id\":256,\"response\":{\"type\":\"action\",\"payload\":{\"status\":\"ok\","
        "\"response\":"
        "{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":88383}},{\"error\":\"a \\\"b\\\"\"}]}}}}}}",
        "reply 256 | resting 88383  | error 0 a \"b\"");
    expect("{\"channel\":\"post\",\"data\":{\"response\":{\"payload\":{\"response\":\"Unable to recover "
           "signer.\",\"status\":\"err\"},"
           "\"type\":\"action\"},\"id\":12}}",
           "reply 12 refused Unable to recover signer.");
    expect("{\"channel\":\"post\",\"data\":{\"id\":8,\"response\":{\"type\":\"error\",\"payload\":\"429 Too Many "
           "Requests\"}}}",
           "reply 8 error 429 Too Many Requests");
    expect("{\"channel\":\"error\",\"data\":\"Already subscribed: {}\"}", "error Already subscribed: {}");
}

/* ---- what is refused ---- */

static void bad_text(void **state)
{
    (void)state;
    refuse("{", "ends");
    refuse("{\"channel\":\"pong\"", "ends");
    refuse("{\"channel\":\"pong\"}x", "follows");
    refuse("{\"channel\":\"pong\",}", "string");
    refuse("{\"channel\":\"x\",\"data\":01}", "value");
    refuse("{\"channel\":\"x\",\"data\":\"a\nb\"}", "string");
    refuse("{\"channel\":\"x\",\"data\":\"\\q\"}", "escape");
    refuse("{\"channel\":\"x\",\"data\":tru}", "value");
    refuse("{\"channel\":\"x\",\"d\\u0061ta\":1}", "escapes");
    refuse("{\"channel\":\"x\",\"channel\":\"y\"}", "twice");
    refuse("{\"data\":1}", "channel is missing");
    char deep[200] = "{\"channel\":\"x\",\"data\":";
    memset(deep + strlen(deep), '[', 100);
    refuse(deep, "deep");
}

static void bad_books(void **state)
{
    (void)state;
#define BOOK(levels) "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":5,\"levels\":" levels "}}"
#define LEVEL(px)    "{\"px\":\"" px "\",\"sz\":\"1.0\",\"n\":1}"
    refuse(BOOK("[[" LEVEL("1.0") "," LEVEL("2.0") "],[]]"), "order");
    refuse(BOOK("[[],[" LEVEL("2.0") "," LEVEL("2.0") "]]"), "order");
    refuse(BOOK("[[]]"), "two sides");
    refuse(BOOK("[[],[],[]]"), "two sides");
    refuse(BOOK("[[" LEVEL("1.55") "],[]]"), "decimals");
    refuse(BOOK("[[" LEVEL("0.0") "],[]]"), "without a price");
    refuse(BOOK("[[" LEVEL("-1") "],[]]"), "negative");
    refuse(BOOK("[[" LEVEL("nan") "],[]]"), "decimal number");
    refuse(BOOK("[[" LEVEL("99999999999999999999") "],[]]"), "large");
    pg_text many = { 0 };
    pg_text_print(&many, "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":5,\"levels\":[[],[");
    for (int i = 0; i <= PG_HL_LEVELS; i++)
        pg_text_print(&many, "%s{\"px\":\"%d\",\"sz\":\"1\",\"n\":1}", i ? "," : "", i + 1);
    pg_text_print(&many, "]]}}");
    refuse(many.data, "more than 100 levels");
    pg_text_free(&many);
}

/* Members that may be left out, or be null. */
static bool is_optional(const char *name)
{
    static const char *const names[] = { "fast",       "isSnapshot", "feeToken",     "cloid",          "liquidation",
                                         "reduceOnly", "timestamp",  "agentAddress", "agentValidUntil" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool may_be_null(const char *name)
{
    static const char *const names[] = { "cloid", "liquidation", "reduceOnly", "agentAddress", "agentValidUntil" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int tried;

static void try_text(const cJSON *root, bool accepted, const char *how, const char *name)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    char *text = cJSON_PrintUnformatted(root);
    bool ok = decode(&frame, text, &err) == PG_OK;
    if (ok != accepted || (!ok && !err.what[0]))
        fail_msg("%s %s is %s: %s", name, how, ok ? "accepted" : "refused", text);
    tried++;
    free(text);
}

/* Every variant of one member of an object somewhere under root. */
static void spoil(cJSON *root, cJSON *object, cJSON *item)
{
    char name[64];
    snprintf(name, sizeof name, "%s", item->string);
    cJSON *kept = cJSON_Duplicate(item, true);
    cJSON_AddItemToObject(object, name, cJSON_Duplicate(kept, true));
    try_text(root, false, "twice", name);
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    try_text(root, is_optional(name), "missing", name);
    cJSON_AddNullToObject(object, name);
    try_text(root, may_be_null(name), "null", name);
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    if (strcmp(name, "liquidation") != 0) {
        cJSON_AddItemToObject(object, name, cJSON_IsString(kept) ? cJSON_CreateNumber(1) : cJSON_CreateString("text"));
        try_text(root, false, "mistyped", name);
        cJSON_DeleteItemFromObjectCaseSensitive(object, name);
        cJSON_AddItemToObject(object, name, cJSON_IsNumber(kept) ? cJSON_CreateNumber(1e30) : cJSON_CreateArray());
        bool list = cJSON_IsArray(kept) && (strcmp(name, "fills") == 0 || strcmp(name, "fundings") == 0);
        try_text(root, list, "too large", name);
        cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    }
    cJSON_AddItemToObject(object, name, kept);
}

static void spoil_all(cJSON *root, cJSON *json, const char *const *used)
{
    if (cJSON_IsObject(json)) {
        cJSON_AddNumberToObject(json, "a member of tomorrow", 1);
        try_text(root, true, "extra", "a member of tomorrow");
        for (int i = 0; used[i]; i++) {
            cJSON *item = cJSON_GetObjectItemCaseSensitive(json, used[i]);
            if (item)
                spoil(root, json, item);
        }
    }
    cJSON *child = cJSON_IsObject(json) || cJSON_IsArray(json) ? json->child : NULL;
    for (; child; child = child->next)
        spoil_all(root, child, used);
}

static void spoilt_members(void **state)
{
    static const struct {
        const char *text;
        const char *used[16];
    } cases[] = {
        { "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":5,\"levels\":[[{\"px\":\"60000.0\",\"sz\":\"1."
          "5\",\"n\":1}],[]],"
          "\"fast\":true}}",
          { "channel", "data", "coin", "time", "levels", "fast", "px", "sz" } },
        { "{\"channel\":\"bbo\",\"data\":{\"coin\":\"BTC\",\"time\":6,\"bbo\":[{\"px\":\"60001.0\",\"sz\":\"2.0\","
          "\"n\":3},null]}}",
          { "channel", "data", "coin", "time", "bbo", "px", "sz" } },
        { "{\"channel\":\"trades\",\"data\":[{\"coin\":\"BTC\",\"side\":\"A\",\"px\":\"60001.0\",\"sz\":\"0.00036\","
          "\"time\":7,\"tid\":1}]}",
          { "channel", "coin", "side", "px", "sz", "time", "tid" } },
        { "{\"channel\":\"activeAssetCtx\",\"data\":{\"coin\":\"BTC\",\"ctx\":{\"funding\":\"0.1\",\"oraclePx\":"
          "\"84198.2\",\"markPx\":"
          "\"84148.0\"}}}",
          { "channel", "data", "coin", "ctx", "funding", "oraclePx", "markPx" } },
        { "{\"channel\":\"orderUpdates\",\"data\":[{\"order\":{\"coin\":\"ETH\",\"side\":\"B\",\"limitPx\":\"3000.0\","
          "\"sz\":\"0.5\",\"oid\":"
          "1,\"timestamp\":1,\"origSz\":\"1.0\",\"reduceOnly\":true,\"cloid\":\"" CLOID
          "\"},\"status\":\"open\",\"statusTimestamp\":8}]}",
          { "channel", "order", "status", "statusTimestamp", "coin", "side", "limitPx", "sz", "oid", "origSz", "cloid",
            "reduceOnly", "timestamp" } },
        { "{\"channel\":\"userFills\",\"data\":{\"isSnapshot\":true,\"fills\":[{\"coin\":\"BTC\",\"px\":\"60000.0\","
          "\"sz\":\"0.1\",\"side\":"
          "\"A\",\"time\":9,\"oid\":3,\"crossed\":true,\"fee\":\"0.1\",\"tid\":4,\"cloid\":\"" CLOID
          "\",\"feeToken\":\"USDC\","
          "\"liquidation\":{}}]}}",
          { "channel", "data", "fills", "isSnapshot", "coin", "px", "sz", "side", "time", "oid", "crossed", "fee",
            "tid", "cloid", "feeToken" } },
        { "{\"channel\":\"post\",\"data\":{\"id\":256,\"response\":{\"type\":\"action\",\"payload\":{\"status\":\"ok\"}"
          "}}}",
          { "channel", "data", "id" } },
        { "{\"channel\":\"error\",\"data\":\"words\"}", { "channel", "data" } },
        { "{\"channel\":\"activeSpotAssetCtx\",\"data\":{\"coin\":\"BTC\",\"ctx\":{\"markPx\":\"84148.0\"}}}",
          { "channel", "data", "coin", "ctx", "markPx" } },
        { "{\"channel\":\"userFundings\",\"data\":{\"fundings\":[{\"time\":1,\"coin\":\"BTC\",\"usdc\":\"-0.2\","
          "\"fundingRate\":\"0.1\"}]}}",
          { "channel", "data", "fundings", "time", "coin", "usdc", "fundingRate" } },
        { "{\"channel\":\"activeAssetData\",\"data\":{\"coin\":\"BTC\",\"leverage\":{\"type\":\"cross\",\"value\":20},"
          "\"maxTradeSzs\":[\"1.5\",\"2\"],\"markPx\":\"60000.0\"}}",
          { "channel", "data", "coin", "leverage", "maxTradeSzs", "markPx", "type", "value" } },
        { "{\"channel\":\"webData3\",\"data\":{\"userState\":{\"agentAddress\":\"0x1\",\"agentValidUntil\":5}}}",
          { "channel", "data", "userState", "agentAddress", "agentValidUntil" } },
        { "{\"channel\":\"user\",\"data\":{\"liquidation\":{\"liquidated_user\":\"0x1\"}}}",
          { "channel", "data", "liquidated_user" } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *root = cJSON_Parse(cases[i].text);
        assert_non_null(root);
        if (!strstr(cases[i].text, "payload")) { /* that one is not whole to begin with */
            try_text(root, true, "as it is", "");
            spoil_all(root, root, cases[i].used);
        } else {
            try_text(root, false, "without a response", "payload");
        }
        cJSON_Delete(root);
    }
    assert_true(tried > 250);
}

/* ---- recordings ---- */

static void compare(const char *line)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    pg_text said = { 0 }, wanted = { 0 };
    cJSON *json = cJSON_Parse(line);
    pg_hl_decoder *all = json ? pg_hyperliquid_decoder_for(others, json) : NULL;
    assert_non_null(all);
    if (pg_hl_decode(all, &frame, line, strlen(line), 1, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    pg_hyperliquid_say_frame(&said, &frame);
    assert_true(pg_hyperliquid_say_json(&wanted, json, all, others));
    assert_string_equal(said.data, wanted.data);
    pg_text_free(&said);
    pg_text_free(&wanted);
    pg_hl_decoder_free(all);
    cJSON_Delete(json);
}

static void recorded_lines(void **state)
{
    static const char *const files[] = { "hyperliquid_ws_frames_2026-09-03.jsonl",
                                         "hyperliquid_ws_BTC_2025-01-26_part1.jsonl" };
    int lines = 0;
    (void)state;
    for (int i = 0; i < 2; i++) {
        char path[256], *text, *rest;
        size_t size;
        snprintf(path, sizeof path, RECORDED "%s", files[i]);
        if (pg_file_read(&text, &size, path, 1 << 24, NULL) != PG_OK)
            skip();
        for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), lines++)
            compare(line);
        free(text);
    }
    assert_int_equal(lines, 53);
}

/* Lines that begin with '=' are what was pushed; they go on until the next one that begins with another sign. */
static void recorded_fixtures(void **state)
{
    static const char *const names[] = { "BookTicker", "Klines", "Order", "OrderBook", "Prices", "Trades" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[256], *text;
        size_t size;
        snprintf(path, sizeof path, RECORDED "hyperliquid_unit_fixtures/%s.txt", names[i]);
        if (pg_file_read(&text, &size, path, 1 << 20, NULL) != PG_OK)
            skip();
        char *start = strstr(text, "\n=");
        assert_non_null(start);
        compare(start + 2 + strspn(start + 2, " \r\n"));
        free(text);
    }
}

static void message_vectors(void **state)
{
    FILE *out = tmpfile();
    int failed = -1;
    (void)state;
    assert_non_null(out);
    assert_int_equal(pg_selftest_run("tests/vectors", "messages", out, &failed), PG_OK);
    assert_int_equal(failed, 0);
    if (pg_selftest_run("../shared/vectors", "messages", out, &failed) == PG_OK)
        assert_int_equal(failed, 0);
    fclose(out);
}

/* ---- words ---- */

static void words(void **state)
{
    static const struct {
        const char *text;
        pg_reason reason;
        pg_hl_class class;
    } cases[] = {
        { "Post only order would have immediately matched, bbo was 1@2. asset=3", PG_REASON_POST_ONLY, PG_HL_REFUSED },
        { "Order must have minimum value of 10 USDC.", PG_REASON_NOTIONAL, PG_HL_REFUSED },
        { "L1 error: User or API Wallet 0xcd does not exist.", PG_REASON_SIGNATURE, PG_HL_FATAL },
        { "Invalid nonce: duplicate nonce 17", PG_REASON_SIGNATURE, PG_HL_DUPLICATE },
        { "Order was never placed, already canceled, or filled. asset=1", PG_REASON_UNKNOWN, PG_HL_GONE },
        { "Too many cumulative requests sent (2 > 1)", PG_REASON_RATE, PG_HL_SLOW },
        { "Something new", PG_REASON_OTHER, PG_HL_REFUSED },
        { "", PG_REASON_OTHER, PG_HL_REFUSED },
    };
    pg_reason reason;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pg_hl_refusal refusal = pg_hl_refusal_of(cases[i].text, strlen(cases[i].text));
        assert_int_equal(refusal.reason, cases[i].reason);
        assert_int_equal(refusal.class, cases[i].class);
    }
    assert_int_equal(pg_hl_state_of("scheduledCancel", 15, &reason), PG_TOLD_CANCELLED);
    assert_int_equal(reason, PG_REASON_SWITCH);
    assert_int_equal(pg_hl_state_of("moonPhaseRejected", 17, &reason), PG_TOLD_REJECTED);
    assert_int_equal(pg_hl_state_of("moonPhaseCanceled", 17, &reason), PG_TOLD_CANCELLED);
    assert_int_equal(pg_hl_state_of("pondering", 9, &reason), PG_TOLD_UNKNOWN);
}

static void client_ids(void **state)
{
    char text[PG_HL_CLOID_TEXT];
    pg_client_id cloid;
    (void)state;
    pg_hl_cloid_format(text, (pg_client_id){ .run = 0x0123456789abcdefu, .id = 0xfedcba9876543210u });
    assert_string_equal(text, "0x0123456789abcdeffedcba9876543210");
    assert_true(pg_hl_cloid_parse(&cloid, text, strlen(text)));
    assert_true(cloid.run == 0x0123456789abcdefu && cloid.id == 0xfedcba9876543210u);
    assert_false(pg_hl_cloid_parse(&cloid, text, strlen(text) - 1));
    text[10] = 'g';
    assert_false(pg_hl_cloid_parse(&cloid, text, strlen(text)));
}

/* ---- books ---- */

static pg_hl_book merged;
static pg_book *book;

static void put(int64_t time_ns, bool fast, int n, int64_t bid, int64_t ask)
{
    static pg_hl_levels levels;
    static pg_event events[PG_HL_BOOK_EVENTS];
    pg_hl_frame frame = { .kind = PG_HL_FRAME_BOOK, .time_ns = time_ns, .fast = fast, .levels = &levels };
    for (int i = 0; i < n; i++) {
        levels.side[0][i] = (pg_level){ bid - i, 100 + i };
        levels.side[1][i] = (pg_level){ ask + i, 200 + i };
    }
    levels.count[0] = levels.count[1] = n;
    for (int i = 0, count = pg_hl_book_take(&merged, &frame, time_ns, events); i < count; i++)
        pg_book_apply(book, &events[i]);
}

static void touch(int64_t time_ns, int64_t bid, int64_t ask)
{
    pg_event event = { .kind = PG_EVENT_BBO,
                       .exch_ns = time_ns,
                       .price = bid,
                       .size = bid ? 7 : 0,
                       .price2 = ask,
                       .size2 = ask ? 8 : 0,
                       .flags = PG_EVENT_LAST };
    pg_hl_frame frame = { .kind = PG_HL_FRAME_BEST, .time_ns = time_ns, .event = &event, .count = 1 };
    if (pg_hl_book_take_best(&merged, &frame))
        pg_book_apply(book, &event);
}

static void same(int bids, int64_t bid, int asks, int64_t ask)
{
    pg_level levels[64];
    assert_int_equal(pg_book_count(book, PG_BUY), bids);
    assert_int_equal(pg_book_count(book, PG_SELL), asks);
    assert_int_equal(pg_book_best(book, PG_BUY), bid);
    assert_int_equal(pg_book_best(book, PG_SELL), ask);
    for (int side = 0; side < 2; side++) {
        int n = pg_book_top(book, side ? PG_SELL : PG_BUY, levels, 64);
        assert_int_equal(n, merged.count[side]);
        assert_memory_equal(levels, merged.side[side], (size_t)n * sizeof *levels);
    }
}

static void books_of_three_streams(void **state)
{
    (void)state;
    memset(&merged, 0, sizeof merged);
    book = pg_book_new(1);
    put(1000, false, 20, 500, 501);
    same(20, 500, 20, 501);
    put(2000, true, 5, 502, 504); /* 502..498 and what is below; 504..508 and what is above */
    same(20 - 3 + 5, 502, 20 - 8 + 5, 504);
    assert_int_equal(pg_book_size(book, PG_BUY, 497), 103);
    touch(2500, 501, 503);
    same(21, 501, 18, 503);
    touch(2400, 490, 600); /* older than what is known */
    same(21, 501, 18, 503);
    put(1500, false, 20, 400, 401); /* older still */
    same(21, 501, 18, 503);
    put(2300, true, 5, 502, 504); /* newer than the last book, older than the best prices, which stand */
    assert_int_equal(pg_book_best(book, PG_BUY), 501);
    assert_int_equal(pg_book_best(book, PG_SELL), 503);
    touch(2600, 0, 505); /* no bids */
    same(0, 0, merged.count[1], 505);
    put(3000, true, 3, 500, 501); /* fewer than 5: these are all */
    same(3, 500, 3, 501);
    put(4000, false, 20, 700, 701);
    same(20, 700, 20, 701);
    pg_book_free(book);
}

static void recent_keys(void **state)
{
    pg_recent *recent;
    (void)state;
    assert_int_equal(pg_recent_new(&recent, 0, NULL), PG_ERR_INVALID);
    assert_int_equal(pg_recent_new(&recent, 1000, NULL), PG_OK);
    for (uint64_t round = 0; round < 3; round++)
        for (uint64_t i = 0; i < 5000; i++) {
            assert_true(pg_recent_add(recent, i, round));
            assert_false(pg_recent_add(recent, i, round));
            if (i >= 999)
                assert_false(pg_recent_add(recent, i - 999, round));
        }
    assert_true(pg_recent_add(recent, 0, 0)); /* forgotten long ago */
    pg_recent_free(recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channels),    cmocka_unit_test(replies),        cmocka_unit_test(bad_text),
        cmocka_unit_test(bad_books),   cmocka_unit_test(spoilt_members), cmocka_unit_test(message_vectors),
        cmocka_unit_test(words),       cmocka_unit_test(client_ids),     cmocka_unit_test(books_of_three_streams),
        cmocka_unit_test(recent_keys), cmocka_unit_test(recorded_lines), cmocka_unit_test(recorded_fixtures),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

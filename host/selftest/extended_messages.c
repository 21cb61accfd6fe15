/* Messages of Extended: account_stream.json, orderbook_stream.json, and the folders of examples. The codec reads the
 * files' own text, since ids there are larger than a tree of doubles can hold; what it says is compared with the tree. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/file.h"
#include "selftest/extended_messages.h"
#include "venue/extended/codec_book.h"
#include "venue/extended/codec_value.h"
#include "venue/extended/codec_words.h"
#include "venue/extended/states.h"
#include "venue/recent.h"

enum { PATH = 1024, FILE_BYTES = 64 << 20, PRICE_DECIMALS = 4, SIZE_DECIMALS = 6, ORDERS = 256 };

/* ---- the file's own text ---- */

typedef struct {
    char *text;
    pg_span root;
} raw_file;

static bool read_raw(pg_vectors *v, raw_file *raw)
{
    char path[PATH];
    size_t length = 0;
    pg_error err = { 0 };
    snprintf(path, sizeof path, "%s/%s", v->folder, v->file);
    raw->text = NULL;
    if (pg_file_read(&raw->text, &length, path, FILE_BYTES, &err) != PG_OK) {
        pg_vector_fail(v, path, "%s", err.what);
        return false;
    }
    raw->root = (pg_span){ raw->text, length };
    return true;
}

/* A member's text; without data when there is none. */
static pg_span raw_member(pg_span object, const char *wanted)
{
    pg_span name, found = { 0 }, value;
    pg_error err;
    pg_scan r;
    int n = 0;
    if (!object.data)
        return found;
    pg_scan_init(&r, object.data, object.size, &err);
    if (pg_scan_peek(&r) != '{')
        return found;
    pg_scan_open(&r, '{');
    while (pg_scan_member(&r, &n, &name))
        if (pg_extended_scan_json(&r, &value) && pg_scan_equal(name, wanted))
            found = value;
    return found;
}

static pg_span raw_element(pg_span array, int index)
{
    pg_span found = { 0 }, value;
    pg_error err;
    pg_scan r;
    int n = 0;
    if (!array.data)
        return found;
    pg_scan_init(&r, array.data, array.size, &err);
    if (pg_scan_peek(&r) != '[')
        return found;
    pg_scan_open(&r, '[');
    while (pg_scan_element(&r, &n))
        if (pg_extended_scan_json(&r, &value) && n == index + 1)
            found = value;
    return found;
}

/* A terminated copy that lives as long as the case. */
static const char *terminated(pg_vectors *v, pg_span text)
{
    char *copy = pg_vector_memory(v, text.size + 1);
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

/* ---- records against trees ---- */

static bool same_number(const cJSON *item, pg_span text)
{
    char copy[64];
    if (text.size >= sizeof copy)
        return false;
    pg_extended_copy(copy, sizeof copy, text);
    return cJSON_IsString(item) ? strcmp(item->valuestring, copy) == 0
                                : cJSON_IsNumber(item) && strtod(copy, NULL) == item->valuedouble;
}

static bool same_whole(const cJSON *item, double value, uint64_t whole)
{
    return cJSON_IsString(item) ? strtoull(item->valuestring, NULL, 10) == whole
                                : cJSON_IsNumber(item) && item->valuedouble == value;
}

static bool same_text(const cJSON *item, pg_span text)
{
    char plain[512];
    return cJSON_IsString(item) && strcmp(pg_scan_plain(plain, sizeof plain, text), item->valuestring) == 0;
}

static bool same_field(const pg_extended_field *field, const void *at, const cJSON *item)
{
    bool there = item && !cJSON_IsNull(item);
    static const pg_span none;
    static const char zero[sizeof(pg_span)];
    switch (field->type) {
    case PG_EXTENDED_AS_TEXT:
        return there ? same_text(item, *(const pg_span *)at) : memcmp(at, &none, sizeof none) == 0;
    case PG_EXTENDED_AS_DECIMAL:
        return there ? same_number(item, *(const pg_span *)at) : memcmp(at, &none, sizeof none) == 0;
    case PG_EXTENDED_AS_ID:
        return same_whole(item, (double)*(const uint64_t *)at, *(const uint64_t *)at) ||
               (!there && memcmp(at, zero, sizeof(uint64_t)) == 0);
    case PG_EXTENDED_AS_TIME:
        return same_whole(item, (double)*(const int64_t *)at, (uint64_t) * (const int64_t *)at) ||
               (!there && memcmp(at, zero, sizeof(int64_t)) == 0);
    case PG_EXTENDED_AS_BOOL: return *(const bool *)at == (there && cJSON_IsTrue(item));
    default: return (((const pg_span *)at)->data != NULL) == there;
    }
}

bool pg_extended_record_matches(const pg_extended_record *record, pg_extended_record_kind kind, const cJSON *object,
                                const char **which)
{
    int count;
    const pg_extended_field *field = pg_extended_record_fields(kind, &count);
    for (int i = 0; i < count; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, field[i].name);
        if ((!item || cJSON_IsNull(item)) && field[i].other)
            item = cJSON_GetObjectItemCaseSensitive(object, field[i].other);
        *which = field[i].name;
        if (!same_field(&field[i], (const char *)record + field[i].offset, item))
            return false;
    }
    return true;
}

typedef struct {
    pg_vectors *v;
    pg_extended_record_kind kind;
    const cJSON *list; /* or one object */
    int count;
} comparing;

static void compare_object(pg_vectors *v, pg_extended_record_kind kind, pg_span raw, const cJSON *object)
{
    pg_extended_record record;
    pg_error err = { 0 };
    const char *which = "";
    if (!object)
        return;
    if (pg_extended_record_read(&record, kind, raw, &err) != PG_OK)
        pg_vector_fail(v, pg_extended_record_name(kind), "is not read: %s", err.what);
    else if (!pg_extended_record_matches(&record, kind, object, &which))
        pg_vector_fail(v, which, "is read as something else");
}

static void compare_record(void *self, const pg_extended_record *record)
{
    comparing *c = self;
    const char *which = "";
    const cJSON *object = cJSON_IsArray(c->list) ? cJSON_GetArrayItem(c->list, c->count) : c->list;
    c->count++;
    if (!pg_extended_record_matches(record, c->kind, object, &which))
        pg_vector_fail(c->v, which, "is read as something else");
    if (c->kind != PG_EXTENDED_MARKET_RECORD)
        return;
    compare_object(c->v, PG_EXTENDED_TRADING_RULES, record->market.trading, pg_vector_get(object, "tradingConfig"));
    compare_object(c->v, PG_EXTENDED_L2, record->market.l2, pg_vector_get(object, "l2Config"));
    if (record->market.stats.data)
        compare_object(c->v, PG_EXTENDED_STATS, record->market.stats, pg_vector_get(object, "marketStats"));
}

static void compare_list(pg_vectors *v, pg_extended_record_kind kind, pg_span raw, const cJSON *list)
{
    comparing c = { v, kind, list, 0 };
    pg_error err = { 0 };
    int refused = pg_extended_records_read(kind, raw, &c, compare_record, &err);
    int wanted = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 1;
    if (refused != 0 || c.count != wanted)
        pg_vector_fail(v, pg_extended_record_name(kind), "%d of %d read: %s", c.count, wanted, err.what);
}

/* ---- examples of REST ---- */

static const struct {
    const char *path; /* of the request, up to its query; "*" is one part */
    pg_extended_record_kind kind;
} answers[] = {
    { "/info/markets", PG_EXTENDED_MARKET_RECORD },
    { "/info/markets/*/stats", PG_EXTENDED_STATS },
    { "/info/markets/*/orderbook", PG_EXTENDED_REST_BOOK },
    { "/info/markets/*/trades", PG_EXTENDED_PRINT },
    { "/info/candles/*/*", PG_EXTENDED_CANDLE },
    { "/info/*/funding", PG_EXTENDED_FUNDING },
    { "/info/*/open-interests", PG_EXTENDED_INTEREST },
    { "/info/assets", PG_EXTENDED_ASSET },
    { "/info/starknet", PG_EXTENDED_DOMAIN_RECORD },
    { "/user/account/info", PG_EXTENDED_ACCOUNT_INFO },
    { "/user/accounts", PG_EXTENDED_ACCOUNT_INFO },
    { "/user/client/info", PG_EXTENDED_CLIENT },
    { "/user/balance", PG_EXTENDED_BALANCE },
    { "/user/spot/balances", PG_EXTENDED_SPOT_BALANCE },
    { "/user/positions", PG_EXTENDED_POSITION },
    { "/user/positions/history", PG_EXTENDED_POSITION },
    { "/user/orders", PG_EXTENDED_ORDER_RECORD },
    { "/user/orders/history", PG_EXTENDED_ORDER_RECORD },
    { "/user/orders/external/*", PG_EXTENDED_ORDER_RECORD },
    { "/user/orders/*", PG_EXTENDED_ORDER_RECORD },
    { "/user/trades", PG_EXTENDED_TRADE },
    { "/user/funding/history", PG_EXTENDED_FUNDING_PAID },
    { "/user/fees", PG_EXTENDED_FEES },
    { "/user/leverage", PG_EXTENDED_LEVERAGE },
    { "/user/rebates/stats", PG_EXTENDED_REBATES },
    { "/user/assetOperations", PG_EXTENDED_OPERATION },
    { "/user/order", PG_EXTENDED_PLACED },
    { "/user/transfer", PG_EXTENDED_TRANSFERRED },
    { "/user/transfer/onchain", PG_EXTENDED_TRANSFERRED },
};

static bool path_matches(const char *path, const char *pattern)
{
    for (; *pattern && *path && *path != '?'; pattern++)
        if (*pattern == '*')
            path += strcspn(path, "/?");
        else if (*pattern == *path)
            path++;
        else
            return false;
    return !*pattern && (!*path || *path == '?');
}

static int kind_of(const char *request)
{
    const char *path = strstr(request, "/api/v1");
    path = path ? path + strlen("/api/v1") : request;
    for (size_t i = 0; i < PG_COUNT(answers); i++)
        if (path_matches(path, answers[i].path))
            return (int)answers[i].kind;
    return -1;
}

static void check_answer(pg_vectors *v, pg_span raw, const cJSON *body, int kind)
{
    pg_extended_answer answer;
    pg_error err = { 0 };
    const cJSON *data = pg_vector_get(body, "data"), *error = pg_vector_get(body, "error");
    if (pg_extended_answer_read(&answer, terminated(v, raw), raw.size, &err) != PG_OK) {
        pg_vector_fail(v, "answer", "is not read: %s", err.what);
        return;
    }
    const char *status = pg_vector_text(body, "status");
    pg_vector_check_true(v, "status", answer.ok == (!error && (status[0] == 'O' || status[0] == 'o')));
    if (error) {
        const cJSON *code = pg_vector_get(error, "code");
        pg_vector_check_true(v, "code", answer.code == (cJSON_IsNumber(code) ? code->valueint : PG_EXTENDED_NO_CODE));
        pg_vector_check_true(v, "message", same_text(pg_vector_get(error, "message"), answer.message));
        return;
    }
    if (kind >= 0 && (cJSON_IsObject(data) || cJSON_IsArray(data)))
        compare_list(v, (pg_extended_record_kind)kind, answer.data, data);
}

/* What we would send: only the leverage is made of as little as an answer tells. Others must be JSON that is read. */
static void check_request(pg_vectors *v, pg_span raw, const cJSON *body, int kind)
{
    if (kind == PG_EXTENDED_LEVERAGE)
        compare_list(v, PG_EXTENDED_LEVERAGE, raw, body);
    else
        pg_vector_check_true(v, "body", raw.size > 1 && raw.data[0] == '{');
}

/* ---- examples of streams ---- */

static void check_book_frame(pg_vectors *v, pg_span raw)
{
    pg_error err = { 0 };
    pg_extended_book_frame frame = { .level = pg_vector_memory(v, PG_EXTENDED_LEVELS * sizeof(pg_extended_level)) };
    if (pg_extended_book_read(&frame, terminated(v, raw), raw.size, PRICE_DECIMALS, SIZE_DECIMALS, &err) != PG_OK)
        pg_vector_fail(v, "book", "is not read: %s", err.what);
}

static void check_account_data(pg_vectors *v, pg_span data, const cJSON *tree)
{
    static const struct {
        const char *name;
        pg_extended_record_kind kind;
    } members[] = { { "orders", PG_EXTENDED_ORDER_RECORD },
                    { "trades", PG_EXTENDED_TRADE },
                    { "positions", PG_EXTENDED_POSITION },
                    { "balance", PG_EXTENDED_BALANCE } };
    for (size_t i = 0; i < PG_COUNT(members); i++)
        if (pg_vector_get(tree, members[i].name))
            compare_list(v, members[i].kind, raw_member(data, members[i].name), pg_vector_get(tree, members[i].name));
}

static void check_frame(pg_vectors *v, const char *stream, pg_span raw, const cJSON *body)
{
    pg_extended_frame frame;
    pg_error err = { 0 };
    const cJSON *data = pg_vector_get(body, "data");
    if (strstr(stream, "/orderbooks")) {
        check_book_frame(v, raw);
        return;
    }
    if (pg_extended_frame_read(&frame, terminated(v, raw), raw.size, &err) != PG_OK) {
        pg_vector_fail(v, "message", "is not read: %s", err.what);
        return;
    }
    pg_vector_check_true(v, "ts", same_whole(pg_vector_get(body, "ts"), (double)frame.ts_ms, (uint64_t)frame.ts_ms));
    pg_vector_check_true(v, "seq", same_whole(pg_vector_get(body, "seq"), (double)frame.seq, frame.seq));
    if (strstr(stream, "/publicTrades"))
        compare_list(v, PG_EXTENDED_PRINT, frame.data, data);
    else if (strstr(stream, "/candles"))
        compare_list(v, PG_EXTENDED_CANDLE, frame.data, data);
    else if (strstr(stream, "/funding"))
        compare_list(v, PG_EXTENDED_FUNDING, frame.data, data);
    else if (strstr(stream, "/prices"))
        compare_list(v, PG_EXTENDED_PRICE, frame.data, data);
    else if (cJSON_IsObject(data))
        check_account_data(v, frame.data, data);
}

void pg_extended_vectors_example(pg_vectors *v, const cJSON *root)
{
    raw_file raw;
    const char *request = pg_vector_text(root, "request"), *stream = pg_vector_text(root, "stream");
    const cJSON *body = pg_vector_get(root, "body");
    pg_vector_begin(v, *request ? request : stream);
    if (read_raw(v, &raw)) {
        pg_span text = raw_member(raw.root, "body");
        if (!text.data || (!*request && !*stream))
            pg_vector_fail(v, "body", "is missing, or what it is of");
        else if (*stream)
            check_frame(v, stream, text, body);
        else if (pg_vector_get(body, "status"))
            check_answer(v, text, body, kind_of(request));
        else
            check_request(v, text, body, kind_of(request));
        free(raw.text);
    }
    pg_vector_end(v);
}

/* ---- orderbook_stream.json ---- */

static void check_side(pg_vectors *v, const char *name, const cJSON *wanted, const pg_book *book, int side)
{
    char got[2][PG_DECIMAL_TEXT];
    pg_level levels[64];
    int count = pg_book_top(book, side, levels, 64);
    if (count != cJSON_GetArraySize(wanted)) {
        pg_vector_fail(v, name, "%d levels, not %d", count, cJSON_GetArraySize(wanted));
        return;
    }
    for (int i = 0; i < count; i++) {
        const cJSON *level = cJSON_GetArrayItem(wanted, i);
        pg_decimal_format_short(got[0], sizeof got[0], levels[i].price, PRICE_DECIMALS);
        pg_decimal_format_short(got[1], sizeof got[1], levels[i].size, SIZE_DECIMALS);
        pg_vector_check_text(v, name, cJSON_GetArrayItem(level, 0), got[0]);
        pg_vector_check_text(v, name, cJSON_GetArrayItem(level, 1), got[1]);
    }
}

static const char *take_frame(pg_vectors *v, pg_extended_book *book, pg_span raw, pg_extended_level *levels)
{
    static const char *const names[] = { "apply", "heartbeat", "ignore", "reconnect" };
    pg_extended_book_frame frame = { .level = levels };
    pg_error err;
    int count;
    if (pg_extended_book_read(&frame, terminated(v, raw), raw.size, PRICE_DECIMALS, SIZE_DECIMALS, &err) != PG_OK)
        return "reconnect";
    return names[pg_extended_book_take(book, &frame, 1, NULL, &count, &err)];
}

static void run_book(pg_vectors *v, pg_span raw, const cJSON *scenario)
{
    pg_extended_book book;
    pg_instrument instrument;
    pg_error err = { 0 };
    pg_extended_level *levels = pg_vector_memory(v, PG_EXTENDED_LEVELS * sizeof *levels);
    const cJSON *expected = pg_vector_get(scenario, "expected"), *wanted;
    if (pg_instrument_init(&instrument, "extended", "X", PRICE_DECIMALS, SIZE_DECIMALS, 1, 1, 0, &err) != PG_OK ||
        pg_extended_book_init(&book, pg_vector_text(scenario, "market"), &instrument, &err) != PG_OK) {
        pg_vector_fail(v, "book", "%s", err.what);
        return;
    }
    int i = 0;
    cJSON_ArrayForEach(wanted, expected)
    {
        pg_span frame = raw_element(raw_member(raw, "frames"), i++);
        if (!frame.data) {
            pg_vector_fail(v, "frames", "frame %d is missing", i);
            break;
        }
        pg_vector_check_text(v, "action", pg_vector_get(wanted, "action"), take_frame(v, &book, frame, levels));
        if (!pg_vector_get(wanted, "bids"))
            continue;
        check_side(v, "bids", pg_vector_get(wanted, "bids"), book.book, PG_BUY);
        check_side(v, "asks", pg_vector_get(wanted, "asks"), book.book, PG_SELL);
    }
    pg_extended_book_free(&book);
}

/* ---- account_stream.json ---- */

/* What is known after the messages: the newest record of each order, trades once, the last position of a market. */
typedef struct {
    pg_extended_states *states;
    pg_recent *trades;
    pg_extended_order_record order[ORDERS];
    int orders;
    uint64_t trade[ORDERS];
    int64_t traded; /* of one market, in 1e-6 */
    int trade_count;
    pg_extended_position position;
    bool has_position;
    pg_span equity;
} account;

static void take_order(void *self, const pg_extended_order_record *record)
{
    account *a = self;
    int i = 0;
    if (!pg_extended_states_take(a->states, record))
        return;
    while (i < a->orders && a->order[i].id != record->id)
        i++;
    if (i < ORDERS)
        a->order[i] = *record;
    if (i == a->orders && i < ORDERS)
        a->orders++;
}

static void take_trade(void *self, const pg_extended_trade *trade)
{
    account *a = self;
    int64_t size = 0;
    if (!pg_recent_add(a->trades, trade->id, 0) || a->trade_count == ORDERS)
        return;
    pg_extended_units_near(&size, trade->quantity, SIZE_DECIMALS);
    a->traded += size;
    a->trade[a->trade_count++] = trade->id;
}

static void take_position(void *self, const pg_extended_position *position)
{
    account *a = self;
    a->position = *position;
    a->has_position = true;
}

static void take_balance(void *self, const pg_extended_balance *balance)
{
    account *a = self;
    a->equity = balance->equity;
}

static void check_order(pg_vectors *v, const account *a, const cJSON *wanted)
{
    char text[80];
    const pg_extended_order_record *order = NULL;
    for (int i = 0; i < a->orders; i++)
        if (pg_scan_equal(a->order[i].external, wanted->string))
            order = &a->order[i];
    if (!order) {
        pg_vector_fail(v, wanted->string, "no such order");
        return;
    }
    snprintf(text, sizeof text, "%" PRIu64, order->id);
    pg_vector_check_text(v, "id", pg_vector_get(wanted, "id"), text);
    pg_told_state state = pg_extended_state_of(order->status);
    pg_vector_check_text(v, "status", pg_vector_get(wanted, "status"),
                         state == PG_TOLD_UNKNOWN ? "UNKNOWN" : pg_extended_copy(text, sizeof text, order->status));
    pg_vector_check_text(v, "filledQty", pg_vector_get(wanted, "filledQty"),
                         pg_extended_copy(text, sizeof text, order->filled));
    if (pg_vector_get(wanted, "reason"))
        pg_vector_check_text(v, "reason", pg_vector_get(wanted, "reason"),
                             pg_extended_copy(text, sizeof text, order->reason));
    if (pg_vector_get(wanted, "open"))
        pg_vector_check_true(
            v, "open",
            cJSON_IsTrue(pg_vector_get(wanted, "open")) == (state == PG_TOLD_OPEN || state == PG_TOLD_UNKNOWN));
}

static void check_position(pg_vectors *v, const account *a, const cJSON *wanted)
{
    char text[PG_DECIMAL_TEXT];
    int64_t size = 0;
    bool flat = pg_scan_equal(a->position.status, "CLOSED");
    if (a->has_position && !flat)
        pg_extended_units_near(&size, a->position.size, SIZE_DECIMALS);
    if (pg_extended_side_of(a->position.side) == PG_SELL)
        size = -size;
    pg_vector_check_text(v, "position", wanted, pg_decimal_format_short(text, sizeof text, size, SIZE_DECIMALS));
}

static void check_account(pg_vectors *v, const account *a, const cJSON *expected)
{
    char text[PG_DECIMAL_TEXT];
    const cJSON *item, *ids = pg_vector_get(expected, "trade_ids");
    cJSON_ArrayForEach(item, pg_vector_get(expected, "orders")) check_order(v, a, item);
    cJSON_ArrayForEach(item, pg_vector_get(expected, "positions")) check_position(v, a, item);
    if (cJSON_IsArray(ids))
        pg_vector_check_true(v, "trades", cJSON_GetArraySize(ids) == a->trade_count);
    int i = 0;
    cJSON_ArrayForEach(item, ids) if (i < a->trade_count)
        pg_vector_check_true(v, "trade id", same_whole(item, (double)a->trade[i], a->trade[i])),
        i++;
    cJSON_ArrayForEach(item, pg_vector_get(expected, "traded_qty"))
        pg_vector_check_text(v, "traded", item, pg_decimal_format_short(text, sizeof text, a->traded, SIZE_DECIMALS));
    if (pg_vector_get(expected, "balance_equity"))
        pg_vector_check_text(v, "equity", pg_vector_get(expected, "balance_equity"),
                             pg_extended_copy(text, sizeof text, a->equity));
}

static const char *play_account(pg_vectors *v, account *a, pg_span frames, int count)
{
    const pg_extended_account_sink sink = { a, take_order, take_trade, take_position, take_balance };
    pg_extended_sequence sequence = { 0 };
    pg_extended_frame frame;
    unsigned snapshot;
    for (int i = 0; i < count; i++) {
        pg_span raw = raw_element(frames, i);
        if (!raw.data || pg_extended_frame_read(&frame, terminated(v, raw), raw.size, NULL) != PG_OK ||
            pg_extended_sequence_take(&sequence, frame.seq) != PG_EXTENDED_SEQ_NEXT ||
            pg_extended_account_read(&frame, &sink, &snapshot, NULL) != 0)
            return "reconnect";
    }
    return "ok";
}

static void run_account(pg_vectors *v, pg_span raw, const cJSON *scenario)
{
    account *a = pg_vector_memory(v, sizeof *a);
    const cJSON *expected = pg_vector_get(scenario, "expected");
    memset(a, 0, sizeof *a);
    if (pg_extended_states_new(&a->states, ORDERS, NULL) == PG_OK && pg_recent_new(&a->trades, ORDERS, NULL) == PG_OK) {
        const char *action =
            play_account(v, a, raw_member(raw, "frames"), cJSON_GetArraySize(pg_vector_get(scenario, "frames")));
        pg_vector_check_text(v, "action", pg_vector_get(expected, "action"), action);
        check_account(v, a, expected);
    }
    pg_extended_states_free(a->states);
    pg_recent_free(a->trades);
}

/* ---- both ---- */

static void run_scenarios(pg_vectors *v, const cJSON *root, void (*one)(pg_vectors *, pg_span, const cJSON *))
{
    raw_file raw = { 0 };
    const cJSON *scenarios = pg_vector_get(root, "scenarios"), *scenario;
    int i = 0;
    if (cJSON_GetArraySize(scenarios) == 0 || !read_raw(v, &raw)) {
        pg_vector_begin(v, "(file)");
        pg_vector_fail(v, "scenarios", "there are none");
        pg_vector_end(v);
        return;
    }
    pg_span list = raw_member(raw.root, "scenarios");
    cJSON_ArrayForEach(scenario, scenarios)
    {
        pg_vector_begin(v, pg_vector_text(scenario, "name"));
        one(v, raw_element(list, i++), scenario);
        pg_vector_end(v);
    }
    free(raw.text);
}

void pg_extended_vectors_books(pg_vectors *v, const cJSON *root)
{
    run_scenarios(v, root, run_book);
}

void pg_extended_vectors_accounts(pg_vectors *v, const cJSON *root)
{
    run_scenarios(v, root, run_account);
}

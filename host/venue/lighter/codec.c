#include "venue/lighter/codec.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/lighter/codec_internal.h"

typedef struct {
    int64_t id;
    int price_decimals, size_decimals;
} known_market;

struct pg_lighter_decoder {
    pg_lighter_message message; /* first: readers of members find the decoder by it */
    known_market market[PG_LIGHTER_MARKETS_MAX];
    int market_count;
    pg_level levels[2][PG_LIGHTER_LEVELS_MAX];
};

pg_status pg_lighter_decoder_new(pg_lighter_decoder **decoder, pg_error *err)
{
    *decoder = calloc(1, sizeof **decoder);
    return *decoder ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "no memory for a decoder");
}

/* The lists of a message are its tail, from `markets` on. */
#define LISTS(m)   ((pg_lighter_list *)(void *)((char *)(m) + offsetof(pg_lighter_message, markets)))
#define LIST_COUNT ((sizeof(pg_lighter_message) - offsetof(pg_lighter_message, markets)) / sizeof(pg_lighter_list))

void pg_lighter_decoder_free(pg_lighter_decoder *decoder)
{
    if (!decoder)
        return;
    for (size_t i = 0; i < LIST_COUNT; i++)
        pg_lighter_list_free(&LISTS(&decoder->message)[i]);
    free(decoder);
}

static known_market *find_market(pg_lighter_decoder *decoder, int64_t id)
{
    for (int i = 0; i < decoder->market_count; i++)
        if (decoder->market[i].id == id)
            return &decoder->market[i];
    return NULL;
}

pg_status pg_lighter_decoder_add(pg_lighter_decoder *decoder, int64_t market, int price_decimals, int size_decimals,
                                 pg_error *err)
{
    known_market *m = find_market(decoder, market);
    if (!m && decoder->market_count == PG_LIGHTER_MARKETS_MAX)
        return pg_fail(err, PG_ERR_FULL, "more than %d markets", PG_LIGHTER_MARKETS_MAX);
    if (!m)
        m = &decoder->market[decoder->market_count++];
    *m = (known_market){ market, price_decimals, size_decimals };
    return PG_OK;
}

/* ---- channels ---- */

void pg_lighter_channel_numbers(pg_span channel, int64_t number[2])
{
    const char *p = channel.data, *end = p + channel.size;
    number[0] = number[1] = -1;
    for (int found = 0; p && p < end && found < 2; p++) {
        if (*p != ':' && *p != '/')
            continue;
        int64_t value = 0;
        const char *digit = p + 1;
        for (; digit < end && *digit >= '0' && *digit <= '9' && value < INT64_MAX / 100; digit++)
            value = value * 10 + (*digit - '0');
        if (digit == p + 1 || (digit < end && *digit != ':' && *digit != '/'))
            return;
        number[found++] = value;
    }
}

/* ---- books ---- */

/* What nearly every level looks like, without going through its members. */
static bool read_usual_level(pg_scan *reader, const known_market *market, pg_level *level)
{
    static const char price[] = "{\"price\":\"", size[] = "\",\"size\":\"", end[] = "\"}";
    const char *p = reader->at;
    if (reader->end - p < (ptrdiff_t)(sizeof price + sizeof size + sizeof end) ||
        memcmp(p, price, sizeof price - 1) != 0)
        return false;
    p = pg_decimal_scan(&level->price, p + sizeof price - 1, reader->end, market->price_decimals);
    if (!p || reader->end - p < (ptrdiff_t)(sizeof size + sizeof end) || memcmp(p, size, sizeof size - 1) != 0)
        return false;
    p = pg_decimal_scan(&level->size, p + sizeof size - 1, reader->end, market->size_decimals);
    if (!p || reader->end - p < (ptrdiff_t)(sizeof end - 1) || memcmp(p, end, sizeof end - 1) != 0)
        return false;
    reader->at = p + sizeof end - 1;
    return true;
}

static bool read_level(pg_scan *reader, const known_market *market, pg_level *level)
{
    static const char *const names[] = { "price", "size" };
    pg_span name, text[2];
    uint32_t seen = 0;
    int n = 0;
    if (read_usual_level(reader, market, level))
        return true;
    pg_scan_open(reader, '{');
    while (pg_scan_member(reader, &n, &name)) {
        int which = name.size > 0 ? pg_scan_which(reader, name, names, 2, &seen) : -1;
        if (which >= 0)
            pg_scan_string(reader, &text[which]);
        else
            pg_scan_skip(reader);
    }
    return pg_scan_need(reader, seen, 3, names) &&
           pg_scan_units(reader, text[0], market->price_decimals, "price", &level->price) &&
           pg_scan_units(reader, text[1], market->size_decimals, "size", &level->size);
}

static bool read_side(pg_scan *reader, const known_market *market, pg_level *levels, int *count)
{
    int n = 0;
    *count = 0;
    if (pg_scan_is_null(reader))
        return true;
    pg_scan_open(reader, '[');
    while (pg_scan_element(reader, &n)) {
        if (*count == PG_LIGHTER_LEVELS_MAX)
            return pg_scan_wrong(reader, PG_ERR_FULL, "more than %d levels", PG_LIGHTER_LEVELS_MAX);
        pg_level *level = &levels[*count];
        if (!read_level(reader, market, level))
            return false;
        if (level->price == 0)
            return pg_scan_wrong(reader, PG_ERR_RANGE, "a level's price is 0");
        ++*count;
    }
    return !reader->failed;
}

static bool read_book_members(pg_lighter_decoder *decoder, pg_scan *reader, const known_market *market)
{
    enum { BIDS, ASKS, NONCE, BEGIN, UPDATED };
    static const char *const names[] = { "bids", "asks", "nonce", "begin_nonce", "last_updated_at" };
    pg_lighter_book_part *book = &decoder->message.book;
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    *book = (pg_lighter_book_part){ .begin = -1, .nonce = -1, .side = { decoder->levels[0], decoder->levels[1] } };
    pg_scan_open(reader, '{');
    while (pg_scan_member(reader, &n, &name)) {
        int which = name.size > 0 ? pg_scan_which(reader, name, names, 5, &seen) : -1;
        switch (which) {
        case BIDS:
        case ASKS: read_side(reader, market, book->side[which], &book->count[which]); break;
        case NONCE: pg_lighter_read_integer(reader, &book->nonce); break;
        case BEGIN: pg_lighter_read_integer(reader, &book->begin); break;
        case UPDATED: pg_lighter_read_integer(reader, &book->updated_us); break;
        default: pg_scan_skip(reader);
        }
    }
    book->read = !reader->failed;
    return book->read;
}

/* A book is read when its channel, which tells its decimals, is known; otherwise later. */
bool lighter_read_book(pg_scan *reader, void *root)
{
    pg_lighter_decoder *decoder = root;
    pg_lighter_message *message = root;
    int64_t number[2];
    const char *from;
    if (!message->channel.data) {
        if (!pg_scan_skip_from(reader, &from))
            return false;
        message->deferred = (pg_span){ from, (size_t)(reader->at - from) };
        return true;
    }
    pg_lighter_channel_numbers(message->channel, number);
    const known_market *market = find_market(decoder, number[0]);
    return market ? read_book_members(decoder, reader, market) : pg_scan_skip(reader);
}

/* ---- kinds ---- */

/* By the part of the type behind "subscribed/" or "update/". */
static const struct {
    const char *name;
    pg_lighter_message_kind kind;
} channels[] = {
    { "order_book", PG_LIGHTER_MSG_BOOK },
    { "ticker", PG_LIGHTER_MSG_TICKER },
    { "trade", PG_LIGHTER_MSG_TRADES },
    { "market_stats", PG_LIGHTER_MSG_STATS },
    { "spot_market_stats", PG_LIGHTER_MSG_STATS },
    { "candle", PG_LIGHTER_MSG_CANDLES },
    { "mark_price_candle", PG_LIGHTER_MSG_CANDLES },
    { "height", PG_LIGHTER_MSG_HEIGHT },
    { "transaction", PG_LIGHTER_MSG_RECEIPTS },
    { "executed_transaction", PG_LIGHTER_MSG_RECEIPTS },
    { "user_stats", PG_LIGHTER_MSG_USER_STATS },
    { "account_all", PG_LIGHTER_MSG_ACCOUNT },
    { "account", PG_LIGHTER_MSG_ACCOUNT },
    { "account_market", PG_LIGHTER_MSG_ACCOUNT },
    { "account_orders", PG_LIGHTER_MSG_ORDERS },
    { "account_all_orders", PG_LIGHTER_MSG_ORDERS },
    { "account_all_trades", PG_LIGHTER_MSG_FILLS },
    { "account_all_positions", PG_LIGHTER_MSG_POSITIONS },
    { "account_all_assets", PG_LIGHTER_MSG_ASSETS },
    { "account_tx", PG_LIGHTER_MSG_OUTCOMES },
    { "notification", PG_LIGHTER_MSG_NOTICES },
};

static const struct {
    const char *type;
    pg_lighter_message_kind kind;
} others[] = {
    { "jsonapi/sendtx", PG_LIGHTER_MSG_SENT },
    { "jsonapi/sendtxbatch", PG_LIGHTER_MSG_SENT },
    { "connected", PG_LIGHTER_MSG_CONNECTED },
    { "ping", PG_LIGHTER_MSG_PING },
    { "pong", PG_LIGHTER_MSG_PONG },
    { "error", PG_LIGHTER_MSG_ERROR },
    { "subscribed", PG_LIGHTER_MSG_SUBSCRIBED },
    { "unsubscribed", PG_LIGHTER_MSG_UNSUBSCRIBED },
};

static bool begins(pg_span *type, const char *prefix)
{
    size_t length = strlen(prefix);
    if (type->size < length || memcmp(type->data, prefix, length) != 0)
        return false;
    type->data += length;
    type->size -= length;
    return true;
}

static pg_lighter_message_kind kind_of(const pg_lighter_message *message, bool *snapshot)
{
    pg_span type = message->type;
    *snapshot = false;
    if (!type.data) /* over HTTP, or an error in a wrapping */
        return message->code && message->code != 200 ? PG_LIGHTER_MSG_ERROR : PG_LIGHTER_MSG_OTHER;
    if ((*snapshot = begins(&type, "subscribed/")) || begins(&type, "update/")) {
        for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
            if (pg_scan_equal(type, channels[i].name))
                return channels[i].kind;
        return PG_LIGHTER_MSG_OTHER;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (pg_scan_equal(type, others[i].type))
            return others[i].kind;
    return PG_LIGHTER_MSG_OTHER;
}

/* ---- messages ---- */

static void clear(pg_lighter_message *message)
{
    memset(message, 0, offsetof(pg_lighter_message, markets));
    for (size_t i = 0; i < LIST_COUNT; i++)
        LISTS(message)[i].count = 0;
    message->market = message->nonce = -1;
}

/* A book that stood before its channel in the message. */
static bool read_deferred(pg_lighter_decoder *decoder, pg_scan *reader)
{
    pg_lighter_message *message = &decoder->message;
    pg_scan again = *reader;
    again.at = message->deferred.data;
    again.failed = false;
    again.depth = 1;
    lighter_read_book(&again, message);
    reader->failed = reader->failed || again.failed;
    return !reader->failed;
}

/* What a kind cannot do without. */
static bool check(pg_scan *reader, const pg_lighter_message *message)
{
    if (message->kind == PG_LIGHTER_MSG_BOOK && message->book.read && message->book.nonce < 0)
        return pg_scan_wrong(reader, PG_ERR_PARSE, "nonce of the book is missing");
    return !reader->failed;
}

pg_status pg_lighter_decode(pg_lighter_decoder *decoder, const pg_lighter_message **message, const char *text,
                            size_t size, pg_error *err)
{
    pg_lighter_message *m = &decoder->message;
    pg_error own;
    pg_scan reader;
    int64_t number[2];
    own.status = PG_OK;
    pg_scan_init(&reader, text, size, &own);
    clear(m);
    *message = m;
    if (pg_lighter_read(&reader, &pg_lighter_message_table, m, m))
        pg_scan_finish(&reader);
    if (!reader.failed && m->deferred.data && m->channel.data)
        read_deferred(decoder, &reader);
    m->kind = kind_of(m, &m->snapshot);
    if (m->channel.data) {
        pg_lighter_channel_numbers(m->channel, number);
        m->market = number[0];
    }
    if (check(&reader, m))
        return PG_OK;
    clear(m);
    if (err)
        *err = own;
    return own.status;
}

pg_status pg_lighter_decode_record(const pg_lighter_table *table, void *record, const char *text, size_t size,
                                   pg_error *err)
{
    pg_error own;
    pg_scan reader;
    own.status = PG_OK;
    pg_scan_init(&reader, text, size, &own);
    if (pg_lighter_read(&reader, table, record, record) && pg_scan_finish(&reader))
        return PG_OK;
    if (err)
        *err = own;
    return own.status;
}

pg_span pg_lighter_hash_at(const pg_lighter_message *message, int i)
{
    pg_span hash = { 0 };
    pg_scan reader;
    int n = 0;
    if (!message->hashes.data)
        return hash;
    /* it was read once as a value: it is one */
    pg_scan_init(&reader, message->hashes.data, message->hashes.size, NULL);
    if (*message->hashes.data == '"') {
        if (i == 0)
            pg_scan_string(&reader, &hash);
        return hash;
    }
    if (*message->hashes.data != '[' || !pg_scan_open(&reader, '['))
        return hash;
    while (pg_scan_element(&reader, &n)) {
        pg_span text = { 0 };
        if (pg_scan_peek(&reader) != '"' || !pg_scan_string(&reader, &text))
            break;
        if (i-- == 0)
            return text;
    }
    return hash;
}

#include "selftest/lighter_messages.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "selftest/lighter.h"
#include "venue/lighter/codec_book.h"

/* What the tree's reading owns: printed values of RAW members. */
typedef struct owned {
    struct owned *next;
    char *text;
} owned;

typedef struct {
    pg_lighter_message message;
    owned *first;
    pg_level *levels[2];
    bool known; /* the market of the channel: books of others are passed over */
} tree;

/* ---- reading the tree ---- */

static bool read_object(tree *t, const pg_lighter_table *table, const cJSON *json, char *record);

static void keep_printed(tree *t, pg_span *span, const cJSON *item)
{
    owned *o = calloc(1, sizeof *o);
    PG_ASSERT(o != NULL);
    o->text = cJSON_PrintUnformatted(item);
    o->next = t->first;
    t->first = o;
    *span = (pg_span){ o->text, o->text ? strlen(o->text) : 0 };
}

static bool add_record(tree *t, const pg_lighter_table *table, pg_lighter_list *list, const cJSON *item)
{
    if (cJSON_IsNull(item))
        return true;
    if (!cJSON_IsObject(item) || list->count >= table->most)
        return false;
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 16;
        list->data = realloc(list->data, (size_t)list->room * table->size);
        PG_ASSERT(list->data != NULL);
    }
    char *record = (char *)list->data + (size_t)list->count++ * table->size;
    memset(record, 0, table->size);
    return read_object(t, table, item, record);
}

static bool read_records(tree *t, const pg_lighter_table *table, pg_lighter_list *list, const cJSON *value)
{
    const cJSON *item, *inner;
    bool map =
        cJSON_IsObject(value) && (!value->child || (value->child->string[0] >= '0' && value->child->string[0] <= '9'));
    if (cJSON_IsObject(value) && !map)
        return add_record(t, table, list, value);
    if (!cJSON_IsObject(value) && !cJSON_IsArray(value))
        return false;
    cJSON_ArrayForEach(item, value)
    {
        if (map && cJSON_IsArray(item)) {
            cJSON_ArrayForEach(inner, item) if (!add_record(t, table, list, inner)) return false;
        } else if (!add_record(t, table, list, item)) {
            return false;
        }
    }
    return true;
}

static bool read_units(const cJSON *level, const char *name, int64_t *value)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(level, name));
    return text && pg_decimal_parse(value, text, strlen(text), PG_LIGHTER_SAME_DECIMALS) == PG_OK;
}

static bool read_side(pg_level **levels, int *count, const cJSON *list)
{
    const cJSON *level;
    *count = 0;
    if (!list || cJSON_IsNull(list))
        return true;
    *levels = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof **levels);
    PG_ASSERT(*levels != NULL);
    cJSON_ArrayForEach(level, list)
    {
        pg_level *l = &(*levels)[(*count)++];
        if (!read_units(level, "price", &l->price) || !read_units(level, "size", &l->size))
            return false;
    }
    return cJSON_IsArray(list);
}

static int64_t whole(const cJSON *object, const char *name, int64_t absent)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : absent;
}

static bool read_book(tree *t, const cJSON *json)
{
    pg_lighter_book_part *book = &t->message.book;
    static const char *const sides[] = { "bids", "asks" };
    if (!t->known)
        return true;
    if (!cJSON_IsObject(json))
        return false;
    for (int s = 0; s < 2; s++) {
        if (!read_side(&t->levels[s], &book->count[s], cJSON_GetObjectItemCaseSensitive(json, sides[s])))
            return false;
        book->side[s] = t->levels[s];
    }
    book->nonce = whole(json, "nonce", -1);
    book->begin = whole(json, "begin_nonce", -1);
    book->updated_us = whole(json, "last_updated_at", 0);
    book->read = true;
    return true;
}

static bool read_member(tree *t, const pg_lighter_member *m, const cJSON *item, char *record)
{
    char *at = record + m->offset, *root = (char *)&t->message;
    switch (m->type) {
    case PG_LIGHTER_INTEGER:
        if (!cJSON_IsNumber(item))
            return false;
        *(int64_t *)(void *)at = (int64_t)item->valuedouble;
        return true;
    case PG_LIGHTER_BOOL: *(bool *)at = cJSON_IsTrue(item); return cJSON_IsBool(item);
    case PG_LIGHTER_TEXT:
        if (!cJSON_IsString(item))
            return false;
        *(pg_span *)(void *)at = (pg_span){ item->valuestring, strlen(item->valuestring) };
        return true;
    case PG_LIGHTER_RAW: keep_printed(t, (pg_span *)(void *)at, item); return true;
    case PG_LIGHTER_OWN: return read_book(t, item);
    case PG_LIGHTER_RECORDS: return read_records(t, m->of, (pg_lighter_list *)(void *)(root + m->offset), item);
    default: return !cJSON_IsObject(item) || read_object(t, m->of, item, at);
    }
}

static bool read_object(tree *t, const pg_lighter_table *table, const cJSON *json, char *record)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json) for (int i = 0; i < table->count; i++)
    {
        const pg_lighter_member *m = &table->members[i];
        if (strcmp(item->string, m->name) == 0 && !cJSON_IsNull(item) && !read_member(t, m, item, record))
            return false;
    }
    return true;
}

static void tree_free(tree *t)
{
    while (t->first) {
        owned *next = t->first->next;
        free(t->first->text);
        free(t->first);
        t->first = next;
    }
    for (int i = 0; i < pg_lighter_message_table.count; i++) {
        const pg_lighter_member *m = &pg_lighter_message_table.members[i];
        if (m->type == PG_LIGHTER_RECORDS)
            pg_lighter_list_free((pg_lighter_list *)(void *)((char *)&t->message + m->offset));
    }
    free(t->levels[0]);
    free(t->levels[1]);
    free(t);
}

/* ---- comparing ---- */

static bool same_text(pg_span a, pg_span b)
{
    if (a.size > 0 && memchr(a.data, '\\', a.size))
        return true; /* as it stands in the message, and resolved */
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool same_raw(pg_span a, pg_span b)
{
    if (!a.data || !b.data)
        return !a.data == !b.data;
    cJSON *x = cJSON_ParseWithLength(a.data, a.size), *y = cJSON_ParseWithLength(b.data, b.size);
    bool same = x && y && cJSON_Compare(x, y, true);
    cJSON_Delete(x);
    cJSON_Delete(y);
    return same;
}

static pg_status differ(pg_error *err, const pg_lighter_table *table, const pg_lighter_member *m)
{
    return pg_fail(err, PG_ERR_CORRUPT, "%s of %s differs", m->name, table->name);
}

static pg_status compare_object(const pg_lighter_table *table, const char *a, const char *b, pg_error *err);

static pg_status compare_lists(const pg_lighter_table *table, const pg_lighter_list *a, const pg_lighter_list *b,
                               pg_error *err)
{
    if (a->count != b->count)
        return pg_fail(err, PG_ERR_CORRUPT, "%d of %s, not %d", a->count, table->name, b->count);
    pg_status status = PG_OK;
    for (int i = 0; i < a->count && status == PG_OK; i++)
        status = compare_object(table, (const char *)a->data + (size_t)i * table->size,
                                (const char *)b->data + (size_t)i * table->size, err);
    return status;
}

static pg_status compare_object(const pg_lighter_table *table, const char *a, const char *b, pg_error *err)
{
    for (int i = 0; i < table->count; i++) {
        const pg_lighter_member *m = &table->members[i];
        const void *x = a + m->offset, *y = b + m->offset;
        bool same = true;
        if (m->type == PG_LIGHTER_INTEGER)
            same = (double)*(const int64_t *)x == (double)*(const int64_t *)y;
        else if (m->type == PG_LIGHTER_BOOL)
            same = *(const bool *)x == *(const bool *)y;
        else if (m->type == PG_LIGHTER_TEXT)
            same = same_text(*(const pg_span *)x, *(const pg_span *)y);
        else if (m->type == PG_LIGHTER_RAW)
            same = same_raw(*(const pg_span *)x, *(const pg_span *)y);
        else if (m->type == PG_LIGHTER_OBJECT && compare_object(m->of, x, y, err) != PG_OK)
            return PG_ERR_CORRUPT;
        else if (m->type == PG_LIGHTER_RECORDS && table == &pg_lighter_message_table &&
                 compare_lists(m->of, x, y, err) != PG_OK)
            return PG_ERR_CORRUPT;
        if (!same)
            return differ(err, table, m);
    }
    return PG_OK;
}

static pg_status compare_books(const pg_lighter_book_part *a, const pg_lighter_book_part *b, pg_error *err)
{
    bool same = a->read == b->read;
    if (same && a->read) {
        same = (double)a->nonce == (double)b->nonce && (double)a->begin == (double)b->begin &&
               (double)a->updated_us == (double)b->updated_us;
        for (int s = 0; s < 2; s++)
            same = same && a->count[s] == b->count[s] &&
                   (a->count[s] == 0 || memcmp(a->side[s], b->side[s], (size_t)a->count[s] * sizeof *a->side[s]) == 0);
    }
    return same ? PG_OK : pg_fail(err, PG_ERR_CORRUPT, "the book differs");
}

pg_status pg_lighter_same(pg_lighter_decoder *decoder, const char *text, size_t size, bool *refused, pg_error *err)
{
    const pg_lighter_message *message;
    int64_t number[2] = { -1, -1 };
    *refused = true;
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, NULL, true);
    const char *channel = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "channel"));
    if (channel)
        pg_lighter_channel_numbers((pg_span){ channel, strlen(channel) }, number);
    bool known = number[0] >= 0 && pg_lighter_decoder_add(decoder, number[0], PG_LIGHTER_SAME_DECIMALS,
                                                          PG_LIGHTER_SAME_DECIMALS, NULL) == PG_OK;
    pg_status status = PG_OK;
    if (pg_lighter_decode(decoder, &message, text, size, err) == PG_OK) {
        tree *t = calloc(1, sizeof *t);
        PG_ASSERT(t != NULL);
        t->message.nonce = -1;
        t->known = known;
        *refused = false;
        if (!cJSON_IsObject(json) || !read_object(t, &pg_lighter_message_table, json, (char *)&t->message))
            status = pg_fail(err, PG_ERR_CORRUPT, "the codec takes what a tree refuses");
        if (status == PG_OK)
            status = compare_object(&pg_lighter_message_table, (const char *)message, (const char *)&t->message, err);
        if (status == PG_OK)
            status = compare_books(&message->book, &t->message.book, err);
        tree_free(t);
    }
    cJSON_Delete(json);
    return status;
}

/* ---- the self-test ---- */

/* Whole numbers of a tree as plain digits: cJSON writes 1778138389655150 with an exponent, which no venue does. */
static void write_plainly(cJSON *json)
{
    cJSON *item;
    char digits[32];
    cJSON_ArrayForEach(item, json) write_plainly(item);
    if (!cJSON_IsNumber(json) || json->valuedouble != (double)(int64_t)json->valuedouble)
        return;
    snprintf(digits, sizeof digits, "%lld", (long long)json->valuedouble);
    json->type = (json->type & ~0xff) | cJSON_Raw;
    json->valuestring = strdup(digits);
}

/* The caller frees. */
static char *text_of(const cJSON *json)
{
    cJSON *copy = cJSON_Duplicate(json, true);
    if (copy)
        write_plainly(copy);
    char *text = cJSON_PrintUnformatted(copy);
    cJSON_Delete(copy);
    return text;
}

/* The reply about one transaction is that transaction itself. */
static void check_receipt(pg_vectors *v, const cJSON *body, const char *text)
{
    pg_lighter_receipt receipt = { 0 };
    pg_error err = { 0 };
    if (pg_lighter_decode_record(&pg_lighter_receipt_table, &receipt, text, strlen(text), &err) != PG_OK) {
        pg_vector_fail(v, "body", "%s", err.what);
        return;
    }
    const char *hash = pg_vector_text(body, "hash");
    pg_vector_check_true(v, "hash", same_text(receipt.hash, (pg_span){ hash, strlen(hash) }));
    pg_vector_check_true(v, "type", (double)receipt.type == pg_vector_double(body, "type", -1));
    pg_vector_check_true(v, "status", (double)receipt.status == pg_vector_double(body, "status", -1));
    pg_vector_check_true(v, "nonce", (double)receipt.nonce == pg_vector_double(body, "nonce", -1));
}

static void check_example(pg_vectors *v, const cJSON *example)
{
    pg_lighter_decoder *decoder;
    const cJSON *body = pg_vector_get(example, "body");
    pg_error err = { 0 };
    bool refused = true;
    char *text = text_of(body);
    if (text && pg_vector_get(body, "hash")) {
        check_receipt(v, body, text);
        free(text);
        return;
    }
    if (!body || !text || pg_lighter_decoder_new(&decoder, &err) != PG_OK) {
        pg_vector_fail(v, "body", "there is none");
        free(text);
        return;
    }
    if (pg_lighter_same(decoder, text, strlen(text), &refused, &err) != PG_OK || refused)
        pg_vector_fail(v, "body", "%s", err.what);
    pg_lighter_decoder_free(decoder);
    free(text);
}

void pg_lighter_examples(pg_vectors *v, const cJSON *root)
{
    const cJSON *example;
    cJSON_ArrayForEach(example, pg_vector_get(root, "examples"))
    {
        pg_vector_begin(v, example->string);
        check_example(v, example);
        pg_vector_end(v);
    }
}

/* ---- books ---- */

static const char *const actions[] = {
    [PG_LIGHTER_BOOK_SNAPSHOT] = "snapshot",         [PG_LIGHTER_BOOK_APPLIED] = "applied",
    [PG_LIGHTER_BOOK_EARLY] = "ignored_no_snapshot", [PG_LIGHTER_BOOK_STALE] = "ignored_stale",
    [PG_LIGHTER_BOOK_GAP] = "gap_resubscribe",
};

typedef struct {
    int price_decimals, size_decimals;
    pg_lighter_decoder *decoder;
    pg_lighter_book book;
    pg_book *reader; /* what the events make of it */
    pg_event *events;
} sequence;

static void check_side(pg_vectors *v, const sequence *q, const pg_book *book, int side, const cJSON *expected)
{
    enum { MOST = 4096 };
    pg_level *levels = pg_vector_memory(v, MOST * sizeof *levels);
    int count = pg_book_top(book, side, levels, MOST), i = 0;
    const cJSON *level;
    if (count != cJSON_GetArraySize(expected)) {
        pg_vector_fail(v, "levels", "expected %d, got %d", cJSON_GetArraySize(expected), count);
        return;
    }
    cJSON_ArrayForEach(level, expected)
    {
        char price[PG_DECIMAL_TEXT], size[PG_DECIMAL_TEXT];
        pg_decimal_format(price, sizeof price, levels[i].price, q->price_decimals);
        pg_decimal_format(size, sizeof size, levels[i++].size, q->size_decimals);
        pg_vector_check_text(v, "price", cJSON_GetArrayItem(level, 0), price);
        pg_vector_check_text(v, "size", cJSON_GetArrayItem(level, 1), size);
    }
}

static void check_message(pg_vectors *v, sequence *q, const cJSON *json, const cJSON *expected)
{
    const pg_lighter_message *message;
    const cJSON *book = pg_vector_get(expected, "book");
    pg_error err = { 0 };
    int count = 0;
    char *text = text_of(json);
    if (!text || pg_lighter_decode(q->decoder, &message, text, strlen(text), &err) != PG_OK || !message->book.read) {
        pg_vector_fail(v, "message", "%s", err.what);
        free(text);
        return;
    }
    pg_lighter_book_result result = pg_lighter_book_take(&q->book, message, 1, q->events, &count);
    for (int i = 0; i < count; i++)
        pg_book_apply(q->reader, &q->events[i]);
    if (result == PG_LIGHTER_BOOK_GAP)
        pg_book_clear(q->reader);
    pg_vector_check_text(v, "action", pg_vector_get(expected, "action"), actions[result]);
    pg_vector_check_text(v, "state", pg_vector_get(expected, "state"), q->book.synced ? "synced" : "unsynced");
    if (q->book.synced)
        pg_vector_check_true(v, "nonce", (double)q->book.nonce == pg_vector_double(expected, "nonce", -1));
    for (int k = 0; k < 2 && book; k++) {
        check_side(v, q, k == 0 ? q->book.book : q->reader, PG_BUY, pg_vector_get(book, "bids"));
        check_side(v, q, k == 0 ? q->book.book : q->reader, PG_SELL, pg_vector_get(book, "asks"));
    }
    free(text);
}

static void check_sequence(pg_vectors *v, const cJSON *vector)
{
    const cJSON *messages = pg_vector_get(vector, "messages"), *all = pg_vector_get(vector, "expected_after_each");
    sequence q = { .price_decimals = (int)pg_vector_double(vector, "price_decimals", 0),
                   .size_decimals = (int)pg_vector_double(vector, "size_decimals", 0),
                   .reader = pg_book_new(1),
                   .events = malloc(PG_LIGHTER_BOOK_EVENTS * sizeof(pg_event)) };
    pg_error err = { 0 };
    int64_t market = (int64_t)pg_vector_double(vector, "market_index", 0);
    bool made = q.reader && q.events && pg_lighter_book_init(&q.book, &err) == PG_OK &&
                pg_lighter_decoder_new(&q.decoder, &err) == PG_OK &&
                pg_lighter_decoder_add(q.decoder, market, q.price_decimals, q.size_decimals, &err) == PG_OK;
    pg_vector_check_true(v, "messages", made && cJSON_GetArraySize(messages) > 0);
    for (int i = 0; made && i < cJSON_GetArraySize(messages); i++)
        check_message(v, &q, cJSON_GetArrayItem(messages, i), cJSON_GetArrayItem(all, i));
    pg_lighter_decoder_free(q.decoder);
    pg_lighter_book_free(&q.book);
    pg_book_free(q.reader);
    free(q.events);
}

void pg_lighter_books(pg_vectors *v, const cJSON *root)
{
    pg_lighter_each(v, pg_vector_get(root, "vectors"), "sequence", check_sequence);
}

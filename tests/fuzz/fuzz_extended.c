/* libFuzzer target: bytes as an answer or a message of Extended. The first byte chooses the reader. What the codec accepts
 * must say what a tree made by cJSON says, what it refuses must come with a reason, and a book must stay one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "selftest/extended_messages.h"
#include "venue/extended/codec_book.h"
#include "venue/extended/codec_value.h"
#include "venue/extended/codec_words.h"
#include "venue/extended/markets.h"
#include "venue/extended/states.h"

enum { ANSWER = PG_EXTENDED_RECORDS, FRAME, BOOK, ACCOUNT, LISTING, TARGETS };

static pg_extended_book book;
static pg_instrument instrument;
static pg_extended_level levels[PG_EXTENDED_LEVELS];
static pg_event events[PG_EXTENDED_BOOK_EVENTS];
static pg_extended_states *states;

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void set_up(void)
{
    if (states)
        return;
    check(pg_extended_states_new(&states, 64, NULL) == PG_OK);
    check(pg_instrument_init(&instrument, "extended", "BTC-USD", 2, 5, 1, 1, 0, NULL) == PG_OK);
    check(pg_extended_book_init(&book, "BTC-USD", &instrument, NULL) == PG_OK);
}

/* What a tree shows otherwise: escapes, bytes beyond ASCII, members that are given twice. */
static bool is_comparable(const char *text, size_t size, const cJSON *json)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\\' || (unsigned char)text[i] >= 0x7f)
            return false;
    const cJSON *a, *b;
    cJSON_ArrayForEach(a, json) for (b = a->next; a->string && b;
                                     b = b->next) if (strcmp(a->string, b->string) == 0) return false;
    return true;
}

static void try_record(pg_extended_record_kind kind, const char *text, size_t size)
{
    pg_extended_record record;
    pg_error err = { 0 };
    const char *which = "";
    pg_scan reader;
    pg_scan_init(&reader, text, size, &err);
    if (!pg_extended_record_scan(&record, kind, &reader) || !pg_scan_finish(&reader)) {
        check(err.what[0] != '\0');
        return;
    }
    cJSON *json = cJSON_ParseWithLength(text, size);
    check(json != NULL);
    if (is_comparable(text, size, json) && !pg_extended_record_matches(&record, kind, json, &which)) {
        fprintf(stderr, "%s of a %s differs\n", which, pg_extended_record_name(kind));
        abort();
    }
    cJSON_Delete(json);
    if (kind == PG_EXTENDED_ORDER_RECORD) {
        pg_client_id id;
        pg_extended_states_take(states, &record.order);
        check(!pg_extended_states_take(states, &record.order)); /* the same is no news */
        pg_extended_external_parse(&id, record.order.external);
    }
}

static void try_answer(const char *text, size_t size)
{
    pg_extended_answer answer;
    pg_error err = { 0 };
    char words[200];
    if (pg_extended_answer_read(&answer, text, size, &err) != PG_OK) {
        check(err.what[0] != '\0');
        return;
    }
    pg_extended_answer_words(words, sizeof words, &answer);
    check(!answer.ok || answer.code == 0);
}

static void count_order(void *self, const pg_extended_order_record *order)
{
    (void)self;
    check(order->market.data && order->quantity.data);
}

static void count_trade(void *self, const pg_extended_trade *trade)
{
    (void)self;
    check(trade->price.data && trade->quantity.data);
}

static void count_position(void *self, const pg_extended_position *position)
{
    (void)self;
    check(position->size.data != NULL);
}

static void count_balance(void *self, const pg_extended_balance *balance)
{
    (void)self;
    check(balance->equity.data != NULL);
}

static void try_frame(const char *text, size_t size, bool account)
{
    pg_extended_frame frame;
    pg_error err = { 0 };
    unsigned whole;
    const pg_extended_account_sink sink = { NULL, count_order, count_trade, count_position, count_balance };
    if (pg_extended_frame_read(&frame, text, size, &err) != PG_OK)
        check(err.what[0] != '\0');
    else if (account && pg_extended_account_read(&frame, &sink, &whole, &err) != 0)
        check(err.what[0] != '\0');
}

/* Messages one behind the other, by lines, so that a book is built and changed. */
static void try_book(char *text, size_t size)
{
    pg_extended_book_reset(&book);
    for (char *line = text, *end; line < text + size; line = end + 1) {
        pg_extended_book_frame frame = { .level = levels };
        pg_error err = { 0 };
        int count;
        end = memchr(line, '\n', (size_t)(text + size - line));
        end = end ? end : text + size;
        *end = '\0';
        if (pg_extended_book_read(&frame, line, (size_t)(end - line), 2, 5, &err) != PG_OK) {
            check(err.what[0] != '\0');
            continue;
        }
        pg_extended_book_action action = pg_extended_book_take(&book, &frame, 1, events, &count, &err);
        int64_t bid = pg_book_best(book.book, PG_BUY), ask = pg_book_best(book.book, PG_SELL);
        check(!bid || !ask || bid < ask);
        check(action != PG_EXTENDED_BOOK_BROKEN || (!book.valid && err.what[0]));
        check(count <= PG_EXTENDED_BOOK_EVENTS && (count > 0) == (action == PG_EXTENDED_BOOK_APPLIED));
    }
}

static void try_listing(const char *text, size_t size)
{
    pg_extended_record record;
    pg_extended_listing listing;
    pg_instrument made;
    pg_error err = { 0 };
    pg_scan reader;
    pg_scan_init(&reader, text, size, &err);
    if (!pg_extended_record_scan(&record, PG_EXTENDED_MARKET_RECORD, &reader) || !pg_scan_finish(&reader))
        return;
    if (pg_extended_listing_read(&listing, &record.market, &err) != PG_OK ||
        pg_extended_listing_instrument(&made, &listing, &err) != PG_OK)
        check(err.what[0] != '\0');
    else
        check(made.tick > 0 && made.lot > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    set_up();
    if (size == 0)
        return 0;
    int target = data[0] % TARGETS;
    char *text = malloc(size);
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[--size] = '\0';
    switch (target) {
    case ANSWER: try_answer(text, size); break;
    case FRAME: try_frame(text, size, false); break;
    case ACCOUNT: try_frame(text, size, true); break;
    case BOOK: try_book(text, size); break;
    case LISTING: try_listing(text, size); break;
    default: try_record((pg_extended_record_kind)target, text, size);
    }
    free(text);
    return 0;
}

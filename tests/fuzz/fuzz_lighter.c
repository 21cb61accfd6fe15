/* libFuzzer target: bytes as messages of Lighter. What the codec accepts must say what a tree made by cJSON says, what it
 * refuses must come with a reason, and a book that is kept by its messages must never be crossed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest/lighter_messages.h"
#include "venue/lighter/codec_book.h"
#include "venue/lighter/codec_told.h"

static pg_lighter_decoder *decoder, *compared;
static pg_lighter_book book;
static pg_book *reader;
static pg_event *events;
static pg_instrument instrument;

static void set_up(void)
{
    if (decoder)
        return;
    events = malloc(PG_LIGHTER_BOOK_EVENTS * sizeof *events);
    reader = pg_book_new(1);
    if (!events || !reader || pg_lighter_decoder_new(&decoder, NULL) != PG_OK ||
        pg_lighter_decoder_new(&compared, NULL) != PG_OK || pg_lighter_decoder_add(decoder, 0, 2, 4, NULL) != PG_OK ||
        pg_lighter_book_init(&book, NULL) != PG_OK ||
        pg_instrument_init(&instrument, "lighter", "ETH", 2, 4, 1, 1, 0, NULL) != PG_OK)
        abort();
}

/* Whether the text has what a tree of doubles and resolved escapes shows otherwise. */
static bool is_comparable(const char *text, size_t size)
{
    int digits = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (c == '\\' || c >= 0x7f || digits > 15)
            return false;
    }
    return true;
}

static void keep_book(const pg_lighter_message *message)
{
    int count;
    if (!message->book.read || message->market != 0)
        return;
    pg_lighter_book_result result = pg_lighter_book_take(&book, message, 1, events, &count);
    if (result != PG_LIGHTER_BOOK_SNAPSHOT && result != PG_LIGHTER_BOOK_APPLIED && count != 0)
        abort();
    for (int i = 0; i < count; i++)
        pg_book_apply(reader, &events[i]);
    if (count > 0 && !(events[count - 1].flags & PG_EVENT_LAST))
        abort();
    if (result == PG_LIGHTER_BOOK_GAP)
        pg_book_clear(reader);
    for (int side = PG_BUY; side <= PG_SELL && book.synced; side++)
        if (pg_book_best(reader, side) != pg_book_best(book.book, side) ||
            pg_book_count(reader, side) != pg_book_count(book.book, side))
            abort();
    if (pg_book_is_crossed(book.book) || pg_book_is_locked(book.book))
        abort();
}

static void tell(const pg_lighter_message *message)
{
    pg_told_order order;
    pg_told_fill fill;
    pg_event event;
    for (int i = 0; i < message->orders.count; i++)
        if (pg_lighter_tell_order(&order, PG_LIGHTER_AT(message->orders, pg_lighter_order, i), 0, &instrument, NULL) ==
                PG_OK &&
            (order.size < 0 || order.remaining < 0))
            abort();
    for (int i = 0; i < message->trades.count; i++) {
        const pg_lighter_trade *trade = PG_LIGHTER_AT(message->trades, pg_lighter_trade, i);
        if (pg_lighter_tell_fill(&fill, trade, PG_BUY, 0, &instrument, NULL) == PG_OK && fill.size <= 0)
            abort();
        if (pg_lighter_tell_trade(&event, trade, &instrument, 1, NULL) == PG_OK && event.price <= 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const pg_lighter_message *message;
    pg_lighter_receipt receipt = { 0 };
    pg_error err = { 0 };
    bool refused;
    char *text = malloc(size + 1);
    set_up();
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (pg_lighter_decode(decoder, &message, text, size, &err) == PG_OK) {
        keep_book(message);
        tell(message);
        pg_lighter_hash_at(message, 1);
    } else if (!err.what[0]) {
        abort();
    }
    pg_lighter_decode_record(&pg_lighter_receipt_table, &receipt, text, size, NULL);
    if (!memchr(text, '\0', size) && is_comparable(text, size) &&
        pg_lighter_same(compared, text, size, &refused, &err) != PG_OK) {
        fprintf(stderr, "%s\n", err.what);
        abort();
    }
    free(text);
    return 0;
}

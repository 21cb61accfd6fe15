/* A book of Extended for Lua: kept as the adapter keeps it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "sdk/extended_internal.h"
#include "venue/extended/codec_book.h"

enum { TOP_MAX = 1000 };

_Static_assert(sizeof((pg_sdk_ext_level *)0)->price >= PG_DECIMAL_TEXT, "numbers fit");

struct pg_sdk_ext_book {
    pg_extended_book book;
    pg_extended_book_frame frame;
    pg_instrument instrument;
    char market[PG_EXTENDED_NAME];
    pg_extended_level level[PG_EXTENDED_LEVELS];
    pg_level top[TOP_MAX];
};

pg_sdk_ext_book *pg_sdk_ext_book_new(const pg_sdk_ext_market *market, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_ext_book *book = calloc(1, sizeof *book);
    pg_status status = book ? PG_OK : pg_fail(&err, PG_ERR_MEMORY, "no memory for a book");
    if (status == PG_OK) {
        memcpy(book->market, market->listing.rules.name, sizeof book->market);
        book->instrument = market->instrument;
        book->frame.level = book->level;
        status = pg_extended_book_init(&book->book, book->market, &book->instrument, &err);
    }
    if (status == PG_OK)
        return book;
    free(book);
    sdk_fail(error, &err);
    return NULL;
}

void pg_sdk_ext_book_free(pg_sdk_ext_book *book)
{
    if (book)
        pg_extended_book_free(&book->book);
    free(book);
}

void pg_sdk_ext_book_reset(pg_sdk_ext_book *book)
{
    pg_extended_book_reset(&book->book);
}

int32_t pg_sdk_ext_book_take(pg_sdk_ext_book *book, const char *text, uint64_t size, pg_sdk_error *error)
{
    static const int32_t actions[] = { [PG_EXTENDED_BOOK_APPLIED] = PG_SDK_EXT_APPLIED,
                                       [PG_EXTENDED_BOOK_HEARTBEAT] = PG_SDK_EXT_HEARTBEAT,
                                       [PG_EXTENDED_BOOK_OTHER] = PG_SDK_EXT_OTHER,
                                       [PG_EXTENDED_BOOK_BROKEN] = PG_SDK_EXT_BROKEN };
    const pg_instrument *in = &book->instrument;
    pg_error err = { 0 };
    pg_extended_book_action action = PG_EXTENDED_BOOK_BROKEN;
    int count = 0;
    if (pg_extended_book_read(&book->frame, text, (size_t)size, in->price_decimals, in->size_decimals, &err) == PG_OK)
        action = pg_extended_book_take(&book->book, &book->frame, pg_clock_now(pg_clock_real()), NULL, &count, &err);
    if (action == PG_EXTENDED_BOOK_BROKEN)
        sdk_fail(error, &err);
    return actions[action];
}

int32_t pg_sdk_ext_book_top(const pg_sdk_ext_book *book, pg_sdk_ext_level *levels, const char *side, int32_t n)
{
    pg_level *top = ((pg_sdk_ext_book *)book)->top;
    const pg_instrument *in = &book->instrument;
    int way = strcmp(side, "BUY") == 0 ? PG_BUY : PG_SELL;
    int count = book->book.valid ? pg_book_top(book->book.book, way, top, n < TOP_MAX ? n : TOP_MAX) : 0;
    for (int i = 0; i < count; i++) {
        pg_decimal_format_short(levels[i].price, sizeof levels[i].price, top[i].price, in->price_decimals);
        pg_decimal_format_short(levels[i].size, sizeof levels[i].size, top[i].size, in->size_decimals);
    }
    return count;
}

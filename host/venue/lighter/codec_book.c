#include "venue/lighter/codec_book.h"

#include <stdlib.h>

static const uint8_t sides[2] = { PG_BUY, PG_SELL };

pg_status pg_lighter_book_init(pg_lighter_book *book, pg_error *err)
{
    *book = (pg_lighter_book){ .book = pg_book_new(1) };
    return book->book ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "no memory for a book");
}

void pg_lighter_book_free(pg_lighter_book *book)
{
    if (book->book)
        pg_book_free(book->book);
    book->book = NULL;
}

void pg_lighter_book_reset(pg_lighter_book *book)
{
    pg_book_clear(book->book);
    *book = (pg_lighter_book){ .book = book->book };
}

/* ---- events ---- */

typedef struct {
    pg_event *events;
    int count;
    pg_event base;
} writer;

static void write_level(writer *w, uint8_t side, int64_t price, int64_t size)
{
    pg_event *event = &w->events[w->count++];
    *event = w->base;
    event->kind = PG_EVENT_LEVEL;
    event->side = side;
    event->price = price;
    event->size = size;
}

static void write_mark(writer *w, uint8_t kind, int64_t levels)
{
    w->events[w->count] = w->base;
    w->events[w->count].size2 = levels;
    w->events[w->count++].kind = kind;
}

/* How many levels of a side are better than every best price that the ticker told of it, and so were hidden; more than
 * PG_LIGHTER_TOLD when they are too many to say. */
static int count_hidden(const pg_lighter_book *book, int s, pg_level top[PG_LIGHTER_TOLD + 1])
{
    int64_t outer = book->told[0][s];
    for (int i = 1; i < book->told_count; i++)
        if (s == 0 ? book->told[i][s] < outer : book->told[i][s] > outer)
            outer = book->told[i][s];
    int n = pg_book_top(book->book, sides[s], top, PG_LIGHTER_TOLD + 1), hidden = 0;
    while (hidden < n && (s == 0 ? top[hidden].price > outer : top[hidden].price < outer))
        hidden++;
    return hidden;
}

static void write_whole(const pg_lighter_book *book, writer *w)
{
    static const int most = (PG_LIGHTER_BOOK_EVENTS - 2) / 2;
    pg_level *levels = malloc((size_t)most * sizeof *levels);
    PG_ASSERT(levels != NULL);
    w->count = 0;
    write_mark(w, PG_EVENT_SNAPSHOT_BEGIN, pg_book_count(book->book, PG_BUY) + pg_book_count(book->book, PG_SELL));
    for (int s = 0; s < 2; s++) {
        int n = pg_book_top(book->book, sides[s], levels, most);
        for (int i = 0; i < n; i++)
            write_level(w, sides[s], levels[i].price, levels[i].size);
    }
    write_mark(w, PG_EVENT_SNAPSHOT_END, 0);
    free(levels);
}

/* What the ticker has changed at the reader's is stated again as the chain of updates has it: the prices that it told,
 * and the levels that those hid. */
static void restate(pg_lighter_book *book, writer *w)
{
    pg_level top[PG_LIGHTER_TOLD + 1];
    for (int s = 0; s < 2 && book->told_count > 0; s++) {
        int hidden = count_hidden(book, s, top);
        if (hidden > PG_LIGHTER_TOLD || book->told_count == PG_LIGHTER_TOLD) {
            write_whole(book, w);
            break;
        }
        for (int i = 0; i < book->told_count; i++)
            write_level(w, sides[s], book->told[i][s], pg_book_size(book->book, sides[s], book->told[i][s]));
        for (int i = 0; i < hidden; i++)
            write_level(w, sides[s], top[i].price, top[i].size);
    }
    book->told_count = 0;
}

/* ---- messages ---- */

static bool crossed(const pg_lighter_book *book)
{
    int64_t bid = pg_book_best(book->book, PG_BUY), ask = pg_book_best(book->book, PG_SELL);
    return bid && ask && bid >= ask;
}

static void set_levels(pg_lighter_book *book, const pg_lighter_book_part *part, writer *w)
{
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < part->count[s]; i++) {
            const pg_level *level = &part->side[s][i];
            pg_book_set(book->book, sides[s], level->price, level->size);
            write_level(w, sides[s], level->price, level->size);
        }
}

static pg_lighter_book_result lose(pg_lighter_book *book, int *count)
{
    pg_lighter_book_reset(book);
    *count = 0;
    return PG_LIGHTER_BOOK_GAP;
}

pg_lighter_book_result pg_lighter_book_take(pg_lighter_book *book, const pg_lighter_message *message,
                                            int64_t received_ns, pg_event *events, int *count)
{
    const pg_lighter_book_part *part = &message->book;
    int64_t time_ns = part->updated_us > 0 ? part->updated_us * 1000 : message->timestamp * 1000000;
    writer w = { .events = events,
                 .base = { .exch_ns = time_ns > 0 ? time_ns : received_ns,
                           .local_ns = received_ns,
                           .id = (uint64_t)part->nonce,
                           .flags = time_ns > 0 ? 0 : PG_EVENT_NO_EXCHANGE } };
    *count = 0;
    if (!message->snapshot) {
        if (!book->synced)
            return PG_LIGHTER_BOOK_EARLY;
        if (part->nonce <= book->nonce)
            return PG_LIGHTER_BOOK_STALE;
        if (part->begin >= 0 && part->begin != book->nonce)
            return lose(book, count);
        book->unverified = book->unverified || part->begin < 0;
        set_levels(book, part, &w);
        if (crossed(book))
            return lose(book, count);
        restate(book, &w);
    } else {
        pg_lighter_book_reset(book);
        write_mark(&w, PG_EVENT_SNAPSHOT_BEGIN, part->count[0] + part->count[1]);
        set_levels(book, part, &w);
        if (crossed(book))
            return lose(book, count);
        write_mark(&w, PG_EVENT_SNAPSHOT_END, 0);
        book->synced = true;
    }
    book->nonce = part->nonce;
    *count = w.count;
    if (w.count > 0)
        events[w.count - 1].flags |= PG_EVENT_LAST;
    return message->snapshot ? PG_LIGHTER_BOOK_SNAPSHOT : PG_LIGHTER_BOOK_APPLIED;
}

bool pg_lighter_book_take_best(pg_lighter_book *book, const pg_event *best, int64_t nonce)
{
    if (!book->synced || nonce <= book->nonce || nonce <= book->ticker_nonce || best->price <= 0 ||
        best->price2 <= best->price || best->size <= 0 || best->size2 <= 0)
        return false;
    book->ticker_nonce = nonce;
    if (book->told_count < PG_LIGHTER_TOLD) {
        book->told[book->told_count][0] = best->price;
        book->told[book->told_count++][1] = best->price2;
    }
    return true;
}

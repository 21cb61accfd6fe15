#include "venue/hyperliquid/codec_book.h"

#include <string.h>

/* Whether a price is better than another on a side (0: bids). */
static bool better(int side, int64_t price, int64_t than)
{
    return side == 0 ? price > than : price < than;
}

static void drop_first(pg_hl_book *book, int side, int n)
{
    book->count[side] -= n;
    memmove(book->side[side], book->side[side] + n, (size_t)book->count[side] * sizeof(pg_level));
}

/* Removes the levels of a side that are better than a price. */
static void trim(pg_hl_book *book, int side, int64_t price)
{
    int n = 0;
    while (n < book->count[side] && better(side, book->side[side][n].price, price))
        n++;
    if (n > 0)
        drop_first(book, side, n);
}

/* Sets the best level of a side; nothing of it is better, nothing of the other side meets it. */
static void set_touch(pg_hl_book *book, int side, int64_t price, int64_t size)
{
    pg_level *list = book->side[side], *other = book->side[!side];
    trim(book, side, price);
    int n = 0;
    while (n < book->count[!side] && !better(side, other[n].price, price))
        n++; /* a bid at or above the ask, an ask at or below the bid */
    if (n > 0)
        drop_first(book, !side, n);
    if (book->count[side] == 0 || list[0].price != price) {
        int kept = book->count[side] < PG_HL_BOOK_LEVELS ? book->count[side] : PG_HL_BOOK_LEVELS - 1;
        memmove(list + 1, list, (size_t)kept * sizeof *list);
        book->count[side] = kept + 1;
    }
    list[0] = (pg_level){ price, size };
}

static void apply_best(pg_hl_book *book, const pg_event *best)
{
    if (best->price == 0)
        book->count[0] = 0;
    if (best->price2 == 0)
        book->count[1] = 0;
    if (best->price)
        set_touch(book, 0, best->price, best->size);
    if (best->price2)
        set_touch(book, 1, best->price2, best->size2);
}

/* The levels of a message, and behind them those of the older book that it does not reach. */
static void merge_side(pg_hl_book *book, int side, const pg_level *levels, int count, bool fast)
{
    pg_level *list = book->side[side];
    int from = book->count[side];
    if (fast && count >= PG_HL_FAST_LEVELS) {
        from = 0;
        while (from < book->count[side] && !better(side, levels[count - 1].price, list[from].price))
            from++;
    }
    int kept = book->count[side] - from;
    if (kept > PG_HL_BOOK_LEVELS - count)
        kept = PG_HL_BOOK_LEVELS - count;
    memmove(list + count, list + from, (size_t)kept * sizeof *list);
    memcpy(list, levels, (size_t)count * sizeof *list);
    book->count[side] = count + kept;
}

static int write_events(const pg_hl_book *book, int64_t time_ns, int64_t received_ns, pg_event *events)
{
    const pg_event base = { .exch_ns = time_ns, .local_ns = received_ns };
    int n = 0;
    events[n] = base;
    events[n].kind = PG_EVENT_SNAPSHOT_BEGIN;
    events[n++].size2 = book->count[0] + book->count[1];
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < book->count[side]; i++, n++) {
            events[n] = base;
            events[n].kind = PG_EVENT_LEVEL;
            events[n].side = side == 0 ? PG_BUY : PG_SELL;
            events[n].price = book->side[side][i].price;
            events[n].size = book->side[side][i].size;
        }
    events[n] = base;
    events[n].kind = PG_EVENT_SNAPSHOT_END;
    events[n++].flags = PG_EVENT_LAST;
    return n;
}

int pg_hl_book_take(pg_hl_book *book, const pg_hl_frame *frame, int64_t received_ns, pg_event *events)
{
    if (frame->time_ns < book->book_ns)
        return 0;
    book->book_ns = frame->time_ns;
    for (int side = 0; side < 2; side++)
        merge_side(book, side, frame->levels->side[side], frame->levels->count[side], frame->fast);
    if (book->best_ns <= book->book_ns)
        return write_events(book, book->book_ns, received_ns, events);
    apply_best(book, &book->best);
    return write_events(book, book->best_ns, received_ns, events);
}

bool pg_hl_book_take_best(pg_hl_book *book, const pg_hl_frame *frame)
{
    if (frame->time_ns < book->best_ns || frame->time_ns < book->book_ns)
        return false;
    book->best_ns = frame->time_ns;
    book->best = frame->event[0];
    apply_best(book, &book->best);
    return true;
}

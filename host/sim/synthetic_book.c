#include "sim/synthetic_book.h"

enum { MASK = PG_SYNTHETIC_RING - 1 };

/* The step away from the touch: bids lie downwards. */
static int64_t outward(int side)
{
    return side == 0 ? -1 : 1;
}

/* True when a is nearer to the other side than b. */
static bool better(int side, int64_t a, int64_t b)
{
    return side == 0 ? a > b : a < b;
}

int64_t pg_synthetic_book_size(const pg_synthetic_book *book, int side, int64_t tick)
{
    bool inside = !better(side, tick, book->best[side]) && !better(side, book->far[side], tick);
    return inside ? book->sizes[side][tick & MASK] : 0;
}

static void note(pg_synthetic_book *book, int side, int64_t tick)
{
    size_t n = book->n_changes;
    bool again = n > 0 && book->changes[n - 1].tick == tick && book->changes[n - 1].side == side;
    if (again || n == PG_SYNTHETIC_CHANGES)
        return;
    book->changes[n].tick = tick;
    book->changes[n].side = (uint8_t)side;
    book->n_changes = n + 1;
}

static void remove_level(pg_synthetic_book *book, int side, int64_t tick)
{
    int64_t *sizes = book->sizes[side];
    if (sizes[tick & MASK] == 0 || book->best[side] == book->far[side])
        return;
    sizes[tick & MASK] = 0;
    while (sizes[book->best[side] & MASK] == 0)
        book->best[side] += outward(side);
    while (sizes[book->far[side] & MASK] == 0)
        book->far[side] -= outward(side);
    note(book, side, tick);
}

void pg_synthetic_book_set(pg_synthetic_book *book, int side, int64_t tick, int64_t size)
{
    if (size <= 0) {
        if (pg_synthetic_book_size(book, side, tick) > 0)
            remove_level(book, side, tick);
        return;
    }
    book->sizes[side][tick & MASK] = size;
    if (better(side, tick, book->best[side]))
        book->best[side] = tick;
    if (better(side, book->far[side], tick))
        book->far[side] = tick;
    note(book, side, tick);
}

void pg_synthetic_book_pull(pg_synthetic_book *book, int side, int64_t limit, int64_t size)
{
    while (better(side, book->best[side], limit)) {
        if (book->best[side] == book->far[side]) { /* the last one: it moves to the limit */
            int64_t last = book->best[side];
            book->sizes[side][last & MASK] = 0;
            book->best[side] = book->far[side] = limit;
            note(book, side, last);
            pg_synthetic_book_set(book, side, limit, size);
            return;
        }
        remove_level(book, side, book->best[side]);
    }
}

void pg_synthetic_book_trim(pg_synthetic_book *book, int side, int64_t levels)
{
    int64_t limit = book->best[side] + outward(side) * levels;
    while (better(side, limit, book->far[side]))
        remove_level(book, side, book->far[side]);
}

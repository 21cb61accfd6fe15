#include "data/aggressor.h"

#include <stdlib.h>

#include "market/book.h"

struct pg_aggressor {
    pg_book *book;
    int64_t last_price;
    int last_move; /* side of the last trade at another price than the one before: a buyer lifts it */
};

pg_aggressor *pg_aggressor_new(void)
{
    pg_aggressor *a = calloc(1, sizeof *a);
    if (a)
        a->book = pg_book_new(1);
    if (a && a->book)
        return a;
    free(a);
    return NULL;
}

void pg_aggressor_free(pg_aggressor *a)
{
    if (!a)
        return;
    pg_book_free(a->book);
    free(a);
}

/* Twice the price against the sum of the bests: no rounding. */
static int judge(const pg_aggressor *a, int64_t price)
{
    int64_t bid = pg_book_best(a->book, PG_BUY), ask = pg_book_best(a->book, PG_SELL);
    if (bid > 0 && ask > 0) {
        __int128 twice = (__int128)2 * price, middle = (__int128)bid + ask;
        if (twice != middle)
            return twice > middle ? PG_BUY : PG_SELL;
    }
    return a->last_move;
}

void pg_aggressor_take(pg_aggressor *a, pg_event *event)
{
    if (event->kind != PG_EVENT_TRADE) {
        pg_book_apply(a->book, event);
        return;
    }
    if (a->last_price != 0 && event->price != a->last_price)
        a->last_move = event->price > a->last_price ? PG_BUY : PG_SELL;
    a->last_price = event->price;
    if (event->side != PG_SIDE_NONE)
        return;
    event->side = (uint8_t)judge(a, event->price);
    if (event->side != PG_SIDE_NONE)
        event->flags |= PG_EVENT_INFERRED_SIDE;
}

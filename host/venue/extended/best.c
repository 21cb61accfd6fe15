#include "venue/extended/best.h"

#include <string.h>

static bool better(int side, int64_t price, int64_t than)
{
    return side == 0 ? price > than : price < than;
}

bool pg_extended_best_take(pg_extended_bests *bests, pg_event *event, const pg_extended_book_frame *frame,
                           int64_t book_ns, int64_t received_ns)
{
    const pg_extended_level *best[2] = { NULL, NULL };
    for (int i = 0; i < frame->count; i++) {
        int side = frame->level[i].side != PG_BUY;
        if (frame->level[i].size > 0 && (!best[side] || better(side, frame->level[i].price, best[side]->price)))
            best[side] = &frame->level[i];
    }
    int64_t at_ns = frame->ts_ms * 1000000;
    if (!best[0] || !best[1] || best[0]->price >= best[1]->price || at_ns < book_ns)
        return false;
    if (bests->count[0] == PG_EXTENDED_BESTS || bests->count[1] == PG_EXTENDED_BESTS)
        return false;
    for (int side = 0; side < 2; side++)
        bests->price[side][bests->count[side]++] = best[side]->price;
    *event = (pg_event){ .kind = PG_EVENT_BBO,
                         .exch_ns = at_ns,
                         .local_ns = received_ns,
                         .price = best[0]->price,
                         .size = best[0]->size,
                         .price2 = best[1]->price,
                         .size2 = best[1]->size,
                         .id = frame->seq,
                         .flags = PG_EVENT_LAST };
    return true;
}

static void write(pg_event *events, int *n, const pg_event *base, int side, int64_t price, int64_t size)
{
    events[*n] = *base;
    events[*n].kind = PG_EVENT_LEVEL;
    events[*n].side = side == 0 ? PG_BUY : PG_SELL;
    events[*n].price = price;
    events[(*n)++].size = size;
}

/* How far into a side best prices have cut: the worst of its own, and those of the other side that would cross it. */
static int64_t reach(const pg_extended_bests *bests, int side)
{
    int64_t worst = bests->price[side][0];
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < bests->count[s]; i++)
            if (better(side, worst, bests->price[s][i]))
                worst = bests->price[s][i];
    return worst;
}

int pg_extended_best_restore(pg_extended_bests *bests, pg_event *events, const pg_event *base, const pg_book *book,
                             bool *whole)
{
    pg_level top[PG_EXTENDED_BESTS];
    int n = 0;
    *whole = true;
    for (int side = 0; side < 2 && bests->count[side] > 0; side++) {
        int64_t to = reach(bests, side);
        int count = pg_book_top(book, side == 0 ? PG_BUY : PG_SELL, top, PG_EXTENDED_BESTS), i = 0;
        for (int k = 0; k < bests->count[side]; k++)
            write(events, &n, base, side, bests->price[side][k],
                  pg_book_size(book, side == 0 ? PG_BUY : PG_SELL, bests->price[side][k]));
        for (; i < count && !better(side, to, top[i].price); i++)
            write(events, &n, base, side, top[i].price, top[i].size);
        *whole = *whole && (i < count || count < PG_EXTENDED_BESTS);
    }
    memset(bests, 0, sizeof *bests);
    return n;
}

#include "venue/trades.h"

#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    const pg_event *a = left, *b = right;
    if (a->exch_ns != b->exch_ns)
        return a->exch_ns < b->exch_ns ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

void pg_trades_arrange(pg_event *trades, int count)
{
    if (count == 0)
        return;
    qsort(trades, (size_t)count, sizeof *trades, compare);
    for (int i = 0; i < count; i++)
        trades[i].flags = (uint16_t)((trades[i].flags & ~PG_EVENT_LAST) | PG_EVENT_LATE);
    trades[count - 1].flags |= PG_EVENT_LAST;
}

pg_event pg_trades_gap(int64_t now_ns, int64_t since_ns)
{
    return (pg_event){ .kind = PG_EVENT_GAP,
                       .exch_ns = now_ns,
                       .local_ns = now_ns,
                       .price2 = PG_GAP_TRADES,
                       .size2 = since_ns > 0 && now_ns > since_ns ? now_ns - since_ns : 0,
                       .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
}

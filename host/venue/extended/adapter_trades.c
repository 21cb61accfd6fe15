/* The last trades of a market, over HTTP. */
#include <stdio.h>

#include "venue/extended/adapter_internal.h"
#include "venue/trades.h"

enum { TRADES = 2000 }; /* of one answer; the newest of more are not kept */

typedef struct {
    pg_call call;
    const ex_market *market;
    void *self;
    pg_trades_done done;
} asking;

typedef struct {
    const ex_market *market;
    int64_t now_ns;
    pg_event trade[TRADES];
    int count;
} listed;

static void take(void *self, const pg_extended_record *record)
{
    listed *l = self;
    if (l->count < TRADES && ex_print_event(&l->trade[l->count], l->market, &record->print, l->now_ns))
        l->count++;
}

static void came(void *self, const pg_extended_found *found, const pg_error *why)
{
    asking a = *(asking *)self;
    listed l = { .market = a.market, .now_ns = ex_now() };
    pg_error err;
    pg_call_end(self);
    if (!found) {
        a.done(a.self, NULL, 0, why);
        return;
    }
    if (!found->answer.ok) {
        pg_extended_refused(&err, found);
        a.done(a.self, NULL, 0, &err);
        return;
    }
    if (pg_extended_records_read(PG_EXTENDED_PRINT, found->answer.data, &l, take, &err) != 0) {
        a.done(a.self, NULL, 0, &err);
        return;
    }
    pg_trades_arrange(l.trade, l.count);
    a.done(a.self, l.trade, l.count, NULL);
}

void ex_trades(pg_venue *base, int market, void *self, pg_trades_done done)
{
    ex_venue *venue = (ex_venue *)base;
    char path[EX_PATH];
    asking *a = pg_call_begin(&venue->calls, sizeof *a);
    a->market = &venue->market[market];
    a->self = self;
    a->done = done;
    snprintf(path, sizeof path, "/info/markets/%s/trades", a->market->path);
    pg_extended_rest_ask(venue->rest, path, false, 0, a, came);
}

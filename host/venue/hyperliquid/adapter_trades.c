/* The last trades of a market, over HTTP. */
#include <stdio.h>

#include "venue/hyperliquid/adapter_internal.h"
#include "venue/trades.h"

typedef struct {
    pg_call call;
    int market;
    void *self;
    pg_trades_done done;
} asking;

static void came(void *self, const pg_hl_found *found, const pg_error *why)
{
    asking a = *(asking *)self;
    hl_venue *venue = hl_of(&a.call);
    pg_event trades[PG_HL_TRADES_MAX];
    pg_hl_frame frame;
    pg_error err;
    pg_call_end(self);
    if (!found) {
        a.done(a.self, NULL, 0, why);
        return;
    }
    pg_status status = pg_hl_decode_trades(venue->decoder, &frame, found->text, found->size, &err);
    if (status == PG_OK && frame.count > 0 && frame.market != a.market)
        status = pg_fail(&err, PG_ERR_PARSE, "the trades of another coin than %s", venue->market[a.market].asset.name);
    if (status != PG_OK) {
        a.done(a.self, NULL, 0, &err);
        return;
    }
    int64_t now_ns = hl_now();
    for (int i = 0; i < frame.count; i++) {
        trades[i] = frame.event[i];
        trades[i].local_ns = now_ns;
    }
    pg_trades_arrange(trades, frame.count);
    a.done(a.self, trades, frame.count, NULL);
}

void hl_trades(pg_venue *base, int market, void *self, pg_trades_done done)
{
    hl_venue *venue = (hl_venue *)base;
    char body[128];
    asking *a = pg_call_begin(&venue->calls, sizeof *a);
    a->market = market;
    a->self = self;
    a->done = done;
    snprintf(body, sizeof body, "{\"type\":\"recentTrades\",\"coin\":\"%s\"}", venue->market[market].asset.name);
    pg_hl_rest_ask(venue->rest, &(pg_hl_question){ .body = body, .weight = 20, .by_items = true }, a, came);
}

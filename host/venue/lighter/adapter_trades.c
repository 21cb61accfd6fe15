/* The last trades of a market, over HTTP. */
#include <inttypes.h>
#include <stdio.h>

#include "venue/lighter/adapter_internal.h"
#include "venue/trades.h"

enum { LISTED = 100 /* the most that the venue lists */, WEIGHT = 600 };

typedef struct {
    pg_call call;
    const li_market *market;
    void *self;
    pg_trades_done done;
} asking;

static pg_status read_list(pg_event *trades, int *count, const asking *a, const pg_lighter_found *found, pg_error *err)
{
    const pg_lighter_message *message;
    pg_status status = pg_lighter_decode(li_of(&a->call)->decoder, &message, found->text, found->size, err);
    int64_t now_ns = li_now();
    *count = 0;
    for (int i = 0; status == PG_OK && i < message->trades.count && *count < LISTED; i++) {
        const pg_lighter_trade *trade = PG_LIGHTER_AT(message->trades, pg_lighter_trade, i);
        if (trade->market != a->market->id)
            return pg_fail(err, PG_ERR_PARSE, "the trades of another market than %s", a->market->symbol);
        status = pg_lighter_tell_trade(&trades[(*count)++], trade, &a->market->instrument, now_ns, err);
    }
    return status;
}

static void came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    asking a = *(asking *)self;
    pg_event trades[LISTED];
    pg_error err;
    int count;
    (void)code;
    pg_call_end(self);
    if (!found) {
        a.done(a.self, NULL, 0, why);
        return;
    }
    if (read_list(trades, &count, &a, found, &err) != PG_OK) {
        a.done(a.self, NULL, 0, &err);
        return;
    }
    pg_trades_arrange(trades, count);
    a.done(a.self, trades, count, NULL);
}

void li_trades(pg_venue *base, int market, void *self, pg_trades_done done)
{
    li_venue *venue = (li_venue *)base;
    char path[96];
    asking *a = pg_call_begin(&venue->calls, sizeof *a);
    a->market = &venue->market[market];
    a->self = self;
    a->done = done;
    snprintf(path, sizeof path, "/api/v1/recentTrades?market_id=%" PRId64 "&limit=%d", (int64_t)a->market->id, LISTED);
    pg_lighter_rest_ask(venue->rest, &(pg_lighter_question){ .path = path, .weight = WEIGHT }, a, came);
}

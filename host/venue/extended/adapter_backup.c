/* Books over HTTP while their stream is down. */
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

typedef struct {
    pg_call call;
    ex_market *market;
} asking;

/* Levels of one side, on their way to events. */
typedef struct {
    const ex_market *market;
    pg_event base, *events;
    int count;
    bool wrong;
} side_reader;

static void take_level(void *self, const pg_extended_record *record)
{
    side_reader *r = self;
    const pg_instrument *in = &r->market->instrument;
    pg_event event = r->base;
    event.kind = PG_EVENT_LEVEL;
    r->wrong = r->wrong || r->count + 1 >= PG_EXTENDED_BOOK_EVENTS ||
               pg_extended_units(&event.price, record->level.price, in->price_decimals) != PG_OK ||
               pg_extended_units(&event.size, record->level.quantity, in->size_decimals) != PG_OK || event.price <= 0 ||
               event.size < 0;
    if (!r->wrong && event.size > 0)
        r->events[r->count++] = event;
}

static bool read_book(ex_market *market, pg_span data)
{
    ex_venue *venue = market->venue;
    pg_extended_record record;
    int64_t now = ex_now();
    if (pg_extended_record_read(&record, PG_EXTENDED_REST_BOOK, data, NULL) != PG_OK ||
        !pg_scan_equal(record.book.market, market->name))
        return false;
    side_reader r = { .market = market,
                      .base = { .exch_ns = now, .local_ns = now, .flags = PG_EVENT_NO_EXCHANGE },
                      .events = venue->events,
                      .count = 1 };
    r.events[0] = r.base;
    r.events[0].kind = PG_EVENT_SNAPSHOT_BEGIN;
    r.base.side = PG_BUY;
    int refused = pg_extended_records_read(PG_EXTENDED_REST_LEVEL, record.book.bids, &r, take_level, NULL);
    r.base.side = PG_SELL;
    refused |= pg_extended_records_read(PG_EXTENDED_REST_LEVEL, record.book.asks, &r, take_level, NULL);
    if (refused != 0 || r.wrong)
        return false;
    r.events[0].size2 = r.count - 1;
    r.base.side = PG_SIDE_NONE;
    r.events[r.count] = r.base;
    r.events[r.count].kind = PG_EVENT_SNAPSHOT_END;
    r.events[r.count++].flags |= PG_EVENT_LAST;
    ex_give(market, r.events, r.count);
    return true;
}

static void came(void *self, const pg_extended_found *found, const pg_error *why)
{
    asking *a = self;
    ex_market *market = a->market;
    (void)why;
    market->asking = false;
    pg_call_end(&a->call);
    if (!found || !found->answer.ok || market->has_book)
        return;
    if (!read_book(market, found->answer.data))
        ex_log(market->venue, PG_LOG_WARN, "a book over HTTP cannot be read", "market", market->name);
}

void ex_backup_tick(ex_venue *venue, int64_t now_ns)
{
    char path[EX_PATH];
    bool wanted = venue->rest_backup_ms > 0 && venue->phase == EX_READY && !venue->market_up && !venue->no_streams &&
                  now_ns - venue->market_down_ns > EX_SECOND_NS;
    if (!wanted || now_ns - venue->backup_ns < venue->rest_backup_ms * 1000000)
        return;
    venue->backup_ns = now_ns;
    for (int i = 0; i < venue->market_count; i++) {
        ex_market *market = &venue->market[i];
        if (market->asking || market->has_book)
            continue;
        asking *a = pg_call_begin(&venue->calls, sizeof *a);
        a->market = market;
        market->asking = true;
        snprintf(path, sizeof path, "/info/markets/%s/orderbook", market->path);
        pg_extended_rest_ask(venue->rest, path, false, 2000, a, came);
    }
}

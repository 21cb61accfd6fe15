/* The market stream: books, best prices, trades, marks and funding, as events. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/hyperliquid/adapter_internal.h"

static const int64_t second_ns = 1000000000;
static const int64_t silent_ns =
    30 * (int64_t)1000000000; /* of a market: even a quiet one's whole book comes every 5 s */
static const int64_t backfill_ns = 2 * (int64_t)1000000000;

/* ---- what it says ---- */

static void note_mid(hl_market *market)
{
    const pg_hl_book *book = &market->book;
    if (book->count[0] > 0 && book->count[1] > 0)
        market->mid_x2 = book->side[0][0].price + book->side[1][0].price;
}

static void take_book(hl_venue *venue, hl_market *market, const pg_hl_frame *frame, int64_t received_ns)
{
    pg_event *events = venue->book_events;
    int n = pg_hl_book_take(&market->book, frame, received_ns, events);
    int index = (int)(market - venue->market);
    for (int i = 0; i < n; i++)
        events[i].market = (uint32_t)index;
    market->has_book = true;
    note_mid(market);
    if (n > 0)
        venue->sink.events(venue->sink.self, index, events, n);
}

static void give(hl_venue *venue, int index, pg_event *events, int n)
{
    for (int i = 0; i < n; i++)
        events[i].market = (uint32_t)index;
    if (n > 0)
        venue->sink.events(venue->sink.self, index, events, n);
}

/* Only trades that were not told before. What is from before the first connection is not news, either: the venue
 * repeats its last trades on every subscription. */
static void take_trades(hl_venue *venue, hl_market *market, const pg_hl_frame *frame)
{
    pg_event events[64];
    int n = 0;
    int64_t news_ns = venue->opened_ns + venue->clock_ahead_ns - backfill_ns;
    for (int i = 0; i < frame->count; i++) {
        const pg_event *trade = &frame->event[i];
        if (!pg_recent_add(market->trades, trade->id, (uint64_t)trade->exch_ns) || trade->exch_ns < news_ns)
            continue;
        if (n == (int)(sizeof events / sizeof events[0])) {
            give(venue, frame->market, events, n);
            n = 0;
        }
        events[n] = *trade;
        events[n++].flags &= (uint16_t)~PG_EVENT_LAST;
    }
    if (n > 0)
        events[n - 1].flags |= PG_EVENT_LAST;
    give(venue, frame->market, events, n);
}

/* The mark every time. Funding settles at the hour (hyperliquid.md 18), at the rate that was told last before it. */
static void take_context(hl_venue *venue, hl_market *market, const pg_hl_frame *frame)
{
    market->mark = frame->event[0].price;
    if (frame->count == 1) { /* a spot pair's: nothing is funded */
        pg_event mark = frame->event[0];
        give(venue, frame->market, &mark, 1);
        return;
    }
    pg_event events[2] = { frame->event[0], frame->event[1] };
    int64_t interval_ns = events[1].size2, told = events[1].price;
    int64_t hour = interval_ns > 0 ? pg_clock_now(pg_clock_real()) / interval_ns : 0;
    bool settles = market->has_funding && hour > market->funding_hour;
    events[1].price = market->funding;
    if (!settles)
        events[0].flags |= PG_EVENT_LAST;
    market->has_funding = true;
    market->funding = told;
    market->funding_hour = hour;
    give(venue, frame->market, events, settles ? 2 : 1);
}

static void take_best(hl_venue *venue, hl_market *market, const pg_hl_frame *frame)
{
    pg_event event = frame->event[0];
    if (!market->has_book || !pg_hl_book_take_best(&market->book, frame))
        return;
    note_mid(market);
    give(venue, frame->market, &event, 1);
}

static void check_up(hl_venue *venue)
{
    if (venue->market_up || !pg_hl_stream_is_subscribed(venue->market_stream))
        return;
    for (int i = 0; i < venue->market_count; i++)
        if (!venue->market[i].has_book)
            return;
    venue->market_up = true;
    venue->sink.link(venue->sink.self, PG_LINK_MARKET, true, "");
    hl_start_check(venue);
}

/* Before the first data after a break: how long there were none. */
static void tell_gap(hl_venue *venue, hl_market *market, int64_t now_ns)
{
    pg_event gap = { .kind = PG_EVENT_GAP,
                     .exch_ns = now_ns,
                     .local_ns = now_ns,
                     .size2 = now_ns - market->gap_ns,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    market->gap_ns = 0;
    give(venue, (int)(market - venue->market), &gap, 1);
}

static void take_frame(hl_venue *venue, const pg_hl_frame *frame, int64_t received_ns)
{
    if (frame->kind == PG_HL_FRAME_SUBSCRIBED || frame->kind == PG_HL_FRAME_ERROR) {
        pg_hl_stream_frame(venue->market_stream, frame);
        return;
    }
    if (frame->market < 0)
        return;
    hl_market *market = &venue->market[frame->market];
    if (frame->kind == PG_HL_FRAME_BOOK || frame->kind == PG_HL_FRAME_BEST)
        market->heard_ns = received_ns; /* what else is told of a market does not make its book fresh */
    if (market->gap_ns)
        tell_gap(venue, market, received_ns);
    switch (frame->kind) {
    case PG_HL_FRAME_BOOK: take_book(venue, market, frame, received_ns); break;
    case PG_HL_FRAME_BEST: take_best(venue, market, frame); break;
    case PG_HL_FRAME_TRADES: take_trades(venue, market, frame); break;
    case PG_HL_FRAME_CONTEXT: take_context(venue, market, frame); break;
    default: break;
    }
    if (!venue->market_up)
        check_up(venue);
}

static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    hl_venue *venue = self;
    pg_hl_frame frame;
    pg_error err;
    char words[1024];
    if (pg_hl_decode(venue->decoder, &frame, data, size, received_ns, &err) == PG_OK)
        take_frame(venue, &frame, received_ns);
    else
        hl_log(venue, PG_LOG_WARN, "a market message cannot be read and is passed over", "why",
               pg_error_text(&err, words, sizeof words));
}

/* ---- the connection ---- */

static void subscribed(void *self)
{
    hl_venue *venue = self;
    venue->subscribed_ns[PG_LINK_MARKET] = hl_now();
    check_up(venue);
}

static void closed(void *self, const char *why)
{
    hl_venue *venue = self;
    bool was_up = venue->market_up;
    venue->market_up = false;
    for (int i = 0; i < venue->market_count; i++) {
        hl_market *market = &venue->market[i];
        memset(&market->book, 0, sizeof market->book);
        market->has_book = false;
        if (!market->gap_ns)
            market->gap_ns = market->heard_ns;
    }
    if (!was_up)
        return;
    venue->market_down_ns = hl_now();
    venue->sink.link(venue->sink.self, PG_LINK_MARKET, false, why);
}

static pg_status subscribe(hl_venue *venue, const hl_market *market, pg_error *err)
{
    static const struct {
        const char *type;
        bool fast;
    } wanted[] = {
        { "l2Book", false }, { "l2Book", true }, { "bbo", false }, { "trades", false }, { "activeAssetCtx", false }
    };
    pg_status status = PG_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PG_OK; i++)
        status = pg_hl_stream_add(venue->market_stream, wanted[i].type, market->asset.name, NULL, wanted[i].fast, err);
    return status;
}

pg_status hl_market_open(hl_venue *venue, pg_error *err)
{
    char url[320];
    snprintf(url, sizeof url, "ws%s/ws", venue->url + strlen("http"));
    pg_hl_stream_config config = { .url = url, .name = "market", .log = venue->log };
    pg_hl_stream_handler handler = { venue, text, subscribed, closed };
    pg_status status = pg_hl_stream_new(&venue->market_stream, venue->loop, &config, handler, err);
    for (int i = 0; i < venue->market_count && status == PG_OK; i++)
        status = subscribe(venue, &venue->market[i], err);
    return status == PG_OK ? pg_hl_stream_start(venue->market_stream, err) : status;
}

/* ---- silence, and books over HTTP meanwhile ---- */

typedef struct {
    pg_call call;
    int market;
} backup;

static void backup_came(void *self, const pg_hl_found *found, const pg_error *why)
{
    backup *b = self;
    hl_venue *venue = hl_of(&b->call);
    hl_market *market = &venue->market[b->market];
    pg_hl_frame frame;
    (void)why;
    market->asking = false;
    pg_call_end(&b->call);
    if (!found || venue->market_up ||
        pg_hl_decode_book(venue->decoder, &frame, found->text, found->size, NULL) != PG_OK || frame.market < 0)
        return;
    bool had = market->has_book; /* it makes the link no more up than it was */
    take_book(venue, market, &frame, hl_now());
    market->has_book = had;
}

static void ask_books(hl_venue *venue, int64_t now_ns)
{
    char body[128];
    if (now_ns - venue->backup_ns < venue->rest_backup_ms * 1000000)
        return;
    venue->backup_ns = now_ns;
    for (int i = 0; i < venue->market_count; i++) {
        if (venue->market[i].asking)
            continue;
        backup *b = pg_call_begin(&venue->calls, sizeof *b);
        b->market = i;
        venue->market[i].asking = true;
        snprintf(body, sizeof body, "{\"type\":\"l2Book\",\"coin\":\"%s\"}", venue->market[i].asset.name);
        pg_hl_rest_ask(venue->rest, &(pg_hl_question){ .body = body, .weight = 2, .patience_ms = 2000 }, b,
                       backup_came);
    }
}

void hl_market_tick(hl_venue *venue, int64_t now_ns)
{
    if (!venue->market_stream)
        return;
    if (!venue->market_up) {
        if (venue->rest_backup_ms && venue->phase == HL_READY && now_ns - venue->market_down_ns > second_ns)
            ask_books(venue, now_ns);
        return;
    }
    for (int i = 0; i < venue->market_count; i++) {
        int64_t heard = venue->market[i].heard_ns > venue->subscribed_ns[PG_LINK_MARKET]
                            ? venue->market[i].heard_ns
                            : venue->subscribed_ns[PG_LINK_MARKET];
        if (now_ns - heard < silent_ns)
            continue;
        char why[96];
        snprintf(why, sizeof why, "nothing was heard of the book of %s for %d s", venue->market[i].asset.name,
                 (int)(silent_ns / second_ns));
        pg_hl_stream_drop(venue->market_stream, why);
        return;
    }
}

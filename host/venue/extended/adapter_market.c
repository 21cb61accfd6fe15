/* A market's streams: the book, best prices, trades, marks, index prices and funding, as events. */
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"
#include "venue/trades.h"

static const int64_t present_ns = 2 * EX_SECOND_NS;  /* a book is of the present when it is not older */
static const int64_t silent_ns = 90 * EX_SECOND_NS;  /* of a full book, which comes whole every minute */
static const int64_t backfill_ns = 2 * EX_SECOND_NS; /* trades from before the start that count as news */
static const int64_t funding_interval_ns = 3600 * EX_SECOND_NS;

void ex_give(ex_market *market, pg_event *events, int count)
{
    ex_venue *venue = market->venue;
    int index = (int)(market - venue->market);
    for (int i = 0; i < count; i++)
        events[i].market = (uint32_t)index;
    if (count > 0)
        venue->sink.events(venue->sink.self, index, events, count);
}

/* ---- up and down ---- */

static void check_up(ex_venue *venue)
{
    for (int i = 0; i < venue->market_count; i++)
        if (!venue->market[i].has_book)
            return;
    if (venue->market_up)
        return;
    venue->market_up = true;
    venue->sink.link(venue->sink.self, PG_LINK_MARKET, true, "");
    ex_start_check(venue);
}

/* Before the first data after a break: how long there were none. */
static void tell_gap(ex_market *market, int64_t now_ns)
{
    pg_event gap = { .kind = PG_EVENT_GAP,
                     .exch_ns = now_ns,
                     .local_ns = now_ns,
                     .size2 = now_ns - market->gap_ns,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    market->gap_ns = 0;
    ex_give(market, &gap, 1);
}

/* The market has no book until a new connection brings one. */
static void lose_book(ex_market *market, const char *why)
{
    ex_venue *venue = market->venue;
    char text[256];
    pg_extended_book_reset(&market->book);
    memset(&market->bests, 0, sizeof market->bests);
    if (market->has_book && !market->gap_ns)
        market->gap_ns = market->feed[EX_BOOK].heard_ns;
    market->has_book = false;
    if (!venue->market_up)
        return;
    venue->market_up = false;
    venue->market_down_ns = ex_now();
    snprintf(text, sizeof text, "%s: %s", market->name, why);
    venue->sink.link(venue->sink.self, PG_LINK_MARKET, false, text);
}

static void drop(ex_feed *feed, const char *what, const pg_error *err)
{
    ex_log_error(feed->market->venue, PG_LOG_WARN, what, err);
    pg_extended_stream_drop(feed->stream, err->what);
    if (feed->kind == EX_BOOK)
        lose_book(feed->market, err->what);
}

/* ---- the book ---- */

static int write_whole(ex_market *market, pg_event *events, const pg_event *base)
{
    ex_venue *venue = market->venue;
    int n = 0;
    events[n] = *base;
    events[n++].kind = PG_EVENT_SNAPSHOT_BEGIN;
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_level *level = (pg_level *)venue->levels; /* its memory is free for use between messages */
        int count = pg_book_top(market->book.book, side, level, PG_EXTENDED_LEVELS / 2);
        for (int i = 0; i < count; i++, n++) {
            events[n] = *base;
            events[n].kind = PG_EVENT_LEVEL;
            events[n].side = (uint8_t)side;
            events[n].price = level[i].price;
            events[n].size = level[i].size;
        }
    }
    events[0].size2 = n - 1;
    events[n] = *base;
    events[n++].kind = PG_EVENT_SNAPSHOT_END;
    return n;
}

_Static_assert(sizeof(pg_level) <= sizeof(pg_extended_level), "a level fits the place of a level of the wire");

/* Events of a change, behind them what best prices may have hidden. */
static int restore(ex_market *market, pg_event *events, int count, const pg_event *base)
{
    bool whole;
    if (market->bests.count[0] == 0)
        return count;
    if (count > 0)
        events[count - 1].flags = 0;
    count += pg_extended_best_restore(&market->bests, events + count, base, market->book.book, &whole);
    if (!whole)
        count = write_whole(market, events, base);
    if (count > 0)
        events[count - 1].flags = PG_EVENT_LAST;
    return count;
}

/* Nothing has changed: the best prices as they are, which tells that the book is of this moment. */
static int write_best(const ex_market *market, pg_event *event, const pg_event *base)
{
    const pg_book *book = market->book.book;
    *event = *base;
    event->kind = PG_EVENT_BBO;
    event->flags = PG_EVENT_LAST;
    event->price = pg_book_best(book, PG_BUY);
    event->price2 = pg_book_best(book, PG_SELL);
    event->size = event->price ? pg_book_size(book, PG_BUY, event->price) : 0;
    event->size2 = event->price2 ? pg_book_size(book, PG_SELL, event->price2) : 0;
    return 1;
}

static void book_applied(ex_market *market, const pg_extended_book_frame *frame, int count, int64_t received_ns)
{
    ex_venue *venue = market->venue;
    pg_event base = { .exch_ns = frame->ts_ms * 1000000, .local_ns = received_ns, .id = frame->seq };
    market->book_ns = base.exch_ns;
    if (frame->snapshot)
        memset(&market->bests, 0, sizeof market->bests);
    else
        count = restore(market, venue->events, count, &base);
    if (!market->has_book && received_ns + venue->clock_ahead_ns - base.exch_ns <= present_ns) {
        market->has_book = true;
        if (market->gap_ns)
            tell_gap(market, received_ns);
        if (!frame->snapshot) /* what came before was of the past, and was not told */
            count = write_whole(market, venue->events, &base);
        venue->events[count - 1].flags = PG_EVENT_LAST;
    }
    if (market->has_book && count == 0)
        count = write_best(market, venue->events, &base);
    if (market->has_book)
        ex_give(market, venue->events, count);
    if (!venue->market_up)
        check_up(venue);
}

static void take_book(ex_feed *feed, const char *data, size_t size, int64_t received_ns)
{
    ex_market *market = feed->market;
    ex_venue *venue = market->venue;
    pg_extended_book_frame frame = { .level = venue->levels };
    pg_error err;
    int count;
    if (pg_extended_book_read(&frame, data, size, market->instrument.price_decimals, market->instrument.size_decimals,
                              &err) != PG_OK) {
        drop(feed, "a message of the book cannot be read: it is asked for anew", &err);
        return;
    }
    switch (pg_extended_book_take(&market->book, &frame, received_ns, venue->events, &count, &err)) {
    case PG_EXTENDED_BOOK_HEARTBEAT:
    case PG_EXTENDED_BOOK_APPLIED: book_applied(market, &frame, count, received_ns); break;
    case PG_EXTENDED_BOOK_OTHER:
        ex_log(venue, PG_LOG_WARN, "a message of another market came on the book's stream", "market", market->name);
        break;
    case PG_EXTENDED_BOOK_BROKEN: drop(feed, "the book is asked for anew", &err); break;
    }
}

static void take_best(ex_feed *feed, const char *data, size_t size, int64_t received_ns)
{
    ex_market *market = feed->market;
    pg_extended_book_frame frame = { .level = market->venue->levels };
    pg_event event;
    pg_error err;
    if (pg_extended_book_read(&frame, data, size, market->instrument.price_decimals, market->instrument.size_decimals,
                              &err) != PG_OK) {
        drop(feed, "a message of best prices cannot be read", &err);
        return;
    }
    if (pg_extended_sequence_take(&feed->sequence, frame.seq) == PG_EXTENDED_SEQ_OLD || !frame.snapshot ||
        !pg_scan_equal(frame.market, market->name) || !market->has_book)
        return;
    if (pg_extended_best_take(&market->bests, &event, &frame, market->book_ns, received_ns))
        ex_give(market, &event, 1);
}

/* ---- trades ---- */

typedef struct {
    ex_market *market;
    int64_t received_ns;
    pg_event list[256];
    int count;
} prints;

static void give_prints(prints *p)
{
    if (p->count > 0)
        p->list[p->count - 1].flags |= PG_EVENT_LAST;
    ex_give(p->market, p->list, p->count);
    p->count = 0;
}

bool ex_print_event(pg_event *event, const ex_market *market, const pg_extended_print *print, int64_t received_ns)
{
    const pg_instrument *in = &market->instrument;
    *event = (pg_event){ .kind = PG_EVENT_TRADE,
                         .exch_ns = print->time_ms * 1000000,
                         .local_ns = received_ns,
                         .id = print->id,
                         .side = pg_extended_side_of(print->side),
                         .flags = pg_scan_equal(print->type, "TRADE") ? 0 : PG_EVENT_LIQUIDATION };
    return pg_scan_equal(print->market, market->name) && event->side &&
           pg_extended_units_near(&event->price, print->price, in->price_decimals) == PG_OK &&
           pg_extended_units_near(&event->size, print->quantity, in->size_decimals) == PG_OK && event->price > 0 &&
           event->size > 0;
}

/* Only trades that were not told before. What is from before the start is not news: the venue repeats its last trades on
 * every connection. */
static void take_print(void *self, const pg_extended_record *record)
{
    prints *p = self;
    ex_market *market = p->market;
    pg_event event;
    int64_t news_ns = ex_opened_ns(market->venue) - backfill_ns;
    if (!ex_print_event(&event, market, &record->print, p->received_ns) ||
        !pg_recent_add(market->trades, event.id, 0) || event.exch_ns < news_ns)
        return;
    if (p->count == (int)(sizeof p->list / sizeof p->list[0]))
        give_prints(p);
    p->list[p->count++] = event;
}

static int take_trades(ex_market *market, const pg_extended_frame *frame, int64_t received_ns, pg_error *err)
{
    prints p = { .market = market, .received_ns = received_ns };
    if (market->trades_gap_ns) {
        pg_event gap = pg_trades_gap(received_ns, market->trades_gap_ns);
        market->trades_gap_ns = 0;
        ex_give(market, &gap, 1);
    }
    int refused = pg_extended_records_read(PG_EXTENDED_PRINT, frame->data, &p, take_print, err);
    give_prints(&p);
    return refused;
}

/* ---- marks and funding ---- */

static int take_price(ex_market *market, const pg_extended_frame *frame, bool mark, int64_t received_ns, pg_error *err)
{
    pg_extended_record record;
    int64_t units;
    if (pg_extended_record_read(&record, PG_EXTENDED_PRICE, frame->data, err) != PG_OK)
        return 1;
    pg_status status = pg_extended_units_near(&units, record.price.price, market->instrument.price_decimals);
    if (status != PG_OK || units <= 0 || !pg_scan_equal(record.price.market, market->name)) {
        pg_fail(err, PG_ERR_RANGE, "a price that cannot be, or of another market");
        return 1;
    }
    *(mark ? &market->mark_units : &market->index_units) = units;
    if (mark)
        pg_extended_exact(&market->mark, record.price.price, NULL);
    if (market->mark_units == 0)
        return 0;
    int64_t at_ms = record.price.time_ms ? record.price.time_ms : frame->ts_ms;
    pg_event event = { .kind = PG_EVENT_MARK,
                       .exch_ns = at_ms * 1000000,
                       .local_ns = received_ns,
                       .price = market->mark_units,
                       .price2 = market->index_units,
                       .flags = PG_EVENT_LAST };
    ex_give(market, &event, 1);
    return 0;
}

/* A rate that was applied: told once, and not when it was applied before the start. */
static int take_funding(ex_market *market, const pg_extended_frame *frame, int64_t received_ns, pg_error *err)
{
    ex_venue *venue = market->venue;
    pg_extended_record record;
    int64_t rate;
    if (pg_extended_record_read(&record, PG_EXTENDED_FUNDING, frame->data, err) != PG_OK)
        return 1;
    if (pg_extended_units_near(&rate, record.funding.rate, 12) != PG_OK ||
        !pg_scan_equal(record.funding.market, market->name)) {
        pg_fail(err, PG_ERR_RANGE, "a funding rate that cannot be, or of another market");
        return 1;
    }
    int64_t at_ms = record.funding.time_ms;
    bool news = at_ms > market->funding_ms && at_ms * 1000000 >= ex_opened_ns(venue);
    if (at_ms > market->funding_ms)
        market->funding_ms = at_ms;
    if (!news)
        return 0;
    pg_event event = { .kind = PG_EVENT_FUNDING,
                       .exch_ns = at_ms * 1000000,
                       .local_ns = received_ns,
                       .price = rate,
                       .price2 = market->mark_units,
                       .size2 = funding_interval_ns,
                       .flags = PG_EVENT_LAST };
    ex_give(market, &event, 1);
    return 0;
}

/* A gap of trades is told before the next ones, one of funding rates in the log: nothing is to be built anew. Of prices it makes the connection
 * new (section 7.2). */
static bool in_turn(ex_feed *feed, const pg_extended_frame *frame)
{
    bool prices = feed->kind == EX_MARK || feed->kind == EX_INDEX;
    pg_extended_seq seq = pg_extended_sequence_take(&feed->sequence, frame->seq);
    if (seq == PG_EXTENDED_SEQ_GAP && prices) {
        pg_extended_stream_drop(feed->stream, "a message is missing");
        return false;
    }
    if (seq == PG_EXTENDED_SEQ_GAP && feed->kind == EX_TRADES && !feed->market->trades_gap_ns)
        feed->market->trades_gap_ns = feed->before_ns;
    if (seq == PG_EXTENDED_SEQ_GAP)
        ex_log(feed->market->venue, PG_LOG_WARN, feed->kind == EX_TRADES ? "trades are missing" : "rates are missing",
               "market", feed->market->name);
    return seq != PG_EXTENDED_SEQ_OLD;
}

static void take_other(ex_feed *feed, const char *data, size_t size, int64_t received_ns)
{
    ex_market *market = feed->market;
    ex_venue *venue = market->venue;
    pg_extended_frame frame;
    pg_error err;
    int refused = 1;
    if (pg_extended_frame_read(&frame, data, size, &err) == PG_OK) {
        if (frame.error.data) {
            pg_fail(&err, PG_ERR_STATE, "the stream reports an error: %.*s",
                    (int)(frame.error.size < 200 ? frame.error.size : 200), frame.error.data);
            drop(feed, "a stream of the market ends", &err);
            return;
        }
        if (!in_turn(feed, &frame))
            return;
        refused = feed->kind == EX_TRADES    ? take_trades(market, &frame, received_ns, &err)
                  : feed->kind == EX_FUNDING ? take_funding(market, &frame, received_ns, &err)
                                             : take_price(market, &frame, feed->kind == EX_MARK, received_ns, &err);
    }
    if (refused != 0)
        ex_log_error(venue, PG_LOG_WARN, "a market message cannot be read and is passed over", &err);
}

/* ---- connections ---- */

static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    ex_feed *feed = self;
    feed->before_ns = feed->heard_ns;
    feed->heard_ns = received_ns;
    if (feed->kind == EX_BOOK)
        take_book(feed, data, size, received_ns);
    else if (feed->kind == EX_BEST)
        take_best(feed, data, size, received_ns);
    else
        take_other(feed, data, size, received_ns);
}

static void opened(void *self)
{
    ex_feed *feed = self;
    feed->sequence = (pg_extended_sequence){ 0 };
    feed->heard_ns = ex_now();
    if (feed->kind == EX_BOOK)
        pg_extended_book_reset(&feed->market->book);
}

static void closed(void *self, const char *why)
{
    ex_feed *feed = self;
    feed->sequence = (pg_extended_sequence){ 0 };
    if (feed->kind == EX_BOOK)
        lose_book(feed->market, why);
    if (feed->kind == EX_TRADES && !feed->market->trades_gap_ns)
        feed->market->trades_gap_ns = feed->heard_ns;
}

pg_status ex_market_open(ex_venue *venue, pg_error *err)
{
    static const struct {
        const char *head, *tail; /* about the market's name */
    } paths[EX_STREAMS] = { [EX_BOOK] = { "/orderbooks/", "" },     [EX_BEST] = { "/orderbooks/", "?depth=1" },
                            [EX_TRADES] = { "/publicTrades/", "" }, [EX_MARK] = { "/prices/mark/", "" },
                            [EX_INDEX] = { "/prices/index/", "" },  [EX_FUNDING] = { "/funding/", "" } };
    enum { SPACING_MS = 100 };
    char path[EX_PATH];
    pg_status status = PG_OK;
    int opened_so_far = 0;
    for (int kind = 0; kind < EX_STREAMS; kind++) /* every market's book first */
        for (int i = 0; i < venue->market_count && status == PG_OK; i++) {
            ex_market *market = &venue->market[i];
            if (kind == EX_BEST && venue->no_best)
                continue;
            snprintf(path, sizeof path, "%s%s%s", paths[kind].head, market->path, paths[kind].tail);
            pg_extended_stream_handler handler = { &market->feed[kind], opened, text, closed };
            status = pg_extended_stream_new(&market->feed[kind].stream, venue->loop, venue->stream_url, path, NULL,
                                            SPACING_MS * (int64_t)opened_so_far++, handler, err);
        }
    if (venue->market_count == 0 && status == PG_OK)
        check_up(venue);
    return status;
}

void ex_market_tick(ex_venue *venue, int64_t now_ns)
{
    for (int i = 0; i < venue->market_count; i++) {
        ex_feed *feed = &venue->market[i].feed[EX_BOOK];
        if (!pg_extended_stream_is_open(feed->stream) || now_ns - feed->heard_ns < silent_ns)
            continue;
        pg_extended_stream_drop(feed->stream, "nothing was heard of the book for 90 s");
        lose_book(feed->market, "nothing was heard of the book for 90 s");
    }
}

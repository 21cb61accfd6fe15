/* The market stream: books, best prices, trades, marks and funding, as events. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/lighter/adapter_internal.h"
#include "venue/trades.h"

enum { MESSAGES = 120 /* a minute */, FUNDING_E12 = 10 /* percent as a fraction in 1e-12 */ };

static const int64_t second_ns = 1000000000;
static const int64_t silent_ns = 30 * (int64_t)1000000000;
static const int64_t hour_ns = 3600 * (int64_t)1000000000;
static const int64_t backfill_ns = 2 * (int64_t)1000000000;

static void give(li_venue *venue, li_market *market, pg_event *events, int n)
{
    int index = (int)(market - venue->market);
    for (int i = 0; i < n; i++)
        events[i].market = (uint32_t)index;
    if (n > 0)
        venue->sink.events(venue->sink.self, index, events, n);
}

static void check_up(li_venue *venue)
{
    if (venue->market_up || !pg_lighter_stream_is_subscribed(venue->market_stream))
        return;
    for (int i = 0; i < venue->market_count; i++)
        if (!venue->market[i].book.synced)
            return;
    venue->market_up = true;
    venue->sink.link(venue->sink.self, PG_LINK_MARKET, true, "");
    li_start_check(venue);
}

static void go_down(li_venue *venue, const char *why)
{
    if (!venue->market_up)
        return;
    venue->market_up = false;
    venue->market_down_ns = li_now();
    venue->sink.link(venue->sink.self, PG_LINK_MARKET, false, why);
}

/* ---- books ---- */

/* Before the first data after a break: how long there were none. */
static void tell_gap(li_venue *venue, li_market *market, int64_t now_ns)
{
    pg_event gap = { .kind = PG_EVENT_GAP,
                     .exch_ns = now_ns,
                     .local_ns = now_ns,
                     .size2 = now_ns - market->gap_ns,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    market->gap_ns = 0;
    give(venue, market, &gap, 1);
}

/* A book that is worth nothing any more: quotes must not stand on it, so that the link counts as down until the
 * snapshot has come. */
static void begin_again(li_venue *venue, li_market *market, const char *what, int64_t now_ns)
{
    char channel[PG_LIGHTER_CHANNEL], why[128];
    pg_lighter_book_reset(&market->book);
    if (!market->gap_ns)
        market->gap_ns = market->heard_ns ? market->heard_ns : now_ns;
    snprintf(why, sizeof why, "the book of %s %s", market->symbol, what);
    li_log(venue, PG_LOG_WARN, "a book is asked for anew", "why", why);
    snprintf(channel, sizeof channel, "order_book/%" PRId64, market->id);
    pg_lighter_stream_again(venue->market_stream, channel);
    go_down(venue, why);
}

static void take_book(li_venue *venue, li_market *market, const pg_lighter_message *message, int64_t received_ns)
{
    int count;
    bool was_unverified = market->book.unverified;
    if (!message->book.read)
        return;
    pg_lighter_book_result result = pg_lighter_book_take(&market->book, message, received_ns, venue->events, &count);
    if (result == PG_LIGHTER_BOOK_GAP) {
        begin_again(venue, market, "has a gap", received_ns);
        return;
    }
    if (result == PG_LIGHTER_BOOK_SNAPSHOT && market->gap_ns)
        tell_gap(venue, market, received_ns);
    if (market->book.unverified && !was_unverified)
        li_log(venue, PG_LOG_WARN, "updates of a book do not say what they follow: gaps cannot be seen", "market",
               market->symbol);
    give(venue, market, venue->events, count);
    if (!venue->market_up)
        check_up(venue);
}

static void take_best(li_venue *venue, li_market *market, const pg_lighter_message *message, int64_t received_ns)
{
    const pg_lighter_ticker *t = &message->ticker;
    int pd = market->instrument.price_decimals, sd = market->instrument.size_decimals;
    pg_event best = { .kind = PG_EVENT_BBO,
                      .exch_ns = message->updated_us > 0 ? message->updated_us * 1000 : received_ns,
                      .local_ns = received_ns,
                      .id = (uint64_t)message->nonce,
                      .flags = PG_EVENT_LAST };
    if (t->bid_price.size == 0 || t->ask_price.size == 0)
        return; /* a side is empty: the book says so, too */
    if (pg_lighter_units_exact(&best.price, t->bid_price, pd) && pg_lighter_units_exact(&best.size, t->bid_size, sd) &&
        pg_lighter_units_exact(&best.price2, t->ask_price, pd) &&
        pg_lighter_units_exact(&best.size2, t->ask_size, sd) &&
        pg_lighter_book_take_best(&market->book, &best, message->nonce))
        give(venue, market, &best, 1);
}

/* ---- trades ---- */

static void tell_trades_gap(li_venue *venue, li_market *market, int64_t now_ns)
{
    pg_event gap = pg_trades_gap(now_ns, market->trades_gap_ns);
    market->trades_gap_ns = 0;
    give(venue, market, &gap, 1);
}

/* Only trades that were not told before. What is from before the first connection is not news, either: the venue
 * repeats its last trades on every subscription. */
static void take_trades(li_venue *venue, li_market *market, const pg_lighter_list *list, int64_t received_ns)
{
    pg_event events[64];
    pg_error err;
    int n = 0;
    int64_t news_ns = venue->opened_ns + venue->clock_ahead_ns - backfill_ns;
    for (int i = 0; i < list->count; i++) {
        const pg_lighter_trade *trade = PG_LIGHTER_AT(*list, pg_lighter_trade, i);
        pg_event *event = &events[n];
        if (trade->market != market->id ||
            pg_lighter_tell_trade(event, trade, &market->instrument, received_ns, &err) != PG_OK)
            continue;
        if (!pg_recent_add(market->trades, event->id, (uint64_t)trade->market) || event->exch_ns < news_ns)
            continue;
        if (++n == (int)(sizeof events / sizeof events[0])) {
            events[n - 1].flags |= PG_EVENT_LAST;
            give(venue, market, events, n);
            n = 0;
        }
    }
    if (n > 0)
        events[n - 1].flags |= PG_EVENT_LAST;
    give(venue, market, events, n);
}

/* ---- marks and funding ---- */

/* Funding is settled every hour: when the venue's time of it moves on, at the rate that it tells with it. */
static void take_stats(li_venue *venue, const pg_lighter_stats *stats, int64_t exch_ns, int64_t received_ns)
{
    int place = li_market_of(venue, stats->market), n = 0;
    li_market *market = &venue->market[place < 0 ? 0 : place];
    int pd = market->instrument.price_decimals;
    pg_event events[2], base = { .exch_ns = exch_ns, .local_ns = received_ns };
    int64_t rate;
    if (place < 0)
        return;
    market->heard_ns = received_ns;
    if (pg_lighter_units(&base.price, stats->mark_price, pd) && base.price > 0) {
        events[n] = base;
        events[n].kind = PG_EVENT_MARK;
        if (!pg_lighter_units(&events[n].price2, stats->index_price, pd))
            events[n].price2 = 0;
        market->mark = base.price;
        n++;
    }
    bool settled = market->funded_ms && stats->funding_timestamp > market->funded_ms;
    if (stats->funding_timestamp > 0)
        market->funded_ms = stats->funding_timestamp;
    if (settled && pg_lighter_units(&rate, stats->funding, FUNDING_E12)) {
        events[n] = base;
        events[n].kind = PG_EVENT_FUNDING;
        events[n].price = rate;
        events[n].price2 = market->mark;
        events[n++].size2 = hour_ns;
    }
    if (n > 0)
        events[n - 1].flags |= PG_EVENT_LAST;
    give(venue, market, events, n);
}

/* ---- messages ---- */

static void take_message(li_venue *venue, const pg_lighter_message *message, int64_t received_ns)
{
    int64_t exch_ns = message->timestamp > 0 ? message->timestamp * 1000000 : received_ns;
    if (message->kind == PG_LIGHTER_MSG_STATS) {
        for (int i = 0; i < message->market_stats.count; i++)
            take_stats(venue, PG_LIGHTER_AT(message->market_stats, pg_lighter_stats, i), exch_ns, received_ns);
        return;
    }
    int place = li_market_of(venue, message->market);
    if (place < 0)
        return;
    li_market *market = &venue->market[place];
    market->heard_ns = received_ns;
    switch (message->kind) {
    case PG_LIGHTER_MSG_BOOK: take_book(venue, market, message, received_ns); break;
    case PG_LIGHTER_MSG_TICKER: take_best(venue, market, message, received_ns); break;
    case PG_LIGHTER_MSG_TRADES:
        if (market->trades_gap_ns)
            tell_trades_gap(venue, market, received_ns);
        take_trades(venue, market, &message->trades, received_ns);
        take_trades(venue, market, &message->liquidations, received_ns);
        break;
    default: break;
    }
}

/* A message that cannot be read may have been an update of a book, whose next one then does not follow. */
static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    li_venue *venue = self;
    const pg_lighter_message *message;
    pg_error err;
    char words[1024];
    if (pg_lighter_decode(venue->decoder, &message, data, size, &err) != PG_OK) {
        li_log(venue, PG_LOG_WARN, "a market message cannot be read and is passed over", "why",
               pg_error_text(&err, words, sizeof words));
        return;
    }
    pg_lighter_stream_look(venue->market_stream, message, data, size);
    take_message(venue, message, received_ns);
}

/* ---- the connection ---- */

static void subscribed(void *self)
{
    li_venue *venue = self;
    venue->subscribed_ns[PG_LINK_MARKET] = li_now();
    check_up(venue);
}

static void closed(void *self, const char *why)
{
    li_venue *venue = self;
    for (int i = 0; i < venue->market_count; i++) {
        li_market *market = &venue->market[i];
        pg_lighter_book_reset(&market->book);
        if (!market->gap_ns)
            market->gap_ns = market->heard_ns;
        if (!market->trades_gap_ns)
            market->trades_gap_ns = market->heard_ns;
    }
    go_down(venue, why);
}

static pg_status subscribe(li_venue *venue, const li_market *market, pg_error *err)
{
    static const char *const wanted[] = { "order_book", "ticker", "trade", "market_stats" };
    pg_status status = PG_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PG_OK; i++) {
        char channel[PG_LIGHTER_CHANNEL];
        bool spot_stats = i == 3 && !market->is_perp;
        snprintf(channel, sizeof channel, "%s%s/%" PRId64, spot_stats ? "spot_" : "", wanted[i], market->id);
        status = pg_lighter_stream_add(venue->market_stream, channel, false, i == 0, err);
    }
    return status;
}

pg_status li_market_open(li_venue *venue, pg_error *err)
{
    char url[LI_URL + 32];
    snprintf(url, sizeof url, "ws%s/stream%s", venue->url + strlen("http"), "?readonly=true");
    pg_lighter_stream_config config = { .url = url, .name = "market", .log = venue->log, .messages = MESSAGES };
    pg_lighter_stream_handler handler = { venue, text, subscribed, closed, NULL };
    pg_status status = pg_lighter_stream_new(&venue->market_stream, venue->loop, &config, handler, err);
    for (int i = 0; i < venue->market_count && status == PG_OK; i++)
        status = subscribe(venue, &venue->market[i], err);
    return status == PG_OK ? pg_lighter_stream_start(venue->market_stream, err) : status;
}

/* ---- silence, and prices over HTTP meanwhile ---- */

typedef struct {
    pg_call call;
    int market;
} backup;

/* Individual orders, best first: those of one price are a level. */
static int levels_of(pg_event *events, const pg_lighter_list *list, uint8_t side, const li_market *market,
                     int64_t now_ns)
{
    int n = 0;
    for (int i = 0; i < list->count; i++) {
        const pg_lighter_resting *order = PG_LIGHTER_AT(*list, pg_lighter_resting, i);
        pg_event *event = &events[n];
        *event = (pg_event){
            .kind = PG_EVENT_LEVEL, .exch_ns = now_ns, .local_ns = now_ns, .side = side, .flags = PG_EVENT_NO_EXCHANGE
        };
        pg_span size = order->remaining.data ? order->remaining : order->size;
        if (!pg_lighter_units_exact(&event->price, order->price, market->instrument.price_decimals) ||
            !pg_lighter_units_exact(&event->size, size, market->instrument.size_decimals))
            continue;
        if (n > 0 && events[n - 1].price == event->price)
            events[n - 1].size += event->size;
        else
            n++;
    }
    return n;
}

static void backup_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    backup *b = self;
    li_venue *venue = li_of(&b->call);
    li_market *market = &venue->market[b->market];
    const pg_lighter_message *message;
    int64_t now = li_now();
    (void)code, (void)why;
    market->asking = false;
    pg_call_end(&b->call);
    if (!found || venue->market_up || market->book.synced ||
        pg_lighter_decode(venue->decoder, &message, found->text, found->size, NULL) != PG_OK)
        return;
    pg_event *events = venue->events, mark = { .exch_ns = now, .local_ns = now, .flags = PG_EVENT_NO_EXCHANGE };
    int n = 1;
    n += levels_of(events + n, &message->bids, PG_BUY, market, now);
    n += levels_of(events + n, &message->asks, PG_SELL, market, now);
    events[0] = events[n] = mark;
    events[0].kind = PG_EVENT_SNAPSHOT_BEGIN;
    events[0].size2 = n - 1;
    events[n].kind = PG_EVENT_SNAPSHOT_END;
    events[n++].flags |= PG_EVENT_LAST;
    give(venue, market, events, n);
}

static void ask_books(li_venue *venue, int64_t now_ns)
{
    char path[96];
    if (now_ns - venue->backup_ns < venue->rest_backup_ms * 1000000)
        return;
    venue->backup_ns = now_ns;
    for (int i = 0; i < venue->market_count; i++) {
        if (venue->market[i].asking)
            continue;
        backup *b = pg_call_begin(&venue->calls, sizeof *b);
        b->market = i;
        venue->market[i].asking = true;
        snprintf(path, sizeof path, "/api/v1/orderBookOrders?market_id=%" PRId64 "&limit=100", venue->market[i].id);
        pg_lighter_question question = { .path = path, .weight = 300, .patience_ms = 2000 };
        pg_lighter_rest_ask(venue->rest, &question, b, backup_came);
    }
}

void li_market_tick(li_venue *venue, int64_t now_ns)
{
    if (!venue->market_stream)
        return;
    if (!venue->market_up) {
        if (venue->rest_backup_ms && venue->phase == LI_READY && now_ns - venue->market_down_ns > second_ns)
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
        snprintf(why, sizeof why, "nothing was heard of %s for %d s", venue->market[i].symbol,
                 (int)(silent_ns / second_ns));
        pg_lighter_stream_drop(venue->market_stream, why);
        return;
    }
}

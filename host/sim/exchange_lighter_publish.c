/* What sockets of Lighter's exchange are told about markets: first, with each step, and from time to time (lighter.md
 * 4.3, 4.4). */
#include <stdio.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { CANDLE_MS = 500, HISTORY = 50, PING_S = 60, SILENCE_S = 120 };

/* ---- frames ---- */

pg_text *lix_frame(pg_lighter_exchange *e, const lix_subscription *s, bool first)
{
    pg_text *frame = &e->frame;
    char type[64];
    lix_empty(frame);
    snprintf(type, sizeof type, "%s/%s", first ? "subscribed" : "update", lix_type_name(s->type));
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "type", type);
    pg_json_string(frame, "channel", s->channel);
    return frame;
}

void lix_finish(lix_socket *socket, const lix_subscription *s)
{
    pg_lighter_exchange *e = socket->exchange;
    pg_text *frame = &e->frame;
    pg_json_integer(frame, "timestamp", lix_now_ms(e));
    pg_json_close(frame, '}');
    if (!frame->failed)
        pg_exchange_link_send(&socket->link, lix_type_name(s->type), frame->data, frame->length);
}

/* Elements that were written before. */
void lix_json_elements(pg_text *frame, const char *key, const pg_text *elements)
{
    pg_json_open(frame, key, '[');
    if (!elements->failed && elements->length)
        pg_text_add(frame, elements->data, elements->length);
    pg_json_close(frame, ']');
}

/* ---- books ---- */

/* What is different from what was told, as levels with their new sizes; then it has been told. */
static void put_changes(pg_text *text, const char *key, const lix_market *m, lix_side *told, const lix_side *now,
                        bool ask)
{
    int i = 0, k = 0;
    pg_json_open(text, key, '[');
    while (i < told->count || k < now->count) {
        pg_exchange_level level;
        bool both = i < told->count && k < now->count && told->level[i].price == now->level[k].price;
        bool gone =
            k == now->count || (i < told->count && !both && (told->level[i].price < now->level[k].price) == ask);
        level = gone ? (pg_exchange_level){ .price = told->level[i].price } : now->level[k];
        bool same = both && told->level[i].size == now->level[k].size;
        i += gone || both;
        k += !gone;
        if (!same)
            lix_json_level(text, m, &level);
    }
    pg_json_close(text, ']');
    *told = *now;
}

static void put_book_end(pg_text *text, int64_t nonce, int64_t begin_nonce, int64_t time_us)
{
    pg_json_integer(text, "offset", nonce / 7);
    pg_json_integer(text, "nonce", nonce);
    pg_json_integer(text, "last_updated_at", time_us);
    pg_json_integer(text, "begin_nonce", begin_nonce);
    pg_json_close(text, '}');
    pg_json_integer(text, "offset", nonce / 7);
    pg_json_integer(text, "last_updated_at", time_us);
}

/* The members of a frame with what changed since the last one, into the market's text. False: nothing did. */
static bool refresh_book(pg_lighter_exchange *e, int market, pg_text *text)
{
    lix_market *m = &e->markets[market];
    lix_side now[2];
    uint64_t version = pg_exchange_book_version(e->core, market);
    if (m->told_nonce != 0 && version == m->told_version)
        return false;
    int64_t begin = m->told_nonce;
    for (int s = 0; s < 2; s++)
        now[s].count = pg_exchange_book(e->core, market, s ? PG_SELL : PG_BUY, now[s].level, LIX_BOOK);
    m->told_version = version;
    m->told_nonce = ++e->nonce;
    m->told_us = pg_exchange_now(e->core) / 1000;
    pg_json_open(text, "order_book", '{');
    pg_json_integer(text, "code", 0);
    put_changes(text, "asks", m, &m->told[1], &now[1], true);
    put_changes(text, "bids", m, &m->told[0], &now[0], false);
    put_book_end(text, m->told_nonce, begin, m->told_us);
    return true;
}

static void tell_whole_book(lix_socket *socket, const lix_subscription *s)
{
    pg_lighter_exchange *e = socket->exchange;
    lix_market *m = &e->markets[s->market];
    pg_text nothing = { 0 };
    if (m->told_nonce == 0)
        refresh_book(e, s->market, &nothing);
    pg_text_free(&nothing);
    pg_text *frame = lix_frame(e, s, true);
    pg_json_open(frame, "order_book", '{');
    pg_json_integer(frame, "code", 0);
    lix_json_levels(frame, "asks", m, m->told[1].level, m->told[1].count);
    lix_json_levels(frame, "bids", m, m->told[0].level, m->told[0].count);
    put_book_end(frame, m->told_nonce, 0, m->told_us);
    lix_finish(socket, s);
}

/* ---- other streams of markets ---- */

static void put_touch(pg_text *text, const char *key, const lix_market *m, const pg_exchange_level *level)
{
    pg_json_open(text, key, '{');
    if (level->price == 0) {
        pg_json_string(text, "price", "");
        pg_json_string(text, "size", "");
    } else {
        lix_json_price(text, "price", m, level->price);
        lix_json_size(text, "size", m, level->size);
    }
    pg_json_close(text, '}');
}

static void tell_ticker(lix_socket *socket, const lix_subscription *s, bool first)
{
    pg_lighter_exchange *e = socket->exchange;
    const lix_market *m = &e->markets[s->market];
    pg_exchange_level bid = pg_exchange_touch(e->core, s->market, PG_BUY);
    pg_exchange_level ask = pg_exchange_touch(e->core, s->market, PG_SELL);
    int64_t time_us = pg_exchange_now(e->core) / 1000;
    pg_text *frame = lix_frame(e, s, first);
    pg_json_integer(frame, "last_updated_at", time_us);
    pg_json_integer(frame, "nonce", e->nonce);
    pg_json_open(frame, "ticker", '{');
    pg_json_string(frame, "s", m->name);
    put_touch(frame, "a", m, &ask);
    put_touch(frame, "b", m, &bid);
    pg_json_integer(frame, "last_updated_at", time_us);
    pg_json_close(frame, '}');
    lix_finish(socket, s);
}

/* The newest `count` trades, oldest first: of liquidations, or the others. */
static void put_trades(pg_lighter_exchange *e, pg_text *frame, const char *key, int market, int count,
                       bool liquidations)
{
    pg_json_open(frame, key, '[');
    for (int i = count - 1; i >= 0; i--) {
        const lix_trade *trade = lix_trade_at(&e->markets[market].trades, i);
        if (trade && trade->liquidation == liquidations)
            lix_json_trade(e, frame, trade);
    }
    pg_json_close(frame, ']');
}

static void tell_trades(lix_socket *socket, const lix_subscription *s, int count, bool first)
{
    pg_lighter_exchange *e = socket->exchange;
    pg_text *frame = lix_frame(e, s, first);
    pg_json_integer(frame, "nonce", e->nonce);
    put_trades(e, frame, "trades", s->market, count, false);
    put_trades(e, frame, "liquidation_trades", s->market, count, true);
    lix_finish(socket, s);
}

static void tell_stats(lix_socket *socket, const lix_subscription *s, int market, bool first)
{
    pg_lighter_exchange *e = socket->exchange;
    pg_text *frame = lix_frame(e, s, first);
    if (s->type == LIX_SPOT_STATS) { /* there are no such markets */
        pg_json_open(frame, "spot_market_stats", '{');
        pg_json_close(frame, '}');
    } else if (s->market >= 0) {
        lix_json_stats(e, frame, "market_stats", s->market);
    } else {
        pg_json_open(frame, "market_stats", '{');
        for (int i = 0; i < pg_exchange_market_count(e->core); i++) {
            char id[16];
            snprintf(id, sizeof id, "%d", e->markets[i].id);
            if (market < 0 || market == i)
                lix_json_stats(e, frame, id, i);
        }
        pg_json_close(frame, '}');
    }
    lix_finish(socket, s);
}

static void tell_candle(lix_socket *socket, const lix_subscription *s, bool first)
{
    pg_lighter_exchange *e = socket->exchange;
    const lix_market *m = &e->markets[s->market];
    pg_exchange_candle candle;
    pg_text *frame = lix_frame(e, s, first);
    pg_json_open(frame, "candles", '[');
    if (pg_exchange_candles_newest(&candle, s->type == LIX_CANDLE ? &m->candles : &m->marks, s->minutes))
        lix_json_candle(frame, m, &candle, s->minutes);
    pg_json_close(frame, ']');
    lix_finish(socket, s);
}

static void tell_height(lix_socket *socket, const lix_subscription *s, bool first)
{
    pg_text *frame = lix_frame(socket->exchange, s, first);
    pg_json_integer(frame, "height", lix_height(socket->exchange));
    lix_finish(socket, s);
}

static void tell_executed(lix_socket *socket, const lix_subscription *s, bool first)
{
    static const pg_text none = { 0 };
    pg_text *frame = lix_frame(socket->exchange, s, first);
    lix_json_elements(frame, "txs", first ? &none : &socket->exchange->executed);
    lix_finish(socket, s);
}

void lix_tell_first(lix_socket *socket, const lix_subscription *s)
{
    switch (s->type) {
    case LIX_ORDER_BOOK: tell_whole_book(socket, s); break;
    case LIX_TICKER: tell_ticker(socket, s, true); break;
    case LIX_TRADE: tell_trades(socket, s, HISTORY, true); break;
    case LIX_MARKET_STATS:
    case LIX_SPOT_STATS: tell_stats(socket, s, -1, true); break;
    case LIX_CANDLE:
    case LIX_MARK_CANDLE: tell_candle(socket, s, true); break;
    case LIX_HEIGHT: tell_height(socket, s, true); break;
    case LIX_TRANSACTION:
    case LIX_EXECUTED_TRANSACTION: tell_executed(socket, s, true); break;
    default: lix_tell_account(socket, s, true);
    }
}

/* ---- the end of a step ---- */

/* Whether a stream with its own pace is due; then when it is next. */
static bool is_due(int64_t *next_ns, int64_t now_ns, int64_t period_ms)
{
    if (now_ns < *next_ns)
        return false;
    *next_ns = now_ns + (period_ms > 0 ? period_ms * 1000000 : 0);
    return true;
}

typedef struct {
    bool book, ticker, stats, candle;
    int trades;
    pg_text changes; /* of the book */
} due;

static bool touch_changed(pg_lighter_exchange *e, int market)
{
    lix_market *m = &e->markets[market];
    bool changed = false;
    uint64_t version = pg_exchange_book_version(e->core, market);
    if (version == m->ticker_version)
        return false;
    m->ticker_version = version;
    for (int s = 0; s < 2; s++) {
        pg_exchange_level touch = pg_exchange_touch(e->core, market, s ? PG_SELL : PG_BUY);
        changed |= touch.price != m->ticker[s].price || touch.size != m->ticker[s].size;
        m->ticker[s] = touch;
    }
    return changed;
}

static void sample_mark(pg_lighter_exchange *e, int market)
{
    lix_market *m = &e->markets[market];
    pg_exchange_context c;
    pg_exchange_get_context(&c, e->core, market);
    if (c.mark > 0)
        pg_exchange_candles_add(&m->marks, pg_exchange_now(e->core), c.mark, 0);
    m->candle_changed |= c.mark > 0;
}

static void what_is_due(due *d, pg_lighter_exchange *e, int market, int64_t now_ns)
{
    lix_market *m = &e->markets[market];
    *d = (due){ .ticker = touch_changed(e, market), .trades = (int)(m->trade_count - m->trades_told) };
    if (m->told_nonce != 0 && is_due(&m->book_ns, now_ns, e->config.book_ms))
        d->book = refresh_book(e, market, &d->changes);
    d->stats = is_due(&m->stats_ns, now_ns, e->config.stats_ms);
    if (d->stats)
        sample_mark(e, market);
    d->candle = m->candle_changed && is_due(&m->candle_ns, now_ns, CANDLE_MS);
    m->candle_changed = m->candle_changed && !d->candle;
    m->trades_told = m->trade_count;
}

static void tell_changes(lix_socket *socket, const lix_subscription *s, const pg_text *changes)
{
    pg_text *frame = lix_frame(socket->exchange, s, false);
    pg_text_add(frame, ",", 1);
    pg_text_add(frame, changes->data, changes->length);
    if (!changes->failed)
        lix_finish(socket, s);
}

static void tell_market(lix_socket *socket, const lix_subscription *s, int market, const due *d)
{
    if (s->type == LIX_ORDER_BOOK && d->book)
        tell_changes(socket, s, &d->changes);
    if (s->type == LIX_TICKER && d->ticker)
        tell_ticker(socket, s, false);
    if (s->type == LIX_TRADE && d->trades > 0)
        tell_trades(socket, s, d->trades, false);
    if (s->type == LIX_MARKET_STATS && d->stats)
        tell_stats(socket, s, market, false);
    if ((s->type == LIX_CANDLE || s->type == LIX_MARK_CANDLE) && d->candle)
        tell_candle(socket, s, false);
}

static void tell_markets(pg_lighter_exchange *e, int64_t now_ns)
{
    for (int m = 0; m < pg_exchange_market_count(e->core); m++) {
        due d;
        what_is_due(&d, e, m, now_ns);
        bool any = d.book || d.ticker || d.stats || d.candle || d.trades > 0;
        for (lix_socket *socket = e->sockets; socket && any; socket = socket->next)
            for (int i = 0; i < socket->count && !socket->link.dead; i++) {
                const lix_subscription *s = &socket->subscriptions[i];
                if (!s->account && (s->market == m || s->market < 0))
                    tell_market(socket, s, m, &d);
            }
        pg_text_free(&d.changes);
    }
}

/* What belongs to no market and no account; pings; and sockets that say nothing are closed. */
static void tell_rest(pg_lighter_exchange *e, int64_t now_ns)
{
    static const char ping[] = "{\"type\":\"ping\"}";
    bool higher = lix_height(e) != e->height_told;
    e->height_told = lix_height(e);
    for (lix_socket *socket = e->sockets; socket; socket = socket->next) {
        for (int i = 0; i < socket->count && !socket->link.dead; i++) {
            const lix_subscription *s = &socket->subscriptions[i];
            if (s->type == LIX_HEIGHT && higher)
                tell_height(socket, s, false);
            if ((s->type == LIX_TRANSACTION || s->type == LIX_EXECUTED_TRANSACTION) && e->executed.length > 0)
                tell_executed(socket, s, false);
        }
        if (socket->link.dead)
            continue;
        if (now_ns - socket->heard_ns > (int64_t)SILENCE_S * 1000000000) {
            pg_exchange_link_close(&socket->link, false);
        } else if (now_ns - socket->pinged_ns > (int64_t)PING_S * 1000000000) {
            socket->pinged_ns = now_ns;
            pg_exchange_link_send(&socket->link, "ping", ping, sizeof ping - 1);
        }
    }
    lix_empty(&e->executed);
}

void lix_publish(pg_lighter_exchange *e)
{
    int64_t now_ns = pg_exchange_now(e->core);
    tell_markets(e, now_ns);
    lix_tell_accounts(e);
    tell_rest(e, now_ns);
}

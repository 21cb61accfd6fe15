/* What sockets of Lighter's exchange are told about accounts (lighter.md 4.3). */
#include <stdio.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { HISTORY = 50, STATS_MS = 1000 };

/* ---- maps by market ---- */

static const char *id_of(const pg_lighter_exchange *e, int market, char text[16])
{
    snprintf(text, 16, "%d", e->markets[market].id);
    return text;
}

/* What changed (first: what is open), of one market or of all. */
static void put_orders(pg_lighter_exchange *e, pg_text *frame, const lix_account *a, int market, bool first)
{
    char id[16];
    pg_json_open(frame, "orders", '{');
    for (int m = 0; m < pg_exchange_market_count(e->core); m++) {
        pg_text open = { 0 };
        if (market >= 0 && m != market)
            continue;
        for (const pg_exchange_order *o = NULL; first && (o = pg_exchange_next_open(e->core, a->number, o));)
            if (o->market == m)
                lix_json_order(e, &open, o);
        for (const lix_twap *t = NULL; first && (t = lix_twap_next(e, a, t));)
            if (t->market == m)
                lix_json_twap(e, &open, t, "open");
        const pg_text *list = first ? &open : &a->orders[m];
        if (list->length > 0)
            lix_json_elements(frame, id_of(e, m, id), list);
        pg_text_free(&open);
    }
    pg_json_close(frame, '}');
}

/* The newest `count` trades of a market, oldest first; whether there are any. */
static bool put_market_trades(pg_lighter_exchange *e, pg_text *frame, const char *key, const lix_account *a, int market,
                              int count)
{
    bool any = false;
    for (int i = count - 1; i >= 0; i--) {
        const lix_trade *trade = lix_trade_at(&a->trades, i);
        if (!trade || trade->market != market)
            continue;
        if (!any)
            pg_json_open(frame, key, '[');
        any = true;
        lix_json_trade(e, frame, trade);
    }
    if (any)
        pg_json_close(frame, ']');
    return any;
}

static void put_trades(pg_lighter_exchange *e, pg_text *frame, const lix_account *a, int count)
{
    char id[16];
    pg_json_open(frame, "trades", '{');
    for (int m = 0; m < pg_exchange_market_count(e->core); m++)
        put_market_trades(e, frame, id_of(e, m, id), a, m, count);
    pg_json_close(frame, '}');
}

/* ---- streams ---- */

static void put_all(pg_lighter_exchange *e, pg_text *frame, const lix_account *a, int trades)
{
    pg_json_integer(frame, "account", a->index);
    lix_json_positions(e, frame, "positions", a, true);
    put_trades(e, frame, a, trades);
    pg_json_open(frame, "funding_histories", '{');
    pg_json_close(frame, '}');
    lix_json_assets(e, frame, "assets", a, true);
    lix_json_shares(e, frame, "shares", a);
    pg_json_integer(frame, "total_trades_count", a->trades.count);
}

static void put_market(pg_lighter_exchange *e, pg_text *frame, const lix_subscription *s, int trades, bool first)
{
    const lix_account *a = s->account;
    pg_text open = { 0 };
    pg_json_integer(frame, "account", a->index);
    for (const pg_exchange_order *o = NULL; first && (o = pg_exchange_next_open(e->core, a->number, o));)
        if (o->market == s->market)
            lix_json_order(e, &open, o);
    lix_json_elements(frame, "orders", first ? &open : &a->orders[s->market]);
    pg_text_free(&open);
    lix_json_position(e, frame, "position", a, s->market);
    if (!put_market_trades(e, frame, "trades", a, s->market, trades)) {
        pg_json_open(frame, "trades", '[');
        pg_json_close(frame, ']');
    }
}

static void put_pool(pg_lighter_exchange *e, pg_text *frame, lix_account *a)
{
    pg_json_integer(frame, "pool", a->index);
    lix_json_positions(e, frame, "positions", a, true);
    lix_json_assets(e, frame, "assets", a, true);
    pg_json_integer(frame, "total_shares", a->pool.shares);
    pg_json_integer(frame, "operator_shares", a->pool.operator_shares);
}

void lix_tell_account(lix_socket *socket, const lix_subscription *s, bool first)
{
    static const pg_text none = { 0 };
    pg_lighter_exchange *e = socket->exchange;
    lix_account *a = s->account;
    int trades = first ? HISTORY : a->first_trade;
    pg_text *frame = lix_frame(e, s, first);
    switch (s->type) {
    case LIX_USER_STATS: lix_json_user_stats(e, frame, "stats", a); break;
    case LIX_ACCOUNT_ALL: put_all(e, frame, a, trades); break;
    case LIX_ACCOUNT_MARKET: put_market(e, frame, s, trades, first); break;
    case LIX_ACCOUNT_ORDERS:
    case LIX_ACCOUNT_ALL_ORDERS:
        pg_json_integer(frame, "account", a->index);
        pg_json_integer(frame, "nonce", e->nonce);
        put_orders(e, frame, a, s->type == LIX_ACCOUNT_ORDERS ? s->market : -1, first);
        break;
    case LIX_ACCOUNT_ALL_TRADES: put_trades(e, frame, a, trades); break;
    case LIX_ACCOUNT_ALL_POSITIONS:
        lix_json_positions(e, frame, "positions", a, true);
        lix_json_shares(e, frame, "shares", a);
        break;
    case LIX_ACCOUNT_ALL_ASSETS: lix_json_assets(e, frame, "assets", a, true); break;
    case LIX_ACCOUNT_SPOT_PRICES:
        pg_json_open(frame, "avg_entry_prices", '{');
        pg_json_close(frame, '}');
        break;
    case LIX_ACCOUNT_TX: lix_json_elements(frame, "txs", first ? &none : &a->txs); break;
    case LIX_NOTIFICATION: lix_json_elements(frame, "notifs", first ? &none : &a->notifications); break;
    default: put_pool(e, frame, a);
    }
    lix_finish(socket, s);
}

/* Whether the stream has something to say about what happened in this step. */
static bool concerns(const lix_subscription *s)
{
    const lix_account *a = s->account;
    switch (s->type) {
    case LIX_ACCOUNT_ORDERS: return a->orders[s->market].length > 0;
    case LIX_ACCOUNT_ALL_ORDERS: return a->orders_changed;
    case LIX_ACCOUNT_ALL_TRADES: return a->first_trade > 0;
    case LIX_ACCOUNT_TX: return a->txs.length > 0;
    case LIX_NOTIFICATION: return a->notifications.length > 0;
    case LIX_ACCOUNT_SPOT_PRICES: return false;
    default: return true;
    }
}

static void settle(lix_account *a, int markets)
{
    for (int m = 0; m < markets; m++)
        lix_empty(&a->orders[m]);
    lix_empty(&a->txs);
    lix_empty(&a->notifications);
    a->first_trade = 0;
    a->touched = a->orders_changed = false;
}

/* The values of positions move with their markets: user_stats are told from time to time. */
static bool stats_are_due(const pg_lighter_exchange *e, lix_account *a, int64_t now_ns)
{
    pg_exchange_margin margin;
    if (now_ns < a->stats_ns)
        return false;
    a->stats_ns = now_ns + (int64_t)STATS_MS * 1000000;
    pg_exchange_get_margin(&margin, e->core, a->number);
    return margin.notional != 0;
}

static void tell_one(pg_lighter_exchange *e, lix_account *a, bool only_stats)
{
    for (lix_socket *socket = e->sockets; socket; socket = socket->next)
        for (int i = 0; i < socket->count && !socket->link.dead; i++) {
            const lix_subscription *s = &socket->subscriptions[i];
            if (s->account == a && (only_stats ? s->type == LIX_USER_STATS : concerns(s)))
                lix_tell_account(socket, s, false);
        }
}

void lix_tell_accounts(pg_lighter_exchange *e)
{
    int64_t now_ns = pg_exchange_now(e->core);
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        lix_account *a = e->accounts[k];
        if (!a)
            continue;
        bool due = stats_are_due(e, a, now_ns);
        if (a->touched || due)
            tell_one(e, a, !a->touched);
        if (a->touched)
            settle(a, pg_exchange_market_count(e->core));
    }
}

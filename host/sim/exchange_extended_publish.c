/* What Extended's streams are told: first, and as things happen (extended.md 7.4, 7.5). */
#include <string.h>

#include "sim/exchange_extended_internal.h"

#define HOUR_NS 3600000000000

/* ---- first ---- */

static void tell_data(exx_socket *socket, const exx_subscription *s, const char *type)
{
    pg_extended_exchange *e = socket->exchange;
    if (!e->data.failed)
        exx_tell(socket, s, type, e->data.data, e->data.length, exx_ms(pg_exchange_now(e->core)));
}

/* The account's frames say what they are in the multiplexed form always, else of snapshots only. */
static void open_account(exx_socket *socket, bool snapshot)
{
    pg_text *data = &socket->exchange->data;
    pg_text_clear(data);
    pg_json_open(data, NULL, '{');
    if (snapshot || socket->rpc)
        pg_json_bool(data, "isSnapshot", snapshot);
}

static void tell_balance(exx_socket *socket, const exx_subscription *s, bool snapshot)
{
    pg_extended_exchange *e = socket->exchange;
    open_account(socket, snapshot);
    exx_json_balance(e, &e->data, "balance", s->account);
    pg_json_close(&e->data, '}');
    tell_data(socket, s, "BALANCE");
}

static void tell_account_first(exx_socket *socket, const exx_subscription *s)
{
    pg_extended_exchange *e = socket->exchange;
    open_account(socket, true);
    pg_json_open(&e->data, "orders", '[');
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, s->account, o));)
        exx_json_order(e, &e->data, NULL, o);
    pg_json_close(&e->data, ']');
    pg_json_close(&e->data, '}');
    tell_data(socket, s, "ORDER");
    tell_balance(socket, s, true);
    open_account(socket, true);
    pg_json_open(&e->data, "positions", '[');
    for (int i = 0; i < e->config.market_count; i++) {
        pg_exchange_position held;
        pg_exchange_get_position(&held, e->core, s->account, i);
        if (held.quantity != 0)
            exx_json_position(e, &e->data, s->account, i);
    }
    pg_json_close(&e->data, ']');
    pg_json_close(&e->data, '}');
    tell_data(socket, s, "POSITION");
}

/* Prints of before, oldest first. */
static void tell_prints(exx_socket *socket, const exx_subscription *s, int market)
{
    pg_extended_exchange *e = socket->exchange;
    pg_text_clear(&e->data);
    pg_json_open(&e->data, NULL, '[');
    for (int i = EXX_TRADES_FIRST - 1; i >= 0; i--) {
        const pg_exchange_trade *trade = pg_exchange_trade_at(e->core, market, i);
        if (trade)
            exx_json_trade(e, &e->data, market, trade);
    }
    pg_json_close(&e->data, ']');
    if (pg_exchange_trade_at(e->core, market, 0))
        tell_data(socket, s, NULL);
}

static void tell_price(exx_socket *socket, const exx_subscription *s, int market)
{
    pg_extended_exchange *e = socket->exchange;
    int64_t price = exx_price(e, market, s->kind);
    if (price <= 0)
        return;
    pg_text_clear(&e->data);
    pg_json_open(&e->data, NULL, '{');
    pg_json_string(&e->data, "m", e->markets[market].rules.name);
    exx_json_price(e, &e->data, "p", market, price);
    pg_json_integer(&e->data, "ts", 0); /* so it is; the envelope's counts */
    pg_json_close(&e->data, '}');
    tell_data(socket, s, s->kind == EXX_MARK ? "MP" : "IP");
}

static void tell_candle(exx_socket *socket, const exx_subscription *s)
{
    pg_extended_exchange *e = socket->exchange;
    pg_exchange_candle candle;
    if (!pg_exchange_candles_newest(&candle, &e->markets[s->market].candles[s->kind], s->interval))
        return;
    pg_text_clear(&e->data);
    pg_json_open(&e->data, NULL, '[');
    exx_json_candle(e, &e->data, s->market, s->kind, s->interval, &candle);
    pg_json_close(&e->data, ']');
    tell_data(socket, s, NULL);
}

static void tell_rate(exx_socket *socket, const exx_subscription *s, int market)
{
    pg_extended_exchange *e = socket->exchange;
    const exx_market *m = &e->markets[market];
    if (m->rate_count == 0)
        return;
    pg_text_clear(&e->data);
    exx_json_rate(e, &e->data, market, &m->rates[(m->rate_count - 1) % EXX_RATES]);
    tell_data(socket, s, NULL);
}

void exx_tell_first(exx_socket *socket, const exx_subscription *s)
{
    pg_extended_exchange *e = socket->exchange;
    if (s->scope == EXX_ACCOUNT) {
        tell_account_first(socket, s);
        return;
    }
    for (int i = 0; i < e->config.market_count && !socket->link.dead; i++) {
        if (s->market >= 0 && s->market != i)
            continue;
        switch (s->scope) {
        case EXX_BOOK: exx_book_first(socket, s, i); break;
        case EXX_PUBLIC_TRADES: tell_prints(socket, s, i); break;
        case EXX_FUNDING: tell_rate(socket, s, i); break;
        case EXX_PRICE: tell_price(socket, s, i); break;
        case EXX_CANDLE: tell_candle(socket, s); break;
        default: break;
        }
    }
}

/* ---- markets ---- */

/* Which streams of a market have something to tell. */
typedef struct {
    bool of[EXX_SCOPES];
    bool kind[EXX_PRICES]; /* of prices and candles */
} news;

static void tell_market(exx_socket *socket, const exx_subscription *s, int market, const news *n)
{
    pg_extended_exchange *e = socket->exchange;
    const exx_market *m = &e->markets[market];
    if (!n->of[s->scope] || (s->market >= 0 && s->market != market))
        return;
    switch (s->scope) {
    case EXX_PUBLIC_TRADES:
        pg_text_clear(&e->data);
        pg_text_put(&e->data, "[");
        pg_text_add(&e->data, m->trades.data, m->trades.length);
        pg_text_put(&e->data, "]");
        tell_data(socket, s, NULL);
        break;
    case EXX_FUNDING: tell_rate(socket, s, market); break;
    case EXX_PRICE:
        if (n->kind[s->kind])
            tell_price(socket, s, market);
        break;
    case EXX_CANDLE:
        if (m->candle_changed[s->kind])
            tell_candle(socket, s);
        break;
    default: break;
    }
}

/* Marks and index prices: as candles, and whether they have moved. */
static void look_at_prices(pg_extended_exchange *e, int market, news *n)
{
    exx_market *m = &e->markets[market];
    for (int kind = EXX_MARK; kind <= EXX_INDEX; kind++) {
        int64_t price = exx_price(e, market, kind);
        if (price <= 0)
            continue;
        pg_exchange_candles_add(&m->candles[kind], pg_exchange_now(e->core), price, 0);
        n->kind[kind] = price != m->price[kind];
        m->price[kind] = price;
        m->candle_changed[kind] |= n->kind[kind];
    }
    n->of[EXX_PRICE] = n->kind[EXX_MARK] || n->kind[EXX_INDEX];
}

static void count_interest(pg_extended_exchange *e, int market, int64_t now_ns)
{
    exx_market *m = &e->markets[market];
    int64_t hour = now_ns / HOUR_NS;
    if (m->interest_count > 0 && m->interests[(m->interest_count - 1) % EXX_INTERESTS].hour == hour)
        return;
    pg_exchange_context c;
    pg_exchange_get_context(&c, e->core, market);
    m->interests[m->interest_count++ % EXX_INTERESTS] = (exx_interest){
        .hour = hour, .size = c.open_interest, .value_e12 = (pg_money)c.open_interest * c.mark * m->money_scale
    };
}

static bool is_due(int64_t *due_ns, int64_t now_ns, int64_t period_ms)
{
    if (now_ns < *due_ns)
        return false;
    *due_ns = now_ns + period_ms * 1000000;
    return true;
}

static void publish_market(pg_extended_exchange *e, int market, int64_t now_ns)
{
    exx_market *m = &e->markets[market];
    news n = { .of = {
                   [EXX_PUBLIC_TRADES] = m->trades.length > 0 && !m->trades.failed, [EXX_FUNDING] = m->rate_changed } };
    if (is_due(&m->price_due_ns, now_ns, e->config.price_ms)) {
        look_at_prices(e, market, &n);
        count_interest(e, market, now_ns);
    }
    bool candles = m->candle_changed[EXX_TRADES] || m->candle_changed[EXX_MARK] || m->candle_changed[EXX_INDEX];
    n.of[EXX_CANDLE] = candles && is_due(&m->candle_due_ns, now_ns, e->config.candle_ms);
    for (exx_socket *socket = e->sockets; socket; socket = socket->next)
        for (int i = 0; i < socket->count && !socket->link.dead; i++)
            tell_market(socket, &socket->subscriptions[i], market, &n);
    pg_text_clear(&m->trades);
    m->rate_changed = false;
    if (n.of[EXX_CANDLE])
        memset(m->candle_changed, 0, sizeof m->candle_changed);
    exx_book_publish(e, market, now_ns);
}

/* ---- accounts ---- */

static void tell_list(exx_socket *socket, const exx_subscription *s, const char *type, const char *key,
                      const pg_text *list)
{
    pg_text *data = &socket->exchange->data;
    if (list->length == 0 || list->failed)
        return;
    open_account(socket, false);
    pg_json_open(data, key, '[');
    pg_text_add(data, list->data, list->length);
    pg_json_close(data, ']');
    pg_json_close(data, '}');
    tell_data(socket, s, type);
}

static void tell_positions(exx_socket *socket, const exx_subscription *s)
{
    pg_extended_exchange *e = socket->exchange;
    const exx_account *a = &e->accounts[s->account];
    bool any = false;
    open_account(socket, false);
    pg_json_open(&e->data, "positions", '[');
    for (int i = 0; i < e->config.market_count; i++)
        if (a->moved[i]) {
            any = true;
            exx_json_position(e, &e->data, s->account, i);
        }
    pg_json_close(&e->data, ']');
    pg_json_close(&e->data, '}');
    if (any)
        tell_data(socket, s, "POSITION");
}

static void tell_account(exx_socket *socket, const exx_subscription *s)
{
    const exx_account *a = &socket->exchange->accounts[s->account];
    tell_list(socket, s, "ORDER", "orders", &a->orders);
    tell_list(socket, s, "TRADE", "trades", &a->trades);
    tell_positions(socket, s);
    tell_balance(socket, s, false);
}

static void publish_account(pg_extended_exchange *e, int account)
{
    exx_account *a = &e->accounts[account];
    if (!a->touched)
        return;
    for (exx_socket *socket = e->sockets; socket; socket = socket->next)
        for (int i = 0; i < socket->count && !socket->link.dead; i++)
            if (socket->subscriptions[i].scope == EXX_ACCOUNT && socket->subscriptions[i].account == account)
                tell_account(socket, &socket->subscriptions[i]);
    pg_text_clear(&a->orders);
    pg_text_clear(&a->trades);
    memset(a->moved, 0, sizeof a->moved);
    a->touched = false;
}

/* Positions are told again at new marks. */
static void touch_holders(pg_extended_exchange *e)
{
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        for (int i = 0; i < e->config.market_count; i++) {
            pg_exchange_position held;
            pg_exchange_get_position(&held, e->core, k, i);
            if (held.quantity != 0)
                e->accounts[k].touched = e->accounts[k].moved[i] = true;
        }
}

void exx_publish(pg_extended_exchange *e)
{
    int64_t now_ns = pg_exchange_now(e->core);
    if (is_due(&e->state_due_ns, now_ns, e->config.state_ms))
        touch_holders(e);
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        publish_account(e, k);
    for (int i = 0; i < e->config.market_count; i++)
        publish_market(e, i, now_ns);
}

/* What sockets are told: first, at the end of each block, and from time to time (hyperliquid.md 15.2). */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_admin.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"
#include "sim/exchange_hyperliquid_streams.h"
#include "sim/exchange_hyperliquid_twap.h"

enum { BACKFILL = 30, SILENCE_S = 60, FILLS_FIRST = 2000, CANDLE_MS = 1000 };

/* ---- frames ---- */

pg_text *hlx_frame_begin(pg_hl_exchange *e, const char *channel)
{
    pg_text *frame = &e->frame;
    hlx_empty(frame);
    hlx_put(frame, "{\"channel\":\"");
    hlx_put(frame, channel);
    hlx_put(frame, "\",\"data\":");
    return frame;
}

void hlx_frame_end(hlx_socket *socket, const char *channel, pg_text *frame)
{
    hlx_put(frame, "}");
    if (!frame->failed)
        hlx_send(socket, channel, frame->data, frame->length);
}

static void send_book(hlx_socket *socket, const hlx_subscription *s)
{
    pg_text *frame = hlx_frame_begin(socket->exchange, "l2Book");
    hlx_json_book(socket->exchange, frame, s, s->fast ? HLX_FAST_BOOK : HLX_BOOK);
    hlx_frame_end(socket, "l2Book", frame);
}

static void send_touch(hlx_socket *socket, const hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    pg_exchange_level touch[2] = { pg_exchange_touch(e->core, s->market, PG_BUY),
                                   pg_exchange_touch(e->core, s->market, PG_SELL) };
    pg_text *frame = hlx_frame_begin(e, "bbo");
    hlx_json_touch(e, frame, s->market, touch);
    hlx_frame_end(socket, "bbo", frame);
}

static void send_context(hlx_socket *socket, const hlx_subscription *s)
{
    bool spot = socket->exchange->list.coins[s->market].dex == HLX_SPOT;
    const char *channel = spot ? "activeSpotAssetCtx" : "activeAssetCtx";
    pg_text *frame = hlx_frame_begin(socket->exchange, channel);
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "coin", socket->exchange->list.coins[s->market].name);
    hlx_json_context(socket->exchange, frame, "ctx", s->market);
    pg_json_close(frame, '}');
    hlx_frame_end(socket, channel, frame);
}

static void send_mids(hlx_socket *socket, const hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    pg_text *frame = hlx_frame_begin(e, "allMids");
    pg_json_open(frame, NULL, '{');
    hlx_json_mids(e, frame, "mids", s->dex);
    if (s->dex > 0)
        pg_json_string(frame, "dex", e->list.dexs[s->dex].name);
    pg_json_close(frame, '}');
    hlx_frame_end(socket, "allMids", frame);
}

/* Trades of before, oldest first. */
static void send_backfill(hlx_socket *socket, const hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    pg_text *frame = hlx_frame_begin(e, "trades");
    pg_json_open(frame, NULL, '[');
    for (int i = BACKFILL - 1; i >= 0; i--) {
        const pg_exchange_trade *trade = pg_exchange_trade_at(e->core, s->market, i);
        if (trade)
            hlx_json_trade(e, frame, s->market, trade);
    }
    pg_json_close(frame, ']');
    hlx_frame_end(socket, "trades", frame);
}

static void send_fills_before(hlx_socket *socket, const hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    int account = pg_exchange_find_account(e->core, s->user);
    const pg_exchange_fill *fill;
    pg_text *frame = hlx_frame_begin(e, "userFills");
    pg_json_open(frame, NULL, '{');
    pg_json_bool(frame, "isSnapshot", true);
    pg_json_string(frame, "user", s->user);
    pg_json_open(frame, "fills", '[');
    for (int i = 0;
         account != PG_EXCHANGE_NOBODY && i < FILLS_FIRST && (fill = pg_exchange_fill_at(e->core, account, i)); i++)
        hlx_json_fill(e, frame, fill);
    pg_json_close(frame, ']');
    pg_json_close(frame, '}');
    hlx_frame_end(socket, "userFills", frame);
}

static void send_candle(hlx_socket *socket, const hlx_subscription *s)
{
    pg_text *frame = hlx_frame_begin(socket->exchange, "candle");
    if (hlx_json_candle(socket->exchange, frame, s->market, s->interval))
        hlx_frame_end(socket, "candle", frame);
}

static void send_active_data(hlx_socket *socket, const hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    pg_text *frame = hlx_frame_begin(e, "activeAssetData");
    hlx_json_active_data(e, frame, s->user, pg_exchange_find_account(e->core, s->user), s->market);
    hlx_frame_end(socket, "activeAssetData", frame);
}

/* What there is of a user's history of a kind. */
static void send_history(hlx_socket *socket, const hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    const char *channel = hlx_type_name(s->type);
    int account = pg_exchange_find_account(e->core, s->user);
    pg_text *frame = hlx_frame_begin(e, channel);
    pg_json_open(frame, NULL, '{');
    pg_json_bool(frame, "isSnapshot", true);
    pg_json_string(frame, "user", s->user);
    if (s->type == HLX_SLICE_FILLS)
        hlx_json_slice_fills(e, frame, "twapSliceFills", account, 0, 9e15);
    else if (s->type == HLX_TWAP_HISTORY)
        hlx_json_twap_history(e, frame, "history", account);
    else
        hlx_json_history(e, frame, "orderHistory", account);
    pg_json_close(frame, '}');
    hlx_frame_end(socket, channel, frame);
}

/* What the ledger has of a user: payments of funding, or everything else. */
static void send_moves_before(hlx_socket *socket, const hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    bool funding = s->type == HLX_USER_FUNDINGS;
    const char *channel = funding ? "userFundings" : "userNonFundingLedgerUpdates";
    int account = pg_exchange_find_account(e->core, s->user);
    pg_text *frame = hlx_frame_begin(e, channel);
    pg_json_open(frame, NULL, '{');
    pg_json_bool(frame, "isSnapshot", true);
    pg_json_string(frame, "user", s->user);
    if (funding)
        hlx_json_fundings(e, frame, "fundings", account);
    else
        hlx_json_ledger(e, frame, "nonFundingLedgerUpdates", account, 0, 9e15);
    pg_json_close(frame, '}');
    hlx_frame_end(socket, channel, frame);
}

void hlx_tell_first(hlx_socket *socket, hlx_subscription *s)
{
    switch (s->type) {
    case HLX_ALL_MIDS: send_mids(socket, s); break;
    case HLX_L2_BOOK: send_book(socket, s); break;
    case HLX_BBO: send_touch(socket, s); break;
    case HLX_TRADES: send_backfill(socket, s); break;
    case HLX_ASSET_CTX: send_context(socket, s); break;
    case HLX_USER_FILLS: send_fills_before(socket, s); break;
    case HLX_CANDLE: send_candle(socket, s); break;
    case HLX_ACTIVE_DATA: send_active_data(socket, s); break;
    case HLX_USER_FUNDINGS:
    case HLX_LEDGER: send_moves_before(socket, s); break;
    case HLX_SLICE_FILLS:
    case HLX_TWAP_HISTORY:
    case HLX_ORDER_HISTORY: send_history(socket, s); break;
    default: hlx_tell_state(socket, s); /* others begin with what happens next */
    }
}

/* ---- what happens in a block ---- */

static void on_order(void *self, const pg_exchange_order *order)
{
    pg_hl_exchange *e = self;
    hlx_user *user = &e->users[order->account];
    user->touched = true;
    pg_json_open(&user->updates, NULL, '{');
    pg_json_open(&user->updates, "order", '{');
    hlx_json_order(e, &user->updates, order, false);
    pg_json_close(&user->updates, '}');
    pg_json_string(&user->updates, "status", hlx_status(order));
    pg_json_integer(&user->updates, "statusTimestamp", hlx_ms(order->status_ns));
    pg_json_close(&user->updates, '}');
    if (e->listeners[HLX_ORDER_HISTORY] > 0)
        hlx_json_order_status(e, &user->history, NULL, order);
    if (order->status != PG_EXCHANGE_CANCELLED || order->reason == PG_EXCHANGE_BY_USER ||
        order->reason == PG_EXCHANGE_NO_MATCH)
        return;
    pg_json_open(&user->cancels, NULL, '{');
    pg_json_string(&user->cancels, "coin", e->list.coins[order->market].name);
    pg_json_integer(&user->cancels, "oid", (int64_t)order->oid);
    pg_json_close(&user->cancels, '}');
}

/* "Resting order filled: Bought 1017.6 ARB at $0.20138", for those who read. */
static void note_fill(pg_hl_exchange *e, pg_text *notices, const pg_exchange_fill *fill)
{
    const hlx_listing *coin = &e->list.coins[fill->market];
    char text[128], size[PG_DECIMAL_TEXT], price[PG_DECIMAL_TEXT];
    snprintf(text, sizeof text, "Resting order filled: %s %s %s at $%s", fill->side == PG_BUY ? "Bought" : "Sold",
             pg_decimal_format_short(size, sizeof size, fill->size, coin->size_decimals),
             coin->dex == HLX_SPOT ? e->list.tokens[coin->base].name : coin->name,
             pg_decimal_format_short(price, sizeof price, fill->price, coin->price_decimals));
    pg_json_open(notices, NULL, '{');
    pg_json_string(notices, "notification", text);
    pg_json_close(notices, '}');
}

static void on_fill(void *self, const pg_exchange_fill *fill)
{
    pg_hl_exchange *e = self;
    hlx_user *user = &e->users[fill->account];
    user->touched = true;
    hlx_json_fill(e, &user->fills, fill);
    if (fill->liquidation)
        hlx_note_liquidation(e, fill);
    if (hlx_twap_of(fill->tag))
        hlx_twap_fill(e, fill);
    hlx_credit_fill(e, fill);
    hlx_count_volume(e, fill);
    if (fill->maker && e->listeners[HLX_NOTIFICATION] > 0)
        note_fill(e, &user->notices, fill);
}

static void on_trade(void *self, int market, const pg_exchange_trade *trade)
{
    pg_hl_exchange *e = self;
    hlx_candle_trade(&e->coins[market], trade);
    if (e->coins[market].trade_listeners > 0)
        hlx_json_trade(e, &e->coins[market].trades, market, trade);
}

static void on_funding(void *self, const pg_exchange_funding *funding)
{
    hlx_ledger_funding(self, funding);
}

static void on_rate(void *self, int market, int64_t rate_e12, int64_t premium_e12)
{
    hlx_ledger_rate(self, market, rate_e12, premium_e12);
}

pg_exchange_sink hlx_sink(pg_hl_exchange *e)
{
    return (pg_exchange_sink){
        .self = e, .order = on_order, .fill = on_fill, .trade = on_trade, .funding = on_funding, .rate = on_rate
    };
}

/* ---- the end of a block ---- */

/* Sends {"key":[elements]} or, where key is NULL, [elements]; with user, that member is in front. */
static void send_list(hlx_socket *socket, const char *channel, const char *user, const char *key, const pg_text *list)
{
    if (list->length == 0 || list->failed)
        return;
    pg_text *frame = hlx_frame_begin(socket->exchange, channel);
    if (key)
        hlx_put(frame, "{");
    if (user)
        pg_json_string(frame, "user", user);
    if (key) {
        pg_json_open(frame, key, '[');
        pg_text_add(frame, list->data, list->length);
        hlx_put(frame, "]}");
    } else {
        hlx_put(frame, "[");
        pg_text_add(frame, list->data, list->length);
        hlx_put(frame, "]");
    }
    hlx_frame_end(socket, channel, frame);
}

/* One frame for each of a list of flat objects; key NULL: the object itself. */
static void send_each(hlx_socket *socket, const char *channel, const char *key, const pg_text *list)
{
    const char *at = list->length > 0 ? list->data : NULL, *end = at ? at + list->length : NULL;
    while (at && at < end) {
        const char *close = memchr(at, '}', (size_t)(end - at));
        if (!close)
            return;
        pg_text *frame = hlx_frame_begin(socket->exchange, channel);
        if (key)
            pg_text_print(frame, "{\"%s\":", key);
        pg_text_add(frame, at, (size_t)(close + 1 - at));
        hlx_put(frame, key ? "}" : "");
        hlx_frame_end(socket, channel, frame);
        at = close + 2; /* the comma */
    }
}

static void tell_events(hlx_socket *socket, const hlx_user *user)
{
    send_list(socket, "user", NULL, "fills", &user->fills);
    send_list(socket, "user", NULL, "nonUserCancel", &user->cancels);
    send_list(socket, "user", NULL, "twapHistory", &user->twaps);
    send_list(socket, "user", NULL, "twapSliceFills", &user->slices);
    send_each(socket, "user", "liquidation", &user->losses);
    send_each(socket, "user", "funding", &user->funding);
}

static void tell_user(hlx_socket *socket, hlx_subscription *s, const hlx_user *user)
{
    switch (s->type) {
    case HLX_ACTIVE_DATA: send_active_data(socket, s); break;
    case HLX_USER_FUNDINGS: send_list(socket, "userFundings", s->user, "fundings", &user->funding); break;
    case HLX_LEDGER:
        send_list(socket, "userNonFundingLedgerUpdates", s->user, "nonFundingLedgerUpdates", &user->moves);
        break;
    case HLX_ORDER_UPDATES: send_list(socket, "orderUpdates", NULL, NULL, &user->updates); break;
    case HLX_USER_FILLS: send_list(socket, "userFills", s->user, "fills", &user->fills); break;
    case HLX_SLICE_FILLS: send_list(socket, "userTwapSliceFills", s->user, "twapSliceFills", &user->slices); break;
    case HLX_TWAP_HISTORY: send_list(socket, "userTwapHistory", s->user, "history", &user->twaps); break;
    case HLX_ORDER_HISTORY: send_list(socket, "userHistoricalOrders", s->user, "orderHistory", &user->history); break;
    case HLX_TWAP_STATES:
        if (user->slices.length > 0 || user->twaps.length > 0)
            hlx_tell_state(socket, s);
        break;
    case HLX_NOTIFICATION: send_each(socket, "notification", NULL, &user->notices); break;
    case HLX_USER_EVENTS: tell_events(socket, user); break;
    default: break;
    }
}

static void tell_users(pg_hl_exchange *e)
{
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        hlx_user *user = &e->users[k];
        if (!user->touched)
            continue;
        hlx_end_liquidation(e, k);
        const char *name = pg_exchange_account_name(e->core, k);
        for (hlx_socket *socket = e->sockets; socket; socket = socket->next)
            for (int i = 0; i < socket->count; i++)
                if (strcmp(socket->subscriptions[i].user, name) == 0)
                    tell_user(socket, &socket->subscriptions[i], user);
        hlx_empty(&user->updates);
        hlx_empty(&user->fills);
        hlx_empty(&user->cancels);
        hlx_empty(&user->funding);
        hlx_empty(&user->moves);
        hlx_empty(&user->losses);
        hlx_empty(&user->slices);
        hlx_empty(&user->history);
        hlx_empty(&user->notices);
        hlx_empty(&user->twaps);
        user->touched = false;
    }
}

/* Whether a stream with its own pace is due; then when it is next. */
static bool is_due(int64_t *next_ns, int64_t now_ns, int64_t period_ms)
{
    if (now_ns < *next_ns)
        return false;
    *next_ns = now_ns + period_ms * 1000000;
    return true;
}

typedef struct {
    bool touch, trades, book, fast, context, candle;
} due;

static due what_is_due(pg_hl_exchange *e, int market, int64_t now_ns)
{
    hlx_coin *coin = &e->coins[market];
    due d = { .trades = coin->trades.length > 0,
              .book = is_due(&coin->book_ns, now_ns, e->config.book_ms),
              .fast = is_due(&coin->fast_ns, now_ns, e->config.fast_ms),
              .context = is_due(&coin->context_ns, now_ns, e->config.context_ms),
              .candle = coin->candle_changed && is_due(&coin->candle_ns, now_ns, CANDLE_MS) };
    coin->candle_changed = coin->candle_changed && !d.candle;
    uint64_t version = pg_exchange_book_version(e->core, market);
    if (version == coin->told_version)
        return d;
    coin->told_version = version;
    for (int side = 0; side < 2; side++) {
        pg_exchange_level touch = pg_exchange_touch(e->core, market, side ? PG_SELL : PG_BUY),
                          *told = &coin->told[side];
        d.touch = d.touch || touch.price != told->price || touch.size != told->size || touch.orders != told->orders;
        *told = touch;
    }
    return d;
}

static void tell_coin(hlx_socket *socket, const hlx_subscription *s, const due *d)
{
    switch (s->type) {
    case HLX_BBO:
        if (d->touch)
            send_touch(socket, s);
        break;
    case HLX_TRADES:
        if (d->trades)
            send_list(socket, "trades", NULL, NULL, &socket->exchange->coins[s->market].trades);
        break;
    case HLX_L2_BOOK:
        if (s->fast ? d->fast : d->book)
            send_book(socket, s);
        break;
    case HLX_ASSET_CTX:
        if (d->context)
            send_context(socket, s);
        break;
    case HLX_CANDLE:
        if (d->candle)
            send_candle(socket, s);
        break;
    default: break;
    }
}

static void tell_coins(pg_hl_exchange *e, int64_t now_ns)
{
    for (int m = 0; m < e->list.coin_count; m++) {
        due d = what_is_due(e, m, now_ns);
        if (!(d.touch || d.trades || d.book || d.fast || d.context || d.candle))
            continue;
        for (hlx_socket *socket = e->sockets; socket; socket = socket->next)
            for (int i = 0; i < socket->count && !socket->link.dead; i++)
                if (socket->subscriptions[i].market == m)
                    tell_coin(socket, &socket->subscriptions[i], &d);
        hlx_empty(&e->coins[m].trades);
    }
}

/* What has a pace of its own on each socket; and sockets that were told nothing for too long are closed. */
static void tell_rest(pg_hl_exchange *e, int64_t now_ns)
{
    hlx_tell_fast_contexts(e, now_ns);
    bool mids = is_due(&e->mids_ns, now_ns, e->config.mids_ms);
    for (hlx_socket *socket = e->sockets; socket; socket = socket->next) {
        for (int i = 0; i < socket->count && !socket->link.dead; i++) {
            hlx_subscription *s = &socket->subscriptions[i];
            if (s->type == HLX_ALL_MIDS && mids)
                send_mids(socket, s);
            if (s->next_ns != 0 && now_ns >= s->next_ns)
                hlx_tell_state(socket, s);
        }
        if (!socket->link.dead && now_ns - socket->link.sent_ns > (int64_t)SILENCE_S * 1000000000)
            pg_exchange_link_close(&socket->link, false);
    }
}

void hlx_publish(pg_hl_exchange *e)
{
    int64_t now_ns = pg_exchange_now(e->core);
    tell_coins(e, now_ns);
    tell_users(e);
    tell_rest(e, now_ns);
}

/* Texts as Lighter writes them: numbers, orders, trades, transactions, books (lighter.md, appendix B). */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_lighter_internal.h"

enum { MICRO = 6 };

void lix_empty(pg_text *text)
{
    text->length = 0;
    text->comma = false;
    text->failed = false;
}

void lix_put(pg_text *text, const char *literal)
{
    pg_text_add(text, literal, strlen(literal));
}

/* ---- numbers ---- */

void lix_json_decimal(pg_text *text, const char *key, int64_t value, int decimals)
{
    char number[PG_DECIMAL_TEXT];
    pg_json_string(text, key, pg_decimal_format(number, sizeof number, value, decimals));
}

void lix_json_micro(pg_text *text, const char *key, int64_t micro)
{
    lix_json_decimal(text, key, micro, MICRO);
}

void lix_json_money(pg_text *text, const char *key, pg_money amount_e12)
{
    lix_json_micro(text, key, (int64_t)(amount_e12 / LIX_MONEY_MICRO));
}

void lix_json_price(pg_text *text, const char *key, const lix_market *m, int64_t price)
{
    lix_json_decimal(text, key, price, m->price_decimals);
}

void lix_json_size(pg_text *text, const char *key, const lix_market *m, int64_t size)
{
    lix_json_decimal(text, key, size, m->size_decimals);
}

static void put_number(pg_text *text, const char *key, int64_t value, int decimals)
{
    char number[PG_DECIMAL_TEXT];
    pg_decimal_format_short(number, sizeof number, value, decimals);
    pg_text_print(text, "%s\"%s\":%s", text->comma ? "," : "", key, number);
    text->comma = true;
}

void lix_json_price_number(pg_text *text, const char *key, const lix_market *m, int64_t price)
{
    put_number(text, key, price, m->price_decimals);
}

void lix_json_size_number(pg_text *text, const char *key, const lix_market *m, int64_t size)
{
    put_number(text, key, size, m->size_decimals);
}

void lix_json_money_number(pg_text *text, const char *key, const pg_lighter_exchange *e, int market, pg_money value)
{
    put_number(text, key, lix_micro(e, market, value), MICRO);
}

void lix_json_index(pg_text *text, const char *key, int64_t index)
{
    char number[PG_DECIMAL_TEXT];
    snprintf(number, sizeof number, "%lld", (long long)index);
    pg_json_string(text, key, number);
}

int64_t lix_micro(const pg_lighter_exchange *e, int market, pg_money value)
{
    const lix_market *m = &e->markets[market];
    return (int64_t)(value * pg_pow10(MICRO) / pg_pow10(m->price_decimals) / pg_pow10(m->size_decimals));
}

/* ---- orders ---- */

static const char *const types[] = {
    "limit", "market",   "stop-loss",  "stop-loss-limit", "take-profit", "take-profit-limit",
    "twap",  "twap-sub", "liquidation"
};
static const char *const forces[] = { "immediate-or-cancel", "good-till-time", "post-only" };

static const char *cancelled_words(const pg_exchange_order *order)
{
    bool market = order->note[NOTE_TYPE] == 1 || order->note[NOTE_TYPE] == 2 || order->note[NOTE_TYPE] == 4;
    switch (order->reason) {
    case PG_EXCHANGE_POST_ONLY: return "canceled-post-only";
    case PG_EXCHANGE_REDUCE_ONLY: return "canceled-reduce-only";
    case PG_EXCHANGE_MARGIN: return "canceled-margin-not-allowed";
    case PG_EXCHANGE_SELF_TRADE: return "canceled-self-trade";
    case PG_EXCHANGE_BY_EXPIRY: return "canceled-expired";
    case PG_EXCHANGE_BY_LIQUIDATION: return "canceled-liquidation";
    case PG_EXCHANGE_NO_MATCH: {
        bool nothing_there = order->touch[order->side == PG_BUY ? 1 : 0] == 0;
        return !market ? "canceled" : nothing_there ? "canceled-not-enough-liquidity" : "canceled-too-much-slippage";
    }
    case PG_EXCHANGE_SIBLING: return "canceled-oco";
    default: return order->parent != 0 && order->dormant ? "canceled-child" : "canceled";
    }
}

static const char *status_words(const pg_exchange_order *order)
{
    switch (order->status) {
    case PG_EXCHANGE_OPEN: return order->waiting ? "pending" : "open";
    case PG_EXCHANGE_FILLED: return "filled";
    default: return cancelled_words(order);
    }
}

/* What all kinds of orders have in common. */
typedef struct {
    int market;
    int64_t owner, index, client, size, left, filled, value_micro, price, trigger, expiry, created_ms, updated_ns,
        parent;
    bool ask, reduce_only;
    const char *type, *force, *status, *trigger_status;
    int64_t child[2], sibling;
} shown_order;

static void put_order(pg_lighter_exchange *e, pg_text *text, const shown_order *o)
{
    const lix_market *m = &e->markets[o->market];
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "order_index", o->index);
    pg_json_integer(text, "client_order_index", o->client);
    lix_json_index(text, "order_id", o->index);
    lix_json_index(text, "client_order_id", o->client);
    pg_json_integer(text, "market_index", m->id);
    pg_json_integer(text, "owner_account_index", o->owner);
    lix_json_size(text, "initial_base_amount", m, o->size);
    lix_json_price(text, "price", m, o->price);
    pg_json_integer(text, "nonce", e->nonce);
    lix_json_size(text, "remaining_base_amount", m, o->left);
    pg_json_bool(text, "is_ask", o->ask);
    pg_json_integer(text, "base_size", o->size);
    pg_json_integer(text, "base_price", o->price);
    lix_json_size(text, "filled_base_amount", m, o->filled);
    lix_json_micro(text, "filled_quote_amount", o->value_micro);
    pg_json_string(text, "side", o->ask ? "sell" : "buy");
    pg_json_string(text, "type", o->type);
    pg_json_string(text, "time_in_force", o->force);
    pg_json_bool(text, "reduce_only", o->reduce_only);
    lix_json_price(text, "trigger_price", m, o->trigger);
    pg_json_integer(text, "order_expiry", o->expiry);
    pg_json_string(text, "status", o->status);
    pg_json_string(text, "trigger_status", o->trigger_status);
    pg_json_integer(text, "trigger_time", 0);
    pg_json_integer(text, "parent_order_index", o->parent);
    lix_json_index(text, "parent_order_id", o->parent);
    lix_json_index(text, "to_trigger_order_id_0", o->child[0]);
    lix_json_index(text, "to_trigger_order_id_1", o->child[1]);
    lix_json_index(text, "to_cancel_order_id_0", o->sibling);
    pg_json_string(text, "integrator_fee_collector_index", "0");
    pg_json_string(text, "integrator_taker_fee", "0");
    pg_json_string(text, "integrator_maker_fee", "0");
    pg_json_integer(text, "block_height", lix_height(e));
    pg_json_integer(text, "timestamp", o->created_ms);
    pg_json_integer(text, "created_at", o->created_ms);
    pg_json_integer(text, "updated_at", o->updated_ns / 1000000);
    pg_json_integer(text, "transaction_time", o->updated_ns / 1000);
    pg_json_close(text, '}');
}

/* Children and siblings among the open orders of the account. */
static void find_kin(const pg_lighter_exchange *e, shown_order *shown, const pg_exchange_order *order)
{
    int children = 0;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, order->account, o));) {
        if (o->parent == 0 || o == order)
            continue;
        if (o->parent == order->oid && children < 2)
            shown->child[children++] = o->note[NOTE_INDEX];
        else if (o->parent == order->parent)
            shown->sibling = o->note[NOTE_INDEX];
    }
}

void lix_json_order(pg_lighter_exchange *e, pg_text *text, const pg_exchange_order *order)
{
    const int64_t *note = order->note;
    int64_t filled = note[NOTE_FILLED] + order->size - order->remaining;
    bool rests = order->status == PG_EXCHANGE_OPEN;
    shown_order shown = { .market = order->market,
                          .owner = e->accounts[order->account]->index,
                          .index = note[NOTE_INDEX],
                          .client = note[NOTE_CLIENT],
                          .size = note[NOTE_FILLED] + order->size,
                          .left = order->remaining,
                          .filled = filled,
                          .value_micro = note[NOTE_FILLED_VALUE] + lix_micro(e, order->market, order->value),
                          .price = order->price,
                          .trigger = order->trigger.price,
                          .expiry = note[NOTE_EXPIRY],
                          .created_ms = note[NOTE_CREATED],
                          .updated_ns = order->status_ns,
                          .parent = note[NOTE_PARENT],
                          .ask = order->side == PG_SELL,
                          .reduce_only = order->reduce_only,
                          .type = types[note[NOTE_TYPE]],
                          .force = forces[note[NOTE_FORCE]],
                          .status = status_words(order),
                          .trigger_status = order->trigger.price == 0 ? "na"
                                            : !order->waiting         ? "ready"
                                            : order->dormant          ? "parent-order"
                                                                      : "mark-price" };
    if (rests)
        find_kin(e, &shown, order);
    put_order(e, text, &shown);
}

void lix_json_twap(pg_lighter_exchange *e, pg_text *text, const lix_twap *t, const char *status)
{
    put_order(e, text,
              &(shown_order){ .market = t->market,
                              .owner = t->account->index,
                              .index = t->index,
                              .client = t->client,
                              .size = t->size,
                              .left = t->size - t->filled,
                              .filled = t->filled,
                              .value_micro = t->value_micro,
                              .price = t->price,
                              .expiry = t->end_ms,
                              .created_ms = t->start_ms,
                              .updated_ns = pg_exchange_now(e->core),
                              .ask = t->ask,
                              .reduce_only = t->reduce_only,
                              .type = types[LIX_TWAP],
                              .force = forces[1],
                              .status = status,
                              .trigger_status = "twap" });
}

/* ---- trades ---- */

static int64_t account_index(const pg_lighter_exchange *e, int number)
{
    return number >= 0 && e->accounts[number] ? e->accounts[number]->index : LIX_FLOW;
}

static void put_party(pg_lighter_exchange *e, pg_text *text, const lix_trade *t, bool maker)
{
    const lix_market *m = &e->markets[t->market];
    int side = t->maker_ask == maker ? 1 : 0, number = t->account[side];
    const char *who = maker ? "maker" : "taker";
    char key[64];
    if (t->fee_e6[side] != 0) {
        snprintf(key, sizeof key, "%s_fee", who);
        pg_json_integer(text, key, t->fee_e6[side]);
    }
    if (number < 0)
        return;
    int64_t after = t->before[side] + (side == 0 ? t->size : -t->size);
    snprintf(key, sizeof key, "%s_position_size_before", who);
    lix_json_size(text, key, m, t->before[side]);
    snprintf(key, sizeof key, "%s_initial_margin_fraction_before", who);
    pg_json_integer(text, key, e->accounts[number]->fraction[t->market]);
    if ((after > 0 && t->before[side] < 0) || (after < 0 && t->before[side] > 0)) {
        snprintf(key, sizeof key, "%s_position_sign_changed", who);
        pg_json_bool(text, key, true);
    }
}

void lix_json_trade(pg_lighter_exchange *e, pg_text *text, const lix_trade *t)
{
    const lix_market *m = &e->markets[t->market];
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "trade_id", t->id);
    lix_json_index(text, "trade_id_str", t->id);
    pg_json_string(text, "tx_hash", t->hash);
    pg_json_string(text, "type", t->liquidation ? "liquidation" : "trade");
    pg_json_integer(text, "market_id", m->id);
    lix_json_size(text, "size", m, t->size);
    lix_json_price(text, "price", m, t->price);
    lix_json_micro(text, "usd_amount", lix_micro(e, t->market, (pg_money)t->price * t->size));
    pg_json_integer(text, "ask_id", t->order[1]);
    lix_json_index(text, "ask_id_str", t->order[1]);
    pg_json_integer(text, "bid_id", t->order[0]);
    lix_json_index(text, "bid_id_str", t->order[0]);
    pg_json_integer(text, "ask_client_id", t->client[1]);
    lix_json_index(text, "ask_client_id_str", t->client[1]);
    pg_json_integer(text, "bid_client_id", t->client[0]);
    lix_json_index(text, "bid_client_id_str", t->client[0]);
    pg_json_integer(text, "ask_account_id", account_index(e, t->account[1]));
    pg_json_integer(text, "bid_account_id", account_index(e, t->account[0]));
    pg_json_bool(text, "is_maker_ask", t->maker_ask);
    pg_json_integer(text, "block_height", lix_height(e));
    pg_json_integer(text, "timestamp", t->time_ns / 1000000);
    put_party(e, text, t, false);
    put_party(e, text, t, true);
    pg_json_integer(text, "transaction_time", t->time_ns / 1000);
    pg_json_close(text, '}');
}

/* ---- transactions ---- */

static void put_event(pg_text *text, const lix_tx *tx)
{
    pg_text event = { 0 };
    pg_json_open(&event, NULL, '{');
    if (tx->order)
        pg_json_integer(&event, "oi", tx->order);
    pg_json_string(&event, "ae", tx->error ? lix_words(tx->error) : "");
    pg_json_close(&event, '}');
    pg_json_string(text, "event_info", event.data ? event.data : "");
    pg_text_free(&event);
}

void lix_json_tx(pg_lighter_exchange *e, pg_text *text, const lix_tx *tx)
{
    const lix_account *a = lix_find_account(e, tx->account);
    pg_json_string(text, "hash", tx->hash);
    pg_json_integer(text, "type", tx->type);
    pg_json_string(text, "info", tx->info ? tx->info : "");
    put_event(text, tx);
    pg_json_integer(text, "status", tx->status);
    pg_json_integer(text, "transaction_index", tx->sequence % 1000);
    pg_json_string(text, "l1_address", a ? a->l1_address : "");
    pg_json_integer(text, "account_index", tx->account);
    pg_json_integer(text, "nonce", tx->nonce);
    pg_json_integer(text, "expire_at", tx->expired_at);
    pg_json_integer(text, "block_height", tx->height);
    pg_json_integer(text, "queued_at", tx->queued_ns / 1000000);
    pg_json_integer(text, "executed_at", tx->executed_ns / 1000000);
    pg_json_integer(text, "sequence_index", tx->sequence);
    pg_json_string(text, "parent_hash", "");
    pg_json_integer(text, "api_key_index", tx->key);
    pg_json_integer(text, "transaction_time", tx->queued_ns / 1000);
}

/* ---- markets ---- */

void lix_json_level(pg_text *text, const lix_market *m, const pg_exchange_level *level)
{
    pg_json_open(text, NULL, '{');
    lix_json_price(text, "price", m, level->price);
    lix_json_size(text, "size", m, level->size);
    pg_json_close(text, '}');
}

void lix_json_levels(pg_text *text, const char *key, const lix_market *m, const pg_exchange_level *levels, int count)
{
    pg_json_open(text, key, '[');
    for (int i = 0; i < count; i++)
        lix_json_level(text, m, &levels[i]);
    pg_json_close(text, ']');
}

/* A rate of funding, 1e-12 an hour, as percent. */
static void put_rate(pg_text *text, const char *key, int64_t rate_e12)
{
    lix_json_decimal(text, key, (rate_e12 + (rate_e12 < 0 ? -500000 : 500000)) / 1000000, 4);
}

void lix_get_day(lix_day *day, const pg_lighter_exchange *e, int market)
{
    const pg_exchange_candles *candles = &e->markets[market].candles;
    int64_t since = pg_exchange_now(e->core) / 60000000000 - PG_EXCHANGE_DAY;
    pg_exchange_context c;
    pg_exchange_get_context(&c, e->core, market);
    *day = (lix_day){ .low = c.last, .high = c.last };
    if (c.day_first > 0)
        day->change = ((double)c.last / (double)c.day_first - 1) * 100;
    for (int i = candles->count - 1; i >= 0 && candles->items[i].minute > since; i--) {
        day->low = candles->items[i].low < day->low ? candles->items[i].low : day->low;
        day->high = candles->items[i].high > day->high ? candles->items[i].high : day->high;
        day->count += candles->items[i].count;
    }
}

void lix_json_stats(pg_lighter_exchange *e, pg_text *text, const char *key, int market)
{
    const lix_market *m = &e->markets[market];
    const lix_funding *last = m->rates.count ? &m->rates.items[m->rates.count - 1] : NULL;
    int64_t period_ms = e->config.funding_ns / 1000000;
    pg_exchange_context c;
    pg_exchange_get_context(&c, e->core, market);
    pg_json_open(text, key, '{');
    pg_json_string(text, "symbol", m->name);
    pg_json_integer(text, "market_id", m->id);
    lix_json_price(text, "index_price", m, c.oracle);
    lix_json_price(text, "mark_price", m, c.mark);
    lix_json_price(text, "mid_price", m, c.mid_x2 / 2);
    lix_json_micro(text, "open_interest", lix_micro(e, market, (pg_money)c.open_interest * c.mark));
    pg_json_string(text, "open_interest_limit", "72057594037927936.000000");
    pg_json_string(text, "funding_clamp_small", "0.0500");
    pg_json_string(text, "funding_clamp_big", "4.0000");
    pg_json_string(text, "base_interest_rate", "0.0100");
    lix_json_price(text, "last_trade_price", m, c.last);
    put_rate(text, "current_funding_rate", c.funding_e12);
    put_rate(text, "funding_rate", last ? last->rate_e12 : 0);
    pg_json_integer(text, "funding_timestamp", period_ms > 0 ? (lix_now_ms(e) / period_ms + 1) * period_ms : 0);
    lix_json_size_number(text, "daily_base_token_volume", m, c.day_size);
    lix_json_money_number(text, "daily_quote_token_volume", e, market, c.day_value);
    lix_day day;
    lix_get_day(&day, e, market);
    lix_json_price_number(text, "daily_price_low", m, day.low);
    lix_json_price_number(text, "daily_price_high", m, day.high);
    pg_json_number(text, "daily_price_change", day.change);
    pg_json_close(text, '}');
}

static const struct {
    const char *name;
    int minutes;
} resolutions[] = { { "1m", 1 },    { "5m", 5 },    { "15m", 15 },
                    { "30m", 30 },  { "1h", 60 },   { "4h", 240 },
                    { "12h", 720 }, { "1d", 1440 }, { "1w", PG_EXCHANGE_WEEK } };

int lix_minutes(const char *resolution)
{
    for (size_t i = 0; i < sizeof resolutions / sizeof *resolutions; i++)
        if (strcmp(resolutions[i].name, resolution) == 0)
            return resolutions[i].minutes;
    return 0;
}

const char *lix_resolution(int minutes)
{
    for (size_t i = 0; i < sizeof resolutions / sizeof *resolutions; i++)
        if (resolutions[i].minutes == minutes)
            return resolutions[i].name;
    return "";
}

void lix_json_candle(pg_text *text, const lix_market *m, const pg_exchange_candle *candle, int minutes)
{
    int64_t span[2];
    pg_exchange_candles_span(span, candle->minute, minutes);
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "t", span[0] * 60000);
    lix_json_price_number(text, "o", m, candle->open);
    lix_json_price_number(text, "h", m, candle->high);
    lix_json_price_number(text, "l", m, candle->low);
    lix_json_price_number(text, "c", m, candle->close);
    lix_json_size_number(text, "v", m, candle->size);
    put_number(text, "V", (int64_t)candle->value, m->price_decimals + m->size_decimals);
    pg_json_integer(text, "i", (int64_t)candle->last_id);
    pg_json_close(text, '}');
}

/* What Lighter's exchange remembers: trades, fundings, liquidations; and what it hears from the core. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { FIRST_ROOM = 64, RECENT = 64 };

/* ---- rings ---- */

void lix_trade_add(lix_trades *trades, const lix_trade *trade, int bound)
{
    if (trades->count == trades->capacity && trades->capacity < bound) {
        int capacity = trades->capacity ? 2 * trades->capacity : FIRST_ROOM;
        capacity = capacity < bound ? capacity : bound;
        lix_trade *grown = realloc(trades->items, (size_t)capacity * sizeof *grown);
        if (grown) {
            trades->items = grown;
            trades->capacity = capacity;
            trades->next = trades->count; /* it has not gone round yet */
        }
    }
    if (trades->capacity == 0)
        return;
    trades->next %= trades->capacity;
    trades->items[trades->next++] = *trade;
    trades->count += trades->count < trades->capacity;
}

lix_trade *lix_trade_at(const lix_trades *trades, int i)
{
    if (i < 0 || i >= trades->count)
        return NULL;
    return &trades->items[(trades->next + 2 * trades->capacity - 1 - i) % trades->capacity];
}

static lix_trade *find(const lix_trades *trades, int64_t id)
{
    for (int i = 0; i < trades->count && i < RECENT; i++)
        if (lix_trade_at(trades, i)->id == id)
            return lix_trade_at(trades, i);
    return NULL;
}

void lix_funding_add(lix_fundings *f, const lix_funding *funding)
{
    if (f->count == LIX_FUNDINGS) {
        memmove(f->items, f->items + 1, (LIX_FUNDINGS - 1) * sizeof *f->items);
        f->count--;
    } else if (f->count == f->capacity) {
        int capacity = f->capacity ? 2 * f->capacity : FIRST_ROOM;
        lix_funding *grown = realloc(f->items, (size_t)capacity * sizeof *grown);
        if (!grown)
            return;
        f->items = grown;
        f->capacity = capacity;
    }
    f->items[f->count++] = *funding;
}

/* ---- trades ---- */

static void on_trade(void *self, int market, const pg_exchange_trade *trade)
{
    pg_lighter_exchange *e = self;
    lix_market *m = &e->markets[market];
    lix_trade made = { .id = (int64_t)trade->tid,
                       .market = market,
                       .price = trade->price,
                       .size = trade->size,
                       .time_ns = trade->time_ns,
                       .maker_ask = trade->side == PG_BUY,
                       .account = { trade->buyer, trade->seller } };
    for (int s = 0; s < 2; s++) /* orders of the flow: their numbers are those of nobody's */
        made.order[s] = lix_order_index(e, s == 1, trade->tid);
    if (e->working)
        memcpy(made.hash, e->working->hash, sizeof made.hash);
    else
        snprintf(made.hash, sizeof made.hash, "%016llx%064d", (unsigned long long)trade->tid, 0);
    lix_trade_add(&m->trades, &made, LIX_TRADES);
    m->trade_count++;
    pg_exchange_candles_add_trade(&m->candles, trade->time_ns, trade->price, trade->size, trade->tid);
    m->candle_changed = true;
}

static void note_liquidation(pg_lighter_exchange *e, lix_account *a, const pg_exchange_fill *fill, int64_t fee_e6)
{
    if (a->liquidation_count == LIX_LIQUIDATIONS) {
        memmove(a->liquidations, a->liquidations + 1, (LIX_LIQUIDATIONS - 1) * sizeof *a->liquidations);
        a->liquidation_count--;
    }
    a->liquidations[a->liquidation_count++] = (lix_liquidation){
        .time_ns = fill->time_ns, .market = fill->market, .price = fill->price, .size = fill->size, .fee_e6 = fee_e6
    };
    pg_text *text = &a->notifications;
    pg_json_open(text, NULL, '{');
    lix_json_index(text, "id", (int64_t)fill->tid);
    pg_json_integer(text, "created_at", fill->time_ns / 1000000000);
    pg_json_string(text, "kind", "liquidation");
    pg_json_integer(text, "account_index", a->index);
    pg_json_open(text, "content", '{');
    pg_json_integer(text, "market_index", e->markets[fill->market].id);
    pg_json_bool(text, "is_ask", fill->side == PG_SELL);
    lix_json_size(text, "size", &e->markets[fill->market], fill->size);
    lix_json_price(text, "price", &e->markets[fill->market], fill->price);
    pg_json_integer(text, "timestamp", fill->time_ns / 1000000000);
    pg_json_close(text, '}');
    pg_json_bool(text, "ack", false);
    pg_json_close(text, '}');
}

static void set_part(lix_trade *trade, int side, const lix_trade *from)
{
    trade->order[side] = from->order[side];
    trade->client[side] = from->client[side];
    trade->before[side] = from->before[side];
    trade->fee_e6[side] = from->fee_e6[side];
    trade->liquidation |= from->liquidation;
}

static void on_fill(void *self, const pg_exchange_fill *fill)
{
    pg_lighter_exchange *e = self;
    lix_account *a = e->accounts[fill->account];
    lix_trade *trade = find(&e->markets[fill->market].trades, (int64_t)fill->tid);
    const pg_exchange_order *order = pg_exchange_find_order(e->core, fill->account, fill->oid);
    int side = fill->side == PG_BUY ? 0 : 1;
    pg_money value = (pg_money)fill->price * fill->size;
    if (!trade || !a)
        return;
    if (order && order->note[NOTE_INDEX]) {
        trade->order[side] = order->note[NOTE_INDEX];
        trade->client[side] = order->note[NOTE_CLIENT];
    }
    trade->before[side] = fill->start_position;
    trade->fee_e6[side] = (int64_t)((fill->fee * 1000000 + value / 2) / value);
    trade->liquidation |= fill->liquidation;
    /* The other side, when it is an account, has its copy, or gets one with both parts. */
    int other = trade->account[1 - side];
    lix_trade *copy = other >= 0 && e->accounts[other] ? find(&e->accounts[other]->trades, trade->id) : NULL;
    if (copy)
        set_part(copy, side, trade);
    lix_trade_add(&a->trades, trade, LIX_OWN_TRADES);
    a->first_trade++;
    if (fill->liquidation)
        note_liquidation(e, a, fill, trade->fee_e6[side]);
    lix_touch(e, a);
}

/* ---- the rest ---- */

static void on_order(void *self, const pg_exchange_order *order)
{
    pg_lighter_exchange *e = self;
    lix_account *a = e->accounts[order->account];
    if (!a || e->hushed || order->reason == PG_EXCHANGE_REPLACED || order->status == PG_EXCHANGE_TRIGGERED)
        return;
    lix_touch(e, a);
    e->nonce++;
    if (order->note[NOTE_KIN] == LIX_SLICE)
        lix_twap_order(e, order);
    if (order->note[NOTE_INDEX] == 0) /* a liquidation is no order of the account's */
        return;
    a->orders_changed = true;
    lix_json_order(e, &a->orders[order->market], order);
}

static void on_funding(void *self, const pg_exchange_funding *funding)
{
    pg_lighter_exchange *e = self;
    lix_account *a = e->accounts[funding->account];
    if (!a)
        return;
    lix_funding_add(&a->payments, &(lix_funding){ .time_ns = funding->time_ns,
                                                  .quantity = funding->quantity,
                                                  .rate_e12 = funding->rate_e12,
                                                  .market = funding->market,
                                                  .amount_e12 = funding->amount_e12 });
    lix_touch(e, a);
}

static void on_rate(void *self, int market, int64_t rate_e12, int64_t premium_e12)
{
    pg_lighter_exchange *e = self;
    pg_exchange_context context;
    (void)premium_e12;
    pg_exchange_get_context(&context, e->core, market);
    lix_funding_add(&e->markets[market].rates, &(lix_funding){ .time_ns = pg_exchange_now(e->core),
                                                               .rate_e12 = rate_e12,
                                                               .price = context.oracle,
                                                               .market = market });
}

pg_exchange_sink lix_sink(pg_lighter_exchange *e)
{
    return (pg_exchange_sink){
        .self = e, .order = on_order, .fill = on_fill, .trade = on_trade, .funding = on_funding, .rate = on_rate
    };
}

/* Accounts of the exchange: what they hold, their orders and fills, all bounded. */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_internal.h"

/* ---- rings ---- */

void exchange_ring_init(exchange_ring *ring, size_t item_size, size_t bound)
{
    *ring = (exchange_ring){ .item_size = item_size, .bound = bound };
}

void *exchange_ring_add(exchange_ring *ring, bool *replaced)
{
    if (ring->count == ring->capacity && ring->capacity < ring->bound) {
        size_t capacity = ring->capacity ? 2 * ring->capacity : 64;
        capacity = capacity < ring->bound ? capacity : ring->bound;
        char *grown = realloc(ring->items, capacity * ring->item_size);
        if (!grown)
            return NULL;
        ring->items = grown;
        ring->capacity = capacity;
        ring->next = ring->count; /* it has not gone round yet: that happens at the bound only */
    }
    *replaced = ring->count == ring->bound;
    void *item = ring->items + ring->next * ring->item_size;
    ring->next = (ring->next + 1) % ring->bound;
    ring->count += !*replaced;
    return item;
}

void *exchange_ring_at(const exchange_ring *ring, size_t i)
{
    if (i >= ring->count)
        return NULL;
    return ring->items + (ring->next + ring->bound - 1 - i) % ring->bound * ring->item_size;
}

/* ---- orders by id and client id ---- */

static size_t hash_number(uint64_t n)
{
    return (size_t)(n * 0x9E3779B97F4A7C15u >> 51);
}

static size_t hash_client(int account, const char *id)
{
    uint64_t hash = 14695981039346656037u + (uint64_t)account;
    while (*id)
        hash = (hash ^ (unsigned char)*id++) * 1099511628211u;
    return hash_number(hash);
}

_Static_assert(EXCHANGE_BUCKETS == 1 << (64 - 51), "the hash has as many values as there are buckets");

pg_exchange_order *exchange_order_find(const pg_exchange *x, uint64_t oid)
{
    pg_exchange_order *order = x->by_oid[hash_number(oid)];
    while (order && order->oid != oid)
        order = order->same_oid;
    return order;
}

void exchange_order_link(pg_exchange *x, pg_exchange_order *order)
{
    exchange_account *a = x->account[order->account];
    pg_exchange_order **bucket = &x->by_oid[hash_number(order->oid)];
    order->same_oid = *bucket;
    *bucket = order;
    if (order->client_id[0]) {
        bucket = &x->by_client[hash_client(order->account, order->client_id)];
        order->same_client = *bucket;
        *bucket = order;
    }
    order->before = a->last_open;
    *(a->last_open ? &a->last_open->after : &a->first_open) = order;
    a->last_open = order;
    a->open_count++;
}

static void forget(pg_exchange *x, pg_exchange_order *order)
{
    pg_exchange_order **at = &x->by_oid[hash_number(order->oid)];
    while (*at != order)
        at = &(*at)->same_oid;
    *at = order->same_oid;
    if (order->client_id[0]) {
        at = &x->by_client[hash_client(order->account, order->client_id)];
        while (*at != order)
            at = &(*at)->same_client;
        *at = order->same_client;
    }
    free(order);
}

void exchange_order_unlink(pg_exchange *x, pg_exchange_order *order)
{
    exchange_account *a = x->account[order->account];
    *(order->before ? &order->before->after : &a->first_open) = order->after;
    *(order->after ? &order->after->before : &a->last_open) = order->before;
    order->before = order->after = NULL;
    a->open_count--;
    bool replaced = false;
    pg_exchange_order **place = exchange_ring_add(&a->ended, &replaced);
    if (!place) { /* no memory for history: it is forgotten at once */
        forget(x, order);
        return;
    }
    if (replaced)
        forget(x, *place);
    *place = order;
}

/* ---- life ---- */

int pg_exchange_find_account(const pg_exchange *x, const char *name)
{
    for (int i = 0; i < x->account_count; i++)
        if (strcmp(x->account[i]->name, name) == 0)
            return i;
    return PG_EXCHANGE_NOBODY;
}

int pg_exchange_open_account(pg_exchange *x, const char *name)
{
    int found = pg_exchange_find_account(x, name);
    if (found != PG_EXCHANGE_NOBODY)
        return found;
    size_t length = strlen(name);
    exchange_account *a =
        x->account_count < PG_EXCHANGE_ACCOUNTS && length < PG_EXCHANGE_NAME ? calloc(1, sizeof *a) : NULL;
    if (!a)
        return PG_EXCHANGE_NOBODY;
    memcpy(a->name, name, length);
    exchange_ring_init(&a->ended, sizeof(pg_exchange_order *), PG_EXCHANGE_ENDED);
    exchange_ring_init(&a->fills, sizeof(pg_exchange_fill), PG_EXCHANGE_FILLS);
    for (int i = 0; i < PG_EXCHANGE_MARKETS; i++)
        a->holding[i].leverage = i < x->market_count ? exchange_first_leverage(x->market[i]) : 1;
    x->account[x->account_count] = a;
    return x->account_count++;
}

void exchange_account_free(pg_exchange *x, exchange_account *a)
{
    while (a->first_open) {
        pg_exchange_order *next = a->first_open->after;
        forget(x, a->first_open);
        a->first_open = next;
    }
    for (size_t i = 0; i < a->ended.count; i++)
        forget(x, *(pg_exchange_order **)exchange_ring_at(&a->ended, i));
    free(a->ended.items);
    free(a->fills.items);
    free(a);
}

int pg_exchange_account_count(const pg_exchange *x)
{
    return x->account_count;
}

const char *pg_exchange_account_name(const pg_exchange *x, int account)
{
    return x->account[account]->name;
}

void pg_exchange_deposit_pool(pg_exchange *x, int account, int pool, pg_money amount_e12)
{
    x->account[account]->deposited_e12[pool] += amount_e12;
}

void pg_exchange_deposit(pg_exchange *x, int account, pg_money amount_e12)
{
    pg_exchange_deposit_pool(x, account, 0, amount_e12);
}

pg_money pg_exchange_deposited_pool(const pg_exchange *x, int account, int pool)
{
    return x->account[account]->deposited_e12[pool];
}

pg_money pg_exchange_deposited(const pg_exchange *x, int account)
{
    return pg_exchange_deposited_pool(x, account, 0);
}

void pg_exchange_set_discount(pg_exchange *x, int account, int64_t discount_e8)
{
    x->account[account]->discount_e8 = discount_e8;
}

void pg_exchange_set_fees(pg_exchange *x, int account, int64_t maker_e8, int64_t taker_e8)
{
    x->account[account]->maker_fee_e8 = maker_e8;
    x->account[account]->taker_fee_e8 = taker_e8;
}

pg_money pg_exchange_volume(const pg_exchange *x, int account)
{
    return x->account[account]->volume_e12;
}

/* ---- holdings ---- */

/* Margin of an isolated position follows its size: it grows by the initial margin of what is added, and shrinks in
 * proportion. */
static void follow_isolated(exchange_holding *h, const exchange_market *m, int64_t before, int64_t price)
{
    int64_t after = h->booked.quantity, held = before < 0 ? -before : before, holds = after < 0 ? -after : after;
    bool turned = before != 0 && after != 0 && (before > 0) != (after > 0);
    if (!h->isolated || after == 0 || turned) {
        h->isolated_e12 = 0;
        held = 0;
    }
    if (!h->isolated)
        return;
    if (holds > held)
        h->isolated_e12 += exchange_initial(h, (pg_money)price * (holds - held) * m->money_scale);
    else if (held > 0)
        h->isolated_e12 = h->isolated_e12 / held * holds + h->isolated_e12 % held * holds / held;
}

pg_money exchange_account_book(pg_exchange *x, int account, exchange_market *m, int side, int64_t price, int64_t size,
                               pg_money fee)
{
    exchange_account *a = x->account[account];
    exchange_holding *h = &a->holding[m->number];
    int64_t before = h->booked.quantity;
    pg_money realised = h->booked.realised;
    pg_position_fill(&h->booked, side, price, size, fee);
    int64_t after = h->booked.quantity;
    if (before == 0 || after == 0 || (before > 0) != (after > 0))
        h->funding_open_e12 = 0;
    h->funding_change_e12 = 0;
    follow_isolated(h, m, before, price);
    a->volume_e12 += (pg_money)price * size * m->money_scale;
    x->fees_e12 += fee * m->money_scale;
    return h->booked.realised - realised;
}

void pg_exchange_get_position(pg_exchange_position *position, const pg_exchange *x, int account, int market)
{
    const exchange_holding *h = &x->account[account]->holding[market];
    *position = (pg_exchange_position){ .quantity = h->booked.quantity,
                                        .cost = h->booked.cost,
                                        .realised = h->booked.realised,
                                        .funding_e12 = h->funding_e12,
                                        .funding_open_e12 = h->funding_open_e12,
                                        .funding_change_e12 = h->funding_change_e12,
                                        .isolated_e12 = h->isolated_e12,
                                        .leverage = h->leverage,
                                        .isolated = h->isolated };
}

/* ---- looking ---- */

const pg_exchange_order *pg_exchange_find_order(const pg_exchange *x, int account, uint64_t oid)
{
    const pg_exchange_order *order = exchange_order_find(x, oid);
    return order && order->account == account ? order : NULL;
}

const pg_exchange_order *pg_exchange_find_client(const pg_exchange *x, int account, const char *client_id)
{
    const pg_exchange_order *order = x->by_client[hash_client(account, client_id)];
    while (order && (order->account != account || strcmp(order->client_id, client_id) != 0))
        order = order->same_client;
    return order;
}

const pg_exchange_order *pg_exchange_next_open(const pg_exchange *x, int account, const pg_exchange_order *order)
{
    return order ? order->after : x->account[account]->first_open;
}

int pg_exchange_open_count(const pg_exchange *x, int account)
{
    return x->account[account]->open_count;
}

const pg_exchange_order *pg_exchange_ended_at(const pg_exchange *x, int account, int i)
{
    pg_exchange_order *const *place = i < 0 ? NULL : exchange_ring_at(&x->account[account]->ended, (size_t)i);
    return place ? *place : NULL;
}

const pg_exchange_fill *pg_exchange_fill_at(const pg_exchange *x, int account, int i)
{
    return i < 0 ? NULL : exchange_ring_at(&x->account[account]->fills, (size_t)i);
}

void pg_exchange_schedule_cancel(pg_exchange *x, int account, int64_t time_ns)
{
    x->account[account]->schedule_ns = time_ns;
}

int pg_exchange_schedules_fired(const pg_exchange *x, int account)
{
    const exchange_account *a = x->account[account];
    return a->fired_day == pg_exchange_now(x) / EXCHANGE_DAY_NS ? a->fired_count : 0;
}

/* What accounts and the flow have of assets, less what was put in. */
static void sum_assets(pg_exchange_balance *balance, const pg_exchange *x)
{
    for (int a = 0; a < x->asset_count; a++) {
        balance->put_e12[a] = x->asset_put_e12[a];
        balance->assets_e12[a] = x->asset_fees_e12[a] - x->asset_put_e12[a];
        for (int k = 0; k < x->account_count; k++)
            balance->assets_e12[a] += x->account[k]->assets[a].total_e12;
    }
    for (int i = 0; i < x->market_count; i++) {
        const exchange_market *m = x->market[i];
        if (!m->config.is_spot)
            continue;
        int64_t unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - m->instrument.size_decimals);
        balance->assets_e12[m->config.base] += (pg_money)m->flow_quantity * unit;
        balance->assets_e12[m->config.quote] += m->flow_cash * m->money_scale;
    }
}

void pg_exchange_get_balance(pg_exchange_balance *balance, const pg_exchange *x)
{
    *balance = (pg_exchange_balance){ .money_e12 = x->fees_e12 - x->funding_e12 };
    for (int i = 0; i < x->market_count; i++) {
        if (x->market[i]->config.is_spot)
            continue;
        balance->positions += x->market[i]->flow_quantity;
        balance->money_e12 += x->market[i]->flow_cash * x->market[i]->money_scale;
    }
    for (int k = 0; k < x->account_count; k++) {
        for (int pool = 0; pool < PG_EXCHANGE_POOLS; pool++) {
            balance->money_e12 += x->account[k]->funding_e12[pool];
            balance->deposited_e12 += x->account[k]->deposited_e12[pool];
        }
        for (int i = 0; i < x->market_count; i++) {
            balance->positions += x->account[k]->holding[i].booked.quantity;
            balance->money_e12 += x->account[k]->holding[i].booked.cash * x->market[i]->money_scale;
        }
    }
    sum_assets(balance, x);
}

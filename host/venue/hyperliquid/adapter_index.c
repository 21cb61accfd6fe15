/* The table of orders: its memory, and finding an order by our id or the venue's. */
#include <stdlib.h>

#include "venue/hyperliquid/adapter_orders_internal.h"

static int chain_of(uint64_t key)
{
    return (int)((key * 0x9e3779b97f4a7c15u >> 40) & (HL_CHAINS - 1));
}

pg_status hl_orders_new(hl_orders **orders, uint64_t run, hl_report_sink sink, pg_error *err)
{
    hl_orders *o = calloc(1, sizeof *o);
    *orders = o;
    if (!o)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for orders");
    o->run = run;
    o->sink = sink;
    o->first_done = o->last_done = o->watched = HL_NONE;
    for (int i = 0; i < HL_CHAINS; i++)
        o->id_chain[i] = o->oid_chain[i] = HL_NONE;
    for (int i = 0; i < HL_ORDERS_MAX; i++)
        o->order[i].after = i + 1 < HL_ORDERS_MAX ? i + 1 : HL_NONE;
    pg_status status = pg_recent_new(&o->fills, HL_FILLS_SEEN, err);
    if (status != PG_OK) {
        free(o);
        *orders = NULL;
    }
    return status;
}

void hl_orders_free(hl_orders *orders)
{
    if (!orders)
        return;
    pg_recent_free(orders->fills);
    free(orders);
}

int hl_slot_of(const hl_orders *orders, const hl_order *order)
{
    return (int)(order - orders->order);
}

hl_order *hl_orders_find(hl_orders *orders, uint64_t id)
{
    int i = orders->id_chain[chain_of(id)];
    while (i != HL_NONE && orders->order[i].id != id)
        i = orders->order[i].by_id;
    return i == HL_NONE ? NULL : &orders->order[i];
}

/* A leg's place in the chain of its oid is 2 * slot, and 1 more for the next leg. */
static hl_leg *leg_at(hl_orders *orders, int place)
{
    hl_order *order = &orders->order[place / 2];
    return place % 2 ? &order->next : &order->leg;
}

void hl_chain_leg(hl_orders *orders, hl_order *order, int which)
{
    int *head = &orders->oid_chain[chain_of(which ? order->next.oid : order->leg.oid)];
    order->by_oid[which] = *head;
    *head = 2 * hl_slot_of(orders, order) + which;
}

void hl_unchain_leg(hl_orders *orders, hl_order *order, int which)
{
    uint64_t oid = which ? order->next.oid : order->leg.oid;
    int place = 2 * hl_slot_of(orders, order) + which;
    if (!oid)
        return;
    int *p = &orders->oid_chain[chain_of(oid)];
    while (*p != place)
        p = &orders->order[*p / 2].by_oid[*p % 2];
    *p = order->by_oid[which];
}

hl_order *hl_find_oid(hl_orders *orders, uint64_t oid, hl_leg **leg)
{
    int place = orders->oid_chain[chain_of(oid)];
    while (place != HL_NONE && leg_at(orders, place)->oid != oid)
        place = orders->order[place / 2].by_oid[place % 2];
    if (place == HL_NONE)
        return NULL;
    *leg = leg_at(orders, place);
    return &orders->order[place / 2];
}

void hl_learn_oid(hl_orders *orders, hl_order *order, hl_leg *leg, uint64_t oid)
{
    if (leg->oid || !oid)
        return;
    leg->oid = oid;
    hl_chain_leg(orders, order, leg == &order->next);
}

/* Takes an ended order out for good. */
static void forget(hl_orders *orders, hl_order *order)
{
    int slot = hl_slot_of(orders, order), *p = &orders->id_chain[chain_of(order->id)];
    while (*p != slot)
        p = &orders->order[*p].by_id;
    *p = order->by_id;
    hl_unchain_leg(orders, order, 0);
    hl_unchain_leg(orders, order, 1);
    order->used = false;
    order->after = orders->free;
    orders->free = slot;
}

static void forget_oldest(hl_orders *orders)
{
    int slot = orders->first_done;
    orders->first_done = orders->order[slot].after;
    if (orders->first_done == HL_NONE)
        orders->last_done = HL_NONE;
    forget(orders, &orders->order[slot]);
}

hl_order *hl_orders_place(hl_orders *orders, int market, const pg_request *request, int64_t now_ns)
{
    if (orders->free == HL_NONE && orders->first_done != HL_NONE)
        forget_oldest(orders);
    if (orders->free == HL_NONE)
        return NULL;
    int slot = orders->free;
    hl_order *order = &orders->order[slot];
    orders->free = order->after;
    *order = (hl_order){ .id = request->id,
                         .market = market,
                         .side = request->side,
                         .tif = request->tif,
                         .reduce_only = request->reduce_only,
                         .used = true,
                         .leg = { .price = request->price, .size = request->size },
                         .placed_ns = now_ns,
                         .sent_ns = now_ns,
                         .after = HL_NONE };
    int *head = &orders->id_chain[chain_of(order->id)];
    order->by_id = *head;
    *head = slot;
    orders->open++;
    return order;
}

int hl_orders_open(const hl_orders *orders)
{
    return orders->open;
}

void hl_retire(hl_orders *orders, hl_order *order)
{
    int slot = hl_slot_of(orders, order);
    orders->open--;
    order->after = HL_NONE;
    if (orders->last_done == HL_NONE)
        orders->first_done = slot;
    else
        orders->order[orders->last_done].after = slot;
    orders->last_done = slot;
}

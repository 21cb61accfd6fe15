/* The table of orders: its memory, and finding an order by our id or the venue's. */
#include <stdlib.h>

#include "venue/tracker_internal.h"

static int chain_of(uint64_t key)
{
    return (int)((key * 0x9e3779b97f4a7c15u >> 40) & (TRACKER_CHAINS - 1));
}

pg_status pg_tracker_new(pg_tracker **tracker, uint64_t run, pg_report_sink sink, pg_error *err)
{
    pg_tracker *o = calloc(1, sizeof *o);
    *tracker = o;
    if (!o)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for orders");
    o->run = run;
    o->patience_ns = TRACKER_IN_VAIN_NS;
    o->sink = sink;
    o->first_done = o->last_done = o->watched = TRACKER_NONE;
    for (int i = 0; i < TRACKER_CHAINS; i++)
        o->id_chain[i] = o->oid_chain[i] = TRACKER_NONE;
    for (int i = 0; i < PG_TRACKER_ORDERS; i++)
        o->order[i].after = i + 1 < PG_TRACKER_ORDERS ? i + 1 : TRACKER_NONE;
    pg_status status = pg_recent_new(&o->fills, PG_TRACKER_FILLS, err);
    if (status != PG_OK) {
        free(o);
        *tracker = NULL;
    }
    return status;
}

void pg_tracker_free(pg_tracker *tracker)
{
    if (!tracker)
        return;
    pg_recent_free(tracker->fills);
    free(tracker);
}

int tracker_slot_of(const pg_tracker *tracker, const pg_tracked *order)
{
    return (int)(order - tracker->order);
}

pg_tracked *pg_tracker_find(pg_tracker *tracker, uint64_t id)
{
    int i = tracker->id_chain[chain_of(id)];
    while (i != TRACKER_NONE && tracker->order[i].id != id)
        i = tracker->order[i].by_id;
    return i == TRACKER_NONE ? NULL : &tracker->order[i];
}

/* A leg's place in the chain of its oid is 2 * slot, and 1 more for the next leg. */
static pg_leg *leg_at(pg_tracker *tracker, int place)
{
    pg_tracked *order = &tracker->order[place / 2];
    return place % 2 ? &order->next : &order->leg;
}

void tracker_chain_leg(pg_tracker *tracker, pg_tracked *order, int which)
{
    int *head = &tracker->oid_chain[chain_of(which ? order->next.oid : order->leg.oid)];
    order->by_oid[which] = *head;
    *head = 2 * tracker_slot_of(tracker, order) + which;
}

void tracker_unchain_leg(pg_tracker *tracker, pg_tracked *order, int which)
{
    uint64_t oid = which ? order->next.oid : order->leg.oid;
    int place = 2 * tracker_slot_of(tracker, order) + which;
    if (!oid)
        return;
    int *p = &tracker->oid_chain[chain_of(oid)];
    while (*p != place)
        p = &tracker->order[*p / 2].by_oid[*p % 2];
    *p = order->by_oid[which];
}

pg_tracked *tracker_find_oid(pg_tracker *tracker, uint64_t oid, pg_leg **leg)
{
    int place = tracker->oid_chain[chain_of(oid)];
    while (place != TRACKER_NONE && leg_at(tracker, place)->oid != oid)
        place = tracker->order[place / 2].by_oid[place % 2];
    if (place == TRACKER_NONE)
        return NULL;
    *leg = leg_at(tracker, place);
    return &tracker->order[place / 2];
}

void tracker_learn_oid(pg_tracker *tracker, pg_tracked *order, pg_leg *leg, uint64_t oid)
{
    if (leg->oid || !oid)
        return;
    leg->oid = oid;
    tracker_chain_leg(tracker, order, leg == &order->next);
}

/* Takes an ended order out for good. */
static void forget(pg_tracker *tracker, pg_tracked *order)
{
    int slot = tracker_slot_of(tracker, order), *p = &tracker->id_chain[chain_of(order->id)];
    while (*p != slot)
        p = &tracker->order[*p].by_id;
    *p = order->by_id;
    tracker_unchain_leg(tracker, order, 0);
    tracker_unchain_leg(tracker, order, 1);
    order->used = false;
    order->after = tracker->free;
    tracker->free = slot;
}

static void forget_oldest(pg_tracker *tracker)
{
    int slot = tracker->first_done;
    tracker->first_done = tracker->order[slot].after;
    if (tracker->first_done == TRACKER_NONE)
        tracker->last_done = TRACKER_NONE;
    forget(tracker, &tracker->order[slot]);
}

pg_tracked *pg_tracker_place(pg_tracker *tracker, int market, const pg_request *request, int64_t now_ns)
{
    if (tracker->free == TRACKER_NONE && tracker->first_done != TRACKER_NONE)
        forget_oldest(tracker);
    if (tracker->free == TRACKER_NONE)
        return NULL;
    int slot = tracker->free;
    pg_tracked *order = &tracker->order[slot];
    tracker->free = order->after;
    *order = (pg_tracked){ .id = request->id,
                           .name = { .run = tracker->run, .id = request->id },
                           .market = market,
                           .side = request->side,
                           .tif = request->tif,
                           .reduce_only = request->reduce_only,
                           .used = true,
                           .leg = { .number = 1, .price = request->price, .size = request->size },
                           .legs = 1,
                           .placed_ns = now_ns,
                           .sent_ns = now_ns,
                           .after = TRACKER_NONE };
    int *head = &tracker->id_chain[chain_of(order->id)];
    order->by_id = *head;
    *head = slot;
    tracker->open++;
    tracker->open_in[market]++;
    return order;
}

pg_tracked *pg_tracker_adopt(pg_tracker *tracker, uint64_t id, const pg_open_order *found, uint8_t tif, int64_t now_ns)
{
    const pg_request request = { .id = id,
                                 .side = found->side,
                                 .tif = tif,
                                 .reduce_only = found->reduce_only,
                                 .price = found->price,
                                 .size = found->remaining + found->filled };
    const uint64_t oid = strtoull(found->order_id, NULL, 10);
    pg_leg *leg;
    if (!oid || tracker_find_oid(tracker, oid, &leg) || pg_tracker_find(tracker, id))
        return NULL;
    pg_tracked *order = pg_tracker_place(tracker, found->market, &request, now_ns);
    if (!order)
        return NULL;
    order->name = (pg_client_id){ .run = found->run, .id = found->id };
    order->accepted = true;
    order->leg.filled = found->filled;
    tracker_learn_oid(tracker, order, &order->leg, oid);
    tracker->adopted++;
    return order;
}

/* Adopted ones are few and have no index: where there are none, nothing is looked through. */
pg_tracked *pg_tracker_named(pg_tracker *tracker, pg_client_id name)
{
    if (name.run == tracker->run)
        return pg_tracker_find(tracker, name.id);
    for (int i = 0; name.run != 0 && tracker->adopted > 0 && i < PG_TRACKER_ORDERS; i++) {
        pg_tracked *order = &tracker->order[i];
        if (order->used && order->name.run == name.run && order->name.id == name.id)
            return order;
    }
    return NULL;
}

void pg_tracker_set_patience(pg_tracker *tracker, int64_t patience_ns)
{
    tracker->patience_ns = patience_ns;
}

int pg_tracker_open(const pg_tracker *tracker)
{
    return tracker->open;
}

int pg_tracker_open_in(const pg_tracker *tracker, int market)
{
    return tracker->open_in[market];
}

void tracker_retire(pg_tracker *tracker, pg_tracked *order)
{
    int slot = tracker_slot_of(tracker, order);
    tracker->open--;
    tracker->open_in[order->market]--;
    order->after = TRACKER_NONE;
    if (tracker->last_done == TRACKER_NONE)
        tracker->first_done = slot;
    else
        tracker->order[tracker->last_done].after = slot;
    tracker->last_done = slot;
}

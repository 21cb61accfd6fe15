/* What a seat has open, as far as the risk gate is concerned. The order manager holds every request as soon as it is made:
 * also the one that is being judged, and those that were refused a moment ago, until their refusal has been taken in. What
 * was refused must not count: a limit on a total lets through what does not make that total larger. */
#include "live/desk_internal.h"

#include <string.h>

static uint32_t slot_of(uint64_t id)
{
    return (uint32_t)((id * 0x9e3779b97f4a7c15ull) >> 32) & (DESK_REFUSED - 1);
}

static const uint64_t removed = UINT64_MAX; /* in the place of an id */

/* NULL: it is not there. */
static uint64_t *find(refused_ids *refused, uint64_t id)
{
    for (uint32_t i = slot_of(id); refused->id[i]; i = (i + 1) & (DESK_REFUSED - 1))
        if (refused->id[i] == id)
            return &refused->id[i];
    return NULL;
}

void desk_note_refused(pg_desk *desk, int place, uint64_t id)
{
    refused_ids *refused = &desk->refused[place];
    if (find(refused, id) || refused->count == DESK_REFUSED - 1)
        return;
    uint32_t i = slot_of(id);
    while (refused->id[i])
        i = (i + 1) & (DESK_REFUSED - 1);
    refused->id[i] = id;
    refused->count++;
}

void desk_note_sent(pg_desk *desk, int place, uint64_t id)
{
    refused_ids *refused = &desk->refused[place];
    uint64_t *at = refused->count > 0 ? find(refused, id) : NULL;
    if (at)
        *at = removed;
}

/* Once the engine has taken in everything it knows of the refusals itself. */
static void forget_refused(refused_ids *refused, const pg_engine *engine)
{
    if (refused->count > 0 && pg_engine_waiting(engine) == 0)
        memset(refused, 0, sizeof *refused);
}

/* The pool without an order that was never placed, or with one as it was before its replacement was asked for. */
static void take_back(pg_orders *orders, int *i, bool is_new)
{
    if (is_new)
        orders->order[(*i)--] = orders->order[--orders->count];
    else
        orders->order[*i].state = PG_ORDER_LIVE;
}

void desk_look(pg_risk_open *open, pg_desk *desk, int place, const pg_request *request)
{
    const pg_engine *engine = desk->seat[place]->engine(desk->seat[place]->self);
    const pg_orders *orders = pg_engine_orders(engine);
    refused_ids *refused = &desk->refused[place];
    forget_refused(refused, engine);
    if (!request && refused->count == 0) {
        pg_risk_look(open, orders);
        return;
    }
    pg_orders others; /* only what pg_risk_look reads */
    others.count = orders->count;
    others.fresh_replace = orders->fresh_replace;
    memcpy(others.order, orders->order, (size_t)orders->count * sizeof *orders->order);
    for (int i = 0; i < others.count; i++) {
        const pg_order *order = &others.order[i];
        if (request && order->id == request->id)
            take_back(&others, &i, request->kind == PG_REQUEST_NEW);
        else if (refused->count > 0 && find(refused, order->id) &&
                 (order->state == PG_ORDER_PENDING_NEW || order->state == PG_ORDER_PENDING_REPLACE))
            take_back(&others, &i, order->state == PG_ORDER_PENDING_NEW);
    }
    pg_risk_look(open, &others);
}

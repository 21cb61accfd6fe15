/* What is not heard of in time: asking the venue, and what follows from its answers. */
#include <stdio.h>
#include <string.h>

#include "venue/hyperliquid/adapter_orders_internal.h"

void hl_watch(hl_orders *orders, hl_order *order, hl_ask ask, int64_t at_ns)
{
    if (order->done)
        return;
    if (order->ask == HL_ASK_NOTHING) {
        order->watch_before = HL_NONE;
        order->watch_after = orders->watched;
        if (orders->watched != HL_NONE)
            orders->order[orders->watched].watch_before = hl_slot_of(orders, order);
        orders->watched = hl_slot_of(orders, order);
    }
    order->ask = ask;
    order->ask_ns = at_ns;
}

void hl_watch_end(hl_orders *orders, hl_order *order, int64_t at_ns)
{
    if (order->ask == HL_ASK_NOTHING || (order->ask == HL_ASK_STATUS && at_ns < order->ask_ns))
        hl_watch(orders, order, HL_ASK_STATUS, at_ns);
}

void hl_unwatch(hl_orders *orders, hl_order *order)
{
    if (order->ask == HL_ASK_NOTHING)
        return;
    *(order->watch_before == HL_NONE ? &orders->watched : &orders->order[order->watch_before].watch_after) =
        order->watch_after;
    if (order->watch_after != HL_NONE)
        orders->order[order->watch_after].watch_before = order->watch_before;
    order->ask = HL_ASK_NOTHING;
}

void hl_resolve(hl_orders *orders, hl_order *order)
{
    hl_unwatch(orders, order);
    order->doubt = 0;
}

hl_order *hl_orders_next_check(hl_orders *orders, int64_t now_ns)
{
    for (int i = orders->watched; i != HL_NONE; i = orders->order[i].watch_after) {
        hl_order *order = &orders->order[i];
        if (!order->asking && order->ask_ns <= now_ns) {
            order->asking = true;
            return order;
        }
    }
    return NULL;
}

void hl_orders_ask_again(hl_order *order, int64_t now_ns)
{
    order->asking = false;
    order->ask_ns = now_ns + HL_ASK_EVERY_NS;
}

/* ---- what is answered ---- */

static void again(hl_orders *orders, hl_order *order, hl_ask ask, int64_t now_ns)
{
    hl_watch(orders, order, ask, now_ns + HL_ASK_EVERY_NS);
}

/* An order that should exist and does not: its fills are looked up, then it counts as gone. */
static void give_up(hl_orders *orders, hl_order *order, int64_t now_ns)
{
    hl_leg *leg = &order->leg;
    if (!leg->ended) {
        leg->ended = true;
        leg->state = PG_HL_STATE_CANCELLED;
        leg->reason = PG_REASON_UNKNOWN;
        leg->end_filled = leg->size;
        leg->end_ns = now_ns;
        snprintf(leg->words, sizeof leg->words, "the venue does not know the order");
    }
    hl_watch(orders, order, HL_ASK_FILLS, now_ns);
}

static void told_unknown(hl_orders *orders, hl_order *order, int64_t now_ns)
{
    int64_t since = order->doubt ? order->doubt_ns : order->sent_ns;
    if (now_ns - since < HL_IN_VAIN_NS)
        again(orders, order, HL_ASK_STATUS, now_ns);
    else if (order->doubt == PG_REQUEST_NEW && !order->accepted && !order->taken)
        hl_watch(orders, order, HL_ASK_VOID, now_ns);
    else if (order->doubt == PG_REQUEST_NEW && !order->accepted)
        hl_refuse_new(orders, order, PG_REASON_OTHER, "the venue took the request and has no such order", false,
                      now_ns);
    else
        give_up(orders, order, now_ns);
}

/* The order is open, though its replacement was asked for. */
static void told_not_replaced(hl_orders *orders, hl_order *order, int64_t now_ns)
{
    char words[PG_VENUE_WORDS];
    if (order->replace == HL_REPLACE_REFUSED) {
        memcpy(words, order->next.words, sizeof words);
        hl_refuse_replace(orders, order, order->next.reason, words, false);
    } else if (order->doubt && order->taken) {
        hl_refuse_replace(orders, order, PG_REASON_OTHER, "the venue took the request and did not replace the order",
                          false);
    } else if (order->doubt && now_ns - order->doubt_ns >= HL_IN_VAIN_NS) {
        hl_watch(orders, order, HL_ASK_VOID, now_ns);
    } else {
        again(orders, order, HL_ASK_STATUS, now_ns);
    }
}

static void told_open(hl_orders *orders, hl_order *order, int64_t now_ns)
{
    if (order->doubt == PG_REQUEST_NEW) {
        hl_resolve(orders, order);
    } else if (order->replace != HL_REPLACE_NONE) {
        told_not_replaced(orders, order, now_ns);
    } else if (order->cancelling) {
        bool doubt = order->doubt == PG_REQUEST_CANCEL;
        int64_t since = doubt ? order->doubt_ns : order->sent_ns;
        if (now_ns - since < (doubt ? HL_CANCEL_NS : HL_IN_VAIN_NS))
            again(orders, order, HL_ASK_STATUS, now_ns);
        else
            hl_refuse_cancel(orders, order, PG_REASON_UNSENT, "no answer came, and the order is still open", false);
    } else {
        hl_resolve(orders, order);
    }
}

/* The newest order of our id: the replacement, or the old order, which then was not replaced. */
static void told_next(hl_orders *orders, hl_order *order, const pg_hl_update *update, int64_t now_ns)
{
    hl_leg *leg = NULL;
    if (update && update->oid != order->leg.oid && hl_find_leg(orders, update->oid, update->cloid, &leg) == order &&
        leg == &order->next) {
        hl_take_state(orders, order, leg, update, now_ns);
        return;
    }
    hl_drop_next(orders, order);
    hl_settle(orders, order, now_ns);
}

void hl_orders_told(hl_orders *orders, hl_order *order, hl_ask asked, const pg_hl_update *update, int64_t now_ns)
{
    hl_leg *leg = NULL;
    order->asking = false;
    if (order->done)
        return;
    if (asked == HL_ASK_NEXT && order->ask == asked) {
        hl_unwatch(orders, order);
        told_next(orders, order, update, now_ns);
    } else if (!update) {
        if (order->ask == asked)
            told_unknown(orders, order, now_ns);
    } else if (hl_find_leg(orders, update->oid, update->cloid, &leg) == order) {
        if (order->ask == HL_ASK_STATUS && leg == &order->leg) /* known now; something else may be found to ask */
            hl_unwatch(orders, order);
        pg_hl_update state = *update;
        if (state.state == PG_HL_STATE_UNKNOWN) /* a new word for an order that is not over */
            state.state = PG_HL_STATE_OPEN;
        hl_take_state(orders, order, leg, &state, now_ns);
        if (!order->done && leg == &order->leg && state.state == PG_HL_STATE_OPEN)
            told_open(orders, order, now_ns);
    } else if (order->ask == asked) {
        again(orders, order, HL_ASK_STATUS, now_ns);
    }
}

void hl_orders_filled(hl_orders *orders, hl_order *order, int64_t now_ns)
{
    order->asking = false;
    if (order->done || order->ask != HL_ASK_FILLS)
        return;
    hl_unwatch(orders, order);
    order->leg.end_filled = order->leg.filled; /* all that there are were heard of now */
    hl_settle(orders, order, now_ns);
}

void hl_orders_voided(hl_orders *orders, hl_order *order, bool voided, int64_t now_ns)
{
    static const char words[] = "the request did not arrive in time and was made void";
    order->asking = false;
    if (order->done || order->ask != HL_ASK_VOID)
        return;
    if (!voided || (order->doubt == PG_REQUEST_NEW && order->accepted)) { /* its state tells */
        order->taken = true;
        order->doubt_ns = now_ns;
        hl_watch(orders, order, HL_ASK_STATUS, now_ns);
    } else if (order->doubt == PG_REQUEST_NEW) {
        hl_refuse_new(orders, order, PG_REASON_UNSENT, words, false, now_ns);
    } else {
        hl_refuse_replace(orders, order, PG_REASON_UNSENT, words, false);
    }
}

/* ---- lists of open orders ---- */

void hl_orders_list_begin(hl_orders *orders)
{
    orders->list++;
}

void hl_orders_list_add(hl_orders *orders, const pg_hl_update *update, int64_t now_ns)
{
    hl_leg *leg = NULL;
    hl_order *order = update->market < 0 ? NULL : hl_find_leg(orders, update->oid, update->cloid, &leg);
    if (!order || order->done)
        return;
    order->listed = orders->list;
    hl_take_state(orders, order, leg, update, now_ns);
}

void hl_orders_list_end(hl_orders *orders, int64_t asked_ns, int64_t now_ns)
{
    for (int i = 0; i < HL_ORDERS_MAX; i++) {
        hl_order *order = &orders->order[i];
        if (order->used && !order->done && order->accepted && order->listed != orders->list &&
            order->sent_ns < asked_ns)
            hl_watch_end(orders, order, now_ns);
    }
}

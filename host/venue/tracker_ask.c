/* What is not heard of in time: asking the venue, and what follows from its answers. */
#include <stdio.h>
#include <string.h>

#include "venue/tracker_internal.h"

void tracker_watch(pg_tracker *tracker, pg_tracked *order, pg_ask ask, int64_t at_ns)
{
    if (order->done)
        return;
    if (order->ask == PG_ASK_NOTHING) {
        order->watch_before = TRACKER_NONE;
        order->watch_after = tracker->watched;
        if (tracker->watched != TRACKER_NONE)
            tracker->order[tracker->watched].watch_before = tracker_slot_of(tracker, order);
        tracker->watched = tracker_slot_of(tracker, order);
    }
    order->ask = ask;
    order->ask_ns = at_ns;
}

void tracker_watch_end(pg_tracker *tracker, pg_tracked *order, int64_t at_ns)
{
    if (order->ask == PG_ASK_NOTHING || (order->ask == PG_ASK_STATUS && at_ns < order->ask_ns))
        tracker_watch(tracker, order, PG_ASK_STATUS, at_ns);
}

void tracker_unwatch(pg_tracker *tracker, pg_tracked *order)
{
    if (order->ask == PG_ASK_NOTHING)
        return;
    *(order->watch_before == TRACKER_NONE ? &tracker->watched : &tracker->order[order->watch_before].watch_after) =
        order->watch_after;
    if (order->watch_after != TRACKER_NONE)
        tracker->order[order->watch_after].watch_before = order->watch_before;
    order->ask = PG_ASK_NOTHING;
}

void tracker_resolve(pg_tracker *tracker, pg_tracked *order)
{
    tracker_unwatch(tracker, order);
    order->doubt = 0;
}

pg_tracked *pg_tracker_next_check(pg_tracker *tracker, int64_t now_ns)
{
    for (int i = tracker->watched; i != TRACKER_NONE; i = tracker->order[i].watch_after) {
        pg_tracked *order = &tracker->order[i];
        if (!order->asking && order->ask_ns <= now_ns) {
            order->asking = true;
            return order;
        }
    }
    return NULL;
}

void pg_tracked_ask_again(pg_tracked *order, int64_t now_ns)
{
    order->asking = false;
    order->ask_ns = now_ns + TRACKER_ASK_EVERY_NS;
}

/* ---- what is answered ---- */

static void again(pg_tracker *tracker, pg_tracked *order, pg_ask ask, int64_t now_ns)
{
    tracker_watch(tracker, order, ask, now_ns + TRACKER_ASK_EVERY_NS);
}

/* An order that should exist and does not: its fills are looked up, then it counts as gone. */
static void give_up(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    pg_leg *leg = &order->leg;
    if (!leg->ended) {
        leg->ended = true;
        leg->state = PG_TOLD_CANCELLED;
        leg->reason = PG_REASON_UNKNOWN;
        leg->end_filled = leg->size;
        leg->end_ns = now_ns;
        snprintf(leg->words, sizeof leg->words, "the venue does not know the order");
    }
    tracker_watch(tracker, order, PG_ASK_FILLS, now_ns);
}

static void told_unknown(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    int64_t since = order->doubt ? order->doubt_ns : order->sent_ns;
    if (now_ns - since < tracker->patience_ns)
        again(tracker, order, PG_ASK_STATUS, now_ns);
    else if (order->doubt == PG_REQUEST_NEW && !order->accepted && !order->taken)
        tracker_watch(tracker, order, PG_ASK_VOID, now_ns);
    else if (order->doubt == PG_REQUEST_NEW && !order->accepted)
        tracker_refuse_new(tracker, order, PG_REASON_OTHER, "the venue took the request and has no such order", false,
                           now_ns);
    else
        give_up(tracker, order, now_ns);
}

/* The order is open, though its replacement was asked for. */
static void told_not_replaced(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    char words[PG_VENUE_WORDS];
    if (order->replace == PG_REPLACE_REFUSED) {
        memcpy(words, order->next.words, sizeof words);
        tracker_refuse_replace(tracker, order, order->next.reason, words, false);
    } else if (order->in_place && !order->doubt && now_ns - order->sent_ns >= TRACKER_IN_VAIN_NS) {
        tracker_refuse_replace(tracker, order, PG_REASON_OTHER,
                               "the venue took the request and did not change the order", false);
    } else if (order->doubt && order->taken) {
        tracker_refuse_replace(tracker, order, PG_REASON_OTHER,
                               "the venue took the request and did not replace the order", false);
    } else if (order->doubt && now_ns - order->doubt_ns >= tracker->patience_ns) {
        tracker_watch(tracker, order, PG_ASK_VOID, now_ns);
    } else {
        again(tracker, order, PG_ASK_STATUS, now_ns);
    }
}

static void told_open(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    if (order->doubt == PG_REQUEST_NEW) {
        tracker_resolve(tracker, order);
    } else if (order->replace != PG_REPLACE_NONE) {
        told_not_replaced(tracker, order, now_ns);
    } else if (order->cancelling) {
        bool doubt = order->doubt == PG_REQUEST_CANCEL;
        int64_t since = doubt ? order->doubt_ns : order->sent_ns;
        if (now_ns - since < (doubt ? TRACKER_CANCEL_NS : tracker->patience_ns))
            again(tracker, order, PG_ASK_STATUS, now_ns);
        else
            tracker_refuse_cancel(tracker, order, PG_REASON_UNSENT, "no answer came, and the order is still open",
                                  false);
    } else {
        tracker_resolve(tracker, order);
    }
}

/* The newest order of our id: the replacement, or the old order, which then was not replaced. */
static void told_next(pg_tracker *tracker, pg_tracked *order, const pg_told_order *update, int64_t now_ns)
{
    pg_leg *leg = NULL;
    if (update && update->oid != order->leg.oid &&
        tracker_find_leg(tracker, update->oid, update->cloid, &leg) == order && leg == &order->next) {
        tracker_take_state(tracker, order, leg, update, now_ns);
        return;
    }
    tracker_drop_next(tracker, order);
    tracker_settle(tracker, order, now_ns);
}

void pg_tracker_told(pg_tracker *tracker, pg_tracked *order, pg_ask asked, const pg_told_order *update, int64_t now_ns)
{
    pg_leg *leg = NULL;
    order->asking = false;
    if (order->done)
        return;
    if (asked == PG_ASK_NEXT && order->ask == asked) {
        tracker_unwatch(tracker, order);
        told_next(tracker, order, update, now_ns);
    } else if (!update) {
        if (order->ask == asked)
            told_unknown(tracker, order, now_ns);
    } else if (tracker_find_leg(tracker, update->oid, update->cloid, &leg) == order) {
        if (order->ask == PG_ASK_STATUS && leg == &order->leg) /* known now; something else may be found to ask */
            tracker_unwatch(tracker, order);
        pg_told_order state = *update;
        if (state.state == PG_TOLD_UNKNOWN) /* a new word for an order that is not over */
            state.state = PG_TOLD_OPEN;
        tracker_take_state(tracker, order, leg, &state, now_ns);
        if (!order->done && leg == &order->leg && state.state == PG_TOLD_OPEN)
            told_open(tracker, order, now_ns);
    } else if (order->ask == asked) {
        again(tracker, order, PG_ASK_STATUS, now_ns);
    }
}

void pg_tracker_filled(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    order->asking = false;
    if (order->done || order->ask != PG_ASK_FILLS)
        return;
    tracker_unwatch(tracker, order);
    order->leg.end_filled = order->leg.filled; /* all that there are were heard of now */
    tracker_settle(tracker, order, now_ns);
}

void pg_tracker_voided(pg_tracker *tracker, pg_tracked *order, bool voided, int64_t now_ns)
{
    static const char words[] = "the request did not arrive in time and was made void";
    order->asking = false;
    if (order->done || order->ask != PG_ASK_VOID)
        return;
    if (!voided || (order->doubt == PG_REQUEST_NEW && order->accepted)) { /* its state tells */
        order->taken = true;
        order->doubt_ns = now_ns;
        tracker_watch(tracker, order, PG_ASK_STATUS, now_ns);
    } else if (order->doubt == PG_REQUEST_NEW) {
        tracker_refuse_new(tracker, order, PG_REASON_UNSENT, words, false, now_ns);
    } else {
        tracker_refuse_replace(tracker, order, PG_REASON_UNSENT, words, false);
    }
}

/* ---- lists of open orders ---- */

void pg_tracker_list_begin(pg_tracker *tracker)
{
    tracker->list++;
}

void pg_tracker_list_add(pg_tracker *tracker, const pg_told_order *update, int64_t now_ns)
{
    pg_leg *leg = NULL;
    pg_tracked *order = update->market < 0 ? NULL : tracker_find_leg(tracker, update->oid, update->cloid, &leg);
    if (!order || order->done)
        return;
    order->listed = tracker->list;
    tracker_take_state(tracker, order, leg, update, now_ns);
}

void pg_tracker_list_end(pg_tracker *tracker, int64_t asked_ns, int64_t now_ns)
{
    for (int i = 0; i < PG_TRACKER_ORDERS; i++) {
        pg_tracked *order = &tracker->order[i];
        if (order->used && !order->done && order->accepted && order->listed != tracker->list &&
            order->sent_ns < asked_ns)
            tracker_watch_end(tracker, order, now_ns);
    }
}

/* What is submitted: checked by the venue's rules, noted by the tracker, and put into the outbox. */
#include <stdio.h>

#include "venue/lighter/adapter_internal.h"
#include "venue/lighter/rules_scale.h"

static const int64_t base_most = ((int64_t)1 << 48) - 1;
static const int64_t price_most = 4294967295;

/* NULL when the order is in order, else why not. total: what has filled included. */
static const char *fault(const li_market *market, int64_t price, int64_t total, int64_t size, bool reduce_only,
                         pg_reason *reason)
{
    int64_t micro;
    const pg_instrument *instrument = &market->instrument;
    *reason = PG_REASON_PRICE;
    if (price <= 0 || price > price_most)
        return "the price is not within the venue's range";
    *reason = PG_REASON_SIZE;
    if (size <= 0 || total > base_most)
        return "the size is not within the venue's range";
    *reason = PG_REASON_NOTIONAL;
    if (pg_lighter_notional(&micro, size, price, market->quote_multiplier, instrument->size_decimals,
                            instrument->price_decimals, NULL) != PG_OK)
        return "the order is worth more than the venue's limit";
    if (!reduce_only && (size < market->min_base || micro < market->min_quote_e6))
        return "the order is smaller than the venue's minimum";
    return NULL;
}

static const char *not_now(const li_venue *venue, pg_reason *reason)
{
    *reason = PG_REASON_CLOSED;
    if (venue->phase != LI_READY)
        return venue->phase == LI_FAILED ? "the venue does not take orders of this key" : "the venue is not ready yet";
    if (!venue->facts.can_trade)
        return "there is no key that can trade";
    *reason = PG_REASON_RATE;
    if (li_now() < venue->slow_ns)
        return "the account's quota of orders is used up, or nearly: they are sent at intervals";
    return NULL;
}

static bool is_live(void *self, uint64_t id)
{
    const pg_tracked *order = pg_tracker_find(((li_venue *)self)->orders, id);
    return order && !order->done;
}

static const char *prepare_new(li_venue *venue, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    const li_market *market = &venue->market[submit->market];
    const char *why = not_now(venue, reason);
    if (!why)
        why = fault(market, request->price, request->size, request->size, request->reduce_only, reason);
    if (why)
        return why;
    *reason = PG_REASON_CLOSED;
    if (venue->maker_only && request->tif != PG_TIF_ALO)
        return "the key is maker-only: it sends post-only orders alone";
    if (market->reduce_only && !request->reduce_only)
        return "the venue takes only orders that reduce a position in this market";
    *reason = PG_REASON_REDUCE_ONLY;
    if (request->reduce_only && !market->is_perp)
        return "a spot market knows no reduce-only orders";
    *reason = PG_REASON_FULL;
    pg_tracked *order = pg_tracker_place(venue->orders, submit->market, request, li_now());
    if (!order)
        return "too many orders are open";
    order->alias = (uint64_t)pg_lighter_index_take(venue->indexes, request->id, venue, is_live);
    return NULL;
}

/* The venue's size of an order is its total. What the request calls its open size when it was made tells how much of it
 * had filled then: what fills on the way comes off. */
static const char *prepare_replace(li_venue *venue, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    pg_tracked *order = pg_tracker_find(venue->orders, request->id);
    const char *why = not_now(venue, reason);
    if (why)
        return why;
    *reason = PG_REASON_UNKNOWN;
    if (!order || order->done || order->replace != PG_REPLACE_NONE)
        return "there is no such order to be replaced";
    int64_t total = order->leg.size - request->open + request->size;
    int64_t left = total - order->leg.filled;
    why = fault(&venue->market[order->market], request->price, total, left, order->reduce_only, reason);
    if (why)
        return why;
    pg_tracked_amend(order, request->price, total, li_now());
    return NULL;
}

static const char *prepare_cancel(li_venue *venue, const pg_submit *submit, pg_reason *reason)
{
    pg_tracked *order = pg_tracker_find(venue->orders, submit->request.id);
    *reason = PG_REASON_UNKNOWN;
    if (!order || order->done)
        return "there is no such order to be cancelled";
    *reason = PG_REASON_CLOSED;
    if (!venue->key)
        return "there is no key to cancel with";
    pg_tracked_cancel(order, li_now());
    return NULL;
}

/* ---- submitting ---- */

/* The passes in which a list is sent: what takes risk away first, orders that add liquidity before those that may
 * trade. */
typedef enum { PASS_CANCEL, PASS_REPLACE, PASS_ALO, PASS_OTHER, PASSES } pass;

static pass pass_of(const pg_submit *submit)
{
    const pg_request *request = &submit->request;
    if (request->kind == PG_REQUEST_CANCEL)
        return PASS_CANCEL;
    if (request->kind == PG_REQUEST_REPLACE)
        return PASS_REPLACE;
    return request->tif == PG_TIF_ALO ? PASS_ALO : PASS_OTHER;
}

static void add(li_venue *venue, const pg_submit *submit)
{
    pg_reason reason;
    const char *why;
    if (submit->market < 0 || submit->market >= venue->market_count) {
        pg_late_refuse(venue->late, submit, false, PG_REASON_OTHER, "there is no such market");
        return;
    }
    switch (submit->request.kind) {
    case PG_REQUEST_NEW: why = prepare_new(venue, submit, &reason); break;
    case PG_REQUEST_REPLACE: why = prepare_replace(venue, submit, &reason); break;
    default: why = prepare_cancel(venue, submit, &reason);
    }
    if (why) {
        pg_late_refuse(venue->late, submit, false, reason, why);
        return;
    }
    li_intent intent = { .kind = submit->request.kind, .id = submit->request.id, .queued_ns = li_now() };
    if (!li_queue(venue, &intent))
        pg_late_refuse(venue->late, submit, true, PG_REASON_RATE, "too many requests wait to be sent");
}

void li_submit(pg_venue *base, const pg_submit *list, int count)
{
    li_venue *venue = (li_venue *)base;
    for (int p = 0; p < PASSES; p++)
        for (int i = 0; i < count; i++)
            if ((int)pass_of(&list[i]) == p)
                add(venue, &list[i]);
    li_pump(venue);
}

/* The venue's id is all that is needed: of the client index nobody knows any more whose it was. */
bool li_adopt(pg_venue *base, uint64_t id, const pg_open_order *found, uint8_t tif)
{
    li_venue *venue = (li_venue *)base;
    return found->market >= 0 && found->market < venue->market_count &&
           pg_tracker_adopt(venue->orders, id, found, tif, li_now()) != NULL;
}

bool li_has_room(const pg_venue *base, int requests, bool cancels)
{
    const li_venue *venue = (const li_venue *)base;
    int messages = (requests + PG_LIGHTER_BATCH - 1) / PG_LIGHTER_BATCH;
    if (venue->outbox_count + requests > LI_OUTBOX - (cancels ? 0 : LI_OUTBOX / 4))
        return false;
    if (cancels)
        return true; /* they wait in the outbox for their turn */
    if (venue->phase != LI_READY || venue->outbox_count > 0 || !venue->nonces || li_now() < venue->slow_ns)
        return false;
    return venue->flights < LI_FLIGHTS * 3 / 4 && pg_lighter_rest_has(venue->rest, messages, false);
}

/* What the host submits: looked at, gathered into batches, and sent. */
#include <string.h>

#include "base/decimal.h"
#include "venue/hyperliquid/adapter_internal.h"

/* ---- batches ---- */

/* Requests of one kind that go in one action. */
typedef struct {
    uint8_t kind; /* pg_request_kind */
    int count;
    const pg_submit *submit[PG_HL_BATCH];
    pg_hl_order order[PG_HL_BATCH];
    pg_hl_modify modify[PG_HL_BATCH];
    pg_hl_cancel cancel[PG_HL_BATCH];
    char price[PG_HL_BATCH][PG_DECIMAL_TEXT], size[PG_HL_BATCH][PG_DECIMAL_TEXT];
    char cloid[PG_HL_BATCH][PG_HL_CLOID_TEXT];
} batch;

static pg_hl_action action_of(const hl_venue *venue, const batch *b)
{
    size_t count = (size_t)b->count;
    if (b->kind == PG_REQUEST_NEW)
        return (pg_hl_action){ .kind = PG_HL_ORDER,
                               .order = { .list = b->order,
                                          .count = count,
                                          .builder = venue->builder[0] ? venue->builder : NULL,
                                          .builder_fee = venue->builder_fee } };
    if (b->kind == PG_REQUEST_CANCEL)
        return (pg_hl_action){ .kind = PG_HL_CANCEL_BY_CLOID, .cancel = { .list = b->cancel, .count = count } };
    return (pg_hl_action){ .kind = PG_HL_BATCH_MODIFY, .modify = { .list = b->modify, .count = count } };
}

static void send_batch(hl_venue *venue, batch *b)
{
    uint64_t ids[PG_HL_BATCH];
    pg_reason reason;
    if (b->count == 0)
        return;
    for (int i = 0; i < b->count; i++)
        ids[i] = b->submit[i]->request.id;
    pg_hl_action action = action_of(venue, b);
    const char *why = hl_send(venue, b->kind, &action, ids, b->count, false, &reason);
    for (int i = 0; why && i < b->count; i++)
        pg_late_refuse(venue->late, b->submit[i], true, reason, why);
    b->count = 0;
}

static void fill_order(pg_hl_order *out, const hl_venue *venue, const pg_tracked *order, int market, char *price_text,
                       char *size_text, const char *cloid, int64_t price, int64_t size)
{
    static const pg_hl_tif tifs[] = { [PG_TIF_GTC] = PG_HL_GTC, [PG_TIF_IOC] = PG_HL_IOC, [PG_TIF_ALO] = PG_HL_ALO };
    const hl_market *m = &venue->market[market];
    *out =
        (pg_hl_order){ .asset = m->asset.id,
                       .is_buy = order->side == PG_BUY,
                       .price =
                           pg_decimal_format_short(price_text, PG_DECIMAL_TEXT, price, m->instrument.price_decimals),
                       .size = pg_decimal_format_short(size_text, PG_DECIMAL_TEXT, size, m->instrument.size_decimals),
                       .reduce_only = order->reduce_only,
                       .tif = tifs[order->tif],
                       .cloid = cloid };
}

/* ---- what the venue would refuse ---- */

/* NULL when the order is in order, else why not. */
static const char *fault(const pg_instrument *instrument, int64_t price, int64_t size, bool reduce_only,
                         pg_reason *reason)
{
    *reason = PG_REASON_PRICE;
    if (price <= 0 || instrument->rule(instrument, price, PG_BUY) != price)
        return "the venue takes no order at this price: 5 figures at the most, or a whole number";
    *reason = PG_REASON_SIZE;
    if (size <= 0 || size % instrument->lot != 0)
        return "the size is no positive multiple of the smallest step";
    *reason = PG_REASON_NOTIONAL;
    __int128 least =
        (__int128)instrument->min_notional * pg_pow10(instrument->price_decimals) * pg_pow10(instrument->size_decimals);
    if (!reduce_only && (__int128)price * size < least)
        return "the order is worth less than the venue's minimum";
    return NULL;
}

static const char *prepare_new(hl_venue *venue, batch *b, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    const pg_instrument *instrument = &venue->market[submit->market].instrument;
    const char *why = hl_rights_not_now(venue, request->tif, b->count + 1, reason);
    if (!why)
        why = fault(instrument, request->price, request->size, request->reduce_only, reason);
    if (!why)
        why = hl_margin_fault(&venue->market[submit->market], request, hl_now(), reason);
    if (why)
        return why;
    *reason = PG_REASON_FULL;
    pg_tracked *order = pg_tracker_place(venue->orders, submit->market, request, hl_now());
    if (!order)
        return "too many orders are open";
    int i = b->count;
    pg_hl_cloid_format(b->cloid[i], order->name);
    fill_order(&b->order[i], venue, order, submit->market, b->price[i], b->size[i], b->cloid[i], request->price,
               request->size);
    return NULL;
}

static const char *prepare_replace(hl_venue *venue, batch *b, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    pg_tracked *order = pg_tracker_find(venue->orders, request->id);
    *reason = PG_REASON_UNKNOWN;
    if (!order || order->done || order->replace != PG_REPLACE_NONE)
        return "there is no such order to be replaced";
    const char *why = hl_rights_not_now(venue, order->tif, b->count + 1, reason);
    if (why)
        return why;
    int64_t crossed = request->open - (order->leg.size - order->leg.filled);
    int64_t size = request->size - (crossed > 0 ? crossed : 0);
    why = fault(&venue->market[order->market].instrument, request->price, size, order->reduce_only, reason);
    if (why)
        return why;
    int i = b->count;
    pg_tracked_replace(order, request->price, size, hl_now());
    pg_hl_cloid_format(b->cloid[i], order->name);
    b->modify[i].name = (pg_hl_order_name){ .oid = order->leg.oid, .cloid = order->leg.oid ? NULL : b->cloid[i] };
    fill_order(&b->modify[i].order, venue, order, order->market, b->price[i], b->size[i], b->cloid[i], request->price,
               size);
    return NULL;
}

static const char *prepare_cancel(hl_venue *venue, batch *b, const pg_submit *submit, pg_reason *reason)
{
    pg_tracked *order = pg_tracker_find(venue->orders, submit->request.id);
    *reason = PG_REASON_UNKNOWN;
    if (!order || order->done)
        return "there is no such order to be cancelled";
    int i = b->count;
    pg_tracked_cancel(order, hl_now());
    pg_hl_cloid_format(b->cloid[i], order->name);
    b->cancel[i] = (pg_hl_cancel){ .asset = venue->market[order->market].asset.id, .cloid = b->cloid[i] };
    return NULL;
}

/* ---- submitting ---- */

/* The passes in which a list is sent: what takes risk away first, orders that add liquidity apart from those that may
 * trade (12.1). */
typedef enum { PASS_CANCEL, PASS_REPLACE_ALO, PASS_REPLACE, PASS_ALO, PASS_OTHER, PASSES } pass;

static pass pass_of(hl_venue *venue, const pg_submit *submit)
{
    const pg_request *request = &submit->request;
    if (request->kind == PG_REQUEST_CANCEL)
        return PASS_CANCEL;
    if (request->kind == PG_REQUEST_NEW)
        return request->tif == PG_TIF_ALO ? PASS_ALO : PASS_OTHER;
    const pg_tracked *order = pg_tracker_find(venue->orders, request->id);
    return order && order->tif != PG_TIF_ALO ? PASS_REPLACE : PASS_REPLACE_ALO;
}

static void add(hl_venue *venue, batch *b, const pg_submit *submit)
{
    pg_reason reason;
    const char *why;
    if (submit->market < 0 || submit->market >= venue->market_count) {
        pg_late_refuse(venue->late, submit, false, PG_REASON_OTHER, "there is no such market");
        return;
    }
    switch (submit->request.kind) {
    case PG_REQUEST_NEW: why = prepare_new(venue, b, submit, &reason); break;
    case PG_REQUEST_REPLACE: why = prepare_replace(venue, b, submit, &reason); break;
    default: why = prepare_cancel(venue, b, submit, &reason);
    }
    if (why) {
        pg_late_refuse(venue->late, submit, false, reason, why);
        return;
    }
    b->kind = submit->request.kind;
    b->submit[b->count++] = submit;
    if (b->count == PG_HL_BATCH)
        send_batch(venue, b);
}

void hl_submit(pg_venue *base, const pg_submit *list, int count)
{
    hl_venue *venue = (hl_venue *)base;
    batch b;
    b.count = 0;
    int in_pass[PASSES] = { 0 };
    for (int i = 0; i < count; i++)
        in_pass[pass_of(venue, &list[i])]++;
    for (int p = 0; p < PASSES; p++) {
        for (int i = 0; in_pass[p] > 0 && i < count; i++)
            if ((int)pass_of(venue, &list[i]) == p)
                add(venue, &b, &list[i]);
        send_batch(venue, &b);
    }
}

/* ---- once more ---- */

/* Cancels always may. A new order may while it is as good as new and nobody wants it gone. A replacement may not: its
 * size was worked out from what was open then; the order stands, and its owner asks for what is right by now. */
static bool may_again(const hl_venue *venue, const pg_tracked *order, const hl_flight *stale, int count, int64_t now_ns)
{
    const int64_t fresh_ns = 1000000000;
    pg_reason reason;
    if (stale->kind != PG_REQUEST_NEW)
        return stale->kind == PG_REQUEST_CANCEL;
    return !order->accepted && !order->cancelling && now_ns >= stale->sent_ns && now_ns - stale->sent_ns < fresh_ns &&
           !hl_rights_not_now(venue, order->tif, count, &reason);
}

static void add_again(hl_venue *venue, batch *b, pg_tracked *order, int64_t now_ns)
{
    int i = b->count++;
    order->sent_ns = now_ns;
    pg_hl_cloid_format(b->cloid[i], order->name);
    if (b->kind == PG_REQUEST_CANCEL)
        b->cancel[i] = (pg_hl_cancel){ .asset = venue->market[order->market].asset.id, .cloid = b->cloid[i] };
    else
        fill_order(&b->order[i], venue, order, order->market, b->price[i], b->size[i], b->cloid[i], order->leg.price,
                   order->leg.size);
}

static void refuse_again(hl_venue *venue, uint64_t id, uint8_t kind, const char *words, int64_t now_ns)
{
    pg_tracked *order = pg_tracker_find(venue->orders, id);
    if (order)
        pg_tracker_refuse(venue->orders, order, kind, (pg_refusal){ .reason = PG_REASON_SIGNATURE }, words, false,
                          now_ns);
}

void hl_submit_again(hl_venue *venue, const hl_flight *stale, const char *words, int64_t now_ns)
{
    batch b;
    uint64_t sent[PG_HL_BATCH], refused[PG_HL_BATCH];
    int refusals = 0;
    pg_reason reason;
    b.kind = stale->kind;
    b.count = 0;
    for (int i = 0; i < stale->count; i++) {
        pg_tracked *order = pg_tracker_find(venue->orders, stale->order[i]);
        if (!order || order->done)
            continue;
        if (may_again(venue, order, stale, b.count + 1, now_ns)) {
            sent[b.count] = order->id;
            add_again(venue, &b, order, now_ns);
        } else {
            refused[refusals++] = order->id;
        }
    }
    pg_hl_action action = action_of(venue, &b);
    const char *why = b.count > 0 ? hl_send(venue, b.kind, &action, sent, b.count, true, &reason) : NULL;
    for (int i = 0; i < refusals; i++) /* reports come last: what hears them may submit */
        refuse_again(venue, refused[i], stale->kind, words, now_ns);
    for (int i = 0; why && i < b.count; i++)
        refuse_again(venue, sent[i], stale->kind, why, now_ns);
}

/* ---- */

bool hl_has_room(const pg_venue *base, int requests, bool cancels)
{
    const hl_venue *venue = (const hl_venue *)base;
    if (venue->flights >= HL_FLIGHTS - (cancels ? 0 : HL_FLIGHTS / 4))
        return false;
    pg_reason reason;
    if (!cancels && hl_rights_not_now(venue, PG_TIF_ALO, 1, &reason))
        return false;
    return pg_hl_rest_has(venue->rest, 1 + requests / PG_HL_BATCH, cancels);
}

bool hl_adopt(pg_venue *base, uint64_t id, const pg_open_order *found, uint8_t tif)
{
    hl_venue *venue = (hl_venue *)base;
    bool ours = found->market >= 0 && found->market < venue->market_count && found->run != 0;
    return ours && pg_tracker_adopt(venue->orders, id, found, tif, hl_now()) != NULL;
}

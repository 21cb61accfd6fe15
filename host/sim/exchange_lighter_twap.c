/* Orders of type TWAP on Lighter's exchange: worked off in equal slices, one each 30 seconds, until their time is over.
 * A slice is an immediate order at the limit of the whole (type twap-sub). */
#include <stdlib.h>

#include "sim/exchange_lighter_internal.h"

enum { SLICE_MS = 30000, TWAPS = 100 /* of an account */ };

lix_twap *lix_twap_next(const pg_lighter_exchange *e, const lix_account *a, const lix_twap *twap)
{
    lix_twap *t = twap ? twap->next : e->twaps;
    while (t && t->account != a)
        t = t->next;
    return t;
}

static void tell(pg_lighter_exchange *e, lix_twap *t, const char *status)
{
    lix_json_twap(e, &t->account->orders[t->market], t, status);
    t->account->orders_changed = true;
    lix_touch(e, t->account);
}

int lix_twap_start(pg_lighter_exchange *e, lix_account *a, const int64_t *order)
{
    int count = 0;
    for (const lix_twap *t = NULL; (t = lix_twap_next(e, a, t));)
        count++;
    if (count >= TWAPS)
        return LIX_TOO_MANY_TWAPS;
    lix_twap *t = calloc(1, sizeof *t);
    if (!t)
        return LIX_TOO_MANY_TWAPS;
    bool ask = order[PG_LIGHTER_IS_ASK] != 0;
    *t = (lix_twap){ .next = e->twaps,
                     .account = a,
                     .market = lix_find_market(e, order[PG_LIGHTER_MARKET_INDEX]),
                     .ask = ask,
                     .reduce_only = order[PG_LIGHTER_REDUCE_ONLY] != 0,
                     .index = lix_order_index(e, ask, pg_exchange_random(e->core) >> 18), /* 46 bits */
                     .client = order[PG_LIGHTER_CLIENT_ORDER_INDEX],
                     .price = order[PG_LIGHTER_PRICE],
                     .size = order[PG_LIGHTER_BASE_AMOUNT],
                     .start_ms = lix_now_ms(e),
                     .end_ms = order[PG_LIGHTER_ORDER_EXPIRY],
                     .next_ms = lix_now_ms(e) };
    e->twaps = t;
    if (e->working)
        e->working->order = t->index;
    tell(e, t, "open");
    return 0;
}

static void end(pg_lighter_exchange *e, lix_twap *twap, const char *status)
{
    lix_twap **at = &e->twaps;
    while (*at != twap)
        at = &(*at)->next;
    *at = twap->next;
    tell(e, twap, status);
    free(twap);
}

bool lix_twap_cancel(pg_lighter_exchange *e, const lix_account *a, int64_t index)
{
    for (lix_twap *t = NULL; (t = lix_twap_next(e, a, t));)
        if (t->index == index || (t->client != 0 && t->client == index)) {
            end(e, t, "canceled");
            return true;
        }
    return false;
}

int lix_twap_cancel_all(pg_lighter_exchange *e, const lix_account *a, int market)
{
    int count = 0;
    for (lix_twap *t = lix_twap_next(e, a, NULL), *next; t; t = next) {
        next = lix_twap_next(e, a, t);
        if (market >= 0 && t->market != market)
            continue;
        end(e, t, "canceled");
        count++;
    }
    return count;
}

/* What should have been worked off by now, and has not been. */
static int64_t due_size(const lix_twap *t, int64_t now_ms)
{
    int64_t whole = (t->end_ms - t->start_ms + SLICE_MS - 1) / SLICE_MS, done = (now_ms - t->start_ms) / SLICE_MS + 1;
    whole = whole > 0 ? whole : 1;
    int64_t should = done >= whole ? t->size : (int64_t)((pg_money)t->size * done / whole);
    return should > t->filled ? should - t->filled : 0;
}

static void send_slice(pg_lighter_exchange *e, lix_twap *t)
{
    pg_exchange_request request = { .market = t->market,
                                    .side = t->ask ? PG_SELL : PG_BUY,
                                    .tif = PG_TIF_IOC,
                                    .reduce_only = t->reduce_only,
                                    .price = t->price,
                                    .size = due_size(t, lix_now_ms(e)) };
    t->next_ms += SLICE_MS;
    if (request.size == 0)
        return;
    request.note[NOTE_INDEX] = lix_order_index(e, t->ask, pg_exchange_next_oid(e->core));
    request.note[NOTE_TYPE] = LIX_TWAP_SLICE;
    request.note[NOTE_KIN] = LIX_SLICE;
    request.note[NOTE_PARENT] = t->index;
    request.note[NOTE_CREATED] = lix_now_ms(e);
    pg_exchange_place(e->core, t->account->number, &request);
}

void lix_twap_order(pg_lighter_exchange *e, const pg_exchange_order *order)
{
    if (order->status == PG_EXCHANGE_OPEN)
        return;
    for (lix_twap *t = e->twaps; t; t = t->next)
        if (t->index == order->note[NOTE_PARENT]) {
            t->filled += order->size - order->remaining;
            t->value_micro += lix_micro(e, order->market, order->value);
            if (order->remaining < order->size && t->filled < t->size)
                tell(e, t, "open");
        }
}

void lix_twap_run(pg_lighter_exchange *e)
{
    int64_t now_ms = lix_now_ms(e);
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        lix_account *a = e->accounts[k];
        if (!a || a->cancel_at_ms == 0 || a->cancel_at_ms > now_ms)
            continue; /* the core has cancelled the other orders by now */
        a->cancel_at_ms = 0;
        lix_twap_cancel_all(e, a, -1);
    }
    for (lix_twap *t = e->twaps, *next; t; t = next) {
        next = t->next;
        if (t->next_ms <= now_ms && now_ms < t->end_ms)
            send_slice(e, t);
        if (t->filled >= t->size)
            end(e, t, "filled");
        else if (now_ms >= t->end_ms)
            end(e, t, "canceled-expired");
    }
}

void lix_twap_free(pg_lighter_exchange *e)
{
    for (lix_twap *t = e->twaps, *next; t; t = next) {
        next = t->next;
        free(t);
    }
    e->twaps = NULL;
}

/* Orders of Lighter's exchange as they are executed: placed, changed, cancelled, in groups (lighter.md 5.2 to 5.5). */
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { ONE_TRIGGERS_OTHER = 1, ONE_CANCELS_OTHER, ONE_TRIGGERS_TWO };
enum { CANCEL_NOW, CANCEL_LATER, CANCEL_NOT };

/* Numbers of groups without a parent: no order has one. */
#define FIRST_GROUP ((uint64_t)1 << 62)

int64_t lix_order_index(const pg_lighter_exchange *e, bool ask, uint64_t oid)
{
    int bit = e->config.wide_indexes ? 58 : 48;
    return (int64_t)oid + ((int64_t)1 << (ask ? bit : bit + 1));
}

const pg_exchange_order *lix_find_open(const pg_lighter_exchange *e, const lix_account *a, int64_t index)
{
    int place = index >= (int64_t)1 << 48 ? NOTE_INDEX : NOTE_CLIENT;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));)
        if (o->note[place] == index)
            return o;
    return NULL;
}

bool lix_client_is_taken(const pg_lighter_exchange *e, const lix_account *a, int64_t client)
{
    if (lix_find_open(e, a, client))
        return true;
    for (const lix_twap *t = NULL; (t = lix_twap_next(e, a, t));)
        if (t->client == client)
            return true;
    const pg_exchange_order *o;
    for (int i = 0; (o = pg_exchange_ended_at(e->core, a->number, i)); i++)
        if (o->note[NOTE_CLIENT] == client && o->reason != PG_EXCHANGE_REPLACED)
            return true;
    return false;
}

/* ---- placing ---- */

static int64_t position_of(const pg_lighter_exchange *e, const lix_account *a, int market)
{
    pg_exchange_position p;
    pg_exchange_get_position(&p, e->core, a->number, market);
    return p.quantity;
}

/* parent: an order of the core, or a group; 0: none. */
static pg_exchange_request request_of(const pg_lighter_exchange *e, const int64_t *order, uint64_t parent, lix_kin kin)
{
    static const uint8_t forces[] = {
        [LIX_IMMEDIATE] = PG_TIF_IOC, [LIX_GOOD_TILL_TIME] = PG_TIF_GTC, [LIX_POST_ONLY] = PG_TIF_ALO
    };
    int64_t type = order[PG_LIGHTER_TYPE];
    bool take = type == LIX_TAKE || type == LIX_TAKE_LIMIT, waits = order[PG_LIGHTER_TRIGGER_PRICE] != 0;
    pg_exchange_request request = { .market = lix_find_market(e, order[PG_LIGHTER_MARKET_INDEX]),
                                    .side = order[PG_LIGHTER_IS_ASK] ? PG_SELL : PG_BUY,
                                    .tif = forces[order[PG_LIGHTER_TIME_IN_FORCE]],
                                    .reduce_only = order[PG_LIGHTER_REDUCE_ONLY] != 0,
                                    .price = order[PG_LIGHTER_PRICE],
                                    .size = order[PG_LIGHTER_BASE_AMOUNT],
                                    .trigger = { .price = order[PG_LIGHTER_TRIGGER_PRICE],
                                                 .take_profit = take,
                                                 .market = waits && (type == LIX_STOP || type == LIX_TAKE) },
                                    .parent = parent,
                                    .whole = waits && order[PG_LIGHTER_BASE_AMOUNT] == 0,
                                    .expiry_ns = order[PG_LIGHTER_ORDER_EXPIRY] * 1000000 };
    request.note[NOTE_CLIENT] = order[PG_LIGHTER_CLIENT_ORDER_INDEX];
    request.note[NOTE_TYPE] = type;
    request.note[NOTE_FORCE] = order[PG_LIGHTER_TIME_IN_FORCE];
    request.note[NOTE_EXPIRY] = order[PG_LIGHTER_ORDER_EXPIRY];
    request.note[NOTE_CREATED] = lix_now_ms(e);
    request.note[NOTE_KIN] = kin;
    request.note[NOTE_INDEX] = lix_order_index(e, order[PG_LIGHTER_IS_ASK] != 0, pg_exchange_next_oid(e->core));
    return request;
}

/* 0, or why it cannot become an order at all. What the book makes of it is told as the order's own end. */
static int refusal(const pg_lighter_exchange *e, const lix_account *a, const pg_exchange_request *request)
{
    int64_t quantity = position_of(e, a, request->market);
    bool reduces = request->side == PG_BUY ? quantity < 0 : quantity > 0;
    if (request->reduce_only && !reduces && request->parent == 0)
        return quantity == 0 ? LIX_REDUCE_ONLY_INCREASES : LIX_REDUCE_ONLY_DIRECTION;
    switch (pg_exchange_check(e->core, a->number, request, NULL)) {
    case PG_EXCHANGE_PRICE: return LIX_INVALID_PRICE;
    case PG_EXCHANGE_SIZE: return LIX_INVALID_BASE_AMOUNT;
    case PG_EXCHANGE_NOTIONAL: return LIX_INVALID_MINIMUM;
    case PG_EXCHANGE_FAR: return LIX_PRICE_TOO_FAR;
    case PG_EXCHANGE_BAD_TRIGGER: return LIX_INVALID_TRIGGER;
    case PG_EXCHANGE_TOO_MANY: return LIX_TOO_MANY_ORDERS;
    /* One that would take is cancelled for it; one that would rest never comes to be. */
    case PG_EXCHANGE_MARGIN: return request->tif == PG_TIF_IOC ? 0 : LIX_NOT_ENOUGH_MARGIN;
    default: return 0;
    }
}

static const pg_exchange_order *place(pg_lighter_exchange *e, const lix_account *a, const pg_exchange_request *request)
{
    const pg_exchange_order *order = pg_exchange_place(e->core, a->number, request);
    if (order && e->working && e->working->order == 0)
        e->working->order = order->note[NOTE_INDEX];
    return order;
}

int lix_create_order(pg_lighter_exchange *e, lix_account *a, const int64_t *order)
{
    int64_t client = order[PG_LIGHTER_CLIENT_ORDER_INDEX];
    if (client != 0 && lix_client_is_taken(e, a, client))
        return LIX_CLIENT_INDEX_TAKEN;
    if (order[PG_LIGHTER_TYPE] == LIX_TWAP)
        return lix_twap_start(e, a, order);
    pg_exchange_request request = request_of(e, order, 0, LIX_ALONE);
    if (request.size == 0 && !request.whole) { /* reduce-only, of the whole position */
        int64_t quantity = position_of(e, a, request.market);
        request.size = quantity < 0 ? -quantity : quantity;
    }
    int code = refusal(e, a, &request);
    if (code == 0 && !place(e, a, &request))
        code = LIX_TOO_MANY_ORDERS;
    return code;
}

/* ---- groups ---- */

static int place_pair(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    uint64_t group = FIRST_GROUP + (uint64_t)++e->group;
    pg_exchange_request request[2];
    int code = 0;
    for (int i = 0; i < 2 && code == 0; i++) {
        request[i] = request_of(e, tx->order[i], 0, LIX_SIBLING);
        code = refusal(e, a, &request[i]);
    }
    for (int i = 0; i < 2 && code == 0; i++) {
        request[i] = request_of(e, tx->order[i], group, LIX_SIBLING);
        code = place(e, a, &request[i]) ? 0 : LIX_TOO_MANY_ORDERS;
    }
    return code;
}

/* A parent and its children, which count once it has filled and are of its size. */
static int place_family(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    pg_exchange_request parent = request_of(e, tx->order[0], 0, LIX_ALONE);
    int code = refusal(e, a, &parent);
    if (code)
        return code;
    const pg_exchange_order *made = place(e, a, &parent);
    if (!made)
        return LIX_TOO_MANY_ORDERS;
    uint64_t oid = made->oid;
    int64_t index = made->note[NOTE_INDEX];
    int64_t size = made->status == PG_EXCHANGE_OPEN ? parent.size : made->size - made->remaining;
    for (int i = 1; i < tx->orders && size > 0; i++) { /* of a parent that met nobody there is nothing to protect */
        pg_exchange_request child = request_of(e, tx->order[i], oid, LIX_CHILD);
        child.size = size;
        child.whole = false;
        child.note[NOTE_PARENT] = index;
        place(e, a, &child);
    }
    return 0;
}

int lix_create_group(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    for (int i = 0; i < tx->orders; i++) {
        int64_t client = tx->order[i][PG_LIGHTER_CLIENT_ORDER_INDEX];
        if (client != 0 && lix_client_is_taken(e, a, client))
            return LIX_CLIENT_INDEX_TAKEN;
    }
    return tx->value[PG_LIGHTER_GROUPING_TYPE] == ONE_CANCELS_OTHER ? place_pair(e, a, tx) : place_family(e, a, tx);
}

/* ---- changing ---- */

/* An order that is placed again as it is, with another parent. */
static pg_exchange_request again(const pg_exchange_order *o, uint64_t parent)
{
    pg_exchange_request request = { .market = o->market,
                                    .side = o->side,
                                    .tif = o->tif,
                                    .reduce_only = o->reduce_only,
                                    .price = o->price,
                                    .size = o->size,
                                    .trigger = o->trigger,
                                    .parent = parent,
                                    .whole = o->whole,
                                    .expiry_ns = o->expiry_ns };
    memcpy(request.note, o->note, sizeof request.note);
    return request;
}

/* Places the order anew. The children that wait for it end with the old one: they are placed anew, too. */
static int replace(pg_lighter_exchange *e, lix_account *a, uint64_t oid, const pg_exchange_request *request)
{
    pg_exchange_request children[2];
    int count = 0;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));)
        if (o->parent == oid && count < 2)
            children[count++] = again(o, pg_exchange_next_oid(e->core));
    e->hushed = true;
    pg_exchange_cancel(e->core, a->number, oid, PG_EXCHANGE_REPLACED);
    e->hushed = false;
    const pg_exchange_order *made = place(e, a, request);
    e->hushed = true; /* nothing happened to them */
    for (int i = 0; i < count && made; i++)
        place(e, a, &children[i]);
    e->hushed = false;
    return made ? 0 : LIX_TOO_MANY_ORDERS;
}

/* An order keeps its indexes, its kin and what has filled; it goes to the end of its queue. */
int lix_modify_order(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    const pg_exchange_order *old = lix_find_open(e, a, tx->value[PG_LIGHTER_INDEX]);
    int market = lix_find_market(e, tx->value[PG_LIGHTER_MARKET_INDEX]);
    if (!old || old->market != market)
        return LIX_NOT_AN_ACTIVE_ORDER;
    int64_t filled = old->note[NOTE_FILLED] + old->size - old->remaining, total = tx->value[PG_LIGHTER_BASE_AMOUNT];
    total = total ? total : old->note[NOTE_FILLED] + old->size;
    if (total <= filled && !old->whole)
        return LIX_INVALID_BASE_AMOUNT;
    pg_exchange_request request = again(old, old->parent);
    request.price = tx->value[PG_LIGHTER_PRICE];
    request.size = total - filled;
    request.whole = old->whole && tx->value[PG_LIGHTER_BASE_AMOUNT] == 0;
    request.trigger.price = old->waiting ? tx->value[PG_LIGHTER_TRIGGER_PRICE] : 0;
    request.note[NOTE_FILLED] = filled;
    request.note[NOTE_FILLED_VALUE] += lix_micro(e, market, old->value);
    int reason = (int)pg_exchange_check(e->core, a->number, &request, old);
    if (reason == PG_EXCHANGE_MARGIN)
        return LIX_NOT_ENOUGH_MARGIN;
    if (reason == PG_EXCHANGE_BAD_TRIGGER)
        return LIX_INVALID_TRIGGER;
    if (reason == PG_EXCHANGE_PRICE || reason == PG_EXCHANGE_FAR)
        return LIX_INVALID_PRICE;
    return replace(e, a, old->oid, &request);
}

/* ---- cancelling ---- */

int lix_cancel_order(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    const pg_exchange_order *order = lix_find_open(e, a, tx->value[PG_LIGHTER_INDEX]);
    if (order && order->market == lix_find_market(e, tx->value[PG_LIGHTER_MARKET_INDEX])) {
        pg_exchange_cancel(e->core, a->number, order->oid, PG_EXCHANGE_BY_USER);
        return 0;
    }
    return lix_twap_cancel(e, a, tx->value[PG_LIGHTER_INDEX]) ? 0 : LIX_NOT_AN_ACTIVE_ORDER;
}

int lix_cancel_all(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    int market = -1;
    for (int i = 0; i < tx->attributes; i++)
        if (tx->attribute[i].type == PG_LIGHTER_CANCEL_MARKET && tx->attribute[i].value != 255)
            market = lix_find_market(e, tx->attribute[i].value);
    switch (tx->value[PG_LIGHTER_CANCEL_TIME_IN_FORCE]) {
    case CANCEL_NOW:
        lix_twap_cancel_all(e, a, market);
        pg_exchange_cancel_all(e->core, a->number, market, PG_EXCHANGE_BY_USER);
        break;
    case CANCEL_LATER:
        a->cancel_at_ms = tx->value[PG_LIGHTER_CANCEL_TIME];
        pg_exchange_schedule_cancel(e->core, a->number, a->cancel_at_ms * 1000000);
        break;
    default: a->cancel_at_ms = 0; pg_exchange_schedule_cancel(e->core, a->number, 0);
    }
    lix_touch(e, a);
    return 0;
}

/* Orders of Extended: what the gateway checks, and what it hands to the market (extended.md 6, 13). */
#include "sim/exchange_extended_order.h"

#include <stdio.h>
#include <string.h>

/* ---- prices and sizes ---- */

/* The mark, or where there is none yet the order's own price: then any is in the band. */
static void reference_price(pg_exact *mark, const pg_extended_exchange *e, const exx_order *o)
{
    int64_t price = exx_price(e, o->market, EXX_MARK);
    *mark = o->price;
    if (price <= 0)
        return;
    pg_exact_from_u64(mark, (uint64_t)price);
    mark->scale = (uint16_t)e->markets[o->market].price_decimals;
}

static pg_extended_side other_side(pg_extended_side side)
{
    return side == PG_EXTENDED_BUY ? PG_EXTENDED_SELL : PG_EXTENDED_BUY;
}

static pg_extended_side leg_side(const exx_order *o)
{
    return o->type == EXX_TPSL ? o->side : other_side(o->side);
}

static int check_leg(const exx_order *o, const exx_market *m, int which)
{
    const exx_leg *leg = &o->legs[which];
    const pg_exact *quantity = o->whole ? &m->rules.min_size : &o->quantity;
    if (!leg->trigger.there)
        return 0;
    int code =
        (int)pg_extended_check(&m->rules, PG_EXTENDED_TPSL, leg_side(o), &leg->price, quantity, &leg->trigger.price);
    if (code != 0)
        return code;
    if (leg->trigger.units <= 0 || leg->units <= 0)
        return 1124;
    if (o->type == EXX_TPSL)
        return 0;
    /* A take profit of a buy lies above its price, a stop loss below; of a sell the other way round. */
    bool above = (which == EXX_PROFIT) == (o->side == PG_EXTENDED_BUY);
    return (above ? leg->trigger.units > o->limit : leg->trigger.units < o->limit) ? 0 : 1133;
}

static int check_prices(const pg_extended_exchange *e, const exx_order *o)
{
    const exx_market *m = &e->markets[o->market];
    pg_exact mark;
    int code = 0;
    if (o->type == EXX_TPSL) {
        if (!pg_exact_is_zero(&o->price))
            return 1133;
        if (o->whole != pg_exact_is_zero(&o->quantity))
            return 1129;
    } else {
        reference_price(&mark, e, o);
        code = (int)pg_extended_check(&m->rules, (pg_extended_type)o->type, o->side, &o->price, &o->quantity,
                                      o->type == EXX_CONDITIONAL ? &o->trigger.price : &mark);
    }
    for (int i = 0; i < EXX_LEGS && code == 0; i++)
        code = check_leg(o, m, i);
    return code;
}

/* ---- combinations ---- */

static int check_kind(const exx_order *o)
{
    if (o->type == EXX_MARKET_ORDER && !o->ioc)
        return 1139;
    if (o->post_only && o->type == EXX_CONDITIONAL && o->trigger.market)
        return 1144;
    if (o->post_only && (o->ioc || o->type == EXX_MARKET_ORDER || o->type == EXX_TPSL))
        return 1133;
    if (o->type == EXX_TPSL && (!o->reduce_only || o->cancel_id || o->ioc))
        return 1133;
    bool legs = o->legs[EXX_PROFIT].trigger.there || o->legs[EXX_LOSS].trigger.there;
    return legs && o->reduce_only && o->type != EXX_TPSL ? 1133 : 0;
}

/* The fee is the highest that the user pays: that of a maker is enough for orders that cannot take. */
static int check_fee(const exx_order *o)
{
    pg_exact least;
    int order;
    pg_exact_from_u64(&least, o->post_only ? EXX_MAKER_FEE_E8 : EXX_TAKER_FEE_E8);
    least.scale = least.count ? 8 : 0;
    return pg_exact_compare(&order, &o->fee, &least) == PG_OK && order >= 0 ? 0 : 1128;
}

static int check_mode(const pg_extended_exchange *e, const exx_order *o)
{
    switch (e->mode) {
    case PG_EXTENDED_MAINTENANCE: return 1010;
    case PG_EXTENDED_POST_ONLY: return o->post_only ? 0 : 1011;
    case PG_EXTENDED_REDUCE_ONLY: return o->reduce_only ? 0 : 1012;
    default: return 0;
    }
}

/* ---- signatures ---- */

/* What the legs of a whole position are signed for: more than it can ever be, at the precision of sizes. */
static void whole_quantity(pg_exact *quantity, const exx_market *m, int64_t price)
{
    pg_money units =
        (pg_money)EXX_MOST_POSITION_USD * 50 * pg_pow10(m->price_decimals) * pg_pow10(m->size_decimals) / price;
    pg_exact_from_u64(quantity, units < INT64_MAX ? (uint64_t)units : INT64_MAX);
    quantity->scale = (uint16_t)m->size_decimals;
}

static int verify(exx_messages *found, const pg_extended_exchange *e, int account, const exx_settlement *settlement,
                  const exx_signed *what)
{
    return exx_verify_order(found->key[found->count++], found->detail, e, account, settlement, what);
}

/* Each message counts once: then it is used up. */
static int use_up(pg_extended_exchange *e, const exx_messages *found)
{
    bool fresh = true;
    for (int i = 0; i < found->count; i++)
        fresh = pg_recent_add(e->hashes, found->key[i][0], found->key[i][1]) && fresh;
    return fresh ? 0 : 1134;
}

static int verify_all(exx_messages *found, const pg_extended_exchange *e, int account, const exx_order *o)
{
    const exx_market *m = &e->markets[o->market];
    exx_signed what = { .market = m,
                        .side = o->side,
                        .quantity = o->quantity,
                        .price = o->price,
                        .fee = o->fee,
                        .builder_fee = o->builder_fee,
                        .expiry_ms = o->expiry_ms,
                        .nonce = o->nonce };
    int code = o->type == EXX_TPSL ? 0 : verify(found, e, account, &o->settlement, &what);
    what.side = leg_side(o);
    for (int i = 0; i < EXX_LEGS && code == 0; i++) {
        if (!o->legs[i].trigger.there)
            continue;
        what.price = o->legs[i].price;
        if (o->whole)
            whole_quantity(&what.quantity, m, o->legs[i].units);
        code = verify(found, e, account, &o->legs[i].settlement, &what);
    }
    if (code == 0)
        found->detail[0] = '\0';
    return code;
}

/* ---- the account ---- */

static bool is_known(const pg_extended_exchange *e, int account, const char *external)
{
    return pg_exchange_find_client(e->core, account, external) != NULL;
}

/* The open order of an external id. */
static const pg_exchange_order *find_open(const pg_extended_exchange *e, int account, const char *external)
{
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, account, o));)
        if (strcmp(o->client_id, external) == 0)
            return o;
    return NULL;
}

static int check_reduce_only(const exx_order *o, int64_t held)
{
    if (!o->reduce_only)
        return 0;
    if (held == 0)
        return 1137;
    if ((held > 0) == (o->side == PG_EXTENDED_BUY))
        return 1138;
    return o->size > (held < 0 ? -held : held) ? 1136 : 0;
}

/* What the position may become when it and all open orders of its side fill. */
static int check_limits(const pg_extended_exchange *e, int account, const exx_order *o,
                        const pg_exchange_order *instead, int64_t held)
{
    int open = 0;
    int64_t same = o->size;
    int side = o->side == PG_EXTENDED_BUY ? PG_BUY : PG_SELL;
    for (const pg_exchange_order *x = NULL; (x = pg_exchange_next_open(e->core, account, x));) {
        if (x->market != o->market || x == instead)
            continue;
        open++;
        if (x->side == side && !x->reduce_only)
            same += x->remaining;
    }
    if (open >= EXX_OPEN_ORDERS)
        return 1126;
    int64_t worst = side == PG_BUY ? held + same : same - held;
    const exx_market *m = &e->markets[o->market];
    pg_money most = (pg_money)EXX_MOST_POSITION_USD * pg_pow10(m->price_decimals) * pg_pow10(m->size_decimals);
    return !o->reduce_only && (pg_money)worst * o->limit > most ? 1127 : 0;
}

/* ---- placing ---- */

static pg_exchange_request request_of(const exx_order *o)
{
    pg_exchange_request r = { .market = o->market,
                              .side = o->side == PG_EXTENDED_BUY ? PG_BUY : PG_SELL,
                              .tif = o->post_only ? PG_TIF_ALO
                                     : o->ioc     ? PG_TIF_IOC
                                                  : PG_TIF_GTC,
                              .reduce_only = o->reduce_only,
                              .price = o->limit,
                              .size = o->size,
                              .client_id = o->id,
                              .builder_fee_e8 = o->builder_fee_e8,
                              .expiry_ns = (int64_t)o->expiry_ms * 1000000,
                              .tag = (uint64_t)o->type | (o->post_only ? EXX_TAG_POST_ONLY : 0) |
                                     (o->ioc ? EXX_TAG_IOC : 0) };
    if (o->trigger.there) /* a stop loss that buys and a take profit that sells wait for a rise */
        r.trigger = (pg_exchange_trigger){ .price = o->trigger.units,
                                           .take_profit = o->trigger.up == (r.side == PG_SELL),
                                           .market = o->trigger.market,
                                           .source = (uint8_t)o->trigger.source };
    return r;
}

/* The external id of a leg. One that stands alone, or the first of two, has that of its order. */
static void name_leg(char id[PG_EXCHANGE_CLIENT_ID], const exx_order *o, int which)
{
    static const char *const ends[EXX_LEGS] = { [EXX_PROFIT] = "-tp", [EXX_LOSS] = "-sl" };
    bool first = o->type == EXX_TPSL && (which == EXX_PROFIT || !o->legs[EXX_PROFIT].trigger.there);
    snprintf(id, PG_EXCHANGE_CLIENT_ID, "%s%s", o->id, first ? "" : ends[which]);
}

static pg_exchange_request leg_of(const exx_order *o, int which, uint64_t parent, int64_t size)
{
    const exx_leg *leg = &o->legs[which];
    return (pg_exchange_request){ .market = o->market,
                                  .side = leg_side(o) == PG_EXTENDED_BUY ? PG_BUY : PG_SELL,
                                  .reduce_only = true,
                                  .price = leg->units,
                                  .size = o->whole ? 0 : size,
                                  .whole = o->whole,
                                  .parent = parent,
                                  .builder_fee_e8 = o->builder_fee_e8,
                                  .expiry_ns = (int64_t)o->expiry_ms * 1000000,
                                  .trigger = { .price = leg->trigger.units,
                                               .take_profit = which == EXX_PROFIT,
                                               .market = leg->trigger.market,
                                               .source = (uint8_t)leg->trigger.source },
                                  .tag = EXX_TPSL | (o->whole ? EXX_TAG_WHOLE : 0) };
}

/* Places the legs; returns the number of the first one, 0 when there is none. */
static uint64_t place_legs(pg_extended_exchange *e, int account, const exx_order *o, uint64_t parent, int64_t size)
{
    uint64_t first = 0;
    for (int i = 0; i < EXX_LEGS; i++) {
        if (!o->legs[i].trigger.there)
            continue;
        char id[PG_EXCHANGE_CLIENT_ID];
        pg_exchange_request leg = leg_of(o, i, parent, size);
        name_leg(id, o, i);
        leg.client_id = id;
        const pg_exchange_order *placed = pg_exchange_place(e->core, account, &leg);
        if (placed && first == 0)
            first = placed->oid;
    }
    return first;
}

/* A number that no order has, for legs that stand alone: one ends when the other has filled. */
static uint64_t new_group(pg_extended_exchange *e)
{
    return ((uint64_t)1 << 63) + e->next_id++;
}

static int accept(exx_call *call, const exx_order *o, uint64_t oid)
{
    if (oid == 0)
        return exx_refuse(call, 500, NULL);
    exx_begin(call);
    pg_json_open(call->out, "data", '{');
    pg_json_unsigned(call->out, "id", EXX_ID + oid);
    pg_json_string(call->out, "externalId", o->id);
    pg_json_close(call->out, '}');
    return exx_end(call);
}

/* Refusals of the gateway; what only the market refuses is told by the stream. */
static int check_core(const pg_extended_exchange *e, int account, const pg_exchange_request *request,
                      const pg_exchange_order *instead)
{
    return exx_error_of(pg_exchange_check(e->core, account, request, instead));
}

static int place(exx_call *call, const exx_order *o, const pg_exchange_order *instead)
{
    pg_extended_exchange *e = call->e;
    pg_exchange_request request = request_of(o);
    if (instead)
        pg_exchange_cancel(e->core, call->account, instead->oid, PG_EXCHANGE_REPLACED);
    const pg_exchange_order *placed = pg_exchange_place(e->core, call->account, &request);
    uint64_t oid = placed ? placed->oid : 0;
    int64_t filled = placed ? placed->size - placed->remaining : 0;
    bool open = placed && placed->status == PG_EXCHANGE_OPEN;
    if (open || filled > 0)
        place_legs(e, call->account, o, oid, open ? o->size : filled);
    return accept(call, o, oid);
}

static int place_tpsl(exx_call *call, const exx_order *o)
{
    pg_extended_exchange *e = call->e;
    uint64_t group = new_group(e);
    for (int i = 0; i < EXX_LEGS; i++) {
        pg_exchange_request leg = leg_of(o, i, group, o->size);
        int code = o->legs[i].trigger.there ? check_core(e, call->account, &leg, NULL) : 0;
        if (code != 0)
            return exx_refuse(call, code, NULL);
    }
    return accept(call, o, place_legs(e, call->account, o, group, o->size));
}

/* ---- the whole way ---- */

static int check_account(exx_call *call, const exx_order *o, const pg_exchange_order **instead)
{
    pg_extended_exchange *e = call->e;
    pg_exchange_position held;
    pg_exchange_get_position(&held, e->core, call->account, o->market);
    *instead = o->cancel_id ? find_open(e, call->account, o->cancel_id) : NULL;
    if (is_known(e, call->account, o->id))
        return 1134;
    if (o->cancel_id && (!*instead || (*instead)->market != o->market))
        return 1142;
    int code = check_reduce_only(o, held.quantity);
    if (code == 0)
        code = check_limits(e, call->account, o, *instead, held.quantity);
    if (code != 0 || o->type == EXX_TPSL)
        return code;
    pg_exchange_request request = request_of(o);
    return check_core(e, call->account, &request, *instead);
}

int exx_check_order(const pg_extended_exchange *e, const exx_order *o)
{
    int code = check_mode(e, o);
    if (code == 0)
        code = check_kind(o);
    if (code == 0)
        code = check_prices(e, o);
    if (code == 0)
        code = check_fee(o);
    if (code == 0)
        code =
            (int)pg_extended_check_expiry(o->expiry_ms, (uint64_t)exx_ms(pg_exchange_now(e->core)), e->config.mainnet);
    return code;
}

int exx_take_order(exx_call *call, const exx_order *o, const exx_messages *found)
{
    const pg_exchange_order *instead;
    int code = check_account(call, o, &instead);
    if (code == 0)
        code = use_up(call->e, found);
    if (code != 0)
        return exx_refuse(call, code, NULL);
    return o->type == EXX_TPSL ? place_tpsl(call, o) : place(call, o, instead);
}

int exx_post_order(exx_call *call)
{
    pg_extended_exchange *e = call->e;
    const pg_fault *fault = pg_faults_next(e->config.faults, "action");
    exx_messages found = { .count = 0 };
    exx_order o;
    int code = exx_read_order(&o, e, call->body);
    if (code != 0)
        return exx_refuse(call, code, o.wrong);
    if (fault && fault->kind == PG_FAULT_REJECT)
        return exx_refuse(call, fault->code ? fault->code : 500, fault->text);
    code = exx_check_order(e, &o);
    if (code == 0)
        code = verify_all(&found, e, call->account, &o);
    if (code != 0)
        return exx_refuse(call, code, found.detail);
    return exx_take_order(call, &o, &found);
}

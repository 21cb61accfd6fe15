/* Requests: made of what the host submits, checked, signed, sent, and what their answers say. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/extended/adapter_internal.h"

/* ---- requests on their way ---- */

static ex_flight *take_off(ex_venue *venue, uint8_t kind, uint64_t order)
{
    if (venue->flights == EX_FLIGHTS)
        return NULL;
    ex_flight *flight = venue->flight;
    while (flight->used)
        flight++;
    *flight = (ex_flight){ .used = true, .kind = kind, .order = order, .venue = venue };
    venue->flights++;
    return flight;
}

static void land(ex_flight *flight)
{
    flight->used = false;
    flight->venue->flights--;
}

static void take_refusal(ex_venue *venue, pg_tracked *order, uint8_t kind, const pg_extended_found *found,
                         int64_t now_ns)
{
    char words[PG_VENUE_WORDS];
    int market = order->market; /* the order may be gone when its refusal was told */
    pg_extended_refusal refusal = pg_extended_refusal_of(found->answer.code, found->code);
    pg_extended_answer_words(words, sizeof words, &found->answer);
    if (refusal.class == PG_EXTENDED_DUPLICATE || refusal.class == PG_EXTENDED_UNCLEAR) {
        pg_tracker_lose(venue->orders, order, kind, 0, now_ns);
    } else {
        pg_answer answer = { .kind = PG_ANSWER_REFUSED,
                             .refusal = { refusal.reason, refusal.class == PG_EXTENDED_GONE },
                             .words = words };
        pg_tracker_answer(venue->orders, order, kind, &answer, now_ns);
    }
    if (refusal.class == PG_EXTENDED_WRONG_FEE)
        ex_fees_again(venue, market);
    ex_heed(venue, refusal.class, words);
}

static void take_success(ex_venue *venue, pg_tracked *order, uint8_t kind, const pg_extended_found *found,
                         int64_t now_ns)
{
    pg_extended_record record;
    pg_answer answer = { .kind = PG_ANSWER_TAKEN };
    if (kind != PG_REQUEST_CANCEL) {
        if (pg_extended_record_read(&record, PG_EXTENDED_PLACED, found->answer.data, NULL) != PG_OK) {
            pg_tracker_lose(venue->orders, order, kind, 0, now_ns);
            return;
        }
        answer.oid = record.placed.id;
    }
    pg_tracker_answer(venue->orders, order, kind, &answer, now_ns);
    if (kind != PG_REQUEST_CANCEL && order->cancelling && !order->done)
        ex_cancel_again(venue, order);
}

/* The venue has hashed something else, or knows another key: what there is to compare (section 10.8). */
static void log_signed(const ex_flight *flight)
{
    const ex_venue *venue = flight->venue;
    const pg_extended_amounts *a = &flight->amounts;
    char base[24], quote[24], fee[24], expiration[24], nonce[24], hash[PG_FELT_HEX], key[PG_FELT_HEX];
    snprintf(base, sizeof base, "%" PRId64, a->base);
    snprintf(quote, sizeof quote, "%" PRId64, a->quote);
    snprintf(fee, sizeof fee, "%" PRIu64, a->fee);
    snprintf(expiration, sizeof expiration, "%" PRIu64, a->expiration_s);
    snprintf(nonce, sizeof nonce, "%" PRIu64, flight->nonce);
    pg_log_field fields[] = { { "venue", venue->name, 0 },
                              { "base", base, 0 },
                              { "quote", quote, 0 },
                              { "fee", fee, 0 },
                              { "expiration_s", expiration, 0 },
                              { "nonce", nonce, 0 },
                              { "chain", venue->chain, 0 },
                              { "public_key", pg_felt_to_hex(key, &venue->account.public_key), 0 },
                              { "hash", pg_felt_to_hex(hash, &flight->hash), 0 } };
    pg_log_write(venue->log, PG_LOG_ERROR, "extended", "the venue refuses the signature of this", fields,
                 sizeof fields / sizeof fields[0]);
}

static void acted(void *self, pg_sent sent, const pg_extended_found *found, const pg_error *why)
{
    ex_flight flight = *(ex_flight *)self;
    ex_venue *venue = flight.venue;
    int64_t now = ex_now();
    land(self);
    if (sent == PG_SENT_ANSWERED && !found->answer.ok && found->answer.code == PG_EXTENDED_BAD_SIGNATURE)
        log_signed(&flight);
    pg_tracked *order = pg_tracker_find(venue->orders, flight.order);
    if (!order)
        return;
    if (sent == PG_SENT_UNKNOWN)
        pg_tracker_lose(venue->orders, order, flight.kind, 0, now);
    else if (sent != PG_SENT_ANSWERED)
        pg_tracker_refuse(venue->orders, order, flight.kind,
                          (pg_refusal){ .reason = sent == PG_SENT_LIMITED ? PG_REASON_RATE : PG_REASON_UNSENT },
                          why->what, sent == PG_SENT_NEVER, now);
    else if (found->answer.ok)
        take_success(venue, order, flight.kind, found, now);
    else
        take_refusal(venue, order, flight.kind, found, now);
}

/* ---- orders ---- */

/* One order on its way out. */
typedef struct {
    char price[PG_DECIMAL_TEXT], size[PG_DECIMAL_TEXT], id[PG_EXTENDED_EXTERNAL], old[PG_EXTENDED_EXTERNAL];
    pg_extended_order order;
} outgoing;

static void name_leg(char *text, const ex_venue *venue, const pg_tracked *order, const pg_leg *leg)
{
    pg_extended_external_format(text, (pg_client_id){ venue->run, order->id, leg->number });
}

/* leg: the order itself, or what is to replace it. */
static pg_status compose(outgoing *out, ex_venue *venue, const pg_tracked *order, const pg_leg *leg, pg_error *err)
{
    const ex_market *market = &venue->market[order->market];
    const pg_instrument *in = &market->instrument;
    uint32_t nonce;
    bool post_only = order->tif == PG_TIF_ALO;
    pg_status status = pg_extended_nonces_next(&nonce, &venue->nonces, err);
    if (status != PG_OK)
        return status;
    pg_decimal_format_short(out->price, sizeof out->price, leg->price, in->price_decimals);
    pg_decimal_format_short(out->size, sizeof out->size, leg->size, in->size_decimals);
    name_leg(out->id, venue, order, leg);
    name_leg(out->old, venue, order, &order->leg);
    int64_t now_ms = (ex_now() + venue->clock_ahead_ns) / 1000000;
    out->order = (pg_extended_order){
        .market = &market->listing.rules,
        .id = out->id,
        .cancel_id = leg == &order->next ? out->old : NULL,
        .type = PG_EXTENDED_LIMIT,
        .side = order->side == PG_BUY ? PG_EXTENDED_BUY : PG_EXTENDED_SELL,
        .quantity = out->size,
        .price = out->price,
        .fee = post_only && !venue->always_taker ? market->maker : market->taker,
        .post_only = post_only,
        .reduce_only = order->reduce_only,
        .time_in_force = order->tif == PG_TIF_IOC ? PG_EXTENDED_IOC : PG_EXTENDED_GTT,
        .self_trade = PG_EXTENDED_STP_ACCOUNT,
        .expiry_ms = (uint64_t)(now_ms + venue->lifetime_ms),
        .nonce = nonce,
    };
    return PG_OK;
}

/* Signs an order, notes in its flight what was signed, and writes its body. One hash in 2^55 cannot be signed: another
 * nonce makes another hash. */
static pg_status sign(ex_flight *flight, const pg_tracked *order, const pg_leg *leg, pg_error *err)
{
    ex_venue *venue = flight->venue;
    outgoing out;
    pg_extended_signed_order made;
    pg_status status = PG_OK;
    for (int attempt = 0; attempt < 2; attempt++) {
        status = compose(&out, venue, order, leg, err);
        if (status == PG_OK)
            status = pg_extended_order_sign(&made, &out.order, &venue->account, false, err);
        if (status != PG_ERR_RANGE)
            break;
    }
    if (status == PG_OK)
        status = pg_extended_order_body(venue->body, sizeof venue->body, &out.order, &made, &venue->account, err);
    if (status == PG_OK) {
        flight->amounts = made.order.amounts;
        flight->hash = made.order.message_hash;
        flight->nonce = out.order.nonce;
    }
    return status;
}

static void send_order(ex_venue *venue, const pg_submit *submit, pg_tracked *order, const pg_leg *leg)
{
    pg_error err;
    uint8_t kind = submit->request.kind;
    ex_flight *flight = NULL;
    if (!pg_extended_rest_take(venue->rest, false)) {
        pg_late_refuse(venue->late, submit, true, PG_REASON_RATE, "no room within the venue's limit of requests");
    } else if (!(flight = take_off(venue, kind, order->id))) {
        pg_late_refuse(venue->late, submit, true, PG_REASON_RATE, "too many requests are without an answer");
    } else if (sign(flight, order, leg, &err) != PG_OK) {
        ex_log_error(venue, PG_LOG_ERROR, "an order cannot be signed", &err);
        land(flight);
        pg_late_refuse(venue->late, submit, true, PG_REASON_OTHER, "the order cannot be signed");
    } else {
        pg_extended_rest_act(venue->rest, "POST", "/user/order", venue->body, flight, acted);
    }
}

/* ---- what the venue would refuse ---- */

static const char *fault(const ex_market *market, int64_t price, int64_t size, uint8_t side, pg_reason *reason)
{
    static const struct {
        pg_extended_code code;
        pg_reason reason;
        const char *words;
    } faults[] = { { PG_EXTENDED_BELOW_MIN_SIZE, PG_REASON_SIZE, "the size is below the venue's minimum" },
                   { PG_EXTENDED_OFF_STEP, PG_REASON_SIZE, "the size is no multiple of the venue's step" },
                   { PG_EXTENDED_OFF_TICK, PG_REASON_PRICE, "the price is no multiple of the venue's tick" },
                   { PG_EXTENDED_ABOVE_MAX_VALUE, PG_REASON_CAPPED, "the order is worth more than the venue allows" },
                   { PG_EXTENDED_BAD_PRICE, PG_REASON_FAR_PRICE, "the price is too far from the mark price" } };
    const pg_instrument *in = &market->instrument;
    char text[PG_DECIMAL_TEXT];
    pg_exact exact_price, exact_size;
    *reason = PG_REASON_CLOSED;
    if (pg_exact_is_zero(&market->mark))
        return "no mark price is known yet";
    *reason = PG_REASON_SIZE;
    if (price <= 0 || size <= 0)
        return "price and size must be positive";
    pg_exact_parse(&exact_price, pg_decimal_format_short(text, sizeof text, price, in->price_decimals), NULL);
    pg_exact_parse(&exact_size, pg_decimal_format_short(text, sizeof text, size, in->size_decimals), NULL);
    pg_extended_code code = pg_extended_check(&market->listing.rules, PG_EXTENDED_LIMIT,
                                              side == PG_BUY ? PG_EXTENDED_BUY : PG_EXTENDED_SELL, &exact_price,
                                              &exact_size, &market->mark);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].code == code) {
            *reason = faults[i].reason;
            return faults[i].words;
        }
    *reason = PG_REASON_OTHER;
    return code == PG_EXTENDED_OK ? NULL : pg_extended_code_name(code);
}

static const char *not_now(const ex_venue *venue, const ex_market *market, uint8_t tif, bool reduce_only,
                           pg_reason *reason)
{
    const ex_mode *mode = &venue->mode;
    *reason = PG_REASON_CLOSED;
    if (venue->phase != EX_READY)
        return venue->phase == EX_FAILED ? "the venue does not take orders of this key" : "the venue is not ready yet";
    if (!venue->can_sign)
        return "there is no key";
    if (mode->maintenance)
        return "the venue takes no orders at present";
    if (mode->post_only && tif != PG_TIF_ALO)
        return "the venue takes only post-only orders at present";
    if (mode->reduce_only && !reduce_only)
        return "the venue takes only orders that reduce a position at present";
    if (venue->margin != EX_MARGIN_FINE && !reduce_only) {
        *reason = PG_REASON_MARGIN;
        return "the account is near its liquidation: only orders that reduce a position are sent";
    }
    if (market->listing.status == PG_EXTENDED_CLOSED)
        return "the market is closed";
    if (market->listing.status == PG_EXTENDED_ONLY_REDUCE && !reduce_only)
        return "the market takes only orders that reduce a position";
    return market->maker[0] ? NULL : "the account's fees are not known";
}

static const char *place(ex_venue *venue, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    const ex_market *market = &venue->market[submit->market];
    const char *why = not_now(venue, market, request->tif, request->reduce_only, reason);
    if (!why)
        why = fault(market, request->price, request->size, request->side, reason);
    if (why)
        return why;
    *reason = PG_REASON_FULL;
    if (market->listing.max_orders > 0 &&
        pg_tracker_open_in(venue->orders, submit->market) >= market->listing.max_orders)
        return "as many orders are open as the venue allows in a market";
    pg_tracked *order = pg_tracker_place(venue->orders, submit->market, request, ex_now());
    if (!order)
        return "too many orders are open";
    send_order(venue, submit, order, &order->leg);
    return NULL;
}

static const char *replace(ex_venue *venue, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    pg_tracked *order = pg_tracker_find(venue->orders, request->id);
    *reason = PG_REASON_UNKNOWN;
    if (!order || order->done || order->replace != PG_REPLACE_NONE)
        return "there is no such order to be replaced";
    const ex_market *market = &venue->market[order->market];
    const char *why = not_now(venue, market, order->tif, order->reduce_only, reason);
    if (why)
        return why;
    int64_t crossed = request->open - (order->leg.size - order->leg.filled);
    int64_t size = request->size - (crossed > 0 ? crossed : 0);
    why = fault(market, request->price, size, order->side, reason);
    if (why)
        return why;
    pg_tracked_replace(order, request->price, size, ex_now());
    send_order(venue, submit, order, &order->next);
    return NULL;
}

/* ---- cancels ---- */

/* Names of one order to be cancelled: its own and, while it is being replaced, that of its replacement. */
static int names_of(char names[2][PG_EXTENDED_EXTERNAL], const ex_venue *venue, const pg_tracked *order)
{
    name_leg(names[0], venue, order, &order->leg);
    if (order->replace == PG_REPLACE_NONE || !order->next.number)
        return 1;
    name_leg(names[1], venue, order, &order->next);
    return 2;
}

/* One name goes by DELETE, which tells when there is no such order; two by a mass cancel, which does not. */
static bool send_cancel(ex_venue *venue, pg_tracked *order)
{
    char names[2][PG_EXTENDED_EXTERNAL], path[EX_PATH], body[2 * PG_EXTENDED_EXTERNAL + 64];
    int count = names_of(names, venue, order);
    if (!pg_extended_rest_take(venue->rest, true))
        return false;
    ex_flight *flight = take_off(venue, PG_REQUEST_CANCEL, order->id);
    if (!flight)
        return false;
    if (count == 1) {
        snprintf(path, sizeof path, "/user/order?externalId=%s", names[0]);
        pg_extended_rest_act(venue->rest, "DELETE", path, NULL, flight, acted);
    } else {
        ex_cancel_body(body, sizeof body, (const char(*)[PG_EXTENDED_EXTERNAL])names, count);
        pg_extended_rest_act(venue->rest, "POST", "/user/order/massCancel", body, flight, acted);
    }
    return true;
}

void ex_cancel_again(ex_venue *venue, pg_tracked *order)
{
    send_cancel(venue, order); /* where there is no room now, the order's state is asked for and tells */
}

static const char *cancel(ex_venue *venue, const pg_submit *submit, pg_reason *reason)
{
    pg_tracked *order = pg_tracker_find(venue->orders, submit->request.id);
    *reason = PG_REASON_UNKNOWN;
    if (!order || order->done)
        return "there is no such order to be cancelled";
    *reason = PG_REASON_RATE;
    pg_tracked_cancel(order, ex_now());
    if (!send_cancel(venue, order))
        pg_late_refuse(venue->late, submit, true, PG_REASON_RATE, "no room within the venue's limit of requests");
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

static void send_one(ex_venue *venue, const pg_submit *submit)
{
    pg_reason reason = PG_REASON_OTHER;
    const char *why;
    if (submit->market < 0 || submit->market >= venue->market_count)
        why = "there is no such market";
    else if (submit->request.kind == PG_REQUEST_NEW)
        why = place(venue, submit, &reason);
    else if (submit->request.kind == PG_REQUEST_REPLACE)
        why = replace(venue, submit, &reason);
    else
        why = cancel(venue, submit, &reason);
    if (why)
        pg_late_refuse(venue->late, submit, false, reason, why);
}

void ex_submit(pg_venue *base, const pg_submit *list, int count)
{
    ex_venue *venue = (ex_venue *)base;
    for (int p = 0; p < PASSES; p++)
        for (int i = 0; i < count; i++)
            if ((int)pass_of(&list[i]) == p)
                send_one(venue, &list[i]);
}

bool ex_has_room(const pg_venue *base, int requests, bool cancels)
{
    const ex_venue *venue = (const ex_venue *)base;
    if (venue->flights + requests > EX_FLIGHTS - (cancels ? 0 : EX_FLIGHTS / 4))
        return false;
    if (!cancels && (venue->phase != EX_READY || venue->mode.maintenance))
        return false;
    return pg_extended_rest_has(venue->rest, requests, cancels);
}

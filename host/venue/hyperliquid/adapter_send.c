/* Requests: made of what the host submits, signed, sent in wire order, and what their answers say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/hyperliquid/adapter_internal.h"

static const int64_t slow_ns = 10 * (int64_t)1000000000;

/* ---- signing ---- */

pg_status hl_sign(hl_venue *venue, const pg_hl_action *action, uint64_t nonce, bool expires, pg_error *err)
{
    uint64_t now_ms = (uint64_t)(hl_now() / 1000000);
    if (!venue->can_sign)
        return pg_fail(err, PG_ERR_STATE, "venue %s has no key", venue->name);
    pg_hl_envelope envelope = { .network = venue->network,
                                .nonce = nonce ? nonce : pg_hl_nonce_next(&venue->nonces, now_ms),
                                .vault = venue->vault[0] ? venue->vault : NULL };
    if (expires && venue->expires_ms)
        envelope.expires_after = now_ms + (uint64_t)(venue->expires_ms + venue->clock_ahead_ns / 1000000);
    return pg_hl_sign(&venue->made, &venue->signer, action, &envelope, err);
}

const char *hl_body(hl_venue *venue)
{
    venue->frame.length = 0;
    return pg_hl_body(&venue->frame, &venue->made, NULL) == PG_OK ? venue->frame.data : NULL;
}

void hl_heed(hl_venue *venue, pg_hl_refusal refusal, const char *words)
{
    pg_error err;
    if (refusal.class == PG_HL_SLOW)
        venue->slow_until_ns = hl_now() + slow_ns;
    if (refusal.class != PG_HL_FATAL)
        return;
    pg_fail(&err, PG_ERR_STATE, "the venue does not take the key: %s", words);
    pg_error_where(&err, "venue %s", venue->name);
    pg_error_remedy(&err, "check key, account and network, and whether the agent was revoked or has expired");
    hl_fail(venue, &err);
}

/* ---- requests on their way ---- */

static hl_flight *take_off(hl_venue *venue)
{
    if (venue->flights == HL_FLIGHTS)
        return NULL;
    hl_flight *flight = venue->flight;
    while (flight->used)
        flight++;
    *flight = (hl_flight){ .used = true, .venue = venue };
    venue->flights++;
    return flight;
}

static void land(hl_flight *flight)
{
    flight->used = false;
    flight->venue->flights--;
    flight->venue->posts -= flight->posted;
}

static void lose(hl_flight *flight, int64_t now_ns)
{
    hl_venue *venue = flight->venue;
    hl_flight lost = *flight;
    land(flight);
    for (int i = 0; i < lost.count; i++) {
        pg_tracked *order = pg_tracker_find(venue->orders, lost.order[i]);
        if (order)
            pg_tracker_lose(venue->orders, order, lost.kind, lost.nonce, now_ns);
    }
}

static pg_refusal plain_refusal(pg_hl_refusal refusal)
{
    return (pg_refusal){ .reason = refusal.reason, .gone = refusal.class == PG_HL_GONE };
}

static void refuse_all(hl_flight *flight, pg_hl_refusal refusal, const char *words, bool unsent, int64_t now_ns)
{
    hl_venue *venue = flight->venue;
    hl_flight done = *flight;
    land(flight);
    for (int i = 0; i < done.count; i++) {
        pg_tracked *order = pg_tracker_find(venue->orders, done.order[i]);
        if (order)
            pg_tracker_refuse(venue->orders, order, done.kind, plain_refusal(refusal), words, unsent, now_ns);
    }
    hl_heed(venue, refusal, words);
}

/* What the venue answers about one order, cancel or replacement; an answer that does not fit is of no use. */
static void take_result(hl_venue *venue, pg_tracked *order, uint8_t kind, const pg_hl_result *result, int64_t now_ns)
{
    char words[PG_VENUE_WORDS];
    pg_answer answer = { .kind = PG_ANSWER_UNCLEAR, .oid = result->oid, .words = words };
    bool cancel = kind == PG_REQUEST_CANCEL;
    switch (result->kind) {
    case PG_HL_OUT_ERROR:
        answer.kind = PG_ANSWER_REFUSED;
        answer.refusal = plain_refusal(pg_hl_refusal_of(result->words.data, result->words.size));
        pg_scan_plain(words, sizeof words, result->words);
        break;
    case PG_HL_OUT_SUCCESS: answer.kind = cancel ? PG_ANSWER_TAKEN : PG_ANSWER_UNCLEAR; break;
    case PG_HL_OUT_FILLED: answer.kind = cancel ? PG_ANSWER_UNCLEAR : PG_ANSWER_FILLED; break;
    case PG_HL_OUT_RESTING:
    case PG_HL_OUT_WAITING_FILL:
    case PG_HL_OUT_WAITING_TRIGGER: answer.kind = cancel ? PG_ANSWER_UNCLEAR : PG_ANSWER_TAKEN; break;
    default: break;
    }
    pg_tracker_answer(venue->orders, order, kind, &answer, now_ns);
}

static void take_answer(hl_flight *flight, pg_hl_answer *answer, int64_t now_ns)
{
    char words[PG_VENUE_WORDS];
    hl_venue *venue = flight->venue;
    if (answer->refused) {
        pg_hl_refusal refusal = pg_hl_refusal_of(answer->words.data, answer->words.size);
        pg_scan_plain(words, sizeof words, answer->words);
        if (refusal.class == PG_HL_DUPLICATE) /* something with this nonce was taken: this request, or another */
            lose(flight, now_ns);
        else
            refuse_all(flight, refusal, words, false, now_ns);
        return;
    }
    if (!pg_hl_answer_spread(answer, flight->count)) {
        lose(flight, now_ns);
        return;
    }
    hl_flight done = *flight;
    land(flight);
    for (int i = 0; i < done.count; i++) {
        pg_tracked *order = pg_tracker_find(venue->orders, done.order[i]);
        if (order)
            take_result(venue, order, done.kind, &answer->result[i], now_ns);
    }
}

void hl_flight_reply(hl_venue *venue, const pg_hl_frame *frame)
{
    int64_t now = hl_now();
    char words[PG_VENUE_WORDS];
    hl_flight *flight = NULL;
    for (int i = 0; i < HL_FLIGHTS && !flight; i++)
        if (venue->flight[i].used && venue->flight[i].posted && venue->flight[i].id == frame->id)
            flight = &venue->flight[i];
    if (!flight)
        return;
    if (frame->reply == PG_HL_REPLY_ACTION) {
        pg_hl_answer answer = frame->answer;
        take_answer(flight, &answer, now);
        return;
    }
    pg_scan_plain(words, sizeof words, frame->text);
    if (frame->reply == PG_HL_REPLY_ERROR && strncmp(words, "429", 3) == 0) {
        pg_hl_rest_limited(venue->rest);
        refuse_all(flight, (pg_hl_refusal){ PG_REASON_RATE, PG_HL_REFUSED }, words, false, now);
    } else if (frame->reply == PG_HL_REPLY_ERROR && words[0] == '4') {
        refuse_all(flight, (pg_hl_refusal){ PG_REASON_OTHER, PG_HL_REFUSED }, words, false, now);
    } else {
        lose(flight, now);
    }
}

void hl_flights_lost(hl_venue *venue)
{
    for (int i = 0; i < HL_FLIGHTS; i++)
        if (venue->flight[i].used && venue->flight[i].posted)
            lose(&venue->flight[i], hl_now());
}

void hl_flights_tick(hl_venue *venue, int64_t now_ns)
{
    for (int i = 0; venue->posts > 0 && i < HL_FLIGHTS; i++)
        if (venue->flight[i].used && venue->flight[i].posted &&
            now_ns - venue->flight[i].sent_ns >= (int64_t)HL_ANSWER_MS * 1000000)
            lose(&venue->flight[i], now_ns);
}

static void acted(void *self, pg_hl_sent sent, const char *body, size_t size, const pg_error *err)
{
    hl_flight *flight = self;
    pg_hl_answer answer;
    int64_t now = hl_now();
    const char *why = err ? err->what : "";
    switch (sent) {
    case PG_HL_SENT_ANSWERED:
        if (pg_hl_decode_answer(flight->venue->decoder, &answer, body, size, NULL) == PG_OK)
            take_answer(flight, &answer, now);
        else
            lose(flight, now);
        break;
    case PG_HL_SENT_REFUSED:
        refuse_all(flight, (pg_hl_refusal){ PG_REASON_OTHER, PG_HL_REFUSED }, why, false, now);
        break;
    case PG_HL_SENT_LIMITED:
        refuse_all(flight, (pg_hl_refusal){ PG_REASON_RATE, PG_HL_REFUSED }, why, false, now);
        break;
    case PG_HL_SENT_NEVER:
        refuse_all(flight, (pg_hl_refusal){ PG_REASON_UNSENT, PG_HL_REFUSED }, why, true, now);
        break;
    default: lose(flight, now);
    }
}

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

static void refuse_batch(hl_venue *venue, batch *b, pg_reason reason, const char *words)
{
    for (int i = 0; i < b->count; i++)
        pg_late_refuse(venue->late, b->submit[i], true, reason, words);
    b->count = 0;
}

static pg_hl_action action_of(const batch *b)
{
    size_t count = (size_t)b->count;
    if (b->kind == PG_REQUEST_NEW)
        return (pg_hl_action){ .kind = PG_HL_ORDER, .order = { .list = b->order, .count = count } };
    if (b->kind == PG_REQUEST_CANCEL)
        return (pg_hl_action){ .kind = PG_HL_CANCEL_BY_CLOID, .cancel = { .list = b->cancel, .count = count } };
    return (pg_hl_action){ .kind = PG_HL_BATCH_MODIFY, .modify = { .list = b->modify, .count = count } };
}

/* Over the WebSocket when it is there, else over HTTP. */
static void send_signed(hl_venue *venue, hl_flight *flight, bool safety)
{
    bool post = pg_hl_stream_is_open(venue->account_stream) && venue->posts < HL_POSTS &&
                pg_bucket_take(&venue->messages, 1, safety, flight->sent_ns);
    if (post) {
        flight->id = venue->next_post++;
        venue->frame.length = 0;
        post = pg_hl_post_frame(&venue->frame, flight->id, &venue->made, NULL) == PG_OK &&
               pg_hl_stream_send(venue->account_stream, venue->frame.data, venue->frame.length, NULL) == PG_OK;
    }
    if (post) {
        flight->posted = true;
        venue->posts++;
        return;
    }
    const char *body = hl_body(venue);
    pg_hl_rest_act(venue->rest, body ? body : "", flight, acted);
}

static void send_batch(hl_venue *venue, batch *b)
{
    bool safety = b->kind == PG_REQUEST_CANCEL;
    pg_error err;
    if (b->count == 0)
        return;
    pg_hl_action action = action_of(b);
    if (!pg_hl_rest_take(venue->rest, b->count, safety)) {
        refuse_batch(venue, b, PG_REASON_RATE, "no room within the venue's limit of requests");
        return;
    }
    hl_flight *flight = take_off(venue);
    if (!flight) {
        refuse_batch(venue, b, PG_REASON_RATE, "too many requests are without an answer");
        return;
    }
    if (hl_sign(venue, &action, 0, !safety, &err) != PG_OK) {
        hl_log(venue, PG_LOG_ERROR, "a request cannot be signed", "why", err.what);
        land(flight);
        refuse_batch(venue, b, PG_REASON_OTHER, "the request cannot be signed");
        return;
    }
    flight->kind = b->kind;
    flight->count = b->count;
    flight->nonce = venue->made.envelope.nonce;
    flight->sent_ns = hl_now();
    for (int i = 0; i < b->count; i++)
        flight->order[i] = b->submit[i]->request.id;
    b->count = 0;
    send_signed(venue, flight, safety);
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

static const char *not_now(const hl_venue *venue, pg_reason *reason)
{
    *reason = PG_REASON_CLOSED;
    if (venue->phase != HL_READY)
        return venue->phase == HL_FAILED ? "the venue does not take orders of this key" : "the venue is not ready yet";
    *reason = PG_REASON_RATE;
    return hl_now() < venue->slow_until_ns ? "the address has used up its actions: one every 10 s" : NULL;
}

static const char *prepare_new(hl_venue *venue, batch *b, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    const pg_instrument *instrument = &venue->market[submit->market].instrument;
    const char *why = not_now(venue, reason);
    if (!why)
        why = fault(instrument, request->price, request->size, request->reduce_only, reason);
    if (why)
        return why;
    *reason = PG_REASON_FULL;
    pg_tracked *order = pg_tracker_place(venue->orders, submit->market, request, hl_now());
    if (!order)
        return "too many orders are open";
    int i = b->count;
    pg_hl_cloid_format(b->cloid[i], (pg_client_id){ .run = venue->run, .id = request->id });
    fill_order(&b->order[i], venue, order, submit->market, b->price[i], b->size[i], b->cloid[i], request->price,
               request->size);
    return NULL;
}

static const char *prepare_replace(hl_venue *venue, batch *b, const pg_submit *submit, pg_reason *reason)
{
    const pg_request *request = &submit->request;
    pg_tracked *order = pg_tracker_find(venue->orders, request->id);
    const char *why = not_now(venue, reason);
    if (why)
        return why;
    *reason = PG_REASON_UNKNOWN;
    if (!order || order->done || order->replace != PG_REPLACE_NONE)
        return "there is no such order to be replaced";
    int64_t crossed = request->open - (order->leg.size - order->leg.filled);
    int64_t size = request->size - (crossed > 0 ? crossed : 0);
    why = fault(&venue->market[order->market].instrument, request->price, size, order->reduce_only, reason);
    if (why)
        return why;
    int i = b->count;
    pg_tracked_replace(order, request->price, size, hl_now());
    pg_hl_cloid_format(b->cloid[i], (pg_client_id){ .run = venue->run, .id = request->id });
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
    pg_hl_cloid_format(b->cloid[i], (pg_client_id){ .run = venue->run, .id = order->id });
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

bool hl_has_room(const pg_venue *base, int requests, bool cancels)
{
    const hl_venue *venue = (const hl_venue *)base;
    if (venue->flights >= HL_FLIGHTS - (cancels ? 0 : HL_FLIGHTS / 4))
        return false;
    if (!cancels && (venue->phase != HL_READY || hl_now() < venue->slow_until_ns))
        return false;
    return pg_hl_rest_has(venue->rest, 1 + requests / PG_HL_BATCH, cancels);
}

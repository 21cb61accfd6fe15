/* Requests: signed, sent in wire order, and what their answers say. */
#include <stdio.h>
#include <string.h>

#include "venue/hyperliquid/adapter_internal.h"

static const int64_t slow_ns = 10 * (int64_t)1000000000;

/* ---- signing ---- */

/* The next nonce of the key. Far ahead of the clock it is told: a clock that was set back, or a burst that never
 * ends. */
static uint64_t next_nonce(hl_venue *venue, uint64_t now_ms)
{
    uint64_t nonce = pg_hl_nonce_next(venue->nonces, now_ms);
    bool ahead = nonce > now_ms + PG_HL_NONCE_ALARM_MS;
    if (ahead && !venue->nonces_ahead)
        hl_log(venue, PG_LOG_WARN, "the nonces of this key are more than 10 s ahead of the clock", NULL, NULL);
    venue->nonces_ahead = ahead;
    return nonce;
}

pg_status hl_sign(hl_venue *venue, const pg_hl_action *action, uint64_t nonce, bool expires, pg_error *err)
{
    uint64_t now_ms = (uint64_t)(hl_now() / 1000000);
    if (!venue->can_sign)
        return pg_fail(err, PG_ERR_STATE, "venue %s has no key", venue->name);
    pg_hl_envelope envelope = { .network = venue->network,
                                .nonce = nonce ? nonce : next_nonce(venue, now_ms),
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
    if (refusal.class == PG_HL_POST_ONLY)
        hl_rights_post_only(venue);
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

/* The whole action was refused for its nonce: nothing of it happened, and it may be sent with another, once (13.3). */
static void send_again(hl_flight *flight, const char *words, int64_t now_ns)
{
    hl_flight stale = *flight;
    land(flight);
    hl_log(flight->venue, PG_LOG_WARN, "a request was refused for its nonce and is signed anew", "words", words);
    hl_submit_again(flight->venue, &stale, words, now_ns);
}

/* What the venue answers about one order, cancel or replacement; an answer that does not fit is of no use. */
static void take_result(hl_venue *venue, pg_tracked *order, uint8_t kind, const pg_hl_result *result, int64_t now_ns)
{
    char words[PG_VENUE_WORDS];
    pg_answer answer = { .kind = PG_ANSWER_UNCLEAR, .oid = result->oid, .words = words };
    bool cancel = kind == PG_REQUEST_CANCEL;
    pg_hl_refusal refusal = { PG_REASON_NONE, PG_HL_REFUSED };
    switch (result->kind) {
    case PG_HL_OUT_ERROR:
        refusal = pg_hl_refusal_of(result->words.data, result->words.size);
        answer.kind = PG_ANSWER_REFUSED;
        answer.refusal = plain_refusal(refusal);
        pg_scan_plain(words, sizeof words, result->words);
        break;
    case PG_HL_OUT_SUCCESS: answer.kind = cancel ? PG_ANSWER_TAKEN : PG_ANSWER_UNCLEAR; break;
    case PG_HL_OUT_FILLED: answer.kind = cancel ? PG_ANSWER_UNCLEAR : PG_ANSWER_FILLED; break;
    case PG_HL_OUT_RESTING:
    case PG_HL_OUT_WAITING_FILL:
    case PG_HL_OUT_WAITING_TRIGGER: answer.kind = cancel ? PG_ANSWER_UNCLEAR : PG_ANSWER_TAKEN; break;
    default: break;
    }
    bool took = answer.kind == PG_ANSWER_TAKEN || answer.kind == PG_ANSWER_FILLED;
    if (took && !cancel && order->tif != PG_TIF_ALO)
        hl_rights_took(venue);
    pg_tracker_answer(venue->orders, order, kind, &answer, now_ns);
    if (answer.kind == PG_ANSWER_REFUSED)
        hl_heed(venue, refusal, words);
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
        else if (refusal.class == PG_HL_STALE && !flight->again)
            send_again(flight, words, now_ns);
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

/* ---- sending ---- */

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

const char *hl_send(hl_venue *venue, uint8_t kind, const pg_hl_action *action, const uint64_t *ids, int count,
                    bool again, pg_reason *reason)
{
    bool safety = kind == PG_REQUEST_CANCEL;
    pg_error err;
    *reason = PG_REASON_RATE;
    if (!pg_hl_rest_take(venue->rest, count, safety))
        return "no room within the venue's limit of requests";
    hl_flight *flight = take_off(venue);
    if (!flight)
        return "too many requests are without an answer";
    if (hl_sign(venue, action, 0, !safety, &err) != PG_OK) {
        hl_log(venue, PG_LOG_ERROR, "a request cannot be signed", "why", err.what);
        land(flight);
        *reason = PG_REASON_OTHER;
        return "the request cannot be signed";
    }
    flight->kind = kind;
    flight->again = again;
    flight->count = count;
    flight->nonce = venue->made.envelope.nonce;
    flight->sent_ns = hl_now();
    memcpy(flight->order, ids, (size_t)count * sizeof *ids);
    hl_rights_charge(venue, count, safety);
    send_signed(venue, flight, safety);
    return NULL;
}

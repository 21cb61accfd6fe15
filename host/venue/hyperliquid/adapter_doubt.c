/* Asking the venue about orders of which something was not heard in time. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/hyperliquid/adapter_internal.h"

enum { QUESTIONS = 16, LOOKS = 64 /* in one tick */, FILLS_BEFORE_MS = 5000 };

typedef struct {
    pg_call call;
    uint64_t id; /* ours */
    pg_ask ask;
} question;

/* ---- states ---- */

static void state_came(void *self, const pg_hl_found *found, const pg_error *why)
{
    question *q = self;
    hl_venue *venue = hl_of(&q->call);
    pg_tracked *order = pg_tracker_find(venue->orders, q->id);
    pg_ask asked = q->ask;
    pg_hl_frame frame;
    int64_t now = hl_now();
    (void)why;
    venue->questions--;
    pg_call_end(&q->call);
    if (!order)
        return;
    if (!found || pg_hl_decode_status(venue->decoder, &frame, found->text, found->size, NULL) != PG_OK)
        pg_tracked_ask_again(order, now);
    else
        pg_tracker_told(venue->orders, order, asked, frame.count > 0 ? &frame.update[0] : NULL, now);
}

static void ask_state(hl_venue *venue, const pg_tracked *order)
{
    char body[192], name[PG_HL_CLOID_TEXT + 2], cloid[PG_HL_CLOID_TEXT];
    question *q = pg_call_begin(&venue->calls, sizeof *q);
    q->id = order->id;
    q->ask = order->ask;
    if (order->ask == PG_ASK_STATUS && order->leg.oid)
        snprintf(name, sizeof name, "%" PRIu64, order->leg.oid);
    else
        snprintf(name, sizeof name, "\"%s\"", pg_hl_cloid_format(cloid, order->name));
    snprintf(body, sizeof body, "{\"type\":\"orderStatus\",\"user\":\"%s\",\"oid\":%s}", venue->account, name);
    venue->questions++;
    pg_hl_rest_ask(venue->rest, &(pg_hl_question){ .body = body, .weight = 2, .safety = true, .patience_ms = 3000 }, q,
                   state_came);
}

/* ---- fills ---- */

/* The orders whose fills are looked for at once. */
typedef struct {
    pg_call call;
    int count;
    uint64_t id[QUESTIONS];
} search;

static void fills_came(void *self, const pg_error *err)
{
    search *s = self;
    hl_venue *venue = hl_of(&s->call);
    int64_t now = hl_now();
    venue->questions--;
    for (int i = 0; i < s->count; i++) {
        pg_tracked *order = pg_tracker_find(venue->orders, s->id[i]);
        if (order && err)
            pg_tracked_ask_again(order, now);
        else if (order)
            pg_tracker_filled(venue->orders, order, now);
    }
    pg_call_end(&s->call);
}

/* ---- nonces ---- */

static hl_void *find_void(hl_venue *venue, uint64_t nonce)
{
    for (int i = 0; i < HL_VOIDS; i++)
        if (venue->voids[i].nonce == nonce && venue->voids[i].fate)
            return &venue->voids[i];
    return NULL;
}

typedef struct {
    pg_call call;
    uint64_t nonce;
} voiding;

/* What the answer to an action that does nothing says of the action whose nonce it has. */
static hl_nonce_fate fate_of(hl_venue *venue, pg_hl_sent sent, const char *body, size_t size)
{
    pg_hl_answer answer;
    if (sent != PG_HL_SENT_ANSWERED || pg_hl_decode_answer(venue->decoder, &answer, body, size, NULL) != PG_OK)
        return 0;
    if (!answer.refused)
        return answer.count == 1 && answer.result[0].kind == PG_HL_OUT_OK ? HL_NONCE_VOIDED : 0;
    pg_hl_class class = pg_hl_refusal_of(answer.words.data, answer.words.size).class;
    /* Too low a nonce is not taken any more, whoever asks: whether it was is for the order's state to say. */
    return class == PG_HL_DUPLICATE || class == PG_HL_STALE ? HL_NONCE_TAKEN : 0;
}

static void void_came(void *self, pg_hl_sent sent, const char *body, size_t size, const pg_error *err)
{
    voiding *v = self;
    hl_venue *venue = hl_of(&v->call);
    hl_void *record = find_void(venue, v->nonce);
    (void)err;
    if (record)
        record->fate = fate_of(venue, sent, body, size);
    pg_call_end(&v->call);
}

/* Uses up the nonce of a doubtful request, once for all the orders in it. */
static void ask_void(hl_venue *venue, pg_tracked *order, int64_t now_ns)
{
    pg_hl_action noop = { .kind = PG_HL_NOOP };
    hl_void *record = find_void(venue, order->doubt_nonce);
    if (record && record->fate != HL_NONCE_ASKED) {
        pg_tracker_voided(venue->orders, order, record->fate == HL_NONCE_VOIDED, now_ns);
        return;
    }
    pg_tracked_ask_again(order, now_ns);
    if (record || !pg_hl_rest_take(venue->rest, 1, true) ||
        hl_sign(venue, &noop, order->doubt_nonce, false, NULL) != PG_OK)
        return;
    const char *body = hl_body(venue);
    if (!body)
        return;
    venue->voids[venue->next_void] = (hl_void){ order->doubt_nonce, HL_NONCE_ASKED };
    venue->next_void = (venue->next_void + 1) % HL_VOIDS;
    voiding *v = pg_call_begin(&venue->calls, sizeof *v);
    v->nonce = order->doubt_nonce;
    hl_rights_charge(venue, 1, true);
    pg_hl_rest_act(venue->rest, body, v, void_came);
}

/* ---- what is due ---- */

void hl_doubt_tick(hl_venue *venue, int64_t now_ns)
{
    search *s = NULL;
    int64_t from_ns = INT64_MAX;
    pg_tracked *order;
    for (int i = 0; i < LOOKS && venue->questions < QUESTIONS && (!s || s->count < QUESTIONS) &&
                    (order = pg_tracker_next_check(venue->orders, now_ns));
         i++) {
        if (order->ask == PG_ASK_VOID) {
            ask_void(venue, order, now_ns);
        } else if (order->ask == PG_ASK_FILLS) {
            if (!s)
                s = pg_call_begin(&venue->calls, sizeof *s);
            s->id[s->count++] = order->id;
            if (order->placed_ns < from_ns)
                from_ns = order->placed_ns;
        } else {
            ask_state(venue, order);
        }
    }
    if (!s)
        return;
    venue->questions++;
    hl_fetch_fills(venue, from_ns + venue->clock_ahead_ns - (int64_t)FILLS_BEFORE_MS * 1000000, false, s, fills_came);
}

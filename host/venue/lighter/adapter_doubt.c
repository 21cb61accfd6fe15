/* Asking the venue about orders of which something was not heard in time: among the active orders of their market, then
 * among the inactive ones; a lost transaction by its hash, until it has expired or its nonce has been used by another. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/lighter/adapter_internal.h"

enum { QUESTIONS = 16, LOOKS = 64 /* in one tick */, FILLS_BEFORE_MS = 5000, EXPIRED_MS = 3000, NOT_FOUND = 21500 };

/* ---- states ---- */

/* The orders of one market whose states are asked for at once. */
typedef struct {
    pg_call call;
    int market, count;
    bool inactive; /* those that are not active are looked for among the others */
    struct {
        uint64_t id; /* ours */
        pg_ask ask;
        bool answered;
    } order[QUESTIONS];
} inquiry;

static void ask_states(inquiry *q);

static bool is_it(const pg_tracked *order, const pg_lighter_order *told)
{
    return order->leg.oid ? order->leg.oid == (uint64_t)told->order_index
                          : order->alias != 0 && order->alias == (uint64_t)told->client_index;
}

/* Gives what a list has of the orders to the tracker. */
static void match(inquiry *q, const pg_lighter_message *message, int64_t now_ns)
{
    li_venue *venue = li_of(&q->call);
    pg_told_order told;
    for (int i = 0; i < q->count; i++) {
        pg_tracked *order = pg_tracker_find(venue->orders, q->order[i].id);
        for (int k = 0; order && !q->order[i].answered && k < message->orders.count; k++) {
            const pg_lighter_order *each = PG_LIGHTER_AT(message->orders, pg_lighter_order, k);
            if (!is_it(order, each) || !li_told(venue, &told, each, NULL) || told.market != order->market)
                continue;
            told.cloid = (pg_client_id){ .run = venue->run, .id = order->id };
            q->order[i].answered = true;
            pg_tracker_told(venue->orders, order, q->order[i].ask, &told, now_ns);
        }
    }
}

static void end_inquiry(inquiry *q, bool known, int64_t now_ns)
{
    li_venue *venue = li_of(&q->call);
    for (int i = 0; i < q->count; i++) {
        pg_tracked *order = pg_tracker_find(venue->orders, q->order[i].id);
        if (!order || q->order[i].answered)
            continue;
        if (known)
            pg_tracker_told(venue->orders, order, q->order[i].ask, NULL, now_ns);
        else
            pg_tracked_ask_again(order, now_ns);
    }
    venue->questions--;
    pg_call_end(&q->call);
}

static bool all_answered(const inquiry *q)
{
    for (int i = 0; i < q->count; i++)
        if (!q->order[i].answered)
            return false;
    return true;
}

static void states_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    inquiry *q = self;
    li_venue *venue = li_of(&q->call);
    const pg_lighter_message *message;
    int64_t now = li_now();
    (void)code, (void)why;
    if (!found || pg_lighter_decode(venue->decoder, &message, found->text, found->size, NULL) != PG_OK) {
        end_inquiry(q, false, now);
        return;
    }
    match(q, message, now);
    if (q->inactive || all_answered(q)) {
        end_inquiry(q, true, now);
    } else {
        q->inactive = true;
        ask_states(q);
    }
}

static void ask_states(inquiry *q)
{
    li_venue *venue = li_of(&q->call);
    char path[192];
    snprintf(path, sizeof path, "/api/v1/account%sOrders?account_index=%" PRId64 "&market_id=%" PRId64 "%s",
             q->inactive ? "Inactive" : "Active", venue->account, venue->market[q->market].id,
             q->inactive ? "&limit=100" : "");
    pg_lighter_question question = {
        .path = path, .token = li_token(venue), .weight = q->inactive ? 100 : 300, .safety = true, .patience_ms = 3000
    };
    pg_lighter_rest_ask(venue->rest, &question, q, states_came);
}

static void add_state(li_venue *venue, inquiry **open, int *count, const pg_tracked *order)
{
    inquiry *q = NULL;
    for (int i = 0; i < *count && !q; i++)
        if (open[i]->market == order->market && open[i]->count < QUESTIONS)
            q = open[i];
    if (!q) {
        q = open[(*count)++] = pg_call_begin(&venue->calls, sizeof *q);
        q->market = order->market;
        venue->questions++;
    }
    q->order[q->count].id = order->id;
    q->order[q->count++].ask = order->ask;
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
    li_venue *venue = li_of(&s->call);
    int64_t now = li_now();
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

/* ---- lost transactions ---- */

typedef struct {
    pg_call call;
    uint64_t id;
    int64_t expires_ms;
    bool passed; /* the venue had gone beyond the nonce when it was asked */
} tracing;

static const li_doubt *find_doubt(const li_venue *venue, int64_t nonce)
{
    for (int i = 0; i < LI_DOUBTS; i++)
        if (venue->doubts[i].hash[0] && venue->doubts[i].nonce == nonce)
            return &venue->doubts[i];
    return NULL;
}

static void trace_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    tracing *t = self;
    li_venue *venue = li_of(&t->call);
    pg_tracked *order = pg_tracker_find(venue->orders, t->id);
    pg_lighter_receipt receipt = { .status = -1 };
    int64_t now = li_now(), now_ms = (now + venue->clock_ahead_ns) / 1000000;
    bool over = t->passed || now_ms > t->expires_ms + EXPIRED_MS;
    (void)why;
    venue->questions--;
    pg_call_end(&t->call);
    if (!order)
        return;
    if (found && pg_lighter_decode_record(&pg_lighter_receipt_table, &receipt, found->text, found->size, NULL) == PG_OK)
        pg_tracker_voided(venue->orders, order, receipt.status == LI_FAILED_TX, now);
    else if (code == NOT_FOUND && over)
        pg_tracker_voided(venue->orders, order, true, now);
    else
        pg_tracked_ask_again(order, now);
}

static void trace(li_venue *venue, pg_tracked *order, int64_t now_ns)
{
    const li_doubt *doubt = find_doubt(venue, (int64_t)order->doubt_nonce);
    char path[160];
    if (!doubt) { /* forgotten: so long ago that it has expired */
        pg_tracker_voided(venue->orders, order, true, now_ns);
        return;
    }
    tracing *t = pg_call_begin(&venue->calls, sizeof *t);
    t->id = order->id;
    t->expires_ms = doubt->expires_ms;
    t->passed = venue->nonces && pg_lighter_nonces_passed(venue->nonces, doubt->nonce);
    venue->questions++;
    snprintf(path, sizeof path, "/api/v1/tx?by=hash&value=%s", doubt->hash);
    pg_lighter_question question = { .path = path, .weight = 300, .safety = true, .patience_ms = 2000 };
    pg_lighter_rest_ask(venue->rest, &question, t, trace_came);
}

/* ---- what is due ---- */

void li_doubt_tick(li_venue *venue, int64_t now_ns)
{
    inquiry *open[QUESTIONS];
    search *s = NULL;
    int64_t from_ns = INT64_MAX;
    int count = 0;
    pg_tracked *order;
    for (int i = 0; i < LOOKS && venue->questions < QUESTIONS && count < QUESTIONS && (!s || s->count < QUESTIONS) &&
                    (order = pg_tracker_next_check(venue->orders, now_ns));
         i++) {
        if (order->ask == PG_ASK_VOID) {
            trace(venue, order, now_ns);
        } else if (order->ask == PG_ASK_FILLS) {
            if (!s)
                s = pg_call_begin(&venue->calls, sizeof *s);
            s->id[s->count++] = order->id;
            if (order->placed_ns < from_ns)
                from_ns = order->placed_ns;
        } else {
            add_state(venue, open, &count, order);
        }
    }
    for (int i = 0; i < count; i++)
        ask_states(open[i]);
    if (!s)
        return;
    venue->questions++;
    li_fetch_fills(venue, from_ns + venue->clock_ahead_ns - (int64_t)FILLS_BEFORE_MS * 1000000, false, s, fills_came);
}

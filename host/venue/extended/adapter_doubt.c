/* Asking the venue about orders of which something was not heard in time (spec/extended.md, section 6.6). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

enum { QUESTIONS = 16, LOOKS = 64 /* in one tick */, FILLS_BEFORE_MS = 5000, PATIENCE_MS = 3000 };

typedef struct {
    pg_call call;
    uint64_t id; /* ours */
    pg_ask ask;
    char name[PG_EXTENDED_EXTERNAL]; /* of the leg that is asked about */
} question;

static question *ask_about(ex_venue *venue, const pg_tracked *order, uint32_t leg)
{
    question *q = pg_call_begin(&venue->calls, sizeof *q);
    q->id = order->id;
    q->ask = order->ask;
    pg_extended_external_format(q->name, (pg_client_id){ venue->run, order->id, leg });
    venue->questions++;
    return q;
}

/* The question is over; its order, when it is still there. */
static pg_tracked *end_question(question *q)
{
    ex_venue *venue = ex_of(&q->call);
    pg_tracked *order = pg_tracker_find(venue->orders, q->id);
    venue->questions--;
    pg_call_end(&q->call);
    return order;
}

/* ---- states ---- */

/* Of several records of one external id the newest counts. */
typedef struct {
    const ex_venue *venue;
    pg_told_order told;
    int64_t updated_ms;
    bool found, wrong;
} newest;

static void take_record(void *self, const pg_extended_record *record)
{
    newest *n = self;
    pg_told_order told;
    if (n->found && record->order.updated_ms < n->updated_ms)
        return;
    if (ex_told_order(&told, n->venue, &record->order, NULL) != PG_OK) {
        n->wrong = true;
        return;
    }
    n->told = told;
    n->updated_ms = record->order.updated_ms;
    n->found = true;
}

static void state_came(void *self, const pg_extended_found *found, const pg_error *why)
{
    question *q = self;
    ex_venue *venue = ex_of(&q->call);
    pg_ask asked = q->ask;
    newest n = { .venue = venue };
    int64_t now = ex_now();
    (void)why;
    bool unknown = found && found->code == 404;
    bool answered = unknown || (found && found->answer.ok &&
                                pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, found->answer.data, &n, take_record,
                                                         NULL) == 0 &&
                                !n.wrong);
    pg_tracked *order = end_question(q);
    if (!order)
        return;
    if (!answered)
        pg_tracked_ask_again(order, now);
    else
        pg_tracker_told(venue->orders, order, asked, n.found ? &n.told : NULL, now);
}

static void ask_state(ex_venue *venue, const pg_tracked *order)
{
    char path[EX_PATH];
    const pg_leg *leg = order->ask == PG_ASK_NEXT && order->next.number ? &order->next : &order->leg;
    question *q = ask_about(venue, order, leg->number);
    if (order->ask == PG_ASK_STATUS && leg->oid)
        snprintf(path, sizeof path, "/user/orders/%" PRIu64, leg->oid);
    else
        snprintf(path, sizeof path, "/user/orders/external/%s", q->name);
    pg_extended_rest_ask(venue->rest, path, true, PATIENCE_MS, q, state_came);
}

/* ---- making sure that a doubtful order is not there ---- */

typedef struct {
    const char *name;
    bool there;
} looking;

static void look_for(void *self, const pg_extended_record *record)
{
    looking *l = self;
    l->there = l->there || (record->order.external.data && pg_scan_equal(record->order.external, l->name));
}

static void open_came(void *self, const pg_extended_found *found, const pg_error *why)
{
    question *q = self;
    ex_venue *venue = ex_of(&q->call);
    looking l = { .name = q->name };
    (void)why;
    bool answered = found && found->answer.ok &&
                    pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, found->answer.data, &l, look_for, NULL) == 0;
    bool there = l.there;
    pg_tracked *order = end_question(q);
    if (order && answered && !there)
        pg_tracker_voided(venue->orders, order, true, ex_now());
    else if (order && answered)
        pg_tracker_voided(venue->orders, order, false, ex_now()); /* it has arrived: its state tells */
    else if (order)
        pg_tracked_ask_again(order, ex_now());
}

static void cancel_came(void *self, pg_sent sent, const pg_extended_found *found, const pg_error *why)
{
    question *q = self;
    ex_venue *venue = ex_of(&q->call);
    (void)why;
    bool gone = sent == PG_SENT_ANSWERED && (found->answer.ok || found->code == 404 || found->answer.code == 1142);
    if (gone) {
        pg_extended_rest_ask(venue->rest, "/user/orders", true, PATIENCE_MS, q, open_came);
        return;
    }
    pg_tracked *order = end_question(q);
    if (order)
        pg_tracked_ask_again(order, ex_now());
}

/* Cancels the doubtful order by its external id, whether it is there or not, and then looks. */
static void ask_void(ex_venue *venue, pg_tracked *order, int64_t now_ns)
{
    char path[EX_PATH];
    if (!pg_extended_rest_take(venue->rest, true)) {
        pg_tracked_ask_again(order, now_ns);
        return;
    }
    question *q = ask_about(venue, order, order->doubt == PG_REQUEST_REPLACE ? order->next.number : order->leg.number);
    snprintf(path, sizeof path, "/user/order?externalId=%s", q->name);
    pg_extended_rest_act(venue->rest, "DELETE", path, NULL, q, cancel_came);
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
    ex_venue *venue = ex_of(&s->call);
    int64_t now = ex_now();
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

/* ---- what is due ---- */

void ex_doubt_tick(ex_venue *venue, int64_t now_ns)
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
    ex_fetch_fills(venue, from_ns + venue->clock_ahead_ns - (int64_t)FILLS_BEFORE_MS * 1000000, false, s, fills_came);
}

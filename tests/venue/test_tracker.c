/* What a venue says about an order, in every order in which it can come, and twice: the reports are always such
 * that the order manager ends in the same state, with every fill once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trade/orders.h"
#include "venue/tracker.h"

#define NONE                                                                                                           \
    {                                                                                                                  \
        0                                                                                                              \
    }
#define POST_ONLY                                                                                                      \
    {                                                                                                                  \
        .reason = PG_REASON_POST_ONLY                                                                                  \
    }
#define IS_GONE                                                                                                        \
    {                                                                                                                  \
        .reason = PG_REASON_UNKNOWN, .gone = true                                                                      \
    }
#define OPEN PG_TOLD_OPEN
#define GONE PG_TOLD_CANCELLED
#define FULL PG_TOLD_FILLED

enum { RUN = 7, ID = 1, MOST = 6 };

typedef enum { NEW_REPLY, REPLACE_REPLY, CANCEL_REPLY, UPDATE, FILL } message_kind;

/* One thing that the venue says. */
typedef struct {
    message_kind kind;
    pg_answer_kind outcome; /* of a reply */
    pg_refusal refusal;
    uint64_t oid;
    pg_told_state state; /* of an update */
    pg_reason reason;
    int64_t remaining, size; /* of a fill: size */
    uint64_t tid;
} message;

typedef struct {
    uint8_t tif;
    uint8_t request; /* pg_request_kind that was sent after the order was live; 0: none */
    bool in_place;   /* a replacement that keeps the venue's id: to 20 in all, at the same price */
    message said[MOST];
    int count;
    /* the end of it */
    int64_t filled;
    int state; /* pg_order_state; 0: not there any more */
    int64_t remaining;
    uint8_t last; /* pg_reply_kind of the last report, fills apart */
} story;

static pg_tracker *table;
static pg_orders manager;
static int64_t filled;
static int misfits, fills, accepted, ends;
static uint8_t last_kind;

static void report(void *self, const pg_report *r)
{
    pg_order after;
    (void)self;
    bool refusal = r->reply.kind == PG_REPLY_REPLACE_REFUSED || r->reply.kind == PG_REPLY_CANCEL_REFUSED;
    if (r->unknown || (refusal && !pg_orders_find(&manager, r->reply.id))) /* it ended first */
        return;
    if (r->reply.kind == PG_REPLY_FILL) {
        filled += r->reply.size;
        fills++;
    } else {
        last_kind = r->reply.kind;
    }
    accepted += r->reply.kind == PG_REPLY_ACCEPTED;
    ends += r->reply.kind == PG_REPLY_CANCELLED || r->reply.kind == PG_REPLY_REJECTED;
    if (!pg_orders_reply(&manager, &r->reply, &after) ||
        (r->reply.kind == PG_REPLY_FILL && after.remaining != r->reply.remaining))
        misfits++;
}

static void no_gateway(void *self, const pg_request *request)
{
    (void)self, (void)request;
}

static void say(const message *m, int64_t now_ns)
{
    pg_tracked *order = pg_tracker_find(table, ID);
    pg_answer answer = { .kind = m->outcome, .oid = m->oid, .refusal = m->refusal, .words = "no" };
    static const uint8_t kinds[] = {
        [NEW_REPLY] = PG_REQUEST_NEW, [REPLACE_REPLY] = PG_REQUEST_REPLACE, [CANCEL_REPLY] = PG_REQUEST_CANCEL
    };
    if (m->kind == UPDATE) {
        pg_told_order update = { .oid = m->oid,
                                 .cloid = { RUN, ID },
                                 .remaining = m->remaining,
                                 .size = m->size,
                                 .price = 100,
                                 .side = PG_BUY,
                                 .state = m->state,
                                 .reason = m->reason };
        pg_tracker_update(table, &update, now_ns);
    } else if (m->kind == FILL) {
        pg_told_fill fill = {
            .oid = m->oid, .tid = m->tid, .cloid = { RUN, ID }, .size = m->size, .price = 100, .side = PG_BUY
        };
        pg_tracker_fill(table, &fill, "ETH", now_ns);
    } else if (order) {
        pg_tracker_answer(table, order, kinds[m->kind], &answer, now_ns);
    }
}

/* What is asked is answered by what the venue knows in the end: the last state of the leg. */
static void answer_questions(const story *s, int64_t now_ns)
{
    pg_tracked *order;
    for (int i = 0; i < 50 && (order = pg_tracker_next_check(table, now_ns)); i++, now_ns += 400000000) {
        const message *state = NULL;
        for (int k = 0; k < s->count; k++)
            if (s->said[k].kind == UPDATE && (order->ask == PG_ASK_NEXT || s->said[k].oid == order->leg.oid))
                state = !state || s->said[k].state != PG_TOLD_OPEN ? &s->said[k] : state;
        if (order->ask == PG_ASK_FILLS) {
            pg_tracker_filled(table, order, now_ns);
        } else if (order->ask == PG_ASK_VOID) {
            pg_tracker_voided(table, order, false, now_ns);
        } else if (state) {
            pg_told_order update = { .oid = state->oid,
                                     .cloid = { RUN, ID },
                                     .remaining = state->remaining,
                                     .size = state->size,
                                     .price = 100,
                                     .side = PG_BUY,
                                     .state = state->state,
                                     .reason = state->reason };
            pg_tracker_told(table, order, order->ask, &update, now_ns);
        } else {
            pg_tracker_told(table, order, order->ask, NULL, now_ns);
        }
    }
}

static void tell(const story *s, const int *turn, bool twice)
{
    pg_request request = { .price = 100, .size = 10, .side = PG_BUY, .tif = s->tif };
    int64_t now_ns = 1000000000;
    assert_int_equal(pg_tracker_new(&table, RUN, (pg_report_sink){ NULL, report }, NULL), PG_OK);
    pg_orders_init(&manager, (pg_gateway){ NULL, no_gateway }, ID);
    filled = misfits = fills = accepted = ends = last_kind = 0;
    request.id = pg_orders_place(&manager, &request, false, now_ns);
    pg_tracked *order = pg_tracker_place(table, 0, &request, now_ns);
    if (s->request) {
        say(&(message){ NEW_REPLY, PG_ANSWER_TAKEN, NONE, 50, 0, 0, 0, 0, 0 }, now_ns);
        if (s->in_place) {
            pg_orders_replace(&manager, &manager.order[0], 100, 20, now_ns);
            pg_tracked_amend(order, 100, 20, now_ns);
        } else if (s->request == PG_REQUEST_REPLACE) {
            pg_orders_replace(&manager, &manager.order[0], 90, 20, now_ns);
            pg_tracked_replace(order, 90, 20, now_ns);
        } else {
            pg_orders_cancel(&manager, &manager.order[0]);
            pg_tracked_cancel(order, now_ns);
        }
    }
    for (int i = 0; i < s->count; i++) {
        say(&s->said[turn[i]], now_ns);
        if (twice && s->said[turn[i]].kind >= UPDATE)
            say(&s->said[turn[i]], now_ns);
        now_ns += 1000000;
    }
    answer_questions(s, now_ns + 10000000000);
    pg_order *left = pg_orders_find(&manager, ID);
    int state = left ? left->state : 0;
    if (misfits || filled != s->filled || state != s->state || accepted > 1 || ends > 1 ||
        (left && left->remaining != s->remaining) || (s->last && last_kind != s->last)) {
        for (int i = 0; i < s->count; i++)
            print_message("%d ", turn[i]);
        fail_msg("misfits %d, filled %d, state %d, remaining %d, accepted %d, ends %d, last %d", misfits, (int)filled,
                 state, left ? (int)left->remaining : 0, accepted, ends, last_kind);
    }
    pg_tracker_free(table);
}

/* Every order of turn[from..], by exchanging. */
static int permute(const story *s, int *turn, int from)
{
    int told = 0;
    if (from == s->count) {
        tell(s, turn, false);
        tell(s, turn, true);
        return 1;
    }
    for (int i = from; i < s->count; i++) {
        int kept = turn[from];
        turn[from] = turn[i];
        turn[i] = kept;
        told += permute(s, turn, from + 1);
        turn[i] = turn[from];
        turn[from] = kept;
    }
    return told;
}

static void all_orders(const story *s, int told)
{
    int turn[MOST] = { 0, 1, 2, 3, 4, 5 };
    assert_int_equal(permute(s, turn, 0), told);
}

static void rests(void **state)
{
    (void)state;
    story s = { .tif = PG_TIF_GTC,
                .said = { { NEW_REPLY, PG_ANSWER_TAKEN, NONE, 50, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, OPEN, 0, 10, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 3, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 2 } },
                .count = 4,
                .filled = 7,
                .state = PG_ORDER_LIVE,
                .remaining = 3,
                .last = PG_REPLY_ACCEPTED };
    all_orders(&s, 24);
}

static void fills_whole(void **state)
{
    (void)state;
    story s = { .tif = PG_TIF_GTC,
                .said = { { NEW_REPLY, PG_ANSWER_FILLED, NONE, 50, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, OPEN, 0, 10, 10, 0 },
                          { UPDATE, 0, NONE, 50, FULL, 0, 0, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 6, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 2 } },
                .count = 5,
                .filled = 10,
                .last = PG_REPLY_ACCEPTED };
    all_orders(&s, 120);
}

static void immediate_rest(void **state)
{
    (void)state;
    story s = { .tif = PG_TIF_IOC,
                .said = { { NEW_REPLY, PG_ANSWER_FILLED, NONE, 50, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, GONE, 0, 3, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 5, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 2, 2 } },
                .count = 4,
                .filled = 7,
                .last = PG_REPLY_CANCELLED };
    all_orders(&s, 24);
}

static void refused(void **state)
{
    (void)state;
    story s = { .tif = PG_TIF_ALO,
                .said = { { NEW_REPLY, PG_ANSWER_REFUSED, POST_ONLY, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, PG_TOLD_REJECTED, PG_REASON_POST_ONLY, 10, 10, 0 } },
                .count = 2,
                .last = PG_REPLY_REJECTED };
    all_orders(&s, 2);
}

static void cancel_meets_fill(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_CANCEL,
                .said = { { CANCEL_REPLY, PG_ANSWER_TAKEN, NONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, OPEN, 0, 10, 10, 0 },
                          { UPDATE, 0, NONE, 50, GONE, 0, 6, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 } },
                .count = 4,
                .filled = 4,
                .last = PG_REPLY_CANCELLED };
    all_orders(&s, 24);
}

static void cancel_too_late(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_CANCEL,
                .said = { { CANCEL_REPLY, PG_ANSWER_REFUSED, IS_GONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, FULL, 0, 0, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 6, 2 } },
                .count = 4,
                .filled = 10 };
    all_orders(&s, 24);
}

/* The old leg traded 4 on the way, the new one of 20 trades 5. */
static void replaced(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .said = { { REPLACE_REPLY, PG_ANSWER_TAKEN, NONE, 60, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, GONE, 0, 6, 10, 0 },
                          { UPDATE, 0, NONE, 60, OPEN, 0, 20, 20, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 },
                          { FILL, 0, NONE, 60, 0, 0, 0, 5, 2 } },
                .count = 5,
                .filled = 9,
                .state = PG_ORDER_LIVE,
                .remaining = 15,
                .last = PG_REPLY_REPLACED };
    all_orders(&s, 120);
}

/* The new leg is cancelled by the venue at once. */
static void replaced_and_gone(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .said = { { REPLACE_REPLY, PG_ANSWER_TAKEN, NONE, 60, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, GONE, 0, 6, 10, 0 },
                          { UPDATE, 0, NONE, 60, GONE, PG_REASON_SELF_TRADE, 15, 20, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 },
                          { FILL, 0, NONE, 60, 0, 0, 0, 5, 2 } },
                .count = 5,
                .filled = 9,
                .last = PG_REPLY_CANCELLED };
    all_orders(&s, 120);
}

/* The old order is gone, the new one refused. */
static void replacement_refused(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .said = { { REPLACE_REPLY, PG_ANSWER_REFUSED, POST_ONLY, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, GONE, 0, 6, 10, 0 },
                          { UPDATE, 0, NONE, 60, PG_TOLD_REJECTED, PG_REASON_POST_ONLY, 20, 20, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 } },
                .count = 4,
                .filled = 4,
                .last = PG_REPLY_CANCELLED };
    all_orders(&s, 24);
}

static void replacement_too_late(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .said = { { REPLACE_REPLY, PG_ANSWER_REFUSED, IS_GONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, FULL, 0, 0, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 6, 2 } },
                .count = 4,
                .filled = 10 };
    all_orders(&s, 24);
}

/* ---- changed in place ---- */

static void changed(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .in_place = true,
                .said = { { REPLACE_REPLY, PG_ANSWER_TAKEN, NONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, OPEN, 0, 10, 10, 0 },
                          { UPDATE, 0, NONE, 50, OPEN, 0, 11, 20, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 5, 2 } },
                .count = 5,
                .filled = 9,
                .state = PG_ORDER_LIVE,
                .remaining = 11,
                .last = PG_REPLY_REPLACED };
    all_orders(&s, 120);
}

/* More trades than the order had before it was made larger. */
static void changed_and_filled_beyond(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .in_place = true,
                .said = { { REPLACE_REPLY, PG_ANSWER_TAKEN, NONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, OPEN, 0, 5, 20, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 6, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 9, 2 } },
                .count = 4,
                .filled = 15,
                .state = PG_ORDER_LIVE,
                .remaining = 5,
                .last = PG_REPLY_REPLACED };
    all_orders(&s, 24);
}

static void changed_and_filled(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .in_place = true,
                .said = { { REPLACE_REPLY, PG_ANSWER_TAKEN, NONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, OPEN, 0, 20, 20, 0 },
                          { UPDATE, 0, NONE, 50, FULL, 0, 0, 20, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 12, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 8, 2 } },
                .count = 5,
                .filled = 20,
                .last = PG_REPLY_REPLACED };
    all_orders(&s, 120);
}

static void change_too_late(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .in_place = true,
                .said = { { REPLACE_REPLY, PG_ANSWER_REFUSED, IS_GONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, FULL, 0, 0, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 6, 2 } },
                .count = 4,
                .filled = 10 };
    all_orders(&s, 24);
}

/* It would have traded at its new price: the venue cancels it. */
static void change_ends_it(void **state)
{
    (void)state;
    story s = { .request = PG_REQUEST_REPLACE,
                .in_place = true,
                .said = { { REPLACE_REPLY, PG_ANSWER_TAKEN, NONE, 0, 0, 0, 0, 0, 0 },
                          { UPDATE, 0, NONE, 50, GONE, PG_REASON_POST_ONLY, 6, 10, 0 },
                          { FILL, 0, NONE, 50, 0, 0, 0, 4, 1 } },
                .count = 3,
                .filled = 4,
                .last = PG_REPLY_CANCELLED };
    all_orders(&s, 6);
}

/* ---- many ---- */

/* More orders than there is room for, of which most have ended: the places of the oldest are used again. */
/* Legs that go by numbers are told apart whatever their ids: also a smaller one, also when the answer comes last, also
 * after a leg that was refused. */
static void legs_by_number(void **state)
{
    (void)state;
    pg_error err;
    pg_request request = { .kind = PG_REQUEST_NEW, .id = ID, .price = 100, .size = 10, .side = PG_BUY };
    memset(&manager, 0, sizeof manager);
    filled = misfits = fills = accepted = ends = last_kind = 0;
    assert_int_equal(pg_tracker_new(&table, RUN, (pg_report_sink){ NULL, report }, &err), PG_OK);
    pg_orders_init(&manager, (pg_gateway){ NULL, no_gateway }, ID);
    manager.fresh_replace = true;
    pg_orders_place(&manager, &request, false, 1);
    pg_tracked *order = pg_tracker_place(table, 0, &request, 1);
    pg_told_order told = {
        .oid = 90, .cloid = { RUN, ID, 1 }, .remaining = 10, .size = 10, .price = 100, .side = PG_BUY
    };
    pg_tracker_update(table, &told, 2);
    assert_int_equal(order->leg.oid, 90);
    pg_tracked_replace(order, 101, 10, 3);
    pg_tracker_refuse(table, order, PG_REQUEST_REPLACE, (pg_refusal){ .reason = PG_REASON_RATE }, "no", true, 4);
    pg_tracked_replace(order, 101, 10, 5);
    assert_int_equal(order->next.number, 3);
    told = (pg_told_order){
        .oid = 40, .cloid = { RUN, ID, 3 }, .remaining = 10, .size = 10, .price = 101, .side = PG_BUY
    };
    pg_tracker_update(table, &told, 6);
    assert_int_equal(order->next.oid, 40);
    told = (pg_told_order){
        .oid = 39, .cloid = { RUN, ID, 2 }, .remaining = 10, .size = 10, .price = 101, .side = PG_BUY
    };
    pg_tracker_update(table, &told, 6); /* the one that was refused: not ours any more */
    assert_int_equal(order->next.oid, 40);
    told = (pg_told_order){
        .oid = 90, .cloid = { RUN, ID, 1 }, .size = 10, .remaining = 10, .side = PG_BUY, .state = GONE
    };
    pg_tracker_update(table, &told, 7);
    assert_int_equal(last_kind, PG_REPLY_REPLACED);
    assert_int_equal(order->leg.number, 3);
    assert_int_equal(order->leg.oid, 40);
    pg_tracker_free(table);
}

static void places_are_used_again(void **state)
{
    (void)state;
    assert_int_equal(pg_tracker_new(&table, RUN, (pg_report_sink){ NULL, report }, NULL), PG_OK);
    pg_orders_init(&manager, (pg_gateway){ NULL, no_gateway }, 1000000);
    for (uint64_t id = 1; id < 3 * PG_TRACKER_ORDERS; id++) {
        pg_request request = { .id = id, .price = 100, .size = 10, .side = PG_BUY };
        pg_tracked *order = pg_tracker_place(table, 0, &request, 1);
        assert_non_null(order);
        pg_tracker_answer(table, order, PG_REQUEST_NEW, &(pg_answer){ .kind = PG_ANSWER_TAKEN, .oid = 100 + id }, 1);
        pg_told_order update = { .oid = 100 + id, .remaining = 10, .size = 10, .state = GONE };
        if (id % 64)
            pg_tracker_update(table, &update, 1);
        assert_ptr_equal(pg_tracker_find(table, id), order);
    }
    assert_int_equal(pg_tracker_open(table), 3 * PG_TRACKER_ORDERS / 64 - 1);
    assert_non_null(pg_tracker_find(table, 64));
    assert_null(pg_tracker_find(table, 65));
    for (uint64_t id = 3 * PG_TRACKER_ORDERS; pg_tracker_open(table) < PG_TRACKER_ORDERS; id++) {
        pg_request request = { .id = id, .price = 100, .size = 10, .side = PG_BUY };
        assert_non_null(pg_tracker_place(table, 0, &request, 1));
    }
    assert_null(pg_tracker_place(table, 0, &(pg_request){ .id = 1, .size = 1 }, 1));
    pg_tracker_free(table);
}

/* ---- orders of an earlier session ---- */

enum { BEFORE = 3, NEW_ID = 50 };

static pg_report told[16];
static int told_count;

static void keep(void *self, const pg_report *r)
{
    (void)self;
    assert_true(told_count < 16);
    told[told_count++] = *r;
}

/* It is told under the new id, whether the venue names it by its own id or by the client id of the session before, also
 * after a replacement. What it was filled before does not count again. */
static void adopted(void **state)
{
    (void)state;
    assert_int_equal(pg_tracker_new(&table, RUN, (pg_report_sink){ NULL, keep }, NULL), PG_OK);
    pg_open_order found = { .order_id = "71", .run = BEFORE, .id = 9, .price = 100, .remaining = 6, .filled = 4 };
    found.side = PG_BUY;
    pg_tracked *order = pg_tracker_adopt(table, NEW_ID, &found, PG_TIF_ALO, 1);
    assert_non_null(order);
    assert_null(pg_tracker_adopt(table, NEW_ID + 1, &found, PG_TIF_ALO, 1)); /* it is here already */
    assert_ptr_equal(pg_tracker_named(table, (pg_client_id){ .run = BEFORE, .id = 9 }), order);
    assert_null(pg_tracker_named(table, (pg_client_id){ .run = BEFORE, .id = 8 }));
    assert_null(pg_tracker_named(table, (pg_client_id){ .run = 0, .id = 0 }));
    pg_told_fill fill = {
        .oid = 71, .tid = 1, .cloid = { .run = BEFORE, .id = 9 }, .size = 2, .price = 100, .side = PG_BUY, .time_ns = 2
    };
    assert_true(pg_tracker_fill(table, &fill, "ETH", 2));
    assert_int_equal(told_count, 1);
    assert_int_equal(told[0].run, RUN);
    assert_int_equal(told[0].reply.id, NEW_ID);
    assert_int_equal(told[0].reply.remaining, 4);
    pg_tracked_replace(order, 101, 5, 3);
    pg_answer taken = { .kind = PG_ANSWER_TAKEN, .oid = 72 };
    pg_tracker_answer(table, order, PG_REQUEST_REPLACE, &taken, 4);
    pg_told_order gone = { .oid = 71,
                           .cloid = { .run = BEFORE, .id = 9 },
                           .state = GONE,
                           .remaining = 4,
                           .size = 10,
                           .price = 100,
                           .side = PG_BUY };
    pg_tracker_update(table, &gone, 5);
    assert_int_equal(told[told_count - 1].reply.kind, PG_REPLY_REPLACED);
    assert_int_equal(told[told_count - 1].reply.id, NEW_ID);
    assert_ptr_equal(pg_tracker_named(table, (pg_client_id){ .run = BEFORE, .id = 9 }),
                     order); /* its name at the venue stays */
    int before = told_count;
    pg_tracker_update(table, &gone, 6); /* once more: nobody else's */
    assert_int_equal(told_count, before);
    fill = (pg_told_fill){
        .oid = 72, .tid = 2, .cloid = { .run = BEFORE, .id = 9 }, .size = 5, .price = 101, .side = PG_BUY
    };
    assert_true(pg_tracker_fill(table, &fill, "ETH", 7));
    assert_int_equal(told[told_count - 1].reply.kind, PG_REPLY_FILL);
    assert_int_equal(told[told_count - 1].reply.remaining, 0);
    assert_int_equal(pg_tracker_open(table), 0);
    pg_tracker_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rests),
        cmocka_unit_test(fills_whole),
        cmocka_unit_test(immediate_rest),
        cmocka_unit_test(refused),
        cmocka_unit_test(cancel_meets_fill),
        cmocka_unit_test(cancel_too_late),
        cmocka_unit_test(replaced),
        cmocka_unit_test(replaced_and_gone),
        cmocka_unit_test(replacement_refused),
        cmocka_unit_test(replacement_too_late),
        cmocka_unit_test(changed),
        cmocka_unit_test(changed_and_filled_beyond),
        cmocka_unit_test(changed_and_filled),
        cmocka_unit_test(change_too_late),
        cmocka_unit_test(change_ends_it),
        cmocka_unit_test(legs_by_number),
        cmocka_unit_test(places_are_used_again),
        cmocka_unit_test(adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

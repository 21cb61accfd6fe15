/* Trading on Lighter through venue.h, against the built-in exchange over loopback sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/lighter_venue.h"

static place *p;
static trader *t;

static int set_up(void **state)
{
    (void)state;
    p = calloc(1, sizeof *p);
    pg_lighter_exchange_config config = li_exchange_config(p);
    li_serve(p, &config);
    t = li_join(p, 0);
    return 0;
}

/* Order indexes that no double holds. */
static int set_up_wide(void **state)
{
    (void)state;
    p = calloc(1, sizeof *p);
    pg_lighter_exchange_config config = li_exchange_config(p);
    config.wide_indexes = true;
    li_serve(p, &config);
    t = li_join(p, 0);
    return 0;
}

/* A standard account: 60 requests a minute, and everything takes its time. */
static int set_up_standard(void **state)
{
    (void)state;
    p = calloc(1, sizeof *p);
    pg_lighter_exchange_config config = li_exchange_config(p);
    config.no_delays = false;
    config.limits = true;
    p->fund[0].tier = PG_LIGHTER_STANDARD;
    li_serve(p, &config);
    t = li_join(p, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(p->trader[0].misfits, 0);
    assert_int_equal(p->trader[1].misfits, 0);
    li_close(p);
    free(p);
    return 0;
}

/* ---- ready ---- */

static void becomes_ready(void **state)
{
    (void)state;
    const pg_instrument *eth = pg_venue_instrument(t->venue, 0);
    const pg_venue_facts *facts = pg_venue_get_facts(t->venue);
    assert_string_equal(eth->symbol, "ETH");
    assert_int_equal(eth->price_decimals, 2);
    assert_int_equal(eth->size_decimals, 4);
    assert_int_equal(eth->min_notional, 10);
    assert_true(facts->can_trade && facts->fees_known && !facts->replace_is_fresh);
    assert_int_equal(facts->batch, 15);
    assert_int_equal(facts->switch_least_s, 300);
    assert_true(t->up[PG_LINK_MARKET] && t->up[PG_LINK_ACCOUNT]);
    assert_int_equal(t->failures, 0);
    assert_null(pg_venue_instrument(t->venue, 2));
}

static bool book_is(int64_t bid, int64_t ask)
{
    return pg_book_best(t->book[0], PG_BUY) == bid && pg_book_best(t->book[0], PG_SELL) == ask;
}

static void books_and_trades(void **state)
{
    (void)state;
    assert_true(li_until(p, book_is(300000, 300020)));
    assert_int_equal(pg_book_count(t->book[0], PG_BUY), 3);
    li_level(p, 0, PG_BUY, 300010, 50000);
    assert_true(li_until(p, book_is(300010, 300020)));
    assert_int_equal(pg_book_size(t->book[0], PG_BUY, 300010), 50000);
    li_level(p, 0, PG_BUY, 300010, 0);
    assert_true(li_until(p, book_is(300000, 300020)));
    int64_t before = t->trades;
    li_print(p, 0, PG_SELL, 300000, 1000);
    assert_true(li_until(p, t->trades == before + 1));
    assert_true(li_until(p, t->marks > 0));
    li_run(p, 50);
    assert_int_equal(t->trades, before + 1);
}

/* ---- orders ---- */

static void place_and_cancel(void **state)
{
    (void)state;
    uint64_t bid = li_place(t, PG_BUY, 299900, 10000, PG_TIF_ALO);
    uint64_t ask = li_place(t, PG_SELL, 300100, 10000, PG_TIF_GTC);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE && li_state(t, ask) == PG_ORDER_LIVE));
    assert_int_equal(li_open_at_venue(t), 2);
    assert_true(li_said(t, bid, PG_REPLY_ACCEPTED)->order_id[0]);
    assert_true(li_said(t, bid, PG_REPLY_ACCEPTED)->sent_ns > 0);
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_open_at_venue(t), 0);
    assert_int_equal(li_said(t, bid, PG_REPLY_CANCELLED)->reply.reason, PG_REASON_NONE);
    assert_int_equal(t->unknown, 0);
    assert_int_equal(t->report_count, 4);
}

static void many_at_once(void **state)
{
    (void)state;
    pg_submit list[100];
    for (int i = 0; i < 100; i++)
        list[i] = (pg_submit){ .market = 0,
                               .request = { .kind = PG_REQUEST_NEW,
                                            .id = 100000 + (uint64_t)i,
                                            .price = i % 2 ? 299900 - 10 * i : 300100 + 10 * i,
                                            .size = 1000,
                                            .side = i % 2 ? PG_BUY : PG_SELL,
                                            .tif = i % 3 ? PG_TIF_ALO : PG_TIF_GTC } };
    pg_venue_submit(t->venue, list, 100);
    assert_true(li_until(p, li_open_at_venue(t) == 100 && t->report_count >= 100));
    for (int i = 0; i < 100; i++) {
        assert_int_equal(li_said(t, 100000 + (uint64_t)i, 0)->reply.kind, PG_REPLY_ACCEPTED);
        list[i].request.kind = PG_REQUEST_CANCEL;
    }
    pg_venue_submit(t->venue, list, 100);
    assert_true(li_until(p, t->report_count >= 200));
    assert_int_equal(li_open_at_venue(t), 0);
    t->misfits = 0; /* these orders were not the order manager's */
}

static void fills(void **state)
{
    (void)state;
    trader *other = li_join(p, 1);
    uint64_t bid = li_place(t, PG_BUY, 300010, 20000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    li_place(other, PG_SELL, 300010, 5000, PG_TIF_IOC);
    assert_true(li_until(p, t->fills == 1));
    const pg_report *fill = li_said(t, bid, PG_REPLY_FILL);
    assert_true(fill->reply.maker);
    assert_int_equal(fill->reply.price, 300010);
    assert_int_equal(fill->reply.size, 5000);
    assert_int_equal(fill->reply.remaining, 15000);
    assert_true(fill->reply.fee > 0 && fill->trade_id[0] && fill->order_id[0]);
    assert_true(li_until(p, other->orders.count == 0));
    assert_int_equal(other->position, -5000);
    li_place(other, PG_SELL, 300010, 20000, PG_TIF_IOC);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(t->position, 20000);
    assert_int_equal(li_open_at_venue(t), 0);
}

/* An immediate order that takes what there is: its fills, then the end of its rest. */
static void immediate(void **state)
{
    (void)state;
    uint64_t id = li_place(t, PG_BUY, 300020, 150000, PG_TIF_IOC);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(t->position, 100000);
    assert_int_equal(li_said(t, id, 0)->reply.kind, PG_REPLY_CANCELLED);
    assert_false(li_said(t, id, PG_REPLY_FILL)->reply.maker);
    uint64_t none = li_place(t, PG_BUY, 299000, 10000, PG_TIF_IOC);
    assert_true(li_until(p, t->orders.count == 0));
    assert_true(li_said(t, none, PG_REPLY_REJECTED) || li_said(t, none, PG_REPLY_CANCELLED));
    assert_int_equal(t->position, 100000);
}

static void replace(void **state)
{
    (void)state;
    trader *other = li_join(p, 1);
    uint64_t bid = li_place(t, PG_BUY, 299900, 20000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    pg_orders_replace(&t->orders, pg_orders_find(&t->orders, bid), 300010, 30000, li_time());
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    assert_int_equal(li_said(t, bid, PG_REPLY_REPLACED)->reply.price, 300010);
    assert_int_equal(pg_orders_find(&t->orders, bid)->remaining, 30000);
    assert_int_equal(li_open_at_venue(t), 1);
    li_place(other, PG_SELL, 300010, 10000, PG_TIF_IOC);
    assert_true(li_until(p, t->fills == 1));
    assert_int_equal(pg_orders_find(&t->orders, bid)->remaining, 20000);
    /* smaller, after a part has traded */
    pg_orders_replace(&t->orders, pg_orders_find(&t->orders, bid), 300000, 5000, li_time());
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    assert_int_equal(pg_orders_find(&t->orders, bid)->remaining, 5000);
    assert_int_equal(pg_exchange_next_open(li_core(t), li_number(t), NULL)->remaining, 5000);
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_open_at_venue(t), 0);
}

/* The old order trades while its replacement is on its way. */
static void replace_meets_fill(void **state)
{
    (void)state;
    trader *other = li_join(p, 1);
    uint64_t bid = li_place(t, PG_BUY, 300010, 20000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    li_place(other, PG_SELL, 300010, 7000, PG_TIF_IOC);
    pg_orders_replace(&t->orders, pg_orders_find(&t->orders, bid), 299990, 20000, li_time());
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE && t->fills == 1));
    li_run(p, 50);
    const pg_exchange_order *open = pg_exchange_next_open(li_core(t), li_number(t), NULL);
    assert_non_null(open);
    assert_int_equal(open->remaining, 13000);
    assert_int_equal(open->remaining, pg_orders_find(&t->orders, bid)->remaining);
}

static void refusals(void **state)
{
    (void)state;
    uint64_t small = li_place(t, PG_BUY, 299900, 10, PG_TIF_ALO);
    assert_null(li_said(t, small, 0)); /* not within the call */
    assert_true(li_until(p, t->orders.count == 0));
    assert_true(li_said(t, small, 0)->unsent);
    assert_int_equal(li_said(t, small, 0)->reply.reason, PG_REASON_NOTIONAL);
    uint64_t cross = li_place(t, PG_BUY, 300100, 10000, PG_TIF_ALO);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_said(t, cross, 0)->reply.kind, PG_REPLY_REJECTED);
    assert_int_equal(li_said(t, cross, 0)->reply.reason, PG_REASON_POST_ONLY);
    assert_false(li_said(t, cross, 0)->unsent);
    uint64_t margin = li_place(t, PG_BUY, 290000, 100000000, PG_TIF_ALO);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_said(t, margin, 0)->reply.reason, PG_REASON_MARGIN);
    assert_int_equal(li_open_at_venue(t), 0);
    /* and the next one is taken: the nonces go on */
    uint64_t fine = li_place(t, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, fine) == PG_ORDER_LIVE));
}

static void wide_indexes(void **state)
{
    (void)state;
    uint64_t bid = li_place(t, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    assert_true(strtoull(li_said(t, bid, PG_REPLY_ACCEPTED)->order_id, NULL, 10) > (uint64_t)1 << 53);
    pg_orders_replace(&t->orders, pg_orders_find(&t->orders, bid), 299910, 20000, li_time());
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_open_at_venue(t), 0);
}

/* More than its limit of requests: what there is no room for is refused here, cancels have theirs, and the venue never
 * has to complain. */
static void standard_account(void **state)
{
    (void)state;
    uint64_t bid = li_place(t, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    for (int i = 0; i < 60; i++) {
        li_place(t, PG_BUY, 299000 - 10 * i, 1000, PG_TIF_ALO);
        li_run(p, 5);
    }
    assert_false(pg_venue_has_room(t->venue, 1, false));
    assert_true(pg_venue_has_room(t->venue, 1, true));
    assert_true(li_until(p, t->orders.count < 61));
    li_run(p, 2500);
    int rate = 0;
    for (int i = 0; i < t->report_count; i++)
        if (t->report[i].reply.reason == PG_REASON_RATE) {
            assert_true(t->report[i].unsent);
            rate++;
        }
    assert_true(rate > 10);
    assert_int_equal(t->orders.count, li_open_at_venue(t));
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_open_at_venue(t), 0);
    assert_int_equal(t->failures, 0);
}

/* ---- the account ---- */

static void account(void **state)
{
    (void)state;
    li_place(t, PG_SELL, 300000, 10000, PG_TIF_IOC);
    assert_true(li_until(p, t->position == -10000));
    uint64_t bid = li_place(t, PG_BUY, 299000, 20000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    li_read_account(t);
    assert_int_equal(t->call_error.status, PG_OK);
    assert_int_equal(t->account_state.held_count, 1);
    assert_int_equal(t->account_held[0].market, 0);
    assert_int_equal(t->account_held[0].quantity, -10000); /* short: its size is told without a sign */
    assert_int_equal(t->account_state.order_count, 1);
    assert_int_equal(t->account_orders[0].id, bid);
    assert_int_equal(t->account_orders[0].run, LI_RUN);
    assert_int_equal(t->account_orders[0].remaining, 20000);
    assert_true(t->account_state.equity_e6 > 99000 * INT64_C(1000000));
    assert_true(t->account_state.free_e6 > 0 && t->account_state.free_e6 <= t->account_state.equity_e6);
}

static void fills_since(void **state)
{
    (void)state;
    int64_t begin = li_time();
    li_place(t, PG_SELL, 300000, 10000, PG_TIF_IOC);
    assert_true(li_until(p, t->orders.count == 0));
    int before = t->report_count;
    t->called = false;
    pg_venue_fills_since(t->venue, begin - 1000000000, t, li_done);
    assert_true(li_until(p, t->called));
    assert_int_equal(t->call_error.status, PG_OK);
    assert_true(t->report_count > before);
    assert_int_equal(t->position, -10000); /* by their ids they are the same */
}

static void cancel_all(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        li_place(t, PG_BUY, 299000 - 10 * i, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_open_at_venue(t) == 5));
    t->called = false;
    pg_venue_cancel_all(t->venue, 0, t, li_cancelled);
    assert_true(li_until(p, t->called));
    assert_int_equal(t->remaining, 0);
    assert_int_equal(t->call_error.status, PG_OK);
    assert_int_equal(li_open_at_venue(t), 0);
    assert_true(li_until(p, t->orders.count == 0));
}

/* Only what this run has placed. */
static void cancel_run(void **state)
{
    (void)state;
    pg_lighter_tx tx = { .type = PG_LIGHTER_CREATE_ORDER };
    tx.value[PG_LIGHTER_PRICE] = 290000;
    tx.value[PG_LIGHTER_BASE_AMOUNT] = 10000;
    tx.value[PG_LIGHTER_TIME_IN_FORCE] = 2;
    tx.value[PG_LIGHTER_CLIENT_ORDER_INDEX] = 77;
    tx.value[PG_LIGHTER_ORDER_EXPIRY] = li_time() / 1000000 + 86400000;
    t->called = false;
    pg_lighter_transact(t->venue, &tx, t, li_done);
    assert_true(li_until(p, t->called));
    assert_int_equal(t->call_error.status, PG_OK);
    li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_open_at_venue(t) == 2));
    t->called = false;
    pg_venue_cancel_all(t->venue, LI_RUN, t, li_cancelled);
    assert_true(li_until(p, t->called));
    assert_int_equal(t->remaining, 0);
    assert_int_equal(li_open_at_venue(t), 1);
}

/* Orders of an earlier session, of which only the venue's ids are known, are this one's once they are adopted. */
static void adopted(void **state)
{
    (void)state;
    pg_error err = { 0 };
    li_place(t, PG_BUY, 299000, 10000, PG_TIF_GTC);
    assert_true(li_until(p, li_open_at_venue(t) == 1));
    pg_venue_close(t->venue);
    t->venue = NULL;
    trader *next = &p->trader[1];
    pg_venue_config config = li_config(p, 0);
    li_check(pg_venue_open(&next->venue, &config, p->loop, li_sink(next), &err), &err);
    assert_true(li_until(p, next->ready));
    li_read_account(next);
    assert_int_equal(next->account_state.order_count, 1);
    pg_open_order found = next->account_orders[0];
    pg_order order = { .id = 4711, .state = PG_ORDER_LIVE, .side = PG_BUY, .price = 299000, .remaining = 10000 };
    assert_true(pg_venue_adopts(next->venue));
    assert_true(pg_venue_adopt(next->venue, order.id, &found, PG_TIF_GTC));
    assert_false(pg_venue_adopt(next->venue, order.id + 1, &found, PG_TIF_GTC));
    assert_true(pg_orders_adopt(&next->orders, &order));
    pg_orders_replace(&next->orders, pg_orders_find(&next->orders, order.id), 300020, 4000, li_time());
    assert_true(li_until(p, li_said(next, order.id, PG_REPLY_FILL)));
    assert_true(li_until(p, next->orders.count == 0));
    assert_int_equal(next->position, 4000);
    assert_int_equal(li_open_at_venue(t), 0);
}

/* A guard has no streams and no memory of what was sent. */
static void guard_cancels(void **state)
{
    (void)state;
    pg_error err = { 0 };
    for (int i = 0; i < 3; i++)
        li_place(t, PG_BUY, 299000 - 10 * i, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_open_at_venue(t) == 3));
    trader *guard = &p->trader[1];
    pg_venue_config config = li_config(p, 0);
    config.no_streams = true;
    li_check(pg_venue_open(&guard->venue, &config, p->loop, li_sink(guard), &err), &err);
    assert_true(li_until(p, guard->ready));
    guard->called = false;
    pg_venue_cancel_all(guard->venue, 0, guard, li_cancelled);
    assert_true(li_until(p, guard->called));
    assert_int_equal(guard->remaining, 0);
    assert_int_equal(li_open_at_venue(t), 0);
    assert_true(li_until(p, t->orders.count == 0));
    uint64_t bid = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO); /* its nonces are those of both */
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
}

static void call(void (*start)(void))
{
    t->called = false;
    start();
    assert_true(li_until(p, t->called));
}

static void arm(void)
{
    pg_venue_arm_switch(t->venue, 300, t, li_done);
}

static void disarm(void)
{
    pg_venue_arm_switch(t->venue, 0, t, li_done);
}

static void leverage(void)
{
    pg_venue_set_leverage(t->venue, 0, 3, true, t, li_done);
}

static void too_much(void)
{
    pg_venue_set_leverage(t->venue, 0, 1000, true, t, li_done);
}

static void switch_and_leverage(void **state)
{
    (void)state;
    call(arm);
    assert_int_equal(t->call_error.status, PG_OK);
    call(arm); /* pushed out */
    assert_int_equal(t->call_error.status, PG_OK);
    call(disarm);
    assert_int_equal(t->call_error.status, PG_OK);
    call(leverage);
    assert_int_equal(t->call_error.status, PG_OK);
    call(too_much);
    assert_int_not_equal(t->call_error.status, PG_OK);
}

/* A take-profit and a stop-loss, of which one cancels the other: a transaction that venue.h has no word for. */
static void group_of_orders(void **state)
{
    (void)state;
    pg_lighter_tx tx = { .type = PG_LIGHTER_CREATE_GROUPED_ORDERS, .orders = 2 };
    int64_t expiry = li_time() / 1000000 + 86400000;
    li_place(t, PG_BUY, 300020, 10000, PG_TIF_IOC);
    assert_true(li_until(p, t->position == 10000));
    tx.value[PG_LIGHTER_GROUPING_TYPE] = 2;
    for (int i = 0; i < 2; i++) {
        tx.order[i][PG_LIGHTER_BASE_AMOUNT] = 10000;
        tx.order[i][PG_LIGHTER_CLIENT_ORDER_INDEX] = 500 + i;
        tx.order[i][PG_LIGHTER_IS_ASK] = tx.order[i][PG_LIGHTER_REDUCE_ONLY] = 1;
        tx.order[i][PG_LIGHTER_ORDER_EXPIRY] = expiry;
        tx.order[i][PG_LIGHTER_TYPE] = i == 0 ? 2 : 4; /* stop-loss, take-profit */
        tx.order[i][PG_LIGHTER_TRIGGER_PRICE] = i == 0 ? 290000 : 310000;
        tx.order[i][PG_LIGHTER_PRICE] = i == 0 ? 289000 : 309000;
    }
    t->called = false;
    pg_lighter_transact(t->venue, &tx, t, li_done);
    assert_false(t->called); /* not within the call */
    assert_true(li_until(p, t->called));
    assert_int_equal(t->call_error.status, PG_OK);
    assert_int_equal(li_open_at_venue(t), 2);
    tx.order[0][PG_LIGHTER_IS_ASK] = 0; /* what the venue's own signer refuses is not sent */
    t->called = false;
    pg_lighter_transact(t->venue, &tx, t, li_done);
    assert_true(li_until(p, t->called));
    assert_int_equal(t->call_error.status, PG_ERR_INVALID);
}

/* Two venues of one host sign with one key: one sequence of nonces, and no index twice. */
static void two_with_one_key(void **state)
{
    (void)state;
    pg_error err = { 0 };
    trader *other = &p->trader[1];
    pg_venue_config config = li_config(p, 0);
    li_check(pg_venue_open(&other->venue, &config, p->loop, li_sink(other), &err), &err);
    assert_true(li_until(p, other->ready));
    for (int i = 0; i < 40; i++) {
        li_place(t, PG_BUY, 299000 - 10 * i, 1000, PG_TIF_ALO);
        li_place(other, PG_SELL, 301000 + 10 * i, 1000, PG_TIF_ALO);
        if (i % 10 == 9)
            li_run(p, 3);
    }
    assert_true(li_until(p, li_open_at_venue(t) == 80));
    assert_true(
        li_until(p, t->orders.order[39].state == PG_ORDER_LIVE && other->orders.order[39].state == PG_ORDER_LIVE));
    assert_int_equal(t->orders.count, 40);
    assert_int_equal(other->orders.count, 40);
    assert_int_equal(t->unknown + other->unknown, 0);
    pg_orders_cancel_all(&t->orders);
    pg_orders_cancel_all(&other->orders);
    assert_true(li_until(p, t->orders.count == 0 && other->orders.count == 0));
    assert_int_equal(li_open_at_venue(t), 0);
}

/* ---- trouble ---- */

static void connections_are_cut(void **state)
{
    (void)state;
    uint64_t bid = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    pg_lighter_exchange_cut(p->server);
    assert_true(li_until(p, t->downs[0] == 1 && t->downs[1] == 1));
    assert_true(li_until(p, t->up[0] && t->up[1]));
    assert_int_equal(t->gaps, 2); /* one a market */
    assert_true(li_until(p, book_is(300000, 300020)));
    uint64_t ask = li_place(t, PG_SELL, 300100, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, ask) == PG_ORDER_LIVE));
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
}

/* Orders that are sent while the connection goes: in the end each is open at both sides or at none. */
static void lost_answers(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_venue_config config = li_config(p, 0);
    p->options[config.option_count++] = (pg_venue_option){ "expires_after_ms", "1000" };
    pg_venue_close(t->venue);
    t->ready = 0;
    li_check(li_connect(p, 0, &config, &err), &err);
    assert_true(li_until(p, t->ready));
    for (int i = 0; i < 6; i++)
        li_place(t, PG_BUY, 299000 - 10 * i, 10000, PG_TIF_ALO);
    pg_lighter_exchange_cut(p->server);
    bool settled = false;
    for (int i = 0; i < 200 && !settled; i++) {
        li_run(p, 100);
        settled = true;
        for (int k = 0; k < t->orders.count; k++)
            settled = settled && t->orders.order[k].state == PG_ORDER_LIVE;
        settled = settled && t->up[1];
    }
    assert_true(settled);
    assert_int_equal(t->orders.count, li_open_at_venue(t));
    uint64_t bid = li_place(t, PG_BUY, 298000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
}

static void suffer(const char *channel, pg_fault_kind kind, int64_t count)
{
    pg_fault fault = { .kind = kind, .count = count, .code = 503 };
    snprintf(fault.channel, sizeof fault.channel, "%s", channel);
    assert_int_equal(pg_faults_add(p->faults, &fault, NULL), PG_OK);
}

/* An update of a book is lost: the next one does not follow, and the book is asked for anew. */
static void book_gap(void **state)
{
    (void)state;
    suffer("order_book", PG_FAULT_DROP, 1);
    li_level(p, 0, PG_BUY, 300010, 50000);
    assert_true(li_until(p, pg_faults_count(p->faults, PG_FAULT_DROP) == 1));
    li_level(p, 0, PG_SELL, 300030, 70000);
    assert_true(li_until(p, t->downs[PG_LINK_MARKET] == 1));
    assert_true(li_until(p, t->up[PG_LINK_MARKET] && book_is(300010, 300020)));
    assert_int_equal(t->gaps, 1);
    assert_int_equal(pg_book_size(t->book[0], PG_SELL, 300030), 70000);
}

/* Updates that come twice, late, cut off or with members that nobody knows. */
static void book_trouble(void **state)
{
    static const pg_fault_kind kinds[] = { PG_FAULT_DUPLICATE, PG_FAULT_REORDER, PG_FAULT_TRUNCATE, PG_FAULT_UNKNOWN };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        suffer("order_book", kinds[i], 1);
        for (int k = 0; k < 4; k++) {
            li_level(p, 0, PG_BUY, 299500 + 10 * (int)i + k, 1000 + k);
            li_run(p, 60);
        }
        assert_int_equal(pg_faults_count(p->faults, kinds[i]), 1);
    }
    assert_true(li_until(p, t->up[PG_LINK_MARKET] && pg_book_count(t->book[0], PG_BUY) == 3 + 16));
    assert_true(book_is(300000, 300020));
}

/* Fills that are not told are asked for, and so are states. */
static void silent_account(void **state)
{
    (void)state;
    suffer("account_all_trades", PG_FAULT_DROP, 0);
    li_place(t, PG_BUY, 300020, 10000, PG_TIF_IOC);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(t->position, 10000);
    pg_faults_clear(p->faults);
    suffer("account_all_orders", PG_FAULT_DROP, 0);
    suffer("account_tx", PG_FAULT_DROP, 0);
    uint64_t bid = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, bid) == PG_ORDER_LIVE));
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_open_at_venue(t), 0);
}

/* Without its WebSocket the account's transactions go over HTTP, one after the other. */
static void over_http(void **state)
{
    (void)state;
    pg_error err = { 0 };
    trader *guard = &p->trader[1];
    pg_venue_config config = li_config(p, 1);
    config.no_streams = true;
    li_check(pg_venue_open(&guard->venue, &config, p->loop, li_sink(guard), &err), &err);
    assert_true(li_until(p, guard->ready));
    for (int i = 0; i < 20; i++) /* two batches */
        li_place(guard, PG_BUY, 299000 - 10 * i, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_open_at_venue(guard) == 20));
    assert_true(li_until(p, guard->report_count >= 20)); /* their states are asked for */
    pg_orders_cancel_all(&guard->orders);
    assert_true(li_until(p, guard->orders.count == 0));
    assert_int_equal(li_open_at_venue(guard), 0);
    assert_int_equal(guard->unknown, 0);
}

/* Another program signs with the same key: its nonces are used up under us. */
static void nonce_taken(void **state)
{
    (void)state;
    uint64_t first = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, first) == PG_ORDER_LIVE));
    pg_loop *own = p->loop, *other_loop;
    pg_error err = { 0 };
    li_check(pg_loop_new(&other_loop, &err), &err);
    /* a second venue with the key, on a loop of its own, so that it has a sequence of its own */
    trader *other = &p->trader[1];
    pg_venue_config config = li_config(p, 0);
    p->options[config.option_count++] = (pg_venue_option){ "client_index_bits", "48" };
    li_check(pg_venue_open(&other->venue, &config, other_loop, li_sink(other), &err), &err);
    for (int i = 0; i < 5000 && !other->ready; i++) {
        pg_loop_run_for(own, 1);
        pg_loop_run_for(other_loop, 1);
    }
    assert_true(other->ready);
    uint64_t id = li_place(other, PG_BUY, 298000, 10000, PG_TIF_ALO);
    for (int i = 0; i < 5000 && li_state(other, id) != PG_ORDER_LIVE; i++) {
        pg_loop_run_for(own, 1);
        pg_loop_run_for(other_loop, 1);
    }
    assert_int_equal(li_state(other, id), PG_ORDER_LIVE);
    pg_venue_close(other->venue);
    other->venue = NULL;
    pg_loop_free(other_loop);
    uint64_t refused = li_place(t, PG_BUY, 298900, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, refused) != PG_ORDER_PENDING_NEW));
    assert_int_equal(li_said(t, refused, 0)->reply.reason, PG_REASON_SIGNATURE);
    pg_orders_cancel_all(&t->orders); /* a cancel is sent again by itself */
    assert_true(li_until(p, t->orders.count == 0));
    uint64_t fine = li_place(t, PG_BUY, 298900, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, fine) == PG_ORDER_LIVE));
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(becomes_ready),
        EACH(books_and_trades),
        EACH(place_and_cancel),
        EACH(many_at_once),
        EACH(fills),
        EACH(immediate),
        EACH(replace),
        EACH(replace_meets_fill),
        EACH(refusals),
        EACH(account),
        EACH(fills_since),
        EACH(cancel_all),
        EACH(cancel_run),
        EACH(adopted),
        EACH(guard_cancels),
        EACH(switch_and_leverage),
        EACH(connections_are_cut),
        EACH(lost_answers),
        EACH(nonce_taken),
        EACH(book_gap),
        EACH(book_trouble),
        EACH(silent_account),
        EACH(over_http),
        EACH(group_of_orders),
        EACH(two_with_one_key),
        cmocka_unit_test_setup_teardown(wide_indexes, set_up_wide, tear_down),
        cmocka_unit_test_setup_teardown(standard_account, set_up_standard, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

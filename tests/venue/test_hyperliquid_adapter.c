/* Trading on Hyperliquid through venue.h, against the built-in exchange over loopback sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hyperliquid_venue.h"

static host_test *h;

static int set_up(void **state)
{
    (void)state;
    h = calloc(1, sizeof *h);
    host_open(h);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(h->misfits, 0);
    host_close(h);
    free(h);
    return 0;
}

/* ---- ready ---- */

static void becomes_ready(void **state)
{
    (void)state;
    const pg_instrument *eth = pg_venue_instrument(h->venue, 0);
    const pg_venue_facts *facts = pg_venue_get_facts(h->venue);
    assert_string_equal(eth->symbol, "ETH");
    assert_int_equal(eth->price_decimals, 2);
    assert_int_equal(eth->size_decimals, 4);
    assert_true(facts->can_trade && facts->fees_known && facts->replace_is_fresh);
    assert_int_equal(facts->batch, 40);
    assert_true(h->up[PG_LINK_MARKET] && h->up[PG_LINK_ACCOUNT]);
    assert_int_equal(h->failures, 0);
    assert_null(pg_venue_instrument(h->venue, 2));
}

static bool book_is(int64_t bid, int64_t ask)
{
    return pg_book_best(h->book[0], PG_BUY) == bid && pg_book_best(h->book[0], PG_SELL) == ask;
}

static void books_and_trades(void **state)
{
    (void)state;
    assert_true(host_until(h, book_is(300000, 300020)));
    assert_int_equal(pg_book_count(h->book[0], PG_BUY), 3);
    exchange_level(&h->exchange, EXCHANGE_ETH, PG_BUY, 300010, 50000);
    assert_true(host_until(h, book_is(300010, 300020)));
    assert_int_equal(pg_book_size(h->book[0], PG_BUY, 300010), 50000);
    exchange_level(&h->exchange, EXCHANGE_ETH, PG_BUY, 300010, 0);
    assert_true(host_until(h, book_is(300000, 300020)));
    int64_t before = h->trades;
    exchange_print(&h->exchange, EXCHANGE_ETH, PG_SELL, 300000, 1000);
    assert_true(host_until(h, h->trades == before + 1));
    assert_true(host_until(h, h->marks > 0));
    host_run(h, 50);
    assert_int_equal(h->trades, before + 1);
}

/* ---- orders ---- */

static void place_and_cancel(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 299900, 10000, PG_TIF_ALO);
    uint64_t ask = host_place(h, PG_SELL, 300100, 10000, PG_TIF_GTC);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE && host_state(h, ask) == PG_ORDER_LIVE));
    assert_int_equal(host_open_at_venue(h), 2);
    assert_true(host_said(h, bid, PG_REPLY_ACCEPTED)->order_id[0]);
    assert_true(host_said(h, bid, PG_REPLY_ACCEPTED)->sent_ns > 0);
    pg_orders_cancel_all(&h->orders);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_open_at_venue(h), 0);
    assert_int_equal(host_said(h, bid, PG_REPLY_CANCELLED)->reply.reason, PG_REASON_NONE);
    assert_int_equal(h->unknown, 0);
    assert_int_equal(h->report_count, 4);
}

static void many_at_once(void **state)
{
    (void)state;
    pg_submit list[100];
    for (int i = 0; i < 100; i++)
        list[i] = (pg_submit){ .market = 0,
                               .request = { .kind = PG_REQUEST_NEW,
                                            .id = 1000 + (uint64_t)i,
                                            .price = i % 2 ? 299900 - 10 * i : 300100 + 10 * i,
                                            .size = 1000,
                                            .side = i % 2 ? PG_BUY : PG_SELL,
                                            .tif = i % 3 ? PG_TIF_ALO : PG_TIF_GTC } };
    pg_venue_submit(h->venue, list, 100);
    assert_true(host_until(h, host_open_at_venue(h) == 100 && h->report_count >= 100));
    for (int i = 0; i < 100; i++) {
        assert_int_equal(host_said(h, 1000 + (uint64_t)i, 0)->reply.kind, PG_REPLY_ACCEPTED);
        list[i].request.kind = PG_REQUEST_CANCEL;
    }
    pg_venue_submit(h->venue, list, 100);
    assert_true(host_until(h, h->report_count >= 200));
    assert_int_equal(host_open_at_venue(h), 0);
    h->misfits = 0; /* these orders were not the order manager's */
}

static void fills(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 300010, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    exchange_order(&h->exchange, 1, false, "3000.1", "0.5", PG_HL_IOC);
    assert_true(host_until(h, h->fills == 1));
    const pg_report *fill = host_said(h, bid, PG_REPLY_FILL);
    assert_true(fill->reply.maker);
    assert_int_equal(fill->reply.price, 300010);
    assert_int_equal(fill->reply.size, 5000);
    assert_int_equal(fill->reply.remaining, 15000);
    assert_true(fill->reply.fee > 0 && fill->trade_id[0] && fill->order_id[0]);
    exchange_order(&h->exchange, 1, false, "3000.1", "2", PG_HL_IOC);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(h->position, 20000);
    assert_int_equal(exchange_position(&h->exchange, 0), 20000);
    assert_int_equal(host_open_at_venue(h), 0);
}

/* An immediate order that takes what there is: its fills, then the end of its rest. */
static void immediate(void **state)
{
    (void)state;
    uint64_t id = host_place(h, PG_BUY, 300020, 150000, PG_TIF_IOC);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(h->position, 100000);
    assert_int_equal(host_said(h, id, PG_REPLY_CANCELLED)->reply.reason, PG_REASON_IOC);
    assert_false(host_said(h, id, PG_REPLY_FILL)->reply.maker);
    uint64_t none = host_place(h, PG_BUY, 299000, 10000, PG_TIF_IOC);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_said(h, none, 0)->reply.kind, PG_REPLY_REJECTED);
    assert_int_equal(host_said(h, none, 0)->reply.reason, PG_REASON_NO_MATCH);
}

static void replace(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 299900, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    pg_orders_replace(&h->orders, pg_orders_find(&h->orders, bid), 300010, 30000, host_now());
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    assert_int_equal(host_said(h, bid, PG_REPLY_REPLACED)->reply.price, 300010);
    assert_int_equal(pg_orders_find(&h->orders, bid)->remaining, 30000);
    assert_int_equal(host_open_at_venue(h), 1);
    exchange_order(&h->exchange, 1, false, "3000.1", "1", PG_HL_IOC);
    assert_true(host_until(h, h->fills == 1));
    assert_int_equal(pg_orders_find(&h->orders, bid)->remaining, 20000);
    pg_orders_cancel_all(&h->orders);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_open_at_venue(h), 0);
}

/* The old order trades while its replacement is on its way. */
static void replace_meets_fill(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 300010, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    pg_orders_replace(&h->orders, pg_orders_find(&h->orders, bid), 299990, 20000, host_now());
    exchange_order(&h->exchange, 1, false, "3000.1", "0.7", PG_HL_IOC);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    host_run(h, 50);
    const pg_exchange_order *open = pg_exchange_next_open(h->exchange.core, exchange_account(&h->exchange, 0), NULL);
    assert_non_null(open);
    assert_int_equal(open->remaining, pg_orders_find(&h->orders, bid)->remaining);
    assert_int_equal(h->position, exchange_position(&h->exchange, 0));
    /* and is gone before it */
    pg_orders_replace(&h->orders, pg_orders_find(&h->orders, bid), 299980, 20000, host_now());
    pg_exchange_cancel(h->exchange.core, exchange_account(&h->exchange, 0), open->oid, PG_EXCHANGE_BY_VENUE);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_open_at_venue(h), 0);
}

static void refusals(void **state)
{
    (void)state;
    uint64_t price = host_place(h, PG_BUY, 300001, 10000, PG_TIF_ALO); /* six figures */
    assert_null(host_said(h, price, 0));                               /* not within the call */
    uint64_t small = host_place(h, PG_BUY, 299900, 10, PG_TIF_ALO);
    assert_true(host_until(h, h->orders.count == 0));
    assert_true(host_said(h, price, 0)->unsent && host_said(h, small, 0)->unsent);
    assert_int_equal(host_said(h, price, 0)->reply.reason, PG_REASON_PRICE);
    assert_int_equal(host_said(h, small, 0)->reply.reason, PG_REASON_NOTIONAL);
    uint64_t cross = host_place(h, PG_BUY, 300100, 10000, PG_TIF_ALO);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_said(h, cross, 0)->reply.reason, PG_REASON_POST_ONLY);
    assert_false(host_said(h, cross, 0)->unsent);
    uint64_t large = host_place(h, PG_BUY, 299900, 1000000000, PG_TIF_ALO);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_said(h, large, 0)->reply.reason, PG_REASON_MARGIN);
    /* a replacement that would trade costs the old order its life */
    uint64_t bid = host_place(h, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    pg_orders_replace(&h->orders, pg_orders_find(&h->orders, bid), 300100, 10000, host_now());
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_said(h, bid, 0)->reply.kind, PG_REPLY_CANCELLED);
    assert_int_equal(host_said(h, bid, 0)->reply.reason, PG_REASON_POST_ONLY);
    assert_int_equal(host_open_at_venue(h), 0);
}

/* ---- what goes wrong ---- */

static void fault(const char *channel, pg_fault_kind kind, int count)
{
    pg_fault f = { .kind = kind, .count = count, .ms = 100, .code = 503 };
    snprintf(f.channel, sizeof f.channel, "%s", channel);
    exchange_check(pg_faults_add(h->exchange.faults, &f, NULL), &(pg_error){ .what = "fault" });
}

/* The connection breaks before the answer: the order was placed, and is found. */
static void answer_lost(void **state)
{
    (void)state;
    fault("post", PG_FAULT_CUT, 1);
    fault("orderUpdates", PG_FAULT_DROP, 1);
    uint64_t bid = host_place(h, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    assert_int_equal(h->unknown, 1);
    assert_int_equal(host_open_at_venue(h), 1);
    assert_true(host_until(h, h->up[PG_LINK_ACCOUNT] && h->ups[PG_LINK_ACCOUNT] == 2));
    pg_orders_cancel_all(&h->orders);
    assert_true(host_until(h, h->orders.count == 0));
}

/* The answer tells nothing and the venue has no such order: the request is made void before it counts as refused. */
static void request_lost(void **state)
{
    (void)state;
    fault("post", PG_FAULT_STATUS, 1); /* not done, answered with 503 */
    uint64_t bid = host_place(h, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(host_until(h, h->unknown == 1));
    assert_int_equal(host_state(h, bid), PG_ORDER_PENDING_NEW);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_said(h, bid, 0)->reply.kind, PG_REPLY_REJECTED);
    assert_int_equal(host_said(h, bid, 0)->reply.reason, PG_REASON_UNSENT);
    assert_int_equal(host_open_at_venue(h), 0);
}

static void replacement_lost(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 299900, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    fault("post", PG_FAULT_CUT, 1);
    fault("orderUpdates", PG_FAULT_DROP, 2);
    pg_orders_replace(&h->orders, pg_orders_find(&h->orders, bid), 299890, 10000, host_now());
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    assert_int_equal(h->unknown, 1);
    assert_int_equal(pg_orders_find(&h->orders, bid)->price, 299890);
    assert_int_equal(pg_orders_find(&h->orders, bid)->remaining, 10000);
    assert_int_equal(host_open_at_venue(h), 1);
}

static void cancel_lost(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 299900, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    fault("post", PG_FAULT_CUT, 1);
    fault("orderUpdates", PG_FAULT_DROP, 1);
    pg_orders_cancel_all(&h->orders);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_said(h, bid, 0)->reply.kind, PG_REPLY_CANCELLED);
}

/* While nothing is connected orders fill and are cancelled; afterwards all of it is known. */
static void away(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 300010, 20000, PG_TIF_ALO);
    uint64_t other = host_place(h, PG_BUY, 299900, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE && host_state(h, other) == PG_ORDER_LIVE));
    uint64_t oid = strtoull(host_said(h, other, PG_REPLY_ACCEPTED)->order_id, NULL, 10);
    pg_hl_exchange_cut(h->exchange.server);
    exchange_order(&h->exchange, 1, false, "3000.1", "0.5", PG_HL_IOC);
    pg_exchange_cancel(h->exchange.core, exchange_account(&h->exchange, 0), oid, PG_EXCHANGE_BY_VENUE);
    assert_true(host_until(h, h->ups[PG_LINK_ACCOUNT] == 2 && h->ups[PG_LINK_MARKET] == 2));
    assert_int_equal(h->downs[PG_LINK_ACCOUNT], 1);
    assert_true(h->gaps >= 2);
    assert_true(host_until(h, h->fills == 1));
    host_read_account(h);
    assert_int_equal(h->account.order_count, 1);
    assert_true(host_until(h, h->orders.count == 1));
    assert_int_equal(pg_orders_find(&h->orders, bid)->remaining, 15000);
    assert_int_equal(h->account.held_count, 1);
    assert_int_equal(h->account_held[0].quantity, 5000);
    assert_true(host_until(h, book_is(300010, 300020)));
}

/* With the sockets unable to send anything back, orders go over HTTP. */
static void over_http(void **state)
{
    (void)state;
    fault("post", PG_FAULT_CUT, 0);
    fault("subscriptionResponse", PG_FAULT_CUT, 0);
    pg_hl_exchange_cut(h->exchange.server);
    assert_true(host_until(h, !h->up[PG_LINK_ACCOUNT]));
    uint64_t bid = host_place(h, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    pg_faults_clear(h->exchange.faults);
    assert_true(host_until(h, h->up[PG_LINK_ACCOUNT]));
}

/* Fills and states twice, and in another order. */
static void twice_and_late(void **state)
{
    (void)state;
    fault("orderUpdates", PG_FAULT_DELAY, 3);
    fault("userFills", PG_FAULT_DUPLICATE, 0);
    fault("post", PG_FAULT_DUPLICATE, 0);
    uint64_t bid = host_place(h, PG_BUY, 300010, 20000, PG_TIF_GTC);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    exchange_order(&h->exchange, 1, false, "3000.1", "0.5", PG_HL_IOC);
    assert_true(host_until(h, h->fills == 1));
    pg_orders_cancel_all(&h->orders);
    assert_true(host_until(h, h->orders.count == 0));
    int reported = 0;
    for (int i = 0; i < h->report_count; i++)
        reported += h->report[i].reply.kind == PG_REPLY_FILL;
    assert_int_equal(reported, 1);
    assert_int_equal(h->report_count, 3);
}

/* A fill that nobody heard of until the order had ended. */
static void fill_missed(void **state)
{
    (void)state;
    uint64_t bid = host_place(h, PG_BUY, 300010, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_state(h, bid) == PG_ORDER_LIVE));
    fault("userFills", PG_FAULT_DROP, 1);
    exchange_order(&h->exchange, 1, false, "3000.1", "2", PG_HL_IOC);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(h->position, 20000);
}

/* ---- calls ---- */

static void cancel_everything(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++)
        host_place(h, PG_BUY, 299900 - 10 * i, 10000, PG_TIF_ALO);
    assert_true(host_until(h, host_open_at_venue(h) == 60));
    exchange_order(&h->exchange, 0, true, "2900", "1", PG_HL_GTC); /* by another hand */
    h->called = false;
    pg_venue_cancel_all(h->venue, HOST_RUN, h, host_cancelled);
    assert_true(host_until(h, h->called));
    assert_int_equal(h->remaining, 0);
    assert_int_equal(h->call_error.status, PG_OK);
    assert_int_equal(host_open_at_venue(h), 1);
    h->called = false;
    pg_venue_cancel_all(h->venue, 0, h, host_cancelled);
    assert_true(host_until(h, h->called));
    assert_int_equal(host_open_at_venue(h), 0);
    assert_true(host_until(h, h->orders.count == 0));
}

static void account_and_fills(void **state)
{
    (void)state;
    host_place(h, PG_BUY, 300010, 20000, PG_TIF_ALO);
    assert_true(host_until(h, host_open_at_venue(h) == 1));
    exchange_order(&h->exchange, 1, false, "3000.1", "0.5", PG_HL_IOC);
    assert_true(host_until(h, h->fills == 1));
    host_read_account(h);
    assert_int_equal(h->account.order_count, 1);
    assert_int_equal(h->account_orders[0].run, HOST_RUN);
    assert_int_equal(h->account_orders[0].id, 1);
    assert_int_equal(h->account_orders[0].remaining, 15000);
    assert_int_equal(h->account_orders[0].filled, 5000);
    assert_int_equal(h->account_held[0].quantity, 5000);
    assert_string_equal(h->account_held[0].text, "0.5");
    assert_true(h->account.equity_e6 > 99990000000 && h->account.equity_e6 < 100010000000);
    assert_true(h->account.free_e6 > 0 && h->account.free_e6 < h->account.equity_e6);
    int before = h->report_count;
    h->called = false;
    pg_venue_fills_since(h->venue, host_now() - 60 * (int64_t)1000000000, h, host_done);
    assert_true(host_until(h, h->called));
    assert_int_equal(h->report_count, before + 1);
    assert_string_equal(h->report[before].trade_id, host_said(h, 1, PG_REPLY_FILL)->trade_id);
}

static void switch_and_leverage(void **state)
{
    (void)state;
    h->called = false;
    pg_venue_arm_switch(h->venue, 60, h, host_done); /* nothing was traded yet */
    assert_true(host_until(h, h->called));
    assert_int_equal(h->call_error.status, PG_ERR_UNSUPPORTED);
    assert_int_equal(pg_venue_get_facts(h->venue)->switch_least_s, 0);
    assert_non_null(strstr(pg_venue_get_facts(h->venue)->switch_why, "enough volume"));
    h->called = false;
    pg_venue_set_leverage(h->venue, 0, 7, true, h, host_done);
    assert_true(host_until(h, h->called));
    assert_int_equal(h->call_error.status, PG_OK);
    h->called = false;
    pg_venue_set_leverage(h->venue, 0, 700, true, h, host_done);
    assert_true(host_until(h, h->called));
    assert_int_equal(h->call_error.status, PG_ERR_STATE);
    h->called = false;
    pg_venue_set_leverage(h->venue, 2, 7, true, h, host_done); /* a market that is not there is no other one */
    assert_true(host_until(h, h->called));
    assert_int_equal(h->call_error.status, PG_ERR_NOT_FOUND);
}

/* ---- settings ---- */

static void expect_failure(const pg_venue_config *config, const char *what)
{
    pg_error err = { 0 };
    pg_venue_close(h->venue);
    h->ready = h->failures = 0;
    exchange_check(host_connect(h, config, &err), &err);
    assert_true(host_until(h, h->failures == 1));
    assert_non_null(strstr(h->failure.what, what));
    assert_true(h->failure.remedy[0]);
    assert_int_equal(h->ready, 0);
}

static void wrong_settings(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_venue *none;
    pg_venue_sink sink = { h, host_ready, host_failed, host_events, host_report, host_link, NULL };
    const pg_venue_option option = { "levrage", "5" };
    pg_venue_config config = host_config(h);
    config.options = &option;
    config.option_count = 1;
    assert_int_equal(pg_venue_open(&none, &config, h->exchange.loop, sink, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.remedy, "leverage"));
    config = host_config(h);
    config.kind = "hyperliqid";
    assert_int_equal(pg_venue_open(&none, &config, h->exchange.loop, sink, &err), PG_ERR_NOT_FOUND);
    config = host_config(h);
    config.network = "main";
    assert_int_equal(pg_venue_open(&none, &config, h->exchange.loop, sink, &err), PG_ERR_INVALID);
    const char *const symbols[] = { "ETH", "DOGGY" };
    config = host_config(h);
    config.symbols = symbols;
    expect_failure(&config, "DOGGY");
    config = host_config(h);
    config.account = h->exchange.address[1];
    expect_failure(&config, "cannot trade for");
    config = host_config(h);
    config.key = h->exchange.secret[3];
    expect_failure(&config, "does not know");
}

/* Without a key there are data and no orders; without streams there are only calls. */
static void less_of_it(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_venue_config config = host_config(h);
    config.key = NULL;
    pg_venue_close(h->venue);
    h->ready = 0;
    exchange_check(host_connect(h, &config, &err), &err);
    assert_true(host_until(h, h->ready == 1));
    assert_false(pg_venue_get_facts(h->venue)->can_trade);
    uint64_t id = host_place(h, PG_BUY, 299900, 10000, PG_TIF_ALO);
    assert_true(host_until(h, h->orders.count == 0));
    assert_true(host_said(h, id, 0)->unsent);
    exchange_order(&h->exchange, 0, true, "2900", "1", PG_HL_GTC);
    assert_int_equal(host_open_at_venue(h), 1);
    config = host_config(h);
    config.no_streams = true;
    pg_venue_close(h->venue);
    h->ready = 0;
    exchange_check(host_connect(h, &config, &err), &err);
    assert_true(host_until(h, h->ready == 1));
    h->called = false;
    pg_venue_cancel_all(h->venue, 0, h, host_cancelled);
    assert_true(host_until(h, h->called));
    assert_int_equal(h->remaining, 0);
    assert_int_equal(host_open_at_venue(h), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(becomes_ready),
        CASE(books_and_trades),
        CASE(place_and_cancel),
        CASE(many_at_once),
        CASE(fills),
        CASE(immediate),
        CASE(replace),
        CASE(replace_meets_fill),
        CASE(refusals),
        CASE(answer_lost),
        CASE(request_lost),
        CASE(replacement_lost),
        CASE(cancel_lost),
        CASE(away),
        CASE(over_http),
        CASE(twice_and_late),
        CASE(fill_missed),
        CASE(cancel_everything),
        CASE(account_and_fills),
        CASE(switch_and_leverage),
        CASE(wrong_settings),
        CASE(less_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

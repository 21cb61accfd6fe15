/* The venue-neutral exchange by itself: expiry, orders that wait, what a check says before an order is placed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/exchange.h"

enum { ETH = 0 };

static pg_exchange *x;
static int64_t now_ns;
static int told[8]; /* orders told by status */

static void on_order(void *self, const pg_exchange_order *order)
{
    (void)self;
    told[order->status]++;
}

static void push(int kind, int side, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = (uint8_t)kind, .side = (uint8_t)side, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_exchange_push_events(x, ETH, &event, 1);
}

static void play(int64_t ms)
{
    now_ns += ms * 1000000;
    assert_int_equal(pg_exchange_play(x, NULL), PG_OK);
}

/* A market of 3000.0 to 3000.1 with 10 on each side, sizes of four decimals; an account 0 with 1000. */
static int set_up(void **state)
{
    (void)state;
    pg_error err = { 0 };
    int market;
    pg_exchange_market_config config = { .max_leverage = 10 };
    now_ns = 1790000000000000000;
    memset(told, 0, sizeof told);
    pg_exchange_config exchange = { .seed = 1, .clock = pg_clock_virtual(&now_ns), .trades_ascend = true };
    pg_instrument_init(&config.instrument, "test", "ETH", 1, 4, 1, 1, 0, NULL);
    assert_int_equal(pg_exchange_new(&x, &exchange, (pg_exchange_sink){ .order = on_order }, &err), PG_OK);
    assert_int_equal(pg_exchange_add_market(&market, x, &config, &err), PG_OK);
    push(PG_EVENT_LEVEL, PG_BUY, 30000, 100000);
    push(PG_EVENT_LEVEL, PG_SELL, 30001, 100000);
    assert_int_equal(pg_exchange_open_account(x, "somebody"), 0);
    pg_exchange_deposit(x, 0, (pg_money)1000 * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pg_exchange_free(x);
    return 0;
}

static uint64_t place(pg_exchange_request request)
{
    const pg_exchange_order *order = pg_exchange_place(x, 0, &request);
    assert_non_null(order);
    return order->oid;
}

static const pg_exchange_order *find(uint64_t oid)
{
    const pg_exchange_order *order = pg_exchange_find_order(x, 0, oid);
    assert_non_null(order);
    return order;
}

static pg_exchange_request bid(int64_t price, int64_t size)
{
    return (pg_exchange_request){ .market = ETH, .side = PG_BUY, .price = price, .size = size };
}

static void test_expiry(void **state)
{
    (void)state;
    pg_exchange_request late = bid(29000, 1000), soon = bid(28000, 1000), never = bid(27000, 1000);
    late.expiry_ns = now_ns + 2000000000;
    soon.expiry_ns = now_ns + 1000000000;
    uint64_t last = place(late), first = place(soon), other = place(never);
    play(999);
    assert_int_equal(pg_exchange_open_count(x, 0), 3);
    play(1);
    assert_int_equal(find(first)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(find(first)->reason, PG_EXCHANGE_BY_EXPIRY);
    assert_int_equal(find(last)->status, PG_EXCHANGE_OPEN);
    play(1000);
    assert_int_equal(find(last)->reason, PG_EXCHANGE_BY_EXPIRY);
    assert_int_equal(find(other)->status, PG_EXCHANGE_OPEN);
}

/* An order that opens a position when the last price rises to 3010, whatever the mark does. */
static void test_opening_trigger(void **state)
{
    (void)state;
    pg_exchange_request wait = bid(30200, 1000);
    wait.trigger = (pg_exchange_trigger){ .price = 30100, .market = true, .source = PG_EXCHANGE_AT_LAST };
    uint64_t oid = place(wait);
    assert_true(find(oid)->waiting);
    push(PG_EVENT_MARK, 0, 30150, 0);
    play(10);
    assert_true(find(oid)->waiting);
    push(PG_EVENT_TRADE, PG_BUY, 30100, 1);
    play(10);
    assert_int_equal(find(oid)->status, PG_EXCHANGE_FILLED);
    assert_int_equal(told[PG_EXCHANGE_TRIGGERED], 1);
    assert_int_equal(pg_exchange_trade_at(x, ETH, 0)->tid, 2); /* after the print */
}

/* Money that is gone when the trigger is reached. */
static void test_trigger_without_margin(void **state)
{
    (void)state;
    pg_exchange_request wait = bid(30100, 20000);
    wait.trigger = (pg_exchange_trigger){ .price = 30100, .source = PG_EXCHANGE_AT_LAST };
    uint64_t oid = place(wait);
    pg_exchange_deposit(x, 0, (pg_money)-900 * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS));
    push(PG_EVENT_TRADE, PG_BUY, 30100, 1);
    play(10);
    assert_int_equal(find(oid)->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(find(oid)->reason, PG_EXCHANGE_MARGIN);
}

/* 1000 carry 3.3 ETH at ten times. */
static void test_check(void **state)
{
    (void)state;
    uint64_t oid = place(bid(29000, 20000));
    pg_exchange_request more = bid(29000, 20000);
    assert_int_equal(pg_exchange_check(x, 0, &more, NULL), PG_EXCHANGE_MARGIN);
    assert_int_equal(pg_exchange_check(x, 0, &more, find(oid)), PG_EXCHANGE_NO_REASON);
    more.size = 40000;
    assert_int_equal(pg_exchange_check(x, 0, &more, find(oid)), PG_EXCHANGE_MARGIN);
    pg_exchange_request crossing = bid(30001, 1000);
    crossing.tif = PG_TIF_ALO;
    assert_int_equal(pg_exchange_check(x, 0, &crossing, NULL), PG_EXCHANGE_POST_ONLY);
    /* What it says is what happens, and looking changes nothing. */
    assert_int_equal(pg_exchange_open_count(x, 0), 1);
    assert_int_equal(find(place(crossing))->reason, PG_EXCHANGE_POST_ONLY);
    assert_int_equal(find(oid)->status, PG_EXCHANGE_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_expiry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_opening_trigger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trigger_without_margin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_check, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

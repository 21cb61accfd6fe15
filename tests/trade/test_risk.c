/* The risk gate: each limit at, below and above its edge. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/market.h"
#include "support/risk.h"
#include "trade/risk.h"

/* ---- one order ---- */

static void test_input(void **state)
{
    (void)state;
    make(NULL);
    allowed(check(PG_BUY, 10000, ONE));
    allowed(check(PG_BUY, INT64_MAX / 4, INT64_MAX)); /* no limits: nothing overflows */
    refused(check(PG_BUY, 0, ONE), PG_LIMIT_INPUT, "price");
    refused(check(PG_BUY, -1, ONE), PG_LIMIT_INPUT, "price");
    refused(check(PG_SELL, 10000, 0), PG_LIMIT_INPUT, "size");
    refused(check(PG_SELL, 10000, INT64_MIN), PG_LIMIT_INPUT, "size");
    refused(check(0, 10000, ONE), PG_LIMIT_INPUT, "no order");
    refused(check(3, 10000, ONE), PG_LIMIT_INPUT, "no order");
    pg_request r = request(9, PG_BUY, 10000, ONE);
    refused(pg_risk_check(risk, market, &r, &open_orders, now, &verdict), PG_LIMIT_INPUT, "no order");
    int blind;
    pg_instrument in = instrument("SOL");
    assert_int_equal(pg_risk_add_market(risk, &blind, 0, &in, false, NULL, NULL), PG_OK);
    r = request(PG_REQUEST_NEW, PG_BUY, 10000, ONE);
    refused(pg_risk_check(risk, blind, &r, &open_orders, now, &verdict), PG_LIMIT_INPUT, "no mark");
    r.kind = PG_REQUEST_CANCEL;
    allowed(pg_risk_check(risk, blind, &r, &open_orders, now, &verdict));
}

static void test_order(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_order_usd = 250, .max_order_size = 3, .max_distance_bps = 50 });
    allowed(check(PG_BUY, 10000, 25000));
    refused(check(PG_BUY, 10000, 25001), PG_LIMIT_ORDER_USD, "250.01");
    allowed(check(PG_SELL, 10050, 24875)); /* at its price when that is above the mark: 249.99 */
    refused(check(PG_SELL, 10050, 24880), PG_LIMIT_ORDER_USD, "limit is 250.00");
    refused(check(PG_BUY, 9950, 25001), PG_LIMIT_ORDER_USD, "max_order_usd"); /* at the mark when that is */
    refused(check(PG_BUY, 10000, 30001), PG_LIMIT_ORDER_SIZE, "3.0001");
    refused(check(PG_BUY, INT64_MAX, INT64_MAX), PG_LIMIT_ORDER_SIZE, "limit is 3");
    refused(check(PG_BUY, INT64_MAX, 1), PG_LIMIT_ORDER_USD, "worth");
    allowed(check(PG_BUY, 10050, ONE));
    refused(check(PG_BUY, 10051, ONE), PG_LIMIT_DISTANCE, "51.0 bps");
    allowed(check(PG_BUY, 9950, ONE));
    refused(check(PG_SELL, 9949, ONE), PG_LIMIT_DISTANCE, "the limit is 50.0");
    pg_risk_mark(risk, market, MARK_X2 + 1); /* 100.005: 50 bps are 50.0025 cents */
    allowed(check(PG_BUY, 10050, ONE));
    refused(check(PG_BUY, 9950, ONE), PG_LIMIT_DISTANCE, "bps");
}

static void test_open_orders(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_open_orders = 3 });
    open_orders.count = 2;
    allowed(check(PG_BUY, 10000, ONE));
    open_orders.count = 3;
    refused(check(PG_BUY, 10000, ONE), PG_LIMIT_OPEN_ORDERS, "3 orders are open");
    assert_int_equal(verdict.reason, PG_REASON_FULL);
    pg_request r = request(PG_REQUEST_REPLACE, PG_BUY, 10000, ONE);
    allowed(pg_risk_check(risk, market, &r, &open_orders, now, &verdict)); /* adds none */
}

/* 10 a second in bursts of 3: never more than 3 + 10 t in any time t, exactly. */
static void test_rate(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_orders_per_s = 10, .burst = 3 });
    for (int i = 0; i < 3; i++)
        allowed(check(PG_BUY, 10000, ONE));
    refused(check(PG_BUY, 10000, ONE), PG_LIMIT_RATE, "10 orders a second");
    now += second / 10 - 1;
    refused(check(PG_BUY, 10000, ONE), PG_LIMIT_RATE, "bursts of 3");
    now += 1;
    allowed(check(PG_BUY, 10000, ONE));
    refused(check(PG_BUY, 10000, ONE), PG_LIMIT_RATE, "");
    refused(check(PG_BUY, 0, ONE), PG_LIMIT_INPUT, ""); /* what is refused otherwise costs nothing */
    now += 10 * second;                                 /* rest does not add up to more than a burst */
    uint64_t random = 17;
    int64_t sent[4000];
    int count = 0;
    for (int i = 0; i < 4000; i++) {
        now += (int64_t)(market_random(&random) % (uint64_t)(second / 12));
        if (check(PG_BUY, 10000, ONE))
            sent[count++] = now;
        pg_request cancel = request(PG_REQUEST_CANCEL, PG_BUY, 0, 0);
        allowed(pg_risk_check(risk, market, &cancel, &open_orders, now, &verdict));
    }
    assert_true(count > 1000);
    for (int i = 0; i < count; i++)
        for (int k = i + 1; k < count && k < i + 60; k++)
            assert_true((k - i + 1 - 3) * (second / 10) <= sent[k] - sent[i]);
    now -= 3600 * second; /* a clock that is set back costs no more than one interval */
    (void)check(PG_BUY, 10000, ONE);
    now += second / 10 + 1;
    allowed(check(PG_BUY, 10000, ONE));
}

/* ---- positions ---- */

static void test_position(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_position = 5 });
    pg_risk_position(risk, market, 2 * ONE);
    open_orders.size[0] = ONE;
    allowed(check(PG_BUY, 10000, 2 * ONE)); /* 2 held, 1 open, 2 more */
    refused(check(PG_BUY, 10000, 2 * ONE + 1), PG_LIMIT_POSITION, "5.0001");
    allowed(check(PG_SELL, 10000, 7 * ONE)); /* to 5 short */
    refused(check(PG_SELL, 10000, 7 * ONE + 1), PG_LIMIT_POSITION, "max_position: ");
    refused(check(PG_BUY, 10000, INT64_MAX), PG_LIMIT_POSITION, "");
    open_orders.size[0] = INT64_MAX;
    refused(check(PG_BUY, 10000, INT64_MAX), PG_LIMIT_POSITION, "");
    int64_t room[2];
    pg_risk_room(risk, market, now, room);
    assert_int_equal(room[0], 3 * ONE);
    assert_int_equal(room[1], 7 * ONE);
    /* Beyond it only what reduces goes, and never through zero. */
    open_orders.size[0] = 0;
    pg_risk_limit limit;
    pg_risk_position(risk, market, 5 * ONE);
    assert_int_equal(pg_risk_get_state(risk, market, now, &limit), PG_RISK_NORMAL);
    pg_risk_position(risk, market, 5 * ONE + 1);
    assert_int_equal(pg_risk_get_state(risk, market, now, &limit), PG_RISK_REDUCE_ONLY);
    assert_int_equal(limit, PG_LIMIT_POSITION);
    assert_int_equal(pg_risk_limit_consequence(limit), PG_RISK_REDUCES);
    refused(check(PG_BUY, 10000, 1), PG_LIMIT_POSITION, "may only be reduced");
    allowed(check(PG_SELL, 10000, 5 * ONE + 1));
    refused(check(PG_SELL, 10000, 5 * ONE + 2), PG_LIMIT_POSITION, "only be reduced");
    open_orders.size[1] = 2 * ONE;
    allowed(check(PG_SELL, 10000, 3 * ONE + 1));
    refused(check(PG_SELL, 10000, 3 * ONE + 2), PG_LIMIT_POSITION, "");
    pg_request r = request(PG_REQUEST_NEW, PG_SELL, 10000, 9 * ONE);
    r.reduce_only = true; /* the venue sees to it */
    allowed(pg_risk_check(risk, market, &r, &open_orders, now, &verdict));
    r = request(PG_REQUEST_REPLACE, PG_BUY, 10000, 1); /* even a smaller one, on the side that increases */
    r.open = 5;
    refused(pg_risk_check(risk, market, &r, &open_orders, now, &verdict), PG_LIMIT_POSITION, "");
    pg_risk_room(risk, market, now, room);
    assert_int_equal(room[0], 0);
    assert_int_equal(room[1], 5 * ONE + 1);
    pg_risk_position(risk, market, -6 * ONE);
    pg_risk_room(risk, market, now, room);
    assert_int_equal(room[0], 6 * ONE);
    assert_int_equal(room[1], 0);
}

static void test_position_value(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_position_usd = 500 });
    allowed(check(PG_BUY, 9000, 5 * ONE)); /* at the mark, not at its price */
    refused(check(PG_SELL, 12000, 5 * ONE + 1), PG_LIMIT_POSITION_USD, "500.01");
    pg_risk_position(risk, market, 5 * ONE);
    assert_int_equal(pg_risk_get_state(risk, market, now, NULL), PG_RISK_NORMAL);
    pg_risk_mark(risk, market, MARK_X2 + 1); /* the value grows by itself */
    pg_risk_limit limit;
    assert_int_equal(pg_risk_get_state(risk, market, now, &limit), PG_RISK_REDUCE_ONLY);
    assert_int_equal(limit, PG_LIMIT_POSITION_USD);
    char text[PG_RISK_TEXT];
    assert_non_null(strstr(pg_risk_explain(risk, market, now, text), "500.0"));
    pg_risk_mark(risk, market, MARK_X2);
    assert_int_equal(pg_risk_get_state(risk, market, now, NULL), PG_RISK_NORMAL);
    assert_string_equal(pg_risk_explain(risk, market, now, text), "");
    int64_t room[2];
    pg_risk_room(risk, market, now, room);
    assert_int_equal(room[0], 0);
    assert_int_equal(room[1], 10 * ONE);
}

/* What a replacement adds: what it is larger than the order; all of it where it is set afresh. */
static void test_replacement(void **state)
{
    (void)state;
    const pg_risk_limits limits = { .max_position = 5 };
    make(&limits);
    int fresh = add_market(0, "BTC", true, NULL);
    open_orders.size[0] = 4 * ONE;
    pg_request r = request(PG_REQUEST_REPLACE, PG_BUY, 10000, 5 * ONE);
    r.open = 4 * ONE;
    allowed(pg_risk_check(risk, market, &r, &open_orders, now, &verdict));
    refused(pg_risk_check(risk, fresh, &r, &open_orders, now, &verdict), PG_LIMIT_POSITION, "");
    r.size = ONE;
    allowed(pg_risk_check(risk, fresh, &r, &open_orders, now, &verdict));
    r.size = ONE + 1;
    refused(pg_risk_check(risk, fresh, &r, &open_orders, now, &verdict), PG_LIMIT_POSITION, "");
    r.size = 5 * ONE + 1;
    refused(pg_risk_check(risk, market, &r, &open_orders, now, &verdict), PG_LIMIT_POSITION, "");
}

/* ---- accounts ---- */

static void test_account(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_gross_usd = 1000, .max_net_usd = 600 });
    int other = add_market(0, "BTC", false, NULL), foreign = add_market(1, "BTC", false, NULL);
    pg_risk_position(risk, other, -5 * ONE); /* 500 short */
    pg_risk_position(risk, foreign, 50 * ONE);
    allowed(check(PG_BUY, 10000, 5 * ONE));
    refused(check(PG_BUY, 10000, 5 * ONE + 1), PG_LIMIT_GROSS, "1000.0");
    refused(check(PG_SELL, 10000, ONE + 1), PG_LIMIT_NET, "short by 600.01");
    allowed(check(PG_SELL, 10000, ONE));
    pg_risk_open asks = { .size = { 0, 2 * ONE } }; /* what is open there counts too */
    pg_risk_set_open(risk, other, &asks);
    refused(check(PG_SELL, 10000, 1), PG_LIMIT_NET, "");
    refused(check(PG_BUY, 10000, 3 * ONE + 1), PG_LIMIT_GROSS, "");
    allowed(check(PG_BUY, 10000, 3 * ONE));
    /* Over both limits by the marks alone: what reduces goes all the same. */
    pg_risk_set_open(risk, other, &(pg_risk_open){ 0 });
    pg_risk_position(risk, market, -9 * ONE);
    allowed(check(PG_BUY, 10000, 9 * ONE));
    refused(check(PG_SELL, 10000, 1), PG_LIMIT_GROSS, "");
    allowed(pg_risk_check(risk, foreign,
                          &(pg_request){ .kind = PG_REQUEST_NEW, .side = PG_SELL, .price = 1, .size = 1 }, &open_orders,
                          now, &verdict));
}

/* Spec hyperliquid.md, 19.4: growth of the larger side over the leverage, a buffer of 5 %, the taker fee. */
static void test_margin(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .leverage = 2, .taker_fee = 0.001 });
    refused(check(PG_BUY, 10000, ONE), PG_LIMIT_MARGIN, "not known yet");
    pg_risk_position(risk, market, ONE);
    pg_risk_margin(risk, 0, 526 * 100000); /* 52.6: an order of 100 needs 50 + 2.5 + 0.1 */
    allowed(check(PG_BUY, 10000, ONE));
    refused(check(PG_BUY, 10001, ONE + 1), PG_LIMIT_MARGIN, "52.6");
    allowed(check(PG_SELL, 10000, 2 * ONE));        /* to the same size on the other side: none */
    allowed(check(PG_SELL, 10000, 2 * ONE + 9900)); /* the reference's fee is of the whole order */
    refused(check(PG_SELL, 10000, 3 * ONE), PG_LIMIT_MARGIN, "are free");
    open_orders.size[0] = ONE / 2; /* what is open has its part */
    refused(check(PG_BUY, 10000, ONE / 2 + 200), PG_LIMIT_MARGIN, "");
    int other = add_market(0, "BTC", false, NULL);
    pg_risk_set_open(risk, other, &(pg_risk_open){ .size = { ONE, 0 } });
    refused(check(PG_BUY, 10000, ONE / 4), PG_LIMIT_MARGIN, "");
    pg_risk_margin(risk, 0, 0);
    open_orders.size[0] = 0;
    allowed(check(PG_SELL, 10000, ONE));
}

static void test_self_cross(void **state)
{
    (void)state;
    make(NULL);
    int second_strategy = add_market(0, "ETH", false, NULL), third = add_market(0, "ETH", false, NULL);
    int other_account = add_market(1, "ETH", false, NULL), other_symbol = add_market(0, "BTC", false, NULL);
    const pg_risk_open near = { .size = { ONE, ONE }, .best = { 9990, 10010 }, .count = 2 };
    pg_risk_set_open(risk, other_account, &(pg_risk_open){ .best = { 10000, 10001 } });
    pg_risk_set_open(risk, other_symbol, &(pg_risk_open){ .best = { 10000, 10001 } });
    allowed(check(PG_BUY, 10050, ONE));
    pg_risk_set_open(risk, third, &near);
    allowed(check(PG_BUY, 10009, ONE));
    refused(check(PG_BUY, 10010, ONE), PG_LIMIT_SELF_CROSS, "100.1 of another strategy");
    assert_int_equal(verdict.reason, PG_REASON_SELF_TRADE);
    allowed(check(PG_SELL, 9991, ONE));
    refused(check(PG_SELL, 9990, ONE), PG_LIMIT_SELF_CROSS, "");
    pg_request r = request(PG_REQUEST_REPLACE, PG_BUY, 10011, ONE);
    refused(pg_risk_check(risk, second_strategy, &r, &open_orders, now, &verdict), PG_LIMIT_SELF_CROSS, "");
    allowed(pg_risk_check(risk, third, &r, &near, now, &verdict)); /* one's own is one's own business */
}

/* ---- what pulls and what shuts down ---- */

static void expect_state(pg_risk_state expected, pg_risk_limit why)
{
    pg_risk_limit limit;
    pg_risk_state is = pg_risk_get_state(risk, market, now, &limit);
    if (is != expected || limit != why)
        fail_msg("%s by %s, not %s by %s", pg_risk_state_name(is), pg_risk_limit_name(limit),
                 pg_risk_state_name(expected), pg_risk_limit_name(why));
    char text[PG_RISK_TEXT];
    pg_risk_explain(risk, market, now, text);
    assert_int_equal(text[0] != 0, expected != PG_RISK_NORMAL);
    int64_t room[2];
    pg_risk_room(risk, market, now, room);
    if (expected >= PG_RISK_PULL) {
        assert_int_equal(room[0] + room[1], 0);
        refused(check(PG_BUY, 10000, 1), why, "");
        pg_request cancel = request(PG_REQUEST_CANCEL, PG_BUY, 0, 0);
        allowed(pg_risk_check(risk, market, &cancel, &open_orders, now, &verdict));
    }
}

static void test_ages(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_book_age_s = 5, .max_trades_age_s = 60, .max_account_age_s = 10 });
    expect_state(PG_RISK_PULL, PG_LIMIT_BOOK_AGE); /* nothing heard yet */
    pg_risk_heard(risk, market, PG_FEED_BOOK, now);
    expect_state(PG_RISK_PULL, PG_LIMIT_TRADES_AGE);
    pg_risk_heard(risk, market, PG_FEED_TRADES, now);
    expect_state(PG_RISK_PULL, PG_LIMIT_ACCOUNT_AGE);
    pg_risk_heard(risk, market, PG_FEED_ACCOUNT, now);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    now += 5 * second;
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    now += 1;
    expect_state(PG_RISK_PULL, PG_LIMIT_BOOK_AGE);
    pg_risk_heard(risk, market, PG_FEED_BOOK, now); /* back when fresh */
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    now = start_ns + 10 * second + 1;
    pg_risk_heard(risk, market, PG_FEED_BOOK, now);
    expect_state(PG_RISK_PULL, PG_LIMIT_ACCOUNT_AGE);
    int other = add_market(0, "BTC", false, NULL);
    pg_risk_heard(risk, other, PG_FEED_ACCOUNT, now); /* one stream for all markets of the account */
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    now -= 3600 * second; /* the clock is set back: the age counts from then on */
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    now += 5 * second + 1;
    expect_state(PG_RISK_PULL, PG_LIMIT_BOOK_AGE);
}

static void test_cascade(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .cascade_pull = 0.8 });
    pg_risk_cascade(risk, market, 0.79);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    pg_risk_cascade(risk, market, 0.8);
    expect_state(PG_RISK_PULL, PG_LIMIT_CASCADE);
    pg_risk_cascade(risk, market, 0.61);
    expect_state(PG_RISK_PULL, PG_LIMIT_CASCADE);
    pg_risk_cascade(risk, market, 0.59);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    pg_risk_cascade(risk, market, (double)NAN);
    expect_state(PG_RISK_PULL, PG_LIMIT_CASCADE);
}

static void test_holds(void **state)
{
    (void)state;
    make(NULL);
    int other = add_market(0, "BTC", false, NULL);
    pg_risk_hold(risk, market, PG_HOLD_SCRIPT, true);
    pg_risk_hold(risk, -1, PG_HOLD_LEDGER, true);
    expect_state(PG_RISK_PULL, PG_LIMIT_HOLD);
    char text[PG_RISK_TEXT];
    assert_string_equal(pg_risk_explain(risk, market, now, text), "hold: the ledger has no room, the script failed");
    pg_risk_hold(risk, -1, PG_HOLD_LEDGER, false);
    expect_state(PG_RISK_PULL, PG_LIMIT_HOLD);
    assert_int_equal(pg_risk_get_state(risk, other, now, NULL), PG_RISK_NORMAL);
    pg_risk_hold(risk, market, PG_HOLD_SCRIPT, false);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
}

static void test_daily_loss(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_daily_loss_usd = 50 });
    now = start_ns + 86400 * second - 10;
    pg_risk_equity(risk, 0, 1000 * 1000000LL, now);
    pg_risk_equity(risk, 0, 950 * 1000000LL, now + 1);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    now += 10; /* a new day begins with the last equity of the old one */
    pg_risk_equity(risk, 0, 900 * 1000000LL, now);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    pg_risk_transfer(risk, 0, -200 * 1000000LL); /* paid out: no loss */
    pg_risk_equity(risk, 0, 700 * 1000000LL, now);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    pg_risk_equity(risk, 0, 700 * 1000000LL - 1, now);
    expect_state(PG_RISK_SHUTDOWN, PG_LIMIT_DAILY_LOSS);
    assert_non_null(strstr(pg_risk_killed(risk), "max_daily_loss_usd"));
    pg_risk_equity(risk, 0, 2000 * 1000000LL, now); /* latched */
    expect_state(PG_RISK_SHUTDOWN, PG_LIMIT_DAILY_LOSS);
    pg_risk_kill(risk, "another reason");
    assert_non_null(strstr(pg_risk_killed(risk), "max_daily_loss_usd"));
    pg_risk_reset(risk);
    assert_null(pg_risk_killed(risk));
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    pg_risk_equity(risk, 0, 1950 * 1000000LL, now);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
}

static void test_drawdown(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_drawdown = 0.05 });
    pg_risk_equity(risk, 0, 1000 * 1000000LL, now);
    pg_risk_equity(risk, 0, 1200 * 1000000LL, now);
    pg_risk_equity(risk, 0, 1140 * 1000000LL, now); /* 5 % */
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    pg_risk_equity(risk, 0, 1140 * 1000000LL - 1, now);
    expect_state(PG_RISK_SHUTDOWN, PG_LIMIT_DRAWDOWN);
    assert_non_null(strstr(pg_risk_killed(risk), "1200.00"));
}

/* What an earlier process of the day lost counts. */
static void test_restore(void **state)
{
    (void)state;
    make(&(pg_risk_limits){ .max_daily_loss_usd = 50, .max_drawdown = 0.5 });
    pg_risk_restore(risk, 0, 1000 * 1000000LL, 1500 * 1000000LL, now + 3600 * second);
    now += 3600 * second;
    pg_risk_equity(risk, 0, 950 * 1000000LL, now);
    expect_state(PG_RISK_NORMAL, PG_LIMIT_NONE);
    pg_risk_equity(risk, 0, 949 * 1000000LL, now);
    expect_state(PG_RISK_SHUTDOWN, PG_LIMIT_DAILY_LOSS);
}

static void test_kill(void **state)
{
    (void)state;
    make(NULL);
    pg_risk_kill(risk, "by hand");
    expect_state(PG_RISK_SHUTDOWN, PG_LIMIT_KILL);
    assert_string_equal(pg_risk_killed(risk), "by hand");
}

/* ---- configuration ---- */

static void test_bounds(void **state)
{
    (void)state;
    int count;
    const pg_risk_field *fields = pg_risk_fields(&count);
    pg_error err;
    for (int i = 0; i < count; i++) {
        static const double bad[] = { -1, (double)NAN, (double)INFINITY, 1e300 };
        for (int k = 0; k < 4; k++) {
            pg_risk_limits limits = { .max_orders_per_s = 1, .cascade_pull = 1e3 };
            *(double *)((char *)&limits + fields[i].offset) = bad[k];
            assert_int_equal(pg_risk_limits_check(&limits, &err), PG_ERR_RANGE);
            assert_non_null(strstr(err.what, fields[i].name));
        }
    }
    assert_int_equal(pg_risk_limits_check(&(pg_risk_limits){ .cascade_pull = 0.5, .cascade_resume = 0.6 }, &err),
                     PG_ERR_RANGE);
    assert_int_equal(pg_risk_limits_check(&(pg_risk_limits){ .burst = 5 }, &err), PG_ERR_RANGE);
    make(NULL);
    int added;
    pg_instrument in = instrument("SOL");
    const pg_risk_limits tiny = { .max_order_size = 1e-6 }; /* below a lot: no order could pass, or every one */
    assert_int_equal(pg_risk_add_market(risk, &added, 0, &in, false, &tiny, &err), PG_ERR_RANGE);
    assert_int_equal(pg_risk_add_market(risk, &added, PG_RISK_ACCOUNTS, &in, false, NULL, &err), PG_ERR_RANGE);
    for (int i = 1; i < PG_RISK_MARKETS; i++)
        assert_int_equal(pg_risk_add_market(risk, &added, 0, &in, false, NULL, &err), PG_OK);
    assert_int_equal(pg_risk_add_market(risk, &added, 0, &in, false, NULL, &err), PG_ERR_FULL);
}

/* Tightening at once; every loosening is refused, named, and changes nothing. */
static void test_reload(void **state)
{
    (void)state;
    const pg_risk_limits old = { .max_order_usd = 1000,
                                 .max_order_size = 5,
                                 .max_orders_per_s = 10,
                                 .burst = 5,
                                 .max_distance_bps = 100,
                                 .max_open_orders = 20,
                                 .max_position_usd = 10000,
                                 .max_position = 50,
                                 .max_gross_usd = 20000,
                                 .max_net_usd = 20000,
                                 .max_daily_loss_usd = 500,
                                 .max_drawdown = 0.1,
                                 .max_book_age_s = 5,
                                 .max_trades_age_s = 5,
                                 .max_account_age_s = 5,
                                 .cascade_pull = 0.8,
                                 .cascade_resume = 0.6,
                                 .leverage = 2,
                                 .margin_buffer = 0.05,
                                 .taker_fee = 0.001 };
    int count;
    const pg_risk_field *fields = pg_risk_fields(&count);
    for (int i = 0; i < count; i++) {
        bool reversed = strcmp(fields[i].name, "margin_buffer") == 0 || strcmp(fields[i].name, "taker_fee") == 0;
        for (int k = 0; k < 3; k++) {
            pg_error err = { 0 };
            pg_risk_limits limits = old;
            double *value = (double *)((char *)&limits + fields[i].offset);
            *value *= k == 0 ? 0.9 : 1.1;
            if (k == 2)
                *value = 0;
            bool is_default = k == 2 && (!strcmp(fields[i].name, "margin_buffer") || !strcmp(fields[i].name, "burst") ||
                                         !strcmp(fields[i].name, "cascade_resume"));
            bool dependent =
                k == 2 && (!strcmp(fields[i].name, "max_orders_per_s") || !strcmp(fields[i].name, "cascade_pull"));
            if (is_default || dependent)
                continue;
            bool loosens = reversed ? k != 1 : k != 0;
            make(&old);
            pg_status status = pg_risk_reload(risk, -1, &limits, false, &err);
            if ((status != PG_OK) != loosens)
                fail_msg("%s, change %d: %s", fields[i].name, k, err.what);
            if (loosens)
                assert_non_null(strstr(err.what, fields[i].name));
            assert_int_equal(pg_risk_reload(risk, -1, &limits, true, &err), PG_OK);
            teardown(NULL);
        }
    }
    /* It works on the next request, on accounts at once, and on a market with limits of its own only if that is meant. */
    make(&(pg_risk_limits){ .max_drawdown = 0.5, .max_order_size = 5 });
    const pg_risk_limits own = { .max_order_size = 9 };
    int other = add_market(0, "BTC", false, &own);
    pg_risk_equity(risk, 0, 100, now);
    pg_risk_equity(risk, 0, 80, now);
    const pg_request r = request(PG_REQUEST_NEW, PG_BUY, 10000, 4 * ONE);
    allowed(check(PG_BUY, 10000, 4 * ONE));
    const pg_risk_limits tighter = { .max_drawdown = 0.3, .max_order_size = 3 };
    assert_int_equal(pg_risk_reload(risk, -1, &tighter, false, NULL), PG_OK);
    refused(check(PG_BUY, 10000, 4 * ONE), PG_LIMIT_ORDER_SIZE, "limit is 3");
    allowed(pg_risk_check(risk, other, &r, &open_orders, now, &verdict));
    assert_int_equal(pg_risk_reload(risk, other, &(pg_risk_limits){ .max_order_size = 2 }, false, NULL), PG_OK);
    refused(pg_risk_check(risk, other, &r, &open_orders, now, &verdict), PG_LIMIT_ORDER_SIZE, "limit is 2");
    const pg_risk_limits tightest = { .max_drawdown = 0.1, .max_order_size = 3 };
    assert_int_equal(pg_risk_reload(risk, -1, &tightest, false, NULL), PG_OK);
    expect_state(PG_RISK_SHUTDOWN, PG_LIMIT_DRAWDOWN);
    assert_int_equal(pg_risk_reload(risk, 7, &tightest, false, NULL), PG_ERR_INVALID);
}

static void take_line(void *self, const char *name, const char *value, const char *consequence, const char *doc)
{
    char *text = self;
    size_t length = strlen(text);
    snprintf(text + length, 8192 - length, "%s=%s/%s;", name, value, consequence);
    assert_true(doc[0]);
}

static void test_describe(void **state)
{
    (void)state;
    static char text[8192];
    pg_risk_limits limits = { .max_position_usd = 10000, .max_drawdown = 0.05, .max_book_age_s = 5 };
    assert_int_equal(pg_risk_limits_check(&limits, NULL), PG_OK);
    pg_risk_describe(&limits, text, take_line);
    assert_non_null(strstr(text, "max_position_usd=10,000.00 USD/reduce_only;"));
    assert_non_null(strstr(text, "max_drawdown=5%/shutdown;"));
    assert_non_null(strstr(text, "max_book_age_s=5 s/pull;"));
    assert_non_null(strstr(text, "max_order_usd=none/reject;"));
}

/* What pg_risk_look reads from an order manager, wherever its replacements end. */
static void swallow(void *self, const pg_request *r)
{
    (void)self;
    (void)r;
}

static void test_look(void **state)
{
    (void)state;
    static pg_orders orders;
    pg_orders_init(&orders, (pg_gateway){ NULL, swallow }, 1);
    pg_request bid = request(PG_REQUEST_NEW, PG_BUY, 100, 10), ask = request(PG_REQUEST_NEW, PG_SELL, 110, 7);
    pg_orders_place(&orders, &bid, true, now);
    pg_orders_place(&orders, &ask, true, now);
    ask.price = 112;
    pg_orders_place(&orders, &ask, true, now);
    orders.order[0].state = orders.order[2].state = PG_ORDER_LIVE;
    pg_orders_replace(&orders, &orders.order[0], 103, 12, 0);
    pg_orders_replace(&orders, &orders.order[2], 108, 3, 0);
    pg_risk_open open;
    pg_risk_look(&open, &orders);
    assert_int_equal(open.count, 3);
    assert_int_equal(open.size[0], 12);
    assert_int_equal(open.size[1], 14);
    assert_int_equal(open.best[0], 103);
    assert_int_equal(open.best[1], 108);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_input),    TEST(test_order),          TEST(test_open_orders), TEST(test_rate),
        TEST(test_position), TEST(test_position_value), TEST(test_replacement), TEST(test_account),
        TEST(test_margin),   TEST(test_self_cross),     TEST(test_ages),        TEST(test_cascade),
        TEST(test_holds),    TEST(test_daily_loss),     TEST(test_drawdown),    TEST(test_restore),
        TEST(test_kill),     TEST(test_bounds),         TEST(test_reload),      TEST(test_describe),
        TEST(test_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

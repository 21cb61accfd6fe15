/* Spot pairs, perpetuals of a builder's exchange, and sub-accounts, traded through venue.h on the built-in exchange. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/scratch.h"
#include "support/hyperliquid_venue.h"

enum { MARKET_HYPE = 3, MARKET_SP = 4, HYPE = 0, SP500 = 1 };

#define USDC_ID "USDC:0x6d1e7cde53ba9467b783cb7c530ce054"

static host_test *h;

static void act(const pg_hl_action *action)
{
    cJSON *answer = exchange_act(&h->exchange, 0, action);
    const cJSON *status = cJSON_GetObjectItem(answer, "status");
    if (!cJSON_IsString(status) || strcmp(status->valuestring, "ok") != 0)
        fail_msg("%s", h->exchange.body);
    cJSON_Delete(answer);
}

/* 20,000 USD for the builder's exchange and 30,000 for spot. */
static void move_money(void)
{
    pg_hl_action send = { .kind = PG_HL_SEND_ASSET };
    send.send.destination = h->exchange.address[0];
    send.send.source_dex = "";
    send.send.destination_dex = "xyz";
    send.send.token = USDC_ID;
    send.send.amount = "20000";
    send.send.from_sub_account = "";
    act(&send);
    pg_hl_action spot = { .kind = PG_HL_USD_CLASS_TRANSFER };
    spot.send.amount = "30000";
    act(&spot);
}

/* HYPE: bids of 100 at 40.00, 39.99, 39.98, asks of 100 at 40.02, ...; SP500: bids of 10 at 6500.0, ... */
static void serve(void)
{
    static const pg_hl_exchange_coin coins[] = { { .name = "BTC", .size_decimals = 5 },
                                                 { .name = "ETH", .size_decimals = 4, .max_leverage = 25 },
                                                 { .name = "PURR/USDC", .size_decimals = 0 },
                                                 { .name = "HYPE/USDC", .size_decimals = 2 },
                                                 { .name = "xyz:SP500", .size_decimals = 3, .max_leverage = 20 } };
    pg_hl_exchange_config server = host_exchange_config(h);
    server.coins = coins;
    server.coin_count = 5;
    server.waive_volume = true;
    host_serve(h, &server);
    h->exchange.nonce -= 100000; /* the venue signs with the same key: it shall not meet the test's own nonces */
    for (int i = 0; i < 3; i++) {
        exchange_level(&h->exchange, MARKET_HYPE, PG_BUY, 40000000 - 10000 * i, 10000);
        exchange_level(&h->exchange, MARKET_HYPE, PG_SELL, 40020000 + 10000 * i, 10000);
        exchange_level(&h->exchange, MARKET_SP, PG_BUY, 6500000 - 100 * i, 10000);
        exchange_level(&h->exchange, MARKET_SP, PG_SELL, 6500200 + 100 * i, 10000);
    }
    move_money();
}

static void connect_symbols(const char *const *symbols, int count, const pg_venue_option *option)
{
    pg_error err = { 0 };
    pg_venue_config config = host_config(h);
    config.symbols = symbols;
    config.symbol_count = count;
    config.options = option;
    config.option_count = option != NULL;
    exchange_check(host_connect(h, &config, &err), &err);
    if (!host_until(h, h->ready || h->failures) || !h->ready)
        fail_msg("not ready: %s", h->failure.what);
}

static int set_up(void **state)
{
    static const char *const symbols[] = { "HYPE/USDC", "xyz:SP500" };
    (void)state;
    h = calloc(1, sizeof *h);
    serve();
    connect_symbols(symbols, 2, NULL);
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

/* An order of a market; its id. The order manager of the support is for the first market: these are sent past it. */
static void place(int market, uint64_t id, int side, int64_t price, int64_t size, int tif)
{
    pg_submit submit = { .market = market,
                         .request = { .kind = PG_REQUEST_NEW,
                                      .id = id,
                                      .price = price,
                                      .size = size,
                                      .side = (uint8_t)side,
                                      .tif = (uint8_t)tif } };
    pg_venue_submit(h->venue, &submit, 1);
}

static const pg_report *until_said(uint64_t id, int kind)
{
    assert_true(host_until(h, host_said(h, id, kind)));
    h->misfits = 0;
    return host_said(h, id, kind);
}

static const pg_held *held_of(const char *symbol)
{
    for (int i = 0; i < h->account.held_count; i++)
        if (strcmp(h->account_held[i].symbol, symbol) == 0)
            return &h->account_held[i];
    return NULL;
}

static void instruments_and_books(void **state)
{
    (void)state;
    const pg_instrument *hype = pg_venue_instrument(h->venue, HYPE), *sp = pg_venue_instrument(h->venue, SP500);
    assert_int_equal(hype->price_decimals, 6);
    assert_int_equal(hype->size_decimals, 2);
    assert_int_equal(sp->price_decimals, 3);
    assert_int_equal(sp->size_decimals, 3);
    assert_true(host_until(h, pg_book_best(h->book[HYPE], PG_BUY) == 40000000));
    assert_true(host_until(h, pg_book_best(h->book[SP500], PG_SELL) == 6500200));
    int64_t marks = h->marks;
    assert_true(host_until(h, h->marks > marks + 4)); /* of both */
}

/* A spot buyer pays his fee in what he buys. */
static void spot(void **state)
{
    (void)state;
    host_read_account(h);
    int64_t equity_e6 = h->account.equity_e6;
    assert_int_equal(equity_e6, INT64_C(100000000000));
    place(HYPE, 1, PG_BUY, 39900000, 1000, PG_TIF_ALO);
    until_said(1, PG_REPLY_ACCEPTED);
    host_read_account(h);
    assert_int_equal(h->account.order_count, 1);
    assert_int_equal(h->account_orders[0].market, HYPE);
    assert_int_equal(h->account_orders[0].remaining, 1000);
    place(HYPE, 2, PG_BUY, 40020000, 1000, PG_TIF_IOC);
    const pg_report *fill = until_said(2, PG_REPLY_FILL);
    assert_int_equal(fill->reply.size, 1000);
    assert_false(fill->reply.maker);
    assert_true(fill->reply.fee == 28014000); /* 0.07% of 10 at 40.02, in 1e-8 */
    host_read_account(h);
    assert_int_equal(held_of("@107")->market, HYPE);
    assert_int_equal(held_of("@107")->quantity, 999); /* 9.993, in 0.01 */
    assert_true(h->account.equity_e6 < equity_e6 && h->account.equity_e6 > equity_e6 - 1000000);
    place(HYPE, 3, PG_SELL, 40000000, 900, PG_TIF_IOC);
    until_said(3, PG_REPLY_FILL);
    place(HYPE, 4, PG_BUY, 40010000, 100000000, PG_TIF_ALO); /* 40 million USD */
    assert_int_equal(until_said(4, PG_REPLY_REJECTED)->reply.reason, PG_REASON_MARGIN);
}

static void builders_exchange(void **state)
{
    (void)state;
    place(SP500, 1, PG_BUY, 6499000, 1000, PG_TIF_GTC);
    until_said(1, PG_REPLY_ACCEPTED);
    place(SP500, 2, PG_BUY, 6500200, 1000, PG_TIF_IOC);
    assert_int_equal(until_said(2, PG_REPLY_FILL)->reply.size, 1000);
    host_read_account(h);
    assert_int_equal(held_of("xyz:SP500")->market, SP500);
    assert_int_equal(held_of("xyz:SP500")->quantity, 1000);
    assert_int_equal(h->account.order_count, 1);
    assert_int_equal(h->account_orders[0].market, SP500);
}

/* Orders of both lists are found and cancelled. */
static void everything_is_cancelled(void **state)
{
    (void)state;
    place(HYPE, 1, PG_BUY, 39900000, 1000, PG_TIF_ALO);
    place(SP500, 2, PG_BUY, 6499000, 1000, PG_TIF_ALO);
    until_said(1, PG_REPLY_ACCEPTED);
    until_said(2, PG_REPLY_ACCEPTED);
    assert_int_equal(host_open_at_venue(h), 2);
    pg_venue_cancel_all(h->venue, 0, h, host_cancelled);
    assert_true(host_until(h, h->called));
    assert_int_equal(h->remaining, 0);
    assert_int_equal(host_open_at_venue(h), 0);
    until_said(1, PG_REPLY_CANCELLED);
    until_said(2, PG_REPLY_CANCELLED);
}

/* The key of the master trades for its sub-account: orders, fills and positions are the sub-account's. */
static void sub_account(void **state)
{
    static const char *const eth[] = { "ETH" };
    char sub[PG_ADDRESS_TEXT];
    (void)state;
    h = calloc(1, sizeof *h);
    serve();
    pg_hl_action make = { .kind = PG_HL_CREATE_SUB_ACCOUNT };
    make.account.name = "first";
    cJSON *answer = exchange_act(&h->exchange, 0, &make);
    const cJSON *address = cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "response"), "data");
    assert_true(cJSON_IsString(address));
    snprintf(sub, sizeof sub, "%s", address->valuestring);
    cJSON_Delete(answer);
    pg_hl_action give = { .kind = PG_HL_SUB_ACCOUNT_TRANSFER };
    give.account.address = sub;
    give.account.is_deposit = true;
    give.account.usd = 10000000000;
    act(&give);
    connect_symbols(eth, 1, &(pg_venue_option){ "vault", sub });
    uint64_t bid = host_place(h, PG_BUY, 300020, 10000, PG_TIF_IOC);
    assert_true(host_until(h, h->fills == 1 && host_state(h, bid) != PG_ORDER_LIVE));
    host_read_account(h);
    assert_int_equal(held_of("ETH")->quantity, 10000);
    assert_true(h->account.equity_e6 > INT64_C(9900000000) && h->account.equity_e6 < INT64_C(10000000000));
    tear_down(NULL);
}

/* ---- two venue blocks ---- */

enum { TWICE = 100 };

static struct {
    int ready, accepted, unknown, refused;
} other;

static void other_ready(void *self)
{
    (void)self;
    other.ready++;
}

static void other_failed(void *self, const pg_error *err)
{
    (void)self;
    fail_msg("%s", err->what);
}

static void other_events(void *self, int market, const pg_event *events, int count)
{
    (void)self, (void)market, (void)events, (void)count;
}

static void other_report(void *self, const pg_report *report)
{
    (void)self;
    if (report->run != HOST_RUN + 1)
        return;
    other.unknown += report->unknown;
    other.accepted += !report->unknown && report->reply.kind == PG_REPLY_ACCEPTED;
    other.refused += !report->unknown && report->reply.kind == PG_REPLY_REJECTED;
}

static void other_link(void *self, pg_link link, bool up, const char *why)
{
    (void)self, (void)link, (void)up, (void)why;
}

/* Both sign with one key, in the same milliseconds: no nonce is used twice, so that no request is refused or lost. */
static void one_key_for_two(void **state)
{
    static const char *const eth[] = { "ETH" };
    pg_venue *second;
    pg_error err = { 0 };
    (void)state;
    assert_int_equal(scratch_make(NULL), 0);
    h = calloc(1, sizeof *h);
    memset(&other, 0, sizeof other);
    serve();
    pg_venue_config config = host_config(h);
    config.symbols = eth;
    config.symbol_count = 1;
    config.state = scratch_folder;
    exchange_check(host_connect(h, &config, &err), &err);
    config.name = "other";
    config.run = HOST_RUN + 1;
    pg_venue_sink sink = { NULL, other_ready, other_failed, other_events, other_report, other_link, NULL };
    exchange_check(pg_venue_open(&second, &config, h->exchange.loop, sink, &err), &err);
    assert_true(host_until(h, h->ready && other.ready));
    for (int i = 0; i < TWICE; i++) {
        pg_submit submit = { .request = { .kind = PG_REQUEST_NEW,
                                          .id = 1 + (uint64_t)i,
                                          .price = 290000 - 10 * i,
                                          .size = 100,
                                          .side = PG_BUY,
                                          .tif = PG_TIF_ALO } };
        pg_venue_submit(h->venue, &submit, 1);
        pg_venue_submit(second, &submit, 1);
        host_run(h, 1);
    }
    assert_true(host_until(h, host_open_at_venue(h) == 2 * TWICE && other.accepted == TWICE));
    assert_int_equal(h->unknown + other.unknown + other.refused, 0);
    h->misfits = 0; /* these orders were not the order manager's */
    pg_venue_close(second);
    tear_down(NULL);
    scratch_remove(NULL);
}

int main(void)
{
#define with_markets(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_markets(instruments_and_books), with_markets(spot),
        with_markets(builders_exchange),     with_markets(everything_is_cancelled),
        cmocka_unit_test(sub_account),       cmocka_unit_test(one_key_for_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

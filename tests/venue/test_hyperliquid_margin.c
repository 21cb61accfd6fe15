/* What the account's margin does not allow is refused before it is sent; what is not known is left to the venue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hyperliquid_script.h"

#define META                                                                                                           \
    "{\"universe\":[{\"name\":\"BTC\",\"szDecimals\":5,\"maxLeverage\":40},{\"name\":\"ETH\",\"szDecimals\":4,"        \
    "\"maxLeverage\":25,\"marginTableId\":55}],\"marginTables\":[[55,{\"description\":\"\",\"marginTiers\":[{"         \
    "\"lowerBound\":"                                                                                                  \
    "\"0.0\",\"maxLeverage\":25},{\"lowerBound\":\"100000.0\",\"maxLeverage\":10}]}]]}"
#define LONG_3_ETH                                                                                                     \
    "{\"assetPositions\":[{\"type\":\"oneWay\",\"position\":{\"coin\":\"ETH\",\"szi\":\"3.0\",\"entryPx\":\"2900.0\"," \
    "\"liquidationPx\":\"1234.5\"}}],\"crossMarginSummary\":{\"accountValue\":\"1000.0\",\"totalMarginUsed\":\"10."    \
    "0\"},"                                                                                                            \
    "\"marginSummary\":{\"accountValue\":\"1000.0\"},\"time\":1}"

static script_test s;
static pg_account_state account;
static pg_held held;
static uint64_t last;

static int set_up(void **state)
{
    (void)state;
    script_open(&s);
    last = 0;
    script_set(&s, "meta", 200, META, 0);
    s.action_body =
        "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":7}}]}}}";
    assert_true(script_start(&s, NULL, NULL, 0));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    script_close(&s);
    return 0;
}

static void account_read(void *self, const pg_account_state *state, const pg_error *err)
{
    (void)self, (void)err;
    assert_non_null(state);
    account = *state;
    if (state->held_count > 0)
        held = state->held[0];
}

/* Tells what can be traded of ETH, and waits until it has come: an order of BTC is answered behind it. */
static void tell(const char *most_buy, const char *most_sell, int leverage)
{
    script_say(
        s.account_peer,
        "{\"channel\":\"activeAssetData\",\"data\":{\"coin\":\"ETH\",\"leverage\":{\"type\":\"cross\",\"value\":%d},"
        "\"maxTradeSzs\":[\"%s\",\"%s\"],\"markPx\":\"3000.0\"}}",
        leverage, most_buy, most_sell);
    int before = s.actions;
    pg_submit submit = { .market = 1,
                         .request = { .kind = PG_REQUEST_NEW,
                                      .id = 1000 + last++,
                                      .price = 600000,
                                      .size = 100000,
                                      .side = PG_BUY,
                                      .tif = PG_TIF_ALO } };
    pg_venue_submit(s.venue, &submit, 1);
    assert_true(script_until(&s, s.actions > before && script_said(&s, submit.request.id)));
}

/* The reason of the refusal made here of an order of ETH; NONE: it was sent. */
static pg_reason place(int side, int64_t price, int64_t size, bool reduce_only)
{
    pg_submit submit = { .market = 0,
                         .request = { .kind = PG_REQUEST_NEW,
                                      .id = ++last,
                                      .price = price,
                                      .size = size,
                                      .side = (uint8_t)side,
                                      .tif = PG_TIF_GTC,
                                      .reduce_only = reduce_only } };
    int before = s.actions;
    pg_venue_submit(s.venue, &submit, 1);
    assert_true(script_until(&s, script_said(&s, last)));
    assert_int_equal(s.actions - before, !script_said(&s, last)->unsent);
    return (pg_reason)script_said(&s, last)->reply.reason;
}

static void what_is_not_known_is_sent(void **state)
{
    (void)state;
    assert_int_equal(place(PG_BUY, 100000, 10000000, false), PG_REASON_NONE);
}

static void a_price_far_away(void **state)
{
    (void)state;
    tell("100", "100", 10);
    assert_int_equal(place(PG_BUY, 59990, 10000, false), PG_REASON_FAR_PRICE);
    assert_int_equal(place(PG_BUY, 60000, 10000, false), PG_REASON_NONE);
    assert_int_equal(place(PG_SELL, 540000, 10000, false), PG_REASON_NONE);
    assert_int_equal(place(PG_SELL, 540010, 10000, false), PG_REASON_FAR_PRICE);
}

static void more_than_the_margin_allows(void **state)
{
    (void)state;
    tell("2.5", "1.5", 10);
    assert_int_equal(place(PG_BUY, 299900, 25000, false), PG_REASON_NONE);
    assert_int_equal(place(PG_BUY, 299900, 25001, false), PG_REASON_MARGIN);
    assert_int_equal(place(PG_SELL, 300100, 15001, false), PG_REASON_MARGIN);
    assert_int_equal(place(PG_SELL, 300100, 15001, true), PG_REASON_NONE);
}

/* What makes the position smaller needs no margin. */
static void a_position_is_closed(void **state)
{
    (void)state;
    script_set(&s, "clearinghouseState", 200, LONG_3_ETH, 0);
    pg_venue_account(s.venue, NULL, account_read);
    assert_true(script_until(&s, account.held_count == 1));
    assert_int_equal(held.quantity, 30000);
    assert_true(held.liquidation == 1234.5);
    tell("0.1", "0.1", 10);
    assert_int_equal(place(PG_SELL, 300100, 30000, false), PG_REASON_NONE);
    assert_int_equal(place(PG_SELL, 300100, 60001, false), PG_REASON_MARGIN);
    assert_int_equal(place(PG_BUY, 299900, 2000, false), PG_REASON_MARGIN);
}

/* From 100,000 USD on, 10 is the most; at 25 that cannot be held. */
static void the_tier_of_the_leverage(void **state)
{
    (void)state;
    tell("1000", "1000", 25);
    assert_int_equal(place(PG_BUY, 299900, 333333, false), PG_REASON_NONE);
    assert_int_equal(place(PG_BUY, 299900, 333334, false), PG_REASON_CAPPED);
    tell("1000", "1000", 10);
    assert_int_equal(place(PG_BUY, 299900, 333334, false), PG_REASON_NONE);
}

int main(void)
{
#define with_script(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_script(what_is_not_known_is_sent),   with_script(a_price_far_away),
        with_script(more_than_the_margin_allows), with_script(a_position_is_closed),
        with_script(the_tier_of_the_leverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

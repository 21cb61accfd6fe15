/* Lighter through venue.h: what an account and its keys may do, what is due after hours, and starts that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/lighter_venue.h"
#include "venue/lighter/adapter_internal.h" /* what takes hours is made to be due */

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

/* An account whose quota of orders is nearly used up. */
static int set_up_poor(void **state)
{
    (void)state;
    p = calloc(1, sizeof *p);
    pg_lighter_exchange_config config = li_exchange_config(p);
    config.limits = true;
    p->fund[0].quota = 1;
    li_serve(p, &config);
    t = li_join(p, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(p->trader[0].misfits, 0);
    li_close(p);
    free(p);
    return 0;
}

/* ---- limits of the account and its keys ---- */

/* Without quota one order goes, then none for sixteen seconds; cancels are free. */
static void quota_is_used_up(void **state)
{
    (void)state;
    assert_true(pg_venue_has_room(t->venue, 1, false));
    uint64_t last = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, last) == PG_ORDER_LIVE && pg_lighter_quota(t->venue) == 0));
    uint64_t free_one = li_place(t, PG_BUY, 298900, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, free_one) == PG_ORDER_LIVE));
    assert_false(pg_venue_has_room(t->venue, 1, false));
    assert_true(pg_venue_has_room(t->venue, 1, true));
    uint64_t refused = li_place(t, PG_BUY, 298800, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_said(t, refused, PG_REPLY_REJECTED)));
    assert_true(li_said(t, refused, 0)->unsent);
    assert_int_equal(li_said(t, refused, 0)->reply.reason, PG_REASON_RATE);
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(li_open_at_venue(t), 0);
    assert_int_equal(t->unknown, 0);
}

static void posted(void *self, pg_sent sent, const char *answer, size_t size, const pg_error *err)
{
    (void)answer, (void)size;
    li_done(self, sent == PG_SENT_ANSWERED ? NULL : err);
}

/* Key 5 of the account becomes a maker-only one, and is opened again. */
static void reopen_as_maker_only(void)
{
    const char *fields[] = { "account_index", t->account, "api_key_indexes", "[5]", NULL };
    pg_error err = { 0 };
    pg_venue_config config = li_config(p, 0);
    li_venue *venue = (li_venue *)t->venue;
    t->called = false;
    pg_lighter_rest_post(venue->rest, "/api/v1/setMakerOnlyApiKeys", fields, li_token(venue), t, posted);
    assert_true(li_until(p, t->called));
    assert_int_equal(t->call_error.status, PG_OK);
    pg_venue_close(t->venue);
    t->ready = 0;
    li_check(li_connect(p, 0, &config, &err), &err);
    assert_true(li_until(p, t->ready));
}

static void call_arm(void)
{
    t->called = false;
    pg_venue_arm_switch(t->venue, 300, t, li_done);
    assert_true(li_until(p, t->called));
}

static void call_leverage(void)
{
    t->called = false;
    pg_venue_set_leverage(t->venue, 0, 3, true, t, li_done);
    assert_true(li_until(p, t->called));
}

static void maker_only_key(void **state)
{
    static const int refused[] = { PG_TIF_GTC, PG_TIF_IOC };
    (void)state;
    reopen_as_maker_only();
    assert_int_equal(pg_venue_get_facts(t->venue)->switch_least_s, 0);
    assert_true(pg_venue_get_facts(t->venue)->switch_why[0]);
    for (int i = 0; i < 2; i++) {
        uint64_t id = li_place(t, PG_BUY, 299000, 10000, refused[i]);
        assert_true(li_until(p, li_said(t, id, PG_REPLY_REJECTED)));
        assert_true(li_said(t, id, 0)->unsent);
    }
    call_arm();
    assert_int_equal(t->call_error.status, PG_ERR_UNSUPPORTED);
    call_leverage();
    assert_int_equal(t->call_error.status, PG_ERR_UNSUPPORTED);
    for (int i = 0; i < 3; i++)
        li_place(t, PG_BUY, 299000 - 10 * i, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_open_at_venue(t) == 3));
    t->called = false;
    pg_venue_cancel_all(t->venue, 0, t, li_cancelled); /* one by one: it may not cancel all */
    assert_true(li_until(p, t->called));
    assert_int_equal(t->remaining, 0);
    assert_int_equal(li_open_at_venue(t), 0);
    assert_true(li_until(p, t->orders.count == 0));
}

/* ---- what is due after hours ---- */

/* The channels are subscribed anew with another token, and nothing is missed. */
static void token_is_renewed(void **state)
{
    (void)state;
    li_venue *venue = (li_venue *)t->venue;
    char old[PG_LIGHTER_TOKEN_MAX];
    uint64_t before = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, before) == PG_ORDER_LIVE));
    memcpy(old, venue->token, sizeof old);
    venue->token_until_s = li_time() / 1000000000 + 60;
    venue->subscribed_ns[PG_LINK_ACCOUNT] = 0;
    assert_true(li_until(p, venue->subscribed_ns[PG_LINK_ACCOUNT] > 0));
    assert_string_not_equal(venue->token, old);
    assert_true(venue->token_until_s > li_time() / 1000000000 + 6 * 3600);
    uint64_t after = li_place(t, PG_BUY, 300020, 10000, PG_TIF_IOC);
    assert_true(li_until(p, li_said(t, after, PG_REPLY_FILL) && t->orders.count == 1));
    pg_orders_cancel_all(&t->orders);
    assert_true(li_until(p, t->orders.count == 0));
    assert_int_equal(t->downs[PG_LINK_ACCOUNT], 0);
    assert_int_equal(t->position, 10000);
}

static void markets_are_read_again(void **state)
{
    (void)state;
    li_venue *venue = (li_venue *)t->venue;
    li_market *eth = &venue->market[0];
    int64_t min_base = eth->min_base;
    eth->reduce_only = true; /* as if the venue had said so an hour ago */
    eth->min_base = 1000000;
    uint64_t id = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_said(t, id, PG_REPLY_REJECTED)));
    venue->markets_ns = 1;
    assert_true(li_until(p, !eth->reduce_only));
    assert_int_equal(eth->min_base, min_base);
    assert_true(venue->markets_ns > li_time() + 3500 * INT64_C(1000000000));
    id = li_place(t, PG_BUY, 299000, 10000, PG_TIF_ALO);
    assert_true(li_until(p, li_state(t, id) == PG_ORDER_LIVE));
    eth->instrument.price_decimals = 3; /* it was another market then */
    venue->markets_ns = 1;
    assert_true(li_until(p, t->failures == 1));
    assert_non_null(strstr(t->failure.what, "decimals of ETH"));
    pg_orders_cancel_all(&t->orders); /* cancels are still taken */
    assert_true(li_until(p, li_open_at_venue(t) == 0));
}

/* ---- a start that cannot be ---- */

static void wrong_key(void **state)
{
    (void)state;
    pg_error err = { 0 };
    trader *other = &p->trader[1];
    pg_venue_config config = li_config(p, 1);
    config.account = p->trader[0].account; /* whose key 5 is another */
    li_check(li_connect(p, 1, &config, &err), &err);
    assert_true(li_until(p, other->failures == 1));
    assert_non_null(strstr(other->failure.what, "is another"));
    assert_false(other->ready);
}

/* What the venue does not know is not asked for again and again: it is said at once. */
static void unknown_account_or_key(void **state)
{
    (void)state;
    pg_error err = { 0 };
    trader *other = &p->trader[1];
    for (int i = 0; i < 2; i++) {
        pg_venue_config config = li_config(p, 1);
        if (i == 0)
            config.account = "4242";
        else
            p->options[0] = (pg_venue_option){ "api_key_index", "6" };
        li_check(li_connect(p, 1, &config, &err), &err);
        assert_true(li_until(p, other->failures == i + 1));
        assert_non_null(strstr(other->failure.what, i == 0 ? "4242" : "key 6"));
        assert_int_equal(other->ready, 0);
        pg_venue_close(other->venue);
        other->venue = NULL;
    }
}

static void wrong_symbol(void **state)
{
    (void)state;
    static const char *const symbols[] = { "ETH", "NONE" };
    pg_error err = { 0 };
    trader *other = &p->trader[1];
    pg_venue_config config = li_config(p, 1);
    config.symbols = symbols;
    li_check(li_connect(p, 1, &config, &err), &err);
    assert_true(li_until(p, other->failures == 1));
    assert_non_null(strstr(other->failure.what, "NONE"));
}

static void wrong_settings(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_venue_config config = li_config(p, 1);
    pg_venue_option bad[] = { { "api_key_index", "255" } };
    config.options = bad;
    assert_int_equal(li_connect(p, 1, &config, &err), PG_ERR_INVALID);
    config = li_config(p, 1);
    config.account = "0x12";
    assert_int_equal(li_connect(p, 1, &config, &err), PG_ERR_INVALID);
    config = li_config(p, 1);
    config.network = "moon";
    assert_int_equal(li_connect(p, 1, &config, &err), PG_ERR_INVALID);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(quota_is_used_up, set_up_poor, tear_down),
        EACH(maker_only_key),
        EACH(token_is_renewed),
        EACH(markets_are_read_again),
        EACH(wrong_key),
        EACH(unknown_account_or_key),
        EACH(wrong_symbol),
        EACH(wrong_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

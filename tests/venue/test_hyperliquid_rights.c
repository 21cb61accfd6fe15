/* What a key may do on Hyperliquid: agents that expire, builders, the address's actions, the dead-man's switch, the time
 * after an upgrade; and what funding it pays. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hyperliquid_script.h"

#define ACCOUNT "0x00000000000000000000000000000000000000aa"
#define BUILDER "0x00000000000000000000000000000000000000bb"
#define RESTING                                                                                                        \
    "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":7}}]}}}"
#define REFUSED(words)                                                                                                 \
    "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"error\":\"" words "\"}]}}}"

static script_test s;

static int set_up(void **state)
{
    (void)state;
    script_open(&s);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    script_close(&s);
    return 0;
}

/* ---- agents ---- */

static void be_agent(double days)
{
    static char agents[256];
    int64_t until_ms = pg_clock_now(pg_clock_real()) / 1000000 + (int64_t)(days * 86400000);
    snprintf(agents, sizeof agents, "[{\"name\":\"bot\",\"address\":\"%s\",\"validUntil\":%" PRId64 "}]", s.signer,
             until_ms);
    script_set(&s, "userRole", 200, "{\"role\":\"agent\",\"data\":{\"user\":\"" ACCOUNT "\"}}", 0);
    script_set(&s, "extraAgents", 200, agents, 0);
}

static void an_agent_that_lasts(void **state)
{
    (void)state;
    be_agent(30);
    assert_true(script_start(&s, ACCOUNT, NULL, 0));
    assert_true(pg_venue_get_facts(s.venue)->can_trade);
    assert_false(script_logged(&s, "runs out soon"));
}

static void an_agent_that_ends_soon(void **state)
{
    (void)state;
    be_agent(3.1);
    assert_true(script_start(&s, ACCOUNT, NULL, 0));
    assert_true(script_until(&s, script_logged(&s, "runs out soon: approve a new key")));
    assert_true(script_logged(&s, "3 days and 2 hours"));
}

static void an_agent_that_has_ended(void **state)
{
    (void)state;
    be_agent(-1);
    assert_false(script_start(&s, ACCOUNT, NULL, 0));
    assert_non_null(strstr(s.failure.what, "has expired"));
    assert_non_null(strstr(s.failure.what, s.signer));
    assert_non_null(strstr(s.failure.remedy, "approve a new agent"));
}

/* It is in no list: the stream tells. */
static void an_agent_without_a_name(void **state)
{
    (void)state;
    script_set(&s, "userRole", 200, "{\"role\":\"agent\",\"data\":{\"user\":\"" ACCOUNT "\"}}", 0);
    assert_true(script_start(&s, ACCOUNT, NULL, 0));
    script_say(s.account_peer,
               "{\"channel\":\"webData3\",\"data\":{\"userState\":{\"agentAddress\":\"%s\",\"agentValidUntil\":1000}}}",
               s.signer);
    assert_true(script_until(&s, s.failures));
    assert_non_null(strstr(s.failure.what, "has expired"));
    script_place(&s, 1, PG_TIF_ALO);
    assert_true(script_until(&s, script_said(&s, 1)));
    assert_true(script_said(&s, 1)->unsent);
    assert_int_equal(s.actions, 0);
}

static void the_key_of_another(void **state)
{
    (void)state;
    script_set(&s, "userRole", 200, "{\"role\":\"agent\",\"data\":{\"user\":\"" BUILDER "\"}}", 0);
    assert_false(script_start(&s, ACCOUNT, NULL, 0));
    assert_non_null(strstr(s.failure.what, "is an agent of " BUILDER));
}

static void an_account_of_another_kind(void **state)
{
    (void)state;
    script_set(&s, "userAbstraction", 200, "\"unifiedAccount\"", 0);
    assert_true(script_start(&s, NULL, NULL, 0));
    assert_true(script_logged(&s, "shares its margin between spot and perpetuals"));
}

/* ---- builders ---- */

static const pg_venue_option through[] = { { "builder", BUILDER }, { "builder_fee_tenths_bps", "10" } };

static void a_builder_that_is_approved(void **state)
{
    (void)state;
    script_set(&s, "maxBuilderFee", 200, "10", 0);
    assert_true(script_start(&s, NULL, through, 2));
    s.action_body = RESTING;
    script_place(&s, 1, PG_TIF_ALO);
    assert_true(script_until(&s, s.actions == 1));
    assert_non_null(strstr(s.action[0], "\"builder\":{\"b\":\"" BUILDER "\",\"f\":10}"));
}

static void a_builder_that_is_not(void **state)
{
    pg_error err;
    (void)state;
    script_set(&s, "maxBuilderFee", 200, "9", 0);
    assert_false(script_start(&s, NULL, through, 2));
    assert_non_null(strstr(s.failure.what, "may charge 9 tenths of a basis point, not 10"));
    pg_venue_close(s.venue);
    assert_int_equal(script_connect_venue(&s, NULL, through, 1, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "go together"));
}

/* ---- the dead-man's switch ---- */

static void done(void *self, const pg_error *err)
{
    *(pg_error *)self = err ? *err : (pg_error){ .status = PG_ERR_STATE };
}

static void a_switch_that_is_not_earned(void **state)
{
    (void)state;
    pg_error said = { 0 };
    s.network = "testnet";
    script_set(&s, "userRateLimit", 200, "{\"cumVlm\":\"999999.99\",\"nRequestsUsed\":1,\"nRequestsCap\":1009999}", 0);
    assert_true(script_start(&s, NULL, NULL, 0));
    assert_int_equal(pg_venue_get_facts(s.venue)->switch_least_s, 0);
    assert_non_null(strstr(pg_venue_get_facts(s.venue)->switch_why, "it has traded 999999"));
    pg_venue_arm_switch(s.venue, 60, &said, done);
    assert_true(script_until(&s, said.status));
    assert_int_equal(said.status, PG_ERR_UNSUPPORTED);
    assert_int_equal(s.actions, 0); /* no action is spent on it */
}

/* What the venue says when it is asked counts more than the sum. */
static void a_switch_that_is_refused(void **state)
{
    (void)state;
    pg_error said = { 0 };
    s.network = "testnet";
    script_set(&s, "userRateLimit", 200, "{\"cumVlm\":\"1000000.0\",\"nRequestsUsed\":1,\"nRequestsCap\":1010000}", 0);
    assert_true(script_start(&s, NULL, NULL, 0));
    assert_int_equal(pg_venue_get_facts(s.venue)->switch_least_s, 5);
    s.action_body = "{\"status\":\"err\",\"response\":\"Cannot set scheduled cancel time until enough volume traded. "
                    "Required: $1000000. Traded: $12066.75.\"}";
    pg_venue_arm_switch(s.venue, 60, &said, done);
    assert_true(script_until(&s, said.status));
    assert_int_equal(said.status, PG_ERR_UNSUPPORTED);
    assert_int_equal(s.actions, 1);
    assert_int_equal(pg_venue_get_facts(s.venue)->switch_least_s, 0);
    assert_non_null(strstr(pg_venue_get_facts(s.venue)->switch_why, "enough volume"));
}

/* ---- funding ---- */

#define PAID(time, coin, usdc)                                                                                         \
    "{\"time\":" time ",\"coin\":\"" coin "\",\"usdc\":\"" usdc "\",\"szi\":\"1.0\",\"fundingRate\":\"0.0000125\"}"

/* What was settled while nobody listened is told when the host is ready, what is settled later at once, and what the
 * snapshot of the next connection holds once more. */
static void funding_is_told(void **state)
{
    (void)state;
    s.fundings = "[" PAID("1791216000037", "ETH", "-2.38878") "," PAID("1791219600012", "ENA", "1.0") "]";
    assert_true(script_start(&s, NULL, NULL, 0));
    assert_true(script_until(&s, s.payments == 1)); /* ENA is not traded here */
    assert_int_equal(s.paid[0].market, 0);
    assert_int_equal(s.paid[0].time_ns, 1791216000037000000);
    assert_int_equal(s.paid[0].amount_e6, -2388780);
    assert_int_equal(s.paid[0].rate_e12, 12500000);
    script_say(s.account_peer, "{\"channel\":\"userFundings\",\"data\":{\"fundings\":[%s]}}",
               PAID("1791223200000", "BTC", "0.238633"));
    assert_true(script_until(&s, s.payments == 2));
    assert_int_equal(s.paid[1].market, 1);
    assert_int_equal(s.paid[1].amount_e6, 238633);
    pg_peer_close(s.account_peer, true);
    assert_true(script_until(&s, s.payments == 3));
    assert_int_equal(s.paid[2].time_ns, s.paid[0].time_ns);
    assert_int_equal(s.failures, 0);
}

/* ---- actions of the address ---- */

static void actions_are_counted(void **state)
{
    (void)state;
    script_set(&s, "userRateLimit", 200, "{\"cumVlm\":\"5.5\",\"nRequestsUsed\":9997,\"nRequestsCap\":10000}", 0);
    assert_true(script_start(&s, NULL, NULL, 0));
    assert_true(script_logged(&s, "few actions left"));
    assert_int_equal(pg_venue_get_facts(s.venue)->actions_left, 3);
    s.action_body = RESTING;
    for (uint64_t id = 1; id <= 5; id++)
        script_place(&s, id, PG_TIF_ALO);
    assert_true(script_until(&s, s.actions == 3 && s.reports >= 5));
    assert_int_equal(script_said(&s, 3)->reply.kind, PG_REPLY_ACCEPTED);
    for (uint64_t id = 4; id <= 5; id++) {
        assert_true(script_said(&s, id)->unsent);
        assert_int_equal(script_said(&s, id)->reply.reason, PG_REASON_RATE);
    }
    assert_true(script_logged(&s, "used up its actions"));
    assert_false(pg_venue_has_room(s.venue, 1, false));
    assert_true(pg_venue_has_room(s.venue, 1, true));
    script_cancel(&s, 1); /* those may always be sent */
    assert_true(script_until(&s, s.actions == 4));
}

static void the_venue_says_that_they_are_used_up(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = REFUSED("Too many cumulative requests sent (37986 > 10436) for cumulative volume traded $437.92.");
    script_place(&s, 1, PG_TIF_ALO);
    assert_true(script_until(&s, script_said(&s, 1)));
    assert_int_equal(script_said(&s, 1)->reply.reason, PG_REASON_RATE);
    assert_false(script_said(&s, 1)->unsent);
    assert_false(pg_venue_has_room(s.venue, 1, false));
    script_place(&s, 2, PG_TIF_ALO);
    assert_true(script_until(&s, script_said(&s, 2)));
    assert_true(script_said(&s, 2)->unsent);
    assert_int_equal(s.actions, 1);
}

/* ---- upgrades ---- */

static void after_an_upgrade(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = REFUSED("Only post-only orders allowed immediately after a network upgrade");
    script_place(&s, 1, PG_TIF_GTC);
    assert_true(script_until(&s, script_said(&s, 1)));
    assert_int_equal(script_said(&s, 1)->reply.reason, PG_REASON_CLOSED);
    assert_true(script_logged(&s, "post-only orders alone for a while"));
    script_place(&s, 2, PG_TIF_IOC);
    assert_true(script_until(&s, script_said(&s, 2)));
    assert_true(script_said(&s, 2)->unsent);
    assert_int_equal(script_said(&s, 2)->reply.reason, PG_REASON_CLOSED);
    s.action_body = RESTING;
    script_place(&s, 3, PG_TIF_ALO);
    assert_true(script_until(&s, script_said(&s, 3)));
    assert_int_equal(script_said(&s, 3)->reply.kind, PG_REPLY_ACCEPTED);
    assert_false(script_logged(&s, "every kind of order again"));
    s.action_body =
        "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":8}}]}}}";
    uint64_t id = 4; /* tried again and again, until the window is over */
    script_place(&s, id, PG_TIF_GTC);
    while (script_until(&s, script_said(&s, id)) && script_said(&s, id)->unsent && id < 100) {
        double wait = pg_clock_elapsed() + 0.2;
        script_until(&s, pg_clock_elapsed() > wait);
        script_place(&s, ++id, PG_TIF_GTC);
    }
    assert_int_equal(script_said(&s, id)->reply.kind, PG_REPLY_ACCEPTED);
    assert_true(script_logged(&s, "every kind of order again"));
}

int main(void)
{
#define with_script(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_script(an_agent_that_lasts),
        with_script(an_agent_that_ends_soon),
        with_script(an_agent_that_has_ended),
        with_script(an_agent_without_a_name),
        with_script(the_key_of_another),
        with_script(an_account_of_another_kind),
        with_script(a_builder_that_is_approved),
        with_script(a_builder_that_is_not),
        with_script(a_switch_that_is_not_earned),
        with_script(a_switch_that_is_refused),
        with_script(funding_is_told),
        with_script(actions_are_counted),
        with_script(the_venue_says_that_they_are_used_up),
        with_script(after_an_upgrade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

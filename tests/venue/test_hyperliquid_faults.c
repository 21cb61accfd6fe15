/* A Hyperliquid that answers badly: pages instead of data, errors of its servers, refused keys and nonces, answers that
 * never come. Each ends in a clear report and a state that agrees with the venue's. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hyperliquid_script.h"

#define PAGE  "<html><body>502 Bad Gateway</body></html>"
#define VOID  "{\"status\":\"ok\",\"response\":{\"type\":\"default\"}}"
#define CLOID "0x0000000000007e570000000000000001" /* order 1 of the run */
#define STATUS(words)                                                                                                  \
    "{\"status\":\"order\",\"order\":{\"order\":{\"coin\":\"ETH\",\"side\":\"B\",\"limitPx\":\"2999.0\",\"sz\":\"1."   \
    "0\","                                                                                                             \
    "\"oid\":7,\"timestamp\":1,\"origSz\":\"1.0\",\"cloid\":\"" CLOID "\"},\"status\":\"" words                        \
    "\",\"statusTimestamp\":2}}"

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

static const pg_report *until_said(uint64_t id)
{
    assert_true(script_until(&s, script_said(&s, id)));
    return script_said(&s, id);
}

/* ---- the start ---- */

static void a_start_among_errors(void **state)
{
    (void)state;
    script_set(&s, "exchangeStatus", 200, PAGE, 1);
    script_set(&s, "meta", 500, "boom", 1);
    script_set(&s, "userRole", 429, "null", 1);
    script_set(&s, "userFees", 200, "[]", 1);
    assert_true(script_start(&s, NULL, NULL, 0));
    assert_true(script_logged(&s, "too many requests: the venue wants a pause"));
    assert_true(pg_venue_get_facts(s.venue)->can_trade);
}

static void a_clock_that_is_wrong(void **state)
{
    (void)state;
    script_set(&s, "exchangeStatus", 200, "{\"time\":1735689600000}", 0);
    assert_false(script_start(&s, NULL, NULL, 0));
    assert_non_null(strstr(s.failure.what, "the clock here is"));
}

/* 20 s off: orders that expire after 30 would end too soon, or too late. */
static void a_clock_that_orders_cannot_expire_by(void **state)
{
    static char time[64];
    (void)state;
    snprintf(time, sizeof time, "{\"time\":%" PRId64 "}", pg_clock_now(pg_clock_real()) / 1000000 + 20000);
    script_set(&s, "exchangeStatus", 200, time, 0);
    assert_false(script_start(&s, NULL, &(pg_venue_option){ "expires_after_ms", "30000" }, 1));
    assert_non_null(strstr(s.failure.what, "expires_after_ms is 30000"));
}

static void an_unknown_coin(void **state)
{
    (void)state;
    script_set(&s, "meta", 200, "{\"universe\":[{\"name\":\"BTC\",\"szDecimals\":5,\"maxLeverage\":40}]}", 0);
    assert_false(script_start(&s, NULL, NULL, 0));
    assert_non_null(strstr(s.failure.what, "ETH"));
}

/* ---- orders ---- */

/* One of another chain, a wrong key or a revoked agent: the venue recovers another signer. */
static void a_key_that_is_not_taken(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = "{\"status\":\"err\",\"response\":\"User or API Wallet 0xabc does not exist.\"}";
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_REJECTED);
    assert_non_null(strstr(script_said(&s, 1)->words, "does not exist"));
    assert_int_equal(s.failures, 1);
    assert_non_null(strstr(s.failure.remedy, "check key, account and network"));
    script_place(&s, 2, PG_TIF_ALO);
    assert_true(until_said(2)->unsent);
    assert_int_equal(s.actions, 1);
    assert_false(pg_venue_get_facts(s.venue)->can_trade);
}

static void a_signer_that_cannot_be_recovered(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = "{\"status\":\"err\",\"response\":\"Unable to recover signer.\"}";
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_REJECTED);
    assert_int_equal(s.failures, 1);
}

static uint64_t nonce_of(const char *action)
{
    const char *at = strstr(action, "\"nonce\":");
    return at ? strtoull(at + 8, NULL, 10) : 0;
}

/* Whether the last action is the one that does nothing, with the nonce of the first. */
static bool is_voided(void)
{
    const char *last = s.action[s.actions - 1];
    return s.actions > 1 && strstr(last, "\"noop\"") && nonce_of(last) == nonce_of(s.action[0]);
}

/* The venue's servers fail, and the order never comes to be: its nonce is used up before that is said. */
static void an_error_behind_the_order(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_code = 502;
    script_place(&s, 1, PG_TIF_ALO);
    assert_true(script_until(&s, s.unknown == 1));
    s.action_code = 200;
    s.action_body = VOID;
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_REJECTED);
    assert_int_equal(script_said(&s, 1)->reply.reason, PG_REASON_UNSENT);
    assert_true(is_voided());
    assert_int_equal(s.failures, 0);
}

/* The line is cut before the answer, and the order is open. */
static void a_cut_behind_the_order(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = NULL;
    script_set(&s, "orderStatus", 200, STATUS("open"), 0);
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_ACCEPTED);
    assert_int_equal(s.unknown, 1);
    assert_string_equal(script_said(&s, 1)->order_id, "7");
    assert_int_equal(s.actions, 1); /* and was not sent twice */
}

/* Something with this nonce was taken: it may have been this order. */
static void a_nonce_that_was_used(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = "{\"status\":\"err\",\"response\":\"Invalid nonce: duplicate nonce 17\"}";
    script_set(&s, "orderStatus", 200, STATUS("open"), 0);
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_ACCEPTED);
    assert_int_equal(s.unknown, 1);
    assert_int_equal(s.actions, 1);
    assert_int_equal(s.failures, 0);
}

#define TOO_LOW "{\"status\":\"err\",\"response\":\"Invalid nonce: nonce too low 5 < 17\"}"
#define RESTING                                                                                                        \
    "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":7}}]}}}"

/* Nothing of the request has happened: it is signed anew. */
static void a_nonce_that_is_stale(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_first = TOO_LOW;
    s.action_body = RESTING;
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_ACCEPTED);
    assert_int_equal(s.unknown, 0);
    assert_int_equal(s.actions, 2);
    assert_true(nonce_of(s.action[1]) > nonce_of(s.action[0]));
    const char *first = strstr(s.action[0], "\"orders\""), *second = strstr(s.action[1], "\"orders\"");
    assert_true(first && second);
    assert_int_equal(strncmp(first, second, strcspn(first, "]")), 0); /* the same order, of the same client id */
    s.action_first = TOO_LOW;
    s.action_body = "{\"status\":\"ok\",\"response\":{\"type\":\"cancel\",\"data\":{\"statuses\":[\"success\"]}}}";
    script_cancel(&s, 1);
    assert_true(script_until(&s, s.actions == 4));
    assert_non_null(strstr(s.action[3], "cancelByCloid"));
    assert_true(nonce_of(s.action[3]) > nonce_of(s.action[2]));
}

/* Once, and not for ever. */
static void nonces_that_are_all_stale(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = TOO_LOW;
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_REJECTED);
    assert_int_equal(s.unknown, 0);
    assert_int_equal(s.actions, 2);
    s.action_body = RESTING;
    script_place(&s, 2, PG_TIF_ALO);
    assert_int_equal(until_said(2)->reply.kind, PG_REPLY_ACCEPTED);
    assert_int_equal(s.actions, 3);
}

/* A replacement's size was worked out from what was open then: it is refused, and the order stands. */
static void a_replacement_of_a_stale_nonce(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body = RESTING;
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_ACCEPTED);
    s.action_body = TOO_LOW;
    script_set(&s, "orderStatus", 200, STATUS("open"), 0);
    pg_submit submit = { .request = { .kind = PG_REQUEST_REPLACE,
                                      .id = 1,
                                      .price = 299800,
                                      .size = 10000,
                                      .open = 10000,
                                      .side = PG_BUY,
                                      .tif = PG_TIF_ALO } };
    pg_venue_submit(s.venue, &submit, 1);
    assert_true(script_until(&s, script_said(&s, 1)->reply.kind == PG_REPLY_REPLACE_REFUSED));
    assert_int_equal(s.actions, 2);
}

static void too_many_requests(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_code = 429;
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.reason, PG_REASON_RATE);
    assert_false(script_said(&s, 1)->unsent);
    assert_false(pg_venue_has_room(s.venue, 1, false));
}

static void an_action_that_cannot_be_read(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_code = 422;
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_REJECTED);
    assert_int_equal(s.unknown, 0);
}

/* An answer that says nothing of the order: it is asked for, not guessed. */
static void an_answer_of_another_form(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    s.action_body =
        "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[\"success\",\"success\"]}}}";
    script_set(&s, "orderStatus", 200, STATUS("canceled"), 0);
    script_place(&s, 1, PG_TIF_ALO);
    assert_true(script_until(&s, script_said(&s, 1) && script_said(&s, 1)->reply.kind == PG_REPLY_CANCELLED));
    assert_int_equal(s.unknown, 1);
}

/* ---- messages ---- */

static void a_message_that_does_not_matter(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    pg_peer *peer = s.account_peer;
    script_say(peer, "{\"channel\":\"activeAssetData\",\"data\":{\"coin\":\"ETH\",\"leverage\":20}}");
    script_say(peer, "{\"channel\":\"webData3\",\"data\":[]}");
    script_say(peer, "{\"channel\":\"userFundings\",\"data\":{\"fundings\":\"none\"}}");
    script_say(peer, "{\"channel\":\"a channel of tomorrow\",\"data\":{}}");
    s.action_body =
        "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":7}}]}}}";
    script_place(&s, 1, PG_TIF_ALO);
    assert_int_equal(until_said(1)->reply.kind, PG_REPLY_ACCEPTED);
    assert_true(script_logged(&s, "cannot be read"));
    assert_ptr_equal(s.account_peer, peer); /* the same connection */
    assert_int_equal(s.downs, 0);
}

/* It may have been a fill: the connection is made anew. */
static void a_message_that_does(void **state)
{
    (void)state;
    assert_true(script_start(&s, NULL, NULL, 0));
    script_say(s.account_peer, "{\"channel\":\"userFills\",\"data\":{\"fills\":[{\"coin\":\"ETH\"}]}}");
    assert_true(script_until(&s, s.downs == 1 && s.ups == 3)); /* both, and the account's again */
}

int main(void)
{
#define with_script(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_script(a_message_that_does_not_matter),
        with_script(a_message_that_does),
        with_script(a_start_among_errors),
        with_script(a_clock_that_is_wrong),
        with_script(an_unknown_coin),
        with_script(a_clock_that_orders_cannot_expire_by),
        with_script(a_key_that_is_not_taken),
        with_script(a_signer_that_cannot_be_recovered),
        with_script(an_error_behind_the_order),
        with_script(a_cut_behind_the_order),
        with_script(a_nonce_that_was_used),
        with_script(a_nonce_that_is_stale),
        with_script(nonces_that_are_all_stale),
        with_script(a_replacement_of_a_stale_nonce),
        with_script(too_many_requests),
        with_script(an_action_that_cannot_be_read),
        with_script(an_answer_of_another_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

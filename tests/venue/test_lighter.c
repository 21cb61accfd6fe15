/* Lighter: refusals word for word, signed transactions, scaling, and what must not pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <stdio.h>
#include <sys/stat.h>

#include "selftest/selftest.h"
#include "venue/lighter/rules.h"
#include "venue/lighter/rules_scale.h"
#include "venue/lighter/sign.h"

static pg_lighter_tx order(void)
{
    pg_lighter_tx tx = { .type = PG_LIGHTER_CREATE_ORDER };
    tx.value[PG_LIGHTER_ACCOUNT_INDEX] = 12345;
    tx.value[PG_LIGHTER_API_KEY_INDEX] = 5;
    tx.value[PG_LIGHTER_CLIENT_ORDER_INDEX] = 77;
    tx.value[PG_LIGHTER_BASE_AMOUNT] = 317;
    tx.value[PG_LIGHTER_PRICE] = 236132;
    tx.value[PG_LIGHTER_TIME_IN_FORCE] = 2;
    tx.value[PG_LIGHTER_ORDER_EXPIRY] = 1790000900000;
    tx.value[PG_LIGHTER_EXPIRED_AT] = 1790000599000;
    return tx;
}

static void refused(const pg_lighter_tx *tx, const char *reason)
{
    pg_error err = { 0 };
    assert_int_equal(pg_lighter_tx_check(tx, &err), PG_ERR_INVALID);
    assert_string_equal(err.what, reason);
}

static void an_order_is_refused_with_the_reason(void **state)
{
    static const struct {
        pg_lighter_field field;
        int64_t value;
        const char *reason;
    } cases[] = {
        { PG_LIGHTER_BASE_AMOUNT, 0, "BaseAmount should not be less than 1" },
        { PG_LIGHTER_BASE_AMOUNT, (int64_t)1 << 48, "BaseAmount should not be larger than 281474976710655" },
        { PG_LIGHTER_PRICE, 0, "OrderPrice should not be less than 1" },
        { PG_LIGHTER_MARKET_INDEX, 255, "MarketIndex is not valid" },
        { PG_LIGHTER_TYPE, 7, "OrderType is not valid" },
        { PG_LIGHTER_TRIGGER_PRICE, 5, "TriggerPrice is invalid" },
        { PG_LIGHTER_ORDER_EXPIRY, -1, "OrderExpiry is invalid" },
        { PG_LIGHTER_NONCE, -1, "AccountNonce should not be less than 0" },
        { PG_LIGHTER_API_KEY_INDEX, 255, "ApiKeyIndex should not be larger than 254" },
        { PG_LIGHTER_ACCOUNT_INDEX, -2, "AccountIndex should not be less than -1" },
    };
    pg_lighter_tx tx = order();
    (void)state;
    assert_int_equal(pg_lighter_tx_check(&tx, NULL), PG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tx = order();
        tx.value[cases[i].field] = cases[i].value;
        refused(&tx, cases[i].reason);
    }
    tx.type = 43;
    assert_int_equal(pg_lighter_tx_check(&tx, NULL), PG_ERR_UNSUPPORTED);
}

static void attributes_are_sorted_and_refused(void **state)
{
    pg_lighter_tx tx = order();
    pg_error err;
    pg_fp5 plain, nil, folded;
    (void)state;
    assert_int_equal(pg_lighter_tx_hash(&plain, 300, &tx, &err), PG_OK);
    assert_int_equal(pg_lighter_tx_attribute(&tx, 6, 0, &err), PG_OK);
    assert_int_equal(pg_lighter_tx_hash(&nil, 300, &tx, &err), PG_OK);
    assert_true(pg_fp5_equal(&plain, &nil)); /* the value of absence leaves the hash alone */
    assert_int_equal(pg_lighter_tx_attribute(&tx, 4, 1, &err), PG_OK);
    assert_int_equal(tx.attribute[0].type, 4);
    assert_int_equal(pg_lighter_tx_hash(&folded, 300, &tx, &err), PG_OK);
    assert_false(pg_fp5_equal(&plain, &folded));
    assert_int_equal(pg_lighter_tx_attribute(&tx, 4, 1, &err), PG_ERR_INVALID);
    assert_int_equal(pg_lighter_tx_attribute(&tx, 8, 1, &err), PG_OK);
    refused(&tx, "Attribute type is invalid: 8");
}

static void an_order_is_signed_for_its_chain(void **state)
{
    pg_scalar5 key = { { 0x1234, 5, 6, 7, 8 } }, nonce = { { 9, 9, 9, 9, 9 } };
    pg_lighter_signed a, b;
    pg_lighter_tx tx = order();
    pg_error err;
    (void)state;
    assert_int_equal(pg_lighter_sign_with_nonce(&a, 304, &tx, &key, &nonce, &err), PG_OK);
    assert_int_equal(pg_lighter_sign(&b, 304, &tx, &key, &err), PG_OK);
    assert_string_equal(a.hash, b.hash);
    assert_string_not_equal(a.text, b.text);
    assert_int_equal(pg_lighter_sign(&b, 300, &tx, &key, &err), PG_OK);
    assert_string_not_equal(a.hash, b.hash); /* the chain is signed too */
    assert_non_null(strstr(a.text, "\"Price\":236132,"));
    assert_non_null(strstr(a.text, ",\"L2TxAttributes\":null}"));
    tx = (pg_lighter_tx){ .type = PG_LIGHTER_CANCEL_ALL_ORDERS };
    tx.value[PG_LIGHTER_API_KEY_INDEX] = 255;
    assert_int_equal(pg_lighter_tx_check(&tx, &err), PG_OK);
    assert_int_equal(pg_lighter_sign(&b, 300, &tx, &key, &err), PG_ERR_INVALID); /* never signed with */
}

static void text_that_would_break_json_is_refused(void **state)
{
    pg_lighter_tx tx = { .type = PG_LIGHTER_CHANGE_PUB_KEY };
    pg_fp5 hash;
    char small[64];
    uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES] = { 0 };
    pg_error err;
    (void)state;
    snprintf(tx.l1_signature, sizeof tx.l1_signature, "\",\"Nonce\":1");
    refused(&tx, "L1Sig should be 0x and 130 hexadecimal digits, or empty");
    memset(tx.public_key, 0xff, sizeof tx.public_key);
    assert_int_equal(pg_lighter_tx_hash(&hash, 300, &tx, &err), PG_ERR_RANGE);
    assert_int_equal(pg_lighter_tx_info(small, sizeof small, &tx, signature, &err), PG_ERR_RANGE);
}

static void numbers_scale_exactly(void **state)
{
    static const char *const bad[] = { "", ".", "-1", "1e3", "1.2.3", " 1", "nan" };
    int64_t value = 0;
    pg_error err;
    (void)state;
    assert_int_equal(pg_lighter_scale(&value, "0.29", 2, PG_LIGHTER_EXACT, &err), PG_OK);
    assert_int_equal(value, 29);
    assert_int_equal(pg_lighter_scale(&value, "0.001", 2, PG_LIGHTER_UP, &err), PG_OK);
    assert_int_equal(value, 1);
    assert_int_equal(pg_lighter_scale(&value, "0.000", 2, PG_LIGHTER_EXACT, &err), PG_OK);
    assert_int_equal(pg_lighter_scale(&value, "0.001", 2, PG_LIGHTER_EXACT, &err), PG_ERR_RANGE);
    assert_int_equal(pg_lighter_scale(&value, "99999999999999999999", 2, PG_LIGHTER_DOWN, &err), PG_ERR_RANGE);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(pg_lighter_scale(&value, bad[i], 2, PG_LIGHTER_DOWN, &err), PG_ERR_PARSE);
    assert_int_equal(pg_lighter_margin_fraction(&value, 3.0, &err), PG_OK);
    assert_int_equal(value, 3334);
    assert_int_equal(pg_lighter_margin_fraction(&value, 0.5, &err), PG_ERR_RANGE);
    assert_int_equal(pg_lighter_notional(&value, 317, 236132, 1, 4, 2, &err), PG_OK);
    assert_int_equal(value, 317 * 236132);
    assert_int_equal(pg_lighter_notional(&value, ((int64_t)1 << 48) - 1, UINT32_MAX, 1, 4, 2, &err), PG_ERR_RANGE);
}

static void shared_vectors_pass(void **state)
{
    struct stat info;
    int failed = -1;
    (void)state;
    if (stat("../shared/vectors/lighter", &info) != 0)
        skip();
    assert_int_equal(pg_selftest_run("../shared/vectors", "lighter", stdout, &failed), PG_OK);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_refused_with_the_reason),
        cmocka_unit_test(attributes_are_sorted_and_refused),
        cmocka_unit_test(an_order_is_signed_for_its_chain),
        cmocka_unit_test(text_that_would_break_json_is_refused),
        cmocka_unit_test(numbers_scale_exactly),
        cmocka_unit_test(shared_vectors_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Exact decimals against a second arithmetic (128-bit integers), and what Extended refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/random.h"
#include "venue/extended/rules.h"

static pg_exact exact(const char *text)
{
    pg_exact r;
    pg_error err;
    if (pg_exact_parse(&r, text, &err) != PG_OK)
        fail_msg("%s: %s", text, err.what);
    return r;
}

static void shows(const pg_exact *a, const char *text)
{
    char out[PG_EXACT_TEXT];
    assert_int_equal(pg_exact_format(out, sizeof out, a), PG_OK);
    assert_string_equal(out, text);
}

static void reads(const char *text, const char *canonical)
{
    pg_exact a = exact(text);
    shows(&a, canonical);
}

static void refuses(const char *text, pg_status status)
{
    pg_exact a;
    assert_int_equal(pg_exact_parse(&a, text, NULL), status);
    assert_true(pg_exact_is_zero(&a));
}

static void test_text(void **state)
{
    (void)state;
    reads("0", "0");
    reads("-0", "0");
    reads("-0.00", "0");
    reads("007.250", "7.25");
    reads("0.0010000000000000", "0.001");
    reads("82589.0", "82589");
    reads("-12.5", "-12.5");
    reads("100", "100");
    reads("0.0000000000000000000000000000000000001", "0.0000000000000000000000000000000000001");
}

static void test_more_text(void **state)
{
    static const char *const bad[] = { "",     "-",   ".",   ".5", "1.",  "1.2.3", "+1",  "1e5",
                                       "NaN",  "nan", "inf", " 1", "1 ",  "1x",    "--1", "Infinity",
                                       "0x10", "1,5", "1_0", "\n", "1\t", "-.1",   "1.-", "٣" };
    char small[PG_EXACT_TEXT];
    pg_exact a;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuses(bad[i], PG_ERR_PARSE);
    reads("99999999999999999999999999999999999999", "99999999999999999999999999999999999999");
    refuses("100000000000000000000000000000000000000", PG_ERR_RANGE); /* 39 digits */
    a = exact("-1234.5");
    assert_int_equal(pg_exact_format(small, 7, &a), PG_ERR_RANGE);
    assert_string_equal(small, "");
}

static void test_arithmetic(void **state)
{
    pg_exact a = exact("99999999999999999999999999999999999999"), b, r;
    int order;

    (void)state;
    pg_exact_mul(&r, &a, &a);
    shows(&r, "9999999999999999999999999999999999999800000000000000000000000000000000000001");
    b = exact("-99999999999999999999999999999999999999");
    pg_exact_add(&r, &a, &b);
    shows(&r, "0");
    assert_false(r.negative);
    a = exact("0.1");
    b = exact("0.2");
    pg_exact_add(&r, &a, &b);
    shows(&r, "0.3");
    a = exact("1.10");
    b = exact("1.1");
    assert_int_equal(pg_exact_compare(&order, &a, &b), PG_OK);
    assert_int_equal(order, 0);
    a = exact("-2");
    pg_exact_compare(&order, &a, &b);
    assert_int_equal(order, -1);
    b = exact("-3");
    pg_exact_compare(&order, &a, &b);
    assert_int_equal(order, 1);
}

/* Random decimals with four digits after the point against integers. */
static void test_random(void **state)
{
    pg_random random;

    (void)state;
    pg_random_seed(&random, 4);
    for (int i = 0; i < 20000; i++) {
        int64_t x = (int64_t)(pg_random_bits(&random) % 2000000001) - 1000000000;
        int64_t y = (int64_t)(pg_random_bits(&random) % 200001) - 100000;
        int64_t step = (int64_t)(pg_random_bits(&random) % 5000) + 1, down;
        char text[64], other[64];
        pg_exact a, b, s, r, want;
        int order;

        snprintf(text, sizeof text, "%s%lld.%04lld", x < 0 ? "-" : "", (long long)(llabs(x) / 10000),
                 (long long)(llabs(x) % 10000));
        snprintf(other, sizeof other, "%s%lld.%04lld", y < 0 ? "-" : "", (long long)(llabs(y) / 10000),
                 (long long)(llabs(y) % 10000));
        a = exact(text);
        b = exact(other);
        pg_exact_mul(&r, &a, &b);
        snprintf(text, sizeof text, "%s%lld.%08lld", (x < 0) != (y < 0) ? "-" : "",
                 (long long)(llabs(x * y) / 100000000), (long long)(llabs(x * y) % 100000000));
        want = exact(text);
        pg_exact_compare(&order, &r, &want);
        assert_int_equal(order, 0);

        snprintf(text, sizeof text, "%lld.%04lld", (long long)(step / 10000), (long long)(step % 10000));
        s = exact(text);
        down = x / step - (x % step < 0);
        for (int up = 0; up < 2; up++) {
            int64_t rounded = (down + (up && x % step != 0)) * step;
            snprintf(text, sizeof text, "%s%lld.%04lld", rounded < 0 ? "-" : "", (long long)(llabs(rounded) / 10000),
                     (long long)(llabs(rounded) % 10000));
            want = exact(text);
            assert_int_equal(pg_exact_round(&r, &a, &s, up), PG_OK);
            pg_exact_compare(&order, &r, &want);
            assert_int_equal(order, 0);
        }
    }
}

/* The long way of the remainder: numbers beyond 128 bits. */
static void test_wide_rounding(void **state)
{
    pg_exact a = exact("12345678901234567890123456789012345678"), step = exact("0.0000000000000000000000000000007"), r;
    pg_exact zero = exact("0"), minus = exact("-1");

    (void)state;
    assert_int_equal(pg_exact_round(&r, &a, &step, false), PG_OK);
    shows(&r, "12345678901234567890123456789012345677.9999999999999999999999999999994");
    assert_int_equal(pg_exact_round(&r, &a, &step, true), PG_OK);
    shows(&r, "12345678901234567890123456789012345678.0000000000000000000000000000001");
    assert_int_equal(pg_exact_round(&r, &a, &zero, false), PG_ERR_INVALID);
    assert_int_equal(pg_exact_round(&r, &a, &minus, false), PG_ERR_INVALID);
}

static void test_to_integer(void **state)
{
    uint64_t r = 0;
    pg_exact a = exact("18446744073709551615");

    (void)state;
    assert_int_equal(pg_exact_to_u64(&r, &a, true), PG_OK);
    assert_true(r == UINT64_MAX);
    a = exact("18446744073709551615.5");
    assert_int_equal(pg_exact_to_u64(&r, &a, false), PG_OK);
    assert_int_equal(pg_exact_to_u64(&r, &a, true), PG_ERR_RANGE);
    a = exact("18446744073709551616");
    assert_int_equal(pg_exact_to_u64(&r, &a, false), PG_ERR_RANGE);
    a = exact("-0.5");
    assert_int_equal(pg_exact_to_u64(&r, &a, false), PG_ERR_RANGE);
    a = exact("0.0000000000000000000000000000000001");
    assert_int_equal(pg_exact_to_u64(&r, &a, true), PG_OK);
    assert_int_equal(r, 1);
    assert_int_equal(pg_exact_to_u64(&r, &a, false), PG_OK);
    assert_int_equal(r, 0);
}

static pg_extended_market market(void)
{
    return (pg_extended_market){
        .name = "X-USD",
        .min_size = exact("1"),
        .size_step = exact("0.5"),
        .price_tick = exact("5"),
        .price_cap = exact("0.05"),
        .price_floor = exact("0.1"),
        .max_limit_value = exact("10000"),
        .max_market_value = exact("1000"),
        .synthetic_resolution = 1000,
        .collateral_resolution = 1000000,
    };
}

static void code(pg_extended_type type, pg_extended_side side, const char *price, const char *quantity, int expected)
{
    pg_extended_market m = market();
    pg_exact p = exact(price), q = exact(quantity), mark = exact("100");
    assert_int_equal(pg_extended_check(&m, type, side, &p, &q, &mark), expected);
    if (expected)
        assert_string_not_equal(pg_extended_code_name(expected), "an unknown code");
}

static void test_codes(void **state)
{
    (void)state;
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "105", "1.5", 0);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "110", "1.5", PG_EXTENDED_BAD_PRICE);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "5", "1.5", 0); /* far on the passive side */
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_SELL, "90", "1.5", 0);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_SELL, "85", "1.5", PG_EXTENDED_BAD_PRICE);
    code(PG_EXTENDED_MARKET, PG_EXTENDED_SELL, "95", "1.5", 0);
    code(PG_EXTENDED_MARKET, PG_EXTENDED_SELL, "90", "1.5", PG_EXTENDED_BAD_PRICE); /* 5%, not the floor */
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "100", "100", 0);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "100", "100.5", PG_EXTENDED_ABOVE_MAX_VALUE);
    code(PG_EXTENDED_MARKET, PG_EXTENDED_BUY, "100", "10.5", PG_EXTENDED_ABOVE_MAX_VALUE);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "100", "0.5", PG_EXTENDED_BELOW_MIN_SIZE);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "100", "-2", PG_EXTENDED_BELOW_MIN_SIZE);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "100", "1.25", PG_EXTENDED_OFF_STEP);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "101", "1.5", PG_EXTENDED_OFF_TICK);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "0", "1.5", PG_EXTENDED_BAD_PRICE);
    code(PG_EXTENDED_LIMIT, PG_EXTENDED_BUY, "-5", "1.5", PG_EXTENDED_BAD_PRICE);
}

static void test_expiry(void **state)
{
    const uint64_t day = 86400000, now = 1767225600000;

    (void)state;
    assert_int_equal(pg_extended_check_expiry(now + 1, now, true), 0);
    assert_int_equal(pg_extended_check_expiry(now, now, true), PG_EXTENDED_BAD_EXPIRY);
    assert_int_equal(pg_extended_check_expiry(now - 1, now, true), PG_EXTENDED_BAD_EXPIRY);
    assert_int_equal(pg_extended_check_expiry(now + 90 * day, now, true), 0);
    assert_int_equal(pg_extended_check_expiry(now + 90 * day + 1, now, true), PG_EXTENDED_BAD_EXPIRY);
    assert_int_equal(pg_extended_check_expiry(now + 28 * day, now, false), 0);
    assert_int_equal(pg_extended_check_expiry(now + 28 * day + 1, now, false), PG_EXTENDED_BAD_EXPIRY);
}

static void market_price(pg_extended_side side, const char *best, const char *slippage, const char *expected)
{
    pg_extended_market m = market();
    pg_exact b = exact(best), s = exact(slippage), mark = exact("1000"), r;
    assert_int_equal(pg_extended_market_price(&r, &b, &s, &mark, &m, side), PG_OK);
    shows(&r, expected);
}

static void test_market_price(void **state)
{
    pg_extended_market m = market();
    pg_exact r, best = exact("1"), slippage = exact("0.01"), mark = exact("1");

    (void)state;
    market_price(PG_EXTENDED_BUY, "1001", "0.0075", "1010");
    market_price(PG_EXTENDED_SELL, "999", "0.0075", "990");
    market_price(PG_EXTENDED_BUY, "1045", "0.0075", "1050"); /* the band's edge */
    market_price(PG_EXTENDED_SELL, "951", "0.0075", "950");
    market_price(PG_EXTENDED_SELL, "960", "1.5", "950");
    assert_int_equal(pg_extended_market_price(&r, &best, &slippage, &mark, &m, PG_EXTENDED_BUY), PG_ERR_RANGE);
}

static void test_passive_rounding(void **state)
{
    pg_extended_market m = market();
    pg_exact price = exact("101.3"), r;

    (void)state;
    pg_extended_round_price(&r, &price, &m, PG_EXTENDED_BUY, false);
    shows(&r, "100");
    pg_extended_round_price(&r, &price, &m, PG_EXTENDED_SELL, false);
    shows(&r, "105");
    pg_extended_round_price(&r, &price, &m, PG_EXTENDED_BUY, true);
    shows(&r, "105");
    pg_extended_round_price(&r, &price, &m, PG_EXTENDED_SELL, true);
    shows(&r, "100");
    pg_extended_round_quantity(&r, &price, &m);
    shows(&r, "101");
}

static void scale_refused(const char *quantity, const char *price, const char *fee, uint64_t rs, uint64_t rc,
                          uint64_t expiry, pg_status status)
{
    pg_exact q = exact(quantity), p = exact(price), f = exact(fee);
    pg_extended_amounts amounts;
    pg_error err = { 0 };
    assert_int_equal(pg_extended_scale(&amounts, PG_EXTENDED_BUY, &q, &p, &f, NULL, rs, rc, expiry, &err), status);
    assert_true(err.what[0] != '\0');
}

static void test_scale_refuses(void **state)
{
    pg_exact q = exact("9223372036854775.807"), p = exact("0.000001"), f = exact("0");
    pg_extended_amounts amounts;

    (void)state;
    scale_refused("1", "1", "0", 0, 1000000, 1, PG_ERR_INVALID);
    scale_refused("1", "1", "0", 1000, 0, 1, PG_ERR_INVALID);
    scale_refused("1", "1", "0", 1000, 1000000, 0, PG_ERR_INVALID);
    scale_refused("1", "1", "0", 1000, 1000000, UINT64_MAX, PG_ERR_INVALID);
    scale_refused("1", "1", "1", 1000, 1000000, 1, PG_ERR_INVALID); /* a fee as large as the value */
    scale_refused("9223372036854775.808", "0.000001", "0", 1000, 1000000, 1, PG_ERR_RANGE);
    scale_refused("99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "0.1", 1000,
                  1000000, 1, PG_ERR_RANGE);
    assert_int_equal(pg_extended_scale(&amounts, PG_EXTENDED_BUY, &q, &p, &f, NULL, 1000, 1000000, 1, NULL), PG_OK);
    assert_true(amounts.base == INT64_MAX);
    assert_int_equal(amounts.expiration_s, 1 + 14 * 86400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),          cmocka_unit_test(test_more_text),
        cmocka_unit_test(test_arithmetic),    cmocka_unit_test(test_random),
        cmocka_unit_test(test_wide_rounding), cmocka_unit_test(test_to_integer),
        cmocka_unit_test(test_codes),         cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_market_price),  cmocka_unit_test(test_passive_rounding),
        cmocka_unit_test(test_scale_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Decimals: exact values, refusals, and round trips against formatted random numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

static void expect(const char *text, int decimals, int64_t value)
{
    int64_t got = -77;
    assert_int_equal(pg_decimal_parse(&got, text, strlen(text), decimals), PG_OK);
    assert_true(got == value);
}

static void refuse(const char *text, int decimals, pg_status status)
{
    int64_t got = -77;
    assert_int_equal(pg_decimal_parse(&got, text, strlen(text), decimals), status);
    assert_true(got == -77);
}

static void test_values(void **state)
{
    (void)state;
    expect("109755.0", 0, 109755);
    expect("109755.5", 2, 10975550);
    expect("0.00341", 5, 341);
    expect("-0.05", 2, -5);
    expect("+7", 1, 70);
    expect(".5", 1, 5);
    expect("5.", 1, 50);
    expect("1e-05", 5, 1);
    expect("1.25E2", 0, 125);
    expect("1.2500e1", 1, 125);
    expect("0.000000", 0, 0);
    expect("-0", 3, 0);
    expect("0e999999999999", 0, 0);
    expect("113644.600000", 1, 1136446);
    expect("9223372036854775807", 0, INT64_MAX);
    expect("-9223372036854775807", 0, -INT64_MAX);
    expect("92233720368.54775807", 8, INT64_MAX);
    expect("0.000000000000000001", 18, 1);
    expect("100000000000000000000e-20", 0, 1);
    expect("000000000000000000000000001.5", 1, 15);
    expect("1757015216.1651921", 9, 1757015216165192100);
    expect("1.50000000000000000000000000", 1, 15);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const junk[] = { "",   "nan",  "NaN", "inf", "-",  "+",   ".",   "-.",   " 1", "1 ",
                                        "1,", "1.2.", "1e",  "1e-", "0x", "1e+", "--1", "1e5x", "e5", "1..2" };
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        refuse(junk[i], 4, PG_ERR_PARSE);
        assert_int_equal(pg_decimal_need(junk[i], strlen(junk[i])), -1);
    }
    refuse("1.23", 1, PG_ERR_RANGE);
    refuse("1e-6", 5, PG_ERR_RANGE);
    refuse("9223372036854775808", 0, PG_ERR_RANGE);
    refuse("-9223372036854775808", 0, PG_ERR_RANGE);
    refuse("18446744073709551616", 0, PG_ERR_RANGE);
    refuse("92233720369", 9, PG_ERR_RANGE);
    refuse("1e19", 0, PG_ERR_RANGE);
    refuse("1e99999999", 0, PG_ERR_RANGE);
    refuse("123456789012345678901234567890", 0, PG_ERR_RANGE);
    refuse("1.00000000000000000000000001", 18, PG_ERR_RANGE);
    int64_t value;
    assert_int_equal(pg_decimal_parse(&value, "1\0", 2, 0), PG_ERR_PARSE);
}

static void test_need(void **state)
{
    (void)state;
    assert_int_equal(pg_decimal_need("1.500", 5), 1);
    assert_int_equal(pg_decimal_need("1e-05", 5), 5);
    assert_int_equal(pg_decimal_need("3e2", 3), 0);
    assert_int_equal(pg_decimal_need("100", 3), 0);
    assert_int_equal(pg_decimal_need("0.000", 5), 0);
    assert_int_equal(pg_decimal_need("12.34567", 8), 5);
    assert_int_equal(pg_decimal_need("1e-5000", 7), 1000);
}

static void test_scan(void **state)
{
    (void)state;
    const char *text = "12.50,7";
    int64_t value = 0;
    assert_ptr_equal(pg_decimal_scan(&value, text, text + 7, 1), text + 5);
    assert_int_equal(value, 125);
    assert_null(pg_decimal_scan(&value, "12.55,", text + 6, 1));
    const char *exponent = "1e5,";
    assert_null(pg_decimal_scan(&value, exponent, exponent + 4, 1));
    const char *longer = "109755.0,3.24457,12345678.5,0.12345678,1.0000000,7,8,9,10,11,12,13,14,15";
    const char *all = longer + strlen(longer);
    assert_ptr_equal(pg_decimal_scan(&value, longer, all, 0), longer + 8);
    assert_int_equal(value, 109755);
    assert_ptr_equal(pg_decimal_scan(&value, longer + 9, all, 5), longer + 16);
    assert_int_equal(value, 324457);
    assert_null(pg_decimal_scan(&value, longer + 9, all, 4));
    assert_ptr_equal(pg_decimal_scan(&value, longer + 17, all, 2), longer + 27);
    assert_int_equal(value, 1234567850);
    assert_ptr_equal(pg_decimal_scan(&value, longer + 28, all, 8), longer + 38);
    assert_int_equal(value, 12345678);
    assert_ptr_equal(pg_decimal_scan(&value, longer + 39, all, 3), longer + 48);
    assert_int_equal(value, 1000);
    const char *sign = "-1,";
    assert_null(pg_decimal_scan(&value, sign, sign + 3, 1));
}

static void test_format(void **state)
{
    (void)state;
    char text[PG_DECIMAL_TEXT];
    assert_string_equal(pg_decimal_format(text, sizeof text, -5, 2), "-0.05");
    assert_string_equal(pg_decimal_format(text, sizeof text, 10975550, 2), "109755.50");
    assert_string_equal(pg_decimal_format(text, sizeof text, 12, 0), "12");
    assert_string_equal(pg_decimal_format(text, sizeof text, INT64_MIN, 18), "-9.223372036854775808");
    assert_string_equal(pg_decimal_format_short(text, sizeof text, 10975550, 2), "109755.5");
    assert_string_equal(pg_decimal_format_short(text, sizeof text, 1000, 3), "1");
    assert_string_equal(pg_decimal_format_short(text, sizeof text, 0, 4), "0");
    char tiny[4];
    assert_string_equal(pg_decimal_format(tiny, sizeof tiny, 123456, 0), "123");
}

/* Every value comes back from its own text, for every number of decimals. */
static void test_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        int64_t value = (int64_t)(seed >> (1 + i % 60)) * (i % 2 ? 1 : -1);
        int decimals = i % 19;
        char text[PG_DECIMAL_TEXT];
        int64_t back = 0;
        pg_decimal_format(text, sizeof text, value, decimals);
        assert_int_equal(pg_decimal_parse(&back, text, strlen(text), decimals), PG_OK);
        assert_true(back == value);
        pg_decimal_format_short(text, sizeof text, value, decimals);
        assert_int_equal(pg_decimal_parse(&back, text, strlen(text), decimals), PG_OK);
        assert_true(back == value);
        const char *point = strchr(text, '.');
        assert_int_equal(pg_decimal_need(text, strlen(text)), point ? (int)strlen(point + 1) : 0);
    }
}

/* Every number of up to 9 digits on either side of the point, in the middle of a line: as the slow way reads it. */
static void test_scan_agrees(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 300000; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        char text[80];
        int whole = (int)(seed >> 8 & 15) % 10, decimals = (int)(seed >> 12 & 15) % 13;
        int n = snprintf(text, sizeof text, "%.*s", whole, "0123456789" + (seed >> 20 & 7) % (11 - whole));
        if (seed >> 24 & 3)
            n += snprintf(text + n, sizeof text - (size_t)n, ".%0*llu", (int)(seed >> 28 & 7),
                          (unsigned long long)(seed >> 40) % (seed >> 32 & 1 ? 10 : 1000000));
        int length = n;
        n += snprintf(text + n, sizeof text - (size_t)n, ",42,1e5,-7,000000000000000");
        int64_t fast = -1, slow = -1, near = -1;
        const char *stop = pg_decimal_scan(&fast, text, text + n, decimals);
        const char *close = pg_decimal_scan(&near, text, text + length, decimals);
        pg_status status = pg_decimal_parse(&slow, text, (size_t)length, decimals);
        assert_true((stop == text + length) == (close == text + length));
        if (stop) {
            assert_ptr_equal(stop, text + length);
            assert_int_equal(status, PG_OK);
            assert_true(fast == slow && near == slow);
        } else {
            assert_true(status != PG_OK || whole == 0 || whole + decimals > 18);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),     cmocka_unit_test(test_refusals),    cmocka_unit_test(test_need),
        cmocka_unit_test(test_scan),       cmocka_unit_test(test_scan_agrees), cmocka_unit_test(test_format),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

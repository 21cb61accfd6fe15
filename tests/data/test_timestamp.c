/* Times in text: every unit, zones, bounds, and round trips through the ISO form. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "data/timestamp.h"

static void expect(const char *text, pg_time_unit unit, int64_t value)
{
    int64_t got = 0;
    if (pg_time_parse(&got, text, strlen(text), unit) != PG_OK || got != value)
        fail_msg("%s: %lld", text, (long long)got);
}

static void refuse(const char *text, pg_time_unit unit, pg_status status)
{
    int64_t got = -1;
    if (pg_time_parse(&got, text, strlen(text), unit) != status)
        fail_msg("%s was not refused as expected", text);
}

static void test_numbers(void **state)
{
    (void)state;
    expect("1757015217.1651921", PG_TIME_S, 1757015217165192100);
    expect("1757015216", PG_TIME_S, 1757015216000000000);
    expect("1757015216253", PG_TIME_MS, 1757015216253000000);
    expect("1757015216253.5", PG_TIME_MS, 1757015216253500000);
    expect("1757015216253123", PG_TIME_US, 1757015216253123000);
    expect("1723161253937085768", PG_TIME_NS, 1723161253937085768);
    expect("1757015217.1651921", PG_TIME_AUTO, 1757015217165192100);
    expect("1757015216253", PG_TIME_AUTO, 1757015216253000000);
    expect("1757015216253123", PG_TIME_AUTO, 1757015216253123000);
    expect("1723161253937085768", PG_TIME_AUTO, 1723161253937085768);
    expect("1.757015216e9", PG_TIME_S, 1757015216000000000);
    refuse("1757015216.0000000001", PG_TIME_S, PG_ERR_RANGE);
    refuse("17570152160000", PG_TIME_S, PG_ERR_RANGE);
    refuse("0", PG_TIME_S, PG_ERR_RANGE);
    refuse("-5", PG_TIME_S, PG_ERR_RANGE);
    refuse("nan", PG_TIME_S, PG_ERR_PARSE);
    refuse("", PG_TIME_AUTO, PG_ERR_PARSE);
}

static void test_iso(void **state)
{
    (void)state;
    expect("2025-09-15T22:56:16.839832", PG_TIME_ISO, 1757976976839832000);
    expect("2025-09-15 22:56:16.839832", PG_TIME_ISO, 1757976976839832000);
    expect("2025-09-15T22:56:16Z", PG_TIME_AUTO, 1757976976000000000);
    expect("2025-09-15T22:56:16+02:00", PG_TIME_ISO, 1757976976000000000 - 7200000000000);
    expect("2025-09-15T22:56:16-0530", PG_TIME_ISO, 1757976976000000000 + 19800000000000);
    expect("2025-11-12 20:35:56.789 UTC", PG_TIME_ISO, 1762979756789000000);
    expect("2024-02-29T00:00", PG_TIME_ISO, 1709164800000000000);
    expect("2000-03-01", PG_TIME_ISO, 951868800000000000);
    expect("1970-01-01T00:00:00.000000001", PG_TIME_ISO, 1);
    refuse("2025-13-01", PG_TIME_ISO, PG_ERR_PARSE);
    refuse("2025-00-01", PG_TIME_ISO, PG_ERR_PARSE);
    refuse("2025-04-31", PG_TIME_ISO, PG_ERR_PARSE);
    refuse("2025-09-15T24:00:00", PG_TIME_ISO, PG_ERR_PARSE);
    refuse("2025-09-15T22:56:16 CEST", PG_TIME_ISO, PG_ERR_PARSE);
    refuse("2025-09-15T22:56:16+0200x", PG_TIME_ISO, PG_ERR_PARSE);
    refuse("2025-09-15T22:56:16.0000000001", PG_TIME_ISO, PG_ERR_RANGE);
    refuse("2300-01-01", PG_TIME_ISO, PG_ERR_RANGE);
    refuse("1969-12-31", PG_TIME_ISO, PG_ERR_RANGE);
    refuse("25-09-15", PG_TIME_ISO, PG_ERR_PARSE);
}

static void test_round_trip(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int64_t time = (int64_t)(random % 9000000000000000000u) + 1, back = 0;
        char text[PG_TIME_TEXT];
        pg_time_format(text, time);
        assert_int_equal(pg_time_parse(&back, text, strlen(text), PG_TIME_AUTO), PG_OK);
        assert_true(back == time);
    }
    char text[PG_TIME_TEXT];
    assert_string_equal(pg_time_format(text, 0), "1970-01-01T00:00:00.000000000Z");
    assert_string_equal(pg_time_format(text, -1), "1969-12-31T23:59:59.999999999Z");
    assert_string_equal(pg_time_format(text, 1757015216673878000), "2025-09-04T19:46:56.673878000Z");
    pg_time_format(text, INT64_MIN);
    pg_time_format(text, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_numbers), cmocka_unit_test(test_iso),
                                        cmocka_unit_test(test_round_trip) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

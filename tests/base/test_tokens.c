/* JSON as tokens: exact numbers, strings with escapes, parts as they stand, and what is no JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/tokens.h"

enum { MOST = 64 };

static pg_status read_text(pg_tokens *tokens, const char *text)
{
    return pg_tokens_read(tokens, text, strlen(text), MOST, NULL);
}

/* As the one element of an array, whose token is 1. */
static pg_status read_element(pg_tokens *tokens, const char *text)
{
    static char whole[64];
    snprintf(whole, sizeof whole, "[%s]", text);
    return read_text(tokens, whole);
}

static void expect_whole(const char *text, bool reads, int64_t expected)
{
    pg_tokens tokens;
    int64_t value = 0;
    assert_int_equal(read_element(&tokens, text), PG_OK);
    assert_int_equal(pg_tokens_whole(&tokens, 1, &value), reads);
    assert_int_equal(value, expected);
    pg_tokens_free(&tokens);
}

static void test_numbers(void **state)
{
    (void)state;
    expect_whole("0", true, 0);
    expect_whole("-1", true, -1);
    expect_whole("9223372036854775807", true, INT64_MAX);
    expect_whole("-9223372036854775808", true, INT64_MIN);
    expect_whole("9007199254740993", true, 9007199254740993); /* no double */
    expect_whole("9223372036854775808", false, 0);
    expect_whole("-9223372036854775809", false, 0);
    expect_whole("99999999999999999999", false, 0);
    expect_whole("1.0", false, 0);
    expect_whole("1e3", false, 0);
    expect_whole("01", false, 0);
    expect_whole("true", false, 0);
}

static void test_members(void **state)
{
    static const char text[] = "{\"a\":\"\",\"b\":[1,{\"a\":2},\"\"],\"c\":null,\"a\":{\"d\":[]},\"e\":7}";
    pg_tokens tokens;
    int64_t value;
    size_t size;
    (void)state;
    assert_int_equal(read_text(&tokens, text), PG_OK);
    assert_int_equal(pg_tokens_size(&tokens, 0), 5);
    int list = pg_tokens_member(&tokens, 0, "b");
    assert_true(pg_tokens_is_array(&tokens, list));
    assert_int_equal(pg_tokens_size(&tokens, list), 3);
    assert_true(pg_tokens_whole(&tokens, pg_tokens_member(&tokens, pg_tokens_at(&tokens, list, 1), "a"), &value));
    assert_int_equal(value, 2);
    assert_true(pg_tokens_is_string(&tokens, pg_tokens_at(&tokens, list, 2)));
    assert_int_equal(pg_tokens_at(&tokens, list, 3), -1);
    assert_true(pg_tokens_is_object(&tokens, pg_tokens_member(&tokens, 0, "a"))); /* the last one counts */
    assert_true(pg_tokens_is_null(&tokens, pg_tokens_member(&tokens, 0, "c")));
    assert_true(pg_tokens_whole(&tokens, pg_tokens_member(&tokens, 0, "e"), &value));
    assert_int_equal(pg_tokens_member(&tokens, 0, "d"), -1);
    assert_int_equal(pg_tokens_member(&tokens, list, "a"), -1);
    const char *part = pg_tokens_text(&tokens, pg_tokens_at(&tokens, list, 1), &size);
    assert_int_equal(size, strlen("{\"a\":2}"));
    assert_memory_equal(part, "{\"a\":2}", size);
    assert_false(pg_tokens_whole(&tokens, -1, &value));
    pg_tokens_free(&tokens);
}

static void expect_text(const char *text, size_t room, const char *expected)
{
    pg_tokens tokens;
    char out[32] = "";
    assert_int_equal(read_element(&tokens, text), PG_OK);
    assert_int_equal(pg_tokens_string(&tokens, 1, out, room), expected != NULL);
    if (expected)
        assert_string_equal(out, expected);
    pg_tokens_free(&tokens);
}

static void test_strings(void **state)
{
    (void)state;
    expect_text("\"\"", 1, "");
    expect_text("\"abc\"", 4, "abc");
    expect_text("\"abc\"", 3, NULL);
    expect_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 32, "\"\\/\b\f\n\r\t");
    expect_text("\"\\u00e4\\u20ac\"", 32, "\xc3\xa4\xe2\x82\xac");
    expect_text("\"\\u0000\"", 32, NULL);
    expect_text("\"\\ud83d\\ude00\"", 32, NULL);
    expect_text("7", 32, NULL);
}

static void test_no_json(void **state)
{
    static const char *const texts[] = { "",       "{",        "[1",           "{\"a\"}", "{\"a\":}",
                                         "{1:2}",  "{\"a\":1", "nope",         "[1,2]]",  "{\"a\":1 2}",
                                         "\"open", "\"\\x\"",  "{\"a\",\"b\"}" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        pg_tokens tokens;
        if (read_text(&tokens, texts[i]) == PG_OK)
            fail_msg("'%s' is taken for JSON", texts[i]);
    }
}

static void test_bound(void **state)
{
    char text[2 * MOST + 4] = "[";
    pg_tokens tokens;
    pg_error err = { 0 };
    (void)state;
    for (int i = 0; i < MOST; i++)
        strcat(text, i ? ",1" : "1");
    strcat(text, "]");
    assert_int_equal(pg_tokens_read(&tokens, text, strlen(text), MOST, &err), PG_ERR_PARSE);
    assert_non_null(strstr(err.what, "64"));
    assert_int_equal(pg_tokens_read(&tokens, text, strlen(text), MOST + 1, NULL), PG_OK);
    pg_tokens_free(&tokens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_members), cmocka_unit_test(test_strings),
        cmocka_unit_test(test_no_json), cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

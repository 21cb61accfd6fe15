/* JSON tokens: values found by path, extents found piece by piece, broken documents refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "data/json.h"

static void expect(const char *text, const char *path, const char *value)
{
    pg_json json = { 0 };
    pg_error err;
    assert_int_equal(pg_json_read(&json, text, strlen(text), &err), PG_OK);
    int token = pg_json_find(&json, 0, path);
    if (!value) {
        assert_int_equal(token, -1);
    } else {
        assert_true(token >= 0);
        assert_int_equal(json.tokens[token].size, strlen(value));
        assert_memory_equal(text + json.tokens[token].start, value, strlen(value));
    }
    pg_json_free(&json);
}

static void test_paths(void **state)
{
    (void)state;
    static const char text[] =
        " {\"a\": {\"b\": [1, \"x\\\"y\", {\"c\": null}], \"e\": -1.5e3}, \"a.b\": 7, \"\": true} ";
    expect(text, "a.b.0", "1");
    expect(text, "a.b.1", "x\\\"y");
    expect(text, "a.b.2.c", "null");
    expect(text, "a.e", "-1.5e3");
    expect(text, "a.b", "[1, \"x\\\"y\", {\"c\": null}]");
    expect(text, "a.b.3", NULL);
    expect(text, "a.b.x", NULL);
    expect(text, "a.b.99999999999999999999", NULL);
    expect(text, "b", NULL);
    expect(text, "a.e.f", NULL);
    expect("[]", "0", NULL);
    expect("{}", "a", NULL);
    expect("5", "", "5");
}

static void test_broken(void **state)
{
    (void)state;
    static const char *const broken[] = { "",      "{",         "[",      "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]",
                                          "[1 2]", "{a:1}",     "nul",    "\"x",     "\"x\\",    "{\"a\":1}x", "]",
                                          "[1}",   "{\"a\":1]", "\"\n\"", "[truth]", "{1:2}" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        pg_json json = { 0 };
        pg_error err;
        if (pg_json_read(&json, broken[i], strlen(broken[i]), &err) != PG_ERR_PARSE || !strstr(err.what, "byte"))
            fail_msg("%s was not refused", broken[i]);
        pg_json_free(&json);
    }
    char deep[PG_JSON_DEPTH * 2 + 4] = "";
    memset(deep, '[', PG_JSON_DEPTH + 1);
    memset(deep + PG_JSON_DEPTH + 1, ']', PG_JSON_DEPTH + 1);
    pg_json json = { 0 };
    assert_int_equal(pg_json_read(&json, deep, strlen(deep), NULL), PG_ERR_RANGE);
    assert_int_equal(pg_json_read(&json, deep + 1, strlen(deep) - 2, NULL), PG_OK);
    pg_json_free(&json);
}

/* Fed byte by byte, the end is found at the same place. */
static void test_extent(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[\"}]\\\"\",{}]} {\"next\":1}";
    pg_json_scan scan = { 0 };
    for (size_t size = 1; size < 17; size++)
        assert_int_equal(pg_json_extent(&scan, text, size), 0);
    assert_int_equal(pg_json_extent(&scan, text, sizeof text - 1), 17);
    pg_json_scan whole = { 0 };
    assert_int_equal(pg_json_extent(&whole, text, sizeof text - 1), 17);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_paths), cmocka_unit_test(test_broken),
                                        cmocka_unit_test(test_extent) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

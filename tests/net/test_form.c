/* Parameters of requests: queries, bodies of both kinds, and what is none of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/form.h"

static pg_form form;

static int clear(void **state)
{
    (void)state;
    pg_form_free(&form);
    return 0;
}

static void test_query(void **state)
{
    static const char query[] = "a=1&b=x%20y%2B+z&c&&d==&a=2&%65=";
    (void)state;
    assert_int_equal(pg_form_add_query(&form, query, strlen(query), NULL), PG_OK);
    assert_string_equal(pg_form_get(&form, "a"), "1"); /* the first counts */
    assert_string_equal(pg_form_get(&form, "b"), "x y+ z");
    assert_string_equal(pg_form_get(&form, "c"), "");
    assert_string_equal(pg_form_get(&form, "d"), "=");
    assert_string_equal(pg_form_get(&form, "e"), "");
    assert_null(pg_form_get(&form, "f"));
    assert_int_equal(form.count, 6);
}

static void test_multipart(void **state)
{
    static const char body[] =
        "--x1\r\nContent-Disposition: form-data; name=\"tx_type\"\r\n\r\n14\r\n"
        "--x1\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name=\"info\"\r\n\r\n"
        "{\"a\":\"b+c%20\"}\r\n--x\r\n--x1--\r\n";
    (void)state;
    assert_int_equal(pg_form_add_body(&form, body, strlen(body), NULL), PG_OK);
    assert_string_equal(pg_form_get(&form, "tx_type"), "14");
    assert_string_equal(pg_form_get(&form, "info"), "{\"a\":\"b+c%20\"}\r\n--x"); /* as it is */
    assert_int_equal(form.count, 2);
    clear(NULL);
    for (size_t size = 3; size < strlen(body) - 4; size++) { /* torn off anywhere */
        assert_int_equal(pg_form_add_body(&form, body, size, NULL), PG_ERR_PARSE);
        clear(NULL);
    }
}

static void test_refused(void **state)
{
    static const char *const texts[] = { "a=%", "a=%2", "a=%zz", "a=%00", "%=1" };
    pg_error err = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(pg_form_add_query(&form, texts[i], strlen(texts[i]), &err), PG_ERR_PARSE);
        assert_int_equal(form.count, 0);
    }
    assert_int_equal(pg_form_add_query(&form, "a=\0b", 4, &err), PG_ERR_PARSE);
}

static void test_full(void **state)
{
    char text[16];
    (void)state;
    for (int i = 0; i < PG_FORM_MAX; i++) {
        snprintf(text, sizeof text, "n%d=1", i);
        assert_int_equal(pg_form_add_query(&form, text, strlen(text), NULL), PG_OK);
    }
    assert_int_equal(pg_form_add_query(&form, "more=1", 6, NULL), PG_ERR_FULL);
    assert_int_equal(form.count, PG_FORM_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_query, clear),
        cmocka_unit_test_teardown(test_multipart, clear),
        cmocka_unit_test_teardown(test_refused, clear),
        cmocka_unit_test_teardown(test_full, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* MessagePack: every boundary of every form, JSON to it and back, and documents that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/hex.h"
#include "crypto/msgpack.h"

static void expect(const char *json, const char *hex)
{
    pg_text packed = { 0 }, back = { 0 };
    pg_error err = { 0 };

    assert_int_equal(pg_msgpack_from_json(&packed, json, strlen(json), &err), PG_OK);
    char *text = malloc(2 * packed.length + 1);
    assert_string_equal(pg_hex_encode(text, (const uint8_t *)packed.data, packed.length), hex);
    assert_int_equal(pg_msgpack_to_json(&back, packed.data, packed.length, &err), PG_OK);
    assert_string_equal(back.data, json);
    free(text);
    pg_text_free(&packed);
    pg_text_free(&back);
}

static void scalars(void **state)
{
    static const char *const cases[][2] = {
        { "0", "00" },
        { "127", "7f" },
        { "128", "cc80" },
        { "255", "ccff" },
        { "256", "cd0100" },
        { "65535", "cdffff" },
        { "65536", "ce00010000" },
        { "4294967295", "ceffffffff" },
        { "4294967296", "cf0000000100000000" },
        { "18446744073709551615", "cfffffffffffffffff" },
        { "-1", "ff" },
        { "-32", "e0" },
        { "-33", "d0df" },
        { "-128", "d080" },
        { "-129", "d1ff7f" },
        { "-32768", "d18000" },
        { "-32769", "d2ffff7fff" },
        { "-2147483648", "d280000000" },
        { "-2147483649", "d3ffffffff7fffffff" },
        { "-9223372036854775808", "d38000000000000000" },
        { "1.5", "cb3ff8000000000000" },
        { "-0.25", "cbbfd0000000000000" },
        { "true", "c3" },
        { "false", "c2" },
        { "null", "c0" },
        { "\"\"", "a0" },
        { "\"\xc3\xb6 \xe2\x9c\x93\"", "a6c3b620e29c93" },
        { "\"\\\"\\\\\\n\\u0001\"", "a4225c0a01" },
        { "[]", "90" },
        { "{}", "80" },
        { "[1,[2,{\"b\":3,\"a\":[]}]]", "92019202 82a16203a16190" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hex[64];
        size_t n = 0;
        for (const char *c = cases[i][1]; *c; c++)
            if (*c != ' ')
                hex[n++] = *c;
        hex[n] = '\0';
        expect(cases[i][0], hex);
    }
}

/* Lengths at which the header of a string, array or map changes. */
static void headers(void **state)
{
    static const struct {
        uint32_t size;
        const char *string, *binary, *array, *map;
    } cases[] = {
        { 15, "af", "c40f", "9f", "8f" },
        { 16, "b0", "c410", "dc0010", "de0010" },
        { 31, "bf", "c41f", "dc001f", "de001f" },
        { 32, "d920", "c420", "dc0020", "de0020" },
        { 255, "d9ff", "c4ff", "dc00ff", "de00ff" },
        { 256, "da0100", "c50100", "dc0100", "de0100" },
        { 65535, "daffff", "c5ffff", "dcffff", "deffff" },
        { 65536, "db00010000", "c600010000", "dd00010000", "df00010000" },
    };
    char hex[16];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *data = calloc(1, cases[i].size);
        const char *const expected[] = { cases[i].string, cases[i].binary, cases[i].array, cases[i].map };
        for (int form = 0; form < 4; form++) {
            pg_text out = { 0 };
            if (form == 0)
                pg_msgpack_string(&out, data, cases[i].size);
            else if (form == 1)
                pg_msgpack_binary(&out, data, cases[i].size);
            else if (form == 2)
                pg_msgpack_array(&out, cases[i].size);
            else
                pg_msgpack_map(&out, cases[i].size);
            assert_int_equal(out.length, strlen(expected[form]) / 2 + (form < 2 ? cases[i].size : 0));
            pg_hex_encode(hex, (const uint8_t *)out.data, strlen(expected[form]) / 2);
            assert_string_equal(hex, expected[form]);
            pg_text_free(&out);
        }
        free(data);
    }
}

static void refuse_json(const char *json, pg_status status)
{
    pg_text out = { 0 };
    pg_error err = { 0 };

    assert_int_equal(pg_msgpack_from_json(&out, json, strlen(json), &err), status);
    assert_int_not_equal(err.what[0], '\0');
    pg_text_free(&out);
}

static void refused_json(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "nul",
        "\"abc",
        "\"\\x\"",
        "\"\n\"",
        "\"\\u12\"",
        "1 2",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "[1]]",
        "{\"a\":1 \"b\":2}",
        "\"\xed\xa0\x80\"",
        "{\"a\":1,\"b\":{\"c\":[1,2]},\"a\":2}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refuse_json(bad[i], PG_ERR_PARSE);
    refuse_json("18446744073709551616", PG_ERR_RANGE);
    refuse_json("-9223372036854775809", PG_ERR_RANGE);
    refuse_json("1e999", PG_ERR_RANGE);
    char deep[2 * PG_MSGPACK_DEPTH + 3] = { 0 };
    memset(deep, '[', PG_MSGPACK_DEPTH);
    memset(deep + PG_MSGPACK_DEPTH, ']', PG_MSGPACK_DEPTH);
    pg_text out = { 0 };
    assert_int_equal(pg_msgpack_from_json(&out, deep, strlen(deep), NULL), PG_OK);
    pg_text_free(&out);
    memset(deep, '[', PG_MSGPACK_DEPTH + 1);
    memset(deep + PG_MSGPACK_DEPTH + 1, ']', PG_MSGPACK_DEPTH + 1);
    refuse_json(deep, PG_ERR_RANGE);
}

static void refused_documents(void **state)
{
    static const struct {
        const char *hex;
        pg_status status;
    } cases[] = {
        { "", PG_ERR_PARSE },
        { "cc", PG_ERR_PARSE },
        { "cf00", PG_ERR_PARSE },
        { "a161ff", PG_ERR_PARSE },
        { "a2", PG_ERR_PARSE },
        { "ddffffffff", PG_ERR_PARSE },
        { "dfffffffff00", PG_ERR_PARSE },
        { "c1", PG_ERR_PARSE },
        { "d4", PG_ERR_PARSE },
        { "810102", PG_ERR_PARSE },
        { "a1ff", PG_ERR_PARSE },
        { "c40100", PG_ERR_UNSUPPORTED },
        { "cb7ff0000000000000", PG_ERR_UNSUPPORTED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[16];
        size_t size = strlen(cases[i].hex) / 2;
        pg_text out = { 0 };
        assert_int_equal(pg_hex_decode(bytes, size, cases[i].hex, 2 * size, NULL), PG_OK);
        assert_int_equal(pg_msgpack_to_json(&out, bytes, size, NULL), cases[i].status);
        pg_text_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),
        cmocka_unit_test(headers),
        cmocka_unit_test(refused_json),
        cmocka_unit_test(refused_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

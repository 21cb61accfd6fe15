/* Keccak-256 and hexadecimal text: published digests, and that how the input is cut makes no difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/hex.h"
#include "crypto/keccak.h"

static void expect(const char *input, const char *digest)
{
    uint8_t got[PG_KECCAK_SIZE];
    char text[2 * PG_KECCAK_SIZE + 1];

    pg_keccak256(got, input, strlen(input));
    assert_string_equal(pg_hex_encode(text, got, sizeof got), digest);
}

static void published_digests(void **state)
{
    (void)state;
    expect("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    expect("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    expect("The quick brown fox jumps over the lazy dog",
           "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15");
    expect("transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b");
}

/* Every cut in two of inputs around the block size gives the digest of the whole. */
static void cuts_do_not_matter(void **state)
{
    uint8_t input[300], whole[PG_KECCAK_SIZE], parts[PG_KECCAK_SIZE];
    static const size_t sizes[] = { 1, 7, 8, 135, 136, 137, 271, 272, 273, 300 };

    (void)state;
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (uint8_t)(i * 7 + 1);
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        pg_keccak256(whole, input, sizes[k]);
        for (size_t cut = 0; cut <= sizes[k]; cut++) {
            pg_keccak hash = { 0 };
            pg_keccak_add(&hash, input, cut);
            pg_keccak_add(&hash, input + cut, sizes[k] - cut);
            pg_keccak_end(parts, &hash);
            assert_memory_equal(parts, whole, sizeof whole);
        }
    }
}

static void hexadecimal(void **state)
{
    uint8_t bytes[3];
    char text[7];
    pg_error err;

    (void)state;
    assert_int_equal(pg_hex_decode(bytes, 3, "0x00fFa9", 8, &err), PG_OK);
    assert_string_equal(pg_hex_encode(text, bytes, 3), "00ffa9");
    assert_int_equal(pg_hex_decode(bytes, 3, "00ffa9", 6, &err), PG_OK);
    assert_int_equal(pg_hex_decode(bytes, 3, "00ffa", 5, &err), PG_ERR_PARSE);
    assert_int_equal(pg_hex_decode(bytes, 3, "00ffag", 6, &err), PG_ERR_PARSE);
    assert_int_equal(pg_hex_decode(bytes, 3, "0X00ffa9", 8, &err), PG_ERR_PARSE);
    assert_true(pg_hex_is_prefixed("0xAb", 2));
    assert_false(pg_hex_is_prefixed("0xA", 2));
    assert_false(pg_hex_is_prefixed("0xAbc", 2));
    assert_false(pg_hex_is_prefixed("0xAg", 2));
    assert_false(pg_hex_is_prefixed("", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_digests),
        cmocka_unit_test(cuts_do_not_matter),
        cmocka_unit_test(hexadecimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

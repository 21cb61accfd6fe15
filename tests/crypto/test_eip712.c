/* EIP-712: the example of the standard, arrays and nesting by their definition, and values that do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/eip712.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "crypto/secp256k1.h"

static const pg_eip712_field person[] = { { "name", "string" }, { "wallet", "address" } };
static const pg_eip712_field mail[] = { { "from", "Person" }, { "to", "Person" }, { "contents", "string" } };
static const pg_eip712_field group[] = {
    { "pair", "uint8[2]" }, { "people", "Person[]" }, { "grid", "int16[][2]" }, { "tag", "bytes4" }
};
static const pg_eip712_struct structs[] = { { "Mail", mail, 3 }, { "Person", person, 2 }, { "Group", group, 4 } };
static const pg_eip712_types types = { structs, 3 };

static void expect_hex(const uint8_t bytes[32], const char *text)
{
    char got[65];
    assert_string_equal(pg_hex_encode(got, bytes, 32), text);
}

static pg_eip712_value address_value(const char *text)
{
    pg_address address;
    assert_int_equal(pg_address_parse(&address, text, NULL), PG_OK);
    return pg_eip712_address(&address);
}

static void standard_example(void **state)
{
    pg_text text = { 0 };
    uint8_t hash[32], separator[32], digest[32];
    pg_address contract;
    pg_eip712_value from[] = { pg_eip712_text("Cow"), address_value("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826") };
    pg_eip712_value to[] = { pg_eip712_text("Bob"), address_value("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB") };
    pg_eip712_value message[] = { pg_eip712_list(from, 2), pg_eip712_list(to, 2), pg_eip712_text("Hello, Bob!") };

    (void)state;
    assert_int_equal(pg_eip712_encode_type(&text, &types, "Mail", NULL), PG_OK);
    assert_string_equal(text.data, "Mail(Person from,Person to,string contents)Person(string name,address wallet)");
    pg_text_free(&text);
    assert_int_equal(pg_eip712_type_hash(hash, &types, "Mail", NULL), PG_OK);
    expect_hex(hash, "a0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2");
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Mail", message, 3, NULL), PG_OK);
    expect_hex(hash, "c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
    assert_int_equal(pg_address_parse(&contract, "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC", NULL), PG_OK);
    pg_eip712_domain(separator, "Ether Mail", "1", 1, &contract);
    expect_hex(separator, "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
    pg_eip712_digest(digest, separator, hash);
    expect_hex(digest, "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
}

/* The signature that the standard gives for its example, by the key keccak256("cow"). */
static void standard_signature(void **state)
{
    static const char cow[] = "c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4";
    uint8_t digest[32];
    pg_secp256k1 *curve;
    pg_secret *secret;
    pg_signature signature;

    (void)state;
    pg_hex_decode(digest, 32, "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", 64, NULL);
    assert_int_equal(pg_secp256k1_new(&curve, NULL), PG_OK);
    assert_int_equal(pg_secret_from_hex(&secret, 32, cow, 64, NULL), PG_OK);
    assert_int_equal(pg_secp256k1_sign(&signature, curve, secret, digest, NULL), PG_OK);
    expect_hex(signature.r, "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d");
    expect_hex(signature.s, "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562");
    assert_int_equal(signature.v, 28);
    pg_secret_free(secret);
    pg_secp256k1_free(curve);
}

/* Arrays hash the concatenation of their encoded elements: the same bytes put together here by hand. */
static void arrays(void **state)
{
    pg_eip712_value pair[] = { pg_eip712_uint(1), pg_eip712_uint(255) }, minus = { 0 },
                    tag = { .word = { 1, 2, 3, 4 } };
    pg_eip712_value bob[] = { pg_eip712_text("Bob"), address_value("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB") };
    uint8_t words[5][32], row[32], by_hand[32], hash[32];
    pg_text text = { 0 };

    (void)state;
    memset(minus.word, 0xff, 32);
    pg_eip712_value people[] = { pg_eip712_list(bob, 2) }, rows[] = { pg_eip712_list(&minus, 1), { 0 } };
    pg_eip712_value message[] = { pg_eip712_list(pair, 2), pg_eip712_list(people, 1), pg_eip712_list(rows, 2), tag };

    assert_int_equal(pg_eip712_encode_type(&text, &types, "Group", NULL), PG_OK);
    assert_string_equal(text.data, "Group(uint8[2] pair,Person[] people,int16[][2] grid,bytes4 tag)"
                                   "Person(string name,address wallet)");
    pg_keccak256(words[0], text.data, text.length);
    pg_text_free(&text);
    uint8_t both[2][32];
    memcpy(both[0], pair[0].word, 32);
    memcpy(both[1], pair[1].word, 32);
    pg_keccak256(words[1], both, sizeof both);
    assert_int_equal(pg_eip712_hash_struct(row, &types, "Person", bob, 2, NULL), PG_OK);
    pg_keccak256(words[2], row, sizeof row);
    pg_keccak256(both[0], minus.word, 32);
    pg_keccak256(both[1], "", 0);
    pg_keccak256(words[3], both, sizeof both);
    memcpy(words[4], tag.word, 32);
    pg_keccak256(by_hand, words, sizeof words);
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Group", message, 4, NULL), PG_OK);
    assert_memory_equal(hash, by_hand, 32);

    pair[1] = pg_eip712_uint(256);
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Group", message, 4, NULL), PG_ERR_INVALID);
    pair[1] = pg_eip712_uint(255);
    message[0] = pg_eip712_list(pair, 1);
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Group", message, 4, NULL), PG_ERR_INVALID);
    message[0] = pg_eip712_list(pair, 2);
    message[3].word[4] = 5;
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Group", message, 4, NULL), PG_ERR_INVALID);
    message[3].word[4] = 0;
    minus.word[0] = 0;
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Group", message, 4, NULL), PG_ERR_INVALID);
}

static void refused_types(void **state)
{
    static const char *const bad[] = {
        "uint7", "uint264", "uint08", "int0", "bytes33", "Nobody", "Nobody[]", "", "[]"
    };
    uint8_t hash[32];
    pg_eip712_value value = pg_eip712_uint(0);

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pg_eip712_field field = { "x", bad[i] };
        pg_eip712_struct made = { "Made", &field, 1 };
        pg_eip712_types set = { &made, 1 };
        assert_int_not_equal(pg_eip712_hash_struct(hash, &set, "Made", &value, 1, NULL), PG_OK);
    }
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Mail", &value, 1, NULL), PG_ERR_INVALID);
    assert_int_equal(pg_eip712_hash_struct(hash, &types, "Nobody", &value, 1, NULL), PG_ERR_NOT_FOUND);
    /* A struct that holds itself needs endless values; one level without items is refused, not followed. */
    pg_eip712_field self = { "again", "Loop" };
    pg_eip712_struct loop = { "Loop", &self, 1 };
    pg_eip712_types looping = { &loop, 1 };
    pg_eip712_value endless = { .size = 1 };
    endless.items = &endless;
    assert_int_equal(pg_eip712_hash_struct(hash, &looping, "Loop", &endless, 1, NULL), PG_ERR_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_example),
        cmocka_unit_test(standard_signature),
        cmocka_unit_test(arrays),
        cmocka_unit_test(refused_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

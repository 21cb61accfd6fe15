/* Keys and signatures: what is refused and how it is said, what a signature depends on, what verifies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/stark_bytes.h"
#include "crypto/stark_ecdsa.h"
#include "crypto/stark_key.h"
#include "crypto/stark_scalar.h"
#include "kernels/random.h"

#define N_HEX    "0x800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f"
#define N_LESS_1 "0x800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2e"
#define P_HEX    "0x800000000000011000000000000000000000000000000000000000000000001"

static pg_secret *key(const char *text)
{
    pg_secret *secret = NULL;
    assert_int_equal(pg_stark_key_from_hex(&secret, text, NULL), PG_OK);
    return secret;
}

static void bytes(uint8_t out[32], const char *hex)
{
    assert_int_equal(pg_stark_bytes_from_hex(out, hex, NULL), PG_OK);
}

static void refuse_key(const char *text, pg_status status)
{
    pg_secret *secret = (pg_secret *)1;
    pg_error err = { 0 };
    char digits[72];

    assert_int_equal(pg_stark_key_from_hex(&secret, text, &err), status);
    assert_null(secret);
    assert_true(err.what[0] != '\0');
    snprintf(digits, sizeof digits, "%s", text + (strlen(text) > 6 ? 2 : 0));
    if (strlen(digits) > 4) /* no message says the key */
        assert_null(strstr(err.what, digits));
}

static void test_key_range(void **state)
{
    uint8_t public_key[32];
    pg_secret *last = key(N_LESS_1), *short_key = NULL;
    char hex[PG_STARK_HEX];

    (void)state;
    refuse_key("0x0", PG_ERR_RANGE);
    refuse_key("0x0000000000000000000000000000000000000000000000000000000000000000", PG_ERR_RANGE);
    refuse_key(N_HEX, PG_ERR_RANGE);
    refuse_key(P_HEX, PG_ERR_RANGE);
    refuse_key("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", PG_ERR_RANGE);
    refuse_key("0x10000000000000000000000000000000000000000000000000000000000000000", PG_ERR_RANGE);
    refuse_key("", PG_ERR_PARSE);
    refuse_key("0x", PG_ERR_PARSE);
    refuse_key("5", PG_ERR_PARSE);
    refuse_key("0x12345678z", PG_ERR_PARSE);
    assert_int_equal(pg_stark_public_key(public_key, last, NULL), PG_OK); /* -G: the x of G */
    assert_string_equal(pg_stark_bytes_to_hex(hex, public_key),
                        "0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca");
    pg_secret_free(last);

    /* A secret of another size is no key. */
    assert_int_equal(
        pg_secret_from_hex(&short_key, 31, "01010101010101010101010101010101010101010101010101010101010101", 62, NULL),
        PG_OK);
    assert_int_equal(pg_stark_public_key(public_key, short_key, NULL), PG_ERR_RANGE);
    pg_stark_signature signature;
    const uint8_t hash[32] = { [31] = 1 };
    assert_int_equal(pg_stark_sign(&signature, hash, short_key, NULL), PG_ERR_RANGE);
    pg_secret_free(short_key);
}

static void test_hash_range(void **state)
{
    static const pg_stark_signature nothing = { { 0 }, { 0 } };
    pg_secret *secret = key("0x5");
    pg_stark_signature signature;
    uint8_t hash[32] = { 0x08 };
    pg_error err = { 0 };

    (void)state;
    assert_int_equal(pg_stark_sign(&signature, hash, secret, &err), PG_ERR_RANGE); /* 2^251 */
    assert_memory_equal(&signature, &nothing, sizeof signature);
    assert_non_null(strstr(err.what, "2^251"));
    memset(hash, 0xff, 32);
    assert_int_equal(pg_stark_sign(&signature, hash, secret, NULL), PG_ERR_RANGE);
    hash[0] = 0x07;
    assert_int_equal(pg_stark_sign(&signature, hash, secret, NULL), PG_OK); /* 2^251 - 1 */
    memset(hash, 0, 32);
    assert_int_equal(pg_stark_sign(&signature, hash, secret, NULL), PG_OK); /* 0: verification's u1 is 0 */
    uint8_t public_key[32];
    pg_stark_public_key(public_key, secret, NULL);
    assert_int_equal(pg_stark_verify_var(&signature, hash, public_key, NULL), PG_OK);
    pg_secret_free(secret);
}

static void negate(uint8_t s[32])
{
    pg_stark_scalar scalar;
    assert_true(pg_stark_scalar_from_bytes(&scalar, s));
    pg_stark_scalar_negate(&scalar, &scalar);
    pg_stark_scalar_to_bytes(s, &scalar);
}

/* Signs random messages with random keys; every single changed bit of a signature, message or key is noticed. */
static void test_round_trips(void **state)
{
    pg_random random;

    (void)state;
    pg_random_seed(&random, 3);
    for (int i = 0; i < 30; i++) {
        uint8_t seed[32], hash[32], public_key[32];
        pg_stark_signature signature, again, changed;
        pg_secret *secret;

        for (int j = 0; j < 32; j++) {
            seed[j] = (uint8_t)pg_random_bits(&random);
            hash[j] = (uint8_t)pg_random_bits(&random);
        }
        hash[0] &= 0x07;
        assert_int_equal(pg_stark_key_grind_var(&secret, seed, NULL), PG_OK);
        assert_int_equal(pg_stark_public_key(public_key, secret, NULL), PG_OK);
        assert_true(pg_stark_public_key_valid_var(public_key));
        assert_int_equal(pg_stark_sign(&signature, hash, secret, NULL), PG_OK);
        assert_int_equal(pg_stark_sign(&again, hash, secret, NULL), PG_OK);
        assert_memory_equal(&signature, &again, sizeof signature);
        assert_int_equal(pg_stark_verify_var(&signature, hash, public_key, NULL), PG_OK);

        changed = signature;
        negate(changed.s);
        if (changed.s[0] < 0x08) /* the other half is valid as well, where it is in range */
            assert_int_equal(pg_stark_verify_var(&changed, hash, public_key, NULL), PG_OK);
        for (int bit = 0; bit < 3 * 256; bit += 11) {
            uint8_t other[32];
            changed = signature;
            memcpy(other, hash, 32);
            uint8_t *target = bit < 256 ? changed.r : bit < 512 ? changed.s : other;
            target[bit % 256 / 8] ^= (uint8_t)(1 << (bit % 8));
            assert_int_not_equal(pg_stark_verify_var(&changed, other, public_key, NULL), PG_OK);
        }
        public_key[31] ^= 1;
        assert_int_not_equal(pg_stark_verify_var(&signature, hash, public_key, NULL), PG_OK);
        pg_secret_free(secret);
    }
}

/* With the key 1 and s chosen so that u1*G equals ±u2*Q, the sum or the difference is infinity: only the double counts. */
static void test_equal_terms(void **state)
{
    pg_secret *secret = key("0x1");
    pg_stark_signature signature;
    uint8_t public_key[32], hash[32];
    pg_stark_scalar r, s, two;

    (void)state;
    pg_stark_public_key(public_key, secret, NULL);
    /* u1 = u2 means m = r; then R = 2*u1*G, so with u1 = 1/2... R = G: r = x(G), and s = m/u1 = 2*r. */
    memcpy(signature.r, public_key, 32);
    pg_stark_scalar_from_bytes_mod(&r, public_key);
    memset(hash, 0, 32);
    hash[31] = 2;
    pg_stark_scalar_from_bytes_mod(&two, hash);
    pg_stark_scalar_mul(&s, &r, &two);
    pg_stark_scalar_to_bytes(signature.s, &s);
    memcpy(hash, public_key, 32);
    assert_int_equal(pg_stark_verify_var(&signature, hash, public_key, NULL), PG_OK);
    /* The same terms with another r: neither the double nor infinity. */
    hash[31] ^= 1;
    assert_int_not_equal(pg_stark_verify_var(&signature, hash, public_key, NULL), PG_OK);
    /* u1 = -u2: m = -r modulo n. */
    pg_stark_scalar_negate(&r, &r);
    pg_stark_scalar_to_bytes(hash, &r);
    if (hash[0] < 0x08)
        assert_int_equal(pg_stark_verify_var(&signature, hash, public_key, NULL), PG_OK);
    pg_secret_free(secret);
}

static void refuse_verify(const pg_stark_signature *signature, const uint8_t hash[32], const uint8_t public_key[32],
                          pg_status status, const char *word)
{
    pg_error err = { 0 };
    assert_int_equal(pg_stark_verify_var(signature, hash, public_key, &err), status);
    assert_non_null(strstr(err.what, word));
}

static void test_verify_refuses(void **state)
{
    pg_secret *secret = key("0x123456789abcdef");
    uint8_t public_key[32], hash[32] = { [31] = 7 }, other[32];
    pg_stark_signature good, bad;

    (void)state;
    pg_stark_public_key(public_key, secret, NULL);
    pg_stark_sign(&good, hash, secret, NULL);
    bad = good;
    memset(bad.r, 0, 32);
    refuse_verify(&bad, hash, public_key, PG_ERR_RANGE, "r ");
    bad.r[0] = 8;
    refuse_verify(&bad, hash, public_key, PG_ERR_RANGE, "r ");
    bad = good;
    memset(bad.s, 0, 32);
    refuse_verify(&bad, hash, public_key, PG_ERR_RANGE, "s ");
    bytes(bad.s, N_HEX);
    refuse_verify(&bad, hash, public_key, PG_ERR_RANGE, "s ");
    memset(other, 0xff, 32);
    refuse_verify(&good, other, public_key, PG_ERR_RANGE, "hash");
    refuse_verify(&good, hash, other, PG_ERR_INVALID, "public key");
    bytes(other, P_HEX);
    refuse_verify(&good, hash, other, PG_ERR_INVALID, "public key");
    int off = 0;
    for (uint8_t x = 0; x < 64; x++) { /* about half of all x are on no point */
        memset(other, 0, 32);
        other[31] = x;
        if (!pg_stark_public_key_valid_var(other)) {
            refuse_verify(&good, hash, other, PG_ERR_INVALID, "curve");
            off++;
        }
    }
    assert_in_range(off, 16, 48);
    pg_secret_free(secret);
}

static void test_grinding_refuses(void **state)
{
    const uint8_t zero[32] = { 0 };
    pg_secret *secret = (pg_secret *)1;

    (void)state;
    assert_int_equal(pg_stark_key_grind_var(&secret, zero, NULL), PG_ERR_INVALID);
    assert_null(secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_range),      cmocka_unit_test(test_hash_range),
        cmocka_unit_test(test_round_trips),    cmocka_unit_test(test_equal_terms),
        cmocka_unit_test(test_verify_refuses), cmocka_unit_test(test_grinding_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The STARK field and the scalars against OpenSSL's big numbers: edge values in all pairs, random ones, every degree of
 * lazy reduction; and conversions from and to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>

#include "crypto/stark_field.h"
#include "crypto/stark_scalar.h"
#include "kernels/random.h"

enum { RANDOM = 400 };

#define P_HEX "800000000000011000000000000000000000000000000000000000000000001"
#define N_HEX "800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f"

static const char *const edges[] = {
    "0",
    "1",
    "2",
    "1f",
    "ffffffffffffffff",
    "10000000000000000",
    "ffffffffffffffffffffffffffffffff",
    "7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "800000000000000000000000000000000000000000000000000000000000000",
    "800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2e",
    "80000000000000fffffffffffffffffb781126dcae7b2321e66a241adc64d2f",
    "1000000000000000000000000000000000000000000000000",
};
enum { EDGES = sizeof edges / sizeof *edges };

static BN_CTX *context;
static BIGNUM *p, *n;

static void to_bytes(uint8_t bytes[32], const BIGNUM *a)
{
    assert_int_equal(BN_bn2binpad(a, bytes, 32), 32);
}

static pg_felt felt_of(const BIGNUM *a)
{
    uint8_t bytes[32];
    pg_felt r;
    to_bytes(bytes, a);
    assert_true(pg_felt_from_bytes(&r, bytes));
    return r;
}

static void expect(const char *what, const pg_felt *got, const BIGNUM *want)
{
    uint8_t a[32], b[32];
    pg_felt_to_bytes(a, got);
    to_bytes(b, want);
    if (memcmp(a, b, 32) != 0)
        fail_msg("%s", what);
}

/* The class of a with k*p added to its limbs. */
static pg_felt lazy(const pg_felt *a, unsigned k)
{
    pg_felt r;
    pg_felt_sub(&r, a, &pg_felt_zero, k);
    return r;
}

static void check_pair(const BIGNUM *a, const BIGNUM *b)
{
    pg_felt x = felt_of(a), y = felt_of(b), r;
    BIGNUM *want = BN_new();

    for (unsigned k = 0; k <= 25; k += 5) {
        pg_felt u = lazy(&x, k), w = lazy(&y, 25 - k);
        BN_mod_mul(want, a, b, p, context);
        pg_felt_mul(&r, &u, &w);
        expect("mul", &r, want);
        pg_felt_reduce(&r, &u);
        expect("reduce", &r, a);
        assert_true(r.limb[3] <= PG_FELT_P3 + 1024);
        pg_felt_normalize(&r, &u);
        assert_memory_equal(&r, &x, sizeof r);
    }
    BN_mod_add(want, a, b, p, context);
    pg_felt_add(&r, &x, &y);
    expect("add", &r, want);
    BN_mod_sub(want, a, b, p, context);
    pg_felt_sub(&r, &x, &y, 1);
    expect("sub", &r, want);
    BN_mod_sqr(want, a, p, context);
    for (unsigned k = 0; k <= 29; k++) {
        pg_felt u = lazy(&x, k);
        pg_felt_sqr(&r, &u);
        pg_felt_normalize(&r, &r);
        expect("sqr", &r, want);
    }
    assert_int_equal(pg_felt_equal(&x, &y), BN_cmp(a, b) == 0);
    assert_int_equal(pg_felt_is_zero(&x), BN_is_zero(a));
    BN_free(want);
}

static void check_inverse(const BIGNUM *a)
{
    pg_felt x = felt_of(a), r, back;
    BIGNUM *want = BN_new();

    pg_felt_invert(&r, &x);
    if (BN_is_zero(a)) {
        assert_true(pg_felt_is_zero(&r));
        assert_true(pg_felt_is_square(&x));
    } else {
        assert_non_null(BN_mod_inverse(want, a, p, context));
        expect("invert", &r, want);
        pg_felt_mul(&back, &r, &x);
        assert_true(pg_felt_equal(&back, &pg_felt_one));
        assert_int_equal(pg_felt_is_square(&x), BN_kronecker(a, p, context) == 1);
    }
    BN_free(want);
}

static void check_scalar_pair(const BIGNUM *a, const BIGNUM *b)
{
    uint8_t bytes[32], got[32];
    pg_stark_scalar x, y, r;
    BIGNUM *want = BN_new();

    to_bytes(bytes, a);
    pg_stark_scalar_from_bytes_mod(&x, bytes);
    to_bytes(bytes, b);
    pg_stark_scalar_from_bytes_mod(&y, bytes);
    BN_mod_mul(want, a, b, n, context);
    pg_stark_scalar_mul(&r, &x, &y);
    pg_stark_scalar_to_bytes(got, &r);
    to_bytes(bytes, want);
    assert_memory_equal(got, bytes, 32);
    BN_mod_add(want, a, b, n, context);
    pg_stark_scalar_add(&r, &x, &y);
    pg_stark_scalar_to_bytes(got, &r);
    to_bytes(bytes, want);
    assert_memory_equal(got, bytes, 32);
    pg_stark_scalar_negate(&r, &x);
    pg_stark_scalar_add(&r, &r, &x);
    assert_true(pg_stark_scalar_is_zero(&r));
    pg_stark_scalar_invert(&r, &x);
    pg_stark_scalar_mul(&r, &r, &x);
    pg_stark_scalar_to_bytes(got, &r);
    bool divisible = pg_stark_scalar_is_zero(&x);
    memset(bytes, 0, 32);
    bytes[31] = !divisible;
    assert_memory_equal(got, bytes, 32);
    BN_free(want);
}

static int make_numbers(void **state)
{
    (void)state;
    context = BN_CTX_new();
    BN_hex2bn(&p, P_HEX);
    BN_hex2bn(&n, N_HEX);
    return context && p && n ? 0 : -1;
}

static int free_numbers(void **state)
{
    (void)state;
    BN_free(p);
    BN_free(n);
    BN_CTX_free(context);
    return 0;
}

/* An edge, p - edge, or a random number below p. */
static BIGNUM *number(int i, pg_random *random)
{
    BIGNUM *a = NULL;

    if (i < 2 * EDGES) {
        BN_hex2bn(&a, edges[i / 2]);
        if (i % 2)
            BN_mod_sub(a, p, a, p, context);
    } else {
        uint64_t words[4];
        for (int j = 0; j < 4; j++)
            words[j] = pg_random_bits(random);
        a = BN_bin2bn((const unsigned char *)words, sizeof words, NULL);
        BN_mod(a, a, p, context);
    }
    return a;
}

static void test_arithmetic(void **state)
{
    pg_random random;

    (void)state;
    pg_random_seed(&random, 1);
    for (int i = 0; i < 2 * EDGES; i++)
        for (int j = 0; j < 2 * EDGES; j++) {
            BIGNUM *a = number(i, NULL), *b = number(j, NULL);
            check_pair(a, b);
            check_scalar_pair(a, b);
            BN_free(a);
            BN_free(b);
        }
    for (int i = 0; i < RANDOM; i++) {
        BIGNUM *a = number(2 * EDGES, &random), *b = number(2 * EDGES, &random);
        check_pair(a, b);
        check_inverse(a);
        check_scalar_pair(a, b);
        BN_free(a);
        BN_free(b);
    }
    for (int i = 0; i < 2 * EDGES; i++) {
        BIGNUM *a = number(i, NULL);
        check_inverse(a);
        BN_free(a);
    }
}

/* The last values of each range: p - 1 and n - 1 are in, p, n and 2^256 - 1 are out. */
static void test_ranges(void **state)
{
    uint8_t bytes[32];
    pg_felt felt;
    pg_stark_scalar scalar;

    (void)state;
    to_bytes(bytes, p);
    assert_false(pg_felt_from_bytes(&felt, bytes));
    assert_true(pg_felt_is_zero(&felt));
    pg_felt_from_bytes_mod(&felt, bytes);
    assert_true(pg_felt_is_zero(&felt));
    bytes[31]--;
    assert_true(pg_felt_from_bytes(&felt, bytes));
    assert_false(pg_stark_scalar_from_bytes(&scalar, bytes));
    to_bytes(bytes, n);
    assert_false(pg_stark_scalar_from_bytes(&scalar, bytes));
    assert_true(pg_stark_scalar_is_zero(&scalar));
    bytes[31]--;
    assert_true(pg_stark_scalar_from_bytes(&scalar, bytes));
    assert_false(pg_stark_scalar_is_short(&scalar));
    memset(bytes, 0xff, 32);
    assert_false(pg_felt_from_bytes(&felt, bytes));
    assert_false(pg_stark_scalar_from_bytes(&scalar, bytes));
    bytes[0] = 0x07;
    assert_true(pg_stark_scalar_from_bytes(&scalar, bytes));
    assert_true(pg_stark_scalar_is_short(&scalar));
}

static void round_trip(const char *text, const char *hex, const char *decimal)
{
    char out[PG_FELT_DECIMAL];
    pg_felt felt;

    assert_int_equal(pg_felt_from_hex(&felt, text, NULL), PG_OK);
    assert_string_equal(pg_felt_to_hex(out, &felt), hex);
    assert_string_equal(pg_felt_to_decimal(out, &felt), decimal);
}

static void refuse_hex(const char *text, pg_status status)
{
    pg_felt felt;
    pg_error err;
    assert_int_equal(pg_felt_from_hex(&felt, text, &err), status);
    assert_true(pg_felt_is_zero(&felt));
    assert_true(err.what[0] != '\0');
}

static void test_text(void **state)
{
    pg_felt felt, other;

    (void)state;
    round_trip("0x0", "0x0", "0");
    round_trip("0x00000a", "0xa", "10");
    round_trip("0xDE0B6B3A763FFFF", "0xde0b6b3a763ffff", "999999999999999999");
    round_trip("0xde0b6b3a7640000", "0xde0b6b3a7640000", "1000000000000000000");
    round_trip("0xc097ce7bc90715b34b9f1000000000", "0xc097ce7bc90715b34b9f1000000000",
               "1000000000000000000000000000000000000");
    round_trip("0x800000000000011000000000000000000000000000000000000000000000000",
               "0x800000000000011000000000000000000000000000000000000000000000000",
               "3618502788666131213697322783095070105623107215331596699973092056135872020480");
    refuse_hex("0x" P_HEX, PG_ERR_RANGE);
    refuse_hex("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", PG_ERR_RANGE);
    refuse_hex("0x00000000000000000000000000000000000000000000000000000000000000000", PG_ERR_RANGE);
    refuse_hex("", PG_ERR_PARSE);
    refuse_hex("0x", PG_ERR_PARSE);
    refuse_hex("12", PG_ERR_PARSE);
    refuse_hex("0x1g", PG_ERR_PARSE);
    refuse_hex("0x 1", PG_ERR_PARSE);
    refuse_hex("0x-1", PG_ERR_PARSE);

    assert_int_equal(pg_felt_from_short(&felt, "SN_MAIN", NULL), PG_OK);
    pg_felt_from_hex(&other, "0x534e5f4d41494e", NULL);
    assert_true(pg_felt_equal(&felt, &other));
    assert_int_equal(pg_felt_from_short(&felt, "1234567890123456789012345678901", NULL), PG_OK);
    assert_int_equal(pg_felt_from_short(&felt, "12345678901234567890123456789012", NULL), PG_ERR_RANGE);
    assert_int_equal(pg_felt_from_short(&felt, "\xc3\xa4", NULL), PG_ERR_PARSE);
}

static void test_integers(void **state)
{
    pg_felt a, b;

    (void)state;
    pg_felt_from_i64(&a, INT64_MIN);
    pg_felt_from_u64(&b, (uint64_t)1 << 63);
    pg_felt_add(&a, &a, &b);
    assert_true(pg_felt_is_zero(&a));
    pg_felt_from_i64(&a, 0);
    assert_true(pg_felt_is_zero(&a));
    pg_felt_from_i64(&a, INT64_MAX);
    pg_felt_from_u64(&b, INT64_MAX);
    assert_true(pg_felt_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_integers),
    };
    return cmocka_run_group_tests(tests, make_numbers, free_numbers);
}

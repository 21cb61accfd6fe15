/* The group: its laws on every exceptional case, multiples by three different routes, the twist, the precomputed table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/stark_generator.h"
#include "crypto/stark_poseidon.h"
#include "crypto/stark_wnaf.h"
#include "kernels/random.h"

static pg_stark_curve stark_curve(void)
{
    pg_stark_curve curve = { .a = pg_felt_one };
    pg_felt_add(&curve.b3, &pg_stark_curve_b, &pg_stark_curve_b);
    pg_felt_add(&curve.b3, &curve.b3, &pg_stark_curve_b);
    pg_felt_normalize(&curve.b3, &curve.b3);
    return curve;
}

static void same(const pg_stark_point *a, const pg_stark_point *b)
{
    pg_stark_affine x, y;
    pg_stark_point_to_affine(&x, a);
    pg_stark_point_to_affine(&y, b);
    assert_memory_equal(&x, &y, sizeof x);
}

static bool is_infinity(const pg_stark_point *a)
{
    return pg_felt_is_zero(&a->z) && !pg_felt_is_zero(&a->y);
}

static pg_stark_point negative(const pg_stark_point *a)
{
    pg_stark_point r = *a;
    pg_felt_sub(&r.y, &pg_felt_zero, &r.y, 2);
    pg_felt_reduce(&r.y, &r.y);
    return r;
}

static pg_stark_point generator(void)
{
    pg_stark_point g;
    pg_stark_point_from_affine(&g, &pg_stark_generator);
    return g;
}

static pg_stark_scalar small(uint64_t value)
{
    return (pg_stark_scalar){ { value, 0, 0, 0 } };
}

static pg_stark_scalar from_end(uint64_t below)
{
    pg_stark_scalar k = small(below);
    pg_stark_scalar_negate(&k, &k);
    return k;
}

static pg_stark_scalar any(pg_random *random)
{
    uint8_t bytes[32];
    pg_stark_scalar k;
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)pg_random_bits(random);
    pg_stark_scalar_from_bytes_mod(&k, bytes);
    return k;
}

/* Bit by bit, with nothing but the group law. */
static pg_stark_point slowly(const pg_stark_scalar *k, const pg_stark_point *p)
{
    pg_stark_point r = pg_stark_infinity;
    for (int i = 255; i >= 0; i--) {
        pg_stark_point_double(&r, &r);
        if (k->limb[i / 64] >> (i % 64) & 1)
            pg_stark_point_add(&r, &r, p);
    }
    return r;
}

static void test_constants(void **state)
{
    pg_felt text;

    (void)state;
    assert_true(pg_stark_affine_on_curve(&pg_stark_generator));
    pg_felt_from_hex(&text, "0x6f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89", NULL);
    assert_true(pg_felt_equal(&text, &pg_stark_curve_b));
    pg_felt_from_hex(&text, "0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca", NULL);
    assert_true(pg_felt_equal(&text, &pg_stark_generator.x));
    pg_felt_from_hex(&text, "0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f", NULL);
    assert_true(pg_felt_equal(&text, &pg_stark_generator.y));
}

static void test_off_the_curve(void **state)
{
    pg_stark_affine point = pg_stark_generator;

    (void)state;
    pg_felt_add(&point.y, &point.y, &pg_felt_one);
    assert_false(pg_stark_affine_on_curve(&point));
    point = (pg_stark_affine){ { { 0 } }, { { 0 } } };
    assert_false(pg_stark_affine_on_curve(&point));
    point = (pg_stark_affine){ pg_stark_generator.y, pg_stark_generator.x };
    assert_false(pg_stark_affine_on_curve(&point));
}

/* p + 0, 0 + p, 0 + 0, p + p, p + -p, in all three additions. */
static void test_exceptions(void **state)
{
    pg_stark_point g = generator(), minus = negative(&g), twice, r;

    (void)state;
    pg_stark_point_double(&twice, &g);
    pg_stark_point_add(&r, &g, &pg_stark_infinity);
    same(&r, &g);
    pg_stark_point_add(&r, &pg_stark_infinity, &g);
    same(&r, &g);
    pg_stark_point_add(&r, &pg_stark_infinity, &pg_stark_infinity);
    assert_true(is_infinity(&r));
    pg_stark_point_double(&r, &pg_stark_infinity);
    assert_true(is_infinity(&r));
    pg_stark_point_add(&r, &g, &minus);
    assert_true(is_infinity(&r));
    pg_stark_point_add(&r, &g, &g);
    same(&r, &twice);
    pg_stark_point_add_affine(&r, &pg_stark_infinity, &pg_stark_generator);
    same(&r, &g);
    pg_stark_point_add_affine(&r, &g, &pg_stark_generator);
    same(&r, &twice);
    pg_stark_point_add_affine(&r, &minus, &pg_stark_generator);
    assert_true(is_infinity(&r));
    pg_stark_affine affine;
    pg_stark_point_to_affine(&affine, &pg_stark_infinity);
    assert_true(pg_felt_is_zero(&affine.x) && pg_felt_is_zero(&affine.y));
}

/* Every multiple up to 600 and down from n, so that each row's points, all digits and both signs are met. */
static void test_small_multiples(void **state)
{
    pg_stark_point g = generator(), sum = pg_stark_infinity, r, minus;
    pg_stark_curve curve = stark_curve();

    (void)state;
    for (uint64_t i = 0; i <= 600; i++) {
        pg_stark_scalar k = small(i), end = from_end(i);
        pg_stark_generator_mul(&r, &k);
        same(&r, &sum);
        pg_stark_wnaf_mul_var(&r, &k, &g, &curve);
        same(&r, &sum);
        minus = negative(&sum);
        pg_stark_generator_mul(&r, &end);
        same(&r, &minus);
        pg_stark_wnaf_mul_var(&r, &end, &g, &curve);
        same(&r, &minus);
        pg_stark_point_add_affine(&sum, &sum, &pg_stark_generator);
    }
}

/* Each power of two, and each nibble alone: every row of the table. */
static void test_table_rows(void **state)
{
    pg_stark_point g = generator(), power = generator(), r, slow;

    (void)state;
    for (int i = 0; i < 252; i++) {
        pg_stark_scalar k = { { 0 } };
        k.limb[i / 64] = (uint64_t)1 << (i % 64);
        if (i == 251) /* 2^251 is still below n */
            assert_false(pg_stark_scalar_is_short(&k));
        pg_stark_generator_mul(&r, &k);
        same(&r, &power);
        for (uint64_t nibble = 3; i % 4 == 0 && i < 248 && nibble < 16; nibble += 3) {
            k.limb[i / 64] = nibble << (i % 64);
            slow = slowly(&k, &g);
            pg_stark_generator_mul(&r, &k);
            same(&r, &slow);
        }
        pg_stark_point_double(&power, &power);
    }
}

static void test_random_multiples(void **state)
{
    pg_stark_point g = generator(), p, q, r, slow;
    pg_stark_curve curve = stark_curve();
    pg_random random;

    (void)state;
    pg_random_seed(&random, 2);
    for (int i = 0; i < 40; i++) {
        pg_stark_scalar a = any(&random), b = any(&random), sum;
        slow = slowly(&a, &g);
        pg_stark_generator_mul(&p, &a);
        same(&p, &slow);
        pg_stark_generator_mul(&q, &b);
        pg_stark_scalar_add(&sum, &a, &b);
        pg_stark_generator_mul(&r, &sum);
        pg_stark_point_add(&p, &p, &q);
        same(&p, &r);
        pg_stark_wnaf_mul_var(&r, &a, &q, &curve); /* a*b*G */
        pg_stark_scalar_mul(&sum, &a, &b);
        pg_stark_generator_mul(&p, &sum);
        same(&p, &r);
    }
}

/* Coordinates at the top of what "reduced" allows. */
static void test_lazy_coordinates(void **state)
{
    pg_stark_point g = generator(), lazy = g, r, twice;
    const pg_felt modulus = { { 1, 0, 0, PG_FELT_P3 } };

    (void)state;
    pg_felt_add(&lazy.z, &pg_felt_zero, &pg_felt_one);
    pg_felt_sub(&lazy.z, &lazy.z, &pg_felt_zero, 1);
    pg_stark_point_double(&twice, &g);
    pg_stark_point_add(&r, &lazy, &g);
    same(&r, &twice);
    lazy = pg_stark_infinity;
    lazy.z = modulus;
    lazy.x = modulus;
    pg_stark_point_add(&r, &lazy, &g);
    same(&r, &g);
}

/* Poseidon's three functions differ from each other and by length, and read each element. */
static void test_poseidon(void **state)
{
    pg_felt v[8], first, other;

    (void)state;
    for (int i = 0; i < 8; i++)
        v[i] = pg_felt_zero;
    for (size_t n = 0; n < 8; n++) {
        pg_poseidon_hash(&first, v, n);
        pg_poseidon_hash(&other, v, n + 1);
        assert_false(pg_felt_equal(&first, &other));
        for (size_t i = 0; i < n; i++) {
            v[i] = pg_felt_one;
            pg_poseidon_hash(&other, v, n);
            assert_false(pg_felt_equal(&first, &other));
            v[i] = pg_felt_zero;
        }
    }
    pg_poseidon_hash2(&first, &v[0], &v[0]);
    pg_poseidon_hash1(&other, &v[0]);
    assert_false(pg_felt_equal(&first, &other));
    pg_poseidon_hash(&other, v, 2);
    assert_false(pg_felt_equal(&first, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constants),        cmocka_unit_test(test_off_the_curve),
        cmocka_unit_test(test_exceptions),       cmocka_unit_test(test_small_multiples),
        cmocka_unit_test(test_table_rows),       cmocka_unit_test(test_random_multiples),
        cmocka_unit_test(test_lazy_coordinates), cmocka_unit_test(test_poseidon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

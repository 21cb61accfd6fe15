/* GF(p^5): the axioms on pseudo-random elements, roots, and what a decoder refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "crypto/fp5.h"

enum { ROUNDS = 300 };

static pg_fp5 element(uint64_t *seed)
{
    pg_fp5 a;
    for (int i = 0; i < PG_FP5_LIMBS; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        a.c[i] = *seed % 7 == 0 ? UINT64_MAX - *seed % 3 : *seed; /* also values that are not reduced */
    }
    return a;
}

static void axioms(void **state)
{
    uint64_t seed = 1;
    pg_fp5 left, right, t;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        pg_fp5 a = element(&seed), b = element(&seed), c = element(&seed);
        pg_fp5_mul(&left, &a, &b);
        pg_fp5_mul(&left, &left, &c);
        pg_fp5_mul(&right, &b, &c);
        pg_fp5_mul(&right, &a, &right);
        assert_true(pg_fp5_equal(&left, &right));
        t = pg_fp5_add(b, c);
        pg_fp5_mul(&left, &a, &t);
        pg_fp5_mul(&right, &a, &b);
        pg_fp5_mul(&t, &a, &c);
        right = pg_fp5_add(right, t);
        assert_true(pg_fp5_equal(&left, &right));
        pg_fp5_mul(&left, &a, &a);
        pg_fp5_square(&right, &a);
        assert_true(pg_fp5_equal(&left, &right));
        pg_fp5_invert(&t, &a);
        pg_fp5_mul(&t, &t, &a);
        pg_fp5_canonical(&t);
        assert_true(t.c[0] == 1 && (t.c[1] | t.c[2] | t.c[3] | t.c[4]) == 0);
    }
}

static void frobenius_is_the_power(void **state)
{
    uint64_t seed = 2;
    pg_fp5 a = element(&seed), power = { { 1 } }, image;
    (void)state;
    for (int bit = 63; bit >= 0; bit--) {
        pg_fp5_square(&power, &power);
        if (PG_GL_P >> bit & 1)
            pg_fp5_mul(&power, &power, &a);
    }
    pg_fp5_frobenius(&image, &a, 1);
    assert_true(pg_fp5_equal(&image, &power));
    pg_fp5_frobenius(&power, &image, 1);
    pg_fp5_frobenius(&image, &a, 2);
    assert_true(pg_fp5_equal(&image, &power));
}

static void roots(void **state)
{
    uint64_t seed = 3;
    pg_fp5 root, square, again;
    int squares = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        pg_fp5 a = element(&seed);
        pg_fp5_square(&square, &a);
        assert_true(pg_fp5_sqrt_var(&root, &square));
        pg_fp5_square(&again, &root);
        assert_true(pg_fp5_equal(&again, &square));
        assert_true(root.c[0] % 2 == 1 || root.c[0] == 0);
        bool found = pg_fp5_sqrt_var(&root, &a);
        assert_true(found == (pg_fp5_legendre(&a) == 1));
        squares += found;
    }
    assert_in_range(squares, ROUNDS / 4, 3 * ROUNDS / 4);
}

static void non_canonical_is_refused(void **state)
{
    pg_error err;
    pg_fp5 a;
    (void)state;
    for (int i = 0; i < PG_FP5_LIMBS; i++) {
        uint8_t bytes[PG_FP5_BYTES] = { 0 };
        char where[32];
        pg_le64_store(bytes + 8 * i, PG_GL_P);
        assert_int_equal(pg_fp5_decode(&a, bytes, &err), PG_ERR_RANGE);
        snprintf(where, sizeof where, "coefficient %d", i);
        assert_string_equal(err.where, where);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axioms),
        cmocka_unit_test(frobenius_is_the_power),
        cmocka_unit_test(roots),
        cmocka_unit_test(non_canonical_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Goldilocks: the axioms on edge values and on numbers that are not reduced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/goldilocks.h"

static const uint64_t edges[] = { 0,
                                  1,
                                  2,
                                  3,
                                  PG_GL_EPSILON,
                                  PG_GL_EPSILON + 1,
                                  (uint64_t)1 << 63,
                                  PG_GL_P - 2,
                                  PG_GL_P - 1,
                                  PG_GL_P,
                                  PG_GL_P + 1,
                                  UINT64_MAX - 1,
                                  UINT64_MAX,
                                  0x123456789abcdef0u,
                                  0xfedcba9876543210u };
enum { EDGES = sizeof edges / sizeof edges[0] };

static uint64_t remainder_of(pg_u128 x)
{
    return (uint64_t)(x % PG_GL_P);
}

static void operations_agree_with_division(void **state)
{
    (void)state;
    for (int i = 0; i < EDGES; i++)
        for (int k = 0; k < EDGES; k++) {
            uint64_t a = edges[i], b = edges[k];
            assert_true(pg_gl_canonical(pg_gl_add(a, b)) == remainder_of((pg_u128)a + b));
            assert_true(pg_gl_canonical(pg_gl_sub(a, b)) == remainder_of((pg_u128)a + 2 * (pg_u128)PG_GL_P - b));
            assert_true(pg_gl_canonical(pg_gl_mul(a, b)) == remainder_of((pg_u128)a * b));
            assert_true(pg_gl_canonical(pg_gl_reduce96(a, (uint32_t)b)) ==
                        remainder_of((pg_u128)(uint32_t)b << 64 | a));
        }
}

static void inverses_and_roots(void **state)
{
    uint64_t root;
    (void)state;
    for (int i = 0; i < EDGES; i++) {
        uint64_t a = edges[i], product = pg_gl_canonical(pg_gl_mul(a, pg_gl_invert(a)));
        assert_true(product == (pg_gl_canonical(a) != 0));
        assert_true(pg_gl_sqrt_var(&root, a) == (pg_gl_legendre(a) != PG_GL_P - 1));
        assert_true(pg_gl_sqrt_var(&root, pg_gl_square(a)));
        assert_true(pg_gl_canonical(pg_gl_square(root)) == pg_gl_canonical(pg_gl_square(a)));
    }
}

static void non_canonical_is_refused(void **state)
{
    uint8_t bytes[8];
    uint64_t a = 7;
    pg_error err;
    (void)state;
    pg_le64_store(bytes, PG_GL_P);
    assert_int_equal(pg_gl_decode(&a, bytes, &err), PG_ERR_RANGE);
    assert_non_null(strstr(err.what, "not below the prime"));
    assert_true(a == 7);
    pg_le64_store(bytes, PG_GL_P - 1);
    assert_int_equal(pg_gl_decode(&a, bytes, &err), PG_OK);
    assert_true(a == PG_GL_P - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_agree_with_division),
        cmocka_unit_test(inverses_and_roots),
        cmocka_unit_test(non_canonical_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

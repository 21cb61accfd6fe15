/* ECgFp5: the group law, the table of the generator, scalars, and encodings that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/ecgfp5.h"

static pg_scalar5 scalar(uint64_t seed)
{
    uint8_t bytes[PG_SCALAR5_BYTES];
    pg_scalar5 out;
    for (int i = 0; i < PG_SCALAR5_BYTES; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(seed >> 56);
    }
    pg_scalar5_reduce(&out, bytes);
    return out;
}

static void generator(pg_ecgfp5 *g)
{
    uint8_t four[PG_FP5_BYTES] = { 4 };
    assert_int_equal(pg_ecgfp5_decode_var(g, four, NULL), PG_OK);
}

static void the_table_is_of_the_generator(void **state)
{
    pg_ecgfp5 base, multiple, entry = { .z = { { 1 } }, .t = { { 1 } } };
    (void)state;
    generator(&base);
    for (int i = 0; i < PG_ECGFP5_BLOCKS; i++) {
        multiple = base;
        for (int m = 0; m < PG_ECGFP5_MULTIPLES; m++) {
            entry.x = pg_ecgfp5_table[i][m].x;
            entry.u = pg_ecgfp5_table[i][m].u;
            pg_fp5 scaled;
            assert_true(pg_ecgfp5_equal(&entry, &multiple));
            pg_fp5_mul(&scaled, &entry.x, &multiple.z);
            assert_true(pg_fp5_equal(&scaled, &multiple.x));
            pg_ecgfp5_add(&multiple, &multiple, &base);
        }
        pg_ecgfp5_double(&base, &base, 20);
    }
}

static void both_multiplications_agree_and_add_up(void **state)
{
    pg_ecgfp5 g, a, b, sum, both;
    pg_scalar5 total;
    (void)state;
    generator(&g);
    for (uint64_t i = 0; i < 20; i++) {
        pg_scalar5 j = scalar(2 * i), k = scalar(2 * i + 1);
        pg_ecgfp5_mul_generator(&a, &j);
        pg_ecgfp5_mul(&b, &g, &j);
        assert_true(pg_ecgfp5_equal(&a, &b));
        pg_ecgfp5_mul(&b, &g, &k);
        pg_ecgfp5_add(&sum, &a, &b);
        pg_scalar5_add(&total, &j, &k);
        pg_ecgfp5_mul_generator(&both, &total);
        assert_true(pg_ecgfp5_equal(&sum, &both));
        pg_scalar5_mul(&total, &j, &k);
        pg_ecgfp5_mul(&both, &a, &k);
        pg_ecgfp5_mul_generator(&sum, &total);
        assert_true(pg_ecgfp5_equal(&sum, &both));
        assert_false(pg_ecgfp5_equal(&a, &b));
    }
}

static void the_order_leads_to_the_neutral_element(void **state)
{
    pg_scalar5 zero = { { 0 } }, one = { { 1 } }, last;
    pg_ecgfp5 p, g;
    (void)state;
    generator(&g);
    pg_scalar5_sub(&last, &zero, &one);
    pg_ecgfp5_mul_generator(&p, &last);
    pg_ecgfp5_add(&p, &p, &g);
    assert_true(pg_ecgfp5_is_neutral(&p));
    pg_ecgfp5_mul_generator(&p, &zero);
    assert_true(pg_ecgfp5_is_neutral(&p));
    pg_ecgfp5_add(&p, &g, &pg_ecgfp5_neutral);
    assert_true(pg_ecgfp5_equal(&p, &g));
}

static void what_is_no_point_is_refused(void **state)
{
    uint8_t one[PG_FP5_BYTES] = { 1 }, large[PG_FP5_BYTES];
    pg_ecgfp5 p;
    pg_error err;
    (void)state;
    assert_int_equal(pg_ecgfp5_decode_var(&p, one, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "no point"));
    memset(large, 0xff, sizeof large);
    assert_int_equal(pg_ecgfp5_decode_var(&p, large, &err), PG_ERR_RANGE);
}

static void scalars_beyond_the_order_are_refused(void **state)
{
    uint8_t bytes[PG_SCALAR5_BYTES];
    pg_scalar5 zero = { { 0 } }, one = { { 1 } }, last, read;
    pg_error err;
    (void)state;
    pg_scalar5_sub(&last, &zero, &one);
    pg_scalar5_encode(bytes, &last);
    assert_int_equal(pg_scalar5_decode(&read, bytes, &err), PG_OK);
    bytes[0]++;
    assert_int_equal(pg_scalar5_decode(&read, bytes, &err), PG_ERR_RANGE);
    assert_non_null(strstr(err.what, "not below the order"));
    pg_scalar5_reduce(&read, bytes);
    assert_true(pg_scalar5_is_zero(&read));
}

static void wide_reduction(void **state)
{
    uint8_t wide[64], low[PG_SCALAR5_BYTES];
    pg_scalar5 a, b, high = { { 0 } }, shift, half = { { 0, 0, (uint64_t)1 << 32 } }; /* 2^160 */
    (void)state;
    for (int i = 0; i < 64; i++)
        wide[i] = (uint8_t)(37 * i + 11);
    memcpy(low, wide, sizeof low);
    for (int i = 0; i < 3; i++)
        high.limb[i] = pg_le64_load(wide + 40 + 8 * i);
    pg_scalar5_mul(&shift, &half, &half);
    pg_scalar5_mul(&high, &high, &shift);
    pg_scalar5_reduce(&b, low);
    pg_scalar5_add(&b, &b, &high);
    pg_scalar5_reduce_wide(&a, wide);
    assert_true(pg_scalar5_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_of_the_generator),
        cmocka_unit_test(both_multiplications_agree_and_add_up),
        cmocka_unit_test(the_order_leads_to_the_neutral_element),
        cmocka_unit_test(what_is_no_point_is_refused),
        cmocka_unit_test(scalars_beyond_the_order_are_refused),
        cmocka_unit_test(wide_reduction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

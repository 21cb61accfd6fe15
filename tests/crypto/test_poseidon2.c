/* Poseidon2: the sponge around the permutation; the permutation itself is judged by vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/poseidon2.h"

static void unreduced_inputs_hash_alike(void **state)
{
    uint64_t low[PG_POSEIDON2_WIDTH], high[PG_POSEIDON2_WIDTH];
    (void)state;
    for (int i = 0; i < PG_POSEIDON2_WIDTH; i++) {
        low[i] = (uint64_t)i;
        high[i] = PG_GL_P + (uint64_t)i;
    }
    pg_poseidon2_permute(low);
    pg_poseidon2_permute(high);
    assert_memory_equal(low, high, sizeof low);
    for (int i = 0; i < PG_POSEIDON2_WIDTH; i++)
        assert_true(low[i] < PG_GL_P);
}

static void no_input_is_zero(void **state)
{
    uint64_t out[5] = { 1, 1, 1, 1, 1 }, zero[5] = { 0 };
    (void)state;
    pg_poseidon2_hash(out, 5, NULL, 0);
    assert_memory_equal(out, zero, sizeof out);
}

static void a_last_chunk_keeps_the_rest(void **state)
{
    uint64_t in[9], expected[PG_POSEIDON2_WIDTH] = { 0 }, out[12];
    (void)state;
    for (int i = 0; i < 9; i++)
        in[i] = 100 + (uint64_t)i;
    memcpy(expected, in, 8 * sizeof *in);
    pg_poseidon2_permute(expected);
    expected[0] = in[8];
    pg_poseidon2_permute(expected);
    pg_poseidon2_hash(out, 12, in, 9);
    assert_memory_equal(out, expected, 8 * sizeof *out);
    pg_poseidon2_permute(expected);
    assert_memory_equal(out + 8, expected, 4 * sizeof *out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unreduced_inputs_hash_alike),
        cmocka_unit_test(no_input_is_zero),
        cmocka_unit_test(a_last_chunk_keeps_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

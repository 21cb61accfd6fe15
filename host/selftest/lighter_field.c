/* Vectors of the fields, the permutation and the scalars. */
#include <stdlib.h>
#include <string.h>

#include "crypto/ecgfp5_scalar.h"
#include "crypto/poseidon2.h"
#include "selftest/lighter.h"

enum { MAX_ELEMENTS = PG_LIGHTER_HEX_MAX / 8 };

static uint64_t element(const cJSON *vector, const char *name)
{
    uint8_t bytes[8] = { 0 };
    pg_lighter_hex(vector, name, bytes, sizeof bytes);
    return pg_le64_load(bytes);
}

static void check_element(pg_vectors *v, const cJSON *vector, const char *name, uint64_t got)
{
    uint8_t bytes[8];
    pg_gl_encode(bytes, got);
    pg_lighter_check_hex(v, vector, name, bytes, sizeof bytes);
}

static void run_goldilocks(pg_vectors *v, const cJSON *vector)
{
    uint64_t a = element(vector, "a"), b = element(vector, "b"), root;

    check_element(v, vector, "add", pg_gl_add(a, b));
    check_element(v, vector, "sub", pg_gl_sub(a, b));
    check_element(v, vector, "mul", pg_gl_mul(a, b));
    check_element(v, vector, "neg_a", pg_gl_neg(a));
    check_element(v, vector, "square_a", pg_gl_square(a));
    check_element(v, vector, "inv_a", pg_gl_invert(a));
    check_element(v, vector, "pow7_a", pg_gl_power(a, 7));
    bool found = pg_gl_sqrt_var(&root, a);
    pg_vector_check_true(v, "sqrt_a_exists", found == cJSON_IsTrue(pg_vector_get(vector, "sqrt_a_exists")));
    if (found)
        pg_vector_check_true(v, "sqrt squared", pg_gl_canonical(pg_gl_square(root)) == pg_gl_canonical(a));
}

void pg_lighter_goldilocks(pg_vectors *v, const cJSON *root)
{
    pg_lighter_each(v, pg_vector_get(root, "vectors"), "goldilocks", run_goldilocks);
}

static void run_wide(pg_vectors *v, const cJSON *vector)
{
    uint8_t bytes[16] = { 0 };
    pg_lighter_hex(vector, "wide", bytes, sizeof bytes);
    pg_u128 wide = (pg_u128)pg_le64_load(bytes + 8) << 64 | pg_le64_load(bytes);
    check_element(v, vector, "reduced", pg_gl_reduce(wide));
}

static void run_int64(pg_vectors *v, const cJSON *vector)
{
    check_element(v, vector, "element", pg_gl_from_int64(strtoll(pg_vector_text(vector, "int64"), NULL, 10)));
}

void pg_lighter_goldilocks_reduce(pg_vectors *v, const cJSON *root)
{
    const cJSON *vectors = pg_vector_get(root, "vectors");
    pg_lighter_each(v, pg_vector_get(vectors, "wide"), "wide", run_wide);
    pg_lighter_each(v, pg_vector_get(vectors, "int64"), "int64", run_int64);
}

static void check_fp5(pg_vectors *v, const cJSON *vector, const char *name, pg_fp5 got)
{
    uint8_t bytes[PG_FP5_BYTES];
    pg_fp5_encode(bytes, &got);
    pg_lighter_check_hex(v, vector, name, bytes, sizeof bytes);
}

static pg_fp5 read_fp5(pg_vectors *v, const cJSON *vector, const char *name)
{
    uint8_t bytes[PG_FP5_BYTES] = { 0 };
    pg_fp5 a = { { 0 } };
    pg_error err;

    pg_lighter_hex(vector, name, bytes, sizeof bytes);
    if (pg_fp5_decode(&a, bytes, &err) != PG_OK)
        pg_vector_fail(v, name, "%s", err.what);
    return a;
}

static void run_fp5(pg_vectors *v, const cJSON *vector)
{
    pg_fp5 a = read_fp5(v, vector, "a"), b = read_fp5(v, vector, "b"), out;

    check_fp5(v, vector, "add", pg_fp5_add(a, b));
    check_fp5(v, vector, "sub", pg_fp5_sub(a, b));
    check_fp5(v, vector, "neg_a", pg_fp5_neg(a));
    pg_fp5_mul(&out, &a, &b);
    check_fp5(v, vector, "mul", out);
    pg_fp5_square(&out, &a);
    check_fp5(v, vector, "square_a", out);
    pg_fp5_invert(&out, &a);
    check_fp5(v, vector, "inv_a", out);
    pg_fp5_frobenius(&out, &a, 1);
    check_fp5(v, vector, "frobenius1_a", out);
    pg_fp5_frobenius(&out, &a, 2);
    check_fp5(v, vector, "frobenius2_a", out);
    check_element(v, vector, "legendre_a", pg_fp5_legendre(&a));
    bool found = pg_fp5_sqrt_var(&out, &a);
    pg_vector_check_true(v, "canonical_sqrt_a exists", found == !!pg_vector_get(vector, "canonical_sqrt_a"));
    if (found)
        check_fp5(v, vector, "canonical_sqrt_a", out);
}

void pg_lighter_fp5(pg_vectors *v, const cJSON *root)
{
    pg_lighter_each(v, pg_vector_get(root, "vectors"), "fp5", run_fp5);
}

/* A member of concatenated elements; how many. */
static size_t elements(const cJSON *vector, const char *name, uint64_t *out)
{
    uint8_t bytes[8 * MAX_ELEMENTS];
    size_t n = pg_lighter_hex(vector, name, bytes, sizeof bytes) / 8;
    for (size_t i = 0; i < n; i++)
        out[i] = pg_le64_load(bytes + 8 * i);
    return n;
}

static void check_elements(pg_vectors *v, const cJSON *vector, const char *name, const uint64_t *got, size_t n)
{
    uint8_t bytes[8 * MAX_ELEMENTS];
    for (size_t i = 0; i < n; i++)
        pg_le64_store(bytes + 8 * i, got[i]);
    pg_lighter_check_hex(v, vector, name, bytes, 8 * n);
}

static void run_permutation(pg_vectors *v, const cJSON *vector)
{
    uint64_t state[MAX_ELEMENTS] = { 0 };
    elements(vector, "input", state);
    pg_poseidon2_permute(state);
    check_elements(v, vector, "output", state, PG_POSEIDON2_WIDTH);
}

static void run_hash(pg_vectors *v, const cJSON *vector)
{
    uint64_t in[MAX_ELEMENTS], out[MAX_ELEMENTS];
    size_t n = elements(vector, "input", in), m = (size_t)pg_vector_double(vector, "m", PG_FP5_LIMBS);

    pg_vector_check_true(v, "m is at most 256", m <= MAX_ELEMENTS);
    if (m > MAX_ELEMENTS)
        return;
    pg_poseidon2_hash(out, m, in, n);
    check_elements(v, vector, "output", out, m);
}

static void run_two_to_one(pg_vectors *v, const cJSON *vector)
{
    uint64_t in[2 * MAX_ELEMENTS], out[PG_POSEIDON2_DIGEST];
    size_t n = elements(vector, "left", in);
    n += elements(vector, "right", in + n);
    pg_poseidon2_hash(out, PG_POSEIDON2_DIGEST, in, n);
    check_elements(v, vector, "output", out, PG_POSEIDON2_DIGEST);
}

void pg_lighter_poseidon2(pg_vectors *v, const cJSON *root)
{
    const cJSON *vectors = pg_vector_get(root, "vectors");
    pg_lighter_each(v, pg_vector_get(vectors, "permutation"), "permutation", run_permutation);
    pg_lighter_each(v, pg_vector_get(vectors, "hash_n_to_m"), "hash_n_to_m", run_hash);
    pg_lighter_each(v, pg_vector_get(vectors, "hash_to_quintic"), "hash_to_quintic", run_hash);
    pg_lighter_each(v, pg_vector_get(vectors, "two_to_one"), "two_to_one", run_two_to_one);
}

enum { WIDTH = PG_POSEIDON2_WIDTH };

/* The permutation from the file's own constants, slowly. */
static void external(uint64_t state[WIDTH], const cJSON *m4)
{
    uint64_t mixed[WIDTH];

    for (int i = 0; i < WIDTH; i++) {
        mixed[i] = 0;
        for (int k = 0; k < 4; k++) {
            const cJSON *factor = cJSON_GetArrayItem(cJSON_GetArrayItem(m4, i % 4), k);
            uint64_t product = pg_gl_mul((uint64_t)(factor ? factor->valueint : 0), state[i / 4 * 4 + k]);
            mixed[i] = pg_gl_add(mixed[i], product);
        }
    }
    for (int i = 0; i < WIDTH; i++)
        state[i] = pg_gl_add(mixed[i], pg_gl_add(pg_gl_add(mixed[i % 4], mixed[i % 4 + 4]), mixed[i % 4 + 8]));
}

static uint64_t item(const cJSON *array, int i)
{
    const cJSON *text = cJSON_GetArrayItem(array, i);
    return cJSON_IsString(text) ? strtoull(text->valuestring, NULL, 10) : 0;
}

static void round_of_file(uint64_t state[WIDTH], const cJSON *root, int r)
{
    uint64_t total = 0;

    if (r < 4 || r >= 26) {
        const cJSON *constants = pg_vector_get(root, "external_round_constants");
        for (int i = 0; i < WIDTH; i++)
            state[i] = pg_gl_power(pg_gl_add(state[i], item(cJSON_GetArrayItem(constants, r < 4 ? r : r - 22), i)), 7);
        external(state, pg_vector_get(root, "external_m4"));
        return;
    }
    state[0] = pg_gl_power(pg_gl_add(state[0], item(pg_vector_get(root, "internal_round_constants"), r - 4)), 7);
    for (int i = 0; i < WIDTH; i++)
        total = pg_gl_add(total, state[i]);
    for (int i = 0; i < WIDTH; i++)
        state[i] = pg_gl_add(pg_gl_mul(state[i], item(pg_vector_get(root, "internal_diagonal"), i)), total);
}

void pg_lighter_poseidon2_constants(pg_vectors *v, const cJSON *root)
{
    uint64_t state[WIDTH], ours[WIDTH];

    pg_vector_begin(v, "constants");
    for (int i = 0; i < WIDTH; i++)
        state[i] = ours[i] = (uint64_t)i * 0x9e3779b97f4a7c15u;
    external(state, pg_vector_get(root, "external_m4"));
    for (int r = 0; r < 30; r++)
        round_of_file(state, root, r);
    pg_poseidon2_permute(ours);
    for (int i = 0; i < WIDTH; i++)
        pg_vector_check_true(v, "permutation with the file's constants", pg_gl_canonical(state[i]) == ours[i]);
    pg_vector_end(v);
}

static pg_scalar5 read_scalar(const cJSON *vector, const char *name)
{
    uint8_t bytes[PG_SCALAR5_BYTES] = { 0 };
    pg_scalar5 a;
    pg_lighter_hex(vector, name, bytes, sizeof bytes);
    pg_scalar5_reduce(&a, bytes);
    return a;
}

static void check_scalar(pg_vectors *v, const cJSON *vector, const char *name, const pg_scalar5 *got)
{
    uint8_t bytes[PG_SCALAR5_BYTES];
    pg_scalar5_encode(bytes, got);
    pg_lighter_check_hex(v, vector, name, bytes, sizeof bytes);
}

static void run_scalar(pg_vectors *v, const cJSON *vector)
{
    pg_scalar5 a = read_scalar(vector, "a"), b = read_scalar(vector, "b"), zero = { { 0 } }, out;

    check_scalar(v, vector, "a_mod_n", &a);
    check_scalar(v, vector, "b_mod_n", &b);
    pg_scalar5_add(&out, &a, &b);
    check_scalar(v, vector, "add", &out);
    pg_scalar5_sub(&out, &a, &b);
    check_scalar(v, vector, "sub", &out);
    pg_scalar5_mul(&out, &a, &b);
    check_scalar(v, vector, "mul", &out);
    pg_scalar5_sub(&out, &zero, &a);
    check_scalar(v, vector, "neg_a", &out);
    pg_scalar5_montgomery(&out, &a, &b);
    check_scalar(v, vector, "montymul", &out);
}

static void run_from_fp5(pg_vectors *v, const cJSON *vector)
{
    pg_fp5 a = read_fp5(v, vector, "fp5");
    pg_scalar5 out;
    pg_scalar5_from_fp5(&out, &a);
    check_scalar(v, vector, "scalar", &out);
}

void pg_lighter_scalar(pg_vectors *v, const cJSON *root)
{
    const cJSON *vectors = pg_vector_get(root, "vectors");
    pg_lighter_each(v, pg_vector_get(vectors, "ops"), "ops", run_scalar);
    pg_lighter_each(v, pg_vector_get(vectors, "from_fp5"), "from_fp5", run_from_fp5);
}

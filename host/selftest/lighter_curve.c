/* Vectors of the curve, keys and signatures. */
#include <stdlib.h>
#include <string.h>

#include "crypto/schnorr.h"
#include "selftest/lighter.h"

static pg_scalar5 read_scalar(const cJSON *vector, const char *name)
{
    uint8_t bytes[PG_SCALAR5_BYTES] = { 0 };
    pg_scalar5 a;
    pg_lighter_hex(vector, name, bytes, sizeof bytes);
    pg_scalar5_reduce(&a, bytes);
    return a;
}

static pg_ecgfp5 read_point(pg_vectors *v, const cJSON *vector, const char *name)
{
    uint8_t bytes[PG_FP5_BYTES] = { 0 };
    pg_ecgfp5 p = pg_ecgfp5_neutral;
    pg_error err;

    pg_lighter_hex(vector, name, bytes, sizeof bytes);
    if (pg_ecgfp5_decode_var(&p, bytes, &err) != PG_OK)
        pg_vector_fail(v, name, "%s", err.what);
    return p;
}

static void check_point(pg_vectors *v, const cJSON *vector, const char *name, const pg_ecgfp5 *p)
{
    uint8_t bytes[PG_FP5_BYTES];
    pg_fp5 w;
    pg_ecgfp5_encode(&w, p);
    pg_fp5_encode(bytes, &w);
    pg_lighter_check_hex(v, vector, name, bytes, sizeof bytes);
}

static void check_fp5(pg_vectors *v, const cJSON *vector, const char *name, const pg_fp5 *a)
{
    uint8_t bytes[PG_FP5_BYTES];
    pg_fp5_encode(bytes, a);
    pg_lighter_check_hex(v, vector, name, bytes, sizeof bytes);
}

static pg_fp5 decimals(const cJSON *array)
{
    pg_fp5 a = { { 0 } };
    for (int i = 0; i < PG_FP5_LIMBS; i++) {
        const cJSON *text = cJSON_GetArrayItem(array, i);
        a.c[i] = cJSON_IsString(text) ? strtoull(text->valuestring, NULL, 10) : 0;
    }
    return a;
}

void pg_lighter_curve_constants(pg_vectors *v, const cJSON *root)
{
    pg_scalar5 one = { { 1 } }, order = { { 0 } }, two = { { 2 } };
    pg_ecgfp5 g, same;
    pg_fp5 x = decimals(pg_vector_get(root, "generator_x")), y = decimals(pg_vector_get(root, "generator_y")), w;
    uint8_t bytes[PG_SCALAR5_BYTES];

    pg_vector_begin(v, "constants");
    const cJSON *limb = pg_vector_get(root, "n_limbs_le_hex");
    for (int i = 0; i < PG_SCALAR5_LIMBS; i++) {
        const cJSON *text = cJSON_GetArrayItem(limb, i);
        pg_le64_store(bytes + 8 * i, cJSON_IsString(text) ? strtoull(text->valuestring, NULL, 16) : 0);
    }
    pg_vector_check_true(v, "n is not below itself", pg_scalar5_decode(&order, bytes, NULL) == PG_ERR_RANGE);
    pg_scalar5_reduce(&order, bytes);
    pg_vector_check_true(v, "n mod n is 0", pg_scalar5_is_zero(&order));
    pg_ecgfp5_mul_generator(&g, &one);
    check_point(v, root, "generator_encoding_hex", &g);
    pg_vector_check_true(v, "generator_x", pg_fp5_equal(&pg_ecgfp5_table[0][0].x, &x));
    pg_fp5_mul(&w, &pg_ecgfp5_table[0][0].u, &y);
    pg_vector_check_true(v, "generator_y", pg_fp5_equal(&w, &x));
    pg_ecgfp5_mul(&same, &g, &two);
    pg_ecgfp5_mul_generator(&g, &two);
    pg_vector_check_true(v, "2 G both ways", pg_ecgfp5_equal(&same, &g));
    pg_vector_check_true(v, "p", strtoull(pg_vector_text(root, "p"), NULL, 10) == PG_GL_P);
    pg_vector_end(v);
}

static void run_decode(pg_vectors *v, const cJSON *vector)
{
    uint8_t bytes[PG_FP5_BYTES] = { 0 };
    pg_ecgfp5 p;
    pg_fp5 y;
    pg_error err;

    pg_lighter_hex(vector, "w", bytes, sizeof bytes);
    bool decodes = pg_ecgfp5_decode_var(&p, bytes, &err) == PG_OK;
    pg_vector_check_true(v, "decodes", decodes == cJSON_IsTrue(pg_vector_get(vector, "decodes")));
    if (!decodes)
        return;
    pg_vector_check_true(v, "neutral", pg_ecgfp5_is_neutral(&p) == cJSON_IsTrue(pg_vector_get(vector, "neutral")));
    check_point(v, vector, "w", &p);
    check_fp5(v, vector, "x", &p.x);
    pg_fp5_mul(&y, &p.x, &p.t);
    check_fp5(v, vector, "y", &y);
}

static void run_add(pg_vectors *v, const cJSON *vector)
{
    pg_ecgfp5 p = read_point(v, vector, "p"), q = read_point(v, vector, "q"), out;

    pg_ecgfp5_add(&out, &p, &q);
    check_point(v, vector, "sum", &out);
    pg_ecgfp5_double(&out, &p, 1);
    check_point(v, vector, "double_p", &out);
    pg_ecgfp5_double(&out, &p, 5);
    check_point(v, vector, "mdouble5_p", &out);
    pg_vector_check_true(v, "equal", pg_ecgfp5_equal(&p, &q) == cJSON_IsTrue(pg_vector_get(vector, "equal")));
}

static void run_mul(pg_vectors *v, const cJSON *vector)
{
    pg_ecgfp5 p = read_point(v, vector, "p"), out;
    pg_scalar5 k = read_scalar(vector, "k");
    int8_t digit[PG_SCALAR5_DIGITS];
    const cJSON *digits = pg_vector_get(vector, "recode_w5");

    pg_ecgfp5_mul(&out, &p, &k);
    check_point(v, vector, "product", &out);
    pg_scalar5_recode(digit, &k);
    for (int i = 0; digits && i < PG_SCALAR5_DIGITS; i++) {
        const cJSON *expected = cJSON_GetArrayItem(digits, i);
        pg_vector_check_true(v, "recode_w5", expected && expected->valueint == digit[i]);
    }
}

void pg_lighter_ecgfp5(pg_vectors *v, const cJSON *root)
{
    const cJSON *vectors = pg_vector_get(root, "vectors");
    pg_lighter_each(v, pg_vector_get(vectors, "decode"), "decode", run_decode);
    pg_lighter_each(v, pg_vector_get(vectors, "add_double"), "add_double", run_add);
    pg_lighter_each(v, pg_vector_get(vectors, "mul"), "mul", run_mul);
}

static void run_public_key(pg_vectors *v, const cJSON *vector)
{
    uint8_t public_key[PG_SCHNORR_KEY_BYTES];
    pg_scalar5 key;
    pg_error err;

    if (pg_schnorr_key_parse(&key, pg_vector_text(vector, "private_key"), &err) != PG_OK) {
        pg_vector_fail(v, "private_key", "%s", err.what);
        return;
    }
    pg_schnorr_public_key(public_key, &key);
    pg_lighter_check_hex(v, vector, "public_key", public_key, sizeof public_key);
}

void pg_lighter_public_keys(pg_vectors *v, const cJSON *root)
{
    pg_lighter_each(v, pg_vector_get(root, "vectors"), "key", run_public_key);
}

static void run_seed(pg_vectors *v, const cJSON *vector)
{
    uint8_t seed[PG_LIGHTER_HEX_MAX], bytes[PG_SCALAR5_BYTES];
    size_t size = pg_lighter_hex(vector, "seed", seed, sizeof seed);
    pg_scalar5 key;
    pg_error err;

    if (pg_schnorr_key_from_seed(&key, seed, size, &err) != PG_OK) {
        pg_vector_fail(v, "seed", "%s", err.what);
        return;
    }
    pg_scalar5_encode(bytes, &key);
    pg_lighter_check_hex(v, vector, "private_key", bytes, sizeof bytes);
    run_public_key(v, vector);
}

void pg_lighter_seed_keys(pg_vectors *v, const cJSON *root)
{
    pg_lighter_each(v, pg_vector_get(root, "vectors"), "seed", run_seed);
}

static void run_sign(pg_vectors *v, const cJSON *vector)
{
    uint8_t bytes[PG_FP5_BYTES] = { 0 }, signature[PG_SCHNORR_SIGNATURE_BYTES];
    pg_scalar5 key = read_scalar(vector, "private_key"), k = read_scalar(vector, "k");
    pg_ecgfp5 r;
    pg_fp5 message = { { 0 } };

    pg_lighter_hex(vector, "message_hash", bytes, sizeof bytes);
    pg_vector_check_true(v, "message_hash", pg_fp5_decode(&message, bytes, NULL) == PG_OK);
    pg_schnorr_sign_with_nonce(signature, &message, &key, &k);
    pg_lighter_check_hex(v, vector, "signature", signature, sizeof signature);
    pg_ecgfp5_mul_generator(&r, &k);
    check_point(v, vector, "R", &r);
    run_public_key(v, vector);
}

static void run_verify(pg_vectors *v, const cJSON *vector)
{
    uint8_t bytes[PG_FP5_BYTES] = { 0 }, key[PG_SCHNORR_KEY_BYTES] = { 0 };
    uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES] = { 0 };
    pg_fp5 message = { { 0 } };

    pg_lighter_hex(vector, "message_hash", bytes, sizeof bytes);
    pg_lighter_hex(vector, "public_key", key, sizeof key);
    size_t size = pg_lighter_hex(vector, "signature", signature, sizeof signature);
    bool valid = pg_fp5_decode(&message, bytes, NULL) == PG_OK && size == sizeof signature &&
                 pg_schnorr_verify_var(key, &message, signature, NULL) == PG_OK;
    if (valid != cJSON_IsTrue(pg_vector_get(vector, "valid")))
        pg_vector_fail(v, "valid", "%s: got %s", pg_vector_text(vector, "case"), valid ? "valid" : "not valid");
}

void pg_lighter_schnorr(pg_vectors *v, const cJSON *root)
{
    const cJSON *vectors = pg_vector_get(root, "vectors");
    pg_lighter_each(v, pg_vector_get(vectors, "sign_fixed_k"), "sign", run_sign);
    pg_lighter_each(v, pg_vector_get(vectors, "verify"), "verify", run_verify);
}

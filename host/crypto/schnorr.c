#include "crypto/schnorr.h"

#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

#include "crypto/hex.h"
#include "crypto/poseidon2.h"
#include "crypto/secret_bytes.h"

enum { RANDOM_BYTES = 32 };

static const char nonce_tag[16] = "perigee lighter";

void pg_schnorr_public_key(uint8_t public_key[PG_SCHNORR_KEY_BYTES], const pg_scalar5 *key)
{
    pg_ecgfp5 point;
    pg_fp5 w;

    pg_ecgfp5_mul_generator(&point, key);
    pg_ecgfp5_encode(&w, &point);
    pg_fp5_encode(public_key, &w);
    explicit_bzero(&point, sizeof point);
}

static pg_status refuse_zero(const pg_scalar5 *key, pg_error *err)
{
    return pg_scalar5_is_zero(key) ? pg_fail(err, PG_ERR_INVALID, "the private key is zero") : PG_OK;
}

pg_status pg_schnorr_key_parse(pg_scalar5 *key, const char *text, pg_error *err)
{
    uint8_t bytes[PG_SCHNORR_KEY_BYTES];
    pg_status status = PG_OK;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        text += 2;
    size_t length = strlen(text);
    if (length != 2 * sizeof bytes) {
        pg_fail(err, PG_ERR_INVALID, "a private key has 80 hexadecimal digits, not %zu", length);
        pg_error_remedy(err, "copy the whole key, with or without 0x");
        return PG_ERR_INVALID;
    }
    for (size_t i = 0; i < sizeof bytes && status == PG_OK; i++) {
        int high = pg_hex_digit(text[2 * i]), low = pg_hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            status = pg_fail(err, PG_ERR_INVALID, "digit %zu of the private key is not hexadecimal", 2 * i + 1);
        else
            bytes[i] = (uint8_t)(high << 4 | low);
    }
    if (status == PG_OK) {
        pg_scalar5_reduce(key, bytes);
        status = refuse_zero(key, err);
    }
    explicit_bzero(bytes, sizeof bytes);
    return status;
}

pg_status pg_schnorr_key_borrow(pg_scalar5 *key, const pg_secret *secret, pg_error *err)
{
    if (secret->size != PG_SCHNORR_KEY_BYTES)
        return pg_fail(err, PG_ERR_INVALID, "a key of Lighter has %d bytes", PG_SCHNORR_KEY_BYTES);
    pg_scalar5_reduce(key, secret->bytes);
    return refuse_zero(key, err);
}

void pg_schnorr_key_wipe(pg_scalar5 *key)
{
    explicit_bzero(key, sizeof *key);
}

static pg_status random_bytes(uint8_t *bytes, int size, pg_error *err)
{
    if (RAND_bytes(bytes, size) == 1)
        return PG_OK;
    return pg_fail(err, PG_ERR_IO, "the system gives no random numbers");
}

/* Rejection sampling on 319 bits: one draw in 2^31 is refused. */
pg_status pg_schnorr_key_generate(pg_scalar5 *key, pg_error *err)
{
    uint8_t bytes[PG_SCHNORR_KEY_BYTES];
    pg_status status;

    do {
        status = random_bytes(bytes, sizeof bytes, err);
        bytes[39] &= 0x7f;
    } while (status == PG_OK && (pg_scalar5_decode(key, bytes, NULL) != PG_OK || pg_scalar5_is_zero(key)));
    explicit_bzero(bytes, sizeof bytes);
    return status;
}

static void tagged_sha256(uint8_t digest[SHA256_DIGEST_LENGTH], uint8_t tag, const uint8_t *seed, size_t size)
{
    uint8_t block[1 + 1024];
    block[0] = tag;
    memcpy(block + 1, seed, size);
    SHA256(block, 1 + size, digest);
    explicit_bzero(block, sizeof block);
}

pg_status pg_schnorr_key_from_seed(pg_scalar5 *key, const uint8_t *seed, size_t size, pg_error *err)
{
    uint8_t digest[2 * SHA256_DIGEST_LENGTH], bytes[PG_SCHNORR_KEY_BYTES];

    if (size < PG_SCHNORR_SEED_MIN || size > 1024)
        return pg_fail(err, PG_ERR_INVALID, "a seed has 32 to 1024 bytes, not %zu", size);
    tagged_sha256(digest, 1, seed, size);
    tagged_sha256(digest + SHA256_DIGEST_LENGTH, 2, seed, size);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = digest[sizeof bytes - 1 - i];
    pg_scalar5_reduce(key, bytes);
    explicit_bzero(digest, sizeof digest);
    explicit_bzero(bytes, sizeof bytes);
    return refuse_zero(key, err);
}

/* e = the hash of R and the message, as a scalar. */
static void challenge(pg_scalar5 *e, const pg_ecgfp5 *r, const pg_fp5 *message)
{
    pg_fp5 input[2];

    pg_ecgfp5_encode(&input[0], r);
    input[1] = *message;
    pg_fp5_canonical(&input[1]);
    pg_fp5 hash = pg_poseidon2_hash_fp5(input[0].c, 2 * PG_FP5_LIMBS);
    pg_scalar5_from_fp5(e, &hash);
}

void pg_schnorr_sign_with_nonce(uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], const pg_fp5 *message,
                                const pg_scalar5 *key, const pg_scalar5 *nonce)
{
    pg_ecgfp5 r;
    pg_scalar5 e, s;

    pg_ecgfp5_mul_generator(&r, nonce);
    challenge(&e, &r, message);
    pg_scalar5_mul(&s, &e, key);
    pg_scalar5_sub(&s, nonce, &s);
    pg_scalar5_encode(signature, &s);
    pg_scalar5_encode(signature + PG_SCALAR5_BYTES, &e);
    explicit_bzero(&r, sizeof r);
    explicit_bzero(&s, sizeof s);
}

typedef struct {
    char tag[sizeof nonce_tag];
    uint8_t key[PG_SCALAR5_BYTES], message[PG_FP5_BYTES], random[RANDOM_BYTES];
} nonce_input;

pg_status pg_schnorr_sign(uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], const pg_fp5 *message, const pg_scalar5 *key,
                          pg_error *err)
{
    nonce_input input;
    uint8_t digest[SHA512_DIGEST_LENGTH];
    pg_scalar5 nonce;
    pg_status status = random_bytes(input.random, sizeof input.random, err);

    if (status == PG_OK) {
        memcpy(input.tag, nonce_tag, sizeof nonce_tag);
        pg_scalar5_encode(input.key, key);
        pg_fp5_encode(input.message, message);
        SHA512((const uint8_t *)&input, sizeof input, digest);
        pg_scalar5_reduce_wide(&nonce, digest); /* zero once in 2^319 */
        pg_schnorr_sign_with_nonce(signature, message, key, &nonce);
    }
    explicit_bzero(&input, sizeof input);
    explicit_bzero(digest, sizeof digest);
    explicit_bzero(&nonce, sizeof nonce);
    return status;
}

pg_status pg_schnorr_verify_var(const uint8_t public_key[PG_SCHNORR_KEY_BYTES], const pg_fp5 *message,
                                const uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], pg_error *err)
{
    pg_scalar5 s, e, expected;
    pg_ecgfp5 key, r;
    pg_status status = pg_scalar5_decode(&s, signature, err);

    if (status == PG_OK)
        status = pg_scalar5_decode(&e, signature + PG_SCALAR5_BYTES, err);
    if (status != PG_OK) {
        pg_error_where(err, "signature");
        return status;
    }
    status = pg_ecgfp5_decode_var(&key, public_key, err);
    if (status == PG_OK && pg_ecgfp5_is_neutral(&key))
        status = pg_fail(err, PG_ERR_INVALID, "the neutral element is no public key");
    if (status != PG_OK) {
        pg_error_where(err, "public key");
        return status;
    }
    pg_ecgfp5_mul_add_var(&r, &s, &e, &key);
    challenge(&expected, &r, message);
    if (!pg_scalar5_equal(&expected, &e))
        return pg_fail(err, PG_ERR_INVALID, "the signature is not of this message and key");
    return PG_OK;
}

#include "crypto/stark_key.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

#include "crypto/hex.h"
#include "crypto/secret_bytes.h"
#include "crypto/stark_bytes.h"
#include "crypto/stark_declassify.h"
#include "crypto/stark_generator.h"
#include "crypto/stark_key_scalar.h"

pg_status pg_stark_key_scalar(pg_stark_scalar *key, const pg_secret *secret, pg_error *err)
{
    bool good = false;

    *key = (pg_stark_scalar){ { 0 } };
    if (secret->size == 32) {
        bool below = pg_stark_scalar_from_bytes(key, secret->bytes);
        good = below & !pg_stark_scalar_is_zero(key);
        pg_stark_declassify(&good, sizeof good);
    }
    if (good)
        return PG_OK;
    OPENSSL_cleanse(key, sizeof *key);
    pg_fail(err, PG_ERR_RANGE, "the Stark private key is 0 or not below the order of the curve");
    pg_error_remedy(err, "copy the key again from the exchange's API management page");
    return PG_ERR_RANGE;
}

/* A secret of 32 bytes, and whether it is a key. */
static pg_status make_secret(pg_secret **secret, const uint8_t bytes[32], pg_error *err)
{
    char text[2 * 32 + 1];
    pg_stark_scalar key;
    pg_status status;

    *secret = NULL;
    status = pg_secret_from_hex(secret, 32, pg_hex_encode(text, bytes, 32), 2 * 32, err);
    OPENSSL_cleanse(text, sizeof text);
    if (status != PG_OK)
        return status;
    status = pg_stark_key_scalar(&key, *secret, err);
    OPENSSL_cleanse(&key, sizeof key);
    if (status != PG_OK) {
        pg_secret_free(*secret);
        *secret = NULL;
    }
    return status;
}

pg_status pg_stark_key_from_hex(pg_secret **secret, const char *text, pg_error *err)
{
    uint8_t bytes[32];
    pg_status status = pg_stark_bytes_from_hex(bytes, text, err);

    *secret = NULL;
    if (status == PG_OK)
        status = make_secret(secret, bytes, err);
    else
        pg_error_where(err, "Stark private key");
    OPENSSL_cleanse(bytes, sizeof bytes);
    return status;
}

pg_status pg_stark_public_key(uint8_t public_key[32], const pg_secret *secret, pg_error *err)
{
    pg_stark_scalar key;
    pg_stark_point point;
    pg_stark_affine affine;
    pg_status status = pg_stark_key_scalar(&key, secret, err);

    memset(public_key, 0, 32);
    if (status != PG_OK)
        return status;
    pg_stark_generator_mul(&point, &key);
    pg_stark_point_to_affine(&affine, &point);
    pg_felt_to_bytes(public_key, &affine.x);
    pg_stark_declassify(public_key, 32);
    OPENSSL_cleanse(&key, sizeof key);
    OPENSSL_cleanse(&point, sizeof point);
    OPENSSL_cleanse(&affine, sizeof affine);
    return PG_OK;
}

bool pg_stark_public_key_valid_var(const uint8_t public_key[32])
{
    pg_felt x, y2;

    if (!pg_felt_from_bytes(&x, public_key))
        return false;
    pg_stark_curve_square_y(&y2, &x);
    return pg_felt_is_square(&y2);
}

/* Whether a hash is below 31*n, the largest multiple of n below 2^256. */
static bool below_multiple(const uint8_t hash[32])
{
    uint8_t limit[32];
    unsigned carry = 0;

    pg_stark_scalar_to_bytes(limit, &pg_stark_order);
    for (int i = 31; i >= 0; i--) {
        carry += limit[i] * 31u;
        limit[i] = (uint8_t)carry;
        carry >>= 8;
    }
    return memcmp(hash, limit, 32) < 0;
}

pg_status pg_stark_key_grind_var(pg_secret **secret, const uint8_t seed[32], pg_error *err)
{
    uint8_t data[32 + 4], hash[32];
    pg_stark_scalar key = { { 0 } };
    size_t zeros = 0;

    *secret = NULL;
    while (zeros < 32 && seed[zeros] == 0)
        zeros++;
    if (zeros == 32)
        return pg_fail(err, PG_ERR_INVALID, "a Stark key cannot be made of a signature whose r is 0");
    memcpy(data, seed + zeros, 32 - zeros);
    for (uint32_t i = 0; pg_stark_scalar_is_zero(&key); i++) {
        size_t size = 32 - zeros;
        for (int shift = 24; shift >= 0; shift -= 8)
            if (i >> shift || shift == 0)
                data[size++] = (uint8_t)(i >> shift);
        SHA256(data, size, hash);
        if (below_multiple(hash))
            pg_stark_scalar_from_bytes_mod(&key, hash);
    }
    pg_stark_scalar_to_bytes(hash, &key);
    pg_status status = make_secret(secret, hash, err);
    OPENSSL_cleanse(data, sizeof data);
    OPENSSL_cleanse(hash, sizeof hash);
    OPENSSL_cleanse(&key, sizeof key);
    return status;
}

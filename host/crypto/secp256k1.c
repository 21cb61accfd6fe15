#include "crypto/secp256k1.h"

#include <openssl/rand.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/secret_bytes.h"

struct pg_secp256k1 {
    secp256k1_context *context;
};

static void serialize(uint8_t public_key[64], const pg_secp256k1 *curve, const secp256k1_pubkey *point)
{
    uint8_t bytes[65];
    size_t size = sizeof bytes;

    secp256k1_ec_pubkey_serialize(curve->context, bytes, &size, point, SECP256K1_EC_UNCOMPRESSED);
    memcpy(public_key, bytes + 1, 64);
}

/* The key 1 has the generator itself for a public key: signing with it and recovering must give that point. */
static pg_status self_check(const pg_secp256k1 *curve, pg_error *err)
{
    static const char one[] = "0000000000000000000000000000000000000000000000000000000000000001";
    static const uint8_t generator_x[4] = { 0x79, 0xbe, 0x66, 0x7e }, digest[32] = { 1, 2, 3 };
    uint8_t public_key[64], recovered[64];
    pg_signature signature;
    pg_secret *secret;

    pg_status status = pg_secret_from_hex(&secret, 32, one, strlen(one), err);
    if (status != PG_OK)
        return status;
    if (pg_secp256k1_public_key(public_key, curve, secret, err) != PG_OK ||
        pg_secp256k1_sign(&signature, curve, secret, digest, err) != PG_OK ||
        pg_secp256k1_recover(recovered, curve, digest, &signature, err) != PG_OK ||
        memcmp(public_key, recovered, 64) != 0 || memcmp(public_key, generator_x, 4) != 0)
        status = pg_fail(err, PG_ERR_CORRUPT, "the check of libsecp256k1 failed");
    pg_secret_free(secret);
    return status;
}

pg_status pg_secp256k1_new(pg_secp256k1 **curve, pg_error *err)
{
    uint8_t seed[32];
    pg_secp256k1 *made = calloc(1, sizeof *made);

    if (made)
        made->context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    if (!made || !made->context) {
        free(made);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for libsecp256k1");
    }
    pg_status status = PG_OK;
    if (RAND_bytes(seed, sizeof seed) != 1 || !secp256k1_context_randomize(made->context, seed))
        status = pg_fail(err, PG_ERR_IO, "no random numbers to blind libsecp256k1 with");
    explicit_bzero(seed, sizeof seed);
    if (status == PG_OK)
        status = self_check(made, err);
    if (status != PG_OK) {
        pg_secp256k1_free(made);
        return status;
    }
    *curve = made;
    return PG_OK;
}

void pg_secp256k1_free(pg_secp256k1 *curve)
{
    if (!curve)
        return;
    secp256k1_context_destroy(curve->context);
    free(curve);
}

static pg_status check_key(const pg_secp256k1 *curve, const pg_secret *secret, pg_error *err)
{
    if (secret->size != 32 || !secp256k1_ec_seckey_verify(curve->context, secret->bytes))
        return pg_fail(err, PG_ERR_INVALID, "the private key is no number of 32 bytes in [1, order of secp256k1)");
    return PG_OK;
}

pg_status pg_secp256k1_public_key(uint8_t public_key[64], const pg_secp256k1 *curve, const pg_secret *secret,
                                  pg_error *err)
{
    secp256k1_pubkey point;
    pg_status status = check_key(curve, secret, err);

    if (status != PG_OK)
        return status;
    if (!secp256k1_ec_pubkey_create(curve->context, &point, secret->bytes))
        return pg_fail(err, PG_ERR_INVALID, "the private key has no public key");
    serialize(public_key, curve, &point);
    return PG_OK;
}

pg_status pg_secp256k1_sign(pg_signature *signature, const pg_secp256k1 *curve, const pg_secret *secret,
                            const uint8_t digest[32], pg_error *err)
{
    secp256k1_ecdsa_recoverable_signature made;
    uint8_t bytes[64];
    int recovery;

    /* The library refuses a bad key by itself, in constant time. */
    if (secret->size != 32 ||
        !secp256k1_ecdsa_sign_recoverable(curve->context, &made, digest, secret->bytes, NULL, NULL))
        return pg_fail(err, PG_ERR_INVALID, "the private key is no number of 32 bytes in [1, order of secp256k1)");
    secp256k1_ecdsa_recoverable_signature_serialize_compact(curve->context, bytes, &recovery, &made);
    if (recovery > 1)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "the signature has recovery id %d, which has no v", recovery);
    memcpy(signature->r, bytes, 32);
    memcpy(signature->s, bytes + 32, 32);
    signature->v = (uint8_t)(27 + recovery);
    return PG_OK;
}

pg_status pg_secp256k1_recover(uint8_t public_key[64], const pg_secp256k1 *curve, const uint8_t digest[32],
                               const pg_signature *signature, pg_error *err)
{
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey point;
    uint8_t bytes[64];

    if (signature->v != 27 && signature->v != 28)
        return pg_fail(err, PG_ERR_INVALID, "v of a signature is 27 or 28, not %u", signature->v);
    memcpy(bytes, signature->r, 32);
    memcpy(bytes + 32, signature->s, 32);
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(curve->context, &parsed, bytes, signature->v - 27))
        return pg_fail(err, PG_ERR_INVALID, "r or s of a signature is not below the order of secp256k1");
    if (!secp256k1_ecdsa_recover(curve->context, &point, &parsed, digest))
        return pg_fail(err, PG_ERR_INVALID, "no public key fits the signature");
    serialize(public_key, curve, &point);
    return PG_OK;
}

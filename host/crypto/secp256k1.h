/* ECDSA on secp256k1 with public key recovery, by libsecp256k1: nonces of RFC 6979, s in its lower half, so that a
 * signature depends on nothing but key and digest. */
#ifndef PG_CRYPTO_SECP256K1_H
#define PG_CRYPTO_SECP256K1_H

#include <stdint.h>

#include "base/status.h"
#include "crypto/secret.h"

/* The library's context, blinded with random numbers. Make one a process; signing with it from several threads is
 * allowed. */
typedef struct pg_secp256k1 pg_secp256k1;

typedef struct {
    uint8_t r[32], s[32]; /* big-endian */
    uint8_t v;            /* 27 or 28 */
} pg_signature;

/* Makes a context and checks it: signs a fixed digest and recovers its key. Errors: PG_ERR_MEMORY, PG_ERR_IO (no random
 * numbers), PG_ERR_CORRUPT (the check failed). */
pg_status pg_secp256k1_new(pg_secp256k1 **curve, pg_error *err);
void pg_secp256k1_free(pg_secp256k1 *curve);

/* x and y of the public key. PG_ERR_INVALID when the secret is not 32 bytes in [1, group order). About 30 us. */
pg_status pg_secp256k1_public_key(uint8_t public_key[64], const pg_secp256k1 *curve, const pg_secret *secret,
                                  pg_error *err);

/* Signs a digest. Errors: PG_ERR_INVALID for a bad key; PG_ERR_UNSUPPORTED for a recovery id above 1 (r at or above the
 * group order: one digest in 2^127). About 30 us. */
pg_status pg_secp256k1_sign(pg_signature *signature, const pg_secp256k1 *curve, const pg_secret *secret,
                            const uint8_t digest[32], pg_error *err);

/* The public key whose signature it is. Every well-formed signature has one: compare it. PG_ERR_INVALID for v other
 * than 27 or 28, r or s out of range, no such point. About 60 us. */
pg_status pg_secp256k1_recover(uint8_t public_key[64], const pg_secp256k1 *curve, const uint8_t digest[32],
                               const pg_signature *signature, pg_error *err);

#endif

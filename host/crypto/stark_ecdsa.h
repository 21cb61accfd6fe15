/* ECDSA on the STARK curve with deterministic nonces (spec/extended.md, section 11; keys: stark_key.h).
 *
 * Numbers are 32 bytes, big-endian. Signing takes constant time in the private key and the nonce, and wipes what it
 * computed from them. */
#ifndef PG_CRYPTO_STARK_ECDSA_H
#define PG_CRYPTO_STARK_ECDSA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "crypto/secret.h"

typedef struct {
    uint8_t r[32], s[32];
} pg_stark_signature;

/* Signs a message hash. PG_ERR_RANGE, and *signature is 0, for a hash of 2^251 or more (change the message's salt) and
 * for a bad private key. 35 us. */
pg_status pg_stark_sign(pg_stark_signature *signature, const uint8_t hash[32], const pg_secret *secret, pg_error *err);

/* Whether a signature is valid: PG_OK; PG_ERR_RANGE for r, s, 1/s or the hash out of range; PG_ERR_INVALID for a public
 * key that is not on the curve, or a signature by another key or of another hash. Variable time: nothing secret goes
 * in. 80 us. */
pg_status pg_stark_verify_var(const pg_stark_signature *signature, const uint8_t hash[32], const uint8_t public_key[32],
                              pg_error *err);

#endif

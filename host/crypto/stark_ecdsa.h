/* ECDSA on the STARK curve with deterministic nonces, and its keys (spec/extended.md, section 11).
 *
 * Numbers cross this boundary as 32 bytes, big-endian. A private key is 1 <= d < n; its public key is the x coordinate
 * of d*G alone. Signing and the public key take constant time in the private key and the nonce; what the functions
 * computed from secrets is wiped; the caller owns and wipes the key itself. */
#ifndef PG_CRYPTO_STARK_ECDSA_H
#define PG_CRYPTO_STARK_ECDSA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    uint8_t r[32], s[32];
} pg_stark_signature;

/* PG_ERR_RANGE for a private key that is 0 or not below n. The key is not part of the message. */
pg_status pg_stark_key_check(const uint8_t secret[32], pg_error *err);

/* The public key of a private key. PG_ERR_RANGE as above. 20 us. */
pg_status pg_stark_public_key(uint8_t public_key[32], const uint8_t secret[32], pg_error *err);

/* Whether a public key is the x coordinate of a point on the curve. Variable time. 4 us. */
bool pg_stark_public_key_valid_var(const uint8_t public_key[32]);

/* The private key that Extended's web page makes of an Ethereum signature: the hash SHA-256(seed || i) modulo n for the
 * first i whose hash is below the largest multiple of n (section 11.6). seed: the signature's r, the first 32 bytes.
 * PG_ERR_INVALID for a seed of 0. The number of hashes tried depends on the seed. */
pg_status pg_stark_key_grind_var(uint8_t secret[32], const uint8_t seed[32], pg_error *err);

/* Signs a message hash. PG_ERR_RANGE, and *signature is 0, for a hash of 2^251 or more (change the message's salt) and
 * for a bad private key. 35 us. */
pg_status pg_stark_sign(pg_stark_signature *signature, const uint8_t hash[32], const uint8_t secret[32], pg_error *err);

/* Whether a signature is valid: PG_OK; PG_ERR_RANGE for r, s, 1/s or the hash out of range; PG_ERR_INVALID for a public
 * key that is not on the curve, or a signature by another key or of another hash. Variable time: nothing secret goes
 * in. 80 us. */
pg_status pg_stark_verify_var(const pg_stark_signature *signature, const uint8_t hash[32], const uint8_t public_key[32],
                              pg_error *err);

#endif

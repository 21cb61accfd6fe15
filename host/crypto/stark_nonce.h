/* The secret number k of a deterministic signature: RFC 6979 with SHA-256, as Starknet does it (spec/extended.md, section
 * 11.3): 252 bits of each candidate, and an optional seed after the hash. */
#ifndef PG_CRYPTO_STARK_NONCE_H
#define PG_CRYPTO_STARK_NONCE_H

#include "crypto/stark_scalar.h"

/* k for the message `hash` (below n) and the private key, both 32 bytes big-endian. A seed of 0 means none. The number
 * of candidates tried depends on the secrets, but says nothing about the one taken. The caller wipes k. 5 us. */
void pg_stark_nonce(pg_stark_scalar *k, const uint8_t hash[32], const uint8_t secret[32], uint64_t seed);

#endif

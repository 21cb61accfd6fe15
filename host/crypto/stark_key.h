/* Keys of the STARK curve (spec/extended.md, sections 11.1, 11.6). A private key is 1 <= d < n; its public key is the x
 * coordinate of d*G alone, 32 bytes, big-endian. */
#ifndef PG_CRYPTO_STARK_KEY_H
#define PG_CRYPTO_STARK_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "crypto/secret.h"

/* Reads a private key as the exchange prints it: "0x" and hexadecimal digits, leading zeros left out or not. The caller
 * wipes the text. Errors (none quotes the text): PG_ERR_PARSE, PG_ERR_RANGE for 0 or not below n, PG_ERR_IO as
 * pg_secret_from_hex. */
pg_status pg_stark_key_from_hex(pg_secret **secret, const char *text, pg_error *err);

/* The public key. PG_ERR_RANGE, and 0, for a secret that is not 32 bytes or out of range. Constant time. 20 us. */
pg_status pg_stark_public_key(uint8_t public_key[32], const pg_secret *secret, pg_error *err);

/* Whether a public key is the x coordinate of a point on the curve. Variable time. 4 us. */
bool pg_stark_public_key_valid_var(const uint8_t public_key[32]);

/* The private key that Extended's web page makes of an Ethereum signature: SHA-256(seed || i) modulo n for the first i
 * whose hash is below the largest multiple of n. seed: the signature's r, taken without leading zero bytes.
 * PG_ERR_INVALID for a seed of 0, PG_ERR_IO as above. The number of hashes tried depends on the seed. */
pg_status pg_stark_key_grind_var(pg_secret **secret, const uint8_t seed[32], pg_error *err);

#endif

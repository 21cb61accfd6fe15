/* Poseidon2 over Goldilocks, width 12, rate 8, S-box x^7, 4 + 22 + 4 rounds (Grassi, Khovratovich, Schofnegger,
 * "Poseidon2: A Faster Version of the Poseidon Hash Function", 2023), with the constants of Lighter.
 *
 * The sponge overwrites the first elements of the state with up to eight inputs at a time and has no padding: [x] and
 * [x, 0] hash alike, so only inputs whose number is fixed by their meaning may be hashed. Constant time.
 * A permutation takes about 1 us. */
#ifndef PG_CRYPTO_POSEIDON2_H
#define PG_CRYPTO_POSEIDON2_H

#include <stddef.h>

#include "crypto/fp5.h"

enum { PG_POSEIDON2_WIDTH = 12, PG_POSEIDON2_RATE = 8, PG_POSEIDON2_DIGEST = 4 };

/* In place. Inputs may be any 64-bit values; results are below p. */
void pg_poseidon2_permute(uint64_t state[PG_POSEIDON2_WIDTH]);

/* Any number of outputs; without inputs they are zero. */
void pg_poseidon2_hash(uint64_t *out, size_t outputs, const uint64_t *in, size_t inputs);

/* Five outputs, as a field element. */
pg_fp5 pg_poseidon2_hash_fp5(const uint64_t *in, size_t inputs);

#endif

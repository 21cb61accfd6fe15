/* Poseidon over the STARK field: the Hades permutation of width 3, 8 full and 83 partial rounds of x^3 (Grassi et al.,
 * "Poseidon", USENIX Security 2021; parameters and padding of Starknet, spec/extended.md, section 12.1).
 *
 * Arguments reduced, results normal. The time does not depend on the values. Cost: about 3 us a permutation. */
#ifndef PG_CRYPTO_STARK_POSEIDON_H
#define PG_CRYPTO_STARK_POSEIDON_H

#include <stddef.h>

#include "crypto/stark_field.h"

void pg_poseidon_permute(pg_felt state[3]);

/* Of one element, of two, and of any number (the sponge of rate 2 that ends with a 1): three different functions. */
void pg_poseidon_hash1(pg_felt *r, const pg_felt *x);
void pg_poseidon_hash2(pg_felt *r, const pg_felt *x, const pg_felt *y);
void pg_poseidon_hash(pg_felt *r, const pg_felt *values, size_t count);

#endif

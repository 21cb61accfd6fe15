/* Integers modulo n, the (prime) order of the STARK curve's group (spec/extended.md, section 11.1): private keys, nonces
 * and what ECDSA computes with them.
 *
 * Plain form: four 64-bit limbs, least significant first, always below n. Everything takes the same time whatever the
 * values are; the caller wipes secrets. Cost: pg_stark_scalar_mul about 50 ns, pg_stark_scalar_invert 8 us. */
#ifndef PG_CRYPTO_STARK_SCALAR_H
#define PG_CRYPTO_STARK_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t limb[4];
} pg_stark_scalar;

/* n itself, which no scalar equals. */
extern const pg_stark_scalar pg_stark_order;

/* 32 bytes, big-endian. False, and *r is 0, for a value of n or more. */
bool pg_stark_scalar_from_bytes(pg_stark_scalar *r, const uint8_t bytes[32]);
void pg_stark_scalar_to_bytes(uint8_t bytes[32], const pg_stark_scalar *a);

/* 32 bytes, big-endian, modulo n: for hashes below 2^256. */
void pg_stark_scalar_from_bytes_mod(pg_stark_scalar *r, const uint8_t bytes[32]);

bool pg_stark_scalar_is_zero(const pg_stark_scalar *a);

/* Whether a < 2^251, the bound of the exchange's signatures. */
bool pg_stark_scalar_is_short(const pg_stark_scalar *a);

/* r = a + b, r = -a, r = a * b modulo n. Any argument may be the result. */
void pg_stark_scalar_add(pg_stark_scalar *r, const pg_stark_scalar *a, const pg_stark_scalar *b);
void pg_stark_scalar_negate(pg_stark_scalar *r, const pg_stark_scalar *a);
void pg_stark_scalar_mul(pg_stark_scalar *r, const pg_stark_scalar *a, const pg_stark_scalar *b);

/* r = 1/a, and 0 for 0, by Fermat: a^(n-2). */
void pg_stark_scalar_invert(pg_stark_scalar *r, const pg_stark_scalar *a);

/* r = mask ? a : r, for a mask of all ones or all zeros. */
void pg_stark_scalar_select(pg_stark_scalar *r, const pg_stark_scalar *a, uint64_t mask);

#endif

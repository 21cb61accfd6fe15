/* Integers mod n, the prime order of Lighter's curve: private keys, nonces and signature halves.
 *
 * n = 1067993516717146951041484916571792702745057740581727230159139685185762082554198619328292418486241 (319 bits).
 * Text and wire form: 40 bytes, least significant first. Every value is kept below n. Constant time throughout
 * (Montgomery, Mathematics of Computation 44, 1985, with R = 2^320). A multiplication takes about 60 ns. */
#ifndef PG_CRYPTO_ECGFP5_SCALAR_H
#define PG_CRYPTO_ECGFP5_SCALAR_H

#include "crypto/fp5.h"

enum { PG_SCALAR5_LIMBS = 5, PG_SCALAR5_BYTES = 40, PG_SCALAR5_DIGITS = 64 };

typedef struct {
    uint64_t limb[PG_SCALAR5_LIMBS];
} pg_scalar5;

void pg_scalar5_add(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b);
void pg_scalar5_sub(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b);
void pg_scalar5_mul(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b);

/* a b 2^-320. */
void pg_scalar5_montgomery(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b);

bool pg_scalar5_is_zero(const pg_scalar5 *a);
bool pg_scalar5_equal(const pg_scalar5 *a, const pg_scalar5 *b);

/* Any 40 bytes, mod n. */
void pg_scalar5_reduce(pg_scalar5 *out, const uint8_t bytes[PG_SCALAR5_BYTES]);

/* Any 64 bytes, mod n: uniform to 2^-190 for uniform bytes. */
void pg_scalar5_reduce_wide(pg_scalar5 *out, const uint8_t bytes[64]);

/* 40 bytes that must be below n: PG_ERR_RANGE otherwise. */
pg_status pg_scalar5_decode(pg_scalar5 *out, const uint8_t bytes[PG_SCALAR5_BYTES], pg_error *err);
void pg_scalar5_encode(uint8_t bytes[PG_SCALAR5_BYTES], const pg_scalar5 *a);

/* The five coefficients as one 320-bit number, mod n. */
void pg_scalar5_from_fp5(pg_scalar5 *out, const pg_fp5 *a);

/* Signed digits, least significant first, -15 to 16: the value is the sum of digit[i] 32^i. */
void pg_scalar5_recode(int8_t digit[PG_SCALAR5_DIGITS], const pg_scalar5 *a);

#endif

/* The field of p^5 elements, GF(p)[z]/(z^5 - 3) over Goldilocks, in which Lighter's curve and hashes live.
 *
 * c[i] is the coefficient of z^i. Coefficients may be any 64-bit value congruent to them (see goldilocks.h); encodings
 * are 40 bytes, c[0] to c[4], each below p, least significant byte first.
 * Constant time in the values, except where a name ends in _var. A multiplication takes about 50 ns. */
#ifndef PG_CRYPTO_FP5_H
#define PG_CRYPTO_FP5_H

#include "crypto/goldilocks.h"

enum { PG_FP5_LIMBS = 5, PG_FP5_BYTES = 40 };

typedef struct {
    uint64_t c[PG_FP5_LIMBS];
} pg_fp5;

static inline pg_fp5 pg_fp5_add(pg_fp5 a, pg_fp5 b)
{
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        a.c[i] = pg_gl_add(a.c[i], b.c[i]);
    return a;
}

static inline pg_fp5 pg_fp5_sub(pg_fp5 a, pg_fp5 b)
{
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        a.c[i] = pg_gl_sub(a.c[i], b.c[i]);
    return a;
}

static inline pg_fp5 pg_fp5_double(pg_fp5 a)
{
    return pg_fp5_add(a, a);
}

static inline pg_fp5 pg_fp5_neg(pg_fp5 a)
{
    return pg_fp5_sub((pg_fp5){ { 0 } }, a);
}

void pg_fp5_mul(pg_fp5 *out, const pg_fp5 *a, const pg_fp5 *b);
void pg_fp5_square(pg_fp5 *out, const pg_fp5 *a);

/* a times a small number (below 2^31) times z. */
void pg_fp5_mul_small_z(pg_fp5 *out, const pg_fp5 *a, uint64_t small);

/* a^(p^times), times 1 or 2. */
void pg_fp5_frobenius(pg_fp5 *out, const pg_fp5 *a, int times);

/* 1/a, 0 for 0 (Itoh and Tsujii, Information and Computation 78, 1988). */
void pg_fp5_invert(pg_fp5 *out, const pg_fp5 *a);

/* 1 for a square, p-1 for a non-square, 0 for 0. */
uint64_t pg_fp5_legendre(const pg_fp5 *a);

/* The square root whose lowest non-zero coefficient is odd; false when there is none. */
bool pg_fp5_sqrt_var(pg_fp5 *root, const pg_fp5 *a);

void pg_fp5_canonical(pg_fp5 *a);
bool pg_fp5_equal(const pg_fp5 *a, const pg_fp5 *b);
bool pg_fp5_is_zero(const pg_fp5 *a);

/* Reads 40 bytes; PG_ERR_RANGE names the first coefficient that is not below p. */
pg_status pg_fp5_decode(pg_fp5 *a, const uint8_t bytes[PG_FP5_BYTES], pg_error *err);
void pg_fp5_encode(uint8_t bytes[PG_FP5_BYTES], const pg_fp5 *a);

#endif

/* ECgFp5, the curve of Lighter: y^2 = x (x^2 + 2x + 263z) over GF(p^5), as the prime-order group of its points outside
 * the subgroup of odd order (Pornin, "EcGFp5: a Specialized Elliptic Curve", 2022; complete formulas from section 4).
 *
 * A point is (X : Z, U : T) with x = X/Z and x/y = U/T. Its encoding is y/x, 40 bytes, 40 zeros for the neutral
 * element. Scalar multiplications are constant time; names ending in _var are for public values only. */
#ifndef PG_CRYPTO_ECGFP5_H
#define PG_CRYPTO_ECGFP5_H

#include "crypto/ecgfp5_scalar.h"

typedef struct {
    pg_fp5 x, z, u, t;
} pg_ecgfp5;

/* A point of which Z and T are 1; the neutral element is all zero. */
typedef struct {
    pg_fp5 x, u;
} pg_ecgfp5_affine;

/* table[i][m-1] = m 32^(4i) G: see tests/vectors/lighter/reference.py, which writes it. */
enum { PG_ECGFP5_BLOCKS = 16, PG_ECGFP5_MULTIPLES = 16 };
extern const pg_ecgfp5_affine pg_ecgfp5_table[PG_ECGFP5_BLOCKS][PG_ECGFP5_MULTIPLES];

extern const pg_ecgfp5 pg_ecgfp5_neutral;

void pg_ecgfp5_add(pg_ecgfp5 *out, const pg_ecgfp5 *a, const pg_ecgfp5 *b);
void pg_ecgfp5_double(pg_ecgfp5 *out, const pg_ecgfp5 *a, int times);
bool pg_ecgfp5_equal(const pg_ecgfp5 *a, const pg_ecgfp5 *b);
bool pg_ecgfp5_is_neutral(const pg_ecgfp5 *a);

/* k a, constant time in k and a: about 150 us. */
void pg_ecgfp5_mul(pg_ecgfp5 *out, const pg_ecgfp5 *a, const pg_scalar5 *k);

/* k G from the table, constant time in k: about 30 us. */
void pg_ecgfp5_mul_generator(pg_ecgfp5 *out, const pg_scalar5 *k);

/* s G + e p, the sum that a verification needs. */
void pg_ecgfp5_mul_add_var(pg_ecgfp5 *out, const pg_scalar5 *s, const pg_scalar5 *e, const pg_ecgfp5 *p);

/* The encoding as a field element, below p in every coefficient. */
void pg_ecgfp5_encode(pg_fp5 *w, const pg_ecgfp5 *a);

/* PG_ERR_RANGE for a coefficient that is not below p, PG_ERR_INVALID for what encodes no point. */
pg_status pg_ecgfp5_decode_var(pg_ecgfp5 *out, const uint8_t bytes[PG_FP5_BYTES], pg_error *err);

#endif

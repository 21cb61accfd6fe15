/* Multiples of any point, in variable time: for verification, where nothing is secret. */
#ifndef PG_CRYPTO_STARK_WNAF_H
#define PG_CRYPTO_STARK_WNAF_H

#include "crypto/stark_point.h"
#include "crypto/stark_scalar.h"

/* r = k*p on the curve, by a width-5 non-adjacent form (Solinas, Designs, Codes and Cryptography 19, 2000): about 252
 * doublings and 50 additions. p may be r. 60 us. */
void pg_stark_wnaf_mul_var(pg_stark_point *r, const pg_stark_scalar *k, const pg_stark_point *p,
                           const pg_stark_curve *curve);

#endif

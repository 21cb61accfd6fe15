/* Multiples of the STARK curve's generator, from a table of 504 points (32 kB, computed when Perigee is built). */
#ifndef PG_CRYPTO_STARK_GENERATOR_H
#define PG_CRYPTO_STARK_GENERATOR_H

#include "crypto/stark_point.h"
#include "crypto/stark_scalar.h"

/* r = k*G, in constant time: 63 additions whatever k is, each of a point that is picked by reading all eight of its
 * row. k = 0 gives infinity. 15 us. */
void pg_stark_generator_mul(pg_stark_point *r, const pg_stark_scalar *k);

#endif

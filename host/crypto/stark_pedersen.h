/* The Pedersen hash of two elements on the STARK curve (spec/extended.md, section 12.3): for onboarding only. */
#ifndef PG_CRYPTO_STARK_PEDERSEN_H
#define PG_CRYPTO_STARK_PEDERSEN_H

#include "crypto/stark_field.h"

/* The x coordinate of S + a_low*P1 + a_high*P2 + b_low*P3 + b_high*P4, low being the low 248 bits. Variable time.
 * Normal. 120 us. */
void pg_pedersen_hash_var(pg_felt *r, const pg_felt *a, const pg_felt *b);

#endif

/* A private key as a scalar, for the signers of this floor alone. */
#ifndef PG_CRYPTO_STARK_KEY_SCALAR_H
#define PG_CRYPTO_STARK_KEY_SCALAR_H

#include "base/status.h"
#include "crypto/secret.h"
#include "crypto/stark_scalar.h"

/* PG_ERR_RANGE, and 0, for a secret that is not 32 bytes, is 0 or not below n. Its range is all that the time tells.
 * The caller wipes *key. */
pg_status pg_stark_key_scalar(pg_stark_scalar *key, const pg_secret *secret, pg_error *err);

#endif

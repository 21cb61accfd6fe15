/* The inside of a secret, for the signers of this floor alone: no other file includes this. */
#ifndef PG_CRYPTO_SECRET_BYTES_H
#define PG_CRYPTO_SECRET_BYTES_H

#include <stdint.h>

#include "crypto/secret.h"

struct pg_secret {
    size_t size;
    uint8_t bytes[PG_SECRET_MAX + 1]; /* the last one stays 0: a text is terminated */
};

/* An empty one, to be filled: size 0, bytes 0. PG_ERR_MEMORY; PG_ERR_IO when the page cannot be locked. */
pg_status pg_secret_new(pg_secret **secret, pg_error *err);

#endif

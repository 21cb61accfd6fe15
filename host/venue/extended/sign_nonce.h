/* Nonces of Extended's orders: salts of the signed hash between 1 and 2^31 - 1, of which none may come twice
 * (spec/extended.md, section 10.5; they are no secret and no sequence).
 *
 * They are start + i*step modulo the prime 2^31 - 1, plus 1, with a random start and step: no value repeats for 2^31 - 1
 * orders, without a set of the used ones, and two processes have unrelated ones. */
#ifndef PG_VENUE_EXTENDED_SIGN_NONCE_H
#define PG_VENUE_EXTENDED_SIGN_NONCE_H

#include <stdint.h>

#include "base/status.h"

typedef struct {
    uint32_t last, step;
    uint32_t left; /* before values repeat */
} pg_extended_nonces;

/* Starts from the system's random numbers. PG_ERR_IO when there are none. */
pg_status pg_extended_nonces_init(pg_extended_nonces *nonces, pg_error *err);

/* The same from given numbers: for tests and replays. */
void pg_extended_nonces_seed(pg_extended_nonces *nonces, uint32_t start, uint32_t step);

/* PG_ERR_FULL after 2^31 - 1 nonces. */
pg_status pg_extended_nonces_next(uint32_t *nonce, pg_extended_nonces *nonces, pg_error *err);

#endif

/* The reading side of Lighter's signed texts: tx_info back into a transaction, signatures and auth tokens verified. For
 * the built-in exchange, and for tests. */
#ifndef PG_VENUE_LIGHTER_TRANSACTION_READ_H
#define PG_VENUE_LIGHTER_TRANSACTION_READ_H

#include "venue/lighter/transaction.h"

/* Reads tx_info of a kind. Members may stand in any order, those that are not known are passed over, L1Sig and
 * L2TxAttributes may be missing; everything else must be there, exactly. Values are not judged (rules.h does).
 * signature NULL: of one that is still to be signed, so that Sig and PubKey, which the signer puts in, are not looked at.
 * PG_ERR_UNSUPPORTED for a kind that users cannot build, PG_ERR_PARSE naming the member, PG_ERR_MEMORY. */
pg_status pg_lighter_tx_read(pg_lighter_tx *tx, uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES], int type,
                             const char *text, size_t size, pg_error *err);

typedef struct {
    int64_t deadline; /* unix seconds */
    int64_t account, key_index;
    pg_fp5 message; /* what is signed */
    uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES];
} pg_lighter_token_parts;

/* Takes an auth token apart. PG_ERR_PARSE for what is none. */
pg_status pg_lighter_token_read(pg_lighter_token_parts *parts, const char *token, pg_error *err);

#endif

/* A transaction of Lighter: its hash and the JSON text that is sent (specification, sections 6.1 to 6.4).
 *
 * Nothing here checks values (rules.h does) or signs (sign.h does). */
#ifndef PG_VENUE_LIGHTER_TRANSACTION_H
#define PG_VENUE_LIGHTER_TRANSACTION_H

#include <stddef.h>

#include "base/status.h"
#include "crypto/fp5.h"
#include "venue/lighter/transaction_kind.h"

enum {
    PG_LIGHTER_GROUP_MAX = 3,
    PG_LIGHTER_ATTRIBUTE_SLOTS = 8, /* more than are allowed, so that too many can be refused by name */
    PG_LIGHTER_ATTRIBUTES_MAX = 4,
    PG_LIGHTER_PUBLIC_KEY_BYTES = 40,
    PG_LIGHTER_SIGNATURE_BYTES = 80,
    PG_LIGHTER_MEMO_BYTES = 32,
    PG_LIGHTER_ELEMENTS_MAX = 20,
    PG_LIGHTER_TX_INFO_MAX = 2048 /* no tx_info is longer, its end included */
};

/* Attribute types. */
enum {
    PG_LIGHTER_INTEGRATOR = 1,
    PG_LIGHTER_INTEGRATOR_TAKER_FEE = 2,
    PG_LIGHTER_INTEGRATOR_MAKER_FEE = 3,
    PG_LIGHTER_SKIP_NONCE = 4,
    PG_LIGHTER_CANCEL_MARKET = 5,
    PG_LIGHTER_SELF_TRADE_BEHAVIOUR = 6,
    PG_LIGHTER_SELF_TRADE_EQUALITY = 7,
    PG_LIGHTER_ATTRIBUTE_TYPES = 8
};

typedef struct {
    int64_t type, value;
} pg_lighter_attribute;

typedef struct {
    int type; /* PG_LIGHTER_CREATE_ORDER, ... */
    int64_t value[PG_LIGHTER_FIELDS];
    int orders; /* of a group */
    int64_t order[PG_LIGHTER_GROUP_MAX][PG_LIGHTER_ORDER_FIELDS];
    int attributes; /* ascending by type */
    pg_lighter_attribute attribute[PG_LIGHTER_ATTRIBUTE_SLOTS];
    uint8_t public_key[PG_LIGHTER_PUBLIC_KEY_BYTES];
    uint8_t memo[PG_LIGHTER_MEMO_BYTES];
    char l1_signature[136]; /* 0x and 130 digits, or empty */
} pg_lighter_tx;

/* The elements of the first hash, before attributes. PG_ERR_UNSUPPORTED for a kind that users cannot build,
 * PG_ERR_INVALID for a public key with a coefficient not below p, PG_ERR_RANGE for more orders than a group has. */
pg_status pg_lighter_tx_elements(uint64_t out[PG_LIGHTER_ELEMENTS_MAX], size_t *count, uint32_t chain_id,
                                 const pg_lighter_tx *tx, pg_error *err);

/* The message that is signed; its encoding in hexadecimal is the transaction's hash at the venue. About 4 us. */
pg_status pg_lighter_tx_hash(pg_fp5 *hash, uint32_t chain_id, const pg_lighter_tx *tx, pg_error *err);

/* Writes the compact JSON text. PG_ERR_RANGE when size is too small (PG_LIGHTER_TX_INFO_MAX never is). */
pg_status pg_lighter_tx_info(char *text, size_t size, const pg_lighter_tx *tx,
                             const uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES], pg_error *err);

/* Puts an attribute at its place. PG_ERR_INVALID for a type that is there already, PG_ERR_FULL beyond the slots. */
pg_status pg_lighter_tx_attribute(pg_lighter_tx *tx, int64_t type, int64_t value, pg_error *err);

/* Whether an attribute is what its absence means: it then does not change the hash. */
bool pg_lighter_attribute_is_nil(pg_lighter_attribute attribute);

#endif

/* An action as the two texts of it: MessagePack, which is hashed, and JSON, which is sent; written in one pass from one
 * structure, so that they cannot differ. */
#ifndef PG_VENUE_HYPERLIQUID_ENCODE_H
#define PG_VENUE_HYPERLIQUID_ENCODE_H

#include <cjson/cJSON.h>

#include "base/status.h"
#include "base/text.h"
#include "venue/hyperliquid/action.h"
#include "venue/hyperliquid/schema.h"

typedef enum { PG_HL_MAINNET, PG_HL_TESTNET } pg_hl_network;

enum {
    PG_HL_CHAIN_ID = 421614, /* of user-signed actions unless the envelope says another: 0x66eee */
    PG_HL_BATCH_MAX = 1000   /* elements of a list */
};

/* What surrounds an action. The network is a setting of its own, never read from an address of the network. */
typedef struct {
    pg_hl_network network;
    uint64_t nonce;         /* ms; nonce.h */
    const char *vault;      /* address of the sub-account or vault that is traded for; NULL: the signer's own account */
    uint64_t expires_after; /* ms; 0: never. Not for user-signed actions */
    uint64_t chain_id;      /* of a user-signed action; 0: PG_HL_CHAIN_ID */
    bool verbatim;          /* texts as they are, not in canonical form: to check what others signed */
} pg_hl_envelope;

/* Zero it to begin; kept and used again, its memory is not allocated again. */
typedef struct {
    pg_text pack, json;
} pg_hl_encoded;

void pg_hl_encoded_free(pg_hl_encoded *encoded);

/* Replaces what is in *encoded. Errors (what names the member): PG_ERR_INVALID for a missing text, an order with no or
 * two types, an empty list, a kind that is none; PG_ERR_PARSE for a text that is no number, address or client id;
 * PG_ERR_RANGE for numbers and lists that are too large; PG_ERR_MEMORY. About 1 us for an order. */
pg_status pg_hl_encode(pg_hl_encoded *encoded, const pg_hl_action *action, const pg_hl_envelope *envelope,
                       pg_error *err);

/* "Mainnet" or "Testnet". */
const char *pg_hl_network_name(pg_hl_network network);

/* "0x" and the least digits of the envelope's chain id into text[19]. */
char *pg_hl_chain_text(char *text, const pg_hl_envelope *envelope);

/* ---- texts in the form in which they are written ---- */

enum { PG_HL_SCRATCH = 256 };

/* The text of a field, in canonical form in scratch[PG_HL_SCRATCH] or where it was. */
pg_status pg_hl_field_text(const char **text, char *scratch, const void *base, const pg_hl_field *field, bool verbatim,
                           pg_error *err);

/* ---- reading ---- */

/* Reads an action from JSON, whatever the order of its members. Texts stay in the document, lists are allocated
 * (pg_hl_action_free). Of a user-signed action the envelope's network and chain id are set; a nonce inside the action
 * sets the envelope's when that is 0, and must equal it otherwise. Errors: PG_ERR_UNSUPPORTED for a type that has no
 * schema (PG_HL_RAW takes it), PG_ERR_PARSE for unknown, missing, repeated or wrongly typed members,
 * PG_ERR_INVALID for another nonce, PG_ERR_RANGE, PG_ERR_MEMORY. */
pg_status pg_hl_action_read(pg_hl_action *action, pg_hl_envelope *envelope, const cJSON *json, pg_error *err);
void pg_hl_action_free(pg_hl_action *action);

#endif

/* Signed texts of Lighter: transactions, auth tokens, and the messages that an Ethereum key signs (specification,
 * sections 2.4, 6.1 and 10). */
#ifndef PG_VENUE_LIGHTER_SIGN_H
#define PG_VENUE_LIGHTER_SIGN_H

#include "crypto/schnorr.h"
#include "crypto/secp256k1.h"
#include "venue/lighter/transaction.h"

enum {
    PG_LIGHTER_TOKEN_MAX = 256,
    PG_LIGHTER_L1_TEXT_MAX = 1024,
    PG_LIGHTER_HASH_TEXT = 81,
    PG_LIGHTER_L1_SIGNATURE_TEXT = 133
};

typedef struct {
    char hash[PG_LIGHTER_HASH_TEXT]; /* as the venue reports it */
    char text[PG_LIGHTER_TX_INFO_MAX];
    pg_fp5 message; /* what was signed, and how: to be verified */
    uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES];
} pg_lighter_signed;

/* Checks, hashes, signs with a fresh nonce and writes. Errors: what pg_lighter_tx_check refuses, and API key index 255,
 * which is for queries only; PG_ERR_IO without random numbers. About 50 us. */
pg_status pg_lighter_sign(pg_lighter_signed *out, uint32_t chain_id, const pg_lighter_tx *tx, const pg_scalar5 *key,
                          pg_error *err);

/* The same with a given nonce: for vectors only. */
pg_status pg_lighter_sign_with_nonce(pg_lighter_signed *out, uint32_t chain_id, const pg_lighter_tx *tx,
                                     const pg_scalar5 *key, const pg_scalar5 *nonce, pg_error *err);

/* An auth token good until `deadline` (unix seconds). Errors: PG_ERR_RANGE for a negative deadline or account, or a key
 * index outside 0 to 254; PG_ERR_IO. */
pg_status pg_lighter_token(char token[PG_LIGHTER_TOKEN_MAX], int64_t deadline, int64_t account, int64_t key_index,
                           const pg_scalar5 *key, pg_error *err);
pg_status pg_lighter_token_with_nonce(char token[PG_LIGHTER_TOKEN_MAX], int64_t deadline, int64_t account,
                                      int64_t key_index, const pg_scalar5 *key, const pg_scalar5 *nonce, pg_error *err);

/* What is signed of a token: its three numbers with their colons, 72 bytes at most. */
pg_fp5 pg_lighter_token_message(const char *text, size_t length);

/* The text that the account's Ethereum key signs. PG_ERR_UNSUPPORTED for kinds that need none. */
pg_status pg_lighter_l1_text(char text[PG_LIGHTER_L1_TEXT_MAX], uint32_t chain_id, const pg_lighter_tx *tx,
                             pg_error *err);

/* keccak256 of the text with the prefix of personal_sign (EIP-191). */
void pg_lighter_l1_digest(uint8_t digest[32], const char *text);

/* That signature, as L1Sig carries it: 0x, r, s, v. */
pg_status pg_lighter_l1_sign(char signature[PG_LIGHTER_L1_SIGNATURE_TEXT], const char *text, const pg_secp256k1 *curve,
                             const pg_secret *secret, pg_error *err);

#endif

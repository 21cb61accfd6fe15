/* Runners of the Hyperliquid vectors, each for a whole file, and what they share. Formats: hyperliquid.md 26. */
#ifndef PG_SELFTEST_HYPERLIQUID_H
#define PG_SELFTEST_HYPERLIQUID_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/secp256k1.h"
#include "selftest/vector.h"
#include "venue/hyperliquid/sign.h"

extern const pg_vector_suite pg_suite_hyperliquid;

pg_vector_runner pg_hyperliquid_keccak, pg_hyperliquid_addresses, pg_hyperliquid_msgpack, pg_hyperliquid_eip712;
pg_vector_runner pg_hyperliquid_l1_actions, pg_hyperliquid_phantom_agent, pg_hyperliquid_user_signed;
pg_vector_runner pg_hyperliquid_multi_sig, pg_hyperliquid_request_bodies;
pg_vector_runner pg_hyperliquid_formatting, pg_hyperliquid_asset_ids, pg_hyperliquid_nonces, pg_hyperliquid_margin;

/* Runs a runner on every element of root's array `name`, as a case named by its members name, kind or input; a file
 * without the array fails. */
void pg_hyperliquid_each(pg_vectors *v, const cJSON *root, const char *name, pg_vector_runner *each);

/* The expected member, hexadecimal with or without 0x, against bytes. */
void pg_hyperliquid_check_hex(pg_vectors *v, const cJSON *vector, const char *name, const void *bytes, size_t size);

/* Members r, s and v against a signature. */
void pg_hyperliquid_check_signature(pg_vectors *v, const cJSON *vector, const pg_signature *signature);

/* A call that should have worked: fails the case with the error otherwise. */
bool pg_hyperliquid_worked(pg_vectors *v, const char *what, pg_status status, const pg_error *err);

/* Bytes of a hexadecimal member, alive until the end of the case. */
uint8_t *pg_hyperliquid_bytes(pg_vectors *v, size_t *size, const cJSON *vector, const char *name);

/* A curve with the signer of a key, for the length of a case; false (and a failure) when the key is none. */
typedef struct {
    pg_secp256k1 *curve;
    pg_secret *secret;
    pg_hl_signer signer;
} pg_hyperliquid_key;
bool pg_hyperliquid_key_open(pg_vectors *v, pg_hyperliquid_key *key, const char *private_key);
void pg_hyperliquid_key_close(pg_hyperliquid_key *key);

/* An action by its typed description; one of no known form as raw text in signing order. */
bool pg_hyperliquid_read_action(pg_vectors *v, pg_hl_action *action, pg_hl_envelope *envelope, const cJSON *json,
                                const char *text);

/* network, nonce, vault_address and expires_after of a vector; verbatim. */
pg_hl_envelope pg_hyperliquid_envelope(const cJSON *vector);

#endif

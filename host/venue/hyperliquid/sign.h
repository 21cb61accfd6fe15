/* Signing for Hyperliquid (hyperliquid.md 9 to 11).
 *
 * L1 actions: connection id = keccak256(MessagePack of the action || nonce, 8 bytes big-endian || 00, or 01 and the
 * vault's 20 bytes || nothing, or 00 and expiresAfter, 8 bytes), signed as EIP-712 struct Agent(string source,bytes32
 * connectionId) in the domain Exchange, 1, chain 1337; source "a" on the mainnet, "b" elsewhere.
 *
 * User-signed actions: the EIP-712 struct HyperliquidTransaction:<Name> of their members in the domain
 * HyperliquidSignTransaction, 1, signatureChainId. */
#ifndef PG_VENUE_HYPERLIQUID_SIGN_H
#define PG_VENUE_HYPERLIQUID_SIGN_H

#include "crypto/address.h"
#include "crypto/secp256k1.h"
#include "venue/hyperliquid/encode.h"

/* One key of one account or agent. The key and the curve are borrowed. */
typedef struct {
    const pg_secp256k1 *curve;
    const pg_secret *secret;
    pg_address address;
} pg_hl_signer;

/* PG_ERR_INVALID for a secret that is no key. */
pg_status pg_hl_signer_init(pg_hl_signer *signer, const pg_secp256k1 *curve, const pg_secret *secret, pg_error *err);

/* An action with everything that is needed to send it. Zero it to begin; its memory is used again. */
typedef struct {
    pg_hl_encoded encoded;
    uint8_t connection_id[32]; /* of an L1 action */
    uint8_t digest[32];
    pg_signature signature;
    pg_hl_envelope envelope; /* as signed, to be sent; its vault's text is still the caller's */
} pg_hl_signed;

void pg_hl_signed_free(pg_hl_signed *made);

/* Encodes and signs. An action that is never for a vault (user-signed ones, and those that the venue takes so) loses
 * the envelope's vault. Errors: those of pg_hl_encode; PG_ERR_INVALID for expires_after with a user-signed action;
 * PG_ERR_PARSE for a vault that is no address; those of pg_secp256k1_sign. About 1.1 times the bare signature. */
pg_status pg_hl_sign(pg_hl_signed *made, const pg_hl_signer *signer, const pg_hl_action *action,
                     const pg_hl_envelope *envelope, pg_error *err);

/* The address whose signature of an action it is, for checking what others sent. */
pg_status pg_hl_recover(pg_address *address, const pg_secp256k1 *curve, const pg_hl_action *action,
                        const pg_hl_envelope *envelope, const pg_signature *signature, pg_error *err);

/* The envelope as it is signed and sent with an action of that kind. */
pg_hl_envelope pg_hl_envelope_for(pg_hl_kind kind, const pg_hl_envelope *envelope);

/* ---- the steps ---- */

pg_status pg_hl_connection_id(uint8_t hash[32], const void *pack, size_t size, const pg_hl_envelope *envelope,
                              pg_error *err);

void pg_hl_agent_digest(uint8_t digest[32], const uint8_t connection_id[32], pg_hl_network network);

/* A user-signed action for several keys is hashed with the account and the outer signer among its members. */
typedef struct {
    pg_address user, outer_signer;
} pg_hl_multi_sig;

/* multi_sig may be NULL. PG_ERR_INVALID for an L1 action. */
pg_status pg_hl_user_digest(uint8_t digest[32], const pg_hl_action *action, const pg_hl_envelope *envelope,
                            const pg_hl_multi_sig *multi_sig, pg_error *err);

/* Appends the EIP-712 type of the user-signed actions of a type ("usdSend"), or of the outer signature ("multiSig").
 * PG_ERR_NOT_FOUND. */
pg_status pg_hl_user_type(pg_text *text, const char *type, pg_error *err);

/* ---- several keys ---- */

/* The signature of one of the keys of multi_sig->user. */
pg_status pg_hl_multi_sig_inner(pg_signature *signature, const pg_hl_signer *signer, const pg_hl_action *action,
                                const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig, pg_error *err);

/* The wrapper around an action, signed by the outer signer, whose address must be multi_sig->outer_signer.
 * made->encoded.pack is what the outer hash covers: the wrapper without its type. Errors: PG_ERR_INVALID for no
 * signatures or another signer, and those of the steps. */
pg_status pg_hl_multi_sig_sign(pg_hl_signed *made, const pg_hl_signer *outer, const pg_hl_action *action,
                               const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig,
                               const pg_signature *signatures, size_t count, pg_error *err);

/* Whose signatures they are, of a key and of the outer signer, for checking what others sent. The envelope of the
 * latter has the wrapper's chain. */
pg_status pg_hl_multi_sig_recover_inner(pg_address *address, const pg_secp256k1 *curve, const pg_hl_action *action,
                                        const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig,
                                        const pg_signature *signature, pg_error *err);
pg_status pg_hl_multi_sig_recover(pg_address *address, const pg_secp256k1 *curve, const pg_hl_action *action,
                                  const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig,
                                  const pg_signature *signatures, size_t count, const pg_signature *signature,
                                  pg_error *err);

/* The outer digest of a wrapper without its type; hash gets multiSigActionHash. */
pg_status pg_hl_multi_sig_digest(uint8_t digest[32], uint8_t hash[32], const void *pack, size_t size,
                                 const pg_hl_envelope *envelope, pg_error *err);

/* The signers member of PG_HL_CONVERT_TO_MULTI_SIG: {"authorizedUsers":[lower case, sorted],"threshold":n}. Appends to
 * *json. PG_ERR_INVALID for no users, more than 10, repeated ones, or a threshold outside 1..count. */
pg_status pg_hl_multi_sig_signers(pg_text *json, const pg_address *users, size_t count, int threshold, pg_error *err);

/* ---- what is sent ---- */

/* Appends the body of POST /exchange: action, nonce, signature with r and s of 64 digits, and vaultAddress and
 * expiresAfter when they are set. */
pg_status pg_hl_body(pg_text *out, const pg_hl_signed *made, pg_error *err);

/* Appends the same as a WebSocket frame {"method":"post","id":id,"request":{"type":"action","payload":...}}. */
pg_status pg_hl_post_frame(pg_text *out, uint64_t id, const pg_hl_signed *made, pg_error *err);

/* "0x" and 64 digits, or without leading zeros ("0x53..."), into text[67]; returns text. */
char *pg_hl_word_text(char *text, const uint8_t word[32], bool trimmed);

#endif

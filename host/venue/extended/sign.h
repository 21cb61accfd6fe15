/* What Extended signs: SNIP-12 (revision 1) hashes of orders, transfers and withdrawals, and their signatures
 * (spec/extended.md, section 10; the exchange's settlement contract). Elements come in and go out reduced.
 *
 *     struct hash  = H(type, fields...)           H: Poseidon, pg_poseidon_hash
 *     message hash = H("StarkNet Message", domain hash, public key, struct hash)
 *
 * Hashing takes the same time whatever the values are. A struct hash costs 14 to 20 us, a message hash 10 us. */
#ifndef PG_VENUE_EXTENDED_SIGN_H
#define PG_VENUE_EXTENDED_SIGN_H

#include "crypto/stark_ecdsa.h"
#include "crypto/stark_field.h"
#include "crypto/stark_key.h"

typedef struct {
    uint32_t position;
    pg_felt base_asset, quote_asset, fee_asset;
    int64_t base_amount, quote_amount;
    uint64_t fee_amount;
    uint64_t expiration_s;
    uint64_t salt;
} pg_extended_order_args;

typedef struct {
    uint32_t recipient, sender; /* positions */
    pg_felt collateral;
    uint64_t amount;
    uint64_t expiration_s;
    uint64_t salt;
} pg_extended_transfer_args;

typedef struct {
    pg_felt recipient; /* a Starknet address */
    uint32_t position;
    pg_felt collateral;
    uint64_t amount;
    uint64_t expiration_s;
    uint64_t salt;
} pg_extended_withdrawal_args;

/* An order for vault shares: an order between two positions. */
typedef struct {
    uint32_t source, receiver;
    pg_extended_order_args order; /* whose position is not used */
} pg_extended_limit_order_args;

/* The struct types, by the names that the contract gives them. */
typedef enum {
    PG_EXTENDED_DOMAIN,
    PG_EXTENDED_ORDER,
    PG_EXTENDED_LIMIT_ORDER,
    PG_EXTENDED_TRANSFER,
    PG_EXTENDED_WITHDRAWAL,
    PG_EXTENDED_STRUCTS
} pg_extended_struct;

/* The type string of a struct, and its hash: Keccak-256 of it, the low 250 bits (section 10.2), as a constant. */
const char *pg_extended_type_string(pg_extended_struct type);
void pg_extended_type_hash(pg_felt *r, pg_extended_struct type);

/* The hash of a domain, to be kept: name "Perpetuals", version "v0", chain "SN_MAIN" or "SN_SEPOLIA", revision 1. The
 * texts are short strings (pg_felt_from_short's errors). */
pg_status pg_extended_domain_hash(pg_felt *r, const char *name, const char *version, const char *chain,
                                  uint64_t revision, pg_error *err);

void pg_extended_order_hash(pg_felt *r, const pg_extended_order_args *args);
void pg_extended_limit_order_hash(pg_felt *r, const pg_extended_limit_order_args *args);
void pg_extended_transfer_hash(pg_felt *r, const pg_extended_transfer_args *args);
void pg_extended_withdrawal_hash(pg_felt *r, const pg_extended_withdrawal_args *args);

void pg_extended_message_hash(pg_felt *r, const pg_felt *domain, const pg_felt *public_key, const pg_felt *struct_hash);

/* An account that signs. The caller owns `secret` and keeps it for as long as the account is used. */
typedef struct {
    uint32_t position; /* the vault */
    pg_felt domain;
    pg_felt public_key;
    const pg_secret *secret;
} pg_extended_account;

/* Makes an account. Refused (PG_ERR_INVALID): a configured public key that is not that of the private key; the error
 * names both public keys. `public_key` NULL takes the derived one. PG_ERR_RANGE for a bad private key. */
pg_status pg_extended_account_init(pg_extended_account *account, uint32_t position, const pg_felt *domain,
                                   const pg_secret *secret, const pg_felt *public_key, pg_error *err);

/* The message hash of a struct hash and the account's signature of it. With verify the signature is checked before it is
 * handed out, against faults of the machine (PG_ERR_CORRUPT). PG_ERR_RANGE: the hash is 2^251 or more (2^-55): change the
 * salt. */
pg_status pg_extended_sign(pg_felt *message_hash, pg_stark_signature *signature, const pg_extended_account *account,
                           const pg_felt *struct_hash, bool verify, pg_error *err);

#endif

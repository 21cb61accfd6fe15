/* Onboarding on Extended with an Ethereum key (spec/extended.md, section 11.6): the Stark key that the web page would
 * make, what registers it, and what authenticates requests of the Ethereum account. Accounts are normally created in the
 * web page: nothing here is needed to trade. */
#ifndef PG_VENUE_EXTENDED_SIGN_ONBOARDING_H
#define PG_VENUE_EXTENDED_SIGN_ONBOARDING_H

#include "crypto/address.h"
#include "crypto/secp256k1.h"
#include "crypto/stark_ecdsa.h"

/* A signature as the exchange takes it: "0x", r, s and v, and a final zero. */
enum { PG_EXTENDED_L1_SIGNATURE = 2 + 130 + 1 };

typedef struct {
    int account_index; /* 0..127 */
    pg_address wallet;
    const char *time;   /* "YYYY-MM-DDTHH:MM:SSZ" */
    const char *action; /* "REGISTER" or "CREATE_SUB_ACCOUNT" */
    const char *host;   /* the onboarding base */
} pg_extended_registration;

/* Digests to be signed with the Ethereum key. signing_domain: "extended.exchange" or its testnet's. EIP-712 for the
 * first two (PG_ERR_RANGE for an index that is no int8 from 0), EIP-191's personal message "<path>@<time>" for the
 * third (PG_ERR_RANGE for more than 500 characters). */
pg_status pg_extended_creation_digest(uint8_t digest[32], const char *signing_domain, int account_index,
                                      const pg_address *wallet, pg_error *err);
pg_status pg_extended_registration_digest(uint8_t digest[32], const char *signing_domain,
                                          const pg_extended_registration *registration, pg_error *err);
pg_status pg_extended_header_digest(uint8_t digest[32], const char *path, const char *time, pg_error *err);

/* The address of an Ethereum key. */
pg_status pg_extended_wallet(pg_address *wallet, const pg_secp256k1 *curve, const pg_secret *ethereum_key,
                             pg_error *err);

/* Signs a digest: text[PG_EXTENDED_L1_SIGNATURE]. */
pg_status pg_extended_l1_sign(char *text, const pg_secp256k1 *curve, const pg_secret *ethereum_key,
                              const uint8_t digest[32], pg_error *err);

/* The Stark key of an account of an Ethereum key. The caller frees it. */
pg_status pg_extended_derive_key(pg_secret **stark_key, const pg_secp256k1 *curve, const pg_secret *ethereum_key,
                                 const char *signing_domain, int account_index, pg_error *err);

/* The message that the new Stark key signs: the Pedersen hash of wallet and public key. PG_ERR_RANGE for a public key
 * that is no element of the field. */
pg_status pg_extended_registration_message(uint8_t message[32], const pg_address *wallet, const uint8_t public_key[32],
                                           pg_error *err);

#endif

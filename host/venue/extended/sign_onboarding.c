#include "venue/extended/sign_onboarding.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "crypto/eip712.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "crypto/stark_key.h"
#include "crypto/stark_pedersen.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MAX_MESSAGE = 500, MAX_INDEX = 127 };

static const pg_eip712_field domain_fields[] = { { "name", "string" } };
static const pg_eip712_field creation_fields[] = {
    { "accountIndex", "int8" },
    { "wallet", "address" },
    { "tosAccepted", "bool" },
};
static const pg_eip712_field registration_fields[] = {
    { "accountIndex", "int8" }, { "wallet", "address" }, { "tosAccepted", "bool" },
    { "time", "string" },       { "action", "string" },  { "host", "string" },
};
static const pg_eip712_struct structs[] = {
    { "EIP712Domain", domain_fields, COUNT(domain_fields) },
    { "AccountCreation", creation_fields, COUNT(creation_fields) },
    { "AccountRegistration", registration_fields, COUNT(registration_fields) },
};
static const pg_eip712_types types = { structs, COUNT(structs) };

static pg_status digest_of(uint8_t digest[32], const char *signing_domain, const char *name,
                           const pg_eip712_value *values, size_t count, pg_error *err)
{
    const pg_eip712_value domain[] = { pg_eip712_text(signing_domain) };
    uint8_t separator[32], message[32];
    pg_status status = pg_eip712_hash_struct(separator, &types, "EIP712Domain", domain, COUNT(domain), err);

    if (status == PG_OK)
        status = pg_eip712_hash_struct(message, &types, name, values, count, err);
    if (status == PG_OK)
        pg_eip712_digest(digest, separator, message);
    return status;
}

static pg_status check_index(int account_index, pg_error *err)
{
    if (account_index < 0 || account_index > MAX_INDEX)
        return pg_fail(err, PG_ERR_RANGE, "the account index %d is not in 0..%d", account_index, MAX_INDEX);
    return PG_OK;
}

pg_status pg_extended_creation_digest(uint8_t digest[32], const char *signing_domain, int account_index,
                                      const pg_address *wallet, pg_error *err)
{
    pg_status status = check_index(account_index, err);

    if (status != PG_OK)
        return status;
    const pg_eip712_value values[] = {
        pg_eip712_uint((uint64_t)account_index),
        pg_eip712_address(wallet),
        pg_eip712_uint(1),
    };
    return digest_of(digest, signing_domain, "AccountCreation", values, COUNT(values), err);
}

pg_status pg_extended_registration_digest(uint8_t digest[32], const char *signing_domain,
                                          const pg_extended_registration *registration, pg_error *err)
{
    pg_status status = check_index(registration->account_index, err);

    if (status != PG_OK)
        return status;
    const pg_eip712_value values[] = {
        pg_eip712_uint((uint64_t)registration->account_index),
        pg_eip712_address(&registration->wallet),
        pg_eip712_uint(1),
        pg_eip712_text(registration->time),
        pg_eip712_text(registration->action),
        pg_eip712_text(registration->host),
    };
    return digest_of(digest, signing_domain, "AccountRegistration", values, COUNT(values), err);
}

pg_status pg_extended_header_digest(uint8_t digest[32], const char *path, const char *time, pg_error *err)
{
    char message[MAX_MESSAGE + 1], prefix[64];
    int length = snprintf(message, sizeof message, "%s@%s", path, time);
    pg_keccak hash = { 0 };

    if (length < 0 || length > MAX_MESSAGE)
        return pg_fail(err, PG_ERR_RANGE, "a message of %d characters to sign; at most %d", length, MAX_MESSAGE);
    snprintf(prefix, sizeof prefix,
             "\x19"
             "Ethereum Signed Message:\n%d",
             length);
    pg_keccak_add(&hash, prefix, strlen(prefix));
    pg_keccak_add(&hash, message, (size_t)length);
    pg_keccak_end(digest, &hash);
    return PG_OK;
}

pg_status pg_extended_wallet(pg_address *wallet, const pg_secp256k1 *curve, const pg_secret *ethereum_key,
                             pg_error *err)
{
    uint8_t public_key[64];
    pg_status status = pg_secp256k1_public_key(public_key, curve, ethereum_key, err);

    if (status == PG_OK)
        *wallet = pg_address_of_key(public_key);
    return status;
}

pg_status pg_extended_l1_sign(char *text, const pg_secp256k1 *curve, const pg_secret *ethereum_key,
                              const uint8_t digest[32], pg_error *err)
{
    pg_signature signature;
    pg_status status = pg_secp256k1_sign(&signature, curve, ethereum_key, digest, err);

    text[0] = '\0';
    if (status != PG_OK)
        return status;
    memcpy(text, "0x", 3);
    pg_hex_encode(text + 2, signature.r, 32);
    pg_hex_encode(text + 66, signature.s, 32);
    pg_hex_encode(text + 130, &signature.v, 1);
    return PG_OK;
}

pg_status pg_extended_derive_key(pg_secret **stark_key, const pg_secp256k1 *curve, const pg_secret *ethereum_key,
                                 const char *signing_domain, int account_index, pg_error *err)
{
    pg_address wallet;
    uint8_t digest[32];
    pg_signature signature;
    pg_status status;

    *stark_key = NULL;
    if ((status = pg_extended_wallet(&wallet, curve, ethereum_key, err)) != PG_OK ||
        (status = pg_extended_creation_digest(digest, signing_domain, account_index, &wallet, err)) != PG_OK ||
        (status = pg_secp256k1_sign(&signature, curve, ethereum_key, digest, err)) != PG_OK)
        return status;
    status = pg_stark_key_grind_var(stark_key, signature.r, err);
    OPENSSL_cleanse(&signature, sizeof signature); /* who knows its r knows the key */
    return status;
}

pg_status pg_extended_registration_message(uint8_t message[32], const pg_address *wallet, const uint8_t public_key[32],
                                           pg_error *err)
{
    uint8_t padded[32] = { 0 };
    pg_felt address, key, hash;

    memcpy(padded + 32 - PG_ADDRESS_SIZE, wallet->bytes, PG_ADDRESS_SIZE);
    pg_felt_from_bytes(&address, padded);
    if (!pg_felt_from_bytes(&key, public_key))
        return pg_fail(err, PG_ERR_RANGE, "a public key that is not below the prime of the STARK field");
    pg_pedersen_hash_var(&hash, &address, &key);
    pg_felt_to_bytes(message, &hash);
    return PG_OK;
}

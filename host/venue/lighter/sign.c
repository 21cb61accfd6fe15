#include "venue/lighter/sign.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "crypto/poseidon2.h"
#include "venue/lighter/rules.h"

enum { KEY_INDEX_MAX = 254, TOKEN_TEXT = 72 /* three numbers: 19 + 1 + 19 + 1 + 19 at most */ };

/* nonce NULL: a fresh one. */
static pg_status sign_message(uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], const pg_fp5 *message,
                              const pg_scalar5 *key, const pg_scalar5 *nonce, pg_error *err)
{
    if (!nonce)
        return pg_schnorr_sign(signature, message, key, err);
    pg_schnorr_sign_with_nonce(signature, message, key, nonce);
    return PG_OK;
}

pg_status pg_lighter_sign_with_nonce(pg_lighter_signed *out, uint32_t chain_id, const pg_lighter_tx *tx,
                                     const pg_scalar5 *key, const pg_scalar5 *nonce, pg_error *err)
{
    uint8_t bytes[PG_FP5_BYTES];
    pg_status status = pg_lighter_tx_check(tx, err);

    if (status == PG_OK && tx->value[PG_LIGHTER_API_KEY_INDEX] > KEY_INDEX_MAX)
        status = pg_fail(err, PG_ERR_INVALID, "ApiKeyIndex should not be larger than %d", KEY_INDEX_MAX);
    if (status == PG_OK)
        status = pg_lighter_tx_hash(&out->message, chain_id, tx, err);
    if (status == PG_OK)
        status = sign_message(out->signature, &out->message, key, nonce, err);
    if (status != PG_OK)
        return status;
    pg_fp5_encode(bytes, &out->message);
    pg_hex_encode(out->hash, bytes, sizeof bytes);
    return pg_lighter_tx_info(out->text, sizeof out->text, tx, out->signature, err);
}

pg_status pg_lighter_sign(pg_lighter_signed *out, uint32_t chain_id, const pg_lighter_tx *tx, const pg_scalar5 *key,
                          pg_error *err)
{
    return pg_lighter_sign_with_nonce(out, chain_id, tx, key, NULL, err);
}

pg_fp5 pg_lighter_token_message(const char *text, size_t length)
{
    uint8_t padded[TOKEN_TEXT] = { 0 };
    uint64_t elements[TOKEN_TEXT / 8];
    size_t count = (length + 7) / 8;
    PG_ASSERT(length <= TOKEN_TEXT);
    memcpy(padded, text, length); /* all below 0x80: below p */
    for (size_t i = 0; i < count; i++)
        elements[i] = pg_le64_load(padded + 8 * i);
    return pg_poseidon2_hash_fp5(elements, count);
}

pg_status pg_lighter_token_with_nonce(char token[PG_LIGHTER_TOKEN_MAX], int64_t deadline, int64_t account,
                                      int64_t key_index, const pg_scalar5 *key, const pg_scalar5 *nonce, pg_error *err)
{
    uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES];

    if (deadline < 0 || account < 0 || key_index < 0 || key_index > KEY_INDEX_MAX)
        return pg_fail(err, PG_ERR_RANGE, "deadline %lld, account %lld or key index %lld is out of range",
                       (long long)deadline, (long long)account, (long long)key_index);
    int length = snprintf(token, PG_LIGHTER_TOKEN_MAX, "%lld:%lld:%lld", (long long)deadline, (long long)account,
                          (long long)key_index);
    pg_fp5 hash = pg_lighter_token_message(token, (size_t)length);
    pg_status status = sign_message(signature, &hash, key, nonce, err);
    if (status != PG_OK)
        return status;
    token[length] = ':';
    pg_hex_encode(token + length + 1, signature, sizeof signature);
    return PG_OK;
}

pg_status pg_lighter_token(char token[PG_LIGHTER_TOKEN_MAX], int64_t deadline, int64_t account, int64_t key_index,
                           const pg_scalar5 *key, pg_error *err)
{
    return pg_lighter_token_with_nonce(token, deadline, account, key_index, key, NULL, err);
}

#define HEX16 "0x%016llx"

static const char trust[] = "Only sign this message for a trusted client!";

static unsigned long long number(const pg_lighter_tx *tx, pg_lighter_field field)
{
    return (unsigned long long)tx->value[field];
}

static void key_text(char *text, const pg_lighter_tx *tx)
{
    char key[2 * PG_LIGHTER_PUBLIC_KEY_BYTES + 1];
    pg_hex_encode(key, tx->public_key, sizeof tx->public_key);
    snprintf(text, PG_LIGHTER_L1_TEXT_MAX,
             "Register Lighter Account\n\npubkey: 0x%s\nnonce: " HEX16 "\naccount index: " HEX16
             "\napi key index: " HEX16 "\n%s",
             key, number(tx, PG_LIGHTER_NONCE), number(tx, PG_LIGHTER_ACCOUNT_INDEX),
             number(tx, PG_LIGHTER_API_KEY_INDEX), trust);
}

static void transfer_text(char *text, uint32_t chain_id, const pg_lighter_tx *tx)
{
    char memo[2 * PG_LIGHTER_MEMO_BYTES + 1];
    pg_hex_encode(memo, tx->memo, sizeof tx->memo);
    snprintf(text, PG_LIGHTER_L1_TEXT_MAX,
             "Transfer\n\nnonce: " HEX16 "\nfrom: " HEX16 " (route " HEX16 ")\napi key: " HEX16 "\nto: " HEX16
             " (route " HEX16 ")\nasset: " HEX16 "\namount: " HEX16 "\nfee: " HEX16 "\nchainId: " HEX16
             "\nmemo: %s\n%s",
             number(tx, PG_LIGHTER_NONCE), number(tx, PG_LIGHTER_FROM_ACCOUNT_INDEX),
             number(tx, PG_LIGHTER_FROM_ROUTE_TYPE), number(tx, PG_LIGHTER_API_KEY_INDEX),
             number(tx, PG_LIGHTER_TO_ACCOUNT_INDEX), number(tx, PG_LIGHTER_TO_ROUTE_TYPE),
             number(tx, PG_LIGHTER_ASSET_INDEX), number(tx, PG_LIGHTER_TRANSFER_AMOUNT),
             number(tx, PG_LIGHTER_USDC_FEE), (unsigned long long)chain_id, memo, trust);
}

static void integrator_text(char *text, uint32_t chain_id, const pg_lighter_tx *tx)
{
    snprintf(text, PG_LIGHTER_L1_TEXT_MAX,
             "Approve Integrator\n\nnonce: " HEX16 "\naccount index: " HEX16 "\napi key index: " HEX16
             "\nintegrator account index: " HEX16 "\nmax perps taker fee: " HEX16 "\nmax perps maker fee: " HEX16
             "\nmax spot taker fee: " HEX16 "\nmax spot maker fee: " HEX16 "\napproval expiry: " HEX16
             "\nchainId: " HEX16 "\n%s",
             number(tx, PG_LIGHTER_NONCE), number(tx, PG_LIGHTER_ACCOUNT_INDEX), number(tx, PG_LIGHTER_API_KEY_INDEX),
             number(tx, PG_LIGHTER_INTEGRATOR_ACCOUNT_INDEX), number(tx, PG_LIGHTER_MAX_PERPS_TAKER_FEE),
             number(tx, PG_LIGHTER_MAX_PERPS_MAKER_FEE), number(tx, PG_LIGHTER_MAX_SPOT_TAKER_FEE),
             number(tx, PG_LIGHTER_MAX_SPOT_MAKER_FEE), number(tx, PG_LIGHTER_APPROVAL_EXPIRY),
             (unsigned long long)chain_id, trust);
}

pg_status pg_lighter_l1_text(char text[PG_LIGHTER_L1_TEXT_MAX], uint32_t chain_id, const pg_lighter_tx *tx,
                             pg_error *err)
{
    switch (tx->type) {
    case PG_LIGHTER_CHANGE_PUB_KEY: key_text(text, tx); return PG_OK;
    case PG_LIGHTER_TRANSFER: transfer_text(text, chain_id, tx); return PG_OK;
    case PG_LIGHTER_APPROVE_INTEGRATOR: integrator_text(text, chain_id, tx); return PG_OK;
    default: return pg_fail(err, PG_ERR_UNSUPPORTED, "transaction type %d has no Ethereum signature", tx->type);
    }
}

void pg_lighter_l1_digest(uint8_t digest[32], const char *text)
{
    char prefix[64];
    pg_keccak hash = { 0 };

    snprintf(prefix, sizeof prefix,
             "\x19"
             "Ethereum Signed Message:\n%zu",
             strlen(text));
    pg_keccak_add(&hash, prefix, strlen(prefix));
    pg_keccak_add(&hash, text, strlen(text));
    pg_keccak_end(digest, &hash);
}

pg_status pg_lighter_l1_sign(char signature[PG_LIGHTER_L1_SIGNATURE_TEXT], const char *text, const pg_secp256k1 *curve,
                             const pg_secret *secret, pg_error *err)
{
    uint8_t digest[32], bytes[65];
    pg_signature made;

    pg_lighter_l1_digest(digest, text);
    pg_status status = pg_secp256k1_sign(&made, curve, secret, digest, err);
    if (status != PG_OK)
        return status;
    memcpy(bytes, made.r, 32);
    memcpy(bytes + 32, made.s, 32);
    bytes[64] = made.v;
    memcpy(signature, "0x", 2);
    pg_hex_encode(signature + 2, bytes, sizeof bytes);
    return PG_OK;
}

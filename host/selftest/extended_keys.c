/* Extended vectors: keys and signatures. */
#include <string.h>

#include "crypto/hex.h"
#include "selftest/extended.h"
#include "venue/extended/sign_onboarding.h"

static void check_public_key(pg_vectors *v, const cJSON *expected, const pg_secret *secret)
{
    uint8_t public_key[32];

    pg_stark_public_key(public_key, secret, NULL);
    pg_extended_check_bytes(v, "public key", expected, public_key);
    pg_vector_check_true(v, "public key on the curve", pg_stark_public_key_valid_var(public_key));
}

static void one_public_key(pg_vectors *v, const cJSON *json)
{
    pg_secret *secret = pg_extended_key(v, json, "private_key");

    if (secret)
        check_public_key(v, pg_vector_get(json, "public_key"), secret);
    pg_secret_free(secret);
}

void pg_extended_vectors_public_keys(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_public_key);
}

/* The nonce k is not looked at: it never leaves the signer, and r shows it. */
static void one_signature(pg_vectors *v, const cJSON *json)
{
    pg_secret *secret = pg_extended_key(v, json, "private_key");
    pg_stark_signature signature;
    uint8_t hash[32], public_key[32];
    pg_error err;

    pg_extended_bytes(v, hash, json, "message_hash");
    pg_extended_bytes(v, public_key, json, "public_key");
    if (secret) {
        check_public_key(v, pg_vector_get(json, "public_key"), secret);
        if (pg_stark_sign(&signature, hash, secret, &err) != PG_OK)
            pg_vector_fail(v, "sign", "%s", err.what);
        pg_extended_check_signature(v, json, &signature);
        pg_vector_check_true(v, "verifies", pg_stark_verify_var(&signature, hash, public_key, NULL) == PG_OK);
    }
    pg_secret_free(secret);
}

void pg_extended_vectors_sign(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_signature);
}

static void one_verification(pg_vectors *v, const cJSON *json)
{
    const char *result = pg_vector_text(json, "result");
    pg_stark_signature signature;
    uint8_t hash[32], public_key[32];
    bool range = strncmp(result, "err:", 4) == 0 && strcmp(result, "err:public_key_invalid") != 0;

    pg_extended_signature(v, &signature, json);
    pg_extended_bytes(v, hash, json, "message_hash");
    pg_extended_bytes(v, public_key, json, "public_key");
    pg_status status = pg_stark_verify_var(&signature, hash, public_key, NULL);
    if ((status == PG_OK) != cJSON_IsTrue(pg_vector_get(json, "valid")))
        pg_vector_fail(v, "valid", "expected %s, got %s", result, pg_status_name(status));
    if (range != (status == PG_ERR_RANGE))
        pg_vector_fail(v, "result", "expected %s, got %s", result, pg_status_name(status));
}

void pg_extended_vectors_verify(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_verification);
}

/* Private keys cannot be read: two are the same when they have one public key and make the same signature. */
static void check_private_key(pg_vectors *v, const cJSON *json, const char *name, const pg_secret *got)
{
    static const uint8_t hash[32] = { [31] = 1 };
    pg_secret *expected = pg_extended_key(v, json, name);
    pg_stark_signature a, b;

    if (expected) {
        pg_stark_sign(&a, hash, expected, NULL);
        pg_stark_sign(&b, hash, got, NULL);
        pg_vector_check_true(v, name, memcmp(&a, &b, sizeof a) == 0);
    }
    pg_secret_free(expected);
}

static void one_grinding(pg_vectors *v, const cJSON *json)
{
    uint8_t seed[32];
    pg_secret *secret = NULL;
    pg_error err;

    pg_extended_bytes(v, seed, json, "eth_signature_r");
    if (pg_stark_key_grind_var(&secret, seed, &err) != PG_OK) {
        pg_vector_fail(v, "grind", "%s", err.what);
        return;
    }
    check_private_key(v, json, "stark_private_key", secret);
    check_public_key(v, pg_vector_get(json, "stark_public_key"), secret);
    pg_secret_free(secret);
}

void pg_extended_vectors_grinding(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_grinding);
}

/* ---- onboarding ---- */

static void check_digest(pg_vectors *v, const char *field, const cJSON *expected, const uint8_t digest[32])
{
    char text[2 + 2 * 32 + 1] = "0x";
    pg_hex_encode(text + 2, digest, 32);
    pg_vector_check_text(v, field, expected, text);
}

static void check_l1_signature(pg_vectors *v, const char *field, const cJSON *expected, const pg_secp256k1 *curve,
                               const pg_secret *key, const uint8_t digest[32])
{
    char text[PG_EXTENDED_L1_SIGNATURE];
    pg_error err;

    if (pg_extended_l1_sign(text, curve, key, digest, &err) != PG_OK)
        pg_vector_fail(v, field, "%s", err.what);
    pg_vector_check_text(v, field, expected, text);
}

static void check_header(pg_vectors *v, const cJSON *json, const pg_secp256k1 *curve, const pg_secret *key)
{
    const char *message = pg_vector_text(json, "message"), *at = strrchr(message, '@');
    uint8_t digest[32] = { 0 };
    char path[200];

    if (!at || (size_t)(at - message) >= sizeof path) {
        pg_vector_fail(v, "message", "is not <path>@<time>");
        return;
    }
    snprintf(path, sizeof path, "%.*s", (int)(at - message), message);
    pg_vector_check_text(v, "L1_MESSAGE_TIME", pg_vector_get(json, "L1_MESSAGE_TIME"), at + 1);
    pg_extended_header_digest(digest, path, at + 1, NULL);
    check_l1_signature(v, "L1_SIGNATURE", pg_vector_get(json, "L1_SIGNATURE"), curve, key, digest);
}

static void check_registration(pg_vectors *v, const cJSON *json, const char *domain, int index,
                               const pg_address *wallet, const pg_secp256k1 *curve, const pg_secret *key)
{
    const pg_extended_registration registration = {
        .account_index = index,
        .wallet = *wallet,
        .time = pg_vector_text(json, "time"),
        .action = pg_vector_text(json, "action"),
        .host = pg_vector_text(json, "host"),
    };
    uint8_t digest[32] = { 0 };

    pg_extended_registration_digest(digest, domain, &registration, NULL);
    check_digest(v, "registration digest", pg_vector_get(json, "digest"), digest);
    check_l1_signature(v, "l1_signature", pg_vector_get(json, "l1_signature"), curve, key, digest);
}

static void check_l2(pg_vectors *v, const cJSON *json, const pg_address *wallet, const pg_secret *stark_key)
{
    uint8_t public_key[32], message[32] = { 0 };
    pg_stark_signature signature;

    pg_stark_public_key(public_key, stark_key, NULL);
    pg_extended_registration_message(message, wallet, public_key, NULL);
    pg_extended_check_bytes(v, "l2_message", pg_vector_get(json, "l2_message"), message);
    pg_stark_sign(&signature, message, stark_key, NULL);
    pg_extended_check_signature(v, pg_vector_get(json, "l2_signature"), &signature);
}

static void check_account(pg_vectors *v, const cJSON *json, const pg_secp256k1 *curve, const pg_secret *key)
{
    const char *domain = pg_vector_text(json, "signing_domain");
    int index = (int)pg_extended_u64(v, json, "account_index");
    char address[PG_ADDRESS_TEXT];
    uint8_t digest[32] = { 0 };
    pg_secret *stark_key = NULL;
    pg_address wallet;

    pg_extended_wallet(&wallet, curve, key, NULL);
    pg_vector_check_text(v, "eth_address", pg_vector_get(json, "eth_address"), pg_address_format(address, &wallet));
    pg_extended_creation_digest(digest, domain, index, &wallet, NULL);
    check_digest(v, "creation_digest", pg_vector_get(json, "creation_digest"), digest);
    check_l1_signature(v, "creation_signature", pg_vector_get(json, "creation_signature"), curve, key, digest);
    check_registration(v, pg_vector_get(json, "registration"), domain, index, &wallet, curve, key);
    check_header(v, pg_vector_get(json, "l1_header_auth"), curve, key);
    if (pg_extended_derive_key(&stark_key, curve, key, domain, index, NULL) != PG_OK) {
        pg_vector_fail(v, "stark_private_key", "none was derived");
        return;
    }
    check_private_key(v, json, "stark_private_key", stark_key);
    check_public_key(v, pg_vector_get(json, "stark_public_key"), stark_key);
    check_l2(v, json, &wallet, stark_key);
    pg_secret_free(stark_key);
}

static void one_onboarding(pg_vectors *v, const cJSON *json)
{
    const char *text = pg_vector_text(json, "eth_private_key");
    pg_secp256k1 *curve = NULL;
    pg_secret *key = NULL;
    pg_error err;

    if (pg_secp256k1_new(&curve, &err) != PG_OK || pg_secret_from_hex(&key, 32, text, strlen(text), &err) != PG_OK)
        pg_vector_fail(v, "eth_private_key", "%s", err.what);
    else
        check_account(v, json, curve, key);
    pg_secret_free(key);
    pg_secp256k1_free(curve);
}

void pg_extended_vectors_onboarding(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_onboarding);
}

/* The suite of the Hyperliquid vectors: which file is run by what, and what the runners share. */
#include "selftest/hyperliquid.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"

static const pg_vector_file files[] = {
    { "addresses.json", NULL, pg_hyperliquid_addresses },
    { "asset_ids.json", NULL, pg_hyperliquid_asset_ids },
    { "eip712_constants.json", NULL, pg_hyperliquid_eip712 },
    { "formatting.json", NULL, pg_hyperliquid_formatting },
    { "keccak256.json", NULL, pg_hyperliquid_keccak },
    { "l1_actions.json", NULL, pg_hyperliquid_l1_actions },
    { "margin.json", NULL, pg_hyperliquid_margin },
    { "msgpack.json", NULL, pg_hyperliquid_msgpack },
    { "multi_sig.json", NULL, pg_hyperliquid_multi_sig },
    { "nonces.json", NULL, pg_hyperliquid_nonces },
    { "phantom_agent.json", NULL, pg_hyperliquid_phantom_agent },
    { "request_bodies.json", NULL, pg_hyperliquid_request_bodies },
    { "user_signed_actions.json", NULL, pg_hyperliquid_user_signed },
    { NULL, NULL, NULL },
};

const pg_vector_suite pg_suite_hyperliquid = { "hyperliquid", files };

void pg_hyperliquid_each(pg_vectors *v, const cJSON *root, const char *name, pg_vector_runner *each)
{
    const cJSON *list = pg_vector_get(root, name), *vector;
    int i = 0;

    if (!cJSON_IsArray(list)) {
        pg_vector_begin(v, "(file)");
        pg_vector_fail(v, name, "the file has no such array");
        pg_vector_end(v);
        return;
    }
    cJSON_ArrayForEach(vector, list)
    {
        const char *label = pg_vector_text(vector, "name");
        char id[96];
        if (!*label)
            label = cJSON_IsString(vector) ? vector->valuestring : pg_vector_text(vector, "input");
        snprintf(id, sizeof id, "%s[%d] %s", name, i++, label);
        pg_vector_begin(v, id);
        each(v, vector);
        pg_vector_end(v);
    }
}

void pg_hyperliquid_check_hex(pg_vectors *v, const cJSON *vector, const char *name, const void *bytes, size_t size)
{
    const char *expected = pg_vector_text(vector, name);
    char *got = pg_vector_memory(v, 2 * size + 1);

    if (strncmp(expected, "0x", 2) == 0)
        expected += 2;
    pg_hex_encode(got, bytes, size);
    if (strcmp(expected, got) != 0)
        pg_vector_fail(v, name, "expected %.200s, got %.200s", expected, got);
}

void pg_hyperliquid_check_signature(pg_vectors *v, const cJSON *vector, const pg_signature *signature)
{
    pg_hyperliquid_check_hex(v, vector, "r", signature->r, 32);
    pg_hyperliquid_check_hex(v, vector, "s", signature->s, 32);
    if (pg_vector_double(vector, "v", 0) != signature->v)
        pg_vector_fail(v, "v", "expected %g, got %u", pg_vector_double(vector, "v", 0), signature->v);
}

bool pg_hyperliquid_worked(pg_vectors *v, const char *what, pg_status status, const pg_error *err)
{
    char text[1024];

    if (status == PG_OK)
        return true;
    pg_vector_fail(v, what, "%s", pg_error_text(err, text, sizeof text));
    return false;
}

uint8_t *pg_hyperliquid_bytes(pg_vectors *v, size_t *size, const cJSON *vector, const char *name)
{
    const char *text = pg_vector_text(vector, name);
    pg_error err = { 0 };

    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    *size = strlen(text) / 2;
    uint8_t *bytes = pg_vector_memory(v, *size + 1);
    if (!cJSON_IsString(pg_vector_get(vector, name)))
        pg_vector_fail(v, name, "is no text");
    else
        pg_hyperliquid_worked(v, name, pg_hex_decode(bytes, *size, text, strlen(text), &err), &err);
    return bytes;
}

bool pg_hyperliquid_key_open(pg_vectors *v, pg_hyperliquid_key *key, const char *private_key)
{
    pg_error err = { 0 };

    *key = (pg_hyperliquid_key){ 0 };
    pg_status status = pg_secp256k1_new(&key->curve, &err);
    if (status == PG_OK)
        status = pg_secret_from_hex(&key->secret, 32, private_key, strlen(private_key), &err);
    if (status == PG_OK)
        status = pg_hl_signer_init(&key->signer, key->curve, key->secret, &err);
    if (status != PG_OK)
        pg_hyperliquid_key_close(key);
    return pg_hyperliquid_worked(v, "private_key", status, &err);
}

void pg_hyperliquid_key_close(pg_hyperliquid_key *key)
{
    pg_secret_free(key->secret);
    pg_secp256k1_free(key->curve);
    *key = (pg_hyperliquid_key){ 0 };
}

bool pg_hyperliquid_read_action(pg_vectors *v, pg_hl_action *action, pg_hl_envelope *envelope, const cJSON *json,
                                const char *text)
{
    pg_error err = { 0 };
    pg_status status = pg_hl_action_read(action, envelope, json, &err);

    if (status == PG_ERR_UNSUPPORTED) {
        *action = (pg_hl_action){ .kind = PG_HL_RAW, .raw = { text, strlen(text) } };
        return true;
    }
    return pg_hyperliquid_worked(v, "action", status, &err);
}

pg_hl_envelope pg_hyperliquid_envelope(const cJSON *vector)
{
    const char *vault = pg_vector_text(vector, "vault_address");

    return (pg_hl_envelope){ .network = strcmp(pg_vector_text(vector, "network"), "mainnet") == 0 ? PG_HL_MAINNET
                                                                                                  : PG_HL_TESTNET,
                             .nonce = (uint64_t)pg_vector_double(vector, "nonce", 0),
                             .vault = *vault ? vault : NULL,
                             .expires_after = (uint64_t)pg_vector_double(vector, "expires_after", 0),
                             .verbatim = true };
}

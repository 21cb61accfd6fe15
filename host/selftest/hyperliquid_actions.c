/* Vectors of actions: what is hashed, what is signed, what is sent. */
#include <stdlib.h>
#include <string.h>

#include "crypto/eip712.h"
#include "crypto/hex.h"
#include "selftest/hyperliquid.h"

enum { MAX_SIGNERS = 10 };

/* Two JSON documents with the same values in the same order, however they are spaced. */
static void check_json(pg_vectors *v, const char *field, const cJSON *expected, const char *text)
{
    cJSON *parsed = cJSON_Parse(text);
    char *want = expected ? cJSON_PrintUnformatted(expected) : NULL, *got = cJSON_PrintUnformatted(parsed);

    if (!want || !got || strcmp(want, got) != 0)
        pg_vector_fail(v, field, "expected %.300s, got %.300s", want ? want : "nothing", text);
    cJSON_free(want);
    cJSON_free(got);
    cJSON_Delete(parsed);
}

/* The signature of what was made is the signer's. */
static void check_recovery(pg_vectors *v, const pg_hyperliquid_key *key, const uint8_t digest[32],
                           const pg_signature *signature)
{
    uint8_t public_key[64];
    pg_error err = { 0 };

    if (!pg_hyperliquid_worked(v, "recovery", pg_secp256k1_recover(public_key, key->curve, digest, signature, &err),
                               &err))
        return;
    pg_address address = pg_address_of_key(public_key);
    pg_vector_check_true(v, "recovered signer", memcmp(&address, &key->signer.address, sizeof address) == 0);
}

static void check_signer(pg_vectors *v, const cJSON *vector, const pg_hyperliquid_key *key)
{
    char text[PG_ADDRESS_TEXT];
    pg_vector_check_text(v, "signer", pg_vector_get(vector, "signer"), pg_address_format(text, &key->signer.address));
}

/* The struct Agent by the general encoder, against the constants that signing uses. */
static void check_agent_struct(pg_vectors *v, const cJSON *vector, const uint8_t connection_id[32], const char *source)
{
    static const pg_eip712_field fields[] = { { "source", "string" }, { "connectionId", "bytes32" } };
    static const pg_eip712_struct type = { "Agent", fields, 2 };
    static const pg_eip712_types types = { &type, 1 };
    pg_eip712_value values[] = { pg_eip712_text(source), pg_eip712_word(connection_id) };
    uint8_t hash[32];
    pg_error err = { 0 };

    if (pg_hyperliquid_worked(v, "struct_hash", pg_eip712_hash_struct(hash, &types, "Agent", values, 2, &err), &err))
        pg_hyperliquid_check_hex(v, vector, "struct_hash", hash, sizeof hash);
}

static void l1_action(pg_vectors *v, const cJSON *vector)
{
    const char *text = pg_vector_text(vector, "action_json");
    pg_hl_envelope envelope = pg_hyperliquid_envelope(vector);
    pg_hyperliquid_key key;
    pg_hl_action action = { 0 };
    pg_hl_signed made = { 0 };
    pg_error err = { 0 };

    if (!pg_hyperliquid_key_open(v, &key, pg_vector_text(vector, "private_key")))
        return;
    check_signer(v, vector, &key);
    if (pg_hyperliquid_read_action(v, &action, &envelope, pg_vector_get(vector, "action"), text) &&
        pg_hyperliquid_worked(v, "signing", pg_hl_sign(&made, &key.signer, &action, &envelope, &err), &err)) {
        pg_vector_check_text(v, "action_json", pg_vector_get(vector, "action_json"), made.encoded.json.data);
        pg_hyperliquid_check_hex(v, vector, "msgpack", made.encoded.pack.data, made.encoded.pack.length);
        pg_hyperliquid_check_hex(v, vector, "connection_id", made.connection_id, 32);
        check_agent_struct(v, vector, made.connection_id, pg_vector_text(vector, "source"));
        pg_hyperliquid_check_hex(v, vector, "digest", made.digest, 32);
        pg_hyperliquid_check_signature(v, vector, &made.signature);
        check_recovery(v, &key, made.digest, &made.signature);
    }
    pg_hl_signed_free(&made);
    pg_hl_action_free(&action);
    pg_hyperliquid_key_close(&key);
}

void pg_hyperliquid_l1_actions(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "vectors", l1_action);
}

static void phantom_agent(pg_vectors *v, const cJSON *vector)
{
    pg_hl_envelope envelope = pg_hyperliquid_envelope(vector);
    pg_hyperliquid_key key;
    pg_signature signature;
    uint8_t digest[32];
    size_t size;
    const uint8_t *connection_id = pg_hyperliquid_bytes(v, &size, vector, "connection_id");
    pg_error err = { 0 };

    if (size != 32 || !pg_hyperliquid_key_open(v, &key, pg_vector_text(vector, "private_key"))) {
        pg_vector_fail(v, "connection_id", "is not 32 bytes, or there is no key");
        return;
    }
    pg_hl_agent_digest(digest, connection_id, envelope.network);
    pg_hyperliquid_check_hex(v, vector, "digest", digest, 32);
    if (pg_hyperliquid_worked(v, "signing", pg_secp256k1_sign(&signature, key.curve, key.secret, digest, &err), &err))
        pg_hyperliquid_check_signature(v, vector, &signature);
    pg_hyperliquid_key_close(&key);
}

void pg_hyperliquid_phantom_agent(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "vectors", phantom_agent);
}

static void user_signed(pg_vectors *v, const cJSON *vector)
{
    const cJSON *posted = pg_vector_get(vector, "posted_action");
    pg_hl_envelope given = pg_hyperliquid_envelope(vector), envelope = given;
    pg_hyperliquid_key key;
    pg_hl_action action = { 0 };
    pg_hl_signed made = { 0 };
    pg_error err = { 0 };

    if (!pg_hyperliquid_key_open(v, &key, pg_vector_text(vector, "private_key")))
        return;
    check_signer(v, vector, &key);
    if (pg_hyperliquid_worked(v, "action", pg_hl_action_read(&action, &envelope, posted, &err), &err) &&
        pg_hyperliquid_worked(v, "signing", pg_hl_sign(&made, &key.signer, &action, &envelope, &err), &err)) {
        pg_vector_check_true(v, "network", envelope.network == given.network);
        pg_vector_check_true(v, "chain_id",
                             (double)envelope.chain_id == pg_vector_double(vector, "chain_id", PG_HL_CHAIN_ID));
        check_json(v, "posted_action", posted, made.encoded.json.data);
        pg_hyperliquid_check_hex(v, vector, "digest", made.digest, 32);
        pg_hyperliquid_check_signature(v, vector, &made.signature);
        check_recovery(v, &key, made.digest, &made.signature);
    }
    pg_hl_signed_free(&made);
    pg_hl_action_free(&action);
    pg_hyperliquid_key_close(&key);
}

void pg_hyperliquid_user_signed(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "vectors", user_signed);
}

/* ---- several keys ---- */

typedef struct {
    pg_hyperliquid_key keys[MAX_SIGNERS];
    pg_signature signatures[MAX_SIGNERS];
    size_t count;
    pg_hl_multi_sig parties;
    const pg_hl_signer *outer;
} signing;

static bool open_keys(pg_vectors *v, signing *s, const cJSON *vector)
{
    const cJSON *key;
    pg_error err = { 0 };

    if (!pg_hyperliquid_worked(v, "multi_sig_user",
                               pg_address_parse(&s->parties.user, pg_vector_text(vector, "multi_sig_user"), &err),
                               &err) ||
        !pg_hyperliquid_worked(v, "outer_signer",
                               pg_address_parse(&s->parties.outer_signer, pg_vector_text(vector, "outer_signer"), &err),
                               &err))
        return false;
    cJSON_ArrayForEach(key, pg_vector_get(vector, "signer_private_keys"))
    {
        if (s->count == MAX_SIGNERS || !cJSON_IsString(key) ||
            !pg_hyperliquid_key_open(v, &s->keys[s->count], key->valuestring))
            return false;
        const pg_hl_signer *signer = &s->keys[s->count++].signer;
        if (memcmp(&signer->address, &s->parties.outer_signer, sizeof signer->address) == 0)
            s->outer = signer;
    }
    if (!s->outer)
        pg_vector_fail(v, "outer_signer", "has no key among signer_private_keys");
    return s->outer != NULL;
}

static void sign_all(pg_vectors *v, signing *s, const cJSON *vector, const pg_hl_action *action,
                     const pg_hl_envelope *envelope)
{
    pg_hl_signed made = { 0 };
    pg_error err = { 0 };
    pg_status status = PG_OK;

    for (size_t i = 0; i < s->count && status == PG_OK; i++)
        status = pg_hl_multi_sig_inner(&s->signatures[i], &s->keys[i].signer, action, envelope, &s->parties, &err);
    if (status == PG_OK)
        status = pg_hl_multi_sig_sign(&made, s->outer, action, envelope, &s->parties, s->signatures, s->count, &err);
    if (pg_hyperliquid_worked(v, "signing", status, &err)) {
        pg_vector_check_text(v, "action_json", pg_vector_get(vector, "action_json"), made.encoded.json.data);
        pg_hyperliquid_check_hex(v, vector, "wrapper_without_type_msgpack", made.encoded.pack.data,
                                 made.encoded.pack.length);
        pg_hyperliquid_check_hex(v, vector, "multi_sig_action_hash", made.connection_id, 32);
        pg_hyperliquid_check_hex(v, vector, "digest", made.digest, 32);
        pg_hyperliquid_check_signature(v, vector, &made.signature);
    }
    pg_hl_signed_free(&made);
}

static void multi_sig(pg_vectors *v, const cJSON *vector)
{
    const cJSON *inner = pg_vector_get(pg_vector_get(pg_vector_get(vector, "action"), "payload"), "action");
    pg_hl_envelope envelope = pg_hyperliquid_envelope(vector);
    char *text = cJSON_PrintUnformatted(inner);
    pg_hl_action action = { 0 };
    signing s = { .count = 0 };

    if (open_keys(v, &s, vector) && pg_hyperliquid_read_action(v, &action, &envelope, inner, text ? text : ""))
        sign_all(v, &s, vector, &action, &envelope);
    for (size_t i = 0; i < s.count; i++)
        pg_hyperliquid_key_close(&s.keys[i]);
    pg_hl_action_free(&action);
    cJSON_free(text);
}

void pg_hyperliquid_multi_sig(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "vectors", multi_sig);
}

/* ---- bodies ---- */

static bool read_signature(pg_vectors *v, pg_signature *signature, const cJSON *json)
{
    size_t r_size, s_size;
    const uint8_t *r = pg_hyperliquid_bytes(v, &r_size, json, "r"), *s = pg_hyperliquid_bytes(v, &s_size, json, "s");

    if (r_size != 32 || s_size != 32) {
        pg_vector_fail(v, "signature", "r and s are not of 32 bytes");
        return false;
    }
    memcpy(signature->r, r, 32);
    memcpy(signature->s, s, 32);
    signature->v = (uint8_t)pg_vector_double(json, "v", 0);
    return true;
}

static void check_bodies(pg_vectors *v, const cJSON *vector, const pg_hl_signed *made)
{
    const cJSON *frame = pg_vector_get(vector, "ws_frame");
    pg_text body = { 0 }, post = { 0 };
    pg_error err = { 0 };

    if (pg_hyperliquid_worked(v, "body", pg_hl_body(&body, made, &err), &err))
        check_json(v, "body", pg_vector_get(vector, "body"), body.data);
    uint64_t id = (uint64_t)pg_vector_double(frame, "id", 0);
    if (frame && pg_hyperliquid_worked(v, "ws_frame", pg_hl_post_frame(&post, id, made, &err), &err))
        check_json(v, "ws_frame", frame, post.data);
    pg_text_free(&body);
    pg_text_free(&post);
}

static void request_body(pg_vectors *v, const cJSON *vector)
{
    const cJSON *body = pg_vector_get(vector, "body"), *json = pg_vector_get(body, "action");
    const char *vault = pg_vector_text(body, "vaultAddress");
    pg_hl_envelope envelope = pg_hyperliquid_envelope(vector);
    char *text = cJSON_PrintUnformatted(json);
    pg_hl_action action = { 0 };
    pg_hl_signed made = { 0 };
    pg_error err = { 0 };

    envelope.nonce = (uint64_t)pg_vector_double(body, "nonce", 0);
    envelope.expires_after = (uint64_t)pg_vector_double(body, "expiresAfter", 0);
    envelope.vault = *vault ? vault : NULL;
    if (pg_hyperliquid_read_action(v, &action, &envelope, json, text ? text : "")) {
        made.envelope = pg_hl_envelope_for(action.kind, &envelope);
        if (read_signature(v, &made.signature, pg_vector_get(body, "signature")) &&
            pg_hyperliquid_worked(v, "encoding", pg_hl_encode(&made.encoded, &action, &made.envelope, &err), &err))
            check_bodies(v, vector, &made);
    }
    pg_hl_signed_free(&made);
    pg_hl_action_free(&action);
    cJSON_free(text);
}

void pg_hyperliquid_request_bodies(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "vectors", request_body);
}

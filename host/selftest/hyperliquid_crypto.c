/* Vectors of hashes, keys, MessagePack and EIP-712. */
#include <string.h>

#include "crypto/eip712.h"
#include "crypto/keccak.h"
#include "crypto/msgpack.h"
#include "selftest/hyperliquid.h"

enum { MAX_FIELDS = 32 };

static void keccak(pg_vectors *v, const cJSON *vector)
{
    uint8_t digest[PG_KECCAK_SIZE];
    size_t size;
    const uint8_t *input = pg_hyperliquid_bytes(v, &size, vector, "input_hex");
    const char *ascii = pg_vector_text(vector, "input_ascii");

    if (*ascii && (strlen(ascii) != size || memcmp(ascii, input, size) != 0))
        pg_vector_fail(v, "input_ascii", "is not input_hex");
    pg_keccak256(digest, input, size);
    pg_hyperliquid_check_hex(v, vector, "keccak256", digest, sizeof digest);
    const char *other = pg_vector_text(vector, "sha3_256_must_not_be"), *own = pg_vector_text(vector, "keccak256");
    if (*other && strcmp(other, own) == 0)
        pg_vector_fail(v, "sha3_256_must_not_be", "is the expected digest");
}

void pg_hyperliquid_keccak(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "vectors", keccak);
}

static void check_public_key(pg_vectors *v, const cJSON *vector, const pg_hyperliquid_key *key)
{
    uint8_t point[65] = { 4 };
    pg_error err = { 0 };

    if (pg_hyperliquid_worked(v, "public key", pg_secp256k1_public_key(point + 1, key->curve, key->secret, &err), &err))
        pg_hyperliquid_check_hex(v, vector, "public_key_uncompressed", point, sizeof point);
}

static void address(pg_vectors *v, const cJSON *vector)
{
    pg_hyperliquid_key key;
    char text[PG_ADDRESS_TEXT];

    if (!pg_hyperliquid_key_open(v, &key, pg_vector_text(vector, "private_key")))
        return;
    check_public_key(v, vector, &key);
    pg_vector_check_text(v, "address", pg_vector_get(vector, "address"), pg_address_format(text, &key.signer.address));
    pg_vector_check_text(v, "address_checksum", pg_vector_get(vector, "address_checksum"),
                         pg_address_format_checksum(text, &key.signer.address));
    pg_hyperliquid_key_close(&key);
}

static void invalid_key(pg_vectors *v, const cJSON *vector)
{
    const char *text = pg_vector_text(vector, "private_key");
    pg_secp256k1 *curve;
    pg_secret *secret = NULL;
    pg_error err = { 0 };
    uint8_t point[64];

    if (!pg_hyperliquid_worked(v, "curve", pg_secp256k1_new(&curve, &err), &err))
        return;
    if (pg_secret_from_hex(&secret, 32, text, strlen(text), &err) == PG_OK &&
        pg_secp256k1_public_key(point, curve, secret, &err) == PG_OK)
        pg_vector_fail(v, "private_key", "was taken");
    pg_secret_free(secret);
    pg_secp256k1_free(curve);
}

void pg_hyperliquid_addresses(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "vectors", address);
    pg_hyperliquid_each(v, root, "invalid_private_keys", invalid_key);
}

/* ---- MessagePack ---- */

static void primitive(pg_vectors *v, const cJSON *vector)
{
    const char *json = pg_vector_text(vector, "json");
    pg_text packed = { 0 };
    pg_error err = { 0 };

    if (pg_hyperliquid_worked(v, "json", pg_msgpack_from_json(&packed, json, strlen(json), &err), &err))
        pg_hyperliquid_check_hex(v, vector, "msgpack", packed.data, packed.length);
    pg_text_free(&packed);
}

/* The text in its order, and the action by its typed description: the same bytes. */
static void packed_action(pg_vectors *v, const cJSON *vector)
{
    const char *text = pg_vector_text(vector, "json");
    cJSON *json = cJSON_Parse(text);
    pg_hl_envelope envelope = { .verbatim = true };
    pg_hl_encoded encoded = { 0 };
    pg_hl_action action = { 0 };
    pg_error err = { 0 };

    primitive(v, vector);
    if (pg_hyperliquid_read_action(v, &action, &envelope, json, text) &&
        pg_hyperliquid_worked(v, "encoding", pg_hl_encode(&encoded, &action, &envelope, &err), &err)) {
        pg_hyperliquid_check_hex(v, vector, "msgpack", encoded.pack.data, encoded.pack.length);
        pg_vector_check_text(v, "json", pg_vector_get(vector, "json"), encoded.json.data);
    }
    pg_hl_encoded_free(&encoded);
    pg_hl_action_free(&action);
    cJSON_Delete(json);
}

void pg_hyperliquid_msgpack(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "primitives", primitive);
    pg_hyperliquid_each(v, root, "actions", packed_action);
}

/* ---- EIP-712 ---- */

static void check_keccak(pg_vectors *v, const cJSON *root, const char *name, const char *text)
{
    uint8_t digest[32];

    pg_keccak256(digest, text, strlen(text));
    pg_hyperliquid_check_hex(v, root, name, digest, sizeof digest);
}

static void domain(pg_vectors *v, const cJSON *vector)
{
    static const pg_address no_contract;
    uint8_t separator[32];

    pg_eip712_domain(separator, pg_vector_text(vector, "name"), "1", (uint64_t)pg_vector_double(vector, "chain_id", 0),
                     &no_contract);
    pg_hyperliquid_check_hex(v, vector, "domain_separator", separator, sizeof separator);
}

/* A type by the general encoder, from the file's own list of fields. */
static void check_listed_fields(pg_vectors *v, const cJSON *vector, const cJSON *list)
{
    const cJSON *field;
    pg_eip712_field fields[MAX_FIELDS];
    pg_eip712_struct type = { pg_vector_text(vector, "primary_type"), fields, 0 };
    pg_eip712_types types = { &type, 1 };
    uint8_t hash[32];
    pg_error err = { 0 };

    cJSON_ArrayForEach(field, list)
    {
        if (type.count < MAX_FIELDS)
            fields[type.count++] = (pg_eip712_field){ pg_vector_text(field, "name"), pg_vector_text(field, "type") };
    }
    if (pg_hyperliquid_worked(v, "fields", pg_eip712_type_hash(hash, &types, type.name, &err), &err))
        pg_hyperliquid_check_hex(v, vector, "type_hash", hash, sizeof hash);
}

/* The type that signing uses. "multiSig (outer)" is the type multiSig. */
static void user_type(pg_vectors *v, const cJSON *vector)
{
    char action[64];
    uint8_t hash[32];
    pg_text text = { 0 };
    pg_error err = { 0 };

    snprintf(action, sizeof action, "%s", pg_vector_text(vector, "action"));
    action[strcspn(action, " ")] = '\0';
    if (pg_hyperliquid_worked(v, "action", pg_hl_user_type(&text, action, &err), &err)) {
        pg_vector_check_text(v, "type_string", pg_vector_get(vector, "type_string"), text.data);
        pg_keccak256(hash, text.data, text.length);
        pg_hyperliquid_check_hex(v, vector, "type_hash", hash, sizeof hash);
    }
    if (pg_vector_get(vector, "fields"))
        check_listed_fields(v, vector, pg_vector_get(vector, "fields"));
    pg_text_free(&text);
}

void pg_hyperliquid_eip712(pg_vectors *v, const cJSON *root)
{
    pg_vector_begin(v, "constants");
    check_keccak(v, root, "eip712_domain_type_hash", pg_vector_text(root, "eip712_domain_type"));
    check_keccak(v, root, "agent_type_hash", pg_vector_text(root, "agent_type"));
    check_keccak(v, root, "keccak_source_a", "a");
    check_keccak(v, root, "keccak_source_b", "b");
    check_keccak(v, root, "keccak_version_1", "1");
    check_keccak(v, root, "keccak_empty", "");
    check_keccak(v, root, "keccak_name_Exchange", "Exchange");
    check_keccak(v, root, "keccak_name_HyperliquidSignTransaction", "HyperliquidSignTransaction");
    pg_vector_end(v);
    pg_hyperliquid_each(v, root, "domain_separators", domain);
    pg_hyperliquid_each(v, root, "user_signed_types", user_type);
}

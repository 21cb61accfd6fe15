#include "venue/hyperliquid/sign.h"

#include <stdio.h>
#include <string.h>

#include "crypto/eip712.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"

enum { MAX_FIELDS = 16, MAX_DATA = 1 << 15 };

/* Constants of the domain Exchange, 1, 1337; test_sign computes them from their definitions. */
static const uint8_t exchange_domain[32] = { 0xd7, 0x92, 0x97, 0xfc, 0xdf, 0x2f, 0xfc, 0xd4, 0xae, 0x22, 0x3d,
                                             0x01, 0xed, 0xaa, 0x2b, 0xa2, 0x14, 0xff, 0x8f, 0x40, 0x1d, 0x7c,
                                             0x93, 0x00, 0xd9, 0x95, 0xd1, 0x7c, 0x82, 0xaa, 0x40, 0x40 };
static const uint8_t agent_type[32] = { 0x26, 0xf0, 0x5c, 0x2f, 0x72, 0x39, 0xb6, 0x98, 0x30, 0x75, 0xe5,
                                        0x83, 0x21, 0x29, 0x2d, 0x77, 0xb3, 0xaa, 0x17, 0x3d, 0x19, 0xb2,
                                        0x72, 0x57, 0xac, 0x96, 0xab, 0x36, 0x25, 0x70, 0xf5, 0x08 };
static const uint8_t source_a[32] = { 0x3a, 0xc2, 0x25, 0x16, 0x8d, 0xf5, 0x42, 0x12, 0xa2, 0x5c, 0x1c,
                                      0x01, 0xfd, 0x35, 0xbe, 0xbf, 0xea, 0x40, 0x8f, 0xda, 0xc2, 0xe3,
                                      0x1d, 0xdd, 0x6f, 0x80, 0xa4, 0xbb, 0xf9, 0xa5, 0xf1, 0xcb };
static const uint8_t source_b[32] = { 0xb5, 0x55, 0x3d, 0xe3, 0x15, 0xe0, 0xed, 0xf5, 0x04, 0xd9, 0x15,
                                      0x0a, 0xf8, 0x2d, 0xaf, 0xa5, 0xc4, 0x66, 0x7f, 0xa6, 0x18, 0xed,
                                      0x0a, 0x6f, 0x19, 0xc6, 0x9b, 0x41, 0x16, 0x6c, 0x55, 0x10 };

pg_status pg_hl_signer_init(pg_hl_signer *signer, const pg_secp256k1 *curve, const pg_secret *secret, pg_error *err)
{
    uint8_t public_key[64];
    pg_status status = pg_secp256k1_public_key(public_key, curve, secret, err);

    if (status == PG_OK)
        *signer = (pg_hl_signer){ curve, secret, pg_address_of_key(public_key) };
    return status;
}

void pg_hl_signed_free(pg_hl_signed *made)
{
    pg_hl_encoded_free(&made->encoded);
}

pg_hl_envelope pg_hl_envelope_for(pg_hl_kind kind, const pg_hl_envelope *envelope)
{
    const pg_hl_schema *schema = pg_hl_schema_of(kind);
    pg_hl_envelope sent = *envelope;

    if (schema && schema->no_vault)
        sent.vault = NULL;
    return sent;
}

/* ---- L1 actions ---- */

static void add_big_endian(pg_keccak *hash, uint64_t value)
{
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> 8 * (7 - i));
    pg_keccak_add(hash, bytes, sizeof bytes);
}

pg_status pg_hl_connection_id(uint8_t hash[32], const void *pack, size_t size, const pg_hl_envelope *envelope,
                              pg_error *err)
{
    static const uint8_t zero = 0, one = 1;
    pg_keccak state = { 0 };
    pg_address vault;

    pg_keccak_add(&state, pack, size);
    add_big_endian(&state, envelope->nonce);
    if (envelope->vault) {
        if (pg_address_parse(&vault, envelope->vault, err) != PG_OK) {
            pg_error_where(err, "vaultAddress");
            return PG_ERR_PARSE;
        }
        pg_keccak_add(&state, &one, 1);
        pg_keccak_add(&state, vault.bytes, PG_ADDRESS_SIZE);
    } else {
        pg_keccak_add(&state, &zero, 1);
    }
    if (envelope->expires_after) {
        pg_keccak_add(&state, &zero, 1);
        add_big_endian(&state, envelope->expires_after);
    }
    pg_keccak_end(hash, &state);
    return PG_OK;
}

void pg_hl_agent_digest(uint8_t digest[32], const uint8_t connection_id[32], pg_hl_network network)
{
    uint8_t words[3][32], struct_hash[32];

    memcpy(words[0], agent_type, 32);
    memcpy(words[1], network == PG_HL_MAINNET ? source_a : source_b, 32);
    memcpy(words[2], connection_id, 32);
    pg_keccak256(struct_hash, words, sizeof words);
    pg_eip712_digest(digest, exchange_domain, struct_hash);
}

/* ---- user-signed actions ---- */

typedef struct {
    pg_eip712_field fields[MAX_FIELDS];
    pg_eip712_value values[MAX_FIELDS];
    size_t count;
    char scratch[MAX_FIELDS][PG_HL_SCRATCH];
} message;

static void add_field(message *m, const char *name, const char *type, pg_eip712_value value)
{
    PG_ASSERT(m->count < MAX_FIELDS);
    m->fields[m->count] = (pg_eip712_field){ name, type };
    m->values[m->count++] = value;
}

/* Hexadecimal text as the bytes that it stands for; *data is freed by the caller. */
static pg_status bytes_value(pg_eip712_value *value, pg_text *data, const char *text, pg_error *err)
{
    size_t size = (strlen(text) - 2) / 2;
    uint8_t byte;

    if (size > MAX_DATA)
        return pg_fail(err, PG_ERR_RANGE, "more than %d bytes of data", MAX_DATA);
    for (size_t i = 0; i < size; i++) {
        pg_hex_decode(&byte, 1, text + 2 + 2 * i, 2, NULL);
        pg_text_add(data, (const char *)&byte, 1);
    }
    *value = pg_eip712_bytes(data->data ? data->data : "", data->length);
    return pg_text_check(data, err);
}

static pg_status integer_value(pg_eip712_value *value, const pg_hl_action *action, const pg_hl_field *field,
                               pg_error *err)
{
    int64_t number = *(const int64_t *)pg_hl_field_at(action, field);

    if (number < 0)
        return pg_fail(err, PG_ERR_RANGE, "%s cannot be %lld", field->name, (long long)number);
    *value = pg_eip712_uint((uint64_t)number);
    return PG_OK;
}

static pg_status add_member(message *m, pg_text *data, const pg_hl_action *action, const pg_hl_envelope *envelope,
                            const pg_hl_field *field, pg_error *err)
{
    pg_eip712_value value = { 0 };
    pg_status status = PG_OK;
    pg_address address;
    const char *text;

    switch (field->type) {
    case PG_HL_F_NONCE: value = pg_eip712_uint(envelope->nonce); break;
    case PG_HL_F_BOOL: value = pg_eip712_uint(*(const bool *)pg_hl_field_at(action, field)); break;
    case PG_HL_F_INT:
    case PG_HL_F_INT32: status = integer_value(&value, action, field, err); break;
    default:
        status = pg_hl_field_text(&text, m->scratch[m->count], action, field, envelope->verbatim, err);
        if (status == PG_OK && field->type == PG_HL_F_ADDRESS) {
            status = pg_address_parse(&address, text, err);
            value = pg_eip712_address(&address);
        } else if (status == PG_OK && field->type == PG_HL_F_BYTES) {
            status = bytes_value(&value, data, text, err);
        } else if (status == PG_OK) {
            value = pg_eip712_text(text);
        }
    }
    add_field(m, field->name, pg_hl_field_solidity(field->type), value);
    return status;
}

/* The struct's name, and the struct. */
static pg_eip712_struct message_type(char name[80], const message *m, const char *primary)
{
    int length = snprintf(name, 80, "HyperliquidTransaction:%s", primary);

    PG_ASSERT(length > 0 && length < 80);
    return (pg_eip712_struct){ name, m->fields, m->count };
}

static pg_status hash_message(uint8_t digest[32], const message *m, const char *primary, const pg_hl_envelope *envelope,
                              pg_error *err)
{
    static const pg_address no_contract;
    char name[80];
    uint8_t separator[32], struct_hash[32];
    pg_eip712_struct type = message_type(name, m, primary);
    pg_eip712_types types = { &type, 1 };

    pg_status status = pg_eip712_hash_struct(struct_hash, &types, name, m->values, m->count, err);
    if (status != PG_OK)
        return status;
    pg_eip712_domain(separator, "HyperliquidSignTransaction", "1",
                     envelope->chain_id ? envelope->chain_id : PG_HL_CHAIN_ID, &no_contract);
    pg_eip712_digest(digest, separator, struct_hash);
    return PG_OK;
}

static void add_outer_members(message *m, const pg_hl_envelope *envelope, const uint8_t hash[32])
{
    add_field(m, "hyperliquidChain", "string", pg_eip712_text(pg_hl_network_name(envelope->network)));
    add_field(m, "multiSigActionHash", "bytes32", pg_eip712_word(hash));
    add_field(m, "nonce", "uint64", pg_eip712_uint(envelope->nonce));
}

static const pg_hl_schema *find_user_schema(const char *type)
{
    const pg_hl_schema *schema;

    for (int i = 0; (schema = pg_hl_schema_at(i)); i++)
        if (schema->primary && strcmp(schema->type, type) == 0)
            break;
    return schema;
}

pg_status pg_hl_user_type(pg_text *text, const char *type, pg_error *err)
{
    static const pg_hl_envelope no_envelope;
    static const uint8_t no_hash[32];
    const pg_hl_schema *schema = find_user_schema(type);
    bool outer = strcmp(type, "multiSig") == 0;
    message m = { .count = 0 };
    char name[80];

    if (!schema && !outer)
        return pg_fail(err, PG_ERR_NOT_FOUND, "no user-signed action is called '%.64s'", type);
    if (outer)
        add_outer_members(&m, &no_envelope, no_hash);
    else
        add_field(&m, "hyperliquidChain", "string", (pg_eip712_value){ 0 });
    for (const pg_hl_field *f = outer ? NULL : schema->fields; f && f->type != PG_HL_F_END; f++)
        add_field(&m, f->name, pg_hl_field_solidity(f->type), (pg_eip712_value){ 0 });
    pg_eip712_struct made = message_type(name, &m, outer ? "SendMultiSig" : schema->primary);
    pg_eip712_types types = { &made, 1 };
    return pg_eip712_encode_type(text, &types, name, err);
}

pg_status pg_hl_user_digest(uint8_t digest[32], const pg_hl_action *action, const pg_hl_envelope *envelope,
                            const pg_hl_multi_sig *multi_sig, pg_error *err)
{
    const pg_hl_schema *schema = pg_hl_schema_of(action->kind);
    message m = { .count = 0 };
    pg_text data = { 0 };
    pg_status status = PG_OK;

    if (!schema || !schema->primary)
        return pg_fail(err, PG_ERR_INVALID, "the action is not user-signed");
    if (envelope->expires_after)
        return pg_fail(err, PG_ERR_INVALID, "%s cannot expire: expiresAfter is for L1 actions", schema->type);
    add_field(&m, "hyperliquidChain", "string", pg_eip712_text(pg_hl_network_name(envelope->network)));
    if (multi_sig) {
        add_field(&m, "payloadMultiSigUser", "address", pg_eip712_address(&multi_sig->user));
        add_field(&m, "outerSigner", "address", pg_eip712_address(&multi_sig->outer_signer));
    }
    for (const pg_hl_field *f = schema->fields; f->type != PG_HL_F_END && status == PG_OK; f++)
        status = add_member(&m, &data, action, envelope, f, err);
    if (status == PG_OK)
        status = hash_message(digest, &m, schema->primary, envelope, err);
    pg_text_free(&data);
    if (status != PG_OK)
        pg_error_where(err, "%s", schema->type);
    return status;
}

pg_status pg_hl_multi_sig_digest(uint8_t digest[32], uint8_t hash[32], const void *pack, size_t size,
                                 const pg_hl_envelope *envelope, pg_error *err)
{
    message m = { .count = 0 };
    pg_status status = pg_hl_connection_id(hash, pack, size, envelope, err);

    if (status != PG_OK)
        return status;
    add_outer_members(&m, envelope, hash);
    return hash_message(digest, &m, "SendMultiSig", envelope, err);
}

/* ---- both ---- */

static pg_status digest_of(pg_hl_signed *made, const pg_hl_action *action, pg_error *err)
{
    const pg_hl_schema *schema = pg_hl_schema_of(action->kind);
    pg_status status;

    if (schema && schema->primary)
        return pg_hl_user_digest(made->digest, action, &made->envelope, NULL, err);
    const pg_text *pack = &made->encoded.pack;
    status = pg_hl_connection_id(made->connection_id, pack->data, pack->length, &made->envelope, err);
    if (status == PG_OK)
        pg_hl_agent_digest(made->digest, made->connection_id, made->envelope.network);
    return status;
}

pg_status pg_hl_sign(pg_hl_signed *made, const pg_hl_signer *signer, const pg_hl_action *action,
                     const pg_hl_envelope *envelope, pg_error *err)
{
    made->envelope = pg_hl_envelope_for(action->kind, envelope);
    pg_status status = pg_hl_encode(&made->encoded, action, &made->envelope, err);
    if (status == PG_OK)
        status = digest_of(made, action, err);
    if (status == PG_OK)
        status = pg_secp256k1_sign(&made->signature, signer->curve, signer->secret, made->digest, err);
    return status;
}

pg_status pg_hl_recover(pg_address *address, const pg_secp256k1 *curve, const pg_hl_action *action,
                        const pg_hl_envelope *envelope, const pg_signature *signature, pg_error *err)
{
    pg_hl_signed made = { .envelope = pg_hl_envelope_for(action->kind, envelope) };
    uint8_t public_key[64];
    pg_status status = pg_hl_encode(&made.encoded, action, &made.envelope, err);

    if (status == PG_OK)
        status = digest_of(&made, action, err);
    if (status == PG_OK)
        status = pg_secp256k1_recover(public_key, curve, made.digest, signature, err);
    if (status == PG_OK)
        *address = pg_address_of_key(public_key);
    pg_hl_signed_free(&made);
    return status;
}

#include "venue/lighter/transaction_read.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/tokens.h"
#include "crypto/hex.h"
#include "crypto/poseidon2.h"
#include "venue/lighter/sign.h"

enum { MOST_TOKENS = 512, BASE64_MAX = 4 * ((PG_LIGHTER_SIGNATURE_BYTES + 2) / 3) };

#define REFUSE(...) return pg_fail(err, PG_ERR_PARSE, __VA_ARGS__)

static pg_status read_field(int64_t *value, const pg_tokens *json, int object, pg_lighter_field field, pg_error *err)
{
    const char *name = pg_lighter_field_infos[field].name;
    int token = pg_tokens_member(json, object, name);
    if (token < 0)
        REFUSE("%s is missing", name);
    if (!pg_tokens_whole(json, token, value))
        REFUSE("%s is no whole number", name);
    return PG_OK;
}

/* Exactly `size` bytes in the standard alphabet, padded. */
static bool decode_base64(uint8_t *bytes, int size, const char *text)
{
    uint8_t room[BASE64_MAX / 4 * 3];
    size_t length = strlen(text), padding = (3 - (size_t)size % 3) % 3;
    if (length != 4 * (((size_t)size + 2) / 3) || strspn(text + length - padding, "=") != padding ||
        memchr(text, '=', length - padding))
        return false;
    if (EVP_DecodeBlock(room, (const unsigned char *)text, (int)length) < size)
        return false;
    memcpy(bytes, room, (size_t)size);
    return true;
}

static pg_status read_base64(uint8_t *bytes, int size, const pg_tokens *json, const char *name, pg_error *err)
{
    char text[BASE64_MAX + 1];
    if (!pg_tokens_string(json, pg_tokens_member(json, 0, name), text, sizeof text) ||
        !decode_base64(bytes, size, text))
        REFUSE("%s is not the base64 of %d bytes", name, size);
    return PG_OK;
}

static pg_status read_l1_signature(pg_lighter_tx *tx, const pg_tokens *json, pg_error *err)
{
    int token = pg_tokens_member(json, 0, "L1Sig");
    if (token >= 0 && !pg_tokens_is_null(json, token) &&
        !pg_tokens_string(json, token, tx->l1_signature, sizeof tx->l1_signature))
        REFUSE("L1Sig is no signature");
    return PG_OK;
}

static pg_status read_memo(pg_lighter_tx *tx, const pg_tokens *json, pg_error *err)
{
    int memo = pg_tokens_member(json, 0, "Memo");
    if (!pg_tokens_is_array(json, memo) || pg_tokens_size(json, memo) != PG_LIGHTER_MEMO_BYTES)
        REFUSE("Memo is not an array of %d numbers", PG_LIGHTER_MEMO_BYTES);
    for (int i = 0; i < PG_LIGHTER_MEMO_BYTES; i++) {
        int64_t value;
        if (!pg_tokens_whole(json, pg_tokens_at(json, memo, i), &value) || value < 0 || value > 255)
            REFUSE("Memo holds what is no byte");
        tx->memo[i] = (uint8_t)value;
    }
    return PG_OK;
}

static pg_status read_orders(pg_lighter_tx *tx, const pg_tokens *json, pg_error *err)
{
    int orders = pg_tokens_member(json, 0, "Orders");
    pg_status status = PG_OK;
    tx->orders = pg_tokens_size(json, orders);
    if (!pg_tokens_is_array(json, orders) || tx->orders < 1 || tx->orders > PG_LIGHTER_GROUP_MAX)
        REFUSE("Orders is not an array of 1 to %d orders", PG_LIGHTER_GROUP_MAX);
    for (int i = 0; i < tx->orders; i++)
        for (int f = 0; f < PG_LIGHTER_ORDER_FIELDS && status == PG_OK; f++)
            status = read_field(&tx->order[i][f], json, pg_tokens_at(json, orders, i), (pg_lighter_field)f, err);
    return status;
}

static bool read_number(int64_t *value, const char *text)
{
    *value = 0;
    for (; *text >= '0' && *text <= '9' && *value < 100000; text++)
        *value = 10 * *value + (*text - '0');
    return *text == '\0';
}

static pg_status read_attributes(pg_lighter_tx *tx, const pg_tokens *json, pg_error *err)
{
    int attributes = pg_tokens_member(json, 0, "L2TxAttributes");
    pg_status status = PG_OK;
    if (attributes < 0 || pg_tokens_is_null(json, attributes))
        return PG_OK;
    if (!pg_tokens_is_object(json, attributes))
        REFUSE("L2TxAttributes is no object");
    for (int i = 0; i < pg_tokens_size(json, attributes) && status == PG_OK; i++) {
        int name = pg_tokens_at(json, attributes, i);
        char text[8];
        int64_t type, value;
        if (!pg_tokens_string(json, name, text, sizeof text) || !text[0] || !read_number(&type, text) ||
            !pg_tokens_whole(json, name + 1, &value))
            REFUSE("L2TxAttributes has a member that is no pair of numbers");
        status = pg_lighter_tx_attribute(tx, type, value, err);
    }
    return status;
}

static pg_status read_members(pg_lighter_tx *tx, uint8_t *signature, const pg_lighter_kind *kind, const pg_tokens *json,
                              pg_error *err)
{
    pg_status status = PG_OK;
    for (int i = 0; i < kind->count && status == PG_OK; i++)
        status = read_field(&tx->value[kind->field[i]], json, 0, kind->field[i], err);
    if (status == PG_OK)
        status = read_field(&tx->value[PG_LIGHTER_EXPIRED_AT], json, 0, PG_LIGHTER_EXPIRED_AT, err);
    if (status == PG_OK)
        status = read_field(&tx->value[PG_LIGHTER_NONCE], json, 0, PG_LIGHTER_NONCE, err);
    if (status == PG_OK && signature && kind->with_public_key)
        status = read_base64(tx->public_key, PG_LIGHTER_PUBLIC_KEY_BYTES, json, "PubKey", err);
    if (status == PG_OK && kind->type == PG_LIGHTER_CREATE_GROUPED_ORDERS)
        status = read_orders(tx, json, err);
    if (status == PG_OK && kind->with_memo)
        status = read_memo(tx, json, err);
    if (status == PG_OK && (kind->with_public_key || kind->with_l1_signature))
        status = read_l1_signature(tx, json, err);
    if (status == PG_OK && signature)
        status = read_base64(signature, PG_LIGHTER_SIGNATURE_BYTES, json, "Sig", err);
    return status == PG_OK ? read_attributes(tx, json, err) : status;
}

pg_status pg_lighter_tx_read(pg_lighter_tx *tx, uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES], int type,
                             const char *text, size_t size, pg_error *err)
{
    const pg_lighter_kind *kind = pg_lighter_kind_find(type);
    pg_tokens json;
    *tx = (pg_lighter_tx){ .type = type };
    if (!kind)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "transaction type %d cannot be built by a user", type);
    pg_status status = pg_tokens_read(&json, text, size, MOST_TOKENS, err);
    if (status != PG_OK)
        return status;
    if (pg_tokens_is_object(&json, 0))
        status = read_members(tx, signature, kind, &json, err);
    else
        status = pg_fail(err, PG_ERR_PARSE, "tx_info is no object");
    pg_tokens_free(&json);
    return status;
}

/* A number of at most 18 digits and the colon behind it; the place after that, NULL when there is none. */
static const char *read_part(int64_t *value, const char *text)
{
    size_t digits = strspn(text, "0123456789");
    *value = 0;
    if (digits == 0 || digits > 18 || text[digits] != ':')
        return NULL;
    for (size_t i = 0; i < digits; i++)
        *value = 10 * *value + (text[i] - '0');
    return text + digits + 1;
}

pg_status pg_lighter_token_read(pg_lighter_token_parts *parts, const char *token, pg_error *err)
{
    const char *at = read_part(&parts->deadline, token);
    at = at ? read_part(&parts->account, at) : NULL;
    at = at ? read_part(&parts->key_index, at) : NULL;
    if (!at || (at[0] == '0' && at[1] == 'x'))
        return pg_fail(err, PG_ERR_PARSE, "an auth token is DEADLINE:ACCOUNT:KEY:SIGNATURE");
    parts->message = pg_lighter_token_message(token, (size_t)(at - 1 - token));
    return pg_hex_decode(parts->signature, sizeof parts->signature, at, strlen(at), err);
}

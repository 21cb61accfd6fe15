#include "venue/lighter/transaction.h"

#include <openssl/evp.h>
#include <string.h>

#include "crypto/poseidon2.h"

enum { DIGEST = PG_POSEIDON2_DIGEST, NO_MARKET = 255 };

static const pg_lighter_kind *known_kind(int type, pg_error *err)
{
    const pg_lighter_kind *kind = pg_lighter_kind_find(type);
    if (!kind)
        pg_fail(err, PG_ERR_UNSUPPORTED, "transaction type %d cannot be built by a user", type);
    return kind;
}

/* Each order hashed, then folded from the first. */
static void hash_group(uint64_t out[DIGEST], const pg_lighter_tx *tx)
{
    uint64_t fields[PG_LIGHTER_ORDER_FIELDS], both[2 * DIGEST];

    for (int i = 0; i < tx->orders; i++) {
        for (int f = 0; f < PG_LIGHTER_ORDER_FIELDS; f++)
            fields[f] = pg_gl_from_int64(tx->order[i][f]);
        pg_poseidon2_hash(i == 0 ? out : both + DIGEST, DIGEST, fields, PG_LIGHTER_ORDER_FIELDS);
        if (i > 0) {
            memcpy(both, out, DIGEST * sizeof *out);
            pg_poseidon2_hash(out, DIGEST, both, 2 * DIGEST);
        }
    }
}

pg_status pg_lighter_tx_elements(uint64_t out[PG_LIGHTER_ELEMENTS_MAX], size_t *count, uint32_t chain_id,
                                 const pg_lighter_tx *tx, pg_error *err)
{
    const pg_lighter_kind *kind = known_kind(tx->type, err);
    size_t n = 0;

    if (!kind)
        return PG_ERR_UNSUPPORTED;
    out[n++] = chain_id;
    out[n++] = (uint64_t)tx->type;
    out[n++] = pg_gl_from_int64(tx->value[PG_LIGHTER_NONCE]);
    out[n++] = pg_gl_from_int64(tx->value[PG_LIGHTER_EXPIRED_AT]);
    for (int i = 0; i < kind->count; i++) {
        int64_t value = tx->value[kind->field[i]];
        if (pg_lighter_field_infos[kind->field[i]].wide) {
            out[n++] = (uint64_t)value & PG_GL_EPSILON;
            out[n++] = (uint64_t)value >> 32;
        } else {
            out[n++] = pg_gl_from_int64(value);
        }
    }
    if (kind->with_public_key) {
        pg_fp5 key;
        pg_status status = pg_fp5_decode(&key, tx->public_key, err);
        if (status != PG_OK) {
            pg_error_where(err, "PubKey");
            return status;
        }
        memcpy(out + n, key.c, sizeof key.c);
        n += PG_FP5_LIMBS;
    }
    if (tx->type == PG_LIGHTER_CREATE_GROUPED_ORDERS) {
        if (tx->orders < 1 || tx->orders > PG_LIGHTER_GROUP_MAX)
            return pg_fail(err, PG_ERR_RANGE, "a group has 1 to %d orders, not %d", PG_LIGHTER_GROUP_MAX, tx->orders);
        hash_group(out + n, tx);
        n += DIGEST;
    }
    *count = n;
    return PG_OK;
}

bool pg_lighter_attribute_is_nil(pg_lighter_attribute attribute)
{
    return attribute.value == (attribute.type == PG_LIGHTER_CANCEL_MARKET ? NO_MARKET : 0);
}

pg_status pg_lighter_tx_hash(pg_fp5 *hash, uint32_t chain_id, const pg_lighter_tx *tx, pg_error *err)
{
    uint64_t elements[PG_LIGHTER_ELEMENTS_MAX], pairs[2 * PG_LIGHTER_ATTRIBUTES_MAX] = { 0 };
    size_t count, used = 0;
    pg_fp5 both[2];
    pg_status status = pg_lighter_tx_elements(elements, &count, chain_id, tx, err);

    if (status != PG_OK)
        return status;
    *hash = pg_poseidon2_hash_fp5(elements, count);
    for (int i = 0; i < tx->attributes; i++) {
        if (pg_lighter_attribute_is_nil(tx->attribute[i]))
            continue;
        if (used == PG_LIGHTER_ATTRIBUTES_MAX)
            return pg_fail(err, PG_ERR_RANGE, "more than %d attributes", PG_LIGHTER_ATTRIBUTES_MAX);
        pairs[2 * used] = (uint64_t)tx->attribute[i].type;
        pairs[2 * used++ + 1] = pg_gl_from_int64(tx->attribute[i].value);
    }
    if (used > 0) {
        both[0] = *hash;
        both[1] = pg_poseidon2_hash_fp5(pairs, 2 * PG_LIGHTER_ATTRIBUTES_MAX);
        *hash = pg_poseidon2_hash_fp5(both[0].c, 2 * PG_FP5_LIMBS);
    }
    return PG_OK;
}

pg_status pg_lighter_tx_attribute(pg_lighter_tx *tx, int64_t type, int64_t value, pg_error *err)
{
    int at = tx->attributes;

    if (at == PG_LIGHTER_ATTRIBUTE_SLOTS)
        return pg_fail(err, PG_ERR_FULL, "more than %d attributes", PG_LIGHTER_ATTRIBUTE_SLOTS);
    for (int i = 0; i < tx->attributes; i++)
        if (tx->attribute[i].type == type)
            return pg_fail(err, PG_ERR_INVALID, "attribute %lld is given twice", (long long)type);
    for (; at > 0 && tx->attribute[at - 1].type > type; at--)
        tx->attribute[at] = tx->attribute[at - 1];
    tx->attribute[at] = (pg_lighter_attribute){ type, value };
    tx->attributes++;
    return PG_OK;
}

/* ---- JSON. A writer of its own: 300 ns for an order, and member order is part of the protocol's tests ---- */

typedef struct {
    char *at, *end;
    bool failed;
} writer;

static void put(writer *w, const char *text, size_t length)
{
    if ((size_t)(w->end - w->at) <= length) {
        w->failed = true;
        return;
    }
    memcpy(w->at, text, length);
    w->at += length;
}

static void put_text(writer *w, const char *text)
{
    put(w, text, strlen(text));
}

static void put_integer(writer *w, int64_t value)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    put(w, at, (size_t)(digits + sizeof digits - at));
}

/* ,"NAME": without the comma after a bracket. */
static void put_name(writer *w, const char *name)
{
    if (w->at[-1] != '{' && w->at[-1] != '[')
        put_text(w, ",");
    put_text(w, "\"");
    put_text(w, name);
    put_text(w, "\":");
}

static void put_field(writer *w, pg_lighter_field field, int64_t value)
{
    put_name(w, pg_lighter_field_infos[field].name);
    put_integer(w, value);
}

static void put_base64(writer *w, const char *name, const uint8_t *bytes, int size)
{
    unsigned char text[4 * ((PG_LIGHTER_SIGNATURE_BYTES + 2) / 3) + 1];
    int length = EVP_EncodeBlock(text, bytes, size);

    put_name(w, name);
    put_text(w, "\"");
    put(w, (const char *)text, (size_t)length);
    put_text(w, "\"");
}

static void put_l1_signature(writer *w, const pg_lighter_tx *tx)
{
    put_name(w, "L1Sig");
    put_text(w, "\"");
    put(w, tx->l1_signature, strnlen(tx->l1_signature, sizeof tx->l1_signature));
    put_text(w, "\"");
}

static void put_group(writer *w, const pg_lighter_tx *tx)
{
    put_name(w, "Orders");
    for (int i = 0; i < tx->orders && i < PG_LIGHTER_GROUP_MAX; i++) {
        put_text(w, i == 0 ? "[{" : ",{");
        for (int f = 0; f < PG_LIGHTER_ORDER_FIELDS; f++)
            put_field(w, (pg_lighter_field)f, tx->order[i][f]);
        put_text(w, "}");
    }
    put_text(w, tx->orders > 0 ? "]" : "[]");
}

static void put_memo(writer *w, const pg_lighter_tx *tx)
{
    put_name(w, "Memo");
    for (int i = 0; i < PG_LIGHTER_MEMO_BYTES; i++) {
        put_text(w, i == 0 ? "[" : ",");
        put_integer(w, tx->memo[i]);
    }
    put_text(w, "]");
}

static void put_attributes(writer *w, const pg_lighter_tx *tx)
{
    put_name(w, "L2TxAttributes");
    if (tx->attributes == 0) {
        put_text(w, "null");
        return;
    }
    for (int i = 0; i < tx->attributes; i++) {
        put_text(w, i == 0 ? "{\"" : ",\"");
        put_integer(w, tx->attribute[i].type);
        put_text(w, "\":");
        put_integer(w, tx->attribute[i].value);
    }
    put_text(w, "}");
}

pg_status pg_lighter_tx_info(char *text, size_t size, const pg_lighter_tx *tx,
                             const uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES], pg_error *err)
{
    const pg_lighter_kind *kind = known_kind(tx->type, err);
    writer w = { text, text + size, false };

    if (!kind)
        return PG_ERR_UNSUPPORTED;
    if (size < 2)
        return pg_fail(err, PG_ERR_RANGE, "no room for a transaction's text");
    put_text(&w, "{");
    for (int i = 0; i < kind->count; i++)
        put_field(&w, kind->field[i], tx->value[kind->field[i]]);
    if (kind->with_public_key) {
        put_base64(&w, "PubKey", tx->public_key, PG_LIGHTER_PUBLIC_KEY_BYTES);
        put_l1_signature(&w, tx);
    }
    if (tx->type == PG_LIGHTER_CREATE_GROUPED_ORDERS)
        put_group(&w, tx);
    if (kind->with_memo)
        put_memo(&w, tx);
    put_field(&w, PG_LIGHTER_EXPIRED_AT, tx->value[PG_LIGHTER_EXPIRED_AT]);
    put_field(&w, PG_LIGHTER_NONCE, tx->value[PG_LIGHTER_NONCE]);
    put_base64(&w, "Sig", signature, PG_LIGHTER_SIGNATURE_BYTES);
    if (kind->with_l1_signature)
        put_l1_signature(&w, tx);
    put_attributes(&w, tx);
    put_text(&w, "}");
    if (w.failed)
        return pg_fail(err, PG_ERR_RANGE, "a transaction's text does not fit into %zu bytes", size);
    *w.at = '\0';
    return PG_OK;
}

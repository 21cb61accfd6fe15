/* Vectors of transactions, validation, scaling, tokens and Ethereum-side signatures. */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "selftest/lighter.h"
#include "venue/lighter/rules.h"
#include "venue/lighter/rules_scale.h"
#include "venue/lighter/sign.h"

enum { MAX_FILE = 16 << 20, LONG_NUMBER = 16 };

/* A copy in which whole numbers of 16 digits or more are texts: as doubles they would lose digits. */
static char *quote_long_numbers(const char *text)
{
    char *out = malloc(2 * strlen(text) + 1), *to = out;
    bool in_text = false;

    while (out && *text) {
        size_t digits = in_text ? 0 : strspn(text + (*text == '-'), "0123456789");
        if (digits > 0) {
            size_t length = digits + (*text == '-');
            bool quote = digits >= LONG_NUMBER;
            if (quote)
                *to++ = '"';
            memcpy(to, text, length);
            to += length;
            if (quote)
                *to++ = '"';
            text += length;
            continue;
        }
        if (in_text && *text == '\\' && text[1])
            *to++ = *text++;
        else if (*text == '"')
            in_text = !in_text;
        *to++ = *text++;
    }
    if (out)
        *to = '\0';
    return out;
}

/* The file again, with long numbers kept; NULL and a failure when it cannot be read. */
static cJSON *reread(pg_vectors *v)
{
    char path[1024], *text = malloc(MAX_FILE + 1), *quoted = NULL;
    cJSON *root = NULL;

    snprintf(path, sizeof path, "%s/%s", v->folder, v->file);
    FILE *file = fopen(path, "rb");
    if (file && text) {
        text[fread(text, 1, MAX_FILE, file)] = '\0';
        quoted = quote_long_numbers(text);
        root = quoted ? cJSON_Parse(quoted) : NULL;
    }
    if (file)
        fclose(file);
    if (!root) {
        pg_vector_begin(v, "(file)");
        pg_vector_fail(v, path, "cannot be read again");
        pg_vector_end(v);
    }
    free(text);
    free(quoted);
    return root;
}

static void each_exactly(pg_vectors *v, const char *part, pg_vector_runner *each)
{
    cJSON *root = reread(v);
    if (root)
        pg_lighter_each(v, pg_vector_get(root, "vectors"), part, each);
    cJSON_Delete(root);
}

static int64_t integer(const cJSON *item)
{
    if (cJSON_IsString(item))
        return strtoll(item->valuestring, NULL, 10);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
}

static void read_memo(pg_lighter_tx *tx, const cJSON *memo)
{
    for (int i = 0; i < PG_LIGHTER_MEMO_BYTES; i++)
        tx->memo[i] = (uint8_t)integer(cJSON_GetArrayItem(memo, i));
}

static void read_tx(pg_vectors *v, pg_lighter_tx *tx, const cJSON *vector)
{
    const cJSON *fields = pg_vector_get(vector, "fields"), *item;

    *tx = (pg_lighter_tx){ .type = (int)integer(pg_vector_get(vector, "tx_type")) };
    const pg_lighter_kind *kind = pg_lighter_kind_find(tx->type);
    for (int i = 0; kind && i < kind->count; i++)
        tx->value[kind->field[i]] = integer(pg_vector_get(fields, pg_lighter_field_infos[kind->field[i]].name));
    tx->value[PG_LIGHTER_EXPIRED_AT] = integer(pg_vector_get(fields, "ExpiredAt"));
    tx->value[PG_LIGHTER_NONCE] = integer(pg_vector_get(fields, "Nonce"));
    cJSON_ArrayForEach(item, pg_vector_get(fields, "Orders"))
    {
        for (int f = 0; tx->orders < PG_LIGHTER_GROUP_MAX && f < PG_LIGHTER_ORDER_FIELDS; f++)
            tx->order[tx->orders][f] = integer(pg_vector_get(item, pg_lighter_field_infos[f].name));
        tx->orders++;
    }
    pg_lighter_hex(fields, "PubKey", tx->public_key, sizeof tx->public_key);
    read_memo(tx, pg_vector_get(fields, "Memo"));
    snprintf(tx->l1_signature, sizeof tx->l1_signature, "%s", pg_vector_text(fields, "L1Sig"));
    cJSON_ArrayForEach(item, pg_vector_get(vector, "attributes"))
    {
        pg_error err;
        if (pg_lighter_tx_attribute(tx, strtoll(item->string, NULL, 10), integer(item), &err) != PG_OK)
            pg_vector_fail(v, "attributes", "%s", err.what);
    }
}

static pg_scalar5 read_scalar(const cJSON *vector, const char *name)
{
    uint8_t bytes[PG_SCALAR5_BYTES] = { 0 };
    pg_scalar5 a;
    pg_lighter_hex(vector, name, bytes, sizeof bytes);
    pg_scalar5_reduce(&a, bytes);
    return a;
}

static void check_elements(pg_vectors *v, const cJSON *vector, uint32_t chain_id, const pg_lighter_tx *tx)
{
    uint64_t elements[PG_LIGHTER_ELEMENTS_MAX];
    const cJSON *expected = pg_vector_get(vector, "hash_elements");
    size_t count;
    pg_error err;

    if (pg_lighter_tx_elements(elements, &count, chain_id, tx, &err) != PG_OK) {
        pg_vector_fail(v, "hash_elements", "%s", err.what);
        return;
    }
    pg_vector_check_true(v, "number of hash_elements", expected && (size_t)cJSON_GetArraySize(expected) == count);
    for (size_t i = 0; expected && i < count; i++) {
        const cJSON *item = cJSON_GetArrayItem(expected, (int)i);
        uint64_t value = cJSON_IsString(item) ? strtoull(item->valuestring, NULL, 10) : (uint64_t)integer(item);
        if (value != elements[i])
            pg_vector_fail(v, "hash_elements", "element %zu is %llu", i, (unsigned long long)elements[i]);
    }
}

static void run_transaction(pg_vectors *v, const cJSON *vector)
{
    pg_scalar5 key = read_scalar(vector, "private_key"), k = read_scalar(vector, "k");
    uint32_t chain_id = (uint32_t)integer(pg_vector_get(vector, "chain_id"));
    char l1_text[PG_LIGHTER_L1_TEXT_MAX];
    pg_lighter_signed made;
    pg_lighter_tx tx;
    pg_error err;

    read_tx(v, &tx, vector);
    check_elements(v, vector, chain_id, &tx);
    if (pg_lighter_sign_with_nonce(&made, chain_id, &tx, &key, &k, &err) != PG_OK) {
        pg_vector_fail(v, "fields", "%s", err.what);
        return;
    }
    pg_vector_check_text(v, "tx_hash", pg_vector_get(vector, "tx_hash"), made.hash);
    pg_vector_check_text(v, "tx_info", pg_vector_get(vector, "tx_info"), made.text);
    if (!pg_vector_get(vector, "l1_message"))
        return;
    if (pg_lighter_l1_text(l1_text, chain_id, &tx, &err) != PG_OK)
        pg_vector_fail(v, "l1_message", "%s", err.what);
    else
        pg_vector_check_text(v, "l1_message", pg_vector_get(vector, "l1_message"), l1_text);
}

void pg_lighter_transactions(pg_vectors *v, const cJSON *root)
{
    (void)root;
    each_exactly(v, "transaction", run_transaction);
}

static void run_validation(pg_vectors *v, const cJSON *vector)
{
    pg_lighter_tx tx;
    pg_error err = { 0 };

    read_tx(v, &tx, vector);
    bool valid = pg_lighter_tx_check(&tx, &err) == PG_OK;
    if (valid != cJSON_IsTrue(pg_vector_get(vector, "valid")))
        pg_vector_fail(v, "valid", "expected %s, got %s", pg_vector_text(vector, "reason"), valid ? "valid" : err.what);
    pg_vector_check_true(v, "a reason", valid || err.what[0]);
}

void pg_lighter_tx_validation(pg_vectors *v, const cJSON *root)
{
    (void)root;
    each_exactly(v, "case", run_validation);
}

static void run_scaling(pg_vectors *v, const cJSON *vector)
{
    const char *text = pg_vector_text(vector, "text");
    int decimals = (int)integer(pg_vector_get(vector, "decimals"));
    bool ask = strcmp(pg_vector_text(vector, "kind"), "price_ask") == 0;
    char back[PG_DECIMAL_TEXT];
    int64_t value = -1, strict;
    pg_error err;

    if (pg_lighter_scale(&value, text, decimals, ask ? PG_LIGHTER_UP : PG_LIGHTER_DOWN, &err) != PG_OK)
        pg_vector_fail(v, "text", "%s", err.what);
    pg_vector_check_true(v, "scaled", value == integer(pg_vector_get(vector, "scaled")));
    bool refused = pg_lighter_scale(&strict, text, decimals, PG_LIGHTER_EXACT, &err) != PG_OK;
    pg_vector_check_true(v, "strict_error", refused == cJSON_IsTrue(pg_vector_get(vector, "strict_error")));
    pg_decimal_format(back, sizeof back, value, decimals);
    pg_vector_check_text(v, "back", pg_vector_get(vector, "back"), back);
}

void pg_lighter_scaling(pg_vectors *v, const cJSON *root)
{
    (void)root;
    each_exactly(v, "number", run_scaling);
}

static void run_token(pg_vectors *v, const cJSON *vector)
{
    pg_scalar5 key = read_scalar(vector, "private_key"), k = read_scalar(vector, "k");
    char token[PG_LIGHTER_TOKEN_MAX];
    pg_error err;

    if (pg_lighter_token_with_nonce(token, integer(pg_vector_get(vector, "deadline")),
                                    integer(pg_vector_get(vector, "account_index")),
                                    integer(pg_vector_get(vector, "api_key_index")), &key, &k, &err) != PG_OK)
        pg_vector_fail(v, "deadline", "%s", err.what);
    else
        pg_vector_check_text(v, "token", pg_vector_get(vector, "token"), token);
}

void pg_lighter_auth_tokens(pg_vectors *v, const cJSON *root)
{
    (void)root;
    each_exactly(v, "token", run_token);
}

static void run_l1(pg_vectors *v, const cJSON *vector)
{
    const char *message = pg_vector_text(vector, "message"), *text = pg_vector_text(vector, "ethereum_private_key");
    char signature[PG_LIGHTER_L1_SIGNATURE_TEXT];
    uint8_t digest[32];
    pg_secp256k1 *curve = NULL;
    pg_secret *secret = NULL;
    pg_error err;

    pg_lighter_l1_digest(digest, message);
    pg_lighter_check_hex(v, vector, "digest", digest, sizeof digest);
    if (pg_secp256k1_new(&curve, &err) != PG_OK || pg_secret_from_hex(&secret, 32, text, strlen(text), &err) != PG_OK ||
        pg_lighter_l1_sign(signature, message, curve, secret, &err) != PG_OK)
        pg_vector_fail(v, "l1_sig", "%s", err.what);
    else
        pg_vector_check_text(v, "l1_sig", pg_vector_get(vector, "l1_sig"), signature);
    pg_secret_free(secret);
    pg_secp256k1_free(curve);
}

void pg_lighter_l1_signatures(pg_vectors *v, const cJSON *root)
{
    pg_lighter_each(v, pg_vector_get(root, "vectors"), "signature", run_l1);
}

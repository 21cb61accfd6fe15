#include "sdk/hyperliquid.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "sdk/internal.h"
#include "venue/hyperliquid/nonce.h"
#include "venue/hyperliquid/sign.h"

enum { PARTS_MAX = 10, SIGNERS_TEXT = 1024 };

struct pg_sdk_hl_signer {
    pg_secp256k1 *curve;
    pg_hl_signer signer;
    char address[PG_ADDRESS_TEXT];
    pg_hl_nonces nonces;
    pg_hl_signed made;
    pg_text body;
};

/* ---- signers ---- */

static pg_status open_signer(pg_sdk_hl_signer *s, const pg_sdk_key *key, pg_error *err)
{
    if (key->kind != PG_KEY_SECP256K1)
        return pg_fail(err, PG_ERR_INVALID, "Hyperliquid takes keys of kind %s, this is one of kind %s",
                       pg_key_kind_name(PG_KEY_SECP256K1), pg_key_kind_name(key->kind));
    pg_status status = pg_secp256k1_new(&s->curve, err);
    if (status == PG_OK)
        status = pg_hl_signer_init(&s->signer, s->curve, key->secret, err);
    if (status == PG_OK)
        pg_address_format(s->address, &s->signer.address);
    return status;
}

pg_sdk_hl_signer *pg_sdk_hl_signer_new(const pg_sdk_key *key, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_hl_signer *s = calloc(1, sizeof *s);
    pg_status status = s ? open_signer(s, key, &err) : pg_fail(&err, PG_ERR_MEMORY, "no memory for a signer");
    if (status == PG_OK)
        return s;
    pg_sdk_hl_signer_free(s);
    sdk_fail(error, &err);
    return NULL;
}

void pg_sdk_hl_signer_free(pg_sdk_hl_signer *signer)
{
    if (!signer)
        return;
    pg_hl_signed_free(&signer->made);
    pg_text_free(&signer->body);
    pg_secp256k1_free(signer->curve);
    free(signer);
}

const char *pg_sdk_hl_signer_address(const pg_sdk_hl_signer *signer)
{
    return signer->address;
}

uint64_t pg_sdk_hl_signer_nonce(pg_sdk_hl_signer *signer)
{
    return pg_hl_nonce_next(&signer->nonces, (uint64_t)pg_sdk_now_ms());
}

/* ---- actions ---- */

/* An action on its way to a signature: the document, and what was read from it. */
typedef struct {
    cJSON *json;
    pg_hl_action action;
    pg_hl_envelope envelope;
} draft;

static void free_draft(draft *d)
{
    pg_hl_action_free(&d->action);
    cJSON_Delete(d->json);
}

static const pg_hl_schema *schema_of_type(const char *type)
{
    const pg_hl_schema *schema;
    for (int i = 0; (schema = pg_hl_schema_at(i)); i++)
        if (strcmp(schema->type, type) == 0)
            break;
    return schema;
}

static bool add_missing(cJSON *json, const char *name, cJSON *value)
{
    if (cJSON_GetObjectItemCaseSensitive(json, name)) {
        cJSON_Delete(value);
        return true;
    }
    return value && cJSON_AddItemToObject(json, name, value);
}

/* Puts in what every action of a kind says of its envelope: the chain, and the nonce where it is a member. */
static pg_status complete(draft *d, pg_error *err)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(d->json, "type");
    const pg_hl_schema *schema = cJSON_IsString(type) ? schema_of_type(type->valuestring) : NULL;
    char chain[19];
    bool good = true;
    if (schema && schema->primary) {
        const char *network = pg_hl_network_name(d->envelope.network);
        good = add_missing(d->json, "signatureChainId", cJSON_CreateString(pg_hl_chain_text(chain, &d->envelope))) &&
               add_missing(d->json, "hyperliquidChain", cJSON_CreateString(network));
    }
    for (const pg_hl_field *f = schema ? schema->fields : NULL; f && f->type != PG_HL_F_END && good; f++)
        if (f->type == PG_HL_F_NONCE)
            good = add_missing(d->json, f->name, cJSON_CreateNumber((double)d->envelope.nonce));
    return good ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "no memory for an action");
}

static pg_status read_draft(draft *d, const char *text, size_t size, const pg_sdk_hl_envelope *envelope, pg_error *err)
{
    pg_hl_network network = envelope->mainnet ? PG_HL_MAINNET : PG_HL_TESTNET;
    memset(d, 0, sizeof *d);
    d->envelope = (pg_hl_envelope){
        .network = network, .nonce = envelope->nonce, .vault = envelope->vault, .expires_after = envelope->expires_after
    };
    d->json = cJSON_ParseWithLength(text, size);
    if (!cJSON_IsObject(d->json))
        return pg_fail(err, PG_ERR_PARSE, "the action is no JSON object");
    pg_status status = complete(d, err);
    if (status == PG_OK)
        status = pg_hl_action_read(&d->action, &d->envelope, d->json, err);
    if (status == PG_ERR_UNSUPPORTED) {
        d->action = (pg_hl_action){ .kind = PG_HL_RAW, .raw = { text, size } };
        status = PG_OK;
    }
    if (status == PG_OK && d->envelope.network != network)
        return pg_fail(err, PG_ERR_INVALID, "the action names the network %s, the client is for %s",
                       pg_hl_network_name(d->envelope.network), pg_hl_network_name(network));
    return status;
}

/* Hands out the body that was signed. */
static pg_status put_body(pg_sdk_hl_signer *s, pg_sdk_hl_signed *made, pg_error *err)
{
    s->body.length = 0;
    pg_status status = pg_hl_body(&s->body, &s->made, err);
    if (status == PG_OK)
        *made = (pg_sdk_hl_signed){ s->body.data, s->body.length, s->made.envelope.nonce };
    return status;
}

bool pg_sdk_hl_sign(pg_sdk_hl_signer *signer, pg_sdk_hl_signed *made, const char *action, uint64_t size,
                    const pg_sdk_hl_envelope *envelope, pg_sdk_error *error)
{
    pg_error err = { 0 };
    draft d;
    pg_sdk_hl_envelope sent = *envelope;
    if (sent.nonce == 0)
        sent.nonce = pg_sdk_hl_signer_nonce(signer);
    pg_status status = read_draft(&d, action, (size_t)size, &sent, &err);
    if (status == PG_OK)
        status = pg_hl_sign(&signer->made, &signer->signer, &d.action, &d.envelope, &err);
    if (status == PG_OK)
        status = put_body(signer, made, &err);
    free_draft(&d);
    return status == PG_OK || sdk_fail(error, &err);
}

/* ---- several keys ---- */

/* The account and who sends it; all of them sign the same nonce. */
static pg_status read_parties(pg_hl_multi_sig *parties, const char *user, const char *outer,
                              const pg_sdk_hl_envelope *envelope, pg_error *err)
{
    if (envelope->nonce == 0)
        return pg_fail(err, PG_ERR_INVALID, "all who sign need the same nonce: give it");
    pg_status status = pg_address_parse(&parties->user, user, err);
    if (status == PG_OK)
        status = pg_address_parse(&parties->outer_signer, outer, err);
    return status;
}

bool pg_sdk_hl_sign_part(pg_sdk_hl_signer *signer, pg_sdk_hl_signature *signature, const char *action, uint64_t size,
                         const pg_sdk_hl_envelope *envelope, const char *user, const char *outer_signer,
                         pg_sdk_error *error)
{
    pg_error err = { 0 };
    draft d = { 0 };
    pg_hl_multi_sig parties;
    pg_signature made;
    pg_status status = read_parties(&parties, user, outer_signer, envelope, &err);
    if (status == PG_OK)
        status = read_draft(&d, action, (size_t)size, envelope, &err);
    if (status == PG_OK)
        status = pg_hl_multi_sig_inner(&made, &signer->signer, &d.action, &d.envelope, &parties, &err);
    if (status == PG_OK) {
        pg_hl_word_text(signature->r, made.r, true);
        pg_hl_word_text(signature->s, made.s, true);
        signature->v = made.v;
    }
    free_draft(&d);
    return status == PG_OK || sdk_fail(error, &err);
}

static pg_status read_word(uint8_t word[32], const char *text, pg_error *err)
{
    char digits[65];
    size_t length = strnlen(text, 67);
    if (length < 3 || length > 66 || strncmp(text, "0x", 2) != 0)
        return pg_fail(err, PG_ERR_PARSE, "r and s of a signature are \"0x\" and 1 to 64 hexadecimal digits");
    memset(digits, '0', 64);
    memcpy(digits + 64 - (length - 2), text + 2, length - 2);
    digits[64] = '\0';
    return pg_hex_decode(word, 32, digits, 64, err);
}

static pg_status read_signatures(pg_signature made[PARTS_MAX], const pg_sdk_hl_signature *signatures, int32_t count,
                                 pg_error *err)
{
    pg_status status = PG_OK;
    if (count < 1 || count > PARTS_MAX)
        return pg_fail(err, PG_ERR_INVALID, "%d signatures, not 1 to %d", count, PARTS_MAX);
    for (int i = 0; i < count && status == PG_OK; i++) {
        status = read_word(made[i].r, signatures[i].r, err);
        if (status == PG_OK)
            status = read_word(made[i].s, signatures[i].s, err);
        if (status == PG_OK && signatures[i].v != 27 && signatures[i].v != 28)
            status = pg_fail(err, PG_ERR_INVALID, "v of a signature is 27 or 28");
        made[i].v = (uint8_t)signatures[i].v;
    }
    return status;
}

bool pg_sdk_hl_sign_multi(pg_sdk_hl_signer *signer, pg_sdk_hl_signed *made, const char *action, uint64_t size,
                          const pg_sdk_hl_envelope *envelope, const char *user, const pg_sdk_hl_signature *signatures,
                          int32_t count, pg_sdk_error *error)
{
    pg_error err = { 0 };
    draft d = { 0 };
    pg_hl_multi_sig parties;
    pg_signature parts[PARTS_MAX];
    pg_status status = read_parties(&parties, user, signer->address, envelope, &err);
    if (status == PG_OK)
        status = read_signatures(parts, signatures, count, &err);
    if (status == PG_OK)
        status = read_draft(&d, action, (size_t)size, envelope, &err);
    if (status == PG_OK)
        status = pg_hl_multi_sig_sign(&signer->made, &signer->signer, &d.action, &d.envelope, &parties, parts,
                                      (size_t)count, &err);
    if (status == PG_OK)
        status = put_body(signer, made, &err);
    free_draft(&d);
    return status == PG_OK || sdk_fail(error, &err);
}

bool pg_sdk_hl_signers_text(char *text, const char *const *users, int32_t count, int32_t threshold, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_text json = { 0 };
    pg_address addresses[PARTS_MAX];
    pg_status status = count >= 0 && count <= PARTS_MAX
                           ? PG_OK
                           : pg_fail(&err, PG_ERR_INVALID, "%d signers, not 1 to %d", count, PARTS_MAX);
    for (int i = 0; i < count && status == PG_OK; i++)
        status = pg_address_parse(&addresses[i], users[i], &err);
    if (status == PG_OK)
        status = pg_hl_multi_sig_signers(&json, addresses, (size_t)count, threshold, &err);
    if (status == PG_OK) {
        PG_ASSERT(json.length < SIGNERS_TEXT);
        memcpy(text, json.data, json.length + 1);
    }
    pg_text_free(&json);
    return status == PG_OK || sdk_fail(error, &err);
}

/* Actions of accounts that several keys sign for. */
#include <stdlib.h>
#include <string.h>

#include "crypto/msgpack.h"
#include "venue/hyperliquid/sign.h"

enum { MAX_SIGNERS = 10 };

static bool is_user_signed(const pg_hl_action *action)
{
    const pg_hl_schema *schema = pg_hl_schema_of(action->kind);
    return schema && schema->primary;
}

static void put_text(pg_text *pack, const char *text)
{
    pg_msgpack_string(pack, text, strlen(text));
}

static void put_address(pg_text *pack, const pg_address *address)
{
    char text[PG_ADDRESS_TEXT];
    put_text(pack, pg_address_format(text, address));
}

/* The digest of an inner L1 action: as of a plain one, over the array [user, outer signer, action]. */
static pg_status l1_digest(uint8_t digest[32], const pg_hl_encoded *encoded, const pg_hl_envelope *envelope,
                           const pg_hl_multi_sig *multi_sig, pg_error *err)
{
    pg_text pack = { 0 };
    uint8_t hash[32];

    pg_msgpack_array(&pack, 3);
    put_address(&pack, &multi_sig->user);
    put_address(&pack, &multi_sig->outer_signer);
    pg_text_add(&pack, encoded->pack.data, encoded->pack.length);
    pg_status status = pg_text_check(&pack, err);
    if (status == PG_OK)
        status = pg_hl_connection_id(hash, pack.data, pack.length, envelope, err);
    if (status == PG_OK)
        pg_hl_agent_digest(digest, hash, envelope->network);
    pg_text_free(&pack);
    return status;
}

/* What each of the keys signs; `sent`: the envelope as the action's kind has it. */
static pg_status inner_digest(uint8_t digest[32], const pg_hl_action *action, const pg_hl_envelope *sent,
                              const pg_hl_multi_sig *multi_sig, pg_error *err)
{
    pg_hl_encoded encoded = { 0 };

    if (is_user_signed(action))
        return pg_hl_user_digest(digest, action, sent, multi_sig, err);
    pg_status status = pg_hl_encode(&encoded, action, sent, err);
    if (status == PG_OK)
        status = l1_digest(digest, &encoded, sent, multi_sig, err);
    pg_hl_encoded_free(&encoded);
    return status;
}

pg_status pg_hl_multi_sig_inner(pg_signature *signature, const pg_hl_signer *signer, const pg_hl_action *action,
                                const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig, pg_error *err)
{
    pg_hl_envelope sent = pg_hl_envelope_for(action->kind, envelope);
    uint8_t digest[32];
    pg_status status = inner_digest(digest, action, &sent, multi_sig, err);

    return status == PG_OK ? pg_secp256k1_sign(signature, signer->curve, signer->secret, digest, err) : status;
}

static pg_status recover(pg_address *address, const pg_secp256k1 *curve, const uint8_t digest[32],
                         const pg_signature *signature, pg_error *err)
{
    uint8_t public_key[64];
    pg_status status = pg_secp256k1_recover(public_key, curve, digest, signature, err);

    if (status == PG_OK)
        *address = pg_address_of_key(public_key);
    return status;
}

pg_status pg_hl_multi_sig_recover_inner(pg_address *address, const pg_secp256k1 *curve, const pg_hl_action *action,
                                        const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig,
                                        const pg_signature *signature, pg_error *err)
{
    pg_hl_envelope sent = pg_hl_envelope_for(action->kind, envelope);
    uint8_t digest[32];

    sent.verbatim = is_user_signed(action);
    pg_status status = inner_digest(digest, action, &sent, multi_sig, err);
    return status == PG_OK ? recover(address, curve, digest, signature, err) : status;
}

/* r and s without leading zeros: this text is hashed. */
static void put_signature(pg_text *pack, const pg_signature *signature)
{
    char text[67];

    pg_msgpack_map(pack, 3);
    put_text(pack, "r");
    put_text(pack, pg_hl_word_text(text, signature->r, true));
    put_text(pack, "s");
    put_text(pack, pg_hl_word_text(text, signature->s, true));
    put_text(pack, "v");
    pg_msgpack_uint(pack, signature->v);
}

/* The wrapper's members behind its type. */
static void put_wrapper(pg_text *pack, const pg_text *action, const pg_hl_envelope *envelope,
                        const pg_hl_multi_sig *multi_sig, const pg_signature *signatures, size_t count)
{
    char chain[19];

    put_text(pack, "signatureChainId");
    put_text(pack, pg_hl_chain_text(chain, envelope));
    put_text(pack, "signatures");
    pg_msgpack_array(pack, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        put_signature(pack, &signatures[i]);
    put_text(pack, "payload");
    pg_msgpack_map(pack, 3);
    put_text(pack, "multiSigUser");
    put_address(pack, &multi_sig->user);
    put_text(pack, "outerSigner");
    put_address(pack, &multi_sig->outer_signer);
    put_text(pack, "action");
    pg_text_add(pack, action->data, action->length);
}

/* Leaves the wrapper without type in encoded->pack and the whole as JSON in encoded->json. */
static pg_status wrap(pg_hl_encoded *encoded, const pg_text *action, const pg_hl_envelope *envelope,
                      const pg_hl_multi_sig *multi_sig, const pg_signature *signatures, size_t count, pg_error *err)
{
    pg_text *pack = &encoded->pack;

    pack->length = encoded->json.length = 0;
    pg_msgpack_map(pack, 4);
    put_text(pack, "type");
    put_text(pack, "multiSig");
    put_wrapper(pack, action, envelope, multi_sig, signatures, count);
    pg_status status = pg_text_check(pack, err);
    if (status == PG_OK)
        status = pg_msgpack_to_json(&encoded->json, pack->data, pack->length, err);
    pack->length = 0;
    pg_msgpack_map(pack, 3);
    put_wrapper(pack, action, envelope, multi_sig, signatures, count);
    return status == PG_OK ? pg_text_check(pack, err) : status;
}

static pg_status check_signers(const pg_hl_signer *outer, const pg_hl_multi_sig *multi_sig, size_t count, pg_error *err)
{
    if (count == 0 || count > MAX_SIGNERS)
        return pg_fail(err, PG_ERR_INVALID, "%zu inner signatures, not 1 to %d", count, MAX_SIGNERS);
    if (memcmp(&outer->address, &multi_sig->outer_signer, sizeof outer->address) != 0)
        return pg_fail(err, PG_ERR_INVALID, "the outer signature is not by the outer signer that was signed for");
    return PG_OK;
}

pg_status pg_hl_multi_sig_sign(pg_hl_signed *made, const pg_hl_signer *outer, const pg_hl_action *action,
                               const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig,
                               const pg_signature *signatures, size_t count, pg_error *err)
{
    pg_hl_encoded inner = { 0 };
    pg_status status = check_signers(outer, multi_sig, count, err);

    made->envelope = pg_hl_envelope_for(action->kind, envelope);
    if (status == PG_OK)
        status = pg_hl_encode(&inner, action, &made->envelope, err);
    if (status == PG_OK)
        status = wrap(&made->encoded, &inner.pack, &made->envelope, multi_sig, signatures, count, err);
    if (status == PG_OK)
        status = pg_hl_multi_sig_digest(made->digest, made->connection_id, made->encoded.pack.data,
                                        made->encoded.pack.length, &made->envelope, err);
    if (status == PG_OK)
        status = pg_secp256k1_sign(&made->signature, outer->curve, outer->secret, made->digest, err);
    pg_hl_encoded_free(&inner);
    return status;
}

pg_status pg_hl_multi_sig_recover(pg_address *address, const pg_secp256k1 *curve, const pg_hl_action *action,
                                  const pg_hl_envelope *envelope, const pg_hl_multi_sig *multi_sig,
                                  const pg_signature *signatures, size_t count, const pg_signature *signature,
                                  pg_error *err)
{
    pg_hl_encoded inner = { 0 }, outer = { 0 };
    pg_hl_envelope sent = *envelope;
    uint8_t digest[32], hash[32];

    sent.verbatim = is_user_signed(action);
    pg_status status = pg_hl_encode(&inner, action, &sent, err);
    if (status == PG_OK)
        status = wrap(&outer, &inner.pack, &sent, multi_sig, signatures, count, err);
    if (status == PG_OK)
        status = pg_hl_multi_sig_digest(digest, hash, outer.pack.data, outer.pack.length, &sent, err);
    if (status == PG_OK)
        status = recover(address, curve, digest, signature, err);
    pg_hl_encoded_free(&inner);
    pg_hl_encoded_free(&outer);
    return status;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(pg_address));
}

pg_status pg_hl_multi_sig_signers(pg_text *json, const pg_address *users, size_t count, int threshold, pg_error *err)
{
    pg_address sorted[MAX_SIGNERS];
    char text[PG_ADDRESS_TEXT];

    if (count == 0 || count > MAX_SIGNERS || threshold < 1 || (size_t)threshold > count)
        return pg_fail(err, PG_ERR_INVALID, "%d of %zu signers: 1 to %d, and no more needed than there are", threshold,
                       count, MAX_SIGNERS);
    memcpy(sorted, users, count * sizeof *users);
    qsort(sorted, count, sizeof sorted[0], by_bytes);
    pg_json_open(json, NULL, '{');
    pg_json_open(json, "authorizedUsers", '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_bytes(&sorted[i - 1], &sorted[i]) == 0)
            return pg_fail(err, PG_ERR_INVALID, "%s is named twice", pg_address_format(text, &sorted[i]));
        pg_json_string(json, NULL, pg_address_format(text, &sorted[i]));
    }
    pg_json_close(json, ']');
    pg_json_integer(json, "threshold", threshold);
    pg_json_close(json, '}');
    return pg_text_check(json, err);
}

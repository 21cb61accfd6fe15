#include "sdk/extended.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/stark_bytes.h"
#include "sdk/extended_internal.h"
#include "venue/extended/adapter.h"
#include "venue/extended/sign_nonce.h"
#include "venue/extended/sign_order.h"

_Static_assert(sizeof((pg_sdk_ext_signature *)0)->r >= PG_STARK_HEX, "signatures fit");
_Static_assert(sizeof((pg_sdk_ext_signature *)0)->hash >= PG_FELT_HEX, "hashes fit");

struct pg_sdk_ext_signer {
    pg_extended_account account;
    pg_extended_nonces nonces;
    char public_key[PG_FELT_HEX];
    pg_extended_signed_order made;
    char body[PG_EXTENDED_BODY];
};

/* ---- networks ---- */

const char *pg_sdk_ext_url(const char *network)
{
    return pg_extended_url(network);
}

const char *pg_sdk_ext_chain(const char *network)
{
    return pg_extended_chain(network);
}

bool pg_sdk_ext_same_key(const char *a, const char *b)
{
    pg_felt x, y;
    return pg_felt_from_hex(&x, a, NULL) == PG_OK && pg_felt_from_hex(&y, b, NULL) == PG_OK && pg_felt_equal(&x, &y);
}

/* ---- signers ---- */

static pg_status open_signer(pg_sdk_ext_signer *s, const pg_sdk_key *key, const char *network, uint32_t vault,
                             const char *public_key, pg_error *err)
{
    pg_felt domain, expected;
    const char *chain = pg_extended_chain(network);
    if (key->kind != PG_KEY_STARK)
        return pg_fail(err, PG_ERR_INVALID, "Extended takes keys of kind %s, this is one of kind %s",
                       pg_key_kind_name(PG_KEY_STARK), pg_key_kind_name(key->kind));
    if (!chain)
        return pg_fail(err, PG_ERR_INVALID, "network '%.40s' is not mainnet, testnet or local", network);
    pg_status status = pg_extended_domain_hash(&domain, "Perpetuals", "v0", chain, 1, err);
    if (status == PG_OK && public_key)
        status = pg_felt_from_hex(&expected, public_key, err);
    if (status == PG_OK)
        status = pg_extended_account_init(&s->account, vault, &domain, key->secret, public_key ? &expected : NULL, err);
    if (status == PG_OK)
        status = pg_extended_nonces_init(&s->nonces, err);
    if (status == PG_OK)
        pg_felt_to_hex(s->public_key, &s->account.public_key);
    return status;
}

pg_sdk_ext_signer *pg_sdk_ext_signer_new(const pg_sdk_key *key, const char *network, uint32_t vault,
                                         const char *public_key, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_ext_signer *s = calloc(1, sizeof *s);
    pg_status status = s ? open_signer(s, key, network, vault, public_key, &err)
                         : pg_fail(&err, PG_ERR_MEMORY, "no memory for a signer");
    if (status == PG_OK)
        return s;
    pg_sdk_ext_signer_free(s);
    sdk_fail(error, &err);
    return NULL;
}

void pg_sdk_ext_signer_free(pg_sdk_ext_signer *signer)
{
    free(signer);
}

const char *pg_sdk_ext_signer_public_key(const pg_sdk_ext_signer *signer)
{
    return signer->public_key;
}

uint64_t pg_sdk_ext_signer_nonce(pg_sdk_ext_signer *signer)
{
    uint32_t nonce;
    return pg_extended_nonces_next(&nonce, &signer->nonces, NULL) == PG_OK ? nonce : 0;
}

/* ---- orders ---- */

/* An order on its way to a signature: what the words of a pg_sdk_ext_order mean. */
typedef struct {
    pg_extended_order order;
    pg_extended_trigger trigger;
    pg_extended_leg legs[2];
    char sizes[2][PG_SDK_EXT_NUMBER];
} draft;

static const char *const sources[] = {
    [PG_EXTENDED_LAST] = "LAST", [PG_EXTENDED_MARK] = "MARK", [PG_EXTENDED_INDEX] = "INDEX"
};
static const char *const executions[] = { "LIMIT", "MARKET" };

static pg_status read_source(pg_extended_price_source *source, const char *word, pg_error *err)
{
    int value = 0;
    pg_status status = ext_word(&value, word, sources, 3, "the kind of a trigger's price", err);
    *source = (pg_extended_price_source)value;
    return status;
}

static pg_status read_execution(bool *market, const char *word, pg_error *err)
{
    int value = 0;
    pg_status status = ext_word(&value, word, executions, 2, "the execution at a trigger", err);
    *market = value == 1;
    return status;
}

static pg_status read_words(draft *d, const pg_sdk_ext_order *from, pg_error *err)
{
    static const char *const tifs[] = { [PG_EXTENDED_GTT] = "GTT", [PG_EXTENDED_IOC] = "IOC" };
    static const char *const protections[] = { [PG_EXTENDED_STP_ACCOUNT] = "ACCOUNT",
                                               [PG_EXTENDED_STP_CLIENT] = "CLIENT",
                                               [PG_EXTENDED_STP_DISABLED] = "DISABLED" };
    static const char *const legs[] = {
        [PG_EXTENDED_NO_LEGS] = "", [PG_EXTENDED_LEGS_ORDER] = "ORDER", [PG_EXTENDED_LEGS_POSITION] = "POSITION"
    };
    int tif = 0, protection = 0, kind = 0;
    pg_status status = ext_type(&d->order.type, from->type, err);
    if (status == PG_OK)
        status = ext_side(&d->order.side, from->side, err);
    if (status == PG_OK)
        status = ext_word(&tif, from->time_in_force, tifs, 2, "the time in force", err);
    if (status == PG_OK)
        status = ext_word(&protection, from->self_trade, protections, 3, "the self-trade protection", err);
    if (status == PG_OK && from->legs)
        status = ext_word(&kind, from->legs, legs, 3, "the kind of legs", err);
    d->order.time_in_force = (pg_extended_time_in_force)tif;
    d->order.self_trade = (pg_extended_self_trade)protection;
    d->order.legs = (pg_extended_legs)kind;
    return status;
}

static pg_status read_trigger(draft *d, const pg_sdk_ext_order *from, pg_error *err)
{
    static const char *const directions[] = { "DOWN", "UP" };
    int direction = 0;
    if (!from->trigger_price)
        return PG_OK;
    d->trigger.price = from->trigger_price;
    d->order.trigger = &d->trigger;
    pg_status status = read_source(&d->trigger.source, from->trigger_type, err);
    if (status == PG_OK)
        status = ext_word(&direction, from->trigger_direction, directions, 2, "the direction of a trigger", err);
    if (status == PG_OK)
        status = read_execution(&d->trigger.market, from->trigger_execution, err);
    d->trigger.up = direction == 1;
    return status;
}

/* which: 0 the profit, 1 the loss. */
static pg_status read_leg(draft *d, int which, const pg_sdk_ext_order *from, pg_error *err)
{
    const pg_sdk_ext_leg *leg = which == 0 ? from->take_profit : from->stop_loss;
    pg_extended_leg *made = &d->legs[which];
    pg_sdk_error why;
    if (!leg)
        return PG_OK;
    made->trigger_price = leg->trigger_price;
    made->price = leg->price;
    *(which == 0 ? &d->order.take_profit : &d->order.stop_loss) = made;
    pg_status status = read_source(&made->trigger_source, leg->trigger_type, err);
    if (status == PG_OK)
        status = read_execution(&made->market, leg->price_type, err);
    if (status != PG_OK || d->order.legs != PG_EXTENDED_LEGS_POSITION)
        return status;
    made->quantity = d->sizes[which];
    return pg_sdk_ext_position_size(d->sizes[which], from->market, leg->price, &why)
               ? PG_OK
               : pg_fail(err, PG_ERR_RANGE, "%s", why.text);
}

static pg_status read_order(draft *d, const pg_sdk_ext_order *from, uint64_t nonce, pg_error *err)
{
    memset(d, 0, sizeof *d);
    d->order = (pg_extended_order){ .market = &from->market->listing.rules,
                                    .id = from->id,
                                    .cancel_id = from->cancel_id,
                                    .quantity = from->quantity,
                                    .price = from->price,
                                    .fee = from->fee,
                                    .builder_fee = from->builder_fee,
                                    .builder_id = from->builder_id,
                                    .post_only = from->post_only,
                                    .reduce_only = from->reduce_only,
                                    .expiry_ms = from->expiry_ms,
                                    .nonce = nonce };
    pg_status status = read_words(d, from, err);
    if (status == PG_OK)
        status = read_trigger(d, from, err);
    for (int i = 0; i < 2 && status == PG_OK; i++)
        status = read_leg(d, i, from, err);
    return status;
}

bool pg_sdk_ext_sign_order(pg_sdk_ext_signer *signer, pg_sdk_ext_signed *made, const pg_sdk_ext_order *order,
                           pg_sdk_error *error)
{
    pg_error err = { 0 };
    draft d;
    uint64_t nonce = order->nonce ? order->nonce : pg_sdk_ext_signer_nonce(signer);
    pg_status status = nonce ? read_order(&d, order, nonce, &err)
                             : pg_fail(&err, PG_ERR_FULL, "the signer has used all of its nonces");
    if (status == PG_OK)
        status = pg_extended_order_sign(&signer->made, &d.order, &signer->account, true, &err);
    if (status == PG_OK)
        status =
            pg_extended_order_body(signer->body, sizeof signer->body, &d.order, &signer->made, &signer->account, &err);
    if (status != PG_OK)
        return sdk_fail(error, &err);
    *made = (pg_sdk_ext_signed){ signer->body, strlen(signer->body), signer->made.id, nonce };
    return true;
}

/* ---- money ---- */

static pg_status sign_hash(pg_sdk_ext_signature *made, const pg_sdk_ext_signer *signer, const pg_felt *struct_hash,
                           pg_error *err)
{
    pg_felt hash;
    pg_stark_signature signature;
    pg_status status = pg_extended_sign(&hash, &signature, &signer->account, struct_hash, true, err);
    if (status != PG_OK)
        return status;
    pg_stark_bytes_to_hex(made->r, signature.r);
    pg_stark_bytes_to_hex(made->s, signature.s);
    pg_felt_to_hex(made->hash, &hash);
    return PG_OK;
}

bool pg_sdk_ext_sign_transfer(pg_sdk_ext_signer *signer, pg_sdk_ext_signature *made, uint32_t recipient,
                              const char *collateral_id, uint64_t amount, uint64_t expiration_s, uint64_t salt,
                              pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_felt hash;
    pg_extended_transfer_args args = { .recipient = recipient,
                                       .sender = signer->account.position,
                                       .amount = amount,
                                       .expiration_s = expiration_s,
                                       .salt = salt };
    pg_status status = pg_felt_from_hex(&args.collateral, collateral_id, &err);
    if (status == PG_OK) {
        pg_extended_transfer_hash(&hash, &args);
        status = sign_hash(made, signer, &hash, &err);
    }
    return status == PG_OK || sdk_fail(error, &err);
}

bool pg_sdk_ext_sign_withdrawal(pg_sdk_ext_signer *signer, pg_sdk_ext_signature *made, const char *recipient,
                                const char *collateral_id, uint64_t amount, uint64_t expiration_s, uint64_t salt,
                                pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_felt hash;
    pg_extended_withdrawal_args args = {
        .position = signer->account.position, .amount = amount, .expiration_s = expiration_s, .salt = salt
    };
    pg_status status = pg_felt_from_hex(&args.recipient, recipient, &err);
    if (status == PG_OK)
        status = pg_felt_from_hex(&args.collateral, collateral_id, &err);
    if (status == PG_OK) {
        pg_extended_withdrawal_hash(&hash, &args);
        status = sign_hash(made, signer, &hash, &err);
    }
    return status == PG_OK || sdk_fail(error, &err);
}

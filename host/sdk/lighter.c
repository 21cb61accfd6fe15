#include "sdk/lighter.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "sdk/internal.h"
#include "venue/lighter/rules_scale.h"
#include "venue/lighter/sign.h"
#include "venue/lighter/transaction_read.h"

struct pg_sdk_li_signer {
    const pg_secret *secret;
    uint8_t public_key[PG_LIGHTER_PUBLIC_KEY_BYTES];
    pg_secp256k1 *curve; /* for L1 signatures; made with the first */
    pg_lighter_signed made;
    char token[PG_LIGHTER_TOKEN_MAX];
};

/* ---- signers ---- */

static pg_status open_signer(pg_sdk_li_signer *s, const pg_sdk_key *key, pg_error *err)
{
    pg_scalar5 scalar;
    if (key->kind != PG_KEY_LIGHTER)
        return pg_fail(err, PG_ERR_INVALID, "Lighter takes keys of kind %s, this is one of kind %s",
                       pg_key_kind_name(PG_KEY_LIGHTER), pg_key_kind_name(key->kind));
    pg_status status = pg_schnorr_key_borrow(&scalar, key->secret, err);
    if (status != PG_OK)
        return status;
    s->secret = key->secret;
    pg_schnorr_public_key(s->public_key, &scalar);
    pg_schnorr_key_wipe(&scalar);
    return PG_OK;
}

pg_sdk_li_signer *pg_sdk_li_signer_new(const pg_sdk_key *key, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_li_signer *s = calloc(1, sizeof *s);
    pg_status status = s ? open_signer(s, key, &err) : pg_fail(&err, PG_ERR_MEMORY, "no memory for a signer");
    if (status == PG_OK)
        return s;
    pg_sdk_li_signer_free(s);
    sdk_fail(error, &err);
    return NULL;
}

void pg_sdk_li_signer_free(pg_sdk_li_signer *signer)
{
    if (!signer)
        return;
    pg_secp256k1_free(signer->curve);
    free(signer);
}

/* ---- transactions ---- */

static pg_status sign_l1(pg_sdk_li_signer *s, pg_lighter_tx *tx, uint32_t chain_id, const pg_sdk_key *key,
                         pg_error *err)
{
    char text[PG_LIGHTER_L1_TEXT_MAX];
    if (key->kind != PG_KEY_SECP256K1)
        return pg_fail(err, PG_ERR_INVALID, "the Ethereum key should be of kind %s, not %s",
                       pg_key_kind_name(PG_KEY_SECP256K1), pg_key_kind_name(key->kind));
    pg_status status = s->curve ? PG_OK : pg_secp256k1_new(&s->curve, err);
    if (status == PG_OK)
        status = pg_lighter_l1_text(text, chain_id, tx, err);
    if (status == PG_OK)
        status = pg_lighter_l1_sign(tx->l1_signature, text, s->curve, key->secret, err);
    return status;
}

static pg_status sign(pg_sdk_li_signer *s, pg_lighter_tx *tx, uint32_t chain_id, pg_error *err)
{
    pg_scalar5 scalar;
    pg_status status = pg_schnorr_key_borrow(&scalar, s->secret, err);
    if (status != PG_OK)
        return status;
    status = pg_lighter_sign(&s->made, chain_id, tx, &scalar, err);
    pg_schnorr_key_wipe(&scalar);
    return status;
}

bool pg_sdk_li_sign(pg_sdk_li_signer *signer, pg_sdk_li_signed *made, uint32_t chain_id, int32_t type, const char *text,
                    uint64_t size, const pg_sdk_key *l1_key, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_lighter_tx tx;
    pg_status status = pg_lighter_tx_read(&tx, NULL, type, text, (size_t)size, &err);
    memcpy(tx.public_key, signer->public_key, sizeof tx.public_key);
    if (status == PG_OK && l1_key)
        status = sign_l1(signer, &tx, chain_id, l1_key, &err);
    if (status == PG_OK)
        status = sign(signer, &tx, chain_id, &err);
    if (status != PG_OK)
        return sdk_fail(error, &err);
    *made = (pg_sdk_li_signed){ signer->made.hash, signer->made.text };
    return true;
}

const char *pg_sdk_li_token(pg_sdk_li_signer *signer, int64_t deadline, int64_t account, int64_t key_index,
                            pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_scalar5 scalar;
    pg_status status = pg_schnorr_key_borrow(&scalar, signer->secret, &err);
    if (status == PG_OK) {
        status = pg_lighter_token(signer->token, deadline, account, key_index, &scalar, &err);
        pg_schnorr_key_wipe(&scalar);
    }
    if (status == PG_OK)
        return signer->token;
    sdk_fail(error, &err);
    return NULL;
}

const char *pg_sdk_li_kind(int32_t i, int32_t *type)
{
    const pg_lighter_kind *kind = pg_lighter_kind_at(i);
    *type = kind ? kind->type : 0;
    return kind ? kind->name : NULL;
}

bool pg_sdk_li_first_index(int64_t *index, int32_t bits, pg_sdk_error *error)
{
    uint64_t drawn;
    pg_error err = { 0 };
    if (RAND_bytes((unsigned char *)&drawn, sizeof drawn) != 1) {
        pg_fail(&err, PG_ERR_IO, "the system gives no random numbers");
        return sdk_fail(error, &err);
    }
    PG_ASSERT(bits >= 1 && bits <= 48);
    *index = 1 + (int64_t)(drawn % ((UINT64_C(1) << bits) - 1));
    return true;
}

/* ---- numbers ---- */

bool pg_sdk_li_scale(int64_t *value, const char *text, int32_t decimals, const char *mode, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_lighter_rounding rounding = mode[0] == 'd' ? PG_LIGHTER_DOWN : mode[0] == 'u' ? PG_LIGHTER_UP : PG_LIGHTER_EXACT;
    return pg_lighter_scale(value, text, decimals, rounding, &err) == PG_OK || sdk_fail(error, &err);
}

void pg_sdk_li_unscale(char *text, int64_t value, int32_t decimals)
{
    pg_decimal_format(text, PG_DECIMAL_TEXT, value, decimals);
}

bool pg_sdk_li_notional(int64_t *micro, int64_t base_amount, int64_t price, int64_t quote_multiplier,
                        int32_t size_decimals, int32_t price_decimals, pg_sdk_error *error)
{
    pg_error err = { 0 };
    return pg_lighter_notional(micro, base_amount, price, quote_multiplier, size_decimals, price_decimals, &err) ==
               PG_OK ||
           sdk_fail(error, &err);
}

bool pg_sdk_li_worst_price(int64_t *worst, int64_t price, const char *share, bool up, pg_sdk_error *error)
{
    enum { ONE = 100000000, DECIMALS = 8 };
    pg_error err = { 0 };
    int64_t by;
    if (pg_decimal_parse(&by, share, strlen(share), DECIMALS) != PG_OK || by < 0 || by >= ONE) {
        pg_fail(&err, PG_ERR_RANGE, "'%.64s' is no share of a price, such as 0.005", share);
        return sdk_fail(error, &err);
    }
    __int128 wide = (__int128)price * (up ? ONE + by : ONE - by);
    wide = (wide + (up ? ONE - 1 : 0)) / ONE;
    if (price < 1 || wide > UINT32_MAX) {
        pg_fail(&err, PG_ERR_RANGE, "there is no worst price for %lld units", (long long)price);
        return sdk_fail(error, &err);
    }
    *worst = (int64_t)wide;
    return true;
}

bool pg_sdk_li_margin_fraction(int64_t *fraction, double leverage, pg_sdk_error *error)
{
    pg_error err = { 0 };
    return pg_lighter_margin_fraction(fraction, leverage, &err) == PG_OK || sdk_fail(error, &err);
}

/* What is traded on Hyperliquid, its numbers and its words, for Lua. */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "crypto/hex.h"
#include "sdk/hyperliquid.h"
#include "sdk/internal.h"
#include "venue/hyperliquid/assets.h"
#include "venue/hyperliquid/codec_words.h"
#include "venue/hyperliquid/schema.h"

_Static_assert(sizeof((pg_sdk_hl_asset *)0)->name == PG_HL_NAME, "names are copied");

struct pg_sdk_hl_assets {
    pg_hl_assets list;
};

/* ---- what is traded ---- */

pg_sdk_hl_assets *pg_sdk_hl_assets_new(void)
{
    return calloc(1, sizeof(pg_sdk_hl_assets));
}

void pg_sdk_hl_assets_free(pg_sdk_hl_assets *assets)
{
    if (assets)
        pg_hl_assets_free(&assets->list);
    free(assets);
}

bool pg_sdk_hl_assets_add(pg_sdk_hl_assets *assets, int32_t dex, const char *answer, uint64_t size, pg_sdk_error *error)
{
    pg_error err = { 0 };
    cJSON *json = cJSON_ParseWithLength(answer, (size_t)size);
    pg_status status = dex < 0 ? pg_hl_assets_add_spot(&assets->list, json, &err)
                               : pg_hl_assets_add_perps(&assets->list, dex, json, &err);
    cJSON_Delete(json);
    return status == PG_OK || sdk_fail(error, &err);
}

static pg_sdk_hl_asset describe(const pg_hl_asset *from)
{
    pg_sdk_hl_asset asset = { .id = from->id,
                              .size_decimals = from->size_decimals,
                              .max_leverage = from->max_leverage,
                              .spot = from->market == PG_HL_SPOT,
                              .delisted = from->delisted,
                              .isolated_only = from->isolated_only };
    memcpy(asset.name, from->name, sizeof asset.name);
    memcpy(asset.alias, from->alias, sizeof asset.alias);
    return asset;
}

bool pg_sdk_hl_assets_find(const pg_sdk_hl_assets *assets, pg_sdk_hl_asset *asset, const char *name,
                           pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_hl_asset found;
    if (pg_hl_assets_find(&found, &assets->list, name, &err) != PG_OK)
        return sdk_fail(error, &err);
    *asset = describe(&found);
    return true;
}

bool pg_sdk_hl_assets_at(const pg_sdk_hl_assets *assets, pg_sdk_hl_asset *asset, int32_t i)
{
    if (i < 0 || (size_t)i >= assets->list.count)
        return false;
    *asset = describe(&assets->list.items[i]);
    return true;
}

/* ---- numbers ---- */

static pg_hl_market market_of(const pg_sdk_hl_asset *asset)
{
    return asset->spot ? PG_HL_SPOT : PG_HL_PERP;
}

bool pg_sdk_hl_price(char *text, const char *price, const pg_sdk_hl_asset *asset, const char *mode, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_hl_rounding rounding = mode[0] == 'd' ? PG_HL_DOWN : mode[0] == 'u' ? PG_HL_UP : PG_HL_NEAREST;
    return pg_hl_price_round(text, price, market_of(asset), asset->size_decimals, rounding, &err) == PG_OK ||
           sdk_fail(error, &err);
}

bool pg_sdk_hl_size(char *text, const char *size, const pg_sdk_hl_asset *asset, pg_sdk_error *error)
{
    pg_error err = { 0 };
    return pg_hl_size_round(text, size, asset->size_decimals, &err) == PG_OK || sdk_fail(error, &err);
}

bool pg_sdk_hl_check(const pg_sdk_hl_asset *asset, const char *price, const char *size, bool reduce_only,
                     bool whole_position, pg_sdk_error *error)
{
    pg_error err = { 0 };
    if (pg_hl_order_check(price, size, market_of(asset), asset->size_decimals, reduce_only, whole_position, &err) ==
        PG_OK)
        return true;
    pg_error_where(&err, "%s", asset->name);
    return sdk_fail(error, &err);
}

bool pg_sdk_hl_decimal(char *text, const char *number, pg_sdk_error *error)
{
    pg_error err = { 0 };
    return pg_hl_wire(text, number, &err) == PG_OK || sdk_fail(error, &err);
}

bool pg_sdk_hl_units(int64_t *units, const char *number, int32_t decimals, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_status status = pg_decimal_parse(units, number, strlen(number), decimals);
    if (status == PG_OK)
        return true;
    pg_fail(&err, status, "'%.64s' is no amount with at most %d decimals", number, decimals);
    return sdk_fail(error, &err);
}

int32_t pg_sdk_hl_compare(const char *a, const char *b)
{
    int64_t x, y;
    if (pg_decimal_parse(&x, a, strlen(a), PG_HL_WIRE_DECIMALS) != PG_OK ||
        pg_decimal_parse(&y, b, strlen(b), PG_HL_WIRE_DECIMALS) != PG_OK)
        return -2;
    return (x > y) - (x < y);
}

bool pg_sdk_hl_slip(char *text, const char *price, const char *share, pg_sdk_error *error)
{
    static const int64_t one = 100000000; /* 8 decimals */
    pg_error err = { 0 };
    int64_t by;
    bool enough;
    char factor[PG_DECIMAL_TEXT];
    if (pg_decimal_parse(&by, share, strlen(share), 8) != PG_OK || by <= -one || by > 10 * one) {
        pg_fail(&err, PG_ERR_RANGE, "'%.64s' is no share of a price, such as 0.05", share);
        return sdk_fail(error, &err);
    }
    pg_decimal_format(factor, sizeof factor, one + by, 8);
    return pg_hl_notional(text, &enough, price, factor, &err) == PG_OK || sdk_fail(error, &err);
}

bool pg_sdk_hl_cloid(char *text, pg_sdk_error *error)
{
    uint8_t bytes[16];
    pg_error err = { 0 };
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        pg_fail(&err, PG_ERR_IO, "the system gives no random numbers");
        return sdk_fail(error, &err);
    }
    memcpy(text, "0x", 2);
    pg_hex_encode(text + 2, bytes, sizeof bytes);
    return true;
}

/* ---- words ---- */

const char *pg_sdk_hl_action_type(int32_t i, bool *user_signed)
{
    const pg_hl_schema *schema = pg_hl_schema_at(i);
    *user_signed = schema && schema->primary;
    return schema ? schema->type : NULL;
}

pg_sdk_hl_refusal pg_sdk_hl_refusal_of(const char *words)
{
    static const char *const classes[] = { [PG_HL_REFUSED] = "refused",     [PG_HL_GONE] = "gone",
                                           [PG_HL_FATAL] = "fatal",         [PG_HL_DUPLICATE] = "duplicate",
                                           [PG_HL_STALE] = "stale",         [PG_HL_SLOW] = "slow",
                                           [PG_HL_POST_ONLY] = "post_only", [PG_HL_NOT_TRADED] = "not_traded" };
    pg_hl_refusal refusal = pg_hl_refusal_of(words, strlen(words));
    return (pg_sdk_hl_refusal){ pg_reason_name((int)refusal.reason), classes[refusal.class] };
}

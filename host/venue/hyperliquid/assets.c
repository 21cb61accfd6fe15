#include "venue/hyperliquid/assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/hyperliquid/json.h"

void pg_hl_assets_free(pg_hl_assets *assets)
{
    free(assets->items);
    *assets = (pg_hl_assets){ 0 };
}

/* A whole number member in 0..limit; -1 when it is none. */
static int64_t whole(const cJSON *object, const char *name, int64_t limit)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > (double)limit ||
        item->valuedouble != (double)(int64_t)item->valuedouble)
        return -1;
    return (int64_t)item->valuedouble;
}

static bool is_set(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool copy_name(char *out, const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length >= PG_HL_NAME)
        return false;
    memcpy(out, name, length + 1);
    return true;
}

static pg_status add(pg_hl_assets *assets, const pg_hl_asset *asset, pg_error *err)
{
    if (assets->count >= PG_HL_ASSETS_MAX)
        return pg_fail(err, PG_ERR_RANGE, "more than %d assets", PG_HL_ASSETS_MAX);
    if (assets->count == assets->capacity) {
        size_t capacity = assets->capacity ? 2 * assets->capacity : 256;
        pg_hl_asset *grown = realloc(assets->items, capacity * sizeof *grown);
        if (!grown)
            return pg_fail(err, PG_ERR_MEMORY, "no memory for %zu assets", capacity);
        assets->items = grown;
        assets->capacity = capacity;
    }
    assets->items[assets->count++] = *asset;
    return PG_OK;
}

/* The tiers of the table of an id; NULL. */
static const cJSON *find_tiers(const cJSON *tables, int64_t id)
{
    const cJSON *table;
    cJSON_ArrayForEach(table, tables)
    {
        const cJSON *own = cJSON_GetArrayItem(table, 0);
        if (cJSON_IsNumber(own) && own->valuedouble == (double)id)
            return cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(table, 1), "marginTiers");
    }
    return NULL;
}

/* A table that cannot be read counts as none: tiers are for a check that the venue makes as well. */
static void read_tiers(pg_hl_asset *asset, const cJSON *tables, const cJSON *entry)
{
    const cJSON *tiers = find_tiers(tables, whole(entry, "marginTableId", INT32_MAX)), *item;
    int n = 0;
    cJSON_ArrayForEach(item, tiers)
    {
        int64_t leverage = whole(item, "maxLeverage", 1000);
        double bound = strtod(pg_hl_json_text(item, "lowerBound"), NULL);
        if (n == PG_HL_TIERS || leverage < 1 || !(bound >= 0) || (n > 0 && !(bound > asset->tier[n - 1].lower_bound))) {
            n = 0;
            break;
        }
        asset->tier[n++] = (pg_hl_tier){ bound, (double)leverage };
    }
    if (n == 0 && asset->max_leverage > 0)
        asset->tier[n++] = (pg_hl_tier){ 0, asset->max_leverage };
    asset->tier_count = n;
}

static pg_status add_perp(pg_hl_assets *assets, int dex, int position, const cJSON *entry, const cJSON *tables,
                          pg_error *err)
{
    int64_t base = dex == 0 ? 0 : PG_HL_DEX_BASE + (int64_t)dex * PG_HL_DEX_STEP;
    int64_t size_decimals = whole(entry, "szDecimals", PG_MAX_DECIMALS), leverage = whole(entry, "maxLeverage", 1000);
    pg_hl_asset asset = { .id = base + position,
                          .market = PG_HL_PERP,
                          .size_decimals = (int)size_decimals,
                          .max_leverage = leverage > 0 ? (int)leverage : 0,
                          .delisted = is_set(entry, "isDelisted"),
                          .isolated_only = is_set(entry, "onlyIsolated") };

    if (!copy_name(asset.name, pg_hl_json_text(entry, "name")) || size_decimals < 0)
        return pg_fail(err, PG_ERR_PARSE, "entry %d of meta.universe has no usable name or szDecimals", position);
    read_tiers(&asset, tables, entry);
    return add(assets, &asset, err);
}

pg_status pg_hl_assets_add_perps(pg_hl_assets *assets, int dex, const cJSON *meta, pg_error *err)
{
    const cJSON *universe = cJSON_GetObjectItemCaseSensitive(meta, "universe"), *entry;
    const cJSON *tables = cJSON_GetObjectItemCaseSensitive(meta, "marginTables");
    size_t before = assets->count;
    int position = 0;
    pg_status status = PG_OK;

    if (!cJSON_IsArray(universe))
        return pg_fail(err, PG_ERR_PARSE, "meta has no array universe");
    if (dex < 0 || dex > 9000)
        return pg_fail(err, PG_ERR_RANGE, "%d is no position of a perpetuals exchange", dex);
    cJSON_ArrayForEach(entry, universe)
    {
        if (status == PG_OK)
            status = position < PG_HL_DEX_STEP
                         ? add_perp(assets, dex, position++, entry, tables, err)
                         : pg_fail(err, PG_ERR_RANGE, "meta.universe has more than %d entries", PG_HL_DEX_STEP);
    }
    if (status != PG_OK)
        assets->count = before;
    return status;
}

/* The token whose `index` (not position) is `index`. */
static const cJSON *find_token(const cJSON *tokens, const cJSON *index)
{
    const cJSON *token;

    cJSON_ArrayForEach(token, tokens)
    {
        const cJSON *own = cJSON_GetObjectItemCaseSensitive(token, "index");
        if (cJSON_IsNumber(own) && cJSON_IsNumber(index) && own->valuedouble == index->valuedouble)
            return token;
    }
    return NULL;
}

static pg_status add_pair(pg_hl_assets *assets, const cJSON *tokens, const cJSON *pair, pg_error *err)
{
    const cJSON *both = cJSON_GetObjectItemCaseSensitive(pair, "tokens");
    const cJSON *base = find_token(tokens, cJSON_GetArrayItem(both, 0));
    const cJSON *quote = find_token(tokens, cJSON_GetArrayItem(both, 1));
    int64_t index = whole(pair, "index", PG_HL_DEX_BASE - PG_HL_SPOT_BASE - 1);
    pg_hl_asset asset = { .id = PG_HL_SPOT_BASE + index, .market = PG_HL_SPOT };

    if (index < 0 || !copy_name(asset.name, pg_hl_json_text(pair, "name")))
        return pg_fail(err, PG_ERR_PARSE, "a pair of spotMeta.universe has no usable name or index");
    if (!base || !quote)
        return PG_OK;
    int64_t size_decimals = whole(base, "szDecimals", PG_MAX_DECIMALS);
    if (size_decimals < 0)
        return pg_fail(err, PG_ERR_PARSE, "the base token of %s has no usable szDecimals", asset.name);
    asset.size_decimals = (int)size_decimals;
    int length = snprintf(asset.alias, sizeof asset.alias, "%s/%s", pg_hl_json_text(base, "name"),
                          pg_hl_json_text(quote, "name"));
    if (length >= PG_HL_NAME || !*pg_hl_json_text(base, "name") || !*pg_hl_json_text(quote, "name"))
        asset.alias[0] = '\0';
    return add(assets, &asset, err);
}

pg_status pg_hl_assets_add_spot(pg_hl_assets *assets, const cJSON *spot_meta, pg_error *err)
{
    const cJSON *tokens = cJSON_GetObjectItemCaseSensitive(spot_meta, "tokens");
    const cJSON *universe = cJSON_GetObjectItemCaseSensitive(spot_meta, "universe"), *pair;
    size_t before = assets->count;
    pg_status status = PG_OK;

    if (!cJSON_IsArray(tokens) || !cJSON_IsArray(universe))
        return pg_fail(err, PG_ERR_PARSE, "spotMeta has no arrays tokens and universe");
    cJSON_ArrayForEach(pair, universe) if (status == PG_OK) status = add_pair(assets, tokens, pair, err);
    if (status != PG_OK)
        assets->count = before;
    return status;
}

pg_status pg_hl_outcome(pg_hl_asset *asset, int64_t outcome, int side, pg_error *err)
{
    if (outcome < 0 || outcome > 100000000 || side < 0 || side > 1)
        return pg_fail(err, PG_ERR_RANGE, "outcome %lld side %d: a side is 0 or 1", (long long)outcome, side);
    *asset = (pg_hl_asset){ .id = PG_HL_OUTCOME_BASE + 10 * outcome + side, .market = PG_HL_SPOT };
    snprintf(asset->name, sizeof asset->name, "#%lld", (long long)(10 * outcome + side));
    return PG_OK;
}

static pg_status find_outcome(pg_hl_asset *asset, const char *name, pg_error *err)
{
    int64_t number = 0;
    size_t digits = strlen(name + 1);

    for (const char *c = name + 1; *c && digits <= 9; c++)
        number = *c >= '0' && *c <= '9' && number >= 0 ? 10 * number + (*c - '0') : -1;
    if (digits == 0 || digits > 9 || number < 0 || number % 10 > 1 || (name[1] == '0' && digits > 1))
        return pg_fail(err, PG_ERR_NOT_FOUND, "'%.64s' is no outcome of Hyperliquid", name);
    return pg_hl_outcome(asset, number / 10, (int)(number % 10), err);
}

pg_status pg_hl_assets_find(pg_hl_asset *asset, const pg_hl_assets *assets, const char *name, pg_error *err)
{
    const pg_hl_asset *aliased = NULL;

    for (size_t i = 0; i < assets->count; i++) {
        const pg_hl_asset *item = &assets->items[i];
        if (strcmp(item->name, name) == 0) {
            *asset = *item;
            return PG_OK;
        }
        if (!aliased && item->alias[0] && strcmp(item->alias, name) == 0)
            aliased = item;
    }
    if (name[0] == '#')
        return find_outcome(asset, name, err);
    if (aliased) {
        *asset = *aliased;
        return PG_OK;
    }
    pg_fail(err, PG_ERR_NOT_FOUND, "Hyperliquid has no asset '%.64s'", name);
    pg_error_remedy(err, "names are case-sensitive: BTC, dex:NAME, @107 or BASE/QUOTE");
    return PG_ERR_NOT_FOUND;
}

pg_status pg_hl_asset_instrument(pg_instrument *instrument, const pg_hl_asset *asset, pg_error *err)
{
    int decimals = (asset->market == PG_HL_PERP ? PG_HL_PERP_DECIMALS : PG_HL_SPOT_DECIMALS) - asset->size_decimals;
    pg_status status = pg_instrument_init(instrument, "hyperliquid", asset->name, decimals > 0 ? decimals : 0,
                                          asset->size_decimals, 1, 1, PG_HL_FIGURES, err);

    if (status == PG_OK)
        instrument->min_notional = PG_HL_MIN_NOTIONAL;
    return status;
}

/* Vectors of numbers, assets, nonces and margin. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "selftest/hyperliquid.h"
#include "venue/hyperliquid/assets.h"
#include "venue/hyperliquid/margin.h"
#include "venue/hyperliquid/nonce.h"

enum { MAX_TIERS = 64 };

static pg_hl_market market_of(const cJSON *vector)
{
    return strcmp(pg_vector_text(vector, "market"), "spot") == 0 ? PG_HL_SPOT : PG_HL_PERP;
}

static int size_decimals(const cJSON *vector)
{
    return (int)pg_vector_double(vector, "sz_decimals", 0);
}

/* An expected text, or null for a refusal. */
static void check_outcome(pg_vectors *v, const cJSON *vector, const char *name, bool accepted, const char *got)
{
    const cJSON *expected = pg_vector_get(vector, name);

    if (accepted != (expected != NULL))
        pg_vector_fail(v, name, "%s", accepted ? got : "refused");
    else if (accepted)
        pg_vector_check_text(v, name, expected, got);
}

static void check_verdict(pg_vectors *v, const cJSON *vector, pg_hl_verdict verdict, const char *wire)
{
    bool valid = verdict == PG_HL_VALID;

    pg_vector_check_true(v, "valid", valid == cJSON_IsTrue(pg_vector_get(vector, "valid")));
    check_outcome(v, vector, "reason", !valid, pg_hl_verdict_name(verdict));
    check_outcome(v, vector, "wire", valid, wire);
}

static void price_validation(pg_vectors *v, const cJSON *vector)
{
    char wire[PG_HL_NUMBER_TEXT];
    check_verdict(v, vector,
                  pg_hl_price_check(wire, pg_vector_text(vector, "price"), market_of(vector), size_decimals(vector)),
                  wire);
}

static void size_validation(pg_vectors *v, const cJSON *vector)
{
    char wire[PG_HL_NUMBER_TEXT];
    check_verdict(v, vector, pg_hl_size_check(wire, pg_vector_text(vector, "size"), size_decimals(vector)), wire);
}

static void price_rounding(pg_vectors *v, const cJSON *vector)
{
    const char *name = pg_vector_text(vector, "mode");
    pg_hl_rounding mode = strcmp(name, "down") == 0 ? PG_HL_DOWN : strcmp(name, "up") == 0 ? PG_HL_UP : PG_HL_NEAREST;
    char wire[PG_HL_NUMBER_TEXT];
    pg_status status =
        pg_hl_price_round(wire, pg_vector_text(vector, "price"), market_of(vector), size_decimals(vector), mode, NULL);

    check_outcome(v, vector, "result", status == PG_OK, wire);
    if (status == PG_OK && pg_hl_price_check(wire, wire, market_of(vector), size_decimals(vector)) != PG_HL_VALID)
        pg_vector_fail(v, "result", "is not valid itself");
}

static void size_rounding(pg_vectors *v, const cJSON *vector)
{
    char wire[PG_HL_NUMBER_TEXT];
    pg_status status = pg_hl_size_round(wire, pg_vector_text(vector, "size"), size_decimals(vector), NULL);
    check_outcome(v, vector, "result", status == PG_OK, wire);
}

static void wire_string(pg_vectors *v, const cJSON *vector)
{
    char wire[PG_HL_NUMBER_TEXT];
    pg_status status = pg_hl_wire(wire, pg_vector_text(vector, "input"), NULL);

    pg_vector_check_true(v, "error", (status != PG_OK) == cJSON_IsTrue(pg_vector_get(vector, "error")));
    check_outcome(v, vector, "wire", status == PG_OK, wire);
}

static void min_notional(pg_vectors *v, const cJSON *vector)
{
    char wire[PG_HL_NUMBER_TEXT];
    bool enough = false;
    pg_error err = { 0 };
    pg_status status =
        pg_hl_notional(wire, &enough, pg_vector_text(vector, "price"), pg_vector_text(vector, "size"), &err);

    if (!pg_hyperliquid_worked(v, "notional", status, &err))
        return;
    pg_vector_check_text(v, "notional", pg_vector_get(vector, "notional"), wire);
    pg_vector_check_true(v, "meets_minimum_10", enough == cJSON_IsTrue(pg_vector_get(vector, "meets_minimum_10")));
}

void pg_hyperliquid_formatting(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "price_validation", price_validation);
    pg_hyperliquid_each(v, root, "price_rounding", price_rounding);
    pg_hyperliquid_each(v, root, "size_validation", size_validation);
    pg_hyperliquid_each(v, root, "size_rounding", size_rounding);
    pg_hyperliquid_each(v, root, "wire_strings", wire_string);
    pg_hyperliquid_each(v, root, "min_notional", min_notional);
}

/* ---- assets ---- */

static pg_status load_universe(pg_hl_assets *assets, const cJSON *universe, pg_error *err)
{
    const cJSON *dexs = pg_vector_get(universe, "perpDexs"), *metas = pg_vector_get(universe, "perpDexMetas");
    pg_status status = pg_hl_assets_add_perps(assets, 0, pg_vector_get(universe, "meta"), err);

    if (status == PG_OK)
        status = pg_hl_assets_add_spot(assets, pg_vector_get(universe, "spotMeta"), err);
    for (int dex = 1; status == PG_OK && dex < cJSON_GetArraySize(dexs); dex++) {
        const cJSON *meta = pg_vector_get(metas, pg_vector_text(cJSON_GetArrayItem(dexs, dex), "name"));
        if (meta)
            status = pg_hl_assets_add_perps(assets, dex, meta, err);
    }
    return status;
}

/* "outcome N side S" stands for no name: it asks for the id of that side. */
static pg_status find_input(pg_hl_asset *asset, const pg_hl_assets *assets, const char *input, pg_error *err)
{
    long long outcome;
    int side;

    if (sscanf(input, "outcome %lld side %d", &outcome, &side) == 2)
        return pg_hl_outcome(asset, outcome, side, err);
    return pg_hl_assets_find(asset, assets, input, err);
}

static void check_balance_coin(pg_vectors *v, const cJSON *vector, const pg_hl_asset *asset)
{
    char coin[PG_HL_NAME];

    if (!pg_vector_get(vector, "token_balance_coin"))
        return;
    snprintf(coin, sizeof coin, "+%s", asset->name + 1);
    pg_vector_check_text(v, "token_balance_coin", pg_vector_get(vector, "token_balance_coin"), coin);
}

static void check_asset(pg_vectors *v, const cJSON *vector, const pg_hl_assets *assets)
{
    pg_hl_asset asset, again;
    pg_error err = { 0 };

    if (!pg_hyperliquid_worked(v, "input", find_input(&asset, assets, pg_vector_text(vector, "input"), &err), &err))
        return;
    pg_vector_check_true(v, "asset", (double)asset.id == pg_vector_double(vector, "asset", -1));
    pg_vector_check_text(v, "coin", pg_vector_get(vector, "coin"), asset.name);
    if (pg_vector_get(vector, "sz_decimals"))
        pg_vector_check_true(v, "sz_decimals", asset.size_decimals == size_decimals(vector));
    if (pg_vector_get(vector, "max_decimals"))
        pg_vector_check_true(v, "max_decimals",
                             (asset.market == PG_HL_PERP ? PG_HL_PERP_DECIMALS : PG_HL_SPOT_DECIMALS) ==
                                 (int)pg_vector_double(vector, "max_decimals", -1));
    check_balance_coin(v, vector, &asset);
    pg_vector_check_true(v, "its own name finds it",
                         pg_hl_assets_find(&again, assets, asset.name, NULL) == PG_OK && again.id == asset.id);
}

void pg_hyperliquid_asset_ids(pg_vectors *v, const cJSON *root)
{
    pg_hl_assets assets = { 0 };
    const cJSON *item;
    pg_hl_asset asset;
    pg_error err = { 0 };

    pg_vector_begin(v, "universe");
    pg_hyperliquid_worked(v, "universe", load_universe(&assets, pg_vector_get(root, "universe"), &err), &err);
    pg_vector_check_true(v, "cases", cJSON_IsArray(pg_vector_get(root, "cases")));
    pg_vector_end(v);
    cJSON_ArrayForEach(item, pg_vector_get(root, "cases"))
    {
        pg_vector_begin(v, pg_vector_text(item, "input"));
        check_asset(v, item, &assets);
        pg_vector_end(v);
    }
    cJSON_ArrayForEach(item, pg_vector_get(root, "unknown"))
    {
        const char *name = cJSON_IsString(item) ? item->valuestring : "";
        pg_vector_begin(v, name);
        pg_vector_check_true(v, "unknown", pg_hl_assets_find(&asset, &assets, name, NULL) == PG_ERR_NOT_FOUND);
        pg_vector_end(v);
    }
    pg_hl_assets_free(&assets);
}

/* ---- nonces ---- */

static void nonce_sequence(pg_vectors *v, const cJSON *vector)
{
    const cJSON *clock = pg_vector_get(vector, "clock_ms"), *expected = pg_vector_get(vector, "nonces");
    pg_hl_nonces nonces = { 0 };

    pg_vector_check_true(v, "lengths", cJSON_GetArraySize(clock) == cJSON_GetArraySize(expected));
    for (int i = 0; i < cJSON_GetArraySize(clock); i++) {
        uint64_t got = pg_hl_nonce_next(&nonces, (uint64_t)cJSON_GetArrayItem(clock, i)->valuedouble);
        const cJSON *want = cJSON_GetArrayItem(expected, i);
        if (!cJSON_IsNumber(want) || (double)got != want->valuedouble)
            pg_vector_fail(v, "nonces", "number %d is %llu", i, (unsigned long long)got);
    }
}

static void nonce_window(pg_vectors *v, const cJSON *vector)
{
    bool inside = pg_hl_nonce_in_window((uint64_t)pg_vector_double(vector, "nonce", 0),
                                        (uint64_t)pg_vector_double(vector, "server_ms", 0));
    pg_vector_check_true(v, "in_window", inside == cJSON_IsTrue(pg_vector_get(vector, "in_window")));
}

void pg_hyperliquid_nonces(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "sequences", nonce_sequence);
    pg_hyperliquid_each(v, root, "window", nonce_window);
}

/* ---- margin ---- */

/* Decimals in these files are texts; NaN when there is none. */
static double number(const cJSON *object, const char *name)
{
    const cJSON *item = pg_vector_get(object, name);
    char *end;

    if (!cJSON_IsString(item))
        return cJSON_IsNumber(item) ? item->valuedouble : NAN;
    double value = strtod(item->valuestring, &end);
    return *end || end == item->valuestring ? NAN : value;
}

static size_t read_tiers(pg_hl_tier *tiers, const cJSON *vector)
{
    const cJSON *tier;
    size_t count = 0;

    cJSON_ArrayForEach(tier, pg_vector_get(vector, "tiers"))
    {
        if (count < MAX_TIERS)
            tiers[count++] = (pg_hl_tier){ number(tier, "lowerBound"), number(tier, "maxLeverage") };
    }
    return count;
}

static void maintenance(pg_vectors *v, const cJSON *vector)
{
    pg_hl_tier tiers[MAX_TIERS];
    size_t count = read_tiers(tiers, vector);
    double got = pg_hl_maintenance_margin(number(vector, "notional"), tiers, count);

    pg_vector_check_value(v, "maintenance_margin", number(vector, "maintenance_margin"), got,
                          (pg_tolerance){ 1e-12, 1e-12 });
}

static void liquidation(pg_vectors *v, const cJSON *vector)
{
    pg_hl_tier tiers[MAX_TIERS] = { { 0, number(vector, "max_leverage") } };
    size_t count = pg_vector_get(vector, "tiers") ? read_tiers(tiers, vector) : 1;
    double tolerance = number(vector, "tolerance");
    double got = pg_hl_liquidation_price(number(vector, "szi"), number(vector, "mark_px"), number(vector, "margin"),
                                         tiers, count);

    pg_vector_check_value(v, "expected_liquidation_px", number(vector, "expected_liquidation_px"), got,
                          (pg_tolerance){ 1e-12, isnan(tolerance) ? 1e-9 : tolerance });
}

void pg_hyperliquid_margin(pg_vectors *v, const cJSON *root)
{
    pg_hyperliquid_each(v, root, "maintenance", maintenance);
    pg_hyperliquid_each(v, root, "liquidation", liquidation);
}

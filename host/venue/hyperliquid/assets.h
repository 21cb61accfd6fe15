/* What is traded on Hyperliquid: names to the integer ids that actions carry, with the precision of each
 * (hyperliquid.md 4). Built from the answers to `meta` (one a perpetuals exchange) and `spotMeta`. */
#ifndef PG_VENUE_HYPERLIQUID_ASSETS_H
#define PG_VENUE_HYPERLIQUID_ASSETS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/instrument.h"
#include "venue/hyperliquid/margin.h"
#include "venue/hyperliquid/rules.h"

enum {
    PG_HL_NAME = 64,
    PG_HL_TIERS = 8, /* of one margin table; seen: 3 */
    PG_HL_SPOT_BASE = 10000,
    PG_HL_DEX_BASE = 100000,
    PG_HL_DEX_STEP = 10000,
    PG_HL_OUTCOME_BASE = 100000000,
    PG_HL_ASSETS_MAX = 100000
};

typedef struct {
    char name[PG_HL_NAME];  /* `coin` of requests and messages: "BTC", "xyz:SP500", "@107", "#5160" */
    char alias[PG_HL_NAME]; /* "HYPE/USDC" of a spot pair; "" for others */
    int64_t id;             /* 0 is an asset like any other */
    pg_hl_market market;
    int size_decimals;
    int max_leverage; /* 0: none */
    bool delisted, isolated_only;
    pg_hl_tier tier[PG_HL_TIERS]; /* of its margin table; without one, a single tier of max_leverage */
    int tier_count;
} pg_hl_asset;

/* Zero it to begin. */
typedef struct {
    pg_hl_asset *items;
    size_t count, capacity;
} pg_hl_assets;

void pg_hl_assets_free(pg_hl_assets *assets);

/* Adds the universe of a perpetuals exchange; dex: its position in `perpDexs`, 0 for the first. Delisted ones keep
 * their ids. Errors: PG_ERR_PARSE for an answer that is no `meta`, PG_ERR_RANGE for too many, PG_ERR_MEMORY; nothing is
 * added. */
pg_status pg_hl_assets_add_perps(pg_hl_assets *assets, int dex, const cJSON *meta, pg_error *err);

/* Adds the pairs of `spotMeta`. Pairs whose tokens are not listed are left out, as the venue's lists have such. */
pg_status pg_hl_assets_add_spot(pg_hl_assets *assets, const cJSON *spot_meta, pg_error *err);

/* By exact name; else an outcome's "#<n>"; else the first pair of that alias. PG_ERR_NOT_FOUND. */
pg_status pg_hl_assets_find(pg_hl_asset *asset, const pg_hl_assets *assets, const char *name, pg_error *err);

/* Side 0 or 1 of an outcome; sizes are whole and prices like spot ones (observed, not published). PG_ERR_RANGE. */
pg_status pg_hl_outcome(pg_hl_asset *asset, int64_t outcome, int side, pg_error *err);

/* The instrument of an asset: prices in units of its finest decimal, five figures, minimum value 10. PG_ERR_RANGE for a
 * name that an instrument has no room for. */
pg_status pg_hl_asset_instrument(pg_instrument *instrument, const pg_hl_asset *asset, pg_error *err);

#endif

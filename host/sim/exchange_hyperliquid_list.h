/* What Hyperliquid's exchange lists: tokens and their pairs, perpetuals exchanges and their coins (hyperliquid.md 4).
 *
 * The name of a coin says what it is: "BTC" a perpetual of the first exchange, "xyz:SP500" one of the exchange that a
 * builder has deployed as xyz, "HYPE/USDC" a pair of tokens. Exchanges and tokens are listed with their first coin. A
 * token's place is its index and its asset's number in the core (some clients take the place for the index), an
 * exchange's is its pool's; USDC is token 0. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_LIST_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_LIST_H

#include "base/text.h"
#include "sim/exchange_hyperliquid.h"
#include "venue/hyperliquid/assets.h"

enum {
    HLX_TOKENS = PG_EXCHANGE_ASSETS,
    HLX_DEXS = PG_EXCHANGE_POOLS,
    HLX_NAME = 24,
    HLX_TOKEN_ID = 35,
    HLX_SPOT = -1,
    HLX_SPOT_MAKER_FEE_E8 = 40000,
    HLX_SPOT_TAKER_FEE_E8 = 70000
};

typedef struct {
    char name[HLX_NAME], id[HLX_TOKEN_ID]; /* id: "0x" and 32 digits */
    int size_decimals, wei_decimals;
} hlx_token;

typedef struct {
    char name[HLX_NAME]; /* "": the first */
} hlx_dex;

/* What a coin is. */
typedef struct {
    char name[HLX_NAME]; /* on the wire: a pair's is "@<place>" but for the first */
    int64_t asset;       /* id in actions */
    int dex;             /* HLX_SPOT: a pair */
    int place;           /* in its exchange's universe; a pair's index */
    int base, quote;     /* tokens of a pair */
    int size_decimals, price_decimals;
} hlx_listing;

typedef struct {
    hlx_token tokens[HLX_TOKENS];
    hlx_dex dexs[HLX_DEXS];
    hlx_listing coins[PG_EXCHANGE_MARKETS]; /* by market of the core */
    int token_count, dex_count, coin_count, pair_count;
} hlx_list;

/* Begins with USDC and the first exchange. */
pg_status hlx_list_init(hlx_list *list, pg_exchange *core, pg_error *err);

/* Lists a coin with what it needs, and adds its market. Errors: PG_ERR_INVALID for a name or precision that no coin has
 * or for one that is listed, PG_ERR_FULL, those of the market. */
pg_status hlx_list_add(hlx_list *list, pg_exchange *core, const pg_hl_exchange_coin *coin, pg_error *err);

/* The market of a name or of an asset's id, an exchange by its name, a token by "NAME:0x<id>" or its name; -1. */
int hlx_find_coin(const hlx_list *list, const char *name);
int hlx_find_asset(const hlx_list *list, int64_t asset);
int hlx_find_dex(const hlx_list *list, const char *name);
int hlx_find_token(const hlx_list *list, const char *text);

/* The pair in which a token is paid with USDC; -1. */
int hlx_dollar_pair(const hlx_list *list, int token);

/* Whether a coin is asked for with an exchange: pairs are with the first. */
bool hlx_is_with(const hlx_listing *coin, int dex);

/* Answers: meta, perpDexs, spotMeta, tokenDetails, marginTable. */
void hlx_json_meta(const hlx_list *list, const pg_exchange *core, pg_text *text, int dex);
void hlx_json_dexs(const hlx_list *list, pg_text *text);
void hlx_json_spot_meta(const hlx_list *list, pg_text *text, const char *key);
bool hlx_json_margin_table(pg_text *text, double id);

#endif

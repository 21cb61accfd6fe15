/* The listing: who is what by name, and the venue's words about it. */
#include "sim/exchange_hyperliquid_list.h"

#include <stdio.h>
#include <string.h>

#include "crypto/address.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"

enum {
    MAX_LEVERAGE = 50,
    MOST_LEVERAGE = 1000,
    WEI_DECIMALS = 8,
    PERP_SIZE_DECIMALS = 6,
    DEX_NAME_MOST = 6,
    DEX_MAKER_FEE_E8 = 30000, /* builders' exchanges charge twice the venue's rates */
    DEX_TAKER_FEE_E8 = 90000
};

/* Names that everybody knows have the places that everybody knows. */
static const struct {
    const char *name, *id;
    int pair, wei_decimals;
} known_tokens[] = {
    { "USDC", "0x6d1e7cde53ba9467b783cb7c530ce054", -1, 8 },
    { "PURR", "0xc1fb593aeffbeb02f85e0308e9956a90", 0, 5 },
    { "HYPE", "0x0d01dc56dcaaca66ad901c959b4011ec", 107, 8 },
};

/* ---- finding ---- */

int hlx_find_coin(const hlx_list *list, const char *name)
{
    for (int i = 0; i < list->coin_count; i++)
        if (strcmp(list->coins[i].name, name) == 0)
            return i;
    return -1;
}

int hlx_find_asset(const hlx_list *list, int64_t asset)
{
    for (int i = 0; i < list->coin_count; i++)
        if (list->coins[i].asset == asset)
            return i;
    return -1;
}

int hlx_find_dex(const hlx_list *list, const char *name)
{
    for (int i = 0; i < list->dex_count; i++)
        if (strcmp(list->dexs[i].name, name) == 0)
            return i;
    return -1;
}

int hlx_find_token(const hlx_list *list, const char *text)
{
    for (int i = 0; i < list->token_count; i++) {
        const hlx_token *token = &list->tokens[i];
        size_t length = strlen(token->name);
        if (strncmp(text, token->name, length) == 0 &&
            (!text[length] || (text[length] == ':' && strcmp(text + length + 1, token->id) == 0)))
            return i;
    }
    return -1;
}

int hlx_dollar_pair(const hlx_list *list, int token)
{
    for (int i = 0; i < list->coin_count; i++)
        if (list->coins[i].dex == HLX_SPOT && list->coins[i].base == token && list->coins[i].quote == 0)
            return i;
    return -1;
}

bool hlx_is_with(const hlx_listing *coin, int dex)
{
    return coin->dex == dex || (coin->dex == HLX_SPOT && dex == 0);
}

/* ---- listing ---- */

/* An id that nobody else's name has. */
static void make_id(char id[HLX_TOKEN_ID], const char *name)
{
    uint8_t digest[PG_KECCAK_SIZE];
    pg_keccak256(digest, name, strlen(name));
    memcpy(id, "0x", 2);
    pg_hex_encode(id + 2, digest, (HLX_TOKEN_ID - 3) / 2);
}

static pg_status add_token(int *place, hlx_list *list, pg_exchange *core, const char *name, int size_decimals,
                           pg_error *err)
{
    hlx_token token = { .size_decimals = size_decimals, .wei_decimals = WEI_DECIMALS };
    snprintf(token.name, sizeof token.name, "%s", name);
    make_id(token.id, name);
    for (size_t k = 0; k < sizeof known_tokens / sizeof *known_tokens; k++)
        if (strcmp(known_tokens[k].name, name) == 0) {
            snprintf(token.id, sizeof token.id, "%s", known_tokens[k].id);
            token.wei_decimals = known_tokens[k].wei_decimals;
        }
    if (size_decimals > token.wei_decimals)
        token.wei_decimals = size_decimals;
    pg_status status = pg_exchange_add_asset(place, core, token.wei_decimals, err);
    if (status == PG_OK)
        list->tokens[list->token_count++] = token;
    return status;
}

pg_status hlx_list_init(hlx_list *list, pg_exchange *core, pg_error *err)
{
    int place;
    *list = (hlx_list){ .dex_count = 1 };
    return add_token(&place, list, core, "USDC", WEI_DECIMALS, err);
}

static int pair_index(const hlx_list *list, const char *base)
{
    for (size_t k = 0; k < sizeof known_tokens / sizeof *known_tokens; k++)
        if (strcmp(known_tokens[k].name, base) == 0)
            return known_tokens[k].pair;
    return 1 + list->pair_count;
}

static pg_status list_pair(hlx_listing *made, hlx_list *list, pg_exchange *core, const pg_hl_exchange_coin *coin,
                           const char *slash, pg_error *err)
{
    char base[HLX_NAME];
    snprintf(base, sizeof base, "%.*s", (int)(slash - coin->name), coin->name);
    made->dex = HLX_SPOT;
    made->quote = hlx_find_token(list, slash + 1);
    made->base = hlx_find_token(list, base);
    if (made->quote != 0 || !base[0] || made->base == 0 || strchr(base, ':'))
        return pg_fail(err, PG_ERR_INVALID, "the pair '%s' is none of a token and USDC", coin->name);
    if (made->base > 0)
        return pg_fail(err, PG_ERR_INVALID, "the coin '%s' is given twice", coin->name);
    made->place = pair_index(list, base);
    made->asset = PG_HL_SPOT_BASE + made->place;
    if (made->place == 0)
        snprintf(made->name, sizeof made->name, "%s", coin->name);
    else
        snprintf(made->name, sizeof made->name, "@%d", made->place);
    return add_token(&made->base, list, core, base, coin->size_decimals, err);
}

static pg_status find_or_add_dex(int *dex, hlx_list *list, const char *name, size_t length, pg_error *err)
{
    char text[HLX_NAME];
    snprintf(text, sizeof text, "%.*s", (int)length, name);
    *dex = hlx_find_dex(list, text);
    if (*dex >= 0)
        return PG_OK;
    for (size_t i = 0; i < length; i++)
        if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9')) || length > DEX_NAME_MOST)
            return pg_fail(err, PG_ERR_INVALID, "'%s' is no perpetuals exchange: 2 to %d lower-case letters or digits",
                           text, DEX_NAME_MOST);
    if (list->dex_count == HLX_DEXS)
        return pg_fail(err, PG_ERR_FULL, "there are %d perpetuals exchanges at most", HLX_DEXS);
    *dex = list->dex_count;
    snprintf(list->dexs[list->dex_count++].name, HLX_NAME, "%s", text);
    return PG_OK;
}

static pg_status list_perp(hlx_listing *made, hlx_list *list, const pg_hl_exchange_coin *coin, pg_error *err)
{
    const char *colon = strchr(coin->name, ':');
    pg_status status = PG_OK;
    if (colon && (colon - coin->name < 2 || !colon[1]))
        return pg_fail(err, PG_ERR_INVALID, "the coin '%s' is none of a builder's exchange: dex:NAME", coin->name);
    if (colon)
        status = find_or_add_dex(&made->dex, list, coin->name, (size_t)(colon - coin->name), err);
    for (int i = 0; i < list->coin_count; i++)
        made->place += list->coins[i].dex == made->dex;
    made->asset = made->place;
    if (made->dex > 0)
        made->asset += PG_HL_DEX_BASE + (int64_t)made->dex * PG_HL_DEX_STEP;
    snprintf(made->name, sizeof made->name, "%s", coin->name);
    return status;
}

static pg_status list_coin(hlx_listing *made, hlx_list *list, pg_exchange *core, const pg_hl_exchange_coin *coin,
                           pg_error *err)
{
    const char *slash = strchr(coin->name, '/');
    int most = slash ? PG_HL_SPOT_DECIMALS : PERP_SIZE_DECIMALS;
    *made = (hlx_listing){ .size_decimals = coin->size_decimals };
    if (!coin->name[0] || strlen(coin->name) >= HLX_NAME || coin->size_decimals < 0 || coin->size_decimals > most)
        return pg_fail(err, PG_ERR_INVALID, "the coin '%s' needs a name of 1 to %d bytes and 0 to %d decimals of size",
                       coin->name, HLX_NAME - 1, most);
    if (hlx_find_coin(list, coin->name) >= 0)
        return pg_fail(err, PG_ERR_INVALID, "the coin '%s' is given twice", coin->name);
    return slash ? list_pair(made, list, core, coin, slash, err) : list_perp(made, list, coin, err);
}

/* The market that the core is to make of a coin. */
static pg_exchange_market_config market_of(const hlx_listing *made, const pg_hl_exchange_coin *coin)
{
    bool large = strcmp(coin->name, "BTC") == 0 || strcmp(coin->name, "ETH") == 0, spot = made->dex == HLX_SPOT;
    return (pg_exchange_market_config){ .max_leverage = spot                 ? 1
                                                        : coin->max_leverage ? coin->max_leverage
                                                                             : MAX_LEVERAGE,
                                        .impact_usd = large ? 20000 : 6000,
                                        .pool = spot ? 0 : made->dex,
                                        .is_spot = spot,
                                        .base = made->base,
                                        .quote = made->quote,
                                        .own_fees = made->dex != 0,
                                        .maker_fee_e8 = spot ? HLX_SPOT_MAKER_FEE_E8 : DEX_MAKER_FEE_E8,
                                        .taker_fee_e8 = spot ? HLX_SPOT_TAKER_FEE_E8 : DEX_TAKER_FEE_E8,
                                        .tape = coin->tape,
                                        .speed = coin->speed,
                                        .synthetic = coin->synthetic,
                                        .seed = coin->seed };
}

pg_status hlx_list_add(hlx_list *list, pg_exchange *core, const pg_hl_exchange_coin *coin, pg_error *err)
{
    hlx_listing made;
    int market;
    pg_status status = list_coin(&made, list, core, coin, err);
    if (status != PG_OK)
        return status;
    pg_exchange_market_config config = market_of(&made, coin);
    pg_hl_asset asset = { .id = made.asset,
                          .market = made.dex == HLX_SPOT ? PG_HL_SPOT : PG_HL_PERP,
                          .size_decimals = coin->size_decimals };
    snprintf(asset.name, sizeof asset.name, "%s", made.name);
    status = pg_hl_asset_instrument(&config.instrument, &asset, err);
    if (status == PG_OK)
        status = pg_exchange_add_market(&market, core, &config, err);
    if (status != PG_OK)
        return status;
    made.size_decimals = config.instrument.size_decimals;
    made.price_decimals = config.instrument.price_decimals;
    list->coins[list->coin_count++] = made;
    list->pair_count += made.dex == HLX_SPOT;
    return PG_OK;
}

/* ---- answers ---- */

static void put_margin_table(pg_text *text, int leverage)
{
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "description", "");
    pg_json_open(text, "marginTiers", '[');
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "lowerBound", "0.0");
    pg_json_integer(text, "maxLeverage", leverage);
    pg_json_close(text, '}');
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

bool hlx_json_margin_table(pg_text *text, double id)
{
    if (!(id >= 1 && id <= MOST_LEVERAGE) || id != (double)(int)id)
        return false;
    put_margin_table(text, (int)id);
    return true;
}

/* A table has one tier, and the number of its leverage. */
static void put_margin_tables(const hlx_list *list, const pg_exchange *core, pg_text *text, int dex)
{
    pg_json_open(text, "marginTables", '[');
    for (int leverage = 1; leverage <= MOST_LEVERAGE; leverage++) {
        bool used = false;
        for (int i = 0; i < list->coin_count && !used; i++)
            used = list->coins[i].dex == dex && pg_exchange_max_leverage(core, i) == leverage;
        if (!used)
            continue;
        pg_json_open(text, NULL, '[');
        pg_json_integer(text, NULL, leverage);
        put_margin_table(text, leverage);
        pg_json_close(text, ']');
    }
    pg_json_close(text, ']');
}

void hlx_json_meta(const hlx_list *list, const pg_exchange *core, pg_text *text, int dex)
{
    pg_json_open(text, NULL, '{');
    pg_json_open(text, "universe", '[');
    for (int i = 0; i < list->coin_count; i++) {
        const hlx_listing *coin = &list->coins[i];
        if (coin->dex != dex)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "szDecimals", coin->size_decimals);
        pg_json_string(text, "name", coin->name);
        pg_json_integer(text, "maxLeverage", pg_exchange_max_leverage(core, i));
        pg_json_integer(text, "marginTableId", pg_exchange_max_leverage(core, i));
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
    put_margin_tables(list, core, text, dex);
    pg_json_integer(text, "collateralToken", 0);
    pg_json_close(text, '}');
}

/* The deployer of an exchange is an address that belongs to its name. */
static void put_deployer(pg_text *text, const char *name)
{
    uint8_t digest[PG_KECCAK_SIZE];
    char address[PG_ADDRESS_TEXT] = "0x";
    pg_keccak256(digest, name, strlen(name));
    pg_hex_encode(address + 2, digest, PG_ADDRESS_SIZE);
    pg_json_string(text, "deployer", address);
}

void hlx_json_dexs(const hlx_list *list, pg_text *text)
{
    pg_json_open(text, NULL, '[');
    pg_json_null(text, NULL);
    for (int dex = 1; dex < list->dex_count; dex++) {
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "name", list->dexs[dex].name);
        pg_json_string(text, "fullName", list->dexs[dex].name);
        put_deployer(text, list->dexs[dex].name);
        pg_json_null(text, "oracleUpdater");
        pg_json_null(text, "feeRecipient");
        pg_json_open(text, "assetToStreamingOiCap", '[');
        pg_json_close(text, ']');
        pg_json_open(text, "assetToFundingMultiplier", '[');
        pg_json_close(text, ']');
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

static void put_token(pg_text *text, const hlx_token *token, int place)
{
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "name", token->name);
    pg_json_integer(text, "szDecimals", token->size_decimals);
    pg_json_integer(text, "weiDecimals", token->wei_decimals);
    pg_json_integer(text, "index", place);
    pg_json_string(text, "tokenId", token->id);
    pg_json_bool(text, "isCanonical", true);
    pg_json_null(text, "evmContract");
    pg_json_null(text, "fullName");
    pg_json_string(text, "deployerTradingFeeShare", "0.0");
    pg_json_close(text, '}');
}

void hlx_json_spot_meta(const hlx_list *list, pg_text *text, const char *key)
{
    pg_json_open(text, key, '{');
    pg_json_open(text, "tokens", '[');
    for (int i = 0; i < list->token_count; i++)
        put_token(text, &list->tokens[i], i);
    pg_json_close(text, ']');
    pg_json_open(text, "universe", '[');
    for (int i = 0; i < list->coin_count; i++) {
        const hlx_listing *coin = &list->coins[i];
        if (coin->dex != HLX_SPOT)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_open(text, "tokens", '[');
        pg_json_integer(text, NULL, coin->base);
        pg_json_integer(text, NULL, coin->quote);
        pg_json_close(text, ']');
        pg_json_string(text, "name", coin->name);
        pg_json_integer(text, "index", coin->place);
        pg_json_bool(text, "isCanonical", coin->place == 0);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

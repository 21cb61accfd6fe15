/* Answers to the questions that are asked rarely, and about what the venue has and this exchange does not: outcomes,
 * lending, auctions. The latter are what the venue says where there is none of it. */
#include <string.h>

#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"
#include "sim/exchange_hyperliquid_staking.h"
#include "sim/exchange_hyperliquid_twap.h"
#include "sim/exchange_hyperliquid_vault.h"

enum { MARKET_ORDER_NTL = 15000000 };

static const struct {
    const char *type, *answer;
    bool of_user;
} fixed[] = {
    { "userDexAbstraction", "null", true },
    { "isVip", "false", true },
    { "legalCheck", "{\"ipAllowed\":true,\"acceptedTerms\":true,\"userAllowed\":true}", true },
    { "borrowLendUserState", "{\"tokenToState\":[],\"health\":\"healthy\",\"healthFactor\":null}", true },
    { "spotDeployState", "{\"states\":[],\"gasAuction\":null}", true },
    { "usdcRouting", "null", true },
    { "liquidatable", "[]", false },
    { "outcomeMeta", "{\"outcomes\":[],\"questions\":[]}", false },
    { "allBorrowLendReserveStates", "[]", false },
    { "gossipRootIps", "[]", false },
    { "gossipPriorityAuctionStatus", "null", false },
    { "perpDeployAuctionStatus", "null", false },
    { "spotPairDeployAuctionStatus", "null", false },
};

static bool put_fixed(pg_text *text, const char *type, bool of_user)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (fixed[i].of_user == of_user && strcmp(fixed[i].type, type) == 0) {
            hlx_put(text, fixed[i].answer);
            return true;
        }
    return false;
}

/* ---- markets ---- */

static void put_supplies(pg_hl_exchange *e, pg_text *text, int market)
{
    static const char *const names[] = { "maxSupply", "totalSupply", "circulatingSupply" };
    pg_exchange_context c = { 0 };
    int decimals = market < 0 ? 0 : e->list.coins[market].price_decimals;
    if (market >= 0)
        pg_exchange_get_context(&c, e->core, market);
    for (int i = 0; i < 3; i++)
        pg_json_string(text, names[i], HLX_SUPPLY);
    if (c.mid_x2 > 0)
        hlx_json_decimal(text, "midPx", 5 * c.mid_x2, decimals + 1);
    else
        pg_json_null(text, "midPx");
    hlx_json_decimal(text, "markPx", c.mark, decimals);
    hlx_json_decimal(text, "prevDayPx", c.day_first, decimals);
}

/* tokenDetails; false: no such token. */
static bool put_details(pg_hl_exchange *e, pg_text *text, const cJSON *request)
{
    static const char *const nothing[] = { "genesis", "deployer", "deployGas", "deployTime" };
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(request, "tokenId");
    int token = -1;
    for (int i = 0; cJSON_IsString(id) && i < e->list.token_count; i++)
        if (strcmp(e->list.tokens[i].id, id->valuestring) == 0)
            token = i;
    if (token < 0)
        return false;
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "name", e->list.tokens[token].name);
    put_supplies(e, text, hlx_dollar_pair(&e->list, token));
    pg_json_integer(text, "szDecimals", e->list.tokens[token].size_decimals);
    pg_json_integer(text, "weiDecimals", e->list.tokens[token].wei_decimals);
    for (int i = 0; i < 4; i++)
        pg_json_null(text, nothing[i]);
    pg_json_string(text, "seededUsdc", "0.0");
    pg_json_open(text, "nonCirculatingUserBalances", '[');
    pg_json_close(text, ']');
    pg_json_string(text, "futureEmissions", "0.0");
    pg_json_close(text, '}');
    return true;
}

/* What the next payment would be here; the other venues are not known. */
static void put_predicted(pg_hl_exchange *e, pg_text *text)
{
    int64_t period_ms = e->config.funding_ns / 1000000, now_ms = hlx_ms(pg_exchange_now(e->core));
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < e->list.coin_count; i++) {
        pg_exchange_context c;
        if (e->list.coins[i].dex != 0)
            continue;
        pg_exchange_get_context(&c, e->core, i);
        pg_json_open(text, NULL, '[');
        pg_json_string(text, NULL, e->list.coins[i].name);
        hlx_put(text, ",[[\"BinPerp\",null],[\"HlPerp\",");
        text->comma = false;
        pg_json_open(text, NULL, '{');
        hlx_json_decimal(text, "fundingRate", c.funding_e12 / 100, 10);
        pg_json_integer(text, "nextFundingTime", now_ms - now_ms % period_ms + period_ms);
        pg_json_integer(text, "fundingIntervalHours", 1);
        pg_json_close(text, '}');
        hlx_put(text, "],[\"BybitPerp\",null]]");
        pg_json_close(text, ']');
    }
    pg_json_close(text, ']');
}

/* The largest market order by leverage: the same for all here. */
static void put_most(pg_hl_exchange *e, pg_text *text)
{
    pg_json_open(text, NULL, '[');
    for (int leverage = 1000; leverage > 0; leverage--)
        for (int i = 0; i < e->list.coin_count; i++) {
            if (e->list.coins[i].dex == HLX_SPOT || pg_exchange_max_leverage(e->core, i) != leverage)
                continue;
            pg_json_open(text, NULL, '[');
            pg_json_integer(text, NULL, leverage);
            hlx_json_money(text, NULL, MARKET_ORDER_NTL * HLX_USD);
            pg_json_close(text, ']');
            break;
        }
    pg_json_close(text, ']');
}

/* perpDexLimits and perpDexStatus of a builder's exchange: no caps here; what was put in. */
static bool put_dex(pg_hl_exchange *e, pg_text *text, const cJSON *request, bool limits)
{
    int dex;
    pg_money put_in = 0;
    if (!hlx_read_dex(&dex, e, request))
        return false;
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        put_in += pg_exchange_deposited_pool(e->core, k, dex);
    if (limits && dex == 0) {
        pg_json_null(text, NULL);
        return true;
    }
    pg_json_open(text, NULL, '{');
    if (limits) {
        pg_json_string(text, "totalOiCap", HLX_SUPPLY);
        pg_json_string(text, "oiSzCapPerPerp", HLX_SUPPLY);
        pg_json_string(text, "maxTransferNtl", HLX_SUPPLY);
        pg_json_open(text, "coinToOiCap", '[');
        pg_json_close(text, ']');
    } else {
        hlx_json_money(text, "totalNetDeposit", put_in);
    }
    pg_json_close(text, '}');
    return true;
}

hlx_found hlx_other_market(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(request, "id");
    bool good = true;
    if (strcmp(type, "marginTable") == 0)
        good = cJSON_IsNumber(id) && hlx_json_margin_table(text, id->valuedouble);
    else if (strcmp(type, "tokenDetails") == 0)
        good = put_details(e, text, request);
    else if (strcmp(type, "perpDexLimits") == 0 || strcmp(type, "perpDexStatus") == 0)
        good = put_dex(e, text, request, strcmp(type, "perpDexLimits") == 0);
    else if (strcmp(type, "predictedFundings") == 0)
        put_predicted(e, text);
    else if (strcmp(type, "maxMarketOrderNtls") == 0)
        put_most(e, text);
    else if (strcmp(type, "validatorSummaries") == 0)
        hlx_json_validators(text);
    else if (!put_fixed(text, type, false))
        return HLX_UNKNOWN;
    return good ? HLX_FOUND : HLX_BAD;
}

/* ---- accounts ---- */

/* Whether an address may be sent something, and what a new one costs. */
static bool put_check(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account)
{
    char source[PG_ADDRESS_TEXT];
    bool known = account != PG_EXCHANGE_NOBODY;
    if (!hlx_read_address(source, cJSON_GetObjectItemCaseSensitive(request, "source")))
        return false;
    pg_json_open(text, NULL, '{');
    hlx_json_money(text, "fee", known ? 0 : HLX_USD);
    pg_json_bool(text, "isSanctioned", false);
    pg_json_bool(text, "userExists", known);
    pg_json_bool(text, "userHasSentTx", known && e->users[account].used > 0);
    pg_json_close(text, '}');
    return true;
}

static void put_contexts(pg_hl_exchange *e, pg_text *text, const char *key, int dex)
{
    pg_json_open(text, key, '[');
    for (int i = 0; i < e->list.coin_count; i++)
        if (e->list.coins[i].dex == dex)
            hlx_json_context(e, text, NULL, i);
    pg_json_close(text, ']');
}

/* Everything at once, as the venue's pages once asked for it. */
static void put_web_data(pg_hl_exchange *e, pg_text *text, const char *user, int account)
{
    bool known = account != PG_EXCHANGE_NOBODY;
    pg_json_open(text, NULL, '{');
    hlx_json_clearinghouse(e, text, "clearinghouseState", account, 0);
    hlx_json_leading_vaults(e, text, "leadingVaults", account);
    hlx_json_money(text, "totalVaultEquity", known ? hlx_vault_equity(e, account) : 0);
    hlx_json_open_orders(e, text, "openOrders", account, 0, true);
    hlx_json_unnamed_agent(e, text, account);
    hlx_json_money(text, "cumLedger", known ? pg_exchange_deposited(e->core, account) : 0);
    hlx_put(text, ",\"meta\":");
    text->comma = false;
    hlx_json_meta(&e->list, e->core, text, 0);
    put_contexts(e, text, "assetCtxs", 0);
    pg_json_integer(text, "serverTime", hlx_ms(pg_exchange_now(e->core)));
    pg_json_bool(text, "isVault", known && e->users[account].role == HLX_VAULT);
    pg_json_string(text, "user", user);
    hlx_json_twap_states(e, text, "twapStates", account, 0);
    hlx_json_spot_state(e, text, "spotState", account);
    put_contexts(e, text, "spotAssetCtxs", HLX_SPOT);
    pg_json_open(text, "perpsAtOpenInterestCap", '[');
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

bool hlx_other_user(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account)
{
    char user[PG_ADDRESS_TEXT];
    if (strcmp(type, "preTransferCheck") == 0)
        return put_check(e, text, request, account);
    if (strcmp(type, "webData2") != 0)
        return put_fixed(text, type, true);
    if (hlx_read_address(user, cJSON_GetObjectItemCaseSensitive(request, "user")))
        put_web_data(e, text, user, account);
    return true;
}

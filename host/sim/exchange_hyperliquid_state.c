/* Answers to POST /info about accounts (hyperliquid.md 14.3). An address that is nobody's has empty answers. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_admin.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"
#include "sim/exchange_hyperliquid_multi_sig.h"
#include "sim/exchange_hyperliquid_staking.h"
#include "sim/exchange_hyperliquid_twap.h"
#include "sim/exchange_hyperliquid_vault.h"
#include "venue/hyperliquid/margin.h"

enum { FILLS_A_REPLY = 2000, FREE_REQUESTS = 10000 };

/* ---- positions ---- */

static double in_quote(pg_money amount_e12)
{
    return (double)amount_e12 * 1e-12;
}

/* The price at which the margin is used up, by the venue's own formula; null when there is none. */
static void put_liquidation_price(pg_hl_exchange *e, pg_text *text, const pg_exchange_position *p,
                                  const pg_exchange_margin *margin, int market, pg_money value)
{
    const hlx_listing *coin = &e->list.coins[market];
    pg_hl_tier tier = { 0, pg_exchange_max_leverage(e->core, market) };
    double size = (double)p->quantity / (double)pg_pow10(coin->size_decimals);
    double mark = in_quote(value) / size;
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->size_decimals - coin->price_decimals);
    double own = pg_hl_maintenance_margin(size * mark * (size < 0 ? -1 : 1), &tier, 1);
    double available = p->isolated ? in_quote(p->isolated_e12 + value - p->cost * unit)
                                   : in_quote(margin->cross_value - margin->maintenance) + own;
    double price = pg_hl_liquidation_price(size, mark, available, &tier, 1);
    if (price > 0 && price < 1e12)
        hlx_json_decimal(text, "liquidationPx", (int64_t)(price * 1e6 + 0.5), 6);
    else
        pg_json_null(text, "liquidationPx");
}

static void put_leverage(pg_text *text, const pg_exchange_position *p, pg_money raw)
{
    pg_json_open(text, "leverage", '{');
    pg_json_string(text, "type", p->isolated ? "isolated" : "cross");
    pg_json_integer(text, "value", p->leverage);
    if (p->isolated)
        hlx_json_money(text, "rawUsd", raw);
    pg_json_close(text, '}');
}

static void put_position(pg_hl_exchange *e, pg_text *text, const pg_exchange_position *p,
                         const pg_exchange_margin *margin, int market)
{
    const hlx_listing *coin = &e->list.coins[market];
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->size_decimals - coin->price_decimals);
    pg_exchange_context context;
    pg_exchange_get_context(&context, e->core, market);
    pg_money value = (pg_money)p->quantity * context.mark * unit, size = value < 0 ? -value : value;
    pg_money cost = p->cost * unit, profit = value - cost, raw = p->isolated_e12 - cost;
    pg_money used = p->isolated ? value + raw : size / p->leverage;
    pg_money margin_paid = (cost < 0 ? -cost : cost) / p->leverage;
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "type", "oneWay");
    pg_json_open(text, "position", '{');
    pg_json_string(text, "coin", coin->name);
    hlx_json_size(e, text, "szi", market, p->quantity);
    put_leverage(text, p, raw);
    hlx_json_price(e, text, "entryPx", market, (int64_t)(p->cost / p->quantity));
    hlx_json_money(text, "positionValue", size);
    hlx_json_money(text, "unrealizedPnl", profit);
    hlx_json_money(text, "returnOnEquity", margin_paid ? profit / (margin_paid / 1000000 + 1) * 1000000 : 0);
    put_liquidation_price(e, text, p, margin, market, value);
    hlx_json_money(text, "marginUsed", used);
    pg_json_integer(text, "maxLeverage", pg_exchange_max_leverage(e->core, market));
    pg_json_open(text, "cumFunding", '{');
    hlx_json_money(text, "allTime", p->funding_e12);
    hlx_json_money(text, "sinceOpen", p->funding_open_e12);
    hlx_json_money(text, "sinceChange", p->funding_change_e12);
    pg_json_close(text, '}');
    pg_json_close(text, '}');
    pg_json_close(text, '}');
}

static void put_summary(pg_text *text, const char *key, pg_money value, pg_money notional, pg_money raw, pg_money used)
{
    pg_json_open(text, key, '{');
    hlx_json_money(text, "accountValue", value);
    hlx_json_money(text, "totalNtlPos", notional);
    hlx_json_money(text, "totalRawUsd", raw);
    hlx_json_money(text, "totalMarginUsed", used);
    pg_json_close(text, '}');
}

void hlx_json_clearinghouse(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex)
{
    pg_exchange_margin m = { 0 };
    bool known = account != PG_EXCHANGE_NOBODY;
    if (known)
        pg_exchange_get_margin_pool(&m, e->core, account, dex);
    pg_json_open(text, key, '{');
    put_summary(text, "marginSummary", m.value, m.notional, m.raw, m.used);
    put_summary(text, "crossMarginSummary", m.cross_value, m.cross_notional, m.cross_raw, m.cross_used);
    hlx_json_money(text, "crossMaintenanceMarginUsed", m.maintenance);
    hlx_json_money(text, "withdrawable", known ? hlx_withdrawable(e, account, dex) : 0);
    pg_json_open(text, "assetPositions", '[');
    for (int i = 0; known && i < e->list.coin_count; i++) {
        pg_exchange_position p;
        pg_exchange_get_position(&p, e->core, account, i);
        if (e->list.coins[i].dex == dex && p.quantity != 0)
            put_position(e, text, &p, &m, i);
    }
    pg_json_close(text, ']');
    pg_json_integer(text, "time", hlx_ms(pg_exchange_now(e->core)));
    pg_json_close(text, '}');
}

/* ---- orders ---- */

void hlx_json_open_orders(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex, bool frontend)
{
    pg_json_open(text, key, '[');
    const pg_exchange_order *order = NULL;
    while (account != PG_EXCHANGE_NOBODY && (order = pg_exchange_next_open(e->core, account, order))) {
        if (order->dormant || !hlx_is_with(&e->list.coins[order->market], dex))
            continue; /* its parent has it */
        pg_json_open(text, NULL, '{');
        hlx_json_order(e, text, order, frontend);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

void hlx_json_order_status(pg_hl_exchange *e, pg_text *text, const char *key, const pg_exchange_order *order)
{
    pg_json_open(text, key, '{');
    pg_json_open(text, "order", '{');
    hlx_json_order(e, text, order, true);
    pg_json_close(text, '}');
    pg_json_string(text, "status", hlx_status(order));
    pg_json_integer(text, "statusTimestamp", hlx_ms(order->status_ns));
    pg_json_close(text, '}');
}

static bool put_order_status(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account)
{
    const cJSON *oid = cJSON_GetObjectItemCaseSensitive(request, "oid");
    const pg_exchange_order *order = NULL;
    char cloid[PG_EXCHANGE_CLIENT_ID];
    if (cJSON_IsString(oid) ? !hlx_read_cloid(cloid, oid->valuestring) : !cJSON_IsNumber(oid))
        return false;
    if (account != PG_EXCHANGE_NOBODY && cJSON_IsString(oid))
        order = pg_exchange_find_client(e->core, account, cloid);
    else if (account != PG_EXCHANGE_NOBODY && oid->valuedouble > 0 && oid->valuedouble < 9e15)
        order = pg_exchange_find_order(e->core, account, (uint64_t)oid->valuedouble);
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "status", order ? "order" : "unknownOid");
    if (order)
        hlx_json_order_status(e, text, "order", order);
    pg_json_close(text, '}');
    return true;
}

int hlx_json_history(pg_hl_exchange *e, pg_text *text, const char *key, int account)
{
    const pg_exchange_order *order;
    int count = 0;
    pg_json_open(text, key, '[');
    while (account != PG_EXCHANGE_NOBODY && (order = pg_exchange_ended_at(e->core, account, count))) {
        hlx_json_order_status(e, text, NULL, order);
        count++;
    }
    pg_json_close(text, ']');
    return count;
}

/* ---- fills ---- */

/* Takes the fill of the same order at the same time into another one, whose exact value is kept beside it. */
static bool join_fill(pg_exchange_fill *whole, pg_money *value, const pg_exchange_fill *part, bool part_is_older)
{
    if (whole->oid != part->oid || hlx_ms(whole->time_ns) != hlx_ms(part->time_ns))
        return false;
    *value += (pg_money)part->price * part->size;
    whole->size += part->size;
    whole->price = (int64_t)((*value + whole->size / 2) / whole->size);
    whole->fee += part->fee;
    whole->fee_e12 += part->fee_e12;
    whole->builder_fee += part->builder_fee;
    whole->closed += part->closed;
    if (part_is_older) {
        whole->start_position = part->start_position;
        whole->start_e12 = part->start_e12;
    }
    return true;
}

/* How a list of fills is wanted. */
typedef struct {
    double from_ms, to_ms; /* inclusive */
    bool newest_first, joined;
} fills_wish;

static void put_fills(pg_hl_exchange *e, pg_text *text, int account, const fills_wish *wish, int *items)
{
    const pg_exchange_fill *fill;
    int count = 0, first = 0, told = 0;
    pg_json_open(text, NULL, '[');
    while (account != PG_EXCHANGE_NOBODY && (fill = pg_exchange_fill_at(e->core, account, count)) &&
           (double)hlx_ms(fill->time_ns) >= wish->from_ms) {
        first += (double)hlx_ms(fill->time_ns) > wish->to_ms;
        count++;
    }
    for (int i = 0; i < count - first && told < FILLS_A_REPLY; told++) {
        pg_exchange_fill whole;
        pg_money value = 0;
        bool joins = false;
        do {
            fill = pg_exchange_fill_at(e->core, account, wish->newest_first ? first + i : count - 1 - i);
            if (joins && !join_fill(&whole, &value, fill, wish->newest_first))
                break;
            if (!joins) {
                whole = *fill;
                value = (pg_money)fill->price * fill->size;
            }
            joins = wish->joined;
            i++;
        } while (joins && i < count - first);
        hlx_json_fill(e, text, &whole);
    }
    *items += told;
    pg_json_close(text, ']');
}

static bool is_true(const cJSON *request, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(request, name));
}

static bool put_fills_by_time(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account, int *items)
{
    fills_wish wish = { .newest_first = is_true(request, "reversed"), .joined = is_true(request, "aggregateByTime") };
    if (!hlx_read_span(&wish.from_ms, &wish.to_ms, request, true))
        return false;
    put_fills(e, text, account, &wish, items);
    return true;
}

static void put_last_fills(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account, int *items)
{
    fills_wish wish = { .to_ms = 9e15, .newest_first = true, .joined = is_true(request, "aggregateByTime") };
    put_fills(e, text, account, &wish, items);
}

static bool put_slices_by_time(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account, int *items)
{
    double from_ms, to_ms;
    if (!hlx_read_span(&from_ms, &to_ms, request, true))
        return false;
    *items += hlx_json_slice_fills(e, text, NULL, account, from_ms, to_ms);
    return true;
}

/* ---- what moved money ---- */

static bool put_moves(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account, int *items)
{
    double from_ms, to_ms;
    if (!hlx_read_span(&from_ms, &to_ms, request, false))
        return false;
    *items += strcmp(type, "userFunding") == 0 ? hlx_json_payments(e, text, account, from_ms, to_ms)
                                               : hlx_json_ledger(e, text, NULL, account, from_ms, to_ms);
    return true;
}

/* ---- limits, roles ---- */

uint64_t hlx_request_cap(const pg_hl_exchange *e, int account)
{
    pg_money volume = pg_exchange_volume(e->core, account) / pg_pow10(PG_EXCHANGE_MONEY_DECIMALS);
    return FREE_REQUESTS + (uint64_t)volume + hlx_reserved(e, account);
}

static void put_rate_limit(pg_hl_exchange *e, pg_text *text, int account)
{
    bool known = account != PG_EXCHANGE_NOBODY;
    pg_json_open(text, NULL, '{');
    hlx_json_money(text, "cumVlm", known ? pg_exchange_volume(e->core, account) : 0);
    pg_json_integer(text, "nRequestsUsed", known ? (int64_t)e->users[account].used : 0);
    pg_json_integer(text, "nRequestsCap", known ? (int64_t)hlx_request_cap(e, account) : FREE_REQUESTS);
    pg_json_integer(text, "nRequestsSurplus", 0);
    pg_json_close(text, '}');
}

static void put_role(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account)
{
    char address[PG_ADDRESS_TEXT] = "";
    hlx_read_address(address, cJSON_GetObjectItemCaseSensitive(request, "user"));
    int master = hlx_agent_account(e, address);
    static const char *const roles[] = { [HLX_USER] = "user", [HLX_SUB_ACCOUNT] = "subAccount", [HLX_VAULT] = "vault" };
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "role",
                   account != PG_EXCHANGE_NOBODY  ? roles[e->users[account].role]
                   : master != PG_EXCHANGE_NOBODY ? "agent"
                                                  : "missing");
    if (account != PG_EXCHANGE_NOBODY && e->users[account].role == HLX_SUB_ACCOUNT) {
        pg_json_open(text, "data", '{');
        pg_json_string(text, "master", pg_exchange_account_name(e->core, e->users[account].owner));
        pg_json_close(text, '}');
    } else if (account == PG_EXCHANGE_NOBODY && master != PG_EXCHANGE_NOBODY) {
        pg_json_open(text, "data", '{');
        pg_json_string(text, "user", pg_exchange_account_name(e->core, master));
        pg_json_close(text, '}');
    }
    pg_json_close(text, '}');
}

static void put_active_members(pg_hl_exchange *e, pg_text *text, int account, int market)
{
    const hlx_listing *coin = &e->list.coins[market];
    pg_exchange_position p = { .leverage = 1 };
    pg_exchange_margin margin = { 0 };
    pg_exchange_context context;
    pg_exchange_get_context(&context, e->core, market);
    if (account != PG_EXCHANGE_NOBODY) {
        pg_exchange_get_position(&p, e->core, account, market);
        pg_exchange_get_margin_pool(&margin, e->core, account, coin->dex);
    }
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->size_decimals - coin->price_decimals);
    pg_money price = (pg_money)context.mark * unit, room = margin.free * p.leverage;
    int64_t most = price > 0 ? (int64_t)(room / price) : 0, back = 2 * (p.quantity < 0 ? -p.quantity : p.quantity);
    int64_t buy = most + (p.quantity < 0 ? back : 0), sell = most + (p.quantity > 0 ? back : 0);
    put_leverage(text, &p, p.isolated_e12 - p.cost * unit);
    pg_json_open(text, "maxTradeSzs", '[');
    hlx_json_size(e, text, NULL, market, buy);
    hlx_json_size(e, text, NULL, market, sell);
    pg_json_close(text, ']');
    pg_json_open(text, "availableToTrade", '[');
    hlx_json_money(text, NULL, buy * price / p.leverage);
    hlx_json_money(text, NULL, sell * price / p.leverage);
    pg_json_close(text, ']');
    hlx_json_price(e, text, "markPx", market, context.mark);
}

void hlx_json_active_data(pg_hl_exchange *e, pg_text *text, const char *user, int account, int market)
{
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "user", user);
    pg_json_string(text, "coin", e->list.coins[market].name);
    put_active_members(e, text, account, market);
    pg_json_close(text, '}');
}

static bool answer_active_data(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account)
{
    const cJSON *coin = cJSON_GetObjectItemCaseSensitive(request, "coin");
    int market = cJSON_IsString(coin) ? hlx_find_coin(&e->list, coin->valuestring) : -1;
    char user[PG_ADDRESS_TEXT];
    if (market < 0 || e->list.coins[market].dex == HLX_SPOT ||
        !hlx_read_address(user, cJSON_GetObjectItemCaseSensitive(request, "user")))
        return false;
    hlx_json_active_data(e, text, user, account, market);
    return true;
}

static bool answer_builder(pg_hl_exchange *e, pg_text *text, const cJSON *request, int account)
{
    char builder[PG_ADDRESS_TEXT];
    if (!hlx_read_address(builder, cJSON_GetObjectItemCaseSensitive(request, "builder")))
        return false;
    pg_json_integer(text, NULL, account == PG_EXCHANGE_NOBODY ? 0 : hlx_builder_most(e, account, builder));
    return true;
}

/* ---- by type ---- */

/* Those that need nothing but the account. */
static const struct {
    const char *type;
    void (*put)(pg_hl_exchange *e, pg_text *text, int account);
} plain[] = {
    { "userFees", hlx_json_fees },
    { "userRateLimit", put_rate_limit },
    { "userVaultEquities", hlx_json_vault_equities },
    { "extraAgents", hlx_json_agents },
    { "referral", hlx_json_referral },
    { "approvedBuilders", hlx_json_builders },
    { "userToMultiSigSigners", hlx_json_signers },
};

static bool put_plain(pg_hl_exchange *e, pg_text *text, const char *type, int account)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(plain[i].type, type) == 0) {
            plain[i].put(e, text, account);
            return true;
        }
    return hlx_json_staking(e, text, type, account);
}

/* Lists of what an account has; false: it is none of these. */
static bool put_list(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account, int *items)
{
    int dex;
    if (!hlx_read_dex(&dex, e, request))
        return false;
    if (strcmp(type, "clearinghouseState") == 0)
        hlx_json_clearinghouse(e, text, NULL, account, dex);
    else if (strcmp(type, "openOrders") == 0)
        hlx_json_open_orders(e, text, NULL, account, dex, false);
    else if (strcmp(type, "frontendOpenOrders") == 0)
        hlx_json_open_orders(e, text, NULL, account, dex, true);
    else if (strcmp(type, "spotClearinghouseState") == 0)
        hlx_json_spot_state(e, text, NULL, account);
    else if (strcmp(type, "historicalOrders") == 0)
        *items += hlx_json_history(e, text, NULL, account);
    else if (strcmp(type, "userFills") == 0)
        put_last_fills(e, text, request, account, items);
    else if (strcmp(type, "twapHistory") == 0)
        *items += hlx_json_twap_history(e, text, NULL, account);
    else if (strcmp(type, "userTwapSliceFills") == 0)
        *items += hlx_json_slice_fills(e, text, NULL, account, 0, 9e15);
    else if (strcmp(type, "subAccounts") == 0 || strcmp(type, "subAccounts2") == 0)
        hlx_json_subs(e, text, account, strcmp(type, "subAccounts2") == 0);
    else if (strcmp(type, "leadingVaults") == 0)
        hlx_json_leading_vaults(e, text, NULL, account);
    else if (strcmp(type, "portfolio") == 0)
        hlx_json_portfolio(e, text, NULL, account);
    else if (strcmp(type, "userAbstraction") == 0)
        hlx_json_abstraction(e, text, NULL, account);
    else if (strcmp(type, "userRole") == 0)
        put_role(e, text, request, account);
    else
        return false;
    return true;
}

bool hlx_state(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account, int *items)
{
    if (strcmp(type, "orderStatus") == 0)
        return put_order_status(e, text, request, account);
    if (strcmp(type, "userFillsByTime") == 0)
        return put_fills_by_time(e, text, request, account, items);
    if (strcmp(type, "userTwapSliceFillsByTime") == 0)
        return put_slices_by_time(e, text, request, account, items);
    if (strcmp(type, "activeAssetData") == 0)
        return answer_active_data(e, text, request, account);
    if (strcmp(type, "maxBuilderFee") == 0)
        return answer_builder(e, text, request, account);
    if (strcmp(type, "userFunding") == 0 || strcmp(type, "userNonFundingLedgerUpdates") == 0)
        return put_moves(e, text, type, request, account, items);
    return put_plain(e, text, type, account) || put_list(e, text, type, request, account, items) ||
           hlx_other_user(e, text, type, request, account);
}

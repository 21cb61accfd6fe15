/* Accounts as Lighter tells them: positions, assets, margins (lighter.md, appendix B). */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_lighter_internal.h"

enum { PERCENT_DECIMALS = 2, LIT_DECIMALS = 8 };

static pg_money to_e12(const pg_lighter_exchange *e, int market, pg_money value)
{
    const lix_market *m = &e->markets[market];
    return value * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - m->price_decimals - m->size_decimals);
}

/* ---- margins ---- */

typedef struct {
    pg_exchange_margin core;
    pg_money collateral;             /* without what open positions have not realised */
    pg_money unrealised;             /* of all */
    pg_money initial;                /* margin that cross positions need */
    int64_t open, isolated, waiting; /* orders */
    int positions;
} account_state;

static void get_state(account_state *s, const pg_lighter_exchange *e, const lix_account *a)
{
    *s = (account_state){ 0 };
    pg_exchange_get_margin(&s->core, e->core, a->number);
    pg_money cross_unrealised = 0;
    for (int i = 0; i < pg_exchange_market_count(e->core); i++) {
        pg_exchange_position p;
        pg_exchange_context c;
        pg_exchange_get_position(&p, e->core, a->number, i);
        if (p.quantity == 0)
            continue;
        pg_exchange_get_context(&c, e->core, i);
        pg_money profit = to_e12(e, i, (pg_money)p.quantity * c.mark - p.cost);
        s->unrealised += profit;
        cross_unrealised += p.isolated ? 0 : profit;
        s->positions++;
    }
    s->collateral = s->core.cross_value - cross_unrealised;
    s->initial = s->core.cross_used;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));) {
        pg_exchange_position p;
        pg_exchange_get_position(&p, e->core, a->number, o->market);
        s->waiting += o->waiting;
        s->open += !o->waiting;
        s->isolated += !o->waiting && p.isolated;
    }
}

/* ---- positions ---- */

/* Where the account's value falls to what maintenance needs, all else staying; 0: nowhere. */
static int64_t liquidation_price(const pg_lighter_exchange *e, const lix_account *a, int market,
                                 const pg_exchange_position *p, int64_t mark)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, e->core, a->number);
    double rate = 1.0 / (2 * pg_exchange_max_leverage(e->core, market));
    double quantity = (double)p->quantity, size = quantity < 0 ? -quantity : quantity;
    double unit = (double)to_e12(e, market, 1);
    double value = (double)margin.cross_value / unit, needed = (double)margin.maintenance / unit;
    if (p->isolated) {
        value = (double)p->isolated_e12 / unit + quantity * (double)mark - (double)p->cost;
        needed = size * (double)mark * rate;
    }
    double others = needed - size * (double)mark * rate;
    double price = (others - value + quantity * (double)mark) / (quantity - size * rate);
    return price > 0 && price < 1e15 ? (int64_t)price : 0;
}

static void put_orders_count(const pg_lighter_exchange *e, pg_text *text, const lix_account *a, int market)
{
    int64_t open = 0, waiting = 0, tied = 0;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));) {
        if (o->market != market)
            continue;
        open += !o->waiting;
        waiting += o->waiting;
        tied += o->waiting && o->reduce_only;
    }
    pg_json_integer(text, "open_order_count", open);
    pg_json_integer(text, "pending_order_count", waiting);
    pg_json_integer(text, "position_tied_order_count", tied);
}

void lix_json_position(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a, int market)
{
    const lix_market *m = &e->markets[market];
    pg_exchange_position p;
    pg_exchange_context c;
    pg_exchange_get_position(&p, e->core, a->number, market);
    pg_exchange_get_context(&c, e->core, market);
    int64_t size = p.quantity < 0 ? -p.quantity : p.quantity;
    pg_money cost = p.cost < 0 ? -p.cost : p.cost;
    pg_json_open(text, key, '{');
    pg_json_integer(text, "market_id", m->id);
    pg_json_string(text, "symbol", m->name);
    lix_json_decimal(text, "initial_margin_fraction", a->fraction[market], PERCENT_DECIMALS);
    put_orders_count(e, text, a, market);
    pg_json_integer(text, "sign", p.quantity < 0 ? -1 : 1);
    lix_json_size(text, "position", m, size);
    lix_json_price(text, "avg_entry_price", m, size ? (int64_t)((cost + size / 2) / size) : 0);
    lix_json_micro(text, "position_value", lix_micro(e, market, (pg_money)size * c.mark));
    lix_json_micro(text, "unrealized_pnl", lix_micro(e, market, (pg_money)p.quantity * c.mark - p.cost));
    lix_json_micro(text, "realized_pnl", lix_micro(e, market, p.realised));
    lix_json_price(text, "liquidation_price", m, size ? liquidation_price(e, a, market, &p, c.mark) : 0);
    if (p.funding_e12 != 0)
        lix_json_money(text, "total_funding_paid_out", p.funding_e12);
    pg_json_integer(text, "margin_mode", p.isolated);
    lix_json_money(text, "allocated_margin", p.isolated_e12);
    pg_json_string(text, "total_discount", "0.000000");
    pg_json_close(text, '}');
}

/* Whether there is something to say about the account in a market. */
static bool is_in(const pg_lighter_exchange *e, const lix_account *a, int market)
{
    pg_exchange_position p;
    pg_exchange_get_position(&p, e->core, a->number, market);
    if (p.quantity != 0 || p.realised != 0 || a->has_set[market])
        return true;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));)
        if (o->market == market)
            return true;
    return false;
}

void lix_json_positions(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a, bool map)
{
    char id[16];
    pg_json_open(text, key, map ? '{' : '[');
    for (int i = 0; i < pg_exchange_market_count(e->core); i++) {
        snprintf(id, sizeof id, "%d", e->markets[i].id);
        if (is_in(e, a, i))
            lix_json_position(e, text, map ? id : NULL, a, i);
    }
    pg_json_close(text, map ? '}' : ']');
}

/* ---- assets and shares ---- */

static void put_asset(pg_text *text, bool map, int asset, const char *symbol, int64_t balance, int decimals, int mode,
                      pg_money margin_e12)
{
    char id[16];
    snprintf(id, sizeof id, "%d", asset);
    pg_json_open(text, map ? id : NULL, '{');
    pg_json_string(text, "symbol", symbol);
    pg_json_integer(text, "asset_id", asset);
    lix_json_decimal(text, "balance", balance, decimals);
    lix_json_decimal(text, "locked_balance", 0, decimals);
    pg_json_string(text, "margin_mode", mode ? "enabled" : "disabled");
    lix_json_money(text, "margin_balance", margin_e12);
    pg_json_close(text, '}');
}

void lix_json_assets(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a, bool map)
{
    account_state s;
    get_state(&s, e, a);
    pg_json_open(text, key, map ? '{' : '[');
    put_asset(text, map, LIX_COLLATERAL, "USDC", 0, 6, a->asset_mode[LIX_COLLATERAL], s.collateral);
    if (a->lit > 0)
        put_asset(text, map, LIX_LIT, "LIT", a->lit, LIT_DECIMALS, a->asset_mode[LIX_LIT], 0);
    pg_json_close(text, map ? '}' : ']');
}

void lix_json_shares(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a)
{
    (void)e;
    pg_json_open(text, key, '[');
    for (int i = 0; i < a->share_count; i++) {
        const lix_share *share = &a->shares[i];
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "public_pool_index", share->pool);
        pg_json_integer(text, "shares_amount", share->amount);
        lix_json_micro(text, "entry_usdc", share->principal_micro);
        pg_json_integer(text, "entry_timestamp", share->entry_ms);
        lix_json_micro(text, "principal_amount", share->principal_micro);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

/* ---- the account ---- */

static void put_ratio(pg_text *text, const char *key, pg_money part, pg_money whole, int64_t scale)
{
    lix_json_decimal(text, key, whole > 0 ? (int64_t)(part * scale / whole) : 0, PERCENT_DECIMALS);
}

static void put_stats(pg_text *text, const account_state *s, bool total)
{
    pg_money value = total ? s->core.value : s->core.cross_value;
    pg_money used = total ? s->core.used : s->core.cross_used;
    lix_json_money(text, "collateral", s->collateral);
    lix_json_money(text, "portfolio_value", value);
    put_ratio(text, "leverage", total ? s->core.notional : s->core.cross_notional, value, 100);
    lix_json_money(text, "available_balance", s->core.free);
    put_ratio(text, "margin_usage", used, value, 10000);
    lix_json_money(text, "buying_power", s->core.free);
}

void lix_json_user_stats(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a)
{
    account_state s;
    get_state(&s, e, a);
    pg_json_open(text, key, '{');
    pg_json_integer(text, "account_trading_mode", a->trading_mode);
    put_stats(text, &s, true);
    pg_json_open(text, "cross_stats", '{');
    put_stats(text, &s, false);
    pg_json_close(text, '}');
    pg_json_open(text, "total_stats", '{');
    put_stats(text, &s, true);
    pg_json_close(text, '}');
    pg_json_close(text, '}');
}

static void put_head(pg_lighter_exchange *e, pg_text *text, const lix_account *a, const account_state *s)
{
    pg_json_integer(text, "code", 0);
    pg_json_integer(text, "account_type", a->tier);
    pg_json_integer(text, "index", a->index);
    pg_json_string(text, "l1_address", a->l1_address);
    pg_json_integer(text, "cancel_all_time", a->cancel_at_ms);
    pg_json_integer(text, "total_order_count", s->open + s->waiting);
    pg_json_integer(text, "total_isolated_order_count", s->isolated);
    pg_json_integer(text, "pending_order_count", s->waiting);
    lix_json_money(text, "available_balance", s->core.free);
    pg_json_integer(text, "status", 1);
    lix_json_money(text, "collateral", s->collateral);
    pg_json_integer(text, "transaction_time", pg_exchange_now(e->core) / 1000);
    pg_json_integer(text, "account_trading_mode", a->trading_mode);
}

static void put_integrators(pg_text *text, const lix_account *a)
{
    static const char *const fees[] = { "max_perps_taker_fee", "max_perps_maker_fee", "max_spot_taker_fee",
                                        "max_spot_maker_fee" };
    pg_json_open(text, "approved_integrators", '[');
    for (int i = 0; i < a->integrator_count; i++) {
        const lix_integrator *integrator = &a->integrators[i];
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "account_index", integrator->index);
        pg_json_string(text, "name", "");
        for (int f = 0; f < 4; f++)
            pg_json_integer(text, fees[f], integrator->fee[f]);
        pg_json_integer(text, "approval_expiry", integrator->expiry_ms);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

static void put_pool(pg_text *text, const lix_account *a)
{
    const lix_pool *pool = &a->pool;
    pg_json_open(text, "pool_info", '{');
    pg_json_integer(text, "status", pool->frozen);
    lix_json_decimal(text, "operator_fee", pool->operator_fee, 4);
    lix_json_decimal(text, "min_operator_share_rate", pool->min_share_rate, PERCENT_DECIMALS);
    pg_json_integer(text, "total_shares", pool->shares);
    pg_json_integer(text, "operator_shares", pool->operator_shares);
    pg_json_close(text, '}');
}

static void put_rest(pg_lighter_exchange *e, pg_text *text, const lix_account *a, const account_state *s)
{
    pg_json_integer(text, "account_index", a->index);
    pg_json_string(text, "name", a->index == a->master ? "main" : "");
    pg_json_string(text, "description", "");
    pg_json_bool(text, "can_invite", false);
    pg_json_string(text, "referral_points_percentage", "");
    pg_json_bool(text, "can_rfq", false);
    pg_json_null(text, "can_rfq_market_ids");
    pg_json_integer(text, "created_at", e->start_ns / 1000000000);
    lix_json_positions(e, text, "positions", a, false);
    lix_json_assets(e, text, "assets", a, false);
    lix_json_money(text, "total_asset_value", s->core.value);
    lix_json_money(text, "cross_asset_value", s->core.cross_value);
    lix_json_money(text, "cross_initial_margin_requirement", s->initial);
    lix_json_money(text, "cross_maintenance_margin_requirement", s->core.maintenance);
    if (a->pool.exists)
        put_pool(text, a);
    lix_json_shares(e, text, "shares", a);
    pg_json_open(text, "pending_unlocks", '[');
    pg_json_close(text, ']');
    put_integrators(text, a);
}

void lix_json_account(pg_lighter_exchange *e, pg_text *text, lix_account *a, bool brief)
{
    account_state s;
    get_state(&s, e, a);
    pg_json_open(text, NULL, '{');
    put_head(e, text, a, &s);
    if (!brief)
        put_rest(e, text, a, &s);
    pg_json_close(text, '}');
}

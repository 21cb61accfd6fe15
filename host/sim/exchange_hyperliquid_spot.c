/* Purses, and what an account has of tokens (hyperliquid.md 14.3). */
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"

/* ---- purses ---- */

pg_money hlx_withdrawable(const pg_hl_exchange *e, int account, int dex)
{
    pg_exchange_margin m;
    pg_exchange_get_margin_pool(&m, e->core, account, dex);
    pg_money tenth = m.cross_notional / 10, bound = m.cross_used > tenth ? m.cross_used : tenth;
    return m.cross_value > bound ? m.cross_value - bound : 0;
}

pg_money hlx_purse_free(const pg_hl_exchange *e, hlx_purse purse)
{
    pg_exchange_asset balance;
    if (purse.dex != HLX_SPOT)
        return hlx_withdrawable(e, purse.account, purse.dex);
    pg_exchange_get_asset(&balance, e->core, purse.account, purse.token);
    return balance.total - balance.hold;
}

void hlx_purse_put(pg_hl_exchange *e, hlx_purse purse, pg_money amount_e12)
{
    hlx_user *user = &e->users[purse.account];
    user->touched = true;
    user->put_in_e12 += purse.dex == HLX_SPOT ? hlx_token_value(e, purse.token, amount_e12) : amount_e12;
    if (purse.dex == HLX_SPOT)
        pg_exchange_put_asset(e->core, purse.account, purse.token, amount_e12);
    else
        pg_exchange_deposit_pool(e->core, purse.account, purse.dex, amount_e12);
}

bool hlx_read_amount(pg_money *amount_e12, const char *text, int decimals)
{
    int64_t value = 0;
    if (!text || pg_decimal_parse(&value, text, strlen(text), decimals) != PG_OK || value <= 0)
        return false;
    *amount_e12 = (pg_money)value * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - decimals);
    return true;
}

/* ---- worth ---- */

pg_money hlx_token_value(const pg_hl_exchange *e, int token, pg_money amount_e12)
{
    int market = hlx_dollar_pair(&e->list, token);
    if (token == 0 || market < 0)
        return token == 0 ? amount_e12 : 0;
    const hlx_listing *coin = &e->list.coins[market];
    pg_exchange_context context;
    pg_exchange_get_context(&context, e->core, market);
    /* Amounts have fewer decimals than 1e-12, so that the product fits. */
    int decimals = e->list.tokens[token].wei_decimals;
    pg_money wei = amount_e12 / pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - decimals);
    pg_money scale = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->price_decimals);
    return wei * context.mark * scale / pg_pow10(decimals);
}

/* ---- as JSON ---- */

void hlx_json_spot_state(pg_hl_exchange *e, pg_text *text, const char *key, int account)
{
    pg_json_open(text, key, '{');
    pg_json_open(text, "balances", '[');
    for (int i = 0; account != PG_EXCHANGE_NOBODY && i < e->list.token_count; i++) {
        const hlx_token *token = &e->list.tokens[i];
        pg_exchange_asset balance;
        pg_exchange_get_asset(&balance, e->core, account, i);
        if (balance.total == 0)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "coin", token->name);
        pg_json_integer(text, "token", i);
        hlx_json_token(e, text, "total", i, balance.total);
        hlx_json_token(e, text, "hold", i, balance.hold);
        hlx_json_money(text, "entryNtl", i == 0 ? 0 : balance.entry);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

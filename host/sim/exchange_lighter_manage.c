/* What is done to accounts of Lighter's exchange: keys, sub-accounts, money, margin, settings (lighter.md 6.2, 6.5). */
#include <string.h>

#include "sim/exchange_lighter_internal.h"
#include "venue/lighter/sign.h"

enum { SUB_ACCOUNTS = 16, WITHDRAWAL_MICRO = 1000000, PERPS = 0 };

static pg_money micro_to_e12(int64_t micro)
{
    return (pg_money)micro * LIX_MONEY_MICRO;
}

static pg_money free_money(const pg_lighter_exchange *e, const lix_account *a)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, e->core, a->number);
    return margin.free;
}

/* ---- the owner's Ethereum key ---- */

static bool needs_owner(const pg_lighter_exchange *e, const lix_account *a, const pg_lighter_tx *tx)
{
    const lix_account *to;
    switch (tx->type) {
    case PG_LIGHTER_CHANGE_PUB_KEY: return true;
    case PG_LIGHTER_TRANSFER:
        to = lix_find_account(e, tx->value[PG_LIGHTER_TO_ACCOUNT_INDEX]);
        return to && strcmp(to->l1_address, a->l1_address) != 0;
    case PG_LIGHTER_APPROVE_INTEGRATOR: return tx->value[PG_LIGHTER_APPROVAL_EXPIRY] != 0;
    default: return false;
    }
}

int lix_check_owner(const pg_lighter_exchange *e, const lix_account *a, const pg_lighter_tx *tx)
{
    char text[PG_LIGHTER_L1_TEXT_MAX], address[PG_ADDRESS_TEXT];
    uint8_t bytes[65], digest[32], key[64];
    pg_signature signature;
    if (!needs_owner(e, a, tx))
        return 0;
    if (pg_hex_decode(bytes, sizeof bytes, tx->l1_signature, strlen(tx->l1_signature), NULL) != PG_OK ||
        pg_lighter_l1_text(text, e->config.chain_id, tx, NULL) != PG_OK)
        return LIX_L1_SIGNATURE;
    memcpy(signature.r, bytes, 32);
    memcpy(signature.s, bytes + 32, 32);
    signature.v = bytes[64] < 27 ? (uint8_t)(bytes[64] + 27) : bytes[64];
    pg_lighter_l1_digest(digest, text);
    if (pg_secp256k1_recover(key, e->curve, digest, &signature, NULL) != PG_OK)
        return LIX_L1_SIGNATURE;
    pg_address found = pg_address_of_key(key);
    return strcmp(pg_address_format(address, &found), a->l1_address) == 0 ? 0 : LIX_L1_SIGNATURE;
}

static int change_key(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    pg_exchange_margin margin;
    lix_key *key = lix_find_key(a, tx->value[PG_LIGHTER_API_KEY_INDEX]);
    pg_exchange_get_margin(&margin, e->core, a->number);
    if (margin.value <= 0)
        return LIX_NO_COLLATERAL_FOR_KEY;
    if (!key)
        return LIX_API_KEY_NOT_FOUND;
    memcpy(key->public_key, tx->public_key, sizeof key->public_key);
    key->registered = true;
    key->maker_only = false;
    key->changed_us = pg_exchange_now(e->core) / 1000;
    return 0;
}

/* ---- accounts and money ---- */

static int create_sub_account(pg_lighter_exchange *e, lix_account *a)
{
    int count = 0;
    if (a->index != a->master)
        return LIX_INVALID_MASTER;
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        count += e->accounts[k] && e->accounts[k] != a && e->accounts[k]->master == a->index;
    if (count >= SUB_ACCOUNTS)
        return LIX_TOO_MANY_SUB_ACCOUNTS;
    return lix_open_account(e, e->next_sub--, a->index, a->l1_address, a->tier) ? 0 : LIX_TOO_MANY_SUB_ACCOUNTS;
}

static int transfer(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    lix_account *to = lix_find_account(e, tx->value[PG_LIGHTER_TO_ACCOUNT_INDEX]);
    int64_t amount = tx->value[PG_LIGHTER_TRANSFER_AMOUNT], fee = tx->value[PG_LIGHTER_USDC_FEE];
    if (!to || to == a || to->pool.exists)
        return LIX_INVALID_TO_ACCOUNT;
    if (tx->value[PG_LIGHTER_ASSET_INDEX] != LIX_COLLATERAL)
        return LIX_ONLY_USDC;
    if (tx->value[PG_LIGHTER_FROM_ROUTE_TYPE] != PERPS || tx->value[PG_LIGHTER_TO_ROUTE_TYPE] != PERPS)
        return LIX_INVALID_ROUTE_TYPE;
    if (micro_to_e12(amount) + micro_to_e12(fee) > free_money(e, a))
        return LIX_TRANSFER_TOO_HIGH;
    pg_exchange_deposit(e->core, a->number, -micro_to_e12(amount) - micro_to_e12(fee));
    pg_exchange_deposit(e->core, to->number, micro_to_e12(amount));
    lix_touch(e, to);
    return 0;
}

static int withdraw(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    int64_t amount = tx->value[PG_LIGHTER_WITHDRAWAL_AMOUNT];
    if (tx->value[PG_LIGHTER_ASSET_INDEX] != LIX_COLLATERAL)
        return LIX_ASSET_NOT_FOUND;
    if (tx->value[PG_LIGHTER_ROUTE_TYPE] != PERPS)
        return LIX_INVALID_ROUTE_TYPE;
    if (a->pool.exists)
        return LIX_POOL_WITHDRAWAL;
    if (amount < WITHDRAWAL_MICRO)
        return LIX_WITHDRAWAL_TOO_LOW;
    if (micro_to_e12(amount) > free_money(e, a))
        return LIX_WITHDRAWAL_TOO_HIGH;
    pg_exchange_deposit(e->core, a->number, -micro_to_e12(amount));
    return 0;
}

/* ---- margin ---- */

static bool is_used(const pg_lighter_exchange *e, const lix_account *a, int market)
{
    pg_exchange_position p;
    pg_exchange_get_position(&p, e->core, a->number, market);
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));)
        if (o->market == market)
            return true;
    return p.quantity != 0;
}

static int update_leverage(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    int market = lix_find_market(e, tx->value[PG_LIGHTER_MARKET_INDEX]);
    int fraction = (int)tx->value[PG_LIGHTER_INITIAL_MARGIN_FRACTION];
    bool isolated = tx->value[PG_LIGHTER_MARGIN_MODE] == 1;
    pg_exchange_position p;
    pg_exchange_get_position(&p, e->core, a->number, market);
    if (fraction < e->markets[market].min_fraction)
        return LIX_INVALID_MARGIN_FRACTION;
    if (isolated != p.isolated && is_used(e, a, market))
        return LIX_MARGIN_MODE_CHANGE;
    if (pg_exchange_set_fraction(e->core, a->number, market, fraction, isolated))
        return LIX_BELOW_INITIAL_MARGIN;
    a->fraction[market] = fraction;
    a->has_set[market] = true;
    return 0;
}

static int update_margin(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    int market = lix_find_market(e, tx->value[PG_LIGHTER_MARKET_INDEX]);
    bool adds = tx->value[PG_LIGHTER_DIRECTION] == 1;
    pg_money amount = micro_to_e12(tx->value[PG_LIGHTER_USDC_AMOUNT]);
    pg_exchange_position p;
    pg_exchange_get_position(&p, e->core, a->number, market);
    if (p.quantity == 0)
        return LIX_NO_POSITION;
    if (!p.isolated)
        return LIX_INVALID_MARGIN_MODE;
    return pg_exchange_move_margin(e->core, a->number, market, adds ? amount : -amount) ? LIX_NOT_ENOUGH_COLLATERAL : 0;
}

/* ---- settings ---- */

static int approve_integrator(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    static const pg_lighter_field fees[] = { PG_LIGHTER_MAX_PERPS_TAKER_FEE, PG_LIGHTER_MAX_PERPS_MAKER_FEE,
                                             PG_LIGHTER_MAX_SPOT_TAKER_FEE, PG_LIGHTER_MAX_SPOT_MAKER_FEE };
    lix_integrator made = { .index = tx->value[PG_LIGHTER_INTEGRATOR_ACCOUNT_INDEX],
                            .expiry_ms = tx->value[PG_LIGHTER_APPROVAL_EXPIRY] };
    int at = 0;
    for (int f = 0; f < 4; f++)
        made.fee[f] = tx->value[fees[f]];
    if (made.index <= 2)
        return LIX_SYSTEM_INTEGRATOR;
    if (made.expiry_ms != 0 && made.expiry_ms <= lix_now_ms(e))
        return LIX_INVALID_EXPIRY;
    while (at < a->integrator_count && a->integrators[at].index != made.index)
        at++;
    if (made.expiry_ms == 0) { /* revoked */
        if (at < a->integrator_count)
            a->integrators[at] = a->integrators[--a->integrator_count];
        return 0;
    }
    if (at == LIX_INTEGRATORS)
        return LIX_TX_NOT_ALLOWED;
    a->integrator_count += at == a->integrator_count;
    a->integrators[at] = made;
    return 0;
}

static int set_asset_mode(lix_account *a, const pg_lighter_tx *tx)
{
    int64_t asset = tx->value[PG_LIGHTER_ASSET_INDEX];
    if (asset >= LIX_ASSETS)
        return LIX_ASSET_NOT_FOUND;
    a->asset_mode[asset] = (int)tx->value[PG_LIGHTER_ASSET_MARGIN_MODE];
    return 0;
}

/* There is no LIT here but what an account was given, which is none: so the venue's refusals are all there is. */
static int stake(lix_account *a, const pg_lighter_tx *tx)
{
    int64_t amount = tx->value[PG_LIGHTER_SHARE_AMOUNT];
    if (tx->type == PG_LIGHTER_STAKE_ASSETS && amount > a->lit)
        return LIX_NOT_ENOUGH_BALANCE;
    if (tx->type == PG_LIGHTER_UNSTAKE_ASSETS && amount > a->staked)
        return LIX_INSUFFICIENT_STAKING_SHARES;
    int64_t moved = tx->type == PG_LIGHTER_STAKE_ASSETS ? amount : -amount;
    a->lit -= moved;
    a->staked += moved;
    return 0;
}

int lix_manage(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    lix_touch(e, a);
    switch (tx->type) {
    case PG_LIGHTER_CHANGE_PUB_KEY: return change_key(e, a, tx);
    case PG_LIGHTER_CREATE_SUB_ACCOUNT: return create_sub_account(e, a);
    case PG_LIGHTER_TRANSFER: return transfer(e, a, tx);
    case PG_LIGHTER_WITHDRAW: return withdraw(e, a, tx);
    case PG_LIGHTER_UPDATE_LEVERAGE: return update_leverage(e, a, tx);
    case PG_LIGHTER_UPDATE_MARGIN: return update_margin(e, a, tx);
    case PG_LIGHTER_APPROVE_INTEGRATOR: return approve_integrator(e, a, tx);
    case PG_LIGHTER_UPDATE_ACCOUNT_CONFIG: a->trading_mode = (int)tx->value[PG_LIGHTER_ACCOUNT_TRADING_MODE]; return 0;
    case PG_LIGHTER_UPDATE_ACCOUNT_ASSET_CONFIG: return set_asset_mode(a, tx);
    case PG_LIGHTER_STAKE_ASSETS:
    case PG_LIGHTER_UNSTAKE_ASSETS: return stake(a, tx);
    default: return LIX_UNSUPPORTED_TX;
    }
}

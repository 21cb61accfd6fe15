/* Public pools of Lighter's exchange: accounts whose money belongs to those who hold shares (lighter.md 6.2). */
#include "sim/exchange_lighter_internal.h"

enum {
    SHARE_MICRO = 1000 /* the first price of a share: 0.001 USDC */,
    LEAST_SHARES = 1000000,
    RATE = 10000,
    POOLS = 5
};

static pg_money value_of(const pg_lighter_exchange *e, const lix_account *pool)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, e->core, pool->number);
    return margin.value > 0 ? margin.value : 0;
}

static pg_money free_money(const pg_lighter_exchange *e, const lix_account *a)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, e->core, a->number);
    return margin.free;
}

static void move(pg_lighter_exchange *e, lix_account *from, lix_account *to, pg_money amount_e12)
{
    pg_exchange_deposit(e->core, from->number, -amount_e12);
    pg_exchange_deposit(e->core, to->number, amount_e12);
    lix_touch(e, from);
    lix_touch(e, to);
}

static lix_share *find_share(lix_account *a, int64_t pool)
{
    for (int i = 0; i < a->share_count; i++)
        if (a->shares[i].pool == pool)
            return &a->shares[i];
    return NULL;
}

static int create(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    int64_t shares = tx->value[PG_LIGHTER_INITIAL_TOTAL_SHARES];
    pg_money cost = (pg_money)shares * SHARE_MICRO * LIX_MONEY_MICRO;
    int count = 0;
    if (a->index != a->master)
        return LIX_INVALID_MASTER;
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        count += e->accounts[k] && e->accounts[k]->pool.exists && e->accounts[k]->pool.operator_index == a->index;
    if (count >= POOLS)
        return LIX_TOO_MANY_POOLS;
    if (shares < LEAST_SHARES)
        return LIX_INVALID_POOL_USDC;
    if (cost > free_money(e, a))
        return LIX_NOT_ENOUGH_COLLATERAL;
    lix_account *pool = lix_open_account(e, e->next_sub, a->index, a->l1_address, a->tier);
    if (!pool)
        return LIX_TOO_MANY_POOLS;
    e->next_sub--;
    pool->pool = (lix_pool){ .exists = true,
                             .operator_fee = tx->value[PG_LIGHTER_OPERATOR_FEE],
                             .min_share_rate = tx->value[PG_LIGHTER_MIN_OPERATOR_SHARE_RATE],
                             .shares = shares,
                             .operator_shares = shares,
                             .operator_index = a->index };
    move(e, a, pool, cost);
    return 0;
}

static int update(lix_account *a, lix_account *pool, const pg_lighter_tx *tx)
{
    if (pool->pool.operator_index != a->index)
        return LIX_POOL_MASTER_ONLY;
    if (tx->value[PG_LIGHTER_OPERATOR_FEE] > pool->pool.operator_fee) /* it may only fall */
        return LIX_INVALID_OPERATOR_FEE;
    if (pool->pool.frozen && tx->value[PG_LIGHTER_POOL_STATUS] == 0)
        return LIX_INVALID_POOL_STATUS;
    pool->pool.frozen = tx->value[PG_LIGHTER_POOL_STATUS] == 1;
    pool->pool.operator_fee = tx->value[PG_LIGHTER_OPERATOR_FEE];
    pool->pool.min_share_rate = tx->value[PG_LIGHTER_MIN_OPERATOR_SHARE_RATE];
    return 0;
}

/* Rounded against the one who moves: what is paid up, what is got down. */
static pg_money price_of(const pg_lighter_exchange *e, const lix_account *pool, int64_t shares, bool up)
{
    pg_money value = value_of(e, pool) / LIX_MONEY_MICRO, all = pool->pool.shares;
    pg_money micro = all > 0 ? (value * shares + (up ? all - 1 : 0)) / all : (pg_money)shares * SHARE_MICRO;
    return micro * LIX_MONEY_MICRO;
}

static int mint(pg_lighter_exchange *e, lix_account *a, lix_account *pool, int64_t shares)
{
    bool operates = pool->pool.operator_index == a->index;
    lix_share *share = find_share(a, pool->index);
    if (pool->pool.frozen)
        return LIX_POOL_FROZEN;
    /* The pool's whole stays a number that can be written, and the operator keeps his part of it. */
    if (shares > (((int64_t)1 << 60) - 1) - pool->pool.shares)
        return LIX_INVALID_MINT;
    if (!operates && (pg_money)pool->pool.operator_shares * RATE <
                         (pg_money)(pool->pool.shares + shares) * pool->pool.min_share_rate)
        return LIX_BELOW_OWNERSHIP;
    pg_money cost = price_of(e, pool, shares, true);
    if (cost > free_money(e, a))
        return LIX_NOT_ENOUGH_COLLATERAL;
    if (!operates && !share) {
        if (a->share_count == LIX_SHARES)
            return LIX_TOO_MANY_INVESTED;
        share = &a->shares[a->share_count++];
        *share = (lix_share){ .pool = pool->index, .entry_ms = lix_now_ms(e) };
    }
    if (operates)
        pool->pool.operator_shares += shares;
    if (share) {
        share->amount += shares;
        share->principal_micro += (int64_t)(cost / LIX_MONEY_MICRO);
    }
    move(e, a, pool, cost);
    pool->pool.shares += shares;
    return 0;
}

static int burn(pg_lighter_exchange *e, lix_account *a, lix_account *pool, int64_t shares)
{
    bool operates = pool->pool.operator_index == a->index;
    lix_share *share = find_share(a, pool->index);
    int64_t has = operates ? pool->pool.operator_shares : share ? share->amount : 0;
    if (shares > has)
        return LIX_INSUFFICIENT_SHARES;
    pg_money worth = price_of(e, pool, shares, false);
    if (worth > free_money(e, pool))
        return LIX_INVALID_BURN;
    if (operates &&
        (pg_money)(has - shares) * RATE < (pg_money)(pool->pool.shares - shares) * pool->pool.min_share_rate)
        return LIX_BELOW_OWNERSHIP;
    if (operates)
        pool->pool.operator_shares -= shares;
    if (share) {
        share->principal_micro -= (int64_t)((pg_money)share->principal_micro * shares / share->amount);
        share->amount -= shares;
        if (share->amount == 0)
            *share = a->shares[--a->share_count];
    }
    pool->pool.shares -= shares;
    move(e, pool, a, worth);
    return 0;
}

int lix_pool_manage(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    if (tx->type == PG_LIGHTER_CREATE_PUBLIC_POOL)
        return create(e, a, tx);
    lix_account *pool = lix_find_account(e, tx->value[PG_LIGHTER_PUBLIC_POOL_INDEX]);
    if (!pool || !pool->pool.exists || pool == a)
        return LIX_INVALID_POOL;
    if (tx->type == PG_LIGHTER_UPDATE_PUBLIC_POOL)
        return update(a, pool, tx);
    int64_t shares = tx->value[PG_LIGHTER_SHARE_AMOUNT];
    return tx->type == PG_LIGHTER_MINT_SHARES ? mint(e, a, pool, shares) : burn(e, a, pool, shares);
}

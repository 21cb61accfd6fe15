/* What Lighter refuses at its door, before a transaction waits for its execution (lighter.md 5, appendix A). */
#include <string.h>

#include "sim/exchange_lighter_internal.h"
#include "venue/lighter/rules.h"

enum {
    NOTIONAL_MICRO = 10000000, /* the least value that may rest */
    ACCIDENT_PERCENT = 20,     /* a price this far beyond the mark on the side that pays is taken for a slip */
    FAR_PERCENT = 90,
    TRIGGER_PERCENT = 20,
    MARKET_ORDERS = 1000,
    MARKET_PENDING = 16,
    ALL_ORDERS = 1500,
    ALL_PENDING = 500
};

#define EXPIRY_LEAST_MS (5ll * 60 * 1000)
#define EXPIRY_MOST_MS  (30ll * 86400 * 1000)
#define SWITCH_MOST_MS  (15ll * 86400 * 1000)
#define QUOTE_LIMIT     281474976710655 /* 1e-6 */

/* ---- by itself ---- */

/* The words of the rules by how they begin, in the order in which they are looked at. */
int lix_check_form(const pg_lighter_tx *tx)
{
    static const struct {
        const char *words;
        int code;
    } codes[] = { { "AccountIndex", LIX_INVALID_ACCOUNT_INDEX },
                  { "FromAccountIndex", LIX_INVALID_ACCOUNT_INDEX },
                  { "ToAccountIndex", LIX_INVALID_TO_ACCOUNT },
                  { "ApiKeyIndex", LIX_INVALID_API_KEY_INDEX },
                  { "MarketIndex", LIX_INVALID_MARKET },
                  { "ClientOrderIndex", LIX_INVALID_CLIENT_INDEX },
                  { "BaseAmount", LIX_INVALID_BASE_AMOUNT },
                  { "OrderPrice", LIX_INVALID_PRICE },
                  { "IsAsk", LIX_INVALID_IS_ASK },
                  { "OrderType", LIX_INVALID_ORDER_TYPE },
                  { "OrderTimeInForce", LIX_INVALID_FORCE },
                  { "ReduceOnly", LIX_INVALID_REDUCE_ONLY },
                  { "TriggerPrice", LIX_INVALID_TRIGGER },
                  { "OrderExpiry", LIX_INVALID_EXPIRY },
                  { "OrderIndex", LIX_INVALID_ORDER_INDEX },
                  { "OrderGroupSize", LIX_INVALID_GROUP_SIZE },
                  { "CancelAllTimeInForce", LIX_INVALID_CANCEL_FORCE },
                  { "CancelAllTime", LIX_INVALID_CANCEL_TIME },
                  { "InitialMarginFraction", LIX_INVALID_MARGIN_FRACTION },
                  { "MarginMode", LIX_INVALID_MARGIN_MODE },
                  { "Margin movement", LIX_INVALID_DIRECTION },
                  { "GroupingType", LIX_INVALID_GROUPING },
                  { "RouteType", LIX_INVALID_ROUTE_TYPE },
                  { "AssetIndex", LIX_INVALID_ASSET },
                  { "PoolOperatorFee", LIX_INVALID_OPERATOR_FEE },
                  { "PoolInitialTotalShares", LIX_INVALID_POOL_USDC },
                  { "PoolMinOperatorShareRate", LIX_INVALID_SHARE_RATE },
                  { "PublicPoolIndex", LIX_INVALID_POOL },
                  { "PoolStatus", LIX_INVALID_POOL_STATUS },
                  { "StakingPoolIndex", LIX_INVALID_STAKING_POOL },
                  { "MarketFee", LIX_INVALID_FEE },
                  { "AccountNonce", LIX_INVALID_NONCE } };
    pg_error err = { 0 };
    pg_status status = pg_lighter_tx_check(tx, &err);
    if (status == PG_ERR_UNSUPPORTED)
        return LIX_UNSUPPORTED_TX;
    if (status == PG_OK)
        return tx->value[PG_LIGHTER_API_KEY_INDEX] > 254 ? LIX_INVALID_API_KEY_INDEX : 0;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        size_t length = strlen(codes[i].words);
        if (strncmp(err.what, codes[i].words, length) == 0 && err.what[length] == ' ')
            return codes[i].code;
    }
    return LIX_INVALID_TX_INFO;
}

/* ---- prices ---- */

static bool is_beyond(int64_t price, int64_t reference, bool above, int percent)
{
    pg_money away = above ? price - reference : reference - price;
    return reference > 0 && away * 100 > (pg_money)reference * percent;
}

static int check_price(const pg_lighter_exchange *e, int market, const int64_t *order, bool protection)
{
    pg_exchange_context c;
    bool buys = !order[PG_LIGHTER_IS_ASK];
    int64_t price = order[PG_LIGHTER_PRICE], trigger = order[PG_LIGHTER_TRIGGER_PRICE];
    pg_exchange_get_context(&c, e->core, market);
    if (trigger != 0) {
        bool market_order = order[PG_LIGHTER_TYPE] == LIX_STOP || order[PG_LIGHTER_TYPE] == LIX_TAKE;
        bool short_of = buys ? price < trigger : price > trigger; /* it could not be filled at its trigger */
        if (market_order && short_of)
            return LIX_INVALID_PRICE;
        return is_beyond(price, trigger, buys, TRIGGER_PERCENT) ? LIX_TRIGGER_TOO_FAR : 0;
    }
    if (is_beyond(price, c.mark, true, FAR_PERCENT) || is_beyond(price, c.mark, false, FAR_PERCENT))
        return LIX_PRICE_TOO_FAR;
    return protection && is_beyond(price, c.mark, buys, ACCIDENT_PERCENT) ? LIX_ACCIDENTAL_PRICE : 0;
}

/* ---- orders ---- */

static int check_expiry(const pg_lighter_exchange *e, int64_t expiry_ms)
{
    int64_t ahead = expiry_ms - lix_now_ms(e);
    return expiry_ms != 0 && (ahead < EXPIRY_LEAST_MS || ahead > EXPIRY_MOST_MS) ? LIX_INVALID_EXPIRY : 0;
}

/* The least size and value of orders that may rest. */
static int check_minimum(const pg_lighter_exchange *e, int market, const int64_t *order)
{
    pg_money notional = (pg_money)order[PG_LIGHTER_BASE_AMOUNT] * order[PG_LIGHTER_PRICE];
    if (notional > QUOTE_LIMIT)
        return LIX_INVALID_MINIMUM;
    if (order[PG_LIGHTER_REDUCE_ONLY] || order[PG_LIGHTER_TIME_IN_FORCE] == LIX_IMMEDIATE)
        return 0;
    return order[PG_LIGHTER_BASE_AMOUNT] < e->markets[market].min_size || notional < NOTIONAL_MICRO
               ? LIX_INVALID_MINIMUM
               : 0;
}

static int check_counts(const pg_lighter_exchange *e, const lix_account *a, int market, bool waits)
{
    int all[2] = { 0 }, here[2] = { 0 };
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));) {
        all[o->waiting]++;
        here[o->waiting] += o->market == market;
    }
    if (waits)
        return all[1] >= ALL_PENDING       ? LIX_TOO_MANY_PENDING_ORDERS
               : here[1] >= MARKET_PENDING ? LIX_TOO_MANY_MARKET_PENDING
                                           : 0;
    return all[0] >= ALL_ORDERS ? LIX_TOO_MANY_ORDERS : here[0] >= MARKET_ORDERS ? LIX_TOO_MANY_MARKET_ORDERS : 0;
}

static int check_order(const pg_lighter_exchange *e, const lix_account *a, const int64_t *order, bool protection,
                       bool child)
{
    int market = lix_find_market(e, order[PG_LIGHTER_MARKET_INDEX]);
    int64_t client = order[PG_LIGHTER_CLIENT_ORDER_INDEX];
    if (market < 0)
        return LIX_INVALID_MARKET;
    int code = check_expiry(e, order[PG_LIGHTER_ORDER_EXPIRY]);
    if (code == 0 && client != 0 && lix_client_is_taken(e, a, client))
        code = LIX_CLIENT_INDEX_TAKEN;
    if (code == 0 && order[PG_LIGHTER_TYPE] != LIX_TWAP)
        code = check_price(e, market, order, protection);
    if (code == 0 && !child && order[PG_LIGHTER_BASE_AMOUNT] != 0)
        code = check_minimum(e, market, order);
    return code ? code : check_counts(e, a, market, order[PG_LIGHTER_TRIGGER_PRICE] != 0);
}

static int check_modify(const pg_lighter_exchange *e, const lix_account *a, const pg_lighter_tx *tx, bool protection)
{
    const pg_exchange_order *o = lix_find_open(e, a, tx->value[PG_LIGHTER_INDEX]);
    int market = lix_find_market(e, tx->value[PG_LIGHTER_MARKET_INDEX]);
    if (market < 0)
        return LIX_INVALID_MARKET;
    if (!o)
        return 0; /* it may be on its way: found out when it is executed */
    if (o->market != market)
        return LIX_INVALID_MARKET;
    if ((o->trigger.price != 0) != (tx->value[PG_LIGHTER_TRIGGER_PRICE] != 0))
        return LIX_INVALID_TRIGGER;
    int64_t order[PG_LIGHTER_ORDER_FIELDS] = { [PG_LIGHTER_BASE_AMOUNT] = tx->value[PG_LIGHTER_BASE_AMOUNT],
                                               [PG_LIGHTER_PRICE] = tx->value[PG_LIGHTER_PRICE],
                                               [PG_LIGHTER_IS_ASK] = o->side == PG_SELL,
                                               [PG_LIGHTER_TYPE] = o->note[NOTE_TYPE],
                                               [PG_LIGHTER_TIME_IN_FORCE] = o->note[NOTE_FORCE],
                                               [PG_LIGHTER_REDUCE_ONLY] = o->reduce_only,
                                               [PG_LIGHTER_TRIGGER_PRICE] = tx->value[PG_LIGHTER_TRIGGER_PRICE] };
    int code = check_price(e, market, order, protection);
    return code || order[PG_LIGHTER_BASE_AMOUNT] == 0 ? code : check_minimum(e, market, order);
}

static int check_cancel_all(const pg_lighter_exchange *e, const pg_lighter_tx *tx)
{
    int64_t force = tx->value[PG_LIGHTER_CANCEL_TIME_IN_FORCE];
    int64_t ahead = tx->value[PG_LIGHTER_CANCEL_TIME] - lix_now_ms(e);
    if (force == 1 && (ahead < EXPIRY_LEAST_MS || ahead > SWITCH_MOST_MS))
        return LIX_INVALID_CANCEL_TIME;
    for (int i = 0; i < tx->attributes; i++)
        if (tx->attribute[i].type == PG_LIGHTER_CANCEL_MARKET && tx->attribute[i].value != 255 &&
            lix_find_market(e, tx->attribute[i].value) < 0)
            return LIX_INVALID_MARKET;
    return 0;
}

/* Fees for an integrator need his approval. */
static int check_integrator(const pg_lighter_exchange *e, const lix_account *a, const pg_lighter_tx *tx)
{
    int64_t index = 0, taker = 0, maker = 0;
    for (int i = 0; i < tx->attributes; i++) {
        const pg_lighter_attribute *at = &tx->attribute[i];
        index = at->type == PG_LIGHTER_INTEGRATOR ? at->value : index;
        taker = at->type == PG_LIGHTER_INTEGRATOR_TAKER_FEE ? at->value : taker;
        maker = at->type == PG_LIGHTER_INTEGRATOR_MAKER_FEE ? at->value : maker;
    }
    if (index == 0)
        return 0;
    for (int i = 0; i < a->integrator_count; i++) {
        const lix_integrator *known = &a->integrators[i];
        if (known->index == index && known->expiry_ms > lix_now_ms(e))
            return taker > known->fee[0] || maker > known->fee[1] ? LIX_INVALID_FEE : 0;
    }
    return LIX_INTEGRATOR_NOT_APPROVED;
}

/* What a key for makers may not send. */
static bool is_for_makers(const pg_lighter_exchange *e, const lix_account *a, const pg_lighter_tx *tx)
{
    switch (tx->type) {
    case PG_LIGHTER_CREATE_ORDER:
        return tx->value[PG_LIGHTER_TYPE] == LIX_LIMIT && tx->value[PG_LIGHTER_TIME_IN_FORCE] == LIX_POST_ONLY;
    case PG_LIGHTER_MODIFY_ORDER: {
        const pg_exchange_order *o = lix_find_open(e, a, tx->value[PG_LIGHTER_INDEX]);
        return !o || o->note[NOTE_FORCE] == LIX_POST_ONLY;
    }
    case PG_LIGHTER_CANCEL_ORDER:
    case PG_LIGHTER_CANCEL_ALL_ORDERS: return true;
    default: return false;
    }
}

int lix_check_now(const pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx, bool price_protection)
{
    const lix_key *key = lix_find_key(a, tx->value[PG_LIGHTER_API_KEY_INDEX]);
    int code = check_integrator(e, a, tx);
    if (code)
        return code;
    if (key && key->maker_only && !is_for_makers(e, a, tx))
        return LIX_TX_NOT_ALLOWED;
    switch (tx->type) {
    case PG_LIGHTER_CREATE_ORDER: return check_order(e, a, tx->value, price_protection, false);
    case PG_LIGHTER_CREATE_GROUPED_ORDERS:
        for (int i = 0; i < tx->orders && code == 0; i++)
            code = check_order(e, a, tx->order[i], price_protection, i > 0);
        return code;
    case PG_LIGHTER_MODIFY_ORDER: return check_modify(e, a, tx, price_protection);
    case PG_LIGHTER_CANCEL_ALL_ORDERS: return check_cancel_all(e, tx);
    case PG_LIGHTER_CANCEL_ORDER:
    case PG_LIGHTER_UPDATE_LEVERAGE:
    case PG_LIGHTER_UPDATE_MARGIN:
        return lix_find_market(e, tx->value[PG_LIGHTER_MARKET_INDEX]) < 0 ? LIX_INVALID_MARKET : 0;
    default: return 0;
    }
}

/* ---- who waits longer ---- */

static bool would_take(const pg_lighter_exchange *e, int market, bool ask, int64_t price)
{
    int64_t touch = pg_exchange_touch(e->core, market, ask ? PG_BUY : PG_SELL).price;
    return touch != 0 && (ask ? price <= touch : price >= touch);
}

static bool takes(const pg_lighter_exchange *e, const int64_t *order)
{
    int market = lix_find_market(e, order[PG_LIGHTER_MARKET_INDEX]);
    if (order[PG_LIGHTER_TRIGGER_PRICE] != 0 || order[PG_LIGHTER_TYPE] == LIX_TWAP ||
        order[PG_LIGHTER_TIME_IN_FORCE] == LIX_POST_ONLY)
        return false;
    return order[PG_LIGHTER_TIME_IN_FORCE] == LIX_IMMEDIATE ||
           (market >= 0 && would_take(e, market, order[PG_LIGHTER_IS_ASK] != 0, order[PG_LIGHTER_PRICE]));
}

bool lix_is_taker(const pg_lighter_exchange *e, const pg_lighter_tx *tx)
{
    if (tx->type == PG_LIGHTER_CREATE_ORDER)
        return takes(e, tx->value);
    if (tx->type == PG_LIGHTER_CREATE_GROUPED_ORDERS)
        return takes(e, tx->order[0]);
    if (tx->type != PG_LIGHTER_MODIFY_ORDER)
        return false;
    const lix_account *a = lix_find_account(e, tx->value[PG_LIGHTER_ACCOUNT_INDEX]);
    const pg_exchange_order *o = a ? lix_find_open(e, a, tx->value[PG_LIGHTER_INDEX]) : NULL;
    return o && !o->waiting && o->note[NOTE_FORCE] != LIX_POST_ONLY &&
           would_take(e, o->market, o->side == PG_SELL, tx->value[PG_LIGHTER_PRICE]);
}

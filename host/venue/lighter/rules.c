#include "venue/lighter/rules.h"

#include <string.h>

enum { LIMIT, MARKET, STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT, TWAP };
enum { IMMEDIATE_OR_CANCEL, GOOD_TILL_TIME };
enum { ONE_CANCELS_OTHER = 2, ONE_TRIGGERS_BOTH = 3 };
enum { CANCEL_IMMEDIATE, CANCEL_SCHEDULED };
enum { MAX_FEE = 1000000, QUERY_KEY = 255 };

#define MAX_INTEGRATOR (((int64_t)1 << 48) - 2)

#define REFUSE(...) return pg_fail(err, PG_ERR_INVALID, __VA_ARGS__)

bool pg_lighter_market_is_perp(int64_t market)
{
    return market >= 0 && market <= 254;
}

bool pg_lighter_market_is_spot(int64_t market)
{
    return market >= 2048 && market <= 4094;
}

static pg_status check_range(pg_lighter_field field, int64_t value, pg_error *err)
{
    const pg_lighter_field_info *info = &pg_lighter_field_infos[field];

    if (value < info->min) {
        if (info->below)
            REFUSE("%s", info->below);
        REFUSE("%s should not be less than %lld", info->label, (long long)info->min);
    }
    if (value > info->max) {
        if (info->above)
            REFUSE("%s", info->above);
        REFUSE("%s should not be larger than %lld", info->label, (long long)info->max);
    }
    if (field == PG_LIGHTER_MARKET_INDEX && !pg_lighter_market_is_perp(value) && !pg_lighter_market_is_spot(value))
        REFUSE("MarketIndex is not valid");
    return PG_OK;
}

static bool is_stop(int64_t type)
{
    return type == STOP_LOSS || type == STOP_LOSS_LIMIT;
}

static bool is_take(int64_t type)
{
    return type == TAKE_PROFIT || type == TAKE_PROFIT_LIMIT;
}

/* What a type asks of time in force, trigger price, expiry and market. */
static pg_status check_order_type(const int64_t *order, pg_error *err)
{
    int64_t type = order[PG_LIGHTER_TYPE], force = order[PG_LIGHTER_TIME_IN_FORCE];
    bool conditional = is_stop(type) || is_take(type), force_fits = true, expires = true;

    if (type == LIMIT) {
        expires = force != IMMEDIATE_OR_CANCEL;
    } else if (type == MARKET) {
        force_fits = force == IMMEDIATE_OR_CANCEL;
        expires = false;
    } else if (type == STOP_LOSS || type == TAKE_PROFIT) {
        force_fits = force == IMMEDIATE_OR_CANCEL;
    } else if (type == TWAP) {
        force_fits = force == GOOD_TILL_TIME;
    }
    if (conditional && !pg_lighter_market_is_perp(order[PG_LIGHTER_MARKET_INDEX]))
        REFUSE("OrderType is not valid");
    if (!force_fits)
        REFUSE("OrderTimeInForce is not valid");
    if (conditional != (order[PG_LIGHTER_TRIGGER_PRICE] != 0))
        REFUSE("TriggerPrice is invalid");
    if (expires != (order[PG_LIGHTER_ORDER_EXPIRY] != 0))
        REFUSE("OrderExpiry is invalid");
    return PG_OK;
}

static pg_status check_order(const int64_t *order, bool in_group, pg_error *err)
{
    pg_status status = PG_OK;

    for (int f = 0; f < PG_LIGHTER_ORDER_FIELDS && status == PG_OK; f++)
        status = check_range((pg_lighter_field)f, order[f], err);
    if (status != PG_OK)
        return status;
    if (order[PG_LIGHTER_BASE_AMOUNT] == 0 && !order[PG_LIGHTER_REDUCE_ONLY] && !in_group)
        REFUSE("BaseAmount should not be less than 1");
    if (order[PG_LIGHTER_REDUCE_ONLY] && pg_lighter_market_is_spot(order[PG_LIGHTER_MARKET_INDEX]))
        REFUSE("ReduceOnly is invalid");
    return check_order_type(order, err);
}

static pg_status check_distinct(const pg_lighter_tx *tx, pg_error *err)
{
    for (int i = 0; i < tx->orders; i++)
        for (int k = 0; k < i; k++)
            if (tx->order[i][PG_LIGHTER_CLIENT_ORDER_INDEX] != 0 &&
                tx->order[i][PG_LIGHTER_CLIENT_ORDER_INDEX] == tx->order[k][PG_LIGHTER_CLIENT_ORDER_INDEX])
                REFUSE("ClientOrderIndex should be unique within the group");
    return PG_OK;
}

/* One stop-loss and one take-profit. */
static bool is_pair(const int64_t *a, const int64_t *b)
{
    return (is_stop(a[PG_LIGHTER_TYPE]) && is_take(b[PG_LIGHTER_TYPE])) ||
           (is_take(a[PG_LIGHTER_TYPE]) && is_stop(b[PG_LIGHTER_TYPE]));
}

static pg_status check_one_cancels_other(const int64_t *a, const int64_t *b, pg_error *err)
{
    if (!is_pair(a, b))
        REFUSE("OrderType is not valid");
    if (a[PG_LIGHTER_BASE_AMOUNT] != b[PG_LIGHTER_BASE_AMOUNT])
        REFUSE("BaseAmount should be the same in both orders");
    if (a[PG_LIGHTER_IS_ASK] != b[PG_LIGHTER_IS_ASK])
        REFUSE("IsAsk should be 0 or 1");
    if (!a[PG_LIGHTER_REDUCE_ONLY] || !b[PG_LIGHTER_REDUCE_ONLY])
        REFUSE("ReduceOnly is invalid");
    if (a[PG_LIGHTER_ORDER_EXPIRY] != b[PG_LIGHTER_ORDER_EXPIRY])
        REFUSE("OrderExpiry is invalid");
    return PG_OK;
}

static pg_status check_child(const int64_t *parent, const int64_t *child, pg_error *err)
{
    if (!is_stop(child[PG_LIGHTER_TYPE]) && !is_take(child[PG_LIGHTER_TYPE]))
        REFUSE("OrderType is not valid");
    if (child[PG_LIGHTER_BASE_AMOUNT] != 0)
        REFUSE("BaseAmount should be nil");
    if (child[PG_LIGHTER_IS_ASK] == parent[PG_LIGHTER_IS_ASK])
        REFUSE("IsAsk should be 0 or 1");
    if (parent[PG_LIGHTER_REDUCE_ONLY] && !child[PG_LIGHTER_REDUCE_ONLY])
        REFUSE("ReduceOnly is invalid");
    if (parent[PG_LIGHTER_ORDER_EXPIRY] != 0 && parent[PG_LIGHTER_ORDER_EXPIRY] != child[PG_LIGHTER_ORDER_EXPIRY])
        REFUSE("OrderExpiry is invalid");
    return PG_OK;
}

static pg_status check_triggered(const pg_lighter_tx *tx, pg_error *err)
{
    const int64_t *parent = tx->order[0];
    pg_status status = PG_OK;

    if (parent[PG_LIGHTER_TYPE] != LIMIT && parent[PG_LIGHTER_TYPE] != MARKET)
        REFUSE("OrderType is not valid");
    if (parent[PG_LIGHTER_BASE_AMOUNT] == 0 && !parent[PG_LIGHTER_REDUCE_ONLY])
        REFUSE("BaseAmount should not be less than 1");
    for (int i = 1; i < tx->orders && status == PG_OK; i++)
        status = check_child(parent, tx->order[i], err);
    if (status != PG_OK || tx->orders == 2)
        return status;
    if (!is_pair(tx->order[1], tx->order[2]))
        REFUSE("OrderType is not valid");
    if (tx->order[1][PG_LIGHTER_ORDER_EXPIRY] != tx->order[2][PG_LIGHTER_ORDER_EXPIRY])
        REFUSE("OrderExpiry is invalid");
    return PG_OK;
}

static pg_status check_group(const pg_lighter_tx *tx, pg_error *err)
{
    int64_t type = tx->value[PG_LIGHTER_GROUPING_TYPE];
    pg_status status;

    if (tx->orders != (type == ONE_TRIGGERS_BOTH ? 3 : 2))
        REFUSE("OrderGroupSize is not valid");
    status = check_distinct(tx, err);
    for (int i = 0; i < tx->orders && status == PG_OK; i++) {
        if (tx->order[i][PG_LIGHTER_MARKET_INDEX] != tx->order[0][PG_LIGHTER_MARKET_INDEX])
            REFUSE("MarketIndex should match the market index of the order");
        if (!pg_lighter_market_is_perp(tx->order[i][PG_LIGHTER_MARKET_INDEX]))
            REFUSE("MarketIndex is not valid");
        status = check_order(tx->order[i], true, err);
    }
    if (status != PG_OK)
        return status;
    return type == ONE_CANCELS_OTHER ? check_one_cancels_other(tx->order[0], tx->order[1], err)
                                     : check_triggered(tx, err);
}

static pg_status check_cancel_all(const pg_lighter_tx *tx, pg_error *err)
{
    int64_t force = tx->value[PG_LIGHTER_CANCEL_TIME_IN_FORCE], time = tx->value[PG_LIGHTER_CANCEL_TIME];

    if (force != CANCEL_SCHEDULED && time != 0)
        REFUSE("CancelAllTime should be nil");
    if (force == CANCEL_SCHEDULED && time == 0)
        REFUSE("%s", pg_lighter_field_infos[PG_LIGHTER_CANCEL_TIME].below);
    return PG_OK;
}

static pg_status check_integrator(const int64_t *value, pg_error *err)
{
    bool fees = value[PG_LIGHTER_MAX_PERPS_TAKER_FEE] || value[PG_LIGHTER_MAX_PERPS_MAKER_FEE] ||
                value[PG_LIGHTER_MAX_SPOT_TAKER_FEE] || value[PG_LIGHTER_MAX_SPOT_MAKER_FEE];

    if (value[PG_LIGHTER_APPROVAL_EXPIRY] == 0 && fees)
        REFUSE("ApprovalExpiry should be zero when revoking integrator approval");
    return PG_OK;
}

/* One attribute by itself. */
static pg_status check_attribute(pg_lighter_attribute a, pg_error *err)
{
    static const struct {
        int64_t min, max;
        const char *text;
    } limits[PG_LIGHTER_ATTRIBUTE_TYPES] = {
        [PG_LIGHTER_INTEGRATOR] = { 0, MAX_INTEGRATOR, "IntegratorAccountIndex is in invalid range" },
        [PG_LIGHTER_INTEGRATOR_TAKER_FEE] = { 0, MAX_FEE, "Integrator fees are in invalid range" },
        [PG_LIGHTER_INTEGRATOR_MAKER_FEE] = { 0, MAX_FEE, "Integrator fees are in invalid range" },
        [PG_LIGHTER_SKIP_NONCE] = { 1, 1, "Nonce skip attribute is invalid" },
        [PG_LIGHTER_CANCEL_MARKET] = { 0, 255, "Cancel all for market index attribute is in invalid range" },
        [PG_LIGHTER_SELF_TRADE_BEHAVIOUR] = { 0, 3, "SelfTradeBehaviorMode is in invalid range" },
        [PG_LIGHTER_SELF_TRADE_EQUALITY] = { 0, 1, "SelfTradeEqualityMode is in invalid range" },
    };

    if (a.type < 1 || a.type >= PG_LIGHTER_ATTRIBUTE_TYPES)
        REFUSE("Attribute type is invalid: %lld", (long long)a.type);
    if (a.value < limits[a.type].min || a.value > limits[a.type].max)
        REFUSE("%s", limits[a.type].text);
    return PG_OK;
}

static pg_status check_attributes(const pg_lighter_tx *tx, pg_error *err)
{
    int64_t value[PG_LIGHTER_ATTRIBUTE_TYPES] = { [PG_LIGHTER_CANCEL_MARKET] = 255 };
    bool given[PG_LIGHTER_ATTRIBUTE_TYPES] = { false };

    if (tx->attributes > PG_LIGHTER_ATTRIBUTES_MAX)
        REFUSE("Too many attributes, should not be larger than %d", PG_LIGHTER_ATTRIBUTES_MAX);
    for (int i = 0; i < tx->attributes; i++) {
        pg_status status = check_attribute(tx->attribute[i], err);
        if (status != PG_OK)
            return status;
        value[tx->attribute[i].type] = tx->attribute[i].value;
        given[tx->attribute[i].type] = !pg_lighter_attribute_is_nil(tx->attribute[i]);
    }
    bool fees = given[PG_LIGHTER_INTEGRATOR_TAKER_FEE] || given[PG_LIGHTER_INTEGRATOR_MAKER_FEE];
    if (fees && !given[PG_LIGHTER_INTEGRATOR])
        REFUSE("IntegratorAccountIndex should be non-zero when integrator taker fee or maker fee is non-zero");
    if (fees && (given[PG_LIGHTER_SELF_TRADE_BEHAVIOUR] || given[PG_LIGHTER_SELF_TRADE_EQUALITY]))
        REFUSE("Self-trade specification isn't allowed with integrator fees");
    if (value[PG_LIGHTER_SELF_TRADE_BEHAVIOUR] == 3 && value[PG_LIGHTER_SELF_TRADE_EQUALITY] == 1)
        REFUSE("Reduce self-trade behavior mode isn't allowed with master account index equality mode");
    if (given[PG_LIGHTER_CANCEL_MARKET] &&
        (tx->type != PG_LIGHTER_CANCEL_ALL_ORDERS || tx->value[PG_LIGHTER_CANCEL_TIME_IN_FORCE] != CANCEL_IMMEDIATE))
        REFUSE("Cancel all for market index can't be scheduled, TimeInforce must be ImmediateCancelAll");
    return PG_OK;
}

/* It goes into JSON as it is: only hexadecimal digits may. */
static pg_status check_l1_signature(const pg_lighter_tx *tx, pg_error *err)
{
    size_t length = strnlen(tx->l1_signature, sizeof tx->l1_signature);

    if (length == 0)
        return PG_OK;
    if (length != 132 || strncmp(tx->l1_signature, "0x", 2) != 0 ||
        strspn(tx->l1_signature + 2, "0123456789abcdefABCDEF") != 130)
        REFUSE("L1Sig should be 0x and 130 hexadecimal digits, or empty");
    return PG_OK;
}

static pg_status check_kind(const pg_lighter_tx *tx, pg_error *err)
{
    switch (tx->type) {
    case PG_LIGHTER_CREATE_ORDER: return check_order(tx->value, false, err);
    case PG_LIGHTER_CREATE_GROUPED_ORDERS: return check_group(tx, err);
    case PG_LIGHTER_CANCEL_ALL_ORDERS: return check_cancel_all(tx, err);
    case PG_LIGHTER_APPROVE_INTEGRATOR: return check_integrator(tx->value, err);
    case PG_LIGHTER_UPDATE_LEVERAGE:
    case PG_LIGHTER_UPDATE_MARGIN:
        if (!pg_lighter_market_is_perp(tx->value[PG_LIGHTER_MARKET_INDEX]))
            REFUSE("MarketIndex is not valid");
        return PG_OK;
    default: return PG_OK;
    }
}

pg_status pg_lighter_tx_check(const pg_lighter_tx *tx, pg_error *err)
{
    const pg_lighter_kind *kind = pg_lighter_kind_find(tx->type);
    pg_status status = PG_OK;

    if (!kind)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "transaction type %d cannot be built by a user", tx->type);
    for (int i = 0; i < kind->count && status == PG_OK; i++) {
        pg_lighter_field field = kind->field[i];
        bool query_key = field == PG_LIGHTER_API_KEY_INDEX && tx->type == PG_LIGHTER_CANCEL_ALL_ORDERS &&
                         tx->value[field] == QUERY_KEY;
        if (!query_key)
            status = check_range(field, tx->value[field], err);
    }
    if (status == PG_OK)
        status = check_kind(tx, err);
    if (status == PG_OK)
        status = check_range(PG_LIGHTER_NONCE, tx->value[PG_LIGHTER_NONCE], err);
    if (status == PG_OK)
        status = check_range(PG_LIGHTER_EXPIRED_AT, tx->value[PG_LIGHTER_EXPIRED_AT], err);
    if (status == PG_OK)
        status = check_attributes(tx, err);
    return status == PG_OK ? check_l1_signature(tx, err) : status;
}

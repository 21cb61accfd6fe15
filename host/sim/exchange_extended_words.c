/* Enumerations, errors and intervals as Extended writes them (extended.md 2.1, 4.2, 14). */
#include <string.h>

#include "sim/exchange_extended_internal.h"

int exx_find_word(const char *const *words, int count, const char *word)
{
    for (int i = 0; word && i < count; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

/* ---- errors ---- */

static const struct {
    int code, http;
    const char *words;
} errors[] = {
    { 400, 400, "Invalid or missing parameter" },
    { 401, 401, "Unauthorized" },
    { 403, 403, "Forbidden" },
    { 404, 404, "Not found" },
    { 422, 422, "Unprocessable entity" },
    { 429, 429, "Too many requests" },
    { 500, 500, "Internal server error" },
    { 1001, 404, "Market not found" },
    { 1004, 404, "Account not found" },
    { 1005, 400, "Interval is not supported" },
    { 1009, 400, "Action is not allowed" },
    { 1010, 400, "Exchange is in maintenance mode" },
    { 1011, 400, "Only post-only orders are allowed" },
    { 1012, 400, "Only reduce-only orders are allowed" },
    { 1049, 400, "Leverage is below the minimum" },
    { 1050, 400, "Leverage is above the maximum" },
    { 1052, 400, "Not enough margin for the leverage" },
    { 1053, 400, "Invalid leverage precision" },
    { 1100, 400, "Invalid StarkEx public key" },
    { 1101, 400, "Invalid StarkEx signature" },
    { 1102, 400, "Invalid StarkEx vault" },
    { 1120, 400, "Order quantity is less than the minimum trade size" },
    { 1121, 400, "Invalid quantity: wrong size increment" },
    { 1122, 400, "Order value exceeds the maximum order value" },
    { 1123, 400, "Invalid quantity precision" },
    { 1124, 400, "Invalid price: wrong price movement" },
    { 1125, 400, "Invalid price precision" },
    { 1126, 400, "Maximum number of open orders exceeded" },
    { 1127, 400, "Maximum position value exceeded" },
    { 1128, 400, "Invalid trading fees" },
    { 1129, 400, "Invalid quantity of a position TP/SL" },
    { 1130, 400, "Order price is missing" },
    { 1131, 400, "TP/SL trigger is missing" },
    { 1132, 400, "Order type is not allowed" },
    { 1133, 400, "Invalid order parameters" },
    { 1134, 400, "Duplicate order" },
    { 1135, 400, "Invalid order expiration" },
    { 1136, 400, "Reduce-only order size exceeds the position size" },
    { 1137, 400, "Reduce-only order without a position" },
    { 1138, 400, "Reduce-only order is on the side of the position" },
    { 1139, 400, "Market order must be IOC" },
    { 1140, 400, "New order cost exceeds available balance" },
    { 1141, 400, "Invalid price" },
    { 1142, 400, "Edited order is not found" },
    { 1143, 400, "Conditional order trigger is missing" },
    { 1144, 400, "Post-only is not possible on a conditional market order" },
    { 1600, 400, "Withdrawal amount must be positive" },
    { 1602, 400, "Withdrawal does not match its settlement" },
    { 1604, 400, "Withdrawal expires too early" },
    { 1605, 400, "Withdrawal asset is not valid" },
};

const char *exx_error_words(int code, int *http)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].code == code) {
            *http = errors[i].http;
            return errors[i].words;
        }
    *http = 400;
    return "Unhandled error";
}

int exx_error_of(pg_exchange_reason reason)
{
    static const int codes[PG_EXCHANGE_REASONS] = {
        [PG_EXCHANGE_PRICE] = 1124,       [PG_EXCHANGE_SIZE] = 1121,     [PG_EXCHANGE_MARGIN] = 1140,
        [PG_EXCHANGE_REDUCE_ONLY] = 1137, [PG_EXCHANGE_TOO_MANY] = 1126, [PG_EXCHANGE_BAD_TRIGGER] = 1133,
    };
    return codes[reason];
}

/* ---- orders ---- */

const char *exx_status(const pg_exchange_order *order)
{
    switch (order->status) {
    case PG_EXCHANGE_OPEN:
        if (order->waiting)
            return "UNTRIGGERED";
        return order->remaining == order->size ? "NEW" : "PARTIALLY_FILLED";
    case PG_EXCHANGE_FILLED: return "FILLED";
    case PG_EXCHANGE_TRIGGERED: return "TRIGGERED";
    case PG_EXCHANGE_CANCELLED: return order->reason == PG_EXCHANGE_BY_EXPIRY ? "EXPIRED" : "CANCELLED";
    default: /* an immediate order that met nothing was in the market all the same */
        return order->reason == PG_EXCHANGE_NO_MATCH ? "CANCELLED" : "REJECTED";
    }
}

const char *exx_status_reason(const pg_exchange_order *order)
{
    static const char *const names[PG_EXCHANGE_REASONS] = {
        [PG_EXCHANGE_BY_LIQUIDATION] = "ACCOUNT_LIQUIDATION",
        [PG_EXCHANGE_REPLACED] = "ORDER_REPLACED",
        [PG_EXCHANGE_BY_VENUE] = "UNKNOWN",
        [PG_EXCHANGE_SELF_TRADE] = "SELF_TRADE_PROTECTION",
        [PG_EXCHANGE_PRICE] = "INVALID_PRICE",
        [PG_EXCHANGE_SIZE] = "INVALID_QTY",
        [PG_EXCHANGE_NOTIONAL] = "INVALID_VALUE",
        [PG_EXCHANGE_FAR] = "INVALID_PRICE",
        [PG_EXCHANGE_MARGIN] = "NOT_ENOUGH_FUNDS",
        [PG_EXCHANGE_REDUCE_ONLY] = "REDUCE_ONLY_FAILED",
        [PG_EXCHANGE_POST_ONLY] = "POST_ONLY_FAILED",
        [PG_EXCHANGE_NO_MATCH] = "NO_LIQUIDITY",
        [PG_EXCHANGE_TOO_MANY] = "UNKNOWN",
        [PG_EXCHANGE_BAD_TRIGGER] = "INVALID_PRICE",
        [PG_EXCHANGE_SIBLING] = "TPSL_OTHER_SIDE_FILLED",
    };
    bool ended = order->status == PG_EXCHANGE_CANCELLED || order->status == PG_EXCHANGE_REJECTED;
    const char *name = ended ? names[order->reason] : NULL;
    return name ? name : "NONE";
}

const char *exx_type_name(int type)
{
    static const char *const names[] = {
        [EXX_LIMIT] = "LIMIT", [EXX_MARKET_ORDER] = "MARKET", [EXX_CONDITIONAL] = "CONDITIONAL", [EXX_TPSL] = "TPSL"
    };
    return names[type];
}

const char *exx_source_name(int source)
{
    static const char *const names[] = {
        [PG_EXCHANGE_AT_MARK] = "MARK", [PG_EXCHANGE_AT_LAST] = "LAST", [PG_EXCHANGE_AT_ORACLE] = "INDEX"
    };
    return names[source];
}

/* ---- intervals ---- */

int exx_interval(const char *name)
{
    static const struct {
        const char *name;
        int minutes;
    } intervals[] = {
        { "PT1M", 1 },
        { "PT5M", 5 },
        { "PT15M", 15 },
        { "PT30M", 30 },
        { "PT1H", 60 },
        { "PT2H", 120 },
        { "PT4H", 240 },
        { "PT8H", 480 },
        { "PT12H", 720 },
        { "PT24H", PG_EXCHANGE_DAY },
        { "P1D", PG_EXCHANGE_DAY },
        { "P7D", PG_EXCHANGE_WEEK },
        { "P30D", 30 * PG_EXCHANGE_DAY },
    };
    for (size_t i = 0; name && i < sizeof intervals / sizeof *intervals; i++)
        if (strcmp(intervals[i].name, name) == 0)
            return intervals[i].minutes;
    return 0;
}

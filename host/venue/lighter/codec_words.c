#include "venue/lighter/codec_words.h"

#include <strings.h>

static const struct {
    const char *word;
    pg_told_state state;
    pg_reason reason;
} statuses[] = {
    { "open", PG_TOLD_OPEN, PG_REASON_NONE },
    { "filled", PG_TOLD_FILLED, PG_REASON_NONE },
    { "canceled", PG_TOLD_CANCELLED, PG_REASON_NONE },
    { "pending", PG_TOLD_OPEN, PG_REASON_NONE },
    { "in-progress", PG_TOLD_OPEN, PG_REASON_NONE },
    { "canceled-post-only", PG_TOLD_REJECTED, PG_REASON_POST_ONLY },
    { "canceled-reduce-only", PG_TOLD_REJECTED, PG_REASON_REDUCE_ONLY },
    { "canceled-position-not-allowed", PG_TOLD_REJECTED, PG_REASON_LIMIT },
    { "canceled-margin-not-allowed", PG_TOLD_REJECTED, PG_REASON_MARGIN },
    { "canceled-invalid-balance", PG_TOLD_REJECTED, PG_REASON_MARGIN },
    { "canceled-too-much-slippage", PG_TOLD_REJECTED, PG_REASON_NO_MATCH },
    { "canceled-not-enough-liquidity", PG_TOLD_REJECTED, PG_REASON_NO_MATCH },
    { "canceled-self-trade", PG_TOLD_CANCELLED, PG_REASON_SELF_TRADE },
    { "canceled-expired", PG_TOLD_CANCELLED, PG_REASON_EXPIRED },
    { "canceled-oco", PG_TOLD_CANCELLED, PG_REASON_OTHER },
    { "canceled-child", PG_TOLD_CANCELLED, PG_REASON_OTHER },
    { "canceled-liquidation", PG_TOLD_CANCELLED, PG_REASON_LIQUIDATION },
};

pg_told_state pg_lighter_state_of(pg_span status, bool filled, pg_reason *reason)
{
    static const char canceled[] = "canceled";
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (!pg_scan_equal(status, statuses[i].word))
            continue;
        *reason = statuses[i].reason;
        return statuses[i].state == PG_TOLD_REJECTED && filled ? PG_TOLD_CANCELLED : statuses[i].state;
    }
    *reason = PG_REASON_OTHER;
    bool over = status.size >= sizeof canceled - 1 && memcmp(status.data, canceled, sizeof canceled - 1) == 0;
    return over ? PG_TOLD_CANCELLED : PG_TOLD_UNKNOWN;
}

/* ---- errors ---- */

static const struct {
    int code;
    pg_lighter_class class;
    pg_reason reason;
    bool gone;
    const char *words;
} faults[] = {
    { 21104, PG_LIGHTER_FAULT_NONCE, PG_REASON_SIGNATURE, false, "invalid nonce" },
    { 21105, PG_LIGHTER_FAULT_NONCE, PG_REASON_SIGNATURE, false, "batch transaction nonce is not increasing" },
    { 21100, PG_LIGHTER_FAULT_FATAL, PG_REASON_SIGNATURE, false, "account not found" },
    { 21108, PG_LIGHTER_FAULT_FATAL, PG_REASON_SIGNATURE, false, "invalid PublicKey,please run changePubKey" },
    { 21109, PG_LIGHTER_FAULT_FATAL, PG_REASON_SIGNATURE, false, "api key not found" },
    { 21136, PG_LIGHTER_FAULT_FATAL, PG_REASON_SIGNATURE, false,
      "invalid PublicKey, update the sdk to the latest version" },
    { 21120, PG_LIGHTER_FAULT_SIGNATURE, PG_REASON_SIGNATURE, false, "invalid signature" },
    { 21112, PG_LIGHTER_FAULT_REFUSED, PG_REASON_LIQUIDATION, false, "account is in liquidation" },
    { 21111, PG_LIGHTER_FAULT_REFUSED, PG_REASON_MARGIN, false,
      "account is in pre-liquidation and the transaction doesn't increase the account health" },
    { 21122, PG_LIGHTER_FAULT_REFUSED, PG_REASON_SWITCH, false, "dead man's switch should be triggered" },
    { 21301, PG_LIGHTER_FAULT_REFUSED, PG_REASON_MARGIN, false, "not enough collateral" },
    { 21304, PG_LIGHTER_FAULT_REFUSED, PG_REASON_MARGIN, false, "not enough asset balance" },
    { 21506, PG_LIGHTER_FAULT_LIMITED, PG_REASON_RATE, false, "too many pending txs. Please try again later" },
    { 21507, PG_LIGHTER_FAULT_REFUSED, PG_REASON_MARGIN, false,
      "account is below maintenance margin, can't execute transaction" },
    { 21508, PG_LIGHTER_FAULT_REFUSED, PG_REASON_MARGIN, false,
      "account is below initial margin, can't execute transaction" },
    { 21600, PG_LIGHTER_FAULT_REFUSED, PG_REASON_UNKNOWN, true, "given order is not an active limit order" },
    { 21601, PG_LIGHTER_FAULT_REFUSED, PG_REASON_CLOSED, false, "order book is full" },
    { 21602, PG_LIGHTER_FAULT_REFUSED, PG_REASON_CLOSED, false, "invalid market index" },
    { 21603, PG_LIGHTER_FAULT_REFUSED, PG_REASON_NOTIONAL, false, "invalid min amounts for market" },
    { 21605, PG_LIGHTER_FAULT_REFUSED, PG_REASON_CLOSED, false, "invalid market status" },
    { 21700, PG_LIGHTER_FAULT_REFUSED, PG_REASON_UNKNOWN, true, "invalid order index" },
    { 21701, PG_LIGHTER_FAULT_REFUSED, PG_REASON_SIZE, false, "invalid base amount" },
    { 21702, PG_LIGHTER_FAULT_REFUSED, PG_REASON_PRICE, false, "invalid price" },
    { 21706, PG_LIGHTER_FAULT_REFUSED, PG_REASON_NOTIONAL, false, "invalid order base or quote amount" },
    { 21708, PG_LIGHTER_FAULT_REFUSED, PG_REASON_UNKNOWN, true, "order is empty" },
    { 21709, PG_LIGHTER_FAULT_REFUSED, PG_REASON_UNKNOWN, true, "order is inactive" },
    { 21715, PG_LIGHTER_FAULT_REFUSED, PG_REASON_UNKNOWN, true, "given order is not an active order" },
    { 21711, PG_LIGHTER_FAULT_REFUSED, PG_REASON_EXPIRED, false, "invalid expiry" },
    { 21717, PG_LIGHTER_FAULT_REFUSED, PG_REASON_FULL, false, "maximum active limit order count reached" },
    { 21718, PG_LIGHTER_FAULT_REFUSED, PG_REASON_FULL, false, "maximum active limit order count per market reached" },
    { 21719, PG_LIGHTER_FAULT_REFUSED, PG_REASON_FULL, false, "maximum pending order count reached" },
    { 21720, PG_LIGHTER_FAULT_REFUSED, PG_REASON_FULL, false, "maximum pending order count per market reached" },
    { 21732, PG_LIGHTER_FAULT_REFUSED, PG_REASON_REDUCE_ONLY, false, "reduce only increases position" },
    { 21738, PG_LIGHTER_FAULT_REFUSED, PG_REASON_REDUCE_ONLY, false, "invalid reduce only direction" },
    { 21740, PG_LIGHTER_FAULT_REFUSED, PG_REASON_REDUCE_ONLY, false, "invalid reduce only mode" },
    { 21733, PG_LIGHTER_FAULT_REFUSED, PG_REASON_FAR_PRICE, false, "order price flagged as an accidental price" },
    { 21734, PG_LIGHTER_FAULT_REFUSED, PG_REASON_FAR_PRICE, false, "limit order price is too far from the mark price" },
    { 21735, PG_LIGHTER_FAULT_REFUSED, PG_REASON_FAR_PRICE, false,
      "SL/TP order price is too far from the trigger price" },
    { 21739, PG_LIGHTER_FAULT_REFUSED, PG_REASON_MARGIN, false, "not enough margin to create the order" },
};

pg_lighter_fault pg_lighter_fault_of(int64_t code)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (faults[i].code == code)
            return (pg_lighter_fault){ faults[i].class, { faults[i].reason, faults[i].gone } };
    if (code == 429 || (code >= 23000 && code < 24000) || code == 30009 || code == 30010)
        return (pg_lighter_fault){ PG_LIGHTER_FAULT_LIMITED, { PG_REASON_RATE, false } };
    if (code >= 29000 && code < 30000)
        return (pg_lighter_fault){ PG_LIGHTER_FAULT_DOUBT, { PG_REASON_OTHER, false } };
    return (pg_lighter_fault){ PG_LIGHTER_FAULT_REFUSED, { PG_REASON_OTHER, false } };
}

int64_t pg_lighter_code_of(pg_span words)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (strlen(faults[i].words) == words.size && strncasecmp(faults[i].words, words.data, words.size) == 0)
            return faults[i].code;
    return 0;
}

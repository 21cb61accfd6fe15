#include "venue/hyperliquid/codec_words.h"

#include <string.h>

typedef struct {
    const char *name;
    pg_told_state state;
    pg_reason reason;
} status_row;

static const status_row statuses[] = {
    { "open", PG_TOLD_OPEN, PG_REASON_NONE },
    { "filled", PG_TOLD_FILLED, PG_REASON_NONE },
    { "canceled", PG_TOLD_CANCELLED, PG_REASON_NONE },
    { "triggered", PG_TOLD_OPEN, PG_REASON_NONE },
    { "rejected", PG_TOLD_REJECTED, PG_REASON_OTHER },
    { "waitingForFill", PG_TOLD_OPEN, PG_REASON_NONE },
    { "waitingForTrigger", PG_TOLD_OPEN, PG_REASON_NONE },
    { "marginCanceled", PG_TOLD_CANCELLED, PG_REASON_MARGIN },
    { "vaultWithdrawalCanceled", PG_TOLD_CANCELLED, PG_REASON_OTHER },
    { "openInterestCapCanceled", PG_TOLD_CANCELLED, PG_REASON_CAPPED },
    { "selfTradeCanceled", PG_TOLD_CANCELLED, PG_REASON_SELF_TRADE },
    { "reduceOnlyCanceled", PG_TOLD_CANCELLED, PG_REASON_REDUCE_ONLY },
    { "siblingFilledCanceled", PG_TOLD_CANCELLED, PG_REASON_OTHER },
    { "delistedCanceled", PG_TOLD_CANCELLED, PG_REASON_CLOSED },
    { "liquidatedCanceled", PG_TOLD_CANCELLED, PG_REASON_LIQUIDATION },
    { "outcomeSettledCanceled", PG_TOLD_CANCELLED, PG_REASON_CLOSED },
    { "scheduledCancel", PG_TOLD_CANCELLED, PG_REASON_SWITCH },
    { "internalCancel", PG_TOLD_CANCELLED, PG_REASON_OTHER },
    { "tickRejected", PG_TOLD_REJECTED, PG_REASON_PRICE },
    { "minTradeNtlRejected", PG_TOLD_REJECTED, PG_REASON_NOTIONAL },
    { "perpMarginRejected", PG_TOLD_REJECTED, PG_REASON_MARGIN },
    { "reduceOnlyRejected", PG_TOLD_REJECTED, PG_REASON_REDUCE_ONLY },
    { "badAloPxRejected", PG_TOLD_REJECTED, PG_REASON_POST_ONLY },
    { "iocCancelRejected", PG_TOLD_REJECTED, PG_REASON_NO_MATCH },
    { "badTriggerPxRejected", PG_TOLD_REJECTED, PG_REASON_PRICE },
    { "marketOrderNoLiquidityRejected", PG_TOLD_REJECTED, PG_REASON_NO_MATCH },
    { "positionIncreaseAtOpenInterestCapRejected", PG_TOLD_REJECTED, PG_REASON_CAPPED },
    { "positionFlipAtOpenInterestCapRejected", PG_TOLD_REJECTED, PG_REASON_CAPPED },
    { "tooAggressiveAtOpenInterestCapRejected", PG_TOLD_REJECTED, PG_REASON_CAPPED },
    { "openInterestIncreaseRejected", PG_TOLD_REJECTED, PG_REASON_CAPPED },
    { "insufficientSpotBalanceRejected", PG_TOLD_REJECTED, PG_REASON_MARGIN },
    { "oracleRejected", PG_TOLD_REJECTED, PG_REASON_FAR_PRICE },
    { "perpMaxPositionRejected", PG_TOLD_REJECTED, PG_REASON_CAPPED },
    { "tooManyOpenOrdersRejected", PG_TOLD_REJECTED, PG_REASON_FULL },
};

static bool ends_with(const char *text, size_t size, const char *ending)
{
    size_t length = strlen(ending);
    return size >= length && memcmp(text + size - length, ending, length) == 0;
}

pg_told_state pg_hl_state_of(const char *status, size_t size, pg_reason *reason)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (strlen(statuses[i].name) == size && memcmp(status, statuses[i].name, size) == 0) {
            *reason = statuses[i].reason;
            return statuses[i].state;
        }
    *reason = PG_REASON_OTHER;
    if (ends_with(status, size, "Rejected"))
        return PG_TOLD_REJECTED;
    if (ends_with(status, size, "Canceled") || ends_with(status, size, "Cancel"))
        return PG_TOLD_CANCELLED;
    return PG_TOLD_UNKNOWN;
}

typedef struct {
    const char *prefix;
    pg_reason reason;
    pg_hl_class class;
} words_row;

static const words_row refusals[] = {
    { "Post only order would have immediately matched", PG_REASON_POST_ONLY, PG_HL_REFUSED },
    { "Order was never placed, already canceled, or filled.", PG_REASON_UNKNOWN, PG_HL_GONE },
    { "Cannot modify canceled or filled order", PG_REASON_UNKNOWN, PG_HL_GONE },
    { "Price must be divisible by tick size.", PG_REASON_PRICE, PG_HL_REFUSED },
    { "Order has invalid price.", PG_REASON_PRICE, PG_HL_REFUSED },
    { "Order has invalid size.", PG_REASON_SIZE, PG_HL_REFUSED },
    { "Order has zero size.", PG_REASON_SIZE, PG_HL_REFUSED },
    { "Order must have minimum value of", PG_REASON_NOTIONAL, PG_HL_REFUSED },
    { "Insufficient margin to place order.", PG_REASON_MARGIN, PG_HL_REFUSED },
    { "Reduce only order would increase position.", PG_REASON_REDUCE_ONLY, PG_HL_REFUSED },
    { "Order could not immediately match against any resting orders.", PG_REASON_NO_MATCH, PG_HL_REFUSED },
    { "Invalid TP/SL price.", PG_REASON_PRICE, PG_HL_REFUSED },
    { "No liquidity available for market order.", PG_REASON_NO_MATCH, PG_HL_REFUSED },
    { "Order would increase open interest", PG_REASON_CAPPED, PG_HL_REFUSED },
    { "Order rejected due to price more aggressive than oracle", PG_REASON_CAPPED, PG_HL_REFUSED },
    { "Insufficient spot balance", PG_REASON_MARGIN, PG_HL_REFUSED },
    { "Order has insufficient spot balance", PG_REASON_MARGIN, PG_HL_REFUSED },
    { "Order price too far from oracle", PG_REASON_FAR_PRICE, PG_HL_REFUSED },
    { "Price too far from oracle", PG_REASON_FAR_PRICE, PG_HL_REFUSED },
    { "Order price cannot be more than", PG_REASON_FAR_PRICE, PG_HL_REFUSED },
    { "Order would cause position to exceed margin tier limit", PG_REASON_CAPPED, PG_HL_REFUSED },
    { "Only post-only orders allowed immediately after", PG_REASON_CLOSED, PG_HL_POST_ONLY },
    { "User or API Wallet ", PG_REASON_SIGNATURE, PG_HL_FATAL },
    { "Must deposit before performing actions.", PG_REASON_SIGNATURE, PG_HL_FATAL },
    { "Unable to recover signer.", PG_REASON_SIGNATURE, PG_HL_FATAL },
    { "Vault not registered", PG_REASON_SIGNATURE, PG_HL_FATAL },
    { "Invalid nonce: duplicate nonce", PG_REASON_SIGNATURE, PG_HL_DUPLICATE },
    { "Invalid nonce: nonce too low", PG_REASON_SIGNATURE, PG_HL_STALE },
    { "Action already expired", PG_REASON_EXPIRED, PG_HL_REFUSED },
    { "Too many cumulative requests sent", PG_REASON_RATE, PG_HL_SLOW },
    { "Cannot set scheduled cancel time until enough volume traded.", PG_REASON_OTHER, PG_HL_NOT_TRADED },
    { "Insufficient balance", PG_REASON_MARGIN, PG_HL_REFUSED },
    { "Insufficient delegatable balance", PG_REASON_MARGIN, PG_HL_REFUSED },
    { "Too many open orders", PG_REASON_FULL, PG_HL_REFUSED },
};

pg_hl_refusal pg_hl_refusal_of(const char *words, size_t size)
{
    static const char before[] = "L1 error: ";
    if (size > sizeof before - 1 && memcmp(words, before, sizeof before - 1) == 0) {
        words += sizeof before - 1;
        size -= sizeof before - 1;
    }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        size_t length = strlen(refusals[i].prefix);
        if (size >= length && memcmp(words, refusals[i].prefix, length) == 0)
            return (pg_hl_refusal){ refusals[i].reason, refusals[i].class };
    }
    return (pg_hl_refusal){ PG_REASON_OTHER, PG_HL_REFUSED };
}

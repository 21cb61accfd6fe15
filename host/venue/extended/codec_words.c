#include "venue/extended/codec_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "crypto/hex.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* ---- states ---- */

static const struct {
    const char *word;
    pg_told_state state;
    int finality;
} states[] = {
    { "UNTRIGGERED", PG_TOLD_OPEN, 1 },  { "TRIGGERED", PG_TOLD_OPEN, 2 },        { "NEW", PG_TOLD_OPEN, 3 },
    { "FILLED", PG_TOLD_FILLED, 5 },     { "PARTIALLY_FILLED", PG_TOLD_OPEN, 4 }, { "CANCELLED", PG_TOLD_CANCELLED, 5 },
    { "REJECTED", PG_TOLD_REJECTED, 5 }, { "EXPIRED", PG_TOLD_CANCELLED, 5 }
};

pg_told_state pg_extended_state_of(pg_span status)
{
    for (size_t i = 0; i < COUNT(states); i++)
        if (pg_scan_equal(status, states[i].word))
            return states[i].state;
    return PG_TOLD_UNKNOWN;
}

int pg_extended_finality(pg_span status)
{
    for (size_t i = 0; i < COUNT(states); i++)
        if (pg_scan_equal(status, states[i].word))
            return states[i].finality;
    return 0;
}

pg_reason pg_extended_reason_of(pg_span status, pg_span reason)
{
    static const struct {
        const char *word;
        pg_reason reason;
    } reasons[] = {
        { "NONE", PG_REASON_NONE },
        { "ORDER_REPLACED", PG_REASON_NONE },
        { "UNKNOWN_MARKET", PG_REASON_CLOSED },
        { "DISABLED_MARKET", PG_REASON_CLOSED },
        { "NOT_ENOUGH_FUNDS", PG_REASON_MARGIN },
        { "NO_LIQUIDITY", PG_REASON_NO_MATCH },
        { "INVALID_QTY", PG_REASON_SIZE },
        { "INVALID_PRICE", PG_REASON_PRICE },
        { "INVALID_VALUE", PG_REASON_CAPPED },
        { "INVALID_LEVERAGE", PG_REASON_MARGIN },
        { "INVALID_EXPIRE_TIME", PG_REASON_EXPIRED },
        { "UNKNOWN_ACCOUNT", PG_REASON_SIGNATURE },
        { "SELF_TRADE_PROTECTION", PG_REASON_SELF_TRADE },
        { "POST_ONLY_FAILED", PG_REASON_POST_ONLY },
        { "REDUCE_ONLY_FAILED", PG_REASON_REDUCE_ONLY },
        { "PREV_ORDER_NOT_FOUND", PG_REASON_UNKNOWN },
        { "PREV_ORDER_TRIGGERED", PG_REASON_UNKNOWN },
        { "PREV_ORDER_CONFLICT", PG_REASON_UNKNOWN },
        { "POST_ONLY_MODE", PG_REASON_CLOSED },
        { "REDUCE_ONLY_MODE", PG_REASON_CLOSED },
        { "TRADING_OFF_MODE", PG_REASON_CLOSED },
        { "NEGATIVE_EQUITY", PG_REASON_LIQUIDATION },
        { "ACCOUNT_LIQUIDATION", PG_REASON_LIQUIDATION },
    };
    for (size_t i = 0; reason.data && i < COUNT(reasons); i++)
        if (pg_scan_equal(reason, reasons[i].word) && reasons[i].reason != PG_REASON_NONE)
            return reasons[i].reason;
        else if (pg_scan_equal(reason, reasons[i].word))
            reason = (pg_span){ 0 };
    if (pg_scan_equal(status, "EXPIRED"))
        return PG_REASON_EXPIRED;
    return reason.data ? PG_REASON_OTHER : PG_REASON_NONE;
}

uint8_t pg_extended_side_of(pg_span side)
{
    if (pg_scan_equal(side, "BUY") || pg_scan_equal(side, "LONG"))
        return PG_BUY;
    return pg_scan_equal(side, "SELL") || pg_scan_equal(side, "SHORT") ? PG_SELL : 0;
}

/* ---- refusals ---- */

static const struct {
    int from, to;
    pg_reason reason;
    pg_extended_class class;
} refusals[] = {
    { 1002, 1002, PG_REASON_CLOSED, PG_EXTENDED_REFUSED },
    { 1000, 1001, PG_REASON_CLOSED, PG_EXTENDED_REFUSED },
    { 1004, 1004, PG_REASON_SIGNATURE, PG_EXTENDED_FATAL },
    { 1006, 1006, PG_REASON_OTHER, PG_EXTENDED_UNCLEAR },
    { 1008, 1008, PG_REASON_SIGNATURE, PG_EXTENDED_FATAL },
    { 1010, 1010, PG_REASON_CLOSED, PG_EXTENDED_TAKES_NONE },
    { 1011, 1011, PG_REASON_CLOSED, PG_EXTENDED_TAKES_POST_ONLY },
    { 1012, 1012, PG_REASON_CLOSED, PG_EXTENDED_TAKES_REDUCE_ONLY },
    { 1014, 1014, PG_REASON_CLOSED, PG_EXTENDED_REFUSED }, /* of one market: its status tells */
    { 1100, 1102, PG_REASON_SIGNATURE, PG_EXTENDED_FATAL },
    { 1120, 1121, PG_REASON_SIZE, PG_EXTENDED_REFUSED },
    { 1122, 1122, PG_REASON_CAPPED, PG_EXTENDED_REFUSED },
    { 1123, 1123, PG_REASON_SIZE, PG_EXTENDED_REFUSED },
    { 1124, 1125, PG_REASON_PRICE, PG_EXTENDED_REFUSED },
    { 1126, 1126, PG_REASON_FULL, PG_EXTENDED_REFUSED },
    { 1127, 1127, PG_REASON_CAPPED, PG_EXTENDED_REFUSED },
    { 1128, 1128, PG_REASON_OTHER, PG_EXTENDED_WRONG_FEE },
    { 1134, 1134, PG_REASON_OTHER, PG_EXTENDED_DUPLICATE },
    { 1135, 1135, PG_REASON_EXPIRED, PG_EXTENDED_REFUSED },
    { 1136, 1138, PG_REASON_REDUCE_ONLY, PG_EXTENDED_REFUSED },
    { 1140, 1140, PG_REASON_MARGIN, PG_EXTENDED_REFUSED },
    { 1141, 1141, PG_REASON_FAR_PRICE, PG_EXTENDED_REFUSED },
    { 1142, 1142, PG_REASON_UNKNOWN, PG_EXTENDED_GONE },
    { 1145, 1145, PG_REASON_REDUCE_ONLY, PG_EXTENDED_REFUSED },
    { 1147, 1148, PG_REASON_MARGIN, PG_EXTENDED_REFUSED },
    { 1500, 1500, PG_REASON_SIGNATURE, PG_EXTENDED_FATAL },
    { 400, 400, PG_REASON_OTHER, PG_EXTENDED_REFUSED },
    { 401, 401, PG_REASON_SIGNATURE, PG_EXTENDED_FATAL },
    { 403, 403, PG_REASON_CLOSED, PG_EXTENDED_TAKES_NONE }, /* the content network's, often: not the key's fault */
    { 404, 404, PG_REASON_UNKNOWN, PG_EXTENDED_GONE },
    { 429, 429, PG_REASON_RATE, PG_EXTENDED_SLOW },
    { 500, 599, PG_REASON_OTHER, PG_EXTENDED_UNCLEAR },
};

pg_extended_refusal pg_extended_refusal_of(int code, int http)
{
    int wanted = code > 0 ? code : http;
    for (size_t i = 0; i < COUNT(refusals); i++)
        if (wanted >= refusals[i].from && wanted <= refusals[i].to)
            return (pg_extended_refusal){ refusals[i].reason, refusals[i].class };
    if (code > 0 && http >= 500)
        return (pg_extended_refusal){ PG_REASON_OTHER, PG_EXTENDED_UNCLEAR };
    return (pg_extended_refusal){ PG_REASON_OTHER, PG_EXTENDED_REFUSED };
}

pg_extended_class pg_extended_mode_of(pg_span reason)
{
    if (pg_scan_equal(reason, "POST_ONLY_MODE"))
        return PG_EXTENDED_TAKES_POST_ONLY;
    if (pg_scan_equal(reason, "REDUCE_ONLY_MODE"))
        return PG_EXTENDED_TAKES_REDUCE_ONLY;
    if (pg_scan_equal(reason, "NEGATIVE_EQUITY") || pg_scan_equal(reason, "ACCOUNT_LIQUIDATION"))
        return PG_EXTENDED_LIQUIDATES;
    return pg_scan_equal(reason, "TRADING_OFF_MODE") ? PG_EXTENDED_TAKES_NONE : PG_EXTENDED_REFUSED;
}

/* ---- our own ids ---- */

enum { HALF = 16, LEG_DIGITS = 9 };

char *pg_extended_external_format(char *text, pg_client_id id)
{
    snprintf(text, PG_EXTENDED_EXTERNAL, "pg%016" PRIx64 "-%016" PRIx64 "-%" PRIu32, id.run, id.id, id.leg);
    return text;
}

static bool read_half(uint64_t *value, const char *text)
{
    *value = 0;
    for (int i = 0; i < HALF; i++) {
        int digit = pg_hex_digit(text[i]);
        if (digit < 0)
            return false;
        *value = *value << 4 | (unsigned)digit;
    }
    return true;
}

bool pg_extended_external_parse(pg_client_id *id, pg_span text)
{
    const size_t head = 2 + HALF + 1 + HALF + 1;
    pg_client_id found = { 0 };
    *id = found;
    if (!text.data || text.size <= head || text.size > head + LEG_DIGITS || memcmp(text.data, "pg", 2) != 0 ||
        text.data[2 + HALF] != '-' || text.data[head - 1] != '-' || !read_half(&found.run, text.data + 2) ||
        !read_half(&found.id, text.data + 2 + HALF + 1))
        return false;
    for (size_t i = head; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        found.leg = found.leg * 10 + (uint32_t)(text.data[i] - '0');
    }
    *id = found;
    return true;
}

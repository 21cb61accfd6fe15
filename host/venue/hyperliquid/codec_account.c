/* States of orders, and fills. */
#include <stdio.h>

#include "base/decimal.h"
#include "venue/hyperliquid/codec_internal.h"
#include "venue/hyperliquid/number.h"

/* ---- states of orders ---- */

/* True, false, or null, which is false. */
static bool read_flag(pg_scan *r, bool *value)
{
    return pg_scan_is_null(r) || pg_scan_bool(r, value);
}

/* `listed`: in a list of open orders, of which older ones have only what remains. */
static bool read_order(pg_hl_decoder *decoder, pg_scan *r, pg_told_order *update, bool listed)
{
    enum { COIN, SIDE, PX, SZ, OID, ORIG, CLOID, REDUCE, TIME, FIELDS };
    static const char *const names[] = { "coin",   "side",  "limitPx",    "sz",       "oid",
                                         "origSz", "cloid", "reduceOnly", "timestamp" };
    pg_span name, price = { 0 }, remaining = { 0 }, size = { 0 };
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case COIN: pg_scan_string(r, &update->coin); break;
        case SIDE: hl_read_side(r, &update->side); break;
        case PX: pg_scan_string(r, &price); break;
        case SZ: pg_scan_string(r, &remaining); break;
        case OID: pg_scan_whole(r, &update->oid); break;
        case ORIG: pg_scan_string(r, &size); break;
        case CLOID: hl_read_cloid(r, &update->cloid); break;
        case REDUCE: read_flag(r, &update->reduce_only); break;
        case TIME: hl_read_time(r, &update->time_ns); break;
        default: pg_scan_skip(r);
        }
    uint32_t optional = (listed ? 1u << ORIG : 0) | 1u << CLOID | 1u << REDUCE | 1u << TIME;
    if (!pg_scan_need(r, seen, ((1u << FIELDS) - 1) & ~optional, names))
        return false;
    if (!(seen & 1u << ORIG))
        size = remaining;
    update->market = hl_market_of(decoder, update->coin);
    if (update->market < 0)
        return true;
    const coin *c = &decoder->coins[update->market];
    return pg_scan_units(r, price, c->price_decimals, "limitPx", &update->price) &&
           pg_scan_units(r, remaining, c->size_decimals, "sz", &update->remaining) &&
           pg_scan_units(r, size, c->size_decimals, "origSz", &update->size);
}

static bool read_update(pg_hl_decoder *decoder, pg_scan *r, pg_told_order *update)
{
    enum { ORDER, STATUS, TIME, FIELDS };
    static const char *const names[] = { "order", "status", "statusTimestamp" };
    pg_span name, status = { 0 };
    uint32_t seen = 0;
    int n = 0;
    *update = (pg_told_order){ .market = -1 };
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case ORDER: read_order(decoder, r, update, false); break;
        case STATUS: pg_scan_string(r, &status); break;
        case TIME: hl_read_time(r, &update->time_ns); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, (1u << FIELDS) - 1, names))
        return false;
    update->state = pg_hl_state_of(status.data, status.size, &update->reason);
    pg_scan_plain(update->words, sizeof update->words, status);
    return true;
}

bool hl_read_updates(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > PG_HL_UPDATES_MAX)
            return pg_scan_wrong(r, PG_ERR_RANGE, "more than %d states of orders", PG_HL_UPDATES_MAX);
        if (!read_update(decoder, r, &decoder->update[n - 1]))
            return false;
    }
    frame->update = decoder->update;
    frame->count = n;
    return !r->failed;
}

/* {"status":"order","order":{...}}, or {"status":"unknownOid"}. */
bool hl_read_status(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { STATUS, ORDER, FIELDS };
    static const char *const names[] = { "status", "order" };
    pg_span name, status = { 0 };
    uint32_t seen = 0;
    int n = 0;
    frame->update = decoder->update;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case STATUS: pg_scan_string(r, &status); break;
        case ORDER: read_update(decoder, r, &decoder->update[0]); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 1u << STATUS, names) || pg_scan_equal(status, "unknownOid"))
        return !r->failed;
    if (!pg_scan_equal(status, "order"))
        return pg_scan_wrong(r, PG_ERR_PARSE, "a status that is neither order nor unknownOid");
    frame->count = 1;
    return pg_scan_need(r, seen, 1u << ORDER, names);
}

bool hl_read_open(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > PG_HL_UPDATES_MAX)
            return pg_scan_wrong(r, PG_ERR_RANGE, "more than %d open orders", PG_HL_UPDATES_MAX);
        decoder->update[n - 1] = (pg_told_order){ .market = -1, .state = PG_TOLD_OPEN, .words = "open" };
        if (!read_order(decoder, r, &decoder->update[n - 1], true))
            return false;
    }
    frame->update = decoder->update;
    frame->count = n;
    return !r->failed;
}

/* ---- fills ---- */

/* A fee in units of money, 10^-(price_decimals + size_decimals). One that is charged in the base token is worth its
 * amount times the price; what is smaller than a unit is rounded. */
static bool read_fee(pg_scan *r, const coin *c, pg_span fee, pg_span token, pg_told_fill *fill)
{
    int64_t amount;
    if (!c->base[0] || !pg_scan_equal(token, c->base)) {
        if (!hl_nearest(r, fee, c->price_decimals + c->size_decimals, "fee", &amount))
            return false;
        fill->fee = amount;
        return true;
    }
    if (!hl_nearest(r, fee, PG_HL_FEE_DECIMALS, "fee", &amount))
        return false;
    pg_money value = (pg_money)amount * fill->price; /* units of 10^-(8 + price_decimals) */
    int64_t unit = pg_pow10(PG_HL_FEE_DECIMALS - c->size_decimals);
    fill->fee = (value + (value < 0 ? -unit / 2 : unit / 2)) / unit;
    return true;
}

typedef struct {
    pg_span coin, price, size, fee, token;
} fill_texts;

/* The venue converts dust, in sizes and at prices that no order has: those are rounded, and what is less than half a
 * unit of size is nobody's fill. */
static bool read_fill_values(pg_hl_decoder *decoder, pg_scan *r, pg_told_fill *fill, const fill_texts *text)
{
    fill->market = hl_market_of(decoder, text->coin);
    if (fill->market < 0)
        return true;
    const coin *c = &decoder->coins[fill->market];
    if (!hl_nearest(r, text->price, c->price_decimals, "px", &fill->price) ||
        !hl_nearest(r, text->size, c->size_decimals, "sz", &fill->size) ||
        !read_fee(r, c, text->fee, text->token, fill))
        return false;
    if (fill->size == 0)
        fill->market = -1;
    return (fill->size >= 0 && fill->price >= 0) || pg_scan_wrong(r, PG_ERR_RANGE, "a fill of less than nothing");
}

/* For a fill from before trades had ids: a number made of all that is said about it. */
static uint64_t number_of(const char *text, const char *end)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; text < end; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash | (uint64_t)1 << 63; /* the venue's have 50 bits */
}

/* `listed`: in a list, of which old ones have no trade ids. */
static bool read_fill(pg_hl_decoder *decoder, pg_scan *r, pg_told_fill *fill, bool listed)
{
    enum { COIN, PX, SZ, SIDE, TIME, OID, CROSSED, FEE, TID, TOKEN, CLOID, LIQUIDATION, FIELDS };
    static const char *const names[] = { "coin",    "px",  "sz",  "side",     "time",  "oid",
                                         "crossed", "fee", "tid", "feeToken", "cloid", "liquidation" };
    pg_span name;
    fill_texts text = { 0 };
    uint32_t seen = 0;
    bool crossed = false;
    int n = 0;
    *fill = (pg_told_fill){ .market = -1 };
    const char *start = r->at;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case COIN: pg_scan_string(r, &text.coin); break;
        case PX: pg_scan_string(r, &text.price); break;
        case SZ: pg_scan_string(r, &text.size); break;
        case SIDE: hl_read_side(r, &fill->side); break;
        case TIME: hl_read_time(r, &fill->time_ns); break;
        case OID: pg_scan_whole(r, &fill->oid); break;
        case CROSSED: pg_scan_bool(r, &crossed); break;
        case FEE: pg_scan_string(r, &text.fee); break;
        case TID: pg_scan_whole(r, &fill->tid); break;
        case TOKEN: pg_scan_string(r, &text.token); break;
        case CLOID: hl_read_cloid(r, &fill->cloid); break;
        case LIQUIDATION:
            fill->liquidation = pg_scan_peek(r) == '{';
            pg_scan_skip(r);
            break;
        default: pg_scan_skip(r);
        }
    fill->maker = !crossed;
    if (listed && !(seen & 1u << TID))
        fill->tid = number_of(start, r->at);
    uint32_t optional = 1u << TOKEN | 1u << CLOID | 1u << LIQUIDATION | (listed ? 1u << TID : 0);
    return pg_scan_need(r, seen, ((1u << FIELDS) - 1) & ~optional, names) && read_fill_values(decoder, r, fill, &text);
}

static bool read_fills(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame, bool listed)
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > PG_HL_FILLS_MAX)
            return pg_scan_wrong(r, PG_ERR_RANGE, "more than %d fills", PG_HL_FILLS_MAX);
        if (!read_fill(decoder, r, &decoder->fill[n - 1], listed))
            return false;
    }
    frame->fill = decoder->fill;
    frame->count = n;
    return !r->failed;
}

bool hl_read_fill_list(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    return read_fills(decoder, r, frame, true);
}

bool hl_read_fill_items(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    return read_fills(decoder, r, frame, false);
}

bool hl_read_fills(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { FILLS, SNAPSHOT, FIELDS };
    static const char *const names[] = { "fills", "isSnapshot" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case FILLS: read_fills(decoder, r, frame, false); break;
        case SNAPSHOT: pg_scan_bool(r, &frame->snapshot); break;
        default: pg_scan_skip(r);
        }
    return pg_scan_need(r, seen, 1u << FILLS, names);
}

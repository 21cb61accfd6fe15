/* Books, best prices, trades and contexts. */
#include "base/decimal.h"
#include "venue/hyperliquid/codec_internal.h"

static const int64_t funding_interval_ns = 3600 * (int64_t)1000000000;

static bool read_market(pg_hl_decoder *decoder, pg_scan *r, int *market)
{
    pg_span name;
    if (!pg_scan_string(r, &name))
        return false;
    *market = hl_market_of(decoder, name);
    return true;
}

/* ---- levels ---- */

/* A level in one of the two forms that the venue writes, {"px":"1","sz":"2","n":3} and {"n":3,"px":"1","sz":"2"}.
 * Returns what is behind it, or NULL for any other form, which read_level judges. */
static const char *scan_level(pg_level *level, const char *p, const char *end, const coin *c)
{
    enum { ROOM = 16 }; /* covers every text that is compared below */
    if (end - p < 64)
        return NULL;
    bool count_first = p[2] == 'n';
    if (count_first) {
        if (memcmp(p, "{\"n\":", 5) != 0)
            return NULL;
        p += 5;
        while (*p >= '0' && *p <= '9')
            p++;
        if (end - p < ROOM || p[-1] == ':' || memcmp(p, ",\"px\":\"", 7) != 0)
            return NULL;
        p += 7;
    } else {
        if (memcmp(p, "{\"px\":\"", 7) != 0)
            return NULL;
        p += 7;
    }
    p = pg_decimal_scan(&level->price, p, end, c->price_decimals);
    if (!p || end - p < ROOM || memcmp(p, "\",\"sz\":\"", 8) != 0)
        return NULL;
    p = pg_decimal_scan(&level->size, p + 8, end, c->size_decimals);
    if (!p || end - p < ROOM || *p != '"')
        return NULL;
    if (count_first)
        return p[1] == '}' ? p + 2 : NULL;
    if (memcmp(p, "\",\"n\":", 6) != 0)
        return NULL;
    p += 6;
    while (*p >= '0' && *p <= '9')
        p++;
    return p[-1] != ':' && *p == '}' ? p + 1 : NULL;
}

static bool read_level(pg_scan *r, const coin *c, pg_level *level)
{
    enum { PX, SZ, FIELDS };
    static const char *const names[] = { "px", "sz" };
    pg_span name, text[FIELDS] = { { 0 } };
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        int which = pg_scan_which(r, name, names, FIELDS, &seen);
        if (which < 0)
            pg_scan_skip(r);
        else
            pg_scan_string(r, &text[which]);
    }
    return pg_scan_need(r, seen, 3, names) && pg_scan_units(r, text[PX], c->price_decimals, "px", &level->price) &&
           pg_scan_units(r, text[SZ], c->size_decimals, "sz", &level->size);
}

static bool read_any_level(pg_scan *r, const coin *c, pg_level *level)
{
    const char *next = scan_level(level, r->at, r->end, c);
    if (next)
        r->at = next;
    else if (!read_level(r, c, level))
        return false;
    if (level->price == 0 || level->size == 0)
        return pg_scan_wrong(r, PG_ERR_RANGE, "a level without a price or size");
    return true;
}

static bool read_side(pg_scan *r, const coin *c, pg_hl_levels *levels, int side)
{
    pg_level *list = levels->side[side];
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > PG_HL_LEVELS)
            return pg_scan_wrong(r, PG_ERR_RANGE, "more than %d levels", PG_HL_LEVELS);
        if (!read_any_level(r, c, &list[n - 1]))
            return false;
        if (n > 1 && (side == 0 ? list[n - 1].price >= list[n - 2].price : list[n - 1].price <= list[n - 2].price))
            return pg_scan_wrong(r, PG_ERR_PARSE, "levels are out of order");
    }
    levels->count[side] = n;
    return !r->failed;
}

static bool read_levels(pg_scan *r, const coin *c, pg_hl_levels *levels)
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > 2)
            return pg_scan_wrong(r, PG_ERR_PARSE, "a book of more than two sides");
        read_side(r, c, levels, n - 1);
    }
    return r->failed || n == 2 ? !r->failed : pg_scan_wrong(r, PG_ERR_PARSE, "a book without two sides");
}

bool hl_read_book(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { COIN, TIME, LEVELS, FAST, FIELDS };
    static const char *const names[] = { "coin", "time", "levels", "fast" };
    const char *later = NULL;
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case COIN: read_market(decoder, r, &frame->market); break;
        case TIME: hl_read_time(r, &frame->time_ns); break;
        case FAST: pg_scan_bool(r, &frame->fast); break;
        case LEVELS:
            if (frame->market >= 0)
                read_levels(r, &decoder->coins[frame->market], &decoder->levels);
            else
                pg_scan_skip_from(r, &later);
            break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 1u << COIN | 1u << TIME | 1u << LEVELS, names))
        return false;
    if (later && frame->market >= 0) { /* the coin stood behind its levels */
        const char *end = r->at;
        r->at = later;
        if (!read_levels(r, &decoder->coins[frame->market], &decoder->levels))
            return false;
        r->at = end;
    }
    frame->levels = &decoder->levels;
    return true;
}

/* ---- best prices ---- */

static bool read_touch(pg_scan *r, const coin *c, pg_level *level)
{
    *level = (pg_level){ 0, 0 };
    if (pg_scan_is_null(r))
        return true;
    if (r->failed)
        return false;
    return c ? read_any_level(r, c, level) : pg_scan_skip(r);
}

static bool read_touches(pg_scan *r, const coin *c, pg_level touch[2])
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > 2)
            return pg_scan_wrong(r, PG_ERR_PARSE, "more than two best prices");
        read_touch(r, c, &touch[n - 1]);
    }
    return r->failed || n == 2 ? !r->failed : pg_scan_wrong(r, PG_ERR_PARSE, "fewer than two best prices");
}

bool hl_read_best(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { COIN, TIME, BBO, FIELDS };
    static const char *const names[] = { "coin", "time", "bbo" };
    const char *place = NULL;
    pg_level touch[2] = { { 0 } };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case COIN: read_market(decoder, r, &frame->market); break;
        case TIME: hl_read_time(r, &frame->time_ns); break;
        case BBO: pg_scan_skip_from(r, &place); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 7, names))
        return false;
    const char *end = r->at;
    r->at = place;
    if (!read_touches(r, frame->market >= 0 ? &decoder->coins[frame->market] : NULL, touch))
        return false;
    r->at = end;
    decoder->event[0] = (pg_event){ .kind = PG_EVENT_BBO,
                                    .exch_ns = frame->time_ns,
                                    .price = touch[0].price,
                                    .size = touch[0].size,
                                    .price2 = touch[1].price,
                                    .size2 = touch[1].size,
                                    .flags = PG_EVENT_LAST };
    frame->event = decoder->event;
    frame->count = 1;
    return true;
}

/* ---- trades ---- */

/* Past a piece of text that must be there; NULL when it is not, or p is NULL. */
static inline const char *past(const char *p, const char *end, const char *piece, size_t size)
{
    return p && (size_t)(end - p) >= size && memcmp(p, piece, size) == 0 ? p + size : NULL;
}

#define PAST(p, end, piece) past(p, end, piece, sizeof(piece) - 1)

static const char *scan_whole(const char *p, int64_t *value)
{
    const char *start = p;
    int64_t v = 0;
    for (; p && *p >= '0' && *p <= '9' && p - start < 18; p++)
        v = v * 10 + (*p - '0');
    *value = v;
    bool leading_zero = p && p - start > 1 && *start == '0';
    return p == start || leading_zero ? NULL : p;
}

/* Past a string; NULL when there is none. */
static const char *past_string(pg_scan *r, const char *p)
{
    pg_span span;
    if (!p || *p != '"')
        return NULL;
    r->at = p;
    return pg_scan_string(r, &span) ? r->at : NULL;
}

/* A trade of a coin of ours in the form that the venue writes today; false, with the reader where it was, for any other
 * form, which read_trade judges. */
static bool scan_trade(pg_hl_decoder *decoder, pg_scan *r, pg_event *event, int *market)
{
    const char *start = r->at, *end = r->end;
    int64_t ms, tid;
    const char *name = PAST(start, end, "{\"coin\":\""), *p = name ? memchr(name, '"', (size_t)(end - name)) : NULL;
    int found = p ? pg_hl_decoder_market(decoder, name, (size_t)(p - name)) : -1;
    if (found < 0 || !(p = PAST(p, end, "\",\"side\":\"")) || (*p != 'A' && *p != 'B'))
        return false;
    const coin *c = &decoder->coins[found];
    *event = (pg_event){ .kind = PG_EVENT_TRADE, .side = *p == 'B' ? PG_BUY : PG_SELL, .market = (uint32_t)found };
    p = PAST(p + 1, end, "\",\"px\":\"");
    p = p ? pg_decimal_scan(&event->price, p, end, c->price_decimals) : NULL;
    p = PAST(p, end, "\",\"sz\":\"");
    p = p ? pg_decimal_scan(&event->size, p, end, c->size_decimals) : NULL;
    p = scan_whole(PAST(p, end, "\",\"time\":"), &ms);
    p = past_string(r, PAST(p, end, ",\"hash\":"));
    p = scan_whole(PAST(p, end, ",\"tid\":"), &tid);
    p = past_string(r, PAST(p, end, ",\"users\":["));
    p = past_string(r, PAST(p, end, ","));
    p = PAST(p, end, "]}");
    if (!p || ms > INT64_MAX / 1000000 || event->price == 0 || event->size == 0) {
        r->at = start;
        return false;
    }
    event->exch_ns = ms * 1000000;
    event->id = (uint64_t)tid;
    *market = found;
    r->at = p;
    return true;
}

/* One trade into *event, and its market (-1: none of ours). */
static bool read_trade(pg_hl_decoder *decoder, pg_scan *r, pg_event *event, int *market)
{
    enum { COIN, SIDE, PX, SZ, TIME, TID, FIELDS };
    static const char *const names[] = { "coin", "side", "px", "sz", "time", "tid" };
    pg_span name, price = { 0 }, size = { 0 };
    uint32_t seen = 0;
    int n = 0;
    *event = (pg_event){ .kind = PG_EVENT_TRADE };
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case COIN: read_market(decoder, r, market); break;
        case SIDE: hl_read_side(r, &event->side); break;
        case PX: pg_scan_string(r, &price); break;
        case SZ: pg_scan_string(r, &size); break;
        case TIME: hl_read_time(r, &event->exch_ns); break;
        case TID: pg_scan_whole(r, &event->id); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, (1u << FIELDS) - 1, names))
        return false;
    if (*market < 0)
        return true;
    const coin *c = &decoder->coins[*market];
    event->market = (uint32_t)*market;
    if (!pg_scan_units(r, price, c->price_decimals, "px", &event->price) ||
        !pg_scan_units(r, size, c->size_decimals, "sz", &event->size))
        return false;
    return (event->price && event->size) || pg_scan_wrong(r, PG_ERR_RANGE, "a trade without a price or size");
}

bool hl_read_trades(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    pg_event event;
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        int market = -1;
        if (n > PG_HL_TRADES_MAX)
            return pg_scan_wrong(r, PG_ERR_RANGE, "more than %d trades", PG_HL_TRADES_MAX);
        if (!scan_trade(decoder, r, &event, &market) && !read_trade(decoder, r, &event, &market))
            return false;
        if (market < 0)
            continue;
        if (frame->count > 0 && market != frame->market)
            return pg_scan_wrong(r, PG_ERR_PARSE, "trades of two coins in one message");
        frame->market = market;
        decoder->event[frame->count++] = event;
    }
    if (frame->count > 0)
        decoder->event[frame->count - 1].flags = PG_EVENT_LAST;
    frame->event = decoder->event;
    return !r->failed;
}

/* ---- mark, index and funding ---- */

/* Of a spot pair only the mark. */
static bool read_rates(pg_scan *r, const coin *c, bool spot, pg_event *mark, pg_event *funding)
{
    enum { FUNDING, ORACLE, MARK, FIELDS };
    static const char *const names[] = { "funding", "oraclePx", "markPx" };
    pg_span name, text[FIELDS] = { { 0 } };
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        int which = pg_scan_which(r, name, names, FIELDS, &seen);
        if (which < 0)
            pg_scan_skip(r);
        else
            pg_scan_string(r, &text[which]);
    }
    if (!pg_scan_need(r, seen, spot ? 1u << MARK : 7, names) || !c)
        return !r->failed;
    *mark = (pg_event){ .kind = PG_EVENT_MARK, .flags = PG_EVENT_NO_EXCHANGE | (spot ? PG_EVENT_LAST : 0) };
    *funding = (pg_event){ .kind = PG_EVENT_FUNDING,
                           .size2 = funding_interval_ns,
                           .flags = PG_EVENT_NO_EXCHANGE | PG_EVENT_LAST };
    if (!hl_nearest(r, text[MARK], c->price_decimals, "markPx", &mark->price) ||
        (!spot && !hl_nearest(r, text[ORACLE], c->price_decimals, "oraclePx", &mark->price2)) ||
        (!spot && !hl_nearest(r, text[FUNDING], 12, "funding", &funding->price)))
        return false;
    funding->price2 = mark->price;
    return mark->price >= 0 || pg_scan_wrong(r, PG_ERR_RANGE, "markPx is negative");
}

static bool read_context(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame, bool spot)
{
    enum { COIN, CTX, FIELDS };
    static const char *const names[] = { "coin", "ctx" };
    const char *place = NULL;
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case COIN: read_market(decoder, r, &frame->market); break;
        case CTX: pg_scan_skip_from(r, &place); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 3, names))
        return false;
    const char *end = r->at;
    r->at = place;
    const coin *c = frame->market >= 0 ? &decoder->coins[frame->market] : NULL;
    if (!read_rates(r, c, spot, &decoder->event[0], &decoder->event[1]))
        return false;
    r->at = end;
    frame->event = decoder->event;
    frame->count = !c ? 0 : spot ? 1 : 2;
    return true;
}

bool hl_read_context(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    return read_context(decoder, r, frame, false);
}

bool hl_read_spot_context(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    return read_context(decoder, r, frame, true);
}

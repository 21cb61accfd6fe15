/* What happens to an account beside its orders: events, funding, what it can trade, and the agent that may. */
#include "venue/hyperliquid/codec_internal.h"

/* ---- userEvents ---- */

static bool read_liquidation(pg_scan *r, pg_hl_frame *frame)
{
    static const char *const names[] = { "liquidated_user" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        if (pg_scan_which(r, name, names, 1, &seen) == 0)
            pg_scan_string(r, &frame->text);
        else
            pg_scan_skip(r);
    }
    frame->kind = PG_HL_FRAME_LIQUIDATION;
    return pg_scan_need(r, seen, 1, names);
}

/* One of fills, a liquidation, and what other streams tell as well. */
bool hl_read_user(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { FILLS, LIQUIDATION, FIELDS };
    static const char *const names[] = { "fills", "liquidation" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case FILLS:
            frame->kind = PG_HL_FRAME_FILLS;
            hl_read_fill_items(decoder, r, frame);
            break;
        case LIQUIDATION: read_liquidation(r, frame); break;
        default: pg_scan_skip(r);
        }
    if (seen == (1u << FILLS | 1u << LIQUIDATION))
        return pg_scan_wrong(r, PG_ERR_PARSE, "fills and a liquidation in one event");
    return !r->failed;
}

/* ---- userFundings ---- */

static bool read_funding(pg_hl_decoder *decoder, pg_scan *r, pg_hl_funding *funding)
{
    enum { TIME, COIN, USDC, RATE, FIELDS };
    static const char *const names[] = { "time", "coin", "usdc", "fundingRate" };
    pg_span name, text = { 0 };
    uint32_t seen = 0;
    int n = 0;
    *funding = (pg_hl_funding){ .market = -1 };
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case TIME: hl_read_time(r, &funding->time_ns); break;
        case COIN: pg_scan_string(r, &text); break;
        case USDC: pg_scan_string(r, &funding->usdc); break;
        case RATE: pg_scan_string(r, &funding->rate); break;
        default: pg_scan_skip(r);
        }
    funding->market = hl_market_of(decoder, text);
    return pg_scan_need(r, seen, (1u << FIELDS) - 1, names);
}

bool hl_read_fundings(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { FUNDINGS, SNAPSHOT, FIELDS };
    static const char *const names[] = { "fundings", "isSnapshot" };
    const char *place = NULL;
    pg_span name;
    uint32_t seen = 0;
    int n = 0, k = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case FUNDINGS: pg_scan_skip_from(r, &place); break;
        case SNAPSHOT: pg_scan_bool(r, &frame->snapshot); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 1u << FUNDINGS, names))
        return false;
    const char *end = r->at;
    r->at = place;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &k)) {
        if (k > PG_HL_FUNDINGS_MAX)
            pg_scan_skip(r);
        else if (!read_funding(decoder, r, &decoder->funding[k - 1]))
            return false;
    }
    frame->funding = decoder->funding;
    frame->count = k < PG_HL_FUNDINGS_MAX ? k : PG_HL_FUNDINGS_MAX;
    r->at = end;
    return !r->failed;
}

/* ---- activeAssetData ---- */

static bool read_leverage(pg_scan *r, pg_hl_margin *margin)
{
    enum { TYPE, VALUE, FIELDS };
    static const char *const names[] = { "type", "value" };
    pg_span name, type = { 0 };
    uint64_t value = 0;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case TYPE: pg_scan_string(r, &type); break;
        case VALUE: pg_scan_whole(r, &value); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 3, names))
        return false;
    if (value == 0 || value > 1000)
        return pg_scan_wrong(r, PG_ERR_RANGE, "a leverage that no market has");
    margin->leverage = (int)value;
    margin->isolated = pg_scan_equal(type, "isolated");
    return true;
}

/* Of a buy, then of a sell. */
static bool read_sizes(pg_scan *r, pg_span size[2])
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > 2)
            return pg_scan_wrong(r, PG_ERR_PARSE, "more than two sizes");
        pg_scan_string(r, &size[n - 1]);
    }
    return r->failed || n == 2 ? !r->failed : pg_scan_wrong(r, PG_ERR_PARSE, "fewer than two sizes");
}

bool hl_read_margin(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { COIN, LEVERAGE, SIZES, MARK, FIELDS };
    static const char *const names[] = { "coin", "leverage", "maxTradeSzs", "markPx" };
    pg_hl_margin *margin = &frame->margin;
    pg_span name, text = { 0 }, size[2] = { { 0 } }, mark = { 0 };
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case COIN: pg_scan_string(r, &text); break;
        case LEVERAGE: read_leverage(r, margin); break;
        case SIZES: read_sizes(r, size); break;
        case MARK: pg_scan_string(r, &mark); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, (1u << FIELDS) - 1, names))
        return false;
    frame->market = hl_market_of(decoder, text);
    if (frame->market < 0)
        return true;
    const coin *c = &decoder->coins[frame->market];
    return hl_nearest(r, size[0], c->size_decimals, "maxTradeSzs", &margin->most_buy) &&
           hl_nearest(r, size[1], c->size_decimals, "maxTradeSzs", &margin->most_sell) &&
           hl_nearest(r, mark, c->price_decimals, "markPx", &margin->mark);
}

/* ---- webData3 ---- */

static bool read_user_state(pg_scan *r, pg_hl_frame *frame)
{
    enum { ADDRESS, UNTIL, FIELDS };
    static const char *const names[] = { "agentAddress", "agentValidUntil" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case ADDRESS:
            if (!pg_scan_is_null(r))
                pg_scan_string(r, &frame->text);
            break;
        case UNTIL:
            if (!pg_scan_is_null(r))
                hl_read_time(r, &frame->time_ns);
            break;
        default: pg_scan_skip(r);
        }
    return !r->failed;
}

bool hl_read_agent(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    static const char *const names[] = { "userState" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    (void)decoder;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        if (pg_scan_which(r, name, names, 1, &seen) == 0)
            read_user_state(r, frame);
        else
            pg_scan_skip(r);
    }
    return pg_scan_need(r, seen, 1, names);
}

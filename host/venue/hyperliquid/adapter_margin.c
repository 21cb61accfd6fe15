/* The check before an order (hyperliquid.md 19.4): what the venue would refuse for the account's margin is refused
 * here, with the reason. The venue's own figures are used (activeAssetData), and only while they are fresh: what is not
 * known is left to the venue. */
#include <stdlib.h>

#include "base/decimal.h"
#include "venue/hyperliquid/adapter_internal.h"

static const int64_t fresh_ns = 10 * (int64_t)1000000000;

void hl_margin_take(hl_venue *venue, const pg_hl_frame *frame, int64_t received_ns)
{
    if (frame->market < 0)
        return;
    hl_market *market = &venue->market[frame->market];
    market->margin = frame->margin;
    market->margin_ns = received_ns;
    if (frame->margin.mark > 0)
        market->mark = frame->margin.mark;
}

void hl_margin_held(hl_market *market, int64_t quantity)
{
    market->position = quantity;
}

void hl_margin_filled(hl_market *market, const pg_told_fill *fill)
{
    market->position += fill->side == PG_BUY ? fill->size : -fill->size;
}

/* The venue wants prices within 80% of its reference. */
static bool is_far(const hl_market *market, int64_t price)
{
    return market->mark > 0 && ((__int128)price * 5 > (__int128)market->mark * 9 || (__int128)price * 5 < market->mark);
}

/* From this notional on (quote units), the market's tiers allow no such leverage; 0: there is no such bound. */
static double bound_of(const hl_market *market)
{
    for (int i = 1; i < market->asset.tier_count; i++)
        if (market->asset.tier[i].max_leverage < market->margin.leverage)
            return market->asset.tier[i].lower_bound;
    return 0;
}

static bool is_beyond_tier(const hl_market *market, int64_t position)
{
    const pg_instrument *in = &market->instrument;
    double bound = bound_of(market);
    double notional = pg_size_double(in, llabs(position)) * pg_price_double(in, market->mark);
    return bound > 0 && notional >= bound;
}

const char *hl_margin_fault(const hl_market *market, const pg_request *request, int64_t now_ns, pg_reason *reason)
{
    bool buys = request->side == PG_BUY;
    int64_t held = market->position, after = held + (buys ? request->size : -request->size);
    if (market->asset.market != PG_HL_PERP)
        return NULL;
    *reason = PG_REASON_FAR_PRICE;
    if (is_far(market, request->price))
        return "the price is more than 80% away from the mark price";
    if (request->reduce_only || llabs(after) <= llabs(held) || now_ns - market->margin_ns > fresh_ns)
        return NULL;
    *reason = PG_REASON_MARGIN;
    if (request->size > (buys ? market->margin.most_buy : market->margin.most_sell))
        return "the account's margin does not allow this size";
    *reason = PG_REASON_CAPPED;
    return is_beyond_tier(market, after) ? "the position would exceed the margin tier of its leverage" : NULL;
}

/* The account's stream: states of orders, fills, and the answers to requests that were sent on it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "venue/hyperliquid/adapter_internal.h"
#include "venue/hyperliquid/codec_state.h"

enum { SNAPSHOT_MS = 5000 };

static const char *symbol_of(const hl_venue *venue, int market)
{
    return market >= 0 ? venue->market[market].asset.name : "";
}

void hl_traded(hl_venue *venue, const pg_told_fill *fill)
{
    hl_rights_traded(venue, fill);
    hl_margin_filled(&venue->market[fill->market], fill);
}

static void take_fill(hl_venue *venue, const pg_told_fill *fill, int64_t received_ns)
{
    if (pg_tracker_fill(venue->orders, fill, symbol_of(venue, fill->market), received_ns))
        hl_traded(venue, fill);
}

/* The snapshot repeats the newest fills on every subscription: what is from before this session is not news. */
static void take_fills(hl_venue *venue, const pg_hl_frame *frame, int64_t received_ns)
{
    int64_t news_ns = venue->opened_ns + venue->clock_ahead_ns;
    if (frame->snapshot)
        venue->fills_heard = true;
    for (int k = 0; k < frame->count; k++) {
        /* a snapshot has the newest first */
        const pg_told_fill *fill = &frame->fill[frame->snapshot ? frame->count - 1 - k : k];
        if (fill->market < 0)
            continue;
        if (frame->snapshot && fill->time_ns < news_ns)
            pg_tracker_know_fill(venue->orders, fill);
        else
            take_fill(venue, fill, received_ns);
    }
}

static void check_up(hl_venue *venue, int64_t now_ns)
{
    if (venue->account_up || !pg_hl_stream_is_subscribed(venue->account_stream))
        return;
    if (!venue->fills_heard && now_ns - venue->subscribed_ns[PG_LINK_ACCOUNT] < (int64_t)SNAPSHOT_MS * 1000000)
        return;
    venue->account_up = true;
    venue->sink.link(venue->sink.self, PG_LINK_ACCOUNT, true, "");
    hl_start_check(venue);
}

/* What was paid (below 0) or received. */
static void log_funding(hl_venue *venue, const pg_hl_funding *funding)
{
    char usdc[40], rate[40];
    pg_log_field fields[] = { { "venue", venue->name, 0 },
                              { "symbol", symbol_of(venue, funding->market), 0 },
                              { "usdc", pg_scan_plain(usdc, sizeof usdc, funding->usdc), 0 },
                              { "rate", pg_scan_plain(rate, sizeof rate, funding->rate), 0 } };
    pg_log_write(venue->log, PG_LOG_INFO, "hyperliquid", "funding", fields, 4);
}

static bool read_funding(pg_funding_paid *paid, const pg_hl_funding *funding)
{
    char usdc[40], rate[40];
    *paid = (pg_funding_paid){ .market = funding->market, .time_ns = funding->time_ns };
    return pg_hl_units_near(&paid->amount_e6, pg_scan_plain(usdc, sizeof usdc, funding->usdc), 6) == PG_OK &&
           pg_hl_units_near(&paid->rate_e12, pg_scan_plain(rate, sizeof rate, funding->rate), 12) == PG_OK;
}

/* A snapshot has those of the past, among them what was settled while nobody listened. */
static void take_fundings(hl_venue *venue, const pg_hl_frame *frame)
{
    hl_fundings *held = &venue->fundings;
    for (int i = 0; i < frame->count; i++) {
        pg_funding_paid paid;
        if (frame->funding[i].market < 0)
            continue;
        if (!frame->snapshot)
            log_funding(venue, &frame->funding[i]);
        if (!venue->sink.funding || !read_funding(&paid, &frame->funding[i]))
            continue;
        if (venue->phase == HL_READY)
            venue->sink.funding(venue->sink.self, &paid);
        else if (held->count < PG_HL_FUNDINGS_MAX) /* more come again with the next snapshot */
            held->list[held->count++] = paid;
    }
}

void hl_account_ready(hl_venue *venue)
{
    for (int i = 0; i < venue->fundings.count; i++)
        venue->sink.funding(venue->sink.self, &venue->fundings.list[i]);
    venue->fundings.count = 0;
}

static void take_liquidation(hl_venue *venue, const pg_hl_frame *frame)
{
    char user[PG_ADDRESS_TEXT];
    pg_scan_plain(user, sizeof user, frame->text);
    if (strcasecmp(user, venue->account) == 0)
        hl_log(venue, PG_LOG_ERROR, "the venue liquidates the account", "account", user);
}

/* Of an agent without a name, which is in no list. */
static void take_agent(hl_venue *venue, const pg_hl_frame *frame)
{
    char address[PG_ADDRESS_TEXT];
    pg_scan_plain(address, sizeof address, frame->text);
    if (venue->is_agent && strcasecmp(address, venue->signer_address) == 0)
        hl_rights_agent_until(venue, frame->time_ns / 1000000);
}

static void take_frame(hl_venue *venue, const pg_hl_frame *frame, int64_t received_ns)
{
    switch (frame->kind) {
    case PG_HL_FRAME_REPLY: hl_flight_reply(venue, frame); break;
    case PG_HL_FRAME_UPDATES:
        for (int i = 0; i < frame->count; i++)
            pg_tracker_update(venue->orders, &frame->update[i], received_ns);
        break;
    case PG_HL_FRAME_FILLS: take_fills(venue, frame, received_ns); break;
    case PG_HL_FRAME_FUNDINGS: take_fundings(venue, frame); break;
    case PG_HL_FRAME_MARGIN: hl_margin_take(venue, frame, received_ns); break;
    case PG_HL_FRAME_LIQUIDATION: take_liquidation(venue, frame); break;
    case PG_HL_FRAME_AGENT: take_agent(venue, frame); break;
    case PG_HL_FRAME_SUBSCRIBED:
    case PG_HL_FRAME_ERROR: pg_hl_stream_frame(venue->account_stream, frame); break;
    default: break;
    }
    if (!venue->account_up)
        check_up(venue, received_ns);
}

/* Whether nothing of orders and fills is lost with a message of a kind. */
static bool is_extra(pg_hl_frame_kind kind)
{
    return kind == PG_HL_FRAME_FUNDINGS || kind == PG_HL_FRAME_MARGIN || kind == PG_HL_FRAME_AGENT ||
           kind == PG_HL_FRAME_LIQUIDATION;
}

/* A message about the account that cannot be read may have been a fill: the connection is made anew, whereupon fills
 * come again and the host reads the account. */
static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    hl_venue *venue = self;
    pg_hl_frame frame;
    pg_error err;
    char words[1024];
    if (pg_hl_decode(venue->decoder, &frame, data, size, received_ns, &err) == PG_OK) {
        take_frame(venue, &frame, received_ns);
        return;
    }
    hl_log(venue, PG_LOG_ERROR, "a message about the account cannot be read", "why",
           pg_error_text(&err, words, sizeof words));
    if (is_extra(frame.kind))
        return;
    pg_hl_stream_drop(venue->account_stream, "a message about the account could not be read");
}

static void subscribed(void *self)
{
    hl_venue *venue = self;
    venue->subscribed_ns[PG_LINK_ACCOUNT] = hl_now();
    check_up(venue, venue->subscribed_ns[PG_LINK_ACCOUNT]);
}

static void closed(void *self, const char *why)
{
    hl_venue *venue = self;
    bool was_up = venue->account_up;
    venue->account_up = false;
    venue->fills_heard = false;
    hl_flights_lost(venue);
    if (was_up)
        venue->sink.link(venue->sink.self, PG_LINK_ACCOUNT, false, why);
}

pg_status hl_account_open(hl_venue *venue, pg_error *err)
{
    char url[320];
    if (!venue->account[0])
        return PG_OK;
    snprintf(url, sizeof url, "ws%s/ws", venue->url + strlen("http"));
    pg_hl_stream_config config = { .url = url, .name = "account", .log = venue->log };
    pg_hl_stream_handler handler = { venue, text, subscribed, closed };
    pg_status status = pg_hl_stream_new(&venue->account_stream, venue->loop, &config, handler, err);
    if (status == PG_OK)
        status = pg_hl_stream_add(venue->account_stream, "orderUpdates", NULL, venue->account, false, err);
    if (status == PG_OK)
        status = pg_hl_stream_add(venue->account_stream, "userFills", NULL, venue->account, false, err);
    if (status == PG_OK)
        status = pg_hl_stream_add_optional(venue->account_stream, "userEvents", NULL, venue->account, err);
    if (status == PG_OK)
        status = pg_hl_stream_add_optional(venue->account_stream, "userFundings", NULL, venue->account, err);
    if (status == PG_OK && venue->is_agent)
        status = pg_hl_stream_add_optional(venue->account_stream, "webData3", NULL, venue->master, err);
    for (int i = 0; i < venue->market_count && status == PG_OK; i++)
        if (venue->market[i].asset.market == PG_HL_PERP)
            status = pg_hl_stream_add_optional(venue->account_stream, "activeAssetData", venue->market[i].asset.name,
                                               venue->account, err);
    return status == PG_OK ? pg_hl_stream_start(venue->account_stream, err) : status;
}

void hl_account_tick(hl_venue *venue, int64_t now_ns)
{
    if (venue->account_stream && !venue->account_up)
        check_up(venue, now_ns);
}

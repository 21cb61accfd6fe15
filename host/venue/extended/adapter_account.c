/* The account's stream: states of orders and fills. Balances and positions are read over REST, when the host asks. */
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

static const int64_t snapshots_ns = 5 * EX_SECOND_NS; /* that the stream's first messages are waited for */
enum { ALL_SNAPSHOTS = PG_EXTENDED_HAS_ORDERS | PG_EXTENDED_HAS_BALANCE | PG_EXTENDED_HAS_POSITIONS };

/* ---- records ---- */

static pg_status wrong(pg_error *err, const char *what, uint64_t id)
{
    return pg_fail(err, PG_ERR_RANGE, "%s of %llu cannot be", what, (unsigned long long)id);
}

pg_status ex_told_order(pg_told_order *told, const ex_venue *venue, const pg_extended_order_record *record,
                        pg_error *err)
{
    *told = (pg_told_order){ .market = ex_market_of(venue, record->market),
                             .oid = record->id,
                             .time_ns = record->updated_ms * 1000000,
                             .side = pg_extended_side_of(record->side),
                             .reduce_only = record->reduce_only,
                             .state = pg_extended_state_of(record->status),
                             .reason = pg_extended_reason_of(record->status, record->reason),
                             .coin = record->market };
    pg_extended_external_parse(&told->cloid, record->external);
    pg_extended_copy(told->words, sizeof told->words, record->reason.data ? record->reason : record->status);
    if (told->market < 0)
        return PG_OK;
    const pg_instrument *in = &venue->market[told->market].instrument;
    int64_t filled = 0;
    if (!told->side)
        return wrong(err, "the side", record->id);
    if (record->price.data && pg_extended_units_near(&told->price, record->price, in->price_decimals) != PG_OK)
        return wrong(err, "the price", record->id);
    if (pg_extended_units_near(&told->size, record->quantity, in->size_decimals) != PG_OK || told->size < 0 ||
        (record->filled.data && pg_extended_units_near(&filled, record->filled, in->size_decimals) != PG_OK) ||
        filled < 0 || filled > told->size)
        return wrong(err, "the quantity", record->id);
    if (told->state == PG_TOLD_FILLED && !record->filled.data)
        filled = told->size;
    told->remaining = told->size - filled;
    return PG_OK;
}

pg_status ex_told_fill(pg_told_fill *told, const ex_venue *venue, const pg_extended_trade *record, pg_error *err)
{
    int64_t fee;
    *told = (pg_told_fill){ .market = ex_market_of(venue, record->market),
                            .oid = record->order,
                            .tid = record->id,
                            .time_ns = record->time_ms * 1000000,
                            .side = pg_extended_side_of(record->side),
                            .maker = !record->taker,
                            .liquidation = record->type.data && !pg_scan_equal(record->type, "TRADE") };
    pg_extended_external_parse(&told->cloid, record->external);
    if (told->market < 0)
        return PG_OK;
    const pg_instrument *in = &venue->market[told->market].instrument;
    if (!told->side || pg_extended_units_near(&told->price, record->price, in->price_decimals) != PG_OK ||
        pg_extended_units_near(&told->size, record->quantity, in->size_decimals) != PG_OK || told->price <= 0 ||
        told->size <= 0)
        return wrong(err, "side, price or quantity", record->id);
    if (pg_extended_units_near(&fee, record->fee, in->price_decimals + in->size_decimals) != PG_OK)
        return wrong(err, "the fee", record->id);
    told->fee = fee;
    return PG_OK;
}

/* ---- messages ---- */

typedef struct {
    ex_venue *venue;
    int64_t received_ns;
    int refused;
    pg_error err; /* of the first */
} hearing;

static void refuse(hearing *h, const pg_error *err)
{
    if (h->refused++ == 0)
        h->err = *err;
}

static void take_order(void *self, const pg_extended_order_record *record)
{
    hearing *h = self;
    pg_told_order told;
    pg_error err;
    if (!pg_extended_states_take(h->venue->states, record))
        return;
    if (ex_told_order(&told, h->venue, record, &err) != PG_OK) {
        refuse(h, &err);
        return;
    }
    pg_tracker_update(h->venue->orders, &told, h->received_ns);
    ex_heed(h->venue, pg_extended_mode_of(record->reason), told.words);
}

static void take_trade(void *self, const pg_extended_trade *record)
{
    hearing *h = self;
    pg_told_fill told;
    pg_error err;
    if (ex_told_fill(&told, h->venue, record, &err) != PG_OK) {
        refuse(h, &err);
        return;
    }
    bool news = told.time_ns >= ex_opened_ns(h->venue);
    if (told.market >= 0 && news)
        pg_tracker_fill(h->venue->orders, &told, h->venue->market[told.market].name, h->received_ns);
    else if (told.market >= 0)
        pg_tracker_know_fill(h->venue->orders, &told);
    if (news && told.liquidation) { /* in whatever market: the margin is one, and nothing that is quoted helps */
        char market[PG_EXTENDED_NAME];
        ex_heed(h->venue, PG_EXTENDED_LIQUIDATES, pg_extended_copy(market, sizeof market, record->market));
    }
}

static void take_position(void *self, const pg_extended_position *position)
{
    (void)self, (void)position;
}

/* An account that is not active takes no orders (section 15). */
static void take_balance(void *self, const pg_extended_balance *balance)
{
    hearing *h = self;
    pg_error err;
    char status[32];
    ex_take_margin(h->venue, balance->margin_ratio);
    if (!balance->status.data || pg_scan_equal(balance->status, "ACTIVE"))
        return;
    pg_fail(&err, PG_ERR_STATE, "the account's status is '%s'",
            pg_extended_copy(status, sizeof status, balance->status));
    pg_error_where(&err, "venue %s", h->venue->name);
    pg_error_remedy(&err, "look at the account on the venue's page");
    ex_fail(h->venue, &err);
}

static void check_up(ex_venue *venue, int64_t now_ns)
{
    if (venue->account_up || !pg_extended_stream_is_open(venue->account_stream))
        return;
    if (venue->snapshots != ALL_SNAPSHOTS && now_ns - venue->account_opened_ns < snapshots_ns)
        return;
    venue->account_up = true;
    venue->sink.link(venue->sink.self, PG_LINK_ACCOUNT, true, "");
    ex_start_check(venue);
}

static void lose_account(ex_venue *venue, const char *why)
{
    bool was_up = venue->account_up;
    venue->account_up = false;
    venue->snapshots = 0;
    venue->account_sequence = (pg_extended_sequence){ 0 };
    if (was_up)
        venue->sink.link(venue->sink.self, PG_LINK_ACCOUNT, false, why);
}

/* A message that is missing or cannot be read may have been a fill: the connection is made anew, whereupon the host reads
 * the account and the fills. */
static void drop(ex_venue *venue, const pg_error *err)
{
    ex_log_error(venue, PG_LOG_ERROR, "a message about the account is missing or cannot be read", err);
    pg_extended_stream_drop(venue->account_stream, err->what);
    lose_account(venue, err->what);
}

static pg_status read_frame(ex_venue *venue, pg_extended_frame *frame, const char *data, size_t size, pg_error *err)
{
    uint64_t last = venue->account_sequence.last;
    pg_status status = pg_extended_frame_read(frame, data, size, err);
    if (status != PG_OK)
        return status;
    if (frame->error.data)
        return pg_fail(err, PG_ERR_STATE, "the stream reports an error: %.*s",
                       (int)(frame->error.size < 200 ? frame->error.size : 200), frame->error.data);
    if (pg_extended_sequence_take(&venue->account_sequence, frame->seq) != PG_EXTENDED_SEQ_NEXT)
        return pg_fail(err, PG_ERR_STATE, "message %llu follows message %llu", (unsigned long long)frame->seq,
                       (unsigned long long)last);
    return PG_OK;
}

static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    ex_venue *venue = self;
    hearing h = { .venue = venue, .received_ns = received_ns };
    const pg_extended_account_sink sink = { &h, take_order, take_trade, take_position, take_balance };
    pg_extended_frame frame;
    pg_error err;
    unsigned whole;
    if (read_frame(venue, &frame, data, size, &err) != PG_OK) {
        drop(venue, &err);
        return;
    }
    int refused = pg_extended_account_read(&frame, &sink, &whole, &err);
    if (refused == 0 && h.refused > 0)
        err = h.err;
    if (refused != 0 || h.refused > 0) {
        drop(venue, &err);
        return;
    }
    venue->snapshots |= whole;
    check_up(venue, received_ns);
}

/* ---- the connection ---- */

static void opened(void *self)
{
    ex_venue *venue = self;
    venue->account_sequence = (pg_extended_sequence){ 0 };
    venue->snapshots = 0;
    venue->account_opened_ns = ex_now();
}

static void closed(void *self, const char *why)
{
    lose_account(self, why);
}

pg_status ex_account_open(ex_venue *venue, pg_error *err)
{
    if (!venue->has_api_key)
        return PG_OK;
    pg_extended_stream_handler handler = { venue, opened, text, closed };
    return pg_extended_stream_new(&venue->account_stream, venue->loop, venue->stream_url, "/account", venue->api_key, 0,
                                  handler, err);
}

void ex_account_tick(ex_venue *venue, int64_t now_ns)
{
    if (venue->account_stream && !venue->account_up)
        check_up(venue, now_ns);
}

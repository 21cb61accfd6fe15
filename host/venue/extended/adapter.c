#include "venue/extended/adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "venue/extended/adapter_internal.h"

static const int64_t late_ns = 10 * EX_SECOND_NS; /* for so long a request without an answer may still arrive */

int64_t ex_now(void)
{
    return pg_clock_now(pg_clock_real());
}

void ex_log(const ex_venue *venue, pg_log_level level, const char *message, const char *name, const char *text)
{
    pg_log_field fields[] = { { "venue", venue->name, 0 }, { name, text, 0 } };
    pg_log_write(venue->log, level, "extended", message, fields, name ? 2 : 1);
}

void ex_log_error(const ex_venue *venue, pg_log_level level, const char *message, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    ex_log(venue, level, message, "why", pg_error_text(err, text, sizeof text));
}

void ex_fail(ex_venue *venue, const pg_error *err)
{
    if (venue->phase == EX_FAILED)
        return;
    venue->phase = EX_FAILED;
    venue->facts.can_trade = false;
    venue->sink.failed(venue->sink.self, err);
}

int ex_market_of(const ex_venue *venue, pg_span name)
{
    for (int i = 0; i < venue->market_count; i++)
        if (pg_scan_equal(name, venue->market[i].name))
            return i;
    return -1;
}

/* ---- opening and closing ---- */

static void report(void *self, const pg_report *report)
{
    ex_venue *venue = self;
    venue->sink.report(venue->sink.self, report);
}

static void tick(void *self)
{
    ex_venue *venue = self;
    int64_t now = ex_now();
    if (venue->phase == EX_STARTING)
        ex_start_tick(venue, now);
    ex_doubt_tick(venue, now);
    ex_account_tick(venue, now);
    ex_market_tick(venue, now);
    ex_backup_tick(venue, now);
    ex_refresh_tick(venue, now);
}

static pg_status make_markets(ex_venue *venue, pg_error *err)
{
    venue->market = calloc(venue->market_count ? (size_t)venue->market_count : 1, sizeof *venue->market);
    if (!venue->market)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for %d markets", venue->market_count);
    pg_status status = PG_OK;
    for (int i = 0; i < venue->market_count && status == PG_OK; i++) {
        ex_market *market = &venue->market[i];
        market->venue = venue;
        memcpy(market->name, venue->symbols[i], sizeof venue->symbols[i]);
        status = pg_extended_escape(market->path, sizeof market->path, market->name);
        for (int k = 0; k < EX_STREAMS; k++)
            market->feed[k] = (ex_feed){ .market = market, .kind = (ex_stream_kind)k };
        if (status == PG_OK)
            status = pg_recent_new(&market->trades, EX_TRADES_SEEN, err);
    }
    return status;
}

static pg_status make_parts(ex_venue *venue, pg_error *err)
{
    pg_report_sink sink = { venue, report };
    pg_status status = make_markets(venue, err);
    venue->levels = malloc(PG_EXTENDED_LEVELS * sizeof *venue->levels);
    venue->events = malloc((PG_EXTENDED_BOOK_EVENTS + PG_EXTENDED_RESTORED) * sizeof *venue->events);
    if (status == PG_OK && (!venue->levels || !venue->events))
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for books");
    if (status == PG_OK)
        status = pg_tracker_new(&venue->orders, venue->run, sink, err);
    if (status == PG_OK)
        status = pg_late_new(&venue->late, venue->loop, venue->run, venue->orders, sink, err);
    if (status == PG_OK)
        status = pg_extended_states_new(&venue->states, EX_STATES, err);
    if (status == PG_OK)
        status = pg_extended_nonces_init(&venue->nonces, err);
    if (status == PG_OK)
        status = pg_extended_rest_new(&venue->rest, venue->loop, venue->url, venue->api_key, venue->per_minute,
                                      venue->log, err);
    if (status == PG_OK && !(venue->tick = pg_timer_start(venue->loop, 0, EX_TICK_MS, venue, tick)))
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for a timer");
    if (status == PG_OK)
        pg_tracker_set_patience(venue->orders, late_ns);
    return status;
}

static void close_market(ex_market *market)
{
    for (int k = 0; k < EX_STREAMS; k++)
        pg_extended_stream_free(market->feed[k].stream);
    pg_extended_book_free(&market->book);
    pg_recent_free(market->trades);
}

static void close_venue(pg_venue *base)
{
    ex_venue *venue = (ex_venue *)base;
    pg_timer_stop(venue->tick);
    for (int i = 0; venue->market && i < venue->market_count; i++)
        close_market(&venue->market[i]);
    pg_extended_stream_free(venue->account_stream);
    pg_extended_rest_free(venue->rest);
    pg_late_free(venue->late);
    pg_calls_free(&venue->calls);
    pg_tracker_free(venue->orders);
    pg_extended_states_free(venue->states);
    free(venue->market);
    free(venue->levels);
    free(venue->events);
    free(venue);
}

static pg_status open_venue(pg_venue **base, const pg_venue_config *config, pg_loop *loop, pg_venue_sink sink,
                            pg_error *err)
{
    *base = NULL;
    ex_venue *venue = calloc(1, sizeof *venue);
    if (!venue)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a venue");
    venue->base.type = &pg_extended_venue;
    venue->loop = loop;
    venue->sink = sink;
    venue->calls.owner = venue;
    venue->opened_ns = ex_now();
    venue->facts = (pg_venue_facts){ .switch_least_s = 1, .replace_is_fresh = true, .batch = 1 };
    pg_status status = ex_configure(venue, config, err);
    if (status == PG_OK)
        status = make_parts(venue, err);
    if (status != PG_OK) {
        close_venue(&venue->base);
        return status;
    }
    ex_start(venue);
    *base = &venue->base;
    return PG_OK;
}

static const pg_instrument *instrument(const pg_venue *base, int market)
{
    const ex_venue *venue = (const ex_venue *)base;
    return market >= 0 && market < venue->market_count ? &venue->market[market].instrument : NULL;
}

static const pg_venue_facts *facts(const pg_venue *base)
{
    return &((const ex_venue *)base)->facts;
}

const pg_venue_type pg_extended_venue = { .kind = "extended",
                                          .open = open_venue,
                                          .close = close_venue,
                                          .instrument = instrument,
                                          .facts = facts,
                                          .has_room = ex_has_room,
                                          .submit = ex_submit,
                                          .cancel_all = ex_cancel_all,
                                          .account = ex_account,
                                          .fills_since = ex_fills_since,
                                          .trades = ex_trades,
                                          .arm_switch = ex_arm_switch,
                                          .set_leverage = ex_set_leverage };

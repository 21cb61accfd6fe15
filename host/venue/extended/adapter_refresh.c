/* What is read again while trading: markets every minute (rules, status, modes), fees every ten. */
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

static const int64_t markets_ns = 60 * EX_SECOND_NS, fees_ns = 600 * EX_SECOND_NS, mode_ns = 10 * EX_SECOND_NS;

/* ---- markets ---- */

static void take_mark(ex_market *market, pg_span stats)
{
    pg_extended_record record;
    if (!pg_exact_is_zero(&market->mark) || !stats.data ||
        pg_extended_record_read(&record, PG_EXTENDED_STATS, stats, NULL) != PG_OK)
        return; /* the stream's is newer */
    pg_extended_exact(&market->mark, record.stats.mark, NULL);
    pg_extended_units_near(&market->mark_units, record.stats.mark, market->instrument.price_decimals);
    pg_extended_units_near(&market->index_units, record.stats.index, market->instrument.price_decimals);
}

static pg_status first_listing(ex_market *market, const pg_extended_listing *listing, pg_error *err)
{
    pg_status status = pg_extended_listing_instrument(&market->instrument, listing, err);
    if (status == PG_OK)
        status = pg_extended_book_init(&market->book, market->name, &market->instrument, err);
    if (status == PG_OK)
        market->listing = *listing;
    return status;
}

pg_status ex_take_listing(ex_market *market, const pg_extended_market_record *record, pg_error *err)
{
    pg_extended_listing listing;
    bool first = !market->listing.rules.name[0];
    pg_status status = pg_extended_listing_read(&listing, record, err);
    if (status == PG_OK && first)
        status = first_listing(market, &listing, err);
    if (status != PG_OK)
        return status;
    if (!first && !pg_extended_listing_same(&market->listing, &listing)) {
        pg_fail(err, PG_ERR_STATE, "the venue has changed the tick, step or ids of %s", market->name);
        pg_error_remedy(err, "start again: prices and sizes are counted in other units now");
        return PG_ERR_STATE;
    }
    if (!first && market->listing.status != listing.status)
        ex_log(market->venue, PG_LOG_WARN,
               listing.status == PG_EXTENDED_ACTIVE        ? "the market is open again"
               : listing.status == PG_EXTENDED_ONLY_REDUCE ? "the market takes only orders that reduce a position"
                                                           : "the market is closed",
               "market", market->name);
    market->listing = listing;
    take_mark(market, record->stats);
    return PG_OK;
}

pg_status ex_markets_path(const ex_venue *venue, char *path, size_t size)
{
    size_t n = (size_t)snprintf(path, size, "/info/markets");
    for (int i = 0; i < venue->market_count && n < size; i++)
        n += (size_t)snprintf(path + n, size - n, "%cmarket=%s", i ? '&' : '?', venue->market[i].path);
    return n < size ? PG_OK : PG_ERR_RANGE;
}

static void take_market(void *self, const pg_extended_record *record)
{
    ex_venue *venue = self;
    pg_error err;
    int i = ex_market_of(venue, record->market.name);
    if (i < 0 || ex_take_listing(&venue->market[i], &record->market, &err) == PG_OK)
        return;
    if (err.status == PG_ERR_STATE) {
        pg_error_where(&err, "venue %s", venue->name);
        ex_fail(venue, &err);
    } else {
        ex_log_error(venue, PG_LOG_WARN, "a market cannot be read again", &err);
    }
}

/* An answer of the venue ends what it said it would not do: the next orders show (section 15). */
static void markets_came(void *self, const pg_extended_found *found, const pg_error *why)
{
    ex_venue *venue = self;
    venue->reading_markets = false;
    pg_error err;
    bool good = found && found->answer.ok &&
                pg_extended_records_read(PG_EXTENDED_MARKET_RECORD, found->answer.data, venue, take_market, &err) >= 0;
    if (!good) {
        if (found)
            pg_extended_refused(&err, found);
        ex_log_error(venue, PG_LOG_WARN, "markets cannot be read again", found ? &err : why);
        return;
    }
    if (venue->mode.since_ns) {
        ex_log(venue, PG_LOG_INFO, "the venue answers: orders are tried again", NULL, NULL);
        venue->mode = (ex_mode){ 0 };
    }
}

static void read_markets(ex_venue *venue, int64_t now_ns)
{
    char path[8192];
    venue->markets_ns = now_ns + (venue->mode.since_ns ? mode_ns : markets_ns);
    if (venue->reading_markets || ex_markets_path(venue, path, sizeof path) != PG_OK)
        return;
    venue->reading_markets = true;
    pg_extended_rest_ask(venue->rest, path, false, 5000, venue, markets_came);
}

/* ---- fees ---- */

typedef struct {
    ex_market *market;
    pg_status status;
    pg_error *err;
} fee_search;

static void take_fee(void *self, const pg_extended_record *record)
{
    fee_search *s = self;
    ex_market *market = s->market;
    pg_exact rate;
    if (s->status == PG_OK || !pg_scan_equal(record->fees.market, market->name))
        return;
    if (record->fees.maker.size >= sizeof market->maker || record->fees.taker.size >= sizeof market->taker) {
        s->status = pg_fail(s->err, PG_ERR_RANGE, "a fee rate that is too long");
        return;
    }
    s->status = pg_extended_exact(&rate, record->fees.maker, s->err);
    if (s->status == PG_OK)
        s->status = pg_extended_exact(&rate, record->fees.taker, s->err);
    if (s->status != PG_OK)
        return;
    pg_extended_copy(market->maker, sizeof market->maker, record->fees.maker);
    pg_extended_copy(market->taker, sizeof market->taker, record->fees.taker);
}

/* What the host is told is of the first market. */
static void set_facts(const ex_market *market)
{
    pg_venue_facts *facts = &market->venue->facts;
    if (market != market->venue->market)
        return;
    facts->fees_known =
        pg_extended_units_near(&facts->maker_fee_e8, (pg_span){ market->maker, strlen(market->maker) }, 8) == PG_OK &&
        pg_extended_units_near(&facts->taker_fee_e8, (pg_span){ market->taker, strlen(market->taker) }, 8) == PG_OK;
}

pg_status ex_take_fees(ex_market *market, pg_span data, pg_error *err)
{
    fee_search s = { market, PG_ERR_NOT_FOUND, err };
    pg_fail(err, PG_ERR_NOT_FOUND, "the venue told no fees of %s", market->name);
    if (pg_extended_records_read(PG_EXTENDED_FEES, data, &s, take_fee, err) < 0)
        return err->status;
    if (s.status == PG_OK)
        set_facts(market);
    return s.status;
}

static void fees_came(void *self, const pg_extended_found *found, const pg_error *why)
{
    ex_market *market = self;
    ex_venue *venue = market->venue;
    pg_error err;
    venue->reading_fees = false;
    pg_status status = !found              ? PG_ERR_IO
                       : !found->answer.ok ? pg_extended_refused(&err, found)
                                           : ex_take_fees(market, found->answer.data, &err);
    if (status != PG_OK)
        ex_log_error(venue, PG_LOG_WARN, "fees cannot be read again", found ? &err : why);
}

/* One market after the other, so that each has its turn in fees_ns. */
static void read_fees(ex_venue *venue, int64_t now_ns)
{
    char path[EX_PATH];
    venue->fees_ns = now_ns + fees_ns / venue->market_count;
    if (venue->reading_fees)
        return;
    venue->reading_fees = true;
    ex_market *market = &venue->market[venue->fees_market];
    venue->fees_market = (venue->fees_market + 1) % venue->market_count;
    snprintf(path, sizeof path, "/user/fees?market=%s", market->path);
    pg_extended_rest_ask(venue->rest, path, false, 5000, market, fees_came);
}

void ex_fees_again(ex_venue *venue, int market)
{
    venue->fees_market = market;
    venue->fees_ns = ex_now();
}

void ex_refresh_tick(ex_venue *venue, int64_t now_ns)
{
    if (venue->phase != EX_READY || venue->no_streams || venue->market_count == 0)
        return;
    if (venue->markets_ns == 0) { /* just ready: they were read a moment ago */
        venue->markets_ns = now_ns + markets_ns;
        venue->fees_ns = now_ns + fees_ns / venue->market_count;
    }
    if (venue->mode.since_ns && venue->markets_ns > venue->mode.since_ns + mode_ns)
        venue->markets_ns = venue->mode.since_ns + mode_ns;
    if (now_ns >= venue->markets_ns)
        read_markets(venue, now_ns);
    if (venue->can_sign && now_ns >= venue->fees_ns)
        read_fees(venue, now_ns);
}

/* The end of positions: where a market has close_on_stop, what its strategy holds is given back when everything is
 * cancelled, by immediate reduce-only orders within a bound of the market's mid. Tried again until it is flat or the time
 * is up; what remains then is said loudly. Elsewhere positions are kept. */
#include "live/live_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    LOOK_MS = 100,          /* between two looks at what is left */
    ANSWER_NS = 1000000000, /* an order has this long before another one is sent: it may have been lost */
    DEADLINE_MS = 10000
};

/* The worst price, as a part of the mid. */
static const double slippage = 0.01;

/* What the configuration in force says of a market; NULL when it is gone from there. */
static const pg_config_market *entry_of(const pg_live *live, const pg_live_market *market)
{
    const pg_config *config = live->current;
    const char *venue = pg_desk_config_venue(pg_live_market_desk(market))->name;
    char name[2 * PG_CONFIG_NAME];
    for (int i = 0; i < config->market_count; i++) {
        const pg_config_market *entry = &config->markets[i];
        snprintf(name, sizeof name, "%s%s%s", entry->symbol, entry->name[0] ? "." : "", entry->name);
        if (strcmp(entry->venue_name, venue) == 0 && strcmp(name, pg_live_market_name(market)) == 0)
            return entry;
    }
    return NULL;
}

static bool is_to_close(const live_venue *v, const pg_live_market *market)
{
    const pg_config_market *entry = entry_of(v->live, market);
    return pg_live_market_desk(market) == v->desk && entry && entry->close_on_stop;
}

/* Scripts have ended; what has been heard since is taken in without them. Whole lots alone can be traded. */
static int64_t held_now(const pg_live_market *market)
{
    pg_engine *engine = pg_runner_engine(pg_live_market_runner(market));
    pg_engine_follow(engine);
    int64_t held = pg_engine_position(engine)->quantity;
    return held - held % pg_engine_instrument(engine)->lot;
}

/* 0 when the market is not known well enough. */
static int64_t worst_price(const pg_engine *engine, int side)
{
    const pg_book *book = pg_engine_book(engine);
    const pg_instrument *in = pg_engine_instrument(engine);
    if (!pg_book_is_two_sided(book) || !pg_book_is_consistent(book))
        return 0;
    double mid =
        (pg_price_double(in, pg_book_best(book, PG_BUY)) + pg_price_double(in, pg_book_best(book, PG_SELL))) / 2;
    /* Rounded towards the mid: the bound holds. */
    return pg_price_round(in, side == PG_BUY ? mid * (1 + slippage) : mid * (1 - slippage), side);
}

static void send_closing(live_venue *v, pg_live_market *market, int64_t held, int64_t now_ns)
{
    const pg_engine *engine = pg_runner_engine(pg_live_market_runner(market));
    int side = held > 0 ? PG_SELL : PG_BUY;
    int64_t price = worst_price(engine, side);
    if (price <= 0)
        return;
    pg_request request = { .kind = PG_REQUEST_NEW,
                           .id = pg_engine_orders(engine)->next_id + v->closings++,
                           .side = (uint8_t)side,
                           .price = price,
                           .size = held > 0 ? held : -held,
                           .tif = PG_TIF_IOC,
                           .reduce_only = true };
    live_say(v->live, "%s: closing %+.8g, at %.10g at worst", pg_live_market_name(market),
             pg_size_double(pg_engine_instrument(engine), held), pg_price_double(pg_engine_instrument(engine), price));
    pg_error err = { 0 };
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    if (pg_desk_send_closing(v->desk, pg_live_market_number(market), &request, now_ns, &err) != PG_OK)
        live_say(v->live, "! %s: %s", pg_live_market_name(market), pg_error_text(&err, text, sizeof text));
}

static void give_up(live_venue *v, const pg_live_market *market, int64_t held)
{
    const pg_engine *engine = pg_runner_engine(pg_live_market_runner(market));
    pg_fail(&v->live->error, PG_ERR_STATE, "%s of %s: a position of %+.8g could not be closed within %d s",
            pg_live_market_name(market), v->venue->name, pg_size_double(pg_engine_instrument(engine), held),
            DEADLINE_MS / 1000);
    pg_error_remedy(&v->live->error, "close it at the venue");
}

/* One look at all that is to be closed; true when nothing is left to do. */
static bool look(live_venue *v, int64_t now_ns)
{
    bool late = now_ns >= v->close_until_ns, done = true, again = now_ns >= v->close_again_ns;
    if (again)
        v->close_again_ns = now_ns + ANSWER_NS;
    for (int i = 0; i < v->live->market_count; i++) {
        pg_live_market *market = v->live->market[i];
        int64_t held = is_to_close(v, market) ? held_now(market) : 0;
        if (held == 0)
            continue;
        done = false;
        if (late)
            give_up(v, market, held);
        else if (again)
            send_closing(v, market, held, now_ns);
    }
    return done || late;
}

static void on_look(void *self)
{
    live_venue *v = self;
    if (!look(v, pg_clock_now(pg_clock_real())))
        return;
    pg_timer_stop(v->closing);
    v->closing = NULL;
    live_closed(v);
}

bool live_close(live_venue *v)
{
    int64_t now_ns = pg_clock_now(pg_clock_real());
    v->close_until_ns = now_ns + DEADLINE_MS * INT64_C(1000000);
    v->close_again_ns = 0;
    if (!v->live->config->host.trading_enabled || look(v, now_ns))
        return false;
    v->closing = pg_timer_start(v->live->loop, LOOK_MS, LOOK_MS, v, on_look);
    return v->closing != NULL;
}

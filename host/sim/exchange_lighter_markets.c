/* Markets of Lighter's exchange from what plays in them: synthetic flows and tapes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/exchange_lighter.h"

enum { DECIMALS = 6, FIGURES = 5, LEAST_USD = 10 };

#define LEAST_PRICE 1e-3
#define MOST_PRICE  1e6

static double usual_price(const char *name)
{
    static const struct {
        const char *name;
        double price;
    } known[] = {
        { "BTC", 100000 }, { "ETH", 4000 }, { "SOL", 200 }, { "HYPE", 40 }, { "DOGE", 0.25 }, { "PAXG", 4000 }
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].price;
    return 100;
}

/* As the venue has them: six figures, BTC one decimal. */
static int price_decimals(double price)
{
    int decimals = DECIMALS - ((int)floor(log10(price)) + 1);
    return decimals < 1 ? 1 : decimals > DECIMALS ? DECIMALS : decimals;
}

/* About the least value that may rest, in size units. */
static int64_t least_size(double price, int size_decimals)
{
    return (int64_t)ceil(LEAST_USD / price * (double)pg_pow10(size_decimals));
}

pg_status pg_lighter_exchange_synthetic_market(pg_lighter_exchange_market *market, pg_synthetic_params *params,
                                               const char *name, double price, uint64_t seed, pg_error *err)
{
    static const double LEVEL_USD = 80000, ORDER_USD = 6000;
    price = price != 0 ? price : usual_price(name);
    if (!(price >= LEAST_PRICE && price <= MOST_PRICE))
        return pg_fail(err, PG_ERR_INVALID, "a synthetic %s cannot have the price %g: it must lie in %g to %g", name,
                       price, LEAST_PRICE, MOST_PRICE);
    int decimals = price_decimals(price);
    pg_synthetic_init(params);
    params->price = price;
    /* The flow keeps to five figures: it does not move by many ticks at once. A step is the nearest double to its
     * text, which is how it is read. */
    int flow = FIGURES - (int)floor(log10(price)) - 1;
    params->tick = 1 / (double)pg_pow10(flow < 0 ? 0 : flow > decimals ? decimals : flow);
    params->lot = 1 / (double)pg_pow10(DECIMALS - decimals);
    params->depth = LEVEL_USD / price;
    params->order_size = ORDER_USD / price;
    params->funding_hours = 0; /* the exchange has its own */
    if (strlen(name) >= sizeof params->symbol)
        return pg_fail(err, PG_ERR_INVALID, "the name '%s' is longer than %zu bytes", name, sizeof params->symbol - 1);
    snprintf(params->symbol, sizeof params->symbol, "%s", name);
    *market = (pg_lighter_exchange_market){ .name = params->symbol,
                                            .id = -1,
                                            .price_decimals = decimals,
                                            .min_size = least_size(price, DECIMALS - decimals),
                                            .synthetic = params,
                                            .seed = seed };
    return PG_OK;
}

pg_status pg_lighter_exchange_tape_market(pg_lighter_exchange_market *market, const pg_tape *tape, double speed,
                                          pg_error *err)
{
    const pg_instrument *in = &pg_tape_get_info(tape)->instrument;
    const pg_event *events = pg_tape_events(tape);
    int decimals = in->price_decimals;
    int64_t price = 0;
    for (int64_t tick = in->tick; decimals > 0 && tick % 10 == 0; decimals--)
        tick /= 10;
    if (decimals > DECIMALS)
        return pg_fail(err, PG_ERR_INVALID, "%s has prices of %d decimals: Lighter's have %d at most",
                       pg_tape_path(tape), decimals, DECIMALS);
    for (size_t i = 0; i < pg_tape_count(tape) && price == 0; i++)
        price = events[i].kind == PG_EVENT_LEVEL || events[i].kind == PG_EVENT_TRADE ? events[i].price : 0;
    double first = price > 0 ? pg_price_double(in, price) : LEAST_USD;
    *market = (pg_lighter_exchange_market){ .name = in->symbol,
                                            .id = -1,
                                            .price_decimals = decimals,
                                            .min_size = least_size(first, DECIMALS - decimals),
                                            .tape = tape,
                                            .speed = speed };
    return PG_OK;
}

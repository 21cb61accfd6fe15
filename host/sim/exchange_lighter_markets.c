/* Markets of Lighter's exchange from what plays in them: synthetic flows and tapes. */
#include <math.h>

#include "sim/exchange_flow.h"
#include "sim/exchange_lighter.h"

enum { DECIMALS = 6, FIGURES = 5, LEAST_USD = 10 };

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
    price = price != 0 ? price : pg_exchange_usual_price(name);
    int decimals = price > 0 ? price_decimals(price) : 0;
    /* The flow keeps to five figures: it does not move by many ticks at once. */
    int flow = price > 0 ? FIGURES - (int)floor(log10(price)) - 1 : 0;
    flow = flow < 0 ? 0 : flow > decimals ? decimals : flow;
    pg_status status =
        pg_exchange_synthetic(params, name, price, pg_exchange_step(flow), pg_exchange_step(DECIMALS - decimals), err);
    if (status != PG_OK)
        return status;
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
    int decimals, size_decimals;
    int64_t price = 0;
    pg_exchange_tape_decimals(&decimals, &size_decimals, tape);
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

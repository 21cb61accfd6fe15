#include "sim/exchange_flow.h"

#include <stdio.h>
#include <string.h>

#define LEAST_PRICE 4e-3
#define MOST_PRICE  5e5

double pg_exchange_usual_price(const char *name)
{
    static const struct {
        const char *name;
        double price;
    } known[] = { { "BTC", 100000 }, { "ETH", 4000 }, { "SOL", 200 },    { "HYPE", 40 },  { "XRP", 2.5 },
                  { "DOGE", 0.25 },  { "PURR", 0.2 }, { "SP500", 6500 }, { "PAXG", 4000 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].price;
    return 100;
}

double pg_exchange_step(int decimals)
{
    return 1 / (double)pg_pow10(decimals);
}

pg_status pg_exchange_synthetic(pg_synthetic_params *params, const char *name, double price, double tick, double lot,
                                pg_error *err)
{
    static const double LEVEL_USD = 80000, ORDER_USD = 6000;
    if (!(price >= LEAST_PRICE && price <= MOST_PRICE))
        return pg_fail(err, PG_ERR_INVALID, "a synthetic %s cannot have the price %g: it must lie in %g to %g", name,
                       price, LEAST_PRICE, MOST_PRICE);
    if (strlen(name) >= sizeof params->symbol)
        return pg_fail(err, PG_ERR_INVALID, "the name '%s' is longer than %zu bytes", name, sizeof params->symbol - 1);
    pg_synthetic_init(params);
    params->price = price;
    params->tick = tick;
    params->lot = lot;
    params->depth = LEVEL_USD / price;
    params->order_size = ORDER_USD / price;
    params->funding_hours = 0;
    snprintf(params->symbol, sizeof params->symbol, "%s", name);
    return PG_OK;
}

/* Decimals of a step in units of 10^-decimals that are not always 0. */
static int needed(int decimals, int64_t step)
{
    for (; decimals > 0 && step % 10 == 0; decimals--)
        step /= 10;
    return decimals;
}

void pg_exchange_tape_decimals(int *price_decimals, int *size_decimals, const pg_tape *tape)
{
    const pg_instrument *in = &pg_tape_get_info(tape)->instrument;
    *price_decimals = needed(in->price_decimals, in->tick);
    *size_decimals = needed(in->size_decimals, in->lot);
}

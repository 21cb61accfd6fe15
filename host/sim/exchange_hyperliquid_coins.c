/* Coins of the exchange from what plays in them: synthetic markets and tapes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/exchange_hyperliquid.h"
#include "venue/hyperliquid/rules.h"

enum { MAX_SIZE_DECIMALS = 5 };

#define LEAST_PRICE 4e-3
#define MOST_PRICE  5e5

/* Of "ETH", "dex:ETH" and "ETH/USDC". */
static double usual_price(const char *coin)
{
    const char *colon = strchr(coin, ':'), *name = colon ? colon + 1 : coin;
    size_t length = strcspn(name, "/");
    static const struct {
        const char *name;
        double price;
    } known[] = { { "BTC", 100000 }, { "ETH", 4000 },  { "SOL", 200 },  { "HYPE", 40 },
                  { "XRP", 2.5 },    { "DOGE", 0.25 }, { "PURR", 0.2 }, { "SP500", 6500 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0)
            return known[i].price;
    return 100;
}

/* 10^-decimals as the nearest double to its text, which is how steps are read. */
static double step_of(int decimals)
{
    return 1 / (double)pg_pow10(decimals);
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

pg_status pg_hl_exchange_synthetic_coin(pg_hl_exchange_coin *coin, pg_synthetic_params *params, const char *name,
                                        double price, uint64_t seed, pg_error *err)
{
    static const double LEVEL_USD = 80000, ORDER_USD = 6000;
    price = price != 0 ? price : usual_price(name);
    if (!(price >= LEAST_PRICE && price <= MOST_PRICE))
        return pg_fail(err, PG_ERR_INVALID, "a synthetic %s cannot have the price %g: it must lie in %g to %g", name,
                       price, LEAST_PRICE, MOST_PRICE);
    /* Five figures, or whole numbers; a lot of about a dollar. */
    int digits = (int)floor(log10(price)) + 1;
    int size_decimals = clamp(digits, 0, MAX_SIZE_DECIMALS);
    int most = strchr(name, '/') ? PG_HL_SPOT_DECIMALS : PG_HL_PERP_DECIMALS;
    int price_decimals = clamp(PG_HL_FIGURES - digits, 0, most - size_decimals);
    pg_synthetic_init(params);
    params->price = price;
    params->tick = step_of(price_decimals);
    params->lot = step_of(size_decimals);
    params->depth = LEVEL_USD / price;
    params->order_size = ORDER_USD / price;
    params->funding_hours = 0; /* the exchange has its own */
    if (strlen(name) >= sizeof params->symbol)
        return pg_fail(err, PG_ERR_INVALID, "the name '%s' is longer than %zu bytes", name, sizeof params->symbol - 1);
    snprintf(params->symbol, sizeof params->symbol, "%s", name);
    *coin = (pg_hl_exchange_coin){
        .name = params->symbol, .size_decimals = size_decimals, .synthetic = params, .seed = seed
    };
    return PG_OK;
}

/* Decimals of a step in units of 10^-decimals that are not always 0. */
static int needed(int decimals, int64_t step)
{
    for (; decimals > 0 && step % 10 == 0; decimals--)
        step /= 10;
    return decimals;
}

pg_status pg_hl_exchange_tape_coin(pg_hl_exchange_coin *coin, const pg_tape *tape, double speed, pg_error *err)
{
    const pg_instrument *in = &pg_tape_get_info(tape)->instrument;
    int price_decimals = needed(in->price_decimals, in->tick), size_decimals = needed(in->size_decimals, in->lot);
    if (price_decimals > PG_HL_PERP_DECIMALS)
        return pg_fail(err, PG_ERR_INVALID, "%s has prices of %d decimals: Hyperliquid's have %d at most",
                       pg_tape_path(tape), price_decimals, PG_HL_PERP_DECIMALS);
    *coin = (pg_hl_exchange_coin){ .name = in->symbol,
                                   .size_decimals = clamp(size_decimals, 0, PG_HL_PERP_DECIMALS - price_decimals),
                                   .tape = tape,
                                   .speed = speed };
    return PG_OK;
}

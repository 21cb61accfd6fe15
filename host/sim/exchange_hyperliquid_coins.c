/* Coins of the exchange from what plays in them: synthetic markets and tapes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/exchange_flow.h"
#include "sim/exchange_hyperliquid.h"
#include "venue/hyperliquid/rules.h"

enum { MAX_SIZE_DECIMALS = 5 };

/* Of "ETH", "dex:ETH" and "ETH/USDC". */
static double usual_price(const char *coin)
{
    const char *colon = strchr(coin, ':'), *name = colon ? colon + 1 : coin;
    char alone[PG_SYMBOL_SIZE];
    snprintf(alone, sizeof alone, "%.*s", (int)strcspn(name, "/"), name);
    return pg_exchange_usual_price(alone);
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

pg_status pg_hl_exchange_synthetic_coin(pg_hl_exchange_coin *coin, pg_synthetic_params *params, const char *name,
                                        double price, uint64_t seed, pg_error *err)
{
    price = price != 0 ? price : usual_price(name);
    /* Five figures, or whole numbers; a lot of about a dollar. */
    int digits = price > 0 ? (int)floor(log10(price)) + 1 : 1;
    int size_decimals = clamp(digits, 0, MAX_SIZE_DECIMALS);
    int most = strchr(name, '/') ? PG_HL_SPOT_DECIMALS : PG_HL_PERP_DECIMALS;
    int price_decimals = clamp(PG_HL_FIGURES - digits, 0, most - size_decimals);
    pg_status status = pg_exchange_synthetic(params, name, price, pg_exchange_step(price_decimals),
                                             pg_exchange_step(size_decimals), err);
    if (status == PG_OK)
        *coin = (pg_hl_exchange_coin){
            .name = params->symbol, .size_decimals = size_decimals, .synthetic = params, .seed = seed
        };
    return status;
}

pg_status pg_hl_exchange_tape_coin(pg_hl_exchange_coin *coin, const pg_tape *tape, double speed, pg_error *err)
{
    int price_decimals, size_decimals;
    pg_exchange_tape_decimals(&price_decimals, &size_decimals, tape);
    if (price_decimals > PG_HL_PERP_DECIMALS)
        return pg_fail(err, PG_ERR_INVALID, "%s has prices of %d decimals: Hyperliquid's have %d at most",
                       pg_tape_path(tape), price_decimals, PG_HL_PERP_DECIMALS);
    *coin = (pg_hl_exchange_coin){ .name = pg_tape_get_info(tape)->instrument.symbol,
                                   .size_decimals = clamp(size_decimals, 0, PG_HL_PERP_DECIMALS - price_decimals),
                                   .tape = tape,
                                   .speed = speed };
    return PG_OK;
}

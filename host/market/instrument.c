#include "market/instrument.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int64_t pg_pow10(int n)
{
    int64_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

/* Rounds to a multiple of step: down for a buy, up for a sell. Prices are positive. */
static int64_t round_to(int64_t price, int64_t step, int side)
{
    int64_t down = price - price % step;
    return side == PG_SELL && down != price ? down + step : down;
}

static int64_t rule_tick(const pg_instrument *instrument, int64_t price, int side)
{
    return round_to(price, instrument->tick, side);
}

/* At most `significant` figures, integers always allowed: the step at a price is the larger of the tick and
 * 10^(digits - significant) units, but never more than one whole quote unit. Rounding up may reach the next power of
 * ten, which is valid as it stands. */
static int64_t rule_significant(const pg_instrument *instrument, int64_t price, int side)
{
    int digits = 0;
    for (int64_t rest = price; rest > 0; rest /= 10)
        digits++;
    int64_t step = 1;
    if (digits > instrument->significant)
        step = pg_pow10(digits - instrument->significant);
    int64_t whole = pg_pow10(instrument->price_decimals);
    if (step > whole)
        step = whole;
    if (step < instrument->tick)
        step = instrument->tick;
    return round_to(price, step, side);
}

static pg_status set_name(char *field, const char *name, const char *what, pg_error *err)
{
    if (strlen(name) >= PG_SYMBOL_SIZE)
        return pg_fail(err, PG_ERR_INVALID, "%s '%s' is longer than %d characters", what, name, PG_SYMBOL_SIZE - 1);
    memset(field, 0, PG_SYMBOL_SIZE);
    memcpy(field, name, strlen(name));
    return PG_OK;
}

pg_status pg_instrument_init(pg_instrument *instrument, const char *venue, const char *symbol, int price_decimals,
                             int size_decimals, int64_t tick, int64_t lot, int significant, pg_error *err)
{
    memset(instrument, 0, sizeof *instrument);
    pg_status status = set_name(instrument->venue, venue, "venue name", err);
    if (status == PG_OK)
        status = set_name(instrument->symbol, symbol, "symbol", err);
    if (status != PG_OK)
        return status;
    if (price_decimals < 0 || price_decimals > PG_MAX_DECIMALS || size_decimals < 0 || size_decimals > PG_MAX_DECIMALS)
        return pg_fail(err, PG_ERR_INVALID, "%s: decimals of price (%d) and size (%d) must lie in 0 to %d", symbol,
                       price_decimals, size_decimals, PG_MAX_DECIMALS);
    if (tick < 1 || lot < 1)
        return pg_fail(err, PG_ERR_INVALID, "%s: tick (%lld) and lot (%lld) must be at least 1 unit", symbol,
                       (long long)tick, (long long)lot);
    if (significant < 0 || significant > 18)
        return pg_fail(err, PG_ERR_INVALID, "%s: %d significant figures make no sense", symbol, significant);
    instrument->price_decimals = price_decimals;
    instrument->size_decimals = size_decimals;
    instrument->tick = tick;
    instrument->lot = lot;
    instrument->significant = significant;
    instrument->rule = significant > 0 ? rule_significant : rule_tick;
    return PG_OK;
}

double pg_price_double(const pg_instrument *instrument, int64_t price)
{
    return (double)price / (double)pg_pow10(instrument->price_decimals);
}

double pg_size_double(const pg_instrument *instrument, int64_t size)
{
    return (double)size / (double)pg_pow10(instrument->size_decimals);
}

double pg_money_double(const pg_instrument *instrument, pg_money money)
{
    return (double)money / ((double)pg_pow10(instrument->price_decimals) * (double)pg_pow10(instrument->size_decimals));
}

int64_t pg_price_round(const pg_instrument *instrument, double price, int side)
{
    double units = price * (double)pg_pow10(instrument->price_decimals);
    if (!(units > 0 && units < 4e18))
        return 0;
    double slack = 1e-9 * (double)instrument->tick;
    int64_t rounded = side == PG_SELL ? (int64_t)ceil(units - slack) : (int64_t)floor(units + slack);
    return rounded > 0 ? instrument->rule(instrument, rounded, side) : 0;
}

int64_t pg_size_truncate(const pg_instrument *instrument, double size)
{
    double units = size * (double)pg_pow10(instrument->size_decimals);
    if (!(units > 0 && units < 4e18))
        return 0;
    int64_t whole = (int64_t)floor(units + 1e-9 * (double)instrument->lot);
    return whole - whole % instrument->lot;
}

bool pg_money_from_double(const pg_instrument *instrument, double amount, pg_money *money)
{
    double units = amount * (double)pg_pow10(instrument->price_decimals) * (double)pg_pow10(instrument->size_decimals);
    if (!(fabs(units) < 0x1p100))
        return false;
    *money = (pg_money)(units < 0 ? units - 0.5 : units + 0.5);
    return true;
}

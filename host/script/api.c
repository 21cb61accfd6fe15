#include "script/api.h"

#include <math.h>
#include <stddef.h>

#include "engine/engine.h"

_Static_assert(sizeof(pg_view) == 200, "lua/perigee reads this layout");
_Static_assert(sizeof(pg_explanation) == 1648, "lua/perigee writes this layout");
_Static_assert(sizeof(pg_desired) == 1040, "lua/perigee writes this layout");
_Static_assert(sizeof(pg_budget) == 32, "lua/perigee writes this layout");

double pg_api_imbalance(const pg_engine *engine, int levels)
{
    return pg_book_imbalance(pg_engine_book(engine), levels);
}

double pg_api_depth(const pg_engine *engine, int side, double price)
{
    const pg_instrument *instrument = pg_engine_instrument(engine);
    int64_t units = pg_price_round(instrument, price, side == PG_BUY ? PG_SELL : PG_BUY);
    return units > 0 ? pg_size_double(instrument, pg_book_depth(pg_engine_book(engine), side, units)) : NAN;
}

int pg_api_open_orders(const pg_engine *engine)
{
    return pg_engine_orders(engine)->count;
}

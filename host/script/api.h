/* What Lua may call of the host, beside the kernels: one declaration for C and for LuaJIT's ffi.cdef.
 *
 * Only Perigee's own Lua files (lua/perigee) reach these through the FFI; scripts see what those files offer.
 * Plain declarations only. */
#ifndef PG_SCRIPT_API_H
#define PG_SCRIPT_API_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/view.h"
#include "script/budget.h"

/* Imbalance of the best n levels (quant.md 5.1), in [-1, 1]. */
double pg_api_imbalance(const pg_engine *engine, int levels);

/* Size resting on a side from the touch to a price, base units; NaN when price is not one. */
double pg_api_depth(const pg_engine *engine, int side, double price);

/* Number of open orders of ours. */
int pg_api_open_orders(const pg_engine *engine);

#endif

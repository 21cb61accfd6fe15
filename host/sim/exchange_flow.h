/* What plays in the markets of a protocol server: synthetic markets and tapes, in the precision that its venue would give
 * them. Knows no protocol. */
#ifndef PG_SIM_EXCHANGE_FLOW_H
#define PG_SIM_EXCHANGE_FLOW_H

#include "data/tape.h"
#include "sim/synthetic.h"

/* The price that a market of this name is made with: 100 for names that are not known. */
double pg_exchange_usual_price(const char *name);

/* 10^-decimals as the nearest double to its text, which is how steps are read. */
double pg_exchange_step(int decimals);

/* A synthetic market around a price (quote units), with a depth that suits it and no funding: the exchange has its own.
 * PG_ERR_INVALID for a name that is too long or a price out of 0.004 to 500,000. */
pg_status pg_exchange_synthetic(pg_synthetic_params *params, const char *name, double price, double tick, double lot,
                                pg_error *err);

/* Decimals that the prices and sizes of a tape have. */
void pg_exchange_tape_decimals(int *price_decimals, int *size_decimals, const pg_tape *tape);

#endif

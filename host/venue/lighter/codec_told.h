/* Records of Lighter's messages in the units of a market, in the form that all venues share. */
#ifndef PG_VENUE_LIGHTER_CODEC_TOLD_H
#define PG_VENUE_LIGHTER_CODEC_TOLD_H

#include "market/instrument.h"
#include "venue/lighter/codec.h"
#include "venue/told.h"

/* A decimal number of either sign in units of 10^-decimals; what is finer is cut off. False for what is no number, and
 * for what does not fit. */
bool pg_lighter_units(int64_t *value, pg_span text, int decimals);

/* The same, exactly: false, too, for what is finer. */
bool pg_lighter_units_exact(int64_t *value, pg_span text, int decimals);

/* An order of market number `market`, whose client id is told by the caller. PG_ERR_PARSE for numbers that are none. */
pg_status pg_lighter_tell_order(pg_told_order *out, const pg_lighter_order *order, int market,
                                const pg_instrument *instrument, pg_error *err);

/* One side of a trade: the account's as buyer or as seller. */
pg_status pg_lighter_tell_fill(pg_told_fill *out, const pg_lighter_trade *trade, uint8_t side, int market,
                               const pg_instrument *instrument, pg_error *err);

/* A public trade as an event; its market is set by the caller. */
pg_status pg_lighter_tell_trade(pg_event *out, const pg_lighter_trade *trade, const pg_instrument *instrument,
                                int64_t received_ns, pg_error *err);

/* Time of a trade or order: `us` when it is told, else `ms`, which older servers give in seconds. */
int64_t pg_lighter_time_ns(int64_t us, int64_t ms);

#endif

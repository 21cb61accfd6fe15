/* What the venue refuses, refused before signing (specification, sections 5.3 to 5.5 and 6.4). */
#ifndef PG_VENUE_LIGHTER_RULES_H
#define PG_VENUE_LIGHTER_RULES_H

#include "venue/lighter/transaction.h"

/* PG_OK, or PG_ERR_INVALID with the reason in the words of the venue's own signer. Time windows (an order's expiry
 * 5 minutes to 30 days ahead) are not checked: they need a clock. Under 1 us. */
pg_status pg_lighter_tx_check(const pg_lighter_tx *tx, pg_error *err);

bool pg_lighter_market_is_perp(int64_t market);
bool pg_lighter_market_is_spot(int64_t market);

#endif

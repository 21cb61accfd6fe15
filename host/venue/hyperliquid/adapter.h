/* Hyperliquid as a venue (venue.h). Symbols are the venue's names: "BTC", "xyz:SP500", spot as "PURR/USDC" or "@107".
 *
 * Two connections: one for the market data, one for the account and for orders, so that what goes wrong with a market
 * cannot cut off the orders. Orders go over the second one, over HTTP while it is down. A request without an answer is
 * never sent again: its orders are asked for by client id and, when the venue does not know them, its nonce is used up
 * by an action that does nothing, so that it cannot arrive any more (hyperliquid.md 22.3).
 *
 * Settings (pg_venue_option): "vault": address of the sub-account or vault that is traded for; `account` then is its
 * master. "leverage": set for every market at start ("5", or "5 isolated"). "expires_after_ms": orders and replacements
 * that the venue has not executed after so many ms are refused there. "builder" (address) and "builder_fee_tenths_bps":
 * orders go through that builder, who charges so much; the account must have approved it.
 *
 * Fills of coins that are not among the symbols are not reported, their positions and orders are (market -1). */
#ifndef PG_VENUE_HYPERLIQUID_ADAPTER_H
#define PG_VENUE_HYPERLIQUID_ADAPTER_H

#include "venue/venue.h"

/* Base of a network's REST interface ("mainnet", "testnet"); NULL for others. The WebSocket is at /ws of it. */
const char *pg_hyperliquid_url(const char *network);

extern const pg_venue_type pg_hyperliquid_venue;

#endif

/* Extended as a venue (venue.h). Symbols are the venue's market names: "BTC-USD".
 *
 * Six connections a market (book, best prices, trades, marks, index prices, funding), one for the account; orders go over
 * HTTP, each with its own signature. A request without an answer is never sent again: the order is asked for by its
 * external id and, when the venue does not know it for ten seconds, cancelled by that id, until the list of open orders
 * shows that it is not there (spec/extended.md 6.6).
 *
 * `key` is the account's private STARK key, `api_key` its API key; `account`, where it is given, the public STARK key that
 * the private one must belong to. A key without a vault is refused.
 *
 * Settings (pg_venue_option):
 *   vault                the account's position id (l2Vault)
 *   leverage             set for every market at start: "5"
 *   order_lifetime_s     orders expire there after so many seconds (60 .. 2419200; 86400 unless it is set): short ones
 *                        clear the book by themselves when everything else fails
 *   fee_policy           "maker_taker" (the maker's rate is signed for post-only orders, the taker's for others) or "taker"
 *   requests_per_minute  of the account's tier (1000 unless it is set)
 *   reduce_only_margin_pct, cancel_margin_pct
 *                        margin ratios (maintenance margin by equity; the venue liquidates at 100%) from which on orders
 *                        may only reduce positions (70 unless it is set), and all orders are cancelled (85)
 *   best_prices          "on" or "off": the stream of best prices beside that of the whole book
 *
 * Fills of markets that are not among the symbols are not reported, their positions and orders are (market -1). */
#ifndef PG_VENUE_EXTENDED_ADAPTER_H
#define PG_VENUE_EXTENDED_ADAPTER_H

#include "venue/venue.h"

/* The host of a network ("mainnet", "testnet"), of REST and streams; NULL for others. */
const char *pg_extended_url(const char *network);

/* The chain id that a network signs for: "SN_MAIN", and "SN_SEPOLIA" also for "local". NULL for others. */
const char *pg_extended_chain(const char *network);

extern const pg_venue_type pg_extended_venue;

#endif

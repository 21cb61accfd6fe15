/* Lighter as a venue (venue.h), and what only Lighter has. Settings (pg_venue_config.options):
 *
 *   api_key_index        of the key, 0 to 254
 *   leverage             set at the start for every market: "3", or "3 isolated"
 *   chain_id             signed into every transaction; without it the network's: 304 mainnet, 300 testnet and local
 *   expires_after_ms     orders and changes of them are void after so long (10000)
 *   client_index_bits    of client order indexes: 31 to 48 (31)
 *
 * The account is an account index. Without a key, an API key that begins with "ro:" (a read-only token) reads the
 * account. Orders of other sessions carry nothing by which they could be told from anybody's: their run is 0. */
#ifndef PG_VENUE_LIGHTER_ADAPTER_H
#define PG_VENUE_LIGHTER_ADAPTER_H

#include "venue/lighter/transaction.h"
#include "venue/venue.h"

extern const pg_venue_type pg_lighter_venue;

/* The address of a network's interface; NULL for "local". */
const char *pg_lighter_url(const char *network);

/* Signs and sends any transaction (section 6.2): groups of orders, leverage, margin, transfers, pools, sub-accounts. The
 * account, the key's index, the nonce and, when it is 0, the expiry are filled in. done: no error when the venue has
 * executed it; PG_ERR_STATE with its words when it has refused it, or with "unknown" in them when that could not be
 * learnt. Never called within this call. Orders that are placed so are not tracked as this session's. */
void pg_lighter_transact(pg_venue *venue, const pg_lighter_tx *tx, void *self, pg_venue_done done);

/* What is left of the account's quota of orders; -1: not told (standard accounts have none). */
int64_t pg_lighter_quota(const pg_venue *venue);

#endif

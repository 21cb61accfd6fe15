/* TWAP orders of Hyperliquid's exchange (hyperliquid.md 12.6, 14.3): a size that is traded in slices, one each 30 s,
 * each an immediate order of at most 3% slippage. What a slice does not get, the following ones catch up with, up to
 * three times their own size. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_TWAP_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_TWAP_H

#include "sim/exchange_hyperliquid_internal.h"

/* NULL: no memory. */
hlx_twaps *hlx_twaps_new(void);
void hlx_twaps_free(hlx_twaps *twaps);

/* Actions. */
void hlx_twap_order(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_twap_cancel(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* Places the slices that are due. Not while orders are being matched. */
void hlx_twaps_run(pg_hl_exchange *e);

/* A fill of an order with a tag: the slice of a TWAP. */
void hlx_twap_fill(pg_hl_exchange *e, const pg_exchange_fill *fill);

/* The running ones of an account, its history (newest first), the fills of its slices within ms; the latter two return
 * how many. */
void hlx_json_twap_states(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex);
int hlx_json_twap_history(pg_hl_exchange *e, pg_text *text, const char *key, int account);
int hlx_json_slice_fills(pg_hl_exchange *e, pg_text *text, const char *key, int account, double from_ms, double to_ms);

#endif

/* Staking on Hyperliquid's exchange (hyperliquid.md 12.9, 14.3): HYPE between the spot balance, the staking balance and
 * validators. What is taken out waits seven days, what is delegated is locked for one. Nothing is earned here. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_STAKING_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_STAKING_H

#include "sim/exchange_hyperliquid_money.h"

/* NULL: no memory. */
hlx_stakes *hlx_stakes_new(void);
void hlx_stakes_free(hlx_stakes *stakes);

/* Actions of staking. False: the kind is none of them. */
bool hlx_stake(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* Pays out what has waited long enough. */
void hlx_stakes_run(pg_hl_exchange *e);

/* What may be delegated, or paid for priority. */
pg_money hlx_undelegated(const pg_hl_exchange *e, int account);

/* What priority costs: so many 1e-8 of what an order has filled, in HYPE, as far as the staking balance goes. */
void hlx_charge_priority(pg_hl_exchange *e, const pg_exchange_order *order, int64_t rate_e8);

/* Answers of a type; false: it is none about staking. */
bool hlx_json_staking(pg_hl_exchange *e, pg_text *text, const char *type, int account);
void hlx_json_validators(pg_text *text);

#endif

/* What accounts of Hyperliquid's exchange have beside money: codes and referrers, rewards, names, bought requests and
 * settings (hyperliquid.md 12.8, 14.3).
 *
 * Who trades with somebody's code pays 4% less in fees; a tenth of what he pays is the referrer's reward, and what
 * builders charge is theirs. Rewards are claimed as dollars of the spot balance. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_ADMIN_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_ADMIN_H

#include "sim/exchange_hyperliquid_money.h"

/* NULL: no memory. */
hlx_admin *hlx_admin_new(void);
void hlx_admin_free(hlx_admin *admin);

/* Actions about the account alone. False: the kind is none of them. */
bool hlx_administer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* Credits builder and referrer of a fill. */
void hlx_credit_fill(pg_hl_exchange *e, const pg_exchange_fill *fill);

/* Actions that were bought with reserveRequestWeight. */
uint64_t hlx_reserved(const pg_hl_exchange *e, int account);

/* What fees are lowered by, "0.04" or "0.0". */
const char *hlx_discount(const pg_hl_exchange *e, int account);

/* ---- exchange_hyperliquid_fees.c ---- */

/* NULL: no memory. */
hlx_volumes *hlx_volumes_new(void);
void hlx_volumes_free(hlx_volumes *volumes);
void hlx_count_volume(pg_hl_exchange *e, const pg_exchange_fill *fill);
void hlx_json_fees(pg_hl_exchange *e, pg_text *text, int account);

/* ---- answers ---- */

void hlx_json_referral(pg_hl_exchange *e, pg_text *text, int account);
void hlx_json_abstraction(pg_hl_exchange *e, pg_text *text, const char *key, int account);

#endif

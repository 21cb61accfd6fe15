/* Vaults of Hyperliquid's exchange (hyperliquid.md 12.7, 14.3): accounts that a leader trades for with vaultAddress,
 * and of whose value each follower owns shares. A follower's deposit is locked for a day; the leader keeps a twentieth
 * of the vault at least, and has a tenth of what a follower takes out as profit. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_VAULT_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_VAULT_H

#include "sim/exchange_hyperliquid_money.h"

/* NULL: no memory. */
hlx_vaults *hlx_vaults_new(void);
void hlx_vaults_free(hlx_vaults *vaults);

/* Actions. */
void hlx_create_vault(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_vault_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_vault_modify(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_vault_distribute(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* Answers: vaultDetails (null for an address that is none), userVaultEquities, leadingVaults, vaultSummaries. */
bool hlx_json_vault(pg_hl_exchange *e, pg_text *text, const cJSON *request);
void hlx_json_vault_equities(pg_hl_exchange *e, pg_text *text, int account);
void hlx_json_leading_vaults(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_vault_summaries(pg_hl_exchange *e, pg_text *text);

/* What an account has in vaults. */
pg_money hlx_vault_equity(const pg_hl_exchange *e, int account);

#endif

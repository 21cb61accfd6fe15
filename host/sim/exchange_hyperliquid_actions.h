/* What Hyperliquid's exchange is asked to do (hyperliquid.md 12), and for whom agents and builders act. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_ACTIONS_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_ACTIONS_H

#include "sim/exchange_hyperliquid_internal.h"

/* ---- exchange_hyperliquid_action.c, _execute.c and _order.c ---- */

/* Takes the body of an /exchange request, now or with the next block; the body is given away. */
void hlx_action(pg_hl_exchange *e, const hlx_reply *reply, cJSON *body);
void hlx_run_waiting(pg_hl_exchange *e);

/* Does what an action asks for an account and writes the answer. */
void hlx_execute(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce);
/* Actions of exchange_hyperliquid_order.c. */
void hlx_place_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_cancel_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_modify_single(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_modify_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_ok(pg_text *out);

/* The answer of an action that has made an address. */
void hlx_made(pg_text *out, const char *type, const char *address);
void hlx_error(pg_text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- exchange_hyperliquid_agents.c ---- */

/* The account that an address is an agent of; PG_EXCHANGE_NOBODY. */
int hlx_agent_account(const pg_hl_exchange *e, const char *address);
void hlx_approve_agent(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_json_agents(pg_hl_exchange *e, pg_text *text, int account);
void hlx_approve_builder(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* The agent without a name as members agentAddress and agentValidUntil; null when there is none. */
void hlx_json_unnamed_agent(pg_hl_exchange *e, pg_text *text, int account);

/* The builders that an account has approved. */
void hlx_json_builders(pg_hl_exchange *e, pg_text *text, int account);

/* The tag of an order in the core: of a TWAP its id, above it the number of the builder's approval, and whether its tif
 * is FrontendMarket. */
#define HLX_MARKET_TAG ((uint64_t)1 << 63)
uint64_t hlx_builder_tag(const pg_hl_exchange *e, int account, const char *builder);
int hlx_approval_of(uint64_t tag);
uint64_t hlx_twap_of(uint64_t tag);

/* The most that a builder may charge an account, tenths of a basis point; 0: nothing is approved. */
int64_t hlx_builder_most(const pg_hl_exchange *e, int account, const char *builder);

#endif

/* Questions to Hyperliquid's exchange: reading them, and the states that answers and streams share (hyperliquid.md
 * 14). */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_INFO_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_INFO_H

#include "sim/exchange_hyperliquid_internal.h"

/* ---- exchange_hyperliquid_info.c and _state.c ---- */

/* Answers a request. */
void hlx_info(pg_hl_exchange *e, const hlx_reply *reply, const cJSON *request);

/* Values of a member, or the whole where key is NULL; an account that is nobody's has nothing. */
void hlx_json_clearinghouse(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex);
void hlx_json_open_orders(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex, bool frontend);

/* The part of an answer about an account. False: no such request. *items: records in the answer, for its weight. */
bool hlx_state(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account, int *items);
int hlx_json_history(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_order_status(pg_hl_exchange *e, pg_text *text, const char *key, const pg_exchange_order *order);
void hlx_json_portfolio(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_active_data(pg_hl_exchange *e, pg_text *text, const char *user, int account, int market);

/* The rest of the questions; exchange_hyperliquid_other.c. HLX_BAD, false: what it asks for is not there. */
typedef enum { HLX_FOUND, HLX_UNKNOWN, HLX_BAD } hlx_found;
hlx_found hlx_other_market(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request);
bool hlx_other_user(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account);

/* startTime (0 when it may be missing and is) and endTime of a request, ms. False: one is no number. */
bool hlx_read_span(double *from_ms, double *to_ms, const cJSON *request, bool from_needed);

/* The exchange that a request's dex names, the first when none is; false: there is no such one. */
bool hlx_read_dex(int *dex, const pg_hl_exchange *e, const cJSON *request);

/* "0x..." in lower case of a member that is an address; false: it is none. */
bool hlx_read_address(char text[PG_ADDRESS_TEXT], const cJSON *member);

/* A client id in lower case; false: it is none. */
bool hlx_read_cloid(char cloid[PG_EXCHANGE_CLIENT_ID], const char *text);

/* A small whole number that may be missing or null (then 0); one that is not small is 1000. False: something else. */
bool hlx_read_setting(int *value, const cJSON *member);

/* What an address has left of its budget of actions. */
uint64_t hlx_request_cap(const pg_hl_exchange *e, int account);

/* ---- exchange_hyperliquid_spot.c and _subs.c ---- */

/* What may be taken out of an account's money at an exchange. */
pg_money hlx_withdrawable(const pg_hl_exchange *e, int account, int dex);
void hlx_json_spot_state(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_subs(pg_hl_exchange *e, pg_text *text, int account, bool by_dex);
int hlx_count_subs(const pg_hl_exchange *e, int account);

#endif

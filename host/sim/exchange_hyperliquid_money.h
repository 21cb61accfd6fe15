/* Where money and tokens of Hyperliquid's exchange are, and how they move: purses, the ledger, transfers
 * (hyperliquid.md 12.7, 14.3). Amounts are in 1e-12. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_MONEY_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_MONEY_H

#include "sim/exchange_hyperliquid_internal.h"

#define HLX_MICRO ((pg_money)1000000)       /* 1e-6 in 1e-12 */
#define HLX_USD   ((pg_money)1000000000000) /* 1 in 1e-12 */

/* A balance of a token (dex HLX_SPOT), or the dollars of a perpetuals exchange (token 0). */
typedef struct {
    int account, dex, token;
} hlx_purse;

/* What may be taken out of it. */
pg_money hlx_purse_free(const pg_hl_exchange *e, hlx_purse purse);

/* Puts in, or takes out (negative). */
void hlx_purse_put(pg_hl_exchange *e, hlx_purse purse, pg_money amount_e12);

/* "12.5" of a token with at most so many decimals; false: none, or not above 0. */
bool hlx_read_amount(pg_money *amount_e12, const char *text, int decimals);

/* ---- exchange_hyperliquid_ledger.c ---- */

/* Keeps what happened for questions and streams. A liquidation's fills of a block are one record. */
void hlx_note_liquidation(pg_hl_exchange *e, const pg_exchange_fill *fill);
void hlx_end_liquidation(pg_hl_exchange *e, int account);
void hlx_ledger_funding(pg_hl_exchange *e, const pg_exchange_funding *funding);
void hlx_ledger_rate(pg_hl_exchange *e, int market, int64_t rate_e12, int64_t premium_e12);
void hlx_records_free(hlx_records *records);
void hlx_moves_free(hlx_moves *moves);

/* Elements of arrays, of a span of time (ms); return how many. */
int hlx_json_ledger(pg_hl_exchange *e, pg_text *text, const char *key, int account, double from_ms, double to_ms);
int hlx_json_payments(pg_hl_exchange *e, pg_text *text, int account, double from_ms, double to_ms);
void hlx_json_fundings(pg_hl_exchange *e, pg_text *text, const char *key, int account);
int hlx_json_rates(pg_hl_exchange *e, pg_text *text, int market, double from_ms, double to_ms);

/* Begins a record of what moved money; the members follow, then hlx_ledger_end gives it to an account. */
void hlx_ledger_begin(pg_text *delta, const char *type);
void hlx_ledger_end(pg_hl_exchange *e, int account, pg_text *delta);

/* The same for two accounts, which may be one. */
void hlx_ledger_end_both(pg_hl_exchange *e, int account, int other, pg_text *delta);

/* Keeps a record that is not of the ledger; NULL: no memory. And all of them as JSON. */
const hlx_move *hlx_moves_keep(pg_hl_exchange *e, hlx_moves *moves, const pg_text *delta);
void hlx_json_moves(pg_text *text, const char *key, const hlx_moves *moves, bool newest_first);

/* ---- exchange_hyperliquid_spot.c ---- */

/* What an amount of a token is worth in dollars here. */
pg_money hlx_token_value(const pg_hl_exchange *e, int token, pg_money amount_e12);

/* ---- exchange_hyperliquid_portfolio.c ---- */

/* NULL: no memory. */
hlx_portfolios *hlx_portfolios_new(void);
void hlx_portfolios_free(hlx_portfolios *portfolios);

/* Notes what accounts are worth when it is time. */
void hlx_portfolios_run(pg_hl_exchange *e);

/* Money at all exchanges and tokens of an account, without what it has in vaults. */
pg_money hlx_account_worth(const pg_hl_exchange *e, int account);

/* ---- exchange_hyperliquid_transfer.c: actions ---- */

void hlx_usd_send(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_withdraw(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce);
void hlx_spot_send(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce);
void hlx_class_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_send_asset(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce);

/* ---- exchange_hyperliquid_subs.c: actions ---- */

void hlx_create_sub_account(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_modify_sub_account(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_sub_account_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* An account of its own address that belongs to another, made of the owner's address and a word; PG_EXCHANGE_NOBODY:
 * no more fit. */
int hlx_open_owned(pg_hl_exchange *e, int owner, const char *word);

#endif

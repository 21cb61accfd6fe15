/* Accounts of Hyperliquid's exchange that several keys sign for (hyperliquid.md 11). */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_MULTI_SIG_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_MULTI_SIG_H

#include "sim/exchange_hyperliquid_internal.h"

enum { HLX_MULTI_SIGNERS = 10 };

/* A multiSig wrapper as it came; what is in it is read as any action. */
typedef struct {
    pg_hl_multi_sig who;
    pg_signature signatures[HLX_MULTI_SIGNERS];
    size_t count;
    pg_hl_envelope outer; /* chain of the outer signature */
} hlx_wrapper;

/* NULL: no memory. */
hlx_multi_sigs *hlx_multi_sigs_new(void);
void hlx_multi_sigs_free(hlx_multi_sigs *multi_sigs);

/* Reads a wrapper but for the action in it, which *inner points at. False: it is none. */
bool hlx_read_wrapper(hlx_wrapper *wrapper, const cJSON **inner, const cJSON *json);

/* r, s and v of a signature; r and s may come without leading zeros. False: it is none. */
bool hlx_read_signature(pg_signature *signature, const cJSON *json);

/* Whose account an action in a wrapper is for, when enough of its keys have signed; *signer: of the outer signature.
 * PG_EXCHANGE_NOBODY with the answer written otherwise. */
int hlx_multi_sig_account(pg_hl_exchange *e, pg_text *out, pg_address *signer, const hlx_wrapper *wrapper,
                          const pg_hl_action *action, const pg_hl_envelope *envelope, const pg_signature *signature);

/* Whether several keys sign for an account, so that one alone cannot. */
bool hlx_is_multi_sig(const pg_hl_exchange *e, int account);

/* The action convertToMultiSigUser, and the answer userToMultiSigSigners. */
void hlx_convert(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_json_signers(pg_hl_exchange *e, pg_text *text, int account);

#endif

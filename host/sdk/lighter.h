/* What Lighter adds to the SDK: transactions and auth tokens signed, and numbers scaled, by the adapter's code. For
 * lua/perigee/lighter.lua, through the FFI. Plain declarations only. */
#ifndef PG_SDK_LIGHTER_H
#define PG_SDK_LIGHTER_H

#include <stdbool.h>
#include <stdint.h>

#include "sdk/api.h"

/* ---- signing ---- */

/* Signs with one key of kind "lighter", which is borrowed: it must outlive the signer. */
typedef struct pg_sdk_li_signer pg_sdk_li_signer;

pg_sdk_li_signer *pg_sdk_li_signer_new(const pg_sdk_key *key, pg_sdk_error *error);
void pg_sdk_li_signer_free(pg_sdk_li_signer *signer);

/* Texts are valid until the signer signs again. */
typedef struct {
    const char *hash;    /* as the venue reports it */
    const char *tx_info; /* what is sent */
} pg_sdk_li_signed;

/* Signs a transaction of a kind: a JSON object with all members of the kind but Sig and PubKey (lighter.md 6.2); L1Sig
 * and L2TxAttributes may be missing. In a ChangePubKey the signer's own key is the new one. l1_key: of kind "hyperliquid",
 * the Ethereum key whose signature goes into L1Sig of the kinds that have one; NULL: none. What the venue refuses is
 * refused here, with the reason. */
bool pg_sdk_li_sign(pg_sdk_li_signer *signer, pg_sdk_li_signed *made, uint32_t chain_id, int32_t type, const char *text,
                    uint64_t size, const pg_sdk_key *l1_key, pg_sdk_error *error);

/* An auth token, good until `deadline` (unix seconds). */
const char *pg_sdk_li_token(pg_sdk_li_signer *signer, int64_t deadline, int64_t account, int64_t key_index,
                            pg_sdk_error *error);

/* Number and name of the i-th kind of transaction; NULL behind the last. */
const char *pg_sdk_li_kind(int32_t i, int32_t *type);

/* A random client order index of at most so many bits: where a program begins to count, so that no two begin alike. */
bool pg_sdk_li_first_index(int64_t *index, int32_t bits, pg_sdk_error *error);

/* ---- numbers ---- */

/* A plain decimal text as a whole number of units of 10^-decimals; mode: "exact" (more decimals are refused), "down" or
 * "up". */
bool pg_sdk_li_scale(int64_t *value, const char *text, int32_t decimals, const char *mode, pg_sdk_error *error);

/* And back, into text[32], with exactly so many decimals (0 to 18). */
void pg_sdk_li_unscale(char *text, int64_t value, int32_t decimals);

/* Size times price in 10^-6 of the quote asset; refused above the venue's limit. */
bool pg_sdk_li_notional(int64_t *micro, int64_t base_amount, int64_t price, int64_t quote_multiplier,
                        int32_t size_decimals, int32_t price_decimals, pg_sdk_error *error);

/* price (in its units) times 1 + share, rounded up, or times 1 - share, rounded down; share: text, below 1. */
bool pg_sdk_li_worst_price(int64_t *worst, int64_t price, const char *share, bool up, pg_sdk_error *error);

/* 10000 / leverage, rounded up: the leverage is never above what was asked for. */
bool pg_sdk_li_margin_fraction(int64_t *fraction, double leverage, pg_sdk_error *error);

#endif

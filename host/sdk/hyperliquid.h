/* What Hyperliquid adds to the SDK: signing, what is traded there, and its rules; by the adapter's code. For
 * lua/perigee/hyperliquid.lua, through the FFI. Plain declarations only. */
#ifndef PG_SDK_HYPERLIQUID_H
#define PG_SDK_HYPERLIQUID_H

#include <stdbool.h>
#include <stdint.h>

#include "sdk/api.h"

/* ---- what is traded ---- */

typedef struct pg_sdk_hl_assets pg_sdk_hl_assets;

typedef struct {
    int64_t id;
    int32_t size_decimals;
    int32_t max_leverage; /* 0: none */
    bool spot, delisted, isolated_only;
    char name[64];  /* `coin` of requests */
    char alias[64]; /* BASE/QUOTE of a spot pair; "" for others */
} pg_sdk_hl_asset;

pg_sdk_hl_assets *pg_sdk_hl_assets_new(void);
void pg_sdk_hl_assets_free(pg_sdk_hl_assets *assets);

/* Adds what an answer to `meta` lists (dex: position in perpDexs, 0 the first), or to `spotMeta` (dex -1). */
bool pg_sdk_hl_assets_add(pg_sdk_hl_assets *assets, int32_t dex, const char *answer, uint64_t size,
                          pg_sdk_error *error);

/* By exact name, outcome or alias. */
bool pg_sdk_hl_assets_find(const pg_sdk_hl_assets *assets, pg_sdk_hl_asset *asset, const char *name,
                           pg_sdk_error *error);

/* The i-th; false behind the last. */
bool pg_sdk_hl_assets_at(const pg_sdk_hl_assets *assets, pg_sdk_hl_asset *asset, int32_t i);

/* ---- numbers; into text[160] in canonical form ---- */

/* Rounds to a price that is taken; mode: "down", "up" or "nearest". */
bool pg_sdk_hl_price(char *text, const char *price, const pg_sdk_hl_asset *asset, const char *mode,
                     pg_sdk_error *error);

/* Cuts a size off behind the asset's decimals. */
bool pg_sdk_hl_size(char *text, const char *size, const pg_sdk_hl_asset *asset, pg_sdk_error *error);

/* Whether an order with these may be sent: price, size and value; "0" is a size where whole_position. */
bool pg_sdk_hl_check(const pg_sdk_hl_asset *asset, const char *price, const char *size, bool reduce_only,
                     bool whole_position, pg_sdk_error *error);

/* A decimal text, of at most 8 decimals, in the form that is signed. */
bool pg_sdk_hl_decimal(char *text, const char *number, pg_sdk_error *error);

/* A positive amount as a whole number of units of 10^-decimals, exactly. */
bool pg_sdk_hl_units(int64_t *units, const char *number, int32_t decimals, pg_sdk_error *error);

/* 1, 0 or -1 as a is greater than, equal to or less than b, exactly; -2 when one of them is no number. */
int32_t pg_sdk_hl_compare(const char *a, const char *b);

/* price * (1 + share), exactly; share may be negative. */
bool pg_sdk_hl_slip(char *text, const char *price, const char *share, pg_sdk_error *error);

/* ---- signing ---- */

/* Signs with one key, with one sequence of nonces. The key is borrowed: it must outlive the signer. */
typedef struct pg_sdk_hl_signer pg_sdk_hl_signer;

typedef struct {
    bool mainnet;
    uint64_t nonce;         /* ms; 0: the next of the signer */
    const char *vault;      /* NULL: the signer's own account */
    uint64_t expires_after; /* ms; 0: never */
} pg_sdk_hl_envelope;

/* Texts are valid until the signer signs again. */
typedef struct {
    const char *body; /* of POST /exchange */
    uint64_t size;
    uint64_t nonce;
} pg_sdk_hl_signed;

typedef struct {
    char r[67], s[67]; /* without leading zeros */
    int32_t v;
} pg_sdk_hl_signature;

pg_sdk_hl_signer *pg_sdk_hl_signer_new(const pg_sdk_key *key, pg_sdk_error *error);
void pg_sdk_hl_signer_free(pg_sdk_hl_signer *signer);

/* In lower case, as it is sent. */
const char *pg_sdk_hl_signer_address(const pg_sdk_hl_signer *signer);

/* The next nonce of the signer: for what several keys sign. */
uint64_t pg_sdk_hl_signer_nonce(pg_sdk_hl_signer *signer);

/* Signs an action, JSON text. Its members may be in any order; chain and nonce of a user-signed action are put in where
 * they are missing. An action that has no schema here is signed as it stands, in the order of its members. */
bool pg_sdk_hl_sign(pg_sdk_hl_signer *signer, pg_sdk_hl_signed *made, const char *action, uint64_t size,
                    const pg_sdk_hl_envelope *envelope, pg_sdk_error *error);

/* The signature of one of several keys of `user`. Here and in the next one the envelope's nonce must be given. */
bool pg_sdk_hl_sign_part(pg_sdk_hl_signer *signer, pg_sdk_hl_signature *signature, const char *action, uint64_t size,
                         const pg_sdk_hl_envelope *envelope, const char *user, const char *outer_signer,
                         pg_sdk_error *error);

/* The whole of it, sent by this signer as the outer one. */
bool pg_sdk_hl_sign_multi(pg_sdk_hl_signer *signer, pg_sdk_hl_signed *made, const char *action, uint64_t size,
                          const pg_sdk_hl_envelope *envelope, const char *user, const pg_sdk_hl_signature *signatures,
                          int32_t count, pg_sdk_error *error);

/* The member `signers` of convertToMultiSigUser, into text[1024]. */
bool pg_sdk_hl_signers_text(char *text, const char *const *users, int32_t count, int32_t threshold,
                            pg_sdk_error *error);

/* "0x" and 32 random digits into text[35]. */
bool pg_sdk_hl_cloid(char *text, pg_sdk_error *error);

/* ---- the stream fastAssetCtxs ---- */

/* Unpacks base64 of raw DEFLATE: a text of *size bytes, terminated, to be freed by pg_sdk_hl_free. NULL on failure,
 * also for more than 16 MiB. */
char *pg_sdk_hl_unpack(uint64_t *size, const char *base64, uint64_t length, pg_sdk_error *error);
void pg_sdk_hl_free(char *text);

/* ---- words ---- */

/* `type` of the i-th action that is known here, and whether only the account's own key may sign it; NULL behind the
 * last. */
const char *pg_sdk_hl_action_type(int32_t i, bool *user_signed);

typedef struct {
    const char *reason; /* of Perigee's list; "other" */
    const char *class;  /* "refused", "gone", "fatal", "duplicate", "stale", "slow", "post_only", "not_traded" */
} pg_sdk_hl_refusal;

/* What the venue's words of refusal mean (hyperliquid.md 13.3). */
pg_sdk_hl_refusal pg_sdk_hl_refusal_of(const char *words);

#endif

/* What Extended adds to the SDK: its markets, their rules, signing, and books; by the adapter's code. For
 * lua/perigee/extended.lua, through the FFI. Plain declarations only. Words are the venue's ("BUY", "LIMIT", "GTT"). */
#ifndef PG_SDK_EXTENDED_H
#define PG_SDK_EXTENDED_H

#include <stdbool.h>
#include <stdint.h>

#include "sdk/api.h"

/* ---- networks ---- */

/* The host of a network ("mainnet", "testnet") without a slash at its end, and the chain that is signed for ("mainnet",
 * "testnet", "local"); NULL for others. */
const char *pg_sdk_ext_url(const char *network);
const char *pg_sdk_ext_chain(const char *network);

/* Whether a public key is that of another text: in hexadecimal, leading zeros or not. */
bool pg_sdk_ext_same_key(const char *a, const char *b);

/* ---- markets ---- */

typedef struct pg_sdk_ext_markets pg_sdk_ext_markets;
typedef struct pg_sdk_ext_market pg_sdk_ext_market; /* borrowed from its list */

enum { PG_SDK_EXT_NUMBER = 352 /* holds any decimal */ };

typedef struct {
    char name[48];
    char status[12]; /* "active", "reduce_only", "closed" */
    int32_t max_orders, max_leverage;
    char tick[64], step[64], min_size[64]; /* decimals */
    char collateral_id[68], synthetic_id[68];
    uint64_t collateral_resolution, synthetic_resolution;
} pg_sdk_ext_market_facts;

/* Reads the `data` of GET /info/markets. Spot and RFQ markets are left out, and so are those that cannot be read: then
 * *refused counts them and the error says why the first one was. NULL when it is no list of markets. */
pg_sdk_ext_markets *pg_sdk_ext_markets_new(const char *data, uint64_t size, int32_t *refused, pg_sdk_error *error);
void pg_sdk_ext_markets_free(pg_sdk_ext_markets *markets);

/* By exact name; NULL when there is none. */
const pg_sdk_ext_market *pg_sdk_ext_markets_find(const pg_sdk_ext_markets *markets, const char *name);

/* The i-th; NULL behind the last. */
const pg_sdk_ext_market *pg_sdk_ext_markets_at(const pg_sdk_ext_markets *markets, int32_t i);

void pg_sdk_ext_market_tell(const pg_sdk_ext_market *market, pg_sdk_ext_market_facts *facts);

/* ---- numbers; into text[PG_SDK_EXT_NUMBER], plain and without trailing zeros ---- */

/* To the tick: a resting order's price away from the other side, an immediate one's towards it. */
bool pg_sdk_ext_price(char *text, const char *price, const pg_sdk_ext_market *market, const char *side, bool aggressive,
                      pg_sdk_error *error);

/* To the step, downwards. */
bool pg_sdk_ext_size(char *text, const char *size, const pg_sdk_ext_market *market, pg_sdk_error *error);

/* The price of an immediate order (extended.md 6.5): best * (1 +- slippage), to the tick, within 5% of the mark price. */
bool pg_sdk_ext_market_price(char *text, const char *best, const char *slippage, const char *mark,
                             const pg_sdk_ext_market *market, const char *side, pg_sdk_error *error);

/* Whether an order with these may be sent. mark: the mark price; of conditional orders and legs the trigger's. *code:
 * the venue's code of what is wrong, 0 when it is something else. */
bool pg_sdk_ext_check(int32_t *code, const pg_sdk_ext_market *market, const char *type, const char *side,
                      const char *price, const char *size, const char *mark, pg_sdk_error *error);

/* The expiry of an order against now; the same code. */
bool pg_sdk_ext_check_expiry(uint64_t expiry_ms, uint64_t now_ms, bool mainnet, pg_sdk_error *error);

/* What a leg for the whole position is signed for: more than any position (extended.md 6.1). */
bool pg_sdk_ext_position_size(char *text, const pg_sdk_ext_market *market, const char *price, pg_sdk_error *error);

/* A decimal in its shortest form. */
bool pg_sdk_ext_decimal(char *text, const char *number, pg_sdk_error *error);

/* 1, 0 or -1 as a is greater than, equal to or less than b, exactly; -2 when one of them is no number. */
int32_t pg_sdk_ext_compare(const char *a, const char *b);

/* A positive amount of collateral in its units (1 / resolution), exactly. */
bool pg_sdk_ext_units(uint64_t *units, const char *amount, uint64_t resolution, pg_sdk_error *error);

/* ---- signing ---- */

/* Signs with the key of one vault. The key is borrowed: it must outlive the signer. */
typedef struct pg_sdk_ext_signer pg_sdk_ext_signer;

/* public_key: what the private key's should be; NULL: anything. */
pg_sdk_ext_signer *pg_sdk_ext_signer_new(const pg_sdk_key *key, const char *network, uint32_t vault,
                                         const char *public_key, pg_sdk_error *error);
void pg_sdk_ext_signer_free(pg_sdk_ext_signer *signer);

/* As it is sent: without leading zeros. */
const char *pg_sdk_ext_signer_public_key(const pg_sdk_ext_signer *signer);

/* A take-profit or stop-loss leg. */
typedef struct {
    const char *trigger_price, *trigger_type; /* "LAST", "MARK", "INDEX" */
    const char *price, *price_type;           /* "LIMIT", "MARKET" */
} pg_sdk_ext_leg;

/* NULL leaves an optional member out. Prices and sizes are sent as they are written here. */
typedef struct {
    const pg_sdk_ext_market *market;
    const char *id, *cancel_id; /* id NULL: the hash in decimal */
    const char *type, *side, *quantity, *price;
    const char *fee, *builder_fee;
    uint64_t builder_id;
    bool post_only, reduce_only;
    const char *time_in_force, *self_trade;
    uint64_t expiry_ms;
    uint64_t nonce;                                    /* 0: one that the signer has not used */
    const char *trigger_price, *trigger_type;          /* of a conditional order */
    const char *trigger_direction, *trigger_execution; /* "UP", "DOWN"; "LIMIT", "MARKET" */
    const char *legs;                                  /* "ORDER", "POSITION"; NULL: none */
    const pg_sdk_ext_leg *take_profit, *stop_loss;
} pg_sdk_ext_order;

/* Texts are valid until the signer signs again. */
typedef struct {
    const char *body; /* of POST /user/order */
    uint64_t size;
    const char *id;
    uint64_t nonce;
} pg_sdk_ext_signed;

bool pg_sdk_ext_sign_order(pg_sdk_ext_signer *signer, pg_sdk_ext_signed *made, const pg_sdk_ext_order *order,
                           pg_sdk_error *error);

typedef struct {
    char r[68], s[68], hash[68]; /* hexadecimal */
} pg_sdk_ext_signature;

/* Of a movement of collateral out of the signer's vault: recipient is a vault's number, of a withdrawal a Starknet
 * address. */
bool pg_sdk_ext_sign_transfer(pg_sdk_ext_signer *signer, pg_sdk_ext_signature *made, uint32_t recipient,
                              const char *collateral_id, uint64_t amount, uint64_t expiration_s, uint64_t salt,
                              pg_sdk_error *error);
bool pg_sdk_ext_sign_withdrawal(pg_sdk_ext_signer *signer, pg_sdk_ext_signature *made, const char *recipient,
                                const char *collateral_id, uint64_t amount, uint64_t expiration_s, uint64_t salt,
                                pg_sdk_error *error);

/* A nonce that the signer has not used; 0 when there is none. */
uint64_t pg_sdk_ext_signer_nonce(pg_sdk_ext_signer *signer);

/* ---- books ---- */

typedef struct pg_sdk_ext_book pg_sdk_ext_book;

typedef enum {
    PG_SDK_EXT_APPLIED,
    PG_SDK_EXT_HEARTBEAT, /* nothing changed */
    PG_SDK_EXT_OTHER,     /* it is of another market */
    PG_SDK_EXT_BROKEN     /* the book is invalid, the error says why: connect anew */
} pg_sdk_ext_action;

typedef struct {
    char price[40], size[40];
} pg_sdk_ext_level;

pg_sdk_ext_book *pg_sdk_ext_book_new(const pg_sdk_ext_market *market, pg_sdk_error *error);
void pg_sdk_ext_book_free(pg_sdk_ext_book *book);

/* A new connection: nothing is known. */
void pg_sdk_ext_book_reset(pg_sdk_ext_book *book);

/* Takes a message of the market's stream in; pg_sdk_ext_action. */
int32_t pg_sdk_ext_book_take(pg_sdk_ext_book *book, const char *text, uint64_t size, pg_sdk_error *error);

/* The best `n` levels of a side ("BUY": the bids); how many there are. */
int32_t pg_sdk_ext_book_top(const pg_sdk_ext_book *book, pg_sdk_ext_level *levels, const char *side, int32_t n);

/* ---- words ---- */

typedef struct {
    const char *reason; /* of Perigee's list; "other" */
    const char *class;  /* "refused", "gone", "fatal", "duplicate", "unclear", "slow", "wrong_fee", "maintenance",
                           "post_only_mode", "reduce_only_mode" */
} pg_sdk_ext_refusal;

/* What an error of the venue means: its code (-1: a word, or none) and the status of HTTP. */
pg_sdk_ext_refusal pg_sdk_ext_refusal_of(int32_t code, int32_t http);

#endif

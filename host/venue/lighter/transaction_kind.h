/* The fields and the twenty kinds of Lighter's transactions as data (specification, section 6.2): which fields a kind
 * has, in which order they are hashed and written, and what values they may take. */
#ifndef PG_VENUE_LIGHTER_TRANSACTION_KIND_H
#define PG_VENUE_LIGHTER_TRANSACTION_KIND_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers of the kinds on the wire. */
enum {
    PG_LIGHTER_CHANGE_PUB_KEY = 8,
    PG_LIGHTER_CREATE_SUB_ACCOUNT = 9,
    PG_LIGHTER_CREATE_PUBLIC_POOL = 10,
    PG_LIGHTER_UPDATE_PUBLIC_POOL = 11,
    PG_LIGHTER_TRANSFER = 12,
    PG_LIGHTER_WITHDRAW = 13,
    PG_LIGHTER_CREATE_ORDER = 14,
    PG_LIGHTER_CANCEL_ORDER = 15,
    PG_LIGHTER_CANCEL_ALL_ORDERS = 16,
    PG_LIGHTER_MODIFY_ORDER = 17,
    PG_LIGHTER_MINT_SHARES = 18,
    PG_LIGHTER_BURN_SHARES = 19,
    PG_LIGHTER_UPDATE_LEVERAGE = 20,
    PG_LIGHTER_CREATE_GROUPED_ORDERS = 28,
    PG_LIGHTER_UPDATE_MARGIN = 29,
    PG_LIGHTER_STAKE_ASSETS = 35,
    PG_LIGHTER_UNSTAKE_ASSETS = 36,
    PG_LIGHTER_UPDATE_ACCOUNT_CONFIG = 41,
    PG_LIGHTER_UPDATE_ACCOUNT_ASSET_CONFIG = 42,
    PG_LIGHTER_APPROVE_INTEGRATOR = 45
};

/* Fields. The ten of an order come first, in the order in which they are hashed. */
typedef enum {
    PG_LIGHTER_MARKET_INDEX,
    PG_LIGHTER_CLIENT_ORDER_INDEX,
    PG_LIGHTER_BASE_AMOUNT,
    PG_LIGHTER_PRICE,
    PG_LIGHTER_IS_ASK,
    PG_LIGHTER_TYPE,
    PG_LIGHTER_TIME_IN_FORCE,
    PG_LIGHTER_REDUCE_ONLY,
    PG_LIGHTER_TRIGGER_PRICE,
    PG_LIGHTER_ORDER_EXPIRY,
    PG_LIGHTER_ORDER_FIELDS,
    PG_LIGHTER_ACCOUNT_INDEX = PG_LIGHTER_ORDER_FIELDS,
    PG_LIGHTER_FROM_ACCOUNT_INDEX,
    PG_LIGHTER_TO_ACCOUNT_INDEX,
    PG_LIGHTER_API_KEY_INDEX,
    PG_LIGHTER_CANCEL_TIME_IN_FORCE,
    PG_LIGHTER_CANCEL_TIME,
    PG_LIGHTER_INDEX,
    PG_LIGHTER_INITIAL_MARGIN_FRACTION,
    PG_LIGHTER_MARGIN_MODE,
    PG_LIGHTER_USDC_AMOUNT,
    PG_LIGHTER_DIRECTION,
    PG_LIGHTER_GROUPING_TYPE,
    PG_LIGHTER_OPERATOR_FEE,
    PG_LIGHTER_INITIAL_TOTAL_SHARES,
    PG_LIGHTER_MIN_OPERATOR_SHARE_RATE,
    PG_LIGHTER_PUBLIC_POOL_INDEX,
    PG_LIGHTER_POOL_STATUS,
    PG_LIGHTER_SHARE_AMOUNT,
    PG_LIGHTER_STAKING_POOL_INDEX,
    PG_LIGHTER_ASSET_INDEX,
    PG_LIGHTER_FROM_ROUTE_TYPE,
    PG_LIGHTER_TO_ROUTE_TYPE,
    PG_LIGHTER_ROUTE_TYPE,
    PG_LIGHTER_TRANSFER_AMOUNT,
    PG_LIGHTER_WITHDRAWAL_AMOUNT,
    PG_LIGHTER_USDC_FEE,
    PG_LIGHTER_ACCOUNT_TRADING_MODE,
    PG_LIGHTER_ASSET_MARGIN_MODE,
    PG_LIGHTER_INTEGRATOR_ACCOUNT_INDEX,
    PG_LIGHTER_MAX_PERPS_TAKER_FEE,
    PG_LIGHTER_MAX_PERPS_MAKER_FEE,
    PG_LIGHTER_MAX_SPOT_TAKER_FEE,
    PG_LIGHTER_MAX_SPOT_MAKER_FEE,
    PG_LIGHTER_APPROVAL_EXPIRY,
    PG_LIGHTER_EXPIRED_AT,
    PG_LIGHTER_NONCE,
    PG_LIGHTER_FIELDS
} pg_lighter_field;

enum { PG_LIGHTER_KIND_FIELDS = 12 };

typedef struct {
    const char *name;  /* in tx_info */
    const char *label; /* in messages */
    int64_t min, max;
    const char *below, *above; /* what to say instead of "LABEL should not be ..." */
    bool wide;                 /* two hash elements: the lower and the upper 32 bits */
} pg_lighter_field_info;

typedef struct {
    int type;
    const char *name;
    bool with_public_key; /* PubKey and L1Sig before ExpiredAt */
    bool with_memo;
    bool with_l1_signature; /* L1Sig after Sig */
    int count;
    pg_lighter_field field[PG_LIGHTER_KIND_FIELDS]; /* without ExpiredAt and Nonce, which all have */
} pg_lighter_kind;

extern const pg_lighter_field_info pg_lighter_field_infos[PG_LIGHTER_FIELDS];

/* The kind of a number, NULL when users cannot build it. */
const pg_lighter_kind *pg_lighter_kind_find(int type);

/* The i-th kind, NULL at the end. */
const pg_lighter_kind *pg_lighter_kind_at(int i);

#endif

/* Actions: what is asked of Hyperliquid's /exchange, as plain structures (hyperliquid.md 10 and 12).
 *
 * Zero a pg_hl_action, set its kind and the member of that kind, and encode or sign it. Texts are borrowed from the
 * caller until the call returns; a NULL text is one that is not given. Prices, sizes and amounts are decimal texts:
 * they are written in canonical form (number.h), addresses and client ids in lower case, unless the envelope says
 * verbatim. USD integers have 6 decimals, wei of HYPE 8. */
#ifndef PG_VENUE_HYPERLIQUID_ACTION_H
#define PG_VENUE_HYPERLIQUID_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    /* Trading; signed by a key or its agent ("L1 actions"). */
    PG_HL_ORDER = 1,
    PG_HL_CANCEL,
    PG_HL_CANCEL_BY_CLOID,
    PG_HL_SCHEDULE_CANCEL,
    PG_HL_MODIFY,
    PG_HL_BATCH_MODIFY,
    PG_HL_UPDATE_LEVERAGE,
    PG_HL_UPDATE_ISOLATED_MARGIN,
    PG_HL_TOP_UP_ISOLATED_MARGIN,
    PG_HL_TWAP_ORDER,
    PG_HL_TWAP_CANCEL,
    PG_HL_NOOP,
    /* Accounts, sub-accounts, vaults. */
    PG_HL_AGENT_SEND_ASSET,
    PG_HL_VAULT_TRANSFER,
    PG_HL_CREATE_SUB_ACCOUNT,
    PG_HL_SUB_ACCOUNT_MODIFY,
    PG_HL_SUB_ACCOUNT_TRANSFER,
    PG_HL_SUB_ACCOUNT_SPOT_TRANSFER,
    PG_HL_CREATE_VAULT,
    PG_HL_VAULT_MODIFY,
    PG_HL_VAULT_DISTRIBUTE,
    PG_HL_SPOT_DUSTING,
    PG_HL_SPOT_CLASS_TRANSFER, /* superseded by PG_HL_USD_CLASS_TRANSFER */
    PG_HL_SET_REFERRER,
    PG_HL_REGISTER_REFERRER,
    PG_HL_CLAIM_REWARDS,
    PG_HL_SET_DISPLAY_NAME,
    PG_HL_EVM_USER_MODIFY,
    PG_HL_RESERVE_REQUEST_WEIGHT,
    PG_HL_AGENT_ENABLE_DEX_ABSTRACTION,
    PG_HL_AGENT_SET_ABSTRACTION,
    PG_HL_BORROW_LEND,
    PG_HL_SPLIT_OUTCOME,
    PG_HL_MERGE_OUTCOME,
    PG_HL_MERGE_QUESTION,
    PG_HL_NEGATE_OUTCOME,
    PG_HL_GOSSIP_PRIORITY_BID,
    PG_HL_HIP3_LIQUIDATOR_TRANSFER,
    PG_HL_RAW, /* any other L1 action, from JSON text in signing order */
    /* User-signed; only by the key of the account itself. */
    PG_HL_USD_SEND,
    PG_HL_SPOT_SEND,
    PG_HL_WITHDRAW,
    PG_HL_USD_CLASS_TRANSFER,
    PG_HL_SEND_ASSET,
    PG_HL_APPROVE_AGENT,
    PG_HL_APPROVE_BUILDER_FEE,
    PG_HL_STAKING_DEPOSIT,
    PG_HL_STAKING_WITHDRAW,
    PG_HL_TOKEN_DELEGATE,
    PG_HL_CONVERT_TO_MULTI_SIG,
    PG_HL_USER_DEX_ABSTRACTION,
    PG_HL_USER_SET_ABSTRACTION,
    PG_HL_USER_PORTFOLIO_MARGIN,
    PG_HL_LINK_STAKING_USER,
    PG_HL_DISABLE_STAKING_LINK,
    PG_HL_SEND_TO_EVM,
    PG_HL_KINDS
} pg_hl_kind;

typedef enum { PG_HL_TIF_NONE, PG_HL_ALO, PG_HL_IOC, PG_HL_GTC, PG_HL_FRONTEND_MARKET } pg_hl_tif;
typedef enum { PG_HL_TPSL_NONE, PG_HL_TAKE_PROFIT, PG_HL_STOP_LOSS } pg_hl_tpsl;
typedef enum { PG_HL_GROUP_NONE, PG_HL_NORMAL_TPSL, PG_HL_POSITION_TPSL, PG_HL_PRIORITY } pg_hl_grouping;

/* A setting that may be left as it is. */
typedef enum { PG_HL_KEEP, PG_HL_OFF, PG_HL_ON } pg_hl_switch;

/* A limit order has a tif; a trigger order has a trigger instead. */
typedef struct {
    int64_t asset;
    bool is_buy;
    const char *price, *size;
    bool reduce_only;
    pg_hl_tif tif;
    struct {
        bool is_market;
        const char *price;
        pg_hl_tpsl tpsl;
    } trigger;
    const char *cloid; /* "0x" and 32 hexadecimal digits */
} pg_hl_order;

/* By id or, when cloid is given, by client id. */
typedef struct {
    uint64_t oid;
    const char *cloid;
} pg_hl_order_name;

typedef struct {
    int64_t asset;
    uint64_t oid;      /* PG_HL_CANCEL */
    const char *cloid; /* PG_HL_CANCEL_BY_CLOID */
} pg_hl_cancel;

typedef struct {
    pg_hl_order_name name;
    pg_hl_order order;
} pg_hl_modify;

typedef struct {
    pg_hl_kind kind;
    void *memory; /* lists made by pg_hl_action_read; pg_hl_action_free */
    union {
        struct {
            const pg_hl_order *list;
            size_t count;
            pg_hl_grouping grouping;
            int64_t priority_rate; /* PG_HL_PRIORITY: hundred-millionths of the filled notional */
            const char *builder;   /* address; NULL: none */
            int64_t builder_fee;   /* tenths of a basis point */
        } order;
        struct { /* CANCEL, CANCEL_BY_CLOID */
            const pg_hl_cancel *list;
            size_t count;
            bool fast; /* asks for priority in the mempool; refused for trigger orders */
        } cancel;
        struct {
            int64_t time_ms; /* 0: takes the schedule away */
        } schedule_cancel;
        struct { /* MODIFY takes list[0] */
            const pg_hl_modify *list;
            size_t count;
            bool always_place;
        } modify;
        struct { /* UPDATE_LEVERAGE, UPDATE_ISOLATED_MARGIN, TOP_UP_ISOLATED_MARGIN */
            int64_t asset;
            bool is_cross;
            int64_t leverage;
            int64_t usd;                 /* added to an isolated position; negative: taken out */
            const char *target_leverage; /* TOP_UP_ISOLATED_MARGIN */
        } margin;
        struct { /* TWAP_ORDER, TWAP_CANCEL */
            int64_t asset;
            bool is_buy;
            const char *size;
            bool reduce_only;
            int64_t minutes;
            bool randomize;
            const char *trigger_price, *stop_price;
            bool trigger_above;
            uint64_t id; /* TWAP_CANCEL */
        } twap;
        struct { /* AGENT_SEND_ASSET, USD_SEND, SPOT_SEND, WITHDRAW, USD_CLASS_TRANSFER, SEND_ASSET, SEND_TO_EVM */
            const char *destination;
            const char *source_dex, *destination_dex; /* "" first perpetuals exchange, "spot", or a name */
            const char *token;                        /* NAME:0x<tokenId> */
            const char *amount;                       /* USD_CLASS_TRANSFER: may end in " subaccount:0x..." */
            const char *from_sub_account;             /* "" or an address */
            bool to_perp;
            const char *address_encoding; /* SEND_TO_EVM: this and the following */
            int64_t chain_id, gas_limit;
            const char *data; /* hexadecimal, with 0x */
        } send;
        struct {                 /* VAULT_*, SUB_ACCOUNT_*, CREATE_*, SPOT_*, HIP3_LIQUIDATOR_TRANSFER */
            const char *address; /* of the vault or sub-account */
            const char *name, *description, *token, *amount, *dex;
            int64_t usd;
            bool is_deposit, to_perp, opt_out;
            pg_hl_switch allow_deposits, close_on_withdraw;
        } account;
        struct { /* *_REFERRER, SET_DISPLAY_NAME, EVM_USER_MODIFY, RESERVE_REQUEST_WEIGHT, *_ABSTRACTION, GOSSIP_* */
            const char *text; /* code, display name, abstraction */
            bool enabled;
            int64_t weight;
            const char *address; /* destination, or user */
            int64_t slot, max_gas;
            const char *ip;
        } setting;
        struct { /* BORROW_LEND, *_OUTCOME, MERGE_QUESTION */
            const char *operation;
            int64_t token, outcome, question;
            const char *amount; /* NULL: all, where that is allowed */
        } position;
        struct { /* APPROVE_AGENT, APPROVE_BUILDER_FEE */
            const char *address;
            const char *name;     /* agent; NULL or "": the unnamed one */
            const char *fee_rate; /* builder: "0.001%" */
        } approval;
        struct { /* STAKING_*, TOKEN_DELEGATE, LINK_STAKING_USER, DISABLE_STAKING_LINK, USER_PORTFOLIO_MARGIN */
            const char *address; /* validator or user */
            int64_t wei;
            bool flag; /* isUndelegate, isFinalize, enabled */
        } stake;
        struct {
            const char *signers; /* JSON text, or "null" to go back to one key */
        } convert;
        struct {
            const char *json;
            size_t size;
        } raw;
    };
} pg_hl_action;

#endif

/* The records of Extended's answers and streams (spec/extended.md, sections 4, 5, 7): one structure a kind, read by a
 * table of fields. Texts are spans of the message; decimals are spans too (of a string or of a number, which the venue
 * mixes), judged by section 3's grammar: what they are worth is for the reader who knows the market.
 *
 * Members that are not known are passed over. A member that is null counts as missing. A record that lacks what it needs,
 * or has something of another type, is refused as a whole: there are no default values. */
#ifndef PG_VENUE_EXTENDED_CODEC_RECORD_H
#define PG_VENUE_EXTENDED_CODEC_RECORD_H

#include "venue/scan.h"

/* A span without data: not told. An id or time of 0: not told. Times are in ms of the Unix epoch. */
typedef struct {
    pg_span name, type, status;
    pg_span asset, collateral;
    bool active, is_rfq;
    pg_span stats, trading, l2; /* objects: records of their own */
} pg_extended_market_record;

typedef struct {
    pg_span last, ask, bid, mark, index, funding_rate, open_interest, open_interest_base, volume, volume_base, low,
        high;
    int64_t next_funding_ms;
} pg_extended_stats;

typedef struct {
    pg_span min_size, size_step, price_tick, max_market_value, max_limit_value, max_position_value, max_leverage,
        max_orders, price_cap, price_floor;
    pg_span risk_steps; /* a list */
} pg_extended_trading;

typedef struct {
    pg_span type, collateral_id, synthetic_id; /* hexadecimal */
    uint64_t collateral_resolution, synthetic_resolution;
} pg_extended_l2;

typedef struct {
    pg_span market, bids, asks; /* lists of levels */
} pg_extended_rest_book;

typedef struct {
    pg_span price, quantity;
} pg_extended_rest_level;

typedef struct {
    uint64_t id;
    pg_span market, side, type, price, quantity;
    int64_t time_ms;
} pg_extended_print;

typedef struct {
    int64_t time_ms;
    pg_span open, low, high, close, volume;
} pg_extended_candle;

typedef struct {
    pg_span market, rate;
    int64_t time_ms;
} pg_extended_funding;

/* MP and IP. */
typedef struct {
    pg_span market, price;
    int64_t time_ms;
} pg_extended_price;

typedef struct {
    pg_span usd, base;
    int64_t time_ms;
} pg_extended_interest;

typedef struct {
    pg_span name, symbol, id; /* id: hexadecimal */
    uint64_t precision, resolution;
    bool collateral;
} pg_extended_asset;

typedef struct {
    pg_span name, version, chain;
    uint64_t revision;
} pg_extended_domain;

typedef struct {
    pg_span status, key, description, bridge;
    uint64_t vault, account, index;
} pg_extended_account_info;

typedef struct {
    uint64_t id;
    pg_span evm_wallet, starknet_wallet, referral;
} pg_extended_client;

typedef struct {
    pg_span collateral, status, balance, equity, free, withdrawable, unrealised, initial_margin, margin_ratio, exposure,
        leverage;
    int64_t updated_ms;
} pg_extended_balance;

typedef struct {
    pg_span asset, balance, withdrawable;
    int64_t updated_ms;
} pg_extended_spot_balance;

/* Also of the history: exit_price, exit_type, closed_ms. */
typedef struct {
    uint64_t id, account;
    pg_span market, status, side, leverage, size, value, entry, mark, liquidation, margin, unrealised, realised,
        exit_type, exit_price, max_size, adl;
    int64_t created_ms, updated_ms, closed_ms;
} pg_extended_position;

typedef struct {
    uint64_t id, account;
    pg_span external, market, type, side, status, reason, price, average, quantity, filled, cancelled, fee,
        time_in_force, legs;
    bool reduce_only, post_only;
    int64_t created_ms, updated_ms, expire_ms;
    pg_span trigger, take_profit, stop_loss; /* objects */
} pg_extended_order_record;

/* A fill of ours. */
typedef struct {
    uint64_t id, account, order;
    pg_span market, external, side, price, quantity, value, fee, type;
    int64_t time_ms;
    bool taker;
} pg_extended_trade;

typedef struct {
    uint64_t id, account, position;
    pg_span market, side, size, value, mark, fee, rate;
    int64_t paid_ms;
} pg_extended_funding_paid;

typedef struct {
    pg_span market, maker, taker, builder;
} pg_extended_fees;

typedef struct {
    pg_span market, leverage;
} pg_extended_leverage;

typedef struct {
    pg_span paid, rate, share, next_share, next_rate;
} pg_extended_rebates;

typedef struct {
    pg_span id, type, status, amount, fee, transaction, chain;
    uint64_t account, counterparty;
    int64_t time_ms;
} pg_extended_operation;

/* What an order's request is answered with. */
typedef struct {
    uint64_t id;
    pg_span external;
} pg_extended_placed;

/* Of a transfer. */
typedef struct {
    uint64_t id;
    bool valid;
} pg_extended_transferred;

typedef enum {
    PG_EXTENDED_MARKET_RECORD,
    PG_EXTENDED_STATS,
    PG_EXTENDED_TRADING_RULES,
    PG_EXTENDED_L2,
    PG_EXTENDED_REST_BOOK,
    PG_EXTENDED_REST_LEVEL,
    PG_EXTENDED_PRINT,
    PG_EXTENDED_CANDLE,
    PG_EXTENDED_FUNDING,
    PG_EXTENDED_PRICE,
    PG_EXTENDED_INTEREST,
    PG_EXTENDED_ASSET,
    PG_EXTENDED_DOMAIN_RECORD,
    PG_EXTENDED_ACCOUNT_INFO,
    PG_EXTENDED_CLIENT,
    PG_EXTENDED_BALANCE,
    PG_EXTENDED_SPOT_BALANCE,
    PG_EXTENDED_POSITION,
    PG_EXTENDED_ORDER_RECORD,
    PG_EXTENDED_TRADE,
    PG_EXTENDED_FUNDING_PAID,
    PG_EXTENDED_FEES,
    PG_EXTENDED_LEVERAGE,
    PG_EXTENDED_REBATES,
    PG_EXTENDED_OPERATION,
    PG_EXTENDED_PLACED,
    PG_EXTENDED_TRANSFERRED,
    PG_EXTENDED_RECORDS
} pg_extended_record_kind;

typedef union {
    pg_extended_market_record market;
    pg_extended_stats stats;
    pg_extended_trading trading;
    pg_extended_l2 l2;
    pg_extended_rest_book book;
    pg_extended_rest_level level;
    pg_extended_print print;
    pg_extended_candle candle;
    pg_extended_funding funding;
    pg_extended_price price;
    pg_extended_interest interest;
    pg_extended_asset asset;
    pg_extended_domain domain;
    pg_extended_account_info account;
    pg_extended_client client;
    pg_extended_balance balance;
    pg_extended_spot_balance spot;
    pg_extended_position position;
    pg_extended_order_record order;
    pg_extended_trade trade;
    pg_extended_funding_paid paid;
    pg_extended_fees fees;
    pg_extended_leverage leverage;
    pg_extended_rebates rebates;
    pg_extended_operation operation;
    pg_extended_placed placed;
    pg_extended_transferred transferred;
} pg_extended_record;

/* ---- reading ---- */

/* Reads one object. Errors: PG_ERR_PARSE, PG_ERR_RANGE; the record is then of no use. */
pg_status pg_extended_record_read(pg_extended_record *record, pg_extended_record_kind kind, pg_span json,
                                  pg_error *err);

/* The same at the place where a reader stands, which is then behind it. */
bool pg_extended_record_scan(pg_extended_record *record, pg_extended_record_kind kind, pg_scan *reader);

typedef void (*pg_extended_record_fn)(void *self, const pg_extended_record *record);

/* Reads a list of objects, or one object that stands alone, and gives each. One that is refused does not cost the others:
 * returns how many were, with the first one's error in *err; -1 when the text is no list of objects at all. */
int pg_extended_records_read(pg_extended_record_kind kind, pg_span json, void *self, pg_extended_record_fn each,
                             pg_error *err);

/* ---- what the tables know; for tests ---- */

typedef enum {
    PG_EXTENDED_AS_TEXT,
    PG_EXTENDED_AS_DECIMAL,
    PG_EXTENDED_AS_ID,
    PG_EXTENDED_AS_TIME,
    PG_EXTENDED_AS_BOOL,
    PG_EXTENDED_AS_JSON
} pg_extended_field_type;

typedef struct {
    const char *name, *other; /* the venue's names; other: NULL when it has one only */
    pg_extended_field_type type;
    bool needed;
    size_t offset; /* in the record: a pg_span, uint64_t, int64_t or bool */
} pg_extended_field;

const char *pg_extended_record_name(pg_extended_record_kind kind);
const pg_extended_field *pg_extended_record_fields(pg_extended_record_kind kind, int *count);

#endif

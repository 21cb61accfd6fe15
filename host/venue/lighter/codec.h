/* Messages of Lighter, over the WebSocket and over HTTP, to plain records (specification, sections 3, 4 and Appendix B).
 * Knows no network.
 *
 * Tolerant of what is new: members, channels and statuses that it does not know are passed over, and what may be null or
 * missing is empty. Strict about what is used: a member of another type, given twice, missing though it is needed, or
 * too large is an error, and then nothing of the message counts. Texts point into the message; decimal numbers stay
 * text until the market's decimals are known (codec_told.h). Memory is kept from message to message. */
#ifndef PG_VENUE_LIGHTER_CODEC_H
#define PG_VENUE_LIGHTER_CODEC_H

#include <stdint.h>

#include "market/book.h"
#include "venue/lighter/codec_table.h"

enum {
    PG_LIGHTER_MARKETS_MAX = 64,   /* whose books are read */
    PG_LIGHTER_LEVELS_MAX = 16384, /* of a side in one message; seen: 3357 */
    PG_LIGHTER_BATCH = 15          /* transactions in one message */
};

/* ---- records ---- */

/* Of orderBooks and orderBookDetails. */
typedef struct {
    int64_t id, size_decimals, price_decimals, quote_multiplier, min_initial_margin;
    pg_span symbol, type, status, maker_fee, taker_fee, min_base, min_quote, quote_limit;
    bool reduce_only, hidden;
} pg_lighter_market;

typedef struct {
    int64_t order_index, client_index, market, nonce, owner;
    int64_t timestamp, updated_at, transaction_time; /* ms (or s), ms, us */
    pg_span initial, remaining, filled, price, status, type, time_in_force, trigger_price;
    bool is_ask, reduce_only;
} pg_lighter_order;

typedef struct {
    int64_t trade_id, market, ask_id, bid_id, ask_client, bid_client, ask_account, bid_account;
    int64_t timestamp, transaction_time, taker_fee, maker_fee; /* fees in 1e-6 of the notional */
    pg_span size, price, type;
    bool is_maker_ask;
} pg_lighter_trade;

typedef struct {
    int64_t market, sign, margin_mode, open_orders;
    pg_span symbol, position, entry, initial_margin, unrealized;
} pg_lighter_position;

typedef struct {
    int64_t id;
    pg_span symbol, balance, locked;
} pg_lighter_asset;

typedef struct {
    int64_t market, funding_timestamp; /* ms */
    pg_span symbol, index_price, mark_price, mid_price, last_price, open_interest, current_funding, funding;
} pg_lighter_stats;

typedef struct {
    pg_span collateral, portfolio, available, leverage, margin_usage;
} pg_lighter_user_stats;

/* What became of a transaction: of `tx`, `accountTxs` and the channels of transactions. */
typedef struct {
    int64_t type, status, account, nonce, expires_at, executed_at;
    pg_span hash, event;
} pg_lighter_receipt;

typedef struct {
    int64_t account, index, nonce;
    pg_span public_key;
} pg_lighter_api_key;

typedef struct {
    int64_t index, type, status, cancel_all_time; /* time: ms, 0: none */
    pg_span address, collateral, available, total, cross;
} pg_lighter_account;

/* A resting order of orderBookOrders, or a level of order_book. */
typedef struct {
    int64_t order_index, owner;
    pg_span price, remaining, size;
} pg_lighter_resting;

typedef struct {
    int64_t time, last_trade; /* ms */
    pg_span open, high, low, close, base, quote;
} pg_lighter_candle;

typedef struct {
    int64_t time; /* s */
    pg_span value, rate, direction;
} pg_lighter_funding;

/* accountLimits: a whole reply. Fees in 1e-6 of the notional; what is preset stays when it is not told. */
typedef struct {
    int64_t code, maker_fee, taker_fee;
    pg_span message, tier;
} pg_lighter_limits;

/* The reply to GET /: seconds since 1970. */
typedef struct {
    int64_t status, network_id, timestamp;
} pg_lighter_status;

typedef struct {
    pg_span ask_price, ask_size, bid_price, bid_size; /* empty: there is none */
    pg_span symbol;
} pg_lighter_ticker;

typedef struct {
    bool read;            /* there was one, of a market whose decimals are known */
    int64_t nonce, begin; /* begin -1: not told */
    int64_t updated_us;   /* 0: not told */
    pg_level *side[2];    /* bids, asks: absolute sizes, 0 removes; in no order */
    int count[2];
} pg_lighter_book_part;

/* ---- messages ---- */

typedef enum {
    PG_LIGHTER_MSG_OTHER, /* nothing that Perigee has use for; also every reply over HTTP, which has no type */
    PG_LIGHTER_MSG_CONNECTED,
    PG_LIGHTER_MSG_PING,
    PG_LIGHTER_MSG_PONG,
    PG_LIGHTER_MSG_ERROR,      /* code, message */
    PG_LIGHTER_MSG_SUBSCRIBED, /* without data */
    PG_LIGHTER_MSG_UNSUBSCRIBED,
    PG_LIGHTER_MSG_SENT, /* the answer to a transaction or a batch: code, message, id, hashes */
    PG_LIGHTER_MSG_BOOK,
    PG_LIGHTER_MSG_TICKER,
    PG_LIGHTER_MSG_TRADES, /* public */
    PG_LIGHTER_MSG_STATS,
    PG_LIGHTER_MSG_CANDLES,
    PG_LIGHTER_MSG_HEIGHT,
    PG_LIGHTER_MSG_RECEIPTS, /* of anybody's transactions */
    PG_LIGHTER_MSG_USER_STATS,
    PG_LIGHTER_MSG_ACCOUNT,   /* account_all, account_market: orders, trades, positions that changed */
    PG_LIGHTER_MSG_ORDERS,    /* our orders */
    PG_LIGHTER_MSG_FILLS,     /* our trades */
    PG_LIGHTER_MSG_POSITIONS, /* all of them: what is missing is flat */
    PG_LIGHTER_MSG_ASSETS,
    PG_LIGHTER_MSG_OUTCOMES, /* of our transactions */
    PG_LIGHTER_MSG_NOTICES
} pg_lighter_message_kind;

/* One message. A reply over HTTP is one without type and channel; its lists are named as on the WebSocket. */
typedef struct {
    pg_lighter_message_kind kind;
    bool snapshot; /* the first of a subscription */
    int64_t code;  /* 0: not told */
    int64_t nonce; /* -1: not told */
    int64_t timestamp, updated_us, height;
    int64_t market; /* of the channel; -1: none */
    pg_span type, channel, message, id, hashes, raw_quota, cursor, symbol;
    pg_span deferred; /* a book that came before its channel */
    pg_lighter_ticker ticker;
    pg_lighter_user_stats stats;
    pg_lighter_book_part book;
    /* lists */
    pg_lighter_list markets, spot_markets;           /* pg_lighter_market */
    pg_lighter_list orders;                          /* pg_lighter_order */
    pg_lighter_list trades, liquidations;            /* pg_lighter_trade */
    pg_lighter_list positions, assets, market_stats; /* by their names */
    pg_lighter_list receipts, api_keys, accounts;    /* pg_lighter_receipt, pg_lighter_api_key, pg_lighter_account */
    pg_lighter_list asks, bids;                      /* pg_lighter_resting */
    pg_lighter_list candles, fundings;               /* pg_lighter_candle, pg_lighter_funding */
} pg_lighter_message;

/* The i-th record of a list. */
#define PG_LIGHTER_AT(list, type, i) (&((const type *)(list).data)[i])

/* Tables of what is told, for the reader and for who compares it with another. */
extern const pg_lighter_table pg_lighter_message_table, pg_lighter_limits_table, pg_lighter_receipt_table,
    pg_lighter_status_table;

/* ---- the decoder ---- */

typedef struct pg_lighter_decoder pg_lighter_decoder;

pg_status pg_lighter_decoder_new(pg_lighter_decoder **decoder, pg_error *err);
void pg_lighter_decoder_free(pg_lighter_decoder *decoder);

/* Tells the decimals of a market, so that its books can be read; again when they have changed. PG_ERR_FULL. */
pg_status pg_lighter_decoder_add(pg_lighter_decoder *decoder, int64_t market, int price_decimals, int size_decimals,
                                 pg_error *err);

/* Reads one message; text[size] is '\0'. *message is the decoder's, valid until the next call. Errors: PG_ERR_PARSE,
 * PG_ERR_RANGE, PG_ERR_FULL, PG_ERR_MEMORY. Under 1 us for an update of a book. */
pg_status pg_lighter_decode(pg_lighter_decoder *decoder, const pg_lighter_message **message, const char *text,
                            size_t size, pg_error *err);

/* Reads a reply that is one record, by one of the tables above, into a zeroed record. */
pg_status pg_lighter_decode_record(const pg_lighter_table *table, void *record, const char *text, size_t size,
                                   pg_error *err);

/* The i-th transaction hash of a SENT message or a reply of sendTx and sendTxBatch; empty when there is none. */
pg_span pg_lighter_hash_at(const pg_lighter_message *message, int i);

/* The two numbers of a channel's name: "account_orders:0:1234"; -1 for what is not there. */
void pg_lighter_channel_numbers(pg_span channel, int64_t number[2]);

#endif

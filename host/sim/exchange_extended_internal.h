/* What the files of Extended's exchange share. */
#ifndef PG_SIM_EXCHANGE_EXTENDED_INTERNAL_H
#define PG_SIM_EXCHANGE_EXTENDED_INTERNAL_H

#include <cjson/cJSON.h>

#include "base/text.h"
#include "net/bucket.h"
#include "net/form.h"
#include "net/server.h"
#include "sim/exchange_candles.h"
#include "sim/exchange_extended.h"
#include "sim/exchange_link.h"
#include "venue/extended/rules.h"
#include "venue/extended/sign.h"
#include "venue/recent.h"

enum {
    EXX_SOCKETS = 512,
    EXX_SUBSCRIPTIONS = 256, /* of a connection of the multiplexed stream */
    EXX_TOPIC = 96,          /* bytes of a subscription's name */
    EXX_LEVELS = 250,        /* a side that is published */
    EXX_REPLAY = 8 << 20,    /* bytes of deltas kept after a snapshot; then there is a new one */
    EXX_TRADES_FIRST = 50,   /* prints that a new connection is told */
    EXX_OPEN_ORDERS = 200,   /* of an account in a market */
    EXX_CLOSED = 1000,       /* positions of the past of an account: the oldest is forgotten */
    EXX_PAYMENTS = 2000,     /* of funding, likewise */
    EXX_MOVES = 1000,        /* of money in and out, likewise */
    EXX_RATES = 2000,        /* of a market, likewise */
    EXX_INTERESTS = 300,     /* hours of open interest of a market, likewise */
    EXX_HASHES = 65536,      /* of signed messages that must not come twice */
    EXX_PAGE = 10000,        /* items of an answer */
    EXX_MAKER_FEE_E8 = 0,    /* the published schedule */
    EXX_TAKER_FEE_E8 = 25000,
    EXX_BUILDER_FEE_E8 = 10000, /* what builders charge */
    EXX_REQUESTS_A_MINUTE = 1000,
    EXX_MOST_LIMIT_USD = 15000000,
    EXX_MOST_MARKET_USD = 3000000,
    EXX_MOST_POSITION_USD = 60000000
};

/* Ids are far beyond 2^53, as the venue's are: clients must not read them as doubles. */
#define EXX_ID 1790000000000000000u

/* ---- markets ---- */

enum { EXX_TRADES, EXX_MARK, EXX_INDEX, EXX_PRICES }; /* kinds of candles and prices */

typedef struct {
    int64_t time_ms, rate_e12;
} exx_rate;

typedef struct {
    int64_t hour, size;
    pg_money value_e12;
} exx_interest;

/* The published book: what it was when it was told last, and what a new connection is told. */
typedef struct {
    pg_exchange_level levels[2][EXX_LEVELS], best[2];
    int count[2];
    uint64_t version, best_version;
    bool told;            /* once at least */
    int64_t minute;       /* of the last snapshot */
    int64_t due_ns;       /* next delta */
    int64_t best_due_ns;  /* next best bid and ask */
    int64_t heartbeat_ns; /* a delta without changes then */
    pg_text replay;       /* the last snapshot and the deltas since, as exx_replay reads them */
} exx_book;

typedef struct {
    pg_extended_market rules;
    char asset[PG_SYMBOL_SIZE];
    char tick[PG_EXTENDED_STEP], step[PG_EXTENDED_STEP], min_size[PG_EXTENDED_STEP];
    int price_decimals, size_decimals;
    pg_money money_scale; /* 1e-12 in a money unit of the instrument */
    exx_book book;
    pg_text trades; /* elements that the streams have not been told */
    pg_exchange_candles candles[EXX_PRICES];
    bool candle_changed[EXX_PRICES];
    int64_t price[EXX_PRICES]; /* as told: mark and index */
    int64_t price_due_ns, candle_due_ns;
    exx_rate rates[EXX_RATES]; /* a ring */
    uint64_t rate_count;
    bool rate_changed;
    exx_interest interests[EXX_INTERESTS]; /* likewise */
    uint64_t interest_count;
} exx_market;

/* ---- accounts ---- */

typedef struct {
    uint64_t id; /* 0: flat */
    bool is_long, liquidated;
    int64_t opened_ns, updated_ns, most; /* most: size units */
    pg_money opened_value, closed_value; /* price * size, money units of the instrument */
    int64_t opened_size, closed_size;
    pg_money trade_pnl, open_fees, close_fees; /* the same units; fees are paid */
    pg_money funding_e12;                      /* received */
} exx_position;

typedef struct {
    exx_position position;
    int market, leverage;
    int64_t closed_ns;
} exx_closed;

typedef struct {
    uint64_t id;
    pg_exchange_funding paid;
    uint64_t position;
    int64_t mark;
} exx_payment;

typedef enum { EXX_DEPOSIT, EXX_WITHDRAWAL, EXX_TRANSFER } exx_move_kind;

typedef struct {
    exx_move_kind kind;
    uint64_t id;
    int64_t time_ms, other; /* other: the account id of a transfer's other side */
    pg_money amount_e12;
} exx_move;

/* Of the account of the same number in the core. */
typedef struct {
    uint32_t vault;
    pg_felt public_key;
    uint8_t key_bytes[32];
    char key_text[PG_FELT_HEX];
    char api_key[PG_EXTENDED_API_KEY];
    exx_position position[PG_EXCHANGE_MARKETS];
    exx_closed *closed;    /* rings */
    exx_payment *payments; /* */
    exx_move *moves;       /* */
    uint64_t closed_count, payment_count, move_count;
    int64_t updated_ns;
    /* What its streams have not been told: elements of arrays. */
    pg_text orders, trades;
    bool touched; /* any of it, or its balance */
    bool moved[PG_EXCHANGE_MARKETS];
} exx_account;

/* ---- orders ---- */

typedef enum { EXX_LIMIT, EXX_MARKET_ORDER, EXX_CONDITIONAL, EXX_TPSL } exx_order_type;

/* What the core does not know of an order, in its tag. */
enum {
    EXX_TAG_TYPE = 7,      /* exx_order_type */
    EXX_TAG_POST_ONLY = 8, /* as it was asked for */
    EXX_TAG_IOC = 16,      /* likewise */
    EXX_TAG_WHOLE = 32,    /* tpSlType POSITION */
};

/* ---- connections ---- */

typedef enum { EXX_BOOK, EXX_PUBLIC_TRADES, EXX_FUNDING, EXX_PRICE, EXX_CANDLE, EXX_ACCOUNT, EXX_SCOPES } exx_scope;

typedef struct {
    exx_scope scope;
    int market;   /* -1: all */
    bool best;    /* of a book: best bid and ask only */
    int kind;     /* of prices and candles */
    int interval; /* of candles, minutes */
    int account;
    char topic[EXX_TOPIC]; /* of the multiplexed stream */
} exx_subscription;

typedef struct exx_socket {
    struct exx_socket *next, *before;
    pg_extended_exchange *exchange;
    pg_exchange_link link;
    bool rpc; /* the multiplexed stream */
    exx_subscription *subscriptions;
    int count, capacity;
    uint64_t seq; /* of the next frame */
    bool gone;    /* freed when nobody looks at it */
} exx_socket;

struct pg_extended_exchange {
    pg_extended_exchange_config config;
    pg_loop *loop;
    pg_server *server;
    pg_timer *timer;
    pg_exchange *core;
    pg_exchange_links links;
    char url[64];
    pg_felt domain;
    exx_market *markets;
    exx_account *accounts;
    pg_recent *hashes;
    exx_socket *sockets;
    int socket_count;
    uint64_t next_id; /* of positions, payments, groups */
    pg_bucket bucket;
    pg_extended_mode mode;
    int64_t state_due_ns;
    pg_text out, frame, data; /* an answer, a frame, its data: kept to be used again */
    int busy;                 /* within calls that walk over sockets: none is freed meanwhile */
    uint64_t requests;
};

/* ---- requests (exchange_extended_http.c) ---- */

typedef struct {
    pg_extended_exchange *e;
    int account;           /* PG_EXCHANGE_NOBODY: a public request */
    const char *params[2]; /* of the path, decoded */
    pg_form query;
    const cJSON *body; /* an object; NULL: there is none */
    const char *raw;   /* its text: numbers beyond 2^53 are only there */
    size_t raw_size;
    pg_text *out; /* the answer */
} exx_call;

/* Answers do their work and return the status of HTTP. */
typedef int exx_handler(exx_call *call);

/* The first value of a parameter; NULL: it is not there. */
const char *exx_query(const exx_call *call, const char *key);

/* A whole number of a parameter: `missing` when it is not there. False for what is none. */
bool exx_query_number(int64_t *value, const exx_call *call, const char *key, int64_t missing);

/* Whether a repeated parameter names a text, or is not there at all. */
bool exx_query_takes(const exx_call *call, const char *key, const char *text);

/* {"status":"OK","data": ... the caller writes one value with the key "data" ... } */
void exx_begin(exx_call *call);
int exx_end(exx_call *call);

/* The same with the pagination of a list. */
int exx_end_page(exx_call *call, uint64_t cursor, int count);

/* {"status":"OK"} */
int exx_done(exx_call *call);

/* An error: `code` of extended.md 2.1 and its words, which `detail` (NULL: none) goes with as debugInfo. */
int exx_refuse(exx_call *call, int code, const char *detail);

/* Does what a request of HTTP asks. Returns the status; the answer is in e->out, and *fault is what happens to it. One of
 * kind PG_FAULT_STATUS comes before anything is done. */
int exx_perform(pg_extended_exchange *e, const pg_server_request *request, const pg_fault **fault);

/* The same, and answers it. */
void exx_request(pg_extended_exchange *e, const pg_server_request *request);

/* Decodes %XX of a path in place. False for what is no such text. */
bool exx_decode(char *text);

/* The account of an API key. */
int exx_find_key(const pg_extended_exchange *e, const char *api_key);

/* ---- exchange_extended_words.c: enumerations and errors ---- */

/* The words of an error and its status of HTTP. */
const char *exx_error_words(int code, int *http);

/* Refusals of the core as errors. */
int exx_error_of(pg_exchange_reason reason);
const char *exx_status(const pg_exchange_order *order);
const char *exx_status_reason(const pg_exchange_order *order);
const char *exx_type_name(int type);
const char *exx_source_name(int source);

/* The number of a word; -1: there is no such one. */
int exx_find_word(const char *const *words, int count, const char *word);

/* Minutes of an interval of ISO 8601; 0: there is no such one. */
int exx_interval(const char *name);

/* ---- exchange_extended_json.c: texts as the venue writes them ---- */

int64_t exx_ms(int64_t time_ns);
uint64_t exx_account_id(int account);
void exx_json_decimal(pg_text *text, const char *key, int64_t value, int decimals);

/* Rounded to `decimals`. */
void exx_json_money(pg_text *text, const char *key, pg_money amount_e12, int decimals);
void exx_json_price(const pg_extended_exchange *e, pg_text *text, const char *key, int market, int64_t price);
void exx_json_size(const pg_extended_exchange *e, pg_text *text, const char *key, int market, int64_t size);

/* An average of a value over a size. */
void exx_json_average(const pg_extended_exchange *e, pg_text *text, const char *key, int market, pg_money value,
                      int64_t size);
void exx_json_order(const pg_extended_exchange *e, pg_text *text, const char *key, const pg_exchange_order *order);
void exx_json_fill(const pg_extended_exchange *e, pg_text *text, const pg_exchange_fill *fill);
void exx_json_trade(const pg_extended_exchange *e, pg_text *text, int market, const pg_exchange_trade *trade);
void exx_json_position(const pg_extended_exchange *e, pg_text *text, int account, int market);
void exx_json_balance(const pg_extended_exchange *e, pg_text *text, const char *key, int account);
void exx_json_candle(const pg_extended_exchange *e, pg_text *text, int market, int kind, int minutes,
                     const pg_exchange_candle *candle);
void exx_json_rate(const pg_extended_exchange *e, pg_text *text, int market, const exx_rate *rate);

/* ---- exchange_extended_market.c ---- */

pg_status exx_add_market(pg_extended_exchange *e, const pg_extended_exchange_market *market, pg_error *err);

/* The number of a market; -1: there is none of that name. */
int exx_find_market(const pg_extended_exchange *e, const char *name);
void exx_json_market(const pg_extended_exchange *e, pg_text *text, int market);
void exx_json_stats(const pg_extended_exchange *e, pg_text *text, const char *key, int market);

/* Mark and index price as they stand; 0: not known yet. */
int64_t exx_price(const pg_extended_exchange *e, int market, int kind);

/* ---- exchange_extended_account.c: what the accounts hold and did ---- */

pg_status exx_add_account(pg_extended_exchange *e, const pg_extended_exchange_fund *fund, pg_error *err);
void exx_free_account(exx_account *account);

/* What takes the core's news. */
pg_exchange_sink exx_sink(pg_extended_exchange *e);

/* The profit of a position at its mark; 0 when it is flat. */
pg_money exx_unrealised_e12(const pg_extended_exchange *e, int account, int market);

/* Initial margin of positions and orders. */
pg_money exx_initial_margin_e12(const pg_extended_exchange *e, int account);

typedef struct {
    pg_money settled, equity, unrealised, initial; /* settled: without unrealised profit */
    pg_money trade, withdrawal;                    /* available for it */
} exx_balance;

/* Amounts in 1e-12. */
void exx_get_balance_of(exx_balance *balance, const pg_extended_exchange *e, int account);

/* The i-th newest of a ring of `bound` with `count` ever added; NULL when there is none. */
const exx_closed *exx_closed_at(const exx_account *account, uint64_t i);
const exx_payment *exx_payment_at(const exx_account *account, uint64_t i);
const exx_move *exx_move_at(const exx_account *account, uint64_t i);

/* Moves money and notes it. */
uint64_t exx_move_money(pg_extended_exchange *e, int account, exx_move_kind kind, pg_money amount_e12, int64_t other);

/* ---- exchange_extended_verify.c ---- */

/* A signature as it was sent. */
typedef struct {
    pg_felt r, s;
    pg_felt stark_key;
    uint64_t position;
} exx_settlement;

/* False: not there, or no such object. */
bool exx_read_settlement(exx_settlement *settlement, const cJSON *json);

/* What was signed of an order, or of a leg of it. */
typedef struct {
    const exx_market *market;
    pg_extended_side side;
    pg_exact quantity, price, fee, builder_fee;
    uint64_t expiry_ms, nonce;
} exx_signed;

/* 0, or the error; `detail` then holds what was hashed. The hash's first 16 bytes go to key. */
int exx_verify_order(uint64_t key[2], char detail[320], const pg_extended_exchange *e, int account,
                     const exx_settlement *settlement, const exx_signed *what);

/* 0 or the error of a signature of a struct hash. */
int exx_verify_hash(uint64_t key[2], const pg_extended_exchange *e, int account, const exx_settlement *settlement,
                    const pg_felt *struct_hash);

/* ---- endpoints ---- */

exx_handler exx_get_markets, exx_get_stats, exx_get_orderbook, exx_get_trades, exx_get_candles, exx_get_funding,
    exx_get_open_interests, exx_get_assets, exx_get_asset_price, exx_get_starknet, exx_get_settings;
exx_handler exx_get_client, exx_get_accounts, exx_get_account, exx_get_balance, exx_get_spot_balances,
    exx_get_positions, exx_get_positions_history, exx_get_orders, exx_get_orders_history, exx_get_order,
    exx_get_external_orders, exx_get_user_trades, exx_get_funding_history, exx_get_fees, exx_get_leverage,
    exx_set_leverage, exx_get_rebates, exx_get_operations;
exx_handler exx_post_order, exx_cancel_order, exx_cancel_external, exx_mass_cancel, exx_dead_man;
exx_handler exx_post_transfer, exx_post_withdrawal;

/* ---- streams ---- */

/* Reads the path of a stream behind /stream.extended.exchange; false: there is no such one. */
bool exx_read_path(exx_subscription *subscription, bool *rpc, const pg_extended_exchange *e, const char *path,
                   const char *query, const char *api_key);

/* A message of the multiplexed stream. */
void exx_rpc(exx_socket *socket, const char *text, size_t size);

/* Sends a frame to a subscription. type NULL: it has none in the single streams. */
void exx_tell(exx_socket *socket, const exx_subscription *subscription, const char *type, const char *data, size_t size,
              int64_t ts_ms);

/* The first frames of a subscription. */
void exx_tell_first(exx_socket *socket, const exx_subscription *subscription);

/* Tells the streams what has happened. */
void exx_publish(pg_extended_exchange *e);

/* ---- exchange_extended_book.c ---- */

void exx_book_first(exx_socket *socket, const exx_subscription *subscription, int market);
void exx_book_publish(pg_extended_exchange *e, int market, int64_t now_ns);

/* ---- exchange_extended.c ---- */

/* Around everything that walks over sockets. */
void exx_enter(pg_extended_exchange *e);
void exx_leave(pg_extended_exchange *e);

#endif

/* What the files of Lighter's exchange share. */
#ifndef PG_SIM_EXCHANGE_LIGHTER_INTERNAL_H
#define PG_SIM_EXCHANGE_LIGHTER_INTERNAL_H

#include "base/text.h"
#include "base/tokens.h"
#include "crypto/address.h"
#include "crypto/hex.h"
#include "crypto/schnorr.h"
#include "crypto/secp256k1.h"
#include "net/form.h"
#include "net/server.h"
#include "sim/exchange_candles.h"
#include "sim/exchange_lighter.h"
#include "sim/exchange_lighter_error.h"
#include "sim/exchange_link.h"
#include "venue/lighter/transaction_read.h"

enum {
    LIX_NAME = 24,
    LIX_KEYS = 16,           /* API keys of an account */
    LIX_SUBSCRIPTIONS = 100, /* of a connection */
    LIX_SOCKETS = 100,       /* with limits on */
    LIX_PENDING = 4096,      /* transactions that wait for their execution */
    LIX_TXS = 8192,          /* that are remembered */
    LIX_TRADES = 1000,       /* of a market that are remembered */
    LIX_OWN_TRADES = 2000,   /* of an account */
    LIX_FUNDINGS = 1000,     /* rates of a market, payments of an account */
    LIX_LIQUIDATIONS = 200,  /* of an account */
    LIX_BOOK = 250,          /* levels of a side that are told */
    LIX_BATCH = 15,          /* transactions of a batch */
    LIX_INTEGRATORS = 16,    /* approved by an account */
    LIX_SHARES = 16,         /* pools that an account has shares of */
    LIX_CHANNEL = 64,        /* bytes of a channel's name */
    LIX_COLLATERAL = 3,      /* asset index of USDC */
    LIX_LIT = 2,
    LIX_ASSETS = 4,
    LIX_NO_INDEX = -1
};

#define LIX_NONE        281474976710655 /* an account index that stands for none */
#define LIX_FIRST_SUB   281474976710654 /* sub-accounts count down from here */
#define LIX_FLOW        1               /* the account index of the markets' own flow */
#define LIX_TX_HASH     81
#define LIX_MONEY_MICRO 1000000 /* 1e-12 in 1e-6 */

/* What is noted with an order of the core. */
enum {
    NOTE_INDEX,  /* order_index */
    NOTE_CLIENT, /* client_order_index; 0: none */
    NOTE_TYPE,   /* as in the transaction */
    NOTE_FORCE,
    NOTE_EXPIRY,       /* ms; 0: none */
    NOTE_FILLED,       /* before it was modified, size units */
    NOTE_FILLED_VALUE, /* likewise, 1e-6 */
    NOTE_CREATED,      /* ms */
    NOTE_KIN,          /* lix_kin */
    NOTE_PARENT        /* order_index of the parent; of a twap's slice, too */
};

/* Types of orders and their times in force, as the transactions have them. */
enum { LIX_LIMIT, LIX_MARKET, LIX_STOP, LIX_STOP_LIMIT, LIX_TAKE, LIX_TAKE_LIMIT, LIX_TWAP, LIX_TWAP_SLICE };
enum { LIX_IMMEDIATE, LIX_GOOD_TILL_TIME, LIX_POST_ONLY };

typedef enum { LIX_ALONE, LIX_SIBLING, LIX_CHILD, LIX_SLICE } lix_kin;

/* ---- markets ---- */

typedef struct {
    int64_t id; /* trade_id: those of the core, which ascend */
    int market;
    int64_t price, size;
    int64_t time_ns;
    bool maker_ask, liquidation;
    int account[2]; /* of the bid, of the ask; PG_EXCHANGE_NOBODY: the flow */
    int64_t order[2], client[2];
    int64_t before[2]; /* signed positions */
    int64_t fee_e6[2]; /* of the notional */
    char hash[LIX_TX_HASH];
} lix_trade;

typedef struct {
    lix_trade *items; /* a ring of `capacity` */
    int count, next, capacity;
} lix_trades;

typedef struct {
    int64_t time_ns, quantity, rate_e12, price;
    int market;
    pg_money amount_e12;
} lix_funding;

typedef struct {
    lix_funding *items; /* oldest first */
    int count, capacity;
} lix_fundings;

/* A side of the book as it was told. */
typedef struct {
    pg_exchange_level level[LIX_BOOK];
    int count;
} lix_side;

typedef struct {
    char name[LIX_NAME];
    int id, size_decimals, price_decimals;
    int64_t min_size;
    int min_fraction;
    lix_trades trades;
    uint64_t trades_told; /* how many have been */
    uint64_t trade_count;
    pg_exchange_candles candles, marks; /* of trades, of the mark price */
    bool candle_changed;
    lix_fundings rates;
    lix_side told[2]; /* bids, asks */
    int64_t told_nonce, told_us;
    uint64_t told_version;
    pg_exchange_level ticker[2];
    uint64_t ticker_version;
    int64_t book_ns, stats_ns, candle_ns; /* next pushes */
} lix_market;

/* ---- accounts ---- */

typedef struct {
    int index;
    bool registered, maker_only;
    uint8_t public_key[PG_LIGHTER_PUBLIC_KEY_BYTES];
    int64_t nonce;    /* the next one */
    int64_t executed; /* the highest that was executed; -1: none */
    int64_t changed_us;
} lix_key;

typedef struct {
    int64_t index;
    int64_t fee[4]; /* perps taker and maker, spot taker and maker */
    int64_t expiry_ms;
} lix_integrator;

typedef struct {
    int64_t pool;
    int64_t amount, principal_micro;
    int64_t entry_ms;
} lix_share;

/* A public pool is an account with this. */
typedef struct {
    bool exists, frozen;
    int64_t operator_fee, min_share_rate, shares, operator_shares;
    int64_t operator_index;
} lix_pool;

typedef struct {
    int64_t time_ns;
    int market;
    int64_t price, size, fee_e6;
} lix_liquidation;

/* Requests of a span of time: so many a minute. */
typedef struct {
    double left;
    int64_t then_ns;
    bool begun;
} lix_bucket;

typedef struct {
    int number; /* of the core */
    int64_t index, master;
    char l1_address[PG_ADDRESS_TEXT];
    pg_lighter_tier tier;
    int64_t tier_ms; /* when it last changed */
    lix_key keys[LIX_KEYS];
    int key_count;
    int trading_mode, asset_mode[LIX_ASSETS];
    int64_t lit;                       /* 1e-8 */
    int64_t staked;                    /* shares */
    int64_t cancel_at_ms;              /* scheduled; 0: none */
    int fraction[PG_EXCHANGE_MARKETS]; /* initial margin, 1e-4 */
    bool has_set[PG_EXCHANGE_MARKETS]; /* it, at some time */
    lix_integrator integrators[LIX_INTEGRATORS];
    int integrator_count;
    lix_share shares[LIX_SHARES];
    int share_count;
    lix_pool pool;
    int64_t quota;      /* volume quota */
    pg_money quota_e12; /* volume that it was given for */
    int64_t free_ns;    /* when a transaction without quota was last sent */
    int pending;
    lix_bucket requests, transactions;
    lix_trades trades;
    lix_fundings payments;
    lix_liquidation liquidations[LIX_LIQUIDATIONS];
    int liquidation_count;
    /* What happened since the streams were told. */
    pg_text orders[PG_EXCHANGE_MARKETS], txs, notifications;
    int first_trade; /* of those in `trades` that have not been told: how many */
    bool touched, orders_changed;
    int64_t stats_ns; /* next push of user_stats */
} lix_account;

/* ---- transactions ---- */

typedef enum { LIX_FAILED, LIX_WAITS, LIX_EXECUTED } lix_tx_status; /* as the venue numbers them */

typedef struct {
    char hash[LIX_TX_HASH];
    int type, key;
    int64_t account, nonce, expired_at;
    lix_tx_status status;
    int64_t sequence, height;
    int64_t queued_ns, executed_ns;
    int64_t order; /* order_index that it made; 0: none */
    int error;
    char *info;
} lix_tx;

/* One that waits. */
typedef struct lix_pending {
    struct lix_pending *next;
    int64_t due_ns;
    int64_t sequence;
    lix_account *account;
    pg_lighter_tx tx;
} lix_pending;

/* An order that is worked off in slices (type 6). */
typedef struct lix_twap {
    struct lix_twap *next;
    lix_account *account;
    int market;
    bool ask, reduce_only;
    int64_t index, client, price, size, filled, value_micro;
    int64_t start_ms, end_ms, next_ms;
    int64_t slice; /* oid of the core's order that is at work; 0: none */
} lix_twap;

/* ---- sockets ---- */

typedef enum {
    LIX_ORDER_BOOK,
    LIX_TICKER,
    LIX_TRADE,
    LIX_MARKET_STATS,
    LIX_SPOT_STATS,
    LIX_CANDLE,
    LIX_MARK_CANDLE,
    LIX_HEIGHT,
    LIX_TRANSACTION,
    LIX_EXECUTED_TRANSACTION,
    LIX_USER_STATS,
    LIX_ACCOUNT_ALL,
    LIX_ACCOUNT_MARKET,
    LIX_ACCOUNT_ORDERS,
    LIX_ACCOUNT_ALL_ORDERS,
    LIX_ACCOUNT_ALL_TRADES,
    LIX_ACCOUNT_ALL_POSITIONS,
    LIX_ACCOUNT_ALL_ASSETS,
    LIX_ACCOUNT_SPOT_PRICES,
    LIX_ACCOUNT_TX,
    LIX_POOL_DATA,
    LIX_POOL_INFO,
    LIX_NOTIFICATION,
    LIX_TYPES
} lix_type;

typedef struct {
    lix_type type;
    int market;                /* place; -1: all */
    lix_account *account;      /* NULL: none */
    int minutes;               /* of candles */
    char channel[LIX_CHANNEL]; /* as replies name it */
} lix_subscription;

typedef struct lix_socket {
    struct lix_socket *next, *before;
    pg_lighter_exchange *exchange;
    pg_exchange_link link;
    lix_subscription subscriptions[LIX_SUBSCRIPTIONS];
    int count;
    bool readonly;
    int64_t heard_ns, pinged_ns;
    lix_bucket messages;
    bool gone; /* freed when nobody looks at it */
} lix_socket;

struct pg_lighter_exchange {
    pg_lighter_exchange_config config;
    pg_loop *loop;
    pg_server *server;
    pg_timer *timer;
    pg_exchange_links links;
    pg_exchange *core;
    pg_secp256k1 *curve;
    char url[64];
    lix_market markets[PG_EXCHANGE_MARKETS];
    lix_account *accounts[PG_EXCHANGE_ACCOUNTS]; /* by the core's numbers */
    int64_t next_sub, next_master;
    lix_socket *sockets;
    int socket_count;
    lix_tx *txs; /* a ring of LIX_TXS, by sequence */
    int64_t sequence;
    lix_pending *pending; /* by time */
    int pending_count;
    lix_twap *twaps;
    int64_t nonce; /* of everything that happens to books and orders */
    int64_t group;
    int64_t start_ns, height_told;
    bool hushed;      /* what happens to orders is not told now */
    pg_text executed; /* transactions that the streams have not been told */
    lix_tx *working;  /* the transaction that is being executed; NULL: none */
    pg_text out, frame;
    lix_bucket network; /* requests by address of the network */
    int busy;           /* within calls that walk over sockets: none is freed meanwhile */
    uint64_t requests;
};

/* ---- exchange_lighter.c ---- */

void lix_enter(pg_lighter_exchange *e);
void lix_leave(pg_lighter_exchange *e);
int64_t lix_now_ms(const pg_lighter_exchange *e);

/* Blocks: one each 100 ms. */
int64_t lix_height(const pg_lighter_exchange *e);

/* Takes one of `cost` from a bucket that has `limit` a minute; false: there is too little. Always true without limits. */
bool lix_take(const pg_lighter_exchange *e, lix_bucket *bucket, double limit, double cost);

/* ---- exchange_lighter_account.c ---- */

lix_account *lix_find_account(const pg_lighter_exchange *e, int64_t index);

/* Makes an account; NULL when no more fit. */
lix_account *lix_open_account(pg_lighter_exchange *e, int64_t index, int64_t master, const char *l1_address,
                              pg_lighter_tier tier);
void lix_account_free(lix_account *a);
void lix_set_tier(pg_lighter_exchange *e, lix_account *a, pg_lighter_tier tier);

/* A key of an account, NULL when it has no such one; the second makes room for one that is not registered yet. */
lix_key *lix_find_key(lix_account *a, int64_t index);
lix_key *lix_make_key(lix_account *a, int64_t index);

/* Something happened to the account. */
void lix_touch(pg_lighter_exchange *e, lix_account *a);

/* The account that an auth token speaks for: 0, or a code why it is none. */
int lix_check_token(const pg_lighter_exchange *e, const char *token, lix_account **account);

/* Whether one who speaks for `who` may see what is private to an account. */
bool lix_may_see(const lix_account *who, const lix_account *account);

/* Volume quota as it stands now. */
int64_t lix_quota(const pg_lighter_exchange *e, lix_account *a);

/* ---- exchange_lighter_trade.c: what is remembered ---- */

void lix_trade_add(lix_trades *trades, const lix_trade *trade, int bound);

/* The i-th newest; NULL when there is none. */
lix_trade *lix_trade_at(const lix_trades *trades, int i);
void lix_funding_add(lix_fundings *fundings, const lix_funding *funding);
pg_exchange_sink lix_sink(pg_lighter_exchange *e);

/* ---- exchange_lighter_send.c: transactions ---- */

typedef struct {
    int code; /* 200: accepted */
    const char *words;
    int64_t execution_ms;
    int64_t quota; /* -1: not told */
    int count;
    char hash[LIX_BATCH][LIX_TX_HASH];
} lix_outcome;

typedef struct {
    int64_t type;
    const char *info;
    size_t size;
} lix_sent;

/* Takes a transaction, or several that stand or fall together. */
void lix_submit(pg_lighter_exchange *e, lix_outcome *outcome, const lix_sent *sent, int count, bool batch,
                bool price_protection);

/* The same of texts that are JSON arrays of types and of tx_info. Returns the code. */
int lix_submit_batch(pg_lighter_exchange *e, lix_outcome *outcome, const char *types, const char *infos);
void lix_run_pending(pg_lighter_exchange *e);
lix_tx *lix_tx_at(const pg_lighter_exchange *e, int64_t sequence);
lix_tx *lix_find_tx(const pg_lighter_exchange *e, const char *hash);

/* ---- exchange_lighter_check.c: what the venue refuses at its door ---- */

/* 0, or the code of what is wrong with a transaction by itself. */
int lix_check_form(const pg_lighter_tx *tx);

/* The same with the exchange as it is: markets, prices, times, indexes that are taken. */
int lix_check_now(const pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx, bool price_protection);

/* Whether it would take what rests, and so waits longer. */
bool lix_is_taker(const pg_lighter_exchange *e, const pg_lighter_tx *tx);

/* ---- exchange_lighter_order.c and _manage.c: execution; 0 or a code ---- */

int lix_execute(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx);
int lix_create_order(pg_lighter_exchange *e, lix_account *a, const int64_t *order);
int lix_create_group(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx);
int lix_modify_order(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx);
int lix_cancel_order(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx);
int lix_cancel_all(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx);

/* Whether the owner's Ethereum key has signed what it has to sign. 0 or a code. */
int lix_check_owner(const pg_lighter_exchange *e, const lix_account *a, const pg_lighter_tx *tx);
int lix_manage(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx);

/* An open order by order_index or client_order_index; NULL. */
const pg_exchange_order *lix_find_open(const pg_lighter_exchange *e, const lix_account *a, int64_t index);

/* Whether an order of the account, open or remembered, has this client_order_index. */
bool lix_client_is_taken(const pg_lighter_exchange *e, const lix_account *a, int64_t client);
int64_t lix_order_index(const pg_lighter_exchange *e, bool ask, uint64_t oid);

/* ---- exchange_lighter_twap.c ---- */

int lix_twap_start(pg_lighter_exchange *e, lix_account *a, const int64_t *order);
bool lix_twap_cancel(pg_lighter_exchange *e, const lix_account *a, int64_t index);
int lix_twap_cancel_all(pg_lighter_exchange *e, const lix_account *a, int market);
void lix_twap_run(pg_lighter_exchange *e);
void lix_twap_order(pg_lighter_exchange *e, const pg_exchange_order *order);
lix_twap *lix_twap_next(const pg_lighter_exchange *e, const lix_account *a, const lix_twap *twap);
void lix_twap_free(pg_lighter_exchange *e);

/* ---- exchange_lighter_pool.c ---- */

int lix_pool_manage(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx);

/* ---- exchange_lighter_json.c and _state.c: texts as the venue writes them ---- */

void lix_empty(pg_text *text);
void lix_put(pg_text *text, const char *literal);

/* Members: "key":"decimal". Money of 1e-12 is rounded down to 1e-6. */
void lix_json_decimal(pg_text *text, const char *key, int64_t value, int decimals);
void lix_json_money(pg_text *text, const char *key, pg_money amount_e12);
void lix_json_micro(pg_text *text, const char *key, int64_t micro);
void lix_json_price(pg_text *text, const char *key, const lix_market *m, int64_t price);
void lix_json_size(pg_text *text, const char *key, const lix_market *m, int64_t size);

/* "key":decimal, a number. */
void lix_json_price_number(pg_text *text, const char *key, const lix_market *m, int64_t price);
void lix_json_size_number(pg_text *text, const char *key, const lix_market *m, int64_t size);
void lix_json_money_number(pg_text *text, const char *key, const pg_lighter_exchange *e, int market, pg_money value);

/* "key":"number". */
void lix_json_index(pg_text *text, const char *key, int64_t index);
void lix_json_order(pg_lighter_exchange *e, pg_text *text, const pg_exchange_order *order);
void lix_json_twap(pg_lighter_exchange *e, pg_text *text, const lix_twap *twap, const char *status);
void lix_json_trade(pg_lighter_exchange *e, pg_text *text, const lix_trade *trade);
void lix_json_tx(pg_lighter_exchange *e, pg_text *text, const lix_tx *tx);
void lix_json_level(pg_text *text, const lix_market *m, const pg_exchange_level *level);
void lix_json_levels(pg_text *text, const char *key, const lix_market *m, const pg_exchange_level *levels, int count);

/* The last 24 hours. */
typedef struct {
    int64_t low, high, count; /* count: of trades */
    double change;            /* percent */
} lix_day;

void lix_get_day(lix_day *day, const pg_lighter_exchange *e, int market);
void lix_json_stats(pg_lighter_exchange *e, pg_text *text, const char *key, int market);
void lix_json_candle(pg_text *text, const lix_market *m, const pg_exchange_candle *candle, int minutes);
void lix_json_position(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a, int market);

/* All positions, as an array or as a map by market id. */
void lix_json_positions(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a, bool map);
void lix_json_assets(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a, bool map);
void lix_json_shares(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a);
void lix_json_user_stats(pg_lighter_exchange *e, pg_text *text, const char *key, const lix_account *a);

/* The account as `account` tells it; brief: as accountsByL1Address does. */
void lix_json_account(pg_lighter_exchange *e, pg_text *text, lix_account *a, bool brief);

/* Notional of price * size in 1e-6. */
int64_t lix_micro(const pg_lighter_exchange *e, int market, pg_money value);

/* Minutes of a resolution ("1m"); 0: there is no such one. */
int lix_minutes(const char *resolution);
const char *lix_resolution(int minutes);

/* ---- exchange_lighter_rest.c, _info.c and _private.c: REST ---- */

typedef struct {
    pg_peer *peer;
    const char *path; /* behind /api/v1/ */
    bool post;
    pg_form form; /* of the query and, of a POST, the body */
    const char *authorization;
    const pg_fault *fault;
} lix_request;

/* Parameters. False, and the request is answered, for one that is missing (needed) or no such number. */
bool lix_number(pg_lighter_exchange *e, const lix_request *request, const char *name, bool needed, int64_t *value);

/* The market of market_id; -1: all (255 or missing). False: answered. */
bool lix_market_of(pg_lighter_exchange *e, const lix_request *request, bool needed, int *market);
void lix_answer(pg_lighter_exchange *e, const lix_request *request);
void lix_refuse(pg_lighter_exchange *e, const lix_request *request, int code, const char *words);

/* Begins a reply {"code":200 in e->out. */
pg_text *lix_reply(pg_lighter_exchange *e);
void lix_rest(pg_lighter_exchange *e, const lix_request *request);

/* Requests about accounts. False: no such path. */
bool lix_private(pg_lighter_exchange *e, const lix_request *request);

/* Requests about markets. False: no such path. */
bool lix_public(pg_lighter_exchange *e, const lix_request *request);

/* The place of a market id; -1. */
int lix_find_market(const pg_lighter_exchange *e, int64_t id);

/* ---- exchange_lighter_stream.c and _publish.c ---- */

void lix_text(lix_socket *socket, char *text, size_t size);
const char *lix_type_name(lix_type type);
void lix_tell_first(lix_socket *socket, const lix_subscription *s);
void lix_publish(pg_lighter_exchange *e);

/* A frame is begun in e->frame, and sent. first: it acknowledges the subscription. */
pg_text *lix_frame(pg_lighter_exchange *e, const lix_subscription *s, bool first);
void lix_finish(lix_socket *socket, const lix_subscription *s);
void lix_json_elements(pg_text *frame, const char *key, const pg_text *elements);

/* ---- exchange_lighter_follow.c ---- */

void lix_tell_account(lix_socket *socket, const lix_subscription *s, bool first);
void lix_tell_accounts(pg_lighter_exchange *e);

#endif

/* The built-in exchange behind Lighter's protocol: REST at /api/v1/ and a WebSocket at /stream, on loopback.
 *
 * The counterpart of paper trading and of the tests (lighter.md). Every transaction is read exactly, its hash and
 * signature verified against the key that is registered, its nonce and times checked; what the venue refuses is refused
 * with the venue's code and words. What is accepted waits as long as the account's type says (takers longer than makers
 * and cancels), then it is executed, which may fail: the outcome is told on account_tx and by GET tx.
 *
 * Perpetual markets, cross and isolated margin, hourly funding, liquidation, groups of orders, TWAP, sub-accounts,
 * transfers, public pools. Not here: spot markets, which are refused as the venue refuses what does not exist; requests
 * for quotes; pnl and read-only tokens, whose paths are unknown (404). Staking and settings of assets are kept and do
 * nothing else. */
#ifndef PG_SIM_EXCHANGE_LIGHTER_H
#define PG_SIM_EXCHANGE_LIGHTER_H

#include "base/log.h"
#include "net/loop.h"
#include "sim/exchange.h"
#include "sim/exchange_faults.h"

enum { PG_LIGHTER_TESTNET = 300, PG_LIGHTER_MAINNET = 304 }; /* chain ids */

typedef struct pg_lighter_exchange pg_lighter_exchange;

/* A market. Texts and what its flow is are borrowed until the exchange is made; a tape until it is freed. */
typedef struct {
    const char *name;
    int id;             /* the venue's market_id; -1: its usual one for a name that is known, else 100, 101, ... */
    int price_decimals; /* sizes have 6 less these */
    int64_t min_size;   /* of orders that rest, size units */
    int min_fraction;   /* least initial margin fraction in 1e-4; 0: 200, a leverage of 50 */
    const pg_tape *tape;
    double speed; /* of the tape; 0: 1 */
    const pg_synthetic_params *synthetic;
    uint64_t seed;
} pg_lighter_exchange_market;

/* A market with a synthetic flow around a price (0: one that suits the name, 100 for names that are not known), of the
 * precision that the venue would give it. Fills *params, which the market refers to. PG_ERR_INVALID for a price that no
 * such market can have. */
pg_status pg_lighter_exchange_synthetic_market(pg_lighter_exchange_market *market, pg_synthetic_params *params,
                                               const char *name, double price, uint64_t seed, pg_error *err);

/* A market that plays a tape. PG_ERR_INVALID when its prices have more than 6 decimals. */
pg_status pg_lighter_exchange_tape_market(pg_lighter_exchange_market *market, const pg_tape *tape, double speed,
                                          pg_error *err);

/* Account types (lighter.md 8). */
typedef enum {
    PG_LIGHTER_STANDARD,
    PG_LIGHTER_PREMIUM,
    PG_LIGHTER_PLUS,
    PG_LIGHTER_BUILDER,
    PG_LIGHTER_TIERS
} pg_lighter_tier;

enum { PG_LIGHTER_FUND_KEYS = 8 };

/* A master account with money. */
typedef struct {
    int64_t index;
    char l1_address[43]; /* "0x" and 40 digits; "": one made of the index */
    pg_lighter_tier tier;
    struct {
        int index;
        char public_key[81]; /* 80 digits */
    } keys[PG_LIGHTER_FUND_KEYS];
    int key_count;
    int64_t usd;   /* whole */
    int64_t quota; /* volume quota to begin with; 0: 1000 */
} pg_lighter_exchange_fund;

/* Reads "INDEX[,KEY:PUBLICKEY]...[,0xADDRESS][,standard|premium|plus|builder]". PG_ERR_PARSE names the part. */
pg_status pg_lighter_exchange_read_fund(pg_lighter_exchange_fund *fund, const char *text, pg_error *err);

/* Zero it to begin: what is 0 has its normal value. */
typedef struct {
    int port; /* 0: any free one */
    uint64_t seed;
    pg_clock clock;    /* now NULL: the real one */
    uint32_t chain_id; /* whose signatures are taken; 0: PG_LIGHTER_TESTNET */
    const pg_lighter_exchange_market *markets;
    int market_count;
    const pg_lighter_exchange_fund *funds;
    int fund_count;
    int64_t play_ms;    /* how often the markets are played; 0: 5; below 0: only by pg_lighter_exchange_step */
    int64_t book_ms;    /* between updates of order_book; 0: 50; below 0: with each step that changed it */
    int64_t stats_ms;   /* of market_stats; 0: 1000 */
    bool no_delays;     /* transactions are executed with the step that accepts them */
    bool limits;        /* of requests, messages, transactions and volume quota, as the venue's */
    bool wide_indexes;  /* order indexes above 2^53 */
    int64_t funding_ns; /* 0: each hour */
    pg_faults *faults;  /* borrowed; NULL: none */
    const pg_log *log;  /* NULL: none */
} pg_lighter_exchange_config;

/* Errors: PG_ERR_INVALID for settings that cannot be used, PG_ERR_IO when the port is taken, those of the markets. */
pg_status pg_lighter_exchange_new(pg_lighter_exchange **exchange, pg_loop *loop,
                                  const pg_lighter_exchange_config *config, pg_error *err);

/* Drops all connections. NULL is allowed. */
void pg_lighter_exchange_free(pg_lighter_exchange *exchange);

int pg_lighter_exchange_port(const pg_lighter_exchange *exchange);

/* "http://127.0.0.1:PORT"; good until it is freed. */
const char *pg_lighter_exchange_url(const pg_lighter_exchange *exchange);

/* The exchange behind it: to look at accounts and orders, and to deposit. */
pg_exchange *pg_lighter_exchange_core(pg_lighter_exchange *exchange);

/* Its number of the account with an index; PG_EXCHANGE_NOBODY. */
int pg_lighter_exchange_account(const pg_lighter_exchange *exchange, int64_t index);

/* Plays the markets, executes what is due, tells the streams. */
void pg_lighter_exchange_step(pg_lighter_exchange *exchange);

/* Lets market events happen and tells the streams. market: the place among the markets. */
void pg_lighter_exchange_push(pg_lighter_exchange *exchange, int market, const pg_event *events, size_t count);

/* Closes every WebSocket at once, without a close frame. */
void pg_lighter_exchange_cut(pg_lighter_exchange *exchange);

/* Open WebSockets, and requests of any kind so far. */
int pg_lighter_exchange_sockets(const pg_lighter_exchange *exchange);
uint64_t pg_lighter_exchange_requests(const pg_lighter_exchange *exchange);

#endif

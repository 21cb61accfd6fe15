/* The built-in exchange behind Extended's protocol (extended.md 4 to 8): REST under /api/v1, one stream a WebSocket under
 * /stream.extended.exchange/v1, and the multiplexed one at /stream.extended.exchange/v2/rpc, on loopback.
 *
 * The counterpart of paper trading and of the tests. Each order's SNIP-12 signature is verified against the account's
 * public key, and what the venue refuses is refused with its code; its words where they are known. Unmodified clients
 * trade on it: tests/interop.
 *
 * An order is taken by the gateway, which answers, and then meets the market; the account stream tells the outcome, as a
 * post-only order that would have taken (REJECTED, POST_ONLY_FAILED). Stop losses and take profits of an order are orders
 * of type TPSL with the same external id. Self-trade protection is that of an account, whatever an order asks for. Not
 * here, and refused: RFQ and spot markets, TWAP, vaults, bridges. */
#ifndef PG_SIM_EXCHANGE_EXTENDED_H
#define PG_SIM_EXCHANGE_EXTENDED_H

#include "base/log.h"
#include "net/loop.h"
#include "sim/exchange.h"
#include "sim/exchange_faults.h"

typedef struct pg_extended_exchange pg_extended_exchange;

enum { PG_EXTENDED_API_KEY = 64, PG_EXTENDED_STEP = 24 };

/* A market. Texts and what its flow is are borrowed until the exchange is made; a tape until it is freed. */
typedef struct {
    const char *asset;           /* "BTC": the market is BTC-USD */
    char tick[PG_EXTENDED_STEP]; /* minPriceChange, as a decimal: any value, not only powers of ten */
    char step[PG_EXTENDED_STEP]; /* minOrderSizeChange */
    char min_size[PG_EXTENDED_STEP];
    int max_leverage; /* 0: 50 */
    const pg_tape *tape;
    double speed; /* of the tape; 0: 1 */
    const pg_synthetic_params *synthetic;
    uint64_t seed;
} pg_extended_exchange_market;

/* A market with a synthetic flow around a price (0: one that suits the name). Fills *params, which it refers to.
 * PG_ERR_INVALID for a name that is too long or a price that no such market can have. */
pg_status pg_extended_exchange_synthetic(pg_extended_exchange_market *market, pg_synthetic_params *params,
                                         const char *asset, double price, uint64_t seed, pg_error *err);

/* A market that plays a tape; what follows the first "-" of the tape's symbol is left out. */
void pg_extended_exchange_tape(pg_extended_exchange_market *market, char asset[PG_SYMBOL_SIZE], const pg_tape *tape,
                               double speed);

/* An account. */
typedef struct {
    uint32_t vault;         /* its position id, not 0 */
    const char *public_key; /* "0x" and hexadecimal digits: the Stark key whose signatures count */
    const char *api_key;    /* printable, 1 to 63 bytes */
    int64_t usd;            /* whole */
} pg_extended_exchange_fund;

/* Reads "VAULT:PUBLIC_KEY:API_KEY" (usd is left alone); the texts lie in `text`, which is cut up. PG_ERR_PARSE. */
pg_status pg_extended_exchange_read_fund(pg_extended_exchange_fund *fund, char *text, pg_error *err);

/* Zero it to begin: what is 0 has its normal value. */
typedef struct {
    int port; /* 0: any free one */
    uint64_t seed;
    pg_clock clock; /* now NULL: the real one */
    bool mainnet;   /* whose signatures are taken: SN_MAIN; otherwise SN_SEPOLIA */
    const pg_extended_exchange_market *markets;
    int market_count;
    const pg_extended_exchange_fund *funds;
    int fund_count;
    int64_t
        play_ms; /* how often the markets are played and streams told; 0: 5; below 0: by pg_extended_exchange_step */
    /* Between pushes: deltas 100, best bid and ask 10, prices 1000, candles 1000, positions at new marks 5000; a book
     * that does not change is told after 1000. */
    int64_t book_ms, best_ms, price_ms, candle_ms, state_ms;
    bool limits;        /* 1000 requests a minute */
    int64_t funding_ns; /* 0: each hour */
    pg_faults *faults;  /* borrowed; NULL: none. Channels: the paths of REST without parameters ("/user/order",
                           "/info/markets"), the streams ("orderbooks", "publicTrades", "funding", "candles", "prices",
                           "account", "rpc"), "action" for orders, "*" */
    const pg_log *log;  /* NULL: none */
} pg_extended_exchange_config;

/* Errors: PG_ERR_INVALID for settings that cannot be used, PG_ERR_IO when the port is taken, those of the markets. */
pg_status pg_extended_exchange_new(pg_extended_exchange **exchange, pg_loop *loop,
                                   const pg_extended_exchange_config *config, pg_error *err);

/* Drops all connections. NULL is allowed. */
void pg_extended_exchange_free(pg_extended_exchange *exchange);

int pg_extended_exchange_port(const pg_extended_exchange *exchange);

/* "http://127.0.0.1:PORT"; good until it is freed. */
const char *pg_extended_exchange_url(const pg_extended_exchange *exchange);

/* The exchange behind it: to look at accounts and orders. An account's name is its vault in decimal. */
pg_exchange *pg_extended_exchange_core(pg_extended_exchange *exchange);

/* Plays the markets to now and tells the streams. */
void pg_extended_exchange_step(pg_extended_exchange *exchange);

/* Lets market events happen; the streams are told at the next step. */
void pg_extended_exchange_push(pg_extended_exchange *exchange, int market, const pg_event *events, size_t count);

/* What the venue takes (extended.md 15). */
typedef enum {
    PG_EXTENDED_TRADING,
    PG_EXTENDED_POST_ONLY,
    PG_EXTENDED_REDUCE_ONLY,
    PG_EXTENDED_MAINTENANCE
} pg_extended_mode;

void pg_extended_exchange_set_mode(pg_extended_exchange *exchange, pg_extended_mode mode);

/* Closes every WebSocket at once, without a close frame. */
void pg_extended_exchange_cut(pg_extended_exchange *exchange);

/* Open WebSockets, and requests of any kind so far. */
int pg_extended_exchange_sockets(const pg_extended_exchange *exchange);
uint64_t pg_extended_exchange_requests(const pg_extended_exchange *exchange);

#endif

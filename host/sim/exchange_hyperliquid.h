/* The built-in exchange behind Hyperliquid's protocol: HTTP POST /info and /exchange and a WebSocket at /ws, on
 * loopback.
 *
 * The counterpart of paper trading and of the tests (hyperliquid.md 2 to 20). Every signature and nonce is verified,
 * and what the venue refuses is refused, with the venue's words where they are known.
 *
 * Here: perpetuals of the venue and of builders, cross and isolated margin, hourly funding, liquidation at the market,
 * groups of orders, builders; spot, transfers and sends of dollars and tokens; TWAP; sub-accounts, vaults, agents,
 * accounts of several keys; referrals, staking. Not here, and refused as for one who has none of it: outcomes, lending,
 * auctions, links between staking accounts, the EVM chain, collateral shared between exchanges (unified accounts,
 * portfolio margin).
 *
 * Invented where the venue publishes nothing: validators, the supply of tokens, addresses of sub-accounts and vaults. A
 * vault costs nothing to make, and is never closed.
 *
 * A modification is checked first; when it is not possible the old order stays. Then the old one is cancelled and the
 * new one placed, which may be refused (post-only) while the old one is gone. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_H

#include "base/log.h"
#include "net/loop.h"
#include "sim/exchange.h"
#include "sim/exchange_faults.h"
#include "venue/hyperliquid/encode.h"

typedef struct pg_hl_exchange pg_hl_exchange;

/* A market. Texts and what its flow is are borrowed until the exchange is made; a tape until it is freed. The name says
 * what it is: "ETH" a perpetual of the venue, "xyz:ETH" one of the exchange that a builder has deployed as xyz,
 * "HYPE/USDC" a pair, which is "@<index>" on the wire but for PURR/USDC. */
typedef struct {
    const char *name;
    int size_decimals; /* szDecimals: prices have 6 - szDecimals decimals, a pair's 8 - szDecimals */
    int max_leverage;  /* 0: 50; not of pairs */
    const pg_tape *tape;
    double speed; /* of the tape; 0: 1 */
    const pg_synthetic_params *synthetic;
    uint64_t seed;
} pg_hl_exchange_coin;

/* A coin with a synthetic market around a price (0: one that suits the name, 100 for names that are not known), of the
 * precision that the venue would give it. Fills *params, which the coin refers to. PG_ERR_INVALID for a price that no
 * such market can have. */
pg_status pg_hl_exchange_synthetic_coin(pg_hl_exchange_coin *coin, pg_synthetic_params *params, const char *name,
                                        double price, uint64_t seed, pg_error *err);

/* A coin that plays a tape. PG_ERR_INVALID when its prices have more decimals than the venue's can. */
pg_status pg_hl_exchange_tape_coin(pg_hl_exchange_coin *coin, const pg_tape *tape, double speed, pg_error *err);

typedef struct {
    const char *address; /* "0x" and 40 digits */
    int64_t usd;         /* whole */
} pg_hl_exchange_fund;

/* Zero it to begin: what is 0 has its normal value. */
typedef struct {
    int port; /* 0: any free one */
    uint64_t seed;
    pg_clock clock;                   /* now NULL: the real one */
    pg_hl_network network;            /* whose signatures are taken */
    const pg_hl_exchange_coin *coins; /* asset ids count the coins of each exchange in this order */
    int coin_count;
    const pg_hl_exchange_fund *funds;
    int fund_count;
    /* Actions wait for the next block, where cancels and post-only orders go before the others; 0: each is a block. */
    int64_t block_ms;
    int64_t
        play_ms; /* how often the markets are played where block_ms is 0; 0: 5; below 0: only by pg_hl_exchange_step */
    /* Between pushes of a stream: l2Book 5000, fast 500, allMids 5000, activeAssetCtx 1000, states of accounts 4000. */
    int64_t book_ms, fast_ms, mids_ms, context_ms, state_ms;
    bool limits;          /* weights of requests by address of the network, and actions by account, as the venue's */
    bool waive_volume;    /* scheduleCancel, sub-accounts and codes without the volume that they need */
    int64_t post_only_ms; /* after the start only post-only orders are taken, as after an upgrade; 0: none */
    int64_t funding_ns;   /* 0: each hour */
    pg_faults *faults;    /* borrowed; NULL: none */
    const pg_log *log;    /* NULL: none */
} pg_hl_exchange_config;

/* Errors: PG_ERR_INVALID for settings that cannot be used, PG_ERR_IO when the port is taken, those of the markets. */
pg_status pg_hl_exchange_new(pg_hl_exchange **exchange, pg_loop *loop, const pg_hl_exchange_config *config,
                             pg_error *err);

/* Drops all connections. NULL is allowed. */
void pg_hl_exchange_free(pg_hl_exchange *exchange);

int pg_hl_exchange_port(const pg_hl_exchange *exchange);

/* "http://127.0.0.1:PORT"; good until it is freed. */
const char *pg_hl_exchange_url(const pg_hl_exchange *exchange);

/* The exchange behind it: to look at accounts and orders, and to deposit. The names of accounts are addresses in lower
 * case. */
pg_exchange *pg_hl_exchange_core(pg_hl_exchange *exchange);

/* One block now: plays the markets, takes what waits, tells the streams. */
void pg_hl_exchange_step(pg_hl_exchange *exchange);

/* Lets market events happen and tells the streams. */
void pg_hl_exchange_push(pg_hl_exchange *exchange, int market, const pg_event *events, size_t count);

/* The venue takes post-only orders only, as after an upgrade of its network. */
void pg_hl_exchange_set_post_only(pg_hl_exchange *exchange, bool post_only);

/* Closes every WebSocket at once, without a close frame. */
void pg_hl_exchange_cut(pg_hl_exchange *exchange);

/* Open WebSockets, and requests of any kind so far. */
int pg_hl_exchange_sockets(const pg_hl_exchange *exchange);
uint64_t pg_hl_exchange_requests(const pg_hl_exchange *exchange);

#endif

/* A whole exchange in memory: markets with their flow, accounts with their orders, positions and margin. It is the
 * counterpart of paper trading and of the tests; the servers (exchange_hyperliquid.h, ...) put a venue's protocol in
 * front of it. Nothing here knows a wire.
 *
 * A market's own flow (a synthetic market, a tape played at a chosen speed, or what a test pushes) runs through the
 * backtest's matching engine (matcher.h), one a market, shared by all accounts. The published book is that flow and the
 * accounts' resting orders.
 *
 * Markets of positions share collateral by pools: each pool of an account has its own money, margin and liquidation. Spot
 * markets exchange assets, of which an account has balances beside its pools.
 *
 * Money is in quote units of 1e-12 (pg_money), as are amounts of assets; prices and sizes are in the units of the market's
 * instrument. One thread. The clock is the caller's, so that a session can be repeated; everything random comes from the
 * seed. */
#ifndef PG_SIM_EXCHANGE_H
#define PG_SIM_EXCHANGE_H

#include "base/clock.h"
#include "data/tape.h"
#include "market/book.h"
#include "sim/matcher.h"
#include "sim/synthetic.h"

enum {
    PG_EXCHANGE_MARKETS = 64,
    PG_EXCHANGE_ACCOUNTS = 256,
    PG_EXCHANGE_POOLS = 8,
    PG_EXCHANGE_ASSETS = 32,
    PG_EXCHANGE_NAME = 64,      /* bytes of an account's name */
    PG_EXCHANGE_CLIENT_ID = 80, /* bytes of a client order id */
    PG_EXCHANGE_ENDED = 2000,   /* ended orders kept for an account: the oldest is forgotten */
    PG_EXCHANGE_FILLS = 10000,  /* fills kept for an account, likewise */
    PG_EXCHANGE_TRADES = 64,    /* last trades kept for a market */
    PG_EXCHANGE_MONEY_DECIMALS = 12,
    PG_EXCHANGE_NOTES = 10,  /* numbers that a server keeps with an order */
    PG_EXCHANGE_NOBODY = -1, /* the market's own flow, where an account could stand */
    PG_EXCHANGE_NO_ASSET = -1
};

typedef struct pg_exchange pg_exchange;

/* ---- orders ---- */

typedef enum { PG_EXCHANGE_AT_MARK, PG_EXCHANGE_AT_LAST, PG_EXCHANGE_AT_ORACLE } pg_exchange_source;

/* What makes an order wait: it is placed when a price of the market, `source`, gets to `price`. One that may open a
 * position takes its margin while it waits. */
typedef struct {
    int64_t price;    /* 0: it does not wait */
    bool take_profit; /* a stop loss otherwise: this and the side tell from where the price must come */
    bool market;      /* immediate when it is placed; otherwise it rests */
    uint8_t source;   /* pg_exchange_source */
} pg_exchange_trigger;

typedef enum {
    PG_EXCHANGE_OPEN = 1,
    PG_EXCHANGE_FILLED,
    PG_EXCHANGE_CANCELLED,
    PG_EXCHANGE_REJECTED,
    PG_EXCHANGE_TRIGGERED /* told once, when a waiting order becomes one of the market; then it is open */
} pg_exchange_status;

/* Why an order was refused, or who cancelled it. */
typedef enum {
    PG_EXCHANGE_NO_REASON,
    PG_EXCHANGE_BY_USER,
    PG_EXCHANGE_BY_SCHEDULE,
    PG_EXCHANGE_BY_LIQUIDATION,
    PG_EXCHANGE_BY_EXPIRY,
    PG_EXCHANGE_REPLACED, /* by another order of the account */
    PG_EXCHANGE_BY_VENUE,
    PG_EXCHANGE_BY_WITHDRAWAL, /* money that it needed was taken out */
    PG_EXCHANGE_SELF_TRADE,
    PG_EXCHANGE_PRICE,    /* no valid price */
    PG_EXCHANGE_SIZE,     /* no valid size */
    PG_EXCHANGE_NOTIONAL, /* below the least value */
    PG_EXCHANGE_FAR,      /* too far from the reference price */
    PG_EXCHANGE_MARGIN,
    PG_EXCHANGE_REDUCE_ONLY,
    PG_EXCHANGE_POST_ONLY,
    PG_EXCHANGE_NO_MATCH, /* immediate, and nothing to meet */
    PG_EXCHANGE_TOO_MANY,
    PG_EXCHANGE_BAD_TRIGGER, /* on the wrong side of the mark, or of its limit */
    PG_EXCHANGE_SIBLING,     /* another order of its group has filled */
    PG_EXCHANGE_NO_BALANCE,  /* of a spot order: less is free than it needs */
    PG_EXCHANGE_REASONS
} pg_exchange_reason;

typedef struct pg_exchange_order {
    uint64_t oid;
    int account, market;
    uint8_t side, tif, status, reason;
    bool reduce_only;
    bool waiting;    /* for its trigger; its status is open */
    bool dormant;    /* it waits for its parent to fill before its trigger counts */
    uint8_t doomed;  /* by an order of its group: it is cancelled for this reason as soon as nothing is being matched */
    bool whole;      /* it closes the position, whatever that is when it is triggered: its size is 0 until then */
    uint64_t parent; /* 0: none */
    int64_t builder_fee_e8;
    uint64_t tag; /* the caller's */
    pg_exchange_trigger trigger;
    int64_t expiry_ns; /* 0: none */
    int64_t note[PG_EXCHANGE_NOTES];
    int64_t price, size, remaining;
    pg_money value; /* price * size of its fills, money units of the instrument */
    pg_money fees;  /* paid for them */
    int64_t time_ns, status_ns;
    char client_id[PG_EXCHANGE_CLIENT_ID];
    int64_t touch[2];                                                  /* bid and ask as the order was refused */
    struct pg_exchange_order *before, *after, *same_oid, *same_client; /* of lists of the exchange */
} pg_exchange_order;

typedef struct {
    int market;
    uint8_t side, tif;
    bool reduce_only;
    int64_t price, size;
    const char *client_id; /* NULL or "": none */
    pg_exchange_trigger trigger;
    uint64_t parent; /* an order of the same account and market; 0: none. Only for orders with a trigger: it counts
                               once the parent has filled, ends with it, and when one of its orders has filled, the others
                               end */
    bool whole;      /* an order with a trigger, of size 0, that closes the whole position and ends with it */
    int64_t builder_fee_e8;          /* on top of the exchange's, fraction of the notional in 1e-8; not of spot buys */
    int64_t expiry_ns;               /* cancelled then, while it is open; 0: never */
    int64_t note[PG_EXCHANGE_NOTES]; /* the server's own, kept with the order */
    uint64_t tag;                    /* the caller's: it goes with the order and its fills */
} pg_exchange_request;

typedef struct {
    int account, market;
    uint64_t oid, tid;
    uint8_t side;
    bool maker, liquidation;
    int64_t price, size, time_ns, start_position;
    int64_t liquidation_mark; /* of a liquidation */
    pg_money fee, closed;     /* money units of the instrument; closed: realised profit before fees */
    pg_money builder_fee;     /* part of fee */
    int fee_asset;            /* of spot: what the fee was taken from; PG_EXCHANGE_NO_ASSET: the pool's money */
    pg_money fee_e12;         /* of it */
    pg_money start_e12;       /* of spot: the balance of the base asset before */
    uint64_t tag;
    char client_id[PG_EXCHANGE_CLIENT_ID];
} pg_exchange_fill;

typedef struct {
    uint64_t tid;
    int64_t price, size, time_ns;
    uint8_t side;      /* the aggressor's */
    int buyer, seller; /* accounts, or PG_EXCHANGE_NOBODY */
} pg_exchange_trade;

typedef struct {
    int account, market;
    int64_t time_ns, quantity, rate_e12;
    pg_money amount_e12; /* received: > 0 */
} pg_exchange_funding;

/* ---- the exchange ---- */

/* Called as things happen; pointers are valid during the call, and no function that changes the exchange may be called
 * within. Any may be NULL. */
typedef struct {
    void *self;
    void (*order)(void *self, const pg_exchange_order *order); /* opened, partly filled, or ended */
    void (*fill)(void *self, const pg_exchange_fill *fill);
    void (*trade)(void *self, int market, const pg_exchange_trade *trade);
    void (*funding)(void *self, const pg_exchange_funding *funding);
    void (*rate)(void *self, int market, int64_t rate_e12, int64_t premium_e12); /* a period of funding has ended */
} pg_exchange_sink;

typedef struct {
    uint64_t seed;
    pg_clock clock;       /* now NULL: the real one */
    int64_t maker_fee_e8; /* fractions of the notional in 1e-8 */
    int64_t taker_fee_e8;
    pg_queue_model queue;
    double queue_power; /* 0: 3 */
    int open_orders;    /* an account may have; 0: 1000 */
    int far_percent;    /* a price may be away from the mark; 0: no such rule */
    int64_t funding_ns; /* between payments, at full multiples of it; 0: none */
    bool trades_ascend; /* ids of trades are 1, 2, 3, ...; otherwise nobody can guess them */
} pg_exchange_config;

pg_status pg_exchange_new(pg_exchange **exchange, const pg_exchange_config *config, pg_exchange_sink sink,
                          pg_error *err);
void pg_exchange_free(pg_exchange *exchange);

int64_t pg_exchange_now(const pg_exchange *exchange);

/* Plays the markets up to now, then settles what is due: funding, liquidations, scheduled cancels. */
pg_status pg_exchange_play(pg_exchange *exchange, pg_error *err);

/* A number that nobody can guess from the last one, from the seed. */
uint64_t pg_exchange_random(pg_exchange *exchange);

/* ---- markets ---- */

typedef struct {
    pg_instrument instrument; /* with the venue's price rule, tick and least value */
    int max_leverage;
    int64_t impact_usd; /* whole quote units of the order that measures the premium; 0: 6000 */
    int pool;           /* whose money its positions need */
    bool is_spot;       /* no positions: base is exchanged for quote, leverage 1 */
    int base, quote;    /* assets */
    bool own_fees;      /* these, instead of the exchange's */
    int64_t maker_fee_e8, taker_fee_e8;
    /* The flow: a tape (borrowed) played at `speed`, again from its start when it ends; or a synthetic market in real
     * time; or neither, and a test pushes events. Their own units are converted exactly or the market is refused. */
    const pg_tape *tape;
    double speed; /* 0: 1 */
    const pg_synthetic_params *synthetic;
    uint64_t seed;
} pg_exchange_market_config;

/* Adds a market and tells its number (0, 1, ...). Errors: PG_ERR_INVALID (units, speed, parameters), PG_ERR_FULL. */
pg_status pg_exchange_add_market(int *market, pg_exchange *exchange, const pg_exchange_market_config *config,
                                 pg_error *err);
int pg_exchange_market_count(const pg_exchange *exchange);
int pg_exchange_max_leverage(const pg_exchange *exchange, int market);
const pg_instrument *pg_exchange_instrument(const pg_exchange *exchange, int market);

/* Lets events happen now, in the instrument's units, whatever their times: a test decides what the market does. */
void pg_exchange_push_events(pg_exchange *exchange, int market, const pg_event *events, size_t count);

typedef struct {
    int64_t price, size;
    int orders;
} pg_exchange_level;

/* The published book, best first; returns the number of levels (at most n). */
int pg_exchange_book(const pg_exchange *exchange, int market, int side, pg_exchange_level *levels, int n);

/* Best price and size of a side; price 0: empty. */
pg_exchange_level pg_exchange_touch(const pg_exchange *exchange, int market, int side);

/* Grows with every change of the book. */
uint64_t pg_exchange_book_version(const pg_exchange *exchange, int market);

typedef struct {
    int64_t mark, oracle, last, day_first; /* price units; 0: not known yet */
    int64_t mid_x2;                        /* doubled; 0: one side is empty */
    int64_t impact[2];                /* average prices of selling and buying impact_usd; 0: the book is too thin */
    int64_t open_interest;            /* of the accounts, size units */
    int64_t premium_e12, funding_e12; /* fractions; funding of one period as it stands */
    bool has_premium;
    pg_money day_value; /* traded in 24 hours, money units of the instrument, and size units */
    int64_t day_size;
} pg_exchange_context;

void pg_exchange_get_context(pg_exchange_context *context, const pg_exchange *exchange, int market);

/* The i-th last trade (0: the newest), NULL when there is none. */
const pg_exchange_trade *pg_exchange_trade_at(const pg_exchange *exchange, int market, int i);

/* ---- accounts ---- */

/* The number of an account; PG_EXCHANGE_NOBODY when there is none of that name. */
int pg_exchange_find_account(const pg_exchange *exchange, const char *name);

/* Finds or makes one. PG_EXCHANGE_NOBODY when no more fit. */
int pg_exchange_open_account(pg_exchange *exchange, const char *name);
int pg_exchange_account_count(const pg_exchange *exchange);
const char *pg_exchange_account_name(const pg_exchange *exchange, int account);

/* Moves money in or out (negative) of a pool; what was moved so far. Those without a pool are of the first, 0. */
void pg_exchange_deposit(pg_exchange *exchange, int account, pg_money amount_e12);
void pg_exchange_deposit_pool(pg_exchange *exchange, int account, int pool, pg_money amount_e12);
pg_money pg_exchange_deposited(const pg_exchange *exchange, int account);
pg_money pg_exchange_deposited_pool(const pg_exchange *exchange, int account, int pool);

/* What an account pays on top of the exchange's fees, fractions of the notional in 1e-8; negative: less. */
void pg_exchange_set_fees(pg_exchange *exchange, int account, int64_t maker_e8, int64_t taker_e8);

/* Amounts in 1e-12. The whole pool, then the part that cross positions share. */
typedef struct {
    pg_money value;    /* raw + positions at their marks */
    pg_money raw;      /* deposits and everything that trading brought in or cost */
    pg_money notional; /* of positions, at their marks */
    pg_money used;     /* initial margin of cross positions and what isolated ones hold */
    pg_money cross_value, cross_raw, cross_notional, cross_used;
    pg_money maintenance; /* of cross positions */
    pg_money free;        /* cross_value - cross_used, not below 0 */
} pg_exchange_margin;

/* Margin of the open positions of the first pool, or of one. */
void pg_exchange_get_margin(pg_exchange_margin *margin, const pg_exchange *exchange, int account);
void pg_exchange_get_margin_pool(pg_exchange_margin *margin, const pg_exchange *exchange, int account, int pool);

typedef struct {
    int64_t quantity;  /* signed size units */
    pg_money cost;     /* signed, money units of the instrument */
    pg_money realised; /* of all that was closed here, before fees, likewise */
    pg_money funding_e12, funding_open_e12,
        funding_change_e12; /* paid: all time, since opening, since the last change */
    pg_money isolated_e12;  /* margin put into an isolated position */
    int leverage;
    bool isolated;
} pg_exchange_position;

void pg_exchange_get_position(pg_exchange_position *position, const pg_exchange *exchange, int account, int market);

/* Returns NULL, or why not: "leverage" for a value out of bounds, "type" for another type with an open position,
 * "margin" when the account would be short of margin. */
const char *pg_exchange_set_leverage(pg_exchange *exchange, int account, int market, int leverage, bool isolated);

/* The same for an initial margin that is a fraction in 1e-4 of the value, 1 to 10000: leverages between whole ones. */
const char *pg_exchange_set_fraction(pg_exchange *exchange, int account, int market, int fraction_e4, bool isolated);

/* Moves margin into (out of: negative) an isolated position. "type" when it is not isolated or not open, "margin". */
const char *pg_exchange_move_margin(pg_exchange *exchange, int account, int market, pg_money amount_e12);

/* The part of the exchange's fees that an account need not pay, in 1e-8. */
void pg_exchange_set_discount(pg_exchange *exchange, int account, int64_t discount_e8);

/* ---- assets ---- */

/* Adds an asset of which amounts have so many decimals (0 to 12), and tells its number (0, 1, ...). PG_ERR_FULL. */
pg_status pg_exchange_add_asset(int *asset, pg_exchange *exchange, int decimals, pg_error *err);
int pg_exchange_asset_count(const pg_exchange *exchange);

/* Amounts in 1e-12. */
typedef struct {
    pg_money total, hold; /* hold: of open orders */
    pg_money entry;       /* what the total cost, in the quote assets of its markets */
} pg_exchange_asset;

void pg_exchange_get_asset(pg_exchange_asset *balance, const pg_exchange *exchange, int account, int asset);

/* Moves an amount in or out (negative). */
void pg_exchange_put_asset(pg_exchange *exchange, int account, int asset, pg_money amount_e12);

/* Traded so far, quote units in 1e-12. */
pg_money pg_exchange_volume(const pg_exchange *exchange, int account);

/* ---- trading ---- */

/* Places an order; it has happened when this returns: look at the order's status. Refused ones have an id, too. The
 * pointer is good until the next call that changes the exchange. NULL when there is no memory. */
const pg_exchange_order *pg_exchange_place(pg_exchange *exchange, int account, const pg_exchange_request *request);

/* The id that the next order will have. */
uint64_t pg_exchange_next_oid(const pg_exchange *exchange);

/* What pg_exchange_place would refuse a request for now, if the open order `instead` (NULL: none) were gone. It does not
 * see what only the matching engine does: an immediate order that meets nothing. */
pg_exchange_reason pg_exchange_check(const pg_exchange *exchange, int account, const pg_exchange_request *request,
                                     const pg_exchange_order *instead);

/* Cancels an open order of the account; false when it has none of that id. */
bool pg_exchange_cancel(pg_exchange *exchange, int account, uint64_t oid, pg_exchange_reason reason);

/* Cancels all, or those of one market (-1: of all). Returns how many. */
int pg_exchange_cancel_all(pg_exchange *exchange, int account, int market, pg_exchange_reason reason);

/* Cancels everything at a time (0: takes the plan away). */
void pg_exchange_schedule_cancel(pg_exchange *exchange, int account, int64_t time_ns);
int pg_exchange_schedules_fired(const pg_exchange *exchange, int account); /* in this UTC day */

/* By id or client id, open or ended and still remembered; NULL when there is none. */
const pg_exchange_order *pg_exchange_find_order(const pg_exchange *exchange, int account, uint64_t oid);
const pg_exchange_order *pg_exchange_find_client(const pg_exchange *exchange, int account, const char *client_id);

/* Open orders, oldest first: the one after `order` (NULL: the first). */
const pg_exchange_order *pg_exchange_next_open(const pg_exchange *exchange, int account,
                                               const pg_exchange_order *order);
int pg_exchange_open_count(const pg_exchange *exchange, int account);

/* The i-th newest ended order or fill (0: the newest); NULL when there is none. */
const pg_exchange_order *pg_exchange_ended_at(const pg_exchange *exchange, int account, int i);
const pg_exchange_fill *pg_exchange_fill_at(const pg_exchange *exchange, int account, int i);

/* Sum of positions and of money over accounts and the market's own flow, which is the counterpart of what accounts did
 * not trade with each other: 0 and 0 when nothing was made from nothing. For tests. */
typedef struct {
    int64_t positions;  /* of all accounts and the flow, size units, summed over markets */
    pg_money money_e12; /* of all accounts, the flow and the exchange (fees, funding), less what was deposited */
    pg_money assets_e12[PG_EXCHANGE_ASSETS]; /* likewise, by asset */
    pg_money deposited_e12;                  /* into all pools, and what was put in of each asset */
    pg_money put_e12[PG_EXCHANGE_ASSETS];
} pg_exchange_balance;

void pg_exchange_get_balance(pg_exchange_balance *balance, const pg_exchange *exchange);

#endif

/* What the files of the exchange share. */
#ifndef PG_SIM_EXCHANGE_INTERNAL_H
#define PG_SIM_EXCHANGE_INTERNAL_H

#include "kernels/random.h"
#include "sim/exchange.h"

enum { EXCHANGE_BUCKETS = 8192, EXCHANGE_HOURS = 24 };

#define EXCHANGE_HOUR_NS 3600000000000
#define EXCHANGE_DAY_NS  (24 * EXCHANGE_HOUR_NS)

/* What an account holds in a market. */
typedef struct {
    pg_position booked;
    pg_money funding_e12, funding_open_e12, funding_change_e12; /* paid */
    pg_money isolated_e12;
    int leverage;
    int fraction_e4; /* the initial margin where it is not 1 / leverage; 0: it is */
    bool isolated;
} exchange_holding;

/* The initial margin of a value. */
static inline pg_money exchange_initial(const exchange_holding *h, pg_money value)
{
    return h->fraction_e4 ? value * h->fraction_e4 / 10000 : value / h->leverage;
}

/* The last `capacity` of something, growing up to a bound. */
typedef struct {
    char *items;
    size_t item_size, count, capacity, bound, next; /* next: where the following one goes */
} exchange_ring;

/* Of an asset that an account has. */
typedef struct {
    pg_money total_e12, entry_e12;
} exchange_balance;

typedef struct {
    char name[PG_EXCHANGE_NAME];
    pg_money deposited_e12[PG_EXCHANGE_POOLS];
    pg_money funding_e12[PG_EXCHANGE_POOLS]; /* received */
    exchange_balance assets[PG_EXCHANGE_ASSETS];
    int64_t discount_e8; /* of fees */
    pg_money volume_e12;
    int64_t maker_fee_e8, taker_fee_e8; /* on top of the exchange's */
    exchange_holding holding[PG_EXCHANGE_MARKETS];
    pg_exchange_order *first_open, *last_open;
    int open_count, waiting_count;
    int group_count;     /* open orders with a parent, or of a whole position */
    exchange_ring ended; /* pg_exchange_order * */
    exchange_ring fills; /* pg_exchange_fill */
    int64_t schedule_ns;
    int64_t fired_day; /* day of fired_count */
    int fired_count;
} exchange_account;

typedef struct {
    int64_t mul, div;
} exchange_scale;

typedef struct {
    pg_exchange *exchange;
    int number;
    pg_instrument instrument;
    pg_exchange_market_config config;
    pg_matcher *matcher;
    int64_t money_scale;                    /* 1e-12 in a money unit of the instrument */
    exchange_scale price_scale, size_scale; /* from the source's units */
    uint64_t version;

    /* The source. Its time t happens at start_ns + (t - first_ns) / speed. */
    pg_synthetic *synthetic;
    pg_event *moment; /* of the synthetic market: what was generated and has not happened yet */
    size_t moment_count, moment_next;
    size_t tape_next;
    double speed;
    int64_t start_ns, first_ns, played_ns;
    bool is_started;

    /* While the matcher works: */
    int64_t event_left;          /* of a print: what no account took part in */
    uint64_t met_tid;            /* of the resting order's fill, for the incoming one's that follows; 0: none */
    pg_exchange_order *incoming; /* the order that is being placed */

    int64_t mark, oracle, last, day_first;
    int64_t mark_ns;
    pg_exchange_trade trades[PG_EXCHANGE_TRADES];
    uint64_t trade_count;
    pg_money hour_value[EXCHANGE_HOURS];
    int64_t hour_size[EXCHANGE_HOURS];
    int64_t hour; /* number of the hour that is being counted */

    pg_money premium_sum_e12;
    int premium_count;
    int64_t premium_ns; /* next sample */
    int64_t period;     /* of funding: number of the one that runs */

    int64_t flow_quantity; /* of the market's own flow, the counterpart */
    pg_money flow_cash;    /* money units of the instrument */
} exchange_market;

struct pg_exchange {
    pg_exchange_config config;
    pg_exchange_sink sink;
    pg_random random;
    exchange_market *market[PG_EXCHANGE_MARKETS];
    int market_count;
    exchange_account *account[PG_EXCHANGE_ACCOUNTS];
    int account_count;
    int pool_count; /* of markets so far */
    int asset_count;
    int asset_decimals[PG_EXCHANGE_ASSETS];
    pg_money asset_put_e12[PG_EXCHANGE_ASSETS], asset_fees_e12[PG_EXCHANGE_ASSETS]; /* put in; kept as fees */
    uint64_t next_oid;
    uint64_t last_tid;
    int64_t expiry_ns; /* no open order expires before; INT64_MAX: none does */
    pg_exchange_order *by_oid[EXCHANGE_BUCKETS], *by_client[EXCHANGE_BUCKETS];
    pg_money fees_e12, funding_e12; /* kept by the exchange; paid out by it */
    int64_t now_ns, settle_ns;      /* never goes back; next look at funding and margins */
    bool liquidating;
    bool has_doomed; /* some order may be */
};

/* ---- exchange.c ---- */

void exchange_set_now(pg_exchange *exchange, int64_t now_ns);
void exchange_tick(pg_exchange *exchange);

/* ---- exchange_market.c ---- */

pg_status exchange_market_play(exchange_market *m, int64_t now_ns, pg_error *err);
void exchange_market_free(exchange_market *m);

/* Notes a trade, publishes it, returns its id. */
uint64_t exchange_market_trade(exchange_market *m, int aggressor, int64_t price, int64_t size, int buyer, int seller);

/* The leverage that an account begins with. */
int exchange_first_leverage(const exchange_market *m);

/* The mark price; 0 when it is not known. */
int64_t exchange_market_mark(const exchange_market *m);

/* ---- exchange_order.c ---- */

void exchange_take_reply(void *self, const pg_reply *reply);

/* Cancels the orders that others of their groups have doomed. Not while an order is being matched. */
void exchange_settle_groups(pg_exchange *exchange);

/* Places the waiting orders whose trigger the mark has reached. */
void exchange_fire_triggers(pg_exchange *exchange);

/* ---- exchange_account.c ---- */

void exchange_ring_init(exchange_ring *ring, size_t item_size, size_t bound);

/* Room for the next item: the oldest one's when the ring is full (*replaced tells so). NULL when there is no memory. */
void *exchange_ring_add(exchange_ring *ring, bool *replaced);

/* The i-th newest; NULL when there is none. */
void *exchange_ring_at(const exchange_ring *ring, size_t i);

void exchange_account_free(pg_exchange *exchange, exchange_account *account);
void exchange_order_link(pg_exchange *exchange, pg_exchange_order *order);

/* An open order has ended: to the ended ones, of which the oldest may be forgotten. */
void exchange_order_unlink(pg_exchange *exchange, pg_exchange_order *order);
pg_exchange_order *exchange_order_find(const pg_exchange *exchange, uint64_t oid);

/* Books a fill into holding and money of an account. Returns the realised profit. */
pg_money exchange_account_book(pg_exchange *exchange, int account, exchange_market *m, int side, int64_t price,
                               int64_t size, pg_money fee);

/* ---- exchange_assets.c ---- */

/* Whether the account has what a spot order of it needs, which is not among the open ones; `instead` (NULL: none) is not
 * counted. */
bool exchange_assets_allow(const pg_exchange *exchange, const exchange_market *m, const pg_exchange_order *order,
                           const pg_exchange_order *instead);

/* Books a fill of a spot market: its fee, its closed profit and the balance before are written into it. */
void exchange_assets_book(pg_exchange *exchange, const exchange_market *m, const pg_exchange_order *order,
                          pg_exchange_fill *fill);

/* ---- exchange_margin.c ---- */

/* Whether the account has the margin for one more order of this size, which is not among its open ones; `without` (NULL:
 * none) is not counted. */
bool exchange_margin_allows(const pg_exchange *exchange, int account, const exchange_market *m, int side, int64_t size,
                            const pg_exchange_order *without);

/* Hourly funding at a premium, both 1e-12. */
int64_t exchange_funding_rate(int64_t premium_e12);
void exchange_settle_funding(exchange_market *m, int64_t now_ns);
void exchange_liquidate(pg_exchange *exchange);

#endif

/* The inside of the risk gate, for its own files: limits in the integers of a market, and what is known. */
#ifndef PG_TRADE_RISK_INTERNAL_H
#define PG_TRADE_RISK_INTERNAL_H

#include "trade/risk.h"

/* Limits of a market in its own units; 0: none. Values are doubled (_x2), like marks. */
typedef struct {
    int64_t order_size, position;      /* size units */
    pg_money order_x2, position_x2;    /* money units, doubled */
    int64_t interval_ns, tolerance_ns; /* the rate as GCRA: one each interval, the tolerance allows the burst */
    int64_t distance_e6;               /* of the mark */
    int64_t open_orders;
    int64_t age_ns[PG_FEEDS];
    double cascade_pull, cascade_resume;
    int64_t leverage_e6, buffer_e6, fee_e8;
} risk_bounds;

/* What a market may come to when all that is open fills, in 1e-6 quote units, rounded up. */
typedef struct {
    pg_money up, down; /* value of the position at its longest; at its shortest, with the sign turned */
    pg_money gross;    /* the larger of the two */
    pg_money margin;   /* that the growth since the last reading of the margin needs */
} risk_worst;

typedef struct {
    pg_instrument instrument;
    int account;
    int sibling; /* next market on this instrument and account, in a ring; itself when there is none */
    bool fresh_replace, own_limits, pulled_by_cascade;
    bool until_empty; /* PG_HOLD_OPEN ends when nothing is open: single orders may be beyond the limits */
    uint8_t holds;
    pg_risk_limits limits; /* as given */
    risk_bounds bound;
    int64_t mark_x2, quantity, margin_quantity;
    int64_t heard_ns[PG_FEEDS]; /* ACCOUNT: unused */
    int64_t next_ns;            /* GCRA: the theoretical arrival time */
    double severity;
    pg_risk_open open;
    risk_worst worst;
    pg_money per_e6; /* money units (doubled) in 1e-6 quote, or 0 when e6 is finer */
    pg_money e6_per; /* then: 1e-6 quote in a doubled money unit times 2 */
} risk_market;

typedef struct {
    bool used, has_equity, has_margin;
    int64_t equity_e6, day_start_e6, peak_e6, day, free_e6, heard_ns;
    risk_worst total; /* of its markets */
} risk_account;

struct pg_risk {
    pg_risk_limits general;
    risk_market market[PG_RISK_MARKETS];
    int market_count;
    risk_account account[PG_RISK_ACCOUNTS];
    int64_t gross_e6, net_e6, loss_e6, drawdown_e6; /* limits of accounts */
    uint8_t holds;
    pg_risk_limit killed_by; /* PG_LIMIT_NONE: not killed */
    char killed[PG_RISK_TEXT];
};

/* Money, doubled, as 1e-6 quote units, rounded up (towards more). */
pg_money risk_e6(const risk_market *m, pg_money value_x2);

/* size * price without overflow: at the ends of the type it stays there. */
pg_money risk_product(pg_money a, pg_money b);

/* What the market may come to with these open sizes. */
risk_worst risk_worst_of(const risk_market *m, const int64_t open[2]);

/* Sets PG_HOLD_OPEN where what is open is beyond the limits, or (any) when there is anything open at all; and clears it
 * where that is over. */
void risk_pull_open(pg_risk *risk, risk_market *m, bool any);
void risk_let_go(pg_risk *risk, risk_market *m);

/* Judges daily loss and drawdown of an account. */
void risk_judge_equity(pg_risk *risk, int account);

int64_t risk_abs(int64_t value);

#endif

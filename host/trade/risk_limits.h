/* Risk limits as config.lua gives them: names, bounds, consequences, and which change of one is a loosening. */
#ifndef PG_TRADE_RISK_LIMITS_H
#define PG_TRADE_RISK_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* 0 (and a NULL-initialised struct) is no limit, but for resume, buffer and burst, where it means the default.
 * Amounts in whole quote units (USD), converted once to the integers of each market, rounded to the tighter side. */
typedef struct {
    double max_order_usd;      /* value of an order at its price or the mark, whichever is higher */
    double max_order_size;     /* base */
    double max_orders_per_s;   /* new orders and replacements of a market */
    double burst;              /* so many at once; default: max_orders_per_s, at least 1 */
    double max_distance_bps;   /* price collar: from the mark, either way */
    double max_open_orders;    /* of a market */
    double max_position_usd;   /* value at the mark */
    double max_position;       /* base */
    double max_gross_usd;      /* account: sum of the values of all markets, at their worst */
    double max_net_usd;        /* account: of the signed sum, at its worst */
    double max_daily_loss_usd; /* account: since 00:00 UTC */
    double max_drawdown;       /* account: fraction of the peak equity */
    double max_book_age_s;     /* since the last message of each feed */
    double max_trades_age_s;
    double max_account_age_s;
    double cascade_pull;   /* severity from which quotes are pulled */
    double cascade_resume; /* and below which they come back; default: 0.75 of cascade_pull */
    double leverage;       /* margin pre-flight: 0 skips it */
    double margin_buffer;  /* fraction; default 0.05 */
    double taker_fee;      /* fraction of the value, for the pre-flight */
} pg_risk_limits;

/* What exceeding a limit does. */
typedef enum {
    PG_RISK_REJECT,    /* this request is refused */
    PG_RISK_REDUCES,   /* only what reduces the position is let through */
    PG_RISK_PULLS,     /* quotes are pulled, until it is over */
    PG_RISK_SHUTS_DOWN /* everything is cancelled and the host ends */
} pg_risk_consequence;

typedef enum {
    PG_LIMIT_NONE = 0,
    PG_LIMIT_INPUT, /* no price, no size, no mark: nothing can be judged */
    PG_LIMIT_ORDER_USD,
    PG_LIMIT_ORDER_SIZE,
    PG_LIMIT_RATE,
    PG_LIMIT_DISTANCE,
    PG_LIMIT_OPEN_ORDERS,
    PG_LIMIT_POSITION_USD,
    PG_LIMIT_POSITION,
    PG_LIMIT_GROSS,
    PG_LIMIT_NET,
    PG_LIMIT_MARGIN,
    PG_LIMIT_SELF_CROSS,
    PG_LIMIT_DAILY_LOSS,
    PG_LIMIT_DRAWDOWN,
    PG_LIMIT_BOOK_AGE,
    PG_LIMIT_TRADES_AGE,
    PG_LIMIT_ACCOUNT_AGE,
    PG_LIMIT_CASCADE,
    PG_LIMIT_HOLD, /* the host's own reasons (pg_risk_hold) */
    PG_LIMIT_KILL, /* the kill switch, pulled by hand or by the host */
    PG_LIMITS
} pg_risk_limit;

/* "max_order_usd", ...: as in config.lua. */
const char *pg_risk_limit_name(int limit);
pg_risk_consequence pg_risk_limit_consequence(int limit);

/* "reject", "reduce_only", "pull", "shutdown". */
const char *pg_risk_consequence_name(int consequence);

/* The members of pg_risk_limits, for those who read and print configurations. */
typedef struct {
    const char *name;   /* as in config.lua */
    const char *unit;   /* "usd", "base", "1/s", "bps", "s", "fraction", "" */
    size_t offset;      /* of the double in pg_risk_limits */
    double least, most; /* 0 is allowed besides */
    bool account;       /* of a whole account, not of a market */
    pg_risk_limit limit;
    const char *doc;
} pg_risk_field;

/* All fields; *count of them. */
const pg_risk_field *pg_risk_fields(int *count);

double pg_risk_field_value(const pg_risk_limits *limits, const pg_risk_field *field);

/* Puts defaults in place of the zeros that mean one, and checks every bound. PG_ERR_RANGE names the field. */
pg_status pg_risk_limits_check(pg_risk_limits *limits, pg_error *err);

/* The first field in which `to` is looser than `from`, NULL when there is none. Both checked. */
const pg_risk_field *pg_risk_limits_looser(const pg_risk_limits *from, const pg_risk_limits *to);

#endif

/* The metrics of one market as a strategy trades it, under the names by which Perigee's predecessors published them. */
#ifndef PG_WEB_MARKET_METRICS_H
#define PG_WEB_MARKET_METRICS_H

#include "web/metrics.h"

typedef enum {
    PG_MM_POSITION,
    PG_MM_MAX_POSITION,
    PG_MM_INVENTORY_UTILIZATION,
    PG_MM_DAILY_PNL,
    PG_MM_PEAK_PNL,
    PG_MM_DRAWDOWN_PCT,
    PG_MM_REALIZED_PNL,
    PG_MM_UNREALIZED_PNL,
    PG_MM_ORDERS_PLACED, /* a counter, as the next four are */
    PG_MM_ORDERS_FILLED,
    PG_MM_ORDERS_CANCELLED,
    PG_MM_FILL_VOLUME_BUY,
    PG_MM_FILL_VOLUME_SELL,
    PG_MM_MID_PRICE,
    PG_MM_SPREAD_BPS,
    PG_MM_SIGMA,
    PG_MM_JUMP_RATIO,
    PG_MM_KAPPA,
    PG_MM_MICROPRICE_DEVIATION_BPS,
    PG_MM_BOOK_IMBALANCE,
    PG_MM_FLOW_IMBALANCE,
    PG_MM_BETA_BOOK,
    PG_MM_BETA_FLOW,
    PG_MM_KILL_SWITCH_TRIGGERED, /* 0 or 1 */
    PG_MM_CASCADE_SEVERITY,
    PG_MM_ADVERSE_SELECTION_BPS,
    PG_MM_TAIL_RISK_MULTIPLIER,
    PG_MM_DATA_STALENESS_SECS,
    PG_MM_QUOTE_CYCLE_LATENCY_MS,
    PG_MM_VOLATILITY_REGIME, /* 0 normal, 1 high, 2 extreme */
    PG_MM_COUNT
} pg_market_metric;

typedef struct {
    pg_metric *series[PG_MM_COUNT];
} pg_market_metrics;

/* Makes all of them, or none. Errors: of pg_metric_new. */
pg_status pg_market_metrics_init(pg_market_metrics *market, pg_metrics *metrics, const char *venue, const char *symbol,
                                 const char *strategy, pg_error *err);

/* Takes them out of the registry. */
void pg_market_metrics_clear(pg_market_metrics *market);

/* As pg_metric_set: not a number means that there is no value. */
void pg_market_metrics_set(pg_market_metrics *market, pg_market_metric metric, double value);

#endif

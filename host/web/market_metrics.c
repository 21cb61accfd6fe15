#include "web/market_metrics.h"

#include <string.h>

#define GAUGE   PG_METRIC_GAUGE
#define COUNTER PG_METRIC_COUNTER

static const struct {
    pg_metric_kind kind;
    const char *name, *help;
} known[PG_MM_COUNT] = {
    [PG_MM_POSITION] = { GAUGE, "mm_position", "Position, in units of the base asset; below zero: short" },
    [PG_MM_MAX_POSITION] = { GAUGE, "mm_max_position", "Largest position that is allowed, in units of the base asset" },
    [PG_MM_INVENTORY_UTILIZATION] = { GAUGE, "mm_inventory_utilization", "Position over the largest allowed, 0 to 1" },
    [PG_MM_DAILY_PNL] = { GAUGE, "mm_daily_pnl", "Profit and loss since midnight UTC, USD" },
    [PG_MM_PEAK_PNL] = { GAUGE, "mm_peak_pnl", "Highest profit and loss of the session, USD" },
    [PG_MM_DRAWDOWN_PCT] = { GAUGE, "mm_drawdown_pct", "Fall of the equity from its peak, percent" },
    [PG_MM_REALIZED_PNL] = { GAUGE, "mm_realized_pnl", "Realised profit and loss, USD" },
    [PG_MM_UNREALIZED_PNL] = { GAUGE, "mm_unrealized_pnl", "Unrealised profit and loss at the mark price, USD" },
    [PG_MM_ORDERS_PLACED] = { COUNTER, "mm_orders_placed", "Orders that were sent" },
    [PG_MM_ORDERS_FILLED] = { COUNTER, "mm_orders_filled", "Fills" },
    [PG_MM_ORDERS_CANCELLED] = { COUNTER, "mm_orders_cancelled", "Orders that were cancelled" },
    [PG_MM_FILL_VOLUME_BUY] = { COUNTER, "mm_fill_volume_buy", "Volume bought, USD" },
    [PG_MM_FILL_VOLUME_SELL] = { COUNTER, "mm_fill_volume_sell", "Volume sold, USD" },
    [PG_MM_MID_PRICE] = { GAUGE, "mm_mid_price", "Middle between best bid and best ask" },
    [PG_MM_SPREAD_BPS] = { GAUGE, "mm_spread_bps", "Best ask less best bid, basis points of the mid" },
    [PG_MM_SIGMA] = { GAUGE, "mm_sigma", "Volatility as the strategy uses it" },
    [PG_MM_JUMP_RATIO] = { GAUGE, "mm_jump_ratio", "Realised over bipower variance" },
    [PG_MM_KAPPA] = { GAUGE, "mm_kappa", "Decay of the fill intensity with distance" },
    [PG_MM_MICROPRICE_DEVIATION_BPS] = { GAUGE, "mm_microprice_deviation_bps", "Microprice less mid, basis points" },
    [PG_MM_BOOK_IMBALANCE] = { GAUGE, "mm_book_imbalance", "Imbalance of the book, -1 to 1" },
    [PG_MM_FLOW_IMBALANCE] = { GAUGE, "mm_flow_imbalance", "Imbalance of the trades, -1 to 1" },
    [PG_MM_BETA_BOOK] = { GAUGE, "mm_beta_book", "Weight of the book's imbalance in the fair price" },
    [PG_MM_BETA_FLOW] = { GAUGE, "mm_beta_flow", "Weight of the trades' imbalance in the fair price" },
    [PG_MM_KILL_SWITCH_TRIGGERED] = { GAUGE, "mm_kill_switch_triggered", "1 when the kill switch has stopped trading" },
    [PG_MM_CASCADE_SEVERITY] = { GAUGE, "mm_cascade_severity",
                                 "Severity of a liquidation cascade, 0 when there is none" },
    [PG_MM_ADVERSE_SELECTION_BPS] = { GAUGE, "mm_adverse_selection_bps",
                                      "Move of the mid against fills, basis points" },
    [PG_MM_TAIL_RISK_MULTIPLIER] = { GAUGE, "mm_tail_risk_multiplier", "Factor by which tail risk raises gamma" },
    [PG_MM_DATA_STALENESS_SECS] = { GAUGE, "mm_data_staleness_secs", "Age of the newest market data, seconds" },
    [PG_MM_QUOTE_CYCLE_LATENCY_MS] = { GAUGE, "mm_quote_cycle_latency_ms", "Time of the last quote cycle, ms" },
    [PG_MM_VOLATILITY_REGIME] = { GAUGE, "mm_volatility_regime", "0 normal, 1 high, 2 extreme" },
};

pg_status pg_market_metrics_init(pg_market_metrics *market, pg_metrics *metrics, const char *venue, const char *symbol,
                                 const char *strategy, pg_error *err)
{
    const pg_metric_label labels[] = { { "venue", venue }, { "market", symbol }, { "strategy", strategy } };
    memset(market, 0, sizeof *market);
    for (int i = 0; i < PG_MM_COUNT; i++) {
        pg_status status =
            pg_metric_new(&market->series[i], metrics, known[i].kind, known[i].name, known[i].help, labels, 3, err);
        if (status != PG_OK) {
            pg_market_metrics_clear(market);
            return status;
        }
    }
    return PG_OK;
}

void pg_market_metrics_clear(pg_market_metrics *market)
{
    for (int i = 0; i < PG_MM_COUNT; i++)
        pg_metric_free(market->series[i]);
    memset(market, 0, sizeof *market);
}

void pg_market_metrics_set(pg_market_metrics *market, pg_market_metric metric, double value)
{
    pg_metric_set(market->series[metric], value);
}

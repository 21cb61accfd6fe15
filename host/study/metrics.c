#include "study/metrics.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/performance.h"

static const double day_s = 86400;

typedef struct {
    pg_metrics *out;
    const pg_backtest *backtest;
    const pg_engine *engine;
    const pg_account *account;
    const pg_instrument *instrument;
    const pg_engine_stats *stats;
} builder;

static void add(builder *b, const char *name, const char *unit, double value, const char *doc)
{
    if (b->out->count < PG_METRICS_MAX)
        b->out->metric[b->out->count++] =
            (pg_metric){ name, unit, doc, value, isfinite(value) ? NULL : "it is not defined here" };
}

static void add_absent(builder *b, const char *name, const char *unit, const char *doc, const char *why)
{
    if (b->out->count < PG_METRICS_MAX)
        b->out->metric[b->out->count++] = (pg_metric){ name, unit, doc, NAN, why };
}

static void warn(builder *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void warn(builder *b, const char *format, ...)
{
    if (b->out->warning_count == PG_WARNINGS_MAX)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(b->out->warning[b->out->warning_count++], PG_WARNING_SIZE, format, args);
    va_end(args);
}

static double money(const builder *b, pg_money amount)
{
    return pg_money_double(b->instrument, amount);
}

static void profit(builder *b)
{
    const pg_account *a = b->account;
    const pg_markout_sum *second = &pg_history_markouts(pg_engine_history(b->engine))[1];
    double unrealised = money(b, pg_position_unrealised_x2(&a->position, a->mark_x2)) / 2;
    double adverse = second->cost_quote;
    add(b, "pnl", "quote", money(b, a->net_x2) / 2, "profit after fees and funding, marked at the mid");
    add(b, "realised", "quote", money(b, a->position.realised), "profit of closed quantity at average cost");
    add(b, "unrealised", "quote", unrealised, "profit of the open position at the mid");
    add(b, "spread_capture", "quote", money(b, a->spread_x2) / 2, "distance of fills from the mid at that moment");
    add(b, "adverse_selection", "quote", -adverse, "movement of the mid against us within 1 s after each fill");
    add(b, "inventory", "quote", money(b, a->inventory_x2) / 2 + adverse,
        "position times movement of the mid, without adverse selection");
    add(b, "fees", "quote", -money(b, a->position.fees), "fees paid (negative) or rebates received");
    add(b, "funding", "quote", money(b, a->position.funding), "funding received (negative: paid)");
}

static void activity(builder *b)
{
    const pg_account *a = b->account;
    const pg_order_counts *counts = &pg_engine_orders(b->engine)->counts;
    double turnover = money(b, a->position.turnover);
    double capital = pg_backtest_get_config(b->backtest)->capital;
    add(b, "fills", "1", (double)a->fills, "executions of ours");
    add(b, "maker_fills", "1", (double)a->maker_fills, "fills of resting orders");
    add(b, "turnover", "quote", turnover, "sum of price times size");
    add(b, "turnover_per_day", "1/day", turnover / capital / (b->stats->seconds / day_s),
        "turnover over starting capital, a day");
    add(b, "orders_placed", "1", (double)counts->placed, "new orders sent");
    add(b, "orders_replaced", "1", (double)counts->replaced, "price or size changes sent");
    add(b, "orders_cancelled", "1", (double)counts->cancelled, "orders that ended unfilled");
    add(b, "orders_rejected", "1", (double)counts->rejected, "orders that the venue refused");
    add(b, "requests", "1", (double)counts->requests, "messages sent");
    add(b, "fill_ratio", "1", (double)counts->filled / (double)(counts->placed ? counts->placed : 1),
        "orders with a fill over orders placed");
}

static void quoting(builder *b)
{
    const pg_engine_stats *s = b->stats;
    double seconds = s->seconds > 0 ? s->seconds : NAN;
    add(b, "uptime_both", "1", s->both_sides_s / seconds, "share of time with orders resting on both sides");
    add(b, "uptime_one", "1", s->one_side_s / seconds, "share of time with orders resting on one side only");
    if (s->shown_samples > 0) {
        add(b, "shown_share_mean", "1", s->shown_sum / (double)s->shown_samples,
            "own open size over the size displayed on the best five levels of its side");
        add(b, "shown_share_max", "1", s->shown_most, "the same, at the most");
    }
    const pg_account *a = b->account;
    double mean = a->seconds > 0 ? a->quantity_seconds / a->seconds : NAN;
    double unit = pg_size_double(b->instrument, 1);
    add(b, "position_end", "base", (double)a->position.quantity * unit, "position when the data ended");
    add(b, "position_max", "base", (double)a->max_quantity * unit, "largest absolute position");
    add(b, "position_mean", "base", mean * unit, "time average of the absolute position");
    double limit = pg_backtest_max_position(b->backtest);
    if (isfinite(limit))
        add(b, "utilisation_mean", "1", mean * unit / limit, "time average of |position| / limit");
    else
        add_absent(b, "utilisation_mean", "1", "time average of |position| / limit", "there is no position limit");
}

static void markouts(builder *b)
{
    static const char *const names[PG_HISTORY_HORIZONS] = { "markout_100ms", "markout_1s", "markout_5s",
                                                            "markout_30s" };
    const pg_markout_sum *sums = pg_history_markouts(pg_engine_history(b->engine));
    uint64_t dropped = 0;
    for (int i = 0; i < PG_HISTORY_HORIZONS; i++) {
        const char *doc = "mean movement of the mid against us after a fill (positive: a cost)";
        if (sums[i].count > 0)
            add(b, names[i], "bps", sums[i].sum_bps / (double)sums[i].count, doc);
        else
            add_absent(b, names[i], "bps", doc, "no fill has a mid that long after it");
        dropped += sums[i].dropped;
    }
    add(b, "markouts_unresolved", "1", (double)dropped, "fills without a mid near the horizon, all horizons together");
}

static double *equity_values(const pg_equity_point *points, size_t n)
{
    double *values = malloc((n ? n : 1) * sizeof *values);
    for (size_t i = 0; values && i < n; i++)
        values[i] = points[i].equity;
    return values;
}

static void ratio(builder *b, const char *name, double value, const char *doc, const char *why_not)
{
    if (why_not)
        add_absent(b, name, "1", doc, why_not);
    else if (isfinite(value))
        add(b, name, "1", value, doc);
    else
        add_absent(b, name, "1", doc, "the equity does not vary that way");
}

static void risk(builder *b)
{
    size_t n;
    int64_t grid_ns;
    const pg_equity_point *points = pg_history_equity(pg_engine_history(b->engine), &n, &grid_ns);
    double *values = equity_values(points, n);
    pg_performance p = { 0 };
    pg_kstatus status = values ? pg_performance_compute(&p, values, n, (double)grid_ns * 1e-9) : PG_K_TOO_FEW_POINTS;
    free(values);
    double capital = pg_backtest_get_config(b->backtest)->capital;
    double net = money(b, b->account->net_x2) / 2;
    add(b, "return", "1", net / capital, "profit over starting capital");
    add(b, "max_drawdown", "1", b->account->drawdown_equity, "largest fall of equity from its peak, of the peak");
    add(b, "max_drawdown_quote", "quote", money(b, b->account->drawdown_x2) / 2, "the same in quote units");
    add(b, "killswitch_drawdown", "1", money(b, b->account->drawdown_x2) / 2 / capital,
        "(peak profit - profit) / account value, the kill switch's measure");
    const char *why_not = NULL;
    if (b->stats->seconds < day_s)
        why_not = "less than a day of data is too short";
    else if (status == PG_K_LOW_QUALITY || status == PG_K_TOO_FEW_POINTS)
        why_not = "fewer than 30 samples of equity";
    else if (status != PG_K_OK)
        why_not = "the equity series is not usable";
    ratio(b, "sharpe", p.sharpe, "annualised, 365 days, zero risk-free rate", why_not);
    ratio(b, "sharpe_se", p.sharpe_se, "standard error of the Sharpe ratio", why_not);
    ratio(b, "sharpe_newey_west", p.sharpe_newey_west, "Sharpe ratio with autocorrelation allowed for", why_not);
    ratio(b, "sortino", p.sortino, "annualised", why_not);
    ratio(b, "calmar", p.calmar, "annual return over drawdown", why_not);
}

static void warnings(builder *b)
{
    const pg_backtest_config *config = pg_backtest_get_config(b->backtest);
    size_t kept;
    uint64_t total;
    pg_history_fills(pg_engine_history(b->engine), &kept, &total);
    if (b->account->fills == 0)
        warn(b, "No order was filled: profit, markouts and ratios say nothing.");
    if (b->stats->seconds < day_s)
        warn(b, "The data cover %.1f minutes: ratios that are annualised are not shown, and profit is one draw.",
             b->stats->seconds / 60);
    if (config->fill == PG_FILL_CROSS)
        warn(b, "The cross fill model knows no queue: it is optimistic at the touch. Use it for comparison only.");
    if (b->account->position.quantity != 0)
        warn(b, "A position of %g stays open at the end; it is marked at the mid, without the cost of closing it.",
             pg_size_double(b->instrument, b->account->position.quantity));
    if (b->stats->shown_large * 100 > b->stats->shown_samples) /* now and then is no habit */
        warn(b,
             "Own orders exceeded 5%% of the displayed depth in %.0f%% of the samples: without market impact that is "
             "not to be believed.",
             100 * (double)b->stats->shown_large / (double)b->stats->shown_samples);
    if (b->stats->refused_quotes > 0)
        warn(b, "%llu declared quotes or orders could not be sent (size below a lot, position limit, price).",
             (unsigned long long)b->stats->refused_quotes);
    if (total > kept)
        warn(b, "%llu fills happened, the first %zu are shown; all are in the figures.", (unsigned long long)total,
             kept);
    if (pg_engine_orders(b->engine)->counts.unmatched > 0)
        warn(b, "%llu replies fitted no open order: that is a fault of Perigee, please report it.",
             (unsigned long long)pg_engine_orders(b->engine)->counts.unmatched);
}

void pg_metrics_compute(pg_metrics *metrics, const pg_backtest *backtest)
{
    memset(metrics, 0, sizeof *metrics);
    const pg_engine *engine = pg_backtest_engine(backtest);
    builder b = {
        metrics, backtest, engine, pg_engine_account(engine), pg_engine_instrument(engine), pg_engine_get_stats(engine)
    };
    profit(&b);
    activity(&b);
    quoting(&b);
    risk(&b);
    markouts(&b);
    warnings(&b);
}

double pg_metrics_get(const pg_metrics *metrics, const char *name)
{
    for (int i = 0; i < metrics->count; i++)
        if (strcmp(metrics->metric[i].name, name) == 0)
            return metrics->metric[i].value;
    return NAN;
}

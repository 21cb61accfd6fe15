#include "report/report.h"

#include <math.h>
#include <stdarg.h>
#include <time.h>

static const char *const queue_names[] = { "risk_averse", "power1", "power2", "power3", "log1", "log2" };

char *pg_report_time(char *text, int64_t time_ns)
{
    time_t seconds = (time_t)(time_ns / 1000000000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(text, 32, "%Y-%m-%d %H:%M:%S", &utc);
    return text;
}

typedef struct {
    pg_report_setting *rows;
    int count;
} list;

static void add(list *l, const char *name, const char *unit, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void add(list *l, const char *name, const char *unit, const char *format, ...)
{
    pg_report_setting *row = &l->rows[l->count++];
    va_list args;
    va_start(args, format);
    vsnprintf(row->value, sizeof row->value, format, args);
    va_end(args);
    row->name = name;
    row->unit = unit;
}

static void fill_model(list *l, const pg_backtest_config *c)
{
    if (c->fill == PG_FILL_CROSS) {
        add(l, "fill_model", "", "cross");
        add(l, "quote_validity", "s", "%g", c->quote_validity_s);
        add(l, "cooldown", "s", "%g", c->cooldown_s);
        add(l, "gap", "s", "%g", c->gap_s);
        add(l, "warmup", "s", "%g", c->warmup_s);
        return;
    }
    add(l, "fill_model", "", "queue");
    add(l, "queue_model", "", "%s", queue_names[c->queue]);
    if (c->queue >= PG_QUEUE_POWER1 && c->queue <= PG_QUEUE_POWER3)
        add(l, "queue_power", "", "%g", c->queue_power);
}

static void latency(list *l, const pg_backtest_config *c)
{
    static const char *const kinds[] = { "constant", "lognormal", "recorded" };
    add(l, "order_latency", "", "%s", kinds[c->order_latency.kind]);
    if (c->order_latency.kind != PG_LATENCY_RECORDED) {
        add(l, "entry_latency", "ms", "%g", (double)c->order_latency.entry_ns * 1e-6);
        add(l, "response_latency", "ms", "%g", (double)c->order_latency.response_ns * 1e-6);
    }
    if (c->order_latency.kind == PG_LATENCY_LOGNORMAL)
        add(l, "latency_sigma", "", "%g", c->order_latency.log_sigma);
    if (c->feed_ms < 0)
        add(l, "feed_latency", "", "as recorded");
    else if (c->feed_sigma > 0)
        add(l, "feed_latency", "ms", "%g (lognormal, sigma %g)", c->feed_ms, c->feed_sigma);
    else
        add(l, "feed_latency", "ms", "%g", c->feed_ms);
}

static void quotes(list *l, const pg_backtest_config *c)
{
    add(l, "mode", "", "%s", c->ping_pong ? "ping_pong" : "quotes");
    add(l, "size_tolerance", "", "%g", c->size_tolerance);
    add(l, "reprice", "bps", "%g", c->reprice_bps);
    add(l, "min_life", "ms", "%g", c->min_life_ms);
    add(l, "refresh", "s", "%g", c->refresh_s);
    add(l, "order_timeout", "s", "%g", c->order_timeout_s);
}

int pg_report_settings(const pg_backtest *backtest, pg_report_setting *settings)
{
    const pg_backtest_config *c = pg_backtest_get_config(backtest);
    list l = { settings, 0 };
    fill_model(&l, c);
    latency(&l, c);
    add(&l, "maker_fee", "bps", "%g", c->maker_fee_bps);
    add(&l, "taker_fee", "bps", "%g", c->taker_fee_bps);
    add(&l, "capital", "quote", "%g", c->capital);
    if (isfinite(pg_backtest_max_position(backtest)))
        add(&l, "max_position", "base", "%g", pg_backtest_max_position(backtest));
    else
        add(&l, "max_position", "", "none");
    quotes(&l, c);
    add(&l, "seed", "", "%llu", (unsigned long long)c->seed);
    return l.count;
}

#include "report/report.h"

#include <math.h>
#include <string.h>

void pg_report_headline(FILE *out, const pg_backtest *backtest)
{
    const pg_tape *tape = pg_backtest_tape(backtest);
    const pg_session *session = pg_backtest_session(backtest);
    const pg_event *events = pg_tape_events(tape);
    size_t count = pg_tape_count(tape);
    char from[32], to[32], number[32];
    pg_report_setting settings[PG_REPORT_SETTINGS];
    int n = pg_report_settings(backtest, settings);
    bool same_day = events[0].local_ns / 86400000000000 == events[count - 1].local_ns / 86400000000000;
    fprintf(out, "%s of %s   %s .. %s UTC   %s events   %s %s\n", pg_tape_get_info(tape)->instrument.symbol,
            pg_tape_get_info(tape)->instrument.venue, pg_report_time(from, events[0].local_ns),
            pg_report_time(to, events[count - 1].local_ns) + (same_day ? 11 : 0),
            pg_grouped_format(number, sizeof number, (int64_t)count), pg_session_name(session),
            pg_session_version(session));
    for (int i = 0; i < n; i++)
        fprintf(out, "%s%s %s%s%s",
                i == 0       ? "  "
                : i % 5 == 0 ? "\n  "
                             : "   ",
                settings[i].name, settings[i].value, settings[i].unit[0] ? " " : "", settings[i].unit);
    fprintf(out, "\n");
}

void pg_report_bar(FILE *out, double part, size_t events, double seconds)
{
    enum { WIDTH = 30 };
    char bar[WIDTH + 1];
    int done = (int)(part * WIDTH + 0.5);
    memset(bar, ' ', WIDTH);
    memset(bar, '#', (size_t)(done < WIDTH ? done : WIDTH));
    bar[WIDTH] = '\0';
    fprintf(out, "\r[%s] %3.0f%%   %.1f M events/s   %.3f s%s", bar, part * 100,
            seconds > 0 ? (double)events / seconds * 1e-6 : 0, seconds, part >= 1 ? "\n" : "");
    fflush(out);
}

/* A value, or "-" when it is absent. */
static const char *shown(char *text, size_t size, const pg_metrics *metrics, const char *name, const char *format)
{
    double value = pg_metrics_get(metrics, name);
    if (isnan(value))
        return "-";
    if (value == 0)
        value = 0; /* no minus sign before a zero */
    snprintf(text, size, format, value);
    return text;
}

static void ratios(FILE *out, const pg_metrics *m)
{
    for (int i = 0; i < m->count; i++) {
        if (strcmp(m->metric[i].name, "sharpe") != 0)
            continue;
        char text[32];
        if (m->metric[i].absent)
            fprintf(out, "   Sharpe not shown: %s", m->metric[i].absent);
        else
            fprintf(out, "   Sharpe %s +- %.2f", shown(text, sizeof text, m, "sharpe", "%.2f"),
                    pg_metrics_get(m, "sharpe_se"));
    }
    fprintf(out, "\n");
}

void pg_report_summary(FILE *out, const pg_report *report, double seconds, const char *html)
{
    const pg_metrics *m = report->metrics;
    const char *base = pg_tape_get_info(pg_backtest_tape(report->backtest))->instrument.symbol;
    char t[8][48];
#define SHOW(i, name, format) shown(t[i], sizeof t[i], m, name, format)
    for (int i = 0; i < m->warning_count; i++)
        fprintf(out, "  warning       %s\n", m->warning[i]);
    fprintf(out, "  PnL           %s   (spread %s  inventory %s  adverse %s  fees %s  funding %s)\n",
            SHOW(0, "pnl", "%+.2f"), SHOW(1, "spread_capture", "%+.2f"), SHOW(2, "inventory", "%+.2f"),
            SHOW(3, "adverse_selection", "%+.2f"), SHOW(4, "fees", "%+.2f"), SHOW(5, "funding", "%+.2f"));
    fprintf(out, "  fills         %s (maker %s)   turnover %s   fill ratio %.1f%%   quote uptime %.1f%%\n",
            SHOW(0, "fills", "%.0f"), SHOW(1, "maker_fills", "%.0f"), SHOW(2, "turnover", "%.2f"),
            100 * pg_metrics_get(m, "fill_ratio"), 100 * pg_metrics_get(m, "uptime_both"));
    fprintf(out, "  orders        %s placed   %s replaced   %s rejected   %s messages\n",
            SHOW(0, "orders_placed", "%.0f"), SHOW(1, "orders_replaced", "%.0f"), SHOW(2, "orders_rejected", "%.0f"),
            SHOW(3, "requests", "%.0f"));
    fprintf(out, "  position      max %s %s   mean |q| %s   end %s\n", SHOW(0, "position_max", "%.6g"), base,
            SHOW(1, "position_mean", "%.4g"), SHOW(2, "position_end", "%.6g"));
    fprintf(out, "  drawdown      %.3f%% of equity", 100 * pg_metrics_get(m, "max_drawdown"));
    ratios(out, m);
    fprintf(out, "  markouts      1 s %s bps   5 s %s bps   30 s %s bps (positive: against us)\n",
            SHOW(0, "markout_1s", "%+.2f"), SHOW(1, "markout_5s", "%+.2f"), SHOW(2, "markout_30s", "%+.2f"));
    fprintf(out, "  decisions     %016llx   in %.3f s\n",
            (unsigned long long)pg_engine_get_stats(pg_backtest_engine(report->backtest))->decisions, seconds);
    if (html)
        fprintf(out, "  report        %s\n", html);
#undef SHOW
}

#include "report/report.h"

#include <stddef.h>
#include <string.h>

#include "report/page.h"

static const char page_js[] =
#include "report/page.js.inc"
    ;

/* ---- the run as the page's data ---- */

static void column(pg_text *out, const char *key, const pg_chart_point *point, size_t count, size_t offset)
{
    pg_json_open(out, key, '[');
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)&point[i] + offset, sizeof value);
        pg_json_number(out, NULL, value);
    }
    pg_json_close(out, ']');
}

/* Milliseconds with the part below them: what JavaScript's Date and the charts count in. */
static double milliseconds(int64_t time_ns)
{
    return (double)(time_ns / 1000) / 1000;
}

static void chart(pg_text *out, const pg_history *history)
{
    size_t count;
    const pg_chart_point *point = pg_history_chart_points(history, &count);
    pg_json_open(out, "chart", '{');
    pg_json_open(out, "t", '[');
    for (size_t i = 0; i < count; i++)
        pg_json_number(out, NULL, milliseconds(point[i].time_ns));
    pg_json_close(out, ']');
    column(out, "bid", point, count, offsetof(pg_chart_point, bid));
    column(out, "ask", point, count, offsetof(pg_chart_point, ask));
    column(out, "quote_bid", point, count, offsetof(pg_chart_point, quote_bid));
    column(out, "quote_ask", point, count, offsetof(pg_chart_point, quote_ask));
    column(out, "position", point, count, offsetof(pg_chart_point, position));
    pg_json_close(out, '}');
    pg_json_number(out, "chart_spacing_ms", milliseconds(pg_history_chart_spacing(history)));
}

static void fills(pg_text *out, const pg_engine *engine)
{
    const pg_instrument *in = pg_engine_instrument(engine);
    size_t count;
    uint64_t total;
    const pg_fill_record *fill = pg_history_fills(pg_engine_history(engine), &count, &total);
    pg_json_open(out, "fills", '[');
    for (size_t i = 0; i < count; i++) {
        pg_json_open(out, NULL, '[');
        pg_json_number(out, NULL, milliseconds(fill[i].time_ns));
        pg_json_string(out, NULL, pg_side_name(fill[i].side));
        pg_json_number(out, NULL, pg_price_double(in, fill[i].price));
        pg_json_number(out, NULL, pg_size_double(in, fill[i].size));
        pg_json_close(out, ']');
    }
    pg_json_close(out, ']');
}

static void equity(pg_text *out, const pg_history *history)
{
    size_t count;
    int64_t grid_ns;
    const pg_equity_point *point = pg_history_equity(history, &count, &grid_ns);
    pg_json_open(out, "equity", '[');
    for (size_t i = 0; i < count; i++) {
        pg_json_open(out, NULL, '[');
        pg_json_number(out, NULL, milliseconds(point[i].time_ns));
        pg_json_number(out, NULL, point[i].equity);
        pg_json_close(out, ']');
    }
    pg_json_close(out, ']');
}

static void facts(pg_text *out, const pg_report *report)
{
    const pg_tape *tape = pg_backtest_tape(report->backtest);
    const pg_engine_stats *stats = pg_engine_get_stats(pg_backtest_engine(report->backtest));
    const pg_session *session = pg_backtest_session(report->backtest);
    char time[32];
    pg_json_open(out, "market", '{');
    pg_json_string(out, "symbol", pg_tape_get_info(tape)->instrument.symbol);
    pg_json_string(out, "venue", pg_tape_get_info(tape)->instrument.venue);
    pg_json_string(out, "tape", pg_tape_path(tape));
    pg_json_string(out, "source", pg_tape_get_info(tape)->source);
    pg_json_string(out, "from", pg_report_time(time, stats->first_ns));
    pg_json_string(out, "to", pg_report_time(time, stats->last_ns));
    pg_json_integer(out, "events", (int64_t)stats->events);
    pg_json_close(out, '}');
    pg_json_open(out, "strategy", '{');
    pg_json_string(out, "name", pg_session_name(session));
    pg_json_string(out, "version", pg_session_version(session));
    pg_json_close(out, '}');
    pg_json_number(out, "capital", pg_backtest_get_config(report->backtest)->capital);
}

static void metric_rows(pg_text *out, const pg_metrics *metrics)
{
    pg_json_open(out, "metrics", '[');
    for (int i = 0; i < metrics->count; i++) {
        const pg_metric *m = &metrics->metric[i];
        pg_json_open(out, NULL, '{');
        pg_json_string(out, "name", m->name);
        pg_json_string(out, "unit", m->unit);
        pg_json_string(out, "doc", m->doc);
        pg_json_number(out, "value", m->value);
        if (m->absent)
            pg_json_string(out, "absent", m->absent);
        pg_json_close(out, '}');
    }
    pg_json_close(out, ']');
    pg_json_open(out, "warnings", '[');
    for (int i = 0; i < metrics->warning_count; i++)
        pg_json_string(out, NULL, metrics->warning[i]);
    pg_json_close(out, ']');
}

/* What the strategy said of its quotes: numbers with their mean and range, words with how often they held. */
static void reason_rows(pg_text *out, const pg_engine *engine)
{
    const pg_explanation *terms = pg_engine_get_explanation(engine);
    const pg_term_summary *summary = pg_engine_term_summary(engine);
    pg_json_open(out, "reasons", '[');
    for (int i = 0; i < terms->count; i++) {
        const pg_term_summary *s = &summary[i];
        pg_json_open(out, NULL, '{');
        pg_json_string(out, "name", terms->name[i]);
        if (s->samples > 0) {
            pg_json_number(out, "mean", s->sum / (double)s->samples);
            pg_json_number(out, "least", s->least);
            pg_json_number(out, "most", s->most);
        }
        pg_json_open(out, "words", '{');
        for (int word = 0; word < terms->word_count; word++)
            if (s->seen[word] > 0)
                pg_json_integer(out, terms->words[word], (int64_t)s->seen[word]);
        pg_json_close(out, '}');
        pg_json_close(out, '}');
    }
    pg_json_close(out, ']');
}

static void setting_rows(pg_text *out, const pg_backtest *backtest)
{
    pg_report_setting settings[PG_REPORT_SETTINGS];
    int count = pg_report_settings(backtest, settings);
    pg_json_open(out, "settings", '[');
    for (int i = 0; i < count; i++) {
        pg_json_open(out, NULL, '{');
        pg_json_string(out, "name", settings[i].name);
        pg_json_string(out, "value", settings[i].value);
        pg_json_string(out, "unit", settings[i].unit);
        pg_json_close(out, '}');
    }
    pg_json_close(out, ']');
    const pg_parameter_row *row = pg_session_parameters(pg_backtest_session(backtest), &count);
    pg_json_open(out, "parameters", '[');
    for (int i = 0; i < count; i++) {
        pg_json_open(out, NULL, '{');
        pg_json_string(out, "owner", row[i].owner);
        pg_json_string(out, "name", row[i].name);
        pg_json_string(out, "value", row[i].value);
        pg_json_string(out, "unit", row[i].unit);
        pg_json_string(out, "doc", row[i].doc);
        pg_json_close(out, '}');
    }
    pg_json_close(out, ']');
}

static void write_data(pg_text *out, const pg_report *report)
{
    const pg_engine *engine = pg_backtest_engine(report->backtest);
    char hash[20];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)pg_engine_get_stats(engine)->decisions);
    pg_json_open(out, NULL, '{');
    facts(out, report);
    metric_rows(out, report->metrics);
    reason_rows(out, pg_backtest_engine(report->backtest));
    setting_rows(out, report->backtest);
    pg_json_string(out, "command", report->command);
    pg_json_string(out, "decisions", hash);
    equity(out, pg_engine_history(engine));
    fills(out, engine);
    chart(out, pg_engine_history(engine));
    pg_json_close(out, '}');
}

/* In JSON a "<" stands only in texts: escaped, nothing in them can begin a tag or a comment of the page, which would
 * end the data's element early or keep it from ending. */
static void data(pg_text *out, const pg_report *report)
{
    pg_text text = { 0 };
    write_data(&text, report);
    const char *at = text.data ? text.data : "";
    for (const char *tag; (tag = strchr(at, '<')); at = tag + 1) {
        pg_text_add(out, at, (size_t)(tag - at));
        pg_text_add(out, "\\u003c", 6);
    }
    pg_text_add(out, at, strlen(at));
    out->failed |= text.failed;
    pg_text_free(&text);
}

/* ---- the page ---- */

static void data_of(pg_text *out, void *context)
{
    data(out, context);
}

pg_status pg_report_html(pg_text *out, const pg_report *report, pg_error *err)
{
    char title[128];
    snprintf(title, sizeof title, "%s on %s", pg_session_name(pg_backtest_session(report->backtest)),
             pg_tape_get_info(pg_backtest_tape(report->backtest))->instrument.symbol);
    pg_page page = { title, data_of, (void *)report, page_js, sizeof page_js - 1 };
    return pg_page_write(out, &page, err);
}

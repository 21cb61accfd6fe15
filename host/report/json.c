#include "report/report.h"

static void market(pg_text *out, const pg_backtest *backtest)
{
    const pg_tape_info *info = pg_tape_get_info(pg_backtest_tape(backtest));
    const pg_engine_stats *stats = pg_engine_get_stats(pg_backtest_engine(backtest));
    const pg_instrument *in = &info->instrument;
    pg_json_open(out, "market", '{');
    pg_json_string(out, "symbol", in->symbol);
    pg_json_string(out, "venue", in->venue);
    pg_json_number(out, "tick", pg_price_double(in, in->tick));
    pg_json_number(out, "lot", pg_size_double(in, in->lot));
    pg_json_string(out, "tape", pg_tape_path(pg_backtest_tape(backtest)));
    pg_json_string(out, "source", info->source);
    pg_json_integer(out, "from_ns", stats->first_ns);
    pg_json_integer(out, "to_ns", stats->last_ns);
    pg_json_integer(out, "events", (int64_t)stats->events);
    pg_json_close(out, '}');
}

static void strategy(pg_text *out, const pg_session *session)
{
    int count;
    const pg_parameter_row *rows = pg_session_parameters(session, &count);
    pg_json_open(out, "strategy", '{');
    pg_json_string(out, "name", pg_session_name(session));
    pg_json_string(out, "version", pg_session_version(session));
    pg_json_open(out, "parameters", '[');
    for (int i = 0; i < count; i++) {
        pg_json_open(out, NULL, '{');
        pg_json_string(out, "owner", rows[i].owner);
        pg_json_string(out, "name", rows[i].name);
        pg_json_string(out, "value", rows[i].value);
        pg_json_string(out, "unit", rows[i].unit);
        pg_json_close(out, '}');
    }
    pg_json_close(out, ']');
    pg_json_close(out, '}');
}

void pg_report_json(pg_text *out, const pg_report *report)
{
    const pg_metrics *m = report->metrics;
    pg_report_setting settings[PG_REPORT_SETTINGS];
    int n = pg_report_settings(report->backtest, settings);
    char hash[20];
    snprintf(hash, sizeof hash, "%016llx",
             (unsigned long long)pg_engine_get_stats(pg_backtest_engine(report->backtest))->decisions);
    pg_json_open(out, NULL, '{');
    pg_json_open(out, "warnings", '[');
    for (int i = 0; i < m->warning_count; i++)
        pg_json_string(out, NULL, m->warning[i]);
    pg_json_close(out, ']');
    market(out, report->backtest);
    strategy(out, pg_backtest_session(report->backtest));
    pg_json_open(out, "settings", '{');
    for (int i = 0; i < n; i++)
        pg_json_string(out, settings[i].name, settings[i].value);
    pg_json_close(out, '}');
    pg_json_open(out, "metrics", '{');
    for (int i = 0; i < m->count; i++)
        pg_json_number(out, m->metric[i].name, m->metric[i].value);
    pg_json_close(out, '}');
    pg_json_open(out, "absent", '{');
    for (int i = 0; i < m->count; i++)
        if (m->metric[i].absent)
            pg_json_string(out, m->metric[i].name, m->metric[i].absent);
    pg_json_close(out, '}');
    pg_json_string(out, "decisions", hash);
    pg_json_string(out, "command", report->command);
    pg_json_close(out, '}');
    pg_text_add(out, "\n", 1);
}

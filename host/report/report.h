/* Reports of a finished backtest: the terminal's summary, JSON, CSV and one self-contained HTML file.
 *
 * Everything but the terminal's timing is a function of the run alone: equal runs give equal bytes. */
#ifndef PG_REPORT_REPORT_H
#define PG_REPORT_REPORT_H

#include <stdio.h>

#include "base/text.h"
#include "study/metrics.h"

typedef struct {
    const pg_backtest *backtest;
    const pg_metrics *metrics;
    const char *command; /* that reproduces the run; "" when there is none */
} pg_report;

/* One line before the run: market, period, events, strategy and version, fill model, latency, fees. */
void pg_report_headline(FILE *out, const pg_backtest *backtest);

/* The summary after it. seconds: how long the run took; html: path of the report, NULL when none was written. */
void pg_report_summary(FILE *out, const pg_report *report, double seconds, const char *html);

/* A progress bar on a terminal: part 0 to 1. Ends its line at part 1. */
void pg_report_bar(FILE *out, double part, size_t events, double seconds);

/* Every metric, parameter, setting and warning as one JSON document. */
void pg_report_json(pg_text *out, const pg_report *report);

/* fills.csv and equity.csv in a folder, which is made when it does not exist. */
pg_status pg_report_csv(const char *folder, const pg_report *report, pg_error *err);

/* The HTML report. dygraphs is read from Debian's libjs-dygraphs and put into the page.
 * Errors: PG_ERR_IO when the package is not there, PG_ERR_MEMORY. */
pg_status pg_report_html(pg_text *out, const pg_report *report, pg_error *err);

/* ---- shared by the forms of report ---- */

/* "2025-09-04 19:46:56" (UTC) into text[32]. */
char *pg_report_time(char *text, int64_t time_ns);

/* How the backtest was set up, as rows of name, value and unit. */
enum { PG_REPORT_SETTINGS = 24 };
typedef struct {
    const char *name;
    char value[96];
    const char *unit;
} pg_report_setting;
int pg_report_settings(const pg_backtest *backtest, pg_report_setting *settings);

#endif

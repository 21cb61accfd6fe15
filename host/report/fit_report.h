/* What `perigee fit` shows: a table for people, JSON for programs, a page with the data and the fitted curves. */
#ifndef PG_REPORT_FIT_REPORT_H
#define PG_REPORT_FIT_REPORT_H

#include <stdio.h>

#include "base/text.h"
#include "study/fit.h"

/* A headline and a row for each method and side: estimate, standard error, unit, what it amounts to, fit quality,
 * status with the first failed gate, time taken. */
void pg_fit_print(FILE *out, const pg_fit_table *table, const pg_fit_data *data);

/* One document: what, market, period, counts of the data, rows with every number. */
void pg_fit_json(pg_text *out, const pg_fit_table *table, const pg_fit_data *data);

/* The page. sigma: returns and fitted volatility over time; kappa: ln of the rate at which orders reach a distance, with
 * fitted lines and bands; hawkes: orders a bin and the fitted intensity. Errors: PG_ERR_IO, PG_ERR_MEMORY. */
pg_status pg_fit_html(pg_text *out, const pg_fit_table *table, const pg_fit_data *data, pg_error *err);

/* ---- shared with the quotes' report ---- */

/* A number for people: six significant figures, "-" for none. text[32]. */
const char *pg_fit_number(char *text, double value);

/* status, with the first failed gate in brackets: "low_quality (n)". text[64]. */
const char *pg_fit_status(char *text, pg_kstatus status, uint32_t gates);

#endif

/* What `perigee quote` shows: quotes and every parameter, for people, for programs, and as a parameter file. */
#ifndef PG_REPORT_QUOTE_REPORT_H
#define PG_REPORT_QUOTE_REPORT_H

#include <stdio.h>

#include "base/text.h"
#include "study/quote.h"

void pg_quote_print(FILE *out, const pg_quote_result *quote, const pg_fit_data *data);

/* One flat JSON object: the quotes, and the parameters with their methods, sources and statuses. It is also the file that
 * strategies read by params_file (script/params_file.h): sigma_rel, kappa_bid_rel, kappa_ask_rel, a_bid, a_ask,
 * gamma_rel, time_s, symbol. */
void pg_quote_json(pg_text *out, const pg_quote_result *quote, const pg_fit_data *data);

#endif

/* What `perigee data stats` shows of a recording. */
#ifndef PG_REPORT_DATA_REPORT_H
#define PG_REPORT_DATA_REPORT_H

#include <stdio.h>

#include "base/text.h"
#include "study/statistics.h"

void pg_data_report_print(FILE *out, const pg_statistics *statistics, const pg_tape *tape);

/* Every figure as one JSON document. */
void pg_data_report_json(pg_text *out, const pg_statistics *statistics, const pg_tape *tape);

/* One self-contained page with charts. Errors: those of pg_page_write. */
pg_status pg_data_report_html(pg_text *out, const pg_statistics *statistics, const pg_tape *tape, pg_error *err);

#endif

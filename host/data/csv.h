/* Rows of a CSV file with a header line, as a layout describes it: streaming, with bounded memory.
 *
 * Fields may be in double quotes; numbers are read where they stand. About 1 ns a byte. */
#ifndef PG_DATA_CSV_H
#define PG_DATA_CSV_H

#include "data/row.h"
#include "data/source.h"

typedef struct pg_csv pg_csv;

/* Reads the header line and finds the layout's columns in it. layout, scale and defects must outlive the reader.
 * Errors: those of pg_source_open; PG_ERR_PARSE with a remedy for an empty file, missing columns (named), another
 * delimiter. */
pg_status pg_csv_open(pg_csv **csv, const char *path, const pg_layout *layout, pg_scale *scale, pg_defects *defects,
                      pg_error *err);
void pg_csv_close(pg_csv *csv);

/* Reads the next row. *ended: there was none. *defect: PG_DEFECT_NONE, or why the row cannot be used (*err then tells
 * what, with line and column); the reader can go on. Errors: those of pg_source_line. Short rows that have all that is
 * needed are counted in defects and returned as good ones when the layout tolerates them. */
pg_status pg_csv_next(pg_csv *csv, pg_row *row, bool *ended, pg_defect *defect, pg_error *err);

/* Bytes of the file read so far. */
uint64_t pg_csv_done(const pg_csv *csv);

/* How many of a layout's columns (and header words) a header line has; -1 when a needed one is missing, *missing then
 * has its name, NULL when the line itself cannot be read. For the detection of layouts. */
int pg_csv_score(const pg_layout *layout, const char *header, size_t length, const char **missing);

#endif

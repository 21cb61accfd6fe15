/* Rows of a Parquet file, as a layout describes it: the same layouts as for CSV, by the names of its columns. A column
 * with lists (bids, asks) holds all levels of its side. Streaming, with bounded memory (parquet_rows.h). */
#ifndef PG_DATA_TABLE_H
#define PG_DATA_TABLE_H

#include "data/row.h"

typedef struct pg_table pg_table;

/* Finds the layout's columns in the file. layout and scale must outlive the table. Errors: those of pg_parquet_open;
 * PG_ERR_PARSE with a remedy for missing columns (named) and lists where a single value is needed. */
pg_status pg_table_open(pg_table **table, const char *path, const pg_layout *layout, pg_scale *scale, pg_error *err);
void pg_table_close(pg_table *table);

/* As pg_csv_next. */
pg_status pg_table_next(pg_table *table, pg_row *row, bool *ended, pg_defect *defect, pg_error *err);

/* Bytes of the file read so far, by the share of its rows. */
uint64_t pg_table_done(const pg_table *table);

/* The names of the file's columns as the header line of a CSV file would have them, into line[size]. */
pg_status pg_table_header(char *line, size_t size, const char *path, char delimiter, pg_error *err);

#endif

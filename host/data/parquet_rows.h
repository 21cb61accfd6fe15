/* A Parquet file row by row, for import: the columns that are asked for, each value as a whole number, a number or text
 * (data/parquet_cell.h). A column inside a list gives all of its row's values, whatever the depth: a book of 20 levels
 * has 20 cells in the column of its prices. */
#ifndef PG_DATA_PARQUET_ROWS_H
#define PG_DATA_PARQUET_ROWS_H

#include "data/parquet_cell.h"

enum {
    PG_PARQUET_ROW_CELLS = 1 << 20, /* cells of one column in one row */
    PG_PARQUET_ROW_TEXT = 64 << 20  /* bytes of text of a list column in one row */
};

typedef struct pg_parquet_rows pg_parquet_rows;

/* Prepares reading n columns, named as for pg_parquet_find. The file must outlive the rows. Errors: PG_ERR_NOT_FOUND (a
 * column that is not there: the message names those that are), PG_ERR_INVALID (a name that stands for several),
 * PG_ERR_UNSUPPORTED, PG_ERR_MEMORY. */
pg_status pg_parquet_rows_open(pg_parquet_rows **rows, const pg_parquet_file *file, const char *const *names, size_t n,
                               pg_error *err);
void pg_parquet_rows_close(pg_parquet_rows *rows);

/* Leaves out the row groups whose statistics tell that the column (by its place in names) has no value from min to max;
 * rows of the other groups come all. Before the first row. PG_ERR_INVALID for cells that are no integers. */
pg_status pg_parquet_rows_between(pg_parquet_rows *rows, size_t column, int64_t min, int64_t max, pg_error *err);

/* Goes to the next row; *ended: there was none. Errors: those of pg_parquet_chunk_next; PG_ERR_RANGE (a value that its
 * cell cannot hold, a list above the bounds). After an error only closing is allowed. */
pg_status pg_parquet_rows_next(pg_parquet_rows *rows, bool *ended, pg_error *err);

/* The cells of a column (by its place in names) in this row: one, or for a column inside a list as many as there are
 * elements (none for an empty list, or none at all). Valid until the next row. */
const pg_parquet_cell *pg_parquet_rows_cells(const pg_parquet_rows *rows, size_t column, size_t *n);

/* The row's number in the file, from 0. */
int64_t pg_parquet_rows_number(const pg_parquet_rows *rows);

#endif

/* Rows of cells for people (aligned columns), as CSV or as JSON, written as they come. */
#ifndef PG_CLI_ROWS_H
#define PG_CLI_ROWS_H

#include <stdbool.h>
#include <stdio.h>

typedef enum { PG_ROWS_TABLE, PG_ROWS_CSV, PG_ROWS_JSON } pg_rows_format;

typedef struct {
    const char *name;
    int width;      /* in a table: < 0 left, > 0 right; 0: not shown there */
    bool is_number; /* JSON without quotation marks; empty cells are null */
} pg_column;

typedef struct {
    FILE *out;
    pg_rows_format format;
    const pg_column *columns;
    int count, at; /* columns; the one that comes next */
    long rows;
} pg_rows;

void pg_rows_begin(pg_rows *rows, FILE *out, pg_rows_format format, const pg_column *columns, int count);

/* The next cell; after the last column a row ends. Control characters are made harmless. */
void pg_rows_cell(pg_rows *rows, const char *text);

void pg_rows_end(pg_rows *rows);

#endif

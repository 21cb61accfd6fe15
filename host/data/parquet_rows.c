#include "data/parquet_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const pg_parquet_column *column;
    size_t index; /* in the file */
    bool bounded;
    int64_t min, max; /* of pg_parquet_rows_between */
    pg_parquet_chunk *chunk;
    pg_parquet_batch batch;
    size_t entry, value;     /* of the batch, the next ones */
    pg_parquet_buffer cells; /* pg_parquet_cell */
    size_t n_cells;
    pg_parquet_buffer text; /* of a list: its cells' data are offsets into it until the row is complete */
    char decimal[PG_PARQUET_DECIMAL_TEXT];
} source;

struct pg_parquet_rows {
    const pg_parquet_file *file;
    source *sources;
    size_t n;
    size_t group;      /* the next one */
    int64_t left;      /* rows of the open group */
    int64_t number;    /* of this row */
    int64_t next_base; /* number of the first row of the next group */
};

/* ---- opening ---- */

static pg_status no_column(const pg_parquet_file *file, const char *name, int found, pg_error *err)
{
    char names[PG_ERROR_REMEDY - 32] = "";
    size_t length = 0;
    for (size_t i = 0; i < pg_parquet_columns(file) && length < sizeof names; i++) {
        int n =
            snprintf(names + length, sizeof names - length, "%s%s", i ? ", " : "", pg_parquet_column_at(file, i)->path);
        length += n > 0 ? (size_t)n : 0;
    }
    pg_status status = pg_fail(err, found == -2 ? PG_ERR_INVALID : PG_ERR_NOT_FOUND,
                               found == -2 ? "the name %s stands for several columns" : "there is no column %s", name);
    pg_error_where(err, "%s", pg_parquet_path(file));
    pg_error_remedy(err, "the columns are: %s", names);
    return status;
}

static pg_status open_source(source *s, const pg_parquet_file *file, const char *name, pg_error *err)
{
    pg_parquet_cell_kind kind;
    int found = pg_parquet_find(file, name);
    if (found < 0)
        return no_column(file, name, found, err);
    s->index = (size_t)found;
    s->column = pg_parquet_column_at(file, s->index);
    if (!pg_parquet_buffer_reserve(&s->cells, sizeof(pg_parquet_cell)))
        return pg_parquet_buffer_check(&s->cells, err);
    pg_status status = pg_parquet_cell_kind_of(&kind, s->column, err);
    if (status != PG_OK)
        pg_error_where(err, "%s", pg_parquet_path(file));
    return status;
}

pg_status pg_parquet_rows_open(pg_parquet_rows **out, const pg_parquet_file *file, const char *const *names, size_t n,
                               pg_error *err)
{
    *out = NULL;
    pg_parquet_rows *rows = calloc(1, sizeof *rows);
    source *sources = calloc(n ? n : 1, sizeof *sources);
    if (!rows || !sources) {
        free(rows);
        free(sources);
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    *rows = (pg_parquet_rows){ .file = file, .sources = sources, .n = n, .number = -1 };
    for (size_t i = 0; i < n; i++) {
        pg_status status = open_source(&sources[i], file, names[i], err);
        if (status != PG_OK) {
            pg_parquet_rows_close(rows);
            return status;
        }
    }
    *out = rows;
    return PG_OK;
}

void pg_parquet_rows_close(pg_parquet_rows *rows)
{
    if (!rows)
        return;
    for (size_t i = 0; i < rows->n; i++) {
        pg_parquet_chunk_close(rows->sources[i].chunk);
        pg_parquet_buffer_free(&rows->sources[i].cells);
        pg_parquet_buffer_free(&rows->sources[i].text);
    }
    free(rows->sources);
    free(rows);
}

pg_status pg_parquet_rows_between(pg_parquet_rows *rows, size_t column, int64_t min, int64_t max, pg_error *err)
{
    source *s = &rows->sources[column];
    pg_parquet_cell_kind kind;
    pg_status status = pg_parquet_cell_kind_of(&kind, s->column, err);
    if (status != PG_OK)
        return status;
    if (kind != PG_PARQUET_CELL_INTEGER || rows->group > 0)
        return pg_fail(err, PG_ERR_INVALID, "rows can be chosen by a column of whole numbers, before the first row");
    s->bounded = true;
    s->min = min;
    s->max = max;
    return PG_OK;
}

/* ---- row groups ---- */

static bool is_left_out(const pg_parquet_rows *rows, size_t group)
{
    for (size_t i = 0; i < rows->n; i++) {
        const source *s = &rows->sources[i];
        pg_parquet_statistics statistics;
        int64_t min, max;
        if (s->bounded && pg_parquet_chunk_statistics(rows->file, group, s->index, &statistics) &&
            pg_parquet_cell_bounds(&min, &max, s->column, &statistics) && (max < s->min || min > s->max))
            return true;
    }
    return false;
}

static pg_status open_group(pg_parquet_rows *rows, size_t group, pg_error *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        source *s = &rows->sources[i];
        pg_parquet_chunk_close(s->chunk);
        s->batch = (pg_parquet_batch){ 0 };
        s->entry = s->value = 0;
        pg_status status = pg_parquet_chunk_open(&s->chunk, rows->file, group, s->index, err);
        if (status != PG_OK)
            return status;
    }
    return PG_OK;
}

/* ---- cells ---- */

/* Reads on when the batch is used up; without an entry afterwards the chunk is at its end. */
static pg_status refill(source *s, pg_error *err)
{
    if (s->entry < s->batch.entries)
        return PG_OK;
    s->entry = s->value = 0;
    return pg_parquet_chunk_next(s->chunk, &s->batch, err);
}

/* Texts of a list are copied: the next elements may come from another batch. */
static pg_status keep_text(source *s, pg_parquet_cell *cell, pg_error *err)
{
    size_t at = s->text.size;
    if (cell->text.size > PG_PARQUET_ROW_TEXT - at)
        return pg_fail(err, PG_ERR_RANGE, "a list has more than %d bytes of text", PG_PARQUET_ROW_TEXT);
    pg_parquet_buffer_add(&s->text, cell->text.data, cell->text.size);
    cell->text.data = (const uint8_t *)(uintptr_t)at;
    return pg_parquet_buffer_check(&s->text, err);
}

/* Takes one entry: a cell, or nothing for an empty list. */
static pg_status take(source *s, pg_error *err)
{
    const pg_parquet_column *c = s->column;
    int definition = s->batch.definition ? s->batch.definition[s->entry] : c->max_definition;
    s->entry++;
    if (definition < c->element_definition)
        return PG_OK;
    if (s->n_cells >= PG_PARQUET_ROW_CELLS)
        return pg_fail(err, PG_ERR_RANGE, "a row has more than %d elements in a list", PG_PARQUET_ROW_CELLS);
    s->cells.size = s->n_cells * sizeof(pg_parquet_cell);
    pg_parquet_cell *cell = (pg_parquet_cell *)(void *)pg_parquet_buffer_reserve(&s->cells, sizeof *cell);
    if (!cell)
        return pg_parquet_buffer_check(&s->cells, err);
    s->n_cells++;
    if (definition < c->max_definition) {
        cell->kind = PG_PARQUET_CELL_NULL;
        return PG_OK;
    }
    pg_status status = pg_parquet_cell_read(cell, c, &s->batch, s->value++, s->decimal, err);
    if (status == PG_OK && c->max_repetition > 0 && cell->kind == PG_PARQUET_CELL_TEXT)
        status = keep_text(s, cell, err);
    return status;
}

/* All entries up to the next one with repetition level 0. */
static pg_status take_list(source *s, pg_error *err)
{
    s->text.size = 0;
    do {
        pg_status status = take(s, err);
        if (status == PG_OK)
            status = refill(s, err);
        if (status != PG_OK)
            return status;
    } while (s->entry < s->batch.entries && s->batch.repetition[s->entry] > 0);
    pg_parquet_cell *cells = (pg_parquet_cell *)(void *)s->cells.data;
    for (size_t i = 0; i < s->n_cells; i++)
        if (cells[i].kind == PG_PARQUET_CELL_TEXT)
            cells[i].text.data = s->text.data + (uintptr_t)cells[i].text.data;
    return PG_OK;
}

static pg_status next_row(source *s, pg_error *err)
{
    s->n_cells = 0;
    pg_status status = refill(s, err);
    if (status != PG_OK)
        return status;
    if (s->batch.entries == 0)
        return pg_fail(err, PG_ERR_CORRUPT, "the column has fewer rows than its row group");
    return s->column->max_repetition > 0 ? take_list(s, err) : take(s, err);
}

pg_status pg_parquet_rows_next(pg_parquet_rows *rows, bool *ended, pg_error *err)
{
    *ended = false;
    while (rows->left == 0) {
        size_t group = rows->group;
        *ended = group >= pg_parquet_groups(rows->file);
        if (*ended)
            return PG_OK;
        rows->group++;
        rows->number = rows->next_base - 1;
        rows->next_base += pg_parquet_group_rows(rows->file, group);
        if (is_left_out(rows, group))
            continue;
        pg_status status = open_group(rows, group, err);
        if (status != PG_OK)
            return status;
        rows->left = pg_parquet_group_rows(rows->file, group);
    }
    rows->left--;
    rows->number++;
    for (size_t i = 0; i < rows->n; i++) {
        pg_status status = next_row(&rows->sources[i], err);
        if (status != PG_OK) {
            pg_error_where(err, "%s, row %lld, column %s", pg_parquet_path(rows->file), (long long)rows->number,
                           rows->sources[i].column->path);
            return status;
        }
    }
    return PG_OK;
}

const pg_parquet_cell *pg_parquet_rows_cells(const pg_parquet_rows *rows, size_t column, size_t *n)
{
    const source *s = &rows->sources[column];
    *n = s->n_cells;
    return (const pg_parquet_cell *)(const void *)s->cells.data;
}

int64_t pg_parquet_rows_number(const pg_parquet_rows *rows)
{
    return rows->number;
}

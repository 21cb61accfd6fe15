#include "data/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/file.h"
#include "base/text.h"
#include "data/csv.h"
#include "data/parquet_rows.h"

enum { COLUMNS_MAX = 4 * PG_LAYOUT_LEVELS + 64 };

/* What to do with a column that is read. */
typedef struct {
    pg_field field;
    int level;
    bool is_number; /* a price or size ... */
    bool is_list;   /* ... or a side's prices or sizes, all of them */
    bool is_time;   /* its integers are nanoseconds already */
    char name[PG_LAYOUT_NAME];
} op;

struct pg_table {
    pg_parquet_file *file;
    pg_parquet_rows *rows;
    const pg_layout *layout;
    const pg_layout_record *record;
    pg_scale *scale;
    char path[PG_PATH_SIZE];
    uint64_t bytes;
    op *ops;
    size_t n;
    size_t n_levels[2]; /* of patterns with %d */
    uint64_t number;
};

static bool is_level_field(pg_field field)
{
    return field >= PG_FIELD_BID_PRICE && field <= PG_FIELD_ASK_SIZE;
}

static bool is_size(pg_field field)
{
    return field == PG_FIELD_SIZE || field == PG_FIELD_BID_SIZE || field == PG_FIELD_ASK_SIZE;
}

static int side_of(pg_field field)
{
    return field == PG_FIELD_ASK_PRICE || field == PG_FIELD_ASK_SIZE;
}

/* ---- columns ---- */

static pg_status refuse(const pg_table *t, const char *remedy, pg_error *err)
{
    pg_error_where(err, "%s", t->path);
    pg_error_remedy(err, remedy, t->layout->name);
    return PG_ERR_PARSE;
}

static pg_status add_column(pg_table *t, const pg_parquet_column *column, size_t length, pg_error *err)
{
    int level = 0, field = pg_layout_find_column(t->layout, column->path, length, &level);
    if (field < 0 || t->n == COLUMNS_MAX)
        return PG_OK;
    bool book = t->record->kind == PG_RECORD_BOOK, list = column->max_repetition > 0;
    op *o = &t->ops[t->n++];
    *o = (op){ .field = (pg_field)field,
               .level = level,
               .is_number = is_level_field(field) || field == PG_FIELD_PRICE || field == PG_FIELD_SIZE,
               .is_list = list,
               .is_time = column->logical == PG_PARQUET_TIMESTAMP || column->type == PG_PARQUET_INT96 };
    snprintf(o->name, sizeof o->name, "%.*s", (int)length, column->path);
    if (list && !(book && is_level_field(field))) {
        pg_fail(err, PG_ERR_PARSE, "the column '%s' holds lists, and a single value is needed", o->name);
        return refuse(t, "only prices and sizes of a book may be lists; see layout '%s'", err);
    }
    size_t *levels = &t->n_levels[side_of(o->field)];
    if (book && o->is_number && !list && (size_t)level >= *levels)
        *levels = (size_t)level + 1;
    return PG_OK;
}

static pg_status find_columns(pg_table *t, pg_error *err)
{
    char header[PG_PARQUET_PATH * 8];
    const char *missing = NULL;
    pg_status status = PG_OK;
    for (size_t i = 0; i < pg_parquet_columns(t->file) && status == PG_OK; i++) {
        const pg_parquet_column *column = pg_parquet_column_at(t->file, i);
        status = add_column(t, column, strcspn(column->path, "."), err);
    }
    if (status == PG_OK)
        status = pg_table_header(header, sizeof header, t->path, t->layout->delimiter, err);
    if (status != PG_OK || pg_csv_score(t->layout, header, strlen(header), &missing) >= 0)
        return status;
    pg_fail(err, PG_ERR_PARSE, "column '%s' is missing; the file has %.200s", missing ? missing : "?", header);
    return refuse(t, "the layout '%s' needs it", err);
}

static pg_status open_rows(pg_table *t, pg_error *err)
{
    const char **names = calloc(t->n + 1, sizeof *names);
    if (!names)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < t->n; i++)
        names[i] = t->ops[i].name;
    pg_status status = pg_parquet_rows_open(&t->rows, t->file, names, t->n, err);
    free(names);
    return status;
}

pg_status pg_table_open(pg_table **table, const char *path, const pg_layout *layout, pg_scale *scale, pg_error *err)
{
    pg_file_info info = { 0 };
    *table = NULL;
    pg_table *t = calloc(1, sizeof *t);
    if (t)
        t->ops = calloc(COLUMNS_MAX, sizeof *t->ops);
    if (!t || !t->ops) {
        free(t);
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    t->layout = layout;
    t->record = &layout->records[0];
    t->scale = scale;
    snprintf(t->path, sizeof t->path, "%s", path);
    pg_status status = pg_parquet_open(&t->file, path, NULL, err);
    if (status == PG_OK)
        status = pg_file_stat(path, &info, err);
    t->bytes = info.bytes;
    if (status == PG_OK)
        status = find_columns(t, err);
    if (status == PG_OK)
        status = open_rows(t, err);
    if (status != PG_OK) {
        pg_table_close(t);
        return status;
    }
    *table = t;
    return PG_OK;
}

void pg_table_close(pg_table *table)
{
    if (!table)
        return;
    pg_parquet_rows_close(table->rows);
    pg_parquet_close(table->file);
    free(table->ops);
    free(table);
}

pg_status pg_table_header(char *line, size_t size, const char *path, char delimiter, pg_error *err)
{
    pg_parquet_file *file;
    pg_status status = pg_parquet_open(&file, path, NULL, err);
    size_t at = 0, before = 0;
    const char *last = "";
    line[0] = '\0';
    if (status != PG_OK)
        return status;
    for (size_t i = 0; i < pg_parquet_columns(file); i++) {
        const char *name = pg_parquet_column_at(file, i)->path;
        size_t length = strcspn(name, ".");
        bool again = i > 0 && length == before && memcmp(name, last, length) == 0;
        last = name;
        before = length;
        if (again || at + length + 2 > size)
            continue;
        if (at > 0)
            line[at++] = delimiter;
        memcpy(line + at, name, length);
        at += length;
        line[at] = '\0';
    }
    pg_parquet_close(file);
    return PG_OK;
}

/* ---- values ---- */

/* A double is taken as the shortest decimal number that reads back as it: what was written before it became one. The
 * usual case without text: no other number with so few decimals is nearer to it. */
static pg_defect take_double(int64_t *value, pg_scale *scale, pg_scale_of of, double number, pg_error *err)
{
    char text[32];
    double power = (double)pg_pow10(scale->decimals[of]), whole = nearbyint(number * power);
    if (whole >= 0 && whole < 9007199254740992.0 && whole / power == number) {
        *value = (int64_t)whole;
        return PG_DEFECT_NONE;
    }
    if (!isfinite(number)) {
        pg_fail(err, PG_ERR_PARSE, "a price or size is %s", isnan(number) ? "not a number" : "infinite");
        return PG_DEFECT_NUMBER;
    }
    pg_double_format(text, sizeof text, number);
    return pg_row_number(value, scale, of, text, strlen(text), err);
}

static pg_defect take_number(int64_t *value, pg_scale *scale, pg_scale_of of, const pg_parquet_cell *cell,
                             pg_error *err)
{
    char text[32];
    *value = 0;
    switch (cell->kind) {
    case PG_PARQUET_CELL_NULL: return PG_DEFECT_NONE;
    case PG_PARQUET_CELL_NUMBER: return take_double(value, scale, of, cell->number, err);
    case PG_PARQUET_CELL_TEXT:
        return pg_row_number(value, scale, of, (const char *)cell->text.data, cell->text.size, err);
    case PG_PARQUET_CELL_INTEGER: break;
    }
    snprintf(text, sizeof text, "%lld", (long long)cell->integer);
    return pg_row_number(value, scale, of, text, strlen(text), err);
}

static pg_defect take_time(pg_row *row, pg_field field, int64_t time_ns, pg_error *err)
{
    if (time_ns < 0) {
        pg_fail(err, PG_ERR_PARSE, "a time before 1970");
        return PG_DEFECT_TIME;
    }
    *(field == PG_FIELD_LOCAL_TIME ? &row->local_ns : &row->exch_ns) = time_ns;
    row->has |= field == PG_FIELD_LOCAL_TIME ? PG_ROW_LOCAL : PG_ROW_EXCHANGE;
    return PG_DEFECT_NONE;
}

/* Anything else goes the way of text, so that units, sides and ids mean the same as in CSV. */
static pg_defect take_other(pg_table *t, pg_row *row, const op *o, const pg_parquet_cell *cell, pg_error *err)
{
    char text[32];
    if (o->is_time && cell->kind == PG_PARQUET_CELL_INTEGER &&
        (o->field == PG_FIELD_LOCAL_TIME || o->field == PG_FIELD_EXCHANGE_TIME))
        return take_time(row, o->field, cell->integer, err);
    const char *value = text;
    size_t length = 0;
    if (cell->kind == PG_PARQUET_CELL_TEXT) {
        value = (const char *)cell->text.data;
        length = cell->text.size;
    } else if (cell->kind == PG_PARQUET_CELL_INTEGER) {
        length = (size_t)snprintf(text, sizeof text, "%lld", (long long)cell->integer);
    } else if (cell->kind == PG_PARQUET_CELL_NUMBER && isfinite(cell->number)) {
        length = strlen(pg_double_format(text, sizeof text, cell->number));
    }
    return pg_row_set(row, t->scale, t->layout, t->record, o->field, value, length, err);
}

/* A side's prices or sizes; *status: PG_ERR_RANGE above the bound of a row. */
static pg_defect take_list(pg_table *t, pg_row *row, const op *o, const pg_parquet_cell *cells, size_t n,
                           pg_status *status, pg_error *err)
{
    int side = side_of(o->field);
    size_t had = row->n_levels[side];
    pg_defect defect = PG_DEFECT_NONE;
    *status = pg_row_reserve(row, side, n, err);
    if (*status != PG_OK)
        return PG_DEFECT_NONE;
    if (had == 0 && n > 0)
        memset(row->levels[side], 0, n * sizeof *row->levels[side]);
    if (had != 0 && had != n) {
        pg_fail(err, PG_ERR_PARSE, "a side has %zu prices or sizes beside %zu", n, had);
        return PG_DEFECT_ROW;
    }
    pg_scale_of of = is_size(o->field) ? PG_SCALE_SIZE : PG_SCALE_PRICE;
    for (size_t i = 0; i < n && defect == PG_DEFECT_NONE; i++) {
        pg_level *level = &row->levels[side][i];
        defect = take_number(of == PG_SCALE_SIZE ? &level->size : &level->price, t->scale, of, &cells[i], err);
    }
    row->n_levels[side] = n;
    return defect;
}

static pg_defect take_single(pg_table *t, pg_row *row, const op *o, const pg_parquet_cell *cell, pg_error *err)
{
    static const pg_parquet_cell null = { .kind = PG_PARQUET_CELL_NULL };
    cell = cell ? cell : &null;
    if (!o->is_number)
        return take_other(t, row, o, cell, err);
    int side = side_of(o->field);
    bool size = is_size(o->field);
    pg_level *level = t->record->kind == PG_RECORD_BOOK ? &row->levels[side][o->level] : &row->quote[side];
    if (size && cell->kind != PG_PARQUET_CELL_NULL)
        row->has |= PG_ROW_SIZES;
    return take_number(size ? &level->size : &level->price, t->scale, size ? PG_SCALE_SIZE : PG_SCALE_PRICE, cell, err);
}

static pg_status prepare(pg_table *t, pg_row *row, pg_error *err)
{
    pg_row_begin(row, t->record->kind, ++t->number);
    for (int side = 0; side < 2; side++) {
        pg_status status = pg_row_reserve(row, side, t->n_levels[side], err);
        if (status != PG_OK)
            return status;
        row->n_levels[side] = t->n_levels[side];
    }
    return PG_OK;
}

static pg_status take_cells(pg_table *t, pg_row *row, pg_defect *defect, pg_error *err)
{
    pg_status status = PG_OK;
    for (size_t i = 0; i < t->n && status == PG_OK && *defect == PG_DEFECT_NONE; i++) {
        const op *o = &t->ops[i];
        size_t n;
        const pg_parquet_cell *cells = pg_parquet_rows_cells(t->rows, i, &n);
        *defect = o->is_list ? take_list(t, row, o, cells, n, &status, err)
                             : take_single(t, row, o, n > 0 ? cells : NULL, err);
        if (*defect != PG_DEFECT_NONE)
            pg_error_where(err, "column '%s'", o->name);
    }
    return status;
}

pg_status pg_table_next(pg_table *t, pg_row *row, bool *ended, pg_defect *defect, pg_error *err)
{
    *defect = PG_DEFECT_NONE;
    pg_status status = pg_parquet_rows_next(t->rows, ended, err);
    if (status != PG_OK) {
        pg_error_where(err, "%s: behind row %llu", t->path, (unsigned long long)t->number);
        return status;
    }
    if (*ended)
        return PG_OK;
    status = prepare(t, row, err);
    if (status == PG_OK)
        status = take_cells(t, row, defect, err);
    if (status == PG_OK && *defect == PG_DEFECT_NONE)
        *defect = pg_row_finish(row, t->record, err);
    if (status != PG_OK || *defect != PG_DEFECT_NONE)
        pg_error_where(err, "%s: row %llu", t->path, (unsigned long long)t->number);
    return status;
}

uint64_t pg_table_done(const pg_table *table)
{
    int64_t rows = pg_parquet_row_count(table->file);
    return rows > 0 ? (uint64_t)((double)table->bytes * (double)table->number / (double)rows) : table->bytes;
}

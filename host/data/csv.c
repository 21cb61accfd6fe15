#include "data/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/file.h"

enum { COLUMNS_MAX = 4 * PG_LAYOUT_LEVELS + 64 };

typedef enum { OP_SKIP, OP_NUMBER, OP_OTHER } op_type;
typedef enum { BASE_BIDS, BASE_ASKS, BASE_QUOTE } op_base;

/* What to do with a column. */
typedef struct {
    uint8_t type;
    uint8_t field;
    uint8_t of;    /* OP_NUMBER: price or size ... */
    uint8_t base;  /* ... which array it goes to ... */
    uint32_t slot; /* ... and where there */
    uint32_t has;  /* bits that its presence sets in the row */
    const char *name;
} op;

struct pg_csv {
    pg_source *source;
    const pg_layout *layout;
    const pg_layout_record *record;
    pg_scale *scale;
    pg_defects *defects;
    char path[PG_PATH_SIZE];
    char *header; /* the column names, each terminated */
    op *ops;
    size_t n_columns;
    size_t n_needed; /* columns up to the last one that is used */
    size_t n_levels[2];
    uint64_t line;
};

/* Cuts the next field out of a line; p moves to the delimiter behind it or to end. False: a quote without its end. */
static bool cut_field(const char **p, const char *end, char delimiter, const char **text, size_t *length)
{
    const char *start = *p;
    if (start < end && *start == '"') {
        const char *quote = memchr(start + 1, '"', (size_t)(end - start - 1));
        while (quote && quote + 1 < end && quote[1] == '"')
            quote = memchr(quote + 2, '"', (size_t)(end - quote - 2));
        if (!quote || (quote + 1 < end && quote[1] != delimiter))
            return false;
        *text = start + 1;
        *length = (size_t)(quote - start - 1);
        *p = quote + 1;
        return true;
    }
    const char *stop = memchr(start, delimiter, (size_t)(end - start));
    *p = stop ? stop : end;
    *text = start;
    *length = (size_t)(*p - start);
    return true;
}

static void skip_mark(const char **text, size_t *length)
{
    if (*length >= 3 && memcmp(*text, "\xEF\xBB\xBF", 3) == 0) {
        *text += 3;
        *length -= 3;
    }
}

int pg_csv_score(const pg_layout *layout, const char *header, size_t length, const char **missing)
{
    skip_mark(&header, &length);
    const char *end = header + length;
    uint32_t found = 0, words = 0;
    int score = 0;
    *missing = NULL;
    for (const char *p = header;; p++) {
        const char *text;
        size_t size;
        int level;
        if (!cut_field(&p, end, layout->delimiter, &text, &size))
            return -1;
        int field = pg_layout_find_column(layout, text, size, &level);
        if (field >= 0) {
            found |= 1u << field;
            score++;
        }
        for (int i = 0; i < PG_LAYOUT_TEXTS; i++) {
            if (layout->header[i][0] && strlen(layout->header[i]) == size &&
                memcmp(layout->header[i], text, size) == 0) {
                words |= 1u << i;
                score++;
            }
        }
        if (p == end)
            break;
    }
    for (int field = 0; field < PG_FIELDS; field++) {
        *missing = layout->records[0].columns[field];
        if (**missing && !(found >> field & 1))
            return -1;
    }
    for (int i = 0; i < PG_LAYOUT_TEXTS; i++) {
        *missing = layout->header[i];
        if (**missing && !(words >> i & 1))
            return -1;
    }
    *missing = NULL;
    return score;
}

static pg_status missing_column(const pg_csv *csv, const char *header, const char *name, pg_error *err)
{
    static const char others[] = ";\t|,";
    if (!name) {
        pg_fail(err, PG_ERR_PARSE, "the header line cannot be read: a quotation mark has no end, or text behind it");
        pg_error_where(err, "%s:1", csv->path);
        pg_error_remedy(err, "mend the first line: a name in quotation marks ends before the next delimiter");
        return PG_ERR_PARSE;
    }
    for (const char *c = others; *c; c++) {
        if (*c == csv->layout->delimiter || strchr(header, csv->layout->delimiter) || !strchr(header, *c))
            continue;
        pg_fail(err, PG_ERR_PARSE, "the columns are separated by '%s', not by '%c'",
                *c == '\t' ? "tab" : (char[]){ *c, 0 }, csv->layout->delimiter);
        pg_error_where(err, "%s:1", csv->path);
        pg_error_remedy(err, "set delimiter = \"%s\" in a copy of the layout", *c == '\t' ? "\\t" : (char[]){ *c, 0 });
        return PG_ERR_PARSE;
    }
    pg_fail(err, PG_ERR_PARSE, "column '%s' is missing", name);
    pg_error_where(err, "%s:1", csv->path);
    pg_error_remedy(err, "the layout '%s' needs it; the header is: %.100s%s", csv->layout->name, header,
                    strlen(header) > 100 ? "..." : "");
    return PG_ERR_PARSE;
}

static op make_op(const pg_layout_record *record, int field, int level, const char *name)
{
    op o = { .type = OP_SKIP, .name = name };
    if (field < 0)
        return o;
    bool book = record->kind == PG_RECORD_BOOK;
    o.field = (uint8_t)field;
    o.type = field >= PG_FIELD_BID_PRICE || field == PG_FIELD_PRICE || field == PG_FIELD_SIZE ? OP_NUMBER : OP_OTHER;
    if (field == PG_FIELD_KIND)
        o.type = OP_OTHER;
    if (o.type == OP_OTHER)
        return o;
    bool size = field == PG_FIELD_SIZE || field == PG_FIELD_BID_SIZE || field == PG_FIELD_ASK_SIZE;
    bool ask = field == PG_FIELD_ASK_PRICE || field == PG_FIELD_ASK_SIZE;
    o.of = size ? PG_SCALE_SIZE : PG_SCALE_PRICE;
    o.base = !book ? BASE_QUOTE : ask ? BASE_ASKS : BASE_BIDS;
    o.slot = (uint32_t)(book ? level : ask) * 2 + size;
    o.has = size ? PG_ROW_SIZES : 0;
    return o;
}

static pg_status plan_columns(pg_csv *csv, size_t length, pg_error *err)
{
    const pg_layout *layout = csv->layout;
    uint8_t found[2][2][PG_LAYOUT_LEVELS] = { 0 }; /* side, price or size, level */
    char *p = csv->header, *end = csv->header + length;
    for (;;) {
        const char *text, *next = p;
        size_t size;
        int level = 0;
        if (csv->n_columns == COLUMNS_MAX || !cut_field(&next, end, layout->delimiter, &text, &size)) {
            pg_fail(err, PG_ERR_PARSE, "the header line is broken or has more than %d columns", COLUMNS_MAX);
            pg_error_where(err, "%s:1", csv->path);
            return PG_ERR_PARSE;
        }
        int field = pg_layout_find_column(layout, text, size, &level);
        op *o = &csv->ops[csv->n_columns++];
        *o = make_op(csv->record, field, level, text);
        if (o->type == OP_NUMBER && o->base != BASE_QUOTE) {
            found[o->base][o->of][level] = 1;
            if ((size_t)level >= csv->n_levels[o->base])
                csv->n_levels[o->base] = (size_t)level + 1;
        }
        if (o->type != OP_SKIP)
            csv->n_needed = csv->n_columns;
        bool last = next == end;
        csv->header[text + size - csv->header] = '\0';
        if (last)
            break;
        p = (char *)next + 1;
    }
    for (int side = 0; side < 2; side++) {
        for (size_t level = 0; level < csv->n_levels[side]; level++) {
            if (found[side][0][level] && found[side][1][level])
                continue;
            pg_fail(err, PG_ERR_PARSE, "level %d of the %s lacks its %s column", (int)level + layout->first_level,
                    side ? "asks" : "bids", found[side][0][level] ? "size" : "price");
            pg_error_where(err, "%s:1", csv->path);
            pg_error_remedy(err, "check the column patterns of layout '%s'", csv->layout->name);
            return PG_ERR_PARSE;
        }
    }
    return PG_OK;
}

static pg_status read_header(pg_csv *csv, pg_error *err)
{
    const char *line, *missing;
    size_t length;
    bool torn;
    pg_status status = pg_source_line(csv->source, &line, &length, &torn, err);
    if (status != PG_OK)
        return status;
    if (!line || length == 0) {
        pg_fail(err, PG_ERR_PARSE, "the file has no header line: %s", line ? "its first line is empty" : "it is empty");
        pg_error_where(err, "%s:1", csv->path);
        pg_error_remedy(err, "a CSV file must begin with the names of its columns");
        return PG_ERR_PARSE;
    }
    skip_mark(&line, &length);
    csv->line = 1;
    csv->header = strndup(line, length);
    csv->ops = calloc(COLUMNS_MAX, sizeof *csv->ops);
    if (!csv->header || !csv->ops)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (pg_csv_score(csv->layout, csv->header, strlen(csv->header), &missing) < 0)
        return missing_column(csv, csv->header, missing, err);
    return plan_columns(csv, strlen(csv->header), err);
}

pg_status pg_csv_open(pg_csv **csv, const char *path, const pg_layout *layout, pg_scale *scale, pg_defects *defects,
                      pg_error *err)
{
    *csv = NULL;
    pg_csv *c = calloc(1, sizeof *c);
    if (!c)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    c->layout = layout;
    c->record = &layout->records[0];
    c->scale = scale;
    c->defects = defects;
    snprintf(c->path, sizeof c->path, "%s", path);
    pg_status status = pg_source_open(&c->source, path, err);
    if (status == PG_OK)
        status = read_header(c, err);
    if (status != PG_OK) {
        pg_csv_close(c);
        return status;
    }
    *csv = c;
    return PG_OK;
}

void pg_csv_close(pg_csv *csv)
{
    if (!csv)
        return;
    pg_source_close(csv->source);
    free(csv->header);
    free(csv->ops);
    free(csv);
}

/* Reads the fields of a line; *columns is how many there were. */
static pg_defect read_fields(pg_csv *csv, pg_row *row, const char *line, size_t length, size_t *columns, pg_error *err)
{
    const char *p = line, *end = line + length;
    char delimiter = csv->layout->delimiter;
    int64_t *bases[] = { (int64_t *)row->levels[0], (int64_t *)row->levels[1], (int64_t *)row->quote };
    for (size_t column = 0;; column++, p++) {
        *columns = column + 1;
        if (column == csv->n_columns) {
            pg_fail(err, PG_ERR_PARSE, "the row has more fields than the header's %zu", csv->n_columns);
            return PG_DEFECT_LONG_ROW;
        }
        const op *o = &csv->ops[column];
        if (o->type == OP_NUMBER) {
            int64_t *value = &bases[o->base][o->slot];
            const char *stop = pg_decimal_scan(value, p, end, csv->scale->decimals[o->of]);
            if (stop && (stop == end || *stop == delimiter)) {
                row->has |= o->has;
                p = stop;
                if (p == end)
                    return PG_DEFECT_NONE;
                continue;
            }
        }
        const char *text;
        size_t size;
        pg_defect defect = PG_DEFECT_NONE;
        if (!cut_field(&p, end, delimiter, &text, &size)) {
            pg_fail(err, PG_ERR_PARSE, "a quote is not closed");
            defect = PG_DEFECT_ROW;
        } else if (o->type == OP_NUMBER) {
            defect = pg_row_number(&bases[o->base][o->slot], csv->scale, o->of, text, size, err);
            row->has |= o->has;
        } else if (o->type == OP_OTHER) {
            defect = pg_row_set(row, csv->scale, csv->layout, csv->record, o->field, text, size, err);
        }
        if (defect != PG_DEFECT_NONE) {
            pg_error_where(err, "column '%s'", o->name);
            return defect;
        }
        if (p == end)
            return PG_DEFECT_NONE;
    }
}

static pg_status prepare_levels(pg_csv *csv, pg_row *row, pg_error *err)
{
    for (int side = 0; side < 2; side++) {
        pg_status status = pg_row_reserve(row, side, csv->n_levels[side], err);
        if (status != PG_OK)
            return status;
        row->n_levels[side] = csv->n_levels[side];
    }
    return PG_OK;
}

/* A row with fewer fields: good when the missing ones are not needed and the layout says so. */
static pg_defect judge_short(pg_csv *csv, size_t columns, pg_error *err)
{
    bool usable = columns >= csv->n_needed;
    if (usable && (csv->layout->tolerate >> PG_DEFECT_SHORT_ROW & 1)) {
        pg_defects_add(csv->defects, PG_DEFECT_SHORT_ROW, "%s:%llu", csv->path, (unsigned long long)csv->line);
        return PG_DEFECT_NONE;
    }
    pg_fail(err, PG_ERR_PARSE, "the row has %zu fields, the header %zu columns%s%s%s", columns, csv->n_columns,
            usable ? "" : ": column '", usable ? "" : csv->ops[columns].name,
            usable ? "" : "' and what follows are missing");
    return PG_DEFECT_SHORT_ROW;
}

pg_status pg_csv_next(pg_csv *csv, pg_row *row, bool *ended, pg_defect *defect, pg_error *err)
{
    const char *line;
    size_t length, columns = 0;
    bool torn;
    *ended = false;
    *defect = PG_DEFECT_NONE;
    do {
        pg_status status = pg_source_line(csv->source, &line, &length, &torn, err);
        if (status != PG_OK) {
            pg_error_where(err, "after line %llu", (unsigned long long)csv->line);
            return status;
        }
        csv->line++;
        if (!line) {
            *ended = true;
            return PG_OK;
        }
    } while (length == 0);
    pg_row_begin(row, csv->record->kind, csv->line);
    pg_status status = prepare_levels(csv, row, err);
    if (status != PG_OK)
        return status;
    *defect = read_fields(csv, row, line, length, &columns, err);
    if (*defect == PG_DEFECT_NONE && columns < csv->n_columns)
        *defect = judge_short(csv, columns, err);
    if (*defect == PG_DEFECT_NONE)
        *defect = pg_row_finish(row, csv->record, err);
    if (*defect == PG_DEFECT_NONE)
        return PG_OK;
    if (torn) {
        pg_fail(err, PG_ERR_PARSE, "the last row is cut off");
        *defect = PG_DEFECT_TORN_END;
    }
    pg_error_where(err, "%s:%llu", csv->path, (unsigned long long)csv->line);
    return PG_OK;
}

uint64_t pg_csv_done(const pg_csv *csv)
{
    return pg_source_done(csv->source);
}

#include "cli/rows.h"

#include <string.h>

void pg_rows_begin(pg_rows *rows, FILE *out, pg_rows_format format, const pg_column *columns, int count)
{
    *rows = (pg_rows){ .out = out, .format = format, .columns = columns, .count = count };
    if (format == PG_ROWS_JSON)
        fputc('[', out);
    if (format == PG_ROWS_JSON)
        return;
    for (int i = 0; i < count; i++)
        if (format == PG_ROWS_CSV)
            fprintf(out, "%s%s", i ? "," : "", columns[i].name);
        else if (columns[i].width != 0)
            fprintf(out, "%*s%s", columns[i].width, columns[i].name, i + 1 < count ? "  " : "");
    fputc('\n', out);
}

/* Texts of venues and scripts come to a terminal without their escape sequences. */
static void put_plain(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < 32 || *text == 127 ? ' ' : *text, out);
}

static void put_csv(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_json(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 32)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void put_json_cell(pg_rows *rows, const pg_column *column, const char *text)
{
    FILE *out = rows->out;
    if (rows->at == 0)
        fputs(rows->rows ? ",\n {" : "\n {", out);
    fprintf(out, "%s\"%s\": ", rows->at ? ", " : "", column->name);
    if (!column->is_number)
        put_json(out, text);
    else
        fputs(text[0] ? text : "null", out);
    if (rows->at + 1 == rows->count)
        fputc('}', out);
}

static void put_table_cell(pg_rows *rows, const pg_column *column, const char *text)
{
    if (column->width == 0)
        return;
    int width = column->width < 0 ? -column->width : column->width, length = (int)strlen(text);
    int blanks = length < width ? width - length : 0;
    bool last = rows->at + 1 == rows->count;
    if (column->width > 0)
        fprintf(rows->out, "%*s", blanks, "");
    put_plain(rows->out, text);
    if (column->width < 0 && !last)
        fprintf(rows->out, "%*s", blanks, "");
    if (!last)
        fputs("  ", rows->out);
}

void pg_rows_cell(pg_rows *rows, const char *text)
{
    const pg_column *column = &rows->columns[rows->at];
    switch (rows->format) {
    case PG_ROWS_TABLE: put_table_cell(rows, column, text); break;
    case PG_ROWS_CSV:
        if (rows->at)
            fputc(',', rows->out);
        put_csv(rows->out, text);
        break;
    case PG_ROWS_JSON: put_json_cell(rows, column, text); break;
    }
    rows->at++;
    if (rows->at < rows->count)
        return;
    rows->at = 0;
    rows->rows++;
    if (rows->format != PG_ROWS_JSON)
        fputc('\n', rows->out);
}

void pg_rows_end(pg_rows *rows)
{
    if (rows->format == PG_ROWS_JSON)
        fputs(rows->rows ? "\n]\n" : "]\n", rows->out);
    else if (rows->format == PG_ROWS_TABLE && rows->rows == 0)
        fputs("(none)\n", rows->out);
}

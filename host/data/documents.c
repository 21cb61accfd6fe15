#include "data/documents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/json.h"

struct pg_documents {
    pg_source *source;
    const pg_layout *layout;
    pg_scale *scale;
    pg_defects *defects;
    char path[PG_PATH_SIZE];
    pg_json json;
    uint64_t number; /* of the document */
};

typedef struct {
    const char *prefix, *text;
    size_t prefix_length, length;
} document;

pg_status pg_documents_open(pg_documents **documents, const char *path, const pg_layout *layout, pg_scale *scale,
                            pg_defects *defects, pg_error *err)
{
    *documents = NULL;
    pg_documents *d = calloc(1, sizeof *d);
    if (!d)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    d->layout = layout;
    d->scale = scale;
    d->defects = defects;
    snprintf(d->path, sizeof d->path, "%s", path);
    pg_status status = pg_source_open(&d->source, path, err);
    if (status != PG_OK) {
        pg_documents_close(d);
        return status;
    }
    *documents = d;
    return PG_OK;
}

void pg_documents_close(pg_documents *documents)
{
    if (!documents)
        return;
    pg_source_close(documents->source);
    pg_json_free(&documents->json);
    free(documents);
}

static bool is_filler(char c, bool brackets)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || (brackets && (c == ',' || c == '[' || c == ']'));
}

/* Passes over what lies between documents: blanks, and the commas and brackets of an array around them. */
static pg_status skip_filler(pg_documents *d, bool *ended, pg_error *err)
{
    *ended = false;
    for (;;) {
        size_t size, n = 0;
        const char *text = pg_source_text(d->source, &size);
        while (n < size && is_filler(text[n], true))
            n++;
        pg_source_skip(d->source, n);
        if (n < size)
            return PG_OK;
        pg_status status = pg_source_more(d->source, ended, err);
        if (status != PG_OK || *ended)
            return status;
    }
}

/* Passes over a line that cannot be read, so that the reader can go on behind it. */
static pg_status skip_line(pg_documents *d, pg_error *err)
{
    const char *line;
    size_t length;
    bool torn;
    return pg_source_line(d->source, &line, &length, &torn, err);
}

static size_t prefix_length(const char *text, size_t size)
{
    size_t n = 0;
    while (n < size && text[n] != '{' && !is_filler(text[n], false))
        n++;
    return n;
}

/* Cuts out the next document; its text stays valid until the window moves. */
static pg_status next_document(pg_documents *d, document *doc, bool *ended, pg_defect *defect, pg_error *err)
{
    pg_status status = skip_filler(d, ended, err);
    if (status != PG_OK || *ended)
        return status;
    d->number++;
    pg_json_scan scan = { 0 };
    for (;;) {
        size_t size;
        const char *text = pg_source_text(d->source, &size);
        size_t prefix = prefix_length(text, size), start = prefix;
        while (start < size && is_filler(text[start], false))
            start++;
        if (start < size && text[start] != '{') {
            pg_fail(err, PG_ERR_PARSE, "a JSON object is expected here, not '%.20s'", (char[2]){ text[start], 0 });
            *defect = PG_DEFECT_ROW;
            return skip_line(d, err);
        }
        size_t extent = start < size ? pg_json_extent(&scan, text + start, size - start) : 0;
        if (extent > 0) {
            *doc = (document){ text, text + start, prefix, extent };
            pg_source_skip(d->source, start + extent);
            return PG_OK;
        }
        status = pg_source_more(d->source, ended, err);
        if (status != PG_OK)
            return status;
        if (*ended) {
            *ended = false;
            pg_fail(err, PG_ERR_PARSE, "the last document is cut off");
            pg_source_text(d->source, &size);
            pg_source_skip(d->source, size);
            *defect = PG_DEFECT_TORN_END;
            return PG_OK;
        }
    }
}

static const pg_layout_record *find_record(const pg_documents *d)
{
    for (int i = 0; i < d->layout->n_records; i++) {
        const pg_layout_record *record = &d->layout->records[i];
        int token = pg_json_find(&d->json, 0, record->match_path);
        if (token < 0)
            continue;
        const pg_json_token *t = &d->json.tokens[token];
        size_t length = strlen(record->match_value);
        if (length == 0 || (t->size == length && memcmp(d->json.text + t->start, record->match_value, length) == 0))
            return record;
    }
    return NULL;
}

static bool is_null(const pg_json *json, int token)
{
    return json->tokens[token].type == PG_JSON_LITERAL && json->text[json->tokens[token].start] == 'n';
}

/* One level: [price, size] as strings or numbers. */
static pg_defect read_level(pg_documents *d, uint32_t token, pg_level *level, pg_error *err)
{
    const pg_json_token *tokens = d->json.tokens;
    uint32_t price = token + 1;
    if (tokens[token].type != PG_JSON_ARRAY || price >= tokens[token].next ||
        tokens[price].next >= tokens[token].next) {
        pg_fail(err, PG_ERR_PARSE, "a level is not a pair of price and size");
        return PG_DEFECT_ROW;
    }
    uint32_t size = tokens[price].next;
    pg_defect defect = pg_row_number(&level->price, d->scale, PG_SCALE_PRICE, d->json.text + tokens[price].start,
                                     tokens[price].size, err);
    if (defect == PG_DEFECT_NONE)
        defect = pg_row_number(&level->size, d->scale, PG_SCALE_SIZE, d->json.text + tokens[size].start,
                               tokens[size].size, err);
    return defect;
}

static pg_defect read_levels(pg_documents *d, pg_row *row, int side, int array, pg_error *err)
{
    const pg_json_token *tokens = d->json.tokens;
    if (tokens[array].type != PG_JSON_ARRAY) {
        pg_fail(err, PG_ERR_PARSE, "the levels are not an array");
        return PG_DEFECT_ROW;
    }
    for (uint32_t i = (uint32_t)array + 1; i < tokens[array].next; i = tokens[i].next) {
        if (pg_row_reserve(row, side, row->n_levels[side] + 1, err) != PG_OK)
            return PG_DEFECT_ROW;
        pg_defect defect = read_level(d, i, &row->levels[side][row->n_levels[side]], err);
        if (defect != PG_DEFECT_NONE)
            return defect;
        row->n_levels[side]++;
    }
    return PG_DEFECT_NONE;
}

/* Fields that a venue's messages of a kind do not always have. */
static bool may_be_absent(pg_field field)
{
    return field == PG_FIELD_EXCHANGE_TIME || field == PG_FIELD_PREVIOUS_SEQUENCE || field == PG_FIELD_KIND;
}

static pg_defect read_field(pg_documents *d, pg_row *row, const pg_layout_record *record, pg_field field,
                            const document *doc, pg_error *err)
{
    const char *path = record->columns[field];
    if (strcmp(path, PG_DOCUMENT_PREFIX) == 0)
        return pg_row_set(row, d->scale, d->layout, record, field, doc->prefix, doc->prefix_length, err);
    int token = pg_json_find(&d->json, 0, path);
    if (token >= 0 && is_null(&d->json, token))
        token = -1;
    if (token < 0) {
        if (may_be_absent(field))
            return PG_DEFECT_NONE;
        pg_fail(err, PG_ERR_PARSE, "the value is missing");
        return PG_DEFECT_EMPTY;
    }
    if (field == PG_FIELD_BIDS || field == PG_FIELD_ASKS)
        return read_levels(d, row, field == PG_FIELD_ASKS, token, err);
    const pg_json_token *t = &d->json.tokens[token];
    return pg_row_set(row, d->scale, d->layout, record, field, d->json.text + t->start, t->size, err);
}

static pg_defect read_document(pg_documents *d, pg_row *row, const pg_layout_record *record, const document *doc,
                               pg_error *err)
{
    pg_row_begin(row, record->kind, d->number);
    for (int field = 0; field < PG_FIELDS; field++) {
        if (!record->columns[field][0])
            continue;
        pg_defect defect = read_field(d, row, record, (pg_field)field, doc, err);
        if (defect != PG_DEFECT_NONE) {
            pg_error_where(err, "value '%s'", record->columns[field]);
            return defect;
        }
    }
    return pg_row_finish(row, record, err);
}

pg_status pg_documents_next(pg_documents *documents, pg_row *row, bool *ended, pg_defect *defect, pg_error *err)
{
    pg_documents *d = documents;
    for (;;) {
        document doc = { 0 };
        *defect = PG_DEFECT_NONE;
        pg_status status = next_document(d, &doc, ended, defect, err);
        if (status != PG_OK || *ended)
            return status;
        const pg_layout_record *record = NULL;
        row->number = d->number;
        if (*defect == PG_DEFECT_NONE) {
            if (pg_json_read(&d->json, doc.text, doc.length, err) != PG_OK)
                *defect = PG_DEFECT_ROW;
            else if (!(record = find_record(d)))
                pg_defects_add(d->defects, PG_DEFECT_UNKNOWN_MESSAGE, "%s: document %llu", d->path,
                               (unsigned long long)d->number);
            else
                *defect = read_document(d, row, record, &doc, err);
        }
        if (*defect != PG_DEFECT_NONE)
            pg_error_where(err, "%s: document %llu", d->path, (unsigned long long)d->number);
        if (*defect != PG_DEFECT_NONE || record)
            return PG_OK;
    }
}

uint64_t pg_documents_done(const pg_documents *documents)
{
    return pg_source_done(documents->source);
}

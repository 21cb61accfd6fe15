#include "data/layout.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "data/csv.h"
#include "data/documents.h"
#include "data/parquet_read.h"
#include "data/table.h"

enum { LOOK_DOCUMENTS = 50 }; /* documents of a JSON file that the detection reads */

static const char *const record_names[PG_RECORD_KINDS] = { "trade", "bbo", "bbo_side", "book", "level", "update" };

static const char *const field_names[PG_FIELDS] = {
    "local_time", "exchange_time", "symbol", "sequence",  "first_sequence", "previous_sequence", "price",
    "size",       "side",          "id",     "bid_price", "bid_size",       "ask_price",         "ask_size",
    "bids",       "asks",          "kind"
};

void pg_layout_init(pg_layout *layout, const char *name)
{
    memset(layout, 0, sizeof *layout);
    snprintf(layout->name, sizeof layout->name, "%s", name);
    layout->delimiter = ',';
    layout->local_unit = layout->exchange_unit = PG_TIME_AUTO;
    layout->max_gap_ns = 60000000000;
    layout->max_back_ns = 1000000000;
    layout->price_decimals = layout->size_decimals = -1;
}

static int find_name(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

const char *pg_record_kind_name(pg_record_kind kind)
{
    return record_names[kind];
}

int pg_record_kind_find(const char *name)
{
    return find_name(record_names, PG_RECORD_KINDS, name);
}

const char *pg_field_name(pg_field field)
{
    return field_names[field];
}

int pg_field_find(const char *name)
{
    return find_name(field_names, PG_FIELDS, name);
}

/* The level that a column name stands for in a pattern like "bid_price_%d"; -1 for another name, 0 without "%d". */
static int match_column(const char *pattern, const char *name, size_t length, int first_level)
{
    const char *percent = strstr(pattern, "%d");
    if (!percent)
        return strlen(pattern) == length && memcmp(pattern, name, length) == 0 ? 0 : -1;
    size_t head = (size_t)(percent - pattern), tail = strlen(percent + 2);
    if (length <= head + tail || memcmp(pattern, name, head) != 0 ||
        memcmp(percent + 2, name + length - tail, tail) != 0)
        return -1;
    int level = 0;
    for (size_t i = head; i < length - tail; i++) {
        if ((unsigned)(name[i] - '0') > 9 || level > PG_LAYOUT_LEVELS)
            return -1;
        level = level * 10 + (name[i] - '0');
    }
    level -= first_level;
    return level >= 0 && level < PG_LAYOUT_LEVELS ? level : -1;
}

int pg_layout_find_column(const pg_layout *layout, const char *name, size_t length, int *level)
{
    for (int field = 0; field < PG_FIELDS; field++) {
        const char *pattern = layout->records[0].columns[field];
        if (pattern[0] && (*level = match_column(pattern, name, length, layout->first_level)) >= 0)
            return field;
    }
    return -1;
}

/* The fields that a kind of record cannot do without, as bits. */
static uint32_t needed_fields(const pg_layout *layout, pg_record_kind kind)
{
#define BIT(field) (1u << PG_FIELD_##field)
    bool json = layout->format == PG_FORMAT_JSON;
    switch (kind) {
    case PG_RECORD_TRADE: return BIT(PRICE) | BIT(SIZE);
    case PG_RECORD_BBO: return BIT(BID_PRICE) | BIT(ASK_PRICE);
    case PG_RECORD_BBO_SIDE: return BIT(PRICE) | BIT(SIDE);
    case PG_RECORD_LEVEL: return BIT(PRICE) | BIT(SIZE) | BIT(SIDE);
    case PG_RECORD_BOOK:
        return json ? BIT(BIDS) | BIT(ASKS) : BIT(BID_PRICE) | BIT(BID_SIZE) | BIT(ASK_PRICE) | BIT(ASK_SIZE);
    case PG_RECORD_UPDATE: return BIT(BIDS) | BIT(ASKS) | BIT(SEQUENCE);
    case PG_RECORD_KINDS: break;
    }
#undef BIT
    return 0;
}

static pg_status check_record(const pg_layout *layout, const pg_layout_record *record, pg_error *err)
{
    const char *kind = pg_record_kind_name(record->kind);
    bool json = layout->format == PG_FORMAT_JSON;
    if (!json && record->kind == PG_RECORD_UPDATE)
        return pg_fail(err, PG_ERR_INVALID, "record 'update' is for format 'json' only");
    uint32_t needed = needed_fields(layout, record->kind);
    for (int field = 0; field < PG_FIELDS; field++) {
        if ((needed >> field & 1) && !record->columns[field][0])
            return pg_fail(err, PG_ERR_INVALID, "a record '%s' needs columns.%s", kind, field_names[field]);
        for (int other = 0; !json && other < field; other++) {
            if (record->columns[field][0] && strcmp(record->columns[field], record->columns[other]) == 0)
                return pg_fail(err, PG_ERR_INVALID, "columns.%s and columns.%s name the same column '%s'",
                               field_names[other], field_names[field], record->columns[field]);
        }
    }
    bool timeless = json && record->kind == PG_RECORD_BOOK; /* a snapshot may be older than all times of the file */
    if (!timeless && !record->columns[PG_FIELD_LOCAL_TIME][0] && !record->columns[PG_FIELD_EXCHANGE_TIME][0])
        return pg_fail(err, PG_ERR_INVALID, "a record '%s' needs columns.local_time or columns.exchange_time", kind);
    if (record->columns[PG_FIELD_SIDE][0] && (!record->sides[0][0][0] || !record->sides[1][0][0]))
        return pg_fail(err, PG_ERR_INVALID, "columns.side needs sides = { buy = ..., sell = ... }");
    if (record->columns[PG_FIELD_KIND][0] && !record->liquidations[0][0])
        return pg_fail(err, PG_ERR_INVALID, "columns.kind needs liquidations = \"...\"");
    if (json && !record->match_path[0])
        return pg_fail(err, PG_ERR_INVALID, "a record '%s' of format 'json' needs match = { path = ... }", kind);
    bool quote = record->kind == PG_RECORD_BBO || record->kind == PG_RECORD_BBO_SIDE;
    bool sized = record->columns[PG_FIELD_SIZE][0] || record->columns[PG_FIELD_BID_SIZE][0];
    if (quote && !sized && !layout->default_size[0])
        return pg_fail(err, PG_ERR_INVALID, "a record '%s' without sizes needs default_size", kind);
    return PG_OK;
}

pg_status pg_layout_check(const pg_layout *layout, pg_error *err)
{
    pg_status status = PG_OK;
    if (layout->n_records < 1)
        status = pg_fail(err, PG_ERR_INVALID, "no kind of record is described");
    for (int i = 0; i < layout->n_records && status == PG_OK; i++)
        status = check_record(layout, &layout->records[i], err);
    if (status == PG_OK && !layout->venue[0])
        status = pg_fail(err, PG_ERR_INVALID, "venue is missing");
    if (status != PG_OK)
        pg_error_where(err, "layout '%s'", layout->name);
    return status;
}

/* Glob with '*' (any text) and "{symbol}" (letters, digits, '-', '.', the shortest that fits). */
static bool match_pattern(const char *pattern, const char *text, const char *end, const char **symbol, size_t *length)
{
    static const char mark[] = "{symbol}";
    if (!*pattern)
        return text == end;
    if (*pattern == '*') {
        for (const char *p = text; p <= end; p++) {
            if (match_pattern(pattern + 1, p, end, symbol, length))
                return true;
        }
        return false;
    }
    if (strncmp(pattern, mark, sizeof mark - 1) == 0) {
        for (const char *p = text; p < end && (isalnum((unsigned char)*p) || *p == '-' || *p == '.'); p++) {
            if (match_pattern(pattern + sizeof mark - 1, p + 1, end, symbol, length)) {
                *symbol = text;
                *length = (size_t)(p + 1 - text);
                return true;
            }
        }
        return false;
    }
    return text < end && *pattern == *text && match_pattern(pattern + 1, text + 1, end, symbol, length);
}

bool pg_layout_match_name(const pg_layout *layout, const char *path, char symbol[PG_SYMBOL_SIZE])
{
    static const char *const suffixes[] = { ".gz", ".zst" };
    const char *name = pg_file_name(path), *end = name + strlen(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (pg_text_ends_with(name, suffixes[i]))
            end = name + strlen(name) - strlen(suffixes[i]);
    }
    symbol[0] = '\0';
    for (int i = 0; i < PG_LAYOUT_TEXTS && layout->files[i][0]; i++) {
        const char *start = NULL;
        size_t length = 0;
        if (end - name > 200 || !match_pattern(layout->files[i], name, end, &start, &length))
            continue;
        for (size_t k = 0; k < length && k < PG_SYMBOL_SIZE - 1; k++) {
            symbol[k] = (char)toupper((unsigned char)start[k]);
            symbol[k + 1] = '\0';
        }
        return true;
    }
    return false;
}

/* How many of the first documents a layout describes and can read. */
static int score_documents(const pg_layout *layout, const char *path)
{
    static const pg_scale most = { { PG_MAX_DECIMALS, PG_MAX_DECIMALS }, { 0, 0 }, false };
    pg_scale scale = most;
    pg_defects defects = { 0 };
    pg_documents *documents;
    if (pg_documents_open(&documents, path, layout, &scale, &defects, NULL) != PG_OK)
        return -1;
    pg_row row = { 0 };
    int score = 0;
    bool ended = false;
    for (int i = 0; i < LOOK_DOCUMENTS && !ended; i++) {
        pg_defect defect;
        if (pg_documents_next(documents, &row, &ended, &defect, NULL) != PG_OK)
            break;
        score += !ended && defect == PG_DEFECT_NONE ? 1 : 0;
    }
    pg_row_free(&row);
    pg_documents_close(documents);
    return score > 0 ? score : -1;
}

/* The first line of a file, and whether it looks like JSON. */
static pg_status read_start(const char *path, char *line, size_t size, bool *json, pg_error *err)
{
    pg_source *source;
    pg_status status = pg_source_open(&source, path, err);
    if (status != PG_OK)
        return status;
    bool ended;
    status = pg_source_more(source, &ended, err);
    size_t n = 0;
    const char *text = pg_source_text(source, &n);
    if (status == PG_OK && n == 0) {
        pg_fail(err, PG_ERR_PARSE, "the file is empty");
        pg_error_where(err, "%s", path);
        status = PG_ERR_PARSE;
    }
    const char *newline = n ? memchr(text, '\n', n) : NULL;
    if (newline)
        n = (size_t)(newline - text);
    n = n < size - 1 ? n : size - 1;
    memcpy(line, text, n);
    line[n > 0 && line[n - 1] == '\r' ? n - 1 : n] = '\0';
    pg_source_close(source);
    const char *first = line + strspn(line, " \t\r");
    const char *brace = strchr(line, '{');
    *json = *first == '{' || *first == '[' || (brace && isdigit((unsigned char)*first) && strchr(brace, '"'));
    return status;
}

/* The names of the columns stand for a Parquet file's first line. */
static pg_status read_columns(const char *path, char *line, size_t size, bool *json, pg_error *err)
{
    *json = false;
    return pg_table_header(line, size, path, ',', err);
}

static pg_status none_fits(const char *path, const char *line, bool json, pg_error *err)
{
    pg_fail(err, PG_ERR_NOT_FOUND, "no layout fits this file; it begins: %.120s%s", line,
            strlen(line) > 120 ? "..." : "");
    pg_error_where(err, "%s", path);
    pg_error_remedy(err,
                    "describe its %s in a layout (lua/perigee/layouts/README.md) and pass it with --layout FILE.lua",
                    json ? "documents" : "columns");
    return PG_ERR_NOT_FOUND;
}

pg_status pg_layout_detect(const pg_layout **found, const pg_layout *layouts, int n, const char *path, pg_error *err)
{
    static const int NAME_BONUS = 1; /* a fitting name decides between equals */
    char line[8192], symbol[PG_SYMBOL_SIZE];
    bool json;
    *found = NULL;
    bool parquet = pg_parquet_is(path);
    pg_status status =
        parquet ? read_columns(path, line, sizeof line, &json, err) : read_start(path, line, sizeof line, &json, err);
    if (status != PG_OK)
        return status;
    int best = 0;
    const pg_layout *rival = NULL;
    for (int i = 0; i < n; i++) {
        const char *missing;
        if ((layouts[i].format == PG_FORMAT_JSON) != json)
            continue;
        int score = json ? score_documents(&layouts[i], path) : pg_csv_score(&layouts[i], line, strlen(line), &missing);
        if (score <= 0)
            continue;
        score = 2 * score + (pg_layout_match_name(&layouts[i], path, symbol) ? NAME_BONUS : 0);
        rival = score == best ? &layouts[i] : score > best ? NULL : rival;
        if (score > best) {
            best = score;
            *found = &layouts[i];
        }
    }
    if (!*found)
        return none_fits(path, line, json, err);
    if (!rival)
        return PG_OK;
    pg_fail(err, PG_ERR_INVALID, "the layouts '%s' and '%s' fit this file equally well", (*found)->name, rival->name);
    pg_error_where(err, "%s", path);
    pg_error_remedy(err, "choose one with --layout");
    return PG_ERR_INVALID;
}

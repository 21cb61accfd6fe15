#include "data/parquet_schema.h"

#include <stdlib.h>
#include <string.h>

enum { REQUIRED, OPTIONAL, REPEATED };

/* SchemaElement's converted types (the old form), and the fields of the LogicalType union (the new one). */
enum {
    CONVERTED_UTF8 = 0,
    CONVERTED_ENUM = 4,
    CONVERTED_DECIMAL = 5,
    CONVERTED_DATE = 6,
    CONVERTED_TIME_MILLIS = 7,
    CONVERTED_TIME_MICROS = 8,
    CONVERTED_TIMESTAMP_MILLIS = 9,
    CONVERTED_TIMESTAMP_MICROS = 10,
    CONVERTED_UINT_8 = 11,
    CONVERTED_UINT_64 = 14,
    CONVERTED_INT_8 = 15,
    CONVERTED_INT_64 = 18,
    CONVERTED_JSON = 19,
    CONVERTED_BSON = 20,
    CONVERTED_INTERVAL = 21
};

enum {
    LOGICAL_STRING = 1,
    LOGICAL_ENUM = 4,
    LOGICAL_DECIMAL = 5,
    LOGICAL_DATE = 6,
    LOGICAL_TIME = 7,
    LOGICAL_TIMESTAMP = 8,
    LOGICAL_INTEGER = 10,
    LOGICAL_NULL = 11,
    LOGICAL_JSON = 12,
    LOGICAL_BSON = 13,
    LOGICAL_UUID = 14,
    LOGICAL_FLOAT16 = 15
};

/* One element of the flattened tree. */
typedef struct {
    bool has_type;
    int32_t children, repetition;
    pg_parquet_bytes name;
    pg_parquet_column column; /* path unset */
} element;

/* The groups that are open, from the root down. */
typedef struct {
    int depth;
    struct {
        size_t children; /* that are still to come */
        size_t path;     /* bytes of the path up to here */
        int definition, repetition, element;
    } levels[PG_PARQUET_DEPTH];
    char path[PG_PARQUET_PATH];
} walk;

void pg_parquet_schema_free(pg_parquet_schema *schema)
{
    for (size_t i = 0; i < schema->n; i++)
        free(schema->columns[i].path);
    free(schema->columns);
    *schema = (pg_parquet_schema){ 0 };
}

const char *pg_parquet_type_name(pg_parquet_type type)
{
    static const char *const names[] = { "BOOLEAN", "INT32",  "INT64",      "INT96",
                                         "FLOAT",   "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY" };
    return (unsigned)type < PG_PARQUET_TYPES ? names[type] : "unknown";
}

size_t pg_parquet_column_bytes(const pg_parquet_column *column)
{
    switch (column->type) {
    case PG_PARQUET_BOOLEAN: return 1;
    case PG_PARQUET_INT32:
    case PG_PARQUET_FLOAT: return 4;
    case PG_PARQUET_INT64:
    case PG_PARQUET_DOUBLE: return 8;
    case PG_PARQUET_INT96: return PG_PARQUET_INT96_BYTES;
    case PG_PARQUET_FIXED: return (size_t)column->length;
    default: return 0;
    }
}

/* ---- reading ---- */

static void set_converted(pg_parquet_column *column, int converted)
{
    if (column->logical != PG_PARQUET_NONE)
        return; /* the new form tells more */
    switch (converted) {
    case CONVERTED_UTF8: column->logical = PG_PARQUET_STRING; break;
    case CONVERTED_ENUM: column->logical = PG_PARQUET_ENUM; break;
    case CONVERTED_DECIMAL: column->logical = PG_PARQUET_DECIMAL; break;
    case CONVERTED_DATE: column->logical = PG_PARQUET_DATE; break;
    case CONVERTED_TIME_MILLIS:
    case CONVERTED_TIME_MICROS:
        column->logical = PG_PARQUET_TIME;
        column->unit = converted == CONVERTED_TIME_MILLIS ? PG_PARQUET_MILLIS : PG_PARQUET_MICROS;
        column->utc = true;
        break;
    case CONVERTED_TIMESTAMP_MILLIS:
    case CONVERTED_TIMESTAMP_MICROS:
        column->logical = PG_PARQUET_TIMESTAMP;
        column->unit = converted == CONVERTED_TIMESTAMP_MILLIS ? PG_PARQUET_MILLIS : PG_PARQUET_MICROS;
        column->utc = true;
        break;
    case CONVERTED_JSON: column->logical = PG_PARQUET_JSON; break;
    case CONVERTED_BSON: column->logical = PG_PARQUET_BSON; break;
    case CONVERTED_INTERVAL: column->logical = PG_PARQUET_INTERVAL; break;
    default: break;
    }
    if (converted >= CONVERTED_UINT_8 && converted <= CONVERTED_INT_64) {
        column->logical = PG_PARQUET_INTEGER;
        column->is_unsigned = converted <= CONVERTED_UINT_64;
        column->bits = 8 << (converted - (column->is_unsigned ? CONVERTED_UINT_8 : CONVERTED_INT_8));
    }
}

static void read_time(pg_parquet_column *column, pg_thrift_reader *reader)
{
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        if (f.id == 1) {
            column->utc = pg_thrift_bool(reader, f.type);
        } else if (f.id == 2 && pg_thrift_struct(reader, f.type)) {
            for (pg_thrift_field unit = { 0 }; pg_thrift_next(reader, &unit);) {
                if (unit.id >= PG_PARQUET_MILLIS && unit.id <= PG_PARQUET_NANOS)
                    column->unit = (pg_parquet_unit)unit.id;
                pg_thrift_skip(reader, unit.type);
            }
        } else {
            pg_thrift_skip(reader, f.type);
        }
    }
    if (!column->unit)
        pg_thrift_fail(reader, "a time has no unit");
}

static void read_decimal(pg_parquet_column *column, pg_thrift_reader *reader)
{
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        switch (f.id) {
        case 1: column->scale = pg_thrift_i32(reader, f.type); break;
        case 2: column->precision = pg_thrift_i32(reader, f.type); break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
}

static void read_integer(pg_parquet_column *column, pg_thrift_reader *reader)
{
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        switch (f.id) {
        case 1: column->bits = pg_thrift_i32(reader, f.type); break;
        case 2: column->is_unsigned = !pg_thrift_bool(reader, f.type); break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
}

static pg_parquet_logical find_logical(int field)
{
    switch (field) {
    case LOGICAL_STRING: return PG_PARQUET_STRING;
    case LOGICAL_ENUM: return PG_PARQUET_ENUM;
    case LOGICAL_DECIMAL: return PG_PARQUET_DECIMAL;
    case LOGICAL_DATE: return PG_PARQUET_DATE;
    case LOGICAL_TIME: return PG_PARQUET_TIME;
    case LOGICAL_TIMESTAMP: return PG_PARQUET_TIMESTAMP;
    case LOGICAL_INTEGER: return PG_PARQUET_INTEGER;
    case LOGICAL_NULL: return PG_PARQUET_NULL;
    case LOGICAL_JSON: return PG_PARQUET_JSON;
    case LOGICAL_BSON: return PG_PARQUET_BSON;
    case LOGICAL_UUID: return PG_PARQUET_UUID;
    case LOGICAL_FLOAT16: return PG_PARQUET_FLOAT16;
    default: return PG_PARQUET_OTHER;
    }
}

static void read_logical(pg_parquet_column *column, pg_thrift_reader *reader)
{
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        column->logical = find_logical(f.id);
        if (!pg_thrift_struct(reader, f.type))
            return;
        switch (column->logical) {
        case PG_PARQUET_DECIMAL: read_decimal(column, reader); break;
        case PG_PARQUET_TIME:
        case PG_PARQUET_TIMESTAMP: read_time(column, reader); break;
        case PG_PARQUET_INTEGER: read_integer(column, reader); break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
}

static element read_element(pg_thrift_reader *reader)
{
    element e = { 0 };
    int32_t converted = -1, scale = 0, precision = 0;
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        switch (f.id) {
        case 1:
            e.has_type = true;
            e.column.type = (pg_parquet_type)pg_thrift_i32(reader, f.type);
            break;
        case 2: e.column.length = pg_thrift_i32(reader, f.type); break;
        case 3: e.repetition = pg_thrift_i32(reader, f.type); break;
        case 4: e.name = pg_thrift_binary(reader, f.type); break;
        case 5: e.children = pg_thrift_i32(reader, f.type); break;
        case 6: converted = pg_thrift_i32(reader, f.type); break;
        case 7: scale = pg_thrift_i32(reader, f.type); break;
        case 8: precision = pg_thrift_i32(reader, f.type); break;
        case 10:
            if (pg_thrift_struct(reader, f.type))
                read_logical(&e.column, reader);
            break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
    if (e.column.logical == PG_PARQUET_NONE && converted == CONVERTED_DECIMAL) {
        e.column.scale = scale;
        e.column.precision = precision;
    }
    set_converted(&e.column, converted);
    return e;
}

/* What the column's types may be; anything else would be decoded wrongly later. */
static const char *check_leaf(const pg_parquet_column *c)
{
    if ((unsigned)c->type >= PG_PARQUET_TYPES)
        return "a column has a type that does not exist";
    if (c->type == PG_PARQUET_FIXED && (c->length <= 0 || c->length > 1 << 20))
        return "a column of byte arrays of fixed length has a length that is not allowed";
    if (c->logical == PG_PARQUET_DECIMAL && (c->precision < 1 || c->scale < 0 || c->scale > c->precision))
        return "a decimal has digits that are not allowed";
    if ((c->logical == PG_PARQUET_TIMESTAMP && c->type != PG_PARQUET_INT64) ||
        (c->logical == PG_PARQUET_TIME && c->type != PG_PARQUET_INT64 && c->type != PG_PARQUET_INT32) ||
        (c->logical == PG_PARQUET_DATE && c->type != PG_PARQUET_INT32) ||
        (c->logical == PG_PARQUET_INTEGER && c->type != PG_PARQUET_INT64 && c->type != PG_PARQUET_INT32) ||
        (c->logical == PG_PARQUET_FLOAT16 && (c->type != PG_PARQUET_FIXED || c->length != 2)))
        return "a column has a logical type that does not go with its physical one";
    return NULL;
}

/* Appends a name to the path at `at`; returns where it ends, 0 when the path is too long. */
static size_t add_name(walk *w, size_t at, pg_parquet_bytes name)
{
    if (name.size >= sizeof w->path - at - 1)
        return 0;
    if (at > 0)
        w->path[at++] = '.';
    if (name.size > 0)
        memcpy(w->path + at, name.data, name.size);
    w->path[at + name.size] = '\0';
    return at + name.size;
}

static void add_leaf(pg_parquet_schema *schema, pg_thrift_reader *reader, const walk *w, pg_parquet_column column)
{
    const char *why = check_leaf(&column);
    if (!why && schema->n >= PG_PARQUET_COLUMNS)
        why = "it has more columns than are read here";
    if (why) {
        pg_thrift_fail(reader, why);
        return;
    }
    if (column.type != PG_PARQUET_FIXED)
        column.length = 0;
    column.path = strdup(w->path);
    if ((schema->n & (schema->n - 1)) == 0) { /* room is doubled when it is used up */
        pg_parquet_column *columns = realloc(schema->columns, (schema->n ? schema->n * 2 : 1) * sizeof *columns);
        schema->columns = columns ? columns : schema->columns;
        if (!columns)
            why = "out of memory";
    }
    if (!column.path || why) {
        free(column.path);
        pg_thrift_fail(reader, "out of memory");
        return;
    }
    schema->columns[schema->n++] = column;
}

/* Takes one element: a leaf becomes a column, a group is opened. */
static void take(pg_parquet_schema *schema, pg_thrift_reader *reader, walk *w, const element *e)
{
    int depth = w->depth;
    int definition = w->levels[depth].definition + (e->repetition != REQUIRED);
    int repetition = w->levels[depth].repetition + (e->repetition == REPEATED);
    int innermost = e->repetition == REPEATED ? definition : w->levels[depth].element;
    size_t path = add_name(w, w->levels[depth].path, e->name);
    bool leaf = e->has_type && e->children <= 0;
    if (e->repetition < REQUIRED || e->repetition > REPEATED)
        pg_thrift_fail(reader, "a column is neither required nor optional nor repeated");
    else if (path == 0)
        pg_thrift_fail(reader, "a column has no name, or one that is too long");
    else if (!leaf && (e->children <= 0 || depth + 1 == PG_PARQUET_DEPTH))
        pg_thrift_fail(reader, "a group has no columns, or is nested too deeply");
    if (reader->why)
        return;
    w->levels[depth].children--;
    if (leaf) {
        pg_parquet_column column = e->column;
        column.max_definition = definition;
        column.max_repetition = repetition;
        column.element_definition = innermost;
        add_leaf(schema, reader, w, column);
    } else {
        w->depth++;
        w->levels[w->depth].children = (size_t)e->children;
        w->levels[w->depth].path = path;
        w->levels[w->depth].definition = definition;
        w->levels[w->depth].repetition = repetition;
        w->levels[w->depth].element = innermost;
    }
    while (w->depth > 0 && w->levels[w->depth].children == 0)
        w->depth--;
}

void pg_parquet_schema_read(pg_parquet_schema *schema, pg_thrift_reader *reader, size_t n)
{
    *schema = (pg_parquet_schema){ 0 };
    walk w = { 0 };
    element root = read_element(reader);
    if (n == 0 || root.has_type || root.children < 0)
        pg_thrift_fail(reader, "its schema has no root");
    w.levels[0].children = (size_t)root.children;
    for (size_t i = 1; i < n && !reader->why; i++) {
        element e = read_element(reader);
        if (w.levels[w.depth].children == 0)
            pg_thrift_fail(reader, "its schema has more elements than the root has children");
        if (!reader->why)
            take(schema, reader, &w, &e);
    }
    if (w.depth != 0 || w.levels[0].children != 0)
        pg_thrift_fail(reader, "its schema has fewer elements than its groups have children");
}

/* ---- writing ---- */

static int to_converted(const pg_parquet_column *c)
{
    switch (c->logical) {
    case PG_PARQUET_STRING: return CONVERTED_UTF8;
    case PG_PARQUET_ENUM: return CONVERTED_ENUM;
    case PG_PARQUET_DECIMAL: return CONVERTED_DECIMAL;
    case PG_PARQUET_DATE: return CONVERTED_DATE;
    case PG_PARQUET_JSON: return CONVERTED_JSON;
    case PG_PARQUET_TIMESTAMP: /* the old form only knows UTC */
        if (c->utc && c->unit == PG_PARQUET_MILLIS)
            return CONVERTED_TIMESTAMP_MILLIS;
        return c->utc && c->unit == PG_PARQUET_MICROS ? CONVERTED_TIMESTAMP_MICROS : -1;
    case PG_PARQUET_INTEGER:
        return (c->is_unsigned ? CONVERTED_UINT_8 : CONVERTED_INT_8) + __builtin_ctz((unsigned)c->bits / 8);
    default: return -1;
    }
}

static void write_logical(const pg_parquet_column *c, pg_thrift_writer *w)
{
    pg_thrift_open(w, 10);
    switch (c->logical) {
    case PG_PARQUET_STRING: pg_thrift_put_empty(w, LOGICAL_STRING); break;
    case PG_PARQUET_ENUM: pg_thrift_put_empty(w, LOGICAL_ENUM); break;
    case PG_PARQUET_DATE: pg_thrift_put_empty(w, LOGICAL_DATE); break;
    case PG_PARQUET_JSON: pg_thrift_put_empty(w, LOGICAL_JSON); break;
    case PG_PARQUET_DECIMAL:
        pg_thrift_open(w, LOGICAL_DECIMAL);
        pg_thrift_put_i32(w, 1, c->scale);
        pg_thrift_put_i32(w, 2, c->precision);
        pg_thrift_close(w);
        break;
    case PG_PARQUET_TIMESTAMP:
        pg_thrift_open(w, LOGICAL_TIMESTAMP);
        pg_thrift_put_bool(w, 1, c->utc);
        pg_thrift_open(w, 2);
        pg_thrift_put_empty(w, (int)c->unit);
        pg_thrift_close(w);
        pg_thrift_close(w);
        break;
    case PG_PARQUET_INTEGER:
        pg_thrift_open(w, LOGICAL_INTEGER);
        pg_thrift_put_i8(w, 1, (int8_t)c->bits);
        pg_thrift_put_bool(w, 2, !c->is_unsigned);
        pg_thrift_close(w);
        break;
    default: break;
    }
    pg_thrift_close(w);
}

static void write_element(const pg_parquet_column *c, pg_thrift_writer *w)
{
    int converted = to_converted(c);
    pg_thrift_open(w, 0);
    pg_thrift_put_i32(w, 1, c->type);
    pg_thrift_put_i32(w, 3, c->max_definition > 0 ? OPTIONAL : REQUIRED);
    pg_thrift_put_text(w, 4, c->path);
    if (converted >= 0)
        pg_thrift_put_i32(w, 6, converted);
    if (c->logical == PG_PARQUET_DECIMAL) {
        pg_thrift_put_i32(w, 7, c->scale);
        pg_thrift_put_i32(w, 8, c->precision);
    }
    if (c->logical != PG_PARQUET_NONE)
        write_logical(c, w);
    pg_thrift_close(w);
}

void pg_parquet_schema_write(const pg_parquet_schema *schema, pg_thrift_writer *writer, int id)
{
    pg_thrift_put_list(writer, id, PG_THRIFT_STRUCT, schema->n + 1);
    pg_thrift_open(writer, 0);
    pg_thrift_put_text(writer, 4, "schema");
    pg_thrift_put_i32(writer, 5, (int32_t)schema->n);
    pg_thrift_close(writer);
    for (size_t i = 0; i < schema->n; i++)
        write_element(&schema->columns[i], writer);
}

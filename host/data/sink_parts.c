/* R2's tables as Parquet files of a bounded number of rows. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/depth.h"
#include "data/parquet_write.h"
#include "data/sink_internal.h"

enum { BOOK, TRADES, BATCH = 512, NAME = 24 };

/* A table's rows on their way to its part. */
typedef struct {
    char folder[PG_PATH_SIZE];
    pg_parquet_writer *writer; /* NULL: no part is open */
    pg_parquet_field *fields;
    size_t n_fields;
    int64_t most;
    uint64_t part; /* number of the next one */
    size_t rows;   /* waiting in the columns */
    int64_t time_ms[BATCH], sequence[BATCH];
    pg_parquet_bytes market[BATCH];
    uint8_t maker[BATCH];
    double *values;   /* BATCH of each price and size */
    uint8_t *present; /* the same */
} table;

typedef struct {
    pg_instrument instrument;
    int levels;
    pg_depth *depth;
    char (*names)[NAME]; /* of the level columns */
    double price_unit, size_unit;
    table tables[2];
} parts_sink;

static void free_table(table *t)
{
    if (t->writer)
        pg_parquet_writer_abort(t->writer);
    free(t->fields);
    free(t->values);
    free(t->present);
}

static void parts_abort(void *self)
{
    parts_sink *s = self;
    free_table(&s->tables[BOOK]);
    free_table(&s->tables[TRADES]);
    pg_depth_free(s->depth);
    free(s->names);
    free(s);
}

static pg_status make_table(table *t, size_t n_fields, size_t values, int64_t most, uint64_t part, pg_error *err)
{
    t->fields = calloc(n_fields, sizeof *t->fields);
    t->values = calloc(values * BATCH, sizeof *t->values);
    t->present = calloc(values * BATCH, 1);
    t->n_fields = n_fields;
    t->most = most;
    t->part = part;
    if (!t->fields || !t->values || !t->present)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    return pg_file_make_folder(t->folder, err);
}

static pg_status describe_book(parts_sink *s, uint64_t part, pg_error *err)
{
    static const char *const words[] = { "bid_price", "bid_qty", "ask_price", "ask_qty" };
    table *t = &s->tables[BOOK];
    size_t values = 4 * (size_t)s->levels;
    s->names = calloc(values, sizeof *s->names);
    pg_status status = make_table(t, 3 + values, values, PG_SINK_BOOK_ROWS, part, err);
    if (status != PG_OK || !s->names)
        return status != PG_OK ? status : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    t->fields[0] = (pg_parquet_field){ .name = "timestamp_ms", .type = PG_PARQUET_INT64 };
    t->fields[1] = (pg_parquet_field){ .name = "market", .type = PG_PARQUET_BYTE_ARRAY, .logical = PG_PARQUET_STRING };
    t->fields[2] = (pg_parquet_field){ .name = "seq", .type = PG_PARQUET_INT64 };
    for (size_t i = 0; i < values; i++) {
        snprintf(s->names[i], NAME, "%s_%zu", words[i % 4], i / 4);
        t->fields[3 + i] = (pg_parquet_field){ .name = s->names[i], .type = PG_PARQUET_DOUBLE, .optional = true };
    }
    return PG_OK;
}

static pg_status describe_trades(parts_sink *s, uint64_t part, pg_error *err)
{
    table *t = &s->tables[TRADES];
    pg_status status = make_table(t, 4, 2, PG_SINK_TRADE_ROWS, part, err);
    if (status != PG_OK)
        return status;
    t->fields[0] = (pg_parquet_field){ .name = "timestamp_ms", .type = PG_PARQUET_INT64 };
    t->fields[1] = (pg_parquet_field){ .name = "price", .type = PG_PARQUET_DOUBLE };
    t->fields[2] = (pg_parquet_field){ .name = "quantity", .type = PG_PARQUET_DOUBLE };
    t->fields[3] = (pg_parquet_field){ .name = "is_buyer_maker", .type = PG_PARQUET_BOOLEAN };
    return PG_OK;
}

static pg_status parts_open(void **self, const pg_sink_config *config, pg_error *err)
{
    parts_sink *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    s->instrument = config->info->instrument;
    s->levels = config->levels ? config->levels : PG_DEPTH_LEVELS;
    s->price_unit = (double)pg_pow10(s->instrument.price_decimals);
    s->size_unit = (double)pg_pow10(s->instrument.size_decimals);
    s->depth = pg_depth_new(s->instrument.tick, s->levels);
    pg_status status = s->depth ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = pg_file_join(s->tables[BOOK].folder, config->path, "orderbook_parts", err);
    if (status == PG_OK)
        status = pg_file_join(s->tables[TRADES].folder, config->path, "trades_parts", err);
    if (status == PG_OK)
        status = describe_book(s, config->mark.parts[BOOK], err);
    if (status == PG_OK)
        status = describe_trades(s, config->mark.parts[TRADES], err);
    if (status != PG_OK) {
        parts_abort(s);
        return status;
    }
    *self = s;
    return PG_OK;
}

/* ---- rows ---- */

/* part_TIMESTAMP_SEQ_PART.parquet, of trades part_TIMESTAMP_PART.parquet, by the first row. */
static pg_status begin_part(table *t, bool book, pg_error *err)
{
    char path[PG_PATH_SIZE], name[128], sequence[24] = "";
    pg_parquet_options options;
    pg_parquet_options_init(&options);
    options.page_bytes = 64 << 10;
    options.dictionary_bytes = 64 << 10;
    if (book)
        snprintf(sequence, sizeof sequence, "%" PRId64 "_", t->sequence[0]);
    snprintf(name, sizeof name, "part_%" PRId64 "_%s%06" PRIu64 ".parquet", t->time_ms[0], sequence, t->part);
    pg_status status = pg_file_join(path, t->folder, name, err);
    return status == PG_OK ? pg_parquet_writer_open(&t->writer, path, t->fields, t->n_fields, &options, err) : status;
}

static void slice_book(parts_sink *s, pg_parquet_slice *slices)
{
    const table *t = &s->tables[BOOK];
    slices[0] = (pg_parquet_slice){ t->time_ms, NULL };
    slices[1] = (pg_parquet_slice){ t->market, NULL };
    slices[2] = (pg_parquet_slice){ t->sequence, NULL };
    for (size_t i = 0; i < t->n_fields - 3; i++)
        slices[3 + i] = (pg_parquet_slice){ t->values + i * BATCH, t->present + i * BATCH };
}

static void slice_trades(parts_sink *s, pg_parquet_slice *slices)
{
    const table *t = &s->tables[TRADES];
    slices[0] = (pg_parquet_slice){ t->time_ms, NULL };
    slices[1] = (pg_parquet_slice){ t->values, NULL };
    slices[2] = (pg_parquet_slice){ t->values + BATCH, NULL };
    slices[3] = (pg_parquet_slice){ t->maker, NULL };
}

static pg_status end_part(table *t, pg_error *err)
{
    pg_parquet_writer *writer = t->writer;
    t->writer = NULL;
    t->part++;
    return pg_parquet_writer_close(writer, err);
}

static pg_status write_rows(parts_sink *s, int which, pg_error *err)
{
    table *t = &s->tables[which];
    if (t->rows == 0)
        return PG_OK;
    pg_parquet_slice *slices = calloc(t->n_fields, sizeof *slices);
    pg_status status = slices ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK && !t->writer)
        status = begin_part(t, which == BOOK, err);
    if (status == PG_OK) {
        which == BOOK ? slice_book(s, slices) : slice_trades(s, slices);
        status = pg_parquet_writer_append(t->writer, slices, t->rows, err);
    }
    free(slices);
    t->rows = 0;
    return status;
}

static pg_status row_added(parts_sink *s, int which, pg_error *err)
{
    table *t = &s->tables[which];
    t->rows++;
    bool full = (t->writer ? (int64_t)pg_parquet_writer_rows(t->writer) : 0) + (int64_t)t->rows >= t->most;
    if (t->rows < BATCH && !full)
        return PG_OK;
    pg_status status = write_rows(s, which, err);
    return status == PG_OK && full ? end_part(t, err) : status;
}

static pg_status add_book(parts_sink *s, const pg_depth_row *row, pg_error *err)
{
    table *t = &s->tables[BOOK];
    size_t at = t->rows;
    t->time_ms[at] = row->exch_ns / 1000000;
    t->sequence[at] = (int64_t)row->sequence;
    t->market[at] = (pg_parquet_bytes){ (const uint8_t *)s->instrument.symbol, strlen(s->instrument.symbol) };
    for (int i = 0; i < s->levels; i++)
        for (int side = 0; side < 2; side++) {
            size_t column = (4 * (size_t)i + 2 * (size_t)side) * BATCH + at;
            bool there = i < row->n[side];
            t->present[column] = t->present[column + BATCH] = there;
            t->values[column] = there ? (double)row->levels[side][i].price / s->price_unit : 0;
            t->values[column + BATCH] = there ? (double)row->levels[side][i].size / s->size_unit : 0;
        }
    return row_added(s, BOOK, err);
}

static pg_status add_trade(parts_sink *s, const pg_event *e, pg_error *err)
{
    table *t = &s->tables[TRADES];
    size_t at = t->rows;
    t->time_ms[at] = e->exch_ns / 1000000;
    t->values[at] = (double)e->price / s->price_unit;
    t->values[BATCH + at] = (double)e->size / s->size_unit;
    t->maker[at] = e->side == PG_SELL;
    return row_added(s, TRADES, err);
}

static pg_status parts_append(void *self, const pg_event *events, size_t n, pg_error *err)
{
    parts_sink *s = self;
    pg_depth_row row;
    pg_status status = PG_OK;
    for (size_t i = 0; i < n && status == PG_OK; i++) {
        if (events[i].kind == PG_EVENT_TRADE)
            status = add_trade(s, &events[i], err);
        else if (pg_depth_take(s->depth, &events[i], &row))
            status = add_book(s, &row, err);
    }
    return status;
}

static pg_status parts_close(void *self, pg_sink_mark *mark, pg_error *err)
{
    parts_sink *s = self;
    pg_status status = PG_OK;
    for (int i = 0; i < 2 && status == PG_OK; i++) {
        status = write_rows(s, i, err);
        if (status == PG_OK && s->tables[i].writer)
            status = end_part(&s->tables[i], err);
        mark->parts[i] = s->tables[i].part;
    }
    parts_abort(s);
    return status;
}

const pg_sink_type pg_sink_parts = { parts_open, parts_append, NULL, parts_close, parts_abort };

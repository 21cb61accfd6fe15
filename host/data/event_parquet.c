#include "data/event_parquet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/file.h"

typedef enum { LOCAL, EXCHANGE, KIND, SIDE, PRICE, SIZE, PRICE2, SIZE2, ID, FLAGS, COLUMNS } column_of;

static const struct {
    const char *name;
    pg_parquet_type type;
} wanted[COLUMNS] = {
    { "local_time", PG_PARQUET_INT64 }, { "exchange_time", PG_PARQUET_INT64 }, { "kind", PG_PARQUET_BYTE_ARRAY },
    { "side", PG_PARQUET_BYTE_ARRAY },  { "price", PG_PARQUET_INT64 },         { "size", PG_PARQUET_INT64 },
    { "price2", PG_PARQUET_INT64 },     { "size2", PG_PARQUET_INT64 },         { "id", PG_PARQUET_INT64 },
    { "flags", PG_PARQUET_INT32 },
};

typedef struct {
    int index; /* in the file */
    pg_parquet_chunk *chunk;
    pg_parquet_batch batch;
    size_t used; /* entries of the batch */
} column;

struct pg_event_parquet {
    char path[PG_PATH_SIZE];
    pg_parquet_file *file;
    pg_tape_info info;
    column columns[COLUMNS];
    size_t group; /* the next one to open */
    bool open;    /* the one before it is being read */
    uint64_t rows, group_end;
    int64_t last_ns;
    pg_event events[PG_EVENT_PARQUET_BATCH];
};

/* ---- the description ---- */

static bool read_number(const pg_parquet_file *file, const char *key, int64_t *value)
{
    pg_parquet_bytes text = pg_parquet_metadata(file, key);
    return text.data && pg_decimal_parse(value, (const char *)text.data, text.size, 0) == PG_OK;
}

static bool read_text(const pg_parquet_file *file, const char *key, char *out, size_t size)
{
    pg_parquet_bytes text = pg_parquet_metadata(file, key);
    if (!text.data || text.size >= size || memchr(text.data, 0, text.size))
        return false;
    memcpy(out, text.data, text.size);
    out[text.size] = '\0';
    return true;
}

static pg_status corrupt(const pg_event_parquet *r, const char *what, pg_error *err)
{
    pg_fail(err, PG_ERR_CORRUPT, "%s", what);
    pg_error_where(err, "%s", r->path);
    pg_error_remedy(err, "the file is damaged: record, convert or copy it again");
    return PG_ERR_CORRUPT;
}

static pg_status read_info(pg_event_parquet *r, pg_error *err)
{
    char venue[PG_SYMBOL_SIZE], symbol[PG_SYMBOL_SIZE];
    int64_t version = 0, v[8];
    static const char *const keys[] = { "perigee.price_decimals", "perigee.size_decimals",
                                        "perigee.tick",           "perigee.lot",
                                        "perigee.significant",    "perigee.min_size",
                                        "perigee.min_notional",   "perigee.clock_offset_ns" };
    if (!read_number(r->file, "perigee.events", &version) || version != 1) {
        pg_fail(err, PG_ERR_UNSUPPORTED, "this Parquet file holds no events of version 1");
        pg_error_where(err, "%s", r->path);
        return PG_ERR_UNSUPPORTED;
    }
    bool good = read_text(r->file, "perigee.venue", venue, sizeof venue) &&
                read_text(r->file, "perigee.symbol", symbol, sizeof symbol) &&
                read_text(r->file, "perigee.source", r->info.source, sizeof r->info.source);
    for (int i = 0; i < 8; i++)
        good = good && read_number(r->file, keys[i], &v[i]);
    good = good && v[0] >= 0 && v[0] <= PG_MAX_DECIMALS && v[1] >= 0 && v[1] <= PG_MAX_DECIMALS && v[4] >= 0 &&
           v[4] <= 18 && v[5] >= 0 && v[6] >= 0 &&
           pg_instrument_init(&r->info.instrument, venue, symbol, (int)v[0], (int)v[1], v[2], v[3], (int)v[4], NULL) ==
               PG_OK;
    if (!good)
        return corrupt(r, "the file's metadata describe no instrument", err);
    r->info.instrument.min_size = v[5];
    r->info.instrument.min_notional = v[6];
    r->info.clock_offset_ns = v[7];
    return PG_OK;
}

static pg_status find_columns(pg_event_parquet *r, pg_error *err)
{
    for (int i = 0; i < COLUMNS; i++) {
        int found = pg_parquet_find(r->file, wanted[i].name);
        const pg_parquet_column *c = found >= 0 ? pg_parquet_column_at(r->file, (size_t)found) : NULL;
        if (!c || c->type != wanted[i].type || c->max_repetition > 0)
            return corrupt(r, "a column of the events is missing, or of another type", err);
        if (i <= EXCHANGE && (c->logical != PG_PARQUET_TIMESTAMP || c->unit != PG_PARQUET_NANOS))
            return corrupt(r, "the times are not in nanoseconds: the file was written anew by another program", err);
        r->columns[i].index = found;
    }
    return PG_OK;
}

bool pg_event_parquet_is(const char *path)
{
    pg_parquet_file *file;
    if (!pg_parquet_is(path) || pg_parquet_open(&file, path, NULL, NULL) != PG_OK)
        return false;
    bool is = pg_parquet_metadata(file, "perigee.events").data != NULL;
    pg_parquet_close(file);
    return is;
}

pg_status pg_event_parquet_open(pg_event_parquet **reader, const char *path, pg_error *err)
{
    *reader = NULL;
    pg_event_parquet *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    snprintf(r->path, sizeof r->path, "%s", path);
    r->last_ns = INT64_MIN;
    pg_status status = pg_parquet_open(&r->file, path, NULL, err);
    if (status == PG_OK)
        status = read_info(r, err);
    if (status == PG_OK)
        status = find_columns(r, err);
    if (status != PG_OK) {
        pg_event_parquet_close(r);
        return status;
    }
    *reader = r;
    return PG_OK;
}

static void close_group(pg_event_parquet *r)
{
    for (int i = 0; i < COLUMNS; i++) {
        pg_parquet_chunk_close(r->columns[i].chunk);
        r->columns[i].chunk = NULL;
    }
    r->open = false;
}

void pg_event_parquet_close(pg_event_parquet *r)
{
    if (!r)
        return;
    close_group(r);
    pg_parquet_close(r->file);
    free(r);
}

const pg_tape_info *pg_event_parquet_info(const pg_event_parquet *reader)
{
    return &reader->info;
}

/* ---- rows ---- */

static pg_status open_group(pg_event_parquet *r, pg_error *err)
{
    pg_status status = PG_OK;
    size_t group = r->group++;
    r->open = true;
    r->group_end = r->rows + (uint64_t)pg_parquet_group_rows(r->file, group);
    for (int i = 0; i < COLUMNS && status == PG_OK; i++) {
        column *c = &r->columns[i];
        c->batch = (pg_parquet_batch){ 0 };
        c->used = 0;
        status = pg_parquet_chunk_open(&c->chunk, r->file, group, (size_t)c->index, err);
    }
    return status;
}

static int kind_of(pg_parquet_bytes text)
{
    for (int kind = 1; kind < PG_EVENT_KINDS; kind++) {
        const char *name = pg_event_kind_name(kind);
        if (strlen(name) == text.size && memcmp(name, text.data, text.size) == 0)
            return kind;
    }
    return PG_EVENT_NONE;
}

static int side_of(pg_parquet_bytes text)
{
    return text.size == 3 && memcmp(text.data, "buy", 3) == 0    ? PG_BUY
           : text.size == 4 && memcmp(text.data, "sell", 4) == 0 ? PG_SELL
                                                                 : PG_SIDE_NONE;
}

/* Words come out of a dictionary: neighbours mostly point to the same text. */
static void set_words(pg_event *events, const pg_parquet_bytes *words, size_t n, bool kinds)
{
    pg_parquet_bytes last = { NULL, 0 };
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (words[i].data != last.data || words[i].size != last.size)
            value = kinds ? kind_of(words[i]) : side_of(words[i]);
        last = words[i];
        *(kinds ? &events[i].kind : &events[i].side) = (uint8_t)value;
    }
}

#define SET(field, values)                                                                                             \
    for (size_t i = 0; i < n; i++)                                                                                     \
    events[i].field = (values)[i]

static void set_column(pg_event *events, column_of which, const pg_parquet_batch *b, size_t from, size_t n)
{
    switch (which) {
    case LOCAL: SET(local_ns, b->i64 + from); break;
    case EXCHANGE: SET(exch_ns, b->i64 + from); break;
    case KIND: set_words(events, b->bytes + from, n, true); break;
    case SIDE: set_words(events, b->bytes + from, n, false); break;
    case PRICE: SET(price, b->i64 + from); break;
    case SIZE: SET(size, b->i64 + from); break;
    case PRICE2: SET(price2, b->i64 + from); break;
    case SIZE2: SET(size2, b->i64 + from); break;
    case ID: SET(id, (const uint64_t *)b->i64 + from); break;
    case FLAGS:
        for (size_t i = 0; i < n; i++)
            events[i].flags = (uint16_t)b->i32[from + i];
        break;
    case COLUMNS: break;
    }
}

static pg_status read_column(pg_event_parquet *r, column_of which, size_t n, pg_error *err)
{
    column *c = &r->columns[which];
    for (size_t done = 0; done < n;) {
        if (c->used == c->batch.entries) {
            pg_status status = pg_parquet_chunk_next(c->chunk, &c->batch, err);
            if (status != PG_OK)
                return status;
            c->used = 0;
            if (c->batch.entries == 0 || c->batch.n != c->batch.entries)
                return corrupt(r, "an event lacks a value", err);
        }
        size_t some = c->batch.entries - c->used;
        some = some < n - done ? some : n - done;
        set_column(r->events + done, which, &c->batch, c->used, some);
        c->used += some;
        done += some;
    }
    return PG_OK;
}

static pg_status check(pg_event_parquet *r, size_t n, pg_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (r->events[i].kind == PG_EVENT_NONE)
            return corrupt(r, "an event has an unknown kind", err);
        if (r->events[i].local_ns < r->last_ns)
            return corrupt(r, "an event is older than the one before it", err);
        r->last_ns = r->events[i].local_ns;
        r->events[i].market = 0;
    }
    return PG_OK;
}

pg_status pg_event_parquet_next(pg_event_parquet *r, const pg_event **events, size_t *n, pg_error *err)
{
    pg_status status = PG_OK;
    *events = r->events;
    *n = 0;
    while (!r->open || r->rows == r->group_end) {
        close_group(r);
        if (r->group == pg_parquet_groups(r->file))
            return r->rows == pg_event_parquet_count(r)
                       ? PG_OK
                       : corrupt(r, "the file has another number of rows than its metadata say", err);
        status = open_group(r, err);
        if (status != PG_OK)
            return status;
    }
    uint64_t left = r->group_end - r->rows;
    size_t some = left < PG_EVENT_PARQUET_BATCH ? (size_t)left : (size_t)PG_EVENT_PARQUET_BATCH;
    for (int i = 0; i < COLUMNS && status == PG_OK; i++)
        status = read_column(r, (column_of)i, some, err);
    if (status == PG_OK)
        status = check(r, some, err);
    if (status != PG_OK)
        return status;
    r->rows += some;
    *n = some;
    return PG_OK;
}

bool pg_event_parquet_skip(pg_event_parquet *r, uint64_t *lost)
{
    *lost = r->group_end - r->rows;
    r->rows = r->group_end;
    close_group(r);
    return r->group < pg_parquet_groups(r->file);
}

uint64_t pg_event_parquet_rows(const pg_event_parquet *reader)
{
    return reader->rows;
}

uint64_t pg_event_parquet_count(const pg_event_parquet *reader)
{
    return (uint64_t)pg_parquet_row_count(reader->file);
}

#include "data/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/file.h"
#include "data/csv.h"
#include "data/documents.h"
#include "data/event_messages.h"
#include "data/parquet_read.h"
#include "data/table.h"

#define HOUR_NS 3600000000000

struct pg_reader {
    char path[PG_PATH_SIZE];
    char symbol[PG_SYMBOL_SIZE];
    bool symbol_in_rows;
    const pg_layout *layout;
    pg_scale *scale;
    pg_defects *defects;
    pg_csv *csv;
    pg_documents *documents;
    pg_table *table;
    pg_event_messages *events_file;
    pg_row row;
    uint64_t rows;
    bool ended;

    int64_t clock_offset_ns;
    int64_t min_lag_ns;
    int64_t shift_ns; /* of the present session's clock against the first one's */
    int64_t last_ns;  /* time of the last row, levelled */

    pg_row held; /* BBO_SIDE: the first half of a quote. LEVEL: the book so far */
    bool holding;
    pg_level quote[2]; /* the last best bid and offer */
    pg_row stored;     /* the last book, when repeats are left out */
    int64_t default_size;
    int64_t skipped_ns;

    pg_event *events;
    size_t capacity;
    pg_message message;
};

static void place(const pg_reader *r, const pg_row *row, char *text, size_t size)
{
    bool json = r->layout && r->layout->format == PG_FORMAT_JSON;
    snprintf(text, size, "%s:%s%llu", r->path, json ? " document " : "", (unsigned long long)row->number);
}

static void count(pg_reader *r, const pg_row *row, pg_defect defect)
{
    char where[PG_ERROR_WHERE];
    if (r->defects->of[defect].count == 0)
        place(r, row, where, sizeof where);
    pg_defects_add(r->defects, defect, "%s", r->defects->of[defect].count == 0 ? where : "");
}

static pg_status read_default_size(pg_reader *r, pg_error *err)
{
    const char *text = r->layout ? r->layout->default_size : "";
    pg_error inner;
    if (!text[0] ||
        pg_row_number(&r->default_size, r->scale, PG_SCALE_SIZE, text, strlen(text), &inner) == PG_DEFECT_NONE)
        return PG_OK;
    return pg_fail(err, PG_ERR_INVALID, "default_size of layout '%s': %s", r->layout->name, inner.what);
}

static pg_status open_rows(pg_reader *r, pg_error *err)
{
    if (!pg_layout_match_name(r->layout, r->path, r->symbol) || !r->symbol[0])
        memcpy(r->symbol, r->layout->symbol, sizeof r->symbol);
    if (r->layout->format == PG_FORMAT_JSON)
        return pg_documents_open(&r->documents, r->path, r->layout, r->scale, r->defects, err);
    if (pg_parquet_is(r->path))
        return pg_table_open(&r->table, r->path, r->layout, r->scale, err);
    return pg_csv_open(&r->csv, r->path, r->layout, r->scale, r->defects, err);
}

static pg_status open_events(pg_reader *r, pg_error *err)
{
    pg_status status = pg_event_messages_open(&r->events_file, r->path, r->scale, err);
    if (status == PG_OK)
        memcpy(r->symbol, pg_event_messages_symbol(r->events_file), sizeof r->symbol);
    return status;
}

pg_status pg_reader_open(pg_reader **reader, const char *path, const pg_layout *layout, pg_scale *scale,
                         pg_defects *defects, int64_t clock_offset_ns, pg_error *err)
{
    *reader = NULL;
    pg_reader *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    r->layout = layout;
    r->scale = scale;
    r->defects = defects;
    r->clock_offset_ns = clock_offset_ns;
    r->min_lag_ns = INT64_MAX;
    r->last_ns = r->skipped_ns = INT64_MIN;
    pg_status status = PG_OK;
    if ((size_t)snprintf(r->path, sizeof r->path, "%s", path) >= sizeof r->path)
        status = pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 1);
    if (status == PG_OK)
        status = read_default_size(r, err);
    if (status == PG_OK)
        status = layout ? open_rows(r, err) : open_events(r, err);
    if (status != PG_OK) {
        pg_reader_close(r);
        return status;
    }
    *reader = r;
    return PG_OK;
}

void pg_reader_close(pg_reader *reader)
{
    if (!reader)
        return;
    pg_csv_close(reader->csv);
    pg_documents_close(reader->documents);
    pg_table_close(reader->table);
    pg_event_messages_close(reader->events_file);
    pg_row_free(&reader->stored);
    pg_row_free(&reader->row);
    pg_row_free(&reader->held);
    free(reader->events);
    free(reader);
}

/* ---- rows: defects, market, times ---- */

static pg_status next_row(pg_reader *r, pg_error *err)
{
    for (;;) {
        pg_defect defect = PG_DEFECT_NONE;
        pg_status status = r->csv     ? pg_csv_next(r->csv, &r->row, &r->ended, &defect, err)
                           : r->table ? pg_table_next(r->table, &r->row, &r->ended, &defect, err)
                                      : pg_documents_next(r->documents, &r->row, &r->ended, &defect, err);
        if (status != PG_OK || r->ended)
            return status;
        r->rows++;
        if (defect == PG_DEFECT_NONE)
            return PG_OK;
        if (!(r->layout->tolerate >> defect & 1)) {
            pg_error_remedy(err, "mend the file, or add \"%s\" to the layout's tolerate list: such rows are then %s",
                            pg_defect_name(defect), "left out and counted");
            return err && err->status != PG_OK ? err->status : PG_ERR_PARSE;
        }
        count(r, &r->row, defect);
    }
}

static pg_status check_symbol(pg_reader *r, pg_error *err)
{
    pg_row *row = &r->row;
    if (!row->symbol[0] || (r->symbol_in_rows && strcmp(row->symbol, r->symbol) == 0))
        return PG_OK;
    if (r->symbol_in_rows) {
        char where[PG_ERROR_WHERE];
        place(r, row, where, sizeof where);
        pg_fail(err, PG_ERR_INVALID, "the file holds two markets, '%s' and '%s'", r->symbol, row->symbol);
        pg_error_where(err, "%s", where);
        pg_error_remedy(err, "split the file: a tape holds one market");
        return PG_ERR_INVALID;
    }
    memcpy(r->symbol, row->symbol, sizeof r->symbol);
    r->symbol_in_rows = true;
    return PG_OK;
}

static pg_status too_far_back(pg_reader *r, int64_t time_ns, pg_error *err)
{
    char where[PG_ERROR_WHERE], from[PG_TIME_TEXT], to[PG_TIME_TEXT];
    place(r, &r->row, where, sizeof where);
    pg_fail(err, PG_ERR_INVALID, "the time goes back by %.3f s, from %s to %s", (double)(r->last_ns - time_ns) * 1e-9,
            pg_time_format(from, r->last_ns), pg_time_format(to, time_ns));
    pg_error_where(err, "%s", where);
    pg_error_remedy(err, "sort the file; or set max_back_s in the layout, or sessions = true when the recorder's clock "
                         "changed");
    return PG_ERR_INVALID;
}

/* Brings the row's own clock (its receive time, else the venue's) into an order that never goes back. */
static pg_status order_times(pg_reader *r, pg_error *err)
{
    pg_row *row = &r->row;
    int64_t *clock = row->has & PG_ROW_LOCAL ? &row->local_ns : &row->exch_ns;
    *clock += r->shift_ns;
    if (*clock < r->last_ns) {
        int64_t back = r->last_ns - *clock;
        if (back <= r->layout->max_back_ns) {
            count(r, row, PG_DEFECT_TIME_BACK);
            *clock = r->last_ns;
        } else if (r->layout->sessions) {
            count(r, row, PG_DEFECT_CLOCK_JUMP);
            int64_t hours = (back + HOUR_NS - 1) / HOUR_NS * HOUR_NS;
            r->shift_ns += hours;
            *clock += hours;
        } else {
            return too_far_back(r, *clock, err);
        }
    }
    r->last_ns = *clock;
    return PG_OK;
}

static pg_status set_times(pg_reader *r, pg_error *err)
{
    pg_row *row = &r->row;
    bool local = row->has & PG_ROW_LOCAL, exchange = row->has & PG_ROW_EXCHANGE;
    if (!local && !exchange) {
        row->local_ns = row->exch_ns = PG_TIMELESS;
        return PG_OK;
    }
    if (local && exchange) {
        int64_t lag = row->local_ns - row->exch_ns;
        if (lag < 0)
            count(r, row, PG_DEFECT_CLOCK_BEHIND);
        if (lag < r->min_lag_ns)
            r->min_lag_ns = lag;
    }
    pg_status status = order_times(r, err);
    if (status != PG_OK)
        return status;
    if (local)
        row->local_ns += r->clock_offset_ns;
    if (!local)
        row->local_ns = row->exch_ns;
    if (!exchange)
        row->exch_ns = row->local_ns;
    return PG_OK;
}

/* ---- messages ---- */

static pg_status begin_message(pg_reader *r, const pg_row *row, size_t n, pg_error *err)
{
    if (n > r->capacity) {
        size_t capacity = n < 128 ? 128 : n * 2;
        pg_event *events = realloc(r->events, capacity * sizeof *events);
        if (!events)
            return pg_fail(err, PG_ERR_MEMORY, "out of memory");
        r->events = events;
        r->capacity = capacity;
    }
    r->message = (pg_message){ .kind = row->kind,
                               .has = row->has,
                               .local_ns = row->local_ns,
                               .exch_ns = row->exch_ns,
                               .sequence = row->sequence,
                               .first_sequence = row->first_sequence,
                               .previous_sequence = row->previous_sequence,
                               .number = row->number,
                               .skipped_ns = r->skipped_ns,
                               .events = r->events };
    return PG_OK;
}

static pg_event make_event(const pg_row *row, pg_event_kind kind)
{
    uint16_t flags = 0;
    if (!(row->has & PG_ROW_EXCHANGE))
        flags |= PG_EVENT_NO_EXCHANGE;
    if (!(row->has & PG_ROW_LOCAL))
        flags |= PG_EVENT_NO_LOCAL;
    return (pg_event){
        .exch_ns = row->exch_ns, .local_ns = row->local_ns, .id = row->sequence, .kind = (uint8_t)kind, .flags = flags
    };
}

static pg_status make_trade(pg_reader *r, const pg_row *row, pg_error *err)
{
    pg_status status = begin_message(r, row, 1, err);
    if (status != PG_OK)
        return status;
    pg_event *e = &r->events[r->message.n++];
    *e = make_event(row, PG_EVENT_TRADE);
    e->price = row->quote[0].price;
    e->size = row->quote[0].size;
    e->side = row->side;
    e->id = row->id;
    e->flags |= PG_EVENT_LAST | (row->has & PG_ROW_LIQUIDATION ? PG_EVENT_LIQUIDATION : 0);
    return PG_OK;
}

static void check_touch(pg_reader *r, const pg_row *row, int64_t bid, int64_t ask)
{
    if (bid > 0 && ask > 0 && bid >= ask)
        count(r, row, bid > ask ? PG_DEFECT_CROSSED : PG_DEFECT_LOCKED);
}

/* *repeated: equal to the quote before it, and to be left out. */
static pg_status make_quote(pg_reader *r, const pg_row *row, bool *repeated, pg_error *err)
{
    pg_level quote[2] = { row->quote[0], row->quote[1] };
    if (!(row->has & PG_ROW_SIZES)) {
        count(r, row, PG_DEFECT_NO_SIZE);
        for (int side = 0; side < 2; side++)
            quote[side].size = quote[side].price ? r->default_size : 0;
    }
    *repeated = r->layout->skip_repeats && memcmp(quote, r->quote, sizeof quote) == 0;
    if (*repeated) {
        count(r, row, PG_DEFECT_REPEAT);
        r->skipped_ns = row->local_ns;
        return PG_OK;
    }
    memcpy(r->quote, quote, sizeof quote);
    check_touch(r, row, quote[0].price, quote[1].price);
    pg_status status = begin_message(r, row, 1, err);
    if (status != PG_OK)
        return status;
    pg_event *e = &r->events[r->message.n++];
    *e = make_event(row, PG_EVENT_BBO);
    e->price = quote[0].price;
    e->size = quote[0].size;
    e->price2 = quote[1].price;
    e->size2 = quote[1].size;
    e->flags |= PG_EVENT_LAST;
    return PG_OK;
}

static void check_order(pg_reader *r, const pg_row *row)
{
    for (int side = 0; side < 2; side++) {
        const pg_level *levels = row->levels[side];
        for (size_t i = 1; i < row->n_levels[side]; i++) {
            if (side == 0 ? levels[i].price < levels[i - 1].price : levels[i].price > levels[i - 1].price)
                continue;
            count(r, row, PG_DEFECT_LEVEL_ORDER);
            return;
        }
    }
    if (row->n_levels[0] && row->n_levels[1])
        check_touch(r, row, row->levels[0][0].price, row->levels[1][0].price);
}

static void add_levels(pg_reader *r, const pg_row *row)
{
    pg_event e = make_event(row, PG_EVENT_LEVEL);
    pg_event *out = r->events + r->message.n;
    for (int side = 0; side < 2; side++) {
        e.side = side == 0 ? PG_BUY : PG_SELL;
        for (size_t i = 0; i < row->n_levels[side]; i++) {
            e.price = row->levels[side][i].price;
            e.size = row->levels[side][i].size;
            *out++ = e;
        }
    }
    r->message.n = (size_t)(out - r->events);
}

/* The same snapshot stored once more: the venue's time (where there is one) and all levels are the same. */
static bool is_stored(pg_reader *r, const pg_row *row)
{
    const pg_row *last = &r->stored;
    if ((row->has & PG_ROW_EXCHANGE && row->exch_ns != last->exch_ns) || row->number <= 1)
        return false;
    for (int side = 0; side < 2; side++)
        if (row->n_levels[side] != last->n_levels[side] ||
            (row->n_levels[side] > 0 &&
             memcmp(row->levels[side], last->levels[side], row->n_levels[side] * sizeof(pg_level)) != 0))
            return false;
    return row->n_levels[0] + row->n_levels[1] > 0;
}

static pg_status store(pg_reader *r, const pg_row *row, pg_error *err)
{
    r->stored.exch_ns = row->exch_ns;
    for (int side = 0; side < 2; side++) {
        pg_status status = pg_row_reserve(&r->stored, side, row->n_levels[side], err);
        if (status != PG_OK)
            return status;
        if (row->n_levels[side] > 0)
            memcpy(r->stored.levels[side], row->levels[side], row->n_levels[side] * sizeof(pg_level));
        r->stored.n_levels[side] = row->n_levels[side];
    }
    return PG_OK;
}

static pg_status make_book(pg_reader *r, const pg_row *row, pg_error *err)
{
    size_t levels = row->n_levels[0] + row->n_levels[1];
    pg_status status = begin_message(r, row, levels + 2, err);
    if (status != PG_OK)
        return status;
    check_order(r, row);
    r->events[0] = make_event(row, PG_EVENT_SNAPSHOT_BEGIN);
    r->events[0].size2 = (int64_t)levels;
    r->message.n = 1;
    add_levels(r, row);
    pg_event *end = &r->events[r->message.n++];
    *end = make_event(row, PG_EVENT_SNAPSHOT_END);
    end->flags |= PG_EVENT_LAST;
    return PG_OK;
}

static pg_status make_update(pg_reader *r, const pg_row *row, pg_error *err)
{
    pg_status status = begin_message(r, row, row->n_levels[0] + row->n_levels[1], err);
    if (status != PG_OK)
        return status;
    add_levels(r, row);
    if (r->message.n > 0)
        r->events[r->message.n - 1].flags |= PG_EVENT_LAST;
    return PG_OK;
}

/* ---- rows that make a message together ---- */

static bool same_moment(const pg_row *a, const pg_row *b)
{
    return a->local_ns == b->local_ns && a->exch_ns == b->exch_ns && a->sequence == b->sequence;
}

/* Keeps the fields of the present row (not its levels) until its companions are known. */
static void hold(pg_reader *r)
{
    pg_row *held = &r->held, *row = &r->row;
    pg_row_begin(held, row->kind, row->number);
    held->has = row->has;
    held->side = row->side;
    held->local_ns = row->local_ns;
    held->exch_ns = row->exch_ns;
    held->sequence = row->sequence;
    held->quote[0] = row->quote[0];
    r->holding = true;
}

/* The held half of a quote and its other half, or the last known other side when it does not cross. */
static pg_status release_quote(pg_reader *r, const pg_row *other, bool *repeated, pg_error *err)
{
    pg_row quote = r->held;
    int side = r->held.side == PG_BUY ? 0 : 1;
    pg_level half = r->held.quote[0];
    if (!other)
        count(r, &r->held, PG_DEFECT_HALF_QUOTE);
    quote.kind = PG_RECORD_BBO;
    quote.quote[side] = half;
    quote.quote[!side] = other ? other->quote[0] : r->quote[!side];
    if (!other && quote.quote[0].price >= quote.quote[1].price)
        quote.quote[!side] = (pg_level){ 0, 0 };
    r->holding = false;
    return make_quote(r, &quote, repeated, err);
}

static pg_status take_quote_side(pg_reader *r, bool *made, pg_error *err)
{
    bool repeated = false;
    *made = r->holding;
    if (r->holding && same_moment(&r->held, &r->row) && r->held.side != r->row.side) {
        pg_status status = release_quote(r, &r->row, &repeated, err);
        *made = !repeated;
        return status;
    }
    if (r->holding) {
        pg_status status = release_quote(r, NULL, &repeated, err);
        *made = !repeated;
        if (status != PG_OK)
            return status;
    }
    hold(r);
    return PG_OK;
}

static pg_status release_book(pg_reader *r, pg_error *err)
{
    r->holding = false;
    return make_book(r, &r->held, err);
}

static pg_status take_level(pg_reader *r, bool *made, pg_error *err)
{
    pg_status status = PG_OK;
    *made = r->holding && !same_moment(&r->held, &r->row);
    if (*made)
        status = release_book(r, err);
    if (!r->holding)
        hold(r);
    int side = r->row.side == PG_BUY ? 0 : 1;
    if (status == PG_OK)
        status = pg_row_reserve(&r->held, side, r->held.n_levels[side] + 1, err);
    if (status == PG_OK)
        r->held.levels[side][r->held.n_levels[side]++] = r->row.quote[0];
    return status;
}

/* What is held at the end of the file. */
static pg_status finish(pg_reader *r, bool *made, pg_error *err)
{
    bool repeated = false;
    *made = r->holding;
    if (!r->holding)
        return PG_OK;
    if (r->held.kind == PG_RECORD_LEVEL)
        return release_book(r, err);
    pg_status status = release_quote(r, NULL, &repeated, err);
    *made = !repeated;
    return status;
}

static pg_status take_book(pg_reader *r, bool *made, pg_error *err)
{
    if (!r->layout->skip_repeats)
        return make_book(r, &r->row, err);
    *made = !is_stored(r, &r->row);
    if (*made) {
        pg_status status = store(r, &r->row, err);
        return status == PG_OK ? make_book(r, &r->row, err) : status;
    }
    count(r, &r->row, PG_DEFECT_REPEAT);
    r->skipped_ns = r->row.local_ns;
    return PG_OK;
}

static pg_status take_row(pg_reader *r, bool *made, pg_error *err)
{
    bool repeated = false;
    pg_status status = PG_OK;
    *made = true;
    switch (r->row.kind) {
    case PG_RECORD_TRADE: return make_trade(r, &r->row, err);
    case PG_RECORD_BBO:
        status = make_quote(r, &r->row, &repeated, err);
        *made = !repeated;
        return status;
    case PG_RECORD_BBO_SIDE: return take_quote_side(r, made, err);
    case PG_RECORD_LEVEL: return take_level(r, made, err);
    case PG_RECORD_BOOK: return take_book(r, made, err);
    case PG_RECORD_UPDATE: return make_update(r, &r->row, err);
    case PG_RECORD_KINDS: break;
    }
    return status;
}

pg_status pg_reader_next(pg_reader *reader, pg_message **message, pg_error *err)
{
    pg_reader *r = reader;
    pg_error own;
    err = err ? err : &own;
    bool made = false;
    *message = NULL;
    if (r->events_file)
        return pg_event_messages_next(r->events_file, message, err);
    while (!r->ended && !made) {
        pg_status status = next_row(r, err);
        if (status == PG_OK && !r->ended)
            status = check_symbol(r, err);
        if (status == PG_OK && !r->ended)
            status = set_times(r, err);
        if (status == PG_OK)
            status = r->ended ? finish(r, &made, err) : take_row(r, &made, err);
        if (status != PG_OK)
            return status;
    }
    if (made)
        *message = &r->message;
    return PG_OK;
}

const char *pg_reader_path(const pg_reader *reader)
{
    return reader->path;
}

const pg_layout *pg_reader_layout(const pg_reader *reader)
{
    return reader->layout;
}

const char *pg_reader_symbol(const pg_reader *reader)
{
    return reader->symbol;
}

int64_t pg_reader_min_lag(const pg_reader *reader)
{
    return reader->min_lag_ns;
}

uint64_t pg_reader_rows(const pg_reader *reader)
{
    return reader->events_file ? pg_event_messages_count(reader->events_file) : reader->rows;
}

uint64_t pg_reader_done(const pg_reader *reader)
{
    return reader->csv           ? pg_csv_done(reader->csv)
           : reader->table       ? pg_table_done(reader->table)
           : reader->events_file ? pg_event_messages_done(reader->events_file)
                                 : pg_documents_done(reader->documents);
}

/* R1's tables as CSV files that grow. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/file.h"
#include "base/text.h"
#include "data/depth.h"
#include "data/sink_internal.h"

enum { BOOK, TRADES, FULL };

const char *const pg_sink_csv_names[PG_SINK_CSV_FILES] = { "orderbook_depth.csv", "trades.csv", "full_depth.csv" };

typedef struct {
    int fd;
    char path[PG_PATH_SIZE];
    uint64_t bytes; /* written */
    pg_text text;   /* rows that wait */
    int rows;
} file;

typedef struct {
    pg_instrument instrument;
    int levels;
    pg_depth *depth;
    file files[PG_SINK_CSV_FILES];
} csv_sink;

static pg_status io_error(const file *f, pg_error *err)
{
    pg_fail(err, PG_ERR_IO, "cannot write the file: %s", strerror(errno));
    pg_error_where(err, "%s", f->path);
    pg_error_remedy(err, "check the space left on the disk");
    return PG_ERR_IO;
}

static pg_status flush_file(file *f, pg_error *err)
{
    pg_status status = pg_text_check(&f->text, err);
    for (size_t done = 0; status == PG_OK && done < f->text.length;) {
        ssize_t put = pwrite(f->fd, f->text.data + done, f->text.length - done, (off_t)(f->bytes + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return io_error(f, err);
        done += (size_t)put;
    }
    f->bytes += f->text.length;
    f->text.length = 0;
    f->rows = 0;
    return status;
}

static void add_header(csv_sink *s, int which)
{
    static const char *const heads[PG_SINK_CSV_FILES] = {
        "timestamp_ms,datetime,market,seq", "timestamp_ms,datetime,market,side,price,quantity,trade_id,trade_type\n",
        "timestamp_ms,datetime,market,seq,level,side,price,quantity\n"
    };
    pg_text *text = &s->files[which].text;
    pg_text_print(text, "%s", heads[which]);
    if (which != BOOK)
        return;
    for (int i = 0; i < s->levels; i++)
        pg_text_print(text, ",bid_price%d,bid_qty%d,ask_price%d,ask_qty%d", i, i, i, i);
    pg_text_print(text, "\n");
}

/* Goes on at the mark: what is behind it was written by a recording that broke off. */
static pg_status open_file(csv_sink *s, int which, const pg_sink_config *config, pg_error *err)
{
    file *f = &s->files[which];
    pg_status status = pg_file_join(f->path, config->path, pg_sink_csv_names[which], err);
    if (status != PG_OK)
        return status;
    f->bytes = config->mark.csv_bytes[which];
    f->fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    off_t end = f->fd < 0 ? -1 : lseek(f->fd, 0, SEEK_END);
    if (end < 0)
        return io_error(f, err);
    if ((uint64_t)end < f->bytes) { /* somebody has taken rows away: there is nothing to cut off */
        f->bytes = (uint64_t)end;
    } else if (ftruncate(f->fd, (off_t)f->bytes) != 0) {
        return io_error(f, err);
    }
    if (f->bytes == 0)
        add_header(s, which);
    return PG_OK;
}

static void csv_abort(void *self)
{
    csv_sink *s = self;
    for (int i = 0; i < PG_SINK_CSV_FILES; i++) {
        if (s->files[i].fd >= 0)
            close(s->files[i].fd);
        pg_text_free(&s->files[i].text);
    }
    pg_depth_free(s->depth);
    free(s);
}

static pg_status csv_open(void **self, const pg_sink_config *config, pg_error *err)
{
    csv_sink *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (int i = 0; i < PG_SINK_CSV_FILES; i++)
        s->files[i].fd = -1;
    s->instrument = config->info->instrument;
    s->levels = config->levels ? config->levels : PG_DEPTH_LEVELS;
    s->depth = pg_depth_new(s->instrument.tick, PG_DEPTH_LEVELS_MAX);
    pg_status status = s->depth ? pg_file_make_folder(config->path, err) : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (int i = 0; i < PG_SINK_CSV_FILES && status == PG_OK; i++)
        status = open_file(s, i, config, err);
    if (status != PG_OK) {
        csv_abort(s);
        return status;
    }
    *self = s;
    return PG_OK;
}

/* timestamp_ms,datetime,market: "1762979756789,2025-11-12 20:35:56.789 UTC,eth_usd". */
static void begin_row(csv_sink *s, int which, int64_t time_ns)
{
    char date[32];
    pg_clock_format(date, time_ns);
    date[10] = ' ';
    pg_text_print(&s->files[which].text, "%" PRId64 ",%.23s UTC,%s", time_ns / 1000000, date, s->instrument.symbol);
    s->files[which].rows++;
}

static void add_level(csv_sink *s, pg_text *text, const pg_level *level)
{
    char price[PG_DECIMAL_TEXT], size[PG_DECIMAL_TEXT];
    if (!level) {
        pg_text_add(text, ",,", 2);
        return;
    }
    pg_decimal_format_short(price, sizeof price, level->price, s->instrument.price_decimals);
    pg_decimal_format_short(size, sizeof size, level->size, s->instrument.size_decimals);
    pg_text_add(text, ",", 1);
    pg_text_add(text, price, strlen(price));
    pg_text_add(text, ",", 1);
    pg_text_add(text, size, strlen(size));
}

static void add_book(csv_sink *s, const pg_depth_row *row)
{
    pg_text *text = &s->files[BOOK].text;
    begin_row(s, BOOK, row->exch_ns);
    pg_text_print(text, ",%" PRIu64, row->sequence);
    for (int i = 0; i < s->levels; i++)
        for (int side = 0; side < 2; side++)
            add_level(s, text, i < row->n[side] ? &row->levels[side][i] : NULL);
    pg_text_add(text, "\n", 1);
}

static void add_full(csv_sink *s, const pg_depth_row *row)
{
    pg_text *text = &s->files[FULL].text;
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < row->n[side]; i++) {
            begin_row(s, FULL, row->exch_ns);
            pg_text_print(text, ",%" PRIu64 ",%d,%s", row->sequence, i, side == 0 ? "bid" : "ask");
            add_level(s, text, &row->levels[side][i]);
            pg_text_add(text, "\n", 1);
        }
}

static void add_trade(csv_sink *s, const pg_event *e)
{
    pg_text *text = &s->files[TRADES].text;
    begin_row(s, TRADES, e->exch_ns);
    pg_text_print(text, ",%s", e->side == PG_SIDE_NONE ? "" : pg_side_name(e->side));
    add_level(s, text, &(pg_level){ e->price, e->size });
    pg_text_print(text, ",%" PRIu64 ",%s\n", e->id, e->flags & PG_EVENT_LIQUIDATION ? "LIQUIDATION" : "TRADE");
}

static pg_status csv_flush(void *self, pg_error *err)
{
    csv_sink *s = self;
    pg_status status = PG_OK;
    for (int i = 0; i < PG_SINK_CSV_FILES && status == PG_OK; i++)
        status = flush_file(&s->files[i], err);
    return status;
}

static pg_status csv_append(void *self, const pg_event *events, size_t n, pg_error *err)
{
    csv_sink *s = self;
    pg_depth_row row;
    pg_status status = PG_OK;
    for (size_t i = 0; i < n && status == PG_OK; i++) {
        if (events[i].kind == PG_EVENT_TRADE)
            add_trade(s, &events[i]);
        if (pg_depth_take(s->depth, &events[i], &row)) {
            add_book(s, &row);
            if (row.whole)
                add_full(s, &row);
        }
        for (int k = 0; k < PG_SINK_CSV_FILES && status == PG_OK; k++)
            if (s->files[k].rows >= PG_SINK_CSV_FLUSH)
                status = flush_file(&s->files[k], err);
    }
    return status;
}

static pg_status csv_close(void *self, pg_sink_mark *mark, pg_error *err)
{
    csv_sink *s = self;
    pg_status status = csv_flush(s, err);
    for (int i = 0; i < PG_SINK_CSV_FILES && status == PG_OK; i++) {
        mark->csv_bytes[i] = s->files[i].bytes;
        if (fsync(s->files[i].fd) != 0)
            status = io_error(&s->files[i], err);
    }
    csv_abort(s);
    return status;
}

const pg_sink_type pg_sink_csv = { csv_open, csv_append, csv_flush, csv_close, csv_abort };

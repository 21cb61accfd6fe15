/* libFuzzer target: any bytes as a Parquet file that is read by a layout, as perigee imports it. The first byte chooses the
 * layout. What comes out is rows and defects, or an error that says what is wrong; never without end. */
#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/table.h"

enum { LAYOUTS = 3, ROWS = 5000 };

static void set(pg_layout_record *record, pg_field field, const char *name)
{
    snprintf(record->columns[field], PG_LAYOUT_NAME, "%s", name);
}

/* Columns of trades, and those of a book in lists and of one in columns. */
static void make_layout(pg_layout *layout, int kind)
{
    static const pg_record_kind kinds[LAYOUTS] = { PG_RECORD_TRADE, PG_RECORD_BOOK, PG_RECORD_BOOK };
    pg_layout_init(layout, "fuzz");
    pg_layout_record *r = &layout->records[0];
    layout->n_records = 1;
    layout->format = PG_FORMAT_TABLE;
    layout->tolerate = ~0u;
    r->kind = kinds[kind];
    snprintf(layout->default_size, sizeof layout->default_size, "1");
    snprintf(r->sides[0][0], sizeof r->sides[0][0], "b");
    snprintf(r->sides[1][0], sizeof r->sides[1][0], "s");
    set(r, PG_FIELD_LOCAL_TIME, "t");
    if (kind == 0) {
        set(r, PG_FIELD_PRICE, "p");
        set(r, PG_FIELD_SIZE, "q");
        set(r, PG_FIELD_SIDE, "s");
        return;
    }
    set(r, PG_FIELD_BID_PRICE, kind == 1 ? "bids_px" : "bp%d");
    set(r, PG_FIELD_BID_SIZE, kind == 1 ? "bids_qty" : "bs%d");
    set(r, PG_FIELD_ASK_PRICE, kind == 1 ? "asks_px" : "ap%d");
    set(r, PG_FIELD_ASK_SIZE, kind == 1 ? "asks_qty" : "as%d");
}

static void read_file(const char *path, const pg_layout *layout)
{
    pg_scale scale = { { 2, 3 }, { 0, 0 }, false };
    pg_table *table;
    pg_row row;
    pg_defect defect;
    pg_error err = { 0 };
    pg_status status = pg_table_open(&table, path, layout, &scale, &err);
    if (status != PG_OK) {
        if (!err.what[0])
            abort();
        return;
    }
    bool ended = false;
    memset(&row, 0, sizeof row);
    for (int i = 0; i < ROWS && !ended; i++) {
        err = (pg_error){ 0 };
        status = pg_table_next(table, &row, &ended, &defect, &err);
        if (status != PG_OK && status != PG_ERR_PARSE)
            break;
    }
    pg_table_close(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pg_layout layout;
    if (size < 1)
        return 0;
    make_layout(&layout, data[0] % LAYOUTS);
    char path[64];
    int fd = memfd_create("parquet", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, data + 1, size - 1) == (ssize_t)size - 1)
        read_file(path, &layout);
    close(fd);
    return 0;
}

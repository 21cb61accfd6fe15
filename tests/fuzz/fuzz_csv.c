/* libFuzzer target: any bytes as a recorded file, read by layouts of every kind. The first byte chooses the layout. What
 * comes out must be well formed: events whose local times never go back, or an error that says what is wrong. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/reader.h"

enum { LAYOUTS = 7 };

static void set(pg_layout_record *record, pg_field field, const char *name)
{
    snprintf(record->columns[field], PG_LAYOUT_NAME, "%s", name);
}

static void make_layout(pg_layout *layout, int kind)
{
    static const pg_record_kind kinds[LAYOUTS] = { PG_RECORD_TRADE, PG_RECORD_BBO,  PG_RECORD_BBO_SIDE, PG_RECORD_BOOK,
                                                   PG_RECORD_LEVEL, PG_RECORD_BOOK, PG_RECORD_UPDATE };
    pg_layout_init(layout, "fuzz");
    pg_layout_record *r = &layout->records[0];
    layout->n_records = 1;
    r->kind = kinds[kind];
    layout->format = kind >= 5 ? PG_FORMAT_JSON : PG_FORMAT_TABLE;
    layout->sessions = kind == 1;
    layout->skip_repeats = kind == 1;
    layout->tolerate = kind % 2 ? 0 : ~0u;
    strcpy(layout->default_size, "1");
    strcpy(r->match_path, "u");
    strcpy(r->sides[0][0], "b");
    strcpy(r->sides[1][0], "s");
    set(r, PG_FIELD_LOCAL_TIME, kind >= 5 ? "@prefix" : "t");
    set(r, PG_FIELD_SEQUENCE, "u");
    set(r, PG_FIELD_SYMBOL, "m");
    if (layout->format == PG_FORMAT_JSON) {
        set(r, PG_FIELD_EXCHANGE_TIME, "E");
        set(r, PG_FIELD_BIDS, "b");
        set(r, PG_FIELD_ASKS, "a.0");
    } else if (r->kind == PG_RECORD_BOOK || r->kind == PG_RECORD_BBO) {
        bool book = r->kind == PG_RECORD_BOOK;
        set(r, PG_FIELD_BID_PRICE, book ? "bp%d" : "bp");
        set(r, PG_FIELD_ASK_PRICE, book ? "ap%d" : "ap");
        if (book) {
            set(r, PG_FIELD_BID_SIZE, "bs%d");
            set(r, PG_FIELD_ASK_SIZE, "as%d");
        }
    } else {
        set(r, PG_FIELD_PRICE, "p");
        set(r, PG_FIELD_SIZE, "q");
        set(r, PG_FIELD_SIDE, "s");
        set(r, PG_FIELD_ID, "i");
    }
}

static void read_file(const char *path, const pg_layout *layout)
{
    static pg_defects defects;
    pg_scale scale = { { 2, 3 }, { 0, 0 }, false };
    pg_reader *reader;
    pg_error err = { 0 };
    memset(&defects, 0, sizeof defects);
    pg_status status = pg_reader_open(&reader, path, layout, &scale, &defects, 5, &err);
    if (status != PG_OK) {
        if (!err.what[0])
            abort();
        return;
    }
    int64_t last = INT64_MIN;
    pg_message *message;
    while ((status = pg_reader_next(reader, &message, &err)) == PG_OK && message) {
        for (size_t i = 0; i < message->n; i++) {
            const pg_event *e = &message->events[i];
            if (e->local_ns != message->local_ns || e->kind == PG_EVENT_NONE || e->price < 0 || e->size < 0)
                abort();
        }
        if (message->local_ns != PG_TIMELESS && message->local_ns < last)
            abort();
        last = message->local_ns;
    }
    if (status != PG_OK && !err.what[0])
        abort();
    pg_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const headers[LAYOUTS] = {
        "t,u,m,p,q,s,i\n", "t,u,m,bp,ap\n", "t,u,m,p,q,s,i\n", "t,u,m,bp0,bs0,ap0,as0\n", "t,u,m,p,q,s,i\n", "", ""
    };
    if (size < 1)
        return 0;
    static pg_layout layout;
    int kind = data[0] % LAYOUTS;
    make_layout(&layout, kind);
    int fd = memfd_create("csv", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const char *header = data[0] & 0x80 ? "" : headers[kind]; /* with a header that fits, or one of the fuzzer's own */
    if (write(fd, header, strlen(header)) == (ssize_t)strlen(header) &&
        write(fd, data + 1, size - 1) == (ssize_t)size - 1)
        read_file(path, &layout);
    close(fd);
    return 0;
}

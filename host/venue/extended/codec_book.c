#include "venue/extended/codec_book.h"

#include "base/decimal.h"
#include "venue/extended/codec_value.h"

/* ---- levels ---- */

typedef struct {
    int price_decimals, size_decimals;
} scale;

enum { ROOM = 8 }; /* covers every text that is compared below */

static bool is_key(const char *p, const char *end, char name)
{
    return end - p >= ROOM && p[0] == '"' && p[1] == name && p[2] == '"' && p[3] == ':' && p[4] == '"';
}

/* A number of either sign up to its closing quote; NULL when it is for read_level to judge. */
static const char *scan_signed(int64_t *value, const char *p, const char *end, int decimals)
{
    bool negative = *p == '-';
    p = pg_decimal_scan(value, p + negative, end, decimals);
    if (!p || *p != '"')
        return NULL;
    if (negative)
        *value = -*value;
    return p + 1;
}

/* A level as the venue writes it, {"q":"1","p":"2"} and {"q":"-1","p":"2","c":"0"}. Returns what is behind it, or NULL
 * for any other form, which read_level judges. */
static const char *scan_level(pg_extended_level *level, const char *p, const char *end, const scale *s)
{
    int64_t change;
    if (*p != '{' || !is_key(p + 1, end, 'q'))
        return NULL;
    p = scan_signed(&change, p + 6, end, s->size_decimals);
    if (!p || *p != ',' || !is_key(p + 1, end, 'p'))
        return NULL;
    p = scan_signed(&level->price, p + 6, end, s->price_decimals);
    if (!p)
        return NULL;
    level->absolute = *p == ',';
    level->size = change;
    if (level->absolute) {
        if (!is_key(p + 1, end, 'c'))
            return NULL;
        p = scan_signed(&level->size, p + 6, end, s->size_decimals);
    }
    return p && *p == '}' ? p + 1 : NULL;
}

static bool units(pg_scan *r, const char *name, pg_span text, int decimals, int64_t *value)
{
    pg_status status = r->failed ? PG_OK : pg_extended_units(value, text, decimals);
    return status == PG_OK ||
           pg_scan_wrong(r, status, "%s '%.*s' is no number of %d decimals", name,
                         (int)(text.size < 40 ? text.size : 40), text.data ? text.data : "", decimals);
}

static bool read_level(pg_scan *r, pg_extended_level *level, const scale *s)
{
    enum { QUANTITY, PRICE, SIZE, FIELDS };
    static const char *const names[] = { "q", "p", "c" };
    pg_span name, text[FIELDS] = { { 0 } };
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        int which = pg_scan_which(r, name, names, FIELDS, &seen);
        if (which < 0)
            pg_scan_skip(r);
        else if (which != SIZE || !pg_scan_is_null(r))
            pg_extended_scan_decimal(r, names[which], &text[which]);
    }
    level->absolute = text[SIZE].data != NULL;
    return pg_scan_need(r, seen, 1u << QUANTITY | 1u << PRICE, names) &&
           units(r, "p", text[PRICE], s->price_decimals, &level->price) &&
           units(r, "q", text[QUANTITY], s->size_decimals, &level->size) &&
           (!level->absolute || units(r, "c", text[SIZE], s->size_decimals, &level->size));
}

static void read_side(pg_scan *r, pg_extended_book_frame *frame, uint8_t side, const scale *s)
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (frame->count == PG_EXTENDED_LEVELS) {
            pg_scan_wrong(r, PG_ERR_RANGE, "more than %d levels", PG_EXTENDED_LEVELS);
            return;
        }
        pg_extended_level *level = &frame->level[frame->count++];
        const char *next = scan_level(level, r->at, r->end, s);
        if (next)
            r->at = next;
        else
            read_level(r, level, s);
        level->side = side;
        if (!r->failed && level->price <= 0)
            pg_scan_wrong(r, PG_ERR_RANGE, "a level without a price");
    }
}

/* ---- messages ---- */

static void read_data(pg_scan *r, pg_extended_book_frame *frame, const scale *s)
{
    enum { MARKET, BIDS, ASKS, DEPTH };
    static const char *const names[] = { "m", "b", "a", "d" };
    pg_span name, depth;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, 4, &seen)) {
        case MARKET: pg_scan_string(r, &frame->market); break;
        case BIDS: read_side(r, frame, PG_BUY, s); break;
        case ASKS: read_side(r, frame, PG_SELL, s); break;
        case DEPTH:
            if (pg_scan_string(r, &depth))
                frame->best = pg_scan_equal(depth, "1");
            break;
        default: pg_scan_skip(r);
        }
    pg_scan_need(r, seen, 1u << MARKET | 1u << BIDS | 1u << ASKS, names);
}

static void read_type(pg_scan *r, pg_extended_book_frame *frame)
{
    pg_span text;
    if (!pg_scan_string(r, &text))
        return;
    frame->snapshot = pg_scan_equal(text, "SNAPSHOT");
    if (!frame->snapshot && !pg_scan_equal(text, "DELTA"))
        pg_scan_wrong(r, PG_ERR_PARSE, "a book that is neither a SNAPSHOT nor a DELTA");
}

static void read_error(pg_scan *r)
{
    pg_span json;
    if (!pg_scan_is_null(r) && pg_extended_scan_json(r, &json))
        pg_scan_wrong(r, PG_ERR_STATE, "the stream reports an error: %.*s", (int)(json.size < 200 ? json.size : 200),
                      json.data);
}

pg_status pg_extended_book_read(pg_extended_book_frame *frame, const char *text, size_t size, int price_decimals,
                                int size_decimals, pg_error *err)
{
    enum { TYPE, DATA, TS, SEQ, ERROR };
    static const char *const names[] = { "type", "data", "ts", "seq", "error" };
    const scale s = { price_decimals, size_decimals };
    pg_error unused;
    pg_scan r;
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    *frame = (pg_extended_book_frame){ .level = frame->level };
    err = err ? err : &unused;
    pg_scan_init(&r, text, size, err);
    pg_scan_open(&r, '{');
    while (pg_scan_member(&r, &n, &name))
        switch (pg_scan_which(&r, name, names, 5, &seen)) {
        case TYPE: read_type(&r, frame); break;
        case DATA: read_data(&r, frame, &s); break;
        case TS: pg_extended_scan_time(&r, "ts", &frame->ts_ms); break;
        case SEQ: pg_extended_scan_id(&r, "seq", &frame->seq); break;
        case ERROR: read_error(&r); break;
        default: pg_scan_skip(&r);
        }
    pg_scan_need(&r, seen, 1u << TYPE | 1u << DATA | 1u << TS | 1u << SEQ, names);
    pg_scan_finish(&r);
    if (!r.failed)
        return PG_OK;
    frame->count = 0;
    return err->status;
}

/* ---- the book ---- */

pg_status pg_extended_book_init(pg_extended_book *book, const char *market, const pg_instrument *instrument,
                                pg_error *err)
{
    *book = (pg_extended_book){ .market = market, .book = pg_book_new(instrument->tick) };
    return book->book ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "no memory for the book of %s", market);
}

void pg_extended_book_free(pg_extended_book *book)
{
    pg_book_free(book->book);
    book->book = NULL;
}

void pg_extended_book_reset(pg_extended_book *book)
{
    pg_book_clear(book->book);
    book->sequence = (pg_extended_sequence){ 0 };
    book->valid = false;
}

typedef struct {
    pg_event base, *list;
    int count;
} writer;

static void write_event(writer *w, pg_event_kind kind)
{
    if (!w->list)
        return;
    w->list[w->count] = w->base;
    w->list[w->count++].kind = (uint8_t)kind;
}

static void write_level(writer *w, const pg_extended_level *level, int64_t size)
{
    if (!w->list)
        return;
    write_event(w, PG_EVENT_LEVEL);
    pg_event *event = &w->list[w->count - 1];
    event->side = level->side;
    event->price = level->price;
    event->size = size;
}

static pg_status set_level(pg_extended_book *book, const pg_extended_level *level, bool snapshot, writer *w,
                           pg_error *err)
{
    int64_t size = level->size;
    if (!snapshot && !level->absolute &&
        __builtin_add_overflow(pg_book_size(book->book, level->side, level->price), size, &size))
        return pg_fail(err, PG_ERR_RANGE, "a size out of range");
    if (snapshot && size <= 0)
        return PG_OK;
    if (size < 0)
        return pg_fail(err, PG_ERR_STATE, "a change takes away more than there was");
    if (!pg_book_set(book->book, level->side, level->price, size))
        return pg_fail(err, PG_ERR_RANGE, "a price that is no multiple of the market's tick: has it changed?");
    write_level(w, level, size);
    return PG_OK;
}

static pg_status set_levels(pg_extended_book *book, const pg_extended_book_frame *frame, writer *w, pg_error *err)
{
    pg_status status = PG_OK;
    if (frame->snapshot) {
        pg_book_clear(book->book);
        write_event(w, PG_EVENT_SNAPSHOT_BEGIN);
    }
    for (int i = 0; i < frame->count && status == PG_OK; i++)
        status = set_level(book, &frame->level[i], frame->snapshot, w, err);
    if (frame->snapshot && w->list) {
        w->list[0].size2 = w->count - 1;
        write_event(w, PG_EVENT_SNAPSHOT_END);
    }
    int64_t bid = pg_book_best(book->book, PG_BUY), ask = pg_book_best(book->book, PG_SELL);
    if (status == PG_OK && bid && ask && bid >= ask)
        status = pg_fail(err, PG_ERR_STATE, "the best bid is not below the best ask");
    return status;
}

static pg_extended_book_action broken(pg_extended_book *book)
{
    book->valid = false;
    pg_book_clear(book->book);
    return PG_EXTENDED_BOOK_BROKEN;
}

pg_extended_book_action pg_extended_book_take(pg_extended_book *book, const pg_extended_book_frame *frame,
                                              int64_t received_ns, pg_event *events, int *count, pg_error *err)
{
    writer w = { .base = { .exch_ns = frame->ts_ms * 1000000, .local_ns = received_ns, .id = frame->seq },
                 .list = events };
    *count = 0;
    uint64_t last = book->sequence.last;
    if (pg_extended_sequence_take(&book->sequence, frame->seq) != PG_EXTENDED_SEQ_NEXT) {
        pg_fail(err, PG_ERR_STATE, "message %llu follows message %llu", (unsigned long long)frame->seq,
                (unsigned long long)last);
        return broken(book);
    }
    if (!pg_scan_equal(frame->market, book->market))
        return PG_EXTENDED_BOOK_OTHER;
    if (!frame->snapshot && !book->valid) {
        pg_fail(err, PG_ERR_STATE, "a change before the first snapshot");
        return broken(book);
    }
    if (!frame->snapshot && frame->count == 0)
        return PG_EXTENDED_BOOK_HEARTBEAT;
    if (set_levels(book, frame, &w, err) != PG_OK)
        return broken(book);
    book->valid = true;
    if (w.count > 0)
        w.list[w.count - 1].flags = PG_EVENT_LAST;
    *count = w.count;
    return PG_EXTENDED_BOOK_APPLIED;
}

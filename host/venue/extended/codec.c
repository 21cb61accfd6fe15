#include "venue/extended/codec.h"

#include <stdio.h>

#include "venue/extended/codec_value.h"

/* ---- answers ---- */

static bool read_code(pg_scan *r, pg_extended_answer *answer)
{
    pg_span text;
    if (pg_scan_peek(r) == '"')
        pg_scan_string(r, &text);
    else
        pg_extended_scan_json(r, &text);
    if (r->failed)
        return false;
    int64_t code;
    answer->code = PG_EXTENDED_NO_CODE;
    answer->code_text = text;
    if (pg_extended_units(&code, text, 0) == PG_OK && code > 0 && code < 1000000)
        answer->code = (int)code;
    return true;
}

static bool read_text(pg_scan *r, pg_span *text)
{
    return pg_scan_peek(r) == '"' ? pg_scan_string(r, text) : pg_scan_skip(r);
}

static void read_error(pg_scan *r, pg_extended_answer *answer)
{
    enum { CODE, MESSAGE, DEBUG };
    static const char *const names[] = { "code", "message", "debugInfo" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    answer->code = PG_EXTENDED_NO_CODE;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, 3, &seen)) {
        case CODE: read_code(r, answer); break;
        case MESSAGE: read_text(r, &answer->message); break;
        case DEBUG: read_text(r, &answer->debug); break;
        default: pg_scan_skip(r);
        }
}

static void read_pages(pg_scan *r, pg_extended_answer *answer)
{
    enum { CURSOR, COUNT };
    static const char *const names[] = { "cursor", "count" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        int which = pg_scan_which(r, name, names, 2, &seen);
        if (which < 0)
            pg_scan_skip(r);
        else if (!pg_scan_is_null(r) && which == CURSOR)
            answer->paged = pg_extended_scan_id(r, "cursor", &answer->cursor);
        else if (which == COUNT)
            pg_extended_scan_id(r, "count", &answer->count);
    }
}

static bool is_array_end(const pg_extended_answer *answer)
{
    const char *p = answer->data.data, *end = p ? p + answer->data.size : NULL;
    if (!p || *p != '[')
        return false;
    for (p++; p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t');)
        p++;
    return p < end && *p == ']';
}

pg_status pg_extended_answer_read(pg_extended_answer *answer, const char *text, size_t size, pg_error *err)
{
    enum { STATUS, DATA, ERROR, PAGES };
    static const char *const names[] = { "status", "data", "error", "pagination" };
    pg_error unused;
    pg_scan r;
    pg_span name, status = { 0 };
    uint32_t seen = 0;
    int n = 0;
    memset(answer, 0, sizeof *answer);
    answer->ok = true;
    if (size == 0)
        return PG_OK;
    pg_scan_init(&r, text, size, err ? err : &unused);
    pg_scan_open(&r, '{');
    while (pg_scan_member(&r, &n, &name)) {
        int which = pg_scan_which(&r, name, names, 4, &seen);
        if (which < 0)
            pg_scan_skip(&r);
        else if (which == STATUS)
            pg_scan_string(&r, &status);
        else if (pg_scan_is_null(&r))
            continue;
        else if (which == DATA)
            pg_extended_scan_json(&r, &answer->data);
        else if (which == ERROR)
            read_error(&r, answer);
        else
            read_pages(&r, answer);
    }
    pg_scan_need(&r, seen, 1u << STATUS, names);
    pg_scan_finish(&r);
    if (r.failed)
        return (err ? err : &unused)->status;
    answer->ok = pg_extended_is_word(status, "OK") && answer->code == 0;
    if (!answer->ok && answer->code == 0)
        answer->code = PG_EXTENDED_NO_CODE;
    answer->paged = answer->paged && !is_array_end(answer) && answer->count > 0;
    return PG_OK;
}

char *pg_extended_answer_words(char *text, size_t size, const pg_extended_answer *answer)
{
    char code[48], message[160], debug[400];
    pg_scan_plain(code, sizeof code, answer->code_text);
    pg_scan_plain(message, sizeof message, answer->message);
    pg_scan_plain(debug, sizeof debug, answer->debug);
    snprintf(text, size, "%s%s%s%s%s%s", code, code[0] && message[0] ? ": " : "", message, debug[0] ? " (" : "", debug,
             debug[0] ? ")" : "");
    return text;
}

/* ---- messages ---- */

pg_status pg_extended_frame_read(pg_extended_frame *frame, const char *text, size_t size, pg_error *err)
{
    enum { TYPE, DATA, ERROR, TS, SEQ };
    static const char *const names[] = { "type", "data", "error", "ts", "seq" };
    pg_error unused;
    pg_scan r;
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    memset(frame, 0, sizeof *frame);
    pg_scan_init(&r, text, size, err ? err : &unused);
    pg_scan_open(&r, '{');
    while (pg_scan_member(&r, &n, &name)) {
        int which = pg_scan_which(&r, name, names, 5, &seen);
        if (which == TS)
            pg_extended_scan_time(&r, "ts", &frame->ts_ms);
        else if (which == SEQ)
            pg_extended_scan_id(&r, "seq", &frame->seq);
        else if (which < 0)
            pg_scan_skip(&r);
        else if (pg_scan_is_null(&r))
            continue;
        else if (which == TYPE)
            pg_scan_string(&r, &frame->type);
        else
            pg_extended_scan_json(&r, which == DATA ? &frame->data : &frame->error);
    }
    pg_scan_need(&r, seen, frame->error.data ? 0 : 1u << TS | 1u << SEQ, names);
    pg_scan_finish(&r);
    return r.failed ? (err ? err : &unused)->status : PG_OK;
}

pg_extended_seq pg_extended_sequence_take(pg_extended_sequence *sequence, uint64_t seq)
{
    bool begun = sequence->begun;
    uint64_t last = sequence->last;
    if (begun && seq <= last)
        return PG_EXTENDED_SEQ_OLD;
    sequence->begun = true;
    sequence->last = seq;
    return begun && seq != last + 1 ? PG_EXTENDED_SEQ_GAP : PG_EXTENDED_SEQ_NEXT;
}

/* ---- the account's stream ---- */

static void give_order(void *self, const pg_extended_record *record)
{
    const pg_extended_account_sink *sink = self;
    sink->order(sink->self, &record->order);
}

static void give_trade(void *self, const pg_extended_record *record)
{
    const pg_extended_account_sink *sink = self;
    sink->trade(sink->self, &record->trade);
}

static void give_position(void *self, const pg_extended_record *record)
{
    const pg_extended_account_sink *sink = self;
    sink->position(sink->self, &record->position);
}

static void give_balance(void *self, const pg_extended_record *record)
{
    const pg_extended_account_sink *sink = self;
    sink->balance(sink->self, &record->balance);
}

/* The members of an account's data, in the order in which they are given. */
enum { BALANCE, ORDERS, TRADES, POSITIONS, LISTS, SNAPSHOT = LISTS, MEMBERS };

static const struct {
    pg_extended_record_kind kind;
    pg_extended_record_fn give;
    unsigned whole;
} lists[LISTS] = { [BALANCE] = { PG_EXTENDED_BALANCE, give_balance, PG_EXTENDED_HAS_BALANCE },
                   [ORDERS] = { PG_EXTENDED_ORDER_RECORD, give_order, PG_EXTENDED_HAS_ORDERS },
                   [TRADES] = { PG_EXTENDED_TRADE, give_trade, 0 },
                   [POSITIONS] = { PG_EXTENDED_POSITION, give_position, PG_EXTENDED_HAS_POSITIONS } };

static bool read_members(const pg_extended_frame *frame, pg_span member[LISTS], bool *snapshot, pg_error *err)
{
    static const char *const names[MEMBERS] = { "balance", "orders", "trades", "positions", "isSnapshot" };
    pg_scan r;
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_init(&r, frame->data.data, frame->data.size, err);
    pg_scan_open(&r, '{');
    while (pg_scan_member(&r, &n, &name)) {
        int which = pg_scan_which(&r, name, names, MEMBERS, &seen);
        if (which < 0)
            pg_scan_skip(&r);
        else if (pg_scan_is_null(&r))
            continue;
        else if (which == SNAPSHOT)
            pg_scan_bool(&r, snapshot);
        else
            pg_extended_scan_json(&r, &member[which]);
    }
    return !r.failed;
}

int pg_extended_account_read(const pg_extended_frame *frame, const pg_extended_account_sink *sink, unsigned *snapshot,
                             pg_error *err)
{
    pg_error first = { 0 }, why = { 0 };
    pg_span member[LISTS] = { { 0 } };
    bool whole = false;
    int refused = 0;
    *snapshot = 0;
    if (!frame->data.data)
        return 0;
    if (!read_members(frame, member, &whole, err ? err : &why))
        return -1;
    for (int i = 0; i < LISTS; i++) {
        if (!member[i].data)
            continue;
        int bad = pg_extended_records_read(lists[i].kind, member[i], (void *)sink, lists[i].give, &why);
        if (bad != 0 && !first.what[0])
            first = why;
        refused += bad < 0 ? 1 : bad;
        *snapshot |= whole ? lists[i].whole : 0;
    }
    if (refused && err)
        *err = first;
    return refused;
}

/* Fills by time, from the venue's history: newest first, page by page, told oldest first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/lighter/adapter_internal.h"

enum { PAGE = 100, PAGES = 64, CURSOR = 256 };

typedef struct {
    pg_call call;
    int64_t from_ns;
    bool all;
    int pages;
    char cursor[CURSOR];
    pg_told_fill *fill; /* newest first */
    int count, room;
    void *self;
    pg_venue_done done;
} scan;

static void release(pg_call *call)
{
    free(((scan *)call)->fill);
}

static void give(scan *s, const pg_told_fill *fill, int64_t now_ns)
{
    li_venue *venue = li_of(&s->call);
    pg_report report;
    const char *symbol = venue->market[fill->market].symbol;
    if (pg_tracker_fill(venue->orders, fill, symbol, now_ns) || !s->all)
        return;
    pg_report_fill(&report, fill, symbol);
    const pg_tracked *order = fill->cloid.run == venue->run ? pg_tracker_find(venue->orders, fill->cloid.id) : NULL;
    if (order && !order->done) /* it was taken off the order when it was told first */
        report.reply.id = 0;
    venue->sink.report(venue->sink.self, &report);
}

static void finish(scan *s, const pg_error *err)
{
    void *self = s->self;
    pg_venue_done done = s->done;
    pg_error copy;
    if (err)
        copy = *err;
    for (int i = s->count - 1; i >= 0 && !err; i--)
        give(s, &s->fill[i], li_now());
    pg_call_end(&s->call);
    done(self, err ? &copy : NULL);
}

static void keep(scan *s, const pg_told_fill *fill)
{
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 2 * PAGE;
        s->fill = realloc(s->fill, (size_t)s->room * sizeof *s->fill);
        PG_ASSERT(s->fill != NULL); /* fills that were not told would be a wrong position */
    }
    s->fill[s->count++] = *fill;
}

/* Keeps what a page has since the time; *older: it reaches beyond that. */
static pg_status take_page(scan *s, const pg_lighter_message *message, bool *older, pg_error *err)
{
    pg_told_fill fills[2];
    *older = false;
    for (int i = 0; i < message->trades.count; i++) {
        const pg_lighter_trade *trade = PG_LIGHTER_AT(message->trades, pg_lighter_trade, i);
        int n = li_fills_of(li_of(&s->call), fills, trade, err);
        if (n < 0)
            return PG_ERR_PARSE;
        *older = *older || pg_lighter_time_ns(trade->transaction_time, trade->timestamp) < s->from_ns;
        for (int k = 0; k < n; k++)
            if (fills[k].time_ns >= s->from_ns)
                keep(s, &fills[k]);
    }
    return PG_OK;
}

static void ask_page(scan *s);

static void page_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    scan *s = self;
    const pg_lighter_message *message;
    pg_error err;
    bool older = false;
    (void)code;
    pg_status status =
        found ? pg_lighter_decode(li_of(&s->call)->decoder, &message, found->text, found->size, &err) : PG_ERR_IO;
    if (status == PG_OK)
        status = take_page(s, message, &older, &err);
    if (status != PG_OK) {
        finish(s, found ? &err : why);
        return;
    }
    bool more = message->trades.count >= PAGE && message->cursor.size > 0 && message->cursor.size < CURSOR;
    if (!more || older) {
        finish(s, NULL);
    } else if (++s->pages == PAGES) {
        pg_fail(&err, PG_ERR_FULL, "more than %d fills since then", PAGES * PAGE);
        finish(s, &err);
    } else {
        snprintf(s->cursor, sizeof s->cursor, "%.*s", (int)message->cursor.size, message->cursor.data);
        ask_page(s);
    }
}

/* The cursor as the venue gave it, made fit for a query. */
static void escape(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (const char *p = text; *p && n + 4 < size; p++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~", *p))
            out[n++] = *p;
        else
            n += (size_t)snprintf(out + n, size - n, "%%%02X", (unsigned char)*p);
    }
    out[n] = '\0';
}

static void ask_page(scan *s)
{
    li_venue *venue = li_of(&s->call);
    char path[3 * CURSOR + 192], cursor[3 * CURSOR] = "";
    escape(cursor, sizeof cursor, s->cursor);
    snprintf(path, sizeof path, "/api/v1/trades?sort_by=timestamp&sort_dir=desc&limit=%d&account_index=%" PRId64 "%s%s",
             PAGE, venue->account, cursor[0] ? "&cursor=" : "", cursor);
    pg_lighter_question question = { .path = path, .token = li_token(venue), .weight = 600, .safety = true };
    pg_lighter_rest_ask(venue->rest, &question, s, page_came);
}

void li_fetch_fills(li_venue *venue, int64_t from_ns, bool all, void *self, pg_venue_done done)
{
    scan *s = pg_call_begin(&venue->calls, sizeof *s);
    s->call.release = release;
    s->from_ns = from_ns > 0 ? from_ns : 0;
    s->all = all;
    s->self = self;
    s->done = done;
    ask_page(s);
}

void li_fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done)
{
    li_fetch_fills((li_venue *)base, time_ns, true, self, done);
}

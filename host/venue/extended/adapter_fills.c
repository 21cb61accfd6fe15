/* Fills by time, from the venue's history: the newest first, page by page. */
#include <inttypes.h>
#include <stdio.h>

#include "venue/extended/adapter_internal.h"

enum { PAGE = 500, PAGES = 64 };

typedef struct {
    pg_call call;
    int64_t from_ns, oldest_ns; /* oldest: of this page */
    bool all;
    int pages, seen;
    uint64_t cursor;
    void *self;
    pg_venue_done done;
    pg_error err; /* of a record that cannot be read: nothing is known to be whole then */
} scan;

static void finish(scan *s, const pg_error *err)
{
    void *self = s->self;
    pg_venue_done done = s->done;
    pg_error copy;
    if (err)
        copy = *err;
    pg_call_end(&s->call);
    done(self, err ? &copy : NULL);
}

static void give(void *self, const pg_extended_record *record)
{
    scan *s = self;
    ex_venue *venue = ex_of(&s->call);
    pg_told_fill fill;
    pg_report report;
    s->seen++;
    if (ex_told_fill(&fill, venue, &record->trade, &s->err) != PG_OK)
        return;
    if (fill.time_ns < s->oldest_ns)
        s->oldest_ns = fill.time_ns;
    if (fill.market < 0 || fill.time_ns < s->from_ns)
        return;
    const char *symbol = venue->market[fill.market].name;
    if (pg_tracker_fill(venue->orders, &fill, symbol, ex_now()) || !s->all)
        return;
    pg_report_fill(&report, &fill, symbol);
    const pg_tracked *order = fill.cloid.run == venue->run ? pg_tracker_find(venue->orders, fill.cloid.id) : NULL;
    if (order && !order->done) /* it was taken off the order when it was told first */
        report.reply.id = 0;
    venue->sink.report(venue->sink.self, &report);
}

static void ask_page(scan *s);

static void page_came(void *self, const pg_extended_found *found, const pg_error *why)
{
    scan *s = self;
    pg_error err;
    if (!found || !found->answer.ok) {
        if (found)
            pg_extended_refused(&err, found);
        finish(s, found ? &err : why);
        return;
    }
    const pg_extended_answer *answer = &found->answer;
    bool more = answer->paged && answer->cursor != s->cursor;
    s->cursor = answer->cursor;
    s->seen = 0;
    s->oldest_ns = INT64_MAX;
    if (pg_extended_records_read(PG_EXTENDED_TRADE, answer->data, s, give, &err) != 0)
        finish(s, &err);
    else if (s->err.status != PG_OK)
        finish(s, &s->err);
    else if (!more || s->seen == 0 || s->oldest_ns < s->from_ns)
        finish(s, NULL);
    else if (++s->pages == PAGES) {
        pg_fail(&err, PG_ERR_FULL, "more than %d pages of fills since that time", PAGES);
        finish(s, &err);
    } else {
        ask_page(s);
    }
}

static void ask_page(scan *s)
{
    char path[EX_PATH], cursor[40] = "";
    if (s->pages > 0)
        snprintf(cursor, sizeof cursor, "&cursor=%" PRIu64, s->cursor);
    snprintf(path, sizeof path, "/user/trades?limit=%d%s", PAGE, cursor);
    pg_extended_rest_ask(ex_of(&s->call)->rest, path, true, 0, s, page_came);
}

void ex_fetch_fills(ex_venue *venue, int64_t from_ns, bool all, void *self, pg_venue_done done)
{
    scan *s = pg_call_begin(&venue->calls, sizeof *s);
    s->from_ns = from_ns;
    s->all = all;
    s->self = self;
    s->done = done;
    ask_page(s);
}

void ex_fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done)
{
    ex_fetch_fills((ex_venue *)base, time_ns, true, self, done);
}

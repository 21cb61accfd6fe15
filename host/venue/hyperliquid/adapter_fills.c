/* Fills by time, from the venue's history. */
#include <inttypes.h>
#include <stdio.h>

#include "venue/hyperliquid/adapter_internal.h"

enum {
    PAGE = 500,       /* the shortest full page that was seen */
    PAGES = 64,       /* of one reading */
    SCANNED = 1 << 14 /* the venue keeps 10000 fills */
};

typedef struct {
    pg_call call;
    int64_t from_ms, to_ms; /* to_ms 0: now */
    bool all;
    int pages;
    pg_recent *scanned; /* pages share their last fills */
    void *self;
    pg_venue_done done;
} scan;

static void release(pg_call *call)
{
    pg_recent_free(((scan *)call)->scanned);
}

static void finish(scan *s, const pg_error *err)
{
    scan copy = *s;
    pg_call_end(&s->call);
    copy.done(copy.self, err);
}

static void give(scan *s, const pg_told_fill *fill, int64_t now_ns)
{
    hl_venue *venue = hl_of(&s->call);
    pg_report report;
    if (fill->market < 0)
        return;
    const char *symbol = venue->market[fill->market].asset.name;
    bool fresh = pg_tracker_fill(venue->orders, fill, symbol, now_ns);
    if (fresh)
        hl_traded(venue, fill);
    if (fresh || !s->all)
        return;
    pg_report_fill(&report, fill, symbol);
    const pg_tracked *order = pg_tracker_named(venue->orders, fill->cloid);
    if (order && !order->done) /* it was taken off the order when it was told first */
        report.reply.id = 0;
    venue->sink.report(venue->sink.self, &report);
}

static void ask_page(scan *s);

static void page_came(void *self, const pg_hl_found *found, const pg_error *why)
{
    scan *s = self;
    hl_venue *venue = hl_of(&s->call);
    pg_hl_frame frame;
    pg_error err;
    if (!found || pg_hl_decode_fills(venue->decoder, &frame, found->text, found->size, &err) != PG_OK) {
        finish(s, found ? &err : why);
        return;
    }
    int n = frame.count, fresh = 0;
    bool descending = n > 1 && frame.fill[0].time_ns > frame.fill[n - 1].time_ns;
    int64_t edge_ms = n > 0 ? frame.fill[n - 1].time_ns / 1000000 : 0;
    for (int i = 0; i < n; i++) {
        const pg_told_fill *fill = &frame.fill[descending ? n - 1 - i : i];
        if (!pg_recent_add(s->scanned, fill->oid, fill->tid))
            continue;
        fresh++;
        give(s, fill, hl_now());
    }
    if (n < PAGE || fresh == 0 || ++s->pages == PAGES) {
        finish(s, NULL);
        return;
    }
    *(descending ? &s->to_ms : &s->from_ms) = edge_ms;
    ask_page(s);
}

static void ask_page(scan *s)
{
    char body[192], to[48] = "";
    if (s->to_ms)
        snprintf(to, sizeof to, ",\"endTime\":%" PRId64, s->to_ms);
    snprintf(body, sizeof body, "{\"type\":\"userFillsByTime\",\"user\":\"%s\",\"startTime\":%" PRId64 "%s}",
             hl_of(&s->call)->account, s->from_ms, to);
    pg_hl_rest_ask(hl_of(&s->call)->rest,
                   &(pg_hl_question){ .body = body, .weight = 20, .safety = true, .by_items = true }, s, page_came);
}

void hl_fetch_fills(hl_venue *venue, int64_t from_ns, bool all, void *self, pg_venue_done done)
{
    pg_recent *scanned;
    pg_status status = pg_recent_new(&scanned, SCANNED, NULL);
    PG_ASSERT(status == PG_OK);
    scan *s = pg_call_begin(&venue->calls, sizeof *s);
    s->call.release = release;
    s->scanned = scanned;
    s->from_ms = from_ns > 0 ? from_ns / 1000000 : 0;
    s->all = all;
    s->self = self;
    s->done = done;
    ask_page(s);
}

void hl_fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done)
{
    hl_fetch_fills((hl_venue *)base, time_ns, true, self, done);
}

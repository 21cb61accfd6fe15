#include "data/check.h"

#include <string.h>

#include "data/dedup.h"
#include "data/timestamp.h"
#include "market/book.h"

typedef struct {
    pg_check_report *report;
    const pg_instrument *instrument;
    pg_book *book;
    pg_dedup *dedup;
    const pg_event *event; /* the one being looked at */
    size_t index;
    int64_t exch_ns[PG_EVENT_KINDS]; /* newest exchange time of each kind */
    const pg_event *level;           /* the level before in the same snapshot */
    bool in_snapshot;
    double spread_sum;
    uint64_t spreads;
} check;

static void count(check *c, pg_defect defect)
{
    char time[PG_TIME_TEXT];
    pg_defects_add(&c->report->defects, defect, "event %zu at %s", c->index, pg_time_format(time, c->event->local_ns));
}

static void check_times(check *c)
{
    const pg_event *e = c->event;
    if (c->index > 0) {
        int64_t quiet = e->local_ns - e[-1].local_ns;
        if (quiet > c->report->longest_quiet_ns)
            c->report->longest_quiet_ns = quiet;
        if (quiet < 0)
            count(c, PG_DEFECT_TIME_BACK);
    }
    if (e->flags & (PG_EVENT_NO_EXCHANGE | PG_EVENT_LATE))
        return;
    int64_t *newest = &c->exch_ns[e->kind];
    if (e->exch_ns < *newest)
        count(c, PG_DEFECT_TIME_BACK);
    else
        *newest = e->exch_ns;
}

static void check_grid(check *c, int64_t price)
{
    if (price % c->instrument->tick != 0)
        count(c, PG_DEFECT_OFF_GRID);
}

static void check_level(check *c)
{
    const pg_event *e = c->event;
    check_grid(c, e->price);
    if (!c->in_snapshot) {
        if (e->size == 0 && pg_book_size(c->book, e->side, e->price) == 0)
            count(c, PG_DEFECT_NO_LEVEL);
        return;
    }
    const pg_event *before = c->level;
    if (before && before->side == e->side &&
        (e->side == PG_BUY ? e->price >= before->price : e->price <= before->price))
        count(c, PG_DEFECT_LEVEL_ORDER);
    c->level = e;
}

static void check_trade(check *c)
{
    const pg_event *e = c->event;
    c->report->buys += e->side == PG_BUY;
    c->report->sells += e->side == PG_SELL;
    c->report->base_volume += pg_size_double(c->instrument, e->size);
    if (e->id != 0 && pg_dedup_add(c->dedup, e) == PG_DEDUP_AGAIN)
        count(c, PG_DEFECT_DUPLICATE);
}

/* A best bid and offer is judged by itself (it may be newer than the book), a book when it is consistent. */
static void check_touch(check *c, int64_t bid, int64_t ask)
{
    if (bid <= 0 || ask <= 0)
        return;
    if (bid >= ask) {
        count(c, bid > ask ? PG_DEFECT_CROSSED : PG_DEFECT_LOCKED);
        return;
    }
    c->spread_sum += (double)(ask - bid) / (double)c->instrument->tick;
    c->spreads++;
}

static void check_event(check *c)
{
    const pg_event *e = c->event;
    check_times(c);
    switch (e->kind) {
    case PG_EVENT_LEVEL: check_level(c); break;
    case PG_EVENT_SNAPSHOT_BEGIN:
        c->in_snapshot = true;
        c->level = NULL;
        break;
    case PG_EVENT_SNAPSHOT_END: c->in_snapshot = false; break;
    case PG_EVENT_BBO:
        check_grid(c, e->price);
        check_grid(c, e->price2);
        check_touch(c, e->price, e->price2);
        break;
    case PG_EVENT_TRADE: check_trade(c); break;
    case PG_EVENT_GAP:
        count(c, e->size2 > 0 ? PG_DEFECT_GAP : PG_DEFECT_SEQUENCE);
        c->report->gap_ns += e->size2;
        break;
    default: break;
    }
    if (e->kind != PG_EVENT_BBO && pg_book_apply(c->book, e)) {
        c->report->books++;
        check_touch(c, pg_book_best(c->book, PG_BUY), pg_book_best(c->book, PG_SELL));
    }
}

/* Checksums and the form of records, by the tape's own check: its first finding is enough. */
static void check_bytes(pg_check_report *report, const pg_tape *tape)
{
    pg_error err;
    if (pg_tape_verify(tape, &err) == PG_OK)
        return;
    pg_defect defect = strstr(err.what, "checksum") ? PG_DEFECT_CHECKSUM : PG_DEFECT_RECORD;
    pg_defects_add(&report->defects, defect, "%s", err.where);
}

pg_status pg_check_tape(pg_check_report *report, const pg_tape *tape, pg_error *err)
{
    memset(report, 0, sizeof *report);
    const pg_instrument *instrument = &pg_tape_get_info(tape)->instrument;
    check c = { .report = report, .instrument = instrument };
    c.book = pg_book_new(instrument->tick);
    c.dedup = pg_dedup_new(PG_DEDUP_WINDOW);
    pg_status status = c.book && c.dedup ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        check_bytes(report, tape);
    const pg_event *events = pg_tape_events(tape);
    size_t n = status == PG_OK ? pg_tape_count(tape) : 0;
    for (c.index = 0; c.index < n; c.index++) {
        c.event = &events[c.index];
        if (c.event->kind >= PG_EVENT_KINDS) /* damaged: check_bytes has reported it */
            continue;
        report->of_kind[c.event->kind]++;
        check_event(&c);
    }
    report->events = n;
    report->first_ns = n > 0 ? events[0].local_ns : 0;
    report->last_ns = n > 0 ? events[n - 1].local_ns : 0;
    report->mean_spread_ticks = c.spreads ? c.spread_sum / (double)c.spreads : 0;
    pg_book_free(c.book);
    pg_dedup_free(c.dedup);
    return status;
}

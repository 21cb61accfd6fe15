#include "live/backfill.h"

static void ask(pg_backfill *b, int64_t since_ns);

/* From what time on trades are missing, and up to when; the venue's times. */
static void record_gap(const pg_backfill *b, int64_t since_ns, int64_t until_ns)
{
    pg_event gap = { .kind = PG_EVENT_GAP,
                     .exch_ns = until_ns,
                     .local_ns = pg_clock_now(pg_clock_real()),
                     .price2 = PG_GAP_TRADES,
                     .size2 = until_ns > since_ns ? until_ns - since_ns : 0,
                     .flags = PG_EVENT_LAST | PG_EVENT_LATE };
    pg_recorder_push(b->recorder, b->number, &gap, 1);
}

/* Returns up to when nothing is missing now, or it is known what is. */
static int64_t take(pg_backfill *b, const pg_event *trades, int count)
{
    int first = 0;
    while (first < count && trades[first].exch_ns < b->since_ns)
        first++;
    if (count > 0 && trades[0].exch_ns > b->since_ns)
        record_gap(b, b->since_ns, trades[0].exch_ns);
    if (first < count)
        pg_recorder_push(b->recorder, b->number, trades + first, (size_t)(count - first));
    int64_t until_ns = count > 0 && trades[count - 1].exch_ns > b->since_ns ? trades[count - 1].exch_ns : b->since_ns;
    if (until_ns > b->last_ns)
        b->last_ns = until_ns;
    return until_ns;
}

static void came(void *self, const pg_event *trades, int count, const pg_error *err)
{
    pg_backfill *b = self;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    int64_t until_ns;
    if (trades) {
        until_ns = take(b, trades, count);
    } else {
        pg_log_field fields[] = { { .name = "market", .text = pg_venue_instrument(b->venue, b->market)->symbol },
                                  { .name = "why", .text = pg_error_text(err, text, sizeof text) } };
        pg_log_write(b->log, PG_LOG_WARN, "record", "the venue does not tell its last trades: a gap", fields, 2);
        until_ns = pg_clock_now(pg_clock_real());
        record_gap(b, b->since_ns, until_ns);
    }
    b->since_ns = 0;
    if (b->again)
        ask(b, until_ns);
}

static void ask(pg_backfill *b, int64_t since_ns)
{
    b->again = b->since_ns != 0;
    if (b->again)
        return; /* the answer may have been made before this break */
    b->since_ns = since_ns;
    pg_venue_trades(b->venue, b->market, b, came);
}

void pg_backfill_init(pg_backfill *b, pg_recorder *recorder, int number, pg_venue *venue, int market, const pg_log *log)
{
    pg_recorder_figures figures;
    pg_recorder_look(recorder, number, &figures);
    *b = (pg_backfill){ .recorder = recorder, .number = number, .venue = venue, .market = market, .log = log };
    b->ended_ns = figures.last_trade_ns ? figures.last_trade_ns : figures.last_ns;
    b->last_ns = b->ended_ns ? b->ended_ns : pg_clock_now(pg_clock_real());
}

void pg_backfill_begin(pg_backfill *b)
{
    if (b->ended_ns)
        ask(b, b->ended_ns);
}

void pg_backfill_push(pg_backfill *b, const pg_event *events, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        const pg_event *e = &events[i];
        if (e->kind == PG_EVENT_TRADE && e->exch_ns > b->last_ns)
            b->last_ns = e->exch_ns;
        if (e->kind != PG_EVENT_GAP)
            continue;
        ask(b, b->last_ns);
        if (e->price2 != PG_GAP_TRADES)
            continue;
        pg_recorder_push(b->recorder, b->number, events + from, i - from);
        from = i + 1;
    }
    pg_recorder_push(b->recorder, b->number, events + from, n - from);
}

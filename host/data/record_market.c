#include "data/record_market.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "data/dedup.h"
#include "data/event_source.h"
#include "data/packed.h"
#include "data/record_part.h"
#include "data/snapshot.h"

enum { TRADES_WINDOW = 4096, JOURNALS_MAX = 1000 };

static const int64_t second_ns = 1000000000;
static const int64_t flush_ns = 500000000, sync_ns = 900000000, save_ns = 30 * (int64_t)1000000000,
                     lag_window_ns = 60 * (int64_t)1000000000;

struct pg_record_market {
    char folder[PG_PATH_SIZE], state_path[PG_PATH_SIZE];
    pg_tape_info info;
    pg_record_options options;
    pg_record_state state;
    pg_packed_writer *journal; /* NULL: none is open: before the first event, or the disk refuses */
    pg_record_live live;
    pg_book *book;
    pg_dedup *trades;
    pg_snapshot snapshot;
    int64_t part_start_ns;
    int64_t last_ns; /* local time of the last event taken: never goes back */
    int64_t flushed_ns, synced_ns, saved_ns;
    bool is_first; /* nothing was recorded yet in this run */
    bool skips;    /* the rest of a message that was recorded already */
    bool has_sequence;
    uint64_t sequence;                 /* of the last message since the last snapshot */
    int64_t lost_since_ns;             /* the disk refuses since; 0: it does not */
    bool unfinished;                   /* the part's files could not be made; it is tried again */
    int64_t lag_begin_ns, lag_next_ns; /* least lag of the window that is running, and when it began */
};

static void tell(const pg_record_market *m, pg_log_level level, const char *what, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY] = "";
    if (err)
        pg_error_text(err, text, sizeof text);
    pg_log_field fields[] = { { .name = "market", .text = m->info.instrument.symbol },
                              { .name = "why", .text = text } };
    pg_log_write(m->options.log, level, "record", what, fields, err ? 2 : 1);
}

/* ---- the journal ---- */

/* The one way into the files: into all of them, or none. False when the disk refuses. */
static bool store(pg_record_market *m, const pg_event *event)
{
    if (!m->journal || pg_packed_writer_append(m->journal, event, 1, NULL) != PG_OK)
        return false;
    pg_record_live_append(&m->live, event);
    m->state.events++;
    m->state.part_events++;
    m->state.gaps += event->kind == PG_EVENT_GAP;
    return true;
}

static bool store_gap(pg_record_market *m, pg_gap_reason reason, int64_t now_ns, int64_t length_ns)
{
    pg_event gap = { .kind = PG_EVENT_GAP,
                     .exch_ns = now_ns,
                     .local_ns = now_ns,
                     .price2 = reason,
                     .size2 = length_ns > 0 ? length_ns : 0,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    return store(m, &gap);
}

static bool store_book(pg_record_market *m, int64_t now_ns, uint16_t flags)
{
    if (!pg_book_is_consistent(m->book) || pg_book_count(m->book, PG_BUY) + pg_book_count(m->book, PG_SELL) == 0)
        return true;
    if (pg_snapshot_make(&m->snapshot, m->book, now_ns, flags, NULL) != PG_OK)
        return false;
    bool stored = true;
    for (size_t i = 0; i < m->snapshot.n && stored; i++)
        stored = store(m, &m->snapshot.events[i]);
    return stored;
}

/* Every part can be used by itself: it begins with the book as it is. */
static bool begin_part(pg_record_market *m, int64_t now_ns)
{
    char path[PG_PATH_SIZE];
    pg_error err = { 0 };
    if (pg_record_journal_path(path, m->folder, m->state.part, &err) != PG_OK ||
        pg_packed_writer_open(&m->journal, path, &m->info, &err) != PG_OK) {
        if (m->lost_since_ns == 0)
            tell(m, PG_LOG_ERROR, "the recording cannot be written; it goes on when it can", &err);
        return false;
    }
    pg_record_live_open(&m->live, m->folder, &m->info, &m->options, &m->state.mark);
    m->part_start_ns = now_ns;
    if (m->is_first && m->state.last_local_ns > 0)
        store_gap(m, PG_GAP_STOPPED, now_ns, now_ns - m->state.last_local_ns);
    m->is_first = false;
    return store_book(m, now_ns, PG_EVENT_REPEATED);
}

static pg_status save(pg_record_market *m, pg_error *err)
{
    return pg_record_state_write(&m->state, m->state_path, &m->info.instrument, err);
}

/* Makes the files of the present part and moves the state on: after that the journal is not needed any more. */
static pg_status finish_part(pg_record_market *m, pg_error *err)
{
    char path[PG_PATH_SIZE];
    struct {
        uint64_t part, part_events;
        pg_sink_mark mark;
    } before = { m->state.part, m->state.part_events, m->state.mark };
    pg_status status =
        pg_record_part_finish(m->folder, m->state.part, &m->options, &m->live, &m->state.mark, NULL, err);
    if (status == PG_OK) {
        m->state.part++;
        m->state.part_events = 0;
        status = save(m, err);
    }
    if (status != PG_OK) {
        m->state.part = before.part;
        m->state.part_events = before.part_events;
        m->state.mark = before.mark;
        return status;
    }
    if (pg_record_journal_path(path, m->folder, before.part, NULL) == PG_OK)
        unlink(path);
    return PG_OK;
}

static pg_status end_part(pg_record_market *m, pg_error *err)
{
    if (m->journal) {
        pg_status status = pg_packed_writer_flush(m->journal, err);
        if (status != PG_OK)
            return status;
        (void)pg_packed_writer_close(m->journal, NULL); /* an end mark that is missing loses nothing */
        m->journal = NULL;
    }
    m->unfinished = true;
    pg_status status = finish_part(m, err);
    m->unfinished = status != PG_OK;
    return status;
}

/* ---- what a crash has left ---- */

static int is_journal(const struct dirent *entry)
{
    return strncmp(entry->d_name, "journal_", 8) == 0 && pg_text_ends_with(entry->d_name, ".part");
}

static void remember(pg_record_market *m, const pg_event *e)
{
    if (e->local_ns > m->state.last_local_ns)
        m->state.last_local_ns = e->local_ns;
    if (e->kind == PG_EVENT_TRADE && e->id != 0) {
        pg_dedup_add(m->trades, e);
        pg_record_state_trade(&m->state, e);
        m->state.last_trade_id = e->id;
    }
}

static pg_status read_journal(pg_record_market *m, const char *path, pg_error *err)
{
    pg_event_source *source;
    pg_status status = pg_event_source_open(&source, path, err);
    if (status != PG_OK)
        return status;
    for (size_t n = 1; n > 0;) {
        const pg_event *events;
        uint64_t lost;
        status = pg_event_source_next(source, &events, &n, NULL);
        if (status != PG_OK && !pg_event_source_skip(source, &lost))
            break;
        n = status == PG_OK ? n : 1;
        for (size_t i = 0; status == PG_OK && i < n; i++)
            remember(m, &events[i]);
    }
    pg_event_source_close(source);
    return PG_OK;
}

/* Nothing but a header, or a part of it, was written. */
static bool is_empty(const char *path)
{
    pg_file_info info;
    return pg_file_stat(path, &info, NULL) == PG_OK && info.bytes <= PG_TAPE_HEADER_BYTES;
}

static pg_status repair(pg_record_market *m, const char *name, uint64_t *repaired, pg_error *err)
{
    char path[PG_PATH_SIZE];
    uint64_t part = strtoull(name + 8, NULL, 10), events = 0;
    pg_status status = pg_file_join(path, m->folder, name, err);
    if (status != PG_OK)
        return status;
    if (part < m->state.part || is_empty(path)) {
        unlink(path);
        return PG_OK;
    }
    status = read_journal(m, path, err);
    if (status != PG_OK) {
        pg_error_remedy(err, "move the journal away to go on recording without what is in it");
        return status;
    }
    m->state.part = part;
    pg_record_live none = { 0 };
    status = pg_record_part_finish(m->folder, part, &m->options, &none, &m->state.mark, &events, err);
    if (status == PG_OK) {
        m->state.part = part + 1;
        m->state.events += events - m->state.part_events;
        m->state.part_events = 0;
        *repaired += events;
        status = save(m, err);
    }
    if (status == PG_OK)
        unlink(path);
    return status;
}

static pg_status repair_all(pg_record_market *m, uint64_t *repaired, pg_error *err)
{
    struct dirent **list;
    int count = scandir(m->folder, &list, is_journal, alphasort);
    pg_status status = PG_OK;
    for (int i = 0; i < count; i++) {
        if (status == PG_OK)
            status = repair(m, list[i]->d_name, repaired, err);
        free(list[i]);
    }
    if (count >= 0)
        free(list);
    return status;
}

/* ---- opening ---- */

pg_status pg_record_market_name(char *path, const char *venue, const char *symbol, pg_error *err)
{
    char names[2][128];
    const char *from[2] = { venue, symbol };
    for (int i = 0; i < 2; i++) {
        snprintf(names[i], sizeof names[i], "%s", from[i]);
        for (char *c = names[i]; *c; c++)
            *c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
    }
    return pg_file_join(path, names[0], names[1], err);
}

static pg_status open_state(pg_record_market *m, pg_error *err)
{
    bool found;
    pg_status status = pg_record_state_read(&m->state, &found, m->state_path, err);
    if (status == PG_OK && !found) { /* tables that another program has begun are gone on with */
        pg_sink_find_mark(&m->state.mark, m->folder);
        status = save(m, err);
    }
    for (int i = 0; i < m->state.recent_n && status == PG_OK; i++)
        pg_dedup_add(m->trades, &m->state.recent[i]);
    return status;
}

pg_status pg_record_market_open(pg_record_market **market, const char *folder, const pg_tape_info *info,
                                const pg_record_options *options, uint64_t *repaired, pg_error *err)
{
    uint64_t own = 0;
    *market = NULL;
    pg_record_market *m = calloc(1, sizeof *m);
    if (!m)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    m->info = *info;
    m->options = *options;
    m->is_first = true;
    m->lag_next_ns = INT64_MAX;
    m->book = pg_book_new(info->instrument.tick);
    m->trades = pg_dedup_new(TRADES_WINDOW);
    pg_status status = m->book && m->trades ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK && (size_t)snprintf(m->folder, sizeof m->folder, "%s", folder) >= sizeof m->folder)
        status = pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 1);
    if (status == PG_OK)
        status = pg_file_join(m->state_path, m->folder, "state.json", err);
    if (status == PG_OK)
        status = pg_file_make_folder(m->folder, err);
    if (status == PG_OK)
        status = open_state(m, err);
    if (status == PG_OK)
        status = repair_all(m, repaired ? repaired : &own, err);
    if (status != PG_OK) {
        pg_book_free(m->book);
        pg_dedup_free(m->trades);
        free(m);
        return status;
    }
    m->last_ns = m->state.last_local_ns;
    *market = m;
    return PG_OK;
}

/* ---- events ---- */

/* Our clock may be set back: files stay in order. */
static void order_time(pg_record_market *m, pg_event *e)
{
    if (e->local_ns < m->last_ns) {
        m->state.clock_steps += m->last_ns - e->local_ns > second_ns;
        e->local_ns = m->last_ns;
    }
    m->last_ns = e->local_ns;
}

/* How far our clock is ahead of the venue's, transport included: the least of a minute tells most about the clocks. */
static void track_lag(pg_record_market *m, const pg_event *e)
{
    if (e->flags & (PG_EVENT_NO_EXCHANGE | PG_EVENT_NO_LOCAL | PG_EVENT_REPEATED | PG_EVENT_LATE) || e->exch_ns == 0)
        return;
    int64_t lag = e->local_ns - e->exch_ns;
    m->lag_next_ns = lag < m->lag_next_ns ? lag : m->lag_next_ns;
    if (m->state.lag_ns == INT64_MAX || lag < m->state.lag_ns)
        m->state.lag_ns = lag;
    if (e->local_ns - m->lag_begin_ns < lag_window_ns)
        return;
    m->state.lag_ns = m->lag_next_ns;
    m->lag_next_ns = INT64_MAX;
    m->lag_begin_ns = e->local_ns;
}

/* A message of changes that is not newer than the last one is there already. Numbers count from snapshot to snapshot: after
 * a new connection they may begin anew. */
static bool is_stale(pg_record_market *m, const pg_event *e)
{
    if (e->kind == PG_EVENT_SNAPSHOT_BEGIN || (e->kind == PG_EVENT_GAP && e->price2 != PG_GAP_TRADES))
        m->has_sequence = m->skips = false;
    if (e->kind == PG_EVENT_SNAPSHOT_END && e->id != 0) {
        m->sequence = e->id;
        m->has_sequence = true;
    }
    if (e->kind != PG_EVENT_LEVEL || e->id == 0 || !pg_book_is_consistent(m->book))
        return false;
    bool stale = m->skips || (m->has_sequence && e->id <= m->sequence);
    m->skips = stale && !(e->flags & PG_EVENT_LAST);
    if (!stale && e->flags & PG_EVENT_LAST) {
        m->sequence = e->id;
        m->has_sequence = true;
    }
    return stale;
}

static bool is_known(pg_record_market *m, const pg_event *e)
{
    if (e->kind == PG_EVENT_TRADE && e->id != 0) {
        if (pg_dedup_add(m->trades, e) == PG_DEDUP_AGAIN) {
            m->state.duplicates++;
            return true;
        }
        pg_record_state_trade(&m->state, e);
        m->state.last_trade_id = e->id;
    }
    bool stale = is_stale(m, e);
    m->state.stale += stale;
    return stale;
}

static void lose(pg_record_market *m, const pg_event *e)
{
    if (m->lost_since_ns == 0) {
        m->lost_since_ns = e->local_ns;
        tell(m, PG_LOG_ERROR, "the disk cannot be written: events are lost until it can", NULL);
    }
    m->state.lost++;
}

static bool part_is_due(const pg_record_market *m, int64_t now_ns)
{
    return m->journal && (pg_packed_writer_count(m->journal) >= m->options.part_events ||
                          pg_packed_writer_bytes(m->journal) >= m->options.part_bytes ||
                          now_ns - m->part_start_ns >= m->options.part_ns);
}

static void end_due_part(pg_record_market *m, int64_t now_ns)
{
    pg_error err = { 0 };
    if (!part_is_due(m, now_ns) || end_part(m, &err) == PG_OK)
        return;
    tell(m, PG_LOG_ERROR, "a part of the recording cannot be finished; it is tried again", &err);
}

void pg_record_market_take(pg_record_market *m, const pg_event *event)
{
    pg_event e = *event;
    e.market = 0;
    order_time(m, &e);
    if (e.kind == PG_EVENT_GAP && e.price2 == PG_GAP_UNKNOWN)
        e.price2 = e.size2 > 0 ? PG_GAP_LINK : PG_GAP_SEQUENCE;
    if (is_known(m, &e))
        return;
    track_lag(m, &e);
    bool begins = !m->journal && !m->unfinished && m->lost_since_ns == 0;
    bool begun = !begins || begin_part(m, e.local_ns);
    pg_book_apply(m->book, &e);
    if (!begun || m->lost_since_ns != 0 || !store(m, &e)) {
        lose(m, &e);
        return;
    }
    m->state.trades += e.kind == PG_EVENT_TRADE;
    m->state.last_local_ns = e.local_ns;
    m->state.last_exch_ns = e.exch_ns;
    m->state.last_sequence = e.kind == PG_EVENT_TRADE || e.id == 0 ? m->state.last_sequence : e.id;
    if (e.flags & PG_EVENT_LAST)
        end_due_part(m, e.local_ns);
}

/* ---- time ---- */

/* After the disk refused: room in the journal again, a gap that says so, and the book as it is now. */
static void try_again(pg_record_market *m)
{
    if (m->unfinished && end_part(m, NULL) != PG_OK)
        return;
    if (m->journal && pg_packed_writer_flush(m->journal, NULL) != PG_OK)
        return;
    if (m->lost_since_ns == 0)
        return;
    int64_t since = m->lost_since_ns, now_ns = m->last_ns;
    if (!m->journal && !begin_part(m, now_ns))
        return;
    if (!store_gap(m, PG_GAP_DISK, now_ns, now_ns - since) || !store_book(m, now_ns, 0))
        return;
    m->lost_since_ns = 0;
    tell(m, PG_LOG_WARN, "the disk can be written again", NULL);
}

/* A crash of the process takes what was not flushed, a power cut what was not synced. */
static pg_status keep(pg_record_market *m, int64_t now_ns, pg_error *err)
{
    if (!m->journal)
        return PG_OK;
    if (now_ns - m->synced_ns >= 0 && now_ns - m->synced_ns < sync_ns)
        return pg_packed_writer_flush(m->journal, err);
    m->synced_ns = now_ns;
    return pg_packed_writer_sync(m->journal, err);
}

void pg_record_market_tick(pg_record_market *m, int64_t now_ns)
{
    pg_error err = { 0 };
    if (now_ns - m->flushed_ns >= 0 && now_ns - m->flushed_ns < flush_ns)
        return;
    m->flushed_ns = now_ns;
    if (m->unfinished || m->lost_since_ns != 0)
        try_again(m);
    else if (keep(m, now_ns, &err) != PG_OK)
        tell(m, PG_LOG_WARN, "the disk refuses the recording; what comes is kept for a while", &err);
    pg_record_live_flush(&m->live);
    if (m->lost_since_ns == 0 && pg_book_is_consistent(m->book))
        end_due_part(m, m->last_ns);
    if (now_ns - m->saved_ns < save_ns && now_ns >= m->saved_ns)
        return;
    m->saved_ns = now_ns;
    (void)save(m, NULL);
}

const pg_record_state *pg_record_market_state(const pg_record_market *market)
{
    return &market->state;
}

uint64_t pg_record_market_bytes(const pg_record_market *market)
{
    return market->journal ? pg_packed_writer_bytes(market->journal) : 0;
}

bool pg_record_market_is_stuck(const pg_record_market *market)
{
    return market->lost_since_ns != 0 || market->unfinished;
}

pg_status pg_record_market_close(pg_record_market *m, pg_error *err)
{
    pg_status status = PG_OK;
    if (m->lost_since_ns != 0)
        try_again(m);
    if (m->journal || m->unfinished)
        status = end_part(m, err);
    else
        status = save(m, err);
    pg_packed_writer_abandon(m->journal);
    pg_record_live_drop(&m->live);
    pg_book_free(m->book);
    pg_dedup_free(m->trades);
    pg_snapshot_free(&m->snapshot);
    free(m);
    return status;
}

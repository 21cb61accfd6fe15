#include "data/copy.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/event_source.h"
#include "data/snapshot.h"

enum { RUN = 65536 };

/* Nothing that is there is written over. */
static pg_status refuse_old(const pg_sink_config *to, pg_error *err)
{
    char path[PG_PATH_SIZE];
    const char *old = to->path;
    pg_sink_mark mark;
    pg_status status = PG_OK;
    struct stat info;
    if (to->format == PG_SINK_CSV) {
        pg_sink_find_mark(&mark, to->path);
        status = pg_file_join(path, to->path, "orderbook_depth.csv or trades.csv", err);
        old = mark.csv_bytes[0] + mark.csv_bytes[1] + mark.csv_bytes[2] > 0 ? path : NULL;
    } else if (to->format == PG_SINK_PARTS) {
        status = pg_file_join(path, to->path, "orderbook_parts", err);
        old = stat(path, &info) == 0 ? path : NULL;
    } else if (stat(to->path, &info) != 0) {
        old = NULL;
    }
    if (status != PG_OK || !old)
        return status;
    pg_fail(err, PG_ERR_STATE, "the file is there already");
    pg_error_where(err, "%s", old);
    pg_error_remedy(err, "name another one, or remove it");
    return PG_ERR_STATE;
}

static pg_status begin_with_book(pg_sink *sink, const pg_tape *tape, size_t first, pg_copy_result *result,
                                 pg_error *err)
{
    const pg_event *events = pg_tape_events(tape);
    pg_book *book = pg_book_new(pg_tape_get_info(tape)->instrument.tick);
    pg_snapshot snapshot = { 0 };
    if (!book)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < first; i++)
        pg_book_apply(book, &events[i]);
    pg_status status = PG_OK;
    if (pg_book_is_consistent(book) && pg_book_count(book, PG_BUY) + pg_book_count(book, PG_SELL) > 0) {
        status = pg_snapshot_make(&snapshot, book, events[first].local_ns, PG_EVENT_REPEATED, err);
        if (status == PG_OK)
            status = pg_sink_append(sink, snapshot.events, snapshot.n, err);
        result->events += snapshot.n;
    }
    pg_snapshot_free(&snapshot);
    pg_book_free(book);
    return status;
}

static pg_status copy_events(pg_sink *sink, const pg_tape *tape, size_t first, size_t last, pg_progress progress,
                             void *context, pg_copy_result *result, pg_error *err)
{
    const pg_event *events = pg_tape_events(tape);
    pg_status status = first > 0 && first < last ? begin_with_book(sink, tape, first, result, err) : PG_OK;
    for (size_t i = first; i < last && status == PG_OK; i += RUN) {
        status = pg_sink_append(sink, events + i, last - i < RUN ? last - i : (size_t)RUN, err);
        if (progress)
            progress(context, i - first, last - first);
    }
    result->events += last > first ? last - first : 0;
    return status;
}

pg_status pg_copy_range(pg_copy_result *result, const pg_sink_config *to, const pg_tape *tape, int64_t from_ns,
                        int64_t to_ns, pg_progress progress, void *context, pg_error *err)
{
    size_t first = pg_tape_find(tape, from_ns), last = pg_tape_find(tape, to_ns);
    pg_sink *sink = NULL;
    memset(result, 0, sizeof *result);
    if (first >= last)
        return pg_fail(err, PG_ERR_INVALID, "%s: there are no events in this period", pg_tape_path(tape));
    pg_status status = refuse_old(to, err);
    if (status == PG_OK)
        status = pg_sink_open(&sink, to, err);
    if (status != PG_OK)
        return status;
    status = copy_events(sink, tape, first, last, progress, context, result, err);
    if (status == PG_OK)
        return pg_sink_close(sink, NULL, err);
    pg_sink_abort(sink);
    if (to->format == PG_SINK_PACKED)
        remove(to->path);
    return status;
}

/* ---- repair ---- */

typedef struct {
    pg_sink *sink;
    pg_copy_result *result;
    int64_t last_ns;
    bool missing; /* something was left out since the last event */
    bool begun;
} mender;

static bool is_sound(const mender *m, const pg_event *e)
{
    if (e->kind == PG_EVENT_NONE || e->kind >= PG_EVENT_KINDS || e->side > PG_SELL)
        return false;
    if (m->begun && e->local_ns < m->last_ns)
        return false;
    switch (e->kind) {
    case PG_EVENT_LEVEL: return e->side != PG_SIDE_NONE && e->price > 0 && e->size >= 0;
    case PG_EVENT_TRADE: return e->price > 0 && e->size > 0;
    case PG_EVENT_BBO: return e->price >= 0 && e->size >= 0 && e->price2 >= 0 && e->size2 >= 0;
    default: return true;
    }
}

static pg_status mark_gap(mender *m, int64_t now_ns, pg_error *err)
{
    pg_event gap = { .kind = PG_EVENT_GAP,
                     .exch_ns = now_ns,
                     .local_ns = now_ns,
                     .price2 = PG_GAP_DAMAGE,
                     .size2 = m->begun ? now_ns - m->last_ns : 0,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    m->missing = false;
    m->result->gaps++;
    m->result->events++;
    return pg_sink_append(m->sink, &gap, 1, err);
}

static pg_status mend(mender *m, const pg_event *events, size_t n, pg_error *err)
{
    pg_status status = PG_OK;
    for (size_t i = 0; i < n && status == PG_OK; i++) {
        const pg_event *e = &events[i];
        if (!is_sound(m, e)) {
            m->result->dropped++;
            m->missing = true;
            continue;
        }
        if (m->missing)
            status = mark_gap(m, e->local_ns, err);
        if (status == PG_OK)
            status = pg_sink_append(m->sink, e, 1, err);
        m->last_ns = e->local_ns;
        m->begun = true;
        m->result->events++;
    }
    return status;
}

static pg_status mend_all(mender *m, pg_event_source *source, pg_error *err)
{
    for (;;) {
        const pg_event *events;
        size_t n;
        uint64_t lost;
        pg_status status = pg_event_source_next(source, &events, &n, err);
        if (status == PG_ERR_CORRUPT || status == PG_ERR_RANGE) {
            bool more = pg_event_source_skip(source, &lost);
            m->result->lost += lost;
            m->missing = true;
            if (!more)
                return m->begun ? mark_gap(m, m->last_ns, err) : status;
            continue;
        }
        if (status != PG_OK || n == 0)
            return status;
        status = mend(m, events, n, err);
        if (status != PG_OK)
            return status;
    }
}

pg_status pg_copy_sound(pg_copy_result *result, const pg_sink_config *to, const char *path, pg_error *err)
{
    pg_event_source *source;
    mender m = { .result = result };
    memset(result, 0, sizeof *result);
    pg_status status = refuse_old(to, err);
    if (status == PG_OK)
        status = pg_event_source_open(&source, path, err);
    if (status != PG_OK)
        return status;
    pg_sink_config config = *to;
    config.info = pg_event_source_info(source);
    status = pg_sink_open(&m.sink, &config, err);
    if (status == PG_OK) {
        status = mend_all(&m, source, err);
        snprintf(result->warning, sizeof result->warning, "%s", pg_event_source_warning(source));
        if (status == PG_OK)
            status = pg_sink_close(m.sink, NULL, err);
        else
            pg_sink_abort(m.sink);
    }
    pg_event_source_close(source);
    return status;
}

#include "data/import_sync.h"

#include <stdlib.h>
#include <string.h>

void pg_import_sync_init(pg_import_sync *sync, bool awaits_snapshot, pg_defects *defects, pg_sync_sink sink,
                         void *context)
{
    *sync =
        (pg_import_sync){ .awaits_snapshot = awaits_snapshot, .defects = defects, .sink = sink, .context = context };
}

void pg_import_sync_free(pg_import_sync *sync)
{
    free(sync->waiting);
    sync->waiting = NULL;
}

static pg_status keep(pg_import_sync *sync, const pg_message *message, pg_error *err)
{
    size_t needed = sync->n_waiting + message->n;
    if (needed > sync->capacity) {
        size_t capacity = needed < 4096 ? 8192 : needed * 2;
        pg_event *waiting = realloc(sync->waiting, capacity * sizeof *waiting);
        if (!waiting)
            return pg_fail(err, PG_ERR_MEMORY, "out of memory");
        sync->waiting = waiting;
        sync->capacity = capacity;
    }
    memcpy(sync->waiting + sync->n_waiting, message->events, message->n * sizeof *message->events);
    sync->n_waiting = needed;
    return PG_OK;
}

/* Passes on what waited and is newer than the last number, now (local_ns), message by message. */
static pg_status release(pg_import_sync *sync, int64_t local_ns, const char *path, pg_error *err)
{
    pg_status status = PG_OK;
    for (size_t i = 0, end; i < sync->n_waiting && status == PG_OK; i = end) {
        pg_event *first = &sync->waiting[i];
        for (end = i; end < sync->n_waiting && sync->waiting[end].id == first->id; end++)
            sync->waiting[end].local_ns = local_ns;
        if (sync->has_last && first->id <= sync->last) {
            pg_defects_add(sync->defects, PG_DEFECT_OLD_UPDATE, "%s: update %llu", path, (unsigned long long)first->id);
            continue;
        }
        sync->last = first->id;
        sync->has_last = true;
        sync->fresh = false;
        status = sync->sink(sync->context, first, end - i, err);
    }
    sync->n_waiting = 0;
    return status;
}

static void without_snapshot(pg_import_sync *sync, const char *path)
{
    sync->awaits_snapshot = false;
    pg_defects_add(sync->defects, PG_DEFECT_NO_SNAPSHOT, "%s", path);
}

static bool follows(const pg_import_sync *sync, const pg_message *m)
{
    if (!sync->has_last)
        return true;
    if (m->has & PG_ROW_PREVIOUS && m->previous_sequence == sync->last)
        return true;
    if (m->has & PG_ROW_FIRST && (sync->fresh || !(m->has & PG_ROW_PREVIOUS)))
        return sync->fresh ? m->first_sequence <= sync->last + 1 : m->first_sequence == sync->last + 1;
    return !(m->has & (PG_ROW_FIRST | PG_ROW_PREVIOUS));
}

static pg_status mark_break(pg_import_sync *sync, const pg_message *m, const char *path, pg_error *err)
{
    pg_defects_add(sync->defects, PG_DEFECT_SEQUENCE, "%s: document %llu", path, (unsigned long long)m->number);
    pg_event gap = { .exch_ns = m->exch_ns,
                     .local_ns = m->local_ns,
                     .id = m->sequence,
                     .kind = PG_EVENT_GAP,
                     .price2 = PG_GAP_SEQUENCE,
                     .flags = PG_EVENT_LAST };
    return sync->sink(sync->context, &gap, 1, err);
}

static pg_status take_update(pg_import_sync *sync, const pg_message *m, const char *path, pg_error *err)
{
    if (sync->has_last && m->sequence <= sync->last) {
        pg_defects_add(sync->defects, PG_DEFECT_OLD_UPDATE, "%s: document %llu", path, (unsigned long long)m->number);
        return PG_OK;
    }
    pg_status status = follows(sync, m) ? PG_OK : mark_break(sync, m, path, err);
    sync->last = m->sequence;
    sync->has_last = true;
    sync->fresh = false;
    if (status == PG_OK && m->n > 0)
        status = sync->sink(sync->context, m->events, m->n, err);
    return status;
}

pg_status pg_import_sync_take(pg_import_sync *sync, const pg_message *message, const char *path, pg_error *err)
{
    if (message->kind == PG_RECORD_BOOK) {
        pg_status status = sync->sink(sync->context, message->events, message->n, err);
        sync->awaits_snapshot = false;
        sync->has_last = sync->fresh = message->has & PG_ROW_SEQUENCE;
        sync->last = message->sequence;
        return status == PG_OK ? release(sync, message->local_ns, path, err) : status;
    }
    if (sync->awaits_snapshot && sync->n_waiting + message->n <= PG_SYNC_WAITING_MAX)
        return keep(sync, message, err);
    if (sync->awaits_snapshot) {
        without_snapshot(sync, path);
        pg_status status = release(sync, message->local_ns, path, err);
        if (status != PG_OK)
            return status;
    } else if (!sync->has_last) {
        without_snapshot(sync, path);
    }
    return take_update(sync, message, path, err);
}

pg_status pg_import_sync_finish(pg_import_sync *sync, const char *path, int64_t local_ns, pg_error *err)
{
    if (sync->n_waiting == 0)
        return PG_OK;
    without_snapshot(sync, path);
    return release(sync, local_ns, path, err);
}

#include "data/record_part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "data/event_source.h"

static bool grows(int format)
{
    return format == PG_SINK_CSV || format == PG_SINK_PARTS;
}

pg_status pg_record_journal_path(char *path, const char *folder, uint64_t part, pg_error *err)
{
    char name[64];
    snprintf(name, sizeof name, "journal_%06" PRIu64 ".part", part);
    return pg_file_join(path, folder, name, err);
}

/* ---- sinks beside the journal ---- */

void pg_record_live_open(pg_record_live *live, const char *folder, const pg_tape_info *info,
                         const pg_record_options *options, const pg_sink_mark *mark)
{
    memset(live, 0, sizeof *live);
    for (int format = 0; format < PG_SINK_FORMATS; format++) {
        pg_sink_config config = {
            .format = (pg_sink_format)format, .path = folder, .info = info, .levels = options->levels, .mark = *mark
        };
        if (grows(format) && options->formats >> format & 1 &&
            pg_sink_open(&live->sinks[format], &config, NULL) != PG_OK)
            live->sinks[format] = NULL;
    }
}

static void judge(pg_record_live *live, int format, pg_status status)
{
    if (status == PG_OK)
        return;
    pg_sink_abort(live->sinks[format]);
    live->sinks[format] = NULL;
}

void pg_record_live_append(pg_record_live *live, const pg_event *event)
{
    for (int format = 0; format < PG_SINK_FORMATS; format++)
        if (live->sinks[format])
            judge(live, format, pg_sink_append(live->sinks[format], event, 1, NULL));
}

void pg_record_live_flush(pg_record_live *live)
{
    for (int format = 0; format < PG_SINK_FORMATS; format++)
        if (live->sinks[format])
            judge(live, format, pg_sink_flush(live->sinks[format], NULL));
}

void pg_record_live_drop(pg_record_live *live)
{
    for (int format = 0; format < PG_SINK_FORMATS; format++) {
        pg_sink_abort(live->sinks[format]);
        live->sinks[format] = NULL;
    }
}

/* ---- a part's files ---- */

/* What a journal holds: its time, and how many events. A torn end is passed over: it was never complete. */
static pg_status look(const char *journal, int64_t *first_ns, uint64_t *count, pg_error *err)
{
    pg_event_source *source;
    pg_status status = pg_event_source_open(&source, journal, err);
    *count = 0;
    if (status != PG_OK)
        return status;
    for (size_t n = 1; n > 0;) {
        const pg_event *events;
        uint64_t lost;
        status = pg_event_source_next(source, &events, &n, err);
        if (status == PG_ERR_CORRUPT && pg_event_source_skip(source, &lost)) {
            n = 1;
            continue;
        }
        if (status != PG_OK)
            break;
        if (*count == 0 && n > 0)
            *first_ns = events[0].local_ns;
        *count += n;
    }
    pg_event_source_close(source);
    return status == PG_ERR_CORRUPT ? PG_OK : status;
}

static pg_status replay(pg_sink *sink, pg_event_source *source, pg_error *err)
{
    for (;;) {
        const pg_event *events;
        size_t n;
        uint64_t lost;
        pg_status status = pg_event_source_next(source, &events, &n, err);
        if (status == PG_ERR_CORRUPT) {
            if (!pg_event_source_skip(source, &lost))
                return PG_OK;
            continue;
        }
        if (status != PG_OK || n == 0)
            return status;
        status = pg_sink_append(sink, events, n, err);
        if (status != PG_OK)
            return status;
    }
}

static pg_status make(const char *journal, const pg_sink_config *to, pg_sink_mark *mark, pg_error *err)
{
    pg_event_source *source;
    pg_sink *sink = NULL;
    pg_status status = pg_event_source_open(&source, journal, err);
    if (status != PG_OK)
        return status;
    pg_sink_config config = *to;
    config.info = pg_event_source_info(source);
    status = pg_sink_open(&sink, &config, err);
    if (status == PG_OK)
        status = replay(sink, source, err);
    if (status == PG_OK)
        status = pg_sink_close(sink, mark, err);
    else
        pg_sink_abort(sink);
    pg_event_source_close(source);
    return status;
}

/* The journal is the tape: it only gets its name. */
static pg_status name_tape(const char *journal, const char *path, pg_error *err)
{
    if ((unlink(path) != 0 && errno != ENOENT) || link(journal, path) != 0) {
        pg_fail(err, PG_ERR_IO, "a part of the recording cannot be put in place: %s", strerror(errno));
        pg_error_where(err, "%s", path);
        return PG_ERR_IO;
    }
    pg_file_sync_folder(path);
    return PG_OK;
}

static pg_status part_path(char *path, const char *folder, int64_t first_ns, uint64_t part, const char *suffix,
                           pg_error *err)
{
    char date[32], name[96];
    pg_clock_format(date, first_ns);
    snprintf(name, sizeof name, "events_%.4s%.2s%.2sT%.2s%.2s%.2sZ_%06" PRIu64 "%s", date, date + 5, date + 8,
             date + 11, date + 14, date + 17, part, suffix);
    return pg_file_join(path, folder, name, err);
}

static pg_status finish_format(const char *folder, const char *journal, uint64_t part, int64_t first_ns,
                               const pg_record_options *options, int format, pg_sink *live, const pg_sink_mark *from,
                               pg_sink_mark *to, pg_error *err)
{
    char path[PG_PATH_SIZE];
    if (live && pg_sink_close(live, to, NULL) == PG_OK)
        return PG_OK;
    pg_sink_config config = { .format = (pg_sink_format)format, .levels = options->levels, .mark = *from };
    pg_status status = PG_OK;
    if (grows(format))
        snprintf(path, sizeof path, "%s", folder);
    else
        status = part_path(path, folder, first_ns, part, format == PG_SINK_PARQUET ? ".parquet" : ".tape", err);
    config.path = path;
    if (status != PG_OK)
        return status;
    return format == PG_SINK_PACKED ? name_tape(journal, path, err) : make(journal, &config, to, err);
}

pg_status pg_record_part_finish(const char *folder, uint64_t part, const pg_record_options *options,
                                pg_record_live *live, pg_sink_mark *mark, uint64_t *events, pg_error *err)
{
    char journal[PG_PATH_SIZE];
    int64_t first_ns = 0;
    uint64_t count = 0;
    pg_sink_mark from = *mark, to = *mark;
    pg_status status = pg_record_journal_path(journal, folder, part, err);
    if (status == PG_OK)
        status = look(journal, &first_ns, &count, err);
    for (int format = 0; format < PG_SINK_FORMATS && status == PG_OK && count > 0; format++) {
        pg_sink *sink = live->sinks[format];
        pg_sink_mark ends = to;
        if (!(options->formats >> format & 1))
            continue;
        live->sinks[format] = NULL;
        status = finish_format(folder, journal, part, first_ns, options, format, sink, &from, &ends, err);
        if (format == PG_SINK_CSV)
            memcpy(to.csv_bytes, ends.csv_bytes, sizeof to.csv_bytes);
        if (format == PG_SINK_PARTS)
            memcpy(to.parts, ends.parts, sizeof to.parts);
    }
    pg_record_live_drop(live);
    if (status == PG_OK)
        *mark = to;
    if (events)
        *events = count;
    return status;
}

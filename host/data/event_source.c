#include "data/event_source.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "data/event_parquet.h"
#include "data/packed.h"

struct pg_event_source {
    pg_events_form form;
    uint64_t bytes;
    char warning[PG_ERROR_WHAT];
    pg_tape *tape;
    size_t at; /* in the tape */
    pg_packed *packed;
    pg_event_parquet *parquet;
};

pg_events_form pg_events_form_of(const char *path)
{
    return pg_tape_is(path)            ? PG_EVENTS_TAPE
           : pg_packed_is(path)        ? PG_EVENTS_PACKED
           : pg_event_parquet_is(path) ? PG_EVENTS_PARQUET
                                       : PG_EVENTS_NONE;
}

static pg_status open_form(pg_event_source *s, const char *path, pg_error *err)
{
    switch (s->form) {
    case PG_EVENTS_TAPE: return pg_tape_open(&s->tape, path, s->warning, sizeof s->warning, err);
    case PG_EVENTS_PACKED: return pg_packed_open(&s->packed, path, err);
    case PG_EVENTS_PARQUET: return pg_event_parquet_open(&s->parquet, path, err);
    case PG_EVENTS_NONE: break;
    }
    pg_fail(err, PG_ERR_UNSUPPORTED, "the file is neither a tape nor a Parquet file of events");
    pg_error_where(err, "%s", path);
    return PG_ERR_UNSUPPORTED;
}

pg_status pg_event_source_open(pg_event_source **source, const char *path, pg_error *err)
{
    pg_file_info info;
    *source = NULL;
    pg_status status = pg_file_stat(path, &info, err);
    if (status != PG_OK)
        return status;
    pg_event_source *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    s->form = pg_events_form_of(path);
    s->bytes = info.bytes;
    status = open_form(s, path, err);
    if (status != PG_OK) {
        pg_event_source_close(s);
        return status;
    }
    *source = s;
    return PG_OK;
}

void pg_event_source_close(pg_event_source *s)
{
    if (!s)
        return;
    pg_tape_close(s->tape);
    pg_packed_close(s->packed);
    pg_event_parquet_close(s->parquet);
    free(s);
}

const pg_tape_info *pg_event_source_info(const pg_event_source *s)
{
    return s->tape     ? pg_tape_get_info(s->tape)
           : s->packed ? pg_packed_info(s->packed)
                       : pg_event_parquet_info(s->parquet);
}

const char *pg_event_source_warning(const pg_event_source *source)
{
    return source->warning;
}

static size_t block_events(const pg_event_source *s)
{
    size_t left = pg_tape_count(s->tape) - s->at;
    return left < PG_TAPE_BLOCK_EVENTS ? left : (size_t)PG_TAPE_BLOCK_EVENTS;
}

static pg_status next_of_tape(pg_event_source *s, const pg_event **events, size_t *n, pg_error *err)
{
    size_t block = s->at / PG_TAPE_BLOCK_EVENTS, some = block_events(s);
    *events = pg_tape_events(s->tape) + s->at;
    if (some > 0 && !pg_tape_block_is_sound(s->tape, block)) {
        pg_fail(err, PG_ERR_CORRUPT, "the checksum of a block is wrong");
        pg_error_where(err, "%s: block %zu (from event %zu)", pg_tape_path(s->tape), block, s->at);
        pg_error_remedy(err, "perigee data verify --repair NEWFILE keeps what is sound");
        return PG_ERR_CORRUPT;
    }
    *n = some;
    s->at += some;
    return PG_OK;
}

pg_status pg_event_source_next(pg_event_source *s, const pg_event **events, size_t *n, pg_error *err)
{
    uint64_t torn = 0;
    *n = 0;
    if (s->parquet)
        return pg_event_parquet_next(s->parquet, events, n, err);
    if (s->tape)
        return next_of_tape(s, events, n, err);
    pg_status status = pg_packed_next(s->packed, events, n, &torn, err);
    if (status == PG_OK && torn > 0)
        snprintf(s->warning, sizeof s->warning, "the packed tape was broken off; the last %llu bytes were left out",
                 (unsigned long long)torn);
    else if (status == PG_OK && *n == 0 && !pg_packed_is_whole(s->packed))
        snprintf(s->warning, sizeof s->warning, "the packed tape was not closed; its last second may be missing");
    return status;
}

bool pg_event_source_skip(pg_event_source *s, uint64_t *lost)
{
    *lost = 0;
    if (s->tape) {
        *lost = block_events(s);
        s->at += *lost;
        return s->at < pg_tape_count(s->tape);
    }
    return s->packed ? pg_packed_skip(s->packed, lost) : s->parquet && pg_event_parquet_skip(s->parquet, lost);
}

uint64_t pg_event_source_done(const pg_event_source *s)
{
    uint64_t of = s->tape ? pg_tape_count(s->tape) : s->parquet ? pg_event_parquet_count(s->parquet) : 0;
    uint64_t at = s->tape ? s->at : s->parquet ? pg_event_parquet_rows(s->parquet) : 0;
    return s->packed ? pg_packed_at(s->packed) : of > 0 ? (uint64_t)((double)s->bytes * (double)at / (double)of) : 0;
}

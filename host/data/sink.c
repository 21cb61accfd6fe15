#include "data/sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/event_parquet.h"
#include "data/packed.h"
#include "data/sink_internal.h"

static const char *const names[PG_SINK_FORMATS] = { "tape", "packed", "parquet", "csv", "parts" };

/* ---- files of events ---- */

typedef struct {
    pg_tape_info info;
    pg_tape_writer *writer;
} tape_sink;

static pg_status tape_open(void **self, const pg_sink_config *config, pg_error *err)
{
    tape_sink *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    s->info = *config->info;
    pg_status status = pg_tape_writer_open(&s->writer, config->path, &s->info, err);
    if (status != PG_OK) {
        free(s);
        return status;
    }
    *self = s;
    return PG_OK;
}

static pg_status tape_append(void *self, const pg_event *events, size_t n, pg_error *err)
{
    return pg_tape_writer_append_all(((tape_sink *)self)->writer, events, n, err);
}

static pg_status tape_close(void *self, pg_sink_mark *mark, pg_error *err)
{
    (void)mark;
    tape_sink *s = self;
    pg_status status = pg_tape_writer_close(s->writer, &s->info, err);
    free(s);
    return status;
}

static void tape_abort(void *self)
{
    tape_sink *s = self;
    pg_tape_writer_abort(s->writer);
    free(s);
}

static pg_status packed_open(void **self, const pg_sink_config *config, pg_error *err)
{
    return pg_packed_writer_open((pg_packed_writer **)self, config->path, config->info, err);
}

static pg_status packed_append(void *self, const pg_event *events, size_t n, pg_error *err)
{
    return pg_packed_writer_append(self, events, n, err);
}

static pg_status packed_flush(void *self, pg_error *err)
{
    return pg_packed_writer_flush(self, err);
}

static pg_status packed_close(void *self, pg_sink_mark *mark, pg_error *err)
{
    (void)mark;
    return pg_packed_writer_close(self, err);
}

static void packed_abort(void *self)
{
    pg_packed_writer_abandon(self);
}

static pg_status parquet_open(void **self, const pg_sink_config *config, pg_error *err)
{
    return pg_event_parquet_writer_open((pg_event_parquet_writer **)self, config->path, config->info, err);
}

static pg_status parquet_append(void *self, const pg_event *events, size_t n, pg_error *err)
{
    return pg_event_parquet_writer_append(self, events, n, err);
}

static pg_status parquet_close(void *self, pg_sink_mark *mark, pg_error *err)
{
    (void)mark;
    return pg_event_parquet_writer_close(self, err);
}

static void parquet_abort(void *self)
{
    pg_event_parquet_writer_abort(self);
}

static const pg_sink_type tape_type = { tape_open, tape_append, NULL, tape_close, tape_abort };
static const pg_sink_type packed_type = { packed_open, packed_append, packed_flush, packed_close, packed_abort };
static const pg_sink_type parquet_type = { parquet_open, parquet_append, NULL, parquet_close, parquet_abort };

/* ---- all of them ---- */

struct pg_sink {
    const pg_sink_type *type;
    void *self;
    pg_sink_mark mark;
};

pg_status pg_sink_open(pg_sink **sink, const pg_sink_config *config, pg_error *err)
{
    static const pg_sink_type *const types[PG_SINK_FORMATS] = { &tape_type, &packed_type, &parquet_type, &pg_sink_csv,
                                                                &pg_sink_parts };
    *sink = NULL;
    pg_sink *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    s->type = types[config->format];
    s->mark = config->mark;
    pg_status status = s->type->open(&s->self, config, err);
    if (status != PG_OK) {
        free(s);
        return status;
    }
    *sink = s;
    return PG_OK;
}

pg_status pg_sink_append(pg_sink *sink, const pg_event *events, size_t n, pg_error *err)
{
    return sink->type->append(sink->self, events, n, err);
}

pg_status pg_sink_flush(pg_sink *sink, pg_error *err)
{
    return sink->type->flush ? sink->type->flush(sink->self, err) : PG_OK;
}

pg_status pg_sink_close(pg_sink *sink, pg_sink_mark *mark, pg_error *err)
{
    pg_status status = sink->type->close(sink->self, &sink->mark, err);
    if (mark)
        *mark = sink->mark;
    free(sink);
    return status;
}

void pg_sink_abort(pg_sink *sink)
{
    if (!sink)
        return;
    sink->type->abort(sink->self);
    free(sink);
}

const char *pg_sink_format_name(pg_sink_format format)
{
    return names[format];
}

int pg_sink_format_find(const char *name)
{
    for (int i = 0; i < PG_SINK_FORMATS; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

void pg_sink_find_mark(pg_sink_mark *mark, const char *folder)
{
    memset(mark, 0, sizeof *mark);
    for (int i = 0; i < PG_SINK_CSV_FILES; i++) {
        char path[PG_PATH_SIZE];
        pg_file_info info;
        if (pg_file_join(path, folder, pg_sink_csv_names[i], NULL) == PG_OK && pg_file_stat(path, &info, NULL) == PG_OK)
            mark->csv_bytes[i] = info.bytes;
    }
}

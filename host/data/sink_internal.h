/* What a format implements. Not for other floors. */
#ifndef PG_DATA_SINK_INTERNAL_H
#define PG_DATA_SINK_INTERNAL_H

#include "data/sink.h"

typedef struct {
    pg_status (*open)(void **self, const pg_sink_config *config, pg_error *err);
    pg_status (*append)(void *self, const pg_event *events, size_t n, pg_error *err);
    pg_status (*flush)(void *self, pg_error *err);                     /* NULL: nothing to do */
    pg_status (*close)(void *self, pg_sink_mark *mark, pg_error *err); /* frees */
    void (*abort)(void *self);                                         /* frees */
} pg_sink_type;

extern const pg_sink_type pg_sink_csv, pg_sink_parts;

extern const char *const pg_sink_csv_names[PG_SINK_CSV_FILES];

#endif

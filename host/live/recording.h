/* Recording without trading: all enabled markets of a configuration, straight from their venues to the recorder. No key is
 * read, no script is loaded, no order can be sent. Trading sessions record by the same recorder. */
#ifndef PG_LIVE_RECORDING_H
#define PG_LIVE_RECORDING_H

#include "data/recorder.h"
#include "script/config.h"

typedef struct {
    const pg_config *config;
    double seconds; /* ends by itself after that; 0: never */
    const pg_log *log;
    const pg_venue_type *venue_type; /* of every venue; NULL: what the configuration says */
    void *self;
    void (*say)(void *self, const char *line); /* progress and news, for people */
} pg_recording_options;

/* Records until SIGINT, SIGTERM or the time. Errors of starting (of a venue, too: nothing is recorded in part without a
 * word), and of finishing the files. */
pg_status pg_recording_run(const pg_recording_options *options, pg_error *err);

/* ---- for trading sessions ---- */

/* The recorder that a record {} asks for. */
pg_status pg_recording_recorder(pg_recorder **recorder, const pg_config_record *record, const pg_log *log,
                                pg_error *err);

/* Adds a venue's market to it; what was repaired goes into the log. */
pg_status pg_recording_add(pg_recorder *recorder, int *number, const pg_config_venue *venue,
                           const pg_instrument *instrument, const pg_log *log, pg_error *err);

#endif

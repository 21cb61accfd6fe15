/* A part of a recording: from its journal to files of the formats that are wanted. */
#ifndef PG_DATA_RECORD_PART_H
#define PG_DATA_RECORD_PART_H

#include "data/record_market.h"

/* Sinks that grow beside the journal; NULL where there is none, or it failed: its files are then made from the journal,
 * too. */
typedef struct {
    pg_sink *sinks[PG_SINK_FORMATS];
} pg_record_live;

/* Path of the journal of part `part` in a market's folder. */
pg_status pg_record_journal_path(char *path, const char *folder, uint64_t part, pg_error *err);

/* Opens the sinks that grow, at a mark. One that cannot be opened is left out. */
void pg_record_live_open(pg_record_live *live, const char *folder, const pg_tape_info *info,
                         const pg_record_options *options, const pg_sink_mark *mark);

/* Appends and flushes. A sink that fails is dropped. */
void pg_record_live_append(pg_record_live *live, const pg_event *event);
void pg_record_live_flush(pg_record_live *live);
void pg_record_live_drop(pg_record_live *live);

/* Makes all files of a part; *mark is where they begin, and then end. May be done again after an error. The live sinks
 * are gone afterwards. events (may be NULL): how many the journal had. */
pg_status pg_record_part_finish(const char *folder, uint64_t part, const pg_record_options *options,
                                pg_record_live *live, pg_sink_mark *mark, uint64_t *events, pg_error *err);

#endif

/* A second market beside the one that is traded: its best prices, merged into the events of a backtest. */
#ifndef PG_STUDY_REFERENCE_H
#define PG_STUDY_REFERENCE_H

#include "data/tape.h"

/* The events of a market with REFERENCE events of `other` between them, by local time, in new memory. Those do not move
 * the venue's clock: they carry the exchange time of the event before them. PG_ERR_MEMORY. */
pg_status pg_reference_merge(pg_event **merged, size_t *merged_count, const pg_event *events, size_t count,
                             const pg_tape *other, pg_error *err);

#endif

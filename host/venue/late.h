/* Refusals that are made here, before anything is sent: kept for the loop's next turn, since a report never comes
 * within the call that it belongs to (venue.h). */
#ifndef PG_VENUE_LATE_H
#define PG_VENUE_LATE_H

#include "venue/tracker.h"

typedef struct pg_late pg_late;

/* tracker: of the orders that are refused; borrowed. */
pg_status pg_late_new(pg_late **late, pg_loop *loop, uint64_t run, pg_tracker *tracker, pg_report_sink sink,
                      pg_error *err);

/* What waits is dropped. NULL is allowed. */
void pg_late_free(pg_late *late);

/* Refuses a request; prepared: the tracker has it as if it had been sent. words: constant. */
void pg_late_refuse(pg_late *late, const pg_submit *submit, bool prepared, pg_reason reason, const char *words);

#endif

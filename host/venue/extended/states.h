/* The newest known state of each order of the account, so that a late update does not undo a later one (spec/extended.md,
 * section 9): the larger updatedTime counts, at the same time the more final status, then the larger filled quantity.
 * Fixed size; the order that was heard of least lately is forgotten for a new one. */
#ifndef PG_VENUE_EXTENDED_STATES_H
#define PG_VENUE_EXTENDED_STATES_H

#include "venue/extended/codec_record.h"

typedef struct pg_extended_states pg_extended_states;

/* capacity: 1 .. 2^20. PG_ERR_INVALID, PG_ERR_MEMORY. */
pg_status pg_extended_states_new(pg_extended_states **states, int capacity, pg_error *err);
void pg_extended_states_free(pg_extended_states *states);

/* Whether a record is news about its order; it is then the newest. An ended order never opens again. */
bool pg_extended_states_take(pg_extended_states *states, const pg_extended_order_record *record);

#endif

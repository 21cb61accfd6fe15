/* The aggressor's side of trades that a recording has lost it of, from the book before them (Lee and Ready 1991): at or
 * beyond the ask a buyer, at or beyond the bid a seller; between them, by the nearer one; on the middle (and where both
 * are the same) by the last price that was another one. */
#ifndef PG_DATA_AGGRESSOR_H
#define PG_DATA_AGGRESSOR_H

#include "market/event.h"

typedef struct pg_aggressor pg_aggressor;

pg_aggressor *pg_aggressor_new(void); /* NULL when there is no memory */
void pg_aggressor_free(pg_aggressor *aggressor);

/* Takes an event in order of time. A trade without a side gets one, and PG_EVENT_INFERRED_SIDE, when that can be told. */
void pg_aggressor_take(pg_aggressor *aggressor, pg_event *event);

#endif

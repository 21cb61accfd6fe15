/* state.json of a recorded market: where its files end and what was seen last, so that a recording can go on with
 * nothing twice. Written as a whole or not at all. */
#ifndef PG_DATA_RECORD_STATE_H
#define PG_DATA_RECORD_STATE_H

#include "data/sink.h"

enum { PG_RECORD_TRADES = 512 /* that are remembered */ };

typedef struct {
    uint64_t part;     /* number of the journal that comes next, or is being written; those before it are finished */
    pg_sink_mark mark; /* where the files ended when that journal began */
    int64_t last_local_ns, last_exch_ns; /* of the last event; 0: none yet */
    uint64_t last_trade_id, last_sequence;
    uint64_t events, trades, duplicates, stale, gaps, lost, clock_steps; /* since the recording was begun */
    uint64_t part_events;                                                /* of `events`, those in the journal */
    int64_t lag_ns; /* least time from the venue's clock to ours within the last minute; INT64_MAX: not known */
    pg_event recent[PG_RECORD_TRADES]; /* a ring of trades, the oldest at recent_at */
    int recent_n, recent_at;
    int64_t last_trade_ns; /* the venue's time of the newest one; 0: none yet */
} pg_record_state;

/* Reads PATH; *found is false when it is not there. PG_ERR_CORRUPT for one that cannot be read. */
pg_status pg_record_state_read(pg_record_state *state, bool *found, const char *path, pg_error *err);
pg_status pg_record_state_write(const pg_record_state *state, const char *path, const pg_instrument *instrument,
                                pg_error *err);

/* Remembers a trade. */
void pg_record_state_trade(pg_record_state *state, const pg_event *trade);

#endif

/* Trades that went by while nobody listened: a connection was down, or no recorder ran. After that the venue is asked for
 * its last trades, and what is missing is recorded; the recorder knows the others by their ids. What the venue does not
 * list any more is recorded as a gap. Only the recorder gets them: to a script they would be news that are old. */
#ifndef PG_LIVE_BACKFILL_H
#define PG_LIVE_BACKFILL_H

#include "data/recorder.h"
#include "venue/venue.h"

/* Of one market. It stays where it is until the venue is closed. */
typedef struct {
    pg_recorder *recorder;
    int number; /* the market's at the recorder */
    pg_venue *venue;
    int market; /* the venue's */
    const pg_log *log;
    int64_t last_ns;  /* the venue's time of the newest trade that is recorded, or when recording began */
    int64_t ended_ns; /* the same of the recording that is gone on with; 0: there is none */
    int64_t since_ns; /* what is being asked for; 0: nothing */
    bool again;       /* there was another break meanwhile */
} pg_backfill;

/* The recorder has the market. */
void pg_backfill_init(pg_backfill *backfill, pg_recorder *recorder, int number, pg_venue *venue, int market,
                      const pg_log *log);

/* Asks for what was missed since the recording ended last, if there was one. */
void pg_backfill_begin(pg_backfill *backfill);

/* Records what the venue says. A gap among it is a break: what was missed in it is asked for. One of trades alone is
 * recorded only as far as the venue cannot fill it. */
void pg_backfill_push(pg_backfill *backfill, const pg_event *events, size_t n);

#endif

/* The recorder: market data of any number of markets to disk, by a thread of its own.
 *
 * What is pushed goes into a bounded ring, and the caller never waits: when the ring is full the message is lost and
 * counted, and as soon as there is room again a gap and the whole book are recorded, so that what follows fits. One
 * recorder holds a folder; a second one is refused. What becomes of the events is record_market.h's. */
#ifndef PG_DATA_RECORDER_H
#define PG_DATA_RECORDER_H

#include "data/record_market.h"

enum { PG_RECORDER_MARKETS = 1024, PG_RECORDER_RING = 1 << 19 /* events, 32 MiB */ };

typedef struct {
    const char *dir;
    pg_record_options options;
    pg_clock clock;
    size_t ring; /* events, a power of two; 0: PG_RECORDER_RING */
} pg_recorder_config;

/* Of a market, or all of them together. */
typedef struct {
    uint64_t events, trades, duplicates, gaps;
    uint64_t lost;  /* while the disk could not be written */
    uint64_t queue; /* while the ring was full */
    uint64_t clock_steps;
    int64_t lag_ns; /* venue's clock to ours, the least of a minute; INT64_MAX: not known */
    int64_t last_ns;
    int64_t last_trade_ns; /* the venue's time of the newest trade; 0: none yet */
    uint64_t bytes;        /* of the journals that are being written */
    bool stuck;            /* the disk refuses */
} pg_recorder_figures;

typedef struct pg_recorder pg_recorder;

/* Makes and locks the folder and starts the thread. Errors: PG_ERR_STATE (another recorder has the folder), PG_ERR_IO,
 * PG_ERR_INVALID (no formats), PG_ERR_MEMORY. */
pg_status pg_recorder_new(pg_recorder **recorder, const pg_recorder_config *config, pg_error *err);

/* Adds a market and gives its number, for pushing. `venue` names its folder: DIR/VENUE/market. What a crash has left of it is finished first: *repaired (may be
 * NULL) events. Errors: those of pg_record_market_open; PG_ERR_FULL; PG_ERR_STATE for a market that is there already. */
pg_status pg_recorder_add(pg_recorder *recorder, int *market, const char *venue, const pg_tape_info *info,
                          uint64_t *repaired, pg_error *err);

/* Records one message's events (or parts of it: the last one carries PG_EVENT_LAST). By one thread only, the one that
 * adds markets. About 30 ns an event. */
void pg_recorder_push(pg_recorder *recorder, int market, const pg_event *events, size_t n);

/* As the thread last left them, half a second ago at most; of a market that was just added, how its recording ended last.
 * market -1: all together. */
void pg_recorder_look(pg_recorder *recorder, int market, pg_recorder_figures *figures);

/* Writes everything, ends all parts. The recorder is gone; the error is of the first market that could not be finished:
 * its journal stays, and the next start finishes it. */
pg_status pg_recorder_close(pg_recorder *recorder, pg_error *err);

#endif

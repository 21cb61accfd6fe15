/* One market of a recording on disk. What is recorded goes to a journal (a packed tape), block by block; with a part's
 * end (so many events, bytes, or so long) it becomes files of the formats that are wanted, and state.json moves on.
 *
 *   DIR/VENUE/market/journal_000007.part    being written      state.json
 *                    events_20260106T000000Z_000006.tape, .parquet           finished parts
 *                    orderbook_depth.csv, ...; orderbook_parts/, trades_parts/
 *
 * CSV and PARTS grow beside the journal. A journal that is found at the start was left by a crash: its part is made from
 * it, with the same names and the same bytes as far as they were written before, and nothing is there twice. */
#ifndef PG_DATA_RECORD_MARKET_H
#define PG_DATA_RECORD_MARKET_H

#include "base/log.h"
#include "data/record_state.h"

/* PACKED stands for the tapes of a recording. */
typedef struct {
    unsigned formats;     /* bits 1 << pg_sink_format */
    uint64_t part_events; /* a part ends at so many events, */
    uint64_t part_bytes;  /* ... so many bytes of its journal, */
    int64_t part_ns;      /* ... or this long */
    int levels;           /* of CSV and PARTS; 0: 20 */
    const pg_log *log;
} pg_record_options;

typedef struct pg_record_market pg_record_market;

/* "venue/market" as the folder of a market is called below DIR: "ETH-USD" is eth_usd. PG_ERR_RANGE when it is too long. */
pg_status pg_record_market_name(char *path, const char *venue, const char *symbol, pg_error *err);

/* Opens a market in a folder, which is made, and finishes what a crash has left. *repaired (may be NULL): events of parts that were made
 * of journals. Errors: PG_ERR_IO, PG_ERR_CORRUPT (state.json), PG_ERR_INVALID (the folder is another market's). */
pg_status pg_record_market_open(pg_record_market **market, const char *folder, const pg_tape_info *info,
                                const pg_record_options *options, uint64_t *repaired, pg_error *err);

/* Takes an event. What was recorded already is left out, and counted. Nothing fails here: while the disk cannot be
 * written, events are lost, counted, and marked by a gap when it can be again. */
void pg_record_market_take(pg_record_market *market, const pg_event *event);

/* To be called a few times a second: writes what waits (on the disk once a second), ends a part that is due, saves the state every 30 s, tries again
 * what failed. */
void pg_record_market_tick(pg_record_market *market, int64_t now_ns);

const pg_record_state *pg_record_market_state(const pg_record_market *market);

/* Bytes of the present journal, and whether the disk refuses writes. */
uint64_t pg_record_market_bytes(const pg_record_market *market);
bool pg_record_market_is_stuck(const pg_record_market *market);

/* Ends the part and the recording. On an error the journal stays, and the next start finishes it. */
pg_status pg_record_market_close(pg_record_market *market, pg_error *err);

#endif

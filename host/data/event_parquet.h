/* Events as a Parquet file: one row an event, nothing lost, read by everything that reads Parquet.
 *
 *   local_time, exchange_time  TIMESTAMP(ns, UTC)     kind, side  "level", "trade", ...; "buy", "sell", "none"
 *   price, size, price2, size2 INT64, whole units     id  INT64   flags  INT32 (market/event.h tells of all of them)
 *
 * The file's metadata say what the units are: perigee.venue, perigee.symbol, perigee.price_decimals (a price p stands for
 * p * 10^-price_decimals), perigee.size_decimals, perigee.tick, perigee.lot, ...; perigee.events is the version. */
#ifndef PG_DATA_EVENT_PARQUET_H
#define PG_DATA_EVENT_PARQUET_H

#include "data/parquet_read.h"
#include "data/tape.h"

enum { PG_EVENT_PARQUET_BATCH = 8192 };

/* True for a Parquet file with events of ours. */
bool pg_event_parquet_is(const char *path);

typedef struct pg_event_parquet pg_event_parquet;

/* Errors: those of pg_parquet_open; PG_ERR_UNSUPPORTED (no events of ours, another version), PG_ERR_CORRUPT. */
pg_status pg_event_parquet_open(pg_event_parquet **reader, const char *path, pg_error *err);
void pg_event_parquet_close(pg_event_parquet *reader);
const pg_tape_info *pg_event_parquet_info(const pg_event_parquet *reader);

/* The next events, valid until the next call; *n is 0 at the end. PG_ERR_CORRUPT: pg_event_parquet_skip may go on. */
pg_status pg_event_parquet_next(pg_event_parquet *reader, const pg_event **events, size_t *n, pg_error *err);

/* Goes to the next row group; false when there is none. *lost: rows that were passed over. */
bool pg_event_parquet_skip(pg_event_parquet *reader, uint64_t *lost);

uint64_t pg_event_parquet_rows(const pg_event_parquet *reader);  /* read so far */
uint64_t pg_event_parquet_count(const pg_event_parquet *reader); /* in all, as the file says */

typedef struct pg_event_parquet_writer pg_event_parquet_writer;

/* Through PATH.tmp, as pg_parquet_writer. */
pg_status pg_event_parquet_writer_open(pg_event_parquet_writer **writer, const char *path, const pg_tape_info *info,
                                       pg_error *err);
pg_status pg_event_parquet_writer_append(pg_event_parquet_writer *writer, const pg_event *events, size_t n,
                                         pg_error *err);
uint64_t pg_event_parquet_writer_bytes(const pg_event_parquet_writer *writer);

/* The writer is gone afterwards, whatever happened. */
pg_status pg_event_parquet_writer_close(pg_event_parquet_writer *writer, pg_error *err);
void pg_event_parquet_writer_abort(pg_event_parquet_writer *writer);

#endif

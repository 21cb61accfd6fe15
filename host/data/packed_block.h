/* A block of events as columns of small numbers, for the packed tape: each field as its difference from what is likely.
 *
 * Times and ids: from the event before; prices: from the last one of that kind and side; a level's size: from the last
 * size known at that price. Every block starts from nothing. */
#ifndef PG_DATA_PACKED_BLOCK_H
#define PG_DATA_PACKED_BLOCK_H

#include "data/parquet_buffer.h"
#include "market/event.h"

typedef struct pg_block_coder pg_block_coder;

pg_block_coder *pg_block_coder_new(void); /* NULL when there is no memory */
void pg_block_coder_free(pg_block_coder *coder);

/* Appends the block to *out. Running out of memory is remembered there. */
void pg_block_pack(pg_block_coder *coder, pg_parquet_buffer *out, const pg_event *events, size_t n);

/* Reads n events back. PG_ERR_CORRUPT for bytes that are no block of n events; nothing is read outside of them. */
pg_status pg_block_unpack(pg_block_coder *coder, pg_event *events, size_t n, const uint8_t *data, size_t size);

#endif

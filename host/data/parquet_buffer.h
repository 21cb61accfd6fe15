/* Bytes that grow. Running out of memory is remembered: a writer of many small things asks once, at the end. */
#ifndef PG_DATA_PARQUET_BUFFER_H
#define PG_DATA_PARQUET_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Behind the reserved bytes there is always this much more memory, so that bits can be read and written 8 bytes at a
 * time up to the end. */
enum { PG_PARQUET_SLACK = 16 };

typedef struct {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool failed; /* memory ran out: something is missing */
} pg_parquet_buffer;

void pg_parquet_buffer_free(pg_parquet_buffer *buffer);

/* Makes room for n more bytes; returns the place behind the last byte, NULL (and failed) without memory. The size does
 * not change. */
uint8_t *pg_parquet_buffer_reserve(pg_parquet_buffer *buffer, size_t n);

void pg_parquet_buffer_add(pg_parquet_buffer *buffer, const void *data, size_t n);
void pg_parquet_buffer_add_byte(pg_parquet_buffer *buffer, uint8_t byte);

/* A number in 7-bit groups, lowest first, as Parquet and Thrift have them (ULEB128). */
void pg_parquet_buffer_add_varint(pg_parquet_buffer *buffer, uint64_t value);

/* PG_ERR_MEMORY when anything could not be added. */
pg_status pg_parquet_buffer_check(const pg_parquet_buffer *buffer, pg_error *err);

/* Small signed numbers as small unsigned ones: 0, -1, 1, -2 are 0, 1, 2, 3. */
static inline uint64_t pg_zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static inline int64_t pg_unzigzag(uint64_t value)
{
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

#endif

#include "data/parquet_buffer.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST = 256 };

void pg_parquet_buffer_free(pg_parquet_buffer *buffer)
{
    free(buffer->data);
    *buffer = (pg_parquet_buffer){ 0 };
}

static bool grow(pg_parquet_buffer *buffer, size_t n)
{
    if (n > SIZE_MAX / 4 - buffer->size)
        return false;
    size_t needed = buffer->size + n, capacity = buffer->capacity + buffer->capacity / 2;
    if (capacity < needed)
        capacity = needed < FIRST ? (size_t)FIRST : needed;
    uint8_t *data = realloc(buffer->data, capacity + PG_PARQUET_SLACK);
    if (!data)
        return false;
    memset(data + capacity, 0, PG_PARQUET_SLACK);
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

uint8_t *pg_parquet_buffer_reserve(pg_parquet_buffer *buffer, size_t n)
{
    if (buffer->failed)
        return NULL;
    if ((!buffer->data || n > buffer->capacity - buffer->size) && !grow(buffer, n)) {
        buffer->failed = true;
        return NULL;
    }
    return buffer->data + buffer->size;
}

void pg_parquet_buffer_add(pg_parquet_buffer *buffer, const void *data, size_t n)
{
    uint8_t *place = pg_parquet_buffer_reserve(buffer, n);
    if (!place || n == 0)
        return;
    memcpy(place, data, n);
    buffer->size += n;
}

void pg_parquet_buffer_add_byte(pg_parquet_buffer *buffer, uint8_t byte)
{
    pg_parquet_buffer_add(buffer, &byte, 1);
}

void pg_parquet_buffer_add_varint(pg_parquet_buffer *buffer, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    pg_parquet_buffer_add(buffer, bytes, n);
}

pg_status pg_parquet_buffer_check(const pg_parquet_buffer *buffer, pg_error *err)
{
    return buffer->failed ? pg_fail(err, PG_ERR_MEMORY, "out of memory") : PG_OK;
}

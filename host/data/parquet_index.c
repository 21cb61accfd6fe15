#include "data/parquet_index.h"

#include <stdlib.h>

#include "data/parquet_bits.h"

enum { SLOTS_FIRST = 1024, LENGTH_BYTES = 4 };

void pg_parquet_index_init(pg_parquet_index *index, size_t width, size_t limit)
{
    *index = (pg_parquet_index){ .width = width, .limit = limit };
}

void pg_parquet_index_free(pg_parquet_index *index)
{
    pg_parquet_buffer_free(&index->plain);
    pg_parquet_buffer_free(&index->offsets);
    free(index->slots);
    *index = (pg_parquet_index){ 0 };
}

void pg_parquet_index_clear(pg_parquet_index *index)
{
    index->plain.size = index->offsets.size = index->n = 0;
    if (index->slots)
        memset(index->slots, 0, index->n_slots * sizeof *index->slots);
}

/* Multiplication carries only upwards: the upper half is folded in before it, and the upper bits are used. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    return value ^ value >> 29;
}

static uint64_t hash_bytes(const uint8_t *p, size_t n)
{
    uint64_t hash = n;
    for (; n >= 8; n -= 8, p += 8)
        hash = mix(hash ^ pg_load64(p));
    uint64_t tail = 0;
    for (size_t i = 0; i < n; i++)
        tail |= (uint64_t)p[i] << (8 * i);
    return mix(hash ^ tail);
}

static uint64_t load(const uint8_t *p, size_t width)
{
    return width == 8 ? pg_load64(p) : pg_load32(p);
}

static pg_parquet_bytes entry(const pg_parquet_index *index, size_t number)
{
    uint32_t at = pg_load32(index->offsets.data + number * sizeof at);
    return (pg_parquet_bytes){ index->plain.data + at + LENGTH_BYTES, pg_load32(index->plain.data + at) };
}

static uint64_t hash_of(const pg_parquet_index *index, size_t number)
{
    if (index->width > 0)
        return mix(load(index->plain.data + number * index->width, index->width));
    pg_parquet_bytes bytes = entry(index, number);
    return hash_bytes(bytes.data, bytes.size);
}

static void insert(pg_parquet_index *index, uint64_t hash, uint32_t number)
{
    size_t mask = index->n_slots - 1, slot = hash & mask;
    while (index->slots[slot])
        slot = (slot + 1) & mask;
    index->slots[slot] = number + 1;
}

/* At most half of the slots are used. */
static bool make_room(pg_parquet_index *index)
{
    if (index->n * 2 < index->n_slots)
        return true;
    size_t n = index->n_slots ? index->n_slots * 2 : SLOTS_FIRST;
    uint32_t *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    free(index->slots);
    index->slots = slots;
    index->n_slots = n;
    for (size_t i = 0; i < index->n; i++)
        insert(index, hash_of(index, i), (uint32_t)i);
    return true;
}

bool pg_parquet_index_number(pg_parquet_index *index, const void *value, uint32_t *number)
{
    uint64_t key = load(value, index->width), hash = mix(key);
    if (!make_room(index))
        return false;
    for (size_t mask = index->n_slots - 1, slot = hash & mask; index->slots[slot]; slot = (slot + 1) & mask) {
        uint32_t candidate = index->slots[slot] - 1;
        if (load(index->plain.data + candidate * index->width, index->width) == key) {
            *number = candidate;
            return true;
        }
    }
    if (index->plain.size + index->width > index->limit)
        return false;
    pg_parquet_buffer_add(&index->plain, value, index->width);
    if (index->plain.failed)
        return false;
    *number = (uint32_t)index->n++;
    insert(index, hash, *number);
    return true;
}

bool pg_parquet_index_bytes(pg_parquet_index *index, pg_parquet_bytes value, uint32_t *number)
{
    uint64_t hash = hash_bytes(value.data, value.size);
    if (!make_room(index))
        return false;
    for (size_t mask = index->n_slots - 1, slot = hash & mask; index->slots[slot]; slot = (slot + 1) & mask) {
        pg_parquet_bytes other = entry(index, index->slots[slot] - 1);
        if (other.size == value.size && memcmp(other.data, value.data, value.size) == 0) {
            *number = index->slots[slot] - 1;
            return true;
        }
    }
    uint32_t at = (uint32_t)index->plain.size, length = (uint32_t)value.size;
    if (value.size > index->limit || index->plain.size + LENGTH_BYTES + value.size > index->limit)
        return false;
    pg_parquet_buffer_add(&index->plain, &length, sizeof length);
    pg_parquet_buffer_add(&index->plain, value.data, value.size);
    pg_parquet_buffer_add(&index->offsets, &at, sizeof at);
    if (index->plain.failed || index->offsets.failed)
        return false;
    *number = (uint32_t)index->n++;
    insert(index, hash, *number);
    return true;
}

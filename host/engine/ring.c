#include "engine/ring.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

pg_status pg_ring_init(pg_ring *ring, pg_error *err)
{
    memset(ring, 0, sizeof *ring);
    ring->message = malloc(FIRST_CAPACITY * sizeof *ring->message);
    if (!ring->message)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a message ring");
    ring->capacity = FIRST_CAPACITY;
    return PG_OK;
}

void pg_ring_free(pg_ring *ring)
{
    free(ring->message);
    ring->message = NULL;
}

static void grow(pg_ring *ring)
{
    pg_message *grown = malloc(2ul * ring->capacity * sizeof *grown);
    PG_ASSERT(grown);
    for (uint32_t i = 0; i < ring->count; i++)
        grown[i] = ring->message[(ring->head + i) & (ring->capacity - 1)];
    free(ring->message);
    ring->message = grown;
    ring->head = 0;
    ring->capacity *= 2;
}

pg_message *pg_ring_push(pg_ring *ring)
{
    if (ring->count == ring->capacity)
        grow(ring);
    return &ring->message[(ring->head + ring->count++) & (ring->capacity - 1)];
}

const pg_message *pg_ring_front(const pg_ring *ring)
{
    PG_ASSERT(ring->count > 0);
    return &ring->message[ring->head];
}

void pg_ring_pop(pg_ring *ring)
{
    ring->head = (ring->head + 1) & (ring->capacity - 1);
    ring->count--;
}

int64_t pg_ring_due(const pg_ring *ring)
{
    return ring->count > 0 ? ring->message[ring->head].due_ns : INT64_MAX;
}

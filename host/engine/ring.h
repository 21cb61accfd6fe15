/* A first-in first-out ring of requests or replies on their way, each with its time of arrival. Grows when it is full,
 * so that nothing that is on its way is ever lost; in a steady state nothing is allocated. */
#ifndef PG_ENGINE_RING_H
#define PG_ENGINE_RING_H

#include <stdint.h>

#include "trade/order.h"

typedef struct {
    int64_t due_ns;
    union {
        pg_request request;
        pg_reply reply;
    };
} pg_message;

typedef struct {
    pg_message *message;
    uint32_t head, count, capacity; /* capacity is a power of two */
} pg_ring;

pg_status pg_ring_init(pg_ring *ring, pg_error *err);
void pg_ring_free(pg_ring *ring);

/* A place at the end to be filled in. Aborts when there is no memory: a message must not be lost. */
pg_message *pg_ring_push(pg_ring *ring);

/* The oldest message; the ring must not be empty. Valid until the next push. */
const pg_message *pg_ring_front(const pg_ring *ring);
void pg_ring_pop(pg_ring *ring);

/* When the oldest message is due; INT64_MAX for an empty ring. */
int64_t pg_ring_due(const pg_ring *ring);

#endif

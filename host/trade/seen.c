#include "trade/seen.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 16, MOST = 1 << 20 };

/* The last ids in a ring, and an index of them: open addressing with linear probing at most half full, of places in
 * the ring plus 1. */
typedef struct {
    uint64_t hash;
    int64_t exch_ns;
    char id[PG_SEEN_ID];
} entry;

struct pg_seen {
    size_t capacity, count, next; /* next: place in the ring that is filled next */
    size_t mask;
    entry *ring;
    uint32_t *index;
    int64_t horizon_ns; /* latest time of what was forgotten */
    bool forgot;
};

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *id, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)id[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

pg_status pg_seen_new(pg_seen **seen, size_t capacity, pg_error *err)
{
    if (capacity < LEAST || capacity > MOST)
        return pg_fail(err, PG_ERR_RANGE, "fills are remembered for %d to %d ids", LEAST, MOST);
    size_t slots = 1;
    while (slots < 2 * capacity)
        slots *= 2;
    pg_seen *made = calloc(1, sizeof *made);
    if (made) {
        made->ring = calloc(capacity, sizeof *made->ring);
        made->index = calloc(slots, sizeof *made->index);
    }
    if (!made || !made->ring || !made->index) {
        pg_seen_free(made);
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    made->capacity = capacity;
    made->mask = slots - 1;
    *seen = made;
    return PG_OK;
}

void pg_seen_free(pg_seen *seen)
{
    if (!seen)
        return;
    free(seen->ring);
    free(seen->index);
    free(seen);
}

/* The slot that holds an id, or the free one where it would go. */
static size_t slot_of(const pg_seen *seen, uint64_t hash, const char *id)
{
    size_t slot = hash & seen->mask;
    for (; seen->index[slot]; slot = (slot + 1) & seen->mask) {
        const entry *e = &seen->ring[seen->index[slot] - 1];
        if (e->hash == hash && strncmp(e->id, id, PG_SEEN_ID) == 0)
            break;
    }
    return slot;
}

/* Takes a slot out of the index: what comes behind it moves up to where its search would pass. */
static void clear_slot(pg_seen *seen, size_t slot)
{
    size_t hole = slot;
    for (size_t at = (slot + 1) & seen->mask; seen->index[at]; at = (at + 1) & seen->mask) {
        size_t home = seen->ring[seen->index[at] - 1].hash & seen->mask;
        if (((at - home) & seen->mask) < ((at - hole) & seen->mask))
            continue;
        seen->index[hole] = seen->index[at];
        hole = at;
    }
    seen->index[hole] = 0;
}

static void forget_oldest(pg_seen *seen)
{
    const entry *old = &seen->ring[seen->next];
    clear_slot(seen, slot_of(seen, old->hash, old->id));
    pg_seen_forget(seen, old->exch_ns);
    seen->count--;
}

static void remember(pg_seen *seen, uint64_t hash, const char *id, size_t length, int64_t exch_ns)
{
    if (seen->count == seen->capacity)
        forget_oldest(seen);
    entry *e = &seen->ring[seen->next];
    memset(e->id, 0, sizeof e->id);
    memcpy(e->id, id, length);
    e->hash = hash;
    e->exch_ns = exch_ns;
    seen->index[slot_of(seen, hash, e->id)] = (uint32_t)seen->next + 1;
    seen->next = (seen->next + 1) % seen->capacity;
    seen->count++;
}

pg_seen_answer pg_seen_check(pg_seen *seen, const char *trade_id, int64_t exch_ns)
{
    size_t length = strnlen(trade_id, PG_SEEN_ID);
    uint64_t hash = hash_of(trade_id, length);
    if (seen->index[slot_of(seen, hash, trade_id)])
        return PG_SEEN_DUPLICATE;
    if (seen->forgot && (exch_ns == 0 || exch_ns <= seen->horizon_ns))
        return PG_SEEN_OLD;
    remember(seen, hash, trade_id, length, exch_ns);
    return PG_SEEN_NEW;
}

void pg_seen_add(pg_seen *seen, const char *trade_id, int64_t exch_ns)
{
    size_t length = strnlen(trade_id, PG_SEEN_ID);
    uint64_t hash = hash_of(trade_id, length);
    if (!seen->index[slot_of(seen, hash, trade_id)])
        remember(seen, hash, trade_id, length, exch_ns);
}

void pg_seen_forget(pg_seen *seen, int64_t exch_ns)
{
    if (!seen->forgot || exch_ns > seen->horizon_ns)
        seen->horizon_ns = exch_ns;
    seen->forgot = true;
}

size_t pg_seen_capacity(const pg_seen *seen)
{
    return seen->capacity;
}

#include "data/dedup.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 * PG_DEDUP_WINDOW }; /* a power of two; half full at most */

typedef struct {
    uint64_t id;
    uint64_t content; /* 0: the slot is free */
} slot;

struct pg_dedup {
    int young; /* which generation is being filled */
    int used;
    slot slots[2][SLOTS];
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32; /* the finaliser of SplitMix64 (Steele, Lea, Flood 2014) */
    x *= 0x9E3779B97F4A7C15u;
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9u;
    return x ^ x >> 32;
}

static uint64_t content_of(const pg_event *trade)
{
    uint64_t hash = mix((uint64_t)trade->price);
    hash = mix(hash ^ (uint64_t)trade->size);
    hash = mix(hash ^ (uint64_t)trade->exch_ns);
    return mix(hash ^ trade->side) | 1;
}

pg_dedup *pg_dedup_new(void)
{
    return calloc(1, sizeof(pg_dedup));
}

void pg_dedup_free(pg_dedup *dedup)
{
    free(dedup);
}

static slot *find(slot *slots, uint64_t id)
{
    size_t i = mix(id) & (SLOTS - 1);
    while (slots[i].content && slots[i].id != id)
        i = (i + 1) & (SLOTS - 1);
    return &slots[i];
}

pg_dedup_result pg_dedup_add(pg_dedup *dedup, const pg_event *trade)
{
    uint64_t content = content_of(trade);
    slot *young = find(dedup->slots[dedup->young], trade->id);
    slot *old = find(dedup->slots[!dedup->young], trade->id);
    const slot *known = young->content ? young : old->content ? old : NULL;
    if (known)
        return known->content == content ? PG_DEDUP_AGAIN : PG_DEDUP_OTHER;
    if (dedup->used == PG_DEDUP_WINDOW) {
        dedup->young = !dedup->young;
        dedup->used = 0;
        memset(dedup->slots[dedup->young], 0, sizeof dedup->slots[0]);
        young = find(dedup->slots[dedup->young], trade->id);
    }
    *young = (slot){ trade->id, content };
    dedup->used++;
    return PG_DEDUP_NEW;
}

#include "data/dedup.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t id;
    uint64_t content; /* 0: the slot is free */
} slot;

struct pg_dedup {
    int young; /* which generation is being filled */
    int used, window;
    size_t mask;    /* of a generation's slots: twice the window, half full at most */
    slot *slots[2]; /* one allocation with this */
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

pg_dedup *pg_dedup_new(int window)
{
    size_t slots = 2 * (size_t)window;
    pg_dedup *d = calloc(1, sizeof *d + 2 * slots * sizeof(slot));
    if (!d)
        return NULL;
    d->window = window;
    d->mask = slots - 1;
    d->slots[0] = (slot *)(d + 1);
    d->slots[1] = d->slots[0] + slots;
    return d;
}

void pg_dedup_free(pg_dedup *dedup)
{
    free(dedup);
}

static slot *find(const pg_dedup *d, int generation, uint64_t id)
{
    slot *slots = d->slots[generation];
    size_t i = mix(id) & d->mask;
    while (slots[i].content && slots[i].id != id)
        i = (i + 1) & d->mask;
    return &slots[i];
}

pg_dedup_result pg_dedup_add(pg_dedup *dedup, const pg_event *trade)
{
    uint64_t content = content_of(trade);
    slot *young = find(dedup, dedup->young, trade->id);
    slot *old = find(dedup, !dedup->young, trade->id);
    const slot *known = young->content ? young : old->content ? old : NULL;
    if (known)
        return known->content == content ? PG_DEDUP_AGAIN : PG_DEDUP_OTHER;
    if (dedup->used == dedup->window) {
        dedup->young = !dedup->young;
        dedup->used = 0;
        memset(dedup->slots[dedup->young], 0, (dedup->mask + 1) * sizeof(slot));
        young = find(dedup, dedup->young, trade->id);
    }
    *young = (slot){ trade->id, content };
    dedup->used++;
    return PG_DEDUP_NEW;
}

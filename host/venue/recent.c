#include "venue/recent.h"

#include <stdlib.h>

enum { MOST = 1 << 20 };

typedef struct {
    uint64_t a, b;
} key;

/* A ring of keys in order of arrival, and a table with linear probing of their places in it. */
struct pg_recent {
    int capacity, count, next;
    uint32_t mask;
    key *ring;
    int32_t *table; /* place in the ring, -1: free */
};

pg_status pg_recent_new(pg_recent **recent, int capacity, pg_error *err)
{
    *recent = NULL;
    if (capacity < 1 || capacity > MOST)
        return pg_fail(err, PG_ERR_INVALID, "a set of %d keys", capacity);
    uint32_t slots = 4;
    while (slots < 2 * (uint32_t)capacity)
        slots *= 2;
    pg_recent *s = calloc(1, sizeof *s);
    if (s) {
        s->ring = calloc((size_t)capacity, sizeof *s->ring);
        s->table = malloc(slots * sizeof *s->table);
    }
    if (!s || !s->ring || !s->table) {
        pg_recent_free(s);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a set of %d keys", capacity);
    }
    for (uint32_t i = 0; i < slots; i++)
        s->table[i] = -1;
    s->capacity = capacity;
    s->mask = slots - 1;
    *recent = s;
    return PG_OK;
}

void pg_recent_free(pg_recent *recent)
{
    if (!recent)
        return;
    free(recent->ring);
    free(recent->table);
    free(recent);
}

static uint32_t home(const pg_recent *s, key k)
{
    uint64_t h = (k.a ^ (k.b << 32 | k.b >> 32)) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 32) & s->mask;
}

/* The slot of a key, or the free one where it would be. */
static uint32_t find(const pg_recent *s, key k)
{
    uint32_t i = home(s, k);
    for (; s->table[i] >= 0; i = (i + 1) & s->mask) {
        key other = s->ring[s->table[i]];
        if (other.a == k.a && other.b == k.b)
            break;
    }
    return i;
}

/* Empties a slot and moves what follows it up, so that no probe ends too early. */
static void vacate(pg_recent *s, uint32_t hole)
{
    for (uint32_t i = (hole + 1) & s->mask; s->table[i] >= 0; i = (i + 1) & s->mask) {
        uint32_t from = home(s, s->ring[s->table[i]]);
        if (((i - from) & s->mask) >= ((i - hole) & s->mask)) {
            s->table[hole] = s->table[i];
            hole = i;
        }
    }
    s->table[hole] = -1;
}

bool pg_recent_add(pg_recent *recent, uint64_t a, uint64_t b)
{
    key k = { a, b };
    uint32_t slot = find(recent, k);
    if (recent->table[slot] >= 0)
        return false;
    if (recent->count == recent->capacity) {
        vacate(recent, find(recent, recent->ring[recent->next]));
        slot = find(recent, k);
    } else {
        recent->count++;
    }
    recent->ring[recent->next] = k;
    recent->table[slot] = recent->next;
    recent->next = (recent->next + 1) % recent->capacity;
    return true;
}

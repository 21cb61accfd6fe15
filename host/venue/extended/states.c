#include "venue/extended/states.h"

#include <stdlib.h>

#include "venue/extended/codec_value.h"
#include "venue/extended/codec_words.h"

enum { NONE = -1, ENDED = 5 };

typedef struct {
    uint64_t id;
    int64_t updated_ms, filled;
    int finality;
    int next; /* in its chain */
} state;

struct pg_extended_states {
    int capacity, used, oldest; /* oldest: the place that is given away next */
    int *chain;
    unsigned mask;
    state list[];
};

pg_status pg_extended_states_new(pg_extended_states **states, int capacity, pg_error *err)
{
    *states = NULL;
    if (capacity < 1 || capacity > 1 << 20)
        return pg_fail(err, PG_ERR_INVALID, "%d states of orders; there can be 1 to 2^20", capacity);
    unsigned chains = 2;
    while (chains < 2u * (unsigned)capacity)
        chains *= 2;
    pg_extended_states *s = calloc(1, sizeof *s + (size_t)capacity * sizeof(state));
    int *chain = malloc(chains * sizeof *chain);
    if (!s || !chain) {
        free(s);
        free(chain);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for states of orders");
    }
    for (unsigned i = 0; i < chains; i++)
        chain[i] = NONE;
    s->chain = chain;
    s->mask = chains - 1;
    s->capacity = capacity;
    *states = s;
    return PG_OK;
}

void pg_extended_states_free(pg_extended_states *states)
{
    if (states)
        free(states->chain);
    free(states);
}

static int *head_of(pg_extended_states *s, uint64_t id)
{
    return &s->chain[(unsigned)(id * 0x9e3779b97f4a7c15u >> 32) & s->mask];
}

static state *find(pg_extended_states *s, uint64_t id)
{
    for (int i = *head_of(s, id); i != NONE; i = s->list[i].next)
        if (s->list[i].id == id)
            return &s->list[i];
    return NULL;
}

static void forget(pg_extended_states *s, int place)
{
    int *p = head_of(s, s->list[place].id);
    while (*p != place)
        p = &s->list[*p].next;
    *p = s->list[place].next;
}

static state *add(pg_extended_states *s, uint64_t id)
{
    int place = s->used;
    if (s->used < s->capacity) {
        s->used++;
    } else {
        place = s->oldest;
        s->oldest = (s->oldest + 1) % s->capacity;
        forget(s, place);
    }
    int *head = head_of(s, id);
    s->list[place] = (state){ .id = id, .next = *head };
    *head = place;
    return &s->list[place];
}

bool pg_extended_states_take(pg_extended_states *states, const pg_extended_order_record *record)
{
    int64_t filled = 0;
    int finality = pg_extended_finality(record->status);
    pg_extended_units_near(&filled, record->filled, 8);
    state *known = find(states, record->id);
    if (known) {
        bool older = record->updated_ms < known->updated_ms;
        bool same = record->updated_ms == known->updated_ms;
        bool undone = known->finality == ENDED && finality != ENDED;
        if (older || undone ||
            (same && (finality < known->finality || (finality == known->finality && filled <= known->filled))))
            return false;
    } else {
        known = add(states, record->id);
    }
    known->updated_ms = record->updated_ms;
    known->finality = finality;
    known->filled = filled;
    return true;
}

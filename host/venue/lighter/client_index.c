#include "venue/lighter/client_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 1 << 14, SECONDS_BITS = 25 }; /* four times as many as orders are tracked */

static const int64_t epoch_s = 1735689600; /* 2025-01-01 */

struct pg_lighter_indexes {
    pg_loop *loop;
    int64_t *next; /* shared */
    int64_t largest;
    struct {
        int64_t index;
        uint64_t id;
    } slot[SLOTS];
};

pg_status pg_lighter_indexes_new(pg_lighter_indexes **indexes, pg_loop *loop, const char *url, int64_t account,
                                 int bits, uint64_t run, int64_t now_ns, pg_error *err)
{
    char name[320];
    pg_lighter_indexes *x = calloc(1, sizeof *x);
    *indexes = NULL;
    snprintf(name, sizeof name, "lighter indexes %" PRId64 " %s", account, url);
    if (x)
        x->next = pg_loop_share(loop, name, sizeof *x->next);
    if (!x || !x->next) {
        free(x);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for client order indexes");
    }
    x->loop = loop;
    x->largest = ((int64_t)1 << bits) - 1;
    if (*x->next == 0) {
        int64_t seconds = now_ns / 1000000000 - epoch_s, step = (int64_t)1 << (bits - SECONDS_BITS);
        *x->next = ((seconds & ((1 << SECONDS_BITS) - 1)) * step + (int64_t)(run % (uint64_t)step)) & x->largest;
    }
    *indexes = x;
    return PG_OK;
}

void pg_lighter_indexes_free(pg_lighter_indexes *indexes)
{
    if (!indexes)
        return;
    pg_loop_unshare(indexes->loop, indexes->next);
    free(indexes);
}

int64_t pg_lighter_index_take(pg_lighter_indexes *indexes, uint64_t id, void *self, bool (*is_live)(void *, uint64_t))
{
    for (int tries = 0; tries < SLOTS; tries++) {
        int64_t index = *indexes->next = *indexes->next >= indexes->largest ? 1 : *indexes->next + 1;
        int slot = (int)(index % SLOTS);
        if (indexes->slot[slot].id && is_live(self, indexes->slot[slot].id))
            continue;
        indexes->slot[slot].index = index;
        indexes->slot[slot].id = id;
        return index;
    }
    PG_ASSERT(!"more orders are open than the tracker has");
    return 0;
}

uint64_t pg_lighter_index_find(const pg_lighter_indexes *indexes, int64_t index)
{
    int slot = (int)(index % SLOTS);
    return index > 0 && indexes->slot[slot].index == index ? indexes->slot[slot].id : 0;
}

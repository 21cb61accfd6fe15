#include "net/backoff.h"

void pg_backoff_init(pg_backoff *backoff, int64_t first_ms, int64_t max_ms, uint64_t seed)
{
    first_ms = first_ms > 1 ? first_ms : 1;
    max_ms = max_ms > first_ms ? max_ms : first_ms;
    *backoff = (pg_backoff){ .first_ms = first_ms, .max_ms = max_ms, .ceiling_ms = first_ms };
    pg_random_seed(&backoff->random, seed);
}

int64_t pg_backoff_next(pg_backoff *backoff)
{
    int64_t wait = (int64_t)(pg_random_bits(&backoff->random) % (uint64_t)(backoff->ceiling_ms + 1));
    backoff->ceiling_ms = backoff->ceiling_ms > backoff->max_ms / 2 ? backoff->max_ms : backoff->ceiling_ms * 2;
    return wait;
}

void pg_backoff_reset(pg_backoff *backoff)
{
    backoff->ceiling_ms = backoff->first_ms;
}

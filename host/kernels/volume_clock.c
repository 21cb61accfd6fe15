#include "kernels/volume_clock.h"

#include <math.h>

enum { REBUILD_EVERY = 1 << 16 };

static void drop_oldest(pg_volume_clock *c)
{
    c->ring_volume -= c->ring_size[c->head];
    c->head = c->head + 1 == c->capacity ? 0 : c->head + 1;
    c->count--;
}

static void remember(pg_volume_clock *c, int64_t time_ms, double size)
{
    if (c->count == c->capacity) {
        drop_oldest(c);
        c->n_overwritten++;
    }
    int64_t tail = (c->head + c->count) % c->capacity;
    c->ring_ms[tail] = time_ms;
    c->ring_size[tail] = size;
    c->count++;
    c->ring_volume += size;
    while (c->count > 0 && c->ring_ms[c->head] <= time_ms - c->window_ms)
        drop_oldest(c);
    if (++c->n_updates % REBUILD_EVERY == 0) {
        c->ring_volume = 0.0;
        for (int64_t i = 0; i < c->count; i++)
            c->ring_volume += c->ring_size[(c->head + i) % c->capacity];
    }
}

pg_kstatus pg_volume_clock_trade(pg_volume_bucket *bucket, bool *closed, pg_volume_clock *c, int64_t time_ms,
                                 double price, double size)
{
    *closed = false;
    if (!(price > 0.0) || !isfinite(price) || !(size > 0.0) || !isfinite(size) ||
        (c->n_updates > 0 && time_ms < c->last_ms))
        return PG_K_BAD_INPUT;
    if (c->capacity < 1 || !(c->threshold > 0.0) || !(c->fraction > 0.0) || c->window_ms < 1)
        return PG_K_INVALID_PARAMS;

    if (c->volume == 0.0)
        c->start_ms = time_ms;
    c->volume += size;
    c->value += price * size;
    c->last_ms = time_ms;
    remember(c, time_ms, size);
    if (c->volume < c->threshold)
        return PG_K_OK;

    *closed = true;
    *bucket = (pg_volume_bucket){ c->start_ms, time_ms, c->value / c->volume, c->volume, c->threshold };
    c->n_buckets++;
    c->volume = c->value = 0.0;
    c->threshold = fmax(c->fraction * c->ring_volume, c->min_bucket);
    if (c->max_bucket > 0.0)
        c->threshold = fmin(c->threshold, c->max_bucket);
    return PG_K_OK;
}

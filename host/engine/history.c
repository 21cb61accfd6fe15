#include "engine/history.h"

#include <stdlib.h>
#include <string.h>

static const double horizons_s[PG_HISTORY_HORIZONS] = { 0.1, 1, 5, 30 };

enum { STALE_NS = 1000000000 }; /* a mid later than this after t + h says nothing about t + h */

/* A fill waiting for its markout. */
typedef struct {
    int64_t due_ns;
    int64_t mark_x2;
    int64_t size;
    int sign;
} pending;

typedef struct {
    pending item[PG_HISTORY_PENDING];
    uint32_t head, count;
} pending_ring;

struct pg_history {
    pg_instrument instrument;
    pg_chart_point *chart;
    size_t chart_count;
    int64_t chart_spacing_ns;
    int64_t chart_last_ns;
    pg_equity_point *equity;
    size_t equity_count;
    int64_t grid_ns;
    int64_t next_sample_ns;
    pg_fill_record *fills;
    size_t fill_count, fill_capacity;
    uint64_t fill_total;
    pg_markout_sum markout[PG_HISTORY_HORIZONS];
    pending_ring *rings;
    int64_t next_due_ns;
};

pg_status pg_history_new(pg_history **history, const pg_instrument *instrument, int64_t grid_ns, pg_error *err)
{
    if (grid_ns <= 0)
        return pg_fail(err, PG_ERR_INVALID, "the equity grid must be positive");
    pg_history *h = calloc(1, sizeof *h);
    if (!h)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the history of a run");
    h->chart = malloc(PG_HISTORY_CHART * sizeof *h->chart);
    h->equity = malloc(PG_HISTORY_EQUITY * sizeof *h->equity);
    h->rings = calloc(PG_HISTORY_HORIZONS, sizeof *h->rings);
    if (!h->chart || !h->equity || !h->rings) {
        pg_history_free(h);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the history of a run");
    }
    h->instrument = *instrument;
    h->grid_ns = grid_ns;
    h->chart_last_ns = INT64_MIN / 2;
    h->next_sample_ns = INT64_MIN;
    h->next_due_ns = INT64_MAX;
    for (int i = 0; i < PG_HISTORY_HORIZONS; i++)
        h->markout[i].horizon_s = horizons_s[i];
    *history = h;
    return PG_OK;
}

void pg_history_free(pg_history *h)
{
    if (!h)
        return;
    free(h->chart);
    free(h->equity);
    free(h->fills);
    free(h->rings);
    free(h);
}

/* ---- equity ---- */

int64_t pg_history_next_sample(const pg_history *h)
{
    return h->next_sample_ns;
}

static void thin_equity(pg_history *h)
{
    size_t kept = 0;
    h->grid_ns *= 2;
    for (size_t i = 0; i < h->equity_count; i++)
        if (h->equity[i].time_ns % h->grid_ns == 0)
            h->equity[kept++] = h->equity[i];
    h->equity_count = kept;
}

void pg_history_sample(pg_history *h, int64_t now_ns, double equity)
{
    if (h->next_sample_ns == INT64_MIN)
        h->next_sample_ns = now_ns - now_ns % h->grid_ns + h->grid_ns;
    while (h->next_sample_ns <= now_ns) {
        if (h->equity_count == PG_HISTORY_EQUITY)
            thin_equity(h);
        if (h->next_sample_ns % h->grid_ns == 0)
            h->equity[h->equity_count++] = (pg_equity_point){ h->next_sample_ns, equity };
        h->next_sample_ns += h->grid_ns - h->next_sample_ns % h->grid_ns;
    }
}

/* ---- chart ---- */

bool pg_history_wants_chart(const pg_history *h, int64_t now_ns)
{
    return now_ns - h->chart_last_ns >= h->chart_spacing_ns;
}

/* Halves the chart; the spacing follows from what is left. */
static void thin_chart(pg_history *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->chart_count; i += 2)
        h->chart[kept++] = h->chart[i];
    h->chart_count = kept;
    int64_t span = h->chart[kept - 1].time_ns - h->chart[0].time_ns;
    h->chart_spacing_ns = span / (PG_HISTORY_CHART / 2);
}

void pg_history_chart(pg_history *h, const pg_chart_point *point)
{
    if (!pg_history_wants_chart(h, point->time_ns))
        return;
    if (h->chart_count == PG_HISTORY_CHART)
        thin_chart(h);
    h->chart[h->chart_count++] = *point;
    h->chart_last_ns = point->time_ns;
}

/* ---- fills and markouts ---- */

void pg_history_fill(pg_history *h, const pg_fill_record *fill)
{
    h->fill_total++;
    if (h->fill_count == h->fill_capacity && h->fill_capacity < PG_HISTORY_FILLS) {
        size_t capacity = h->fill_capacity ? 2 * h->fill_capacity : 1024;
        pg_fill_record *grown = realloc(h->fills, capacity * sizeof *grown);
        if (grown) {
            h->fills = grown;
            h->fill_capacity = capacity;
        }
    }
    if (h->fill_count < h->fill_capacity)
        h->fills[h->fill_count++] = *fill;
    for (int i = 0; i < PG_HISTORY_HORIZONS; i++) {
        pending_ring *ring = &h->rings[i];
        if (ring->count == PG_HISTORY_PENDING) {
            h->markout[i].dropped++;
            continue;
        }
        int64_t due = fill->time_ns + (int64_t)(horizons_s[i] * 1e9);
        ring->item[(ring->head + ring->count++) % PG_HISTORY_PENDING] =
            (pending){ due, fill->mark_x2, fill->size, fill->side == PG_BUY ? 1 : -1 };
        if (due < h->next_due_ns)
            h->next_due_ns = due;
    }
}

static void settle_one(pg_history *h, int horizon, const pending *item, int64_t now_ns, int64_t mark_x2)
{
    pg_markout_sum *sum = &h->markout[horizon];
    if (now_ns - item->due_ns > STALE_NS) {
        sum->dropped++;
        return;
    }
    double against = -item->sign * (double)(mark_x2 - item->mark_x2);
    sum->count++;
    sum->sum_bps += 1e4 * against / (double)item->mark_x2;
    sum->cost_quote += pg_price_double(&h->instrument, 1) / 2 * against * pg_size_double(&h->instrument, item->size);
}

void pg_history_settle(pg_history *h, int64_t now_ns, int64_t mark_x2)
{
    if (now_ns <= h->next_due_ns)
        return;
    h->next_due_ns = INT64_MAX;
    for (int i = 0; i < PG_HISTORY_HORIZONS; i++) {
        pending_ring *ring = &h->rings[i];
        while (ring->count > 0 && ring->item[ring->head].due_ns < now_ns) {
            settle_one(h, i, &ring->item[ring->head], now_ns, mark_x2);
            ring->head = (ring->head + 1) % PG_HISTORY_PENDING;
            ring->count--;
        }
        if (ring->count > 0 && ring->item[ring->head].due_ns < h->next_due_ns)
            h->next_due_ns = ring->item[ring->head].due_ns;
    }
}

/* ---- reading ---- */

const pg_chart_point *pg_history_chart_points(const pg_history *h, size_t *count)
{
    *count = h->chart_count;
    return h->chart;
}

int64_t pg_history_chart_spacing(const pg_history *h)
{
    return h->chart_spacing_ns;
}

const pg_equity_point *pg_history_equity(const pg_history *h, size_t *count, int64_t *grid_ns)
{
    *count = h->equity_count;
    *grid_ns = h->grid_ns;
    return h->equity;
}

const pg_fill_record *pg_history_fills(const pg_history *h, size_t *count, uint64_t *total)
{
    *count = h->fill_count;
    *total = h->fill_total;
    return h->fills;
}

const pg_markout_sum *pg_history_markouts(const pg_history *h)
{
    return h->markout;
}

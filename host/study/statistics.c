#include "study/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "market/book.h"

enum { BINS = 4096, GRID_MOST = 1 << 21 };

static const int64_t second_ns = 1000000000, day_ns = INT64_C(86400000000000);
static const double scales_s[PG_STATISTICS_SCALES] = { 1, 5, 10, 60, 300, 1800 };

/* Positive numbers by their logarithm, 0.8% apart, from 1e-6 on. */
typedef struct {
    uint64_t bin[BINS], n;
    double most;
} histogram;

static void add(histogram *h, double value)
{
    int bin = value > 1e-6 ? (int)(log(value * 1e6) * 128) : 0;
    h->bin[bin < BINS ? bin : BINS - 1]++;
    h->most = h->n == 0 || value > h->most ? value : h->most;
    h->n++;
}

static double quantile(const histogram *h, double part)
{
    uint64_t below = 0, want = (uint64_t)(part * (double)h->n);
    for (int i = 0; i < BINS && h->n > 0; i++) {
        below += h->bin[i];
        if (below > want)
            return i == 0 ? 0 : exp((i + 0.5) / 128) * 1e-6;
    }
    return NAN;
}

typedef struct {
    pg_statistics *s;
    const pg_instrument *instrument;
    pg_book *book;
    histogram spread, latency;
    double spread_sum, spread_s;
    double *mids; /* on the grid; 0: none, or in a gap */
    size_t n_mids;
    int64_t next_ns; /* of the grid */
    double latency_n[PG_STATISTICS_SLOTS], latency_n_hour[PG_STATISTICS_HOURS];
} pass;

static pg_statistics_slot *slot_at(pass *p, int64_t time_ns)
{
    int i = (int)((time_ns - p->s->first_ns) / p->s->slot_ns);
    return &p->s->slot[i < p->s->slots ? i : p->s->slots - 1];
}

static pg_statistics_slot *hour_at(pass *p, int64_t time_ns)
{
    return &p->s->hour[time_ns % day_ns / (3600 * second_ns)];
}

/* ---- the grid ---- */

static void measure(pg_statistics_slot *slot, double bid, double ask, const double depth[2], double step_s)
{
    double mid = (bid + ask) / 2;
    slot->seconds += step_s;
    slot->mid = mid;
    slot->spread_bps += (ask - bid) / mid * 1e4 * step_s;
    slot->depth[0] += depth[0] * step_s;
    slot->depth[1] += depth[1] * step_s;
}

static void sample(pass *p, int64_t time_ns)
{
    int64_t bid = pg_book_best(p->book, PG_BUY), ask = pg_book_best(p->book, PG_SELL);
    double step_s = (double)p->s->grid_ns * 1e-9;
    if (bid <= 0 || ask < bid || !pg_book_is_consistent(p->book)) {
        p->mids[p->n_mids++] = 0;
        return;
    }
    double b = pg_price_double(p->instrument, bid), a = pg_price_double(p->instrument, ask), mid = (a + b) / 2;
    int64_t reach = (int64_t)((double)(bid + ask) / 2 * PG_STATISTICS_DEPTH_BPS * 1e-4);
    double depth[2] = { pg_size_double(p->instrument, pg_book_depth(p->book, PG_BUY, bid - reach)),
                        pg_size_double(p->instrument, pg_book_depth(p->book, PG_SELL, ask + reach)) };
    double spread = (a - b) / mid * 1e4;
    measure(slot_at(p, time_ns), b, a, depth, step_s);
    measure(hour_at(p, time_ns), b, a, depth, step_s);
    add(&p->spread, spread);
    p->spread_sum += spread * step_s;
    p->spread_s += step_s;
    p->mids[p->n_mids++] = log(mid);
}

static void run_grid(pass *p, int64_t until_ns)
{
    while (p->next_ns <= until_ns && p->n_mids < GRID_MOST) {
        sample(p, p->next_ns);
        p->next_ns += p->s->grid_ns;
    }
}

/* What is not known is not a quiet market. */
static void skip_gap(pass *p, const pg_event *e)
{
    int64_t start_ns = e->local_ns - e->size2;
    p->s->gaps++;
    p->s->gap_s += (double)e->size2 * 1e-9;
    slot_at(p, e->local_ns)->gap_s += (double)e->size2 * 1e-9;
    hour_at(p, e->local_ns)->gap_s += (double)e->size2 * 1e-9;
    run_grid(p, start_ns);
    while (p->next_ns <= e->local_ns && p->n_mids < GRID_MOST) {
        p->mids[p->n_mids++] = 0;
        p->next_ns += p->s->grid_ns;
    }
}

/* ---- events ---- */

static void take_trade(pass *p, const pg_event *e, pg_statistics_slot *slot)
{
    double size = pg_size_double(p->instrument, e->size);
    slot->trades++;
    slot->volume += size;
    slot->bought += e->side == PG_BUY ? size : 0;
}

static void take_latency(pass *p, const pg_event *e)
{
    if (e->flags & (PG_EVENT_NO_EXCHANGE | PG_EVENT_NO_LOCAL | PG_EVENT_REPEATED | PG_EVENT_LATE) ||
        !(e->flags & PG_EVENT_LAST))
        return;
    double ms = (double)(e->local_ns - e->exch_ns) * 1e-6;
    pg_statistics_slot *slots[] = { slot_at(p, e->local_ns), hour_at(p, e->local_ns) };
    double *counts[] = { &p->latency_n[slots[0] - p->s->slot], &p->latency_n_hour[slots[1] - p->s->hour] };
    p->s->negative += ms < 0;
    add(&p->latency, ms > 0 ? ms : 0);
    for (int i = 0; i < 2; i++) {
        slots[i]->latency_ms += ms;
        slots[i]->latency_most_ms = ms > slots[i]->latency_most_ms ? ms : slots[i]->latency_most_ms;
        ++*counts[i];
    }
}

static void take(pass *p, const pg_event *e)
{
    pg_statistics *s = p->s;
    s->of_kind[e->kind < PG_EVENT_KINDS ? e->kind : 0]++;
    if (e->kind == PG_EVENT_GAP)
        skip_gap(p, e);
    run_grid(p, e->local_ns);
    slot_at(p, e->local_ns)->events++;
    hour_at(p, e->local_ns)->events++;
    take_latency(p, e);
    if (e->kind == PG_EVENT_TRADE) {
        s->buys += e->side == PG_BUY;
        s->sells += e->side == PG_SELL;
        s->inferred += (e->flags & PG_EVENT_INFERRED_SIDE) != 0;
        s->volume += pg_size_double(p->instrument, e->size);
        s->turnover += pg_size_double(p->instrument, e->size) * pg_price_double(p->instrument, e->price);
        take_trade(p, e, slot_at(p, e->local_ns));
        take_trade(p, e, hour_at(p, e->local_ns));
    }
    pg_book_apply(p->book, e);
}

/* ---- volatility ---- */

/* Root of the mean squared return of so many grid steps, as % a day; over pairs that are both known. */
static double volatility(const double *mids, size_t n, size_t step, double step_s)
{
    double sum = 0;
    size_t pairs = 0;
    for (size_t i = step; i < n; i += step) {
        if (mids[i] == 0 || mids[i - step] == 0)
            continue;
        double r = mids[i] - mids[i - step];
        sum += r * r;
        pairs++;
    }
    return pairs >= 2 ? sqrt(sum / (double)pairs * 86400 / step_s) * 100 : NAN;
}

static void slot_volatility(pass *p)
{
    pg_statistics *s = p->s;
    double sums[PG_STATISTICS_HOURS] = { 0 }, counts[PG_STATISTICS_HOURS] = { 0 }, step_s = (double)s->grid_ns * 1e-9;
    size_t per_slot = (size_t)(s->slot_ns / s->grid_ns);
    for (int i = 0; i < s->slots; i++) {
        size_t from = (size_t)i * per_slot, n = from < p->n_mids ? p->n_mids - from : 0;
        s->slot[i].volatility = volatility(p->mids + from, n < per_slot + 1 ? n : per_slot + 1, 1, step_s);
    }
    for (size_t i = 1; i < p->n_mids; i++) {
        double r = p->mids[i] - p->mids[i - 1];
        int hour = (int)((s->first_ns + (int64_t)i * s->grid_ns) % day_ns / (3600 * second_ns));
        if (p->mids[i] == 0 || p->mids[i - 1] == 0)
            continue;
        sums[hour] += r * r;
        counts[hour]++;
    }
    for (int h = 0; h < PG_STATISTICS_HOURS; h++)
        s->hour[h].volatility = counts[h] >= 2 ? sqrt(sums[h] / counts[h] * 86400 / step_s) * 100 : NAN;
}

/* ---- the end ---- */

static void finish_slot(pg_statistics_slot *slot, double latencies)
{
    double seconds = slot->seconds > 0 ? slot->seconds : NAN;
    slot->spread_bps /= seconds;
    slot->depth[0] /= seconds;
    slot->depth[1] /= seconds;
    slot->latency_ms = latencies > 0 ? slot->latency_ms / latencies : NAN;
    slot->latency_most_ms = latencies > 0 ? slot->latency_most_ms : NAN;
    if (slot->seconds == 0)
        slot->mid = NAN;
}

static void finish(pass *p)
{
    pg_statistics *s = p->s;
    static const double parts[] = { 0.01, 0.5, 0.9, 0.99 };
    slot_volatility(p);
    for (int i = 0; i < s->slots; i++)
        finish_slot(&s->slot[i], p->latency_n[i]);
    for (int i = 0; i < PG_STATISTICS_HOURS; i++)
        finish_slot(&s->hour[i], p->latency_n_hour[i]);
    s->covered_s = p->spread_s;
    s->spread_bps[0] = p->spread_s > 0 ? p->spread_sum / p->spread_s : NAN;
    for (int i = 1; i < 4; i++)
        s->spread_bps[i] = quantile(&p->spread, parts[i]);
    for (int i = 0; i < 4; i++)
        s->latency_ms[i] = quantile(&p->latency, parts[i]);
    s->latency_ms[4] = p->latency.n > 0 ? p->latency.most : NAN;
    for (int i = 0; i < PG_STATISTICS_SCALES; i++) {
        size_t step = (size_t)((double)second_ns * scales_s[i] / (double)s->grid_ns + 0.5);
        s->scale_s[i] = scales_s[i];
        s->volatility[i] = step > 0 ? volatility(p->mids, p->n_mids, step, scales_s[i]) : NAN;
    }
}

/* A grid of a second, or wider where that would be too many; slots are whole steps of it. */
static void divide(pg_statistics *s)
{
    int64_t length = s->last_ns - s->first_ns + 1;
    s->grid_ns = second_ns * (length / (GRID_MOST / 2) / second_ns + 1);
    int64_t steps = length / s->grid_ns + 1, per_slot = steps / PG_STATISTICS_SLOTS + 1;
    s->slot_ns = per_slot * s->grid_ns;
    s->slots = (int)(length / s->slot_ns) + 1;
    s->slots = s->slots < PG_STATISTICS_SLOTS ? s->slots : PG_STATISTICS_SLOTS;
}

pg_status pg_statistics_compute(pg_statistics *s, const pg_tape *tape, pg_error *err)
{
    const pg_event *events = pg_tape_events(tape);
    size_t n = pg_tape_count(tape);
    memset(s, 0, sizeof *s);
    if (n == 0)
        return pg_fail(err, PG_ERR_INVALID, "%s: there are no events", pg_tape_path(tape));
    s->events = n;
    s->first_ns = events[0].local_ns;
    s->last_ns = events[n - 1].local_ns;
    divide(s);
    pass *p = calloc(1, sizeof *p);
    if (p) {
        *p = (pass){ .s = s, .instrument = &pg_tape_get_info(tape)->instrument, .next_ns = s->first_ns };
        p->book = pg_book_new(p->instrument->tick);
        p->mids = malloc(GRID_MOST * sizeof *p->mids);
    }
    pg_status status = p && p->book && p->mids ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < n && status == PG_OK; i++)
        take(p, &events[i]);
    if (status == PG_OK)
        finish(p);
    if (p) {
        pg_book_free(p->book);
        free(p->mids);
    }
    free(p);
    return status;
}

#include "sim/synthetic_stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "market/book.h"

#define YEAR_S 31536000.0
enum { LEAST_ORDERS = 200, TAIL_SHARE = 20 /* one in so many orders */ };

/* Sums of powers of the returns of the mid on a grid of times. */
typedef struct {
    int64_t period_ns, next_ns;
    double last; /* log mid at the last time of the grid, NaN before the first */
    double n, sum2, sum4;
} grid;

typedef struct {
    pg_book *book;
    const pg_instrument *instrument;
    grid minutes, tens;
    double mid;
    double spread_time, spread_sum, touch_sum; /* seconds, and integrals over them */
    double spread, touch;                      /* since `since_ns` */
    int64_t since_ns;
    uint64_t changes, buys;
    int64_t order_ns; /* of the last market order */
    int order_side;
    double *orders; /* sizes */
    size_t n_orders, capacity;
    int64_t window_end_ns;
    double window, windows, window_sum, window_sum2;
    bool no_memory;
} measure;

static void sample(grid *g, int64_t now_ns, double mid)
{
    while (now_ns >= g->next_ns) {
        double value = mid > 0 ? log(mid) : NAN, change = value - g->last;
        if (!isnan(change)) {
            g->n++;
            g->sum2 += change * change;
            g->sum4 += change * change * change * change;
        }
        g->last = value;
        g->next_ns += g->period_ns;
    }
}

/* Orders in windows of 60 s. */
static void count_windows(measure *m, int64_t now_ns)
{
    while (now_ns >= m->window_end_ns) {
        m->windows++;
        m->window_sum += m->window;
        m->window_sum2 += m->window * m->window;
        m->window = 0;
        m->window_end_ns += 60000000000;
    }
}

static void add_trade(measure *m, const pg_event *e)
{
    double size = pg_size_double(m->instrument, e->size);
    if (m->n_orders > 0 && e->exch_ns == m->order_ns && e->side == m->order_side) {
        m->orders[m->n_orders - 1] += size;
        return;
    }
    if (m->n_orders == m->capacity) {
        size_t capacity = m->capacity ? m->capacity * 2 : 4096;
        double *orders = realloc(m->orders, capacity * sizeof *orders);
        m->no_memory |= !orders;
        if (!orders)
            return;
        m->orders = orders;
        m->capacity = capacity;
    }
    m->orders[m->n_orders++] = size;
    m->order_ns = e->exch_ns;
    m->order_side = e->side;
    m->buys += e->side == PG_BUY;
    m->window++;
}

static void look_at_book(measure *m, int64_t now_ns)
{
    double seconds = (double)(now_ns - m->since_ns) * 1e-9;
    if (m->spread > 0) {
        m->spread_time += seconds;
        m->spread_sum += m->spread * seconds;
        m->touch_sum += m->touch * seconds;
    }
    int64_t bid = pg_book_best(m->book, PG_BUY), ask = pg_book_best(m->book, PG_SELL);
    bool sound = bid > 0 && ask > bid;
    m->since_ns = now_ns;
    m->spread = sound ? (double)(ask - bid) / (double)m->instrument->tick : 0;
    m->mid = sound ? 0.5 * (double)(bid + ask) : 0;
    m->touch = 0.5 * (pg_size_double(m->instrument, pg_book_size(m->book, PG_BUY, bid)) +
                      pg_size_double(m->instrument, pg_book_size(m->book, PG_SELL, ask)));
}

static void add_event(measure *m, const pg_event *e)
{
    sample(&m->minutes, e->exch_ns, m->mid);
    sample(&m->tens, e->exch_ns, m->mid);
    count_windows(m, e->exch_ns);
    m->changes += e->kind == PG_EVENT_LEVEL;
    if (e->kind == PG_EVENT_TRADE)
        add_trade(m, e);
    if (pg_book_apply(m->book, e))
        look_at_book(m, e->exch_ns);
}

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static double tail_index(double *sizes, size_t n)
{
    size_t k = n / TAIL_SHARE;
    if (n < LEAST_ORDERS)
        return NAN;
    qsort(sizes, n, sizeof *sizes, descending);
    double sum = 0;
    for (size_t i = 0; i < k; i++)
        sum += log(sizes[i] / sizes[k]);
    return (double)k / sum;
}

static void conclude(measure *m, pg_synthetic_stats *stats)
{
    double orders = (double)m->n_orders;
    stats->volatility = m->minutes.n < 10 ? NAN : sqrt(m->minutes.sum2 / m->minutes.n * YEAR_S / 60);
    double n = m->tens.n;
    stats->kurtosis = n < 60 ? NAN : n * m->tens.sum4 / (m->tens.sum2 * m->tens.sum2);
    stats->mean_spread_ticks = m->spread_time > 0 ? m->spread_sum / m->spread_time : NAN;
    stats->touch_size = m->spread_time > 0 ? m->touch_sum / m->spread_time : NAN;
    stats->orders_per_s = stats->seconds > 0 ? orders / stats->seconds : NAN;
    double mean = m->window_sum / m->windows;
    double variance = (m->window_sum2 - m->windows * mean * mean) / (m->windows - 1);
    stats->branching = m->windows < 10 || mean <= 0 ? NAN : 1 - 1 / sqrt(variance / mean);
    stats->order_to_trade = orders > 0 ? (double)m->changes / orders : NAN;
    stats->buy_share = orders > 0 ? (double)m->buys / orders : NAN;
    stats->size_tail = tail_index(m->orders, m->n_orders);
}

pg_status pg_synthetic_measure(pg_synthetic_stats *stats, const pg_event *events, size_t n,
                               const pg_instrument *instrument, pg_error *err)
{
    memset(stats, 0, sizeof *stats);
    int64_t start = n > 0 ? events[0].exch_ns : 0;
    measure m = { .instrument = instrument,
                  .minutes = { .period_ns = 60000000000, .next_ns = start + 1000000000, .last = NAN },
                  .tens = { .period_ns = 10000000000, .next_ns = start + 1000000000, .last = NAN },
                  .window_end_ns = start + 60000000000 };
    m.book = pg_book_new(instrument->tick);
    for (size_t i = 0; m.book && i < n; i++)
        add_event(&m, &events[i]);
    m.no_memory |= !m.book;
    stats->seconds = n > 0 ? (double)(events[n - 1].exch_ns - start) * 1e-9 : 0;
    conclude(&m, stats);
    pg_book_free(m.book);
    free(m.orders);
    return m.no_memory ? pg_fail(err, PG_ERR_MEMORY, "out of memory") : PG_OK;
}

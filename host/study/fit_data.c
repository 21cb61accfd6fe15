#include "study/fit_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/book_kappa.h"
#include "kernels/returns.h"
#include "kernels/virtual_quoting.h"
#include "market/book.h"

enum { HISTORY = 256, BOOK_LEVELS = 15 };

pg_fit_options pg_fit_defaults(void)
{
    return (pg_fit_options){ .to_ns = INT64_MAX, .step_s = 1, .lifetime_s = 10, .lo_ticks = 1, .hi_fraction = 0.0015 };
}

/* The touch after each change, by exchange time: a trade is measured against the one before it. */
typedef struct {
    int64_t exch_ns;
    double bid, ask;
} touch;

typedef struct {
    pg_fit_data *d;
    pg_book *book;
    touch history[HISTORY];
    size_t changes; /* ever put into the history */
    double now_s;
    double touch_s;      /* when the touch was last seen valid */
    double grid_mid;     /* at the last grid point, NaN when it was too old */
    int64_t grid_steps;  /* grid points done */
    int64_t start_steps; /* virtual starts done */
    double moved_s, moved_mid;
    int64_t order_exch_ns; /* of the last order */
    bool failed;
} gatherer;

static void put(gatherer *g, pg_column *column, double value)
{
    if (column->n == column->capacity) {
        size_t capacity = column->capacity ? 2 * column->capacity : 1024;
        double *grown = realloc(column->v, capacity * sizeof *grown);
        if (!grown) {
            g->failed = true;
            return;
        }
        column->v = grown;
        column->capacity = capacity;
    }
    column->v[column->n++] = value;
}

/* ---- the book ---- */

static void see_touch(gatherer *g, const pg_event *event)
{
    pg_fit_data *d = g->d;
    const pg_instrument *in = &d->instrument;
    int64_t bid = pg_book_best(g->book, PG_BUY), ask = pg_book_best(g->book, PG_SELL);
    if (bid <= 0 || ask <= bid)
        return;
    d->bid = pg_price_double(in, bid);
    d->ask = pg_price_double(in, ask);
    double mid = (d->bid + d->ask) / 2;
    g->touch_s = g->now_s;
    const touch *last = &g->history[(g->changes + HISTORY - 1) % HISTORY];
    if (g->changes == 0 || last->bid != d->bid || last->ask != d->ask)
        g->history[g->changes++ % HISTORY] = (touch){ event->exch_ns, d->bid, d->ask };
    if (mid != g->moved_mid) {
        if (g->moved_mid > 0 && g->now_s > g->moved_s) {
            put(g, &d->move, pg_return_log(g->moved_mid, mid));
            put(g, &d->move_s, g->now_s - g->moved_s);
        } else if (d->move.n > 0) { /* again at the same time: one move with the last one */
            d->move.v[d->move.n - 1] += pg_return_log(g->moved_mid, mid);
        }
        g->moved_mid = mid;
        g->moved_s = g->now_s;
    }
    d->mid = mid;
}

/* The newest touch that is older than a trade at the venue; the oldest one known when all are younger. */
static const touch *touch_before(const gatherer *g, int64_t exch_ns)
{
    size_t depth = g->changes < HISTORY ? g->changes : HISTORY;
    for (size_t i = 1; i <= depth; i++) {
        const touch *t = &g->history[(g->changes - i) % HISTORY];
        if (t->exch_ns < exch_ns || i == depth)
            return t;
    }
    return NULL;
}

/* ---- trades ---- */

static void add_print(gatherer *g, const pg_event *event, double price)
{
    pg_fit_data *d = g->d;
    if (d->print_s.n == d->print_room) {
        size_t room = d->print_room ? 2 * d->print_room : 1024;
        int8_t *grown = realloc(d->print_side, room);
        if (!grown) {
            g->failed = true;
            return;
        }
        d->print_side = grown;
        d->print_room = room;
    }
    d->print_side[d->print_s.n] = event->side == PG_BUY ? 1 : -1;
    put(g, &d->print_s, g->now_s);
    put(g, &d->print_price, price);
    put(g, &d->print_size, pg_size_double(&d->instrument, event->size));
}

static void add_order(gatherer *g, const pg_event *event, double price)
{
    pg_fit_data *d = g->d;
    double side = event->side == PG_BUY ? 1 : -1;
    const touch *t = touch_before(g, event->exch_ns);
    if (!t)
        return;
    double distance = side * (price - (t->bid + t->ask) / 2), half = (t->ask - t->bid) / 2;
    size_t n = d->order_s.n;
    if (n > 0 && g->order_exch_ns == event->exch_ns && d->order_side.v[n - 1] == side) {
        if (distance > d->order_distance.v[n - 1])
            d->order_distance.v[n - 1] = distance;
        return;
    }
    g->order_exch_ns = event->exch_ns;
    put(g, &d->order_s, g->now_s);
    put(g, &d->order_side, side);
    put(g, &d->order_distance, distance);
    put(g, &d->order_half, half);
}

static void see_trade(gatherer *g, const pg_event *event)
{
    if (event->flags & PG_EVENT_LIQUIDATION) {
        g->d->liquidations++;
        return;
    }
    if (event->side == PG_SIDE_NONE) {
        g->d->without_side++;
        return;
    }
    double price = pg_price_double(&g->d->instrument, event->price);
    add_print(g, event, price);
    add_order(g, event, price);
}

/* ---- the grids ---- */

static void sample(gatherer *g, double time_s)
{
    pg_fit_data *d = g->d;
    double max_age = fmax(5 * d->options.step_s, 10);
    double mid = d->mid > 0 && time_s - g->touch_s <= max_age ? d->mid : NAN;
    if (g->grid_mid > 0 && mid > 0) {
        put(g, &d->returns, pg_return_log(g->grid_mid, mid));
        put(g, &d->return_s, time_s);
    } else if (g->grid_mid > 0 || (mid > 0 && d->returns.n > 0)) {
        d->missing++;
    }
    g->grid_mid = mid;
}

static void sample_book(gatherer *g)
{
    pg_fit_data *d = g->d;
    pg_level levels[BOOK_LEVELS];
    double px[2][BOOK_LEVELS], sz[2][BOOK_LEVELS], work[6 * BOOK_LEVELS];
    size_t n[2];
    for (int s = 0; s < 2; s++) {
        n[s] = (size_t)pg_book_top(g->book, s ? PG_SELL : PG_BUY, levels, BOOK_LEVELS);
        for (size_t i = 0; i < n[s]; i++) {
            px[s][i] = pg_price_double(&d->instrument, levels[i].price);
            sz[s][i] = pg_size_double(&d->instrument, levels[i].size);
        }
    }
    pg_book_kappa_options options = { .max_levels = BOOK_LEVELS, .max_distance = 0.01, .min_distance = 1e-6 };
    pg_book_kappa fit;
    if (pg_book_kappa_fit(&fit, px[0], sz[0], n[0], px[1], sz[1], n[1], d->mid, &options, work) == PG_K_OK)
        put(g, &d->book_kappa, fit.kappa_rel);
}

/* A virtual order starts at each distance of the grid, behind what is displayed there. */
static void start_orders(gatherer *g, double time_s)
{
    pg_fit_data *d = g->d;
    if (!(d->mid > 0) || time_s - g->touch_s > 10 || !pg_book_is_consistent(g->book))
        return;
    if (d->start_s.n == 0 && pg_virtual_grid(d->grid, PG_FIT_LEVELS, d->mid, d->tick, d->options.lo_ticks,
                                             d->options.hi_fraction, true) != PG_K_OK)
        return;
    put(g, &d->start_s, time_s);
    put(g, &d->start_mid, d->mid);
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < PG_FIT_LEVELS; i++) {
            double price = s ? d->mid + d->grid[i] : d->mid - d->grid[i];
            int64_t units = pg_price_round(&d->instrument, price, s ? PG_SELL : PG_BUY);
            int64_t there = units > 0 ? pg_book_size(g->book, s ? PG_SELL : PG_BUY, units) : 0;
            put(g, &d->queue[s], pg_size_double(&d->instrument, there));
        }
    sample_book(g);
}

/* Everything that is due on the grids before time_s. */
static void pass_time(gatherer *g, double time_s)
{
    pg_fit_data *d = g->d;
    for (; (double)g->grid_steps * d->options.step_s < time_s; g->grid_steps++)
        sample(g, (double)g->grid_steps * d->options.step_s);
    for (; (double)g->start_steps * d->options.lifetime_s < time_s; g->start_steps++)
        start_orders(g, (double)g->start_steps * d->options.lifetime_s);
    g->now_s = time_s;
}

static void count_behind(pg_fit_data *d)
{
    for (size_t i = 0; i < d->order_s.n; i++)
        d->behind += d->order_distance.v[i] < d->order_half.v[i] - d->tick / 2;
}

static pg_status check(const pg_fit_options *o, pg_error *err)
{
    if (!(o->step_s >= 0.001 && o->step_s <= 86400))
        return pg_fail(err, PG_ERR_INVALID, "the step must lie in 1 ms to a day");
    if (!(o->lifetime_s >= 0.01 && o->lifetime_s <= 86400 && o->lo_ticks > 0 && o->hi_fraction > 0))
        return pg_fail(err, PG_ERR_INVALID, "lifetime and distances of virtual orders must be positive");
    return PG_OK;
}

static void run(gatherer *g, const pg_event *events, size_t n)
{
    for (size_t i = 0; i < n && !g->failed; i++) {
        pass_time(g, (double)(events[i].local_ns - events[0].local_ns) * 1e-9);
        if (events[i].kind == PG_EVENT_TRADE)
            see_trade(g, &events[i]);
        else if (pg_book_apply(g->book, &events[i]))
            see_touch(g, &events[i]);
    }
}

pg_status pg_fit_data_gather(pg_fit_data *d, const pg_tape *tape, const pg_fit_options *options, pg_error *err)
{
    pg_status status = check(options, err);
    if (status != PG_OK)
        return status;
    const pg_event *events = pg_tape_events(tape);
    size_t first = pg_tape_find(tape, options->from_ns);
    size_t last = options->to_ns == INT64_MAX ? pg_tape_count(tape) : pg_tape_find(tape, options->to_ns);
    if (first >= last)
        return pg_fail(err, PG_ERR_INVALID, "%s has no events in the chosen period", pg_tape_path(tape));
    *d = (pg_fit_data){ .options = *options, .instrument = pg_tape_get_info(tape)->instrument };
    d->bid = d->ask = d->mid = NAN;
    d->tick = pg_price_double(&d->instrument, d->instrument.tick);
    d->lot = pg_size_double(&d->instrument, d->instrument.lot);
    d->first_ns = events[first].local_ns;
    d->last_ns = events[last - 1].local_ns;
    d->seconds = (double)(d->last_ns - d->first_ns) * 1e-9;
    gatherer g = { .d = d, .book = pg_book_new(d->instrument.tick), .grid_mid = NAN, .order_exch_ns = INT64_MIN };
    if (g.book)
        run(&g, events + first, last - first);
    if (!g.book || g.failed)
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for the data of the fits");
    else if (!(d->mid > 0))
        status = pg_fail(err, PG_ERR_INVALID, "%s has no two-sided book in the chosen period", pg_tape_path(tape));
    pg_book_free(g.book);
    if (status != PG_OK)
        pg_fit_data_free(d);
    else
        count_behind(d);
    return status;
}

void pg_fit_data_free(pg_fit_data *d)
{
    pg_column *columns[] = { &d->returns,    &d->return_s,       &d->move,       &d->move_s,
                             &d->print_s,    &d->print_price,    &d->print_size, &d->order_s,
                             &d->order_side, &d->order_distance, &d->order_half, &d->start_s,
                             &d->start_mid,  &d->queue[0],       &d->queue[1],   &d->book_kappa };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        free(columns[i]->v);
    free(d->print_side);
    *d = (pg_fit_data){ 0 };
}

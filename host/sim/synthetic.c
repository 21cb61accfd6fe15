#include "sim/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "base/decimal.h"
#include "sim/synthetic_book.h"

enum { LEAST_TICKS = 1500 }; /* a price below is turned back: a book needs ticks below it */

#define YEAR_S           31536000.0
#define DEFAULT_START_NS 1735689600000000000
#define FIELD(member, normal, low, high, unit, text)                                                                   \
    {                                                                                                                  \
#member, offsetof(pg_synthetic_params, member), normal, low, high, unit, text                                  \
    }

static const pg_synthetic_field fields[] = {
    FIELD(hours, 1, 1e-3, 1e4, "h", "length"),
    FIELD(price, 4000, 1e-6, 1e9, "quote", "first price"),
    FIELD(tick, 0.1, 1e-12, 1e6, "quote", "price step"),
    FIELD(lot, 0.001, 1e-12, 1e6, "base", "size step"),
    FIELD(volatility, 0.6, 0, 10, "1/sqrt(year)", "annualised volatility of the efficient price"),
    FIELD(tail, 4, 2.5, 100, "", "degrees of freedom of its Student-t innovations"),
    FIELD(vol_of_vol, 0.35, 0, 2, "", "standard deviation of the log volatility"),
    FIELD(vol_reversion_s, 600, 1, 1e6, "s", "mean reversion time of the log volatility"),
    FIELD(jumps_per_hour, 2, 0, 1000, "1/h", "rate of jumps"),
    FIELD(jump_bps, 6, 0, 1000, "bps", "standard deviation of a jump"),
    FIELD(step_s, 0.25, 0.01, 10, "s", "time step of the efficient price"),
    FIELD(spread, 1.6, 1, 100, "ticks", "mean spread"),
    FIELD(depth, 20, 1e-9, 1e9, "base", "mean size of a level away from the touch"),
    FIELD(levels, 25, 2, 200, "", "levels a side"),
    FIELD(orders_per_s, 2, 1e-3, 1000, "1/s", "market orders"),
    FIELD(n_self, 0.4, 0, 0.99, "", "Hawkes children of an order on its own side"),
    FIELD(n_cross, 0.15, 0, 0.99, "", "Hawkes children of an order on the other side"),
    FIELD(decay, 2, 1e-3, 1000, "1/s", "decay of the Hawkes kernel"),
    FIELD(information, 0.6, 0, 1, "", "how far takers lean to the efficient price"),
    FIELD(order_size, 1.5, 1e-9, 1e9, "base", "mean size of a market order"),
    FIELD(size_tail, 2.3, 1.1, 100, "", "Pareto tail index of order sizes"),
    FIELD(order_to_trade, 20, 0, 1000, "", "changes of levels for each market order"),
    FIELD(latency_ms, 20, 0, 10000, "ms", "median feed latency"),
    FIELD(latency_spread, 0.4, 0, 2, "", "standard deviation of the log latency"),
    FIELD(mark_s, 3, 0, 3600, "s", "interval of mark prices (0: none)"),
    FIELD(funding_hours, 1, 0, 24, "h", "interval of funding (0: none)"),
    FIELD(funding_bps, 0.1, 0, 100, "bps", "standard deviation of a funding rate"),
};
enum { FIELDS = sizeof fields / sizeof *fields };

typedef struct pg_synthetic market;

struct pg_synthetic {
    pg_synthetic_params params;
    const pg_synthetic_params *p;  /* the same */
    int64_t tick_units, lot_units; /* price units a tick, size units a lot */
    gsl_rng *rng;
    pg_synthetic_sink sink;
    void *context;
    pg_error *err;
    pg_status status;

    double t, end;    /* seconds since the start */
    double next_step; /* of the efficient price */
    double next_mark, next_funding;
    double log_price;     /* efficient, of the price in ticks */
    double known;         /* the efficient price in ticks that makers know: one step older */
    double log_vol;       /* deviation of the log volatility from its mean */
    double step_sd;       /* standard deviation of a step at mean volatility, without jumps */
    double excitation[2]; /* Hawkes intensities above the base rate: buys, sells */
    double lean;          /* -1 to 1: where takers see the price go */
    double queue_rate;    /* limit orders and cancellations, 1/s */
    double mark;          /* smoothed mid, ticks */
    uint64_t sequence, trade_id;
    uint64_t changes, orders;
    int64_t last_local_ns;
    double half_spread; /* ticks beyond the nearest tick on either side */
    pg_event *events;
    size_t n_events, capacity;
    bool is_open;
    pg_synthetic_book book;
};

const pg_synthetic_field *pg_synthetic_fields(int *n)
{
    *n = FIELDS;
    return fields;
}

static double *member(pg_synthetic_params *params, const pg_synthetic_field *field)
{
    return (double *)((char *)params + field->offset);
}

void pg_synthetic_init(pg_synthetic_params *params)
{
    memset(params, 0, sizeof *params);
    for (int i = 0; i < FIELDS; i++)
        *member(params, &fields[i]) = fields[i].normal;
    snprintf(params->venue, sizeof params->venue, "synthetic");
    snprintf(params->symbol, sizeof params->symbol, "ETH");
    params->start_ns = DEFAULT_START_NS;
}

/* ---- parameters ---- */

static pg_status check_params(const pg_synthetic_params *params, pg_error *err)
{
    for (int i = 0; i < FIELDS; i++) {
        double value = *member((pg_synthetic_params *)params, &fields[i]);
        if (!(value >= fields[i].low && value <= fields[i].high))
            return pg_fail(err, PG_ERR_INVALID, "%s is %g: it must lie in %g to %g %s", fields[i].name, value,
                           fields[i].low, fields[i].high, fields[i].unit);
    }
    if (params->n_self + params->n_cross >= 1)
        return pg_fail(err, PG_ERR_INVALID, "the branching ratio n_self + n_cross is %g: it must be below 1",
                       params->n_self + params->n_cross);
    double ticks = params->price / params->tick;
    if (ticks < 2 * LEAST_TICKS || ticks > 1e12)
        return pg_fail(err, PG_ERR_INVALID, "price must lie in %d to 1e12 ticks", 2 * LEAST_TICKS);
    double step = params->volatility * sqrt(params->step_s / YEAR_S) * ticks;
    if (step > PG_SYNTHETIC_STEP / 8)
        return pg_fail(err, PG_ERR_INVALID,
                       "the price moves by %.0f ticks in a step: take a larger tick or a shorter step", step);
    if (params->start_ns <= 0)
        return pg_fail(err, PG_ERR_INVALID, "the start must be after 1970");
    return PG_OK;
}

/* The step as an integer with as many decimals as its shortest text has. */
static pg_status step_units(double step, const char *name, int64_t *units, int *decimals, pg_error *err)
{
    char text[PG_DECIMAL_TEXT];
    snprintf(text, sizeof text, "%.12g", step);
    *decimals = pg_decimal_need(text, strlen(text));
    if (strtod(text, NULL) != step || *decimals > PG_MAX_DECIMALS ||
        pg_decimal_parse(units, text, strlen(text), *decimals) != PG_OK)
        return pg_fail(err, PG_ERR_INVALID, "%s %s must have at most %d decimals", name, text, PG_MAX_DECIMALS);
    return PG_OK;
}

pg_status pg_synthetic_describe(pg_tape_info *info, const pg_synthetic_params *params, uint64_t seed, pg_error *err)
{
    memset(info, 0, sizeof *info);
    pg_status status = check_params(params, err);
    int64_t tick, lot;
    int price_decimals, size_decimals;
    if (status == PG_OK)
        status = step_units(params->tick, "tick", &tick, &price_decimals, err);
    if (status == PG_OK)
        status = step_units(params->lot, "lot", &lot, &size_decimals, err);
    if (status == PG_OK)
        status = pg_instrument_init(&info->instrument, params->venue, params->symbol, price_decimals, size_decimals,
                                    tick, lot, 0, err);
    snprintf(info->source, sizeof info->source, "generate seed %llu", (unsigned long long)seed);
    return status;
}

/* ---- events ---- */

static int64_t time_ns(const market *m)
{
    return m->p->start_ns + (int64_t)(m->t * 1e9);
}

static pg_event *add_event(market *m, pg_event_kind kind)
{
    if (m->n_events == m->capacity) {
        size_t capacity = m->capacity ? m->capacity * 2 : 1024;
        pg_event *events = realloc(m->events, capacity * sizeof *events);
        if (!events) {
            m->status = pg_fail(m->err, PG_ERR_MEMORY, "out of memory");
            m->n_events = 0;
            if (!m->events)
                return NULL;
        } else {
            m->events = events;
            m->capacity = capacity;
        }
    }
    pg_event *e = &m->events[m->n_events++];
    *e = (pg_event){ .exch_ns = time_ns(m), .kind = (uint8_t)kind };
    return e;
}

/* Hands the events of this moment over: they are received together, not before what was received already. */
static void flush(market *m)
{
    if (m->n_events == 0 || m->status != PG_OK)
        return;
    double latency_s = 1e-3 * m->p->latency_ms * exp(m->p->latency_spread * gsl_ran_ugaussian(m->rng));
    int64_t local = m->events[0].exch_ns + (int64_t)(latency_s * 1e9);
    if (local < m->last_local_ns)
        local = m->last_local_ns;
    m->last_local_ns = local;
    for (size_t i = 0; i < m->n_events; i++)
        m->events[i].local_ns = local;
    m->status = m->sink(m->context, m->events, m->n_events, m->err);
    m->n_events = 0;
}

/* The book's changes since the last call as one message, each level with its final size. */
static void tell_changes(market *m)
{
    pg_synthetic_book *book = &m->book;
    pg_event *last = NULL;
    m->sequence += book->n_changes > 0;
    for (size_t i = 0; i < book->n_changes; i++) {
        int side = book->changes[i].side;
        int64_t tick = book->changes[i].tick;
        pg_event *e = add_event(m, PG_EVENT_LEVEL);
        if (!e)
            return;
        e->side = side == 0 ? PG_BUY : PG_SELL;
        e->price = tick * m->tick_units;
        e->size = pg_synthetic_book_size(book, side, tick) * m->lot_units;
        e->id = m->sequence;
        last = e;
    }
    if (last)
        last->flags = PG_EVENT_LAST;
    m->changes += book->n_changes;
    book->n_changes = 0;
}

/* ---- sizes ---- */

static int64_t in_lots(const market *m, double size)
{
    int64_t lots = llround(size / m->p->lot);
    return lots < 1 ? 1 : lots;
}

/* Pareto with the given mean. */
static double pareto(market *m, double mean)
{
    double tail = m->p->size_tail;
    return gsl_ran_pareto(m->rng, tail, mean * (tail - 1) / tail);
}

/* Target size of a level, by its distance from the touch: thinner at the touch, full from the fifth on. */
static double target_size(const market *m, int64_t distance)
{
    double share = 0.4 + 0.15 * (double)distance;
    return m->p->depth * (share < 1 ? share : 1);
}

/* ---- makers ---- */

/* Where makers want their touch: the nearest ticks around the price they know, half the spread beyond. */
static int64_t wanted_touch(const market *m, int side)
{
    return side == 0 ? (int64_t)floor(m->known - m->half_spread) : (int64_t)floor(m->known + m->half_spread) + 1;
}

/* After the price has moved: stale quotes are pulled, the touch is quoted anew, what is far away is given up. */
static void requote(market *m)
{
    for (int side = 0; side < 2; side++) {
        int64_t touch = wanted_touch(m, side);
        pg_synthetic_book_pull(&m->book, side, touch, in_lots(m, pareto(m, target_size(m, 0))));
    }
    for (int side = 0; side < 2; side++) {
        int64_t touch = wanted_touch(m, side);
        if (pg_synthetic_book_size(&m->book, side, touch) == 0)
            pg_synthetic_book_set(&m->book, side, touch, in_lots(m, pareto(m, target_size(m, 0))));
        pg_synthetic_book_trim(&m->book, side, (int64_t)(3 * m->p->levels));
    }
}

/* One limit order or cancellation. Distances are geometric: most of it happens at and near the touch. */
static void act_on_queue(market *m)
{
    int side = gsl_rng_uniform(m->rng) < 0.5 ? 0 : 1;
    int64_t distance = (int64_t)gsl_ran_geometric(m->rng, 0.18) - 1;
    if (distance >= (int64_t)m->p->levels)
        distance = (int64_t)gsl_rng_uniform_int(m->rng, (unsigned long)m->p->levels);
    int64_t touch = wanted_touch(m, side);
    int64_t tick = side == 0 ? touch - distance : touch + distance;
    int64_t other = m->book.best[!side];
    if (side == 0 ? tick >= other : tick <= other)
        return;
    int64_t size = pg_synthetic_book_size(&m->book, side, tick);
    double target = target_size(m, distance);
    double fullness = (double)size * m->p->lot / target;
    if (gsl_rng_uniform(m->rng) < 1 / (1 + fullness * fullness)) {
        pg_synthetic_book_set(&m->book, side, tick, size + in_lots(m, pareto(m, 0.3 * target)));
        return;
    }
    int64_t cancelled = in_lots(m, pareto(m, 0.3 * target));
    if (distance == 0 && cancelled >= size)
        cancelled = size / 2;
    pg_synthetic_book_set(&m->book, side, tick, size - cancelled);
}

/* ---- takers ---- */

/* A market order of one side (0 buys): consumes the other side from its touch. Each level is one print; the last level
 * of a side is never consumed whole. */
static void take(market *m, int side)
{
    pg_synthetic_book *book = &m->book;
    int passive = !side;
    int64_t left = in_lots(m, pareto(m, m->p->order_size));
    m->orders++;
    while (left > 0) {
        int64_t tick = book->best[passive], size = pg_synthetic_book_size(book, passive, tick);
        bool last_level = tick == book->far[passive];
        int64_t filled = left < size ? left : size;
        if (last_level && filled == size)
            filled = size - 1;
        if (filled <= 0)
            break;
        pg_event *e = add_event(m, PG_EVENT_TRADE);
        if (!e)
            return;
        e->side = side == 0 ? PG_BUY : PG_SELL;
        e->price = tick * m->tick_units;
        e->size = filled * m->lot_units;
        e->id = ++m->trade_id;
        e->flags = PG_EVENT_LAST;
        pg_synthetic_book_set(book, passive, tick, size - filled);
        left -= filled;
        if (last_level)
            break;
    }
}

/* ---- time ---- */

static double base_rate(const market *m, int side)
{
    double share = 0.5 * (1 + (side == 0 ? 1 : -1) * m->p->information * m->lean);
    return m->p->orders_per_s * (1 - m->p->n_self - m->p->n_cross) * share;
}

static void pass_time(market *m, double dt)
{
    double faded = exp(-m->p->decay * dt);
    m->excitation[0] *= faded;
    m->excitation[1] *= faded;
    m->t += dt;
}

static double unit_student(market *m)
{
    double nu = m->p->tail;
    return gsl_ran_tdist(m->rng, nu) * sqrt((nu - 2) / nu);
}

static void move_price(market *m)
{
    const pg_synthetic_params *p = m->p;
    m->known = exp(m->log_price);
    double kept = exp(-p->step_s / p->vol_reversion_s);
    m->log_vol = kept * m->log_vol + p->vol_of_vol * sqrt(1 - kept * kept) * gsl_ran_ugaussian(m->rng);
    double sd = m->step_sd * exp(m->log_vol - p->vol_of_vol * p->vol_of_vol); /* E[sd^2] = step_sd^2 */
    double move = sd * unit_student(m);
    if (gsl_rng_uniform(m->rng) < p->jumps_per_hour * p->step_s / 3600)
        move += 1e-4 * p->jump_bps * gsl_ran_ugaussian(m->rng);
    double most = PG_SYNTHETIC_STEP / m->known;
    move = fmax(-most, fmin(most, move));
    m->log_price += m->known < LEAST_TICKS ? fabs(move) : move; /* turned back before prices run out */
    m->lean = fmax(-1, fmin(1, (exp(m->log_price) - m->known) / fmax(1, m->step_sd * m->known)));
}

/* The rate of limit orders and cancellations that brings changes for each order to what is wanted. */
static void steer_queue_rate(market *m)
{
    static const double HORIZON_S = 60;
    double ahead = m->p->orders_per_s * HORIZON_S;
    double lacking = m->p->order_to_trade * ((double)m->orders + ahead) - (double)m->changes;
    m->queue_rate = fmax(0.1 * m->p->order_to_trade * m->p->orders_per_s, lacking / HORIZON_S);
}

static void tell_mark(market *m)
{
    pg_event *e = add_event(m, PG_EVENT_MARK);
    if (!e)
        return;
    e->price = llround(m->mark) * m->tick_units;
    e->price2 = llround(exp(m->log_price)) * m->tick_units;
    e->flags = PG_EVENT_LAST;
    flush(m);
}

static void tell_funding(market *m)
{
    pg_event *e = add_event(m, PG_EVENT_FUNDING);
    if (!e)
        return;
    e->price = llround(1e8 * m->p->funding_bps * gsl_ran_ugaussian(m->rng));
    e->price2 = llround(m->mark) * m->tick_units;
    e->size2 = (int64_t)(m->p->funding_hours * 3600e9);
    e->flags = PG_EVENT_LAST;
    flush(m);
}

static void step(market *m)
{
    move_price(m);
    requote(m);
    tell_changes(m);
    flush(m);
    double mid = 0.5 * (double)(m->book.best[0] + m->book.best[1]);
    m->mark += (mid - m->mark) * (1 - exp(-m->p->step_s / 30));
    steer_queue_rate(m);
    if (m->p->mark_s > 0 && m->t >= m->next_mark) {
        m->next_mark += m->p->mark_s;
        tell_mark(m);
    }
    if (m->p->funding_hours > 0 && m->t >= m->next_funding - 1e-9) {
        m->next_funding += 3600 * m->p->funding_hours;
        tell_funding(m);
    }
    m->next_step += m->p->step_s;
}

/* Ogata's thinning: between events the intensities only fall, so their present sum bounds them. */
static void next_moment(market *m)
{
    double rates[2] = { base_rate(m, 0), base_rate(m, 1) };
    double bound = rates[0] + rates[1] + m->excitation[0] + m->excitation[1] + m->queue_rate;
    double dt = gsl_ran_exponential(m->rng, 1 / bound);
    if (m->t + dt >= m->next_step) {
        pass_time(m, m->next_step - m->t);
        step(m);
        return;
    }
    pass_time(m, dt);
    double u = bound * gsl_rng_uniform(m->rng);
    double buy = rates[0] + m->excitation[0], sell = rates[1] + m->excitation[1];
    if (u < buy + sell) {
        int side = u < buy ? 0 : 1;
        take(m, side);
        m->excitation[side] += m->p->n_self * m->p->decay;
        m->excitation[!side] += m->p->n_cross * m->p->decay;
    } else if (u < buy + sell + m->queue_rate) {
        act_on_queue(m);
    }
    tell_changes(m);
    flush(m);
}

/* ---- start ---- */

static void open_market(market *m)
{
    pg_synthetic_book *book = &m->book;
    for (int side = 0; side < 2; side++) {
        int64_t touch = wanted_touch(m, side);
        book->best[side] = book->far[side] = touch;
        for (int64_t k = 0; k < (int64_t)m->p->levels; k++)
            pg_synthetic_book_set(book, side, touch + (side == 0 ? -k : k),
                                  in_lots(m, 0.5 * target_size(m, k) + pareto(m, 0.5 * target_size(m, k))));
    }
    pg_event *begin = add_event(m, PG_EVENT_SNAPSHOT_BEGIN);
    if (begin) {
        begin->size2 = (int64_t)book->n_changes;
        begin->id = 1;
    }
    tell_changes(m);
    if (m->n_events > 1)
        m->events[m->n_events - 1].flags = 0;
    pg_event *end = add_event(m, PG_EVENT_SNAPSHOT_END);
    if (end) {
        end->id = m->sequence;
        end->flags = PG_EVENT_LAST;
    }
    m->changes = 0;
    flush(m);
}

static void init_market(market *m)
{
    const pg_synthetic_params *p = m->p;
    m->end = p->hours * 3600;
    m->next_step = p->step_s;
    m->next_mark = 0;
    m->next_funding = 3600 * p->funding_hours;
    m->known = p->price / p->tick;
    m->log_price = log(m->known);
    m->mark = m->known;
    double total = p->volatility * p->volatility / YEAR_S; /* variance a second, jumps included */
    double jumps = p->jumps_per_hour / 3600 * 1e-8 * p->jump_bps * p->jump_bps;
    m->step_sd = sqrt(fmax(0, total - jumps) * p->step_s);
    m->half_spread = fmax(0, 0.5 * (p->spread - 1));
    steer_queue_rate(m);
}

/* ---- life ---- */

pg_status pg_synthetic_open(pg_synthetic **synthetic, const pg_synthetic_params *params, uint64_t seed, pg_error *err)
{
    pg_tape_info info;
    pg_status status = pg_synthetic_describe(&info, params, seed, err);
    if (status != PG_OK)
        return status;
    market *m = calloc(1, sizeof *m);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (!m || !rng) {
        free(m);
        if (rng)
            gsl_rng_free(rng);
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    gsl_rng_set(rng, (unsigned long)(seed * 0x9E3779B97F4A7C15u >> 32));
    m->params = *params;
    m->p = &m->params;
    m->tick_units = info.instrument.tick;
    m->lot_units = info.instrument.lot;
    m->rng = rng;
    init_market(m);
    *synthetic = m;
    return PG_OK;
}

void pg_synthetic_close(pg_synthetic *m)
{
    if (!m)
        return;
    gsl_rng_free(m->rng);
    free(m->events);
    free(m);
}

pg_status pg_synthetic_next(pg_synthetic *m, pg_synthetic_sink sink, void *context, pg_error *err)
{
    m->sink = sink;
    m->context = context;
    m->err = err;
    if (m->is_open)
        next_moment(m);
    else
        open_market(m);
    m->is_open = true;
    return m->status;
}

int64_t pg_synthetic_time(const pg_synthetic *m)
{
    return time_ns(m);
}

pg_status pg_synthetic_generate(const pg_synthetic_params *params, uint64_t seed, pg_synthetic_sink sink, void *context,
                                void (*progress)(void *context, uint64_t done, uint64_t total), void *progress_context,
                                pg_error *err)
{
    enum { PROGRESS_MOMENTS = 65536 };
    market *m = NULL;
    pg_status status = pg_synthetic_open(&m, params, seed, err);
    if (status == PG_OK)
        status = pg_synthetic_next(m, sink, context, err);
    for (uint64_t i = 1; status == PG_OK && (m->t < m->end || m->next_step <= m->end); i++) {
        status = pg_synthetic_next(m, sink, context, err);
        if (progress && i % PROGRESS_MOMENTS == 0)
            progress(progress_context, (uint64_t)(m->t * 1e9), (uint64_t)(m->end * 1e9));
    }
    pg_synthetic_close(m);
    return status;
}

#include "kernels/microprice_stoikov.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>

enum { MIN_CHANGES = 10000, TERMS = 6 };

static bool valid(double bid, double bid_sz, double ask, double ask_sz)
{
    return isfinite(bid + ask + bid_sz + ask_sz) && bid > 0.0 && ask > bid && bid_sz > 0.0 && ask_sz > 0.0;
}

static int spread_row(double bid, double ask, double tick, int64_t spreads)
{
    double ticks = round((ask - bid) / tick);
    return ticks < 1.0 ? 0 : ticks > (double)spreads ? (int)spreads - 1 : (int)ticks - 1;
}

static int decile(double imbalance)
{
    int d = (int)(imbalance * PG_STOIKOV_DECILES);
    return d >= PG_STOIKOV_DECILES ? PG_STOIKOV_DECILES - 1 : d;
}

static int state_of(double bid, double bid_sz, double ask, double ask_sz, double tick, int64_t spreads)
{
    return spread_row(bid, ask, tick, spreads) * PG_STOIKOV_DECILES + decile(bid_sz / (bid_sz + ask_sz));
}

static int mirrored(int state)
{
    int row = state / PG_STOIKOV_DECILES;
    return row * PG_STOIKOV_DECILES + PG_STOIKOV_DECILES - 1 - state % PG_STOIKOV_DECILES;
}

/* Counts: stay and move are [states x states], drift is the sum of half-tick changes by state. */
typedef struct {
    gsl_matrix *stay, *move;
    gsl_vector *drift, *visits;
} counts;

static void count_one(counts *c, int from, int to, double half_ticks)
{
    gsl_matrix *m = half_ticks == 0.0 ? c->stay : c->move;
    *gsl_matrix_ptr(m, (size_t)from, (size_t)to) += 1.0;
    *gsl_vector_ptr(c->drift, (size_t)from) += half_ticks;
    *gsl_vector_ptr(c->visits, (size_t)from) += 1.0;
}

static int64_t count_all(counts *c, const double *bid, const double *bid_sz, const double *ask, const double *ask_sz,
                         size_t n, double tick, int64_t spreads)
{
    int64_t changes = 0;

    for (size_t i = 1; i < n; i++) {
        int from = state_of(bid[i - 1], bid_sz[i - 1], ask[i - 1], ask_sz[i - 1], tick, spreads);
        int to = state_of(bid[i], bid_sz[i], ask[i], ask_sz[i], tick, spreads);
        double move = round((bid[i] + ask[i] - bid[i - 1] - ask[i - 1]) / tick);
        move = fmax(-2.0, fmin(2.0, move));
        count_one(c, from, to, move);
        count_one(c, mirrored(from), mirrored(to), -move);
        changes += from != to || move != 0.0;
    }
    return changes;
}

/* Rows to probabilities; states never seen become absorbing with no adjustment. */
static void normalise(counts *c, size_t states)
{
    for (size_t i = 0; i < states; i++) {
        double total = gsl_vector_get(c->visits, i);
        if (total <= 0.0)
            continue;
        for (size_t j = 0; j < states; j++) {
            *gsl_matrix_ptr(c->stay, i, j) /= total;
            *gsl_matrix_ptr(c->move, i, j) /= total;
        }
        *gsl_vector_ptr(c->drift, i) /= total;
    }
}

/* adjustment = sum_j B^j G1 by repeated solves with 1 - Q. */
static pg_kstatus solve(pg_stoikov *out, counts *c, size_t states)
{
    gsl_permutation *order = gsl_permutation_alloc(states);
    gsl_vector *term = gsl_vector_alloc(states), *right = gsl_vector_alloc(states);
    int sign;
    pg_kstatus status = PG_K_OK;

    gsl_matrix_scale(c->stay, -1.0);
    for (size_t i = 0; i < states; i++)
        *gsl_matrix_ptr(c->stay, i, i) += 1.0;
    gsl_linalg_LU_decomp(c->stay, order, &sign);
    for (size_t i = 0; i < states; i++)
        if (fabs(gsl_matrix_get(c->stay, i, i)) < 1e-12)
            status = PG_K_DEGENERATE_X;
    for (int j = 0; status == PG_K_OK && j <= TERMS; j++) {
        if (j == 0)
            gsl_vector_memcpy(right, c->drift);
        else
            gsl_blas_dgemv(CblasNoTrans, 1.0, c->move, term, 0.0, right);
        gsl_linalg_LU_solve(c->stay, order, right, term);
        for (size_t i = 0; i < states; i++)
            out->adjustment[i] += 0.5 * out->tick * gsl_vector_get(term, i);
    }
    gsl_permutation_free(order);
    gsl_vector_free(term);
    gsl_vector_free(right);
    return status;
}

pg_kstatus pg_stoikov_fit(pg_stoikov *out, const double *bid, const double *bid_sz, const double *ask,
                          const double *ask_sz, size_t n, double tick, int64_t spreads)
{
    *out = (pg_stoikov){ .spreads = spreads, .tick = tick };
    if (!(tick > 0.0) || spreads < 1 || spreads > PG_STOIKOV_MAX_SPREADS)
        return PG_K_INVALID_PARAMS;
    for (size_t i = 0; i < n; i++)
        if (!valid(bid[i], bid_sz[i], ask[i], ask_sz[i]))
            return PG_K_BAD_INPUT;
    size_t states = (size_t)spreads * PG_STOIKOV_DECILES;
    counts c = { gsl_matrix_calloc(states, states), gsl_matrix_calloc(states, states), gsl_vector_calloc(states),
                 gsl_vector_calloc(states) };
    out->n_changes = n > 1 ? count_all(&c, bid, bid_sz, ask, ask_sz, n, tick, spreads) : 0;
    for (size_t i = 0; i < states; i++) {
        out->visits[i] = (int64_t)gsl_vector_get(c.visits, i);
        out->n_unvisited += out->visits[i] == 0;
    }
    pg_kstatus status = PG_K_TOO_FEW_POINTS;
    if (out->n_changes >= MIN_CHANGES) {
        normalise(&c, states);
        status = solve(out, &c, states);
    }
    gsl_matrix_free(c.stay);
    gsl_matrix_free(c.move);
    gsl_vector_free(c.drift);
    gsl_vector_free(c.visits);
    return status;
}

pg_kstatus pg_stoikov_price(double *microprice, const pg_stoikov *table, double bid, double bid_sz, double ask,
                            double ask_sz)
{
    *microprice = NAN;
    if (!valid(bid, bid_sz, ask, ask_sz))
        return PG_K_BAD_INPUT;
    if (table->spreads < 1 || table->n_changes < MIN_CHANGES)
        return PG_K_WARMUP;
    int state = state_of(bid, bid_sz, ask, ask_sz, table->tick, table->spreads);
    *microprice = 0.5 * (bid + ask) + table->adjustment[state];
    return PG_K_OK;
}

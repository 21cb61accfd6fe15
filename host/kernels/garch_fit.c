#include "kernels/garch_fit.h"

#include <math.h>
#include <string.h>

#include "kernels/minimize.h"
#include "kernels/random.h"
#include "kernels/series.h"

enum {
    PARAMS = 5,
    STARTS = 12,
    MAX_ROUNDS = 200,
    LONG_SERIES = 4000,
    PATIENCE = 30,
    METRIC_SPAN = 1000,
    APPROACH_SPAN = 2000
};

static const double nu_least = 2.05;
static const double p_limit = 1.0 - 1e-8, nu_low = 1.0 / 500.0, nu_span = 1.0 / 2.05 - 1.0 / 500.0;

/* Where a coordinate is put to stand for its bound: logistic(+-40) is 0 or 1 to rounding. */
static const double far_out = 40.0;

/* The problem in the free coordinates of u = (mu, ln omega, logit p, logit alpha/p, logit of 1/nu). */
typedef struct {
    pg_garch_series series; /* scaled */
    bool targeting;
    double u[PARAMS]; /* values of the coordinates that are fixed */
    int free[PARAMS];
    int n_free;
    int64_t evaluations;
} problem;

static double logistic(double u)
{
    return u >= 0.0 ? 1.0 / (1.0 + exp(-u)) : exp(u) / (1.0 + exp(u));
}

static double logit(double p)
{
    return log(p) - log1p(-p);
}

static pg_garch_params params_of(const double *u, const problem *b)
{
    double p = p_limit * logistic(u[2]), share = logistic(u[3]);
    pg_garch_params out = { u[0], exp(u[1]), p * share, p * (1.0 - share), 0.0 };
    out.nu = 1.0 / (nu_low + nu_span * logistic(u[4]));
    if (out.nu > 500.0)
        out.nu = 500.0;
    if (b->targeting)
        out.omega = (1.0 - p) * b->series.variance;
    return out;
}

static void coordinates_of(double *u, const pg_garch_params *p)
{
    double sum = pg_clamp(p->alpha + p->beta, 1e-9, p_limit * (1.0 - 1e-9));
    double share = pg_clamp(p->alpha / sum, 1e-12, 1.0 - 1e-12);
    double tail = pg_clamp((1.0 / p->nu - nu_low) / nu_span, 1e-12, 1.0 - 1e-12);
    u[0] = p->mu;
    u[1] = log(p->omega);
    u[2] = logit(sum / p_limit);
    u[3] = logit(share);
    u[4] = logit(tail);
}

/* jacobian[i][k] = d theta_i / d u_k. */
static void jacobian_of(double j[PARAMS][PARAMS], const double *u, const pg_garch_params *p, const problem *b)
{
    double l3 = logistic(-u[2]), share = logistic(u[3]), l4 = logistic(-u[3]), tail = logistic(u[4]);

    memset(j, 0, sizeof(double) * PARAMS * PARAMS);
    j[0][0] = 1.0;
    j[1][1] = b->targeting ? 0.0 : p->omega;
    j[1][2] = b->targeting ? -(p->alpha + p->beta) * l3 * b->series.variance : 0.0;
    j[2][2] = p->alpha * l3;
    j[3][2] = p->beta * l3;
    j[2][3] = (p->alpha + p->beta) * share * l4;
    j[3][3] = -j[2][3];
    j[4][4] = -p->nu * p->nu * nu_span * tail * logistic(-u[4]);
}

static void expand(double *u, const double *x, const problem *b)
{
    memcpy(u, b->u, sizeof b->u);
    for (int k = 0; k < b->n_free; k++)
        u[b->free[k]] = x[k];
}

/* Minus the mean log-likelihood and its gradient by the free coordinates. */
static double objective(const double *x, double *g, void *context)
{
    problem *b = context;
    double u[PARAMS], j[PARAMS][PARAMS], scale = -1.0 / (double)b->series.n;
    pg_garch_likelihood l;

    expand(u, x, b);
    pg_garch_params p = params_of(u, b);
    b->evaluations++;
    if (pg_garch_loglik(&l, &b->series, &p) != PG_K_OK)
        return INFINITY;
    jacobian_of(j, u, &p, b);
    for (int k = 0; k < b->n_free; k++) {
        g[k] = 0.0;
        for (int i = 0; i < PARAMS; i++)
            g[k] += scale * l.gradient[i] * j[i][b->free[k]];
    }
    return scale * l.loglik;
}

/* OPG matrix of the free coordinates a return, slightly ridged: the information in the metric of u. It only guides
 * the first steps, so the first thousand returns speak for all. */
static bool information(double *m, const double *x, problem *b)
{
    double u[PARAMS], j[PARAMS][PARAMS], opg[PARAMS * PARAMS];
    pg_garch_series part = b->series;
    pg_garch_likelihood l;

    part.n = part.n < METRIC_SPAN ? part.n : METRIC_SPAN;
    expand(u, x, b);
    pg_garch_params p = params_of(u, b);
    b->evaluations++;
    if (pg_garch_scores(&l, opg, &part, &p) != PG_K_OK)
        return false;
    jacobian_of(j, u, &p, b);
    int n = b->n_free;
    for (int k = 0; k < n; k++)
        for (int q = 0; q < n; q++) {
            double sum = 0.0;
            for (int i = 0; i < PARAMS; i++)
                for (int h = 0; h < PARAMS; h++)
                    sum += j[i][b->free[k]] * opg[i * PARAMS + h] * j[h][b->free[q]];
            m[k * n + q] = sum / (double)part.n;
        }
    for (int k = 0; k < n; k++)
        m[k * n + k] += 1e-6 + 1e-4 * m[k * n + k];
    return true;
}

/* A start at free coordinates, with its metric. */
static bool begin_at(pg_minimum *m, const double *x, problem *b)
{
    double metric[PARAMS * PARAMS];

    if (pg_minimize_start(m, x, b->n_free, objective, b) != PG_K_OK)
        return false;
    if (information(metric, x, b))
        pg_minimize_metric(m, metric);
    return true;
}

static bool begin(pg_minimum *m, const pg_garch_params *p, problem *b)
{
    double u[PARAMS], x[PARAMS];

    coordinates_of(u, p);
    for (int k = 0; k < b->n_free; k++)
        x[k] = u[b->free[k]];
    return begin_at(m, x, b);
}

/* Half the decrement g'H g: the gain that the local quadratic promises. */
static double promised(const pg_minimum *m)
{
    double sum = 0.0;
    for (int i = 0; i < m->n; i++)
        for (int j = 0; j < m->n; j++)
            sum += m->g[i] * m->inverse[i * m->n + j] * m->g[j];
    return 0.5 * fabs(sum);
}

/* Whether a has come within about a standard error of b in every coordinate, by the spread of b's metric. */
static bool same_place(const pg_minimum *a, const pg_minimum *b, double n)
{
    for (int k = 0; k < a->n; k++) {
        double spread = sqrt(fmax(b->inverse[k * b->n + k], 0.0) / n);
        if (!(fabs(a->x[k] - b->x[k]) <= 0.5 * fmin(spread, 2.0) + 1e-7))
            return false;
    }
    return true;
}

/* Whether several times the promised gain would still leave a clearly worse than the best. */
static bool hopeless(const pg_minimum *a, const pg_minimum *best, const problem *b)
{
    return a->value - 4.0 * promised(a) > best->value + 0.5 / (double)b->series.n;
}

/* Gives up starts that can be of no further use; returns how many are left. */
static int prune(pg_minimum *m, bool *live, int count, const problem *b)
{
    double n = (double)b->series.n;
    int best = -1, left = 0;

    for (int i = 0; i < count; i++)
        if (live[i] && (best < 0 || m[i].value < m[best].value))
            best = i;
    for (int i = 0; i < count; i++) {
        if (!live[i] || i == best)
            continue;
        for (int k = 0; k < count && live[i]; k++)
            if (k != i && live[k] && m[k].value <= m[i].value && same_place(&m[i], &m[k], n))
                live[i] = false;
        if (live[i] && n > LONG_SERIES && m[i].iterations >= 4 && hopeless(&m[i], &m[best], b))
            live[i] = false;
    }
    for (int i = 0; i < count; i++)
        left += live[i];
    return left;
}

/* Runs all starts together, two iterations a round, until the survivors have converged; the best goes to *best. */
static bool race(pg_minimum *best, pg_minimum *m, bool *live, int count, problem *b)
{
    for (int round = 0; round < MAX_ROUNDS; round++) {
        bool moved = false;
        for (int i = 0; i < count; i++) {
            if (!live[i] || pg_gradient_norm(m[i].g, m[i].n) < 1e-7)
                continue;
            double before = m[i].value;
            pg_kstatus status = pg_minimize_run(&m[i], objective, b, 1e-7, 2);
            moved |= status == PG_K_NOT_CONVERGED && m[i].value < before;
        }
        prune(m, live, count, b);
        if (!moved)
            break;
    }
    int winner = -1;
    for (int i = 0; i < count; i++)
        if (live[i] && (winner < 0 || m[i].value < m[winner].value))
            winner = i;
    if (winner >= 0)
        *best = m[winner];
    return winner >= 0;
}

/* The first steps of each start, far from any maximum, need no more than a part of a long series: they are taken on its
 * last returns, and what has met there goes on together. */
static void approach(pg_minimum *m, bool *live, double x[][PARAMS], int count, problem *b)
{
    problem part = *b;
    part.series.r += b->series.n - APPROACH_SPAN;
    part.series.n = APPROACH_SPAN;
    for (int i = 0; i < count; i++) {
        live[i] = begin_at(&m[i], x[i], &part);
        if (live[i])
            pg_minimize_run(&m[i], objective, &part, 1e-7, 4);
        for (int k = 0; k < i && live[i]; k++)
            if (live[k] && same_place(&m[i], &m[k], (double)b->series.n))
                live[i] = false;
        memcpy(x[i], m[i].x, sizeof x[i]);
    }
    b->evaluations += (part.evaluations - b->evaluations) * APPROACH_SPAN / (int64_t)b->series.n;
    for (int i = 0; i < count; i++)
        live[i] = live[i] && begin_at(&m[i], x[i], b);
}

static bool twelve_starts(pg_minimum *best, problem *b)
{
    static const double table[STARTS][3] = { { .02, .99, 6 },  { .03, .985, 8 }, { .05, .95, 5 },  { .1, .95, 8 },
                                             { .05, .90, 15 }, { .1, .8, 6 },    { .2, .9, 4 },    { .2, .6, 8 },
                                             { .05, .5, 6 },   { .35, .7, 5 },   { .01, .97, 30 }, { .4, .95, 4 } };
    bool live[STARTS], long_series = b->series.n > LONG_SERIES;
    pg_minimum m[STARTS];
    double x[STARTS][PARAMS];

    for (int i = 0; i < STARTS; i++) {
        double alpha = table[i][0], p = table[i][1];
        pg_garch_params start = { b->series.mean, (1.0 - p) * b->series.variance, alpha, p - alpha, table[i][2] };
        double u[PARAMS];
        coordinates_of(u, &start);
        for (int k = 0; k < b->n_free; k++)
            x[i][k] = u[b->free[k]];
        live[i] = long_series || begin_at(&m[i], x[i], b);
    }
    if (long_series)
        approach(m, live, x, STARTS, b);
    return race(best, m, live, STARTS, b);
}

static pg_garch_params params_at(const pg_minimum *m, const problem *b)
{
    double u[PARAMS];
    expand(u, m->x, b);
    return params_of(u, b);
}

/* Random restarts around the best (spec 3.12.6, 4): factors 8^U(-1,1), a stream of its own for each. */
static void explore(pg_minimum *best, problem *b, int32_t restarts, uint64_t seed, double se_mu)
{
    int32_t quiet = 0;

    for (int32_t i = 0; i < restarts && quiet < PATIENCE; i++) {
        pg_garch_params centre = params_at(best, b);
        pg_random random;
        double factor[4];
        pg_minimum m;
        pg_random_seed(&random, seed + 0x9e3779b9u * (uint64_t)(i + 1));
        for (int k = 0; k < 4; k++)
            factor[k] = pow(8.0, 2.0 * pg_random_uniform(&random) - 1.0);
        pg_garch_params p = { centre.mu + se_mu * pg_random_normal(&random), centre.omega * factor[0],
                              fmax(centre.alpha, 1e-6) * factor[1], fmax(centre.beta, 1e-6) * factor[2],
                              pg_clamp(2.0 + (centre.nu - 2.0) * factor[3], 2.06, 499.0) };
        double sum = p.alpha + p.beta;
        if (sum > 0.999) {
            p.alpha *= 0.999 / sum;
            p.beta *= 0.999 / sum;
        }
        quiet++;
        if (!begin(&m, &p, b))
            continue;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (pg_minimize_run(&m, objective, b, 1e-7, 3) == PG_K_OK)
                break;
            bool arrived = m.value >= best->value && same_place(&m, best, (double)b->series.n);
            if (arrived)
                break;
        }
        if (m.value < best->value - 1e-6 / (double)b->series.n)
            quiet = 0;
        if (m.value < best->value)
            *best = m;
    }
}

/* Optimises with one coordinate put on its bound, from u; *best is replaced when the result is better or equal (then it
 * is a boundary solution, which free coordinates only approach). */
static void try_bound(pg_minimum *best, problem *b, const double *from, int coordinate, double side)
{
    problem fixed = *b;
    pg_minimum m;
    double u[PARAMS], x[PARAMS];
    int kept = 0;

    memcpy(fixed.u, from, sizeof fixed.u);
    fixed.u[coordinate] = side * far_out;
    for (int k = 0; k < b->n_free; k++)
        if (b->free[k] != coordinate) {
            x[kept] = from[b->free[k]];
            fixed.free[kept++] = b->free[k];
        }
    fixed.n_free = kept;
    if (kept == b->n_free)
        return;
    bool started = begin_at(&m, x, &fixed);
    for (int round = 0; started && round < 50; round++)
        if (pg_minimize_run(&m, objective, &fixed, 1e-8, 3) == PG_K_OK || hopeless(&m, best, b))
            break;
    b->evaluations = fixed.evaluations;
    if (!started || !(m.value <= best->value + 1e-13 * fabs(best->value)))
        return;
    expand(u, m.x, &fixed);
    best->value = m.value;
    memset(best->g, 0, sizeof best->g);
    for (int k = 0; k < b->n_free; k++)
        best->x[k] = u[b->free[k]];
    for (int k = 0; k < kept; k++)
        for (int q = 0; q < b->n_free; q++)
            if (b->free[q] == fixed.free[k])
                best->g[q] = m.g[k];
}

/* Bounds near the best point, and always alpha = 0 with a slowly decaying start variance: a maximum of its own on many
 * series (a trend of the variance), which none of the twelve starts reaches. */
static void try_bounds(pg_minimum *best, problem *b)
{
    static const struct {
        int coordinate;
        double side;
    } bounds[] = { { 3, -1.0 }, { 3, 1.0 }, { 2, 1.0 }, { 4, -1.0 } };
    pg_garch_params fading = { b->series.mean, 0.002 * b->series.variance, 0.0, 0.998, 8.0 };
    double u[PARAMS];

    coordinates_of(u, &fading);
    try_bound(best, b, u, 3, -1.0);
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        pg_garch_params p = params_at(best, b);
        bool close[] = { p.alpha < 1e-2, p.beta<5e-2, p.alpha + p.beta> 0.9995, 1.0 / p.nu - nu_low < 4e-3 };
        if (!close[i])
            continue;
        expand(u, best->x, b);
        try_bound(best, b, u, bounds[i].coordinate, bounds[i].side);
    }
}

static double *component(pg_garch_params *p, int i)
{
    double *fields[PARAMS] = { &p->mu, &p->omega, &p->alpha, &p->beta, &p->nu };
    return fields[i];
}

/* Hessian of the scaled log-likelihood by the free parameters themselves: fourth-order central differences of the
 * analytic gradient, step 1e-5 max(|theta|, 1e-2). */
static bool hessian(double *h, const pg_garch_params *p, problem *b)
{
    static const double offsets[] = { -2.0, -1.0, 1.0, 2.0 }, weights[] = { 1.0, -8.0, 8.0, -1.0 };
    int n = b->n_free;

    memset(h, 0, sizeof(double) * PARAMS * PARAMS);
    for (int k = 0; k < n; k++) {
        pg_garch_params at = *p;
        double *field = component(&at, b->free[k]), centre = *field, step = 1e-5 * fmax(fabs(centre), 1e-2);
        for (int s = 0; s < 4; s++) {
            pg_garch_likelihood l;
            *field = centre + offsets[s] * step;
            b->evaluations++;
            if (pg_garch_loglik(&l, &b->series, &at) != PG_K_OK)
                return false;
            for (int q = 0; q < n; q++)
                h[k * n + q] += weights[s] * l.gradient[b->free[q]] / (12.0 * step);
        }
    }
    for (int k = 0; k < n; k++)
        for (int q = 0; q < k; q++)
            h[k * n + q] = h[q * n + k] = 0.5 * (h[k * n + q] + h[q * n + k]);
    return true;
}

/* One Newton step in the parameters; kept when the likelihood does not fall. */
static void polish(pg_garch_params *p, pg_garch_likelihood *l, const double *inverse, problem *b)
{
    pg_garch_params next = *p;
    pg_garch_likelihood at;
    int n = b->n_free;

    for (int k = 0; k < n; k++)
        for (int q = 0; q < n; q++)
            *component(&next, b->free[k]) += inverse[k * n + q] * l->gradient[b->free[q]];
    b->evaluations++;
    if (pg_garch_loglik(&at, &b->series, &next) == PG_K_OK && at.loglik >= l->loglik - 1e-12 * fabs(l->loglik)) {
        *p = next;
        *l = at;
    }
}

/* Standard errors of the three kinds in the scaled problem; inverse is that of minus the Hessian. */
static void standard_errors(pg_garch_fit *out, const double *inverse, const pg_garch_params *p, problem *b)
{
    double opg[PARAMS * PARAMS], mine[PARAMS * PARAMS], opg_inverse[PARAMS * PARAMS];
    pg_garch_likelihood l;
    int n = b->n_free;

    b->evaluations++;
    pg_garch_scores(&l, opg, &b->series, p);
    for (int k = 0; k < n; k++)
        for (int q = 0; q < n; q++)
            mine[k * n + q] = opg[b->free[k] * PARAMS + b->free[q]];
    bool opg_ok = pg_spd_inverse(opg_inverse, mine, n);
    for (int k = 0; k < n; k++) {
        double sandwich = 0.0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                sandwich += inverse[k * n + i] * mine[i * n + j] * inverse[j * n + k];
        out->se_hessian[b->free[k]] = sqrt(inverse[k * n + k]);
        out->se_robust[b->free[k]] = sqrt(sandwich);
        out->se_opg[b->free[k]] = opg_ok ? sqrt(opg_inverse[k * n + k]) : NAN;
    }
}

static bool on_bound(const pg_garch_params *p, pg_garch_dist dist)
{
    if (p->alpha < 1e-5 || p->beta < 1e-5 || p->alpha + p->beta > 1.0 - 1e-6)
        return true;
    return dist == PG_GARCH_STUDENT && (p->nu > 499.0 || p->nu < 2.06);
}

/* From the best point of the search to the answer: polish, errors, status. All still in scaled units. */
static pg_kstatus conclude(pg_garch_fit *out, const pg_minimum *best, problem *b)
{
    double h[PARAMS * PARAMS], inverse[PARAMS * PARAMS];
    pg_garch_params p = params_at(best, b);
    pg_garch_likelihood l;
    pg_kstatus status = PG_K_OK;

    b->evaluations++;
    pg_garch_loglik(&l, &b->series, &p);
    if (on_bound(&p, b->series.dist)) {
        status = PG_K_AT_BOUNDARY;
    } else if (!b->targeting) {
        bool curved = hessian(h, &p, b);
        for (int k = 0; k < b->n_free * b->n_free; k++)
            h[k] = -h[k];
        curved = curved && pg_spd_inverse(inverse, h, b->n_free);
        if (curved) {
            polish(&p, &l, inverse, b);
            standard_errors(out, inverse, &p, b);
        } else {
            status = PG_K_HESSIAN_NOT_PD;
        }
    }
    out->params = p;
    out->loglik = l.loglik;
    out->last_sigma2 = l.last_sigma2;
    out->last_e = l.last_e;
    double n = (double)b->series.n;
    out->gradient_norm = 0.0;
    for (int k = 0; k < b->n_free; k++)
        out->gradient_norm = fmax(out->gradient_norm, fabs(l.gradient[b->free[k]]) / n);
    /* At a bound, or with omega tied, the gradient by the parameters need not vanish: the search's own must. */
    double search = pg_gradient_norm(best->g, best->n);
    if (status != PG_K_AT_BOUNDARY && !b->targeting)
        search = fmin(search, out->gradient_norm);
    return search > 1e-4 ? PG_K_NOT_CONVERGED : status;
}

/* Back to the units of the returns: mu s, omega s^2, loglik - n ln s. */
static void unscale(pg_garch_fit *out, double s, const problem *b)
{
    double n = (double)out->n, k = b->n_free;
    double *errors[] = { out->se_hessian, out->se_robust, out->se_opg };

    out->params.mu *= s;
    out->params.omega *= s * s;
    out->loglik -= n * log(s);
    out->last_sigma2 *= s * s;
    out->last_e *= s;
    out->backcast = b->series.backcast * s * s;
    for (int i = 0; i < 3; i++) {
        errors[i][0] *= s;
        errors[i][1] *= s * s;
    }
    out->aic = 2.0 * k - 2.0 * out->loglik;
    out->bic = k * log(n) - 2.0 * out->loglik;
    out->persistence = out->params.alpha + out->params.beta;
    out->uncond_var = out->params.omega / (1.0 - out->persistence);
    if (b->series.dist == PG_GARCH_NORMAL)
        out->params.nu = NAN;
}

static void choose_free(problem *b, const pg_garch_options *o)
{
    b->targeting = o->variance_targeting;
    b->n_free = 0;
    memset(b->u, 0, sizeof b->u);
    for (int i = 0; i < PARAMS; i++) {
        bool fixed =
            (i == 0 && o->zero_mean) || (i == 1 && o->variance_targeting) || (i == 4 && o->dist == PG_GARCH_NORMAL);
        if (!fixed)
            b->free[b->n_free++] = i;
    }
}

/* Prices that mostly stand still on a fine grid make the t likelihood grow without bound as omega goes to 0, with any
 * alpha > 0 and beta = 0: a zero after a zero adds -ln(omega)/2, a return after a zero takes nu times as much, and what
 * follows a return stays bounded. Without the ARCH effect the same holds for all zeros against all returns. */
static bool is_unbounded(const double *r, size_t n)
{
    size_t zeros = 0, stays = 0, leaves = 0;
    for (size_t i = 0; i < n; i++) {
        zeros += r[i] == 0.0;
        stays += i > 0 && r[i - 1] == 0.0 && r[i] == 0.0;
        leaves += i > 0 && r[i - 1] == 0.0 && r[i] != 0.0;
    }
    return (double)zeros > nu_least * (double)(n - zeros) || (double)stays > nu_least * (double)leaves;
}

pg_kstatus pg_garch_fit_run(pg_garch_fit *out, const double *r, size_t n, const pg_garch_options *o, double *work)
{
    problem b = { 0 };
    pg_minimum best;

    *out = (pg_garch_fit){ .n = (int64_t)n,
                           .params = { NAN, NAN, NAN, NAN, NAN },
                           .loglik = NAN,
                           .aic = NAN,
                           .bic = NAN,
                           .persistence = NAN,
                           .uncond_var = NAN,
                           .last_sigma2 = NAN,
                           .last_e = NAN,
                           .se_hessian = { NAN, NAN, NAN, NAN, NAN },
                           .se_robust = { NAN, NAN, NAN, NAN, NAN },
                           .se_opg = { NAN, NAN, NAN, NAN, NAN },
                           .gradient_norm = NAN,
                           .backcast = NAN };
    if (n < 10)
        return pg_series_first_bad(r, n) < n ? PG_K_BAD_INPUT : PG_K_TOO_FEW_POINTS;
    pg_kstatus status = pg_garch_prepare(&b.series, r, n, o->dist, o->init, o->init_value);
    if (status != PG_K_OK)
        return status;
    if (!(b.series.variance > 1e-28 * b.series.mean * b.series.mean))
        return PG_K_ZERO_VARIATION;
    if (o->dist == PG_GARCH_STUDENT && is_unbounded(r, n))
        return PG_K_ZERO_VARIATION;

    double s = sqrt(b.series.variance);
    for (size_t i = 0; i < n; i++)
        work[i] = r[i] / s;
    status = pg_garch_prepare(&b.series, work, n, o->dist, o->init, o->init_value / (s * s));
    if (status != PG_K_OK)
        return status;
    choose_free(&b, o);
    bool found = false;
    if (o->warm) {
        pg_garch_params start = o->start;
        start.mu /= s;
        start.omega /= s * s;
        if (o->dist == PG_GARCH_NORMAL)
            start.nu = 8.0;
        found = start.omega > 0.0 && start.nu > 2.0 && begin(&best, &start, &b);
        if (found)
            pg_minimize_run(&best, objective, &b, 1e-7, 400);
    }
    if (!found)
        found = twelve_starts(&best, &b);
    if (!found)
        return PG_K_NOT_CONVERGED;
    if (o->restarts > 0)
        explore(&best, &b, o->restarts, o->seed, 1.0 / sqrt((double)n));
    try_bounds(&best, &b);
    status = conclude(out, &best, &b);
    out->evaluations = b.evaluations;
    unscale(out, s, &b);
    out->gates = n < 100 ? PG_GATE_N : 0;
    return status == PG_K_OK && out->gates ? PG_K_LOW_QUALITY : status;
}

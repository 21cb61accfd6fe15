/* Runner of validation_as2008.json: the simulation of Avellaneda & Stoikov (2008), section 3.3, against the reference
 * Monte Carlo and the published tables (spec 9.2). */
#include <math.h>
#include <string.h>

#include "kernels/quote_as.h"
#include "kernels/random.h"
#include "kernels/series.h"
#include "selftest/quant.h"

enum { PATHS = 4000, SEED = 20080402 };

typedef struct {
    double s0, horizon, sigma, dt, q0, k, a;
    double gamma;
    bool inventory;  /* quotes around the reservation price, else symmetric around the mid */
    bool constant;   /* the preprint's spread without the risk term */
    bool exact_fill; /* 1 - exp(-lambda dt), else lambda dt taken literally */
} setup;

typedef struct {
    double spread, profit, sd_profit, q, sd_q;
    double lead; /* of the spread of the inventory strategy at the left ends of steps over its time average */
} outcome;

/* Total spread with the time left: the AS spread, its time average for the symmetric strategy, or constant. */
static double total_spread(const setup *s, double left)
{
    double base = 2.0 * pg_as_intensity_term(s->gamma, s->k), risk = s->gamma * s->sigma * s->sigma;
    if (s->constant)
        return base;
    return base + risk * (s->inventory ? left : 0.5 * s->horizon);
}

static bool filled(const setup *s, pg_random *random, double distance)
{
    double rate = s->a * exp(-s->k * distance) * s->dt;
    return pg_random_uniform(random) < (s->exact_fill ? -expm1(-rate) : rate);
}

static void run_path(const setup *s, pg_random *random, double *profit, double *q_end, double *spread_sum)
{
    double mid = s->s0, q = s->q0, cash = 0.0, move = s->sigma * sqrt(s->dt);
    int steps = (int)lround(s->horizon / s->dt);

    for (int i = 0; i < steps; i++) {
        double left = s->horizon - (double)i * s->dt, spread = total_spread(s, left);
        double shift = s->inventory ? q * s->gamma * s->sigma * s->sigma * left : 0.0;
        double bid = 0.5 * spread + shift, ask = 0.5 * spread - shift;
        bool bought = filled(s, random, bid), sold = filled(s, random, ask);
        cash += (sold ? mid + ask : 0.0) - (bought ? mid - bid : 0.0);
        q += (bought ? 1.0 : 0.0) - (sold ? 1.0 : 0.0);
        mid += pg_random_uniform(random) < 0.5 ? move : -move;
        *spread_sum += spread / steps;
    }
    *profit = cash + q * mid;
    *q_end = q;
}

static outcome simulate(const setup *s)
{
    pg_welford profits = { 0 }, positions = { 0 };
    pg_random random;
    double spread = 0.0;

    pg_random_seed(&random, SEED);
    for (int p = 0; p < PATHS; p++) {
        double profit, q;
        run_path(s, &random, &profit, &q, &spread);
        pg_welford_add(&profits, profit);
        pg_welford_add(&positions, q);
    }
    return (outcome){ spread / PATHS,
                      profits.mean,
                      sqrt(pg_welford_variance(&profits)),
                      positions.mean,
                      sqrt(pg_welford_variance(&positions)),
                      s->inventory && !s->constant ? 0.5 * s->gamma * s->sigma * s->sigma * s->dt : 0.0 };
}

static setup read_setup(const cJSON *root, const cJSON *row)
{
    const cJSON *j = pg_vector_get(root, "setup");
    const char *strategy = pg_vector_text(row, "strategy");
    return (setup){ .s0 = pg_vector_double(j, "s0", NAN),
                    .horizon = pg_vector_double(j, "T", NAN),
                    .sigma = pg_vector_double(j, "sigma", NAN),
                    .dt = pg_vector_double(j, "dt", NAN),
                    .q0 = pg_vector_double(j, "q0", 0.0),
                    .k = pg_vector_double(j, "k", NAN),
                    .a = pg_vector_double(j, "A", NAN),
                    .gamma = pg_vector_double(row, "gamma", NAN),
                    .inventory = strncmp(strategy, "inventory", 9) == 0,
                    .constant = strstr(strategy, "_const") != NULL,
                    .exact_fill = strcmp(pg_vector_text(row, "fill_model"), "poisson") == 0 };
}

static void check_near(pg_vectors *v, const char *field, double expected, double got, double slack)
{
    pg_vector_check_value(v, field, expected, got, (pg_tolerance){ 0.0, slack });
}

/* Four standard errors of both simulations; dispersions four errors plus 1 %. */
static void check_reference(pg_vectors *v, const cJSON *row, const outcome *got)
{
    double sd = pg_vector_double(row, "std_profit", NAN), sd_q = pg_vector_double(row, "std_final_q", NAN);
    double profit_slack = 4.0 * sd / sqrt(PATHS) + 4.0 * pg_vector_double(row, "mc_se_profit", 0.0);

    check_near(v, "avg_spread", pg_vector_double(row, "avg_spread", NAN), got->spread, 1e-9);
    check_near(v, "profit", pg_vector_double(row, "profit", NAN), got->profit, profit_slack);
    check_near(v, "std_profit", sd, got->sd_profit, 4.0 * sd / sqrt(2.0 * PATHS) + 0.01 * sd);
    check_near(v, "final_q", pg_vector_double(row, "final_q", NAN), got->q, 4.0 * sd_q / sqrt(PATHS) + 0.05);
    check_near(v, "std_final_q", sd_q, got->sd_q, 4.0 * sd_q / sqrt(2.0 * PATHS) + 0.01 * sd_q);
}

/* The paper's rows come from 1000 paths. Its average spread is the integral over time, to two decimals; a simulation
 * averages over the left ends of its steps, gamma sigma^2 dt/2 more. */
static void check_published(pg_vectors *v, const cJSON *row, const outcome *got)
{
    double sd = pg_vector_double(row, "std_profit", NAN), sd_q = pg_vector_double(row, "std_final_q", NAN);

    check_near(v, "avg_spread", pg_vector_double(row, "avg_spread", NAN), got->spread - got->lead, 0.0051);
    check_near(v, "profit", pg_vector_double(row, "profit", NAN), got->profit, 4.0 * sd / sqrt(1000.0));
    check_near(v, "std_profit", sd, got->sd_profit, 0.12 * sd);
    check_near(v, "std_final_q", sd_q, got->sd_q, 0.12 * sd_q);
}

static void run_rows(pg_vectors *v, const cJSON *root, const char *name,
                     void (*check)(pg_vectors *, const cJSON *, const outcome *))
{
    const cJSON *row;
    cJSON_ArrayForEach(row, pg_vector_get(root, name))
    {
        char id[96];
        setup s = read_setup(root, row);
        snprintf(id, sizeof id, "%s gamma %g %s %s", name, s.gamma, pg_vector_text(row, "strategy"),
                 pg_vector_text(row, "fill_model"));
        pg_vector_begin(v, id);
        if (s.gamma > 0.0 && s.k > 0.0 && s.dt > 0.0 && s.horizon / s.dt <= 1e5) {
            outcome got = simulate(&s);
            check(v, row, &got);
        } else {
            pg_vector_fail(v, "setup", "cannot be simulated");
        }
        pg_vector_end(v);
    }
}

void pg_quant_validation(pg_vectors *v, const cJSON *root)
{
    run_rows(v, root, "reference_monte_carlo", check_reference);
    run_rows(v, root, "published_2008_tables_1_3", check_published);
}

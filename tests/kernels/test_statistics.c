/* Statistical validation in short form, with fixed seeds (spec 9.4 to 9.6, 3.12): bipower variation, intensities,
 * Hawkes, GARCH. Limits are several Monte Carlo errors wide, so that a right kernel passes with any seed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/bipower.h"
#include "kernels/garch_fit.h"
#include "kernels/hawkes.h"
#include "kernels/hybrid_vol.h"
#include "kernels/intensity.h"
#include "kernels/jumps.h"
#include "kernels/microprice.h"
#include "kernels/microprice_stoikov.h"
#include "kernels/noise.h"
#include "kernels/random.h"
#include "kernels/series.h"
#include "kernels/stochastic_variance.h"
#include "kernels/virtual_quoting.h"

#define assert_near(a, b, tolerance)                                                                                   \
    do {                                                                                                               \
        double near_a = (a), near_b = (b);                                                                             \
        if (!(fabs(near_a - near_b) <= (tolerance)))                                                                   \
            fail_msg("%s = %.10g, expected %.10g within %g", #a, near_a, near_b, (double)(tolerance));                 \
    } while (0)

static void bipower_moments(void **state)
{
    enum { N = 500, REPS = 3000 };
    double r[N];
    pg_welford rv = { 0 }, bv = { 0 }, z = { 0 };
    pg_random random;
    (void)state;
    pg_random_seed(&random, 11);
    for (int k = 0; k < REPS; k++) {
        pg_bipower b;
        for (int i = 0; i < N; i++)
            r[i] = 1e-4 * pg_random_normal(&random);
        assert_int_equal(pg_bipower_window(&b, r, N), PG_K_OK);
        pg_welford_add(&rv, b.rv / (N * 1e-8));
        pg_welford_add(&bv, b.bv / (N * 1e-8));
        pg_welford_add(&z, b.z);
    }
    assert_near(rv.mean, 1.0, 3.0 * sqrt(2.0 / N / REPS));
    assert_near(bv.mean, 1.0, 3.0 * sqrt(2.61 / N / REPS));
    assert_near(N * pg_welford_variance(&rv), 2.0, 0.16);
    assert_near(N * pg_welford_variance(&bv), M_PI * M_PI / 4.0 + M_PI - 3.0, 0.2);
    assert_near(sqrt(pg_welford_variance(&z)), 1.0, 0.04);
    assert_near(z.mean, 0.0, 0.08);
}

/* One jump of 10 sigma: RV up by 100 sigma^2, BV by about 23.07 sigma^2. */
static void bipower_resists_jumps(void **state)
{
    enum { N = 500, REPS = 1500 };
    double r[N], rv = 0.0, bv = 0.0;
    pg_random random;
    (void)state;
    pg_random_seed(&random, 12);
    for (int k = 0; k < REPS; k++) {
        pg_bipower with, without;
        for (int i = 0; i < N; i++)
            r[i] = pg_random_normal(&random);
        pg_bipower_window(&without, r, N);
        r[N / 2] += 10.0;
        pg_bipower_window(&with, r, N);
        rv += (with.rv - without.rv) / REPS;
        bv += (with.bv_raw - without.bv_raw) / REPS;
    }
    assert_near(rv, 100.0, 4.0 * 20.0 / sqrt(REPS));
    assert_near(bv, 23.07, 0.8);
}

static size_t poisson_depths(double *depth, size_t room, double a, double kappa, double horizon_s, pg_random *random)
{
    size_t n = 0;
    for (double t = pg_random_exponential(random, a); t < horizon_s && n < room; t += pg_random_exponential(random, a))
        depth[n++] = pg_random_exponential(random, kappa);
    return n;
}

static void intensity_is_unbiased_and_covers(void **state)
{
    enum { REPS = 300, ROOM = 8000 };
    static double depth[ROOM];
    double counts[18], edges[19], work[36];
    int covered = 0, binned_covered = 0, survival_covered = 0;
    pg_welford kappa = { 0 }, se = { 0 }, a = { 0 };
    pg_random random;
    (void)state;
    pg_random_seed(&random, 13);
    for (int i = 0; i < 19; i++)
        edges[i] = 0.1 + 0.5 * i;
    for (int k = 0; k < REPS; k++) {
        size_t n = poisson_depths(depth, ROOM, 1.0, 0.4, 3600.0, &random);
        pg_intensity fit, binned;
        pg_intensity_survival survival;
        assert_int_equal(pg_intensity_mle(&fit, depth, n, 0.0, INFINITY, 3600.0), PG_K_OK);
        pg_welford_add(&kappa, fit.kappa);
        pg_welford_add(&se, fit.se_kappa);
        pg_welford_add(&a, fit.a);
        covered += fit.kappa_lo <= 0.4 && 0.4 <= fit.kappa_hi;
        pg_intensity_count(counts, depth, n, edges, 18);
        pg_intensity_survival_fit(&survival, edges, counts, 18, 10, 3600.0, work);
        survival_covered += survival.kappa_lo <= 0.4 && 0.4 <= survival.kappa_hi;
        for (int i = 0; i < 17; i++)
            counts[i] -= counts[i + 1];
        pg_kstatus status = pg_intensity_binned(&binned, edges, counts, 17, 3600.0);
        assert_true(status == PG_K_OK || status == PG_K_LOW_QUALITY);
        binned_covered += binned.kappa_lo <= 0.4 && 0.4 <= binned.kappa_hi;
    }
    double spread = sqrt(pg_welford_variance(&kappa));
    assert_near(kappa.mean, 0.4, 3.5 * spread / sqrt(REPS));
    assert_near(a.mean, 1.0, 3.5 * sqrt(pg_welford_variance(&a) / REPS));
    assert_near(spread / se.mean, 1.0, 0.15);
    assert_in_range(covered, (int)(0.91 * REPS), (int)(0.99 * REPS));
    assert_in_range(binned_covered, (int)(0.91 * REPS), (int)(0.99 * REPS));
    assert_true(survival_covered < REPS / 2); /* why it is not the default */
}

/* Ranges that change with time, and the streaming form, give what the plain estimator gives where they meet. */
static void intensity_forms_agree(void **state)
{
    enum { N = 400 };
    double depth[N], lo[] = { 0.5, 0.5 }, hi[] = { INFINITY, INFINITY }, weight[] = { 1000.0, 2600.0 };
    pg_intensity plain, exposed, streamed, truncated;
    pg_intensity_stream stream = { .lo = 0.5 };
    pg_random random;
    (void)state;
    pg_random_seed(&random, 14);
    pg_intensity_stream_advance(&stream, 1000.0);
    for (int i = 0; i < N; i++) {
        depth[i] = 0.5 + pg_random_exponential(&random, 2.0);
        pg_intensity_stream_trade(&stream, 1000.0 + 9.0 * (i + 1), depth[i]);
    }
    assert_int_equal(pg_intensity_mle(&plain, depth, N, 0.5, INFINITY, 3600.0), PG_K_OK);
    assert_int_equal(pg_intensity_exposed(&exposed, depth, N, lo, hi, weight, 2, 1e-3, 1e3), PG_K_OK);
    assert_near(exposed.kappa, plain.kappa, 1e-10);
    assert_near(exposed.a, plain.a, 1e-10);
    assert_int_equal(pg_intensity_stream_read(&streamed, &stream), PG_K_OK);
    assert_near(streamed.kappa, plain.kappa, 1e-12);
    assert_near(stream.exposure_s, 3600.0, 1e-9);
    hi[0] = hi[1] = 1.5;
    size_t inside = 0;
    for (int i = 0; i < N; i++)
        if (depth[i] <= 1.5)
            depth[inside++] = depth[i];
    assert_int_equal(pg_intensity_mle(&truncated, depth, inside, 0.5, 1.5, 3600.0), PG_K_OK);
    assert_int_equal(pg_intensity_exposed(&exposed, depth, inside, lo, hi, weight, 2, 1e-3, 1e3), PG_K_OK);
    assert_near(exposed.kappa, truncated.kappa, 1e-9 * truncated.kappa);
    assert_near(exposed.se_kappa, truncated.se_kappa, 1e-9);
}

static void hawkes_is_recovered(void **state)
{
    enum { REPS = 60, ROOM = 20000 };
    static double t[ROOM], work[ROOM];
    pg_hawkes truth = { 0.5, 0.6, 1.2 };
    pg_welford mu = { 0 }, alpha = { 0 }, beta = { 0 };
    int rejected = 0, covered = 0;
    pg_random random;
    (void)state;
    pg_random_seed(&random, 15);
    for (int k = 0; k < REPS; k++) {
        size_t n;
        double ks, p;
        pg_hawkes_fit fit;
        assert_int_equal(pg_hawkes_simulate(t, &n, ROOM, &truth, 1000.0, &random), PG_K_OK);
        assert_int_equal(pg_hawkes_estimate(&fit, t, n, 1000.0), PG_K_OK);
        pg_welford_add(&mu, fit.params.mu);
        pg_welford_add(&alpha, fit.params.alpha);
        pg_welford_add(&beta, fit.params.beta);
        covered += fabs(fit.params.mu - truth.mu) < 1.96 * fit.se_mu;
        assert_int_equal(pg_hawkes_residuals(&ks, &p, &truth, t, n, work), PG_K_OK);
        rejected += p < 0.01;
    }
    /* The mean of the estimates has a small-sample bias of order 1/n besides its Monte Carlo error. */
    assert_near(mu.mean, 0.5, 3.0 * sqrt(pg_welford_variance(&mu) / REPS) + 0.01);
    assert_near(alpha.mean, 0.6, 3.0 * sqrt(pg_welford_variance(&alpha) / REPS) + 0.01);
    assert_near(beta.mean, 1.2, 3.0 * sqrt(pg_welford_variance(&beta) / REPS) + 0.03);
    assert_true(rejected <= 3);
    assert_true(covered >= (int)(0.86 * REPS));
}

/* Log-likelihood gradients against central differences. */
static void gradients_are_derivatives(void **state)
{
    double t[] = { 0.3, 0.5, 1.7, 1.8, 4.0, 4.1, 4.15, 8.0 }, r[200];
    pg_random random;
    (void)state;
    for (int i = 0; i < 3; i++) {
        double p[] = { 0.4, 0.7, 1.3 }, h = 1e-6;
        pg_hawkes_likelihood l, up, down;
        pg_hawkes_loglik(&l, &(pg_hawkes){ p[0], p[1], p[2] }, t, 8, 10.0);
        p[i] += h;
        pg_hawkes_loglik(&up, &(pg_hawkes){ p[0], p[1], p[2] }, t, 8, 10.0);
        p[i] -= 2 * h;
        pg_hawkes_loglik(&down, &(pg_hawkes){ p[0], p[1], p[2] }, t, 8, 10.0);
        assert_near(l.gradient[i], (up.loglik - down.loglik) / (2 * h), 1e-7);
    }
    pg_random_seed(&random, 16);
    for (int i = 0; i < 200; i++)
        r[i] = pg_random_student(&random, 5.0);
    for (int init = PG_GARCH_BACKCAST; init <= PG_GARCH_UNCOND; init++)
        for (int i = 0; i < 5; i++) {
            pg_garch_series s;
            pg_garch_likelihood l, up, down;
            pg_garch_params p = { 0.05, 0.1, 0.12, 0.7, 6.0 };
            double *field[] = { &p.mu, &p.omega, &p.alpha, &p.beta, &p.nu }, h = 1e-6;
            pg_garch_prepare(&s, r, 200, PG_GARCH_STUDENT, (pg_garch_init)init, 1.3);
            pg_garch_loglik(&l, &s, &p);
            *field[i] += h;
            pg_garch_loglik(&up, &s, &p);
            *field[i] -= 2 * h;
            pg_garch_loglik(&down, &s, &p);
            assert_near(l.gradient[i], (up.loglik - down.loglik) / (2 * h), 1e-5);
        }
}

static void simulate_garch(double *r, size_t n, const pg_garch_params *p, pg_random *random)
{
    double sigma2 = p->omega / (1 - p->alpha - p->beta), e = 0.0;
    for (size_t t = 0; t < n; t++) {
        sigma2 = p->omega + p->alpha * e * e + p->beta * sigma2;
        e = sqrt(sigma2) * pg_random_student(random, p->nu);
        r[t] = p->mu + e;
    }
}

static void garch_errors_cover(void **state)
{
    enum { REPS = 60, N = 2000 };
    static double r[N], work[N];
    pg_garch_params truth = { 1e-4, 2e-6, 0.08, 0.88, 7.0 };
    int covered[5] = { 0 };
    pg_random random;
    (void)state;
    pg_random_seed(&random, 17);
    for (int k = 0; k < REPS; k++) {
        pg_garch_options o = { .dist = PG_GARCH_STUDENT };
        pg_garch_fit fit;
        simulate_garch(r, N, &truth, &random);
        assert_int_equal(pg_garch_fit_run(&fit, r, N, &o, work), PG_K_OK);
        double got[] = { fit.params.mu, fit.params.omega, fit.params.alpha, fit.params.beta, fit.params.nu };
        double want[] = { truth.mu, truth.omega, truth.alpha, truth.beta, truth.nu };
        for (int i = 0; i < 5; i++)
            covered[i] += fabs(got[i] - want[i]) < 2.6 * fit.se_hessian[i];
    }
    for (int i = 0; i < 5; i++)
        assert_true(covered[i] >= (int)(0.85 * REPS));
}

/* The answer does not depend on the scale of the returns, and options are honoured. */
static void garch_scale_and_options(void **state)
{
    enum { N = 1200 };
    static double r[N], scaled[N], work[N];
    pg_garch_params truth = { 1e-3, 2e-6, 0.1, 0.85, 8.0 };
    pg_garch_options o = { .dist = PG_GARCH_STUDENT };
    pg_garch_fit a, b;
    pg_random random;
    (void)state;
    pg_random_seed(&random, 18);
    simulate_garch(r, N, &truth, &random);
    for (int i = 0; i < N; i++)
        scaled[i] = 1e-5 * r[i];
    assert_int_equal(pg_garch_fit_run(&a, r, N, &o, work), PG_K_OK);
    assert_int_equal(pg_garch_fit_run(&b, scaled, N, &o, work), PG_K_OK);
    assert_near(b.params.beta, a.params.beta, 1e-6);
    assert_near(b.params.omega, 1e-10 * a.params.omega, 1e-6 * b.params.omega);
    assert_near(b.loglik, a.loglik - N * log(1e-5), 1e-6 * fabs(b.loglik));

    pg_garch_options warm = o;
    warm.warm = true;
    warm.start = a.params;
    assert_int_equal(pg_garch_fit_run(&b, r, N, &warm, work), PG_K_OK);
    assert_near(b.loglik, a.loglik, 1e-7);
    assert_true(b.evaluations < a.evaluations / 2);

    pg_garch_options zero = o;
    zero.zero_mean = true;
    pg_garch_fit_run(&b, r, N, &zero, work);
    assert_true(b.params.mu == 0.0 && isnan(b.se_hessian[0]) && b.loglik < a.loglik);

    pg_garch_options target = o;
    target.variance_targeting = true;
    assert_int_equal(pg_garch_fit_run(&b, r, N, &target, work), PG_K_OK);
    assert_near(b.uncond_var, pg_series_variance(r, N), 1e-6 * b.uncond_var);
    assert_true(b.loglik <= a.loglik + 1e-9 && isnan(b.se_hessian[1]));

    pg_garch_options explore = o;
    explore.restarts = 100;
    pg_garch_fit_run(&b, r, N, &explore, work);
    assert_near(b.loglik, a.loglik, 1e-5);
}

/* With Gaussian errors the three kinds of standard error estimate the same thing. */
static void garch_error_kinds_agree(void **state)
{
    enum { N = 8000 };
    static double r[N], work[N];
    pg_garch_params truth = { 0, 0.05, 0.1, 0.85, 400.0 };
    pg_garch_options o = { .dist = PG_GARCH_NORMAL };
    pg_garch_fit fit;
    pg_random random;
    (void)state;
    pg_random_seed(&random, 22);
    simulate_garch(r, N, &truth, &random);
    assert_int_equal(pg_garch_fit_run(&fit, r, N, &o, work), PG_K_OK);
    for (int i = 0; i < 4; i++) {
        assert_near(fit.se_robust[i] / fit.se_hessian[i], 1.0, 0.2);
        assert_near(fit.se_opg[i] / fit.se_hessian[i], 1.0, 0.2);
    }
    assert_true(isnan(fit.se_hessian[4]) && fit.gradient_norm < 1e-6);
}

/* The mid follows the imbalances by known coefficients; only the last ten seconds count. */
static void microprice_learns_the_window(void **state)
{
    enum { RING = 512 };
    static pg_microprice_entry ring[RING];
    pg_microprice m = { .ring = ring, .capacity = RING };
    pg_microprice_estimate got;
    pg_random random;
    double mid = 100.0, book = 0.0, flow = 0.0;
    (void)state;
    pg_microprice_defaults(&m.options);
    m.options.window_ms = 10000;
    m.options.horizon_ms = 100;
    pg_random_seed(&random, 23);
    for (int i = 0; i < 3000; i++) {
        double sign = i < 2000 ? -1.0 : 1.0; /* the old relation must be forgotten */
        mid *= 1.0 + sign * (2e-4 * book + 1e-4 * flow) + 1e-5 * pg_random_normal(&random);
        book = 2.0 * pg_random_uniform(&random) - 1.0;
        flow = 2.0 * pg_random_uniform(&random) - 1.0;
        assert_int_equal(pg_microprice_update(&m, 100 * i, mid, book, flow), PG_K_OK);
    }
    assert_int_equal(pg_microprice_read(&got, &m), PG_K_OK);
    assert_int_equal(got.n, 100);
    assert_near(got.beta_book, 2e-4, 1e-5);
    assert_near(got.beta_flow, 1e-4, 1e-5);
    assert_near(got.microprice, mid * (1.0 + got.beta_book * book + got.beta_flow * flow), 1e-9);
    assert_int_equal(m.n_overwritten, 0);
}

static void garch_forecasts(void **state)
{
    pg_garch_params p = { 0, 0.02, 0.08, 0.9, NAN };
    double v[50], sum = 0.0;
    pg_garch_state stream = { 1.7, -0.4 };
    (void)state;
    pg_garch_forecast(v, 50, &p, 1.7, -0.4);
    for (int i = 0; i < 50; i++)
        sum += v[i];
    assert_near(pg_garch_forecast_sum(&p, 1.7, -0.4, 50), sum, 1e-12 * sum);
    assert_near(pg_garch_sigma(&p, 1.7, -0.4, 2.0, 100.0), sqrt(sum / 100.0), 1e-12);
    assert_int_equal(pg_garch_update(&stream, &p, 0.3), PG_K_OK);
    assert_near(stream.sigma2, v[0], 1e-15);
    p.beta = 0.92 - 1e-12; /* nearly integrated: the arithmetic series */
    assert_near(pg_garch_forecast_sum(&p, 1.0, 0.0, 10), 10 * (0.02 + p.beta) + 45 * 0.02, 1e-9);
}

static void other_models_recover_truth(void **state)
{
    enum { N = 20000 };
    static double x[N], y[N];
    pg_random random;
    pg_roll roll;
    pg_jumps jumps;
    pg_sv sv;
    (void)state;
    pg_random_seed(&random, 19);
    double noise = 0.0, v = 1e-8;
    for (int i = 0; i < N; i++) { /* random walk plus bid-ask noise of variance 4e-8 */
        double e = 2e-4 * pg_random_normal(&random), step = 1e-4 * pg_random_normal(&random);
        x[i] = step + e - noise;
        noise = e;
    }
    assert_int_equal(pg_roll_estimate(&roll, x, N, 20), PG_K_OK);
    assert_near(roll.noise, 4e-8, 0.1 * 4e-8);
    for (int i = 0; i < N; i++)
        x[i] = 1e-4 * pg_random_normal(&random) + (i % 200 == 100 ? 2e-3 * (i % 400 == 100 ? 1 : -1) : 0.0);
    assert_int_equal(pg_jumps_estimate(&jumps, x, N, N, 4.0, 5), PG_K_OK);
    assert_in_range(jumps.n_jumps, 98, 108);
    assert_near(jumps.second_moment, 4e-6, 3e-7);
    for (int i = 0; i < N; i++) { /* CIR by Euler steps of 60 s: theta 1e-8, kappa 1e-3 */
        v += 1e-3 * (1e-8 - v) * 60 + 2e-6 * sqrt(fmax(v, 0) * 60) * pg_random_normal(&random);
        v = fmax(v, 0);
        y[i] = v;
    }
    assert_int_equal(pg_sv_fit(&sv, y, NULL, N, 60.0, PG_SV_CIR), PG_K_OK);
    assert_near(sv.kappa_v, 1e-3, 2.5e-4);
    assert_near(pg_sv_forecast(&sv, 3e-8, 0.0), 3e-8, 1e-20);
}

static void hybrid_follows_the_level(void **state)
{
    enum { PARTICLES = 500 };
    double h[PARTICLES], w[PARTICLES], scratch[PARTICLES];
    pg_hybrid_options o;
    pg_hybrid a, b;
    pg_hybrid_estimate got, again;
    pg_random random;
    (void)state;
    pg_hybrid_defaults(&o);
    pg_random_seed(&random, 20);
    assert_int_equal(pg_hybrid_init(&a, &o, 9, h, w, scratch, PARTICLES), PG_K_OK);
    assert_int_equal(pg_hybrid_read(&got, &a, 0.0), PG_K_WARMUP);
    for (int i = 0; i < 2000; i++)
        pg_hybrid_update(&a, 1.5e-4 * pg_random_normal(&random), 1.0);
    assert_int_equal(pg_hybrid_read(&got, &a, 0.0), PG_K_OK);
    assert_near(got.sigma, 1.5e-4, 0.3e-4);
    assert_true(a.n_resampled > 0 && got.weight >= 0.05 && got.weight <= 0.5);
    pg_random_seed(&random, 20);
    pg_hybrid_init(&b, &o, 9, h, w, scratch, PARTICLES);
    for (int i = 0; i < 2000; i++)
        pg_hybrid_update(&b, 1.5e-4 * pg_random_normal(&random), 1.0);
    pg_hybrid_read(&again, &b, 0.0);
    assert_true(got.sigma == again.sigma); /* the same seed, the same numbers */
}

/* Stoikov: imbalance that foretells the next move gives an adjustment of its sign, odd about one half. */
static void stoikov_finds_the_signal(void **state)
{
    enum { N = 60000 };
    static double bid[N], bs[N], ask[N], as[N];
    pg_stoikov table;
    pg_random random;
    double mid = 1000.0, price;
    (void)state;
    pg_random_seed(&random, 21);
    for (int i = 0; i < N; i++) {
        double imbalance = pg_random_uniform(&random);
        bid[i] = mid - 0.005;
        ask[i] = mid + 0.005;
        bs[i] = imbalance + 1e-9;
        as[i] = 1.0 - imbalance + 1e-9;
        if (pg_random_uniform(&random) < 0.3)
            mid += pg_random_uniform(&random) < imbalance ? 0.01 : -0.01;
    }
    assert_int_equal(pg_stoikov_fit(&table, bid, bs, ask, as, N, 0.01, 1), PG_K_OK);
    for (int d = 0; d < 10; d++)
        assert_near(table.adjustment[d], -table.adjustment[9 - d], 1e-12);
    assert_true(table.adjustment[9] > table.adjustment[6] && table.adjustment[6] > 0.0);
    assert_int_equal(pg_stoikov_price(&price, &table, 999.995, 9.5, 1000.005, 0.5), PG_K_OK);
    assert_true(price > 1000.0 && price < 1000.01);
    assert_int_equal(pg_stoikov_fit(&table, bid, bs, ask, as, 5000, 0.01, 1), PG_K_TOO_FEW_POINTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bipower_moments),
        cmocka_unit_test(bipower_resists_jumps),
        cmocka_unit_test(intensity_is_unbiased_and_covers),
        cmocka_unit_test(intensity_forms_agree),
        cmocka_unit_test(hawkes_is_recovered),
        cmocka_unit_test(gradients_are_derivatives),
        cmocka_unit_test(garch_errors_cover),
        cmocka_unit_test(garch_scale_and_options),
        cmocka_unit_test(garch_error_kinds_agree),
        cmocka_unit_test(microprice_learns_the_window),
        cmocka_unit_test(garch_forecasts),
        cmocka_unit_test(other_models_recover_truth),
        cmocka_unit_test(hybrid_follows_the_level),
        cmocka_unit_test(stoikov_finds_the_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

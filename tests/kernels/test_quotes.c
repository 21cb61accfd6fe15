/* Properties of the quoting models (spec 9.7) and the published parameter sets of 9.3. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernels/ladder.h"
#include "kernels/quote_as.h"
#include "kernels/quote_cartea.h"
#include "kernels/quote_glft.h"
#include "kernels/quote_hjb.h"
#include "kernels/quote_rules.h"
#include "kernels/random.h"
#include "kernels/risk_gamma.h"

#define assert_near(a, b, tolerance)                                                                                   \
    do {                                                                                                               \
        double near_a = (a), near_b = (b);                                                                             \
        if (!(fabs(near_a - near_b) <= (tolerance)))                                                                   \
            fail_msg("%s = %.17g, expected %.17g", #a, near_a, near_b);                                                \
    } while (0)

enum { TRIALS = 500 };

static double between(pg_random *random, double lo, double hi)
{
    return lo + (hi - lo) * pg_random_uniform(random);
}

static pg_as_input random_as(pg_random *random)
{
    return (pg_as_input){ between(random, 10, 1000), between(random, -5, 5),    between(random, 0, 0.2),
                          between(random, 1e-3, 2),  between(random, 0.05, 20), between(random, 0.05, 20),
                          between(random, 0, 900),   between(random, 0.01, 2) };
}

static pg_glft_input random_glft(pg_random *random)
{
    pg_as_input a = random_as(random);
    return (pg_glft_input){ a.ref,
                            a.q,
                            a.sigma_px,
                            a.gamma_px,
                            between(random, 0.05, 5),
                            between(random, 0.05, 5),
                            a.kappa_bid,
                            a.kappa_ask,
                            a.lot,
                            a.gamma_px,
                            0.0,
                            1.0,
                            1.0 };
}

static void mirrored_inventory_mirrors_quotes(void **state)
{
    pg_random random;
    (void)state;
    pg_random_seed(&random, 1);
    for (int i = 0; i < TRIALS; i++) {
        pg_as_input in = random_as(&random), mirror = in;
        pg_as_quote a, b;
        mirror.q = -in.q;
        mirror.kappa_bid = in.kappa_ask;
        mirror.kappa_ask = in.kappa_bid;
        assert_int_equal(pg_as_quote_compute(&a, &in), PG_K_OK);
        assert_int_equal(pg_as_quote_compute(&b, &mirror), PG_K_OK);
        assert_near(in.ref - a.bid, b.ask - in.ref, 1e-12 * in.ref);
        assert_near(a.ask - in.ref, in.ref - b.bid, 1e-12 * in.ref);

        pg_glft_input g = random_glft(&random), h = g;
        pg_glft_quote c, d;
        h.q = -g.q;
        h.kappa_bid = g.kappa_ask;
        h.kappa_ask = g.kappa_bid;
        h.a_bid = g.a_ask;
        h.a_ask = g.a_bid;
        assert_int_equal(pg_glft_quote_compute(&c, &g), PG_K_OK);
        assert_int_equal(pg_glft_quote_compute(&d, &h), PG_K_OK);
        assert_near(c.delta_bid, d.delta_ask, 1e-12 * fabs(c.delta_bid) + 1e-12);
        assert_near(c.delta_ask, d.delta_bid, 1e-12 * fabs(c.delta_ask) + 1e-12);
    }
}

/* Prices in cents: S and sigma times 100, kappa and gamma divided by 100. */
static void units_scale(void **state)
{
    pg_random random;
    (void)state;
    pg_random_seed(&random, 2);
    for (int i = 0; i < TRIALS; i++) {
        pg_as_input in = random_as(&random), cents = in;
        pg_as_quote a, b;
        cents.ref *= 100.0;
        cents.sigma_px *= 100.0;
        cents.gamma_px /= 100.0;
        cents.kappa_bid /= 100.0;
        cents.kappa_ask /= 100.0;
        pg_as_quote_compute(&a, &in);
        pg_as_quote_compute(&b, &cents);
        assert_near(b.bid, 100.0 * a.bid, 1e-10 * fabs(b.bid) + 1e-8);
        assert_near(b.half_ask, 100.0 * a.half_ask, 1e-12 * fabs(b.half_ask));

        pg_glft_input g = random_glft(&random), h = g;
        pg_glft_quote c, d;
        h.ref *= 100.0;
        h.sigma_px *= 100.0;
        h.gamma_px /= 100.0;
        h.xi /= 100.0;
        h.kappa_bid /= 100.0;
        h.kappa_ask /= 100.0;
        pg_glft_quote_compute(&c, &g);
        pg_glft_quote_compute(&d, &h);
        assert_near(d.half_bid, 100.0 * c.half_bid, 1e-11 * fabs(d.half_bid));
        assert_near(d.skew_ask, 100.0 * c.skew_ask, 1e-11 * fabs(d.skew_ask));
    }
}

/* The return-space model with u = q and constant gamma is the price-space one with gamma_px = gamma_rel/mid, lot 1. */
static void spaces_agree(void **state)
{
    pg_random random;
    (void)state;
    pg_random_seed(&random, 3);
    for (int i = 0; i < TRIALS; i++) {
        double mid = between(&random, 10, 70000), gamma = between(&random, 1e-3, 5),
               sigma = between(&random, 1e-5, 1e-3);
        double kb = between(&random, 50, 5000), ka = between(&random, 50, 5000), t = between(&random, 1, 3600);
        double u = between(&random, -1, 1);
        pg_as_return_input rel = { mid, u, 1.0, sigma, kb, ka, PG_GAMMA_CONSTANT, gamma, 0, 0, 0, 1, t, 0, 0, 0 };
        pg_as_input px = { mid, u, sigma * mid, gamma / mid, kb / mid, ka / mid, t, 1.0 };
        pg_as_return_quote a;
        pg_as_quote b;
        assert_int_equal(pg_as_return_compute(&a, &rel), PG_K_OK);
        assert_int_equal(pg_as_quote_compute(&b, &px), PG_K_OK);
        assert_near(a.bid, b.bid, 1e-12 * mid);
        assert_near(a.ask, b.ask, 1e-12 * mid);
    }
}

static void limits_are_reached(void **state)
{
    pg_as_input in = { 100, 0, 0.5, 0.0, 2.0, 4.0, 10, 1 };
    pg_as_quote quote;
    (void)state;
    assert_int_equal(pg_as_quote_compute(&quote, &in), PG_K_OK);
    assert_near(quote.half_bid, 0.5, 1e-15);
    assert_near(quote.half_ask, 0.25, 1e-15);
    assert_near(pg_as_intensity_term(1e-9, 2.0), 0.5, 1e-9);
    in.gamma_px = 0.7;
    in.horizon_s = 0.0;
    pg_as_quote_compute(&quote, &in);
    assert_near(quote.half_bid, log1p(0.35) / 0.7, 1e-15);

    pg_glft_input g = { 100, 0, 0.3, 0.01, 0.9, 0.9, 0.3, 0.3, 1, 0.0, 0, 1, 1 };
    pg_glft_quote a, b;
    pg_glft_quote_compute(&a, &g);
    assert_near(a.c1_bid, 1.0 / 0.3, 1e-14);
    g.xi = 1e-10;
    pg_glft_quote_compute(&b, &g);
    assert_near(a.c2_bid, b.c2_bid, 1e-9);
}

/* GLFT 2013 figures: exact and approximate distances, spec 9.3. (The last exact row is the vectors' value: the text has
 * 11.245212, which they contradict.) */
static void glft_published_sets(void **state)
{
    static const struct {
        double sigma, a;
        int q;
        double exact_bid, exact_ask, approx_bid, approx_ask;
    } rows[] = {
        { 0.3, 0.9, 0, 3.313045, 3.313045, 3.312915, 3.312915 },
        { 0.3, 0.9, 5, 3.653480, 2.972522, 3.652244, 2.973586 },
        { 0.3, 0.9, 20, 4.665542, 1.959199, 4.670232, 1.955599 },
        { 0.4, 0.9, 0, 3.324458, 3.324458, 3.324226, 3.324226 },
        { 0.4, 0.9, 10, 4.230704, 2.417367, 4.229104, 2.419348 },
        { 0.4, 0.9, 20, 5.119731, 1.525942, 5.133982, 1.514471 },
        { 1.0, 0.2, 0, 3.525651, 3.525651, 3.518924, 3.518924 },
        { 1.0, 0.2, 10, 8.022747, -1.072185, 8.317763, -1.279915 },
        { 1.0, 0.2, 20, 11.245444, -4.414947, 13.116602, -6.078754 },
    };
    double bid[61], ask[61], work[61], eigenvalue;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pg_glft_model m = { rows[i].sigma, 0.01, rows[i].a, 0.3, 1.0, 0.0, 30 };
        pg_glft_input in = { 1000, rows[i].q, rows[i].sigma, 0.01, rows[i].a, rows[i].a, 0.3, 0.3, 1, 0.01, 0, 1, 1 };
        pg_glft_quote quote;
        assert_int_equal(pg_glft_stationary(bid, ask, &eigenvalue, &m, work), PG_K_OK);
        assert_near(bid[30 + rows[i].q], rows[i].exact_bid, 1e-6);
        assert_near(ask[30 + rows[i].q], rows[i].exact_ask, 1e-6);
        assert_int_equal(pg_glft_quote_compute(&quote, &in), PG_K_OK);
        assert_near(quote.delta_bid, rows[i].approx_bid, 1e-6);
        assert_near(quote.delta_ask, rows[i].approx_ask, 1e-6);
    }
}

static void glft_exact_tends_to_closed_form(void **state)
{
    pg_glft_model m = { 0.1, 0.01, 2.0, 0.3, 1.0, 0.0, 60 };
    pg_glft_input in = { 1000, 0, 0.1, 0.01, 2.0, 2.0, 0.3, 0.3, 1, 0.01, 0, 1, 1 };
    double bid[121], ask[121], work[121], eigenvalue, *more = malloc(pg_inventory_work(60) * sizeof *more);
    pg_glft_quote quote;
    (void)state;
    assert_int_equal(pg_glft_stationary(bid, ask, &eigenvalue, &m, work), PG_K_OK);
    for (int q = -5; q <= 5; q++) {
        in.q = q;
        pg_glft_quote_compute(&quote, &in);
        assert_near(bid[60 + q], quote.delta_bid, 1e-4);
        assert_near(ask[60 + q], quote.delta_ask, 1e-4);
        assert_near(bid[60 + q], ask[60 - q], 1e-12);
    }
    assert_true(isnan(bid[120]) && isnan(ask[0]));
    double exact[61], other[61];
    pg_glft_model paper = { 0.3, 0.01, 0.9, 0.3, 1.0, 0.0, 30 };
    pg_glft_stationary(exact, other, &eigenvalue, &paper, work);
    assert_int_equal(pg_glft_finite(bid, ask, &paper, 600.0, more), PG_K_OK);
    for (int i = 0; i < 60; i++)
        assert_near(bid[i], exact[i], 1e-5);
    assert_near(pg_inventory_lookup(exact, 30, 1.5), 0.5 * (exact[31] + exact[32]), 1e-15);
    assert_true(isnan(pg_inventory_lookup(exact, 30, 31.0)));
    free(more);
}

/* A larger lot stands for a larger gamma in the exact model too: distances of both models agree at q = 0. */
static void lot_is_consistent(void **state)
{
    pg_glft_model m = { 0.3, 0.02, 2.0, 0.3, 0.5, 0.0, 40 };
    pg_glft_input in = { 1000, 0, 0.3, 0.02, 2.0, 2.0, 0.3, 0.3, 0.5, 0.02, 0, 1, 1 };
    double bid[81], ask[81], work[81], eigenvalue;
    pg_glft_quote quote;
    (void)state;
    assert_int_equal(pg_glft_stationary(bid, ask, &eigenvalue, &m, work), PG_K_OK);
    pg_glft_quote_compute(&quote, &in);
    assert_near(bid[40], quote.delta_bid, 1e-4);
    in.q = 2.0; /* four lots */
    pg_glft_quote_compute(&quote, &in);
    assert_near(bid[44], quote.delta_bid, 1e-3);
}

static void cartea_implicit_approaches_exact(void **state)
{
    pg_cartea_model m = { 0.8, 0.5, 15, 15, 0.005, 0.004, 0.01, 0.01, 20, 4 };
    double h[9], bid[9], ask[9], h2[9], bid2[9], ask2[9], *work = malloc(pg_inventory_work(4) * sizeof *work);
    double error[2];
    (void)state;
    assert_int_equal(pg_cartea_exact(h, bid, ask, &m, work), PG_K_OK);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(pg_cartea_implicit(h2, bid2, ask2, &m, k ? 8000 : 4000, work), PG_K_OK);
        error[k] = fabs(bid2[2] - bid[2]);
    }
    assert_true(error[1] < 0.6 * error[0] && error[1] < 1e-4);
    m.kappa_bid = 10;
    assert_int_equal(pg_cartea_exact(h, bid, ask, &m, work), PG_K_INVALID_PARAMS);
    assert_int_equal(pg_cartea_implicit(h, bid, ask, &m, 40, work), PG_K_OK);
    free(work);
}

static void final_quotes_never_cross(void **state)
{
    pg_random random;
    (void)state;
    pg_random_seed(&random, 4);
    for (int i = 0; i < 20000; i++) {
        double tick = pow(10.0, floor(between(&random, -5, 1))), best_bid = floor(between(&random, 100, 1e6)) * tick;
        double best_ask = best_bid + (1.0 + floor(between(&random, 0, 5))) * tick;
        double bid = best_bid + between(&random, -30, 30) * tick, ask = best_bid + between(&random, -30, 30) * tick;
        pg_quote_rules rules = { tick, best_bid, best_ask, true, 0 };
        pg_final_quote out;
        pg_kstatus status = pg_quote_finish(&out, bid, ask, &rules);
        assert_true(status == PG_K_OK || status == PG_K_CROSSED_REPAIRED);
        assert_true(out.bid_ticks < out.ask_ticks);
        assert_true(out.bid_ticks < llround(best_ask / tick) && out.ask_ticks > llround(best_bid / tick));
        if (status == PG_K_OK)
            assert_true(out.bid <= bid + 1e-8 * tick + 1e-9 * bid && out.ask >= ask - 1e-8 * tick - 1e-9 * ask);
    }
}

static void half_spread_limits(void **state)
{
    (void)state;
    assert_near(pg_half_spread_limit(0.1, 0.2, 0.3, 0.0), 0.3, 0);
    assert_near(pg_half_spread_limit(0.9, 0.2, 0.3, 0.5), 0.5, 0);
    assert_near(pg_half_spread_limit(0.9, 0.2, 0.6, 0.5), 0.9, 0); /* a maximum below the minimum is ignored */
    assert_near(pg_venue_tick(65123.0, 5, 6, 5), 1.0, 0);
    assert_near(pg_venue_tick(3383.5, 4, 6, 5), 0.1, 1e-12);
    assert_near(pg_venue_tick(0.0153, 0, 6, 5), 1e-6, 1e-18);
    assert_near(pg_knife_factor(0.4, 1.0), 1.0, 0);
    assert_near(pg_knife_factor(1.0, 0.5), 1.75, 0);
    assert_near(pg_edge_terms(0.1, 0.2, 0.5, 2.0, 0.25), 0.8, 1e-15);
    assert_near(pg_half_spread_floor(0.1, -0.2, 2.0, 0.25), 1.43, 1e-15);
}

static void ladder_stays_within_limits(void **state)
{
    pg_random random;
    pg_ladder_level levels[12];
    (void)state;
    pg_random_seed(&random, 6);
    for (int i = 0; i < TRIALS; i++) {
        size_t n = 1 + (size_t)between(&random, 0, 12);
        double q_max = between(&random, 0.1, 5), q = between(&random, -1.2, 1.2) * q_max, bids = 0, asks = 0;
        pg_ladder_options o = { between(&random, 10, 5000), 0.01, 1e-4, 10,    between(&random, 0, 5),
                                between(&random, 0.2, 1),   1,    60,   i % 2, i % 3 == 0 };
        assert_int_equal(pg_ladder_build(levels, n, &o), PG_K_OK);
        for (size_t k = 0; k < n; k++)
            bids += levels[k].bid_size;
        assert_true(bids <= o.total_size + 1e-9);
        pg_ladder_merge(levels, n);
        assert_int_equal(pg_ladder_limit(levels, n, q, q_max, o.size_step), PG_K_OK);
        bids = 0;
        for (size_t k = 0; k < n; k++) {
            bids += levels[k].bid_size;
            asks += levels[k].ask_size;
        }
        assert_true(bids <= fmax(q_max - q, 0) + 1e-9 && asks <= fmax(q_max + q, 0) + 1e-9);
        if (q >= q_max)
            assert_true(bids == 0.0);
    }
}

static void allocation_uses_the_cap(void **state)
{
    pg_random random;
    (void)state;
    pg_random_seed(&random, 7);
    for (int i = 0; i < TRIALS; i++) {
        double mv[6], c[6], size[6], total = 0.0, positive = 0.0;
        int32_t order[6];
        pg_allocation a;
        for (int k = 0; k < 6; k++) {
            mv[k] = between(&random, -1, 5);
            c[k] = between(&random, 0.1, 2);
            positive += mv[k] > 0.0;
        }
        pg_allocation_cap(&a, between(&random, 0.1, 3), 1e6, 10, 100);
        assert_int_equal(pg_allocation_waterfill(size, &a, mv, c, 6, order), PG_K_OK);
        for (int k = 0; k < 6; k++) {
            assert_true(size[k] >= 0.0 && (mv[k] > 0.0 || size[k] == 0.0));
            if (size[k] > 0.0) /* the same marginal value everywhere */
                assert_near(mv[k] * exp(-size[k] / c[k]), a.multiplier, 1e-12);
            total += size[k];
        }
        assert_near(total, positive > 0 ? a.cap : 0.0, 1e-9);
        assert_int_equal(pg_allocation_greedy(size, &a, mv, c, 0.01, 6, order), PG_K_OK);
        total = 0.0;
        for (int k = 0; k < 6; k++) {
            total += size[k];
            assert_true(size[k] <= c[k]);
        }
        assert_true(total <= a.cap + 1e-12);
    }
}

static void controllers_answer_to_signs(void **state)
{
    pg_hjb_input in = { 0.3, 1e-4, 0.5, 3600, 86400, 5e-4, 5, 0 };
    pg_hjb_skew a, b;
    pg_risk_gamma_config config;
    pg_risk_gamma_input none = { NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    pg_risk_gamma gamma;
    (void)state;
    pg_hjb_skew_compute(&a, &in);
    in.u = -0.5;
    pg_hjb_skew_compute(&b, &in);
    assert_near(a.skew_rel, -b.skew_rel, 0);
    assert_true(a.skew_rel > 0.0);
    assert_near(pg_hjb_drift(0.5, 5, 0.9, 300, 1), 0, 0);
    assert_true(pg_hjb_drift(0.5, -20, 0.9, 300, 1) > 0.0 && pg_hjb_drift(-0.5, 20, 0.9, 300, 1) < 0.0);
    assert_near(pg_hjb_target(1e-8, 100, 1e-3, 0.01, 4), -2, 0);
    pg_risk_gamma_defaults(&config);
    assert_int_equal(pg_risk_gamma_compute(&gamma, &config, &none), PG_K_OK);
    assert_near(gamma.gamma, 0.3, 1e-15);
    assert_int_equal(gamma.missing, 63);
    config.use_book = true;
    pg_risk_gamma_compute(&gamma, &config, &none);
    assert_int_equal(gamma.missing, 127);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mirrored_inventory_mirrors_quotes),
        cmocka_unit_test(units_scale),
        cmocka_unit_test(spaces_agree),
        cmocka_unit_test(limits_are_reached),
        cmocka_unit_test(glft_published_sets),
        cmocka_unit_test(glft_exact_tends_to_closed_form),
        cmocka_unit_test(lot_is_consistent),
        cmocka_unit_test(cartea_implicit_approaches_exact),
        cmocka_unit_test(final_quotes_never_cross),
        cmocka_unit_test(half_spread_limits),
        cmocka_unit_test(ladder_stays_within_limits),
        cmocka_unit_test(allocation_uses_the_cap),
        cmocka_unit_test(controllers_answer_to_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

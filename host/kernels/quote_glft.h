/* Gueant, Lehalle & Fernandez-Tapia (2013) quotes: closed form, exact, and seed 003's simplification.
 *
 * Distances from the reference price, positive outward, USD; q in base units in the closed form, in lots in the
 * tables. A missing A gives no quote: there is no silent fall back to Avellaneda-Stoikov. */
#ifndef PG_KERNELS_QUOTE_GLFT_H
#define PG_KERNELS_QUOTE_GLFT_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    double ref, q;
    double sigma_px, gamma_px;   /* USD/sqrt(s), 1/USD */
    double a_bid, a_ask;         /* 1/s, same distance unit as kappa */
    double kappa_bid, kappa_ask; /* 1/USD */
    double lot;                  /* base units a fill */
    double xi;                   /* risk aversion in execution; gamma by default, 0: risk-neutral limit */
    double fee_px;               /* f * mid when the fee belongs in the spread, else 0 */
    double adj_spread, adj_skew; /* multipliers, 1 */
} pg_glft_input;

typedef struct {
    double c1_bid, c1_ask, c2_bid, c2_ask;
    double half_bid, half_ask;   /* c1 + sigma c2 lot/2 */
    double skew_bid, skew_ask;   /* USD a base unit: sigma c2 */
    double delta_bid, delta_ask; /* half +- skew q + fee */
    double bid, ask;
} pg_glft_quote;

/* Stationary closed form (sec. 4): x = xi lot/kappa, c1 = ln(1+x)/(xi lot),
 * c2 = sqrt(gamma/(2 A lot kappa) (1+x)^(1+1/x)). Each side with its own kappa and A (a heuristic when they differ).
 * Nonpositive kappa, A or lot, negative gamma, xi or sigma: invalid_params. O(1). */
pg_kstatus pg_glft_quote_compute(pg_glft_quote *out, const pg_glft_input *in);

typedef struct {
    double sigma_px, gamma_px, a, kappa, lot, drift; /* drift of the price, USD/s */
    int64_t q_lots;                                  /* Q: |q| <= Q, at least 1 */
} pg_glft_model;

/* Exact stationary quotes for q = -Q..Q lots into two tables of 2Q+1 (NaN: no bid at Q, no ask at -Q) and the smallest
 * eigenvalue. Ratios of the eigenvector by recursion from the tails inward: relative accuracy in every entry although
 * the vector underflows. work: 2Q+1 doubles. gamma must be > 0. O(Q) a bisection step. */
pg_kstatus pg_glft_stationary(double *delta_bid, double *delta_ask, double *eigenvalue, const pg_glft_model *model,
                              double *work);

/* Number of doubles of work that pg_glft_finite (and pg_cartea_exact) needs for Q lots: 3 n^2 + 4 n, n = 2Q+1. */
size_t pg_inventory_work(int64_t q_lots);

/* Exact quotes with horizon_s left (no terminal penalty). O(Q^3 log). */
pg_kstatus pg_glft_finite(double *delta_bid, double *delta_ask, const pg_glft_model *model, double horizon_s,
                          double *work);

/* Table value at an inventory in lots by linear interpolation; NaN outside, or next to a missing quote. */
double pg_inventory_lookup(const double *table, int64_t q_lots, double q);

/* Seed 003, for comparison only: T = min(1/max(rate, 1e-9), max_holding), half = max(ln(1+g/k)/g, min_half),
 * skew = u g sigma^2 T, all relative. */
typedef struct {
    double microprice, q, q_max;
    double sigma_rel, gamma_rel, kappa_rel;
    double arrival_rate;  /* volume buckets a second */
    double max_holding_s; /* 120 */
    double min_half_rel;  /* 1e-4 */
} pg_glft_seed_input;

typedef struct {
    double horizon_s, half_rel, skew_rel, bid, ask;
} pg_glft_seed_quote;

pg_kstatus pg_glft_seed003(pg_glft_seed_quote *out, const pg_glft_seed_input *in);

#endif

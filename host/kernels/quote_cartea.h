/* Cartea-Jaimungal quotes (Cartea, Jaimungal & Penalva 2015, ch. 10): market orders move the mid, inventory costs.
 *
 * q in [-Q, Q] lots; market buys and sells arrive at lambda+ and lambda-, are filled at distance d with probability
 * e^{-kappa d}, and move the mid by +eps+ and -eps-; running penalty phi q^2, terminal alpha q^2.
 * Units: kappa 1/USD, eps USD, lambda 1/s, phi USD/s, alpha USD (a lot squared), distances USD. */
#ifndef PG_KERNELS_QUOTE_CARTEA_H
#define PG_KERNELS_QUOTE_CARTEA_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    double lambda_buy, lambda_sell; /* lambda+, lambda- */
    double kappa_ask, kappa_bid;    /* decay of fills by buys (our asks), by sells (our bids) */
    double eps_buy, eps_sell;
    double phi, alpha, horizon_s;
    int64_t q_lots;
} pg_cartea_model;

/* Common kappa: w = exp(kappa h) is linear, w(0) = exp(K T) w(T), no discretisation error. Tables of 2Q+1: the value
 * h_q - h_0, and the distances (NaN: no bid at Q, no ask at -Q). work: pg_inventory_work(Q) doubles (quote_glft.h).
 * Different kappas: invalid_params. O(Q^3 log). */
pg_kstatus pg_cartea_exact(double *h, double *delta_bid, double *delta_ask, const pg_cartea_model *model, double *work);

/* Any kappas: backward Euler on h with Newton in each of `steps` (40) steps; first order in the step.
 * work: 6 (2Q+1) doubles. not_converged: Newton did not settle. O(Q steps). */
pg_kstatus pg_cartea_implicit(double *h, double *delta_bid, double *delta_ask, const pg_cartea_model *model,
                              int64_t steps, double *work);

#endif

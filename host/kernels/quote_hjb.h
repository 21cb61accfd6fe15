/* Inventory controller of seed 003, corrected (spec 6.11): skew of both quotes as a fraction of the reference price.
 *
 * skew = base + clamp(pen u urgency, +-5 |base|) + f_s T_rem, base = gamma sigma^2 u T_rem,
 * urgency = 1 - T_rem/T_session. Both quotes move by -ref skew. A heuristic: the optimal-control models are the exact
 * GLFT and Cartea-Jaimungal quotes. O(1). */
#ifndef PG_KERNELS_QUOTE_HJB_H
#define PG_KERNELS_QUOTE_HJB_H

#include "kernels/kernel_status.h"

typedef struct {
    double gamma_rel, sigma_rel;    /* pure number, 1/sqrt(s) */
    double u;                       /* inventory utilisation, clamped to [-1, 1] */
    double remaining_s, session_s;  /* remaining at least 60 s; session 86,400 s */
    double penalty;                 /* 5e-4 */
    double max_terminal_multiplier; /* 5 */
    double funding_s;               /* funding rate a second; positive: longs pay */
} pg_hjb_input;

typedef struct {
    double diffusion, terminal, terminal_capped, funding;
    double skew_rel; /* diffusion + terminal_capped + funding */
} pg_hjb_skew;

pg_kstatus pg_hjb_skew_compute(pg_hjb_skew *out, const pg_hjb_input *in);

/* Drift extension: 0 unless the momentum runs against the inventory by more than 10 bps and continues with
 * probability >= 0.5; then min(1.5 |drift| p |u| min(T_rem, 300), 3 |base|) sign(u), drift = momentum/0.5 s. */
double pg_hjb_drift(double u, double momentum_bps, double continuation, double remaining_s, double diffusion);

/* Target inventory under funding: -f_s S/(gamma_px sigma_px^2), within +-q_max/2. NaN for gamma or sigma 0. */
double pg_hjb_target(double funding_s, double price, double gamma_px, double sigma_px, double q_max);

#endif

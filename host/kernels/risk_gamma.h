/* Dynamic risk aversion (seed 003's RiskConfig, spec 6.7):
 * gamma = clamp(base m_vol m_tox m_inv m_tail m_hawkes m_spread m_book, min, max), in return space.
 *
 * A warning to policies: (1/gamma) ln(1 + gamma/kappa) falls in gamma, so a larger gamma alone narrows that part of the
 * spread; use spread multipliers or additive edge terms to widen under toxicity. O(1). */
#ifndef PG_KERNELS_RISK_GAMMA_H
#define PG_KERNELS_RISK_GAMMA_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    double gamma_base, gamma_min, gamma_max;             /* 0.3, 0.05, 5 */
    double sigma_baseline;                               /* 2e-4 1/sqrt(s) */
    double volatility_weight, max_volatility_multiplier; /* 0.5, 3 */
    double toxicity_threshold, toxicity_sensitivity;     /* 1.5, 0.3 */
    bool toxicity_seed003;                               /* 1 + s (ratio - 1) above the threshold: jumps by s/2 there */
    double inventory_threshold, inventory_sensitivity;   /* 0.5, 2 */
    double tail_base, tail_sensitivity, max_tail_multiplier; /* 1, 4, 5 */
    double hawkes_weight, max_hawkes_multiplier;             /* 0 (off), 2 */
    double tight_multiplier, wide_multiplier;                /* 0.8, 1.5 */
    double tight_percentile, wide_percentile;                /* 0.25, 0.75 */
    bool use_book;                                           /* off */
} pg_risk_gamma_config;

void pg_risk_gamma_defaults(pg_risk_gamma_config *config);

/* NaN stands for a missing input: factor 1 and its bit in `missing`. */
typedef struct {
    double sigma_rel;
    double jump_ratio;
    double u;                 /* inventory utilisation, clamped to [-1, 1] */
    double severity;          /* of cascades */
    double hawkes_ratio;      /* lambda / baseline */
    double spread_percentile; /* fraction of the window */
    double book_ratio;        /* reference depth / near depth, used only with use_book */
} pg_risk_gamma_input;

typedef enum {
    PG_MISSING_SIGMA = 1,
    PG_MISSING_JUMP_RATIO = 2,
    PG_MISSING_INVENTORY = 4,
    PG_MISSING_SEVERITY = 8,
    PG_MISSING_HAWKES = 16,
    PG_MISSING_SPREAD = 32,
    PG_MISSING_BOOK = 64
} pg_missing;

typedef struct {
    double m_vol, m_tox, m_inv, m_tail, m_hawkes, m_spread, m_book;
    double gamma_raw, gamma;
    uint32_t missing;
} pg_risk_gamma;

/* Infinite inputs: bad_input; impossible configuration: invalid_params. */
pg_kstatus pg_risk_gamma_compute(pg_risk_gamma *out, const pg_risk_gamma_config *config, const pg_risk_gamma_input *in);

#endif

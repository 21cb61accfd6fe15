/* Avellaneda & Stoikov (2008) quotes, eqs. (29)-(30), in price space and in return space, with the seeds' variants.
 *
 * Distances half_bid, half_ask are from the reservation price, positive outward. A does not enter: the paper
 * linearises the arrival term; valid while (kappa/2) gamma sigma^2 (q_max/lot)^2 T << 1. Cost O(1). */
#ifndef PG_KERNELS_QUOTE_AS_H
#define PG_KERNELS_QUOTE_AS_H

#include <stdbool.h>

#include "kernels/kernel_status.h"

/* (1/gamma) ln(1 + gamma/kappa), 1/kappa in the limit gamma/kappa < 1e-12. Falls in gamma. */
double pg_as_intensity_term(double gamma, double kappa);

typedef struct {
    double ref;                  /* mid or microprice, USD */
    double q;                    /* inventory, base units */
    double sigma_px;             /* USD/sqrt(s) */
    double gamma_px;             /* 1/USD */
    double kappa_bid, kappa_ask; /* 1/USD */
    double horizon_s;            /* T - t, or a rolling T */
    double lot;                  /* base units by which a fill moves q; 1 in seed profiles */
} pg_as_input;

typedef struct {
    double reservation, half_bid, half_ask;
    double bid, ask; /* raw, before pg_quote_finish */
} pg_as_quote;

/* reservation = ref - q gamma sigma^2 T; half_x = ln(1+g/kappa_x)/g + g sigma^2 T/2 with g = gamma lot.
 * Nonpositive kappa or lot, negative gamma, sigma or T: invalid_params; non-finite input: bad_input. */
pg_kstatus pg_as_quote_compute(pg_as_quote *out, const pg_as_input *in);

/* Seed 001 as documented (reservation = mid + q gamma sigma^2 T/2, sigma taken as is, lot 1). It makes inventory grow:
 * only for comparison. kappa_bid is used on both sides, lot is ignored. */
pg_kstatus pg_as_quote_seed001(pg_as_quote *out, const pg_as_input *in);

typedef enum { PG_GAMMA_CONSTANT = 0, PG_GAMMA_INVENTORY_SCALED = 1, PG_GAMMA_MAX_SHIFT = 2 } pg_gamma_mode;

/* Seed 002, in return space: everything a fraction of mid. */
typedef struct {
    double mid, q, q_max;
    double sigma_rel;                    /* 1/sqrt(s) */
    double kappa_bid_rel, kappa_ask_rel; /* pure numbers */
    pg_gamma_mode gamma_mode;
    double gamma, gamma_min, gamma_max; /* the clamp is off unless gamma_max > gamma_min */
    double max_shift_ticks, tick;       /* the shift of the reservation price at full inventory */
    double horizon_s;
    double min_total_spread_bps, max_total_spread_bps; /* max 0: none */
    double maker_fee_bps;
} pg_as_return_input;

typedef struct {
    double gamma;
    double total_bid, total_ask;     /* twice the distance of each side, fraction of mid */
    double clamped_bid, clamped_ask; /* after the spread limits */
    double reservation, bid, ask;    /* USD, raw */
} pg_as_return_quote;

/* With sigma^2 T < 1e-12 the two shift modes are undefined: invalid_params. */
pg_kstatus pg_as_return_compute(pg_as_return_quote *out, const pg_as_return_input *in);

/* Fixed half-spread around a centre that inventory moves: centre = ref (1 - q skew_bps 1e-4),
 * bid/ask = centre -+ half_spread_bps 1e-4 ref. With skew 0 this is the symmetric quoter. */
typedef struct {
    double centre, bid, ask;
} pg_skewed_quote;

pg_kstatus pg_skewed_quote_compute(pg_skewed_quote *out, double ref, double q, double half_spread_bps,
                                   double skew_bps_per_unit);

#endif

/* One-shot quotes: what a quoting model would show now, and every number behind it.
 *
 * Price space: sigma in quote/sqrt(s), kappa in 1/quote, gamma_px = gamma_rel/mid in 1/quote a base unit, as the
 * strategies have it. Sources: Avellaneda & Stoikov (2008) eqs. 29-30; Gueant, Lehalle & Fernandez-Tapia (2013) sec. 4. */
#ifndef PG_STUDY_QUOTE_H
#define PG_STUDY_QUOTE_H

#include "study/fit.h"

typedef enum { PG_QUOTE_AS = 0, PG_QUOTE_GLFT = 1 } pg_quote_model;

typedef struct {
    pg_quote_model model;
    double gamma_rel;                        /* risk aversion, gamma_px times mid; 5 */
    double horizon_s;                        /* T of Avellaneda-Stoikov, and what GARCH forecasts over; 1800 */
    double position;                         /* base units, signed */
    double size;                             /* of a quote, base units: the lot of the model; 0.05 */
    const char *sigma_method, *kappa_method; /* as pg_fit_run has them; garch_t and mle */
    double maker_fee_bps;                    /* the half-spread is never below it; 1.5 */
    double min_half_bps, max_half_bps;       /* limits of the half-spread; max 0: none */
} pg_quote_request;

pg_quote_request pg_quote_defaults(void);

/* A parameter with where it came from. */
typedef struct {
    double value, se; /* se NaN: none */
    pg_kstatus status;
    uint32_t gates;
    const char *method;
    const char *source; /* "own" side or "pooled" over both */
} pg_quote_input;

typedef struct {
    pg_quote_request request;
    double best_bid, best_ask, mid, tick;
    int64_t time_ns;         /* of the data's end */
    pg_quote_input sigma;    /* 1/sqrt(s) */
    pg_quote_input kappa[2]; /* 1/quote; 0 bids, 1 asks */
    double a[2];             /* 1/s; NaN when the method gives none */
    double gamma_px;         /* 1/quote */
    double reservation;      /* quote units; of GLFT the middle of the quotes before the limits */
    double model_half[2];    /* half-spread of the model, from the reservation price */
    double half[2];          /* after the limits */
    double bid_raw, ask_raw; /* before rounding */
    double bid, ask;         /* by the venue's tick, behind the opposite touch */
    double from_mid_bps[2];  /* distance of the final quotes from the mid */
    pg_kstatus status;       /* of the last step: ok, crossed_repaired, nonpositive_bid */
} pg_quote_result;

/* Fits and quotes. Errors: PG_ERR_INVALID naming the parameter that is missing and its status, or a bad request;
 * PG_ERR_NOT_FOUND for an unknown method; PG_ERR_MEMORY. *result is filled as far as it got. */
pg_status pg_quote_run(pg_quote_result *result, const pg_fit_data *data, const pg_quote_request *request,
                       pg_error *err);

/* "avellaneda_stoikov", "glft". */
const char *pg_quote_model_name(pg_quote_model model);

#endif

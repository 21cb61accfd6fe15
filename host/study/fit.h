/* Every method of estimating one thing, side by side: volatility, fill intensity, self-excitation of the order flow.
 *
 * The numbers come from host/kernels. A row without a usable status has no value (NaN), and says why. */
#ifndef PG_STUDY_FIT_H
#define PG_STUDY_FIT_H

#include "kernels/garch.h"
#include "kernels/hawkes.h"
#include "study/fit_data.h"

enum { PG_FIT_ROWS = 48, PG_FIT_EXTRAS = 8 };

typedef struct {
    const char *name;
    const char *unit;
    double value, se; /* NaN: none */
} pg_fit_value;

typedef struct {
    const char *method;
    const char *side; /* "both", "bid" or "ask" (our side); "buy" or "sell" (of takers) */
    pg_fit_value estimate;
    double lo, hi; /* 95 % interval of the estimate; NaN: none */
    pg_fit_value extra[PG_FIT_EXTRAS];
    int extras;
    int64_t n; /* observations used */
    pg_kstatus status;
    uint32_t gates;      /* failed quality gates (pg_gate) */
    const char *quality; /* what the next number is: "loglik", "r2", "deviance_p", "ks_p"; NULL: none */
    double quality_value;
    double seconds; /* that the fit took */
    union {         /* for drawing */
        pg_garch_params garch;
        pg_hawkes hawkes;
    };
} pg_fit_row;

typedef struct {
    const char *what; /* "sigma", "kappa", "hawkes" */
    pg_fit_row row[PG_FIT_ROWS];
    int count;
} pg_fit_table;

/* Computes the methods of a kind into the table; method NULL or "all": every one. The names are those of the estimators
 * without their prefix, with the aliases of the reference systems. horizon_s: what GARCH forecasts over.
 *   sigma (1/sqrt(s)): simple irregular ewma rolling bipower garch garch_t garch_t_multistart hybrid
 *   kappa (1/quote):   mle exponential survival virtual_quoting depth_intensity bayes book_decay; simple is a rate
 *   hawkes:            hawkes (branching ratio), of all orders, of buys, of sells
 * Errors: PG_ERR_NOT_FOUND for an unknown kind or method, PG_ERR_MEMORY. */
pg_status pg_fit_run(pg_fit_table *table, const pg_fit_data *data, const char *what, const char *method,
                     double horizon_s, pg_error *err);

/* The row of a method and side; NULL when there is none. */
const pg_fit_row *pg_fit_find(const pg_fit_table *table, const char *method, const char *side);

/* The name of a method behind an alias ("vq" of kappa: "virtual_quoting"); the name itself when it is none. */
const char *pg_fit_method(const char *what, const char *name);

/* Rows with a usable value. */
int pg_fit_usable(const pg_fit_table *table);

/* ---- shared by the kinds ---- */

typedef struct {
    const char *name;
    /* Adds the method's rows. work: room of pg_fit_room(data) doubles. */
    void (*run)(pg_fit_table *table, const pg_fit_data *data, double horizon_s, double *work);
} pg_fit_entry;

extern const pg_fit_entry pg_fit_sigma_methods[], pg_fit_kappa_methods[], pg_fit_hawkes_methods[]; /* name NULL ends */

/* A new row of the table, with NaN where there is nothing yet. */
pg_fit_row *pg_fit_row_add(pg_fit_table *table, const char *method, const char *side, const char *name,
                           const char *unit);
void pg_fit_row_extra(pg_fit_row *row, const char *name, const char *unit, double value, double se);

#endif

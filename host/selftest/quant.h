/* The runners of the quantitative vectors (spec/quant.md, section 11), one function a file. */
#ifndef PG_SELFTEST_QUANT_H
#define PG_SELFTEST_QUANT_H

#include "kernels/kernel_status.h"
#include "selftest/vector.h"

/* quant_volatility.c */
pg_vector_runner pg_quant_bipower, pg_quant_filters, pg_quant_trend;
/* quant_garch.c */
pg_vector_runner pg_quant_garch_fit, pg_quant_garch_loglik;
/* quant_intensity.c */
pg_vector_runner pg_quant_ols, pg_quant_kappa, pg_quant_kappa_book;
/* quant_hawkes.c */
pg_vector_runner pg_quant_hawkes;
/* quant_quotes.c */
pg_vector_runner pg_quant_quotes, pg_quant_cartea;
/* quant_ladder.c */
pg_vector_runner pg_quant_ladder, pg_quant_risk_gamma;
/* quant_process.c */
pg_vector_runner pg_quant_process, pg_quant_cascade, pg_quant_queue, pg_quant_microprice;
/* quant_metrics.c */
pg_vector_runner pg_quant_metrics;
/* quant_simulation.c */
pg_vector_runner pg_quant_validation;

/* Compares a status with expect.status. */
void pg_quant_check_status(pg_vectors *v, const cJSON *expect, pg_kstatus got);

#endif

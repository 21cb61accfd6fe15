/* The suite of the quantitative vectors: which file is run by what. */
#include "selftest/quant.h"

static const pg_vector_file files[] = {
    { "bipower.json", pg_quant_bipower, NULL },
    { "cartea_jaimungal.json", pg_quant_cartea, NULL },
    { "cascade.json", pg_quant_cascade, NULL },
    { "filters.json", pg_quant_filters, NULL },
    { "garch_fit.json", pg_quant_garch_fit, NULL },
    { "garch_loglik.json", pg_quant_garch_loglik, NULL },
    { "hawkes.json", pg_quant_hawkes, NULL },
    { "kappa.json", pg_quant_kappa, NULL },
    { "kappa_book.json", pg_quant_kappa_book, NULL },
    { "ladder.json", pg_quant_ladder, NULL },
    { "metrics.json", pg_quant_metrics, NULL },
    { "microprice.json", pg_quant_microprice, NULL },
    { "ols.json", pg_quant_ols, NULL },
    { "process.json", pg_quant_process, NULL },
    { "queue.json", pg_quant_queue, NULL },
    { "quotes.json", pg_quant_quotes, NULL },
    { "risk_gamma.json", NULL, pg_quant_risk_gamma },
    { "trend.json", pg_quant_trend, NULL },
    { "validation_as2008.json", NULL, pg_quant_validation },
    { NULL, NULL, NULL },
};

const pg_vector_suite pg_suite_quant = { "quant", files };

void pg_quant_check_status(pg_vectors *v, const cJSON *expect, pg_kstatus got)
{
    pg_vector_check_text(v, "status", pg_vector_get(expect, "status"), pg_kstatus_name(got));
}

/* The figures of a run (quant.md 8), each with unit and explanation, and what a reader must be warned of. */
#ifndef PG_STUDY_METRICS_H
#define PG_STUDY_METRICS_H

#include "study/backtest.h"

enum { PG_METRICS_MAX = 64, PG_WARNINGS_MAX = 16, PG_WARNING_SIZE = 200 };

typedef struct {
    const char *name;
    const char *unit;
    const char *doc;
    double value;       /* NAN when absent */
    const char *absent; /* why it is absent, NULL when it is not */
} pg_metric;

typedef struct {
    pg_metric metric[PG_METRICS_MAX];
    int count;
    char warning[PG_WARNINGS_MAX][PG_WARNING_SIZE];
    int warning_count;
} pg_metrics;

/* Computes everything from a finished backtest. */
void pg_metrics_compute(pg_metrics *metrics, const pg_backtest *backtest);

/* The value of a metric by name; NAN when it is absent or unknown. */
double pg_metrics_get(const pg_metrics *metrics, const char *name);

#endif

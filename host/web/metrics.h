/* Prometheus metrics: a bounded registry of series, each with a handle. Making a series allocates; updating one is a few
 * stores. All of it belongs to the thread of the loop. */
#ifndef PG_WEB_METRICS_H
#define PG_WEB_METRICS_H

#include "base/status.h"
#include "base/text.h"

enum {
    PG_METRIC_LABELS = 8,  /* of a series */
    PG_METRIC_NAME = 64,   /* bytes of a name with its terminator, of a metric or a label */
    PG_METRIC_VALUE = 128, /* bytes of a label's value with its terminator */
    PG_METRIC_BUCKETS = 19 /* of a histogram: 1, 2, 5, 10 us ... 1 s */
};

typedef enum { PG_METRIC_GAUGE, PG_METRIC_COUNTER, PG_METRIC_HISTOGRAM } pg_metric_kind;

typedef struct {
    const char *name;
    const char *value;
} pg_metric_label;

typedef struct pg_metrics pg_metrics;
typedef struct pg_metric pg_metric; /* one series */

/* limit: series that it holds at most; 0: 4096. PG_ERR_MEMORY. */
pg_status pg_metrics_new(pg_metrics **metrics, int limit, pg_error *err);

/* With all its series. NULL is allowed. */
void pg_metrics_free(pg_metrics *metrics);

/* The series of this name and these labels, which is made when there is none yet. Texts are copied. It belongs to the
 * registry. Errors: PG_ERR_INVALID for a name that Prometheus would not take, or one that is of another kind already;
 * PG_ERR_FULL; PG_ERR_MEMORY. */
pg_status pg_metric_new(pg_metric **metric, pg_metrics *metrics, pg_metric_kind kind, const char *name,
                        const char *help, const pg_metric_label *labels, int label_count, pg_error *err);

/* Takes a series out, of a market or strategy that has ended. NULL is allowed. */
void pg_metric_free(pg_metric *metric);

/* A gauge's value, or a counter's total. Not a number: there is no value, and the series is left out until there is. A
 * gauge has none at first, a counter 0. NULL is allowed, here and below. */
void pg_metric_set(pg_metric *metric, double value);

/* Adds to a counter or gauge. What a counter would lose is left out: it never goes down. */
void pg_metric_add(pg_metric *metric, double by);

/* Puts a duration, in seconds, into a histogram. What is not a number is left out. */
void pg_metric_observe(pg_metric *metric, double seconds);

/* All of them in Prometheus' text format 0.0.4, the metrics in the order in which they were made. */
void pg_metrics_write(const pg_metrics *metrics, pg_text *text);

#endif

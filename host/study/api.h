/* Backtests for Lua programs (lua/perigee/backtest.lua), through the FFI. Plain declarations only. */
#ifndef PG_STUDY_API_H
#define PG_STUDY_API_H

#include <stdbool.h>
#include <stdint.h>

enum { PG_STUDY_METRICS = 64, PG_STUDY_ERROR = 2048 };

typedef struct {
    const char *name;
    const char *value;
} pg_study_setting;

/* One run. Texts are borrowed until pg_study_run returns. */
typedef struct {
    const char *strategy;
    const pg_study_setting *params;
    const pg_study_setting *estimators;
    int32_t param_count;
    int32_t estimator_count;
    const char *fill;  /* "queue" or "cross" */
    const char *queue; /* model; NULL: the default */
    double queue_power;
    double entry_ms, response_ms, latency_sigma;
    double feed_ms; /* < 0: as recorded */
    double maker_fee_bps, taker_fee_bps;
    double capital, max_position; /* max_position 0: capital at the first price; infinity: no limit */
    double from_s, to_s;          /* seconds since the Unix epoch; 0 and infinity: everything */
    double budget_ms, memory_mb;
    double seed;
} pg_study_job;

typedef struct {
    bool ok;
    int32_t metric_count;
    const char *metric_name[64];
    double metric[64]; /* NaN: absent */
    int32_t warning_count;
    char warning[16][200]; /* what a reader of the metrics must be warned of */
    double seconds;        /* the run took */
    uint64_t decisions;
    char error[2048];
} pg_study_result;

typedef struct pg_study_data pg_study_data;
typedef struct pg_study_run pg_study_run;

/* Fills a job with the defaults of `perigee backtest`. */
void pg_study_defaults(pg_study_job *job);

/* Opens data; NULL on failure, with error[2048] filled. Several runs share it. */
pg_study_data *pg_study_open(const char *const *paths, int32_t n, const char *symbol, const char *venue,
                             const char *layout, char *error);
void pg_study_close(pg_study_data *data);
double pg_study_events(const pg_study_data *data);
const char *pg_study_symbol(const pg_study_data *data);

/* Runs all jobs on `threads` threads; results[n]. */
void pg_study_sweep(const pg_study_data *data, const pg_study_job *jobs, pg_study_result *results, int32_t n,
                    int32_t threads);

/* One run whose history is kept; NULL on failure (result->error). */
pg_study_run *pg_study_start(const pg_study_data *data, const pg_study_job *job, pg_study_result *result);
void pg_study_end(pg_study_run *run);

/* Series of a kept run: the number of rows, and rows [n x columns] copied to out (NULL: only count).
 * equity: time_s, equity. fills: time_s, side (1 buy, 2 sell), price, size, fee, mid, position.
 * chart: time_s, bid, ask, quote_bid, quote_ask, position, equity. */
int32_t pg_study_equity(const pg_study_run *run, double *out);
int32_t pg_study_fills(const pg_study_run *run, double *out);
int32_t pg_study_chart(const pg_study_run *run, double *out);

/* Writes the HTML report of a kept run; false with error[2048] filled. */
bool pg_study_report(const pg_study_run *run, const char *path, const char *command, char *error);

#endif

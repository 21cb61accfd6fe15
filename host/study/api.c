#include "study/api.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "study/dataset.h"
#include "study/metrics.h"
#include "study/run.h"

_Static_assert((int)PG_STUDY_METRICS == (int)PG_METRICS_MAX, "results hold every metric");
_Static_assert(sizeof(pg_study_setting) == sizeof(pg_setting), "settings are handed on as they are");

struct pg_study_data {
    pg_tape *tape;
};

static void error_text(char *text, const pg_error *err, const char *details)
{
    char line[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    snprintf(text, PG_STUDY_ERROR, "%s%s%s", pg_error_text(err, line, sizeof line), details[0] ? "\n" : "", details);
}

void pg_study_defaults(pg_study_job *job)
{
    pg_backtest_config c = pg_backtest_defaults();
    *job = (pg_study_job){
        .fill = "queue",
        .queue = "power3",
        .queue_power = c.queue_power,
        .entry_ms = (double)c.order_latency.entry_ns * 1e-6,
        .response_ms = (double)c.order_latency.response_ns * 1e-6,
        .feed_ms = c.feed_ms,
        .maker_fee_bps = c.maker_fee_bps,
        .taker_fee_bps = c.taker_fee_bps,
        .capital = c.capital,
        .to_s = INFINITY,
        .budget_ms = (double)c.limits.callback_ns * 1e-6,
        .memory_mb = (double)(c.limits.memory_bytes >> 20),
        .seed = (double)c.seed,
    };
}

static int64_t to_ns(double seconds)
{
    return seconds >= 9e9 ? INT64_MAX : (int64_t)(seconds * 1e9);
}

static pg_status configure(pg_backtest_config *config, const pg_study_job *job, const pg_log *log, pg_error *err)
{
    *config = pg_backtest_defaults();
    config->strategy = job->strategy;
    config->params = (const pg_setting *)job->params;
    config->param_count = job->param_count;
    config->estimators = (const pg_setting *)job->estimators;
    config->estimator_count = job->estimator_count;
    bool cross = strcmp(job->fill, "cross") == 0;
    if (!cross && strcmp(job->fill, "queue") != 0)
        return pg_fail(err, PG_ERR_INVALID, "there is no fill model '%s'; there are queue and cross", job->fill);
    config->fill = cross ? PG_FILL_CROSS : PG_FILL_QUEUE;
    const char *queue = job->queue ? job->queue : "power3";
    int model = strcmp(queue, "risk_averse") == 0 ? PG_QUEUE_RISK_ADVERSE : pg_queue_model_parse(queue);
    if (model < 0)
        return pg_fail(err, PG_ERR_INVALID, "there is no queue model '%s'", queue);
    config->queue = (pg_queue_model)model;
    config->queue_power = job->queue_power;
    config->order_latency.entry_ns = (int64_t)(job->entry_ms * 1e6);
    config->order_latency.response_ns = (int64_t)(job->response_ms * 1e6);
    config->order_latency.log_sigma = job->latency_sigma;
    if (job->latency_sigma > 0)
        config->order_latency.kind = PG_LATENCY_LOGNORMAL;
    config->feed_ms = job->feed_ms;
    config->maker_fee_bps = job->maker_fee_bps;
    config->taker_fee_bps = job->taker_fee_bps;
    config->capital = job->capital;
    config->max_position = job->max_position;
    config->from_ns = to_ns(job->from_s);
    config->to_ns = to_ns(job->to_s);
    config->limits.callback_ns = (int64_t)(job->budget_ms * 1e6);
    config->limits.memory_bytes = (size_t)(job->memory_mb * 1048576);
    config->seed = (uint64_t)job->seed;
    config->log = log;
    return PG_OK;
}

/* ---- data ---- */

pg_study_data *pg_study_open(const char *const *paths, int32_t n, const char *symbol, const char *venue,
                             const char *layout, char *error)
{
    pg_error err = { 0 };
    char warning[512] = "";
    pg_dataset_options options = { .layout = layout, .symbol = symbol, .venue = venue };
    pg_study_data *data = calloc(1, sizeof *data);
    if (data && pg_dataset_open(&data->tape, paths, n, &options, warning, sizeof warning, &err) == PG_OK) {
        pg_log log = { stderr, PG_LOG_INFO, PG_LOG_TEXT, pg_clock_real() };
        if (warning[0])
            pg_log_write(&log, PG_LOG_WARN, "data", warning, NULL, 0);
        return data;
    }
    error_text(error, &err, "");
    free(data);
    return NULL;
}

void pg_study_close(pg_study_data *data)
{
    if (data)
        pg_tape_close(data->tape);
    free(data);
}

double pg_study_events(const pg_study_data *data)
{
    return (double)pg_tape_count(data->tape);
}

const char *pg_study_symbol(const pg_study_data *data)
{
    return pg_tape_get_info(data->tape)->instrument.symbol;
}

/* ---- running ---- */

static void fill_result(pg_study_result *result, const pg_metrics *metrics, const pg_backtest *backtest)
{
    result->ok = true;
    result->metric_count = metrics->count;
    result->warning_count = metrics->warning_count;
    memcpy(result->warning, metrics->warning, sizeof result->warning);
    result->decisions = pg_engine_get_stats(pg_backtest_engine(backtest))->decisions;
    for (int i = 0; i < metrics->count; i++) {
        result->metric_name[i] = metrics->metric[i].name;
        result->metric[i] = metrics->metric[i].value;
    }
}

pg_study_run *pg_study_start(const pg_study_data *data, const pg_study_job *job, pg_study_result *result)
{
    pg_error err = { 0 };
    pg_backtest_config config;
    pg_log log = { stderr, PG_LOG_INFO, PG_LOG_TEXT, pg_clock_real() };
    memset(result, 0, sizeof *result);
    pg_study_run *run = calloc(1, sizeof *run);
    pg_status status = run ? configure(&config, job, &log, &err) : pg_fail(&err, PG_ERR_MEMORY, "no memory for a run");
    double start = pg_clock_elapsed();
    if (status == PG_OK)
        status = pg_backtest_new(&run->backtest, &config, data->tape, &err);
    if (status == PG_OK)
        status = pg_backtest_run(run->backtest, (pg_watch){ 0 }, &err);
    result->seconds = pg_clock_elapsed() - start;
    if (status != PG_OK) {
        bool began = run && run->backtest;
        error_text(result->error, &err, began ? pg_session_details(pg_backtest_session(run->backtest)) : "");
        pg_study_end(run);
        return NULL;
    }
    pg_metrics_compute(&run->metrics, run->backtest);
    fill_result(result, &run->metrics, run->backtest);
    return run;
}

void pg_study_end(pg_study_run *run)
{
    if (run)
        pg_backtest_free(run->backtest);
    free(run);
}

typedef struct {
    const pg_study_data *data;
    const pg_study_job *jobs;
    pg_study_result *results;
    int32_t n;
    atomic_int next;
} sweep;

static void *work(void *self)
{
    sweep *s = self;
    for (int i = atomic_fetch_add(&s->next, 1); i < s->n; i = atomic_fetch_add(&s->next, 1))
        pg_study_end(pg_study_start(s->data, &s->jobs[i], &s->results[i]));
    return NULL;
}

void pg_study_sweep(const pg_study_data *data, const pg_study_job *jobs, pg_study_result *results, int32_t n,
                    int32_t threads)
{
    enum { MOST = 64 };
    pthread_t thread[MOST];
    sweep s = { .data = data, .jobs = jobs, .results = results, .n = n };
    int started = 0;
    while (started < threads - 1 && started < MOST && started < n - 1 &&
           pthread_create(&thread[started], NULL, work, &s) == 0)
        started++;
    work(&s);
    for (int i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
}

/* ---- series ---- */

static double seconds(int64_t time_ns)
{
    return (double)(time_ns / 1000) * 1e-6;
}

int32_t pg_study_equity(const pg_study_run *run, double *out)
{
    size_t n;
    int64_t grid_ns;
    const pg_equity_point *point =
        pg_history_equity(pg_engine_history(pg_backtest_engine(run->backtest)), &n, &grid_ns);
    for (size_t i = 0; out && i < n; i++) {
        *out++ = seconds(point[i].time_ns);
        *out++ = point[i].equity;
    }
    return (int32_t)n;
}

int32_t pg_study_fills(const pg_study_run *run, double *out)
{
    const pg_engine *engine = pg_backtest_engine(run->backtest);
    const pg_instrument *in = pg_engine_instrument(engine);
    size_t n;
    uint64_t total;
    const pg_fill_record *fill = pg_history_fills(pg_engine_history(engine), &n, &total);
    for (size_t i = 0; out && i < n; i++) {
        *out++ = seconds(fill[i].time_ns);
        *out++ = fill[i].side;
        *out++ = pg_price_double(in, fill[i].price);
        *out++ = pg_size_double(in, fill[i].size);
        *out++ = pg_money_double(in, fill[i].fee);
        *out++ = pg_price_double(in, fill[i].mark_x2) / 2;
        *out++ = pg_size_double(in, fill[i].position);
    }
    return (int32_t)n;
}

int32_t pg_study_chart(const pg_study_run *run, double *out)
{
    size_t n;
    const pg_chart_point *point = pg_history_chart_points(pg_engine_history(pg_backtest_engine(run->backtest)), &n);
    for (size_t i = 0; out && i < n; i++) {
        *out++ = seconds(point[i].time_ns);
        *out++ = point[i].bid;
        *out++ = point[i].ask;
        *out++ = point[i].quote_bid;
        *out++ = point[i].quote_ask;
        *out++ = point[i].position;
        *out++ = point[i].equity;
    }
    return (int32_t)n;
}

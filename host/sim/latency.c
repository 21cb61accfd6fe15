#include "sim/latency.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* A day: no latency that anyone means, and no sum with a time that overflows. */
static const int64_t longest_ns = 86400ll * 1000000000;

struct pg_latency {
    pg_latency_config config;
    gsl_rng *random;
    size_t row; /* last row used, so that times that grow are found at once */
    int64_t last_arrival;
    int64_t last_reply;
    int64_t last_feed;
};

static bool is_delay(int64_t ns)
{
    return ns >= 0 && ns <= longest_ns;
}

static pg_status check_rows(const pg_latency_config *config, pg_error *err)
{
    if (config->row_count == 0)
        return pg_fail(err, PG_ERR_INVALID, "recorded latency has no rows");
    for (size_t i = 0; i < config->row_count; i++) {
        const pg_latency_row *row = &config->rows[i];
        bool matched = row->exch_ns != 0;
        if ((i > 0 && row->sent_ns < row[-1].sent_ns) || row->reply_ns < row->sent_ns ||
            (matched && (row->exch_ns < row->sent_ns || row->exch_ns > row->reply_ns)) ||
            row->reply_ns - row->sent_ns > longest_ns)
            return pg_fail(err, PG_ERR_INVALID, "recorded latency row %zu is out of order", i + 1);
    }
    return PG_OK;
}

pg_status pg_latency_new(pg_latency **latency, const pg_latency_config *config, uint64_t seed, pg_error *err)
{
    if (config->kind == PG_LATENCY_RECORDED) {
        pg_status status = check_rows(config, err);
        if (status != PG_OK)
            return status;
    } else if (config->kind != PG_LATENCY_CONSTANT && config->kind != PG_LATENCY_LOGNORMAL) {
        return pg_fail(err, PG_ERR_INVALID, "there is no latency model %d", (int)config->kind);
    } else if (!is_delay(config->entry_ns) || !is_delay(config->response_ns) ||
               !(config->log_sigma >= 0 && config->log_sigma < 10)) {
        return pg_fail(err, PG_ERR_INVALID, "latencies must lie in 0 to a day and log_sigma in 0 to 10");
    }
    pg_latency *l = calloc(1, sizeof *l);
    if (!l)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a latency model");
    l->config = *config;
    l->random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(l->random, (unsigned long)seed);
    l->last_arrival = l->last_reply = l->last_feed = INT64_MIN;
    *latency = l;
    return PG_OK;
}

void pg_latency_free(pg_latency *latency)
{
    if (!latency)
        return;
    gsl_rng_free(latency->random);
    free(latency);
}

static int64_t drawn(pg_latency *l, int64_t median_ns)
{
    if (l->config.kind == PG_LATENCY_CONSTANT || l->config.log_sigma == 0)
        return median_ns;
    double delay = (double)median_ns * exp(gsl_ran_gaussian_ziggurat(l->random, l->config.log_sigma));
    return delay < (double)longest_ns ? (int64_t)delay : longest_ns;
}

static int64_t row_value(const pg_latency_row *row, bool entry)
{
    if (entry)
        return (row->exch_ns ? row->exch_ns : row->reply_ns) - row->sent_ns;
    return row->reply_ns - (row->exch_ns ? row->exch_ns : row->sent_ns);
}

/* Linear in the time of sending between the two rows around it, the ends held constant. */
static int64_t interpolated(pg_latency *l, int64_t now_ns, bool entry)
{
    const pg_latency_row *rows = l->config.rows;
    size_t n = l->config.row_count;
    while (l->row > 0 && rows[l->row].sent_ns > now_ns)
        l->row--;
    while (l->row + 1 < n && rows[l->row + 1].sent_ns <= now_ns)
        l->row++;
    const pg_latency_row *before = &rows[l->row];
    if (now_ns <= before->sent_ns || l->row + 1 == n)
        return row_value(before, entry);
    const pg_latency_row *after = before + 1;
    double weight = (double)(now_ns - before->sent_ns) / (double)(after->sent_ns - before->sent_ns);
    double low = (double)row_value(before, entry), high = (double)row_value(after, entry);
    return (int64_t)(low + weight * (high - low));
}

static int64_t no_overtaking(int64_t time, int64_t *last)
{
    if (time < *last)
        time = *last;
    *last = time;
    return time;
}

int64_t pg_latency_arrival(pg_latency *latency, int64_t now_ns)
{
    int64_t delay = latency->config.kind == PG_LATENCY_RECORDED ? interpolated(latency, now_ns, true)
                                                                : drawn(latency, latency->config.entry_ns);
    return no_overtaking(now_ns + delay, &latency->last_arrival);
}

int64_t pg_latency_reply(pg_latency *latency, int64_t now_ns)
{
    int64_t delay = latency->config.kind == PG_LATENCY_RECORDED ? interpolated(latency, now_ns, false)
                                                                : drawn(latency, latency->config.response_ns);
    return no_overtaking(now_ns + delay, &latency->last_reply);
}

int64_t pg_latency_feed(pg_latency *latency, int64_t exch_ns)
{
    int64_t delay = latency->config.kind == PG_LATENCY_RECORDED ? interpolated(latency, exch_ns, false)
                                                                : drawn(latency, latency->config.response_ns);
    return no_overtaking(exch_ns + delay, &latency->last_feed);
}

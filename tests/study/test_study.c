/* Backtests for Lua programs: a sweep gives the same rows on any number of threads, and a bad row says what is wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "data/scratch.h"
#include "study/api.h"
#include "study/run.h"
#include "support/synthetic.h"

enum { JOBS = 6 };

static pg_study_data *data;

static int open_data(void **state)
{
    char error[PG_STUDY_ERROR];
    if (scratch_make(state) != 0)
        return -1;
    synthetic_market market = synthetic_make(0.2, 31, "SYN");
    synthetic_write(&market, scratch_path("market.tape"));
    free(market.events);
    const char *path = scratch_path("market.tape");
    data = pg_study_open(&path, 1, NULL, NULL, NULL, error);
    return data ? 0 : -1;
}

static int close_data(void **state)
{
    pg_study_close(data);
    return scratch_remove(state);
}

static pg_study_job job_for(const pg_study_setting *params, int count)
{
    pg_study_job job;
    pg_study_defaults(&job);
    job.strategy = "strategies/symmetric.lua";
    job.params = params;
    job.param_count = count;
    return job;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void test_sweep(void **state)
{
    (void)state;
    static pg_study_result one[JOBS], two[JOBS], many[JOBS];
    static const pg_study_setting params[JOBS] = {
        { "half_spread_bps", "1" },  { "half_spread_bps", "1.5" }, { "half_spread_bps", "2" },
        { "half_spread_bps", "-4" }, { "half_sprd_bps", "3" },     { "half_spread_bps", "5" },
    };
    pg_study_job jobs[JOBS];
    for (int i = 0; i < JOBS; i++)
        jobs[i] = job_for(&params[i], 1);
    pg_study_sweep(data, jobs, one, JOBS, 1);
    pg_study_sweep(data, jobs, two, JOBS, 2);
    pg_study_sweep(data, jobs, many, JOBS, 50);
    for (int i = 0; i < JOBS; i++) {
        bool good = i != 3 && i != 4;
        assert_true(one[i].ok == good && two[i].ok == good && many[i].ok == good);
        assert_string_equal(one[i].error, two[i].error);
        assert_true(one[i].decisions == two[i].decisions && one[i].decisions == many[i].decisions);
        assert_int_equal(one[i].metric_count, two[i].metric_count);
        assert_int_equal(one[i].metric_count > 0, good);
        assert_int_equal(one[i].error[0] == 0, good);
        for (int k = 0; k < one[i].metric_count; k++) {
            assert_string_equal(one[i].metric_name[k], two[i].metric_name[k]);
            assert_true(same(one[i].metric[k], two[i].metric[k]) && same(one[i].metric[k], many[i].metric[k]));
        }
    }
    assert_non_null(strstr(one[3].error, "half_spread_bps")); /* below its minimum */
    assert_non_null(strstr(one[4].error, "half_sprd_bps"));
    assert_true(one[0].decisions != one[1].decisions);
}

/* Any count of jobs and threads. */
static void test_sweep_bounds(void **state)
{
    (void)state;
    static pg_study_result results[1];
    pg_study_job job = job_for(NULL, 0);
    pg_study_sweep(data, &job, results, 0, 4);
    pg_study_sweep(data, &job, results, 1, 0);
    assert_true(results[0].ok);
}

static void refused(pg_study_job job, const char *says)
{
    static pg_study_result result;
    assert_null(pg_study_start(data, &job, &result));
    assert_false(result.ok);
    if (!strstr(result.error, says))
        fail_msg("'%s' does not say '%s'", result.error, says);
}

static void test_refused(void **state)
{
    (void)state;
    pg_study_job job = job_for(NULL, 0);
    job.fill = "qeue";
    refused(job, "qeue");
    job = job_for(NULL, 0);
    job.queue = "fifo";
    refused(job, "fifo");
    job = job_for(NULL, 0);
    job.strategy = "strategies/none.lua";
    refused(job, "none.lua");
    job = job_for(NULL, 0);
    job.capital = NAN;
    refused(job, "capital");
    job = job_for(NULL, 0);
    job.entry_ms = -1;
    refused(job, "latenc");
    job = job_for(NULL, 0);
    job.from_s = 5e9;
    refused(job, "no events");
    char error[PG_STUDY_ERROR] = "";
    const char *path = "no/such.tape";
    assert_null(pg_study_open(&path, 1, NULL, NULL, NULL, error));
    assert_non_null(strstr(error, "no/such.tape"));
}

static void test_default_queue(void **state)
{
    (void)state;
    static pg_study_result named, unnamed;
    pg_study_job job = job_for(NULL, 0);
    pg_study_end(pg_study_start(data, &job, &named));
    job.queue = NULL;
    pg_study_end(pg_study_start(data, &job, &unnamed));
    assert_true(named.ok && unnamed.ok && named.decisions == unnamed.decisions);
}

/* The series of a kept run have as many rows as they say, in the units of the header. */
static void test_series(void **state)
{
    (void)state;
    static pg_study_result result;
    static const pg_study_setting params[] = { { "half_spread_bps", "1" }, { "size", "0.1" } };
    pg_study_job job = job_for(params, 2);
    pg_study_run *run = pg_study_start(data, &job, &result);
    assert_non_null(run);
    assert_string_equal(pg_study_symbol(data), "SYN");
    assert_true(pg_study_events(data) > 1000);
    int32_t n = pg_study_fills(run, NULL);
    assert_true(n > 10);
    assert_true(pg_metrics_get(&run->metrics, "fills") == n);
    double *rows = malloc((size_t)n * 7 * sizeof *rows);
    assert_int_equal(pg_study_fills(run, rows), n);
    double held = 0;
    for (int i = 0; i < n; i++) {
        const double *row = rows + 7 * i;
        assert_true(row[0] > 1.7e9 && (row[1] == 1 || row[1] == 2) && row[3] > 0);
        held += row[1] == 1 ? row[3] : -row[3];
        assert_true(fabs(row[6] - held) < 1e-9);
        assert_true(fabs(row[2] / row[5] - 1) < 0.01);
    }
    free(rows);
    n = pg_study_equity(run, NULL);
    rows = malloc((size_t)n * 2 * sizeof *rows);
    assert_int_equal(pg_study_equity(run, rows), n);
    for (int i = 1; i < n; i++)
        assert_true(fabs(rows[2 * i] - rows[2 * i - 2] - 1) < 1e-5); /* a second apart */
    assert_true(fabs(rows[2 * n - 1] - 10000 - pg_metrics_get(&run->metrics, "pnl")) < 1e-6);
    free(rows);
    n = pg_study_chart(run, NULL);
    rows = malloc((size_t)n * 7 * sizeof *rows);
    assert_int_equal(pg_study_chart(run, rows), n);
    free(rows);
    char error[PG_STUDY_ERROR] = "";
    assert_true(pg_study_report(run, scratch_path("r.html"), "command", error));
    assert_false(pg_study_report(run, scratch_path("no/such/folder/r.html"), "command", error));
    assert_true(error[0]);
    pg_study_end(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep),         cmocka_unit_test(test_sweep_bounds), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_default_queue), cmocka_unit_test(test_series),
    };
    return cmocka_run_group_tests(tests, open_data, close_data);
}

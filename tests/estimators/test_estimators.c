/* Every estimator of estimators/, read at every event by tests/scripts/estimators/read_all.lua, which fails on a value
 * that is no finite number or comes without a status: over markets with known truth, markets that tell nothing, and
 * recordings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "study/dataset.h"
#include "support/run.h"
#include "support/synthetic.h"

static const char script[] = "tests/scripts/estimators/read_all.lua";
static const int64_t second = 1000000000;

/* Runs a script over events; the hash of its decisions. */
static uint64_t run(const char *path, const pg_instrument *instrument, const pg_event *events, size_t count,
                    const pg_setting *params, int n_params, const pg_setting *estimators, int n_estimators)
{
    pg_error err = { 0 };
    pg_session *session = NULL;
    pg_engine *engine = NULL;
    pg_session_config config = session_for(path);
    config.symbol = instrument->symbol;
    config.params = params;
    config.param_count = n_params;
    config.estimators = estimators;
    config.estimator_count = n_estimators;
    config.limits.callback_ns = 2 * second; /* reading 24 estimators at once is not what the budget is for */
    pg_engine_config engine_settings = engine_config(events, count);
    engine_settings.instrument = *instrument;
    if (pg_session_open(&session, &config, &err) != PG_OK || pg_engine_new(&engine, &engine_settings, &err) != PG_OK ||
        pg_session_run(session, engine, &err) != PG_OK)
        fail_msg("%s\n%s", err.what, session ? pg_session_details(session) : "");
    uint64_t decisions = pg_engine_get_stats(engine)->decisions;
    pg_session_close(session);
    pg_engine_free(engine);
    return decisions;
}

static void read_all(const pg_instrument *instrument, const pg_event *events, size_t count, const pg_setting *params,
                     int n_params)
{
    run(script, instrument, events, count, params, n_params, NULL, 0);
}

/* One volatility throughout, nothing but it. */
static synthetic_market calm_market(double hours, uint64_t seed)
{
    pg_synthetic_params params;
    pg_error err = { 0 };
    synthetic_market m = { 0 };
    pg_synthetic_init(&params);
    params.hours = hours;
    params.vol_of_vol = 0;
    params.jumps_per_hour = 0;
    params.tail = 30;
    if (pg_synthetic_describe(&m.info, &params, seed, &err) != PG_OK ||
        pg_synthetic_generate(&params, seed, synthetic_collect, &m, NULL, NULL, &err) != PG_OK)
        fail_msg("%s", err.what);
    return m;
}

/* With enough of everything each estimator gives a value. */
static void test_all_give_values(void **state)
{
    (void)state;
    synthetic_market m = synthetic_make(0.25, 5, "ETH");
    const pg_setting params[] = {
        { "needs", "adverse bipower book_kappa cascade depth ewma fair funding garch garch_t hawkes hybrid micro mle "
                   "momentum multistart queue rate sided simple spread tilt trend virtual" },
    };
    read_all(&m.info.instrument, m.events, m.count, params, 1);
    free(m.events);
}

/* What the generator was told: volatility of 0.6 a year, 2 orders a second (2.08 prints), a Hawkes process. Its mids lie on half ticks (0.25 bps of
 * the price), which adds noise to returns of a second: hence 15 %. */
static void test_known_truth(void **state)
{
    (void)state;
    double sigma = 0.6 / sqrt(31536000.0);
    char expect[512];
    synthetic_market m = calm_market(0.75, 11);
    snprintf(expect, sizeof expect,
             "simple=%.8g:0.15 ewma=%.8g:0.15 bipower=%.8g:0.15 garch=%.8g:0.15 garch_t=%.8g:0.15 hybrid=%.8g:0.2 "
             "hawkes.branching=0.55:0.2 hawkes.beta=2:0.3 rate=2.08:0.15",
             sigma, sigma, sigma, sigma, sigma, sigma);
    const pg_setting params[] = { { "expect", expect }, { "quote", "false" }, { "rate.window_s", "2700" } };
    read_all(&m.info.instrument, m.events, m.count, params, 3);
    free(m.events);
}

/* Equal runs are equal to the bit, fits included; other estimators decide otherwise. */
static void test_determinism(void **state)
{
    (void)state;
    synthetic_market m = synthetic_make(0.2, 7, "ETH");
    const pg_setting heavy[] = { { "sigma", "garch_t" }, { "kappa", "vq" } };
    const pg_setting other[] = { { "sigma", "garch_t" }, { "kappa", "mle" } };
    const pg_setting params[] = { { "sigma.min_returns", "30" }, { "sigma.fit_latency_ms", "20" } };
    const pg_setting later[] = { { "sigma.min_returns", "30" }, { "sigma.fit_latency_ms", "30000" } };
    const pg_instrument *in = &m.info.instrument;
    const char *strategy = "strategies/avellaneda_stoikov.lua";
    uint64_t first = run(strategy, in, m.events, m.count, params, 2, heavy, 2);
    assert_int_equal(first, run(strategy, in, m.events, m.count, params, 2, heavy, 2));
    assert_int_not_equal(first, run(strategy, in, m.events, m.count, params, 2, other, 2));
    assert_int_not_equal(first, run(strategy, in, m.events, m.count, later, 2, heavy, 2));
    free(m.events);
}

/* ---- markets that tell nothing ---- */

typedef struct {
    pg_event *events;
    size_t count;
    int64_t time_ns;
} handmade;

static void put(handmade *h, int kind, int side, int64_t price, int64_t size)
{
    h->events[h->count] = (pg_event){ .exch_ns = h->time_ns,
                                      .local_ns = h->time_ns,
                                      .kind = (uint8_t)kind,
                                      .side = (uint8_t)side,
                                      .price = price,
                                      .size = size,
                                      .id = h->count,
                                      .flags = PG_EVENT_LAST };
    h->count++;
}

/* A book of five levels a side that is told anew every 200 ms without a change, for ten minutes. */
static handmade still_market(bool bids, bool asks, bool trades, int seconds)
{
    handmade h = { .events = calloc((size_t)seconds * 60 + 20, sizeof(pg_event)), .time_ns = 1700000000 * second };
    for (int tick = 0; tick < 5 * seconds; tick++) {
        h.time_ns += second / 5;
        for (int i = 0; i < 5; i++) {
            if (bids)
                put(&h, PG_EVENT_LEVEL, PG_BUY, 30000 - i, 10000 >> i);
            if (asks)
                put(&h, PG_EVENT_LEVEL, PG_SELL, 30001 + i, 10000 >> i);
        }
        if (trades && tick % 3 == 0)
            put(&h, PG_EVENT_TRADE, tick % 2 ? PG_BUY : PG_SELL, tick % 2 ? 30001 : 30000, 100);
    }
    return h;
}

static void expect_statuses(handmade h, const char *lacks, const char *statuses)
{
    pg_instrument instrument = market_instrument();
    const pg_setting params[] = { { "lacks", lacks }, { "statuses", statuses }, { "quote", "false" } };
    read_all(&instrument, h.events, h.count, params, 3);
    free(h.events);
}

static void test_constant_prices(void **state)
{
    (void)state;
    expect_statuses(
        still_market(true, true, true, 600),
        "simple ewma bipower hybrid garch garch_t multistart virtual depth mle sided queue",
        "simple=zero_variation ewma=zero_variation bipower=zero_variation garch=zero_variation "
        "garch_t=zero_variation multistart=zero_variation mle=too_few_points sided=too_few_points "
        "hybrid=zero_variation queue=zero_variation fair=ok momentum=ok trend=ok adverse=warmup funding=warmup");
}

static void test_no_trades(void **state)
{
    (void)state;
    expect_statuses(still_market(true, true, false, 600), "rate virtual depth mle sided hawkes adverse",
                    "rate=warmup mle=warmup sided=warmup hawkes=warmup adverse=warmup virtual=too_few_points fair=ok");
}

static void test_one_sided_book(void **state)
{
    (void)state;
    static const char lacks[] = "fair micro tilt simple ewma bipower hybrid garch garch_t multistart virtual depth mle "
                                "sided book_kappa queue spread momentum trend";
    expect_statuses(still_market(true, false, true, 300), lacks, "fair=warmup simple=warmup mle=warmup queue=stale");
    expect_statuses(still_market(false, true, true, 300), lacks, "tilt=warmup trend=warmup virtual=warmup");
}

static void test_too_few_data(void **state)
{
    (void)state;
    expect_statuses(
        still_market(true, true, true, 4),
        "simple ewma bipower hybrid garch garch_t multistart virtual depth mle sided hawkes cascade adverse "
        "spread queue book_kappa trend funding",
        "simple=warmup garch_t=warmup mle=warmup hawkes=warmup cascade=warmup spread=warmup trend=warmup");
}

/* ---- recordings ---- */

static void test_recordings(void **state)
{
    (void)state;
    static const char *const files[] = {
        "../shared/data/hyperliquid_2025-09-04/orderbooks_ETH.csv.zst",
        "../shared/data/hyperliquid_2025-09-04/prices_ETH.csv.zst",
        "../shared/data/hyperliquid_2025-09-04/trades_ETH.csv.zst",
    };
    if (access(files[0], R_OK) != 0)
        skip();
    pg_tape *tape = NULL;
    pg_error err = { 0 };
    char warning[256];
    pg_dataset_options options = { 0 };
    if (pg_dataset_open(&tape, files, 3, &options, warning, sizeof warning, &err) != PG_OK)
        fail_msg("%s", err.what);
    const pg_setting params[] = { { "needs", "fair tilt simple ewma rate spread queue momentum" } };
    size_t count = pg_tape_count(tape) < 60000 ? pg_tape_count(tape) : 60000;
    read_all(&pg_tape_get_info(tape)->instrument, pg_tape_events(tape), count, params, 1);
    pg_tape_close(tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_give_values), cmocka_unit_test(test_known_truth),
        cmocka_unit_test(test_determinism),     cmocka_unit_test(test_constant_prices),
        cmocka_unit_test(test_no_trades),       cmocka_unit_test(test_one_sided_book),
        cmocka_unit_test(test_too_few_data),    cmocka_unit_test(test_recordings),
    };
    gsl_set_error_handler_off(); /* as the program does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

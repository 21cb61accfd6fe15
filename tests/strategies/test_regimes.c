/* The protective parts of a strategy in markets made for them: calm, toxic, trending, cascading. Each does what it says,
 * on the right side, and nothing while the market is calm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/run.h"

enum { LEVELS = 10, STEPS_A_SECOND = 4, CALM_S = 400, REGIME_S = 60 };

typedef enum { CALM, TOXIC, RISING, CASCADE } regime;

/* ---- markets ---- */

static void step_time(random_market *m)
{
    m->time_ns += 1000000000 / STEPS_A_SECOND;
}

/* The whole book anew, LEVELS a side, one tick apart, around a bid that has moved. */
static void show_book(random_market *m, int64_t bid)
{
    market_put(m, PG_EVENT_SNAPSHOT_BEGIN, PG_SIDE_NONE, 0, 0);
    m->bid = bid;
    for (int i = 0; i < LEVELS; i++) {
        market_put(m, PG_EVENT_LEVEL, PG_BUY, bid - i, 50000);
        market_put(m, PG_EVENT_LEVEL, PG_SELL, bid + 1 + i, 50000);
    }
    market_put(m, PG_EVENT_SNAPSHOT_END, PG_SIDE_NONE, 0, 0);
    for (size_t i = m->count - 2 * LEVELS - 2; i + 1 < m->count; i++)
        m->events[i].flags = 0; /* one message */
}

/* A taker's order that reaches so many ticks beyond the touch. */
static void trade(random_market *m, int side, int64_t reach, int64_t size)
{
    market_put(m, PG_EVENT_TRADE, side, side == PG_BUY ? m->bid + 1 + reach : m->bid - reach, size);
}

/* One of random size and reach, on either side. */
static void some_trade(random_market *m)
{
    uint64_t r = market_random(&m->random);
    int64_t reach = 0;
    while ((r >>= 1) & 1 && reach < 8)
        reach++;
    trade(m, r & 2 ? PG_BUY : PG_SELL, reach, 500 + (int64_t)(r % 3000));
}

static void calm_step(random_market *m)
{
    uint64_t r = market_random(&m->random) >> 11;
    int64_t move = r % 10 == 0 ? 1 : r % 10 == 1 ? -1 : 0;
    step_time(m);
    show_book(m, m->bid + move);
    if (r & 0x10000)
        some_trade(m);
}

/* Jumps of 20 bps and back, every five seconds, in heavy trading. */
static void toxic_step(random_market *m, int i)
{
    bool jump = i % (5 * STEPS_A_SECOND) == 0;
    step_time(m);
    show_book(m, m->bid + (!jump ? 0 : i / (5 * STEPS_A_SECOND) % 2 ? 60 : -60));
    for (int k = 0; k < 3; k++)
        some_trade(m);
}

/* 13 bps in half a second, again and again. */
static void rising_step(random_market *m)
{
    step_time(m);
    show_book(m, m->bid + 20);
    trade(m, PG_BUY, 1, 2000);
}

/* Sales of 60,000 a second that push the price down. */
static void cascade_step(random_market *m)
{
    step_time(m);
    show_book(m, m->bid - 1);
    trade(m, PG_SELL, 2, 50000);
}

static random_market make(regime kind)
{
    size_t steps = (CALM_S + REGIME_S) * STEPS_A_SECOND;
    random_market m = { .random = 12345, .time_ns = 1700000000000000000, .bid = 30000 };
    m.events = malloc(steps * (2 * LEVELS + 8) * sizeof *m.events);
    for (int i = 0; i < CALM_S * STEPS_A_SECOND; i++)
        calm_step(&m);
    for (int i = 0; i < REGIME_S * STEPS_A_SECOND; i++)
        switch (kind) {
        case TOXIC: toxic_step(&m, i); break;
        case RISING: rising_step(&m); break;
        case CASCADE: cascade_step(&m); break;
        default: calm_step(&m);
        }
    return m;
}

/* ---- runs ---- */

typedef struct {
    pg_engine *engine;
    double both, one; /* s with quotes on both sides, on one */
} outcome;

static outcome run(regime kind, const char *name, const char *value)
{
    random_market m = make(kind);
    const pg_setting params[] = { { "size", "0.1" },        { "kappa.window_s", "300" },
                                  { "kappa.refit_s", "5" }, { "trend.candle_s", "5" },
                                  { "trend.fast", "3" },    { "trend.slow", "8" },
                                  { "lean_bps", "0" },      { name, value } };
    pg_error err = { 0 };
    pg_session *session = NULL;
    pg_session_config config = session_for("strategies/glft.lua");
    const pg_setting estimators[] = { { "trend", "trend" } };
    config.params = params;
    config.param_count = sizeof params / sizeof *params;
    config.estimators = estimators;
    config.estimator_count = 1;
    outcome o = { .engine = make_engine(&m, &err) };
    if (pg_session_open(&session, &config, &err) != PG_OK || pg_session_run(session, o.engine, &err) != PG_OK)
        fail_msg("%s", err.what);
    pg_session_close(session);
    o.both = pg_engine_get_stats(o.engine)->both_sides_s;
    o.one = pg_engine_get_stats(o.engine)->one_side_s;
    free(m.events);
    return o;
}

/* What a term of the explanation was over the run. */
static const pg_term_summary *term(const outcome *o, const char *name)
{
    const pg_explanation *terms = pg_engine_get_explanation(o->engine);
    for (int i = 0; i < terms->count; i++)
        if (strcmp(terms->name[i], name) == 0)
            return &pg_engine_term_summary(o->engine)[i];
    fail_msg("the quotes have no term %s", name);
    return NULL;
}

static void assert_range(const outcome *o, const char *name, double least, double most)
{
    const pg_term_summary *t = term(o, name);
    if (t->samples == 0 || t->least < least - 1e-9 || t->most > most + 1e-9)
        fail_msg("%s was %g to %g, not within %g to %g", name, t->least, t->most, least, most);
}

/* ---- the regimes ---- */

static void test_calm(void **state)
{
    (void)state;
    outcome o = run(CALM, "cascade_action", "pull");
    assert_range(&o, "factor_bid", 0.8, 1); /* nothing but the market's own spread counts, and that is never wide */
    assert_range(&o, "factor_ask", 0.8, 1);
    assert_true(o.both > 0.8 * (CALM_S + REGIME_S));
    pg_engine_free(o.engine);
}

static void test_toxic(void **state)
{
    (void)state;
    outcome o = run(TOXIC, "knife", "false");
    assert_true(term(&o, "factor_bid")->most >= 1.5 && term(&o, "factor_ask")->most >= 1.5);
    pg_engine_free(o.engine);
    o = run(TOXIC, "toxic_action", "pull");
    assert_true(term(&o, "factor_bid")->least == 0 && term(&o, "factor_ask")->least == 0);
    outcome none = run(TOXIC, "toxic_action", "none");
    assert_true(none.both > o.both + 5);
    pg_engine_free(o.engine);
    pg_engine_free(none.engine);
}

static void test_rising(void **state)
{
    (void)state;
    outcome o = run(RISING, "cascade_action", "none");
    assert_true(term(&o, "factor_ask")->most > 1.3 * term(&o, "factor_bid")->most); /* the side that is run over */
    pg_engine_free(o.engine);
    outcome all = run(RISING, "knife", "false"), filtered = run(RISING, "trend_filter", "both");
    assert_true(filtered.one > all.one + REGIME_S / 2); /* no sales from flat while it rises */
    pg_engine_free(all.engine);
    pg_engine_free(filtered.engine);
}

static void test_cascade(void **state)
{
    (void)state;
    outcome pull = run(CASCADE, "cascade_action", "pull"), side = run(CASCADE, "cascade_action", "one_side"),
            widen = run(CASCADE, "cascade_action", "widen"), none = run(CASCADE, "cascade_action", "none");
    assert_true(term(&pull, "factor_bid")->least == 0 && term(&pull, "factor_ask")->least == 0);
    assert_true(term(&side, "factor_bid")->least == 0); /* longs are being sold: no bids */
    assert_true(term(&side, "factor_ask")->least > 0 && term(&side, "factor_ask")->most > 1.5);
    assert_true(term(&widen, "factor_bid")->least > 0 && term(&widen, "factor_bid")->most > 1.5);
    assert_true(none.both + none.one > pull.both + pull.one + 10);
    assert_true(side.one > pull.one + 5);
    outcome all[] = { pull, side, widen, none };
    for (int i = 0; i < 4; i++)
        pg_engine_free(all[i].engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calm),
        cmocka_unit_test(test_toxic),
        cmocka_unit_test(test_rising),
        cmocka_unit_test(test_cascade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Recorded sessions are run again: every decision is the same, whatever was done to the running strategy; a recording
 * that ends anywhere is replayed up to there, one that was tampered with is torn, and a difference is found. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/file.h"
#include "data/tape.h"
#include "support/flying.h"
#include "support/rig.h"

static const char *const versions[] = {
    FLYING("plain"),
    FLYING("plain too"),
    FLYING_FAILS("fails in the shadow now and then", "not s.since and s.books % 977 == 500", ""),
    FLYING_FAILS("fails in probation", "s.since and s.since > 30", ""),
    FLYING_FAILS("fails in probation, quotes pulled", "s.since and s.since > 20", "ctx:quote_none('broken')"),
    FLYING_FAILS("fails late", "s.since and s.since > 900", "ctx:cancel_all()"),
    FLYING_FAILS("stopped by the clock", "s.since and s.since > 25", "while true do end"),
    FLYING_HEAD("keeps a function") FLYING_QUOTE "function S:on_book(ctx)\n"
                                                 "  self.state.again = function() end\n"
                                                 "  self:quote(ctx)\n"
                                                 "end\n"
                                                 "return S\n",
    FLYING_HEAD("single orders") "function S:on_book(ctx)\n"
                                 "  self.state.books = self.state.books + 1\n"
                                 "  if not ctx.mid or self.state.books % 7 ~= 0 then return end\n"
                                 "  local r = ctx.random()\n"
                                 "  if ctx:open_orders() > 5 or r < 0.1 then return ctx:cancel_all() end\n"
                                 "  if r < 0.5 then ctx:buy(ctx.bid, self.params.size)\n"
                                 "  else ctx:sell(ctx.ask, self.params.size) end\n"
                                 "end\n"
                                 "return S\n",
    "strategy { name = 'no Lua' ",
};

enum { VERSIONS = sizeof versions / sizeof *versions };

static const char fitting[] =
    "local S = strategy { name = 'fitting', params = { edge = { 1, min = 0, max = 100 }, size = { 0.1 } },\n"
    "  estimators = { sigma = { 'sigma_garch', step_ms = 50, min_returns = 50, refit_s = 1, window_s = 10 } } }\n"
    "function S:on_book(ctx)\n"
    "  if not ctx.mid then return end\n"
    "  local half = (self.params.edge + (ctx.sigma:value() or 0) * 1e4) * ctx.tick\n"
    "  ctx:quote { bid = { ctx.bid - half, self.params.size }, ask = { ctx.ask + half, self.params.size } }\n"
    "end\n"
    "return S\n";

static void replay(rig *r, pg_replay *result)
{
    pg_error err = { 0 };
    if (pg_replay_run(result, r->path, NULL, false, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
}

static void assert_same(rig *r, pg_replay *result)
{
    rig_stop(r);
    replay(r, result);
    if (result->different > 0)
        fail_msg("%llu of %llu differ: %s", (unsigned long long)result->different, (unsigned long long)result->requests,
                 result->first);
    assert_int_equal(result->requests, r->sent);
    assert_int_equal(result->same, r->sent);
    assert_false(result->torn);
}

static void plain_session(void **state)
{
    (void)state;
    rig *r = rig_new(versions[0], 1, 20000);
    pg_replay result;
    rig_run(r, 25000);
    assert_same(r, &result);
    assert_true(result.requests > 1000);
    assert_string_equal(result.symbol, "ETH");
    assert_true((double)(result.last_ns - result.first_ns) * 1e-9 > 100 * result.seconds);
    rig_free(r);
}

/* Everything that can be done to a running strategy, at random. */
static void disturb(rig *r, uint64_t *random, bool fits)
{
    char name[32], value[32], before[32], after[32];
    pg_error err = { 0 };
    uint64_t draw = market_random(random);
    uint64_t what = draw % 100, which = draw >> 20;
    if (what < 45) {
        bool fitter = fits && which % 2;
        snprintf(name, sizeof name, "v%d.lua", (int)(fitter ? 99 : which % VERSIONS));
        rig_reload(r, name, fitter ? fitting : versions[which % VERSIONS], &err);
    } else if (what < 60) {
        rig_hold(r, (uint32_t)(which % 4));
    } else if (what < 75) {
        snprintf(value, sizeof value, "%d", (int)(which % 120));
        pg_runner_set(r->runner, which % 3 ? "edge" : "size", value, before, after, r->now_ns, &err);
    } else if (what < 82) {
        int64_t by = (int64_t)(which % 2001) - 1000;
        int64_t held = pg_engine_position(pg_runner_engine(r->runner))->quantity;
        rig_push(r, (pg_input){ .kind = PG_INPUT_POSITION, .reply = { .size = held + by, .price = 30000 } });
        r->corrected += by;
    } else if (what < 88) {
        pg_runner_swap(r->runner, r->now_ns, &err);
    } else if (what < 94) {
        pg_runner_back(r->runner, "by hand", r->now_ns, &err);
    } else if (what < 95) {
        pg_runner_fail(r->runner, "by hand", r->now_ns);
    } else {
        rig_hold(r, 0);
    }
}

/* Adds what happened to news. */
static void schedule(uint64_t seed, int steps, bool fits, int *news)
{
    rig *r = rig_new(fits ? fitting : versions[0], seed, (size_t)steps);
    pg_replay result;
    uint64_t random = seed * 7919 + 13;
    r->fit_ns = (int64_t)(1 + seed % 7) * 60000000;
    for (int i = 0; i < steps && rig_step(r); i++)
        if (market_random(&random) % 150 == 0)
            disturb(r, &random, fits);
    assert_same(r, &result);
    assert_true(result.requests > 0);
    assert_int_equal(result.versions, r->news[PG_RUNNER_LIVE]);
    for (int i = 0; i < RIG_NEWS; i++)
        news[i] += r->news[i];
    rig_free(r);
}

static void random_schedules(void **state)
{
    (void)state;
    int news[RIG_NEWS] = { 0 };
    for (uint64_t seed = 1; seed <= 12; seed++)
        schedule(seed, 5000, false, news);
    for (int i = PG_RUNNER_SHADOW; i <= PG_RUNNER_SETTLED; i++)
        assert_true(news[i] >= 3);
}

static void random_schedules_with_fits(void **state)
{
    (void)state;
    int news[RIG_NEWS] = { 0 };
    for (uint64_t seed = 101; seed <= 106; seed++)
        schedule(seed, 5000, true, news);
    assert_true(news[PG_RUNNER_LIVE] > 10);
}

static void stopped_by_the_clock(void **state)
{
    (void)state;
    static const char stuck[] = FLYING_FAILS("stuck", "s.since and s.since > 25",
                                             "ctx:buy(ctx.bid - 1, 0.01) while true do end ctx:buy(ctx.bid, 0.01)");
    rig *r = rig_new(versions[0], 3, 20000);
    pg_error err = { 0 };
    pg_replay result;
    rig_run(r, 3000);
    assert_int_equal(rig_reload(r, "stuck.lua", stuck, &err), PG_OK);
    rig_run(r, 3000);
    assert_int_equal(r->news[PG_RUNNER_BACK], 1);
    assert_same(r, &result);
    assert_int_equal(result.versions, 1);
    rig_free(r);
}

/* ---- broken recordings ---- */

static void write_part(rig *r, const char *data, size_t size)
{
    FILE *file = fopen(r->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
}

static rig *short_session(char **data, size_t *size)
{
    rig *r = rig_new(versions[0], 5, 3000);
    pg_error err = { 0 };
    rig_run(r, 700);
    assert_int_equal(rig_reload(r, "second.lua", versions[1], &err), PG_OK);
    rig_run(r, 700);
    rig_stop(r);
    assert_int_equal(pg_file_read(data, size, r->path, 64 << 20, &err), PG_OK);
    return r;
}

static void cut_at_any_byte(void **state)
{
    (void)state;
    char *data;
    size_t size;
    rig *r = short_session(&data, &size);
    pg_replay whole, result;
    pg_error err = { 0 };
    replay(r, &whole);
    assert_false(whole.torn);
    uint64_t random = 99, last = 0;
    for (size_t at = 0; at < size; at += 1 + market_random(&random) % (size / 60)) {
        write_part(r, data, at);
        pg_status status = pg_replay_run(&result, r->path, NULL, false, &err);
        if (status != PG_OK) {
            assert_int_equal(status, PG_ERR_CORRUPT);
            assert_int_equal(last, 0); /* only where not even the settings are whole */
            continue;
        }
        if (result.different > 0)
            fail_msg("cut at %zu: %s", at, result.first);
        assert_true(result.torn && result.inputs >= last && result.same == result.requests);
        last = result.inputs;
    }
    assert_true(last > whole.inputs - 50);
    free(data);
    rig_free(r);
}

static void tampered_is_torn(void **state)
{
    (void)state;
    char *data;
    size_t size;
    rig *r = short_session(&data, &size);
    pg_replay result;
    pg_error err = { 0 };
    uint64_t random = 7;
    for (int i = 0; i < 60; i++) {
        size_t at = market_random(&random) % size;
        char kept = data[at];
        data[at] = (char)(kept ^ (1 << market_random(&random) % 8));
        write_part(r, data, size);
        pg_status status = pg_replay_run(&result, r->path, NULL, false, &err);
        assert_true(status == PG_OK || status == PG_ERR_CORRUPT);
        if (status == PG_OK)
            assert_int_equal(result.different, 0); /* what is before the damage is as it was */
        data[at] = kept;
    }
    free(data);
    rig_free(r);
}

/* The kept text of the running version is changed behind the recording's back. */
static void change_text(rig *r, const char *version, const char *text)
{
    char name[64];
    snprintf(name, sizeof name, "scripts/%s/0.lua", version);
    rig_script(r, name, text);
}

static void difference_is_found(void **state)
{
    (void)state;
    static const char wider[] = FLYING_HEAD("wider at one place") FLYING_QUOTE
        "function S:on_book(ctx)\n"
        "  self.state.books = self.state.books + 1\n"
        "  if self.state.books == 1000 then return ctx:quote_none('once') end\n"
        "  self:quote(ctx)\n"
        "end\n"
        "return S\n";
    rig *r = rig_new(versions[0], 6, 4000);
    pg_replay result;
    char version[16];
    rig_run(r, 4000);
    snprintf(version, sizeof version, "%s", pg_pilot_version(pg_runner_pilot(r->runner)));
    rig_stop(r);
    change_text(r, version, wider);
    replay(r, &result);
    assert_true(result.different > 0 && result.same > 0);
    assert_non_null(strstr(result.first, "recorded was"));
    change_text(r, version, FLYING_FAILS("fails", "s.books == 1000", ""));
    replay(r, &result);
    assert_true(result.different > 0 && result.same > 0);
    rig_free(r);
}

/* ---- what else can be done with one ---- */

static void another_strategy_flies_along(void **state)
{
    (void)state;
    rig *r = rig_new(versions[0], 8, 10000);
    pg_error err = { 0 };
    pg_replay result;
    rig_run(r, 10000);
    rig_stop(r);
    static const char wider[] =
        "local S = strategy { name = 'wider', params = { size = { 0.2 } } }\n"
        "function S:on_book(ctx)\n"
        "  if not ctx.mid then return end\n"
        "  ctx:quote { bid = { ctx.bid - 5 * ctx.tick, self.params.size }, ask = { ctx.ask + 5 * ctx.tick, 0.1 } }\n"
        "end\n"
        "return S\n";
    char path[256];
    snprintf(path, sizeof path, "%s", rig_script(r, "wider.lua", wider));
    assert_int_equal(pg_replay_run(&result, r->path, path, false, &err), PG_OK);
    assert_int_equal(result.different, 0);
    assert_true(result.compared > 100);
    assert_true(result.apart_bps > 1 && result.apart_bps < 3); /* 5 ticks of 0.1 at 3,000: 1.67 bps */
    assert_string_equal(result.failed, "");
    rig_free(r);
}

static void tape_of_a_recording(void **state)
{
    (void)state;
    rig *r = rig_new(versions[0], 9, 3000);
    pg_error err = { 0 };
    uint64_t events;
    char path[256];
    rig_run(r, 100000);
    rig_stop(r);
    snprintf(path, sizeof path, "%s/ETH.tape", r->folder);
    assert_int_equal(pg_replay_tape(r->path, path, &events, &err), PG_OK);
    assert_int_equal(events, 3000);
    pg_tape *tape = NULL;
    assert_int_equal(pg_tape_open(&tape, path, NULL, 0, &err), PG_OK);
    assert_memory_equal(pg_tape_events(tape), r->market.events, 3000 * sizeof *r->market.events);
    pg_tape_close(tape);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_session),
        cmocka_unit_test(random_schedules),
        cmocka_unit_test(random_schedules_with_fits),
        cmocka_unit_test(stopped_by_the_clock),
        cmocka_unit_test(cut_at_any_byte),
        cmocka_unit_test(tampered_is_torn),
        cmocka_unit_test(difference_is_found),
        cmocka_unit_test(another_strategy_flies_along),
        cmocka_unit_test(tape_of_a_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

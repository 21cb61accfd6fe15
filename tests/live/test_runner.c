/* Runners: a strategy trades, is held, saved anew, fails and comes back, over a real matching engine. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/flying.h"
#include "support/rig.h"

static const char first[] = FLYING("first");

static int64_t open_size(const rig *r, int side)
{
    return pg_orders_open_size(pg_engine_orders(pg_runner_engine(r->runner)), side);
}

static int64_t held(const rig *r)
{
    return pg_engine_position(pg_runner_engine(r->runner))->quantity;
}

/* What a line at the console gives. */
static const char *ask(rig *r, const char *line)
{
    static char text[512];
    pg_text out = { 0 };
    pg_error err = { 0 };
    pg_status status = pg_session_eval(pg_runner_pilot(r->runner)->session, line, false, &out, &err);
    snprintf(text, sizeof text, "%s", status == PG_OK ? (out.data ? out.data : "") : err.what);
    pg_text_free(&out);
    return text;
}

static double ask_number(rig *r, const char *line)
{
    return strtod(ask(r, line), NULL);
}

static void save(rig *r, const char *name, const char *text)
{
    pg_error err = { 0 };
    pg_status status = rig_reload(r, name, text, &err);
    if (status != PG_OK)
        fail_msg("%s", err.what);
}

/* Until the new version has taken over, or was refused. */
static void until(rig *r, pg_runner_news news, int count)
{
    for (int i = 0; i < 50000 && r->news[news] < count; i++)
        rig_step(r);
    if (r->news[news] != count)
        fail_msg("news %d: %d times, not %d; last said: %s", news, r->news[news], count, r->said);
}

static void trades_and_agrees(void **state)
{
    (void)state;
    rig *r = rig_new(first, 1, 30000);
    rig_run(r, 40000);
    assert_true(r->fills > 50);
    assert_true(ask_number(r, "state.fills") == (double)r->fills);
    assert_true(ask_number(r, "state.ticks") > 100);
    rig_free(r);
}

static void pull_cancels_everything(void **state)
{
    (void)state;
    rig *r = rig_new(first, 2, 20000);
    rig_run(r, 3000);
    assert_true(open_size(r, PG_BUY) > 0 || open_size(r, PG_SELL) > 0);
    rig_hold(r, PG_INPUT_PULL);
    rig_settle(r);
    rig_run(r, 200);
    rig_settle(r);
    assert_int_equal(pg_engine_orders(pg_runner_engine(r->runner))->count, 0);
    assert_int_equal(pg_matcher_open_orders(r->matcher), 0);
    assert_string_equal(ask(r, "ctx.held"), "true");
    uint64_t sent = r->sent;
    rig_run(r, 500);
    assert_int_equal(r->sent, sent);
    rig_hold(r, 0);
    rig_run(r, 200);
    assert_true(r->sent > sent);
    assert_true(open_size(r, PG_BUY) > 0 && open_size(r, PG_SELL) > 0);
    rig_free(r);
}

static void reduce_leaves_what_reduces(void **state)
{
    (void)state;
    rig *r = rig_new(first, 3, 60000);
    int holds = 0;
    for (int round = 0; round < 40; round++) {
        rig_run(r, 700);
        int64_t before = held(r);
        if (before == 0)
            continue;
        holds++;
        rig_hold(r, PG_INPUT_REDUCE);
        rig_settle(r);
        for (int i = 0; i < 300; i++) {
            rig_step(r);
            if (r->requests.count > 0 || r->replies.count > 0)
                continue;
            int64_t now = held(r);
            assert_int_equal(open_size(r, now > 0 ? PG_BUY : PG_SELL), 0);
            assert_true(open_size(r, now > 0 ? PG_SELL : PG_BUY) <= (now > 0 ? now : -now));
        }
        assert_true(before > 0 ? held(r) <= before + 1000 : held(r) >= before - 1000); /* what was on its way */
        rig_hold(r, 0);
    }
    assert_true(holds > 10);
    rig_run(r, 200);
    assert_true(open_size(r, PG_BUY) > 0 && open_size(r, PG_SELL) > 0);
    rig_free(r);
}

static void position_is_corrected(void **state)
{
    (void)state;
    rig *r = rig_new(first, 4, 20000);
    rig_run(r, 3000);
    rig_settle(r);
    int64_t before = held(r);
    rig_push(r, (pg_input){ .kind = PG_INPUT_POSITION, .reply = { .size = before + 700, .price = 30000 } });
    r->corrected = 700;
    rig_pump(r);
    assert_int_equal(held(r), before + 700);
    rig_run(r, 3000);
    rig_free(r);
}

static void orders_are_adopted(void **state)
{
    (void)state;
    rig *r = rig_new(first, 5, 20000);
    r->same_orders = false;
    pg_matcher_request(r->matcher,
                       &(pg_request){ .kind = PG_REQUEST_NEW, .id = 7, .side = PG_BUY, .price = 29000, .size = 500 },
                       r->now_ns);
    r->replies.count = 0; /* it was another session's */
    rig_push(r, (pg_input){ .kind = PG_INPUT_ADOPT,
                            .reply = { .id = 7, .side = PG_BUY, .price = 29000, .remaining = 500 } });
    rig_pump(r);
    assert_int_equal(open_size(r, PG_BUY), 500);
    r->same_orders = true;
    rig_run(r, 2000); /* it serves as a quote now, or is cancelled: rig_check compares */
    rig_settle(r);
    const pg_orders *orders = pg_engine_orders(pg_runner_engine(r->runner));
    for (int i = 0; i < orders->count; i++)
        assert_true(orders->order[i].price > 29500);
    rig_free(r);
}

/* ---- versions ---- */

static void equal_version_takes_over_silently(void **state)
{
    (void)state;
    static const char second[] = FLYING("second");
    for (uint64_t seed = 10; seed < 20; seed++) {
        rig *r = rig_new(first, seed, 30000), *other = rig_new(first, seed, 30000);
        rig_run(r, 5000 + (int)seed * 37);
        rig_run(other, 5000 + (int)seed * 37);
        double books = ask_number(r, "state.books");
        save(r, "second.lua", second);
        until(r, PG_RUNNER_LIVE, 1);
        assert_true(ask_number(r, "state.books") >= books + 1);
        assert_true(pg_runner_difference(r->runner) < 1e-9);
        until(r, PG_RUNNER_SETTLED, 1);
        while (other->next < r->next)
            rig_step(other);
        while (r->next < other->next)
            rig_step(r);
        assert_int_equal(r->next, other->next);
        rig_settle(r);
        rig_settle(other);
        assert_int_equal(r->sent, other->sent); /* not one request more or other */
        assert_int_equal(pg_engine_get_stats(pg_runner_engine(r->runner))->decisions,
                         pg_engine_get_stats(pg_runner_engine(other->runner))->decisions);
        assert_true(ask_number(r, "state.books") == ask_number(other, "state.books"));
        assert_true(ask_number(r, "state.fills") == ask_number(other, "state.fills"));
        rig_free(r);
        rig_free(other);
    }
}

static void warmed_from_a_mark_it_sees_the_same_book(void **state)
{
    (void)state;
    rig *r = rig_new(first, 21, 60000);
    rig_run(r, 40000);
    uint64_t from = pg_flight_since(r->flight, r->now_ns - 20000000000, UINT64_MAX);
    assert_true(from > 0 && from < pg_flight_length(r->flight));
    assert_true(pg_flight_since(r->flight, r->now_ns - 20000000000, 100) > from);
    assert_true(pg_flight_since(r->flight, INT64_MAX, 0) < pg_flight_length(r->flight));
    assert_int_equal(pg_flight_since(r->flight, 0, UINT64_MAX), 0);
    pg_plan *plan = malloc(sizeof *plan);
    *plan = pg_runner_pilot(r->runner)->plan;
    pg_pilot *pilot = NULL;
    pg_warm_up part = { .flight = r->path, .from = from, .to = pg_flight_length(r->flight), .book = true };
    pg_error err = { 0 };
    assert_int_equal(pg_pilot_new(&pilot, plan, pg_flight_time(r->path, from), (pg_gateway){ 0 }, true, NULL, &err),
                     PG_OK);
    assert_int_equal(pg_pilot_warm(pilot, &part, &err), PG_OK);
    const pg_book *a = pg_engine_book(pilot->engine), *b = pg_engine_book(pg_runner_engine(r->runner));
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_level x[200], y[200];
        int n = pg_book_top(a, side, x, 200);
        assert_int_equal(n, pg_book_top(b, side, y, 200));
        assert_memory_equal(x, y, (size_t)n * sizeof *x);
    }
    pg_pilot_free(pilot);
    free(plan);
    rig_free(r);
}

static void state_passes_through_on_reload(void **state)
{
    (void)state;
    static const char second[] = FLYING_HEAD("through on_reload") FLYING_QUOTE FLYING_BOOK
        "function S:on_reload(ctx, old, version)\n"
        "  self.state = { books = 1000000 + old.books, fills = old.fills, ticks = old.ticks, sums = old.sums,\n"
        "    from = version, list = { 1, 2, { deep = true } } }\n"
        "end\n"
        "return S\n";
    static const char third[] = FLYING("as it is");
    rig *r = rig_new(first, 30, 60000);
    rig_run(r, 6000);
    save(r, "second.lua", second);
    until(r, PG_RUNNER_LIVE, 1);
    assert_true(ask_number(r, "state.books") > 1000000);
    assert_int_equal(strlen(ask(r, "state.from")), 7);
    save(r, "third.lua", third);
    until(r, PG_RUNNER_LIVE, 2);
    assert_true(ask_number(r, "state.books") > 1000000);
    assert_string_equal(ask(r, "state.list[3].deep"), "true");
    rig_free(r);
}

static void state_with_a_function_is_refused(void **state)
{
    (void)state;
    static const char keeps[] =
        FLYING_HEAD("keeps a function") FLYING_QUOTE "function S:on_book(ctx)\n"
                                                     "  self.state.books = self.state.books + 1\n"
                                                     "  self.state.again = function() end\n"
                                                     "  self:quote(ctx)\n"
                                                     "end\n"
                                                     "return S\n";
    rig *r = rig_new(keeps, 31, 30000);
    rig_run(r, 3000);
    save(r, "second.lua", first);
    until(r, PG_RUNNER_REFUSED, 1);
    assert_non_null(strstr(r->said, "a function"));
    assert_null(pg_runner_shadow_pilot(r->runner));
    uint64_t sent = r->sent;
    rig_run(r, 1000);
    assert_true(r->sent > sent);
    assert_int_equal(r->news[PG_RUNNER_LIVE], 0);
    rig_free(r);
}

static void failure_in_the_shadow_is_refused(void **state)
{
    (void)state;
    static const char broken[] = FLYING_FAILS("broken", "s.books > 2020", "");
    rig *r = rig_new(first, 32, 30000);
    while (ask_number(r, "state.books") < 2000)
        rig_step(r);
    save(r, "broken.lua", broken);
    until(r, PG_RUNNER_REFUSED, 1);
    assert_non_null(strstr(r->said, "broken.lua"));
    assert_non_null(strstr(r->said, "broken on purpose"));
    assert_int_equal(r->news[PG_RUNNER_LIVE], 0);
    rig_run(r, 2000);
    assert_true(ask_number(r, "state.books") > 2020);
    rig_free(r);
}

static void failure_in_probation_brings_the_old_one_back(void **state)
{
    (void)state;
    static const char broken[] = FLYING_FAILS("broken", "s.since and s.since > 60", "");
    rig *r = rig_new(first, 33, 60000), *other = rig_new(first, 33, 60000);
    rig_run(r, 6000);
    char version[16];
    snprintf(version, sizeof version, "%s", pg_pilot_version(pg_runner_pilot(r->runner)));
    save(r, "broken.lua", broken);
    until(r, PG_RUNNER_LIVE, 1);
    uint64_t orders = 0;
    while (r->news[PG_RUNNER_BACK] == 0) {
        orders = (uint64_t)pg_engine_orders(pg_runner_engine(r->runner))->count;
        rig_step(r);
    }
    assert_true(orders > 0);
    assert_string_equal(r->version, version);
    assert_int_equal(r->news[PG_RUNNER_FAILED], 0);
    while (other->next < r->next)
        rig_step(other);
    for (int i = 0; i < 3000; i++) {
        rig_step(r);
        rig_step(other);
    }
    rig_settle(r);
    rig_settle(other);
    /* The old one goes on as if nothing had been: its state saw everything, and no order was touched. */
    assert_true(ask_number(r, "state.books") == ask_number(other, "state.books"));
    assert_true(ask_number(r, "state.fills") == ask_number(other, "state.fills"));
    assert_true(ask_number(r, "state.since == nil and 1 or 0") == 1);
    assert_int_equal(r->sent, other->sent);
    rig_free(r);
    rig_free(other);
}

/* Several inputs come in one go, the failure lies in the middle of them: fills before and behind it count once. */
static void failure_in_a_batch_loses_no_fill(void **state)
{
    (void)state;
    static const char broken[] = FLYING_FAILS("broken", "s.since and s.since > 20", "");
    rig *r = rig_new(first, 34, 30000);
    rig_run(r, 6000);
    save(r, "broken.lua", broken);
    until(r, PG_RUNNER_LIVE, 1);
    rig_settle(r);
    int64_t before = held(r);
    for (int i = 0; i < 60; i++) { /* no pump between them */
        int64_t price = r->market.bid;
        pg_input fill = { .kind = PG_INPUT_REPLY,
                          .time_ns = r->now_ns,
                          .reply = { .id = 1, .kind = PG_REPLY_FILL, .side = PG_BUY, .price = price, .size = 10 } };
        pg_runner_push(r->runner, &fill);
        pg_input event = { .kind = PG_INPUT_EVENT, .time_ns = r->now_ns, .event = r->market.events[r->next] };
        event.event.kind = PG_EVENT_LEVEL;
        event.event.price = 29000 + i;
        event.event.side = PG_BUY;
        event.event.size = 100;
        pg_runner_push(r->runner, &event);
    }
    r->corrected = 600;
    rig_pump(r);
    assert_int_equal(r->news[PG_RUNNER_BACK], 1);
    assert_int_equal(held(r), before + 600);
    rig_run(r, 2000);
    rig_free(r);
}

static void failure_without_an_old_one_pulls_quotes(void **state)
{
    (void)state;
    static const char fails[] = FLYING_FAILS("fails", "s.books == 2500", "");
    static const char mended[] = FLYING("mended");
    rig *r = rig_new(fails, 35, 60000);
    until(r, PG_RUNNER_FAILED, 1);
    assert_true(pg_runner_has_failed(r->runner));
    rig_settle(r);
    rig_run(r, 300);
    assert_int_equal(pg_matcher_open_orders(r->matcher), 0);
    uint64_t sent = r->sent;
    rig_run(r, 500);
    assert_int_equal(r->sent, sent);
    save(r, "mended.lua", mended);
    until(r, PG_RUNNER_LIVE, 1);
    assert_false(pg_runner_has_failed(r->runner));
    rig_run(r, 300);
    assert_true(r->sent > sent);
    assert_true(open_size(r, PG_BUY) > 0 && open_size(r, PG_SELL) > 0);
    rig_free(r);
}

/* ---- parameters, fits ---- */

static void parameters_are_set_and_survive(void **state)
{
    (void)state;
    static const char second[] = FLYING("second");
    rig *r = rig_new(first, 40, 60000);
    char before[32], after[32];
    pg_error err = { 0 };
    rig_run(r, 3000);
    assert_int_equal(pg_runner_set(r->runner, "edge", "101", before, after, r->now_ns, &err), PG_ERR_SCRIPT);
    assert_non_null(strstr(err.what, "above its maximum"));
    assert_int_equal(pg_runner_set(r->runner, "edgy", "1", before, after, r->now_ns, &err), PG_ERR_SCRIPT);
    assert_int_equal(pg_runner_set(r->runner, "edge", "wide", before, after, r->now_ns, &err), PG_ERR_SCRIPT);
    assert_string_equal(ask(r, "params.edge"), "0");
    assert_int_equal(pg_runner_set(r->runner, "edge", "7", before, after, r->now_ns, &err), PG_OK);
    assert_string_equal(before, "0");
    assert_string_equal(after, "7");
    rig_run(r, 500);
    assert_string_equal(ask(r, "reasons.edge"), "7");
    save(r, "second.lua", second);
    assert_int_equal(pg_runner_set(r->runner, "size", "0.2", before, after, r->now_ns, &err), PG_OK);
    until(r, PG_RUNNER_LIVE, 1);
    assert_string_equal(ask(r, "params.edge"), "7");
    assert_string_equal(ask(r, "params.size"), "0.2");
    assert_string_equal(ask(r, "params.edge == nil"), "false");
    rig_free(r);
}

static void console_only_looks(void **state)
{
    (void)state;
    rig *r = rig_new(first, 41, 20000);
    rig_run(r, 2000);
    double books = ask_number(r, "state.books");
    uint64_t sent = r->sent;
    assert_non_null(strstr(ask(r, "state.books == 5 and 1 or ctx:cancel_all()"), "--write"));
    ask(r, "(function() state.books = 0 end)()");
    assert_true(ask_number(r, "state.books") == books);
    assert_int_equal(r->sent, sent);
    pg_text why = { 0 };
    assert_int_equal(pg_session_why(pg_runner_pilot(r->runner)->session, &why, NULL), PG_OK);
    assert_non_null(strstr(why.data, "edge 0"));
    pg_text_free(&why);
    rig_free(r);
}

static const char fitting[] =
    "local S = strategy { name = 'fitting', params = { size = { 0.1 } }, estimators = { sigma = 'sigma_garch' } }\n"
    "function S:on_book(ctx)\n"
    "  if not ctx.mid then return end\n"
    "  local sigma = ctx.sigma:value()\n"
    "  self.state.known = sigma and 1 or 0\n"
    "  local half = (1 + (sigma or 0) * 1e4) * ctx.tick\n"
    "  ctx:quote { bid = { ctx.bid - half, self.params.size }, ask = { ctx.ask + half, self.params.size } }\n"
    "end\n"
    "return S\n";

static rig *rig_fitting(uint64_t seed, size_t events)
{
    rig *r = rig_new(fitting, seed, events);
    char before[32], after[32];
    pg_error err = { 0 };
    pg_pilot *pilot = pg_runner_pilot(r->runner);
    (void)pilot;
    static const char *const settings[][2] = { { "sigma.step_ms", "50" },
                                               { "sigma.min_returns", "50" },
                                               { "sigma.refit_s", "1" },
                                               { "sigma.window_s", "10" },
                                               { "sigma.horizon_s", "1" } };
    for (size_t i = 0; i < 5; i++)
        if (pg_runner_set(r->runner, settings[i][0], settings[i][1], before, after, r->now_ns, &err) != PG_OK)
            fail_msg("%s", err.what);
    return r;
}

static void fits_come_from_workers(void **state)
{
    (void)state;
    rig *r = rig_fitting(42, 60000);
    r->fit_ns = 300000000;
    rig_run(r, 10000);
    assert_true(r->fits_done > 5);
    assert_string_equal(ask(r, "state.known"), "1");
    while (r->fits == 0)
        rig_step(r);
    pg_pilot *old = pg_runner_pilot(r->runner);
    save(r, "fitting2.lua", fitting);
    until(r, PG_RUNNER_LIVE, 1);
    uint64_t retired = r->fits_retired;
    while (old->fits == 0 && r->news[PG_RUNNER_SETTLED] == 0)
        rig_step(r);
    assert_int_equal(r->news[PG_RUNNER_SETTLED], 0);
    /* The old one goes while a fit of its own is under way: it is freed behind that. */
    pg_pilot *pilot = rig_pilot(r, "fitting3.lua", fitting, NULL);
    pg_runner_shadow(r->runner, pilot, 0, r->now_ns);
    assert_int_equal(pg_runner_swap(r->runner, r->now_ns, NULL), PG_OK);
    assert_true(old->retired);
    while (r->fits_retired == retired)
        rig_step(r);
    rig_run(r, 2000);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_and_agrees),
        cmocka_unit_test(pull_cancels_everything),
        cmocka_unit_test(reduce_leaves_what_reduces),
        cmocka_unit_test(position_is_corrected),
        cmocka_unit_test(orders_are_adopted),
        cmocka_unit_test(equal_version_takes_over_silently),
        cmocka_unit_test(warmed_from_a_mark_it_sees_the_same_book),
        cmocka_unit_test(state_passes_through_on_reload),
        cmocka_unit_test(state_with_a_function_is_refused),
        cmocka_unit_test(failure_in_the_shadow_is_refused),
        cmocka_unit_test(failure_in_probation_brings_the_old_one_back),
        cmocka_unit_test(failure_in_a_batch_loses_no_fill),
        cmocka_unit_test(failure_without_an_old_one_pulls_quotes),
        cmocka_unit_test(parameters_are_set_and_survive),
        cmocka_unit_test(console_only_looks),
        cmocka_unit_test(fits_come_from_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* `perigee fit` and `perigee quote` below their commands: the data they gather against a direct reading of the events,
 * estimates against closed forms and known truth, and what happens when there is nothing to fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>

#include "data/scratch.h"
#include "market/book.h"
#include "report/fit_report.h"
#include "report/quote_report.h"
#include "study/quote.h"
#include "support/market.h"
#include "support/synthetic.h"

static pg_tape *tape;
static pg_fit_data data;

static pg_tape *open_events(const char *name, const pg_tape_info *info, const pg_event *events, size_t n)
{
    char path[128];
    pg_error err = { 0 };
    pg_tape *opened = NULL;
    synthetic_market m = { .info = *info, .events = (pg_event *)events, .count = n };
    snprintf(path, sizeof path, "%s/%s", scratch_folder, name);
    synthetic_write(&m, path);
    if (pg_tape_open(&opened, path, NULL, 0, &err) != PG_OK)
        fail_msg("%s", err.what);
    return opened;
}

static int set_up(void **state)
{
    gsl_set_error_handler_off(); /* as the program does */
    if (scratch_make(state) != 0)
        return -1;
    synthetic_market m = synthetic_make(1, 5, "ETH");
    pg_fit_options options = pg_fit_defaults();
    tape = open_events("market.tape", &m.info, m.events, m.count);
    free(m.events);
    return pg_fit_data_gather(&data, tape, &options, NULL) == PG_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    pg_fit_data_free(&data);
    pg_tape_close(tape);
    return scratch_remove(state);
}

static pg_fit_table fit(const pg_fit_data *d, const char *what, const char *method)
{
    pg_fit_table table;
    pg_error err = { 0 };
    if (pg_fit_run(&table, d, what, method, 60, &err) != PG_OK)
        fail_msg("%s", err.what);
    return table;
}

static void assert_close(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance * fabs(wanted)))
        fail_msg("%.10g is not %.10g", value, wanted);
}

static double extra(const pg_fit_row *row, const char *name)
{
    for (int i = 0; i < row->extras; i++)
        if (strcmp(row->extra[i].name, name) == 0)
            return row->extra[i].value;
    return NAN;
}

/* ---- against a direct reading ---- */

/* Whole ticks beyond the touch that each order of a side (0: both) reached, by a plain loop over the events: prints of
 * one time and side are one order; the synthetic market trades before it changes the book. */
static void count_ticks(int64_t *orders, int64_t *sum, int64_t *zero, int side)
{
    const pg_event *e = pg_tape_events(tape);
    int64_t tick = pg_tape_get_info(tape)->instrument.tick, last_ns = 0, last_ticks = 0;
    pg_book *book = pg_book_new(tick);
    int last_side = 0;
    *orders = *sum = *zero = 0;
    for (size_t i = 0; i < pg_tape_count(tape); i++) {
        if (e[i].kind != PG_EVENT_TRADE) {
            pg_book_apply(book, &e[i]);
            continue;
        }
        if (side && e[i].side != side)
            continue;
        int64_t touch = pg_book_best(book, e[i].side == PG_BUY ? PG_SELL : PG_BUY);
        int64_t ticks = (e[i].side == PG_BUY ? e[i].price - touch : touch - e[i].price) / tick;
        bool same = e[i].exch_ns == last_ns && e[i].side == last_side;
        if (same) {
            *sum += ticks > last_ticks ? ticks - last_ticks : 0;
            *zero -= last_ticks == 0 && ticks > 0;
            last_ticks = ticks > last_ticks ? ticks : last_ticks;
        } else {
            ++*orders;
            *sum += ticks;
            *zero += ticks == 0;
            last_ticks = ticks;
        }
        last_ns = e[i].exch_ns;
        last_side = e[i].side;
    }
    pg_book_free(book);
}

/* The likelihood of whole ticks is geometric: kappa = ln(1 + n/sum)/tick. Bins wider than a tick cost a little. */
static void test_kappa_mle_is_the_direct_one(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int taker;
    } sides[] = { { "both", 0 }, { "bid", PG_SELL }, { "ask", PG_BUY } };
    pg_fit_table table = fit(&data, "kappa", "mle");
    for (int i = 0; i < 3; i++) {
        int64_t orders, sum, zero;
        count_ticks(&orders, &sum, &zero, sides[i].taker);
        const pg_fit_row *row = pg_fit_find(&table, "mle", sides[i].name);
        assert_non_null(row);
        assert_int_equal(row->n, orders);
        double direct = log1p((double)orders / (double)sum) / data.tick;
        assert_close(row->estimate.value, direct, 0.02);
        /* information of n geometric observations in ln q, q = e^{-kappa tick}: n q/(1 - q)^2 */
        double q = exp(-direct * data.tick);
        assert_close(row->estimate.se, (1 - q) / (data.tick * sqrt((double)orders * q)), 0.1);
        double at_touch = extra(row, "a") * exp(-row->estimate.value * extra(row, "half_spread"));
        assert_close(at_touch, (double)orders / data.seconds / (sides[i].taker ? 1 : 2), 0.001);
    }
}

static void test_returns_are_the_direct_ones(void **state)
{
    (void)state;
    double sum = 0, squares = 0;
    size_t n = data.returns.n;
    assert_in_range(n, 3590, 3601);
    for (size_t i = 0; i < n; i++)
        sum += data.returns.v[i];
    for (size_t i = 0; i < n; i++)
        squares += (data.returns.v[i] - sum / (double)n) * (data.returns.v[i] - sum / (double)n);
    pg_fit_table table = fit(&data, "sigma", NULL);
    assert_close(pg_fit_find(&table, "simple", "both")->estimate.value, sqrt(squares / (double)(n - 1)), 1e-12);
    assert_true(isnan(data.mid) == 0 && data.bid < data.mid && data.mid < data.ask);
}

static void test_known_truth(void **state)
{
    (void)state;
    pg_fit_table table = fit(&data, "sigma", "all");
    assert_int_equal(table.count, 9);
    for (int i = 0; i < table.count; i++) {
        assert_true(pg_kstatus_usable(table.row[i].status));
        assert_close(extra(&table.row[i], "sigma_year"), 0.6, 0.25);
        assert_true(table.row[i].seconds >= 0);
    }
    table = fit(&data, "hawkes", NULL);
    const pg_fit_row *both = pg_fit_find(&table, "hawkes", "both");
    assert_close(both->estimate.value, 0.55, 0.15);
    assert_close(extra(both, "beta"), 2, 0.2);
    assert_true(pg_fit_find(&table, "hawkes", "buy")->n + pg_fit_find(&table, "hawkes", "sell")->n >= both->n);
}

static void test_aliases(void **state)
{
    (void)state;
    assert_string_equal(pg_fit_method("sigma", "python_garch"), "garch_t_multistart");
    assert_string_equal(pg_fit_method("sigma", "sigma_ewma"), "ewma");
    assert_string_equal(pg_fit_method("kappa", "vq"), "virtual_quoting");
    assert_string_equal(pg_fit_method("kappa", "studentt"), "studentt");
    assert_int_equal(fit(&data, "sigma", "studentt").count, 1);
}

/* ---- quotes ---- */

static pg_quote_result quote(const pg_quote_request *request)
{
    pg_quote_result q;
    pg_error err = { 0 };
    if (pg_quote_run(&q, &data, request, &err) != PG_OK)
        fail_msg("%s", err.what);
    return q;
}

static void test_quote_is_the_formula(void **state)
{
    (void)state;
    pg_quote_request request = pg_quote_defaults();
    request.sigma_method = "simple";
    request.kappa_method = "virtual_quoting";
    request.maker_fee_bps = 0;
    request.position = 0.4;
    request.size = 0.1;
    pg_quote_result q = quote(&request);
    double gamma = 5 / q.mid, g = gamma * 0.1, variance = pow(q.sigma.value * q.mid, 2);
    double half = log1p(g / q.kappa[0].value) / g + g * variance * 1800 / 2;
    assert_close(q.half[0], half, 1e-12);
    assert_close(q.reservation, q.mid - 0.4 * gamma * variance * 1800, 1e-12);
    assert_true(q.bid <= q.bid_raw + 1e-9 && q.bid > q.bid_raw - q.tick);
    assert_true(q.ask >= q.ask_raw - 1e-9 && q.ask < q.ask_raw + q.tick);
    assert_string_equal(q.kappa[0].source, "pooled");

    request.position = -0.4;
    pg_quote_result mirrored = quote(&request);
    assert_true(mirrored.bid > q.bid && mirrored.ask > q.ask);

    request.min_half_bps = 7;
    assert_close(quote(&request).half[1], 7e-4 * q.mid, 1e-12);
}

static void test_glft_quotes_and_needs_a(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_quote_result q;
    pg_quote_request request = pg_quote_defaults();
    request.model = PG_QUOTE_GLFT;
    request.kappa_method = "vq";
    q = quote(&request);
    assert_true(q.half[0] > 0 && q.bid < q.ask && q.a[0] > 0);
    request.kappa_method = "book_decay";
    assert_int_equal(pg_quote_run(&q, &data, &request, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "glft needs the intensity A, which kappa by book_decay does not give"));
    request.kappa_method = "simple";
    assert_int_equal(pg_quote_run(&q, &data, &request, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "a rate of trades"));
    request = pg_quote_defaults();
    request.gamma_rel = 0;
    assert_int_equal(pg_quote_run(&q, &data, &request, &err), PG_ERR_INVALID);
    request = pg_quote_defaults();
    request.sigma_method = "garhc";
    assert_int_equal(pg_quote_run(&q, &data, &request, &err), PG_ERR_NOT_FOUND);
    assert_non_null(strstr(err.remedy, "garch_t_multistart"));
}

/* ---- what is shown ---- */

static void check_json(pg_text *text)
{
    assert_int_equal(pg_text_check(text, NULL), PG_OK);
    cJSON *document = cJSON_ParseWithLength(text->data, text->length);
    assert_non_null(document);
    cJSON_Delete(document);
}

static void test_json_and_pages(void **state)
{
    (void)state;
    static const char *const kinds[] = { "sigma", "kappa", "hawkes" };
    for (int i = 0; i < 3; i++) {
        pg_fit_table table = fit(&data, kinds[i], NULL);
        pg_text text = { 0 };
        pg_fit_json(&text, &table, &data);
        check_json(&text);
        pg_text_free(&text);
        pg_error err = { 0 };
        pg_status status = pg_fit_html(&text, &table, &data, &err);
        if (status == PG_ERR_IO && strstr(err.remedy, "libjs-dygraphs"))
            skip();
        assert_int_equal(status, PG_OK);
        const char *start = strstr(text.data, "type=\"application/json\">");
        assert_non_null(start);
        cJSON *document = cJSON_Parse(strchr(start, '>') + 1);
        assert_non_null(document);
        assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(document, "series")) > 50);
        cJSON_Delete(document);
        assert_non_null(strstr(text.data, "new Dygraph"));
        pg_text_free(&text);
    }
    pg_quote_request request = pg_quote_defaults();
    request.kappa_method = "book_decay"; /* A is missing: null */
    pg_quote_result q = quote(&request);
    pg_text text = { 0 };
    pg_quote_json(&text, &q, &data);
    check_json(&text);
    assert_non_null(strstr(text.data, "\"a_bid\":null"));
    pg_text_free(&text);
}

/* ---- bad input ---- */

static void test_unknown_names(void **state)
{
    (void)state;
    pg_fit_table table;
    pg_error err = { 0 };
    assert_int_equal(pg_fit_run(&table, &data, "gamma", NULL, 60, &err), PG_ERR_NOT_FOUND);
    assert_int_equal(pg_fit_run(&table, &data, "sigma", "vq", 60, &err), PG_ERR_NOT_FOUND);
    assert_non_null(strstr(err.what, "no method 'vq' for sigma"));
    assert_int_equal(pg_fit_run(&table, &data, "kappa", "", 60, &err), PG_ERR_NOT_FOUND);
}

/* Minutes of a book that never moves, told every half second. */
static size_t still_events(pg_event *events, bool asks, bool trades, int n)
{
    size_t count = 0;
    for (int i = 0; i < n; i++) {
        int64_t now = 1700000000000000000 + i * 500000000ll;
        pg_event e = { .exch_ns = now, .local_ns = now, .kind = PG_EVENT_LEVEL, .flags = PG_EVENT_LAST };
        for (int level = 0; level < 5; level++) {
            e.side = PG_BUY;
            e.price = 30000 - level;
            e.size = 10000 >> level;
            events[count++] = e;
            e.side = PG_SELL;
            e.price = 30001 + level;
            if (asks)
                events[count++] = e;
        }
        e.kind = PG_EVENT_TRADE;
        e.side = i % 2 ? PG_BUY : PG_SELL;
        e.price = i % 2 ? 30001 : 30000;
        if (trades && i % 4 < 2)
            events[count++] = e;
    }
    return count;
}

static pg_status gather_still(pg_fit_data *d, bool asks, bool trades, int n, pg_error *err)
{
    pg_event *events = malloc((size_t)n * 12 * sizeof *events);
    pg_tape_info info = { .instrument = market_instrument(), .source = "test" };
    pg_fit_options options = pg_fit_defaults();
    pg_tape *still = open_events("still.tape", &info, events, still_events(events, asks, trades, n));
    pg_status status = pg_fit_data_gather(d, still, &options, err);
    pg_tape_close(still);
    free(events);
    return status;
}

static void expect_no_value(const pg_fit_data *d, const char *what, const char *method, pg_kstatus status)
{
    pg_fit_table table = fit(d, what, method);
    assert_true(table.count > 0);
    for (int i = 0; i < table.count; i++) {
        if (table.row[i].status != status)
            fail_msg("%s of %s: %s", table.row[i].method, what, pg_kstatus_name(table.row[i].status));
        assert_true(isnan(table.row[i].estimate.value) && isnan(table.row[i].estimate.se));
    }
}

static void test_nothing_to_fit(void **state)
{
    (void)state;
    static const char *const constant[] = { "simple", "bipower", "garch", "garch_t", "garch_t_multistart",
                                            "hybrid", "ewma" };
    pg_fit_data d;
    pg_error err = { 0 };
    assert_int_equal(gather_still(&d, true, false, 600, &err), PG_OK);
    for (size_t i = 0; i < sizeof constant / sizeof *constant; i++)
        expect_no_value(&d, "sigma", constant[i], PG_K_ZERO_VARIATION);
    static const char *const silent[] = { "mle",  "exponential", "survival", "virtual_quoting", "depth_intensity",
                                          "bayes" };
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        expect_no_value(&d, "kappa", silent[i], PG_K_TOO_FEW_POINTS);
    expect_no_value(&d, "hawkes", NULL, PG_K_TOO_FEW_POINTS);
    pg_quote_result q;
    pg_quote_request request = pg_quote_defaults();
    assert_int_equal(pg_quote_run(&q, &d, &request, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "no quote: sigma by garch_t is zero_variation"));
    pg_fit_data_free(&d);

    assert_int_equal(gather_still(&d, true, true, 600, &err), PG_OK);
    expect_no_value(&d, "kappa", "mle", PG_K_TOO_FEW_POINTS); /* all at the touch: no decay to be seen */
    pg_fit_data_free(&d);

    assert_int_equal(gather_still(&d, true, true, 4, &err), PG_OK);
    expect_no_value(&d, "sigma", "garch_t", PG_K_TOO_FEW_POINTS);
    expect_no_value(&d, "hawkes", NULL, PG_K_TOO_FEW_POINTS);
    pg_fit_data_free(&d);
}

static void test_data_that_cannot_be_used(void **state)
{
    (void)state;
    pg_fit_data d;
    pg_error err = { 0 };
    assert_int_equal(gather_still(&d, false, true, 100, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "no two-sided book"));
    pg_fit_options options = pg_fit_defaults();
    options.from_ns = INT64_MAX - 1;
    assert_int_equal(pg_fit_data_gather(&d, tape, &options, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "no events in the chosen period"));
    options = pg_fit_defaults();
    options.step_s = 0;
    assert_int_equal(pg_fit_data_gather(&d, tape, &options, &err), PG_ERR_INVALID);
    options.step_s = NAN;
    assert_int_equal(pg_fit_data_gather(&d, tape, &options, &err), PG_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kappa_mle_is_the_direct_one),
        cmocka_unit_test(test_returns_are_the_direct_ones),
        cmocka_unit_test(test_known_truth),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_quote_is_the_formula),
        cmocka_unit_test(test_glft_quotes_and_needs_a),
        cmocka_unit_test(test_json_and_pages),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_nothing_to_fit),
        cmocka_unit_test(test_data_that_cannot_be_used),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* Reports of a small backtest: complete, adding up, equal for equal runs, and safe to open whatever names are in them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <math.h>

#include "base/file.h"
#include "data/scratch.h"
#include "report/report.h"
#include "support/synthetic.h"

/* What would end the page's data early, or keep it from ending. */
#define HOSTILE_SYMBOL  "A\"<!--<script>&'"
#define HOSTILE_COMMAND "perigee </script><script>alert(1)</script> <!-- <script> \\ \" \x01"

typedef struct {
    pg_backtest *backtest;
    pg_metrics metrics;
    pg_text json, html;
    char *fills, *equity;
    size_t fills_size, equity_size;
} run;

static pg_tape *tape;

static int make_tape(void **state)
{
    char warning[256];
    if (scratch_make(state) != 0)
        return -1;
    synthetic_market market = synthetic_make(0.3, 21, HOSTILE_SYMBOL);
    synthetic_write(&market, scratch_path("market.tape"));
    free(market.events);
    return pg_tape_open(&tape, scratch_path("market.tape"), warning, sizeof warning, NULL);
}

static int drop_tape(void **state)
{
    pg_tape_close(tape);
    return scratch_remove(state);
}

static pg_backtest *backtest(const char *half_spread)
{
    pg_backtest *b = NULL;
    pg_error err = { 0 };
    pg_setting params[] = { { "half_spread_bps", half_spread }, { "size", "0.2" } };
    pg_backtest_config config = pg_backtest_defaults();
    config.strategy = "strategies/symmetric.lua";
    config.params = params;
    config.param_count = 2;
    if (pg_backtest_new(&b, &config, tape, &err) != PG_OK || pg_backtest_run(b, (pg_watch){ 0 }, &err) != PG_OK)
        fail_msg("%s", err.what);
    return b;
}

static run make_run(const char *half_spread)
{
    run r = { .backtest = backtest(half_spread) };
    pg_error err = { 0 };
    pg_metrics_compute(&r.metrics, r.backtest);
    pg_report report = { r.backtest, &r.metrics, HOSTILE_COMMAND };
    pg_report_json(&r.json, &report);
    assert_int_equal(pg_text_check(&r.json, NULL), PG_OK);
    if (pg_report_html(&r.html, &report, &err) != PG_OK)
        fail_msg("%s (%s)", err.what, err.remedy);
    char folder[128], path[192];
    snprintf(folder, sizeof folder, "%s/csv", scratch_folder);
    assert_int_equal(pg_report_csv(folder, &report, NULL), PG_OK);
    snprintf(path, sizeof path, "%s/fills.csv", folder);
    assert_int_equal(pg_file_read(&r.fills, &r.fills_size, path, 1 << 24, NULL), PG_OK);
    snprintf(path, sizeof path, "%s/equity.csv", folder);
    assert_int_equal(pg_file_read(&r.equity, &r.equity_size, path, 1 << 24, NULL), PG_OK);
    return r;
}

static void drop_run(run *r)
{
    pg_backtest_free(r->backtest);
    pg_text_free(&r->json);
    pg_text_free(&r->html);
    free(r->fills);
    free(r->equity);
}

static double metric(const cJSON *document, const char *name)
{
    const cJSON *value = cJSON_GetObjectItem(cJSON_GetObjectItem(document, "metrics"), name);
    if (!cJSON_IsNumber(value))
        fail_msg("there is no metric '%s'", name);
    return value->valuedouble;
}

static void near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-9 * fmax(1, fabs(b))))
        fail_msg("%.15g is not %.15g", a, b);
}

/* Every metric is a number, or null with the reason why. */
static void check_every_metric(const run *r, const cJSON *document)
{
    const cJSON *values = cJSON_GetObjectItem(document, "metrics"), *absent = cJSON_GetObjectItem(document, "absent");
    assert_int_equal(cJSON_GetArraySize(values), r->metrics.count);
    assert_true(r->metrics.count >= 35);
    for (int i = 0; i < r->metrics.count; i++) {
        const pg_metric *m = &r->metrics.metric[i];
        const cJSON *value = cJSON_GetObjectItem(values, m->name), *why = cJSON_GetObjectItem(absent, m->name);
        assert_non_null(value);
        assert_true(m->unit[0] && m->doc[0]);
        assert_true(cJSON_IsNumber(value) ? !why : cJSON_IsNull(value) && cJSON_IsString(why) && why->valuestring[0]);
        if (cJSON_IsNumber(value))
            assert_true(value->valuedouble == m->value);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(m->name, r->metrics.metric[k].name);
    }
    assert_true(isnan(pg_metrics_get(&r->metrics, "no such metric")));
}

static void test_json(void **state)
{
    (void)state;
    run r = make_run("2");
    cJSON *d = cJSON_Parse(r.json.data);
    assert_non_null(d);
    check_every_metric(&r, d);
    assert_true(metric(d, "fills") > 20);
    double parts = metric(d, "spread_capture") + metric(d, "adverse_selection") + metric(d, "inventory") +
                   metric(d, "fees") + metric(d, "funding");
    near(parts, metric(d, "pnl"));
    near(metric(d, "realised") + metric(d, "unrealised") + metric(d, "fees") + metric(d, "funding"), metric(d, "pnl"));
    near(metric(d, "return"), metric(d, "pnl") / 10000);
    assert_true(metric(d, "funding") != 0);
    const cJSON *market = cJSON_GetObjectItem(d, "market");
    assert_string_equal(cJSON_GetObjectItem(market, "symbol")->valuestring, HOSTILE_SYMBOL);
    assert_string_equal(cJSON_GetObjectItem(d, "command")->valuestring, HOSTILE_COMMAND);
    const cJSON *warnings = cJSON_GetObjectItem(d, "warnings");
    assert_int_equal(cJSON_GetArraySize(warnings), r.metrics.warning_count);
    assert_true(r.metrics.warning_count > 0); /* less than a day of data */
    const cJSON *row, *half_spread = NULL;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(cJSON_GetObjectItem(d, "strategy"),
                                                "parameters")) if (strcmp(cJSON_GetObjectItem(row, "name")->valuestring,
                                                                          "half_spread_bps") == 0) half_spread = row;
    assert_non_null(half_spread);
    assert_string_equal(cJSON_GetObjectItem(half_spread, "value")->valuestring, "2");
    cJSON_Delete(d);
    drop_run(&r);
}

static size_t rows(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n - 1; /* without the header */
}

/* The files have a row a fill and a row a sample, and their figures are those of the metrics. */
static void test_csv(void **state)
{
    (void)state;
    run r = make_run("2");
    size_t count;
    int64_t grid;
    pg_history_equity(pg_engine_history(pg_backtest_engine(r.backtest)), &count, &grid);
    assert_int_equal(rows(r.equity), count);
    assert_int_equal(rows(r.fills), (size_t)pg_metrics_get(&r.metrics, "fills"));
    double fees = 0, turnover = 0, held = 0, position = 0;
    const char *line = strchr(r.fills, '\n') + 1;
    for (; *line; line = strchr(line, '\n') + 1) {
        long long time;
        unsigned long long order;
        char side[8];
        double price, size, fee, mid;
        int maker;
        assert_int_equal(sscanf(line, "%lld,%llu,%7[a-z],%lf,%lf,%lf,%d,%lf,%lf", &time, &order, side, &price, &size,
                                &fee, &maker, &mid, &position),
                         9);
        fees += fee;
        turnover += price * size;
        held += strcmp(side, "buy") == 0 ? size : -size;
        near(position, held);
        assert_true(fabs(mid / price - 1) < 0.01);
    }
    near(-fees, pg_metrics_get(&r.metrics, "fees"));
    near(turnover, pg_metrics_get(&r.metrics, "turnover"));
    near(position, pg_metrics_get(&r.metrics, "position_end"));
    drop_run(&r);
}

static void test_csv_nowhere(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_metrics metrics;
    pg_backtest *b = backtest("2");
    pg_metrics_compute(&metrics, b);
    pg_report report = { b, &metrics, "" };
    assert_int_not_equal(pg_report_csv(scratch_path("market.tape"), &report, &err), PG_OK);
    assert_true(err.what[0]);
    pg_backtest_free(b);
}

/* The page's data: from its element's start to the first end tag, as a browser finds it. */
static char *page_data(const run *r)
{
    static const char opening[] = "<script id=\"data\" type=\"application/json\">";
    const char *from = strstr(r->html.data, opening);
    assert_non_null(from);
    from += sizeof opening - 1;
    const char *to = strstr(from, "</script");
    assert_non_null(to);
    return strndup(from, (size_t)(to - from));
}

static void test_html(void **state)
{
    (void)state;
    run r = make_run("2");
    char *data = page_data(&r);
    assert_null(strchr(data, '<')); /* no tag and no comment can begin in it */
    cJSON *d = cJSON_Parse(data);
    assert_non_null(d);
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(d, "market"), "symbol")->valuestring, HOSTILE_SYMBOL);
    assert_string_equal(cJSON_GetObjectItem(d, "command")->valuestring, HOSTILE_COMMAND);
    const cJSON *warnings = cJSON_GetObjectItem(d, "warnings");
    assert_int_equal(cJSON_GetArraySize(warnings), r.metrics.warning_count);
    assert_true(r.metrics.warning_count > 0);
    for (int i = 0; i < r.metrics.warning_count; i++)
        assert_string_equal(cJSON_GetArrayItem(warnings, i)->valuestring, r.metrics.warning[i]);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(d, "metrics")), r.metrics.count);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(d, "fills")), rows(r.fills));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(d, "equity")), rows(r.equity));
    const cJSON *chart = cJSON_GetObjectItem(d, "chart");
    int points = cJSON_GetArraySize(cJSON_GetObjectItem(chart, "t"));
    assert_true(points > 100);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(chart, "quote_ask")), points);
    cJSON_Delete(d);
    free(data);
    drop_run(&r);
}

/* One file with everything in it: dygraphs inlined, nothing fetched, names in the title without markup. */
static void test_html_is_self_contained(void **state)
{
    (void)state;
    run r = make_run("2");
    assert_non_null(strstr(r.html.data, "Dygraph"));
    assert_true(r.html.length > 100000);
    assert_null(strstr(r.html.data, "<script src"));
    assert_null(strstr(r.html.data, "<link"));
    assert_null(strstr(r.html.data, "@DATA@"));
    const char *title = strstr(r.html.data, "<title>"), *end = strstr(r.html.data, "</title>");
    assert_non_null(title);
    assert_non_null(strstr(title, "symmetric on A"));
    for (const char *c = title + 7; c < end; c++)
        assert_true(*c != '<' && *c != '&');
    int ends = 0;
    for (const char *at = r.html.data; (at = strstr(at, "</script")); at++)
        ends++;
    assert_int_equal(ends, 3);
    assert_non_null(strstr(r.html.data, "</html>"));
    drop_run(&r);
}

static void test_equal_runs(void **state)
{
    (void)state;
    run a = make_run("2"), b = make_run("2"), c = make_run("3");
    assert_string_equal(a.json.data, b.json.data);
    assert_int_equal(a.html.length, b.html.length);
    assert_memory_equal(a.html.data, b.html.data, a.html.length);
    assert_string_equal(a.fills, b.fills);
    assert_string_equal(a.equity, b.equity);
    assert_string_not_equal(a.json.data, c.json.data);
    assert_string_not_equal(a.fills, c.fills);
    drop_run(&a);
    drop_run(&b);
    drop_run(&c);
}

/* No fill at all: the figures that need one are absent, with the reason, and the first warning says so. */
static void test_no_fills(void **state)
{
    (void)state;
    run r = make_run("500");
    cJSON *d = cJSON_Parse(r.json.data);
    assert_non_null(d);
    check_every_metric(&r, d);
    assert_true(metric(d, "fills") == 0);
    assert_non_null(cJSON_GetObjectItem(cJSON_GetObjectItem(d, "absent"), "markout_1s"));
    assert_non_null(strstr(r.metrics.warning[0], "No order was filled"));
    assert_int_equal(rows(r.fills), 0);
    cJSON_Delete(d);
    drop_run(&r);
}

static void test_terminal(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    pg_metrics metrics;
    pg_backtest *b = backtest("2");
    pg_metrics_compute(&metrics, b);
    pg_report_headline(out, b);
    pg_report_summary(out, &(pg_report){ b, &metrics, "perigee backtest x" }, 1.5, "r.html");
    pg_report_bar(out, 0.5, 1000, 0.1);
    pg_report_bar(out, 1, 2000, 0.2);
    fclose(out);
    assert_non_null(strstr(text, "symmetric"));
    assert_non_null(strstr(text, "r.html"));
    assert_non_null(strstr(text, "minutes")); /* the warning that the data are short */
    free(text);
    pg_backtest_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_csv_nowhere),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_html_is_self_contained),
        cmocka_unit_test(test_equal_runs),
        cmocka_unit_test(test_no_fills),
        cmocka_unit_test(test_terminal),
    };
    return cmocka_run_group_tests(tests, make_tape, drop_tape);
}

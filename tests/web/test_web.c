/* Metrics and health as a scraper sees them, over loopback. */
#include <math.h>

#include "net/loopback.h"
#include "web/market_metrics.h"
#include "web/page.h"

typedef struct {
    int count, code;
    char *body;
    size_t size;
} result;

static void on_done(void *self, const pg_http_answer *a)
{
    result *r = self;
    r->count++;
    r->code = a->code;
    free(r->body);
    r->body = malloc(a->size + 1);
    memcpy(r->body, a->body, a->size);
    r->body[a->size] = '\0';
    r->size = a->size;
}

typedef struct {
    pg_loop *loop;
    pg_metrics *metrics;
    pg_web *web;
    pg_http *http;
    result r;
    const char *problems[3];
    pg_metric *refreshed;
} fixture;

static void refresh(void *self)
{
    fixture *f = self;
    pg_metric_set(f->refreshed, 42.5);
}

static void health(void *self, pg_text *reasons)
{
    fixture *f = self;
    for (int i = 0; i < 3; i++)
        if (f->problems[i])
            pg_json_string(reasons, NULL, f->problems[i]);
}

static void start(fixture *f, int limit)
{
    pg_error err;
    *f = (fixture){ .loop = new_loop() };
    assert_int_equal(pg_metrics_new(&f->metrics, limit, &err), PG_OK);
    pg_web_handler handler = { .self = f, .refresh = refresh, .health = health };
    if (pg_web_new(&f->web, f->loop, f->metrics, &(pg_web_config){ 0 }, handler, &err) != PG_OK)
        fail_msg("%s", err.what);
    assert_int_equal(pg_http_new(&f->http, f->loop, &err), PG_OK);
}

static void stop(fixture *f)
{
    pg_http_free(f->http);
    pg_web_free(f->web);
    pg_metrics_free(f->metrics);
    pg_loop_free(f->loop);
    free(f->r.body);
}

static const char *get(fixture *f, const char *method, const char *path, int code)
{
    char url[128];
    pg_error err;
    int before = f->r.count;
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", pg_web_port(f->web), path);
    assert_int_equal(pg_http_send(f->http, &(pg_http_request){ .url = url, .method = method }, &f->r, on_done, &err),
                     PG_OK);
    wait_until(f->loop, f->r.count > before);
    assert_int_equal(f->r.code, code);
    return f->r.body;
}

static pg_metric *make(fixture *f, pg_metric_kind kind, const char *name, const char *label, const char *value)
{
    pg_metric *metric;
    pg_error err;
    pg_metric_label labels[] = { { label, value } };
    if (pg_metric_new(&metric, f->metrics, kind, name, "What it is", labels, label ? 1 : 0, &err) != PG_OK)
        fail_msg("%s", err.what);
    return metric;
}

static void test_format(void **state)
{
    (void)state;
    fixture f;
    start(&f, 0);
    assert_string_equal(get(&f, NULL, "/metrics", 200), "");
    pg_metric *gauge = make(&f, PG_METRIC_GAUGE, "g", NULL, NULL);
    pg_metric *counter = make(&f, PG_METRIC_COUNTER, "c", "market", "ETH \"x\" \\ \n");
    f.refreshed = make(&f, PG_METRIC_GAUGE, "r", NULL, NULL);
    assert_ptr_equal(make(&f, PG_METRIC_GAUGE, "g", NULL, NULL), gauge); /* the same series */
    pg_metric *second = make(&f, PG_METRIC_COUNTER, "c", "market", "BTC");
    pg_metric_add(counter, 2);
    pg_metric_add(counter, -1); /* never down */
    pg_metric_add(counter, 0.5);
    pg_metric_set(second, 1e15);
    static const char expected[] = "# HELP g What it is\n# TYPE g gauge\n"
                                   "# HELP c What it is\n# TYPE c counter\n"
                                   "c{market=\"ETH \\\"x\\\" \\\\ \\n\"} 2.5\n"
                                   "c{market=\"BTC\"} 1e+15\n"
                                   "# HELP r What it is\n# TYPE r gauge\nr 42.5\n";
    /* A gauge that has no value yet is left out, and so is one that has lost it. */
    assert_string_equal(get(&f, NULL, "/metrics", 200), expected);
    pg_metric_set(gauge, -0.25);
    assert_non_null(strstr(get(&f, NULL, "/metrics", 200), "\ng -0.25\n"));
    pg_metric_set(gauge, INFINITY);
    assert_non_null(strstr(get(&f, NULL, "/metrics", 200), "\ng +Inf\n"));
    pg_metric_set(gauge, NAN);
    assert_string_equal(get(&f, NULL, "/metrics", 200), expected);
    pg_metric_free(counter);
    assert_null(strstr(get(&f, NULL, "/metrics", 200), "ETH"));
    stop(&f);
}

static void test_histogram(void **state)
{
    (void)state;
    fixture f;
    start(&f, 0);
    pg_metric *h = make(&f, PG_METRIC_HISTOGRAM, "stage_seconds", "stage", "sign");
    static const double values[] = { 0, 1e-6, 1.1e-6, 25e-6, 0.3, 1, 1.5, 100 };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        pg_metric_observe(h, values[i]);
    pg_metric_observe(h, NAN);
    pg_metric_set(h, 7); /* not what a histogram is for */
    const char *text = get(&f, NULL, "/metrics", 200);
    static const char *const lines[] = {
        "# TYPE stage_seconds histogram\nstage_seconds_bucket{stage=\"sign\",le=\"1e-06\"} 2\n",
        "\nstage_seconds_bucket{stage=\"sign\",le=\"2e-06\"} 3\n",
        "\nstage_seconds_bucket{stage=\"sign\",le=\"2e-05\"} 3\n",
        "\nstage_seconds_bucket{stage=\"sign\",le=\"5e-05\"} 4\n",
        "\nstage_seconds_bucket{stage=\"sign\",le=\"0.5\"} 5\n",
        "\nstage_seconds_bucket{stage=\"sign\",le=\"1\"} 6\n",
        "\nstage_seconds_bucket{stage=\"sign\",le=\"+Inf\"} 8\n",
        "\nstage_seconds_count{stage=\"sign\"} 8\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i]))
            fail_msg("no %s in %s", lines[i], text);
    const char *sum = strstr(text, "stage_seconds_sum{stage=\"sign\"} ");
    assert_non_null(sum);
    assert_true(fabs(strtod(strchr(sum, ' '), NULL) - 102.8000271) < 1e-9);
    stop(&f);
}

static void test_market(void **state)
{
    (void)state;
    fixture f;
    pg_error err;
    pg_market_metrics eth, btc, third;
    start(&f, 2 * PG_MM_COUNT + 5);
    assert_int_equal(pg_market_metrics_init(&eth, f.metrics, "hyperliquid", "ETH", "as", &err), PG_OK);
    assert_int_equal(pg_market_metrics_init(&btc, f.metrics, "hyperliquid", "BTC", "as", &err), PG_OK);
    /* A third one does not fit: none of it is there. */
    assert_int_equal(pg_market_metrics_init(&third, f.metrics, "hyperliquid", "SOL", "as", &err), PG_ERR_FULL);
    pg_market_metrics_set(&eth, PG_MM_POSITION, -1.5);
    pg_market_metrics_set(&btc, PG_MM_ORDERS_PLACED, 12);
    const char *text = get(&f, NULL, "/metrics", 200);
    assert_non_null(strstr(text, "# TYPE mm_position gauge\n"
                                 "mm_position{venue=\"hyperliquid\",market=\"ETH\",strategy=\"as\"} -1.5\n#"));
    assert_non_null(strstr(text, "mm_orders_placed{venue=\"hyperliquid\",market=\"ETH\",strategy=\"as\"} 0\n"
                                 "mm_orders_placed{venue=\"hyperliquid\",market=\"BTC\",strategy=\"as\"} 12\n"));
    assert_null(strstr(text, "SOL"));
    pg_market_metrics_clear(&eth);
    assert_int_equal(pg_market_metrics_init(&third, f.metrics, "hyperliquid", "SOL", "as", &err), PG_OK);
    stop(&f);
}

static void test_bad_names(void **state)
{
    (void)state;
    fixture f;
    pg_error err;
    pg_metric *metric;
    start(&f, 0);
    static const char *const names[] = { "", "1a", "a b", "a-b", "\xc3\xa4", NULL };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pg_metric_new(&metric, f.metrics, PG_METRIC_GAUGE, names[i], "", NULL, 0, &err) != PG_ERR_INVALID)
            fail_msg("%s was taken", names[i]);
        pg_metric_label label = { names[i], "x" };
        assert_int_equal(pg_metric_new(&metric, f.metrics, PG_METRIC_GAUGE, "m", "", &label, 1, &err), PG_ERR_INVALID);
        assert_null(metric);
    }
    pg_metric_label reserved = { "__name__", "x" }, le = { "le", "1" }, none = { "a", NULL };
    pg_metric_label twice[] = { { "a", "1" }, { "a", "2" } };
    assert_int_equal(pg_metric_new(&metric, f.metrics, PG_METRIC_GAUGE, "m", "", &reserved, 1, &err), PG_ERR_INVALID);
    assert_int_equal(pg_metric_new(&metric, f.metrics, PG_METRIC_HISTOGRAM, "m", "", &le, 1, &err), PG_ERR_INVALID);
    assert_int_equal(pg_metric_new(&metric, f.metrics, PG_METRIC_GAUGE, "m", "", &none, 1, &err), PG_ERR_INVALID);
    assert_int_equal(pg_metric_new(&metric, f.metrics, PG_METRIC_GAUGE, "m", "", twice, 2, &err), PG_ERR_INVALID);
    make(&f, PG_METRIC_GAUGE, "m", NULL, NULL);
    assert_int_equal(pg_metric_new(&metric, f.metrics, PG_METRIC_COUNTER, "m", "", NULL, 0, &err), PG_ERR_INVALID);
    pg_metric_set(NULL, 1);
    pg_metric_add(NULL, 1);
    pg_metric_observe(NULL, 1);
    pg_metric_free(NULL);
    stop(&f);
}

static void test_health(void **state)
{
    (void)state;
    fixture f;
    start(&f, 0);
    assert_string_equal(get(&f, NULL, "/health", 200), "{\"reasons\":[],\"ready\":true}\n");
    f.problems[0] = "ETH: no market data for 7 s";
    f.problems[2] = "the \"ledger\" is full";
    assert_string_equal(get(&f, NULL, "/health", 503), "{\"reasons\":[\"ETH: no market data for 7 s\","
                                                       "\"the \\\"ledger\\\" is full\"],\"ready\":false}\n");
    stop(&f);
}

static void test_others(void **state)
{
    (void)state;
    fixture f;
    start(&f, 0);
    get(&f, NULL, "/", 404);
    get(&f, NULL, "/metrics/", 404);
    get(&f, NULL, "/metrics%00", 404);
    get(&f, "POST", "/", 404);
    get(&f, "POST", "/metrics", 405);
    get(&f, "DELETE", "/health", 405);
    get(&f, "PUT", "/health", 405);
    assert_string_equal(get(&f, "HEAD", "/health", 200), "");
    get(&f, NULL, "/health?x=1", 200);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),    cmocka_unit_test(test_histogram), cmocka_unit_test(test_market),
        cmocka_unit_test(test_bad_names), cmocka_unit_test(test_health),    cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The faults that the exchange makes on demand: each happens where, when and as often as its plan says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange.h"

static exchange_test t;
static exchange_client c;

static int set_up(void **state)
{
    (void)state;
    exchange_open(&t);
    exchange_fill_book(&t);
    exchange_client_open(&c, &t);
    exchange_client_subscribe(&c, "\"type\":\"bbo\",\"coin\":\"ETH\"");
    cJSON_Delete(exchange_client_wait(&c, "bbo"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    exchange_client_close(&c);
    exchange_close(&t);
    return 0;
}

static void plan(const char *json)
{
    pg_error err = { 0 };
    if (pg_faults_read(t.faults, json, strlen(json), &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
}

/* The market's best bid gets another size, which the stream tells. */
static void touch(int64_t size)
{
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 300000, size);
}

/* What has been sent has come. */
static void settle(void)
{
    int closes = c.closes;
    exchange_client_send(&c, "{\"method\":\"ping\"}");
    int before = c.count;
    for (int i = 0; i < 100 && c.closes == closes; i++) {
        for (int k = before; k < c.count; k++)
            if (strstr(c.frames[k], "pong"))
                return;
        pg_loop_run_for(t.loop, 100);
    }
}

/* Sizes of the best bid in what came since the last call, in order. */
static int told(char sizes[][32], int n)
{
    int count = 0;
    settle();
    for (; c.next < c.count; c.next++) {
        const char *size =
            strstr(c.frames[c.next], "\"channel\":\"bbo\"") ? strstr(c.frames[c.next], "\"sz\":\"") : NULL;
        if (size && count < n)
            snprintf(sizes[count++], 32, "%.*s", (int)strcspn(size + 6, "\""), size + 6);
    }
    return count;
}

static void expect_told(const char *list)
{
    char sizes[16][32], text[256] = "";
    int count = told(sizes, 16);
    for (int i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", sizes[i]);
    assert_string_equal(text, list);
}

static void wait_closed(int closes)
{
    for (int i = 0; i < 100 && c.closes < closes; i++)
        pg_loop_run_for(t.loop, 100);
    assert_int_equal(c.closes, closes);
}

/* ---- streams ---- */

static void test_drop(void **state)
{
    (void)state;
    plan("[{\"channel\":\"bbo\",\"fault\":\"drop\",\"after\":1,\"count\":2}]");
    for (int i = 1; i <= 5; i++)
        touch(i * 10000);
    expect_told("1.0 4.0 5.0");
    assert_int_equal(pg_faults_count(t.faults, PG_FAULT_DROP), 2);
}

static void test_duplicate_and_reorder(void **state)
{
    (void)state;
    plan("[{\"channel\":\"bbo\",\"fault\":\"duplicate\",\"count\":1},"
         "{\"channel\":\"bbo\",\"fault\":\"reorder\",\"after\":1,\"count\":1}]");
    for (int i = 1; i <= 4; i++)
        touch(i * 10000);
    expect_told("1.0 1.0 3.0 2.0 4.0");
}

static void test_delay(void **state)
{
    (void)state;
    plan("[{\"channel\":\"bbo\",\"fault\":\"delay\",\"ms\":50,\"count\":1}]");
    touch(10000);
    touch(20000);
    expect_told("2.0");
    cJSON *late = exchange_client_wait(&c, "bbo");
    assert_non_null(late);
    cJSON_Delete(late);
}

static void test_silence(void **state)
{
    (void)state;
    plan("[{\"channel\":\"bbo\",\"fault\":\"silence\",\"count\":1}]");
    touch(10000);
    touch(20000);
    expect_told(""); /* and the pong came: the connection lives */
    assert_int_equal(c.closes, 0);
}

static void test_half_open(void **state)
{
    (void)state;
    plan("[{\"channel\":\"bbo\",\"fault\":\"half_open\",\"count\":1}]");
    touch(10000);
    exchange_client_send(&c, "{\"method\":\"ping\"}");
    pg_loop_run_for(t.loop, 50);
    pg_loop_run_for(t.loop, 50);
    cJSON *pong = exchange_client_wait_for(&c, "pong", 100);
    assert_null(pong);
    assert_int_equal(c.closes, 0);
    assert_int_equal(pg_hl_exchange_sockets(t.server), 1);
}

static void test_cut(void **state)
{
    (void)state;
    plan("[{\"channel\":\"bbo\",\"fault\":\"cut\",\"count\":1},"
         "{\"channel\":\"*\",\"fault\":\"cut_inside\",\"after\":1,\"count\":1}]");
    touch(10000);
    wait_closed(1);
    for (int i = 0; i < 100 && c.opens < 2; i++)
        pg_loop_run_for(t.loop, 100);
    assert_int_equal(c.opens, 2);
    pg_hl_exchange_cut(t.server);
    wait_closed(2);
}

static void test_spoilt(void **state)
{
    (void)state;
    plan("[{\"channel\":\"bbo\",\"fault\":\"truncate\",\"count\":1},"
         "{\"channel\":\"bbo\",\"fault\":\"html\",\"after\":1,\"count\":1},"
         "{\"channel\":\"bbo\",\"fault\":\"unknown\",\"after\":2,\"count\":1},"
         "{\"channel\":\"bbo\",\"fault\":\"huge\",\"after\":3,\"count\":1}]");
    int first = c.count;
    for (int i = 1; i <= 4; i++)
        touch(i * 10000);
    settle();
    assert_true(c.count >= first + 4);
    assert_null(cJSON_Parse(c.frames[first]));
    assert_non_null(strstr(c.frames[first + 1], "<html>"));
    for (int i = 2; i < 4; i++) {
        cJSON *frame = cJSON_Parse(c.frames[first + i]);
        assert_non_null(cJSON_GetObjectItem(frame, "unknownMember"));
        assert_string_equal(cJSON_GetObjectItem(frame, "channel")->valuestring, "bbo");
        cJSON_Delete(frame);
    }
    assert_true(strlen(c.frames[first + 3]) > 10 * 1024 * 1024);
}

/* ---- answers ---- */

static void test_http(void **state)
{
    (void)state;
    plan("[{\"channel\":\"/info\",\"fault\":\"status\",\"code\":503,\"count\":1},"
         "{\"channel\":\"/info\",\"fault\":\"html\",\"after\":1,\"count\":1},"
         "{\"channel\":\"/info\",\"fault\":\"truncate\",\"after\":2,\"count\":1},"
         "{\"channel\":\"/info\",\"fault\":\"cut\",\"after\":3,\"count\":1},"
         "{\"channel\":\"/info\",\"fault\":\"unknown\",\"after\":4,\"count\":1}]");
    static const char status[] = "{\"type\":\"exchangeStatus\"}";
    exchange_post(&t, "/info", status, sizeof status - 1);
    assert_int_equal(t.code, 503);
    exchange_post(&t, "/info", status, sizeof status - 1);
    assert_int_equal(t.code, 200);
    assert_non_null(strstr(t.body, "<html>"));
    exchange_post(&t, "/info", status, sizeof status - 1);
    assert_int_equal(t.code, 200);
    assert_null(cJSON_Parse(t.body));
    exchange_post(&t, "/info", status, sizeof status - 1);
    assert_int_equal(t.code, 0);
    cJSON *answer = exchange_info(&t, status);
    assert_non_null(cJSON_GetObjectItem(answer, "unknownMember"));
    assert_non_null(cJSON_GetObjectItem(answer, "time"));
    cJSON_Delete(answer);
}

/* Done, but nobody says so; and refused before it is done. */
static void test_actions(void **state)
{
    (void)state;
    char error[256];
    plan("[{\"channel\":\"/exchange\",\"fault\":\"drop\",\"count\":1},"
         "{\"channel\":\"/exchange\",\"fault\":\"status\",\"code\":500,\"after\":1,\"count\":1},"
         "{\"channel\":\"/exchange\",\"fault\":\"delay\",\"ms\":100,\"after\":2,\"count\":1},"
         "{\"channel\":\"action\",\"fault\":\"reject\",\"text\":\"Too busy\",\"after\":2,\"count\":1}]");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_ALO);
    int account = exchange_account(&t, 0);
    t.timeout_ms = 300;
    exchange_place(&t, 0, &order, error, sizeof error); /* until the client gives up */
    assert_int_equal(t.code, 0);
    t.timeout_ms = 5000;
    assert_int_equal(pg_exchange_open_count(t.core, account), 1);
    exchange_place(&t, 0, &order, error, sizeof error);
    assert_int_equal(t.code, 500);
    assert_int_equal(pg_exchange_open_count(t.core, account), 1);
    double before = pg_clock_elapsed();
    assert_true(exchange_place(&t, 0, &order, error, sizeof error) > 0);
    assert_true(pg_clock_elapsed() - before >= 0.09);
    assert_int_equal(pg_exchange_open_count(t.core, account), 2);
    exchange_place(&t, 0, &order, error, sizeof error);
    assert_string_equal(error, "Too busy");
    assert_int_equal(pg_exchange_open_count(t.core, account), 2);
}

static void test_posts(void **state)
{
    (void)state;
    plan("[{\"channel\":\"post\",\"fault\":\"drop\",\"count\":1},"
         "{\"channel\":\"post\",\"fault\":\"status\",\"code\":429,\"after\":1,\"count\":1}]");
    for (int i = 1; i <= 3; i++) {
        char text[160];
        snprintf(text, sizeof text,
                 "{\"method\":\"post\",\"id\":%d,\"request\":{\"type\":\"info\",\"payload\":{\"type\":\"allMids\"}}}",
                 i);
        exchange_client_send(&c, text);
    }
    cJSON *frame = exchange_client_wait(&c, "post");
    const cJSON *data = cJSON_GetObjectItem(frame, "data"), *response = cJSON_GetObjectItem(data, "response");
    assert_int_equal(cJSON_GetObjectItem(data, "id")->valuedouble, 2);
    assert_string_equal(cJSON_GetObjectItem(response, "type")->valuestring, "error");
    assert_string_equal(cJSON_GetObjectItem(response, "payload")->valuestring, "429 Too Many Requests");
    cJSON_Delete(frame);
    frame = exchange_client_wait(&c, "post");
    assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(frame, "data"), "id")->valuedouble, 3);
    cJSON_Delete(frame);
}

/* A connection that goes while its action waits, or while its answer is put off. */
static void test_gone_meanwhile(void **state)
{
    (void)state;
    plan("[{\"channel\":\"*\",\"fault\":\"delay\",\"ms\":60}]");
    exchange_client_send(&c, "{\"method\":\"ping\"}");
    for (int i = 0; i < 10; i++)
        touch(10000 + i);
    pg_loop_run_for(t.loop, 20);
    pg_hl_exchange_cut(t.server);
    wait_closed(1);
    for (int i = 0; i < 5; i++)
        pg_loop_run_for(t.loop, 30);
    assert_int_equal(c.closes, 1);
}

/* ---- plans ---- */

static void test_determinism(void **state)
{
    (void)state;
    pg_faults *plans[2];
    pg_fault fault = { .channel = "x", .kind = PG_FAULT_DROP, .probability = 0.3 };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pg_faults_new(&plans[i], 9, NULL), PG_OK);
        assert_int_equal(pg_faults_add(plans[i], &fault, NULL), PG_OK);
    }
    for (int i = 0; i < 10000; i++)
        assert_true((pg_faults_next(plans[0], "x") != NULL) == (pg_faults_next(plans[1], "x") != NULL));
    assert_null(pg_faults_next(plans[0], "y"));
    int64_t count = pg_faults_count(plans[0], PG_FAULT_DROP);
    assert_true(count > 2800 && count < 3200); /* four standard deviations */
    pg_faults_free(plans[0]);
    pg_faults_free(plans[1]);
}

static void test_bad_plans(void **state)
{
    static const char *const bad[] = { "",
                                       "{}",
                                       "[1]",
                                       "[{\"channel\":\"x\"}]",
                                       "[{\"fault\":\"drop\"}]",
                                       "[{\"channel\":\"x\",\"fault\":\"nothing\"}]",
                                       "[{\"channel\":\"x\",\"fault\":\"status\"}]",
                                       "[{\"channel\":\"x\",\"fault\":\"drop\",\"count\":-1}]",
                                       "[{\"channel\":\"x\",\"fault\":\"drop\",\"probability\":2}]",
                                       "[{\"channel\":\"x\",\"fault\":\"drop\",\"often\":2}]",
                                       "[{\"channel\":\"0123456789012345678901234567890123\",\"fault\":\"drop\"}]" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pg_error err = { 0 };
        assert_int_not_equal(pg_faults_read(t.faults, bad[i], strlen(bad[i]), &err), PG_OK);
        assert_true(err.what[0] != '\0');
    }
}

#define in_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_drop),           in_exchange(test_duplicate_and_reorder),
        in_exchange(test_delay),          in_exchange(test_silence),
        in_exchange(test_half_open),      in_exchange(test_cut),
        in_exchange(test_spoilt),         in_exchange(test_http),
        in_exchange(test_actions),        in_exchange(test_posts),
        in_exchange(test_gone_meanwhile), cmocka_unit_test(test_determinism),
        in_exchange(test_bad_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

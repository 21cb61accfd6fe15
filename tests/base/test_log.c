/* Log lines as text and as JSON, levels, and that nothing can forge a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/log.h"

static const int64_t at = 1757015216673878000;

static char *logged(pg_log_format format, pg_log_level level, const char *message)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    pg_log log = { out, PG_LOG_INFO, format, pg_clock_virtual(&at) };
    pg_log_field fields[] = { { "market", "ETH", 0 }, { "gamma", NULL, 0.5 } };
    pg_log_write(&log, level, "script", message, fields, 2);
    fclose(out);
    return text;
}

static void test_text(void **state)
{
    (void)state;
    char *line = logged(PG_LOG_TEXT, PG_LOG_WARN, "quotes pulled\nERROR forged");
    assert_string_equal(
        line, "2025-09-04T19:46:56.673Z WARN  script: quotes pulled\\x0aERROR forged  market=ETH gamma=0.5\n");
    free(line);
}

static void test_json(void **state)
{
    (void)state;
    char *line = logged(PG_LOG_JSON, PG_LOG_ERROR, "a \"quoted\"\nmessage");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    cJSON *json = cJSON_Parse(line);
    assert_non_null(json);
    assert_string_equal(cJSON_GetObjectItem(json, "message")->valuestring, "a \"quoted\"\nmessage");
    assert_string_equal(cJSON_GetObjectItem(json, "level")->valuestring, "error");
    assert_string_equal(cJSON_GetObjectItem(json, "time")->valuestring, "2025-09-04T19:46:56.673Z");
    assert_true(cJSON_GetObjectItem(json, "gamma")->valuedouble == 0.5);
    cJSON_Delete(json);
    free(line);
}

static void test_levels(void **state)
{
    (void)state;
    char *line = logged(PG_LOG_TEXT, PG_LOG_DEBUG, "not shown");
    assert_string_equal(line, "");
    free(line);
    assert_int_equal(pg_log_level_parse("warn"), PG_LOG_WARN);
    assert_int_equal(pg_log_level_parse("loud"), -1);
    pg_log_write(NULL, PG_LOG_ERROR, "x", "y", NULL, 0);
}

static void test_clocks(void **state)
{
    (void)state;
    int64_t time = 5;
    pg_clock clock = pg_clock_virtual(&time);
    assert_int_equal(pg_clock_now(clock), 5);
    time = 7;
    assert_int_equal(pg_clock_now(clock), 7);
    assert_true(pg_clock_now(pg_clock_real()) > 1700000000000000000);
    double before = pg_clock_elapsed();
    assert_true(pg_clock_elapsed() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

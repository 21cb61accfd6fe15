/* perigee replay, as its user runs it, over a short session that this program records. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <sys/wait.h>

#include "base/file.h"
#include "data/tape.h"
#include "support/flying.h"
#include "support/rig.h"

static rig *session;

static int record(void **state)
{
    (void)state;
    session = rig_new(FLYING("first"), 3, 6000);
    pg_error err = { 0 };
    rig_run(session, 4000);
    if (rig_reload(session, "second.lua", FLYING("second"), &err) != PG_OK)
        return -1;
    rig_run(session, 3000);
    rig_stop(session);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    rig_free(session);
    return 0;
}

/* Runs it; returns its exit status and what it prints. */
static int run(char **text, const char *arguments)
{
    char command[1024], path[128];
    size_t size;
    pg_error err = { 0 };
    snprintf(path, sizeof path, "%s/out", session->folder);
    snprintf(command, sizeof command, "'%s' replay %s > %s 2>&1", PERIGEE_PROGRAM, arguments, path);
    int status = system(command);
    assert_true(WIFEXITED(status));
    assert_int_equal(pg_file_read(text, &size, path, 1 << 20, &err), PG_OK);
    return WEXITSTATUS(status);
}

static const cJSON *first(const cJSON *document, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(document, 0), key);
    assert_non_null(item);
    return item;
}

static void same_decisions(void **state)
{
    (void)state;
    char arguments[512], *text;
    assert_int_equal(run(&text, session->folder), 0);
    assert_non_null(strstr(text, "test ETH"));
    assert_non_null(strstr(text, "1 took over"));
    assert_null(strstr(text, "DIFFERENT"));
    free(text);
    snprintf(arguments, sizeof arguments, "%s --json", session->path);
    assert_int_equal(run(&text, arguments), 0);
    cJSON *document = cJSON_Parse(text);
    assert_int_equal(first(document, "requests")->valueint, session->sent);
    assert_int_equal(first(document, "same")->valueint, session->sent);
    assert_int_equal(first(document, "different")->valueint, 0);
    assert_false(cJSON_IsTrue(first(document, "torn")));
    cJSON_Delete(document);
    free(text);
}

static void by_id_and_last(void **state)
{
    (void)state;
    char arguments[512], *text;
    const char *id = pg_file_name(session->folder);
    snprintf(arguments, sizeof arguments, "%s --folder /tmp --json", id);
    assert_int_equal(run(&text, arguments), 0);
    free(text);
    snprintf(arguments, sizeof arguments, "last --folder %s", "/nowhere/at/all");
    assert_int_equal(run(&text, arguments), 1);
    assert_non_null(strstr(text, "there is no recorded session"));
    free(text);
    assert_int_equal(run(&text, "20200101-000000-abcd --folder /tmp"), 1);
    assert_non_null(strstr(text, "there is no session '20200101-000000-abcd'"));
    free(text);
    assert_int_equal(run(&text, "--nonsense"), 2);
    free(text);
}

static void another_strategy(void **state)
{
    (void)state;
    char arguments[512], path[256], *text;
    snprintf(path, sizeof path, "%s",
             rig_script(session, "wider.lua",
                        "local S = strategy { name = 'wider', params = { size = { 0.2 } } }\n"
                        "function S:on_book(ctx)\n"
                        "  if not ctx.mid then return end\n"
                        "  local s = self.params.size\n"
                        "  ctx:quote { bid = { ctx.bid - 0.5, s }, ask = { ctx.ask + 0.5, s } }\n"
                        "end\n"
                        "return S\n"));
    snprintf(arguments, sizeof arguments, "%s --strategy %s --json", session->path, path);
    assert_int_equal(run(&text, arguments), 0);
    cJSON *document = cJSON_Parse(text);
    const cJSON *other = first(document, "other");
    assert_true(cJSON_GetObjectItem(other, "apart_bps")->valuedouble > 1);
    assert_true(cJSON_GetObjectItem(other, "compared")->valueint > 10);
    assert_true(cJSON_GetObjectItem(other, "latency_ms")->valuedouble > 0);
    double near = cJSON_GetObjectItem(cJSON_GetObjectItem(other, "simulated_recorded"), "fills")->valuedouble;
    double far = cJSON_GetObjectItem(cJSON_GetObjectItem(other, "simulated_other"), "fills")->valuedouble;
    assert_true(near > far);
    cJSON_Delete(document);
    free(text);
    snprintf(arguments, sizeof arguments, "%s --strategy %s", session->path, path);
    assert_int_equal(run(&text, arguments), 0);
    assert_non_null(strstr(text, "largest drawdown"));
    free(text);
}

static void tape_is_written(void **state)
{
    (void)state;
    char arguments[512], *text;
    snprintf(arguments, sizeof arguments, "%s --tape %s/out.tape", session->path, session->folder);
    assert_int_equal(run(&text, arguments), 0);
    free(text);
    pg_tape *tape = NULL;
    snprintf(arguments, sizeof arguments, "%s/out.tape", session->folder);
    assert_int_equal(pg_tape_open(&tape, arguments, NULL, 0, NULL), PG_OK);
    assert_memory_equal(pg_tape_events(tape), session->market.events, 100 * sizeof *session->market.events);
    pg_tape_close(tape);
}

/* Last: it changes the session. */
static void difference_has_its_status(void **state)
{
    (void)state;
    char name[64], version[16], arguments[512], *text;
    snprintf(arguments, sizeof arguments, "%s --json", session->path);
    assert_int_equal(run(&text, arguments), 0);
    cJSON *document = cJSON_Parse(text);
    snprintf(version, sizeof version, "%s", first(document, "version")->valuestring);
    cJSON_Delete(document);
    free(text);
    snprintf(name, sizeof name, "scripts/%s/0.lua", version);
    rig_script(session, name, FLYING_HEAD("other") "function S:on_book(ctx) end\nreturn S\n");
    assert_int_equal(run(&text, session->path), 1);
    assert_non_null(strstr(text, "DIFFERENT, the first at 2023-11-14T22:"));
    assert_non_null(strstr(text, "recorded was"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_decisions),
        cmocka_unit_test(by_id_and_last),
        cmocka_unit_test(another_strategy),
        cmocka_unit_test(tape_is_written),
        cmocka_unit_test(difference_has_its_status),
    };
    return cmocka_run_group_tests(tests, record, clean);
}

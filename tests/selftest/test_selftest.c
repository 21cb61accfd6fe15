/* The self-test runs clean on our own vectors and, where they are, on the shared ones; and it fails when it should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "selftest/selftest.h"

static void run_clean(const char *dir)
{
    int failed = -1;
    assert_int_equal(pg_selftest_run(dir, NULL, stdout, &failed), PG_OK);
    assert_int_equal(failed, 0);
}

static void own_vectors_pass(void **state)
{
    (void)state;
    run_clean("tests/vectors");
}

static void shared_vectors_pass(void **state)
{
    struct stat info;
    (void)state;
    if (stat("../shared/vectors/quant", &info) != 0)
        skip();
    run_clean("../shared/vectors/quant");
}

/* Runs a file's text as the only vectors of a folder; returns what the self-test wrote. */
static char *run_text(const char *name, const char *text, pg_status *status, int *failed)
{
    static char output[4096];
    char folder[] = "/tmp/perigee_selftest_XXXXXX", path[256];

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w"), *out = tmpfile();
    assert_non_null(file);
    assert_non_null(out);
    fputs(text, file);
    fclose(file);
    *status = pg_selftest_run(folder, NULL, out, failed);
    rewind(out);
    output[fread(output, 1, sizeof output - 1, out)] = '\0';
    fclose(out);
    unlink(path);
    rmdir(folder);
    return output;
}

static const char good_ols[] = "{\"cases\":[{\"id\":\"a\",\"x\":[1,2,3],\"y\":[2,4,6.5],\"w\":null,"
                               "\"expect\":{\"status\":\"ok\",\"slope\":2.25},\"tol\":{\"rel\":1e-12}}]}";

static void right_and_wrong_values(void **state)
{
    pg_status status;
    int failed;
    (void)state;
    char *text = run_text("ols.json", good_ols, &status, &failed);
    assert_int_equal(status, PG_OK);
    assert_int_equal(failed, 0);
    assert_non_null(strstr(text, "quant/ols.json: 1 passed, 0 failed\n"));

    char bad[sizeof good_ols];
    strcpy(bad, good_ols);
    memcpy(strstr(bad, "2.25"), "2.26", 4);
    text = run_text("ols.json", bad, &status, &failed);
    assert_int_equal(failed, 1);
    assert_non_null(strstr(text, "ols.json: a: slope: expected 2.2599"));
    assert_non_null(strstr(text, "total: 0 passed, 1 failed\n"));
}

static void a_field_without_result_fails(void **state)
{
    pg_status status;
    int failed;
    (void)state;
    char *text = run_text("ols.json",
                          "{\"cases\":[{\"id\":\"a\",\"x\":[1,2,3],\"y\":[2,4,6.5],"
                          "\"expect\":{\"status\":\"ok\",\"elegance\":1},\"tol\":{\"rel\":1e-12}}]}",
                          &status, &failed);
    assert_int_equal(failed, 1);
    assert_non_null(strstr(text, "elegance"));
}

static void broken_files_fail(void **state)
{
    pg_status status;
    int failed;
    (void)state;
    run_text("ols.json", "{\"cases\":[", &status, &failed);
    assert_int_equal(failed, 1);
    run_text("garch_fit.json", "{\"cases\":[{\"id\":\"x\",\"series\":\"series/none.csv\",\"expect\":{}}]}", &status,
             &failed);
    assert_int_equal(failed, 1);
    run_text("hawkes.json", "[]", &status, &failed);
    assert_int_equal(failed, 1);
}

static void nothing_to_run_is_an_error(void **state)
{
    pg_status status;
    int failed;
    (void)state;
    run_text("novel.json", "{}", &status, &failed);
    assert_int_equal(status, PG_ERR_NOT_FOUND);
    assert_int_equal(pg_selftest_run("no/such/folder", NULL, stdout, &failed), PG_ERR_NOT_FOUND);
    assert_int_equal(pg_selftest_run("tests/vectors", "nonsense", stdout, &failed), PG_ERR_NOT_FOUND);
}

static void only_selects(void **state)
{
    static const char *const names[] = { "ols", "ols.json", "quant/ols", "quant/ols.json" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[2048];
        int failed;
        FILE *out = tmpfile();
        assert_int_equal(pg_selftest_run("tests/vectors", names[i], out, &failed), PG_OK);
        rewind(out);
        text[fread(text, 1, sizeof text - 1, out)] = '\0';
        fclose(out);
        assert_non_null(strstr(text, "quant/ols.json:"));
        assert_null(strstr(text, "bipower"));
    }
}

static void command_line(void **state)
{
    char *misuse[] = { "selftest", "--vectors", NULL }, *help[] = { "selftest", "--help", NULL };
    char *run[] = { "selftest", "--only", "ols", NULL }, *wrong[] = { "selftest", "--fast", NULL };
    (void)state;
    assert_int_equal(pg_cli_selftest(2, misuse), 2);
    assert_int_equal(pg_cli_selftest(2, wrong), 2);
    assert_int_equal(pg_cli_selftest(2, help), 0);
    assert_int_equal(pg_cli_selftest(3, run), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_vectors_pass),       cmocka_unit_test(shared_vectors_pass),
        cmocka_unit_test(right_and_wrong_values), cmocka_unit_test(a_field_without_result_fails),
        cmocka_unit_test(broken_files_fail),      cmocka_unit_test(nothing_to_run_is_an_error),
        cmocka_unit_test(only_selects),           cmocka_unit_test(command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Files: atomic writing, bounded reading, folders and paths. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static void test_write_and_read(void **state)
{
    const char *path = *state;
    pg_error err;
    assert_int_equal(pg_file_write(path, "one\0two", 7, &err), PG_OK);
    assert_int_equal(pg_file_write(path, "three", 5, &err), PG_OK);
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(pg_file_read(&text, &size, path, 5, &err), PG_OK);
    assert_int_equal(size, 5);
    assert_string_equal(text, "three");
    free(text);
    pg_file_info info;
    assert_int_equal(pg_file_stat(path, &info, &err), PG_OK);
    assert_int_equal(info.bytes, 5);
    assert_true(info.modified_ns > 1500000000000000000);
    assert_int_equal(pg_file_read(&text, &size, path, 4, &err), PG_ERR_RANGE);
    assert_non_null(strstr(err.what, "5 bytes"));
    assert_string_equal(err.where, path);
}

static void test_errors(void **state)
{
    (void)state;
    pg_error err;
    char *text;
    size_t size;
    pg_file_info info;
    assert_int_equal(pg_file_read(&text, &size, "/nonexistent/file", 10, &err), PG_ERR_NOT_FOUND);
    assert_string_equal(err.where, "/nonexistent/file");
    assert_int_equal(pg_file_stat("/", &info, &err), PG_ERR_INVALID);
    assert_int_equal(pg_file_write("/nonexistent/file", "x", 1, &err), PG_ERR_NOT_FOUND);
    char longer[PG_PATH_SIZE + 10];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    char path[PG_PATH_SIZE];
    assert_int_equal(pg_file_write(longer, "x", 1, &err), PG_ERR_RANGE);
    assert_int_equal(pg_file_join(path, longer, "x", &err), PG_ERR_RANGE);
    assert_int_equal(pg_file_make_folder(longer, &err), PG_ERR_RANGE);
}

static void test_paths(void **state)
{
    const char *file = *state;
    pg_error err;
    char path[PG_PATH_SIZE];
    assert_int_equal(pg_file_join(path, "a/", "b", &err), PG_OK);
    assert_string_equal(path, "a/b");
    assert_int_equal(pg_file_join(path, "a", "b", &err), PG_OK);
    assert_string_equal(path, "a/b");
    assert_string_equal(pg_file_name("a/b.csv"), "b.csv");
    assert_string_equal(pg_file_name("b.csv"), "b.csv");
    assert_true(pg_text_ends_with("b.csv.zst", ".zst"));
    assert_false(pg_text_ends_with("zst", ".zst"));
    assert_int_equal(pg_file_write(file, "x", 1, &err), PG_OK);
    assert_int_equal(pg_file_join(path, file, "inner", &err), PG_OK);
    assert_int_equal(pg_file_make_folder(path, &err), PG_ERR_IO);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(pg_file_make_folder(path, &err), PG_OK);
    assert_int_equal(pg_file_make_folder(path, &err), PG_OK);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(file), 0);
}

int main(void)
{
    mkdir(".run", 0755);
    char path[] = ".run/test_file_XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_write_and_read, path),
        cmocka_unit_test(test_errors),
        cmocka_unit_test_prestate(test_paths, path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

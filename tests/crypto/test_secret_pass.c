/* Handing a secret over a socket pair: what arrives, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/secret_pass.h"

static int pair[2];

static int open_pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
}

static int close_pair(void **state)
{
    (void)state;
    close(pair[0]);
    close(pair[1]);
    return 0;
}

static pg_secret *secret_of(const char *text, size_t size)
{
    pg_secret *secret;
    assert_int_equal(pg_secret_from_bytes(&secret, text, size, NULL), PG_OK);
    return secret;
}

static void keys_arrive_in_order_and_whole(void **state)
{
    (void)state;
    char longest[PG_SECRET_MAX + 1];
    memset(longest, 'k', PG_SECRET_MAX);
    longest[PG_SECRET_MAX] = '\0';
    const char *texts[] = { "a", "an API key of some length", longest };
    for (int i = 0; i < 3; i++) {
        pg_secret *sent = secret_of(texts[i], strlen(texts[i]));
        assert_int_equal(pg_secret_write(sent, pair[0], NULL), PG_OK);
        pg_secret_free(sent);
    }
    for (int i = 0; i < 3; i++) {
        pg_secret *got = NULL;
        assert_int_equal(pg_secret_read(&got, pair[1], NULL), PG_OK);
        assert_string_equal(pg_secret_text(got), texts[i]);
        pg_secret_free(got);
    }
}

static void nothing_there_is_no_failure(void **state)
{
    (void)state;
    pg_secret *got = NULL;
    pg_error err;
    assert_int_equal(pg_secret_read(&got, pair[1], &err), PG_ERR_NOT_FOUND);
    assert_null(got);
}

static void what_is_too_long_is_refused_and_does_not_stay(void **state)
{
    (void)state;
    char bytes[PG_SECRET_MAX + 1] = { 0 };
    pg_secret *got = NULL;
    pg_error err;
    assert_int_equal(send(pair[0], bytes, sizeof bytes, 0), sizeof bytes);
    assert_int_equal(pg_secret_read(&got, pair[1], &err), PG_ERR_RANGE);
    assert_int_equal(pg_secret_read(&got, pair[1], &err), PG_ERR_NOT_FOUND);
    assert_null(got);
}

static void a_side_that_is_gone_is_an_error(void **state)
{
    (void)state;
    pg_secret *got = NULL, *key = secret_of("key", 3);
    pg_error err;
    close(pair[0]);
    pair[0] = -1;
    assert_int_equal(pg_secret_read(&got, pair[1], &err), PG_ERR_IO);
    assert_int_equal(pg_secret_write(key, pair[1], &err), PG_ERR_IO);
    pg_secret_free(key);
}

static void a_side_that_does_not_read_is_an_error(void **state)
{
    (void)state;
    pg_secret *key = secret_of("key", 3);
    pg_status status = PG_OK;
    for (int i = 0; i < 100000 && status == PG_OK; i++)
        status = pg_secret_write(key, pair[0], NULL);
    assert_int_equal(status, PG_ERR_IO);
    pg_secret_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_arrive_in_order_and_whole, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(nothing_there_is_no_failure, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(what_is_too_long_is_refused_and_does_not_stay, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(a_side_that_is_gone_is_an_error, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(a_side_that_does_not_read_is_an_error, open_pair, close_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

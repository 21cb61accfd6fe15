/* Nonces of a key: one sequence for all who sign with it, on one clock or another, in one process or more, before and
 * after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "data/scratch.h"
#include "venue/hyperliquid/nonce.h"

static const char key[] = "0x1234567890123456789012345678901234567890";
static const uint64_t now = 1735689600000;

static pg_hl_nonces *open_nonces(const char *network, const char *address)
{
    pg_hl_nonces *nonces;
    assert_int_equal(pg_hl_nonces_open(&nonces, scratch_folder, network, address, now, NULL), PG_OK);
    return nonces;
}

static char *path_of(const char *network, const char *address)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/hyperliquid-%s-%s.nonce", scratch_folder, network, address);
    return path;
}

static void sequence(void **state)
{
    (void)state;
    pg_hl_nonces *nonces = NULL;
    uint64_t last = 0, clock = 1000;
    assert_int_equal(pg_hl_nonces_open(&nonces, NULL, "mainnet", key, now, NULL), PG_OK);
    for (int i = 0; i < 1000; i++) {
        clock = i % 3 ? clock : clock + (uint64_t)(i % 5) - 2; /* stands still, goes on, goes back */
        uint64_t next = pg_hl_nonce_next(nonces, clock);
        assert_true(next > last && next >= clock);
        last = next;
    }
    pg_hl_nonces_close(nonces);
    assert_true(pg_hl_nonce_in_window(0, 1000));
    assert_false(pg_hl_nonce_in_window(UINT64_MAX, 1000));
    assert_false(pg_hl_nonce_in_window(0, UINT64_MAX));
}

static void outlasts_a_restart(void **state)
{
    (void)state;
    pg_hl_nonces *nonces = open_nonces("mainnet", key);
    assert_int_equal(pg_hl_nonce_next(nonces, now), now);
    assert_int_equal(pg_hl_nonce_next(nonces, now), now + 1);
    pg_hl_nonces_close(nonces);
    nonces = open_nonces("mainnet", key);
    assert_int_equal(pg_hl_nonce_next(nonces, now - 500), now + 2); /* the clock was set back meanwhile */
    pg_hl_nonces_close(nonces);
}

static void shared_by_all_of_a_key(void **state)
{
    (void)state;
    pg_hl_nonces *one = open_nonces("testnet", key), *two = open_nonces("testnet", key);
    pg_hl_nonces *other = open_nonces("local", key);
    assert_int_equal(pg_hl_nonce_next(one, now), now);
    assert_int_equal(pg_hl_nonce_next(two, now), now + 1);
    assert_int_equal(pg_hl_nonce_next(one, now), now + 2);
    assert_int_equal(pg_hl_nonce_next(other, now), now);
    pg_hl_nonces_close(one);
    pg_hl_nonces_close(two);
    pg_hl_nonces_close(other);
}

/* Several processes take nonces at once: together as many different ones as they took. */
static void shared_by_processes(void **state)
{
    enum { PROCESSES = 4, EACH = 20000 };
    (void)state;
    pg_hl_nonces *nonces = open_nonces("mainnet", "0xfeed");
    for (int p = 0; p < PROCESSES; p++)
        if (fork() == 0) {
            pg_hl_nonces *mine;
            uint64_t last = 0;
            if (pg_hl_nonces_open(&mine, scratch_folder, "mainnet", "0xfeed", now, NULL) != PG_OK)
                _exit(1);
            for (int i = 0; i < EACH; i++) {
                uint64_t next = pg_hl_nonce_next(mine, now);
                if (next <= last)
                    _exit(1);
                last = next;
            }
            _exit(0);
        }
    for (int p = 0; p < PROCESSES; p++) {
        int status;
        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(pg_hl_nonce_next(nonces, now), now + PROCESSES * EACH);
    pg_hl_nonces_close(nonces);
}

static void bad_files(void **state)
{
    static const char longer[20] = "PGNONCE1";
    pg_hl_nonces *nonces;
    pg_error err;
    (void)state;
    assert_int_equal(pg_file_write(path_of("mainnet", "0xbad"), "something else!!", 16, NULL), PG_OK);
    assert_int_equal(pg_hl_nonces_open(&nonces, scratch_folder, "mainnet", "0xbad", now, &err), PG_ERR_CORRUPT);
    assert_non_null(strstr(err.remedy, "remove"));
    assert_int_equal(pg_file_write(path_of("mainnet", "0xbad"), longer, sizeof longer, NULL), PG_OK);
    assert_int_equal(pg_hl_nonces_open(&nonces, scratch_folder, "mainnet", "0xbad", now, &err), PG_ERR_CORRUPT);
    assert_null(nonces);
    nonces = open_nonces("mainnet", "0xfar");
    pg_hl_nonce_next(nonces, now + PG_HL_NONCE_AHEAD_MS + 1); /* the clock was wrong by more than a day */
    pg_hl_nonces_close(nonces);
    assert_int_equal(pg_hl_nonces_open(&nonces, scratch_folder, "mainnet", "0xfar", now, &err), PG_ERR_STATE);
    assert_int_equal(pg_hl_nonces_open(&nonces, "/dev/null/no", "mainnet", "0xfar", now, &err), PG_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence),
        cmocka_unit_test(outlasts_a_restart),
        cmocka_unit_test(shared_by_all_of_a_key),
        cmocka_unit_test(shared_by_processes),
        cmocka_unit_test(bad_files),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}

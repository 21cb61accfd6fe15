/* No branch and no address depends on a private key or a nonce: the signer runs under valgrind with the key's bytes
 * marked as uninitialised, and memcheck reports every jump or load that uses what was computed from them (the method of
 * libsecp256k1's ctime_tests). The program starts itself under valgrind; without one, or in a sanitized build, whose
 * memory is not valgrind's, the test counts as skipped. */
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

#include "crypto/secret_bytes.h"
#include "crypto/stark_ecdsa.h"
#include "crypto/stark_generator.h"
#include "crypto/stark_key.h"

#if __has_include(<valgrind/memcheck.h>) && !defined(__SANITIZE_ADDRESS__)
#include <valgrind/memcheck.h>

enum { NOT_FOUND = 127, LEAKED = 99 };

static void hide(void *data, size_t size)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(data, size);
}

static void show(void *data, size_t size)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(data, size);
}

/* What runs under valgrind. With `leak` it does what must be reported: a branch on a secret. */
static int run_hidden(bool leak)
{
    pg_secret *secret = NULL;
    pg_stark_signature signature;
    pg_stark_scalar k;
    pg_stark_point point;
    uint8_t public_key[32], hash[32] = { [0] = 0x03, [31] = 0x42 };
    volatile int branches = 0;

    if (pg_stark_key_from_hex(&secret, "0x3c1e9550e66958296d11b60f8e8e7a7ad990d07fa65d5f7652c4a6c87d4e3cc", NULL) !=
        PG_OK)
        return 1;
    hide(secret->bytes, sizeof secret->bytes);
    if (leak) {
        if (secret->bytes[5] & 1)
            branches++;
    } else {
        for (uint8_t i = 0; i < 4; i++) {
            hash[31] = i;
            if (pg_stark_sign(&signature, hash, secret, NULL) != PG_OK)
                return 1;
        }
        if (pg_stark_public_key(public_key, secret, NULL) != PG_OK)
            return 1;
        memset(&k, 0x05, sizeof k);
        hide(&k, sizeof k);
        pg_stark_generator_mul(&point, &k);
        show(&point, sizeof point);
    }
    show(secret->bytes, sizeof secret->bytes);
    pg_secret_free(secret);
    return 0;
}

/* Runs this program under valgrind with a word; its exit status. */
static int run_under_valgrind(const char *word)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    pid_t child = fork();
    int status = -1;

    assert_true(child >= 0);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        execlp("valgrind", "valgrind", "-q", "--error-exitcode=99", "--undef-value-errors=yes", self, word,
               (char *)NULL);
        _exit(NOT_FOUND);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_constant_time(void **state)
{
    (void)state;
    int leaked = run_under_valgrind("leak");
    if (leaked == NOT_FOUND)
        skip();
    assert_int_equal(leaked, LEAKED); /* valgrind sees what it must see */
    assert_int_equal(run_under_valgrind("sign"), 0);
}
#else
static int run_hidden(bool leak)
{
    (void)leak;
    return 1;
}

static void test_constant_time(void **state)
{
    (void)state;
    skip();
}
#endif

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_constant_time) };

    if (argc == 2)
        return run_hidden(strcmp(argv[1], "leak") == 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

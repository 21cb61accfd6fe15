/* Schnorr: round trips, everything that must be refused, and signing under valgrind with keys that it takes for
 * uninitialised, where a branch or an address that depends on them is an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/memcheck.h>

#include "crypto/schnorr.h"

enum { ROUND_TRIPS = 200 };

static void round_trips(void **state)
{
    uint8_t public_key[PG_SCHNORR_KEY_BYTES], signature[PG_SCHNORR_SIGNATURE_BYTES];
    uint8_t again[PG_SCHNORR_SIGNATURE_BYTES];
    pg_scalar5 key;
    pg_error err;
    (void)state;
    for (uint64_t i = 0; i < ROUND_TRIPS; i++) {
        pg_fp5 message = { { i, i + 1, ~i, 3 * i, i << 50 } };
        assert_int_equal(pg_schnorr_key_generate(&key, &err), PG_OK);
        pg_schnorr_public_key(public_key, &key);
        assert_int_equal(pg_schnorr_sign(signature, &message, &key, &err), PG_OK);
        assert_int_equal(pg_schnorr_verify_var(public_key, &message, signature, &err), PG_OK);
        assert_int_equal(pg_schnorr_sign(again, &message, &key, &err), PG_OK);
        assert_memory_not_equal(signature, again, sizeof again); /* a fresh nonce */
        signature[i % PG_SCHNORR_SIGNATURE_BYTES] ^= 1;
        assert_int_not_equal(pg_schnorr_verify_var(public_key, &message, signature, &err), PG_OK);
    }
}

static void bad_input_is_refused(void **state)
{
    uint8_t public_key[PG_SCHNORR_KEY_BYTES], signature[PG_SCHNORR_SIGNATURE_BYTES], zero[PG_SCHNORR_KEY_BYTES] = { 0 };
    pg_scalar5 key = { { 5 } }, nonce = { { 9 } };
    pg_fp5 message = { { 1, 2, 3, 4, 5 } };
    pg_error err;
    (void)state;
    pg_schnorr_public_key(public_key, &key);
    pg_schnorr_sign_with_nonce(signature, &message, &key, &nonce);
    assert_int_equal(pg_schnorr_verify_var(public_key, &message, signature, &err), PG_OK);
    assert_int_equal(pg_schnorr_verify_var(zero, &message, signature, &err), PG_ERR_INVALID);
    assert_string_equal(err.where, "public key");
    public_key[0] ^= 1;
    assert_int_not_equal(pg_schnorr_verify_var(public_key, &message, signature, &err), PG_OK);
    memset(signature + 40, 0xff, 40);
    assert_int_equal(pg_schnorr_verify_var(public_key, &message, signature, &err), PG_ERR_RANGE);
    assert_string_equal(err.where, "signature");
}

static void key_texts(void **state)
{
    static const char good[] = "0x0500000000000000000000000000000000000000000000000000000000000000000000000000000A";
    char text[128];
    pg_scalar5 key;
    pg_error err;
    (void)state;
    assert_int_equal(pg_schnorr_key_parse(&key, good, &err), PG_OK);
    assert_int_equal(pg_schnorr_key_parse(&key, good + 2, &err), PG_OK);
    assert_true(key.limb[0] == 5);
    assert_int_equal(pg_schnorr_key_parse(&key, good + 3, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "79"));
    snprintf(text, sizeof text, "%s", good);
    text[20] = 'x';
    assert_int_equal(pg_schnorr_key_parse(&key, text, &err), PG_ERR_INVALID);
    memset(text + 2, '0', 80);
    assert_int_equal(pg_schnorr_key_parse(&key, text, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "zero"));
    assert_int_equal(pg_schnorr_key_from_seed(&key, (const uint8_t *)text, 31, &err), PG_ERR_INVALID);
}

/* Run inside valgrind: whatever depends on the key and the nonce counts as uninitialised until the end. */
static int sign_with_uninitialised_secrets(void)
{
    uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], public_key[PG_SCHNORR_KEY_BYTES];
    pg_fp5 message = { { 1, 2, 3, 4, 5 } };
    pg_scalar5 key = { { 1, 2, 3, 4, 5 } }, nonce = { { 5, 4, 3, 2, 1 } };

    VALGRIND_MAKE_MEM_UNDEFINED(&key, sizeof key);
    VALGRIND_MAKE_MEM_UNDEFINED(&nonce, sizeof nonce);
    pg_schnorr_sign_with_nonce(signature, &message, &key, &nonce);
    pg_schnorr_public_key(public_key, &key);
    VALGRIND_MAKE_MEM_DEFINED(&key, sizeof key);
    pg_status status = pg_schnorr_sign(signature, &message, &key, NULL);
    return status == PG_OK ? 0 : 1;
}

static void signing_is_constant_time(void **state)
{
    char path[512];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    skip();
#endif
    if (length <= 0 || system("valgrind --version >/dev/null 2>&1") != 0)
        skip();
    path[length] = '\0';
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execlp("valgrind", "valgrind", "-q", "--error-exitcode=99", path, "--constant-time", (char *)NULL);
        _exit(98);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(key_texts),
        cmocka_unit_test(signing_is_constant_time),
    };
    if (argc == 2 && strcmp(argv[1], "--constant-time") == 0)
        return sign_with_uninitialised_secrets();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

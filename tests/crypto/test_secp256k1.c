/* Keys, addresses, signatures and recovery on secp256k1; how keys are held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/address.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "crypto/secp256k1.h"
#include "crypto/secret.h"

static const char order[] = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
static const char half_order[] = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
static pg_secp256k1 *curve;

static int set_up(void **state)
{
    (void)state;
    return pg_secp256k1_new(&curve, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    pg_secp256k1_free(curve);
    return 0;
}

static pg_secret *key(const char *text)
{
    pg_secret *secret = NULL;
    assert_int_equal(pg_secret_from_hex(&secret, 32, text, strlen(text), NULL), PG_OK);
    return secret;
}

static void expect_address(const char *private_key, const char *checksummed)
{
    uint8_t public_key[64];
    char text[PG_ADDRESS_TEXT];
    pg_secret *secret = key(private_key);

    assert_int_equal(pg_secp256k1_public_key(public_key, curve, secret, NULL), PG_OK);
    pg_address address = pg_address_of_key(public_key);
    assert_string_equal(pg_address_format_checksum(text, &address), checksummed);
    pg_secret_free(secret);
}

static void addresses(void **state)
{
    (void)state;
    expect_address("0x0000000000000000000000000000000000000000000000000000000000000001",
                   "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    expect_address("c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4", /* keccak256("cow"), EIP-712 */
                   "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826");
}

/* The test cases of EIP-55. */
static void checksums(void **state)
{
    static const char *const cases[] = {
        "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    };
    char text[PG_ADDRESS_TEXT];
    pg_address address;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pg_address_parse(&address, cases[i], NULL), PG_OK);
        assert_string_equal(pg_address_format_checksum(text, &address), cases[i]);
    }
    assert_int_equal(pg_address_parse(&address, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", NULL), PG_ERR_PARSE);
    assert_int_equal(pg_address_parse(&address, "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00", NULL), PG_ERR_PARSE);
    assert_int_equal(pg_address_parse(&address, "", NULL), PG_ERR_PARSE);
}

static void refuse_key(const char *text, pg_status read, pg_status used)
{
    pg_secret *secret = NULL;
    pg_error err = { 0 };
    pg_signature signature;
    uint8_t public_key[64], digest[32] = { 0 };

    assert_int_equal(pg_secret_from_hex(&secret, 32, text, strlen(text), &err), read);
    if (read == PG_OK) {
        assert_int_equal(pg_secp256k1_public_key(public_key, curve, secret, &err), used);
        assert_int_equal(pg_secp256k1_sign(&signature, curve, secret, digest, &err), used);
    }
    char message[1024];
    pg_error_text(&err, message, sizeof message);
    if (strlen(text) > 4)
        assert_null(strstr(message, text + 2)); /* an error never shows a key */
    pg_secret_free(secret);
}

static void bad_keys(void **state)
{
    (void)state;
    refuse_key("0x0000000000000000000000000000000000000000000000000000000000000000", PG_OK, PG_ERR_INVALID);
    refuse_key(order, PG_OK, PG_ERR_INVALID);
    refuse_key("0x1234", PG_ERR_PARSE, PG_OK);
    refuse_key("0xzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", PG_ERR_PARSE, PG_OK);
}

/* Many digests: s is low, the signer is recovered, the same digest gives the same signature. */
static void sign_and_recover(void **state)
{
    pg_secret *secret = key("0123456789012345678901234567890123456789012345678901234567890123");
    uint8_t public_key[64], recovered[64], digest[32] = { 0 }, half[32];
    pg_signature first, second;

    (void)state;
    assert_int_equal(pg_hex_decode(half, 32, half_order, 64, NULL), PG_OK);
    assert_int_equal(pg_secp256k1_public_key(public_key, curve, secret, NULL), PG_OK);
    for (int i = 0; i < 50; i++) {
        pg_keccak256(digest, digest, sizeof digest);
        assert_int_equal(pg_secp256k1_sign(&first, curve, secret, digest, NULL), PG_OK);
        assert_int_equal(pg_secp256k1_sign(&second, curve, secret, digest, NULL), PG_OK);
        assert_memory_equal(&first, &second, sizeof first);
        assert_true(memcmp(first.s, half, 32) <= 0);
        assert_int_equal(pg_secp256k1_recover(recovered, curve, digest, &first, NULL), PG_OK);
        assert_memory_equal(recovered, public_key, 64);
        first.s[31] ^= 1; /* another signature: another signer or none */
        if (pg_secp256k1_recover(recovered, curve, digest, &first, NULL) == PG_OK)
            assert_memory_not_equal(recovered, public_key, 64);
    }
    pg_secret_free(secret);
}

static void bad_signatures(void **state)
{
    uint8_t recovered[64], digest[32] = { 1 };
    pg_signature signature = { .v = 27 };

    (void)state;
    assert_int_equal(pg_secp256k1_recover(recovered, curve, digest, &signature, NULL), PG_ERR_INVALID); /* r = s = 0 */
    memset(&signature, 0xff, sizeof signature);
    signature.v = 28;
    assert_int_equal(pg_secp256k1_recover(recovered, curve, digest, &signature, NULL), PG_ERR_INVALID);
    memset(&signature, 1, sizeof signature);
    for (int v = 0; v < 256; v++) {
        signature.v = (uint8_t)v;
        if (v != 27 && v != 28)
            assert_int_equal(pg_secp256k1_recover(recovered, curve, digest, &signature, NULL), PG_ERR_INVALID);
    }
}

/* The page of a key is locked and left out of core dumps: the kernel says so ("lo" and "dd" of VmFlags). */
static void keys_are_locked(void **state)
{
    pg_secret *secret = key("0123456789012345678901234567890123456789012345678901234567890123");
    char line[512];
    unsigned long low, high;
    bool inside = false, checked = false;
    FILE *maps = fopen("/proc/self/smaps", "r");

    (void)state;
    if (!maps) {
        pg_secret_free(secret);
        skip();
    }
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx ", &low, &high) == 2)
            inside = (uintptr_t)secret >= low && (uintptr_t)secret < high;
        if (inside && strncmp(line, "VmFlags:", 8) == 0) {
#ifndef __SANITIZE_ADDRESS__ /* AddressSanitizer makes mlock do nothing */
            assert_non_null(strstr(line, " lo"));
#endif
            assert_non_null(strstr(line, " dd"));
            checked = true;
        }
    }
    fclose(maps);
    pg_secret_free(secret);
    assert_true(checked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),        cmocka_unit_test(checksums),      cmocka_unit_test(bad_keys),
        cmocka_unit_test(sign_and_recover), cmocka_unit_test(bad_signatures), cmocka_unit_test(keys_are_locked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

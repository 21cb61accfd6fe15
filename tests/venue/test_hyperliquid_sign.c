/* Hyperliquid's signatures: whose they are, what they cover, and the bodies that carry them. The bytes themselves are
 * checked by the vectors (perigee selftest, run by tests/selftest). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/eip712.h"
#include "crypto/hex.h"
#include "venue/hyperliquid/sign.h"

#define VAULT "0xa83c334f814e39bded4483c799e2ef4ab1555fee"

static pg_secp256k1 *curve;
static pg_secret *secrets[2];
static pg_hl_signer signers[2];

static int set_up(void **state)
{
    static const char *const keys[] = { "0123456789012345678901234567890123456789012345678901234567890123",
                                        "00000000000000000000000000000000000000000000000000000000000000ff" };
    (void)state;
    if (pg_secp256k1_new(&curve, NULL) != PG_OK)
        return -1;
    for (int i = 0; i < 2; i++)
        if (pg_secret_from_hex(&secrets[i], 32, keys[i], 64, NULL) != PG_OK ||
            pg_hl_signer_init(&signers[i], curve, secrets[i], NULL) != PG_OK)
            return -1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pg_secret_free(secrets[0]);
    pg_secret_free(secrets[1]);
    pg_secp256k1_free(curve);
    return 0;
}

/* The constants of agent digests are what their definitions give. */
static void agent_constants(void **state)
{
    static const pg_eip712_field fields[] = { { "source", "string" }, { "connectionId", "bytes32" } };
    static const pg_eip712_struct type = { "Agent", fields, 2 };
    static const pg_eip712_types types = { &type, 1 };
    static const pg_address no_contract;
    uint8_t id[32], separator[32], hash[32], expected[32], digest[32];

    (void)state;
    memset(id, 0x5a, sizeof id);
    pg_eip712_domain(separator, "Exchange", "1", 1337, &no_contract);
    for (int network = PG_HL_MAINNET; network <= PG_HL_TESTNET; network++) {
        pg_eip712_value values[] = { pg_eip712_text(network == PG_HL_MAINNET ? "a" : "b"), pg_eip712_word(id) };
        assert_int_equal(pg_eip712_hash_struct(hash, &types, "Agent", values, 2, NULL), PG_OK);
        pg_eip712_digest(expected, separator, hash);
        pg_hl_agent_digest(digest, id, (pg_hl_network)network);
        assert_memory_equal(digest, expected, 32);
    }
}

static bool is_by_first(const pg_hl_action *action, const pg_hl_envelope *envelope, const pg_signature *signature)
{
    pg_address address;
    return pg_hl_recover(&address, curve, action, envelope, signature, NULL) == PG_OK &&
           memcmp(&address, &signers[0].address, sizeof address) == 0;
}

/* A signature covers everything: with anything changed it is somebody else's. */
static void covered(void **state)
{
    pg_hl_action action = { .kind = PG_HL_SCHEDULE_CANCEL, .schedule_cancel = { 12345678 } }, other = action;
    const pg_hl_envelope envelope = { .network = PG_HL_TESTNET, .nonce = 9, .vault = VAULT, .expires_after = 99 };
    pg_hl_envelope changed;
    pg_hl_signed made = { 0 };

    (void)state;
    assert_int_equal(pg_hl_sign(&made, &signers[0], &action, &envelope, NULL), PG_OK);
    assert_true(is_by_first(&action, &envelope, &made.signature));
    other.schedule_cancel.time_ms++;
    assert_false(is_by_first(&other, &envelope, &made.signature));
    changed = envelope;
    changed.network = PG_HL_MAINNET;
    assert_false(is_by_first(&action, &changed, &made.signature));
    changed = envelope;
    changed.nonce++;
    assert_false(is_by_first(&action, &changed, &made.signature));
    changed = envelope;
    changed.vault = NULL;
    assert_false(is_by_first(&action, &changed, &made.signature));
    changed = envelope;
    changed.expires_after = 0;
    assert_false(is_by_first(&action, &changed, &made.signature));
    changed = envelope;
    changed.vault = "0xA83C334F814E39BDED4483C799E2EF4AB1555FEE"; /* the same account */
    assert_true(is_by_first(&action, &changed, &made.signature));
    changed.vault = "0xA83C";
    assert_int_equal(pg_hl_sign(&made, &signers[0], &action, &changed, NULL), PG_ERR_PARSE);
    pg_hl_signed_free(&made);
}

static void user_signed(void **state)
{
    pg_hl_action action = { .kind = PG_HL_WITHDRAW, .send = { .destination = VAULT, .amount = "5.0" } };
    pg_hl_envelope envelope = { .nonce = 9, .vault = VAULT };
    pg_hl_signed made = { 0 }, plain = { 0 };
    pg_text body = { 0 };

    (void)state;
    assert_int_equal(pg_hl_sign(&made, &signers[0], &action, &envelope, NULL), PG_OK);
    envelope.vault = NULL;
    assert_int_equal(pg_hl_sign(&plain, &signers[0], &action, &envelope, NULL), PG_OK);
    assert_memory_equal(&made.signature, &plain.signature, sizeof plain.signature); /* never for a vault */
    assert_int_equal(pg_hl_body(&body, &made, NULL), PG_OK);
    assert_null(strstr(body.data, "vaultAddress"));
    assert_non_null(strstr(body.data, "\"amount\":\"5\",\"time\":9},\"nonce\":9,"));
    assert_true(is_by_first(&action, &envelope, &made.signature));
    action.send.amount = "6";
    assert_false(is_by_first(&action, &envelope, &made.signature));
    action.send.amount = "5";
    envelope.chain_id = 1;
    assert_false(is_by_first(&action, &envelope, &made.signature));
    envelope.expires_after = 10;
    assert_int_equal(pg_hl_sign(&made, &signers[0], &action, &envelope, NULL), PG_ERR_INVALID);
    pg_hl_signed_free(&made);
    pg_hl_signed_free(&plain);
    pg_text_free(&body);
}

static void bodies(void **state)
{
    pg_hl_action action = { .kind = PG_HL_NOOP };
    pg_hl_envelope envelope = { .nonce = 1735689600000, .vault = VAULT, .expires_after = 1735689600500 };
    pg_hl_signed made = { 0 };
    pg_text body = { 0 }, frame = { 0 };
    char expected[1024], r[67], s[67];

    (void)state;
    assert_int_equal(pg_hl_sign(&made, &signers[1], &action, &envelope, NULL), PG_OK);
    assert_int_equal(pg_hl_body(&body, &made, NULL), PG_OK);
    snprintf(expected, sizeof expected,
             "{\"action\":{\"type\":\"noop\"},\"nonce\":1735689600000,\"signature\":{\"r\":\"%s\",\"s\":\"%s\","
             "\"v\":%u},\"vaultAddress\":\"" VAULT "\",\"expiresAfter\":1735689600500}",
             pg_hl_word_text(r, made.signature.r, false), pg_hl_word_text(s, made.signature.s, false),
             made.signature.v);
    assert_string_equal(body.data, expected);
    assert_int_equal(strlen(r), 66);
    assert_int_equal(pg_hl_post_frame(&frame, 42, &made, NULL), PG_OK);
    snprintf(expected, sizeof expected,
             "{\"method\":\"post\",\"id\":42,\"request\":{\"type\":\"action\",\"payload\":%s}}", body.data);
    assert_string_equal(frame.data, expected);
    pg_text_free(&body);
    pg_text_free(&frame);
    pg_hl_signed_free(&made);
}

static void words(void **state)
{
    uint8_t word[32] = { 0 };
    char text[67];

    (void)state;
    assert_string_equal(pg_hl_word_text(text, word, true), "0x0");
    word[1] = 0x0a;
    assert_int_equal(strlen(pg_hl_word_text(text, word, true)), 2 + 61);
    assert_int_equal(strlen(pg_hl_word_text(text, word, false)), 66);
}

static void several_keys(void **state)
{
    pg_hl_action action = { .kind = PG_HL_NOOP };
    pg_hl_envelope envelope = { .nonce = 3 };
    pg_hl_multi_sig parties = { .outer_signer = signers[0].address };
    pg_signature inner[2];
    pg_hl_signed made = { 0 };

    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pg_hl_multi_sig_inner(&inner[i], &signers[i], &action, &envelope, &parties, NULL), PG_OK);
    assert_int_equal(pg_hl_multi_sig_sign(&made, &signers[0], &action, &envelope, &parties, inner, 2, NULL), PG_OK);
    assert_int_equal(pg_hl_multi_sig_sign(&made, &signers[1], &action, &envelope, &parties, inner, 2, NULL),
                     PG_ERR_INVALID);
    assert_int_equal(pg_hl_multi_sig_sign(&made, &signers[0], &action, &envelope, &parties, inner, 0, NULL),
                     PG_ERR_INVALID);
    pg_hl_signed_free(&made);
}

static void signers_text(void **state)
{
    pg_address users[] = { { { 0xbb } }, { { 0xaa } }, { { 0xbb } } };
    pg_text json = { 0 };

    (void)state;
    assert_int_equal(pg_hl_multi_sig_signers(&json, users, 2, 1, NULL), PG_OK);
    assert_string_equal(json.data, "{\"authorizedUsers\":[\"0xaa00000000000000000000000000000000000000\","
                                   "\"0xbb00000000000000000000000000000000000000\"],\"threshold\":1}");
    assert_int_equal(pg_hl_multi_sig_signers(&json, users, 3, 1, NULL), PG_ERR_INVALID);
    assert_int_equal(pg_hl_multi_sig_signers(&json, users, 2, 3, NULL), PG_ERR_INVALID);
    assert_int_equal(pg_hl_multi_sig_signers(&json, users, 0, 0, NULL), PG_ERR_INVALID);
    pg_text_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agent_constants), cmocka_unit_test(covered), cmocka_unit_test(user_signed),
        cmocka_unit_test(bodies),          cmocka_unit_test(words),   cmocka_unit_test(several_keys),
        cmocka_unit_test(signers_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

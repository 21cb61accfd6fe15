/* tx_info and auth tokens read back: what was written is what is read, and what nobody writes is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/random.h"
#include "venue/lighter/sign.h"
#include "venue/lighter/transaction_read.h"

enum { ROUNDS = 200 };

/* Any value that fits: the reader does not judge. */
static void fill(pg_lighter_tx *tx, const pg_lighter_kind *kind, pg_random *random)
{
    *tx = (pg_lighter_tx){ .type = kind->type };
    for (int i = 0; i < kind->count; i++)
        tx->value[kind->field[i]] = (int64_t)pg_random_bits(random);
    tx->value[PG_LIGHTER_NONCE] = (int64_t)pg_random_bits(random);
    tx->value[PG_LIGHTER_EXPIRED_AT] = (int64_t)pg_random_bits(random);
    tx->orders = kind->type == PG_LIGHTER_CREATE_GROUPED_ORDERS ? 1 + (int)(pg_random_bits(random) % 3) : 0;
    for (int i = 0; i < tx->orders; i++)
        for (int f = 0; f < PG_LIGHTER_ORDER_FIELDS; f++)
            tx->order[i][f] = (int64_t)pg_random_bits(random);
    for (int type = 1; type < PG_LIGHTER_ATTRIBUTE_TYPES; type++)
        if (pg_random_bits(random) % 3 == 0)
            assert_int_equal(pg_lighter_tx_attribute(tx, type, (int64_t)(pg_random_bits(random) % 300), NULL), PG_OK);
    for (int i = 0; kind->with_public_key && i < PG_LIGHTER_PUBLIC_KEY_BYTES; i++)
        tx->public_key[i] = (uint8_t)pg_random_bits(random);
    for (int i = 0; kind->with_memo && i < PG_LIGHTER_MEMO_BYTES; i++)
        tx->memo[i] = (uint8_t)pg_random_bits(random);
    if ((kind->with_public_key || kind->with_l1_signature) && pg_random_bits(random) % 2)
        snprintf(tx->l1_signature, sizeof tx->l1_signature, "0x%0130d", 7);
}

static void test_round_trip(void **state)
{
    char text[PG_LIGHTER_TX_INFO_MAX];
    uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES], read_signature[PG_LIGHTER_SIGNATURE_BYTES];
    pg_lighter_tx tx, read;
    pg_random random;
    (void)state;
    pg_random_seed(&random, 11);
    const pg_lighter_kind *kind;
    for (int k = 0; (kind = pg_lighter_kind_at(k)); k++)
        for (int i = 0; i < ROUNDS; i++) {
            fill(&tx, kind, &random);
            for (size_t b = 0; b < sizeof signature; b++)
                signature[b] = (uint8_t)pg_random_bits(&random);
            assert_int_equal(pg_lighter_tx_info(text, sizeof text, &tx, signature, NULL), PG_OK);
            pg_error err = { 0 };
            if (pg_lighter_tx_read(&read, read_signature, kind->type, text, strlen(text), &err) != PG_OK)
                fail_msg("%s: %s", text, err.what);
            assert_memory_equal(signature, read_signature, sizeof signature);
            assert_memory_equal(&tx, &read, sizeof tx);
        }
}

/* Every text with one byte taken out is refused or reads as another that can be written: it never crashes. */
static void test_torn(void **state)
{
    char text[PG_LIGHTER_TX_INFO_MAX], torn[PG_LIGHTER_TX_INFO_MAX];
    uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES] = { 1 };
    pg_lighter_tx tx, read;
    pg_random random;
    (void)state;
    pg_random_seed(&random, 12);
    fill(&tx, pg_lighter_kind_find(PG_LIGHTER_CREATE_GROUPED_ORDERS), &random);
    assert_int_equal(pg_lighter_tx_info(text, sizeof text, &tx, signature, NULL), PG_OK);
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        memcpy(torn, text, i);
        memcpy(torn + i, text + i + 1, length - i);
        pg_error err = { 0 };
        pg_status status = pg_lighter_tx_read(&read, signature, tx.type, torn, length - 1, &err);
        assert_true(status == PG_OK || err.what[0]);
        status = pg_lighter_tx_read(&read, signature, tx.type, text, i, &err); /* cut off */
        assert_int_not_equal(status, PG_OK);
    }
}

static void test_token(void **state)
{
    static const char *const wrong[] = { "",        ":",          "1:2:3",
                                         "1:2:3:",  "1:2:3:0x00", "-1:2:3:00",
                                         "1:2::00", "a:2:3:00",   "1234567890123456789:2:3:00" };
    char token[PG_LIGHTER_TOKEN_MAX];
    uint8_t public_key[PG_SCHNORR_KEY_BYTES], seed[PG_SCHNORR_SEED_MIN] = { 3 };
    pg_lighter_token_parts parts;
    pg_scalar5 key;
    (void)state;
    assert_int_equal(pg_schnorr_key_from_seed(&key, seed, sizeof seed, NULL), PG_OK);
    pg_schnorr_public_key(public_key, &key);
    assert_int_equal(pg_lighter_token(token, 1790003600, 281474976710654, 254, &key, NULL), PG_OK);
    assert_int_equal(pg_lighter_token_read(&parts, token, NULL), PG_OK);
    assert_true(parts.deadline == 1790003600 && parts.account == 281474976710654 && parts.key_index == 254);
    assert_int_equal(pg_schnorr_verify_var(public_key, &parts.message, parts.signature, NULL), PG_OK);
    token[0] = '2'; /* a later deadline */
    assert_int_equal(pg_lighter_token_read(&parts, token, NULL), PG_OK);
    assert_int_not_equal(pg_schnorr_verify_var(public_key, &parts.message, parts.signature, NULL), PG_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (pg_lighter_token_read(&parts, wrong[i], NULL) == PG_OK)
            fail_msg("'%s' is taken for a token", wrong[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

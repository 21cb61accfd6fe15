#include "selftest/lighter.h"

#include <string.h>

static const pg_vector_file files[] = {
    { "curve_constants.json", NULL, pg_lighter_curve_constants },
    { "ecgfp5.json", NULL, pg_lighter_ecgfp5 },
    { "fp5.json", NULL, pg_lighter_fp5 },
    { "goldilocks.json", NULL, pg_lighter_goldilocks },
    { "goldilocks_reduce.json", NULL, pg_lighter_goldilocks_reduce },
    { "poseidon2.json", NULL, pg_lighter_poseidon2 },
    { "poseidon2_constants.json", NULL, pg_lighter_poseidon2_constants },
    { "public_keys.json", NULL, pg_lighter_public_keys },
    { "scalar.json", NULL, pg_lighter_scalar },
    { "schnorr.json", NULL, pg_lighter_schnorr },
    { "seed_keys.json", NULL, pg_lighter_seed_keys },
    { "auth_tokens.json", NULL, pg_lighter_auth_tokens },
    { "l1_signatures.json", NULL, pg_lighter_l1_signatures },
    { "scaling.json", NULL, pg_lighter_scaling },
    { "transactions.json", NULL, pg_lighter_transactions },
    { "tx_validation.json", NULL, pg_lighter_tx_validation },
    { "rest_examples.json", NULL, pg_lighter_examples },
    { "ws_examples.json", NULL, pg_lighter_examples },
    { "ws_order_book_sequences.json", NULL, pg_lighter_books },
    { NULL, NULL, NULL },
};

const pg_vector_suite pg_suite_lighter = { "lighter", files };

void pg_lighter_each(pg_vectors *v, const cJSON *array, const char *part, pg_vector_runner *each)
{
    const cJSON *vector;
    int number = 0;

    cJSON_ArrayForEach(vector, array)
    {
        char id[64];
        snprintf(id, sizeof id, "%s %d", part, number++);
        pg_vector_begin(v, id);
        each(v, vector);
        pg_vector_end(v);
    }
}

size_t pg_lighter_hex(const cJSON *vector, const char *name, uint8_t *bytes, size_t size)
{
    const char *text = pg_vector_text(vector, name);
    size_t n = 0;
    unsigned value;

    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    while (n < size && text[2 * n] && sscanf(text + 2 * n, "%2x", &value) == 1)
        bytes[n++] = (uint8_t)value;
    return n;
}

void pg_lighter_check_hex(pg_vectors *v, const cJSON *vector, const char *name, const uint8_t *bytes, size_t size)
{
    char text[2 * PG_LIGHTER_HEX_MAX + 1] = "";
    const char *expected = pg_vector_text(vector, name);

    if (!pg_vector_get(vector, name))
        return;
    if (size > PG_LIGHTER_HEX_MAX) {
        pg_vector_fail(v, name, "%zu bytes are more than this program compares", size);
        return;
    }
    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    if (strncmp(expected, "0x", 2) == 0)
        expected += 2;
    if (strcmp(expected, text) != 0)
        pg_vector_fail(v, name, "expected %.100s, got %.100s", expected, text);
}

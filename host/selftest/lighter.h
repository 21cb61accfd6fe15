/* The runners of Lighter's vector files, and what they share. */
#ifndef PG_SELFTEST_LIGHTER_H
#define PG_SELFTEST_LIGHTER_H

#include <stdint.h>

#include "selftest/vector.h"

extern const pg_vector_suite pg_suite_lighter;

enum { PG_LIGHTER_HEX_MAX = 2048 };

/* Calls `each` for every element of an array, numbered after `part`; a missing array is no vector. */
void pg_lighter_each(pg_vectors *v, const cJSON *array, const char *part, pg_vector_runner *each);

/* A hexadecimal member as bytes, with or without 0x; the number of bytes, at most `size`. */
size_t pg_lighter_hex(const cJSON *vector, const char *name, uint8_t *bytes, size_t size);

/* Fails the case when the member is not these bytes in hexadecimal. An absent member is not checked. */
void pg_lighter_check_hex(pg_vectors *v, const cJSON *vector, const char *name, const uint8_t *bytes, size_t size);

pg_vector_runner pg_lighter_goldilocks, pg_lighter_goldilocks_reduce, pg_lighter_fp5, pg_lighter_poseidon2,
    pg_lighter_poseidon2_constants, pg_lighter_scalar;
pg_vector_runner pg_lighter_curve_constants, pg_lighter_ecgfp5, pg_lighter_public_keys, pg_lighter_seed_keys,
    pg_lighter_schnorr;
pg_vector_runner pg_lighter_transactions, pg_lighter_tx_validation, pg_lighter_scaling, pg_lighter_auth_tokens,
    pg_lighter_l1_signatures;
pg_vector_runner pg_lighter_examples, pg_lighter_books;

#endif

/* The runners of the Extended vectors (vectors/extended/README.md), one function a file, and what they share. */
#ifndef PG_SELFTEST_EXTENDED_H
#define PG_SELFTEST_EXTENDED_H

#include "crypto/stark_ecdsa.h"
#include "crypto/stark_field.h"
#include "crypto/stark_key.h"
#include "selftest/vector.h"

extern const pg_vector_suite pg_suite_extended;

/* extended.c */
pg_vector_runner pg_extended_vectors_constants, pg_extended_vectors_poseidon, pg_extended_vectors_pedersen;
/* extended_keys.c */
pg_vector_runner pg_extended_vectors_public_keys, pg_extended_vectors_sign, pg_extended_vectors_verify,
    pg_extended_vectors_grinding, pg_extended_vectors_onboarding;
/* extended_orders.c */
pg_vector_runner pg_extended_vectors_orders, pg_extended_vectors_invalid, pg_extended_vectors_published;
/* extended_amounts.c */
pg_vector_runner pg_extended_vectors_rounding, pg_extended_vectors_precision, pg_extended_vectors_transfers;

/* Runs `each` on the elements of an array member as cases named "<name> <number>: <note>". A missing or empty array is
 * a failed case. */
void pg_extended_each(pg_vectors *v, const cJSON *root, const char *name, pg_vector_runner *each);

/* A member in hexadecimal text as an element or as bytes; a failure, and 0, when it is none. */
void pg_extended_felt(pg_vectors *v, pg_felt *r, const cJSON *object, const char *name);
void pg_extended_bytes(pg_vectors *v, uint8_t bytes[32], const cJSON *object, const char *name);

/* A member that is an integer, as number or text; a failure, and 0, when it is none or out of range. */
uint64_t pg_extended_u64(pg_vectors *v, const cJSON *object, const char *name);
int64_t pg_extended_i64(pg_vectors *v, const cJSON *object, const char *name);

/* Compares with a member in hexadecimal text. */
void pg_extended_check_felt(pg_vectors *v, const char *field, const cJSON *expected, const pg_felt *got);
void pg_extended_check_bytes(pg_vectors *v, const char *field, const cJSON *expected, const uint8_t got[32]);

/* Members r and s. */
void pg_extended_check_signature(pg_vectors *v, const cJSON *expected, const pg_stark_signature *got);
void pg_extended_signature(pg_vectors *v, pg_stark_signature *r, const cJSON *object);

/* The private key of a member; NULL and a failure when it is none. The caller frees it. */
pg_secret *pg_extended_key(pg_vectors *v, const cJSON *object, const char *name);

#endif

/* The runners of Extended's messages, and the comparison of a record with a tree. */
#ifndef PG_SELFTEST_EXTENDED_MESSAGES_H
#define PG_SELFTEST_EXTENDED_MESSAGES_H

#include "selftest/vector.h"
#include "venue/extended/codec.h"

/* account_stream.json, orderbook_stream.json; a file of the folders examples/rest and examples/ws. */
pg_vector_runner pg_extended_vectors_accounts, pg_extended_vectors_books, pg_extended_vectors_example;

/* Whether a record says what a tree made by cJSON says; *which is the field that differs. */
bool pg_extended_record_matches(const pg_extended_record *record, pg_extended_record_kind kind, const cJSON *object,
                                const char **which);

#endif

/* A private key in memory: on a page of its own that is locked (never swapped), left out of core dumps, and wiped
 * by one function.
 *
 * Nothing here prints a secret. Only the signers of this floor read its bytes (secret_bytes.h); an API key, which is
 * text that has to be sent, is given out by pg_secret_text. */
#ifndef PG_CRYPTO_SECRET_H
#define PG_CRYPTO_SECRET_H

#include <stddef.h>

#include "base/status.h"

typedef struct pg_secret pg_secret;

enum { PG_SECRET_MAX = 256 }; /* bytes */

/* Reads a secret of `size` bytes (1..PG_SECRET_MAX) from hexadecimal text, with or without "0x". The caller wipes the
 * text. Errors: PG_ERR_PARSE (never quoting the text), PG_ERR_RANGE for the size, PG_ERR_IO when the page cannot be
 * locked. Whether the number is a valid key of a curve is for the signer to say. */
pg_status pg_secret_from_hex(pg_secret **secret, size_t size, const char *text, size_t length, pg_error *err);

/* The same of bytes. The caller wipes them. */
pg_status pg_secret_from_bytes(pg_secret **secret, const void *bytes, size_t size, pg_error *err);

/* An API key as text, terminated: for the header of a request that carries it, and nothing else. Valid as long as the
 * secret. */
const char *pg_secret_text(const pg_secret *secret);

/* Wipes and frees; NULL is allowed. */
void pg_secret_free(pg_secret *secret);

#endif

/* Secrets from a person or a file: never from the command line, never shown. */
#ifndef PG_CRYPTO_PASSPHRASE_H
#define PG_CRYPTO_PASSPHRASE_H

#include <stddef.h>

#include "base/status.h"

/* Where passphrases come from: a file that nobody else may read, an open file descriptor, or (neither) the terminal. */
typedef struct {
    const char *file; /* NULL: none */
    int fd;           /* -1: none */
} pg_passphrase_source;

/* Asks for a line on the terminal without showing it; into text[size], terminated, without its end. The caller wipes
 * it. PG_ERR_INVALID when there is no terminal, it is too long, or the person broke off. */
pg_status pg_secret_ask(const char *question, char *text, size_t size, pg_error *err);

/* The passphrase of the key `name`; self: a pg_passphrase_source. A pg_passphrase_fn (crypto/key_source.h). */
pg_status pg_passphrase_get(void *self, const char *name, char *text, size_t size, pg_error *err);

/* The same for a new key: on a terminal it is asked for twice. */
pg_status pg_passphrase_get_new(const pg_passphrase_source *source, const char *name, char *text, size_t size,
                                pg_error *err);

#endif

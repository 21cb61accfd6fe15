/* Where a key comes from: environment, .env file, a file of its own, or the keystore. */
#ifndef PG_CRYPTO_KEY_SOURCE_H
#define PG_CRYPTO_KEY_SOURCE_H

#include "base/status.h"
#include "crypto/key_kind.h"

typedef enum {
    PG_KEY_FROM_ENVIRONMENT, /* name: of the variable, which is wiped and removed. path: of a .env file that is asked
                                when it is not set; NULL: none */
    PG_KEY_FROM_DOTENV,      /* path: of a .env file; name: of the variable in it */
    PG_KEY_FROM_FILE,        /* path: a file that holds the key alone */
    PG_KEY_FROM_KEYSTORE     /* path: of the keystore; name: of the entry */
} pg_key_from;

/* Asks for the passphrase of a keystore entry: writes it to text[size], terminated. The caller wipes it. */
typedef pg_status (*pg_passphrase_fn)(void *self, const char *name, char *text, size_t size, pg_error *err);

typedef struct {
    pg_key_from from;
    const char *path, *name;
    pg_passphrase_fn passphrase; /* of a keystore; NULL: PG_ERR_INVALID */
    void *self;
} pg_key_source;

/* Loads a key of a kind; the caller frees the secret. A file that others than its owner can read is refused
 * (PG_ERR_INVALID, saying what to do). Errors name the source and never quote the key: PG_ERR_NOT_FOUND, PG_ERR_PARSE,
 * PG_ERR_IO, and those of pg_key_parse and pg_keystore_unseal. */
pg_status pg_key_load(pg_secret **secret, const pg_key_source *source, pg_key_kind kind, pg_error *err);

/* A setting that is no secret (the number of an account, the name of a network): of the environment, or else of the .env
 * file `path`. Into text[size]. Unlike a key it stays where it is. PG_ERR_NOT_FOUND, PG_ERR_RANGE when it does not fit,
 * and the errors of a .env file. */
pg_status pg_setting_read(char *text, size_t size, const char *path, const char *name, pg_error *err);

#endif

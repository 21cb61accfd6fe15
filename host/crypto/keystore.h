/* The encrypted keystore: private keys and API keys in one file, each sealed under a passphrase.
 *
 * JSON, mode 0600, replaced whole (a reader sees the old or the new). An entry: name, kind and address in the open,
 * the secret under AES-256-GCM (NIST SP 800-38D) with a key made of the passphrase by scrypt (RFC 7914; N 2^17, r 8,
 * p 1: 128 MB and about 0.4 s). Name, kind, address and the parameters are authenticated with it: an entry that was
 * changed anywhere, or moved under another name, does not open. A wrong passphrase and a changed entry cannot be told
 * apart. */
#ifndef PG_CRYPTO_KEYSTORE_H
#define PG_CRYPTO_KEYSTORE_H

#include <stdbool.h>

#include "base/status.h"
#include "crypto/key_kind.h"
#include "crypto/secret.h"

typedef struct pg_keystore pg_keystore;

enum { PG_KEYSTORE_KEYS = 256, PG_KEY_NAME = 64, PG_KEY_PASSPHRASE = 256 };

typedef struct {
    const char *name;
    pg_key_kind kind;
    const char *address; /* public: address or public key; "" for kinds without one. Proven when the entry is opened */
} pg_key_entry;

/* Where the keystore is when nobody says: $XDG_DATA_HOME/perigee/keystore.json or ~/.local/share/perigee/keystore.json,
 * into path[PG_PATH_SIZE]. PG_ERR_INVALID when neither variable is set. */
pg_status pg_keystore_default_path(char *path, pg_error *err);

/* Reads the keystore at `path`; one that does not exist is empty (`missing_is_empty`) or PG_ERR_NOT_FOUND.
 * Errors: PG_ERR_PARSE, PG_ERR_INVALID when others than its owner may read it. */
pg_status pg_keystore_open(pg_keystore **keystore, const char *path, bool missing_is_empty, pg_error *err);
void pg_keystore_close(pg_keystore *keystore);

/* Entries in the order of the file; valid until the next pg_keystore_add or close. */
int pg_keystore_count(const pg_keystore *keystore);
pg_key_entry pg_keystore_entry(const pg_keystore *keystore, int i);

/* Seals a secret under a passphrase and writes the file. Errors: PG_ERR_INVALID for a name that is taken, empty, too
 * long or has other characters than letters, digits and "._-"; for a passphrase below 8 characters; for a secret that
 * is no key of that kind. PG_ERR_IO. */
pg_status pg_keystore_add(pg_keystore *keystore, const char *name, pg_key_kind kind, const pg_secret *secret,
                          const char *passphrase, pg_error *err);

/* Opens an entry; the caller frees the secret. Errors: PG_ERR_NOT_FOUND (naming what there is), PG_ERR_INVALID for a
 * wrong passphrase or a changed entry. */
pg_status pg_keystore_unseal(pg_secret **secret, pg_key_kind *kind, const pg_keystore *keystore, const char *name,
                             const char *passphrase, pg_error *err);

#endif

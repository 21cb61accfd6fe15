/* From the configuration's references to secrets to the sources that keys are loaded from (crypto/key_source.h). */
#ifndef PG_SCRIPT_CONFIG_KEY_H
#define PG_SCRIPT_CONFIG_KEY_H

#include "crypto/key_source.h"
#include "script/config.h"

/* Fills in the source of a secret that is not PG_SECRET_NONE. A variable that is not set is looked for in ./.env. The
 * keystore is the one that host { keystore = } names, or the default one; its passphrase function is left for the caller
 * to set. path[PG_PATH_SIZE] keeps what the source points to; other texts belong to the configuration. Loading takes a
 * variable out of the environment: a secret that two venues share is loaded once. PG_ERR_INVALID when there is no
 * folder for the default keystore. */
pg_status pg_config_key_source(pg_key_source *source, char *path, const pg_config *config,
                               const pg_secret_source *secret, pg_error *err);

/* The kind of a venue's key. Its api_key is of kind PG_KEY_TEXT. */
pg_key_kind pg_config_key_kind(const pg_config_venue *venue);

bool pg_secret_source_equals(const pg_secret_source *a, const pg_secret_source *b);

/* "environment variable HL_KEY", "file keys/hl", "keystore entry main", "none": for messages. Returns text. */
char *pg_secret_source_text(const pg_secret_source *secret, char *text, int size);

#endif

/* Looking whether the secrets that a configuration names are there, without a passphrase and without showing them. */
#ifndef PG_CLI_SECRET_LOOK_H
#define PG_CLI_SECRET_LOOK_H

#include "crypto/secret.h"
#include "script/config_key.h"

/* Loads a secret that is not PG_SECRET_NONE; of an entry of the keystore only that it is there and of the right kind is
 * looked at, and *secret is NULL. Errors: those of pg_key_load, PG_ERR_NOT_FOUND and PG_ERR_INVALID for the entry. */
pg_status pg_cli_secret_look(pg_secret **secret, const pg_config *config, const pg_secret_source *source,
                             pg_key_kind kind, pg_error *err);

/* Whether an enabled venue before this one, or this one's own key, names the same secret: a variable can be taken
 * once. */
bool pg_cli_secret_is_shared(const pg_config *config, int venue, const pg_secret_source *secret);

#endif

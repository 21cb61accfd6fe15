#include "cli/secret_look.h"

#include <string.h>

#include "crypto/keystore.h"

/* That an entry exists, and is of the right kind, can be seen without its passphrase. */
static pg_status find_entry(const pg_key_source *source, pg_key_kind kind, pg_error *err)
{
    pg_keystore *store;
    pg_status status = pg_keystore_open(&store, source->path, false, err);
    if (status != PG_OK)
        return status;
    int i = 0, n = pg_keystore_count(store);
    while (i < n && strcmp(pg_keystore_entry(store, i).name, source->name) != 0)
        i++;
    if (i == n)
        status = pg_fail(err, PG_ERR_NOT_FOUND, "the keystore has no entry '%s'", source->name);
    else if (pg_keystore_entry(store, i).kind != kind)
        status = pg_fail(err, PG_ERR_INVALID, "the key '%s' is of kind %s, but %s is needed here", source->name,
                         pg_key_kind_name(pg_keystore_entry(store, i).kind), pg_key_kind_name(kind));
    if (status != PG_OK) {
        pg_error_where(err, "%s", source->path);
        pg_error_remedy(err, "perigee keys list shows what it has, perigee keys new or import adds one");
    }
    pg_keystore_close(store);
    return status;
}

pg_status pg_cli_secret_look(pg_secret **secret, const pg_config *config, const pg_secret_source *source,
                             pg_key_kind kind, pg_error *err)
{
    char path[PG_PATH_SIZE];
    pg_key_source from;
    *secret = NULL;
    pg_status status = pg_config_key_source(&from, path, config, source, err);
    if (status != PG_OK)
        return status;
    return from.from == PG_KEY_FROM_KEYSTORE ? find_entry(&from, kind, err) : pg_key_load(secret, &from, kind, err);
}

bool pg_cli_secret_is_shared(const pg_config *config, int venue, const pg_secret_source *secret)
{
    for (int i = 0; i <= venue; i++) {
        const pg_config_venue *other = &config->venues[i];
        const pg_secret_source *own[] = { &other->key, &other->api_key };
        for (int k = 0; k < 2 && own[k] != secret; k++)
            if (other->enabled && pg_secret_source_equals(own[k], secret))
                return true;
    }
    return false;
}

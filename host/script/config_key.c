#include "script/config_key.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "crypto/keystore.h"

static pg_status keystore_path(char *path, const pg_config *config, pg_error *err)
{
    if (!config->host.keystore)
        return pg_keystore_default_path(path, err);
    snprintf(path, PG_PATH_SIZE, "%s", config->host.keystore);
    return PG_OK;
}

pg_status pg_config_key_source(pg_key_source *source, char *path, const pg_config *config,
                               const pg_secret_source *secret, pg_error *err)
{
    switch (secret->kind) {
    case PG_SECRET_FILE:
        snprintf(path, PG_PATH_SIZE, "%s", secret->name);
        *source = (pg_key_source){ .from = PG_KEY_FROM_FILE, .path = path };
        return PG_OK;
    case PG_SECRET_KEYSTORE:
        *source = (pg_key_source){ .from = PG_KEY_FROM_KEYSTORE, .path = path, .name = secret->name };
        return keystore_path(path, config, err);
    default:
        snprintf(path, PG_PATH_SIZE, ".env");
        *source = (pg_key_source){ .from = PG_KEY_FROM_ENVIRONMENT, .path = path, .name = secret->name };
        return PG_OK;
    }
}

pg_key_kind pg_config_key_kind(const pg_config_venue *venue)
{
    if (strcmp(venue->kind, "extended") == 0)
        return PG_KEY_STARK;
    if (strcmp(venue->kind, "lighter") == 0)
        return PG_KEY_LIGHTER;
    return strcmp(venue->kind, "hyperliquid") == 0 ? PG_KEY_SECP256K1 : PG_KEY_RAW;
}

bool pg_secret_source_equals(const pg_secret_source *a, const pg_secret_source *b)
{
    return a->kind == b->kind && (a->kind == PG_SECRET_NONE || strcmp(a->name, b->name) == 0);
}

char *pg_secret_source_text(const pg_secret_source *secret, char *text, int size)
{
    static const char *const words[] = { "none", "environment variable ", "file ", "keystore entry " };
    snprintf(text, (size_t)size, "%s%s", words[secret->kind], secret->name ? secret->name : "");
    return text;
}

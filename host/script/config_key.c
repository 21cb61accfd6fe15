#include "script/config_key.h"

#include <stdio.h>
#include <string.h>

#include "base/environment.h"

pg_key_source pg_config_key_source(const pg_config *config, const pg_secret_source *secret)
{
    switch (secret->kind) {
    case PG_SECRET_FILE: return (pg_key_source){ .from = PG_KEY_FROM_FILE, .path = secret->name };
    case PG_SECRET_KEYSTORE:
        return (pg_key_source){ .from = PG_KEY_FROM_KEYSTORE, .path = config->host.keystore, .name = secret->name };
    default: break;
    }
    if (pg_environment_get(secret->name))
        return (pg_key_source){ .from = PG_KEY_FROM_ENVIRONMENT, .name = secret->name };
    return (pg_key_source){ .from = PG_KEY_FROM_DOTENV, .path = ".env", .name = secret->name };
}

pg_key_kind pg_config_key_kind(const pg_config_venue *venue)
{
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

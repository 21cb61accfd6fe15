#define _GNU_SOURCE /* explicit_bzero */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/key_source.h"
#include "crypto/keystore.h"
#include "crypto/passphrase.h"
#include "sdk/internal.h"

static pg_status read_source(pg_key_source *source, char path[PG_PATH_SIZE], const char *from, const char *name,
                             pg_passphrase_source *passphrase, pg_error *err)
{
    if (strcmp(from, "env") == 0) {
        *source = (pg_key_source){ .from = PG_KEY_FROM_ENVIRONMENT, .path = ".env", .name = name };
        return PG_OK;
    }
    if (strcmp(from, "file") == 0) {
        *source = (pg_key_source){ .from = PG_KEY_FROM_FILE, .path = name };
        return PG_OK;
    }
    if (strcmp(from, "keystore") == 0) {
        *source = (pg_key_source){ .from = PG_KEY_FROM_KEYSTORE,
                                   .path = path,
                                   .name = name,
                                   .passphrase = pg_passphrase_get,
                                   .self = passphrase };
        return pg_keystore_default_path(path, err);
    }
    return pg_fail(err, PG_ERR_INVALID, "keys come from env, file or keystore, not from '%.32s'", from);
}

static pg_status new_key(pg_sdk_key **key, const char *kind, pg_error *err)
{
    int number = pg_key_kind_parse(kind);
    *key = NULL;
    if (number < 0)
        return pg_fail(err, PG_ERR_INVALID, "there is no kind of key '%.32s'", kind);
    *key = calloc(1, sizeof **key);
    if (!*key)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a key");
    (*key)->kind = (pg_key_kind)number;
    return PG_OK;
}

/* The handle, or NULL with *error. */
static pg_sdk_key *finish(pg_sdk_key *key, pg_status status, pg_error *err, pg_sdk_error *error)
{
    if (status == PG_OK)
        status = pg_key_address(key->address, key->kind, key->secret, err);
    if (status == PG_OK)
        return key;
    pg_sdk_key_free(key);
    sdk_fail(error, err);
    return NULL;
}

pg_sdk_key *pg_sdk_key_load(const char *kind, const char *from, const char *name, const char *passphrase_file,
                            pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_key *key;
    char path[PG_PATH_SIZE];
    pg_key_source source;
    pg_passphrase_source passphrase = { .file = passphrase_file, .fd = -1 };
    pg_status status = new_key(&key, kind, &err);
    if (status == PG_OK)
        status = read_source(&source, path, from, name, &passphrase, &err);
    if (status == PG_OK)
        status = pg_key_load(&key->secret, &source, key->kind, &err);
    return finish(key, status, &err, error);
}

pg_sdk_key *pg_sdk_key_new(const char *kind, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_key *key;
    pg_status status = new_key(&key, kind, &err);
    if (status == PG_OK)
        status = pg_key_generate(&key->secret, key->kind, &err);
    return finish(key, status, &err, error);
}

void pg_sdk_key_free(pg_sdk_key *key)
{
    if (key)
        pg_secret_free(key->secret);
    free(key);
}

const char *pg_sdk_key_address(const pg_sdk_key *key)
{
    return key->address;
}

bool pg_sdk_setting(char *text, const char *name, pg_sdk_error *error)
{
    pg_error err = { 0 };
    return pg_setting_read(text, PG_SDK_SETTING, ".env", name, &err) == PG_OK || sdk_fail(error, &err);
}

/* ---- headers ---- */

pg_status sdk_header_new(char **header, const char *name, const pg_sdk_key *key, pg_error *err)
{
    *header = NULL;
    if (!name)
        return PG_OK;
    if (!key || key->kind != PG_KEY_TEXT)
        return pg_fail(err, PG_ERR_INVALID, "the header %.64s takes a key of kind text", name);
    size_t room = strlen(name) + PG_SECRET_MAX + 4;
    *header = malloc(room);
    if (!*header)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    snprintf(*header, room, "%s: %s", name, pg_secret_text(key->secret));
    return PG_OK;
}

void sdk_header_free(char *header)
{
    if (header)
        explicit_bzero(header, strlen(header));
    free(header);
}

pg_status sdk_headers(const char *all[SDK_HEADERS], int *count, const char *const *headers, int header_count,
                      const char *key_header, pg_error *err)
{
    if (header_count < 0 || header_count >= SDK_HEADERS)
        return pg_fail(err, PG_ERR_RANGE, "%d headers are too many: %d at most", header_count, SDK_HEADERS - 1);
    for (int i = 0; i < header_count; i++)
        all[i] = headers[i];
    *count = header_count;
    if (key_header)
        all[(*count)++] = key_header;
    return PG_OK;
}

#define _GNU_SOURCE /* explicit_bzero */
#include "crypto/key_source.h"

#include <stdio.h>
#include <string.h>

#include "base/environment.h"
#include "base/private_file.h"
#include "crypto/keystore.h"

enum { TEXT_MAX = 1024, FILE_MAX = 65536 };

/* ---- .env files: NAME=value, one a line; comments, "export ", and quotes around the value are understood ---- */

/* The value of `name` if this line sets it; *length of it. NULL if it does not. */
static const char *value_in_line(size_t *length, const char *line, const char *end, const char *name)
{
    size_t name_length = strlen(name);
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if (end - line > 7 && strncmp(line, "export ", 7) == 0)
        line += 7;
    if ((size_t)(end - line) <= name_length || strncmp(line, name, name_length) != 0 || line[name_length] != '=')
        return NULL;
    line += name_length + 1;
    while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    if (end - line >= 2 && (*line == '"' || *line == '\'') && end[-1] == *line) {
        line++;
        end--;
    }
    *length = (size_t)(end - line);
    return line;
}

static pg_status find_in_dotenv(char text[TEXT_MAX], const char *path, const char *name, pg_error *err)
{
    char *file = NULL;
    const char *value = NULL;
    size_t size = 0, length = 0;
    pg_status status = pg_private_file_read(&file, &size, path, FILE_MAX, err);
    if (status != PG_OK)
        return status;
    for (const char *line = file, *end; line < file + size && !value; line = end + 1) {
        end = memchr(line, '\n', (size_t)(file + size - line));
        end = end ? end : file + size;
        value = value_in_line(&length, line, end, name);
    }
    if (!value)
        status = pg_fail(err, PG_ERR_NOT_FOUND, "the file does not set %s", name);
    else if (length >= TEXT_MAX)
        status = pg_fail(err, PG_ERR_RANGE, "the value of %s is too long for a key", name);
    if (status == PG_OK) {
        memcpy(text, value, length);
        text[length] = '\0';
    } else {
        pg_error_where(err, "%s", path);
    }
    pg_private_file_free(file, size);
    return status;
}

/* ---- the sources ---- */

static pg_status from_dotenv(pg_secret **secret, const char *path, const char *name, pg_key_kind kind, pg_error *err)
{
    char text[TEXT_MAX];
    pg_status status = find_in_dotenv(text, path, name, err);
    if (status == PG_OK) {
        status = pg_key_parse(secret, kind, text, strlen(text), err);
        if (status != PG_OK)
            pg_error_where(err, "%s: %s", path, name);
    }
    explicit_bzero(text, sizeof text);
    return status;
}

static pg_status from_environment(pg_secret **secret, const pg_key_source *source, pg_key_kind kind, pg_error *err)
{
    char text[TEXT_MAX];
    if (!pg_environment_get(source->name) && source->path) {
        pg_status status = from_dotenv(secret, source->path, source->name, kind, err);
        if (status == PG_ERR_NOT_FOUND) {
            pg_fail(err, status, "%s is set neither in the environment nor in %s", source->name, source->path);
            pg_error_remedy(err, "set it, or name another source of the key");
        }
        return status;
    }
    pg_status status = pg_environment_take(text, sizeof text, source->name, err);
    if (status == PG_OK) {
        status = pg_key_parse(secret, kind, text, strlen(text), err);
        if (status != PG_OK)
            pg_error_where(err, "environment variable %s", source->name);
    }
    explicit_bzero(text, sizeof text);
    return status;
}

static pg_status from_file(pg_secret **secret, const pg_key_source *source, pg_key_kind kind, pg_error *err)
{
    char *text = NULL;
    size_t size = 0;
    pg_status status = pg_private_file_read(&text, &size, source->path, TEXT_MAX, err);
    if (status != PG_OK)
        return status;
    status = pg_key_parse(secret, kind, text, size, err);
    if (status != PG_OK)
        pg_error_where(err, "%s", source->path);
    pg_private_file_free(text, size);
    return status;
}

static pg_status unseal(pg_secret **secret, const pg_key_source *source, pg_key_kind kind, const pg_keystore *keystore,
                        pg_error *err)
{
    char passphrase[PG_KEY_PASSPHRASE];
    pg_key_kind stored;
    pg_status status = source->passphrase(source->self, source->name, passphrase, sizeof passphrase, err);
    if (status == PG_OK)
        status = pg_keystore_unseal(secret, &stored, keystore, source->name, passphrase, err);
    explicit_bzero(passphrase, sizeof passphrase);
    if (status != PG_OK || stored == kind)
        return status;
    pg_secret_free(*secret);
    *secret = NULL;
    pg_fail(err, PG_ERR_INVALID, "the key '%s' is of kind %s, but %s is needed here", source->name,
            pg_key_kind_name(stored), pg_key_kind_name(kind));
    pg_error_where(err, "%s", source->path);
    return PG_ERR_INVALID;
}

static pg_status from_keystore(pg_secret **secret, const pg_key_source *source, pg_key_kind kind, pg_error *err)
{
    pg_keystore *keystore = NULL;
    if (!source->passphrase)
        return pg_fail(err, PG_ERR_INVALID, "nobody can be asked for the passphrase of the key '%s'", source->name);
    pg_status status = pg_keystore_open(&keystore, source->path, false, err);
    if (status == PG_OK)
        status = unseal(secret, source, kind, keystore, err);
    pg_keystore_close(keystore);
    return status;
}

pg_status pg_key_load(pg_secret **secret, const pg_key_source *source, pg_key_kind kind, pg_error *err)
{
    *secret = NULL;
    switch (source->from) {
    case PG_KEY_FROM_ENVIRONMENT: return from_environment(secret, source, kind, err);
    case PG_KEY_FROM_DOTENV: return from_dotenv(secret, source->path, source->name, kind, err);
    case PG_KEY_FROM_FILE: return from_file(secret, source, kind, err);
    case PG_KEY_FROM_KEYSTORE: return from_keystore(secret, source, kind, err);
    }
    return pg_fail(err, PG_ERR_INVALID, "there is no such source of keys");
}

pg_status pg_setting_read(char *text, size_t size, const char *path, const char *name, pg_error *err)
{
    pg_secret *kept = NULL;
    const char *value = pg_environment_get(name);
    pg_status status = PG_OK;
    if (!value) {
        status = from_dotenv(&kept, path, name, PG_KEY_TEXT, err);
        value = status == PG_OK ? pg_secret_text(kept) : "";
        if (status == PG_ERR_NOT_FOUND)
            pg_fail(err, status, "%.64s is set neither in the environment nor in %s", name, path);
    }
    if (status == PG_OK && strlen(value) >= size)
        status = pg_fail(err, PG_ERR_RANGE, "%.64s has more than %zu characters", name, size - 1);
    snprintf(text, size, "%s", status == PG_OK ? value : "");
    pg_secret_free(kept);
    return status;
}

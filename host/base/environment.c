#define _GNU_SOURCE /* explicit_bzero */
#include "base/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *pg_environment_get(const char *name)
{
    return getenv(name);
}

pg_status pg_environment_take(char *text, size_t size, const char *name, pg_error *err)
{
    char *value = getenv(name);
    if (!value) {
        pg_fail(err, PG_ERR_NOT_FOUND, "the environment variable %s is not set", name);
        pg_error_remedy(err, "set it, or name another source of the key");
        return PG_ERR_NOT_FOUND;
    }
    size_t length = strlen(value);
    bool fits = length < size;
    if (fits)
        memcpy(text, value, length + 1);
    explicit_bzero(value, length);
    unsetenv(name);
    if (!fits)
        return pg_fail(err, PG_ERR_RANGE, "the value of the environment variable %s is longer than %zu characters",
                       name, size - 1);
    return PG_OK;
}

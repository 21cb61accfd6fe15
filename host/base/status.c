#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

pg_status pg_fail(pg_error *err, pg_status status, const char *format, ...)
{
    if (!err)
        return status;
    err->status = status;
    err->where[0] = '\0';
    err->remedy[0] = '\0';
    va_list args;
    va_start(args, format);
    vsnprintf(err->what, sizeof err->what, format, args);
    va_end(args);
    return status;
}

void pg_error_where(pg_error *err, const char *format, ...)
{
    if (!err)
        return;
    char place[PG_ERROR_WHERE];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(place, sizeof place, format, args);
    va_end(args);
    if (err->where[0] && length >= 0 && (size_t)length < sizeof place)
        snprintf(place + length, sizeof place - (size_t)length, ": %s", err->where);
    memcpy(err->where, place, sizeof place);
}

void pg_error_remedy(pg_error *err, const char *format, ...)
{
    if (!err)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(err->remedy, sizeof err->remedy, format, args);
    va_end(args);
}

char *pg_error_text(const pg_error *err, char *text, int size)
{
    snprintf(text, (size_t)size, "%s%s%s%s%s%s", err->where, err->where[0] ? ": " : "", err->what,
             err->remedy[0] ? " (" : "", err->remedy, err->remedy[0] ? ")" : "");
    return text;
}

const char *pg_status_name(pg_status status)
{
    switch (status) {
    case PG_OK: return "ok";
    case PG_ERR_INVALID: return "invalid";
    case PG_ERR_PARSE: return "parse";
    case PG_ERR_RANGE: return "range";
    case PG_ERR_IO: return "io";
    case PG_ERR_CORRUPT: return "corrupt";
    case PG_ERR_MEMORY: return "memory";
    case PG_ERR_SCRIPT: return "script";
    case PG_ERR_BUDGET: return "budget";
    case PG_ERR_FULL: return "full";
    case PG_ERR_NOT_FOUND: return "not found";
    case PG_ERR_STATE: return "state";
    case PG_ERR_UNSUPPORTED: return "unsupported";
    }
    return "unknown";
}

void pg_assert_failed(const char *expression, const char *file, int line)
{
    fprintf(stderr, "perigee: invariant broken: %s (%s:%d)\n", expression, file, line);
    fflush(NULL);
    abort();
}

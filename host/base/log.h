/* The log: one line an event, with a level, the part it comes from, a message and named fields; as text for people or
 * as JSON lines for machines. Safe to use from several threads. Never given a secret. */
#ifndef PG_BASE_LOG_H
#define PG_BASE_LOG_H

#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"

typedef enum { PG_LOG_DEBUG, PG_LOG_INFO, PG_LOG_WARN, PG_LOG_ERROR } pg_log_level;
typedef enum { PG_LOG_TEXT, PG_LOG_JSON } pg_log_format;

/* A named value: text when it is not NULL, else the number. */
typedef struct {
    const char *name;
    const char *text;
    double number;
} pg_log_field;

typedef struct {
    FILE *out;
    pg_log_level level; /* lines below it are left out */
    pg_log_format format;
    pg_clock clock;
} pg_log;

/* Writes one line; fields[count]. A NULL log, or one without `out`, swallows it. Control characters are escaped: a line
 * stays a line.
 *   text: 2025-09-04T19:46:56.673Z INFO  script: quoting starts  gamma=5
 *   JSON: {"time":"...","level":"info","part":"script","message":"quoting starts","gamma":5} */
void pg_log_write(const pg_log *log, pg_log_level level, const char *part, const char *message,
                  const pg_log_field *fields, int count);

const char *pg_log_level_name(pg_log_level level);

/* The level of a name ("debug", "info", "warn", "error"); -1 when there is none. */
int pg_log_level_parse(const char *name);

#endif

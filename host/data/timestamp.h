/* Times in recorded files, to and from int64 nanoseconds since the Unix epoch (UTC), exactly. */
#ifndef PG_DATA_TIMESTAMP_H
#define PG_DATA_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    PG_TIME_AUTO, /* a number: s, ms, us or ns by its count of whole digits; anything else as ISO */
    PG_TIME_S,    /* seconds, usually with decimals: "1757015216.1651921" is read as decimal text, not as a double */
    PG_TIME_MS,
    PG_TIME_US,
    PG_TIME_NS,
    PG_TIME_ISO /* "2025-09-15T22:56:16.839832", also with a blank, "Z", " UTC" or "+02:00"; UTC when it has no zone */
} pg_time_unit;

enum { PG_TIME_TEXT = 40 };

/* PG_ERR_PARSE for what is no time in that unit, PG_ERR_RANGE for one outside 1970 to 2262 or finer than 1 ns. */
pg_status pg_time_parse(int64_t *time_ns, const char *text, size_t length, pg_time_unit unit);

/* "2025-09-04T19:46:56.673878000Z" into text[PG_TIME_TEXT]; returns text. */
char *pg_time_format(char *text, int64_t time_ns);

#endif

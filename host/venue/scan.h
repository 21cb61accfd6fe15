/* A reader of JSON text from front to back: no tree, no tokens, no memory. For the messages that come often.
 *
 * It judges the whole grammar, also of what is skipped, and is stricter than the grammar in three places, none of which
 * the venues use: names of members have no escapes, objects and arrays nest PG_SCAN_DEPTH deep at the most, and numbers
 * that are read are plain whole ones. The first thing that is wrong sets *err and `failed`; from then on every call
 * says that there is nothing more, so that callers look once, at the end. */
#ifndef PG_VENUE_SCAN_H
#define PG_VENUE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"

enum { PG_SCAN_DEPTH = 32 };

/* A piece of the text. Of a string: what is between the quotes, escapes as they are. */
typedef struct {
    const char *data;
    size_t size;
} pg_span;

typedef struct {
    const char *at, *end; /* *end is '\0' */
    const char *start;
    int depth;
    bool failed;
    pg_error *err;
} pg_scan;

/* text[size] is '\0'. */
void pg_scan_init(pg_scan *reader, const char *text, size_t size, pg_error *err);

/* Opens an object '{' or an array '['. */
bool pg_scan_open(pg_scan *reader, char bracket);

/* The next member's name, the reader then standing before its value; false behind the last one. *n counts and must be 0
 * before the first. */
bool pg_scan_member(pg_scan *reader, int *n, pg_span *name);

/* The same for the elements of an array. */
bool pg_scan_element(pg_scan *reader, int *n);

/* True, and past it, when the next value is null. */
bool pg_scan_is_null(pg_scan *reader);

/* The first character of the next value; '\0' at the end. */
char pg_scan_peek(pg_scan *reader);

/* Values of one type; what is of another is an error. */
bool pg_scan_string(pg_scan *reader, pg_span *text);
bool pg_scan_whole(pg_scan *reader, uint64_t *value); /* 0 .. 2^63 - 1 */
bool pg_scan_bool(pg_scan *reader, bool *value);

/* Any value. The second gives the place where it began, to be read again by setting `at`. */
bool pg_scan_skip(pg_scan *reader);
bool pg_scan_skip_from(pg_scan *reader, const char **place);

/* Nothing but blanks may follow. */
bool pg_scan_finish(pg_scan *reader);

/* The place of a name among names[count] or -1; one that comes twice (bit set in *seen) is an error. */
int pg_scan_which(pg_scan *reader, pg_span name, const char *const *names, int count, uint32_t *seen);

/* Every bit of `needed` must be set in seen; the first that is not is named in the error. */
bool pg_scan_need(pg_scan *reader, uint32_t seen, uint32_t needed, const char *const *names);

/* Sets the error, with the place, unless there is one; returns false. */
bool pg_scan_wrong(pg_scan *reader, pg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* A decimal number in a string, exactly in units of 10^-decimals. False, an error set, for what is no number, is
 * negative, or does not fit. */
bool pg_scan_units(pg_scan *reader, pg_span text, int decimals, const char *name, int64_t *value);

/* The text of a string with its escapes resolved and its control characters replaced by blanks, cut off at size - 1
 * bytes; returns out. */
char *pg_scan_plain(char *out, size_t size, pg_span text);

static inline bool pg_scan_equal(pg_span span, const char *text)
{
    return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

#endif

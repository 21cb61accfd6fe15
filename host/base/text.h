/* A text that grows, and JSON written into it. Running out of memory is remembered and reported once, at the end. */
#ifndef PG_BASE_TEXT_H
#define PG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    char *data; /* terminated; NULL while empty */
    size_t length;
    size_t capacity;
    bool failed; /* memory ran out: data is incomplete */
    bool comma;  /* JSON: the next value needs a comma before it */
} pg_text;

void pg_text_free(pg_text *text);
void pg_text_add(pg_text *text, const char *data, size_t length);
void pg_text_put(pg_text *text, const char *literal);

/* Empties it, to be used again. */
void pg_text_clear(pg_text *text);
void pg_text_print(pg_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* PG_ERR_MEMORY when anything could not be added. */
pg_status pg_text_check(const pg_text *text, pg_error *err);

/* ---- JSON. key NULL: an element of an array (or the whole document) ---- */

void pg_json_open(pg_text *text, const char *key, char bracket);
void pg_json_close(pg_text *text, char bracket);

/* Control characters, quotes and "</" are escaped: the text may stand inside a script element of a page. */
void pg_json_string(pg_text *text, const char *key, const char *value);

/* 17 significant digits at most, the shortest that reads back the same; null for what is not finite. */
void pg_json_number(pg_text *text, const char *key, double value);
void pg_json_integer(pg_text *text, const char *key, int64_t value);
void pg_json_unsigned(pg_text *text, const char *key, uint64_t value);

/* A value that is JSON already. */
void pg_json_raw(pg_text *text, const char *key, const char *json, size_t length);
void pg_json_bool(pg_text *text, const char *key, bool value);
void pg_json_null(pg_text *text, const char *key);

/* The shortest decimal text of a finite double that reads back the same; at least 32 bytes. Returns text. */
char *pg_double_format(char *text, size_t size, double value);

/* 1234567 as "1,234,567"; at least 32 bytes. Returns text. */
char *pg_grouped_format(char *text, size_t size, int64_t value);

#endif

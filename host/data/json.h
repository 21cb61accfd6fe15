/* JSON text as a flat array of tokens that point into it: one pass, no tree, no copying. For recorded messages.
 *
 * Strings are given as they stand between their quotes (escapes are checked for form, not decoded): prices, sizes,
 * times, symbols and ids contain none. */
#ifndef PG_DATA_JSON_H
#define PG_DATA_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { PG_JSON_DEPTH = 32, PG_JSON_TOKENS_MAX = 1 << 20 };

typedef enum { PG_JSON_OBJECT, PG_JSON_ARRAY, PG_JSON_STRING, PG_JSON_NUMBER, PG_JSON_LITERAL } pg_json_type;

typedef struct {
    uint8_t type;
    uint32_t start, size; /* the value's text; of a string what is between the quotes */
    uint32_t next;        /* index of the token behind this value with all that it holds */
} pg_json_token;

typedef struct {
    const char *text;
    pg_json_token *tokens; /* owned; token 0 is the document. In an object, each value follows its key */
    size_t count, capacity;
} pg_json;

/* Reads one document. Errors: PG_ERR_PARSE (what names the byte), PG_ERR_RANGE (nested deeper than PG_JSON_DEPTH, more
 * than PG_JSON_TOKENS_MAX tokens, 4 GiB), PG_ERR_MEMORY. The token array is kept for the next call. */
pg_status pg_json_read(pg_json *json, const char *text, size_t size, pg_error *err);
void pg_json_free(pg_json *json);

/* The value at a path from token `from`: keys and array indexes joined by points ("data.b.0"). -1 when absent. */
int pg_json_find(const pg_json *json, int from, const char *path);

/* Finds the end of the object or array that begins at text[0]: bytes up to and including its closing bracket, 0 when it
 * is not within size. *state (zeroed before the first call) carries on where a call with less text ended. */
typedef struct {
    size_t scanned;
    int depth;
    bool in_string, escaped;
} pg_json_scan;
size_t pg_json_extent(pg_json_scan *state, const char *text, size_t size);

#endif

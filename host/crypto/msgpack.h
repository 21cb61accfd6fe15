/* MessagePack: a writer with the shortest form of every value, a bounded reader, and JSON text to and from it.
 *
 * Source: the MessagePack specification (2013). Maps keep the order in which they are written. */
#ifndef PG_CRYPTO_MSGPACK_H
#define PG_CRYPTO_MSGPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

enum { PG_MSGPACK_DEPTH = 32 };

/* ---- writing: appends to the text, which remembers when memory ran out ---- */

void pg_msgpack_map(pg_text *out, uint32_t count);   /* then `count` keys and values */
void pg_msgpack_array(pg_text *out, uint32_t count); /* then `count` values */
void pg_msgpack_string(pg_text *out, const char *data, size_t size);
void pg_msgpack_binary(pg_text *out, const void *data, size_t size);
void pg_msgpack_uint(pg_text *out, uint64_t value);
void pg_msgpack_int(pg_text *out, int64_t value); /* one that is not negative is written as unsigned */
void pg_msgpack_bool(pg_text *out, bool value);
void pg_msgpack_nil(pg_text *out);
void pg_msgpack_double(pg_text *out, double value); /* always float 64 */

/* ---- reading ---- */

typedef enum {
    PG_MSGPACK_NIL,
    PG_MSGPACK_BOOL,
    PG_MSGPACK_UINT,
    PG_MSGPACK_INT, /* negative */
    PG_MSGPACK_DOUBLE,
    PG_MSGPACK_STRING,
    PG_MSGPACK_BINARY,
    PG_MSGPACK_ARRAY,
    PG_MSGPACK_MAP
} pg_msgpack_type;

typedef struct {
    pg_msgpack_type type;
    uint64_t number;  /* bool, unsigned; of a negative number its two's complement */
    double real;      /* float 32 and float 64 */
    const char *data; /* string and binary: inside the document */
    uint32_t size;    /* their bytes; elements of an array, pairs of a map */
} pg_msgpack_item;

typedef struct {
    const uint8_t *at, *end;
} pg_msgpack_reader;

/* The next item; an array or map is its header alone. Errors: PG_ERR_PARSE at the end, for a cut-off value, for a count
 * that the rest cannot hold, and for extension types. */
pg_status pg_msgpack_next(pg_msgpack_item *item, pg_msgpack_reader *reader, pg_error *err);

/* ---- JSON ---- */

/* Appends the MessagePack of one JSON document: members in their order, integers exact from -2^63 to 2^64 - 1, other
 * numbers as float 64. Errors: PG_ERR_PARSE (what names the byte; also duplicate members, text that is no UTF-8),
 * PG_ERR_RANGE (an integer that does not fit, nested deeper than PG_MSGPACK_DEPTH, more than 4096 members of one
 * object), PG_ERR_MEMORY. */
pg_status pg_msgpack_from_json(pg_text *out, const char *text, size_t size, pg_error *err);

/* Appends the JSON of one MessagePack document, without blanks. Errors: PG_ERR_PARSE (also bytes behind the document,
 * keys that are no strings, strings that are no UTF-8), PG_ERR_UNSUPPORTED (binary, a float that is not finite),
 * PG_ERR_RANGE (nested deeper than PG_MSGPACK_DEPTH), PG_ERR_MEMORY. */
pg_status pg_msgpack_to_json(pg_text *out, const void *data, size_t size, pg_error *err);

/* A JSON string with its quotes: only what the grammar demands is escaped. */
void pg_msgpack_quote(pg_text *out, const char *data, size_t size);

/* True for well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates. */
bool pg_msgpack_is_utf8(const char *data, size_t size);

#endif

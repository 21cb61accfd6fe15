/* Thrift's compact protocol, in which Parquet writes its footers and page headers: structs of numbered fields.
 *
 * Both directions remember the first failure and do nothing after it, so that a struct is read or written without a
 * check behind every field and the outcome is asked for once. */
#ifndef PG_DATA_PARQUET_THRIFT_H
#define PG_DATA_PARQUET_THRIFT_H

#include "data/parquet_buffer.h"
#include "data/parquet_format.h"

typedef enum {
    PG_THRIFT_TRUE = 1, /* the types of a field's value; a bool's value is its type */
    PG_THRIFT_FALSE = 2,
    PG_THRIFT_I8 = 3,
    PG_THRIFT_I16 = 4,
    PG_THRIFT_I32 = 5,
    PG_THRIFT_I64 = 6,
    PG_THRIFT_DOUBLE = 7,
    PG_THRIFT_BINARY = 8,
    PG_THRIFT_LIST = 9,
    PG_THRIFT_SET = 10,
    PG_THRIFT_MAP = 11,
    PG_THRIFT_STRUCT = 12,
    PG_THRIFT_UUID = 13
} pg_thrift_type;

enum { PG_THRIFT_DEPTH = 32 };

/* ---- reading ---- */

typedef struct {
    const uint8_t *p, *end;
    const char *why; /* what was wrong, NULL while all is well */
    bool short_;     /* the bytes ended too soon: with more of them it might have been right */
} pg_thrift_reader;

/* The field that is being read; { 0 } at the start of its struct. */
typedef struct {
    int id;
    int type;
} pg_thrift_field;

void pg_thrift_start(pg_thrift_reader *reader, const void *data, size_t size);

/* Goes to the next field of a struct; false at its end and after a failure. The caller must then read the field's value
 * or skip it. */
bool pg_thrift_next(pg_thrift_reader *reader, pg_thrift_field *field);

/* The value of a field or list element of that type. A value of another type is a failure. */
int64_t pg_thrift_integer(pg_thrift_reader *reader, int type);
int32_t pg_thrift_i32(pg_thrift_reader *reader, int type);             /* a number beyond 32 bits is a failure */
bool pg_thrift_bool(pg_thrift_reader *reader, int type);               /* of a field, not of an element */
pg_parquet_bytes pg_thrift_binary(pg_thrift_reader *reader, int type); /* a view of what is being read */

/* True (and the caller reads the struct) when the type is a struct's. */
bool pg_thrift_struct(pg_thrift_reader *reader, int type);

/* The number of elements of a list, never more than there are bytes left, and their type. */
size_t pg_thrift_list(pg_thrift_reader *reader, int type, int *element);

/* Passes over a value of any type. */
void pg_thrift_skip(pg_thrift_reader *reader, int type);

/* Marks what is being read as wrong; why is a constant text. */
void pg_thrift_fail(pg_thrift_reader *reader, const char *why);

/* ---- writing ---- */

typedef struct {
    pg_parquet_buffer *out;
    int depth;
    int last[PG_THRIFT_DEPTH]; /* the number of the last field of every open struct */
} pg_thrift_writer;

/* Starts a struct that stands alone. */
void pg_thrift_begin(pg_thrift_writer *writer, pg_parquet_buffer *out);

void pg_thrift_put_bool(pg_thrift_writer *writer, int id, bool value);
void pg_thrift_put_i8(pg_thrift_writer *writer, int id, int8_t value);
void pg_thrift_put_i16(pg_thrift_writer *writer, int id, int16_t value);
void pg_thrift_put_i32(pg_thrift_writer *writer, int id, int32_t value);
void pg_thrift_put_i64(pg_thrift_writer *writer, int id, int64_t value);
void pg_thrift_put_binary(pg_thrift_writer *writer, int id, const void *data, size_t size);
void pg_thrift_put_text(pg_thrift_writer *writer, int id, const char *text);

/* A struct in a field, or (id 0) an element of a list; its fields follow. */
void pg_thrift_open(pg_thrift_writer *writer, int id);
void pg_thrift_close(pg_thrift_writer *writer);

/* An empty struct in a field. */
void pg_thrift_put_empty(pg_thrift_writer *writer, int id);

/* A list in a field; its n elements follow: structs, or those below. */
void pg_thrift_put_list(pg_thrift_writer *writer, int id, pg_thrift_type element, size_t n);
void pg_thrift_element_i32(pg_thrift_writer *writer, int32_t value);
void pg_thrift_element_text(pg_thrift_writer *writer, const char *text);

#endif

#include "data/parquet_thrift.h"

#include <string.h>

/* ---- reading ---- */

void pg_thrift_start(pg_thrift_reader *reader, const void *data, size_t size)
{
    *reader = (pg_thrift_reader){ .p = data, .end = (const uint8_t *)data + size };
}

void pg_thrift_fail(pg_thrift_reader *reader, const char *why)
{
    if (!reader->why)
        reader->why = why;
    reader->p = reader->end;
}

static void ended(pg_thrift_reader *reader)
{
    if (!reader->why)
        reader->short_ = true;
    pg_thrift_fail(reader, "it ends too soon");
}

static size_t left(const pg_thrift_reader *reader)
{
    return (size_t)(reader->end - reader->p);
}

static uint8_t byte(pg_thrift_reader *reader)
{
    if (reader->p == reader->end) {
        ended(reader);
        return 0;
    }
    return *reader->p++;
}

static uint64_t varint(pg_thrift_reader *reader)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        uint8_t b = byte(reader);
        if (shift == 63 && b > 1)
            break;
        value |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return value;
    }
    pg_thrift_fail(reader, "a number has more than 64 bits");
    return 0;
}

bool pg_thrift_next(pg_thrift_reader *reader, pg_thrift_field *field)
{
    uint8_t head = byte(reader);
    if (reader->why || head == 0)
        return false;
    int delta = head >> 4;
    int64_t id = delta ? field->id + delta : pg_unzigzag(varint(reader));
    field->type = head & 0x0f;
    if (field->type == 0 || field->type > PG_THRIFT_UUID || id < INT16_MIN || id > INT16_MAX)
        pg_thrift_fail(reader, "a field has a number or type that does not exist");
    field->id = (int)(reader->why ? 0 : id);
    return !reader->why;
}

int64_t pg_thrift_integer(pg_thrift_reader *reader, int type)
{
    if (type == PG_THRIFT_I8)
        return (int8_t)byte(reader);
    if (type != PG_THRIFT_I16 && type != PG_THRIFT_I32 && type != PG_THRIFT_I64)
        pg_thrift_fail(reader, "a field that is a number has another type");
    return reader->why ? 0 : pg_unzigzag(varint(reader));
}

int32_t pg_thrift_i32(pg_thrift_reader *reader, int type)
{
    int64_t value = pg_thrift_integer(reader, type);
    if (value < INT32_MIN || value > INT32_MAX) {
        pg_thrift_fail(reader, "a number has more than 32 bits");
        return 0;
    }
    return (int32_t)value;
}

bool pg_thrift_bool(pg_thrift_reader *reader, int type)
{
    if (type != PG_THRIFT_TRUE && type != PG_THRIFT_FALSE)
        pg_thrift_fail(reader, "a field that is true or false has another type");
    return type == PG_THRIFT_TRUE;
}

pg_parquet_bytes pg_thrift_binary(pg_thrift_reader *reader, int type)
{
    if (type != PG_THRIFT_BINARY)
        pg_thrift_fail(reader, "a field that is text has another type");
    uint64_t size = reader->why ? 0 : varint(reader);
    if (size > left(reader)) {
        ended(reader);
        size = 0;
    }
    pg_parquet_bytes bytes = { reader->p, (size_t)size };
    reader->p += size;
    return bytes;
}

bool pg_thrift_struct(pg_thrift_reader *reader, int type)
{
    if (type != PG_THRIFT_STRUCT)
        pg_thrift_fail(reader, "a field that is a struct has another type");
    return !reader->why;
}

size_t pg_thrift_list(pg_thrift_reader *reader, int type, int *element)
{
    *element = 0;
    if (type != PG_THRIFT_LIST && type != PG_THRIFT_SET)
        pg_thrift_fail(reader, "a field that is a list has another type");
    uint8_t head = byte(reader);
    uint64_t n = head >> 4;
    if (n == 15)
        n = varint(reader);
    if (n > left(reader)) {
        ended(reader); /* every element takes a byte or more */
        return 0;
    }
    *element = head & 0x0f;
    return reader->why ? 0 : (size_t)n;
}

static void skip_bytes(pg_thrift_reader *reader, uint64_t n)
{
    if (n > left(reader))
        ended(reader);
    else
        reader->p += n;
}

static void skip(pg_thrift_reader *reader, int type, bool element, int depth);

static void skip_struct(pg_thrift_reader *reader, int depth)
{
    pg_thrift_field field = { 0 };
    while (pg_thrift_next(reader, &field))
        skip(reader, field.type, false, depth);
}

static void skip_list(pg_thrift_reader *reader, int type, int depth)
{
    int element;
    size_t n = pg_thrift_list(reader, type, &element);
    for (size_t i = 0; i < n && !reader->why; i++)
        skip(reader, element, true, depth);
}

static void skip_map(pg_thrift_reader *reader, int depth)
{
    uint64_t n = varint(reader);
    if (n == 0 || reader->why)
        return;
    uint8_t types = byte(reader);
    for (uint64_t i = 0; i < n && !reader->why; i++) {
        skip(reader, types >> 4, true, depth);
        skip(reader, types & 0x0f, true, depth);
    }
}

static void skip(pg_thrift_reader *reader, int type, bool element, int depth)
{
    if (depth >= PG_THRIFT_DEPTH) {
        pg_thrift_fail(reader, "its structs are nested too deeply");
        return;
    }
    switch (type) {
    case PG_THRIFT_TRUE:
    case PG_THRIFT_FALSE: skip_bytes(reader, element ? 1 : 0); break;
    case PG_THRIFT_I8: skip_bytes(reader, 1); break;
    case PG_THRIFT_I16:
    case PG_THRIFT_I32:
    case PG_THRIFT_I64: varint(reader); break;
    case PG_THRIFT_DOUBLE: skip_bytes(reader, 8); break;
    case PG_THRIFT_BINARY: skip_bytes(reader, varint(reader)); break;
    case PG_THRIFT_LIST:
    case PG_THRIFT_SET: skip_list(reader, type, depth + 1); break;
    case PG_THRIFT_MAP: skip_map(reader, depth + 1); break;
    case PG_THRIFT_STRUCT: skip_struct(reader, depth + 1); break;
    case PG_THRIFT_UUID: skip_bytes(reader, 16); break;
    default: pg_thrift_fail(reader, "a value has a type that does not exist");
    }
}

void pg_thrift_skip(pg_thrift_reader *reader, int type)
{
    skip(reader, type, false, 0);
}

/* ---- writing ---- */

void pg_thrift_begin(pg_thrift_writer *writer, pg_parquet_buffer *out)
{
    *writer = (pg_thrift_writer){ .out = out };
}

static void put_field(pg_thrift_writer *writer, int id, pg_thrift_type type)
{
    int *last = &writer->last[writer->depth];
    int delta = id - *last;
    if (delta > 0 && delta < 16) {
        pg_parquet_buffer_add_byte(writer->out, (uint8_t)(delta << 4 | type));
    } else {
        pg_parquet_buffer_add_byte(writer->out, (uint8_t)type);
        pg_parquet_buffer_add_varint(writer->out, pg_zigzag(id));
    }
    *last = id;
}

void pg_thrift_put_bool(pg_thrift_writer *writer, int id, bool value)
{
    put_field(writer, id, value ? PG_THRIFT_TRUE : PG_THRIFT_FALSE);
}

void pg_thrift_put_i8(pg_thrift_writer *writer, int id, int8_t value)
{
    put_field(writer, id, PG_THRIFT_I8);
    pg_parquet_buffer_add_byte(writer->out, (uint8_t)value);
}

static void put_number(pg_thrift_writer *writer, int id, pg_thrift_type type, int64_t value)
{
    put_field(writer, id, type);
    pg_parquet_buffer_add_varint(writer->out, pg_zigzag(value));
}

void pg_thrift_put_i16(pg_thrift_writer *writer, int id, int16_t value)
{
    put_number(writer, id, PG_THRIFT_I16, value);
}

void pg_thrift_put_i32(pg_thrift_writer *writer, int id, int32_t value)
{
    put_number(writer, id, PG_THRIFT_I32, value);
}

void pg_thrift_put_i64(pg_thrift_writer *writer, int id, int64_t value)
{
    put_number(writer, id, PG_THRIFT_I64, value);
}

static void put_bytes(pg_thrift_writer *writer, const void *data, size_t size)
{
    pg_parquet_buffer_add_varint(writer->out, size);
    pg_parquet_buffer_add(writer->out, data, size);
}

void pg_thrift_put_binary(pg_thrift_writer *writer, int id, const void *data, size_t size)
{
    put_field(writer, id, PG_THRIFT_BINARY);
    put_bytes(writer, data, size);
}

void pg_thrift_put_text(pg_thrift_writer *writer, int id, const char *text)
{
    pg_thrift_put_binary(writer, id, text, strlen(text));
}

void pg_thrift_open(pg_thrift_writer *writer, int id)
{
    if (id > 0)
        put_field(writer, id, PG_THRIFT_STRUCT);
    PG_ASSERT(writer->depth + 1 < PG_THRIFT_DEPTH);
    writer->last[++writer->depth] = 0;
}

void pg_thrift_close(pg_thrift_writer *writer)
{
    pg_parquet_buffer_add_byte(writer->out, 0);
    if (writer->depth > 0)
        writer->depth--;
}

void pg_thrift_put_empty(pg_thrift_writer *writer, int id)
{
    pg_thrift_open(writer, id);
    pg_thrift_close(writer);
}

void pg_thrift_put_list(pg_thrift_writer *writer, int id, pg_thrift_type element, size_t n)
{
    put_field(writer, id, PG_THRIFT_LIST);
    if (n < 15) {
        pg_parquet_buffer_add_byte(writer->out, (uint8_t)(n << 4 | element));
    } else {
        pg_parquet_buffer_add_byte(writer->out, (uint8_t)(0xf0 | element));
        pg_parquet_buffer_add_varint(writer->out, n);
    }
}

void pg_thrift_element_i32(pg_thrift_writer *writer, int32_t value)
{
    pg_parquet_buffer_add_varint(writer->out, pg_zigzag(value));
}

void pg_thrift_element_text(pg_thrift_writer *writer, const char *text)
{
    put_bytes(writer, text, strlen(text));
}

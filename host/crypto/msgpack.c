#include "crypto/msgpack.h"

#include <string.h>

/* A leading byte and `width` big-endian bytes of value. */
static void put(pg_text *out, uint8_t lead, uint64_t value, int width)
{
    char bytes[9] = { (char)lead };

    for (int i = 0; i < width; i++)
        bytes[1 + i] = (char)(value >> 8 * (width - 1 - i));
    pg_text_add(out, bytes, (size_t)width + 1);
}

void pg_msgpack_map(pg_text *out, uint32_t count)
{
    if (count < 16)
        put(out, (uint8_t)(0x80 | count), 0, 0);
    else if (count <= UINT16_MAX)
        put(out, 0xde, count, 2);
    else
        put(out, 0xdf, count, 4);
}

void pg_msgpack_array(pg_text *out, uint32_t count)
{
    if (count < 16)
        put(out, (uint8_t)(0x90 | count), 0, 0);
    else if (count <= UINT16_MAX)
        put(out, 0xdc, count, 2);
    else
        put(out, 0xdd, count, 4);
}

void pg_msgpack_string(pg_text *out, const char *data, size_t size)
{
    if (size < 32)
        put(out, (uint8_t)(0xa0 | size), 0, 0);
    else if (size <= UINT8_MAX)
        put(out, 0xd9, size, 1);
    else if (size <= UINT16_MAX)
        put(out, 0xda, size, 2);
    else
        put(out, 0xdb, size, 4);
    pg_text_add(out, data, size);
}

void pg_msgpack_binary(pg_text *out, const void *data, size_t size)
{
    if (size <= UINT8_MAX)
        put(out, 0xc4, size, 1);
    else if (size <= UINT16_MAX)
        put(out, 0xc5, size, 2);
    else
        put(out, 0xc6, size, 4);
    pg_text_add(out, data, size);
}

void pg_msgpack_uint(pg_text *out, uint64_t value)
{
    if (value < 128)
        put(out, (uint8_t)value, 0, 0);
    else if (value <= UINT8_MAX)
        put(out, 0xcc, value, 1);
    else if (value <= UINT16_MAX)
        put(out, 0xcd, value, 2);
    else if (value <= UINT32_MAX)
        put(out, 0xce, value, 4);
    else
        put(out, 0xcf, value, 8);
}

void pg_msgpack_int(pg_text *out, int64_t value)
{
    if (value >= 0)
        pg_msgpack_uint(out, (uint64_t)value);
    else if (value >= -32)
        put(out, (uint8_t)value, 0, 0);
    else if (value >= INT8_MIN)
        put(out, 0xd0, (uint64_t)value, 1);
    else if (value >= INT16_MIN)
        put(out, 0xd1, (uint64_t)value, 2);
    else if (value >= INT32_MIN)
        put(out, 0xd2, (uint64_t)value, 4);
    else
        put(out, 0xd3, (uint64_t)value, 8);
}

void pg_msgpack_bool(pg_text *out, bool value)
{
    put(out, value ? 0xc3 : 0xc2, 0, 0);
}

void pg_msgpack_nil(pg_text *out)
{
    put(out, 0xc0, 0, 0);
}

void pg_msgpack_double(pg_text *out, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    put(out, 0xcb, bits, 8);
}

/* ---- reading ---- */

static pg_status take(uint64_t *value, pg_msgpack_reader *reader, size_t width, pg_error *err)
{
    if ((size_t)(reader->end - reader->at) < width)
        return pg_fail(err, PG_ERR_PARSE, "the MessagePack document is cut off");
    *value = 0;
    for (size_t i = 0; i < width; i++)
        *value = *value << 8 | *reader->at++;
    return PG_OK;
}

static int64_t sign_extend(uint64_t value, size_t width)
{
    int shift = 64 - 8 * (int)width;
    return (int64_t)(value << shift) >> shift;
}

/* A value of `width` bytes behind its leading byte: integers and floats. */
static pg_status take_number(pg_msgpack_item *item, pg_msgpack_reader *reader, uint8_t lead, pg_error *err)
{
    size_t width = lead <= 0xcb ? (lead == 0xca ? 4 : 8) : (size_t)1 << ((lead - 0xcc) % 4);
    pg_status status = take(&item->number, reader, width, err);

    if (lead == 0xca) {
        float value;
        uint32_t bits = (uint32_t)item->number;
        memcpy(&value, &bits, sizeof value);
        item->real = (double)value;
        item->type = PG_MSGPACK_DOUBLE;
    } else if (lead == 0xcb) {
        memcpy(&item->real, &item->number, sizeof item->real);
        item->type = PG_MSGPACK_DOUBLE;
    } else if (lead <= 0xcf) {
        item->type = PG_MSGPACK_UINT;
    } else {
        int64_t value = sign_extend(item->number, width);
        item->number = (uint64_t)value;
        item->type = value < 0 ? PG_MSGPACK_INT : PG_MSGPACK_UINT;
    }
    return status;
}

/* The bytes or elements that a header announces must be able to follow: each takes a byte at least. */
static pg_status take_sized(pg_msgpack_item *item, pg_msgpack_reader *reader, pg_msgpack_type type, uint64_t size,
                            pg_error *err)
{
    uint64_t needed = type == PG_MSGPACK_MAP ? 2 * size : size;

    if (needed > (uint64_t)(reader->end - reader->at))
        return pg_fail(err, PG_ERR_PARSE, "the MessagePack document is cut off");
    item->type = type;
    item->size = (uint32_t)size;
    if (type == PG_MSGPACK_STRING || type == PG_MSGPACK_BINARY) {
        item->data = (const char *)reader->at;
        reader->at += size;
    }
    return PG_OK;
}

static pg_status take_header(pg_msgpack_item *item, pg_msgpack_reader *reader, pg_msgpack_type type, size_t width,
                             pg_error *err)
{
    uint64_t size = 0;
    pg_status status = take(&size, reader, width, err);

    return status == PG_OK ? take_sized(item, reader, type, size, err) : status;
}

pg_status pg_msgpack_next(pg_msgpack_item *item, pg_msgpack_reader *reader, pg_error *err)
{
    *item = (pg_msgpack_item){ 0 };
    if (reader->at == reader->end)
        return pg_fail(err, PG_ERR_PARSE, "the MessagePack document is cut off");
    uint8_t lead = *reader->at++;
    if (lead < 0x80 || lead >= 0xe0) {
        item->type = lead < 0x80 ? PG_MSGPACK_UINT : PG_MSGPACK_INT;
        item->number = (uint64_t)(int64_t)(int8_t)lead;
        return PG_OK;
    }
    if (lead < 0x90)
        return take_sized(item, reader, PG_MSGPACK_MAP, lead & 15, err);
    if (lead < 0xa0)
        return take_sized(item, reader, PG_MSGPACK_ARRAY, lead & 15, err);
    if (lead < 0xc0)
        return take_sized(item, reader, PG_MSGPACK_STRING, lead & 31, err);
    switch (lead) {
    case 0xc0: return PG_OK;
    case 0xc2:
    case 0xc3:
        item->type = PG_MSGPACK_BOOL;
        item->number = lead & 1;
        return PG_OK;
    case 0xc4:
    case 0xc5:
    case 0xc6: return take_header(item, reader, PG_MSGPACK_BINARY, (size_t)1 << (lead - 0xc4), err);
    case 0xd9:
    case 0xda:
    case 0xdb: return take_header(item, reader, PG_MSGPACK_STRING, (size_t)1 << (lead - 0xd9), err);
    case 0xdc:
    case 0xdd: return take_header(item, reader, PG_MSGPACK_ARRAY, (size_t)2 << (lead - 0xdc), err);
    case 0xde:
    case 0xdf: return take_header(item, reader, PG_MSGPACK_MAP, (size_t)2 << (lead - 0xde), err);
    }
    if (lead >= 0xca && lead <= 0xd3)
        return take_number(item, reader, lead, err);
    return pg_fail(err, PG_ERR_PARSE, "byte 0x%02x begins no MessagePack value that is known here", lead);
}

/* JSON text to MessagePack and back, without a tree between them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "crypto/msgpack.h"

enum { MAX_MEMBERS = 4096 }; /* of an object: the search for repeated ones is quadratic */

bool pg_msgpack_is_utf8(const char *data, size_t size)
{
    const unsigned char *p = (const unsigned char *)data, *end = p + size;

    while (p < end) {
        unsigned char c = *p++;
        int more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : -1;
        if (more < 0 || end - p < more)
            return false;
        /* Overlong forms, surrogates and what is above U+10FFFF show in the second byte. */
        if ((c == 0xe0 && *p < 0xa0) || (c == 0xed && *p > 0x9f) || (c == 0xf0 && *p < 0x90) ||
            (c == 0xf4 && *p > 0x8f))
            return false;
        for (; more > 0; more--)
            if ((*p++ & 0xc0) != 0x80)
                return false;
    }
    return true;
}

void pg_msgpack_quote(pg_text *out, const char *data, size_t size)
{
    static const char plain[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
    size_t start = 0;

    pg_text_add(out, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        pg_text_add(out, data + start, i - start);
        const char *known = c ? strchr(plain, c) : NULL;
        if (known)
            pg_text_print(out, "\\%c", letters[known - plain]);
        else
            pg_text_print(out, "\\u%04x", c);
        start = i + 1;
    }
    pg_text_add(out, data + start, size - start);
    pg_text_add(out, "\"", 1);
}

/* ---- from JSON ---- */

typedef struct {
    const char *text, *at, *end;
    pg_text *out;
    pg_error *err;
} parser;

static pg_status wrong(const parser *p, const char *what)
{
    return pg_fail(p->err, PG_ERR_PARSE, "byte %zu of the JSON text: %s", (size_t)(p->at - p->text) + 1, what);
}

static void skip_blanks(parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

static bool accept(parser *p, char c)
{
    skip_blanks(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

/* Four digits behind "\u"; -1 when they are not there. */
static int32_t take_unit(parser *p)
{
    int32_t unit = 0;

    if (p->end - p->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = pg_hex_digit(*p->at++);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static void add_code_point(pg_text *out, uint32_t c)
{
    char bytes[4];
    size_t n;

    if (c < 0x80) {
        bytes[0] = (char)c;
        n = 1;
    } else if (c < 0x800) {
        bytes[0] = (char)(0xc0 | c >> 6);
        bytes[1] = (char)(0x80 | (c & 63));
        n = 2;
    } else if (c < 0x10000) {
        bytes[0] = (char)(0xe0 | c >> 12);
        bytes[1] = (char)(0x80 | (c >> 6 & 63));
        bytes[2] = (char)(0x80 | (c & 63));
        n = 3;
    } else {
        bytes[0] = (char)(0xf0 | c >> 18);
        bytes[1] = (char)(0x80 | (c >> 12 & 63));
        bytes[2] = (char)(0x80 | (c >> 6 & 63));
        bytes[3] = (char)(0x80 | (c & 63));
        n = 4;
    }
    pg_text_add(out, bytes, n);
}

static pg_status take_escape(parser *p, pg_text *string)
{
    static const char letters[] = "btnfr\"\\/", plain[] = "\b\t\n\f\r\"\\/";

    if (p->at == p->end)
        return wrong(p, "the text ends inside a string");
    char c = *p->at++;
    const char *known = c ? strchr(letters, c) : NULL;
    if (known) {
        pg_text_add(string, &plain[known - letters], 1);
        return PG_OK;
    }
    int32_t unit = c == 'u' ? take_unit(p) : -1;
    if (unit >= 0xd800 && unit < 0xdc00) {
        int32_t low = p->end - p->at >= 6 && p->at[0] == '\\' && p->at[1] == 'u' ? (p->at += 2, take_unit(p)) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return wrong(p, "half of a surrogate pair");
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    } else if (unit < 0 || (unit >= 0xdc00 && unit < 0xe000)) {
        return wrong(p, "no such escape");
    }
    add_code_point(string, (uint32_t)unit);
    return PG_OK;
}

/* Behind the opening quote. */
static pg_status take_string(parser *p)
{
    pg_text string = { 0 };
    pg_status status = PG_OK;

    while (status == PG_OK && p->at < p->end && *p->at != '"') {
        const char *start = p->at;
        while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (unsigned char)*p->at >= 0x20)
            p->at++;
        pg_text_add(&string, start, (size_t)(p->at - start));
        if (p->at < p->end && *p->at == '\\') {
            p->at++;
            status = take_escape(p, &string);
        } else if (p->at < p->end && *p->at != '"') {
            status = wrong(p, "a control character inside a string");
        }
    }
    if (status == PG_OK && p->at == p->end)
        status = wrong(p, "the text ends inside a string");
    if (status == PG_OK && !pg_msgpack_is_utf8(string.data ? string.data : "", string.length))
        status = wrong(p, "the string before this is no UTF-8");
    if (status == PG_OK) {
        p->at++;
        pg_msgpack_string(p->out, string.data ? string.data : "", string.length);
        status = pg_text_check(&string, p->err);
    }
    pg_text_free(&string);
    return status;
}

static bool is_digit(const parser *p)
{
    return p->at < p->end && *p->at >= '0' && *p->at <= '9';
}

static bool skip_digits(parser *p)
{
    if (!is_digit(p))
        return false;
    while (is_digit(p))
        p->at++;
    return true;
}

static pg_status put_integer(parser *p, const char *start)
{
    bool negative = *start == '-';
    uint64_t value = 0;

    for (const char *c = start + negative; c < p->at; c++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value))
            return pg_fail(p->err, PG_ERR_RANGE, "the integer %.*s does not fit 64 bits", (int)(p->at - start), start);
    if (!negative)
        pg_msgpack_uint(p->out, value);
    else if (value <= (uint64_t)INT64_MAX + 1)
        pg_msgpack_int(p->out, (int64_t)(0 - value));
    else
        return pg_fail(p->err, PG_ERR_RANGE, "the integer %.*s does not fit 64 bits", (int)(p->at - start), start);
    return PG_OK;
}

static pg_status take_number(parser *p)
{
    const char *start = p->at;
    bool integer = true;
    char digits[64];

    p->at += *p->at == '-';
    if (is_digit(p) && *p->at == '0')
        p->at++;
    else if (!skip_digits(p))
        return wrong(p, "no value");
    if (p->at < p->end && *p->at == '.') {
        integer = false;
        p->at++;
        if (!skip_digits(p))
            return wrong(p, "no digits behind the point");
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        integer = false;
        p->at++;
        p->at += p->at < p->end && (*p->at == '+' || *p->at == '-');
        if (!skip_digits(p))
            return wrong(p, "no digits in the exponent");
    }
    if (integer)
        return put_integer(p, start);
    size_t length = (size_t)(p->at - start);
    if (length >= sizeof digits)
        return pg_fail(p->err, PG_ERR_RANGE, "a number of %zu characters", length);
    memcpy(digits, start, length);
    digits[length] = '\0';
    double value = strtod(digits, NULL);
    if (!isfinite(value))
        return pg_fail(p->err, PG_ERR_RANGE, "the number %s is too large", digits);
    pg_msgpack_double(p->out, value);
    return PG_OK;
}

static pg_status take_literal(parser *p)
{
    size_t left = (size_t)(p->end - p->at);

    if (left >= 4 && memcmp(p->at, "true", 4) == 0) {
        pg_msgpack_bool(p->out, true);
        p->at += 4;
    } else if (left >= 5 && memcmp(p->at, "false", 5) == 0) {
        pg_msgpack_bool(p->out, false);
        p->at += 5;
    } else if (left >= 4 && memcmp(p->at, "null", 4) == 0) {
        pg_msgpack_nil(p->out);
        p->at += 4;
    } else {
        return wrong(p, "no value");
    }
    return PG_OK;
}

/* Puts a header, whose size depends on the count, before what stands from `start` on. */
static pg_status insert_header(pg_text *out, size_t start, uint32_t count, bool map, pg_error *err)
{
    size_t body = out->length - start, size;
    char header[8];

    map ? pg_msgpack_map(out, count) : pg_msgpack_array(out, count);
    if (pg_text_check(out, err) != PG_OK)
        return PG_ERR_MEMORY;
    size = out->length - start - body;
    memcpy(header, out->data + start + body, size);
    memmove(out->data + start + size, out->data + start, body);
    memcpy(out->data + start, header, size);
    return PG_OK;
}

/* Whether the key that ends the output is already among the pairs from `start` on. */
static bool is_repeated(const pg_text *out, size_t start, size_t key, uint32_t count)
{
    pg_msgpack_reader reader = { (const uint8_t *)out->data + start, (const uint8_t *)out->data + key };
    size_t size = out->length - key;

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = reader.at;
        pg_msgpack_item item;
        uint64_t left = 1;
        pg_msgpack_next(&item, &reader, NULL);
        if ((size_t)(reader.at - at) == size && memcmp(at, out->data + key, size) == 0)
            return true;
        for (; left > 0; left--) {
            pg_msgpack_next(&item, &reader, NULL);
            left += item.type == PG_MSGPACK_ARRAY ? item.size : item.type == PG_MSGPACK_MAP ? 2ull * item.size : 0;
        }
    }
    return false;
}

static pg_status take_value(parser *p, int depth);

static pg_status take_key(parser *p, size_t start, uint32_t count)
{
    size_t key = p->out->length;

    if (count >= MAX_MEMBERS)
        return pg_fail(p->err, PG_ERR_RANGE, "a JSON object of more than %d members", MAX_MEMBERS);
    if (!accept(p, '"'))
        return wrong(p, "no name of a member");
    pg_status status = take_string(p);
    if (status != PG_OK || (status = pg_text_check(p->out, p->err)) != PG_OK)
        return status;
    if (is_repeated(p->out, start, key, count))
        return wrong(p, "the member before this is given twice");
    return accept(p, ':') ? PG_OK : wrong(p, "no colon");
}

/* Behind the opening bracket. */
static pg_status take_container(parser *p, char closing, int depth)
{
    bool map = closing == '}';
    size_t start = p->out->length;
    uint32_t count = 0;

    if (depth >= PG_MSGPACK_DEPTH)
        return pg_fail(p->err, PG_ERR_RANGE, "JSON text is nested deeper than %d", PG_MSGPACK_DEPTH);
    if (!accept(p, closing)) {
        do {
            pg_status status = map ? take_key(p, start, count) : PG_OK;
            if (status == PG_OK)
                status = take_value(p, depth + 1);
            if (status != PG_OK)
                return status;
            count++;
        } while (accept(p, ','));
        if (!accept(p, closing))
            return wrong(p, map ? "no comma or closing brace" : "no comma or closing bracket");
    }
    return insert_header(p->out, start, count, map, p->err);
}

static pg_status take_value(parser *p, int depth)
{
    if (accept(p, '{'))
        return take_container(p, '}', depth);
    if (accept(p, '['))
        return take_container(p, ']', depth);
    if (accept(p, '"'))
        return take_string(p);
    if (p->at < p->end && (*p->at == '-' || is_digit(p)))
        return take_number(p);
    return take_literal(p);
}

pg_status pg_msgpack_from_json(pg_text *out, const char *text, size_t size, pg_error *err)
{
    parser p = { text, text, text + size, out, err };
    pg_status status = take_value(&p, 0);

    if (status != PG_OK)
        return status;
    skip_blanks(&p);
    if (p.at != p.end)
        return wrong(&p, "something follows the document");
    return pg_text_check(out, err);
}

/* ---- to JSON ---- */

static pg_status put_value(pg_text *out, pg_msgpack_reader *reader, int depth, pg_error *err);

static pg_status put_string(pg_text *out, const pg_msgpack_item *item, pg_error *err)
{
    if (!pg_msgpack_is_utf8(item->data, item->size))
        return pg_fail(err, PG_ERR_PARSE, "a MessagePack string is no UTF-8");
    pg_msgpack_quote(out, item->data, item->size);
    return PG_OK;
}

static pg_status put_container(pg_text *out, pg_msgpack_reader *reader, const pg_msgpack_item *item, int depth,
                               pg_error *err)
{
    bool map = item->type == PG_MSGPACK_MAP;
    pg_status status = PG_OK;

    if (depth >= PG_MSGPACK_DEPTH)
        return pg_fail(err, PG_ERR_RANGE, "MessagePack is nested deeper than %d", PG_MSGPACK_DEPTH);
    pg_text_add(out, map ? "{" : "[", 1);
    for (uint32_t i = 0; i < item->size && status == PG_OK; i++) {
        pg_msgpack_item key;
        if (i)
            pg_text_add(out, ",", 1);
        if (map) {
            status = pg_msgpack_next(&key, reader, err);
            if (status == PG_OK && key.type != PG_MSGPACK_STRING)
                status = pg_fail(err, PG_ERR_PARSE, "a key of a MessagePack map is no string");
            if (status == PG_OK)
                status = put_string(out, &key, err);
            pg_text_add(out, ":", 1);
        }
        if (status == PG_OK)
            status = put_value(out, reader, depth + 1, err);
    }
    pg_text_add(out, map ? "}" : "]", 1);
    return status;
}

static pg_status put_value(pg_text *out, pg_msgpack_reader *reader, int depth, pg_error *err)
{
    pg_msgpack_item item;
    char digits[40];
    pg_status status = pg_msgpack_next(&item, reader, err);

    if (status != PG_OK)
        return status;
    switch (item.type) {
    case PG_MSGPACK_NIL: pg_text_add(out, "null", 4); break;
    case PG_MSGPACK_BOOL: pg_text_print(out, "%s", item.number ? "true" : "false"); break;
    case PG_MSGPACK_UINT: pg_text_print(out, "%llu", (unsigned long long)item.number); break;
    case PG_MSGPACK_INT: pg_text_print(out, "%lld", (long long)(int64_t)item.number); break;
    case PG_MSGPACK_DOUBLE:
        if (!isfinite(item.real))
            return pg_fail(err, PG_ERR_UNSUPPORTED, "a MessagePack float is not finite");
        pg_double_format(digits, sizeof digits, item.real);
        /* A whole number keeps a point: it is to be read back as a float. */
        pg_text_print(out, "%s%s", digits, strpbrk(digits, ".e") ? "" : ".0");
        break;
    case PG_MSGPACK_STRING: return put_string(out, &item, err);
    case PG_MSGPACK_BINARY: return pg_fail(err, PG_ERR_UNSUPPORTED, "JSON has no form for MessagePack binary");
    case PG_MSGPACK_ARRAY:
    case PG_MSGPACK_MAP: return put_container(out, reader, &item, depth, err);
    }
    return PG_OK;
}

pg_status pg_msgpack_to_json(pg_text *out, const void *data, size_t size, pg_error *err)
{
    pg_msgpack_reader reader = { data, (const uint8_t *)data + size };
    pg_status status = put_value(out, &reader, 0, err);

    if (status != PG_OK)
        return status;
    if (reader.at != reader.end)
        return pg_fail(err, PG_ERR_PARSE, "something follows the MessagePack document");
    return pg_text_check(out, err);
}

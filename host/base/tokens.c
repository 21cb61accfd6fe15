#include "base/tokens.h"

#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_STRICT
#include <jsmn.h>

/* One member and nothing else, so that a list of them is one of jsmn's. */
struct pg_token {
    jsmntok_t t;
};

static const jsmntok_t *at(const pg_tokens *tokens, int token)
{
    return token >= 0 && token < tokens->count ? &tokens->list[token].t : NULL;
}

static bool is(const pg_tokens *tokens, int token, jsmntype_t type)
{
    const jsmntok_t *t = at(tokens, token);
    return t && t->type == type;
}

/* The token behind a value and all that is in it. */
static int after(const pg_tokens *tokens, int token)
{
    int end = tokens->list[token].t.end;
    do
        token++;
    while (token < tokens->count && tokens->list[token].t.start < end);
    return token;
}

/* jsmn takes members without values: names have one value each, values none. */
static bool is_sound(const pg_tokens *tokens)
{
    for (int i = 0; i < tokens->count; i++) {
        const jsmntok_t *t = &tokens->list[i].t;
        if (t->type == JSMN_PRIMITIVE && t->size != 0)
            return false;
        if (t->type != JSMN_OBJECT)
            continue;
        for (int k = i + 1, n = 0; n < t->size; n++) {
            if (k + 1 >= tokens->count || tokens->list[k].t.type != JSMN_STRING || tokens->list[k].t.size != 1)
                return false;
            k = after(tokens, k + 1);
        }
    }
    return tokens->count > 0;
}

pg_status pg_tokens_read(pg_tokens *tokens, const char *text, size_t size, int most, pg_error *err)
{
    jsmn_parser parser;
    *tokens = (pg_tokens){ .text = text };
    jsmn_init(&parser);
    int count = jsmn_parse(&parser, text, size, NULL, 0);
    if (count < 1 || count > most)
        return pg_fail(err, PG_ERR_PARSE, count > most ? "JSON of more than %d parts" : "no JSON", most);
    tokens->list = calloc((size_t)count, sizeof *tokens->list);
    if (!tokens->list)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for JSON of %d parts", count);
    jsmn_init(&parser);
    tokens->count = jsmn_parse(&parser, text, size, &tokens->list->t, (unsigned)count);
    if (is_sound(tokens))
        return PG_OK;
    pg_tokens_free(tokens);
    return pg_fail(err, PG_ERR_PARSE, "no JSON");
}

void pg_tokens_free(pg_tokens *tokens)
{
    free(tokens->list);
    *tokens = (pg_tokens){ 0 };
}

bool pg_tokens_is_object(const pg_tokens *tokens, int token)
{
    return is(tokens, token, JSMN_OBJECT);
}

bool pg_tokens_is_array(const pg_tokens *tokens, int token)
{
    return is(tokens, token, JSMN_ARRAY);
}

bool pg_tokens_is_string(const pg_tokens *tokens, int token)
{
    return is(tokens, token, JSMN_STRING);
}

bool pg_tokens_is_null(const pg_tokens *tokens, int token)
{
    return is(tokens, token, JSMN_PRIMITIVE) && tokens->text[tokens->list[token].t.start] == 'n';
}

int pg_tokens_size(const pg_tokens *tokens, int token)
{
    return is(tokens, token, JSMN_OBJECT) || is(tokens, token, JSMN_ARRAY) ? tokens->list[token].t.size : 0;
}

int pg_tokens_at(const pg_tokens *tokens, int token, int i)
{
    bool object = is(tokens, token, JSMN_OBJECT);
    if (i < 0 || i >= pg_tokens_size(tokens, token))
        return -1;
    for (token++; i > 0; i--)
        token = after(tokens, object ? token + 1 : token);
    return token;
}

int pg_tokens_member(const pg_tokens *tokens, int object, const char *name)
{
    int found = -1;
    size_t length = strlen(name);
    if (!is(tokens, object, JSMN_OBJECT))
        return -1;
    int token = object + 1;
    for (int i = 0; i < tokens->list[object].t.size; i++) {
        const jsmntok_t *t = &tokens->list[token].t;
        if ((size_t)(t->end - t->start) == length && memcmp(tokens->text + t->start, name, length) == 0)
            found = token + 1;
        token = after(tokens, token + 1);
    }
    return found;
}

bool pg_tokens_whole(const pg_tokens *tokens, int token, int64_t *value)
{
    const jsmntok_t *t = at(tokens, token);
    if (!t || t->type != JSMN_PRIMITIVE)
        return false;
    const char *digit = tokens->text + t->start, *end = tokens->text + t->end;
    bool negative = *digit == '-';
    digit += negative;
    if (digit == end || (*digit == '0' && digit + 1 < end))
        return false;
    uint64_t sum = 0, limit = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    for (; digit < end; digit++) {
        uint64_t d = (uint64_t)(*digit - '0');
        if (*digit < '0' || *digit > '9' || sum > (limit - d) / 10)
            return false;
        sum = 10 * sum + d;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

/* Four hexadecimal digits; -1. */
static int hex4(const char *text, const char *end)
{
    int value = 0;
    if (end - text < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Writes a code point below 2^16 as UTF-8; returns how many bytes. */
static size_t put_utf8(char out[3], int code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

bool pg_tokens_string(const pg_tokens *tokens, int token, char *out, size_t size)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const jsmntok_t *t = at(tokens, token);
    if (!t || t->type != JSMN_STRING)
        return false;
    const char *c = tokens->text + t->start, *end = tokens->text + t->end;
    size_t length = 0;
    while (c < end) {
        char bytes[3] = { *c++ };
        size_t n = 1;
        if (bytes[0] == '\\' && c < end && *c == 'u') {
            int code = hex4(c + 1, end);
            if (code < 0 || (code >= 0xd800 && code < 0xe000)) /* pairs are not needed anywhere */
                return false;
            n = put_utf8(bytes, code);
            c += 5;
        } else if (bytes[0] == '\\') {
            const char *name = c < end && *c ? strchr(names, *c) : NULL;
            if (!name)
                return false;
            bytes[0] = values[name - names];
            c++;
        }
        if (bytes[0] == '\0' || length + n >= size)
            return false;
        memcpy(out + length, bytes, n);
        length += n;
    }
    out[length] = '\0';
    return size > 0;
}

const char *pg_tokens_text(const pg_tokens *tokens, int token, size_t *size)
{
    const jsmntok_t *t = at(tokens, token);
    *size = t ? (size_t)(t->end - t->start) : 0;
    return t ? tokens->text + t->start : "";
}

#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pg_text_free(pg_text *text)
{
    free(text->data);
    *text = (pg_text){ 0 };
}

static bool reserve(pg_text *text, size_t more)
{
    if (text->failed)
        return false;
    if (text->length + more + 1 <= text->capacity)
        return true;
    size_t capacity = 2 * (text->length + more + 64);
    char *grown = realloc(text->data, capacity);
    if (!grown) {
        text->failed = true;
        return false;
    }
    text->data = grown;
    text->capacity = capacity;
    return true;
}

void pg_text_add(pg_text *text, const char *data, size_t length)
{
    if (!reserve(text, length))
        return;
    memcpy(text->data + text->length, data, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void pg_text_put(pg_text *text, const char *literal)
{
    pg_text_add(text, literal, strlen(literal));
}

void pg_text_clear(pg_text *text)
{
    text->length = 0;
    text->comma = false;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

void pg_text_print(pg_text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0 && reserve(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

pg_status pg_text_check(const pg_text *text, pg_error *err)
{
    return text->failed ? pg_fail(err, PG_ERR_MEMORY, "no memory for a text of %zu bytes", text->length) : PG_OK;
}

/* ---- JSON ---- */

static void put_escaped(pg_text *text, const char *value)
{
    pg_text_add(text, "\"", 1);
    for (const char *c = value; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\')
            pg_text_print(text, "\\%c", byte);
        else if (byte < 0x20 || (byte == '<' && c[1] == '/') || (byte == '<' && c[1] == '!'))
            pg_text_print(text, "\\u%04x", byte);
        else
            pg_text_add(text, c, 1);
    }
    pg_text_add(text, "\"", 1);
}

static void begin(pg_text *text, const char *key)
{
    if (text->comma)
        pg_text_add(text, ",", 1);
    text->comma = true;
    if (key) {
        put_escaped(text, key);
        pg_text_add(text, ":", 1);
    }
}

void pg_json_open(pg_text *text, const char *key, char bracket)
{
    begin(text, key);
    pg_text_add(text, &bracket, 1);
    text->comma = false;
}

void pg_json_close(pg_text *text, char bracket)
{
    pg_text_add(text, &bracket, 1);
    text->comma = true;
}

void pg_json_string(pg_text *text, const char *key, const char *value)
{
    begin(text, key);
    put_escaped(text, value);
}

char *pg_double_format(char *text, size_t size, double value)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, size, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}

void pg_json_number(pg_text *text, const char *key, double value)
{
    if (!isfinite(value)) {
        pg_json_null(text, key);
        return;
    }
    char digits[40];
    begin(text, key);
    pg_text_print(text, "%s", pg_double_format(digits, sizeof digits, value));
}

void pg_json_integer(pg_text *text, const char *key, int64_t value)
{
    begin(text, key);
    pg_text_print(text, "%lld", (long long)value);
}

void pg_json_unsigned(pg_text *text, const char *key, uint64_t value)
{
    begin(text, key);
    pg_text_print(text, "%llu", (unsigned long long)value);
}

void pg_json_raw(pg_text *text, const char *key, const char *json, size_t length)
{
    begin(text, key);
    pg_text_add(text, json, length);
}

void pg_json_bool(pg_text *text, const char *key, bool value)
{
    begin(text, key);
    pg_text_print(text, "%s", value ? "true" : "false");
}

void pg_json_null(pg_text *text, const char *key)
{
    begin(text, key);
    pg_text_print(text, "null");
}

char *pg_grouped_format(char *text, size_t size, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    size_t n = strlen(digits), out = 0;
    for (size_t i = 0; i < n && out + 1 < size; i++) {
        text[out++] = digits[i];
        if ((n - i - 1) % 3 == 0 && i + 1 < n && digits[i] != '-' && out + 1 < size)
            text[out++] = ',';
    }
    text[out] = '\0';
    return text;
}

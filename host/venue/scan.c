#include "venue/scan.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/decimal.h"
#include "crypto/hex.h"

void pg_scan_init(pg_scan *reader, const char *text, size_t size, pg_error *err)
{
    *reader = (pg_scan){ .at = text, .start = text, .end = text + size, .err = err };
}

bool pg_scan_wrong(pg_scan *reader, pg_status status, const char *format, ...)
{
    if (reader->failed)
        return false;
    char what[PG_ERROR_WHAT];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    reader->failed = true;
    pg_fail(reader->err, status, "%s", what);
    pg_error_where(reader->err, "byte %td of the message", reader->at - reader->start);
    return false;
}

/* ---- the grammar ---- */

static inline void blanks(pg_scan *r)
{
    while (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')
        r->at++;
}

static bool unexpected(pg_scan *r, const char *wanted)
{
    if (r->at >= r->end)
        return pg_scan_wrong(r, PG_ERR_PARSE, "the message ends where %s should be", wanted);
    return pg_scan_wrong(r, PG_ERR_PARSE, "there should be %s", wanted);
}

bool pg_scan_open(pg_scan *reader, char bracket)
{
    if (reader->failed)
        return false;
    blanks(reader);
    if (*reader->at != bracket)
        return unexpected(reader, bracket == '{' ? "an object" : "an array");
    if (++reader->depth > PG_SCAN_DEPTH)
        return pg_scan_wrong(reader, PG_ERR_RANGE, "nested more than %d deep", PG_SCAN_DEPTH);
    reader->at++;
    return true;
}

/* Before the next part of an object or array: false behind its end. */
static inline bool next_part(pg_scan *r, int *n, char end)
{
    if (r->failed)
        return false;
    blanks(r);
    if (*r->at == end) {
        r->at++;
        r->depth--;
        return false;
    }
    if ((*n)++ == 0)
        return true;
    if (*r->at != ',')
        return unexpected(r, end == '}' ? "a comma or '}'" : "a comma or ']'");
    r->at++;
    blanks(r);
    return true;
}

bool pg_scan_member(pg_scan *reader, int *n, pg_span *name)
{
    if (!next_part(reader, n, '}'))
        return false;
    if (!pg_scan_string(reader, name))
        return false;
    if (memchr(name->data, '\\', name->size))
        return pg_scan_wrong(reader, PG_ERR_PARSE, "the name of a member has escapes");
    blanks(reader);
    if (*reader->at != ':')
        return unexpected(reader, "a colon");
    reader->at++;
    return true;
}

bool pg_scan_element(pg_scan *reader, int *n)
{
    if (!next_part(reader, n, ']'))
        return false;
    if (*reader->at == ']') /* behind a comma */
        return unexpected(reader, "a value");
    return true;
}

char pg_scan_peek(pg_scan *reader)
{
    if (reader->failed)
        return '\0';
    blanks(reader);
    return *reader->at;
}

static bool literal(pg_scan *r, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
        return unexpected(r, "a value");
    r->at += length;
    return true;
}

bool pg_scan_is_null(pg_scan *reader)
{
    return pg_scan_peek(reader) == 'n' && literal(reader, "null");
}

/* Eight bytes at once: whether one of them is a quote, a backslash or a control character. */
static inline bool is_special(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
    return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((word - ones * 0x20) & ~word)) & highs;
}

/* Past an escape; the reader stands on its backslash. */
static bool escape(pg_scan *r)
{
    char c = r->at[1];
    if (c != 'u') {
        if (!c || !strchr("\"\\/bfnrt", c))
            return pg_scan_wrong(r, PG_ERR_PARSE, "an escape that is none");
        r->at += 2;
        return true;
    }
    for (int i = 2; i < 6; i++)
        if (pg_hex_digit(r->at[i]) < 0)
            return pg_scan_wrong(r, PG_ERR_PARSE, "an escape that is none");
    r->at += 6;
    return true;
}

bool pg_scan_string(pg_scan *reader, pg_span *text)
{
    if (pg_scan_peek(reader) != '"')
        return !reader->failed && unexpected(reader, "a string");
    text->data = ++reader->at;
    for (;;) {
        uint64_t word;
        while (reader->end - reader->at >= 8 && (memcpy(&word, reader->at, 8), !is_special(word)))
            reader->at += 8;
        unsigned char c = (unsigned char)*reader->at;
        if (c == '"')
            break;
        if (c == '\\') {
            if (!escape(reader))
                return false;
            continue;
        }
        if (c < 0x20)
            return unexpected(reader, "the end of a string");
        reader->at++;
    }
    text->size = (size_t)(reader->at - text->data);
    reader->at++;
    return true;
}

bool pg_scan_whole(pg_scan *reader, uint64_t *value)
{
    if (reader->failed)
        return false;
    blanks(reader);
    const char *p = reader->at;
    uint64_t v = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (v > (INT64_MAX - 9) / 10)
            return pg_scan_wrong(reader, PG_ERR_RANGE, "a number that is too large");
        v = v * 10 + (uint64_t)(*p - '0');
    }
    bool zero_first = *reader->at == '0' && p - reader->at > 1;
    if (p == reader->at || zero_first || *p == '.' || *p == 'e' || *p == 'E')
        return unexpected(reader, "a whole number");
    reader->at = p;
    *value = v;
    return true;
}

bool pg_scan_bool(pg_scan *reader, bool *value)
{
    char c = pg_scan_peek(reader);
    if (reader->failed)
        return false;
    if (c != 't' && c != 'f')
        return unexpected(reader, "true or false");
    *value = c == 't';
    return literal(reader, *value ? "true" : "false");
}

static bool digits(const char **p)
{
    const char *start = *p;
    while (**p >= '0' && **p <= '9')
        ++*p;
    return *p > start;
}

static bool skip_number(pg_scan *r)
{
    const char *p = r->at;
    if (*p == '-')
        p++;
    const char *whole = p;
    bool ok = digits(&p) && !(*whole == '0' && p - whole > 1);
    if (ok && *p == '.') {
        p++;
        ok = digits(&p);
    }
    if (ok && (*p == 'e' || *p == 'E')) {
        p++;
        if (*p == '+' || *p == '-')
            p++;
        ok = digits(&p);
    }
    if (!ok)
        return unexpected(r, "a value");
    r->at = p;
    return true;
}

bool pg_scan_skip(pg_scan *reader)
{
    pg_span span;
    int n = 0;
    switch (pg_scan_peek(reader)) {
    case '{':
        pg_scan_open(reader, '{');
        while (pg_scan_member(reader, &n, &span))
            pg_scan_skip(reader);
        return !reader->failed;
    case '[':
        pg_scan_open(reader, '[');
        while (pg_scan_element(reader, &n))
            pg_scan_skip(reader);
        return !reader->failed;
    case '"': return pg_scan_string(reader, &span);
    case 't': return literal(reader, "true");
    case 'f': return literal(reader, "false");
    case 'n': return literal(reader, "null");
    default: return !reader->failed && skip_number(reader);
    }
}

bool pg_scan_skip_from(pg_scan *reader, const char **place)
{
    pg_scan_peek(reader);
    *place = reader->at;
    return pg_scan_skip(reader);
}

bool pg_scan_finish(pg_scan *reader)
{
    if (reader->failed)
        return false;
    blanks(reader);
    if (reader->at != reader->end)
        return pg_scan_wrong(reader, PG_ERR_PARSE, "something follows the end of the message");
    return true;
}

/* ---- members ---- */

int pg_scan_which(pg_scan *reader, pg_span name, const char *const *names, int count, uint32_t *seen)
{
    for (int i = 0; i < count; i++)
        if (names[i][0] == *name.data && strncmp(names[i], name.data, name.size) == 0 && !names[i][name.size]) {
            if (*seen & 1u << i)
                pg_scan_wrong(reader, PG_ERR_PARSE, "%s is given twice", names[i]);
            *seen |= 1u << i;
            return i;
        }
    return -1;
}

bool pg_scan_need(pg_scan *reader, uint32_t seen, uint32_t needed, const char *const *names)
{
    uint32_t missing = needed & ~seen;
    if (missing)
        pg_scan_wrong(reader, PG_ERR_PARSE, "%s is missing", names[__builtin_ctz(missing)]);
    return !reader->failed;
}

bool pg_scan_units(pg_scan *reader, pg_span text, int decimals, const char *name, int64_t *value)
{
    if (reader->failed)
        return false;
    pg_status status = pg_decimal_parse(value, text.data, text.size, decimals);
    if (status != PG_OK)
        return pg_scan_wrong(reader, status,
                             status == PG_ERR_RANGE ? "%s '%.*s' has more than %d decimals or is too large"
                                                    : "%s '%.*s' is no decimal number (of %d decimals)",
                             name, (int)(text.size < 40 ? text.size : 40), text.data, decimals);
    if (*value < 0)
        return pg_scan_wrong(reader, PG_ERR_RANGE, "%s is negative", name);
    return true;
}

/* ---- texts ---- */

static unsigned code_unit(const char *p)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++)
        code = code << 4 | (unsigned)pg_hex_digit(p[i]);
    return code;
}

/* One character behind a backslash, at *p, as a byte; what is not ASCII is a question mark: words are for people. */
static char resolve(const char **p)
{
    char c = *(*p)++;
    if (c == 'u') {
        unsigned code = code_unit(*p);
        *p += 4;
        return code < 0x80 ? (char)code : '?';
    }
    return strchr("bfnrt", c) ? ' ' : c;
}

char *pg_scan_plain(char *out, size_t size, pg_span text)
{
    size_t n = 0;
    const char *p = text.size ? text.data : "", *end = p + text.size;
    while (p < end && n + 1 < size) {
        char c = *p++;
        if (c == '\\')
            c = resolve(&p);
        out[n++] = (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c;
    }
    while (n > 0 && p < end && ((unsigned char)out[n - 1] & 0x80)) /* not half a character at the cut */
        n--;
    out[n] = '\0';
    return out;
}

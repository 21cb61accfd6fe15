#include "script/probe.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    const char *text;
    size_t length;
    size_t at;
    int line;
    char *out;
    size_t used, capacity;
    int open_function; /* 1 after `function`, 2 within its parameter list */
    char before;       /* last significant character before the present token */
    pg_error *err;
} scanner;

static pg_status put(scanner *s, const char *text, size_t length)
{
    if (s->used + length + 1 > s->capacity) {
        size_t capacity = 2 * (s->used + length + 1);
        char *grown = realloc(s->out, capacity);
        if (!grown)
            return pg_fail(s->err, PG_ERR_MEMORY, "no memory to load %s", s->name);
        s->out = grown;
        s->capacity = capacity;
    }
    memcpy(s->out + s->used, text, length);
    s->used += length;
    s->out[s->used] = '\0';
    return PG_OK;
}

static pg_status put_probe(scanner *s)
{
    return put(s, " " PG_PROBE_NAME "(); ", strlen(PG_PROBE_NAME) + 5);
}

/* Copies text up to (not including) `end` and keeps count of lines. */
static pg_status copy_until(scanner *s, size_t end)
{
    for (size_t i = s->at; i < end; i++)
        s->line += s->text[i] == '\n';
    pg_status status = put(s, s->text + s->at, end - s->at);
    s->at = end;
    return status;
}

static pg_status unfinished(scanner *s, const char *what, int line)
{
    pg_status status = pg_fail(s->err, PG_ERR_PARSE, "%s is not finished", what);
    pg_error_where(s->err, "%s:%d", s->name, line);
    return status;
}

/* The level of a long bracket that opens at `at` ("[[": 0, "[=[": 1); -1 when there is none. */
static int long_bracket(const scanner *s, size_t at)
{
    size_t i = at + 1;
    int level = 0;
    while (i < s->length && s->text[i] == '=') {
        level++;
        i++;
    }
    return at < s->length && s->text[at] == '[' && i < s->length && s->text[i] == '[' ? level : -1;
}

static pg_status copy_long(scanner *s, size_t open, int level, const char *what)
{
    int line = s->line;
    for (size_t i = open + 2 + (size_t)level; i < s->length; i++) {
        if (s->text[i] != ']')
            continue;
        size_t k = i + 1;
        int seen = 0;
        while (k < s->length && s->text[k] == '=' && seen < level) {
            seen++;
            k++;
        }
        if (seen == level && k < s->length && s->text[k] == ']')
            return copy_until(s, k + 1);
    }
    return unfinished(s, what, line);
}

static pg_status copy_quoted(scanner *s)
{
    char quote = s->text[s->at];
    int line = s->line;
    for (size_t i = s->at + 1; i < s->length; i++) {
        if (s->text[i] == '\\')
            i++;
        else if (s->text[i] == quote)
            return copy_until(s, i + 1);
        else if (s->text[i] == '\n')
            break;
    }
    return unfinished(s, "a string", line);
}

static pg_status copy_comment(scanner *s)
{
    int level = long_bracket(s, s->at + 2);
    if (level >= 0)
        return copy_long(s, s->at + 2, level, "a comment");
    const char *end = memchr(s->text + s->at, '\n', s->length - s->at);
    return copy_until(s, end ? (size_t)(end - s->text) : s->length);
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word(const scanner *s, size_t end, const char *word)
{
    return end - s->at == strlen(word) && memcmp(s->text + s->at, word, end - s->at) == 0;
}

/* `goto` is a statement only when a name follows it and it is not a field's name. */
static bool is_goto(const scanner *s, size_t end)
{
    if (!is_word(s, end, "goto") || s->before == '.' || s->before == ':')
        return false;
    while (end < s->length && isspace((unsigned char)s->text[end]))
        end++;
    return end < s->length && is_name_char(s->text[end]) && !isdigit((unsigned char)s->text[end]);
}

static pg_status copy_word(scanner *s)
{
    size_t end = s->at;
    while (end < s->length && is_name_char(s->text[end]))
        end++;
    size_t prefix = strlen(PG_PROBE_PREFIX);
    if (end - s->at >= prefix && memcmp(s->text + s->at, PG_PROBE_PREFIX, prefix) == 0) {
        pg_status status = pg_fail(s->err, PG_ERR_INVALID, "names that begin with " PG_PROBE_PREFIX " are reserved");
        pg_error_where(s->err, "%s:%d", s->name, s->line);
        return status;
    }
    bool field = s->before == '.' || s->before == ':';
    bool opens = !field && (is_word(s, end, "do") || is_word(s, end, "repeat"));
    if (!field && is_word(s, end, "function"))
        s->open_function = 1;
    pg_status status = PG_OK;
    if (is_goto(s, end))
        status = put_probe(s);
    if (status == PG_OK)
        status = copy_until(s, end);
    if (status == PG_OK && opens)
        status = put_probe(s);
    s->before = 'a';
    return status;
}

/* Numbers are copied whole, so that the letters in them (0x10, 1e5) are no words. */
static pg_status copy_number(scanner *s)
{
    size_t end = s->at;
    while (end < s->length && (is_name_char(s->text[end]) || s->text[end] == '.'))
        end++;
    s->before = '0';
    return copy_until(s, end);
}

static pg_status copy_symbol(scanner *s)
{
    char c = s->text[s->at];
    bool ends_label = c == ':' && s->at > 0 && s->text[s->at - 1] == ':';
    pg_status status = copy_until(s, s->at + 1);
    if (!isspace((unsigned char)c))
        s->before = ends_label ? ';' : c; /* a name after `::` is no method's name */
    if (c == '(' && s->open_function == 1) {
        s->open_function = 2;
    } else if (c == ')' && s->open_function == 2) {
        s->open_function = 0;
        if (status == PG_OK)
            status = put_probe(s);
    }
    return status;
}

static pg_status copy_token(scanner *s)
{
    char c = s->text[s->at];
    char next = s->at + 1 < s->length ? s->text[s->at + 1] : '\0';
    if (c == '-' && next == '-')
        return copy_comment(s);
    if (c == '"' || c == '\'') {
        s->before = c;
        return copy_quoted(s);
    }
    if (c == '[' && long_bracket(s, s->at) >= 0) {
        s->before = c;
        return copy_long(s, s->at, long_bracket(s, s->at), "a long string");
    }
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)next)))
        return copy_number(s);
    return is_name_char(c) ? copy_word(s) : copy_symbol(s);
}

pg_status pg_probe_insert(char **out, size_t *out_length, const char *name, const char *text, size_t length,
                          pg_error *err)
{
    if (length > 0 && text[0] == '\x1b')
        return pg_fail(err, PG_ERR_INVALID, "%s is bytecode; only source text is loaded", name);
    scanner s = { .name = name, .text = text, .length = length, .line = 1, .err = err };
    pg_status status = put(&s, PG_PROBE_HEAD, strlen(PG_PROBE_HEAD));
    if (status == PG_OK && length > 0 && text[0] == '#') { /* a shell's first line */
        const char *end = memchr(text, '\n', length);
        s.at = end ? (size_t)(end - text) : length;
    }
    while (status == PG_OK && s.at < length)
        status = copy_token(&s);
    if (status != PG_OK) {
        free(s.out);
        return status;
    }
    *out = s.out;
    *out_length = s.used;
    return PG_OK;
}

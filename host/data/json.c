#include "data/json.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    pg_json *json;
    const char *p, *end;
    int depth;
    pg_error *err;
} parser;

static pg_status syntax(const parser *ps, const char *what)
{
    return pg_fail(ps->err, PG_ERR_PARSE, "broken JSON at byte %zu: %s", (size_t)(ps->p - ps->json->text), what);
}

static void skip_blanks(parser *ps)
{
    while (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\t' || *ps->p == '\n' || *ps->p == '\r'))
        ps->p++;
}

static pg_status add_token(parser *ps, pg_json_type type, size_t *index)
{
    pg_json *json = ps->json;
    if (json->count == json->capacity) {
        size_t capacity = json->capacity ? json->capacity * 2 : 256;
        if (capacity > PG_JSON_TOKENS_MAX)
            return pg_fail(ps->err, PG_ERR_RANGE, "the JSON document has more than %d values", PG_JSON_TOKENS_MAX);
        pg_json_token *tokens = realloc(json->tokens, capacity * sizeof *tokens);
        if (!tokens)
            return pg_fail(ps->err, PG_ERR_MEMORY, "out of memory");
        json->tokens = tokens;
        json->capacity = capacity;
    }
    *index = json->count++;
    json->tokens[*index] = (pg_json_token){ .type = (uint8_t)type, .start = (uint32_t)(ps->p - json->text) };
    return PG_OK;
}

static void end_token(parser *ps, size_t index)
{
    pg_json_token *token = &ps->json->tokens[index];
    token->size = (uint32_t)(ps->p - ps->json->text) - token->start;
    token->next = (uint32_t)ps->json->count;
}

static pg_status read_string(parser *ps)
{
    size_t index;
    ps->p++;
    pg_status status = add_token(ps, PG_JSON_STRING, &index);
    if (status != PG_OK)
        return status;
    while (ps->p < ps->end && *ps->p != '"') {
        if ((unsigned char)*ps->p < 0x20)
            return syntax(ps, "a control character in a string");
        ps->p += *ps->p == '\\' && ps->p + 1 < ps->end ? 2 : 1;
    }
    if (ps->p >= ps->end)
        return syntax(ps, "a string without its end");
    end_token(ps, index);
    ps->p++;
    return PG_OK;
}

static pg_status read_plain(parser *ps)
{
    size_t index;
    bool number = *ps->p == '-' || (unsigned)(*ps->p - '0') <= 9;
    pg_status status = add_token(ps, number ? PG_JSON_NUMBER : PG_JSON_LITERAL, &index);
    if (status != PG_OK)
        return status;
    const char *start = ps->p;
    while (ps->p < ps->end && (((*ps->p | 32) >= 'a' && (*ps->p | 32) <= 'z') || (unsigned)(*ps->p - '0') <= 9 ||
                               *ps->p == '-' || *ps->p == '+' || *ps->p == '.'))
        ps->p++;
    size_t size = (size_t)(ps->p - start);
    if (!number && !(size == 4 && (!memcmp(start, "true", 4) || !memcmp(start, "null", 4))) &&
        !(size == 5 && !memcmp(start, "false", 5)))
        return syntax(ps, "a value is expected here");
    end_token(ps, index);
    return PG_OK;
}

static pg_status read_value(parser *ps);

static pg_status read_members(parser *ps, char close)
{
    bool object = close == '}';
    for (bool first = true;; first = false) {
        skip_blanks(ps);
        if (ps->p < ps->end && *ps->p == close && first)
            break;
        if (object) {
            if (ps->p >= ps->end || *ps->p != '"')
                return syntax(ps, "a key in quotes is expected here");
            pg_status status = read_string(ps);
            if (status != PG_OK)
                return status;
            skip_blanks(ps);
            if (ps->p >= ps->end || *ps->p++ != ':')
                return syntax(ps, "a colon is expected here");
        }
        pg_status status = read_value(ps);
        if (status != PG_OK)
            return status;
        skip_blanks(ps);
        if (ps->p < ps->end && *ps->p == close)
            break;
        if (ps->p >= ps->end || *ps->p != ',')
            return syntax(ps, "a comma or closing bracket is expected here");
        ps->p++;
    }
    ps->p++;
    return PG_OK;
}

static pg_status read_value(parser *ps)
{
    skip_blanks(ps);
    if (ps->p >= ps->end)
        return syntax(ps, "the text ends too early");
    if (*ps->p == '"')
        return read_string(ps);
    if (*ps->p != '{' && *ps->p != '[')
        return read_plain(ps);
    if (++ps->depth > PG_JSON_DEPTH)
        return pg_fail(ps->err, PG_ERR_RANGE, "the JSON document is nested deeper than %d", PG_JSON_DEPTH);
    bool object = *ps->p == '{';
    size_t index;
    pg_status status = add_token(ps, object ? PG_JSON_OBJECT : PG_JSON_ARRAY, &index);
    ps->p++;
    if (status == PG_OK)
        status = read_members(ps, object ? '}' : ']');
    if (status == PG_OK)
        end_token(ps, index);
    ps->depth--;
    return status;
}

pg_status pg_json_read(pg_json *json, const char *text, size_t size, pg_error *err)
{
    json->text = text;
    json->count = 0;
    if (size > UINT32_MAX)
        return pg_fail(err, PG_ERR_RANGE, "the JSON document is longer than 4 GiB");
    parser ps = { json, text, text + size, 0, err };
    pg_status status = read_value(&ps);
    if (status != PG_OK)
        return status;
    skip_blanks(&ps);
    return ps.p == ps.end ? PG_OK : syntax(&ps, "something follows the document");
}

void pg_json_free(pg_json *json)
{
    free(json->tokens);
    memset(json, 0, sizeof *json);
}

static int find_member(const pg_json *json, int object, const char *key, size_t length)
{
    const pg_json_token *tokens = json->tokens;
    for (uint32_t i = (uint32_t)object + 1; i < tokens[object].next; i = tokens[i + 1].next) {
        if (tokens[i].size == length && memcmp(json->text + tokens[i].start, key, length) == 0)
            return (int)i + 1;
    }
    return -1;
}

static int find_element(const pg_json *json, int array, const char *key, size_t length)
{
    const pg_json_token *tokens = json->tokens;
    unsigned long index = 0;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned)(key[i] - '0') > 9 || index > PG_JSON_TOKENS_MAX)
            return -1;
        index = index * 10 + (unsigned long)(key[i] - '0');
    }
    for (uint32_t i = (uint32_t)array + 1; i < tokens[array].next; i = tokens[i].next) {
        if (index-- == 0)
            return (int)i;
    }
    return -1;
}

int pg_json_find(const pg_json *json, int from, const char *path)
{
    while (from >= 0 && *path) {
        size_t length = strcspn(path, ".");
        int type = json->tokens[from].type;
        from = type == PG_JSON_OBJECT  ? find_member(json, from, path, length)
               : type == PG_JSON_ARRAY ? find_element(json, from, path, length)
                                       : -1;
        path += length + (path[length] == '.');
    }
    return from;
}

size_t pg_json_extent(pg_json_scan *state, const char *text, size_t size)
{
    for (size_t i = state->scanned; i < size; i++) {
        char c = text[i];
        if (state->in_string) {
            if (state->escaped)
                state->escaped = false;
            else if (c == '\\')
                state->escaped = true;
            else if (c == '"')
                state->in_string = false;
        } else if (c == '"') {
            state->in_string = true;
        } else if (c == '{' || c == '[') {
            state->depth++;
        } else if ((c == '}' || c == ']') && --state->depth <= 0) {
            return i + 1;
        }
    }
    state->scanned = size;
    return 0;
}

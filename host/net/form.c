#define _GNU_SOURCE /* memmem */
#include "net/form.h"

#include <stdlib.h>
#include <string.h>

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* A copy with its escapes resolved; NULL: no memory, or (*bad) no such text. */
static char *decode(const char *text, size_t size, bool *bad)
{
    char *made = malloc(size + 1), *at = made;
    if (!made)
        return NULL;
    for (size_t i = 0; i < size && !*bad; i++) {
        int high = text[i] == '%' && size - i > 2 ? digit(text[i + 1]) : -1;
        int low = high >= 0 ? digit(text[i + 2]) : -1;
        if (text[i] == '%' && low >= 0) {
            *at = (char)(high << 4 | low);
            i += 2;
        } else {
            *bad = text[i] == '%';
            *at = text[i] == '+' ? ' ' : text[i];
        }
        *bad |= *at++ == '\0';
    }
    *at = '\0';
    if (!*bad)
        return made;
    free(made);
    return NULL;
}

/* Takes both over. */
static pg_status add(pg_form *form, char *name, char *value, bool bad, pg_error *err)
{
    if (name && value && form->count < PG_FORM_MAX) {
        form->item[form->count].name = name;
        form->item[form->count++].value = value;
        return PG_OK;
    }
    bool full = name && value;
    free(name);
    free(value);
    if (full)
        return pg_fail(err, PG_ERR_FULL, "more than %d parameters", PG_FORM_MAX);
    return bad ? pg_fail(err, PG_ERR_PARSE, "a parameter is not encoded as it should be")
               : pg_fail(err, PG_ERR_MEMORY, "no memory for parameters");
}

pg_status pg_form_add_query(pg_form *form, const char *text, size_t size, pg_error *err)
{
    const char *end = text + size;
    pg_status status = PG_OK;
    while (text < end && status == PG_OK) {
        const char *stop = memchr(text, '&', (size_t)(end - text));
        stop = stop ? stop : end;
        const char *equals = memchr(text, '=', (size_t)(stop - text));
        const char *value = equals ? equals + 1 : stop;
        bool bad = false;
        if (stop > text) {
            char *name = decode(text, (size_t)((equals ? equals : stop) - text), &bad);
            char *decoded = decode(value, (size_t)(stop - value), &bad);
            status = add(form, name, decoded, bad, err);
        }
        text = stop + 1;
    }
    return status;
}

static char *copy(const char *text, size_t size, bool *bad)
{
    char *made = memchr(text, '\0', size) ? NULL : malloc(size + 1);
    *bad |= memchr(text, '\0', size) != NULL;
    if (made) {
        memcpy(made, text, size);
        made[size] = '\0';
    }
    return made;
}

/* The value of name="..." in a part's head. */
static const char *name_of(const char *head, size_t size, size_t *length)
{
    static const char key[] = " name=\"";
    const char *at = memmem(head, size, key, sizeof key - 1);
    at = at ? at + sizeof key - 1 : NULL;
    const char *end = at ? memchr(at, '"', (size_t)(head + size - at)) : NULL;
    *length = end ? (size_t)(end - at) : 0;
    return end ? at : NULL;
}

/* One part, from behind its boundary's line to before the next boundary. */
static pg_status add_part(pg_form *form, const char *part, size_t size, pg_error *err)
{
    const char *blank = memmem(part, size, "\r\n\r\n", 4);
    size_t length = 0;
    const char *name = blank ? name_of(part, (size_t)(blank - part), &length) : NULL;
    bool bad = !name;
    if (!name)
        return add(form, NULL, NULL, true, err);
    char *made = copy(name, length, &bad), *value = copy(blank + 4, (size_t)(part + size - blank - 4), &bad);
    return add(form, made, value, bad, err);
}

static pg_status add_multipart(pg_form *form, const char *body, size_t size, pg_error *err)
{
    const char *line = memmem(body, size, "\r\n", 2), *end = body + size;
    size_t length = line ? (size_t)(line - body) : 0;
    char boundary[128] = "\r\n";
    pg_status status = PG_OK;
    if (length < 3 || length > sizeof boundary - 3)
        return pg_fail(err, PG_ERR_PARSE, "the body is no form");
    memcpy(boundary + 2, body, length);
    for (const char *part = line + 2; status == PG_OK;) {
        const char *next = memmem(part, (size_t)(end - part), boundary, length + 2);
        if (!next)
            return pg_fail(err, PG_ERR_PARSE, "the form is torn off");
        status = add_part(form, part, (size_t)(next - part), err);
        part = next + length + 2;
        if (end - part >= 2 && memcmp(part, "--", 2) == 0)
            return status;
        if (end - part < 2 || memcmp(part, "\r\n", 2) != 0)
            return pg_fail(err, PG_ERR_PARSE, "the form is torn off");
        part += 2;
    }
    return status;
}

pg_status pg_form_add_body(pg_form *form, const char *body, size_t size, pg_error *err)
{
    if (size > 2 && memcmp(body, "--", 2) == 0)
        return add_multipart(form, body, size, err);
    return pg_form_add_query(form, body, size, err);
}

void pg_form_free(pg_form *form)
{
    for (int i = 0; i < form->count; i++) {
        free(form->item[i].name);
        free(form->item[i].value);
    }
    form->count = 0;
}

const char *pg_form_get(const pg_form *form, const char *name)
{
    for (int i = 0; i < form->count; i++)
        if (strcmp(form->item[i].name, name) == 0)
            return form->item[i].value;
    return NULL;
}

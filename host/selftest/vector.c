#include "selftest/vector.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REPORTED = 5 };

typedef struct block {
    struct block *next;
    double data[];
} block;

void pg_vector_begin(pg_vectors *v, const char *id)
{
    snprintf(v->id, sizeof v->id, "%s", id);
    v->case_failed = false;
}

void pg_vector_end(pg_vectors *v)
{
    if (v->case_failed)
        v->failed++;
    else
        v->passed++;
    for (block *b = v->memory, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    v->memory = NULL;
}

void pg_vector_fail(pg_vectors *v, const char *field, const char *format, ...)
{
    va_list args;

    v->case_failed = true;
    if (v->reported++ >= MAX_REPORTED)
        return;
    fprintf(v->out, "  %s: %s: %s: ", v->file, v->id, field);
    va_start(args, format);
    vfprintf(v->out, format, args);
    va_end(args);
    fputc('\n', v->out);
}

const cJSON *pg_vector_get(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return item && !cJSON_IsNull(item) ? item : NULL;
}

double pg_vector_double(const cJSON *object, const char *name, double absent)
{
    const cJSON *item = pg_vector_get(object, name);
    if (cJSON_IsBool(item))
        return cJSON_IsTrue(item) ? 1.0 : 0.0;
    return cJSON_IsNumber(item) ? item->valuedouble : absent;
}

const char *pg_vector_text(const cJSON *object, const char *name)
{
    const cJSON *item = pg_vector_get(object, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

void *pg_vector_memory(pg_vectors *v, size_t bytes)
{
    block *b = calloc(1, sizeof *b + bytes);
    if (!b) {
        fprintf(stderr, "selftest: out of memory\n");
        exit(2);
    }
    b->next = v->memory;
    v->memory = b;
    return b->data;
}

static double number(const cJSON *item)
{
    if (cJSON_IsBool(item))
        return cJSON_IsTrue(item) ? 1.0 : 0.0;
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

double *pg_vector_array(pg_vectors *v, size_t *n, const cJSON *array, int column)
{
    size_t count = array ? (size_t)cJSON_GetArraySize(array) : 0, i = 0;
    double *values = pg_vector_memory(v, (count + 1) * sizeof(double));
    const cJSON *item;

    cJSON_ArrayForEach(item, array) values[i++] = number(column < 0 ? item : cJSON_GetArrayItem(item, column));
    *n = count;
    return values;
}

static double cell_value(const char *text)
{
    if (strcmp(text, "buy") == 0)
        return 1.0;
    if (strcmp(text, "sell") == 0)
        return -1.0;
    char *end;
    double value = strtod(text, &end);
    return end == text ? NAN : value;
}

/* The k-th comma-separated cell of a line (changed in place). */
static char *cell(char *line, int k)
{
    char *rest = line, *found = strsep(&rest, ",\r\n");
    while (k-- > 0 && found)
        found = strsep(&rest, ",\r\n");
    return found;
}

static int column_index(char *header, const char *column)
{
    char *rest = header, *name;
    for (int k = 0; (name = strsep(&rest, ",\r\n")); k++)
        if (strcmp(name, column) == 0)
            return k;
    return -1;
}

double *pg_vector_series(pg_vectors *v, size_t *n, const char *path, const char *column)
{
    char full[1024], line[1024];
    double *values = NULL;
    size_t count = 0, room = 0;
    int index = -1;

    *n = 0;
    snprintf(full, sizeof full, "%s/%s", v->folder, path);
    FILE *file = fopen(full, "r");
    if (file && fgets(line, sizeof line, file))
        index = column_index(line, column);
    while (index >= 0 && fgets(line, sizeof line, file)) {
        if (count == room) {
            room = room ? 2 * room : 1024;
            double *larger = pg_vector_memory(v, room * sizeof(double));
            if (count)
                memcpy(larger, values, count * sizeof(double));
            values = larger;
        }
        const char *text = cell(line, index);
        values[count++] = text ? cell_value(text) : NAN;
    }
    if (file)
        fclose(file);
    if (count == 0)
        pg_vector_fail(v, path, "no column %s could be read", column);
    *n = count;
    return count ? values : NULL;
}

pg_tolerance pg_vector_tolerance(const cJSON *vector, double default_rel)
{
    const cJSON *tol = pg_vector_get(vector, "tol");
    double rel = pg_vector_double(tol, "rel", NAN), absolute = pg_vector_double(tol, "abs", NAN);
    if (isnan(rel) && isnan(absolute))
        return (pg_tolerance){ default_rel, 0.0 };
    return (pg_tolerance){ isnan(rel) ? 0.0 : rel, isnan(absolute) ? 0.0 : absolute };
}

void pg_vector_check_value(pg_vectors *v, const char *field, double expected, double got, pg_tolerance tol)
{
    if (isnan(expected) && isnan(got))
        return;
    double absolute = expected == 0.0 ? fmax(tol.abs, 1e-12) : tol.abs;
    double miss = fabs(got - expected);
    if (!(miss <= tol.rel * fabs(expected) || miss <= absolute))
        pg_vector_fail(v, field, "expected %.17g, got %.17g (tolerance rel %g abs %g)", expected, got, tol.rel,
                       absolute);
}

void pg_vector_check(pg_vectors *v, const char *field, const cJSON *expected, double got, pg_tolerance tol)
{
    if (!expected) {
        pg_vector_fail(v, field, "the vector has no such field");
        return;
    }
    pg_vector_check_value(v, field, number(expected), got, tol);
}

void pg_vector_check_array(pg_vectors *v, const char *field, const cJSON *expected, const double *got, size_t n,
                           pg_tolerance tol)
{
    size_t i = 0;
    const cJSON *item;

    if (!cJSON_IsArray(expected) || (size_t)cJSON_GetArraySize(expected) > n) {
        pg_vector_fail(v, field, "expected %d values, have %zu", cJSON_GetArraySize(expected), n);
        return;
    }
    cJSON_ArrayForEach(item, expected)
    {
        char name[160];
        snprintf(name, sizeof name, "%s[%zu]", field, i);
        pg_vector_check_value(v, name, number(item), got[i++], tol);
    }
}

void pg_vector_check_text(pg_vectors *v, const char *field, const cJSON *expected, const char *got)
{
    const char *want = cJSON_IsString(expected) ? expected->valuestring : "(nothing)";
    if (strcmp(want, got) != 0)
        pg_vector_fail(v, field, "expected %s, got %s", want, got);
}

void pg_vector_check_true(pg_vectors *v, const char *field, bool holds)
{
    if (!holds)
        pg_vector_fail(v, field, "does not hold");
}

void pg_vector_check_fields(pg_vectors *v, const char *prefix, const cJSON *expected, const pg_vector_value *values,
                            size_t n, pg_tolerance tol)
{
    const cJSON *item;

    if (!cJSON_IsObject(expected)) {
        pg_vector_fail(v, prefix, "the vector has no such object");
        return;
    }
    cJSON_ArrayForEach(item, expected)
    {
        char name[160];
        size_t k = 0;
        if (cJSON_IsString(item) || cJSON_IsArray(item) || cJSON_IsObject(item))
            continue;
        while (k < n && strcmp(values[k].name, item->string) != 0)
            k++;
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", item->string);
        if (k == n)
            pg_vector_fail(v, name, "no result of that name");
        else
            pg_vector_check_value(v, name, number(item), values[k].value, tol);
    }
}

/* What the vector runners share: reading cases, checking results, counting.
 *
 * A runner is called for each case of a file (or once for a whole file) between pg_vector_begin and pg_vector_end.
 * A case passes when none of its checks failed. Memory given out lives until the case ends. */
#ifndef PG_SELFTEST_VECTOR_H
#define PG_SELFTEST_VECTOR_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct pg_vectors pg_vectors;

typedef void pg_vector_runner(pg_vectors *v, const cJSON *json);

/* A known file: `each` is run on every element of "cases", or `whole` once on the document. */
typedef struct {
    const char *file;
    pg_vector_runner *each, *whole;
} pg_vector_file;

typedef struct {
    const char *subject;
    const pg_vector_file *files; /* ends with a NULL file name */
} pg_vector_suite;

extern const pg_vector_suite pg_suite_quant;

struct pg_vectors {
    FILE *out;
    const char *folder; /* of the file: series are found relative to it */
    const char *file;
    int passed, failed;
    int reported; /* failures written out for this file */
    char id[96];  /* of the case */
    bool case_failed;
    void *memory; /* list of what the case was given */
};

typedef struct {
    double rel, abs;
} pg_tolerance;

typedef struct {
    const char *name;
    double value; /* NaN stands for an absent value */
} pg_vector_value;

void pg_vector_begin(pg_vectors *v, const char *id);
void pg_vector_end(pg_vectors *v);

/* Marks the case failed and reports the field, what was expected and what came. */
void pg_vector_fail(pg_vectors *v, const char *field, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Member of an object, NULL when absent or null. */
const cJSON *pg_vector_get(const cJSON *object, const char *name);
double pg_vector_double(const cJSON *object, const char *name, double absent);
const char *pg_vector_text(const cJSON *object, const char *name);

/* Memory until the end of the case; never NULL (exits the program when there is none). */
void *pg_vector_memory(pg_vectors *v, size_t bytes);

/* A JSON array of numbers (null is NaN). With `column` >= 0 each element is an array of which that item is taken. */
double *pg_vector_array(pg_vectors *v, size_t *n, const cJSON *array, int column);

/* A column of a CSV file under the folder; "buy" and "sell" are +1 and -1. NULL and a failure when it is not there. */
double *pg_vector_series(pg_vectors *v, size_t *n, const char *path, const char *column);

/* tol.rel and tol.abs of a case, or the given relative tolerance. */
pg_tolerance pg_vector_tolerance(const cJSON *vector, double default_rel);

/* One number; an expected null wants NaN. An expected exact 0 passes within max(abs, 1e-12). */
void pg_vector_check(pg_vectors *v, const char *field, const cJSON *expected, double got, pg_tolerance tol);
void pg_vector_check_value(pg_vectors *v, const char *field, double expected, double got, pg_tolerance tol);
void pg_vector_check_array(pg_vectors *v, const char *field, const cJSON *expected, const double *got, size_t n,
                           pg_tolerance tol);
void pg_vector_check_text(pg_vectors *v, const char *field, const cJSON *expected, const char *got);
void pg_vector_check_true(pg_vectors *v, const char *field, bool holds);

/* Every number, null and bool of an expected object, found by name among values[]: a field that is not there fails.
 * Texts, arrays and objects are left to the caller. */
void pg_vector_check_fields(pg_vectors *v, const char *prefix, const cJSON *expected, const pg_vector_value *values,
                            size_t n, pg_tolerance tol);

#define PG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif

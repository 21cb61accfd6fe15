/* Status values and the error object: the one way in which Perigee fails.
 *
 * Every fallible function returns a pg_status: PG_OK (0) or a negative value. It also takes a pg_error *,
 * which may be NULL, and fills it with what was wrong, where, and what to do about it. */
#ifndef PG_BASE_STATUS_H
#define PG_BASE_STATUS_H

typedef enum {
    PG_OK = 0,
    PG_ERR_INVALID = -1,    /* an argument, parameter or setting that cannot be used */
    PG_ERR_PARSE = -2,      /* text that does not follow its grammar */
    PG_ERR_RANGE = -3,      /* a number that does not fit its type, bounds or precision */
    PG_ERR_IO = -4,         /* the operating system refused */
    PG_ERR_CORRUPT = -5,    /* data at rest that fails its checks */
    PG_ERR_MEMORY = -6,     /* no memory, or a limit on memory */
    PG_ERR_SCRIPT = -7,     /* a Lua script failed */
    PG_ERR_BUDGET = -8,     /* a Lua script used up its time */
    PG_ERR_FULL = -9,       /* a bounded container is full */
    PG_ERR_NOT_FOUND = -10, /* nothing of that name */
    PG_ERR_STATE = -11,     /* not allowed in the present state */
    PG_ERR_UNSUPPORTED = -12
} pg_status;

enum { PG_ERROR_WHAT = 512, PG_ERROR_WHERE = 320, PG_ERROR_REMEDY = 256 };

typedef struct {
    pg_status status;
    char what[PG_ERROR_WHAT];     /* what was wrong, one sentence without a full stop */
    char where[PG_ERROR_WHERE];   /* file and line, record, field, order; "" when unknown */
    char remedy[PG_ERROR_REMEDY]; /* what to do; "" when there is nothing to say */
} pg_error;

/* Fills *err (if not NULL) with status and a printf-formatted `what`, clears where and remedy; returns status. */
pg_status pg_fail(pg_error *err, pg_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets the place of an error that is being passed up. An existing place is kept and the new one put before it. */
void pg_error_where(pg_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets what to do about an error. */
void pg_error_remedy(pg_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "where: what (remedy)" into text[size], always terminated; returns text. */
char *pg_error_text(const pg_error *err, char *text, int size);

/* A short constant name of a status ("invalid", "corrupt", ...). */
const char *pg_status_name(pg_status status);

/* A money invariant. Stays on in release builds: prints the expression and place, then aborts. */
#define PG_ASSERT(condition) ((condition) ? (void)0 : pg_assert_failed(#condition, __FILE__, __LINE__))
void pg_assert_failed(const char *expression, const char *file, int line) __attribute__((noreturn, cold));

#endif

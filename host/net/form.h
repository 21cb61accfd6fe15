/* Parameters of a request: a query string or a body of application/x-www-form-urlencoded or multipart/form-data, decoded.
 * Many small values; files are not meant. */
#ifndef PG_NET_FORM_H
#define PG_NET_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { PG_FORM_MAX = 32 };

typedef struct {
    struct {
        char *name, *value; /* terminated */
    } item[PG_FORM_MAX];
    int count;
} pg_form;

/* Adds the parameters of a query string (without '?') or of such a body. PG_ERR_PARSE for escapes that are none, a '\0'
 * within, or a multipart body that is torn; PG_ERR_FULL for more than PG_FORM_MAX; PG_ERR_MEMORY. What was read stays. */
pg_status pg_form_add_query(pg_form *form, const char *text, size_t size, pg_error *err);

/* The same of a body, of either kind: one that begins with "--" is taken for multipart. */
pg_status pg_form_add_body(pg_form *form, const char *body, size_t size, pg_error *err);
void pg_form_free(pg_form *form);

/* The value of a name, NULL when there is none. */
const char *pg_form_get(const pg_form *form, const char *name);

#endif

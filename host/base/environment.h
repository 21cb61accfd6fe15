/* Environment variables: the only place that reads them, beside home.c. */
#ifndef PG_BASE_ENVIRONMENT_H
#define PG_BASE_ENVIRONMENT_H

#include <stddef.h>

#include "base/status.h"

/* The value of a variable, NULL when it is not set. Valid until the environment changes. */
const char *pg_environment_get(const char *name);

/* Moves the value of a variable to text[size]: it is overwritten where it was (also in what /proc shows of this
 * process) and the variable is removed. Before threads are started. PG_ERR_NOT_FOUND when it is not set; PG_ERR_RANGE
 * when it does not fit: it is removed all the same. */
pg_status pg_environment_take(char *text, size_t size, const char *name, pg_error *err);

#endif

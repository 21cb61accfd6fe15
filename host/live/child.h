/* A process of our own program that serves us: the built-in exchange behind a local venue. Its standard
 * input is a pipe that ends when this process does: it has to end then, too. */
#ifndef PG_LIVE_CHILD_H
#define PG_LIVE_CHILD_H

#include "net/loop.h"

typedef struct pg_child pg_child;

typedef struct {
    void *self;
    /* The first line that it printed: it is ready. */
    void (*line)(void *self, const char *line);
    /* It ended; not called after pg_child_free. */
    void (*ended)(void *self, int code);
} pg_child_handler;

/* Starts this program again with other arguments (argv[0] is set here; the list ends with NULL). PG_ERR_IO. */
pg_status pg_child_new(pg_child **child, pg_loop *loop, char **arguments, pg_child_handler handler, pg_error *err);

/* Ends it and forgets it. NULL is allowed. */
void pg_child_free(pg_child *child);

#endif

/* Calls of a venue that last: what they remember while answers are on their way. A venue keeps them in a list, so that
 * closing it frees what is left. */
#ifndef PG_VENUE_CALL_H
#define PG_VENUE_CALL_H

#include <stddef.h>

typedef struct pg_call pg_call;

/* Zero it and set the owner to begin. */
typedef struct {
    void *owner; /* the venue */
    pg_call *first;
} pg_calls;

struct pg_call {
    pg_call *before, *after;
    pg_calls *calls;
    void (*release)(pg_call *call); /* frees what it owns; NULL: nothing */
};

/* Zeroed memory of `size` bytes that begins with a pg_call. There is always memory: a callback that never came would be
 * an order that nobody tracks. */
void *pg_call_begin(pg_calls *calls, size_t size);
void pg_call_end(pg_call *call);

/* Ends all that are left; their callbacks are not called. */
void pg_calls_free(pg_calls *calls);

#endif

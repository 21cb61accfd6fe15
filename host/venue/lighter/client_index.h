/* Client order indexes: the short numbers by which the venue knows our orders (specification, section 5.3). They are
 * unique in an account as long as an order is known, so that all venues of the loop on the account draw them from one
 * counter. It begins at a number of the clock and the run, so that sessions do not use the same ones. */
#ifndef PG_VENUE_LIGHTER_CLIENT_INDEX_H
#define PG_VENUE_LIGHTER_CLIENT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"

enum { PG_LIGHTER_INDEX_BITS = 31, PG_LIGHTER_INDEX_BITS_MAX = 48 };

typedef struct pg_lighter_indexes pg_lighter_indexes;

/* bits: 31 to 48; the largest index is 2^bits - 1. PG_ERR_MEMORY. */
pg_status pg_lighter_indexes_new(pg_lighter_indexes **indexes, pg_loop *loop, const char *url, int64_t account,
                                 int bits, uint64_t run, int64_t now_ns, pg_error *err);
void pg_lighter_indexes_free(pg_lighter_indexes *indexes);

/* A new index for an order of ours. is_live: whether an order of ours is still open, so that its index is kept. */
int64_t pg_lighter_index_take(pg_lighter_indexes *indexes, uint64_t id, void *self, bool (*is_live)(void *, uint64_t));

/* Our id of an index; 0: none of this venue's, or forgotten. */
uint64_t pg_lighter_index_find(const pg_lighter_indexes *indexes, int64_t index);

#endif

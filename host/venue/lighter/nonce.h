/* The sequence of nonces of one API key (specification, section 7): strictly consecutive, in the order in which
 * transactions reach the venue. One a key, shared by all venues of the loop that sign with it.
 *
 * Transactions go over one channel at a time: another may be used when nothing is on its way. After an answer that
 * leaves the sequence in doubt nothing is sent until it was read from the venue again. */
#ifndef PG_VENUE_LIGHTER_NONCE_H
#define PG_VENUE_LIGHTER_NONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"

typedef struct pg_lighter_nonces pg_lighter_nonces;

/* What became of a message. */
typedef enum {
    PG_LIGHTER_NONCES_USED,   /* taken by the venue */
    PG_LIGHTER_NONCES_UNUSED, /* refused: they are still free */
    PG_LIGHTER_NONCES_IN_DOUBT
} pg_lighter_nonces_fate;

/* url: the venue's; the same key elsewhere has another sequence. PG_ERR_MEMORY. */
pg_status pg_lighter_nonces_open(pg_lighter_nonces **nonces, pg_loop *loop, const char *url, int64_t account,
                                 int64_t key_index, pg_error *err);

/* owner: what it reads at the moment is given up. NULL is allowed. */
void pg_lighter_nonces_close(pg_lighter_nonces *nonces, pg_loop *loop, const void *owner);

/* Whether a message may be sent over a channel (any pointer that names it). */
bool pg_lighter_nonces_ready(const pg_lighter_nonces *nonces, const void *channel);

/* The first of `count` nonces for one message over a channel; it must be ready. More may be added before it is sent. */
int64_t pg_lighter_nonces_take(pg_lighter_nonces *nonces, const void *channel, int count);
void pg_lighter_nonces_extend(pg_lighter_nonces *nonces, int count);

/* Says what became of a message whose nonces began at `first`. */
void pg_lighter_nonces_land(pg_lighter_nonces *nonces, int64_t first, int count, pg_lighter_nonces_fate fate,
                            int64_t now_ns);

/* Whether the venue has gone beyond a nonce, so that no transaction with it is taken any more. */
bool pg_lighter_nonces_passed(const pg_lighter_nonces *nonces, int64_t nonce);

/* The next one has to be read from the venue before anything is sent. */
void pg_lighter_nonces_doubt(pg_lighter_nonces *nonces, int64_t now_ns);

/* True when `owner` is to read it now: nothing is on its way, what was has had time to settle, nobody else reads. */
bool pg_lighter_nonces_begin_read(pg_lighter_nonces *nonces, const void *owner, int64_t now_ns);

/* What was read; -1: nothing, it is tried again after a while. */
void pg_lighter_nonces_end_read(pg_lighter_nonces *nonces, int64_t next, int64_t now_ns);

#endif

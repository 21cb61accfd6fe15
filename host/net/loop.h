/* The loop: one thread on which everything live happens. libuv, with libwebsockets and libcurl hung into it. */
#ifndef PG_NET_LOOP_H
#define PG_NET_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct pg_loop pg_loop;
struct uv_loop_s;

/* PG_ERR_MEMORY, PG_ERR_IO. */
pg_status pg_loop_new(pg_loop **loop, pg_error *err);

/* Every client, server and timer on it must be gone. NULL is allowed. */
void pg_loop_free(pg_loop *loop);

/* Runs until pg_loop_stop, which may be called from any callback on the loop. */
void pg_loop_run(pg_loop *loop);
void pg_loop_stop(pg_loop *loop);

/* Runs until stopped, or for at most `ms`. For tests and for waiting at the end. */
void pg_loop_run_for(pg_loop *loop, int64_t ms);

/* A file of certificates (PEM) that is trusted instead of the system's, for a venue of one's own and for tests. To be
 * called before the first connection. PG_ERR_STATE after it, PG_ERR_MEMORY, PG_ERR_IO when it cannot be read. */
pg_status pg_loop_trust(pg_loop *loop, const char *ca_file, pg_error *err);

/* For what libuv offers beyond this floor: files, pipes, processes, its pool. */
struct uv_loop_s *pg_loop_uv(pg_loop *loop);

/* What several users of the loop share under a name, such as the nonces of one key that two venues sign with: zeroed
 * memory of `size` bytes for the first that asks, the same for the others; freed with the last. NULL when there is no
 * memory. name: at most 255 characters are told apart. */
void *pg_loop_share(pg_loop *loop, const char *name, size_t size);
void pg_loop_unshare(pg_loop *loop, void *shared);

/* ---- timers ---- */

typedef struct pg_timer pg_timer;

/* Calls fn(self) after first_ms and then, unless repeat_ms is 0, every repeat_ms. NULL when there is no memory. One that
 * has fired for the last time is to be stopped as well. */
pg_timer *pg_timer_start(pg_loop *loop, int64_t first_ms, int64_t repeat_ms, void *self, void (*fn)(void *self));

/* Stops and frees; allowed within its own callback. NULL is allowed. */
void pg_timer_stop(pg_timer *timer);

#endif

/* The guard: a process of its own with no script and no market data, which cancels everything at the venues when the
 * host dies, hangs, or says that it cannot reach them.
 *
 * It listens to the host on a socket pair (guard_wire.h). It acts when that ends without a word of parting, when orders
 * may be open and no beat came for the time-out, or when it is told to. When a host that hung is back, it stops, tells
 * what it did, and listens on. When the host is dead, it ends as soon as nothing is open. */
#ifndef PG_LIVE_GUARD_LOOP_H
#define PG_LIVE_GUARD_LOOP_H

#include "base/log.h"
#include "base/status.h"

/* Runs until the host says goodbye, or is gone and nothing is open any more. PG_ERR_STATE when orders may be left at a
 * venue; PG_ERR_MEMORY, PG_ERR_IO when it cannot start. */
pg_status pg_guard_loop_run(int fd, double timeout_s, const pg_log *log, pg_error *err);

#endif

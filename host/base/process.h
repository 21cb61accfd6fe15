/* The process as a whole. */
#ifndef PG_BASE_PROCESS_H
#define PG_BASE_PROCESS_H

#include "base/status.h"

/* No core dumps, and no reading of this process's memory by others of the same user: RLIMIT_CORE 0 and
 * PR_SET_DUMPABLE 0. Before keys are loaded; inherited by fork. PG_ERR_IO. */
pg_status pg_process_forbid_dumps(pg_error *err);

/* Closes every file from `first` on that it has from its parent. */
void pg_process_close_files(unsigned first);

/* What `ps` and `top` call it: 15 characters. */
void pg_process_set_name(const char *name);

#endif

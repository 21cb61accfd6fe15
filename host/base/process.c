#define _GNU_SOURCE
#include "base/process.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

pg_status pg_process_forbid_dumps(pg_error *err)
{
    const struct rlimit none = { 0, 0 };
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return pg_fail(err, PG_ERR_IO, "core dumps cannot be forbidden: %s", strerror(errno));
    return PG_OK;
}

void pg_process_close_files(unsigned first)
{
    close_range(first, ~0u, 0);
}

void pg_process_set_name(const char *name)
{
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

/* perigee guard: the process that cancels when the host cannot. Started by the host (live/guard.h), not by people. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/process.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "live/guard_loop.h"
#include "live/guard_wire.h"

/* Whether a host is at the other end. */
static bool has_host(void)
{
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(PG_GUARD_FD, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int pg_cli_guard(int argc, char **argv)
{
    pg_error err = { 0 };
    double timeout_s = 0;
    if (argc != 3 || strcmp(argv[1], "--timeout") != 0 || !has_host()) {
        fprintf(stderr, "perigee guard is started by `perigee run`.\n");
        return 2;
    }
    if (pg_option_duration(&timeout_s, "timeout", argv[2], &err) != PG_OK)
        return pg_cli_fail("guard", &err);
    /* What ends the host must not end its guard: that ends by the host's word, or when its work is done. */
    static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2 };
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    pg_process_set_name("perigee-guard");
    pg_process_close_files(PG_GUARD_FD + 1);
    pg_log log = { .out = stderr, .level = PG_LOG_INFO, .clock = pg_clock_real() };
    if (pg_process_forbid_dumps(&err) != PG_OK || pg_guard_loop_run(PG_GUARD_FD, timeout_s, &log, &err) != PG_OK)
        return pg_cli_fail("guard", &err);
    return 0;
}

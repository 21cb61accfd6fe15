/* perigee params: what a strategy (and the estimators it wants) can be told. */
#include <string.h>

#include "cli/commands.h"
#include "script/session.h"

static const char help[] =
    "perigee params STRATEGY.lua\n"
    "\n"
    "Shows the declared parameters with defaults, units and documentation: those of the strategy\n"
    "are set by --set NAME=VALUE, those of the estimator in a slot by --set SLOT.NAME=VALUE.\n";

int pg_cli_params(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return 0;
    }
    if (argc != 2) {
        fputs(help, stderr);
        return 2;
    }
    pg_error err = { 0 };
    pg_session *session;
    pg_log log = { stderr, PG_LOG_INFO, PG_LOG_TEXT, pg_clock_real() };
    pg_session_config config = {
        .path = argv[1], .symbol = "", .venue = "", .seed = 1, .limits = pg_script_default_limits(), .log = &log
    };
    if (pg_session_open(&session, &config, &err) != PG_OK)
        return pg_cli_fail("params", &err);
    int count;
    const pg_parameter_row *rows = pg_session_parameters(session, &count);
    const char *owner = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(rows[i].owner, owner) != 0)
            printf("%s%s\n", i ? "\n" : "", rows[i].owner);
        owner = rows[i].owner;
        printf("  %-24s %12s %-10s %s\n", rows[i].name, rows[i].value, rows[i].unit, rows[i].doc);
    }
    pg_session_close(session);
    return 0;
}

/* The subcommands of `perigee`: one file each, called with their own name as argv[0]. They return the exit status:
 * 0 done, 1 something failed or was found wrong, 2 misuse. */
#ifndef PG_CLI_COMMANDS_H
#define PG_CLI_COMMANDS_H

#include <stdio.h>

#include "base/status.h"

int pg_cli_attach(int argc, char **argv);
int pg_cli_backtest(int argc, char **argv);
int pg_cli_check(int argc, char **argv);
int pg_cli_data(int argc, char **argv);
int pg_cli_doctor(int argc, char **argv);
int pg_cli_exchange(int argc, char **argv);
int pg_cli_fit(int argc, char **argv);
int pg_cli_guard(int argc, char **argv);
int pg_cli_keys(int argc, char **argv);
int pg_cli_ledger(int argc, char **argv);
int pg_cli_lua(int argc, char **argv);
int pg_cli_params(int argc, char **argv);
int pg_cli_quote(int argc, char **argv);
int pg_cli_record(int argc, char **argv);
int pg_cli_replay(int argc, char **argv);
int pg_cli_run(int argc, char **argv);
int pg_cli_test(int argc, char **argv);

/* Prints "perigee COMMAND: error text" to stderr; returns 1. */
int pg_cli_fail(const char *command, const pg_error *err);

/* Whether to show progress bars: stderr is a terminal. */
int pg_cli_is_interactive(void);

#endif

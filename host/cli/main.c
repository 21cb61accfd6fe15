#include <gsl/gsl_errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "selftest/selftest.h"

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help; /* NULL: not for people */
} command;

static const command commands[] = {
    { "attach", pg_cli_attach, "the console of a running host" },
    { "backtest", pg_cli_backtest, "run a strategy over recorded data and report" },
    { "check", pg_cli_check, "look at a configuration and all that it names; start nothing" },
    { "data", pg_cli_data, "generate, import, look at and check market data" },
    { "doctor", pg_cli_doctor, "clock, limits, files, keys, and whether the venues can be reached" },
    { "exchange", pg_cli_exchange, "the built-in exchange, behind a venue's protocol" },
    { "fit", pg_cli_fit, "estimate sigma, kappa or hawkes by every method, side by side" },
    { "guard", pg_cli_guard, NULL },
    { "keys", pg_cli_keys, "make, import and list keys in the encrypted keystore" },
    { "ledger", pg_cli_ledger, "orders, fills, profit, versions and events of all sessions" },
    { "lua", pg_cli_lua, "run a Lua program with Perigee's modules" },
    { "params", pg_cli_params, "show the parameters that a strategy declares" },
    { "quote", pg_cli_quote, "what a quoting model would show now, with every parameter" },
    { "record", pg_cli_record, "market data of any venues to disk, without trading" },
    { "replay", pg_cli_replay, "run a recorded session again and compare every decision" },
    { "run", pg_cli_run, "trade as config.lua says; on paper when it is the shipped one" },
    { "selftest", pg_cli_selftest, "run test vectors against this build" },
    { "test", pg_cli_test, "tests of strategies: given a book and a position, expect quotes" },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static int usage(FILE *out)
{
    fprintf(out, "perigee 0.1: a Lua-scriptable trading host\n\n");
    for (int i = 0; i < COMMANDS; i++)
        if (commands[i].help)
            fprintf(out, "  perigee %-10s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\nperigee COMMAND --help tells more.\n");
    return out == stdout ? 0 : 2;
}

int pg_cli_fail(const char *name, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    fflush(stdout);
    fprintf(stderr, "perigee %s: %s\n", name, pg_error_text(err, text, sizeof text));
    return 1;
}

int pg_cli_is_interactive(void)
{
    return isatty(STDERR_FILENO);
}

/* argv from the command on. Its first word is what getopt's messages begin with. */
static int run(const command *c, int argc, char **argv)
{
    char name[32];
    snprintf(name, sizeof name, "perigee %s", c->name);
    argv[0] = name;
    return c->run(argc, argv);
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off(); /* kernels look at GSL's results themselves; its default is to abort */
    if (argc < 2)
        return usage(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return usage(stdout);
    if (strcmp(argv[1], "--version") == 0) {
        printf("perigee 0.1\n");
        return 0;
    }
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return run(&commands[i], argc - 1, argv + 1);
    fprintf(stderr, "perigee: there is no command '%s'\n\n", argv[1]);
    return usage(stderr);
}

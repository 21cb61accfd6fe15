/* perigee run: trades as config.lua says. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/process.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "crypto/passphrase.h"
#include "live/live.h"

static int usage(FILE *out)
{
    fprintf(out,
            "perigee run [config.lua] [--seconds N]\n\n"
            "Trades as the configuration says (config.lua when none is named) until Ctrl-C, SIGTERM, or N seconds\n"
            "have passed. Then everything is cancelled and confirmed. Saved scripts are taken over while it runs.\n"
            "The passphrase of a keystore is asked for, or read from a file that only its owner can read.\n");
    return out == stdout ? 0 : 2;
}

static void say(void *self, const char *line)
{
    FILE *out = self;
    fprintf(out, "%s\n", line);
    fflush(out);
}

static int tell_problems(const pg_config_problems *problems, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    for (int i = 0; i < problems->count; i++)
        fprintf(stderr, "perigee run: %s\n", pg_error_text(&problems->list[i], text, sizeof text));
    if (problems->more > 0)
        fprintf(stderr, "perigee run: and %d more\n", problems->more);
    return problems->count > 0 ? 1 : pg_cli_fail("run", err);
}

int pg_cli_run(int argc, char **argv)
{
    static const struct option options[] = { { "seconds", required_argument, NULL, 's' },
                                             { "passphrase-file", required_argument, NULL, 'p' },
                                             { "help", no_argument, NULL, 'h' },
                                             { 0 } };
    pg_log log = { .out = stderr, .level = PG_LOG_INFO, .clock = pg_clock_real() };
    pg_live_options live_options = { .config = "config.lua", .log = &log, .self = stdout, .say = say };
    pg_passphrase_source source = { .fd = -1 };
    pg_error err = { 0 };
    int option;
    live_options.passphrase = pg_passphrase_get;
    live_options.passphrase_self = &source;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h')
            return usage(stdout);
        if (option == 'p')
            source.file = optarg;
        else if (option != 's')
            return usage(stderr);
        else if (pg_option_duration(&live_options.seconds, "seconds", optarg, &err) != PG_OK)
            return pg_cli_fail("run", &err);
    }
    if (optind < argc)
        live_options.config = argv[optind++];
    if (optind < argc)
        return usage(stderr);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
    if (pg_process_forbid_dumps(&err) != PG_OK)
        return pg_cli_fail("run", &err);
    pg_config_problems *problems = calloc(1, sizeof *problems);
    pg_live *live;
    int code = 1;
    if (problems && pg_live_new(&live, &live_options, problems, &err) == PG_OK) {
        code = pg_live_run(live, &err) == PG_OK ? 0 : pg_cli_fail("run", &err);
        pg_live_free(live);
    } else if (problems) {
        code = tell_problems(problems, &err);
    }
    free(problems);
    return code;
}

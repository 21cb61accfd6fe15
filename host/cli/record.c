/* perigee record: market data to disk, without trading. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "data/sink.h"
#include "live/recording.h"

static int usage(FILE *out)
{
    fprintf(
        out,
        "usage: perigee record [config.lua | KIND:NETWORK:SYMBOL...] [options]\n\n"
        "Records the enabled markets of a configuration (config.lua when none is named), or those that are named\n"
        "(hyperliquid:mainnet:ETH), until Ctrl-C: book, best prices, trades, funding and mark prices. No key is\n"
        "read and nothing is traded. Stopped or killed at any time, it goes on at the next start with nothing twice;\n"
        "what is missing in between is in the files as a gap, with its reason.\n\n"
        "  --dir FOLDER       where to; default record.dir of the configuration (data)\n"
        "  --formats LIST     tape, parquet (a row an event), csv (R1's tables), parts (R2's Parquet tables): any\n"
        "                     of them with commas; default record.formats (tape)\n"
        "  --seconds N        stops after that\n\n"
        "Files: FOLDER/VENUE/market/. `perigee data info FOLDER/VENUE/market` reads them all as one recording.\n");
    return out == stdout ? 0 : 2;
}

typedef struct {
    const char *dir, *formats;
    double seconds;
    char **names;
    int count;
} options;

static void say(void *self, const char *line)
{
    FILE *out = self;
    fprintf(out, "%s\n", line);
    fflush(out);
}

/* ---- the configuration ---- */

/* KIND:NETWORK:SYMBOL as a venue and a market of a configuration; the strategy is never loaded. */
static pg_status describe(pg_text *text, char **names, int count, pg_error *err)
{
    pg_text_print(text, "host { trading_enabled = false }\nweb { enabled = false }\nrecord {}\n");
    for (int i = 0; i < count; i++) {
        char kind[32], network[16], symbol[64];
        if (sscanf(names[i], "%31[a-z]:%15[a-z]:%63[A-Za-z0-9_.:/@-]", kind, network, symbol) != 3 ||
            strlen(kind) + strlen(network) + strlen(symbol) + 2 != strlen(names[i]))
            return pg_fail(err, PG_ERR_INVALID, "'%s' is no market: write KIND:NETWORK:SYMBOL", names[i]);
        bool known = false;
        for (int k = 0; k < i; k++)
            known = known || strncmp(names[k], names[i], strlen(kind) + 1 + strlen(network) + 1) == 0;
        if (!known)
            pg_text_print(text, "venue \"%s_%s\" { kind = \"%s\", network = \"%s\"%s }\n", kind, network, kind, network,
                          strcmp(network, "local") == 0 ? ", data = \"synthetic\"" : "");
        pg_text_print(text,
                      "market { venue = \"%s_%s\", symbol = \"%s\", strategy = \"strategies/symmetric.lua\", "
                      "capital = 1 }\n",
                      kind, network, symbol);
    }
    return pg_text_check(text, err);
}

static pg_status read_config(pg_config **config, const options *o, pg_config_problems *problems, pg_error *err)
{
    pg_text text = { 0 };
    if (o->count == 0 || (o->count == 1 && !strchr(o->names[0], ':')))
        return pg_config_read(config, o->count ? o->names[0] : "config.lua", problems, err);
    pg_status status = describe(&text, o->names, o->count, err);
    if (status == PG_OK)
        status = pg_config_read_text(config, "the command line", text.data, text.length, problems, err);
    pg_text_free(&text);
    return status;
}

static pg_status take_formats(unsigned *formats, const char *list, pg_error *err)
{
    static const char *const names[] = { "tape", "parquet", "csv", "parts" };
    *formats = 0;
    for (const char *p = list;; p++) {
        size_t length = strcspn(p, ",");
        int found = -1;
        for (int i = 0; i < 4; i++)
            if (strlen(names[i]) == length && memcmp(names[i], p, length) == 0)
                found = i;
        if (found < 0)
            return pg_fail(err, PG_ERR_INVALID, "--formats '%s': use tape, parquet, csv, parts", list);
        *formats |= 1u << found;
        p += length;
        if (*p == '\0')
            return PG_OK;
    }
}

static int tell_problems(const pg_config_problems *problems, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    for (int i = 0; i < problems->count; i++)
        fprintf(stderr, "perigee record: %s\n", pg_error_text(&problems->list[i], text, sizeof text));
    return problems->count > 0 ? 1 : pg_cli_fail("record", err);
}

/* ---- the command ---- */

/* -1: go on; else the exit status. */
static int parse(options *o, int argc, char **argv)
{
    static const struct option known[] = { { "dir", required_argument, NULL, 'd' },
                                           { "formats", required_argument, NULL, 'f' },
                                           { "seconds", required_argument, NULL, 's' },
                                           { "help", no_argument, NULL, 'h' },
                                           { 0 } };
    pg_error err = { 0 };
    for (int option; (option = getopt_long(argc, argv, "h", known, NULL)) != -1;)
        switch (option) {
        case 'd': o->dir = optarg; break;
        case 'f': o->formats = optarg; break;
        case 's':
            if (pg_option_duration(&o->seconds, "--seconds", optarg, &err) != PG_OK)
                return pg_cli_fail("record", &err);
            break;
        case 'h': return usage(stdout);
        default: return usage(stderr);
        }
    o->names = argv + optind;
    o->count = argc - optind;
    return -1;
}

static int record(const options *o, pg_config_problems *problems)
{
    pg_log log = { .out = stderr, .level = PG_LOG_INFO, .clock = pg_clock_real() };
    pg_error err = { 0 };
    pg_config *config = NULL;
    if (read_config(&config, o, problems, &err) != PG_OK)
        return tell_problems(problems, &err);
    if (o->dir)
        config->record.dir = o->dir;
    log.level = config->host.log_level;
    log.format = config->host.log_format;
    pg_recording_options recording = {
        .config = config, .seconds = o->seconds, .log = &log, .self = stdout, .say = say
    };
    pg_status status = o->formats ? take_formats(&config->record.formats, o->formats, &err) : PG_OK;
    if (status == PG_OK)
        status = pg_recording_run(&recording, &err);
    pg_config_free(config);
    return status == PG_OK ? 0 : pg_cli_fail("record", &err);
}

int pg_cli_record(int argc, char **argv)
{
    options o = { 0 };
    int done = parse(&o, argc, argv);
    if (done >= 0)
        return done;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
    pg_config_problems *problems = calloc(1, sizeof *problems);
    int code = problems ? record(&o, problems) : 1;
    free(problems);
    return code;
}

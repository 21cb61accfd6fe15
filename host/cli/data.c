#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/home.h"
#include "cli/data_commands.h"
#include "script/layout.h"

/* perigee data: make, import, look at and check market data. */
static const char usage[] =
    "usage: perigee data COMMAND ...\n"
    "\n"
    "  generate OUT.tape           make a synthetic market\n"
    "  import IN... -o OUT.tape    turn recorded files of one market into a tape\n"
    "  info FILE...                what is in them\n"
    "  head FILE                   the first events, or those from a time on\n"
    "  verify FILE...              check for gaps, crossed books, duplicates, ...; repair\n"
    "  convert IN... OUT           from any format to any other\n"
    "  merge IN... OUT             several recordings of a market to one\n"
    "  slice IN... OUT             a part of a recording\n"
    "  stats IN...                 spread, depth, rates, latency, volatility; charts\n"
    "\n"
    "FILE is a tape, a Parquet file, a recorded file of a known layout (lua/perigee/layouts), or a\n"
    "folder of them.\n"
    "perigee data COMMAND --help tells more.\n";

int pg_cli_data(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        { "generate", pg_data_generate }, { "import", pg_data_import }, { "info", pg_data_info },
        { "head", pg_data_head },         { "verify", pg_data_verify }, { "convert", pg_data_convert },
        { "merge", pg_data_merge },       { "slice", pg_data_slice },   { "stats", pg_data_stats },
    };
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(usage, argc < 2 ? stderr : stdout);
        return argc < 2 ? PG_EXIT_USAGE : PG_EXIT_OK;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "perigee data: unknown command '%s'\n\n%s", argv[1], usage);
    return PG_EXIT_USAGE;
}

static const pg_option *find_option(const pg_option *options, int n, const char *argument)
{
    size_t length = strcspn(argument, "=");
    for (int i = 0; i < n; i++) {
        if (strlen(options[i].name) == length && memcmp(options[i].name, argument, length) == 0)
            return &options[i];
    }
    return NULL;
}

bool pg_arguments_read(pg_arguments *arguments, int argc, char **argv, const pg_option *options, int n_options,
                       const char *text, int *exit_status)
{
    int n = 0;
    bool only_files = false;
    *arguments = (pg_arguments){ (const char *const *)argv + 1, 0, false };
    *exit_status = PG_EXIT_USAGE;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        if (only_files || argument[0] != '-' || argument[1] == '\0') {
            argv[1 + n++] = argv[i];
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            only_files = true;
            continue;
        }
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            fputs(text, stdout);
            *exit_status = PG_EXIT_OK;
            return false;
        }
        const pg_option *option = find_option(options, n_options, argument);
        const char *equals = strchr(argument, '=');
        if (!option || (option->flag && equals) || (option->value && !equals && i + 1 == argc)) {
            fprintf(stderr, "perigee data %s: %s '%s'\n\n%s", argv[0],
                    option ? option->flag ? "no value is allowed for" : "a value is missing for" : "unknown option",
                    argument, text);
            return false;
        }
        if (option->flag)
            *option->flag = true;
        else
            *option->value = equals ? equals + 1 : argv[++i];
    }
    arguments->n = n;
    return true;
}

int pg_data_complain(const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    fprintf(stderr, "perigee data: %s\n", pg_error_text(err, text, sizeof text));
    return PG_EXIT_FAILED;
}

void pg_bar_update(void *context, uint64_t done, uint64_t total)
{
    enum { WIDTH = 40 };
    pg_bar *bar = context;
    int percent = total ? (int)(done * 100 / total) : 0;
    if (!pg_cli_is_interactive() || (bar->shown && percent == bar->percent))
        return;
    bar->shown = true;
    bar->percent = percent;
    int filled = percent > 100 ? WIDTH : percent * WIDTH / 100;
    fprintf(stderr, "\r%s [%.*s%*s] %3d%%", bar->what, filled, "########################################",
            WIDTH - filled, "", percent);
    fflush(stderr);
}

void pg_bar_clear(pg_bar *bar)
{
    if (bar->shown)
        fputs("\r\033[K", stderr);
    bar->shown = false;
}

int pg_data_print_defects(FILE *out, const pg_defects *defects)
{
    int kinds = 0;
    for (int kind = 0; kind < PG_DEFECT_KINDS; kind++) {
        if (defects->of[kind].count == 0)
            continue;
        fprintf(out, "  %8llu  %s (first: %s)\n", (unsigned long long)defects->of[kind].count,
                pg_defect_text((pg_defect)kind), defects->of[kind].first);
        kinds++;
    }
    return kinds;
}

pg_status pg_data_layouts(pg_layout **layouts, pg_data_options *options, const char *chosen, pg_error *err)
{
    char folder[PG_PATH_SIZE], path[PG_PATH_SIZE];
    *layouts = NULL;
    pg_status status = pg_file_join(folder, pg_home(), "lua/perigee/layouts", err);
    if (status != PG_OK)
        return status;
    if (!chosen) {
        status = pg_layout_load_all(layouts, &options->n_layouts, folder, err);
        options->layouts = *layouts;
        return status;
    }
    if (!strchr(chosen, '/') && !pg_text_ends_with(chosen, ".lua")) {
        char name[PG_LAYOUT_NAME + 8];
        snprintf(name, sizeof name, "%.*s.lua", PG_LAYOUT_NAME, chosen);
        status = pg_file_join(path, folder, name, err);
        chosen = path;
    }
    *layouts = calloc(1, sizeof **layouts);
    if (status == PG_OK && !*layouts)
        status = pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = pg_layout_load(*layouts, chosen, err);
    options->layout = *layouts;
    return status;
}

pg_status pg_data_open_any(pg_tape **tape, const pg_data_input *input, pg_import_summary *summary, bool *imported,
                           pg_error *err)
{
    char warning[PG_ERROR_WHAT] = "";
    bool own, *made = imported ? imported : &own;
    pg_bar bar = { .what = "importing" };
    pg_data_options options = {
        .cache = ".run/cache",
        .fresh = input->fresh,
        .import = { .progress = pg_bar_update, .context = &bar, .symbol = input->symbol, .venue = input->venue }
    };
    pg_layout *layouts = NULL;
    pg_status status = PG_OK;
    if (input->n != 1 || !pg_tape_is(input->paths[0]))
        status = pg_data_layouts(&layouts, &options, input->layout, err);
    for (int i = 0; layouts && input->lenient && i < (options.layout ? 1 : options.n_layouts); i++)
        layouts[i].tolerate = UINT32_MAX;
    if (status == PG_OK)
        status = pg_data_open(tape, input->paths, input->n, &options, made, summary, warning, sizeof warning, err);
    pg_bar_clear(&bar);
    free(layouts);
    if (status == PG_OK && warning[0])
        fprintf(stderr, "perigee data: warning: %s\n", warning);
    return status;
}

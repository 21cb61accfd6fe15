/* perigee data import */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/file.h"
#include "cli/data_commands.h"
#include "data/files.h"
#include "data/timestamp.h"

static const char usage[] =
    "usage: perigee data import IN... -o OUT.tape [options]\n"
    "\n"
    "Merges recorded files of one market (plain, gzip or zstd) in order of receive time into a tape.\n"
    "\n"
    "  -o, --output OUT.tape  the tape to make\n"
    "  --layout NAME|FILE.lua how the files are read (default: found by their columns; lua/perigee/layouts)\n"
    "  --symbol S             the market's name (default: from the rows or file names)\n"
    "  --venue V              the venue's name (default: the layout's)\n"
    "  --tick T, --lot L      price and size step (default: inferred from the data)\n";

static void print_summary(const char *path, const pg_import_summary *s)
{
    char from[PG_TIME_TEXT], to[PG_TIME_TEXT], tick[PG_DECIMAL_TEXT], lot[PG_DECIMAL_TEXT];
    const pg_instrument *i = &s->info.instrument;
    printf("%s: %s %s, tick %s, lot %s\n", path, i->venue, i->symbol,
           pg_decimal_format_short(tick, sizeof tick, i->tick, i->price_decimals),
           pg_decimal_format_short(lot, sizeof lot, i->lot, i->size_decimals));
    printf("  %s to %s\n", pg_time_format(from, s->first_ns), pg_time_format(to, s->last_ns));
    printf("  %llu rows, %llu events:", (unsigned long long)s->rows, (unsigned long long)s->events);
    for (int kind = 0; kind < PG_EVENT_KINDS; kind++) {
        if (s->of_kind[kind])
            printf(" %llu %s", (unsigned long long)s->of_kind[kind], pg_event_kind_name(kind));
    }
    putchar('\n');
    if (s->info.clock_offset_ns)
        printf("  receive times were moved on by %.3f ms\n", (double)s->info.clock_offset_ns * 1e-6);
    pg_data_print_defects(stdout, &s->defects);
}

int pg_data_import(int argc, char **argv)
{
    const char *output = NULL, *layout = NULL;
    pg_bar bar = { .what = "importing" };
    pg_data_options options = { .import = { .progress = pg_bar_update, .context = &bar } };
    const pg_option known[] = {
        { "-o", &output, NULL },
        { "--output", &output, NULL },
        { "--layout", &layout, NULL },
        { "--symbol", &options.import.symbol, NULL },
        { "--venue", &options.import.venue, NULL },
        { "--tick", &options.import.tick, NULL },
        { "--lot", &options.import.lot, NULL },
    };
    pg_arguments arguments;
    int exit_status;
    if (!pg_arguments_read(&arguments, argc, argv, known, sizeof known / sizeof *known, usage, &exit_status))
        return exit_status;
    if (arguments.n < 1 || !output) {
        fprintf(stderr, "perigee data import: %s\n\n%s", output ? "no files are given" : "-o OUT.tape is missing",
                usage);
        return PG_EXIT_USAGE;
    }
    pg_layout *layouts = NULL;
    pg_import_input *inputs = NULL;
    pg_import_summary *summary = calloc(1, sizeof *summary);
    pg_error err = { 0 };
    pg_files files = { 0 };
    pg_status status = summary ? PG_OK : pg_fail(&err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = pg_files_expand(&files, arguments.paths, arguments.n, &err);
    if (status == PG_OK && !(inputs = calloc((size_t)files.n, sizeof *inputs)))
        status = pg_fail(&err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = pg_data_layouts(&layouts, &options, layout, &err);
    if (status == PG_OK)
        status = pg_data_choose(inputs, (const char *const *)files.paths, files.n, &options, &err);
    if (status == PG_OK)
        status = pg_import(output, inputs, files.n, &options.import, summary, &err);
    pg_bar_clear(&bar);
    if (status == PG_OK)
        print_summary(output, summary);
    else
        pg_data_complain(&err);
    pg_files_free(&files);
    free(inputs);
    free(summary);
    free(layouts);
    return status == PG_OK ? PG_EXIT_OK : PG_EXIT_FAILED;
}

/* perigee data stats */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/data_commands.h"
#include "report/data_report.h"

static const char usage[] =
    "usage: perigee data stats IN... [--plot OUT.html] [--json OUT.json] [--layout NAME|FILE.lua]\n"
    "\n"
    "Spread, depth, rates, latency, volatility and the profile of the day of a recording, in any format.\n"
    "\n"
    "  --plot OUT.html    charts, in one page that needs nothing else\n"
    "  --json OUT.json    every figure (- for the standard output)\n";

static pg_status write_text(const char *path, pg_text *text, pg_error *err)
{
    pg_status status = pg_text_check(text, err);
    if (status == PG_OK && strcmp(path, "-") == 0)
        printf("%s\n", text->data);
    else if (status == PG_OK)
        status = pg_file_write(path, text->data, text->length, err);
    pg_text_free(text);
    return status;
}

static pg_status show(const pg_data_input *input, const char *plot, const char *json, pg_error *err)
{
    pg_tape *tape = NULL;
    pg_text text = { 0 };
    pg_statistics *s = malloc(sizeof *s);
    pg_status status =
        s ? pg_data_open_any(&tape, input, NULL, NULL, err) : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = pg_statistics_compute(s, tape, err);
    if (status == PG_OK && !(json && strcmp(json, "-") == 0))
        pg_data_report_print(stdout, s, tape);
    if (status == PG_OK && json) {
        pg_data_report_json(&text, s, tape);
        status = write_text(json, &text, err);
    }
    if (status == PG_OK && plot) {
        status = pg_data_report_html(&text, s, tape, err);
        if (status == PG_OK)
            status = write_text(plot, &text, err);
        pg_text_free(&text);
    }
    pg_tape_close(tape);
    free(s);
    return status;
}

int pg_data_stats(int argc, char **argv)
{
    const char *plot = NULL, *json = NULL;
    pg_data_input input = { 0 };
    const pg_option known[] = { { "--plot", &plot, NULL },
                                { "--json", &json, NULL },
                                { "--layout", &input.layout, NULL } };
    pg_arguments arguments;
    int exit_status;
    pg_error err = { 0 };
    if (!pg_arguments_read(&arguments, argc, argv, known, 3, usage, &exit_status))
        return exit_status;
    if (arguments.n < 1) {
        fputs(usage, stderr);
        return PG_EXIT_USAGE;
    }
    input.paths = arguments.paths;
    input.n = arguments.n;
    return show(&input, plot, json, &err) == PG_OK ? PG_EXIT_OK : pg_data_complain(&err);
}

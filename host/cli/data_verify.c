/* perigee data verify */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/data_commands.h"
#include "data/check.h"

static const char usage[] =
    "usage: perigee data verify FILE... [--layout NAME|FILE.lua]\n"
    "\n"
    "Checks tapes, or recorded files (what their import met counts too): checksums, gaps, sequence breaks,\n"
    "times that go back, duplicates, crossed and locked books, levels out of order, prices off the tick.\n"
    "Prints the count and first place of each. Exit status 1 when something is wrong; locked books and removals\n"
    "of absent levels are reported but happen at venues.\n";

static bool print_section(const char *title, const pg_defects *defects)
{
    bool wrong = false;
    for (int kind = 0; kind < PG_DEFECT_KINDS; kind++)
        wrong |= defects->of[kind].count > 0 && pg_defect_is_wrong((pg_defect)kind);
    printf("  %s\n", title);
    if (pg_data_print_defects(stdout, defects) == 0)
        printf("         0  defects\n");
    return wrong;
}

static int verify_file(const char *path, const char *layout, pg_import_summary *summary, pg_check_report *report)
{
    pg_tape *tape = NULL;
    bool imported = false, wrong = false;
    pg_error err = { 0 };
    pg_status status = pg_data_open_any(&tape, &path, 1, layout, true, summary, &imported, &err);
    if (status == PG_OK)
        status = pg_check_tape(report, tape, &err);
    if (status == PG_OK) {
        printf("%s: %" PRIu64 " events, %" PRIu64 " books\n", path, report->events, report->books);
        if (imported)
            wrong = print_section("met by the import:", &summary->defects);
        wrong |= print_section(imported ? "in the tape made from it:" : "in the tape:", &report->defects);
    } else {
        pg_data_complain(&err);
    }
    pg_tape_close(tape);
    return status == PG_OK && !wrong ? PG_EXIT_OK : PG_EXIT_FAILED;
}

int pg_data_verify(int argc, char **argv)
{
    const char *layout = NULL;
    const pg_option known[] = { { "--layout", &layout, NULL } };
    pg_arguments arguments;
    int exit_status;
    if (!pg_arguments_read(&arguments, argc, argv, known, 1, usage, &exit_status))
        return exit_status;
    if (arguments.n < 1) {
        fputs(usage, stderr);
        return PG_EXIT_USAGE;
    }
    pg_import_summary *summary = malloc(sizeof *summary);
    pg_check_report *report = malloc(sizeof *report);
    exit_status = summary && report ? PG_EXIT_OK : PG_EXIT_FAILED;
    for (int i = 0; i < arguments.n && summary && report; i++)
        exit_status |= verify_file(arguments.paths[i], layout, summary, report);
    free(summary);
    free(report);
    return exit_status;
}

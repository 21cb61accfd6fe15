/* perigee data verify */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/data_commands.h"
#include "data/check.h"
#include "data/copy.h"
#include "data/event_source.h"
#include "data/timestamp.h"

enum { GAPS_SHOWN = 20 };

static const char usage[] =
    "usage: perigee data verify FILE... [--layout NAME|FILE.lua] [--all] [--repair NEWFILE]\n"
    "\n"
    "Checks recordings of any format: checksums, rows against metadata, gaps (start, length, reason), sequence "
    "breaks,\n"
    "times that go back, duplicates, crossed and locked books, levels out of order, prices off the tick. What the\n"
    "import of a foreign file met counts too. Exit status 1 when something is wrong; locked books and removals of\n"
    "absent levels are reported but happen at venues.\n"
    "\n"
    "  --all              lists every gap, not only the first 20\n"
    "  --repair NEWFILE   writes what is sound of one file as a new one (NAME.tape or NAME.parquet), with gaps where\n"
    "                     something is missing; the old file is not touched\n";

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

/* A gap in which trades are missing is told by the venue's clock, where it is known. */
static int64_t began_ns(const pg_event *gap)
{
    return (gap->flags & PG_EVENT_NO_EXCHANGE ? gap->local_ns : gap->exch_ns) - gap->size2;
}

static void print_gaps(const pg_tape *tape, bool all)
{
    const pg_event *events = pg_tape_events(tape);
    struct {
        uint64_t count;
        int64_t length_ns;
    } of[PG_GAP_REASONS] = { 0 };
    uint64_t shown = 0, count = 0;
    for (size_t i = 0; i < pg_tape_count(tape); i++) {
        const pg_event *e = &events[i];
        char start[PG_TIME_TEXT];
        if (e->kind != PG_EVENT_GAP)
            continue;
        size_t reason = e->price2 >= 0 && e->price2 < PG_GAP_REASONS ? (size_t)e->price2 : 0;
        if (count++ == 0)
            printf("  gaps:\n");
        of[reason].count++;
        of[reason].length_ns += e->size2;
        if (!all && shown == GAPS_SHOWN)
            continue;
        shown++;
        printf("    %s  %12.3f s  %s\n", pg_time_format(start, began_ns(e)), (double)e->size2 * 1e-9,
               pg_gap_reason_name((int64_t)reason));
    }
    if (count > shown)
        printf("    and %" PRIu64 " more (--all lists them)\n", count - shown);
    for (size_t reason = 0; reason < PG_GAP_REASONS; reason++)
        if (of[reason].count > 0)
            printf("    %" PRIu64 " by %s: %.1f s in all\n", of[reason].count, pg_gap_reason_name((int64_t)reason),
                   (double)of[reason].length_ns * 1e-9);
}

static int verify_file(const pg_data_input *input, bool all, pg_import_summary *summary, pg_check_report *report)
{
    pg_tape *tape = NULL;
    bool imported = false, wrong = false;
    const char *path = input->paths[0];
    pg_error err = { 0 };
    pg_status status = pg_data_open_any(&tape, input, summary, &imported, &err);
    if (status == PG_OK)
        status = pg_check_tape(report, tape, &err);
    if (status == PG_OK) {
        printf("%s: %" PRIu64 " events, %" PRIu64 " books\n", path, report->events, report->books);
        if (imported)
            wrong = print_section("met by the import:", &summary->defects);
        wrong |= print_section(imported ? "in the tape made from it:" : "in the tape:", &report->defects);
        print_gaps(tape, all);
    } else {
        pg_data_complain(&err);
    }
    pg_tape_close(tape);
    return status == PG_OK && !wrong ? PG_EXIT_OK : PG_EXIT_FAILED;
}

/* ---- repair ---- */

/* A foreign file loses the rows that cannot be read; what can becomes a file of events. */
static pg_status repair_foreign(pg_copy_result *result, pg_sink_config *to, const pg_data_input *input,
                                pg_import_summary *summary, pg_error *err)
{
    pg_tape *tape = NULL;
    pg_data_input lenient = *input;
    lenient.lenient = lenient.fresh = true;
    pg_status status = pg_data_open_any(&tape, &lenient, summary, NULL, err);
    if (status != PG_OK)
        return status;
    to->info = pg_tape_get_info(tape);
    status = pg_copy_range(result, to, tape, INT64_MIN, INT64_MAX, NULL, NULL, err);
    pg_tape_close(tape);
    for (int kind = 0; kind < PG_DEFECT_KINDS; kind++)
        if (pg_defect_is_row((pg_defect)kind))
            result->dropped += summary->defects.of[kind].count;
    return status;
}

static int repair(const pg_data_input *input, const char *new_file, pg_import_summary *summary)
{
    pg_copy_result result = { 0 };
    pg_error err = { 0 };
    bool parquet = pg_text_ends_with(new_file, ".parquet");
    pg_sink_config to = { .format = parquet ? PG_SINK_PARQUET : PG_SINK_TAPE, .path = new_file };
    pg_status status = PG_OK;
    if (!parquet && !pg_text_ends_with(new_file, ".tape"))
        status = pg_fail(&err, PG_ERR_INVALID, "--repair %s: name it NAME.tape or NAME.parquet", new_file);
    else if (pg_events_form_of(input->paths[0]) != PG_EVENTS_NONE)
        status = pg_copy_sound(&result, &to, input->paths[0], &err);
    else
        status = repair_foreign(&result, &to, input, summary, &err);
    if (status != PG_OK)
        return pg_data_complain(&err);
    printf("%s: %" PRIu64 " sound events; lost in damaged blocks %" PRIu64 ", left out as malformed %" PRIu64
           ", gaps marked %" PRIu64 "%s%s\n",
           new_file, result.events, result.lost, result.dropped, result.gaps, result.warning[0] ? "; " : "",
           result.warning);
    return PG_EXIT_OK;
}

int pg_data_verify(int argc, char **argv)
{
    pg_data_input input = { .n = 1, .fresh = true };
    const char *new_file = NULL;
    bool all = false;
    const pg_option known[] = { { "--layout", &input.layout, NULL },
                                { "--repair", &new_file, NULL },
                                { "--all", NULL, &all } };
    pg_arguments arguments;
    int exit_status;
    if (!pg_arguments_read(&arguments, argc, argv, known, sizeof known / sizeof *known, usage, &exit_status))
        return exit_status;
    if (arguments.n < 1 || (new_file && arguments.n != 1)) {
        fprintf(stderr, "perigee data verify: %s\n\n%s",
                arguments.n < 1 ? "no file is given" : "--repair is for one file", usage);
        return PG_EXIT_USAGE;
    }
    pg_import_summary *summary = calloc(1, sizeof *summary);
    pg_check_report *report = malloc(sizeof *report);
    exit_status = summary && report ? PG_EXIT_OK : PG_EXIT_FAILED;
    for (int i = 0; i < arguments.n && summary && report; i++) {
        input.paths = &arguments.paths[i];
        exit_status |= new_file ? repair(&input, new_file, summary) : verify_file(&input, all, summary, report);
    }
    free(summary);
    free(report);
    return exit_status;
}

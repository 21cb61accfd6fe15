/* perigee data convert, merge, slice: recordings from format to format. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/decimal.h"
#include "base/file.h"
#include "cli/data_commands.h"
#include "data/copy.h"
#include "data/depth.h"
#include "data/timestamp.h"

#define OPTIONS_TEXT(option)                                                                                           \
    "  " option                                                                                                        \
    " FORMAT              tape (mapped, the fastest to read), packed (a tape in a tenth of the space), parquet\n"      \
    "                           (a row an event), csv (R1's tables), parts (R2's Parquet tables); default: by OUT's\n" \
    "                           name, NAME.tape or NAME.parquet. csv and parts make a folder; they hold the best\n"    \
    "                           levels and trades only, in milliseconds\n"                                             \
    "  --levels N               of csv and parts; default 20\n"                                                        \
    "  --layout NAME|FILE.lua   how foreign files are read (default: found by their columns)\n"                        \
    "  --symbol S, --venue V    of foreign files that do not tell\n"                                                   \
    "\n"                                                                                                               \
    "IN is a tape, a Parquet file, a recorded file of a known layout, or a folder of them. No file is written over.\n"

static const char convert_usage[] =
    "usage: perigee data convert IN... OUT [options]\n"
    "\n"
    "Writes recordings of one market, merged in order of receive time, in another format.\n"
    "\n" OPTIONS_TEXT("--to");

static const char merge_usage[] =
    "usage: perigee data merge IN... OUT [options]\n"
    "\n"
    "Makes one recording of several of the same market, in any formats. Trades that several of them have stay once.\n"
    "\n" OPTIONS_TEXT("--to");

static const char slice_usage[] =
    "usage: perigee data slice IN... OUT [--from TIME] [--to TIME] [options]\n"
    "\n"
    "Writes a part: from TIME on, and before the other, with the book as it stood at the\n"
    "start. TIME is ISO 8601 (2025-09-04T20:00:00) or a number of s, ms, us or ns.\n"
    "\n" OPTIONS_TEXT("--as");

typedef struct {
    const char *name, *usage;
    const char *format, *levels, *layout, *symbol, *venue, *from, *until;
} request;

static pg_status choose_format(pg_sink_config *to, const request *r, pg_error *err)
{
    struct stat info;
    int format = r->format ? pg_sink_format_find(r->format) : -1;
    if (r->format && format < 0)
        return pg_fail(err, PG_ERR_INVALID, "--to '%s' is none of tape, packed, parquet, csv, parts", r->format);
    if (!r->format) {
        format = pg_text_ends_with(to->path, ".parquet") ? PG_SINK_PARQUET
                 : pg_text_ends_with(to->path, ".tape")  ? PG_SINK_TAPE
                                                         : -1;
        if (format < 0) {
            pg_fail(err, PG_ERR_INVALID, "the name %s does not tell a format", to->path);
            pg_error_remedy(err, "name it NAME.tape or NAME.parquet, or say --to csv, --to parts, ...");
            return PG_ERR_INVALID;
        }
    }
    to->format = (pg_sink_format)format;
    bool folder = format == PG_SINK_CSV || format == PG_SINK_PARTS;
    if (stat(to->path, &info) == 0 && S_ISDIR(info.st_mode) != folder)
        return pg_fail(err, PG_ERR_INVALID, "%s is %s folder, and %s is to be written", to->path, folder ? "no" : "a",
                       folder ? "one" : "a file");
    return PG_OK;
}

static pg_status read_time(int64_t *time_ns, const char *name, const char *text, pg_error *err)
{
    if (text && pg_time_parse(time_ns, text, strlen(text), PG_TIME_AUTO) != PG_OK)
        return pg_fail(err, PG_ERR_INVALID, "%s '%s' is no time", name, text);
    return PG_OK;
}

static pg_status read_levels(pg_sink_config *to, const request *r, pg_error *err)
{
    int64_t levels = PG_DEPTH_LEVELS;
    if (r->levels && (pg_decimal_parse(&levels, r->levels, strlen(r->levels), 0) != PG_OK || levels < 1 ||
                      levels > PG_DEPTH_LEVELS_MAX))
        return pg_fail(err, PG_ERR_INVALID, "--levels must be 1 to %d", PG_DEPTH_LEVELS_MAX);
    to->levels = (int)levels;
    return PG_OK;
}

static pg_status write_out(const request *r, const pg_arguments *arguments, pg_error *err)
{
    pg_copy_result result;
    pg_tape *tape = NULL;
    pg_bar bar = { .what = "writing" };
    int64_t from_ns = INT64_MIN, until_ns = INT64_MAX;
    pg_sink_config to = { .path = arguments->paths[arguments->n - 1] };
    pg_data_input input = {
        .paths = arguments->paths, .n = arguments->n - 1, .layout = r->layout, .symbol = r->symbol, .venue = r->venue
    };
    pg_status status = choose_format(&to, r, err);
    if (status == PG_OK)
        status = read_levels(&to, r, err);
    if (status == PG_OK)
        status = read_time(&from_ns, "--from", r->from, err);
    if (status == PG_OK)
        status = read_time(&until_ns, "--to", r->until, err);
    if (status == PG_OK)
        status = pg_data_open_any(&tape, &input, NULL, NULL, err);
    if (status == PG_OK) {
        to.info = pg_tape_get_info(tape);
        status = pg_copy_range(&result, &to, tape, from_ns, until_ns, pg_bar_update, &bar, err);
    }
    pg_bar_clear(&bar);
    pg_tape_close(tape);
    if (status == PG_OK)
        printf("%s: %llu events, %s\n", to.path, (unsigned long long)result.events, pg_sink_format_name(to.format));
    return status;
}

/* Of a slice --to is a time, and --as the format. */
static int run(request *r, int argc, char **argv)
{
    bool slice = strcmp(r->name, "slice") == 0;
    const pg_option known[] = { { slice ? "--as" : "--to", &r->format, NULL },
                                { "--levels", &r->levels, NULL },
                                { "--layout", &r->layout, NULL },
                                { "--symbol", &r->symbol, NULL },
                                { "--venue", &r->venue, NULL },
                                { "--from", &r->from, NULL },
                                { "--to", &r->until, NULL } };
    pg_arguments arguments;
    int exit_status;
    pg_error err = { 0 };
    if (!pg_arguments_read(&arguments, argc, argv, known, slice ? 7 : 5, r->usage, &exit_status))
        return exit_status;
    if (arguments.n < 2) {
        fprintf(stderr, "perigee data %s: IN and OUT are needed\n\n%s", r->name, r->usage);
        return PG_EXIT_USAGE;
    }
    return write_out(r, &arguments, &err) == PG_OK ? PG_EXIT_OK : pg_data_complain(&err);
}

int pg_data_convert(int argc, char **argv)
{
    return run(&(request){ .name = "convert", .usage = convert_usage }, argc, argv);
}

int pg_data_merge(int argc, char **argv)
{
    return run(&(request){ .name = "merge", .usage = merge_usage }, argc, argv);
}

int pg_data_slice(int argc, char **argv)
{
    return run(&(request){ .name = "slice", .usage = slice_usage }, argc, argv);
}

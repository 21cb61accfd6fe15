/* The subcommands of `perigee data` and what they share. Each takes its own arguments (argv[0] is its name) and returns
 * the exit status: 0 done, 1 failed or defects found, 2 wrong arguments. */
#ifndef PG_CLI_DATA_COMMANDS_H
#define PG_CLI_DATA_COMMANDS_H

#include <stdbool.h>
#include <stdio.h>

#include "data/load.h"

enum { PG_EXIT_OK = 0, PG_EXIT_FAILED = 1, PG_EXIT_USAGE = 2 };

int pg_data_generate(int argc, char **argv);
int pg_data_import(int argc, char **argv);
int pg_data_info(int argc, char **argv);
int pg_data_head(int argc, char **argv);
int pg_data_convert(int argc, char **argv);
int pg_data_merge(int argc, char **argv);
int pg_data_slice(int argc, char **argv);
int pg_data_stats(int argc, char **argv);
int pg_data_verify(int argc, char **argv);

/* ---- arguments ---- */

/* One option with a value, or a flag (value NULL). Unknown options, and options without their value, are errors. */
typedef struct {
    const char *name; /* "--seed" */
    const char **value;
    bool *flag;
} pg_option;

typedef struct {
    const char *const *paths; /* what is left: files. Points into argv, which is reordered */
    int n;
    bool help;
} pg_arguments;

/* Sorts argv into options (--name value, --name=value) and files. *exit_status is set when it returns false. */
bool pg_arguments_read(pg_arguments *arguments, int argc, char **argv, const pg_option *options, int n_options,
                       const char *usage, int *exit_status);

/* ---- messages ---- */

/* "perigee data: where: what (remedy)" to stderr; returns PG_EXIT_FAILED. */
int pg_data_complain(const pg_error *err);

/* A progress bar on stderr when it is a terminal. Done with pg_bar_clear. */
typedef struct {
    const char *what;
    bool shown;
    int percent;
} pg_bar;
void pg_bar_update(void *bar, uint64_t done, uint64_t total);
void pg_bar_clear(pg_bar *bar);

/* The defects that were counted, a line each. Returns how many kinds there were. */
int pg_data_print_defects(FILE *out, const pg_defects *defects);

/* ---- data ---- */

/* Layouts of <home>/lua/perigee/layouts, or the one that --layout names (a name, or a path to FILE.lua), for
 * pg_data_open. The caller frees *layouts. */
pg_status pg_data_layouts(pg_layout **layouts, pg_data_options *options, const char *chosen, pg_error *err);

/* Which data to open. NULL: not said. */
typedef struct {
    const char *const *paths;
    int n;
    const char *layout, *symbol, *venue;
    bool fresh;   /* imports even when the cache has it */
    bool lenient; /* leaves out every row with a defect, whatever its layout says */
} pg_data_input;

/* Opens recordings of any kind for reading, importing them with a bar; warnings go to stderr. The cache is .run/cache.
 * summary and imported (whether an import was made) may be NULL. */
pg_status pg_data_open_any(pg_tape **tape, const pg_data_input *input, pg_import_summary *summary, bool *imported,
                           pg_error *err);

#endif

/* Option values that several subcommands take: numbers, durations, times. */
#ifndef PG_CLI_OPTIONS_H
#define PG_CLI_OPTIONS_H

#include <stdint.h>

#include "base/status.h"
#include "data/tape.h"

/* A finite number. PG_ERR_INVALID names the option. */
pg_status pg_option_number(double *value, const char *option, const char *text, pg_error *err);

/* Positive seconds from "90", "90s", "30m", "24h", "2d", "250ms". */
pg_status pg_option_duration(double *seconds, const char *option, const char *text, pg_error *err);

/* A full time, or a time of the day on which the tape begins: 2025-09-04T20:00:00 or 20:00[:00]. NULL changes nothing. */
pg_status pg_option_time(int64_t *time_ns, const char *option, const char *text, const pg_tape *tape, pg_error *err);

/* The part of a tape that --from, --to and --window (seconds before the end; 0: none) choose. */
pg_status pg_option_period(int64_t *from_ns, int64_t *to_ns, const char *from, const char *to, double window_s,
                           const pg_tape *tape, pg_error *err);

/* Makes one word of an option and the file name behind it ("--json FILE" becomes "--json=FILE", which is the only form
 * that getopt knows for an optional value) when that is "-" or ends with `suffix`. joined[PG_PATH_SIZE] keeps it. */
void pg_option_join(int *argc, char **argv, const char *option, const char *suffix, char *joined);

#endif

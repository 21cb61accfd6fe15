/* `perigee selftest`: runs test vectors against this build.
 *
 * A vectors folder holds one folder a subject (quant, ...), each with JSON files known by name and format. Every vector
 * of every known file is run; a file that is not known is named as such. The formats are in the specifications of the
 * subjects; numbers pass when they are within tol.rel of the expected value or within tol.abs. */
#ifndef PG_SELFTEST_SELFTEST_H
#define PG_SELFTEST_SELFTEST_H

#include <stdio.h>

#include "base/status.h"

/* Runs the vectors under `dir`: a vectors folder, or one subject's folder. `only` limits the run to a subject, a file
 * (with or without .json) or subject/file; NULL runs everything. Writes a line a file to `out`, details of the first
 * failures before it, and a total. *failed gets the number of failed vectors; unreadable files count as failures.
 * PG_ERR_NOT_FOUND when there is nothing to run. */
pg_status pg_selftest_run(const char *dir, const char *only, FILE *out, int *failed);

/* The subcommand: selftest [--vectors DIR] [--only NAME]. 0 when everything passed, 1 on failures, 2 on misuse. */
int pg_cli_selftest(int argc, char **argv);

#endif

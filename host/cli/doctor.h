/* What the files of `perigee doctor` share: findings, a line each. */
#ifndef PG_CLI_DOCTOR_H
#define PG_CLI_DOCTOR_H

#include "script/config.h"

typedef struct {
    const pg_config *config;
    int problems, warnings;
} pg_doctor;

/* "ok", "warning" or "PROBLEM", what it is about, and what was found; remedy: what to do, on a line of its own. */
void pg_doctor_ok(pg_doctor *doctor, const char *about, const char *format, ...) __attribute__((format(printf, 3, 4)));
void pg_doctor_warn(pg_doctor *doctor, const char *about, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void pg_doctor_problem(pg_doctor *doctor, const char *about, const pg_error *err);

void pg_doctor_files(pg_doctor *doctor);  /* configuration, ledger, recordings, keystore, console, web */
void pg_doctor_venues(pg_doctor *doctor); /* connections and clock */

#endif

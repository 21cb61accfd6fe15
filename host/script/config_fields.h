/* The fields of config.lua: one table for each word, which reading, checking and comparing go by. Private to
 * host/script/config*.c. */
#ifndef PG_SCRIPT_CONFIG_FIELDS_H
#define PG_SCRIPT_CONFIG_FIELDS_H

#include <stddef.h>

#include "script/config.h"

typedef enum {
    PG_FIELD_KIND_WORD,    /* const char *: letters, digits, '_', '-' and '.' */
    PG_FIELD_KIND_TEXT,    /* const char * */
    PG_FIELD_KIND_NUMBER,  /* double */
    PG_FIELD_KIND_INTEGER, /* int */
    PG_FIELD_KIND_SEED,    /* uint64_t */
    PG_FIELD_KIND_BOOL,
    PG_FIELD_KIND_CHOICE,     /* int: place in `choices` */
    PG_FIELD_KIND_SECRET,     /* pg_secret_source */
    PG_FIELD_KIND_FORMATS,    /* unsigned: a bit for each of `choices` */
    PG_FIELD_KIND_PARAMS,     /* pg_config_market.params */
    PG_FIELD_KIND_ESTIMATORS, /* pg_config_market.estimators */
} pg_field_kind;

/* What a difference of the field means when the file is read again. */
typedef enum { PG_FIELD_RESTART, PG_FIELD_LIVE, PG_FIELD_SCRIPT, PG_FIELD_PARAMS } pg_field_change;

typedef struct {
    const char *name;
    pg_field_kind kind;
    pg_field_change change;
    size_t offset;
    double min, max;            /* of numbers */
    const char *unit;           /* behind a number in messages, or NULL */
    const char *const *choices; /* ends with NULL */
    bool is_public;             /* may be given as env "NAME" */
    bool is_digits;             /* a text that may be written as a whole number, too */
} pg_config_field;

/* The word of a table, its fields (at most 64) and the values that they have when nothing is given. */
typedef struct {
    const char *word;
    const pg_config_field *fields;
    int count;
    const void *defaults;
    size_t size;
    size_t line_offset, given_offset;
} pg_config_table;

extern const pg_config_table pg_config_venue_table, pg_config_market_table, pg_config_risk_table,
    pg_config_record_table, pg_config_web_table, pg_config_host_table;

/* A setting of one kind of venue only; it may be given as env "NAME". */
typedef struct {
    const char *kind, *name;
    bool is_address;
    const char *const *choices; /* ends with NULL; NULL: it is a whole number */
    double min, max;            /* of a whole number */
} pg_config_option;

extern const pg_config_option pg_config_options[];
extern const int pg_config_option_count;

/* Kinds of venues that this build can talk to; ends with NULL. */
extern const char *const pg_config_kinds[];

/* Whether a table's entry was given the field of this name. */
bool pg_config_given(const pg_config_table *table, const void *entry, const char *field);

/* ---- problems ---- */

/* Adds a problem at a line of the file (0: the file as a whole); its remedy may be set in what is returned, which is
 * never NULL. */
pg_error *pg_config_problem(pg_config_problems *problems, const char *path, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Looks at the whole: what must be there, what belongs together, what contradicts. Fills in what follows from it. */
void pg_config_check(pg_config *config, pg_config_problems *problems);

#endif

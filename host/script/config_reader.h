/* Reading the tables of config.lua by their fields. Private to host/script/config*.c. */
#ifndef PG_SCRIPT_CONFIG_READER_H
#define PG_SCRIPT_CONFIG_READER_H

#include <lua.h>

#include "script/config_fields.h"

enum { PG_CONFIG_TEXTS = 1 << 20 };

typedef struct {
    lua_State *lua;
    int secrets; /* stack index: references to secrets, by lua/perigee/config.lua */
    int guess;   /* stack index: declare.guess */
    pg_config *config;
    pg_config_problems *problems;
    char *texts; /* [PG_CONFIG_TEXTS]: every text of the configuration, end to end */
    size_t used;
    int line; /* of the call that is being read */
} pg_config_reader;

/* A copy that lives as long as the configuration. Too many texts: a problem, and "". */
const char *pg_config_keep(pg_config_reader *reader, const char *text);

/* Reads the Lua table on top of the stack into entry, which has its defaults. Runs inside a protected call. */
void pg_config_read_table(pg_config_reader *reader, const pg_config_table *table, void *entry);

/* A name that config.lua gave in quotes before a table: a word, or a problem and NULL. */
const char *pg_config_read_name(pg_config_reader *reader, const char *what, const char *name);

/* Where env "NAME" is on top of the stack, puts the variable's value there instead: a number when it is one, else a text.
 * False, and a problem, when it is not set. */
bool pg_config_public(pg_config_reader *reader, const char *name);

/* A problem at the reader's line. */
pg_error *pg_config_wrong(pg_config_reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

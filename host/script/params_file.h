/* Parameter files: model parameters that another program computed (`perigee quote --params-out`), as a Lua table.
 *
 * A file is one JSON object. Its numbers and texts become fields of the table; anything nested in it is for people. The
 * host reads the file; a script only ever sees the table. */
#ifndef PG_SCRIPT_PARAMS_FILE_H
#define PG_SCRIPT_PARAMS_FILE_H

#include <stddef.h>

#include "base/status.h"

struct lua_State;

/* The parameter of strategies that names one. */
#define PG_PARAMS_FILE_NAME "params_file"

enum { PG_PARAMS_FILE_LIMIT = 1 << 20 };

/* Pushes the table of a file's text. On an error nothing is pushed: PG_ERR_NOT_FOUND for an empty text, as of a file that
 * is not there (yet), PG_ERR_PARSE for what is no JSON object or holds a number that is not finite. The words do not
 * depend on where the file is: a replay has them again. */
pg_status pg_params_push(struct lua_State *lua, const char *text, size_t size, pg_error *err);

#endif

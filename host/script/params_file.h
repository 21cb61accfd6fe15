/* Parameter files: model parameters that another program computed (`perigee quote --params-out`), as a Lua table.
 *
 * A file is one JSON object. Its numbers and texts become fields of the table; anything nested in it is for people. The
 * host reads the file; a script only ever sees the table. */
#ifndef PG_SCRIPT_PARAMS_FILE_H
#define PG_SCRIPT_PARAMS_FILE_H

#include "base/status.h"

struct lua_State;

enum { PG_PARAMS_FILE_LIMIT = 1 << 20 };

/* Pushes the table of a file. On an error nothing is pushed: PG_ERR_IO and PG_ERR_RANGE of reading, PG_ERR_PARSE for
 * what is no JSON object or holds a number that is not finite. */
pg_status pg_params_file_push(struct lua_State *lua, const char *path, pg_error *err);

#endif

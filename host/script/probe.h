/* Puts a time check at every loop edge and function entry of Lua source text.
 *
 * LuaJIT's count hooks do not fire in compiled code, so a script's time is checked by the script itself: `do`,
 * `repeat`, `goto` and every parameter list are followed (goto: preceded) by a call of the local function PG_PROBE_NAME,
 * which the loader defines in front of the chunk. Nothing moves to another line, so messages keep their line numbers. */
#ifndef PG_SCRIPT_PROBE_H
#define PG_SCRIPT_PROBE_H

#include <stddef.h>

#include "base/status.h"

/* No identifier of a script may begin with this. */
#define PG_PROBE_PREFIX "__pg"
#define PG_PROBE_NAME   "__pg_probe"

/* The text that defines the probe in front of a chunk, on its first line: the chunk's first argument is the function. */
#define PG_PROBE_HEAD "local " PG_PROBE_NAME " = ...; "

/* Returns the probed text (malloc'ed, terminated, length in *out_length), with PG_PROBE_HEAD in front.
 * name: for messages. Errors: PG_ERR_INVALID for bytecode and reserved names, PG_ERR_PARSE for an unfinished string or
 * comment (the compiler finds every other mistake), PG_ERR_MEMORY. */
pg_status pg_probe_insert(char **out, size_t *out_length, const char *name, const char *text, size_t length,
                          pg_error *err);

#endif

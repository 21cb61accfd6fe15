/* Reading layouts from Lua: runs a layout file in a bare Lua state without any library (and with a bound on its
 * instructions) and turns the table that it returns into a pg_layout (data/layout.h). */
#ifndef PG_SCRIPT_LAYOUT_H
#define PG_SCRIPT_LAYOUT_H

#include "data/layout.h"

/* Reads one layout file. Errors: PG_ERR_NOT_FOUND, PG_ERR_IO; PG_ERR_SCRIPT with the Lua message; PG_ERR_INVALID naming
 * the key that is unknown, missing or of a wrong kind; the place is the file. */
pg_status pg_layout_load(pg_layout *layout, const char *path, pg_error *err);

/* Reads all layouts (*.lua) of a folder, in order of name, into a new array that the caller frees. */
pg_status pg_layout_load_all(pg_layout **layouts, int *n, const char *folder, pg_error *err);

#endif

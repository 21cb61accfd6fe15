/* The built-in exchange behind a venue of the network "local": a process of our own program. */
#ifndef PG_LIVE_BUILT_IN_H
#define PG_LIVE_BUILT_IN_H

#include "live/child.h"
#include "script/config.h"

/* Starts it with the markets `symbols`; fund: the account and its money, as --fund takes it (NULL: nobody). The first
 * line that the handler gets is for pg_built_in_url. */
pg_status pg_built_in_start(pg_child **child, pg_loop *loop, const pg_config_venue *venue, const char *const *symbols,
                            int symbol_count, const char *fund, pg_child_handler handler, pg_error *err);

/* The address of its REST interface, from the line that says that it is ready. PG_ERR_STATE when there is none. */
pg_status pg_built_in_url(char *url, size_t size, const char *line, pg_error *err);

#endif

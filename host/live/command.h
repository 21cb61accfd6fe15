/* What can be typed at the console of a running host (perigee attach). */
#ifndef PG_LIVE_COMMAND_H
#define PG_LIVE_COMMAND_H

#include "base/text.h"
#include "live/live.h"

/* Carries out a line and appends what there is to say. Without `write` nothing changes. False when it failed; what was
 * said tells why. */
bool pg_command_run(pg_live *live, const char *line, bool write, pg_text *out);

/* Appends what could stand in place of `prefix`, one a line. */
void pg_command_complete(pg_live *live, const char *prefix, pg_text *out);

#endif

/* The folder of flight recordings: a folder a session, named by its time, the oldest removed. */
#ifndef PG_LIVE_SESSIONS_H
#define PG_LIVE_SESSIONS_H

#include "base/file.h"

/* Removes all but the newest `keep` sessions of a folder. What cannot be removed stays. */
void pg_sessions_prune(const char *folder, int keep);

#endif

/* Watches files for being saved.
 *
 * Editors write in place, or write a new file and rename it over the old one; some remove the file first. So folders are
 * watched, a file that is missing or empty is waited for, and a save is told 100 ms after the last event of a burst (one
 * second after the first at the latest), once, and only when the contents are others than those told last. Every second
 * the files are looked at as well: for folders that were removed and made again, and for file systems that tell of
 * nothing. */
#ifndef PG_LIVE_WATCH_H
#define PG_LIVE_WATCH_H

#include "net/loop.h"

enum { PG_WATCH_FILES = 1024 };

typedef struct pg_watcher pg_watcher;

/* saved(self, path) is called on the loop, with the path as it was added; it may add and remove files, but not free the
 * watcher. PG_ERR_MEMORY. */
pg_status pg_watcher_new(pg_watcher **watcher, pg_loop *loop, void *self, void (*saved)(void *self, const char *path),
                         pg_error *err);

/* NULL is allowed. The loop must go on for a moment after it. */
void pg_watcher_free(pg_watcher *watcher);

/* Watches a file from its present contents on; it need not be there yet. One that is watched already is watched on:
 * it takes as many removals as additions. PG_ERR_FULL, PG_ERR_RANGE for a path that is too long, PG_ERR_MEMORY. */
pg_status pg_watcher_add(pg_watcher *watcher, const char *path, pg_error *err);
void pg_watcher_remove(pg_watcher *watcher, const char *path);

int pg_watcher_count(const pg_watcher *watcher);

#endif

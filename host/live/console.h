/* The console's door: a Unix socket on which people and scripts talk to a running host. Knows no Lua and no trading.
 *
 * Lines of JSON. A client asks, each request with a number of its own (a whole number from 0 to 2^53):
 *     {"id":1,"line":"why ETH"}                  {"id":2,"line":"ETH.params.gamma = 2","write":true}
 *     {"id":3,"complete":"ETH.pa"}               {"id":4,"follow":true}
 * and gets for each, in whatever order they are ready:
 *     {"id":1,"ok":true,"text":"..."}
 * "complete" is what stands before the cursor; its answer is candidates for the last word of it (letters, digits and
 * "_.:-/"), one a line: those that do not begin with that word are passed over.
 * A client that follows also gets {"say":"..."} whenever the host has something to tell.
 *
 * Only the user who runs the host (and root) can connect: the socket has mode 0600, and the folder is made with 0700
 * when it is missing. Everything is bounded (console.c): a client that exceeds a bound is told and dropped, and so is
 * one that does not read. The process must ignore SIGPIPE. All on the loop's thread. */
#ifndef PG_LIVE_CONSOLE_H
#define PG_LIVE_CONSOLE_H

#include <stdbool.h>

#include "net/loop.h"

typedef struct pg_console pg_console;

/* One request that waits for its answer. */
typedef struct pg_console_reply pg_console_reply;

/* Each reply must be given to pg_console_answer exactly once, within the call or later. Texts are valid during the
 * call. pg_console_free is allowed within it. */
typedef struct {
    void *self;
    /* write: the client asked to change things */
    void (*line)(void *self, pg_console_reply *reply, const char *line, bool write);
    /* before: the line up to the cursor. NULL: there are no completions. */
    void (*complete)(void *self, pg_console_reply *reply, const char *before);
} pg_console_handler;

/* Listens at `path`. The socket of a host that has died is replaced; PG_ERR_STATE when one is alive there. PG_ERR_IO,
 * PG_ERR_INVALID (something else stands at the path), PG_ERR_RANGE (the path is too long for a socket: 107 bytes),
 * PG_ERR_MEMORY. */
pg_status pg_console_new(pg_console **console, pg_loop *loop, const char *path, pg_console_handler handler,
                         pg_error *err);

/* Drops all clients and removes the socket. Replies that still wait may be answered after it. NULL is allowed. */
void pg_console_free(pg_console *console);

/* Answers and frees a reply; the client may be gone. A text beyond 1 MiB is cut. */
void pg_console_answer(pg_console_reply *reply, bool ok, const char *text);

/* A line to all clients that follow. */
void pg_console_say(pg_console *console, const char *text);

#endif

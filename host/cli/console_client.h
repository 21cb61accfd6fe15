/* The other end of the console (live/console.h): one connection to a running host, used from a terminal or a script.
 * Calls wait for their answers; what the host says meanwhile goes to a callback. */
#ifndef PG_CLI_CONSOLE_CLIENT_H
#define PG_CLI_CONSOLE_CLIENT_H

#include <stdbool.h>

#include "base/status.h"

#define PG_CONSOLE_SOCKET ".perigee/console.sock" /* host { socket = ... } has the same default */

typedef struct pg_console_client pg_console_client;

typedef void (*pg_console_said)(void *self, const char *text);

/* Connects. PG_ERR_NOT_FOUND: no host is running there. PG_ERR_IO, PG_ERR_RANGE, PG_ERR_MEMORY. */
pg_status pg_console_client_open(pg_console_client **client, const char *path, pg_error *err);
void pg_console_client_close(pg_console_client *client);

/* Asks the host to tell what it has to say, from now on. Waits at most timeout_s. */
pg_status pg_console_client_follow(pg_console_client *client, void *self, pg_console_said said, double timeout_s,
                                   pg_error *err);

/* Sends a line and waits for its answer: *ok and *text (the caller frees it). Errors: PG_ERR_STATE when the host ends or
 * does not answer within timeout_s, PG_ERR_RANGE for a line of more than 60 KB, PG_ERR_IO, PG_ERR_PARSE. */
pg_status pg_console_client_ask(pg_console_client *client, const char *line, bool write, double timeout_s, bool *ok,
                                char **text, pg_error *err);

/* The same for the candidates of a line's last word, one a line. */
pg_status pg_console_client_complete(pg_console_client *client, const char *before, double timeout_s, char **text,
                                     pg_error *err);

/* For poll: readable when the host says something. pg_console_client_hear then passes it on; PG_ERR_STATE when the host
 * has ended. */
int pg_console_client_fd(const pg_console_client *client);
pg_status pg_console_client_hear(pg_console_client *client, pg_error *err);

#endif

/* WebSocket client: a connection that is kept. It reconnects by itself, with exponential backoff and full jitter, and
 * takes silence for a fault. libwebsockets on the loop; names are resolved without stopping it, by turns to each of
 * their addresses. Binary messages are left out, redirects are not followed, proxies are not used.
 *
 * Life: connecting -> open -> (text ...) -> closed -> waiting -> connecting ... until it is freed. */
#ifndef PG_NET_SOCKET_H
#define PG_NET_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"

typedef struct pg_socket pg_socket;

typedef struct {
    void *self;
    /* Connected: say what is to be subscribed. */
    void (*opened)(void *self);
    /* A whole text message; `text` is terminated and may be changed in place. received_ns: wall clock at the first
     * byte's arrival here. */
    void (*text)(void *self, char *text, size_t size, int64_t received_ns);
    /* The connection is gone, or could not be made; it will be tried again in retry_ms. */
    void (*closed)(void *self, const char *why, int64_t retry_ms);
    /* Time to send something that makes the server answer; NULL: a WebSocket ping is sent. */
    void (*ping)(void *self);
} pg_socket_handler;

typedef struct {
    const char *url;            /* ws: or wss:, with path; certificates are always checked */
    const char *const *headers; /* "Name: value" of the handshake, copied */
    int header_count;
    int64_t connect_ms; /* 0: 5 s */
    int64_t ping_ms;    /* between pings; 0: 20 s */
    int64_t silence_ms; /* nothing received for this long after a ping: the connection is dropped; 0: 10 s */
    int64_t backoff_ms; /* first wait, doubled up to backoff_max_ms, each drawn between 0 and it; 0: 250. It begins anew
                             after a connection of 10 s */
    int64_t backoff_max_ms; /* 0: 30 s */
    size_t limit;           /* bytes of a message; 0: 16 MiB; a longer one drops the connection */
    bool compress;          /* offer permessage-deflate; limit is then 16 MiB at most */
    uint64_t seed;          /* of the jitter; 0: from the system */
} pg_socket_config;

/* Begins to connect. Errors: PG_ERR_INVALID for a URL or a limit that cannot be used. */
pg_status pg_socket_new(pg_socket **socket, pg_loop *loop, const pg_socket_config *config, pg_socket_handler handler,
                        pg_error *err);

/* Closes for good; no callback follows. Allowed within its own callbacks. NULL is allowed. */
void pg_socket_free(pg_socket *socket);

bool pg_socket_is_open(const pg_socket *socket);

/* Sends a text message (copied): within this call when nothing waits, else in its turn. Errors: PG_ERR_STATE when not
 * connected, PG_ERR_FULL when 4 MiB wait to be sent, PG_ERR_IO when the connection breaks (it is dropped then),
 * PG_ERR_MEMORY. A message that was taken may still be lost with the connection: only an answer proves the contrary. */
pg_status pg_socket_send(pg_socket *socket, const char *text, size_t size, pg_error *err);

/* Drops the connection as if it had broken; `closed` is called later, and it is made anew. `why` is copied. */
void pg_socket_drop(pg_socket *socket, const char *why);

/* Wall clock of the last thing received, 0 before. */
int64_t pg_socket_heard_ns(const pg_socket *socket);

#endif

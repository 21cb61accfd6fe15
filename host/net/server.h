/* HTTP/1.1 and WebSocket server: of the built-in exchanges, the metrics page, the tests. Connections are kept alive, bodies
 * may be chunked, a request may be answered late. It has at most 1,024 connections; idle ones are closed after a minute. */
#ifndef PG_NET_SERVER_H
#define PG_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "net/loop.h"

typedef struct pg_server pg_server;
typedef struct pg_peer pg_peer; /* one connection */

typedef struct {
    pg_peer *peer;
    const char *method; /* "GET", "POST", ... */
    const char *path;   /* without query; not decoded, as the next one */
    const char *query;  /* after '?'; "" when there is none */
    const char *body;   /* terminated */
    size_t size;
    const char *authorization; /* of the headers of that name, X-Api-Key, ...; "" when absent */
    const char *api_key;
    const char *cookie;
    const char *user_agent;
} pg_server_request;

/* Any of them may be NULL. */
typedef struct {
    void *self;
    /* A whole HTTP request: answer it now or later by pg_server_answer, exactly once, unless the peer is gone. */
    void (*request)(void *self, const pg_server_request *request);
    /* A WebSocket wants to open at this path; false refuses it, with 404 or what pg_peer_refuse has said. */
    bool (*connect)(void *self, pg_peer *peer, const char *path, const pg_server_request *headers);
    void (*opened)(void *self, pg_peer *peer);
    /* A whole text message; terminated, may be changed in place. */
    void (*text)(void *self, pg_peer *peer, char *text, size_t size);
    /* The peer (of either kind) is gone; it is not to be used any more. */
    void (*gone)(void *self, pg_peer *peer);
} pg_server_handler;

typedef struct {
    const char *address; /* NULL: 127.0.0.1 */
    int port;            /* 0: any free one */
    size_t body_limit;   /* bytes of a request or message; 0: 16 MiB */
    size_t queue_limit;  /* bytes waiting for one WebSocket peer; 0: 8 MiB; a peer that is slower is dropped */
    pg_clock clock;      /* of the header Date; now NULL: there is none */
    int64_t ping_ms;     /* between pings of a WebSocket; 0: none */
    int64_t pong_ms;     /* without an answer to one: it is dropped */
    bool compress;       /* take up permessage-deflate; body_limit is then 16 MiB at most */
} pg_server_config;

/* PG_ERR_IO when the port is taken. */
pg_status pg_server_new(pg_server **server, pg_loop *loop, const pg_server_config *config, pg_server_handler handler,
                        pg_error *err);

/* Closes every connection; no callback follows. NULL is allowed. */
void pg_server_free(pg_server *server);

int pg_server_port(const pg_server *server);

/* The user's pointer of a peer, NULL at first. */
void pg_peer_set(pg_peer *peer, void *data);
void *pg_peer_get(const pg_peer *peer);

/* Within connect, before it returns false: the code of HTTP that refuses. */
void pg_peer_refuse(pg_peer *peer, int code);

/* Answers an HTTP request; everything is copied. `type` is the Content-Type. */
void pg_server_answer(pg_peer *peer, int code, const char *type, const char *body, size_t size);

/* Sends a text message to a WebSocket peer (copied): within this call when nothing waits, else in its turn. */
void pg_peer_send(pg_peer *peer, const char *text, size_t size);

/* Closes a connection after what is queued (abrupt: at once, without a close frame: what a cut looks like). `gone` is
 * called later. */
void pg_peer_close(pg_peer *peer, bool abrupt);

#endif

/* A server and its connections, as the files of the server see them. */
#ifndef PG_NET_SERVER_INTERNAL_H
#define PG_NET_SERVER_INTERNAL_H

#include "net/request.h"
#include "net/server.h"
#include "net/wire.h"

struct pg_server {
    pg_loop *loop;
    pg_server_handler handler;
    size_t body_limit, queue_limit;
    bool compress;
    pg_clock clock;
    uint64_t ping_turns, pong_turns; /* of the sweep: to the next ping, and for its answer; 0: no pings */
    int port;
    uv_tcp_t listener;
    uv_timer_t sweep; /* of connections on which nothing happens */
    int handles;      /* of libuv, still open */
    pg_peer *peers;
    int count;
};

/* A connection speaks HTTP until, perhaps, it becomes a WebSocket. Then it is libwebsockets' own. */
struct pg_peer {
    pg_server *server; /* NULL when that is gone */
    pg_peer *next, *previous;
    void *data;
    bool known;  /* the user has seen it: it will be told when it is gone */
    bool closed; /* nothing goes in or out any more */
    bool dead;   /* to be freed as soon as nothing refers to it */
    int depth;   /* of callbacks */

    uv_tcp_t tcp;
    bool has_tcp;
    char *in; /* what has come and is not used up */
    size_t in_length, in_size;
    pg_request_reader reader;
    bool answering;   /* a request is out, its answer is not in */
    int refusal;      /* code of an upgrade's; 0: 404 */
    bool no_body;     /* of the answer: the request was HEAD */
    bool last;        /* close after this answer */
    bool draining;    /* the answer is out; the rest of what comes is thrown away */
    bool continued;   /* "100 Continue" has been said */
    uint64_t seen_ms; /* when something came or went last */
    char *out;
    size_t out_size;

    struct lws *wsi; /* a WebSocket */
    bool opened;
    bool ending;    /* closes when everything has been sent */
    bool pinged;    /* and has not answered */
    uint64_t turns; /* of the sweep since the ping, or since the answer to it */
    pg_wire wire;
};

/* ---- peers (server.c) ---- */

pg_peer *pg_peer_new(pg_server *server);

/* Around every call of the user's. leave frees the peer when it was closed meanwhile; then it returns false. */
void pg_peer_enter(pg_peer *peer);
bool pg_peer_leave(pg_peer *peer);

/* Tells the user, once, and frees it as soon as that can be. */
void pg_peer_end(pg_peer *peer);

/* Frees a dead peer to which nothing refers any more. True when it is gone. */
bool pg_peer_collect(pg_peer *peer);

/* ---- HTTP (server_http.c) ---- */

/* Reads from an accepted connection. */
void pg_http_peer_start(pg_peer *peer);
void pg_http_peer_close(pg_peer *peer);

/* Closes libuv's part of a connection that goes on as a WebSocket. */
void pg_http_peer_leave_tcp(pg_peer *peer);
void pg_http_peer_answer(pg_peer *peer, int code, const char *type, const char *body, size_t size);

/* ---- WebSocket (server_ws.c) ---- */

/* Hands a connection to libwebsockets with the request's head, as it came. When that fails it is closed. */
void pg_ws_peer_start(pg_peer *peer, const char *head, size_t size);
void pg_ws_peer_close(pg_peer *peer, bool abrupt);

#endif

/* What the other files of this floor see of a loop: the one libwebsockets context on it. */
#ifndef PG_NET_LOOP_INTERNAL_H
#define PG_NET_LOOP_INTERNAL_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <uv.h>

#include "net/loop.h"

/* The virtual hosts of the context: what libwebsockets calls a set of settings. Each is made on first use, once with
 * permessage-deflate and once without. */
typedef enum { PG_VHOST_CLIENT, PG_VHOST_CLIENT_TLS, PG_VHOST_SERVER, PG_VHOSTS } pg_vhost_kind;

enum {
    PG_NET_BUFFER = 65536, /* bytes that are read at once; a message up to it arrives in one piece */
    PG_NET_WRITE = 1 << 20 /* bytes that are given to the kernel at once */
};

struct pg_loop {
    uv_loop_t uv;
    uv_async_t alive; /* keeps the loop running while nothing else is on it */
    bool stopping;
    struct lws_context *lws; /* NULL until it is needed */
    struct lws_vhost *vhosts[PG_VHOSTS][2];
    struct lws_protocols protocols[PG_VHOSTS][2][2];
    char *ca_file;            /* NULL: the system's certificates */
    struct pg_shared *shared; /* list of what its users share */
    void *adopting;           /* the server's peer whose connection is being handed to libwebsockets */
};

/* The virtual host of a kind, whose connections are served by `callback`. PG_ERR_IO, PG_ERR_MEMORY. */
pg_status pg_loop_vhost(struct lws_vhost **vhost, pg_loop *loop, pg_vhost_kind kind, bool compress,
                        lws_callback_function *callback, pg_error *err);

/* The name of the protocol on all of them. */
#define PG_NET_PROTOCOL "perigee"

/* The loop of a connection. */
pg_loop *pg_loop_of(struct lws *wsi);

#endif

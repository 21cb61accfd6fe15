/* One WebSocket connection as client and server have it in common: whole text messages out, whole text messages in.
 * Private to this floor.
 *
 * libwebsockets wants its writes in its "writable" callback, which costs a round of the loop. What it needs is less: that
 * nothing of an earlier write is left with it (a rest that the kernel did not take, or that is still being compressed).
 * When that is so, a message is written at once, from the buffer of the wire; else it waits here for the callback. */
#ifndef PG_NET_WIRE_H
#define PG_NET_WIRE_H

#include "net/loop_internal.h"

typedef struct {
    struct lws *wsi;
    bool compressed; /* permessage-deflate was agreed */

    char *frame;       /* what is being written, behind LWS_PRE bytes */
    size_t frame_size; /* of the buffer */
    char *waiting;     /* messages, each after its size_t */
    size_t waiting_start, waiting_end, waiting_size;
    size_t queue_limit; /* bytes waiting */

    bool client;   /* a client's pieces have room for a terminator; behind a server's, the next frame begins */
    char *message; /* of several pieces, as far as it has come */
    size_t message_length, message_size;
    size_t message_limit;
    int64_t received_ns; /* of its first piece */
    bool inside;         /* a message has begun */
} pg_wire;

void pg_wire_free(pg_wire *wire);

/* A connection has been made (wsi), or there is none (NULL): nothing of the last one is left. */
void pg_wire_start(pg_wire *wire, struct lws *wsi, bool compressed);

/* PG_ERR_FULL: the queue is; PG_ERR_IO: the connection is broken; PG_ERR_MEMORY. */
pg_status pg_wire_send(pg_wire *wire, const char *text, size_t size, pg_error *err);

/* Writes what waits, in the writable callback. PG_ERR_IO, PG_ERR_MEMORY. */
pg_status pg_wire_flush(pg_wire *wire);

/* True when nothing waits, here or in libwebsockets. */
bool pg_wire_is_idle(const pg_wire *wire);

/* A ping, unless the connection is choked, which is a fault that silence will show. */
void pg_wire_ping(pg_wire *wire);

typedef enum { PG_WIRE_MORE, PG_WIRE_TEXT, PG_WIRE_TOO_LONG, PG_WIRE_MEMORY } pg_wire_result;

/* Takes a piece as libwebsockets gives it. PG_WIRE_TEXT: *text has a whole message, terminated, valid until the next
 * call; it may be changed. Binary messages are left out. */
pg_wire_result pg_wire_receive(pg_wire *wire, char **text, size_t *size, void *piece, size_t piece_size);

/* Cuts the connection under libwebsockets, which finds it broken and tells its callback, later. Allowed anywhere.
 * politely: with a close frame before, when nothing waits. */
void pg_wire_cut(pg_wire *wire, bool politely);

/* The same for one that is not open yet. */
void pg_wire_shut(struct lws *wsi);

/* Makes a buffer at least `size` large; its first `keep` bytes stay. False without memory. */
bool pg_wire_reserve(char **data, size_t *capacity, size_t size, size_t keep);

#endif

/* Reading HTTP/1.1 requests out of what has come on a connection. Private to this floor.
 *
 * By hand, because libwebsockets 4.1 takes no chunked bodies, does not notice a client that goes away while an answer is
 * outstanding, and spins meanwhile. Its part begins when a connection becomes a WebSocket. */
#ifndef PG_NET_REQUEST_H
#define PG_NET_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum { PG_REQUEST_HEAD = 16384 /* bytes of a request line with its headers, at most */ };

/* A part of the buffer; offsets, because the buffer grows and moves. */
typedef struct {
    size_t start, size;
} pg_slice;

typedef struct {
    size_t head; /* bytes of request line and headers; 0: not there yet */
    pg_slice method, path, query, authorization, api_key, cookie, user_agent;
    bool upgrade;    /* asks for a WebSocket */
    bool keep_alive; /* the connection goes on afterwards */
    bool expects;    /* waits for "100 Continue" before the body */
    bool has_length, chunked;
    size_t length; /* of the body, when it was told */
    size_t body;   /* bytes of it so far, behind the head */
    bool last;     /* of the chunks has come, its trailer not */
    size_t used;   /* bytes of the whole request, when it is complete */
} pg_request_reader;

typedef enum {
    PG_READ_MORE = 0, /* not complete */
    PG_READ_DONE = 1,
    /* What is to be answered to what cannot be read; nothing that follows can be read either. */
    PG_READ_BAD = 400,
    PG_READ_TOO_LONG = 413,
    PG_READ_HEAD_TOO_LONG = 431,
    PG_READ_UNSUPPORTED = 501
} pg_read_result;

/* Looks at data[*size]; to be called again, on a zeroed reader at first, when more has come behind it. Chunks are joined
 * in place, which makes *size smaller. limit: bytes of a body. */
pg_read_result pg_request_read(pg_request_reader *reader, char *data, size_t *size, size_t limit);

#endif

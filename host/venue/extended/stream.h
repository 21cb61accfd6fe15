/* A stream of Extended: one WebSocket whose path is the subscription (spec/extended.md, section 7). Nothing is ever said
 * on it. It is kept open: pings every 10 s, and after 15 s of silence behind one it is made anew. */
#ifndef PG_VENUE_EXTENDED_STREAM_H
#define PG_VENUE_EXTENDED_STREAM_H

#include "crypto/secret.h"
#include "net/socket.h"

typedef struct pg_extended_stream pg_extended_stream;

/* None may be NULL. */
typedef struct {
    void *self;
    void (*opened)(void *self); /* a new connection: numbers begin anew */
    void (*text)(void *self, char *text, size_t size, int64_t received_ns);
    void (*closed)(void *self, const char *why);
} pg_extended_stream_handler;

/* Connects to url + path after delay_ms: the venue does not like many handshakes at once. api_key: NULL for public
 * streams; it goes into a header of the handshake. */
pg_status pg_extended_stream_new(pg_extended_stream **stream, pg_loop *loop, const char *url, const char *path,
                                 const pg_secret *api_key, int64_t delay_ms, pg_extended_stream_handler handler,
                                 pg_error *err);
void pg_extended_stream_free(pg_extended_stream *stream);

bool pg_extended_stream_is_open(const pg_extended_stream *stream);

/* Ends the connection; it is made anew. Nothing more comes of the old one. */
void pg_extended_stream_drop(pg_extended_stream *stream, const char *why);

#endif

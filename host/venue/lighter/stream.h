/* A WebSocket of the venue with its subscriptions (specification, sections 4.1 and 4.2): sent within the venue's limits
 * when it connects, sent again when it connects anew, answered by each channel's first message. */
#ifndef PG_VENUE_LIGHTER_STREAM_H
#define PG_VENUE_LIGHTER_STREAM_H

#include "base/log.h"
#include "net/loop.h"
#include "venue/lighter/codec.h"

enum { PG_LIGHTER_SUBSCRIPTIONS = 4 * PG_LIGHTER_MARKETS_MAX, PG_LIGHTER_CHANNEL = 64 };

typedef struct pg_lighter_stream pg_lighter_stream;

typedef struct {
    void *self;
    /* A message; the text is terminated. */
    void (*text)(void *self, char *text, size_t size, int64_t received_ns);
    /* Every channel that is waited for has told something. */
    void (*subscribed)(void *self);
    void (*closed)(void *self, const char *why);
    /* The token for private channels, now; NULL: none can be had. NULL where no channel is private. */
    const char *(*token)(void *self);
} pg_lighter_stream_handler;

typedef struct {
    const char *url;  /* ws: or wss: */
    const char *name; /* for the log: "market", "account"; borrowed */
    const pg_log *log;
    int messages; /* that it may send in a minute, transactions apart */
} pg_lighter_stream_config;

/* Nothing is connected before pg_lighter_stream_start. */
pg_status pg_lighter_stream_new(pg_lighter_stream **stream, pg_loop *loop, const pg_lighter_stream_config *config,
                                pg_lighter_stream_handler handler, pg_error *err);
void pg_lighter_stream_free(pg_lighter_stream *stream);

/* Adds a channel, "order_book/0". awaited: without its first message within 10 s the connection is made anew. */
pg_status pg_lighter_stream_add(pg_lighter_stream *stream, const char *channel, bool is_private, bool awaited,
                                pg_error *err);
pg_status pg_lighter_stream_start(pg_lighter_stream *stream, pg_error *err);

/* Looks at a message: answers a ping, takes note of first messages and of errors. `text` as it came. */
void pg_lighter_stream_look(pg_lighter_stream *stream, const pg_lighter_message *message, const char *text,
                            size_t size);

/* Ends a subscription and begins it again, for a new snapshot. */
void pg_lighter_stream_again(pg_lighter_stream *stream, const char *channel);

/* The same for all private channels, for the token is another. */
void pg_lighter_stream_renew(pg_lighter_stream *stream);

bool pg_lighter_stream_is_open(const pg_lighter_stream *stream);

/* Every channel that is waited for has told something since it connected. */
bool pg_lighter_stream_is_subscribed(const pg_lighter_stream *stream);

pg_status pg_lighter_stream_send(pg_lighter_stream *stream, const char *text, size_t size, pg_error *err);
void pg_lighter_stream_drop(pg_lighter_stream *stream, const char *why);

#endif

/* A connection to the WebSocket with its subscriptions (hyperliquid.md 15): sent at a pace, acknowledged, sent again
 * after each reconnection; kept alive by pings. */
#ifndef PG_VENUE_HYPERLIQUID_STREAM_H
#define PG_VENUE_HYPERLIQUID_STREAM_H

#include "base/log.h"
#include "net/socket.h"
#include "venue/hyperliquid/codec.h"

enum { PG_HL_SUBSCRIPTIONS = 400, PG_HL_SUBSCRIPTION_TEXT = 192 };

typedef struct pg_hl_stream pg_hl_stream;

/* None may be NULL. */
typedef struct {
    void *self;
    /* A message. Give what it decodes to back to pg_hl_stream_frame. */
    void (*text)(void *self, char *text, size_t size, int64_t received_ns);
    /* Connected, and every subscription is acknowledged. */
    void (*subscribed)(void *self);
    void (*closed)(void *self, const char *why);
} pg_hl_stream_handler;

typedef struct {
    const char *url;  /* ws: or wss: */
    const char *name; /* for the log: "market", "account" */
    const pg_log *log;
    uint64_t seed;
} pg_hl_stream_config;

/* Nothing is connected before pg_hl_stream_start. name is borrowed. */
pg_status pg_hl_stream_new(pg_hl_stream **stream, pg_loop *loop, const pg_hl_stream_config *config,
                           pg_hl_stream_handler handler, pg_error *err);
void pg_hl_stream_free(pg_hl_stream *stream);

/* Adds a subscription: its type and, unless they are NULL, coin and user; `fast` for a book of 5 levels. An unknown
 * coin makes the venue close the connection: one that does so on its own again and again, where all others are taken,
 * is left out and logged; a connection after ten minutes tries it once more. */
pg_status pg_hl_stream_add(pg_hl_stream *stream, const char *type, const char *coin, const char *user, bool fast,
                           pg_error *err);

/* One that is not waited for: without it, what matters still works. */
pg_status pg_hl_stream_add_optional(pg_hl_stream *stream, const char *type, const char *coin, const char *user,
                                    pg_error *err);

pg_status pg_hl_stream_start(pg_hl_stream *stream, pg_error *err);

/* Looks for acknowledgements (SUBSCRIBED and ERROR frames). */
void pg_hl_stream_frame(pg_hl_stream *stream, const pg_hl_frame *frame);

/* Connected, whatever is acknowledged. */
bool pg_hl_stream_is_open(const pg_hl_stream *stream);

/* Connected, and everything acknowledged. */
bool pg_hl_stream_is_subscribed(const pg_hl_stream *stream);

pg_status pg_hl_stream_send(pg_hl_stream *stream, const char *text, size_t size, pg_error *err);
void pg_hl_stream_drop(pg_hl_stream *stream, const char *why);

#endif

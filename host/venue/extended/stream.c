#include "venue/extended/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PING_MS = 10000, SILENCE_MS = 15000, BACKOFF_MS = 500, BACKOFF_MAX_MS = 30000 };

struct pg_extended_stream {
    pg_loop *loop;
    pg_socket *socket;
    pg_timer *timer; /* until it connects for the first time */
    pg_extended_stream_handler handler;
    const pg_secret *api_key;
    bool open, dropped; /* dropped: what still comes of this connection is not listened to */
    char url[768];
};

static void opened(void *self)
{
    pg_extended_stream *stream = self;
    stream->open = true;
    stream->dropped = false;
    stream->handler.opened(stream->handler.self);
}

static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    pg_extended_stream *stream = self;
    if (!stream->dropped)
        stream->handler.text(stream->handler.self, data, size, received_ns);
}

static void closed(void *self, const char *why, int64_t retry_ms)
{
    pg_extended_stream *stream = self;
    (void)retry_ms;
    stream->open = false;
    stream->handler.closed(stream->handler.self, why);
}

static pg_status connect_now(pg_extended_stream *stream, pg_error *err)
{
    char secret[PG_SECRET_MAX + 16];
    const char *headers[2] = { "User-Agent: perigee/1.0" };
    int count = 1;
    if (stream->api_key) {
        snprintf(secret, sizeof secret, "X-Api-Key: %s", pg_secret_text(stream->api_key));
        headers[count++] = secret;
    }
    pg_socket_config config = { .url = stream->url,
                                .headers = headers,
                                .header_count = count,
                                .ping_ms = PING_MS,
                                .silence_ms = SILENCE_MS,
                                .backoff_ms = BACKOFF_MS,
                                .backoff_max_ms = BACKOFF_MAX_MS };
    pg_socket_handler handler = { .self = stream, .opened = opened, .text = text, .closed = closed };
    pg_status status = pg_socket_new(&stream->socket, stream->loop, &config, handler, err);
    explicit_bzero(secret, sizeof secret);
    return status;
}

static void begin(void *self)
{
    pg_extended_stream *stream = self;
    pg_error err;
    pg_timer_stop(stream->timer);
    stream->timer = NULL;
    if (connect_now(stream, &err) != PG_OK)
        stream->handler.closed(stream->handler.self, err.what);
}

pg_status pg_extended_stream_new(pg_extended_stream **stream, pg_loop *loop, const char *url, const char *path,
                                 const pg_secret *api_key, int64_t delay_ms, pg_extended_stream_handler handler,
                                 pg_error *err)
{
    *stream = NULL;
    pg_extended_stream *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a stream");
    s->loop = loop;
    s->handler = handler;
    s->api_key = api_key;
    pg_status status = PG_OK;
    if ((size_t)snprintf(s->url, sizeof s->url, "%s%s", url, path) >= sizeof s->url)
        status = pg_fail(err, PG_ERR_INVALID, "the address of a stream is too long");
    else if (!(s->timer = pg_timer_start(loop, delay_ms, 0, s, begin)))
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for a timer");
    if (status != PG_OK) {
        free(s);
        return status;
    }
    *stream = s;
    return PG_OK;
}

void pg_extended_stream_free(pg_extended_stream *stream)
{
    if (!stream)
        return;
    pg_timer_stop(stream->timer);
    pg_socket_free(stream->socket);
    free(stream);
}

bool pg_extended_stream_is_open(const pg_extended_stream *stream)
{
    return stream && stream->open;
}

void pg_extended_stream_drop(pg_extended_stream *stream, const char *why)
{
    if (!stream || !stream->socket || stream->dropped)
        return;
    stream->dropped = true;
    pg_socket_drop(stream->socket, why);
}

/* Streams: what a socket says, kept until the program asks for it. */
#include <stdlib.h>
#include <string.h>

#include "net/socket.h"
#include "sdk/internal.h"

typedef struct {
    int32_t kind;
    char *text;
    size_t size;
    int64_t received_ns;
} entry;

struct pg_sdk_stream {
    pg_sdk_client *client;
    pg_socket *socket;
    char *ping;
    char *kept[PG_SDK_KEPT];
    int kept_count;
    entry queue[PG_SDK_QUEUE]; /* a ring */
    int first, count;
    size_t bytes;
    uint32_t lost;
    char *handed; /* the text of the last message */
};

/* ---- the queue ---- */

static entry take(pg_sdk_stream *stream)
{
    entry e = stream->queue[stream->first];
    stream->first = (stream->first + 1) % PG_SDK_QUEUE;
    stream->count--;
    stream->bytes -= e.size;
    return e;
}

static void put(pg_sdk_stream *stream, int32_t kind, const char *text, size_t size, int64_t received_ns)
{
    while (stream->count == PG_SDK_QUEUE ||
           (stream->count > 0 && stream->bytes + size > (size_t)PG_SDK_QUEUE_MIB << 20)) {
        free(take(stream).text);
        stream->lost++;
    }
    char *copy = malloc(size + 1);
    if (!copy) {
        stream->lost++;
        return;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    stream->queue[(stream->first + stream->count++) % PG_SDK_QUEUE] = (entry){ kind, copy, size, received_ns };
    stream->bytes += size;
    pg_loop_stop(stream->client->loop);
}

/* ---- the socket ---- */

static void opened(void *self)
{
    pg_sdk_stream *stream = self;
    for (int i = 0; i < stream->kept_count; i++)
        if (pg_socket_send(stream->socket, stream->kept[i], strlen(stream->kept[i]), NULL) != PG_OK)
            return; /* it has broken again, and will be opened again */
    put(stream, PG_SDK_OPENED, "", 0, 0);
}

static void heard(void *self, char *text, size_t size, int64_t received_ns)
{
    put(self, PG_SDK_TEXT, text, size, received_ns);
}

static void closed(void *self, const char *why, int64_t retry_ms)
{
    (void)retry_ms;
    put(self, PG_SDK_CLOSED, why, strlen(why), 0);
}

static void ping(void *self)
{
    pg_sdk_stream *stream = self;
    (void)pg_socket_send(stream->socket, stream->ping, strlen(stream->ping), NULL);
}

static pg_status connect_socket(pg_sdk_stream *stream, const pg_sdk_stream_config *config, pg_error *err)
{
    const char *headers[SDK_HEADERS];
    char *key_header = NULL;
    pg_socket_config socket = { .url = config->url, .headers = headers, .ping_ms = config->ping_ms };
    pg_socket_handler handler = { stream, opened, heard, closed, config->ping ? ping : NULL };
    pg_status status = sdk_header_new(&key_header, config->key_header, config->api_key, err);
    if (status == PG_OK)
        status = sdk_headers(headers, &socket.header_count, config->headers, config->header_count, key_header, err);
    if (status == PG_OK)
        status = pg_socket_new(&stream->socket, stream->client->loop, &socket, handler, err);
    sdk_header_free(key_header);
    return status;
}

static pg_status find_place(pg_sdk_stream ***place, pg_sdk_client *client, pg_error *err)
{
    for (int i = 0; i < PG_SDK_STREAMS; i++)
        if (!client->streams[i]) {
            *place = &client->streams[i];
            return PG_OK;
        }
    return pg_fail(err, PG_ERR_FULL, "a client has %d streams at most", PG_SDK_STREAMS);
}

pg_sdk_stream *pg_sdk_stream_new(pg_sdk_client *client, const pg_sdk_stream_config *config, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_stream **place = NULL;
    pg_sdk_stream *stream = calloc(1, sizeof *stream);
    pg_status status = stream ? find_place(&place, client, &err) : pg_fail(&err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK) {
        stream->client = client;
        stream->ping = config->ping ? strdup(config->ping) : NULL;
        if (config->ping && !stream->ping)
            status = pg_fail(&err, PG_ERR_MEMORY, "out of memory");
    }
    if (status == PG_OK)
        status = connect_socket(stream, config, &err);
    if (status == PG_OK) {
        *place = stream;
        return stream;
    }
    pg_sdk_stream_free(stream);
    sdk_fail(error, &err);
    return NULL;
}

void pg_sdk_stream_free(pg_sdk_stream *stream)
{
    if (!stream)
        return;
    pg_socket_free(stream->socket);
    for (int i = 0; stream->client && i < PG_SDK_STREAMS; i++)
        if (stream->client->streams[i] == stream)
            stream->client->streams[i] = NULL;
    while (stream->count > 0)
        free(take(stream).text);
    for (int i = 0; i < stream->kept_count; i++)
        free(stream->kept[i]);
    free(stream->handed);
    free(stream->ping);
    free(stream);
}

/* ---- what the program says ---- */

bool pg_sdk_stream_is_open(const pg_sdk_stream *stream)
{
    return pg_socket_is_open(stream->socket);
}

bool pg_sdk_stream_send(pg_sdk_stream *stream, const char *text, uint64_t size, pg_sdk_error *error)
{
    pg_error err = { 0 };
    return pg_socket_send(stream->socket, text, (size_t)size, &err) == PG_OK || sdk_fail(error, &err);
}

bool pg_sdk_stream_keep(pg_sdk_stream *stream, const char *text, pg_sdk_error *error)
{
    pg_error err = { 0 };
    char *copy = stream->kept_count < PG_SDK_KEPT ? strdup(text) : NULL;
    if (!copy) {
        pg_fail(&err, PG_ERR_FULL, "a stream keeps %d texts at most", PG_SDK_KEPT);
        return sdk_fail(error, &err);
    }
    stream->kept[stream->kept_count++] = copy;
    return true;
}

void pg_sdk_stream_forget(pg_sdk_stream *stream, const char *text)
{
    for (int i = 0; i < stream->kept_count; i++)
        if (strcmp(stream->kept[i], text) == 0) {
            free(stream->kept[i]);
            memmove(&stream->kept[i], &stream->kept[i + 1],
                    (size_t)(--stream->kept_count - i) * sizeof stream->kept[0]);
            return;
        }
}

/* ---- what it hears ---- */

void pg_sdk_stream_next(pg_sdk_stream *stream, pg_sdk_message *message, int64_t timeout_ms)
{
    int64_t end = pg_sdk_ticks_ms() + timeout_ms;
    /* Once round at least, so that a program that never waits hears something. */
    if (stream->count == 0)
        pg_loop_run_for(stream->client->loop, timeout_ms > 0 ? timeout_ms : 0);
    while (stream->count == 0 && pg_sdk_ticks_ms() < end)
        pg_loop_run_for(stream->client->loop, end - pg_sdk_ticks_ms()); /* another stream woke it */
    *message = (pg_sdk_message){ .kind = PG_SDK_NOTHING, .text = "" };
    if (stream->lost > 0) {
        message->kind = PG_SDK_LOST;
        message->count = stream->lost;
        stream->lost = 0;
        return;
    }
    if (stream->count == 0)
        return;
    entry e = take(stream);
    free(stream->handed);
    stream->handed = e.text;
    *message = (pg_sdk_message){ .kind = e.kind, .text = e.text, .size = e.size, .received_ns = e.received_ns };
}

static bool any_waits(const pg_sdk_client *client)
{
    for (int i = 0; i < PG_SDK_STREAMS; i++)
        if (client->streams[i] && (client->streams[i]->count > 0 || client->streams[i]->lost > 0))
            return true;
    return false;
}

bool pg_sdk_streams_wait(pg_sdk_client *client, int64_t timeout_ms)
{
    int64_t end = pg_sdk_ticks_ms() + timeout_ms;
    if (!any_waits(client))
        pg_loop_run_for(client->loop, timeout_ms > 0 ? timeout_ms : 0);
    while (!any_waits(client) && pg_sdk_ticks_ms() < end)
        pg_loop_run_for(client->loop, end - pg_sdk_ticks_ms());
    return any_waits(client);
}

#include "venue/lighter/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/bucket.h"
#include "net/socket.h"

enum { IN_FLIGHT = 30, PACE_MS = 100, FIRST_MS = 10000, PING_MS = 30000, PAUSE_MS = 60000, TOKEN = 320 };
enum { ALREADY = 30003, TOO_MANY = 30009, TOO_MANY_IN_FLIGHT = 30010 };

typedef struct {
    char channel[PG_LIGHTER_CHANNEL]; /* "order_book/0" */
    bool is_private, awaited;
    bool drop; /* to be unsubscribed first */
    bool sent, heard;
    int64_t sent_ns;
} subscription;

struct pg_lighter_stream {
    pg_loop *loop;
    pg_socket *socket;
    pg_timer *timer;
    pg_lighter_stream_handler handler;
    const pg_log *log;
    char url[512];
    const char *name;
    subscription list[PG_LIGHTER_SUBSCRIPTIONS];
    int count;
    pg_bucket bucket;
    bool subscribed;
    int64_t spoke_ns; /* when we last sent anything */
};

static int64_t now(void)
{
    return pg_clock_now(pg_clock_real());
}

pg_status pg_lighter_stream_new(pg_lighter_stream **stream, pg_loop *loop, const pg_lighter_stream_config *config,
                                pg_lighter_stream_handler handler, pg_error *err)
{
    *stream = NULL;
    if (strlen(config->url) >= sizeof((pg_lighter_stream *)0)->url)
        return pg_fail(err, PG_ERR_INVALID, "the address of the WebSocket is too long");
    pg_lighter_stream *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a stream");
    s->loop = loop;
    s->handler = handler;
    s->log = config->log;
    s->name = config->name;
    snprintf(s->url, sizeof s->url, "%s", config->url);
    /* In any minute no more than the half at once and the half by and by. */
    pg_bucket_init(&s->bucket, config->messages / 2.0, config->messages / 120.0, 0, now());
    *stream = s;
    return PG_OK;
}

void pg_lighter_stream_free(pg_lighter_stream *stream)
{
    if (!stream)
        return;
    pg_timer_stop(stream->timer);
    pg_socket_free(stream->socket);
    free(stream);
}

pg_status pg_lighter_stream_add(pg_lighter_stream *stream, const char *channel, bool is_private, bool awaited,
                                pg_error *err)
{
    if (stream->count == PG_LIGHTER_SUBSCRIPTIONS)
        return pg_fail(err, PG_ERR_FULL, "more than %d subscriptions", PG_LIGHTER_SUBSCRIPTIONS);
    subscription *s = &stream->list[stream->count++];
    *s = (subscription){ .is_private = is_private, .awaited = awaited };
    snprintf(s->channel, sizeof s->channel, "%s", channel);
    return PG_OK;
}

static void say(const pg_lighter_stream *stream, pg_log_level level, const char *message, const char *words)
{
    pg_log_field fields[] = { { "stream", stream->name, 0 }, { "words", words, 0 } };
    pg_log_write(stream->log, level, "lighter", message, fields, 2);
}

/* ---- subscribing ---- */

pg_status pg_lighter_stream_send(pg_lighter_stream *stream, const char *text, size_t size, pg_error *err)
{
    pg_status status = pg_socket_send(stream->socket, text, size, err);
    if (status == PG_OK)
        stream->spoke_ns = now();
    return status;
}

/* Sends within the limit of messages; false when it has to wait, or cannot be sent. */
static bool send_paced(pg_lighter_stream *stream, const char *text, int size)
{
    return pg_socket_is_open(stream->socket) && pg_bucket_take(&stream->bucket, 1, false, now()) &&
           pg_lighter_stream_send(stream, text, (size_t)size, NULL) == PG_OK;
}

static bool send_one(pg_lighter_stream *stream, subscription *s)
{
    char text[PG_LIGHTER_CHANNEL + TOKEN + 64];
    const char *token = s->is_private && stream->handler.token ? stream->handler.token(stream->handler.self) : NULL;
    int n;
    if (s->drop) {
        n = snprintf(text, sizeof text, "{\"type\":\"unsubscribe\",\"channel\":\"%s\"}", s->channel);
        if (!send_paced(stream, text, n))
            return false;
        s->drop = false;
    }
    if (s->is_private && !token)
        return false;
    n = snprintf(text, sizeof text, "{\"type\":\"subscribe\",\"channel\":\"%s\"%s%s%s}", s->channel,
                 token ? ",\"auth\":\"" : "", token ? token : "", token ? "\"" : "");
    if (!send_paced(stream, text, n))
        return false;
    s->sent = true;
    s->sent_ns = now();
    return true;
}

static void send_more(pg_lighter_stream *stream)
{
    int64_t at = now();
    int flying = 0;
    for (int i = 0; i < stream->count; i++)
        flying += stream->list[i].sent && !stream->list[i].heard &&
                  at - stream->list[i].sent_ns < (int64_t)FIRST_MS * 1000000;
    for (int i = 0; i < stream->count && flying < IN_FLIGHT; i++)
        if (!stream->list[i].sent) {
            if (!send_one(stream, &stream->list[i]))
                return;
            flying++;
        }
}

static void check_done(pg_lighter_stream *stream)
{
    if (stream->subscribed)
        return;
    for (int i = 0; i < stream->count; i++)
        if (stream->list[i].awaited && !stream->list[i].heard)
            return;
    stream->subscribed = true;
    stream->handler.subscribed(stream->handler.self);
}

static void step(void *self)
{
    static const char ping[] = "{\"type\":\"ping\"}";
    pg_lighter_stream *stream = self;
    int64_t at = now();
    send_more(stream);
    for (int i = 0; i < stream->count; i++) {
        const subscription *s = &stream->list[i];
        if (s->awaited && s->sent && !s->heard && at - s->sent_ns >= (int64_t)FIRST_MS * 1000000) {
            char why[PG_LIGHTER_CHANNEL + 48];
            snprintf(why, sizeof why, "%s told nothing within %d s", s->channel, FIRST_MS / 1000);
            pg_socket_drop(stream->socket, why);
            return;
        }
    }
    if (at - stream->spoke_ns >= (int64_t)PING_MS * 1000000)
        send_paced(stream, ping, sizeof ping - 1);
}

/* ---- what is heard ---- */

/* Whether a channel of a reply, "order_book:0", is that of a subscription, "order_book/0". */
static bool is_channel(const subscription *s, pg_span channel)
{
    size_t length = strlen(s->channel);
    if (channel.size < length || (channel.size > length && channel.data[length] != ':'))
        return false;
    for (size_t i = 0; i < length; i++)
        if (s->channel[i] != (channel.data[i] == ':' ? '/' : channel.data[i]))
            return false;
    return true;
}

static subscription *find(pg_lighter_stream *stream, pg_span channel)
{
    for (int i = 0; channel.data && i < stream->count; i++)
        if (is_channel(&stream->list[i], channel))
            return &stream->list[i];
    return NULL;
}

static void hear(pg_lighter_stream *stream, const pg_lighter_message *message)
{
    subscription *s = find(stream, message->channel);
    bool data = message->snapshot || (s && !s->awaited);
    if (!s || !s->sent || s->heard || !data)
        return;
    s->heard = true;
    check_done(stream);
}

/* {"type":"ping", ...} comes back as it is, but for its type. */
static void answer_ping(pg_lighter_stream *stream, const pg_lighter_message *message, const char *text, size_t size)
{
    char pong[512];
    size_t at = (size_t)(message->type.data - text);
    if (size >= sizeof pong || at + 4 > size)
        return;
    memcpy(pong, text, size);
    memcpy(pong + at, "pong", 4);
    pg_lighter_stream_send(stream, pong, size, NULL);
}

/* An error that is about subscriptions. One that is there already tells nothing: its snapshot has to be asked for anew. */
static void take_error(pg_lighter_stream *stream, const pg_lighter_message *message)
{
    char words[256];
    const char *colon;
    pg_scan_plain(words, sizeof words, message->message);
    if (message->code == TOO_MANY || message->code == TOO_MANY_IN_FLIGHT)
        pg_bucket_block(&stream->bucket, now() + (int64_t)PAUSE_MS * 1000000, now());
    if (message->code == ALREADY && (colon = strstr(words, " : "))) {
        subscription *s = find(stream, (pg_span){ colon + 3, strlen(colon + 3) });
        if (s && s->sent && !s->heard && s->awaited) {
            s->drop = true;
            s->sent = false;
        }
        return;
    }
    say(stream, PG_LOG_WARN, "the venue refuses a message", words);
}

void pg_lighter_stream_look(pg_lighter_stream *stream, const pg_lighter_message *message, const char *text, size_t size)
{
    if (message->kind == PG_LIGHTER_MSG_PING)
        answer_ping(stream, message, text, size);
    else if (message->kind == PG_LIGHTER_MSG_ERROR && message->code >= 30000 && message->code < 31000)
        take_error(stream, message);
    else if (message->kind == PG_LIGHTER_MSG_ERROR)
        say(stream, PG_LOG_WARN, "the venue tells an error", pg_scan_plain((char[256]){ 0 }, 256, message->message));
    else
        hear(stream, message);
}

static void begin_again(pg_lighter_stream *stream, subscription *s)
{
    s->drop = s->drop || s->sent;
    s->sent = s->heard = false;
    stream->subscribed = stream->subscribed && !s->awaited;
}

void pg_lighter_stream_again(pg_lighter_stream *stream, const char *channel)
{
    for (int i = 0; i < stream->count; i++)
        if (strcmp(stream->list[i].channel, channel) == 0)
            begin_again(stream, &stream->list[i]);
    send_more(stream);
}

void pg_lighter_stream_renew(pg_lighter_stream *stream)
{
    for (int i = 0; i < stream->count; i++)
        if (stream->list[i].is_private)
            begin_again(stream, &stream->list[i]);
    send_more(stream);
}

/* ---- the connection ---- */

static void forget(pg_lighter_stream *stream)
{
    stream->subscribed = false;
    for (int i = 0; i < stream->count; i++)
        stream->list[i].sent = stream->list[i].heard = stream->list[i].drop = false;
}

static void opened(void *self)
{
    pg_lighter_stream *stream = self;
    forget(stream);
    stream->spoke_ns = now();
    if (!stream->timer)
        stream->timer = pg_timer_start(stream->loop, PACE_MS, PACE_MS, stream, step);
    send_more(stream);
    check_done(stream);
}

static void closed(void *self, const char *why, int64_t retry_ms)
{
    pg_lighter_stream *stream = self;
    (void)retry_ms;
    pg_timer_stop(stream->timer);
    stream->timer = NULL;
    forget(stream);
    stream->handler.closed(stream->handler.self, why);
}

static void text_came(void *self, char *text, size_t size, int64_t received_ns)
{
    pg_lighter_stream *stream = self;
    stream->handler.text(stream->handler.self, text, size, received_ns);
}

pg_status pg_lighter_stream_start(pg_lighter_stream *stream, pg_error *err)
{
    pg_socket_config config = { .url = stream->url, .backoff_ms = 500 };
    pg_socket_handler handler = { .self = stream, .opened = opened, .text = text_came, .closed = closed };
    return pg_socket_new(&stream->socket, stream->loop, &config, handler, err);
}

bool pg_lighter_stream_is_open(const pg_lighter_stream *stream)
{
    return stream && stream->socket && pg_socket_is_open(stream->socket);
}

bool pg_lighter_stream_is_subscribed(const pg_lighter_stream *stream)
{
    return stream && stream->subscribed;
}

void pg_lighter_stream_drop(pg_lighter_stream *stream, const char *why)
{
    if (stream && stream->socket)
        pg_socket_drop(stream->socket, why);
}

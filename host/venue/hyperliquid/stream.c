#include "venue/hyperliquid/stream.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

enum { BURST = 20, PACE_MS = 100, ACK_MS = 5000, SUSPECT_MS = 2000, STRIKES = 2, LEFT_OUT_S = 600 };

typedef struct {
    char type[32], coin[PG_HL_NAME], user[48];
    bool fast, optional, sent, acked, left_out;
    int strikes; /* connections that ended while only this one was not acknowledged */
    double left_out_s;
} subscription;

struct pg_hl_stream {
    pg_loop *loop;
    pg_socket *socket;
    pg_timer *timer; /* while subscriptions are to be sent or acknowledged */
    pg_hl_stream_handler handler;
    const pg_log *log;
    char url[512];
    const char *name;
    uint64_t seed;
    subscription list[PG_HL_SUBSCRIPTIONS];
    int count;
    bool careful; /* one at a time: the last connection ended right after subscribing */
    bool subscribed;
    int64_t waited_ms; /* since the last subscription was sent */
};

pg_status pg_hl_stream_new(pg_hl_stream **stream, pg_loop *loop, const pg_hl_stream_config *config,
                           pg_hl_stream_handler handler, pg_error *err)
{
    *stream = NULL;
    if (strlen(config->url) >= sizeof((pg_hl_stream *)0)->url)
        return pg_fail(err, PG_ERR_INVALID, "the address of the WebSocket is too long");
    pg_hl_stream *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a stream");
    s->loop = loop;
    s->handler = handler;
    s->log = config->log;
    s->name = config->name;
    s->seed = config->seed;
    snprintf(s->url, sizeof s->url, "%s", config->url);
    *stream = s;
    return PG_OK;
}

void pg_hl_stream_free(pg_hl_stream *stream)
{
    if (!stream)
        return;
    pg_timer_stop(stream->timer);
    pg_socket_free(stream->socket);
    free(stream);
}

pg_status pg_hl_stream_add(pg_hl_stream *stream, const char *type, const char *coin, const char *user, bool fast,
                           pg_error *err)
{
    if (stream->count == PG_HL_SUBSCRIPTIONS)
        return pg_fail(err, PG_ERR_FULL, "more than %d subscriptions", PG_HL_SUBSCRIPTIONS);
    subscription *s = &stream->list[stream->count++];
    *s = (subscription){ .fast = fast };
    snprintf(s->type, sizeof s->type, "%s", type);
    snprintf(s->coin, sizeof s->coin, "%s", coin ? coin : "");
    snprintf(s->user, sizeof s->user, "%s", user ? user : "");
    return PG_OK;
}

pg_status pg_hl_stream_add_optional(pg_hl_stream *stream, const char *type, const char *coin, const char *user,
                                    pg_error *err)
{
    pg_status status = pg_hl_stream_add(stream, type, coin, user, false, err);
    if (status == PG_OK)
        stream->list[stream->count - 1].optional = true;
    return status;
}

/* ---- subscribing ---- */

static void send_one(pg_hl_stream *stream, subscription *s)
{
    char text[PG_HL_SUBSCRIPTION_TEXT + PG_HL_NAME];
    int n =
        snprintf(text, sizeof text, "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"%s\"%s%s%s%s%s%s%s}}",
                 s->type, s->coin[0] ? ",\"coin\":\"" : "", s->coin, s->coin[0] ? "\"" : "",
                 s->user[0] ? ",\"user\":\"" : "", s->user, s->user[0] ? "\"" : "", s->fast ? ",\"fast\":true" : "");
    if (pg_socket_send(stream->socket, text, (size_t)n, NULL) != PG_OK)
        return;
    s->sent = true;
    stream->waited_ms = 0;
}

static int count_waiting(const pg_hl_stream *stream, const subscription **which)
{
    int waiting = 0;
    for (int i = 0; i < stream->count; i++)
        if (stream->list[i].sent && !stream->list[i].acked) {
            waiting++;
            *which = &stream->list[i];
        }
    return waiting;
}

static int send_some(pg_hl_stream *stream, bool suspects, int left)
{
    for (int i = 0; i < stream->count && left > 0; i++) {
        subscription *s = &stream->list[i];
        if (s->left_out || s->sent || (s->strikes > 0) != suspects)
            continue;
        left--;
        send_one(stream, s);
    }
    return left;
}

static bool is_all_acked(const pg_hl_stream *stream)
{
    for (int i = 0; i < stream->count; i++) {
        const subscription *s = &stream->list[i];
        if (!s->left_out && !s->acked && !(s->optional && s->sent))
            return false;
    }
    return true;
}

/* Sends what is to be sent now, suspects last; returns whether everything is acknowledged. */
static bool send_more(pg_hl_stream *stream)
{
    const subscription *last;
    int left = BURST;
    if (stream->careful)
        left = count_waiting(stream, &last) ? 0 : 1;
    send_some(stream, true, send_some(stream, false, left));
    return is_all_acked(stream);
}

static void leave_out(pg_hl_stream *stream, subscription *s, const char *why)
{
    s->left_out = true;
    s->left_out_s = pg_clock_elapsed();
    s->strikes = STRIKES - 1; /* when it is tried again, once is enough */
    pg_log_field fields[] = { { "type", s->type, 0 }, { "coin", s->coin, 0 } };
    pg_log_write(stream->log, PG_LOG_ERROR, "hyperliquid", why, fields, 2);
}

/* Optional ones that were not acknowledged in time; whether there were any. */
static bool skip_optional(pg_hl_stream *stream)
{
    bool found = false;
    for (int i = 0; i < stream->count; i++) {
        subscription *s = &stream->list[i];
        if (s->optional && s->sent && !s->acked && !s->left_out) {
            found = true;
            leave_out(stream, s, "the venue does not acknowledge this subscription: it is left out for ten minutes");
        }
    }
    stream->waited_ms = found ? 0 : stream->waited_ms;
    return found;
}

static void step(void *self)
{
    pg_hl_stream *stream = self;
    stream->waited_ms += PACE_MS;
    if (stream->careful && stream->waited_ms >= ACK_MS && skip_optional(stream))
        return;
    if (send_more(stream)) {
        pg_timer_stop(stream->timer);
        stream->timer = NULL;
    } else if (stream->waited_ms >= ACK_MS) {
        pg_socket_drop(stream->socket, "a subscription was not acknowledged in 5 s");
    }
}

static void check_done(pg_hl_stream *stream)
{
    if (stream->subscribed || !pg_socket_is_open(stream->socket))
        return;
    if (!is_all_acked(stream))
        return;
    stream->subscribed = true;
    stream->careful = false;
    pg_timer_stop(stream->timer);
    stream->timer = NULL;
    stream->handler.subscribed(stream->handler.self);
}

static const char *member(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static void acknowledge(pg_hl_stream *stream, const char *text, size_t size)
{
    cJSON *json = cJSON_ParseWithLength(text, size);
    for (int i = 0; json && i < stream->count; i++) {
        subscription *s = &stream->list[i];
        bool same = strcmp(s->type, member(json, "type")) == 0 && strcmp(s->coin, member(json, "coin")) == 0 &&
                    strcasecmp(s->user, member(json, "user")) == 0 &&
                    s->fast == cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "fast"));
        if (s->sent && same) {
            s->acked = true;
            s->strikes = 0;
        }
    }
    cJSON_Delete(json);
    if (stream->careful && !stream->subscribed)
        send_more(stream);
    check_done(stream);
}

void pg_hl_stream_frame(pg_hl_stream *stream, const pg_hl_frame *frame)
{
    static const char already[] = "Already subscribed: ";
    if (frame->kind == PG_HL_FRAME_SUBSCRIBED) {
        acknowledge(stream, frame->text.data, frame->text.size);
    } else if (frame->kind == PG_HL_FRAME_ERROR) {
        char words[512];
        pg_scan_plain(words, sizeof words, frame->text);
        if (strncmp(words, already, sizeof already - 1) == 0) {
            acknowledge(stream, words + sizeof already - 1, strlen(words) - (sizeof already - 1));
            return;
        }
        pg_log_field fields[] = { { "stream", stream->name, 0 }, { "words", words, 0 } };
        pg_log_write(stream->log, PG_LOG_WARN, "hyperliquid", "the venue refuses a message", fields, 2);
    }
}

/* ---- the connection ---- */

static void opened(void *self)
{
    pg_hl_stream *stream = self;
    stream->subscribed = false;
    for (int i = 0; i < stream->count; i++) {
        subscription *s = &stream->list[i];
        s->sent = s->acked = false;
        s->left_out = s->left_out && pg_clock_elapsed() - s->left_out_s < LEFT_OUT_S;
    }
    stream->waited_ms = 0;
    if (!stream->timer)
        stream->timer = pg_timer_start(stream->loop, PACE_MS, PACE_MS, stream, step);
    send_more(stream);
    check_done(stream);
}

/* Whether there are other subscriptions, and all of them were acknowledged on this connection. */
static bool is_rest_acked(const pg_hl_stream *stream, const subscription *but)
{
    int others = 0;
    for (int i = 0; i < stream->count; i++) {
        const subscription *s = &stream->list[i];
        if (s == but || s->left_out)
            continue;
        if (!s->acked && s->strikes == 0)
            return false;
        others++;
    }
    return others > 0;
}

/* A connection that ends right after subscribing was perhaps ended by a coin that the venue does not know: from then on
 * one is sent after the other, suspects behind the others. The one that it happens with again is left out, but only
 * where the others were acknowledged: a line that is cut often is no subscription's fault. */
static void suspect(pg_hl_stream *stream)
{
    const subscription *last = NULL;
    int waiting = count_waiting(stream, &last);
    if (waiting == 0 || stream->waited_ms > SUSPECT_MS)
        return;
    stream->careful = true;
    if (waiting > 1)
        return;
    subscription *s = &stream->list[last - stream->list];
    if (!s->coin[0] && !s->optional)
        return; /* of the account: there is no doing without, and no coin that could be wrong */
    if (s->strikes < STRIKES - 1)
        s->strikes++;
    else if (is_rest_acked(stream, s))
        leave_out(stream, s, "the venue closes the connection at this subscription: it is left out for ten minutes");
}

static void closed(void *self, const char *why, int64_t retry_ms)
{
    pg_hl_stream *stream = self;
    (void)retry_ms;
    pg_timer_stop(stream->timer);
    stream->timer = NULL;
    suspect(stream);
    stream->subscribed = false;
    for (int i = 0; i < stream->count; i++)
        stream->list[i].sent = stream->list[i].acked = false;
    stream->handler.closed(stream->handler.self, why);
}

static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    pg_hl_stream *stream = self;
    stream->handler.text(stream->handler.self, data, size, received_ns);
}

static void ping(void *self)
{
    static const char words[] = "{\"method\":\"ping\"}";
    pg_hl_stream *stream = self;
    pg_socket_send(stream->socket, words, sizeof words - 1, NULL);
}

pg_status pg_hl_stream_start(pg_hl_stream *stream, pg_error *err)
{
    pg_socket_config config = { .url = stream->url, .seed = stream->seed };
    pg_socket_handler handler = { .self = stream, .opened = opened, .text = text, .closed = closed, .ping = ping };
    return pg_socket_new(&stream->socket, stream->loop, &config, handler, err);
}

bool pg_hl_stream_is_open(const pg_hl_stream *stream)
{
    return stream && stream->socket && pg_socket_is_open(stream->socket);
}

bool pg_hl_stream_is_subscribed(const pg_hl_stream *stream)
{
    return stream && stream->subscribed;
}

pg_status pg_hl_stream_send(pg_hl_stream *stream, const char *data, size_t size, pg_error *err)
{
    return pg_socket_send(stream->socket, data, size, err);
}

void pg_hl_stream_drop(pg_hl_stream *stream, const char *why)
{
    if (stream && stream->socket)
        pg_socket_drop(stream->socket, why);
}

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/server_internal.h"

enum {
    HEAD_ROOM = 512,
    SLACK = 4096,  /* beyond head and body of one request: the start of the next one */
    KEEP = 1 << 20 /* a buffer that a long body has made larger than this is given back */
};

static void closed_tcp(uv_handle_t *handle)
{
    pg_peer *peer = handle->data;
    peer->has_tcp = false;
    if (peer->wsi)
        return;
    if (peer->dead)
        pg_peer_collect(peer);
    else
        pg_peer_end(peer);
}

void pg_http_peer_leave_tcp(pg_peer *peer)
{
    if (peer->has_tcp && !uv_is_closing((uv_handle_t *)&peer->tcp))
        uv_close((uv_handle_t *)&peer->tcp, closed_tcp);
}

void pg_http_peer_close(pg_peer *peer)
{
    peer->closed = true;
    pg_http_peer_leave_tcp(peer);
}

static void touch(pg_peer *peer)
{
    peer->seen_ms = uv_now(peer->tcp.loop);
}

/* ---- answers ---- */

typedef struct {
    uv_write_t request;
    char data[];
} rest_of_answer;

static void wrote_rest(uv_write_t *request, int status)
{
    pg_peer *peer = request->handle->data;
    free(request->data);
    if (status < 0 && !peer->closed)
        pg_http_peer_close(peer);
    else if (!peer->closed)
        touch(peer);
}

/* What the kernel does not take at once is copied and follows. */
static void put(pg_peer *peer, const char *data, size_t size)
{
    uv_stream_t *stream = (uv_stream_t *)&peer->tcp;
    uv_buf_t buffer = uv_buf_init((char *)data, (unsigned int)size);
    int written = uv_try_write(stream, &buffer, 1);
    size_t done = written > 0 ? (size_t)written : 0;
    if (done == size)
        return;
    rest_of_answer *rest = written < 0 && written != UV_EAGAIN ? NULL : malloc(sizeof *rest + size - done);
    if (!rest) {
        pg_http_peer_close(peer);
        return;
    }
    memcpy(rest->data, data + done, size - done);
    rest->request.data = rest;
    buffer = uv_buf_init(rest->data, (unsigned int)(size - done));
    if (uv_write(&rest->request, stream, &buffer, 1, wrote_rest) != 0) {
        free(rest);
        pg_http_peer_close(peer);
    }
}

static void shut(uv_shutdown_t *request, int status)
{
    (void)status;
    free(request);
}

/* Closing while something unread is there would reset the connection, and with it the answer: the other side is to close
 * first, or the sweep does. */
static void drain(pg_peer *peer)
{
    peer->draining = true;
    uv_shutdown_t *request = malloc(sizeof *request);
    if (!request || uv_shutdown(request, (uv_stream_t *)&peer->tcp, shut) != 0) {
        free(request);
        pg_http_peer_close(peer);
    }
}

static const char *phrase(int code)
{
    switch (code) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return code < 400 ? "Done" : "Refused";
    }
}

/* "Date: ...\r\n", or "" where the server has no clock. */
static void format_date(char *text, size_t size, pg_clock clock)
{
    struct tm parts;
    text[0] = '\0';
    if (!clock.now)
        return;
    time_t seconds = (time_t)(pg_clock_now(clock) / 1000000000);
    if (gmtime_r(&seconds, &parts))
        (void)strftime(text, size, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
}

static void write_answer(pg_peer *peer, int code, const char *type, const char *body, size_t size)
{
    size_t sent = peer->no_body ? 0 : size;
    if (!pg_wire_reserve(&peer->out, &peer->out_size, HEAD_ROOM + sent, 0)) {
        pg_http_peer_close(peer);
        return;
    }
    char date[64];
    format_date(date, sizeof date, peer->server->clock);
    int head =
        snprintf(peer->out, HEAD_ROOM, "HTTP/1.1 %d %s\r\nContent-Type: %.200s\r\nContent-Length: %zu\r\n%s%s\r\n",
                 code, phrase(code), type, size, date, peer->last ? "Connection: close\r\n" : "");
    if (sent > 0)
        memcpy(peer->out + head, body, sent);
    touch(peer);
    put(peer, peer->out, (size_t)head + sent);
    if (peer->last && !peer->closed)
        drain(peer);
}

/* ---- requests ---- */

static const char *text_of(char *data, pg_slice slice)
{
    if (slice.size == 0)
        return "";
    data[slice.start + slice.size] = '\0';
    return data + slice.start;
}

static pg_server_request look(pg_peer *peer)
{
    char *in = peer->in;
    const pg_request_reader *r = &peer->reader;
    return (pg_server_request){ .peer = peer,
                                .method = text_of(in, r->method),
                                .path = text_of(in, r->path),
                                .query = text_of(in, r->query),
                                .body = r->body ? in + r->head : "",
                                .size = r->body,
                                .authorization = text_of(in, r->authorization),
                                .api_key = text_of(in, r->api_key),
                                .cookie = text_of(in, r->cookie),
                                .user_agent = text_of(in, r->user_agent) };
}

static void use_up(pg_peer *peer)
{
    size_t used = peer->reader.used;
    memmove(peer->in, peer->in + used, peer->in_length - used);
    peer->in_length -= used;
    if (peer->in_length == 0 && peer->in_size > KEEP) {
        free(peer->in);
        peer->in = NULL;
        peer->in_size = 0;
    }
    peer->reader = (pg_request_reader){ 0 };
    peer->continued = false;
}

/* False: the peer is gone. */
static bool ask(pg_peer *peer)
{
    pg_server *server = peer->server;
    peer->answering = true;
    peer->no_body = peer->reader.method.size == 4 && memcmp(peer->in, "HEAD", 4) == 0;
    peer->last |= !peer->reader.keep_alive;
    peer->known = true;
    if (!server->handler.request) {
        peer->answering = false;
        write_answer(peer, 404, "text/plain", "", 0);
        use_up(peer);
        return !peer->closed;
    }
    /* The body ends where the next request may begin. */
    size_t end = peer->reader.used;
    char next = peer->in[end];
    pg_server_request request = look(peer);
    if (peer->reader.body)
        peer->in[peer->reader.head + peer->reader.body] = '\0';
    pg_peer_enter(peer);
    server->handler.request(server->handler.self, &request);
    peer->in[end] = next;
    use_up(peer);
    return pg_peer_leave(peer) && !peer->closed;
}

static void upgrade(pg_peer *peer)
{
    pg_server *server = peer->server;
    size_t size = peer->in_length;
    char *head = malloc(size);
    if (!head) {
        pg_http_peer_close(peer);
        return;
    }
    memcpy(head, peer->in, size);
    pg_server_request request = look(peer);
    bool taken = false;
    pg_peer_enter(peer);
    if (server->handler.connect)
        taken = server->handler.connect(server->handler.self, peer, request.path, &request);
    if (taken)
        peer->known = true;
    if (peer->closed || !peer->server) {
        /* the user has closed it meanwhile */
    } else if (taken) {
        pg_ws_peer_start(peer, head, size);
    } else {
        use_up(peer);
        peer->last = true;
        write_answer(peer, peer->refusal ? peer->refusal : 404, "text/plain", "", 0);
    }
    pg_peer_leave(peer);
    free(head);
}

static void refuse(pg_peer *peer, int code)
{
    peer->last = true;
    peer->no_body = false;
    write_answer(peer, code, "text/plain", "", 0);
}

static void go_on(pg_peer *peer)
{
    while (!peer->closed && !peer->answering && !peer->draining && !peer->wsi && peer->in_length > 0) {
        pg_read_result result = pg_request_read(&peer->reader, peer->in, &peer->in_length, peer->server->body_limit);
        if (result == PG_READ_MORE) {
            if (peer->reader.expects && peer->reader.head && !peer->continued) {
                peer->continued = true;
                put(peer, "HTTP/1.1 100 Continue\r\n\r\n", 25);
            }
            return;
        }
        if (result != PG_READ_DONE) {
            refuse(peer, (int)result);
            return;
        }
        if (peer->reader.upgrade) {
            upgrade(peer);
            return;
        }
        if (!ask(peer))
            return;
    }
}

void pg_http_peer_answer(pg_peer *peer, int code, const char *type, const char *body, size_t size)
{
    if (peer->closed || !peer->answering)
        return;
    peer->answering = false;
    write_answer(peer, code, type, body, size);
    if (peer->depth > 0)
        return; /* it goes on when the user's callback has returned */
    pg_peer_enter(peer);
    go_on(peer);
    pg_peer_leave(peer);
}

/* ---- reading ---- */

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    pg_peer *peer = handle->data;
    buffer->base = NULL;
    buffer->len = 0;
    if (peer->draining)
        peer->in_length = 0;
    size_t limit = peer->server ? peer->server->body_limit + PG_REQUEST_HEAD + SLACK : 0;
    size_t want = peer->in_length + 16384;
    if (want > limit)
        want = limit;
    /* A byte is kept for the terminator of a body. */
    if (want <= peer->in_length || !pg_wire_reserve(&peer->in, &peer->in_size, want + 1, peer->in_length))
        return;
    *buffer = uv_buf_init(peer->in + peer->in_length, (unsigned int)(peer->in_size - 1 - peer->in_length));
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    (void)buffer;
    pg_peer *peer = stream->data;
    if (size < 0 || peer->closed) {
        pg_http_peer_close(peer);
        return;
    }
    if (size == 0 || peer->draining)
        return;
    touch(peer);
    peer->in_length += (size_t)size;
    pg_peer_enter(peer);
    go_on(peer);
    pg_peer_leave(peer);
}

void pg_http_peer_start(pg_peer *peer)
{
    uv_tcp_nodelay(&peer->tcp, 1);
    touch(peer);
    if (uv_read_start((uv_stream_t *)&peer->tcp, give_room, on_read) != 0)
        pg_http_peer_close(peer);
}

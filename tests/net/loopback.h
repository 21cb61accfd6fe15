/* A server and clients on one loop, for the tests of this floor: they write down what happens, the test waits for it. */
#ifndef PG_TESTS_NET_LOOPBACK_H
#define PG_TESTS_NET_LOOPBACK_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/server.h"
#include "net/socket.h"

enum { WAIT_MS = 20000 /* a wait that ends by itself is a failure; the machine may be slow */ };

/* Runs the loop until the condition holds; fails the test when it never does. */
#define wait_until(loop, condition)                                                                                    \
    do {                                                                                                               \
        double started_ = pg_clock_elapsed();                                                                          \
        while (!(condition)) {                                                                                         \
            pg_loop_run_for(loop, 1);                                                                                  \
            if (pg_clock_elapsed() - started_ > WAIT_MS / 1000.0)                                                      \
                fail_msg("waited in vain for %s", #condition);                                                         \
        }                                                                                                              \
    } while (0)

static inline pg_loop *new_loop(void)
{
    pg_loop *loop;
    pg_error err;
    if (pg_loop_new(&loop, &err) != PG_OK)
        fail_msg("%s", err.what);
    return loop;
}

/* ---- a server that answers with prepared bytes, and cuts the connection then if it is told to ---- */

typedef struct {
    uv_tcp_t listener;
    int port;
    const char *answers[8]; /* to the requests that come, over all connections; NULL: none, the connection is cut */
    bool cut_after[8];
    int requests, connections;
    size_t unread;   /* bytes that were not a whole request, of connections that are over */
    char last[4096]; /* the last request, as it came */
    size_t length;
} scripted_server;

typedef struct {
    uv_tcp_t tcp;
    scripted_server *server;
    char in[4096];
    size_t length;
} scripted_peer;

static inline void scripted_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static inline void scripted_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    scripted_peer *p = handle->data;
    *buffer = uv_buf_init(p->in + p->length, (unsigned int)(sizeof p->in - 1 - p->length));
}

/* A request ends with its head and the bytes of its Content-Length. */
static inline bool scripted_complete(const scripted_peer *p)
{
    const char *blank = strstr(p->in, "\r\n\r\n"), *length = strstr(p->in, "Content-Length: ");
    size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
    return blank && p->length >= (size_t)(blank + 4 - p->in) + body;
}

static inline void scripted_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    (void)buffer;
    scripted_peer *p = stream->data;
    if (size < 0) {
        p->server->unread += p->length;
        uv_close((uv_handle_t *)stream, scripted_closed);
        return;
    }
    p->length += (size_t)size;
    p->in[p->length] = '\0';
    if (!scripted_complete(p))
        return;
    scripted_server *s = p->server;
    int n = s->requests++;
    memcpy(s->last, p->in, p->length + 1);
    s->length = p->length;
    p->length = 0;
    if (s->answers[n]) {
        uv_buf_t out = uv_buf_init((char *)s->answers[n], (unsigned int)strlen(s->answers[n]));
        assert_int_equal(uv_try_write(stream, &out, 1), (int)out.len);
    }
    if (!s->answers[n] || s->cut_after[n])
        uv_close((uv_handle_t *)stream, scripted_closed);
}

static inline void scripted_accept(uv_stream_t *listener, int status)
{
    assert_int_equal(status, 0);
    scripted_peer *p = calloc(1, sizeof *p);
    p->server = listener->data;
    p->server->connections++;
    uv_tcp_init(listener->loop, &p->tcp);
    p->tcp.data = p;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&p->tcp), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)&p->tcp, scripted_alloc, scripted_read), 0);
}

static inline void scripted_start(scripted_server *s, pg_loop *loop)
{
    struct sockaddr_in address;
    int size = sizeof address;
    uv_tcp_init(pg_loop_uv(loop), &s->listener);
    s->listener.data = s;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_bind(&s->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&s->listener, 16, scripted_accept), 0);
    assert_int_equal(uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &size), 0);
    s->port = ntohs(address.sin_port);
}

static inline void scripted_stop(scripted_server *s)
{
    uv_close((uv_handle_t *)&s->listener, NULL);
}

/* ---- an echoing WebSocket server, and a client that writes down what happens ---- */

typedef struct {
    pg_loop *loop;
    pg_server *server;
    pg_peer *peer; /* of the last connection */
    bool refuse;
    int opened, texts, gone;
    char path[256]; /* path, query and headers of the last handshake */
    char last[256];
    size_t last_size;
} echo_server;

static inline bool echo_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    echo_server *s = self;
    assert_ptr_equal(headers->peer, peer);
    snprintf(s->path, sizeof s->path, "%s?%s auth=%s key=%s", path, headers->query, headers->authorization,
             headers->api_key);
    return !s->refuse;
}

static inline void echo_opened(void *self, pg_peer *peer)
{
    echo_server *s = self;
    s->peer = peer;
    s->opened++;
}

static inline void echo_text(void *self, pg_peer *peer, char *text, size_t size)
{
    echo_server *s = self;
    assert_int_equal(text[size], '\0');
    s->texts++;
    s->last_size = size;
    snprintf(s->last, sizeof s->last, "%s", text);
    pg_peer_send(peer, text, size);
}

static inline void echo_gone(void *self, pg_peer *peer)
{
    echo_server *s = self;
    s->gone++;
    if (s->peer == peer)
        s->peer = NULL;
}

static inline void echo_start(echo_server *s, pg_loop *loop, pg_server_config config)
{
    pg_error err;
    s->loop = loop;
    pg_server_handler handler = {
        .self = s, .connect = echo_connect, .opened = echo_opened, .text = echo_text, .gone = echo_gone
    };
    if (pg_server_new(&s->server, loop, &config, handler, &err) != PG_OK)
        fail_msg("%s", err.what);
}

typedef struct {
    pg_socket *socket;
    int opened, texts, closed, pings;
    char last[256], why[256];
    size_t last_size;
    char *keep; /* when not NULL: every text is compared with it */
    int64_t received_ns;
    int64_t retries[16]; /* the waits that were announced */
    int free_in;         /* a callback that frees the socket: 1 opened, 2 text, 3 closed, 4 ping */
    bool pinging;
} test_client;

static inline void client_free_in(test_client *c, int callback)
{
    if (c->free_in == callback) {
        pg_socket_free(c->socket);
        c->socket = NULL;
    }
}

static inline void client_opened(void *self)
{
    test_client *c = self;
    c->opened++;
    client_free_in(c, 1);
}

static inline void client_text(void *self, char *text, size_t size, int64_t received_ns)
{
    test_client *c = self;
    assert_int_equal(text[size], '\0');
    c->texts++;
    c->last_size = size;
    c->received_ns = received_ns;
    snprintf(c->last, sizeof c->last, "%s", text);
    if (c->keep && memcmp(c->keep, text, size) != 0)
        fail_msg("message %d of %zu bytes is not what was sent", c->texts, size);
    client_free_in(c, 2);
}

static inline void client_closed(void *self, const char *why, int64_t retry_ms)
{
    test_client *c = self;
    if (c->closed < 16)
        c->retries[c->closed] = retry_ms;
    c->closed++;
    snprintf(c->why, sizeof c->why, "%s", why);
    client_free_in(c, 3);
}

static inline void client_ping(void *self)
{
    test_client *c = self;
    c->pings++;
    client_free_in(c, 4);
}

/* port -1: config has the address. */
static inline void client_start(test_client *c, pg_loop *loop, int port, pg_socket_config config)
{
    pg_error err;
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/ws", port);
    if (port >= 0)
        config.url = url;
    config.seed = config.seed ? config.seed : 7;
    config.backoff_ms = config.backoff_ms ? config.backoff_ms : 5;
    pg_socket_handler handler = { .self = c,
                                  .opened = client_opened,
                                  .text = client_text,
                                  .closed = client_closed,
                                  .ping = c->pinging ? client_ping : NULL };
    if (pg_socket_new(&c->socket, loop, &config, handler, &err) != PG_OK)
        fail_msg("%s", err.what);
}

#endif

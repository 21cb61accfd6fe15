#include "net/server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/deflate.h"
#include "net/server_internal.h"

enum {
    PEERS = 1024, /* connections of a server; more are refused */
    BACKLOG = 256,
    SWEEP_MS = 5000,
    IDLE_MS = 60000, /* an HTTP connection on which nothing happens is closed */
    DRAIN_MS = 2000  /* for a client that goes on sending what nobody wants */
};

/* ---- peers ---- */

pg_peer *pg_peer_new(pg_server *server)
{
    pg_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->server = server;
    peer->next = server->peers;
    if (peer->next)
        peer->next->previous = peer;
    server->peers = peer;
    server->count++;
    return peer;
}

static void unlink_peer(pg_peer *peer)
{
    pg_server *server = peer->server;
    if (!server)
        return;
    if (peer->next)
        peer->next->previous = peer->previous;
    if (peer->previous)
        peer->previous->next = peer->next;
    else
        server->peers = peer->next;
    server->count--;
    peer->server = NULL;
}

bool pg_peer_collect(pg_peer *peer)
{
    if (!peer->dead || peer->depth > 0 || peer->has_tcp || peer->wsi)
        return false;
    unlink_peer(peer);
    pg_wire_free(&peer->wire);
    free(peer->in);
    free(peer->out);
    free(peer);
    return true;
}

void pg_peer_enter(pg_peer *peer)
{
    peer->depth++;
}

bool pg_peer_leave(pg_peer *peer)
{
    peer->depth--;
    return !pg_peer_collect(peer);
}

void pg_peer_end(pg_peer *peer)
{
    if (peer->dead)
        return;
    peer->closed = true;
    peer->dead = true;
    pg_peer_enter(peer);
    if (peer->known && peer->server && peer->server->handler.gone)
        peer->server->handler.gone(peer->server->handler.self, peer);
    pg_peer_leave(peer);
}

void pg_peer_refuse(pg_peer *peer, int code)
{
    peer->refusal = code;
}

void pg_peer_set(pg_peer *peer, void *data)
{
    peer->data = data;
}

void *pg_peer_get(const pg_peer *peer)
{
    return peer->data;
}

void pg_server_answer(pg_peer *peer, int code, const char *type, const char *body, size_t size)
{
    pg_http_peer_answer(peer, code, type, body, size);
}

void pg_peer_send(pg_peer *peer, const char *text, size_t size)
{
    if (peer->closed || peer->ending || !peer->opened)
        return;
    if (pg_wire_send(&peer->wire, text, size, NULL) != PG_OK)
        pg_ws_peer_close(peer, true);
}

void pg_peer_close(pg_peer *peer, bool abrupt)
{
    if (peer->closed)
        return;
    if (peer->wsi) {
        pg_ws_peer_close(peer, abrupt);
    } else if (!abrupt && peer->answering) {
        peer->last = true;
    } else {
        int fd;
        struct linger reset = { .l_onoff = 1, .l_linger = 0 };
        if (abrupt && uv_fileno((uv_handle_t *)&peer->tcp, &fd) == 0)
            (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        pg_http_peer_close(peer);
    }
}

/* ---- the server ---- */

static void accept_one(uv_stream_t *listener, int status)
{
    pg_server *server = listener->data;
    if (status < 0)
        return;
    pg_peer *peer = pg_peer_new(server);
    if (!peer)
        return;
    uv_tcp_init(&server->loop->uv, &peer->tcp);
    peer->tcp.data = peer;
    peer->has_tcp = true;
    if (uv_accept(listener, (uv_stream_t *)&peer->tcp) != 0 || server->count > PEERS)
        pg_http_peer_close(peer);
    else
        pg_http_peer_start(peer);
}

/* Of an open WebSocket. Turns are counted, not time: when this process was held up, answers may wait to be read. */
static void keep_alive(pg_peer *peer)
{
    const pg_server *server = peer->server;
    peer->turns++;
    if (peer->pinged && peer->turns > server->pong_turns) {
        pg_ws_peer_close(peer, true);
    } else if (!peer->pinged && peer->turns >= server->ping_turns) {
        peer->pinged = true;
        peer->turns = 0;
        pg_wire_ping(&peer->wire);
    }
}

static void sweep(uv_timer_t *timer)
{
    pg_server *server = timer->data;
    uint64_t now = uv_now(&server->loop->uv);
    for (pg_peer *peer = server->peers, *next; peer; peer = next) {
        next = peer->next;
        uint64_t idle = now - peer->seen_ms;
        if (peer->has_tcp && !peer->closed && !peer->answering && idle > (peer->draining ? DRAIN_MS : IDLE_MS))
            pg_http_peer_close(peer);
        if (peer->wsi && peer->opened && !peer->closed && server->ping_turns > 0)
            keep_alive(peer);
    }
}

/* How often to look at the connections: often enough for the pings. */
static uint64_t set_turns(pg_server *server, const pg_server_config *config)
{
    uint64_t ping_ms = (uint64_t)config->ping_ms, pong_ms = (uint64_t)config->pong_ms, period = SWEEP_MS;
    if (ping_ms == 0)
        return period;
    period = ping_ms / 4 < period ? ping_ms / 4 + 1 : period;
    period = pong_ms / 4 < period ? pong_ms / 4 + 1 : period;
    server->ping_turns = ping_ms / period;
    server->pong_turns = pong_ms / period + 1;
    return period;
}

static pg_status listen_at(pg_server *server, const char *address, int port, pg_error *err)
{
    struct sockaddr_storage bound;
    struct sockaddr_in *v4 = (struct sockaddr_in *)&bound;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&bound;
    int size = sizeof bound;
    if (port < 0 || port > 65535 || (uv_ip4_addr(address, port, v4) != 0 && uv_ip6_addr(address, port, v6) != 0))
        return pg_fail(err, PG_ERR_INVALID, "a server cannot listen at %s, port %d", address, port);
    int failed = uv_tcp_bind(&server->listener, (const struct sockaddr *)&bound, 0);
    if (!failed)
        failed = uv_listen((uv_stream_t *)&server->listener, BACKLOG, accept_one);
    if (!failed)
        failed = uv_tcp_getsockname(&server->listener, (struct sockaddr *)&bound, &size);
    if (failed) {
        pg_fail(err, PG_ERR_IO, "cannot listen at %s, port %d: %s", address, port, uv_strerror(failed));
        pg_error_remedy(err, "choose another port, or 0 for any that is free");
        return PG_ERR_IO;
    }
    server->port = ntohs(bound.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port);
    return PG_OK;
}

pg_status pg_server_new(pg_server **server, pg_loop *loop, const pg_server_config *config, pg_server_handler handler,
                        pg_error *err)
{
    *server = NULL;
    if (config->compress && config->body_limit > PG_DEFLATE_LIMIT)
        return pg_fail(err, PG_ERR_INVALID, "a compressed message may have %d bytes at most", (int)PG_DEFLATE_LIMIT);
    pg_server *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    s->loop = loop;
    s->handler = handler;
    s->body_limit = config->body_limit ? config->body_limit : 16 << 20;
    s->queue_limit = config->queue_limit ? config->queue_limit : 8 << 20;
    s->compress = config->compress;
    s->clock = config->clock;
    uv_tcp_init(&loop->uv, &s->listener);
    uv_timer_init(&loop->uv, &s->sweep);
    s->listener.data = s->sweep.data = s;
    s->handles = 2;
    pg_status status = listen_at(s, config->address ? config->address : "127.0.0.1", config->port, err);
    if (status != PG_OK) {
        pg_server_free(s);
        return status;
    }
    uint64_t period = set_turns(s, config);
    uv_timer_start(&s->sweep, sweep, period, period);
    *server = s;
    return PG_OK;
}

static void closed_handle(uv_handle_t *handle)
{
    pg_server *server = handle->data;
    if (--server->handles == 0)
        free(server);
}

void pg_server_free(pg_server *server)
{
    if (!server)
        return;
    for (pg_peer *peer = server->peers, *next; peer; peer = next) {
        next = peer->next;
        peer->known = false;
        pg_peer_enter(peer);
        unlink_peer(peer);
        if (peer->wsi) {
            lws_set_opaque_user_data(peer->wsi, NULL);
            if (peer->opened)
                pg_wire_cut(&peer->wire, true);
            else
                pg_wire_shut(peer->wsi);
            peer->wsi = NULL;
        } else if (!peer->closed) {
            pg_http_peer_close(peer);
        }
        peer->closed = peer->dead = true;
        pg_peer_leave(peer);
    }
    uv_close((uv_handle_t *)&server->listener, closed_handle);
    uv_close((uv_handle_t *)&server->sweep, closed_handle);
}

int pg_server_port(const pg_server *server)
{
    return server->port;
}

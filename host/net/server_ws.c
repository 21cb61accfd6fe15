#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/deflate.h"
#include "net/server_internal.h"

static int on_open(pg_peer *peer)
{
    pg_server *server = peer->server;
    peer->opened = true;
    pg_wire_start(&peer->wire, peer->wsi, server->compress && pg_deflate_start(peer->wsi));
    if (!server->handler.opened)
        return 0;
    pg_peer_enter(peer);
    server->handler.opened(server->handler.self, peer);
    return pg_peer_leave(peer) && !peer->closed ? 0 : -1;
}

static int on_piece(pg_peer *peer, void *piece, size_t piece_size)
{
    pg_server *server = peer->server;
    char *text;
    size_t size;
    if (peer->closed)
        return -1;
    switch (pg_wire_receive(&peer->wire, &text, &size, piece, piece_size)) {
    case PG_WIRE_MORE: return 0;
    case PG_WIRE_TEXT: break;
    case PG_WIRE_TOO_LONG:
    case PG_WIRE_MEMORY: peer->closed = true; return -1;
    }
    if (peer->ending || !server->handler.text)
        return 0;
    pg_peer_enter(peer);
    server->handler.text(server->handler.self, peer, text, size);
    return pg_peer_leave(peer) && !peer->closed ? 0 : -1;
}

static int on_writable(pg_peer *peer)
{
    if (peer->closed)
        return 0; /* the end is on its way */
    if (pg_wire_flush(&peer->wire) != PG_OK)
        return -1;
    if (!peer->ending || !pg_wire_is_idle(&peer->wire))
        return 0;
    peer->closed = true;
    pg_wire_cut(&peer->wire, true);
    return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    (void)user;
    if (reason == LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED) {
        pg_peer *adopted = pg_loop_of(wsi)->adopting;
        lws_set_opaque_user_data(wsi, adopted);
        if (adopted)
            adopted->wsi = wsi;
        return adopted ? 0 : -1;
    }
    pg_peer *peer = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED: return peer ? on_open(peer) : -1;
    case LWS_CALLBACK_RECEIVE: return peer ? on_piece(peer, in, size) : -1;
    case LWS_CALLBACK_RECEIVE_PONG:
        if (peer) {
            peer->pinged = false;
            peer->turns = 0;
        }
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE: return peer ? on_writable(peer) : -1;
    case LWS_CALLBACK_HTTP: return -1; /* it said that it would be a WebSocket */
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        if (peer) {
            lws_set_opaque_user_data(wsi, NULL);
            peer->wsi = NULL;
            pg_peer_end(peer);
        }
        return 0;
    default: return 0;
    }
}

/* libuv closes the descriptor that it has; libwebsockets gets a second one of the same connection. */
static int take_fd(pg_peer *peer)
{
    int fd;
    uv_read_stop((uv_stream_t *)&peer->tcp);
    if (uv_fileno((uv_handle_t *)&peer->tcp, &fd) != 0)
        return -1;
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

void pg_ws_peer_start(pg_peer *peer, const char *head, size_t size)
{
    pg_loop *loop = peer->server->loop;
    struct lws_vhost *vhost;
    peer->wire.message_limit = peer->server->body_limit;
    peer->wire.queue_limit = peer->server->queue_limit;
    bool compress = peer->server->compress;
    int fd = pg_loop_vhost(&vhost, loop, PG_VHOST_SERVER, compress, callback, NULL) == PG_OK ? take_fd(peer) : -1;
    if (fd < 0) {
        pg_http_peer_close(peer);
        return;
    }
    loop->adopting = peer;
    (void)lws_adopt_socket_vhost_readbuf(vhost, fd, head, size);
    loop->adopting = NULL;
    pg_http_peer_leave_tcp(peer);
}

void pg_ws_peer_close(pg_peer *peer, bool abrupt)
{
    if (!abrupt) {
        peer->ending = true;
        lws_callback_on_writable(peer->wsi);
        return;
    }
    peer->closed = true;
    /* What has not been sent yet is not to be sent any more. */
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    (void)setsockopt(lws_get_socket_fd(peer->wsi), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    pg_wire_cut(&peer->wire, false);
}

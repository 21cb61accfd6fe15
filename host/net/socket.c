#include "net/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/endpoint.h"
#include "net/backoff.h"
#include "net/deflate.h"
#include "net/wire.h"

enum {
    QUEUE_LIMIT = 4 << 20,
    HEADERS = 16,      /* of the handshake */
    STEADY_MS = 10000, /* a connection that was open for so long begins the backoff anew */
    WHY = 160,
    NAME = 104 /* bytes of a header's name with its colon */
};

typedef enum {
    RESOLVING,
    CONNECTING,
    OPEN,
    BROKEN, /* the user said so: it is reported in the next round of the loop */
    WAITING
} socket_state;

/* A look-up outlives the socket that is freed meanwhile. */
typedef struct {
    uv_getaddrinfo_t request;
    pg_socket *socket; /* NULL: nobody waits any more */
} lookup;

struct pg_socket {
    pg_loop *loop;
    pg_socket_config config;
    pg_socket_handler handler;
    pg_endpoint address;
    char *headers[HEADERS];
    int header_count;

    socket_state state;
    struct lws *wsi; /* NULL: none */
    pg_wire wire;
    lookup *lookup;
    unsigned int attempts; /* picks among the addresses of a name */
    pg_backoff backoff;
    uv_timer_t step;  /* the end of the state: connect time-out, retry, report of a break */
    uv_timer_t pulse; /* pings and silence */
    uint64_t opened_ms;
    uint64_t heard; /* counts what is received */
    uint64_t heard_at_ping;
    bool pinged;
    int64_t heard_ns;
    char why[WHY];

    int depth; /* of the user's callbacks */
    bool freed;
    int handles; /* of libuv, still open */
};

static void connect_now(pg_socket *s);

/* ---- life ---- */

static void free_last(pg_socket *s)
{
    pg_wire_free(&s->wire);
    for (int i = 0; i < s->header_count; i++)
        free(s->headers[i]);
    pg_endpoint_free(&s->address);
    free(s);
}

static void closed_handle(uv_handle_t *handle)
{
    pg_socket *s = handle->data;
    if (--s->handles == 0)
        free_last(s);
}

static void enter(pg_socket *s)
{
    s->depth++;
}

/* False: the user has freed it in the callback. */
static bool leave(pg_socket *s)
{
    if (--s->depth > 0 || !s->freed)
        return !s->freed;
    uv_close((uv_handle_t *)&s->step, closed_handle);
    uv_close((uv_handle_t *)&s->pulse, closed_handle);
    return false;
}

/* Whatever there is of a connection or of an attempt at one is none of ours any more. */
static void detach(pg_socket *s, bool politely)
{
    if (s->lookup) {
        s->lookup->socket = NULL;
        (void)uv_cancel((uv_req_t *)&s->lookup->request);
        s->lookup = NULL;
    }
    if (s->wsi) {
        lws_set_opaque_user_data(s->wsi, NULL);
        if (s->state == OPEN)
            pg_wire_cut(&s->wire, politely);
        else
            pg_wire_shut(s->wsi);
        s->wsi = NULL;
    }
    pg_wire_start(&s->wire, NULL, false);
    uv_timer_stop(&s->step);
    uv_timer_stop(&s->pulse);
}

static void retry(uv_timer_t *timer)
{
    connect_now(timer->data);
}

/* The connection, or the attempt, is over. The socket may be gone afterwards. */
static void lost(pg_socket *s, const char *why)
{
    uv_update_time(&s->loop->uv);
    if (s->opened_ms && uv_now(&s->loop->uv) - s->opened_ms >= STEADY_MS)
        pg_backoff_reset(&s->backoff);
    s->opened_ms = 0;
    detach(s, false);
    s->state = WAITING;
    int64_t retry_ms = pg_backoff_next(&s->backoff);
    uv_timer_start(&s->step, retry, (uint64_t)retry_ms, 0);
    if (!s->handler.closed)
        return;
    enter(s);
    s->handler.closed(s->handler.self, why, retry_ms);
    leave(s);
}

/* ---- pings and silence ---- */

static void pulse(uv_timer_t *timer);

static void wait_for_pulse(pg_socket *s, int64_t ms)
{
    uv_timer_start(&s->pulse, pulse, (uint64_t)(ms > 0 ? ms : 0), 0);
}

static void pulse(uv_timer_t *timer)
{
    pg_socket *s = timer->data;
    if (s->pinged && s->heard == s->heard_at_ping) {
        char why[WHY];
        snprintf(why, sizeof why, "nothing heard within %lld ms after a ping", (long long)s->config.silence_ms);
        lost(s, why);
        return;
    }
    if (s->pinged) {
        s->pinged = false;
        if (s->config.ping_ms > s->config.silence_ms) {
            wait_for_pulse(s, s->config.ping_ms - s->config.silence_ms);
            return;
        }
    }
    s->pinged = true;
    s->heard_at_ping = s->heard;
    wait_for_pulse(s, s->config.silence_ms);
    if (!s->handler.ping) {
        pg_wire_ping(&s->wire);
        return;
    }
    enter(s);
    s->handler.ping(s->handler.self);
    leave(s);
}

/* ---- what libwebsockets tells ---- */

static void hear(pg_socket *s)
{
    s->heard++;
    s->heard_ns = pg_clock_now(pg_clock_real());
}

static int on_open(pg_socket *s, struct lws *wsi)
{
    int on = 1, fd = lws_get_socket_fd(wsi);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    s->state = OPEN;
    pg_wire_start(&s->wire, wsi, s->config.compress && pg_deflate_start(wsi));
    uv_timer_stop(&s->step);
    uv_update_time(&s->loop->uv);
    s->opened_ms = uv_now(&s->loop->uv);
    s->pinged = false;
    hear(s);
    wait_for_pulse(s, s->config.ping_ms);
    if (!s->handler.opened)
        return 0;
    enter(s);
    s->handler.opened(s->handler.self);
    return leave(s) && s->state == OPEN ? 0 : -1;
}

static int on_piece(pg_socket *s, void *piece, size_t piece_size)
{
    hear(s);
    char *text, why[WHY];
    size_t size;
    switch (pg_wire_receive(&s->wire, &text, &size, piece, piece_size)) {
    case PG_WIRE_MORE: return 0;
    case PG_WIRE_TEXT: break;
    case PG_WIRE_TOO_LONG:
        snprintf(why, sizeof why, "a message is longer than %zu bytes", s->config.limit);
        lost(s, why);
        return -1;
    case PG_WIRE_MEMORY: lost(s, "no memory for a message"); return -1;
    }
    if (!s->handler.text)
        return 0;
    enter(s);
    s->handler.text(s->handler.self, text, size, s->wire.received_ns);
    return leave(s) && s->state == OPEN ? 0 : -1;
}

static int on_writable(pg_socket *s)
{
    if (s->state != OPEN || pg_wire_flush(&s->wire) == PG_OK)
        return 0;
    lost(s, "the connection is broken");
    return -1;
}

/* The other side's reason, for the user's log: printable, and no longer than a close frame can be. */
static void on_peer_close(pg_socket *s, const unsigned char *payload, size_t size)
{
    unsigned int code = size >= 2 ? (unsigned int)(payload[0] << 8 | payload[1]) : 1005;
    int n = snprintf(s->why, sizeof s->why, "the server closed it, code %u%s", code, size > 2 ? ": " : "");
    for (size_t i = 2; i < size && n < WHY - 1; i++)
        s->why[n++] = (char)(payload[i] >= 32 && payload[i] < 127 ? payload[i] : '?');
    s->why[n] = '\0';
}

/* libwebsockets 4.1 leaves the libuv handle of a refused connection on the loop: its descriptor is closed before the
 * handle is. The handle is found by what it belongs to. */
static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void close_stale(uv_handle_t *handle, void *wsi)
{
    if (handle->type == UV_POLL && handle->data == wsi && !uv_is_closing(handle))
        uv_close(handle, free_handle);
}

static void on_refused(pg_socket *s, struct lws *wsi, const char *why, size_t size)
{
    char text[WHY] = "cannot be connected";
    if (why && size > 0)
        snprintf(text, sizeof text, "%.*s", (int)(size < WHY - 1 ? size : WHY - 1), why);
    lws_set_opaque_user_data(wsi, NULL);
    s->wsi = NULL;
    lost(s, text);
}

static int add_headers(pg_socket *s, struct lws *wsi, unsigned char **p, size_t room)
{
    unsigned char *end = *p + room;
    for (int i = 0; i < s->header_count; i++) {
        char name[NAME];
        const char *colon = strchr(s->headers[i], ':'), *value = colon + 1 + strspn(colon + 1, " ");
        snprintf(name, sizeof name, "%.*s", (int)(colon + 1 - s->headers[i]), s->headers[i]);
        if (lws_add_http_header_by_name(wsi, (unsigned char *)name, (const unsigned char *)value, (int)strlen(value), p,
                                        end))
            return -1;
    }
    return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    (void)user;
    if (reason == LWS_CALLBACK_WSI_DESTROY)
        uv_walk(&pg_loop_of(wsi)->uv, close_stale, wsi);
    pg_socket *s = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return s ? add_headers(s, wsi, in, size) : -1;
    case LWS_CALLBACK_CLIENT_ESTABLISHED: return s ? on_open(s, wsi) : -1;
    case LWS_CALLBACK_CLIENT_RECEIVE: return s ? on_piece(s, in, size) : -1;
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        if (s)
            hear(s);
        return s ? 0 : -1;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return s ? on_writable(s) : -1;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (s)
            on_peer_close(s, in, size);
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        if (s)
            on_refused(s, wsi, in, size);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP: /* reset during the handshake */
    case LWS_CALLBACK_WSI_DESTROY:        /* the last word, when there was none of those */
        if (s) {
            lws_set_opaque_user_data(wsi, NULL);
            s->wsi = NULL;
            lost(s, s->why[0] ? s->why : "the connection was cut");
        }
        return 0;
    default: return 0;
    }
}

/* ---- connecting ---- */

static void on_timeout(uv_timer_t *timer)
{
    pg_socket *s = timer->data;
    char why[WHY];
    snprintf(why, sizeof why, "no connection within %lld ms", (long long)s->config.connect_ms);
    lost(s, why);
}

static void connect_to(pg_socket *s, const char *address)
{
    static const lws_retry_bo_t no_policy = { 0 }; /* libwebsockets' own pings, and its own idea of silence */
    struct lws_vhost *vhost;
    pg_error error;
    pg_vhost_kind kind = s->address.tls ? PG_VHOST_CLIENT_TLS : PG_VHOST_CLIENT;
    if (pg_loop_vhost(&vhost, s->loop, kind, s->config.compress, callback, &error) != PG_OK) {
        lost(s, error.what);
        return;
    }
    s->state = CONNECTING;
    struct lws_client_connect_info info = { 0 };
    info.context = s->loop->lws;
    info.vhost = vhost;
    info.address = address;
    info.port = s->address.port;
    info.host = s->address.authority;
    info.path = s->address.path;
    info.ssl_connection = (s->address.tls ? LCCSCF_USE_SSL : 0) | LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
    info.alpn = "http/1.1";
    info.local_protocol_name = PG_NET_PROTOCOL;
    info.ietf_version_or_minus_one = -1;
    info.retry_and_idle_policy = &no_policy;
    info.opaque_user_data = s;
    enter(s);
    struct lws *wsi = lws_client_connect_via_info(&info);
    if (!leave(s) || s->state != CONNECTING)
        return; /* it has failed already, and said so */
    s->wsi = wsi;
    if (!wsi)
        lost(s, "cannot be connected");
}

static void resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    lookup *l = request->data;
    pg_socket *s = l->socket;
    free(l);
    if (!s) {
        uv_freeaddrinfo(found);
        return;
    }
    s->lookup = NULL;
    char address[64] = "", why[WHY];
    unsigned int count = 0;
    for (struct addrinfo *a = status == 0 ? found : NULL; a; a = a->ai_next)
        count++;
    struct addrinfo *chosen = found;
    for (unsigned int i = 0; count > 0 && i < (s->attempts - 1) % count; i++)
        chosen = chosen->ai_next;
    if (count > 0 && chosen->ai_family == AF_INET6)
        uv_ip6_name((const struct sockaddr_in6 *)(const void *)chosen->ai_addr, address, sizeof address);
    else if (count > 0)
        uv_ip4_name((const struct sockaddr_in *)(const void *)chosen->ai_addr, address, sizeof address);
    uv_freeaddrinfo(found);
    if (address[0]) {
        connect_to(s, address);
        return;
    }
    snprintf(why, sizeof why, "%.100s cannot be resolved: %s", s->address.host,
             status ? uv_strerror(status) : "no address");
    lost(s, why);
}

/* libwebsockets would resolve the name itself and stop the loop for it. */
static void resolve(pg_socket *s)
{
    static const struct addrinfo hints = { .ai_family = AF_UNSPEC,
                                           .ai_socktype = SOCK_STREAM,
                                           .ai_flags = AI_ADDRCONFIG };
    lookup *l = calloc(1, sizeof *l);
    if (!l) {
        lost(s, "out of memory");
        return;
    }
    l->request.data = l;
    l->socket = s;
    int failed = uv_getaddrinfo(&s->loop->uv, &l->request, resolved, s->address.host, NULL, &hints);
    if (failed) {
        free(l);
        lost(s, uv_strerror(failed));
        return;
    }
    s->lookup = l;
}

static void connect_now(pg_socket *s)
{
    s->why[0] = '\0';
    s->attempts++;
    s->state = RESOLVING;
    uv_update_time(&s->loop->uv);
    uv_timer_start(&s->step, on_timeout, (uint64_t)s->config.connect_ms, 0);
    unsigned char bytes[16];
    if (uv_inet_pton(AF_INET, s->address.host, bytes) == 0 || uv_inet_pton(AF_INET6, s->address.host, bytes) == 0)
        connect_to(s, s->address.host);
    else
        resolve(s);
    /* The socket may be gone here. */
}

/* ---- what the user asks for ---- */

static pg_status take_headers(pg_socket *s, const pg_socket_config *config, pg_error *err)
{
    if (config->header_count > HEADERS)
        return pg_fail(err, PG_ERR_INVALID, "a handshake has at most %d headers of one's own", (int)HEADERS);
    for (int i = 0; i < config->header_count; i++) {
        const char *colon = strchr(config->headers[i], ':');
        if (!colon || colon == config->headers[i] || colon - config->headers[i] > 100 ||
            strpbrk(config->headers[i], "\r\n"))
            return pg_fail(err, PG_ERR_INVALID, "header %d of a handshake is not \"Name: value\"", i + 1);
        s->headers[i] = strdup(config->headers[i]);
        if (!s->headers[i])
            return pg_fail(err, PG_ERR_MEMORY, "out of memory");
        s->header_count++;
    }
    return PG_OK;
}

static int64_t or_default(int64_t value, int64_t usual)
{
    return value ? value : usual;
}

static pg_status take_config(pg_socket *s, const pg_socket_config *config, pg_error *err)
{
    if (config->connect_ms < 0 || config->ping_ms < 0 || config->silence_ms < 0 || config->backoff_ms < 0 ||
        config->backoff_max_ms < 0)
        return pg_fail(err, PG_ERR_INVALID, "a time of a WebSocket is negative");
    if (config->compress && config->limit > PG_DEFLATE_LIMIT)
        return pg_fail(err, PG_ERR_INVALID, "a compressed message may have %d bytes at most", (int)PG_DEFLATE_LIMIT);
    s->config = *config;
    s->config.headers = NULL;
    s->config.connect_ms = or_default(config->connect_ms, 5000);
    s->config.ping_ms = or_default(config->ping_ms, 20000);
    s->config.silence_ms = or_default(config->silence_ms, 10000);
    s->config.limit = config->limit ? config->limit : 16 << 20;
    s->wire.message_limit = s->config.limit;
    s->wire.queue_limit = QUEUE_LIMIT;
    s->wire.client = true;
    uint64_t seed = config->seed;
    if (!seed && uv_random(NULL, NULL, &seed, sizeof seed, 0, NULL) != 0)
        return pg_fail(err, PG_ERR_IO, "the operating system has no random numbers");
    pg_backoff_init(&s->backoff, or_default(config->backoff_ms, 250), or_default(config->backoff_max_ms, 30000), seed);
    s->config.url = NULL;
    return PG_OK;
}

static void begin(uv_timer_t *timer)
{
    connect_now(timer->data);
}

pg_status pg_socket_new(pg_socket **socket, pg_loop *loop, const pg_socket_config *config, pg_socket_handler handler,
                        pg_error *err)
{
    *socket = NULL;
    pg_socket *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    s->loop = loop;
    s->handler = handler;
    pg_status status = take_config(s, config, err);
    if (status == PG_OK)
        status = pg_endpoint_parse(&s->address, config->url, err);
    if (status == PG_OK)
        status = take_headers(s, config, err);
    if (status != PG_OK) {
        free_last(s);
        return status;
    }
    uv_timer_init(&loop->uv, &s->step);
    uv_timer_init(&loop->uv, &s->pulse);
    s->step.data = s->pulse.data = s;
    s->handles = 2;
    s->state = WAITING;
    uv_timer_start(&s->step, begin, 0, 0); /* so that no callback comes before this call has returned */
    *socket = s;
    return PG_OK;
}

void pg_socket_free(pg_socket *s)
{
    if (!s || s->freed)
        return;
    detach(s, true);
    s->state = WAITING;
    s->freed = true;
    enter(s);
    leave(s);
}

bool pg_socket_is_open(const pg_socket *s)
{
    return s->state == OPEN;
}

static void report_break(uv_timer_t *timer)
{
    pg_socket *s = timer->data;
    char why[WHY];
    memcpy(why, s->why, sizeof why);
    lost(s, why);
}

void pg_socket_drop(pg_socket *s, const char *why)
{
    if (s->freed || s->state == WAITING || s->state == BROKEN)
        return;
    detach(s, false);
    snprintf(s->why, sizeof s->why, "%s", why);
    s->state = BROKEN;
    uv_timer_start(&s->step, report_break, 0, 0);
}

pg_status pg_socket_send(pg_socket *s, const char *text, size_t size, pg_error *err)
{
    if (s->state != OPEN)
        return pg_fail(err, PG_ERR_STATE, "not connected");
    pg_status status = pg_wire_send(&s->wire, text, size, err);
    if (status == PG_ERR_IO)
        pg_socket_drop(s, "the connection is broken");
    return status;
}

int64_t pg_socket_heard_ns(const pg_socket *s)
{
    return s->heard_ns;
}

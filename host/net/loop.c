#include "net/loop_internal.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/deflate.h"

struct pg_timer {
    uv_timer_t timer;
    void *self;
    void (*fn)(void *self);
};

enum {
    FD_TABLE = 16384,    /* above this many allowed file descriptors libwebsockets is told to expect fewer */
    CLOSE_ROUNDS = 1000, /* of the loop at the end, until everything has been closed */
    LOOKUP_S = 2         /* that the end waits for a name that is being looked up */
};

/* Making and ending a context touches OpenSSL's and libwebsockets' globals, and loops live on several threads. */
static pthread_mutex_t lws_globals = PTHREAD_MUTEX_INITIALIZER;

static void ignore_async(uv_async_t *async)
{
    (void)async;
}

pg_status pg_loop_new(pg_loop **loop, pg_error *err)
{
    *loop = NULL;
    pg_loop *l = calloc(1, sizeof *l);
    if (!l)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    int failed = uv_loop_init(&l->uv);
    if (failed) {
        free(l);
        return pg_fail(err, PG_ERR_IO, "cannot make an event loop: %s", uv_strerror(failed));
    }
    l->uv.data = l;
    failed = uv_async_init(&l->uv, &l->alive, ignore_async);
    if (failed) {
        uv_loop_close(&l->uv);
        free(l);
        return pg_fail(err, PG_ERR_IO, "cannot make an event loop: %s", uv_strerror(failed));
    }
    *loop = l;
    return PG_OK;
}

static void close_left(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void run_out(pg_loop *loop)
{
    for (int i = 0; i < CLOSE_ROUNDS && uv_run(&loop->uv, UV_RUN_NOWAIT); i++)
        ;
}

/* A name that is being looked up cannot be stopped: the thread that does it ends when the system says so. */
static void wait_for_lookups(pg_loop *loop)
{
    double started = pg_clock_elapsed();
    while (uv_loop_alive(&loop->uv) && pg_clock_elapsed() - started < LOOKUP_S) {
        uv_sleep(1);
        uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
}

void pg_loop_free(pg_loop *loop)
{
    if (!loop)
        return;
    uv_close((uv_handle_t *)&loop->alive, NULL);
    /* On a loop that is not its own, libwebsockets ends in two steps: it starts to close what it has, and is freed by a
     * second call when the loop has gone round for that. */
    if (loop->lws) {
        lws_context_destroy(loop->lws);
        run_out(loop);
        pthread_mutex_lock(&lws_globals);
        lws_context_destroy(loop->lws);
        pthread_mutex_unlock(&lws_globals);
    }
    run_out(loop);
    if (uv_loop_close(&loop->uv) == UV_EBUSY) {
        uv_walk(&loop->uv, close_left, NULL);
        wait_for_lookups(loop);
        if (uv_loop_close(&loop->uv) == UV_EBUSY)
            return; /* a thread may still write to it: it is left to the end of the process */
    }
    free(loop->ca_file);
    free(loop);
}

void pg_loop_run(pg_loop *loop)
{
    while (!loop->stopping && uv_run(&loop->uv, UV_RUN_DEFAULT))
        ;
    loop->stopping = false;
}

void pg_loop_stop(pg_loop *loop)
{
    loop->stopping = true;
    uv_stop(&loop->uv);
}

static void stop_loop(void *self)
{
    pg_loop_stop(self);
}

void pg_loop_run_for(pg_loop *loop, int64_t ms)
{
    pg_timer *timer = pg_timer_start(loop, ms, 0, loop, stop_loop);
    if (timer)
        pg_loop_run(loop);
    pg_timer_stop(timer);
}

uv_loop_t *pg_loop_uv(pg_loop *loop)
{
    return &loop->uv;
}

pg_status pg_loop_trust(pg_loop *loop, const char *ca_file, pg_error *err)
{
    if (loop->vhosts[PG_VHOST_CLIENT_TLS][0] || loop->vhosts[PG_VHOST_CLIENT_TLS][1])
        return pg_fail(err, PG_ERR_STATE, "certificates can be chosen only before the first connection");
    if (access(ca_file, R_OK) != 0) {
        pg_fail(err, PG_ERR_IO, "cannot read the file of certificates: %s", strerror(errno));
        pg_error_where(err, "%s", ca_file);
        return PG_ERR_IO;
    }
    char *copy = strdup(ca_file);
    if (!copy)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    free(loop->ca_file);
    loop->ca_file = copy;
    return PG_OK;
}

/* ---- timers ---- */

static void fire(uv_timer_t *handle)
{
    pg_timer *timer = handle->data;
    timer->fn(timer->self);
}

pg_timer *pg_timer_start(pg_loop *loop, int64_t first_ms, int64_t repeat_ms, void *self, void (*fn)(void *self))
{
    pg_timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return NULL;
    timer->self = self;
    timer->fn = fn;
    timer->timer.data = timer;
    uv_timer_init(&loop->uv, &timer->timer);
    /* The loop's idea of the time is from the start of its round. */
    uv_update_time(&loop->uv);
    uv_timer_start(&timer->timer, fire, (uint64_t)(first_ms > 0 ? first_ms : 0),
                   (uint64_t)(repeat_ms > 0 ? repeat_ms : 0));
    return timer;
}

static void free_timer(uv_handle_t *handle)
{
    free(handle->data);
}

void pg_timer_stop(pg_timer *timer)
{
    if (timer)
        uv_close((uv_handle_t *)&timer->timer, free_timer);
}

/* ---- libwebsockets ---- */

static unsigned int fd_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= FD_TABLE)
        return 0; /* libwebsockets' own choice: a table of as many as are allowed */
    return FD_TABLE;
}

static pg_status make_context(pg_loop *loop, pg_error *err)
{
    void *loops[] = { &loop->uv };
    struct lws_context_creation_info info = { 0 };
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops;
    info.uid = (uid_t)-1;
    info.gid = (gid_t)-1;
    info.pt_serv_buf_size = PG_NET_BUFFER;
    info.max_http_header_data = 16384;
    info.fd_limit_per_thread = fd_limit();
    info.user = loop;
    pthread_mutex_lock(&lws_globals);
    lws_set_log_level(0, NULL);
    loop->lws = lws_create_context(&info);
    pthread_mutex_unlock(&lws_globals);
    if (!loop->lws)
        return pg_fail(err, PG_ERR_IO, "libwebsockets cannot be started on libuv");
    return PG_OK;
}

static struct lws_vhost *make_vhost(pg_loop *loop, pg_vhost_kind kind, bool compress, lws_callback_function *callback)
{
    static const char *const names[PG_VHOSTS][2] = { { "client", "client-deflate" },
                                                     { "client-tls", "client-tls-deflate" },
                                                     { "server", "server-deflate" } };
    struct lws_protocols *protocol = loop->protocols[kind][compress]; /* an empty one behind it ends the list */
    protocol->name = PG_NET_PROTOCOL;
    protocol->callback = callback;
    protocol->rx_buffer_size = compress ? (size_t)PG_DEFLATE_BUFFER : PG_NET_BUFFER;
    protocol->tx_packet_size = PG_NET_WRITE;
    struct lws_context_creation_info info = { 0 };
    info.port = kind == PG_VHOST_SERVER ? CONTEXT_PORT_NO_LISTEN_SERVER : CONTEXT_PORT_NO_LISTEN;
    info.vhost_name = names[kind][compress];
    info.protocols = protocol;
    info.extensions = compress ? pg_deflate_extensions(kind != PG_VHOST_SERVER) : NULL;
    info.http_proxy_address = ""; /* or it would take one from the environment */
    info.options = LWS_SERVER_OPTION_LIBUV;
    if (kind == PG_VHOST_CLIENT_TLS) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.client_ssl_ca_filepath = loop->ca_file;
        if (loop->ca_file)
            info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
    }
    pthread_mutex_lock(&lws_globals);
    struct lws_vhost *vhost = lws_create_vhost(loop->lws, &info);
    pthread_mutex_unlock(&lws_globals);
    return vhost;
}

pg_status pg_loop_vhost(struct lws_vhost **vhost, pg_loop *loop, pg_vhost_kind kind, bool compress,
                        lws_callback_function *callback, pg_error *err)
{
    if (!loop->lws) {
        pg_status status = make_context(loop, err);
        if (status != PG_OK)
            return status;
    }
    if (!loop->vhosts[kind][compress])
        loop->vhosts[kind][compress] = make_vhost(loop, kind, compress, callback);
    *vhost = loop->vhosts[kind][compress];
    if (!*vhost)
        return pg_fail(err, PG_ERR_IO, "libwebsockets cannot be set up%s",
                       kind == PG_VHOST_CLIENT_TLS ? " for TLS" : "");
    return PG_OK;
}

pg_loop *pg_loop_of(struct lws *wsi)
{
    return lws_context_user(lws_get_context(wsi));
}

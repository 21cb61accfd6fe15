/* The round trip of a small WebSocket message over loopback, client and server on one loop and on two threads, against
 * the same number of bytes through bare TCP sockets with epoll, read and write, in the same run.
 *
 *     .build/release/tests/bench_net [round trips [bytes of a message]] */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/http.h"
#include "net/server.h"
#include "net/socket.h"

static int rounds = 50000;
static size_t bytes = 100;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double report(const char *name, int64_t *times, int n, double reference)
{
    qsort(times, (size_t)n, sizeof *times, compare);
    double p50 = (double)times[n / 2] / 1000;
    printf("%s p50 %.2f us, p99 %.2f us, p99.9 %.2f us", name, p50, (double)times[n * 99 / 100] / 1000,
           (double)times[n / 1000 * 999] / 1000);
    if (reference > 0)
        printf(", %.2f times bare, %+.2f us", p50 / reference, p50 - reference);
    printf("\n");
    return p50;
}

/* ---- bare sockets ---- */

static void connect_pair(int *pair)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0 ||
        connect(pair[0], (struct sockaddr *)&address, size) != 0 || (pair[1] = accept(listener, NULL, NULL)) < 0)
        exit(1);
    close(listener);
    for (int i = 0; i < 2; i++)
        setsockopt(pair[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int watch(int a, int b)
{
    int epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN, .data.fd = a };
    epoll_ctl(epoll, EPOLL_CTL_ADD, a, &event);
    event.data.fd = b;
    if (b >= 0)
        epoll_ctl(epoll, EPOLL_CTL_ADD, b, &event);
    return epoll;
}

/* Waits for one message and reads it; returns where it came. */
static int take(int epoll, char *buffer)
{
    struct epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) != 1)
        exit(1);
    ssize_t n = read(event.data.fd, buffer, 65536);
    return n > 0 ? event.data.fd : -1;
}

static void *bare_echo(void *self)
{
    static char buffer[65536];
    int fd = *(int *)self, epoll = watch(fd, -1);
    while (take(epoll, buffer) >= 0)
        if (write(fd, buffer, bytes) < 0)
            break;
    close(epoll);
    return NULL;
}

static double bare(bool threads, int64_t *times)
{
    static char buffer[65536];
    int pair[2];
    pthread_t thread;
    connect_pair(pair);
    if (threads)
        pthread_create(&thread, NULL, bare_echo, &pair[1]);
    int epoll = watch(pair[0], threads ? -1 : pair[1]);
    for (int i = 0; i < rounds; i++) {
        int64_t start = now_ns();
        if (write(pair[0], buffer, bytes) < 0)
            exit(1);
        for (int fd = -1; fd != pair[0];) {
            fd = take(epoll, buffer);
            if (fd == pair[1] && write(fd, buffer, bytes) < 0)
                exit(1);
        }
        times[i] = now_ns() - start;
    }
    close(pair[0]);
    if (threads)
        pthread_join(thread, NULL);
    close(pair[1]);
    close(epoll);
    return report(threads ? "bare sockets, two threads:" : "bare sockets, one thread:", times, rounds, 0);
}

/* ---- WebSocket ---- */

typedef struct {
    pg_loop *loop, *server_loop;
    pg_server *server;
    pg_socket *socket;
    pg_http *http;
    pthread_t thread;
    int done;
    bool stop;
    int64_t start, *times;
    char text[65536];
} bench;

static bool on_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    (void)self, (void)peer, (void)path, (void)headers;
    return true;
}

static void on_server_text(void *self, pg_peer *peer, char *text, size_t size)
{
    (void)self;
    pg_peer_send(peer, text, size);
}

static void on_request(void *self, const pg_server_request *request)
{
    (void)self;
    pg_server_answer(request->peer, 200, "text/plain", request->body, request->size);
}

static void next(bench *b)
{
    b->start = now_ns();
    pg_socket_send(b->socket, b->text, bytes, NULL);
}

static void on_open(void *self)
{
    next(self);
}

static void on_text(void *self, char *text, size_t size, int64_t received_ns)
{
    (void)text, (void)size, (void)received_ns;
    bench *b = self;
    b->times[b->done++] = now_ns() - b->start;
    if (b->done < rounds)
        next(b);
    else
        pg_loop_stop(b->loop);
}

static void post(bench *b);

static void on_answer(void *self, const pg_http_answer *answer)
{
    bench *b = self;
    if (answer->code != 200)
        exit(1);
    b->times[b->done++] = now_ns() - b->start;
    if (b->done < rounds)
        post(b);
    else
        pg_loop_stop(b->loop);
}

static void post(bench *b)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", pg_server_port(b->server));
    b->start = now_ns();
    pg_http_request request = { .url = url, .body = b->text, .size = bytes };
    if (pg_http_send(b->http, &request, b, on_answer, NULL) != PG_OK)
        exit(1);
}

static void look(void *self)
{
    bench *b = self;
    if (__atomic_load_n(&b->stop, __ATOMIC_ACQUIRE))
        pg_loop_stop(b->server_loop);
}

static void *serve(void *self)
{
    bench *b = self;
    pg_timer *timer = pg_timer_start(b->server_loop, 10, 10, b, look);
    pg_loop_run(b->server_loop);
    pg_timer_stop(timer);
    return NULL;
}

static void run(bool threads, bool http, int64_t *times, double reference)
{
    static bench b;
    memset(&b, 0, sizeof b);
    b.times = times;
    memset(b.text, 'x', sizeof b.text);
    pg_error err;
    pg_server_handler handler = { .self = &b, .connect = on_connect, .text = on_server_text, .request = on_request };
    if (pg_loop_new(&b.loop, &err) != PG_OK || pg_loop_new(&b.server_loop, &err) != PG_OK ||
        pg_server_new(&b.server, threads ? b.server_loop : b.loop, &(pg_server_config){ 0 }, handler, &err) != PG_OK ||
        pg_http_new(&b.http, b.loop, &err) != PG_OK)
        exit(1);
    if (threads)
        pthread_create(&b.thread, NULL, serve, &b);
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/", pg_server_port(b.server));
    if (http)
        post(&b);
    else if (pg_socket_new(&b.socket, b.loop, &(pg_socket_config){ .url = url },
                           (pg_socket_handler){ .self = &b, .opened = on_open, .text = on_text }, &err) != PG_OK)
        exit(1);
    pg_loop_run(b.loop);
    pg_http_free(b.http);
    pg_socket_free(b.socket);
    if (threads) {
        __atomic_store_n(&b.stop, true, __ATOMIC_RELEASE);
        pthread_join(b.thread, NULL);
    }
    pg_server_free(b.server);
    pg_loop_free(b.loop);
    pg_loop_free(b.server_loop);
    char name[64];
    snprintf(name, sizeof name, "%s, %s:", http ? "HTTP POST" : "WebSocket", threads ? "two threads" : "one loop");
    report(name, times, rounds, reference);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        rounds = atoi(argv[1]) > 1000 ? atoi(argv[1]) : 1000;
    if (argc > 2)
        bytes = strtoul(argv[2], NULL, 10);
    if (bytes < 1 || bytes > 65536)
        return 1;
    int64_t *times = malloc((size_t)rounds * sizeof *times);
    for (int threads = 0; threads < 2; threads++) {
        double reference = bare(threads, times);
        run(threads, false, times, reference);
        run(threads, true, times, reference);
    }
    free(times);
    return 0;
}

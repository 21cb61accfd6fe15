/* HTTP client and server against each other, and the client against a server that answers as it is told. */
#include "net/loopback.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- the server of these tests ---- */

typedef struct {
    pg_loop *loop;
    pg_server *server;
    pg_peer *held; /* its request has no answer yet */
    pg_timer *timer;
    int requests, gone;
    char seen[256]; /* method, path, query, headers of the last request */
} test_server;

static void answer_held(void *self)
{
    test_server *s = self;
    pg_timer_stop(s->timer);
    s->timer = NULL;
    pg_peer *peer = s->held;
    s->held = NULL;
    pg_server_answer(peer, 200, "text/plain", "late", 4);
}

static void on_request(void *self, const pg_server_request *r)
{
    test_server *s = self;
    s->requests++;
    snprintf(s->seen, sizeof s->seen, "%s %s ?%s auth=%s key=%s cookie=%s", r->method, r->path, r->query,
             r->authorization, r->api_key, r->cookie);
    assert_int_equal(r->body[r->size], '\0');
    if (strcmp(r->path, "/echo") == 0) {
        pg_server_answer(r->peer, 200, "text/plain", r->body, r->size);
    } else if (strncmp(r->path, "/code/", 6) == 0) {
        pg_server_answer(r->peer, atoi(r->path + 6), "application/json", "{\"code\":1}", 10);
    } else if (strcmp(r->path, "/late") == 0) {
        s->held = r->peer;
        s->timer = pg_timer_start(s->loop, 20, 0, s, answer_held);
    } else if (strcmp(r->path, "/hold") == 0) {
        s->held = r->peer;
    } else if (strcmp(r->path, "/cut") == 0) {
        pg_peer_close(r->peer, true);
    } else if (strcmp(r->path, "/stop") == 0) {
        pg_server_free(s->server);
        s->server = NULL;
    } else {
        pg_server_answer(r->peer, 404, "text/plain", "", 0);
    }
}

/* No WebSocket here; and some may not even ask. */
static bool on_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    (void)self, (void)headers;
    if (strcmp(path, "/private") == 0)
        pg_peer_refuse(peer, 401);
    return false;
}

static void on_gone(void *self, pg_peer *peer)
{
    test_server *s = self;
    s->gone++;
    if (s->held == peer)
        s->held = NULL;
}

static void start(test_server *s, pg_server_config config)
{
    pg_error err;
    s->loop = new_loop();
    pg_server_handler handler = { .self = s, .request = on_request, .connect = on_connect, .gone = on_gone };
    if (pg_server_new(&s->server, s->loop, &config, handler, &err) != PG_OK)
        fail_msg("%s", err.what);
}

static void stop(test_server *s)
{
    pg_timer_stop(s->timer);
    pg_server_free(s->server);
    pg_loop_free(s->loop);
}

static const char *url_of(int port, const char *path)
{
    static char url[256];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
    return url;
}

/* ---- the client of these tests ---- */

typedef struct {
    pg_http *http;
    int count, code;
    char *body;
    size_t size;
    bool failed, maybe_sent;
    int64_t date_s, retry_after_s;
    char error[256];
    int64_t took_ns;
    pg_http *free_in_callback;
} result;

static void on_done(void *self, const pg_http_answer *a)
{
    result *r = self;
    r->count++;
    r->code = a->code;
    free(r->body);
    r->body = malloc(a->size + 1);
    memcpy(r->body, a->body, a->size + 1);
    r->size = a->size;
    r->failed = a->error;
    r->maybe_sent = a->maybe_sent;
    r->date_s = a->date_s;
    r->retry_after_s = a->retry_after_s;
    r->took_ns = a->done_ns - a->sent_ns;
    snprintf(r->error, sizeof r->error, "%s", a->error ? a->error->what : "");
    if (r->free_in_callback)
        pg_http_free(r->free_in_callback);
}

static void send_request(pg_http *http, pg_http_request request, result *r)
{
    pg_error err;
    if (pg_http_send(http, &request, r, on_done, &err) != PG_OK)
        fail_msg("%s", err.what);
}

/* Sends one request and waits for what becomes of it. */
static void ask(pg_loop *loop, pg_http *http, pg_http_request request, result *r)
{
    int before = r->count;
    send_request(http, request, r);
    assert_int_equal(r->count, before); /* never within the call */
    wait_until(loop, r->count > before);
}

static pg_http *new_http(pg_loop *loop)
{
    pg_http *http;
    pg_error err;
    if (pg_http_new(&http, loop, &err) != PG_OK)
        fail_msg("%s", err.what);
    return http;
}

/* ---- the tests ---- */

static void test_methods(void **state)
{
    (void)state;
    test_server s = { 0 };
    result r = { 0 };
    start(&s, (pg_server_config){ 0 });
    pg_http *http = new_http(s.loop);
    int port = pg_server_port(s.server);
    static const char *const headers[] = { "Authorization: Bearer abc", "X-Api-Key: k 1", "Cookie: a=b; c=d",
                                           "Content-Type: application/json" };
    ask(s.loop, http,
        (pg_http_request){ .url = url_of(port, "/echo?a=1&b=%20"), .headers = headers, .header_count = 4 }, &r);
    assert_int_equal(r.code, 200);
    assert_int_equal(r.size, 0);
    assert_true(r.date_s == 0); /* this server has no clock */
    assert_string_equal(s.seen, "GET /echo ?a=1&b=%20 auth=Bearer abc key=k 1 cookie=a=b; c=d");
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .body = "{\"x\":1}", .size = 7 }, &r);
    assert_string_equal(r.body, "{\"x\":1}");
    assert_string_equal(s.seen, "POST /echo ? auth= key= cookie=");
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .method = "POST" }, &r);
    assert_int_equal(r.code, 200);
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .method = "PUT", .body = "abc", .size = 3 }, &r);
    assert_string_equal(r.body, "abc");
    assert_memory_equal(s.seen, "PUT /echo", 9);
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/code/404"), .method = "DELETE" }, &r);
    assert_int_equal(r.code, 404);
    assert_memory_equal(s.seen, "DELETE", 6);
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .method = "HEAD" }, &r);
    assert_int_equal(r.code, 200);
    assert_true(r.took_ns > 0);
    pg_http_free(http);
    stop(&s);
    free(r.body);
}

/* What the server answers is passed through, whatever it is. */
static void test_codes(void **state)
{
    (void)state;
    test_server s = { 0 };
    result r = { 0 };
    start(&s, (pg_server_config){ 0 });
    pg_http *http = new_http(s.loop);
    static const int codes[] = { 200, 400, 401, 403, 404, 429, 500, 502, 503 };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char path[32];
        snprintf(path, sizeof path, "/code/%d", codes[i]);
        ask(s.loop, http, (pg_http_request){ .url = url_of(pg_server_port(s.server), path) }, &r);
        assert_int_equal(r.code, codes[i]);
        assert_string_equal(r.body, "{\"code\":1}");
        assert_false(r.failed);
    }
    pg_http_free(http);
    stop(&s);
    free(r.body);
}

static void test_late_answer(void **state)
{
    (void)state;
    test_server s = { 0 };
    result late = { 0 }, quick = { 0 };
    start(&s, (pg_server_config){ 0 });
    pg_http *http = new_http(s.loop);
    send_request(http, (pg_http_request){ .url = url_of(pg_server_port(s.server), "/late") }, &late);
    wait_until(s.loop, s.held);
    /* The connection that waits for its answer keeps nobody waiting, and the loop rests meanwhile. */
    ask(s.loop, http, (pg_http_request){ .url = url_of(pg_server_port(s.server), "/echo") }, &quick);
    assert_int_equal(late.count, 0);
    wait_until(s.loop, late.count == 1);
    assert_string_equal(late.body, "late");
    pg_http_free(http);
    stop(&s);
    free(late.body);
    free(quick.body);
}

static void test_timeout(void **state)
{
    (void)state;
    test_server s = { 0 };
    result r = { 0 };
    start(&s, (pg_server_config){ 0 });
    pg_http *http = new_http(s.loop);
    ask(s.loop, http,
        (pg_http_request){ .url = url_of(pg_server_port(s.server), "/hold"), .body = "x", .size = 1, .timeout_ms = 50 },
        &r);
    assert_int_equal(r.code, 0);
    assert_true(r.failed);
    assert_true(r.maybe_sent);
    assert_true(r.took_ns >= 45000000);
    /* The server is told that its client has given up. */
    wait_until(s.loop, s.gone == 1 && !s.held);
    pg_http_free(http);
    stop(&s);
    free(r.body);
}

static void test_server_dies(void **state)
{
    (void)state;
    static const char *const paths[] = { "/cut", "/stop" };
    for (int i = 0; i < 2; i++) {
        test_server s = { 0 };
        result r = { 0 };
        start(&s, (pg_server_config){ 0 });
        pg_http *http = new_http(s.loop);
        ask(s.loop, http,
            (pg_http_request){ .url = url_of(pg_server_port(s.server), paths[i]), .body = "x", .size = 1 }, &r);
        assert_true(r.failed);
        assert_true(r.maybe_sent);
        assert_int_equal(s.requests, 1);
        pg_http_free(http);
        stop(&s);
        free(r.body);
    }
}

static void test_refused(void **state)
{
    (void)state;
    test_server s = { 0 };
    result r = { 0 };
    start(&s, (pg_server_config){ 0 });
    int port = pg_server_port(s.server);
    pg_server_free(s.server);
    s.server = NULL;
    pg_http *http = new_http(s.loop);
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .body = "x", .size = 1 }, &r);
    assert_true(r.failed);
    assert_false(r.maybe_sent);
    assert_int_equal(r.code, 0);
    pg_http_free(http);
    stop(&s);
    free(r.body);
}

static void test_long_bodies(void **state)
{
    (void)state;
    test_server s = { 0 };
    result r = { 0 };
    start(&s, (pg_server_config){ .body_limit = 3000000 });
    pg_http *http = new_http(s.loop);
    int port = pg_server_port(s.server);
    size_t size = 3000000;
    char *body = malloc(size + 1);
    for (size_t i = 0; i <= size; i++)
        body[i] = (char)('a' + i % 26);
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .body = body, .size = size }, &r);
    assert_int_equal(r.code, 200);
    assert_int_equal(r.size, size);
    assert_memory_equal(r.body, body, size);
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .body = body, .size = size + 1 }, &r);
    assert_int_equal(r.code, 413);
    assert_int_equal(s.requests, 1);
    /* The client's own limit, of an answer. */
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .body = body, .size = 2000, .limit = 2000 }, &r);
    assert_int_equal(r.size, 2000);
    ask(s.loop, http, (pg_http_request){ .url = url_of(port, "/echo"), .body = body, .size = 2001, .limit = 2000 }, &r);
    assert_true(r.failed);
    assert_true(r.maybe_sent);
    assert_non_null(strstr(r.error, "longer than 2000 bytes"));
    free(body);
    pg_http_free(http);
    stop(&s);
    free(r.body);
}

static void test_chunked_answer(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    result r = { 0 };
    scripted_server s = { .answers = { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n",
                                       "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nno",
                                       "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                                       "nonsense\r\n\r\n" },
                          .cut_after = { false, false, true, true, true } };
    scripted_start(&s, loop);
    pg_http *http = new_http(loop);
    ask(loop, http, (pg_http_request){ .url = url_of(s.port, "/") }, &r);
    assert_string_equal(r.body, "hello, world");
    /* Redirects are for the caller to see. */
    ask(loop, http, (pg_http_request){ .url = url_of(s.port, "/") }, &r);
    assert_int_equal(r.code, 302);
    /* Half an answer is none. */
    for (int i = 0; i < 3; i++) {
        ask(loop, http, (pg_http_request){ .url = url_of(s.port, "/") }, &r);
        assert_true(r.failed);
        assert_int_equal(r.code, 0);
        assert_true(r.maybe_sent);
    }
    assert_int_equal(s.requests, 5);
    assert_int_equal(s.connections, 3); /* the first three requests went over one */
    pg_http_free(http);
    scripted_stop(&s);
    pg_loop_free(loop);
    free(r.body);
}

/* What the headers say of the server's clock and of its patience; what cannot be read is not told. */
static void test_times(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    result r = { 0 };
    scripted_server s = {
        .answers = { "HTTP/1.1 429 Too Many Requests\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: 7\r\n"
                     "Content-Length: 0\r\n\r\n",
                     "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                     "HTTP/1.1 503 Busy\r\nDate: yesterday\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n" }
    };
    scripted_start(&s, loop);
    pg_http *http = new_http(loop);
    ask(loop, http, (pg_http_request){ .url = url_of(s.port, "/") }, &r);
    assert_int_equal(r.date_s, 784111777);
    assert_int_equal(r.retry_after_s, 7);
    for (int i = 0; i < 2; i++) {
        ask(loop, http, (pg_http_request){ .url = url_of(s.port, "/") }, &r);
        assert_int_equal(r.date_s, 0);
        assert_int_equal(r.retry_after_s, 0);
    }
    pg_http_free(http);
    scripted_stop(&s);
    pg_loop_free(loop);
    free(r.body);
}

/* Our own server tells the time of its clock. */
static void test_date(void **state)
{
    (void)state;
    test_server s = { 0 };
    result r = { 0 };
    start(&s, (pg_server_config){ .clock = pg_clock_real() });
    pg_http *http = new_http(s.loop);
    int64_t before_s = pg_clock_now(pg_clock_real()) / 1000000000;
    ask(s.loop, http, (pg_http_request){ .url = url_of(pg_server_port(s.server), "/echo") }, &r);
    assert_in_range(r.date_s, before_s, pg_clock_now(pg_clock_real()) / 1000000000);
    pg_http_free(http);
    stop(&s);
    free(r.body);
}

/* A kept connection dies under an order: the order is not sent a second time, and its outcome is unknown. */
static void test_no_blind_resend(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    result r = { 0 };
    scripted_server s = { .answers = { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL } };
    scripted_start(&s, loop);
    pg_http *http = new_http(loop);
    ask(loop, http, (pg_http_request){ .url = url_of(s.port, "/"), .body = "order", .size = 5 }, &r);
    assert_int_equal(r.code, 200);
    ask(loop, http, (pg_http_request){ .url = url_of(s.port, "/"), .body = "order", .size = 5 }, &r);
    assert_true(r.failed);
    assert_true(r.maybe_sent);
    pg_loop_run_for(loop, 50);
    assert_int_equal(s.requests, 2);
    assert_int_equal(s.unread, 0);
    pg_http_free(http);
    scripted_stop(&s);
    pg_loop_free(loop);
    free(r.body);
}

static void test_many(void **state)
{
    (void)state;
    test_server s = { 0 };
    start(&s, (pg_server_config){ 0 });
    pg_http *http = new_http(s.loop);
    static result r[257];
    pg_error err;
    for (int i = 0; i < 256; i++)
        send_request(http,
                     (pg_http_request){ .url = url_of(pg_server_port(s.server), "/echo"), .body = "many", .size = 4 },
                     &r[i]);
    pg_http_request one_more = { .url = url_of(pg_server_port(s.server), "/echo") };
    assert_int_equal(pg_http_send(http, &one_more, &r[256], on_done, &err), PG_ERR_FULL);
    for (int i = 0; i < 256; i++) {
        wait_until(s.loop, r[i].count == 1);
        assert_string_equal(r[i].body, "many");
        free(r[i].body);
    }
    assert_int_equal(s.requests, 256);
    ask(s.loop, http, one_more, &r[256]);
    assert_int_equal(r[256].code, 200);
    free(r[256].body);
    pg_http_free(http);
    stop(&s);
}

static void test_free_in_callback(void **state)
{
    (void)state;
    test_server s = { 0 };
    start(&s, (pg_server_config){ 0 });
    pg_http *http = new_http(s.loop);
    result first = { .free_in_callback = http }, dropped = { 0 };
    send_request(http, (pg_http_request){ .url = url_of(pg_server_port(s.server), "/echo") }, &first);
    send_request(http, (pg_http_request){ .url = url_of(pg_server_port(s.server), "/hold") }, &dropped);
    wait_until(s.loop, first.count == 1);
    pg_loop_run_for(s.loop, 30);
    assert_int_equal(dropped.count, 0);
    stop(&s);
    free(first.body);
}

static void test_bad_requests(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_http *http = new_http(loop);
    result r = { 0 };
    pg_error err;
    static const char *const urls[] = {
        "",        "nonsense",           "ftp://127.0.0.1/", "file:///etc/passwd", "ws://127.0.0.1/",
        "http://", "http://host:99999/", "http://ho st/"
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        if (pg_http_send(http, &(pg_http_request){ .url = urls[i] }, &r, on_done, &err) != PG_ERR_INVALID)
            fail_msg("%s was not refused", urls[i]);
    assert_int_equal(pg_http_send(http, &(pg_http_request){ .url = NULL }, &r, on_done, &err), PG_ERR_INVALID);
    const char *header = "X: secret\r\nY: smuggled";
    pg_http_request smuggling = { .url = "http://127.0.0.1:1/", .headers = &header, .header_count = 1 };
    assert_int_equal(pg_http_send(http, &smuggling, &r, on_done, &err), PG_ERR_INVALID);
    assert_null(strstr(err.what, "secret"));
    pg_loop_run_for(loop, 20);
    assert_int_equal(r.count, 0);
    pg_http_free(http);
    pg_loop_free(loop);
}

static void test_wait(void **state)
{
    (void)state;
    pg_error err;
    int code;
    char *body;
    size_t size;
    int64_t date_s;
    pg_http_request nobody = { .url = "http://127.0.0.1:1/" }, nowhere = { .url = "x" };
    assert_int_equal(pg_http_wait(&nobody, &code, &body, &size, &date_s, &err), PG_ERR_IO);
    assert_null(body);
    assert_int_equal(pg_http_wait(&nowhere, &code, &body, &size, &date_s, &err), PG_ERR_INVALID);
}

/* ---- the server alone, against bytes of every kind ---- */

static int dial(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* Sends the bytes, `step` at a time, and collects what comes until `count` answers are in or the server closes. */
static void converse(test_server *s, const char *bytes, size_t step, int count, char *out, size_t room)
{
    int fd = dial(pg_server_port(s->server));
    size_t sent = 0, size = strlen(bytes), got = 0;
    double started = pg_clock_elapsed();
    out[0] = '\0';
    for (bool open = true; open && pg_clock_elapsed() - started < 20;) {
        if (sent < size) {
            ssize_t n = send(fd, bytes + sent, size - sent < step ? size - sent : step, MSG_NOSIGNAL);
            sent += n > 0 ? (size_t)n : 0;
        }
        pg_loop_run_for(s->loop, sent < size ? 0 : 1);
        ssize_t n = recv(fd, out + got, room - 1 - got, 0);
        got += n > 0 ? (size_t)n : 0;
        out[got] = '\0';
        int answers = 0;
        for (const char *at = out; (at = strstr(at, "HTTP/1.1 ")); at++)
            answers++;
        open = n != 0 && answers < count;
    }
    close(fd);
    pg_loop_run_for(s->loop, 1);
}

static void test_chunked_request(void **state)
{
    (void)state;
    test_server s = { 0 };
    char out[4096];
    start(&s, (pg_server_config){ 0 });
    static const char bytes[] = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nTrailer: x\r\n\r\n"
                                "POST /echo HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\nabc"
                                "GET /code/404 HTTP/1.1\r\n\r\n";
    static const size_t steps[] = { 1, 2, 3, 7, 10000 };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        converse(&s, bytes, steps[i], 3, out, sizeof out);
        assert_non_null(strstr(out, "\r\n\r\nhello, worldHTTP/1.1 200 OK"));
        assert_non_null(strstr(out, "\r\n\r\nabcHTTP/1.1 404"));
    }
    converse(&s, "POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", 4000, 1, out, sizeof out);
    assert_string_equal(out, "HTTP/1.1 100 Continue\r\n\r\n");
    stop(&s);
}

static void test_bad_bytes(void **state)
{
    (void)state;
    test_server s = { 0 };
    char out[4096], long_head[20000];
    start(&s, (pg_server_config){ .body_limit = 100 });
    memset(long_head, 'a', sizeof long_head);
    memcpy(long_head, "GET / HTTP/1.1\r\nX: ", 19);
    long_head[sizeof long_head - 1] = '\0';
    static const struct {
        const char *bytes;
        int code;
    } cases[] = {
        { "nonsense\r\n\r\n", 400 },
        { "GET /x\r\n\r\n", 400 },
        { "GET x HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/2.0\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nno colon\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n: no name\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nX: a\r\n folded\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 1 2\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400 },
        { "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501 },
        { "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", 413 },
        { "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999999\r\n\r\n", 413 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", 413 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400 },
        { "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n", 400 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        converse(&s, cases[i].bytes, 4000, 2, out, sizeof out); /* 2: until it closes */
        char expected[32];
        snprintf(expected, sizeof expected, "HTTP/1.1 %d ", cases[i].code);
        if (!strstr(out, expected) || !strstr(out, "Connection: close"))
            fail_msg("%s: expected %d, got %s", cases[i].bytes, cases[i].code, out);
    }
    converse(&s, long_head, 4000, 2, out, sizeof out);
    assert_non_null(strstr(out, "HTTP/1.1 431 "));
    assert_int_equal(s.requests, 0);
    converse(&s, "GET /echo HTTP/1.0\r\n\r\n", 4000, 2, out, sizeof out);
    assert_non_null(strstr(out, "Connection: close"));
    converse(&s, "GET /echo HTTP/1.1\r\nConnection: x, Close\r\n\r\n", 4000, 2, out, sizeof out);
    assert_non_null(strstr(out, "Connection: close"));
    static const char upgrade[] = "HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    char request[512];
    snprintf(request, sizeof request, "GET /private %s", upgrade);
    converse(&s, request, 4000, 2, out, sizeof out);
    assert_non_null(strstr(out, "HTTP/1.1 401 "));
    snprintf(request, sizeof request, "GET /elsewhere %s", upgrade);
    converse(&s, request, 4000, 2, out, sizeof out);
    assert_non_null(strstr(out, "HTTP/1.1 404 "));
    stop(&s);
}

static void test_port_taken(void **state)
{
    (void)state;
    test_server s = { 0 };
    start(&s, (pg_server_config){ 0 });
    pg_server *second;
    pg_error err;
    pg_server_config config = { .port = pg_server_port(s.server) };
    assert_int_equal(pg_server_new(&second, s.loop, &config, (pg_server_handler){ 0 }, &err), PG_ERR_IO);
    config = (pg_server_config){ .address = "not an address" };
    assert_int_equal(pg_server_new(&second, s.loop, &config, (pg_server_handler){ 0 }, &err), PG_ERR_INVALID);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_date),
        cmocka_unit_test(test_late_answer),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_server_dies),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_bodies),
        cmocka_unit_test(test_chunked_answer),
        cmocka_unit_test(test_no_blind_resend),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_free_in_callback),
        cmocka_unit_test(test_bad_requests),
        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_chunked_request),
        cmocka_unit_test(test_bad_bytes),
        cmocka_unit_test(test_port_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

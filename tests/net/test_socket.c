/* WebSocket client and server against each other on one loop. */
#include "net/loopback.h"

static void test_echo(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    char url[96];
    static const char *const headers[] = { "Authorization: Bearer x", "X-Api-Key:y" };
    echo_start(&s, loop, (pg_server_config){ 0 });
    snprintf(url, sizeof url, "ws://localhost:%d/a/b?c=1&d=2", pg_server_port(s.server));
    client_start(&c, loop, -1, (pg_socket_config){ .url = url, .headers = headers, .header_count = 2 });
    assert_false(pg_socket_is_open(c.socket));
    assert_int_equal(pg_socket_send(c.socket, "early", 5, &err), PG_ERR_STATE);
    wait_until(loop, c.opened == 1 && s.opened == 1);
    assert_true(pg_socket_is_open(c.socket));
    assert_string_equal(s.path, "/a/b?c=1&d=2 auth=Bearer x key=y");
    assert_int_equal(pg_socket_send(c.socket, "hello", 5, &err), PG_OK);
    wait_until(loop, c.texts == 1);
    assert_string_equal(c.last, "hello");
    int64_t now = pg_clock_now(pg_clock_real());
    assert_in_range(now - c.received_ns, 0, 10000000000);
    assert_in_range(pg_socket_heard_ns(c.socket), c.received_ns - 10000000000, now);
    assert_int_equal(pg_socket_send(c.socket, "", 0, &err), PG_OK);
    wait_until(loop, c.texts == 2);
    assert_int_equal(c.last_size, 0);
    pg_socket_free(c.socket);
    wait_until(loop, s.gone == 1);
    pg_server_free(s.server);
    pg_loop_free(loop);
    assert_int_equal(c.closed, 0); /* freeing calls nothing back */
}

/* Every size around the lengths at which something changes: frame headers, buffers, fragments. */
static void echo_sizes(bool compress, bool random)
{
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    enum { LARGEST = 10 << 20 };
    c.keep = malloc(LARGEST);
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < LARGEST; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        c.keep[i] = random ? (char)('!' + x % 90) : "{\"px\":\"1.0\",\"sz\":"[i % 17];
    }
    echo_start(&s, loop, (pg_server_config){ .compress = compress, .queue_limit = 64 << 20 });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ .compress = compress });
    wait_until(loop, c.opened == 1);
    static const size_t around[] = { 1,     125,   126,   127,   1000,  1023,  1024,   1025,    4096,   8192,
                                     16384, 65519, 65520, 65535, 65536, 65537, 131072, 1 << 20, LARGEST };
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        int before = c.texts;
        if (pg_socket_send(c.socket, c.keep, around[i], &err) != PG_OK)
            fail_msg("%zu bytes: %s", around[i], err.what);
        wait_until(loop, c.texts > before || c.closed);
        if (c.closed)
            fail_msg("%zu bytes: %s", around[i], c.why);
        assert_int_equal(s.last_size, around[i]);
        assert_int_equal(c.last_size, around[i]);
    }
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
    free(c.keep);
}

static void test_sizes(void **state)
{
    (void)state;
    echo_sizes(false, true);
}

static void test_sizes_compressed(void **state)
{
    (void)state;
    echo_sizes(true, true);
    echo_sizes(true, false);
}

/* Many messages at once keep their order, though some are written at once and others wait. */
static void burst(bool compress)
{
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    echo_start(&s, loop, (pg_server_config){ .compress = compress });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ .compress = compress });
    wait_until(loop, c.opened == 1);
    char text[3000];
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(text, sizeof text, "%d ", i);
        text[n] = 'x';
        assert_int_equal(pg_socket_send(c.socket, text, (size_t)(i * 7 % 3000 > n ? i * 7 % 3000 : n), &err), PG_OK);
    }
    for (int seen = 0; seen < 1000;) {
        wait_until(loop, s.texts > seen || c.closed);
        assert_int_equal(c.closed, 0);
        seen = s.texts;
        assert_int_equal(atoi(s.last), seen - 1);
    }
    wait_until(loop, c.texts == 1000);
    assert_int_equal(atoi(c.last), 999);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

static void test_order(void **state)
{
    (void)state;
    burst(false);
    burst(true);
}

static void test_limits(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    char *text = malloc(300001);
    memset(text, 'a', 300001);
    echo_start(&s, loop, (pg_server_config){ .body_limit = 200000 });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ .limit = 150000 });
    wait_until(loop, c.opened == 1);
    /* As much as both allow; then too long for the client; then too long for the server. */
    pg_socket_send(c.socket, text, 150000, &err);
    wait_until(loop, c.texts == 1);
    pg_socket_send(c.socket, text, 200000, &err);
    wait_until(loop, c.closed == 1);
    assert_string_equal(c.why, "a message is longer than 150000 bytes");
    assert_int_equal(s.texts, 2);
    wait_until(loop, c.opened == 2 && s.gone == 1);
    pg_socket_send(c.socket, text, 200001, &err);
    wait_until(loop, c.closed == 2 && s.gone == 2);
    assert_int_equal(s.texts, 2);
    free(text);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

/* The server goes and comes back at the same port: the client is there again, and is told to subscribe again. */
static void test_server_restarts(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    int port = pg_server_port(s.server);
    client_start(&c, loop, port, (pg_socket_config){ .backoff_max_ms = 20 });
    for (int i = 1; i <= 3; i++) {
        wait_until(loop, c.opened == i);
        pg_socket_send(c.socket, "subscribe", 9, &err);
        wait_until(loop, c.texts == i);
        pg_server_free(s.server);
        int before = c.closed;
        wait_until(loop, c.closed >= before + 3); /* first the cut, then it is refused */
        assert_false(pg_socket_is_open(c.socket));
        assert_int_equal(pg_socket_send(c.socket, "x", 1, &err), PG_ERR_STATE);
        echo_start(&s, loop, (pg_server_config){ .port = port });
    }
    wait_until(loop, c.opened == 4);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

static void test_ways_to_close(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ 0 });
    wait_until(loop, c.opened == 1 && s.peer);
    /* Politely, with something still to be sent before. */
    char *text = calloc(1, 3 << 20);
    memset(text, 'a', (3 << 20) - 1);
    pg_peer_send(s.peer, text, 3 << 20);
    pg_peer_send(s.peer, "last", 4);
    pg_peer_close(s.peer, false);
    wait_until(loop, c.closed == 1 && s.gone == 1);
    assert_int_equal(c.texts, 2);
    assert_string_equal(c.last, "last");
    assert_string_equal(c.why, "the server closed it, code 1000");
    free(text);
    /* A cut. */
    wait_until(loop, c.opened == 2 && s.peer);
    pg_peer_close(s.peer, true);
    wait_until(loop, c.closed == 2 && s.gone == 2);
    assert_string_equal(c.why, "the connection was cut");
    /* The client's own wish. It is told later, never within the call. */
    wait_until(loop, c.opened == 3 && s.peer);
    pg_socket_drop(c.socket, "a gap in the sequence");
    assert_int_equal(c.closed, 2);
    assert_false(pg_socket_is_open(c.socket));
    assert_int_equal(pg_socket_send(c.socket, "x", 1, &err), PG_ERR_STATE);
    wait_until(loop, c.closed == 3 && s.gone == 3);
    assert_string_equal(c.why, "a gap in the sequence");
    wait_until(loop, c.opened == 4);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

static void test_not_there(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    echo_server s = { .refuse = true };
    test_client c = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ .backoff_max_ms = 10 });
    wait_until(loop, c.closed == 3);
    assert_int_equal(c.opened, 0);
    assert_int_equal(s.opened, 0);
    assert_int_equal(s.gone, 0); /* what was refused was never there */
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    c = (test_client){ 0 };
    client_start(
        &c, loop, -1,
        (pg_socket_config){ .url = "ws://no-such-host.invalid/", .backoff_ms = 100000, .backoff_max_ms = 100000 });
    wait_until(loop, c.closed == 1);
    /* Machines without a network may need their time for that answer. */
    if (strncmp(c.why, "no-such-host.invalid cannot be resolved", 39) != 0)
        assert_string_equal(c.why, "no connection within 5000 ms");
    pg_socket_free(c.socket);
    pg_loop_free(loop);
}

/* Each wait is drawn below a ceiling that doubles, up to the longest one. */
static void test_backoff(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    echo_server s = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    int port = pg_server_port(s.server);
    pg_server_free(s.server);
    int64_t waits[2][6], largest = 0;
    for (int run = 0; run < 2; run++) {
        test_client c = { 0 };
        client_start(&c, loop, port, (pg_socket_config){ .backoff_ms = 4, .backoff_max_ms = 32, .seed = 42 });
        for (int i = 0; i < 6; i++) {
            wait_until(loop, c.closed > i);
            int64_t wait = waits[run][i] = c.retries[i];
            assert_in_range(wait, 0, i < 3 ? 4 << i : 32);
            largest = wait > largest ? wait : largest;
        }
        pg_socket_free(c.socket);
    }
    assert_true(largest > 4);
    assert_memory_equal(waits[0], waits[1], sizeof waits[0]); /* the seed decides */
    pg_loop_free(loop);
}

static void test_free_in_callbacks(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    for (int callback = 1; callback <= 4; callback++) {
        test_client c = { .free_in = callback, .pinging = true };
        client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ .ping_ms = callback == 4 ? 1 : 100000 });
        int gone = s.gone;
        wait_until(loop, c.opened == 1 && s.opened == callback);
        if (callback == 2)
            pg_socket_send(c.socket, "x", 1, &err);
        if (callback == 3)
            pg_peer_close(s.peer, true);
        wait_until(loop, !c.socket && s.gone == gone + 1);
        pg_loop_run_for(loop, 20);
        assert_int_equal(c.opened, 1);
        assert_int_equal(c.closed, callback == 3);
    }
    /* While nothing has come of it yet. */
    for (int rounds = 0; rounds < 10; rounds++) {
        test_client c = { 0 };
        client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ 0 });
        for (int i = 0; i < rounds; i++)
            uv_run(pg_loop_uv(loop), UV_RUN_NOWAIT);
        pg_socket_free(c.socket);
    }
    pg_server_free(s.server);
    pg_loop_free(loop);
}

typedef struct {
    pg_server *server;
    int callback; /* in which the server goes: 1 connect, 2 opened, 3 text, 4 gone */
} doomed;

static void doom(doomed *d, int callback)
{
    if (d->callback != callback)
        return;
    pg_server_free(d->server);
    d->server = NULL;
}

static bool doom_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    (void)peer, (void)path, (void)headers;
    doom(self, 1);
    return true;
}

static void doom_opened(void *self, pg_peer *peer)
{
    (void)peer;
    doom(self, 2);
}

static void doom_text(void *self, pg_peer *peer, char *text, size_t size)
{
    (void)peer, (void)text, (void)size;
    doom(self, 3);
}

static void doom_gone(void *self, pg_peer *peer)
{
    (void)peer;
    doom(self, 4);
}

static void test_server_freed_in_callbacks(void **state)
{
    (void)state;
    for (int callback = 1; callback <= 4; callback++) {
        pg_loop *loop = new_loop();
        pg_error err;
        doomed d = { .callback = callback };
        pg_server_handler handler = {
            .self = &d, .connect = doom_connect, .opened = doom_opened, .text = doom_text, .gone = doom_gone
        };
        assert_int_equal(pg_server_new(&d.server, loop, &(pg_server_config){ 0 }, handler, &err), PG_OK);
        test_client c = { 0 };
        client_start(&c, loop, pg_server_port(d.server), (pg_socket_config){ 0 });
        if (callback >= 3) {
            wait_until(loop, c.opened == 1);
            pg_socket_send(c.socket, "x", 1, &err);
        }
        if (callback == 4) {
            pg_loop_run_for(loop, 5);
            pg_socket_drop(c.socket, "enough");
        }
        wait_until(loop, !d.server && c.closed >= 1);
        pg_socket_free(c.socket);
        pg_loop_free(loop);
    }
}

static void test_many(void **state)
{
    (void)state;
    enum { MANY = 200 };
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    static test_client c[MANY];
    echo_start(&s, loop, (pg_server_config){ 0 });
    for (int i = 0; i < MANY; i++)
        client_start(&c[i], loop, pg_server_port(s.server), (pg_socket_config){ 0 });
    for (int i = 0; i < MANY; i++)
        wait_until(loop, c[i].opened == 1);
    for (int i = 0; i < MANY; i++) {
        char text[16];
        pg_socket_send(c[i].socket, text, (size_t)snprintf(text, sizeof text, "%d", i), &err);
    }
    for (int i = 0; i < MANY; i++) {
        wait_until(loop, c[i].texts == 1);
        assert_int_equal(atoi(c[i].last), i);
    }
    assert_int_equal(s.opened, MANY);
    for (int i = 0; i < MANY; i++)
        pg_socket_free(c[i].socket);
    wait_until(loop, s.gone == MANY);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

static void test_bad_config(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    static const char *const urls[] = { NULL, "", "x", "http://h/", "ws://", "ws://h:99999/", "ws://user:secret@h/" };
    pg_socket *socket;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        if (pg_socket_new(&socket, loop, &(pg_socket_config){ .url = urls[i] }, (pg_socket_handler){ 0 }, &err) !=
            PG_ERR_INVALID)
            fail_msg("%s was not refused", urls[i]);
        assert_null(strstr(err.what, "secret"));
        assert_null(socket);
    }
    static const char *const headers[] = { "no colon", ": no name", "X: a\r\nY: b" };
    for (int i = 0; i < 3; i++) {
        pg_socket_config config = { .url = "ws://h/", .headers = &headers[i], .header_count = 1 };
        assert_int_equal(pg_socket_new(&socket, loop, &config, (pg_socket_handler){ 0 }, &err), PG_ERR_INVALID);
    }
    pg_socket_config config = { .url = "ws://h/", .ping_ms = -1 };
    assert_int_equal(pg_socket_new(&socket, loop, &config, (pg_socket_handler){ 0 }, &err), PG_ERR_INVALID);
    pg_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_server_restarts),
        cmocka_unit_test(test_ways_to_close),
        cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_free_in_callbacks),
        cmocka_unit_test(test_server_freed_in_callbacks),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_bad_config),
        cmocka_unit_test(test_sizes_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* WebSocket client and server against each other on one loop. */
#include "net/loopback.h"

typedef struct {
    pg_peer *peer;
    int opened, texts, gone;
    char last[256];
    size_t last_size;
} server_side;

static bool accept_any(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    (void)self, (void)peer, (void)path, (void)headers;
    return true;
}

static void server_opened(void *self, pg_peer *peer)
{
    server_side *s = self;
    s->peer = peer;
    s->opened++;
}

static void server_text(void *self, pg_peer *peer, char *text, size_t size)
{
    server_side *s = self;
    s->texts++;
    s->last_size = size;
    snprintf(s->last, sizeof s->last, "%s", text);
    pg_peer_send(peer, text, size);
}

static void server_gone(void *self, pg_peer *peer)
{
    server_side *s = self;
    s->gone++;
    if (s->peer == peer)
        s->peer = NULL;
}

typedef struct {
    int opened, texts, closed;
    char last[256], why[256];
    size_t last_size;
    int64_t retry_ms;
} client_side;

static void client_opened(void *self)
{
    ((client_side *)self)->opened++;
}

static void client_text(void *self, char *text, size_t size, int64_t received_ns)
{
    client_side *c = self;
    (void)received_ns;
    c->texts++;
    c->last_size = size;
    snprintf(c->last, sizeof c->last, "%s", text);
}

static void client_closed(void *self, const char *why, int64_t retry_ms)
{
    client_side *c = self;
    c->closed++;
    c->retry_ms = retry_ms;
    snprintf(c->why, sizeof c->why, "%s", why);
}

static void test_echo(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    server_side s = { 0 };
    client_side c = { 0 };
    pg_server *server;
    assert_int_equal(
        pg_server_new(
            &server, loop, &(pg_server_config){ 0 },
            (pg_server_handler){
                .self = &s, .connect = accept_any, .opened = server_opened, .text = server_text, .gone = server_gone },
            &err),
        PG_OK);
    char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/ws?x=1", pg_server_port(server));
    pg_socket *socket;
    assert_int_equal(
        pg_socket_new(
            &socket, loop, &(pg_socket_config){ .url = url },
            (pg_socket_handler){ .self = &c, .opened = client_opened, .text = client_text, .closed = client_closed },
            &err),
        PG_OK);
    wait_until(loop, c.opened == 1);
    assert_int_equal(pg_socket_send(socket, "hello", 5, &err), PG_OK);
    wait_until(loop, c.texts == 1);
    assert_string_equal(c.last, "hello");
    pg_socket_free(socket);
    wait_until(loop, s.gone == 1);
    pg_server_free(server);
    pg_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_echo) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

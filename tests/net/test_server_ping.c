/* A server that pings: who answers stays, who does not is dropped. */
#include "net/loopback.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PING_MS = 60, PONG_MS = 200 };

/* A WebSocket that never answers, by hand. */
static int connect_mute(int port)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void test_ping(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    echo_server s = { 0 };
    test_client c = { 0 };
    char in[1024];
    size_t got = 0;
    echo_start(&s, loop, (pg_server_config){ .ping_ms = PING_MS, .pong_ms = PONG_MS });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ .ping_ms = 60000 });
    wait_until(loop, c.opened == 1 && s.opened == 1);
    int fd = connect_mute(pg_server_port(s.server));
    wait_until(loop, s.opened == 2);
    wait_until(loop, s.gone == 1); /* it has been pinged, and was waited for */
    for (ssize_t n; got < sizeof in && (n = read(fd, in + got, sizeof in - got)) > 0;)
        got += (size_t)n;
    close(fd);
    /* What can still be read of it ends with the ping, if the reset has left anything. */
    if (got > 0)
        assert_true(got >= 6 && memcmp(in + got - 6, "\x89\x04ping", 6) == 0);
    double until = pg_clock_elapsed() + 3 * (PING_MS + PONG_MS) * 1e-3;
    wait_until(loop, pg_clock_elapsed() > until);
    assert_int_equal(s.gone, 1);
    assert_true(pg_socket_is_open(c.socket)); /* the one that answers has outlived several pings */
    pg_socket_free(c.socket);
    wait_until(loop, s.gone == 2);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ping) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

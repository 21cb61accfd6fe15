/* The WebSocket client against a server that is cut at every byte, falls silent, or sends what it should not; and the
 * server against clients of that kind. */
#include "net/loopback.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

/* ---- a server by hand: it sends so many bytes of handshake and frames, and then what it is told ---- */

enum { CUT, RESET, STAY };

typedef struct {
    uv_tcp_t listener;
    int port;
    const unsigned char *frames;
    size_t frames_size;
    size_t limit; /* bytes that are sent; SIZE_MAX: all */
    size_t step;  /* bytes at once; 0: all */
    int then;
    bool compress; /* agree to permessage-deflate */
    bool offered;  /* the client has offered it */
    int connections;
    size_t received; /* bytes behind the handshake */
} raw_server;

typedef struct {
    uv_tcp_t tcp;
    raw_server *server;
    char in[4096];
    size_t length;
    bool answered;
} raw_peer;

static void raw_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void raw_end(raw_peer *p)
{
    if (uv_is_closing((uv_handle_t *)&p->tcp))
        return;
    if (p->server->then == RESET)
        uv_tcp_close_reset(&p->tcp, raw_closed);
    else
        uv_close((uv_handle_t *)&p->tcp, raw_closed);
}

static void raw_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    raw_peer *p = handle->data;
    *buffer = uv_buf_init(p->in + p->length, (unsigned int)(sizeof p->in - 1 - p->length));
}

/* The handshake's answer to a key (RFC 6455, 4.2.2). */
static int handshake(char *out, size_t room, const char *request, bool compress)
{
    const char *key = strstr(request, "Sec-WebSocket-Key: ");
    char joined[128];
    unsigned char digest[20], text[32];
    assert_non_null(key);
    int n = snprintf(joined, sizeof joined, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key + 19);
    assert_int_equal(EVP_Digest(joined, (size_t)n, digest, NULL, EVP_sha1(), NULL), 1);
    EVP_EncodeBlock(text, digest, 20);
    return snprintf(out, room,
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: %s\r\n%s\r\n",
                    (char *)text, compress ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
}

static void raw_answer(raw_peer *p)
{
    raw_server *s = p->server;
    size_t room = 512 + s->frames_size;
    char *out = malloc(room);
    s->offered = strstr(p->in, "Sec-WebSocket-Extensions: permessage-deflate");
    int head = handshake(out, room, p->in, s->compress);
    memcpy(out + head, s->frames, s->frames_size);
    size_t size = (size_t)head + s->frames_size;
    size = size < s->limit ? size : s->limit;
    for (size_t at = 0; at < size;) {
        size_t some = s->step && s->step < size - at ? s->step : size - at;
        uv_buf_t buffer = uv_buf_init(out + at, (unsigned int)some);
        int n = uv_try_write((uv_stream_t *)&p->tcp, &buffer, 1);
        if (n < 0)
            break;
        at += (size_t)n;
        if (s->step)
            usleep(50); /* so that the pieces arrive one by one */
    }
    free(out);
    if (s->then != STAY)
        raw_end(p);
}

static void raw_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    (void)buffer;
    raw_peer *p = stream->data;
    if (size < 0) {
        raw_end(p);
        return;
    }
    if (p->answered) {
        p->server->received += (size_t)size;
        return;
    }
    p->length += (size_t)size;
    p->in[p->length] = '\0';
    if (!strstr(p->in, "\r\n\r\n"))
        return;
    p->answered = true;
    p->length = 0;
    raw_answer(p);
}

static void raw_accept(uv_stream_t *listener, int status)
{
    assert_int_equal(status, 0);
    raw_peer *p = calloc(1, sizeof *p);
    p->server = listener->data;
    p->server->connections++;
    uv_tcp_init(listener->loop, &p->tcp);
    p->tcp.data = p;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&p->tcp), 0);
    uv_tcp_nodelay(&p->tcp, 1);
    assert_int_equal(uv_read_start((uv_stream_t *)&p->tcp, raw_alloc, raw_read), 0);
}

static void raw_start(raw_server *s, pg_loop *loop)
{
    struct sockaddr_in address;
    int size = sizeof address;
    uv_tcp_init(pg_loop_uv(loop), &s->listener);
    s->listener.data = s;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_bind(&s->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&s->listener, 64, raw_accept), 0);
    assert_int_equal(uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &size), 0);
    s->port = ntohs(address.sin_port);
}

/* ---- frames ---- */

static size_t put_frame(unsigned char *out, int first_byte, const char *payload)
{
    size_t size = strlen(payload), head = 2;
    out[0] = (unsigned char)first_byte;
    if (size < 126) {
        out[1] = (unsigned char)size;
    } else {
        out[1] = 126;
        out[2] = (unsigned char)(size >> 8);
        out[3] = (unsigned char)size;
        head = 4;
    }
    memcpy(out + head, payload, size);
    return head + size;
}

enum { TEXT = 0x81, TEXT_BEGIN = 0x01, MORE = 0x00, END = 0x80, BINARY = 0x82, PING = 0x89, PONG = 0x8a };

/* ---- the client ---- */

static void test_cut_anywhere(void **state)
{
    (void)state;
    unsigned char frames[1024];
    size_t size = 0;
    size += put_frame(frames + size, TEXT, "{\"channel\":\"l2Book\",\"n\":1}");
    size += put_frame(frames + size, TEXT_BEGIN, "{\"channel\":");
    size += put_frame(frames + size, END, "\"trades\",\"n\":2}");
    size += put_frame(frames + size, TEXT,
                      "{\"channel\":\"bbo\",\"n\":3,\"pad\":\"....................................."
                      "..................................................................\"}");
    for (int then = CUT; then <= RESET; then++) {
        int with_texts[4] = { 0 };
        for (size_t limit = 0; limit <= 129 + size; limit++) {
            pg_loop *loop = new_loop();
            raw_server s = { .frames = frames, .frames_size = size, .limit = limit, .then = then };
            test_client c = { 0 };
            raw_start(&s, loop);
            client_start(&c, loop, s.port, (pg_socket_config){ .backoff_ms = 100000, .backoff_max_ms = 100000 });
            wait_until(loop, c.closed == 1);
            assert_in_range(c.texts, 0, 3);
            with_texts[c.texts]++;
            assert_true(c.opened || c.texts == 0);
            pg_socket_free(c.socket);
            uv_close((uv_handle_t *)&s.listener, NULL);
            pg_loop_free(loop);
        }
        for (int i = 0; i < 4; i++)
            if (then == CUT) /* a reset may overtake what was sent before it */
                assert_true(with_texts[i] > 0);
    }
}

static void test_pieces(void **state)
{
    (void)state;
    unsigned char frames[2048];
    static const char first[] = "{\"channel\":\"l2Book\",", second[] = "\"data\":", third[] = "[1,2,3]}";
    static const char *const between[] = { "", "ping" };
    for (size_t step = 0; step <= 7; step += step ? 2 : 1) {
        pg_loop *loop = new_loop();
        size_t size = 0;
        size += put_frame(frames + size, BINARY, "not for us");
        size += put_frame(frames + size, TEXT_BEGIN, first);
        size += put_frame(frames + size, PING, between[step % 2]); /* control frames may come between */
        size += put_frame(frames + size, MORE, second);
        size += put_frame(frames + size, MORE, "");
        size += put_frame(frames + size, PONG, "");
        size += put_frame(frames + size, END, third);
        size += put_frame(frames + size, TEXT, "");
        size += put_frame(frames + size, TEXT, "last");
        raw_server s = { .frames = frames, .frames_size = size, .limit = SIZE_MAX, .step = step, .then = STAY };
        test_client c = { 0 };
        raw_start(&s, loop);
        client_start(&c, loop, s.port, (pg_socket_config){ 0 });
        wait_until(loop, c.texts >= 1);
        if (c.texts == 1)
            assert_string_equal(c.last, "{\"channel\":\"l2Book\",\"data\":[1,2,3]}");
        wait_until(loop, c.texts == 3);
        assert_string_equal(c.last, "last");
        wait_until(loop, s.received > 0); /* the answer to the ping */
        assert_int_equal(c.closed, 0);
        pg_socket_free(c.socket);
        pg_loop_run_for(loop, 5);
        uv_close((uv_handle_t *)&s.listener, NULL);
        pg_loop_free(loop);
    }
}

/* A message as RFC 7692 compresses it, in pieces of every size, with a ping between them; then one that is not
 * compressed, and one that is no compressed data. */
static void test_compressed_pieces(void **state)
{
    (void)state;
    static const char text[] = "{\"channel\":\"l2Book\",\"data\":{\"levels\":[[\"100.1\",\"100.2\",\"100.3\"]]}}";
    unsigned char packed[256], frames[1024];
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)text;
    z.avail_in = sizeof text - 1;
    z.next_out = packed;
    z.avail_out = sizeof packed;
    assert_int_equal(deflate(&z, Z_SYNC_FLUSH), Z_OK);
    size_t length = sizeof packed - z.avail_out - 4; /* 00 00 ff ff is left out */
    deflateEnd(&z);
    for (size_t cut = 0; cut <= length; cut++) {
        pg_loop *loop = new_loop();
        size_t size = 0;
        frames[size++] = 0x41; /* text, compressed, not the end */
        frames[size++] = (unsigned char)cut;
        memcpy(frames + size, packed, cut);
        size += cut;
        size += put_frame(frames + size, PING, "x");
        frames[size++] = END;
        frames[size++] = (unsigned char)(length - cut);
        memcpy(frames + size, packed + cut, length - cut);
        size += length - cut;
        size += put_frame(frames + size, TEXT, "plain");
        size += put_frame(frames + size, TEXT | 0x40, "nonsense");
        raw_server s = { .frames = frames, .frames_size = size, .limit = SIZE_MAX, .then = STAY, .compress = true };
        s.step = cut % 3 * 5;
        test_client c = { 0 };
        raw_start(&s, loop);
        client_start(&c, loop, s.port,
                     (pg_socket_config){ .compress = true, .backoff_ms = 100000, .backoff_max_ms = 100000 });
        wait_until(loop, c.texts >= 1);
        if (c.texts == 1)
            assert_string_equal(c.last, text);
        wait_until(loop, c.closed == 1);
        assert_true(s.offered);
        assert_int_equal(c.texts, 2);
        assert_string_equal(c.last, "plain");
        pg_socket_free(c.socket);
        pg_loop_run_for(loop, 2);
        uv_close((uv_handle_t *)&s.listener, NULL);
        pg_loop_free(loop);
    }
}

static void test_bad_frames(void **state)
{
    (void)state;
    static const struct {
        unsigned char bytes[16];
        size_t size;
    } cases[] = {
        { { 0x83, 0 }, 2 },                                                            /* an opcode that is not used */
        { { 0x80, 0 }, 2 },                                                            /* the end of nothing */
        { { 0x89, 126, 1, 0 }, 4 },                                                    /* a ping that is too long */
        { { 0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 10 },         /* a length below zero */
        { { 0x81, 127, 0x00, 0x00, 0x00, 0x10, 0, 0, 0, 0, 'a', 'b', 'c', 'd' }, 14 }, /* 64 GiB are to come */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pg_loop *loop = new_loop();
        raw_server s = { .frames = cases[i].bytes, .frames_size = cases[i].size, .limit = SIZE_MAX, .then = STAY };
        test_client c = { 0 };
        raw_start(&s, loop);
        client_start(
            &c, loop, s.port,
            (pg_socket_config){ .backoff_ms = 100000, .backoff_max_ms = 100000, .ping_ms = 30, .silence_ms = 30 });
        wait_until(loop, c.closed == 1);
        assert_int_equal(c.texts, 0);
        pg_socket_free(c.socket);
        pg_loop_run_for(loop, 2);
        uv_close((uv_handle_t *)&s.listener, NULL);
        pg_loop_free(loop);
    }
}

/* The other side is there, and says nothing any more: with WebSocket pings, and with a venue's own. */
static void test_silence(void **state)
{
    (void)state;
    for (int pinging = 0; pinging < 2; pinging++) {
        pg_loop *loop = new_loop();
        raw_server s = { .frames = (const unsigned char *)"", .limit = SIZE_MAX, .then = STAY };
        test_client c = { .pinging = pinging };
        raw_start(&s, loop);
        client_start(&c, loop, s.port, (pg_socket_config){ .ping_ms = 30, .silence_ms = 20, .backoff_max_ms = 5 });
        wait_until(loop, c.closed >= 2);
        assert_string_equal(c.why, "nothing heard within 20 ms after a ping");
        assert_true(c.opened >= 2);
        assert_true(pinging ? c.pings >= 2 : s.received >= 12);
        pg_socket_free(c.socket);
        pg_loop_run_for(loop, 2);
        uv_close((uv_handle_t *)&s.listener, NULL);
        pg_loop_free(loop);
    }
    /* One that answers pings is not silent. */
    pg_loop *loop = new_loop();
    echo_server s = { 0 };
    test_client c = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ .ping_ms = 10, .silence_ms = 2000 });
    wait_until(loop, c.opened == 1);
    int64_t heard = pg_socket_heard_ns(c.socket);
    wait_until(loop, pg_socket_heard_ns(c.socket) > heard);
    pg_loop_run_for(loop, 100);
    assert_int_equal(c.closed, 0);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

/* The connection is accepted, and there is never an answer to the handshake. */
static void test_no_handshake(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    raw_server s = { .frames = (const unsigned char *)"", .limit = 0, .then = STAY };
    test_client c = { 0 };
    raw_start(&s, loop);
    client_start(&c, loop, s.port, (pg_socket_config){ .connect_ms = 30, .backoff_max_ms = 5 });
    wait_until(loop, c.closed >= 2);
    assert_string_equal(c.why, "no connection within 30 ms");
    assert_true(s.connections >= 2);
    assert_int_equal(c.opened, 0);
    pg_socket_free(c.socket);
    pg_loop_run_for(loop, 2);
    uv_close((uv_handle_t *)&s.listener, NULL);
    pg_loop_free(loop);
}

/* A server that does not read: what waits has a bound, and the client says when it is reached. */
static void test_send_queue(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ 0 });
    wait_until(loop, c.opened == 1);
    static char text[100000];
    memset(text, 'a', sizeof text);
    int sent = 0;
    pg_status status;
    while ((status = pg_socket_send(c.socket, text, sizeof text, &err)) == PG_OK && sent < 1000)
        sent++;
    assert_int_equal(status, PG_ERR_FULL);
    assert_in_range(sent, 41, 999);
    wait_until(loop, c.texts == sent); /* nothing of what was taken is lost */
    assert_int_equal(c.closed, 0);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

/* ---- the server ---- */

static int dial(int port, const char *request)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    return fd;
}

static const char hello[] = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

static void test_slow_peer(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    echo_server s = { 0 };
    echo_start(&s, loop, (pg_server_config){ .queue_limit = 1 << 20 });
    int slow = dial(pg_server_port(s.server), hello);
    wait_until(loop, s.peer);
    pg_peer *peer = s.peer;
    test_client c = { 0 }; /* somebody else, who is not to notice */
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ 0 });
    wait_until(loop, c.opened == 1);
    static char text[100000];
    memset(text, 'a', sizeof text);
    int sent = 0;
    for (; s.gone == 0 && sent < 1000; sent++) {
        pg_peer_send(peer, text, sizeof text);
        pg_loop_run_for(loop, 0);
    }
    assert_in_range(sent, 10, 999);
    pg_error err;
    assert_int_equal(pg_socket_send(c.socket, "still", 5, &err), PG_OK);
    wait_until(loop, c.texts == 1);
    close(slow);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

static void test_bad_clients(void **state)
{
    (void)state;
    static const char *const handshakes[] = {
        "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\n"
        "Sec-WebSocket-Key: x\r\n\r\n",
        "POST /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 3\r\n\r\nabc",
    };
    static const struct {
        const char *bytes;
        size_t size;
    } frames[] = {
        { "\x81\x05hello", 7 },    /* not masked */
        { "\x83\x80\1\2\3\4", 6 }, /* an opcode that is not used */
        { "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\2\3\4", 14 },
        { "\x81\xfe\x00", 3 },                         /* and the end */
        { "\x01\x83\1\2\3\4abc\x81\x80\1\2\3\4", 15 }, /* a message within a message */
    };
    pg_loop *loop = new_loop();
    echo_server s = { 0 };
    echo_start(&s, loop, (pg_server_config){ 0 });
    for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++) {
        int fd = dial(pg_server_port(s.server), handshakes[i]);
        pg_loop_run_for(loop, 10);
        close(fd);
        pg_loop_run_for(loop, 2);
    }
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        int opened = s.opened;
        int fd = dial(pg_server_port(s.server), hello);
        wait_until(loop, s.opened > opened);
        assert_int_equal(send(fd, frames[i].bytes, frames[i].size, MSG_NOSIGNAL), frames[i].size);
        pg_loop_run_for(loop, 10);
        close(fd);
    }
    wait_until(loop, s.gone >= s.opened);
    test_client c = { 0 };
    client_start(&c, loop, pg_server_port(s.server), (pg_socket_config){ 0 });
    wait_until(loop, c.opened == 1);
    pg_socket_free(c.socket);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

/* A client that has agreed to compression may leave a message as it is, and may send a pong that nobody asked for. */
static void test_uncompressed_client(void **state)
{
    (void)state;
    static const char deflating[] = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    static const char frames[] = "\x8a\x81\0\0\0\0x" /* pong */
                                 "\x81\x85\0\0\0\0plain"
                                 "\x01\x83\0\0\0\0two\x80\x84\0\0\0\0 one";
    pg_loop *loop = new_loop();
    echo_server s = { 0 };
    echo_start(&s, loop, (pg_server_config){ .compress = true });
    int fd = dial(pg_server_port(s.server), deflating);
    wait_until(loop, s.opened == 1);
    assert_int_equal(send(fd, frames, sizeof frames - 1, MSG_NOSIGNAL), sizeof frames - 1);
    wait_until(loop, s.texts == 2);
    assert_string_equal(s.last, "two one");
    char answer[512] = "";
    assert_true(recv(fd, answer, sizeof answer - 1, 0) > 0);
    assert_non_null(strstr(answer, "permessage-deflate"));
    pg_loop_run_for(loop, 10);
    assert_int_equal(s.texts, 2);
    assert_int_equal(s.gone, 0);
    close(fd);
    wait_until(loop, s.gone == 1);
    pg_server_free(s.server);
    pg_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_anywhere),      cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_compressed_pieces), cmocka_unit_test(test_bad_frames),
        cmocka_unit_test(test_silence),           cmocka_unit_test(test_no_handshake),
        cmocka_unit_test(test_send_queue),        cmocka_unit_test(test_slow_peer),
        cmocka_unit_test(test_bad_clients),       cmocka_unit_test(test_uncompressed_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

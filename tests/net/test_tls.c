/* Certificates are checked: one that nobody has signed is refused, one of a trusted file is taken, one of another host is
 * refused in any case. The server is the plain one behind a small TLS end, on a thread. */
#include "net/loopback.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- certificates ---- */

typedef struct {
    EVP_PKEY *key;
    X509 *certificate;
    char path[64]; /* of the certificate, as a file */
} identity;

static void make_identity(identity *id, const char *names)
{
    id->key = EVP_EC_gen("P-256");
    X509 *x = id->certificate = X509_new();
    assert_non_null(id->key);
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, id->key);
    X509_NAME *name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"perigee test", -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509V3_CTX context;
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, names);
    X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, &context, NID_basic_constraints, "CA:TRUE");
    X509_add_ext(x, san, -1);
    X509_add_ext(x, ca, -1);
    X509_EXTENSION_free(san);
    X509_EXTENSION_free(ca);
    assert_true(X509_sign(x, id->key, EVP_sha256()) > 0);
    snprintf(id->path, sizeof id->path, "/tmp/perigee-test-XXXXXX");
    int fd = mkstemp(id->path);
    FILE *file = fdopen(fd, "w");
    assert_true(file && PEM_write_X509(file, x) == 1 && fclose(file) == 0);
}

static void free_identity(identity *id)
{
    unlink(id->path);
    X509_free(id->certificate);
    EVP_PKEY_free(id->key);
}

/* ---- the TLS end: a connection at a time, passed on to a plain port ---- */

typedef struct {
    SSL_CTX *context;
    int listener, port, plain_port;
    pthread_t thread;
    int handshakes; /* that were completed */
} tls_end;

static bool pass(SSL *ssl, int tls, int plain)
{
    char buffer[16384];
    struct pollfd fds[2] = { { tls, POLLIN, 0 }, { plain, POLLIN, 0 } };
    if (!SSL_pending(ssl) && poll(fds, 2, 10000) <= 0)
        return false;
    if (SSL_pending(ssl) || fds[0].revents) {
        int n = SSL_read(ssl, buffer, sizeof buffer);
        if (n <= 0 || send(plain, buffer, (size_t)n, MSG_NOSIGNAL) != n)
            return false;
    }
    if (fds[1].revents) {
        ssize_t n = recv(plain, buffer, sizeof buffer, 0);
        if (n <= 0 || SSL_write(ssl, buffer, (int)n) != n)
            return false;
    }
    return true;
}

static void *serve_one(void *self)
{
    void **both = self;
    tls_end *end = both[0];
    int tls = (int)(intptr_t)both[1], plain = socket(AF_INET, SOCK_STREAM, 0);
    free(both);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)end->plain_port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SSL *ssl = SSL_new(end->context);
    SSL_set_fd(ssl, tls);
    if (SSL_accept(ssl) == 1 && connect(plain, (struct sockaddr *)&address, sizeof address) == 0) {
        __atomic_add_fetch(&end->handshakes, 1, __ATOMIC_SEQ_CST);
        while (pass(ssl, tls, plain))
            ;
    }
    close(plain);
    close(tls);
    SSL_free(ssl);
    return NULL;
}

enum { CONNECTIONS = 64 };

static void *serve(void *self)
{
    tls_end *end = self;
    pthread_t threads[CONNECTIONS];
    int count = 0;
    for (int fd; count < CONNECTIONS && (fd = accept(end->listener, NULL, NULL)) >= 0; count++) {
        void **both = malloc(2 * sizeof *both);
        both[0] = end;
        both[1] = (void *)(intptr_t)fd;
        pthread_create(&threads[count], NULL, serve_one, both);
    }
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return NULL;
}

static void tls_start(tls_end *end, const identity *id, int plain_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *end = (tls_end){ .plain_port = plain_port, .context = SSL_CTX_new(TLS_server_method()) };
    assert_int_equal(SSL_CTX_use_certificate(end->context, id->certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(end->context, id->key), 1);
    end->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(end->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(end->listener, 16), 0);
    assert_int_equal(getsockname(end->listener, (struct sockaddr *)&address, &size), 0);
    end->port = ntohs(address.sin_port);
    pthread_create(&end->thread, NULL, serve, end);
}

static void tls_stop(tls_end *end)
{
    shutdown(end->listener, SHUT_RDWR);
    pthread_join(end->thread, NULL);
    close(end->listener);
    SSL_CTX_free(end->context);
}

/* ---- the tests ---- */

typedef struct {
    int count, code;
    bool failed, maybe_sent;
    char error[256], body[64];
} result;

static void on_done(void *self, const pg_http_answer *a)
{
    result *r = self;
    *r = (result){ .count = r->count + 1, .code = a->code, .failed = a->error, .maybe_sent = a->maybe_sent };
    snprintf(r->error, sizeof r->error, "%s", a->error ? a->error->what : "");
    snprintf(r->body, sizeof r->body, "%s", a->body);
}

static void on_request(void *self, const pg_server_request *request)
{
    (*(int *)self)++;
    pg_server_answer(request->peer, 200, "text/plain", request->body, request->size);
}

/* Connects and asks, through TLS; says whether that is expected to work. */
static void try_both(const identity *id, const char *trusted, const char *host, bool works)
{
    pg_loop *loop = new_loop();
    pg_error err;
    echo_server s = { 0 };
    test_client c = { 0 };
    tls_end end, http_end;
    int requests = 0;
    pg_server *plain;
    pg_server_handler handler = { .self = &requests, .request = on_request };
    echo_start(&s, loop, (pg_server_config){ 0 });
    assert_int_equal(pg_server_new(&plain, loop, &(pg_server_config){ 0 }, handler, &err), PG_OK);
    tls_start(&end, id, pg_server_port(s.server));
    tls_start(&http_end, id, pg_server_port(plain));
    if (trusted)
        assert_int_equal(pg_loop_trust(loop, trusted, &err), PG_OK);

    char url[96];
    snprintf(url, sizeof url, "wss://%s:%d/ws", host, end.port);
    client_start(&c, loop, -1, (pg_socket_config){ .url = url, .backoff_ms = 100000, .backoff_max_ms = 100000 });
    wait_until(loop, c.opened || c.closed);
    assert_int_equal(c.opened, works);
    static char text[300000];
    memset(text, 'a', sizeof text);
    if (works) {
        assert_int_equal(pg_socket_send(c.socket, "small", 5, &err), PG_OK);
        assert_int_equal(pg_socket_send(c.socket, text, sizeof text, &err), PG_OK);
        wait_until(loop, c.texts == 2);
        assert_int_equal(c.last_size, sizeof text);
    } else {
        assert_int_equal(s.opened, 0);
    }

    pg_http *http;
    result r = { 0 };
    assert_int_equal(pg_http_new(&http, loop, &err), PG_OK);
    snprintf(url, sizeof url, "https://%s:%d/", host, http_end.port);
    pg_http_request request = { .url = url, .body = "secret", .size = 6 };
    assert_int_equal(pg_http_send(http, &request, &r, on_done, &err), PG_OK);
    wait_until(loop, r.count == 1);
    assert_int_equal(r.failed, !works);
    assert_int_equal(requests, works);
    if (works)
        assert_string_equal(r.body, "secret");
    else
        assert_false(r.maybe_sent); /* nothing of the request has left */

    pg_http_free(http);
    pg_socket_free(c.socket);
    pg_loop_run_for(loop, 2);
    pg_server_free(s.server);
    pg_server_free(plain);
    pg_loop_free(loop);
    tls_stop(&end);
    tls_stop(&http_end);
}

static void test_certificates(void **state)
{
    (void)state;
    identity here, other, elsewhere;
    make_identity(&here, "DNS:localhost,IP:127.0.0.1");
    make_identity(&other, "DNS:localhost,IP:127.0.0.1");
    make_identity(&elsewhere, "DNS:elsewhere.example");
    try_both(&here, NULL, "localhost", false);
    try_both(&here, other.path, "localhost", false);
    try_both(&elsewhere, elsewhere.path, "localhost", false);
    try_both(&here, here.path, "localhost", true);
    try_both(&here, here.path, "127.0.0.1", true);
    free_identity(&here);
    free_identity(&other);
    free_identity(&elsewhere);
}

static void test_trust(void **state)
{
    (void)state;
    pg_loop *loop = new_loop();
    pg_error err;
    assert_int_equal(pg_loop_trust(loop, "/nowhere/at/all", &err), PG_ERR_IO);
    assert_string_equal(err.where, "/nowhere/at/all");
    pg_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_certificates), cmocka_unit_test(test_trust) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

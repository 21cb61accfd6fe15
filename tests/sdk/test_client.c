/* The SDK's client against a server on loopback: requests, the budget, streams that overflow and break, API keys. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "net/server.h"
#include "sdk/api.h"

enum { PATIENCE_MS = 20000, WAIT_MS = 1500, FLOOD = PG_SDK_QUEUE + 500 };

/* ---- the other side, on a thread and loop of its own ---- */

typedef struct {
    pthread_t thread;
    pg_loop *loop;
    pg_server *server;
    char url[64], ws_url[64];
} venue;

/* /key tells the API key, /quiet never answers, /stop ends the server, others tell their body. */
static void on_request(void *self, const pg_server_request *request)
{
    venue *v = self;
    const char *answer = strcmp(request->path, "/key") == 0 ? request->api_key : request->body;
    if (strcmp(request->path, "/quiet") == 0)
        return;
    pg_server_answer(request->peer, strcmp(request->path, "/busy") == 0 ? 503 : 200, "text/plain", answer,
                     strlen(answer));
    if (strcmp(request->path, "/stop") == 0)
        pg_loop_stop(v->loop);
}

static bool on_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    (void)self, (void)peer, (void)path, (void)headers;
    return true;
}

/* "flood" is answered by many numbers, "cut" by the end of the connection, everything else by itself. */
static void on_text(void *self, pg_peer *peer, char *text, size_t size)
{
    (void)self;
    char number[16];
    if (strcmp(text, "cut") == 0)
        pg_peer_close(peer, true);
    else if (strcmp(text, "flood") == 0)
        for (int i = 0; i < FLOOD; i++)
            pg_peer_send(peer, number, (size_t)snprintf(number, sizeof number, "%d", i));
    else
        pg_peer_send(peer, text, size);
}

static void *serve(void *self)
{
    venue *v = self;
    pg_loop_run(v->loop);
    pg_server_free(v->server);
    pg_loop_free(v->loop);
    return NULL;
}

static int open_venue(void **state)
{
    venue *v = calloc(1, sizeof *v);
    pg_server_handler handler = { .self = v, .request = on_request, .connect = on_connect, .text = on_text };
    assert_int_equal(pg_loop_new(&v->loop, NULL), PG_OK);
    assert_int_equal(pg_server_new(&v->server, v->loop, &(pg_server_config){ 0 }, handler, NULL), PG_OK);
    snprintf(v->url, sizeof v->url, "http://127.0.0.1:%d", pg_server_port(v->server));
    snprintf(v->ws_url, sizeof v->ws_url, "ws://127.0.0.1:%d/ws", pg_server_port(v->server));
    assert_int_equal(pthread_create(&v->thread, NULL, serve, v), 0);
    *state = v;
    return 0;
}

static pg_sdk_client *new_client(void)
{
    pg_sdk_error error = { 0 };
    pg_sdk_client *client = pg_sdk_client_new(NULL, &error);
    if (!client)
        fail_msg("%s", error.text);
    return client;
}

static pg_sdk_request request_to(char url[128], const venue *v, const char *path, const char *body)
{
    snprintf(url, 128, "%s%s", v->url, path);
    return (pg_sdk_request){ .url = url, .body = body, .size = body ? strlen(body) : 0, .timeout_ms = PATIENCE_MS };
}

static int close_venue(void **state)
{
    venue *v = *state;
    char url[128];
    pg_sdk_error error;
    pg_sdk_answer answer;
    pg_sdk_client *client = new_client();
    pg_sdk_request request = request_to(url, v, "/stop", "");
    (void)pg_sdk_send(client, &answer, &request, &error);
    pg_sdk_client_free(client);
    pthread_join(v->thread, NULL);
    free(v);
    return 0;
}

/* ---- requests ---- */

static void answers_of_any_code(void **state)
{
    const venue *v = *state;
    char url[128];
    pg_sdk_error error;
    pg_sdk_answer answer;
    pg_sdk_client *client = new_client();
    pg_sdk_request request = request_to(url, v, "/echo", "hello");
    assert_true(pg_sdk_send(client, &answer, &request, &error));
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body, "hello");
    request = request_to(url, v, "/busy", "later");
    assert_true(pg_sdk_send(client, &answer, &request, &error));
    assert_int_equal(answer.code, 503);
    assert_string_equal(answer.body, "later");
    pg_sdk_client_free(client);
}

static void no_answer_in_time(void **state)
{
    const venue *v = *state;
    char url[128];
    pg_sdk_error error = { 0 };
    pg_sdk_answer answer;
    pg_sdk_client *client = new_client();
    pg_sdk_request request = request_to(url, v, "/quiet", "an order");
    request.timeout_ms = 50;
    assert_false(pg_sdk_send(client, &answer, &request, &error));
    assert_true(answer.maybe_sent);
    assert_non_null(strstr(error.text, "no answer"));
    pg_sdk_client_free(client);
}

static void requests_wait_for_the_budget(void **state)
{
    const venue *v = *state;
    char url[128];
    pg_sdk_error error = { 0 };
    pg_sdk_answer answer;
    pg_sdk_client *client = new_client();
    pg_sdk_request request = request_to(url, v, "/echo", "x");
    request.weight = 2;
    pg_sdk_budget(client, 2, 40); /* one at once, the next 50 ms later */
    assert_true(pg_sdk_send(client, &answer, &request, &error));
    int64_t before = pg_sdk_ticks_ms();
    assert_true(pg_sdk_send(client, &answer, &request, &error));
    assert_true(pg_sdk_ticks_ms() - before >= 45);
    pg_sdk_charge(client, 1000); /* now there is none for 25 s */
    request.timeout_ms = 100;
    assert_false(pg_sdk_send(client, &answer, &request, &error));
    assert_false(answer.maybe_sent);
    assert_non_null(strstr(error.text, "nothing was sent"));
    request.weight = 3; /* more than there can ever be */
    assert_false(pg_sdk_send(client, &answer, &request, &error));
    pg_sdk_client_free(client);
}

static void a_key_goes_into_a_header(void **state)
{
    const venue *v = *state;
    char url[128], path[] = "/tmp/pg_sdk_key_XXXXXX";
    pg_sdk_error error = { 0 };
    pg_sdk_answer answer;
    int fd = mkstemp(path); /* mode 0600 */
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    fputs("an-api-key\n", file);
    fclose(file);
    pg_sdk_key *key = pg_sdk_key_load("text", "file", path, NULL, &error);
    remove(path);
    assert_non_null(key);
    pg_sdk_client *client = new_client();
    pg_sdk_request request = request_to(url, v, "/key", "x");
    request.key_header = "X-Api-Key";
    request.api_key = key;
    assert_true(pg_sdk_send(client, &answer, &request, &error));
    assert_string_equal(answer.body, "an-api-key");
    pg_sdk_key *other = pg_sdk_key_new("hyperliquid", &error);
    assert_non_null(other);
    request.api_key = other; /* a private key is never sent */
    assert_false(pg_sdk_send(client, &answer, &request, &error));
    pg_sdk_key_free(other);
    pg_sdk_key_free(key);
    pg_sdk_client_free(client);
}

static void keys_that_cannot_be(void **state)
{
    (void)state;
    pg_sdk_error error = { 0 };
    assert_null(pg_sdk_key_load("hyperliquid", "web", "x", NULL, &error));
    assert_non_null(strstr(error.text, "env, file or keystore"));
    assert_null(pg_sdk_key_load("gold", "env", "x", NULL, &error));
    assert_null(pg_sdk_key_load("hyperliquid", "file", "/nowhere/key", NULL, &error));
    assert_non_null(strstr(error.text, "/nowhere/key"));
    assert_null(pg_sdk_key_new("text", &error));
}

/* ---- streams ---- */

static pg_sdk_message expect(pg_sdk_stream *stream, int kind)
{
    pg_sdk_message message;
    pg_sdk_stream_next(stream, &message, PATIENCE_MS);
    assert_int_equal(message.kind, kind);
    return message;
}

static pg_sdk_stream *open_stream(pg_sdk_client *client, const venue *v)
{
    pg_sdk_error error = { 0 };
    pg_sdk_stream_config config = { .url = v->ws_url };
    pg_sdk_stream *stream = pg_sdk_stream_new(client, &config, &error);
    if (!stream)
        fail_msg("%s", error.text);
    expect(stream, PG_SDK_OPENED);
    return stream;
}

static void say(pg_sdk_stream *stream, const char *text)
{
    pg_sdk_error error;
    assert_true(pg_sdk_stream_send(stream, text, strlen(text), &error));
}

static void messages_come_in_order(void **state)
{
    pg_sdk_client *client = new_client();
    pg_sdk_stream *stream = open_stream(client, *state);
    pg_sdk_message message;
    say(stream, "one");
    say(stream, "two");
    assert_string_equal(expect(stream, PG_SDK_TEXT).text, "one");
    assert_string_equal(expect(stream, PG_SDK_TEXT).text, "two");
    pg_sdk_stream_next(stream, &message, 20);
    assert_int_equal(message.kind, PG_SDK_NOTHING);
    pg_sdk_client_free(client); /* and the stream with it */
}

/* While a program waits for something else, a queue may fill: the oldest are lost, and it is told how many. */
static void a_full_queue_says_so(void **state)
{
    pg_sdk_client *client = new_client();
    pg_sdk_stream *stream = open_stream(client, *state);
    char url[128];
    pg_sdk_error error;
    pg_sdk_answer answer;
    pg_sdk_message message;
    say(stream, "flood");
    pg_sdk_request request = request_to(url, *state, "/quiet", "x");
    request.timeout_ms = WAIT_MS;
    assert_false(pg_sdk_send(client, &answer, &request, &error));
    int lost = 0, next = 0;
    while (next < FLOOD) { /* each number is either lost or here, in order */
        pg_sdk_stream_next(stream, &message, PATIENCE_MS);
        if (message.kind == PG_SDK_LOST) {
            lost += (int)message.count;
            next += (int)message.count;
            continue;
        }
        assert_int_equal(message.kind, PG_SDK_TEXT);
        assert_int_equal(atoi(message.text), next++);
    }
    assert_true(lost > 0 && lost <= FLOOD - PG_SDK_QUEUE);
    pg_sdk_client_free(client);
}

static void it_comes_back_and_says_again_what_is_kept(void **state)
{
    pg_sdk_client *client = new_client();
    pg_sdk_stream *stream = open_stream(client, *state);
    pg_sdk_error error;
    assert_true(pg_sdk_stream_keep(stream, "subscribe a", &error));
    assert_true(pg_sdk_stream_keep(stream, "subscribe b", &error));
    assert_true(pg_sdk_stream_keep(stream, "subscribe c", &error));
    pg_sdk_stream_forget(stream, "subscribe b");
    pg_sdk_stream_forget(stream, "never kept");
    say(stream, "cut");
    assert_true(strlen(expect(stream, PG_SDK_CLOSED).text) > 0);
    assert_false(pg_sdk_stream_is_open(stream));
    assert_false(pg_sdk_stream_send(stream, "x", 1, &error));
    expect(stream, PG_SDK_OPENED);
    assert_string_equal(expect(stream, PG_SDK_TEXT).text, "subscribe a");
    assert_string_equal(expect(stream, PG_SDK_TEXT).text, "subscribe c");
    pg_sdk_stream_free(stream);
    pg_sdk_client_free(client);
}

/* What has happened on one of several streams ends the wait, and what nobody has taken yet ends the next one at once. */
static void several_streams_are_waited_for(void **state)
{
    pg_sdk_client *client = new_client();
    pg_sdk_stream *first = open_stream(client, *state), *second = open_stream(client, *state);
    assert_false(pg_sdk_streams_wait(client, 20));
    say(second, "news");
    assert_true(pg_sdk_streams_wait(client, PATIENCE_MS));
    assert_true(pg_sdk_streams_wait(client, 0));
    assert_string_equal(expect(second, PG_SDK_TEXT).text, "news");
    assert_false(pg_sdk_streams_wait(client, 0));
    assert_true(pg_sdk_stream_is_open(first));
    pg_sdk_client_free(client);
}

static void settings_stay_where_they_are(void **state)
{
    (void)state;
    char text[PG_SDK_SETTING];
    pg_sdk_error error = { 0 };
    assert_int_equal(setenv("PERIGEE_TEST_SETTING", "10001", 1), 0);
    for (int i = 0; i < 2; i++) {
        assert_true(pg_sdk_setting(text, "PERIGEE_TEST_SETTING", &error));
        assert_string_equal(text, "10001");
    }
    unsetenv("PERIGEE_TEST_SETTING");
    assert_false(pg_sdk_setting(text, "PERIGEE_TEST_SETTING", &error));
    assert_non_null(strstr(error.text, "PERIGEE_TEST_SETTING"));
    assert_string_equal(text, "");
}

static void streams_are_bounded(void **state)
{
    const venue *v = *state;
    pg_sdk_client *client = new_client();
    pg_sdk_error error = { 0 };
    pg_sdk_stream_config config = { .url = v->ws_url };
    for (int i = 0; i < PG_SDK_STREAMS; i++)
        assert_non_null(pg_sdk_stream_new(client, &config, &error));
    assert_null(pg_sdk_stream_new(client, &config, &error));
    assert_non_null(strstr(error.text, "32 streams at most"));
    config.url = "http://127.0.0.1";
    pg_sdk_client_free(client);
    client = new_client();
    assert_null(pg_sdk_stream_new(client, &config, &error));
    pg_sdk_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_any_code),
        cmocka_unit_test(no_answer_in_time),
        cmocka_unit_test(requests_wait_for_the_budget),
        cmocka_unit_test(a_key_goes_into_a_header),
        cmocka_unit_test(keys_that_cannot_be),
        cmocka_unit_test(messages_come_in_order),
        cmocka_unit_test(a_full_queue_says_so),
        cmocka_unit_test(it_comes_back_and_says_again_what_is_kept),
        cmocka_unit_test(several_streams_are_waited_for),
        cmocka_unit_test(settings_stay_where_they_are),
        cmocka_unit_test(streams_are_bounded),
    };
    return cmocka_run_group_tests(tests, open_venue, close_venue);
}
